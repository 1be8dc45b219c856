"""Which resources actions have, and which of them a pattern may match."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

from mfa_session.policy.intrinsics import is_unfilled, with_variables_as
from mfa_session.policy.patterns import includes, may_meet

ENROLMENT = ("iam:CreateVirtualMFADevice", "iam:EnableMFADevice")
DISCOVERY = "iam:ListMFADevices"
FIRST_CALLS = (*ENROLMENT, DISCOVERY)
# The resources that the actions are asked for (Service Authorization Reference; the list's is what
# IAM names when it refuses).
OF_DEVICE, OF_USER, OF_LIST = "mfa/?*", "user/?*", "mfa/"
OF_NONE = "*"  # they have no resource, and only `*` allows them
OF_ROLE, OF_BUCKET, OF_OBJECT = "role/?*", "bucket", "bucket/?*"
# AWS Backup's, or of the service whose backup it is (AWS Backup developer guide, resource ARNs).
_OF_RECOVERY = "recovery point"
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
_plain_part = re.compile(r"\$\{(?:AWS\.\w+|\w+\.BucketName)\}")
_of_iam = re.compile(
    "iam:(?:(?:attach|create|delete|detach|get|pass|put|tag|untag|update)(group|role|user)"
    "(?:policy|permissionsboundary)?|(?:list|listattached)(group|role|user)policies"
    "|(?:add|remove)user(?:to|from)(group)|listgroupsfor(user)|(?:get|list)(policy)versions?"
    "|(?:create|delete|setdefault)(policy)version|(?:create|delete|get|tag|untag)(policy)"
    "|changepassword|(?:create|delete|list|update)accesskeys?"
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
    "|secretsmanager:(batchgetsecretvalue|listsecrets)|sns:listtopics|sqs:listqueues"
).fullmatch
# Actions of other services that have one kind of resource, and the end of its ARN (Service
# Authorization Reference). A `?*` alone is a name with nothing before it.
_OTHERS = (
    ("acm:deletecertificate", "certificate/?*"),
    ("athena:deleteworkgroup", "workgroup/?*"),
    ("autoscaling:(delete|update)autoscalinggroup", "autoScalingGroup:*:autoScalingGroupName/?*"),
    ("backup:deletebackupvault", "backup-vault:?*"),
    ("cloudformation:(delete|update)stack", "stack/?*/?*"),
    ("cloudfront:(delete|update)distribution", "distribution/?*"),
    ("cloudtrail:(deletetrail|stoplogging)", "trail/?*"),
    ("cloudwatch:deletealarms", "alarm:?*"),
    ("codebuild:((delete|update)project|startbuild)", "project/?*"),
    ("codecommit:(deletebranch|deleterepository|gitpull|gitpush|mergepullrequestby.*)", "?*"),
    ("codepipeline:((delete|get|update)pipeline|(start|stop)pipelineexecution)", "?*"),
    ("codepipeline:put(actionrevision|approvalresult)", "?*/?*/?*"),
    ("codepipeline:((dis|en)ablestagetransition|retrystageexecution|rollbackstage)", "?*/?*"),
    ("cognito-idp:(delete|update)userpool", "userpool/?*"),
    ("config:deleteconfigrule", "config-rule/?*"),
    ("dynamodb:((delete|get|put|update)(item|table)|query|scan)", "table/?*"),
    ("ec2:deletesnapshot", "snapshot/?*"),
    ("ec2:deletesubnet", "subnet/?*"),
    ("ec2:deletevpc", "vpc/?*"),
    ("ec2:deletevolume", "volume/?*"),
    ("ec2:deregisterimage", "image/?*"),
    # A security group, or a rule of one.
    ("ec2:((authorize|revoke)securitygroup(in|e)gress|deletesecuritygroup)", "security-group*/?*"),
    ("ec2:(reboot|stop|terminate)instances", "instance/?*"),
    ("ecr:((delete|set)repositorypolicy|deleterepository)", "repository/?*"),
    ("ecr:(batch(delete|get)image|getdownloadurlforlayer|putimage)", "repository/?*"),
    ("ecs:deletecluster", "cluster/?*"),
    ("ecs:(delete|update)service", "service/?*"),
    ("ecs:(run|start)task", "task-definition/?*"),
    ("ecs:(describetasks|stoptask)", "task/?*"),
    ("eks:(createnodegroup|deletecluster|updatecluster(config|version))", "cluster/?*"),
    ("eks:(delete|describe|update)nodegroup(config|version)?", "nodegroup/?*"),
    (
        "elasticloadbalancing:((de)?registertargets|(delete|modify)targetgroup)",
        "targetgroup/?*",
    ),
    ("es:(create|delete|update)(elasticsearch)?domain(config)?", "domain/?*"),
    ("es:eshttp.*", "domain/?*/*"),
    ("events:(delete|disable|enable|put)rule", "rule/?*"),
    ("firehose:(deletedeliverystream|updatedestination)", "deliverystream/?*"),
    ("guardduty:(deletedetector|updatedetector)", "detector/?*"),
    ("kinesis:deletestream", "stream/?*"),
    (r"kms:(creategrant|(de|en)crypt|describekey|generatedatakey\w*\*?)", "key/?*"),
    ("kms:(cancelkeydeletion|(dis|en)ablekey|putkeypolicy|schedulekeydeletion)", "key/?*"),
    ("lambda:((delete|invoke)function|updatefunction(code|configuration))", "function:?*"),
    ("logs:((create|delete)logstream|(get|put)logevents)", "log-group:?*:log-stream:?*"),
    ("logs:(delete(loggroup|retentionpolicy)|putretentionpolicy)", "log-group:?*"),
    ("rds:(delete|reboot|start|stop)dbinstance", "db:?*"),
    ("rds:(delete|failover|start|stop)dbcluster", "cluster:?*"),
    ("rds:deletedbsnapshot", "snapshot:?*"),
    ("redshift:deletecluster", "cluster:?*"),
    ("route53:((change|list)resourcerecordsets|(delete|get)hostedzone)", "hostedzone/?*"),
    ("secretsmanager:(delete|describe|get|put|update)secret(value)?", "secret:?*-??????"),
    ("sns:(deletetopic|(get|set)topicattributes|subscribe)", "?*"),
    ("sqs:(?!list)[a-z]+", "?*"),
    (r"ssm:(delete|get|put)parameters?(bypath|history)?\*?", "parameter/?*"),
    ("ssm:(resume|terminate)session", "session/?*"),
    ("states:(stopexecution|redriveexecution)", "execution:?*"),
    ("states:((delete|update)statemachine|start(sync)?execution)", "stateMachine:?*"),
)
# Services whose actions have no resources of others, but for this one.
_OF_SEVERAL = "ec2:runinstances"
_ALONE = {"dynamodb", "ec2", "iam", "kms", "lambda", "rds", "s3", "secretsmanager", "sns", "sqs"}
_KINDS: dict[str, list[tuple[Callable[[str], object], str]]] = {}
for _actions, _kind in _OTHERS:
    _service = _actions.partition(":")[0]
    _KINDS.setdefault(_service, []).append((re.compile(_actions).fullmatch, f"{_service}:{_kind}"))
# Kinds whose ARNs have no account (`arns` tells of those with one), and some of AWS's parameters.
_OF_NO_ACCOUNT = {"ec2:image/?*", "ec2:snapshot/?*", "route53:hostedzone/?*"}
_OF_CALLERS_ACCOUNT = ("ec2:instance/", "ec2:volume/", "rds:db:", "rds:cluster:")
_OF_ANY_ACCOUNT = {*_OF_NO_ACCOUNT, "ssm:parameter/?*"}
_WITH_IDS = {
    *("cloudfront:distribution/?*", "cognito-idp:userpool/?*"),
    *(f"ec2:{each}/?*" for each in ("instance", "security-group*", "subnet", "volume", "vpc")),
    *("guardduty:detector/?*", "kms:key/?*", "ssm:session/?*", *_OF_NO_ACCOUNT),
}


_end_of_word = re.compile(r"(?<=[a-z])\*/").sub


def _example_of(kind: str) -> str:
    service, _, what = kind.partition(":")
    named = what.replace("?*", "ID" if kind in _WITH_IDS else "NAME", 1).replace("?*", "*")
    named = _end_of_word("/", named)
    if what.endswith("-??????"):
        return f"arn:aws:{service}:*:*:{named}, since AWS adds six characters"
    region = "" if service in {"cloudfront", "route53"} else "*"
    return f"arn:aws:{service}:{region}:{'' if kind in _OF_NO_ACCOUNT else '*'}:{named}"


MEANT = {
    OF_DEVICE: "arn:aws:iam::*:mfa/${aws:username}",
    OF_USER: "arn:aws:iam::*:user/${aws:username}",
    **dict.fromkeys((OF_NONE, OF_LIST, _OF_RECOVERY, "group/", "role/", "user/"), "*"),
    OF_ROLE: "the role's ARN",
    **{f"{each}/*": f"the {each}'s ARN" for each in ("group", "policy", "role", "user")},
    OF_BUCKET: "arn:aws:s3:::BUCKET",
    OF_OBJECT: "arn:aws:s3:::BUCKET/*",
    **{kind: _example_of(kind) for kinds in _KINDS.values() for _, kind in kinds},
}
_kind_and_sign = re.compile("([A-Za-z-]+)([/:])").match
# What stands behind a kind in ARNs; nothing where the kind itself does not stand in them.
_SIGNS = {
    **{("iam", each): "/" for each in ("group", "mfa", "policy", "role", "user")},
    **{
        (kind.partition(":")[0], found[1]): found[2]
        for kinds in _KINDS.values()
        for _, kind in kinds
        if (found := _kind_and_sign(kind.partition(":")[2]))
    },
    **dict.fromkeys((("sns", "topic"), ("sqs", "queue")), ""),
}
_of_recovery = re.compile(
    r"backup:(startrestorejob|(delete|describe)recoverypoint|getrecoverypointrestoremetadata"
    r"|updaterecoverypointlifecycle)"
).fullmatch
_of_s3 = re.compile("s3:(?:get|put|delete|list(?=bucket))(bucket|object)").match


@functools.lru_cache(maxsize=20_000)  # most policies have the same
def resource_of(action: str, *, about_mfa: bool = True) -> str | None:
    """Return the kind of resource, one of MEANT, of an action in lower case; None if not known.

    In a policy that is not `about_mfa`, it is known of roles to assume, users and devices only.
    """
    always = OF_ROLE if action == "sts:assumerole" else RESOURCES_OF.get(action)
    if always or not about_mfa:
        return always
    if has_no_resource(action):
        return OF_NONE
    if action.startswith("iam:"):
        return _in_iam(action)
    if found := _of_s3(action):
        return OF_BUCKET if found[1] == "bucket" else OF_OBJECT
    if _of_recovery(action):
        return _OF_RECOVERY
    others = _KINDS.get(action.partition(":")[0], ())
    return next((kind for is_of, kind in others if is_of(action)), None)


def _in_iam(action: str) -> str | None:
    listed, named = _of_a_list(action), _of_iam(action)
    if listed:
        return f"{listed[1]}/"
    return named and (f"{named[named.lastindex]}/*" if named.lastindex else OF_USER)


# How ARNs of S3 that have a region begin, after the account (Service Authorization Reference).
_IN_A_REGION = ("access-grants/", "accesspoint/", "async-request/", "job/", "storage-lens")
_own_name = re.compile(r"\$\{\s*aws:username\s*(?:,[^{}]*)?\}", re.IGNORECASE).sub
# Variables that are no user's name, and a name with something below it.
_is_no_user = re.compile(
    r"\$\{(?:aws:(?:userid|principalarn|sourceidentity)|saml:\w+)\}|\$\{aws:username\}/",
    re.IGNORECASE,
).search
_is_plain = re.compile("[^/:]+").fullmatch


def any_of_action(action: str, partition: str, account: str) -> str:
    """Return a pattern of all resources that an action can have, as far as it is known.

    `account` is the caller's, or `*`: some actions reach no other one.
    """
    plain = action.lower()
    service = plain.partition(":")[0]
    kind = resource_of(plain) or ""
    if ":" in kind:
        within = account if kind.startswith(_OF_CALLERS_ACCOUNT) else "*"
        return f"arn:{partition}:{service}:*:{within}:{kind.partition(':')[2]}"
    if kind.startswith(("group/", "mfa/", "policy/", "role/", "user/")) and not kind.endswith("/"):
        within = account if service == "iam" and kind != "policy/*" else "*"  # or AWS's own
        return f"arn:{partition}:iam::{within}:{kind}"
    is_alone = service in _ALONE and not may_meet(plain, _OF_SEVERAL)
    return f"arn:{partition}:{service}:*" if is_alone else "*"


@functools.lru_cache(maxsize=20_000)  # several rules ask for each
def parts_of(pattern: str) -> tuple[str, ...]:
    """Return the six parts of ARNs; a pattern may end before, as `*` and `arn:aws:iam::*` do."""
    parts = pattern.split(":", maxsplit=5)
    return (*parts, *("*" * (6 - len(parts))))


def has_needless_region(arn: str) -> bool:
    """Say whether an ARN of IAM or a bucket has a region, or the latter an account: there is none.

    Not those of S3 in a region: access points, jobs and the like.
    """
    _, _, service, region, account, what = parts_of(arn)
    if not (region or account):
        return False
    if service == "s3" and not (may_meet(region, "") and may_meet(account, "")):
        return not any(may_meet(what, f"{each}*") for each in _IN_A_REGION)
    return service == "iam" and not may_meet(region, "")


def fault_of_sign(arn: str) -> tuple[str, str] | None:
    """Say what is wrong with the sign behind the kind in an ARN, and what to write."""
    _, _, service, _, _, what = parts_of(arn)
    kind = _kind_and_sign(what)
    sign = _SIGNS.get((service, kind[1])) if kind else None
    if kind is None or sign in {None, kind[2]}:
        return None
    if not sign:
        return f"has {kind[0]}, and ARNs of {service} have the name alone", f"leave out {kind[0]}"
    right = f"{kind[1]}{sign}"
    return f"has {kind[0]}, and ARNs of {service} have {right}", f"write {right} instead"


def fits(resource: str, wanted: str) -> bool:
    """Say whether a pattern may match a resource; a variable is some text."""
    resource = _plain_part.sub("x", resource)
    named = _own_name("x", resource)
    _, _, service, region, account, what = parts_of(with_variables_as("?*", named))
    if wanted in {OF_NONE, _OF_RECOVERY}:
        vault = service == "backup" and what.startswith("backup-vault:")
        return is_unfilled(resource) or (what == "*" if wanted == OF_NONE else not vault)
    if wanted in {OF_BUCKET, OF_OBJECT}:
        if service != "s3" or is_unfilled(resource):
            return is_unfilled(resource) or not service.isalnum()  # s3-outposts, or a pattern
        nowhere = may_meet(region, "") and may_meet(account, "")
        in_point = bool(region and account) and _is_in_point(what, wanted)
        return in_point or (nowhere and _is_in_s3(what, wanted))
    if ":" in wanted:
        return is_unfilled(resource) or _is_of_service(resource, wanted)
    if wanted == OF_USER and (_is_no_user(resource) or what.startswith("user//")):
        return False
    in_iam = may_meet(service, "iam") and may_meet(region, "") and bool(account)
    # No name below `user/` or `mfa/` ends in a slash.
    is_named = may_meet(what, wanted) and not what.endswith("/")
    if wanted.endswith("/"):  # lists are asked for by a path: `role/apps/`
        is_named = includes(what, wanted) or (what.startswith(wanted) and what.endswith("/*"))
    return (in_iam and is_named) or (wanted == OF_USER and what == "root")


def _is_of_service(resource: str, wanted: str) -> bool:
    """Say whether a pattern may match a resource of a kind of `_KINDS`."""
    _, _, service, _, account, what = parts_of(with_variables_as("?*", resource))
    its_service, _, end = wanted.partition(":")
    own = may_meet(service, its_service) and (bool(account) or wanted in _OF_ANY_ACCOUNT)
    is_of_kind = may_meet(what, end) if end != "?*" else bool(_is_plain(what))
    return own and is_of_kind and not what.startswith("parameter//")


def _is_in_point(what: str, wanted: str) -> bool:
    """Say whether a pattern may match an access point, or an object reached through it."""
    point, slash, inside = what.removeprefix("accesspoint/").partition("/")
    an_object = may_meet(inside, "object/?*") if slash else "*" in point
    return may_meet(what, "accesspoint/*") and (wanted == OF_BUCKET or an_object)


def _is_in_s3(what: str, wanted: str) -> bool:
    """Say whether a pattern may match a bucket, which has no slash, or an object in one."""
    bucket, slash, key = what.partition("/")
    if bucket.startswith(":"):  # one too many
        return False
    if wanted == OF_BUCKET:
        return not slash
    return not key.endswith("/") if key else not slash and "*" in bucket


def is_one_s_own(resource: str) -> bool:
    """Say whether a pattern names whoever calls."""
    return "${aws:username}" in resource.lower()


def is_of_everybody(resource: str, wanted: str) -> bool:
    """Say whether a pattern holds everybody's user or device, of the kind that is wanted."""
    what = parts_of(resource)[5]
    return fits(resource, wanted) and (is_one_s_own(resource) or includes(what, wanted))
