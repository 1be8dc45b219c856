"""A command that runs as our child gets the signals meant for it."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
from typing import Any

import pytest

from fakes.edges import FakeTalk
from mfa_session.system import child

HEEDS = "trap 'exit 9' TERM; echo up; while :; do sleep 0.01; done"


def test_a_signal_before_the_childs_pid_is_known_is_not_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Interrupted(subprocess.Popen[str]):
        def __init__(self, command: list[str], **options: Any) -> None:
            super().__init__(command, stdout=subprocess.PIPE, text=True, **options)
            assert self.stdout is not None
            with self.stdout:
                assert self.stdout.readline() == "up\n"
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(subprocess, "Popen", Interrupted)
    talk: Any = FakeTalk()
    assert child.run_child(talk, ("sh", "-c", HEEDS), os.environ, lambda: None) == 9


def test_a_command_is_ended_if_the_work_beside_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []

    class Kept(subprocess.Popen[bytes]):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            started.append(self)

    def fail() -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(subprocess, "Popen", Kept)
    talk: Any = FakeTalk()
    with pytest.raises(OSError, match="Too many open files"):
        child.run_child(talk, ("sleep", "60"), os.environ, fail)
    assert [process.wait(20) for process in started] == [-signal.SIGTERM]


def test_a_system_without_free_processes_is_not_reported_as_a_bad_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(subprocess, "Popen", refuse)
    talk: Any = FakeTalk()
    with pytest.raises(BlockingIOError):
        child.run_child(talk, ("true",), os.environ, lambda: None)
