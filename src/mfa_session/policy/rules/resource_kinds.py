"""Which resources actions have, and which of them a pattern may match."""

from __future__ import annotations

import re

from mfa_session.policy.intrinsics import is_unfilled, with_variables_as
from mfa_session.policy.patterns import includes, may_meet

ENROLMENT = ("iam:CreateVirtualMFADevice", "iam:EnableMFADevice")
DISCOVERY = "iam:ListMFADevices"
# The resources that the actions are asked for (Service Authorization Reference; the list's is what
# IAM names when it refuses).
OF_DEVICE, OF_USER, OF_LIST = "mfa/?*", "user/?*", "mfa/"
OF_NONE = "*"  # they have no resource, and only `*` allows them
OF_ROLE, OF_BUCKET, OF_OBJECT = "role/?*", "bucket", "bucket/?*"
_WITH_SUFFIX = "secret:?*-??????"  # AWS adds six characters to the name
RESOURCES_OF = {
    "iam:createvirtualmfadevice": OF_DEVICE,
    "iam:deactivatemfadevice": OF_USER,
    "iam:deletevirtualmfadevice": OF_DEVICE,
    "iam:enablemfadevice": OF_USER,
    "iam:getmfadevice": OF_USER,
    "iam:listmfadevices": OF_USER,
    "iam:listvirtualmfadevices": OF_LIST,
    "iam:resyncmfadevice": OF_USER,
}
# A name without a slash: what CloudFormation fills in, and a template's own bucket.
_plain_part = re.compile(r"\$\{(?:AWS::(?:AccountId|Partition|Region|StackName)|\w+\.BucketName)\}")
_of_iam = re.compile(
    "iam:(?:(?:attach|create|delete|detach|get|pass|put|tag|untag|update)(group|role|user)"
    "(?:policy|permissionsboundary)?|changepassword|(?:create|delete|list|update)accesskeys?"
    "|(?:create|delete|get|update)loginprofile)"
).fullmatch
_of_a_list = re.compile("iam:list(group|role|user)s").fullmatch
has_no_resource = re.compile(
    "iam:(generatecredentialreport|get(account(authorizationdetails|passwordpolicy|summary)"
    "|credentialreport)|(create|delete|list)accountalias(es)?|(delete|update)accountpasswordpolicy)"
    "|cloudtrail:(describetrails|lookupevents)"
    "|cloudwatch:(getmetric(data|statistics)|listmetrics|putmetricdata)|codecommit:listrepositories"
    "|dynamodb:listtables|ec2:describe(addresses|availabilityzones|images|instances|instance(status"
    "|types)|keypairs|regions|securitygroups|snapshots|subnets|tags|volumes|vpcs)"
    "|ecr:getauthorizationtoken|ecs:(deregister|list)taskdefinitions?"
    "|kms:(createkey|generaterandom|listaliases|listkeys)|lambda:listfunctions"
    "|organizations:(describeorganization|leaveorganization|listaccounts)|route53domains:.*"
    "|s3:(listallmybuckets|putaccountpublicaccessblock)"
    "|secretsmanager:listsecrets|sns:listtopics|sqs:listqueues"
).fullmatch
# Actions of other services that have one kind of resource (Service Authorization Reference).
_OTHERS = (
    ("cloudtrail:(deletetrail|stoplogging)", "trail/?*"),
    ("dynamodb:(delete|get|put|update)(item|table)", "table/?*"),
    ("ec2:deletevolume", "volume/?*"),
    ("ec2:(reboot|stop|terminate)instances", "instance/?*"),
    (
        "kms:(cancelkeydeletion|(de|en)crypt|(dis|en)ablekey|putkeypolicy|schedulekeydeletion)",
        "key/?*",
    ),
    ("lambda:((delete|invoke)function|updatefunctioncode)", "function:?*"),
    ("rds:(delete|reboot|stop)dbinstance", "db:?*"),
    ("rds:(delete|failover|stop)dbcluster", "cluster:?*"),
    ("rds:deletedbsnapshot", "snapshot:?*"),
    ("ssm:(resume|terminate)session", "session/?*"),
    ("secretsmanager:(delete|get|put)secret(value)?", _WITH_SUFFIX),
)
# Services whose actions have no resources of others, but for this one.
_OF_SEVERAL = "ec2:runinstances"
_ALONE = {"dynamodb", "ec2", "iam", "kms", "lambda", "rds", "s3", "secretsmanager", "sns", "sqs"}
_WITH_IDS = {"instance/?*", "key/?*", "session/?*", "volume/?*"}
_SERVICES = {kind: actions.partition(":")[0] for actions, kind in _OTHERS}
MEANT = {
    OF_DEVICE: "arn:aws:iam::*:mfa/${aws:username}",
    OF_USER: "arn:aws:iam::*:user/${aws:username}",
    **dict.fromkeys((OF_NONE, OF_LIST, "group/", "role/", "user/"), "*"),
    OF_ROLE: "the role's ARN",
    **{f"{each}/*": f"the {each}'s ARN" for each in ("group", "role", "user")},
    OF_BUCKET: "arn:aws:s3:::BUCKET",
    OF_OBJECT: "arn:aws:s3:::BUCKET/*",
    **{
        kind: f"arn:aws:{service}:*:*:{kind.replace('?*', 'ID' if kind in _WITH_IDS else 'NAME')}"
        for kind, service in _SERVICES.items()
    },
    _WITH_SUFFIX: "arn:aws:secretsmanager:*:*:secret:NAME-??????, since AWS adds six characters",
}
_of_s3 = re.compile("s3:(?:get|put|delete|list(?=bucket))(bucket|object)").match


def resource_of(action: str, *, about_mfa: bool, under_mfa: bool) -> str | None:
    """Return the kind of resource, one of MEANT, of an action in lower case; None if not known.

    Kinds in IAM besides users and devices are known only in a policy `about_mfa`, those of other
    services only `under_mfa`, its condition.
    """
    if action == "sts:assumerole":
        return OF_ROLE
    if about_mfa and has_no_resource(action):
        return OF_NONE
    if action.startswith("iam:"):
        return (_in_iam(action) if about_mfa else None) or RESOURCES_OF.get(action)
    found = _of_s3(action)
    if found and under_mfa:
        return OF_BUCKET if found[1] == "bucket" else OF_OBJECT
    others = _OTHERS if under_mfa else ()
    return next((kind for actions, kind in others if re.fullmatch(actions, action)), None)


def _in_iam(action: str) -> str | None:
    listed, named = _of_a_list(action), _of_iam(action)
    if listed:
        return f"{listed[1]}/"
    return named and (f"{named[1]}/*" if named[1] else OF_USER)


def any_of_action(action: str, partition: str) -> str:
    """Return a pattern of all resources that an action can have, as far as it is known."""
    plain = action.lower()
    service = plain.partition(":")[0]
    kind = resource_of(plain, about_mfa=True, under_mfa=True) or ""
    if kind in _SERVICES:
        return f"arn:{partition}:{service}:*:*:{kind}"
    if kind.startswith(("group/", "mfa/", "role/", "user/")) and not kind.endswith("/"):
        return f"arn:{partition}:iam::*:{kind}"
    is_alone = service in _ALONE and not may_meet(plain, _OF_SEVERAL)
    return f"arn:{partition}:{service}:*" if is_alone else "*"


def parts_of(pattern: str) -> list[str]:
    """Return the six parts of ARNs; a pattern may end before, as `*` and `arn:aws:iam::*` do."""
    parts = pattern.split(":", maxsplit=5)
    return [*parts, *("*" * (6 - len(parts)))]


def fits(resource: str, wanted: str) -> bool:
    """Say whether a pattern may match a resource; a variable is some text."""
    resource = _plain_part.sub("x", resource)
    _, _, service, region, account, what = parts_of(with_variables_as("?*", resource))
    if wanted == OF_NONE:
        return what == "*" or is_unfilled(resource)
    if wanted in {OF_BUCKET, OF_OBJECT}:
        if service != "s3" or is_unfilled(resource):
            return is_unfilled(resource) or not service.isalnum()  # s3-outposts, or a pattern
        nowhere = may_meet(region, "") and may_meet(account, "")  # else it is an access point's
        return _is_in_s3(what, wanted) if nowhere else may_meet(what, "accesspoint/*")
    if wanted in _SERVICES:
        own = may_meet(service, _SERVICES[wanted]) and bool(account)
        return is_unfilled(resource) or (own and may_meet(what, wanted))
    if wanted == OF_USER and "${aws:userid}" in resource.lower():
        return False  # an id is no name
    return (
        may_meet(service, "iam")
        and may_meet(region, "")
        and bool(account)
        and (includes(what, wanted) if wanted.endswith("/") else _may_name(what, wanted))
    ) or (wanted == OF_USER and what == "root")


def _is_in_s3(what: str, wanted: str) -> bool:
    """Say whether a pattern may match a bucket, which has no slash, or an object in one."""
    bucket, slash, key = what.partition("/")
    if wanted == OF_BUCKET:
        return not slash
    return not key.endswith("/") if key else not slash and "*" in bucket


def _may_name(what: str, wanted: str) -> bool:
    """Say whether a pattern may match a name below `user/` or `mfa/`; none ends in a slash."""
    return may_meet(what, wanted) and not what.endswith("/")


def is_one_s_own(resource: str) -> bool:
    """Say whether a pattern names whoever calls."""
    return "${aws:username}" in resource.lower()


def is_of_everybody(resource: str, wanted: str) -> bool:
    """Say whether a pattern holds everybody's user or device, of the kind that is wanted."""
    what = parts_of(resource)[5]
    return fits(resource, wanted) and (is_one_s_own(resource) or includes(what, wanted))
