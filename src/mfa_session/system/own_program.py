"""Start this program again, for work in a separate process."""

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
    """Return the words that start this program: its script, or this Python with the package.

    The path is absolute and keeps links, since an upgrade may move their targets.
    """
    for script in _scripts():
        name = os.path.basename(script.replace("\\", os.sep))
        if name.partition(".")[0] == "mfa-session" and os.access(script, os.X_OK):
            return [os.path.abspath(script)]
    return [sys.executable, "-m", "mfa_session"]


def _scripts() -> Iterator[str]:
    """Yield the script that was started, then the one on PATH.

    On Windows, argv[0] lacks `.exe`, and may name a script for other systems beside it.
    """
    if sys.platform == "win32":
        yield find_on_windows(os.path.abspath(sys.argv[0]), os.environ) or ""
        yield find_on_windows("mfa-session", os.environ) or ""
        return
    import shutil  # noqa: PLC0415  # elsewhere it looks in the current directory

    yield sys.argv[0]
    yield shutil.which("mfa-session") or ""


def name_as_called() -> str:
    """Return the command that starts this program: its bare name only if PATH finds it."""
    called, found = islice(_scripts(), 2)
    is_script = os.path.basename(called) == "mfa-session" and os.path.exists(called)
    is_on_path = bool(found) and os.path.realpath(found) == os.path.realpath(called)
    return called if is_script and not is_on_path else "mfa-session"


def process_line(*words: str) -> str:
    """Return a credential_process that runs this program with these words.

    It has the absolute path, in double quotes as in the AWS guide: every SDK reads them.
    """
    return " ".join(_quoted(word) for word in (*own_command(), *words))


def _quoted(word: str) -> str:
    if sys.platform == "win32":
        return subprocess.list2cmdline([word])
    if _PLAIN.issuperset(word):
        return word
    return quote(word) if any(mark in word for mark in '"\\$`') else f'"{word}"'


class OwnProgram:
    """Runs this program, and stops it when it is not needed any more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: subprocess.Popen[bytes] | None = None
        self._is_over = False

    def run(self, words: Sequence[str], environ: Mapping[str, str]) -> tuple[int, str, str]:
        """Run it and return exit code, stdout and stderr; it may ask at the terminal."""
        with self._lock:
            if self._is_over:
                return 1, "", ""
            self._running = subprocess.Popen(
                [*own_command(), *words],
                # `-m` imports from the current directory first, which others may write to.
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
        """Start no more runs, and terminate the current one, which restores the terminal."""
        with self._lock:
            self._is_over = True
            if self._running is None or self._running.poll() is not None:
                return
            self._running.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._running.wait(END_SECONDS)
                return
            self._running.kill()
