"""A browser gets a URL that nobody else may see."""

from __future__ import annotations

import http.client
import os
import sys
import webbrowser
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from mfa_session.model.errors import ConfigurationError
from mfa_session.model.session import Secret
from mfa_session.system import browser
from mfa_session.system.browser import Browser, find_browser

if TYPE_CHECKING:
    from collections.abc import Callable

URL = "https://signin.example/federation?SigninToken=planted"


class Controller(webbrowser.BaseBrowser):
    """A fake browser, which visits the address before it returns, as one in the terminal does."""

    def __init__(self, visit: Callable[[str], None], *, starts: bool = True) -> None:
        """Take the function that visits an address."""
        super().__init__("test")
        self.addresses: list[str] = []
        self._visit = visit
        self._starts = starts

    def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:
        """Visit the address."""
        del new, autoraise
        self.addresses.append(url)
        self._visit(url)
        return self._starts


def get(address: str, host: str = "127.0.0.1") -> tuple[int, str | None]:
    """Return status and Location of a page."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(host, parts.port, timeout=10)
    connection.request("GET", parts.path)
    answer = connection.getresponse()
    connection.close()
    return answer.status, answer.getheader("Location")


def test_the_path_redirects_once() -> None:
    seen: list[tuple[int, str | None]] = []

    def visit(address: str) -> None:
        parts = urlsplit(address)
        wrong = f"{parts.scheme}://{parts.netloc}/{'x' * (len(parts.path) - 1)}"
        seen.append(get(wrong))
        seen.append(get(f"{parts.scheme}://{parts.netloc}/"))
        seen.append(get(address))

    controller = Controller(visit)
    Browser(controller).open(Secret(URL))
    assert seen == [(404, None), (404, None), (302, URL)]
    (address,) = controller.addresses
    assert address.startswith("http://127.0.0.1:")
    assert "planted" not in address
    with pytest.raises(ConnectionRefusedError):  # the page is gone
        get(address)


MAPPED = "::ffff:127.0.0.1"
"""The same address through an IPv6 socket, which the kernel lists in another table."""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not name a socket's user")
@pytest.mark.parametrize("host", ["127.0.0.1", MAPPED])
def test_another_user_of_the_machine_is_not_redirected(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    seen: list[tuple[int, str | None]] = []
    uid = os.getuid()

    def visit(address: str) -> None:
        monkeypatch.setattr(os, "getuid", lambda: uid + 1)
        seen.append(get(address, host))
        monkeypatch.setattr(os, "getuid", lambda: uid)
        seen.append(get(address, host))

    Browser(Controller(visit)).open(Secret(URL))
    assert seen == [(404, None), (302, URL)]


def test_a_browser_that_does_not_start_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="did not start") as caught:
        Browser(Controller(lambda _address: None, starts=False)).open(Secret(URL))
    assert "--print" in caught.value.hint
    monkeypatch.setattr(browser, "WAIT_SECONDS", 0.05)
    with pytest.raises(ConfigurationError, match="no browser opened"):
        Browser(Controller(lambda _address: None)).open(Secret(URL))


def test_a_browser_in_the_terminal_counts_only_where_it_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(webbrowser, "get", lambda: webbrowser.GenericBrowser("lynx"))
    assert find_browser({}) is None
    assert find_browser({"BROWSER": "lynx"}) is not None

    def nothing() -> webbrowser.BaseBrowser:
        raise webbrowser.Error("could not locate runnable browser")

    monkeypatch.setattr(webbrowser, "get", nothing)
    assert find_browser({"BROWSER": "nowhere"}) is None


def test_the_browser_does_not_get_the_token_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MFA_SESSION_TOKEN_CODE", "123456")
    found: list[str | None] = []

    def visit(address: str) -> None:
        found.append(os.environ.get("MFA_SESSION_TOKEN_CODE"))
        get(address)

    Browser(Controller(visit)).open(Secret(URL))
    assert found == [None]
