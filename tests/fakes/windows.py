"""A fake Windows that answers our code as Microsoft's documents say."""

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
    """Three handles, each a console with its mode, or None: a file, a pipe or NUL."""

    def __init__(self) -> None:
        """Be a console that a person sees, of the old kind."""
        self.modes: dict[int, int | None] = {STDIN: 0x7, STDOUT: 0x3, STDERR: 0x3}
        self.is_old = False

    def GetStdHandle(self, number: int) -> int:  # noqa: N802  # the system's names, here and below
        """Return the handle: here the number itself."""
        return number

    def GetConsoleMode(self, handle: int, mode: Any) -> int:  # noqa: N802
        """Tell the mode, and say whether there is one."""
        found = self.modes[handle]
        if found is not None:
            mode._obj.value = found
        return int(found is not None)

    def SetConsoleMode(self, handle: int, mode: int) -> int:  # noqa: N802
        """Set it; before Windows 10 no console knew sequences."""
        if mode & UNDERSTANDS_SEQUENCES and self.is_old:
            return 0
        self.modes[handle] = mode
        return 1

    def GetConsoleWindow(self) -> int:  # noqa: N802
        """Return a window."""
        return 4711


class FakeMsvcrt:
    """A keyboard, and locks: no byte that one descriptor has locked can another lock."""

    LK_UNLCK, LK_NBLCK = 0, 2

    def __init__(self) -> None:
        """Have no keys pressed and nothing locked."""
        self.keys: deque[str] = deque()
        self.locked: dict[tuple[int, int], int] = {}

    def press(self, *keys: str) -> None:
        """Press keys; an arrow is two characters that come at once."""
        self.keys.extend(keys)

    def getwch(self) -> str:
        """Return the next character."""
        key = self.keys[0]
        self.keys[0] = key[1:]
        if len(key) == 1:
            self.keys.popleft()
        return key[0]

    def kbhit(self) -> bool:
        """Say whether the rest of a key waits."""
        return bool(self.keys) and len(self.keys[0]) == 1 and self.keys[0] in _CODES

    def locking(self, descriptor: int, mode: int, count: int) -> None:
        """Lock or free `count` bytes from where the file stands; EACCES if another has them."""
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
"""What follows the first character of an arrow's key."""


class FakeWindows:
    """The platform, for a test: its folder is the current one, and `CONOUT$` a file in it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        """Take the place of the real one."""
        self.kernel32, self.msvcrt = FakeKernel32(), FakeMsvcrt()
        self._folder = folder
        monkeypatch.chdir(folder)
        monkeypatch.setitem(sys.modules, "msvcrt", self.msvcrt)
        monkeypatch.setattr(
            ctypes, "windll", SimpleNamespace(kernel32=self.kernel32), raising=False
        )
        monkeypatch.setattr(sys, "platform", "win32")

    def screen(self) -> str:
        """Return what the last question has written."""
        return (self._folder / "CONOUT$").read_text(encoding="utf-8")

    def put(self, names: Iterable[str]) -> None:
        """Put programs in the folder."""
        for name in names:
            path = self._folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o755)
