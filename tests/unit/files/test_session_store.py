"""The store of sessions: several at once, in a keyring, and where there is no home directory."""

from __future__ import annotations

import shutil
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from mfa_session.files.beside import MOST_IN_ONE_FILE
from mfa_session.files.session_store import SessionStore
from mfa_session.files.shared import SharedFile
from mfa_session.files.state import StateDir
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.session import Keys, Secret, Session
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
    for file in (store._credentials, store._config):
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


def test_a_target_that_now_holds_long_term_keys_does_not_stop_the_others(
    store: SessionStore, home: Path
) -> None:
    refused = store.save_all([had("a"), had("default"), had("b")])
    assert {name: error.code for name, error in refused.items()} == {"default": "protected-profile"}
    assert {session.profile for session in store.sessions()} == {"a", "b"}
    assert (home / ".aws" / "credentials").read_text().startswith(CREDENTIALS)


def test_many_sessions_lie_aside_until_each_is_written(
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


def test_without_a_home_a_warning_says_that_nothing_is_reserved(
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


class DeadError(BaseException):
    """The process is dead."""


class Steps:
    """Counts what is done to files and keyring; at a chosen step it fails, before it is done."""

    def __init__(self) -> None:
        """Let all be done."""
        self.done = 0
        self.fails_at = 0
        self.error: BaseException = DeadError()

    def begin(self, fails_at: int, error: BaseException) -> None:
        """Count anew, and fail at a step."""
        self.done, self.fails_at, self.error = 0, fails_at, error

    def end(self) -> int:
        """Fail no more; return how many steps were taken."""
        self.fails_at = 0
        return self.done

    def take(self) -> None:
        """Take one step."""
        self.done += 1
        if self.done == self.fails_at:
            raise self.error


class CountedVault:
    """A keyring in memory."""

    def __init__(self, steps: Steps) -> None:
        """Hold nothing."""
        self.kept: dict[str, Keys] = {}
        self._steps = steps

    def get(self, profile: str, backend: str | None = None) -> Keys | None:
        """Return what is kept."""
        assert backend in {"a.Keyring", None}
        return self.kept.get(profile)

    def put(self, profile: str, keys: Keys) -> str:
        """Keep keys; opened, as the keyring does."""
        self._steps.take()
        token = keys.session_token
        assert token is not None
        self.kept[profile] = keys.replace(
            secret_access_key=Secret(keys.secret_access_key.reveal()),
            session_token=Secret(token.reveal()),
        )
        return "a.Keyring"

    def remove(self, profile: str) -> None:
        """Keep them no longer."""
        self._steps.take()
        self.kept.pop(profile, None)


class CountedState(StateDir):
    """A state directory whose writes are steps."""

    steps: Steps

    def write(self, name: str, data: bytes) -> None:
        """Write, if this step does not fail."""
        self.steps.take()
        super().write(name, data)

    def remove(self, name: str) -> None:
        """Remove, likewise."""
        self.steps.take()
        super().remove(name)


class Machine:
    """A home, a state directory and a keyring, in which one step fails."""

    def __init__(self, home: Path) -> None:
        """Have a key in the credentials file, and nothing else."""
        self.home = home
        self.credentials, self.config = home / ".aws" / "credentials", home / ".aws" / "config"
        shutil.rmtree(home)
        self.credentials.parent.mkdir(parents=True)
        self.credentials.write_text(CREDENTIALS)
        self.credentials.chmod(0o600)
        self.steps = Steps()
        self.vault = CountedVault(self.steps)
        self.state = CountedState(str(home / "state"))
        self.state.steps = self.steps

    def store(self) -> SessionStore:
        """Return the store of one more process."""
        environ = {"HOME": str(self.home)}
        return SessionStore(
            environ, self.state, lambda _text: None, lambda: self.vault, "process {}".format
        )

    def standing(self) -> Session:
        """Return the one session there is."""
        (session,) = self.store().sessions()
        return session

    def places(self) -> tuple[bool, bool, bool]:
        """Say whether the file has a session, the keyring, and the profile a process."""
        in_file = "ASIA" in self.credentials.read_text()
        return in_file, bool(self.vault.kept), "credential_process" in self.config.read_text()


@pytest.mark.parametrize("error", [DeadError(), ConfigurationError("file-not-written", "full")])
@pytest.mark.parametrize("way", [("file", "keyring"), ("keyring", "file"), ("keyring", "keyring")])
def test_a_move_cut_off_anywhere_leaves_the_session_whole_and_the_next_one_ends_it(
    home: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, way: tuple[str, str]
) -> None:
    """Every write of a file, and every step of the keyring, is the one that fails, once."""
    written = SharedFile.update_sections

    def update(self: SharedFile, change: Any) -> None:
        machine.steps.take()
        written(self, change)

    monkeypatch.setattr(SharedFile, "update_sections", update)
    session, settings = had("mfa", 20)
    before, after = (settings.replace(store=place) for place in way)
    ends = (True, False, False) if way[1] == "file" else (False, True, True)
    taken = fails_at = 0
    while taken >= fails_at:
        machine, fails_at = Machine(home), fails_at + 1
        machine.store().save(session, before)
        machine.steps.begin(fails_at, error)
        with suppress(DeadError, ConfigurationError):
            machine.store().save(machine.standing(), after)
        taken = machine.steps.end()
        assert opened(machine.standing()) == "t" * 20
        machine.store().save(machine.standing(), after)
        assert (machine.places(), opened(machine.standing())) == (ends, "t" * 20)
        machine.store().remove("mfa")
        assert (machine.credentials.read_text(), machine.vault.kept) == (CREDENTIALS, {})
    assert fails_at > 3


def opened(session: Session) -> str:
    token = session.keys.session_token
    assert token is not None
    return token.reveal()
