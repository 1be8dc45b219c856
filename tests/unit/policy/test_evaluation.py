"""Policies are evaluated as IAM does: MFA conditions, unknown keys, principals, many policies."""

from __future__ import annotations

import fnmatch
import json
from typing import TYPE_CHECKING, Any

import pytest

from mfa_session.policy import conditions, credentials
from mfa_session.policy.commands.reasons import Judged
from mfa_session.policy.credentials import Request, RequestContext
from mfa_session.policy.evaluation import evaluate
from mfa_session.policy.matching import acting_as
from mfa_session.policy.reading import read_document
from policy.cases import has_mfa

if TYPE_CHECKING:
    from mfa_session.policy.document import Document

PRESENT, AGE = credentials.MFA_PRESENT, credentials.MFA_AGE
ALLOW_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
CAROL = "arn:aws:iam::123456789012:user/carol"
STOP = Request(action="ec2:StopInstances")
KINDS = credentials.all_kinds("ec2:StopInstances", 3600)
DENIED = {"explicitly-denied", "implicitly-denied"}


def document(*statements: dict[str, Any], version: str | None = "2012-10-17") -> Document:
    text = (
        json.dumps({"Version": version, "Statement": statements})
        if version
        else (json.dumps({"Statement": statements}))
    )
    return read_document("p.json", text)


def statement(effect: str = "Allow", condition: Any = None, **rest: Any) -> dict[str, Any]:
    made = {"Effect": effect, "Action": "*", "Resource": "*", **rest}
    return {**made, "Condition": condition} if condition else made


def outcomes(*statements: dict[str, Any], request: Request = STOP) -> dict[str, str]:
    found = {k.kind: evaluate([document(*statements)], request, k) for k in KINDS}
    return {kind: decision.outcome for kind, decision in found.items()}


def outcome(
    *statements: dict[str, Any],
    request: Request = STOP,
    caller: credentials.Credentials = KINDS[0],
) -> str:
    return evaluate([document(*statements)], request, caller).outcome


# The MFA keys of each kind of credentials


@pytest.mark.parametrize(
    ("operator", "key", "value", "when"),
    [
        # Columns of `when`: the key absent (long-term), false (session without MFA, role session),
        # true with a new code, true with one over 3600 s old.
        ("Bool", PRESENT, "true", "nnyy"),
        ("Bool", PRESENT, True, "nnyy"),
        ("Bool", PRESENT, "false", "nynn"),
        ("Bool", PRESENT, False, "nynn"),
        ("Bool", PRESENT, ["false"], "nynn"),
        ("bool", PRESENT.lower(), "FALSE", "nynn"),
        ("BoolIfExists", PRESENT, "true", "ynyy"),
        ("BoolIfExists", PRESENT, "false", "yynn"),
        ("boolifexists", PRESENT.upper(), "false", "yynn"),
        ("Null", PRESENT, "true", "ynnn"),
        ("Null", PRESENT, "false", "nyyy"),
        ("NumericLessThan", AGE, "3600", "nnyn"),
        ("NumericLessThanIfExists", AGE, "3600", "yyyn"),
        ("NumericGreaterThan", AGE, 3600, "nnny"),
        ("NumericGreaterThanIfExists", AGE, "3600", "yyny"),
        ("ForAnyValue:Bool", PRESENT, "false", "nynn"),
        ("ForAllValues:Bool", PRESENT, "false", "yynn"),
        ("ForAllValues:Bool", PRESENT, "true", "ynyy"),
    ],
)
def test_each_mfa_condition_matches_as_documented(
    operator: str, key: str, value: Any, when: str
) -> None:
    absent, false, new, old = ({"y": True, "n": False}[letter] for letter in when)
    met = {
        "long-term": absent,
        "mfa-session": new,
        "mfa-session-old": old,
        "session-without-mfa": false,
        "role-session": false,
    }
    condition = {operator: {key: value}}
    allows = {kind: "allowed" if yes else "implicitly-denied" for kind, yes in met.items()}
    denies = {kind: "explicitly-denied" if yes else "allowed" for kind, yes in met.items()}
    assert outcomes(statement("Allow", condition)) == allows
    assert outcomes(ALLOW_ALL, statement("Deny", condition)) == denies


def test_a_long_term_key_with_a_code_has_mfa_in_assume_role() -> None:
    kinds = credentials.all_kinds("STS:assumerole")
    assert [(kind.kind, has_mfa(kind)) for kind in kinds] == [
        ("long-term", False),
        ("long-term-with-code", True),
        ("mfa-session", True),
        ("session-without-mfa", False),
        ("role-session", False),
    ]


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        ("Null", "true", "implicitly-denied"),
        ("Null", "false", "allowed"),
        ("NumericLessThan", "200000", "allowed"),
        ("NumericLessThanEquals", "129600", "allowed"),
        ("NumericLessThan", "129600", "unknown"),
        ("NumericLessThan", "0", "implicitly-denied"),
        ("NumericGreaterThan", "129600", "implicitly-denied"),
        ("NumericGreaterThanEquals", "0", "allowed"),
        ("NumericGreaterThanIfExists", "3600", "unknown"),
        ("NumericEquals", "-1", "implicitly-denied"),
        ("NumericEquals", "200000", "implicitly-denied"),
        ("NumericEquals", "60", "unknown"),
        ("NumericNotEquals", "-1", "allowed"),
        ("ForAllValues:NumericLessThan", "200000", "allowed"),
        ("ForAnyValue:NumericGreaterThan", "129600", "implicitly-denied"),
        ("StringLike", "*", "unknown"),
        ("NumericLessThan", "soon", "unknown"),
    ],
)
def test_an_mfa_session_has_an_age_from_0_to_its_longest_duration(
    operator: str, value: str, expected: str
) -> None:
    allow = statement("Allow", {operator: {AGE: value}})
    assert outcome(allow, caller=credentials.mfa_session()) == expected


def test_without_an_age_a_condition_on_it_is_unknown() -> None:
    too_old = statement("Deny", {"NumericGreaterThanIfExists": {AGE: "3600"}})
    found = evaluate([document(ALLOW_ALL, too_old)], STOP, credentials.mfa_session())
    assert found.outcome == "unknown"
    assert Judged(caller=KINDS[0], request=STOP, decision=found).because == (
        "Deny Statement[1] (p.json) depends on NumericGreaterThanIfExists "
        "aws:MultiFactorAuthAge 3600"
    )


# Unknown keys

UNKNOWN_IP = {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([statement("Allow", UNKNOWN_IP)], "unknown"),
        ([statement("Allow", UNKNOWN_IP), ALLOW_ALL], "allowed"),
        ([ALLOW_ALL, statement("Deny", UNKNOWN_IP)], "unknown"),
        ([ALLOW_ALL, statement("Deny", UNKNOWN_IP), statement("Deny")], "explicitly-denied"),
        ([statement("Deny", UNKNOWN_IP)], "implicitly-denied"),
        ([statement("Allow", UNKNOWN_IP), statement("Deny", UNKNOWN_IP)], "implicitly-denied"),
        ([statement("Allow", {**UNKNOWN_IP, "Bool": {PRESENT: "true"}})], "implicitly-denied"),
        ([statement("Allow", UNKNOWN_IP, Action="s3:*")], "implicitly-denied"),
        ([statement("Allow", {"Bol": {PRESENT: "true"}})], "unknown"),
        ([ALLOW_ALL, statement("Deny", {"Bol": {PRESENT: "true"}})], "unknown"),
        ([statement("Allow", {"NumericLessThan": {"aws:EpochTime": "soon"}})], "unknown"),
        ([statement("Allow", {"Null": {"aws:EpochTime": "maybe"}})], "unknown"),
        ([statement("Allow", {"Bool": {"aws:SecureTransport": "yes"}})], "unknown"),
        ([statement("Allow", {"IpAddress": {"aws:VpcSourceIp": "here"}})], "unknown"),
        ([statement("Allow", {"ArnLike": {"iam:PolicyARN": "*"}})], "unknown"),
        ([statement("Allow", {"ArnLike": {"iam:PolicyARN": "arn:aws:iam::${a:b}"}})], "unknown"),
        (
            [statement("Allow", {"ArnLike": {"iam:PolicyARN": "arn:aws:s3:${a:b}"}})],
            "implicitly-denied",
        ),
        ([statement("Allow", {"NullIfExists": {PRESENT: "true"}})], "unknown"),
        ([{"Effect": "Allow", "Action": "*"}], "unknown"),
        ([{"Effect": "Allow", "Resource": "*"}], "unknown"),
    ],
)
def test_an_outcome_that_depends_on_the_unknown_is_never_allowed(
    statements: list[dict[str, Any]], expected: str
) -> None:
    known = {
        "aws:EpochTime": ("0",),
        "aws:VpcSourceIp": ("192.0.2.7",),
        "iam:PolicyARN": ("arn:aws:iam::123456789012:policy/P",),
    }
    request = STOP.replace(facts=RequestContext(known))
    assert outcome(*statements, request=request) == expected


@pytest.mark.parametrize(
    ("resource", "asked", "expected"),
    [
        ("*", "*", "allowed"),
        ("arn:aws:s3:::books/*", "*", "unknown"),
        ("arn:aws:s3:::books/*", "arn:aws:s3:::books/*", "allowed"),
        ("arn:aws:s3:::books/*", "arn:aws:s3:::books/novels/*", "allowed"),
        ("arn:aws:s3:::books/?", "arn:aws:s3:::books/*", "unknown"),
        ("arn:aws:s3:::books/*", "arn:aws:s3:::*", "unknown"),
        ("arn:aws:s3:::books/*", "arn:aws:s3:::films/*", "implicitly-denied"),
        ("arn:aws:s3:::books/*x", "arn:aws:s3:::books/*y", "implicitly-denied"),
        ("arn:aws:s3:::books/${aws:username}/*", "arn:aws:s3:::books/carol/novel", "unknown"),
        ("arn:aws:s3:::books/${aws:username}/*", "arn:aws:s3:::films/carol/x", "implicitly-denied"),
        # A user's name has no slash, so a user in a path is another one.
        ("arn:aws:s3:::books/${aws:username}", "arn:aws:s3:::books/it/carol", "implicitly-denied"),
        ("arn:aws:s3:::books/${aws:username}", "arn:aws:s3:::books/*", "unknown"),
        ("arn:aws:s3:::books/${aws:userid}", "arn:aws:s3:::books/it/carol", "unknown"),
        ("arn:aws:s3:::${aws:PrincipalTag/x, 'books'}/*", "arn:aws:s3:::books/a", "unknown"),
        ("arn:aws:s3:::books/${*}", "arn:aws:s3:::books/x", "implicitly-denied"),
    ],
)
def test_a_partly_known_resource_matches_or_is_unknown(
    resource: str, asked: str, expected: str
) -> None:
    request = Request(action="s3:GetObject", resource=asked)
    assert outcome(statement(Resource=resource), request=request) == expected


@pytest.mark.parametrize(
    ("element", "patterns", "asked", "expected"),
    [
        ("Action", "ec2:*", "ec2:Stop*", "allowed"),
        ("Action", "ec2:StopInstances", "ec2:Stop*", "unknown"),
        ("Action", "EC2:sTOP*", "ec2:stopinstances", "allowed"),
        ("Action", "ec2:Describe*", "ec2:Stop*", "implicitly-denied"),
        ("NotAction", "ec2:Describe*", "ec2:Stop*", "allowed"),
        ("NotAction", "ec2:StopInstances", "ec2:Stop*", "unknown"),
        ("NotAction", ["iam:*", "ec2:*"], "ec2:StopInstances", "implicitly-denied"),
    ],
)
def test_an_action_with_a_wildcard_matches_or_is_unknown(
    element: str, patterns: Any, asked: str, expected: str
) -> None:
    made = {"Effect": "Allow", element: patterns, "Resource": "*"}
    assert outcome(made, request=Request(action=asked)) == expected


def test_a_variable_is_filled_in_from_the_caller() -> None:
    own = statement(Resource="arn:aws:iam::*:user/${aws:username}")
    carol = acting_as(credentials.long_term(), CAROL)
    asked = {
        name: outcome(
            own, request=Request(action="iam:GetUser", resource=f"{arn}{name}"), caller=carol
        )
        for arn in ["arn:aws:iam::123456789012:user/"]
        for name in ("carol", "dave")
    }
    assert asked == {"carol": "allowed", "dave": "implicitly-denied"}


def test_variables_are_text_in_the_old_version() -> None:
    own = document(statement(Resource="arn:aws:s3:::h/${aws:username}"), version=None)
    carol = acting_as(credentials.long_term(), CAROL)
    found = {
        name: evaluate([own], Request(action="s3:Get", resource=f"arn:aws:s3:::h/{name}"), carol)
        for name in ("carol", "${aws:username}")
    }
    assert [decision.outcome for decision in found.values()] == ["implicitly-denied", "allowed"]


# Principals

NOVEL = Request(action="s3:GetObject", resource="arn:aws:s3:::books/novel")


@pytest.mark.parametrize(
    ("principal", "caller", "expected"),
    [
        ("*", None, "allowed"),
        ({"AWS": "123456789012"}, None, "unknown"),
        ({"AWS": "123456789012"}, "123456789012", "allowed"),
        ({"AWS": "arn:aws:iam::123456789012:root"}, CAROL, "allowed"),
        ({"AWS": "123456789012"}, "444455556666", "implicitly-denied"),
        ({"AWS": CAROL}, CAROL, "allowed"),
        ({"AWS": CAROL}, "123456789012", "unknown"),
        ({"AWS": CAROL}, "444455556666", "implicitly-denied"),
        ({"AWS": CAROL}, CAROL.replace("carol", "dave"), "implicitly-denied"),
        ({"AWS": "arn:aws:iam::123456789012:role/R"}, CAROL, "implicitly-denied"),
        ({"AWS": "AIDAEXAMPLEEXAMPLE12"}, CAROL, "unknown"),
        ({"AWS": "1234567890123"}, CAROL, "implicitly-denied"),
        ({"AWS": "arn:aws:iam::1234567890123:root"}, None, "implicitly-denied"),
        ({"AWS": "arn:aws:iam::123456789012:group/admins"}, None, "implicitly-denied"),
        ({"AWS": "arn:aws:sts::123456789012:federated-user/carol"}, CAROL, "implicitly-denied"),
        ({"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin E1"}, None, "implicitly-denied"),
        ({"AWS": "arn:aws-us-gov:iam::123456789012:root"}, CAROL, "implicitly-denied"),
        ({"AWS": "123456789012"}, CAROL, "allowed"),
        ({"Service": "ec2.amazonaws.com"}, CAROL, "implicitly-denied"),
        ({"Service": "*"}, CAROL, "implicitly-denied"),
        ({"CanonicalUser": "79a59df9"}, CAROL, "unknown"),
    ],
)
def test_principals_match_by_name_or_account(
    principal: Any, caller: str | None, expected: str
) -> None:
    rule = statement(Principal=principal)
    who = acting_as(credentials.mfa_session(), caller)
    assert outcome(rule, request=NOVEL, caller=who) == expected


def test_a_role_session_matches_the_roles_arn_and_its_own() -> None:
    role, session = (
        "arn:aws:iam::1" + 11 * "2" + ":role/eng/R",
        ("arn:aws:sts::1" + 11 * "2" + ":assumed-role/R/carol"),
    )
    who = acting_as(credentials.role_session(), role)
    as_session = acting_as(credentials.role_session(), session)
    found = {
        (name, kind): outcome(statement(Principal={"AWS": arn}), request=NOVEL, caller=caller)
        for name, arn in {"role": role, "session": session, "other": role + "x"}.items()
        for kind, caller in {"role": who, "session": as_session}.items()
    }
    assert found == {
        ("role", "role"): "allowed",
        ("role", "session"): "unknown",  # a session's ARN lacks the path
        ("session", "role"): "unknown",
        ("session", "session"): "allowed",
        ("other", "role"): "implicitly-denied",
        ("other", "session"): "implicitly-denied",
    }


def test_not_principal_matches_everybody_else() -> None:
    rule = statement("Deny", NotPrincipal={"AWS": [CAROL, "123456789012"]})
    open_to_all = statement(Principal="*")
    found = [
        outcome(open_to_all, rule, request=NOVEL, caller=acting_as(KINDS[0], who))
        for who in (CAROL, CAROL.replace("carol", "dave"), "123456789012")
    ]
    assert found == ["allowed", "explicitly-denied", "unknown"]


def test_not_principal_may_deny_a_user_whose_account_it_does_not_name() -> None:
    rule = statement("Deny", NotPrincipal={"AWS": CAROL})
    by_name = acting_as(KINDS[0], CAROL)
    assert outcome(statement(Principal="*"), rule, request=NOVEL, caller=by_name) == "unknown"


def test_an_account_beside_its_user_in_not_principal_exempts_that_user_alone() -> None:
    rule = statement("Deny", NotPrincipal={"AWS": [CAROL, "arn:aws:iam::123456789012:root"]})
    open_to_all = statement(Principal="*")
    found = [
        outcome(open_to_all, rule, request=NOVEL, caller=acting_as(KINDS[0], who))
        for who in (CAROL, CAROL.replace("carol", "dave"))
    ]
    assert found == ["allowed", "explicitly-denied"]


def test_not_principal_exempts_a_session_by_its_own_arn() -> None:
    role = "arn:aws:iam::123456789012:role/R"
    session = "arn:aws:sts::123456789012:assumed-role/R/x"
    other = "arn:aws:sts::123456789012:assumed-role/Q/x"
    account = "123456789012"
    found = {
        (len(arns), caller): outcome(
            statement(Principal="*"),
            statement("Deny", NotPrincipal={"AWS": arns}),
            request=NOVEL,
            caller=acting_as(credentials.role_session(), caller),
        )
        for arns in ([role], [role, session], [role, session, account], ["*", role, session, "x"])
        for caller in (role, session, other)
    }
    assert found == {
        (1, role): "unknown",
        (1, session): "unknown",
        (1, other): "explicitly-denied",
        (2, role): "unknown",
        (2, session): "unknown",
        (2, other): "explicitly-denied",
        (3, role): "unknown",
        (3, session): "allowed",
        (3, other): "explicitly-denied",
        (4, role): "allowed",
        (4, session): "allowed",
        (4, other): "allowed",
    }


@pytest.mark.parametrize(
    ("operator", "arn", "of_user", "of_role"),
    [
        ("ArnNotLike", "arn:aws:iam::*:role/*", "explicitly-denied", "allowed"),
        ("StringNotLike", "arn:aws-us-gov:iam::*:role/*", "explicitly-denied", "allowed"),
        ("StringNotEquals", "arn:aws:iam::123456789012:role/R", "explicitly-denied", "unknown"),
        ("ArnLike", "arn:aws:iam::*:user/*", "explicitly-denied", "allowed"),
        ("ArnLike", "arn:aws:iam::123456789012:user/*", "unknown", "allowed"),
        ("ArnLike", "arn:aws:iam::*", "unknown", "unknown"),
        ("StringLike", "*", "explicitly-denied", "explicitly-denied"),
        ("StringLike", "*:user/*", "explicitly-denied", "unknown"),
        ("StringEquals", "arn:aws:iam::*:user/*", "allowed", "allowed"),
        ("StringEquals", "arn:aws:iam::*:user/${aws:username}", "unknown", "unknown"),
        ("Null", "true", "allowed", "allowed"),
        ("NumericEquals", "1", "unknown", "unknown"),
    ],
)
def test_an_unknown_caller_is_known_to_be_a_user_or_a_role(
    operator: str, arn: str, of_user: str, of_role: str
) -> None:
    rule = statement("Deny", {operator: {"aws:PrincipalArn": arn}})
    callers = (credentials.long_term(), credentials.role_session())
    found = [outcome(ALLOW_ALL, rule, request=STOP, caller=caller) for caller in callers]
    assert found == [of_user, of_role]


@pytest.mark.parametrize(
    ("arn", "decided"),
    [
        ("arn:aws:iam::123456789012:*/*", ["explicitly-denied", "allowed", "unknown"]),
        ("arn:aws:iam::${aws:PrincipalAccount}:*/*", ["explicitly-denied"] * 2 + ["unknown"]),
        ("arn:aws:iam::${aws:SourceAccount}:role/*", ["allowed"] * 3),
    ],
)
def test_the_account_of_an_unknown_caller_is_compared(arn: str, decided: list[str]) -> None:
    rule = statement("Deny", {"ArnLike": {"aws:PrincipalArn": arn}})
    found = [
        outcome(ALLOW_ALL, rule, request=STOP, caller=acting_as(KINDS[0], account))
        for account in ("123456789012", "444455556666", None)
    ]
    assert found == decided


@pytest.mark.parametrize(
    ("operator", "moment", "expected"),
    [
        ("DateLessThan", "2031-04-29T12:00:00Z", "allowed"),
        ("DateLessThan", "2031-05-01T13:00:00Z", "explicitly-denied"),
        ("DateLessThan", "2031-05-01T06:00:00Z", "unknown"),
        ("DateGreaterThan", "2031-05-02", "allowed"),
        ("DateLessThan", "soon", "unknown"),
        ("Null", "false", "explicitly-denied"),
    ],
)
def test_a_session_began_within_its_longest_duration(
    operator: str, moment: str, expected: str
) -> None:
    noon = 1_935_403_200  # 2031-05-01T12:00:00Z
    rule = statement("Deny", {operator: {"aws:TokenIssueTime": moment}})
    session, key = (
        credentials.started_by(kind, noon)
        for kind in (credentials.role_session(), credentials.long_term())
    )
    assert outcome(ALLOW_ALL, rule, request=STOP, caller=session) == expected
    assert outcome(ALLOW_ALL, rule, request=STOP, caller=key) == "allowed"


# What is unknown, and makes no difference


def test_the_keys_that_are_there_with_an_unknown_value_are_listed() -> None:
    kinds = (*KINDS, *credentials.all_kinds("sts:AssumeRole"))
    contexts = [credentials.started_by(kind, 0).facts for kind in kinds]
    there = {key for context in (*contexts, credentials.ROOT) for key in context._within}
    assert there == conditions.THERE_IF_UNKNOWN


IN_A_REGION = {"aws:RequestedRegion": "eu-west-1"}
NETWORK = {"aws:SourceIp": "192.0.2.0/24"}
LOWER_HALF, UPPER_HALF = {"aws:SourceIp": "192.0.2.0/25"}, {"aws:SourceIp": "192.0.2.128/25"}
TEAM = "aws:PrincipalTag/team"
ANY_TEAM = {TEAM: "*"}
AGE = "aws:MultiFactorAuthAge"
FILMS = "arn:aws:s3:::films/*"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"StringEquals": IN_A_REGION}, {"StringNotEquals": IN_A_REGION}, "allowed"),
        ({"IpAddress": NETWORK}, {"NotIpAddress": NETWORK}, "allowed"),
        ({"Null": {"aws:SourceVpc": True}}, {"Null": {"aws:SourceVpc": False}}, "allowed"),
        ({"NumericLessThan": {AGE: "9"}}, {"NumericGreaterThanEquals": {AGE: 9}}, "allowed"),
        ({"NumericLessThanEquals": {AGE: "9"}}, {"NumericGreaterThan": {AGE: "9"}}, "allowed"),
        ({"NumericLessThan": {AGE: "9"}}, {"NumericGreaterThan": {AGE: "9"}}, "unknown"),
        ({"NumericLessThan": {AGE: "9"}}, {"NumericGreaterThanEquals": {AGE: "8"}}, "allowed"),
        ({"NumericLessThan": {AGE: "8"}}, {"NumericGreaterThanEquals": {AGE: "9"}}, "unknown"),
        ({"StringLike": ANY_TEAM}, {"Null": {TEAM: "true"}}, "allowed"),
        ({"StringLike": {TEAM: "r*"}}, {"StringNotEquals": {TEAM: "red"}}, "allowed"),
        ({"StringLike": {TEAM: "b*"}}, {"StringNotEquals": {TEAM: "red"}}, "unknown"),
        ({"IpAddress": LOWER_HALF}, {"NotIpAddress": NETWORK}, "unknown"),
        ({"IpAddress": NETWORK}, {"NotIpAddress": LOWER_HALF}, "allowed"),
        ({"NumericLessThan": {"x:y": 9}}, {"NumericGreaterThanEquals": {"x:y": 9}}, "unknown"),
        ({"Bool": {"x:y": "true"}}, {"Bool": {"x:y": "false"}}, "unknown"),
        ({"Null": {"aws:SourceVpc": "True"}}, {"Null": {"aws:SourceVpc": "true"}}, "unknown"),
        ({"Null": {"x:y": ["true", "true"]}}, {"Null": {"x:y": "true"}}, "unknown"),
        ({"Null": {"x:y": "perhaps"}}, {"Null": {"x:y": "true"}}, "unknown"),
        ({"IpAddress": {"x:y": "here"}}, {"NotIpAddress": {"x:y": "here"}}, "unknown"),
        ({"Equals": {"x:y": "z"}}, {"NotEquals": {"x:y": "z"}}, "unknown"),
        (
            {"StringEqualsIfExists": IN_A_REGION},
            {"StringNotEqualsIfExists": IN_A_REGION},
            "allowed",
        ),
        (
            {"StringEqualsIfExists": {"x:y": "z"}},
            {"StringNotEqualsIfExists": {"x:y": "z"}},
            "unknown",
        ),
        (
            {"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}},
            {"ForAnyValue:StringNotEquals": {"aws:TagKeys": "a"}},
            "unknown",
        ),
    ],
)
def test_two_allows_that_leave_no_case_out_allow(
    one: dict[str, Any], other: dict[str, Any], expected: str
) -> None:
    caller = credentials.mfa_session()
    pair = statement(condition=one), statement(condition=other)
    assert outcome(*pair, request=STOP, caller=caller) == expected
    assert outcome(pair[0], pair[0], request=STOP, caller=caller) == "unknown"
    denied = outcome(ALLOW_ALL, *({**each, "Effect": "Deny"} for each in pair), caller=caller)
    assert denied == expected.replace("allowed", "explicitly-denied")


@pytest.mark.parametrize(
    ("allowed", "denied", "expected"),
    [
        ({"StringEquals": {TEAM: "red"}}, [{"StringEquals": {TEAM: ["red", "blue"]}}], "denied"),
        ({"StringEquals": {TEAM: ["red", "green"]}}, [{"StringEquals": {TEAM: "red"}}], "unknown"),
        ({"StringEquals": {TEAM: "Red"}}, [{"StringEquals": {TEAM: "red"}}], "unknown"),
        ({"StringEquals": {TEAM: "${aws:userid}"}}, [{"StringEquals": {TEAM: "a"}}], "unknown"),
        # A role session has no user name.
        ({"StringEquals": {TEAM: "${aws:username}"}}, [{"StringEquals": {TEAM: "a"}}], "denied"),
        ({"StringEqualsIfExists": {TEAM: "${aws:username}"}}, [], "unknown"),
        ({"StringEquals": {TEAM: ["${aws:username}", "x"]}}, [], "unknown"),
        ({"StringNotEquals": {TEAM: "${aws:username}"}}, [], "unknown"),
        ({"ForAllValues:StringEquals": {TEAM: "${aws:username}"}}, [], "unknown"),
        ({"StringEquals": ANY_TEAM}, [{"StringLike": {TEAM: "*"}}], "denied"),
        ({"StringLike": {TEAM: "red*"}}, [{"StringLike": {TEAM: "r*"}}], "denied"),
        ({"StringLike": {TEAM: "r*"}}, [{"StringLike": {TEAM: "red*"}}], "unknown"),
        ({"StringLike": {TEAM: "r*"}}, [{"StringNotLike": {TEAM: "b*"}}], "denied"),
        ({"StringLike": {"x:y": "r*"}}, [{"StringNotLike": {"x:y": "b*"}}], "unknown"),
        ({"StringEquals": {"x:y": "red"}}, [{"StringLike": {"x:y": "r*"}}], "denied"),
        ({"StringEquals": {"x:y": "r*d"}}, [{"StringLike": {"x:y": "red"}}], "unknown"),
        ({"StringEquals": {"aws:TagKeys": "a"}}, [{"StringNotEquals": {"aws:TagKeys": "b"}}],
         "unknown"),
        ({"IpAddress": NETWORK}, [{"IpAddress": each} for each in (LOWER_HALF, UPPER_HALF)],
         "denied"),
        ({"IpAddress": NETWORK}, [{"IpAddress": LOWER_HALF}], "unknown"),
        ({"IpAddress": {"aws:SourceIp": "198.51.100.7"}}, [{"NotIpAddress": NETWORK}], "denied"),
        ({"IpAddress": {"aws:SourceIp": "2001:db8::/32"}}, [{"IpAddress": NETWORK}], "unknown"),
        ({"DateLessThan": {"aws:TokenIssueTime": "2031-01-01"}},
         [{"DateLessThan": {"aws:TokenIssueTime": "2032-01-01T00:00:00Z"}}], "denied"),
        ({"Bool": {TEAM: "true"}}, [{"BoolIfExists": {TEAM: "true"}}], "denied"),
    ],
)  # fmt: skip
def test_what_an_allow_supposes_may_be_what_denies_stop(
    allowed: dict[str, Any], denied: list[dict[str, Any]], expected: str
) -> None:
    denies = [statement("Deny", each) for each in denied]
    found = outcome(statement(condition=allowed), *denies, request=STOP, caller=KINDS[-1])
    assert found.rpartition("-")[2] == expected


@pytest.mark.parametrize(
    ("allowed", "denied", "expected"),
    [
        ("arn:aws:s3:::films/a/*", FILMS, "denied"),
        (FILMS, "arn:aws:s3:::films/a/*", "unknown"),
        (FILMS, "arn:aws:s3:::films/${aws:username}/*", "unknown"),
        (["arn:aws:s3:::films/*", "arn:aws:s3:::books/*"], FILMS, "unknown"),
    ],
)
def test_of_any_resource_the_allowed_ones_may_all_be_denied(
    allowed: Any, denied: Any, expected: str
) -> None:
    pair = statement(Resource=allowed), statement("Deny", Resource=denied)
    anything = Request(action="s3:GetObject")
    assert outcome(*pair, request=anything).rpartition("-")[2] == expected


def test_a_resource_is_among_those_listed_or_among_all_others() -> None:
    others = {"Effect": "Allow", "Action": "*", "NotResource": FILMS}
    anything = Request(action="s3:GetObject")
    assert outcome(statement(Resource=FILMS), others, request=anything) == "allowed"
    assert outcome(statement(Resource=FILMS + "x"), others, request=anything) == "unknown"


def test_every_case_names_the_statement_that_decides_it() -> None:
    pair = [
        statement(condition={name: IN_A_REGION}) for name in ("StringEquals", "StringNotEquals")
    ]
    found = evaluate([document(*pair)], STOP, KINDS[0])
    assert [match.statement.index for match in found.deciding] == [0, 1]
    named = "Allow Statement[0] (p.json) or Allow Statement[1] (p.json)"
    assert Judged(caller=KINDS[0], request=STOP, decision=found).because == named


@pytest.mark.parametrize("effect", ["Allow", "Deny"])
def test_what_iam_rejects_stays_unknown(effect: str) -> None:
    pair = [
        statement(effect, {name: {"aws:SourceIp": "here"}})
        for name in ("IpAddress", "NotIpAddress")
    ]
    others = [ALLOW_ALL] if effect == "Deny" else []
    assert outcome(*others, *pair, request=STOP) == "unknown"


def test_the_same_text_is_another_question_where_it_has_no_variables() -> None:
    own = {"aws:PrincipalTag/x": "${aws:username}"}
    old = document(statement(condition={"StringEquals": own}), version="2008-10-17")
    new = document(statement(condition={"StringNotEquals": own}))
    assert evaluate([old, new], STOP, KINDS[0]).outcome == "unknown"


def test_an_action_is_another_question_than_a_resource_of_the_same_text() -> None:
    anything = Request(action="s3:*", resource="*")
    one = statement(Action="s3:Get*")
    other = {"Effect": "Allow", "Action": "*", "NotResource": "s3:Get*"}
    assert outcome(one, other, request=anything) == "unknown"


def test_what_depends_on_many_things_is_unknown() -> None:
    many = [statement(condition={"StringEquals": {f"x:{number}": "y"}}) for number in range(99)]
    assert outcome(*many, request=STOP) == "unknown"


@pytest.mark.parametrize(
    ("key", "of_user", "of_role"),
    [
        ("aws:username", "allowed", "explicitly-denied"),
        ("aws:userid", "allowed", "allowed"),
        ("aws:PrincipalAccount", "allowed", "allowed"),
        ("aws:RequestedRegion", "allowed", "allowed"),
        ("aws:SourceIp", "unknown", "unknown"),
    ],
)
def test_keys_of_every_request_are_known_to_be_there(key: str, of_user: str, of_role: str) -> None:
    rule = statement("Deny", {"Null": {key: "true"}})
    callers = (credentials.long_term(), credentials.role_session())
    found = [outcome(ALLOW_ALL, rule, request=STOP, caller=caller) for caller in callers]
    assert found == [of_user, of_role]


# Identity and resource policies together

BUCKET = statement(Principal={"AWS": "123456789012"}, Action="s3:*")
BY_NAME = statement(Principal={"AWS": CAROL}, Action="s3:*")
OWN = statement(Action="s3:*")
ELSEWHERE = {"aws:ResourceAccount": ("444455556666",)}
AT_HOME = {"aws:ResourceAccount": ("123456789012",)}


@pytest.mark.parametrize(
    ("own", "theirs", "known", "expected"),
    [
        (OWN, BUCKET, ELSEWHERE, "allowed"),
        (OWN, BUCKET, AT_HOME, "allowed"),
        (OWN, BUCKET, {}, "allowed"),
        (statement(Action="ec2:*"), BUCKET, ELSEWHERE, "implicitly-denied"),
        (statement(Action="ec2:*"), BUCKET, AT_HOME, "implicitly-denied"),
        (statement(Action="ec2:*"), BY_NAME, AT_HOME, "allowed"),
        (statement(Action="ec2:*"), BY_NAME, ELSEWHERE, "implicitly-denied"),
        (statement(Action="ec2:*"), BY_NAME, {}, "unknown"),
        (OWN, statement(Principal="*", Action="s3:Put*"), AT_HOME, "allowed"),
        (OWN, statement(Principal="*", Action="s3:Put*"), ELSEWHERE, "implicitly-denied"),
        (OWN, statement(Principal="*", Action="s3:Put*"), {}, "unknown"),
        (OWN, statement("Deny", Principal="*", Action="s3:*"), AT_HOME, "explicitly-denied"),
        (OWN, statement(Principal="*", Action="sns:Publish"), ELSEWHERE, "allowed"),
    ],
)
def test_both_sides_must_allow_across_accounts_and_either_within_one(
    own: Any, theirs: Any, known: dict[str, tuple[str, ...]], expected: str
) -> None:
    carol = acting_as(credentials.long_term(), CAROL)
    request = NOVEL.replace(facts=RequestContext(known))
    assert evaluate([document(own), document(theirs)], request, carol).outcome == expected


@pytest.mark.parametrize(
    ("own", "trusted", "account", "expected"),
    [
        (True, "123456789012", "123456789012", "allowed"),
        (True, "123456789012", "444455556666", "allowed"),
        (False, "123456789012", "123456789012", "implicitly-denied"),
        (False, CAROL, "123456789012", "allowed"),
        (False, CAROL, "444455556666", "implicitly-denied"),
        (True, "999999999999", "123456789012", "implicitly-denied"),
    ],
)
def test_a_roles_trust_policy_must_always_allow(
    own: bool, trusted: str, account: str, expected: str
) -> None:
    trust = {"Effect": "Allow", "Principal": {"AWS": trusted}, "Action": "sts:AssumeRole"}
    request = Request(action="sts:AssumeRole", resource=f"arn:aws:iam::{account}:role/R")
    carol = acting_as(credentials.long_term(), CAROL)
    mine = document(statement(Action="sts:AssumeRole" if own else "ec2:*"))
    assert evaluate([mine, document(trust)], request, carol).outcome == expected


ANOTHER = {"Principal": {"AWS": "999999999999"}}


@pytest.mark.parametrize(
    ("asked", "theirs", "expected"),
    [
        ("*", {**ANOTHER, "Action": "sts:AssumeRole"}, "unknown"),
        ("sts:A*", {**ANOTHER, "Action": "sts:AssumeRole"}, "unknown"),
        ("*", {**ANOTHER, "Action": "kms:*", "Resource": "*"}, "unknown"),
        ("kms:*", {**ANOTHER, "Action": "kms:*", "Resource": "*"}, "implicitly-denied"),
        ("*", {"Principal": {"AWS": CAROL}, "Action": "*", "Resource": "*"}, "allowed"),
    ],
)  # fmt: skip
def test_every_action_is_not_allowed_where_a_resource_must_allow_some(
    asked: str, theirs: dict[str, Any], expected: str
) -> None:
    carol = acting_as(credentials.long_term(), CAROL)
    request = Request(action=asked, facts=RequestContext(AT_HOME))
    both = [document(ALLOW_ALL), document({"Effect": "Allow", **theirs})]
    found = evaluate(both, request, carol)
    why = Judged(caller=carol, request=request, decision=found).because
    assert (found.outcome, "which action it is" in why) == (expected, expected == "unknown")


def test_a_trust_policy_concerns_only_assuming_the_role() -> None:
    trust = {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}
    asked = Request(action="sts:DecodeAuthorizationMessage")
    both = [document(ALLOW_ALL), document(trust)]
    assert evaluate(both, asked, KINDS[0]).outcome == "allowed"


@pytest.mark.parametrize(
    ("action", "account", "expected"),
    [
        ("kms:Decrypt", "123456789012", "allowed"),
        ("KMS:decrypt", "999999999999", "implicitly-denied"),
        ("kms:Decrypt", None, "unknown"),
        ("s3:GetObject", "123456789012", "unknown"),
    ],
)
def test_kms_sees_the_account_of_every_caller(
    action: str, account: str | None, expected: str
) -> None:
    of_account = {"StringEquals": {"kms:CallerAccount": "123456789012"}}
    key_policy = document(statement(condition=of_account, Action="*", Principal="*"))
    caller = acting_as(KINDS[0], account)
    assert evaluate([key_policy], Request(action=action), caller).outcome == expected


def test_a_boundary_only_limits() -> None:
    only_s3, s3 = document(statement(Action="s3:*")), Request(action="s3:GetObject")
    everything, nothing = document(ALLOW_ALL), document(statement("Deny"))

    def decided(mine: Document, request: Request, boundary: Document) -> str:
        return evaluate([mine], request, KINDS[0], boundary=boundary).outcome

    assert decided(everything, s3, only_s3) == "allowed"
    assert decided(everything, STOP, only_s3) == "implicitly-denied"
    assert decided(document(statement(Action="ec2:*")), s3, only_s3) == "implicitly-denied"
    assert decided(everything, s3, nothing) == "explicitly-denied"


@pytest.mark.parametrize("own", [[document(statement(Action="ec2:*"))], []])
def test_a_boundary_limits_a_resources_grant_to_a_role_and_not_to_a_user(
    own: list[Document],
) -> None:
    role, session = "arn:aws:iam::123456789012:role/R", "arn:aws:sts::123456789012:assumed-role/R/x"
    at_home = NOVEL.replace(facts=RequestContext(AT_HOME))

    def decided(named: str, kind: credentials.Credentials, caller: str) -> str:
        given = document(statement(Principal={"AWS": named}, Action="s3:*"))
        boundary = document(statement(Action="ec2:*"))
        return evaluate([*own, given], at_home, acting_as(kind, caller), boundary=boundary).outcome

    assert decided(CAROL, credentials.long_term(), CAROL) == "allowed"
    assert decided(role, credentials.role_session(), role) == "implicitly-denied"
    assert decided(session, credentials.role_session(), session) == "allowed"


def test_with_an_unread_boundary_nothing_is_allowed() -> None:
    def decided(*statements: dict[str, Any]) -> str:
        return evaluate([document(*statements)], STOP, KINDS[0], boundary_unread=True).outcome

    assert decided(ALLOW_ALL) == "unknown"
    assert decided(statement("Allow", Action="s3:*")) == "implicitly-denied"
    assert decided(ALLOW_ALL, statement("Deny")) == "explicitly-denied"


def test_with_unread_policies_only_denies_are_certain() -> None:
    def decided(*statements: dict[str, Any]) -> str:
        return evaluate([document(*statements)], STOP, KINDS[0], unread=True).outcome

    assert decided(ALLOW_ALL) == "unknown"
    assert decided(statement("Allow", Action="s3:*")) == "unknown"
    assert decided(statement("Deny")) == "explicitly-denied"


# What AWS decides without a policy


def test_aws_decides_some_calls_itself() -> None:
    found = {
        action: list(outcomes(ALLOW_ALL, request=Request(action=action)).values())
        for action in (
            "iam:ListUsers",
            "sts:AssumeRoleWithSAML",
            "sts:GetFederationToken",
            "sts:GetServiceBearerToken",
            "sts:GetSessionToken",
            "sts:TagSession",
        )
    }
    yes, no = "allowed", "implicitly-denied"
    # long-term key, MFA session, old MFA session, session without MFA, role session
    assert found == {
        "iam:ListUsers": [yes, yes, yes, no, yes],
        "sts:AssumeRoleWithSAML": [no, no, no, no, no],  # it takes no credentials
        "sts:GetFederationToken": [yes, no, no, no, no],
        "sts:GetServiceBearerToken": [yes, yes, yes, yes, yes],  # other services ask for it
        "sts:GetSessionToken": [yes, no, no, no, no],
        "sts:TagSession": [yes, yes, yes, yes, yes],  # AssumeRole asks for this action, too
    }
    anyway = outcomes(statement("Deny"), request=Request(action="sts:GetCallerIdentity"))
    assert set(anyway.values()) == {"allowed"}


# STS's that take credentials (Service Authorization Reference), one that AWS may add, and others.
ACTIONS = ("sts:AssumeRole", "sts:AssumeRoot", "sts:DecodeAuthorizationMessage",
           "sts:GetAccessKeyInfo", "sts:GetCallerIdentity", "sts:GetFederationToken",
           "sts:GetServiceBearerToken", "sts:GetSessionToken", "sts:GetWebIdentityToken",
           "sts:SetContext", "sts:SetSourceIdentity", "sts:TagSession", "sts:Some",
           "iam:ListUsers", "ec2:StopInstances")  # fmt: skip


@pytest.mark.parametrize("asked", ["*", "sts:*", "sts:A*", "sts:Get*", "sts:*Token", "STS:s*"])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
@pytest.mark.parametrize(
    "rules",
    [
        [ALLOW_ALL],
        [statement(Action="sts:*")],
        [statement(Action="ec2:*")],
        [ALLOW_ALL, statement("Deny")],
        [ALLOW_ALL, statement("Deny", {"BoolIfExists": {PRESENT: "false"}})],
    ],
)
def test_a_wildcard_holds_for_every_call_or_the_outcome_is_unknown(
    asked: str, kind: credentials.Credentials, rules: list[dict[str, Any]]
) -> None:
    each = {
        outcome(*rules, request=Request(action=action), caller=kind) == "allowed"
        for action in ACTIONS
        if fnmatch.fnmatchcase(action.lower(), asked.lower())
    }
    found = outcome(*rules, request=Request(action=asked), caller=kind)
    assert found in ({"unknown"} if len(each) > 1 else {"allowed"} if each == {True} else DENIED)
