"""`--json` prints one versioned object for results and for errors."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from places import managed

if TYPE_CHECKING:
    from conftest import Run
    from mfa_session.sandbox.identities import Device
    from places import AwsFiles
    from sandboxed import LogIn

KEYS = "[default]\naws_access_key_id = AKIAEXAMPLEEXAMPLE12\naws_secret_access_key = x\n"
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def parse(text: str) -> dict[str, Any]:
    """Parse a text that must be one JSON object."""
    found: dict[str, Any] = json.loads(text)
    return found


def test_login_prints_its_sessions_as_json(log_in: LogIn, phone: Device) -> None:
    outcome = log_in("--json")
    answer = parse(outcome.stdout)
    (session,) = answer["sessions"]
    for key in ("authenticated_at", "expires_at"):
        assert RFC_3339.fullmatch(session.pop(key))
    assert 43100 < session.pop("seconds_left") <= 43200
    assert answer == {
        "version": 1,
        "sessions": [
            {
                "name": "mfa",
                "profile": "mfa",
                "kind": "mfa",
                "managed": True,
                "valid": True,
                "source_profile": "default",
                "mfa_serial": phone.serial,
                "role_arn": None,
                "account": "123456789012",
                "mfa": True,
                "reused": False,
            }
        ],
        "errors": [],
    }
    assert outcome.stderr == ""


def test_the_failure_of_a_single_name_is_one_error(run: Run, files: AwsFiles) -> None:
    files.write(KEYS + managed("production"))
    outcome = run("login", "--profile", "prod", "--json")
    assert outcome.exit_code == 3
    assert parse(outcome.stdout) == {
        "version": 1,
        "error": {
            "code": "no-such-profile",
            "message": "no session and no profile is named 'prod'",
            "hint": "did you mean 'production'?",
        },
    }
    assert outcome.stderr == ""


def test_with_several_names_sessions_and_errors_are_listed(run: Run, files: AwsFiles) -> None:
    files.write(KEYS + managed())
    outcome = run("login", "--profile", "mfa", "--profile", "nowhere", "--json")
    answer = parse(outcome.stdout)
    assert outcome.exit_code == 3
    assert set(answer) == {"version", "sessions", "errors"}
    assert [session["name"] for session in answer["sessions"]] == ["mfa"]
    (error,) = answer["errors"]
    assert set(error) == {"name", "code", "message", "hint"}
    assert (error["name"], error["code"]) == ("nowhere", "no-such-profile")
    assert outcome.stderr == ""


def test_an_error_for_people_is_two_lines(run: Run, files: AwsFiles) -> None:
    files.write(KEYS + managed("production"))
    outcome = run("login", "--profile", "prod")
    assert (outcome.exit_code, outcome.stdout) == (3, "")
    assert outcome.stderr == (
        "mfa-session: error: no session and no profile is named 'prod'\n"
        "hint: did you mean 'production'?\n"
    )


@pytest.mark.parametrize("command", ["login", "status", "logout"])
def test_every_command_with_json_prints_errors_as_json(
    run: Run, files: AwsFiles, command: str
) -> None:
    files.write("[a]\nx = 1\n[a]\ny = 1\n")
    outcome = run(command, "--json")
    assert (outcome.exit_code, outcome.stderr) == (3, "")
    error = parse(outcome.stdout)["error"]
    assert error["code"] == "unreadable-file"
    assert "line 3" in error["message"]


def test_usage_errors_stay_text(run: Run) -> None:
    outcome = run("login", "--nosuch", "--json")
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert "No such option" in outcome.stderr


def test_json_keeps_characters_outside_ascii(run: Run, files: AwsFiles) -> None:
    files.write(managed("mfa", mfa_session_name="Grüße"))
    assert '"name": "Grüße"' in run("status", "--json").stdout
