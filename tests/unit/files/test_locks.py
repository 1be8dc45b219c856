"""One process at a time, whatever becomes of the others."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from mfa_session.files.locks import Lock, LockTimeout
from mfa_session.model.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOLDER = """
import sys, time
from mfa_session.files.locks import Lock
with Lock(sys.argv[1], on_wait=lambda: print("waiting", flush=True)):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def lock(tmp_path: Path) -> str:
    """Give a path for a lock file."""
    return str(tmp_path / "the.lock")


class Holder:
    """A process that takes the lock and keeps it."""

    def __init__(self, lock: str) -> None:
        """Start it, and wait until it holds the lock or waits for it."""
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, lock],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.state = self.read()

    def read(self) -> str:
        """Read the next thing it says."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def end(self, how: signal.Signals) -> str:
        """Send it a signal; return what it leaves on stderr."""
        self.process.send_signal(how)
        return self.process.communicate(timeout=20)[1]


@pytest.fixture
def holder(lock: str) -> Iterator[Holder]:
    """Give a process that holds the lock."""
    holder = Holder(lock)
    assert holder.state == "held"
    yield holder
    holder.end(signal.SIGKILL)


def test_lock_file_is_private_and_stays(lock: str) -> None:
    files = set()
    for _ in range(2):
        with Lock(lock):
            assert stat.S_IMODE(os.stat(lock).st_mode) == 0o600
            files.add(os.stat(lock).st_ino)
    assert files == {os.stat(lock).st_ino}


def test_wait_ends_in_time(lock: str, holder: Holder) -> None:
    waits: list[str] = []
    begin = time.monotonic()
    with pytest.raises(LockTimeout), Lock(lock, 0.2, lambda: waits.append("once")):
        pytest.fail("taken twice")
    assert 0.2 <= time.monotonic() - begin < 10
    assert waits == ["once"]
    assert holder.process.poll() is None


def test_no_time_to_wait_means_one_try(lock: str, holder: Holder) -> None:
    with pytest.raises(TimeoutError), Lock(lock, 0):
        pytest.fail("taken twice")
    assert holder.process.poll() is None


def test_killed_holder_frees_the_lock(lock: str, holder: Holder) -> None:
    holder.end(signal.SIGKILL)
    waits: list[str] = []
    with Lock(lock, 0, lambda: waits.append("waited")):
        assert waits == []


def test_waiter_gets_the_lock_when_it_is_freed(lock: str, holder: Holder) -> None:
    waiter = Holder(lock)
    assert waiter.state == "waiting"
    holder.end(signal.SIGTERM)
    assert waiter.read() == "held"
    waiter.end(signal.SIGKILL)


def test_interrupt_ends_the_wait_at_once(lock: str, holder: Holder) -> None:
    waiter = Holder(lock)
    assert waiter.state == "waiting"
    begin = time.monotonic()
    assert "KeyboardInterrupt" in waiter.end(signal.SIGINT)
    assert time.monotonic() - begin < 5
    assert holder.process.poll() is None


def test_error_inside_frees_the_lock(lock: str) -> None:
    with pytest.raises(KeyError), Lock(lock):
        raise KeyError
    with Lock(lock, 0):
        pass


def test_error_of_the_callback_passes(lock: str, holder: Holder) -> None:
    def broken() -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError), Lock(lock, 5, broken):
        pytest.fail("taken twice")
    assert holder.process.poll() is None


def test_lock_file_deleted_by_hand_is_not_waited_for(lock: str, holder: Holder) -> None:
    os.unlink(lock)
    with Lock(lock, 0), pytest.raises(LockTimeout), Lock(lock, 0):
        pytest.fail("taken twice")
    assert holder.process.poll() is None


def test_a_file_that_cannot_be_locked_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught, Lock(str(tmp_path)):
        pytest.fail("a directory was locked")
    assert caught.value.code == "lock-unavailable"
    assert caught.value.message == f"{tmp_path} cannot be locked: is a directory"


FORKED = """
import os, sys
from mfa_session.files.locks import Lock
to_child = os.pipe()
with Lock(sys.argv[1]):
    if os.fork() == 0:
        os.close(to_child[1])
        os.read(to_child[0], 1)  # lives until its parent is gone
        os._exit(0)
with Lock(sys.argv[1], timeout_seconds=0):
    print("held again")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing is forked on Windows")
def test_a_child_forked_while_the_lock_was_held_does_not_keep_it(lock: str) -> None:
    argv = [sys.executable, "-c", FORKED, lock]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode, done.stdout) == (0, "held again\n"), done.stderr
