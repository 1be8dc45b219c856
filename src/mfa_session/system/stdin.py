"""The cases in which stdin is ours: `--token-code -`, and `totp add` without a terminal."""

from __future__ import annotations

import os
import sys

from mfa_session.model.errors import NoMfaError

LONGEST_LINE_BYTES = 64
LONGEST_SECRET_BYTES = 4096


def read_line() -> str:
    """Return the first line of stdin, at most 64 bytes of it; NoMfaError without one.

    What follows is the child's (`exec`), so not a byte more is taken.
    """
    line = _read_first_line(LONGEST_LINE_BYTES)
    if not line.strip():
        raise NoMfaError(
            "code-needed", "no code came on stdin", "write it there: echo 123456 | mfa-session …"
        )
    return line


def read_secret_line() -> str | None:
    """Return the first line of stdin, "" if there is none; None where stdin is a terminal."""
    try:
        if sys.stdin is not None and os.isatty(sys.stdin.fileno()):
            return None
    except (OSError, ValueError):
        return ""
    return _read_first_line(LONGEST_SECRET_BYTES)


def _read_first_line(most_bytes: int) -> str:
    line = b""
    try:
        # Closed, descriptor 0 may by now be any file of ours: sys.stdin knows.
        while sys.stdin is not None and len(line) < most_bytes:
            piece = os.read(sys.stdin.fileno(), 1)
            line += piece
            if piece in (b"", b"\n"):
                break
    except (OSError, ValueError):
        return ""
    return line.decode("utf-8", "replace")
