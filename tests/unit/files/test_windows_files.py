"""Files as Windows has them: locks of bytes, and no renaming or removing of what is open."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fakes.windows import FakeWindows
from mfa_session.files import atomic
from mfa_session.files.atomic import replace_file
from mfa_session.files.locks import Lock, LockTimeout
from mfa_session.files.state import state_path
from mfa_session.model.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeWindows:
    """Make the platform a Windows."""
    return FakeWindows(monkeypatch, tmp_path)


def test_a_lock_holds_until_it_is_freed_and_its_note_can_be_read(
    windows: FakeWindows, tmp_path: Path
) -> None:
    path = str(tmp_path / "the.lock")
    with Lock(path) as lock:
        lock.leave(b"a note\nof two lines")
        with pytest.raises(LockTimeout), Lock(path, timeout_seconds=0):
            pass
        assert Path(path).read_bytes() == b"a note\nof two lines"  # of others, as it is not locked
    assert windows.msvcrt.locked == {}
    with Lock(path, timeout_seconds=0) as lock:
        assert lock.note == b"a note\nof two lines"


def _is_open(path: str) -> bool:
    return any(
        os.path.realpath(f"/proc/self/fd/{number}") == os.path.realpath(path)
        for number in os.listdir("/proc/self/fd")
    )


def _refusing(call: Callable[..., None], times: int) -> Callable[..., None]:
    """Return a call that refuses what is open, as Windows does, and the first `times` anyhow."""
    left = [times]

    def refuse(path: str, *more: str) -> None:
        left[0] -= 1
        if _is_open(path) or left[0] >= 0:
            raise PermissionError(13, "The process cannot access the file", path)
        call(path, *more)

    return refuse


@pytest.fixture
def place(windows: FakeWindows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder where files behave so."""
    del windows
    monkeypatch.setattr(atomic, "WINDOWS_PAUSE_SECONDS", 0)
    monkeypatch.setattr(os, "unlink", _refusing(os.unlink, 0))
    (tmp_path / "place").mkdir()
    (tmp_path / "place" / "file").write_bytes(b"old")
    return tmp_path / "place"


def test_a_file_that_another_reads_is_replaced_when_it_is_done(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "replace", _refusing(os.replace, 3))
    replace_file(str(place / "file"), b"new", mode=0o600)
    assert {path.name: path.read_bytes() for path in place.iterdir()} == {"file": b"new"}


def test_a_file_that_stays_open_is_left_unchanged_without_copies(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "replace", _refusing(os.replace, 1000))
    with pytest.raises(ConfigurationError, match="could not be written"):
        replace_file(str(place / "file"), b"new", mode=0o600)
    assert {path.name: path.read_bytes() for path in place.iterdir()} == {"file": b"old"}


def test_a_write_that_fails_leaves_nothing_beside_the_file(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigurationError, match="no space left"):
        replace_file(str(place / "file"), b"new", mode=0o600)
    assert [path.name for path in place.iterdir()] == ["file"]


def test_state_stands_in_the_local_application_data(windows: FakeWindows, tmp_path: Path) -> None:
    del windows
    local = str(tmp_path / "AppData" / "Local")
    assert state_path({"LOCALAPPDATA": local}) == os.path.join(local, "mfa-session")
    assert state_path({"USERPROFILE": str(tmp_path)}) == os.path.join(local, "mfa-session")
