"""Reads the two AWS files."""

from __future__ import annotations

from mfa_session.files.reading import read_whole
from mfa_session.ini.document import IniDocument
from mfa_session.ini.reader import UnreadableText
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.paths import config_path, credentials_path
from mfa_session.model.profiles import ProfileFiles

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def read_profiles(environ: Mapping[str, str]) -> ProfileFiles:
    """Read both files; a missing one is empty. Raises ConfigurationError `unreadable-file`."""
    credentials, config = credentials_path(environ), config_path(environ)
    return ProfileFiles(credentials=read_document(credentials), config=read_document(config))


def read_document(path: str) -> IniDocument:
    """Read an INI file; anything but a regular file (/dev/null, a pipe) counts as empty."""
    data = read_whole(path, is_whole).data
    return IniDocument(b"", path) if data is None else parse_document(data, path)


def is_whole(data: bytes | None) -> bool:
    """Say whether INI text can be a whole file: its last line ends, and no line is wrong."""
    if data is None:
        return True
    if data[-1:] not in (b"\n", b"\r"):
        return False
    try:
        IniDocument(data, "")
    except UnreadableText:
        return False
    return True


def parse_document(data: bytes, path: str) -> IniDocument:
    """Read the bytes of the INI file at `path`. Raises ConfigurationError `unreadable-file`."""
    try:
        return IniDocument(data, path)
    except UnreadableText as exc:
        raise ConfigurationError(
            "unreadable-file", f"{path}, line {exc.line}: {exc.what}", exc.hint
        ) from exc
