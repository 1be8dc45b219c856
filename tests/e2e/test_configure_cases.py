"""Invalid answers and interrupts of `configure` change nothing."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING

import pexpect
import pytest

from configuring import BOOKS, ROLE, tree
from places import long_term, managed

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run, Terminal
    from mfa_session.sandbox import Sandbox
    from mfa_session.sandbox.identities import Device, User
    from places import AwsFiles

pytestmark = pytest.mark.skipif(os.name == "nt", reason="terminals and modes of POSIX")

BAD = {
    "no keys": ((), "", "", "", "no-long-term-keys", "aws configure"),
    "several keys": ((), "{home}{work}", "", "", "answer-needed", "--source-profile"),
    "several devices": (("--profile", "two"), "{default}", "", "", "several-mfa-devices",
                        "--mfa-serial"),
    "no such source": (("--source-profile", "nosuch"), "{default}", "", "", "no-such-profile",
                       "nosuch"),
    "a source of session keys": (("--source-profile", "had"), "{default}{had}", "", "",
                                 "temporary-source", "had"),
    "a name that is the source": (("--profile", "default"), "{default}", "", "",
                                  "protected-profile", "holds long-term keys"),
    "a name no SDK reads": (("--profile", "a b"), "{default}", "", "", "bad-profile-name", "a b"),
    "a name of a role": (("--profile", "books"), "{default}", "", BOOKS, "role-session", "books"),
    "a role's session": (("--profile", "r"), "{default}", '[sessions.r]\nvia = "mfa"\n', "",
                         "role-session", "'r'"),
    "a passkey": (("--mfa-serial", "arn:aws:iam::123456789012:u2f/user/carol/k"), "{default}", "",
                  "", "passkey-device", "passkey"),
    "too long": (("--duration", "37h"), "{default}", "", "", "duration-out-of-range", "36h"),
    "too short": (("--duration", "0"), "{default}", "", "", "duration-out-of-range", "0s is"),
    "no command": (("--code", "command"), "{default}", "", "", "answer-needed", "--code-command"),
    "an empty command": (("--code-command", " "), "{default}", "", "", "no-code-command",
                         "is empty"),
    "no region": (("--region", "eu west"), "{default}", "", "", "bad-region", "'eu west'"),
    "no role's ARN": (("--role", "x=y"), "{default}", "", "", "bad-role-arn", "'y'"),
    "a role with a bad name": (("--role", f"a b={ROLE}"), "{default}", "", "", "bad-profile-name",
                               "a b"),
    "a role over a key": (("--role", f"default={ROLE}"), "{default}", "", "", "not-repointable",
                          "default"),
    "a role elsewhere": (("--role", f"other={ROLE}"), "{default}", "", BOOKS, "setting-exists",
                         "source_profile of profile 'other' is elsewhere, and would become mfa"),
    "to repoint nothing": (("--repoint", "nosuch"), "{default}", "", "", "no-such-profile",
                           "nosuch"),
    "to repoint another's": (("--repoint", "other"), "{default}", "", BOOKS, "not-repointable",
                             "'elsewhere', not 'default'"),
    "to repoint a long one": (("--repoint", "books"), "{default}", "",
                              BOOKS.replace("output = text", "duration_seconds = 7200"),
                              "not-repointable", "at most 1 h"),
    "another value": (("--duration", "8h"), "{default}", '[sessions.mfa]\nduration = "12h"\n', "",
                      "setting-exists", "sessions.mfa.duration is 12h, and would become 8h"),
    "broken settings": ((), "{default}", "[sessions.mfa\n", "", "bad-settings-file", "line 1"),
    "an unknown setting": ((), "{default}", "[sessions.mfa]\ndurations = 1\n", "",
                           "unknown-setting", "duration"),
    "broken profiles": ((), "{default}", "", "[a]\n[a]\n", "unreadable-file", "line 2"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_answers_change_nothing(
    run: Run, files: AwsFiles, carol: User, phone: Device, aws: Sandbox, home: Path, case: str
) -> None:
    argv, credentials, settings, config, code, says = BAD[case]
    if case == "several devices":
        aws.create_device(carol, name="carols-tablet")
    texts = {name: long_term(carol, name) for name in ("default", "home", "work")}
    texts["had"] = managed("had")
    files.write(credentials.format(**texts), settings=settings or None, config=config or None)
    before = tree(home)
    outcome = run("configure", "--no-input", "--json", *argv)
    assert outcome.exit_code == 3, outcome
    error = json.loads(outcome.stdout)["error"]
    assert error["code"] == code, error
    assert says in f"{error['message']} {error['hint']}"
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
@pytest.mark.parametrize(("way", "exit_code"), [("c", 130), ("d", 4), ("TERM", 143)])
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
