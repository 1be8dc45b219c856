"""A file is replaced whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from files.users import IS_ROOT, NOBODY, file_size_limit, somebody
from mfa_session.files import atomic
from mfa_session.files.atomic import (
    MARK,
    create_private,
    not_written,
    replace_file,
    temporary_name,
)
from mfa_session.files.reading import read_snapshot
from mfa_session.model.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Give an empty directory."""
    (tmp_path / "place").mkdir()
    return tmp_path / "place"


def mode(path: Path) -> int:
    """Return a file's permissions."""
    return stat.S_IMODE(path.stat().st_mode)


def refusal(path: Path, data: bytes = b"new") -> ConfigurationError:
    """Return how a replacement fails."""
    with pytest.raises(ConfigurationError) as caught:
        replace_file(str(path), data, mode=0o600)
    assert caught.value.code == "file-not-written"
    return caught.value


def test_new_file_is_private(place: Path) -> None:
    path = place / "f"
    replace_file(str(path), b"new", mode=None)
    assert (path.read_bytes(), mode(path)) == (b"new", 0o600)
    assert os.listdir(place) == ["f"]


def test_mode_is_kept_or_given(place: Path) -> None:
    path = place / "f"
    path.write_bytes(b"old")
    path.chmod(0o644)
    replace_file(str(path), b"new", mode=None)
    assert (path.read_bytes(), mode(path)) == (b"new", 0o644)
    replace_file(str(path), b"newer", mode=0o600)
    assert (path.read_bytes(), mode(path)) == (b"newer", 0o600)


def test_bytes_and_mode_are_those_of_the_file_when_it_is_sent_to_the_disk(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = place / "f"
    path.write_bytes(b"old")
    path.chmod(0o640)
    sent = []

    def fsync(descriptor: int) -> None:
        found = os.fstat(descriptor)
        if stat.S_ISREG(found.st_mode):
            sent.append((found.st_size, stat.S_IMODE(found.st_mode), path.read_bytes()))

    monkeypatch.setattr(os, "fsync", fsync)
    replace_file(str(path), b"newer", mode=None)
    assert sent == [(len(b"newer"), 0o640, b"old")]


def test_file_is_private_from_the_start(place: Path) -> None:
    os.umask(0)
    path = temporary_name(str(place / "f"))
    assert os.path.dirname(path) == str(place)
    assert os.path.basename(path).startswith(f".f{MARK}")
    descriptor = create_private(path)
    assert descriptor is not None
    assert stat.S_IMODE(os.fstat(descriptor).st_mode) == 0o600
    os.close(descriptor)


def test_readers_keep_the_old_bytes(place: Path) -> None:
    path = place / "f"
    path.write_bytes(b"old")
    with path.open("rb") as reader:
        replace_file(str(path), b"new", mode=None)
        assert reader.read() == b"old"


@pytest.mark.parametrize("links", [["target"], ["two", "target"], ["deep/../two", "target"]])
def test_links_stay_and_their_target_is_replaced(place: Path, links: list[str]) -> None:
    (place / "deep").mkdir()
    names = ["one", "two"][: len(links)]
    for name, to in zip(names, links, strict=True):
        (place / name).symlink_to(to)
    for data in (b"first", b"second"):  # first through a dangling link
        replace_file(str(place / "one"), data, mode=None)
        assert (place / "target").read_bytes() == data
    assert [os.readlink(place / name) for name in names] == links


def test_relative_path_is_written(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    replace_file("f", b"new", mode=None)
    assert (place / "f").read_bytes() == b"new"


def test_directory_and_device_and_circle_are_refused(place: Path) -> None:
    (place / "d").mkdir()
    (place / "l").symlink_to("l")
    (place / "null").symlink_to("/dev/null")
    assert "is a directory" in refusal(place / "d").message
    assert "too many levels of symbolic links" in refusal(place / "l").message
    assert "not a regular file" in refusal(place / "null").message
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    assert sorted(os.listdir(place)) == ["d", "l", "null"]


def test_missing_directory_is_refused(place: Path) -> None:
    assert "no such file or directory" in refusal(place / "none" / "f").message


@pytest.mark.parametrize("letter", ["c", "é", "\udcff"])
def test_the_longest_name_is_written(place: Path, letter: str) -> None:
    path = place / (letter * (255 // len(os.fsencode(letter))))
    replace_file(str(path), b"new", mode=None)
    (place / path.name[:-1]).write_bytes(b"a name that begins alike")
    os.close(create_private(temporary_name(str(path))) or 0)
    assert len(atomic.find_dead(str(path))) == 1
    replace_file(str(path), b"newer", mode=None)
    assert len(os.listdir(place)) == 2


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_every_error_has_a_hint(place: Path, number: int) -> None:
    error = not_written(str(place / "f"), OSError(number, os.strerror(number)))
    assert error.hint


def test_limit_on_file_sizes_leaves_the_old_file(place: Path) -> None:
    path = place / "f"
    path.write_bytes(b"old")
    with file_size_limit(1000):
        error = refusal(path, b"x" * 2000)
    assert error.message == f"{path} could not be written: file too large"
    assert "ulimit" in error.hint
    assert (os.listdir(place), path.read_bytes()) == (["f"], b"old")


@pytest.fixture
def full_disk(place: Path) -> Iterator[Path]:
    """Mount a file system of 64 KiB and fill it but for a part of a page."""
    disk = place / "disk"
    disk.mkdir()
    mounted = IS_ROOT and not subprocess.call(
        ["mount", "-t", "tmpfs", "-o", "size=64k,mode=0700", "tmpfs", str(disk)]
    )
    if not mounted:
        pytest.skip("only root can mount a small disk; the size limit is tested without")
    (disk / "f").write_bytes(b"old")
    with (disk / "filler").open("wb", buffering=0) as filler, suppress(OSError):
        while True:
            filler.write(b"x" * 4096)
    yield disk
    subprocess.check_call(["umount", str(disk)])


def test_full_disk_leaves_the_old_file(full_disk: Path) -> None:
    error = refusal(full_disk / "f", b"x" * 5000)
    assert error.message == f"{full_disk / 'f'} could not be written: no space left on device"
    assert "free some space" in error.hint
    assert sorted(os.listdir(full_disk)) == ["f", "filler"]
    assert (full_disk / "f").read_bytes() == b"old"


def test_a_directory_without_write_permission_is_refused() -> None:
    with somebody() as home:
        (home / "f").write_bytes(b"old")
        home.chmod(0o500)
        error = refusal(home / "f")
        closed = f"the directory {home} may not be written"
        assert error.message == f"{home / 'f'} could not be written: {closed}"
        assert error.hint == f"chmod u+wx {home}"
        assert (home / "f").read_bytes() == b"old"


@pytest.mark.skipif(not IS_ROOT, reason="only root can give files away")
def test_root_keeps_the_owner(place: Path) -> None:
    path = place / "f"
    path.write_bytes(b"old")
    os.chown(path, NOBODY, NOBODY)
    path.chmod(0o640)
    replace_file(str(path), b"new", mode=None)
    found = path.stat()
    assert (found.st_uid, found.st_gid, mode(path)) == (NOBODY, NOBODY, 0o640)


@pytest.mark.skipif(not IS_ROOT, reason="only root can give files away")
def test_rights_of_a_group_that_cannot_be_kept_are_dropped() -> None:
    with somebody() as home:
        (home / "f").write_bytes(b"old")
        (home / "f").chmod(0o664)
        os.seteuid(0)
        os.chown(home / "f", NOBODY, 4)
        os.seteuid(NOBODY)
        replace_file(str(home / "f"), b"new", mode=None)
        assert ((home / "f").stat().st_gid, mode(home / "f")) == (NOBODY, 0o604)


@pytest.mark.parametrize(
    "step",
    ["atomic.try_lock", "atomic.write_all", "atomic._take_over", "atomic.rename"],
)
@pytest.mark.parametrize("failure", [KeyboardInterrupt, MemoryError])
def test_interruption_leaves_nothing_behind(
    place: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    failure: type[BaseException],
) -> None:
    path = place / "f"
    path.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr(f"mfa_session.files.{step}", fail)
    with pytest.raises(failure):
        replace_file(str(path), b"new", mode=None)
    assert (os.listdir(place), path.read_bytes()) == (["f"], b"old")


def test_an_interrupt_while_the_old_file_is_removed_leaves_it_nowhere(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = place / "f"
    path.write_bytes(b"old")
    remove, interrupts = atomic.remove_quietly, [KeyboardInterrupt]

    def remove_interrupted(path: str) -> None:
        if interrupts:
            raise interrupts.pop()
        remove(path)

    monkeypatch.setattr(atomic, "remove_quietly", remove_interrupted)
    with pytest.raises(KeyboardInterrupt):
        replace_file(str(path), b"new", mode=None, seen=read_snapshot(str(path)))
    assert (os.listdir(place), path.read_bytes()) == (["f"], b"new")


def test_temporary_files_of_the_dead_go_and_of_the_living_stay(place: Path) -> None:
    living = temporary_name(str(place / "f"))
    descriptor = create_private(living)
    assert descriptor is not None
    dead = place / f".f{MARK}0011223344556677"
    dead.write_bytes(b"half")
    others = [f".g{MARK}00", ".f.swp", f"f{MARK}00"]
    for name in others:
        (place / name).write_bytes(b"")
    replace_file(str(place / "f"), b"new", mode=None)
    assert sorted(os.listdir(place)) == sorted(["f", os.path.basename(living), *others])
    os.close(descriptor)
    replace_file(str(place / "f"), b"newer", mode=None)
    assert sorted(os.listdir(place)) == sorted(["f", *others])


def test_a_temporary_file_removed_before_it_is_locked_is_made_again(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([False, True])
    monkeypatch.setattr(atomic, "try_lock", lambda _: next(answers))
    replace_file(str(place / "f"), b"new", mode=None)
    assert (os.listdir(place), (place / "f").read_bytes()) == (["f"], b"new")


def test_file_system_without_locks_is_written_and_nothing_taken_for_dead(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_locks(_: int) -> bool:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(atomic, "try_lock", no_locks)
    left = f".f{MARK}00"
    (place / left).write_bytes(b"")
    replace_file(str(place / "f"), b"new", mode=None)
    assert sorted(os.listdir(place)) == sorted(["f", left])
