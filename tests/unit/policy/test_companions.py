"""Lint judges a policy of a dump, template or plan with the others that all have who have it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mfa_session.policy.lint import lint_all
from mfa_session.policy.reading import read_policies
from policy.statements import (
    ALL,
    CARE,
    ENROL,
    IF_TRUE,
    ME,
    MY_DEVICE,
    OFF,
    OWN,
    WITH,
    WITHOUT,
    allow,
    deny,
    deny_but,
    on,
)

IAM_USERS = {"StringEquals": {"aws:PrincipalType": "User"}}
EC2 = allow("ec2:*")
EC2_WITH = allow("ec2:*", WITH)
STACK_GROUP, STACK_USER = "AWS::IAM::Group", "AWS::IAM::User"
ARN = "arn:aws:iam::123456789012"


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def found_in(what: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return the policy, the rule and the message of each finding."""
    documents = read_policies("p.json", json.dumps(what, indent=1)).documents
    return [(one.name, each.rule, each.message) for one, each in lint_all(documents)]


def stack(**resources: dict[str, Any]) -> dict[str, Any]:
    return {"Resources": resources}


def holder(kind: str, *statements: dict[str, Any], **properties: Any) -> dict[str, Any]:
    own = [
        {"PolicyName": f"own{at}", "PolicyDocument": policy(each)}
        for at, each in enumerate(statements)
    ]
    return {"Type": kind, "Properties": {"Policies": own, **properties}}


@pytest.mark.parametrize(
    ("other", "target", "is_told"),
    [
        (deny_but(CARE, {**WITHOUT, **IAM_USERS}), "ou-1", False),
        (deny_but(CARE, {**WITHOUT, **IAM_USERS}), "ou-2", True),
        (deny("s3:*", {**WITHOUT, **IAM_USERS}), "ou-1", True),
        (allow("iam:Create*"), "ou-1", True),
    ],
)
def test_what_another_policy_of_the_organisation_denies_the_same_accounts_counts(
    other: dict[str, Any], target: str, *, is_told: bool
) -> None:
    old = {**IAM_USERS, "NumericGreaterThan": {"aws:MultiFactorAuthAge": "7200"}}
    limits = {
        name: {
            "Type": "AWS::Organizations::Policy",
            "Properties": {
                "Type": "SERVICE_CONTROL_POLICY",
                "TargetIds": [of],
                "Content": policy(statement),
            },
        }
        for name, statement, of in (("Age", deny("iam:Create*", old), "ou-1"), ("B", other, target))
    }
    found = [rule for name, rule, _ in found_in(stack(**limits)) if name == "Age"]
    assert ("deny-age-misses-no-mfa" in found) is is_told


def test_a_policy_of_the_organisation_without_a_target_is_judged_alone() -> None:
    old = {**IAM_USERS, "NumericGreaterThan": {"aws:MultiFactorAuthAge": "7200"}}
    limit = policy(deny("iam:Create*", old))
    text = stack(Scp={"Type": "Custom::ServiceControlPolicy", "Properties": {"Policy": limit}})
    assert "deny-age-misses-no-mfa" in [rule for _, rule, _ in found_in(text)]


def of_group(statement: dict[str, Any], group: str, **more: Any) -> dict[str, Any]:
    properties = {"PolicyDocument": policy(statement), "Groups": [group], "PolicyName": "p"}
    return {"Type": "AWS::IAM::Policy", "Properties": properties, **more}


def test_another_policy_of_the_group_allows_the_same_without_mfa() -> None:
    ((name, rule, message),) = found_in(stack(Team=holder(STACK_GROUP, EC2_WITH, EC2)))
    assert (name, rule) == ("Team policy/own0", "allowed-without-mfa-too")
    assert message.startswith("Statement[0] (p.json:")
    assert "Team policy/own1) allows ec2:* without MFA" in message


@pytest.mark.parametrize(
    ("resources", "wrong"),
    [
        ({"More": of_group(EC2, "Team")}, True),
        ({"More": of_group(EC2, "Team", Condition="InTests")}, False),
        ({"More": of_group(EC2, "Others")}, False),
        ({"Ann": holder(STACK_USER, EC2, Groups=["Team"])}, False),  # others are in it
        ({"Others": holder(STACK_GROUP, EC2)}, False),
        ({"More": of_group(deny("ec2:*", WITHOUT), "Team"), "Ec2": of_group(EC2, "Team")}, False),
    ],
)
def test_only_what_all_of_the_group_have_counts(resources: dict[str, Any], wrong: bool) -> None:
    given = stack(Team=holder(STACK_GROUP, EC2_WITH, GroupName="Team"), **resources)
    assert bool(found_in(given)) is wrong


def test_a_user_s_own_policy_is_judged_with_the_group_s() -> None:
    given = stack(
        Team=holder(STACK_GROUP, EC2, GroupName="Team"),
        Ann=holder(STACK_USER, EC2_WITH, Groups=[{"Ref": "Team"}]),
    )
    assert [each[:2] for each in found_in(given)] == [
        ("Ann policy/own0", "allowed-without-mfa-too")
    ]


@pytest.mark.parametrize(
    ("others", "rules"), [([], ["allow-bool-if-exists"]), ([deny("ec2:*", WITHOUT)], [])]
)
def test_a_deny_of_the_group_backs_another_policy(
    others: list[dict[str, Any]], rules: list[str]
) -> None:
    given = stack(Team=holder(STACK_GROUP, allow("ec2:*", IF_TRUE), *others))
    assert [each[1] for each in found_in(given)] == rules


def dump(*users: str, attached: list[str]) -> dict[str, Any]:
    """Return a dump where a group has the policy Work, and a second policy is attached."""
    policies = {"Work": EC2_WITH, "Ec2": EC2}

    def refer(names: list[str]) -> list[dict[str, str]]:
        return [{"PolicyArn": f"{ARN}:policy/{each}", "PolicyName": each} for each in names]

    return {
        "UserDetailList": [
            {
                "UserName": each, "Arn": f"{ARN}:user/{each}", "GroupList": ["Team"],
                "AttachedManagedPolicies": refer(attached if each == "ann" else []),
            }
            for each in users
        ],
        "GroupDetailList": [{"GroupName": "Team", "AttachedManagedPolicies": refer(["Work"])}],
        "Policies": [
            {
                "PolicyName": name, "Arn": f"{ARN}:policy/{name}", "DefaultVersionId": "v1",
                "PolicyVersionList": [{"VersionId": "v1", "IsDefaultVersion": True,
                                       "Document": policy(each)}],
            }
            for name, each in policies.items()
        ],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("users", "attached", "wrong"),
    [
        (("ann",), ["Ec2"], True),
        (("ann",), [], False),
        (("ann", "bob"), ["Ec2"], True),  # one of them
        ((), ["Ec2"], False),
    ],
)
def test_who_has_a_policy_in_a_dump_may_have_another(
    users: tuple[str, ...], attached: list[str], wrong: bool
) -> None:
    rules = [rule for _, rule, _ in found_in(dump(*users, attached=attached))]
    assert ("allowed-without-mfa-too" in rules) is wrong


@pytest.mark.parametrize(
    ("users", "other", "told"),
    [
        ([], deny_but(CARE, WITHOUT), False),  # of this group, whoever is in it
        ([], deny("s3:DeleteObjectVersion", WITHOUT), False),
        ([], deny("ec2:*", WITHOUT), True),
        ([{"UserName": "ann", "GroupList": []}], deny_but(CARE, WITHOUT), True),  # nobody is in it
    ],
)
def test_a_group_of_a_dump_without_users_has_its_policies_in_common(
    users: list[dict[str, Any]], other: dict[str, Any], told: bool
) -> None:
    statements = deny("s3:DeleteObject", WITHOUT, Sid="NoDeletion"), other
    inline = [
        {"PolicyName": f"p{at}", "PolicyDocument": policy(each)}
        for at, each in enumerate(statements)
    ]
    group = {"GroupName": "Team", "GroupPolicyList": inline, "AttachedManagedPolicies": []}
    found = found_in({"GroupDetailList": [group], "UserDetailList": users})
    assert ("allowed-without-mfa-too" in [rule for _, rule, _ in found]) is told


def test_policies_of_no_known_owner_are_judged_alone() -> None:
    managed = {"Type": "AWS::IAM::ManagedPolicy"}
    given = stack(
        **{
            name: {**managed, "Properties": {"PolicyDocument": policy(each)}}
            for name, each in (("One", EC2_WITH), ("Other", ALL))
        }
    )
    assert found_in(given) == []


@pytest.mark.parametrize(
    ("arn", "wrong"),
    [
        ("arn:aws:iam::aws:policy/AdministratorAccess", True),
        ({"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/AmazonEC2FullAccess"}, True),
        ("arn:aws:iam::aws:policy/AmazonS3FullAccess", False),
        ("arn:aws:iam::aws:policy/ReadOnlyAccess", False),
        ("arn:aws:iam::aws:policy/job-function/DatabaseAdministrator", False),
        ({"Ref": "Given"}, False),
    ],
)
def test_aws_s_own_policies_of_the_group_count_as_far_as_they_are_known(
    arn: Any, wrong: bool
) -> None:
    found = found_in(stack(Team=holder(STACK_GROUP, EC2_WITH, ManagedPolicyArns=[arn])))
    assert [rule for _, rule, _ in found] == ["allowed-without-mfa-too"] * wrong
    assert all("(AWS's A" in message for _, _, message in found)


@pytest.mark.parametrize(
    ("name", "action", "wrong"),
    [
        ("job-function/NetworkAdministrator", "ec2:AuthorizeSecurityGroupIngress", True),
        ("job-function/NetworkAdministrator", "ec2:RunInstances", False),
        ("AWSKeyManagementServicePowerUser", "kms:CreateKey", True),
        ("AWSKeyManagementServicePowerUser", "kms:ScheduleKeyDeletion", False),
        ("ReadOnlyAccess", "s3:GetObject", True),
        ("ReadOnlyAccess", "s3:PutObject", False),
        ("job-function/SystemAdministrator", "s3:DeleteBucket", True),
    ],
)
def test_aws_s_own_policies_count_by_the_actions_that_they_allow(
    name: str, action: str, *, wrong: bool
) -> None:
    arns = [f"arn:aws:iam::aws:policy/{name}"]
    found = found_in(stack(Team=holder(STACK_GROUP, allow(action, WITH), ManagedPolicyArns=arns)))
    assert ("allowed-without-mfa-too" in [rule for _, rule, _ in found]) is wrong


def test_aws_s_own_policies_count_in_a_dump_without_their_texts() -> None:
    given = dump("ann", attached=[])
    (ann,) = given["UserDetailList"]
    ann["AttachedManagedPolicies"] = [{"PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}]
    assert "allowed-without-mfa-too" in [rule for _, rule, _ in found_in(given)]
    bob = {**ann, "UserName": "bob", "AttachedManagedPolicies": []}
    given["UserDetailList"].append(bob)
    assert "allowed-without-mfa-too" not in [rule for _, rule, _ in found_in(given)]


@pytest.mark.parametrize(
    "limits",
    [
        {"PermissionsBoundary": {"Ref": "Limit"}},
        {"PermissionsBoundary": f"{ARN}:policy/Limit"},
        {"ManagedPolicyArns": [f"{ARN}:policy/ForceMfa"]},
        {"Groups": ["Elsewhere"]},
    ],
)
def test_a_boundary_or_an_unknown_policy_may_be_what_denies(limits: dict[str, Any]) -> None:
    limit = {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": policy(ALL)}}
    for each in ({}, limits):
        given = stack(Ann=holder(STACK_USER, EC2_WITH, EC2, **each), Limit=limit)
        assert [rule for _, rule, _ in found_in(given)] == ["allowed-without-mfa-too"] * (not each)


SELF = allow([OFF, "iam:EnableMFADevice"], Resource=ME)
ROLE_WITH = allow("sts:AssumeRole", WITH, Resource=f"{ARN}:role/Admin")


def managed(*statements: dict[str, Any], **properties: Any) -> dict[str, Any]:
    given = {"PolicyDocument": policy(*statements), **properties}
    return {"Type": "AWS::IAM::ManagedPolicy", "Properties": given}


HELP = allow([OFF, "iam:ListMFADevices"], Resource="*")


def stepped_up(**principal: str) -> dict[str, Any]:
    """Return a role that asks for MFA whom it lets in."""
    here = {"AWS": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:root"}}
    trust = policy(allow("sts:AssumeRole", WITH, Principal=principal or here))
    return {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}}


@pytest.mark.parametrize(
    ("resources", "severity"),
    [
        # Policies of one group; of several groups that all have the removal; of no group yet.
        ({"Team": holder(STACK_GROUP, SELF, EC2_WITH)}, "warning"),
        ({"Team": holder(STACK_GROUP, SELF, deny("s3:Delete*", WITHOUT))}, "warning"),
        ({"Self": managed(SELF), "Admin": managed(ROLE_WITH)}, "warning"),
        ({"Setup": holder(STACK_GROUP, SELF), "Admins": holder(STACK_GROUP, EC2_WITH)}, "warning"),
        # A Deny that may be for the same people.
        ({"Self": managed(SELF), "Deny": managed(deny_but(CARE, WITHOUT))}, None),
        # Nobody is asked; other people are, and set up MFA elsewhere.
        ({"Self": managed(SELF), "Work": managed(EC2)}, "note"),
        ({"Team": holder(STACK_GROUP, SELF, EC2)}, "note"),
        ({"Team": holder(STACK_GROUP, SELF, EC2), "Admins": holder(STACK_GROUP, EC2_WITH, allow(
            CARE, Resource=ME))}, "note"),
        # A role asks, which users take; a help desk removes the devices of those who are asked.
        ({"Team": holder(STACK_GROUP, SELF, EC2), "Ops": stepped_up()}, "warning"),
        ({"Team": holder(STACK_GROUP, SELF, EC2),
          "Ops": stepped_up(Service="ec2.amazonaws.com")}, "note"),
        # It asks auditors of another account, or another user; an account that the policy names.
        ({"Team": holder(STACK_GROUP, SELF, EC2), "Ops": stepped_up(AWS=f"{ARN}:root")}, "note"),
        ({"Team": holder(STACK_GROUP, SELF, EC2), "Ops": stepped_up(AWS=f"{ARN}:user/bob")},
         "note"),
        ({"Own": managed(SELF, allow("sts:AssumeRole", Resource={"Fn::GetAtt": ["Ops", "Arn"]}),
                         Groups=["Team"]),
          "Ops": stepped_up(AWS=f"{ARN}:user/bob")}, "warning"),
        ({"Ann": holder(STACK_USER, SELF, EC2, UserName="ann"),
          "Ops": stepped_up(AWS=f"{ARN}:user/ann")}, "warning"),
        ({"Team": holder(STACK_GROUP, allow(OFF, Resource=ME.replace(":*:", ":123456789012:"))),
          "Ops": stepped_up(AWS=f"{ARN}:root")}, "warning"),
        ({"Desk": holder(STACK_GROUP, HELP), "Team": holder(STACK_GROUP, EC2_WITH, allow(
            CARE, Resource=ME))}, "warning"),
        ({"Desk": holder(STACK_GROUP, HELP), "Team": holder(STACK_GROUP, EC2)}, "note"),
        ({"Self": managed(allow(CARE, Resource=ME), allow(OFF, WITH, Resource=ME)),
          "Admin": managed(ROLE_WITH)}, None),
        ({"Self": managed(allow(OFF, Resource=ME)), "Admin": managed(ROLE_WITH)}, "note"),
        # Users whose boundary, or whose policy that is elsewhere, may stop it; a role's policy.
        ({"Self": managed(SELF), "Ann": holder(STACK_USER, EC2_WITH,
            PermissionsBoundary=f"{ARN}:policy/b")}, "note"),
        ({"Ann": holder(STACK_USER, SELF, PermissionsBoundary=f"{ARN}:policy/b")}, None),
        ({"Self": managed(SELF), "Team": holder(STACK_GROUP, EC2_WITH,
            ManagedPolicyArns=[f"{ARN}:policy/p"])}, "note"),
        ({"Team": holder(STACK_GROUP, SELF, ManagedPolicyArns=[f"{ARN}:policy/p"])}, None),
        ({"Self": managed(SELF), "Robot": holder("AWS::IAM::Role", EC2_WITH)}, "note"),
    ],
)  # fmt: skip
def test_own_removal_is_judged_with_the_policies_that_ask_for_mfa(
    resources: dict[str, Any], severity: str | None
) -> None:
    documents = read_policies("p.json", json.dumps(stack(**resources))).documents
    found = [each.severity for _, each in lint_all(documents) if each.rule == OWN]
    assert found == ([severity] if severity else [])


@pytest.mark.parametrize("more", [[], [deny(OFF, WITHOUT)]])
def test_own_removal_that_a_companion_denies_is_right(more: list[dict[str, Any]]) -> None:
    policies = [policy(SELF, EC2_WITH), *map(policy, more)]
    own = [{"PolicyName": str(at), "PolicyDocument": each} for at, each in enumerate(policies)]
    found = found_in(stack(Team={"Type": STACK_GROUP, "Properties": {"Policies": own}}))
    assert any(rule == OWN for _, rule, _ in found) is not bool(more)


def test_a_deny_on_oneself_is_judged_with_what_others_allow() -> None:
    own = deny_but(CARE, WITHOUT, Resource=ME)
    keys = allow("iam:CreateAccessKey", Resource=ME)
    alone = stack(Team=holder(STACK_GROUP, own, keys))
    assert "deny-reaches-only-oneself" not in {rule for _, rule, _ in found_in(alone)}
    work = {"Groups": [{"Ref": "Team"}], "PolicyDocument": policy(EC2)}
    both = {**alone["Resources"], "Work": {"Type": "AWS::IAM::ManagedPolicy", "Properties": work}}
    assert "deny-reaches-only-oneself" in {rule for _, rule, _ in found_in(stack(**both))}


ESCALATION, REMOVAL = "escalation-without-mfa", "removal-without-mfa"
ADMIN_WITH = allow("*", WITH)
TAG_SELF = allow("iam:TagUser", Resource=ME)
UNLESS_TAGGED = {**WITHOUT, "StringNotEqualsIfExists": {"aws:PrincipalTag/exempt": "yes"}}
BY_TAG = deny_but([*CARE, "iam:TagUser"], UNLESS_TAGGED)
IAM_FULL = ["arn:aws:iam::aws:policy/IAMFullAccess"]


@pytest.mark.parametrize(
    ("team", "rule"),
    [
        # One policy gives what another gives only with MFA, or undoes what it asks for.
        (holder(STACK_GROUP, ADMIN_WITH, allow("iam:AttachUserPolicy")), ESCALATION),
        (holder(STACK_GROUP, ADMIN_WITH, allow(["iam:CreateUser", "iam:CreateAccessKey"])),
         ESCALATION),
        (holder(STACK_GROUP, deny_but([*CARE, "iam:CreateLoginProfile"], WITHOUT),
                ManagedPolicyArns=IAM_FULL), ESCALATION),
        (holder(STACK_GROUP, BY_TAG, TAG_SELF), REMOVAL),
        (holder(STACK_GROUP, BY_TAG, ManagedPolicyArns=IAM_FULL), REMOVAL),
        (holder(STACK_GROUP, deny_but([*CARE, "iam:DetachGroupPolicy"], WITHOUT),
                allow("iam:DetachGroupPolicy")), REMOVAL),
        # A Deny of one of them stops it; the other is allowed no more, or only with MFA.
        (holder(STACK_GROUP, ADMIN_WITH, allow("iam:AttachUserPolicy"), deny_but(CARE, WITHOUT)),
         ""),
        (holder(STACK_GROUP, ADMIN_WITH, allow("iam:AttachUserPolicy", Resource=f"{ARN}:user/ci")),
         ""),
        (holder(STACK_GROUP, ADMIN_WITH, allow("iam:AttachUserPolicy", on(
            "ArnEquals", "iam:PolicyARN", f"{ARN}:policy/Reader"))), ""),
        (holder(STACK_GROUP, allow("s3:Get*", WITH), allow("iam:AttachUserPolicy")), ""),
        (holder("AWS::IAM::Role", ADMIN_WITH, allow("iam:AttachUserPolicy")), ""),
        (holder(STACK_GROUP, BY_TAG, allow("iam:TagUser", WITH, Resource=ME)), REMOVAL),
        (holder(STACK_GROUP, BY_TAG, TAG_SELF, deny("iam:TagUser")), ""),
        (holder(STACK_GROUP, BY_TAG, allow("ec2:*")), ""),
        (holder(STACK_GROUP, deny_but([*CARE, "iam:DetachGroupPolicy"], WITHOUT), EC2), ""),
    ],
)  # fmt: skip
def test_what_gets_round_mfa_is_judged_with_all_policies_of_the_group(
    team: dict[str, Any], rule: str
) -> None:
    told = {each for _, each, _ in found_in(stack(Team=team))}
    assert told.intersection({ESCALATION, REMOVAL}) == ({rule} if rule else set())


EXEMPTING = deny_but([*CARE, OFF], WITHOUT)
KEEPING = deny(OFF, WITHOUT)


@pytest.mark.parametrize(
    ("own", "members", "told"),
    [
        # All users of the group are in another, which denies it; not all are; nobody is known.
        ([HELP], {"Deb": ["Desk", "All"]}, False),
        ([EXEMPTING, SELF], {"Deb": ["Desk", "All"]}, False),
        ([HELP], {"Deb": ["Desk", "All"], "Ann": ["Desk"]}, True),
        ([EXEMPTING, SELF], {"Deb": ["Desk"], "Ann": ["All"]}, True),
        ([EXEMPTING, SELF], {}, True),
        ([EXEMPTING, SELF], {"Deb": ["All"]}, True),
    ],
)
def test_a_deny_of_another_group_of_all_its_users_counts(
    own: list[dict[str, Any]], members: dict[str, list[str]], *, told: bool
) -> None:
    users = {
        name: holder(STACK_USER, UserName=name, Groups=[{"Ref": each} for each in joined])
        for name, joined in members.items()
    }
    everybody = holder(STACK_GROUP, KEEPING, deny_but(CARE, WITHOUT))
    given = stack(Desk={"Type": STACK_GROUP}, All=everybody, **users)
    given["Resources"]["Own"] = managed(*own, Groups=[{"Ref": "Desk"}])
    rules = {rule for name, rule, _ in found_in(given) if name == "Own"}
    assert bool(rules & {OWN, REMOVAL}) is told


MOST = {"Effect": "Allow", "NotAction": ["ec2:StopInstances"], "Resource": "*"}
STOP_WITH = allow("ec2:StopInstances", WITH)
NO_IAM = [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]


@pytest.mark.parametrize(
    ("own", "boundary", "rule"),
    [
        ([EXEMPTING, SELF], [ALL, KEEPING], ""),
        ([EXEMPTING, SELF], NO_IAM, ""),
        ([EXEMPTING, SELF], [ALL, deny(OFF, WITHOUT, Resource=ME)], ""),
        ([EXEMPTING, SELF], [ALL], REMOVAL),
        ([EXEMPTING, SELF], [ALL, deny("ec2:*", WITHOUT)], REMOVAL),
        ([MOST, STOP_WITH], NO_IAM, ""),
        ([MOST, STOP_WITH], [ALL, deny_but(CARE, WITHOUT)], ""),
        ([MOST, STOP_WITH], [ALL, deny("s3:*")], ESCALATION),
        ([ADMIN_WITH, allow("iam:AttachUserPolicy")], NO_IAM, ""),
        ([ADMIN_WITH, allow("iam:AttachUserPolicy")], [ALL], ESCALATION),
    ],
)
def test_what_the_boundary_of_its_people_stops_is_not_told_of_a_policy(
    own: list[dict[str, Any]], boundary: list[dict[str, Any]], rule: str
) -> None:
    ann = holder(STACK_USER, UserName="ann", PermissionsBoundary={"Ref": "Limit"})
    ann["Properties"]["Policies"] = [{"PolicyName": "own", "PolicyDocument": policy(*own)}]
    told = {each for _, each, _ in found_in(stack(Ann=ann, Limit=managed(*boundary)))}
    assert told.intersection({ESCALATION, REMOVAL, OWN}) == ({rule} if rule else set())
    # Of a group, those who have no boundary may do it.
    if len(boundary) == 2:
        own_of_group = {"Team": holder(STACK_GROUP, GroupName="Team"), "Own": managed(
            *own, Groups=[{"Ref": "Team"}])}  # fmt: skip
        ann["Properties"] = {**ann["Properties"], "Policies": [], "Groups": [{"Ref": "Team"}]}
        bob = holder(STACK_USER, UserName="bob", Groups=[{"Ref": "Team"}])
        given = stack(Ann=ann, Bob=bob, Limit=managed(*boundary), **own_of_group)
        assert {each for _, each, _ in found_in(given)} & {ESCALATION, REMOVAL}


LIST = allow("s3:ListBucket", Resource="arn:aws:s3:::books/*")
NEW_TAG = allow("ec2:StopInstances", on("StringEquals", "aws:RequestTag/team", "books"))
AWS_ROLE = allow("iam:GetRole", Resource=f"{ARN}:role/AWSServiceRoleForConfig")


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        (LIST, "device-action-on-wrong-resource"),
        (NEW_TAG, "unknown-condition-key"),
        (
            allow("ec2:*", on("StringEquals", "ec2:InstanceTypes", "t3.nano")),
            "unknown-condition-key",
        ),
        (AWS_ROLE, "arn-matches-nothing"),
    ],
)
def test_what_never_matches_is_told_in_a_file_about_mfa(
    statement: dict[str, Any], rule: str
) -> None:
    readers = holder(STACK_GROUP, statement)
    assert found_in(stack(Readers=readers)) == []
    assert rule in [
        each for _, each, _ in found_in(stack(Readers=readers, Ops=holder(STACK_GROUP, EC2_WITH)))
    ]


ENROLLED = [allow(ENROL, Resource=[ME, MY_DEVICE]), deny_but(CARE, WITHOUT)]
FREEZE = deny(["iam:Create*", "iam:Enable*"])


@pytest.mark.parametrize(
    ("statements", "told"),
    [
        ([*ENROLLED, FREEZE], True),
        ([*ENROLLED, deny(["iam:CreateRole", "iam:DeleteRole"])], False),
        ([*ENROLLED, deny("*")], False),  # of those who are suspended
        ([allow(ENROL, Resource=[ME, MY_DEVICE]), FREEZE], False),  # nobody is asked for MFA
        ([ENROLLED[1], FREEZE], False),  # others set up the devices
    ],
)
def test_a_deny_of_another_policy_may_stop_the_setup(
    statements: list[dict[str, Any]], told: bool
) -> None:
    found = found_in(stack(Team=holder(STACK_GROUP, *statements)))
    denied = [name for name, rule, _ in found if rule == "enrolment-denied"]
    assert denied == [f"Team policy/own{len(statements) - 1}"] * told


@pytest.mark.parametrize(("account", "told"), [("aws", False), ("123456789012", True)])
def test_nobody_can_change_a_policy_of_aws_s_own(account: str, told: bool) -> None:
    arn = f"arn:aws:iam::{account}:policy/Lists"
    version = {"VersionId": "v1", "IsDefaultVersion": True, "Document": policy(LIST)}
    lists = {"PolicyName": "Lists", "Arn": arn, "PolicyVersionList": [version]}
    ops = {"PolicyName": "ops", "PolicyDocument": policy(EC2_WITH)}
    group = {"GroupName": "g", "GroupPolicyList": [ops], "AttachedManagedPolicies": []}
    found = found_in({"GroupDetailList": [group], "Policies": [lists]})
    assert ("device-action-on-wrong-resource" in [rule for _, rule, _ in found]) is told
