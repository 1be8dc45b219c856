"""Invalid answers and interrupts of `configure` change nothing."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING, NamedTuple

import pexpect
import pytest

from configuring import BOOKS, ROLE, tree
from places import long_term, managed

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run, Terminal
    from full_sandbox import FullSandbox
    from mfa_session.sandbox.identities import Device, User
    from places import AwsFiles

pytestmark = pytest.mark.skipif(os.name == "nt", reason="terminals and modes of POSIX")


NO_KEYRING = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}


class Case(NamedTuple):
    """Options and files, and the error: its code, and a part of its message or hint."""

    code: str
    says: str
    argv: tuple[str, ...] = ()
    credentials: str = "{default}"
    settings: str | None = None
    config: str | None = None


BAD = {
    "no keys": Case("no-long-term-keys", "aws configure", credentials=""),
    "several keys": Case("answer-needed", "--source-profile", credentials="{home}{work}"),
    "several devices": Case("several-mfa-devices", "--mfa-serial", ("--profile", "two")),
    "a source profile that does not exist": Case(
        "no-such-profile", "nosuch", ("--source-profile", "nosuch")
    ),
    "a source profile with session keys": Case(
        "temporary-source", "issued", ("--source-profile", "issued"), "{default}{issued}"
    ),
    "the source profile's name": Case(
        "protected-profile", "holds long-term keys", ("--profile", "default")
    ),
    "a name that not every SDK reads": Case("bad-profile-name", "a b", ("--profile", "a b")),
    "a name of a role profile": Case("role-session", "books", ("--profile", "books"), config=BOOKS),
    "a session of a role": Case(
        "role-session", "'r'", ("--profile", "r"), settings='[sessions.r]\nvia = "mfa"\n'
    ),
    "a passkey": Case(
        "passkey-device",
        "passkey",
        ("--mfa-serial", "arn:aws:iam::123456789012:u2f/user/carol/k"),
    ),
    "a duration that is too long": Case("duration-out-of-range", "36h", ("--duration", "37h")),
    "a duration that is too short": Case("duration-out-of-range", "0s is", ("--duration", "0")),
    "codes of a command that is missing": Case(
        "answer-needed", "--code-command", ("--code", "command")
    ),
    "codes of a keyring that is missing": Case(
        "keyring-unusable", "no keyring was found", ("--code", "keyring")
    ),
    "an empty command": Case("no-code-command", "is empty", ("--code-command", " ")),
    "an invalid region": Case("bad-region", "'eu west'", ("--region", "eu west")),
    "an invalid role ARN": Case("bad-role-arn", "'y'", ("--role", "x=y")),
    "a role with a bad name": Case("bad-profile-name", "a b", ("--role", f"a b={ROLE}")),
    "a role in a profile with keys": Case(
        "not-repointable", "default", ("--role", f"default={ROLE}")
    ),
    "a role of another source profile": Case(
        "setting-exists",
        "source_profile of profile 'other' is elsewhere, and would become mfa",
        ("--role", f"other={ROLE}"),
        config=BOOKS,
    ),
    "repointing a profile that does not exist": Case(
        "no-such-profile", "nosuch", ("--repoint", "nosuch")
    ),
    "repointing a role of another source profile": Case(
        "not-repointable", "'elsewhere', not 'default'", ("--repoint", "other"), config=BOOKS
    ),
    "repointing a role of two hours": Case(
        "not-repointable",
        "at most 1 h",
        ("--repoint", "books"),
        config=BOOKS.replace("output = text", "duration_seconds = 7200"),
    ),
    "a value other than the one set": Case(
        "setting-exists",
        "sessions.mfa.duration is 12h, and would become 8h",
        ("--duration", "8h"),
        settings='[sessions.mfa]\nduration = "12h"\n',
    ),
    "a broken config.toml": Case("bad-settings-file", "line 1", settings="[sessions.mfa\n"),
    "an unknown setting": Case(
        "unknown-setting", "duration", settings="[sessions.mfa]\ndurations = 1\n"
    ),
    "a broken config file": Case("unreadable-file", "line 2", config="[a]\n[a]\n"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_answers_change_nothing(
    run: Run, files: AwsFiles, carol: User, phone: Device, aws: FullSandbox, home: Path, name: str
) -> None:
    case = BAD[name]
    if name == "several devices":
        aws.create_device(carol, name="carols-tablet")
    texts = {profile: long_term(carol, profile) for profile in ("default", "home", "work")}
    texts["issued"] = managed("issued")
    files.write(case.credentials.format(**texts), settings=case.settings, config=case.config)
    before = tree(home)
    outcome = run("configure", "--no-input", "--json", *case.argv, env=NO_KEYRING)
    assert outcome.exit_code == 3, outcome
    error = json.loads(outcome.stdout)["error"]
    assert error["code"] == case.code, error
    assert case.says in f"{error['message']} {error['hint']}"
    assert tree(home) == before
    assert aws.count("GetSessionToken") == 0
    del phone


def test_default_is_the_source_if_nobody_can_be_asked(
    run: Run, files: AwsFiles, carol: User, phone: Device
) -> None:
    files.write(long_term(carol, "dave") + long_term(carol))
    outcome = run("configure", "--no-input", "--no-login")
    assert outcome.exit_code == 0, outcome
    assert "long-term keys: profile 'default' (others: dave)" in outcome.stderr
    assert 'source_profile = "default"' in files.settings.read_text()
    del phone


@pytest.mark.parametrize("question", ["Session name", "How long", "Codes come", "Write this"])
@pytest.mark.parametrize(
    ("way", "exit_code"),
    [("c", 130), ("d", 4), ("TERM", 143)],
    ids=["Ctrl-C", "Ctrl-D", "SIGTERM"],
)
def test_leaving_at_any_question_changes_nothing(
    terminal: Terminal, carols: AwsFiles, home: Path, question: str, way: str,
    exit_code: int,
) -> None:  # fmt: skip
    carols.write(config=BOOKS, settings="# mine\n")
    before = tree(home)
    tty = terminal("configure", "--no-guard", "--no-login")
    for asked in ("Session name", "How long", "Codes come", "Take the role", "Write this"):
        tty.expect_exact(asked)
        if asked == question:
            break
        tty.sendline("y" if asked == "Take the role" else "")
    if way == "TERM":
        tty.kill(signal.SIGTERM)
    else:
        tty.sendcontrol(way)
    tty.expect_exact(pexpect.EOF)
    tty.close()
    assert tty.exitstatus == exit_code
    assert tree(home) == before
