"""Sessions that are set aside in the state directory, or are in the keyring.

Those set aside wait until the credentials file can be written. Of those in the keyring, the state
directory has everything but the secrets.
"""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache

from mfa_session.files.atomic import not_written
from mfa_session.files.state import RECOVERED, STORED
from mfa_session.ini.document import IniDocument
from mfa_session.ini.reader import UnreadableText
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.paths import name_for
from mfa_session.model.session import (
    PREFIX,
    Keys,
    LazySecret,
    Secret,
    read_session,
    session_values,
)
from mfa_session.model.settings import KEY_NOTES
from mfa_session.model.text import quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from typing import Protocol, TypeVar

    from mfa_session.files.atomic import Reservation
    from mfa_session.files.state import StateDir
    from mfa_session.model.session import Session

    Fetch = Callable[[str, str | None], Keys | None]
    Item = TypeVar("Item")

    class SessionVault(Protocol):
        """The keyring's sessions, by profile; ConfigurationError where the keyring fails."""

        def get(self, profile: str, backend: str | None = None) -> Keys | None:
            """Return a session's keys, or None."""

        def put(self, profile: str, keys: Keys) -> str:
            """Store a session's keys, and see that they are given back; return the backend."""

        def remove(self, profile: str) -> None:
            """Remove a session's keys; none is fine."""


MOST_IN_ONE_FILE = 50
"""Sessions of the largest tokens: the state directory reads files of up to 1 MiB."""
_RESERVED_BYTES = 16384  # a session token may have 4 KiB and more
_KEYRING = PREFIX + "keyring"
_EXPIRED = dict.fromkeys(("expiration", "x_security_token_expires"), "1970-01-01T00:00:00Z")


class AsidePlace:
    """Reserved files for sessions, each of a size that can be read again."""

    def __init__(self, state: StateDir, targets: Sequence[str]) -> None:
        """Reserve room for the sessions of these profiles, or raise and leave nothing."""
        self._state = state
        self._reserved: list[Reservation] = []
        try:
            for group in _in_groups(targets):
                name = _new_name(state, group)
                self._reserved.append(state.reserve(name, _RESERVED_BYTES * len(group)))
        except BaseException:
            self.release()
            raise

    def note(self, session: Session) -> None:
        """Write one of many sessions to its own file, for which nothing is reserved."""
        with suppress(ConfigurationError):  # the disk is full, and `keep` has reserved space
            self._state.put(f"{_noted(session.profile)}-{os.getpid()}", _to_text([session]))

    def keep(self, *sessions: Session) -> str:
        """Write the sessions there, and return the paths."""
        paths = []
        for group in _in_groups(sessions):
            self._reserved[0].fill(_to_text(group))
            paths.append(self._reserved.pop(0).path)
        return ", ".join(paths)

    def release(self) -> None:
        """Remove the files that hold no session."""
        for reservation in self._reserved:
            reservation.release()


def forget_aside(state: StateDir, profiles: Collection[str], warn: Callable[[str], None]) -> None:
    """Remove the sessions of these profiles that were set aside, and files that become empty.

    `warn` tells what cannot be removed; the next session that is written removes it.
    """
    noted = {_noted(profile) for profile in profiles}
    try:
        for name in state.names(RECOVERED):
            if name.rpartition("-")[0] in noted:  # it holds these sessions only
                state.remove(name)
                continue
            standing = _sessions_in(state, [name], read_session)
            left = [standing[profile] for profile in standing.keys() - set(profiles)]
            if not left:  # a kill may have left it empty
                state.remove(name)
            elif len(left) < len(standing):
                state.write(name, _to_text(left))
    except ConfigurationError as error:
        warn(f"a copy of a written session could not be removed: {error.message}")


def _new_name(state: StateDir, profiles: Sequence[str]) -> str:
    """Return a new name: files that were set aside before stay."""
    first = profiles[0]
    name = _noted(first) if len(profiles) == 1 else name_for(RECOVERED, first)
    try:
        return f"{name}-{os.urandom(4).hex()}"
    except OSError as error:
        raise not_written(state.path(name), error) from error


def _in_groups(items: Sequence[Item]) -> list[Sequence[Item]]:
    starts = range(0, len(items), MOST_IN_ONE_FILE)
    return [items[start : start + MOST_IN_ONE_FILE] for start in starts]


def _noted(profile: str) -> str:
    """Return the start of the name of a file that holds a session of this profile only."""
    return name_for(RECOVERED + "noted-", profile)


def read_recovered(state: StateDir) -> dict[str, Session]:
    """Return the sessions that were set aside, by profile."""
    return _sessions_in(state, state.names(RECOVERED), read_session)


def _to_text(sessions: Iterable[Session]) -> bytes:
    return _in_ini({session.profile: session_values(session) for session in sessions})


def _in_ini(sections: Mapping[str, Mapping[str, str | None]]) -> bytes:
    return IniDocument(b"", "").with_sections(sections).data


def _sessions_in(
    state: StateDir,
    names: Iterable[str],
    read: Callable[[str, Mapping[str, str]], Session | None],
) -> dict[str, Session]:
    found = {}
    for name in names:
        try:
            document = IniDocument(state.read(name) or b"", name)
        except UnreadableText:  # cut short by a kill: nothing in it can be used
            continue
        for profile in document.names():
            session = read(profile, document.section(profile) or {})
            if session is not None:
                found[profile] = session
    return found


def read_beside(state: StateDir, fetch: Fetch) -> dict[str, Session]:
    """Return all sessions that are not in the credentials file, by profile.

    When a secret in the keyring is opened, `fetch` gets the profile and the keyring's class, and
    returns the keys.
    """
    return {**_read_notes(state, fetch), **read_recovered(state)}


class KeyringSessions:
    """The sessions in the keyring; only the methods that say so ask it."""

    def __init__(
        self, state: StateDir, vault: Callable[[], SessionVault], warn: Callable[[str], None]
    ) -> None:
        self._state = state
        self._vault = vault
        self._warn = warn

    def all(self) -> dict[str, Session]:
        """Return the sessions by profile; opening a secret asks the keyring."""
        return _read_notes(
            self._state, lambda profile, keyring: self._vault().get(profile, keyring)
        )

    def check(self, profile: str) -> None:
        """Ask the keyring; raise its error if it is locked, dead or missing."""
        try:
            self._vault().get(profile)
        except ConfigurationError as error:
            error.do_without("--store", "file")
            raise

    def note(self, session: Session, backend: str) -> None:
        """Note everything but the secrets of a session that the keyring has."""
        name = name_for(STORED, session.profile)
        opened = Keys(access_key_id=session.keys.access_key_id, secret_access_key=Secret(""))
        lines = session_values(session.replace(keys=opened))
        kept = {key: value for key, value in lines.items() if not key.startswith("aws_") and value}
        self._state.write(name, _in_ini({session.profile: {**kept, _KEYRING: backend}}))

    def forget(self, profile: str) -> None:
        """Forget a session; a note of an earlier version may have another name."""
        for name in self._state.names(STORED):
            if f"[{profile}]".encode() in (self._state.read(name) or b""):
                self._state.remove(name)

    def remove(self, profile: str) -> None:
        """Remove a session from the keyring and its note; if it stays, note it as expired."""
        try:
            self._vault().remove(profile)
        except ConfigurationError as error:
            name = name_for(STORED, profile)
            note = IniDocument(self._state.read(name) or b"", name)
            self._state.write(name, note.with_sections({profile: _EXPIRED}).data)
            error.message = f"the keys of profile {profile!r} stay in the keyring: {error.message}"
            raise
        self.forget(profile)

    def replace_by_file(self, profile: str) -> None:
        """Remove a session that is now in the file; if that fails, the next login tries again."""
        try:
            self.remove(profile)
        except ConfigurationError as error:
            self._warn(error.message)


def _read_notes(state: StateDir, fetch: Fetch) -> dict[str, Session]:
    return _sessions_in(
        state,
        state.names(STORED),
        lambda profile, section: _read_stored(profile, section, fetch, state),
    )


def _read_stored(
    profile: str, section: Mapping[str, str], fetch: Fetch, state: StateDir
) -> Session | None:
    key_id = section.get(PREFIX + "key_id", "")
    hidden = dict.fromkeys(("aws_secret_access_key", "aws_session_token"), "in-the-keyring")
    session = read_session(profile, {**section, "aws_access_key_id": key_id, **hidden})
    if session is None or not session.managed:
        return None

    @cache  # both secrets together, once
    def keys() -> Keys:
        return _fetch_keys(session, section.get(_KEYRING), fetch, state)

    lazy = Keys(
        access_key_id=key_id,
        secret_access_key=LazySecret(lambda: keys().secret_access_key),
        session_token=LazySecret(lambda: keys().session_token or Secret("")),
    )
    return session.replace(keys=lazy, in_keyring=True)


def _fetch_keys(session: Session, keyring: str | None, fetch: Fetch, state: StateDir) -> Keys:
    try:
        keys = fetch(session.profile, keyring)
    except ConfigurationError as error:
        # The key for a new session may be in this keyring, too.
        if state.read(name_for(KEY_NOTES, session.source_profile or "")) is None:
            error.do_without("--profile", session.name, "--force", "--store", "file")
        raise
    if keys is None or keys.access_key_id != session.keys.access_key_id:
        raise ConfigurationError(
            "session-not-stored",
            f"the keyring does not have the session of profile {session.profile!r}",
            f"renew it: `mfa-session login --profile {quote(session.name)} --force`",
        )
    return keys
