"""A role session needs an MFA session, or the long-term keys and a code."""

from __future__ import annotations

import getpass
import json
from typing import TYPE_CHECKING

import boto3
import pytest

from places import long_term, managed

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Run
    from full_sandbox import FullSandbox
    from full_sandbox.holders import Role
    from mfa_session.sandbox.identities import Device, User
    from places import AwsFiles
    from sandboxed import LogIn

    MakeRole = Callable[..., Role]

KEYS = "[default]\naws_access_key_id = AKIAEXAMPLEEXAMPLE12\naws_secret_access_key = x\n"
ROLE = "arn:aws:iam::123456789012:role/books"
VIA_A_ROLE = """
[sessions.b]
via = "mfa"
role_arn = "R"
[sessions.a]
via = "b"
role_arn = "R"
"""


@pytest.fixture
def make_role(aws: FullSandbox, carol: User) -> MakeRole:
    """Return a function that makes a role in another account that trusts carol with MFA."""

    def make_role(
        name: str = "books",
        *,
        partition: str = "aws",
        max_session_seconds: int = 3600,
        condition: dict[str, dict[str, str]] | None = None,
    ) -> Role:
        conditions = {"Bool": {"aws:MultiFactorAuthPresent": "true"}, **(condition or {})}
        trust = {
            "Effect": "Allow",
            "Principal": {"AWS": carol.arn},
            "Action": "sts:AssumeRole",
            "Condition": conditions,
        }
        return aws.create_role(
            name,
            account="444455556666",
            partition=partition,
            trust={"Version": "2012-10-17", "Statement": [trust]},
            max_session_seconds=max_session_seconds,
        )

    return make_role


def signed_calls(aws: FullSandbox) -> list[tuple[str, str]]:
    """Return each operation with the first four letters of the key id that signed it."""
    return [(call.operation, (call.access_key_id or "")[:4]) for call in aws.calls]


def test_login_to_a_role_first_obtains_its_via_session(
    aws: FullSandbox, log_in: LogIn, carols: AwsFiles, make_role: MakeRole, phone: Device
) -> None:
    role = make_role()
    carols.write(
        settings=f'[sessions.mfa]\nmfa_serial = "{phone.serial}"\n'
        f'[sessions.books]\nvia = "mfa"\nrole_arn = "{role.arn}"\n'
    )
    outcome = log_in("--profile", "books", "--json")
    assert signed_calls(aws) == [("GetSessionToken", "AKIA"), ("AssumeRole", "ASIA")]
    (call,) = aws.calls.of("AssumeRole")
    assert "SerialNumber" not in call.parameters
    assert call.parameters["DurationSeconds"] == "3600"
    assert call.parameters["RoleSessionName"] == f"mfa-session-{getpass.getuser()}"
    (session,) = json.loads(outcome.stdout)["sessions"]
    section = carols.section("mfa")
    assert section is not None
    assert session == {
        "name": "books",
        "profile": "books",
        "kind": "role",
        "managed": True,
        "valid": True,
        "source_profile": "default",
        "mfa_serial": phone.serial,
        "role_arn": role.arn,
        "account": "444455556666",
        "mfa": True,
        "authenticated_at": section["mfa_session_authenticated_at"],
        "expires_at": session["expires_at"],
        "seconds_left": session["seconds_left"],
        "reused": False,
    }
    assert 3590 <= session["seconds_left"] <= 3600 + 30
    identity = boto3.Session(profile_name="books").client("sts").get_caller_identity()
    assert identity["Arn"].startswith("arn:aws:sts::444455556666:assumed-role/books/")


def test_any_valid_mfa_session_of_the_same_key_is_used_without_a_code(
    aws: FullSandbox, log_in: LogIn, run: Run, carols: AwsFiles, make_role: MakeRole
) -> None:
    role = make_role()
    log_in("--profile", "anything", "--source-profile", "default")
    aws.calls.clear()
    outcome = run("login", "--profile", "books", "--role-arn", role.arn, "--no-input")
    assert outcome.exit_code == 0, outcome
    assert signed_calls(aws) == [("AssumeRole", "ASIA")]
    assert carols.section("books") is not None


@pytest.mark.parametrize(
    "session",
    [
        managed(mfa_session_source_key_id="AKIAOTHEROTHEROTHER1"),
        managed(seconds_left=-5),
        managed(mfa_session_mfa_serial="GAHT12345678"),
        managed(manager="awsume"),
        managed(mfa_session_kind="role", mfa_session_role_arn=ROLE),
    ],
    ids=["another key's", "expired", "another device's", "another tool's", "a role's"],
)
def test_only_an_mfa_session_of_the_same_key_and_serial_is_used(
    run: Run, aws: FullSandbox, files: AwsFiles, session: str
) -> None:
    files.write(KEYS + session)
    serial = "arn:aws:iam::123456789012:mfa/carols-phone"
    outcome = run("login", "--profile", "books", "--role-arn", ROLE, "--mfa-serial", serial)
    assert outcome.exit_code == 4
    assert "code-needed" in run("login", "--profile", "books", "--role-arn", ROLE, "--mfa-serial",
                                serial, "--json").stdout  # fmt: skip
    assert len(aws.calls) == 0


def test_without_a_session_assume_role_gets_the_code(
    aws: FullSandbox, log_in: LogIn, carols: AwsFiles, make_role: MakeRole, phone: Device
) -> None:
    role = make_role()
    log_in("--profile", "books", "--role-arn", role.arn, "--mfa-serial", phone.serial)
    assert signed_calls(aws) == [("AssumeRole", "AKIA")]
    section = carols.section("books")
    assert section is not None
    assert section["mfa_session_kind"] == "role"
    assert section["mfa_session_role_arn"] == role.arn
    assert section["mfa_session_mfa_serial"] == phone.serial
    assert carols.section("mfa") is None


def test_for_more_than_an_hour_the_keys_assume_the_role_with_a_code(
    aws: FullSandbox, log_in: LogIn, carols: AwsFiles, make_role: MakeRole, phone: Device
) -> None:
    role = make_role(max_session_seconds=43200)
    carols.write(
        settings=f'[sessions.mfa]\nmfa_serial = "{phone.serial}"\n'
        f'[sessions.books]\nvia = "mfa"\nrole_arn = "{role.arn}"\nduration = "4h"\n'
    )
    log_in("--profile", "mfa")
    aws.calls.clear()
    log_in("--profile", "books")
    assert signed_calls(aws) == [("AssumeRole", "AKIA")]
    (call,) = aws.calls
    assert call.parameters["DurationSeconds"] == "14400"
    assert call.parameters["SerialNumber"] == phone.serial


def test_external_id_and_session_name_are_sent_and_stored(
    aws: FullSandbox, log_in: LogIn, carols: AwsFiles, make_role: MakeRole
) -> None:
    role = make_role(condition={"StringEquals": {"sts:ExternalId": "library-42"}})
    log_in("--profile", "books", "--role-arn", role.arn, "--external-id", "library-42",
           "--role-session-name", "carol")  # fmt: skip
    (call,) = aws.calls.of("AssumeRole")
    assert call.parameters["ExternalId"] == "library-42"
    assert call.parameters["RoleSessionName"] == "carol"
    section = carols.section("books")
    assert section is not None
    assert section["mfa_session_external_id"] == "library-42"
    assert section["mfa_session_role_session_name"] == "carol"


def test_a_source_profile_that_names_a_session_means_via(
    aws: FullSandbox, log_in: LogIn, carols: AwsFiles, make_role: MakeRole
) -> None:
    role = make_role()
    log_in("--profile", "mfa")
    aws.calls.clear()
    carols.write(config=f"[profile books]\nrole_arn = {role.arn}\nsource_profile = mfa\n")
    log_in("--profile", "books")
    assert signed_calls(aws) == [("AssumeRole", "ASIA")]
    section = carols.section("books-mfa")
    assert section is not None
    assert section["mfa_session_via"] == "mfa"
    assert section["mfa_session_source_profile"] == "default"


def test_boto3_assumes_a_role_whose_source_profile_is_a_session(
    log_in: LogIn, carols: AwsFiles, make_role: MakeRole
) -> None:
    role = make_role()
    log_in("--profile", "mfa")
    carols.write(config=f"[profile books]\nrole_arn = {role.arn}\nsource_profile = mfa\n")
    identity = (
        boto3.Session(profile_name="books", region_name="eu-west-1")
        .client("sts")
        .get_caller_identity()
    )
    assert identity["Account"] == "444455556666"


def test_force_renews_the_role_session_but_not_its_base(
    aws: FullSandbox, log_in: LogIn, run: Run, carols: AwsFiles, make_role: MakeRole
) -> None:
    role = make_role()
    carols.write(settings=f'[sessions.books]\nvia = "mfa"\nrole_arn = "{role.arn}"\n')
    log_in("--profile", "books")
    mfa, first = carols.section("mfa"), carols.section("books")
    outcome = run("login", "--profile", "books", "--force", "--no-input")
    assert outcome.exit_code == 0, outcome
    second = carols.section("books")
    assert first is not None
    assert second is not None
    assert carols.section("mfa") == mfa
    assert first["aws_access_key_id"] != second["aws_access_key_id"]
    assert aws.count("GetSessionToken") == 1


@pytest.mark.parametrize("is_base_there", [False, True])
def test_a_role_whose_source_profile_has_a_role_is_chained(
    run: Run, aws: FullSandbox, log_in: LogIn, carols: AwsFiles, make_role: MakeRole,
    phone: Device, is_base_there: bool,
) -> None:  # fmt: skip
    base = make_role("base")
    trust = {"Effect": "Allow", "Principal": {"AWS": base.arn}, "Action": "sts:AssumeRole"}
    far = aws.create_role(
        "far", account="444455556666", trust={"Version": "2012-10-17", "Statement": [trust]}
    )
    carols.write(
        config=f"[profile base]\nrole_arn = {base.arn}\nsource_profile = default\n"
        f"mfa_serial = {phone.serial}\n"
        f"[profile far]\nrole_arn = {far.arn}\nsource_profile = base\n"
    )
    if is_base_there:
        log_in("--profile", "base")
        assert run("login", "--profile", "far", "--no-input").exit_code == 0
    else:
        log_in("--profile", "far")
    stored = carols.section("far-mfa") or {}
    assert (stored["mfa_session_role_arn"], stored["mfa_session_via"]) == (far.arn, "base")
    assert [prefix for _, prefix in signed_calls(aws)[-2:]] == ["AKIA", "ASIA"]
    plain = run("login", "--profile", "new", "--source-profile", "base")
    assert "profile 'base' holds no long-term access key" in plain.stderr


def test_a_role_via_a_role_is_chained(
    aws: FullSandbox, log_in: LogIn, carols: AwsFiles, make_role: MakeRole
) -> None:
    first = make_role("first")
    first.inline_policies["all"] = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
    }
    trust = {"Effect": "Allow", "Principal": {"AWS": first.arn}, "Action": "sts:AssumeRole"}
    second = aws.create_role("second", trust={"Version": "2012-10-17", "Statement": [trust]})
    carols.write(
        settings=f'[sessions.first]\nvia = "mfa"\nrole_arn = "{first.arn}"\n'
        f'[sessions.second]\nvia = "first"\nrole_arn = "{second.arn}"\n'
    )
    log_in("--profile", "second")
    assert signed_calls(aws)[1:] == [
        ("GetSessionToken", "AKIA"),
        ("AssumeRole", "ASIA"),
        ("AssumeRole", "ASIA"),
    ]
    assert carols.section("first") is not None
    assert carols.section("second") is not None


@pytest.mark.parametrize(
    ("settings", "argv", "said"),
    [
        ('[sessions.a]\nvia = "b"\nrole_arn = "R"\n[sessions.b]\nvia = "a"\nrole_arn = "R"\n',
         [], "a -> b -> a"),
        ('[sessions.a]\nvia = "a"\nrole_arn = "R"\n', [], "a -> a"),
        ('[sessions.a]\nvia = "nowhere"\nrole_arn = "R"\n', [], "'nowhere'"),
        ('[sessions.a]\nvia = "mfa"\n', [], "no role is given"),
        ('[sessions.a]\nrole_arn = "arn:aws:iam::123456789012:user/x"\n', [], "is not a role ARN"),
        ('[sessions.a]\nrole_arn = "R"\n', ["--duration", "12h1s"], "out of range"),
        ('[sessions.a]\nrole_arn = "R"\n', ["--duration", "14m"], "out of range"),
        ('[sessions.a]\nrole_arn = "R"\n', ["--external-id", "x"], "external id"),
        ('[sessions.a]\nrole_arn = "R"\n', ["--external-id", "a b"], "'a b'"),
        ('[sessions.a]\nrole_arn = "R"\n', ["--role-session-name", "x" * 65], "session's name"),
        ('[sessions.a]\nrole_arn = "R"\n', ["--role-session-name", "a/b"], "'a/b'"),
        ("", ["--duration", "2h"], "1 h"),
    ],
)  # fmt: skip
def test_an_impossible_role_session_is_refused_before_a_code_is_asked(
    run: Run, aws: FullSandbox, files: AwsFiles, settings: str, argv: list[str], said: str
) -> None:
    settings = settings or VIA_A_ROLE
    mfa = "" if "[sessions.mfa]" in settings else '[sessions.mfa]\nsource_profile = "default"\n'
    files.write(KEYS, settings=settings.replace('"R"', f'"{ROLE}"') + mfa)
    before = files.credentials.read_bytes()
    outcome = run("login", "--profile", "a", "--token-code", "000000", *argv)
    assert outcome.exit_code == 3, outcome
    assert said in outcome.stderr
    assert files.credentials.read_bytes() == before
    assert len(aws.calls) == 0


@pytest.mark.parametrize(
    ("partition", "region"), [("aws-us-gov", "us-gov-west-1"), ("aws-cn", "cn-north-1")]
)
@pytest.mark.parametrize("elsewhere", [None, "eu-west-1"], ids=["no region", "commercial region"])
def test_other_partitions_are_called_in_their_own_region(
    run: Run, aws: FullSandbox, files: AwsFiles, partition: str, region: str, elsewhere: str | None
) -> None:
    user = aws.create_user("mei", partition=partition)
    device = aws.create_device(user)
    trust = {"Effect": "Allow", "Principal": {"AWS": user.arn}, "Action": "sts:AssumeRole"}
    role = aws.create_role(
        "books", partition=partition, trust={"Version": "2012-10-17", "Statement": [trust]}
    )
    files.write(long_term(user))
    argv = ["--mfa-serial", device.serial, "--token-code", device.code()]
    outcome = run("login", "--profile", "books", "--role-arn", role.arn, *argv,
                  env={"AWS_REGION": elsewhere})  # fmt: skip
    assert outcome.exit_code == 0, outcome
    assert {call.region for call in aws.calls} == {region}
    section = files.section("books")
    assert section is not None
    assert section["mfa_session_account"] == "123456789012"


def test_a_configured_region_of_the_partition_is_kept(
    run: Run, aws: FullSandbox, files: AwsFiles
) -> None:
    user = aws.create_user("mei", partition="aws-cn")
    device = aws.create_device(user)
    files.write(long_term(user) + "region = cn-northwest-1\n")
    argv = ["--mfa-serial", device.serial, "--token-code", device.code()]
    assert run("login", *argv).exit_code == 0
    assert {call.region for call in aws.calls} == {"cn-northwest-1"}


@pytest.mark.parametrize("command", ["exec", "env", "credential-process"])
def test_commands_that_use_a_role_session_renew_it(
    aws: FullSandbox, log_in: LogIn, run: Run, make_role: MakeRole, carols: AwsFiles, command: str
) -> None:
    role = make_role()
    log_in("--profile", "mfa")
    lines = {
        "mfa_session_kind": "role",
        "mfa_session_role_arn": role.arn,
        "mfa_session_via": "mfa",
        "mfa_session_source_key_id": "",
    }
    carols.write(carols.credentials.read_text() + managed("books", seconds_left=-9, **lines))
    argv = {"exec": ["--", "env"], "env": ["--shell", "dotenv"], "credential-process": []}[command]
    aws.calls.clear()
    outcome = run(command, "--profile", "books", *argv)
    assert outcome.exit_code == 0, outcome
    assert signed_calls(aws) == [("AssumeRole", "ASIA")]
    section = carols.section("books")
    assert section is not None
    assert section["aws_access_key_id"] in outcome.stdout
