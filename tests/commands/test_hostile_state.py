"""Broken files in the state directory count as absent, and never cause an unexpected error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mfa_session.model.paths import name_for
from places import managed

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run
    from places import AwsFiles

NAMES = [
    *(name_for(kind, "default") for kind in ("keymove-", "keyrotation-", "key-")),
    "keydates", "recent-sessions", "clock-offset", "settings-parsed", "pattern-warnings",
    "stored-0123456789abcdef", "session-0123456789abcdef-1", "enrolment-" + "0" * 32,
]  # fmt: skip
TEXTS = {
    "empty": b"",
    "all bytes": bytes(range(256)),
    "deeply nested list": b"[" * 100_000,
    "deeply nested object": b'{"a":' * 100_000,
    "many digits": b"9" * 10_000,
    "values of wrong types": b'{"profile": 5, "key_id": [], "kind": null, "began_at": 1}',
    "a time without a zone": (
        b'{"profile": "default", "key_id": "A", "kind": "import", "keyring": "x",'
        b' "began_at": "2031-01-31"}'
    ),
    "a section": b"[a\x1b[31m\xc2\x9b]\naws_access_key_id = ASIA\nmfa_session_name = \x1b[2J\n",
    "not a number": b"nan nan\n",
    "infinite": b"1e999 inf\n",
}
COMMANDS = [("status",), ("doctor",), ("keys", "list"), ("login", "--no-input")]


@pytest.fixture
def state(carols: AwsFiles, home: Path) -> Path:
    """Give carol a valid session and a state directory."""
    source = carols.section("default") or {}
    session = managed(mfa_session_source_key_id=source["aws_access_key_id"])
    carols.write(carols.credentials.read_text() + session)
    state = home / ".local" / "state" / "mfa-session"
    state.mkdir(parents=True, mode=0o700)
    return state


@pytest.mark.parametrize("text", TEXTS)
def test_a_broken_state_file_counts_as_absent(run: Run, state: Path, text: str) -> None:
    for name in NAMES:
        (state / name).write_bytes(TEXTS[text])
        (state / name).chmod(0o600)
    for command in COMMANDS:
        outcome = run(*command, "--json")
        assert outcome.exit_code in {0, 1}, (command, outcome)
        assert "unexpected" not in outcome.stdout + outcome.stderr, (command, outcome)
        assert not {"\x1b", "\x9b"} & {*outcome.stdout, *outcome.stderr}, command
        assert run(*command).exit_code == outcome.exit_code
