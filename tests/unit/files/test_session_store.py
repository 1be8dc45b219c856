"""The store of sessions: several at once, and where there is no home directory."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, NoReturn

import pytest

from mfa_session.files.recovered import MOST_IN_ONE_FILE
from mfa_session.files.session_store import SessionStore
from mfa_session.files.state import StateDir
from mfa_session.model.secret import Secret
from mfa_session.model.session import Keys, Session
from mfa_session.model.settings import Settings, Source

if TYPE_CHECKING:
    from pathlib import Path

CREDENTIALS = """\
# of carol
[default]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
"""
NOW = datetime(2031, 1, 31, 12, 0, tzinfo=timezone.utc)
TOKEN_CHARACTERS = 12_000


def warned(text: str) -> None:
    """Fail: there is nothing to warn of."""
    pytest.fail(text)


def had(profile: str, token_characters: int = 1) -> tuple[Session, Settings]:
    """Return a session for a profile, and the settings it was had by."""
    keys = Keys(
        access_key_id="ASIAIOSFODNN7EXAMPLE",
        secret_access_key=Secret("s"),
        session_token=Secret("t" * token_characters),
    )
    session = Session(
        name=profile, profile=profile, managed=True, kind="role", keys=keys,
        expires_at=NOW + timedelta(hours=1),
    )  # fmt: skip
    written = {"region": "eu-west-1"}
    source = Source(profile="default")
    return session, Settings(
        name=profile, target=profile, source=source, duration=3600, written=written
    )


def no_vault() -> NoReturn:
    raise AssertionError("nothing is in a keyring here")


@pytest.fixture
def store(home: Path) -> SessionStore:
    """A store in the test's home, which holds long-term keys."""
    (home / ".aws").mkdir()
    (home / ".aws" / "credentials").write_text(CREDENTIALS)
    (home / ".aws" / "credentials").chmod(0o600)
    environ = {"HOME": str(home)}
    return SessionStore(environ, StateDir.of(environ), warned, no_vault, str)


def test_several_sessions_are_one_write_of_each_file(
    store: SessionStore, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    for file in (store._credentials._file, store._config._file):
        write = file._write

        def noted(data: bytes, seen: object, write: object = write, path: str = file.path) -> None:
            written.append(path)
            write(data, seen)  # type: ignore[operator]  # it is the method

        monkeypatch.setattr(file, "_write", noted)
    assert store.save_all([had(name) for name in ("a", "b", "c")]) == {}
    assert written == [str(home / ".aws" / "credentials"), str(home / ".aws" / "config")]
    assert {session.profile for session in store.sessions()} == {"a", "b", "c"}
    assert (home / ".aws" / "credentials").read_text().startswith(CREDENTIALS)
    assert (home / ".aws" / "config").read_text() == "\n".join(
        f"[profile {name}]\nregion = eu-west-1\n" for name in "abc"
    )


def test_one_that_holds_long_term_keys_by_now_keeps_no_other_from_being_written(
    store: SessionStore, home: Path
) -> None:
    refused = store.save_all([had("a"), had("default"), had("b")])
    assert {name: error.code for name, error in refused.items()} == {"default": "protected-profile"}
    assert {session.profile for session in store.sessions()} == {"a", "b"}
    assert (home / ".aws" / "credentials").read_text().startswith(CREDENTIALS)


def test_what_was_set_aside_for_many_holds_them_all_until_each_is_written(
    store: SessionStore,
) -> None:
    many = [had(f"role-{n}", TOKEN_CHARACTERS) for n in range(2 * MOST_IN_ONE_FILE + 1)]
    names = [session.profile for session, _ in many]
    place = store.set_aside(*names)
    assert place is not None
    place.keep(*(session for session, _ in many))
    place.release()
    assert store.kept_aside() == sorted(names)
    store.save_all(many[1:])
    assert store.kept_aside() == names[:1]
    store.save_all(many[:1])
    assert store.kept_aside() == []


def test_without_a_home_nothing_is_set_aside_and_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    said: list[str] = []
    store = SessionStore({}, StateDir("~/.local/state/mfa-session"), said.append, no_vault, str)
    assert store.set_aside("mfa") is None
    assert ["no XDG_STATE_HOME" in line for line in said] == [True]
    assert list(project.iterdir()) == []
