"""`keys` lists, moves and rotates long-term keys, with real keyrings and with faults."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

import processes
import secret_service
from fakes import file_keyring, trap_keyring
from moments import Held
from places import long_term, managed

if TYPE_CHECKING:
    from conftest import Run, Start
    from full_sandbox import FullSandbox
    from mfa_session.sandbox.identities import Device, Document, User
    from mfa_session.sandbox.server import Answer
    from mfa_session.sandbox.signatures import HttpRequest
    from places import AwsFiles
    from sandboxed import LogIn
    from secret_service import SecretService

pytestmark = pytest.mark.skipif(os.name == "nt", reason="modes and signals of POSIX")

FAKES = Path(file_keyring.__file__).parent
KEYS_WITH_MFA: Document = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {
            "Effect": "Deny",
            "Action": "iam:*AccessKey*",
            "Resource": "*",
            "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
        },
    ],
}


@pytest.fixture(autouse=True)
def real_keyring_backend(home: Path) -> None:
    """Select the backend, since this process also has the backends of other tests."""
    del home  # the fixture restores the environment
    os.environ["PYTHON_KEYRING_BACKEND"] = secret_service.BACKEND


@pytest.fixture
def keyring(tmp_path: Path) -> Path:
    """Keep the secrets of this process and its children in a file; return its path."""
    path = tmp_path / "keyring.json"
    os.environ.update(
        PYTHONPATH=str(FAKES), PYTHON_KEYRING_BACKEND=file_keyring.NAME, FILE_KEYRING=str(path)
    )
    return path


def kept_in(path: Path) -> dict[str, Any]:
    """Return the contents of a keyring's file, by user name."""
    if not path.exists():
        return {}
    items = json.loads(path.read_text())
    return {name.removeprefix("mfa-session "): json.loads(text) for name, text in items.items()}


def pair_of(user: User, number: int = 0) -> dict[str, str]:
    key = user.keys[number]
    return {"access_key_id": key.access_key_id, "secret_access_key": key.secret_access_key}


def error_of(outcome: processes.Outcome) -> dict[str, str]:
    return dict(json.loads(outcome.stdout)["error"])


class Answered(Held):
    """Delays the answers to calls that AWS has carried out."""

    def _handle(self, request: HttpRequest) -> Answer:
        answer = self._before(request)
        if self._mark in request.body + b"&":
            self._arrived.release()
            self._open.wait(10)
        return answer


class TestInARealKeyring:
    """`keys` with gnome-keyring."""

    def test_every_tool_reads_an_imported_key_and_export_brings_it_back(
        self, run: Run, carols: AwsFiles, carol: User, service: SecretService
    ) -> None:
        before = carols.credentials.read_bytes()
        assert run("keys", "import").exit_code == 0
        ((attributes, secret),) = service.items()
        assert attributes == {"service": "mfa-session", "username": "key default"}
        assert json.loads(secret) == pair_of(carol)
        assert carols.credentials.read_text() == "[default]\nregion = eu-west-1\n"

        session = boto3.Session(profile_name="default")
        assert session.client("sts").get_caller_identity()["Arn"] == carol.arn
        cli = processes.run_process(["aws", "sts", "get-caller-identity", "--output", "json"])
        assert json.loads(cli.stdout)["Arn"] == carol.arn

        assert run("keys", "export").exit_code == 0
        assert service.items() == []
        section = carols.section("default") or {}
        assert section == {"region": "eu-west-1", **_lines(carol)}
        assert carols.profile("default") in (None, {})
        assert sorted(before.splitlines()) == sorted(carols.credentials.read_bytes().splitlines())

    @pytest.mark.parametrize(
        ("settings", "command"),
        [("", ("warm", "books")), ('[sessions.books]\nvia = "mfa"\n', ("login", "--all"))],
    )
    def test_a_role_from_an_mfa_session_needs_no_key_of_a_locked_keyring(  # noqa: PLR0917
        self, run: Run, aws: FullSandbox, log_in: LogIn, carols: AwsFiles, carol: User,
        phone: Device, service: SecretService, settings: str, command: tuple[str, ...],
    ) -> None:  # fmt: skip
        trusted = {"Effect": "Allow", "Principal": {"AWS": carol.arn}, "Action": "sts:AssumeRole"}
        role = aws.create_role("books", trust={"Statement": trusted}, max_session_seconds=7200)
        assert run("keys", "import").exit_code == 0
        log_in()
        lines = f"role_arn = {role.arn}\nsource_profile = default\nmfa_serial = {phone.serial}\n"
        carols.write(
            config=f"{carols.config.read_text()}[profile books]\n{lines}", settings=settings
        )
        service.lock()
        assert run(*command, "--no-input").exit_code == 0
        assert run("login", "--profile", "books", "--force", "--no-input").exit_code == 0
        assert run("exec", "--profile", "books", "--no-input", "--", "true").exit_code == 0
        aws.clock.advance(30)
        for line in (("--profile", "books", "--duration", "2h"), ("--force",)):
            refused = run("login", *line, "--token-code", phone.code(), "--no-input")
            assert (refused.exit_code, "is locked" in refused.stderr) == (3, True), refused
        assert [aws.count(name) for name in ("AssumeRole", "GetSessionToken")] == [2, 1]

    @pytest.mark.usefixtures("carols", "service")
    def test_the_sdk_for_javascript_reads_an_imported_key(self, run: Run, carol: User) -> None:
        assert run("keys", "import").exit_code == 0
        answer = processes.ask_javascript("default")
        assert (answer.exit_code, answer.stdout) == (0, f"{carol.arn}\n")

    def test_our_own_commands_never_run_the_credential_process(
        self,
        run: Run,
        aws: FullSandbox,
        carols: AwsFiles,
        carol: User,
        phone: Device,
        service: SecretService,
    ) -> None:
        assert run("keys", "import").exit_code == 0
        moved = carols.config.read_text().replace(" = /", " = /gone/").replace("gone//", "gone/")
        carols.config.write_text(moved)  # SDKs would fail to start this program
        assert run("login", "--token-code", phone.code()).exit_code == 0
        assert (carols.section("mfa") or {})["mfa_session_source_key_id"] == carol.access_key_id
        guarded = run("guard", "--dry-run", "--json", "--", "aws", "ec2", "terminate-instances")
        assert json.loads(guarded.stdout)["session"] == "mfa"
        found = json.loads(run("doctor", "--json").stdout)
        (finding,) = [
            check for check in found["checks"]
            if check["id"] == "credential-process" and check["severity"] == "error"
        ]  # fmt: skip
        assert "/gone/" in finding["finding"]
        assert finding["cure"] == "mfa-session keys import --profile default"
        callers = {call.caller_arn for call in aws.calls.of("ListAccessKeys")}
        assert callers == {carol.arn}  # so doctor read the key
        assert "already; corrected its credential_process" in run("keys", "import").stderr
        assert "/gone/" not in carols.config.read_text()
        assert len(service.items()) == 1

    def test_rotate_replaces_a_key_in_the_keyring(
        self, run: Run, aws: FullSandbox, carols: AwsFiles, carol: User, service: SecretService
    ) -> None:
        assert run("keys", "import").exit_code == 0
        old = carol.access_key_id
        assert run("keys", "rotate", "--yes").exit_code == 0
        new = carol.keys[1].access_key_id
        items = {attributes["username"]: json.loads(text) for attributes, text in service.items()}
        assert items == {"key default": pair_of(carol, 1), "old-key default": pair_of(carol)}
        assert carol.inactive_keys == {old}
        assert run("keys", "rotate", "--finish", "--yes").exit_code == 0
        assert [state for key_id, state, _ in aws.key_log if key_id == old] == [
            "Inactive",
            "deleted",
        ]
        assert [key.access_key_id for key in carol.keys] == [new]
        assert len(service.items()) == 1
        assert "aws_secret_access_key" not in carols.credentials.read_text()

    def test_a_session_of_the_replaced_key_is_not_kept(
        self, run: Run, log_in: LogIn, carols: AwsFiles, carol: User, service: SecretService
    ) -> None:
        del service
        assert run("keys", "import").exit_code == 0
        log_in()
        assert "kept" in run("login", "--no-input").stderr
        assert run("keys", "rotate", "--yes").exit_code == 0
        outcome = run("exec", "--no-input", "--", "true")
        assert (outcome.exit_code, "the former key of profile 'default'" in outcome.stderr) == (
            4,
            True,
        ), outcome
        log_in()
        key_id = (carols.section("mfa") or {})["mfa_session_source_key_id"]
        assert key_id == carol.keys[1].access_key_id
        assert "kept" in run("login", "--no-input").stderr

    @pytest.mark.parametrize("trouble", ["lock", "kill"])
    def test_a_locked_or_dead_keyring_changes_nothing(
        self, run: Run, carols: AwsFiles, service: SecretService, trouble: str
    ) -> None:
        before = carols.credentials.read_bytes()
        getattr(service, trouble)()
        outcome = run("keys", "import", "--no-input", "--json")
        assert outcome.exit_code == 3
        assert error_of(outcome)["code"].startswith("keyring-")
        assert (carols.credentials.read_bytes(), carols.config.exists()) == (before, False)

    @pytest.mark.parametrize(
        ("argv", "operation", "hold"),
        [
            (("import",), "GetCallerIdentity", Held),
            (("rotate", "--yes"), "CreateAccessKey", Held),
            (("rotate", "--yes"), "CreateAccessKey", Answered),
            (("rotate", "--yes"), "UpdateAccessKey", Answered),
        ],
        ids=[
            "import, before AWS's answer",
            "before AWS creates a key",
            "after AWS created a key",
            "after AWS deactivated a key",
        ],
    )
    def test_a_real_kill_leaves_a_working_key_and_the_next_run_finishes(  # noqa: PLR0917
        self,
        start: Start,
        run: Run,
        aws: FullSandbox,
        carols: AwsFiles,
        carol: User,
        service: SecretService,
        argv: tuple[str, ...],
        operation: str,
        hold: type[Held],
    ) -> None:
        with hold(aws, operation) as held:
            process = start("keys", *argv)
            held.wait_for_call()
            process.kill()
            process.wait()
        sts = boto3.Session(profile_name="default").client("sts")
        assert sts.get_caller_identity()["Arn"] == carol.arn
        outcome = run("keys", *argv)
        assert outcome.exit_code == 0, outcome
        assert "interrupted" in outcome.stderr
        sts = boto3.Session(profile_name="default").client("sts")
        assert sts.get_caller_identity()["Arn"] == carol.arn
        assert len(service.items()) == (argv == ("import",))
        if "rotate" in argv:
            has_new_key = _lines(carol, 1).items() <= (carols.section("default") or {}).items()
            assert (has_new_key, len(carol.keys), len(carol.inactive_keys)) == (True, 2, 1)


def _lines(user: User, number: int = 0) -> dict[str, str]:
    return {f"aws_{name}": value for name, value in pair_of(user, number).items()}


class TestList:
    """`keys list`."""

    def test_offline_it_says_where_each_key_is_and_reads_no_secret(
        self, run: Run, carols: AwsFiles, aws: FullSandbox, carol: User, keyring: Path
    ) -> None:
        erin = aws.create_user("erin")
        carols.write(
            long_term(carol) + long_term(erin, "erin") + managed(),
            config="[profile vault]\ncredential_process = /bin/vault print\n[profile sso]\n"
            "sso_session = x\n",
        )
        assert run("keys", "import", "--profile", "erin").exit_code == 0
        aws.calls.clear()
        keyring.rename(keyring.with_name("away"))  # reading the keyring would fail
        listed = json.loads(run("keys", "list", "--json").stdout)["keys"]
        assert [(key["profile"], key["where"], key["key_id"]) for key in listed] == [
            ("default", "file", carol.access_key_id),
            ("erin", "keyring", erin.access_key_id),
            ("vault", "process", None),
        ]
        assert len(aws.calls) == 0

    def test_online_it_says_what_aws_knows_and_later_the_age_offline(
        self, run: Run, aws: FullSandbox, carols: AwsFiles, carol: User
    ) -> None:
        other = carol.add_key()
        carol.inactive_keys.add(other.access_key_id)
        listed = json.loads(run("keys", "list", "--online", "--json").stdout)["keys"]
        mine, second = listed
        assert (mine["profile"], mine["active"], mine["user_arn"], mine["age_days"]) == (
            "default", True, carol.arn, 0,
        )  # fmt: skip
        assert mine["last_used_at"] is not None
        assert (second["profile"], second["key_id"], second["active"], second["last_used_at"]) == (
            None, other.access_key_id, False, None,
        )  # fmt: skip
        aws.calls.clear()
        (offline,) = json.loads(run("keys", "list", "--json").stdout)["keys"]
        assert offline["created_at"] == mine["created_at"]
        assert len(aws.calls) == 0
        assert carols.credentials.exists()

    def test_a_key_that_aws_does_not_know_is_listed_with_its_problem(
        self, run: Run, aws: FullSandbox, carols: AwsFiles, carol: User
    ) -> None:
        erin = aws.create_user("erin")
        carols.write(long_term(carol) + long_term(erin, "erin"))
        carol.inactive_keys.add(carol.access_key_id)
        outcome = run("keys", "list", "--online", "--json")
        problems = [key["problem"] for key in json.loads(outcome.stdout)["keys"]]
        assert outcome.exit_code == 0
        assert problems[0].startswith("AWS does not know the access key")
        assert problems[1:] == ["is not allowed" in (problems[1] or "") and problems[1]]

    def test_a_key_id_without_a_secret_is_listed_with_its_problem(
        self, run: Run, files: AwsFiles
    ) -> None:
        files.write("[half]\naws_access_key_id = AKIAEXAMPLEEXAMPLE12\n")
        (key,) = json.loads(run("keys", "list", "--json").stdout)["keys"]
        assert "has aws_access_key_id but no aws_secret_access_key" in key["problem"]


BAD_IMPORTS = {
    "no-such-profile": ("nowhere", "", ""),
    "no-long-term-keys": ("empty", "[empty]\nregion = x\n", ""),
    "temporary-source": ("sso", "", "[profile sso]\nsso_session = x\n"),
    "partial-keys": ("half", "[half]\naws_access_key_id = AKIAEXAMPLEEXAMPLE12\n", ""),
    "foreign-process": ("vault", "", "[profile vault]\ncredential_process = vault print\n"),
}


class TestBadInput:
    """A refused command changes nothing."""

    @pytest.mark.parametrize("code", BAD_IMPORTS)
    @pytest.mark.parametrize("verb", ["import", "rotate"])
    def test_a_profile_without_long_term_keys_is_refused(
        self, run: Run, files: AwsFiles, keyring: Path, verb: str, code: str
    ) -> None:
        profile, credentials, config = BAD_IMPORTS[code]
        files.write(credentials, config=config)
        outcome = run("keys", verb, "--profile", profile, "--json")
        assert (outcome.exit_code, error_of(outcome)["code"]) == (3, code), outcome
        assert files.credentials.read_text() == credentials
        assert files.config.read_text() == config
        assert kept_in(keyring) == {}

    @pytest.mark.parametrize("verb", ["import", "export", "rotate"])
    def test_for_a_role_or_several_keys_the_hint_names_a_profile(
        self, run: Run, carols: AwsFiles, carol: User, verb: str
    ) -> None:
        role = "role_arn = arn:aws:iam::123456789012:role/x"
        carols.write(
            long_term(carol, "first") + long_term(carol, "second"),
            config=f"[profile x]\n{role}\nsource_profile = second\n",
        )
        outcome = run("keys", verb, "--profile", "x", "--json")
        assert error_of(outcome)["hint"].endswith(f"`mfa-session keys {verb} --profile second`")
        outcome = run("keys", verb, "--json")
        assert error_of(outcome)["code"] == "several-sources"
        assert error_of(outcome)["hint"].endswith(f"`mfa-session keys {verb} --profile first`")

    @pytest.mark.parametrize(
        ("code", "name", "config"),
        [
            ("hidden-profile", "role", "[profile role]\nrole_arn = arn:aws:iam::1:role/x\n"),
            ("bad-profile-name", "my key", ""),
        ],
    )
    def test_a_profile_whose_credential_process_no_sdk_runs_is_refused(
        self, run: Run, files: AwsFiles, carol: User, code: str, name: str, config: str
    ) -> None:
        files.write(long_term(carol, name), config=config)
        outcome = run("keys", "import", "--profile", name, "--json")
        assert (outcome.exit_code, error_of(outcome)["code"]) == (3, code)
        assert (files.credentials.read_text(), files.config.read_text()) == (
            long_term(carol, name), config,
        )  # fmt: skip

    def test_a_profile_of_aws_login_is_refused(
        self, run: Run, files: AwsFiles, keyring: Path
    ) -> None:
        files.write(config="[profile me]\nlogin_session = arn:aws:iam::123456789012:user/me\n")
        outcome = run("keys", "import", "--profile", "me", "--json")
        assert error_of(outcome)["code"] == "temporary-source"
        assert "`aws login --profile me` renews it" in error_of(outcome)["message"]
        assert kept_in(keyring) == {}

    @pytest.mark.parametrize(
        ("backend", "code"),
        [
            ("keyring.backends.null.Keyring", "keyring-unusable"),
            ("keyring.backends.fail.Keyring", "keyring-unusable"),
            ("fakes.odd_keyrings.PlaintextKeyring", "keyring-insecure"),
            ("fakes.odd_keyrings.ForgetfulKeyring", "keyring-unusable"),
            ("fakes.odd_keyrings.LockedKeyring", "keyring-locked"),
        ],
    )
    def test_an_unfit_keyring_gets_no_key(
        self, run: Run, carols: AwsFiles, backend: str, code: str
    ) -> None:
        before = carols.credentials.read_bytes()
        os.environ.update(PYTHONPATH=str(FAKES.parent), PYTHON_KEYRING_BACKEND=backend)
        outcome = run("keys", "import", "--json")
        assert (outcome.exit_code, error_of(outcome)["code"]) == (3, code)
        assert (carols.credentials.read_bytes(), carols.config.exists()) == (before, False)

    def test_an_inactive_key_is_not_imported(
        self, run: Run, carols: AwsFiles, carol: User, keyring: Path
    ) -> None:
        carol.inactive_keys.add(carol.access_key_id)
        before = carols.credentials.read_bytes()
        for verb in (("import",), ("rotate", "--yes")):
            outcome = run("keys", *verb, "--json")
            assert (outcome.exit_code, error_of(outcome)["code"]) == (5, "invalid-key")
        assert (carols.credentials.read_bytes(), carols.config.exists()) == (before, False)
        assert kept_in(keyring) == {}

    def test_rotate_refuses_two_keys_root_and_a_missing_yes(
        self, run: Run, aws: FullSandbox, carols: AwsFiles, carol: User
    ) -> None:
        before = carols.credentials.read_bytes()
        outcome = run("keys", "rotate", "--json")
        assert (outcome.exit_code, error_of(outcome)["code"]) == (7, "not-confirmed")
        second = carol.add_key().access_key_id
        outcome = run("keys", "rotate", "--yes", "--json")
        assert (outcome.exit_code, error_of(outcome)["code"]) == (5, "two-keys")
        assert f"{second} (active" in error_of(outcome)["message"]
        assert carols.credentials.read_bytes() == before
        carols.write(long_term(aws.create_root()))
        outcome = run("keys", "rotate", "--yes", "--json")
        assert (outcome.exit_code, error_of(outcome)["code"]) == (3, "root-key")
        assert list(aws.key_log) == []

    def test_finish_without_a_rotation_is_refused(self, run: Run, carols: AwsFiles) -> None:
        assert carols.credentials.exists()
        outcome = run("keys", "rotate", "--finish", "--yes", "--json")
        assert (outcome.exit_code, error_of(outcome)["code"]) == (3, "no-rotation")

    def test_a_key_that_is_not_in_the_keyring_is_an_error(self, run: Run, keyring: Path) -> None:
        outcome = run("keys", "process", "--profile", "work")
        assert (outcome.exit_code, outcome.stdout) == (3, "")
        assert "the keyring has no key of profile 'work'" in outcome.stderr
        assert outcome.stderr.count("\n") == 1
        assert kept_in(keyring) == {}

    def test_a_keyring_that_loses_the_key_at_once_is_refused(
        self, run: Run, carols: AwsFiles, tmp_path: Path
    ) -> None:
        path = tmp_path / "trap"
        os.environ.update(
            PYTHONPATH=str(FAKES),
            PYTHON_KEYRING_BACKEND=trap_keyring.NAME,
            TRAP_KEYRING=str(path),
        )
        path.with_name("trap.forget").touch()
        before = carols.credentials.read_bytes()
        outcome = run("keys", "import", "--json")
        assert (outcome.exit_code, error_of(outcome)["code"]) == (3, "keyring-unusable")
        assert (carols.credentials.read_bytes(), carols.config.exists()) == (before, False)


class TestRotate:
    """`keys rotate` of a key in the credentials file."""

    def test_rotate_waits_until_sts_knows_the_new_key(
        self, run: Run, aws: FullSandbox, carols: AwsFiles, carol: User
    ) -> None:
        old = carol.access_key_id
        aws.key_spread_seconds = 9
        outcome = run("keys", "rotate", "--yes", "--json")
        assert outcome.exit_code == 0, outcome
        new = carol.keys[1].access_key_id
        assert json.loads(outcome.stdout) == {
            "version": 1, "profile": "default", "key_id": new, "replaced": old, "also_in": [],
        }  # fmt: skip
        states = [(state.access_key_id, state.state) for state in aws.key_log]
        assert states == [(new, "created"), (old, "Inactive")]
        assert (carols.section("default") or {})["aws_access_key_id"] == new
        second = run("keys", "rotate", "--yes", "--json")
        assert "--finish` deletes it" in error_of(second)["hint"]
        assert run("keys", "rotate", "--finish", "--yes").exit_code == 0
        assert carols.section("default") == {"region": "eu-west-1", **_lines(carol)}
        assert carol.access_key_id == new

    def test_rotate_uses_an_mfa_session_where_policies_demand_mfa(
        self, run: Run, aws: FullSandbox, files: AwsFiles
    ) -> None:
        dave = aws.create_user("dave", policies=[KEYS_WITH_MFA])
        phone = aws.create_device(dave, name="dave")
        files.write(long_term(dave) + "region = eu-west-1\n")
        refused = run("keys", "rotate", "--yes", "--json", "--no-input")
        assert (refused.exit_code, error_of(refused)["code"]) == (4, "code-needed")
        assert list(aws.key_log) == []
        code = {"MFA_SESSION_TOKEN_CODE": phone.code()}
        outcome = run("keys", "rotate", "--yes", env=code)
        assert outcome.exit_code == 0, outcome
        assert len(dave.inactive_keys) == 1

    def test_the_sessions_of_the_old_key_are_reported_and_renewed(
        self, run: Run, aws: FullSandbox, files: AwsFiles
    ) -> None:
        dave = aws.create_user("dave", policies=[KEYS_WITH_MFA])
        phone = aws.create_device(dave, name="dave")
        files.write(long_term(dave) + "region = eu-west-1\n")
        rotated = run("keys", "rotate", "--yes", env={"MFA_SESSION_TOKEN_CODE": phone.code()})
        assert "session 'mfa' is of the old key; log in again" in rotated.stderr, rotated
        finished = run("keys", "rotate", "--finish", "--yes", "--json", "--no-input")
        assert "session 'mfa' needs an MFA code" in error_of(finished)["message"]
        (key,) = json.loads(run("keys", "list", "--json").stdout)["keys"]
        assert (key["key_id"], key["age_days"]) == (dave.keys[1].access_key_id, 0)

    @pytest.mark.usefixtures("carols")
    def test_a_valid_mfa_session_signs_the_calls(
        self, run: Run, aws: FullSandbox, carol: User, log_in: LogIn
    ) -> None:
        log_in()
        aws.calls.clear()
        assert run("keys", "rotate", "--yes").exit_code == 0
        signers = {call.access_key_id for call in aws.calls.of("CreateAccessKey")}
        assert signers != {carol.access_key_id}

    @pytest.mark.usefixtures("carols")
    def test_the_key_signs_if_its_session_is_in_a_locked_keyring(
        self, run: Run, aws: FullSandbox, carol: User, log_in: LogIn, service: SecretService
    ) -> None:
        log_in("--store", "keyring")
        service.lock()
        aws.calls.clear()
        outcome = run("keys", "rotate", "--yes")
        assert (outcome.exit_code, len(carol.inactive_keys)) == (0, 1), outcome
        assert "is locked, or was never set up: the key signs" in outcome.stderr
        assert [call.access_key_id for call in aws.calls.of("CreateAccessKey")] == [
            carol.keys[0].access_key_id
        ]

    def test_a_locked_keyring_is_reported_if_policies_demand_its_session(
        self, run: Run, aws: FullSandbox, files: AwsFiles, service: SecretService
    ) -> None:
        dave = aws.create_user("dave", policies=[KEYS_WITH_MFA])
        phone = aws.create_device(dave, name="dave")
        files.write(long_term(dave) + f"region = eu-west-1\nmfa_serial = {phone.serial}\n")
        done = run("login", "--store", "keyring", env={"MFA_SESSION_TOKEN_CODE": phone.code()})
        assert done.exit_code == 0, done
        service.lock()
        outcome = run("keys", "rotate", "--yes", "--json")
        assert (outcome.exit_code, error_of(outcome)["code"]) == (3, "keyring-locked"), outcome
        assert error_of(outcome)["hint"].startswith("unlock it")
        assert list(aws.key_log) == []

    def test_rotate_refused_by_policy_changes_nothing(
        self, run: Run, aws: FullSandbox, files: AwsFiles
    ) -> None:
        denied: Document = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "iam:List*", "Resource": "*"}],
        }
        dave = aws.create_user("dave", policies=[denied])
        phone = aws.create_device(dave, name="dave")
        files.write(long_term(dave))
        before = files.credentials.read_bytes()
        code = {"MFA_SESSION_TOKEN_CODE": phone.code()}
        outcome = run("keys", "rotate", "--yes", "--json", env=code)
        assert (outcome.exit_code, error_of(outcome)["code"]) == (5, "not-authorized")
        assert list(aws.key_log) == []
        assert files.credentials.read_bytes().startswith(before)

    @pytest.mark.usefixtures("carols")
    def test_an_interrupted_rotation_is_reported_until_it_is_finished(
        self, run: Run, aws: FullSandbox, carol: User
    ) -> None:
        aws.drop("CreateAccessKey", after=True)
        assert run("keys", "rotate", "--yes").exit_code == 6
        cure = "mfa-session keys rotate --profile default"
        found = json.loads(run("doctor", "--json").stdout)["checks"]
        assert [check["cure"] for check in found if check["id"] == "unfinished-keys"] == [cure]
        assert cure in run("keys", "list").stderr
        lost = carol.keys[1].access_key_id
        outcome = run("keys", "rotate", "--yes")
        assert f"deleted {lost}" in outcome.stderr
        assert (outcome.exit_code, len(carol.keys), len(carol.inactive_keys)) == (0, 2, 1)
        assert "interrupted" not in run("keys", "list").stderr

    @pytest.mark.usefixtures("carols")
    def test_two_rotations_at_once_replace_the_key_once(
        self, start: Start, aws: FullSandbox, carol: User
    ) -> None:
        with Answered(aws, "CreateAccessKey") as held:
            first = start("keys", "rotate", "--yes")
            held.wait_for_call()  # AWS has a new key, and its secret is on its way
            second = start("keys", "rotate", "--yes", "-v")
            assert second.stderr is not None
            while b"waiting for the key of profile 'default'" not in second.stderr.readline():
                assert second.poll() is None
        assert processes.finish_process(first).exit_code == 0
        outcome = processes.finish_process(second)
        assert (outcome.exit_code, "--finish` deletes it" in outcome.stderr) == (5, True)
        assert aws.count("CreateAccessKey") == 1
        assert (len(carol.keys), len(carol.inactive_keys)) == (2, 1)

    @pytest.mark.usefixtures("keyring")
    def test_every_profile_with_the_same_key_gets_the_new_one(
        self, run: Run, files: AwsFiles, carol: User
    ) -> None:
        old, profiles = carol.access_key_id, ("default", "second", "third", "in config")
        config = long_term(carol).replace("[default]", '[profile "in config"]')
        files.write("".join(long_term(carol, name) for name in profiles[:3]), config=config)
        assert run("keys", "import", "--profile", "third").exit_code == 0
        outcome = run("keys", "rotate", "--yes", "--profile", "default")
        new = carol.keys[1].access_key_id
        assert outcome.stderr.splitlines()[-1].startswith(
            "profiles 'default', 'in config', 'second' and 'third' have a new key, "
            f"{new}; {old} is inactive."
        )
        listed = json.loads(run("keys", "list", "--json").stdout)["keys"]
        assert {key["profile"]: key["key_id"] for key in listed} == dict.fromkeys(profiles, new)
        for name in profiles:
            sts = boto3.Session(profile_name=name, region_name="eu-west-1").client("sts")
            assert sts.get_caller_identity()["Arn"] == carol.arn
        again = run("keys", "rotate", "--yes", "--profile", "second", "--json")
        assert error_of(again)["code"] == "two-keys"
        assert "`mfa-session keys rotate --profile default --finish`" in error_of(again)["hint"]
        assert run("keys", "rotate", "--profile", "default", "--finish", "--yes").exit_code == 0
        assert [key.access_key_id for key in carol.keys] == [new]

    @pytest.mark.usefixtures("carols")
    def test_a_rotation_interrupted_in_another_profile_is_finished_there(
        self, run: Run, aws: FullSandbox, files: AwsFiles, carol: User
    ) -> None:
        files.write(long_term(carol) + long_term(carol, "my key"))
        aws.key_spread_seconds = 1000  # AWS never knows the new key
        assert run("keys", "rotate", "--yes", "--profile", "my key").exit_code == 5
        aws.key_spread_seconds = 0
        outcome = run("keys", "rotate", "--yes", "--profile", "default", "--json")
        hint = "`mfa-session keys rotate --profile 'my key'`"
        assert (error_of(outcome)["code"], hint in error_of(outcome)["hint"]) == ("two-keys", True)

    def test_an_import_says_how_to_move_the_same_key_of_other_profiles(
        self, run: Run, files: AwsFiles, carol: User, keyring: Path
    ) -> None:
        files.write(long_term(carol) + long_term(carol, "second"))
        outcome = run("keys", "import", "--profile", "default")
        assert outcome.stderr.splitlines() == [
            f"moved {carol.access_key_id} of profile 'default' to the keyring",
            (
                "mfa-session: warning: profile 'second' still holds the same key in a file; to "
                "move it, too: `mfa-session keys import --profile second`"
            ),
        ]
        assert run("keys", "import", "--profile", "second").exit_code == 0
        assert len(kept_in(keyring)) == 2

    def test_rotate_replaces_a_key_in_the_aws_config_file(
        self, run: Run, files: AwsFiles, carol: User
    ) -> None:
        files.write("", config=long_term(carol).replace("[default]", "[profile work]"))
        assert run("keys", "rotate", "--profile", "work", "--yes").exit_code == 0
        profile = files.profile("work") or {}
        assert _lines(carol, 1).items() <= profile.items()
        assert files.credentials.read_text() == ""


def test_no_secret_leaves_the_credentials_file_and_the_keyring(
    run: Run, aws: FullSandbox, carols: AwsFiles, carol: User, keyring: Path, home: Path
) -> None:
    seen: list[str] = []

    def look(*argv: str, expected: int = 0) -> None:
        outcome = run(*argv, "-vv")
        assert outcome.exit_code == expected, outcome
        shown = outcome.stderr + ("" if argv[1] == "process" else outcome.stdout)
        kept = {
            path: path.read_text(errors="replace")
            for path in home.rglob("*")
            if path.is_file() and path != carols.credentials
        }
        for key in carol.keys:
            texts = [shown, *kept.values()]
            seen.extend(f"{argv} {text}" for text in texts if key.secret_access_key in text)

    look("keys", "list", "--online")
    look("keys", "import")
    look("keys", "process", "--profile", "default")
    aws.drop("CreateAccessKey", times=1, after=True)
    look("keys", "rotate", "--yes", expected=6)
    look("keys", "rotate", "--yes", "--json")
    look("keys", "rotate", "--finish", "--yes")
    look("keys", "list", "--json", "--online")
    look("keys", "export", "--json")
    assert seen == []
    assert kept_in(keyring) == {}


def test_the_credential_process_names_the_program_by_its_absolute_path(
    run: Run, carols: AwsFiles, keyring: Path
) -> None:
    assert run("keys", "import").exit_code == 0
    program = shutil.which("mfa-session")
    line = f"{program} keys process --profile default"
    assert carols.profile("default") == {"credential_process": line}
    assert len(kept_in(keyring)) == 1
