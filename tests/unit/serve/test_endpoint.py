"""The endpoint answers only clients with its token."""

from __future__ import annotations

import asyncio
import errno
import http.client
import json
import os
import socket
import threading
from contextlib import closing, suppress
from datetime import datetime, timezone
from typing import TYPE_CHECKING

import pytest

from mfa_session.model.errors import NoMfaError
from mfa_session.model.ports import Issued
from mfa_session.model.session import Keys, Secret
from mfa_session.serve.endpoint import MOST_WAITING, Endpoint
from mfa_session.session.environment import HOST, PATH

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "the-token-of-this-job"
ISSUED = Issued(
    keys=Keys(
        access_key_id="ASIAEXAMPLE",
        secret_access_key=Secret("planted-secret"),
        session_token=Secret("planted-token"),
    ),
    expires_at=datetime(2031, 1, 31, 12, 0, tzinfo=timezone.utc),
)
CREDENTIALS = {
    "AccessKeyId": "ASIAEXAMPLE",
    "SecretAccessKey": "planted-secret",
    "Token": "planted-token",
    "Expiration": "2031-01-31T12:00:00Z",
}
QUICK_SECONDS = 0.2


class Served:
    """A running endpoint and its client."""

    def __init__(self, head_seconds: float = QUICK_SECONDS) -> None:
        """Start it on a free port."""
        self.error: NoMfaError | None = None
        self.asked = 0
        listener = socket.create_server((HOST, 0), backlog=512)
        self.address = listener.getsockname()
        self.endpoint = Endpoint(listener, TOKEN, self._current, head_seconds=head_seconds)
        self.endpoint.start()

    async def _current(self) -> Issued:
        self.asked += 1
        if self.error:
            raise self.error
        return ISSUED

    def connect(self) -> http.client.HTTPConnection:
        """Return a connection as an SDK makes it."""
        return http.client.HTTPConnection(HOST, self.address[1], timeout=20)

    def ask(
        self, method: str = "GET", path: str = PATH, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str]]:
        """Send one request, with the token unless `headers` are given; return status and body."""
        with closing(self.connect()) as connection:
            connection.request(
                method, path, headers={"Authorization": TOKEN} if headers is None else headers
            )
            answer = connection.getresponse()
            body: dict[str, str] = json.loads(answer.read())
            return answer.status, body

    def send(self, data: bytes) -> bytes:
        """Send raw bytes; return everything received until the endpoint closes the connection."""
        with socket.create_connection(self.address, timeout=20) as connection:
            connection.sendall(data)
            received = b""
            while piece := connection.recv(65536):
                received += piece
            return received


@pytest.fixture
def served() -> Iterator[Served]:
    """Run an endpoint for the test."""
    served = Served()
    yield served
    served.endpoint.stop()


def test_an_endpoint_that_cannot_start_fails_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(asyncio, "start_server", refuse)
    with pytest.raises(OSError, match="Too many open files"):
        Served()


def test_a_request_with_the_token_gets_the_credentials(served: Served) -> None:
    assert served.ask() == (200, CREDENTIALS)
    assert served.endpoint.uri == f"http://{HOST}:{served.address[1]}{PATH}"


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "code"),
    [
        ("GET", PATH, {}, 403, "wrong-token"),
        ("GET", PATH, {"Authorization": ""}, 403, "wrong-token"),
        ("GET", PATH, {"Authorization": TOKEN[:-1]}, 403, "wrong-token"),
        ("GET", PATH, {"Authorization": f"Bearer {TOKEN}"}, 403, "wrong-token"),
        ("GET", PATH, {"Authorization": "\xfc" * 21}, 403, "wrong-token"),
        ("GET", PATH, {"Authorization": TOKEN, "Host": "evil.example"}, 403, "wrong-host"),
        ("GET", PATH, {"Authorization": TOKEN, "Host": "127.0.0.1"}, 403, "wrong-host"),
        (
            "GET",
            PATH,
            {"Authorization": TOKEN, "Host": "127.0.0.1.evil.example"},
            403,
            "wrong-host",
        ),
        ("GET", PATH, {"Authorization": TOKEN, "Host": "localhost"}, 403, "wrong-host"),
        ("GET", f"{PATH}?Authorization={TOKEN}", {}, 403, "wrong-token"),
        ("GET", f"{PATH}?", {"Authorization": TOKEN}, 404, "wrong-path"),
        ("GET", f"http://127.0.0.1{PATH}", {"Authorization": TOKEN}, 403, "wrong-host"),
        ("TRACE", PATH, {"Authorization": TOKEN}, 405, "wrong-method"),
        ("POST", PATH, {"Authorization": TOKEN}, 405, "wrong-method"),
        ("PUT", PATH, {"Authorization": TOKEN}, 405, "wrong-method"),
        ("OPTIONS", PATH, {}, 403, "wrong-token"),
        ("GET", "/", {"Authorization": TOKEN}, 404, "wrong-path"),
        ("GET", "/..", {"Authorization": TOKEN}, 404, "wrong-path"),
        ("GET", PATH + "/..%2f", {"Authorization": TOKEN}, 404, "wrong-path"),
        ("GET", "/../credentials", {"Authorization": TOKEN}, 404, "wrong-path"),
    ],
)
def test_a_request_without_the_token_is_refused(
    served: Served, method: str, path: str, headers: dict[str, str], status: int, code: str
) -> None:
    answered, body = served.ask(method, path, headers)
    assert (answered, body["code"], set(body)) == (status, code, {"code", "message"})
    assert served.asked == 0


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/2\r\n\r\n",
        b"GET /credentials HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET /credentials HTTP/1.1\r\nHost : x\r\n\r\n",
        b"GET /credentials HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n",
        b"GET /credentials HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello",
        b"GET /credentials HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"\x00\xff\r\n\r\n",
    ],
)
def test_a_malformed_request_gets_400_and_is_cut_off(served: Served, request_bytes: bytes) -> None:
    received = served.send(request_bytes)
    assert received.startswith(b"HTTP/1.1 400 ")
    assert b"planted" not in received
    assert served.asked == 0


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"",
        b"GET /credentials HT",
        b"GET /" + b"x" * 20_000,
        b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 9000,
    ],
    ids=["nothing", "half", "a long line", "many headers"],
)
def test_slow_and_oversized_requests_are_cut_off(served: Served, request_bytes: bytes) -> None:
    try:
        received = served.send(request_bytes)
    except ConnectionError:  # reset, since the endpoint did not read everything
        received = b""
    assert received == b""
    assert served.ask() == (200, CREDENTIALS)


def test_a_connection_serves_several_requests(served: Served) -> None:
    with closing(served.connect()) as connection:
        for _ in range(3):
            connection.request("GET", PATH, headers={"Authorization": TOKEN})
            answer = connection.getresponse()
            assert json.loads(answer.read()) == CREDENTIALS
            assert answer.getheader("Cache-Control") == "no-store"
    assert served.asked == 3


def test_without_a_session_the_sdk_gets_the_reason(served: Served) -> None:
    served.error = NoMfaError("not-renewed", "the session has expired", "log in")
    assert served.ask() == (
        503,
        {"code": "not-renewed", "message": "the session has expired; log in"},
    )


def test_idle_connections_do_not_block_requests() -> None:
    served = Served(head_seconds=60)
    waiting = [
        socket.create_connection(served.address, timeout=20) for _ in range(MOST_WAITING + 8)
    ]
    assert served.ask() == (200, CREDENTIALS)
    # The endpoint has closed the oldest; each other one waits for its time limit.
    assert {_ending(connection) for connection in waiting[:8]} == {"closed"}
    waiting[-1].settimeout(0.05)
    with pytest.raises(TimeoutError):
        waiting[-1].recv(1)
    served.endpoint.stop()
    assert {_ending(connection) for connection in waiting} == {"closed"}


def _ending(connection: socket.socket) -> str:
    """Return how a connection ends, and close it."""
    with closing(connection), suppress(ConnectionResetError):
        return "closed" if connection.fileno() < 0 or connection.recv(1) == b"" else "answered"
    return "closed"


def test_many_requests_leave_nothing_behind(served: Served) -> None:
    def ask_some() -> None:
        for _ in range(25):
            served.ask()

    threads = [threading.Thread(target=ask_some) for _ in range(16)]
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert served.asked == 400
    served.endpoint.stop()
    after = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    assert after <= before


def test_a_stopped_endpoint_is_gone(served: Served) -> None:
    served.endpoint.stop()
    with pytest.raises(ConnectionRefusedError):
        served.ask()


@pytest.mark.parametrize("name", ["Access-Control-Allow-Origin", "Set-Cookie", "Location"])
def test_a_web_page_of_another_origin_is_refused(served: Served, name: str) -> None:
    said = b"GET /credentials HTTP/1.1\r\nHost: %s\r\nOrigin: http://evil.example\r\n" % (
        f"{HOST}:{served.address[1]}".encode()
    )
    for authorization in (b"", b"Authorization: %s\r\n" % TOKEN.encode()):
        answer = served.send(said + authorization + b"Connection: close\r\n\r\n")
        head = answer.partition(b"\r\n\r\n")[0].decode()
        assert name.lower() not in head.lower()


def test_a_second_request_is_read_by_itself(served: Served) -> None:
    host = f"Host: {HOST}:{served.address[1]}\r\n".encode()
    good = b"GET /credentials HTTP/1.1\r\n" + host + b"Authorization: %s\r\n" % TOKEN.encode()
    answers = served.send(good + b"\r\nGET /credentials HTTP/1.1\r\n" + host + b"\r\n")
    assert answers.count(b"HTTP/1.1 200 OK") == 1
    assert answers.count(b"HTTP/1.1 403 Forbidden") == 1
    assert served.send(good + b"Content-Length: 9\r\n\r\nGET /cred").count(b"400") == 1
