"""A command as our child gets the signals that are meant for it."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import TYPE_CHECKING, Any

from fakes.edges import FakeTalk
from mfa_session.system import child

if TYPE_CHECKING:
    import pytest

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
