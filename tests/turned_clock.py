"""Runs mfa-session on a clock that a test sets ahead: the machine's, plus the seconds in a file.

In such a test, `mfa-session` on PATH runs on this clock, whoever starts it: the test, a job, or an
SDK as its credential_process.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from mfa_session.cli import main
from mfa_session.system.machine import SystemClock

if TYPE_CHECKING:
    from full_sandbox import FullSandbox

VARIABLE = "TURNED_CLOCK"
SCRIPT = """\
#!{python}
import sys

sys.path.insert(0, {tests!r})
import turned_clock

turned_clock.run()
"""


class TurnedClock(SystemClock):
    """The machine's clock, as far ahead as the file says."""

    def local_now(self) -> datetime:
        """Return the time that the test has set."""
        return super().local_now() + ahead()


class TestsClock:
    """The clock of the sandbox and of all programs that the test starts."""

    __test__ = False

    def __init__(self, aws: FullSandbox, folder: Path) -> None:
        """Put the program on PATH, and start in step with the machine."""
        self._aws = aws
        aws.checks_signature_age = False  # SDKs sign by the machine's time
        self._file = folder / "clock"
        self._seconds = 0.0
        self.turn(0)
        self.program = str(folder / "bin" / "mfa-session")
        path = Path(self.program)
        path.parent.mkdir()
        path.write_text(SCRIPT.format(python=sys.executable, tests=str(Path(__file__).parent)))
        path.chmod(0o755)
        os.environ[VARIABLE] = str(self._file)
        os.environ["PATH"] = f"{path.parent}{os.pathsep}{os.environ['PATH']}"

    def turn(self, seconds: float) -> None:
        """Move the clocks ahead, AWS's first."""
        self._aws.clock.advance(seconds)
        self._seconds += seconds
        new = self._file.with_suffix(".new")
        new.write_text(str(self._seconds))
        new.replace(self._file)


def ahead() -> timedelta:
    """Return how far ahead of the machine's clock it is."""
    return timedelta(seconds=float(Path(os.environ[VARIABLE]).read_text()))


def run() -> None:
    """Run the program on this clock."""
    sys.exit(main.run(sys.argv[1:], clock=TurnedClock()))
