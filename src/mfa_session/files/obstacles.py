"""Why a file cannot be read or replaced, and what helps."""

from __future__ import annotations

import contextlib
import os
import stat
import sys

from mfa_session.model.text import deleting, inspecting, permitting, quote

_VARIABLES = "AWS_SHARED_CREDENTIALS_FILE, AWS_CONFIG_FILE or MFA_SESSION_CONFIG"
_MOUNTS = "/proc/self/mountinfo"
_ACCESS = {"w": os.W_OK, "wx": os.W_OK | os.X_OK}
_OWNER_BITS = {"w": stat.S_IWUSR, "wx": stat.S_IWUSR | stat.S_IXUSR}


def is_mounted(path: str) -> bool:
    """Say whether a file or directory is a mount point (proc_pid_mountinfo(5))."""
    point = os.fsencode(path).replace(b" ", b"\\040")
    with contextlib.suppress(OSError), open(_MOUNTS, "rb") as mounts:
        return any(line.split(b" ")[4] == point for line in mounts)
    return False


def find_obstacle(path: str) -> tuple[str, str] | None:
    """Return why no new file can replace `path`, and what helps; None if one can.

    `path` has no links, and need not exist. This finds mounts, modes and attributes.
    """
    if is_mounted(path):
        reason = "it is mounted by itself, so no new file can take its place"
        return reason, f"mount its directory instead, for writing; or name a copy by {_VARIABLES}"
    directory = nearest_standing(os.path.dirname(path))
    if not os.path.isdir(directory):
        return f"{directory} is not a directory", inspecting(directory)
    closed = f"the directory {directory} may not be written"
    for place, reason, modes in ((path, "it is read-only", "w"), (directory, closed, "wx")):
        # As whom we act now; False on a read-only file system.
        if os.path.exists(place) and not os.access(
            place, _ACCESS[modes], effective_ids=os.access in os.supports_effective_ids
        ):
            return _find_cause(place, modes) or (reason, permitting(modes, place))
    return None


def _find_cause(place: str, modes: str) -> tuple[str, str] | None:
    """Return why a file or directory may not be written, and what helps; None if by its mode."""
    if sys.platform == "win32":
        return None
    status, needed = os.stat(place), _OWNER_BITS[modes]
    if os.statvfs(place).f_flag & os.ST_RDONLY:
        reason = f"the file system of {place} is mounted read-only"
        return reason, f"mount it for writing; or name a copy by {_VARIABLES}"
    if status.st_uid != os.geteuid():
        return f"{place} belongs to another user", inspecting(place)
    if status.st_mode & needed != needed:
        return None
    unlock = "chflags nouchg" if sys.platform == "darwin" else "chattr -i"
    return f"{place} is immutable", f"sudo {unlock} {quote(place)}"


def suggest_file(path: str) -> str:
    """Return what to do about a directory in the place of a file."""
    if is_mounted(path):
        return "put the file on the host before the container starts, which mounts it"
    with contextlib.suppress(OSError):
        if not os.listdir(path):
            return f"a file is meant: rmdir {quote(path)}"
    return f"a file is meant: move the directory away, or name the file by {_VARIABLES}"


def suggest_link(path: str) -> str:
    """Return what to do about a path whose links lead in a circle."""
    while not os.path.isdir(os.path.dirname(path)):
        path = os.path.dirname(path)
    return f"the symbolic links lead in a circle: {deleting(path)}"


def nearest_standing(path: str) -> str:
    """Return the path if it exists, else the nearest directory above it that does."""
    while not os.path.lexists(path) and os.path.dirname(path) != path:
        path = os.path.dirname(path)
    return path
