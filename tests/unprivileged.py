"""Takes privileges from a forked child, as `setpriv` and `unshare` do before an exec.

The child goes on as a fork of the tests, which costs a fifth of an interpreter's start and imports.
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

PR_CAPBSET_DROP = 24  # <linux/prctl.h>
CLONE_NEWUSER = 0x10000000  # <linux/sched.h>
VERSION_3 = 0x20080522  # <linux/capability.h>: two sets of three words of 32 bits
NOBODY = 54321

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def drop_capabilities() -> None:
    """Give up all capabilities for good: owners and modes of files bind even root."""
    assert _libc is not None
    last = int(Path("/proc/sys/kernel/cap_last_cap").read_text())
    for number in range(last + 1):
        _check(_libc.prctl(PR_CAPBSET_DROP, number, 0, 0, 0))
    _give_up_capabilities()


def become_nobody() -> None:
    """Enter a user namespace as a user and group without a name, like a container's."""
    assert _libc is not None
    ours = {"uid_map": os.getuid(), "gid_map": os.getgid()}
    _check(_libc.unshare(CLONE_NEWUSER))
    Path("/proc/self/setgroups").write_text("deny")
    for name, number in ours.items():
        Path(f"/proc/self/{name}").write_text(f"{NOBODY} {number} 1")
    _give_up_capabilities()  # as an exec does, for all but root


def _give_up_capabilities() -> None:
    assert _libc is not None
    header, none = (ctypes.c_uint32 * 2)(VERSION_3), (ctypes.c_uint32 * 6)()
    _check(_libc.capset(header, none))


def _check(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
