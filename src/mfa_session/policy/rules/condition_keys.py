"""The condition keys that AWS has, and the actions that have them."""

from __future__ import annotations

import re

from mfa_session.model.text import nearest_of
from mfa_session.policy.aws_names import NameList

# The keys for all services (IAM reference, global condition context keys), and those of services
# that conditions about MFA are for (Service Authorization Reference, October 2026); those of SAML's
# eduPerson are not listed. PrincipalOrgMasterAccountId and SourceOwner stand in policies of AWS's
# own or of its older guides.
_NAMES = {
    "aws": """
AssumedRoot CalledVia CalledViaAWSMCP CalledViaFirst CalledViaLast ChatbotSourceArn CurrentTime
Ec2InstanceSourcePrivateIPv4 Ec2InstanceSourceVpc EpochTime FederatedProvider IsMcpServiceAction
MultiFactorAuthAge MultiFactorAuthPresent PrincipalAccount PrincipalArn PrincipalIsAWSService
PrincipalOrgID PrincipalOrgPaths PrincipalServiceName PrincipalServiceNamesList PrincipalType
RequestedRegion ResourceAccount ResourceOrgID ResourceOrgPaths SecureTransport SignInSessionArn
SourceAccount SourceArn SourceIdentity SourceIp SourceOrgID SourceOrgPaths SourceVpc SourceVpcArn
SourceVpce TagKeys TokenIssueTime UserAgent ViaAWSMCPService ViaAWSService VpcSourceIp VpceAccount
VpceOrgID VpceOrgPaths referer userid username
PrincipalOrgMasterAccountId SourceOwner PrincipalTag/ RequestTag/ ResourceTag/
""",
    "iam": """
AWSServiceName AccountPropertyNamespaces AssociatedResourceArn DelegationDuration
DelegationRequestOwner FIDO-FIPS-140-2-certification FIDO-FIPS-140-3-certification
FIDO-certification NotificationChannel
OrganizationsPolicyId PassedToService PermissionsBoundary PolicyARN RegisterSecurityKey ResourceTag/
RoleTemplateARN ServiceSpecificCredentialAgeDays ServiceSpecificCredentialServiceName TemplateArn
""",
    "sts": """
AWSServiceName DurationSeconds ExternalId IdentityTokenAudience RequestContext/
RequestContextProviders RoleSessionName SigningAlgorithm SourceIdentity TaskPolicyArn
TransitiveTagKeys
""",
    "saml": """
aud cn commonName doc givenName iss mail name namequalifier organizationStatus primaryGroupSID sub
sub_type surname uid x500UniqueIdentifier
""",
    "s3": """
AccessGrantScope AccessGrantsInstanceArn AccessGrantsLocationScope AccessPointNetworkOrigin
AccessPointTag/ BucketTag/ DataAccessPointAccount DataAccessPointArn ExistingJobOperation
ExistingJobPriority ExistingObjectTag/ InventoryAccessibleOptionalFields InventoryField
JobSuspendedCause ObjectCreationOperation RequestJobOperation RequestJobPriority RequestObjectTag/
RequestObjectTagKeys ResourceAccount TlsVersion annotation-prefix authType delimiter
deliverySourceArn destinationRegion if-match if-none-match isReplicationPauseRequest
locationconstraint logType max-annotation-results max-keys object-lock-event-hold
object-lock-event-hold-duration-days object-lock-legal-hold object-lock-mode
object-lock-remaining-retention-days object-lock-retain-until-date prefix
resourceArnBeingAuthorized signatureAge signatureversion versionid x-amz-acl x-amz-bucket-namespace
x-amz-content-sha256 x-amz-copy-source x-amz-grant-full-control x-amz-grant-read
x-amz-grant-read-acp x-amz-grant-write x-amz-grant-write-acp x-amz-metadata-directive
x-amz-object-annotation-directive x-amz-object-if-match x-amz-object-ownership
x-amz-server-side-encryption x-amz-server-side-encryption-aws-kms-key-id
x-amz-server-side-encryption-customer-algorithm x-amz-storage-class x-amz-website-redirect-location
""",
    "dynamodb": """
Attributes EnclosingOperation FirstPartitionKeyValues FisActionId FisTargetArns
FourthPartitionKeyValues FullTableScan LeadingKeys ReturnConsumedCapacity ReturnValues
SecondPartitionKeyValues Select ThirdPartitionKeyValues
""",
    "ec2": """
AccepterVpc Add/ AllocationId AssociatePublicIpAddress Attribute Attribute/ AuthenticationType
AuthorizedService AuthorizedUser AutoPlacement AvailabilityZone AvailabilityZoneId BootModeOverride
CapacityReservationFleet ClientRootCertificateChainArn CloudwatchLogGroupArn CloudwatchLogStreamArn
CommitmentDuration CpuOptionsAmdSevSnp CreateAction CreateDate DestinationCapacityReservationId
DhcpOptionsID DirectoryArn Domain DPDTimeoutSeconds EbsOptimized ElasticGpuType Encrypted EndDate
EndDateType EphemeralStorage FisActionId FisTargetArns GatewayType HostRecovery IKEVersions ImageID
ImageType InsideTunnelCidr InsideTunnelIpv6Cidr InstanceAutoRecovery InstanceBandwidthWeighting
InstanceCount InstanceID InstanceMarketType InstanceMatchCriteria InstanceMetadataTags
InstancePlatform InstanceProfile InstanceType InternetGatewayID InterruptibleCapacityReservationId
InterruptionType IpamPrefixListResolverTargetId Ipv4IpamPoolId Ipv6IpamPoolId IsInterruptible
IsLaunchTemplateResource KeyPairName KeyPairType KmsKeyId LaunchTemplate Location
ManagedResourceOperator MetadataHttpEndpoint MetadataHttpPutResponseHopLimit MetadataHttpTokens
NetworkAclID NetworkInterfaceID NewInstanceProfile OutpostArn Owner ParentSnapshot ParentVolume
Permission Phase1DHGroup Phase1EncryptionAlgorithms Phase1IntegrityAlgorithms Phase1LifetimeSeconds
Phase2DHGroup Phase2EncryptionAlgorithms Phase2IntegrityAlgorithms Phase2LifetimeSeconds
PlacementGroup PlacementGroupName PlacementGroupStrategy ProductCode Public PublicIpAddress Quantity
Region RekeyFuzzPercentage RekeyMarginTimeSeconds Remove/ ReplayWindowSizePackets RequesterVpc
ReservedInstancesOfferingType ResourceTag/ RoleDelivery RootDeviceType RouteTableID RoutingType
SamlProviderArn SecurityGroupID ServerCertificateArn SnapshotCoolOffPeriod SnapshotID
SnapshotLockDuration SnapshotTime SourceAvailabilityZone SourceCapacityReservationId
SourceInstanceARN SourceOutpostArn Subnet SubnetID TargetInstanceCount Tenancy
transitGatewayAttachmentId transitGatewayConnectPeerId transitGatewayId
transitGatewayMeteringPolicyId transitGatewayMulticastDomainId transitGatewayPolicyTableId
transitGatewayRouteTableAnnouncementId transitGatewayRouteTableId VolumeID VolumeInitializationRate
VolumeIops VolumeSize VolumeThroughput VolumeType Vpc VpceMultiRegion VpcePrivateDnsPreference
VpcePrivateDnsSpecifiedDomains VpceServiceName VpceServiceOwner VpceServicePrivateDnsName
VpceServiceRegion VpceSupportedRegion VpcID VpcPeeringConnectionID osuser
""",
    "lambda": """
CodeSigningConfigArn EventSourceToken FunctionArn FunctionUrlAuthType InvokedViaFunctionUrl Layer
Principal Request/ Resource/ SecurityGroupIds SourceFunctionArn SubnetIds VpcIds
""",
    "rds": """
BackupTarget CopyOptionGroup DatabaseClass DatabaseEngine DatabaseName EndpointType
ManageMasterUserPassword MultiAz Piops PubliclyAccessible StorageEncrypted StorageSize
TagsFromRequest TenantDatabaseName Vpc cluster-pg-tag/ cluster-snapshot-tag/ cluster-tag/ db-tag/
es-tag/ og-tag/ pg-tag/ req-tag/ ri-tag/ secgrp-tag/ snapshot-tag/ subgrp-tag/
""",
    "secretsmanager": """
AddReplicaRegions BlockPublicPolicy Description ExternalSecretRotationRoleArn
ForceDeleteWithoutRecovery ForceOverwriteReplicaSecret KmsKeyArn KmsKeyId ModifyRotationRules Name
RecoveryWindowInDays ResourceTag/ RotateImmediately RotationLambdaARN SecretId SecretPrimaryRegion
Type VersionId VersionStage resource/
""",
}
KEYS = {prefix: {name.lower(): name for name in names.split()} for prefix, names in _NAMES.items()}
_GROWING = {"sts"}  # there may be newer ones: only a slip of the pen is told
_OF_FEW = {"aws", "iam", "s3", "saml"}  # the nearest is named; of others, one a slip away
is_in_form = re.compile(
    rf"({'|'.join(KEYS)}):([a-z0-9_.-]+)(/.+)?", re.IGNORECASE | re.ASCII
).fullmatch
# A tag's name follows a slash, not another sign: `aws:PrincipalTag:team`, EC2's filter `tag:team`.
_of_a_tag = re.compile(
    rf"(?:({'|'.join(KEYS)}):([a-z-]*tag)[:._-]|tag:)([^/].*)", re.IGNORECASE | re.ASCII
).fullmatch
_ALSO_ASKED = ("aws", "sts", "iam", "s3")  # whose key has the name, under another prefix
# Names whose letters are nearest to another key than the one that people mean.
_MEANT = {
    **dict.fromkeys(("account", "accountid", "principalaccountid"), "aws:PrincipalAccount"),
    **dict.fromkeys(("org", "orgid", "organizationid"), "aws:PrincipalOrgID"),
    **dict.fromkeys(("role", "rolearn", "rolename", "userarn"), "aws:PrincipalArn"),
    **dict.fromkeys(("vpc", "vpcid"), "aws:SourceVpc"),
}
# What a caller sends to STS, and no condition key tells.
_PARAMETERS = {
    **dict.fromkeys(("serialnumber", "tokencode"), "aws:MultiFactorAuthPresent"),
    "sessionname": "sts:RoleSessionName",
}
# The actions that have a key (Service Authorization Reference; for objects' tags the S3 user guide,
# tagging and access control policies), and one of them to name.
_OF_ACTIONS: dict[str, tuple[tuple[str, ...], str]] = {
    **dict.fromkeys(("s3:delimiter", "s3:max-keys", "s3:prefix"), (("s3:list*",), "s3:ListBucket")),
    "s3:existingobjecttag": (
        ("s3:get*", "s3:*tagging", "s3:put*acl", "s3:restore*", "s3:bypass*"),
        "s3:GetObject",
    ),
    "s3:x-amz-acl": (("s3:bypass*", "s3:create*", "s3:put*acl", "s3:putobject"), "s3:PutObject"),
    **dict.fromkeys(
        (
            "s3:x-amz-server-side-encryption",
            "s3:x-amz-server-side-encryption-aws-kms-key-id",
            "s3:x-amz-server-side-encryption-customer-algorithm",
        ),
        (("s3:bypass*", "s3:putobject", "s3:replicate*", "s3:update*"), "s3:PutObject"),
    ),
    "dynamodb:leadingkeys": (
        ("dynamodb:*item*", "dynamodb:partiql*", "dynamodb:query", "dynamodb:scan", "dax:*"),
        "dynamodb:GetItem",
    ),
    "iam:awsservicename": (
        ("iam:*servicelinkedrole*", "iam:*rolepolicy", "iam:updateroledescription"),
        "iam:CreateServiceLinkedRole",
    ),
    "iam:passedtoservice": (("iam:passrole",), "iam:PassRole"),
    "iam:permissionsboundary": (
        ("iam:*role", "iam:createuser", "iam:*boundary", "iam:*rolepolicy", "iam:*userpolicy"),
        "iam:CreateUser",
    ),
    "iam:policyarn": (("iam:attach*policy", "iam:detach*policy"), "iam:AttachUserPolicy"),
    **dict.fromkeys(
        ("kms:encryptioncontext", "kms:encryptioncontextkeys"),
        (
            (
                "kms:creategrant",
                "kms:decrypt",
                "kms:encrypt",
                "kms:generatedatakey*",
                "kms:reencrypt*",
                "kms:retiregrant",
            ),
            "kms:Decrypt",
        ),
    ),
    "kms:grantisforawsresource": (
        ("kms:creategrant", "kms:listgrants", "kms:revokegrant"),
        "kms:CreateGrant",
    ),
    **dict.fromkeys(
        ("kms:granteeprincipal", "kms:grantoperations"), (("kms:creategrant",), "kms:CreateGrant")
    ),
    "sts:durationseconds": (
        ("sts:getservicebearertoken", "sts:getwebidentitytoken"),
        "sts:GetWebIdentityToken",
    ),
}
# The services, beside its own, whose actions may have a service's keys.
_SHARED: dict[str, tuple[str, ...]] = {
    "dynamodb": ("dax:*",),
    "ec2": ("autoscaling:*", "ec2*:*", "elasticloadbalancing:*", "imagebuilder:*", "ssm*:*"),
    "s3": ("s3*:*",),
    **dict.fromkeys(("iam", "kms", "lambda", "rds", "secretsmanager", "sns", "sqs", "sts"), ()),
}
# What credentials bring to every service; STS has the tags of IAM's roles as well.
_OF_CREDENTIALS = {"ec2:roledelivery", "ec2:sourceinstancearn", "iam:resourcetag",
                   "lambda:sourcefunctionarn"}  # fmt: skip
# Actions that set no tags, so that their requests have none (`aws:ResourceTag` is the resource's).
sets_no_tags = re.compile(
    r"(?!\w+:deletetags|sts:)[\w-]+:(batchdelete|cancel|decrypt|delete|deregister|describe|detach|disable|disassociate|get"
    r"|invoke|list|purge|putobject|reboot|revoke|schedulekeydeletion|stop|terminate)\w*\*?"
    r"|iam:(add|attach|change|deactivate|enable|put|remove|resync|update)\w*\*?"
    "|iam:create(accesskey|group|loginprofile)"
).fullmatch


def meant_instead(key: str) -> str | None:
    """Return the key that is most like one which AWS does not have; None if AWS has it.

    What is not written as a key of AWS's is not judged: other prefixes, placeholders.
    """
    found, tag = is_in_form(key), tag_meant_by(key)
    if tag or found is None:
        return tag
    service, name = found[1].lower(), found[2].lower() + ("/" if found[3] else "")
    known = KEYS[service]
    if name in known or (service == "saml" and name.startswith("edu")):
        return None
    tail = "…" if found[3] else ""
    called = {"aws": _MEANT, "sts": _PARAMETERS}.get(service, {})
    if name in called:
        return called[name]
    for other in _ALSO_ASKED:
        if name in KEYS[other]:
            return f"{other}:{KEYS[other][name]}{tail}"
    if service not in _OF_FEW:
        slip = NameList(known.values()).slip(name)
        nothing_near = None if service in _GROWING else ""
        return f"{service}:{slip}" if slip else nothing_near
    of_tags = bool(found[3]) or f"{name}/" in known
    near = nearest_of(name, [each for each in known if each.endswith("/") == of_tags], most=1)
    tail = "…" if of_tags else ""
    return f"{service}:{known[near[0]]}{tail}" if near else ""


def tag_meant_by(key: str) -> str | None:
    """Return the key of a tag whose name follows another sign than a slash."""
    found = _of_a_tag(key)
    if found is None:
        return None
    service, kind = (found[1] or "aws").lower(), f"{found[2] or 'tag'}/".lower()
    if kind in KEYS[service]:
        return f"{service}:{KEYS[service][kind]}{found[3]}"
    return f"aws:{KEYS['aws'].get(kind, 'ResourceTag/')}{found[3]}"


def slip_of(key: str) -> str | None:
    """Return the key that is surely meant by one that AWS does not have.

    It is one slip of the pen away, or has another prefix.
    """
    if tag := tag_meant_by(key):
        return tag
    if ":" not in key:
        name = KEYS["aws"].get(key.lower())
        return f"aws:{name}" if name else None
    found, meant = is_in_form(key), meant_instead(key)
    if not (found and meant):
        return None
    name = found[2] + ("/" if found[3] else "")
    is_sure = name.lower() in KEYS["aws"] or NameList(KEYS[found[1].lower()].values()).slip(name)
    return meant if is_sure else None


def actions_having(key: str) -> tuple[tuple[str, ...], str]:
    """Return patterns of the actions that have a key, and one to name unless a service's all may.

    No pattern says that it is not known.
    """
    plain, service = key.lower().partition("/")[0], key.lower().partition(":")[0]
    if service == "kms":  # with a part of the encryption context: `kms:EncryptionContext:team`
        plain = ":".join(plain.split(":", maxsplit=2)[:2])
    if plain in _OF_ACTIONS:
        return _OF_ACTIONS[plain]
    known = service in _SHARED and plain not in _OF_CREDENTIALS
    return ((f"{service}:*", *_SHARED[service]) if known else ()), ""
