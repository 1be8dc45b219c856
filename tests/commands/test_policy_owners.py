"""`policy check` counts the caller's and the resource's policies, where files hold others'."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run

ACCOUNT = "arn:aws:iam::111122223333"
EVE = "arn:aws:iam::444455556666:user/eve"
MACHINE = "arn:aws:ec2:eu-west-1:111122223333:instance/i-1"
STOP = ("--action", "ec2:StopInstances")
TAKE = ("--action", "sts:AssumeRole")
AS_USER = {"long-term", "mfa-session", "session-without-mfa"}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: Any, **rest: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": "*", **rest}


def trust(*principals: str, **rest: Any) -> dict[str, Any]:
    found = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": list(principals)}}
    return policy({**found, **rest})


def inline(kind: str, *statements: dict[str, Any]) -> dict[str, Any]:
    one = {"PolicyName": "own", "PolicyDocument": policy(*statements)}
    return {f"{kind}PolicyList": [one] if statements else []}


def user(name: str, *groups: str, statements: Any = (), **rest: Any) -> dict[str, Any]:
    arn = f"{ACCOUNT}:user/{name}"
    lists = {"GroupList": list(groups), **inline("User", *statements)}
    return {"UserName": name, "Arn": arn, **lists, **rest}


def role(name: str, trusting: dict[str, Any], *statements: dict[str, Any]) -> dict[str, Any]:
    named = {"RoleName": name, "Arn": f"{ACCOUNT}:role/{name}"}
    return {**named, "AssumeRolePolicyDocument": trusting, **inline("Role", *statements)}


def managed(name: str, *statements: dict[str, Any], bounds: int = 0) -> dict[str, Any]:
    version = {"Document": policy(*statements), "VersionId": "v1", "IsDefaultVersion": True}
    counts = {"AttachmentCount": 1 - bounds, "PermissionsBoundaryUsageCount": bounds}
    arn = f"{ACCOUNT}:policy/{name}"
    return {"PolicyName": name, "Arn": arn, "PolicyVersionList": [version], **counts}


def deny(action: Any, **rest: Any) -> dict[str, Any]:
    return {**allow(action, **rest), "Effect": "Deny"}


WITH_MFA = {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}
WITHOUT = {"Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}
BOUND = {"PermissionsBoundary": {"PermissionsBoundaryArn": f"{ACCOUNT}:policy/bound"}}
OF_AWS = {"AttachedManagedPolicies": [{"PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}]}
STRICT = trust("111122223333", **WITH_MFA)
DUMP = {
    "UserDetailList": [
        user("ada", "people"),
        user("bot"),
        user("cid", "people", **BOUND),
        user("dan", statements=[allow("ec2:*")]),
        user("eli", "people", **OF_AWS),
        user("fay", "people", "gone"),
        user("gus", "people", PermissionsBoundary={"PermissionsBoundaryArn": "arn:gone"}),
        user("hal", statements=[allow("ec2:*", Condition={"StringEquals": {
            "aws:PrincipalTag/team": "x"}})], Tags=[{"Key": "team", "Value": "x"}]),
        user("ian", statements=[allow("s3:*")],
             PermissionsBoundary={"PermissionsBoundaryArn": "arn:gone"}),
    ],
    "GroupDetailList": [{
        "GroupName": "people", "Arn": f"{ACCOUNT}:group/people",
        **inline("Group", allow("sts:AssumeRole"), allow("ec2:*")),
        "AttachedManagedPolicies": [{"PolicyArn": f"{ACCOUNT}:policy/force"}],
    }],
    "RoleDetailList": [
        role("open", trust("111122223333"), allow("ec2:*")),
        role("strict", STRICT),
        role("open-too", trust("444455556666")),
    ],
    "Policies": [
        managed("force", deny("ec2:*", **WITHOUT)),
        managed("bound", allow("s3:*"), bounds=1),
    ],
}  # fmt: skip
BOB = f"{ACCOUNT}:user/bob"
ROLES = {"Roles": [role("open", trust(BOB)), role("strict", trust(BOB, **WITH_MFA))]}


@pytest.fixture
def check(home: Path, run: Run) -> Any:
    """Return what makes a file of each text, and checks them."""

    def checked(content: Any, *argv: str) -> Any:
        (home / "all.json").write_text(json.dumps(content, indent=1))
        return run("policy", "check", str(home / "all.json"), *argv, "--json")

    return checked


def outcomes(outcome: Any) -> dict[str, str]:
    found = json.loads(outcome.stdout)["decisions"]
    return {each["credentials"]: each["outcome"] for each in found}


def refusal(outcome: Any) -> tuple[int, str, str]:
    error = json.loads(outcome.stdout)["error"]
    return outcome.exit_code, error["code"], error["hint"]


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("user/ada", "DAD"),
        ("user/bot", "III"),
        ("user/cid", "DID"),
        ("user/dan", "AAA"),
        ("user/eli", "DUD"),
        ("user/fay", "DUD"),
        ("user/gus", "DUD"),
        ("user/hal", "AAA"),
        ("user/ian", "III"),  # whatever the boundary says
    ],
)
def test_of_a_dump_a_users_own_policies_groups_and_boundary_count(
    who: str, expected: str, check: Any
) -> None:
    """D: explicitly denied, A: allowed, I: implicitly denied, U: unknown."""
    found = outcomes(check(DUMP, *STOP, "--principal", f"{ACCOUNT}:{who}"))
    letters = {"explicitly-denied": "D", "allowed": "A", "implicitly-denied": "I", "unknown": "U"}
    assert "".join(letters[found[kind]] for kind in (
        "long-term", "mfa-session", "session-without-mfa")) == expected  # fmt: skip
    assert found.keys() == AS_USER


@pytest.mark.parametrize(
    ("who", "outcome"),
    [
        (f"{ACCOUNT}:role/open", "allowed"),
        (f"{ACCOUNT}:role/strict", "implicitly-denied"),
        ("arn:aws:sts::111122223333:assumed-role/open/me", "allowed"),
    ],
)
def test_of_a_dump_a_roles_own_policies_count(who: str, outcome: str, check: Any) -> None:
    assert outcomes(check(DUMP, *STOP, "--principal", who)) == {"role-session": outcome}


@pytest.mark.parametrize(
    ("resource", "long_term", "with_mfa"),
    [("role/open", "allowed", "allowed"), ("role/strict", "implicitly-denied", "allowed")],
)
def test_of_a_dump_the_trust_policy_of_the_role_counts(
    resource: str, long_term: str, with_mfa: str, check: Any
) -> None:
    argv = (*TAKE, "--resource", f"{ACCOUNT}:{resource}", "--principal")
    found = outcomes(check(DUMP, *argv, f"{ACCOUNT}:user/ada"))
    assert (found["long-term"], found["mfa-session"]) == (long_term, with_mfa)
    for name in ("dan", "bot"):  # the trust policy alone is not enough, nor for who has no policy
        others = outcomes(check(DUMP, *argv, f"{ACCOUNT}:user/{name}"))
        assert set(others.values()) == {"implicitly-denied"}


@pytest.mark.parametrize(
    "argv",
    [
        STOP,
        (*STOP, "--principal", f"{ACCOUNT}:user/nobody"),
        (*STOP, "--principal", f"{ACCOUNT}:user/path/ada"),
        (*STOP, "--principal", EVE),
        (*STOP, "--principal", "111122223333"),
        (*TAKE, "--resource", f"{ACCOUNT}:role/open"),
        (*TAKE, "--resource", f"{ACCOUNT}:role/open", "--principal", f"{ACCOUNT}:user/nobody"),
    ],
)
def test_a_dump_without_its_caller_is_refused_and_lists_them(
    argv: tuple[str, ...], check: Any
) -> None:
    code, name, hint = refusal(check(DUMP, *argv))
    assert (code, name, f": {ACCOUNT}:user/ada, " in hint) == (2, "whose-policies", True)


def test_a_caller_of_another_account_has_no_policy_in_the_dump(check: Any) -> None:
    argv = (*TAKE, "--principal", EVE, "--resource")
    assert outcomes(check(DUMP, *argv, f"{ACCOUNT}:role/open-too"))["long-term"] == "unknown"
    assert outcomes(check(DUMP, *argv, f"{ACCOUNT}:role/open"))["long-term"] == "implicitly-denied"


def test_of_several_roles_only_the_one_in_the_request_counts(check: Any) -> None:
    argv = (*TAKE, "--principal", BOB, "--resource")
    strict = outcomes(check(ROLES, *argv, f"{ACCOUNT}:role/strict"))
    assert (strict["long-term"], strict["mfa-session"]) == ("implicitly-denied", "allowed")
    assert outcomes(check(ROLES, *argv, f"{ACCOUNT}:role/open"))["long-term"] == "allowed"
    for words in ((*TAKE, "--principal", BOB), (*argv, f"{ACCOUNT}:role/x"), TAKE):
        code, name, hint = refusal(check(ROLES, *words))
        listed = f"{ACCOUNT}:role/open, {ACCOUNT}:role/strict"
        assert (code, name, hint.endswith(listed)) == (2, "whose-policies", True)


def test_another_resources_policy_does_not_stand_for_the_roles(check: Any) -> None:
    bucket = policy(allow("s3:*", Principal={"AWS": BOB}, Resource="arn:aws:s3:::b/*"))
    both = [{"Role": ROLES["Roles"][1]}, bucket]
    argv = (*TAKE, "--principal", BOB, "--resource", f"{ACCOUNT}:role/x")
    assert refusal(check(both, *argv))[:2] == (2, "whose-policies")


def test_two_trust_policies_without_a_name_are_not_one_roles(check: Any) -> None:
    assert refusal(check([trust(BOB), trust(BOB, **WITH_MFA)], *TAKE))[:2] == (2, "whose-policies")


def test_two_policies_of_keys_are_not_one_keys(check: Any) -> None:
    keys = [policy(allow("kms:*", Principal={"AWS": BOB}, **each)) for each in ({}, WITH_MFA)]
    assert refusal(check(keys, "--action", "kms:Decrypt"))[:2] == (2, "whose-policies")
    buckets = [
        policy(allow("s3:*", Principal={"AWS": BOB}, Resource=f"arn:aws:s3:::{name}/*", **each))
        for name, each in (("a", {}), ("b", WITH_MFA))
    ]
    argv = ("--action", "s3:GetObject", "--principal", BOB, "--resource", "arn:aws:s3:::b/x")
    assert outcomes(check(buckets, *argv))["long-term"] == "implicitly-denied"


def iam_role(*statements: dict[str, Any], **rest: Any) -> dict[str, Any]:
    one = {"PolicyName": "p", "PolicyDocument": policy(*statements)}
    properties = {"AssumeRolePolicyDocument": trust("111122223333"), "Policies": [one], **rest}
    return {"Type": "AWS::IAM::Role", "Properties": properties}


def iam_policy(*statements: dict[str, Any], **rest: Any) -> dict[str, Any]:
    properties = {"PolicyDocument": policy(*statements), **rest}
    return {"Type": "AWS::IAM::ManagedPolicy", "Properties": properties}


STACK = {
    "Reader": iam_role(allow("s3:Get*")),
    "Stopper": iam_role(allow("ec2:*"), RoleName="stopper"),
    "More": iam_policy(allow("rds:*"), Roles=[{"Ref": "Reader"}]),
    "Free": iam_policy(allow("sqs:*")),
    "Imported": iam_policy(deny("sns:*"), Roles=[{"Fn::ImportValue": "role"}]),
    "OfParameter": iam_policy(deny("sns:*"), Roles=[{"Ref": "RoleName"}]),
    "OfReader": {"Type": "AWS::IAM::RolePolicy", "Properties": {
        "RoleName": {"Ref": "Reader"}, "PolicyDocument": policy(deny("s3:Put*"))}},
    "All": iam_policy(allow("sns:*"), Roles=[{"Ref": "Reader"}, {"Ref": "Stopper"}]),
}  # fmt: skip
STATE = {
    "format_version": "1.0",
    "values": {"root_module": {"resources": [
        {"address": f"aws_iam_role_policy.{name}", "type": "aws_iam_role_policy",
         "values": {"role": name, "policy": json.dumps(policy(allow(action)))}}
        for name, action in (("reader", "s3:Get*"), ("stopper", "ec2:*"))
    ]}},
}  # fmt: skip


@pytest.mark.parametrize(
    ("role", "action", "outcome"),
    [
        ("Reader", "ec2:StopInstances", "implicitly-denied"),
        ("Reader", "rds:StopDBInstance", "allowed"),
        ("Reader", "sqs:DeleteQueue", "implicitly-denied"),
        ("Reader", "s3:GetObject", "allowed"),
        ("Reader", "s3:PutObject", "explicitly-denied"),
        ("stopper", "s3:PutObject", "implicitly-denied"),
        ("stopper", "sns:Publish", "unknown"),
        ("stopper", "ec2:StopInstances", "allowed"),
        ("stopper", "rds:StopDBInstance", "implicitly-denied"),
    ],
)
def test_of_a_template_the_policies_of_the_role_count(
    role: str, action: str, outcome: str, check: Any
) -> None:
    argv = ("--action", action, "--principal", f"{ACCOUNT}:role/{role}")
    found = check({"Resources": STACK}, *argv)
    assert outcomes(found) == {"role-session": outcome}
    assert ("whether the caller has" in found.stderr) == (outcome == "unknown")


def test_the_roles_of_terraforms_state_are_told_apart(check: Any) -> None:
    argv = (*STOP, "--principal", f"{ACCOUNT}:role")
    assert outcomes(check(STATE, *argv[:-1], f"{argv[-1]}/a/stopper")) == {
        "role-session": "allowed"
    }
    reader = outcomes(check(STATE, *argv[:-1], f"{argv[-1]}/reader"))
    assert reader == {"role-session": "implicitly-denied"}
    for content in (STATE, {"Resources": STACK}):
        assert refusal(check(content, *STOP))[2].startswith(
            "name one by its ARN with --principal, "
        )


ELSEWHERE = "arn:aws:iam::111122223333:policy/elsewhere"


@pytest.mark.parametrize(
    ("rest", "outcome"),
    [
        ({"PermissionsBoundary": ELSEWHERE}, "unknown"),
        ({"ManagedPolicyArns": [ELSEWHERE]}, "unknown"),
        ({"ManagedPolicyArns": {"Ref": "Arns"}}, "unknown"),
        ({"ManagedPolicyArns": [{"Ref": "Same"}]}, "allowed"),
        ({"Tags": []}, "allowed"),
    ],
)
def test_what_a_template_attaches_from_elsewhere_makes_the_outcome_unknown(
    rest: dict[str, Any], outcome: str, check: Any
) -> None:
    roles = {"Role": iam_role(allow("ec2:*"), **rest), "Other": iam_role(allow("s3:*"))}
    stack = {"Resources": {**roles, "Same": iam_policy(allow("sqs:*"))}}
    argv = (*STOP, "--principal", f"{ACCOUNT}:role/Role")
    assert outcomes(check(stack, *argv)) == {"role-session": outcome}


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("aws_iam_role", {"name": "stopper", "permissions_boundary": ELSEWHERE}),
        ("aws_iam_role", {"name": "stopper", "managed_policy_arns": [ELSEWHERE]}),
        ("aws_iam_role_policy_attachment", {"role": "stopper", "policy_arn": ELSEWHERE}),
    ],
)
def test_what_terraform_attaches_makes_the_outcome_unknown(
    kind: str, values: dict[str, Any], check: Any
) -> None:
    state = json.loads(json.dumps(STATE))
    resources = state["values"]["root_module"]["resources"]
    resources.append({"address": f"{kind}.x", "type": kind, "values": values})
    argv = (*STOP, "--principal", f"{ACCOUNT}:role/stopper")
    assert outcomes(check(state, *argv)) == {"role-session": "unknown"}


def terraform(kind: str, name: str, /, **values: Any) -> dict[str, Any]:
    return {"address": f"{kind}.{name}", "type": kind, "values": values}


def managed_by_terraform(name: str, *statements: dict[str, Any]) -> dict[str, Any]:
    text = json.dumps(policy(*statements))
    return terraform("aws_iam_policy", name, arn=f"{ACCOUNT}:policy/{name}", policy=text)


def attached(name: str, **holders: Any) -> dict[str, Any]:
    kind = f"aws_iam_{next(iter(holders))}_policy_attachment".replace("s_", "_")
    arn = f"{ACCOUNT}:policy/{name}"
    return terraform(kind, "-".join((name, *map(str, holders.values()))), policy_arn=arn, **holders)


def in_group(user: str, *groups: str) -> dict[str, Any]:
    return terraform("aws_iam_user_group_membership", user, user=user, groups=list(groups))


APPLIED = [
    *(terraform("aws_iam_role", each, name=each) for each in ("dev", "ops")),
    terraform("aws_iam_role", "bounded", name="bounded",
              permissions_boundary=f"{ACCOUNT}:policy/bound"),
    *(terraform("aws_iam_user", each, name=each) for each in ("ada", "bob", "cy")),
    terraform("aws_iam_group", "staff", name="staff"),
    managed_by_terraform("stop", allow("ec2:*")),
    managed_by_terraform("force", deny("ec2:*", **WITHOUT)),
    managed_by_terraform("bound", allow("s3:*")),
    managed_by_terraform("read", allow("s3:Get*")),
    attached("read", role="ops"),
    attached("stop", role="dev"),
    attached("stop", role="bounded"),
    attached("stop", group="staff"),
    attached("force", groups=["staff"], users=["bob"]),
    in_group("ada", "staff"),
    in_group("cy", "staff", "elsewhere"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("role/dev", "allowed"),
        ("role/ops", "implicitly-denied"),
        ("role/bounded", "implicitly-denied"),
        ("user/ada", "allowed"),
        ("user/bob", "implicitly-denied"),
        ("user/cy", "unknown"),
    ],
)
def test_what_terraforms_state_attaches_is_followed(who: str, expected: str, check: Any) -> None:
    state = {"format_version": "1.0", "values": {"root_module": {"resources": APPLIED}}}
    found = outcomes(check(state, *STOP, "--principal", f"{ACCOUNT}:{who}"))
    kind = "role-session" if who.startswith("role") else "mfa-session"
    assert found[kind] == expected
    if kind == "mfa-session":
        assert found["long-term"] == "explicitly-denied"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (["aws_iam_policy.stop.arn", "aws_iam_policy.stop"], ("allowed", "implicitly-denied")),
        (["var.policy"], ("unknown", "implicitly-denied")),
        (["aws_iam_policy.stop.arn", "aws_iam_policy.stop", "aws_iam_policy.read"],
         ("unknown", "implicitly-denied")),
        (None, ("unknown", "implicitly-denied")),
    ],
)  # fmt: skip
def test_what_terraforms_plan_attaches_is_followed_by_its_references(
    expression: Any, expected: tuple[str, str], check: Any
) -> None:
    """An ARN is known only after the plan is applied."""
    kind = "aws_iam_role_policy_attachment"
    planned = [
        *(terraform("aws_iam_role", each, name=each) for each in ("dev", "ops")),
        *(terraform("aws_iam_policy", name, policy=json.dumps(policy(allow(action))))
          for name, action in (("stop", "ec2:*"), ("read", "s3:Get*"))),
        terraform(kind, "it", role="dev"),
        terraform("aws_iam_role_policy", "of-ops", role="ops",
                  policy=json.dumps(policy(allow("s3:*")))),
    ]  # fmt: skip
    address = {"address": f"{kind}.it"}
    told = {"policy_arn": {"references": expression}} if expression else {}
    modules: dict[str, Any] = {"resources": [{**address, "expressions": told}]}
    values: dict[str, Any] = {"resources": planned}
    for name in ("team", "iam"):  # modules within modules
        for each in values["resources"]:
            each["address"] = f"module.{name}[0].{each['address']}"
        values = {"resources": [], "child_modules": [values]} if name == "iam" else values
        modules = {"module_calls": {name: {"module": modules}}}
    plan = {
        "format_version": "1.2",
        "planned_values": {"root_module": values},
        "configuration": {"root_module": modules},
    }
    argv = (*STOP, "--principal", f"{ACCOUNT}:role")
    found = [outcomes(check(plan, *argv[:-1], f"{argv[-1]}/{each}")) for each in ("dev", "ops")]
    assert tuple(each["role-session"] for each in found) == expected


def plan_of(*resources: dict[str, Any], **expressions: dict[str, list[str]]) -> dict[str, Any]:
    """Return a plan; expressions are the references of attributes, by address with `__` for `.`."""
    configured = {
        address.replace("__", "."): {key: {"references": found} for key, found in each.items()}
        for address, each in expressions.items()
    }
    found = [{"address": each, "expressions": configured[each]} for each in configured]
    return {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": list(resources)}},
        "configuration": {"root_module": {"resources": found}},
    }


def own_policy(user: str, *statements: dict[str, Any], **values: Any) -> dict[str, Any]:
    text = json.dumps(policy(*statements))
    return terraform("aws_iam_user_policy", f"of-{user}", user=user, policy=text, **values)


ALICE = terraform("aws_iam_user", "alice", name="alice", path="/")
ADMINS = [
    terraform("aws_iam_group", "admins", name="admins"),
    {
        **terraform(
            "aws_iam_group_policy", "all", group="admins", policy=json.dumps(policy(allow("ec2:*")))
        )
    },
]
OWN = own_policy("alice", allow("ec2:*"))
READS = own_policy("alice", allow("s3:Get*"))
TO_BE_KNOWN = [
    terraform("aws_iam_policy", "p"),
    terraform("aws_iam_user_policy_attachment", "a", user="alice"),
]
BOUNDED = terraform("aws_iam_user", "alice", name="alice", path="/", permissions_boundary=None)
LIMIT = terraform("aws_iam_policy", "limit", policy=json.dumps(policy(allow("s3:*"))))
OF_P = {
    "aws_iam_user_policy_attachment__a": {
        "policy_arn": ["aws_iam_policy.p.arn", "aws_iam_policy.p"]
    }
}
EACH = [
    {
        **terraform("aws_iam_policy", "p", policy=json.dumps(policy(allow(action)))),
        "address": f'aws_iam_policy.p["{key}"]',
    }
    for key, action in (("alice", "ec2:*"), ("bob", "s3:*"))
]
ATTACHED = {
    **terraform("aws_iam_user_policy_attachment", "a", user="alice"),
    "address": 'aws_iam_user_policy_attachment.a["alice"]',
}
SCP = terraform(
    "aws_organizations_policy",
    "scp",
    id="p-1",
    type="SERVICE_CONTROL_POLICY",
    content=json.dumps(policy(deny("ec2:*"))),
)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        # What is known only later.
        (plan_of(ALICE, OWN, *TO_BE_KNOWN, **OF_P), "unknown"),
        (plan_of(ALICE, OWN, terraform("aws_iam_user_policy", "later", user="alice")), "unknown"),
        (plan_of(BOUNDED, OWN), "allowed"),
        (plan_of(terraform("aws_iam_user", "alice", name="alice"), OWN, aws_iam_user__alice={
            "permissions_boundary": ["aws_cloudformation_stack.base.outputs",
                                     "aws_cloudformation_stack.base"]}), "unknown"),
        (plan_of(terraform("aws_iam_user", "alice", name="alice"), OWN, LIMIT, aws_iam_user__alice={
            "permissions_boundary": ["aws_iam_policy.limit.arn", "aws_iam_policy.limit"]}),
         "implicitly-denied"),
        (plan_of(terraform("aws_iam_user", "alice", name="alice"), OWN, LIMIT, aws_iam_user__alice={
            "permissions_boundary": ["var.strict", "aws_iam_policy.limit.arn",
                                     "aws_iam_policy.limit"]}), "unknown"),
        # What is known to be empty.
        (plan_of(ALICE, READS, *ADMINS, terraform(
            "aws_iam_user_group_membership", "m", user="alice", groups=[]),
            aws_iam_user_group_membership__m={"groups": ["var.is_admin", "aws_iam_group.admins"]}),
         "implicitly-denied"),
        # Instances that go together, and others.
        (plan_of(ALICE, *EACH, ATTACHED, aws_iam_user_policy_attachment__a={
            "policy_arn": ["aws_iam_policy.p", "each.key"]}), "allowed"),
        (plan_of(ALICE, *EACH, ATTACHED, aws_iam_user_policy_attachment__a={
            "policy_arn": ["aws_iam_policy.p", "each.value"]}), "unknown"),
        (plan_of(ALICE, *EACH, ATTACHED, aws_iam_user_policy_attachment__a={
            "policy_arn": ['aws_iam_policy.p["bob"].arn', 'aws_iam_policy.p["bob"]',
                           "aws_iam_policy.p"]}), "implicitly-denied"),
        (plan_of(ALICE, *EACH, {**EACH[0], "address": 'aws_iam_policy.p["alice-old"]'}, ATTACHED,
            aws_iam_user_policy_attachment__a={"policy_arn": ["aws_iam_policy.p", "each.key"]}),
         "allowed"),
        (plan_of(ALICE, *EACH, ATTACHED, {**ATTACHED,
            "address": 'aws_iam_user_policy_attachment.a["carl"]', "values": {"user": "carl"}},
            aws_iam_user_policy_attachment__a={"policy_arn": ["aws_iam_policy.p", "each.key"]}),
         "unknown"),
        # What another provider makes.
        (plan_of(ALICE, OWN, terraform("awscc_iam_user_policy", "w", user_name="alice",
            policy_name="w", policy_document=json.dumps(policy(deny("ec2:*"))))), "unknown"),
        # What is nobody's.
        (plan_of(ALICE, *ADMINS), "implicitly-denied"),
        (plan_of(ALICE, terraform("aws_ssm_parameter", "x", value=json.dumps(policy(allow("*"))))),
         "implicitly-denied"),
        (plan_of(ALICE, READS, terraform("aws_vpc_endpoint", "v", policy=json.dumps(policy(allow(
            "*", Principal="*"))))), "implicitly-denied"),
        (plan_of(ALICE, OWN, SCP, terraform("aws_organizations_policy_attachment", "x",
            policy_id="p-1", target_id="999988887777")), "allowed"),
        (plan_of(ALICE, OWN, SCP), "explicitly-denied"),
        # What a list, a group or a plan does not tell.
        (plan_of(ALICE, OWN, terraform("aws_iam_group_policy", "g", policy=json.dumps(policy(deny(
            "ec2:*")))), aws_iam_group_policy__g={"group": ["local.group"]}), "unknown"),
        (plan_of(ALICE, OWN, *ADMINS, terraform("aws_iam_user_group_membership", "m", user="alice"),
            aws_iam_user_group_membership__m={"groups": ["aws_iam_group.admins.id",
                                                         "aws_iam_group.admins"]}), "unknown"),
        ({**plan_of(ALICE, OWN), "errored": True}, "unknown"),
        ({key: each for key, each in plan_of(ALICE, OWN).items() if key != "configuration"},
         "unknown"),
        (plan_of(ALICE, {**ALICE, "address": "aws_iam_user.other"}, OWN), "unknown"),
        (plan_of(ALICE, OWN, {**SCP, "values": {"type": "SERVICE_CONTROL_POLICY"}}), "unknown"),
        (plan_of(ALICE, READS, terraform("aws_iam_policy", "scp_reader", policy=json.dumps(policy(
            allow("ec2:*"))))), "implicitly-denied"),
        # A name is no kind where the file tells who has it.
        (plan_of(ALICE, {**OWN, "address": "aws_iam_user_policy.boundary"}), "allowed"),
        (plan_of(terraform("aws_iam_user", "a", name="alice", path="/people/"), OWN), None),
        (plan_of({**ALICE, "values": {"name": "alice", "arn": EVE.replace("eve", "alice")}}, OWN),
         None),
    ],
)  # fmt: skip
def test_terraform_never_gives_what_it_does_not_tell(
    content: Any, expected: str | None, check: Any
) -> None:
    found = check(content, *STOP, "--principal", f"{ACCOUNT}:user/alice")
    if expected is None:
        assert refusal(found)[:2] == (2, "whose-policies")
    else:
        assert outcomes(found)["mfa-session"] == expected
    if expected == "unknown":
        assert "not known here: " in found.stderr or "whether the caller has" in found.stderr


def test_a_policy_whose_text_is_not_known_yet_hides_no_resources_policy(check: Any) -> None:
    content = plan_of(
        ALICE, own_policy("alice", allow("iam:*")), *TO_BE_KNOWN[:1],
        aws_iam_policy__p={"policy": ["var.document"]},
    )  # fmt: skip
    argv = ("--action", "iam:CreateUser", "--principal", f"{ACCOUNT}:user/alice")
    assert outcomes(check(content, *argv))["mfa-session"] == "allowed"


def test_a_state_of_terraform_0_11_tells_nobodys_policies(check: Any) -> None:
    text = json.dumps(policy(allow("ec2:*")))
    resource = {
        "type": "aws_iam_user_policy",
        "primary": {"id": "carol:own", "attributes": {"policy": text, "user": "carol"}},
    }
    module = {"path": ["root"], "resources": {"aws_iam_user_policy.own": resource}}
    state = {"version": 3, "terraform_version": "0.11.14", "lineage": "x", "modules": [module]}
    found = check(state, *STOP, "--principal", f"{ACCOUNT}:user/alice")
    assert set(outcomes(found).values()) == {"unknown"}
    assert "not known here: what a state file of Terraform 0.11 tells" in found.stderr


def test_what_a_template_passes_to_a_nested_stack_may_have_more_policies(check: Any) -> None:
    nested = {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {"TemplateURL": "x", "Parameters": {"Who": {"Ref": "Ada"}, "Size": "1"}},
    }
    resources = {
        **{name: {"Type": "AWS::IAM::User", "Properties": {"UserName": name.lower()}}
           for name in ("Ada", "Bob")},
        "P": iam_policy(allow("ec2:*"), Users=["ada", "bob"]),
        "More": nested,
    }  # fmt: skip
    for who, expected in (("ada", "unknown"), ("bob", "allowed")):
        found = check({"Resources": resources}, *STOP, "--principal", f"{ACCOUNT}:user/{who}")
        assert outcomes(found)["mfa-session"] == expected


@pytest.mark.parametrize(
    ("action", "effect", "expected"),
    [("s3:*", "Allow", "allowed"), ("s3:*", "Deny", "allowed"), ("ec2:*", "Deny", "unknown")],
)
def test_a_policy_under_a_templates_condition_leaves_certain_what_it_does_not_touch(
    action: str, effect: str, expected: str, check: Any
) -> None:
    perhaps = iam_policy({**allow(action), "Effect": effect}, Users=["ada"])
    resources = {
        "P": {**perhaps, "Condition": "Prod"},
        "Q": iam_policy(allow("ec2:*"), Users=["ada"]),
    }
    found = check({"Resources": resources}, *STOP, "--principal", f"{ACCOUNT}:user/ada")
    assert outcomes(found)["long-term"] == expected
    told = "a condition of the template decides whether" in found.stderr
    assert told is (expected == "unknown")


def test_a_name_that_a_template_makes_of_others_is_not_the_logical_id(check: Any) -> None:
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": {"Fn::Sub": "${AWS::StackName}-deploy"},
            "AssumeRolePolicyDocument": trust("111122223333"),
            "Policies": [{"PolicyName": "p", "PolicyDocument": policy(allow("ec2:*"))}],
        },
    }
    stack = {"Resources": {"DeployRole": role}}
    for name in ("mystack-deploy", "DeployRole"):
        found = check(stack, *STOP, "--principal", f"{ACCOUNT}:role/{name}")
        assert outcomes(found)["role-session"] == "unknown"
    assert outcomes(check(stack, *STOP))["role-session"] == "allowed"


def test_a_policy_of_a_user_is_no_scp_by_its_name(check: Any) -> None:
    own = {"UserName": "carol", "PolicyName": "scp-upload", "PolicyDocument": policy(allow("s3:*"))}
    found = check(own, "--action", "s3:PutObject", "--principal", f"{ACCOUNT}:user/carol")
    assert outcomes(found)["long-term"] == "allowed"


def test_the_policy_of_a_group_beside_a_dump_is_not_taken_for_the_callers(
    home: Path, run: Run
) -> None:
    answer = {"GroupName": "ops", "PolicyName": "own", "PolicyDocument": policy(allow("rds:*"))}
    for name, content in (("dump.json", DUMP), ("group.json", answer)):
        (home / name).write_text(json.dumps(content))
    files = [str(home / name) for name in ("dump.json", "group.json")]
    caller = ("--principal", f"{ACCOUNT}:user/dan")
    found = run("policy", "check", *files, "--action", "rds:StopDBInstance", *caller, "--json")
    assert outcomes(found)["mfa-session"] == "unknown"


@pytest.mark.parametrize(
    ("resource", "attribute", "action"),
    [
        ("aws_cloudwatch_event_bus_policy", "policy", "events:DeleteRule"),
        ("aws_cloudwatch_log_resource_policy", "policy_document", "logs:DeleteLogGroup"),
        ("aws_s3control_access_point_policy", "policy", "s3:DeleteObject"),
        ("aws_opensearch_domain_policy", "access_policies", "es:DeleteDomain"),
        ("aws_codeartifact_domain_permissions_policy", "policy_document",
         "codeartifact:DeleteDomain"),
        ("aws_ecr_repository_policy", "policy", "ecr:DeleteRepository"),
        ("AWS::S3::AccessPoint", "Policy", "s3:DeleteObject"),
        ("AWS::ECR::Repository", "RepositoryPolicyText", "ecr:DeleteRepository"),
        ("AWS::OpenSearchService::Domain", "AccessPolicies", "es:DeleteDomain"),
        ("AWS::CodeArtifact::Domain", "PermissionsPolicyDocument", "codeartifact:DeleteDomain"),
        ("AWS::SecretsManager::ResourcePolicy", "ResourcePolicy", "secretsmanager:DeleteSecret"),
        ("AWS::KMS::Key", "KeyPolicy", "kms:ScheduleKeyDeletion"),
    ],
)  # fmt: skip
def test_a_resources_policy_that_is_not_known_yet_may_deny(
    resource: str, attribute: str, action: str, check: Any
) -> None:
    if "::" in resource:
        of_resource = {"Type": resource, "Properties": {attribute: {"Ref": "Document"}}}
        own = iam_policy(allow("*"), Users=["alice"])
        content: Any = {"Resources": {"Own": own, "It": of_resource}}
    else:
        content = plan_of(
            ALICE, own_policy("alice", allow("*")), terraform(resource, "it"),
            **{f"{resource}__it": {attribute: ["var.document"]}},
        )  # fmt: skip
    caller = ("--principal", f"{ACCOUNT}:user/alice")
    found = check(content, "--action", action, *caller)
    assert outcomes(found)["mfa-session"] == "unknown"
    assert "not known here: the resource's policy\n" in found.stderr
    assert outcomes(check(content, *STOP, *caller))["mfa-session"] == "allowed"


def test_each_instance_of_a_module_has_its_own_policies(check: Any) -> None:
    def instance(key: str, action: str) -> dict[str, Any]:
        inside = [
            terraform("aws_iam_role", "r", name=f"role-{key}"),
            terraform("aws_iam_role_policy", "p", policy=json.dumps(policy(allow(action)))),
        ]
        for each in inside:
            each["address"] = f'module.app["{key}"].{each["address"]}'
        return {"resources": inside}  # fmt: skip

    configured = {"address": "aws_iam_role_policy.p", "expressions": {"role": {
        "references": ["aws_iam_role.r.id", "aws_iam_role.r"]}}}  # fmt: skip
    plan = plan_of()
    plan["planned_values"]["root_module"]["child_modules"] = [
        instance("a", "ec2:*"), instance("b.c[0]", "s3:*")]  # fmt: skip
    plan["configuration"]["root_module"]["module_calls"] = {
        "app": {"module": {"resources": [configured]}}}  # fmt: skip
    for name, expected in (("role-a", "allowed"), ("role-b.c[0]", "implicitly-denied")):
        found = outcomes(check(plan, *STOP, "--principal", f"{ACCOUNT}:role/{name}"))
        assert found == {"role-session": expected}


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ({"P": {**iam_policy(allow("ec2:*"), Users=["ada"]), "Condition": "Prod"}}, "unknown"),
        ({"P": iam_policy({"Fn::If": ["Prod", allow("ec2:*"), {"Ref": "AWS::NoValue"}]},
                          Users=["ada"])}, "unknown"),
        ({"P": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {
            "Users": ["ada"], "PolicyDocument": {"Ref": "Document"}}},
          "Q": iam_policy(allow("ec2:*"), Users=["ada"])}, "unknown"),
        ({"Fn::ForEach::Deny": ["X", ["a"], {}], "Q": iam_policy(allow("ec2:*"), Users=["ada"])},
         "unknown"),
        ({"P": iam_policy(allow("ec2:*"), Users=[{"Ref": "Somebody"}]),
          "Q": iam_policy(allow("s3:*"), Users=["ada"])}, "unknown"),
        ({"P": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"Users": ["ada"],
            "PolicyDocument": {"Statement": {"Fn::If": ["Prod", [allow("ec2:*")],
                                                        [allow("s3:*")]]}}}}}, "unknown"),
        ({"P": iam_policy(deny({"Fn::Sub": "${Service}:*"}), Users=["ada"]),
          "Q": iam_policy(allow("ec2:*"), Users=["ada"])}, "unknown"),
        ({"Fn::Transform": {"Name": "More"}, "Q": iam_policy(allow("ec2:*"), Users=["ada"])},
         "unknown"),
        ({"TeamBoundary": iam_policy(allow("ec2:*")), "Ada": {"Type": "AWS::IAM::User",
          "Properties": {"UserName": "ada", "ManagedPolicyArns": [{"Ref": "TeamBoundary"}]}}},
         "allowed"),
        ({"P": iam_policy(allow("ec2:*")), "Ada": {"Type": "AWS::IAM::User", "Properties": {
          "UserName": "ada", "ManagedPolicyArns": [{"Fn::GetAtt": ["P", "PolicyArn"]}]}}},
         "allowed"),
    ],
)  # fmt: skip
def test_a_template_never_gives_what_it_decides_later(
    resources: dict[str, Any], expected: str, check: Any
) -> None:
    found = check({"Resources": resources}, *STOP, "--principal", f"{ACCOUNT}:user/ada")
    assert outcomes(found)["long-term"] == expected


def test_what_is_passed_as_a_boundary_limits_whatever_its_file_tells(home: Path, run: Run) -> None:
    (home / "own.json").write_text(json.dumps(policy(allow("ec2:*"))))
    (home / "stack.json").write_text(json.dumps({"Resources": {"P": iam_policy(allow("s3:*"))}}))
    files = (str(home / "own.json"), "--boundary", str(home / "stack.json"))
    found = outcomes(run("policy", "check", *files, *STOP, "--json"))
    assert set(found.values()) == {"implicitly-denied"}


def test_inline_policies_of_two_roles_with_one_text_are_both_there(check: Any) -> None:
    denial = json.dumps(policy(deny("ec2:*")))
    state = {"format_version": "1.0", "values": {"root_module": {"resources": [
        terraform("aws_iam_role", "a", name="a", inline_policy=[{"name": "d", "policy": denial}]),
        terraform("aws_iam_role", "b", name="b"),
        terraform("aws_iam_role_policy", "b", role="b", policy=denial),
    ]}}}  # fmt: skip
    for name in ("a", "b"):
        found = outcomes(check(state, *STOP, "--principal", f"{ACCOUNT}:role/{name}"))
        assert found == {"role-session": "explicitly-denied"}


def test_the_policy_of_one_key_is_not_another_keys(check: Any) -> None:
    arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890a"
    key = policy(allow("kms:*", Principal={"AWS": f"{ACCOUNT}:user/alice"}))
    state = {"format_version": "1.0", "values": {"root_module": {"resources": [
        ALICE, terraform("aws_kms_key", "k", arn=f"{arn}b", policy=json.dumps(key))]}}}  # fmt: skip
    argv = ("--action", "kms:Decrypt", "--principal", f"{ACCOUNT}:user/alice", "--resource")
    assert outcomes(check(state, *argv, f"{arn}b"))["long-term"] == "allowed"
    assert outcomes(check(state, *argv, f"{arn}c"))["long-term"] == "implicitly-denied"


def test_the_boundary_of_all_functions_of_sam_counts(check: Any) -> None:
    function = {"Type": "AWS::Serverless::Function", "Properties": {
        "Policies": [policy(allow("ec2:*"))]}}  # fmt: skip
    stack: dict[str, Any] = {"Resources": {"Fn": function, "B": iam_policy(allow("s3:*"))}}
    argv = (*STOP, "--principal", f"{ACCOUNT}:role/Fn")
    assert outcomes(check(stack, *argv)) == {"role-session": "allowed"}
    for bound, expected in (({"Ref": "B"}, "implicitly-denied"), (ELSEWHERE, "unknown")):
        stack["Globals"] = {"Function": {"PermissionsBoundary": bound}}
        assert outcomes(check(stack, *argv)) == {"role-session": expected}


def test_the_boundary_that_get_role_tells_counts(home: Path, run: Run) -> None:
    deploy = role("deploy", trust("111122223333"))
    deploy["PermissionsBoundary"] = {"PermissionsBoundaryArn": ELSEWHERE}
    own = {"RoleName": "deploy", "PolicyName": "p", "PolicyDocument": policy(allow("ec2:*"))}
    (home / "role.json").write_text(json.dumps({"Role": deploy}))
    (home / "own.json").write_text(json.dumps(own))
    files = (str(home / "role.json"), str(home / "own.json"))
    argv = ("policy", "check", *files, *STOP, "--principal", deploy["Arn"], "--json")
    assert outcomes(run(*argv)) == {"role-session": "unknown"}


def test_a_doubtful_deny_leaves_certain_what_it_does_not_touch(check: Any) -> None:
    stack = {"Resources": {"Q": iam_policy(allow("ec2:*"), Users=["ada"]),
             "P": iam_policy(deny("ec2:*", **WITHOUT), Users=[{"Ref": "Somebody"}])}}  # fmt: skip
    found = outcomes(check(stack, *STOP, "--principal", f"{ACCOUNT}:user/ada"))
    assert (found["long-term"], found["mfa-session"]) == ("unknown", "allowed")


GROUP = {"Staff": {"Type": "AWS::IAM::Group", "Properties": {
    "GroupName": "staff", "Policies": [{"PolicyName": "p", "PolicyDocument": policy(
        allow("ec2:*"))}]}}}  # fmt: skip


@pytest.mark.parametrize(
    ("groups", "expected"),
    [([{"Ref": "Staff"}], "allowed"), (["staff"], "allowed"), (["staff", "other"], "unknown"),
     ([{"Ref": "Parameter"}], "unknown")],
)  # fmt: skip
@pytest.mark.parametrize("is_added", [False, True])
def test_the_groups_of_a_templates_user_are_followed(
    groups: list[Any], expected: str, check: Any, *, is_added: bool
) -> None:
    ada = {"Type": "AWS::IAM::User", "Properties": {"UserName": "ada"}}
    added = {
        f"Add{number}": {"Type": "AWS::IAM::UserToGroupAddition", "Properties": {
            "GroupName": each, "Users": [{"Ref": "Ada"}]}}
        for number, each in enumerate(groups)
    }  # fmt: skip
    if not is_added:
        ada["Properties"] = {"UserName": "ada", "Groups": groups}
    stack = {"Resources": {"Ada": ada, **GROUP, **(added if is_added else {})}}
    argv = (*STOP, "--principal", f"{ACCOUNT}:user/ada")
    assert outcomes(check(stack, *argv))["long-term"] == expected


@pytest.mark.parametrize(
    ("bound", "expected"), [("ec2:*", "allowed"), ("s3:*", "implicitly-denied")]
)
def test_a_templates_boundary_limits_only_its_roles(bound: str, expected: str, check: Any) -> None:
    roles = {
        "Dev": iam_role(allow("ec2:*"), PermissionsBoundary={"Ref": "Limit"}),
        "Ops": iam_role(allow("ec2:*")),
    }
    stack = {"Resources": {**roles, "Limit": iam_policy(allow(bound))}}
    for role, outcome in (("Dev", expected), ("Ops", "allowed")):
        argv = (*STOP, "--principal", f"{ACCOUNT}:role/{role}")
        assert outcomes(check(stack, *argv)) == {"role-session": outcome}


def test_the_only_user_of_a_dump_is_the_caller_whomever_a_policy_names(check: Any) -> None:
    ann = user("ann", statements=[allow("sts:AssumeRole")])
    dump = {"UserDetailList": [ann], "RoleDetailList": [role("admin", trust(BOB))]}
    found = check(dump, *TAKE, "--resource", f"{ACCOUNT}:role/admin")
    assert json.loads(found.stdout)["principal"] == ann["Arn"]
    assert set(outcomes(found).values()) == {"implicitly-denied"}


def test_who_takes_a_templates_role_has_not_its_policies(check: Any) -> None:
    one = {"Resources": {"Stopper": iam_role(allow("sts:AssumeRole"), RoleName="stopper")}}
    found = outcomes(check(one, *TAKE, "--principal", EVE))
    assert set(found.values()) == {"implicitly-denied"}


def test_a_list_and_several_files_are_one_callers(check: Any) -> None:
    found = outcomes(check([policy(allow("*")), policy(deny("ec2:*", **WITHOUT))], *STOP))
    assert (found["long-term"], found["mfa-session"]) == ("explicitly-denied", "allowed")


def test_a_roles_policy_is_judged_for_a_role_session(check: Any) -> None:
    own = policy(allow("ec2:*"))
    assert outcomes(check(own, *STOP, "--principal", f"{ACCOUNT}:role/dev")).keys() == {
        "role-session"
    }
    permission_set = {"InlinePolicy": json.dumps(own)}
    assert outcomes(check(permission_set, *STOP)).keys() == {"role-session"}
    of_carol = {"UserName": "carol", "PolicyName": "own", "PolicyDocument": own}
    assert outcomes(check(of_carol, *STOP)).keys() == AS_USER
    of_bob = check(of_carol, *STOP, "--principal", BOB)
    assert refusal(of_bob)[2].endswith(f": {ACCOUNT}:user/carol")


@pytest.mark.parametrize(
    ("content", "argv", "outcome"),
    [
        (policy(allow("*")), (*STOP, "--resource", MACHINE, "--principal", EVE), "unknown"),
        (policy(allow("*")), (*STOP, "--resource", MACHINE, "--principal", BOB), "allowed"),
        (policy(allow("*")), (*STOP, "--resource", MACHINE), "allowed"),
        (policy(allow("s3:*")), ("--action", "s3:GetObject", "--principal", EVE, "--context",
                                 "aws:ResourceAccount=111122223333"), "unknown"),
        (trust("444455556666"), (*TAKE, "--principal", EVE, "--resource", f"{ACCOUNT}:role/x"),
         "unknown"),
        (trust("444455556666"), (*TAKE, "--principal", EVE), "allowed"),
        ([trust("444455556666"), policy(allow("*"))],
         (*TAKE, "--principal", EVE, "--resource", f"{ACCOUNT}:role/x"), "allowed"),
    ],
)  # fmt: skip
def test_across_accounts_one_side_is_not_enough(
    content: Any, argv: tuple[str, ...], outcome: str, check: Any
) -> None:
    found = check(content, *argv)
    assert set(outcomes(found).values()) == {outcome}
    assert ("is not enough across accounts: the" in found.stdout) == (outcome == "unknown")


def test_what_the_role_or_the_key_must_allow_too_is_said(check: Any) -> None:
    mine = policy(allow("*"))
    said = "the role's trust policy must allow sts:AssumeRole, too"
    assert said in check(mine, *TAKE).stderr
    assert (
        "the key's policy must allow kms:Decrypt, too"
        in check(mine, "--action", "kms:Decrypt").stderr
    )
    assert "must allow" not in check(mine, *STOP).stderr
    assert said not in check([trust(BOB), mine], *TAKE, "--principal", BOB).stderr


def test_a_directory_is_read_like_its_files(home: Path, run: Run) -> None:
    folder = home / "policies" / "of-ada"
    folder.mkdir(parents=True)
    (folder / "a.json").write_text(json.dumps(policy(allow("ec2:*", **WITH_MFA))))
    (folder / "b.yaml").write_text("a: no policy\n")
    argv = ("policy", "check", str(home / "policies"), *STOP, "--json")
    assert outcomes(run(*argv))["long-term"] == "implicitly-denied"
    (folder / "main.tf").write_text('resource "aws_iam_policy" "x" {}\n')
    assert "(.tf) are not read" in run(*argv).stderr
    (folder / "c.json").write_text('{"Statement": [{"Effect": ')
    assert refusal(run(*argv))[:2] == (3, "bad-policy-json")


@pytest.mark.parametrize(
    ("own", "outcome"),
    [
        # IAM's actions reach only the caller's own account.
        (allow("iam:ListMFADevices", Resource=f"{ACCOUNT}:user/alice"), "allowed"),
        (allow("iam:PassRole", Resource="arn:aws:iam::444455556666:role/x"), "implicitly-denied"),
        (allow("sts:AssumeRole", Resource=f"{ACCOUNT}:role/x"), "unknown"),
        (allow("iam:GetUser", Resource="*"), "unknown"),
    ],
)
def test_a_policy_about_iam_tells_the_callers_account(
    home: Path, run: Run, own: dict[str, Any], outcome: str
) -> None:
    queue = "arn:aws:sqs:eu-west-1:111122223333:jobs"
    denial = {"Effect": "Deny", "Principal": {"AWS": "444455556666"}, "Action": "sqs:PurgeQueue"}
    files = {"own.json": policy(own, allow("sqs:*", Resource=queue)), "queue.json": policy(denial)}
    files["queue.json"]["Statement"][0]["Resource"] = queue
    for name, content in files.items():
        (home / name).write_text(json.dumps(content))
    action = ("--action", "sqs:SendMessage", "--resource", queue)
    found = run("policy", "check", *(str(home / each) for each in files), *action, "--json")
    assert outcomes(found)["mfa-session"] == outcome


@pytest.mark.parametrize(
    ("bucket", "outcome"), [("films", "allowed"), ("books", "unknown"), ("b*", "unknown")]
)
def test_the_policy_of_another_bucket_does_not_count(
    home: Path, run: Run, bucket: str, outcome: str
) -> None:
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    there = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Condition": mfa}
    there["Resource"] = "arn:aws:s3:::books/*"
    for name, content in (("own.json", policy(allow("s3:*"))), ("books.json", policy(there))):
        (home / name).write_text(json.dumps(content))
    files = [str(home / each) for each in ("own.json", "books.json")]
    asked = ("--action", "s3:GetObject", "--resource", f"arn:aws:s3:::{bucket}/x")
    found = run("policy", "check", *files, *asked, "--json")
    assert outcomes(found)["long-term"] == outcome
