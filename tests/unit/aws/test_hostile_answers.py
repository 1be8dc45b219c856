"""Answers that are not AWS's: each ends in its exit code, and changes nothing on the disk."""

from __future__ import annotations

import errno
import http.server
import os
import threading
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest

from mfa_session.aws import client, sts
from mfa_session.files.aws_clock import AwsClock
from mfa_session.files.state import StateDir
from mfa_session.model.errors import ConfigurationError, MfaSessionError
from mfa_session.model.ports import Caller, MfaCode
from mfa_session.model.secret import Secret
from mfa_session.model.session import Keys
from mfa_session.system.clock import SystemClock
from mfa_session.system.timeouts import run_limited

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mfa_session.model.ports import Issued

SERIAL = "arn:aws:iam::123456789012:mfa/phone"
KEYS = Keys(access_key_id="AKIAEXAMPLEEXAMPLE12", secret_access_key=Secret("s" * 40))
XMLNS = 'xmlns="https://sts.amazonaws.com/doc/2011-06-15/"'
REQUEST_ID = "<RequestId>11111111-2222-3333-4444-555555555555</RequestId>"


def in_hours(hours: float) -> str:
    moment = datetime.now(timezone.utc) + timedelta(hours=hours)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def session(
    key_id: str = "ASIAEXAMPLEEXAMPLE12",
    secret: str = "planted/secret",  # noqa: S107  # nobody's
    token: str = "planted//token==",  # noqa: S107
    end: str | None = None,
    request_id: str = REQUEST_ID,
) -> str:
    """Write an answer of GetSessionToken."""
    return (
        f"<GetSessionTokenResponse {XMLNS}><GetSessionTokenResult><Credentials>"
        f"<AccessKeyId>{key_id}</AccessKeyId><SecretAccessKey>{secret}</SecretAccessKey>"
        f"<SessionToken>{token}</SessionToken><Expiration>{end or in_hours(12)}</Expiration>"
        "</Credentials></GetSessionTokenResult>"
        f"<ResponseMetadata>{request_id}</ResponseMetadata></GetSessionTokenResponse>"
    )


def failure(code: str, message: str = "words", request_id: str = REQUEST_ID) -> str:
    """Write an error of STS."""
    return (
        f"<ErrorResponse {XMLNS}><Error><Type>Sender</Type><Code>{code}</Code>"
        f"<Message>{message}</Message></Error>{request_id}</ErrorResponse>"
    )


class Impostor(http.server.ThreadingHTTPServer):
    """Answers whatever it is asked with one body, status and Date."""

    daemon_threads = True
    body: bytes = b""
    status: int = 200
    date: str | None = None
    endless: bool = False
    drips: threading.Event | None = None


class Handler(http.server.BaseHTTPRequestHandler):
    """One answer."""

    server: Impostor

    def do_POST(self) -> None:
        """Answer."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response_only(self.server.status)
        if self.server.date is not None:
            self.send_header("Date", self.server.date)
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        try:
            self._send_body()
        except OSError:
            return  # the client has had enough

    def _send_body(self) -> None:
        self.wfile.write(self.server.body)
        while self.server.endless:
            self.wfile.write(b"<a>" * 4096)
        if self.server.drips is not None:
            while not self.server.drips.wait(0.05):
                self.wfile.write(b" ")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[Impostor]:
    with Impostor(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def impostor(server: Impostor, monkeypatch: pytest.MonkeyPatch) -> Impostor:
    """Point AWS's endpoint at the impostor, which answers as AWS would until it is told else."""
    server.body, server.status, server.endless, server.drips = session().encode(), 200, False, None
    server.date = format_datetime(datetime.now(timezone.utc), usegmt=True)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    return server


class Machine:
    """A clock, a state directory, and the calls to AWS that use them."""

    def __init__(self, home: Path) -> None:
        """Take a folder; nothing is made in it yet."""
        self.root = home / "state"
        self.clock = SystemClock()
        self.aws_clock = AwsClock(StateDir(str(self.root)))
        self.calls = sts.AwsCalls(self.clock, self.aws_clock, run_limited, os.environ)

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


PORTAL = "<html><head><title>Sign in</title></head><body>Hotel</body></html>"
LAUGHS = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><l>&b;</l>'

SUCCESSES: dict[str, str] = {
    "nothing": "",
    "a blank": " ",
    "NUL bytes": "\0\0\0\0",
    "a word": "OK",
    "JSON": '{"Credentials": {"AccessKeyId": "ASIAEXAMPLEEXAMPLE12"}}',
    "null": "null",
    "a portal's page": PORTAL,
    "a page that is no XML": "<!DOCTYPE html><html><br><p>Hi</html>",
    "a cut answer": session()[:200],
    "an answer after a blank line": "\n" + '<?xml version="1.0"?>' + "<a/>",
    "two answers": session() + session(),
    "entities": LAUGHS,
    "ten thousand nested elements": "<a>" * 10_000 + "</a>" * 10_000,
    "an empty answer": f"<GetSessionTokenResponse {XMLNS}/>",
    "another call's answer": (
        f"<AssumeRoleResponse {XMLNS}><AssumeRoleResult/><ResponseMetadata>{REQUEST_ID}"
        "</ResponseMetadata></AssumeRoleResponse>"
    ),
    "an error with the status of success": failure("AccessDenied"),
    "no request id": session(request_id=""),
    "an empty request id": session(request_id="<RequestId></RequestId>"),
    "a blank request id": session(request_id="<RequestId> </RequestId>"),
    "no key id": session(key_id=""),
    "a long-term key id": session(key_id="AKIAEXAMPLEEXAMPLE12"),
    "a user's id": session(key_id="AIDAEXAMPLEEXAMPLE12"),
    "a key id in lower case": session(key_id="asiaexampleexample12"),
    "a short key id": session(key_id="ASIA1"),
    "a long key id": session(key_id="ASIA" + "A" * 200),
    "a blank in the key id": session(key_id="ASIAEXAMPLE EXAMPLE1"),
    "a line end in the key id": session(key_id="ASIAEXAMPLEEXAMP&#10;LE"),
    "a bracket in the key id": session(key_id="ASIAEXAMPLE]EXAMPLE1"),
    "letters of elsewhere in the key id": session(key_id="ASIAEXAMPLEEXAMPLÉ12"),
    "no secret": session(secret=""),
    "a blank secret": session(secret="   "),
    "a blank in the secret": session(secret="abc def"),
    "a tab in the secret": session(secret="abc&#9;def"),
    "a line end in the secret": session(secret="abc&#10;[default]"),
    "letters of elsewhere in the secret": session(secret="schlüssel"),
    "a secret in elements": session(secret="<b>x</b>"),
    "no token": session(token=""),
    "a blank token": session(token=" "),
    "a blank in the token": session(token="abc def"),
    "a tab in the token": session(token="abc&#9;def"),
    "a line end in the token": session(token="abc&#13;&#10;def"),
    "a C1 character in the token": session(token="abc&#155;def"),
    "a token of 20,000 characters": session(token="A" * 20_000),
    "an end of 1970": session(end="1970-01-01T00:00:00Z"),
    "an end of 9999": session(end="9999-12-31T23:59:59Z"),
    "an end beyond the calendar": session(end="9999-12-31T23:59:59-23:59"),
    "an end a minute ago": session(end=in_hours(-1 / 60)),
    "an end in 37 hours": session(end=in_hours(37)),
    "an end in 2 years": session(end=in_hours(2 * 8766)),
    "an end that is a word": session(end="tomorrow"),
    "an end that is a number": session(end="99999999999999999999"),
    "an end that is nothing": session(end=" "),
}

ERRORS: dict[str, tuple[int, str, int]] = {
    "a portal's 403": (403, PORTAL, 6),
    "an empty 403": (403, "", 6),
    "a 404": (404, "not found", 6),
    "a 407": (407, PORTAL, 6),
    "a redirect": (302, PORTAL, 6),
    "a denial without a request id": (403, failure("AccessDenied", "x", ""), 6),
    "a rejection without a request id": (
        403,
        failure("AccessDenied", "invalid MFA one time pass code", ""),
        6,
    ),
    "an error without a code": (400, failure(""), 6),
    "an error whose code is a number": (400, failure("400"), 6),
    "AWS's denial": (403, failure("AccessDenied"), 5),
    "AWS's rejection": (403, failure("AccessDenied", "invalid MFA one time pass code"), 4),
}


@pytest.mark.parametrize("name", SUCCESSES)
def test_what_has_not_the_shape_of_a_session_is_not_one(
    impostor: Impostor, machine: Machine, name: str
) -> None:
    impostor.body = SUCCESSES[name].encode()
    error = refused(machine)
    assert (error.exit_code, error.code) == (6, "not-aws")
    assert "planted" not in error.message + error.hint + repr(error.__cause__)
    machine.check_nothing_learned()


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_is_believed_only_if_it_is_aws_s_own(
    impostor: Impostor, machine: Machine, name: str
) -> None:
    impostor.status, text, exit_code = ERRORS[name]
    impostor.body = text.encode()
    assert refused(machine).exit_code == exit_code
    machine.check_nothing_learned()


DATES = [
    "", " ", "x", "0", "-1", "99999999999999999999", "Thu", "Thu, 01 Jan 1970 00:00:00 GMT",
    "Fri, 31 Dec 9999 23:59:59 GMT", "Fri, 31 Dec 9999 23:59:59 -2359",
    "Mon, 01 Jan 0001 00:00:00 +2359", "Fri, 31 Dec 9999 23:59:59", "Thu, 01 Jan 1970 00:00:00",
    "Thu, 01 Jan 1970 00:00:00 -0000", "Tue, 00 Foo 2026 00:00:00 GMT",
    "Tue, 32 Jan 2026 00:00:00 GMT", "Tue, 01 Jan 2026 25:61:61 GMT", "2026-01-01T00:00:00Z",
    "Tue, 01 Jan 99999 00:00:00 GMT", "Tue, 01 Jan 2026 00:00:00 +9999",
    "Tue, 01 Jan 2026 00:00:00 +999999999999", "Tue, 01 Jan -2026 00:00:00 GMT",
    "Sun Nov  6 08:49:37 1994", "Sunday, 06-Nov-94 08:49:37 GMT", "\x85\x9b", "GMT " * 4000,
]  # fmt: skip


@pytest.mark.parametrize("body", [failure("AccessDenied"), session()], ids=["error", "session"])
@pytest.mark.parametrize("date", DATES, ids=range(len(DATES)))
def test_no_date_far_from_ours_is_believed(
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
def test_a_date_that_aws_may_have_is_learned(
    impostor: Impostor, machine: Machine, minutes: int
) -> None:
    aws_now = datetime.now(timezone.utc) + timedelta(minutes=minutes)
    impostor.date = format_datetime(aws_now, usegmt=True)
    machine.log_in()
    assert abs(machine.aws_clock.offset() - timedelta(minutes=minutes)) < timedelta(seconds=10)


def test_an_offset_of_more_than_15_minutes_is_not_read_back(tmp_path: Path) -> None:
    state = StateDir(str(tmp_path / "state"))
    now = datetime.now(timezone.utc)
    AwsClock(state).learn(now + timedelta(minutes=10), now, now)
    known = state.read("clock-offset") or b""
    setting = known.split()[1]
    state.write("clock-offset", b"99999999 " + setting)
    assert AwsClock(state).offset() == timedelta(0)


def test_an_answer_without_end_is_read_no_further_than_a_megabyte(
    impostor: Impostor, machine: Machine
) -> None:
    impostor.endless = True
    assert refused(machine).code == "not-aws"
    machine.check_nothing_learned()


def test_an_answer_that_drips_ends_at_the_deadline(
    impostor: Impostor, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.log_in()  # botocore's import is none of the network's time
    monkeypatch.setattr(sts, "CALL_SECONDS", 0.5)
    impostor.drips = threading.Event()
    error = refused(machine)
    impostor.drips.set()
    assert (error.exit_code, error.code) == (6, "network")
    assert "does not answer sts:GetSessionToken in 0.5 s" in error.message
    machine.check_nothing_learned()


@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS"])
def test_an_endpoint_that_is_no_url_is_named_with_its_variable(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "somebody:planted@127.0.0.1:9")
    error = refused(machine)
    assert isinstance(error, ConfigurationError)
    assert (error.code, error.message) == ("bad-endpoint", f"{variable} is no URL: 127.0.0.1:9")


def test_a_state_directory_that_fails_while_aws_answers_loses_no_session(
    impostor: Impostor, machine: Machine
) -> None:
    aws_now = datetime.now(timezone.utc) + timedelta(minutes=5)
    impostor.date = format_datetime(aws_now, usegmt=True)
    machine.root.symlink_to("/nowhere")  # refused as unsafe
    assert machine.log_in().keys.access_key_id == "ASIAEXAMPLEEXAMPLE12"


def test_an_error_of_the_disk_while_botocore_loads_is_not_taken_for_a_portal(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(client.Clients, "get", fail)
    error = refused(machine)
    assert (error.exit_code, error.code) == (3, "unreadable-file")
    assert "the AWS SDK cannot read the AWS files, or its own: input/output error" in error.message
