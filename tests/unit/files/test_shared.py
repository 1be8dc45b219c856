"""Files that others write too: nothing of theirs is lost, whatever happens."""

from __future__ import annotations

import os
import random
import signal
import stat
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from files.users import IS_ROOT, NOBODY, file_size_limit, somebody
from mfa_session.files import writable
from mfa_session.files.aws_files import read_profiles
from mfa_session.files.locks import Lock
from mfa_session.files.shared import ConfigFile, CredentialsFile
from mfa_session.files.state import StateDir
from mfa_session.ini.document import IniDocument
from mfa_session.model.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LONG_TERM = b"""\
# of carol
[default]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
"""
KILL_ROUNDS = 50
INTERRUPT_ROUNDS = 20
WRITERS = 12


def setting(name: str, **values: str | None) -> Callable[[IniDocument], IniDocument]:
    """Return an edit that sets values of a section."""
    return lambda document: document.with_values(name, values)


def put(home: Path, data: bytes = LONG_TERM, mode: int = 0o600) -> Path:
    """Write a credentials file."""
    (home / ".aws").mkdir(mode=0o700)
    path = home / ".aws" / "credentials"
    path.write_bytes(data)
    path.chmod(mode)
    return path


def opened(home: Path, said: list[str] | None = None) -> CredentialsFile:
    """Return the credentials file of a home."""
    environ = {"HOME": str(home)}
    heard = said if said is not None else []
    return CredentialsFile(environ, StateDir.of(environ), heard.append)


def refusal(act: Callable[[], None]) -> tuple[str, str]:
    """Return the code and the message with which something is refused."""
    with pytest.raises(ConfigurationError) as caught:
        act()
    return caught.value.code, caught.value.message


def snapshot(home: Path) -> dict[str, tuple[int, bytes]]:
    """Return mode and bytes of everything in a home."""
    return {
        str(path.relative_to(home)): (
            path.lstat().st_mode,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in home.rglob("*")
    }


def test_missing_file_and_directory_are_made_private(home: Path) -> None:
    os.umask(0)
    file = opened(home)
    file.check_writable()
    assert snapshot(home) == {}
    file.update("mfa", setting("mfa", k="v"))
    path = home / ".aws" / "credentials"
    assert path.read_bytes() == b"[mfa]\nk = v\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert os.listdir(path.parent) == ["credentials"]


def test_update_appends_to_what_is_there(home: Path) -> None:
    said: list[str] = []
    path = put(home)
    opened(home, said).update("mfa", setting("mfa", k="v"))
    assert path.read_bytes() == LONG_TERM + b"\n[mfa]\nk = v\n"
    assert said == []


def test_update_that_changes_nothing_does_not_write(home: Path) -> None:
    path = put(home, mode=0o644)
    before = path.stat()
    opened(home).update("default", setting("default", aws_access_key_id="AKIAIOSFODNN7EXAMPLE"))
    assert (path.stat().st_ino, path.stat().st_mode) == (before.st_ino, before.st_mode)


def test_file_that_others_can_read_is_tightened_with_a_warning(home: Path) -> None:
    path = put(home, mode=0o644)
    said: list[str] = []
    opened(home, said).update("mfa", setting("mfa", k="v"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert said == [f"{path} was readable by others (mode 0644): now 0600"]


def test_mode_of_the_config_is_left_alone(home: Path) -> None:
    environ = {"HOME": str(home)}
    said: list[str] = []
    file = ConfigFile(environ, StateDir.of(environ), said.append)
    file.update("mfa", setting("profile mfa", region="x"))
    path = home / ".aws" / "config"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o664)
    file.update("mfa", setting("profile mfa", region="y"))
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (
        b"[profile mfa]\nregion = y\n",
        0o664,
    )
    assert said == []


def test_config_section_is_edited_under_the_header_it_has(home: Path) -> None:
    environ = {"HOME": str(home)}
    (home / ".aws").mkdir()
    (home / ".aws" / "config").write_text("[profile 'mfa']\n")
    file = ConfigFile(environ, StateDir.of(environ), print)
    file.update("mfa", setting("profile 'mfa'", region="x"))
    assert file.read().section("profile 'mfa'") == {"region": "x"}


@pytest.mark.parametrize(
    "edit",
    [
        setting("default", aws_access_key_id="ASIAOVERWRITTEN"),
        lambda document: document.without_keys("default", document.section("default") or {}),
        lambda document: document.with_values("mfa", {"k": "v"}).with_values("x", {"k": "v"}),
        lambda document: IniDocument(b"[mfa]\nk = v\n", "x") if document else document,
        lambda document: IniDocument(document.data.replace(b"# of carol\n", b""), "x"),
    ],
)
def test_an_edit_beyond_its_section_is_refused(
    home: Path, edit: Callable[[IniDocument], IniDocument]
) -> None:
    path = put(home)
    code, message = refusal(lambda: opened(home).update("mfa", edit))
    assert code == "edit-refused"
    assert message == f"changing the profile mfa in {path} would change other profiles"
    assert path.read_bytes() == LONG_TERM


def test_an_edit_sees_what_another_program_wrote(home: Path) -> None:
    path = put(home)
    file = opened(home)
    file.check_writable()
    path.write_bytes(LONG_TERM + b"[late]\nk = 1\n")
    file.update("mfa", setting("mfa", k="v"))
    assert file.read().names() == ["default", "late", "mfa"]


def test_failing_edit_writes_nothing(home: Path) -> None:
    path = put(home)

    def fail(_: IniDocument) -> IniDocument:
        raise KeyError

    with pytest.raises(KeyError):
        opened(home).update("mfa", fail)
    assert path.read_bytes() == LONG_TERM
    opened(home).update("mfa", setting("mfa", k="v"))  # the lock is free


@pytest.mark.parametrize("to", ["../real", "../hop"])
def test_link_stays_and_its_target_is_written(home: Path, to: str) -> None:
    (home / ".aws").mkdir()
    (home / "real").write_bytes(LONG_TERM)
    (home / "hop").symlink_to("real")
    (home / ".aws" / "credentials").symlink_to(to)
    opened(home).update("mfa", setting("mfa", k="v"))
    assert os.readlink(home / ".aws" / "credentials") == to
    assert (home / "real").read_bytes() == LONG_TERM + b"\n[mfa]\nk = v\n"
    assert stat.S_IMODE((home / "real").stat().st_mode) == 0o600


def test_dangling_link_is_filled(home: Path) -> None:
    (home / ".aws").mkdir()
    (home / ".aws" / "credentials").symlink_to("../vault/credentials")
    file = opened(home)
    file.check_writable()
    file.update("mfa", setting("mfa", k="v"))
    assert (home / "vault" / "credentials").read_bytes() == b"[mfa]\nk = v\n"


def test_links_to_one_file_share_one_lock(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(home)
    (home / "link").symlink_to(path)
    environ = {"HOME": str(home), "AWS_SHARED_CREDENTIALS_FILE": str(home / "link")}
    state = StateDir.of(environ)
    monkeypatch.setattr(writable, "LOCK_TIMEOUT_SECONDS", 0.05)
    with Lock(state.lock_path("file", str(path))):
        code, message = refusal(
            lambda: CredentialsFile(environ, state, print).update("mfa", setting("mfa", k="v"))
        )
    assert (code, message.startswith("another process has held")) == ("file-locked", True)


def check_both(file: CredentialsFile, home: Path) -> tuple[str, str]:
    """Assert that check and update refuse alike and change nothing; return how."""
    before = {name: what for name, what in snapshot(home).items() if ".local" not in name}
    refused = refusal(file.check_writable)
    assert refused == refusal(lambda: file.update("mfa", setting("mfa", k="v")))
    after = {name: what for name, what in snapshot(home).items() if ".local" not in name}
    assert after == before
    return refused


def test_directory_in_place_of_the_file_is_refused(home: Path) -> None:
    path = home / ".aws" / "credentials"
    path.mkdir(parents=True)
    assert check_both(opened(home), home) == (
        "file-not-written",
        f"{path} could not be written: is a directory",
    )


def test_file_in_place_of_the_directory_is_refused(home: Path) -> None:
    (home / ".aws").write_text("")
    code, message = check_both(opened(home), home)
    assert (code, str(home / ".aws") in message) == ("file-not-written", True)


def test_device_is_refused(home: Path) -> None:
    environ = {"HOME": str(home), "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}
    file = CredentialsFile(environ, StateDir.of(environ), print)
    assert check_both(file, home)[0] == "file-not-written"
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_file_that_botocore_cannot_read_is_refused(home: Path) -> None:
    path = put(home, LONG_TERM + b"[default]\n")
    os.utime(path, (0, 0))  # nobody is waited for to finish it
    code, message = check_both(opened(home), home)
    assert code == "unreadable-file"
    assert message == f"{path}, line 5: section [default] appears twice"


def test_file_that_others_may_write_is_refused(home: Path) -> None:
    put(home, mode=0o622)
    assert check_both(opened(home), home)[0] == "unsafe-file"


@pytest.mark.skipif(not IS_ROOT, reason="only root can give files away")
def test_file_of_another_user_is_refused(home: Path) -> None:
    os.chown(put(home), NOBODY, NOBODY)
    assert check_both(opened(home), home)[0] == "unsafe-file"


@pytest.mark.parametrize(
    ("mode", "directory_mode", "code"),
    [
        (0o400, 0o700, "file-not-written"),
        (0o600, 0o500, "file-not-written"),
        (0o200, 0o700, "unreadable-file"),
    ],
)
def test_a_file_that_we_may_not_read_or_write_is_refused(
    mode: int, directory_mode: int, code: str
) -> None:
    with somebody() as home:
        path = put(home, mode=mode)
        path.parent.chmod(directory_mode)
        file = opened(home)
        assert refusal(file.check_writable)[0] == code
        assert refusal(lambda: file.update("mfa", setting("mfa", k="v")))[0] == code
        path.chmod(0o600)
        assert path.read_bytes() == LONG_TERM


def test_home_we_may_not_write_is_refused() -> None:
    with somebody() as home:
        home.chmod(0o500)
        code, message = refusal(opened(home).check_writable)
        assert code == "file-not-written"
        assert f"the directory {home} may not be written" in message


@pytest.mark.skipif(not IS_ROOT, reason="only root can mount")
def test_read_only_file_system_is_refused_also_for_root(home: Path) -> None:
    path = put(home)
    aws = str(path.parent)
    if subprocess.call(["mount", "--bind", aws, aws]):
        pytest.skip("this root may not mount")
    try:
        subprocess.check_call(["mount", "-o", "remount,ro,bind", aws])
        assert check_both(opened(home), home)[0] == "file-not-written"
    finally:
        subprocess.check_call(["umount", aws])


def test_full_disk_leaves_the_file(home: Path) -> None:
    path = put(home)
    with file_size_limit(len(LONG_TERM)):
        code, _ = refusal(lambda: opened(home).update("mfa", setting("mfa", k="v" * 99)))
    assert code == "file-not-written"
    assert path.read_bytes() == LONG_TERM
    assert os.listdir(path.parent) == ["credentials"]


WRITER = """
import os, sys
from mfa_session.files.shared import CredentialsFile
from mfa_session.files.state import StateDir

file = CredentialsFile(os.environ, StateDir.of(os.environ), print)
name, count = sys.argv[1], int(sys.argv[2])
for number in range(count):
    values = {f"key_{n}": f"{number}-" + "x" * 2000 for n in range(20)}
    file.update(name, lambda document: document.with_values(name, values))
    print(number, flush=True)
"""


def start_writer(name: str, count: int) -> subprocess.Popen[str]:
    """Start a process that writes its section again and again."""
    argv = [sys.executable, "-c", WRITER, name, str(count)]
    return subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_kill_at_any_moment_leaves_a_whole_file(home: Path) -> None:
    path = put(home)
    file = opened(home)
    moments = random.Random(4)  # noqa: S311 - any moments will do
    for _ in range(KILL_ROUNDS):
        writer = start_writer("mfa", 10_000)
        assert writer.stdout is not None
        assert writer.stdout.readline() == "0\n"
        time.sleep(moments.random() / 50)
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
        assert path.read_bytes().startswith(LONG_TERM)
        values = file.read().section("mfa")
        assert values is not None
        assert len(values) == 20
        assert len({value.partition("-")[0] for value in values.values()}) == 1
        file.update("after", setting("after", k=str(moments.random())))
        assert os.listdir(path.parent) == ["credentials"]
    assert file.read().names() == ["default", "mfa", "after"]


def test_many_writers_at_once_lose_nothing(home: Path) -> None:
    path = put(home)
    writers = [start_writer(f"mfa-{number}", 5) for number in range(WRITERS)]
    assert [writer.communicate()[1] for writer in writers] == [""] * WRITERS
    assert [writer.returncode for writer in writers] == [0] * WRITERS
    files = read_profiles({"HOME": str(home)})
    assert files.names() == sorted(["default", *(f"mfa-{n}" for n in range(WRITERS))])
    for number in range(WRITERS):
        values = files.section(f"mfa-{number}")
        assert values
        assert all(value.startswith("4-") for value in values.values())
    assert path.read_bytes().startswith(LONG_TERM)
    assert os.listdir(path.parent) == ["credentials"]


def test_interrupt_at_any_moment_leaves_nothing_behind(home: Path) -> None:
    path = put(home)
    moments = random.Random(5)  # noqa: S311 - any moments will do
    for _ in range(INTERRUPT_ROUNDS):
        writer = start_writer("mfa", 10_000)
        assert writer.stdout is not None
        assert writer.stdout.readline() == "0\n"
        time.sleep(moments.random() / 50)
        writer.send_signal(signal.SIGINT)
        try:
            _, said = writer.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            # Python drops an interrupt in a weak reference's callback ("Exception ignored in").
            writer.send_signal(signal.SIGINT)
            _, said = writer.communicate(timeout=20)
        assert "KeyboardInterrupt" in said
        assert path.read_bytes().startswith(LONG_TERM)
        assert os.listdir(path.parent) == ["credentials"]
