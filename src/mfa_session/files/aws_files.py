"""Where the AWS files are, what is in them, and which section is which profile."""

from __future__ import annotations

import errno
import os
import stat

from mfa_session.ini.document import Document
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

READ_SIZE_BYTES = 1 << 20


def credentials_path(environ: Mapping[str, str]) -> str:
    """Return the path of the shared credentials file: AWS_SHARED_CREDENTIALS_FILE, or the usual.

    An empty variable counts as unset, as in most SDKs.
    """
    return expand(environ.get("AWS_SHARED_CREDENTIALS_FILE") or "~/.aws/credentials", environ)


def config_path(environ: Mapping[str, str]) -> str:
    """Return the path of the AWS config file: AWS_CONFIG_FILE, or the usual."""
    return expand(environ.get("AWS_CONFIG_FILE") or "~/.aws/config", environ)


def expand(path: str, environ: Mapping[str, str]) -> str:
    """Expand variables and `~` as botocore does; without HOME, from the password database."""
    if "$" in path or (os.name == "nt" and "%" in path):
        path = os.path.expandvars(path)
    if path[:1] != "~":
        return path
    if os.name == "nt" or path[1:2] not in ("", "/"):
        return os.path.expanduser(path)
    return (home(environ).rstrip("/") + path[1:]) or "/"


def home(environ: Mapping[str, str]) -> str:
    """Return the home directory: HOME, else from the password database; `~` if it is nowhere."""
    if os.name == "nt":
        return environ.get("USERPROFILE") or os.path.expanduser("~")
    if "HOME" in environ:
        return environ["HOME"]
    import pwd  # noqa: PLC0415 - not there on Windows, and rarely needed

    try:
        return pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        return "~"


class ProfileFiles(Record):
    """What the two AWS files say, read at one time."""

    credentials: Document
    config: Document

    def profile(self, name: str) -> dict[str, str] | None:
        """Return a profile's settings, those of the credentials file overriding the config's."""
        config = self.in_config(name)
        credentials = self.in_credentials(name)
        if config is None or credentials is None:
            return config if credentials is None else credentials
        return {**config, **credentials}

    def in_credentials(self, name: str) -> dict[str, str] | None:
        """Return what the credentials file says of a profile, or None."""
        return self.credentials.section(name)

    def in_config(self, name: str) -> dict[str, str] | None:
        """Return what the config file says of a profile, or None."""
        header = self._headers().get(name)
        return None if header is None else self.config.section(header)

    def names(self) -> list[str]:
        """Return the names of all profiles, sorted."""
        return sorted({*self.credentials.names(), *self._headers()})

    def _headers(self) -> dict[str, str]:
        """Return the config's headers by profile, worked out once."""
        known: dict[str, str] | None = self.__dict__.get("_known_headers")
        if known is None:
            known = config_headers(self.config)
            object.__setattr__(self, "_known_headers", known)
        return known


def read_profiles(environ: Mapping[str, str]) -> ProfileFiles:
    """Read both files; a missing one is empty. Raises ConfigurationError `unreadable-file`."""
    return ProfileFiles(
        credentials=read_document(credentials_path(environ)),
        config=read_document(config_path(environ)),
    )


def read_document(path: str) -> Document:
    """Read one INI file; what is no regular file (/dev/null, a pipe) is empty to botocore too."""
    data = read_bytes(path)
    return Document.empty(path) if data is None else Document.parse(data, path)


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


def config_header(name: str) -> str:
    """Return how a profile's header in the config file is written."""
    return name if name == "default" else f"profile {name}"


def config_header_in(document: Document, name: str) -> str:
    """Return the header of a profile in a config file: as it stands there, or as to be written."""
    return config_headers(document).get(name) or config_header(name)


def credentials_header_in(document: Document, name: str) -> str:  # noqa: ARG001 - one signature
    """Return the header of a profile in a credentials file: its name."""
    return name


def config_headers(document: Document) -> dict[str, str]:
    """Return the header of each profile in a config file; of two for one, the last counts."""
    headers = {}
    for header in document.names():
        name = profile_in_header(header)
        if name is not None:
            headers[name] = header
    return headers


def profile_in_header(header: str) -> str | None:
    """Return the profile that a config header names: `default`, or the second of two words."""
    if header == "default":
        return header
    if not header.startswith("profile"):
        return None
    if '"' in header or "'" in header or "\\" in header:
        words = _shell_words(header)
    else:
        words = header.replace("\t", " ").split(" ")
        if len(words) != 2 or "" in words:  # noqa: PLR2004 - `profile NAME`
            words = [word for word in words if word]
    return words[1] if len(words) == 2 else None  # noqa: PLR2004 - `profile NAME`


def _shell_words(header: str) -> list[str]:
    """Split with quotes and backslashes; nothing where a quote is left open."""
    import shlex  # noqa: PLC0415 - heavy, and such headers are rare

    try:
        return shlex.split(header)
    except ValueError:
        return []
