"""Lint names the groups of a template whom no policy asks for MFA, though it asks others."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mfa_session.policy.lint import lint_all
from mfa_session.policy.reading import read_policies
from policy.statements import CARE, LIST, WITH, WITHOUT, allow, deny_but

AWS = "arn:aws:iam::aws:policy/"
GROUP, POLICY = "AWS::IAM::Group", "AWS::IAM::ManagedPolicy"


def group(*statements: dict[str, Any], **properties: Any) -> dict[str, Any]:
    own = [
        {"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": [each]}}
        for each in statements
    ]
    return {"Type": GROUP, "Properties": {"Policies": own, **properties}}


def told_of(other: dict[str, Any], *, name: str = "Ops", **more: dict[str, Any]) -> list[str]:
    """Return what is told of a group beside one that is asked for MFA."""
    document = {"Version": "2012-10-17", "Statement": [deny_but(CARE, WITHOUT)]}
    asking = {"PolicyDocument": document, "Groups": [{"Ref": "Dev"}]}
    resources = {
        "Dev": group(allow("ec2:*")),
        name: other,
        "Mfa": {"Type": POLICY, "Properties": asking},
        **more,
    }
    found = read_policies("p.json", json.dumps({"Resources": resources})).documents
    return [each.message for _, each in lint_all(found) if each.rule == "users-not-asked"]


@pytest.mark.parametrize(
    ("other", "is_told"),
    [
        (group(allow("rds:*")), True),
        (group(ManagedPolicyArns=[f"{AWS}PowerUserAccess"]), True),
        (group(allow("rds:*"), GroupName={"Fn::Sub": "${Stage}-ops"}), True),
        (group(allow("rds:*", WITH)), False),
        (group(allow(["rds:Describe*", LIST])), False),
        (group(ManagedPolicyArns=[f"{AWS}ReadOnlyAccess"]), False),
        (group(ManagedPolicyArns=["arn:aws:iam::123456789012:policy/ForceMfa"]), False),
        (group(ManagedPolicyArns=[{"Ref": "Mfa"}]), False),
        (group(), False),
    ],
)
def test_a_group_that_changes_things_without_mfa_is_named(
    other: dict[str, Any], is_told: bool
) -> None:
    assert told_of(other) == ["no policy asks these groups for MFA: Ops"] * is_told


def test_groups_of_programs_or_of_people_who_are_asked_in_another_group_need_none() -> None:
    work = group(allow("rds:*"))
    assert told_of(work, name="ci") == []
    user = {"Type": "AWS::IAM::User", "Properties": {"Groups": [{"Ref": "Dev"}, {"Ref": "Ops"}]}}
    assert told_of(work, Ann=user) == []


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
    takes = [each.message for _, each in lint_all(found) if " takes " in each.message]
    assert len(takes) == told


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
