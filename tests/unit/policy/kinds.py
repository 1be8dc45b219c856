"""Policies with each kind of mistake, and similar correct ones, with the expected findings.

Findings and outcomes were written by hand, from IAM's evaluation logic. Outcomes say whom a
policy allows an action: `k` long-term keys, `s` sessions without MFA, `m` fresh MFA sessions.
"""

from __future__ import annotations

from typing import Any, NamedTuple

PRESENT, AGE = "aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge"
ME = "arn:aws:iam::*:user/${aws:username}"
GOV_ME = ME.replace("aws", "aws-us-gov", 1)
MY_DEVICE = "arn:aws:iam::*:mfa/${aws:username}"
BUCKET = "arn:aws:s3:::books/*"
ENROL = ["iam:CreateVirtualMFADevice", "iam:EnableMFADevice", "iam:ListMFADevices"]
CARE = [*ENROL, "iam:GetUser", "iam:ListVirtualMFADevices", "iam:ResyncMFADevice",
        "sts:GetSessionToken"]  # fmt: skip
Block = dict[str, dict[str, Any]]

WITH: Block = {"Bool": {PRESENT: "true"}}
WITHOUT: Block = {"BoolIfExists": {PRESENT: "false"}}
FALSE: Block = {"Bool": {PRESENT: "false"}}
IF_TRUE: Block = {"BoolIfExists": {PRESENT: "true"}}
NO_AGE: Block = {"Null": {AGE: "true"}}


class Stated(NamedTuple):
    """A policy's statements, its findings (rule, statement), and whom it allows which action."""

    name: str
    statements: list[dict[str, Any]]
    findings: list[tuple[str, str]]
    let_in: dict[str, str]
    kind: str | None = None


def on(operator: str, key: str, value: Any) -> Block:
    """Return a Condition with one comparison."""
    return {operator: {key: value}}


def older(seconds: Any, operator: str = "NumericGreaterThanIfExists") -> Block:
    """Return the Condition that MFA is older than this."""
    return {operator: {AGE: seconds}}


def allow(action: Any, when: Block | None = None, **rest: Any) -> dict[str, Any]:
    """Return an Allow."""
    return _statement("Allow", action, when, rest)


def deny(action: Any, when: Block | None = None, **rest: Any) -> dict[str, Any]:
    """Return a Deny."""
    return _statement("Deny", action, when, rest)


def deny_but(action: Any, when: Block, **rest: Any) -> dict[str, Any]:
    """Return a Deny of all actions but these."""
    made = _statement("Deny", action, when, rest)
    return {"NotAction" if name == "Action" else name: value for name, value in made.items()}


def trust(principal: Any, when: Block | None = None, effect: str = "Allow") -> dict[str, Any]:
    """Return a statement of a role's trust policy."""
    made = _statement(effect, "sts:AssumeRole", when, {"Principal": principal})
    del made["Resource"]
    return made


def of_repository(action: str) -> dict[str, Any]:
    """Return an Allow with MFA in a repository's policy, which has no Resource."""
    made = _statement("Allow", action, WITH, {"Principal": {"AWS": "123456789012"}})
    del made["Resource"]
    return made


def _statement(
    effect: str, action: Any, when: Block | None, rest: dict[str, Any]
) -> dict[str, Any]:
    where = {} if "NotResource" in rest else {"Resource": "*"}
    made = {"Effect": effect, "Action": action, **where, **rest}
    return {**made, "Condition": when} if when else made


def found(*rules: str, at: int = 0) -> list[tuple[str, str]]:
    """Return a statement's findings."""
    return [(rule, f"Statement[{at}]") for rule in rules]


ALL = allow("*")
STOP, LIST, READ = "ec2:StopInstances", "iam:ListMFADevices", "s3:GetObject"
ENABLE, OFF = "iam:EnableMFADevice", "iam:DeactivateMFADevice"
CREATE, RESYNC = "iam:CreateVirtualMFADevice", "iam:ResyncMFADevice"
TABLES = "arn:aws:dynamodb:eu-west-1:123456789012:table/"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:books"
MISSES, NO_SESSIONS = "deny-misses-long-term-keys", "deny-misses-sessions-without-mfa"
DISCOVERY, ENROLMENT = "discovery-denied", "enrolment-denied"
NOTHING, ONESELF = "deny-denies-nothing", "deny-reaches-only-oneself"
REMOVAL, OWN = "removal-without-mfa", "own-removal-without-mfa"
ANYONE, DEFEATED = "anyone-with-mfa", "allowed-without-mfa-too"
SHORT, LONG = "age-too-short", "age-beyond-any-session"
UNUSED = "age-never-counts"
OPERATOR, KEY = "unknown-operator", "unknown-mfa-key"
SERVICE, FEDERATED = "service-has-no-mfa", "federation-has-no-mfa"
ACTION = "unknown-action"
RESOURCE, MISPLACED = "device-action-on-wrong-resource", "misplaced-element"
NEVER = "conditions-never-match"
VALUE, NO_KEY = "wrong-value", "unknown-condition-key"
TEXT = "wrong-operator"
SSE = "s3:x-amz-server-side-encryption"
MALFORMED = "malformed-policy"
PROMISE, NO_ARN = "sid-promises-mfa", "resource-no-arn"
PARTITION, DEAD = "other-partition", "arn-matches-nothing"
LEFT = "placeholder"
EXEMPTION, IDLE = "sid-promises-exemption", "superfluous-statement"
VOID = "exemption-without-effect"
SCP = "scp-locks-out-roles"
INCOMPLETE = "enrolment-incomplete"
ROLE_SESSION = "role-session-has-no-mfa"
ACCOUNT, PARTNER = {"AWS": "123456789012"}, "444455556666"
A_USER = f"arn:aws:iam::{PARTNER}:user/"
BACKUP = "arn:aws:backup:eu-west-1:123456789012:"
POINT = "arn:aws:s3:eu-west-1:123456789012:accesspoint/"
TAKE, COPY = "sts:AssumeRole", "backup:CopyIntoBackupVault"
PROVIDER = "arn:aws:iam::123456789012:oidc-provider/"
QUEUE = "arn:aws:sqs:eu-west-1:123456789012:jobs"
FRONT_ARN = "arn:aws:cloudfront::123456789012:distribution/E1"
ROLE = {"AWS": "arn:aws:iam::123456789012:role/Deploy"}
EC2_SERVICE = {"Service": "ec2.amazonaws.com"}
SAML = {"Federated": "arn:aws:iam::123456789012:saml-provider/idp"}
FRONT = {"Service": "cloudfront.amazonaws.com"}
OF_B = [allow("s3:*", Principal=ACCOUNT, Resource="arn:aws:s3:::b/*")]
PREFIX = on("StringLike", "s3:prefix", "home/*")
LOCATION = ["s3:ListBucket", "s3:GetBucketLocation"]
TERMINATE = ["ec2:RunInstances", "ec2:TerminateInstances"]
STOPS = ["ec2:StopInstances", "rds:StopDBInstance"]
OF_TEAM = on("StringEquals", "ec2:ResourceTag/team", "x")
NO_SERVICE = on("Bool", "aws:PrincipalIsAWSService", "false")
ORGANISATION = on("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5")
ORGANISATION_IF_ANY = on("StringEqualsIfExists", "aws:PrincipalOrgID", "o-1234567890")
CALLER = on("StringEquals", "kms:CallerAccount", "123456789012")
OTHER_CALLER = on("StringEquals", "kms:CallerAccount", "999999999999")
VIA = on("StringEquals", "kms:ViaService", "s3.eu-west-1.amazonaws.com")
IN_OFFICE = on("IpAddress", "aws:SourceIp", "192.0.2.0/24")
NOT_ROLES = on("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/*")
SOME_ROLES = on("ArnNotLike", "aws:PrincipalArn", ["arn:aws:iam::*:role/aws-reserved/*",
                "arn:aws:iam::*:role/Ops"])  # fmt: skip
PEOPLE = ["arn:aws:iam::*:role/*", "arn:aws:iam::*:user/*"]
USERS = on("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:user/*")
ROOT = on("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:root")
TEAM = on("StringEquals", "aws:PrincipalTag/team", "ops")
NOT_CONFIG = on("StringNotEquals", "aws:PrincipalServiceName", "config.amazonaws.com")
ABROAD = on("StringNotEquals", "aws:RequestedRegion", ["eu-west-1", "eu-central-1"])
ROBOT = "StringNotEquals", "aws:PrincipalTag/robot", "yes"
NETWORK = on("NotIpAddress", "aws:SourceIp", "192.0.2.0/24")
PUBLIC: Any = {"Principal": "*", "Resource": BUCKET}

# fmt: off
# Texts that a template is to fill in.
UNFILLED = ("${var.mfa}", "${v.condition.bool.aws_mfa}", "${local.a[\"b\"]}", "${args.MFAAge}",
            "{{ x }}", "#{x}", "%{x}", "<x>", "${AWS::Region}", "${self:custom.x}", "%(x)s", "%s",
            "$X", "$(x)", "[x]", "{x}", "<%= x %>", "__X__", "@x@", "!Ref X", "{% x %}",
            "${x ? \"a\" : \"b\"}")
STATED = [
    # What a template is to fill in is unknown; the rest is still judged.
    *[Stated(f"filled-in-{number}", [allow("ec2:*", {"Bool": {PRESENT: each},
            "NumericLessThan": {AGE: each}, each: {each: each}}, Sid=each)], [], {STOP: ""})
      for number, each in enumerate(UNFILLED)],
    Stated("variables-as-values", [allow("ec2:*", on("Bool", PRESENT, "${aws:username}")),
            deny("ec2:*", on("NumericLessThan", AGE, "an hour"))], [*found("not-a-boolean"),
            *found("age-not-a-number", at=1)], {}),
    Stated("age-filled-in-without-mfa", [ALL, deny_but(CARE, {**WITHOUT, **older("${var.age}",
            "NumericLessThan")})], found("conditions-never-match", at=1), {}),
    Stated("age-filled-in-inverted", [ALL, deny_but(CARE, older("${Age}", "NumericLessThan"))],
           found("deny-age-inverted", at=1), {}),
    Stated("ages-filled-in-from-and-to", [allow("ec2:*", {**older("${var.least}",
            "NumericGreaterThan"), **older("${var.most}", "NumericLessThan")})],
           found("allow-age-inverted"), {}),
    Stated("age-filled-in-right", [ALL, deny_but(CARE, older("${var.age}"))], [], {}),
    Stated("federated-filled-in", [trust({"Federated": "${var.idp}"}, {**WITH, **older("<age>",
            "NumericLessThan"), "${each.value.test}": {"${each.value.variable}": "x"}})],
           found(FEDERATED, LEFT), {}),
    Stated("service-filled-in", [trust({"AWS": "${args.Roles}", "Service": "${args.Services}"},
            {**WITH, **older("${args.Age}", "NumericLessThan")})], found(SERVICE), {}),
    Stated("service-of-any-partition", [trust({**ACCOUNT, "Service": "ec2.${AWS::URLSuffix}"},
            WITH)], found(SERVICE), {}),
    Stated("key-filled-in-that-names-mfa", [allow(STOP, on("Bool", "${var.mfa_key}", "true"))], [],
           {}),
    Stated("old-version-of-a-template", [allow(READ, Resource="arn:aws:s3:::${var.my_bucket}/*")],
           [], {}),
    Stated("variable-of-terraform-s-source", [allow(LIST,
            Resource="arn:aws:iam::${var.account}:user/&{aws:username}")], [], {}),
    Stated("arn-cut-short", [allow(READ, Resource="arn:...:x/${aws:username}")], [], {}),
    Stated("variable-without-an-arn", [allow(LIST, Resource="${aws:username}")], found(NO_ARN), {}),
    # Whatever the value is to be, the operator misses keys, or locks services out.
    Stated("presence-filled-in", [ALL, deny("ec2:*", on("Bool", PRESENT, "${var.mfa}")),
            deny("s3:*", on("BoolIfExists", PRESENT, "${var.mfa}"))], found(MISSES, at=1), {}),
    Stated("presence-filled-in-for-keys", [allow("ec2:*", on("BoolIfExists", PRESENT, "<mfa>"))],
           found("allow-bool-if-exists", LEFT), {}),
    Stated("service-with-presence-filled-in", [trust(EC2_SERVICE, on("Bool", PRESENT, "$X"))],
           found(SERVICE), {}),
    # What a Deny exempts, or denies, or when, is not known yet.
    *[Stated(f"exempt-actions-filled-in-{number}", [ALL, deny_but(each, WITHOUT)], [], {})
      for number, each in enumerate(("${var.exempt}", [*CARE[2:], "${var.more}"]))],
    *[Stated(f"denied-by-what-is-filled-in-{number}", [allow("ec2:*", IF_TRUE), allow([OFF, LIST],
            Resource=ME), each], [], {})
      for number, each in enumerate((deny("${var.actions}", WITHOUT), deny_but([*CARE, "<more>"],
            WITHOUT), deny_but(CARE, {"{{ test }}": {"{{ key }}": "false"}}), deny_but(CARE,
            on("BoolIfExists", "{{ key }}", "false")), deny_but(CARE, on("BoolIfExists", PRESENT,
            "{{ value }}"))))],
    *[Stated(f"scp-spares-what-is-filled-in-{number}", [deny("*", {**WITHOUT, **each})],
             found(ENROLMENT) if number < 2 else [], {}, kind="scp")
      for number, each in enumerate((on("ArnNotLike", "aws:PrincipalArn", "${var.exempt}"),
            on("ArnNotLike", "aws:PrincipalArn", ["arn:aws:iam::*:role/a", "${var.exempt}"]),
            on("ArnNotLike", "${var.key}", "x"), on("${var.test}", "aws:PrincipalArn", "x")))],
    Stated("scp-spares-a-role-by-reference", [deny("*", {**WITHOUT, **on("ArnNotLike",
            "aws:PrincipalArn", "${aws_iam_role.x.arn}")})], found(SCP, ENROLMENT), {},
            kind="scp"),
    Stated("principals-filled-in", [allow(READ, WITH, Principal="${var.principals}",
            Resource=BUCKET)], [], {}, kind="resource"),
    # References to roles say that they are roles.
    *[Stated(f"role-by-reference-{number}", [trust({"AWS": each}, WITH)], found(ROLE_SESSION), {})
      for number, each in enumerate(("${aws_iam_role.key_admin.arn}", "${data.aws_iam_role.x.arn}",
            "${aws_iam_role.deploy[0].arn}", "${module.deploy.role_arn}", "${DeployRole.Arn}",
            "${module.deploy.iam_role_arn}", "${deployRole.arn}", "${var.source_role_arn}"))],
    *[Stated(f"not-a-role-{number}", [trust({"AWS": each}, WITH)], [], {})
      for number, each in enumerate(("${aws_iam_user.role_arn.arn}", "${var.trusted_role_arns}",
            "${var.trusted_role_arn}", "${args.TrustedRoleArns}", "${var.principals}",
            "${User.Arn}", "${aws_iam_user.key_admin.arn}",
            "arn:aws:iam::${aws_iam_role.x.account}:root"))],
    Stated("role-by-reference-and-a-deny", [allow("kms:ScheduleKeyDeletion", Principal={"AWS":
            "${aws_iam_role.x.arn}"}), deny("kms:ScheduleKeyDeletion", WITHOUT, Principal="*")],
           found(ROLE_SESSION, at=1), {}),
    Stated("all-but-a-role-by-reference", [deny("s3:*", on("ArnNotEquals", "aws:PrincipalArn",
            "${aws_iam_role.x.arn}"), **PUBLIC), deny("s3:DeleteObject", WITHOUT, **PUBLIC)],
           found(ROLE_SESSION, at=1), {}),
    # IAM refuses an action whose service is missing, or is a pattern.
    *[Stated(f"no-action-{number}", [allow([STOP, each], WITH)], found(MALFORMED), {STOP: "m"})
      for number, each in enumerate(("*:Delete*", "ec*:Describe*", "StopInstances", " s3:GetObject",
            "s3:GetObject ", "s3:", ":GetObject", "", "s3: GetObject", "s3:Get*:x", "e?2:Stop*"))],
    *[Stated(f"an-action-{number}", [allow(each, WITH)], [], {})
      for number, each in enumerate(("*", "*:*", "ec2:*", "S3:g?t*", "<service>:*", "${Action}",
            "{{ service }}:Get*", "apigateway:POST"))],
    Stated("no-actions-exempt", [ALL, deny_but([*CARE, "*:Get*", "*:List*"], WITHOUT)],
           found(MALFORMED, at=1), {}),
    # Lists and blocks that are empty.
    Stated("empty-value", [allow(STOP, {**WITH, **on("StringEquals", "aws:username", [])})],
           found(VALUE), {STOP: ""}),
    Stated("empty-value-for-mfa", [allow(STOP, on("Bool", PRESENT, []))],
           found("not-a-boolean"), {}),
    Stated("empty-value-to-differ-from", [deny(STOP, on("StringNotEquals", "aws:username", []))],
           found(VALUE), {}),
    Stated("nothing-to-compare", [allow(STOP, {**WITH, "StringEquals": {}})], [], {STOP: "m"}),
    Stated("empty-condition", [allow(STOP, {})], [], {STOP: "ksm"}),
    Stated("empty-actions", [{"Effect": "Allow", "Action": [], "Resource": "*"}], found(MALFORMED),
           {STOP: ""}),
    Stated("empty-actions-left-out", [ALL, deny_but([], FALSE)], found(MALFORMED, MISSES,
            ENROLMENT, at=1), {}),
    Stated("empty-resources", [allow(STOP, Resource=[])], found(MALFORMED), {STOP: ""}),
    Stated("empty-principals", [trust({"AWS": []}, WITH)], found(MALFORMED), {}),
    Stated("empty-principal", [trust({}, WITH)], found(MALFORMED), {}),
    # Keys of S3 that the statement's actions do not have.
    Stated("prefix-of-an-object", [deny(["s3:DeleteObject", "s3:GetObject"], {**WITHOUT,
            **on("StringNotLike", "s3:prefix", "temp/*")}, **PUBLIC)], found(NO_KEY), {}),
    Stated("prefix-of-a-list", [allow("s3:List*", on("StringLike", "s3:prefix", "temp/*")),
            deny([READ, "s3:ListBucket"], on("StringLike", "s3:prefix", "temp/*")),
            allow("${var.action}", on("StringLike", "s3:delimiter", "/")),
            allow(READ, on("StringLikeIfExists", "s3:prefix", "temp/*")),
            allow(READ, on("Null", "s3:prefix", "true"))], [], {}),
    Stated("acl-of-a-read", [allow(READ, on("StringEquals", "s3:x-amz-acl", "private"))],
           found(NO_KEY), {}),
    Stated("acl-of-a-write", [allow("s3:PutObject", on("StringEquals", "s3:x-amz-acl", "private")),
            deny("s3:*", on("StringNotEquals", "s3:x-amz-server-side-encryption", "aws:kms"),
            **PUBLIC)], found(MISPLACED, at=1), {}, kind="identity"),
    # A Deny that never matches long-term keys, whatever the file allows them.
    Stated("false-beside-allow-all", [allow("*", WITH), deny("*", FALSE)],
           found(MISSES, ENROLMENT, at=1), {STOP: "m"}),
    Stated("false-beside-allow-of-one", [allow("ec2:*", WITH), deny("ec2:*", FALSE)],
           found(MISSES, at=1), {STOP: "m"}),
    Stated("false-beside-open-allow", [ALL, deny("ec2:*", FALSE)], found(MISSES, at=1),
           {STOP: "km"}),
    Stated("false-alone", [deny("ec2:*", FALSE)], found(MISSES), {STOP: ""}),
    Stated("false-of-any-value", [ALL, deny("ec2:*", on("ForAnyValue:Bool", PRESENT, "false"))],
           found(MISSES, at=1), {STOP: "km"}),
    Stated("false-as-boolean", [allow("ec2:*", WITH), deny("ec2:*", on("Bool", PRESENT, False))],
           found(MISSES, at=1), {STOP: "m"}),
    Stated("absent-only-beside-allow", [allow("ec2:*", WITH),
            deny("ec2:*", on("Null", PRESENT, "true"))], found(NO_SESSIONS, at=1), {STOP: "m"}),
    Stated("false-backed-by-absent", [ALL, deny("ec2:*", FALSE),
            deny("ec2:*", on("Null", PRESENT, "true"))], [], {STOP: "m"}),
    Stated("false-backed-by-a-right-one", [ALL, deny("ec2:*", FALSE), deny("ec2:*", WITHOUT)],
           found(IDLE, at=1), {STOP: "m"}),
    Stated("age-beside-allow-with-mfa", [allow("ec2:*", WITH),
            deny("ec2:*", older("3600", "NumericGreaterThan"))], [], {STOP: "m"}),
    # Enrolment denied by a list, nothing else protected.
    Stated("all-of-iam-listed", [ALL, deny(["iam:*", "s3:*"], WITHOUT)],
           found(ENROLMENT, at=1), {STOP: "ksm", READ: "m", ENABLE: "m"}),
    Stated("care-listed", [ALL, deny(CARE, WITHOUT)],
           found(ENROLMENT, at=1),
           {STOP: "ksm", ENABLE: "m"}),
    Stated("enrolment-listed", [ALL, deny(ENROL[:2], WITHOUT)], found(ENROLMENT, at=1),
           {ENABLE: "m", STOP: "ksm"}),
    Stated("discovery-listed", [ALL, deny(LIST, WITHOUT)], found(DISCOVERY, at=1),
           {LIST: "m", STOP: "ksm"}),
    Stated("enrolment-listed-by-pattern", [ALL, deny("iam:Enable*", WITHOUT)],
           found(ENROLMENT, at=1), {ENABLE: "m", STOP: "ksm"}),
    Stated("enrolment-listed-among-others", [ALL, deny(["ec2:*", ENABLE], WITHOUT)],
           found(ENROLMENT, at=1), {ENABLE: "m", STOP: "m"}),
    Stated("devices-by-pattern", [ALL, deny("iam:*MFADevice", WITHOUT)], found(ENROLMENT, at=1),
           {ENABLE: "m", OFF: "m"}),
    Stated("enrolment-of-oneself-listed", [ALL, deny(ENABLE, WITHOUT, Resource=ME)],
           found(ENROLMENT, at=1), {ENABLE: "m"}),
    Stated("removal-listed", [ALL, deny([OFF, "iam:DeleteVirtualMFADevice"], WITHOUT)], [],
           {OFF: "m", ENABLE: "km"}),
    Stated("iam-writes-listed", [ALL, deny(["iam:Put*", "iam:Attach*"], WITHOUT)],
           found(OWN, at=1), {"iam:PutUserPolicy": "m", ENABLE: "km"}),
    Stated("all-of-ec2-listed", [ALL, deny("ec2:*", WITHOUT)], [], {STOP: "m", READ: "ksm"}),
    Stated("bucket-listed-with-iam", [ALL, deny(["iam:*", "s3:*"], WITHOUT, Resource=BUCKET)], [],
           {STOP: "ksm"}),
    # One step of setting up MFA is allowed, but another nowhere.
    Stated("created-and-never-enabled", [allow(CARE[2:5]), allow(CREATE, Resource=MY_DEVICE),
            allow([OFF, RESYNC], Resource=ME), deny_but(CARE, WITHOUT)],
           found(INCOMPLETE, at=1), {}),
    Stated("created-by-pattern-and-never-enabled", [allow(["iam:*VirtualMFADevice*", OFF, LIST])],
           found(INCOMPLETE), {}),
    Stated("enabled-and-never-created", [allow([ENABLE, LIST, "iam:DeleteVirtualMFADevice"])],
           found(INCOMPLETE), {}),
    Stated("enabled-and-never-created-or-listed", [allow([ENABLE, OFF,
            "iam:DeleteVirtualMFADevice"])], found(INCOMPLETE), {}),
    Stated("list-missed-by-a-pattern", [allow("iam:*MFADevice")], found(INCOMPLETE), {}),
    *[Stated(f"every-step-allowed-{number}", [allow([CREATE, LIST, RESYNC, *each])], [], {})
      for number, each in enumerate(([ENABLE], ["iam:Enable*"], ["iam:*"], ["${var.actions}"]))],
    Stated("created-and-enabled-with-mfa-only", [allow([CREATE, LIST, RESYNC]),
            allow("iam:*", WITH)], found(INCOMPLETE), {ENABLE: "m"}),
    Stated("enabled-and-listed-with-mfa-only", [allow([*ENROL[:2], RESYNC], WITH),
            allow("iam:Get*"), allow("iam:*", WITH)], found("enrolment-needs-mfa"), {}),
    Stated("every-step-allowed-but-misspelt", [allow([CREATE, LIST, RESYNC,
            "iam:EnableMFADevices"])], found(ACTION), {}),
    Stated("steps-allowed-by-another-policy", [allow(CREATE, Resource=MY_DEVICE),
            deny_but(CARE, WITHOUT)], [], {}),
    Stated("security-keys-enabled", [allow([ENABLE, LIST, OFF, RESYNC],
            on("StringEquals", "iam:FIDO-certification", "L2"))], [], {}),
    Stated("devices-enabled-for-others", [allow([ENABLE, LIST, RESYNC])], [], {}),
    Stated("created-and-never-enabled-under-a-limit", [allow([CREATE, LIST, RESYNC])],
           found("enrolment-incomplete"), {}, "boundary"),
    # A NotAction that leaves no action.
    Stated("spares-all", [ALL, deny_but("*", WITHOUT)], found(NOTHING, at=1), {STOP: "ksm"}),
    Stated("spares-iam-and-all", [ALL, deny_but(["iam:*", "*"], WITHOUT)], found(NOTHING, at=1),
           {STOP: "ksm"}),
    Stated("spares-all-by-colons", [ALL, deny_but("*:*", WITHOUT)], found(NOTHING, at=1),
           {STOP: "ksm"}),
    Stated("spares-all-twice", [ALL, deny_but(["**"], WITHOUT)], found(NOTHING, at=1),
           {STOP: "ksm"}),
    Stated("spares-all-and-false", [ALL, deny_but(["*"], FALSE)], found(NOTHING, MISSES, at=1),
           {STOP: "ksm"}),
    Stated("spares-all-of-a-bucket", [ALL, deny_but("*", WITHOUT, Resource=BUCKET)],
           found(NOTHING, at=1), {READ: "ksm"}),
    Stated("spares-all-and-everybody", [ALL, deny_but("*", on("BoolIfExists", PRESENT,
            ["true", "false"]))], found("bool-true-and-false", NOTHING, at=1), {STOP: "ksm"}),
    Stated("narrowed-twice", [ALL, deny("ec2:*", {**WITHOUT, **NETWORK, "DateLessThan":
            {"aws:CurrentTime": "2031-01-01"}})], found("deny-narrowed", at=1), {}),
    Stated("spares-all-by-age", [ALL, deny_but("*", older("3600"))], found(NOTHING, at=1),
           {STOP: "ksm"}),
    Stated("spares-all-of-iam", [ALL, deny_but("iam:*", WITHOUT)], found(REMOVAL, at=1),
           {STOP: "m", OFF: "km"}),
    Stated("spares-care", [ALL, deny_but(CARE, WITHOUT)], [], {STOP: "m", ENABLE: "km", OFF: "m"}),
    # A NotAction whose Resource is the caller's own user.
    Stated("only-oneself", [ALL, deny_but(CARE, WITHOUT, Resource=ME)], found(ONESELF, at=1),
           {STOP: "ksm"}),
    Stated("only-oneself-and-device", [ALL, deny_but(CARE, WITHOUT, Resource=[ME, MY_DEVICE])],
           found(ONESELF, at=1), {STOP: "ksm"}),
    Stated("only-the-device", [ALL, deny_but(CARE[:3], WITHOUT, Resource=MY_DEVICE)],
           found(ONESELF, at=1), {STOP: "ksm"}),
    Stated("only-oneself-in-govcloud", [ALL, deny_but(CARE, WITHOUT,
            Resource="arn:aws-us-gov:iam::*:user/${aws:username}")], found(ONESELF, at=1),
           {STOP: "ksm"}),
    Stated("only-oneself-by-age", [ALL, deny_but(CARE, older("3600"), Resource=ME)],
           found(ONESELF, at=1), {STOP: "ksm"}),
    Stated("oneself-and-a-bucket", [ALL, deny_but(CARE, WITHOUT, Resource=[ME, BUCKET])], [],
           {STOP: "ksm"}),
    Stated("removal-of-oneself", [ALL, deny(OFF, WITHOUT, Resource=ME)], [], {STOP: "ksm"}),
    # Wildcards that match the removal of the caller's own device.
    Stated("own-by-pattern", [allow("ec2:*", WITH), allow("iam:*MFADevice*", Resource=[ME,
            MY_DEVICE])], found(OWN, at=1), {STOP: "m"}),
    Stated("own-by-verb", [allow("ec2:*", WITH), allow("iam:Deactivate*", Resource=ME)],
           found(OWN, at=1), {STOP: "m"}),
    Stated("own-by-service", [allow("ec2:*", WITH), allow("iam:*", Resource=[ME, MY_DEVICE])],
           found(OWN, at=1), {STOP: "m"}),
    Stated("own-by-everything", [allow("ec2:*", WITH), allow("*", Resource=ME)],
           found(OWN, at=1), {STOP: "m"}),
    Stated("own-by-pattern-denied", [allow("ec2:*", WITH), allow("iam:*", Resource=ME),
            deny(OFF, WITHOUT)], [], {STOP: "m"}),
    Stated("own-by-pattern-all-denied", [allow("iam:*MFADevice*", Resource=[ME,
            MY_DEVICE]), deny_but(CARE, WITHOUT)], [], {STOP: ""}),
    Stated("own-reading-only", [allow("ec2:*", WITH), allow("iam:List*", Resource=ME)], [],
           {STOP: "m"}),
    Stated("spares-removal-by-pattern", [ALL, deny_but([*CARE, "iam:Deactivate*"], WITHOUT)],
           found(REMOVAL, at=1), {OFF: "km", STOP: "m"}),
    Stated("spares-devices-by-pattern", [ALL, deny_but([*CARE, "iam:*MFADevice"], WITHOUT)],
           found(REMOVAL, at=1), {OFF: "km", STOP: "m"}),
    Stated("enrolment-with-mfa-by-pattern", [allow("iam:*MFADevice*", WITH)],
           found("enrolment-needs-mfa"), {ENABLE: "m"}),
    # Everybody, narrowed by a Deny.
    Stated("public-behind-no-age", [allow("s3:*", **PUBLIC), deny("s3:*", NO_AGE, **PUBLIC)],
           found(ANYONE), {}),
    Stated("public-behind-without", [allow(READ, **PUBLIC), deny("s3:*", WITHOUT, **PUBLIC)],
           found(ANYONE), {}),
    Stated("public-behind-two", [allow(READ, **PUBLIC), deny("s3:*", FALSE, **PUBLIC),
            deny("s3:*", on("Null", PRESENT, "true"), **PUBLIC)], found(ANYONE), {}),
    Stated("public-as-aws-behind-no-age", [allow(READ, Principal={"AWS": "*"}, Resource=BUCKET),
            deny("s3:*", NO_AGE, **PUBLIC)], found(ANYONE), {}),
    Stated("public-behind-age", [allow(READ, **PUBLIC), deny("s3:*", older("900"), **PUBLIC)],
           found(ANYONE), {}),
    Stated("public-role-behind-without", [trust("*"), trust("*", WITHOUT, "Deny")],
           found(ANYONE), {}),
    Stated("account-behind-no-age", [allow(READ, Principal=ACCOUNT, Resource=BUCKET),
            deny("s3:*", NO_AGE, **PUBLIC)], [], {}),
    Stated("organisation-behind-no-age", [allow(READ, on("StringEquals", "aws:PrincipalOrgID",
            "o-1"), **PUBLIC), deny("s3:*", NO_AGE, **PUBLIC)], [], {}),
    # AWS's own example: one part of a public bucket needs MFA, which anybody may have.
    Stated("public-behind-no-age-in-part", [allow(READ, **PUBLIC), deny("s3:*", NO_AGE,
            Principal="*", Resource="arn:aws:s3:::books/taxdocuments/*")], found(ANYONE),
           {READ: "ksm"}),
    Stated("public-for-a-name", [trust("*", {**WITH, **on("StringLike", "aws:username", "ci-*"),
            "StringEquals": {"aws:PrincipalTag/team": "ci"}})], found(ANYONE), {}),
    Stated("public-in-a-network", [trust("*", {**WITH, "IpAddress": {"aws:SourceIp":
            "192.0.2.0/24"}})], found(ANYONE), {}),
    Stated("public-with-an-external-id", [trust("*", {**WITH, **on("StringEquals",
            "sts:ExternalId", "x")})], [], {}),
    Stated("public-beside-another-part", [allow(READ, **PUBLIC), deny("s3:*", NO_AGE,
            Principal="*", Resource="arn:aws:s3:::films/*")], [], {}),
    Stated("public-on-purpose", [allow(READ, **PUBLIC), deny("s3:Put*", NO_AGE, **PUBLIC)], [], {}),
    # One Allow with MFA, one without, whose other condition the whole account meets.
    Stated("key-for-callers", [allow("kms:*", WITH, Principal=ACCOUNT),
            allow("kms:*", CALLER, Principal="*")], found(DEFEATED), {}),
    Stated("key-for-callers-of-the-account", [allow("kms:Decrypt", WITH, Principal=ACCOUNT),
            allow("kms:*", on("StringEquals", "aws:PrincipalAccount", "123456789012"),
                  Principal="*")], found(DEFEATED), {}),
    Stated("key-for-callers-by-list", [allow("kms:Decrypt", WITH, Principal=ACCOUNT),
            allow("kms:Decrypt", on("StringEquals", "kms:CallerAccount",
                  ["123456789012", "999999999999"]), Principal={"AWS": "*"})],
           found(DEFEATED), {}),
    Stated("key-for-callers-both", [allow("kms:Decrypt", {**WITH, **CALLER}, Principal="*"),
            allow("kms:Decrypt", CALLER, Principal="*")], found(DEFEATED), {}),
    Stated("key-for-other-callers", [allow("kms:Decrypt", WITH, Principal=ACCOUNT),
            allow("kms:Decrypt", OTHER_CALLER, Principal="*")], [], {}),
    Stated("key-via-service", [allow("kms:Decrypt", WITH, Principal=ACCOUNT),
            allow("kms:Decrypt", VIA, Principal="*")], [], {}),
    Stated("key-for-callers-denied", [allow("kms:Decrypt", WITH, Principal=ACCOUNT),
            allow("kms:Decrypt", CALLER, Principal="*"), deny("kms:*", WITHOUT, Principal="*")],
           [], {}),
    # Two typos in one condition.
    Stated("blanks-in-both", [ALL, deny("ec2:*", on(" NumericGreaterThanIfExists ",
            "aws: MultiFactorAuthAge", "900"))], found(OPERATOR, KEY, at=1), {}),
    Stated("misspelt-both", [deny("ec2:*", on("BoolIfExist", "aws:MultiFactorAuthPresence",
            "false"))], found(OPERATOR, KEY), {}),
    Stated("blank-in-operator", [allow("ec2:*", on("Bool ", PRESENT, "true"))], found(OPERATOR),
           {}),
    Stated("blank-in-key", [allow("ec2:*", on("Bool", "aws:MultiFactorAuthPresent ", "true"))],
           found(KEY), {STOP: ""}),
    Stated("blank-before-key", [allow("ec2:*", on("Bool", " aws:MultiFactorAuthPresent", "true"))],
           found(KEY), {STOP: ""}),
    # Service control policies and boundaries.
    Stated("scp-asks-all", [ALL, deny("ec2:*", WITHOUT)], found(SCP, at=1), {}, "scp"),
    Stated("scp-asks-all-by-age", [ALL, deny("ec2:*", older("3600"))], found(SCP, at=1), {},
           "scp"),
    Stated("scp-asks-all-but-care", [ALL, deny_but(CARE, WITHOUT)], found(SCP, at=1), {}, "scp"),
    Stated("scp-spares-roles", [ALL, deny("ec2:*", {**WITHOUT, **NOT_ROLES})], [], {}, "scp"),
    Stated("scp-asks-before-enrolment", [ALL, deny("*", {**WITHOUT, **on("ArnLike",
            "aws:PrincipalArn", "arn:aws:iam::*:user/*")})], found(ENROLMENT, at=1),
           {}, "scp"),
    Stated("scp-lists-enrolment", [ALL, deny("iam:Create*", WITHOUT)],
           found(SCP, ENROLMENT, at=1), {}, "scp"),
    Stated("scp-spares-some-roles-of-everything", [ALL, deny_but(CARE, {**WITHOUT, **SOME_ROLES})],
           found(SCP, at=1), {}, "scp"),
    Stated("scp-spares-all-roles-of-everything", [ALL, deny_but(CARE, {**WITHOUT, **NOT_ROLES})],
           [], {}, "scp"),
    Stated("scp-spares-some-roles-of-a-few", [ALL, deny("ec2:*", {**WITHOUT, **SOME_ROLES})], [],
           {}, "scp"),
    Stated("scp-spares-root-only", [ALL, deny("ec2:*", {**WITHOUT, **on("ArnNotLike",
            "aws:PrincipalArn", "arn:aws:iam::123456789012:root")})], found(SCP, at=1), {}, "scp"),
    Stated("scp-spares-a-user-only", [ALL, deny("ec2:*", {**WITHOUT, **on("ArnNotLike",
            "aws:PrincipalArn", "arn:aws:iam::*:user/break-glass")})], found(SCP, at=1), {}, "scp"),
    Stated("scp-for-root", [ALL, deny("ec2:*", {**WITHOUT, **on("ArnLike",
            "aws:PrincipalArn", "arn:aws:iam::*:root")})], [], {}, "scp"),
    Stated("scp-for-users", [ALL, deny("ec2:*", {**WITHOUT, **on("StringEquals",
            "aws:PrincipalType", "User")})], [], {}, "scp"),
    Stated("scp-in-a-region", [ALL, deny("ec2:*", {**WITHOUT, **on("StringEquals",
            "aws:RequestedRegion", "eu-west-1")})], found(SCP, at=1), {}, "scp"),
    Stated("scp-without-mfa", [ALL, deny("organizations:Leave*")], [], {}, "scp"),
    Stated("boundary-asks", [ALL, deny("ec2:*", WITHOUT)], [], {STOP: ""}, "boundary"),
    Stated("boundary-asks-all", [ALL, deny("*", WITHOUT)], found(ENROLMENT, at=1),
           {STOP: ""}, "boundary"),
    # The same in other forms: another case, lists, other operators, several keys.
    Stated("operators-in-any-case", [ALL, deny("ec2:*", on("BOOLIFEXISTS", PRESENT.lower(),
            "False"))], [], {STOP: "m"}),
    Stated("all-values-in-any-case", [allow("ec2:*", on("forallvalues:bool", PRESENT, "true"))],
           found("allow-for-all-values"), {STOP: "km"}),
    Stated("any-value-that-exists", [ALL, deny("ec2:*", on("ForAnyValue:BoolIfExists", PRESENT,
            "false"))], [], {STOP: "m"}),
    Stated("all-values-of-none", [ALL, deny("ec2:*", on("ForAllValues:Bool", PRESENT, "false"))],
           [], {STOP: "m"}),
    Stated("all-ages-of-none", [allow("ec2:*", on("ForAllValues:NumericLessThan", AGE, "3600"))],
           found("allow-for-all-values"), {STOP: "ksm"}),
    Stated("any-age-that-is-over", [ALL, deny("ec2:*", older("3600",
            "ForAnyValue:NumericGreaterThan"))], found("deny-age-misses-no-mfa", at=1),
           {STOP: "ksm"}),
    Stated("text-is-not-true", [ALL, deny("ec2:*", on("StringNotEquals", PRESENT, "true"))],
           found("wrong-operator", at=1), {}),
    Stated("text-in-any-case", [allow("ec2:*", on("StringEqualsIgnoreCase", PRESENT, "TRUE"))],
           found("wrong-operator"), {}),
    Stated("no-values", [allow("ec2:*", on("Bool", PRESENT, []))], found("not-a-boolean"),
           {STOP: ""}),
    Stated("the-same-value-twice", [allow("ec2:*", on("Bool", PRESENT, ["true", True]))], [],
           {STOP: "m"}),
    Stated("one-value-of-two-is-none", [allow("ec2:*", on("Bool", PRESENT, ["true", "yes"]))],
           found("not-a-boolean"), {}),
    Stated("blank-before-value", [allow("ec2:*", on("Bool", PRESENT, " true"))],
           found("not-a-boolean"), {}),
    Stated("value-of-a-variable", [allow("ec2:*", on("Bool", PRESENT, "${aws:PrincipalTag/mfa}"))],
           found("not-a-boolean"), {}),
    Stated("two-keys-of-one-operator", [allow("ec2:*", {"Bool": {PRESENT: "true",
            "aws:SecureTransport": "true"}})], [], {STOP: "m"}),
    Stated("two-keys-of-one-operator-denied", [ALL, deny("ec2:*", {"BoolIfExists":
            {PRESENT: "false", "aws:SecureTransport": "false"}})], found("deny-narrowed", at=1),
           {}),
    Stated("false-and-absent", [ALL, deny("ec2:*", {**FALSE, **on("Null", PRESENT, "true")})],
           found("conditions-never-match", at=1), {STOP: "ksm"}),
    Stated("issued-before", [ALL, deny("ec2:*", {**WITHOUT, **on("DateLessThan",
            "aws:TokenIssueTime", "2031-01-01T00:00:00Z")})], found("deny-narrowed", at=1),
           {STOP: "km"}),
    Stated("age-below-zero", [ALL, deny("ec2:*", older("-1"))],
           found("deny-applies-with-mfa", SHORT, at=1), {STOP: ""}),
    Stated("any-age-at-all", [allow("ec2:*", on("NumericNotEquals", AGE, "0"))],
           found("allow-age-inverted"), {STOP: "ks"}),
    Stated("looser-of-two-ages", [allow("ec2:*", on("NumericLessThan", AGE, ["900", 3600]))],
           found(UNUSED), {STOP: "m"}),
    Stated("age-of-a-variable", [allow("ec2:*", on("NumericLessThan", AGE,
            "${aws:PrincipalTag/age}"))], found("age-not-a-number"), {}),
    Stated("no-age-or-one", [ALL, deny("ec2:*", on("Null", AGE, ["true", "false"]))],
           found("bool-true-and-false", at=1), {STOP: ""}),
    Stated("not-resource", [ALL, deny("ec2:*", FALSE, NotResource=BUCKET)],
           found(MISSES, at=1), {STOP: "km"}),
    Stated("not-principal-denied", [allow("ec2:*", Principal=ACCOUNT), {"Effect": "Deny",
            "NotPrincipal": {"AWS": ["arn:aws:iam::123456789012:user/x", "123456789012"]},
            "Action": "ec2:*", "Resource": "*", "Condition": FALSE}], found(MISSES, at=1), {}),
    Stated("not-principal-allowed", [{"Effect": "Allow", "NotPrincipal": ACCOUNT, "Action": READ,
            "Resource": BUCKET, "Condition": WITH}], found(ANYONE), {}),
    Stated("two-colons-in-key", [allow("ec2:*", on("Bool", "aws::MultiFactorAuthPresent",
            "true"))], found(KEY), {}),
    Stated("something-after-key", [allow("ec2:*", on("Bool", PRESENT + "/x", "true"))], found(KEY),
           {}),
    Stated("tag-about-mfa", [allow("ec2:*", on("StringEquals", "aws:PrincipalTag/mfa", "true"))],
           [], {}),
    # A Deny for everybody without MFA, and an Allow for a role by name.
    Stated("role-beside-deny", [trust(ROLE), trust("*", WITHOUT, "Deny")],
           found(ROLE_SESSION, at=1), {}),
    Stated("role-beside-deny-of-one", [allow("kms:*", Principal=ACCOUNT), allow(["kms:Decrypt",
            "kms:DisableKey"], Principal=ROLE), deny("kms:DisableKey", WITHOUT, Principal="*")],
           found(ROLE_SESSION, at=2), {}),
    Stated("role-beside-deny-of-what-a-pattern-takes-in", [allow("s3:*", Principal=ROLE,
            Resource=BUCKET), deny("s3:DeleteObject", WITHOUT, **PUBLIC)], [], {}),
    Stated("role-beside-deny-of-something-else", [allow("kms:Decrypt", Principal=ROLE),
            deny("kms:DisableKey", WITHOUT, Principal="*")], [], {}),
    Stated("role-beside-deny-that-spares-it", [trust(ROLE), trust("*", {**WITHOUT, **NOT_ROLES},
            "Deny")], [], {}),
    # A Deny narrows an Allow for everybody; the rest stays allowed to everybody.
    Stated("if-exists-behind-what-is-spared", [allow(["iam:GetUser", "iam:List*"]),
            allow(["iam:Get*", "iam:ListSSHPublicKeys", "ec2:*"], IF_TRUE),
            deny_but([*CARE, "iam:List*"], WITHOUT)], [], {STOP: "m", "iam:GetUser": "km"}),
    Stated("if-exists-beside-the-same", [allow("ec2:*"), allow("ec2:*", IF_TRUE)],
           found("allow-bool-if-exists", at=1), {STOP: "ksm"}),
    Stated("if-exists-behind-too-little", [allow(["iam:Get*", "ec2:*"], IF_TRUE),
            deny_but([*CARE, "iam:GetRole"], WITHOUT)], found("allow-bool-if-exists"),
           {STOP: "m", "iam:GetRole": "km"}),
    # Limits of age: only an upper bound can be too short.
    Stated("lower-bound", [allow("ec2:*", on("NumericGreaterThanEquals", AGE, "0"))], [],
           {STOP: "m"}),
    Stated("between", [allow("ec2:*", {"NumericGreaterThanEquals": {AGE: "0"},
            "NumericLessThan": {AGE: "900"}})], [], {STOP: "m"}),
    Stated("harmless-deny", [allow("ec2:*", WITH), deny("ec2:*", on("NumericLessThan", AGE, "0"))],
           [], {STOP: "m"}),
    Stated("allow-below-zero", [allow("ec2:*", on("NumericLessThan", AGE, "0"))],
           found("conditions-never-match"), {STOP: ""}),
    Stated("allow-a-minute", [allow("ec2:*", on("NumericLessThan", AGE, "60"))], found(SHORT),
           {STOP: "m"}),
    Stated("allow-a-second", [allow("ec2:*", on("NumericLessThan", AGE, "1"))], found(SHORT),
           {STOP: "m"}),
    Stated("deny-after-a-minute", [ALL, deny("ec2:*", older(60))], found(SHORT, at=1),
           {STOP: "m"}),
    Stated("deny-after-a-week", [ALL, deny("ec2:*", older("604800"))], found(LONG, at=1),
           {STOP: "m"}),
    Stated("allow-for-a-week", [allow("ec2:*", on("NumericLessThan", AGE, "604800"))],
           found(LONG), {STOP: "m"}),
    Stated("deny-after-15m", [ALL, deny("ec2:*", older("15m"))], found("age-not-a-number", at=1),
           {}),
    Stated("longest-session", [ALL, deny("ec2:*", older("129600"))], [], {STOP: "m"}),
    # Actions that AWS does not have.
    Stated("action-in-the-singular", [allow("ec2:StopInstance")], found(ACTION), {STOP: ""}),
    Stated("action-misspelt-in-a-list", [deny(["ec2:StopInstances", "ec2:TerminteInstances"],
            WITHOUT)], found(ACTION), {}),
    Stated("action-misspelt-in-not-action", [deny_but([*CARE, "EC2:StartInstance"], WITHOUT)],
           found(ACTION), {}),
    Stated("action-in-any-case", [allow(["EC2:stopinstances", "IAM:passrole"])], [], {}),
    Stated("action-far-off", [deny(["ec2:Stop*", "ec2:Terminat*Foo"], WITHOUT)], found(ACTION), {}),
    Stated("service-far-off", [allow("nova:Stop")], found(ACTION), {}),
    Stated("service-misspelt", [deny("dynamobd:DeleteTable", WITHOUT)], found(ACTION), {}),
    Stated("service-of-the-cli", [deny(["elbv2:DeleteRule", "s3:ListObjects"], WITHOUT)],
           found(ACTION, ACTION), {}),
    Stated("call-that-is-no-action", [allow(["kms:ReEncrypt", "kms:ReEncrypt*", "sns:Publish",
            "apigateway:POST"])], found(ACTION), {}),
    Stated("call-of-a-service-of-methods", [allow("apigateway:CreateRestApi")], found(ACTION), {}),
    # Services and people from elsewhere beside AWS principals.
    Stated("service-and-account", [trust({**EC2_SERVICE, **ACCOUNT}, WITH)], found(SERVICE), {}),
    Stated("service-alone", [trust(EC2_SERVICE, WITH)], found(SERVICE), {}),
    Stated("service-apart", [trust(ACCOUNT, WITH), trust(EC2_SERVICE)], [], {}),
    Stated("federation-and-account", [trust({**SAML, **ACCOUNT}, WITH)], found(FEDERATED), {}),
    Stated("service-and-federation", [trust({**SAML, **EC2_SERVICE}, WITH)],
           found(FEDERATED, SERVICE), {}),
    # Whom another statement lets in by name is not locked out, if it gives them the same.
    *[Stated(f"let-in-elsewhere-{number}", [{**trust({"AWS": ["123456789012"], **who}, WITH),
            "Action": actions}, {**trust(who), "Action": actions[-1]}], [], {})
      for number, (who, actions) in enumerate([(EC2_SERVICE, ["sts:AssumeRole"]), (SAML,
          ["sts:AssumeRole", "sts:AssumeRoleWithSAML"])])],
    Stated("let-in-elsewhere-in-part", [allow([READ, "s3:PutObject"], WITH, Principal={"AWS":
            "123456789012", **EC2_SERVICE}, Resource=BUCKET), allow(READ, Principal=EC2_SERVICE,
            Resource=BUCKET)], found(SERVICE), {}),
    # Words of a Sid that are part of a name, or mean something else.
    *[Stated(f"sid-of-everything-{sid}", [allow(["ec2:*", "s3:*"]), deny(["ec2:*", "s3:*"][:most],
            {**WITHOUT, **on("StringNotLike", "aws:username", "bot-*")}, Sid=sid)],
            [(PROMISE, sid)] if told else [], {})
      for sid, most, told in (("DenyAllWithoutMfaExceptBots", 2, False), ("DenyAllWithoutMfa", 1,
          True))],
    *[Stated(f"sid-of-what-is-tagged-{sid}", [allow("ec2:*"), deny("ec2:*", {**WITHOUT,
            **on("StringEquals", "aws:ResourceTag/env", "prod")}, Sid=sid)],
            [("deny-narrowed", sid)] if told else [], {})
      for sid, told in (("DenyAllWithoutMfaOnProd", False), ("DenyAllWithoutMfa", True))],
    *[Stated(f"sid-of-a-guard-{sid}", [ALL, deny_but(CARE, WITHOUT), deny("iam:DeletePolicy",
            Sid=sid, Resource=f"arn:aws:iam::*:policy/{name}")],
            [(PROMISE, sid)] if told else [], {})
      for sid, name, told in (("ProtectRequireMfaPolicy", "RequireMFA", False),
          ("DenyRemovingMfaRequiredPolicy", "Guard", False), ("RequireMfa", "Guard", True))],
    *[Stated(f"sid-with-an-exempting-word-{sid}", [allow(action, Sid=sid), deny_but(CARE,
            WITHOUT)], [(EXEMPTION, sid)] if told else [], {})
      for sid, action, told in (
          ("ExclusiveGpuNodes", "ec2:RunInstances", False), ("MfaExclusions", "ec2:Run*", True),
          ("ExcludedFindings", "securityhub:BatchUpdateFindings", False),
          ("NodesExemptFromMfa", "ec2:RunInstances", True),
          ("BypassGovernanceWithMfa", "s3:BypassGovernanceRetention", False),
          ("BypassOfMfaForBackups", READ, True), ("ListMfaExemptionsTable", "dynamodb:Scan", False),
          ("EmailUsersWithoutMfa", "ses:SendEmail", False),
          ("EmailWithoutMfa", "ses:SendEmail", True),
          ("InitialLoginProfile", "iam:CreateLoginProfile", False))],
    *[Stated(f"sid-of-versions-{sid}", [ALL, deny("s3:DeleteObject", WITHOUT, Sid=sid,
            Resource=f"arn:aws:s3:::{name}/*")], [(PROMISE, sid)] if told else [], {})
      for sid, name, told in (("ConversionDeleteMfa", "out", False), ("VersionsDeleteMfa",
          "app-versions", False), ("PermanentStaffDeleteNeedsMfa", "out", False),
          ("DeleteVersionsNeedsMfa", "out", True),
          ("PermanentDeletionNeedsMfa", "permanent-out", False),
          ("DenyDeleteCurrentVersionsWithoutMfa", "out", False),
          ("PermanentDeleteNeedsMfa", "out", True))],
    *[Stated(f"sid-of-hours-{sid}", [ALL, deny("rds:*", {**WITHOUT, "DateGreaterThan":
            {"aws:CurrentTime": "2026-11-27T18:00:00Z"}, "DateLessThan": {"aws:CurrentTime":
            "2026-11-30T06:00:00Z"}}, Sid=sid)], [(PROMISE, sid)] if told else [], {})
      for sid, told in (("CutoverWeekendMfa", False), ("DenyInOfficeHours", True))],
    *[Stated(f"sid-that-excepts-{sid}", [ALL, deny_but([*CARE, "support:*"], WITHOUT, Sid=sid)],
            [(PROMISE, sid)] if told else [], {})
      for sid, told in (("DenyAllExceptMfaSetupAndSupport", False), ("DenyAllExceptMfaSetup",
          True), ("DenyAllExceptMfaSetupWithSupport", False),
          ("DenyAllExceptMfaEnrolmentAndManagement", True))],
    *[Stated(f"sid-that-excepts-{sid}", [ALL, deny_but([*CARE, *more], {**WITHOUT, **on(
            "StringLike", "aws:username", "contractor-*")}, Sid=sid)],
            [(EXEMPTION, sid)] if told else [], {})
      for sid, more, told in (("DenyAllExceptReadForContractors", ["s3:Get*"], False),
          ("DenyAllExceptForContractors", [], True))],
    *[Stated(f"sid-of-a-time-{sid}", [ALL, deny_but(CARE, older(limit), Sid=sid)],
            [(PROMISE, sid)] if told else [], {})
      for sid, limit, told in (("Mfa12h30m", 45_000, False), ("Route53MinTtlMfa", 3600, False),
          ("MfaWithin1HourPlusGrace", 3900, False), ("Mfa1Point5Hours", 5400, False),
          ("MfaFor24HourOncall", 3600, False), ("SessionMax8HoursMfa15Min", 900, False),
          ("DenyAllExceptUnlessMFAd", 3600, False), ("MfaWithin1Hour", 3900, True))],
    # What else stands in a Sid, or names a resource.
    *[Stated(f"sid-says-more-{sid}", [allow(action, Resource=where, Sid=sid)],
            [(PROMISE, sid)] if told else [], {})
      for sid, action, where, told in (
          ("NotifyIfMfaDisabled", "sns:Publish", "*", False),
          ("PublishIfMfa", "sns:Publish", "*", True),
          ("ListUsersWithMfa", "iam:ListUsers", "*", False),
          ("ListUsersIfMfa", "iam:ListUsers", "*", True),
          ("AttachRequireMfaPolicy", "iam:AttachUserPolicy", "*", False),
          ("AttachPolicyRequiresMfa", "iam:AttachUserPolicy", "*", True),
          ("AssumeRoleRequiringMfa", "sts:AssumeRole", "arn:aws:iam::111122223333:role/x", False),
          ("ReadMfaOnly", READ, "arn:aws:s3:::mfa-only/*", False),
          ("ReadBooksMfaOnly", READ, BUCKET, True), ("NoMfaNeeded", READ, BUCKET, False))],
    *[Stated(f"sid-of-a-deny-says-more-{sid}", [ALL, deny("cloudtrail:StopLogging", Sid=sid),
            deny_but(CARE, WITHOUT)], [(PROMISE, sid)] if told else [], {})
      for sid, told in (("DenyEvenWithMfa", False), ("DenyWithoutMfa", True),
          ("DenyStoppingMfaRequiredTrail", False), ("DenyWithOrWithoutMfa", False),
          ("DenyStoppingTrailsMfaRequired", True))],
    *[Stated(f"sid-of-hardware-says-more-{sid}", [allow(OFF), deny(OFF, WITHOUT, Sid=sid)],
            [(PROMISE, sid)] if told else [], {})
      for sid, told in (("PhysicalMfaDeviceRemovalNeedsMfa", False),
          ("DenyWithoutVirtualOrHardwareMfa", False), ("RemovalNeedsPhysicalMfa", True))],
    *[Stated(f"sid-of-root-says-more-{sid}", [ALL, deny(OFF, {**WITHOUT, **on("ArnLike",
            "aws:PrincipalArn", "arn:aws:iam::*:user/*")}, Sid=sid),
            deny_but(CARE, WITHOUT)], [(PROMISE, sid)] if told else [], {})
      for sid, told in (("DenyRootMfaChangeWithoutMfa", False), ("DenyRootWithoutMfa", True))],
    # A Deny for everybody takes away what a service, or people from elsewhere, may do by name.
    Stated("service-beside-deny-for-all", [trust(EC2_SERVICE), trust("*", WITHOUT, "Deny")],
           found(SERVICE, at=1), {}),
    Stated("service-behind-deny-of-a-bucket", [allow(READ, Principal=FRONT, Resource=BUCKET),
            deny("s3:*", WITHOUT, **PUBLIC)], found(SERVICE, at=1), {}),
    Stated("service-exempt-by-key", [allow(READ, Principal=FRONT, Resource=BUCKET),
            deny("s3:*", {**WITHOUT, **NO_SERVICE}, **PUBLIC)], [], {}),
    Stated("service-beside-deny-of-else", [allow(READ, Principal=FRONT, Resource=BUCKET),
            deny("s3:DeleteObject", WITHOUT, **PUBLIC)], [], {}),
    Stated("service-missed-by-deny", [trust(EC2_SERVICE), trust("*", FALSE, "Deny")],
           found(MISSES, at=1), {}),
    Stated("federation-beside-deny-for-all", [
            {**trust(SAML), "Action": "sts:AssumeRoleWithSAML"},
            {**trust("*", WITHOUT, "Deny"), "Action": "sts:*"}], found(FEDERATED, at=1), {}),
    # Conditions that keep users of other accounts out of a public Allow, and some that do not.
    Stated("public-in-any-organisation", [allow(READ, {**WITH, **ORGANISATION_IF_ANY}, **PUBLIC)],
           found(ANYONE), {}),
    Stated("public-but-for-an-account", [allow(READ, {**WITH, **on("StringNotEquals",
            "aws:PrincipalAccount", "123456789012")}, **PUBLIC)], found(ANYONE), {}),
    Stated("public-by-arns-of-any-account", [allow(READ, {**WITH, **on("ArnLike",
            "aws:PrincipalArn", "arn:aws:iam::*:user/*")}, **PUBLIC)], found(ANYONE), {}),
    Stated("public-by-arns-of-one", [allow(READ, {**WITH, **on("ArnLike", "aws:PrincipalArn",
            "arn:aws:iam::123456789012:user/*")}, **PUBLIC)], [], {}),
    Stated("public-with-a-prefix", [allow("s3:ListBucket", {**WITH,
            **on("StringLike", "s3:prefix", "a*")}, Principal="*", Resource="arn:aws:s3:::books")],
           found(ANYONE), {}),
    Stated("public-denied-outside-organisation", [allow(READ, WITH, **PUBLIC), deny("s3:*",
            on("StringNotEquals", "aws:PrincipalOrgID", "o-1234567890"), **PUBLIC)], [], {}),
    Stated("public-denied-but-to-an-account", [allow(READ, WITH, **PUBLIC),
            {**deny("s3:*", Resource=BUCKET), "NotPrincipal": ACCOUNT}], [], {}),
    Stated("public-with-a-wrong-condition", [trust("*", IF_TRUE)],
           found("allow-bool-if-exists", ANYONE), {}),
    Stated("public-without-mfa-only", [trust("*", WITHOUT)],
           found("allow-without-mfa", ANYONE), {}),
    # Limits, wrong resources, and conditions that leave enrolment alone.
    Stated("scp-allows-only-with-mfa", [allow("*", WITH)], found(SCP), {}, kind="scp"),
    Stated("scp-allows-roles-too", [allow("*", WITH), allow("*", on("ArnLike", "aws:PrincipalArn",
            "arn:aws:iam::*:role/*"))], [], {}, kind="scp"),
    Stated("not-resource-of-all", [ALL, deny("*", WITHOUT, NotResource="*")],
           found(NOTHING, at=1), {STOP: "ksm"}),
    Stated("roles-of-any-account", [deny("iam:*", WITHOUT, Resource="arn:aws:iam::*:role/*")], [],
           {}),
    Stated("all-in-one-region", [ALL, deny("*", {**WITHOUT, **on("StringEquals",
            "aws:RequestedRegion", "eu-west-1")})], [], {}),
    Stated("all-but-one-region", [deny("*", {**WITHOUT, **on("StringNotEquals",
            "aws:RequestedRegion", "eu-west-1")})], found("deny-narrowed", ENROLMENT), {}),
    Stated("all-with-a-tag", [deny("*", {**WITHOUT, **on("StringEquals", "aws:RequestTag/stage",
            "live")})], found(NO_KEY), {}),
    Stated("own-removal-denied-to-direct-calls", [allow(OFF, Resource=ME), deny_but(CARE,
            {"BoolIfExists": {PRESENT: "false", "aws:ViaAWSService": "false"}})], [], {}),
    # MFA actions with resources to which they never apply.
    Stated("device-made-on-a-user", [allow(ENROL, Resource=ME)], found(RESOURCE), {ENABLE: "km"}),
    Stated("device-made-on-a-device", [allow(ENROL, Resource=[ME, MY_DEVICE])], [], {}),
    Stated("device-made-by-another-allow", [allow(ENROL, Resource=ME),
            allow("iam:CreateVirtualMFADevice", Resource=MY_DEVICE)], [], {}),
    Stated("user-s-action-on-a-device", [allow(LIST, Resource=MY_DEVICE)], found(RESOURCE),
           {LIST: ""}),
    # Sids that demand MFA, beside conditions on callers and tags, or Denies of a part.
    *[Stated(f"demand-of-a-sid-{at}", [allow(["ec2:*", "cloudtrail:*"]), {**statement, "Sid": sid}],
            [(PROMISE, sid)] if told else [], {})
      for at, (told, sid, statement) in enumerate((
          (True, "DenyAllWithoutMFA", deny_but(CARE, on("StringNotEquals", "aws:username", "me"))),
          (True, "RequireMFAForTermination", deny("ec2:TerminateInstances", on("ArnNotLike",
              "aws:PrincipalArn", "arn:aws:iam::*:role/ci"))),
          (True, "DenyTerminationWithoutMFA", deny("ec2:TerminateInstances", on("StringEquals",
              "aws:ResourceTag/env", "prod"))),
          (True, "NoStopWithoutMFA", allow(STOP)), (True, "DenyStopIfNoMFA", allow(STOP)),
          (True, "StopOnlyAfterMFA", allow(STOP)), (True, "StopWithSecondFactor", allow(STOP)),
          (False, "UploadWithoutMFA", allow("s3:PutObject")), (False, "NoMFAToRead", allow(READ)),
          (False, "NodesWithoutMFA", allow(STOP)),
          (False, "OnlyGlassMayStopTheTrail", deny("cloudtrail:StopLogging", on("StringNotEquals",
              "aws:username", "glass"))),
          (False, "RequireMFARole", deny("ec2:TerminateInstances", on("ArnNotLike",
              "aws:PrincipalArn", "arn:aws:iam::*:role/WithMfa"))),
          (False, "DenyWithoutMFA", deny("ec2:*", on("StringNotEquals", "aws:ResourceTag/mfa",
              "no")))))],
    *[Stated(f"demand-met-in-part-{at}", [allow(given, Resource=where, Sid="WorkWithMFA"),
            *denials], [(PROMISE, "WorkWithMFA")] if told else [], {})
      for at, (told, given, where, denials) in enumerate((
          (True, "*", "*", [deny(["ec2:*", "s3:*"], WITHOUT)]),
          (True, ["s3:DeleteObject", "s3:DeleteBucket"], "*", [deny("s3:DeleteObject", WITHOUT)]),
          (True, "s3:*", ["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"], [deny("s3:*", WITHOUT,
              Resource="arn:aws:s3:::a/*")]),
          (False, "*", "*", [deny(["ec2:*", "s3:*"], WITHOUT), deny_but([*CARE, "ec2:*", "s3:*"],
              WITHOUT)]),
          (False, ["s3:GetObject", "s3:DeleteObject"], "*", [deny("s3:DeleteObject", WITHOUT)]),
          (False, "*", "*", [deny_but(CARE, {**WITHOUT, **NOT_ROLES})]),
          (False, ["s3:*", "ec2:*"], "*", [deny("s3:*", WITHOUT), deny("ec2:*", WITHOUT)]),
          (False, "s3:*", ["arn:aws:s3:::a", "arn:aws:s3:::a/*"], [deny("s3:*", WITHOUT)])))],
    Stated("deletion-under-a-sid-of-deactivation", [allow([*ENROL, RESYNC], Resource=["*"]),
            allow("iam:DeleteVirtualMFADevice", WITH, Resource=MY_DEVICE,
            Sid="AllowDeactivateOwnMFAWithMFA"), deny_but(CARE, WITHOUT)],
            [(PROMISE, "AllowDeactivateOwnMFAWithMFA")], {}),
    Stated("deletion-beside-deactivation", [allow([*ENROL, RESYNC, OFF], WITH, Resource=ME), allow([
            *ENROL], Resource=["*"]), allow("iam:DeleteVirtualMFADevice", WITH, Resource=MY_DEVICE,
            Sid="AllowDeactivateOwnMFAWithMFA"), deny_but(CARE, WITHOUT)], [], {}),
    # Exempt is everybody, by several patterns or by the caller's own name.
    *[Stated(f"exempt-everybody-{at}", [ALL, deny_but(CARE, {**WITHOUT, **on(operator, key, who)})],
            found(NOTHING, at=1) if told else [], {})
      for at, (told, operator, key, who) in enumerate((
          (True, "ArnNotLike", "aws:PrincipalArn", ["arn:aws:iam::*:user/*",
              "arn:aws:iam::*:role/*"]),
          (True, "ArnNotLike", "aws:PrincipalArn", ["arn:aws:iam::123456789012:user/ci*",
              "arn:aws:iam::123456789012:user/*", "arn:aws:iam::123456789012:role/*"]),
          (True, "StringNotEquals", "aws:username", "${aws:username}"),
          (False, "StringNotEquals", "aws:ResourceTag/owner", "${aws:username}"),
          (False, "ArnNotLike", "aws:PrincipalArn", ["arn:aws:iam::*:user/ci-*",
              "arn:aws:iam::*:role/*"])))],
    # Other actions that do the same, and other Allows of what has a tag.
    *[Stated(f"other-way-{at}", [allow([action, way]), deny(action, WITHOUT)],
            found(DEFEATED, at=1) if told else [], {})
      for at, (told, action, way) in enumerate((
          (True, "ssm:GetParameter", "ssm:GetParameters"),
          (True, "ssm:GetParameter", "ssm:GetParametersByPath"),
          (True, "s3:GetObject", "s3:GetObjectVersion"),
          (False, "s3:GetObject", "s3:GetObjectTagging"),
          (False, "secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue")))],
    Stated("other-way-denied-apart", [allow(["s3:GetObject", "s3:GetObjectVersion"]),
            deny("s3:GetObject", WITHOUT), deny("s3:GetObjectVersion", WITHOUT)], [], {}),
    *[Stated(f"tagged-{at}", [allow("ec2:*", {**WITH, **on("StringEquals", "ec2:ResourceTag/env",
            "prod")}), allow(actions, when)], found(*rules), {})
      for at, (actions, when, rules) in enumerate((
          ("ec2:*", on("StringNotEquals", "ec2:ResourceTag/env", "production"), [DEFEATED]),
          ("ec2:*", on("StringNotEquals", "aws:ResourceTag/env", ["dev", "test"]), [DEFEATED]),
          ("ec2:*", on("StringNotEquals", "aws:RequestTag/env", "prod"), [DEFEATED]),
          ("ec2:*", on("StringLike", "ec2:ResourceTag/env", "*"), [DEFEATED]),
          ("ec2:*", on("StringNotEquals", "ec2:ResourceTag/env", "prod"), []),
          ("ec2:*", on("StringNotEquals", "aws:ResourceTag/env", ["prod", "dev"]), []),
          ("ec2:*", on("StringNotEquals", "ec2:ResourceTag/Environment", "prod"), []),
          ("ec2:*", {**on("StringLike", "ec2:ResourceTag/env", "*"), **on("StringEquals",
              "ec2:ResourceTag/team", "books")}, []),
          ("ec2:RunInstances", on("StringNotEquals", "aws:RequestTag/env", "prod"), []),
          ("ec2:TerminateInstances", on("StringLike", "ec2:ResourceTag/env", "*"), [])))],
    Stated("launched-untagged", [allow("ec2:RunInstances", {**WITH, **on("StringEquals",
            "ec2:ResourceTag/env", "prod")}), allow("ec2:RunInstances", on("StringNotEquals",
            "aws:RequestTag/env", "prod"))], [], {}),
    *[Stated(f"tags-narrow-{at}", [ALL, deny_but(CARE, {**WITHOUT, **when}, Sid=sid)],
            [("deny-narrowed", sid)] if told else [], {})
      for at, (told, sid, when) in enumerate((
          (True, "DenyAllWithoutMFA", on("StringEquals", "aws:ResourceTag/env", "prod")),
          (False, "DenyProdWithoutMFA", on("StringEquals", "aws:ResourceTag/env", "prod")),
          (False, "DenyAllWithoutMFA", on("StringNotEquals", "aws:ResourceTag/open", "yes"))))],
    # TLS the wrong way round.
    *[Stated(f"tls-{at}", [allow("ec2:*"), statement, deny_but(CARE, WITHOUT)],
            found(*rules, at=1), {})
      for at, (statement, rules) in enumerate((
          (deny("*", on("Bool", "aws:SecureTransport", "true")), ["deny-applies-with-mfa"]),
          (deny("s3:*", on("Null", "aws:SecureTransport", "false")), ["deny-applies-with-mfa"]),
          (deny("*", on("BoolIfExists", "aws:SecureTransport", True)), ["deny-applies-with-mfa"]),
          (allow("s3:*", {"Bool": {PRESENT: "true", "aws:SecureTransport": "false"}}),
              ["conditions-never-match"]),
          (deny("*", on("Bool", "aws:SecureTransport", "false")), []),
          (deny("*", on("Null", "aws:SecureTransport", "true")), []),
          (deny("s3:*", {**on("Bool", "aws:SecureTransport", "true"), **on("StringEquals",
              "aws:PrincipalTag/left", "yes")}), []),
          (allow("s3:*", {"Bool": {PRESENT: "true", "aws:SecureTransport": "true"}}), [])))],
    # A Deny whose condition the setup's requests meet, since they do not have its key.
    *[Stated(f"setup-without-the-key-{at}", [allow(CREATE, Resource="arn:aws:iam::*:mfa/*"),
            allow([ENABLE, LIST], Resource=ME), deny_but(CARE, WITHOUT), deny(actions, when)],
            found(*rules, at=3), {})
      for at, (actions, when, rules) in enumerate((
          ("iam:*", on("StringNotEquals", "iam:PassedToService", "ec2.amazonaws.com"), [ENROLMENT]),
          ("*", on("StringNotEquals", "ec2:InstanceType", ["t3.micro", "t3.small"]), [ENROLMENT,
              NO_KEY]),
          ("*", on("StringNotLikeIfExists", "ec2:InstanceType", "t3.*"), [ENROLMENT]),
          ("*", on("StringNotEquals", SSE, "aws:kms"), [ENROLMENT, NO_KEY]),
          ("*", on("StringNotEquals", "aws:ResourceTag/team", "${aws:PrincipalTag/team}"),
              [ENROLMENT]),
          ("iam:*", on("Null", "iam:PermissionsBoundary", "true"), [ENROLMENT]),
          (["iam:List*", "iam:Get*"], None, [DISCOVERY]),
          (["iam:ListRoles", "iam:List*Policies"], None, []),
          ("*", on("StringEquals", "ec2:InstanceType", "x1.32xlarge"), []),
          ("*", on("StringEquals", "aws:ResourceTag/env", "prod"), []),
          ("*", {**on("StringNotEquals", "ec2:InstanceType", "t3.micro"), **on("StringLike",
              "aws:PrincipalTag/team", "books")}, [NO_KEY]),
          ("iam:Delete*", on("StringNotEquals", "aws:ResourceTag/team", "books"), []),
          ("s3:PutObject", on("StringNotEquals", SSE, "aws:kms"), [])))],
    *[Stated(f"denied-against-the-sid-{sid}", [allow(others), deny_but(CARE, WITHOUT),
            {**deny(action, Resource=where), "Sid": sid}],
            [*found(*others_told), *([(ENROLMENT, sid)] if told else [])], {})
      for told, sid, others, others_told, action, where in (
          (True, "AllowManageOwnUserMFA", [CREATE, LIST], [INCOMPLETE], [ENABLE, RESYNC], ME),
          (True, "AllowOwnDevice", [ENABLE, LIST, RESYNC], [], CREATE, MY_DEVICE),
          (False, "NoOwnEnabling", "s3:*", [], ENABLE, ME),
          (False, "AllowOnlyOwnBuckets", "s3:*", [], "s3:DeleteBucket", "arn:aws:s3:::x"))],
    # Fixes that make a Deny leave MFA's setup to those without it.
    Stated("iam-with-mfa-beside-all", [ALL, allow("iam:*", WITH)], found(DEFEATED, at=1), {}),
    Stated("all-with-mfa-beside-all", [ALL, allow("*", WITH)], found(DEFEATED, at=1),
           {STOP: "ksm"}),
    Stated("removal-and-setup-with-mfa-beside-all", [ALL, allow([*ENROL, OFF, "ec2:*"], WITH)],
           found(DEFEATED, at=1), {OFF: "km"}),
    *[Stated(f"effect-against-the-sid-{sid}", [ALL, {**statement, "Sid": sid}], [(rule, sid)], {})
      for sid, rule, statement in (
          ("AllowIamWithMfa", "deny-applies-with-mfa", deny("iam:*", WITH)),
          ("BlockDeleteWithoutMFA", "allow-without-mfa", allow("s3:Delete*", WITHOUT)),
          ("DenyEverythingIfNoMfa", "allow-without-mfa", allow("*", WITHOUT)))],
    # A help desk's statement that is on the wrong kind, beside everybody's own that is right.
    *[Stated(f"help-desk-{at}", [allow(CREATE, Resource=MY_DEVICE), allow([*ENROL[1:], OFF,
            RESYNC], Resource=ME), deny_but(CARE, WITHOUT), allow(actions, when, Resource=where)],
            found(*rules, at=3), {})
      for at, (actions, where, when, rules) in enumerate((
          ([OFF, ENABLE], "arn:aws:iam::*:mfa/*", WITH, [RESOURCE]),
          (OFF, ["arn:aws:iam::*:mfa/*", "arn:aws:iam::123456789012:mfa/eng/*"], WITH, [RESOURCE]),
          (CREATE, "arn:aws:iam::*:user/*", WITH, [RESOURCE]),
          ([OFF, "iam:DeleteVirtualMFADevice"], ["arn:aws:iam::*:user/*", "arn:aws:iam::*:mfa/*"],
              WITH, []),
          ([OFF, "iam:DeleteVirtualMFADevice"], "arn:aws:iam::*:mfa/*", WITH, []),
          (OFF, [MY_DEVICE, "arn:aws:iam::*:mfa/*"], WITH, []),
          (RESYNC, "arn:aws:iam::*:mfa/*", None, [])))],
    Stated("devices-listed-for-one", [allow("iam:ListVirtualMFADevices", Resource=MY_DEVICE)],
           found(RESOURCE), {}),
    Stated("devices-listed-below-mfa", [allow("iam:ListVirtualMFADevices",
            Resource="arn:aws:iam::*:mfa/*")], [], {}),
    Stated("user-of-no-account", [allow(LIST, Resource="arn:aws:iam:::user/${aws:username}")],
           found(RESOURCE), {}),
    Stated("user-of-an-account-to-be-filled-in", [allow(LIST,
            Resource="arn:aws:iam::YOUR-ACCOUNT-123:user/${aws:username}")], found(LEFT), {}),
    Stated("user-of-an-account-of-five-digits", [allow(LIST,
            Resource="arn:aws:iam::12345:user/${aws:username}")], found(DEAD), {}),
    Stated("user-of-a-template-s-account", [allow(LIST,
            Resource="arn:aws:iam::${AWS::AccountId}:user/*")], [], {}),
    Stated("user-and-device-without-a-name", [allow([LIST, "iam:ListVirtualMFADevices"],
            Resource=["arn:aws:iam::*:user/", "arn:aws:iam::*:mfa/"])], found(RESOURCE), {}),
    Stated("user-in-a-path-without-a-name", [allow(ENABLE, Resource="arn:aws:iam::*:user/eng/")],
           found(RESOURCE), {}),
    Stated("device-by-a-pattern-of-names", [allow(ENROL[0], Resource="arn:aws:iam::*:mfa/eng/*")],
           [], {}),
    Stated("user-s-device-read-on-a-device", [allow("iam:GetMFADevice", Resource=MY_DEVICE)],
           found(RESOURCE), {}),
    Stated("removal-denied-on-a-device", [ALL, deny(OFF, WITHOUT, Resource=MY_DEVICE)],
           found(RESOURCE, at=1), {OFF: "km"}),
    Stated("removal-denied-on-user-and-device", [ALL, deny([OFF, "iam:DeleteVirtualMFADevice"],
            WITHOUT, Resource=["arn:aws:iam::*:user/*", MY_DEVICE])], [], {OFF: "m"}),
    Stated("device-kept-on-a-user-beside-a-deny-without-mfa", [deny([OFF,
            "iam:DeleteVirtualMFADevice"], Resource=ME), deny_but(CARE, WITHOUT)], found(RESOURCE),
           {}),
    Stated("device-kept-by-another-deny", [deny([OFF, "iam:DeleteVirtualMFADevice"], WITHOUT,
            Resource=ME), deny("iam:DeleteVirtualMFADevice", Resource=MY_DEVICE)], [], {}),
    Stated("device-made-on-a-user-and-with-mfa", [allow("iam:CreateVirtualMFADevice", Resource=ME),
            allow("*", WITH)], found(RESOURCE), {}),
    Stated("device-in-a-region", [allow("iam:CreateVirtualMFADevice",
            Resource="arn:aws:iam:us-east-1:123456789012:mfa/*")], found(RESOURCE), {}),
    Stated("user-by-id", [allow(LIST, Resource="arn:aws:iam::*:user/${aws:userid}")],
           found(RESOURCE), {}),
    Stated("device-by-the-user-s-id", [allow("iam:CreateVirtualMFADevice",
            Resource="arn:aws:iam::*:mfa/${aws:userid}")], [], {}),
    Stated("device-actions-by-pattern", [allow("iam:*MFADevice*", Resource=[ME, MY_DEVICE])],
           [], {}),
    # A Sid that names MFA, on a statement that does not ask for it.
    Stated("sid-with-mfa", [{**trust(ACCOUNT), "Sid": "AllowAssumeRoleWithMFA"}],
           [(PROMISE, "AllowAssumeRoleWithMFA")], {}),
    Stated("sid-requires-mfa", [allow("ec2:*", Sid="RequireMFA")], [(PROMISE, "RequireMFA")],
           {STOP: "ksm"}),
    Stated("sid-mfa-required", [allow("ec2:*", Sid="ec2MfaRequired")],
           [(PROMISE, "ec2MfaRequired")], {}),
    Stated("sid-with-multi-factor", [allow("ec2:*", on("StringEquals", "aws:UserAgent", "x"),
            Sid="OnlyIfMultiFactorAuthPresent")], [(PROMISE, "OnlyIfMultiFactorAuthPresent")], {}),
    Stated("sid-of-a-deny-of-all", [{**deny_but(CARE, {}), "Sid": "DenyAllExceptListedIfNoMFA"}],
           [(PROMISE, "DenyAllExceptListedIfNoMFA")], {STOP: ""}),
    *[Stated(f"sid-of-a-deny-of-{key}", [deny("s3:*", on(operator, f"aws:{key}", value),
            Sid="RequireMFASession")], [(PROMISE, "RequireMFASession")] if number else [], {})
      for number, (operator, key, value) in enumerate((
            ("StringNotEquals", "PrincipalTag/team", "ops"), ("Bool", "SecureTransport", "false"),
            ("NotIpAddress", "SourceIp", "192.0.2.0/24")))],
    *[Stated(f"sid-of-all-but-care-{sid}-{service}", [ALL, {**deny_but([*CARE, service], WITHOUT),
             "Sid": sid}], [(PROMISE, sid)] if "SetUp" in sid and service == "s3:*" else [], {})
      for sid in ("DenyEverythingExceptMfaSetUp", "BlockAllButOwnMFAUsers", "DenyAllExceptListed")
      for service in ("s3:*", "iam:Get*")],
    Stated("sid-kept-by-a-deny", [allow("ec2:*", Sid="AllowWithMFA"), deny("ec2:*", WITHOUT)], [],
           {STOP: "m"}),
    Stated("sid-kept-by-its-condition", [allow("ec2:*", WITH, Sid="AllowWithMFA")], [],
           {STOP: "m"}),
    Stated("sid-of-a-tag", [allow("ec2:*", on("StringEquals", "aws:PrincipalTag/mfa", "on"),
            Sid="AllowWithMFA")], [], {}),
    Stated("sid-kept-by-a-misspelt-key", [allow("ec2:*", on("Bool", "aws:MFAPresent", "true"),
            Sid="AllowWithMFA")], [(KEY, "AllowWithMFA")], {}),
    Stated("sids-of-care", [allow(LIST, Sid="AllowUsersToListOnlyTheirOwnMFA", Resource=ME),
            allow(ENABLE, Sid="AllowEnableIfMFARequired", Resource=ME),
            allow("iam:GetUser", Sid="AllowGetUserUsingMFADevices")], [], {}),
    Stated("sid-of-a-removal", [allow(OFF, Resource=ME,
            Sid="AllowToDeactivateOnlyTheirOwnMFAOnlyWhenUsingMFA")],
           [(PROMISE, "AllowToDeactivateOnlyTheirOwnMFAOnlyWhenUsingMFA")], {OFF: "km"}),
    Stated("sids-of-when", [allow(STOP, Sid="StopWhenMFA"), allow("ec2:Start*",
            Sid="StartOnlyWithMFA"), allow("s3:*", Sid="OnlyMFA")],
           [(PROMISE, "StopWhenMFA"), (PROMISE, "StartOnlyWithMFA")], {}),
    Stated("sid-of-removals-and-more", [allow([OFF, LIST], Resource=ME,
            Sid="AllowManageOwnUserMFA")], [], {}),
    Stated("sids-of-the-opposite", [allow(STOP, Sid="NoMFARequired"),
            allow("ec2:Start*", Sid="AllowWithoutMFA"), allow("ec2:Reboot*",
            Sid="AllowBeforeMFA"), allow("s3:*", Sid="ComfortAndSwiftMfa")], [], {}),
    Stated("sid-of-people-from-elsewhere", [{**trust(SAML), "Sid": "SamlWithMFA",
            "Action": "sts:AssumeRoleWithSAML"}], [], {}),
    Stated("action-of-no-provider", [trust(SAML)], found(FEDERATED), {}),
    # Condition keys that AWS does not have, in a condition or as a variable.
    Stated("key-of-nobody", [deny("s3:*", on("Bool", "aws:CloudTrailLogged", "false"))],
           found(NO_KEY), {}),
    Stated("key-with-a-tag-s-name", [allow("s3:*", on("StringEquals",
            "aws:RequestedSessionTag/x", "y"))], found(NO_KEY), {}),
    Stated("tag-without-a-name", [allow("s3:*", on("StringEquals", "aws:PrincipalTag", "y"))],
           found(NO_KEY), {}),
    Stated("name-behind-no-tag", [allow("s3:*", on("StringEquals", "aws:SourceIp/x", "y"))],
           found(NO_KEY), {}),
    Stated("keys-in-any-case", [allow("s3:*", {"StringEquals": {"AWS:sourcevpc": "vpc-1",
            "aws:PrincipalTag/a/b": "c", "aws:SourceOwner": "1", "aws:VpceOrgID": "o-1"},
            "StringLike": {"aws:<key>": "x", "aws:Resource*": "y"}})], [], {}),
    Stated("variable-of-nobody", [allow("s3:*",
            Resource="arn:aws:s3:::books/${aws:user_name}/*")], found(NO_KEY), {}),
    Stated("variable-of-an-account", [allow(LIST,
            Resource="arn:aws:iam::${aws:accountid}:user/${aws:username}")], found(NO_KEY), {}),
    Stated("variable-of-terraform", [allow(LIST,
            Resource="arn:aws:iam::*:user/&{aws:username}")], found(NO_KEY), {}),
    Stated("variables-that-there-are", [allow("s3:*", on("StringEquals", "s3:prefix",
            ["${aws:PrincipalTag/team, 'none'}", "${aws:userid}"]),
            Resource="arn:aws:s3:::books/${AWS::AccountId}/${ aws:UserName }/*")], [], {}),
    # Actions that AWS has withdrawn.
    Stated("codes-by-sms", [allow(["iam:RequestSmsMfaRegistration",
            "iam:FinalizeSmsMfaRegistration"], Resource=ME)], found(ACTION), {}),
    # A Deny protects IAM, but not the device that the Allow covers.
    Stated("iam-protected-but-for-the-device", [ALL, deny(["iam:CreateUser", "ec2:*"], WITHOUT)],
           found(OWN, at=1), {OFF: "km", STOP: "m"}),
    Stated("iam-protected-by-pattern", [ALL, deny("iam:Create*User", WITHOUT)], found(OWN, at=1),
           {OFF: "km"}),
    Stated("iam-protected-with-the-device", [ALL, deny(["iam:CreateUser", OFF], WITHOUT)], [],
           {OFF: "m"}),
    Stated("iam-protected-by-an-allow", [allow(["ec2:*", "iam:CreateUser"]),
            deny("iam:CreateUser", WITHOUT)], [], {OFF: ""}),
    Stated("iam-read-only-with-mfa", [ALL, deny("iam:ListUsers", WITHOUT)], [], {OFF: "km"}),
    # One mistake has one finding.
    Stated("own-removal-behind-a-misspelt-operator", [allow(OFF, Resource=ME), deny_but(CARE,
            on("ConditionIfBoolExists", PRESENT, "false"))], found(OPERATOR, at=1), {}),
    Stated("own-removal-behind-a-misspelt-key", [allow(OFF, Resource=ME), deny_but(CARE,
            on("BoolIfExists", "aws:MFAPresent", "false"))], found(KEY, at=1), {}),
    Stated("own-removal-behind-no-boolean", [allow(OFF, Resource=ME), deny_but(CARE,
            on("BoolIfExists", PRESENT, "no"))], found("not-a-boolean", at=1), {}),
    Stated("own-removal-behind-a-misspelt-deny-of-else", [allow(OFF, Resource=ME),
            deny("ec2:*", on("BoolIfExist", PRESENT, "false"))],
           [*found(OWN), *found(OPERATOR, at=1)], {}),
    Stated("own-removal-behind-a-deny-that-misses-keys", [allow(OFF, Resource=ME),
            deny_but(CARE, FALSE)], found(MISSES, at=1), {OFF: "km"}),
    Stated("own-removal-behind-a-deny-of-ages", [allow(OFF, Resource=ME),
            deny_but(CARE, older("3600", "NumericGreaterThan"))],
           found("deny-age-misses-no-mfa", at=1), {}),
    Stated("own-removal-exempt-behind-a-deny-of-ages", [allow(OFF), deny("*", older("3600",
            "NumericGreaterThan")), deny_but([*CARE, OFF], NO_AGE)],
           found(REMOVAL, at=2), {OFF: "km"}),
    Stated("own-removal-exempt-by-name", [allow([*ENROL, OFF], Resource=[ME, MY_DEVICE]),
            deny_but([*CARE, OFF], WITHOUT)], found(REMOVAL, at=1), {OFF: "km"}),
    Stated("own-removal-exempt-by-pattern", [allow(OFF, Resource=ME), deny_but("iam:*", WITHOUT)],
           found(REMOVAL, at=1), {OFF: "km"}),
    Stated("own-removal-exempt-in-a-bucket", [allow(OFF, Resource=ME), deny_but(OFF, WITHOUT,
            Resource=BUCKET)], found(OWN), {OFF: "km"}),
    Stated("own-removal-behind-a-wrong-deny-of-a-bucket", [allow(OFF, Resource=ME),
            deny("*", FALSE, Resource=BUCKET)], [*found(OWN), *found(MISSES, at=1)], {}),
    Stated("removal-of-anybody", [allow(STOP, WITH), allow([OFF, "iam:ListUsers"])],
           found(OWN, at=1), {OFF: "km"}),
    Stated("removal-of-users", [allow(STOP, WITH), allow("iam:*MFADevice*",
            Resource="arn:aws:iam::123456789012:user/*")], found(OWN, RESOURCE, at=1), {OFF: "km"}),
    Stated("removal-by-administrators", [allow("iam:*"), deny(STOP, WITHOUT)], [], {OFF: "km"}),
    Stated("removal-of-one", [allow(STOP, WITH), allow(OFF,
            Resource="arn:aws:iam::123456789012:user/dave")], [], {}),
    # Deleting devices that are not enabled harms others only.
    Stated("deletion-of-one-s-own", [allow("iam:DeleteVirtualMFADevice", Resource=[ME, MY_DEVICE]),
            deny_but([*CARE, "iam:DeleteVirtualMFADevice"], WITHOUT)], [], {}),
    Stated("deletion-by-nobody-here", [deny_but([*CARE, "iam:DeleteVirtualMFADevice"], WITHOUT)],
           [], {}),
    Stated("deletion-of-all", [allow("iam:DeleteVirtualMFADevice"),
            deny_but([*CARE, "iam:DeleteVirtualMFADevice"], WITHOUT)],
           found("deletion-without-mfa", at=1), {}),
    # A Deny of ages beside one of those without MFA, which exempts what they need.
    Stated("ages-beside-no-mfa", [deny("*", older("3600", "NumericGreaterThan")),
            deny_but(CARE, NO_AGE)], [], {}),
    Stated("ages-beside-no-mfa-exempt-apart", [deny_but([*CARE, "iam:ListUsers"],
            older("3600", "NumericGreaterThan")), deny_but([*CARE, "iam:GetRole"], WITHOUT)], [],
           {}),
    Stated("ages-beside-no-mfa-of-one-service", [deny("*", older("3600", "NumericGreaterThan")),
            deny("ec2:*", WITHOUT)], found("deny-age-misses-no-mfa"), {}),
    Stated("ages-of-a-list-beside-no-mfa-of-one", [deny(["ec2:*", "s3:*"],
            older("3600", "NumericGreaterThan")), deny("ec2:*", WITHOUT)],
           found("deny-age-misses-no-mfa"), {}),
    # What the text of a condition of another operator comes to, and what else is wrong beside it.
    Stated("text-and-no-enrolment", [deny("*", on("StringEqualsIfExists", PRESENT, "false"))],
           found("wrong-operator", ENROLMENT), {}),
    Stated("text-that-misses-keys", [deny("ec2:*", on("StringEquals", PRESENT, "false"))],
           found("wrong-operator", MISSES), {}),
    Stated("text-that-asks", [allow("ec2:*", on("StringEquals", PRESENT, "true"))],
           found("wrong-operator"), {STOP: "m"}),
    Stated("text-that-opens", [allow("ec2:*", on("StringEqualsIfExists", PRESENT, "true"))],
           found("wrong-operator", "allow-bool-if-exists"), {}),
    Stated("bool-of-an-age-beside-false", [deny("ec2:*", {"Bool": {PRESENT: "false", AGE: 3600}})],
           found("wrong-operator", MISSES), {}),
    Stated("bool-of-an-age-beside-a-right-one", [deny("ec2:*", {"BoolIfExists": {PRESENT: "false"},
            "Bool": {AGE: 3600}})], found("wrong-operator"), {}),
    Stated("no-boolean-and-no-enrolment", [deny("*", on("BoolIfExists", PRESENT, "no"))],
           found("not-a-boolean", ENROLMENT), {}),
    Stated("misspelt-operator-and-no-enrolment", [deny("*", on("BoolIfExist", PRESENT, "false"))],
           found(OPERATOR, ENROLMENT), {}),
    # A public Allow of which no Deny asks MFA.
    Stated("public-beside-deny-of-else", [allow(READ, **PUBLIC), deny("s3:DeleteObject", NO_AGE,
            **PUBLIC), deny(READ, Principal="*", Resource="arn:aws:s3:::books/secret")], [], {}),
    # What one Allow gives without MFA, and another asks it for.
    Stated("opened-by-an-inverted-allow", [allow(OFF, WITH), {"Effect": "Allow", "NotAction": CARE,
            "Resource": "*", "Condition": WITHOUT}], found("allow-without-mfa", at=1), {OFF: "km"}),
    Stated("opened-for-first-steps", [allow([OFF, "iam:ChangePassword",
            "iam:DeleteVirtualMFADevice"], WITH, Resource=[ME, MY_DEVICE]),
            allow(["iam:ChangePassword", "iam:DeleteVirtualMFADevice", *ENROL],
            Resource=[ME, MY_DEVICE])], [], {OFF: "m"}),
    # A limit of age that another condition of the statement keeps from counting.
    Stated("age-beside-no-mfa", [ALL, deny("ec2:*", {**WITHOUT, **older("3600")})],
           found("age-never-counts", at=1), {STOP: "m"}),
    Stated("age-beside-absence", [ALL, deny("ec2:*", {"Null": {AGE: "true"}, **older("900")})],
           found("age-never-counts", at=1), {STOP: "m"}),
    Stated("age-beside-no-mfa-and-apart", [ALL, deny("ec2:*", {**WITHOUT, **older("3600")}),
            deny("ec2:*", older("3600", "NumericGreaterThan"))], [], {STOP: "m"}),
    # What no direct call meets.
    Stated("deny-of-calls-by-services", [ALL, deny("ec2:*", {**WITHOUT, **on("Bool",
            "aws:ViaAWSService", "true")})], found("deny-narrowed", at=1), {STOP: "ksm"}),
    # A boundary allows nothing that it asks MFA for to those who have none yet.
    Stated("boundary-only-with-mfa", [allow("*", WITH)], found("enrolment-needs-mfa"), {},
           kind="boundary"),
    Stated("boundary-with-first-steps", [allow("*", WITH), allow(CARE, Resource=[ME, MY_DEVICE])],
           found(RESOURCE, at=1), {}, kind="boundary"),
    Stated("boundary-of-ec2", [allow("ec2:*", WITH)], [], {}, kind="boundary"),
    Stated("old-mfa-denied-in-a-trust-policy", [trust(ACCOUNT, WITH), trust("*", older("3600",
            "NumericGreaterThan"), "Deny")], [], {}),
    Stated("old-mfa-denied-in-an-open-trust-policy", [trust(ACCOUNT), trust("*", older("3600",
            "NumericGreaterThan"), "Deny")], found("deny-age-misses-no-mfa", at=1), {}),
    # Keys of identity providers, and of services, that speak of MFA.
    Stated("mfa-of-a-provider", [{**trust({"Federated": "arn:aws:iam::123456789012:oidc-provider/"
            "mfa.example"}, on("StringEquals", "mfa.example/id:mfa", "true")),
            "Action": "sts:AssumeRoleWithWebIdentity"}], [], {}),
    Stated("mfa-of-saml", [{**trust(SAML, on("StringEquals", "SAML:mfa", "true")),
            "Action": "sts:AssumeRoleWithSAML"}], found(NO_KEY), {}),
    Stated("mfa-of-a-service", [allow("ec2:*", on("Bool", "ec2:MultiFactorAuthPresent", "true"))],
           found(KEY), {}),
    # Keys that are to be variables.
    Stated("variables-in-plain-text", [allow(LIST, Resource=[f"arn:aws:iam::*:user/{each}"
            for each in ("{aws:username}", "$aws:username", "$(aws:username)")])],
           found(NO_KEY), {}),
    # Principals in an SCP: a resource control policy has `*`, and no NotAction.
    Stated("everybody-in-an-scp", [{**deny_but("s3:*", on("StringNotEquals", "aws:PrincipalOrgID",
            "o-1")), "Principal": "*"}], found(MISPLACED), {}, kind="scp"),
    *[Stated(f"everybody-in-an-scp-of-{number}", [deny(["s3:PutObject", other], Principal="*")],
             found(MISPLACED) if number else [], {}, kind="scp") for number, other in
      enumerate(("kms:*", "ec2:RunInstances", "cloudtrail:StopLogging"))],
    Stated("everybody-in-an-scp-beside-ec2", [deny("*", Principal="*"),
            deny("ec2:RunInstances", Principal="*")],
           [*found(MISPLACED), *found(MISPLACED, at=1)], {}, kind="scp"),
    Stated("rcp-of-all", [deny("*", on("StringNotEquals", "aws:PrincipalOrgID", "o-1"),
            Principal="*")], [], {}, kind="scp"),
    # What else IAM refuses to save.
    Stated("effect-in-lower-case", [{**deny("ec2:*", WITHOUT), "Effect": "deny"}],
           found(MALFORMED), {}),
    Stated("sid-with-blanks", [allow(STOP, Sid="Stop them all")], [(MALFORMED, "Stop them all")],
           {}),
    Stated("sid-twice", [allow(STOP, Sid="Stop"), allow(READ, Sid="Stop")], [(MALFORMED, "Stop")],
           {}),
    Stated("sids-of-a-key-s-policy", [allow("kms:*", Principal=ACCOUNT, Sid="Use of the key"),
            allow("kms:Sign", Principal=ACCOUNT, Sid="Use of the key")], [], {}),
    Stated("sid-filled-in", [allow(STOP, Sid="${Name}-stop")], [], {}),
    Stated("no-resource", [{"Effect": "Allow", "Action": STOP, "Condition": WITH}],
           found(MALFORMED), {}),
    Stated("no-principal", [trust(ACCOUNT, WITH), {"Effect": "Allow", "Action": "sts:TagSession"}],
           found(MALFORMED, at=1), {}),
    Stated("group-as-principal", [trust({"AWS": "arn:aws:iam::123456789012:group/admins"}, WITH)],
           found(MALFORMED), {}),
    Stated("device-as-principal", [trust({"AWS": ["arn:aws:iam::123456789012:root",
            "arn:aws:iam::123456789012:mfa/carol"]}, WITH)], found(MALFORMED), {}),
    Stated("pattern-as-principal", [trust({"AWS": "arn:aws:iam::123456789012:user/*"}, WITH)],
           found(MALFORMED), {}),
    Stated("no-action", [{"Effect": "Allow", "Resource": "*", "Condition": WITH}],
           found(MALFORMED), {}),
    Stated("actions-for-action", [{"Effect": "Allow", "Actions": STOP, "Resource": "*",
            "Condition": WITH}], found("unknown-element"), {}),
    Stated("no-resource-of-an-scp", [{"Effect": "Deny", "Action": "iam:CreateUser"}],
           found(MALFORMED), {}, kind="scp"),
    Stated("no-resource-of-a-bucket", [{"Effect": "Allow", "Action": READ, "Condition": WITH,
            "Principal": ACCOUNT}], found(MALFORMED), {}),
    Stated("no-resource-of-a-repository", [{"Effect": "Allow", "Action": "ecr:PutImage",
            "Condition": WITH, "Principal": ACCOUNT}], [], {}),
    Stated("principal-of-one-of-three", [allow(STOP, WITH), allow(READ, WITH),
            allow("sns:Publish", WITH, Principal=ACCOUNT)], found(MISPLACED, at=2), {}),
    Stated("accounts-of-other-lengths", [trust({"AWS": ["arn:aws:iam::991147164:root",
            "123456789012", "1234567890123456", "1234-5678-9012"]}, WITH)], found(MALFORMED), {}),
    Stated("arns-with-a-part-too-few", [trust({"AWS": each}, WITH) for each in (
            "arn:aws:iam::123456789012/user/carol", "arn:aws:iam:123456789012:root",
            "arn:iam::123456789012:root", "arn:aws:iam::123456789012:user",
            "arn:aws:iam::123456789012:user/eng/", "arn:aws:iam::mfa/123456789012:root")],
           [finding for at in range(6) for finding in found(MALFORMED, at=at)], {}),
    Stated("arns-of-no-principals", [trust({"AWS": each}, WITH) for each in (
            "arn:aws:lambda:eu-west-1:123456789012:function:f", "carol@example.com",
            "arn:aws:iam::123456789012:saml-provider/idp", "ec2.amazonaws.com")],
           [finding for at in range(4) for finding in found(MALFORMED, at=at)], {}),
    Stated("principal-of-great-length", [trust({"AWS": 50_000 * "a" + "!"}, WITH)],
           found(MALFORMED), {}),
    Stated("not-principal-that-is-none", [{"Effect": "Deny", "Action": "s3:*", "Resource": BUCKET,
            "NotPrincipal": {"AWS": "1234"}}], found(MALFORMED), {}),
    Stated("identity-providers-that-are-none", [{**trust({"Federated": each}),
            "Action": "sts:AssumeRoleWithSAML"} for each in (
            "arn:aws:iam::1234:saml-provider/idp", "arn:aws:iam::123456789012:role/idp")],
           found(MALFORMED) + found(MALFORMED, at=1), {}),
    Stated("identity-providers-that-there-are", [{**trust({"Federated": [
            "cognito-identity.amazonaws.com", SAML["Federated"],
            "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"]}),
            "Action": "sts:AssumeRoleWith*"}], [], {}),
    Stated("type-of-principal-that-there-is-not", [trust({"Account": "123456789012"}, WITH)],
           found(MALFORMED), {}),
    Stated("role-as-a-service", [trust({"Service": ROLE["AWS"]}, WITH)], found(MALFORMED), {}),
    Stated("service-that-is-none", [trust({"Service": "ec2"})], found(MALFORMED), {}),
    Stated("services-that-there-are", [trust({"Service": ["ec2.amazonaws.com.cn", "*",
            "delivery.logs.amazonaws.com", "${service}"]}), trust({"CanonicalUser": 64 * "a"}),
            trust({"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"})],
           [], {}),
    Stated("principals-of-sessions", [trust({"AWS": [
            "arn:aws:sts::123456789012:assumed-role/Deploy/carol@example.com",
            "arn:aws:sts::123456789012:federated-user/carol"]})], [], {}),
    Stated("principals-that-there-are", [trust({"AWS": ["123456789012", "AIDAEXAMPLEEXAMPLE12",
            "arn:aws-cn:iam::123456789012:user/eng/carol", "arn:aws-cn:iam::ACCOUNT:${who}"]},
            WITH)], found(LEFT, DEAD), {}),
    # Other actions that a statement asks MFA for, on resources that they never have.
    Stated("bucket-s-action-on-objects", [allow("s3:*", WITH), deny(["s3:DeleteBucket",
            "s3:DeleteObject"], WITHOUT, Resource=BUCKET)], found(RESOURCE, at=1), {}),
    Stated("objects-of-no-name", [deny([READ, "s3:ListBucket"], WITHOUT, Resource=each)
            for each in ("arn:aws:s3:::books/", "arn:aws:s3:::books")],
           [*found(RESOURCE), *found(RESOURCE, at=1)], {}),
    *[Stated(f"bucket-to-be-filled-in-{bucket}-{where}", [allow("s3:*",
            Resource=[bucket, f"{bucket}/*"]), deny(["s3:DeleteObject", *more], WITHOUT,
            Resource=where)],
            found(RESOURCE, at=1) * told, {})
      for bucket, more, where, told in (
          ("arn:aws:s3:::${Books}", [], "arn:aws:s3:::${Books}", True),
          ("${aws_s3_bucket.x.arn}", ["s3:DeleteBucket"], "${aws_s3_bucket.x.arn}", True),
          ("arn:aws:s3:::${Books}", [], "arn:aws:s3:::${Films}", False),
          ("arn:aws:s3:::${Books}/${Year}", [], "arn:aws:s3:::${Books}/${Year}", False))],
    *[Stated(f"{service}-{name}-of-{told}-beside-{where}", [allow(f"{service}:Get*", Principal=ROLE,
            Resource=f"arn:aws:{service}:us-east-1:123456789012:{name}"), deny(action, WITHOUT,
            Principal="*", Resource=where)], found(RESOURCE, at=1) * bool(told), {}, kind)
      for service, name, action, where, told, kind in (
          ("sqs", "x", "sqs:PurgeQueue", "arn:aws:sqs:us-east-2:123456789012:x", "two", None),
          ("sns", "x", "sns:DeleteTopic", "arn:aws:sns:us-east-1:123456789011:x", "two", None),
          ("sqs", "x", "sqs:PurgeQueue", "arn:aws:sqs:us-east-1:123456789012:x", "", None),
          ("sqs", "x", "sqs:PurgeQueue", ["arn:aws:sqs:us-east-1:123456789012:x",
              "arn:aws:sqs:us-east-2:123456789012:x"], "", None),
          ("sqs", "y", "sqs:PurgeQueue", "arn:aws:sqs:us-east-2:123456789012:x", "", None),
          ("sqs", "x", "sqs:PurgeQueue", "arn:aws:sqs:*:123456789012:x", "", None))],
    Stated("buckets-and-objects", [deny(["s3:DeleteBucket", READ], WITHOUT, Resource=each)
            for each in ("*", "arn:aws:s3:::*", "arn:aws:s3:::books*", "arn:aws:s3:::${Books}",
            "arn:aws:s3:*:123456789012:accesspoint/*", ["arn:aws:s3:::books", BUCKET])],
           [finding for at in range(1, 6) for finding in found(IDLE, at=at)], {}),
    Stated("bucket-s-action-denied-apart", [deny("s3:DeleteBucket*", WITHOUT,
            Resource=BUCKET), deny("s3:*", WITHOUT)], found(IDLE), {}),
    Stated("bucket-s-action-without-mfa", [deny("s3:DeleteBucket", Resource=BUCKET)], [], {}),
    Stated("role-taken-on-a-user", [allow("sts:AssumeRole", WITH, Resource=ME)],
           found(RESOURCE), {}),
    Stated("role-taken-on-roles", [allow("sts:AssumeRole", WITH, Resource=each) for each in (
            ROLE["AWS"], "arn:aws:iam::*:role/${aws:username}", "arn:aws:iam::*", "${Role}")],
           [], {}),
    # Resources that are not ARNs.
    Stated("resource-of-a-name", [allow(STOP, WITH, Resource="test")], found(NO_ARN), {}),
    Stated("resource-of-an-id-among-arns", [deny(STOP, WITHOUT, Resource=["arn:aws:ec2:*:*:*",
            "i-0123456789abcdef0"])], found(NO_ARN), {}),
    Stated("resource-of-few-parts", [allow("iam:GetUser",
            Resource="arn:aws:iam:123456789012:user/x")], found(NO_ARN), {}),
    Stated("not-resource-of-a-name", [allow(READ, NotResource="books/*")], found(NO_ARN), {}),
    Stated("resources-filled-in", [allow(READ, WITH, Resource=["${Bucket}/*", "{{ bucket }}",
            "<%= arn %>", "*", "arn:aws:s3*", "arn:aws:s3:::books", "%BUCKET%", "$BUCKET", "[arn]",
            "arn:aws:s3::books*"])], [], {}),
    Stated("resources-of-a-bucket-by-name", [deny(READ, WITHOUT, Principal=ACCOUNT, Resource=[
            "books/*", BUCKET])], found(NO_ARN), {}),
    Stated("resource-of-a-queue-by-name", [deny("sqs:*", WITHOUT, Principal=ACCOUNT,
            Resource="books")], [], {}),
    Stated("resource-of-an-api", [allow("execute-api:Invoke", Principal=ACCOUNT,
            Resource="execute-api:/live/*")], [], {}),
    # Elements that this kind of policy does not have.
    Stated("principal-of-a-user-s-policy", [allow(STOP, WITH, Principal=ACCOUNT)], found(MISPLACED),
           {}, kind="identity"),
    Stated("everybody-in-a-user-s-policy", [allow(READ, WITH, Principal="*")], found(MISPLACED),
           {}, kind="identity"),
    Stated("principal-of-an-scp", [deny("iam:DeleteRole", Principal=ACCOUNT)], found(MISPLACED),
           {}, kind="scp"),
    Stated("principal-of-a-resource-control-policy", [deny("s3:DeleteBucket", Principal="*")], [],
           {}, kind="scp"),
    Stated("resource-of-a-trust-policy", [{**trust(ACCOUNT, WITH), "Resource": "*"}],
           found(MISPLACED), {}),
    Stated("rcp-of-role-assumption", [deny("sts:AssumeRoleWithSAML", Principal="*")], [], {}),
    Stated("endpoint-to-take-roles-through", [allow("sts:AssumeRole", Principal="*")], [], {}),
    Stated("trust-policy-about-more-than-roles", [{**trust(ACCOUNT, WITH), "Action": [
            "sts:AssumeRole", READ]}], found(MALFORMED), {}, kind="trust"),
    Stated("trust-policy-about-all-of-sts", [{**trust(ACCOUNT, WITH), "Action": ["sts:*",
            "${Action}"]}], [], {}, kind="trust"),
    Stated("resource-of-a-deny-in-a-trust-policy", [deny("sts:AssumeRole", Principal="*")],
           found(MISPLACED), {}, kind="trust"),
    Stated("resource-of-a-bucket-s-policy", [allow(READ, WITH, Principal=ACCOUNT)], found(NO_ARN),
           {}),
    # Values of a type that the operator does not compare.
    Stated("date-of-words", [allow(STOP, on("DateLessThan", "aws:CurrentTime",
            "aws:PrincipalTag/expiry"))], found(VALUE), {}),
    Stated("date-of-a-day", [allow(STOP, on("DateLessThan", "aws:CurrentTime", "2031-05-01"))],
           [], {}),
    Stated("date-filled-in", [allow(STOP, on("DateLessThan", "aws:CurrentTime",
            "${aws:PrincipalTag/expiry}"))], [], {}),
    Stated("network-of-words", [deny(STOP, on("NotIpAddress", "aws:SourceIp", "office"))],
           found(VALUE), {}),
    Stated("network-as-text", [allow(STOP, {**WITH, "StringEquals": {"aws:SourceIp": [
            "192.0.2.7", "198.51.100.0/24"]}}), deny(STOP, on("StringNotLikeIfExists",
            "aws:VpcSourceIp", "10.0.0.0/8"))], [*found(TEXT), *found(TEXT, at=1)], {}),
    Stated("address-as-text", [allow(STOP, {**WITH, "StringLike": {"aws:SourceIp": [
            "192.0.2.7", "198.51.100.*"]}})], [], {}),
    Stated("number-in-brackets", [allow("s3:*", on("NumericLessThan", "s3:max-keys", "[MOST]"))],
           [], {}),
    Stated("number-of-words", [allow("s3:*", on("NumericLessThan", "s3:max-keys", "ten"))],
           found(VALUE), {}),
    # Services as identity providers, and a user's policy that is written like a resource's.
    Stated("services-as-identity-providers", [trust({"Federated": each}) for each in (
            "ec2.amazonaws.com", "states.eu-west-1.amazonaws.com", "ec2.amazonaws.com.cn",
            "123456789012")], [finding for at in range(4) for finding in found(MALFORMED, at=at)],
           {}),
    Stated("identity-providers-by-name", [trust({"Federated": ["accounts.google.com",
            "www.amazon.com", "graph.facebook.com", "${Provider}"]})], [], {}),
    Stated("everybody-in-a-policy-about-devices", [allow(ENROL, Principal="*"),
            deny("*", WITHOUT, Principal="*")], found(MISPLACED), {}),
    Stated("account-in-a-policy-about-devices", [allow(ENROL, Principal=ACCOUNT)],
           found(MISPLACED), {}),
    Stated("everybody-in-a-policy-of-an-endpoint", [allow(["iam:*", "ec2:*"], Principal="*")], [],
           {}),
    # Only sessions of roles meet another condition.
    Stated("mfa-of-roles-by-arn", [trust(ACCOUNT, {**WITH, **on("ArnLike", "aws:PrincipalArn",
            "arn:aws:iam::123456789012:role/aws-reserved/*")})], found(ROLE_SESSION), {}),
    Stated("mfa-of-role-sessions-by-name", [trust(ACCOUNT, {**WITH, **on("StringLike",
            "aws:userid", "*:*-break-glass")})], found(ROLE_SESSION), {}),
    Stated("mfa-of-the-type-of-roles", [trust(ACCOUNT, {**WITH, **on("StringEquals",
            "aws:PrincipalType", "AssumedRole")})], found(ROLE_SESSION), {}),
    Stated("deny-of-roles-by-arn", [allow(READ, Principal=ACCOUNT, Resource=BUCKET), deny(READ,
            {**WITHOUT, **on("ArnEquals", "aws:PrincipalArn", ROLE["AWS"])}, **PUBLIC)],
           found(ROLE_SESSION, at=1), {}),
    Stated("scp-for-some-roles", [ALL, deny("ec2:*", {**WITHOUT, **on("StringLike",
            "aws:PrincipalArn", "arn:aws:iam::*:role/Admin*")})], found(ROLE_SESSION, at=1), {},
           "scp"),
    Stated("mfa-of-users-by-arn", [trust(ACCOUNT, {**WITH, **each}) for each in (
            on("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:user/*"),
            on("StringLike", "aws:userid", "AIDA*"), NOT_ROLES,
            on("StringNotLike", "aws:userid", "*:*"),
            on("StringEquals", "aws:PrincipalType", "Account"))], [], {}),
    # Patterns that are compared as text.
    Stated("arn-s-pattern-as-text", [trust(ACCOUNT, {**WITH, **on("StringEquals",
            "aws:PrincipalArn", "arn:aws:iam::123456789012:user/ops/*")})], found(VALUE), {}),
    Stated("exempt-roles-by-a-pattern-as-text", [ALL, deny("ec2:*", {**WITHOUT,
            **on("StringNotEquals", "aws:PrincipalArn", ["arn:aws:iam::*:role/*",
            "arn:aws:iam::123456789012:user/carol"])})], found(VALUE, at=1), {}, "scp"),
    Stated("names-by-a-pattern-as-text", [allow("ec2:*", {**WITH, **on("StringEqualsIfExists",
            "aws:PrincipalTag/team", "ops-?")})], found(VALUE), {}),
    *[Stated(f"patterns-as-patterns-{number}", [allow("ec2:*", {**WITH, **each})], [], {})
      for number, each in enumerate((on("StringLike", "aws:username", "ops-*"),
            on("ArnEquals", "aws:PrincipalArn", "arn:aws:iam::*:user/ops-*"),
            on("StringEquals", "aws:UserAgent", "*"), on("StringEquals", "dax:x", "a*"),
            on("StringEquals", "aws:username", "${aws:PrincipalTag/x}-${*}")))],
    Stated("pattern-as-text-without-mfa", [allow("ec2:*", on("StringEquals", "aws:username",
            "ops-*"))], found(VALUE), {}),
    Stated("stars-of-other-keys-as-text", [allow("ec2:*", on("StringEquals", key, "ops-*"))
            for key in ("aws:UserAgent", "aws:Referer", "autoscaling:ImageId")], [], {}),
    # An Allow with MFA whose other condition only services meet.
    *[Stated(f"mfa-of-services-only-{number}", [allow("sqs:SendMessage", {**WITH, **each},
            Principal="*")], found(SERVICE), {})
      for number, each in enumerate((on("ArnEquals", "aws:SourceArn", "arn:aws:sns:*:*:books"),
            on("StringEquals", "aws:SourceAccount", "123456789012"),
            {"Bool": {PRESENT: "true", "aws:PrincipalIsAWSService": "true"}}))],
    Stated("mfa-of-callers-that-services-may-be", [allow(READ, {**WITH, **each},
            Principal=ACCOUNT, Resource=BUCKET) for each in (on("ArnLikeIfExists",
            "aws:SourceArn", "arn:aws:sns:*"), on("Null", "aws:SourceArn", "true"),
            {"Bool": {PRESENT: "true", "aws:ViaAWSService": "true"}},
            {"Bool": {PRESENT: "true", "aws:PrincipalIsAWSService": "false"}})], [], {}),
    # A Deny without conditions stops what an Allow gives those with MFA.
    Stated("denied-with-mfa-too", [allow([OFF, "iam:DeleteVirtualMFADevice"], WITH),
            deny(["iam:Delete*", "iam:Deactivate*"])], found(IDLE), {OFF: ""}),
    Stated("denied-with-mfa-too-by-all-but", [allow("ec2:*", WITH), deny_but("iam:*", {})],
           found(IDLE), {STOP: ""}),
    Stated("denied-with-mfa-in-part", [allow(["ec2:*", READ], WITH), deny("ec2:*")], [],
           {STOP: "", READ: "m"}),
    Stated("denied-elsewhere", [allow("ec2:*", WITH), deny("ec2:*", Resource="arn:aws:ec2:*:*:*/x"),
            deny("ec2:*", NETWORK)], [], {}),
    # Roles may have a tag, or not.
    *[Stated(f"scp-for-tagged-principals-{number}", [ALL, deny_but(CARE, {**WITHOUT, **each})], [],
             {}, "scp")
      for number, each in enumerate((on("Null", "aws:PrincipalTag/human", "false"),
            on("StringEquals", "aws:PrincipalTag/human", "yes")))],
    Stated("scp-for-all-but-tagged-principals", [ALL, deny_but(CARE, {**WITHOUT,
            **on("StringNotEquals", "aws:PrincipalTag/robot", "true")})], found(SCP, at=1), {},
           "scp"),
    # A condition lists roles beside users.
    *[Stated(f"mfa-of-users-and-roles-{number}", [trust(ACCOUNT, {**WITH, **each})],
             found(ROLE_SESSION), {})
      for number, each in enumerate((
            on("ArnLike", "aws:PrincipalArn", [ROLE["AWS"], "arn:aws:iam::*:user/carol"]),
            on("StringLike", "aws:PrincipalArn", ["arn:aws:iam::${AWS::AccountId}:user/ops/*",
               "arn:aws:iam::${AWS::AccountId}:role/${label}Operator"]),
            on("ForAnyValue:StringEquals", "aws:PrincipalArn",
               ["${aws_iam_user.x.arn}", "${aws_iam_role.x.arn}"]),
            on("StringLike", "aws:userid", ["AROAEXAMPLE:*", "AIDAEXAMPLE"]),
            on("StringEquals", "aws:PrincipalType", ["User", "AssumedRole"])))],
    Stated("mfa-of-users-and-roles-for-objects", [allow(READ, {**WITH, **on("ArnLike",
            "aws:PrincipalArn", [ROLE["AWS"], "arn:aws:iam::123456789012:user/*"])}, **PUBLIC)],
           found(ROLE_SESSION), {}),
    Stated("deny-of-users-and-roles", [ALL, deny("ec2:*", {**WITHOUT, **on("ArnLike",
            "aws:PrincipalArn", ["arn:aws:iam::*:user/*", "arn:aws:iam::*:role/Ops"])})],
           found(ROLE_SESSION, at=1), {}),
    Stated("mfa-of-users-and-roles-beside-a-service", [trust(ACCOUNT, {**WITH, **on("ArnLike",
            "aws:PrincipalArn", [ROLE["AWS"], "arn:aws:iam::*:user/carol"])}), trust(EC2_SERVICE)],
           found(ROLE_SESSION), {}),
    Stated("roles-listed-and-allowed-elsewhere", [trust(ACCOUNT, {**WITH, **on("ArnLike",
            "aws:PrincipalArn", [ROLE["AWS"], "arn:aws:iam::*:user/carol"])}), trust(ROLE)], [],
           {}),
    Stated("all-but-users-and-roles", [trust(ACCOUNT, {**WITH, **on("ArnNotLike",
            "aws:PrincipalArn", [ROLE["AWS"], "arn:aws:iam::*:user/carol"])})], [], {}),
    # A Deny that leaves roles only.
    Stated("denied-to-all-but-a-role", [deny("s3:DeleteObject", on("StringNotEquals",
            "aws:PrincipalArn", [ROLE["AWS"]]), **PUBLIC), deny("s3:DeleteObject", WITHOUT,
            **PUBLIC)], found(ROLE_SESSION, at=1), {}),
    Stated("denied-to-all-but-a-role-as-principal", [{"Effect": "Deny", "NotPrincipal": ROLE,
            "Action": "s3:*", "Resource": BUCKET}, deny("s3:DeleteObject", WITHOUT, **PUBLIC)],
           found(ROLE_SESSION, at=1), {}),
    Stated("denied-to-all-but-a-role-and-a-user", [deny("s3:DeleteObject", on("ArnNotLike",
            "aws:PrincipalArn", [ROLE["AWS"], "arn:aws:iam::*:user/carol"]), **PUBLIC),
            deny("s3:DeleteObject", WITHOUT, **PUBLIC)], [], {}),
    Stated("other-objects-denied-to-all-but-a-role", [deny("s3:DeleteObject", NOT_ROLES,
            Principal="*", Resource="arn:aws:s3:::films/*"), deny("s3:DeleteObject", WITHOUT,
            **PUBLIC)], [], {}),
    # Denied on one's own user or device alone.
    *[Stated(f"enrolment-denied-on-{name}", [ALL, deny_but(spared, WITHOUT, Resource=where)],
            found(ONESELF, *rules, at=1), {STOP: "ksm"})
      for name, spared, where, rules in [
            ("user-and-device", [ENABLE, LIST], [ME, "arn:aws:iam::*:mfa/*"], [ENROLMENT]),
            ("the-device", [ENABLE], "arn:aws:iam::*:mfa/*", [ENROLMENT]),
            ("the-user", [CREATE, LIST], ME, [ENROLMENT]),
            ("the-user-but-not-the-device", [ENABLE, LIST], ME, []),
            ("one-user", [CREATE, LIST], "arn:aws:iam::*:user/carol", []),
            ("no-list", [CREATE, ENABLE], [ME, MY_DEVICE], [DISCOVERY]),
        ]],
    # A Deny that exempts all users is for roles alone, whose sessions carry no MFA.
    *[Stated(f"all-users-exempt-{number}", [ALL, deny_but(CARE, {**WITHOUT, **on(*by)})],
            found(*rules, at=1), {STOP: outcome}, kind)
      for number, (by, rules, outcome, kind) in enumerate([
            (("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:user/*"), [ROLE_SESSION], "ksm",
             "identity"),
            (("StringNotLike", "aws:PrincipalArn", ["arn:aws:iam::*:user/*", ROLE["AWS"]]),
             [ROLE_SESSION], "ksm", "identity"),
            (("StringNotEquals", "aws:PrincipalType", "User"), [ROLE_SESSION], "", "scp"),
            (("StringNotLike", "aws:username", "*"), [ROLE_SESSION], "ksm", "identity"),
            (("StringNotLike", "aws:PrincipalArn", [ROLE["AWS"], "*"]), [NOTHING], "ksm",
             "identity"),
            (("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:*"), [NOTHING], "", "scp"),
            (("ArnNotLike", "aws:PrincipalArn", ["arn:aws:iam::*:user/*",
              "arn:aws:iam::*:role/*"]), [NOTHING], "ksm", "identity"),
            (("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:root"), [], "", "scp"),
            (("StringNotLike", "aws:PrincipalTag/robot", "*"), [], "m", "identity"),
            (("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:user/robots/*"), [], "m",
             "identity"),
            (("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/*"), [], "", "scp"),
        ])],
    # All but a role are denied, and a session's ARN is not the role's.
    *[Stated(f"denied-to-all-but-{name}", [allow(READ, Principal=ROLE, Resource=BUCKET), {**deny(
            "s3:*", {**WITHOUT, **also}, Resource=BUCKET), "NotPrincipal": {"AWS": arns}}],
            found(*rules, at=1), {})
      for name, arns, also, rules in [
            ("a-role-but-no-session", ROLE["AWS"], {}, [ROLE_SESSION]),
            ("a-role-and-its-account", [ROLE["AWS"], "123456789012"], {}, [ROLE_SESSION]),
            ("a-role-and-its-session", [ROLE["AWS"],
             "arn:aws:sts::123456789012:assumed-role/Deploy/x"], {}, []),
            ("the-session-of-another", [ROLE["AWS"],
             "arn:aws:sts::123456789012:assumed-role/Deploy2/x"], {}, [ROLE_SESSION]),
            ("others", "arn:aws:iam::444455556666:root", {}, [ROLE_SESSION]),
            ("the-account-of-a-role", "123456789012", {}, []),
            ("what-a-template-names", [ROLE["AWS"], "${var.sessions}"], {}, []),
            ("a-role-and-all-roles", ROLE["AWS"], NOT_ROLES, []),
        ]],
    Stated("denied-to-all-but-a-role-that-nothing-allows", [allow(READ, Principal=ACCOUNT,
            Resource=BUCKET), {**deny("s3:*", WITHOUT, Resource=BUCKET), "NotPrincipal": ROLE}],
           found(ROLE_SESSION, at=1), {}),
    Stated("denied-to-all-but-a-user-that-nothing-allows", [allow(READ, Principal=ACCOUNT,
            Resource=BUCKET), {**deny("s3:*", WITHOUT, Resource=BUCKET), "NotPrincipal": {
            "AWS": "arn:aws:iam::123456789012:user/carol"}}], found(VOID, at=1), {}),
    *[Stated(f"denied-to-all-but-a-user-and-{number}", [allow(READ, Principal=ACCOUNT,
            Resource=BUCKET), {**deny("s3:*", WITHOUT, Resource=BUCKET), "NotPrincipal": {"AWS": [
            "arn:aws:iam::123456789012:user/carol", account]}}], [], {})
      for number, account in enumerate(("123456789012", "arn:aws:iam::123456789012:root"))],
    *[Stated(f"roles-by-condition-{name}", [allow(READ, on("ArnLike", "aws:PrincipalArn", arns),
            Principal=ACCOUNT, Resource=BUCKET), deny(READ, WITHOUT, Principal="*",
            Resource=BUCKET)], found(*rules, at=1), {})
      for name, arns, rules in [
            ("alone", [ROLE["AWS"], "arn:aws:iam::*:role/ci-*"], [ROLE_SESSION]),
            ("and-a-user", [ROLE["AWS"], "arn:aws:iam::123456789012:user/carol"], []),
            ("a-user", ["arn:aws:iam::123456789012:user/carol"], [])]],
    # A Deny that exempts another role than the one that an Allow names.
    *[Stated(f"role-not-exempt-{name}", [allow(READ, Principal=ROLE, Resource=BUCKET), deny(READ,
            {**WITHOUT, **also}, Principal="*", Resource=BUCKET)], found(*rules, at=1), {})
      for name, also, rules in [
            ("beside-another", on("ArnNotEquals", "aws:PrincipalArn",
             "arn:aws:iam::123456789012:role/Other"), [ROLE_SESSION]),
            ("itself", on("ArnNotEquals", "aws:PrincipalArn", [ROLE["AWS"],
             "arn:aws:iam::123456789012:role/Other"]), []),
            ("by-a-pattern", on("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/D*"), []),
            ("by-a-template", on("ArnNotLike", "aws:PrincipalArn", "${var.roles}"), []),
            ("by-a-tag-as-well", {**on("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/O*"),
             **on("StringNotEquals", "aws:PrincipalTag/kind", "machine")}, []),
        ]],
    # Services and federated users bring neither key.
    Stated("service-with-if-exists", [trust(EC2_SERVICE, IF_TRUE)], found(SERVICE), {}),
    Stated("service-with-presence", [trust(EC2_SERVICE, on("Null", PRESENT, "false"))],
           found(SERVICE), {}),
    Stated("saml-with-if-exists", [{**trust(SAML, IF_TRUE), "Action": "sts:AssumeRoleWithSAML"}],
           found(FEDERATED), {}),
    Stated("service-and-account-with-if-exists", [trust({**EC2_SERVICE, **ACCOUNT}, IF_TRUE)],
           found("allow-bool-if-exists"), {}),
    # The removal of a device, exempt by its resource.
    Stated("own-user-exempt-by-resource", [ALL, deny("*", WITHOUT, NotResource=[ME, MY_DEVICE])],
           found(REMOVAL, at=1), {STOP: "m", OFF: "km"}),
    Stated("all-users-exempt-by-resource", [ALL, deny_but(CARE, WITHOUT,
            NotResource="arn:aws:iam::*:user/*")], found(REMOVAL, at=1), {STOP: "m", OFF: "km"}),
    Stated("own-user-exempt-and-denied-apart", [ALL, deny("*", WITHOUT, NotResource=[ME,
            MY_DEVICE]), deny_but(CARE, WITHOUT, Resource=["arn:aws:iam::*:user/*", MY_DEVICE])],
           [], {STOP: "m", OFF: "m", ENABLE: "km"}),
    Stated("device-exempt-by-resource", [ALL, deny("*", WITHOUT, NotResource=MY_DEVICE)],
           found(ENROLMENT, at=1),
           {STOP: "m", OFF: "m"}),
    Stated("bucket-exempt-by-resource", [ALL, deny_but(CARE, WITHOUT, NotResource=BUCKET)], [],
           {STOP: "m", OFF: "m"}),
    Stated("user-exempt-by-resource-without-device", [allow("s3:*"), allow("iam:*MFADevice*",
            Resource=[ME, MY_DEVICE]), deny("*", WITHOUT, NotResource=ME)], [*found(REMOVAL,
            at=2), *found(ENROLMENT, at=2)], {READ: "m", ENABLE: "km"}),
    Stated("own-removal-exempt-by-resource", [allow("iam:*MFADevice*", Resource=[ME, MY_DEVICE]),
            deny("*", WITHOUT, NotResource=[ME, MY_DEVICE])], found(REMOVAL, at=1), {OFF: "km"}),
    Stated("exempt-by-a-resource-filled-in", [ALL, deny("*", WITHOUT, NotResource="${var.own}")],
           [], {}),
    Stated("nothing-needed-exempt-by-resource", [ALL, deny("*", WITHOUT, NotResource=BUCKET)],
           found(ENROLMENT, at=1), {READ: "ksm", OFF: "m"}),
    # What follows from a mistyped action is told once.
    Stated("removal-denied-by-a-mistyped-name", [allow([OFF, LIST]), deny(
            "iam:DeactivateMFADevices", WITHOUT)], found(ACTION, at=1), {OFF: "km"}),
    Stated("first-steps-exempt-by-mistyped-names", [ALL, deny_but(["iam:ListMFADevice",
            "iam:CreateMFADevice", ENABLE], WITHOUT)], 2 * found(ACTION, at=1), {ENABLE: "km"}),
    Stated("opened-beside-a-mistyped-deny", [allow(STOP, WITH), allow("ec2:*"), deny(
            "ec2:StopInstance", WITHOUT)], found(ACTION, at=2), {STOP: "ksm"}),
    # What takes the policy itself away.
    *[Stated(f"policy-s-removal-exempt-{number}", [ALL, deny_but([*CARE, spared], WITHOUT)],
            found(REMOVAL, at=1), {OFF: "m"}) for number, spared in enumerate((
        "iam:DetachUserPolicy", "iam:*UserPolicy", "iam:CreatePolicyVersion"))],
    Stated("policy-s-removal-exempt-and-not-allowed", [allow("s3:*"), deny_but([*CARE,
            "iam:DetachUserPolicy"], WITHOUT)], [], {OFF: ""}),
    Stated("policy-s-removal-exempt-and-denied", [ALL, deny("iam:*Policy"), deny_but([*CARE,
            "iam:DetachUserPolicy"], WITHOUT)], [], {OFF: "m"}),
    # A key that may stand for either.
    Stated("mfa-key-without-an-end", [allow("ec2:*", on("Bool", "aws:MultiFactorAuth", "true"))],
           found(KEY), {}),
    # The user and the device in different accounts.
    Stated("device-in-another-account", [allow([ENABLE, LIST], Resource=ME.replace("*",
            "111122223333")), allow("iam:CreateVirtualMFADevice", Resource=MY_DEVICE.replace("*",
            "111122223334"))], found(RESOURCE, at=1), {}),
    Stated("users-and-devices-in-two-accounts", [allow(ENROL, Resource=[arn.replace("*", account)
            for arn in (ME, MY_DEVICE) for account in ("111122223333", "111122223334")])], [], {}),
    # Resources of a service that an action never has.
    Stated("denied-on-resources-of-another-kind", [deny(action, WITHOUT, Resource=where)
            for action, where in (
        ("kms:ScheduleKeyDeletion", "arn:aws:kms:*:123456789012:alias/ledger"),
        ("ec2:TerminateInstances", "arn:aws:ec2:*:*:instances/*"),
        (STOP, "arn:aws:ec2:*:*:i-0123456789abcdef0"),
        ("rds:DeleteDBInstance", "arn:aws:rds:*:*:instance:ledger"),
        ("dynamodb:DeleteTable", "arn:aws:dynamodb:*:*:table:ledger"),
        ("lambda:DeleteFunction", "arn:aws:lambda:*:*:function/ledger"),
        ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*:*:secret/ledger"),
        (READ, "arn:aws:s3:eu-west-1:123456789012:books/*"),
        ("s3:DeleteBucket", "arn:aws:s3::123456789012:books"))],
           [finding for at in range(9) for finding in found(RESOURCE, at=at)], {}),
    Stated("denied-on-resources-of-the-kind", [deny(action, WITHOUT, Resource=where)
            for action, where in (
        ("kms:ScheduleKeyDeletion", ["arn:aws:kms:*:*:key/*", "arn:aws:kms:*:*:alias/ledger"]),
        ("kms:Decrypt", "arn:aws:kms:*"), ("kms:DisableKey", "arn:aws:kms:*:*:${Key}"),
        ("kms:DeleteAlias", "arn:aws:kms:*:*:alias/ledger"), ("kms:Encrypt", "{{ arn }}"),
        ("ec2:TerminateInstances", "arn:aws:ec2:*:*:instance/i-0123456789abcdef0"),
        ("rds:DeleteDBInstance", "arn:aws:rds:*:*:db:ledger"),
        ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*:*:secret:ledger-??????"),
        (READ, "arn:aws:s3:eu-west-1:123456789012:accesspoint/books/object/*"),
        (READ, "arn:aws:s3:*:*:books/*"))], [], {}),
    # Principals as which services call.
    *[Stated(f"service-as-{number}-beside-deny", [allow(action, Principal=principal,
            Resource=BUCKET, Sid=sid), deny("s3:*", WITHOUT, **PUBLIC)], found(SERVICE, at=1), {})
      for number, (action, principal, sid) in enumerate([
        (READ, {"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E2QW"}, "1"),
        (READ, {"CanonicalUser": 64 * "a"}, "Grant a CloudFront Origin Identity access"),
        ("s3:PutObject", {"AWS": "127311923021"}, "1"),
        ("s3:PutObject", {"AWS": "arn:aws:iam::054676820928:root"}, "1")])],
    Stated("cloudfront-asked-for-mfa", [allow(READ, WITH, Resource=BUCKET, Principal={"AWS":
            "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E2QW"})],
           found(SERVICE), {}),
    Stated("another-account-beside-deny", [allow(READ, Principal={"CanonicalUser": 64 * "a"},
            Resource=BUCKET), deny("s3:*", WITHOUT, **PUBLIC)], [], {}),
    Stated("cloudfront-beside-deny-of-other-actions", [allow(READ, Resource=BUCKET, Principal={
            "AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E2QW"}),
            deny("s3:Delete*", WITHOUT, **PUBLIC)], [], {}),
    # Roles only.
    Stated("scp-for-roles-only", [deny("rds:Delete*", {**older("3600"), **on(
            "StringEqualsIfExists", "aws:PrincipalType", "AssumedRole")})], found(ROLE_SESSION),
           {}, "scp"),
    # People who are not to have virtual devices.
    Stated("virtual-devices-denied", [ALL, deny("iam:CreateVirtualMFADevice"), deny_but(CARE[1:],
            WITHOUT)], [], {ENABLE: "km", STOP: "m"}),
    Stated("security-keys-only", [allow(ENABLE, on("StringEquals", "iam:RegisterSecurityKey",
            ["Create", "Activate"]), Resource=ME), deny_but(CARE[1:], WITHOUT)], [], {}),
    Stated("security-keys-too", [allow(ENABLE, on("StringEquals", "iam:RegisterSecurityKey",
            ["Create", "Activate"]), Resource=ME), allow(CREATE, Resource=MY_DEVICE),
            deny_but(CARE[1:], WITHOUT)], found(ENROLMENT, at=2), {}),
    # The same, allowed on all resources of the service by their ARN.
    Stated("opened-by-a-service-s-arns", [allow("s3:DeleteObject*", WITH), allow("s3:*",
            Resource="arn:aws:s3:::*")], found(DEFEATED), {}),
    Stated("opened-by-all-arns-of-ec2", [allow(STOP, WITH), allow("ec2:*",
            Resource=["arn:aws:ec2:*:*:*"])], found(DEFEATED), {}),
    Stated("opened-in-a-region", [allow(STOP, WITH), allow("ec2:*",
            Resource="arn:aws:ec2:eu-west-1:*:*")], [], {}),
    Stated("opened-by-another-service-s-arns", [allow(STOP, WITH), allow(["ec2:*", "s3:*"],
            Resource="arn:aws:s3:::*")], [], {STOP: "m"}),
    # ARNs of another partition than the rest of the policy.
    Stated("device-in-another-partition", [allow("iam:CreateVirtualMFADevice", Resource=MY_DEVICE),
            *(2 * [allow([ENABLE, LIST], Resource=ME.replace("aws", "aws-cn", 1))])],
           found(PARTITION), {}),
    Stated("device-in-one-of-two-partitions", [allow("iam:CreateVirtualMFADevice",
            Resource=MY_DEVICE), allow([ENABLE, LIST], Resource=ME.replace("aws", "aws-us-gov",
            1))], found(PARTITION), {}),
    Stated("user-in-another-partition-than-the-device", [deny_but(CARE, WITHOUT), allow(ENROL,
            Resource=[ME.replace("aws", "aws-cn", 1), MY_DEVICE])], found(PARTITION, at=1), {}),
    Stated("condition-of-another-partition", [deny("s3:*", {**WITHOUT, **on("ArnNotLike",
            "aws:PrincipalArn", "arn:aws:iam::*:role/*")}, Resource="arn:aws-cn:s3:::books/*")],
           found(PARTITION), {}),
    Stated("region-of-another-partition", [allow("ec2:*", WITH,
            Resource="arn:aws:ec2:cn-north-1:*:*"), allow("rds:*", WITH,
            Resource="arn:aws-us-gov:rds:us-east-1:*:*")], [*found(PARTITION), *found(PARTITION,
            at=1)], {}),
    Stated("regions-of-one-partition", [allow("ec2:*", WITH, Resource=[
            "arn:aws-us-gov:ec2:us-gov-west-1:*:*", "arn:aws-us-gov:ec2:*:*:*"]), allow("iam:*",
            WITH, Resource="arn:${AWS::Partition}:iam::aws:policy/*"), allow("sqs:*",
            WITH, Resource="arn:*:sqs:*:*:*")], [], {}),
    Stated("buckets-of-two-partitions", [allow(READ, WITH, Resource=["arn:aws:s3:::books/*",
            "arn:aws-cn:s3:::shu/*"])], [], {}),
    Stated("buckets-of-two-partitions-apart", [allow(READ, WITH, Resource="arn:aws:s3:::books/*"),
            allow(READ, WITH, Resource="arn:aws-cn:s3:::shu/*")], [], {}),
    Stated("the-same-arn-in-two-partitions-apart", [allow(READ, WITH, Resource=BUCKET),
            deny("s3:*", WITHOUT, Resource=BUCKET.replace("aws", "aws-cn", 1))],
           found(PARTITION), {}),
    Stated("the-same-arn-in-two-partitions", [each for arn in (BUCKET, BUCKET.replace("aws",
            "aws-cn", 1)) for each in (allow(READ, Resource=arn), deny("s3:*", WITHOUT,
            Resource=arn))], [], {}),
    # Users' own affairs on something else than a user.
    Stated("own-affairs-of-a-group", [allow([action, "iam:Get*"],
            Resource=ME.replace("user/", kind)) for action, kind in (
            ("iam:ChangePassword", "group/"), ("iam:CreateAccessKey", "mfa/"))] +
            [allow(STOP, WITH)],
           found(RESOURCE) + found(RESOURCE, at=1), {}),
    Stated("iam-actions-on-others", [ALL, *(deny(action, WITHOUT, Resource=
            f"arn:aws:iam::*:{kind}/*") for kind, action in (
            ("role", "iam:CreateUser"), ("user", "iam:DeleteRolePolicy"),
            ("user", ["iam:PassRole", "iam:CreateRole"]), ("role", "iam:DeleteGroup")))],
           [each for at in range(1, 5) for each in found(RESOURCE, at=at)], {}),
    Stated("iam-actions-on-their-own", [ALL, *(deny(action, WITHOUT, Resource=
            f"arn:aws:iam::*:{kind}/*") for kind, action in (("user", "iam:TagUser"), ("role",
            "iam:AttachRolePolicy"), ("group", "iam:AddUserToGroup"), ("instance-profile",
            "iam:AddRoleToInstanceProfile"), ("policy", "iam:CreatePolicy"), ("user/team",
            "iam:CreateUser"), ("*", "iam:PassRole")))], [], {}),
    Stated("own-affairs-of-a-group-without-mfa", [allow("iam:ChangePassword",
            Resource=ME.replace("user/", "group/"))], [], {}),
    Stated("own-affairs-of-a-group-and-a-user", [allow(["iam:ChangePassword", "iam:GetUser"],
            Resource=[ME, ME.replace("user/", "group/")]), allow(STOP, WITH)], [], {}),
    Stated("devices-in-two-partitions", [allow("iam:CreateVirtualMFADevice", Resource=[MY_DEVICE,
            MY_DEVICE.replace("aws", "aws-cn", 1)]), allow(ENABLE, Resource=[ME,
            ME.replace("aws", "aws-cn", 1)])], [], {}),
    *[Stated(f"sid-about-mfa-at-sign-in-{sid}", [allow(STOP, WITH), deny(OFF, Sid=sid)],
             [] if "AtSignIn" in sid or "ByOkta" in sid else [(PROMISE, sid)], {}) for sid in
      ("MfaIsEnforcedAtSignIn", "MFARequiredByOkta", "MfaIsEnforced")],
    Stated("one-or-the-other-asked-by-the-sid", [ALL, {**deny_but(CARE, {**WITHOUT, **NETWORK}),
            "Sid": "DenyOutsideOfficeOrWithoutMfa"}],
           [("deny-narrowed", "DenyOutsideOfficeOrWithoutMfa")], {}),
    # A Sid that says where no MFA is asked for.
    Stated("narrowed-as-the-sid-says", [ALL, deny("ec2:*", {**WITHOUT, **NETWORK},
            Sid="DenyOutsideOfficeWithoutMfa")], [], {}),
    *[Stated(f"narrowed-as-the-sid-says-{sid}", [ALL, deny("ec2:*", {**WITHOUT, **on(
            "StringNotEquals", "aws:SourceVpce", "vpce-1")}, Sid=sid)], [], {}) for sid in
      ("MfaUnlessThroughOurEndpoint", "DenyNoMFAExceptViaVPCE", "MfaUnlessByTheNetwork")],
    Stated("narrowed-in-spite-of-the-sid", [ALL, deny("ec2:*", {**WITHOUT, **NETWORK},
            Sid="NeedsMfaAndOffice")], [("deny-narrowed", "NeedsMfaAndOffice")], {}),
    # Actions that a trust policy does not have.
    Stated("trust-policy-about-tokens", [{**trust(ACCOUNT, WITH), "Action":
            "sts:GetSessionToken"}], found(MALFORMED), {}, kind="trust"),
    # Conditions that never match, in a role's policy or not.
    Stated("age-below-a-limit-without-mfa", [ALL, deny("ec2:*", {**WITHOUT, **older("3600",
            "NumericLessThan")})], found("conditions-never-match", at=1), {STOP: "ksm"}),
    # The ARN that a role session has as its principal is the role's.
    Stated("session-arns-exempt", [ALL, deny("ec2:*", {**WITHOUT, **on("ArnNotLike",
            "aws:PrincipalArn", "arn:aws:sts::*:assumed-role/*")})], found(VALUE, at=1), {}, "scp"),
    Stated("group-exempt", [ALL, deny("ec2:*", {**WITHOUT, **on("StringNotLike",
            "aws:PrincipalArn", "arn:aws:iam::*:group/admins")})], found(VALUE, at=1), {}),
    Stated("session-s-arn-allowed", [allow("s3:*", on("ArnLike", "aws:PrincipalArn",
            "arn:aws:sts::123456789012:assumed-role/x/*"), **PUBLIC)], found(VALUE), {}),
    Stated("mfa-of-a-session-s-arn", [trust(ACCOUNT, {**WITH, **on("ArnLike", "aws:PrincipalArn",
            "arn:aws:sts::123456789012:assumed-role/x/*")})], found(VALUE), {}),
    Stated("mfa-of-a-user-and-a-session-s-arn", [trust(ACCOUNT, {**WITH, **on("ArnLike",
            "aws:PrincipalArn", ["arn:aws:iam::123456789012:user/carol",
            "arn:aws:sts::123456789012:assumed-role/x/*"])})], found(ROLE_SESSION), {}),
    Stated("session-and-role-exempt", [ALL, deny("ec2:*", {**WITHOUT, **on("ArnNotLike",
            "aws:PrincipalArn", ["arn:aws:sts::*:assumed-role/*", "arn:aws:iam::*:role/*"])})],
           [], {}, "scp"),
    *[Stated(f"session-{session}-beside-role-{role}", [ALL, deny("ec2:*", {**WITHOUT,
            **on("ArnNotLike", "aws:PrincipalArn", [f"arn:aws:iam::*:role/{role}",
            f"arn:aws:sts::*:assumed-role/{session}"])})], found(VALUE, at=1) * told, {}, "scp")
      for session, role, told in (("ci/*", "aws-reserved/sso.amazonaws.com/*", True),
          ("ci/*", "deploy", True), ("ci/*", "tools/ci", False), ("ci/*", "c*", False),
          ("AWSReservedSSO_*/*", "aws-reserved/sso.amazonaws.com/*", False))],
    Stated("allowed-with-any-source-identity", [trust(ACCOUNT, WITH), trust(ACCOUNT,
            on("StringLike", "sts:SourceIdentity", "*"))], found(DEFEATED), {}),
    Stated("allowed-with-one-source-identity", [trust(ACCOUNT, WITH), trust(ACCOUNT,
            on("StringLike", "sts:SourceIdentity", "ci-*"))], [], {}),
    *[Stated(f"object-deleted-in-a-bucket-beside-{other}", [deny("s3:DeleteObject", WITHOUT,
            **PUBLIC), deny(other, WITHOUT, Principal="*", Resource=where)],
            found(DEFEATED) * told, {})
      for other, where, told in (
          ("s3:PutBucketVersioning", "arn:aws:s3:::books", True),
          ("s3:PutBucketPolicy", "arn:aws:s3:::books", False),
          ("s3:DeleteObjectVersion", BUCKET, False))],
    *[Stated(f"{exempt}-exempt-where-{action}-is-allowed", [allow(action, Resource=
            "arn:aws:iam::*:role/Work"), deny_but([*CARE, exempt], WITHOUT), *more],
            found("role-without-mfa", at=1) * told, {})
      for exempt, action, more, told in (
          ("sts:*", TAKE, [], True), ("sts:AssumeRole", TAKE, [], False),
          ("sts:*", "sts:TagSession", [], False),
          ("STS:*", TAKE, [deny(TAKE, WITHOUT)], False))],
    Stated("everything-denied-in-one-second-of-age", [ALL, deny("*", older("100",
            "NumericEquals"))], found("age-never-counts", "deny-age-misses-no-mfa", at=1), {}),
    Stated("one-second-of-age-beside-mfa-of-any-age", [allow("*", {"Null": {
            "aws:MultiFactorAuthAge": "false"}}), allow("*", older("100",
            "ForAllValues:NumericEqualsIfExists"))], found("age-never-counts", at=1), {}),
    Stated("users-in-a-resource-s-policy", [allow("ec2:*", Principal=ACCOUNT, Resource=ME),
            deny_but(["iam:List*"], WITHOUT, Principal=ACCOUNT, Resource=ME)], [], {}),
    Stated("age-limit-beside-an-allow-of-a-part-with-mfa", [allow("ec2:Start*", older(3600,
            "NumericLessThan")), deny("ec2:*", older(3600, "NumericGreaterThan"))],
            found("deny-age-misses-no-mfa", at=1), {}),
    *[Stated(f"mfa-in-some-regions-{sid}", [allow("ec2:*", on("StringEquals",
            "aws:RequestedRegion", "eu-west-1")), allow(STOP, WITH, Sid=sid)],
            [(DEFEATED, sid)] * told, {})
      for sid, told in (("StopNeedsMFA", True), ("StopElsewhere", False))],
    *[Stated(f"removal-denied-on-{where}-{bool(when)}", [ALL, deny_but(["iam:*", "sts:*"], WITHOUT),
            deny_but(CARE, when or {}, Resource=[where, "arn:aws:iam::*:group/*",
            "arn:aws:iam::*:policy/*"])], found(*rules, at=1), {})
      for where, when, rules in (
          ("arn:aws:iam::*:user/*", WITHOUT, ()), ("arn:aws:iam::*:user/*", None, ()),
          ("arn:aws:iam::*:user/bots/*", WITHOUT, ("removal-without-mfa",)))],
    *[Stated(f"exempt-where-{sid}", [ALL, deny_but(CARE, {**WITHOUT, **NETWORK}, Sid=sid)],
            [("deny-narrowed", sid)] * told, {})
      for sid, told in (("MFAExceptFromZscaler", False), ("MFAExceptInvoices", True))],
    Stated("either-of-two-tags", [deny("ec2:CreateTags", {"Null": {"aws:RequestTag/a": "true",
            "aws:RequestTag/b": "true"}}, Sid="NeedTeamOrProject"), allow(STOP, WITH)], [], {}),
    Stated("help-desk-by-the-sid", [allow(ENROL[:2], WITH, Sid="HelpDesk", Resource=[
            "arn:aws:iam::*:user/*", "arn:aws:iam::*:mfa/*"])], [], {}),
    # A service that a Deny for everybody stops in what a pattern allows it.
    Stated("service-beside-deny-of-its-pattern", [allow("kms:*", Principal=ACCOUNT),
            allow(["kms:Encrypt*", "kms:Decrypt*"], Principal={"Service": "logs.amazonaws.com"}),
            deny("kms:Decrypt", WITHOUT, Principal="*")], found(SERVICE, at=2), {}),
    Stated("role-beside-deny-of-all-of-its-pattern", [allow("s3:*", Principal=ROLE,
            Resource=BUCKET), deny("s3:*", WITHOUT, **PUBLIC)], found(ROLE_SESSION, at=1), {}),
    # The root user's device.
    Stated("device-of-root", [allow("ec2:*", WITH), deny([OFF, "iam:DeleteVirtualMFADevice"],
            Resource=["arn:aws:iam::*:mfa/root-account-mfa-device", "arn:aws:iam::*:root"])], [],
           {STOP: "m"}),
    # A Sid that names devices or an exemption.
    Stated("sid-lists-devices", [allow("iam:ListUsers", Resource=ME, Sid="ListOnlyTheirOwnMFA"),
            allow(OFF, WITH, Resource=ME)], [(RESOURCE, "ListOnlyTheirOwnMFA")], {}),
    Stated("lists-on-one-of-them", [allow(f"iam:List{kind}s", Resource=
            f"arn:aws:iam::*:{kind.lower()}/{name}") for kind in ("User", "Role", "Group")
            for name in ("ops", "ops*")] + [allow(STOP, WITH)],
           [each for at in range(6) for each in found(RESOURCE, at=at)], {}),
    Stated("assuming-a-user", [allow("sts:AssumeRole", Resource=[ME, MY_DEVICE])], found(RESOURCE),
           {}),
    Stated("lists-of-all-of-them", [allow(f"iam:List{kind}s", Resource=
            f"arn:aws:iam::*:{kind.lower()}/*") for kind in ("User", "Role", "Group")] +
            [allow(STOP, WITH)], [], {}),
    Stated("sid-allows-without-mfa", [deny_but(CARE, WITHOUT), allow([*CARE, "ec2:Describe*"],
            Sid="AllowWithoutMFA")], [(EXEMPTION, "AllowWithoutMFA")], {}),
    Stated("sids-of-exemptions", [deny_but([*CARE, "ec2:Describe*"], WITHOUT),
            allow([*CARE, "ec2:Describe*"], Sid="AllowWithoutMFA"), allow("s3:*", WITH,
            Sid="ExemptFromBoundary"), allow("s3:*", Sid="Buckets"),
            allow("s3:*", Sid="AllowListSelf")], [], {}),
    # Keys of services that AWS does not have.
    Stated("service-keys-misspelt", [allow("iam:*", on("StringEquals", key, "x")) for key in (
            "iam:PermissionBoundary", "IAM:passedToServices", "sts:ExternalID2", "SAML:audience",
            "saml:role", "iam:ResourceTag")],
           [finding for at in range(6) for finding in found(NO_KEY, at=at)], {}),
    Stated("service-keys", [allow("iam:*", on("StringEquals", key, "x")) for key in (
            "iam:organizationspolicyid", "iam:ResourceTag/team", "iam:FIDO-certification",
            "sts:RequestContext/x", "sts:ExternalId", "SAML:aud", "saml:eduPersonAffiliation",
            "ec2:ResourceTag/x", "s3:VersionId", "saml:sub_type", "sts:NewerThanOurList")], [], {}),
    Stated("service-key-far-from-all", [allow("iam:*", on("StringEquals", "iam:PolicyText", "x"))],
           found(NO_KEY), {}),
    # Actions that AWS has retired.
    Stated("deny-of-retired-actions", [ALL, deny("aws-portal:*", WITHOUT)],
           found(ACTION, at=1), {}),
    Stated("retired-actions-among-others", [ALL, deny(["aws-portal:*", "billing:*"], WITHOUT),
            allow("aws-portal:ViewBilling", WITH), deny_but([*CARE, "aws-portal:*"], WITHOUT)], [],
           {}),
    # Statements that another one makes superfluous.
    Stated("denied-twice", [ALL, deny("ec2:*", WITHOUT), deny("ec2:*", WITHOUT)],
           found(IDLE, at=2), {STOP: "m"}),
    Stated("denied-in-part-again", [ALL, deny("ec2:StopInstances", WITHOUT, Resource="arn:aws:ec2:"
            "*:*:instance/*"), deny_but(CARE, WITHOUT)], found(IDLE, at=1), {STOP: "m"}),
    Stated("old-mfa-denied-twice", [ALL, *(2 * [deny("ec2:*", older("3600",
            "NumericGreaterThan"))]), deny("ec2:*", WITHOUT)], found(IDLE, at=2), {STOP: "m"}),
    Stated("allowed-with-mfa-twice", [allow("ec2:*", WITH), allow("ec2:*", WITH)],
           found(IDLE, at=1), {STOP: "m"}),
    Stated("allowed-with-mfa-in-part-again", [allow("ec2:*", WITH), allow(STOP, WITH)], [],
           {STOP: "m"}),
    Stated("no-mfa-and-old-mfa", [ALL, deny("ec2:*", WITHOUT), deny("ec2:*", older("3600"))], [],
           {STOP: "m"}),
    Stated("two-limits-of-age", [allow("ec2:*", {**WITH, **older("900", "NumericLessThan")}),
            allow("ec2:*", {**WITH, **older("3600", "NumericLessThan")})], found(UNUSED),
           {STOP: "m"}),
    Stated("private-network", [ALL, deny("ec2:*", on("NotIpAddress", "aws:SourceIp", "10.0.0.0/8")),
           deny_but(CARE, WITHOUT)], found(VALUE, at=1), {}),
    Stated("private-network-or-mfa", [ALL, deny("ec2:*", {**WITHOUT, **on("NotIpAddress",
            "aws:SourceIp", "10.0.0.0/8")})], found(VALUE, at=1), {STOP: "m"}),
    Stated("private-networks-with-mfa", [allow(STOP, {**WITH, **on("IpAddress", "aws:SourceIp",
            ["192.168.2.0/24", "10.1.2.3", "fd00::/8"])})], found(VALUE), {}),
    Stated("private-or-public-network", [allow(STOP, {**WITH, **on("IpAddress", "aws:SourceIp",
            ["10.0.0.0/8", "192.0.2.0/24"])}), allow("s3:GetObject", {**WITH, **on("IpAddress",
            "aws:VpcSourceIp", "10.0.0.0/8")})], found(VALUE), {}),
    Stated("private-or-public-network-without-mfa", [deny(STOP, on("NotIpAddress", "aws:SourceIp",
            ["10.0.0.0/8", "192.0.2.0/24"]))], [], {}),
    # Limits of a moment or number that leave nothing between them.
    *[Stated(f"limits-of-{key}-{late > early}-{end}", [allow("*", WITH), deny("s3:*", {**on(
            f"{kind}GreaterThan{end}", key, late), **on(f"{kind}LessThan", key, early)})],
            found(VALUE, at=1) if late > early else [], {})
      for kind, key, one, two in (("Date", "aws:CurrentTime", "2031-05-01T09:00:00Z",
            "2031-05-01T18:00:00Z"), ("Numeric", "s3:max-keys", "10", "20"))
      for early, late in ((one, two), (two, one)) for end in ("", "Equals")],
    Stated("limits-that-may-be-left-out", [allow("*", WITH), deny("s3:*", {**on(
            "NumericGreaterThanIfExists", "s3:max-keys", "20"), **on("NumericLessThan",
            "s3:max-keys", "10")}), deny("s3:*", {**on("DateGreaterThan", "aws:CurrentTime",
            "2031-05-02"), **on("DateLessThan", "aws:TokenIssueTime", "2031-05-01")}),
            deny("s3:*", {**on("NumericGreaterThan", "s3:max-keys", ["20", "5"]),
            **on("NumericLessThan", "s3:max-keys", "10")})], [], {}),
    Stated("kind-of-principal-misspelt", [ALL, deny("ec2:*", {**WITHOUT, **on("StringEquals",
            "aws:PrincipalType", "IAMUser")})], found(VALUE, at=1), {}),
    Stated("kind-of-principal-in-lower-case", [ALL, deny_but(CARE, {**WITHOUT, **on(
            "StringNotLike", "aws:PrincipalType", ["assumed*", "root"])})], found(VALUE, at=1), {}),
    Stated("kinds-of-principals", [ALL, deny_but(CARE, {**WITHOUT, **on("StringLike",
            "aws:PrincipalType", "*User")}), *[deny("ec2:*", on(*each)) for each in (
            ("StringNotEquals", "aws:PrincipalType", ["Service", "Role"]),
            ("StringEqualsIgnoreCase", "aws:PrincipalType", "account"),
            ("StringEquals", "aws:PrincipalType", "${var.kind}"))]], [], {}),
    Stated("not-booleans", [ALL, deny("ec2:*", on("Bool", "aws:SecureTransport", "yes")),
            deny("s3:*", on("Null", "aws:PrincipalTag/team", "1")), deny_but(CARE, WITHOUT)],
           [*found(VALUE, at=1), *found(VALUE, at=2)], {}),
    Stated("network-to-be-named", [ALL, *[deny("ec2:*", on("NotIpAddress", "aws:SourceIp", each))
            for each in ("YOUR_OFFICE_IP/32", "<office>", "replace-me", "office_ip_address")],
            deny_but(CARE, WITHOUT)], found(LEFT, at=1) + found(VALUE, at=4), {}),
    Stated("age-of-a-session-as-its-beginning", [allow("ec2:*", {**WITH, **on("NumericLessThan",
            "aws:TokenIssueTime", "3600")}), deny("s3:*", on("DateGreaterThan", "aws:EpochTime",
            86400))], [*found(VALUE), *found(VALUE, at=1)], {STOP: ""}),
    Stated("service-that-is-an-account", [trust({"Service":
            "arn:aws:iam::${data.aws_caller_identity.me.account_id}:root"}, WITH)],
           found(MALFORMED), {}, "trust"),
    Stated("boundary-that-only-denies", [deny_but(CARE, WITHOUT)],
           found("boundary-allows-nothing"), {}, "boundary"),
    Stated("boundary-of-first-steps", [allow(ENROL), deny_but([*ENROL, *CARE], WITHOUT)],
           found("boundary-allows-nothing", at=1), {STOP: ""}, "boundary"),
    Stated("boundary-of-first-steps-and-more", [allow(ENROL), allow("ec2:*"), deny_but(CARE,
            WITHOUT)], [], {STOP: ""}, "boundary"),
    Stated("conditional-of-a-template", [allow(STOP, on("Bool", PRESENT,
            '${var.mfa ? "true" : "false"}'))], found("allow-without-mfa"), {}),
    Stated("conditional-of-a-templates-trust", [trust(ACCOUNT, on("Bool", PRESENT,
            "${local.on ? true : false}"))], found("allow-without-mfa"), {}),
    Stated("conditional-of-a-templates-deny", [ALL, deny_but(CARE, on("BoolIfExists", PRESENT,
            '${var.mfa ? "false" : "true"}'))], found("deny-applies-with-mfa", at=1), {}),
    Stated("roles-of-aws-without-their-path", [ALL, *[deny(f"{service}:*", {**WITHOUT, **on(
            "ArnNotLike", "aws:PrincipalArn", f"arn:aws:iam::*:role/{each}")})
      for service, each in (
            ("ec2", "AWSReservedSSO_Admin_*"), ("s3", "AWSServiceRoleForSupport"),
            ("sqs", "aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Admin_*"),
            ("sns", "*AWSReservedSSO_Admin_*"))]],
           [*found(VALUE, at=1), *found(VALUE, at=2)], {}),
    Stated("names-and-ids-of-another-kind", [ALL, deny_but(CARE, WITHOUT), *[deny("ec2:*",
            on("StringNotLike", *each)) for each in (("aws:userid", ["bg-0?", "Anna"]),
            ("aws:username", "staff/carol"), ("aws:PrincipalAccount", "12345678901"),
            ("aws:PrincipalOrgID", "ou-ab12-cdefgh34"), ("aws:SourceVpc", "vpce-0a1b2c3d"),
            ("aws:SourceVpce", "vpc-0a1b2c3d"), ("aws:RequestedRegion", "eu-west-1a"),
            ("aws:SourceAccount", "1234-5678-9012"), ("s3:ResourceAccount", "12345"))]],
           [one for at in range(2, 11) for one in found(VALUE, at=at)] + found(NO_KEY, at=10), {}),
    Stated("names-and-ids", [ALL, deny_but(CARE, WITHOUT), *[deny("ec2:*",
            on("StringNotLike", *each)) for each in (("aws:userid", ["AROAEXAMPLEID:*", "*:carol"]),
            ("aws:userid", "123456789012"), ("aws:username", ["carol@example.org", "*/x"]),
            ("aws:PrincipalAccount", ["123456789012", "${AccountId}"]),
            ("aws:PrincipalOrgID", "o-a1b2c3d4e5"), ("aws:SourceVpc", ["vpc-0a1b2c3d", "vpce-1"]),
            ("aws:RequestedRegion", "eu-*"))]], [], {}),
    Stated("stale-of-patterns-beside-no-mfa", [ALL, deny_but(CARE, WITHOUT), deny(["iam:*",
            "kms:*"], older(7200, "NumericGreaterThan"))], [], {STOP: "m"}),
    Stated("service-not-in-the-exception", [allow(READ, Principal={"Service": [
            "config.amazonaws.com", "budgets.amazonaws.com"]}, Resource=BUCKET), deny(READ,
            {**WITHOUT, **NOT_CONFIG}, **PUBLIC)], found(SERVICE, at=1), {}),
    Stated("service-in-the-exception", [allow(READ, Principal={"Service":
            "config.amazonaws.com"}, Resource=BUCKET), deny(READ, {**WITHOUT, **NOT_CONFIG},
            **PUBLIC)], [], {}),
    Stated("sid-of-a-deny-for-keys", [ALL, deny_but(CARE, {"Null": {"aws:TokenIssueTime": "true"}},
            Sid="RequireMfaSession")], [(PROMISE, "RequireMfaSession")], {}),
    Stated("left-of-a-template", [trust({"AWS": "arn:aws:iam::<no value>:root"}, WITH)],
           found(MALFORMED), {}),
    Stated("variable-with-a-dot", [allow([ENABLE, LIST], Resource="arn:aws:iam::*:user/"
            "${aws.username}"), allow("iam:CreateVirtualMFADevice")], found(NO_KEY), {}),
    Stated("action-as-the-cli-spells-it", [allow([*ENROL, "iam:list-mfa-devices",
            "kms:describe_key", "ec2:YOUR_ACTION"])], found(ACTION, ACTION), {}),
    Stated("scp-spares-break-glass", [deny_but(CARE, {**WITHOUT, **on("ArnNotLike",
            "aws:PrincipalArn", "${var.break_glass_arns}")})], found(SCP), {}, "scp"),
    Stated("removal-of-anybodys-device-exempt-by-a-pattern", [allow([*ENROL, OFF]),
            deny_but([*CARE, "iam:*"], WITHOUT)], found(REMOVAL, at=1), {OFF: "km"}),
    Stated("narrowed-by-what-the-sid-joins", [ALL, deny_but(CARE, {**WITHOUT, **on(
            "StringNotEquals", "aws:RequestedRegion", "eu-west-1")}, Sid="RequireMFAAndRegion")],
           [("deny-narrowed", "RequireMFAAndRegion")], {}),
    Stated("narrowed-on-purpose-by-region", [ALL, deny_but(CARE, {**WITHOUT, **on(
            "StringEquals", "aws:RequestedRegion", "eu-west-1")}, Sid="StopAndStartNoMFA")],
           [], {}),
    Stated("removal-exempt-and-denied-by-another", [ALL, deny_but(["iam:*MFADevice*",
            "iam:GetUser"], WITHOUT), deny([OFF, "iam:DeleteVirtualMFADevice"], WITHOUT)], [],
           {OFF: "m"}),
    Stated("removal-exempt-beside-a-list-without-it", [ALL, deny_but("iam:*", WITHOUT),
            deny(["iam:Create*", "iam:Put*"], WITHOUT)], [*found(REMOVAL, at=1),
            *found(ENROLMENT, at=2)], {OFF: "km"}),
    *[Stated(f"joined-by-an-or-{sid}", [ALL, deny_but(CARE, {**WITHOUT, **NETWORK}, Sid=sid)],
            [("deny-narrowed", sid)] if wrong else [], {})
      for sid, wrong in (("DenyIfNoMfaOrIfOutsideVpn", True), ("NoMFAOrNotFromVpn", True),
            ("FromOurEndpointOrWithMfa", False), ("MfaOrHouseOnly", False))],
    # A policy's Deny that its Sid alone, or the Allow beside it, shows to be of no effect.
    *[Stated(f"session-token-denied-{name}", [ALL, deny_but(CARE, WITHOUT), made],
            found(*rules, at=2), {STOP: "m"})
      for name, made, rules in (
            ("by-name", deny("sts:GetSessionToken"), ["mfa-on-get-session-token"]),
            ("with-another", deny(["sts:GetFederationToken", "sts:GetSessionToken"]),
             ["mfa-on-get-session-token"]),
            ("among-others", deny(["s3:PutObject", "sts:GetSessionToken"]), []),
            ("by-pattern", deny("sts:*"), []))],
    # A Sid that denies everything, over a list.
    *[Stated(f"everything-by-the-sid-{sid}-{number}", [allow(given), {**deny(["ec2:*", "s3:*"],
            WITHOUT), "Sid": sid}], [(PROMISE, sid)] if wrong else [], {})
      for number, (sid, given, wrong) in enumerate((
            ("DenyEverythingWithoutMFA", "*", True),
            ("DenyAllUnlessMFA", ["ec2:*", "kms:*"], True),
            ("BlockAllActionsIfNoMfa", ["kms:*"], True),
            ("DenyAllWithoutMFA", ["ec2:*", *CARE], False),
            ("DenyAllStorageWithoutMFA", "*", False),
            ("DenyAllEC2AndS3WithoutMFA", "*", False),
            ("DenyWithoutMFA", "*", False)))],
    Stated("everything-in-a-bucket-by-the-sid", [allow("s3:GetObject", Resource=BUCKET,
            Principal=ACCOUNT), {**deny("s3:*", WITHOUT, Principal="*", Resource=BUCKET[:-2]),
            "Sid": "DenyEverythingWithoutMFA"}], [(RESOURCE, "DenyEverythingWithoutMFA")], {}),
    Stated("everything-by-the-sid-and-another-deny", [ALL, {**deny(["ec2:*"], WITHOUT),
            "Sid": "DenyAllWithoutMFA"}, deny_but(CARE, WITHOUT)], [(IDLE, "DenyAllWithoutMFA")],
           {STOP: "m"}),
    # A Deny of nothing, of a part, and of what lacks a key and has another value as well.
    *[Stated(f"denies-nothing-{number}", [allow("*", WITH), denied], found(*rules, at=1), {})
      for number, (denied, rules) in enumerate((
            (deny("sts:*", NotResource="*"), ["deny-denies-nothing"]),
            (deny_but(["sts:*", "*"], {}), ["deny-denies-nothing"]),
            (deny("s3:*", NotResource=BUCKET), []),
            (deny("ec2:CreateTags", {**on("Null", "aws:RequestTag/Team", "true"), **on(
                "StringNotEquals", "aws:RequestTag/Team", "books")}), ["deny-narrowed"]),
            (deny("s3:PutObject", {**on("Null", SSE, "true"), **on("StringNotEquals", SSE,
                "aws:kms")}, Resource=BUCKET), ["deny-narrowed"]),
            (deny("ec2:CreateTags", {**on("Null", "aws:RequestTag/Team", "true"), **on(
                "StringNotEquals", "aws:PrincipalTag/Team", "books")}), []),
            (deny("ec2:CreateTags", on("Null", "aws:RequestTag/Team", "true")), [])))],
    # What has no resource is in no NotResource, and listing all devices is a step of the setup.
    *[Stated(f"not-resource-and-{name}", [allow([name, *ENROL]), allow("*", WITH), {"Effect":
            "Deny", "NotAction": ENROL, "NotResource": [ME, MY_DEVICE], "Condition": WITHOUT}],
            found(*rules, at=2), {})
      for name, rules in (
            ("iam:ListVirtualMFADevices", [RESOURCE]), ("iam:GetAccountPasswordPolicy", [RESOURCE]),
            ("s3:ListAllMyBuckets", []), ("iam:GetUser", []))],
    # Requests of IAM count as one region's, but not what other services ask of it.
    *[Stated(f"region-of-iam-among-others-{number}", [{**each, "Condition": {**each["Condition"],
            **on("StringEquals", "aws:RequestedRegion", "eu-west-1")}}], found(*rules), {})
      for number, (each, rules) in enumerate((
            (allow(["ec2:*", "iam:*"], WITH), [VALUE]),
            (allow(["ec2:*", "iam:PassRole"], WITH), []),
            (allow(["ec2:*"], WITH), []),
            (deny(["ec2:*", "iam:*"], on("Bool", "aws:SecureTransport", "false")), [])))],
    # The root user's ARN has no `user/`.
    *[Stated(f"principal-arn-of-root-{number}", [deny_but(CARE, {**WITHOUT, **on("ArnLike",
            "aws:PrincipalArn", arns)})], found(*rules), {}, "scp")
      for number, (arns, rules) in enumerate((
            ("arn:aws:iam::*:user/root", [VALUE]),
            ("arn:aws:iam::*:root", []),
            (["arn:aws:iam::*:user/root", "arn:aws:iam::*:root"], []),
            ("arn:aws:iam::*:user/rootless", [])))],
    # ARNs that no principal has, alone and among those that are exempt.
    *[Stated(f"asked-of-nobody-{at}", [deny_but(CARE, {**WITHOUT, **on("StringLike",
            "aws:PrincipalArn", values)})], found(VALUE) if wrong else [], {}, "scp")
      for wrong, each in ((True, (
            "arn:aws:iam::user/*", "arn:aws:iam:::user/*", "arn:aws:iam::*:users/*", "user/*",
            "ann", "arn:aws:iam::*:user/", "arn:aws:iam::123456789012:ann", "AIDAJQABLZS4A3QDU576Q",
            "arn:aws:iam::*:User/*", "arn:aws:iam:eu-west-1:123456789012:user/ann",
            "arn:aws:sso:::permissionSet/*")), (False, (
            ["arn:aws:iam::*:user/*", "arn:*:iam::*:user/*"], "*:user/*", "arn:aws*:iam::*:user*",
            "arn:aws:iam:*:user/ops/*", "arn:aws:iam::*:user/${aws:username}", "*:u*", "*/ann",
            "arn:aws:iam::*user/*", "arn:aws:sts::*:federated-user/ann", "*:user/*/ann",
            "arn:${AWS::Partition}:iam::${AWS::AccountId}:user/*", "${var.users}", "OpsUserArn",
            "arn:aws:iam::*:user/{{ ann }}", "arn:aws:iam::*:user/${ann, 'bob'}", "OPS_USERS",
            ["arn:aws:iam::*:user/*", "arn:aws:iam::*:root"])))
      for at, values in enumerate(each, start=20 * wrong)],
    *[Stated(f"exempt-nobody-{at}", [deny_but(CARE, {**WITHOUT, **on("ArnNotLike",
            "aws:PrincipalArn", values)})], found(*rules), {}, "scp")
      for at, (rules, values) in enumerate((
            ([VALUE], "arn:aws:iam:::role/*"), ([VALUE], "arn:aws:iam::*:role/"),
            ([VALUE], "arn:aws:iam::*:assumed-role/*"),
            ([VALUE], ["arn:aws:iam::*:role/*", "arn:aws:iam::*:group/BreakGlass"]),
            ([VALUE, SCP], ["arn:aws:iam::123456789012:role/Ops", "arn:aws:iam::*:group/Glass"]),
            ([VALUE], ["arn:aws:iam::*:role/*", "glass"]),
            ([VALUE], ["arn:aws:iam::*:role/*", "arn:aws:iam::*:user/root"]),
            ([VALUE], ["arn:aws:iam::*:role/*", "444455556666"]),
            ([], ["arn:aws:iam::*:role/assumed-role/*", "arn:aws:iam::*:role/*"]),
            ([], ["arn:aws:iam::*:role/*", "*:user/glass", "*/group-svc"]),
            ([], ["arn:aws:iam::*:role/AWSServiceRoleFor*", "arn:aws:iam::*:role/*"])))],
    *[Stated(f"exempt-from-protection-{at}", [deny([OFF, "iam:DeleteVirtualMFADevice"], on(
            "ArnNotLike", "aws:PrincipalArn", values))], found(VALUE) if wrong else [], {}, "scp")
      for at, (wrong, values) in enumerate((
            (True, "arn:aws:iam::*:assumed-role/SecurityAdmin/*"),
            (True, ["arn:aws:iam::*:role/Admin", "arn:aws:iam::*:group/Admins"]),
            (True, "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Admin"),
            (True, "arn:aws:iam::*:role/aws-reserved/sso/AWSReservedSSO_Admin_*"),
            (True, ["arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin",
                    "arn:aws:iam::*:role/pipeline-*"]),
            (False, ["arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_Admin_*",
                     "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ops_"
                     + 16 * "1"]),
            (False, "arn:aws:iam::*:role/aws-reserved/*"),
            (False, ["arn:aws:sts::*:assumed-role/Admin/*", "arn:aws:iam::*:role/Admin"])))],
    # Conditions that no caller, no call or no value of a key meets together.
    *[Stated(f"meant-as-alternatives-{kind}-{at}", [*rest, deny_but(CARE, {**WITHOUT, **one,
            **other})], found(NEVER, at=len(rest)) if wrong else [], {}, kind)
      for kind, rest in (("scp", []), (None, [ALL])) for at, (wrong, one, other) in enumerate((
            (True, USERS, on("StringLike", "aws:PrincipalArn", "arn:aws:iam::*:root")),
            (True, USERS, on("StringEquals", "aws:PrincipalType", "Account")),
            (True, on("StringLike", "aws:username", "*"), ROOT),
            (True, on("StringEquals", "aws:PrincipalType", "User"), on("ArnLike",
             "aws:PrincipalArn", "arn:aws:iam::*:role/Admin")),
            (True, on("StringEquals", "aws:PrincipalType", "User"), on("ArnNotLike",
             "aws:PrincipalArn", ["arn:aws:iam::*:user/*"])),
            (False, on("ArnLike", "aws:PrincipalArn", ["arn:aws:iam::*:user/*",
             "arn:aws:iam::*:root"]), on("StringNotEquals", "aws:PrincipalType", "AssumedRole")),
            (False, USERS, on("StringLike", "aws:username", "svc-*")),
            (False, USERS, on("StringEquals", "aws:PrincipalType", "${var.kind}"))))],
    *[Stated(f"contradictory-{at}", [allow("ec2:*", {**WITH, **when})],
            found(NEVER) if wrong else [], {})
      for at, (wrong, when) in enumerate((
            (True, {**TEAM, **on("StringLike", "aws:PrincipalTag/team", "dev*")}),
            (True, {**TEAM, **on("StringNotEquals", "aws:PrincipalTag/Team", ["ops", "dev"])}),
            (True, {**TEAM, **on("Null", "aws:PrincipalTag/team", "true")}),
            (True, {**on("StringEquals", "aws:RequestedRegion", "eu-west-1"), **on("StringLike",
             "aws:RequestedRegion", "us-*")}),
            (True, {"Bool": {**WITH["Bool"], "aws:ViaAWSService": "false"}, **on(
             "ForAnyValue:StringEquals", "aws:CalledVia", "athena.amazonaws.com")}),
            (False, {**on("StringLike", "aws:PrincipalTag/team", "dev*"), **on("StringNotEquals",
             "aws:PrincipalTag/team", "dev-intern")}),
            (False, {**TEAM, **on("Null", "aws:PrincipalTag/team", "false")}),
            (False, {**on("StringEquals", "aws:PrincipalTag/team", "{{ team }}"), **on(
             "StringLike", "aws:PrincipalTag/team", "dev*")}),
            (False, {**on("StringEquals", "aws:PrincipalTag/team", ["ops", "${var.team}"]),
             **on("StringLike", "aws:PrincipalTag/team", "dev*")}),
            (False, {**TEAM, **on("StringLikeIfExists", "aws:PrincipalTag/team", "o*")}),
            (False, {**on("StringEqualsIfExists", "aws:PrincipalTag/team", "ops"), **on("Null",
             "aws:PrincipalTag/team", "true")})))],
    # Exempt are all users and roles together, or all that has an ARN.
    *[Stated(f"exempt-but-root-{at}", [deny_but(CARE, {**WITHOUT, **when}, Sid=sid)],
            [(NOTHING, sid)] if wrong else [], {}, "scp")
      for at, (wrong, sid, when) in enumerate((
            (True, "X", on("ArnNotLike", "aws:PrincipalArn", PEOPLE)),
            (True, "X", {**NOT_ROLES, **on("StringNotLike", "aws:PrincipalArn", PEOPLE[1])}),
            (True, "X", on("StringNotLike", "aws:PrincipalArn", "arn:aws:iam::*")),
            (True, "X", on("ArnNotLike", "aws:PrincipalArn", [PEOPLE[0], ME])),
            (False, "RootNeedsMfa", on("ArnNotLike", "aws:PrincipalArn", PEOPLE)),
            (False, "X", on("StringNotLike", "aws:PrincipalArn", ["arn:aws:iam::111122223333:*",
             "*:role/*"])),
            (False, "X", on("ArnNotLike", "aws:PrincipalArn", [PEOPLE[0], "arn:aws:iam::*:user/a*"
             ]))))],
    # Long-term keys alone, which roles do not have.
    Stated("keys-of-no-session", [deny_but(CARE, {**WITHOUT, **on("Null", "aws:TokenIssueTime",
            "true")})], found("deny-narrowed"), {}, "scp"),
    # What names who calls, and what does not.
    *[Stated(f"paths-of-an-organisation-{at}", [deny_but(CARE, {**WITHOUT, **NOT_ROLES, **on(
            operator, "aws:PrincipalOrgPaths", value)})], found(VALUE) if wrong else [], {}, "scp")
      for operator in ("ForAllValues:StringNotLike", "ForAnyValue:StringLike")
      for at, (wrong, value) in enumerate((
            (True, "ou-ab12-11111111"), (True, "ou-ab12-11111111/*"), (True, "r-ab12/*"),
            (True, "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111"), (True, "o-a1b2c3d4e5"),
            (False, "o-a1b2c3d4e5/*/ou-ab12-11111111/*"), (False, "*/ou-ab12-11111111/"),
            (False, "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/"), (False, "o-a1b2c3d4e5/*"),
            (False, "o-<id>/r-<id>/ou-<id>"), (False, "${var.path}")),
            start=20 * ("Any" in operator))],
    *[Stated(f"roles-by-a-user-s-name-{at}", [deny(OFF, on("StringNotLike", "aws:username", name))],
            found(VALUE) if wrong else [], {}, "scp")
      for at, (wrong, name) in enumerate((
            (True, ["AWSReservedSSO_SecurityAdmin_*", "OrganizationAccountAccessRole"]),
            (True, "AWSControlTowerExecution"), (False, ["security-*", "aws-admin"])))],
    *[Stated(f"exempt-by-the-tag-of-{at}", [deny_but(CARE, {**WITHOUT, **NOT_ROLES, **on(
            "StringNotEquals", key, "true")})], found("deny-narrowed") if wrong else [], {}, "scp")
      for at, (wrong, key) in enumerate((
            (True, "iam:ResourceTag/break-glass"), (False, "aws:PrincipalTag/break-glass"),
            (False, "aws:ResourceTag/break-glass")))],
    Stated("tag-of-protected-users", [deny(["iam:UpdateLoginProfile", "iam:DeleteUser"], {**WITHOUT,
            **USERS, **on("StringEquals", "iam:ResourceTag/BreakGlass", "true")},
            Sid="ProtectBreakGlassUsers")], [], {}, "scp"),
    *[Stated(f"exempt-by-the-source-{at}", [deny_but(CARE, {**WITHOUT, **USERS, **on(operator, key,
            value)})], found(NO_KEY) if wrong else [], {}, "scp")
      for at, (wrong, operator, key, value) in enumerate((
            (True, "StringNotEquals", "aws:SourceAccount", "111122223333"),
            (True, "ArnNotLike", "aws:SourceArn", "arn:aws:iam::*:user/breakglass"),
            (True, "StringNotEqualsIfExists", "aws:SourceOrgID", "o-1234567890"),
            (False, "StringNotEquals", "aws:PrincipalAccount", "111122223333"),
            (False, "Null", "aws:SourceArn", "true")))],
    *[Stated(f"placeholder-of-an-organisation-{name}", [trust(ACCOUNT, {**WITH, **on(
            "StringEquals", "aws:PrincipalOrgID", name)})], found(LEFT) if wrong else [], {})
      for wrong, name in ((True, "o-xxxxxxxxxx"), (False, "o-xa1b2c3d4e"))],
    # The root user, who is not the account.
    *[Stated(f"root-user-as-account-{at}", [deny_but(CARE, {**WITHOUT, **on(operator,
            "aws:PrincipalArn", values)}, Sid=sid)], [(VALUE, sid)] if wrong else [], {}, kind)
      for at, (wrong, kind, sid, operator, values) in enumerate((
            (True, "identity", "RootNeedsMfa", "ArnLike", "arn:aws:iam::*:root"),
            (True, "identity", "X", "ArnEquals", "arn:aws:iam::123456789012:root"),
            (True, "scp", "RequireMfaInProdAccount", "ArnLike", "arn:aws:iam::123456789012:root"),
            (False, None, "X", "ArnLike", "arn:aws:iam::*:root"),
            (False, "identity", "X", "ArnNotLike", "arn:aws:iam::*:root"),
            (False, "identity", "X", "ArnLike", ["arn:aws:iam::*:root", "arn:aws:iam::*:user/*"]),
            (False, "scp", "RootOfAccountNeedsMfa", "ArnLike", "arn:aws:iam::123456789012:root"),
            (False, "scp", "X", "ArnLike", "arn:aws:iam::123456789012:root")))],
    Stated("root-user-as-exempt-account", [deny_but(CARE, {**WITHOUT, **on("ArnLike",
            "aws:PrincipalArn", "arn:aws:iam::*:user/*"), **on("ArnNotEquals", "aws:PrincipalArn",
            "arn:aws:iam::123456789012:root")}, Sid="RequireMfaExceptSandboxAccount")],
           [(VALUE, "RequireMfaExceptSandboxAccount")], {}, "scp"),
    Stated("sid-allows-visibility-without-mfa", [deny_but(CARE, WITHOUT), allow(["iam:ListUsers",
            LIST], Sid="AllowVisibilityWithoutMFA")], [(EXEMPTION, "AllowVisibilityWithoutMFA")],
           {}),
    # A Sid that demands hardware, which no condition key is about.
    *[Stated(f"hardware-by-the-sid-{sid}-{number}", [allow("ec2:*", WITH, Sid=sid), *besides],
            [(PROMISE, sid)] if wrong else [], {})
      for number, (sid, besides, wrong) in enumerate((
            ("StopWithHardwareMFA", [], True), ("RequireYubiKeyMfa", [], True),
            ("HardwareInventory", [], False), ("StopWithMFA", [], False),
            ("StopWithHardwareMFA", [deny(CREATE)], False)))],
    # All of IAM is exempt, although the policy itself gives the removal only with MFA.
    Stated("spares-all-of-iam-beside-removal-with-mfa", [allow(CARE), allow(OFF, WITH,
            Resource=ME), deny_but("iam:*", WITHOUT)], found(REMOVAL, at=2), {OFF: "m"}),
    Stated("spares-removal-by-name-beside-removal-with-mfa", [allow(CARE), allow(OFF, WITH,
            Resource=ME), deny_but([*CARE, OFF], WITHOUT)], [], {OFF: "m"}),
    Stated("spares-all-of-iam-and-denies-removal", [allow("iam:*", Resource=ME), deny_but("iam:*",
            WITHOUT), deny(OFF, WITHOUT)], found(REMOVAL, at=1), {OFF: "m"}),
    # Two Allows of a trust policy, of which one Sid demands what is only another way in.
    *[Stated(f"another-way-in-{sid}", [trust(ACCOUNT, WITH), {**trust(who, when), "Sid": sid}],
            [(DEFEATED, sid)] if wrong else [], {})
      for sid, who, when, wrong in (
            ("ExternalIdRequired", ACCOUNT, on("StringEquals", "sts:ExternalId", "x"), True),
            ("OnlyFromVpn", ACCOUNT, on("IpAddress", "aws:SourceIp", "192.0.2.0/24"), True),
            ("Office", ACCOUNT, on("IpAddress", "aws:SourceIp", "192.0.2.0/24"), False),
            ("OfficeNeedsNoMfa", ACCOUNT, on("IpAddress", "aws:SourceIp", "192.0.2.0/24"), False),
            ("PartnerMustSendId", {"AWS": "444455556666"}, on("StringEquals", "sts:ExternalId",
             "x"), False))],
    # An Allow with MFA on resources that its action never has.
    *[Stated(f"allowed-on-another-kind-{number}", [allow(action, WITH, Resource=where)],
            found(RESOURCE) if wrong else [], {})
      for number, (action, where, wrong) in enumerate((
            ("s3:DeleteObject", "arn:aws:s3:::books", True),
            ("ssm:TerminateSession", "arn:aws:ec2:*:*:instance/*", True),
            (["ssm:StartSession", "ssm:ResumeSession"], ["arn:aws:ec2:*:*:instance/*",
             "arn:aws:ssm:*:*:session/${aws:username}-*"], False),
            (["s3:ListBucket", "s3:GetObject"], ["arn:aws:s3:::books", BUCKET], False),
            ("kms:Decrypt", "arn:aws:kms:*:*:*", False)))],
    # Two like Denies, each of which exempts somebody else.
    *[Stated(f"exempted-from-one-of-two-{name}", [deny_but(CARE, {**WITHOUT, **on(
            "StringNotEquals", "aws:username", "glass-1")}), second],
            found(VOID) if wrong else [], {})
      for name, second, wrong in (
            ("others", deny_but(CARE, {**WITHOUT, **on("StringNotEquals", "aws:username",
             "glass-2")}), True),
            ("the-same-and-more", deny_but(CARE, {**WITHOUT, **on("StringNotEquals",
             "aws:username", ["glass-1", "glass-2"])}), False),
            ("by-another-key", deny_but(CARE, {**WITHOUT, **on("StringNotEquals",
             "aws:PrincipalTag/team", "glass-2")}), False),
            ("other-actions", deny("s3:*", {**WITHOUT, **on("StringNotEquals", "aws:username",
             "glass-2")}), False))],
    # A Sid about versions, over an action that deletes none.
    *[Stated(f"versions-by-the-sid-{number}", [allow("s3:*"), deny(actions, WITHOUT, Sid=sid)],
            [(PROMISE, sid)] if wrong else [], {})
      for number, (sid, actions, wrong) in enumerate((
            ("NoVersionDeletionWithoutMfa", "s3:DeleteObject", True),
            ("NoVersionDeletionWithoutMfa", ["s3:DeleteObject", "s3:DeleteObjectVersion"], False),
            ("NoVersionDeletionWithoutMfa", "s3:DeleteObject*", False),
            ("KeepVersioningOn", "s3:PutBucketVersioning", False),
            ("NoObjectGoesWithoutMfa", "s3:DeleteObject", False)))],
    *[Stated(f"versions-left-out-{number}", [allow(given, Resource=BUCKET), deny(denied, WITHOUT,
            Resource=BUCKET), *more], found(DEFEATED, at=1) if wrong else [], {})
      for number, (given, denied, more, wrong) in enumerate((
            (["s3:DeleteObject", "s3:DeleteObjectVersion"], "s3:DeleteObject", [], True),
            ("s3:*", "s3:DeleteObject", [], False),
            (["s3:DeleteObject", "s3:DeleteObjectVersion"], "s3:DeleteObject*", [], False),
            (["s3:DeleteObject", "s3:DeleteObjectVersion"], "s3:DeleteObject",
             [deny("s3:DeleteObjectVersion", WITHOUT)], False)))],
    Stated("versions-denied-on-the-bucket", [allow(["s3:DeleteObject", "s3:DeleteObjectVersion"],
            Resource=BUCKET), deny(["s3:DeleteObject", "s3:DeleteObjectVersion"], WITHOUT,
            Resource="arn:aws:s3:::books")], found(RESOURCE, at=1), {}),
    Stated("user-exempt-by-not-principal-in-an-scp", [{**deny("s3:*", WITHOUT), "NotPrincipal": {
            "AWS": "arn:aws:iam::123456789012:user/carol"}}], found(MISPLACED), {}, "scp"),
    # Others set up the devices: a Deny keeps everybody from it.
    Stated("enrolment-by-others", [ALL, deny([CREATE, ENABLE]), deny_but([LIST, "iam:GetUser"],
            WITHOUT)], [], {STOP: "m"}),
    Stated("enrolment-by-others-in-small-letters", [ALL, deny([CREATE.lower(), ENABLE.lower()]),
            deny_but([LIST, "iam:GetUser"], WITHOUT)], [], {STOP: "m"}),
    Stated("enrolment-of-one-user-by-others", [ALL, deny([CREATE, ENABLE], Resource=[
            "arn:aws:iam::*:user/carol", "arn:aws:iam::*:mfa/carol"]), deny_but([LIST,
            "iam:GetUser"], WITHOUT)], found(ENROLMENT, at=2), {STOP: "m"}),
    Stated("enrolment-by-others-and-no-list", [ALL, deny([CREATE, ENABLE]), deny_but(
            ["iam:GetUser"], WITHOUT)], found(DISCOVERY, at=2), {STOP: "m"}),
    # A tag that the caller sends with the request, and so exempts whoever sends it.
    *[Stated(f"exempt-by-a-sent-tag-{key}", [ALL, deny_but(CARE, {**WITHOUT, **on(
            "StringNotEquals", key, "true")})],
            found("deny-narrowed", at=1) if wrong else [], {})
      for key, wrong in (("aws:RequestTag/break-glass", True), ("aws:RequestTag/sandbox", False),
            ("aws:PrincipalTag/break-glass", False))],
    Stated("role-by-its-id-alone", [allow("kms:*", Principal=ACCOUNT), deny("kms:*", {**WITHOUT,
            **on("StringNotLike", "aws:userid", "AROA1234567890EXAMPLE")}, Principal="*")],
           found(VALUE, at=1), {}),
    Stated("role-by-its-id", [allow("kms:*", Principal=ACCOUNT), deny("kms:*", {**WITHOUT,
            **on("StringNotLike", "aws:userid", ["AROA1234567890EXAMPLE:*", "AIDA1234567890EXAMPL"
            ])}, Principal="*")], [], {}),
    # An Allow whose Sid demands MFA, and another one for some networks.
    *[Stated(f"mfa-demanded-but-{number}", [allow(action, WITH, Sid=sid), second],
            [(DEFEATED, sid)] if wrong else [], {})
      for number, (sid, action, second, wrong) in enumerate((
            ("StopOnlyWithMfa", STOP, allow("ec2:*", IN_OFFICE), True),
            ("MfaRequiredToStop", [STOP, READ], allow("ec2:*", IN_OFFICE), True),
            ("StopWithMfa", STOP, allow("ec2:*", IN_OFFICE), False),
            ("MfaRequiredOutsideOffice", STOP, allow("ec2:*", IN_OFFICE), False),
            ("StopOnlyWithMfa", STOP, allow("s3:*", IN_OFFICE), False),
            ("StopOnlyWithMfa", STOP, allow("ec2:*", on("StringEquals", "ec2:Owner", "x")),
             False)))],
    Stated("any-session-name", [trust(ACCOUNT, WITH), trust(ACCOUNT, on("StringLike",
            "sts:RoleSessionName", "*"))], found(DEFEATED), {}),
    Stated("some-session-name", [trust(ACCOUNT, WITH), trust(ACCOUNT, on("StringLike",
            "sts:RoleSessionName", "ci-*"))], [], {}),
    # One mistake is told once.
    Stated("operator-and-key-swapped", [{**allow(STOP, on(PRESENT, "Bool", "true")),
            "Sid": "StopWithMFA"}], [(OPERATOR, "StopWithMFA")], {}),
    Stated("removal-allowed-twice", [allow([LIST, OFF], Resource=ME), allow(OFF, WITH,
            Resource=ME)], found(OWN), {OFF: "km"}),
    Stated("deletion-allowed-twice", [allow([LIST, "iam:DeleteVirtualMFADevice"], Resource="*"),
            allow("iam:DeleteVirtualMFADevice", WITH, Resource=MY_DEVICE)],
           found(DEFEATED, at=1), {}),
    Stated("removal-denied-on-devices", [allow([LIST, OFF], Resource=ME), deny(OFF, WITHOUT,
            Resource="arn:aws:iam::*:mfa/*")], found(RESOURCE, at=1), {OFF: "km"}),
    Stated("network-and-mfa-by-the-sid", [ALL, deny_but(CARE, {**WITHOUT, **NETWORK},
            Sid="DenyUnlessVpnAndMfa")], [("deny-narrowed", "DenyUnlessVpnAndMfa")], {}),
    Stated("boundary-without-first-steps", [allow(["ec2:*", "iam:GetUser", LIST]), deny_but(CARE,
            WITHOUT)], found("enrolment-incomplete", at=1), {}, "boundary"),
    Stated("escape-of-a-template-alone", [allow("iam:CreateVirtualMFADevice"), *[allow(each,
            Resource="arn:aws:iam::*:user/$${aws:username}") for each in ([ENABLE, LIST], OFF)]],
           found(NO_KEY, at=1), {}),
    Stated("escape-of-a-template", [allow([ENABLE, LIST], Resource=
            "arn:${partition}:iam::*:user/$${aws:username}"), allow("iam:CreateVirtualMFADevice")],
           [], {}),
    Stated("condition-misspelt-under-a-sid", [ALL, {**deny("ec2:*", Sid="DenyWithoutMFA"),
            "Conditions": WITHOUT}], [("unknown-element", "DenyWithoutMFA")], {}),
    Stated("scp-spares-roles-by-their-sessions", [deny_but(CARE, {**WITHOUT, **on("ArnNotLike",
            "aws:PrincipalArn", "arn:aws:sts::*:assumed-role/*")})], found(VALUE), {}, "scp"),
    *[Stated(f"narrowed-to-{sid}", [ALL, deny("ec2:*", {**WITHOUT, **NETWORK}, Sid=sid)], [], {})
      for sid in ("OffCampusNeedsMfa", "AusserhalbNurMitMfa", "MfaOrHouse", "VpceOrMFA",
                  "MfaUnlessInTheBuilding")],
    Stated("boundary-with-one-step", [allow(["ec2:*", "iam:CreateVirtualMFADevice", LIST]),
            deny_but(CARE, WITHOUT)], found("enrolment-incomplete", at=1), {}, "boundary"),
    Stated("removal-denied-on-oneself", [allow([*ENROL, OFF], Resource=["arn:aws:iam::*:mfa/*",
            ME]), allow("s3:*"), deny_but(CARE, WITHOUT, Resource=ME)],
           found("deny-reaches-only-oneself", at=2), {}),
    Stated("removal-beside-a-deny-of-the-first-steps", [allow([*ENROL, OFF], Resource=[ME,
            MY_DEVICE]), deny(CARE, WITHOUT)], found(ENROLMENT, at=1), {}),
    Stated("scp-of-whole-services", [deny(["ec2:*", "rds:*", "eks:*"], {**WITHOUT, **SOME_ROLES})],
           found(SCP), {}, "scp"),
    Stated("excepted-by-the-sid-alone", [ALL, *[deny_but(CARE, {**WITHOUT, **on("StringLike",
            "aws:username", name)}, Sid="DenyNoMfaExceptCiUsers") for name in ("ci-*",)],
            deny_but(CARE, {**WITHOUT, **on("StringLike", "aws:username", "staff-*")},
            Sid="NoMfaExceptCi"), deny_but(CARE, {**WITHOUT, **on("StringNotLike", "aws:username",
            "ci-*")}, Sid="DenyNoMfaExceptCi")],
           [("sid-promises-exemption", "DenyNoMfaExceptCiUsers")], {}),
    Stated("removal-of-anybodys-device-beside-a-list", [allow(["iam:UpdateLoginProfile", OFF]),
            deny("iam:UpdateLoginProfile", WITHOUT)], found(OWN), {}),
    Stated("a-key-compared-to-itself", [trust(ACCOUNT, WITH), trust(ACCOUNT, on("StringEquals",
            "aws:username", "${aws:username}"))], found(DEFEATED), {}),
    Stated("everything-outside-the-office", [ALL, deny("*", {**WITHOUT, **NETWORK},
            Sid="OutsideOfficeNeedsMfa")], [], {}),
    Stated("layers-checked-without-mfa", [allow(["ecr:BatchCheckLayerAvailability",
            "ecr:PutImage"], WITH), allow(["ecr:BatchCheckLayerAvailability",
            "ecr:BatchGetImage"])], [], {}),
    Stated("lists-with-mfa-and-without", [allow(["iam:ListUsers", "iam:ListGroups"], WITH),
            allow("iam:ListUsers")], [], {}),
    Stated("reading-with-mfa-and-without", [allow(["secretsmanager:GetSecretValue",
            "secretsmanager:DescribeSecret"], WITH), allow("secretsmanager:Get*")],
           found(DEFEATED), {}),
    Stated("account-beside-its-users", [trust(ACCOUNT), trust({"AWS":
            "arn:aws:iam::123456789012:user/carol"}, WITH)], found(DEFEATED, at=1), {}),
    Stated("other-account-beside-users", [trust({"AWS": "arn:aws:iam::444455556666:root"}),
            trust({"AWS": "arn:aws:iam::123456789012:user/carol"}, WITH)], [], {}),
    Stated("key-for-an-account-and-its-users", [allow("kms:*", Principal=ACCOUNT),
            allow("kms:Decrypt", WITH, Principal={"AWS": "arn:aws:iam::123456789012:user/c"})],
           [], {}),
    Stated("two-networks", [allow(STOP, {**WITH, **NETWORK}), allow(STOP, {**WITH,
            **on("IpAddress", "aws:SourceIp", "192.0.2.0/24")})], [], {}),
    Stated("all-that-is-allowed-exempt", [allow(["ecs:*", "logs:*"]), allow(ENROL), deny_but(
            [*CARE, "ecs:*", "logs:*", "xray:*"], WITHOUT)],
           found("deny-denies-nothing", at=2), {}),
    Stated("one-service-exempt", [allow(["ec2:*", "logs:*"]), deny_but([*CARE, "logs:*"],
            WITHOUT)], [], {STOP: "m"}),
    Stated("reading-exempt", [allow([READ, *ENROL]), deny_but([*CARE, READ], WITHOUT)], [],
           {READ: "ksm"}),
    Stated("objects-open-beside-a-bucket", [allow("s3:*", NotResource="arn:aws:s3:::books"),
            allow("s3:*", WITH, Resource=["arn:aws:s3:::books", BUCKET])],
           found(DEFEATED, at=1), {READ: "ksm"}),
    Stated("more-objects-with-mfa", [allow(READ, Resource=f"{BUCKET}.txt"), allow("s3:*", WITH,
            Resource=["arn:aws:s3:::books", BUCKET])], [], {READ: "m"}),
    Stated("empty-condition-told-once", [{**allow("ec2:*", Sid="WithMFA"), "Condition": {}},
            allow(STOP, WITH)], [("sid-promises-mfa", "WithMFA")], {STOP: "ksm"}),
    Stated("emergency-users-need-mfa", [ALL, deny_but(CARE, {**WITHOUT, **on("StringEquals",
            "aws:username", "emergency")}, Sid="EmergencyUsersNeedMfa")], [], {}),
    Stated("root-as-the-caller-of-a-role", [trust(ACCOUNT, {**WITH, **on("ArnEquals",
            "aws:PrincipalArn", "arn:aws:iam::123456789012:root")})], found(VALUE), {}, "trust"),
    Stated("root-kept-out-of-a-role", [trust(ACCOUNT, {**WITH, **on("ArnNotEquals",
            "aws:PrincipalArn", "arn:aws:iam::123456789012:root")})], [], {}, "trust"),
    Stated("callers-of-another-partition", [deny(["iam:CreateAccessKey"], {**WITHOUT, **on(
            "ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:user/*")},
            Resource="arn:aws-us-gov:iam::*:user/*")], found(PARTITION), {}),
    Stated("callers-of-both-partitions", [deny(["iam:CreateAccessKey"], {**WITHOUT, **on(
            "ArnLike", "aws:PrincipalArn", ["arn:aws:iam::*:user/*",
            "arn:aws-us-gov:iam::*:user/*"])}, Resource="arn:aws-us-gov:iam::*:user/*")], [], {}),
    Stated("key-that-s3-does-not-have", [allow(READ, {**WITH, **on("StringEquals",
            "s3:object-creation-date", "x")})], found(NO_KEY), {}),
    Stated("keys-of-s3", [allow("s3:PutObject", {**WITH, **on("StringEquals",
            "s3:RequestObjectTag/team", "x")}), deny("s3:*", {**WITHOUT, **on("NumericGreaterThan",
            "s3:signatureAge", "600")})], [], {}),
    Stated("ages-of-which-the-shortest-counts", [ALL, deny("ec2:*", older(["43200", "900"]))],
           found(UNUSED, at=1), {STOP: "m"}),
    Stated("ages-that-are-one", [ALL, deny("ec2:*", older(["900", "900.0"])), deny("rds:*",
            older(["900", "${var.age}"]))], [], {STOP: "m"}),
    Stated("ages-of-which-the-longest-is-too-long", [allow(STOP, {**WITH, **older(["60",
            "999999"], "NumericLessThan")})], found(LONG), {}),
    Stated("ages-of-which-the-longest-is-not-too-short", [allow(STOP, {**WITH, **older(["3600",
            "3600.0"], "NumericLessThan")}), allow(READ, older("60", "NumericLessThan"))],
           found(SHORT, at=1), {}),
    *[Stated(f"outside-of-all-networks-{number}", [ALL, deny_but(CARE, {**WITHOUT, **on(
            "NotIpAddress", "aws:SourceIp", networks)})], found(*rules, at=1), {})
      for number, (networks, rules) in enumerate([("0.0.0.0/0", [VALUE]),
            (["192.0.2.0/24", "0.0.0.0/0", "::/0"], [VALUE]), (["0.0.0.0/1", "128.0.0.0/1"],
            [VALUE]), ("::/0", ["deny-narrowed"]), ("0.0.0.0/1", ["deny-narrowed"])])],
    Stated("outside-of-all-networks-to-get-in", [allow(STOP, {**WITH, **on("NotIpAddress",
            "aws:SourceIp", "0.0.0.0/0")})], found(VALUE), {}),
    Stated("inside-of-all-networks", [allow(STOP, {**WITH, **on("IpAddress", "aws:SourceIp",
            "0.0.0.0/0")}), allow("s3:*", on("NotIpAddress", "aws:VpcSourceIp", "0.0.0.0/0"))],
           [], {}),
    Stated("tags-of-objects-to-delete", [allow("s3:*"), deny("s3:DeleteObject", {**WITHOUT, **on(
            "StringEquals", "s3:ExistingObjectTag/hold", "yes")})], found(NO_KEY, at=1), {}),
    *[Stated(f"tags-of-objects-to-read-{at}", [allow("s3:*"), deny(["s3:DeleteObject", READ],
            {**WITHOUT, **on("StringEquals", "s3:ExistingObjectTag/hold", "yes")}), *more],
            found(NO_KEY, at=1) * (not more), {})
      for at, more in enumerate(([], [deny("s3:Delete*", WITHOUT)]))],
    Stated("key-of-another-service", [allow(READ, {**WITH, **on("StringEquals",
            "ec2:ResourceTag/Project", "x")})], found(NO_KEY), {}),
    Stated("key-of-iam-in-trust", [trust(ACCOUNT, {**WITH, **on("StringEquals",
            "iam:PermissionsBoundary", "arn:aws:iam::123456789012:policy/x")})], found(NO_KEY),
           {}, "trust"),
    Stated("tag-of-the-role-in-trust", [trust(ACCOUNT, {**WITH, **on("StringEquals",
            "iam:ResourceTag/team", "x")})], [], {}, "trust"),
    Stated("instances-of-a-key-of-ec2", [allow(READ, {**WITH, **on("ArnEquals",
            "ec2:SourceInstanceARN", "arn:aws:ec2:eu-west-1:123456789012:instance/i-1")})], [], {}),
    Stated("key-of-no-service", [allow(READ, {**WITH, **on("NumericGreaterThan",
            "custom:device-trust-score", "80")})], found(NO_KEY), {}),
    Stated("key-without-prefix", [allow(READ, {**WITH, **on("StringEquals", "username", "x")})],
           found(NO_KEY), {}),
    Stated("account-and-slash", [allow(CARE, Resource=["arn:aws:iam::123456789012/mfa/*",
            "arn:aws:iam::123456789012/user/${aws:username}"]), allow("s3:*", WITH)],
           found(NO_ARN), {}),
    Stated("sum-in-a-date", [allow(READ, {**WITH, "DateLessThan": {"aws:CurrentTime":
            "${aws:TokenIssueTime + 2 hours}"}, "DateGreaterThan": {"aws:CurrentTime":
            "${aws:TokenIssueTime}"}})], found(VALUE), {}),
    Stated("principal-in-an-scp", [deny(STOP, WITHOUT, Principal={"AWS":
            "arn:aws:iam::123456789012:root"})], found(MISPLACED), {}, "scp"),
    Stated("no-colon-in-the-user-s-id", [deny_but(CARE, {**WITHOUT, **on("StringNotLike",
            "aws:userid", "*:*")})], [], {}, "scp"),
    Stated("one-role-s-id", [deny_but(CARE, {**WITHOUT, **on("StringNotLike",
            "aws:userid", "AROAEXAMPLEEXAMPLE123:*")})], found(SCP), {}, "scp"),
    Stated("root-as-text", [deny("*", {**WITHOUT, **on("StringEquals", "aws:PrincipalArn",
            "arn:aws:iam::*:root")})], found(VALUE), {}),
    Stated("root-alone", [deny("*", {**WITHOUT, **on("StringLike", "aws:PrincipalArn",
            "arn:aws:iam::*:root")})], [], {}),
    Stated("roles-by-a-template-s-name", [trust({"AWS": "${var.processing_role_arns}"}, WITH)],
           found(ROLE_SESSION), {}, "trust"),
    Stated("role-and-the-id-of-its-session", [trust(ROLE, {**WITH, **on("StringLike",
            "aws:userid", "*:x")})], found(ROLE_SESSION), {}, "trust"),
    Stated("outside-a-region", [ALL, deny_but(CARE, {**WITHOUT, **on("StringNotEquals",
            "aws:RequestedRegion", "eu-west-1")}, Sid="DenyNoMfa")],
           [("deny-narrowed", "DenyNoMfa")], {}),
    Stated("production-s-region", [ALL, deny_but(CARE, {**WITHOUT, **on("StringEquals",
            "aws:RequestedRegion", "eu-west-1")}, Sid="MfaForProduction")], [], {}),
    Stated("from-a-day-on", [ALL, deny_but(CARE, {**WITHOUT, "DateGreaterThan": {
            "aws:CurrentTime": "2024-01-01T00:00:00Z"}})], [], {STOP: "m"}),
    Stated("keys-and-sessions-apart", [ALL, deny_but([*ENROL, "iam:GetUser"], FALSE), deny_but(
            [*ENROL, "iam:GetUser", "sts:GetSessionToken"], older(3600,
            "NumericGreaterThanIfExists"))], [], {STOP: "m"}),
    Stated("bucket-without-its-objects", [allow(READ, Principal=ACCOUNT, Resource=BUCKET), deny(
            "s3:*", WITHOUT, Principal="*", Resource="arn:aws:s3:::books")],
           found(RESOURCE, at=1), {READ: "ksm"}),
    Stated("bucket-and-its-objects", [allow(READ, Principal=ACCOUNT, Resource=BUCKET), deny(
            "s3:*", WITHOUT, Principal="*", Resource=["arn:aws:s3:::books", BUCKET])], [], {}),
    *[Stated(f"route-{name}", [deny("execute-api:Invoke", WITHOUT, Principal="*",
            Resource=f"execute-api:/{route}")], found(*rules), {})
      for name, route, rules in (("without-method", "prod/admin/*", [RESOURCE]),
            ("of-a-method", "prod/DELETE/*", []),
            ("of-a-socket", "prod/secret", []), ("of-any-method", "prod/*/admin", []),
            ("of-a-stage", "prod/*", []))],
    *[Stated(f"tag-that-one-sets-oneself-{number}", [allow([tagging, "iam:GetUser"],
            Resource=where), deny_but([*CARE, "iam:*User*"], {**WITHOUT, **on(*by)})],
            found(*rules, at=1), {})
      for number, (tagging, where, by, rules) in enumerate([
            ("iam:TagUser", ME, ROBOT, [REMOVAL]),
            ("iam:*User", "*", ROBOT, [REMOVAL]),
            ("iam:TagUser", ME, ("Null", "aws:PrincipalTag/robot", "true"), [REMOVAL]),
            ("iam:UntagUser", ME, ("StringEquals", "aws:PrincipalTag/human", "1"), [REMOVAL]),
            ("iam:UntagUser", ME, ROBOT, []),
            ("iam:TagUser", "arn:aws:iam::*:user/robots/r2", ROBOT, []),
            ("iam:TagRole", "*", ROBOT, []),
            ("iam:TagUser", ME, ("StringNotEquals", "aws:username", "r2"), []),
            ("iam:TagUser", ME, ("StringNotEquals", "aws:RequestTag/robot", "1"), []),
        ])],
    Stated("tag-that-one-sets-with-mfa", [allow("iam:TagUser", WITH, Resource=ME), deny_but([*CARE,
            "iam:TagUser"], {**WITHOUT, **on(*ROBOT)})], [], {}),
    Stated("tag-that-is-kept-by-another-deny", [ALL, deny_but([*CARE, "iam:TagUser"], {**WITHOUT,
            **on(*ROBOT)}), deny("iam:TagUser", on("ForAnyValue:StringEquals", "aws:TagKeys",
            "robot"))], [], {}),
    Stated("tag-that-the-deny-keeps", [ALL, deny_but(CARE, {**WITHOUT, **on(*ROBOT)})], [], {}),
    Stated("tag-that-administrators-set", [ALL, deny("ec2:*", {**WITHOUT, **on(*ROBOT)})], [], {}),
    Stated("tag-beside-a-list", [allow("ec2:*"), allow("iam:TagUser", Resource=ME), deny("ec2:*",
            {**WITHOUT, **on(*ROBOT)})], found(REMOVAL, at=2), {}),
    Stated("tag-of-a-user-who-is-spared", [allow(["s3:*", "iam:TagUser"]), deny("*", {**WITHOUT,
            **on(*ROBOT)}, NotResource=[ME, MY_DEVICE])], found(REMOVAL, at=1), {}),
    Stated("tags-of-a-request-to-stop", [allow([STOP, "ec2:TerminateInstances"], {**WITH, **on(
            "StringEquals", "aws:RequestTag/team", "x")})], found(NO_KEY), {STOP: ""}),
    Stated("tags-of-a-request-to-run", [allow("ec2:RunInstances", {**WITH, **on("StringEquals",
            "aws:RequestTag/team", "x")}), allow("rds:DeleteDBInstance", {**WITH, **on(
            "StringEquals", "aws:ResourceTag/team", "x")}), deny(["ec2:RunInstances", STOP],
            {**WITHOUT, **on("StringEquals", "aws:RequestTag/team", "x")})], [], {}),
    Stated("tags-of-a-request-to-run-and-stop", [allow(["ec2:RunInstances", STOP], {**WITH, **on(
            "StringEquals", "aws:RequestTag/team", "x")})], found(NO_KEY), {}),
    Stated("instances-without-account", [ALL, deny(STOP, WITHOUT,
            Resource="arn:aws:ec2:eu-west-1::instance/*")], found(RESOURCE, at=1), {}),
    Stated("own-care-and-the-session-call-denied", [ALL, deny([*ENROL, "sts:GetSessionToken"],
            WITHOUT)], found(ENROLMENT, at=1), {}),
    Stated("the-session-call-denied", [ALL, deny("sts:GetSessionToken", WITHOUT)],
           found("mfa-on-get-session-token", at=1), {}),
    Stated("role-with-mfa-if-any", [allow("kms:Sign", IF_TRUE, Principal=ROLE)],
           found(ROLE_SESSION), {}),
    Stated("role-and-user-with-mfa-if-any", [allow("kms:Sign", IF_TRUE, Principal={"AWS": [
            ROLE["AWS"], "arn:aws:iam::123456789012:user/c"]})],
           found("allow-bool-if-exists"), {}),
    Stated("escape-left-by-cloudformation", [allow(ENABLE, Resource=
            "arn:aws:iam::*:user/${!aws:username}"), allow("ec2:*", WITH)], found(NO_KEY), {}),
    Stated("group-of-a-template", [trust({"AWS": "arn:aws:iam::${var.account}:group/${var.group}"},
            WITH)], found(MALFORMED), {}, "trust"),
    Stated("moment-as-a-number", [trust(ACCOUNT, {**WITH, **on("NumericLessThan",
            "aws:TokenIssueTime", "${var.age}")})], found(VALUE), {}, "trust"),
    Stated("deletion-of-all-devices-with-mfa", [allow([*ENROL, "iam:DeleteVirtualMFADevice"],
            Resource=[ME, MY_DEVICE]), deny_but([*CARE, "iam:DeleteVirtualMFADevice"], WITHOUT),
            allow("*", WITH)], [], {}),
    Stated("role-allowed-by-its-verbs", [allow(["kms:Disable*", "kms:Get*"], Principal=ROLE), deny(
            "kms:DisableKey", WITHOUT, Principal="*")], found(ROLE_SESSION, at=1), {}),
    Stated("role-allowed-a-service", [allow("kms:*", Principal=ROLE), deny("kms:DisableKey",
            WITHOUT, Principal="*")], [], {}),
    Stated("outside-by-the-sid-and-inside-by-the-operator", [ALL, deny_but(CARE, {**WITHOUT, **on(
            "IpAddress", "aws:SourceIp", "192.0.2.0/24")}, Sid="MfaOutsideOffice")],
           [("deny-narrowed", "MfaOutsideOffice")], {}),
    Stated("everything-but-from-a-network", [ALL, deny("*", {**WITHOUT, **NETWORK},
            Sid="NeedsMfaAndOffice")], [("deny-narrowed", "NeedsMfaAndOffice")], {}),
    Stated("one-principal-type-that-is-none", [ALL, deny_but(CARE, {**WITHOUT, **on(
            "StringNotEquals", "aws:PrincipalType", ["AssumedRole", "SAMLUser"])})],
           found(VALUE, at=1), {}),
    Stated("objects-without-their-bucket", [allow([READ, "s3:ListBucket"], Principal=ACCOUNT,
            Resource=["arn:aws:s3:::books", BUCKET]), deny("s3:*", WITHOUT, Principal="*",
            Resource=BUCKET)], found(RESOURCE, at=1), {READ: "m"}),
    Stated("folder-without-its-objects", [ALL, deny("s3:PutObject", WITHOUT,
            Resource="arn:aws:s3:::books/new/")], found(RESOURCE, at=1), {}),
    Stated("everything-of-another-partition", [allow(ENROL, Resource=[each.replace("aws",
            "aws-us-gov", 1) for each in (ME, MY_DEVICE)]), deny_but(CARE, WITHOUT,
            Resource="arn:aws:*:*:*:*")], found(PARTITION, at=1), {}),
    Stated("creating-denied-to-users", [deny(["iam:Create*", "ec2:*"], {**WITHOUT, **on(
            "ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/*")})], found(ENROLMENT), {},
           "scp"),
    Stated("variables-without-braces", [allow(ENROL, Resource=["arn:aws:iam::*:mfa/$aws:username",
            "arn:aws:iam::*:user/$aws:username"]), allow("ec2:*", WITH)], found(NO_KEY), {}),
    Stated("devices-kept-by-an-scp", [deny([OFF, "iam:DeleteVirtualMFADevice"], WITHOUT)], [], {},
           "scp"),
    Stated("instances-on-a-bucket", [ALL, deny(STOP, WITHOUT, Resource=BUCKET)],
           found(RESOURCE, at=1), {STOP: "ksm"}),
    Stated("first-steps-without-and-all-with-mfa", [allow(ENROL, WITHOUT, Resource=[ME,
            "arn:aws:iam::*:mfa/*"]), allow(["iam:*MFADevice*", "iot:*"], WITH)], [], {}),
    Stated("partition-of-what-is-worked-with", [allow("s3:*", WITH,
            Resource="arn:aws-us-gov:s3:::docs/*"), allow(CREATE, Resource=MY_DEVICE), allow(
            [ENABLE, LIST], Resource=ME)], found(PARTITION, at=1) + found(PARTITION, at=2), {}),
    Stated("arn-as-a-user-s-id", [ALL, deny_but(CARE, {**WITHOUT, **on("StringNotLike",
            "aws:userid", "arn:aws:iam::*:user/*")})], found(VALUE, at=1), {}),
    Stated("folder-beside-its-bucket", [allow([READ, "s3:ListBucket"], Principal=ACCOUNT,
            Resource=["arn:aws:s3:::books", BUCKET]), deny("s3:*", WITHOUT, Principal="*",
            Resource="arn:aws:s3:::books/tax/*")], [], {}),
    Stated("users-and-roles-of-a-template", [trust({"AWS": ["${var.user_and_role_arns}",
            "${TrustedUserOrRoleArns}"]}, WITH)], [], {}, "trust"),
    Stated("in-a-network-of-guests", [ALL, deny_but(CARE, {**WITHOUT, **on("IpAddress",
            "aws:SourceIp", "192.0.2.0/24")}, Sid="RequireMFAFromUntrustedGuestWifi")], [], {}),
    Stated("tags-to-delete", [allow(["autoscaling:DeleteTags", "sts:TagSession"], {**WITH,
            **on("StringEquals", "aws:RequestTag/team", "x")})], [], {}),
    Stated("devices-of-some", [ALL, deny_but(CARE, WITHOUT), deny_but(["iam:GetUser"], WITHOUT,
            Resource="arn:aws:iam::*:mfa/admin-*")], [], {}),
    Stated("date-as-a-number", [allow(READ, {**WITH, **on("NumericLessThan", "aws:CurrentTime",
            "2031-05-01T00:00:00Z")})], found(VALUE), {}),
    Stated("one-service-exempt-on-purpose", [allow([*ENROL, "health:*"]), deny_but([*CARE,
            "health:*"], WITHOUT)], [], {}),
    Stated("services-denied-by-another", [allow(["s3:*", "sqs:*"]), deny_but([*CARE, "s3:*",
            "sqs:*"], WITHOUT), deny("s3:Delete*", WITHOUT)], [], {}),
    Stated("roles-excepted-the-wrong-way-round", [deny("ec2:*", {**WITHOUT, **on("StringLike",
            "aws:PrincipalArn", "arn:aws:iam::*:role/automation-*")}, Sid="DenyExceptAutomation")],
           [("sid-promises-exemption", "DenyExceptAutomation")], {}),
    Stated("everything-without-tls", [deny("*", {"BoolIfExists": {PRESENT: "false",
            "aws:SecureTransport": "false"}})], found("deny-narrowed"), {}),
    Stated("oneself-under-an-age-limit", [allow("ec2:*"), deny_but(["ec2:StartInstances"], older(
            ["3600", "10"], "ForAllValues:NumericGreaterThanEquals"), Resource=ME)],
           found(ONESELF, ENROLMENT, SHORT, at=1), {}),
    # ARNs with a slip of the pen.
    *[Stated(f"arn-with-a-slip-{number}", [allow(LIST, Resource=[ME, f"arn:aws:iam::{each}"]),
             deny(STOP, NotResource=f"arn:aws:iam::{each}")], found(DEAD) + found(DEAD, at=1), {})
      for number, each in enumerate(("*:user/*}", "*:user/{*", "*:user/${aws:username}}",
            "${AWS::AccountId}:user/\\${aws:username}", "*:user/\\*"))],
    Stated("user-with-a-brace", [allow(STOP), allow(LIST, Resource="arn:aws:iam::*:user/*}")],
           found(DEAD, at=1), {LIST: ""}),
    Stated("objects-with-a-backslash", [allow(READ, WITH, Resource=[
            "arn:aws:s3:::books/\\${aws:username}/*", "arn:aws:s3:::books/\\${aws:userid}/*"])],
           found(DEAD), {}),
    Stated("exempt-role-with-a-brace", [ALL, deny(READ, on("ArnNotLike", "aws:PrincipalArn",
            ["arn:aws:iam::*:role/Ops}", ROLE["AWS"]]))], found(DEAD, at=1), {}, "scp"),
    Stated("arns-with-what-may-be-theirs", [allow([READ, "iot:Publish"], {**WITH, **on("ArnLike",
            "aws:PrincipalArn", ["arn:aws:iam::*:user/${aws:PrincipalTag/team}/*", "*}"])},
            Resource=["arn:aws:s3:::books/}{/\\x", "arn:aws:iot:*:*:topic/a}", ME,
            *(f"arn:aws:iam::*:user/{each}" for each in (*UNFILLED, "${lookup({a = 1}, 'a')}",
            "{{ x }}{% if y %}z{% endif %}"))])], [], {}),
    # ARNs whose account has not 12 digits.
    Stated("resources-of-no-account", [allow(STOP, WITH, Resource=[
            f"arn:aws:ec2:eu-west-1:{each}:instance/*" for each in (12 * "1", "1234567890123")]),
            deny(OFF, NotResource="arn:aws:iam::1234-5678-9012:user/*"), allow(LIST,
            Resource="arn:aws:iam::my-company:user/*"), allow(LIST, WITH,
            Resource=["arn:aws:iam::xxxx:user/*", "arn:aws:iam::aws:policy/x"])],
           [each for at in range(3) for each in found(DEAD, at=at)] + found(LEFT, at=3), {}),
    Stated("exempt-roles-of-no-account", [deny("s3:*", on("StringNotEquals", "aws:PrincipalArn",
            ["arn:aws:iam::123456789:role/Ops", ROLE["AWS"]]), **PUBLIC), allow("sqs:SendMessage",
            on("ArnLike", "aws:SourceArn", "arn:aws:sns:*:0:x"), Principal="*")],
           found(DEAD) + found(DEAD, at=1), {}),
    Stated("accounts-of-arns", [allow("*", on("ArnLike", "aws:SourceArn", [
            f"arn:aws:sns:*:{each}:x" for each in ("", "aws", "cloudfront", "1234*", "????", "%s",
            "12{{ x }}", "${AWS::AccountId}", "${aws:PrincipalAccount}", "<id>", "ACCOUNT_1")]),
            Resource=["arn:aws:s3:::123", "arn:aws:iam::aws:policy/1", "arn:aws:logs:*:*:1:2"])],
           [], {}),
    # A Deny of regions stops IAM, whose requests count as one region's.
    *[Stated(f"iam-stopped-by-its-region-{number}", [ALL, deny(STOP, {**WITHOUT, **NOT_ROLES}),
             statement], found(rule, at=2), {}, kind)
      for number, (statement, rule, kind) in enumerate((
            (deny("*", ABROAD), ENROLMENT, "identity"), (deny("*", ABROAD), ENROLMENT, "boundary"),
            (deny_but(["sts:*", "iam:Get*"], ABROAD), ENROLMENT, "scp"),
            (deny_but(ENROL[:2], ABROAD), DISCOVERY, "identity"),
            (deny("*", {**ABROAD, **on("Bool", "aws:ViaAWSService", "false")}), ENROLMENT, "scp"),
            *((deny("*", on(operator, "aws:RequestedRegion", regions)), ENROLMENT, "identity")
              for operator, regions in (("StringNotLike", "eu-*"), ("StringEquals", "us-east-1"),
                    ("StringNotEqualsIfExists", "us-gov-east-1"),
                    ("ForAnyValue:StringNotEquals", "cn-northwest-1")))))],
    Stated("iam-and-its-region", [allow("*", WITH), deny(["ec2:*", "s3:*"], ABROAD),
            deny_but(["iam:*", "sts:*"], ABROAD), deny("*", ABROAD, Resource="arn:aws:ec2:*:*:*"),
            *[deny("*", {**ABROAD, operator: {key: value}}) for operator, key, value in (
              ROBOT, ("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:user/*"),
              ("StringEquals", "aws:PrincipalType", "AssumedRole"))]], [], {}),
    *[Stated(f"iam-and-its-region-{at}", [allow("*", WITH), deny("*", on("StringNotLike",
            "aws:RequestedRegion", each))], [], {})
      for at, each in enumerate((["eu-west-1", "us-east-1"], "us-*", "us-gov-west-1", "cn-north-1",
            "${var.region}", ["eu-west-1", "us-gov-west-1"], "us-iso-west-1", "REGION"))],
    Stated("iam-allowed-in-regions", [allow("*", {**WITH, **ABROAD})], [], {}),
    Stated("regions-without-mfa", [ALL, deny("*", ABROAD)], [], {}),
    Stated("regions-of-a-bucket", [allow(READ, WITH, Principal=ACCOUNT, Resource=BUCKET),
            deny("*", ABROAD, **PUBLIC)], [], {}),
    Stated("variable-that-cloudformation-refers-to", [*(allow(READ, WITH, Resource=each) for each in
            ({"Fn::Sub": "arn:aws:s3:::${Books}/${aws:username}/*"},
             [BUCKET, {"Fn::Sub": ["${A}/${aws:PrincipalTag/x}/*", {"A": {"Ref": "B"}}]}],
             {"Fn::Join": ["/", [{"Ref": "B"}, {"Fn::Sub": "${ AWS:UserName }/*"}]]},
             {"Fn::If": ["C", {"Fn::Sub": "${B}/${graph.amazonaws.com:sub}/*"}, BUCKET]})),
            deny(LIST, WITHOUT, NotResource={"Fn::Sub": ME}), allow(STOP, {**WITH, **on(
            "StringEquals", "ec2:ResourceTag/owner", {"Fn::Sub": "${aws:username}"})})],
           [each for at in range(6) for each in found(MALFORMED, at=at)], {}),
    *[Stated(f"placeholder-in-a-principal-{number}", [allow(STOP, WITH, Principal=ACCOUNT),
            allow(STOP, WITH, Principal={"AWS": each}), allow(READ, WITH, Principal={"AWS": each})],
            found(LEFT, at=1), {})
      for number, each in enumerate(("arn:aws:iam::<YOUR_ACCOUNT_ID>:root",
            ["111122223333", "arn:aws:iam::ACCOUNT-ID:root"], "arn:aws:iam::xxxxxxxxxxxx:user/ann",
            "arn:aws:iam::your-account:root", "arn:aws-us-gov:iam::ACCOUNT-ID:root"))],
    *[Stated(f"placeholder-as-the-address-{text}", [allow("ec2:*", {**WITH, **on("IpAddress",
            "aws:SourceIp", text)})], found(*rules), {})
      for text, rules in (
            ("workplace_ip_address_here", [VALUE]),
            ("my.office.ip.address/32", [VALUE]),
            ("your-ip/32", [VALUE]),
            ("YOUR_IP_HERE/32", [LEFT]),
            ("{{ ip_address }}", []),
            ("office", [VALUE]))],
    Stated("attributes-of-items-named-like-placeholders", [allow("dynamodb:GetItem", {**WITH,
            **on("ForAllValues:StringEquals", "dynamodb:Attributes", ["address", "last_ip_address",
            "drop-files-here"])})], [], {}),
    *[Stated(f"placeholder-in-an-arn-{number}", [allow("ec2:*", WITH, Resource=arn)],
            found(*rules), {})
      for number, (arn, rules) in enumerate((
            ("arn:aws:ec2:eu-west-1:ACCOUNT_ID:instance/*", [LEFT]),
            ("arn:aws:ec2:REGION:111122223333:instance/*", [LEFT]),
            ("arn:aws:ec2:eu-west-1:account-id-without-hyphens:instance/*", [LEFT]),
            ("arn:aws:ec2:eu-west-1:*:instance/*", []),
            ("arn:aws:ec2:eu-west-1:111122223333:instance/ACCOUNT_ID", []),
            ("arn:aws:lambda:eu-west-1:111122223333:function:BOOKS:PROD", [])))],
    Stated("placeholder-as-the-principal", [trust("<YOUR_PRINCIPAL>", WITH)], found(LEFT), {}),
    *[Stated(f"placeholder-in-a-resource-{number}", [allow(READ, WITH, Resource=each)],
             found(LEFT), {})
      for number, each in enumerate(("arn:aws:s3:::<bucket name>/*", "arn:aws:s3:::YOUR-BUCKET/*",
            [BUCKET, "arn:aws:iam::ACCOUNT_ID:user/*"]))],
    Stated("placeholder-in-a-value", [allow(STOP, {**WITH, **on("StringEquals",
            "aws:PrincipalOrgID", "o-REPLACE_ME")})], found(LEFT), {}),
    # Denies of trust policies that leave out some, or all, of those who are let in.
    *[Stated(f"trust-of-two-and-a-deny-of-one-{number}", [trust({"AWS": [f"{11 * '1'}2", one]}),
            trust({"AWS": one}, WITHOUT, "Deny")], found("allowed-without-mfa-too", at=1), {})
      for number, one in enumerate(("123456789012", "arn:aws:iam::123456789012:root",
            "arn:aws:iam::123456789012:user/ann"))],
    *[Stated(f"trust-and-a-deny-of-other-actions-{action}", [trust(ACCOUNT), {**trust("*", WITHOUT,
            "Deny"), "Action": f"sts:{action}"}], found("deny-denies-nothing", at=1), {})
      for action in ("AssumeRoleWithSAML", "AssumeRoleWithWebIdentity")],
    # A way in for whoever names the session after themselves; secrets without their suffix.
    Stated("session-named-as-oneself", [trust(ACCOUNT, WITH), trust(ACCOUNT, on("StringEquals",
            "sts:RoleSessionName", "${aws:username}"))], found("allowed-without-mfa-too"), {}),
    *[Stated(f"secret-without-its-suffix-{name}", [allow("secretsmanager:*"), deny(
            "secretsmanager:GetSecretValue", WITHOUT,
            Resource=f"arn:aws:secretsmanager:eu-west-1:123456789012:secret:{name}")],
            found(RESOURCE, at=1) if "db" in name else [], {})
      for name in ("db", "prod/db", "films-??????", "films*", "films-Ab12Cd", "*")],
    # A Deny of a pattern that holds a step of enrolment which an Allow names.
    *[Stated(f"enrolment-within-{action}-{more}", [allow(ENROL, Resource="*"), deny(action),
            deny_but(CARE, WITHOUT)], found(ENROLMENT, at=1) if at else [], {})
      for at, action, more in ((1, "iam:Create*", ""), (1, ["iam:Enable*", "s3:*"], "s3"),
            (0, "iam:CreateVirtualMFADevice", ""), (0, "iam:Create*User*", ""))],
    # Keys of a trust policy that only come with actions of their own.
    *[Stated(f"trust-with-{key}-alone", [trust(ACCOUNT, {**WITH, **on("StringLike", key, "x*")})],
             found(NO_KEY), {}) for key in ("sts:SourceIdentity", "aws:RequestTag/team")],
    # A Deny on others than those on which the policy allows the same.
    *[Stated(f"deny-on-another-{number}", [allow([READ, STOP], Resource=there),
            deny(action, WITHOUT, Resource=here)], found("deny-denies-nothing", at=1), {})
      for number, (action, here, there) in enumerate((
            (READ, "arn:aws:s3:::films-stage/*", "arn:aws:s3:::films-live/*"),
            ("ec2:*", "arn:aws:ec2:eu-west-1:123456789012:instance/i-1",
             "arn:aws:ec2:eu-west-1:123456789012:instance/i-2")))],
    Stated("deny-of-regions-under-a-sid-of-all", [ALL, {**deny_but(CARE, {**WITHOUT, **on(
            "StringEquals", "aws:RequestedRegion", "eu-west-1")}), "Sid": "DenyAllWithoutMfa"}],
           [("deny-narrowed", "DenyAllWithoutMfa")], {}),
    *[Stated(f"users-of-one-account-exempt-{kind}", [ALL, deny_but(CARE, {**WITHOUT, **on(
            "ArnNotLike", "aws:PrincipalArn", ["arn:aws:iam::123456789012:user/bots/*",
            "arn:aws:iam::123456789012:user/*"])})], rules, {}, kind)
      for kind, rules in (("identity", found(ROLE_SESSION, at=1)), ("scp", found(SCP, at=1)))],
    # Near misses of the kinds above.
    Stated("trust-with-what-brings-the-keys", [{**trust(ACCOUNT, {**WITH, **on("StringLike",
            "sts:SourceIdentity", "x*"), **on("StringEquals", "aws:RequestTag/team", "x")}),
            "Action": ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]}], [], {}),
    Stated("trust-with-keys-if-they-are-there", [trust(ACCOUNT, {**WITH, **on("StringLikeIfExists",
            "sts:SourceIdentity", "x*")}), trust(ACCOUNT, {**WITHOUT, **on("StringNotEquals",
            "aws:RequestTag/team", "x")}, "Deny")], [], {}),
    Stated("deny-where-others-allow", [allow("s3:*", Resource="arn:aws:s3:::films-live/*"),
            deny("s3:*", WITHOUT, Resource="arn:aws:s3:::*/*"), deny("ec2:*", WITHOUT,
            Resource="arn:aws:ec2:*:*:instance/*"), deny("sqs:*", WITHOUT,
            Resource="arn:aws:sqs:*:*:films"), allow("sns:*", WITH,
            Resource="arn:aws:sns:*:*:films")], [], {}),
    Stated("deny-of-regions", [ALL, deny_but(CARE, {**WITHOUT, **on("StringEquals",
            "aws:RequestedRegion", "eu-west-1")})], [], {}),
    Stated("session-denied-by-its-name", [trust(ACCOUNT, WITH), trust(ACCOUNT), trust("*", {
            **WITHOUT, **on("StringEquals", "sts:RoleSessionName", "${aws:username}")}, "Deny")],
           found("allowed-without-mfa-too"), {}),
    Stated("tags-that-callers-send", [trust(ACCOUNT, WITH), {**trust(ACCOUNT, on("StringLike",
            "aws:RequestTag/Ticket", "SUP-*")), "Action": ["sts:AssumeRole", "sts:TagSession"]}],
            found("allowed-without-mfa-too"), {}),
    Stated("tags-of-the-user", [trust(ACCOUNT, WITH), {**trust(ACCOUNT, on("StringLike",
            "aws:PrincipalTag/Ticket", "SUP-*")), "Action": ["sts:AssumeRole", "sts:TagSession"]}],
            [], {}),
    Stated("tags-alone", [{**trust(ACCOUNT, WITH), "Action": "sts:AssumeRole"}, {**trust(ACCOUNT,
            on("StringLike", "aws:RequestTag/Ticket", "SUP-*")), "Action": "sts:TagSession"}],
            [], {}),
    Stated("principal-beside-actions-of-iam", [allow(["iam:Create*", "kms:*"]), deny([
            "iam:CreateUser", "kms:DisableKey"], WITHOUT, Principal={"AWS": "*"})],
            [("misplaced-element", "Statement[1]")], {}),
    *[Stated(f"{verb}-on-a-bucket-{at}", [*more, deny(f"s3:{verb}*", WITHOUT, Principal="*",
            Sid=sid, Resource="arn:aws:s3:::b")], [(RESOURCE, sid)] * wrong, {})
      for at, (verb, sid, more, wrong) in enumerate((
            ("Delete", "DenyObjectDeletionWithoutMFA", [], True),
            ("Delete", "DenyLogDeletionWithoutMFA", [], False),
            ("Delete", "NoDeletionWithoutMFA", OF_B, True),
            ("Put", "DenyLoggingChangesWithoutMFA", OF_B, False)))],
    Stated("actions-in-one-text", [deny_but([", ".join(CARE)], WITHOUT)],
            found("malformed-policy"), {}),
    Stated("session-named-otherwise", [trust(ACCOUNT, WITH), trust(ACCOUNT, on("StringEquals",
            "sts:RoleSessionName", "robot"))], [], {}),
    Stated("enrolment-of-others-denied", [allow("iam:*"), deny("iam:Create*"), deny_but(CARE,
            WITHOUT)], [], {}),
    Stated("enrolment-denied-elsewhere", [allow(ENROL, Resource="*"), deny("iam:Create*",
            Resource="arn:aws:iam::*:role/*"), deny("iam:Create*", ABROAD), deny_but(CARE,
            WITHOUT)], [], {}),
    Stated("trust-of-two-and-a-deny-of-each", [trust({"AWS": [f"{11 * '1'}2", "123456789012"]}),
            trust({"AWS": "123456789012"}, WITHOUT, "Deny"),
            trust({"AWS": f"{11 * '1'}2"}, WITHOUT, "Deny")], [], {}),
    Stated("trust-of-a-robot-apart", [trust(ACCOUNT), trust({"AWS": f"{11 * '1'}2"}),
            trust(ACCOUNT, WITHOUT, "Deny")], [], {}),
    Stated("trust-of-some-with-mfa", [trust(ACCOUNT, WITH), trust(ACCOUNT, {**WITHOUT,
            **on("StringEquals", "sts:ExternalId", "x")}, "Deny")], [], {}),
    Stated("trust-and-a-deny-of-tags", [trust(ACCOUNT, WITH), {**trust("*", WITHOUT, "Deny"),
            "Action": "sts:TagSession"}], [], {}),
    Stated("placeholders-without-mfa", [allow(READ, Resource="arn:aws:s3:::YOUR-BUCKET/*")], [],
           {}),
    Stated("texts-like-placeholders", [allow(READ, WITH, Resource=[
            "arn:aws:s3:::your-books/*", "arn:aws:s3:::<no value>/*", "arn:aws:s3:::books/CHANGES",
            "arn:aws:s3:::books/YOURS", "arn:aws:iam::${AccountId}:user/x", "arn:aws:s3:::a<b/*",
            "arn:aws:iam::aws:policy/ACCOUNT_ID", "arn:aws:iam::*:role/xxx"])], [], {}),
    Stated("variables-that-cloudformation-leaves", [*(allow(READ, WITH, Resource=each) for each in (
            {"Fn::Sub": "arn:${AWS::Partition}:s3:::${Books}/${!aws:username}/${Books.Arn}/*"},
            {"Fn::Sub": ["arn:aws:s3:::b/${a}/${aws:username}/*", {"a": "${aws:userid}",
             "aws:username": "x"}]},
            {"Fn::Sub": "arn:aws:s3:::${aws:accountId}-${AWS:Region}-${self:custom.x}/*"},
            {"Fn::Join": ["/", ["arn:aws:s3:::books", "${aws:username}/*"]]}))],
           found(NO_KEY, NO_KEY, at=2), {}),
    Stated("denied-under-other-conditions", [ALL, deny("ec2:*", {"BoolIfExists": {PRESENT:
            "false", "aws:ViaAWSService": "false"}}), deny("ec2:*", {**WITHOUT, **on("Null",
            "aws:SourceArn", "true")})], [], {}),
    Stated("user-s-id-by-a-variable", [allow(READ, {**WITH, **on("StringEquals", "aws:userid",
            "${aws:userid}")})], [], {}),
    Stated("sids-of-other-exemptions", [deny_but(CARE, WITHOUT), allow("s3:*",
            Sid="AllowBypassGovernanceRetention"), allow("ec2:*", Sid="AllowAllExceptMFADevices")],
           [], {}),
    Stated("partition-filled-in", [*(2 * [allow("ec2:*", WITH, Resource="arn:aws:ec2:*:*:*")]),
            *(allow(ENABLE, Resource=ME.replace("aws", each, 1)) for each in ("%PART%",
            "<partition>", "{{ partition }}"))], found(IDLE, at=1) + found(LEFT, at=3), {}),
    # Account-wide actions on a user, regions of IAM, tags of all requests, first sign-in.
    *[Stated(f"account-wide-action-on-a-user-{at}", [allow(action, Resource=where),
            deny_but(CARE, WITHOUT)], found(RESOURCE), {})
      for at, (action, where) in enumerate((
          (["iam:GetUser", "iam:GetAccountSummary"], ME),
          ("iam:GetAccountPasswordPolicy", [ME, MY_DEVICE]),
          ("iam:ListAccountAliases", "arn:aws:iam::123456789012:user/*"),
          (["iam:GenerateCredentialReport", "iam:GetCredentialReport"],
           "arn:aws:iam::*:group/staff")))],
    Stated("users-listed-on-oneself", [allow([*ENROL, "iam:ListUsers"], Resource=[ME, MY_DEVICE])],
           found(RESOURCE), {}),
    Stated("account-wide-action-denied-but-on-users", [allow(["iam:GetAccountPasswordPolicy",
            "iam:GetUser"]), deny(["iam:CreateUser", "iam:GetAccountPasswordPolicy"], WITHOUT,
            NotResource=ME)], found(RESOURCE, at=1), {}),
    Stated("account-wide-actions-on-all", [allow(["iam:GetAccountSummary", "iam:ListUsers"],
            Resource=["*", ME]), allow("iam:GetAccountPasswordPolicy",
            Resource="arn:aws:iam::123456789012:*"), allow("iam:Get*", Resource=ME),
            deny(["iam:GetAccountSummary", OFF], WITHOUT, NotResource=ME,
            Sid="NobodyElse"), allow("iam:ListAccountAliases", Resource=ME), allow(
            "iam:ListAccountAliases")], [(RESOURCE, "NobodyElse")], {}),
    Stated("account-wide-action-without-mfa", [allow("iam:GetAccountSummary", Resource=ME)], [],
           {}),
    *[Stated(f"iam-in-other-regions-{at}", [allow("iam:CreateUser", {**WITH, **on(operator,
            "aws:RequestedRegion", regions)}), deny(["iam:DeleteUser"], on(opposite,
            "aws:RequestedRegion", others))], found(VALUE) + found(VALUE, at=1), {})
      for at, (operator, regions, opposite, others) in enumerate((
          ("StringEquals", "eu-west-1", "StringNotEquals", "us-east-1"),
          ("StringLike", ["eu-*"], "StringNotLike", ["us-*", "eu-*"]),
          ("StringNotEquals", ["us-east-1", "eu-west-1"], "StringEquals", "eu-west-1")))],
    Stated("iam-in-its-region", [allow("iam:CreateUser", {**WITH, **on("StringEquals",
            "aws:RequestedRegion", ["us-east-1", "eu-west-1"])}), allow(["iam:CreateUser", STOP], {
            **WITH, **on("StringEquals", "aws:RequestedRegion", "eu-west-1")}), deny("iam:*",
            on("StringNotEquals", "aws:RequestedRegion", "us-east-1"),
            Resource="arn:aws-us-gov:iam::*:role/*"), deny("iam:DeleteRole", {**WITHOUT,
            **on("StringEquals", "aws:RequestedRegion", "${Region}")}), deny("iam:DeleteRole",
            {**WITHOUT, **on("StringNotEquals", "aws:RequestedRegion", "us-east-1")})],
           found(VALUE, at=2) + found("deny-narrowed", at=4), {}),
    Stated("all-requests-without-a-tag-denied", [ALL, deny("*", on("Null",
            "aws:RequestTag/Justification", "true")), deny_but(CARE, WITHOUT)], found(NO_KEY, at=1),
           {}),
    Stated("requests-without-a-tag-denied", [ALL, deny(["ec2:CreateSnapshot", "ec2:CreateVolume"],
            on("Null", "aws:RequestTag/Owner", "true")), deny("*", on("Null", "aws:RequestTag/x",
            "false")), deny_but(CARE, WITHOUT)], [], {}),
    Stated("keys-of-other-services-elsewhere", [allow(STOP, WITH), deny("rds:CreateDBInstance",
            on("Bool", "ec2:Encrypted", "false"))], found(NO_KEY, at=1), {}),
    # Ages that another Allow does not ask for, two Denies of one purpose, RCPs, what Sids say of
    # times, of permanent deletion, and of the action that NotAction exempts.
    Stated("age-that-another-allow-does-not-ask", [allow(["ec2:RunInstances", STOP], WITH),
            allow(STOP, {"NumericLessThan": {AGE: 900}})], found(UNUSED, at=1), {STOP: "m"}),
    Stated("age-that-another-allow-does-not-ask-in-part", [allow("ec2:StopInstances", WITH),
            allow(["ec2:TerminateInstances", STOP], {**WITH, "NumericLessThan": {AGE: 900}})],
           found(UNUSED, at=1), {}),
    Stated("age-that-all-ask-for", [allow(["ec2:RunInstances", STOP], {"NumericLessThan": {AGE:
            900}}), allow("ec2:Terminate*", WITH), allow(STOP, {"NumericLessThan": {AGE: 900}})],
           [], {}),
    Stated("age-asked-of-others-by-a-deny", [allow([STOP, "ec2:RunInstances"], WITH), allow(STOP, {
            "NumericLessThan": {AGE: 900}}), deny(STOP, older(900, "NumericGreaterThan"))],
           [], {}),
    Stated("age-asked-elsewhere", [allow(STOP, WITH, Resource="arn:aws:ec2:*:*:instance/i-1"),
            allow(STOP, {"NumericLessThan": {AGE: 900}}, Resource="arn:aws:ec2:*:*:instance/i-2")],
           [], {}),
    Stated("age-and-no-mfa-but-for-some", [ALL, deny("iam:*", {**WITHOUT, **NOT_ROLES}), deny(
            "iam:*", older(900, "NumericGreaterThan"))], found(ENROLMENT, at=1), {}),
    Stated("age-and-no-mfa-but-for-a-robot", [ALL, deny(STOP, {**WITHOUT, **on(*ROBOT)}), deny(STOP,
            older(900, "NumericGreaterThan"))], [], {}),
    Stated("age-and-no-mfa-in-some-networks", [ALL, deny(STOP, {**WITHOUT, **NETWORK}), deny(STOP,
            older(900, "NumericGreaterThan"))], found("deny-narrowed", at=1)
           + found("deny-age-misses-no-mfa", at=2), {}),
    *[Stated(f"sid-of-permanence-{sid}", [deny("s3:DeleteObject", WITHOUT, **PUBLIC, Sid=sid)],
             [(PROMISE, sid)], {})
      for sid in ("NoPermanentDeletionWithoutMFA", "DenyDeleteForGood", "DenyVersionDelete")],
    *[Stated(f"sid-of-a-time-{sid}", [allow(STOP, {"NumericLessThan": {AGE: seconds}}, Sid=sid)],
             [(PROMISE, sid)], {})
      for sid, seconds in (("DestructiveOnlyWithMFAOfLast12Hours", 720), ("Within15Min", 1500),
                           ("MfaMax1h", 7200), ("StopFor30Minutes", 180),
                           ("MfaOf1Day", 3600))],
    *[Stated(f"sid-of-the-right-time-{sid}", [allow(STOP, {"NumericLessThan": {AGE: seconds}},
             Sid=sid)], [], {})
      for sid, seconds in (("OfLast12Hours", 43200), ("Within15Min", "900"), ("MfaMax1h", 3600),
                           ("Phase2Hardening", 300), ("Ec2M5Stop", 900), ("Stop3", 900),
                           ("S3Mfa", 900), ("Mfa900Sec", 900))],
    # A word within a word, the same ARN in two partitions, exemptions with wrong values.
    Stated("and-within-a-word", [*(deny(action, {**WITHOUT, **NOT_ROLES}, **PUBLIC, Sid=sid)
            for action, sid in ((READ, "NotByHandWithoutMfa"), ("s3:PutObject", "OnDemandMfa")))],
           [], {}, "resource"),
    Stated("and-as-a-word", [*(deny(action, {**WITHOUT, **NOT_ROLES}, **PUBLIC, Sid=sid)
            for action, sid in ((READ, "NotRootAndNoMfa"), ("s3:PutObject", "not-root-and-mfa")))],
           [], {}, "resource"),
    Stated("one-arn-in-another-partition", [allow("iam:ChangePassword", Resource=GOV_ME), allow(
            ENROL[0], Resource="arn:aws-us-gov:iam::*:mfa/*"), allow(ENROL[1:], Resource=ME),
            allow(READ, WITH, Resource="arn:aws-us-gov:s3:::books/*")], found(PARTITION, at=2), {}),
    Stated("arns-of-two-partitions", [*(allow(ENROL[1:], Resource=each) for each in (ME, GOV_ME)),
            *(allow(ENROL[0], Resource=each) for each in (MY_DEVICE,
            "arn:aws-us-gov:iam::*:mfa/*"))], [], {}),
    *[Stated(f"roles-exempt-by-a-wrong-value-{at}", [deny("s3:*", {**WITHOUT, **on(*exempt)})],
             found(VALUE), {}, "scp")
      for at, exempt in enumerate((
          ("StringNotEquals", "aws:PrincipalArn", "arn:aws:iam::*:role/*"),
          ("StringNotEquals", "aws:PrincipalType", "Role"),
          ("StringNotLike", "aws:PrincipalType", ["Role", "AWSService"])))],
    Stated("a-role-exempt-by-a-wrong-value", [allow(READ, Principal=ROLE, Resource=BUCKET), deny(
            READ, {**WITHOUT, **on("StringNotEquals", "aws:PrincipalArn", "arn:aws:iam::*:role/*")},
            **PUBLIC)], found(VALUE, at=1), {}),
    Stated("no-role-exempt-by-a-wrong-value", [deny("s3:*", {**WITHOUT, **on("StringEquals",
            "aws:PrincipalType", "Role")})], found(VALUE), {}, "scp"),
    # A Sid of MFA alone beside an Allow of a part, ARNs without region, global services, periods.
    Stated("only-with-mfa-but-for-a-part", [allow("dynamodb:*", Resource=f"{TABLES}orders*"), allow(
            ["dynamodb:DeleteTable", "dynamodb:DeleteBackup"], WITH, Sid="DeleteTableOnlyWithMFA",
            Resource=f"{TABLES}*")], [(DEFEATED, "DeleteTableOnlyWithMFA")], {}),
    Stated("with-mfa-but-for-a-part", [allow("dynamodb:*", Resource=f"{TABLES}orders*"), allow(
            "dynamodb:DeleteTable", WITH, Sid="DeleteOthers", Resource=f"{TABLES}*"), allow(
            "iam:CreateAccessKey", Resource=ME), allow("iam:CreateAccessKey", WITH,
            Sid="KeysOfOthersOnlyWithMfa"), allow("dynamodb:List*", WITH, Sid="ListOnlyWithMfa",
            Resource=f"{TABLES}*"), allow("s3:*", Resource="arn:aws:s3:::dev/*"), allow(
            "s3:DeleteObject", WITH, Sid="DeleteOnlyWithMFA", Resource="arn:aws:s3:::live/*"),
            allow("rds:*", Resource="arn:aws:rds:*:*:db:a*"), allow("rds:DeleteDBInstance", WITH,
            Sid="DeleteDatabaseOnlyWithMfa", Resource="arn:aws:rds:*:*:db:*"), deny(
            "rds:DeleteDBInstance", WITHOUT)], [], {}),
    Stated("only-with-mfa-beside-what-policies-of-users-allow", [allow("kms:*", Principal=ACCOUNT),
            allow("kms:Decrypt", WITH, Principal={"AWS": "arn:aws:iam::123456789012:user/carol"},
            Sid="DecryptOnlyWithMFA")], [(DEFEATED, "DecryptOnlyWithMFA")], {}),
    *[Stated(f"arn-without-region-{at}", [deny(action, WITHOUT, Resource=arn)], found(DEAD), {})
      for at, (action, arn) in enumerate((
          ("route53:DeleteHostedZone", "arn:aws:route53:us-east-1:123456789012:hostedzone/Z1"),
          ("route53:ChangeResourceRecordSets", "arn:aws:route53::123456789012:hostedzone/*"),
          ("cloudfront:DeleteDistribution",
           "arn:aws:cloudfront:us-east-1:123456789012:distribution/E1")))],
    Stated("arns-with-and-without-region", [deny("*", WITHOUT, Resource=[
            "arn:aws:route53:::hostedzone/Z1", "arn:aws:route53:*:*:hostedzone/*",
            "arn:aws:cloudfront::123456789012:distribution/E1", "arn:aws:cloudfront:*:*:function/x",
            "arn:aws:route53resolver:eu-west-1:123456789012:resolver-rule/x",
            "arn:aws:route53:${Region}:${Account}:hostedzone/x"])], [], {}),
    *[Stated(f"global-service-in-a-region-{at}", [deny(actions, {**WITHOUT, **on("StringEquals",
            "aws:RequestedRegion", "eu-central-1")})], found(VALUE), {})
      for at, actions in enumerate((["cloudfront:DeleteDistribution", "cloudfront:Update*"],
          "route53:*", ["organizations:LeaveOrganization", "iam:CreateUser"]))],
    Stated("service-in-a-region", [deny(["cloudfront:*", "ec2:*"], {**WITHOUT, **on("StringEquals",
            "aws:RequestedRegion", "eu-central-1")}), deny("route53resolver:*", {**WITHOUT, **on(
            "StringEquals", "aws:RequestedRegion", "eu-central-1")})], [], {}),
    Stated("denied-in-a-period", [ALL, deny(STOP, {**WITHOUT, **on("DateGreaterThan",
            "aws:CurrentTime", "2031-05-01T00:00:00Z"), **on("DateLessThan", "aws:CurrentTime",
            "2031-06-01T00:00:00Z")})], [], {}),
    Stated("denied-in-a-period-and-without-mfa", [ALL, deny(STOP, {**WITHOUT, **on(
            "DateGreaterThan", "aws:CurrentTime", "2031-05-01T00:00:00Z"), **on("DateLessThan",
            "aws:CurrentTime", "2031-06-01T00:00:00Z")}, Sid="FreezeAndNoMFA")],
           [("deny-narrowed", "FreezeAndNoMFA")], {}),
    # What has no resource elsewhere than in IAM, services without policies, other buckets, ids.
    *[Stated(f"no-resource-{action}", [allow([action, STOP], Resource=where), deny_but(CARE,
            WITHOUT)], found(RESOURCE), {})
      for action, where in (
          ("cloudwatch:PutMetricData", "arn:aws:cloudwatch:*:123456789012:mfa/*"),
          ("ec2:DescribeInstances", "arn:aws:ec2:*:*:instance/i-1"),
          ("s3:ListAllMyBuckets", ["arn:aws:s3:::books", "arn:aws:s3:::books/*"]),
          ("kms:ListAliases", "arn:aws:kms:eu-west-1:123456789012:key/x"),
          ("dynamodb:ListTables", f"{TABLES}*"))],
    Stated("no-resource-on-all", [allow(["s3:ListAllMyBuckets"], Resource="arn:aws:s3:::*"), allow(
            "ec2:DescribeInstances", Resource=["arn:aws:ec2:*:*:instance/*", "*"]), allow(
            ["ec2:DescribeInstanceAttribute", "ec2:Describe*"], Resource="arn:aws:ec2:*:*:vpc/*"),
            allow("kms:ListKeys", Resource="arn:aws:kms:*:*:*"), deny_but(CARE, WITHOUT)], [], {}),
    *[Stated(f"service-without-policies-{action}", [allow(action, Principal=ACCOUNT,
            Resource="arn:aws:codecommit:eu-west-1:123456789012:books"), deny(action, WITHOUT,
            Principal="*")], found(MISPLACED), {}, "resource")
      for action in ("codecommit:GitPush", "cloudformation:DeleteStack")],
    Stated("services-with-policies", [allow("kms:Decrypt", Principal=ACCOUNT), allow(["s3:*",
            "rds:*"], Principal=ACCOUNT, Resource="arn:aws:s3:::x"), allow("rds:*", Principal="*")],
           [], {}, "resource"),
    *[Stated(f"bucket-s-policy-on-{where}", [allow(READ, WITH, Principal=ACCOUNT, Resource=where)],
             found(NO_ARN), {})
      for where in ("*", "arn:aws:s3:::*/*", "arn:aws:s3:::*")],
    Stated("bucket-s-policy-on-another", [allow(READ, WITH, Principal=ACCOUNT, Resource=BUCKET),
            deny("s3:DeleteObject", WITHOUT, Principal="*", Resource="arn:aws:s3:::boks/*")],
           found(NO_ARN, at=1), {}),
    Stated("endpoint-s-policy", [allow("s3:*", WITH, Principal="*", Sid="x", Resource=["*",
            "arn:aws:s3:::films/*"]), deny(READ, WITHOUT, Principal="*", Resource=BUCKET)],
           [(ANYONE, "x")], {}),
    Stated("user-s-id-with-a-name", [deny("s3:*", on("StringNotEquals", "aws:userid",
            "AIDACKCEVSQ6C2EXAMPLE:Release"))], found(VALUE), {}),
    Stated("id-of-any-session", [deny("s3:*", on("StringNotLike", "aws:userid", ["AROA*:Release",
            "AIDACKCEVSQ6C2EXAMPLE", "*:x"]))], [], {}),
    Stated("objects-without-tags-of-requests", [deny("s3:PutObject", on("StringNotEquals",
            "aws:RequestTag/team", "x"), Resource=BUCKET), deny_but(CARE, WITHOUT)], found(NO_KEY),
           {}),
    Stated("placeholder-beside-devices", [allow(ENROL[1:], Resource="arn:aws:iam::<account-ID>:"
            "user/${aws:username}"), allow(ENROL[0])], found(LEFT), {}),
    *[Stated(f"sid-of-any-access-{sid}", [allow("s3:*"), deny(["ec2:Create*", "ec2:Delete*"],
             WITHOUT, Sid=sid)], [(PROMISE, sid)], {})
      for sid in ("BlockAnyAccessUnlessSignedInWithMFA", "DenyAnyActionIfNotMfa",
                  "DenyAllUnlessSignedInWithMfa")],
    # Grace periods, paths of users, tags that exempt, ViaService, removal denied for most.
    Stated("in-force-since", [ALL, deny_but(CARE, {**WITHOUT, **on("NumericGreaterThanEquals",
            "aws:EpochTime", 1735689600)})], [], {}),
    Stated("in-force-until", [ALL, deny_but(CARE, {**WITHOUT, **on("NumericLessThan",
            "aws:EpochTime", 1735689600)})], found("deny-narrowed", at=1), {}),
    Stated("users-with-a-path", [allow(ENROL[1:], Resource=ME), allow(ENROL[0], Resource=MY_DEVICE),
            deny_but(CARE, {**WITHOUT, **on("ArnLike", "aws:PrincipalArn",
            "arn:aws:iam::123456789012:user/staff/*")})], found(RESOURCE), {}),
    *[Stated(f"users-with-a-path-{at}", [allow(ENROL[1:], Resource=where), allow(ENROL[0],
            Resource=MY_DEVICE), deny_but(CARE, {**WITHOUT, **on(operator, "aws:PrincipalArn",
            of)})], [], {})
      for at, (where, operator, of) in enumerate((
          (ME.replace("user/", "user/*"), "ArnLike", "arn:aws:iam::*:user/staff/*"),
          ("arn:aws:iam::*:user/staff/${aws:username}", "ArnLike", "arn:aws:iam::*:user/staff/*"),
          ("arn:aws:iam::*:user/staff/*/${aws:username}", "ArnLike", "arn:aws:iam::*:user/staff/*"),
          ("arn:aws:iam::*:user/staff/eng/${aws:username}", "ArnLike",
              "arn:aws:iam::*:user/staff/*"),
          (ME, "ArnNotLike", "arn:aws:iam::*:user/robots/*"),
          ("*", "StringLike", ["arn:aws:iam::*:user/staff/*"]),
          (ME, "ArnLike", ["arn:aws:iam::*:user/*", "arn:aws:iam::*:user/staff/*"])))],
    Stated("exempt-by-a-tag-of-the-resource", [ALL, deny_but(CARE, {**WITHOUT, **on(
            "StringNotEquals", "aws:ResourceTag/MfaExempt", "true")}, Sid="NoMfaOrExemptUser")],
           [("deny-narrowed", "NoMfaOrExemptUser")], {}),
    Stated("asked-only-if-not-exempt", [ALL, deny_but(CARE, {**WITHOUT, **on("StringEquals",
            "aws:PrincipalTag/MfaExempt", "false")})], found("deny-narrowed", at=1), {}),
    Stated("exempt-by-tags", [ALL, deny("ec2:*", {**WITHOUT, **on("StringNotEquals",
            "aws:ResourceTag/MfaExempt", "true")}), deny("s3:*", {**WITHOUT, **on("StringNotEquals",
            "aws:PrincipalTag/MfaExempt", "true")}), deny("kms:*", {**WITHOUT, **on(
            "StringEqualsIfExists", "aws:PrincipalTag/MfaExempt", "false")}), deny("sqs:*",
            {**WITHOUT, **on("StringEquals", "aws:PrincipalTag/human", "yes")})], [], {}),
    Stated("via-a-service-without-region", [deny("kms:Decrypt", {**WITHOUT, **on("StringNotEquals",
            "kms:ViaService", "s3.amazonaws.com")})], found(VALUE), {}),
    Stated("via-services", [deny("kms:Decrypt", {**WITHOUT, **on("StringNotLike",
            "kms:ViaService", ["s3.*.amazonaws.com", "rds.eu-west-1.amazonaws.com",
            "${Service}.amazonaws.com"])})], [], {}),
    Stated("own-removal-denied-for-most", [allow([OFF, LIST], Resource=ME), deny_but(CARE, {
            **WITHOUT, **on("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:user/x")})], [],
           {}),
    Stated("denied-always-by-a-promise", [allow(OFF, WITH, Resource=ME), deny(OFF,
            Sid="NeverRemoveWithoutMFA")], [(PROMISE, "NeverRemoveWithoutMFA")], {}),
    Stated("a-role-exempt-by-its-session", [allow(READ, Principal=ROLE, Resource=BUCKET), deny(READ,
            {**WITHOUT, **on("ArnNotLike", "aws:PrincipalArn", "arn:aws:sts::123456789012:"
            "assumed-role/Deploy/*")}, **PUBLIC)], found(VALUE, at=1), {}),
    # Keys, values, ARNs and resources that match nothing, and similar ones that do.
    *[Stated(f"sign-before-a-tag-s-name-{key}", [allow(STOP, {**WITH, **on("StringEquals", key,
            "x")})], found(NO_KEY) if told else [], {})
      for key, told in (("ec2:ResourceTag:Env", True), ("aws:PrincipalTag-mfa", True),
            ("tag:Env", True), ("aws:Tag.Env", True), ("ec2:ResourceTag/aws:x:stack", False),
            ("aws:PrincipalTag/mfa:exempt", False))],
    Stated("exempt-by-a-tag-behind-a-colon", [ALL, deny_but(CARE, {**WITHOUT, **on(
            "StringNotEquals", "aws:PrincipalTag:mfa-exempt", "true")})], found(NO_KEY, at=1), {}),
    Stated("encryption-context", [allow("kms:Decrypt", {**WITH, **on("StringEquals",
            "kms:EncryptionContext:app", "x")})], [], {}),
    *[Stated(f"variable-{variable}", [allow(LIST, Resource=f"arn:aws:iam::*:user/${{{variable}}}"),
            deny_but(CARE, WITHOUT)], found(NO_KEY) if told else [], {})
      for variable, told in (("aws::username", True), ("aws:username|lower", True),
            ("AWS:UserName", False), ("aws:username, 'nobody'", False), ("user::name", False))],
    *[Stated(f"own-user-as-{name}", [allow([*ENROL[1:], "iam:ResyncMFADevice"],
            Resource=f"arn:aws:iam::*:{name}"), deny_but(CARE, WITHOUT)],
            found(RESOURCE) if told else [], {})
      for name, told in (("user${aws:username}", True), ("user/${aws:username}/*", True),
            ("user//${aws:username}", True), ("${aws:username}", True), ("mfa${aws:username}",
            True), ("user/${aws:PrincipalArn}", True), ("user/${aws:SourceIdentity}", True),
            ("user/${saml:sub}", True), ("user/*/${aws:username}", False), ("user*/${aws:username}",
            False), ("user/${aws:PrincipalTag/name}", False), ("user/${username}", False))],
    Stated("own-device-without-a-slash", [allow(ENROL[0], Resource="arn:aws:iam::*:mfa${aws:"
            "username}"), deny_but(CARE, WITHOUT)], found(RESOURCE), {}),
    *[Stated(f"part-of-the-setup-{action}", [allow([action, LIST], Resource=where), deny_but(CARE,
            WITHOUT), *more], found(RESOURCE) if told else [], {})
      for action, where, more, told in (
            ("iam:CreateVirtual*", ME, [allow(ENROL[1], Resource=ME)], True),
            ("iam:Enable*", [MY_DEVICE, "arn:aws:iam::*:user/"], [], True),
            ("iam:Create*", ME, [allow(ENROL[0], Resource=MY_DEVICE), allow(ENROL[1],
            Resource=ME)], False))],
    *[Stated(f"of-iam-on-{where}-{action}", [allow(f"iam:{action}", WITH,
            Resource=f"arn:aws:iam::*:{where}/*")], found(RESOURCE) if told else [], {})
      for action, where, told in (("AddUserToGroup", "user", True), ("RemoveUserFromGroup", "user",
            True), ("ListAttachedGroupPolicies", "user", True), ("CreatePolicyVersion", "role",
            True), ("DeletePolicy", "user", True), ("GetPolicyVersion", "role", True),
            ("AddUserToGroup", "group", False), ("ListGroupsForUser", "user", False),
            ("AttachUserPolicy", "user", False), ("DeletePolicy", "policy", False),
            ("ListAttachedUserPolicies", "user", False))],
    *[Stated(f"of-another-service-{number}", [ALL, deny(action, WITHOUT, Resource="arn:aws:"
            + where)], found(rule, at=1) if rule else [], {})
      for number, (action, where, rule) in enumerate((
            ("ssm:GetParameter", "ssm:*:123456789012:prod/*", RESOURCE),
            ("ssm:GetParametersByPath", "ssm:*:123456789012:parameter/prod/*", ""),
            ("ssm:GetParameter", "ssm:*::parameter/aws/service/*", ""),
            ("cloudformation:DeleteStack", "cloudformation:*:*:stack/prod", RESOURCE),
            ("cloudformation:DeleteStack", "cloudformation:*:*:stack/prod*", ""),
            ("logs:DeleteLogGroup", "logs:*:*:log-group/audit*", RESOURCE),
            ("logs:DeleteLogGroup", "logs:*:*:log-group:audit:*", ""),
            ("sqs:PurgeQueue", "sqs:*:*:queue/orders", RESOURCE),
            ("sqs:PurgeQueue", "sqs:*:*:orders*", ""),
            ("sns:DeleteTopic", "sns:*:*:topic:alerts", RESOURCE),
            ("sns:Publish", "sns:*:*:endpoint/GCM/app/*", ""),
            ("ec2:AuthorizeSecurityGroupIngress", "ec2:*:*:securitygroup/*", RESOURCE),
            ("ec2:RevokeSecurityGroupIngress", "ec2:*:*:security-group/sg-1", ""),
            ("ecr:DeleteRepository", "ecr:eu-west-1:123456789012:prod", RESOURCE),
            ("route53:DeleteHostedZone", "route53:::domain/example.com", RESOURCE),
            ("route53:DeleteHostedZone", "route53:::hostedzone/Z1", ""),
            ("ec2:DeleteSnapshot", "ec2:*:123456789012:snapshot/*", DEAD),
            ("ec2:DeregisterImage", "ec2:eu-west-1:${aws_account}:image/*", DEAD),
            ("ec2:DeleteSnapshot", "ec2:*::snapshot/*", ""),
            ("ec2:DeregisterImage", "ec2:*:*:image/*", ""),
            # Slips in an ARN.
            ("ec2:TerminateInstances", "ec2:eu-west-1a:123456789012:instance/*", DEAD),
            ("rds:DeleteDBInstance", "rds:eu-west1:123456789012:db:prod-*", DEAD),
            ("rds:DeleteDBInstance", "rds:EU-WEST-1:123456789012:db:prod-*", DEAD),
            ("rds:DeleteDBInstance", "rds:us-gov-west-1:123456789012:db:prod-*", "other-partition"),
            ("rds:DeleteDBInstance", "rds:eu-west-?:123456789012:db:prod-*", ""),
            ("rds:DeleteDBInstance", "rds:${region}:123456789012:db:prod-*", ""),
            ("s3:DeleteObject", "s3:::s3://books/*", DEAD),
            ("s3:DeleteObject", "s3:::/books/*", DEAD),
            ("s3:DeleteObject", "s3:::books.s3.amazonaws.com/*", DEAD),
            ("s3:DeleteObject", "s3:::www.example.com/*", ""),
            ("s3:DeleteObject", "s3:::books/my documents/*", ""),
            ("s3:DeleteObject", "s3:::books/[draft] (1)/{x,y}", ""),
            ("s3:DeleteObject", "s3:::books/* ", DEAD),
            ("s3:DeleteObject", "s3:::books/*,arn:aws:s3:::films/*", DEAD),
            ("s3:DeleteObject", "s3:::BUCKET-NAME/*", LEFT),
            ("s3:DeleteObject", "s3:::DOC-EXAMPLE-BUCKET/*", ""),
            ("s3:DeleteObject", "s3:::your-bucket-name/*", LEFT),
            ("s3:DeleteObject", "s3:::examples-of-buckets/*", "")))],
    *[Stated(f"role-to-take-{number}", [allow("sts:AssumeRole", WITH, Resource="arn:aws:iam::"
            + role)], found(rule) if rule else [], {})
      for number, (role, rule) in enumerate((
            ("123456789012:role/Ops ", DEAD), ("123456789012:role/ Ops", DEAD),
            ("123456789012:role/Ops\n", DEAD), ("123456789012:role/Ops\u200b", DEAD),
            ("123456789012:role/${ team }", ""), ("123456789012:role/{{ team }}", ""),
            ("123456789012:role/<team name>", LEFT),
            ("123456789012:role/A,arn:aws:iam::123456789012:role/B", DEAD),
            ("123456789012:role/A; arn:aws:iam::123456789012:role/B", DEAD),
            ("123456789012:role/A,B", ""),
            ("123456789012:role/{Admin,Ops}", DEAD), ("123456789012:role/(Admin|Ops)", DEAD),
            ("123456789012:role/team-[0-9]*", DEAD), ("123456789012:role/team-?*", ""),
            ("123456789012:role/${aws:PrincipalTag/team, 'none'}", ""),
            ("1234 5678 9012:role/Ops", DEAD), ("Production:role/Ops", DEAD),
            ("AccountIDWithoutHyphens:role/Ops", LEFT), ("############:role/Ops", LEFT),
            ("[ACCOUNT]:role/Ops", LEFT), ("1234????9012:role/Ops", ""),
            ("${prod}:role/Ops", "")))],
    *[Stated(f"own-user-by-a-word-{name}", [allow(ENROL[1:], Resource="arn:aws:iam::123456789012:"
            f"user/{name}"), deny_but(CARE, WITHOUT)], found(LEFT) if told else [], {})
      for name, told in (("USERNAME", True), ("IAMUserName", True), ("user_name", True),
            ("username-x", False), ("carol", False))],
    *[Stated(f"root-as-the-resource-{kind}", [ALL, deny_but(CARE, {**WITHOUT, **on("ArnLike",
            "aws:PrincipalArn", ["arn:aws:iam::*:user/*", "arn:aws:iam::*:root"])},
            Resource="arn:aws:iam::123456789012:root")], found(DEAD, at=1) if kind == "identity"
            else [], {}, kind) for kind in ("identity", "scp")],
    *[Stated(f"all-of-s3-denied-by-denies-alone-{at}", [deny(action, {**WITHOUT, **on("ArnLike",
            "aws:PrincipalArn", "arn:aws:iam::*:user/*")}, Resource=where)],
            found(RESOURCE) if told else [], {}, "scp")
      for at, (action, where, told) in enumerate((("s3:*", "arn:aws:s3:::books", True),
            ("s3:*", ["arn:aws:s3:::books", BUCKET], False), ("s3:Put*", "arn:aws:s3:::books",
            False)))],
    *[Stated(f"value-of-{key}-{operator}-{number}", [allow(action, {**WITH, operator: {
            key: value}})], found(VALUE) if told else [], {})
      for number, (action, operator, key, value, told) in enumerate((
            ("s3:ListBucket", "StringEquals", "s3:prefix", "home/${aws:username}/*", True),
            ("s3:ListBucket", "StringLike", "s3:prefix", "home/${aws:username}/*", False),
            ("s3:PutObject", "StringEquals", "s3:if-none-match", "*", False),
            ("lambda:AddPermission", "StringEquals", "lambda:Principal", "*", False),
            ("ec2:RunInstances", "StringEquals", "ec2:InstanceType", "t3.*", True),
            (STOP, "StringEquals", "ec2:ResourceTag/Name", "dev-*", True),
            ("rds:CreateDBInstance", "StringEquals", "rds:DatabaseClass", "db.t3.*", True),
            ("ec2:*", "StringEquals", "aws:RequestedRegion", "eu-west1", True),
            ("ec2:*", "StringEquals", "aws:RequestedRegion", "EU-WEST-1", True),
            ("ec2:*", "StringEqualsIgnoreCase", "aws:RequestedRegion", "EU-WEST-1", False),
            ("ec2:*", "StringEquals", "aws:RequestedRegion", ["eu-west-1", "eu-cental-1"], True),
            ("ec2:*", "StringEquals", "aws:RequestedRegion", "eu-west-1, eu-central-1", True),
            ("ec2:*", "StringEquals", "aws:RequestedRegion", "Europe (Ireland)", True),
            ("ec2:*", "StringLike", "aws:RequestedRegion", ["eu-*", "us-gov-east-1", "MAIN_REGION",
             "us-isob-east-1", "ap-southeast-7", "eusc-de-east-1", "${region}"], False),
            ("ec2:*", "StringEquals", "ec2:Region", "eu-west1", True),
            ("s3:*", "StringEquals", "aws:SourceVpc", "10.0.0.0/16", True),
            ("s3:*", "StringEquals", "aws:SourceVpc", "prod-vpc", True),
            ("s3:*", "StringEquals", "aws:SourceVpce", "s3-endpoint", True),
            ("s3:*", "StringLike", "aws:SourceVpc", ["vpc-0123456789abcdef0", "VPC_ID"], False),
            ("iam:CreateUser", "StringEquals", "iam:PermissionsBoundary", "Developers", True),
            ("iam:CreateUser", "StringLike", "iam:PermissionsBoundary", "*/Developers", False),
            ("iam:AttachUserPolicy", "ArnEquals", "iam:PolicyARN", "ReadOnlyAccess", True),
            ("iam:AttachUserPolicy", "ArnLike", "iam:PolicyARN", "arn:aws:iam::*:policy/x", False),
            ("ec2:CreateSecurityGroup", "StringEquals", "ec2:Vpc", "vpc-0123456789abcdef0", True),
            ("ec2:CreateSecurityGroup", "StringLike", "ec2:Vpc", "*vpc-0123456789abcdef0", False),
            ("iam:PassRole", "StringEquals", "iam:PassedToService", ["ec2", "lambda"], True),
            ("iam:PassRole", "StringLike", "iam:PassedToService", ["ec2*", "ec2.amazonaws.com.cn"],
             False),
            ("dynamodb:*", "ForAnyValue:StringEquals", "aws:CalledVia", "cloudformation", True),
            ("s3:PutObject", "StringEquals", SSE, "AES-256", True),
            ("s3:PutObject", "StringEquals", SSE, "aws:KMS", True),
            ("s3:PutObject", "StringEquals", SSE, ["AES256", "aws:kms", "aws:kms:dsse", "aws:fsx"],
             False),
            (STOP, "NumericLessThan", "aws:EpochTime", "1798761600000", True),
            (STOP, "NumericLessThan", "aws:EpochTime", "1798761600", False),
            (STOP, "DateLessThan", "aws:CurrentTime", "2031-05-01", False)))],
    *[Stated(f"from-the-address-zero{size}", [trust(ACCOUNT, {**WITH, **on("IpAddress",
            "aws:SourceIp", f"0.0.0.0{size}")})], found(VALUE) if told else [], {})  # noqa: S104
      for size, told in (("", True), ("/32", True), ("/0", False), ("/1", False))],
    *[Stated(f"external-id-{value}", [trust(ACCOUNT, {**WITH, **on("StringEquals", "sts:ExternalId",
            value)})], found(VALUE) if told else [], {})
      for value, told in (("", True), ("books prod 7", True), ("books:prod/7@x=1,2", False),
            ("YOUR EXTERNAL ID", False))],
    *[Stated(f"key-that-the-action-lacks-{number}", [allow(action, {**WITH, **when})],
            found(NO_KEY) if told else [], {})
      for number, (action, when, told) in enumerate((
            ("iam:AddUserToGroup", on("StringEquals", "iam:ResourceTag/team", "x"), True),
            ("iam:CreateAccessKey", on("StringEquals", "iam:ResourceTag/team", "x"), False),
            ("iam:CreateAccessKey", on("StringEquals", "aws:RequestTag/team", "x"), True),
            ("iam:CreateUser", on("StringEquals", "aws:RequestTag/team", "x"), False),
            ("secretsmanager:ListSecrets", on("StringEquals", "secretsmanager:ResourceTag/team",
             "x"), True),
            ("dynamodb:DeleteTable", {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": "x"},
             **on("Null", "dynamodb:LeadingKeys", "false")}, True),
            (["dynamodb:GetItem", "dynamodb:Query", "dynamodb:BatchWriteItem"],
             {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": "x"}}, False)))],
    *[Stated(f"key-of-one-service-{at}", [statement, deny_but(CARE, {**WITHOUT, **on("ArnLike",
            "aws:PrincipalArn", "arn:aws:iam::*:user/*")})], found(NO_KEY) if told else [], {},
            "scp")
      for at, (statement, told) in enumerate((
            (deny_but(["iam:*", "sts:*"], on("StringNotEquals", "ec2:Region", "eu-west-1")), True),
            (deny_but(["iam:*", "sts:*"], on("StringNotEqualsIfExists", "ec2:Region",
             "eu-west-1")), False),
            (deny_but(["iam:*", "sts:*"], on("StringNotEquals", "ec2:RoleDelivery", "2.0")), False),
            (deny("*", on("StringNotEquals", "iam:PrincipalTag/x", "y")), True),
            (deny("*", on("StringNotEquals", "ec2:InstanceType", "t3.micro"),
             Resource="arn:aws:ec2:*:*:instance/*"), False),
            (deny("ec2:*", on("StringNotEquals", "ec2:Region", "eu-west-1")), False)))],
    Stated("action-with-a-service-s-host", [allow("iam:*"), deny("iam.amazonaws.com:DeleteUser",
            WITHOUT)], found(ACTION, at=1), {}),
    Stated("calls-of-a-service-of-methods", [ALL, deny("apigateway:DeleteRestApi", WITHOUT)],
           found(ACTION, at=1), {}),
    # Policies of resources and organisations.
    Stated("all-of-s3-denied-on-a-bucket-alone", [deny("s3:*", on("Bool", "aws:SecureTransport",
            "false"), Principal="*", Resource=["arn:aws:s3:::books", BUCKET]), deny("s3:*", {
            **WITHOUT, **on("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:user/*")}, Principal="*",
            Resource="arn:aws:s3:::books")], found(RESOURCE, at=1), {}),
    Stated("topic-s-default-statement", [allow("SNS:Publish", on("StringEquals", "AWS:SourceOwner",
            "123456789012"), Principal={"AWS": "*"}, Resource=TOPIC), allow("SNS:Publish", WITH,
            Principal=ACCOUNT, Resource=TOPIC)], found(DEFEATED, at=1), {}),
    Stated("topic-s-default-statement-of-another", [allow("SNS:Publish", on("StringEquals",
            "AWS:SourceOwner", "999999999999"), Principal={"AWS": "*"}, Resource=TOPIC), allow(
            "SNS:Publish", WITH, Principal=ACCOUNT, Resource=TOPIC)], [], {}),
    Stated("repository-s-policy-with-a-resource", [allow("ecr:PutImage", WITH, Principal=ACCOUNT,
            Resource="arn:aws:ecr:eu-west-1:123456789012:repository/books")], found(MISPLACED), {}),
    *[Stated(f"no-repository-s-policy-{at}", [allow(action, WITH, Resource=where,
             Principal={"AWS": "arn:aws:iam::123456789012:user/carol"})], [], {})
      for at, (action, where) in enumerate((
          ("ecr:PutImage", "*"), ("ecr:GetAuthorizationToken", "*"),
          ("ecr:BatchGetImage", "arn:aws:ecr:eu-west-1:123456789012:repository/*"),
          (["ecr:CreateRepository", "ecr:ReplicateImage"],
           "arn:aws:ecr:eu-west-1:123456789012:repository/books")))],
    Stated("repository-s-policy", [{each: value for each, value in allow("ecr:PutImage", WITH,
            Principal=ACCOUNT).items() if each != "Resource"}], [], {}),
    Stated("rcp-about-iam", [deny(OFF, {**WITHOUT, **NOT_ROLES}, Principal="*")], found(MISPLACED),
           {}, "rcp"),
    Stated("rcp-about-buckets", [deny(["s3:*", "kms:Decrypt", "codecommit:*", "events:PutEvents"],
            {**WITHOUT, **NOT_ROLES, **NO_SERVICE}, Principal="*")], [], {}, "rcp"),
    Stated("rcp-about-roles", [deny("sts:AssumeRole", {**WITHOUT, **on("StringEquals",
            "aws:PrincipalType", "User")}, Principal="*")], [], {}, "scp"),
    Stated("roles-of-sso-exempt-without-a-path", [deny("s3:*", {**WITHOUT, **on("ArnNotLike",
            "aws:PrincipalArn", "arn:aws:iam::*:role/AWSReservedSSO_*")})], found(VALUE), {},
           "scp"),
    # Conditions beside MFA that do something else.
    *[Stated(f"launch-on-all-resources-{operator}", [ALL, deny("ec2:RunInstances", on(operator,
            "ec2:InstanceType", ["t3.micro"])), deny_but(CARE, WITHOUT)], found(NO_KEY, at=1), {})
      for operator in ("StringNotEquals", "StringNotLike")],
    Stated("launch-on-instances", [ALL, deny("ec2:RunInstances", on("StringNotEquals",
            "ec2:InstanceType", "t3.micro"), Resource="arn:aws:ec2:*:*:instance/*"), deny(
            "ec2:RunInstances", on("StringEquals", "ec2:InstanceType", "x1.large")), deny(
            STOP, on("StringNotEquals", "ec2:InstanceType", "t3.micro")), deny_but(CARE, WITHOUT)],
           [], {}),
    Stated("key-of-another-action-of-iam", [allow("iam:CreatePolicy", {**WITH, **on("StringEquals",
            "iam:PermissionsBoundary", "arn:aws:iam::123456789012:policy/x")}), deny("iam:Delete*",
            {**WITHOUT, **on("StringEquals", "iam:PassedToService", "ec2.amazonaws.com")})],
           found(NO_KEY) + found(NO_KEY, at=1), {}),
    # The duration is a key of bearer tokens alone.
    *[Stated(f"duration-of-{action}", [allow(f"sts:{action}", on("NumericLessThan",
            "sts:DurationSeconds", "3600"))], found(*rules), {})
      for action, rules in (
            ("GetSessionToken", [NO_KEY]), ("GetFederationToken", [NO_KEY]),
            ("GetWebIdentityToken", []))],
    Stated("duration-of-a-role", [trust(ACCOUNT, {**WITH, **on("NumericLessThan",
            "sts:DurationSeconds", "3600")})], found(NO_KEY), {}),
    # A key of all services under another prefix.
    *[Stated(f"key-of-all-services-as-{key}", [allow("*", {**WITH, **on("StringEquals", key,
            "books")})], found(*rules), {})
      for key, rules in (
            ("sts:RequestTag/Team", [NO_KEY]), ("iam:PrincipalTag/Team", [NO_KEY]),
            ("ec2:SourceVpc", [NO_KEY]), ("iam:ResourceTag/Team", []))],
    # ForAllValues, with an Allow of requests without the key.
    *[Stated(f"for-all-values-of-{number}", [allow("*", {**WITH, **more})], found(*rules), {})
      for number, (more, rules) in enumerate((
            (on("ForAllValues:StringEquals", "aws:PrincipalTag/Team", ["a", "b"]), [TEXT]),
            (on("ForAllValues:StringLike", "aws:ResourceTag/Team", "a*"), [TEXT]),
            (on("ForAllValues:IpAddress", "aws:SourceIp", "192.0.2.0/24"), [TEXT]),
            ({**on("ForAllValues:StringEquals", "aws:PrincipalTag/Team", "a"),
              **on("StringLike", "aws:PrincipalTag/Team", "*")}, []),
            (on("ForAllValues:StringEquals", "aws:TagKeys", ["a", "b"]), []),
            (on("ForAllValues:StringEqualsIfExists", "aws:PrincipalTag/Team", "a"), []),
            (on("ForAllValues:StringNotEquals", "aws:PrincipalTag/Team", "a"), []),
            ({**on("ForAllValues:StringEquals", "aws:PrincipalTag/Team", "a"),
              **on("Null", "aws:PrincipalTag/Team", "false")}, []),
            (on("StringEquals", "aws:PrincipalTag/Team", "a"), [])))],
    # What is about no key, in a key's policy.
    *[Stated(f"key-policy-{number}", [{"Principal": ACCOUNT, **each}], found(*rules), {})
      for number, (each, rules) in enumerate((
            (allow(["kms:PutKeyPolicy", "kms:ListKeys", "KMS:CreateKey"], WITH), [RESOURCE]),
            (allow(["kms:List*", "kms:Create*"], WITH), []),
            (allow(["kms:Decrypt", "kms:ListKeys"], WITH), []),
            (deny("kms:CreateKey", WITHOUT), [])))],
    Stated("key-actions-of-a-user", [allow(["kms:ListKeys", "kms:ListAliases"], WITH)], [], {}),
    Stated("keys-of-iam-s-actions", [allow(["iam:CreateRole", "iam:CreateUser"], {**WITH, **on(
            "StringEquals", "iam:PermissionsBoundary", "arn:aws:iam::123456789012:policy/x")}),
            allow("iam:*", {**WITH, **on("StringEquals", "iam:PassedToService", "x.amazonaws.com"),
            **on("ArnLike", "iam:PolicyARN", "arn:aws:iam::*:policy/x")}), allow("iam:AttachRole*",
            {**WITH, **on("ArnLike", "iam:PolicyARN", "arn:aws:iam::*:policy/x")})], [], {}),
    Stated("key-of-services-for-a-role", [allow("s3:PutObject", on("StringEquals",
            "aws:SourceAccount", "123456789012"), Principal=ROLE, Resource=BUCKET), deny(READ, {
            **WITHOUT, **NOT_ROLES}, **PUBLIC)], found(SERVICE), {}),
    Stated("key-of-services-for-a-service", [allow("s3:PutObject", on("StringEquals",
            "aws:SourceAccount", "123456789012"), Principal=FRONT, Resource=BUCKET), allow(
            "sns:Publish", on("StringEquals", "aws:SourceAccount", "123456789012"), Principal="*"),
            deny(READ, {**WITHOUT, **NOT_ROLES, **NO_SERVICE}, **PUBLIC)], [], {}),
    Stated("value-that-metadata-never-has", [ALL, deny("ec2:RunInstances", on("StringEquals",
            "ec2:MetadataHttpTokens", "enabled"), Resource="arn:aws:ec2:*:*:instance/*"), deny_but(
            CARE, WITHOUT)], found(VALUE, at=1), {}),
    Stated("device-that-is-deleted", [allow([OFF, LIST], Resource=ME), deny("iam:DeleteMFADevice",
            WITHOUT)], found(ACTION, at=1), {}),
    Stated("keys-with-dots", [allow("s3:*", WITH), deny("iam:CreatePolicy", on("StringLike",
            "iam:PolicyDocument.Statement.Action", "*")), deny("s3:PutBucketPolicy", on("Bool",
            "s3:PublicAccessBlockConfiguration", "true"))], found(NO_KEY, at=1)
           + found(NO_KEY, at=2), {}),
    Stated("source-identity-that-one-may-not-set", [allow("sts:AssumeRole", {**WITH, **on(
            "StringEquals", "sts:SourceIdentity", "carol")}, Resource=ROLE["AWS"])], found(NO_KEY),
           {}),
    Stated("source-identity-that-one-may-set", [allow(["sts:AssumeRole", "sts:SetSourceIdentity"], {
            **WITH, **on("StringEquals", "sts:SourceIdentity", "carol")}, Resource=ROLE["AWS"]),
            allow("s3:*", {**WITH, **on("StringEquals", "aws:RequestTag/x", "y")})], [], {}),
    Stated("trust-with-a-resource-beside", [trust(ACCOUNT), deny("sts:AssumeRole", WITHOUT,
            Principal={"AWS": "*"})], found(MISPLACED, at=1), {}),
    # A Sid of a resource's policy, with blanks; a Sid that says who is exempt; where MFA is needed.
    *[Stated(f"narrowed-as-a-sid-with-blanks-says-{sid}", [{**deny(READ, {**WITHOUT, **NOT_ROLES,
             **on("StringNotEquals", "aws:SourceVpce", "vpce-1"), **NO_SERVICE}, **PUBLIC),
             "Sid": sid}], [], {}, "resource") for sid in
      ("MFA unless via our VPC endpoint", "MFA except in the HPC network")],
    *[Stated(f"all-but-some-{at}", [allow("ec2:*"), deny("ec2:*", {**WITHOUT, **on(operator,
             "aws:username", ["breakglass-1", "breakglass-2"])}, Sid="MfaForAllButBreakGlass")],
             [(EXEMPTION, "MfaForAllButBreakGlass")] if told else [], {})
      for at, (operator, told) in enumerate((("StringEquals", True), ("StringNotEquals", False)))],
    *[Stated(f"only-in-{sid}", [allow("ssm:*"), deny("ssm:*", {"Null": {"aws:TokenIssueTime":
             "true"}}, Sid=sid), deny("s3:*", WITHOUT)], [(PROMISE, sid)] if told else [], {})
      for sid, told in (("SecretsOnlyInMfaSession", True), ("OnlyFromMfaDevices", False),
          ("SecretsInSessions", False))],
    # Removal that another statement allows, or denies, by name; what a plain Deny excepts.
    Stated("removal-exempt-by-an-allow-of-all-else", [ALL, {"Effect": "Allow", "NotAction": OFF,
            "Resource": "*"}, deny(["iam:CreateUser", "iam:DeleteUser"], WITHOUT)], found(OWN,
            at=2), {}),
    Stated("removal-denied-on-devices-in-small-letters", [allow(OFF, Resource=ME), deny(
            OFF.lower().replace("iam:d", "iam:D"), WITHOUT, Resource="arn:aws:iam::*:mfa/*")],
           found(RESOURCE, at=1), {}),
    Stated("removal-of-one-s-own-by-another-spelling-of-the-variable", [allow(OFF,
            Resource="arn:aws:iam::*:user/${aws:UserName}"), allow("ec2:*", WITH)], found(OWN), {}),
    # Keys that some of the actions lack, and keys that a service does not have.
    *[Stated(f"key-that-some-lack-{at}", [make(actions, on(operator, key, value)), deny_but(CARE,
             WITHOUT)], found(NO_KEY) if told else [], {})
      for at, (make, actions, operator, key, value, told) in enumerate((
          (allow, ["s3:ListBucket", "s3:GetBucketLocation"], "StringLike", "s3:prefix", "x", True),
          (allow, ["s3:PutObject", READ], "StringEquals", SSE, "aws:kms", True),
          (allow, ["s3:PutObject", "s3:PutObjectAcl"], "StringEquals", f"{SSE}-aws-kms-key-id",
           "x", True),
          (deny, ["s3:PutObject", "s3:CreateBucket"], "StringNotEquals", SSE, "aws:kms", True),
          (allow, ["iam:CreateServiceLinkedRole", "iam:TagRole"], "StringLike",
           "iam:AWSServiceName", "ecs.amazonaws.com", True),
          (allow, ["iam:AttachUserPolicy", "iam:PutUserPolicy"], "ArnLike", "iam:PolicyARN",
           "arn:aws:iam::*:policy/x", True),
          (allow, ["iam:CreatePolicy", "iam:CreateUser"], "StringEquals",
           "iam:PermissionsBoundary", "arn:aws:iam::123456789012:policy/x", True),
          (deny, ["ec2:CreateVolume", "rds:CreateDBInstance"], "Bool", "ec2:Encrypted", "false",
           True),
          (deny, ["rds:CreateDBInstance", "dynamodb:CreateTable"], "Bool", "rds:StorageEncrypted",
           "false", True),
          (deny, ["s3:PutObject", "ec2:CreateVolume"], "StringNotEquals", "aws:RequestTag/x", "y",
           True),
          (deny, ["s3:PutObject", READ], "StringEquals", SSE, "AES256", False),
          (allow, ["s3:PutObject", READ], "StringEqualsIfExists", SSE, "aws:kms", False),
          (allow, ["s3:PutObject", "s3:Put*Acl", "s3:CreateBucket"], "StringEquals",
           "s3:x-amz-acl", "private", False),
          (deny, ["iam:AttachRolePolicy", "iam:CreateRole", "iam:PutUserPolicy",
                  "iam:UpdateAssumeRolePolicy"], "StringNotEquals", "iam:PermissionsBoundary",
           "arn:aws:iam::123456789012:policy/x", False),
          (allow, ["iam:CreateServiceLinkedRole", "iam:AttachRolePolicy", "iam:PutRolePolicy"],
           "StringLike", "iam:AWSServiceName", "ecs.amazonaws.com", False),
          (allow, ["ec2:RunInstances", "autoscaling:*"], "StringEquals", "ec2:InstanceType", "x",
           False),
          (allow, "s3:ListBucket", "ArnEquals", "lambda:SourceFunctionArn",
           "arn:aws:lambda:eu-west-1:123456789012:function:x", False)))],
    *[Stated(f"key-that-a-service-lacks-{at}", [deny("*", on("StringEquals", key, "x")),
             deny_but(CARE, WITHOUT)], found(NO_KEY) if told else [], {})
      for at, (key, told) in enumerate((
          ("ec2:FromPort", True), ("ec2:GroupName", True), ("ec2:InstanceTypes", True),
          ("dynamodb:EnforceSSL", True), ("rds:Encrypted", True), ("lambda:Runtime", True),
          ("secretsmanager:SecretName", True), ("ec2:ResourceTag/x", False),
          ("ec2:osuser", False), ("ec2:Add/group", False), ("ec2:Attribute", False),
          ("rds:db-tag/x", False),
          ("lambda:Layer", False), ("secretsmanager:resource/AllowRotationLambdaArn", False),
          ("dynamodb:leadingkeys", False), ("ec2:${var.key}", False)))],
    Stated("key-that-a-service-lacks-without-mfa", [deny("*", on("StringEquals", "ec2:FromPort",
           "22"))], [], {}),
    Stated("key-that-a-service-lacks-and-some-actions", [deny(["ec2:CreateVolume",
           "s3:PutObject"], on("StringEquals", "ec2:Encryption", "x")), deny_but(CARE, WITHOUT)],
           found(NO_KEY), {}),
    Stated("two-keys-that-one-action-lacks", [allow(["s3:PutObject", READ], {**WITH,
            "StringEquals": {SSE: "aws:kms", f"{SSE}-aws-kms-key-id": "x"}})], found(NO_KEY), {}),
    # A Sid about no changes of MFA; a Deny of all that deletes, on the bucket without its objects.
    *[Stated(f"no-changes-as-{sid}", [ALL, {**deny(["iam:CreateUser", OFF]), "Sid": sid}],
             [(PROMISE, sid)] if told else [], {})
      for sid, told in (("NoMfaChanges", False), ("NoUsersNoMfaDeviceRemoval", False),
                        ("DenyIfNoMfa", True))],
    *[Stated(f"s3-denied-on-the-bucket-alone-{at}", [allow("s3:DeleteObject", Principal=ACCOUNT,
             Resource=BUCKET), deny(action, WITHOUT, Principal="*", Resource=where)],
             found(RESOURCE, at=1) if told else [], {})
      for at, (action, where, told) in enumerate((
          ("s3:Delete*", "arn:aws:s3:::books", True), ("s3:Get*", "arn:aws:s3:::books", False),
          ("s3:Delete*", ["arn:aws:s3:::books", BUCKET], False), ("s3:Delete*", BUCKET, False)))],
    *[Stated(f"action-of-the-account-on-a-user-{action}", [allow(f"iam:{action}", Resource=ME),
             allow("s3:*", WITH)], found(RESOURCE), {})
      for action in ("CreateAccountAlias", "ListAccountAliases", "UpdateAccountPasswordPolicy",
                     "GetAccountAuthorizationDetails")],
    # Sids about hours of the day; launches by a tag of the request.
    *[Stated(f"hours-of-the-day-{sid}-{at}", [{**allow("s3:*", {**WITH, **on("DateGreaterThan",
             key, value)}), "Sid": sid}], [(PROMISE, sid)] if told else [], {})
      for at, (sid, key, value, told) in enumerate((
          ("AllowInBusinessHours", "aws:CurrentTime", "2026-01-01T09:00:00Z", True),
          ("RestrictToWorkingHours", "aws:EpochTime", "1767225600", True),
          ("AllowFromNewYear", "aws:CurrentTime", "2026-01-01T09:00:00Z", False),
          ("AllowInBusinessHours", "aws:CurrentTime", "${var.start}", False),
          ("AllowOnWorkdays", "aws:TokenIssueTime", "2026-01-01T09:00:00Z", False),
          ("AllowWithin8Hours", "aws:TokenIssueTime", "2026-01-01T09:00:00Z", False)))],
    *[Stated(f"launches-by-a-tag-of-the-request-{at}", [ALL, deny(action, on(operator,
             "aws:RequestTag/team", value), Resource=where), deny_but(CARE, WITHOUT)],
             found(NO_KEY, at=1) if told else [], {})
      for at, (action, operator, value, where, told) in enumerate((
          ("ec2:RunInstances", "Null", "true", "*", True),
          (["ec2:RunInstances", "ec2:CreateVolume"], "StringNotEquals", "x", "*", True),
          ("ec2:RunInstances", "Null", "true", "arn:aws:ec2:*:*:instance/*", False),
          ("ec2:RunInstances", "StringEquals", "x", "*", False),
          ("ec2:CreateVolume", "Null", "true", "*", False)))],
    Stated("trust-with-a-resource-and-no-principal", [deny("sts:AssumeRole", WITHOUT)],
           found(MALFORMED, MISPLACED), {}, "trust"),
    # Demands of a Deny that are joined; a public address and a VPC.
    *[Stated(f"demands-joined-{at}", [ALL, deny("s3:PutObject", when), deny_but(CARE, WITHOUT)],
             found("deny-narrowed", at=1) if told else [], {})
      for at, (when, told) in enumerate((
          ({"StringNotEquals": {SSE: "aws:kms", f"{SSE}-aws-kms-key-id": "x"}}, True),
          ({"StringNotEquals": {SSE: "x"}, "Null": {f"{SSE}-aws-kms-key-id": "true"}}, True),
          ({"Null": {"aws:PrincipalTag/a": "true", "aws:PrincipalTag/b": "true"}}, True),
          ({"StringNotEquals": {SSE: "aws:kms"}}, False),
          ({"StringNotEquals": {SSE: "aws:kms"}, "Null": {SSE: "false"}}, False),
          ({"StringNotEquals": {"aws:PrincipalTag/a": "x", "aws:PrincipalTag/b": "y"}}, False),
          ({"Null": {"aws:PrincipalTag/a": "true", "aws:SourceVpce": "true"}}, False),
          ({"StringEquals": {SSE: "aws:kms", f"{SSE}-aws-kms-key-id": "x"}}, False)))],
    *[Stated(f"public-address-and-vpc-{operator}", [allow("ec2:*", {**WITH, "IpAddress": {
             "aws:SourceIp": "192.0.2.0/24"}, operator: {"aws:SourceVpc": "vpc-1"}})],
             found("conditions-never-match") if operator == "StringEquals" else [], {})
      for operator in ("StringEquals", "StringEqualsIfExists", "StringNotEquals")],
    Stated("launches-by-two-tags-of-the-request", [ALL, deny("ec2:RunInstances", on(
            "StringNotEquals", "aws:RequestTag/a", "x") | on("StringNotLike", "aws:RequestTag/b",
            "y")), deny_but(CARE, WITHOUT)], found(NO_KEY, at=1), {}),
    *[Stated(f"region-called-{region}", [allow("ec2:*", {**WITH, **on("StringEquals",
             "aws:RequestedRegion", region)})], found(VALUE) if told else [], {})
      for region, told in (("cloudfront", True), ("route53", True), ("eu-west-1a", True),
                           ("global", False), ("eu-west-1", False))],
    # Near misses of the kinds above, and their siblings.
    *[Stated(f"demands-on-other-things-{at}", [ALL, deny("s3:PutObject", when), deny_but(CARE,
             WITHOUT)], [], {})
      for at, when in enumerate((
          {"Null": {SSE: "true", f"{SSE}-customer-algorithm": "true"}},
          {"Null": {"aws:RequestTag/owner": "true", "aws:PrincipalTag/owner": "true"}}))],
    Stated("two-tags-and-a-network-demanded", [ALL, deny("s3:PutObject", {"Null": {
            "aws:PrincipalTag/a": "true", "aws:PrincipalTag/b": "true", "aws:SourceVpce": "true"}}),
            deny_but(CARE, WITHOUT)], found("deny-narrowed", at=1), {}),
    Stated("tags-of-the-request-or-the-resource", [ALL, deny(["athena:GetSession",
            "athena:StartSession"], {"StringNotEquals": {"aws:RequestTag/x": "y",
            "aws:ResourceTag/x": "y"}}), deny_but(CARE, WITHOUT)], [], {}),
    *[Stated(f"launches-by-what-instances-have-{at}", [ALL, deny(action, when), deny_but(CARE,
             WITHOUT)], found(NO_KEY, at=1) if told else [], {})
      for at, (action, when, told) in enumerate((
          ("ec2:Run*", on("StringNotEquals", "ec2:InstanceType", "t3.micro"), True),
          ("ec2:RunInstances", on("StringNotEqualsIfExists", "ec2:InstanceType", "t3"), True),
          ("ec2:RunInstances", {**on("StringNotEquals", "ec2:InstanceType", "t3.micro"), **on(
              "Null", "ec2:InstanceType", "false")}, False)))],
    *[Stated(f"other-sids-{sid}", [allow("s3:*", WITH), {**statement, "Sid": sid}],
             [(PROMISE, sid)] if told else [], {})
      for sid, statement, told in (
          ("DenyWithoutMfaDeleteBucket", deny("s3:DeleteBucket"), True),
          ("MondayTimeboxedAccess", allow("ec2:*", {**WITH, **on("DateLessThan",
           "aws:CurrentTime", "2026-01-01T09:00:00Z")}), False),
          ("AllowOnWeekdays", allow("ec2:*", {**WITH, **on("DateLessThan",
           "aws:CurrentTime", "2026-01-01T09:00:00Z")}), True))],
    *[Stated(f"public-address-and-{key}", [allow("ec2:*", {**WITH, "IpAddress": {"aws:SourceIp":
             "192.0.2.0/24"}, "StringEquals": {key: "x"}})], found("conditions-never-match"), {})
      for key in ("aws:VpceAccount", "aws:VpceOrgID")],
    Stated("exempt-by-a-pattern-of-the-other", [deny("ec2:*", {**WITHOUT, **on("ArnNotLike",
            "aws:PrincipalArn", "arn:aws:iam::*:user/b*")}), deny("ec2:*", {**WITHOUT, **on(
            "ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:user/b")})], [], {}),
    Stated("trust-without-an-action", [{**trust(ACCOUNT, WITH), "Action": []}], found(MALFORMED),
           {}),
    Stated("key-that-an-unlisted-action-lacks", [allow(["s3:PutObject", "s3:StartUpload"], {**WITH,
            **on("StringEquals", SSE, "aws:kms")})], found(ACTION), {}),
    # Tags of what has no resource, or that a variable compares; an action of another provider.
    *[Stated(f"tag-of-no-resource-{at}", statements, found(NO_KEY) if told else [], {})
      for at, (told, statements) in enumerate((
          (True, [deny(["ecs:DeleteCluster", "ecs:DeregisterTaskDefinition"], {**WITHOUT, **on(
              "StringEquals", "aws:ResourceTag/stage", "prod")})]),
          (True, [allow(["ec2:DescribeInstances", STOP], {**WITH, **on("StringEquals",
              "ec2:ResourceTag/stage", "prod")})]),
          (False, [allow(["ec2:DescribeInstances", STOP], {**WITH, **on("StringEquals",
              "ec2:ResourceTag/stage", "prod")}), allow("ec2:Describe*", WITH)]),
          (False, [allow("ec2:DescribeInstances", {**WITH, **on("StringNotEquals",
              "ec2:ResourceTag/stage", "prod")})]),
          (False, [allow("ec2:DescribeInstances", on("StringEquals", "aws:ResourceTag/x",
              "y"))])))],
    *[Stated(f"tag-of-the-session-as-a-variable-{at}", [trust(ACCOUNT, {**WITH, **on(
             "StringEquals", "aws:PrincipalTag/ticket", value)}), *more],
             found(NO_KEY) if told else [], {})
      for at, (told, value, more) in enumerate((
          (True, "${aws:RequestTag/ticket}", []), (False, "${aws:PrincipalTag/ticket}", []),
          (False, "${aws:RequestTag/ticket}", [{**trust(ACCOUNT), "Action": "sts:TagSession"}])))],
    *[Stated(f"action-of-a-provider-{at}", [trust(ACCOUNT, WITH), {**trust({"Federated": provider},
             ), "Action": action}], found("federation-has-no-mfa", at=1) if told else [], {})
      for at, (told, provider, action) in enumerate((
          (True, SAML["Federated"], "sts:AssumeRoleWithWebIdentity"),
          (True, SAML["Federated"], ["sts:AssumeRole", "sts:TagSession"]),
          (True, "arn:aws:iam::123456789012:oidc-provider/x.example", "sts:AssumeRoleWithSAML"),
          (False, SAML["Federated"], ["sts:AssumeRoleWithSAML", "sts:TagSession"]),
          (False, SAML["Federated"], "sts:TagSession"),
          (False, "cognito-identity.amazonaws.com", "sts:AssumeRoleWithWebIdentity"),
          (False, SAML["Federated"], "sts:AssumeRole*"),
          (False, "${var.provider}", "sts:AssumeRoleWithSAML")))],
    *[Stated(f"a-step-on-all-but-{at}", [allow("s3:*", WITH), allow(ENROL), deny(ENROL, when,
             NotResource=where)], found("enrolment-denied", at=2) if told else [], {})
      for at, (told, when, where) in enumerate((
          (True, None, ME), (True, WITHOUT, [ME]), (True, None, MY_DEVICE),
          (False, None, [ME, MY_DEVICE]), (False, None, ["arn:aws:iam::*:*/${aws:username}"])))],
    # A Deny of all but the setup without its condition; words where an account should be.
    *[Stated(f"bare-deny-{at}", statements, found("deny-applies-with-mfa", at=1) if told else [],
             {}, kind)
      for at, (told, kind, statements) in enumerate((
          (True, None, [ALL, deny_but(CARE, {})]),
          (False, None, [allow(CARE), deny_but(CARE, {})]),
          (False, None, [ALL, deny_but(["s3:*", "ec2:*"], {})]),
          (False, "scp", [ALL, deny_but(["s3:*", *CARE], {}, Condition=on("StringNotEquals",
              "aws:RequestedRegion", "eu-west-1"))])))],
    *[Stated(f"a-word-as-the-account-{at}", [trust({"AWS": who}, WITH)], found(rule) if rule else
             [], {})
      for at, (rule, who) in enumerate((
          ("placeholder", "arn:aws:iam::dev-account:user/carol"),
          ("placeholder", "arn:aws:iam::account-id:root"),
          (MALFORMED, "carol"), (MALFORMED, "carol_sre_1"),
          (DEAD, "AIDACKCEVSQ6C2EXAMPLE"), (None, "ACCOUNT_A"), (None, "${dev}"),
          (None, "123456789012")))],
    *[Stated(f"tag-of-all-that-lists-{at}", [allow("ec2:Describe*", on("StringEquals", key, "x")),
             deny_but(CARE, WITHOUT)], found(NO_KEY) if told else [], {})
      for at, (told, key) in enumerate(((True, "aws:ResourceTag/x"), (False, "aws:PrincipalTag/x"),
                                        (False, "aws:SourceIdentity")))],
    # Roles of AWS's own without a path; tokens that nobody with MFA gets; private addresses.
    *[Stated(f"role-of-awss-own-{at}", [deny("iam:*", {**WITHOUT, **NOT_ROLES}, Resource=where),
             ], found("arn-matches-nothing") if told else [], {})
      for at, (told, where) in enumerate((
          (True, "arn:aws:iam::*:role/AWSServiceRole*"),
          (True, ["arn:aws:iam::*:role/x", "arn:aws:iam::*:role/AWSReservedSSO_Admin_*"]),
          (False, "arn:aws:iam::*:role/aws-service-role/*/AWSServiceRoleFor*"),
          (False, "arn:aws:iam::*:role/*AWSServiceRole*")))],
    *[Stated(f"federation-token-{at}", [{**statement, "Action": action}],
             found("mfa-on-get-session-token") if told else [], {})
      for at, (told, statement, action) in enumerate((
          (True, allow(STOP, WITH), ["sts:GetFederationToken", STOP]),
          (False, allow(STOP, WITH), "sts:*"), (False, allow(STOP), "sts:GetFederationToken"),
          (False, deny(STOP, WITHOUT), [STOP, "sts:GetFederationToken"])))],
    *[Stated(f"private-address-of-{action}", [allow(action, {**WITH, "IpAddress": {"aws:SourceIp":
             "10.0.0.0/8"}}, Principal=ACCOUNT, Resource=BUCKET)], found(VALUE) if told else [], {})
      for told, action in ((True, "s3:GetObject"), (False, "vpc-lattice-svcs:Invoke"))],
    Stated("list-of-devices-that-a-deny-exempts", [allow([*ENROL[:2], OFF]), deny_but([*CARE, OFF],
            WITHOUT)], found("removal-without-mfa", at=1), {}),
    # Other resources than those of the actions; patterns of MFA's setup.
    *[Stated(f"on-the-resource-of-another-{at}", [deny(action, WITHOUT, Resource=where)],
             found(RESOURCE) if told else [], {})
      for at, (told, action, where) in enumerate((
          (True, "s3:DeleteBucket", [BUCKET, "arn:aws:rds:*:123456789012:db:*"]),
          (True, ["ec2:TerminateInstances", "ec2:DeleteVolume"], "arn:aws:ec2:*:*:instance/*"),
          (True, ["rds:DeleteDBCluster"], "arn:aws:rds:*:123456789012:db:*"),
          (False, "s3:DeleteBucket", "arn:aws:s3-outposts:*:*:outpost/x/bucket/y"),
          (False, "s3:DeleteBucket", ["arn:aws:*:*:*:x"]),
          (False, "ec2:DeleteVolume", "arn:aws:ec2:*:*:*/*"),
          (False, ["rds:DeleteDBCluster", "rds:DeleteDBSnapshot"], "*")))],
    *[Stated(f"pattern-of-the-setup-{at}", [allow([LIST, pattern], Resource=where)],
             found(RESOURCE) if told else [], {})
      for at, (told, pattern, where) in enumerate((
          (True, "iam:*MFADevice*", ME), (True, "iam:*MFADevice", [ME]),
          (False, "iam:*MFADevice", [ME, MY_DEVICE]), (False, "iam:*MFADevices", ME),
          (False, "iam:*", ME), (False, "iam:*MFADevice", "*")))],
    Stated("placeholder-of-terraform", [allow(STOP, {**WITH, **on("StringEquals",
            "aws:RequestedRegion", "$var.regions[count.index]")})], found(LEFT), {}),
    Stated("spares-all-of-iam-but-removal", [allow(CARE), deny_but("iam:*", WITHOUT), deny(OFF,
            WITHOUT)], found(REMOVAL, at=1), {}),
    # A variable of a condition without its $; a key without its service; no resource of IAM.
    *[Stated(f"variable-without-dollar-{at}", [trust(ACCOUNT, {**WITH, **on("StringLike",
             "sts:RoleSessionName", value)})], found(*rules), {})
      for at, (rules, value) in enumerate((
          ([NO_KEY], "{aws:username}"), ([NO_KEY], "{aws:username}-*"), ([], "${aws:username}"),
          ([VALUE], "aws:username")))],
    *[Stated(f"key-without-its-service-{at}", [ALL, deny("s3:CreateBucket", on(operator, key,
             "false")), deny_but(CARE, WITHOUT)], found(*rules, at=1), {})
      for at, (rules, operator, key) in enumerate((
          ([NO_KEY], "Null", "s3locationconstraint"), ([NO_KEY], "Null", "SourceIp"),
          ([], "Null", "s3:LocationConstraint"), (["unknown-operator"], "SourceIp", "Null")))],
    *[Stated(f"resource-of-iam-{what}", [allow("iam:Get*", Resource=f"arn:aws:iam::*:{what}")],
             found("resource-no-arn") if told else [], {})
      for told, what in ((True, "account-summary"), (True, "users/*"), (False, "report/x"),
                         (False, "*"), (False, "user*"), (False, "${var.kind}/x"))],
    # Near misses that a review found.
    *[Stated(f"right-beside-the-new-{at}", statements, [], {}, kind)
      for at, (kind, statements) in enumerate((
          (None, [ALL, deny_but(["iam:*", "ec2:*", "s3:*"], {})]),
          ("scp", [deny_but(["iam:*", "sts:*", "s3:*"], {})]),
          (None, [ALL, deny_but(["iam:*", "sts:*", "ec2:*"], {}), deny_but(CARE, WITHOUT)]),
          (None, [ALL, deny_but(CARE, WITHOUT), deny("iam:*MFADevice*",
              Resource="arn:aws:iam::*:user/break-glass")]),
          (None, [allow("iam:*MFADevice", Resource="arn:aws:iam::*:mfa/*"), allow([ENROL[1], OFF],
              WITH, Resource=ME), allow("iam:List*"), deny_but(CARE, WITHOUT)]),
          ("trust", [trust(ACCOUNT, WITH), {**trust({"Federated": "SAML_PROVIDER_ARN"}),
              "Action": "sts:AssumeRoleWithSAML"}]),
          ("trust", [trust(ACCOUNT, WITH), {**trust(SAML), "Action":
              "sts:AssumeRoleWithWebIdentity"}, {**trust(SAML), "Action":
              "sts:AssumeRoleWithSAML"}]),
          ("trust", [trust(ACCOUNT, {**WITH, **on("StringEquals", "aws:PrincipalTag/team",
              "${aws:RequestTag/team, 'none'}")})]),
          ("trust", [trust(ACCOUNT, {**WITH, **on("StringEquals", "aws:PrincipalTag/team",
              ["${aws:RequestTag/team}", "admin"])})]),
          (None, [allow("iam:PassRole", WITH,
              Resource="arn:aws:iam::123456789012:role/AWSServiceRolesForBatchJobs")]),
          (None, [allow(READ, {**WITH, **on("StringEquals", "aws:PrincipalTag/x",
              "b/a$local.txt")})])))],
    Stated("all-of-iam-exempt-and-keys-denied", [allow("s3:*"), deny_but("iam:*", WITHOUT), deny([
            "iam:CreateAccessKey", "iam:CreateUser", OFF], WITHOUT)], [], {}),
    Stated("federation-token-without-mfa-too", [allow(["sts:GetFederationToken", "s3:*"], WITH),
            allow("sts:GetFederationToken", Resource="arn:aws:sts::123456789012:federated-user/x")],
            [], {}),
    Stated("private-address-of-two-services", [allow(["vpc-lattice-svcs:Invoke", READ], {**WITH,
            "IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, Resource="*")], found(VALUE), {}),
    *[Stated(f"word-as-a-principal-{who}", [trust({"AWS": who}, WITH)], found(MALFORMED) if told
             else [], {})
      for told, who in ((True, "david"), (True, "sidney"), (False, "MyRoleArn"),
                        (False, "ManagementAcct"), (False, "dev-id"), (False, "x" * 12))],
    # What a stranger's third series of policies showed.
    *[Stated(f"only-for-{value}-by-{sid}", [ALL, deny_but(CARE, {**WITHOUT, **on(
            "StringEquals", "aws:username", value)}, Sid=sid)],
            [(EXEMPTION, sid)] if wrong else [], {})
      for sid, value, wrong in (
            ("DenyWithoutMFAExceptJenkins", "svc-jenkins", True),
            ("ForceMfaExceptBreakGlass", "break-glass-1", True),
            ("ForceMfaExceptForOps", "svc-jenkins", False))],
    *[Stated(f"age-in-words-{sid}-{limit}", [ALL, deny("ec2:*", older(limit), Sid=sid)],
            [(PROMISE, sid)] if wrong else [], {})
      for sid, limit, wrong in (
            ("DenyWhenMFAOlderThanEightHours", "1800", True),
            ("DenyWhenMFAOlderThanEightHours", "28800", False),
            ("DenyUnlessMfaWithinLastHour", "36000", True),
            ("DenyUnlessMfaWithinAnHour", "3600", False),
            ("DenyMfaOlderThanFifteenMinutes", "900", False),
            ("DenyMfaOlderThanThirtyMinutes", "3600", True),
            ("DenyAfterHoursWithOldMfa", "3600", False),
            ("DenyMfaOlderThanAWorkday", "28800", False),
            ("DenyMfaOlderThanOneDay", "3600", True))],
    *[Stated(f"sign-in-by-{operator}-{key}", [{**trust(SAML, {**on("StringEquals", "SAML:aud",
            "https://signin.aws.amazon.com/saml"), **on(operator, key, "mfa")}), "Action":
            "sts:AssumeRoleWithSAML"}], found(*rules), {})
      for operator, key, rules in (
            ("ForAllValues:StringEquals", "SAML:eduPersonAssurance", [TEXT]),
            ("ForAnyValue:StringEquals", "SAML:eduPersonAssurance", []))],
    Stated("all-values-of-amr", [{**trust({"Federated": "cognito-identity.amazonaws.com"}, {
            "ForAllValues:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"}}),
            "Action": "sts:AssumeRoleWithWebIdentity"}], found(TEXT), {}),
    *[Stated(f"audience-of-{partition}-at-{number}", [{**trust({"Federated":
            f"arn:{partition}:iam::123456789012:saml-provider/idp"}, on("StringEquals", "SAML:aud",
            audience)), "Action": "sts:AssumeRoleWithSAML"}], found(*rules), {})
      for number, (partition, audience, rules) in enumerate((
            ("aws-us-gov", "https://signin.aws.amazon.com/saml", [PARTITION]),
            ("aws-us-gov", "https://signin.amazonaws-us-gov.com/saml", []),
            ("aws", ["https://us-east-1.signin.aws.amazon.com/saml"], []),
            ("aws", "https://signin.amazonaws.cn/saml", [PARTITION]),
            ("aws-cn", ["https://signin.amazonaws.cn/saml", "https://signin.aws.amazon.com/saml"],
             []),
            ("${AWS::Partition}", "https://signin.amazonaws.cn/saml", [])))],
    *[Stated(f"id-of-who-is-gone-{who}", [trust({"AWS": who}, WITH)], found(*rules), {})
      for who, rules in (("AIDAJQABLZS4A3QDU576Q", [DEAD]),
                         ("AROAJQABLZS4A3QDU576Q", [DEAD]), ("AIDA_OF_CAROL", []))],
    *[Stated(f"sessions-to-be-exempt-{number}", [deny_but(CARE, {**WITHOUT, **on("ArnNotLike",
            "aws:PrincipalArn", values)})], found(*rules), {}, "scp")
      for number, (values, rules) in enumerate((
            (["arn:aws:sts::*:assumed-role/*/*", "arn:aws:iam::*:user/svc-*"], [VALUE]),
            (["arn:aws:sts::*:assumed-role/*/*", "arn:aws:iam::*:role/*"], []),
            (["arn:aws:iam::*:role/*", "arn:aws:iam::*:user/svc-*"], [])))],
    # What else is wrong where the key is misspelt.
    Stated("misspelt-and-too-wide", [ALL, deny("*", on("BoolIfExists",
            "aws:MultiFactorAuthExists", "false"))], found(KEY, ENROLMENT, at=1), {}),
    Stated("misspelt-in-an-scp", [deny("*", on("BoolIfExists", "aws:MultiFactorAuthExists",
            "false"))], found(KEY, SCP, ENROLMENT), {}, "scp"),
    Stated("misspelt-and-on-one-call", [allow("s3:*"), deny("sts:GetSessionToken", on(
            "BoolIfExists", "aws:MultiFactorAuthExists", "false"),
            Sid="DenyAllExceptListedIfNoMFA")],
            [(KEY, "DenyAllExceptListedIfNoMFA"),
             ("mfa-on-get-session-token", "DenyAllExceptListedIfNoMFA")], {}),
    Stated("misspelt-with-another-operator", [ALL, deny("*", on("StringNotLike",
            "aws:MultiFactorAuthExists", "true"))], found(KEY, at=1), {}),
    # A repository on GitHub, and the keys of its tokens.
    *[Stated(f"token-of-github-{number}", [{**trust({"Federated":
            "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"},
            {operator: {f"token.actions.githubusercontent.com:{key}": value}}), "Action":
            "sts:AssumeRoleWithWebIdentity"}], found(*rules), {})
      for number, (operator, key, value, rules) in enumerate((
            ("StringLike", "sub", "repo:books/shelf", [VALUE]),
            ("StringLike", "sub", "repo:books/*", []),
            ("StringEquals", "sub", "repo:books/shelf:ref:refs/heads/main", []),
            ("ForAllValues:StringEquals", "aud", "sts.amazonaws.com", [TEXT])))],
    # Devices that are listed only on users, and elsewhere with MFA.
    Stated("devices-listed-with-mfa-only", [allow([*ENROL, "iam:ListVirtualMFADevices"],
            Resource=[ME, MY_DEVICE]), allow("iam:List*", WITH), deny_but(CARE, WITHOUT)],
            found(RESOURCE), {}),
    Stated("devices-listed-elsewhere", [allow([*ENROL, "iam:ListVirtualMFADevices"],
            Resource=[ME, MY_DEVICE]), allow("iam:List*"), deny_but(CARE, WITHOUT)], [], {}),
    Stated("first-steps-denied-by-bool-false", [ALL, deny(ENROL, FALSE)],
            found(ENROLMENT, MISSES, at=1), {}),
    Stated("removal-on-what-is-no-user", [allow([OFF, "iam:DeleteVirtualMFADevice"],
            Resource="arn:aws:iam::*:sms-mfa/${aws:username}"), deny(OFF, WITHOUT), allow(OFF, WITH,
            Resource=ME)], found(RESOURCE), {}),
    Stated("trust-policy-with-other-actions", [{**trust(ACCOUNT, WITH), "Action": ["sts:AssumeRole",
            "logs:PutLogEvents"]}], found(MALFORMED), {}),
    *[Stated(f"devices-never-listed-{at}", [allow(action, Resource=[ME, MY_DEVICE]), *rest],
            found(*rules), {})
      for at, (action, rest, rules) in enumerate((
            ([CREATE, ENABLE, RESYNC], [], []),
            ([CREATE, ENABLE, RESYNC], [deny("s3:*", WITHOUT)], [INCOMPLETE]),
            ("iam:*MFADevice", [], [INCOMPLETE])))],
    *[Stated(f"root-by-the-sid-{at}", [ALL, deny("ec2:TerminateInstances", {**WITHOUT, **on(
            "StringLike", "aws:PrincipalArn", values)}, Sid=sid)],
            [(PROMISE, sid)] if wrong else [], {}, "scp")
      for at, (sid, values, wrong) in enumerate((
            ("UsersAndRootNeedMfaToDestroy", ["arn:aws:iam::*:user/*"], True),
            ("RootAndUsersNeedMfa", ["arn:aws:iam::*:user/*", "arn:aws:iam::*:root"], False),
            ("RootNeedsMfa", "arn:aws:iam::123456789012:root", False),
            ("UsersOfRootAccountNeedMfa", "arn:aws:iam::*:user/*", False)))],
    *[Stated(f"promised-and-exempt-{at}", [allow("sts:AssumeRole", Sid="AssumeAdminMFAOnly",
            Resource="arn:aws:iam::123456789012:role/Admin"), deny_but([*CARE, *more], WITHOUT)],
            [(PROMISE, "AssumeAdminMFAOnly")] if more else [], {})
      for at, more in enumerate(([], ["sts:AssumeRole"]))],
    *[Stated(f"objects-by-the-sid-{sid}", [allow(READ, Principal=ACCOUNT, Resource=BUCKET),
            deny("s3:Delete*", WITHOUT, Principal="*", Resource="arn:aws:s3:::books", Sid=sid)],
            [(RESOURCE, sid)] if wrong else [], {})
      for sid, wrong in (("RequireMFAToDeleteObjects", True), ("RequireMFAToDelete", False))],
    Stated("all-but-the-setup-allowed", [allow("s3:*", WITH), {"NotAction": CARE, "Effect": "Allow",
            "Resource": "*"}], [*found(DEFEATED), *found(DEFEATED, at=1)], {}),
    Stated("all-but-the-setup-allowed-and-denied", [{"NotAction": CARE, "Effect": "Allow",
            "Resource": "*"}, deny_but(CARE, WITHOUT), allow(CARE)], [], {}),
    *[Stated(f"deny-of-either-{sid}", [ALL, deny_but(CARE, {**WITHOUT, **NETWORK}, Sid=sid)],
            [("deny-narrowed", sid)], {}) for sid in ("DenyWithoutMFAOrOutsideOffice",
            "DenyNoMfaOrOutsideVpn")],
    # Denies that a place narrows, where the others stop or allow the rest.
    *[Stated(f"narrowed-and-closed-{at}", statements, [], {})
      for at, statements in enumerate((
          [ALL, deny_but(CARE, {**WITHOUT, **IN_OFFICE}), deny("*", NETWORK)],
          [ALL, deny_but(CARE, {**WITHOUT, **on("Bool", "aws:SecureTransport", "true")}),
           deny("*", on("Bool", "aws:SecureTransport", "false"))],
          [allow("ec2:*", IN_OFFICE), deny("ec2:*", {**WITHOUT, **IN_OFFICE})],
          [ALL, deny_but(CARE, {**WITHOUT, **IN_OFFICE}), deny_but(CARE, {**older("900"),
           **NETWORK})]))],
    *[Stated(f"narrowed-and-open-{at}", statements, found("deny-narrowed", at=1), {})
      for at, statements in enumerate((
          [ALL, deny_but(CARE, {**WITHOUT, **IN_OFFICE}), deny("s3:*", NETWORK)],
          [ALL, deny_but(CARE, {**WITHOUT, **IN_OFFICE}), deny("*", on("NotIpAddress",
           "aws:SourceIp", "198.51.100.0/24"))],
          [ALL, deny("ec2:*", {**WITHOUT, **IN_OFFICE}), allow("ec2:*", IN_OFFICE)]))],
    *[Stated(f"sid-says-what-is-skipped-{sid}", [ALL, deny_but(CARE, {**WITHOUT, **NETWORK},
            Sid=sid)], [], {})
      for sid in ("RequireMFAOutOfOffice", "SkipMFAInOffice", "OfficeBypassesMfa",
                  "NoMfaNeededInOffice", "RequireMFAExceptBastion", "DenyWithoutMfaUnlessKnownIp")],
    *[Stated(f"sid-says-where-{sid}", [ALL, deny_but(CARE, {**WITHOUT, **NETWORK}, Sid=sid)],
             [("deny-narrowed", sid)] if wrong else [], {})
      for sid, wrong in (
          ("DenyExternalAccessWithoutMFA", False), ("RequireMFANotOnVpn", False),
          ("DenyNonCorporateIpWithoutMfa", False), ("MfaWhenAway", False),
          ("MfaFromTheInternet", False), ("MfaForUnknownNetworks", False),
          ("MfaForGateways", True), ("MfaWithExternalId", True), ("DenyNonMfaOffice", True))],
    Stated("sid-says-which-regions", [ALL, deny(["ec2:*", "rds:*"], {**WITHOUT, **on(
            "StringNotLike", "aws:RequestedRegion", "eu-*")}, Sid="NonEuRegionsNeedMfa")], [], {}),
    *[Stated(f"two-demands-of-users-{sid}", [deny_but(CARE, {**WITHOUT, **who, **NETWORK},
            Sid=sid)], [("deny-narrowed", sid)], {}, "scp")
      for sid, who in (
          ("RequireMfaAndCorpNetwork", on("ArnLike", "aws:PrincipalArn", "arn:*:iam::*:user/*")),
          ("RequireMfaAndVpn", NOT_ROLES),
          ("DenyNoMfaOrNoVpn", on("StringEquals", "aws:PrincipalType", "User")))],
    Stated("users-by-another-key", [deny_but(CARE, {**WITHOUT, **on("ArnLike", "aws:SourceArn",
            "arn:aws:iam::*:user/*")})], found("deny-narrowed"), {}, "scp"),
    *[Stated(f"tag-that-few-have-{operator}", [ALL, deny_but(CARE, {**WITHOUT, **on(operator,
            "aws:PrincipalTag/BreakGlass", "true")})],
            found("deny-narrowed", at=1) if wrong else [], {})
      for operator, wrong in (
          ("ForAnyValue:StringNotEquals", True), ("ForAnyValue:StringNotLike", True),
          ("ForAllValues:StringNotEquals", False), ("StringNotEquals", False),
          ("ForAnyValue:StringNotEqualsIfExists", False))],
    # Limits of age beside statements that ask for MFA themselves.
    *[Stated(f"ages-beside-what-is-open-on-purpose-{at}", statements, [], {}, kind)
      for at, (kind, statements) in enumerate((
          (None, [allow(CARE), allow("*", WITH), deny("*", older(3600, "NumericGreaterThan"))]),
          (None, [allow(["s3:Get*", "s3:List*"]), allow("s3:Put*", WITH), deny("s3:*",
              older(3600, "NumericGreaterThan"))]),
          (None, [allow("ec2:*"), deny_but(CARE, {**WITHOUT, **NETWORK},
              Sid="NoMfaOutsideOffice"), deny_but(CARE, older(3600, "NumericGreaterThan"))]),
          ("trust", [trust(ROLE), trust(ACCOUNT, WITH), trust("*", older(3600,
              "NumericGreaterThan"), "Deny")])))],
    *[Stated(f"ages-beside-what-is-open-{at}", statements,
             found("deny-age-misses-no-mfa", at=len(statements) - 1), {})
      for at, statements in enumerate((
          [allow(CARE), allow("ec2:*"), allow("s3:*", WITH), deny("*", older(3600,
           "NumericGreaterThan"))],
          [allow("ec2:*"), deny("ec2:*", older(3600, "NumericGreaterThan"))]))],
    Stated("ages-that-are-to-demand-mfa", [allow(CARE), allow("*", {**WITH, **IN_OFFICE}),
            deny("s3:*", older(3600, "NumericGreaterThan"), Sid="RequireRecentMfa")],
            [("deny-age-misses-no-mfa", "RequireRecentMfa")], {}),
    *[Stated(f"age-of-one-second-{at}", statements, found(UNUSED, at=len(statements) - 1), {})
      for at, statements in enumerate((
          [allow(STOP, {**WITH, **older("3600", "NumericEquals")})],
          [ALL, deny_but(CARE, WITHOUT), deny_but(CARE, older("3600", "NumericEquals"))]))],
    *[Stated(f"longer-limit-elsewhere-{at}", statements, found(UNUSED, at=1) if wrong else [], {},
             kind)
      for at, (kind, statements, wrong) in enumerate((
          (None, [allow("*", {**WITH, **older("43200", "NumericLessThan")}), allow(STOP, older(
              "300", "NumericLessThan")), allow(CARE)], True),
          ("trust", [trust(ACCOUNT, older("43200", "NumericLessThan")), trust({"AWS":
              "arn:aws:iam::123456789012:user/ann"}, older("300", "NumericLessThan"))], True),
          (None, [allow("s3:*", older("43200", "NumericLessThan")), allow(STOP, older("300",
              "NumericLessThan"))], False),
          (None, [allow("ec2:*", older("300", "NumericLessThan")), allow(STOP, older("300",
              "NumericLessThan"))], False),
          (None, [allow("ec2:*", older("43200", "NumericLessThan")), allow(STOP, older("300",
              "NumericLessThan")), deny(STOP, older("300"))], False)))],
    # Roles that a Deny exempts by something else than their ARNs, or stops by their account.
    *[Stated(f"role-beside-a-deny-by-{key}-{operator}", [allow("s3:*", Principal=ROLE,
            Resource=BUCKET), deny("s3:*", {**WITHOUT, **on(operator, key, value)}, Principal="*",
            Resource=BUCKET)], found(ROLE_SESSION, at=1) if wrong else [], {}, "resource")
      for operator, key, value, wrong in (
          ("StringNotLike", "aws:userid", ["AROAEXAMPLE123456789:*", "123456789012"], False),
          ("StringNotEquals", "aws:PrincipalTag/automation", "yes", False),
          ("StringNotEquals", "aws:PrincipalOrgID", "o-abc1234567", False),
          ("StringNotEquals", "aws:username", "carol", True),
          ("StringNotEquals", "s3:x-amz-acl", "private", True))],
    *[Stated(f"role-of-a-denied-account-{at}", [trust(ROLE), trust(denied, WITHOUT, "Deny")],
            found(ROLE_SESSION, at=1) if wrong else [], {}, "trust")
      for at, (denied, wrong) in enumerate((
          (ACCOUNT, True), ({"AWS": "arn:aws:iam::123456789012:root"}, True),
          ({"AWS": "arn:aws:iam::123456789012:user/ann"}, False)))],
    Stated("role-of-another-account", [trust(ROLE), trust({"AWS": "999988887777"}),
            trust({"AWS": "999988887777"}, WITHOUT, "Deny")], [], {}, "trust"),
    Stated("role-let-in-anyhow", [trust({"AWS": ["123456789012", ROLE["AWS"]]}, WITH), trust(ROLE)],
            [], {}, "trust"),
    # Denies of long-term keys spare roles, whose sessions have the key.
    Stated("keys-denied-in-an-organisation", [deny(STOP, on("Null", PRESENT, "true"))],
            found(NO_SESSIONS), {}, "scp"),
    Stated("keys-denied-beside-a-role", [allow("s3:*", Principal=ROLE, Resource=BUCKET),
            deny("s3:*", on("Null", PRESENT, "true"), Principal="*", Resource=BUCKET)],
            found(NO_SESSIONS, at=1), {}, "resource"),
    # Policies of organisations.
    *[Stated(f"organisation-of-others-{key}-{operator}", [deny_but(CARE, {**WITHOUT, **on(
            "ArnLike", "aws:PrincipalArn", "arn:*:iam::*:user/*"), **on(operator, key, value)})],
            found("conditions-never-match") if wrong else [], {}, "scp")
      for operator, key, value, wrong in (
          ("StringNotEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5", True),
          ("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5", False),
          ("Bool", "aws:PrincipalIsAWSService", "true", True),
          ("BoolIfExists", "aws:PrincipalIsAWSService", "false", False))],
    *[Stated(f"rcp-and-services-{at}", [deny(actions, {**WITHOUT, **who}, Principal="*")],
            found(SCP) if wrong else [], {}, "rcp")
      for at, (actions, who, wrong) in enumerate((
          ("kms:Decrypt", NOT_ROLES, True), ("s3:*", on("StringNotEquals", "aws:PrincipalType",
              "AssumedRole"), True), ("kms:ScheduleKeyDeletion", NOT_ROLES, False),
          ("s3:PutObject", {**NOT_ROLES, **NO_SERVICE}, False), ("s3:*", on("ArnLike",
              "aws:PrincipalArn", "arn:*:iam::*:user/*"), False),
          (["sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"], {}, True)))],
    *[Stated(f"rcp-that-is-refused-{at}", [statement, deny("s3:DeleteObject", {**WITHOUT, **on(
            "StringEquals", "aws:PrincipalType", "User")}, Principal="*")],
            found(MISPLACED) if wrong else [], {}, "rcp")
      for at, (statement, wrong) in enumerate((
          (allow("s3:*", Principal="*"), True), (allow("s3:*", WITH, Principal="*"), True),
          (deny("s3:PutObject", {**WITHOUT, **NOT_ROLES, **NO_SERVICE}, Principal=ACCOUNT), True),
          (allow("*", Principal="*"), False),
          (deny("s3:PutObject", {**WITHOUT, **NOT_ROLES, **NO_SERVICE}, Principal={"AWS": "*"}),
           False)))],
    # Exemptions of which another Deny knows nothing.
    *[Stated(f"exempt-in-vain-{at}", [ALL, *denials], found(VOID, at=place) if place else [], {})
      for at, (place, denials) in enumerate((
          (2, [deny_but(CARE, WITHOUT), deny(STOP, {**WITHOUT, **on("StringNotEquals",
              "aws:PrincipalTag/oncall", "true")})]),
          (0, [deny_but(CARE, WITHOUT), deny(STOP, {**WITHOUT, **NETWORK})]),
          (2, [deny_but(CARE, WITHOUT), deny_but(CARE, {**WITHOUT, **on("ArnNotEquals",
              "aws:PrincipalArn", "arn:aws:iam::*:user/breakglass")})]),
          (2, [deny(OFF), deny(OFF, on("ArnNotLike", "aws:PrincipalArn",
              "arn:aws:iam::*:user/security"))]),
          (1, [deny_but(CARE, {**WITHOUT, **on("StringNotEquals", f"aws:PrincipalTag/{tag}",
              "true")}) for tag in ("breakglass", "service")]),
          (1, [deny_but(CARE, on("StringNotEquals", "aws:RequestedRegion", where))
              for where in ("eu-west-1", "eu-central-1")] + [deny_but(CARE, WITHOUT)]),
          (0, [deny_but([*CARE, STOP], WITHOUT), deny(STOP, {**WITHOUT, **on("StringNotEquals",
              "aws:PrincipalTag/oncall", "true")})]),
          (0, [deny_but(CARE, {**WITHOUT, **on("StringNotEquals", "aws:PrincipalTag/a", "true")}),
              deny(STOP, {**WITHOUT, **on("StringNotEquals", "aws:PrincipalTag/b", "true")})]),
          (0, [deny_but(CARE, WITHOUT), deny_but(["iam:*", "sts:*"], ABROAD), deny("ec2:*", on(
              "StringNotEquals", "aws:RequestedRegion", "eu-west-1"))])))],
    Stated("office-in-vain", [ALL, deny_but(CARE, WITHOUT), deny(STOP, {**WITHOUT, **NETWORK},
            Sid="NoStopWithoutMfaOutsideOffice")], [(VOID, "NoStopWithoutMfaOutsideOffice")], {}),
    Stated("two-offices-in-vain", [ALL, *[deny_but(CARE, {**WITHOUT, **on("NotIpAddress",
            "aws:SourceIp", where)}, Sid=f"MfaOutside{name}Office") for name, where in (
            ("Munich", "203.0.113.0/24"), ("Berlin", "198.51.100.0/24"))]],
            [(VOID, "MfaOutsideMunichOffice")], {}),
    # Trust policies whose Deny is for others than those whom they let in.
    *[Stated(f"trust-that-denies-others-{at}", [*[trust({"AWS": each}) for each in let_in], denial],
            found(NOTHING, at=len(let_in)) if wrong else [], {}, "trust")
      for at, (let_in, denial, wrong) in enumerate((
          (["444455556666"], trust(ACCOUNT, WITHOUT, "Deny"), True),
          (["444455556666"], trust("*", {**WITHOUT, **on("StringEquals", "aws:PrincipalAccount",
              "123456789012")}, "Deny"), True),
          (["123456789012"], trust("*", {**WITHOUT, **on("StringNotEquals", "aws:PrincipalAccount",
              "123456789012")}, "Deny"), True),
          (["123456789012"], trust("*", {**WITHOUT, **on("ArnNotLike", "aws:PrincipalArn",
              "arn:aws:iam::123456789012:*")}, "Deny"), True),
          (["arn:aws:iam::123456789012:user/ann"], trust("*", {**WITHOUT, **on("ArnNotEquals",
              "aws:PrincipalArn", "arn:aws:iam::123456789012:user/ann")}, "Deny"), True),
          (["123456789012", "444455556666"], trust("*", {**WITHOUT, **on("StringNotEquals",
              "aws:PrincipalAccount", "123456789012")}, "Deny"), False),
          (["123456789012"], trust("*", {**WITHOUT, **on("ArnNotLike", "aws:PrincipalArn",
              "arn:aws:iam::123456789012:user/ci-*")}, "Deny"), False)))],
    Stated("all-users-let-in-too", [trust(ACCOUNT, WITH), trust(ACCOUNT, on("ArnLike",
            "aws:PrincipalArn", "arn:aws:iam::123456789012:user/*"))], found(DEFEATED), {},
            "trust"),
    *[Stated(f"whole-account-of-a-key-{at}", [allow("kms:*", Principal=ACCOUNT), allow(
            "kms:DisableKey", WITH, Principal={"AWS": f"arn:aws:iam::{account}:user/ann"},
            Sid=sid)], [(DEFEATED, sid)] if wrong else [], {}, "resource")
      for at, (account, sid, wrong) in enumerate((
          ("123456789012", "RequireMFAForAdmins", True), ("444455556666", "RequireMFA", False),
          ("123456789012", "Admins", False)))],
    # Guards of what other policies allow, and ways in that the Sids tell.
    *[Stated(f"guard-by-the-sid-{sid}", [allow("s3:*", Resource="arn:aws:s3:::dev-*"), deny(
            "s3:Delete*", WITHOUT, Resource="arn:aws:s3:::prod-*", Sid=sid)],
            [(NOTHING, sid)] if wrong else [], {})
      for sid, wrong in (("ProdBucketsNeedMfa", False), ("DeleteNeedsMfa", True))],
    *[Stated(f"way-in-of-{sid}", [trust(ACCOUNT, on("StringEquals", "sts:ExternalId", "ci-42"))
            | {"Sid": sid}, trust(ACCOUNT, WITH)], [(DEFEATED, sid)] if wrong else [], {}, "trust")
      for sid, wrong in (("CiNeedsExternalId", False), ("ExternalIdRequired", True))],
    # Times, and services on the way.
    *[Stated(f"time-by-{operator}", [allow("ec2:*", {**WITH, **on(operator, "aws:CurrentTime",
            value)})], found(TEXT) if wrong else [], {})
      for operator, value, wrong in (
          ("StringLike", "2027-*", True), ("DateEquals", "2027-01-04", True),
          ("DateGreaterThanEquals", "2027-01-04", False))],
    *[Stated(f"through-a-service-{at}", [allow(READ, {**WITH, **when}, Resource=BUCKET)],
            found(TEXT) if wrong else [], {})
      for at, (when, wrong) in enumerate((
          (on("ForAllValues:StringEquals", "aws:CalledVia", "athena.amazonaws.com"), True),
          ({**on("ForAllValues:StringEquals", "aws:CalledVia", "athena.amazonaws.com"),
            **on("Null", "aws:CalledVia", "false")}, False),
          (on("ForAnyValue:StringEquals", "aws:CalledVia", "athena.amazonaws.com"), False)))],
    # MFA's setup has to work without MFA.
    *[Stated(f"setup-under-{operator}", [allow(ENROL, on(operator, key, value)), allow("ec2:*",
            WITH)], found(rule), {})
      for operator, key, value, rule in (
          ("BoolIfExists", PRESENT, "true", "allow-bool-if-exists"),
          ("Null", PRESENT, "false", "allow-any-session"),
          ("NumericLessThanIfExists", AGE, "3600", "allow-age-if-exists"))],
    # Near misses that a second review found.
    *[Stated(f"right-beside-today-s-{at}", statements, [], {}, kind)
      for at, (kind, statements) in enumerate((
          (None, [ALL, deny_but(CARE, {**WITHOUT, **on("StringEquals", "aws:PrincipalTag/kind",
              "contractor")}, Sid="DenyUnlessMfaForContractors")]),
          (None, [allow("s3:*"), deny("s3:Delete*", WITHOUT, Sid="DenyDeleteWithoutMfa",
              NotResource="arn:aws:s3:::out/*")]),
          (None, [ALL, deny("ec2:*", older("86400"), Sid="MfaWithinTwentyFourHours")]),
          (None, [ALL, deny("ec2:*", older("1800"), Sid="MfaWithinHalfAnHour")]),
          (None, [ALL, deny("ec2:*", older("28800"), Sid="DenyMfaOlderThanHours8")]),
          ("scp", [deny("ec2:*", {**WITHOUT, **on("StringLike", "aws:PrincipalArn",
              "arn:aws:iam::*:user/*")}, Sid="DenyRootVolumeChangesWithoutMfa")]),
          (None, [allow("s3:Get*", Sid="ReadExceptionReports"), deny("s3:Get*", WITHOUT)]),
          (None, [allow("sts:AssumeRole", Sid="AssumeRolesThatRequireMFA"), allow("s3:*", WITH)]),
          (None, [{"Effect": "Allow", "NotAction": CARE, "Resource": "*",
              "Sid": "AllAllowedExceptMfaDevices"}, deny(OFF, WITHOUT)]),
          ("trust", [{**trust(SAML, on("StringNotEquals", "SAML:aud",
              "https://signin.amazonaws.cn/saml")), "Action": "sts:AssumeRoleWithSAML"}])))],
    Stated("removal-denied-only-on-a-path", [ALL, deny_but([*CARE, OFF], WITHOUT), deny(OFF,
            WITHOUT, Resource="arn:aws:iam::*:user/eng/${aws:username}")], found(REMOVAL, at=1),
            {OFF: "km"}),
    Stated("all-of-iam-spared-but-own-removal", [ALL, deny_but("iam:*", WITHOUT), deny(OFF,
            WITHOUT, Resource=ME)], found("deletion-without-mfa", REMOVAL, REMOVAL, at=1),
            {OFF: "m"}),
    Stated("misspelt-and-listing-the-setup", [ALL, deny(ENROL, on("BoolIfExists", "aws:MFAPresent",
            "false"))], found(KEY, ENROLMENT, at=1), {}),
    # Three Denies that only together ask for MFA everywhere, and spare no removal.
    Stated("own-user-apart", [deny_but("iam:*", WITHOUT), deny("iam:*", WITHOUT, NotResource=[ME,
            "arn:aws:iam::*:mfa/*"]), deny_but([*CARE, "iam:ChangePassword"], WITHOUT, Resource=[ME,
            "arn:aws:iam::*:mfa/*"]), allow([*ENROL, OFF, "iam:DeleteVirtualMFADevice"],
            Resource=[ME, "arn:aws:iam::*:mfa/*"])], [], {OFF: "m"}),
    Stated("own-user-apart-and-removal-spared", [deny_but("iam:*", WITHOUT), deny_but([*CARE, OFF],
            WITHOUT, Resource=[ME, "arn:aws:iam::*:mfa/*"]), allow([*ENROL, OFF],
            Resource=[ME, "arn:aws:iam::*:mfa/*"])], found(REMOVAL), {OFF: "km"}),
    # Who calls a resource, beside those whom a Deny is for.
    *[Stated(f"service-by-its-source-{at}", [allow("sqs:SendMessage", on("ArnLike", "aws:SourceArn",
            "arn:aws:sns:*:*:orders"), Principal="*", Resource=QUEUE), deny("sqs:SendMessage",
            {**WITHOUT, **more}, Principal="*", Resource=QUEUE)], found(SERVICE, at=1) * wrong, {})
      for at, (more, wrong) in enumerate((
          ({}, True), (on("Bool", "aws:ViaAWSService", "false"), True),
          (on("StringNotEquals", "aws:CalledViaFirst", "sns.amazonaws.com"), True),
          (on("ArnNotLike", "aws:SourceArn", "arn:aws:sns:*:*:other"), True),
          (on("ArnNotLike", "aws:SourceArn", "arn:aws:sns:*:*:orders"), False),
          (NO_SERVICE, False), (on("StringLike", "aws:username", "*"), False)))],
    *[Stated(f"service-with-another-source-{at}", [allow(READ, on("StringEquals", "aws:SourceArn",
            FRONT_ARN), Principal=FRONT, Resource=BUCKET), deny(READ, {**WITHOUT, **on(
            "StringNotEquals", "aws:SourceArn", exempt)}, Principal="*", Resource=BUCKET)],
            found(SERVICE, at=1) * wrong, {})
      for at, (exempt, wrong) in enumerate((("arn:aws:cloudfront::123456789012:distribution/E2",
          True), (FRONT_ARN, False), (["arn:aws:s3:::x", FRONT_ARN], False),
          ("${var.arn}", False)))],
    *[Stated(f"source-in-a-deny-{at}", [allow(READ, WITH, Principal=ACCOUNT, Resource=BUCKET),
            deny("s3:*", {**block}, Principal="*", Resource=BUCKET)], found(SERVICE, at=1) * wrong,
            {}, "resource")
      for at, (block, wrong) in enumerate((
          (on("StringNotEquals", "aws:SourceAccount", "123456789012"), True),
          (on("StringNotEquals", "aws:SourceOrgID", "o-a1b2c3d4e5"), True),
          ({**on("StringNotEquals", "aws:SourceAccount", "123456789012"), **on("Bool",
              "aws:PrincipalIsAWSService", "true")}, False),
          ({**on("StringNotEquals", "aws:SourceAccount", "123456789012"), **on("Null",
              "aws:SourceAccount", "false")}, False)))],
    Stated("source-in-a-deny-of-delivery", [allow(READ, WITH, Principal=ACCOUNT, Resource=BUCKET),
            deny("s3:PutObject", on("StringNotEquals", "aws:SourceAccount", "123456789012"),
            Principal="*", Resource=BUCKET)], [], {}, "resource"),
    Stated("organisation-of-a-source-with-mfa", [allow(READ, {**WITH, **on("StringEquals",
            "aws:SourceOrgID", "o-a1b2c3d4e5")}, Principal="*", Resource=BUCKET)], found(SERVICE),
            {}),
    # Keys that the requests of a kind of principal never have.
    *[Stated(f"key-of-no-{at}", [{**trust(who, block), "Action": action}], found(NO_KEY) * wrong,
            {}, "trust")
      for at, (who, action, block, wrong) in enumerate((
          (EC2_SERVICE, TAKE, on("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"), True),
          (EC2_SERVICE, TAKE, on("StringEquals", "aws:SourceOrgID", "o-a1b2c3d4e5"), False),
          (EC2_SERVICE, TAKE, on("StringEqualsIfExists", "aws:PrincipalOrgID", "o-a1b2c3d4e5"),
              False),
          (EC2_SERVICE, TAKE, on("StringEquals", "sts:ExternalId", "acme-7"), True),
          ({"Service": "cognito-idp.amazonaws.com"}, TAKE, on("StringEquals", "sts:ExternalId",
              "acme-7"), False),
          (SAML, f"{TAKE}WithSAML", on("StringEquals", "aws:username", "ann"), True),
          (ACCOUNT, TAKE, on("StringEquals", "SAML:aud", "https://signin.aws.amazon.com/saml"),
              True),
          ({**ACCOUNT, **SAML}, [TAKE, f"{TAKE}WithSAML"], on("StringEquals", "SAML:aud",
              "https://signin.aws.amazon.com/saml"), True),
          (SAML, f"{TAKE}WithSAML", on("StringEquals", "SAML:aud",
              "https://signin.aws.amazon.com/saml"), False),
          (ACCOUNT, TAKE, {**WITH, **on("StringEquals", "gitlab.com:sub", "x")}, True),
          (ROLE, TAKE, on("StringEquals", "cognito-identity.amazonaws.com:sub", "x"), False)))],
    # A subject with a wildcard is compared as text.
    *[Stated(f"subject-as-text-{operator}", [{**trust({"Federated":
            "arn:aws:iam::123456789012:oidc-provider/gitlab.com"}, on(operator, "gitlab.com:sub",
            "project_path:acme/*:ref_type:branch")), "Action": f"{TAKE}WithWebIdentity"}],
            found(VALUE) * wrong, {}, "trust")
      for operator, wrong in (("StringEquals", True), ("StringLike", False))],
    # Of a Deny without MFA, the actions that lack its key.
    *[Stated(f"deny-by-a-prefix-{at}", [allow("s3:*"), deny(action, {**WITHOUT, **on("StringLike",
            "s3:prefix", "hr/*")}, Resource=["arn:aws:s3:::books", "arn:aws:s3:::books/hr/*"]),
            *more], found(NO_KEY, at=1) * wrong, {})
      for at, (action, more, wrong) in enumerate((
          (["s3:ListBucket", READ], [], True), ("s3:*", [], True),
          (["s3:ListBucket", READ], [deny(READ, WITHOUT, Resource="arn:aws:s3:::books/it/*")],
              True),
          (["s3:ListBucket", READ], [deny(READ, WITHOUT, Resource="arn:aws:s3:::books/hr/*")],
              False),
          ("s3:List*", [], False)))],
    # A Deny that names, or leaves, none of those whom the policy lets in.
    *[Stated(f"deny-of-others-{at}", [trust({"AWS": let_in}), trust(who, {**WITHOUT, **more},
            "Deny")], found(NOTHING, at=1) * wrong, {})
      for at, (let_in, who, more, wrong) in enumerate((
          (PARTNER, ACCOUNT, {}, True), ([PARTNER, "123456789012"], {"AWS": ["123456789012",
              PARTNER]}, {}, False),
          (PARTNER, "*", on("StringEquals", "aws:PrincipalAccount", "123456789012"), True),
          (PARTNER, "*", on("StringNotEquals", "aws:PrincipalAccount", PARTNER), True),
          ([PARTNER, "123456789012"], "*", on("StringNotEquals", "aws:PrincipalAccount", PARTNER),
              False),
          (PARTNER, "*", on("ArnNotLike", "aws:PrincipalArn", f"arn:aws:iam::{PARTNER}:*"), True),
          (PARTNER, "*", on("ArnNotLike", "aws:PrincipalArn", f"{A_USER}a"),
              False),
          (f"{A_USER}ann", "*", on("ArnNotEquals", "aws:PrincipalArn",
              f"{A_USER}ann"), True),
          (f"{A_USER}ann", {"AWS": f"{A_USER}bob"}, {},
              True),
          (f"arn:aws:iam::{PARTNER}:role/ann", "*", on("ArnNotEquals", "aws:PrincipalArn",
              f"arn:aws:iam::{PARTNER}:role/ann"), False)))],
    Stated("deny-of-others-beside-mfa", [trust({"AWS": PARTNER}, WITH), trust(ACCOUNT), trust(
            ACCOUNT, WITHOUT, "Deny")], [], {}),
    *[Stated(f"organisation-let-in-and-spared-{at}", [allow(READ, on("StringEquals",
            "aws:PrincipalOrgID", "o-a1b2c3d4e5"), **PUBLIC), deny("s3:*", {**WITHOUT, **on(
            "StringNotEquals", "aws:PrincipalOrgID", spared)}, **PUBLIC)],
            found(NOTHING, at=1) * wrong, {})
      for at, (spared, wrong) in enumerate((("o-a1b2c3d4e5", True), ("o-zzzzzzzzzz", False)))],
    *[Stated(f"one-of-two-users-{at}", [allow(READ, Principal={"AWS": [f"{A_USER}ann",
            f"{A_USER}bob"]}, Resource=BUCKET), deny(READ, WITHOUT, Principal=who,
            Resource=BUCKET)], found(DEFEATED, at=1) * wrong, {})
      for at, (who, wrong) in enumerate((({"AWS": f"{A_USER}bob"}, True),
          ({"AWS": PARTNER}, False), ("*", False)))],
    # The account of users from whom a Sid demands MFA.
    *[Stated(f"account-beside-its-users-{at}", [allow("sqs:*", Principal={"AWS": account},
            Resource=QUEUE), allow("sqs:PurgeQueue", WITH, Principal={"AWS": f"{A_USER}ann"},
            Sid=sid, Resource=QUEUE), *more], [(DEFEATED, sid)] * wrong, {}, "resource")
      for at, (account, sid, more, wrong) in enumerate((
          (PARTNER, "PurgeRequiresMFA", [], True), (PARTNER, "Ann", [], False),
          ("123456789012", "PurgeRequiresMFA", [], False), (PARTNER, "PurgeRequiresMFA", [deny(
              "sqs:PurgeQueue", WITHOUT, Principal="*", Resource=QUEUE)], False)))],
    # Principals that AWS does not have.
    *[Stated(f"no-principal-{who}", [trust({kind: who})], found(MALFORMED) * wrong, {})
      for kind, who, wrong in (
          ("Service", "ec2.amazon.com", True), ("Service", "lambda.aws.amazon.com", True),
          ("Service", "ecs-task.amazonaws.com", True), ("Service", "lambda.amazonws.com", True),
          ("Service", "step-functions.amazonaws.com", True),
          ("Service", "alexa-appkit.amazon.com", False), ("Service", "ec2.amazonaws.com.cn", False),
          ("Service", "logs.eu-west-1.amazonaws.com", False),
          ("Service", "ecs.application-autoscaling.amazonaws.com", False),
          ("Service", "replicator.lambda.amazonaws.com", False),
          ("Service", "states.eu-west-1.amazonaws.com", False),
          ("Service", "x.csp.hci.ic.gov", False),
          ("AWS", "arn:aws:iam::123456789012:role/AWSReservedSSO_Ops_0123456789abcdef", True),
          ("AWS", "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_x",
              False),
          ("AWS", "arn:aws:sts::123456789012:assumed-role/Admin", True),
          ("AWS", "arn:aws:sts::123456789012:assumed-role/Admin/ann", False))],
    Stated("provider-with-a-scheme", [{**trust({"Federated":
            "arn:aws:iam::123456789012:oidc-provider/https://gitlab.com"}), "Action":
            f"{TAKE}WithWebIdentity"}], found(MALFORMED), {}),
    # Only a VPC endpoint's policy is about everything, and it gives nobody anything.
    Stated("all-through-an-endpoint", [allow("*", WITH, Principal="*")], [], {}),
    Stated("all-through-an-endpoint-but-deletion", [allow("*", Principal="*"), deny(
            "s3:DeleteObject", WITHOUT, Principal="*")], [], {}),
    Stated("objects-exempt-by-a-bucket", [{**deny("s3:*", WITHOUT, Principal=ACCOUNT,
            NotResource="arn:aws:s3:::books/public/*")}], [], {}),
    Stated("everything-about-a-key", [allow("kms:*", Principal=ACCOUNT), deny("kms:Decrypt",
            WITHOUT, Principal="*", Sid="DenyEverythingWithoutMFA")], [(PROMISE,
            "DenyEverythingWithoutMFA")], {}),
    # Fixes of Denies that would stop services and federated users, too.
    *[Stated(f"service-beside-a-deny-{at}", [trust(EC2_SERVICE), trust(ACCOUNT), trust("*", block,
            "Deny")], found(rule, at=2), {})
      for at, (rule, block) in enumerate(((MISSES, FALSE), ("deny-age-misses-no-mfa", older(3600,
          "NumericGreaterThan"))))],
    Stated("provider-beside-a-deny", [{**trust(SAML), "Action": f"{TAKE}WithSAML"}, trust(ACCOUNT),
            {**trust("*", FALSE, "Deny"), "Action": "sts:*"}], found(MISSES, at=2), {}),
    Stated("service-beside-users", [trust({**ACCOUNT, **EC2_SERVICE}, IF_TRUE)],
            found("allow-bool-if-exists"), {}),
    # Sids that tell of whom, where or how MFA is asked for, or not.
    *[Stated(f"whom-or-where-by-the-sid-{at}", [ALL, deny_but(CARE, {**WITHOUT, **when},
            Sid=sid)], [("deny-narrowed", sid)] if wrong else [], {})
      for at, (sid, when, wrong) in enumerate((
          ("DenyIfNoMfaAndIamUser", on("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:user/*"),
           False),
          ("DenyWithoutMfaAndNotBreakGlass", on("ArnNotLike", "aws:PrincipalArn",
           ["arn:aws:iam::*:role/*", "arn:aws:iam::*:user/breakglass"]), False),
          ("EnforceMfaAndCloudTrail", on("StringEquals", "aws:PrincipalType", "User"), False),
          ("MfaAndNamedUser", on("StringNotEquals", "aws:username", "carol"), False),
          ("RequireMfaAndTeamTag", on("StringNotEquals", "aws:PrincipalTag/team", "books"), True),
          ("RequireMfaAndKindTag", on("StringEquals", "aws:PrincipalTag/kind", "human"), False),
          ("RequireMfaAndOurRegion", on("StringEquals", "aws:RequestedRegion", "eu-west-1"), False),
          ("BlockNonMfaAndNonVpn", NETWORK, False),
          ("DenyIfNoMfaAndNotCorpIp", NETWORK, False),
          ("DenyNoMfaAndOutsideOffice", NETWORK, False),
          ("DenyOffNetworkAndNoMfa", NETWORK, False),
          ("DenyNoMfaAndDenyOutsideOffice", NETWORK, True),
          ("RequireMfaFromInternet", NETWORK, False),
          ("RequireMfaNotOnCorpNetwork", NETWORK, False),
          ("MfaForExternalAccess", NETWORK, False),
          ("DenyWithoutMfaExceptFromOffice", NETWORK, False),
          ("DenyWithoutMfaExceptFromOffice", IN_OFFICE, True),
          ("DenyWithoutMfaUnlessOnVpn", IN_OFFICE, True),
          ("RequireMfaFromUntrustedWifi", IN_OFFICE, False),
          ("DenyNoMfaOutsideVpc", on("StringEquals", "aws:SourceVpc", "vpc-1"), True),
          ("DenyNoMfaOutsideVpc", on("StringNotEquals", "aws:SourceVpc", "vpc-1"), False),
          ("DenyWithoutMfaOutsideEu", on("StringEquals", "aws:RequestedRegion", "eu-west-1"), True),
          ("DenyWithoutMfaOutsideEu", on("StringEquals", "aws:RequestedRegion", "us-east-1"),
           False),
          ("DenyWithoutMfaOutsideEu", ABROAD, False),
          ("OutsideContractorsNeedMfa", on("StringEquals", "aws:PrincipalTag/kind", "contractor"),
           False),
          ("RequireMfaInAllRegions", on("StringEquals", "aws:RequestedRegion", "eu-west-1"), True),
          ("MfaInAllRegionsButOurs", on("StringEquals", "aws:RequestedRegion", "us-east-1"), False),
          ("DenyNoMfaOrOtherRegion", ABROAD, True),
          ("DenyNoMfaExceptViaService", on("Bool", "aws:ViaAWSService", "true"), True),
          ("DenyNoMfaExceptViaService", on("Bool", "aws:ViaAWSService", "false"), False),
          ("MfaUnlessViaCloudFormation", on("ForAnyValue:StringNotEquals", "aws:CalledVia",
           "cloudformation.amazonaws.com"), True),
          ("MfaUnlessViaCloudFormation", on("ForAllValues:StringNotEquals", "aws:CalledVia",
           "cloudformation.amazonaws.com"), False)))],
    # A Deny of the setup tells of those whom it reaches, and of what it stops on its resources.
    *[Stated(f"setup-denied-on-{at}", [ALL, deny("iam:*", WITHOUT, Resource=where)],
             found(*rules, at=1), {})
      for at, (where, rules) in enumerate((("arn:aws:iam::*:user/admin*", []),
            ("arn:aws:iam::*:user/admins/*", []), (MY_DEVICE, [ENROLMENT]), (ME, [ENROLMENT]),
            ("arn:aws:iam::*:user/*", [ENROLMENT])))],
    *[Stated(f"setup-denied-to-{at}", [ALL, deny("*", {**WITHOUT, **who})], found(*rules, at=1),
             {}, kind)
      for at, (kind, who, rules) in enumerate((
            ("scp", on("StringEquals", "aws:PrincipalType", "Root"), [VALUE]),
            ("scp", on("StringEquals", "aws:PrincipalType", "AssumedRole"), [ROLE_SESSION]),
            ("scp", on("StringLike", "aws:PrincipalArn", "arn:aws:iam::*:root"), [ENROLMENT]),
            ("boundary", on("StringLike", "aws:PrincipalArn", "arn:aws:iam::*:root"), [VALUE]),
            ("scp", on("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:user/*"), [ENROLMENT])))],
    *[Stated(f"exempt-under-{name}", [allow("s3:*"), {"Effect": "Deny", "Resource": "*",
            "Condition": WITHOUT, name: CARE}], found("unknown-element", at=1), {})
      for name in ("NotActions", "Not_Action")],
    # A Deny of regions exempts somebody else than all users.
    *[Stated(f"regions-denied-to-all-but-{at}", [deny_but(["sts:*", "support:*"], {
            **on("StringNotLike", "aws:RequestedRegion", "eu-*"), **who}), deny_but(CARE,
            {**WITHOUT, **on("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:user/*")})],
            found(ENROLMENT) if told else [], {}, "scp")
      for at, (told, who) in enumerate((
            (True, on("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/Admin")),
            (True, on("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/*")),
            (True, on("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:user/platform/*")),
            (True, on("StringNotEquals", "aws:PrincipalTag/global", "yes")),
            (False, on("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:user/*")),
            (False, on("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/*")),
            (False, on("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:user/eu/*")),
            (False, on("StringEquals", "aws:PrincipalTag/global", "no"))))],
    # A condition on the setup itself keeps out whoever has no MFA yet.
    *[Stated(f"setup-under-{at}", [allow(action, when, Resource=[ME, MY_DEVICE]), allow("ec2:*",
            WITH)], found(rule), {})
      for at, (action, when, rule) in enumerate((
            ([*ENROL, OFF], IF_TRUE, "allow-bool-if-exists"),
            ("iam:*MFA*", IF_TRUE, "allow-bool-if-exists"), (ENROL, IF_TRUE,
             "allow-bool-if-exists"), (ENROL, on("Null", PRESENT, "false"), "allow-any-session"),
            (ENROL, on("ForAllValues:Bool", PRESENT, "true"), "allow-for-all-values"),
            (ENROL, older("3600", "NumericLessThanIfExists"), "allow-age-if-exists"),
            (["iam:ChangePassword"], IF_TRUE, "allow-bool-if-exists"),
            (ENROL, on("StringEquals", "iam:MFADeviceType", "virtual"), KEY),
            (ENROL, on("StringEquals", "aws:MultiFactorAuthType", "virtual"), KEY)))],
    Stated("setup-of-roles-alone", [allow("*", IF_TRUE)], found("allow-bool-if-exists"), {}, "scp"),
    # A device is created and never enabled; a security key is registered in two calls.
    *[Stated(f"created-and-listed-{at}", [*statements, deny_but(CARE, WITHOUT)],
             found(INCOMPLETE) if told else [], {})
      for at, (told, statements) in enumerate((
            (True, [allow([CREATE, "iam:DeleteVirtualMFADevice"], Resource=MY_DEVICE), allow([LIST,
             "iam:GetUser"], Resource=ME)]),
            (True, [allow([CREATE, LIST]), allow("*", WITH)]),
            (False, [allow([CREATE, LIST, ENABLE])]), (False, [allow([ENABLE, RESYNC, LIST],
             Resource=ME)])))],
    *[Stated(f"security-keys-registered-{at}", [allow(LIST, Resource=ME), *[allow(ENABLE, {
            "StringEquals": each}, Resource=ME) for each in calls], deny_but(CARE, WITHOUT)],
            found(INCOMPLETE, at=1) if told else [], {})
      for at, (told, calls) in enumerate((
            (True, [{"iam:RegisterSecurityKey": ["Activate"], "iam:FIDO-certification": ["L2"]}]),
            (True, [{"iam:RegisterSecurityKey": ["Create", "Activate"], "iam:FIDO-certification":
             ["L2"]}]), (True, [{"iam:RegisterSecurityKey": ["Create", "Active"]}]),
            (False, [{"iam:RegisterSecurityKey": ["Create", "Activate"]}]),
            (False, [{"iam:RegisterSecurityKey": ["Create"]}, {"iam:RegisterSecurityKey":
             ["Activate"], "iam:FIDO-FIPS-140-2-certification": ["L1", "L2"]}])))],
    # A policy that asks only some people for MFA, or asks since a day, denies the removal to them.
    *[Stated(f"removal-denied-to-those-asked-{at}", [allow([*ENROL, OFF], Resource=[ME, MY_DEVICE]),
            allow("s3:*"), deny_but(CARE, {**WITHOUT, **who}), *more], found(OWN) if told else [],
            {})
      for at, (told, who, more) in enumerate((
            (False, on("StringLike", "aws:username", "ext-*"), []),
            (False, on("StringEquals", "aws:PrincipalTag/type", "human"), []),
            (False, on("DateGreaterThan", "aws:CurrentTime", "2026-07-01T00:00:00Z"), []),
            (True, on("StringLike", "aws:username", "ext-*"), [deny("ec2:*", WITHOUT)]),
            (True, on("StringLike", "aws:username", "ext-*"), [allow("ec2:*", WITH)])))],
    # Three Denies ask for MFA together, and one of them exempts all of IAM.
    Stated("all-of-iam-denied-in-parts", [ALL, deny("iam:*", WITHOUT, NotResource=[ME, MY_DEVICE]),
            deny([OFF, "iam:DeleteVirtualMFADevice", "iam:CreateAccessKey", "iam:PutUserPolicy",
            "iam:DetachUserPolicy", "iam:DeleteUserPolicy"], WITHOUT), deny_but(["iam:*",
            "sts:GetSessionToken"], WITHOUT)], [], {OFF: "m"}),
    Stated("setup-in-a-boundary-without-iam", [allow(["s3:*", "logs:*"]), deny("iam:*", WITHOUT)],
           [], {}, "boundary"),
    Stated("only-security-keys-enabled", [ALL, deny(ENABLE, on("StringNotEquals",
            "iam:RegisterSecurityKey", ["Create", "Activate"])), deny_but([ENABLE, LIST,
            "iam:GetUser"], WITHOUT)], [], {STOP: "m"}),
    # A Deny exempts what takes away the policy or the boundary, on one's own user or everywhere.
    *[Stated(f"policy-taken-away-{at}", [allow(action, Resource=where), deny_but([*CARE, action],
            WITHOUT), *more], found(REMOVAL, at=1) if told else [], {}, kind)
      for at, (told, kind, action, where, more) in enumerate((
            (True, None, "iam:DetachUserPolicy", ME, []),
            (True, None, "iam:PutUserPolicy", "arn:aws:iam::123456789012:user/*", []),
            (True, None, "iam:RemoveUserFromGroup", "arn:aws:iam::*:group/*", []),
            (True, None, "iam:CreatePolicyVersion", "arn:aws:iam::123456789012:policy/*", []),
            (True, None, "iam:PutUserPolicy", "*", [deny("iam:*", WITHOUT,
             Resource="arn:aws:iam::*:group/*")]),
            (False, None, "iam:DetachUserPolicy", "arn:aws:iam::123456789012:user/robots/*", []),
            (False, None, "iam:DetachUserPolicy", ME, [deny("iam:Detach*", WITHOUT)]),
            (False, None, "iam:RemoveUserFromGroup", "arn:aws:iam::*:group/oncall", []),
            (False, None, "iam:PutGroupPolicy", "*", [deny("iam:*", WITHOUT, NotResource=[ME,
             "arn:aws:iam::*:mfa/*"])])))],
    *[Stated(f"boundary-taken-away-{at}", [ALL, deny_but([*CARE,
            "iam:DeleteUserPermissionsBoundary"], WITHOUT), *more], found(REMOVAL, at=1) if told
            else [], {}, kind)
      for at, (told, kind, more) in enumerate(((True, "boundary", []), (False, None, []), (False,
            "boundary", [deny("iam:*PermissionsBoundary")])))],
    # A help desk sets up others' devices.
    *[Stated(f"setup-of-others-{at}", [allow(action, WITH, Resource=where), allow(LIST)],
             found("enrolment-needs-mfa") if told else [], {})
      for at, (told, action, where) in enumerate((
            (False, [*ENROL, OFF], ["arn:aws:iam::123456789012:user/staff/*",
             "arn:aws:iam::123456789012:mfa/*"]), (False, ["iam:CreateUser", *ENROL], "*"),
            (True, ENROL, "*"), (True, ENROL, ["arn:aws:iam::*:mfa/*", ME])))],
    # What one statement allows on one's own user, another denies to everybody.
    *[Stated(f"own-setup-denied-{at}", [allow(CREATE, Resource="arn:aws:iam::*:mfa/*"),
            allow([ENABLE, LIST], Resource=ME), deny(action, Resource=where), deny_but(CARE,
            WITHOUT)], found(ENROLMENT, at=2) if told else [], {})
      for at, (told, action, where) in enumerate((
            (True, [OFF, ENABLE], ME), (True, "iam:*", "arn:aws:iam::*:user/*"),
            (True, "iam:*", [ME, MY_DEVICE]), (False, "iam:*", "arn:aws:iam::*:user/admin*"),
            (False, OFF, ME), (False, ENABLE, "arn:aws:iam::*:user/robots/*")))],
    *[Stated(f"a-step-on-all-but-one-s-own-{at}", [*open_to, deny_but(CARE, {**WITHOUT, **who}),
            deny([CREATE, ENABLE], who, NotResource=where)],
            found(ENROLMENT, at=len(open_to) + 1) if len(where) == 1 else [], {}, kind)
      for at, (kind, open_to, who, where) in enumerate((
            ("boundary", [ALL], {}, [ME]), (None, [ALL], {}, [ME]), (None, [ALL], {}, [ME,
             MY_DEVICE]), ("scp", [], on("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:user/*"),
             [ME]), ("scp", [], on("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:user/*"), [ME,
             "arn:aws:iam::*:mfa/*"])))],
    # Services that a Deny stops by where they call from, and what AWS Backup does as a role.
    *[Stated(f"service-by-its-place-{at}", [trust(EC2_SERVICE), trust(ACCOUNT, WITH), trust("*",
            block, "Deny")], found(SERVICE, at=2) * wrong, {})
      for at, (block, wrong) in enumerate((
          (NETWORK, True), (on("StringNotEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"), True),
          (on("StringNotEquals", "aws:SourceVpce", "vpce-1a2b3c4d"), True),
          ({**NETWORK, **NO_SERVICE}, False), (on("StringNotEqualsIfExists", "aws:PrincipalOrgID",
              "o-a1b2c3d4e5"), True),
          (on("StringNotEquals", "aws:PrincipalTag/team", "x"), False)))],
    Stated("service-by-its-place-without-mfa", [trust(EC2_SERVICE), trust(ACCOUNT), trust("*",
            NETWORK, "Deny")], [], {}),
    *[Stated(f"copies-into-a-vault-{at}", [allow(COPY, None, Principal=ACCOUNT), deny([*actions],
            WITHOUT, Principal="*")], found(SERVICE, at=1) * wrong, {})
      for at, (actions, wrong) in enumerate((((COPY, "backup:DeleteRecoveryPoint"), True),
          (("backup:DeleteRecoveryPoint",), False)))],
    Stated("copies-into-a-vault-with-mfa", [allow(COPY, WITH, Principal=ACCOUNT)], found(SERVICE),
            {}),
    *[Stated(f"logs-of-load-balancers-in-{at}", [allow("s3:PutObject", Principal={"AWS":
            f"arn:{at}:iam::{of}:root"}, Resource=f"arn:{at}:s3:::logs/*"), deny("s3:*", WITHOUT,
            Principal="*", Resource=[f"arn:{at}:s3:::logs", f"arn:{at}:s3:::logs/*"])],
            found(SERVICE, at=1), {})
      for at, of in (("aws-us-gov", "048591011584"), ("aws-cn", "638102146993"))],
    *[Stated(f"vault-s-actions-{at}", [deny(action, WITHOUT, Principal="*"), *more],
            found(MALFORMED) * wrong, {})
      for at, (action, more, wrong) in enumerate((("backup:Delete*", [], True),
          ("backup:DeleteRecoveryPoint", [], False), ("backup:Delete*", [allow("backup:*",
          ORGANISATION, Principal="*")], False)))],
    # Keys of another provider than the principal, and accounts of another.
    *[Stated(f"key-of-another-provider-{at}", [{**trust({"Federated": who}, on("StringEquals", key,
            "x")), "Action": f"{TAKE}With{how}"}], found(NO_KEY) * wrong, {}, "trust")
      for at, (who, how, key, wrong) in enumerate((
          (f"{PROVIDER}oidc.eks.eu-west-1.amazonaws.com/id/A1", "WebIdentity",
              "oidc.eks.eu-west-1.amazonaws.com/id/B2:sub", True),
          (f"{PROVIDER}oidc.eks.eu-west-1.amazonaws.com/id/A1", "WebIdentity",
              "oidc.eks.eu-west-1.amazonaws.com/id/A1:sub", False),
          (f"{PROVIDER}gitlab.com", "WebIdentity", "SAML:aud", True),
          (f"{PROVIDER}gitlab.com/acme", "WebIdentity", "gitlab.com/acme:sub", False),
          ([f"{PROVIDER}gitlab.com", f"{PROVIDER}bitbucket.org"], "WebIdentity", "gitlab.com:sub",
              False),
          ("cognito-identity.amazonaws.com", "WebIdentity", "cognito-identity.amazonaws.com:aud",
              False),
          (f"{PROVIDER}${{var.issuer}}", "WebIdentity", "gitlab.com:sub", False),
          (SAML["Federated"], "SAML", "gitlab.com:aud", True)))],
    *[Stated(f"account-of-another-{at}", [trust({"AWS": who}, {**WITH, **block})],
            found("conditions-never-match") * wrong, {})
      for at, (who, block, wrong) in enumerate((
          (PARTNER, on("StringEquals", "aws:PrincipalAccount", "123456789012"), True),
          (PARTNER, on("ArnLike", "aws:PrincipalArn", "arn:aws:iam::123456789012:user/*"), True),
          (PARTNER, on("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:user/ann"), False),
          (PARTNER, on("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::123456789012:user/*"),
              False),
          ([PARTNER, "123456789012"], on("StringEquals", "aws:PrincipalAccount", "123456789012"),
              False)))],
    # What is about no resource of the policy's own.
    *[Stated(f"about-no-{at}", [statement, *more], found(RESOURCE) * wrong, {}, "resource")
      for at, (statement, more, wrong) in enumerate((
          (of_repository("ecr:GetAuthorizationToken"), [], True),
          (of_repository("ecr:BatchGetImage"), [], False),
          (allow("ecr:GetAuthorizationToken", WITH, Principal=ACCOUNT), [], False),
          (deny("secretsmanager:ListSecrets", WITHOUT, Principal="*"), [], True),
          (deny("secretsmanager:ListSecrets", WITHOUT, Principal="*"), [allow("secretsmanager:*",
              ORGANISATION, Principal="*")], False),
          (deny("secretsmanager:GetSecretValue", WITHOUT, Principal="*"), [], False),
          (deny("kms:CreateKey", WITHOUT, Principal="*"), [allow("kms:*", Principal=ACCOUNT)],
              True),
          (deny("kms:CreateKey", Principal="*"), [allow("kms:*", Principal=ACCOUNT)], False)))],
    *[Stated(f"address-of-a-resource-{resource}", [allow(action, WITH, Principal=ACCOUNT,
            Resource=resource)], found(NO_ARN), {})
      for action, resource in (("sqs:PurgeQueue", "https://sqs.eu-west-1.amazonaws.com/1/jobs"),
          ("kms:Decrypt", "alias/prod"))],
    # What narrows everybody little.
    *[Stated(f"everybody-by-{key}", [allow(action, {**WITH, **on("StringEquals", key, "x")},
            Principal="*")], found(ANYONE) * wrong, {}, "resource")
      for action, key, wrong in (("kms:Decrypt", "kms:ViaService", True),
          ("sns:Subscribe", "sns:Protocol", True), ("sns:Subscribe", "sns:Endpoint", False))],
    # What Sids promise besides: hardware, minutes, users, no deactivation.
    *[Stated(f"promise-of-a-sid-{at}", [{**statement, "Sid": sid}, *rest],
            [(PROMISE, sid)] if wrong else [], {}, "scp")
      for at, (sid, statement, wrong, rest) in enumerate((
          ("RequireYubiKey", deny_but(CARE, {**WITHOUT, **NOT_ROLES}), True, []),
          ("RequireYubiKey", deny_but(CARE, {**WITHOUT, **NOT_ROLES}), False, [deny(CREATE)]),
          ("NeedsPasskey", deny_but(CARE, {**WITHOUT, **NOT_ROLES}), False, [deny(ENABLE, on(
              "StringNotEquals", "iam:RegisterSecurityKey", "Activate"))]),
          ("DenyWithoutHardwareToken", deny_but(CARE, {**WITHOUT, **NOT_ROLES}), True, []),
          ("WithoutPasskeyRemoval", deny(OFF, {**WITHOUT, **NOT_ROLES}), False, []),
          ("RemoveSecurityKeyNeedsMfa", deny(OFF, {**WITHOUT, **NOT_ROLES}), False, []),
          ("StopWithMfaWithin15m", deny("ec2:*", {**older("1500"), **NOT_ROLES}), True, []),
          ("StopM5WithMfaWithin15m", deny("ec2:*", {**older("900"), **NOT_ROLES}), False, []),
          ("StopM5s", deny("ec2:*", {**older("900"), **NOT_ROLES}), False, []),
          ("RequireMfaForIamUsers", deny_but(CARE, on("ArnLike", "aws:PrincipalArn",
              "arn:aws:iam::*:user/*")), True, []),
          ("DenyWithoutMfa", deny_but(CARE, NOT_ROLES), True, []),
          ("DenyStopWithoutMfa", deny(STOP, {**NOT_ROLES, **NETWORK}), True, []),
          ("UsersMustUseSsoWithMfa", deny("iam:CreateUser", on("ArnLike", "aws:PrincipalArn",
              "arn:aws:iam::*:user/*")), False, []),
          ("RotateWithPasskeyOrApp", deny_but(CARE, {**WITHOUT, **NOT_ROLES}), False, []),
          ("RequireMfaBySso", deny_but(CARE, on("ArnNotLike", "aws:PrincipalArn",
              "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*")), False, []),
          ("MfaAdminsOnlyManageMfaDevices", deny(OFF, on("ArnLike", "aws:PrincipalArn",
              "arn:aws:iam::*:user/*")), False, []),
          ("DenyMfaDeactivation", deny("iam:DeleteVirtualMFADevice"), True,
              [deny_but(CARE, {**WITHOUT, **NOT_ROLES})]),
          ("PreventMfaRemoval", deny(["iam:DeleteVirtualMFADevice", RESYNC]), True, []),
          ("PreventMfaRemoval", deny("iam:DeleteVirtualMFADevice"), False, [deny(OFF)]),
          ("NoMfaRemovalWithoutMfa", deny("iam:DeleteVirtualMFADevice", {**WITHOUT, **NOT_ROLES}),
              False, [deny(OFF, {**WITHOUT, **NOT_ROLES})]),
          ("DenyRemovalOfVirtualMfa", deny("iam:DeleteVirtualMFADevice"), False, []),
          ("PreventMfaRemoval", deny(OFF), False, [])))],
    # Exemptions by a tag, an id or an account that are the wrong way round.
    *[Stated(f"exempt-the-wrong-way-round-{at}", [ALL, deny_but(CARE, {**WITHOUT, **on(operator,
            key, value)}, Sid=sid)], [(rule, sid)] if rule else [], {})
      for at, (sid, operator, key, value, rule) in enumerate((
          ("MfaExceptBreakGlass", "StringEquals", "aws:PrincipalTag/BreakGlass", "true", EXEMPTION),
          ("MfaExceptBreakGlass", "StringNotEquals", "aws:PrincipalTag/BreakGlass", "true", ""),
          ("DenyAllExceptBreakGlassWithoutMfa", "StringEquals", "aws:PrincipalTag/break-glass",
           "yes", EXEMPTION),
          ("MfaExceptBreakGlass", "StringEquals", "aws:PrincipalTag/Kind", "human", ""),
          ("RequireMfaExceptRoot", "StringLike", "aws:PrincipalArn", "arn:aws:iam::*:root",
           EXEMPTION),
          ("DenyUnlessRootHasMfa", "StringLike", "aws:PrincipalArn", "arn:aws:iam::*:root", ""),
          ("DenyNoMfaUnlessInterns", "StringEquals", "aws:PrincipalTag/kind", "intern", EXEMPTION),
          ("DenyUnlessInternsUseMfa", "StringEquals", "aws:PrincipalTag/kind", "intern", ""),
          ("DenyAllExceptListedForInternsIfNoMfa", "StringEquals", "aws:PrincipalTag/kind",
           "interns", ""),
          ("DenyNonexemptInternsWithoutMfa", "StringEquals", "aws:PrincipalTag/kind", "interns",
           ""),
          ("DenyStaffWithoutMfaExceptListed", "ArnLike", "aws:PrincipalArn",
           "arn:aws:iam::*:user/staff/*", ""),
          ("RequireMfa", "StringNotEquals", "aws:PrincipalTag/MfaRequired", "true",
           "deny-narrowed"),
          ("RequireMfa", "StringEquals", "aws:PrincipalTag/MfaRequired", "true", ""),
          ("RequireMfa", "StringNotEquals", "aws:PrincipalTag/MfaRequired", "false", ""),
          ("RequireMfa", "StringEquals", "aws:PrincipalTag/mfa-exempt", "true", "deny-narrowed"),
          ("RequireMfa", "StringNotEquals", "aws:PrincipalTag/mfa-exempt", "true", ""),
          ("BreakGlassNeedsMfa", "StringEquals", "aws:PrincipalTag/BreakGlass", "true", ""),
          ("MfaExceptBreakGlass", "StringNotEquals", "aws:PrincipalTag/BreakGlass", "false",
           "deny-narrowed")))],
    # ARNs and keys that are none: of partitions, access points, vaults, domains, parameters, STS.
    *[Stated(f"no-partition-{at}", [trust({"AWS": f"arn:{at}:iam::123456789012:root"}, WITH)],
            found(PARTITION) * wrong, {})
      for at, wrong in (("aws-gov", True), ("aws-china", True), ("aws-us-gov-west-1", True),
          ("aws-us-gov", False), ("aws-iso-b", False), ("aws-eusc", False))],
    *[Stated(f"two-partitions-{at}", [statement], found(PARTITION) * wrong, {}, kind)
      for at, (statement, kind, wrong) in enumerate((
          (trust({"AWS": ["arn:aws-us-gov:iam::123456789012:user/ann",
              "arn:aws:iam::123456789012:user/bob"]}, WITH), "trust", True),
          (deny("s3:DeleteObject", WITHOUT, Principal="*", Resource=["arn:aws-cn:s3:::books/*",
              "arn:aws:s3:::books/*"]), "resource", True),
          (deny("s3:DeleteObject", WITHOUT, Resource=["arn:aws-cn:s3:::books/*",
              "arn:aws:s3:::books/*"]), "identity", False),
          (deny("s3:DeleteObject", {**WITHOUT, **on("ArnNotLike", "aws:PrincipalArn",
              ["arn:aws-cn:iam::*:user/a", "arn:aws:iam::*:user/a"])}, Principal="*",
              Resource="arn:aws:s3:::books/*"), "resource", False)))],
    *[Stated(f"resource-of-another-form-{action}-{at}", [deny(action, WITHOUT, Resource=where)],
            found(RESOURCE) * wrong, {})
      for at, (action, where, wrong) in enumerate((
          ("es:ESHttpDelete", "arn:aws:es:eu-west-1:123456789012:domain/logs", True),
          ("es:ESHttp*", "arn:aws:es:eu-west-1:123456789012:domain/logs/*", False),
          ("es:DeleteDomain", "arn:aws:es:eu-west-1:123456789012:domain/logs", False),
          ("ssm:GetParameter*", "arn:aws:ssm:eu-west-1:123456789012:parameter//prod/*", True),
          ("ssm:GetParameter*", "arn:aws:ssm:eu-west-1:123456789012:parameter/prod/*", False),
          ("backup:DeleteRecoveryPoint", f"{BACKUP}backup-vault:prod", True),
          ("backup:DeleteRecoveryPoint", f"{BACKUP}recovery-point:*", False),
          ("backup:DeleteRecoveryPoint", "arn:aws:ec2:*::snapshot/*", False),
          ("s3:DeleteObject", f"{POINT}hr", True), ("s3:DeleteObject", f"{POINT}hr/2031/*", True),
          ("s3:DeleteObject", f"{POINT}hr/object/2031/*", False),
          ("s3:DeleteObject", f"{POINT}*", False), ("s3:ListBucket", f"{POINT}hr", False),
          ("s3:DeleteObject", "arn:aws:s3::::books/*", True)))],
    *[Stated(f"sent-to-sts-{key}", [trust(ACCOUNT, {**WITH, **on("StringLike", key, "a*")})],
            found(NO_KEY) * wrong, {})
      for key, wrong in (("sts:SerialNumber", True), ("sts:SessionName", True),
          ("sts:RoleSessionName", False), ("sts:ExternalId", False))],
    *[Stated(f"name-of-a-session-{at}", [trust(ACCOUNT, {**WITH, **on("StringEquals",
            "sts:RoleSessionName", name)})], found(VALUE) * wrong, {})
      for at, (name, wrong) in enumerate((("break glass", True), ("ann@acme.com", False),
          ("${aws:username}", False)))],
    *[Stated(f"subject-of-github-{at}", [{**trust({"Federated":
            f"{PROVIDER}token.actions.githubusercontent.com"}, on("StringLike",
            "token.actions.githubusercontent.com:sub", name)), "Action": f"{TAKE}WithWebIdentity"}],
            found(VALUE) * wrong, {}, "trust")
      for at, (name, wrong) in enumerate((("acme/infra:*", True), ("repo:acme/infra:*", False),
          ("repository_owner:acme:*", False), ("*", False)))],
    *[Stated(f"demanded-beside-{at}", [{**trust(ACCOUNT, WITH), "Sid": "RequireMFA"}, trust(who,
            block)], [(DEFEATED, "RequireMFA")] * wrong, {})
      for at, (who, block, wrong) in enumerate((
          (ACCOUNT, on("StringEquals", "sts:ExternalId", "x1"), True),
          (ACCOUNT, on("ArnLike", "aws:PrincipalArn", "arn:aws:iam::123456789012:user/*"), True),
          (ACCOUNT, on("ArnLike", "aws:PrincipalArn", "arn:aws:iam::123456789012:user/svc"), False),
          ({"AWS": PARTNER}, on("StringEquals", "sts:ExternalId", "x1"), False)))],
    *[Stated(f"everything-on-objects-{sid}", [deny("s3:*", WITHOUT, Principal="*", Resource=BUCKET,
            Sid=sid)], [(RESOURCE, sid)] * wrong, {})
      for sid, wrong in (("DenyAllS3WithoutMFA", True), ("DenyAllObjectAccessWithoutMFA", False),
          ("DenyBooksWithoutMFA", False))],
    # Sids that deny everything, of something.
    *[Stated(f"everything-by-the-sid-{at}", [allow(given), {**denial, "Sid": sid}],
            [(PROMISE, sid)] if wrong else [], {})
      for at, (sid, given, denial, wrong) in enumerate((
          ("DenyAllServicesWithoutMfa", ["ec2:*", "rds:*"], deny("ec2:*", WITHOUT), True),
          ("RequireMfaForAllActions", ["ec2:*", "rds:*"], deny("ec2:*", WITHOUT), True),
          ("UsersDeleteNothingWithoutMfa", ["ec2:*", "s3:*"], deny("s3:Delete*", WITHOUT), False),
          ("DenyAllAccessWithoutMfaToRds", ["ec2:*", "rds:*"], deny("rds:*", WITHOUT), False),
          ("NoAccessWithoutMfaToRds", ["ec2:*", "rds:*"], deny("rds:*", WITHOUT), False),
          ("NoAccessWithoutMfa", ["ec2:*", "rds:*"], deny("rds:*", WITHOUT), True),
          ("DenyAnyMfaRemovalWithoutMfa", "*", deny(OFF, WITHOUT), False),
          ("DenyAnyWithoutMfa", "*", deny(OFF, WITHOUT), True),
          ("DenyAllWithoutMfaToBooks", "s3:*", deny("s3:*", WITHOUT, Resource=BUCKET), False),
          ("DenyAllWithoutMfa", "*", deny_but(CARE, WITHOUT, Resource=["arn:aws:ec2:*:*:*",
           "arn:aws:s3:::*"]), True),
          ("DenyAllWithoutMfa", "*", deny_but("s3:Get*", WITHOUT, Resource=BUCKET), False)))],
    # Places and machines by the Sid.
    *[Stated(f"place-of-an-allow-by-the-sid-{at}", [allow("s3:*", when, Sid=sid), *rest],
            [(EXEMPTION, sid)] if wrong else [], {})
      for at, (sid, when, wrong, rest) in enumerate((
          ("OfficeWithoutMfa", NETWORK, True, [allow("s3:*", WITH)]),
          ("OfficeWithoutMfa", IN_OFFICE, False, [allow("s3:*", WITH)]),
          ("WithoutMfaOnVpn", NETWORK, True, []),
          ("OutsideOfficeWithoutMfa", NETWORK, False, []),
          ("FromOfficeOrWithMfa", {**WITH, **IN_OFFICE}, True, []),
          ("WithMfaOrFromOurVpc", {**WITH, **on("StringEquals", "aws:SourceVpc", "vpc-1")}, True,
           []),
          ("FromOfficeOnlyWithMfa", {**WITH, **IN_OFFICE}, False, []),
          ("FromOfficeOrWithMfa", IN_OFFICE, False, [allow("s3:*", WITH)])))],
    *[Stated(f"boundary-of-machines-{sid}-{at}", [allow(actions, WITH, Sid=sid)],
            [("mfa-in-role-policy", sid)] if wrong else [], {}, "boundary")
      for at, (sid, actions, wrong) in enumerate((
          ("EcsTaskBoundary", "s3:*", True), ("LambdaBoundary", "s3:*", True),
          ("EC2InstanceProfileBoundary", "s3:*", True), ("GitHubActionsBoundary", "s3:*", True),
          ("LambdaBoundary", ["lambda:*", "logs:*"], False),
          ("LambdaDevelopersBoundary", "s3:*", False), ("InstanceBoundary", "s3:*", False)))],
    # A variable in a principal: IAM fills in none there.
    *[Stated(f"variable-in-a-principal-{at}", [trust({"AWS": f"arn:aws:iam::111122223333:{what}"},
            WITH), trust(ACCOUNT, WITH)], found(MALFORMED) if wrong else [], {})
      for at, (what, wrong) in enumerate((("user/${aws:username}", True),
            ("user/${ aws:PrincipalTag/owner }", True), ("user/${username}", False),
            ("user/${ssm:/owner}", False), ("user/carol", False)))],
    # What an Allow gives where the Deny is not: other resources, or the opposite condition.
    *[Stated(f"exempt-by-not-resource-{rule}-{at}", statements, [(rule, f"Statement[{number}]")]
            if wrong else [], {})
      for rule, number, who in ((SERVICE, 1, {"Service": "cloudtrail.amazonaws.com"}),
          (ROLE_SESSION, 1, ROLE), (ANYONE, 0, "*"))
      for at, (where, wrong) in enumerate((("logs/*", False), ("*", True)))
      for statements in [[allow(READ, Principal=who, Resource=f"arn:aws:s3:::books/{where}"),
          deny(READ, WITHOUT, Principal="*", NotResource="arn:aws:s3:::books/logs/*")]]],
    *[Stated(f"role-let-in-where-the-deny-is-not-{at}", [allow(action, let_in, Principal=ROLE,
            Resource=where), deny(action, {**WITHOUT, **denied}, Principal="*", Resource=where,
            Sid="MfaOutsideVpce")], [(ROLE_SESSION, "MfaOutsideVpce")] if wrong else [], {})
      for action, where in ((READ, BUCKET),)
      for at, (let_in, denied, wrong) in enumerate((
          (on("StringEquals", "aws:SourceVpce", "vpce-1"),
           on("StringNotEquals", "aws:SourceVpce", "vpce-1"), False),
          (on("StringEquals", "aws:SourceVpce", "vpce-2"),
           on("StringNotEquals", "aws:SourceVpce", "vpce-1"), True),
          (None, on("StringNotEquals", "aws:SourceVpce", "vpce-1"), True),
          (IN_OFFICE, NETWORK, False), (None, NETWORK, True)))],
    *[Stated(f"grants-for-aws-{at}", [allow("kms:CreateGrant", let_in, Principal=ROLE),
            deny("kms:CreateGrant", {**WITHOUT, **on("Bool", "kms:GrantIsForAWSResource",
            "false")}, Principal="*")], found(ROLE_SESSION, at=1) if wrong else [], {})
      for at, (let_in, wrong) in enumerate((
          (on("Bool", "kms:GrantIsForAWSResource", "true"), False), (None, True)))],
    *[Stated(f"deny-on-oneself-{at}", [*given, deny_but(CARE, WITHOUT, Resource=where)],
            found(ONESELF, at=len(given)) if wrong else [], {})
      for at, (given, where, wrong) in enumerate((
          ([ALL], "arn:aws:iam::*:user/*", False), ([ALL], [ME, MY_DEVICE], True), ([], ME, True),
          ([allow("iam:*AccessKey*", Resource=ME), allow("iam:ListUsers")], ME, False),
          ([allow("iam:*AccessKey*", Resource=ME), allow("s3:*")], ME, True)))],
    *[Stated(f"left-out-by-a-deny-{name}", [allow(READ, Resource=BUCKET, Principal={"AWS": [
            USER, f"{USERS}{name}"]}), deny(READ, WITHOUT, Resource=BUCKET, Principal={
            "AWS": USER})], found(DEFEATED, at=1) if wrong else [], {})
      for name, wrong in (("uploader-bot", False), ("bob", True))
      for USERS in ("arn:aws:iam::123456789012:user/",) for USER in (f"{USERS}ann",)],
    # What another statement does, under a key that some of the actions lack.
    *[Stated(f"without-the-key-elsewhere-{at}", [made(actions, {**when, **by}), made(actions[1:],
            *conditions, Resource=where), deny("sqs:*", WITHOUT)], found(NO_KEY) * wrong, {})
      for at, (made, actions, when, by, conditions, where, wrong) in enumerate((
          (allow, LOCATION, {}, PREFIX, [], "*", False),
          (allow, LOCATION, {}, PREFIX, [], "arn:aws:s3:::x", True),
          (allow, LOCATION, {}, PREFIX, [WITH], "*", True),
          (allow, TERMINATE, {}, on("StringEquals", "aws:RequestTag/team", "x"),
           [on("StringEquals", "aws:ResourceTag/team", "x")], "*", False),
          (deny, STOPS, WITHOUT, OF_TEAM, [WITHOUT], "*", False),
          (deny, STOPS, {}, OF_TEAM, [WITHOUT], "*", True)))],
    # A bucket under MFA, and its objects otherwise.
    *[Stated(f"bucket-and-objects-apart-{at}", [allow("s3:*"), deny("s3:*", WITHOUT,
            Resource="arn:aws:s3:::books"), deny(action, when, Resource=BUCKET)],
            found(RESOURCE, at=1) * wrong + found(*more, at=2), {})
      for at, (action, when, wrong, more) in enumerate((
          ("s3:*", older(900), False, []),
          (["s3:PutObject", "s3:DeleteObject"], WITHOUT, False, []),
          ("s3:*", older(900, "NumericGreaterThan"), True, ["deny-age-misses-no-mfa"]),
          ("s3:PutObject", on("Bool", "aws:SecureTransport", "false"), True, [])))],
    # As EC2 calls KMS for encrypted volumes.
    *[Stated(f"role-of-ec2-s-own-{at}", [ALL, deny("kms:Decrypt", {**WITHOUT, **on("ArnNotLike",
            "aws:PrincipalArn", f"arn:aws:iam::*:{who}")})], found(VALUE, at=1) * wrong, {})
      for at, (who, wrong) in enumerate((("role/aws:ec2-infrastructure", False),
          ("role/ops:ec2-infrastructure", True), ("group/ec2-infrastructure", True)))],
    *[Stated(f"repository-for-everybody-{at}", [*more, deny("ecr:DeleteRepository", WITHOUT,
            Principal=who, Resource="arn:aws:ecr:eu-west-1:123456789012:repository/books")],
            found(MISPLACED, at=len(more)) * wrong, {})
      for at, (who, more, wrong) in enumerate((("*", [allow("*", Principal="*")], False),
          ("*", [], False), (ACCOUNT, [allow("*", Principal=ACCOUNT)], True)))],
]
# fmt: on
