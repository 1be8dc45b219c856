"""Refuses files that somebody else could have written."""

from __future__ import annotations

import os
import stat
import sys

from mfa_session.model.errors import ConfigurationError

OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH
LONGEST_LINK_CHAIN = 40


def check_owner(path: str, what: str, *, spares_private_group: bool = False) -> None:
    """Refuse a file that another user owns or may write, or may put another in place of.

    `what` names the file to people ("the credentials file"). Each link on the way is checked, and
    each directory that holds one. Missing is fine. Raises ConfigurationError `unsafe-file`.
    On Windows, where modes say nothing, everything passes. `spares_private_group` lets a group
    write in which there is nobody else, as directories always may.
    """
    if sys.platform == "win32":
        return
    for _ in range(LONGEST_LINK_CHAIN):
        try:
            status = os.lstat(path)
            directory = os.stat(os.path.dirname(path) or ".")
        except OSError:
            return
        _check_directory(os.path.dirname(path) or ".", what, directory)
        if stat.S_ISCHR(status.st_mode):
            return  # /dev/null is everybody's, and holds nothing
        if not stat.S_ISLNK(status.st_mode):
            if spares_private_group and _only_private_group(path, status):
                _check_owned(path, what, status)
            else:
                _check_file(path, what, status)
            return
        _check_owned(path, what, status)
        path = os.path.join(os.path.dirname(path), os.readlink(path))


def check_place(path: str, what: str) -> None:
    """Refuse a directory, for a file that is to be made there, that others may write to.

    Where directories are missing, the nearest one counts: they will be made in it, and be ours.
    Raises ConfigurationError `unsafe-file`.
    """
    directory = os.path.dirname(os.path.realpath(path))
    while not os.path.isdir(directory) and os.path.dirname(directory) != directory:
        directory = os.path.dirname(directory)
    if sys.platform != "win32":
        _check_directory(directory, what, os.stat(directory))


def _check_file(path: str, what: str, status: os.stat_result) -> None:
    _check_owned(path, what, status)
    if status.st_mode & OTHERS_MAY_WRITE:
        raise _unsafe(f"{what} {path} may be written by others", f"chmod go-w {path}")


def _check_directory(path: str, what: str, status: os.stat_result) -> None:
    _check_owned(path, f"the directory of {what}", status)
    mode = status.st_mode
    if mode & stat.S_ISVTX or not mode & OTHERS_MAY_WRITE:
        return
    if not _only_private_group(path, status):
        raise _unsafe(
            f"the directory of {what}, {path}, may be written by others", f"chmod go-w {path}"
        )


def _check_owned(path: str, what: str, status: os.stat_result) -> None:
    if sys.platform == "win32":
        return
    if status.st_uid not in (0, os.geteuid()):
        hint = f"chown {os.geteuid()} {path}"
        if os.geteuid() == 0:  # root in another's home: giving it to root would lock them out
            hint = f"run it as its owner: sudo -H -u {_name_of(status.st_uid)} mfa-session …; "
            hint += "or set HOME to root's own"
        raise _unsafe(f"{what} {path} belongs to another user", hint)


def _name_of(uid: int) -> str:
    """Return a user's name as sudo takes it."""
    if sys.platform == "win32":
        return str(uid)
    import pwd  # noqa: PLC0415 - not there on Windows, and rarely needed

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"'#{uid}'"


def _only_private_group(path: str, status: os.stat_result) -> bool:
    """Tell whether nobody may write but, perhaps, a group with nobody else in it."""
    if status.st_mode & stat.S_IWOTH:
        return False
    from mfa_session.files.attributes import acl_lets_others_write  # noqa: PLC0415 - rarely needed

    lets_others_write = acl_lets_others_write(path)
    if lets_others_write is None:
        return _is_private_group(status.st_gid)
    return not lets_others_write  # the group's bits of the mode are the mask of the ACL


def _is_private_group(gid: int) -> bool:
    """Tell whether a group is one user's own (umask 002): of our name, and without others in it."""
    if sys.platform == "win32":
        return False
    import grp  # noqa: PLC0415 - not there on Windows, and rarely needed
    import pwd  # noqa: PLC0415

    try:
        name = pwd.getpwuid(os.geteuid()).pw_name
        group = grp.getgrgid(gid)
    except KeyError:
        return False
    return group.gr_name == name and set(group.gr_mem) <= {name}


def _unsafe(message: str, hint: str) -> ConfigurationError:
    return ConfigurationError("unsafe-file", message, hint)
