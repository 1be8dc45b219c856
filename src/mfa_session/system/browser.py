"""Open the person's browser with a URL that nobody else may see.

A browser takes its URL as an argument, which every user of the machine can read. So it gets the
address of a local page, which redirects to the secret URL once.
"""

from __future__ import annotations

import os
import queue
import secrets
import sys
import threading
import webbrowser
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from mfa_session.model.errors import ConfigurationError
from mfa_session.model.settings import GIVEN_CODE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from typing_extensions import Self

    from mfa_session.model.session import Secret

HERE = "127.0.0.1"
WAIT_SECONDS = 60
CONNECTION_SECONDS = 5
PATH_BYTES = 32
_TABLES = ("/proc/net/tcp", "/proc/net/tcp6")
_HINT = "print the URL and open it by hand: the same command with --print"


def find_browser(environ: Mapping[str, str]) -> Browser | None:
    """Return the configured browser or the platform's; None on a machine without one.

    A browser in the terminal cannot show the console, so it counts only if BROWSER names it.
    """
    try:
        controller = webbrowser.get()
    except webbrowser.Error:
        return None
    in_terminal = type(controller) is webbrowser.GenericBrowser
    return None if in_terminal and not environ.get("BROWSER") else Browser(controller)


class Browser:
    """A browser that the standard library can start."""

    def __init__(self, controller: webbrowser.BaseBrowser) -> None:
        self._controller = controller

    def open(self, url: Secret) -> None:
        """Open the URL, and wait until the browser requests it.

        Raises ConfigurationError `browser-failed` if none starts, or requests it within a minute.
        """
        news: queue.Queue[bool] = queue.Queue()  # True: served; False: it did not start
        with _Server(url, news) as server:
            address = f"http://{HERE}:{server.server_port}{server.path}"
            thread = threading.Thread(target=self._start, args=(address, news), daemon=True)
            thread.start()
            try:
                is_served = news.get(timeout=WAIT_SECONDS)
            except queue.Empty:
                raise ConfigurationError(
                    "browser-failed", f"no browser opened the page in {WAIT_SECONDS} s", _HINT
                ) from None
        if not is_served:
            raise ConfigurationError("browser-failed", "the browser did not start", _HINT)
        thread.join()  # a browser in the terminal keeps it until the person quits

    def _start(self, address: str, news: queue.Queue[bool]) -> None:
        os.environ.pop(GIVEN_CODE, None)  # the browser inherits this process's environment
        try:
            is_open = self._controller.open(address)
        except (OSError, webbrowser.Error):
            is_open = False
        if not is_open:
            news.put(False)


class _Server(ThreadingHTTPServer):
    """A local server that redirects the first client with the right path to the URL."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, url: Secret, news: queue.Queue[bool]) -> None:
        self.path = "/" + secrets.token_urlsafe(PATH_BYTES)
        self._url: Secret | None = url
        self.news = news
        self._lock = threading.Lock()
        super().__init__((HERE, 0), _Page)

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def take_url(self, path: str) -> Secret | None:
        """Return the URL once, for the right path."""
        with self._lock:
            if not secrets.compare_digest(path.encode(), self.path.encode()):
                return None
            url, self._url = self._url, None
            return url

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore browsers that hang up."""


class _Page(BaseHTTPRequestHandler):
    timeout = CONNECTION_SECONDS
    server: _Server

    def do_GET(self) -> None:
        """Redirect this user's browser; answer 404 to other users of the machine."""
        is_ours = _is_of_this_user(self.client_address, self.server.server_address)
        url = self.server.take_url(self.path) if is_ours else None
        self.send_response(302 if url else 404)
        if url:
            self.send_header("Location", url.reveal())
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.flush()
        if url:
            self.server.news.put(True)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base's name
        """Log nothing: the path is a secret."""


def _is_of_this_user(client: tuple[str, int], server: Any) -> bool:
    """Say whether a connection comes from this user's process; True where the system cannot say.

    Others can read the path in the list of processes and be faster than the browser. IPv6 sockets
    also reach us, as `::ffff:127.0.0.1`, and have a separate table. A connection in neither table
    is refused.
    """
    if not sys.platform.startswith("linux"):
        return True
    ends = _hex_end(client), _hex_end(server)
    users = {user for table in _TABLES for user in _users_of(table, *ends)}
    return users == {os.getuid()}


def _users_of(path: str, client: str, server: str) -> Iterator[int]:
    """Yield the users of the connections between two ends in a table of the kernel."""
    with suppress(OSError), open(path, encoding="ascii") as table:
        for line in table:
            words = line.split()
            if words[1].endswith(client) and words[2].endswith(server):
                yield int(words[7])


def _hex_end(end: tuple[str, int]) -> str:
    """Return an end of a connection as /proc/net/tcp writes it: `0100007F:1F90`."""
    address = bytes(int(part) for part in end[0].split("."))
    return f"{int.from_bytes(address, sys.byteorder):08X}:{end[1]:04X}"
