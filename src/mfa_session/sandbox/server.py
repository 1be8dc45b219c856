"""The HTTP server on loopback, and answers in AWS's dialects: query XML, EC2 XML, S3 XML, JSON.

Each connection has a thread, and stays open between requests.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from xml.sax.saxutils import escape

from mfa_session.sandbox.clock import Clock, iso
from mfa_session.sandbox.errors import ServiceError
from mfa_session.sandbox.signatures import HttpRequest

Handle = Callable[[HttpRequest], "Answer"]
_POLL_SECONDS = 0.02


class Server(ThreadingHTTPServer):
    """Serves `handle` on 127.0.0.1; every answer has the clock's Date."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, handle: Handle, clock: Clock, port: int = 0) -> None:
        self.handle_request_of = handle
        self.clock = clock
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(("127.0.0.1", port), _Handler)

    def server_bind(self) -> None:
        """Bind without resolving our host name."""
        if os.name == "posix":  # on Windows another program could take the port
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "127.0.0.1", int(self.server_address[1])

    @property
    def url(self) -> str:
        """The endpoint, without a final slash."""
        return f"http://127.0.0.1:{self.server_port}"

    def start(self) -> None:
        """Answer in a separate thread."""
        thread = threading.Thread(
            target=self.serve_forever, args=(_POLL_SECONDS,), name="sandbox", daemon=True
        )
        thread.start()

    def stop(self) -> None:
        """Stop answering, and close all connections."""
        self.shutdown()
        self.server_close()
        with self._open_lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Note an open connection."""
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget a closed connection."""
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report errors, except of clients that hung up: tests kill them on purpose."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def _answer(self) -> None:
        body = self._read_body()
        path, _, query = self.path.partition("?")
        headers: dict[str, str] = {}
        for name, value in self.headers.items():
            key = name.lower()
            headers[key] = f"{headers[key]},{value}" if key in headers else value
        request = HttpRequest(self.command, path, query, headers, body, self.client_address[0])
        self._send(self.server.handle_request_of(request))

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = _answer  # noqa: N815

    def _read_body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return b"".join(iter(self._read_chunk, b""))
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _read_chunk(self) -> bytes:
        size = int(self.rfile.readline().split(b";")[0], 16)
        chunk = self.rfile.read(size)
        self.rfile.readline()
        return chunk

    def _send(self, answer: Answer) -> None:
        """Write head and body together: the second of two small packets would be delayed."""
        self.send_response_only(answer.status)
        self.send_header("Date", format_datetime(self.server.clock.now(), usegmt=True))
        self.send_header("Content-Type", answer.content_type)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        head = self._take_head()
        self.wfile.write(head if self.command == "HEAD" else head + answer.body)

    def _take_head(self) -> bytes:
        lines: list[bytes] = self._headers_buffer  # type: ignore[attr-defined] # typeshed omits it
        head = b"".join(lines) + b"\r\n"
        lines.clear()
        return head

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
        """Log nothing."""


_VERSIONS = {"sts": "2011-06-15", "iam": "2010-05-08"}
_XML = "text/xml"


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; the server adds Date and Content-Length."""

    status: int
    body: bytes
    content_type: str = _XML
    headers: Mapping[str, str] = field(default_factory=dict)


def success(service: str, operation: str, result: Mapping[str, Any] | None) -> Answer:
    """Return the answer with an operation's result (STS, IAM)."""
    inner = "" if result is None else f"<{operation}Result>{to_xml(result)}</{operation}Result>"
    namespace = f"https://{service}.amazonaws.com/doc/{_VERSIONS[service]}/"
    body = (
        f'<{operation}Response xmlns="{namespace}">{inner}'
        f"<ResponseMetadata><RequestId>{uuid.uuid4()}</RequestId></ResponseMetadata>"
        f"</{operation}Response>"
    )
    return Answer(200, body.encode())


def failure(dialect: str, error: ServiceError) -> Answer:
    """Return the answer with an error, in the service's dialect."""
    request_id = str(uuid.uuid4())
    if dialect in ("json", "rest_json"):
        body = json.dumps({"__type": error.code, "message": error.message}).encode()
        headers = {"x-amzn-RequestId": request_id, "x-amzn-ErrorType": error.code}
        return Answer(error.status, body, "application/x-amz-json-1.1", headers)
    text = f"<Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>"
    if dialect == "ec2":
        body_text = (
            f"<Response><Errors><Error>{text}</Error></Errors>"
            f"<RequestID>{request_id}</RequestID></Response>"
        )
    elif dialect == "s3":
        body_text = f"<Error>{text}<RequestId>{request_id}</RequestId></Error>"
    else:
        body_text = (
            f"<ErrorResponse><Error><Type>Sender</Type>{text}</Error>"
            f"<RequestId>{request_id}</RequestId></ErrorResponse>"
        )
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n{body_text}'.encode()
    return Answer(error.status, body, "application/xml" if dialect == "s3" else _XML)


def to_xml(value: Any) -> str:
    """Return XML: dicts as elements, lists as `<member>`s, without None."""
    if isinstance(value, Mapping):
        return "".join(f"<{k}>{to_xml(v)}</{k}>" for k, v in value.items() if v is not None)
    if isinstance(value, (list, tuple)):
        return "".join(f"<member>{to_xml(item)}</member>" for item in value)
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return escape(str(value))
