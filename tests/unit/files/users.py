"""Lets a test meet permissions: root, whom nothing is denied, becomes somebody for a while."""

from __future__ import annotations

# Imported while still root: an interpreter in root's home cannot be read by others.
import fcntl  # noqa: F401
import grp  # noqa: F401
import hashlib  # noqa: F401
import os
import pwd  # noqa: F401
import resource
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

NOBODY = 65534
IS_ROOT = os.geteuid() == 0


@contextmanager
def somebody(uid: int = NOBODY) -> Iterator[Path]:
    """Act as a user who is not root, in a home directory of that user's."""
    home = Path(tempfile.mkdtemp(prefix="mfa-session-somebody-"))
    if not IS_ROOT:
        yield home
    else:
        os.chown(home, uid, uid)
        os.setegid(uid)
        os.seteuid(uid)
        try:
            yield home
        finally:
            os.seteuid(0)
            os.setegid(0)
    for directory in (home, *home.rglob("*")):
        if directory.is_dir() and not directory.is_symlink():
            directory.chmod(0o700)
    shutil.rmtree(home)


@contextmanager
def file_size_limit(size_bytes: int) -> Iterator[None]:
    """Let no file grow beyond a size, as if the disk were full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
