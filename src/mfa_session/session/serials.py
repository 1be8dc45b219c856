"""Which profiles say which MFA device is theirs."""

from __future__ import annotations

from mfa_session.model.arns import device_kind
from mfa_session.model.session import PREFIX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_session.session.inputs import Inputs

_KEYS = ("mfa_serial", "aws_mfa_device", PREFIX + "mfa_serial")


def profiles_by_serial(inputs: Inputs) -> dict[str, list[str]]:
    """Return, for each device named anywhere, the sessions and profiles that name it, sorted."""
    users: dict[str, set[str]] = {}
    for profile, serial in _named(inputs):
        if device_kind(serial) in {"virtual", "hardware"}:
            users.setdefault(serial, set()).add(profile)
    return {serial: sorted(profiles) for serial, profiles in users.items()}


def _named(inputs: Inputs) -> Iterator[tuple[str, str]]:
    for session, table in inputs.file.sessions.items():
        yield session, str(table.get("mfa_serial", "")).strip()
    for profile in inputs.profiles.names():
        section = inputs.profiles.section(profile)
        for key in _KEYS:
            yield profile, section.get(key, "").strip()
