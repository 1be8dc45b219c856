"""The rows of the tables of hints: a home, its states, and how a hint is followed."""

from __future__ import annotations

import errno
import os
import signal
from typing import TYPE_CHECKING, Any, NamedTuple

from mfa_session.files import atomic
from moments import Held
from places import long_term, managed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import pytest

    from conftest import Run
    from full_sandbox import FullSandbox
    from in_process import JumpingClock
    from mfa_session.sandbox.identities import Device, Document, User
    from mfa_session.sandbox.server import Answer
    from mfa_session.sandbox.signatures import HttpRequest
    from places import AwsFiles
    from sandboxed import LogIn

KEYRING = "fakes.file_keyring.FileKeyring"
NO_KEYRING = "keyring.backends.fail.Keyring"
BOOKS = "arn:aws:iam::123456789012:role/books"
PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
WITH_MFA: Document = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Deny",
            "Action": "iam:EnableMFADevice",
            "Resource": "*",
            "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
        }
    ],
}
GUARDED = ("sh", "-c", "true", "x")


class World(NamedTuple):
    """Carol's home on the sandbox: keys in `default`, a phone, no session."""

    aws: FullSandbox
    carol: User
    phone: Device
    files: AwsFiles
    home: Path
    run: Run
    log_in: LogIn
    clock: JumpingClock
    patch: pytest.MonkeyPatch

    def add(self, sections: str) -> None:
        """Add sections to the credentials file."""
        self.files.write(self.files.credentials.read_text() + sections)

    def guard_sh(self, more: str = "") -> None:
        """Log in, and guard `sh -c`."""
        self.files.write(settings=f'[guard]\ncommands = ["sh -c"]\n{more}')
        self.log_in()

    def add_role(self) -> None:
        """Make a role that carol may assume."""
        trust = {
            "Effect": "Allow",
            "Principal": {"AWS": self.carol.arn},
            "Action": "sts:AssumeRole",
        }
        self.aws.create_role("books", trust={"Version": "2012-10-17", "Statement": [trust]})

    def meanwhile(self, operation: str, happens: Callable[[], None]) -> None:
        """Call `happens` once, during the next call of this operation."""
        Meanwhile(self.aws, operation, happens).__enter__()

    def store_secret(self) -> None:
        """Store the phone's secret in the keyring."""
        added = self.run("totp", "add", "--mfa-serial", self.phone.serial, input=self.phone.secret)
        assert added.exit_code == 0, added


class Meanwhile(Held):
    """Calls a function once, during the next call of an operation."""

    def __init__(self, sandbox: FullSandbox, operation: str, happens: Callable[[], None]) -> None:
        """Take the operation and the function."""
        super().__init__(sandbox, operation)
        self._happens = happens

    def _handle(self, request: HttpRequest) -> Answer:
        if self._mark in request.body + b"&":
            self._server.handle_request_of = self._before
            self._happens()
        return self._before(request)


def interrupt() -> None:
    """Send Ctrl-C to this process."""
    os.kill(os.getpid(), signal.SIGINT)


def fill_disk(w: World) -> None:
    """Refuse the next new credentials file, since the disk is full."""
    replace = atomic._replace

    def refuse(target: str, *what: Any) -> None:
        if target.endswith("credentials"):
            w.patch.setattr(atomic, "_replace", replace)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), target)
        replace(target, *what)

    w.patch.setattr(atomic, "_replace", refuse)


def nothing(world: World) -> None:
    """Change nothing."""
    del world


class Row(NamedTuple):
    """A hint: its place in the source, the command it shows, and the state and command before it.

    `gives_code` is false if the command must find no code. After the hint, the command `then` must
    succeed; without it, the command that failed before. `typed` goes to the stdin of the hint's
    command. The person replaces the words in capitals by `fills`, does `meanwhile` first if the
    hint says so, and answers yes if `agrees`.
    """

    place: str
    shows: str
    argv: tuple[str, ...]
    state: Callable[[World], object] = nothing
    gives_code: bool = True
    typed: str | None = None
    env: Mapping[str, str] = {}
    then: tuple[str, ...] | None = None
    exit_code: int | None = None
    fills: Mapping[str, str] = {}
    meanwhile: Callable[[World], object] = nothing
    agrees: bool = False


class Cure(NamedTuple):
    """A cure of the doctor: its place in the source and the command that it shows."""

    place: str
    shows: str
    typed: str | None = None


def add_another_users_key(w: World, name: str = "work") -> None:
    w.add(long_term(w.aws.create_user("erin"), name))


def log_in_and_add_another_key(w: World) -> None:
    w.log_in()
    w.add(long_term(w.carol.add_key(), "work"))


def write_two_users_keys(w: World) -> None:
    """Write the keys of two users, neither to `default`."""
    w.files.write(long_term(w.carol, "mine"))
    add_another_users_key(w)


def add_second_device(w: World) -> None:
    w.aws.create_device(w.carol, name="tablet")


def remove_devices(w: World) -> None:
    w.carol.devices.clear()
    w.aws.directory.devices.clear()


def remove_devices_and_add_source(w: World) -> None:
    remove_devices(w)
    w.add(long_term(w.carol, "work"))


def set_device_in_settings(w: World) -> None:
    w.files.write(settings=f'[sessions.mfa]\nmfa_serial = "{w.phone.serial}"\n')


def store_two_secrets(w: World) -> None:
    w.store_secret()
    w.run("totp", "add", "--mfa-serial", "GAHT12345678", input=PLAIN)


def write_damaged_session(w: World) -> None:
    w.add(
        managed(aws_session_token='planted"token', mfa_session_source_key_id=w.carol.access_key_id)
    )


def revoke_session(w: World) -> None:
    """Log in, and have AWS forget the session from which the role is assumed."""
    w.add_role()
    w.log_in()
    w.aws.directory.sessions.clear()


def refuse_session_age(w: World) -> None:
    w.add_role()
    w.log_in()
    w.aws.fail("AssumeRole", times=1, status=403, code="AccessDenied", message="Not authorized.")


def expire_at_aws(w: World) -> None:
    w.add_role()
    w.log_in()
    w.aws.fail("AssumeRole", times=1, status=403, code="ExpiredToken", message="Expired.")


AS_ROLE = ("login", "--profile", "books", "--role-arn", BOOKS)
