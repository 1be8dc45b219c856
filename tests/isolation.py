"""Keeps every test away from the user's home and settings, and from all networks but loopback."""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
import sys
import sysconfig
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

if sys.platform != "win32":
    import fcntl
    import termios

_FAMILIES = ("AWS_", "MFA_SESSION_", "XDG_", "PYTHON", "COV_", "MOTO_", "LC_")
_NAMES = (
    *("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "LINES", "LANG", "LANGUAGE"),
    "DBUS_SESSION_BUS_ADDRESS",  # leads to the keyring
)
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
_SCRIPTS = sysconfig.get_path("scripts")
_TRUST = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


class BlockedSocketError(AssertionError):
    """A test tried to leave the machine."""


def known_environment(environment: dict[str, str], home: Path) -> dict[str, str]:
    """Return the environment of a test: without the person's variables, with its own home."""
    kept = {name: value for name, value in environment.items() if not _is_personal(name)}
    return {
        **kept,
        # What is tested, and the AWS CLI beside it, before any other of that name.
        "PATH": os.pathsep.join([_SCRIPTS, kept.get("PATH", os.defpath)]),
        "HOME": str(home),
        "USERPROFILE": str(home),
        "AWS_EC2_METADATA_DISABLED": "true",  # children: the one place botocore looks unasked
        "COLUMNS": "80",
        "LC_ALL": "C.UTF-8",
        "TERM": "xterm-256color",
    }


def _is_personal(name: str) -> bool:
    upper = name.upper()
    return upper.startswith(_FAMILIES) or upper in (*_NAMES, *_PROXIES, *_TRUST)


def let_signals_end_processes() -> None:
    """Let signals end this process and its children, even if it was started to ignore them.

    A shell, for one, has its background processes ignore SIGINT.
    """
    for name in ("SIGHUP", "SIGINT", "SIGQUIT"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            default = signal.default_int_handler if name == "SIGINT" else signal.SIG_DFL
            signal.signal(number, default)


def block_sockets() -> None:
    """Refuse, for the rest of this process, to connect or resolve anything but loopback.

    An audit hook, because it also sees what C code and asyncio do, and no test can undo it.
    """
    sys.addaudithook(_refuse_the_network)


def _refuse_the_network(event: str, args: tuple[object, ...]) -> None:
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        own, address = args[0], args[1]
        if isinstance(own, socket.socket) and own.family in (socket.AF_INET, socket.AF_INET6):
            _need_loopback(event, address[0] if isinstance(address, tuple) else address)
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        _need_loopback(event, args[0])


def _need_loopback(event: str, host: object) -> None:
    if not is_loopback(host):
        raise BlockedSocketError(f"{event}: a test may reach loopback only, not {host!r}")


def is_loopback(host: object) -> bool:
    """Say whether a host, by name or address, is this machine; None and "" are."""
    text = host.decode() if isinstance(host, bytes) else host
    if text in (None, "", "localhost"):
        return True
    try:
        address = ipaddress.ip_address(str(text))
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)  # Python itself looks at it from 3.13 on only
    return (mapped or address).is_loopback


def leave_terminal() -> None:
    """Give up the controlling terminal, so that nothing in this process can ask a person.

    The process stays in its group, so Ctrl-C still reaches it.
    """
    if sys.platform == "win32":
        return
    with suppress(OSError):
        tty = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
        before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the session's leader gets it
        try:
            fcntl.ioctl(tty, termios.TIOCNOTTY)
        finally:
            signal.signal(signal.SIGHUP, before)
            os.close(tty)


@contextmanager
def after_the_first(folder: str) -> Iterator[None]:
    """Let the first process go ahead alone: what it compiles, the others find."""
    if sys.platform == "win32":
        yield
        return
    held = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fcntl.flock(held, fcntl.LOCK_SH)
        yield
    finally:
        os.close(held)


def enter(home: Path) -> None:
    """Give this process and its children the home `home` and known settings."""
    home.mkdir(exist_ok=True)
    take_on(known_environment(dict(os.environ), home))
    os.umask(0o022)


def take_on(environment: Mapping[str, str]) -> None:
    """Make this process's environment equal to another; only what differs is written."""
    for name in os.environ.keys() - environment.keys():
        del os.environ[name]
    for name, value in environment.items():
        if os.environ.get(name) != value:
            os.environ[name] = value
