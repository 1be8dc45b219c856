"""`status` lists every session in the files offline, of any tool, and shows no secret."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from places import in_seconds, managed

if TYPE_CHECKING:
    from conftest import Run
    from full_sandbox import FullSandbox
    from places import AwsFiles

KEYS = "[default]\naws_access_key_id = AKIAEXAMPLEEXAMPLE12\naws_secret_access_key = planted\n"
ROLE = "arn:aws:iam::444455556666:role/books"
NEW_YORK = ZoneInfo("America/New_York")


def foreign(name: str = "theirs", **lines: str) -> str:
    """Return a session's section as another tool leaves it."""
    values = {
        "aws_access_key_id": "ASIAOTHEROTHEROTHER1",
        "aws_secret_access_key": "planted",
        "aws_session_token": "planted",
        **lines,
    }
    return f"[{name}]\n" + "".join(f"{key} = {value}\n" for key, value in values.items())


def listed(run: Run, *argv: str, env: dict[str, str] | None = None) -> list[dict[str, Any]]:
    """Return the sessions that `status --json` shows."""
    outcome = run("status", "--json", *argv, env=env)
    assert outcome.exit_code == 0, outcome
    found = json.loads(outcome.stdout)
    assert set(found) == {"version", "sessions"}
    assert found["version"] == 1
    sessions: list[dict[str, Any]] = found["sessions"]
    return sessions


def test_json_lists_all_sessions_without_secrets(
    run: Run, aws: FullSandbox, files: AwsFiles
) -> None:
    mfa_section = managed(seconds_left=5430)
    role = managed(
        "books",
        seconds_left=-5,
        mfa_session_name="library",
        mfa_session_kind="role",
        mfa_session_role_arn=ROLE,
        mfa_session_account="444455556666",
        mfa_session_source_profile="",
    )
    files.write(
        KEYS + mfa_section + role + foreign(expiration=in_seconds(60)) + "[empty]\nregion = x\n"
    )
    sessions = listed(run)
    assert all(isinstance(session.pop("seconds_left"), int) for session in sessions)
    lines = dict(line.split(" = ") for line in mfa_section.splitlines()[1:])
    assert sessions == [
        {
            "name": "library",
            "profile": "books",
            "kind": "role",
            "managed": True,
            "valid": False,
            "source_profile": None,
            "mfa_serial": "arn:aws:iam::123456789012:mfa/carols-phone",
            "role_arn": ROLE,
            "account": "444455556666",
            "mfa": True,
            "authenticated_at": sessions[0]["authenticated_at"],
            "expires_at": sessions[0]["expires_at"],
        },
        {
            "name": "mfa",
            "profile": "mfa",
            "kind": "mfa",
            "managed": True,
            "valid": True,
            "source_profile": "default",
            "mfa_serial": "arn:aws:iam::123456789012:mfa/carols-phone",
            "role_arn": None,
            "account": "123456789012",
            "mfa": True,
            "authenticated_at": lines["mfa_session_authenticated_at"],
            "expires_at": lines["expiration"],
        },
        {
            "name": "theirs",
            "profile": "theirs",
            "kind": "unknown",
            "managed": False,
            "valid": True,
            "source_profile": None,
            "mfa_serial": None,
            "role_arn": None,
            "account": None,
            "mfa": None,
            "authenticated_at": None,
            "expires_at": sessions[2]["expires_at"],
        },
    ]
    assert len(aws.calls) == 0


def test_a_table_lists_all_sessions(run: Run, aws: FullSandbox, files: AwsFiles) -> None:
    files.write(
        KEYS
        + managed(seconds_left=5430)
        + managed("old", seconds_left=-5, mfa_session_source_profile="")
        + foreign()
    )
    outcome = run("status")
    assert outcome.stdout == (
        "SESSION  PROFILE  KIND            ACCOUNT       SOURCE       MFA  LEFT     ROLE\n"
        "mfa      mfa      mfa             123456789012  default      yes  1h 30m\n"
        "old      old      mfa             123456789012  environment  yes  expired\n"
        "theirs   theirs   another tool's  ?             ?            ?    ?\n"
    )
    assert (outcome.exit_code, outcome.stderr) == (0, "")
    assert len(aws.calls) == 0


def _local(moment: datetime) -> str:
    return moment.astimezone(NEW_YORK).strftime("%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize(
    ("key", "write_time", "manager"),
    [
        ("expiration", lambda t: t.strftime("%Y-%m-%d %H:%M:%S"), ""),
        ("expiration", _local, "awsume"),
        ("expiration", lambda t: t.strftime("%Y-%m-%dT%H:%M:%SZ"), ""),
        ("x_security_token_expires", lambda t: t.astimezone(NEW_YORK).isoformat(), ""),
        ("x_security_token_expires", lambda t: t.isoformat(), "mfa-session"),
        ("aws_session_expiration", lambda t: t.strftime("%Y-%m-%dT%H:%M:%S+0000"), ""),
        ("aws_credential_expiration", lambda t: t.strftime("%Y-%m-%dT%H:%M:%S.123456789Z"), ""),
        ("awsmfa_expiration", lambda t: t.strftime("%Y-%m-%dT%H:%M:%SUTC"), ""),
        ("aws_expiration", lambda t: str(int(t.timestamp())), ""),
    ],
    ids=[
        "aws-mfa",
        "awsume",
        "Z",
        "offset",
        "mfa-session",
        "offset without a colon",
        "nanoseconds",
        "UTC",
        "epoch",
    ],
)
def test_every_tools_expiry_is_read(
    run: Run, files: AwsFiles, key: str, write_time: Any, manager: str
) -> None:
    ends = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(hours=2)
    lines = {key: write_time(ends)}
    if manager:
        lines["manager"] = manager
    files.write(foreign(**lines))
    (session,) = listed(run, env={"TZ": "America/New_York"})
    assert session["expires_at"] == ends.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert session["valid"] is True
    assert 7150 < session["seconds_left"] <= 7200


@pytest.mark.parametrize("lines", [{}, {"expiration": "soon"}], ids=["none", "unreadable"])
def test_an_unknown_expiry_is_null(run: Run, files: AwsFiles, lines: dict[str, str]) -> None:
    files.write(foreign(**lines))
    (session,) = listed(run)
    assert (session["valid"], session["expires_at"], session["seconds_left"]) == (None, None, None)


def test_the_earlier_of_two_expiries_counts(run: Run, files: AwsFiles) -> None:
    files.write(foreign(expiration=in_seconds(3600), x_security_token_expires=in_seconds(-60)))
    (session,) = listed(run)
    assert session["valid"] is False


def test_our_lines_do_not_describe_keys_of_another_tool(run: Run, files: AwsFiles) -> None:
    files.write(managed(aws_access_key_id="ASIAOTHEROTHEROTHER1"))
    (session,) = listed(run)
    assert (session["kind"], session["mfa"], session["valid"]) == ("unknown", None, None)


def test_long_term_keys_in_a_managed_section_are_no_session(run: Run, files: AwsFiles) -> None:
    files.write(managed(aws_access_key_id="AKIAEXAMPLEEXAMPLE12", aws_session_token=""))
    assert listed(run) == []


def test_a_session_is_found_by_name_and_by_profile(run: Run, files: AwsFiles) -> None:
    files.write(managed("work-mfa", mfa_session_name="work") + managed("other"))
    for name in ("work", "work-mfa"):
        assert [session["profile"] for session in listed(run, "--profile", name)] == ["work-mfa"]


def test_status_of_a_profile_without_a_session_says_so(run: Run, files: AwsFiles) -> None:
    files.write(KEYS)
    outcome = run("status", "--profile", "default")
    assert (outcome.exit_code, outcome.stdout) == (0, "")
    assert outcome.stderr == ("no session 'default'; run `mfa-session login --profile default`\n")


@pytest.mark.parametrize(
    ("seconds_left", "argv", "exit_code"),
    [
        (60, [], 0),
        (-5, [], 4),
        (600, ["--min-ttl", "5m"], 0),
        (600, ["--min-ttl", "15m"], 4),
        (60, ["--profile", "mfa"], 0),
        (60, ["--profile", "theirs"], 4),  # no expiry known
        (60, ["--profile", "nowhere"], 4),
        (60, ["--profile", "default"], 4),
    ],
)
def test_check_prints_nothing_and_exits_0_or_4(
    run: Run, aws: FullSandbox, files: AwsFiles, seconds_left: int, argv: list[str], exit_code: int
) -> None:
    files.write(KEYS + managed(seconds_left=seconds_left) + foreign())
    outcome = run("status", "--check", *argv)
    assert outcome == (exit_code, "", "")
    assert len(aws.calls) == 0


def test_check_looks_at_the_default_session(run: Run, files: AwsFiles) -> None:
    files.write(managed("work"), settings='[defaults]\nprofile = "work"\n')
    assert run("status", "--check").exit_code == 0
    assert run("status", "--check", env={"MFA_SESSION_PROFILE": "mfa"}).exit_code == 4


def test_check_says_what_is_wrong_with_a_file(run: Run, files: AwsFiles) -> None:
    files.write("aws_access_key_id = x\n")
    outcome = run("status", "--check")
    assert outcome.exit_code == 3
    assert f"{files.credentials}" in outcome.stderr


def test_status_changes_no_file(run: Run, files: AwsFiles) -> None:
    files.write(KEYS + managed())
    files.credentials.chmod(0o644)
    home = files.credentials.parent.parent
    before = sorted((str(path), path.stat().st_mtime_ns) for path in home.rglob("*"))
    assert run("status").exit_code == 0
    assert sorted((str(path), path.stat().st_mtime_ns) for path in home.rglob("*")) == before


def test_no_letter_of_a_name_shifts_the_columns(run: Run, files: AwsFiles) -> None:
    files.write(KEYS + managed("x\ty"))
    headings, row = run("status").stdout.splitlines()
    assert row.startswith("x?y      x?y")
    assert row.index("mfa") == headings.index("KIND")
