"""What config.toml said when it was last parsed, so that warm commands need not parse it again.

Importing a TOML parser takes longer than the rest of a warm command. As with Python's own
compiled files, the copy holds for exactly the file it was made from, and losing it costs time only.
"""

from __future__ import annotations

import marshal
import sys
import time

from mfa_session import __version__
from mfa_session.model.errors import ConfigurationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from typing import Any

    from mfa_session.files.state import StateDir

NAME = "settings-parsed"
SETTLED_SECONDS = 2
"""A file changed this recently may change again without its times showing it."""


def recall(state: StateDir, path: str, status: os.stat_result) -> dict[str, Any] | None:
    """Return the checked tables of the file at `path` as it is now, or None if not known."""
    try:
        data = state.read(NAME)
        of, tables = marshal.loads(data) if data else (None, None)  # noqa: S302  # our own 0600 file
    except (ConfigurationError, ValueError, TypeError, EOFError):
        return None
    return tables if of == _identity(path, status) else None


def remember(state: StateDir, path: str, status: os.stat_result, tables: dict[str, Any]) -> None:
    """Keep the checked tables; where that fails, they are parsed again next time."""
    if abs(time.time() - max(status.st_mtime, status.st_ctime)) < SETTLED_SECONDS:
        return
    try:
        data = marshal.dumps((_identity(path, status), tables))
        state.write(NAME, data)
    except ConfigurationError:
        return


def _identity(path: str, status: os.stat_result) -> tuple[str | int | None, ...]:
    """Return what is the same as long as neither the file nor the program has changed."""
    times = (status.st_mtime_ns, status.st_ctime_ns)
    program = (__version__, sys.implementation.cache_tag)
    return (*program, path, status.st_dev, status.st_ino, status.st_size, *times)
