"""Every hint that shows a command of mfa-session helps when it is run word for word."""

from __future__ import annotations

import os
import re
import shlex
from typing import TYPE_CHECKING

import pytest

from commands.hint_rows import KEYRING, PLAIN, World
from commands.hints import ROWS
from mfa_session.model.errors import DeclinedError
from mfa_session.sandbox.clock import STEP_SECONDS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import processes
    from commands.hint_rows import Row
    from conftest import Run
    from full_sandbox import FullSandbox
    from in_process import JumpingClock
    from mfa_session.sandbox.identities import Device, User
    from places import AwsFiles
    from sandboxed import LogIn

TAKES_CODE = {"login", "configure", "exec", "guard", "credential-process", "warm", "console", "env"}
SHOWN = re.compile(r"`(mfa-session [^`]+)`")


@pytest.fixture
def world(  # noqa: PLR0917  # the parts of a World
    aws: FullSandbox,
    carol: User,
    phone: Device,
    carols: AwsFiles,
    home: Path,
    run: Run,
    log_in: LogIn,
    clock: JumpingClock,
    monkeypatch: pytest.MonkeyPatch,
) -> World:
    """Return carol's home with a keyring that works."""
    os.environ.update(PYTHON_KEYRING_BACKEND=KEYRING, FILE_KEYRING=str(home / "keyring.json"))
    return World(aws, carol, phone, carols, home, run, log_in, clock, monkeypatch)


class Runs:
    """Runs commands in a world, with an unused code in the environment for a login."""

    def __init__(self, world: World, row: Row) -> None:
        """Take the world, and the row's variables."""
        self._world = world
        self._env = dict(row.env)
        if "MFA_SESSION_CONFIG" in row.env:
            self._env["MFA_SESSION_CONFIG"] = str(world.home / row.env["MFA_SESSION_CONFIG"])

    def __call__(
        self, argv: Sequence[str], *, gives_code: bool, typed: str | None = None
    ) -> processes.Outcome:
        """Run a command to its end."""
        env = dict(self._env)
        if gives_code and argv[0] in TAKES_CODE:
            env["MFA_SESSION_TOKEN_CODE"] = self._code_for(argv)
        return self._world.run(*argv, env=env, input=typed)

    def _code_for(self, argv: Sequence[str]) -> str:
        """Return the next code of the device that is named, or else of the first."""
        self._world.aws.clock.advance(STEP_SECONDS)
        devices = self._world.carol.devices
        named = [device for device in devices if device.serial in argv]
        return [*named, *devices, self._world.phone][0].code()


def shown_in(text: str, row: Row) -> list[str]:
    """Return the words of the command in a hint, without the program's name."""
    shown = [command for command in SHOWN.findall(text) if row.shows in command]
    assert shown, text
    command = shown[0]
    for placeholder, value in row.fills.items():
        assert placeholder in command
        command = command.replace(placeholder, value)
    return shlex.split(command)[1:]


def follow(command: Sequence[str], run: Runs, row: Row) -> processes.Outcome:
    """Run the command of a hint as a person would, who confirms it if the row says so."""
    typed = PLAIN if "<FILE" in command else row.typed
    words = [word for word in command if word != "<FILE"]
    outcome = run(words, gives_code=True, typed=typed)
    if row.agrees and outcome.exit_code == DeclinedError.exit_code:
        outcome = run([*words, "--yes"], gives_code=True, typed=typed)
    return outcome


@pytest.mark.parametrize("name", ROWS)
def test_a_hint_run_word_for_word_solves_the_problem(name: str, world: World) -> None:
    row = ROWS[name]
    row.state(world)
    run = Runs(world, row)
    first = run(row.argv, gives_code=row.gives_code, typed=row.typed)
    assert (first.exit_code == 0) == (row.exit_code == 0), first
    command = shown_in(first.stderr, row)
    row.meanwhile(world)
    followed = follow(command, run, row)
    assert followed.exit_code == 0, (command, followed)
    then = run(row.then or row.argv, gives_code=False, typed=row.typed)
    assert (then.exit_code, SHOWN.findall(then.stderr) if row.then is None else []) == (0, []), then
