"""An error of the system at each call that the store makes: told with the file, nothing lost."""

from __future__ import annotations

import errno
import fcntl
import os
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from files.test_session_store import CREDENTIALS, had
from mfa_session.files.aws_files import read_profiles
from mfa_session.files.beside import read_recovered
from mfa_session.files.session_store import SessionStore
from mfa_session.files.state import StateDir
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.session import list_sessions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mfa_session.model.session import Session

CALLS = {
    os: ("open", "read", "write", "close", "lseek", "fsync", "fstat", "stat", "lstat", "access",
         "mkdir", "replace", "unlink", "scandir", "listdir", "ftruncate", "truncate", "fchmod",
         "getxattr", "setxattr", "listxattr"),
    fcntl: ("flock",),
}  # fmt: skip
CONFIG = "[default]\nregion = eu-central-1\n"


class Faults:
    """Lets the n-th system call of Python's fail as the kernel does: without a file's name."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Watch the calls; let none fail yet."""
        self.count = 0
        self._failing = 0
        self._number = errno.EIO
        for module, names in CALLS.items():
            for name in names:
                monkeypatch.setattr(module, name, self._watched(getattr(module, name)))

    def begin(self, failing: int, number: int) -> None:
        """Count from here, and let the call of that number fail with this errno; 0 is none."""
        self.count, self._failing, self._number = 0, failing, number

    def _watched(self, call: Callable[..., Any]) -> Callable[..., Any]:
        is_slow = call is os.fsync  # and nobody cuts the power

        def watched(*args: Any, **options: Any) -> Any:
            self.count += 1
            if self.count == self._failing:
                raise OSError(self._number, os.strerror(self._number))
            return None if is_slow else call(*args, **options)

        return watched


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> Iterator[Faults]:
    with monkeypatch.context() as patch:
        yield Faults(patch)


def no_vault() -> NoReturn:
    raise AssertionError("nothing is in a keyring here")


class Machine:
    """A home with long-term keys and settings, and the store of a login in it."""

    def __init__(self, home: Path) -> None:
        """Name the files."""
        self.environ = {"HOME": str(home)}
        self.state = StateDir.of(self.environ)
        self.credentials, self.config = home / ".aws" / "credentials", home / ".aws" / "config"
        self.credentials.parent.mkdir(exist_ok=True)

    def restore(self) -> None:
        """Put the files back as they were before a login, long ago."""
        for path, text in ((self.credentials, CREDENTIALS), (self.config, CONFIG)):
            path.write_text(text)
            path.chmod(0o600)
            os.utime(path, (0, 0))
        for name in self.state.names("session-"):
            self.state.remove(name)

    def log_in(self, session: Session) -> None:
        """Do what a login does with the files, from its preflight on; the code is sent between."""
        store = SessionStore(self.environ, self.state, lambda _text: None, no_vault, str)
        store.sessions()
        store.check("books")
        safe = store.set_aside("books")
        assert safe is not None
        self.is_paid = True
        try:
            safe.keep(session)
        except ConfigurationError as error:
            assert error.message.startswith(self.environ["HOME"])  # noqa: PT017  # then it is saved
        try:
            store.save(session, had("books")[1])
        finally:
            safe.release()

    def standing(self) -> list[str]:
        """Return the profiles that have a session, as the next command sees them."""
        found = list_sessions(read_profiles(self.environ), read_recovered(self.state))
        return [session.profile for session in found]


@pytest.mark.parametrize(
    ("number", "calls"),
    [
        (errno.EIO, slice(None)),
        (errno.ENOSPC, slice(0, None, 3)),
        (errno.EINTR, slice(1, None, 3)),
        (errno.EACCES, slice(2, None, 3)),
    ],
    ids=["EIO", "ENOSPC", "EINTR", "EACCES"],
)
def test_an_error_at_any_call_is_told_with_its_file_and_loses_nothing(
    home: Path, faults: Faults, number: int, calls: slice
) -> None:
    machine = Machine(home)
    session, _ = had("books")
    machine.restore()
    faults.begin(0, number)
    machine.log_in(session)
    last = faults.count
    assert last > 100  # else the calls are not seen
    for failing in range(1, last + 1)[calls]:
        machine.restore()
        machine.is_paid = False
        faults.begin(failing, number)
        try:
            machine.log_in(session)
        except ConfigurationError as error:
            assert str(home) in error.message, failing  # noqa: PT017
        faults.begin(0, number)
        assert machine.credentials.read_text().startswith(CREDENTIALS), failing
        assert machine.config.read_text().startswith(CONFIG), failing
        assert machine.standing() == (["books"] if machine.is_paid else []), failing
    machine.log_in(session)
    assert sorted(os.listdir(machine.credentials.parent)) == ["config", "credentials"]
