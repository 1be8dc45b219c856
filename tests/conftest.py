"""What every test gets: an empty home, no network, and real processes to drive."""

from __future__ import annotations

import atexit
import gc
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, Protocol

import hypothesis
import pexpect
import pytest
from hypothesis import strategies

import cheap_clients
import forked
import in_process
import isolation
import mfa_session
import processes
from in_process import JumpingClock

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Mapping

    from secret_service import SecretService

pytest_plugins = ("sandboxed",)

IMPORTS_POSIX = (
    r"^(?:import|from) (fcntl|files\.users|grp|pty|pwd|resource|secret_service|termios)\b"
)
"""`files.users` and `secret_service` are the tests' own, and import the others."""

COLLECTED_AFTER_OBJECTS = 1_000
"""So few that they are still in the processor's cache: 50,000 take a sixth more of all CPU time."""

# `pytest --hypothesis-profile=long` for the long mode. No deadlines: the machine is shared.
hypothesis.settings.register_profile("quick", max_examples=25, deadline=None)
hypothesis.settings.register_profile("ordinary", max_examples=150, deadline=None)
hypothesis.settings.register_profile("long", max_examples=5000, deadline=None)


class Run(Protocol):
    """Run the installed mfa-session to its end, without a terminal."""

    def __call__(
        self,
        *argv: str,
        env: Mapping[str, str | None] | None = None,
        input: str | None = None,  # noqa: A002  # subprocess's own word for it
        limit_seconds: float = processes.LIMIT_SECONDS,
    ) -> processes.Outcome: ...


class Start(Protocol):
    """Start the installed mfa-session without waiting; the end of the test kills it."""

    def __call__(
        self, *argv: str, env: Mapping[str, str | None] | None = None
    ) -> subprocess.Popen[bytes]: ...


class Terminal(Protocol):
    """Start the installed mfa-session, or another program, on a terminal of its own."""

    def __call__(
        self,
        *argv: str,
        program: str | None = None,
        env: Mapping[str, str | None] | None = None,
        limit_seconds: float = 20,
        stderr: Path | None = None,
    ) -> pexpect.spawn[str]: ...


def pytest_configure(config: pytest.Config) -> None:
    """Isolate this process before any test is imported."""
    if not config.getoption("--hypothesis-profile"):
        hypothesis.settings.load_profile("ordinary")
    # Session-wide fixtures run before any test's own home exists; they get this one.
    home = Path(tempfile.mkdtemp(prefix="mfa-session-home-"))
    config.add_cleanup(lambda: shutil.rmtree(home, ignore_errors=True))
    isolation.enter(home)
    isolation.leave_terminal()
    isolation.let_signals_end_processes()
    isolation.block_sockets()
    if hasattr(config, "workerinput"):
        # A worker of pytest-xdist has told all by then; to free a million objects takes 3 CPU-s.
        atexit.register(os._exit, 0)


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """Import the tests after the first worker has; exempt them from garbage collection.

    They live to the end, and to collect garbage takes ten times as long here as in the program.
    """
    gc.disable()
    if session.config.pluginmanager.hasplugin("dsession"):  # its workers collect
        yield
    else:
        with isolation.after_the_first(sys.prefix):
            strategies.text().validate()  # writes a table of all characters, or finds it
            yield
    gc.freeze()
    gc.set_threshold(COLLECTED_AFTER_OBJECTS, 20, 100)
    gc.enable()


class PosixOnly(pytest.Module):
    """A module of tests that is skipped on Windows, because it imports what Windows lacks."""

    def collect(self) -> NoReturn:
        """Collect nothing, and say why."""
        names = ", ".join(posix_modules(self.path.read_text(encoding="utf-8")))
        pytest.skip(f"needs {names}, which Windows lacks")


def posix_modules(source: str) -> list[str]:
    """Return the modules that a test module imports at its top and Windows does not have."""
    return sorted(set(re.findall(IMPORTS_POSIX, source, re.MULTILINE)))


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> PosixOnly | None:
    """Skip modules whose imports would fail on Windows; a single test says `skipif` itself."""
    if sys.platform != "win32" or not posix_modules(module_path.read_text(encoding="utf-8")):
        return None
    return PosixOnly.from_parent(parent, path=module_path)


def pytest_report_header() -> str:
    """Say which mfa-session is tested: the working tree's, or an installed wheel."""
    return f"mfa_session: {mfa_session.__version__} from {Path(mfa_session.__file__).parent}"


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    """Give the test an empty home, known variables and umask; restore them afterwards."""
    before, umask = dict(os.environ), os.umask(0o022)
    home = tmp_path / "home"
    isolation.enter(home)
    yield home
    isolation.take_on(before)
    os.umask(umask)
    gc.enable()  # a command may leave it disabled, for the rest of its process


@pytest.fixture(scope="session")
def aws_models() -> None:
    """Have botocore read its models once for this process, not for each client."""
    cheap_clients.make_clients_cheap("botocore", "sts", "iam")  # takes 300 ms; few tests need it


@pytest.fixture
def service(home: Path) -> Iterator[SecretService]:
    """Start a real Secret Service, open and empty, for this process and its children."""
    del home  # the fixture restores the environment after the test
    from secret_service import SecretService  # not installed everywhere; few tests need it

    service = SecretService()
    os.environ.update(service.environ)
    yield service
    service.stop()


@pytest.fixture
def program() -> str:
    """The path of the installed console script."""
    return processes.installed_program("mfa-session")


@pytest.fixture
def clock() -> JumpingClock:
    """The clock of runs in this process: it jumps instead of waiting."""
    return JumpingClock()


@pytest.fixture
def run(apart: Run, clock: JumpingClock) -> Run:
    """Run the program: `run("status", "--json", env={"NO_COLOR": "1"}).stdout`.

    In this process, except runs for which `in_process.needs_a_process` is true.
    """

    def run(
        *argv: str,
        env: Mapping[str, str | None] | None = None,
        input: str | None = None,  # noqa: A002
        limit_seconds: float = processes.LIMIT_SECONDS,
    ) -> processes.Outcome:
        if in_process.needs_a_process(argv, env):
            return apart(*argv, env=env, input=input, limit_seconds=limit_seconds)
        return in_process.run_in_process(argv, clock, env, input)

    return run


@pytest.fixture
def apart(program: str) -> Run:
    """Run the program in its own process, for tests about processes."""

    def run(
        *argv: str,
        env: Mapping[str, str | None] | None = None,
        input: str | None = None,  # noqa: A002
        limit_seconds: float = processes.LIMIT_SECONDS,
    ) -> processes.Outcome:
        return processes.run_process([program, *argv], env, input, limit_seconds)

    return run


@pytest.fixture
def start(program: str) -> Iterator[Start]:
    """Start the program; end it with `processes.finish_process`."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*argv: str, env: Mapping[str, str | None] | None = None) -> subprocess.Popen[bytes]:
        started.append(processes.start_process([program, *argv], env))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            processes.kill_process(process)
        process.communicate()


@pytest.fixture
def terminal(program: str) -> Iterator[Terminal]:
    """Start the program on a pty of 24 by 80, its stderr there or in a file; pexpect drives it."""
    spawned: list[pexpect.spawn[str]] = []

    def terminal(
        *argv: str,
        program: str | None = program,
        env: Mapping[str, str | None] | None = None,
        limit_seconds: float = 20,
        stderr: Path | None = None,
    ) -> pexpect.spawn[str]:
        processes.need_program(program or "")
        environ = processes.environment_with(env)
        begin = forked.beginning([program or "", *argv], environ)

        def prepare() -> None:
            if stderr is not None:
                os.dup2(os.open(stderr, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644), 2)
            if begin is not None:
                begin()

        child = pexpect.spawn(
            program,
            list(argv),
            env=environ,
            preexec_fn=prepare,
            cwd=os.environ["HOME"],
            timeout=limit_seconds,
            encoding="utf-8",
            dimensions=(24, 80),
        )
        spawned.append(child)
        return child

    yield terminal
    for child in spawned:
        child.close(force=True)
