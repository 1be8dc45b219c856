"""What an account dump says of who has a policy, and of its versions, lint judges it by."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mfa_session.policy.lint import lint
from mfa_session.policy.reading import read_policies
from policy.statements import ENROL, ME, MY_DEVICE, OFF, WITH, WITHOUT, allow, deny, deny_but

OWN = allow(ENROL, Resource=[ME, MY_DEVICE])
NO_MFA, MFA = [OWN], [OWN, deny_but(ENROL, WITHOUT)]
GUARDS = [OWN, deny(OFF, WITHOUT)]


def document(statements: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements}


def managed(versions: dict[str, list[dict[str, Any]]], default: str, **rest: Any) -> dict[str, Any]:
    """Return a managed policy with its versions, the newest first as in AWS's answer."""
    listed = [
        {
            "VersionId": name,
            "IsDefaultVersion": name == default,
            "Document": document(versions[name]),
        }
        for name in reversed(versions)
    ]
    arn = "arn:aws:iam::123456789012:policy/Own"
    return {"PolicyName": "Own", "Arn": arn, "PolicyVersionList": listed, **rest}


def found_in(dump: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the policy and rule of each finding."""
    read = read_policies("p.json", json.dumps(dump))
    assert read.errors == ()
    return [(each.name, finding.rule) for each in read.documents for finding in lint(each)]


@pytest.mark.parametrize(
    ("versions", "default", "is_told"),
    [
        ({"v1": NO_MFA, "v2": MFA}, "v1", True),
        ({"v9": NO_MFA, "v10": MFA}, "v9", True),
        ({"v1": MFA, "v2": NO_MFA, "v3": MFA}, "v2", True),
        ({"v1": GUARDS, "v2": [*GUARDS, deny_but(ENROL, WITHOUT)]}, "v1", True),
        (
            {"v1": GUARDS, "v2": [OWN, deny([OFF, "iam:DeleteVirtualMFADevice"], WITHOUT)]},
            "v1",
            False,
        ),
        (
            {"v1": [deny_but([*ENROL, "ec2:*"], WITHOUT)], "v2": [deny_but(ENROL, WITHOUT)]},
            "v1",
            True,
        ),
        (
            {"v1": [deny_but([*ENROL, "iam:GetUser"], WITHOUT)], "v2": [deny_but(ENROL, WITHOUT)]},
            "v1",
            False,
        ),
        (
            {"v1": [deny_but(ENROL, WITHOUT)], "v2": [deny_but([*ENROL, "s3:*"], WITHOUT)]},
            "v1",
            False,
        ),
        # The newer one exempts more, by a pattern, or less of MFA's setup; or it has no such Deny.
        ({"v1": [deny_but(ENROL, WITHOUT)], "v2": [deny_but(ENROL[1:], WITHOUT)]}, "v1", False),
        ({"v1": [deny_but(ENROL, WITHOUT)], "v2": [deny_but("iam:*", WITHOUT)]}, "v1", False),
        (
            {"v1": [deny_but([*ENROL, "s3:*"], WITHOUT)], "v2": [deny("ec2:*", WITHOUT)]},
            "v1",
            False,
        ),
        ({"v1": NO_MFA, "v2": MFA}, "v2", False),
        ({"v1": MFA, "v2": NO_MFA}, "v2", False),
        ({"v1": NO_MFA, "v2": MFA, "v3": NO_MFA}, "v1", False),
        ({"v1": MFA, "v2": MFA}, "v1", False),
        ({"v1": NO_MFA}, "v1", False),
    ],
)
def test_a_newer_version_that_asks_for_mfa_in_vain_is_told(
    versions: dict[str, list[dict[str, Any]]], default: str, is_told: bool
) -> None:
    rules = [("policy/Own", "newer-version-unused")] if is_told else []
    assert found_in({"Policies": [managed(versions, default)]}) == rules


def test_a_newer_version_is_named_beside_the_default_one() -> None:
    dump = {"Policies": [managed({"v4": NO_MFA, "v7": MFA}, "v4")]}
    (read,) = read_policies("p.json", json.dumps(dump)).documents
    (finding,) = lint(read)
    assert finding.message == "v7 of this policy asks for MFA, but v4 is the default version"
    assert finding.cure.endswith(
        "aws iam set-default-policy-version --version-id v7 "
        "--policy-arn arn:aws:iam::123456789012:policy/Own"
    )


@pytest.mark.parametrize("others", [[], ["UserDetailList"]])
def test_a_role_is_not_to_get_the_version_that_asks_for_mfa(others: list[str]) -> None:
    policy = managed({"v1": NO_MFA, "v2": MFA}, "v1")
    holder = {"AttachedManagedPolicies": [{"PolicyArn": policy["Arn"]}]}
    dump = {name: [holder] for name in ("RoleDetailList", *others)}
    assert ("policy/Own", "newer-version-unused") not in found_in({**dump, "Policies": [policy]})


ASKING = {"PolicyName": "own", "PolicyDocument": document(MFA)}
PLAIN = {"PolicyName": "own", "PolicyDocument": document([*NO_MFA, allow("s3:*")])}
OURS = managed({"v1": MFA}, "v1")
NOT_OURS = "arn:aws:iam::123456789012:policy/not-in-the-dump"
STAFF = {"GroupName": "staff", "GroupPolicyList": [ASKING]}


def user(name: str, **rest: Any) -> dict[str, Any]:
    return {"UserName": name, "GroupList": [], "AttachedManagedPolicies": [], **rest}


def attached(*arns: str) -> dict[str, Any]:
    return {"AttachedManagedPolicies": [{"PolicyArn": arn} for arn in arns]}


def not_asked(*users: dict[str, Any], **rest: Any) -> list[tuple[str, str]]:
    """Return the policies that tell of users who are not asked, and whom they name."""
    read = read_policies("p.json", json.dumps({"UserDetailList": users, **rest}))
    return [
        (document.name, finding.message.rpartition(": ")[2])
        for document in read.documents
        for finding in lint(document)
        if finding.rule == "users-not-asked"
    ]


@pytest.mark.parametrize(
    ("groups", "is_told"), [([["staff"]], False), ([["staff"], []], True), ([[]], True)]
)
def test_a_removal_that_all_users_of_a_policy_are_denied_by_another_one_is_not_told(
    groups: list[list[str]], is_told: bool
) -> None:
    removing = [OWN, allow(OFF, Resource=ME), allow("s3:*", WITH)]
    own = managed({"v1": removing}, "v1")
    users = [
        {
            "UserName": f"u{at}",
            "Arn": f"arn:aws:iam::123456789012:user/u{at}",
            "GroupList": names,
            **attached(own["Arn"]),
        }
        for at, names in enumerate(groups)
    ]
    deny = {"PolicyName": "deny", "PolicyDocument": document([deny_but(ENROL, WITHOUT)])}
    staff = {"GroupName": "staff", "GroupPolicyList": [deny]}
    dump = {"UserDetailList": users, "GroupDetailList": [staff], "Policies": [own]}
    assert (("policy/Own", "own-removal-without-mfa") in found_in(dump)) == is_told


ADMIN = attached("arn:aws:iam::aws:policy/AdministratorAccess")


def test_users_whom_no_policy_asks_for_mfa_are_named_once() -> None:
    others = [user("ruben", **ADMIN), user("kim", UserPolicyList=[PLAIN])]
    ann = user("ann", GroupList=["staff"])
    told = [("group/staff policy/own", "ruben, kim")]
    assert not_asked(ann, *others, GroupDetailList=[STAFF], Policies=[OURS]) == told
    nobody = [("policy/Own", "ruben, kim; nobody has this one")]
    assert not_asked(*others, Policies=[OURS]) == nobody
    many = (user(f"u{number}", **ADMIN) for number in range(7))
    assert not_asked(ann, *many, GroupDetailList=[STAFF])[0][1] == "u0, u1, u2, u3, u4 and 2 more"


def test_users_that_are_programs_by_their_names_need_not_be_asked() -> None:
    others = [user(name, **ADMIN) for name in ("svc-mailer", "ci", "deploy_bot", "abbot")]
    assert not_asked(*others, Policies=[OURS]) == [("policy/Own", "abbot; nobody has this one")]


@pytest.mark.parametrize(
    ("name", "is_told"),
    [("kim.de.lee2", True), ("kim", False), ("ses-smtp-billing", False), ("log_pusher", False)],
)
def test_users_with_names_of_another_form_than_those_asked_are_programs(
    name: str, is_told: bool
) -> None:
    asked, other = user("ann.fox", GroupList=["staff"]), user(name, **ADMIN)
    told = not_asked(asked, other, GroupDetailList=[STAFF], Policies=[OURS])
    assert told == [("group/staff policy/own", name)] * is_told


@pytest.mark.parametrize(
    "asked",
    [
        {"UserPolicyList": [ASKING]},
        {"UserPolicyList": [{**ASKING, "PolicyDocument": json.dumps(document(MFA))}]},
        {"GroupList": ["staff"]},
        {"GroupList": ["not-in-the-dump"]},
        attached(OURS["Arn"]),
        attached(NOT_OURS),
        {**ADMIN, "PermissionsBoundary": {"PermissionsBoundaryArn": OURS["Arn"]}},
        {},
    ],
)
def test_users_whom_some_policy_may_ask_for_mfa_are_not_named(asked: dict[str, Any]) -> None:
    ann = user("ann", UserPolicyList=[ASKING])
    assert not_asked(ann, user("ben", **asked), GroupDetailList=[STAFF], Policies=[OURS]) == []


def test_users_are_not_named_where_only_roles_are_asked() -> None:
    roles = [{"RoleName": "ops", "RolePolicyList": [ASKING], **attached(OURS["Arn"])}]
    assert not_asked(user("ann", **ADMIN), RoleDetailList=roles, Policies=[OURS]) == []


def in_stack(bound: list[dict[str, Any]], own: list[dict[str, Any]], of: str = "User") -> Any:
    """Return a template with somebody's policy, and their boundary."""
    policies = [{"PolicyName": "own", "PolicyDocument": document(own)}]
    trust = document([{**allow("sts:AssumeRole", WITH, Principal={"AWS": "123456789012"})}])
    del trust["Statement"][0]["Resource"]
    mine = {"PermissionsBoundary": {"Ref": "Most"}, "Policies": policies}
    return {
        "Resources": {
            "Most": {
                "Type": "AWS::IAM::ManagedPolicy",
                "Properties": {"PolicyDocument": document(bound)},
            },
            "Mine": {
                "Type": f"AWS::IAM::{of}",
                "Properties": mine if of == "User" else {**mine, "AssumeRolePolicyDocument": trust},
            },
        }
    }


def in_plan(bound: list[dict[str, Any]], own: list[dict[str, Any]]) -> Any:
    """Return a plan of a user with a policy and a boundary."""
    arn = "arn:aws:iam::123456789012:policy/most"
    kinds: dict[str, dict[str, Any]] = {
        "aws_iam_policy": {"name": "most", "arn": arn, "policy": json.dumps(document(bound))},
        "aws_iam_user": {"name": "carol", "permissions_boundary": arn},
        "aws_iam_user_policy": {"user": "carol", "policy": json.dumps(document(own))},
    }
    resources = [
        {"address": f"{kind}.x", "mode": "managed", "type": kind, "name": "x", "values": values}
        for kind, values in kinds.items()
    ]
    return {"format_version": "1.2", "planned_values": {"root_module": {"resources": resources}}}


@pytest.mark.parametrize(
    ("bound", "own", "is_told"),
    [
        ([allow(["ec2:*", "s3:*"])], MFA, True),
        ([allow(["ec2:*", "iam:List*"])], MFA, True),
        ([allow(["ec2:*", "iam:*MFA*"])], MFA, False),
        ([allow("*")], MFA, False),
        ([allow(["ec2:*", "${x}:*"])], MFA, False),
        ([allow(["ec2:*", "s3:*"])], [deny_but(ENROL, WITHOUT)], True),
        ([allow(["ec2:*", "s3:*"])], NO_MFA, False),
    ],
)
def test_a_boundary_of_a_template_that_keeps_users_from_mfa_is_told(
    bound: list[dict[str, Any]], own: list[dict[str, Any]], is_told: bool
) -> None:
    for text in (in_stack(bound, own), in_plan(bound, own)):
        rules = [rule for _, rule in found_in(text)]
        assert rules == ["users-cannot-enrol"] * is_told


def test_a_boundary_of_roles_keeps_nobody_from_mfa() -> None:
    rules = [rule for _, rule in found_in(in_stack([allow("ec2:*")], MFA, "Role"))]
    assert "users-cannot-enrol" not in rules
