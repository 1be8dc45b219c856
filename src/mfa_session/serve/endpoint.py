"""The endpoint: HTTP/1.1 on loopback, for clients with its token.

It speaks the protocol of the SDKs' container credential provider (AWS SDKs and Tools Reference
Guide, "Container credential provider"). It uses asyncio's streams because `http.server` needs a
thread for each connection, and limits neither the size nor the time of a whole request.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import socket
import threading
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

from mfa_session.model.errors import MfaSessionError
from mfa_session.model.ports import Issued
from mfa_session.model.record import Record
from mfa_session.model.times import format_time
from mfa_session.session.environment import HOST, PATH

Current = Callable[[], Awaitable[Issued]]

MOST_HEAD_BYTES = 8192
MOST_HEAD_SECONDS = 5.0
MOST_WAITING = 256
"""The limit of connections without a whole request."""


class RequestRefusedError(Exception):
    """A request that gets no credentials, with the HTTP status and the body's texts."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


class RequestHead(Record):
    """The head of an HTTP request, with header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    keeps_alive: bool


class Endpoint:
    """Answers requests that have the token with `current()`, in a separate thread.

    `listener` is a bound loopback socket; `head_seconds` limits the time to receive a request.
    """

    def __init__(
        self,
        listener: socket.socket,
        token: str,
        current: Current,
        head_seconds: float = MOST_HEAD_SECONDS,
    ) -> None:
        self._listener = listener
        self._authority = f"{HOST}:{listener.getsockname()[1]}"
        self._token = token.encode()
        self._current = current
        self._head_seconds = head_seconds
        self._waiting: dict[asyncio.StreamWriter, None] = {}
        self._end: Callable[[], object] | None = None
        self._is_ready = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def uri(self) -> str:
        """The value for AWS_CONTAINER_CREDENTIALS_FULL_URI."""
        return f"http://{self._authority}{PATH}"

    def start(self) -> None:
        """Begin to answer; raise OSError if the system refuses (too many open files)."""
        self._thread.start()
        self._is_ready.wait()
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Stop answering, and close all connections."""
        if self._end is not None:
            self._end()
            self._thread.join()
        self._listener.close()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001  # `start` waits and raises it again
            self._failure = error
            self._is_ready.set()

    async def _serve(self) -> None:
        loop, is_over = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(
            self._serve_connection, sock=self._listener, limit=MOST_HEAD_BYTES
        )
        self._end = lambda: loop.call_soon_threadsafe(is_over.set)
        self._is_ready.set()
        await is_over.wait()
        self._end = None
        server.close()

    async def _serve_connection(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            while await self._answer_next(reader, writer):
                pass
        except (OSError, EOFError, asyncio.TimeoutError, asyncio.LimitOverrunError):
            pass  # the client has gone, or has exceeded a limit
        finally:
            self._waiting.pop(writer, None)
            writer.close()

    async def _answer_next(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Answer a request; say whether another may follow on this connection."""
        self._note_waiting(writer)
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), self._head_seconds)
        self._waiting.pop(writer, None)
        keeps_alive = False
        try:
            request = read_head(head)
            self._check(request)
            keeps_alive = request.keeps_alive
            status, body = 200, _credentials(await self._current())
        except RequestRefusedError as refusal:
            status, body = refusal.status, _problem(refusal.code, refusal.message)
        except MfaSessionError as error:
            status, body = 503, _problem(error.code, f"{error.message}; {error.hint}")
        writer.write(_answer(status, body, keeps_alive=keeps_alive))
        await asyncio.wait_for(writer.drain(), self._head_seconds)
        return keeps_alive

    def _note_waiting(self, writer: asyncio.StreamWriter) -> None:
        """Note that a connection waits for a request; close the oldest of too many.

        So another user's idle connections cannot block the endpoint.
        """
        self._waiting[writer] = None
        if len(self._waiting) > MOST_WAITING:
            oldest = next(iter(self._waiting))
            del self._waiting[oldest]
            oldest.transport.abort()

    def _check(self, request: RequestHead) -> None:
        # After DNS rebinding, a browser sends the attacker's host name.
        if request.headers.get("host") != self._authority:
            raise RequestRefusedError(403, "wrong-host", f"this is {self._authority}")
        token = request.headers.get("authorization", "").encode("latin-1")
        if not hmac.compare_digest(token, self._token):
            raise RequestRefusedError(403, "wrong-token", "the Authorization header is wrong")
        if request.method != "GET":
            raise RequestRefusedError(405, "wrong-method", "only GET is answered")
        if request.target != PATH:
            raise RequestRefusedError(404, "wrong-path", f"only {PATH} is answered")


def read_head(head: bytes) -> RequestHead:
    """Return the parsed head of a request (RFC 9112); RequestRefusedError 400 if malformed."""
    first, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    words = first.split(" ")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip() or name.lower() in headers:
            raise RequestRefusedError(400, "bad-request", "a header cannot be read")
        headers[name.lower()] = value.strip(" \t")
    has_body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
    if len(words) != 3 or words[2] not in {"HTTP/1.0", "HTTP/1.1"} or has_body:  # noqa: PLR2004
        raise RequestRefusedError(400, "bad-request", "not a request of HTTP/1.1 without a body")
    closes = headers.get("connection", "").lower() == "close" or words[2] == "HTTP/1.0"
    return RequestHead(method=words[0], target=words[1], headers=headers, keeps_alive=not closes)


def _credentials(issued: Issued) -> dict[str, str]:
    token = issued.keys.session_token
    return {
        "AccessKeyId": issued.keys.access_key_id,
        "SecretAccessKey": issued.keys.secret_access_key.reveal(),
        "Token": token.reveal() if token else "",
        "Expiration": format_time(issued.expires_at),
    }


def _problem(code: str, message: str) -> dict[str, str]:
    return {"code": code, "message": message}


def _answer(status: int, body: Mapping[str, str], *, keeps_alive: bool) -> bytes:
    text = json.dumps(body).encode()
    lines = [
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        "Content-Type: application/json",
        f"Content-Length: {len(text)}",
        "Cache-Control: no-store",
        f"Connection: {'keep-alive' if keeps_alive else 'close'}",
        *(["Allow: GET"] if status == 405 else []),  # noqa: PLR2004  # RFC 9110 demands it
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + text
