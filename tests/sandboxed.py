"""The sandbox, one for the whole run and empty for each test, and a person who uses it.

A plugin of pytest's: tests in commands/ and e2e/ get an empty sandbox without asking for it.
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
    from in_process import JumpingClock
    from mfa_session.sandbox import Sandbox
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
"""All is allowed, but stopping instances and taking roles only with MFA."""


class LogIn(Protocol):
    """Log in with the phone's next code, and be sure that it worked."""

    def __call__(
        self, *argv: str, env: Mapping[str, str | None] | None = None
    ) -> processes.Outcome: ...


@pytest.fixture(scope="session")
def sandbox(aws_models: None) -> Iterator[Sandbox]:
    """Start the sandbox once for the run; tests take `aws`, which is empty each time."""
    from mfa_session.sandbox import Sandbox  # moto, and unit tests need none

    del aws_models  # for what runs in this process
    with Sandbox() as sandbox:
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
def aws(sandbox: Sandbox, home: Path, clock: JumpingClock, cli_folder: str) -> Sandbox:
    """Empty the sandbox, and point this process and its children at it."""
    del home  # it puts the environment back after the test
    sandbox.reset()
    clock.jumped = sandbox.clock.advance
    os.environ.update(sandbox.environ())
    os.environ["PATH"] = os.pathsep.join([cli_folder, os.environ["PATH"]])
    return sandbox


@pytest.fixture
def carol(aws: Sandbox) -> User:
    """Make carol, who may do all, but some of it only with MFA."""
    return aws.create_user("carol", policies=[STEP_UP])


@pytest.fixture
def phone(aws: Sandbox, carol: User) -> Device:
    """Give carol a virtual device."""
    return aws.create_device(carol, name="carols-phone")


@pytest.fixture
def files(home: Path) -> AwsFiles:
    """Name the files of the test's home; none is there yet."""
    return AwsFiles(home)


@pytest.fixture
def carols(files: AwsFiles, carol: User, phone: Device) -> AwsFiles:
    """Put carol's long-term keys into the profile `default`."""
    del phone  # she has one
    files.write(long_term(carol) + "region = eu-west-1\n")
    return files


@pytest.fixture
def log_in(run: Run, aws: Sandbox, carols: AwsFiles, phone: Device) -> LogIn:
    """Return a function that logs in, with a code that was not used before."""
    del carols  # they are there
    used: list[None] = []

    def log_in(*argv: str, env: Mapping[str, str | None] | None = None) -> processes.Outcome:
        if used:
            aws.clock.advance(30)  # the sandbox's next window; it takes codes of two around
        used.append(None)
        outcome = run("login", "--token-code", phone.code(), *argv, env=env)
        assert outcome.exit_code == 0, outcome
        return outcome

    return log_in
