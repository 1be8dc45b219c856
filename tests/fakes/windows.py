"""A fake Windows that follows Microsoft's documentation."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from collections import deque
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from mfa_session.system.windows_console import STDERR, STDIN, STDOUT, UNDERSTANDS_SEQUENCES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pytest


class FakeKernel32:
    """Three handles: each is a console with a mode, or None for a file, a pipe or NUL."""

    def __init__(self) -> None:
        """Begin as a visible console without escape sequences."""
        self.modes: dict[int, int | None] = {STDIN: 0x7, STDOUT: 0x3, STDERR: 0x3}
        self.is_old = False

    def GetStdHandle(self, number: int) -> int:  # noqa: N802  # Windows' names
        """Return the number as the handle."""
        return number

    def GetConsoleMode(self, handle: int, mode: Any) -> int:  # noqa: N802
        """Write the mode, and say whether there is one."""
        found = self.modes[handle]
        if found is not None:
            mode._obj.value = found
        return int(found is not None)

    def SetConsoleMode(self, handle: int, mode: int) -> int:  # noqa: N802
        """Set the mode; an old console refuses escape sequences."""
        if mode & UNDERSTANDS_SEQUENCES and self.is_old:
            return 0
        self.modes[handle] = mode
        return 1

    def GetConsoleWindow(self) -> int:  # noqa: N802
        """Return a window."""
        return 4711


class FakeMsvcrt:
    """A keyboard, and locks on bytes; one descriptor at a time locks a byte."""

    LK_UNLCK, LK_NBLCK = 0, 2

    def __init__(self) -> None:
        """Begin without keys and locks."""
        self.keys: deque[str] = deque()
        self.locked: dict[tuple[int, int], int] = {}

    def press(self, *keys: str) -> None:
        """Press keys; an arrow is two characters."""
        self.keys.extend(keys)

    def getwch(self) -> str:
        """Return the next character."""
        key = self.keys[0]
        self.keys[0] = key[1:]
        if len(key) == 1:
            self.keys.popleft()
        return key[0]

    def kbhit(self) -> bool:
        """Say whether the rest of a key is left."""
        return bool(self.keys) and len(self.keys[0]) == 1 and self.keys[0] in _CODES

    def locking(self, descriptor: int, mode: int, count: int) -> None:
        """Lock or free `count` bytes at the file's position; EACCES if another has them."""
        begin, file = os.lseek(descriptor, 0, os.SEEK_CUR), os.fstat(descriptor).st_ino
        for byte in range(begin, begin + count):
            wanted = descriptor if mode == self.LK_UNLCK else None
            if self.locked.get((file, byte)) != wanted:
                raise OSError(errno.EACCES, os.strerror(errno.EACCES))
            if mode == self.LK_UNLCK:
                del self.locked[file, byte]
            else:
                self.locked[file, byte] = descriptor


_CODES = "HPKMG"
"""The second characters of the arrow keys."""


class FakeWindows:
    """Windows for a test, in a folder that has `CONOUT$` as a file."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        """Replace the platform and the current folder."""
        self.kernel32, self.msvcrt = FakeKernel32(), FakeMsvcrt()
        self._folder = folder
        monkeypatch.chdir(folder)
        monkeypatch.setitem(sys.modules, "msvcrt", self.msvcrt)
        monkeypatch.setattr(
            ctypes, "windll", SimpleNamespace(kernel32=self.kernel32), raising=False
        )
        monkeypatch.setattr(sys, "platform", "win32")

    def screen(self) -> str:
        """Return the text of the last question."""
        return (self._folder / "CONOUT$").read_text(encoding="utf-8")

    def put(self, names: Iterable[str]) -> None:
        """Put programs in the folder."""
        for name in names:
            path = self._folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o755)
