"""The one case in which stdin is ours: `--token-code -`."""

from __future__ import annotations

import os
import sys

from mfa_session.errors import NoMfaError

LONGEST_LINE_BYTES = 64


def read_line() -> str:
    """Return the first line of stdin, at most 64 bytes of it; NoMfaError without one.

    What follows is the child's (`exec`), so not a byte more is taken.
    """
    line = b""
    try:
        # Closed, descriptor 0 may by now be any file of ours: sys.stdin knows.
        while sys.stdin is not None and len(line) < LONGEST_LINE_BYTES:
            piece = os.read(sys.stdin.fileno(), 1)
            line += piece
            if piece in (b"", b"\n"):
                break
    except (OSError, ValueError):
        line = b""
    if not line.strip():
        raise NoMfaError(
            "code-needed", "no code came on stdin", "write it there: echo 123456 | mfa-session …"
        )
    return line.decode("utf-8", "replace")
