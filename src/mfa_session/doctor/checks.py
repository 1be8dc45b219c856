"""What a check looks at, the scene: all that was read, asked and tried; and what it says of it."""

from __future__ import annotations

from mfa_session.model.feature_ports import CONFIG, CREDENTIALS, Place
from mfa_session.model.record import Record
from mfa_session.model.session import list_sessions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from mfa_session.model.errors import MfaSessionError
    from mfa_session.model.iam import AccessKey, Device
    from mfa_session.model.ports import Caller
    from mfa_session.model.session import Session
    from mfa_session.session.context import Inputs

    Look = Callable[["Scene"], Iterable["Diagnosis"]]


ERROR, WARNING, NOTE, OK, SKIPPED = "error", "warning", "note", "ok", "skipped"
SEVERITIES = (ERROR, WARNING, NOTE, OK, SKIPPED)
"""The worst first. Only errors and warnings are findings; skipped is what was not looked at."""


class Diagnosis(Record):
    """One thing that is found: how bad, what (it names the thing), and what to run or change."""

    severity: str
    finding: str
    cure: str = ""


class Check(Record):
    """One thing to look at: `fine` says what is so when nothing is found.

    `needs` names the parts of the scene without which it cannot look.
    """

    id: str
    fine: str
    look: Look
    needs: tuple[str, ...] = ()


def check(id_: str, fine: str, needs: tuple[str, ...] = ()) -> Callable[[Look], Check]:
    """Make a function that looks at a scene and yields what it finds a check."""
    return lambda look: Check(id=id_, fine=fine, look=look, needs=needs)


class Looked(Record):
    """What one check said, under its id and its group's title."""

    id: str
    group: str
    severity: str
    finding: str
    cure: str = ""

    @property
    def is_bad(self) -> bool:
        """Whether the exit code tells of it."""
        return self.severity in {ERROR, WARNING}


def error(finding: str, cure: str) -> Diagnosis:
    """Return a finding that keeps something from working, or safe."""
    return Diagnosis(severity=ERROR, finding=finding, cure=cure)


def warning(finding: str, cure: str) -> Diagnosis:
    """Return a finding that will keep something from working, or surprises."""
    return Diagnosis(severity=WARNING, finding=finding, cure=cure)


def note(finding: str, cure: str = "") -> Diagnosis:
    """Return what is worth knowing and no fault."""
    return Diagnosis(severity=NOTE, finding=finding, cure=cure)


def skipped(reason: str) -> Diagnosis:
    """Return what could not be looked at, and why."""
    return Diagnosis(severity=SKIPPED, finding=reason)


OPTIONS = "options"
PROFILES = (CREDENTIALS, CONFIG)
"""Parts of the scene that may be missing."""


class Unlooked(Record):
    """Why something of AWS is not known: nothing is wrong with it for all we know."""

    reason: str


class KeyFacts(Record):
    """What AWS says of one long-term key; an error or an `Unlooked` where it says nothing.

    `serials` are the MFA devices that the settings name for this key, with who names each;
    `is_source` says that a session of ours uses it, and `session` which one first.
    """

    caller: Caller
    identity: str | MfaSessionError | Unlooked
    keys: tuple[AccessKey, ...] | MfaSessionError | Unlooked
    devices: tuple[Device, ...] | MfaSessionError | Unlooked
    serials: Mapping[str, str] = {}
    is_source: bool = False
    session: str | None = None

    def label(self) -> str:
        """Return how to speak of the key."""
        return self.caller.label()


class AwsFacts(Record):
    """What AWS answered: whether it was reached, its clock, and what it says of each key.

    `reached` is None where an answer came; `clock_seconds` is what AWS's clock shows more than
    this machine's; `unasked` are sources whose keys were not used, with the reason.
    """

    reached: MfaSessionError | Unlooked | None
    clock_seconds: int | None = None
    keys: tuple[KeyFacts, ...] = ()
    unasked: Mapping[str, str] = {}


class KeyringFacts(Record):
    """The keyring: what it is or why not, and the stored secrets that it still has.

    `error` is what asking it raised; `held` says of each remembered serial whether it is there.
    `lost_keys` are profiles, and `lost_sessions` sessions, that it should have and does not.
    """

    error: MfaSessionError | None = None
    held: Mapping[str, bool] = {}
    lost_keys: tuple[str, ...] = ()
    lost_sessions: tuple[str, ...] = ()


class Scene(Record):
    """Everything the checks look at; `missing` says why a part is not there to be looked at.

    `broken` is what reading a part raised, `unwritable` what writing it would raise, and `unsafe`
    why a file, by its path, is not safe. `leftovers` are copies of files that killed commands left,
    with the path of each one's file. `strays` are the patterns of [guard] that match no
    operation of AWS, each with the nearest one that does. `guarded` are the commands that a shell's
    script would wrap now, and `guard_script` the one that this shell has sourced, if it is a file.
    `guard_set_up` returns a command that adds the guard to a shell, and `evaluating` the line with
    which a shell evaluates what a command prints.
    """

    now: datetime
    inputs: Inputs
    missing: Mapping[str, str]
    broken: Mapping[str, MfaSessionError]
    places: tuple[Place, ...]
    unsafe: Mapping[str, MfaSessionError]
    unwritable: Mapping[str, MfaSessionError]
    leftovers: Mapping[str, str] = {}
    exists: Callable[[str], bool]
    finds_program: Callable[[str], bool]
    cut_off: tuple[str, ...] = ()
    unfinished_keys: tuple[tuple[str, str], ...] = ()
    stored_serials: tuple[str, ...] = ()
    keyring: KeyringFacts | None = None
    strays: Mapping[str, str | None] = {}
    guarded: tuple[str, ...] = ()
    guard_script: str | None = None
    guard_set_up: Callable[[str], str]
    evaluating: Callable[[str, str], str]
    aws: AwsFacts

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment."""
        return self.inputs.environ

    def sessions(self) -> list[Session]:
        """Return every session that stands in the files."""
        return list_sessions(self.inputs.profiles, self.inputs.recovered)
