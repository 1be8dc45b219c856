"""Run programs and read their output: this one, a credential_process, `aws --version`."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import threading
from contextlib import suppress

from mfa_session.model.errors import ConfigurationError
from mfa_session.model.notes import read_json
from mfa_session.model.session import Keys, Secret
from mfa_session.model.settings import without_code
from mfa_session.model.text import PLAIN, quote
from mfa_session.system.programs import OnlyWrappersError, find_on_windows, find_program

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from mfa_session.model.settings import Source


END_SECONDS = 5.0


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
    import shutil  # noqa: PLC0415  # on Windows it looks in the current directory

    yield sys.argv[0]
    yield shutil.which("mfa-session") or ""


def name_as_called() -> str:
    """Return `mfa-session`, or the path of the script in use if PATH leads to another or none."""
    called, found = _scripts()
    is_script = os.path.basename(called) == "mfa-session" and os.path.exists(called)
    is_on_path = bool(found) and os.path.realpath(found) == os.path.realpath(called)
    return called if is_script and not is_on_path else "mfa-session"


def process_line(*words: str) -> str:
    """Return a credential_process that runs this program with these words.

    The path is absolute. A word that needs quotes gets double ones, as in the AWS guide: every SDK
    reads them.
    """
    return " ".join(_quoted(word) for word in (*own_command(), *words))


def _quoted(word: str) -> str:
    if sys.platform == "win32":
        return subprocess.list2cmdline([word])
    if PLAIN.issuperset(word):
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
        """Terminate the current run, which then restores the terminal, and start no other."""
        with self._lock:
            self._is_over = True
            if self._running is None or self._running.poll() is not None:
                return
            self._running.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._running.wait(END_SECONDS)
                return
            self._running.kill()


_ASKED_BY = "_MFA_SESSION_ASKS_FOR"
"""Set for a credential_process, so that one that calls us again fails instead of looping."""

VERSION_SECONDS = 10


def run_credential_process(source: Source, around: Mapping[str, str]) -> Keys:
    """Return the keys that a profile's credential_process prints (SDK guide, `Version` 1).

    Its output is never shown, since it may be a secret; its stderr goes to ours.
    """
    label = f"the credential_process of {source.label()}"
    if around.get(_ASKED_BY):
        raise ConfigurationError(
            "source-loop",
            f"{label} leads back to mfa-session itself",
            "name the profile that holds your access key (AKIA…): --source-profile NAME",
        )
    answer = _parse(label, _run(label, source, around))
    try:
        token = answer.get("SessionToken")
        return Keys(
            access_key_id=str(answer["AccessKeyId"]),
            secret_access_key=Secret(str(answer["SecretAccessKey"])),
            session_token=Secret(str(token)) if token else None,
        )
    except KeyError as error:
        raise _unusable(label, f"prints no {error.args[0]}") from error


def aws_cli_version(command: Sequence[str], around: Mapping[str, str]) -> int | None:
    """Return the major version of the AWS CLI that a command starts; None if it is not one."""
    environ = without_code(around)
    with suppress(OnlyWrappersError, OSError, ValueError, subprocess.SubprocessError):
        program = find_program(command[0], around) or command[0]
        done = subprocess.run(  # the person's own command, which would be run anyway
            [program, *command[1:], "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=environ,
            timeout=VERSION_SECONDS,
            check=False,
        )
        # Under Python 2 it prints the version to stderr.
        name, _, version = (done.stdout + done.stderr).decode("ascii", "replace").partition("/")
        return int(version.partition(".")[0]) if name == "aws-cli" else None
    return None


def _run(label: str, source: Source, around: Mapping[str, str]) -> bytes:
    command = source.process or ""
    environ = without_code(around)
    environ[_ASKED_BY] = source.profile or ""
    try:
        words: str | list[str] = command if sys.platform == "win32" else shlex.split(command)
        done = subprocess.run(  # the profile names it, as for every SDK
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=environ, check=False
        )
    except (OSError, ValueError) as error:  # its arguments may be secret, so none is shown
        reason = getattr(error, "strerror", None) or "its quotes do not match"
        raise _unusable(label, f"cannot be started: {reason.lower()}") from error
    if done.returncode:
        raise _unusable(label, f"ended with exit code {done.returncode}")
    return done.stdout


def _parse(label: str, printed: bytes) -> dict[str, Any]:
    try:
        answer = read_json(printed)
    except ValueError:
        raise _unusable(label, "prints no JSON") from None  # the cause may contain a secret
    if not isinstance(answer, dict) or answer.get("Version") != 1:
        raise _unusable(label, "prints no object with Version 1")
    return answer


def _unusable(label: str, what: str) -> ConfigurationError:
    return ConfigurationError(
        "credential-process-failed", f"{label} {what}", "run it by hand to see what is wrong"
    )
