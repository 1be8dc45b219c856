"""Sessions that the credentials file has not taken yet: they lie aside in the state directory."""

from __future__ import annotations

import os
from contextlib import suppress

from mfa_session.files.atomic import not_written
from mfa_session.files.state import RECOVERED, file_of_profile
from mfa_session.ini.document import IniDocument
from mfa_session.ini.reader import UnreadableText
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.session import read_session, session_values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from typing import TypeVar

    from mfa_session.files.atomic import Reservation
    from mfa_session.files.state import StateDir
    from mfa_session.model.session import Session

    Item = TypeVar("Item")


MOST_IN_ONE_FILE = 50
"""Sessions of the largest tokens: the state directory reads files of up to 1 MiB."""
_RESERVED_BYTES = 16384  # a session token may have 4 KiB and more


class AsidePlace:
    """Reserved files for sessions: so many that none is too large to be read again."""

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
        """Put one of many in a file of its own, so that no kill loses it; nothing is reserved."""
        with suppress(ConfigurationError):  # the disk is full: there is room for `keep`
            self._state.put(f"{_noted(session.profile)}-{os.getpid()}", to_text([session]))

    def keep(self, *sessions: Session) -> str:
        """Put the sessions there and return where; the next command finds them."""
        paths = []
        for group in _in_groups(sessions):
            self._reserved[0].fill(to_text(group))
            paths.append(self._reserved.pop(0).path)
        return ", ".join(paths)

    def release(self) -> None:
        """Remove the files that no session lies in."""
        for reservation in self._reserved:
            reservation.release()


def forget_aside(state: StateDir, profiles: Collection[str], warn: Callable[[str], None]) -> None:
    """Remove what lies aside of these profiles: a file goes with the last of its sessions.

    What cannot be removed is told, and goes with the next session that is written.
    """
    noted = {_noted(profile) for profile in profiles}
    try:
        for name in state.names(RECOVERED):
            if name.rpartition("-")[0] in noted:  # which nothing but these sessions lie in
                state.remove(name)
                continue
            standing = sessions_in(state, [name], read_session)
            left = [standing[profile] for profile in standing.keys() - set(profiles)]
            if not left:  # a kill may have left it empty
                state.remove(name)
            elif len(left) < len(standing):
                state.write(name, to_text(left))
    except ConfigurationError as error:
        warn(f"a copy of a written session could not be removed: {error.message}")


def _new_name(state: StateDir, profiles: Sequence[str]) -> str:
    """Return a name that no file has yet: what already lies aside for a profile stays."""
    first = profiles[0]
    name = _noted(first) if len(profiles) == 1 else file_of_profile(RECOVERED, first)
    try:
        return f"{name}-{os.urandom(4).hex()}"
    except OSError as error:
        raise not_written(state.path(name), error) from error


def _in_groups(items: Sequence[Item]) -> list[Sequence[Item]]:
    """Return them in groups of as many as go into one file."""
    starts = range(0, len(items), MOST_IN_ONE_FILE)
    return [items[start : start + MOST_IN_ONE_FILE] for start in starts]


def _noted(profile: str) -> str:
    """Return how the name of a file begins that holds a session of this profile alone."""
    return file_of_profile(RECOVERED + "noted-", profile)


def read_recovered(state: StateDir) -> dict[str, Session]:
    """Return the sessions kept aside, by the profile they are meant for."""
    return sessions_in(state, state.names(RECOVERED), read_session)


def to_text(sessions: Iterable[Session]) -> bytes:
    """Return sessions as a file of their own: a section each, as in the credentials file."""
    sections = {session.profile: session_values(session) for session in sessions}
    return IniDocument(b"", "").with_sections(sections).data


def sessions_in(
    state: StateDir,
    names: Iterable[str],
    read: Callable[[str, Mapping[str, str]], Session | None],
) -> dict[str, Session]:
    """Return the sessions in files, by profile; none of a file that is not whole."""
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
