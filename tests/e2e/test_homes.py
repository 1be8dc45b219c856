"""Without a home, or in another user's, nothing is written to a path `~` and no hint does harm.

A user namespace makes these processes run as a container's user without a passwd entry.
"""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

import processes
from unprivileged import NOBODY, become_nobody

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Run
    from full_sandbox import FullSandbox
    from mfa_session.sandbox.identities import Device
    from places import AwsFiles

    InContainer = Callable[..., processes.Outcome]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """An empty directory to work in."""
    path = tmp_path / "project"
    path.mkdir()
    return path


@pytest.fixture
def in_container(carols: AwsFiles, project: Path, program: str) -> InContainer:
    """Return a function that runs the program as a user without a passwd entry."""
    try:
        processes.run_process(["true"], prepare=become_nobody)
    except subprocess.SubprocessError:
        pytest.skip("this machine allows no user namespaces")
    env = {
        "HOME": None,
        "TMPDIR": str(project.parent),  # files in /tmp may belong to another user
        "AWS_SHARED_CREDENTIALS_FILE": str(carols.credentials),
        "AWS_CONFIG_FILE": str(carols.config),
    }

    def in_container(*argv: str, env: dict[str, str | None] = env) -> processes.Outcome:
        outcome = processes.run_process(
            [program, *argv], env, cwd=str(project), prepare=become_nobody
        )
        assert [path.name for path in project.rglob("*")] == []
        return outcome

    return in_container


def test_without_a_home_every_command_works_without_state(
    in_container: InContainer, carols: AwsFiles, phone: Device
) -> None:
    logged_in = in_container("login", "--token-code", phone.code())
    assert logged_in.exit_code == 0, logged_in
    assert "no home directory, and no XDG_STATE_HOME" in logged_in.stderr
    assert carols.section("mfa") is not None
    for argv in (
        ("login",),
        ("status", "--check"),
        ("exec", "--", "true"),
        ("env", "--shell", "bash"),
        ("credential-process",),
        ("prompt",),
        ("guard", "--", "true"),
        ("doctor", "--json"),
        ("logout",),
    ):
        outcome = in_container(*argv)
        assert outcome.exit_code == (argv[0] == "doctor"), (argv, outcome)
        assert "Traceback" not in outcome.stderr
        assert "~" not in outcome.stdout.replace("~/.local/state/mfa-session", "")


def test_without_a_home_and_variables_login_finds_no_keys(
    in_container: InContainer, aws: FullSandbox
) -> None:
    outcome = in_container("login", "--no-input", env={"HOME": None})
    assert outcome.exit_code == 3, outcome
    assert "/~/" not in outcome.stderr
    assert list(aws.calls) == []


def test_a_session_that_cannot_be_written_is_written_nowhere_else(
    in_container: InContainer, carols: AwsFiles, phone: Device, aws: FullSandbox
) -> None:
    carols.credentials.parent.chmod(0o555)
    try:
        refused = in_container("login", "--token-code", phone.code())
        assert (refused.exit_code, list(aws.calls.of("GetSessionToken"))) == (3, []), refused
        ran = in_container(
            "exec", "--token-code", phone.code(), "--", "printenv", "AWS_SESSION_TOKEN"
        )
    finally:
        carols.credentials.parent.chmod(0o755)
    assert ran.exit_code == 0, ran
    assert ran.stdout.strip()


@pytest.mark.skipif(
    os.name == "nt" or os.geteuid() != 0, reason="only root can be in another's home"
)
def test_root_in_anothers_home_is_told_to_run_as_the_owner(
    carols: AwsFiles, home: Path, run: Run
) -> None:
    for path in (home, *home.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    for argv in (("login", "--no-input"), ("status",), ("exec", "--", "true")):
        outcome = run(*argv)
        assert outcome.exit_code == 3, (argv, outcome)
        assert f"sudo -H -u '#{NOBODY}' mfa-session" in outcome.stderr
        assert "chown" not in outcome.stderr
    assert carols.credentials.stat().st_uid == NOBODY
