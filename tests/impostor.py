"""An endpoint that is not AWS, and its answers."""

from __future__ import annotations

import http.server
import threading
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

XMLNS = 'xmlns="https://sts.amazonaws.com/doc/2011-06-15/"'
REQUEST_ID = "<RequestId>11111111-2222-3333-4444-555555555555</RequestId>"


def in_hours(hours: float) -> str:
    moment = datetime.now(timezone.utc) + timedelta(hours=hours)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def session(
    key_id: str = "ASIAEXAMPLEEXAMPLE12",
    secret: str = "planted/secret",  # noqa: S107  # not a real secret
    token: str = "planted//token==",  # noqa: S107
    expiration: str | None = None,
    request_id: str = REQUEST_ID,
) -> str:
    """Return an answer of GetSessionToken."""
    return (
        f"<GetSessionTokenResponse {XMLNS}><GetSessionTokenResult><Credentials>"
        f"<AccessKeyId>{key_id}</AccessKeyId><SecretAccessKey>{secret}</SecretAccessKey>"
        f"<SessionToken>{token}</SessionToken><Expiration>{expiration or in_hours(12)}</Expiration>"
        "</Credentials></GetSessionTokenResult>"
        f"<ResponseMetadata>{request_id}</ResponseMetadata></GetSessionTokenResponse>"
    )


def failure(code: str, message: str = "words", request_id: str = REQUEST_ID) -> str:
    """Return an error of STS."""
    return (
        f"<ErrorResponse {XMLNS}><Error><Type>Sender</Type><Code>{code}</Code>"
        f"<Message>{message}</Message></Error>{request_id}</ErrorResponse>"
    )


class Impostor(http.server.ThreadingHTTPServer):
    """Answers every request with one body, status and Date, until `restore`."""

    daemon_threads = True
    body: bytes = b""
    status: int = 200
    date: str | None = None
    endless: bool = False
    drips: threading.Event | None = None
    drip_seconds: float = 0.05

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"

    def restore(self) -> None:
        """Answer with a session from now on, as AWS does."""
        self.body, self.status, self.endless, self.drips = session().encode(), 200, False, None
        self.date, self.drip_seconds = (
            format_datetime(datetime.now(timezone.utc), usegmt=True),
            0.05,
        )


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers one request."""

    server: Impostor

    def do_POST(self) -> None:
        """Send the answer."""
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
            return  # the client has closed the connection

    def _send_body(self) -> None:
        self.wfile.write(self.server.body)
        while self.server.endless:
            self.wfile.write(b"<a>" * 4096)
        if self.server.drips is not None:
            while not self.server.drips.wait(self.server.drip_seconds):
                self.wfile.write(b" ")

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@contextmanager
def serving() -> Iterator[Impostor]:
    """Serve for a `with` block."""
    with Impostor(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


PORTAL = "<html><head><title>Sign in</title></head><body>Hotel</body></html>"
LAUGHS = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><l>&b;</l>'

SUCCESSES: dict[str, str] = {
    "an empty body": "",
    "a blank body": " ",
    "NUL bytes": "\0\0\0\0",
    "a word": "OK",
    "JSON": '{"Credentials": {"AccessKeyId": "ASIAEXAMPLEEXAMPLE12"}}',
    "null": "null",
    "a portal's page": PORTAL,
    "a page that is not XML": "<!DOCTYPE html><html><br><p>Hi</html>",
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
    "a letter outside ASCII in the key id": session(key_id="ASIAEXAMPLEEXAMPLÉ12"),
    "no secret": session(secret=""),
    "a blank secret": session(secret="   "),
    "a blank in the secret": session(secret="abc def"),
    "a tab in the secret": session(secret="abc&#9;def"),
    "a line end in the secret": session(secret="abc&#10;[default]"),
    "a letter outside ASCII in the secret": session(secret="schlüssel"),
    "a secret in XML elements": session(secret="<b>x</b>"),
    "no token": session(token=""),
    "a blank token": session(token=" "),
    "a blank in the token": session(token="abc def"),
    "a tab in the token": session(token="abc&#9;def"),
    "a line end in the token": session(token="abc&#13;&#10;def"),
    "a C1 character in the token": session(token="abc&#155;def"),
    "a token of 20,000 characters": session(token="A" * 20_000),
    "an expiration in 1970": session(expiration="1970-01-01T00:00:00Z"),
    "an expiration in 9999": session(expiration="9999-12-31T23:59:59Z"),
    "an expiration beyond the calendar": session(expiration="9999-12-31T23:59:59-23:59"),
    "an expiration a minute ago": session(expiration=in_hours(-1 / 60)),
    "an expiration in 37 hours": session(expiration=in_hours(37)),
    "an expiration in 2 years": session(expiration=in_hours(2 * 8766)),
    "an expiration that is a word": session(expiration="tomorrow"),
    "an expiration that is a number": session(expiration="99999999999999999999"),
    "an expiration that is blank": session(expiration=" "),
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
