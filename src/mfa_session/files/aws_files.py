"""Reads the two AWS files."""

from __future__ import annotations

import errno
import os
import stat

from mfa_session.ini.document import Document
from mfa_session.ini.reader import UnreadableText
from mfa_session.model.aws_paths import config_path, credentials_path
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.profiles import ProfileFiles

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

READ_SIZE_BYTES = 1 << 20


def read_profiles(environ: Mapping[str, str]) -> ProfileFiles:
    """Read both files; a missing one is empty. Raises ConfigurationError `unreadable-file`."""
    return ProfileFiles(
        credentials=read_document(credentials_path(environ)),
        config=read_document(config_path(environ)),
    )


def read_document(path: str) -> Document:
    """Read one INI file; what is no regular file (/dev/null, a pipe) is empty to botocore too."""
    data = read_bytes(path)
    return Document.empty(path) if data is None else parse_document(data, path)


def parse_document(data: bytes, path: str) -> Document:
    """Read the bytes of the INI file at `path`. Raises ConfigurationError `unreadable-file`."""
    try:
        return Document.parse(data, path)
    except UnreadableText as exc:
        raise ConfigurationError(
            "unreadable-file", f"{path}, line {exc.line}: {exc.what}", exc.hint
        ) from exc


def read_bytes(path: str) -> bytes | None:
    """Return a file's bytes; None if it is missing or no regular file.

    Raises ConfigurationError `unreadable-file` for a directory, or what we may not read.
    """
    try:
        return _read(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as exc:
        raise unreadable(path, exc) from exc


def unreadable(path: str, exc: OSError) -> ConfigurationError:
    """Say why a file cannot be read."""
    hint = "remove it, or name another file" if exc.errno == errno.EISDIR else f"ls -l {path}"
    return ConfigurationError(
        "unreadable-file", f"{path} cannot be read: {(exc.strerror or str(exc)).lower()}", hint
    )


def _read(path: str) -> bytes | None:
    """Read without waiting for the other end of a pipe."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags)
    try:
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
        if not stat.S_ISREG(status.st_mode):
            return None
        pieces = []
        while piece := os.read(descriptor, max(status.st_size + 1, READ_SIZE_BYTES)):
            pieces.append(piece)
        return b"".join(pieces)
    finally:
        os.close(descriptor)
