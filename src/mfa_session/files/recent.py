"""The sessions that were used last, by name: completion and a choice offer them first."""

from __future__ import annotations

from mfa_session.model.errors import ConfigurationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from mfa_session.model.ports import State

NAME = "recent-sessions"
MOST_NAMES = 100


def by_recent_use(state: State, names: Iterable[str]) -> list[str]:
    """Return the names, those used last first, the others by the alphabet."""
    known = set(names)
    recent = [name for name in _recent(state) if name in known]
    return list(dict.fromkeys((*recent, *sorted(known))))


def note_use(state: State, name: str) -> None:
    """Remember that a session was used now; where that fails, the order stays as it was."""
    names = list(dict.fromkeys((name, *_recent(state))))[:MOST_NAMES]
    try:
        state.write(NAME, "".join(f"{each}\n" for each in names).encode("utf-8", "surrogateescape"))
    except ConfigurationError:
        return


def _recent(state: State) -> list[str]:
    try:
        data = state.read(NAME) or b""
    except ConfigurationError:
        return []
    return data.decode("utf-8", "surrogateescape").split("\n")[:-1]
