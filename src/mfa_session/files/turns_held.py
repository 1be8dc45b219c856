"""Whether another login is under way, told without waiting and without what `Turns` imports."""

from __future__ import annotations

import os

from mfa_session.files.locks import try_lock, unlock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.files.state import StateDir


def is_turn_held(state: StateDir) -> bool:
    """Say whether a process holds a turn, for whatever session; True where that is not known."""
    folder = state.path("locks")
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return not _can_be_made(folder)  # else the locks stand somewhere else
    except OSError:
        return True
    turns = [os.path.join(folder, name) for name in names if name.startswith("turn-")]
    return any(_is_held(path) for path in turns)


def _can_be_made(folder: str) -> bool:
    """Say whether it can; not where there is no home, or on a drive that is not there."""
    while not os.path.lexists(folder):
        above = os.path.dirname(folder)
        if above == folder:
            return False
        folder = above
    return os.access(folder, os.W_OK)


def _is_held(path: str) -> bool:
    try:
        descriptor = os.open(path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return True
    try:
        is_free = try_lock(descriptor)
        if is_free:
            unlock(descriptor)
        return not is_free
    except OSError:
        return True
    finally:
        os.close(descriptor)
