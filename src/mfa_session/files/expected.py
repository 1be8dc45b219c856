"""Single values that are changed where they stand as expected: what somebody else wrote stays."""

from __future__ import annotations

from mfa_session.model.errors import ConfigurationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfa_session.ini.document import IniDocument


def set_values(
    document: IniDocument,
    header: str,
    profile: str,
    values: Mapping[str, str | None],
    before: Mapping[str, object],
) -> IniDocument:
    """Return a document with these values in a profile's section; None removes a line.

    Raises ConfigurationError: `changed-meanwhile` where neither the value `before` nor the new
    one stands, `edit-refused` where [DEFAULT] gives the section another value.
    """
    section = document.section(header) or {}
    for key, value in values.items():
        if section.get(key) not in (before.get(key), value):
            raise changed(document.path, f"{key} of profile {profile!r}")
    edited = document.with_values(header, values)
    now = edited.section(header) or {}
    if any(now.get(key) != value for key, value in values.items()):
        raise ConfigurationError(
            "edit-refused",
            f"{document.path}: profile {profile!r} has settings from [DEFAULT]",
            "move them to the profiles that need them",
        )
    return edited


def changed(path: str, what: str, then: str = "run the command again") -> ConfigurationError:
    """Return the error for a value that somebody else has changed since it was looked at."""
    return ConfigurationError(
        "changed-meanwhile",
        f"{path}: {what} was changed by another program in the meantime",
        f"check it, and {then}",
    )
