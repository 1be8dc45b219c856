"""This program, started once more for a part of the work that is a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import suppress
from itertools import islice

from mfa_session.model.text import quote
from mfa_session.system.programs import find_on_windows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


END_SECONDS = 5.0
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-/.%@:+=,")


def own_command() -> list[str]:
    """Return the words that start this program: its script, else this Python with the package.

    Absolute; links are not followed, as an upgrade may move what they lead to.
    """
    for script in _scripts():
        name = os.path.basename(script.replace("\\", os.sep))
        if name.partition(".")[0] == "mfa-session" and os.access(script, os.X_OK):
            return [os.path.abspath(script)]
    return [sys.executable, "-m", "mfa_session"]


def _scripts() -> Iterator[str]:
    """Yield where our script may be: what was started, and what is on PATH.

    On Windows what was started names itself without `.exe`, beside a script that only other
    systems can run.
    """
    if sys.platform == "win32":
        yield find_on_windows(os.path.abspath(sys.argv[0]), os.environ) or ""
        yield find_on_windows("mfa-session", os.environ) or ""
        return
    import shutil  # noqa: PLC0415  # elsewhere it looks in the current directory

    yield sys.argv[0]
    yield shutil.which("mfa-session") or ""


def name_as_called() -> str:
    """Return what starts this program where it was started: its bare name only if PATH has it."""
    called, found = islice(_scripts(), 2)
    is_script = os.path.basename(called) == "mfa-session" and os.path.exists(called)
    is_on_path = bool(found) and os.path.realpath(found) == os.path.realpath(called)
    return called if is_script and not is_on_path else "mfa-session"


def process_line(*words: str) -> str:
    """Return a credential_process that runs this program, by its absolute path, with these words.

    Quoted as the AWS guide shows, in double quotes, which the readers of every SDK know.
    """
    return " ".join(_quoted(word) for word in (*own_command(), *words))


def _quoted(word: str) -> str:
    if sys.platform == "win32":
        return subprocess.list2cmdline([word])
    if _PLAIN.issuperset(word):
        return word
    return quote(word) if any(mark in word for mark in '"\\$`') else f'"{word}"'


class OwnProgram:
    """Runs this program, and ends the run in time when it is not needed any more."""

    def __init__(self) -> None:
        """Start nothing."""
        self._lock = threading.Lock()
        self._running: subprocess.Popen[bytes] | None = None
        self._is_over = False

    def run(self, words: Sequence[str], environ: Mapping[str, str]) -> tuple[int, str, str]:
        """Return exit code, stdout and stderr; it may ask at the terminal, as we may."""
        with self._lock:
            if self._is_over:
                return 1, "", ""
            self._running = subprocess.Popen(
                [*own_command(), *words],
                # `-m` looks for modules in the current directory first, which may be anybody's.
                cwd=None if len(own_command()) == 1 else os.path.abspath(os.sep),
                env=dict(environ),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        stdout, stderr = self._running.communicate()
        return (
            self._running.returncode,
            stdout.decode("utf-8", "replace"),
            stderr.decode("utf-8", "replace"),
        )

    def stop(self) -> None:
        """Start no more; end what runs, which puts the terminal back as it was."""
        with self._lock:
            self._is_over = True
            if self._running is None or self._running.poll() is not None:
                return
            self._running.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._running.wait(END_SECONDS)
                return
            self._running.kill()
