"""The endpoint itself: HTTP/1.1 on loopback, for whoever has its token.

The protocol is the one of the SDKs' container credentials provider (AWS SDKs and Tools Reference
Guide, "Container credential provider"). asyncio's streams read the requests, as `http.server` keeps
a thread for each connection and limits neither the size nor the time of a whole request.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import threading

from mfa_session.model.errors import MfaSessionError
from mfa_session.model.record import Record
from mfa_session.model.times import format_time

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    from collections.abc import Awaitable, Callable, Mapping

    from mfa_session.model.ports import Issued

    Current = Callable[[], Awaitable[Issued]]

HOST = "127.0.0.1"
PATH = "/credentials"
MOST_HEAD_BYTES = 8192
MOST_HEAD_SECONDS = 5.0
MOST_WAITING = 256
"""Connections of which no whole request has come."""
_REASONS = {
    200: "OK",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    503: "Service Unavailable",
}


class RequestRefusedError(Exception):
    """A request that gets no credentials: an HTTP status, and what the body says."""

    def __init__(self, status: int, code: str, message: str) -> None:
        """Take what is answered."""
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


class RequestHead(Record):
    """The head of an HTTP request; the names of its headers are lower-case."""

    method: str
    target: str
    headers: Mapping[str, str]
    keeps_alive: bool


class Endpoint:
    """Answers `current()`, in a thread of its own, to requests with the token.

    `listener` is a bound loopback socket. `head_seconds` is how long a request may take to come.
    """

    def __init__(
        self,
        listener: socket.socket,
        token: str,
        current: Current,
        head_seconds: float = MOST_HEAD_SECONDS,
    ) -> None:
        """Take everything; nothing is answered yet, but connections already queue."""
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
        """Begin to answer. Raises what the system answers where it cannot (too many open files)."""
        self._thread.start()
        self._is_ready.wait()
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Answer nobody any more, and close what is open."""
        if self._end is not None:
            self._end()
            self._thread.join()
        self._listener.close()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001  # raised again by `start`, which waits
            self._failure = error
            self._is_ready.set()

    async def _serve(self) -> None:
        """Answer until `stop`; asyncio.run then ends what is still open."""
        loop, is_over = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._talk, sock=self._listener, limit=MOST_HEAD_BYTES)
        self._end = lambda: loop.call_soon_threadsafe(is_over.set)
        self._is_ready.set()
        await is_over.wait()
        self._end = None
        server.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection's requests until it ends, is too slow or asks for too much."""
        try:
            while await self._answer_next(reader, writer):
                pass
        except (OSError, EOFError, asyncio.TimeoutError, asyncio.LimitOverrunError):
            pass  # it has gone, or is not worth waiting for
        finally:
            self._waiting.pop(writer, None)
            writer.close()

    async def _answer_next(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Answer a request; say whether another may follow on this connection."""
        self._wait_for(writer)
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

    def _wait_for(self, writer: asyncio.StreamWriter) -> None:
        """Let a connection wait for a request; of too many, the one that has waited longest goes.

        So another user who opens connections and sends nothing keeps nobody out.
        """
        self._waiting[writer] = None
        if len(self._waiting) > MOST_WAITING:
            oldest = next(iter(self._waiting))
            del self._waiting[oldest]
            oldest.transport.abort()

    def _check(self, request: RequestHead) -> None:
        """Refuse everything but GET of the path, at our address, with the token."""
        # A browser that was led here by a name of its own sends that name (DNS rebinding).
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
    """Return what the head of a request says (RFC 9112); RequestRefusedError 400 for others."""
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
        f"HTTP/1.1 {status} {_REASONS[status]}",
        "Content-Type: application/json",
        f"Content-Length: {len(text)}",
        "Cache-Control: no-store",
        f"Connection: {'keep-alive' if keeps_alive else 'close'}",
        *(["Allow: GET"] if status == 405 else []),  # noqa: PLR2004  # RFC 9110 asks for it
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + text
