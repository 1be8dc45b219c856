"""What a template, plan or state tells of users and roles, lint judges MFA by it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mfa_session.policy.lint import lint_all
from mfa_session.policy.reading import read_policies
from policy.statements import (
    ACCOUNT,
    ALL,
    CARE,
    EC2_SERVICE,
    ENROL,
    ME,
    MY_DEVICE,
    SAML,
    TAKE,
    WITH,
    WITHOUT,
    allow,
    deny,
    deny_but,
    on,
    trust,
)
from policy.test_accounts import document, managed

AWS = "arn:aws:iam::aws:policy/"
ADMINS = f"{AWS}AdministratorAccess"
DEVICES = allow(CARE[:-1], Resource=[ME, MY_DEVICE])
ASK = deny_but(CARE, WITHOUT)
WORK = allow("s3:*")
SPARING = deny_but([*CARE, TAKE], WITHOUT)
THE_ROLE = {"Fn::GetAtt": ["Ops", "Arn"]}
OWN_ACCOUNT = {"AWS": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:root"}}


def told(text: dict[str, Any], rule: str) -> list[str]:
    """Return the messages of a rule's findings."""
    read = read_policies("p.json", json.dumps(text))
    assert read.errors == ()
    return [each.message for _, each in lint_all(read.documents) if each.rule == rule]


def stack(
    own: list[dict[str, Any]],
    trusting: dict[str, Any],
    managed: str = "arn:aws:iam::aws:policy/ReadOnlyAccess",
    **properties: Any,
) -> dict[str, Any]:
    """Return a template of a group with a policy for each statement, and of a role."""
    policies = [
        {"PolicyName": f"p{at}", "PolicyDocument": document([each])} for at, each in enumerate(own)
    ]
    role = {"AssumeRolePolicyDocument": document([trusting]), "ManagedPolicyArns": [managed]}
    return {
        "Resources": {
            "Team": {"Type": "AWS::IAM::Group", "Properties": {"Policies": policies}},
            "Ops": {"Type": "AWS::IAM::Role", "Properties": {**role, **properties}},
        }
    }


def state(kinds: dict[str, dict[str, Any]]) -> dict[str, Any]:
    resources = [
        {"address": f"{kind}.x", "mode": "managed", "type": kind, "name": "x", "values": values}
        for kind, values in kinds.items()
    ]
    return {"format_version": "1.0", "values": {"root_module": {"resources": resources}}}


ON_IT = allow(TAKE, Resource=THE_ROLE)
BY_NAME = allow(TAKE, Resource={"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:role/x/Ops"})
NAMED = {"RoleName": "Ops", "Path": "/x/"}


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        (stack([ON_IT, SPARING], trust(OWN_ACCOUNT)), True),
        (stack([ON_IT, SPARING], trust({"AWS": {"Ref": "AWS::AccountId"}})), True),
        (stack([ON_IT, deny_but([*CARE, "sts:*"], WITHOUT)], trust(OWN_ACCOUNT)), True),
        (stack([BY_NAME, SPARING], trust(OWN_ACCOUNT), **NAMED), True),
        (stack([allow(TAKE), SPARING], trust(OWN_ACCOUNT)), True),
        (stack([ALL, SPARING], trust(OWN_ACCOUNT)), True),
        # The Allow of this very role would be in vain if the account were another one.
        (stack([ON_IT, SPARING], trust(ACCOUNT)), True),
        (stack([allow(TAKE), SPARING], trust(ACCOUNT)), False),
        (stack([BY_NAME, SPARING], trust(ACCOUNT), **NAMED), False),
        (stack([BY_NAME, SPARING], trust(OWN_ACCOUNT), **{**NAMED, "Path": "/y/"}), False),
        (stack([ON_IT, SPARING], trust(OWN_ACCOUNT, WITH)), False),
        (stack([ON_IT, SPARING], trust(OWN_ACCOUNT, on("Bool", "aws:x", "true"))), False),
        (stack([ON_IT, SPARING], trust(EC2_SERVICE)), False),
        (stack([ON_IT, ASK], trust(OWN_ACCOUNT)), False),
        (stack([ON_IT, SPARING, deny(TAKE, WITHOUT)], trust(OWN_ACCOUNT)), False),
        (stack([{**ON_IT, "Condition": WITH}, SPARING], trust(OWN_ACCOUNT)), False),
        (stack([{**ON_IT, "Effect": "Deny"}, SPARING], trust(OWN_ACCOUNT)), False),
        (stack([allow("s3:*", WITH), ON_IT], trust(OWN_ACCOUNT), ADMINS), False),
        # Everything only with MFA, and by the role without it.
        (stack([allow("*", WITH), ON_IT], trust(OWN_ACCOUNT), ADMINS), True),
        (stack([allow("*", WITH), ON_IT], trust(OWN_ACCOUNT)), False),
        (stack([allow("*", WITH), ON_IT], trust(OWN_ACCOUNT, WITH), ADMINS), False),
        (stack([allow("*", WITH), ON_IT], trust(OWN_ACCOUNT), ADMINS,
               PermissionsBoundary="arn:aws:iam::123456789012:policy/most"), False),
    ],
)  # fmt: skip
def test_a_role_that_users_of_a_template_take_without_mfa_is_told(
    text: dict[str, Any], *, is_told: bool
) -> None:
    found = told(text, "role-without-mfa")
    assert len(found) == is_told
    assert all("sts:AssumeRole on Ops, which " in each for each in found)


@pytest.mark.parametrize(
    ("trusting", "managed", "other", "properties", "is_told"),
    [
        (trust(OWN_ACCOUNT), ADMINS, trust(OWN_ACCOUNT, WITH), {}, True),
        (trust(OWN_ACCOUNT, WITH), ADMINS, trust(OWN_ACCOUNT, WITH), {}, False),
        (trust(OWN_ACCOUNT), ADMINS, trust(OWN_ACCOUNT), {}, False),
        (trust(OWN_ACCOUNT), f"{AWS}ReadOnlyAccess", trust(OWN_ACCOUNT, WITH), {}, False),
        (trust(EC2_SERVICE), ADMINS, trust(OWN_ACCOUNT, WITH), {}, False),
        (trust(OWN_ACCOUNT), ADMINS, trust({"AWS": "999999999999"}, WITH), {}, False),
        (trust(OWN_ACCOUNT, on("StringEquals", "aws:PrincipalTag/team", "x")), ADMINS,
         trust(OWN_ACCOUNT, WITH), {}, False),
        (trust(OWN_ACCOUNT), ADMINS, trust(OWN_ACCOUNT, WITH),
         {"PermissionsBoundary": "arn:aws:iam::123456789012:policy/most"}, False),
    ],
)  # fmt: skip
def test_an_administrator_s_role_without_mfa_beside_one_with_it_is_told(
    trusting: dict[str, Any],
    managed: str,
    other: dict[str, Any],
    properties: dict[str, Any],
    *,
    is_told: bool,
) -> None:
    text = stack([allow("s3:*")], trusting, managed, **properties)
    beside = {"AssumeRolePolicyDocument": document([other]), "ManagedPolicyArns": [ADMINS]}
    text["Resources"]["Beside"] = {"Type": "AWS::IAM::Role", "Properties": beside}
    assert len(told(text, "role-without-mfa")) == is_told


JUMP = {"AWS": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:role/jump"}}


def deny_trust(condition: Any) -> dict[str, Any]:
    return {**trust("*", condition), "Effect": "Deny"}


BY_JUMP, ASKING = trust(JUMP), trust(OWN_ACCOUNT, WITH)


@pytest.mark.parametrize(
    ("jump", "beyond", "is_told"),
    [
        (trust(OWN_ACCOUNT), [ASKING, BY_JUMP], True),
        (trust(OWN_ACCOUNT), [ASKING, trust({"AWS": THE_ROLE})], True),
        (trust(OWN_ACCOUNT, WITH), [ASKING, BY_JUMP], False),
        (trust(EC2_SERVICE), [ASKING, BY_JUMP], False),
        (trust(OWN_ACCOUNT), [BY_JUMP], False),
        (trust(OWN_ACCOUNT), [ASKING], False),
        (trust(OWN_ACCOUNT), [ASKING, trust(JUMP, WITH)], False),
        (trust(OWN_ACCOUNT), [ASKING, BY_JUMP, deny_trust(WITHOUT)], False),
        (
            trust(OWN_ACCOUNT),
            [ASKING, trust({"AWS": "arn:aws:iam::999999999999:role/jump"})],
            False,
        ),
        (trust({"AWS": "999999999999"}), [ASKING, BY_JUMP], False),
    ],
)
def test_a_role_by_which_users_get_round_another_s_mfa_is_told(
    jump: dict[str, Any], beyond: list[dict[str, Any]], *, is_told: bool
) -> None:
    text = stack([allow("s3:*")], jump, RoleName="jump")
    other = resource("Role", AssumeRolePolicyDocument=document(beyond))
    text["Resources"]["Beyond"] = other
    found = [each for each in told(text, "role-without-mfa") if "Beyond" in each]
    assert len(found) == is_told


@pytest.mark.parametrize(
    ("properties", "cure"),
    [
        ({}, "require MFA here as well, or let in only the roles and users that need it"),
        ({"RoleName": "OrganizationAccountAccessRole"},
         "let in only the roles and users that need it"),
        ({"RoleName": "AWSCloudFormationStackSetExecutionRole"},
         "let in only role/AWSCloudFormationStackSetAdministrationRole"),
    ],
)  # fmt: skip
def test_a_role_of_aws_that_roles_take_is_not_to_ask_for_mfa(
    properties: dict[str, Any], cure: str
) -> None:
    text = stack([allow("s3:*")], trust(OWN_ACCOUNT), ADMINS, **properties)
    beside = {"AssumeRolePolicyDocument": document([trust(OWN_ACCOUNT, WITH)])}
    text["Resources"]["Beside"] = resource("Role", **beside, ManagedPolicyArns=[ADMINS])
    found = lint_all(read_policies("p.json", json.dumps(text)).documents)
    assert [each.cure for _, each in found if each.rule == "role-without-mfa"] == [cure]


@pytest.mark.parametrize(("when", "is_told"), [(WITH, False), (None, True)])
def test_a_deny_on_oneself_beside_roles_that_ask_for_mfa_is_right(
    when: dict[str, Any] | None, *, is_told: bool
) -> None:
    keys, own = allow("iam:*AccessKey*", Resource=ME), deny_but(CARE, WITHOUT, Resource=ME)
    for taking in ("arn:aws:iam::*:role/*", THE_ROLE):
        text = stack([keys, own, allow(TAKE, Resource=taking)], trust(OWN_ACCOUNT, when))
        assert len(told(text, "deny-reaches-only-oneself")) == is_told


@pytest.mark.parametrize(
    ("own", "trusting", "is_told"),
    [
        (allow(TAKE, WITH, Resource=THE_ROLE), trust(OWN_ACCOUNT), True),
        (allow(TAKE, WITH, Resource=THE_ROLE), trust(OWN_ACCOUNT, WITH), False),
        (allow("*", WITH), trust(OWN_ACCOUNT), False),
        (allow(TAKE, WITH, Resource="arn:aws:iam::999999999999:role/Ops"), trust(OWN_ACCOUNT),
         False),
    ],
)  # fmt: skip
def test_a_role_whose_mfa_only_an_allow_of_taking_it_asks_for_is_noted(
    own: dict[str, Any], trusting: dict[str, Any], *, is_told: bool
) -> None:
    read = read_policies("p.json", json.dumps(stack([own], trusting)))
    found = [each for _, each in lint_all(read.documents) if each.rule == "role-without-mfa"]
    assert [each.severity for each in found] == ["note"] * is_told


def test_an_open_role_that_another_role_takes_is_noted() -> None:
    text = stack([allow("s3:*"), SPARING], trust(OWN_ACCOUNT))
    taking = [{"PolicyName": "take", "PolicyDocument": document([allow(TAKE, Resource=THE_ROLE)])}]
    scanner = {"AssumeRolePolicyDocument": document([trust(EC2_SERVICE)]), "Policies": taking}
    text["Resources"]["Scanner"] = {"Type": "AWS::IAM::Role", "Properties": scanner}
    read = read_policies("p.json", json.dumps(text))
    found = [each for _, each in lint_all(read.documents) if each.rule == "role-without-mfa"]
    assert [each.severity for each in found] == ["note"]


ELSEWHERE = "this Deny exempts sts:AssumeRole"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        # Who may take the role, another file tells.
        (stack([allow("s3:*"), SPARING], trust(OWN_ACCOUNT)),
         f"{ELSEWHERE}, and the trust policy of Ops requires no MFA"),
        (stack([DEVICES, {**SPARING, "Sid": "x"}], trust(ACCOUNT)), None),
        (stack([allow("iam:GetUser", Resource="arn:aws:iam::123456789012:user/x"), SPARING],
               trust(ACCOUNT)),
         f"{ELSEWHERE}, and the trust policy of Ops requires no MFA"),
        (stack([allow("s3:*"), SPARING], trust(OWN_ACCOUNT, WITH)), None),
        (stack([allow("s3:*"), ASK], trust(OWN_ACCOUNT)), None),
        (stack([allow(TAKE, WITH), SPARING], trust(OWN_ACCOUNT)), None),
        (stack([allow("s3:*"), SPARING, deny(TAKE, WITHOUT, Resource="arn:aws:iam::*:role/*")],
               trust(EC2_SERVICE)), None),
        # No role is here that users take.
        (stack([allow("s3:*"), SPARING], trust(EC2_SERVICE)), ELSEWHERE),
        (stack([ON_IT, SPARING], trust(EC2_SERVICE)), None),
        (stack([BY_NAME, SPARING], trust(EC2_SERVICE)),
         f"{ELSEWHERE}, and Statement[0] (p.json Team policy/p0) allows sts:AssumeRole"),
    ],
)  # fmt: skip
def test_a_deny_that_exempts_taking_roles_is_told(
    text: dict[str, Any], message: str | None
) -> None:
    read = read_policies("p.json", json.dumps(text))
    found = [each for _, each in lint_all(read.documents) if each.rule == "role-without-mfa"]
    assert [each.message for each in found] == ([message] if message else [])
    assert all((each.severity == "note") == each.message.endswith(ELSEWHERE) for each in found)


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        (stack([ON_IT], trust(EC2_SERVICE)), True),
        (stack([allow(["sts:TagSession", TAKE], WITH, Resource=["arn:aws:iam::*:role/Dev",
               "arn:aws:iam::*:role/x/Ops"])], trust(EC2_SERVICE), **NAMED), True),
        (stack([allow(TAKE, WITH, Resource="arn:aws:iam::123456789012:role/x/Ops")],
               trust(EC2_SERVICE), **NAMED), False),  # perhaps of another account
        (stack([ON_IT], trust(SAML)), True),
        (stack([BY_NAME], trust(EC2_SERVICE)), False),
        (stack([allow(TAKE, Resource="arn:aws:iam::*:role/*")], trust(EC2_SERVICE)), False),
        (stack([allow("*", Resource=THE_ROLE)], trust(EC2_SERVICE)), False),
        (stack([allow("iam:PassRole", Resource=THE_ROLE)], trust(EC2_SERVICE)), False),
        (stack([{**ON_IT, "Effect": "Deny"}], trust(EC2_SERVICE)), False),
        (stack([ON_IT], trust({**EC2_SERVICE, "AWS": "123456789012"})), False),
        (stack([ON_IT], trust("*")), False),
        (stack([ON_IT], trust({"AWS": {"Ref": "Who"}})), False),
        (stack([ON_IT], trust({"Ref": "Who"})), False),
    ],
)  # fmt: skip
def test_a_role_that_lets_in_none_of_its_users_is_told(
    text: dict[str, Any], *, is_told: bool
) -> None:
    assert len(told(text, "role-lets-nobody-in")) == is_told


@pytest.mark.parametrize(
    ("resource", "whom", "is_told"),
    [
        ("arn:aws:iam::123456789012:role/Ops", "arn:aws:iam::123456789012:root", True),
        ("arn:aws:iam::123456789012:role/*", "123456789012", True),
        ("arn:aws:iam::123456789012:role/Ops", "arn:aws:iam::999999999999:root", False),
        ("arn:aws:iam::123456789012:role/Dev", "arn:aws:iam::123456789012:root", False),
    ],
)
def test_a_role_that_users_of_a_state_take_without_mfa_is_told(
    resource: str, whom: str, *, is_told: bool
) -> None:
    role = {"name": "Ops", "arn": "arn:aws:iam::123456789012:role/Ops",
            "assume_role_policy": json.dumps(document([trust({"AWS": whom})]))}  # fmt: skip
    own = document([allow(TAKE, Resource=resource), SPARING])
    text = state(
        {
            "aws_iam_role": role,
            "aws_iam_group_policy": {"group": "g", "policy": json.dumps(own)},
        }
    )
    assert len(told(text, "role-without-mfa")) == is_told


def in_stack(*own: dict[str, Any], **properties: Any) -> dict[str, Any]:
    user = {"UserName": "ada", "Groups": ["Team"], **properties}
    team = [{"PolicyName": "p", "PolicyDocument": document(list(own))}]
    return {
        "Resources": {
            "Ada": {"Type": "AWS::IAM::User", "Properties": user},
            "Group": {
                "Type": "AWS::IAM::Group",
                "Properties": {"GroupName": "Team", "Policies": team},
            },
        }
    }


def in_state(*own: dict[str, Any], arn: str) -> dict[str, Any]:
    policy = {"user": "ada", "policy": json.dumps(document(list(own)))}
    return state({"aws_iam_user": {"name": "ada", "arn": arn}, "aws_iam_user_policy": policy})


def enabling(path: str, account: str = "*") -> dict[str, Any]:
    return allow(ENROL, Resource=f"arn:aws:iam::{account}:{path}")


OWN_ADMIN = {"ManagedPolicyArns": [ADMINS]}
ARN_KEY = "aws:PrincipalArn"
STAFF = "arn:aws:iam::123456789012:user/staff/ada"


@pytest.mark.parametrize(
    ("text", "who"),
    [
        (in_stack(DEVICES, ASK, Path="/staff/"), "ada (path /staff/)"),
        (in_stack(enabling("user/eng/${aws:username}"), DEVICES, ASK, Path="/staff/"),
         "ada (path /staff/)"),
        (in_state(DEVICES, ASK, arn=STAFF), "ada (path /staff/)"),
        (in_state(enabling("user/*/${aws:username}"), ASK, arn=STAFF.replace("staff/", "")),
         "ada (path /)"),
        (in_state(enabling("user/staff/${aws:username}", "999999999999"), ASK, arn=STAFF),
         "ada (account 123456789012)"),
        (in_stack(DEVICES, ASK), ""),
        (in_stack(enabling("user/*"), ASK, Path="/staff/"), ""),
        (in_stack(enabling("user/*${aws:username}"), ASK, Path="/staff/"), ""),
        (in_stack(enabling("user/${aws:PrincipalTag/path}/ada"), ASK, Path="/staff/"), ""),
        (in_stack(enabling("user/staff/ada"), ASK, Path="/staff/"), ""),
        (in_stack(allow("s3:*"), ASK, Path="/staff/"), "ada"),  # it names none
        (in_stack(DEVICES, Path="/staff/"), ""),
        (in_stack(DEVICES, {**ASK, "Condition": {**WITHOUT, **on("StringNotEquals",
                  "aws:username", "ada")}}, Path="/staff/"), ""),
        (in_stack(DEVICES, ASK, Path="/staff/", **OWN_ADMIN), ""),
        (in_stack(DEVICES, ASK, Path={"Ref": "Path"}), ""),
        (in_state(enabling("user/staff/${aws:username}", "123456789012"), ASK, arn=STAFF), ""),
    ],
)  # fmt: skip
def test_users_whom_no_allow_of_enabling_a_device_names_are_told(
    text: dict[str, Any], who: str
) -> None:
    found = [each.rpartition(": ")[2] for each in told(text, "users-cannot-enrol")]
    assert found == ([who] if who else [])


def exempting(operator: str, key: str, value: Any) -> dict[str, Any]:
    return {**ASK, "Condition": {**WITHOUT, **on(operator, key, value)}}


@pytest.mark.parametrize(
    ("asking", "meant"),
    [
        (exempting("StringNotEquals", "aws:username", "Ada"), "ada"),
        (exempting("StringNotLike", "aws:username", ["ADA", "bob"]), "ada"),
        (exempting("ArnNotEquals", ARN_KEY, "arn:aws:iam::123456789012:user/ada"), STAFF),
        (exempting("ArnNotLike", ARN_KEY, STAFF.replace("123", "999")), STAFF),
        (exempting("StringNotEquals", ARN_KEY, STAFF.replace("ada", "Ada")), STAFF),
        (exempting("StringNotEquals", "aws:username", "ada"), ""),
        (exempting("StringNotEquals", "aws:username", ["Ada", "ada"]), ""),
        (exempting("StringNotEqualsIgnoreCase", "aws:username", "Ada"), ""),
        (exempting("StringNotEquals", "aws:username", "bob"), ""),
        (exempting("StringNotEquals", "aws:username", "Carl"), ""),
        (exempting("ArnNotEquals", ARN_KEY, STAFF), ""),
        (exempting("ArnNotEquals", ARN_KEY, [STAFF, STAFF.replace("123", "999")]), ""),
        (exempting("ArnNotLike", ARN_KEY, "arn:aws:iam::*:user/ada"), ""),
        (exempting("ArnNotEquals", ARN_KEY, STAFF.replace("user", "role")), ""),
        (exempting("StringEquals", "aws:username", "Ada"), ""),
    ],
)
def test_an_exemption_that_is_almost_a_user_s_is_told(asking: dict[str, Any], meant: str) -> None:
    path = STAFF.rpartition("/")[0].rpartition("user")[2] + "/"
    carl = {"UserName": "carl", "Arn": STAFF.replace("ada", "carl")}
    ada = {"UserName": "ada", "Arn": STAFF, "Path": path}
    own = {"UserPolicyList": [{"PolicyName": "p", "PolicyDocument": document([asking])}]}
    for text in (in_state(asking, arn=STAFF), {"UserDetailList": [{**ada, **own}, carl]}):
        found = told(text, "exemption-misses-user")
        assert [each.endswith(f" is no user here, but {meant} is") for each in found] == (
            [True] if meant else []
        )


@pytest.mark.parametrize(("name", "is_told"), [("break-glass", False), ("staff", True)])
def test_others_have_set_up_mfa_for_who_is_kept_for_emergencies(
    name: str, *, is_told: bool
) -> None:
    own = {"PolicyName": "p", "PolicyDocument": document([deny("*", WITHOUT)])}
    text = {"Resources": {"Holders": resource("Group", GroupName=name, Policies=[own])}}
    assert len(told(text, "enrolment-denied")) == is_told


@pytest.mark.parametrize(
    ("name", "is_told"), [("svc-mail", True), ("grafana", True), ("ada", False)]
)
def test_a_program_of_a_template_that_a_deny_asks_is_told(name: str, *, is_told: bool) -> None:
    user = resource("User", UserName=name, Groups=[{"Ref": "Team"}])
    findings = [f"this Deny asks users for MFA who are programs by their names: {name}"] * is_told
    assert told(groups(WORK, DEVICES, ASK, User=user), "programs-asked") == findings
    exempting = {**ASK, "Condition": {**WITHOUT, **on("StringNotLike", "aws:username", "svc-*")}}
    assert told(groups(WORK, DEVICES, exempting, User=user), "programs-asked") == []


@pytest.mark.parametrize(
    ("name", "own", "is_told"),
    [
        ("svc-mail", [allow("ses:SendEmail", WITH), DEVICES], True),
        ("jenkins", [allow("sts:AssumeRole", WITH)], True),
        ("svc-mail", [allow("ses:SendEmail", WITH), allow("s3:GetObject")], False),
        ("svc-mail", [DEVICES], False),
        ("ada", [allow("ses:SendEmail", WITH)], False),
    ],
)
def test_a_program_that_may_work_only_with_mfa_is_told(
    name: str, own: list[dict[str, Any]], *, is_told: bool
) -> None:
    policy = {"PolicyName": "p", "PolicyDocument": document(own)}
    findings = [f"these users may work only with MFA, and are programs by their names: {name}"]
    for text in (
        {"Resources": {"User": resource("User", UserName=name, Policies=[policy])}},
        {"UserName": name, **policy},
    ):
        assert told(text, "programs-asked") == findings * is_told
    other = {"Resources": {"User": resource("User", UserName=name, Policies=[policy],
             ManagedPolicyArns=[f"{AWS}AmazonS3FullAccess"])}}  # fmt: skip
    assert told(other, "programs-asked") == []


@pytest.mark.parametrize(
    ("file", "is_told"),
    [("svc-mail.json", True), ("07-svc_mail.json", True), ("self-service.json", False),
     ("backup-restore.json", False), ("not-svc.json", False)],
)  # fmt: skip
def test_the_file_of_a_program_s_policy_tells_as_well(file: str, *, is_told: bool) -> None:
    text = json.dumps(document([allow("ses:SendEmail", WITH)]))
    found = lint_all(read_policies(file, text).documents)
    assert [each.rule for _, each in found] == ["programs-asked"] * is_told


@pytest.mark.parametrize(
    ("name", "is_told"),
    [("acme-cicd-role", True), ("CICDPipelineRole", True), ("github-actions", True),
     ("jenkins-deploy", True), ("terraform-deploy", False), ("pipeline-approver", False),
     ("jenkins-admin", False), ("CodeBuildDevelopers", False), ("break-glass-pipeline", False),
     ("data-pipeline-analyst", False), ("jenkins-console-access", False), ("cicd-lead", False)],
)  # fmt: skip
def test_a_role_of_pipelines_that_asks_for_mfa_is_told(name: str, *, is_told: bool) -> None:
    def count(*statements: dict[str, Any]) -> int:
        role = resource("Role", RoleName=name, AssumeRolePolicyDocument=document([*statements]))
        return len(told({"Resources": {"Role": role}}, "programs-asked"))

    assert count(trust(ACCOUNT, WITH)) == is_told
    assert count(trust({"AWS": "arn:aws:iam::123456789012:user/svc-build"}, WITH)) == is_told
    assert count(trust(ACCOUNT)) == 0
    # People take it; or another statement is for the pipeline.
    assert count(trust({"AWS": "arn:aws:iam::123456789012:user/ada"}, WITH)) == 0
    assert count(trust(ACCOUNT, WITH), trust({"Service": "codebuild.amazonaws.com"})) == 0


def test_an_exemption_that_misses_the_path_in_a_template_is_told() -> None:
    root = {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:user/ada"}
    (message,) = told(
        in_stack(exempting("ArnNotEquals", ARN_KEY, root), Path="/staff/"), "exemption-misses-user"
    )
    assert message == (
        "arn:aws:iam::${AWS::AccountId}:user/ada is no user here, but user/staff/ada is"
    )
    for properties in ({}, {"Path": {"Ref": "Path"}}):
        text = in_stack(exempting("ArnNotEquals", ARN_KEY, root), **properties)
        assert told(text, "exemption-misses-user") == []


@pytest.mark.parametrize(
    ("named", "is_told"),
    [({"UserName": "Ada"}, True), ({}, False), ({"UserName": {"Fn::Sub": "${X}-ada"}}, False)],
)
def test_a_user_for_whom_aws_makes_a_name_is_not_the_one_that_is_meant(
    named: dict[str, Any], *, is_told: bool
) -> None:
    asking = exempting("StringNotEquals", "aws:username", "ada")
    text = in_stack(asking)
    properties = {"Groups": ["Team"], **named}
    text["Resources"]["Ada"] = {"Type": "AWS::IAM::User", "Properties": properties}
    assert len(told(text, "exemption-misses-user")) == is_told


DEAD = "arn-matches-nothing"
OPS = {"name": "Ops", "path": "/x/", "arn": "arn:aws:iam::123456789012:role/x/Ops"}


@pytest.mark.parametrize(
    ("where", "is_told"),
    [
        ("arn:aws:iam::123456789012:role/Ops", True),
        ("arn:aws:iam::123456789012:role/y/Ops", True),
        ("arn:aws:iam::123456789012:role/x/ops", True),
        ("arn:aws:iam::123456789012:role/x/Ops", False),
        ("arn:aws:iam::123456789012:role/Dev", False),
        ("arn:aws:iam::123456789012:user/Ops", False),
        # Of another account, or perhaps of others; a pattern that matches it.
        ("arn:aws:iam::999999999999:role/Ops", False),
        ("arn:aws:iam::*:role/Ops", False),
        ("arn:aws:iam::123456789012:role/x/*", False),
    ],
)
def test_a_resource_that_is_almost_a_role_of_the_file_is_told(where: str, *, is_told: bool) -> None:
    policy = {"Version": "2012-10-17", "Statement": [allow("iam:PassRole", Resource=where)]}
    given = state({
        "aws_iam_role": {**OPS, "assume_role_policy": json.dumps(
            {"Version": "2012-10-17", "Statement": [trust({"AWS": "123456789012"})]})},
        "aws_iam_group_policy": {"group": "Team", "policy": json.dumps(policy)},
    })  # fmt: skip
    assert len(told(given, DEAD)) == is_told


def test_a_resource_without_the_path_of_a_role_of_the_template_is_told() -> None:
    (message,) = told(
        stack(
            [allow(TAKE, Resource={"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:role/Ops"})],
            trust(OWN_ACCOUNT),
            **NAMED,
        ),
        DEAD,
    )
    assert message.endswith(":role/Ops is not in this file, but role/x/Ops is")
    assert not told(stack([BY_NAME], trust(OWN_ACCOUNT), **NAMED), DEAD)
    elsewhere = allow(TAKE, Resource="arn:aws:iam::123456789012:role/Ops")
    assert not told(stack([elsewhere], trust(OWN_ACCOUNT), **NAMED), DEAD)
    # Roles are taken in any account, and passed in one's own.
    for action, is_told in ((TAKE, False), ("iam:PassRole", True)):
        anywhere = allow(action, Resource="arn:aws:iam::*:role/Ops")
        assert bool(told(stack([anywhere], trust(OWN_ACCOUNT), **NAMED), DEAD)) is is_told


@pytest.mark.parametrize(("taken", "is_told"), [("210987654321", True), ("999999999999", False)])
def test_a_plan_s_own_account_is_the_one_that_its_policies_name(
    taken: str, *, is_told: bool
) -> None:
    mine = allow(ENROL, Resource="arn:aws:iam::210987654321:user/${aws:username}")
    own = [mine, allow(TAKE, Resource=f"arn:aws:iam::{taken}:role/Ops")]
    trusting = document([trust({"AWS": "arn:aws:iam::210987654321:root"}, WITH)])
    role = {"name": "Ops", "path": "/x/", "assume_role_policy": json.dumps(trusting)}
    given = {"group": "Team", "policy": json.dumps(document(own))}
    plan = state({"aws_iam_role": role, "aws_iam_group_policy": given})
    assert len(told({**plan, "planned_values": plan["values"]}, DEAD)) == is_told


def permission_set(key: str, value: Any) -> dict[str, Any]:
    policy = {"ManagedPolicyName": "Ask", "PolicyDocument": document([deny("*", WITHOUT)])}
    return {
        "Resources": {
            "Own": {"Type": "AWS::IAM::ManagedPolicy", "Properties": policy},
            "Set": {"Type": "AWS::SSO::PermissionSet", "Properties": {"Name": "x", key: value}},
        }
    }


def planned_set(kind: str, attributes: dict[str, Any]) -> dict[str, Any]:
    own = {"name": "Ask", "policy": json.dumps(document([deny("*", WITHOUT)]))}
    return state({"aws_iam_policy": own, f"aws_ssoadmin_{kind}": attributes})


@pytest.mark.parametrize("name", ["Ask", "Other"])
@pytest.mark.parametrize("is_boundary", [False, True])
def test_the_policies_that_a_permission_set_names_are_a_role_s(
    name: str, *, is_boundary: bool
) -> None:
    upper, lower = {"Name": name, "Path": "/"}, {"name": name, "path": "/"}
    reference = {"customer_managed_policy_reference": [lower]}
    texts = (
        [
            permission_set("PermissionsBoundary", {"CustomerManagedPolicyReference": upper}),
            planned_set("permissions_boundary_attachment", {"permissions_boundary": [reference]}),
        ]
        if is_boundary
        else [
            permission_set("CustomerManagedPolicyReferences", [upper]),
            planned_set("customer_managed_policy_attachment", reference),
        ]
    )
    for text in texts:
        assert len(told(text, "mfa-in-role-policy")) == (name == "Ask")
        assert len(told(text, "enrolment-denied")) == (name != "Ask")


@pytest.mark.parametrize(
    ("who", "count", "is_of_roles", "is_of_users"),
    [
        (["Role"], 1, True, False),
        (["Role"], 2, False, True),
        (["Role", "User"], 3, True, True),
        (["User"], 1, False, True),
        ([], 0, False, True),
    ],
)
def test_a_boundary_that_roles_of_a_dump_have_is_theirs(
    who: list[str], count: int, *, is_of_roles: bool, is_of_users: bool
) -> None:
    arn = "arn:aws:iam::123456789012:policy/Own"
    policy = managed({"v1": [ALL, deny("*", WITHOUT)]}, "v1", AttachmentCount=0)
    policy["PermissionsBoundaryUsageCount"] = count
    bound = {"PermissionsBoundary": {"PermissionsBoundaryArn": arn}}
    holders = {f"{kind}DetailList": [{f"{kind}Name": "x", **bound}] for kind in who}
    dump = {**holders, "Policies": [policy]}
    assert len(told(dump, "mfa-in-role-policy")) == is_of_roles
    assert len(told(dump, "enrolment-denied")) == is_of_users


@pytest.mark.parametrize(
    ("beside", "limit", "is_told"),
    [
        (ASK, deny("s3:DeleteBucket"), True),
        (ASK, ALL, False),
        (WORK, deny("s3:DeleteBucket"), False),
    ],
)
def test_a_boundary_without_an_allow_is_told(
    beside: dict[str, Any], limit: dict[str, Any], *, is_told: bool
) -> None:
    text = stack([WORK, beside], trust(EC2_SERVICE), PermissionsBoundary={"Ref": "Limit"})
    text["Resources"]["Limit"] = resource("ManagedPolicy", PolicyDocument=document([limit]))
    found = [each for each in told(text, "boundary-allows-nothing") if "no Allow" in each]
    assert len(found) == is_told


@pytest.mark.parametrize(
    ("limit", "is_told"),
    [
        ([allow("s3:*", WITH)], True),
        ([allow("s3:*", WITH), allow("sqs:*")], True),
        ([allow("s3:*", WITH), allow("s3:Get*")], False),
        ([allow("s3:*")], False),
    ],
)
def test_a_boundary_that_leaves_a_role_nothing_without_mfa_is_told(
    limit: list[dict[str, Any]], *, is_told: bool
) -> None:
    bound = managed({"v1": limit}, "v1", AttachmentCount=0, PermissionsBoundaryUsageCount=2)
    theirs = {"PermissionsBoundary": {"PermissionsBoundaryArn": bound["Arn"]}}
    own = {"PolicyName": "own", "PolicyDocument": document([WORK])}
    role = {"RoleName": "worker", "Arn": "arn:aws:iam::123456789012:role/worker", **theirs}
    user = {"UserName": "ada", "Arn": "arn:aws:iam::123456789012:user/ada", **theirs}
    dump = {
        "RoleDetailList": [{**role, "RolePolicyList": [own]}],
        "UserDetailList": [{**user, "UserPolicyList": [own]}],
        "Policies": [bound],
    }
    found = [each for each in told(dump, "boundary-allows-nothing") if "without MFA" in each]
    assert len(found) == is_told


@pytest.mark.parametrize(("name", "is_told"), [("breakglass-1", False), ("ada", True)])
def test_those_for_emergencies_do_not_set_up_their_devices(name: str, *, is_told: bool) -> None:
    own = [{"PolicyName": "own", "PolicyDocument": document([allow(ENROL, WITH, Resource=ME)])}]
    text = {"Resources": {"One": resource("User", UserName=name, Policies=own)}}
    assert bool(told(text, "enrolment-needs-mfa")) is is_told


@pytest.mark.parametrize(
    ("name", "guards"),
    [("EnforceBoundary", True), ("ProtectTeamBoundary", True), ("ContractorBoundary", False)],
)
def test_a_policy_that_guards_boundaries_is_none_by_its_name(name: str, *, guards: bool) -> None:
    def found(denied: str) -> list[str]:
        limits = document([deny(denied), deny("s3:DeleteBucket", WITHOUT)])
        policy = resource("ManagedPolicy", PolicyDocument=limits)
        return told({"Resources": {name: policy}}, "boundary-allows-nothing")

    assert (found("iam:DeleteRolePermissionsBoundary") == []) is guards
    assert found("ec2:*") != []


def test_a_role_s_policy_may_name_who_took_the_role() -> None:
    own = deny("iam:UpdateLoginProfile", Resource="arn:aws:iam::*:user/*/${!aws:SourceIdentity}")
    text = stack([WORK], trust(OWN_ACCOUNT, WITH))
    sub = {**own, "Resource": {"Fn::Sub": own["Resource"]}}
    policies = [{"PolicyName": "p", "PolicyDocument": document([sub])}]
    text["Resources"]["Ops"]["Properties"]["Policies"] = policies
    assert told(text, "device-action-on-wrong-resource") == []


def test_values_of_a_resource_that_are_a_text_are_no_bug() -> None:
    text = state({"aws_iam_policy": {}})
    text["values"]["root_module"]["resources"][0]["values"] = json.dumps(document([ALL]))
    assert told(text, "role-without-mfa") == []


ALL_OF_IAM = deny_but(["iam:*"], WITHOUT)


def groups(*own: dict[str, Any], aws: str = "", **others: dict[str, Any]) -> dict[str, Any]:
    """Return a template of a group with policies of its own and of AWS's, and others' resources."""
    policies = [{"PolicyName": "p", "PolicyDocument": document(list(own))}]
    arns = {"ManagedPolicyArns": [f"{AWS}{aws}"]} if aws else {}
    team = {"GroupName": "team", "Policies": policies, **arns}
    return {"Resources": {"Team": {"Type": "AWS::IAM::Group", "Properties": team}, **others}}


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::IAM::{kind}", "Properties": properties}


ADA = resource("User", UserName="ada", Groups=[{"Ref": "Team"}])
ENROLLING = resource("ManagedPolicy", PolicyDocument=document([DEVICES]))
OTHERS = resource("Group", ManagedPolicyArns=[{"Ref": "Enrolling"}])
ASK_BOTH = resource("ManagedPolicy", PolicyDocument=document([ASK]), Groups=[
    {"Ref": "Team"}, {"Ref": "Others"}])  # fmt: skip


@pytest.mark.parametrize(
    ("text", "who"),
    [
        (groups(WORK, ASK), "groups: team"),
        (groups(ASK, aws="job-function/DatabaseAdministrator"), "groups: team"),
        (groups(WORK, ASK, aws="IAMUserChangePassword", Ada=ADA), "users: ada"),
        (groups(WORK, ASK, Ada=ADA, Enrolling=ENROLLING, Others=OTHERS), "users: ada"),
        (groups(WORK, deny_but("iam:*MFADevice*", WITHOUT)), "groups: team"),
        (groups(WORK, allow("iam:ListMFADevices"), ALL_OF_IAM), "groups: team"),
        # Another group that may enable devices is asked for MFA as well: it is not for setup alone.
        (groups(WORK, Ask=ASK_BOTH, Others=resource("Group", ManagedPolicyArns=[{"Ref": "All"}]),
                All=resource("ManagedPolicy", PolicyDocument=document([ALL]))), "groups: team"),
        (groups(WORK, DEVICES, ASK), None),
        (groups(ASK, aws="AdministratorAccess"), None),
        (groups(ASK, aws="IAMFullAccess", Ada=ADA), None),
        # It is not known what is allowed, or all of it is allowed elsewhere.
        (groups(WORK, ASK, Ada=resource("User", UserName="ada", Groups=["staff", {"Ref": "Team"}])),
         None),
        (groups(WORK, ASK, Ada=ADA, Enrolling=ENROLLING), None),
        (groups(WORK, ASK, Enrolling=ENROLLING, Others=OTHERS), None),
        (groups(WORK, allow({"Ref": "Actions"}), ASK), None),
        (groups(ASK), None),
        (groups(WORK, ASK, deny("iam:*")), None),
        # The Deny does not tell that users are to enable devices, or it is of few things.
        (groups(WORK, ALL_OF_IAM), None),
        (groups(WORK, {**ASK, "Resource": "arn:aws:s3:::books"}), None),
        (groups(WORK, deny("s3:*", WITHOUT)), None),
        (groups(WORK, ASK, Ada=resource("User", UserName="svc-mail", Groups=[{"Ref": "Team"}])),
         None),
    ],
)  # fmt: skip
def test_users_whom_no_policy_allows_the_enrolment_that_a_deny_exempts(
    text: dict[str, Any], who: str | None
) -> None:
    read = read_policies("p.json", json.dumps(text))
    found = [each for _, each in lint_all(read.documents) if each.rule == "users-cannot-enrol"]
    severity = "note" if "groups" in (who or "") else "warning"
    assert {each.severity for each in found} <= {severity}
    assert [each.message.partition("to these ")[2] for each in found] == [who] * bool(who)
