"""What to do about what the system refuses, by errno(3)."""

from __future__ import annotations

import errno

OF_THE_PROCESS = {
    errno.EMFILE: "allow more open files: `ulimit -n`",
    errno.ENFILE: "end programs that hold many files open",
    errno.ENOMEM: "end programs that use much memory",
    errno.EAGAIN: "end some processes, or allow more: `ulimit -u`",
}
"""Refused whichever file or program it was for."""

OF_FILES = {
    errno.ENOSPC: "free some space on that disk, then run the command again",
    errno.EDQUOT: "your disk quota is used up: free some space, then run the command again",
    errno.EFBIG: "the limit on file sizes is too low: see `ulimit -f`",
    errno.EROFS: "the file system is mounted read-only",
    errno.EACCES: "look at the owner and mode of the file and its directory: ls -ld",
    errno.EPERM: "look at the owner and attributes of the file: ls -l, lsattr",
    errno.ELOOP: "the symbolic links lead in a circle",
    errno.EISDIR: "name a file, not a directory",
    errno.EIO: "see that the disk is healthy",
}


def hint_for_errno(number: int | None) -> str:
    """Return what to do about an error of the system; "" where it is not known."""
    return OF_THE_PROCESS.get(number or 0) or OF_FILES.get(number or 0, "")
