"""`prompt` prints a session and its time left, or nothing, and never breaks a prompt."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

import processes
from places import AwsFiles, in_seconds, managed

if TYPE_CHECKING:
    from conftest import Run
    from sandboxed import LogIn

KEYS = "[default]\naws_access_key_id = AKIAEXAMPLEEXAMPLE12\naws_secret_access_key = x\n"
KEYS += "mfa_serial = arn:aws:iam::123456789012:mfa/carols-phone\n"  # so AWS is not asked for it
HOUR = 3600
MINUTE = 60


def on_path() -> dict[str, str]:
    """Return a PATH on which the program is found."""
    scripts = os.path.dirname(processes.installed_program("mfa-session"))
    return {"PATH": scripts + os.pathsep + os.environ["PATH"]}


def test_the_default_session_is_shown_after_a_login(run: Run, log_in: LogIn) -> None:
    log_in()
    assert run("prompt") == (0, "mfa 11h59m\n", "")


def test_nothing_is_shown_without_a_session(run: Run, files: AwsFiles) -> None:
    assert run("prompt") == (0, "", "")
    files.write(managed(seconds_left=-1))
    assert run("prompt") == (0, "", "")
    assert run("prompt", "--profile", "nobody") == (0, "", "")


def test_a_session_is_named_by_its_name_or_its_profile(run: Run, files: AwsFiles) -> None:
    files.write(
        managed(seconds_left=HOUR)
        + managed("books", seconds_left=43 * MINUTE + 30)
        + managed("carol-mfa", mfa_session_name="carol", seconds_left=5 * HOUR + 30),
        settings='[defaults]\nprofile = "carol"\n',
    )
    shown = {name: run("prompt", "--profile", name).stdout for name in ("books", "carol-mfa")}
    assert shown == {"books": "books 43m\n", "carol-mfa": "carol 5h\n"}
    assert run("prompt") == (0, "carol 5h\n", "")
    assert run("prompt", env={"MFA_SESSION_PROFILE": "books"}) == (0, "books 43m\n", "")


def test_inside_exec_the_session_in_use_is_shown(run: Run, files: AwsFiles) -> None:
    others = managed("other", seconds_left=2 * HOUR - 30)
    files.write(KEYS + managed("mfa", seconds_left=12 * HOUR - 30) + others)
    inside = run("exec", "--profile", "other", "--", "mfa-session", "prompt", env=on_path())
    assert inside == (0, "other 1h59m\n", "")
    named = ("exec", "--profile", "other", "--", "mfa-session", "prompt", "--profile", "mfa")
    assert run(*named, env=on_path()) == (0, "mfa 11h59m\n", "")


def test_inside_exec_serve_the_time_left_is_that_of_the_session_in_the_files(
    run: Run, files: AwsFiles
) -> None:
    files.write(KEYS + managed("mfa", seconds_left=12 * HOUR - 30) + managed("other"))
    served = ("exec", "--serve", "--", "mfa-session", "prompt")
    assert run(*served, env=on_path()) == (0, "mfa 11h59m\n", "")
    files.write(KEYS)
    assert run("prompt", env={"MFA_SESSION_ACTIVE": "mfa"}) == (0, "mfa\n", "")


def test_an_expired_session_in_use_is_not_shown(run: Run, files: AwsFiles) -> None:
    files.write(managed(seconds_left=HOUR))
    expired = {"MFA_SESSION_ACTIVE": "mfa", "AWS_CREDENTIAL_EXPIRATION": in_seconds(-10)}
    assert run("prompt", env=expired) == (0, "", "")


@pytest.mark.parametrize(
    ("seconds_left", "shown"),
    [
        (HOUR + 30, "\x01\x1b[32m\x02mfa 1h\x01\x1b[0m\x02\n"),
        (10 * MINUTE + 30, "\x01\x1b[33m\x02mfa 10m\x01\x1b[0m\x02\n"),
        (4 * MINUTE + 30, "\x01\x1b[31m\x02mfa 4m\x01\x1b[0m\x02\n"),
    ],
)
def test_color_marks_the_time_left(
    run: Run, files: AwsFiles, seconds_left: int, shown: str
) -> None:
    files.write(managed(seconds_left=seconds_left))
    assert run("prompt", "--color", "bash") == (0, shown, "")
    plain = run("prompt").stdout
    assert plain.strip() in shown
    for variable in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        assert run("prompt", "--color", "bash", env=variable) == (0, plain, "")


@pytest.mark.parametrize(
    ("credentials", "settings"),
    [("[mfa]\nno key\n", None), ("\ufeff[mfa]\n", None), (managed(), "[defaults\n")],
)
def test_a_broken_file_is_silent_but_for_the_exit_code(
    run: Run, files: AwsFiles, credentials: str, settings: str | None
) -> None:
    files.write(credentials, settings=settings)
    assert run("prompt") == (3, "", "")
    verbose = run("prompt", "-v")
    assert (verbose.exit_code, verbose.stdout) == (3, "")
    assert str(files.settings if settings else files.credentials) in verbose.stderr
