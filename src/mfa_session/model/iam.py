"""IAM's users, keys, MFA devices and policies; moves and rotations of keys."""

from __future__ import annotations

from typing import Protocol

from mfa_session.model.arns import GIVE_CODES
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.record import Record
from mfa_session.model.text import quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from datetime import datetime
    from typing import Any

    from mfa_session.model.ports import Caller, Clock, Console
    from mfa_session.model.session import Keys, Secret

    Pair = tuple[str, str]


class User(Record):
    """The IAM user whose keys are used."""

    arn: str
    partition: str
    account: str
    name: str

    def serial_of(self, device: str) -> str:
        """Return the serial of a virtual device of this name."""
        return f"arn:{self.partition}:iam::{self.account}:mfa/{device}"


class AccessKey(Record):
    """A long-term key as IAM lists it."""

    id: str
    is_active: bool
    created_at: datetime


class Holder(Record):
    """A `user`, `group` or `role` that has policies, by name."""

    kind: str
    name: str


class Policies(Protocol):
    """The policies of a user or role in IAM; a refusal is a RefusedError `not-authorized`."""

    def user_arn(self) -> str:
        """Return the ARN of the user who asks."""

    def boundary_arn(self, holder: Holder) -> str | None:
        """Return the ARN of the permissions boundary of a user or role (GetUser, GetRole)."""

    def groups(self, user: str) -> list[str]:
        """Return the names of the user's groups (ListGroupsForUser)."""

    def inline_names(self, holder: Holder) -> list[str]:
        """Return the names of inline policies (ListUserPolicies, …GroupPolicies, …RolePolicies)."""

    def inline(self, holder: Holder, name: str) -> dict[str, Any]:
        """Return an inline policy (GetUserPolicy, GetGroupPolicy, GetRolePolicy)."""

    def attached_arns(self, holder: Holder) -> list[str]:
        """Return the ARNs of attached policies (ListAttachedUserPolicies and its like)."""

    def managed(self, arn: str) -> dict[str, Any]:
        """Return the default version of a managed policy (GetPolicy, GetPolicyVersion)."""


class Device(Record):
    """An enabled MFA device of a user; `enabled_at` is aware UTC."""

    serial: str
    kind: str
    enabled_at: datetime

    @property
    def usable(self) -> bool:
        """Whether AWS's API takes its codes."""
        return self.kind in GIVE_CODES

    @property
    def why_not(self) -> str:
        """Why it is not usable, in words; empty if it is."""
        return "" if self.usable else "AWS's API accepts no passkeys or security keys"


class NewDevice(Record):
    """A new virtual device, not yet assigned to a user; AWS tells its seed only once."""

    serial: str
    seed: Secret


class Intent(Record):
    """The next step of an enrolment, noted before it is done, without secrets.

    `was_absent`: no unassigned device had this serial before. `created`: AWS has answered that it
    made it for us. With either, an unassigned device of this serial is ours. `removing`: the user's
    own device is being removed. `left`: a person or AWS refused to delete it; we ask again only for
    a device by name.
    """

    serial: str
    user_arn: str
    began_at: datetime
    was_absent: bool = False
    created: bool = False
    removing: bool = False
    left: bool = False

    @property
    def name(self) -> str:
        """The device's name."""
        return self.serial.rsplit("/", 1)[-1]

    @property
    def what(self) -> str:
        """The kind of work, in words."""
        return "a removal" if self.removing else "an enrolment"

    @property
    def is_ours(self) -> bool:
        """Whether an unassigned device of this serial must be this enrolment's."""
        return self.was_absent or self.created


CURRENT, NEW, OLD = "current", "new", "old"
"""A profile's places for keys: in use, not yet proven, replaced."""

IMPORT, EXPORT = "import", "export"


class KnownKey(Record):
    """A note of a key in the keyring, without secrets; `keyring` is the backend's class."""

    profile: str
    key_id: str
    keyring: str


class Move(Record):
    """A move between a file and the keyring, noted before it begins, without secrets."""

    profile: str
    key_id: str
    kind: str
    began_at: datetime


class Rotation(Record):
    """A rotation, noted before AWS makes a new key, without secrets.

    `stood` are the user's keys at that time.
    """

    profile: str
    user_arn: str
    old_id: str
    stood: tuple[str, ...]
    began_at: datetime


class Slots(Record):
    """A profile's pairs: in use, new, replaced."""

    current: Keys | None = None
    new: Keys | None = None
    old: Keys | None = None


def not_stored(profile: str) -> ConfigurationError:
    """Return the error for a key that is missing in the keyring."""
    return ConfigurationError(
        "key-not-stored",
        f"the keyring has no key of profile {profile!r}",
        "check with `mfa-session doctor` that the keyring is the one that it was imported to; "
        f"otherwise store the key with `aws configure --profile {quote(profile)}`",
    )


class KeyVault(Protocol):
    """The keyring's pairs, by profile and place; ConfigurationError if the keyring fails."""

    def get(self, profile: str, place: str = CURRENT) -> Keys | None:
        """Return a pair, or None."""

    def put(self, profile: str, keys: Keys, place: str = CURRENT) -> None:
        """Store a pair, and read it back."""

    def remove(self, profile: str, place: str = CURRENT) -> None:
        """Remove a pair, if it is there."""

    def known(self) -> list[KnownKey]:
        """Return the notes of the pairs in use, without asking the keyring."""


class PairStore(Protocol):
    """The place of a profile's pair, with room for a second one during a rotation."""

    def slots(self, profile: str) -> Slots:
        """Return the pairs that are there."""

    def put_new(self, profile: str, keys: Keys) -> None:
        """Write a new pair beside the one in use."""

    def swap(self, profile: str) -> None:
        """Use the new pair, and keep the previous one."""

    def drop_new(self, profile: str) -> None:
        """Remove the new pair."""

    def drop_old(self, profile: str) -> None:
        """Remove the pair that was replaced."""


class Others(Protocol):
    """Other profiles with a key that is being replaced."""

    def using(self, keys: Keys) -> list[str]:
        """Return their names."""

    def replace(self, old: Keys, new: Keys) -> None:
        """Give each of them the new pair."""

    def keeper(self, key_id: str) -> str | None:
        """Return the profile that keeps this key as a replaced one."""


class KeyFiles(PairStore, Protocol):
    """Pairs in the AWS files, for rotations and moves."""

    def check_writable(self, profile: str | None = None) -> None:
        """Refuse, without a change, if both files, or the profile's, cannot be written."""

    def process(self, profile: str) -> str | None:
        """Return the profile's credential_process."""

    def put_pair(self, profile: str, keys: Keys) -> None:
        """Write a profile's first pair."""

    def take_pair(self, profile: str, keys: Keys) -> None:
        """Remove a pair, and nothing else."""

    def replace_pair(self, profile: str, old: Keys, new: Keys) -> None:
        """Replace a pair."""

    def set_process(self, profile: str, line: str, before: str | None) -> None:
        """Write the profile's credential_process."""

    def clear_process(self, profile: str, before: str) -> None:
        """Remove the profile's credential_process."""


class Journal(Protocol):
    """Notes of unfinished work, without secrets."""

    def move(self, profile: str) -> Move | None:
        """Return a profile's unfinished move, or None."""

    def rotation(self, profile: str) -> Rotation | None:
        """Return a profile's unfinished rotation, or None."""

    def save(self, note: Move | Rotation) -> None:
        """Write a note."""

    def remove(self, note: Move | Rotation) -> None:
        """Remove a note."""

    def moves(self) -> list[Move]:
        """Return all unfinished moves."""

    def rotations(self) -> list[Rotation]:
        """Return all unfinished rotations."""

    def dates(self) -> Mapping[str, datetime]:
        """Return the noted dates of keys, by id."""

    def note_dates(self, dates: Mapping[str, datetime]) -> None:
        """Note when AWS made keys, by id."""


class AwsKeys(Protocol):
    """Calls about the caller's own keys; each raises our errors only."""

    def identity(self, caller: Caller) -> str:
        """STS GetCallerIdentity: the ARN."""

    def list(self, caller: Caller) -> tuple[AccessKey, ...]:
        """IAM ListAccessKeys."""

    def last_used(self, caller: Caller, key_id: str) -> datetime | None:
        """IAM GetAccessKeyLastUsed."""

    def create(self, caller: Caller) -> Keys:
        """IAM CreateAccessKey, sent once."""

    def deactivate(self, caller: Caller, key_id: str) -> None:
        """IAM UpdateAccessKey to Inactive."""

    def delete(self, caller: Caller, key_id: str) -> None:
        """IAM DeleteAccessKey."""


class KeyEdges(Record):
    """What a command about long-term keys uses.

    `uninterrupted` defers signals for a block; `own_line` returns the credential_process of a
    profile whose key is in the keyring.
    """

    aws: AwsKeys
    vault: KeyVault
    files: KeyFiles
    journal: Journal
    clock: Clock
    talk: Console
    confirm: Callable[[str], bool | None]
    pause: Callable[[float], None]
    uninterrupted: Callable[[], AbstractContextManager[None]]
    own_line: Callable[[str], str]
