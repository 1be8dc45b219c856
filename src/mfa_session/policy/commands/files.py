"""Policies from the files that a command names; `-` is stdin."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mfa_session.model.errors import ConfigurationError
from mfa_session.policy.reading import read_document

if TYPE_CHECKING:
    from typing import BinaryIO

    from mfa_session.policy.document import Document

STDIN = "-"
MOST_BYTES = 50_000_000  # IAM's own limit is some thousands; a device file has no end


def read_policy(path: str) -> Document:
    """Read one policy.

    Raises ConfigurationError: `unreadable-file`, `bad-policy-json` or `not-a-policy`.
    """
    label = "<stdin>" if path == STDIN else path
    try:
        data = _read(path)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise _unreadable(label, reason) from error
    if len(data) > MOST_BYTES:
        raise _unreadable(label, f"more than {MOST_BYTES} bytes")
    return read_document(label, data)


def _read(path: str) -> bytes:
    if path != STDIN:
        with open(path, "rb") as stream:
            return _take(stream)
    if sys.stdin is None:
        raise _unreadable("<stdin>", "it is closed")
    return _take(sys.stdin.buffer)


def _take(stream: BinaryIO) -> bytes:
    return stream.read(MOST_BYTES + 1)


def _unreadable(label: str, reason: str) -> ConfigurationError:
    return ConfigurationError(
        "unreadable-file",
        f"{label} cannot be read: {reason}",
        "name a readable file that holds a policy, or - for stdin",
    )
