"""Which profiles say which MFA device is theirs."""

from __future__ import annotations

from mfa_session.model.arns import device_kind
from mfa_session.model.session import PREFIX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_session.session.inputs import Facts

_KEYS = ("mfa_serial", "aws_mfa_device", PREFIX + "mfa_serial")


def profiles_by_serial(facts: Facts) -> dict[str, list[str]]:
    """Return, for each device named anywhere, the sessions and profiles that name it, sorted."""
    users: dict[str, set[str]] = {}
    for profile, serial in _named(facts):
        if device_kind(serial) in {"virtual", "hardware"}:
            users.setdefault(serial, set()).add(profile)
    return {serial: sorted(profiles) for serial, profiles in users.items()}


def _named(facts: Facts) -> Iterator[tuple[str, str]]:
    for session, table in facts.file.sessions.items():
        yield session, str(table.get("mfa_serial", "")).strip()
    for profile in facts.profiles.names():
        section = facts.section(profile)
        for key in _KEYS:
            yield profile, section.get(key, "").strip()
