"""What all policies of each user in an account dump come to together, and how lint tells it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mfa_session.policy.lint import lint
from mfa_session.policy.reading import read_policies
from policy.statements import (
    ACCOUNT,
    ALL,
    ENROL,
    IF_TRUE,
    ME,
    WITH,
    WITHOUT,
    allow,
    deny,
    deny_but,
    on,
    trust,
)
from policy.test_accounts import document, found_in, in_plan, in_stack, managed

OWN = allow(ENROL, Resource=["arn:aws:iam::*:user/*", "arn:aws:iam::*:mfa/*"])
ASK = deny_but(ENROL, WITHOUT)
ASK_SPARING_ROLES = deny_but([*ENROL, "sts:AssumeRole"], WITHOUT)
DEVICES = allow(ENROL, Resource=[ME, "arn:aws:iam::*:mfa/*"])
BOUND = "arn:aws:iam::123456789012:policy/Bound"


def user(
    name: str, *groups: str, path: str = "/", bounded: bool = False, **rest: Any
) -> dict[str, Any]:
    arn = f"arn:aws:iam::123456789012:user{path}{name}"
    boundary = {"PermissionsBoundary": {"PermissionsBoundaryArn": BOUND}} if bounded else {}
    return {
        "UserName": name,
        "Path": path,
        "Arn": arn,
        "GroupList": list(groups),
        **boundary,
        **rest,
    }


def group(name: str, *statements: dict[str, Any]) -> dict[str, Any]:
    policy = {"PolicyName": "p", "PolicyDocument": document(list(statements))}
    return {"GroupName": name, "GroupPolicyList": [policy]}


def role(name: str, *statements: dict[str, Any]) -> dict[str, Any]:
    arn = f"arn:aws:iam::123456789012:role/{name}"
    trusting = document(list(statements))
    return {"RoleName": name, "Arn": arn, "AssumeRolePolicyDocument": trusting}


def account(
    users: list[dict[str, Any]],
    groups: list[dict[str, Any]],
    roles: list[dict[str, Any]] = [],  # noqa: B006  # it is not changed
    bound: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    policies = [] if bound is None else [managed({"v1": bound}, "v1")]
    for each in policies:
        each.update(PolicyName="Bound", Arn=BOUND, AttachmentCount=0)
        each.update(PermissionsBoundaryUsageCount=1)
    return {"UserDetailList": users, "GroupDetailList": groups, "RoleDetailList": roles,
            "Policies": policies}  # fmt: skip


WORDS = (("in the boundary", "boundary"), ("exempt", "denied"))


@pytest.mark.parametrize(
    ("dump", "who"),
    [
        (account([user("ada", "g", path="/staff/"), user("bob", "g")], [group("g", DEVICES, ASK)]),
         "ada (path /staff/)"),
        (account([user("ada", "g", bounded=True)], [group("g", DEVICES, ASK)],
                 bound=[allow("s3:*")]),
         "ada (boundary policy/Bound)"),
        (account([user("ada", "a", "b", path="/staff/")], [group("a", DEVICES), group("b", ASK)]),
         "ada (path /staff/)"),
        (account([user("ada", "g"), user("bob", "g", path="/staff/")], [group("g", allow(ENROL,
                 Resource=["arn:aws:iam::*:user/*/${aws:username}"]), ASK)]), "ada (path /)"),
        (account([user("ada", "a", "b")], [group("a", DEVICES, ASK),
                 group("b", deny("iam:*", {}))]), "ada (denied by group/b policy/p)"),
        (account([user("ada", "g", Tags=[{"Key": "team", "Value": "x"}])], [group("g", OWN, ASK,
                 deny("iam:Enable*", on("StringEquals", "aws:PrincipalTag/team", "x")))]),
         "ada (denied by group/g policy/p)"),
    ],
    ids=["path", "boundary", "two-groups", "no-path", "denied", "denied-by-tag"],
)  # fmt: skip
def test_users_who_cannot_enrol_are_named(dump: dict[str, Any], who: str) -> None:
    read = read_policies("p.json", json.dumps(dump))
    told = [each for one in read.documents for each in lint(one)]
    (finding,) = [each for each in told if each.rule == "users-cannot-enrol"]
    assert finding.message == f"these users cannot set up MFA, for which this Deny asks: {who}"
    assert [word in finding.cure for word, _ in WORDS] == [why in who for _, why in WORDS]


@pytest.mark.parametrize(
    "dump",
    [
        account([user("ada", "g")], [group("g", DEVICES, ASK)]),
        account([user("ada", "g", bounded=True)], [group("g", DEVICES, ASK)], bound=[allow("*")]),
        # Passkeys alone.
        account(
            [user("ada", "g", bounded=True)],
            [group("g", DEVICES, ASK)],
            bound=[allow("iam:EnableMFADevice")],
        ),
        account([user("ada", "g", path="/staff/")], [group("g", OWN, ASK)]),
        # Others set up the devices.
        account([user("ada", "g", path="/staff/")], [group("g", deny_but([], WITHOUT))]),
        # A policy that is not here may allow it.
        account(
            [user("ada", "g", path="/staff/", AttachedManagedPolicies=[{"PolicyArn": BOUND}])],
            [group("g", DEVICES, ASK)],
        ),
        # Some are allowed, those without a path elsewhere.
        account([user("ada", "g"), user("bob", "g", path="/staff/")], [group("g", DEVICES, allow(
            ENROL, Resource=["arn:aws:iam::*:user/*/${aws:username}"]), ASK)]),
        # A Deny of another user, under a condition that is not met or unknown, or on purpose.
        *[
            account([user("ada", "g")], [group("g", DEVICES, ASK, denial)])
            for denial in (
                deny("iam:*", {}, Resource="arn:aws:iam::*:user/bob"),
                deny("iam:*", on("StringEquals", "aws:PrincipalTag/team", "x")),
                deny("iam:*", on("NotIpAddress", "aws:SourceIp", "10.0.0.0/8")),
                deny("iam:*", WITHOUT),
                deny("iam:CreateUser", {}),
                deny("*", {}),
                deny_but("s3:*", {}),
            )
        ],
        account([user("ada", "g")], [group("g", allow("s3:*"), ASK, deny("iam:*", {}))]),
        # Denied in each case, by one of two.
        account([user("ada", "g")], [group("g", DEVICES, ASK, *(deny("iam:*", on(operator,
            "aws:SourceVpc", "vpc-1")) for operator in ("StringEquals", "StringNotEquals")))]),
        # Nobody asks for MFA.
        account([user("ada", "g", path="/staff/")], [group("g", DEVICES)]),
    ],
)  # fmt: skip
def test_users_who_can_enrol_or_need_not_are_not_named(dump: dict[str, Any]) -> None:
    assert "users-cannot-enrol" not in {rule for _, rule in found_in(dump)}


TAKE = allow("sts:AssumeRole")
ADMIN = [{"PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}]
EVERYTHING = [{"PolicyName": "all", "PolicyDocument": document([ALL])}]


@pytest.mark.parametrize(
    ("statements", "trusting", "is_told"),
    [
        ([TAKE, ASK_SPARING_ROLES], trust(ACCOUNT), True),
        ([TAKE, ASK_SPARING_ROLES], trust({"AWS": "arn:aws:iam::123456789012:user/ada"}), True),
        ([ALL, deny_but([*ENROL, "sts:*"], WITHOUT)], trust(ACCOUNT), True),
        ([TAKE, ASK_SPARING_ROLES], trust(ACCOUNT, WITH), False),
        ([TAKE, ASK_SPARING_ROLES], trust({"AWS": "arn:aws:iam::123456789012:user/b"}), False),
        ([TAKE, ASK_SPARING_ROLES], trust({"Service": "ec2.amazonaws.com"}), False),
        # Whoever takes a role chooses the external id, and the session's name.
        *[
            ([TAKE, ASK_SPARING_ROLES], trust(whom, condition), is_told)
            for whom, condition, is_told in (
                (ACCOUNT, on("StringEquals", "sts:ExternalId", ["book", "film"]), True),
                (ACCOUNT, on("StringLike", "STS:externalid", "book-*"), True),
                (ACCOUNT, {**on("StringEquals", "sts:ExternalId", "book"), **WITH}, False),
                (ACCOUNT, on("Null", "sts:ExternalId", "true"), False),
                ({"AWS": "999999999999"}, on("StringEquals", "sts:ExternalId", "book"), False),
                (ACCOUNT, on("StringEquals", "sts:RoleSessionName", "${aws:username}"), True),
                (ACCOUNT, on("StringEquals", "sts:RoleSessionName", "bob"), False),
            )
        ],
        ([TAKE, ASK], trust(ACCOUNT), False),
        ([TAKE], trust(ACCOUNT), False),
        ([TAKE, deny("ec2:*", WITHOUT)], trust(ACCOUNT), False),
        ([DEVICES, ASK_SPARING_ROLES], trust(ACCOUNT), False),
    ],
)
def test_roles_that_users_take_without_the_mfa_that_they_are_asked_for_are_told(
    statements: list[dict[str, Any]], trusting: dict[str, Any], *, is_told: bool
) -> None:
    dump = account([user("ada", "g")], [group("g", *statements)], [role("ops", trusting)])
    told = [each for each in found_in(dump) if each[1] == "role-without-mfa"]
    assert told == ([("role/ops trust", "role-without-mfa")] if is_told else [])


@pytest.mark.parametrize(
    ("statements", "of_role", "trusting", "is_told"),
    [
        ([allow("*", WITH), TAKE], {"AttachedManagedPolicies": ADMIN}, trust(ACCOUNT), True),
        ([allow("*", WITH), TAKE], {"RolePolicyList": EVERYTHING}, trust(ACCOUNT), True),
        ([allow("*", WITH), TAKE], {}, trust(ACCOUNT), False),
        ([allow("*", WITH), TAKE], {"AttachedManagedPolicies": ADMIN}, trust(ACCOUNT, WITH), False),
        ([allow("*", WITH)], {"AttachedManagedPolicies": ADMIN}, trust(ACCOUNT), False),
        ([allow("s3:*", WITH), TAKE], {"AttachedManagedPolicies": ADMIN}, trust(ACCOUNT), False),
        ([ALL, allow("*", WITH), TAKE], {"AttachedManagedPolicies": ADMIN}, trust(ACCOUNT), False),
        ([allow("*", WITH), TAKE], {"AttachedManagedPolicies": ADMIN, "PermissionsBoundary":
          {"PermissionsBoundaryArn": BOUND}}, trust(ACCOUNT), False),
    ],
)  # fmt: skip
def test_roles_by_which_users_may_do_without_mfa_what_they_may_with_it_are_told(
    statements: list[dict[str, Any]],
    of_role: dict[str, Any],
    trusting: dict[str, Any],
    *,
    is_told: bool,
) -> None:
    roles = [{**role("ops", trusting), **of_role}]
    dump = account([user("ada", "g")], [group("g", *statements)], roles)
    assert told(dump, "role-without-mfa") == ["ada"] * is_told


@pytest.mark.parametrize(
    ("number", "who"),
    [("999999999999", ["ada (account 123456789012)"]), ("123456789012", []), ("*", [])],
)
def test_users_whose_devices_a_policy_of_another_account_allows_are_named(
    number: str, who: list[str]
) -> None:
    own = allow(ENROL, Resource=[f"arn:aws:iam::{number}:user/${{aws:username}}"])
    dump = account([user("ada", "g")], [group("g", own, ASK)])
    assert told(dump, "users-cannot-enrol") == who


@pytest.mark.parametrize(("name", "is_told"), [("breakglass", False), ("kim", True)])
def test_a_user_for_emergencies_whom_the_deny_exempts_need_not_be_asked(
    name: str, *, is_told: bool
) -> None:
    asking = {**ASK, "Condition": {**WITHOUT, **on("StringNotEquals", "aws:username", name)}}
    dump = account([user(name, "g"), user("ada", "g")], [group("g", ALL, asking)])
    assert told(dump, "users-not-asked") == [name] * is_told
    unasked = account([user(name, "h"), user("ada", "g")], [group("g", ASK), group("h", ALL)])
    assert told(unasked, "users-not-asked") == [name]


@pytest.mark.parametrize(
    ("exempting", "is_told"),
    [
        (on("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:user/machines/*"), False),
        (on("StringNotEquals", "aws:PrincipalTag/kind", "service"), False),
        (on("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:user/machines/kim"), False),
        (on("StringNotEquals", "aws:PrincipalTag/team", "x"), True),
    ],
)
def test_programs_whom_the_deny_exempts_by_their_kind_need_not_be_asked(
    exempting: dict[str, Any], *, is_told: bool
) -> None:
    tags = [{"Key": "kind", "Value": "service"}, {"Key": "team", "Value": "x"}]
    kim = user("kim", "g", path="/machines/", Tags=tags)
    asking = {**ASK, "Condition": {**WITHOUT, **exempting}}
    dump = account([kim, user("ada", "g")], [group("g", ALL, asking)])
    assert told(dump, "users-not-asked") == ["kim"] * is_told


@pytest.mark.parametrize(
    ("more", "is_told"),
    [
        ([], False),
        ([allow("iam:*AccessKey*", Resource=ME)], False),
        ([allow("s3:Get*")], True),
        ([allow("iam:DeactivateMFADevice")], True),
    ],
)
@pytest.mark.parametrize("when", [{}, WITH])
def test_who_may_only_take_roles_and_care_for_themselves_is_asked_by_the_roles(
    more: list[dict[str, Any]], when: dict[str, Any], *, is_told: bool
) -> None:
    password = {"PolicyArn": "arn:aws:iam::aws:policy/IAMUserChangePassword"}
    kim = user("kim", "take", AttachedManagedPolicies=[password])
    taking = group("take", allow("sts:AssumeRole"), DEVICES, *more)
    roles = [role("ops", trust(ACCOUNT, when or None))]
    dump = account([kim, user("ada", "g")], [group("g", ALL, DEVICES, ASK), taking], roles)
    assert told(dump, "users-not-asked") == ["kim"] * (is_told or not when)


@pytest.mark.parametrize(("name", "is_told"), [("backup-agent", True), ("kim", False)])
def test_programs_that_a_deny_asks_are_told(name: str, *, is_told: bool) -> None:
    dump = account([user(name, "g"), user("ada", "g")], [group("g", ALL, DEVICES, ASK)])
    assert told(dump, "programs-asked") == [name] * is_told
    elsewhere = account([user(name, "h"), user("ada", "g")], [group("g", ASK), group("h", ALL)])
    assert told(elsewhere, "programs-asked") == []


@pytest.mark.parametrize(
    ("name", "own", "is_told"),
    [
        ("svc-mailer", [], True),
        ("kim", [], False),
        ("svc-mailer", [allow("s3:GetObject")], False),  # it works by this
        ("svc-mailer", [allow("iam:ListMFADevices", Resource=ME)], True),
    ],
)
def test_programs_that_may_work_only_with_mfa_are_told(
    name: str, own: list[dict[str, Any]], *, is_told: bool
) -> None:
    groups = [group("g", allow("ses:SendEmail", WITH)), group("own", *own)]
    assert told(account([user(name, "g", "own")], groups), "programs-asked") == [name] * is_told


def told(dump: dict[str, Any], rule: str) -> list[str]:
    """Return whom the findings of a rule name."""
    read = read_policies("p.json", json.dumps(dump))
    found = [each for one in read.documents for each in lint(one) if each.rule == rule]
    return [each.message.rpartition(": ")[2] for each in found]


AWS = "arn:aws:iam::aws:policy/"
TAKING = [group("g", TAKE, ASK_SPARING_ROLES)]
OPS = [role("ops", trust(ACCOUNT))]


@pytest.mark.parametrize(
    ("boundary", "is_doubled"), [(f"{AWS}ReadOnlyAccess", False), (BOUND, False), (BOUND, True)]
)
def test_a_boundary_that_cannot_be_read_may_forbid_anything(
    boundary: str, *, is_doubled: bool
) -> None:
    ada = user("ada", "g", PermissionsBoundary={"PermissionsBoundaryArn": boundary})
    dump = account([ada], TAKING, OPS, [allow("s3:*")] if is_doubled else None)
    for each in dump["Policies"][:1]:
        dump["Policies"].append({**each, "Arn": f"{BOUND}2"})
    assert told(dump, "role-without-mfa") == []


def test_a_policy_without_an_arn_is_nobody_s_boundary() -> None:
    dump = account([user("ada", "g")], TAKING, OPS, [allow("s3:*")])
    del dump["Policies"][0]["Arn"]
    assert told(dump, "role-without-mfa") == ["ada"]


@pytest.mark.parametrize(
    ("name", "is_told"), [("AWSDenyAll", False), ("AWSCompromisedKeyQuarantineV3", False),
                          ("PowerUserAccess", True)])  # fmt: skip
def test_what_aws_s_policies_that_are_not_in_the_dump_forbid_is_known(
    name: str, *, is_told: bool
) -> None:
    ada = user("ada", "g", AttachedManagedPolicies=[{"PolicyArn": f"{AWS}{name}"}])
    assert told(account([ada], TAKING, OPS), "role-without-mfa") == ["ada"] * is_told


def test_whom_aws_s_policy_that_is_not_in_the_dump_denies_everything_needs_no_mfa() -> None:
    gone = user("eve", "h", AttachedManagedPolicies=[{"PolicyArn": f"{AWS}AWSDenyAll"}])
    kim = user("kim", "h")
    dump = account([user("ada", "g"), gone, kim], [group("g", OWN, ASK), group("h", TAKE, ALL)])
    assert told(dump, "users-not-asked") == ["kim"]


@pytest.mark.parametrize(
    ("tags", "is_told"),
    [
        ({}, False),
        ({"mfa": "exempt"}, False),
        ({"team": "required"}, False),
        ({"MFA": "required"}, True),
    ],
)
def test_a_tag_that_a_user_lacks_is_absent(tags: dict[str, str], *, is_told: bool) -> None:
    condition = {**WITHOUT, **on("StringEquals", "aws:PrincipalTag/Mfa", "required")}
    where = user("ada", "g", path="/x/", Tags=[{"Key": key, "Value": tags[key]} for key in tags])
    cases = [
        (account([where], [group("g", DEVICES, {**ASK, "Condition": condition})]),
         "users-cannot-enrol", ["ada (path /x/)"]),
        (account([where], [group("g", TAKE, {**ASK_SPARING_ROLES, "Condition": condition})], OPS),
         "role-without-mfa", ["ada"]),
    ]  # fmt: skip
    for dump, rule, who in cases:
        assert told(dump, rule) == who * is_told


ALL_ACTIONS = deny("*:*", WITHOUT, NotResource=["arn:aws:iam::*:user/${aws:username}"])


@pytest.mark.parametrize(
    ("asking", "is_told"),
    [
        ({**ASK, "Resource": "arn:aws:s3:::books/*"}, False),
        ({**ASK, "Resource": ["arn:aws:s3:::books/*", "*"]}, True),
        (ALL_ACTIONS, True),
        ({**ALL_ACTIONS, "Action": "iam:*"}, False),
    ],
)
def test_a_deny_of_everything_asks_for_mfa_everywhere(
    asking: dict[str, Any], *, is_told: bool
) -> None:
    dump = account([user("ada", "g", path="/x/")], [group("g", DEVICES, asking)])
    assert told(dump, "users-cannot-enrol") == ["ada (path /x/)"] * is_told


def test_a_deny_of_one_bucket_does_not_ask_for_mfa_elsewhere() -> None:
    asking = {**ASK_SPARING_ROLES, "Resource": "arn:aws:s3:::books/*"}
    dump = account([user("ada", "g")], [group("g", TAKE, asking)], OPS)
    assert told(dump, "role-without-mfa") == []


@pytest.mark.parametrize(
    ("own", "asking", "is_told"),
    [
        (allow("iam:Tag*", Resource="arn:aws:iam::123456789012:user/${aws:username}"), [], True),
        (allow("iam:Tag*", WITH, Resource="arn:aws:iam::*:user/${aws:username}"), [], False),
        (allow("iam:Tag*", Resource="arn:aws:iam::*:user/bob"), [], False),
        (allow("iam:Tag*"), [deny("iam:TagUser", WITHOUT)], False),
    ],
)
def test_a_tag_that_exempts_and_that_other_policies_of_some_users_let_them_set_is_told(
    own: dict[str, Any], asking: list[dict[str, Any]], *, is_told: bool
) -> None:
    exempt = {**WITHOUT, "StringNotEquals": {"aws:PrincipalTag/exempt": "yes"}}
    ask = deny_but([*ENROL, "iam:TagUser"], exempt)
    groups = [group("all", allow("s3:*"), ask), group("g", own, *asking)]
    dump = account([user("ada", "all", "g"), user("svc-x", "all")], groups)
    assert (("group/all policy/p", "removal-without-mfa") in found_in(dump)) is is_told


OWN_USER = "arn:aws:iam::123456789012:user/${aws:username}"


@pytest.mark.parametrize(
    ("own", "asking", "is_told"),
    [
        (allow("iam:*", Resource=OWN_USER), allow("ec2:*", WITH), True),
        (allow("iam:*", Resource=OWN_USER), deny_but("iam:*", WITHOUT), True),
        (allow("iam:*", Resource=OWN_USER), ASK, False),
        (allow("iam:*", Resource=OWN_USER), allow("ec2:*"), False),
        (allow("iam:*", WITH, Resource=OWN_USER), allow("ec2:*", WITH), False),
        (allow([*ENROL, "iam:*AccessKey*"], Resource=OWN_USER), allow("ec2:*", WITH), False),
        (allow("iam:*"), ALL, False),
        (ALL, deny("s3:DeleteBucket", WITHOUT), False),
    ],
)
def test_what_lets_users_give_themselves_a_policy_without_mfa_is_told(
    own: dict[str, Any], asking: dict[str, Any], *, is_told: bool
) -> None:
    dump = account([user("ada", "g", "h")], [group("g", own), group("h", asking)])
    assert (("group/g policy/p", "escalation-without-mfa") in found_in(dump)) is is_told


ADA_ALONE = {"AWS": "arn:aws:iam::123456789012:user/ada"}
WITH_MFA = allow("sts:AssumeRole", WITH, Resource="arn:aws:iam::123456789012:role/ops")


@pytest.mark.parametrize(
    ("trusted", "condition", "taking", "is_told"),
    [
        (ADA_ALONE, None, WITH_MFA, True),
        (ADA_ALONE, WITH, WITH_MFA, False),
        (ADA_ALONE, None, {**WITH_MFA, "Resource": "arn:aws:iam::123456789012:role/dev"}, False),
        (ADA_ALONE, None, allow("sts:AssumeRole", Resource=WITH_MFA["Resource"]), False),
        # The account alone lets in whom their own policies let.
        (ACCOUNT, None, WITH_MFA, False),
    ],
)
def test_a_trust_policy_that_names_a_user_gets_round_the_user_s_own_condition(
    trusted: dict[str, Any], condition: Any, taking: dict[str, Any], *, is_told: bool
) -> None:
    roles = [role("ops", trust(trusted, condition))]
    dump = account([user("ada", "g")], [group("g", taking)], roles)
    assert told(dump, "role-without-mfa") == ["ada"] * is_told


@pytest.mark.parametrize("where", ["user", "group", "attached"])
def test_a_policy_that_is_named_like_a_boundary_grants_if_somebody_has_it(where: str) -> None:
    ada = user("ada", "g")
    policy = {"PolicyName": "TeamBoundary", "PolicyDocument": document([TAKE, ASK_SPARING_ROLES])}
    dump = account([ada], [group("g", allow("s3:*"))], OPS)
    if where == "user":
        ada["UserPolicyList"] = [policy]
    elif where == "group":
        dump["GroupDetailList"][0]["GroupPolicyList"] = [policy]
    else:
        ada["AttachedManagedPolicies"] = [{"PolicyArn": BOUND}]
        own = {"PolicyName": "TeamBoundary", "Arn": BOUND}
        dump["Policies"] = [managed({"v1": [TAKE, ASK_SPARING_ROLES]}, "v1") | own]
    assert told(dump, "role-without-mfa") == ["ada"]


def test_a_policy_that_is_named_like_a_boundary_and_that_nobody_has_is_one() -> None:
    own = managed({"v1": [ALL]}, "v1") | {"PolicyName": "TeamBoundary", "Arn": BOUND}
    (read,) = read_policies("p.json", json.dumps({"Policies": [own]})).documents
    assert read.kind == "boundary"


def test_roles_of_services_and_of_those_with_mfa_do_not_use_up_the_pairs_that_are_looked_at() -> (
    None
):
    roles = [role(f"s{each}", trust({"Service": "ec2.amazonaws.com"})) for each in range(2000)]
    roles += [role(f"m{each}", trust(ACCOUNT, WITH)) for each in range(100)]
    dump = account([user("ada", "g"), user("bob", "g")], TAKING, [*roles, *OPS])
    assert told(dump, "role-without-mfa") == ["ada, bob"]


def test_the_takers_of_a_role_are_all_counted() -> None:
    users = [user(f"u{each}", "g") for each in range(100)]
    roles = [role(f"r{each}", trust(ACCOUNT)) for each in range(50)]
    who = told(account(users, TAKING, roles), "role-without-mfa")
    assert who == ["u0, u1, u2, u3, u4 and 95 more"] * 20


def test_a_trust_policy_that_names_a_user_is_enough_to_take_the_role() -> None:
    plain = [group("g", allow("s3:*"), ASK_SPARING_ROLES)]
    ada = {"AWS": "arn:aws:iam::123456789012:user/ada"}
    users = [user("ada", "g"), user("bob", "g")]
    dump = account(users, plain, [role("ops", trust(ada)), role("dev", trust(ACCOUNT))])
    assert told(dump, "role-without-mfa") == ["ada"]
    forbidden = group("g", allow("s3:*"), ASK_SPARING_ROLES, deny("sts:AssumeRole", {}))
    assert told({**dump, "GroupDetailList": [forbidden]}, "role-without-mfa") == []


def test_a_name_of_two_policies_and_a_user_without_a_path_are_no_bug() -> None:
    doubled = [managed({"v1": [DEVICES]}, "v1"), managed({"v1": [DEVICES, ASK]}, "v1")]
    arn = "arn:aws:iam::aws:policy/Own"
    doubled[1].update(Arn=arn)
    ada = user("ada", path="/staff/", AttachedManagedPolicies=[{"PolicyArn": arn}])
    bob = user("bob", "g", path="/staff/")
    del bob["Path"]
    dump = account([ada, bob], [group("g", DEVICES, ASK)])
    dump["Policies"] = doubled
    told = [each for each in found_in(dump) if each[1] == "users-cannot-enrol"]
    assert told == [("group/g policy/p", "users-cannot-enrol")]


@pytest.mark.parametrize(
    ("own", "aws", "is_told"),
    [
        ([allow("s3:*"), ASK], "", True),
        ([ASK], "IAMUserChangePassword", True),
        ([DEVICES, ASK], "", False),
        ([ASK], "IAMFullAccess", False),
        ([ASK], "", False),  # who may do nothing
        ([allow("s3:*"), deny_but("iam:*", WITHOUT)], "", False),
        ([allow("s3:*"), deny("s3:*", WITHOUT)], "", False),
    ],
)
def test_users_whom_nothing_allows_the_enrolment_that_a_deny_exempts(
    own: list[dict[str, Any]], aws: str, *, is_told: bool
) -> None:
    attached = [{"PolicyArn": f"{AWS}{aws}"}] if aws else []
    users = [user(each, "g", AttachedManagedPolicies=attached) for each in ("ada", "svc-mail")]
    dump = account(users, [group("g", *own)])
    assert told(dump, "users-cannot-enrol") == ["ada (not allowed)"] * is_told


@pytest.mark.parametrize(
    "exempting",
    [
        {"StringNotEquals": {"aws:username": "kim"}},
        {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/guests/*"}},
        {"StringNotEquals": {"aws:PrincipalTag/mfa": "exempt"}},
        {"StringNotLike": {"aws:userid": "AIDAGUEST*"}},
    ],
    ids=["name", "arn", "tag", "id"],
)
def test_users_whom_the_deny_exempts_are_not_asked(exempting: dict[str, Any]) -> None:
    asking = {**ASK, "Condition": {**WITHOUT, **exempting}}
    kim = user("kim", "g", path="/guests/", Tags=[{"Key": "mfa", "Value": "exempt"}])
    kim["UserId"] = "AIDAGUEST1"
    work = allow("ec2:*")
    person = user("ada", "g", path="/staff/", UserId="AIDAPERSON1")
    dumps = [
        account(users, [group("g", work, DEVICES, asking)]) for users in ([kim], [kim, person])
    ]
    stuck = [told(dump, "users-cannot-enrol") for dump in dumps]
    assert stuck == [[], ["ada (path /staff/)"]]
    assert [told(dump, "users-not-asked") for dump in dumps] == [["kim"], ["kim"]]


@pytest.mark.parametrize(
    "statements",
    [
        # Exempt from one Deny, and asked by another, or by an Allow.
        [deny("ec2:*", WITHOUT)],
        [allow("*", WITH)],
        # It may exempt, or is misspelt.
        [deny("*", {**WITHOUT, **on("NotIpAddress", "aws:SourceIp", "10.0.0.0/8")})],
        [deny("*", {"BoolIfExists": {"aws:MultiFactorAuthPresnt": "false"}})],
    ],
)
def test_users_whom_something_else_asks_are_asked(statements: list[dict[str, Any]]) -> None:
    asking = {**ASK, "Condition": {**WITHOUT, **on("StringNotEquals", "aws:username", "kim")}}
    dump = account([user("kim", "g")], [group("g", ALL, asking, *statements)])
    assert told(dump, "users-not-asked") == []


@pytest.mark.parametrize(
    ("statements", "trusting", "is_told"),
    [
        ([TAKE], trust(ACCOUNT, WITH), False),
        ([TAKE, allow("sts:*")], trust({"Service": "ec2.amazonaws.com"}), False),
        ([allow("sts:AssumeRole", Resource="arn:aws:iam::*:role/x")], trust(ACCOUNT), False),
        ([deny("s3:*", {})], trust(ACCOUNT), False),
        ([TAKE], trust(ACCOUNT), True),
        ([TAKE, allow("s3:*")], trust(ACCOUNT, WITH), True),
        ([allow("*")], trust(ACCOUNT, WITH), True),
    ],
)
def test_users_who_can_only_take_roles_with_mfa_are_not_told_of(
    statements: list[dict[str, Any]], trusting: dict[str, Any], *, is_told: bool
) -> None:
    groups = [group("g", OWN, ASK), group("h", *statements)]
    # Nobody who has no policy may take a role.
    users = [user("ada", "g"), user("dan", "h"), user("eve")]
    dump = account(users, groups, [role("ops", trusting)])
    assert told(dump, "users-not-asked") == ["dan"] * is_told


@pytest.mark.parametrize(("name", "is_told"), [("breakglass", False), ("ada", True)])
def test_others_have_set_up_mfa_for_who_is_kept_for_emergencies(
    name: str, *, is_told: bool
) -> None:
    dump = account([user(name, "g")], [group("g", ALL, deny("*", WITHOUT))])
    assert len(told(dump, "enrolment-denied")) == is_told


@pytest.mark.parametrize(("when", "is_told"), [(WITH, False), (IF_TRUE, True)])
def test_an_allow_that_lets_keys_in_asks_nobody(when: dict[str, Any], *, is_told: bool) -> None:
    users = [user("ada", "g"), user("dan", "h")]
    dump = account(users, [group("g", OWN, ASK), group("h", allow("s3:*", when))])
    assert told(dump, "users-not-asked") == ["dan"] * is_told


def test_users_who_are_denied_everything_are_not_told_of() -> None:
    gone = user("eve", UserPolicyList=[{"PolicyName": "gone", "PolicyDocument": {
        "Version": "2012-10-17", "Statement": [allow("s3:*"), deny("*", {})]}}])  # fmt: skip
    dump = account([user("ada", "g"), gone], [group("g", OWN, ASK)])
    assert [each for each in found_in(dump) if each[1] == "users-not-asked"] == []


@pytest.mark.parametrize(
    ("own", "is_told"),
    [
        (allow(["ec2:*", "s3:*"]), True),
        (allow("ec2:StopInstances", Resource="arn:aws:ec2:*:*:instance/*"), False),  # a part
        (allow("ec2:Describe*"), False),
        (allow("ec2:*", WITH), False),
        (allow("ec2:*", on("StringEquals", "aws:RequestedRegion", "eu-west-1")), False),
    ],
)
def test_a_user_whose_own_policy_gives_what_the_group_s_gives_with_mfa_is_told(
    own: dict[str, Any], *, is_told: bool
) -> None:
    mine = {"PolicyName": "own", "PolicyDocument": document([own])}
    users = [user("ada", "g"), user("kim", "g", UserPolicyList=[mine])]
    dump = account(users, [group("g", allow(["ec2:StopInstances", "ec2:StartInstances"], WITH))])
    assert told(dump, "allowed-without-mfa-too") == ["kim (ec2:StopInstances)"] * is_told


@pytest.mark.parametrize(
    ("bound", "own", "is_told"),
    [
        (["iam:List*", "s3:GetObject"], ["ec2:*", "s3:PutObject"], True),
        (["iam:List*", "s3:*"], ["ec2:*", "s3:PutObject"], False),
        (["iam:List*", "*:Describe*"], ["ec2:Describe*"], False),
        (["iam:List*"], ["*"], False),
    ],
)
def test_a_boundary_that_leaves_nothing_of_the_policies_is_told(
    bound: list[str], own: list[str], is_told: bool
) -> None:
    ann = user("ann", "g", bounded=True)
    dump = account([ann], [group("g", allow(own))], bound=[allow(bound, Resource="*")])
    stack = in_stack([allow(bound)], [allow(own)], "Role")
    for text in (dump, stack):
        rules = [rule for _, rule in found_in(text)]
        assert rules.count("boundary-allows-nothing") == is_told


ALL_OF_S3 = allow("s3:*")
STEP_UP = [ALL_OF_S3, allow(["ec2:StopInstances", "ec2:StartInstances"], WITH)]


@pytest.mark.parametrize(
    ("bound", "own", "is_told"),
    [
        (["s3:*"], STEP_UP, True),
        (["s3:*"], [ALL_OF_S3, allow("sts:AssumeRole", Resource="arn:aws:iam::*:role/x")], True),
        (["s3:*", "ec2:Start*"], STEP_UP, False),
        (["s3:*", "*"], STEP_UP, False),
        (["s3:*"], [ALL_OF_S3, allow("ec2:*", WITH)], False),  # for others, too
        (["s3:*"], [ALL_OF_S3, allow("iam:DeactivateMFADevice", WITH, Resource=ME)], False),
        (["s3:*"], [ALL_OF_S3, allow("kms:Decrypt")], False),  # not about MFA
    ],
)
def test_an_allow_of_which_the_boundary_of_all_users_leaves_nothing_is_told(
    bound: list[str], own: list[dict[str, Any]], *, is_told: bool
) -> None:
    def count(text: dict[str, Any]) -> int:
        return [rule for _, rule in found_in(text)].count("boundary-allows-nothing")

    policies, groups = [allow(bound)], [group("g", *own, allow("iam:GetUser", WITH))]
    ann, kim = user("ann", "g", bounded=True), user("kim", "g")
    assert count(account([ann], groups, bound=policies)) == is_told
    assert count(account([ann, kim], groups, bound=policies)) == 0
    own = [*own, allow("iam:GetUser", WITH)]
    assert count(in_stack(policies, own)) == is_told
    assert count(in_plan(policies, own)) == is_told


def test_a_boundary_of_a_role_whose_name_a_template_makes_may_leave_something() -> None:
    stack = in_stack([allow("s3:*")], [allow("ec2:*")], "Role")
    stack["Resources"]["Mine"]["Properties"]["RoleName"] = {"Fn::Sub": "${AWS::StackName}-a"}
    assert "boundary-allows-nothing" not in [rule for _, rule in found_in(stack)]


@pytest.mark.parametrize(
    ("work", "path", "bounded", "why"),
    [
        ([allow("ec2:*", WITH)], "/people/", False, "path /people/"),
        ([allow("ec2:*", WITH)], "/", True, "boundary policy/Bound"),
        ([allow("ec2:*", WITH)], "/", False, None),
        # Who may work without MFA is not locked out.
        ([allow("ec2:*", WITH), allow("s3:*")], "/people/", False, None),
    ],
)
def test_users_whose_work_is_allowed_only_with_mfa_must_be_able_to_set_it_up(
    work: list[dict[str, Any]], path: str, bounded: bool, why: str | None
) -> None:
    ann = user("ann", "g", path=path, bounded=bounded)
    bound = [allow(["ec2:*", "iam:List*"])] if bounded else None
    dump = json.dumps(account([ann], [group("g", *work, DEVICES)], bound=bound))
    found = [each for one in read_policies("p.json", dump).documents for each in lint(one)]
    told = [each.message for each in found if each.rule == "users-cannot-enrol"]
    asks = "these users cannot set up MFA, for which this Allow asks"
    assert told == ([f"{asks}: ann ({why})"] if why else [])


def test_of_policies_that_are_elsewhere_a_boundary_may_leave_something() -> None:
    more = [{"PolicyArn": "arn:aws:iam::123456789012:policy/More"}]
    ann = {**user("ann", "g", bounded=True), "AttachedManagedPolicies": more}
    assert found_in(account([ann], [group("g", allow("ec2:*"))], bound=[allow("s3:*")])) == []
