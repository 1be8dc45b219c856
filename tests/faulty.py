"""Processes of mfa-session that are killed or meet a fault at a step that a test chooses.

This program imports what a command needs and forks for each run, so a run costs only its own work.
A *step* is a call that changes something outside the process: it makes, writes, renames or removes
a file, stores or removes a secret in the keyring, or sends a request to AWS. Steps are numbered
from 1, over all threads. At the chosen step the process is killed before the call (a kill at any
moment after the previous step leaves the same), or the call and all later ones of its kind fail.
As a program it reads requests as lines of JSON on its stdin, and answers each with an exit code.
"""

from __future__ import annotations

import errno
import functools
import gc
import importlib
import json
import os
import pkgutil
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import processes
from cheap_clients import make_clients_cheap

if TYPE_CHECKING:
    from collections.abc import Callable

LIMIT_SECONDS = 50
MAKES = os.O_CREAT | os.O_TRUNC
WRITE = os.write
KILL, STOP = "kill", "stop"
STOPPED = "stopped"
ENDS = {KILL: signal.SIGKILL, STOP: signal.SIGSTOP}
DISK, NETWORK, KEYRING, FILE, ROOM = "disk", "network", "keyring", "file", "room"
"""Kinds of steps: a write that needs space, a request to AWS, a change in the keyring, another
change of a file, and a write to reserved space."""


class FaultyProgram:
    """Runs the program, with a fault at a step."""

    def __init__(self, folder: Path) -> None:
        """Start the process of the runs; the folder keeps their output."""
        self._paths = {name: str(folder / name) for name in ("stdout", "stderr", "steps")}
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
        )
        assert self._read() == "ready"

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def run(
        self,
        *argv: str,
        fault: str = KILL,
        number: int = 0,
        meanwhile: Callable[[], object] = lambda: None,
    ) -> processes.Outcome:
        """Run the program to its end; without a number there is no fault.

        With the fault STOP the process stops before that step while `meanwhile` is called.
        """
        request = {"argv": argv, "fault": fault, "number": number, **self._paths}
        request["env"] = dict(os.environ)
        assert self._process.stdin is not None
        print(json.dumps(request), file=self._process.stdin, flush=True)
        answer = self._read()
        if answer == STOPPED:
            meanwhile()
            print(file=self._process.stdin, flush=True)
            answer = self._read()
        exit_code = int(answer)
        stdout, stderr = (Path(self._paths[name]).read_text() for name in ("stdout", "stderr"))
        return processes.Outcome(exit_code, stdout, stderr)

    def steps(self) -> list[str]:
        """Return the steps of the last run, each after its kind."""
        return Path(self._paths["steps"]).read_text().splitlines()

    def stop(self) -> None:
        """End the process of the runs."""
        self._process.communicate()


class Faults:
    """The steps of this process, and the fault at one of them."""

    def __init__(self, number: int, fault: str, log: int) -> None:
        """Take the step (0: none), its fault (KILL, STOP or a kind that fails), and the log."""
        self._number = number
        self._fault = fault
        self._log = log
        self._count = 0
        self._turn = threading.Lock()

    def step(self, kind: str, what: str) -> bool:
        """Count a step; end the process, or say whether the step fails."""
        with self._turn:
            self._count += 1
            WRITE(self._log, f"{kind} {what}\n".encode(errors="replace"))
            if self._fault in ENDS and self._count == self._number:
                os.kill(os.getpid(), ENDS[self._fault])
            return kind == self._fault and self._count >= self._number > 0

    def wrap(
        self,
        owner: Any,
        name: str,
        kind: str,
        error: Callable[..., Exception],
        is_step: Callable[..., object] = lambda *_, **__: True,
    ) -> None:
        """Make a step of each call of a function."""
        real = getattr(owner, name)

        @functools.wraps(real)
        def call(*args: Any, **kwargs: Any) -> Any:
            if is_step(*args, **kwargs) and self.step(kind, f"{name} {_shown(args)}"):
                raise error(*args)
            return real(*args, **kwargs)

        setattr(owner, name, call)


def _shown(args: tuple[Any, ...]) -> str:
    """Return the paths and names of a step, or the operation of a request."""
    words = []
    for each in args[:3]:
        if isinstance(each, (bytes, bytearray, memoryview)):
            found = re.search(rb"Action=(\w+)", bytes(each))
            words.append(found[1].decode() if found else f"{len(each)} bytes")
        elif isinstance(each, (str, int)) and not isinstance(each, bool):
            words.append(str(each))
    return " ".join(words)


def _has_room(descriptor: int, data: bytes) -> bool:
    """Say whether a file has room for these bytes, even on a full disk."""
    try:
        at = os.lseek(descriptor, 0, os.SEEK_CUR)
    except OSError:
        return False
    return at + len(data) <= os.fstat(descriptor).st_size


def _full(*_: object) -> OSError:
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _cut(connection: socket.socket, *_: object) -> OSError:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    return ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET))


def patch(faults: Faults) -> None:
    """Make a step of each call that changes something outside this process."""
    from keyring.backend import KeyringBackend
    from keyring.errors import KeyringError

    from mfa_session.files import linux

    def fail(*_: object) -> KeyringError:
        return KeyringError("the service has ended")

    faults.wrap(os, "open", DISK, _full, lambda _path, flags, *_, **__: flags & MAKES)
    faults.wrap(os, "write", DISK, _full, lambda to, data: to > 2 and not _has_room(to, data))
    faults.wrap(os, "write", ROOM, _full, lambda to, data: to > 2 and _has_room(to, data))
    for name in ("mkdir", "ftruncate", "truncate", "fsync", "rename", "replace"):
        faults.wrap(os, name, DISK, _full)
    for name in ("unlink", "fchmod", "chmod"):
        faults.wrap(os, name, FILE, _full)
    faults.wrap(linux, "rename", DISK, _full)
    for name in ("sendall", "send", "sendmsg"):
        faults.wrap(socket.socket, name, NETWORK, _cut, lambda to, *_: to.family == socket.AF_INET)
        faults.wrap(socket.socket, name, KEYRING, _cut, lambda to, *_: to.family == socket.AF_UNIX)
    for kind in KeyringBackend._classes:
        for name in ("set_password", "delete_password", "get_password"):
            if name in vars(kind):
                faults.wrap(kind, name, KEYRING, fail)


def run_command(request: dict[str, Any], log: int) -> int:
    """Run the program with a request's streams, environment and faults."""
    os.setsid()
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(os.environ["HOME"])
    streams = [os.open(os.devnull, os.O_RDONLY)]
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    streams += [os.open(request[name], flags, 0o600) for name in ("stdout", "stderr")]
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115  # the process's own
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.argv = ["mfa-session", *request["argv"]]
    sys.path += request["env"].get("PYTHONPATH", "").split(os.pathsep)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.alarm(LIMIT_SECONDS)
    from mfa_session.cli import main

    patch(Faults(request["number"], request["fault"], log))
    if request["fault"] == NETWORK:  # botocore pauses between attempts
        sleep = time.sleep
        time.sleep = lambda seconds: sleep(min(float(seconds), 0.01))
    try:
        return main.run(request["argv"])
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    finally:
        sys.stdout.flush()


ROOMS = {"aws", "cli", "files", "ini", "keys", "mfa", "model", "session", "system"}
BACKENDS = ("keyring.backends.SecretService", "fakes.trap_keyring")


def load() -> None:
    """Import the commands' modules, and do what botocore repeats for each client."""
    import mfa_session

    make_clients_cheap("botocore", "sts", "iam")
    found = pkgutil.walk_packages(mfa_session.__path__, "mfa_session.")
    ours = [module.name for module in found if module.name.split(".")[1] in ROOMS]
    for name in (*ours, *BACKENDS):
        importlib.import_module(name)
    gc.collect()
    gc.freeze()


def main() -> None:
    """Answer each request with the end of its process."""
    load()
    print("ready", flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            code = 70
            try:
                log = os.open(request["steps"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
                code = run_command(request, log)
            except BaseException:  # noqa: BLE001  # the process is a child of its own
                traceback.print_exc()
            finally:
                os._exit(code)
        _, status = os.waitpid(child, os.WUNTRACED)
        if os.WIFSTOPPED(status):
            print(STOPPED, flush=True)
            sys.stdin.readline()
            os.kill(child, signal.SIGCONT)
            _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
