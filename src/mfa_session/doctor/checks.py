"""What checks are made of: the scene that they look at, their findings and results."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from mfa_session.model.errors import MfaSessionError
from mfa_session.model.feature_ports import CONFIG, CREDENTIALS, Place
from mfa_session.model.iam import AccessKey, Device
from mfa_session.model.ports import Caller
from mfa_session.model.record import Record
from mfa_session.model.session import Session, list_sessions
from mfa_session.session.context import Inputs

Look = Callable[["Scene"], Iterable["Diagnosis"]]

ERROR, WARNING, NOTE, OK, SKIPPED = "error", "warning", "note", "ok", "skipped"
SEVERITIES = (ERROR, WARNING, NOTE, OK, SKIPPED)
"""The worst first. Only errors and warnings change the exit code; skipped means not checked."""


class Diagnosis(Record):
    """A finding of a check, or that it passed or was skipped; `examine` adds its id and group.

    `severity` is how bad it is, `finding` what is wrong, `cure` what to run or change.
    """

    id: str = ""
    group: str = ""
    severity: str
    finding: str
    cure: str = ""

    @property
    def is_bad(self) -> bool:
        """Whether it makes the exit code 1."""
        return self.severity in {ERROR, WARNING}


class Check(Record):
    """A check; `fine` is its message when it finds nothing.

    It is skipped if a part of the scene that `needs` names is missing.
    """

    group: str
    id: str
    fine: str
    look: Look
    needs: tuple[str, ...] = ()


def check(group: str, fine: str, needs: tuple[str, ...] = ()) -> Callable[[Look], Check]:
    """Turn a function, which looks at a scene and yields findings, into a check of its name."""

    def make(look: Look) -> Check:
        return Check(
            group=group, id=look.__name__.replace("_", "-"), fine=fine, look=look, needs=needs
        )

    return make


def error(finding: str, cure: str) -> Diagnosis:
    """Return a finding: something does not work, or is unsafe."""
    return Diagnosis(severity=ERROR, finding=finding, cure=cure)


def warning(finding: str, cure: str) -> Diagnosis:
    """Return a finding: something will not work, or may surprise."""
    return Diagnosis(severity=WARNING, finding=finding, cure=cure)


def note(finding: str, cure: str = "") -> Diagnosis:
    """Return information that is no fault."""
    return Diagnosis(severity=NOTE, finding=finding, cure=cure)


def make_readable_check(group: str, id_: str, fine: str, part: str) -> Check:
    """Return a check that a part of the scene could be read."""

    def look(scene: Scene) -> Iterable[Diagnosis]:
        problem = scene.broken.get(part)
        return () if problem is None else (error(problem.message, problem.hint),)

    return Check(group=group, id=id_, fine=fine, look=look)


def skipped(reason: str) -> Diagnosis:
    """Return the reason why something could not be checked."""
    return Diagnosis(severity=SKIPPED, finding=reason)


OPTIONS = "options"
PROFILES = (CREDENTIALS, CONFIG)
"""More parts of the scene that may be missing."""


class NotAsked(Record):
    """The reason why AWS gave no answer, which says nothing about the key itself."""

    reason: str


class KeyFacts(Record):
    """AWS's answers about a long-term key; an error or `NotAsked` if there is no answer.

    `serials` are the MFA devices that settings name for this key, each with the setting that does;
    `is_source` says that a session of ours uses the key, and `session` names the first.
    """

    caller: Caller
    identity: str | MfaSessionError | NotAsked
    keys: tuple[AccessKey, ...] | MfaSessionError | NotAsked
    devices: tuple[Device, ...] | MfaSessionError | NotAsked
    serials: Mapping[str, str] = {}
    is_source: bool = False
    session: str | None = None


class AwsFacts(Record):
    """AWS's answers.

    `reached` is None if AWS answered, else the reason; AWS's clock is `clock_seconds` ahead of this
    machine's; `unasked` gives the reason for each source that was not asked about.
    """

    reached: MfaSessionError | NotAsked | None
    clock_seconds: int | None = None
    keys: tuple[KeyFacts, ...] = ()
    unasked: Mapping[str, str] = {}


class KeyringFacts(Record):
    """The keyring's answers, or the `error` that asking it raised.

    `held` says for each recorded serial whether its secret is there. `lost_keys` are the profiles,
    `lost_sessions` the sessions whose keys should be there and are not.
    """

    error: MfaSessionError | None = None
    held: Mapping[str, bool] = {}
    lost_keys: tuple[str, ...] = ()
    lost_sessions: tuple[str, ...] = ()


class Scene(Record):
    """Everything that checks look at; `missing` says why a part is absent.

    `broken` is the error of reading a part, `unwritable` that of writing it, and `unsafe` why the
    file of a path is not safe. `leftovers` are copies that killed commands left, each with the path
    of the original. `unmatched_patterns` of [guard] match no AWS operation; each has a suggestion.
    A new shell script would wrap the `guarded` commands. `guard_setup` adds the guard to the
    person's shell, `guard_renewal` renews it in this one.
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
    interrupted_enrolments: tuple[str, ...] = ()
    unfinished_keys: tuple[tuple[str, str], ...] = ()
    stored_serials: tuple[str, ...] = ()
    keyring: KeyringFacts | None = None
    unmatched_patterns: Mapping[str, str | None] = {}
    guarded: tuple[str, ...] = ()
    guard_setup: str
    guard_renewal: str
    aws: AwsFacts

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment."""
        return self.inputs.environ

    def sessions(self) -> list[Session]:
        """Return every session in the files."""
        return list_sessions(self.inputs.profiles, self.inputs.recovered)
