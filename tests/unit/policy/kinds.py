"""Policies with each kind of mistake, and similar correct ones, with the expected findings.

Findings and outcomes were written by hand, from IAM's evaluation logic. Outcomes say whom a
policy allows an action: `k` long-term keys, `s` sessions without MFA, `m` fresh MFA sessions.
"""

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
MISSES, NO_SESSIONS = "deny-misses-long-term-keys", "deny-misses-sessions-without-mfa"
DISCOVERY, ENROLMENT = "discovery-denied", "enrolment-denied"
NOTHING, ONESELF = "deny-denies-nothing", "deny-reaches-only-oneself"
REMOVAL, OWN = "removal-without-mfa", "own-removal-without-mfa"
ANYONE, DEFEATED = "anyone-with-mfa", "allowed-without-mfa-too"
SHORT, LONG = "age-too-short", "age-beyond-any-session"
OPERATOR, KEY = "unknown-operator", "unknown-mfa-key"
SERVICE, FEDERATED = "service-has-no-mfa", "federation-has-no-mfa"
ACTION = "unknown-action"
RESOURCE, MISPLACED = "device-action-on-wrong-resource", "misplaced-element"
VALUE, NO_KEY = "wrong-value", "unknown-condition-key"
TEXT = "wrong-operator"
MALFORMED = "malformed-policy"
PROMISE, NO_ARN = "sid-promises-mfa", "resource-no-arn"
SCP = "scp-locks-out-roles"
ROLE_SESSION = "role-session-has-no-mfa"
ACCOUNT = {"AWS": "123456789012"}
ROLE = {"AWS": "arn:aws:iam::123456789012:role/Deploy"}
EC2_SERVICE = {"Service": "ec2.amazonaws.com"}
SAML = {"Federated": "arn:aws:iam::123456789012:saml-provider/idp"}
FRONT = {"Service": "cloudfront.amazonaws.com"}
NO_SERVICE = on("Bool", "aws:PrincipalIsAWSService", "false")
ORGANISATION_IF_ANY = on("StringEqualsIfExists", "aws:PrincipalOrgID", "o-1234567890")
CALLER = on("StringEquals", "kms:CallerAccount", "123456789012")
OTHER_CALLER = on("StringEquals", "kms:CallerAccount", "999999999999")
VIA = on("StringEquals", "kms:ViaService", "s3.eu-west-1.amazonaws.com")
NOT_ROLES = on("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/*")
SOME_ROLES = on("ArnNotLike", "aws:PrincipalArn", ["arn:aws:iam::*:role/aws-reserved/*",
                "arn:aws:iam::*:role/Ops"])  # fmt: skip
NETWORK = on("NotIpAddress", "aws:SourceIp", "192.0.2.0/24")
PUBLIC: Any = {"Principal": "*", "Resource": BUCKET}

# fmt: off
STATED = [
    # A Deny that never matches long-term keys, whatever the file allows them.
    Stated("false-beside-allow-all", [allow("*", WITH), deny("*", FALSE)],
           found(MISSES, DISCOVERY, ENROLMENT, at=1), {STOP: "m"}),
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
    Stated("false-backed-by-a-right-one", [ALL, deny("ec2:*", FALSE), deny("ec2:*", WITHOUT)], [],
           {STOP: "m"}),
    Stated("age-beside-allow-with-mfa", [allow("ec2:*", WITH),
            deny("ec2:*", older("3600", "NumericGreaterThan"))], [], {STOP: "m"}),
    # Enrolment denied by a list, nothing else protected.
    Stated("all-of-iam-listed", [ALL, deny(["iam:*", "s3:*"], WITHOUT)],
           found(DISCOVERY, ENROLMENT, at=1), {STOP: "ksm", READ: "m", ENABLE: "m"}),
    Stated("care-listed", [ALL, deny(CARE, WITHOUT)],
           found(DISCOVERY, ENROLMENT, "mfa-on-get-session-token", at=1),
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
    Stated("own-by-pattern", [allow("ec2:*", WITH), allow("iam:*MFADevice", Resource=ME)],
           found(OWN, at=1), {STOP: "m"}),
    Stated("own-by-verb", [allow("ec2:*", WITH), allow("iam:Deactivate*", Resource=ME)],
           found(OWN, at=1), {STOP: "m"}),
    Stated("own-by-service", [allow("ec2:*", WITH), allow("iam:*", Resource=[ME, MY_DEVICE])],
           found(OWN, at=1), {STOP: "m"}),
    Stated("own-by-everything", [allow("ec2:*", WITH), allow("*", Resource=ME)],
           found(OWN, at=1), {STOP: "m"}),
    Stated("own-by-pattern-denied", [allow("ec2:*", WITH), allow("iam:*", Resource=ME),
            deny(OFF, WITHOUT)], [], {STOP: "m"}),
    Stated("own-by-pattern-all-denied", [allow("iam:*MFADevice", Resource=ME),
            deny_but(CARE, WITHOUT)], [], {STOP: ""}),
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
            "aws:PrincipalArn", "arn:aws:iam::*:user/*")})], found(DISCOVERY, ENROLMENT, at=1),
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
    Stated("boundary-asks-all", [ALL, deny("*", WITHOUT)], found(DISCOVERY, ENROLMENT, at=1),
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
    Stated("looser-of-two-ages", [allow("ec2:*", on("NumericLessThan", AGE, ["900", 3600]))], [],
           {STOP: "m"}),
    Stated("age-of-a-variable", [allow("ec2:*", on("NumericLessThan", AGE,
            "${aws:PrincipalTag/age}"))], found("age-not-a-number"), {}),
    Stated("no-age-or-one", [ALL, deny("ec2:*", on("Null", AGE, ["true", "false"]))],
           found("bool-true-and-false", at=1), {STOP: ""}),
    Stated("not-resource", [ALL, deny("ec2:*", FALSE, NotResource=BUCKET)],
           found(MISSES, at=1), {STOP: "km"}),
    Stated("not-principal-denied", [allow("ec2:*", Principal=ACCOUNT), {"Effect": "Deny",
            "NotPrincipal": {"AWS": "arn:aws:iam::123456789012:user/x"}, "Action": "ec2:*",
            "Resource": "*", "Condition": FALSE}], found(MISSES, at=1), {}),
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
    Stated("role-beside-deny-of-what-a-pattern-takes-in", [allow("s3:*", Principal=ROLE),
            deny("s3:DeleteObject", WITHOUT, Principal="*")], [], {}),
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
           found("conditions-never-match", SHORT), {STOP: ""}),
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
    Stated("public-with-a-prefix", [allow(READ, {**WITH, **on("StringLike", "s3:prefix", "a*")},
            **PUBLIC)], found(ANYONE), {}),
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
            "aws:RequestedRegion", "eu-west-1")})], found(DISCOVERY, ENROLMENT), {}),
    Stated("all-with-a-tag", [deny("*", {**WITHOUT, **on("StringEquals", "aws:RequestTag/stage",
            "live")})], [], {}),
    Stated("own-removal-denied-to-direct-calls", [allow(OFF, Resource=ME), deny_but(CARE,
            {"BoolIfExists": {PRESENT: "false", "aws:ViaAWSService": "false"}})], [], {}),
    # MFA actions with resources to which they never apply.
    Stated("device-made-on-a-user", [allow(ENROL, Resource=ME)], found(RESOURCE), {ENABLE: "km"}),
    Stated("device-made-on-a-device", [allow(ENROL, Resource=[ME, MY_DEVICE])], [], {}),
    Stated("device-made-by-another-allow", [allow(ENROL, Resource=ME),
            allow("iam:CreateVirtualMFADevice", Resource=MY_DEVICE)], [], {}),
    Stated("user-s-action-on-a-device", [allow(LIST, Resource=MY_DEVICE)], found(RESOURCE),
           {LIST: ""}),
    Stated("devices-listed-for-one", [allow("iam:ListVirtualMFADevices", Resource=MY_DEVICE)],
           found(RESOURCE), {}),
    Stated("devices-listed-below-mfa", [allow("iam:ListVirtualMFADevices",
            Resource="arn:aws:iam::*:mfa/*")], [], {}),
    Stated("user-of-no-account", [allow(LIST, Resource="arn:aws:iam:::user/${aws:username}")],
           found(RESOURCE), {}),
    Stated("user-of-an-account-to-be-filled-in", [allow(LIST,
            Resource="arn:aws:iam::YOUR-ACCOUNT-123:user/${aws:username}")], [], {}),
    Stated("user-of-an-account-of-five-digits", [allow(LIST,
            Resource="arn:aws:iam::12345:user/${aws:username}")], found(RESOURCE), {}),
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
    Stated("device-actions-by-pattern", [allow("iam:*MFADevice", Resource=ME)], [], {}),
    # A Sid that names MFA, on a statement that does not ask for it.
    Stated("sid-with-mfa", [{**trust(ACCOUNT), "Sid": "AllowAssumeRoleWithMFA"}],
           [(PROMISE, "AllowAssumeRoleWithMFA")], {}),
    Stated("sid-requires-mfa", [allow("ec2:*", Sid="RequireMFA")], [(PROMISE, "RequireMFA")],
           {STOP: "ksm"}),
    Stated("sid-mfa-required", [allow("ec2:*", Sid="ec2MfaRequired")],
           [(PROMISE, "ec2MfaRequired")], {}),
    Stated("sid-with-multi-factor", [allow("ec2:*", on("StringEquals", "aws:RequestedRegion", "x"),
            Sid="OnlyIfMultiFactorAuthPresent")], [(PROMISE, "OnlyIfMultiFactorAuthPresent")], {}),
    Stated("sid-of-a-deny-of-all", [{**deny_but(CARE, {}), "Sid": "DenyAllExceptListedIfNoMFA"}],
           [(PROMISE, "DenyAllExceptListedIfNoMFA")], {STOP: ""}),
    Stated("sid-of-a-deny-of-something-else", [deny("s3:*", on("Bool", "aws:SecureTransport",
            "false"), Sid="RequireMFASession")], [], {}),
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
    Stated("sid-of-removals-and-more", [allow([OFF, ENABLE], Resource=ME,
            Sid="AllowManageOwnUserMFA")], [], {}),
    Stated("sids-of-the-opposite", [allow(STOP, Sid="NoMFARequired"),
            allow("ec2:Start*", Sid="AllowWithoutMFA"), allow("ec2:Reboot*",
            Sid="AllowBeforeMFA"), allow("s3:*", Sid="ComfortAndSwiftMfa")], [], {}),
    Stated("sid-of-people-from-elsewhere", [{**trust(SAML), "Sid": "SamlWithMFA"}], [], {}),
    # Condition keys that AWS does not have, in a condition or as a variable.
    Stated("key-of-nobody", [deny("s3:*", on("Bool", "aws:CloudTrailLogged", "false"))],
           found(NO_KEY), {}),
    Stated("key-with-a-tag-s-name", [allow("s3:*", on("StringEquals",
            "aws:RequestedSessionTag/x", "y"))], found(NO_KEY), {}),
    Stated("tag-without-a-name", [allow("s3:*", on("StringEquals", "aws:PrincipalTag", "y"))],
           found(NO_KEY), {}),
    Stated("name-behind-no-tag", [allow("s3:*", on("StringEquals", "aws:SourceIp/x", "y"))],
           found(NO_KEY), {}),
    Stated("keys-in-any-case", [allow("s3:*", {"StringEquals": {"AWS:sourcevpc": "v",
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
           [*found(OWN), *found(REMOVAL, at=2)], {OFF: "km"}),
    Stated("own-removal-exempt-by-name", [allow([*ENROL, OFF], Resource=[ME, MY_DEVICE]),
            deny_but([*CARE, OFF], WITHOUT)], found(REMOVAL, at=1), {OFF: "km"}),
    Stated("own-removal-exempt-by-pattern", [allow(OFF, Resource=ME), deny_but("iam:*", WITHOUT)],
           [*found(OWN), *found(REMOVAL, at=1)], {OFF: "km"}),
    Stated("own-removal-exempt-in-a-bucket", [allow(OFF, Resource=ME), deny_but(OFF, WITHOUT,
            Resource=BUCKET)], found(OWN), {OFF: "km"}),
    Stated("own-removal-behind-a-wrong-deny-of-a-bucket", [allow(OFF, Resource=ME),
            deny("*", FALSE, Resource=BUCKET)], [*found(OWN), *found(MISSES, at=1)], {}),
    Stated("removal-of-anybody", [allow(STOP, WITH), allow([OFF, "iam:ListUsers"])],
           found(OWN, at=1), {OFF: "km"}),
    Stated("removal-of-users", [allow(STOP, WITH), allow("iam:*MFADevice",
            Resource="arn:aws:iam::123456789012:user/*")], found(OWN, at=1), {OFF: "km"}),
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
           found("wrong-operator", DISCOVERY, ENROLMENT), {}),
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
           found("not-a-boolean", DISCOVERY, ENROLMENT), {}),
    Stated("misspelt-operator-and-no-enrolment", [deny("*", on("BoolIfExist", PRESENT, "false"))],
           found(OPERATOR, DISCOVERY, ENROLMENT), {}),
    # A public Allow of which no Deny asks MFA.
    Stated("public-beside-deny-of-else", [allow(READ, **PUBLIC), deny("s3:DeleteObject", NO_AGE,
            **PUBLIC), deny(READ, Principal="*", Resource="arn:aws:s3:::books/secret")], [], {}),
    # What one Allow gives without MFA, and another asks it for.
    Stated("opened-by-an-inverted-allow", [allow(OFF, WITH), {"Effect": "Allow", "NotAction": CARE,
            "Resource": "*", "Condition": WITHOUT}], found("allow-without-mfa", at=1), {OFF: "km"}),
    Stated("opened-for-first-steps", [allow([OFF, "iam:ChangePassword",
            "iam:DeleteVirtualMFADevice"], WITH, Resource=[ME, MY_DEVICE]),
            allow(["iam:ChangePassword", "iam:DeleteVirtualMFADevice", ENABLE],
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
           [], {}, kind="boundary"),
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
            "Action": "sts:AssumeRoleWithSAML"}], [], {}),
    Stated("mfa-of-a-service", [allow("ec2:*", on("Bool", "ec2:MultiFactorAuthPresent", "true"))],
           found(KEY), {}),
    # Keys that are to be variables.
    Stated("variables-in-plain-text", [allow(LIST, Resource=[f"arn:aws:iam::*:user/{each}"
            for each in ("{aws:username}", "$aws:username", "$(aws:username)")])],
           found(NO_KEY, NO_KEY, NO_KEY), {}),
    Stated("variable-escaped-twice", [allow(LIST, Resource="arn:aws:iam::*:user/$${aws:username}")],
           found(NO_KEY), {}),
    # Principals in an SCP: a resource control policy has `*`, and no NotAction.
    Stated("everybody-in-an-scp", [{**deny_but("s3:*", on("StringNotEquals", "aws:PrincipalOrgID",
            "o-1")), "Principal": "*"}], found(MISPLACED), {}, kind="scp"),
    Stated("everybody-in-an-scp-of-ec2", [deny(["s3:PutObject", "ec2:RunInstances"],
            Principal="*")], found(MISPLACED), {}, kind="scp"),
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
    Stated("identity-providers-that-are-none", [trust({"Federated": each}) for each in (
            "arn:aws:iam::1234:saml-provider/idp", "arn:aws:iam::123456789012:role/idp")],
           found(MALFORMED) + found(MALFORMED, at=1), {}),
    Stated("identity-providers-that-there-are", [trust({"Federated": [
            "cognito-identity.amazonaws.com", SAML["Federated"],
            "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"]})],
           [], {}),
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
            "arn:aws-cn:iam::123456789012:user/eng/carol", "arn:aws:iam::ACCOUNT:${who}"]}, WITH)],
           [], {}),
    # Other actions that a statement asks MFA for, on resources that they never have.
    Stated("bucket-s-action-on-objects", [allow("s3:*", WITH), deny(["s3:DeleteBucket",
            "s3:DeleteObject"], WITHOUT, Resource=BUCKET)], found(RESOURCE, at=1), {}),
    Stated("objects-of-no-name", [deny([READ, "s3:ListBucket"], WITHOUT, Resource=each)
            for each in ("arn:aws:s3:::books/", "arn:aws:s3:::books")],
           [*found(RESOURCE), *found(RESOURCE, at=1)], {}),
    Stated("buckets-and-objects", [deny(["s3:DeleteBucket", READ], WITHOUT, Resource=each)
            for each in ("*", "arn:aws:s3:::*", "arn:aws:s3:::books*", "arn:aws:s3:::${Books}",
            "arn:aws:s3:*:123456789012:accesspoint/*", ["arn:aws:s3:::books", BUCKET])], [], {}),
    Stated("bucket-s-action-denied-apart", [deny("s3:DeleteBucket*", WITHOUT,
            Resource=BUCKET), deny("s3:*", WITHOUT)], [], {}),
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
            "<arn>", "*", "arn:aws:s3*", "arn:aws:s3:::books", "%BUCKET%", "$BUCKET", "[arn]",
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
    Stated("resource-of-a-bucket-s-policy", [allow(READ, WITH, Principal=ACCOUNT)], [], {}),
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
    Stated("number-in-brackets", [allow(READ, on("NumericLessThan", "s3:max-keys", "[MOST]"))], [],
           {}),
    Stated("number-of-words", [allow(READ, on("NumericLessThan", "s3:max-keys", "ten"))],
           found(VALUE), {}),
]
# fmt: on
