"""Every check there is, in groups, and what they say of a scene."""

from __future__ import annotations

from mfa_session.doctor import (
    answers,
    environment,
    files,
    keyrings,
    profiles,
    sessions,
    settings,
    shells,
)
from mfa_session.doctor.finding import OK, SEVERITIES, SKIPPED, Looked, skipped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_session.doctor.finding import Check, Diagnosis
    from mfa_session.doctor.scene import Scene

BROKE_OFF = "the check failed: a bug in mfa-session"

GROUPS: dict[str, tuple[Check, ...]] = {
    "files": files.CHECKS,
    "environment": environment.CHECKS,
    "profiles": profiles.CHECKS,
    "sessions": sessions.CHECKS,
    "settings": (*sessions.SETTINGS_CHECKS, *settings.CHECKS),
    "keyring": keyrings.CHECKS,
    "aws": answers.CHECKS,
    "shell": shells.CHECKS,
}


def examine(scene: Scene) -> list[Looked]:
    """Return what every check says, group by group, the worst of a group first."""
    said: list[Looked] = []
    for group, checks in GROUPS.items():
        found = [looked for check in checks for looked in _look(check, group, scene)]
        said += sorted(found, key=lambda looked: SEVERITIES.index(looked.severity))
    return said


def _look(check: Check, group: str, scene: Scene) -> Iterator[Looked]:
    """Yield what one check finds; that it is fine, or what it could not look at."""
    lacking = [scene.missing[part] for part in check.needs if part in scene.missing]
    if lacking:
        yield Looked(id=check.id, group=group, severity=SKIPPED, finding=lacking[0])
        return
    findings = _findings(check, scene)
    for each in findings:
        yield Looked(
            id=check.id,
            group=group,
            severity=each.severity,
            finding=each.finding,
            cure=each.cure,
        )
    if not findings:
        yield Looked(id=check.id, group=group, severity=OK, finding=check.fine)


def _findings(check: Check, scene: Scene) -> list[Diagnosis]:
    """Return what a check finds; one that breaks off keeps the others from nothing."""
    try:
        return list(check.look(scene))
    except Exception as error:  # noqa: BLE001  # a bug of ours: its text may hold anything
        return [skipped(f"{BROKE_OFF} ({type(error).__name__})")]
