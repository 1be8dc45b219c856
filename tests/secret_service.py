"""A real Secret Service for the tests: gnome-keyring on a D-Bus of its own, in a home of its own.

As on a desktop, the bus starts the daemon when it is first asked, and again if it has aborted.
Nothing else can be started on that bus: no dialog opens.
"""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import tempfile
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import secretstorage
from jeepney import DBusErrorResponse
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import Proxy

import processes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

BACKEND = "keyring.backends.SecretService.Keyring"
NAME = "org.freedesktop.secrets"
VARIABLE = "DBUS_SESSION_BUS_ADDRESS"
LIMIT_SECONDS = 20.0
Answer = TypeVar("Answer")
_BUS = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir=/tmp</listen>
  <servicedir>{services}</servicedir>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""
_OPEN = "echo | gnome-keyring-daemon --foreground --components=secrets --unlock"
"""A daemon that opens its keyring itself, and makes it if need be: its password is a line end."""
_LOCKED = "gnome-keyring-daemon --foreground --components=secrets --start"
"""A desktop's daemon: only the person who signs in to the desktop, or a dialog, has a password."""


class SecretService:
    """The bus and the daemon; the keyring is open and empty."""

    def __init__(self) -> None:
        """Start the bus, and have it start the daemon."""
        for program in ("dbus-daemon", "gnome-keyring-daemon"):
            processes.need_program(program)
        self._place = Path(tempfile.mkdtemp(prefix="keyring-", dir="/tmp"))  # sockets: short names
        self._services = self._place / "services"
        self._bus = self._start_bus()
        assert self._bus.stdout is not None
        self.address = self._bus.stdout.readline().decode().strip()
        assert self.address.startswith("unix:"), self.address
        self.restart()

    @property
    def environ(self) -> dict[str, str]:
        """The variables that lead a child process to it."""
        return {VARIABLE: self.address}

    def items(self) -> list[tuple[dict[str, str], str]]:
        """Return the attributes that matter and the secret of every item."""
        return self._ask(
            lambda collection: [
                (
                    {name: item.get_attributes()[name] for name in ("service", "username")},
                    item.get_secret().decode(),
                )
                for item in collection.get_all_items()
            ]
        )

    def lock(self) -> None:
        """Lock the keyring; nobody is there to unlock it, nor does a daemon started anew."""
        self.forget_password()
        self._ask(secretstorage.Collection.lock)
        assert self._ask(secretstorage.Collection.is_locked)

    def forget_password(self) -> None:
        """Have a daemon that is started anew keep its keyring locked, as on a desktop."""
        self._make_startable(_LOCKED)

    def do_without_password(self) -> None:
        """Replace the keyring by an empty one without a password; no daemon has opened it yet."""
        self.kill()
        keyrings = self._place / "home" / ".local" / "share" / "keyrings"
        (keyrings / "default").write_text("plain")
        (keyrings / "plain.keyring").write_text("[keyring]\ndisplay-name=plain\n")
        self.forget_password()

    def empty(self) -> None:
        """Remove every item."""

        def empty(collection: secretstorage.Collection) -> None:
            for item in collection.get_all_items():
                item.delete()

        self._ask(empty)

    def kill(self) -> None:
        """Kill the daemon for good; the bus stays."""
        self._make_startable(None)
        self._end_daemon(signal.SIGKILL)

    def abort(self) -> None:
        """End the daemon as if by itself; the bus starts it when it is next asked."""
        self._end_daemon(signal.SIGABRT)

    @contextmanager
    def aborting(self) -> Iterator[None]:
        """Abort the daemon at the end of the block, in which it answers nothing."""
        os.kill(self._number(), signal.SIGSTOP)
        yield
        self.abort()

    def restart(self) -> None:
        """Start the daemon again, unlocked, with its kept items; kill a running one first."""
        self._end_daemon(signal.SIGKILL)
        self._make_startable(_OPEN)
        assert not self._ask(secretstorage.Collection.is_locked)

    def stop(self) -> None:
        """End both processes and remove their folder."""
        self.kill()
        self._bus.kill()
        self._bus.communicate()
        shutil.rmtree(self._place)

    def _ask(self, work: Callable[[secretstorage.Collection], Answer]) -> Answer:
        """Return what `work` does with the keyring; do it once more if the daemon aborts in it."""
        with suppress(DBusErrorResponse, secretstorage.SecretServiceNotAvailableException):
            return self._ask_once(work)
        return self._ask_once(work)

    def _ask_once(self, work: Callable[[secretstorage.Collection], Answer]) -> Answer:
        with self._connection() as connection:
            return work(secretstorage.Collection(connection))

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

    def _start_bus(self) -> subprocess.Popen[bytes]:
        home, runtime, settings = (self._place / name for name in ("home", "runtime", "bus.conf"))
        for folder in (home, runtime, self._services):
            folder.mkdir(mode=0o700)
        settings.write_text(_BUS.format(services=self._services))
        with (self._place / "log").open("wb") as log:
            return subprocess.Popen(
                ["dbus-daemon", f"--config-file={settings}", "--nofork", "--print-address=1"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, "HOME": str(home), "XDG_RUNTIME_DIR": str(runtime)},
                start_new_session=True,
            )

    def _make_startable(self, command: str | None) -> None:
        """Have the bus start the daemon by this shell command, or not at all."""
        file = self._services / f"{NAME}.service"
        file.unlink(missing_ok=True)
        if command is not None:
            file.write_text(f"[D-BUS Service]\nName={NAME}\nExec=/bin/sh -c '{command}'\n")
        with self._connection() as connection:
            Proxy(message_bus, connection).ReloadConfig()

    def _end_daemon(self, signal_number: int) -> None:
        """Send a signal to the daemon, if it runs, and wait for its end."""
        with suppress(DBusErrorResponse, ProcessLookupError):  # it does not run any more
            process = os.pidfd_open(self._number())
            try:
                signal.pidfd_send_signal(process, signal_number)
                signal.pidfd_send_signal(process, signal.SIGCONT)
                assert select.select([process], [], [], LIMIT_SECONDS)[0], "the daemon goes on"
            finally:
                os.close(process)

    def _number(self) -> int:
        """Return the daemon's process id; DBusErrorResponse if it does not run."""
        with self._connection() as connection:
            (number,) = Proxy(message_bus, connection).GetConnectionUnixProcessID(NAME)
        return int(number)
