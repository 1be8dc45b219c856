"""AWS's own managed policies, of which a file names the ARNs and seldom has the texts."""

from __future__ import annotations

import re
from collections.abc import Mapping

_arn = re.compile(r"arn:[^:]*:iam::aws:policy/(?:[\w-]+/)*([\w-]+)").fullmatch
# Or ask AWS for help.
_only_reads = re.compile(
    ".*(?:read-?only|view-?only)(?:access)?(?:_v[0-9])?|SecurityAudit|AWSAccountActivityAccess"
    "|AWSAccountUsageReportAccess|AWS(?:CertificateManager)?PrivateCAAuditor|AWSSupportAccess",
    re.IGNORECASE,
).fullmatch
_denies = re.compile("AWSDenyAll|AWSCompromised.*").fullmatch
# Others neither allow nor deny enabling a device, nor deny taking a role.
_ALL_OF_IAM = {"AdministratorAccess", "IAMFullAccess"}
# Changes of networks that policies of several names allow.
_NETWORKS = (
    "ec2:AllocateAddress ec2:AssociateAddress ec2:AssociateRouteTable ec2:AttachInternetGateway "
    "ec2:AuthorizeSecurityGroup* ec2:CreateInternetGateway ec2:CreateNatGateway ec2:CreateRoute "
    "ec2:CreateRouteTable ec2:CreateSecurityGroup ec2:CreateSubnet ec2:CreateVpc ec2:DeleteRoute "
    "ec2:CreateVpcPeering* ec2:DeleteFlowLogs ec2:DeleteNatGateway ec2:DeleteSubnet ec2:DeleteVpc "
    "ec2:DeleteSecurityGroup ec2:ModifySubnetAttribute ec2:ModifyVpcAttribute ec2:ReplaceRoute* "
    "ec2:ReleaseAddress ec2:ReplaceNetworkAcl* ec2:RevokeSecurityGroup* "
)
_MANAGED = {
    "AdministratorAccess": "*",
    "AmazonDynamoDBFullAccess": "dax:* dynamodb:*",
    "AmazonDynamoDBFullAccess_v2": "dax:* dynamodb:*",
    "AmazonEC2FullAccess": "autoscaling:* cloudwatch:* ec2:* elasticloadbalancing:*",
    "AmazonECS_FullAccess": "ecs:*",
    "AmazonRDSFullAccess": "rds:*",
    "AmazonRoute53FullAccess": "route53:* route53domains:*",
    "AmazonS3FullAccess": "s3:*",
    "AmazonSNSFullAccess": "sns:*",
    "AmazonSQSFullAccess": "sqs:*",
    "AmazonSSMFullAccess": "logs:* ssm:*",
    "AmazonVPCFullAccess": _NETWORKS,
    "AWSCloudTrail_FullAccess": "cloudtrail:*",
    "AWSKeyManagementServicePowerUser": "kms:CreateAlias kms:CreateKey kms:DeleteAlias kms:Get* "
    "kms:List* kms:TagResource",
    "AWSLambda_FullAccess": "lambda:*",
    "AWSOrganizationsFullAccess": "organizations:*",
    "CloudFrontFullAccess": "cloudfront:*",
    "CloudWatchFullAccess": "cloudwatch:* logs:* sns:*",
    "CloudWatchFullAccessV2": "cloudwatch:* logs:* xray:*",
    "CloudWatchLogsFullAccess": "logs:*",
    "DatabaseAdministrator": "dynamodb:* elasticache:* rds:* redshift:*",
    "DataScientist": "autoscaling:* cloudwatch:* dynamodb:* elasticmapreduce:* es:* kinesis:* "
    "rds:* redshift:* s3:DeleteObject s3:Get* s3:List* s3:PutObject",
    "IAMFullAccess": "iam:*",
    "NetworkAdministrator": _NETWORKS
    + "directconnect:* elasticloadbalancing:* route53:* route53domains:*",
    "ReadOnlyAccess": "cloudtrail:Get* dynamodb:Get* dynamodb:Query dynamodb:Scan ec2:Describe* "
    "iam:Get* iam:List* lambda:Get* logs:Get* rds:Describe* s3:Get* s3:List* ssm:Get*",
    "SecretsManagerReadWrite": "secretsmanager:*",
    "SystemAdministrator": "autoscaling:* cloudwatch:* codepipeline:* ec2:RunInstances "
    "elasticloadbalancing:* events:* logs:* route53:* s3:* ses:* sns:* sqs:*",
}
ALLOWED: Mapping[str, Mapping[str, object]] = {
    **{name: {"Action": actions.split()} for name, actions in _MANAGED.items()},
    "PowerUserAccess": {"NotAction": ["account:*", "iam:*", "organizations:*"]},
}
"""What some of them allow at least, on all resources."""


def name_of(arn: str) -> str:
    """Return the name of a policy of AWS's own that denies nothing; empty for another one."""
    found = _arn(arn)
    return found[1] if found and not _denies(found[1]) else ""


def is_administrators(arn: str) -> bool:
    """Say whether it is the policy that allows everything."""
    return name_of(arn) == "AdministratorAccess"


def is_for_oneself(arn: str) -> bool:
    """Say whether it is the policy that lets users change their own password."""
    return name_of(arn) == "IAMUserChangePassword"


def only_reads(arn: str) -> bool:
    """Say whether it allows no change."""
    return is_for_oneself(arn) or _only_reads(name_of(arn)) is not None


def is_harmless(arn: str) -> bool:
    """Say whether it surely does not decide about MFA devices, nor deny taking roles."""
    return name_of(arn) not in {"", *_ALL_OF_IAM}
