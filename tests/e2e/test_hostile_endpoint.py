"""`login` at an endpoint that is not AWS has the right exit code and changes no file."""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

import processes
from impostor import DATES, ERRORS, SUCCESSES, failure, serving, session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Run
    from impostor import Impostor
    from places import AwsFiles

    LogIn = Callable[..., processes.Outcome]

SERIAL = "arn:aws:iam::123456789012:mfa/carols-phone"
LONG_TERM = (
    "[default]\naws_access_key_id = AKIAEXAMPLEEXAMPLE12\naws_secret_access_key = planted/x\n"
)
CONFIG = "[default]\nregion = eu-west-1\n"
LOGIN = ("login", "--mfa-serial", SERIAL, "--token-code", "123456")
DRIP_SECONDS = 4.0
MOST_MEGABYTES = 200
"""Python with botocore alone takes a third of it."""


@pytest.fixture(scope="module")
def server() -> Iterator[Impostor]:
    with serving() as server:
        yield server


@pytest.fixture(params=["in process", pytest.param("as a process", marks=pytest.mark.slow)])
def login(request: pytest.FixtureRequest, run: Run, program: str) -> LogIn:
    """Run the program in this process; in the slow mode also as a process."""
    if request.param == "in process":
        return run
    return lambda *argv: processes.run_process([program, *argv])


@pytest.fixture
def impostor(server: Impostor, files: AwsFiles, monkeypatch: pytest.MonkeyPatch) -> Impostor:
    """Lead a user with long-term keys to the impostor in place of AWS."""
    server.restore()
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    files.write(LONG_TERM, config=CONFIG)
    return server


def check_nothing_changed(files: AwsFiles) -> None:
    """Check that no session and no clock offset is stored; a note that a code was sent may be."""
    assert (files.credentials.read_text(), files.config.read_text()) == (LONG_TERM, CONFIG)
    assert not {"clock-offset", "session"} & kinds_of_state(files)


def kinds_of_state(files: AwsFiles) -> set[str]:
    """Return the kinds of files in the state directory: their names without hashes."""
    state = files.credentials.parents[1] / ".local" / "state" / "mfa-session"
    names = [path.name.lstrip(".") for path in state.iterdir() if path.is_file()]
    return {"clock-offset" if name == "clock-offset" else name.split("-")[0] for name in names}


@pytest.mark.parametrize("name", SUCCESSES)
def test_an_answer_that_is_not_from_aws_is_refused(
    impostor: Impostor, files: AwsFiles, login: LogIn, name: str
) -> None:
    impostor.body = SUCCESSES[name].encode()
    outcome = login(*LOGIN)
    assert (outcome.exit_code, outcome.stdout) == (6, ""), outcome
    assert "is not AWS" in outcome.stderr
    assert "planted" not in outcome.stderr
    check_nothing_changed(files)


@pytest.mark.parametrize("name", ERRORS)
def test_each_error_answer_has_its_exit_code(
    impostor: Impostor, files: AwsFiles, login: LogIn, name: str
) -> None:
    impostor.status, text, exit_code = ERRORS[name]
    impostor.body = text.encode()
    outcome = login(*LOGIN)
    assert (outcome.exit_code, outcome.stdout) == (exit_code, ""), outcome
    check_nothing_changed(files)


@pytest.mark.parametrize("date", DATES, ids=range(len(DATES)))
def test_an_invalid_date_sets_no_clock_offset(
    impostor: Impostor, files: AwsFiles, login: LogIn, date: str
) -> None:
    impostor.status, impostor.body, impostor.date = 403, failure("AccessDenied").encode(), date
    assert login(*LOGIN).exit_code == 5
    check_nothing_changed(files)
    impostor.status, impostor.body = 200, session().encode()
    assert login(*LOGIN).exit_code == 0
    assert "clock-offset" not in kinds_of_state(files)
    assert (files.section("mfa") or {})["aws_access_key_id"] == "ASIAEXAMPLEEXAMPLE12"


@pytest.mark.slow
def test_login_gives_up_on_an_answer_that_trickles_in(
    impostor: Impostor, files: AwsFiles, program: str
) -> None:
    impostor.drips, impostor.drip_seconds = threading.Event(), DRIP_SECONDS
    began = time.monotonic()
    outcome = processes.run_process([program, *LOGIN], limit_seconds=90)
    impostor.drips.set()
    assert (outcome.exit_code, outcome.stdout) == (6, "")
    assert "does not answer sts:GetSessionToken in 60 s" in outcome.stderr
    assert 59 < time.monotonic() - began < 75
    check_nothing_changed(files)


# The memory of a child counts from the fork on, so its parent is a small process.
MEASURE = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:])
print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="getrusage's memory in kilobytes")
def test_an_answer_without_end_takes_little_memory(
    impostor: Impostor, files: AwsFiles, program: str
) -> None:
    impostor.endless = True
    outcome = processes.run_process([sys.executable, "-c", MEASURE, program, *LOGIN])
    exit_code, kilobytes = map(int, outcome.stdout.split())
    assert exit_code == 6
    assert kilobytes < MOST_MEGABYTES * 1024
    check_nothing_changed(files)
