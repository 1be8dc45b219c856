"""Lint finds each kind of mistake, and nothing in similar correct policies."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from mfa_session.aws.action_list import read_list
from mfa_session.guard.services import IAM_PREFIXES
from mfa_session.policy import credentials, rules
from mfa_session.policy.aws_names import AwsNames
from mfa_session.policy.credentials import Request
from mfa_session.policy.evaluation import ALLOWED, evaluate
from mfa_session.policy.lint import lint, lint_together
from mfa_session.policy.matching import acting_as
from mfa_session.policy.reading import read_document, read_policies
from policy.kinds import ROOMS, STATED
from policy.statements import (
    AGE,
    ALL,
    BUCKET,
    CARE,
    ENROL,
    FALSE,
    LIST,
    ME,
    MY_DEVICE,
    NETWORK,
    NOT_ROLES,
    OFF,
    PRESENT,
    READ,
    ROLE,
    STOP,
    WITH,
    WITHOUT,
    Stated,
    allow,
    deny,
    deny_but,
    older,
    on,
    trust,
)

if TYPE_CHECKING:
    from mfa_session.policy.document import Document

CAROL = "arn:aws:iam::123456789012:user/carol"
RESOURCES = {
    "ec2:StopInstances": "arn:aws:ec2:eu-west-1:123456789012:instance/i-1",
    "s3:GetObject": "arn:aws:s3:::books/novel",
}
WITHOUT_ACTION = {"Effect": "Deny", "Action": "ec2:*", "Resource": "*"}
LISTED = read_list()
NAMES = AwsNames(LISTED.services, LISTED.actions_of, lambda _: (), IAM_PREFIXES)
CALLERS = {
    "k": credentials.long_term(),
    "s": credentials.session_without_mfa(),
    "m": credentials.mfa_session(0),
}


def name_of(stated: Stated) -> str:
    return stated.name


def read(statements: list[dict[str, Any]], kind: str | None = None) -> Document:
    text = json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=1)
    return dataclasses.replace(read_document("p.json", text), told_kind=kind)


def let_in(document: Document, action: str) -> str:
    """Return the kinds of credentials that a policy allows the action."""
    request = Request(action=action, resource=RESOURCES.get(action, CAROL))
    return "".join(
        name
        for name, caller in CALLERS.items()
        if evaluate([document], request, acting_as(caller, CAROL)).outcome == ALLOWED
    )


def test_the_kinds_have_unique_names() -> None:
    assert len({each.name for each in STATED}) == len(STATED) >= 80


def test_the_kinds_stand_in_rooms_of_rules() -> None:
    assert {room for room in ROOMS if not hasattr(rules, room)} == set()


@pytest.mark.parametrize("stated", STATED, ids=name_of)
def test_lint_has_exactly_the_stated_findings(stated: Stated) -> None:
    document = read(stated.statements, stated.kind)
    found = [(each.rule, each.statement) for each in lint(document, names=NAMES)]
    assert sorted(found) == sorted(stated.findings)


@pytest.mark.parametrize("stated", STATED, ids=name_of)
def test_exactly_the_stated_credentials_are_allowed(stated: Stated) -> None:
    document = read(stated.statements, stated.kind)
    assert {action: let_in(document, action) for action in stated.let_in} == stated.let_in


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        ("false-beside-open-allow", "error"),
        ("false-alone", "error"),
        ("false-beside-allow-of-one", "warning"),
        ("absent-only-beside-allow", "warning"),
    ],
)
def test_a_deny_that_misses_keys_is_an_error_unless_the_file_allows_them_nothing(
    name: str, severity: str
) -> None:
    (stated,) = (each for each in STATED if each.name == name)
    assert [each.severity for each in lint(read(stated.statements))] == [severity]


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        ("rights-given-to-oneself-4", "error"),
        ("rights-given-to-oneself-8", "warning"),
        ("keys-of-others-exempt-0", "warning"),
        ("denied-of-oneself-0", "warning"),
        ("deletion-alone-denied-0", "warning"),
        ("roles-exempt-by-the-sid-RequireMfa", "warning"),
        ("roles-exempt-by-the-sid-AllButSetupAndTheJump", "note"),
    ],
)
def test_rights_that_one_gives_oneself_are_an_error_and_those_of_others_a_warning(
    name: str, severity: str
) -> None:
    (stated,) = (each for each in STATED if each.name == name)
    assert [each.severity for each in lint(read(stated.statements))] == [severity]


@pytest.mark.parametrize(
    ("block", "meant"),
    [
        ({PRESENT: {"Bool": "true"}}, ": operator and key are swapped"),
        ({PRESENT: {"boolifexists": "true"}}, ": operator and key are swapped"),
        ({"ForAllValue:Bool": {PRESENT: "true"}}, "; ForAllValues:Bool was probably meant"),
        ({"ForAnyValues:Bool": {PRESENT: "true"}}, "; ForAnyValue:Bool was probably meant"),
        ({"Boolean": {PRESENT: "true"}}, "; Bool was probably meant"),
    ],
)  # fmt: skip
def test_only_an_operator_in_the_place_of_a_key_is_swapped(
    block: dict[str, Any], meant: str
) -> None:
    (finding,) = lint(read([allow(STOP, block)]))
    assert finding.message == f"IAM has no condition operator {next(iter(block))!r}{meant}"


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ({**FALSE, **older(3600, "NumericGreaterThan")}, "long-term access keys are not stopped"),
        ({**WITHOUT, **older(300, "NumericLessThan")}, "just entered a code is locked out"),
        ({**WITHOUT, **older(3600, "NumericGreaterThan")}, ""),
    ],
)
def test_conditions_that_never_match_hide_no_other_mistake(
    block: dict[str, Any], said: str
) -> None:
    (finding,) = lint(read([deny("ec2:*", block)]))
    assert finding.rule == "conditions-never-match"
    assert said in finding.message
    assert finding.message.endswith("statement") is not bool(said)


def test_a_tag_is_named_as_it_is_written() -> None:
    exempt = on("StringNotEquals", "aws:RequestTag/Break-Glass", "on")
    findings = lint(read([deny("ec2:*", {**WITHOUT, **exempt})]))
    assert "aws:PrincipalTag/Break-Glass," in "".join(each.cure for each in findings)


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        ("public-behind-no-age", "error"),
        ("public-behind-no-age-in-part", "error"),
        ("public-in-a-network", "warning"),
    ],
)
def test_a_public_part_with_mfa_is_as_bad_as_a_public_whole(name: str, severity: str) -> None:
    (stated,) = (each for each in STATED if each.name == name)
    assert [each.severity for each in lint(read(stated.statements))] == [severity]


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        ("allow-a-minute", "warning"),
        ("allow-a-second", "error"),
        ("trust-for-ten-seconds", "note"),
        ("trust-for-fifteen-minutes", "warning"),
    ],
)
def test_a_limit_of_age_that_nobody_meets_is_an_error(name: str, severity: str) -> None:
    (stated,) = (each for each in STATED if each.name == name)
    assert [each.severity for each in lint(read(stated.statements))] == [severity]


@pytest.mark.parametrize(
    ("statement", "denied", "who"),
    [
        (deny("*", WITHOUT), [*ENROL], ["new users", "tools"]),
        (deny(ENROL[1:], WITHOUT), ENROL[1:], ["new users", "tools"]),
        (deny(ENROL[:2], WITHOUT), ENROL[:2], ["new users"]),
        (deny(ENROL[2], WITHOUT), ENROL[2:], ["tools"]),
    ],
)
def test_a_deny_of_all_first_steps_is_one_finding_with_each_consequence(
    statement: dict[str, Any], denied: list[str], who: list[str]
) -> None:
    (finding,) = lint(read([allow("*"), statement]))
    named = re.findall(r"iam:\w+", finding.message)
    assert named == denied
    consequences = finding.who.split("; ")
    assert [part.startswith(each) for part, each in zip(consequences, who, strict=True)] == (
        [True] * len(who)
    )


@pytest.mark.parametrize(
    ("name", "severity"),
    [("iam-protected-but-for-the-device", "note"), ("own-by-pattern", "warning")],
)
def test_an_unlisted_device_is_a_note_and_an_allowed_one_a_warning(
    name: str, severity: str
) -> None:
    (stated,) = (each for each in STATED if each.name == name)
    assert [each.severity for each in lint(read(stated.statements))] == [severity]


@pytest.mark.parametrize(
    ("around", "message"),
    [
        ({"Version": "2024-01-01"}, "Version is '2024-01-01'; IAM has 2012-10-17 and 2008-10-17"),
        ({"Version": "2012-10-18"}, "Version is '2012-10-18'; IAM has 2012-10-17 and 2008-10-17"),
        ({"Version": ""}, "Version is ''; IAM has 2012-10-17 and 2008-10-17"),
        ({"Condition": WITH}, "Condition is outside the statements"),
        ({"_comment": "x"}, "_comment is not an element of a policy: JSON has no comments"),
        *(
            ({"Version": "2012-10-17", each: "x"}, f"{each} is not an element of a policy")
            for each in ("Description", "Name", "PolicyName", "$schema", "Metadata")
        ),
        ({"//": "x"}, "// is not an element of a policy: JSON has no comments"),
    ],
)
def test_a_fault_outside_the_statements_has_one_finding(
    around: dict[str, Any], message: str
) -> None:
    mine = allow("iam:GetUser", WITH, Resource=ME) if "Version" in around else allow("s3:*", WITH)
    policy = {"Statement": [allow("ec2:*", WITH), mine], **around}
    found = lint(read_document("p.json", json.dumps(policy)))
    assert [(each.rule, each.message) for each in found] == [("malformed-policy", message)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"statement": %s}', "statement is not an element; IAM spells it Statement"),
        (
            '{"version": "2012-10-17", "statement": %s}',
            "version is not an element; IAM spells it Version (and 1 more like it)",
        ),
        ('{"Statement": [%s, {"effect": "Deny", "Action": "s3:*", "Resource": "*"}]}',
         "effect is not an element; IAM spells it Effect"),
        ('{"Statement": %s}', None),
    ],
)  # fmt: skip
def test_an_element_in_lower_case_has_one_finding(text: str, message: str | None) -> None:
    policy = text % json.dumps(allow("ec2:*", WITH))
    messages = [each.message for each in lint(read_document("p.json", policy))]
    assert messages == ([message] if message else [])


@pytest.mark.parametrize(
    ("opening", "name"),
    [(ALL, "Statement[2]"), ({**ALL, "Sid": "Open"}, "Open"), (allow("ec2:St*"), "Statement[2]")],
)
def test_an_allow_that_defeats_another_is_named(opening: dict[str, Any], name: str) -> None:
    (finding,) = lint(read([allow(READ), allow(STOP, WITH), opening]))
    assert finding.message.startswith(f"{name} allows ")
    assert finding.who == f"everybody to whom {name} applies gets through without MFA"


def test_a_statement_of_another_policy_is_named_with_its_place() -> None:
    policies = [read([allow(STOP, WITH)]), read([ALL])]
    (found,) = [finding for _, finding in lint_together(policies)]
    assert found.message.startswith("Statement[0] (p.json:4) allows ")
    assert found.who.startswith("everybody to whom Statement[0] (p.json:4) applies ")
    same = [read([deny("ec2:*", WITHOUT)]), read([deny(STOP, WITHOUT)])]
    (found,) = [finding for _, finding in lint_together(same)]
    assert found.message.startswith("Statement[0] (p.json:4) does everything")
    dump = {"UserName": "ada", "PolicyName": "own", "PolicyDocument": {"Statement": [ALL]}}
    named = [policies[0], read_document("all.json", json.dumps(dump, indent=1))]
    (found,) = [finding for _, finding in lint_together(named)]
    place = "Statement[0] (all.json:6 user/ada policy/own)"
    assert found.message.startswith(f"{place} allows ")


LONG = 5_000 * "x"


@pytest.mark.parametrize(
    "statement",
    [
        {**allow(STOP), "Sid": f"{LONG}WithMFA"},
        {**allow(STOP), "Sid": f"{2_000 * 'x '}WithMFA"},
        trust({"AWS": f"arn:aws:iam::123456789012:role/{LONG}"}, WITH),
        allow(f"ec2:Stop{LONG}", WITH),
        allow(f"iam:ListMFADevices{LONG}", WITH, Resource=MY_DEVICE),
        allow(STOP, WITH, Resource=f"bucket/{LONG}"),
        allow(STOP, on("Bool", PRESENT, LONG)),
        allow(STOP, on(f"Bool{LONG}", PRESENT, "true")),
        allow(STOP, on("Bool", f"aws:MFA{LONG}", "true")),
        allow(STOP, {**WITH, **on("DateLessThan", "aws:CurrentTime", 2_000 * "x ")}),
    ],
)
def test_a_long_text_of_a_policy_is_shown_in_part(statement: dict[str, Any]) -> None:
    found = lint(read([statement]), names=NAMES)
    shown = [text for each in found for text in (each.statement, each.message, each.who)]
    assert found
    assert any("…" in text for text in shown)
    assert max(map(len, shown)) < 1_000


def test_a_message_about_a_long_text_is_whole_but_for_the_text() -> None:
    (finding,) = lint(read([allow(STOP, on("Bool", PRESENT, f"start{LONG}end"))]))
    assert finding.message.startswith(f"Bool compares {PRESENT} to 'start")
    assert finding.message.endswith("end', not to true or false")


def test_a_wrong_version_is_reported_at_its_line() -> None:
    text = json.dumps({"Statement": allow("ec2:*", WITH), "Version": "2031-01-01"}, indent=1)
    (finding,) = lint(read_document("p.json", text))
    assert text.splitlines()[finding.line - 1].strip() == '"Version": "2031-01-01"'


def test_a_version_from_a_template_and_an_id_are_right() -> None:
    policy = {"Version": "${version}", "Id": "x", "Statement": allow("ec2:*", WITH)}
    assert lint(read_document("p.json", json.dumps(policy))) == ()


def test_a_mistyped_key_gets_the_nearest_key() -> None:
    keys = ("aws:RequestedSessionTag/x", "aws:PrincipleArn", "aws:ResourceTags/x", "aws:RequestTag")
    found = [lint(read([allow("s3:*", {"StringEquals": {key: "x"}})]))[0].message for key in keys]
    assert [message.rpartition(" ")[2] for message in found] == [
        "aws:RequestTag/…",
        "aws:PrincipalArn",
        "aws:ResourceTag/…",
        "aws:RequestTag/…",
    ]


def test_serverless_variables_as_accounts_are_findings_in_json_only() -> None:
    statement = allow("s3:*", Resource="arn:aws:sqs:${aws:region}:${aws:accountId}:x")
    text = json.dumps({"Version": "2012-10-17", "Statement": statement})
    found = [lint(read_document(name, text)) for name in ("serverless.yml", "policy.json")]
    assert [len(each) for each in found] == [0, 2]


@pytest.mark.parametrize(
    "role",
    [lambda own: {"iam": {"role": {"statements": own}}}, lambda own: {"iamRoleStatements": own}],
)
def test_statements_of_serverless_are_of_the_functions_role(role: Any) -> None:
    text = json.dumps({"provider": {"name": "aws", **role([allow(STOP, WITH)])}})
    (document,) = read_policies("serverless.yml", text).documents
    found = [each.rule for each in lint(document, on_role=document.holder == "role")]
    assert found == ["mfa-in-role-policy"]


def test_serverless_escapes_are_findings_in_json_only() -> None:
    statement = allow(LIST, Resource=r"arn:aws:iam::*:user/\${aws:username}")
    text = json.dumps({"Version": "2012-10-17", "Statement": statement})
    found = [lint(read_document(name, text)) for name in ("serverless.yml", "policy.json")]
    assert [len(each) for each in found] == [0, 1]


@pytest.mark.parametrize(
    ("statement", "who"),
    [
        (allow(LIST, Resource="arn:aws:iam::*:user/*}"), "allows nobody"),
        (deny(LIST, Resource="arn:aws:iam::*:user/*}"), "stops nobody"),
        (allow(LIST, NotResource="arn:aws:iam::*:user/*}"), "keeps nobody out"),
        (deny(LIST, on("ArnNotLike", "aws:PrincipalArn", ROLE["AWS"] + "}")), "exempts nobody"),
    ],
)
def test_an_arn_that_matches_nothing_has_an_effect(statement: dict[str, Any], who: str) -> None:
    (finding,) = lint(read([statement]))
    assert finding.who == f"the ARN matches nothing: it {who}"


def test_a_warning_about_a_deny_says_that_nothing_here_allows_it() -> None:
    alone = [WITHOUT_ACTION | {"Condition": FALSE}]
    backed = [allow("ec2:*", WITH), *alone]
    whos = [lint(read(statements))[0].who for statements in (alone, backed)]
    assert all(who.startswith("long-term access keys are not stopped") for who in whos)
    assert [who.endswith("but another may") for who in whos] == [False, True]


@pytest.mark.parametrize(
    ("elements", "found"),
    [
        ({"Resource": ["arn:aws:s3:::x", ME]}, True),
        ({"Resource": MY_DEVICE, "Effect": "Deny"}, True),
        ({"Resource": None, "NotResource": "arn:aws:s3:::x/${aws:username}/*"}, True),
        ({"Resource": None, "NotResource": "arn:aws:s3:::x/${aws:PrincipalTag/o}/*"}, False),
        ({"Condition": on("StringEquals", "aws:username", "carol")}, True),
        ({"Condition": on("StringLike", "s3:prefix", "${aws:username}/*")}, True),
        ({"Condition": on("StringNotEquals", "aws:username", "carol")}, True),
        ({"Condition": on("StringNotLike", "aws:userid", "*:carol")}, False),
        ({"Condition": on("StringEqualsIfExists", "aws:username", "carol")}, False),
        ({"Condition": on("StringLike", "s3:prefix", ["${aws:userid}/*", "open/*"])}, False),
        ({"Condition": on("StringLike", "s3:prefix", ["${aws:username}/*", "open/*"])}, False),
        ({"Resource": "arn:aws:s3:::x/${aws:username, 'all'}/*"}, False),
        ({"Resource": ["arn:aws:s3:::x/${aws:username}", "arn:aws:s3:::x/${aws:userid}"]}, False),
        ({"Resource": ["arn:aws:ssm:*:*:session/${aws:username}-*", "arn:aws:s3:::x"]}, True),
        ({"Condition": on("StringLike", "aws:userid", "AIDAI*")}, True),
        ({"Condition": on("StringNotEquals", "aws:userid", "AIDACKCEVSQ6C2EXAMPLE")}, True),
        ({"Condition": on("StringLike", "aws:userid", ["AIDAI*", "AROACKCEVSQ6C2E:*"])}, False),
    ],
)
def test_a_roles_sessions_have_no_user_name(elements: dict[str, Any], found: bool) -> None:
    both = {**allow("s3:*"), **elements}
    document = read([{name: each for name, each in both.items() if each is not None}])
    assert lint(document) == ()
    rules = ["username-in-role-policy"] if found else []
    assert [each.rule for each in lint(document, on_role=True)] == rules


@pytest.mark.parametrize(
    ("operator", "rules"), [("ArnNotEquals", []), ("ArnEquals", ["mfa-in-role-policy"])]
)
def test_a_roles_policy_may_ask_others_for_mfa_that_are_not_the_role(
    operator: str, rules: list[str]
) -> None:
    exempt = on(operator, "aws:PrincipalArn", ROLE["AWS"])
    found = lint(read([deny(STOP, {**WITHOUT, **exempt})]), on_role=True)
    assert [each.rule for each in found] == rules


@pytest.mark.parametrize(
    ("statement", "rules"),
    [
        (allow(READ, Resource=[BUCKET, ME]), []),
        (allow("ec2:*", WITH), []),
        (deny_but(CARE, WITHOUT), ["mfa-in-role-policy"]),
        (deny("ec2:*", older("900")), ["mfa-in-role-policy"]),
        (deny("ec2:*", FALSE), ["deny-misses-long-term-keys", "mfa-in-role-policy"]),
        (deny("ec2:*", WITH), ["deny-applies-with-mfa"]),
        (deny(STOP, older("900", "NumericGreaterThan")), ["deny-age-misses-no-mfa"]),
        (deny(STOP, {**WITHOUT, **NOT_ROLES}), []),
        (deny(STOP, {**WITHOUT, **on("StringEquals", "aws:PrincipalType", "User")}), []),
        (deny(STOP, {**WITHOUT, **on("Null", "aws:username", "false")}), []),
        (deny(READ, WITHOUT, Resource="arn:aws:s3:::books/${aws:username}/*"), []),
        (deny([OFF, "iam:DeleteVirtualMFADevice"], WITHOUT), []),
    ],
)
def test_of_a_policy_of_roles_and_users_only_a_deny_is_wrong_for_the_roles(
    statement: dict[str, Any], rules: list[str]
) -> None:
    document = dataclasses.replace(read([statement]), holder="role and others")
    for on_role in (False, True):
        found = lint(document, on_role=on_role, names=NAMES)
        assert sorted(each.rule for each in found) == rules
        for each in found:
            if each.rule == "mfa-in-role-policy":
                assert each.message.startswith("this policy is attached to roles, too: ")
                assert each.cure.startswith("detach it from the roles; ")


@pytest.mark.parametrize(
    "statement",
    [
        allow(ENROL, WITH),
        deny("ec2:*", {**WITHOUT, **NETWORK}),
        deny("ec2:*", older("60")),
        deny("ec2:*", older("999999")),
    ],
)
def test_conditions_about_mfa_in_a_roles_policy_have_one_finding(statement: dict[str, Any]) -> None:
    document = read([statement, allow("iam:DeactivateMFADevice")])
    assert [each.rule for each in lint(document, on_role=True)] == ["mfa-in-role-policy"]
    assert "mfa-in-role-policy" not in {each.rule for each in lint(document)} != set()


@pytest.mark.parametrize(
    ("statement", "who"),
    [
        (allow("ec2:*", WITH), "the role's sessions are locked out"),
        (allow("ec2:*", older("900", "NumericLessThan")), "the role's sessions are locked out"),
        (allow("ec2:*", FALSE), "nobody is kept out"),
        (deny("ec2:*", WITHOUT), "the role's sessions are stopped"),
        (deny("ec2:*", older("900")), "the role's sessions are stopped"),
        (deny("ec2:*", older("900", "NumericGreaterThan")), "nobody is stopped"),
        (deny("ec2:*", WITH), "nobody is stopped"),
    ],
)
def test_a_roles_sessions_are_told_as_those_without_mfa(
    statement: dict[str, Any], who: str
) -> None:
    (finding,) = lint(read([statement]), on_role=True)
    assert finding.who.startswith(who)
    assert ("no age of it" in finding.message) == (AGE in json.dumps(statement))


def test_a_boundary_of_roles_asks_their_sessions_in_vain() -> None:
    document = read([allow("ec2:*"), deny("ec2:*", WITHOUT)], kind="boundary")
    assert lint(document) == ()
    assert [each.rule for each in lint(document, on_role=True)] == ["mfa-in-role-policy"]


@pytest.mark.parametrize(
    ("sid", "action", "is_of_roles"),
    [
        ("WorkloadRolesCeiling", ["s3:*", "sqs:*"], True),
        ("TaskRoleBoundaryMfa", "s3:*", True),
        ("NodeRoleMaximum", "s3:*", True),
        ("BoundaryForLambdaRoles", "s3:*", True),
        ("CeilingOfUsersAndTheirRoles", "s3:*", False),
        ("UserAndRoleBoundary", "s3:*", False),
        ("JobRoleBoundary", "s3:*", False),
        ("DenyRoleBoundary", "s3:*", False),
        ("AllowPassRole", "iam:PassRole", False),
        ("RoleLimits", ["s3:*", "iam:PassRole"], False),
        ("AssumeRoleLimits", "*", False),
        ("WorkloadRoles", "s3:*", False),
        (None, "s3:*", False),
    ],
)
def test_a_boundary_is_for_roles_if_a_sid_says_so(
    sid: str | None, action: str, is_of_roles: bool
) -> None:
    named = {**allow(action), **({"Sid": sid} if sid else {})}
    statements = [named, deny("s3:PutObject", WITHOUT)]
    told = lint(read(statements, kind="boundary"))
    assert [each.rule for each in told] == (["mfa-in-role-policy"] if is_of_roles else [])
    assert all(each.message.startswith(f"by its Sid {sid} this is a role's") for each in told)
    assert lint(read(statements, kind="identity")) == ()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("BoolNotEquals", "Bool"),
        ("BooleanIfExists", "BoolIfExists"),
        ("BoolIfExist", "BoolIfExists"),
    ],
)
def test_a_mistyped_operator_on_booleans_is_bool(written: str, meant: str) -> None:
    message = lint(read([deny("ec2:*", on(written, PRESENT, "true"))]))[0].message
    assert message.endswith(f"; {meant} was probably meant")


def test_a_misspelt_key_compared_with_a_boolean_is_the_one_of_presence() -> None:
    keys = ("aws:MultiFactorAuth", "aws:MultiFactorAge")
    found = [lint(read([allow("ec2:*", on("Bool", key, "true"))]))[0].message for key in keys]
    assert [message.partition("; ")[2].partition(" ")[0] for message in found] == [
        "aws:MultiFactorAuthPresent",
        "aws:MultiFactorAuthAge",
    ]


def test_a_fix_keeps_the_limit_of_a_template() -> None:
    document = read([allow("*"), deny("ec2:*", older("${var.age}", "NumericGreaterThan"))])
    (finding,) = lint(document)
    assert finding.fix == {"Condition": {"NumericGreaterThanIfExists": {AGE: "${var.age}"}}}


def test_advice_replaces_a_fix_that_would_open_a_role_to_keys() -> None:
    (stated,) = (each for each in STATED if each.name == "service-and-account")
    (finding,) = lint(read(stated.statements))
    assert finding.fix == {}
    assert finding.cure.startswith("keep this statement without the service")
    added = json.loads(finding.cure.partition("for the service: ")[2])
    assert added == {
        "Effect": "Allow",
        "Principal": {"Service": "ec2.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }


def test_a_fix_keeps_the_limit_of_the_policy() -> None:
    for written in ("900", "15m", "15 minutes", "900s", "0.25h"):
        made = {**WITHOUT_ACTION, "Condition": {"NumericGreaterThan": {AGE: written}}}
        fixes = [each.fix["Condition"] for each in lint(read([made]))]
        assert {"NumericGreaterThanIfExists": {AGE: "900"}} in fixes


def test_a_deny_for_roles_alone_is_to_be_deleted_whole() -> None:
    of_a_role = on("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/x")
    (found,) = lint(read([deny("s3:*", {**WITHOUT, **of_a_role})]), names=NAMES)
    assert "delete this statement" in found.cure
    assert "remove the MFA condition" not in found.cure


def test_no_fix_stops_the_role_that_is_let_in_where_the_deny_is_not() -> None:
    outside = {**WITHOUT, **on("StringNotEquals", "aws:SourceVpce", "vpce-1")}
    inside = on("StringEquals", "aws:SourceVpce", "vpce-1")
    for who, fixed in ((ROLE, False), ({"AWS": CAROL}, True)):
        given = allow(READ, inside, Principal=who, Resource=BUCKET)
        (found,) = lint(read([given, deny(READ, outside, Principal="*", Resource=BUCKET)]))
        assert (found.rule, bool(found.fix)) == ("deny-narrowed", fixed)
