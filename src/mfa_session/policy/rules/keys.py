"""Condition keys that do not exist or that no request brings, in conditions and as variables."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any

from mfa_session.model.text import nearest_of
from mfa_session.policy.aws_names import NameList
from mfa_session.policy.conditions import is_met, is_met_without_key
from mfa_session.policy.coverage import concerns, may_be_of, names_of
from mfa_session.policy.credentials import A_SESSION, MFA_AGE, MFA_PRESENT
from mfa_session.policy.fixes import HOUR_SECONDS, age_seconds, right_condition
from mfa_session.policy.intrinsics import is_unfilled
from mfa_session.policy.mfa import is_age, is_present
from mfa_session.policy.rules.resources import in_partition_of
from mfa_session.policy.rules.rule import ERROR, NOTE, WARNING, Flaw, Rule, Subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_session.policy.document import Condition

UNKNOWN_KEY = Rule(
    "unknown-mfa-key",
    ERROR,
    "A key that resembles one of the two MFA keys, such as `aws:MFAPresent`: no request has it.",
)
NO_SUCH_KEY = Rule(
    "unknown-condition-key",
    WARNING,
    "AWS has no such `aws:`, `iam:` or `s3:` key, in a condition or as a variable, or the name of "
    "the tag is missing, or none of the actions has the key (`s3:prefix`), or no statement "
    "allows what brings it (`sts:TagSession`): no request has it. "
    "Beside a condition on MFA, a key of no AWS service (`okta:…`) or without a prefix is reported "
    "as well.",
)
NO_USER = Rule(
    "username-in-role-policy",
    WARNING,
    "A role's own policy uses `aws:username`, in a condition or as a variable: role sessions have "
    "none, and nothing matches.",
)
RULES = (UNKNOWN_KEY, NO_SUCH_KEY, NO_USER)
# The keys for all services (IAM reference, global condition context keys); those of _OLDER stand in
# policies of AWS's own or of its older guides.
_NAMES = """
AssumedRoot CalledVia CalledViaAWSMCP CalledViaFirst CalledViaLast ChatbotSourceArn CurrentTime
Ec2InstanceSourcePrivateIPv4 Ec2InstanceSourceVpc EpochTime FederatedProvider IsMcpServiceAction
MultiFactorAuthAge MultiFactorAuthPresent PrincipalAccount PrincipalArn PrincipalIsAWSService
PrincipalOrgID PrincipalOrgPaths PrincipalServiceName PrincipalServiceNamesList PrincipalType
RequestedRegion ResourceAccount ResourceOrgID ResourceOrgPaths SecureTransport SignInSessionArn
SourceAccount SourceArn SourceIdentity SourceIp SourceOrgID SourceOrgPaths SourceVpc SourceVpcArn
SourceVpce TagKeys TokenIssueTime UserAgent ViaAWSMCPService ViaAWSService VpcSourceIp VpceAccount
VpceOrgID VpceOrgPaths referer userid username
"""
_OLDER = "PrincipalOrgMasterAccountId SourceOwner"
# Those of services that conditions about MFA are for; those of SAML's eduPerson are not listed.
_IAM = """
AWSServiceName AccountPropertyNamespaces AssociatedResourceArn DelegationDuration
DelegationRequestOwner FIDO-FIPS-140-2-certification FIDO-FIPS-140-3-certification
FIDO-certification NotificationChannel
OrganizationsPolicyId PassedToService PermissionsBoundary PolicyARN RegisterSecurityKey ResourceTag/
RoleTemplateARN ServiceSpecificCredentialAgeDays ServiceSpecificCredentialServiceName TemplateArn
"""
_STS = """
AWSServiceName DurationSeconds ExternalId IdentityTokenAudience RequestContext/
RequestContextProviders RoleSessionName SigningAlgorithm SourceIdentity TaskPolicyArn
TransitiveTagKeys
"""
_SAML = """
aud cn commonName doc givenName iss mail name namequalifier organizationStatus primaryGroupSID sub
sub_type surname uid x500UniqueIdentifier
"""
_S3 = """
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
"""
_KEYS = {
    prefix: {name.lower(): name for name in names.split()}
    for prefix, names in {
        "aws": f"{_NAMES} {_OLDER} PrincipalTag/ RequestTag/ ResourceTag/",
        "iam": _IAM,
        "s3": _S3,
        "sts": _STS,
        "saml": _SAML,
    }.items()
}
_GROWING = {"sts"}  # there may be newer ones: only a slip of the pen is told
_is_in_form = re.compile(
    r"(aws|iam|s3|sts|saml):([a-z0-9_.-]+)(/.+)?", re.IGNORECASE | re.ASCII
).fullmatch
_plain_form = re.compile(r"([a-z][a-z0-9-]*:)?[\w-]+(?:/.+)?", re.IGNORECASE | re.ASCII).fullmatch
_ANYWHERE = {"aws", "iam", "saml", "sts"}  # whose keys are judged without a condition on MFA
_OF_BOUNDED = ("iam:createrole", "iam:createuser", "iam:*permissionsboundary", "iam:*rolepolicy",
               "iam:*userpolicy")  # fmt: skip
_OF_LISTS, _OF_WRITES = ("s3:list*",), ("s3:create*", "s3:put*", "s3:replicate*")
_OF_READS = ("s3:get*", "s3:*tagging", "s3:put*acl", "s3:restore*", "s3:bypass*")
# The actions that have a key (Service Authorization Reference, Amazon S3; for objects' tags the S3
# user guide, tagging and access control policies), and one of them to name.
_OF_ACTIONS = {
    **dict.fromkeys(("s3:delimiter", "s3:max-keys", "s3:prefix"), (_OF_LISTS, "s3:ListBucket")),
    "s3:existingobjecttag": (_OF_READS, "s3:GetObject"),
    **dict.fromkeys(
        ("s3:x-amz-acl", "s3:x-amz-server-side-encryption"), (_OF_WRITES, "s3:PutObject")
    ),
    "iam:awsservicename": (("iam:*servicelinkedrole",), "iam:CreateServiceLinkedRole"),
    "iam:passedtoservice": (("iam:passrole",), "iam:PassRole"),
    "iam:permissionsboundary": (_OF_BOUNDED, "iam:CreateUser"),
    "iam:policyarn": (("iam:attach*policy", "iam:detach*policy"), "iam:AttachUserPolicy"),
}
# The services, beside its own, whose actions may have a service's keys.
_SHARED: dict[str, tuple[str, ...]] = {
    "dynamodb": ("dax:*",),
    "ec2": ("autoscaling:*", "ec2*:*", "elasticloadbalancing:*", "imagebuilder:*", "ssm*:*"),
    "iam": (),
    "kms": (),
    "s3": ("s3*:*",),
    "secretsmanager": (),
    "sts": (),
}
# Actions that set no tags, so that their requests have none (`aws:ResourceTag` is the resource's).
_sets_no_tags = re.compile(
    r"(?!\w+:deletetags|sts:)[\w-]+:(batchdelete|cancel|decrypt|delete|deregister|describe|detach|disable|disassociate|get"
    r"|invoke|list|purge|putobject|reboot|revoke|schedulekeydeletion|stop|terminate)\w*\*?"
).fullmatch
_OF_LAUNCHED = {"ec2:instancetype", "ec2:metadatahttptokens", "ec2:tenancy"}
# What a caller sends with sts:AssumeRole, and the action that it takes.
_SENT_BY = {
    "aws:requesttag": "sts:TagSession",
    "aws:tagkeys": "sts:TagSession",
    "sts:sourceidentity": "sts:SetSourceIdentity",
}
# The keys that credentials of instances bring to every service.
_OF_INSTANCES = {"ec2:roledelivery", "ec2:sourceinstancearn"}
_EXISTING = "use one of AWS's condition keys"
_ALIKE = 0.8  # of the letters, for a key to be one of the two misspelt
_variable = re.compile(r"(?<!\$)\$\{([^{},]+)[^{}]*\}")
_of_a_user = re.compile(r"aws:(?:username|userid|principaltag/[\w-]+)", re.IGNORECASE).findall
_of_terraform = re.compile(r"\$\$\{|\$\{(?:data|each|local|module|var|aws_\w+)\.").search
_user_name = re.compile(r"\$\{\s*aws:username\s*\}", re.IGNORECASE).search
_filled_in = re.compile(r"(?<!\$)\$\{(?![\w-]+:[^:])").search
_TEMPLATES = (".tftpl", ".tpl", ".tmpl")
# What the Serverless Framework fills in, whose files are YAML.
_OF_SERVERLESS = {"aws:accountid", "aws:region"}


def check_keys(subject: Subject) -> Iterator[Flaw]:
    """Find misspelt MFA keys."""
    for condition in subject.statement.conditions:
        meant = misspelt(condition)
        if meant:
            yield Flaw(
                UNKNOWN_KEY,
                condition.position,
                f"AWS has no condition key {condition.key!r}; {meant} was probably meant",
                f"no request has that key: {_never_there(subject, condition)}",
                "write the condition like this",
                with_right_key(subject, condition, meant),
            )


def check_global_keys(subject: Subject) -> Iterator[Flaw]:
    """Find keys of all services, S3 or SAML that AWS does not have, and misspelt ones of IAM."""
    for condition in subject.statement.conditions:
        prefix = condition.key.lower().rpartition(":")[0]
        of_s3 = subject.document.kind == "resource" or subject.whole.concern_mfa
        about = subject.mfa_conditions or (prefix == "s3" and of_s3)
        if misspelt(condition) or not (about or prefix in _ANYWHERE):
            continue
        near = _meant_instead(condition.key)
        near = _meant_by_other(subject, condition.key) if near is None else near
        if near is not None:
            yield Flaw(
                NO_SUCH_KEY,
                condition.position,
                f"AWS has no condition key {condition.key}" + _and_nearest(near),
                f"no request has that key: {_met_always_or_never(condition)}",
                _EXISTING,
                severity=None if near or prefix == "aws" else NOTE,
            )


def check_keys_of_actions(subject: Subject) -> Iterator[Flaw]:
    """Find keys of a service that no action of the statement has."""
    actions, met_by = subject.statement.actions or ("*",), dict[tuple[str, ...], bool]()
    for condition in subject.statement.conditions:
        having, example = _actions_having(subject, condition)
        lenient = condition.if_exists or condition.operator == "Null" or not condition.known
        if having not in met_by:  # once for all of a service's keys
            met_by[having] = any(may_be_of(action, having) for action in actions)
        if having and not (lenient or met_by[having]):
            yield Flaw(
                NO_SUCH_KEY,
                condition.position,
                f"{actions[0]} has no condition key {condition.key}"
                + (f"; {example} has it" if example else ""),
                _met_always_or_never(condition),
                f"use a key that the action has, or remove {condition.key}",
            )


def check_launches(subject: Subject) -> Iterator[Flaw]:
    """Find Denies of launches by what only instances have, on all that a launch is about."""
    statement = subject.statement
    everywhere = {"*", in_partition_of(subject.whole, "arn:aws:ec2:*:*:*")}
    named = "ec2:runinstances" in names_of(statement)
    denies = not statement.allows and named and subject.whole.concern_mfa
    for condition in subject.other_conditions if denies else ():
        of_instances = condition.key.lower() in _OF_LAUNCHED and is_met_without_key(condition)
        if of_instances and not (
            condition.if_exists or everywhere.isdisjoint(statement.resources or ())
        ):
            yield Flaw(
                NO_SUCH_KEY,
                condition.position,
                f"ec2:RunInstances is also about images and subnets, without {condition.key}",
                "the condition is always met: nobody launches anything",
                in_partition_of(subject.whole, 'write "Resource": "arn:aws:ec2:*:*:instance/*"'),
            )


def check_request_tags(subject: Subject) -> Iterator[Flaw]:
    """Find conditions on the tags of a request, beside MFA, for actions that mostly set none."""
    actions = [action.lower() for action in subject.statement.actions or ()]
    none = bool(actions and subject.whole.concern_mfa) and all(map(_sets_no_tags, actions))
    demands = not subject.statement.allows and subject.whole.concern_mfa
    most = "*" in actions and bool(subject.mfa_conditions or demands)
    for condition in subject.other_conditions if none or most else ():
        is_tag = condition.key.lower().startswith("aws:requesttag/")
        demanded = condition.operator != "Null" or (most and is_met_without_key(condition))
        if is_tag and demanded:
            yield Flaw(
                NO_SUCH_KEY,
                condition.position,
                f"requests for {'most actions' if most else subject.as_written(actions[0])} have "
                f"no tags, and no {condition.key}",
                _met_always_or_never(condition),
                "name the actions that take tags"
                if most
                else "compare aws:ResourceTag, the tag of the resource",
            )


def check_sent_keys(subject: Subject) -> Iterator[Flaw]:
    """Find keys of Allows to take a role that come only with an action which none allows."""
    takes = subject.document.kind in {"trust", "identity"} and subject.requires_mfa
    takes = takes and concerns(subject.statement, "sts:AssumeRole")
    for condition in subject.other_conditions if takes else ():
        needed = _SENT_BY.get(condition.key.lower().partition("/")[0])
        if needed and not (is_met_without_key(condition) or subject.whole.allows_anyhow(needed)):
            yield Flaw(
                NO_SUCH_KEY,
                condition.position,
                f"a request has {condition.key} only where {needed} is allowed, too",
                "everybody is locked out",
                f"allow {needed} as well",
            )


def check_variables(subject: Subject) -> Iterator[Flaw]:
    """Find variables that IAM cannot fill in, and keys that should be variables."""
    wrong = [
        ((item, exempting), f"write ${{{key}}}", f"{key} is plain text to IAM outside of ${{…}}")
        for item, exempting in subject.resources()
        if not _of_terraform(str(item.value))  # which has `&{aws:username}` and `$${aws:username}`
        for key in keys_outside_of_braces(str(item.value))
    ]
    for text in subject.texts():
        for key in map(str.strip, _variable.findall(str(text[0].value))):
            near = _meant_instead(key)
            dotted = key.lower().replace("aws.", "aws:", 1)
            if key.startswith("!aws:"):
                message = f"only CloudFormation's Fn::Sub makes ${{{key[1:]}}} of ${{{key}}}"
                wrong.append((text, f"write ${{{key[1:]}}}", message))
            elif dotted != key.lower() and _meant_instead(dotted) is None and _is_in_form(dotted):
                wrong.append((text, f"write ${{{dotted}}}", f"{key} is no variable of IAM"))
            elif near is not None and not (subject.is_in_yaml and key.lower() in _OF_SERVERLESS):
                message = f"AWS has no condition key {key}{_and_nearest(near)}"
                wrong.append((text, _EXISTING, message))
    first = {message: (text, cure) for text, cure, message in reversed(wrong)}
    for message, ((item, exempting), cure) in reversed(first.items()):
        yield Flaw(
            NO_SUCH_KEY,
            subject.place_at(item),
            message,
            f"the value matches nothing: it {subject.effect_of_none(exempting=exempting)}",
            cure,
        )


def check_escapes(subject: Subject) -> Iterator[Flaw]:
    """Find the first `$${aws:username}` in a policy with nothing else that a template fills in."""
    source = subject.document.source
    escaped = next((each for each, _ in subject.texts() if "$${aws:" in str(each.value)), None)
    if escaped is None or "$${aws:" in source.text[: escaped.offset]:
        return
    if not (_filled_in(source.text) or source.label.endswith(_TEMPLATES)):
        yield Flaw(
            NO_SUCH_KEY,
            source.position(escaped.offset),
            "to IAM, $${aws:…} is a $ before the value; only Terraform's templatefile makes it "
            "${aws:…}",
            "unless it does, the value matches nothing",
            "write ${aws:…} where IAM is to read this text",
            severity=NOTE,
        )


def check_username(subject: Subject) -> Iterator[Flaw]:
    """Find user names in a role's policy."""
    needing = [
        *(each.offset for each in subject.items_of("Resource") if _user_name(str(each.value))),
        *(each.node.key_offset for each in subject.other_conditions if _needs_user_name(each)),
    ]
    if subject.on_role and needing:
        yield Flaw(
            NO_USER,
            subject.document.source.position(needing[0]),
            "this is a role's policy, and role sessions have no aws:username",
            "nobody is allowed anything" if subject.statement.allows else "nobody is stopped",
            "use aws:userid or a tag of the role, or move the statement to a user's policy",
        )


def misspelt(condition: Condition) -> str | None:
    """Return the MFA key that another key is meant to be."""
    key = condition.key.lower().partition("/")[0]  # what follows is the name of a tag
    prefix, _, name = (part.strip(": ") for part in key.rpartition(":"))
    of_a_provider = prefix == "saml" or "." in condition.key.partition(":")[0]
    if of_a_provider or is_unfilled(key) or is_present(condition) or is_age(condition):
        return None
    age_name = MFA_AGE.partition(":")[2].lower()
    names = (MFA_PRESENT.partition(":")[2].lower(), age_name)
    near, of_age = difflib.get_close_matches(name, names, n=1, cutoff=_ALIKE), name.endswith("age")
    if near:
        of_age = near[0] == age_name and (condition.operator != "Bool" or of_age)
    elif not ("mfa" in name or "multifactor" in name):
        return None
    return MFA_AGE if of_age else MFA_PRESENT


def with_right_key(subject: Subject, wrong: Condition, meant: str | None) -> dict[str, Any]:
    """Return the Condition with the MFA key that is meant, and the age that is compared."""
    ages = filter(None, map(age_seconds, wrong.values))
    age = next(ages, HOUR_SECONDS) if meant == MFA_AGE else None
    return right_condition(
        subject.statement, instead_of=[wrong], age_limit=str(age) if age else None
    )


def _meant_by_other(subject: Subject, key: str) -> str | None:
    """Return the same as `_meant_instead` for a key without a prefix, or of no AWS service."""
    found = None if is_unfilled(key) else _plain_form(key)
    if found is None or subject.names is None:
        return None
    if found[1] is None:
        name = _KEYS["aws"].get(key.lower())
        return f"aws:{name}" if name else ""
    if found[1].lower().removesuffix(":") in _KEYS:
        return None
    return "" if subject.names.look_up(f"{found[1]}*") else None


def _actions_having(subject: Subject, condition: Condition) -> tuple[tuple[str, ...], str]:
    key = condition.key.lower()
    plain, service = key.partition("/")[0], key.partition(":")[0]
    if plain in _OF_ACTIONS:
        return _OF_ACTIONS[plain]
    known = service in _SHARED and key not in _OF_INSTANCES and not misspelt(condition)
    if not (known and subject.whole.concern_mfa) or plain == "iam:resourcetag":  # STS has that, too
        return (), ""
    return (f"{service}:*", *_SHARED[service]), ""


def _met_always_or_never(condition: Condition) -> str:
    return f"the condition is {'always' if is_met_without_key(condition) else 'never'} met"


def _never_there(subject: Subject, condition: Condition) -> str:
    matches = is_met_without_key(condition)
    if subject.statement.allows:
        return "everybody gets through, without MFA too" if matches else "everybody is locked out"
    return "everybody is locked out, with MFA too" if matches else "nobody is stopped"


def _and_nearest(key: str) -> str:
    return f"; the nearest is {key}" if key else ""


def _meant_instead(key: str) -> str | None:
    """Return the key that is most like one which AWS does not have; None if AWS has it.

    What is not written as a key of AWS's is not judged: other prefixes, placeholders.
    """
    found = _is_in_form(key)
    if found is None:
        return None
    known, name = _KEYS[found[1].lower()], found[2].lower() + ("/" if found[3] else "")
    if name in known or (found[1].lower() == "saml" and name.startswith("edu")):
        return None
    if found[1].lower() in _GROWING:
        slip = NameList(known.values()).slip(name)
        return f"{found[1].lower()}:{slip}" if slip else None
    of_tags = bool(found[3]) or f"{name}/" in known
    near = nearest_of(name, [each for each in known if each.endswith("/") == of_tags], most=1)
    tail = "…" if of_tags else ""
    return f"{found[1].lower()}:{known[near[0]]}{tail}" if near else ""


def keys_outside_of_braces(text: str) -> list[str]:
    """Return the keys in a text that are to be variables and are not."""
    return _of_a_user(_variable.sub("", text))


def _needs_user_name(condition: Condition) -> bool:
    if condition.is_about("aws:username"):
        return is_met(condition, A_SESSION) is False
    lenient = condition.if_exists or condition.qualifier or "Not" in condition.operator
    return not lenient and bool(condition.values) and all(map(_user_name, condition.values))
