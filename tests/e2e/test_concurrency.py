"""Many commands at once ask once and call once for an identity, and lose no session."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

import processes
from mfa_session.files.locks import Lock
from mfa_session.files.single_flight import Turns
from mfa_session.files.state import StateDir
from mfa_session.model.errors import NoMfaError
from mfa_session.sandbox.sandbox import ALLOW_ALL
from mfa_session.system.console import Console
from moments import Held, until
from places import long_term

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import pexpect

    from conftest import Run, Terminal
    from full_sandbox import FullSandbox
    from full_sandbox.holders import Role
    from mfa_session.sandbox.identities import Device, Document, User
    from places import AwsFiles
    from sandboxed import LogIn

pytestmark = pytest.mark.skipif(os.name == "nt", reason="terminals and signals of POSIX")

MANY = 12
PATIENCE_SECONDS = 60  # a limit, not a pause: twelve logins may share two busy cores
WAITS = "waiting for another login"
PROMPT = "MFA code for "


class ParallelRuns:
    """Processes that run at the same time without a terminal; their stderr goes to files."""

    def __init__(self, folder: Path, program: str) -> None:
        """Take the folder of the files, and the program to run."""
        self._folder = folder
        self._program = program
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self, argv: Iterable[str]) -> None:
        """Start one more process."""
        path = self._folder / f"stderr.{len(self._processes)}"
        with path.open("wb") as stderr:
            process = processes.start_process(
                [self._program, *argv], stdout=subprocess.DEVNULL, stderr=stderr
            )
        self._processes.append(process)

    def said(self) -> list[str]:
        """Return what each process has written to stderr so far."""
        count = len(self._processes)
        return [(self._folder / f"stderr.{number}").read_text() for number in range(count)]

    def wait_until_waiting(self, count: int) -> None:
        """Return when `count` processes wait for another login."""
        until(lambda: sum(WAITS in said for said in self.said()) >= count, f"{count} waiting")

    def exit_codes(self) -> list[int]:
        """Wait until all have ended, and return their exit codes."""
        return [process.wait(60) for process in self._processes]

    def end(self) -> None:
        """Kill the processes that still run."""
        for process in self._processes:
            process.kill()
            process.wait()


@pytest.fixture
def parallel(carols: AwsFiles, tmp_path: Path, program: str) -> Iterator[ParallelRuns]:
    del carols  # the file has her keys
    parallel = ParallelRuns(tmp_path, program)
    yield parallel
    parallel.end()


def make_roles(aws: FullSandbox, user: User, count: int) -> list[Role]:
    trust: Document = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": user.arn}, "Action": "sts:AssumeRole"}
        ],
    }
    return [aws.create_role(f"role-{number}", trust=trust) for number in range(count)]


# One identity


def test_many_logins_make_one_call_and_all_succeed(
    aws: FullSandbox, carols: AwsFiles, phone: Device, parallel: ParallelRuns
) -> None:
    for _ in range(MANY):
        parallel.start(["login", "--token-code", phone.code()])
    assert parallel.exit_codes() == [0] * MANY, parallel.said()
    assert len(aws.calls.of("GetSessionToken")) == 1
    assert carols.section("mfa") is not None


@pytest.mark.parametrize("force", [(), ("--force",)], ids=["plain", "force"])
def test_a_login_that_waited_shares_the_session_obtained_meanwhile(
    aws: FullSandbox, phone: Device, parallel: ParallelRuns, force: tuple[str, ...]
) -> None:
    with Held(aws, "GetSessionToken") as held:
        for _ in range(MANY):
            parallel.start(["login", "--token-code", phone.code(), *force])
        parallel.wait_until_waiting(MANY - 1)
        held.release()
        assert parallel.exit_codes() == [0] * MANY, parallel.said()
    assert len(aws.calls.of("GetSessionToken")) == 1
    assert sum(": kept, good for" in said for said in parallel.said()) == MANY - 1


def test_each_forced_login_obtains_a_new_session(
    aws: FullSandbox, carols: AwsFiles, log_in: LogIn
) -> None:
    log_in()
    first = carols.section("mfa")
    log_in("--force")  # within the same second, as a rule
    second = carols.section("mfa")
    assert first is not None
    assert second is not None
    assert first["aws_access_key_id"] != second["aws_access_key_id"]
    assert len(aws.calls.of("GetSessionToken")) == 2


def test_many_targets_of_one_identity_are_all_written_from_one_call(
    aws: FullSandbox, carols: AwsFiles, phone: Device, parallel: ParallelRuns
) -> None:
    names = [f"own-{number}" for number in range(MANY // 2)]
    targets = [f"target-{number}" for number in range(MANY // 2)]
    with Held(aws, "GetSessionToken") as held:
        code = ("--token-code", phone.code())
        for name in names:
            parallel.start(["login", "--profile", name, "--source-profile", "default", *code])
        for target in targets:
            parallel.start(["login", "--write-to", target, *code])
        parallel.wait_until_waiting(MANY - 1)
        held.release()
        assert parallel.exit_codes() == [0] * MANY, parallel.said()
    assert len(aws.calls.of("GetSessionToken")) == 1
    sections = {name: carols.section(name) or {} for name in names + targets}
    assert len({section.get("aws_access_key_id") for section in sections.values()}) == 1
    assert {name: section.get("mfa_session_name") for name, section in sections.items()} == {
        **{name: name for name in names},
        **dict.fromkeys(targets, "mfa"),
    }


# Many identities


def test_many_roles_at_once_are_all_there(
    aws: FullSandbox, carols: AwsFiles, carol: User, log_in: LogIn, parallel: ParallelRuns
) -> None:
    log_in()
    roles = make_roles(aws, carol, MANY)
    for role in roles:
        parallel.start(["login", "--profile", role.name, "--role-arn", role.arn])
    assert parallel.exit_codes() == [0] * MANY, parallel.said()
    sections = {role.name: carols.section(role.name) or {} for role in roles}
    assert {name: section.get("mfa_session_role_arn") for name, section in sections.items()} == {
        role.name: role.arn for role in roles
    }
    assert len(aws.calls.of("AssumeRole")) == MANY
    assert len(aws.calls.of("GetSessionToken")) == 1


def test_many_roles_by_one_mfa_session_need_one_code(
    aws: FullSandbox, carols: AwsFiles, carol: User, phone: Device, parallel: ParallelRuns
) -> None:
    roles = make_roles(aws, carol, MANY)
    tables = [f'[sessions.{role.name}]\nvia = "mfa"\nrole_arn = "{role.arn}"\n' for role in roles]
    carols.write(settings='[sessions.mfa]\nsource_profile = "default"\n' + "".join(tables))
    for role in roles:
        parallel.start(["login", "--profile", role.name, "--token-code", phone.code()])
    assert parallel.exit_codes() == [0] * MANY, parallel.said()
    assert len(aws.calls.of("GetSessionToken")) == 1
    assert [call.status for call in aws.calls.of("AssumeRole")] == [200] * MANY
    assert all(carols.section(role.name) for role in [*roles])
    assert carols.section("mfa") is not None


# Waiting


def test_a_login_without_a_terminal_waits_up_to_a_limit(tmp_path: Path) -> None:
    state = StateDir(str(tmp_path / "state"))
    turns = Turns(state, Console(0, {}), None, patience_seconds=0.2)
    with (
        Lock(state.lock_path("turn", "key")),
        pytest.raises(NoMfaError) as caught,
        turns.take("key", "session 'mfa'"),
    ):
        pytest.fail("took a turn that another holds")
    assert (caught.value.code, caught.value.exit_code) == ("turn-timeout", 4)


class ReleasingConsole(Console):
    """Ends the other process's turn as soon as this one says that it waits."""

    def __init__(self, held: ExitStack) -> None:
        """Close `held` at that message."""
        super().__init__(0, {})
        self._held = held

    def say(self, text: str) -> None:
        assert WAITS in text
        self._held.close()


def test_the_limit_is_for_all_waits_of_a_process_together(tmp_path: Path) -> None:
    state, held = StateDir(str(tmp_path / "state")), ExitStack()
    turns = Turns(state, ReleasingConsole(held), None, patience_seconds=30)
    held.enter_context(Lock(state.lock_path("turn", "key")))
    with turns.take("key", "session 'mfa'"):  # got after a wait
        assert turns._waited_seconds > 0
    turns._waited_seconds = 30.0
    with (
        Lock(state.lock_path("turn", "key")),
        pytest.raises(NoMfaError),
        turns.take("key", "session 'mfa'"),
    ):
        pytest.fail("waited once more")


@pytest.mark.slow
@pytest.mark.usefixtures("carols")
def test_login_without_a_terminal_gives_up_while_a_prompt_stays_open(
    aws: FullSandbox, terminal: Terminal, run: Run
) -> None:
    prompting = terminal("login")
    prompting.expect_exact(PROMPT)
    outcome = run("login", "--token-code", "123456", limit_seconds=70)
    assert outcome.exit_code == 4
    assert (
        "another login for session 'mfa' has been waiting for an answer for 45 s" in outcome.stderr
    )
    assert aws.calls.of("GetSessionToken") == []


def test_unattended_process_without_a_code_does_not_disturb_the_one_that_asks(
    aws: FullSandbox, phone: Device, terminal: Terminal, parallel: ParallelRuns
) -> None:
    prompting = terminal("login")
    prompting.expect_exact(PROMPT)
    parallel.start(["credential-process"])
    parallel.wait_until_waiting(1)
    prompting.sendline(phone.code())
    prompting.expect("good for 12h")
    assert parallel.exit_codes() == [0]
    assert len(aws.calls.of("GetSessionToken")) == 1


# One terminal


class BackgroundLogins:
    """Logins in the background of a script: on its terminal, with SIGINT ignored."""

    SCRIPT = """
import signal, subprocess, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)  # as sh does for `command &` in a script
program, count = sys.argv[1], int(sys.argv[2])
logins = []
for number in range(count):
    with open(f"stderr.{number}", "wb") as stderr:
        logins.append(subprocess.Popen([program, "login"], stdin=subprocess.DEVNULL, stderr=stderr))
print("pids", *(process.pid for process in logins), flush=True)
print("codes", *(process.wait() for process in logins), flush=True)
"""

    def __init__(self, home: Path, terminal: Terminal, program: str, count: int) -> None:
        """Start them."""
        self._home, self._count = home, count
        argv = ("-c", self.SCRIPT, program, str(count))
        self.tty: pexpect.spawn[str] = terminal(
            *argv, program=sys.executable, limit_seconds=PATIENCE_SECONDS
        )
        self._pids = self._numbers_after("pids")

    def wait_for_prompt(self, waiting: int) -> None:
        """Return when one login asks and `waiting` others wait for it."""
        self.tty.expect_exact(PROMPT)
        until(lambda: sum(self._waits(n) for n in range(self._count)) >= waiting, "all waiting")

    def pid_of_asker(self) -> int:
        """Return the process that does not wait: the one that asks."""
        [asker] = [number for number in range(self._count) if not self._waits(number)]
        return self._pids[asker]

    def exit_codes(self) -> list[int]:
        """Wait until all have ended, and return their exit codes; a signal's is negative."""
        return self._numbers_after("codes")

    def _numbers_after(self, word: str) -> list[int]:
        self.tty.expect(word + r"((?: -?\d+)+)\r\n")
        return [int(text) for text in str(self.tty.match.group(1)).split()]

    def said(self) -> list[str]:
        """Return what each login has written to stderr."""
        return [self._read(number) for number in range(self._count)]

    def _read(self, number: int) -> str:
        return (self._home / f"stderr.{number}").read_text()

    def _waits(self, number: int) -> bool:
        return WAITS in self._read(number)


StartLogins = Callable[[int], BackgroundLogins]


@pytest.fixture
def start_logins(carols: AwsFiles, home: Path, terminal: Terminal, program: str) -> StartLogins:
    del carols  # the file has her keys
    return lambda count: BackgroundLogins(home, terminal, program, count)


def test_one_typed_code_serves_all_commands_on_the_terminal(
    aws: FullSandbox, phone: Device, start_logins: StartLogins
) -> None:
    started = start_logins(MANY)
    started.wait_for_prompt(MANY - 1)
    started.tty.sendline(phone.code())
    assert started.exit_codes() == [0] * MANY, started.said()
    assert PROMPT not in (started.tty.before or "")
    assert len(aws.calls.of("GetSessionToken")) == 1


def test_after_three_wrong_codes_no_login_asks_again(
    aws: FullSandbox, start_logins: StartLogins
) -> None:
    started = start_logins(MANY)
    started.wait_for_prompt(MANY - 1)
    for code in ("000001", "000002"):
        started.tty.sendline(code)
        started.tty.expect_exact(PROMPT)
    started.tty.sendline("000003")
    assert started.exit_codes() == [4] * MANY, started.said()
    assert PROMPT not in (started.tty.before or "")
    assert len(aws.calls.of("GetSessionToken")) == 3
    assert sum("AWS rejected the code" in said for said in started.said()) == 1


def test_after_control_c_no_login_asks_again(aws: FullSandbox, start_logins: StartLogins) -> None:
    started = start_logins(MANY)
    started.wait_for_prompt(MANY - 1)
    started.tty.sendintr()
    assert started.exit_codes() == [130] * MANY, started.said()
    assert PROMPT not in (started.tty.before or "")
    assert aws.calls.of("GetSessionToken") == []


def test_when_the_login_that_asks_is_killed_the_next_one_asks(
    aws: FullSandbox, phone: Device, start_logins: StartLogins
) -> None:
    started = start_logins(2)
    started.wait_for_prompt(1)
    os.kill(started.pid_of_asker(), signal.SIGKILL)
    started.tty.expect_exact(PROMPT)
    started.tty.sendline(phone.code())
    assert sorted(started.exit_codes()) == [-signal.SIGKILL, 0]
    assert len(aws.calls.of("GetSessionToken")) == 1


# The file's lock


def test_an_open_prompt_does_not_lock_the_credentials_file(
    aws: FullSandbox, carol: User, carols: AwsFiles, phone: Device, terminal: Terminal, run: Run
) -> None:
    dave = aws.create_user("dave", policies=[ALLOW_ALL])
    daves_phone = aws.create_device(dave)
    carols.write(long_term(carol) + "region = eu-west-1\n\n" + long_term(dave, "dave"))
    prompting = terminal("login")
    prompting.expect_exact(PROMPT)
    other = run("login", "--profile", "daves", "--source-profile", "dave", "--token-code",
                daves_phone.code())  # fmt: skip
    cli = ["aws", "configure", "set"]
    outside = processes.run_process([*cli, "aws_access_key_id", "AKIAOUTSIDE", "--profile", "new"])
    prompting.sendline(phone.code())
    prompting.expect("good for 12h")
    assert (other.exit_code, outside.exit_code) == (0, 0), (other, outside)
    assert (carols.section("daves") or {})["mfa_session_source_profile"] == "dave"
    assert carols.section("new") == {"aws_access_key_id": "AKIAOUTSIDE"}
    assert (carols.section("mfa") or {})["mfa_session_source_profile"] == "default"
    assert re.search(r"\[default\]\naws_access_key_id = AKIA", carols.credentials.read_text())
