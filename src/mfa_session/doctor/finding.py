"""What a check is, and what it says."""

from __future__ import annotations

from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mfa_session.doctor.scene import Scene

    Look = Callable[[Scene], Iterable["Diagnosis"]]

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
