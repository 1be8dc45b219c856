"""Lint names the groups of a template whom no policy asks for MFA, though it asks others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from mfa_session.policy.lint import lint_all
from mfa_session.policy.reading import read_policies
from policy.statements import CARE, LIST, ME, OFF, TAKE, WITH, WITHOUT, allow, deny_but

if TYPE_CHECKING:
    from mfa_session.policy.rules.rule import Finding

AWS = "arn:aws:iam::aws:policy/"
GROUP, POLICY = "AWS::IAM::Group", "AWS::IAM::ManagedPolicy"


def group(*statements: dict[str, Any], **properties: Any) -> dict[str, Any]:
    own = [
        {"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": [each]}}
        for each in statements
    ]
    return {"Type": GROUP, "Properties": {"Policies": own, **properties}}


def told_of(other: dict[str, Any], **more: Any) -> list[str]:
    """Return what is told of a group beside one that is asked for MFA."""
    return [each.message for each in findings_beside(other, **more)]


def findings_beside(other: dict[str, Any], *, name: str = "Ops", **more: Any) -> list[Finding]:
    document = {"Version": "2012-10-17", "Statement": [deny_but(CARE, WITHOUT)]}
    asking = {"PolicyDocument": document, "Groups": [{"Ref": "Dev"}]}
    resources = {
        "Dev": group(allow("ec2:*")),
        name: other,
        "Mfa": {"Type": POLICY, "Properties": asking},
        **more,
    }
    found = read_policies("p.json", json.dumps({"Resources": resources})).documents
    return [each for _, each in lint_all(found) if each.rule == "users-not-asked"]


@pytest.mark.parametrize(
    ("other", "is_told"),
    [
        (group(allow("rds:*")), True),
        (group(ManagedPolicyArns=[f"{AWS}PowerUserAccess"]), True),
        (group(allow("rds:*", WITH)), False),
        (group(allow(["rds:Describe*", LIST])), False),
        (group(ManagedPolicyArns=[f"{AWS}ReadOnlyAccess"]), False),
        (group(ManagedPolicyArns=[f"{AWS}SecurityAudit", f"{AWS}IAMUserChangePassword"]), False),
        (group(ManagedPolicyArns=[f"{AWS}AWSSupportAccess", f"{AWS}AmazonS3FullAccess"]), True),
        (group(allow([*CARE, OFF, "iam:*AccessKey*"], Resource=ME)), False),
        (group(allow(OFF)), True),
        # Of roles, their trust policies ask, which may be elsewhere.
        (group(allow(TAKE, Resource="arn:aws:iam::222222222222:role/admin")), False),
        (group(ManagedPolicyArns=["arn:aws:iam::123456789012:policy/ForceMfa"]), False),
        (group(ManagedPolicyArns=[{"Ref": "Mfa"}]), False),
        (group(), False),
    ],
)
def test_a_group_that_changes_things_without_mfa_is_named(
    other: dict[str, Any], is_told: bool
) -> None:
    assert told_of(other) == ["no policy asks these groups for MFA: Ops"] * is_told


@pytest.mark.parametrize(
    ("name", "properties"),
    [("ci", {}), ("CiGroup", {}), ("Other", {"GroupName": {"Fn::Sub": "${AWS::StackName}-bots"}})],
)
def test_groups_of_programs_need_none(name: str, properties: dict[str, Any]) -> None:
    assert told_of(group(allow("rds:*"), **properties), name=name) == []


@pytest.mark.parametrize("work", [{}, {"ManagedPolicyArns": [f"{AWS}PowerUserAccess"]}])
def test_groups_of_people_who_are_asked_in_another_group_need_none(work: dict[str, Any]) -> None:
    ops = group(**work) if work else group(allow("rds:*"))
    assert told_of(ops, Ann=user("Dev", "Ops")) == []
    assert told_of(ops, Ann=user("Dev", "Ops"), Bob=user("Ops")) != []


def user(*groups: str) -> dict[str, Any]:
    return {"Type": "AWS::IAM::User", "Properties": {"Groups": [{"Ref": each} for each in groups]}}


@pytest.mark.parametrize(("when", "is_told"), [({}, True), ({"Condition": WITH}, False)])
def test_groups_that_may_only_take_roles_are_asked_by_trust_policies(
    when: dict[str, Any], *, is_told: bool
) -> None:
    root = {"AWS": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:root"}}
    trusting = {"Effect": "Allow", "Principal": root, "Action": TAKE, **when}
    document = {"Version": "2012-10-17", "Statement": [trusting]}
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": document}}
    taking = group(allow(TAKE, Resource={"Fn::GetAtt": ["Admin", "Arn"]}))
    assert bool(told_of(taking, Admin=role)) == is_told


@pytest.mark.parametrize(
    ("named", "is_told"),
    [
        ({"Fn::Sub": "${Stage}-ops"}, False),
        ({"Fn::Join": ["-", [{"Ref": "Stage"}, "ops"]]}, False),
        ({"Fn::Sub": ["${At}-ops", {"At": {"Ref": "Stage"}}]}, False),
        ({"Ref": "Ops"}, False),
        ({"Fn::Sub": "${Ops}"}, False),
        ({"Fn::Sub": "${Stage}-admins"}, True),
        ({"Fn::If": ["Live", {"Fn::Sub": "${Stage}-ops"}, {"Ref": "AWS::NoValue"}]}, False),
        ({"Fn::If": ["Live", {"Ref": "AWS::NoValue"}, {"Ref": "Ops"}]}, False),
        ({"Fn::If": ["Live", {"Ref": "AWS::NoValue"}, {"Ref": "Dev"}]}, True),
    ],
)
def test_a_group_is_known_by_a_name_that_is_made_of_others(named: Any, *, is_told: bool) -> None:
    document = {"Version": "2012-10-17", "Statement": [deny_but(CARE, WITHOUT)]}
    asking = {"Type": POLICY, "Properties": {"PolicyDocument": document, "Groups": [named]}}
    ops = group(allow("rds:*"), GroupName={"Fn::Sub": "${Stage}-ops"})
    told = told_of(ops, More=asking)
    assert told == ["no policy asks these groups for MFA: ${Stage}-ops"] * is_told


@pytest.mark.parametrize(
    ("everybody", "more", "severity"),
    [
        (group(), {}, "note"),
        (group(allow(CARE, Resource=ME)), {}, "note"),
        # It gives access as well; or the file tells who is in it.
        (group(allow("ec2:*")), {}, "warning"),
        (group(), {"Ann": user("Ops")}, "warning"),
        (group(), {"Ann": user("Dev")}, "warning"),
    ],
)
def test_beside_a_group_for_mfa_alone_others_are_noted_if_the_file_tells_no_users(
    everybody: dict[str, Any], more: dict[str, Any], severity: str
) -> None:
    found = findings_beside(group(allow("rds:*")), Dev=everybody, **more)
    assert [each.severity for each in found] == [severity]


@pytest.mark.parametrize(
    ("asking", "roles", "told"),
    [
        (deny_but(CARE, WITHOUT), None, "nobody has this one"),
        (deny_but(CARE, WITHOUT), [{"Ref": "Role"}], "only roles have this one"),
        # One that may be meant for the role.
        (deny_but("sts:*", WITHOUT), [{"Ref": "Role"}], ""),
    ],
)
def test_groups_beside_a_policy_that_they_do_not_have_are_named(
    asking: dict[str, Any], roles: Any, told: str
) -> None:
    given = {"Roles": roles} if roles else {}
    document = {"Version": "2012-10-17", "Statement": [asking]}
    resources = {
        "Dev": group(ManagedPolicyArns=[f"{AWS}AdministratorAccess"]),
        "Role": {"Type": "AWS::IAM::Role", "Properties": {}},
        "Mfa": {"Type": POLICY, "Properties": {"PolicyDocument": document, **given}},
    }
    found = read_policies("p.json", json.dumps({"Resources": resources})).documents
    messages = [each.message for _, each in lint_all(found) if each.rule == "users-not-asked"]
    assert messages == [f"no policy asks these groups for MFA: Dev; {told}"] * bool(told)


def attachment(kind: str, label: str, **values: Any) -> dict[str, Any]:
    kind = f"aws_iam_{kind}"
    return {
        "address": f"{kind}.{label}", "mode": "managed", "type": kind, "name": label,
        "values": values,
    }  # fmt: skip


FORCE = "arn:aws:iam::123456789012:policy/force"
ALL_OF_THEM = "policy_attachment"  # takes the policy from all others
TO_DEV = attachment(ALL_OF_THEM, "dev", groups=["dev"], policy_arn=FORCE)
IN_DEV = attachment("group_membership", "dev", group="dev", users=["ann"])


@pytest.mark.parametrize(
    ("resources", "told"),
    [
        ([TO_DEV, attachment(ALL_OF_THEM, "ops", groups=["ops"], policy_arn=FORCE)], True),
        ([TO_DEV, attachment("group_policy_attachment", "ops", group="ops", policy_arn=FORCE)],
         True),
        ([TO_DEV, attachment("user_policy_attachment", "ann", user="ann", policy_arn=FORCE)],
         True),
        ([TO_DEV, IN_DEV, attachment("group_membership", "all", group="dev", users=["bob"])],
         True),
        ([TO_DEV, IN_DEV, attachment("user_group_membership", "bob", user="bob", groups=["dev"])],
         True),
        # One names all whom the other names; another policy or group; none takes it from others.
        ([TO_DEV], False),
        ([TO_DEV, attachment("group_policy_attachment", "dev", group="dev", policy_arn=FORCE)],
         False),
        ([TO_DEV, attachment(ALL_OF_THEM, "ops", groups=["ops"], policy_arn=f"{AWS}Billing")],
         False),
        ([attachment("group_policy_attachment", each, group=each, policy_arn=FORCE)
          for each in ("dev", "ops")], False),
        ([TO_DEV, *(attachment("user_group_membership", each, user=each, groups=["dev"])
                    for each in ("ann", "bob"))], False),
        ([TO_DEV, IN_DEV, attachment("group_membership", "ops", group="ops", users=["bob"])],
         False),
        # Whom it takes out has the policy otherwise.
        ([IN_DEV, attachment("user_group_membership", "bob", user="bob", groups=["dev"]),
          *(attachment("group_policy_attachment", each, group=each, policy_arn=FORCE)
            for each in ("dev", "ops")),
          attachment("group_membership", "ops", group="ops", users=["bob"])], False),
        # Groups of one name, as those of two accounts.
        ([TO_DEV, IN_DEV, attachment("group_membership", "all", group="dev", users=["bob"]),
          attachment("group", "dev2", name="dev")], False),
    ],
)  # fmt: skip
def test_a_resource_of_terraform_that_takes_the_policy_from_others_is_told(
    resources: list[dict[str, Any]], *, told: bool
) -> None:
    text = {"Version": "2012-10-17", "Statement": [deny_but(CARE, WITHOUT)]}
    all_of_them = [
        attachment("policy", "force", name="force", arn=FORCE, policy=json.dumps(text)),
        *(attachment("group", each, name=each) for each in ("dev", "ops")),
        *resources,
    ]
    given = {"format_version": "1.0", "values": {"root_module": {"resources": all_of_them}}}
    found = read_policies("s.json", json.dumps(given)).documents
    takes = [each for _, each in lint_all(found) if " takes " in each.message]
    assert len(takes) == told
    # A resource may put people into other groups as well.
    assert all("take dev out" in each.cure for each in takes if "out of group" in each.message)


@pytest.mark.parametrize(("path", "owners"), [("/people/", {"group/dev"}), ("/", {"anybody/"})])
def test_a_plan_may_write_the_arn_of_a_policy_whose_own_is_not_known_yet(
    path: str, owners: set[str]
) -> None:
    asking = json.dumps({"Version": "2012-10-17", "Statement": [deny_but(CARE, WITHOUT)]})
    arn = "arn:aws:iam::123456789012:policy/people/mfa"
    values: dict[str, dict[str, Any]] = {
        "aws_iam_group": {"name": "dev"},
        "aws_iam_policy": {"name": "mfa", "path": path, "policy": asking},
        "aws_iam_group_policy_attachment": {"group": "dev", "policy_arn": arn},
    }
    resources = [
        {"address": f"{kind}.x", "type": kind, "name": "x", "values": each}
        for kind, each in values.items()
    ]
    plan = {"format_version": "1.2", "planned_values": {"root_module": {"resources": resources}}}
    (document,) = read_policies("p.json", json.dumps(plan)).documents
    assert set(document.owners) == owners


@pytest.mark.parametrize(("name", "is_told"), [("AllUsers", False), ("all", False), ("Mfa", True)])
def test_a_group_of_all_users_by_its_name_asks_those_of_others_too(
    name: str, *, is_told: bool
) -> None:
    found = findings_beside(group(allow("rds:*")), Dev=group(GroupName=name))
    assert bool(found) is is_told
