"""With `store = "keyring"`, a session's keys are in the keyring and in no file."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

import boto3
import pytest

import mfa_session
import processes
import secret_service
from fakes import trap_keyring
from places import long_term

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run
    from full_sandbox import FullSandbox
    from mfa_session.sandbox.identities import Device, Document, User
    from places import AwsFiles
    from sandboxed import LogIn
    from secret_service import SecretService

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a Secret Service")

KEYRING = '[defaults]\nstore = "keyring"\n'
IN_MEMORY = "fakes.odd_keyrings.SmallKeyring"


@pytest.fixture(autouse=True)
def real_keyring_backend(home: Path) -> None:
    """Select the backend, since this process also has the backends of other tests."""
    del home  # the fixture restores the environment
    os.environ["PYTHON_KEYRING_BACKEND"] = secret_service.BACKEND


@pytest.fixture
def memory(home: Path) -> dict[tuple[str, str], str]:
    """Keep this process's secrets in memory, in items as small as those of Windows."""
    del home  # the fixture restores the environment
    from fakes import odd_keyrings  # imports keyring

    os.environ["PYTHON_KEYRING_BACKEND"] = IN_MEMORY
    odd_keyrings.MemoryKeyring.items.clear()
    return odd_keyrings.MemoryKeyring.items


def keys_in(secret: str) -> dict[str, str]:
    return dict(json.loads(secret))


def status_of(run: Run) -> list[dict[str, object]]:
    return list(json.loads(run("status", "--json").stdout)["sessions"])


def files_below(home: Path) -> str:
    paths = [path for path in home.rglob("*") if path.is_file()]
    return "\n".join(path.read_text(errors="replace") for path in paths)


def test_no_file_has_the_keys_and_after_logout_nothing_is_left(
    run: Run, log_in: LogIn, carols: AwsFiles, service: SecretService, home: Path
) -> None:
    before = carols.credentials.read_bytes()
    assert "in profile 'mfa' (keyring)" in log_in("--store", "keyring").stderr
    ((attributes, secret),) = service.items()
    keys = keys_in(secret)
    assert attributes == {"service": "mfa-session", "username": "session mfa"}
    assert carols.credentials.read_bytes() == before
    assert keys["session_token"] not in files_below(home)
    assert keys["secret_access_key"] not in files_below(home)
    for line in (("login",), ("status", "--json"), ("prompt",), ("doctor",), ("login", "--json")):
        outcome = run(line[0], "-vv", *line[1:])
        assert keys["session_token"][:20] not in outcome.stdout + outcome.stderr
        assert keys["secret_access_key"][:20] not in outcome.stdout + outcome.stderr

    assert run("logout").exit_code == 0
    assert (service.items(), status_of(run)) == ([], [])
    assert carols.profile("mfa") in (None, {})
    assert carols.credentials.read_bytes() == before


def test_every_command_works_with_a_session_in_the_keyring(
    run: Run, log_in: LogIn, service: SecretService
) -> None:
    log_in("--store", "keyring")
    ((_, secret),) = service.items()
    token = keys_in(secret)["session_token"]
    (session,) = status_of(run)
    assert (session["name"], session["valid"], session["managed"]) == ("mfa", True, True)
    assert run("status", "--check").exit_code == 0
    assert run("prompt").stdout.startswith("mfa 11h")
    assert run("login").stderr.splitlines()[0].endswith("(keyring)")
    printed = json.loads(run("credential-process").stdout)
    assert printed["SessionToken"] == token
    assert token in run("env", "--shell", "bash").stdout
    outcome = run("exec", "--", "sh", "-c", "echo $AWS_SESSION_TOKEN")
    assert outcome.stdout.strip() == token
    guarded = run("guard", "--dry-run", "--json", "--", "aws", "--profile", "mfa", "s3", "rb", "x")
    assert json.loads(guarded.stdout)["session"] == "mfa"


def test_boto3_and_the_aws_cli_read_the_session(
    log_in: LogIn, carol: User, service: SecretService
) -> None:
    log_in("--store", "keyring")
    assert len(service.items()) == 1
    session_of_sdk = boto3.Session(profile_name="mfa")
    assert session_of_sdk.client("sts").get_caller_identity()["Arn"] == carol.arn
    cli = processes.run_process(["aws", "--profile", "mfa", "sts", "get-caller-identity"])
    assert json.loads(cli.stdout)["Arn"] == carol.arn


@pytest.mark.usefixtures("service")
def test_the_sdk_for_javascript_reads_the_session(log_in: LogIn, carol: User) -> None:
    log_in("--store", "keyring")
    answer = processes.ask_javascript("mfa")
    assert (answer.exit_code, answer.stdout) == (0, f"{carol.arn}\n")


def test_lists_do_not_ask_a_locked_keyring(run: Run, log_in: LogIn, service: SecretService) -> None:
    log_in("--store", "keyring")
    service.lock()
    assert [session["valid"] for session in status_of(run)] == [True]
    assert run("prompt").stdout.startswith("mfa ")
    completed = run("__complete", "bash", "mfa-session login --profile ")
    assert "mfa" in completed.stdout.split()
    assert run("login").exit_code == 0
    outcome = run("credential-process", "--no-input")
    assert (outcome.exit_code, outcome.stdout) == (3, "")
    assert "is locked" in outcome.stderr
    assert len(outcome.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "command",
    [
        ("exec", "--", "true"),
        ("env", "--shell", "bash"),
        ("login", "--store", "file"),
        ("login", "--duration", "11h", "--force"),
        ("guard", "--", "aws", "--profile", "mfa", "s3", "rb", "s3://x"),
        ("credential-process",),
    ],
)
def test_the_hint_does_without_a_locked_keyring(
    run: Run, log_in: LogIn, service: SecretService, command: tuple[str, ...]
) -> None:
    log_in("--store", "keyring")
    service.lock()
    outcome = run(command[0], "--no-input", *command[1:])
    assert outcome.exit_code == 3
    (_, hint, _) = outcome.stderr.split("`")
    assert "--store file" in hint
    log_in(*hint.split()[2:])
    assert run("exec", "--no-input", "--", "true").exit_code == 0


def test_a_key_in_the_same_locked_keyring_leaves_no_way_without_it(
    run: Run, log_in: LogIn, service: SecretService
) -> None:
    assert run("keys", "import").exit_code == 0
    log_in("--store", "keyring")
    service.lock()
    outcome = run("exec", "--no-input", "--", "true")
    assert outcome.exit_code == 3
    assert "--store" not in outcome.stderr


def test_a_new_session_can_do_without_a_locked_keyring(
    run: Run, log_in: LogIn, carols: AwsFiles, service: SecretService
) -> None:
    carols.write(settings=KEYRING)
    service.lock()
    outcome = run("login", "--no-input", "--duration", "1h")
    (_, hint, _) = outcome.stderr.split("`")
    assert (outcome.exit_code, "--duration 1h" in hint) == (3, True)
    log_in(*hint.split()[2:])


def test_changing_the_store_moves_a_valid_session_without_a_code(
    run: Run, aws: FullSandbox, log_in: LogIn, carols: AwsFiles, memory: dict[tuple[str, str], str]
) -> None:
    log_in()
    first = carols.section("mfa") or {}
    carols.write(settings=KEYRING)
    assert "(keyring)" in run("login").stderr
    assert carols.section("mfa") is None
    assert (
        json.loads(memory["mfa-session", "session mfa"])["session_token"]
        == (first["aws_session_token"])
    )
    assert (carols.profile("mfa") or {})["credential_process"].endswith(" --profile mfa")
    carols.write(settings=f'{KEYRING}[sessions.mfa]\nstore = "file"\n')
    assert run("login").exit_code == 0
    back = carols.section("mfa") or {}
    assert back == first
    assert memory == {}
    assert carols.profile("mfa") == {"region": "eu-west-1"}
    assert aws.count("GetSessionToken") == 1


@pytest.mark.usefixtures("memory")
@pytest.mark.parametrize("store", ["file", "keyring"])
@pytest.mark.parametrize(
    "case",
    [
        ("books-mfa", "region = us-west-2\n", [], "us-west-2"),
        ("mfa", "", ["--region", "ca-central-1"], "ca-central-1"),
        ("other", "region = sa-east-1\n", [], "sa-east-1"),
    ],
)
def test_a_kept_session_keeps_its_region(
    run: Run, aws: FullSandbox, log_in: LogIn, carols: AwsFiles, carol: User, store: str,
    case: tuple[str, str, list[str], str],
) -> None:  # fmt: skip
    target, lines, argv, region = case
    name = target.removesuffix("-mfa")
    if name == "books":
        trusted = {"Effect": "Allow", "Principal": {"AWS": carol.arn}, "Action": "sts:AssumeRole"}
        lines += f"role_arn = {aws.create_role('books', trust={'Statement': trusted}).arn}\n"
        lines += "source_profile = default\n"
    usual = "region = eu-west-1" if store == "file" else "output = text"
    carols.write(long_term(carol), config=f"[default]\n{usual}\n[profile {name}]\n{lines}")
    log_in("--profile", name, *argv)
    moved = run("login", "--profile", name, "--store", store, "--no-input")
    assert (moved.exit_code, "kept, " in moved.stderr) == (0, True), moved
    assert (carols.profile(target) or {})["region"] == region
    show = ["--", sys.executable, "-c", "import os; print(os.environ['AWS_REGION'])"]
    assert run("exec", "--profile", name, "--no-input", *show).stdout == f"{region}\n"
    assert mfa_session.boto3_session(name, ask=None).region_name == region


def test_a_renewed_session_stays_in_its_store(
    run: Run, log_in: LogIn, carols: AwsFiles, memory: dict[tuple[str, str], str]
) -> None:
    log_in("--store", "keyring")
    before = dict(memory)
    log_in("--force")
    assert memory.keys() == before.keys()
    assert memory != before
    assert carols.section("mfa") is None
    assert len(status_of(run)) == 1


def test_a_role_is_assumed_from_a_session_in_the_keyring(
    run: Run,
    aws: FullSandbox,
    log_in: LogIn,
    carols: AwsFiles,
    carol: User,
    memory: dict[tuple[str, str], str],
) -> None:
    trust: Document = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": carol.arn}, "Action": "sts:AssumeRole"}
        ],
    }
    role = aws.create_role("books", trust=trust)
    carols.write(
        settings=f"{KEYRING}[sessions.mfa]\n"
        f'[sessions.books]\nvia = "mfa"\nrole_arn = "{role.arn}"\n'
    )
    log_in()
    assert run("login", "--profile", "books").exit_code == 0
    assert {name for _, name in memory} == {"session mfa", "session books"}
    assert (carols.section("mfa"), carols.section("books")) == (None, None)
    assert run("logout", "--all").exit_code == 0
    assert memory == {}


def test_a_session_that_the_keyring_has_lost_is_renewed(
    run: Run,
    aws: FullSandbox,
    log_in: LogIn,
    phone: Device,
    carols: AwsFiles,
    memory: dict[tuple[str, str], str],
) -> None:
    log_in("--store", "keyring")
    memory.clear()
    checks = json.loads(run("doctor", "--json").stdout)["checks"]
    assert [check["cure"] for check in checks if check["id"] == "keyring-secret"] == [
        "mfa-session login --profile mfa --force"
    ]
    outcome = run("credential-process", "--no-input")
    assert (outcome.exit_code, outcome.stdout) == (4, "")
    aws.clock.advance(30)
    code = {"MFA_SESSION_TOKEN_CODE": phone.code()}
    assert json.loads(run("credential-process", env=code).stdout)["Version"] == 1
    memory.clear()
    aws.clock.advance(30)
    code = {"MFA_SESSION_TOKEN_CODE": phone.code()}
    assert run("login", "--profile", "mfa", "--force", env=code).exit_code == 0
    assert run("credential-process", "--no-input").exit_code == 0
    assert carols.credentials.exists()


def test_a_keyring_that_refuses_loses_no_session(
    run: Run, aws: FullSandbox, carols: AwsFiles, phone: Device, tmp_path: Path
) -> None:
    path = tmp_path / "trap"
    os.environ.update(
        PYTHONPATH=os.path.dirname(trap_keyring.__file__),
        PYTHON_KEYRING_BACKEND=trap_keyring.NAME,
        TRAP_KEYRING=str(path),
    )
    carols.write(settings=KEYRING)
    refusing = path.with_name("trap.refuse")
    refusing.touch()
    outcome = run("login", "--token-code", phone.code(), "--json")
    error = json.loads(outcome.stdout)["error"]
    assert (outcome.exit_code, error["code"]) == (3, "session-not-written")
    assert carols.section("mfa") is None
    refusing.unlink()
    assert "(keyring)" in run("login").stderr
    assert aws.count("GetSessionToken") == 1
    assert len(json.loads(path.read_text())) == 1


def test_a_locked_keyring_is_reported_before_a_code_is_asked(
    run: Run, aws: FullSandbox, carols: AwsFiles, phone: Device, service: SecretService
) -> None:
    carols.write(settings=KEYRING)
    service.lock()
    outcome = run("login", "--token-code", phone.code(), "--no-input", "--json")
    assert (outcome.exit_code, json.loads(outcome.stdout)["error"]["code"]) == (3, "keyring-locked")
    assert aws.count("GetSessionToken") == 0


@pytest.mark.parametrize("place", ["defaults", "sessions.mfa"])
def test_an_unknown_store_is_refused(run: Run, carols: AwsFiles, place: str) -> None:
    carols.write(settings=f'[{place}]\nstore = "cloud"\n')
    outcome = run("login", "--json")
    error = json.loads(outcome.stdout)["error"]
    assert (outcome.exit_code, error["code"]) == (3, "bad-settings-file")
    assert f'{place}.store must be "file" or "keyring"' in error["message"]


def test_logout_removes_all_but_what_a_locked_keyring_holds(
    run: Run, log_in: LogIn, carols: AwsFiles, service: SecretService
) -> None:
    before = carols.credentials.read_bytes()
    log_in("--store", "keyring")
    service.lock()
    log_in("--force", "--store", "file")
    for line in (("logout",), ("logout", "--all")):
        outcome = run(*line, "--no-input")
        assert outcome.exit_code == 3
        assert "the keys of profile 'mfa' stay in the keyring: the Secret Service" in outcome.stderr
    assert carols.credentials.read_bytes() == before
    assert carols.profile("mfa") is None
    assert [session["valid"] for session in status_of(run)] == [False]
    service.restart()
    assert run("logout").exit_code == 0
    assert (service.items(), status_of(run)) == ([], [])


def test_a_session_that_stays_in_a_locked_keyring_keeps_no_other_from_going(
    run: Run, log_in: LogIn, carols: AwsFiles, service: SecretService
) -> None:
    before = carols.credentials.read_bytes()
    log_in("--profile", "a", "--source-profile", "default", "--store", "keyring")
    log_in("--profile", "b", "--source-profile", "default")
    service.lock()
    outcome = run("logout", "--all", "--no-input", "--json")
    told = json.loads(outcome.stdout)
    errors = [(error["name"], error["code"]) for error in told["errors"]]
    assert (outcome.exit_code, told["removed"], errors) == (3, ["b"], [("a", "keyring-locked")])
    assert carols.credentials.read_bytes() == before
