"""Programs that know no lock of ours write the same files: nothing is lost on either side."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

import moments
import strace
from mfa_session.files import atomic, linux, reading, writable
from mfa_session.files.atomic import MARK, Moved, replace_file
from mfa_session.files.aws_files import read_document
from mfa_session.files.reading import QUIET_SECONDS, read_snapshot, version_at
from mfa_session.files.settings_cache import read_settings_file
from mfa_session.files.settings_writer import SettingsWriter
from mfa_session.files.shared import CredentialsFile
from mfa_session.files.state import StateDir
from mfa_session.model.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mfa_session.ini.document import IniDocument

LONG_TERM = b"""\
# of carol
[default]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
[other]
count = 0
"""
OURS = b"\n[mfa]\nk = v\n"

# Each writes the next number, sees 50 ms later whether it still stands, and says how many did not,
# and how often the machine kept it from writing for so long that it seemed to have ended.
CLI = """
import re, sys, time
from awscli.customizations.configure.writer import ConfigFileWriter
def write(path, number):
    ConfigFileWriter().update_config({"__section__": "other", "count": str(number)}, path)
"""
SED = """
import re, subprocess, sys, time
def write(path, number):
    subprocess.run(["sed", "-i", f"s/^count = .*/count = {number}/", path], check=True)
"""
LOOP = """
path, number, lost, late, wrote_at = sys.argv[1], 1, 0, 0, time.monotonic()
# Once before ours begin: what has read the file before our write and replaces it after that, cannot
# be seen by us, and its first write would begin at the same moment as ours.
write(path, number)
print("ready", flush=True)
import threading
end = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), end.set()), daemon=True).start()
while not end.is_set():
    number += 1
    write(path, number)
    late, wrote_at = late + (time.monotonic() - wrote_at > LONG), time.monotonic()
    time.sleep(0.05)
    lost += f"count = {number}\\n" not in open(path).read()
print(number, lost, late)
""".replace("LONG", str(QUIET_SECONDS / 2))


@pytest.fixture
def path(home: Path) -> Path:
    """Give a credentials file with long-term keys, written long ago."""
    (home / ".aws").mkdir(mode=0o700)
    path = home / ".aws" / "credentials"
    path.write_bytes(LONG_TERM)
    path.chmod(0o600)
    settle(path)
    return path


def settle(path: Path) -> None:
    """Let a file look as if nobody had written it for a while."""
    os.utime(path, (time.time() - 60, time.time() - 60))


def opened(home: Path, said: list[str] | None = None) -> CredentialsFile:
    """Return the credentials file of a home."""
    environ = {"HOME": str(home)}
    heard = said if said is not None else []
    return CredentialsFile(environ, StateDir.of(environ), heard.append)


def session(document: IniDocument) -> IniDocument:
    """Write a section of ours."""
    return document.with_values("mfa", {"k": "v"})


def once(act: Callable[[], object]) -> Callable[[IniDocument], IniDocument]:
    """Return the edit `session`, during which, the first time, another program acts."""
    acts = [act]

    def edit(document: IniDocument) -> IniDocument:
        while acts:
            acts.pop()()
        return session(document)

    return edit


def in_place(path: Path, data: bytes) -> None:
    """Write as the AWS CLI does."""
    with path.open("wb") as file:
        file.write(data)


def by_rename(path: Path, data: bytes) -> None:
    """Write as `sed -i` does."""
    path.with_name("sed1234").write_bytes(data)
    path.with_name("sed1234").replace(path)


@pytest.mark.parametrize("write", [in_place, by_rename])
def test_a_write_of_another_program_during_the_edit_stays(
    home: Path, path: Path, write: Callable[[Path, bytes], None]
) -> None:
    theirs = LONG_TERM.replace(b"count = 0", b"count = 7")
    opened(home).update("mfa", once(lambda: write(path, theirs)))
    assert path.read_bytes() == theirs + OURS
    assert os.listdir(path.parent) == ["credentials"]


def test_a_file_created_during_the_edit_stays(home: Path, path: Path) -> None:
    path.unlink()
    opened(home).update("mfa", once(lambda: in_place(path, LONG_TERM)))
    assert path.read_bytes() == LONG_TERM + OURS


def test_a_file_removed_during_the_edit_is_written_again(home: Path, path: Path) -> None:
    opened(home).update("mfa", once(path.unlink))
    assert path.read_bytes() == OURS.lstrip()


@pytest.mark.parametrize("part", [b"", LONG_TERM[:70], LONG_TERM[:11]])
def test_a_file_that_is_being_written_is_waited_for(home: Path, path: Path, part: bytes) -> None:
    file = opened(home)
    file.expect(["default", "other"])
    in_place(path, part)
    rest = threading.Timer(QUIET_SECONDS / 2, in_place, (path, LONG_TERM))
    rest.start()
    file.update("mfa", session)
    rest.join()
    assert path.read_bytes() == LONG_TERM + OURS


@pytest.mark.parametrize("part", [b"", LONG_TERM[:70], LONG_TERM[:90]])
def test_a_reader_waits_for_the_rest_of_a_file(path: Path, part: bytes) -> None:
    in_place(path, part)
    rest = threading.Timer(QUIET_SECONDS / 4, in_place, (path, LONG_TERM))
    rest.start()
    assert read_document(str(path)).data == LONG_TERM
    rest.join()


def test_a_file_that_stays_broken_is_refused(path: Path) -> None:
    in_place(path, b"[default\n")
    with pytest.raises(ConfigurationError, match="line 1") as caught:
        read_document(str(path))
    assert caught.value.code == "unreadable-file"


class FakeTime:
    """A clock that only sleeping moves, and what another program does to the file meanwhile."""

    def __init__(
        self, path: Path, acts: dict[float, bytes | None], shortest_sleep: float = 0.0
    ) -> None:
        """Take the bytes that are written at which second; None removes the file."""
        self._path, self._acts = path, dict(sorted(acts.items()))
        self._shortest_sleep = shortest_sleep
        self._began = self._now = 1_900_000_000.0

    def time(self) -> float:
        """Return the wall clock's time."""
        return self._now

    def monotonic(self) -> float:
        """Return seconds since some moment."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Let time go by, and the other program act."""
        self._now += max(seconds, self._shortest_sleep)
        while self._acts and next(iter(self._acts)) <= self._now - self._began:
            data = self._acts.pop(next(iter(self._acts)))
            if data is None:
                self._path.unlink()
            else:
                in_place(self._path, data)
                os.utime(self._path, (self._now, self._now))


@pytest.mark.parametrize(
    "acts",
    [
        {0.0: b"", 2.6: LONG_TERM},  # stopped between emptying and filling, by a busy disk, say
        {0.0: b"", 4.9: LONG_TERM},
        {0.0: None, 4.9: LONG_TERM},
        # In pieces for longer than our patience, with a pause near its end.
        {**{at / 10: LONG_TERM[: 10 + at] for at in range(17)}, 2.3: LONG_TERM},
    ],
    ids=["emptied", "emptied-long", "removed", "pieces"],
)
def test_a_program_that_is_stopped_while_it_writes_is_waited_for(
    home: Path,
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
    acts: dict[float, bytes | None],
) -> None:
    clock = FakeTime(path, acts)
    for module in (reading, writable):
        monkeypatch.setattr(module, "time", clock)
    clock.sleep(0)
    file = opened(home)
    file.expect(["default", "other"])
    file.update("mfa", session)
    assert path.read_bytes() == LONG_TERM + OURS


def test_a_busy_machine_that_wakes_us_at_each_write_of_another_program_is_no_failure(
    home: Path, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = FakeTime(path, dict.fromkeys([0.9 * n for n in range(5)], LONG_TERM), 0.9)
    for module in (reading, writable):
        monkeypatch.setattr(module, "time", clock)
    clock.sleep(0)
    opened(home).update("mfa", session)
    assert path.read_bytes() == LONG_TERM + OURS


@pytest.mark.skipif(sys.platform != "linux", reason="strace")
@pytest.mark.parametrize(
    ("stopped_seconds", "ending"),
    [(0.5, "written"), pytest.param(8, "sections-gone", marks=pytest.mark.slow)],
)
def test_the_aws_cli_stopped_between_emptying_and_filling_the_file_loses_nothing(
    home: Path, path: Path, stopped_seconds: float, ending: str
) -> None:
    """Longer than FINAL_SECONDS it is left alone: this is how `sections-gone` comes about."""
    strace.need_strace()
    stop = f"inject=openat:delay_exit={int(stopped_seconds * 1e6)}:when=2"  # the first one reads
    argv = ["strace", "-f", "-qq", "-o", os.devnull, "-P", str(path), "-e", "trace=openat", "-e"]
    file = opened(home)
    file.expect(["default", "other"])
    write = [sys.executable, "-c", CLI + "write(sys.argv[1], 7)", str(path)]
    with subprocess.Popen([*argv, stop, *write]) as other:
        moments.until(lambda: path.stat().st_size == 0, "the AWS CLI empties the file")
        try:
            file.update("mfa", session)
            ended = "written"
        except ConfigurationError as error:
            ended = error.code
    theirs = LONG_TERM.replace(b"count = 0", b"count = 7")
    assert (ended, other.returncode) == (ending, 0)
    assert path.read_bytes() == theirs + (OURS if ending == "written" else b"")


def test_nothing_is_written_if_sections_have_disappeared(home: Path, path: Path) -> None:
    file = opened(home)
    file.expect(["default", "other"])
    cut = b"[other]\ncount = 0\n"
    in_place(path, cut)
    settle(path)
    with pytest.raises(ConfigurationError, match=r"lacks \[default\]") as caught:
        file.update("mfa", session)
    assert caught.value.code == "sections-gone"
    assert path.read_bytes() == cut


def test_a_file_that_never_stops_changing_is_left_alone(home: Path, path: Path) -> None:
    begun, end = threading.Event(), threading.Event()

    def write() -> None:
        while not end.is_set():
            in_place(path, LONG_TERM)
            begun.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        begun.wait()
        with pytest.raises(ConfigurationError, match="keeps changing it") as caught:
            opened(home).update("mfa", session)
    finally:
        end.set()
        writer.join()
    assert caught.value.code == "file-not-written"
    assert path.read_bytes() == LONG_TERM


def test_a_file_that_grows_as_fast_as_it_is_read_is_read_to_an_end(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, reads = os.read, []

    def grow_and_read(descriptor: int, size: int) -> bytes:
        reads.append(size)
        assert len(reads) < 100, "there is no end"
        with path.open("ab") as file:
            file.write(b"# more\n")
        return real(descriptor, size)

    monkeypatch.setattr(os, "read", grow_and_read)
    assert read_document(str(path)).names() == ["default", "other"]


def test_a_program_with_the_file_open_during_the_rename_loses_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = read_snapshot(str(path))
    real = atomic.sync_directory
    with path.open("ab") as theirs:

        def write_late(directory: str) -> None:
            theirs.write(b"# late\n")
            theirs.flush()
            real(directory)

        monkeypatch.setattr(atomic, "sync_directory", write_late)
        with pytest.raises(Moved):
            replace_file(str(path), LONG_TERM + OURS, mode=0o600, seen=seen)
    assert path.read_bytes() == LONG_TERM + b"# late\n"
    assert os.listdir(path.parent) == ["credentials"]


@pytest.mark.parametrize("write", [in_place, by_rename])
def test_a_program_that_writes_the_old_file_and_then_ours_has_its_last_word(
    path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[Path, bytes], None]
) -> None:
    seen = read_snapshot(str(path))
    later = LONG_TERM + OURS + b"# later\n"
    with path.open("ab") as theirs:

        def write_twice(_directory: str) -> None:
            theirs.write(b"# late\n")
            theirs.flush()
            write(path, later)

        monkeypatch.setattr(atomic, "sync_directory", write_twice)
        with pytest.raises(Moved):
            replace_file(str(path), LONG_TERM + OURS, mode=0o600, seen=seen)
    assert path.read_bytes() == later
    assert os.listdir(path.parent) == ["credentials"]


def test_where_it_cannot_be_told_whether_ours_was_written_the_other_text_stays(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, known = read_snapshot(str(path)), version_at
    with path.open("ab") as theirs:

        def write_late(_directory: str) -> None:
            theirs.write(b"# late\n")
            theirs.flush()
            looks = iter([known])  # one more look, and then none succeeds

            def look(at: str) -> object:
                return next(looks, _fail)(at)

            monkeypatch.setattr(atomic, "version_at", look)

        monkeypatch.setattr(atomic, "sync_directory", write_late)
        with pytest.raises(Moved):
            replace_file(str(path), LONG_TERM + OURS, mode=0o600, seen=seen)
    assert path.read_bytes() == LONG_TERM + b"# late\n"


def _fail(path: str) -> object:
    raise PermissionError(path)


def test_without_exchange_of_names_a_file_is_still_replaced(
    home: Path, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linux, "rename", lambda *_, **__: False)
    theirs = LONG_TERM.replace(b"count = 0", b"count = 7")
    opened(home).update("mfa", once(lambda: in_place(path, theirs)))
    assert path.read_bytes() == theirs + OURS


def test_config_toml_that_is_cut_short_is_not_written(home: Path) -> None:
    environ = {"HOME": str(home), "XDG_CONFIG_HOME": str(home)}
    config = home / "mfa-session" / "config.toml"
    config.parent.mkdir()
    config.write_text('[sessions.mfa]\nregion = "eu-west-1"\n[guard]\nconfirm = true\n')
    state = StateDir.of(environ)
    seen = read_settings_file(environ, state)
    config.write_text('[sessions.mfa]\nregion = "eu-west-1"\n')
    settle(config)
    writer = SettingsWriter(environ, state, lambda _: None)
    with pytest.raises(ConfigurationError, match=r"\[guard\]") as caught:
        writer.update({("sessions", "mfa", "duration"): 3600}, seen)
    assert caught.value.code == "changed-meanwhile"
    assert "duration" not in config.read_text()


def test_config_toml_that_is_written_during_the_edit_keeps_both(home: Path) -> None:
    environ = {"HOME": str(home), "XDG_CONFIG_HOME": str(home)}
    config = home / "mfa-session" / "config.toml"
    config.parent.mkdir()
    config.write_text('[sessions.mfa]\nregion = "eu-west-1"\n')
    state = StateDir.of(environ)
    seen = read_settings_file(environ, state)
    in_place(config, b"")
    rest = threading.Timer(QUIET_SECONDS / 2, in_place, (config, b"# theirs\n[sessions.mfa]\n"))
    rest.start()
    SettingsWriter(environ, state, lambda _: None).update({("guard", "confirm"): True}, seen)
    rest.join()
    assert config.read_text() == "# theirs\n[sessions.mfa]\n\n[guard]\nconfirm = true\n"


def test_a_second_hard_link_of_the_file_is_reported(home: Path, path: Path) -> None:
    os.link(path, home / "also")
    said: list[str] = []
    opened(home, said).update("mfa", session)
    assert said == [f"{path} has other names (hard links), which keep the old content"]
    assert (home / "also").read_bytes() == LONG_TERM


def test_copies_left_by_a_kill_are_removed_even_without_a_write(home: Path, path: Path) -> None:
    copy = path.with_name(f".credentials{MARK}0123456789abcdef")
    copy.write_bytes(LONG_TERM)
    opened(home).clear()
    assert os.listdir(path.parent) == ["credentials"]


@pytest.mark.parametrize("program", [CLI, SED], ids=["aws-cli", "sed"])
@pytest.mark.parametrize(
    "count", [pytest.param(8, id="8"), pytest.param(300, id="300", marks=pytest.mark.slow)]
)
def test_a_program_that_writes_all_the_time_and_ours_lose_nothing(
    home: Path, path: Path, program: str, count: int
) -> None:
    """Nothing, but where the other program is stopped for so long that it seems to have ended."""
    argv = [sys.executable, "-c", program + LOOP, str(path)]
    file = opened(home)
    overwritten = 0
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        for number in range(count):
            file.expect(["default", "other"])
            file.update("mfa", lambda old, n=number: old.with_values("mfa", {"k": str(n)}))  # type: ignore[misc] # bound now
            overwritten += file.read().section("mfa") != {"k": str(number)}
            ours = version_at(str(path))
            while version_at(str(path)) == ours:
                time.sleep(0.001)
        other.stdin.close()
        written, lost, late = map(int, other.stdout.read().split())
    assert written >= count
    assert lost + overwritten <= late  # none, unless the machine is too busy to tell
    file.update("mfa", lambda old: old.with_values("mfa", {"k": "end"}))
    theirs = LONG_TERM.replace(b"count = 0", b"count = %d" % written)
    assert path.read_bytes() == theirs + b"\n[mfa]\nk = end\n"
