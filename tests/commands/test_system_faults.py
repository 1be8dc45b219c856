"""A failing system call is exit 3 with its reason, and not reported as a bug."""

from __future__ import annotations

import errno
import os
import socket
import threading
from typing import TYPE_CHECKING, NoReturn

import pytest

from mfa_session.cli import status

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Run
    from full_sandbox import FullSandbox
    from mfa_session.cli.status import Options
    from mfa_session.sandbox.identities import Device
    from places import AwsFiles

ERRORS_OF_THE_MACHINE = [
    errno.EIO, errno.ENOSPC, errno.EINTR, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN,
    errno.ENXIO, errno.EPERM, errno.ENOBUFS,
]  # fmt: skip


def make_status_fail(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Make `status` run something that fails."""

    def run(options: Options, ctx: object) -> NoReturn:
        del options, ctx
        act()
        raise AssertionError("it did not fail")

    monkeypatch.setattr(status, "run", run)


def raising(error: BaseException) -> Callable[..., NoReturn]:
    def act(*_: object, **__: object) -> NoReturn:
        raise error

    return act


@pytest.mark.parametrize(
    "number", ERRORS_OF_THE_MACHINE, ids=lambda number: errno.errorcode[number]
)
def test_a_system_error_without_a_file_names_its_reason_and_module(
    run: Run, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    reason = os.strerror(number)
    make_status_fail(monkeypatch, raising(OSError(number, reason)))
    outcome = run("status")
    assert outcome.exit_code == 3
    said = f"mfa-session: error: a system call failed: {reason.lower()} (in mfa_session.cli.main)"
    assert outcome.stderr.startswith(said + "\nhint: ")


@pytest.mark.parametrize(
    ("error", "exit_code", "said"),
    [
        (MemoryError(), 3, "a system call failed: cannot allocate memory"),
        (RuntimeError("can't start new thread"), 3, "resource temporarily unavailable"),
        (OSError(errno.EMFILE, "Too many", "/x/y"), 3, "/x/y: too many\nhint: allow more open"),
        (ConnectionResetError(errno.ECONNRESET, "Reset"), 6, "a connection failed: reset"),
        (TimeoutError(), 6, "a connection failed: timeouterror"),
        (OSError(errno.EBADF, "Bad file descriptor"), 70, "this is a bug"),
        (RuntimeError("anything else"), 70, "this is a bug"),
        (OSError("of a library"), 70, "this is a bug"),
    ],
    ids=repr,
)
def test_each_kind_of_error_has_its_exit_code_and_message(
    run: Run, monkeypatch: pytest.MonkeyPatch, error: Exception, exit_code: int, said: str
) -> None:
    make_status_fail(monkeypatch, raising(error))
    outcome = run("status")
    assert (outcome.exit_code, said in outcome.stderr) == (exit_code, True), outcome


def test_a_connection_that_cannot_be_opened_is_reported(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_status_fail(
        monkeypatch, lambda: socket.socket(9999)
    )  # an address family that does not exist
    outcome = run("status")
    assert (outcome.exit_code, "a connection could not be opened" in outcome.stderr) == (3, True)


def test_a_login_without_threads_sends_no_code(
    run: Run, aws: FullSandbox, carols: AwsFiles, phone: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = carols.credentials.read_bytes()
    start = threading.Thread.start

    def refuse(thread: threading.Thread) -> None:
        if thread.daemon:  # a thread of the program, not of the sandbox
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refuse)
    outcome = run("login", "--mfa-serial", phone.serial, "--token-code", phone.code())
    assert outcome.exit_code == 3, outcome
    assert "a thread could not be started" in outcome.stderr
    assert aws.count("GetSessionToken") == 0
    assert carols.credentials.read_bytes() == before


def test_a_login_without_random_numbers_names_the_file(
    run: Run, carols: AwsFiles, phone: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = carols.credentials.read_bytes()
    monkeypatch.setattr(os, "urandom", raising(OSError(errno.EIO, os.strerror(errno.EIO))))
    outcome = run("login", "--mfa-serial", phone.serial, "--token-code", phone.code())
    assert (outcome.exit_code, "could not be written: input/output" in outcome.stderr) == (3, True)
    assert "hint: " in outcome.stderr
    assert carols.credentials.read_bytes() == before
