"""The state directory: private, lazy, and with room kept for what must not be lost."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from files.users import IS_ROOT, NOBODY, file_size_limit, somebody
from mfa_session.files import atomic
from mfa_session.files.cli_cache import CliCacheFiles
from mfa_session.files.state import StateDir, state_path
from mfa_session.ini.document import IniDocument
from mfa_session.model.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mfa_session.files.atomic import Reservation


def mode(path: Path) -> int:
    """Return a file's permissions."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Give a path for the state directory, which is not made yet."""
    return tmp_path / "deep" / "mfa-session"


def contents(root: Path) -> list[str]:
    """Return the names of all files below the directory."""
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_path_is_the_platforms_or_xdgs(monkeypatch: pytest.MonkeyPatch) -> None:
    home = {"HOME": "/h"}
    monkeypatch.setattr(sys, "platform", "linux")
    assert state_path(home) == "/h/.local/state/mfa-session"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert state_path(home) == "/h/Library/Application Support/mfa-session"
    assert state_path({**home, "XDG_STATE_HOME": "/s"}) == "/s/mfa-session"
    monkeypatch.setattr(sys, "platform", "linux")
    assert state_path({**home, "XDG_STATE_HOME": "relative"}) == "/h/.local/state/mfa-session"
    assert StateDir.of(home).path("a", "b") == "/h/.local/state/mfa-session/a/b"


def test_reading_makes_nothing(root: Path) -> None:
    state = StateDir(str(root))
    assert (state.read("x"), state.names(), state.path()) == (None, [], str(root))
    state.remove("x")
    assert not root.parent.exists()


def test_files_and_directories_are_private(root: Path) -> None:
    os.umask(0)
    state = StateDir(str(root))
    state.write("x", b"1")
    lock = Path(state.lock_path("file", "/home/carol/.aws/credentials"))
    assert (mode(root), mode(root / "x"), mode(lock.parent)) == (0o700, 0o600, 0o700)
    assert lock.parent == root / "locks"
    assert not lock.exists()


def test_wide_directory_is_made_private(root: Path) -> None:
    root.mkdir(parents=True)
    root.chmod(0o755)
    StateDir(str(root)).write("x", b"1")
    assert mode(root) == 0o700


def test_a_written_note_is_read_listed_and_removed(root: Path) -> None:
    state = StateDir(str(root))
    for name, data in (("b-1", b"1"), ("a-2", b"2"), ("a-1", b""), ("a-1", b"3")):
        state.write(name, data)
    assert [state.read(name) for name in ("a-1", "a-2", "b-1", "c")] == [b"3", b"2", b"1", None]
    assert (state.names("a-"), state.names()) == (["a-1", "a-2"], ["a-1", "a-2", "b-1"])
    state.remove("a-1")
    state.remove("a-1")
    assert state.names() == ["a-2", "b-1"]


@pytest.mark.parametrize("name", ["", ".hidden", "a/b", "..", "/etc/passwd"])
def test_name_that_leads_elsewhere_is_refused(root: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not a state file's name"):
        StateDir(str(root)).write(name, b"")


def test_locks_of_one_key_are_one(root: Path) -> None:
    state = StateDir(str(root))
    assert state.lock_path("a", "k") == state.lock_path("a", "k")
    assert len({state.lock_path(kind, key) for kind in "ab" for key in ("k", "\udce4")}) == 4


@pytest.mark.skipif(not IS_ROOT, reason="only root can give files away")
def test_directory_of_another_user_is_refused(root: Path) -> None:
    StateDir(str(root)).write("x", b"1")
    os.chown(root, NOBODY, NOBODY)
    state = StateDir(str(root))
    for use in (lambda: state.read("x"), state.names, lambda: state.write("x", b"2")):
        with pytest.raises(ConfigurationError) as caught:
            use()
        assert caught.value.code == "unsafe-file"
    with pytest.raises(ConfigurationError, match="belongs to another user"):
        state.lock_path("a", "k")


def test_read_only_home_locks_in_the_runtime_directory() -> None:
    with somebody() as home:
        (home / "run").mkdir(mode=0o700)
        (home / "ro").mkdir(mode=0o500)
        state = StateDir(str(home / "ro" / "mfa-session"), str(home / "run"))
        lock = Path(state.lock_path("file", "k"))
        assert lock.parent == home / "run" / f"mfa-session-{os.geteuid()}"
        assert mode(lock.parent) == 0o700
        with pytest.raises(ConfigurationError) as caught:
            state.write("x", b"1")
        assert caught.value.code == "file-not-written"
        with pytest.raises(ConfigurationError) as caught:
            state.reserve("x", 10)
        assert caught.value.code == "file-not-written"
        assert f"the directory {home / 'ro'} may not be written" in caught.value.message
        assert caught.value.hint.startswith(f"chmod u+wx {home / 'ro'}; or point XDG_STATE_HOME")


def test_read_only_home_without_runtime_directory_locks_in_the_temporary_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with somebody() as home:
        (home / "ro").mkdir(mode=0o500)
        monkeypatch.setattr("tempfile.tempdir", str(home))
        state = StateDir(str(home / "ro" / "mfa-session"))
        trap = home / f"mfa-session-{os.geteuid()}"
        assert Path(state.lock_path("file", "k")).parent == trap
        trap.rmdir()
        (home / "mine").mkdir()
        trap.symlink_to("mine")
        with pytest.raises(ConfigurationError, match="symbolic link"):
            state.lock_path("file", "k")


def test_without_any_directory_for_locks_says_where_to_have_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As where the disks of the home and of /tmp are full."""
    with somebody() as home:
        (home / "ro").mkdir(mode=0o500)
        monkeypatch.setattr("tempfile.tempdir", None)
        state = StateDir(str(home / "ro" / "mfa-session"))
        with file_size_limit(0), pytest.raises(ConfigurationError) as caught:
            state.lock_path("file", "k")
    assert caught.value.code == "lock-unavailable"
    assert "No usable temporary directory" in caught.value.message
    assert caught.value.hint.startswith("point XDG_STATE_HOME to a directory of yours")


@contextmanager
def reserved(state: StateDir, size_bytes: int) -> Iterator[Reservation]:
    """Reserve room for the file `x`, and give it back at the end."""
    room = state.reserve("x", size_bytes)
    try:
        yield room
    finally:
        room.release()


def test_a_reservation_is_hidden_until_it_is_filled(root: Path) -> None:
    state = StateDir(str(root))
    with reserved(state, 8192) as room:
        assert (state.read("x"), state.names()) == (None, [])
        (hidden,) = root.iterdir()
        assert hidden.stat().st_size >= 8192
        assert mode(hidden) == 0o600
        room.fill(b"session")
    assert (state.read("x"), contents(root), mode(root / "x")) == (b"session", ["x"], 0o600)
    assert room.path == str(root / "x")
    room.release()
    assert contents(root) == ["x"]


def test_an_unused_reservation_is_removed(root: Path) -> None:
    state = StateDir(str(root))
    room = state.reserve("x", 100)
    room.release()
    room.release()
    assert contents(root) == []


def test_more_than_reserved_fits_where_there_is_room(root: Path) -> None:
    state = StateDir(str(root))
    with reserved(state, 10) as room:
        room.fill(b"x" * 5000)
    assert state.read("x") == b"x" * 5000


def test_no_room_is_told_before_it_is_needed(root: Path) -> None:
    state = StateDir(str(root))
    with file_size_limit(4096), pytest.raises(ConfigurationError) as caught:
        state.reserve("x", 8192)
    assert caught.value.code == "file-not-written"
    assert contents(root) == []


@pytest.mark.skipif(not IS_ROOT, reason="only root can mount a small disk")
def test_reserved_room_is_there_when_the_disk_is_full(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(disk)]
    if subprocess.call(mount):
        pytest.skip("this root may not mount")
    try:
        state = StateDir(str(disk / "state"))
        with reserved(state, 16384) as room:
            subprocess.call(["dd", "if=/dev/zero", f"of={disk}/filler"], stderr=subprocess.DEVNULL)
            with pytest.raises(ConfigurationError, match="no space left"):
                state.write("y", b"y" * 16384)
            room.fill(b"x" * 16384)
        assert (state.read("x"), state.names()) == (b"x" * 16384, ["x"])
    finally:
        subprocess.check_call(["umount", str(disk)])


def test_failed_fill_leaves_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = StateDir(str(root))

    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    with reserved(state, 100) as room:
        monkeypatch.setattr(atomic, "write_all", fail)
        with pytest.raises(ConfigurationError, match="input/output error"):
            room.fill(b"new")
    assert (state.read("x"), contents(root)) == (None, [])


def test_data_is_whole_before_the_rest_of_the_room_is_cut_off(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    state = StateDir(str(root))
    monkeypatch.setattr(os, "ftruncate", fail)  # as if a kill had come before
    with reserved(state, 8192) as room:
        room.fill(b"[a]\nk = v\n")
    data = state.read("x") or b""
    assert len(data) > 8192
    document = IniDocument(data, "x")
    assert {name: document.section(name) for name in document.names()} == {"a": {"k": "v"}}


def test_a_reservation_left_by_a_kill_is_hidden_and_removed_later(root: Path) -> None:
    program = """
import sys, time
from mfa_session.files.state import StateDir
room = StateDir(sys.argv[1]).reserve("x", 100)
print("reserved", flush=True)
time.sleep(60)
"""
    argv = [sys.executable, "-c", program, str(root)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "reserved\n"
        state = StateDir(str(root))
        state.reserve("y", 10).release()
        assert len(contents(root)) == 1  # the living one's
        process.send_signal(signal.SIGKILL)
    assert (state.read("x"), state.names(), len(contents(root))) == (None, [], 1)
    state.reserve("y", 10).release()
    assert contents(root) == []


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_disk_that_stores_nothing_is_noticed_before_the_code(
    root: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(ConfigurationError, match="input/output error") as caught:
        StateDir(str(root)).reserve("x", 100)
    assert caught.value.code == "file-not-written"
    assert contents(root) == []


def test_a_disk_that_fails_later_keeps_what_it_can(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    state = StateDir(str(root))
    with reserved(state, 100) as room:
        monkeypatch.setattr(os, "fsync", fail)
        room.fill(b"session")
    assert state.read("x") == b"session"


def plant_link(path: Path) -> None:
    """Put a link in place of a file."""
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


def plant_pipe(path: Path) -> None:
    """Put a pipe that nobody writes to in place of a file."""
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize(
    "spoil",
    [
        plant_link,
        lambda path: path.chmod(0o620),
        lambda path: path.chmod(0o602),
        lambda path: os.link(path, path.with_name("also")),
        lambda path: os.truncate(path, (1 << 20) + 1),
        plant_pipe,
        lambda path: path.parent.chmod(0o770),
        lambda path: path.parent.chmod(0o707),
    ],
)
def test_a_file_that_others_may_write_counts_as_absent(
    root: Path, spoil: Callable[[Path], object]
) -> None:
    state = StateDir(str(root))
    state.write("x", b"1")
    assert state.read("x") == b"1"
    spoil(root / "x")
    assert state.read("x") is None


@pytest.mark.skipif(not IS_ROOT, reason="only root can give files away")
def test_a_file_that_another_put_there_counts_as_absent(root: Path) -> None:
    state = StateDir(str(root))
    state.write("x", b"1")
    os.chown(root / "x", NOBODY, NOBODY)
    assert state.read("x") is None


def test_a_directory_that_is_a_link_is_refused(root: Path, tmp_path: Path) -> None:
    StateDir(str(tmp_path / "other")).write("x", b"1")
    root.parent.mkdir(parents=True, exist_ok=True)
    root.symlink_to(tmp_path / "other")
    state = StateDir(str(root))
    with pytest.raises(ConfigurationError, match="symbolic link"):
        state.read("x")
    with pytest.raises(ConfigurationError, match="symbolic link"):
        state.write("x", b"2")


def test_hints_quote_the_path_of_what_is_in_the_way(tmp_path: Path) -> None:
    root = tmp_path / "my state"
    root.write_text("x")
    with pytest.raises(ConfigurationError) as caught:
        StateDir(str(root)).read("x")
    assert caught.value.hint == f"remove it: rm '{root}'"
    files = CliCacheFiles({"HOME": str(root)})
    assert files.foreign("a.json").hint.endswith(f"rm '{root}/.aws/cli/cache/a.json'")


def test_without_a_home_nothing_is_read_or_written_in_a_folder_called_tilde(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    planted = StateDir(str(tmp_path / "~" / ".local" / "state" / "mfa-session"))
    planted.write("x", b"planted")
    state = StateDir("~/.local/state/mfa-session")
    assert (state.read("x"), state.names()) == (None, [])
    with pytest.raises(ConfigurationError, match="no home directory"):
        state.write("x", b"1")
    assert planted.read("x") == b"planted"
