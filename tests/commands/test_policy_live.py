"""`policy check --live` evaluates the caller's policies, read from the sandbox's IAM."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from mfa_session.policy.commands.template import make
from mfa_session.policy.templates import Choices
from places import AwsFiles, long_term

if TYPE_CHECKING:
    from pathlib import Path

    import processes
    from conftest import Run
    from full_sandbox import FullSandbox
    from mfa_session.sandbox.identities import Device, User
    from sandboxed import LogIn


def statement(effect: str, action: str | list[str], **rest: Any) -> dict[str, Any]:
    entry = {"Effect": effect, "Action": action, "Resource": "*", **rest}
    return {"Version": "2012-10-17", "Statement": [entry]}


READ_IAM = statement("Allow", ["iam:Get*", "iam:List*"])
ALLOW_EC2 = statement("Allow", "ec2:*")
STOP_WITH_MFA = make("require-mfa", Choices()).document()
ARGV = ("policy", "check", "--live", "--profile", "default", "--json", "--action")


def check(run: Run, action: str, *argv: str) -> dict[str, Any]:
    outcome = run(*ARGV, action, *argv)
    assert outcome.exit_code == 0, outcome
    found: dict[str, Any] = json.loads(outcome.stdout)
    return found


def outcomes(found: dict[str, Any]) -> dict[str, str]:
    return {each["credentials"]: each["outcome"] for each in found["decisions"]}


def reasons(found: dict[str, Any]) -> dict[str, str]:
    return {each["credentials"]: each["because"] for each in found["decisions"]}


@pytest.fixture
def carol(aws: FullSandbox, files: AwsFiles) -> User:
    """Make carol, who may read IAM."""
    carol = aws.create_user("carol", policies=[READ_IAM])
    files.write(long_term(carol))
    return carol


def test_inline_attached_and_group_policies_count(aws: FullSandbox, carol: User, run: Run) -> None:
    attached = aws.create_policy("step-up", STOP_WITH_MFA)
    team = aws.create_group("team", [carol], policies=[ALLOW_EC2])
    aws.attach_policy(team, attached)
    found = check(run, "ec2:StopInstances")
    assert (found["principal"], found["unread"]) == (carol.arn, [])
    assert reasons(found) == {
        "long-term": f"Deny DenyWithoutMFA ({attached})",
        "mfa-session": "Allow Statement[0] (inline policy policy-1 of group team)",
        "session-without-mfa": f"Deny DenyWithoutMFA ({attached})",
        "role-session": "your policies do not apply to a role session",
    }
    assert outcomes(found)["mfa-session"] == "allowed"
    assert outcomes(found)["role-session"] == "unknown"


def test_a_boundary_narrows_the_policies(aws: FullSandbox, files: AwsFiles, run: Run) -> None:
    both = statement("Allow", ["iam:*", "s3:*"])
    dave = aws.create_user("dave", policies=[READ_IAM, ALLOW_EC2, both], boundary=both)
    files.write(long_term(dave))
    assert outcomes(check(run, "s3:GetObject"))["long-term"] == "allowed"
    assert outcomes(check(run, "ec2:StopInstances"))["long-term"] == "implicitly-denied"


def test_an_unreadable_policy_is_named_and_nothing_counts_as_allowed(
    aws: FullSandbox, files: AwsFiles, run: Run
) -> None:
    reads = statement("Allow", ["iam:ListUserPolicies", "iam:GetUserPolicy", "ec2:*"])
    denies = statement("Deny", "s3:*")
    files.write(long_term(aws.create_user("erin", policies=[reads, denies])))
    found = check(run, "ec2:StopInstances")
    assert set(outcomes(found).values()) == {"unknown"}
    assert found["unread"] == [
        "the attached policies of user erin",
        "the groups you are in",
        "the permissions boundary",
    ]
    assert outcomes(check(run, "s3:GetObject"))["long-term"] == "explicitly-denied"
    warning = run(*ARGV[:-2], "--action", "s3:GetObject").stderr
    assert "you may not read the groups you are in" in warning
    assert "mfa-session login" in warning


def test_without_readable_policies_everything_is_unknown(
    aws: FullSandbox, files: AwsFiles, run: Run
) -> None:
    files.write(long_term(aws.create_user("nobody")))
    found = check(run, "ec2:StopInstances")
    assert set(outcomes(found).values()) == {"unknown"}
    assert len(found["unread"]) == 4


def test_the_limit_that_does_not_allow_is_the_reason_where_nothing_is_read(
    home: Path, aws: FullSandbox, files: AwsFiles, run: Run
) -> None:
    files.write(long_term(aws.create_user("nobody")))
    (home / "scp.json").write_text(json.dumps(statement("Allow", "s3:*")))
    found = check(run, "ec2:StopInstances", "--scp", str(home / "scp.json"))
    assert outcomes(found)["long-term"] == "implicitly-denied"
    assert reasons(found)["long-term"] == f"the SCP {home / 'scp.json'} must allow it, too"


def test_an_mfa_session_reads_policies_that_the_key_may_not(
    aws: FullSandbox, carols: AwsFiles, carol: User, log_in: LogIn, run: Run
) -> None:
    del carols
    document = make("deny-without-mfa", Choices()).document()
    carol.inline_policies["deny"] = document
    assert len(check(run, "ec2:StopInstances")["unread"]) > 0
    log_in()
    assert check(run, "ec2:StopInstances")["unread"] == []
    key_id = [call.access_key_id for call in aws.calls.of("GetUserPolicy")][-1]
    assert str(key_id).startswith("ASIA")


def check_role(run: Run) -> dict[str, Any]:
    argv = ("policy", "check", "--live", "--profile", "books", "--json", "--action", "ec2:RunHosts")
    outcome = run(*argv)
    assert outcome.exit_code == 0, outcome
    found: dict[str, Any] = json.loads(outcome.stdout)
    return found


def trusting(user: User) -> dict[str, Any]:
    trust = {"Effect": "Allow", "Principal": {"AWS": user.arn}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [trust]}


def settings_of(arn: str, phone: Device) -> str:
    return (
        f'[sessions.mfa]\nmfa_serial = "{phone.serial}"\n'
        f'[sessions.books]\nvia = "mfa"\nrole_arn = "{arn}"\n'
    )


@pytest.mark.usefixtures("phone")
def test_a_role_session_has_the_roles_policies(
    aws: FullSandbox, carol: User, phone: Device, carols: AwsFiles, run: Run
) -> None:
    role = aws.create_role("books", trust=trusting(carol), policies=[ALLOW_EC2])
    carol.inline_policies["deny"] = statement("Deny", "ec2:*")
    carols.write(settings=settings_of(role.arn, phone))
    found = check_role(run)
    assert (found["role"], found["unread"]) == (role.arn, [])
    assert outcomes(found)["role-session"] == "allowed"
    assert outcomes(found)["long-term"] == "explicitly-denied"
    role.boundary_arn = aws.create_policy("edge", statement("Allow", "s3:*"))
    assert outcomes(check_role(run))["role-session"] == "implicitly-denied"


def test_a_role_session_reads_its_role_in_another_account(
    aws: FullSandbox, carol: User, phone: Device, carols: AwsFiles, log_in: LogIn, run: Run
) -> None:
    other = "444455556666"
    aws.create_role("books", trust=trusting(carol), policies=[ALLOW_EC2])  # in carol's account
    role = aws.create_role(
        "books", account=other, trust=trusting(carol), policies=[READ_IAM, statement("Deny", "*")]
    )
    carols.write(settings=settings_of(role.arn, phone))
    carol.inline_policies["take"] = statement("Allow", "sts:AssumeRole")
    before = check_role(run)
    assert outcomes(before)["role-session"] == "unknown"
    assert "the policies of role books (of the role)" in before["unread"]
    log_in("--profile", "books")
    role.inline_policies = {"own": READ_IAM, "ec2": ALLOW_EC2}
    assert outcomes(check_role(run))["role-session"] == "allowed"
    assert {call.operation for call in aws.calls} >= {"ListRolePolicies", "GetRole"}


@pytest.mark.usefixtures("carol")
def test_files_are_evaluated_with_the_live_policies(home: Path, run: Run) -> None:
    deny = home / "deny.json"
    deny.write_text(json.dumps(STOP_WITH_MFA))
    allow = home / "allow.json"
    allow.write_text(json.dumps(ALLOW_EC2))
    before = outcomes(check(run, "ec2:StopInstances"))
    after = outcomes(check(run, "ec2:StopInstances", str(deny), str(allow)))
    assert (before["mfa-session"], after["mfa-session"]) == ("implicitly-denied", "allowed")
    assert after["long-term"] == "explicitly-denied"


def test_policy_variables_get_the_users_name(carol: User, run: Run) -> None:
    own = statement("Allow", "s3:GetObject")
    own["Statement"][0]["Resource"] = "arn:aws:s3:::home/${aws:username}/*"
    carol.inline_policies["own"] = own
    mine = check(run, "s3:GetObject", "--resource", "arn:aws:s3:::home/carol/x")
    other = check(run, "s3:GetObject", "--resource", "arn:aws:s3:::home/dave/x")
    assert outcomes(mine)["long-term"] == "allowed"
    assert outcomes(other)["long-term"] == "implicitly-denied"


def test_many_policies_are_read_page_by_page(aws: FullSandbox, carol: User, run: Run) -> None:
    pages = {
        None: ("true", "<member>one</member>", "<Marker>next</Marker>"),
        "next": ("false", "<member>two</member>", ""),
    }
    carol.inline_policies.update(one=ALLOW_EC2, two=STOP_WITH_MFA)
    for truncated, member, marker in pages.values():
        page = _answer(
            "ListUserPolicies",
            f"<IsTruncated>{truncated}</IsTruncated>{marker}<PolicyNames>{member}</PolicyNames>",
        )
        aws.answer("ListUserPolicies", 200, page, "text/xml")
    found = check(run, "ec2:StopInstances")
    assert outcomes(found)["long-term"] == "explicitly-denied"
    markers = [call.parameters.get("Marker") for call in aws.calls.of("ListUserPolicies")]
    assert markers == [None, "next"]


@pytest.mark.parametrize(
    ("operation", "result"),
    [
        ("ListGroupsForUser", "<Groups><member><Path>/</Path></member></Groups>"),
        ("GetPolicy", "<Policy><PolicyName>step-up</PolicyName></Policy>"),
        ("GetUser", "<User><PermissionsBoundary></PermissionsBoundary></User>"),
    ],
)
def test_an_answer_without_what_was_asked_is_not_awss(
    aws: FullSandbox, carol: User, run: Run, operation: str, result: str
) -> None:
    aws.attach_policy(carol, aws.create_policy("step-up", STOP_WITH_MFA))
    aws.answer(operation, 200, _answer(operation, result), "text/xml")
    outcome = run(*ARGV, "ec2:StopInstances")
    assert (outcome.exit_code, error_code(outcome)) == (6, "not-aws"), outcome


def _answer(operation: str, result: str) -> str:
    return (
        f'<{operation}Response xmlns="https://iam.amazonaws.com/doc/2010-05-08/">'
        f"<{operation}Result>{result}</{operation}Result>"
        f"<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></{operation}Response>"
    )


@pytest.mark.parametrize(
    ("fault", "exit_code", "code"),
    [
        ({"status": 403, "code": "InvalidClientTokenId", "message": "No."}, 5, "invalid-key"),
        ({"status": 400, "code": "Throttling", "message": "Rate exceeded"}, 5, "throttled"),
        ({"status": 500, "code": "ServiceFailure", "message": "Oh."}, 6, "service-unavailable"),
    ],
)
@pytest.mark.usefixtures("carol")
def test_failing_calls_are_errors(
    fault: dict[str, Any], exit_code: int, code: str, aws: FullSandbox, run: Run
) -> None:
    aws.fail("GetUserPolicy", times=None, **fault)
    outcome = run(*ARGV, "ec2:StopInstances")
    assert (outcome.exit_code, error_code(outcome)) == (exit_code, code), outcome


@pytest.mark.usefixtures("carol")
def test_live_refuses_another_principal(run: Run) -> None:
    outcome = run(*ARGV, "ec2:StopInstances", "--principal", "123456789012")
    assert (outcome.exit_code, error_code(outcome)) == (2, "principal-is-live")


def test_root_keys_are_refused(aws: FullSandbox, files: AwsFiles, run: Run) -> None:
    files.write(long_term(aws.create_root()))
    outcome = run(*ARGV, "ec2:StopInstances")
    assert (outcome.exit_code, error_code(outcome)) == (3, "not-a-user"), outcome


def error_code(outcome: processes.Outcome) -> str:
    return str(json.loads(outcome.stdout)["error"]["code"])
