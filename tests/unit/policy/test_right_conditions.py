"""A fix locks out nobody whom other statements let in, and is none where a person must choose."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from mfa_session.policy.lint import lint
from policy.statements import (
    ACCOUNT,
    ALL,
    BUCKET,
    CARE,
    ENROL,
    FALSE,
    IF_TRUE,
    NETWORK,
    NOT_ROLES,
    PRESENT,
    READ,
    ROLE,
    SAML,
    STOP,
    WITH,
    WITHOUT,
    allow,
    deny,
    deny_but,
    older,
    on,
    trust,
)
from policy.test_kinds import NAMES, read

CLOUDTRAIL = {"Service": "cloudtrail.amazonaws.com"}
SERVICES = "aws:PrincipalIsAWSService"
LOGS = allow("s3:PutObject", Principal=CLOUDTRAIL, Resource=BUCKET)
USERS = on("ArnLike", "aws:SourceArn", "arn:aws:iam::*:user/*")
SPARED = [*ENROL[:2], "iam:GetUser", ENROL[2], "iam:ListVirtualMFADevices",
          "iam:ResyncMFADevice", "sts:GetSessionToken"]  # fmt: skip


class Mended(NamedTuple):
    """A policy, the rule that its statement breaks, and the fix, or a part of the cure."""

    what: str
    statements: list[dict[str, Any]]
    at: int
    rule: str
    fix: dict[str, Any]
    cure: str = ""
    kind: str | None = None
    on_role: bool = False


def of_bucket(when: dict[str, Any]) -> dict[str, Any]:
    return deny("s3:*", when, Principal="*", Resource=BUCKET)


MENDED = [
    Mended("services", [LOGS, of_bucket(FALSE)], 1, "deny-misses-long-term-keys", {"Condition":
           {"BoolIfExists": {SERVICES: "false", PRESENT: "false"}}}, kind="resource"),
    Mended("services and ages", [LOGS, of_bucket(older("3600", "NumericGreaterThan"))], 1,
           "deny-age-misses-no-mfa", {"Condition": {"BoolIfExists": {SERVICES: "false"},
           **older("3600")}}, kind="resource"),
    Mended("federated users", [{**trust(SAML), "Action": "sts:AssumeRoleWithSAML"}, trust(ACCOUNT),
           {**trust("*", FALSE, "Deny"), "Action": "sts:*"}], 2, "deny-misses-long-term-keys",
           {"Action": "sts:AssumeRole", "Condition": WITHOUT}, kind="trust"),
    Mended("a role", [allow("s3:*", Principal=ROLE, Resource=BUCKET), of_bucket(on("Null", PRESENT,
           "true"))], 1, "deny-misses-sessions-without-mfa", {"Condition": {**WITHOUT,
           **on("ArnNotLike", "aws:PrincipalArn", [ROLE["AWS"]])}}, kind="resource"),
    Mended("roles of an organisation", [deny(STOP, on("Null", PRESENT, "true"))], 0,
           "deny-misses-sessions-without-mfa", {"Condition": {**WITHOUT, **on("ArnNotLike",
           "aws:PrincipalArn", ["arn:*:iam::*:role/*"])}}, kind="scp"),
    Mended("a service in the same statement", [allow("sqs:SendMessage", IF_TRUE, Principal={
           **ACCOUNT, **CLOUDTRAIL})], 0, "allow-bool-if-exists", {},
           "keep this statement for cloudtrail.amazonaws.com alone", "resource"),
    Mended("new users everywhere", [allow("*", WITH), ALL], 0, "allowed-without-mfa-too",
           {"Effect": "Deny", "Condition": WITHOUT, "NotAction": SPARED}),
    Mended("roles of all", [allow("*", WITH), ALL], 0, "allowed-without-mfa-too", {},
           "which is to exempt roles", "scp"),
    Mended("the role itself", [allow(STOP, WITH), allow(STOP)], 0, "allowed-without-mfa-too", {},
           "require MFA in the role's trust policy, and remove the condition", on_role=True),
    Mended("a role under no boolean", [allow(STOP, on("Bool", PRESENT, "yes"))], 0, "not-a-boolean",
           {}, "require MFA in the role's trust policy, and remove the condition", on_role=True),
    Mended("a role under no operator", [deny(STOP, on("Boolean", PRESENT, "false"))], 0,
           "unknown-operator", {}, "require MFA in the role's trust policy, and delete",
           on_role=True),
    Mended("users of an organisation", [deny_but(CARE, {**WITHOUT, **NOT_ROLES, **NETWORK})], 0,
           "deny-narrowed", {"Condition": {**WITHOUT, **NOT_ROLES}}, kind="scp"),
    Mended("nobody's roles", [deny_but(CARE, {**WITHOUT, **NETWORK})], 0, "deny-narrowed", {},
           "This one is to exempt roles", "scp"),
    Mended("users by another key", [deny_but(CARE, {**WITHOUT, **USERS})], 0, "deny-narrowed",
           {"Condition": {**WITHOUT, **on("ArnLike", "aws:PrincipalArn",
           "arn:aws:iam::*:user/*")}}, kind="scp"),
    Mended("new users outside", [ALL, deny("*", {**WITHOUT, **NETWORK})], 1, "deny-narrowed",
           {"Condition": WITHOUT, "NotAction": SPARED}),
    Mended("new users outside of IAM", [ALL, deny("iam:*", {**WITHOUT, **NETWORK})], 1,
           "deny-narrowed", {}, "This one is to exempt the setup of MFA"),
    Mended("a role of a bucket", [allow(READ, Principal=ROLE, Resource=BUCKET),
           of_bucket(WITHOUT)], 1, "role-session-has-no-mfa", {},
           f'exempt it by "ArnNotEquals": {{"aws:PrincipalArn": "{ROLE["AWS"]}"}}', "resource"),
    Mended("services of an RCP", [deny("s3:PutObject", WITHOUT, Principal="*")], 0,
           "scp-locks-out-roles", {}, f'and services with "BoolIfExists": {{"{SERVICES}"', "rcp"),
    Mended("whoever has no tag", [ALL, deny_but(CARE, {**WITHOUT, **on(
           "ForAnyValue:StringNotEquals", "aws:PrincipalTag/x", "y")})], 1, "deny-narrowed",
           {"Condition": {**WITHOUT, **on("StringNotEquals", "aws:PrincipalTag/x", "y")}}),
    Mended("exempt from one of two", [ALL, deny_but(CARE, WITHOUT), deny(STOP, {**WITHOUT, **on(
           "StringNotEquals", "aws:PrincipalTag/x", "y")})], 2, "exemption-without-effect", {},
           "exempt these actions from Statement[1]"),
    Mended("exempt from one of equals", [ALL, deny(STOP, WITHOUT), deny(STOP, {**WITHOUT, **on(
           "StringNotEquals", "aws:PrincipalTag/x", "y")})], 2, "exemption-without-effect", {},
           "delete Statement[1], or exempt aws:PrincipalTag/x y from it as well"),
]  # fmt: skip


@pytest.mark.parametrize("mended", MENDED, ids=[each.what for each in MENDED])
def test_a_fix_locks_out_nobody_whom_others_let_in(mended: Mended) -> None:
    document = read(mended.statements, mended.kind)
    findings = lint(document, on_role=mended.on_role, names=NAMES)
    label = document.statements[mended.at].label
    (found,) = [each for each in findings if (each.rule, each.statement) == (mended.rule, label)]
    assert found.fix == mended.fix
    assert mended.cure in found.cure


@pytest.mark.parametrize(
    "mended", [each for each in MENDED if each.fix], ids=[each.what for each in MENDED if each.fix]
)
def test_nothing_else_is_wrong_with_what_a_fix_makes(mended: Mended) -> None:
    document = read(mended.statements, mended.kind)
    found = next(each for each in lint(document, names=NAMES) if each.rule == mended.rule)
    other = {"NotAction": "Action", "Action": "NotAction"}
    statement = mended.statements[mended.at]
    dropped = {other.get(name) for name in found.fix}
    kept = {name: value for name, value in statement.items() if name not in dropped}
    statements = [*mended.statements]
    statements[mended.at] = {**kept, **found.fix}
    left = {each.rule for each in lint(read(statements, mended.kind), names=NAMES)}
    assert left <= {"superfluous-statement"}


@pytest.mark.parametrize(
    ("when", "rules"),
    [
        (on("StringEquals", "aws:PrincipalType", "User"), []),
        (on("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:user/*"), []),
        (on("StringLike", "aws:username", "ext-*"), ["username-in-role-policy"]),
        (NETWORK, ["mfa-in-role-policy"]),
    ],
)
def test_a_deny_for_users_in_a_roles_policy_stops_no_session(
    when: dict[str, Any], rules: list[str]
) -> None:
    found = lint(read([ALL, deny_but(CARE, {**WITHOUT, **when})]), on_role=True)
    assert [each.rule for each in found] == rules
