"""A real Secret Service for the tests: gnome-keyring on a D-Bus of its own, in a home of its own.

Nothing else can be started on that bus: a killed daemon stays dead, and no dialog opens.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import secretstorage

import processes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO, Any

BACKEND = "keyring.backends.SecretService.Keyring"
VARIABLE = "DBUS_SESSION_BUS_ADDRESS"
LIMIT_SECONDS = 20.0
_BUS = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir=/tmp</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


class SecretService:
    """The bus and the daemon; the keyring is open and empty."""

    has_aborted = False
    """Whether a daemon has ended by itself; the one who reads it sets it back."""

    def __init__(self) -> None:
        """Start both, and wait until secrets can be kept."""
        for program in ("dbus-daemon", "gnome-keyring-daemon"):
            processes.need_program(program)
        self._place = Path(tempfile.mkdtemp(prefix="keyring-", dir="/tmp"))  # sockets: short names
        self._started: list[subprocess.Popen[bytes]] = []
        self.address = self._start_bus()
        self._start_daemon()

    @property
    def environ(self) -> dict[str, str]:
        """The variables that lead a child process to it."""
        return {VARIABLE: self.address}

    def items(self) -> list[tuple[dict[str, str], str]]:
        """Return the attributes that matter and the secret of every item."""
        with self._connection() as connection:
            return [
                (
                    {name: item.get_attributes()[name] for name in ("service", "username")},
                    item.get_secret().decode(),
                )
                for item in secretstorage.Collection(connection).get_all_items()
            ]

    def lock(self) -> None:
        """Lock the keyring; nobody is there to unlock it."""
        with self._connection() as connection:
            collection = secretstorage.Collection(connection)
            collection.lock()
            assert collection.is_locked()

    def empty(self) -> None:
        """Remove every item."""
        with self._connection() as connection:
            for item in secretstorage.Collection(connection).get_all_items():
                item.delete()

    def kill(self) -> None:
        """Kill the daemon; the bus stays."""
        _end(self._started.pop())

    def abort(self) -> None:
        """End the daemon as if by itself."""
        self._started[-1].send_signal(signal.SIGABRT)
        self._started[-1].wait()

    def restart(self) -> None:
        """Start the daemon again, unlocked, with its kept items; kill a running one first."""
        if len(self._started) > 1:
            self.kill()
        self._start_daemon()

    def stop(self) -> None:
        """End both processes and remove their folder."""
        if any(process.poll() is not None for process in self._started):
            SecretService.has_aborted = True
        while self._started:
            _end(self._started.pop())
        shutil.rmtree(self._place)

    @contextmanager
    def _connection(self) -> Iterator[Any]:
        """Connect to this bus, whichever bus the environment names."""
        before = os.environ.get(VARIABLE)
        os.environ[VARIABLE] = self.address
        try:
            with closing(secretstorage.dbus_init()) as connection:
                yield connection
        finally:
            del os.environ[VARIABLE]
            if before is not None:
                os.environ[VARIABLE] = before

    def _start_bus(self) -> str:
        settings = self._place / "bus.conf"
        settings.write_text(_BUS)
        bus = self._start(
            "dbus-daemon", f"--config-file={settings}", "--nofork", "--print-address=1"
        )
        assert bus.stdout is not None
        with bus.stdout:
            address = bus.stdout.readline().decode().strip()
        assert address.startswith("unix:"), address
        return address

    def _start_daemon(self) -> None:
        runtime = self._place / "runtime"
        runtime.mkdir(mode=0o700, exist_ok=True)
        home = self._place / "home"
        home.mkdir(exist_ok=True)
        own = {"HOME": str(home), "XDG_RUNTIME_DIR": str(runtime), **self.environ}
        daemon = self._start(
            "gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets", env=own
        )
        assert daemon.stdin is not None
        with daemon.stdin:
            daemon.stdin.write(b"\n")  # the password of the keyring, which it makes if need be
        self._wait()

    def _wait(self) -> None:
        ends_at = time.monotonic() + LIMIT_SECONDS
        while not self._is_ready():
            assert time.monotonic() < ends_at, "the Secret Service has not come up"
            time.sleep(0.02)

    def _is_ready(self) -> bool:
        with self._connection() as connection:
            if not secretstorage.check_service_availability(connection):
                return False
            try:
                return not secretstorage.Collection(connection).is_locked()
            except secretstorage.ItemNotFoundException:
                return False

    def _start(self, *argv: str, env: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
        log: IO[bytes]
        with (self._place / "log").open("ab") as log:
            process = subprocess.Popen(
                argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE if argv[0] == "dbus-daemon" else log,
                stderr=log,
                env={**os.environ, **(env or {})},
                start_new_session=True,
            )
        self._started.append(process)
        return process


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
