"""An answer that is not AWS's ends in its exit code and changes nothing on disk."""

from __future__ import annotations

import errno
import os
import threading
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest

from impostor import DATES, ERRORS, SUCCESSES, failure, serving, session
from mfa_session.aws import calls
from mfa_session.files.state import AwsClock, StateDir
from mfa_session.model.errors import ConfigurationError, MfaSessionError
from mfa_session.model.ports import Caller, MfaCode
from mfa_session.model.session import Keys, Secret
from mfa_session.system.machine import SystemClock
from mfa_session.system.waiting import run_limited

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from impostor import Impostor
    from mfa_session.model.ports import Issued

SERIAL = "arn:aws:iam::123456789012:mfa/phone"
KEYS = Keys(access_key_id="AKIAEXAMPLEEXAMPLE12", secret_access_key=Secret("s" * 40))


@pytest.fixture(scope="module")
def server() -> Iterator[Impostor]:
    with serving() as server:
        yield server


@pytest.fixture
def impostor(server: Impostor, monkeypatch: pytest.MonkeyPatch) -> Impostor:
    """Point AWS's endpoint at the impostor, which answers like AWS unless a test changes it."""
    server.restore()
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    return server


class Machine:
    """A clock, a state directory, and the calls to AWS that use them."""

    def __init__(self, home: Path) -> None:
        """Take a folder, and create nothing in it yet."""
        self.root = home / "state"
        self.clock = SystemClock()
        self.aws_clock = AwsClock(StateDir(str(self.root)))
        self.calls = calls.AwsCalls(
            calls.CallEdges(
                clock=self.clock,
                aws_clock=self.aws_clock,
                limited=run_limited,
                environ=os.environ,
            )
        )

    def log_in(self) -> Issued:
        caller = Caller(keys=KEYS, profile=None, region="eu-west-1")
        return self.calls.get_session_token(caller, MfaCode(serial=SERIAL, code="123456"), 43200)

    def check_nothing_learned(self) -> None:
        assert not self.root.exists()
        assert self.aws_clock.offset() == timedelta(0)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def refused(machine: Machine) -> MfaSessionError:
    with pytest.raises(MfaSessionError) as caught:
        machine.log_in()
    return caught.value


@pytest.mark.parametrize("name", SUCCESSES)
def test_a_malformed_session_is_refused_as_not_aws(
    impostor: Impostor, machine: Machine, name: str
) -> None:
    impostor.body = SUCCESSES[name].encode()
    error = refused(machine)
    assert (error.exit_code, error.code) == (6, "not-aws")
    assert "planted" not in error.message + error.hint + repr(error.__cause__)
    machine.check_nothing_learned()


@pytest.mark.parametrize("name", ERRORS)
def test_only_aws_s_own_errors_are_believed(
    impostor: Impostor, machine: Machine, name: str
) -> None:
    impostor.status, text, exit_code = ERRORS[name]
    impostor.body = text.encode()
    assert refused(machine).exit_code == exit_code
    machine.check_nothing_learned()


@pytest.mark.parametrize("body", [failure("AccessDenied"), session()], ids=["error", "session"])
@pytest.mark.parametrize("date", DATES, ids=range(len(DATES)))
def test_a_date_far_from_this_machines_is_ignored(
    impostor: Impostor, machine: Machine, date: str, body: str
) -> None:
    impostor.body, impostor.date = body.encode(), date
    impostor.status = 403 if "ErrorResponse" in body else 200
    if impostor.status == 200:
        machine.log_in()
    else:
        assert refused(machine).exit_code == 5
    machine.check_nothing_learned()


@pytest.mark.parametrize("minutes", [-14, 14])
def test_a_date_within_15_minutes_is_learned(
    impostor: Impostor, machine: Machine, minutes: int
) -> None:
    aws_now = datetime.now(timezone.utc) + timedelta(minutes=minutes)
    impostor.date = format_datetime(aws_now, usegmt=True)
    machine.log_in()
    assert abs(machine.aws_clock.offset() - timedelta(minutes=minutes)) < timedelta(seconds=10)


def test_a_stored_offset_of_more_than_15_minutes_is_ignored(tmp_path: Path) -> None:
    state = StateDir(str(tmp_path / "state"))
    now = datetime.now(timezone.utc)
    AwsClock(state).learn(now + timedelta(minutes=10), now, now)
    known = state.read("clock-offset") or b""
    setting = known.split()[1]
    state.write("clock-offset", b"99999999 " + setting)
    assert AwsClock(state).offset() == timedelta(0)


def test_an_endless_answer_is_read_up_to_a_megabyte(impostor: Impostor, machine: Machine) -> None:
    impostor.endless = True
    assert refused(machine).code == "not-aws"
    machine.check_nothing_learned()


def test_a_trickling_answer_ends_at_the_time_limit(
    impostor: Impostor, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.log_in()  # imports botocore before the limit counts
    monkeypatch.setattr(calls, "CALL_SECONDS", 0.5)
    impostor.drips = threading.Event()
    error = refused(machine)
    impostor.drips.set()
    assert (error.exit_code, error.code) == (6, "network")
    assert "does not answer sts:GetSessionToken in 0.5 s" in error.message
    machine.check_nothing_learned()


@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS"])
def test_a_malformed_endpoint_is_named_with_its_variable(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "somebody:planted@127.0.0.1:9")
    error = refused(machine)
    assert isinstance(error, ConfigurationError)
    assert (error.code, error.message) == ("bad-endpoint", f"{variable} is not a URL: 127.0.0.1:9")


def test_a_failing_state_directory_loses_no_session(impostor: Impostor, machine: Machine) -> None:
    aws_now = datetime.now(timezone.utc) + timedelta(minutes=5)
    impostor.date = format_datetime(aws_now, usegmt=True)
    machine.root.symlink_to("/nowhere")  # refused as unsafe
    assert machine.log_in().keys.access_key_id == "ASIAEXAMPLEEXAMPLE12"


def test_a_disk_error_while_botocore_loads_is_reported_as_one(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(calls.Clients, "get", fail)
    error = refused(machine)
    assert (error.exit_code, error.code) == (3, "unreadable-file")
    assert "the AWS SDK cannot read the AWS files, or its own: input/output error" in error.message
