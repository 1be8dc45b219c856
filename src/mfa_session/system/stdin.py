"""Read stdin where it is meant for us: `--token-code -`, and `totp add` without a terminal."""

from __future__ import annotations

import os
import sys

from mfa_session.model.errors import NoMfaError

LONGEST_LINE_BYTES = 64
LONGEST_SECRET_BYTES = 4096


def read_line() -> str:
    """Return the first line of stdin, up to 64 bytes; NoMfaError without one.

    The rest belongs to `exec`'s command, so no further byte is read.
    """
    line = _read_first_line(LONGEST_LINE_BYTES)
    if not line.strip():
        raise NoMfaError(
            "code-needed", "no code came on stdin", "write it there: echo 123456 | mfa-session …"
        )
    return line


def read_secret_line() -> str | None:
    """Return the first line of stdin, or "" without one; None if stdin is a terminal."""
    try:
        if sys.stdin is not None and os.isatty(sys.stdin.fileno()):
            return None
    except (OSError, ValueError):
        return ""
    return _read_first_line(LONGEST_SECRET_BYTES)


def _read_first_line(most_bytes: int) -> str:
    line = b""
    try:
        # If stdin was closed, descriptor 0 may be another file; sys.stdin is None then.
        while sys.stdin is not None and len(line) < most_bytes:
            piece = os.read(sys.stdin.fileno(), 1)
            line += piece
            if piece in (b"", b"\n"):
                break
    except (OSError, ValueError):
        return ""
    return line.decode("utf-8", "replace")
