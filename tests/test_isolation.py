"""The tests' isolation holds in this process and in its children."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

import pexpect
import pytest

import isolation
import processes

if TYPE_CHECKING:
    from conftest import Terminal

ELSEWHERE = ("192.0.2.1", 80)  # TEST-NET-1, RFC 5737: reserved, so nobody answers


def test_connecting_elsewhere_is_blocked() -> None:
    with socket.socket() as own, pytest.raises(isolation.BlockedSocketError, match=r"192\.0\.2\.1"):
        own.connect(ELSEWHERE)


def test_sending_a_datagram_elsewhere_is_blocked() -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own,
        pytest.raises(isolation.BlockedSocketError),
    ):
        own.sendto(b"hello", ELSEWHERE)


def test_asking_the_dns_is_blocked() -> None:
    with pytest.raises(isolation.BlockedSocketError, match="sts"):
        socket.getaddrinfo("sts.amazonaws.com", 443)


def test_an_event_loop_is_blocked_too() -> None:
    with pytest.raises(isolation.BlockedSocketError):
        asyncio.run(asyncio.open_connection(*ELSEWHERE))


def test_loopback_is_open() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        accepted, _ = server.accept()
        with accepted:
            accepted.sendall(b"hello")
        assert client.recv(5) == b"hello"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.9.10", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("::ffff:10.0.0.1", False),
        ("localhost", True),
        (b"localhost", True),
        (None, True),
        ("0.0.0.0", False),  # noqa: S104
        ("169.254.169.254", False),
        ("example.org", False),
        ("127.0.0.1.example.org", False),
    ],
)
def test_only_this_machine_is_loopback(host: object, expected: bool) -> None:
    assert isolation.is_loopback(host) is expected


def test_the_environment_is_known() -> None:
    planted = {
        "PATH": "/bin",
        "HOME": "/root",
        "AWS_PROFILE": "production",
        "MFA_SESSION_TOKEN_CODE": "123456",
        "XDG_STATE_HOME": "/root/.local/state",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "https_proxy": "http://proxy:3128",
        "NO_COLOR": "1",
        "LANG": "de_DE.ISO-8859-1",
        "DBUS_SESSION_BUS_ADDRESS": "unix:path=/run/user/1000/bus",
    }
    assert isolation.known_environment(planted, Path("/h")) == {
        "PATH": f"{sysconfig.get_path('scripts')}{os.pathsep}/bin",
        "HOME": "/h",
        "USERPROFILE": "/h",
        "AWS_EC2_METADATA_DISABLED": "true",
        "COLUMNS": "80",
        "LC_ALL": "C.UTF-8",
        "TERM": "xterm-256color",
    }


def test_the_home_is_empty_and_the_tests_own(home: Path, tmp_path: Path) -> None:
    assert Path.home() == home
    assert home.parent == tmp_path
    assert list(home.iterdir()) == []


def test_a_child_sees_the_same_environment_umask_and_home(home: Path) -> None:
    code = (
        "import json, os; "
        "print(json.dumps([dict(os.environ), os.umask(0), os.getcwd(), os.isatty(0)]))"
    )
    child = processes.run_python(code)
    environment, umask, cwd, has_terminal = json.loads(child.stdout)
    environment.pop("LC_CTYPE", None)
    assert environment == dict(os.environ)
    assert (umask, Path(cwd), has_terminal) == (0o022, home.resolve(), False)


def test_a_child_has_no_terminal_to_open() -> None:
    child = processes.run_python("open('/dev/tty')")
    assert child.exit_code == 1
    assert "OSError" in child.stderr


def test_an_outcome_holds_the_exit_code_and_both_streams() -> None:
    code = "import sys; print(sys.stdin.read(), end='\\r\\n'); print('w', file=sys.stderr); exit(3)"
    outcome = processes.run_process([sys.executable, "-c", code], typed="42")
    assert outcome == processes.Outcome(3, "42\r\n", "w\n")


def test_variables_are_added_and_removed_for_one_process() -> None:
    code = "import os; print(os.environ.get('ADDED'), os.environ.get('COLUMNS'))"
    outcome = processes.run_python(code, {"ADDED": "yes", "COLUMNS": None})
    assert outcome.stdout == "yes None\n"


def test_a_process_that_hangs_is_killed_and_shown() -> None:
    argv = [sys.executable, "-uc", "print('so far'); import time; time.sleep(60)"]
    with pytest.raises(AssertionError, match="so far"):
        processes.run_process(argv, limit_seconds=2)


def test_a_terminal_is_the_childs_own(terminal: Terminal) -> None:
    code = "t = open('/dev/tty', 'r+b', buffering=0); t.write(b'code: '); print(t.readline())"
    child = terminal("-c", code, program=sys.executable)
    child.expect_exact("code: ")
    child.sendline("123456")
    child.expect_exact("b'123456\\n'")
    child.expect_exact(pexpect.EOF)
    child.wait()
    assert child.exitstatus == 0


def test_ctrl_c_ends_a_suite_that_was_started_in_the_background() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        isolation.let_signals_end_processes()
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(sys.platform == "win32", reason="flock")
def test_the_first_process_is_alone_and_the_others_share(tmp_path: Path) -> None:
    import fcntl

    other = os.open(tmp_path, os.O_RDONLY)
    with isolation.after_the_first(str(tmp_path)), pytest.raises(BlockingIOError):
        fcntl.flock(other, fcntl.LOCK_SH | fcntl.LOCK_NB)
    fcntl.flock(other, fcntl.LOCK_SH)
    with isolation.after_the_first(str(tmp_path)):
        third = os.open(tmp_path, os.O_RDONLY)
        fcntl.flock(third, fcntl.LOCK_SH | fcntl.LOCK_NB)
    for each in (other, third):
        os.close(each)


def test_an_environment_is_taken_on_whole() -> None:
    os.environ.update(KEPT="1", CHANGED="1", REMOVED="1")
    wanted = {"KEPT": "1", "CHANGED": "2", "ADDED": ""}
    isolation.take_on(wanted)
    assert dict(os.environ) == wanted
