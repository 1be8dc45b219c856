"""Statements of policies, conditions and names that tests of policies share."""

from __future__ import annotations

from typing import Any, NamedTuple

PRESENT, AGE = "aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge"
ME = "arn:aws:iam::*:user/${aws:username}"
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
MISSES, NO_SESSIONS = "deny-misses-long-term-keys", "deny-misses-sessions-without-mfa"
DISCOVERY, ENROLMENT = "discovery-denied", "enrolment-denied"
NOTHING, ONESELF = "deny-denies-nothing", "deny-reaches-only-oneself"
REMOVAL, OWN = "removal-without-mfa", "own-removal-without-mfa"
ESCALATION, DEVICES = "escalation-without-mfa", "devices-of-others"
ANYONE, DEFEATED = "anyone-with-mfa", "allowed-without-mfa-too"
SHORT, LONG = "age-too-short", "age-beyond-any-session"
OPERATOR, KEY = "unknown-operator", "unknown-mfa-key"
RESOURCE, MISPLACED = "device-action-on-wrong-resource", "misplaced-element"
DEAD = "arn-matches-nothing"
VALUE, NO_KEY = "wrong-value", "unknown-condition-key"
TEXT = "wrong-operator"
SSE = "s3:x-amz-server-side-encryption"
MALFORMED = "malformed-policy"
PROMISE, NO_ARN = "sid-promises-mfa", "resource-no-arn"
LEFT = "placeholder"
EXEMPTION, IDLE = "sid-promises-exemption", "superfluous-statement"
SCP = "scp-locks-out-roles"
INCOMPLETE = "enrolment-incomplete"
ROLE_SESSION = "role-session-has-no-mfa"
ACCOUNT, PARTNER = {"AWS": "123456789012"}, "444455556666"
A_USER = f"arn:aws:iam::{PARTNER}:user/"
TAKE, COPY = "sts:AssumeRole", "backup:CopyIntoBackupVault"
PROVIDER = "arn:aws:iam::123456789012:oidc-provider/"
QUEUE = "arn:aws:sqs:eu-west-1:123456789012:jobs"
ROLE = {"AWS": "arn:aws:iam::123456789012:role/Deploy"}
EC2_SERVICE = {"Service": "ec2.amazonaws.com"}
SAML = {"Federated": "arn:aws:iam::123456789012:saml-provider/idp"}
NO_SERVICE = on("Bool", "aws:PrincipalIsAWSService", "false")
ORGANISATION = on("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5")
IN_OFFICE = on("IpAddress", "aws:SourceIp", "192.0.2.0/24")
NOT_ROLES = on("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/*")
USERS = on("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:user/*")
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
