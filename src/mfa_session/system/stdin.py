"""The one case in which stdin is ours: `--token-code -`."""

from __future__ import annotations

import sys

from mfa_session.errors import NoMfaError


def read_line() -> str:
    """Return the first line of stdin, at most 64 characters of it; NoMfaError without one."""
    try:
        line = sys.stdin.readline(64) if sys.stdin is not None else ""
    except (OSError, ValueError):
        line = ""
    if not line.strip():
        raise NoMfaError(
            "code-needed", "no code came on stdin", "write it there: echo 123456 | mfa-session …"
        )
    return line
