"""What keeps a file from being replaced is found before it is tried, with what helps."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from files.users import IS_ROOT
from mfa_session.files import obstacles
from mfa_session.files.obstacles import find_obstacle

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="mounts and attributes of Linux")


@contextmanager
def held(begin: list[str], end: list[str]) -> Iterator[None]:
    """Run a command that only root may, and another at the end."""
    done = IS_ROOT and subprocess.run(begin, capture_output=True, check=False)
    if not done or done.returncode:
        pytest.skip(f"needs root: {begin[0]}")
    try:
        yield
    finally:
        subprocess.check_call(end)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "my home" / "credentials"
    path.parent.mkdir()
    path.write_text("[a]\n")
    return path


def test_nothing_is_in_the_way_of_a_file_or_a_new_one(path: Path) -> None:
    assert find_obstacle(str(path)) is None
    assert find_obstacle(str(path.parent / "new" / "config")) is None


def test_a_file_mounted_by_itself_cannot_be_replaced(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.touch()
    with held(["mount", "--bind", str(other), str(path)], ["umount", str(path)]):
        found = find_obstacle(str(path))
    assert found is not None
    assert found[0] == "it is mounted by itself, so no new file can take its place"
    assert "mount its directory" in found[1]
    assert "AWS_SHARED_CREDENTIALS_FILE" in found[1]


def test_a_mount_point_is_found_whatever_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_bytes(
        b"1 1 8:1 / / rw - ext4 /dev/a rw\n2 1 8:1 /x /my\\040home/\xc3\xa9 rw - ext4 /dev/a rw\n"
    )
    monkeypatch.setattr(obstacles, "_MOUNTS", str(mounts))
    assert [obstacles.is_mounted(at) for at in ("/", "/my home/é", "/my")] == [
        True,
        True,
        False,
    ]
    monkeypatch.setattr(obstacles, "_MOUNTS", str(tmp_path / "none"))
    assert not obstacles.is_mounted("/")


def test_a_directory_on_a_read_only_mount_is_not_to_be_chmoded(path: Path) -> None:
    place = str(path.parent)
    with held(["mount", "--bind", place, place], ["umount", place]):
        subprocess.check_call(["mount", "-o", "remount,bind,ro", place])
        for name in ("credentials", "config"):
            found = find_obstacle(f"{place}/{name}")
            assert found is not None
            assert "is mounted read-only" in found[0]
            assert "mount it for writing" in found[1]


@pytest.mark.parametrize("name", ["", "credentials"])
def test_an_immutable_file_or_directory_is_called_so(path: Path, name: str) -> None:
    place = os.path.join(path.parent, name).rstrip("/")
    with held(["chattr", "+i", place], ["chattr", "-i", place]):
        found = find_obstacle(str(path))
    assert found is not None
    assert "immutable" in found[0]
    assert found[1] == f"sudo chattr -i '{place}'"
