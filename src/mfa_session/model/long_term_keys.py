"""Long-term keys outside files: what is known of one in the keyring, and of one being moved."""

from __future__ import annotations

from mfa_session.model.errors import ConfigurationError
from mfa_session.model.quoting import quote
from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

    from mfa_session.model.session import Keys

CURRENT, NEW, OLD = "current", "new", "old"
"""A profile's places for keys: the one in use, one not proven yet, and one that is replaced."""

IMPORT, EXPORT = "import", "export"


class KnownKey(Record):
    """A key that the keyring holds, remembered beside it; nothing secret.

    `keyring` is the class of the backend that took it. Times are aware UTC.
    """

    profile: str
    key_id: str
    stored_at: datetime
    keyring: str


class Move(Record):
    """A move between a file and the keyring, written down before it begins; nothing secret."""

    profile: str
    key_id: str
    kind: str
    began_at: datetime


class Rotation(Record):
    """A rotation, written down before AWS is asked for a new key; nothing secret.

    `stood` are the user's keys at that time.
    """

    profile: str
    user_arn: str
    old_id: str
    stood: tuple[str, ...]
    began_at: datetime


class Slots(Record):
    """A profile's pairs: the one in use, a new one beside it, and one that was replaced."""

    current: Keys | None = None
    new: Keys | None = None
    old: Keys | None = None


def not_stored(profile: str) -> ConfigurationError:
    """Return the error for a key that should be in the keyring and is not."""
    return ConfigurationError(
        "key-not-stored",
        f"the keyring has no key of profile {profile!r}",
        "check with `mfa-session doctor` that the keyring is the one that it was imported to; "
        "otherwise "
        f"store the key with `aws configure --profile {quote(profile)}`",
    )
