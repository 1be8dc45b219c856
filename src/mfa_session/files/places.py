"""The files and directories of ours that nobody else has to get at, and their modes."""

from __future__ import annotations

import os
import stat
import sys
from itertools import chain

from mfa_session.files.permissions import OTHERS_MAY_WRITE, check_owner
from mfa_session.files.state import state_path
from mfa_session.files.writable import WritableFile
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.feature_ports import CREDENTIALS, STATE, Place
from mfa_session.model.paths import config_path, credentials_path, settings_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mfa_session.files.state import StateDir

PRIVATE = 0o077
"""What the mode of a secret file should not let others do."""


def find_unsafe(environ: Mapping[str, str]) -> dict[str, ConfigurationError]:
    """Return why files are not safe that others could have written, by the files' paths.

    Two of them are refused by every command. The AWS config file is not, so a private group may
    write it; but it names commands as well. A directory that several share is told once.
    """
    found: dict[str, ConfigurationError] = {}
    for path, what, is_refused in _guarded(environ):
        try:
            check_owner(path, what, spares_private_group=not is_refused)
        except ConfigurationError as error:  # noqa: PERF203  # each is looked at
            if error.hint not in {each.hint for each in found.values()}:
                found[path] = error
    return found


def find_unwritable(environ: Mapping[str, str], state: StateDir) -> dict[str, ConfigurationError]:
    """Return why a session could not be written, or its lock and traces; by part of the scene."""
    found: dict[str, ConfigurationError] = {}
    places = {CREDENTIALS: credentials_path(environ), STATE: state.path("clock-offset")}
    for part, path in places.items():
        try:
            WritableFile(path, private_name=None, state=state, warn=lambda _text: None).check()
        except ConfigurationError as error:  # noqa: PERF203  # each is looked at
            found[part] = error
    return found


def _guarded(environ: Mapping[str, str]) -> Iterator[tuple[str, str, bool]]:
    """Yield the files that nobody else may write, what they are called, who is refused."""
    yield credentials_path(environ), "the credentials file", True
    yield settings_path(environ), "the settings file", True
    yield config_path(environ), "the AWS config file", False


def find_places(environ: Mapping[str, str]) -> tuple[Place, ...]:
    """Return the credentials file, and the state directory with everything in it.

    Only what is there, and ours: the mode of another's is not for us to change.
    """
    return tuple(_find(environ)) if sys.platform != "win32" else ()


def close_places(environ: Mapping[str, str]) -> list[str]:
    """Take from modes what others should not have; return what was done, as commands."""
    done = []
    # One by one: what is put right first may leave no fault in the next.
    for place in chain(find_places(environ), _writable(environ)):
        if place.is_open:
            try:
                os.chmod(place.path, place.closed_mode)
            except OSError:
                continue  # a read-only file system, say: it is found again
            done.append(f"chmod {place.closed_mode:o} {place.path}")
    return done


def _find(environ: Mapping[str, str]) -> Iterator[Place]:
    yield from _place(credentials_path(environ), "the credentials file")
    root = state_path(environ)
    for directory, _, names in os.walk(root):
        yield from _place(directory, "the state directory")
        for name in sorted(names):
            yield from _place(os.path.join(directory, name), "a file of the state directory")


def _writable(environ: Mapping[str, str]) -> Iterator[Place]:
    """Yield the files, and their directories, that are refused because others may write them."""
    if sys.platform == "win32":
        return
    for path, what, _ in _guarded(environ):
        for part in (path, os.path.dirname(os.path.realpath(path))):
            for place in _place(part, what, OTHERS_MAY_WRITE):
                if path in find_unsafe(environ) and not place.mode & stat.S_ISVTX:
                    yield place


def _place(path: str, what: str, forbidden: int = PRIVATE) -> Iterator[Place]:
    """Yield what stands at a path, where it is a file or directory of ours."""
    try:
        status = os.stat(path)
    except OSError:
        return
    if sys.platform == "win32" or status.st_uid != os.geteuid():
        return
    directory = stat.S_ISDIR(status.st_mode)
    if directory or stat.S_ISREG(status.st_mode):
        mode = stat.S_IMODE(status.st_mode)
        yield Place(path=path, what=what, mode=mode, forbidden=forbidden, is_directory=directory)
