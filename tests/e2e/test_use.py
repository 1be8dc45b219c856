"""`use` prints a session's profile; `mfa_session_use` sets AWS_PROFILE in real shells."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pexpect
import pytest

from places import managed

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run, Terminal
    from full_sandbox import FullSandbox
    from mfa_session.sandbox.identities import Device
    from places import AwsFiles
    from sandboxed import LogIn

SHELLS = {
    "bash": ["--norc", "--noprofile", "-i"],
    "zsh": ["-f", "-i"],
    "fish": ["--no-config", "-i"],
}


def test_use_logs_in_if_necessary_and_prints_the_profile(
    run: Run, carols: AwsFiles, phone: Device, aws: FullSandbox
) -> None:
    outcome = run("use", "mfa", env={"MFA_SESSION_TOKEN_CODE": phone.code()})
    assert (outcome.exit_code, outcome.stdout) == (0, "mfa\n")
    assert outcome.stderr.endswith("AWS_PROFILE is 'mfa': good for 12h\n") or (
        "good for 11h 59m" in outcome.stderr
    )
    assert run("use", "mfa").stdout == "mfa\n"
    assert aws.count("GetSessionToken") == 1
    carols.write(settings='[sessions.work]\nsource_profile = "default"\nwrite_to = "elsewhere"\n')
    carols.write(carols.credentials.read_text() + managed("elsewhere", mfa_session_name="work"))
    key = carols.section("default") or {}
    text = carols.credentials.read_text().replace("AKIAEXAMPLEEXAMPLE12", key["aws_access_key_id"])
    carols.write(text)
    assert run("use", "work").stdout == "elsewhere\n"


@pytest.mark.parametrize(
    ("argv", "env", "exit_code", "says"),
    [
        ([], {}, 2, "nobody to ask for one"),
        (["nowhere"], {}, 3, "no session and no profile is named 'nowhere'"),
        (["-"], {}, 3, "is named '-'"),
        (["mfa", "--no-input"], {}, 4, "needs an MFA code"),
        (["mfa", "books"], {}, 2, "books"),
        (["mfa"], {"MFA_SESSION_MIN_TTL": "soon"}, 2, "soon"),
    ],
)
def test_bad_input_prints_no_profile(
    run: Run, carols: AwsFiles, argv: list[str], env: dict[str, str], exit_code: int, says: str
) -> None:
    before = carols.credentials.read_bytes()
    outcome = run("use", *argv, env=env)
    assert (outcome.exit_code, outcome.stdout) == (exit_code, "")
    assert says in outcome.stderr
    assert carols.credentials.read_bytes() == before


@pytest.mark.parametrize(
    ("env", "says"),
    [
        ({"AWS_ACCESS_KEY_ID": "ASIAX", "MFA_SESSION_ACTIVE": "mfa"}, "mfa-session env --unset"),
        ({"AWS_ACCESS_KEY_ID": "ASIAX"}, "unset AWS_ACCESS_KEY_ID"),
        ({"AWS_DEFAULT_PROFILE": "default"}, "unset AWS_DEFAULT_PROFILE"),
    ],
)
def test_variables_that_override_aws_profile_are_reported(
    run: Run, log_in: LogIn, env: dict[str, str], says: str
) -> None:
    log_in()
    if "AWS_ACCESS_KEY_ID" in env:
        env = {**env, "AWS_SECRET_ACCESS_KEY": "x", "AWS_SESSION_TOKEN": "x"}
    outcome = run("use", "mfa", env=env)
    assert (outcome.exit_code, outcome.stdout) == (0, "mfa\n")
    assert says in outcome.stderr


def start(
    terminal: Terminal, home: Path, shell: str, run: Run, path: str | None = None
) -> pexpect.spawn[str]:
    """Start a shell on a terminal and source shell-init's script."""
    (home / "init").write_text(run("shell-init", shell).stdout)
    env = {"PATH": path} if path else None
    child = terminal(*SHELLS[shell], program=shell, env=env)
    child.sendline("source ~/init; echo sour''ced")
    child.expect_exact("sourced")
    return child


def show_profile(child: pexpect.spawn[str]) -> None:
    """Have the shell print its profile in capitals, which the typed line does not contain."""
    child.sendline("printenv AWS_PROFILE | tr a-z A-Z")


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_asks_for_the_code_and_uses_the_session(
    terminal: Terminal, carols: AwsFiles, phone: Device, home: Path, run: Run, shell: str
) -> None:
    del carols
    child = start(terminal, home, shell, run)
    child.sendline("mfa_session_use mfa")
    child.expect("MFA code for .*: ")
    child.sendline(phone.code())
    child.expect_exact("AWS_PROFILE is 'mfa'")
    show_profile(child)
    child.expect_exact("MFA")


@pytest.mark.parametrize("shell", SHELLS)
def test_without_a_name_the_person_picks_a_number(
    terminal: Terminal, log_in: LogIn, carols: AwsFiles, home: Path, run: Run, shell: str
) -> None:
    carols.write(settings='[sessions.other]\nsource_profile = "default"\n')
    log_in()
    log_in("--profile", "other")
    run("use", "other")
    child = start(terminal, home, shell, run, path=_path_without_fzf(home))
    child.sendline("mfa_session_use")
    child.expect_exact("Which session?")
    child.expect(r"1  other +1[12]h.*\n.*2  mfa +1[12]h")
    child.expect_exact("Which one (1-2)? ")
    child.sendline("3")
    child.expect_exact("Which one (1-2)? ")
    child.sendline("2")
    child.expect_exact("AWS_PROFILE is 'mfa'")
    show_profile(child)
    child.expect_exact("MFA")


def _path_without_fzf(home: Path) -> str:
    """Return a PATH without fzf, whatever is installed."""
    folder = home / "only"
    folder.mkdir()
    for name in ("bash", "zsh", "fish", "sh", "tr", "printenv", "mfa-session", "python3"):
        found = next(
            (p for d in os.environ["PATH"].split(os.pathsep) if os.path.exists(p := f"{d}/{name}")),
            None,
        )
        if found:
            (folder / name).symlink_to(found)
    return str(folder)


FZF = """#!/bin/sh
cat >"$HOME/offered"
printf '%s\\n' "$@" >"$HOME/asked"
[ -z "$MFA_SESSION_TOKEN_CODE" ] || exit 2
sed -n "${PICKS}p" "$HOME/offered"
exit ${EXIT-0}
"""


@pytest.fixture
def fzf(home: Path, log_in: LogIn, carols: AwsFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a stand-in for fzf on PATH, and write two sessions."""
    carols.write(settings='[sessions.other]\nsource_profile = "default"\n')
    log_in()
    log_in("--profile", "other")
    (home / "bin").mkdir()
    (home / "bin" / "fzf").write_text(FZF)
    (home / "bin" / "fzf").chmod(0o755)
    monkeypatch.setenv("PATH", f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.usefixtures("fzf")
def test_fzf_picks_if_it_is_installed(terminal: Terminal, home: Path) -> None:
    child = terminal("use", env={"PICKS": "2", "MFA_SESSION_TOKEN_CODE": "123456"})
    child.expect_exact("AWS_PROFILE is 'other'")
    child.expect("other\r\n")
    child.expect(pexpect.EOF)
    assert child.wait() == 0
    lines = (home / "offered").read_text().splitlines()
    assert [line.split("\t")[1].split()[0] for line in lines] == ["mfa", "other"]


@pytest.mark.usefixtures("fzf")
def test_leaving_fzf_changes_nothing(terminal: Terminal) -> None:
    child = terminal("use", env={"PICKS": "9", "EXIT": "130"})
    child.expect_exact("nothing was chosen")
    child.expect(pexpect.EOF)
    assert child.wait() == 130


@pytest.mark.usefixtures("fzf")
def test_if_fzf_fails_the_person_picks_a_number(terminal: Terminal) -> None:
    child = terminal("use", env={"PICKS": "9", "EXIT": "2"})
    child.expect_exact("Which one (1-2)? ")
    child.sendline("1")
    child.expect_exact("AWS_PROFILE is 'mfa'")


@pytest.mark.parametrize("command", ["use", "warm"])
def test_an_unknown_name_shows_the_command_with_a_name_that_exists(
    run: Run, carols: AwsFiles, command: str
) -> None:
    assert carols.credentials.exists()
    outcome = run(command, "nowhere")
    assert outcome.exit_code == 3
    assert f"choose default: `mfa-session {command} default`" in outcome.stderr
