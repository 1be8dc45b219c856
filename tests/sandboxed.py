"""One sandbox for the run, emptied for each test, and its user carol.

A plugin of pytest: every test in commands/ and e2e/ gets an empty sandbox.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from typing import TYPE_CHECKING, Protocol

import pytest

from places import AwsFiles, long_term
from preloaded_cli import PreloadedCli

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import processes
    from conftest import Run
    from full_sandbox import FullSandbox
    from in_process import JumpingClock
    from mfa_session.sandbox.identities import Device, Document, User

STEP_UP: Document = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {
            "Effect": "Deny",
            "Action": ["ec2:StopInstances", "sts:AssumeRole"],
            "Resource": "*",
            "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
        },
    ],
}
"""Allows everything; stopping instances and assuming roles need MFA."""


class LogIn(Protocol):
    """Log in with the phone's next code, and check the success."""

    def __call__(
        self, *argv: str, env: Mapping[str, str | None] | None = None
    ) -> processes.Outcome: ...


@pytest.fixture(scope="session")
def sandbox(aws_models: None) -> Iterator[FullSandbox]:
    """Start the sandbox once for the run; tests use `aws`, which empties it."""
    from full_sandbox import FullSandbox  # imports moto; unit tests do not need it

    del aws_models  # read once for the clients of this process
    with FullSandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def cli_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The folder of an `aws` that runs the real AWS CLI without importing it anew."""
    if sys.platform != "linux":
        yield sysconfig.get_path("scripts")
        return
    cli = PreloadedCli(tmp_path_factory.mktemp("cli"))
    yield str(cli.folder)
    cli.stop()


@pytest.fixture
def aws(sandbox: FullSandbox, home: Path, clock: JumpingClock, cli_folder: str) -> FullSandbox:
    """Empty the sandbox, and point this process and its children at it."""
    del home  # the fixture restores the environment after the test
    sandbox.reset()
    clock.jumped = sandbox.clock.advance
    os.environ.update(sandbox.environ())
    os.environ["PATH"] = os.pathsep.join([cli_folder, os.environ["PATH"]])
    return sandbox


@pytest.fixture
def carol(aws: FullSandbox) -> User:
    """Make carol, who may do everything, some of it only with MFA."""
    return aws.create_user("carol", policies=[STEP_UP])


@pytest.fixture
def phone(aws: FullSandbox, carol: User) -> Device:
    """Give carol a virtual device."""
    return aws.create_device(carol, name="carols-phone")


@pytest.fixture
def files(home: Path) -> AwsFiles:
    """Return the test's AWS files, which do not exist yet."""
    return AwsFiles(home)


@pytest.fixture
def carols(files: AwsFiles, carol: User, phone: Device) -> AwsFiles:
    """Put carol's long-term keys into the profile `default`."""
    del phone
    files.write(long_term(carol) + "region = eu-west-1\n")
    return files


@pytest.fixture
def log_in(run: Run, aws: FullSandbox, carols: AwsFiles, phone: Device) -> LogIn:
    """Return a function that logs in, with a code that was not used before."""
    del carols
    used: list[None] = []

    def log_in(*argv: str, env: Mapping[str, str | None] | None = None) -> processes.Outcome:
        if used:
            aws.clock.advance(30)  # the next window; the sandbox accepts its neighbours, too
        used.append(None)
        outcome = run("login", "--token-code", phone.code(), *argv, env=env)
        assert outcome.exit_code == 0, outcome
        return outcome

    return log_in
