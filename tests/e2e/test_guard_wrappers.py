"""Nested guards ask once, and wrappers on PATH do not loop."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pexpect
import pytest

import processes
from guarding import SHOW, STOP, path_with, put_program, real_cli, shown_by
from places import managed

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run, Terminal
    from full_sandbox import FullSandbox
    from mfa_session.sandbox.identities import Device
    from places import AwsFiles
    from sandboxed import LogIn

PROMPT = "MFA code for arn:aws:iam::123456789012:mfa/carols-phone (session mfa): "
CALL = '{program} guard -- aws "$@"'
WRAPPERS = {
    "exec": "#!/bin/sh\nexec " + CALL + "\n",
    "without exec": "#!/bin/bash\n" + CALL + "\n",
    "a function": "#!/bin/bash\nguarded() {{ " + CALL + '; }}\nguarded "$@"\n',
    "a sourced function": '#!/bin/bash\n. {home}/functions\nguarded "$@"\n',
    "a sourced function in a subshell": "#!/bin/bash\n. {home}/functions\n"
    '( (guarded "$@"; exit) ; exit)\n',
    "through another program": '#!/bin/sh\n{home}/other "$@"\nexit $?\n',
    "guard in a variable": '#!/bin/sh\nsafe=guard\nexec {program} $safe -- "${{0##*/}}" "$@"\n',
    "Python": "#!/usr/bin/env python3\nimport os, sys\n"
    'os.execv("{program}", ["mfa-session", "guard", "--", "aws", *sys.argv[1:]])\n',
}


@pytest.fixture
def wrapped(home: Path, program: str) -> Path:
    """Write a program and a file of functions to the home; return a folder for wrappers."""
    call = CALL.format(program=program)
    (home / "functions").write_text(f"guarded() {{ {call}; }}\n")
    put_program(home, "other", f"#!/bin/sh\n{call}\n")
    put_program(home / "real", "aws", SHOW)
    os.environ["PATH"] = path_with(home / "wrappers", home / "more", home / "real")
    return home / "wrappers"


@pytest.mark.parametrize("name", WRAPPERS)
def test_a_wrapper_on_path_does_not_loop(
    carols: AwsFiles, wrapped: Path, home: Path, program: str, name: str
) -> None:
    carols.write(carols.credentials.read_text() + managed(mfa_session_source_key_id=key_of(carols)))
    wrapper = put_program(wrapped, "aws", WRAPPERS[name].format(program=program, home=home))
    (home / "more").mkdir()
    (home / "more" / "aws").symlink_to(wrapper)
    for command in (str(wrapper), program):
        argv = STOP[1:] if command == str(wrapper) else ("guard", "--", *STOP)
        shown = shown_by(run_program(command, *argv))
        assert shown["argv"] == list(STOP[1:])
        assert shown["env"]["MFA_SESSION_ACTIVE"] == "mfa"
        assert "MFA_SESSION_GUARD_LED_TO" not in shown["env"]


def run_program(command: str, *argv: str) -> processes.Outcome:
    """Run a program to its end."""
    return processes.run_process([command, *argv], limit_seconds=20)


def key_of(files: AwsFiles) -> str:
    """Return the key id of the profile `default`."""
    return (files.section("default") or {})["aws_access_key_id"]


@pytest.mark.parametrize("name", WRAPPERS)
def test_a_wrapper_of_a_missing_program_ends_with_an_error(
    apart: Run, wrapped: Path, home: Path, program: str, name: str
) -> None:
    put_program(wrapped, "aws", WRAPPERS[name].format(program=program, home=home))
    (home / "real" / "aws").unlink()
    path = os.pathsep.join([str(wrapped), "/usr/bin", "/bin"])
    outcome = apart("guard", "--", "aws", "s3", "ls", env={"PATH": path})
    assert (outcome.exit_code, outcome.stdout) == (127, "")
    assert "only wrappers that call mfa-session are on PATH" in outcome.stderr
    assert outcome.stderr.count("error") == 1


def test_a_program_that_calls_a_wrapped_aws_asks_once(
    terminal: Terminal,
    carols: AwsFiles,
    phone: Device,
    wrapped: Path,
    program: str,
    aws: FullSandbox,
) -> None:
    carols.write(settings='[guard]\nconfirm = true\ncommands = ["terraform destroy"]\n')
    put_program(wrapped, "aws", WRAPPERS["exec"].format(program=program))
    put_program(wrapped, "terraform", f"#!/bin/sh\n{' '.join(STOP)} >out\nexec {' '.join(STOP)}\n")
    tty = terminal("guard", "--", "terraform", "destroy")
    tty.expect_exact(PROMPT)
    tty.sendline(phone.code())
    tty.expect_exact("Run it? [y/N] ")
    tty.sendline("y")
    tty.expect(pexpect.EOF)
    said = str(tty.before)
    assert '"MFA_SESSION_ACTIVE": "mfa"' in said
    assert ("protected, by" in said, "Run it?" in said) == (False, False)
    assert aws.count("GetSessionToken") == 1


def test_inside_exec_the_confirmation_is_asked_once(
    terminal: Terminal, log_in: LogIn, carols: AwsFiles, wrapped: Path, program: str
) -> None:
    log_in()
    carols.write(settings='[guard]\nconfirm = true\ncommands = ["terraform destroy"]\n')
    put_program(wrapped, "aws", WRAPPERS["exec"].format(program=program))
    put_program(wrapped, "terraform", f"#!/bin/sh\n{' '.join(STOP)}\nexec {' '.join(STOP)}\n")
    tty = terminal("exec", "--", program, "guard", "--", "terraform", "destroy")
    tty.expect_exact("Run it? [y/N] ")
    tty.sendline("y")
    tty.expect(pexpect.EOF)
    assert "Run it?" not in str(tty.before)
    assert str(tty.before).count('"MFA_SESSION_ACTIVE": "mfa"') == 2


def test_a_nested_guard_of_another_identity_uses_its_session(
    apart: Run, log_in: LogIn, carols: AwsFiles, wrapped: Path, program: str
) -> None:
    log_in()
    log_in("--profile", "other", "--source-profile", "default")
    carols.write(settings='[guard]\ncommands = ["terraform destroy"]\nprofile = "mfa"\n')
    inner = " ".join([program, "guard", "--", *STOP, "--profile", "other"])
    put_program(wrapped, "terraform", f"#!/bin/sh\nexec {inner}\n")
    shown = shown_by(apart("guard", "--", "terraform", "destroy"))
    assert shown["env"]["MFA_SESSION_ACTIVE"] == "other"
    assert shown["env"]["AWS_PROFILE"] == "other"


def test_a_shim_that_calls_its_own_command_is_not_taken_for_a_wrapper(
    apart: Run, wrapped: Path, home: Path, program: str
) -> None:
    put_program(wrapped, "aws", WRAPPERS["exec"].format(program=program))
    put_program(home / "more", "aws", f'#!/bin/bash\nexec {home}/hidden/aws "$@"\n')
    again = "os.spawnlp(os.P_WAIT, 'aws', 'aws', 's3', 'ls')"
    put_program(
        home / "hidden",
        "aws",
        f"#!{sys.executable}\nimport os, sys\nif sys.argv[1:] == ['alias']: sys.exit({again})\n"
        + SHOW.partition("\n")[2],
    )
    (home / "real" / "aws").unlink()
    path = path_with(wrapped, home / "more").replace(real_cli(), "")
    shown = shown_by(apart("guard", "--", "aws", "alias", env={"PATH": path}))
    assert shown["argv"] == ["s3", "ls"]
