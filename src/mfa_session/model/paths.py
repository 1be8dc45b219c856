"""Paths of the person's files: the AWS files and `~` as botocore finds them, and config.toml."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


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
    if "$" in path or (sys.platform == "win32" and "%" in path):
        path = os.path.expandvars(path)
    if path[:1] != "~":
        return path
    if sys.platform == "win32" or path[1:2] not in ("", "/"):
        return os.path.expanduser(path)
    return (home(environ).rstrip("/") + path[1:]) or "/"


def home(environ: Mapping[str, str]) -> str:
    """Return the home directory: HOME, else from the password database; `~` if it is nowhere.

    Nothing is ever read or written at a path that still begins with `~`.
    """
    if sys.platform == "win32":
        return environ.get("USERPROFILE") or os.path.expanduser("~")
    if "HOME" in environ:
        given = environ["HOME"]
        return given if given[:1] in ("", "/") else "~"
    import pwd  # noqa: PLC0415 - not there on Windows, and rarely needed

    try:
        return pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        return "~"


def settings_path(environ: Mapping[str, str]) -> str:
    """Return where config.toml is looked for."""
    named = environ.get("MFA_SESSION_CONFIG")
    if named:
        return expand(named, environ)
    folder = environ.get("XDG_CONFIG_HOME") or ""
    if os.path.isabs(folder):  # as the XDG specification asks
        pass
    elif sys.platform == "win32":
        folder = environ.get("APPDATA") or os.path.expanduser(r"~\AppData\Roaming")
    elif sys.platform == "darwin":
        folder = expand("~/Library/Application Support", environ)
    else:
        folder = expand("~/.config", environ)
    return os.path.join(folder, "mfa-session", "config.toml")


def name_for(prefix: str, key: str) -> str:
    """Return a name for a state file: the prefix and a hash, which every file system takes."""
    import hashlib  # noqa: PLC0415  # 3 ms, and most warm commands need no name

    return prefix + hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()[:32]
