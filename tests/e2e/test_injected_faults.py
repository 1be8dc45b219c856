"""An error, a signal or a kill at each system call of a login: nothing is lost.

One loss cannot be avoided: an answer of AWS that does not reach the process, or reaches a process
that is killed before it writes anything. docs/security.md has the table that the slow tests print.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import isolation
import processes
import strace
from places import AwsFiles, long_term, managed
from sandboxed import STEP_UP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Run
    from full_sandbox import FullSandbox

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="strace")

CONFIG = "[profile other]\nregion = eu-west-2\n"
SETTINGS = '[defaults]\nduration = "2h"\n'
NETWORK = re.compile(r"(connect|sendto|recvfrom|p?poll|socket)\(")
STEADY = {"PYTHONPATH": str(Path(__file__).parents[1] / "fakes" / "steady")}
ENDED_BY_SIGNAL = {130, *(128 + number for number in (1, 15)), -1, -2, -15}
KILLED = {-9, 137}


class Logins:
    """Logins of a user, each from the same files, with a fault at one moment."""

    def __init__(self, aws: FullSandbox, home: Path, program: str) -> None:
        """Take a sandbox, a home and the program; the moments are those of the first login."""
        self._aws, self._home, self._program = aws, home, program
        self._carol = aws.create_user("carol", policies=[STEP_UP])
        self._moments: list[strace.Moment] = []
        self._run: Run
        self.files = AwsFiles(home)
        self.whole = (
            "# mine\n" + long_term(self._carol) + "region = eu-west-1\n\n" + managed("other")
        )

    def enter(self, run: Run) -> None:
        """Direct this process and its children at the sandbox and the home."""
        isolation.enter(self._home)
        os.environ.update(self._aws.environ())
        self._run = run

    def argv(self) -> list[str]:
        """Restore the files, as if written long ago, and return a login with a valid code."""
        shutil.rmtree(self._home / ".local", ignore_errors=True)
        self.files.write(self.whole, config=CONFIG, settings=SETTINGS)
        for path in (self.files.credentials, self.files.config):
            os.utime(path, (0, 0))
        self._aws.calls.clear()
        # A new secret, whose code is not yet used; the same serial, since locks are named after it.
        self._carol.devices.clear()
        self._aws.directory.devices.clear()
        phone = self._aws.create_device(self._carol, name="phone")
        return [
            self._program, "login", "--mfa-serial", phone.serial, "--token-code", phone.code()
        ]  # fmt: skip

    def moments(self) -> list[strace.Moment]:
        """Return the calls that touch the home or the network, in their order."""
        if not self._moments:
            log = self._home.parent / "calls"
            processes.run_process(self.argv(), STEADY)  # compiles modules that are not yet compiled
            found = strace.record(self.argv(), log, self._path_in, STEADY)
            relevant = [one for one in found if one.path or NETWORK.match(f"{one.call}(")]
            self._moments.extend(
                {(one.call, one.path, one.number): one for one in relevant}.values()
            )
        return self._moments

    def _path_in(self, words: str) -> str | None:
        """Return a call's first path below the home, or None."""
        found = re.search(rf'["<]({re.escape(str(self._home))}(/[^">]*)?)[">]', words)
        return found[1] if found else None

    def find(self, call: str, words: str, after: int = 0) -> strace.Moment:
        """Return the first moment, from index `after` on, of that call and with these words."""
        moments = self.moments()[after:]
        return next(one for one in moments if one.call == call and words in one.line)

    def log_in(self, moment: strace.Moment, fault: str) -> str:
        """Log in with a fault, check that nothing else is lost, and return how it ended."""
        log = self._home.parent / "injected"
        outcome = strace.run_with_fault(self.argv(), moment, fault, log, STEADY)
        if outcome is None:
            return "not reached"
        context = (moment, outcome)
        assert "Traceback" not in outcome.stderr, context
        assert self.files.credentials.read_text().startswith(self.whole), context
        assert self.files.config.read_text().startswith(CONFIG), context
        issued = [call for call in self._aws.calls.of("GetSessionToken") if call.status == 200]
        asked = len(self._aws.calls.of("GetSessionToken"))
        again = self._run("login", "--no-input")
        assert len(self._aws.calls.of("GetSessionToken")) == asked
        assert (again.exit_code == 0) <= bool(issued), context
        if issued and again.exit_code:
            return "lost: " + moment.call
        if any(self._home.rglob("*.mfa-session-*")):  # the next command that writes removes it
            self._run("logout")
            assert not issued or not any(self._home.rglob("*.mfa-session-*")), context
        return _ending(outcome, str(self._home), context)


def _ending(outcome: processes.Outcome, home: str, context: object) -> str:
    """Return how a login ended; fail if it may not end so."""
    if outcome.exit_code == 0:
        return "done"
    if outcome.exit_code == 3:
        assert home in outcome.stderr or "the AWS SDK cannot read /" in outcome.stderr, context
        return "refused, with the file"
    if outcome.exit_code in (4, 6):
        return "AWS not reached"
    if outcome.exit_code in KILLED:
        return "killed"
    assert outcome.exit_code in ENDED_BY_SIGNAL, context
    return "ended"


@pytest.fixture(scope="module")
def all_logins(aws_models: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Logins]:
    from full_sandbox import FullSandbox

    del aws_models  # read once
    strace.need_strace()
    home = tmp_path_factory.mktemp("logins") / "home"
    with FullSandbox() as aws:
        yield Logins(aws, home, processes.installed_program("mfa-session"))


@pytest.fixture
def logins(all_logins: Logins, home: Path, run: Run) -> Logins:
    del home  # it puts the environment back after the test
    all_logins.enter(run)
    return all_logins


CHOSEN: dict[str, tuple[Callable[[Logins], strace.Moment], str, str]] = {
    "an error when the file is read": (
        lambda logins: logins.find("openat", "/.aws/credentials"),
        "error=EIO",
        "refused, with the file",
    ),
    "an error of the lock": (
        lambda logins: logins.find("flock", "locks/turn-"),
        "error=EIO",
        "refused, with the file",
    ),
    "a full disk when the copy is written": (
        lambda logins: logins.find("write", ".credentials.mfa-session-"),
        "error=ENOSPC",
        "refused, with the file",
    ),
    "a disk error at the rename": (
        lambda logins: logins.find("renameat2", "/.aws/credentials"),
        "error=EIO",
        "refused, with the file",
    ),
    "Ctrl-C before the code": (
        lambda logins: logins.find("openat", "/.aws/config"),
        "signal=SIGINT",
        "ended",
    ),
    "a hang-up while AWS answers": (
        lambda logins: logins.find("recvfrom", ""),
        "signal=SIGHUP",
        "ended",
    ),
    "a kill after the copy is written": (
        lambda logins: logins.find("fsync", ".credentials.mfa-session-"),
        "signal=SIGKILL",
        "killed",
    ),
    "an answer that is cut off": (
        lambda logins: logins.find("recvfrom", ""),
        "error=EIO",
        "lost: recvfrom",
    ),
}


@pytest.mark.parametrize("name", CHOSEN)
def test_a_fault_at_a_chosen_moment_ends_as_expected(logins: Logins, name: str) -> None:
    find, fault, ending = CHOSEN[name]
    assert logins.log_in(find(logins), fault) == ending


PARTS = 6
FAULTS = [
    *(f"error={name}" for name in ("EIO", "ENOSPC", "EINTR", "EACCES")),
    *(f"signal={name}" for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGKILL")),
]


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_every_moment_loses_at_most_an_answer_of_aws(
    logins: Logins, fault: str, part: int
) -> None:
    moments = logins.moments()
    answer = moments.index(logins.find("sendto", "Action=GetSessionToken"))
    stored = moments.index(logins.find("write", "/session-", answer))
    ends: Counter[str] = Counter()
    wrong = []
    for index, moment in list(enumerate(moments))[part::PARTS]:
        try:
            ending = logins.log_in(moment, fault)
            assert ending != "not reached", moment
        except AssertionError as error:
            wrong.append(str(error))
            continue
        ends[ending] += 1
        if ending.startswith("lost"):
            is_network = NETWORK.match(moment.call + "(")
            assert answer <= index <= stored, moment
            assert fault == "signal=SIGKILL" or is_network, moment
    print(f"{fault}, {part}: {dict(sorted(ends.items()))}", *wrong, sep="\n")
    assert not wrong
