"""List the profiles with long-term keys: where each key is, and what AWS says about it."""

from __future__ import annotations

from mfa_session.model.errors import MfaSessionError
from mfa_session.model.record import Record
from mfa_session.model.times import format_time
from mfa_session.session.sources import source_in
from mfa_session.session.validation import check_pasted_keys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from mfa_session.model.iam import AwsKeys, KnownKey
    from mfa_session.model.ports import Caller
    from mfa_session.model.settings import Source
    from mfa_session.session.context import Inputs

FILE, KEYRING, PROCESS = "file", "keyring", "process"


class ListedKey(Record):
    """A key of a profile, or (`profile` is None) another key of the same user.

    `where` is `file`, `keyring` or `process` (another program prints it), or None for a key that is
    not here. Times are aware UTC; unknown values are None. `problem` says why it cannot be used.
    """

    profile: str | None = None
    where: str | None = None
    key_id: str | None = None
    created_at: datetime | None = None
    is_active: bool | None = None
    last_used_at: datetime | None = None
    user_arn: str | None = None
    problem: str | None = None

    def summary(self, now: datetime) -> dict[str, object]:
        """Return the entry of `--json`."""
        return {
            "profile": self.profile,
            "where": self.where,
            "key_id": self.key_id,
            "created_at": format_time(self.created_at) if self.created_at else None,
            "age_days": self.age_days(now),
            "active": self.is_active,
            "last_used_at": format_time(self.last_used_at) if self.last_used_at else None,
            "user_arn": self.user_arn,
            "problem": self.problem,
        }

    def age_days(self, now: datetime) -> int | None:
        """Return the age in whole days; None if unknown."""
        return None if self.created_at is None else max(0, (now - self.created_at).days)


def list_offline(
    inputs: Inputs, known: Iterable[KnownKey], created: Mapping[str, datetime]
) -> list[ListedKey]:
    """Return every profile with long-term keys, by name, without asking AWS or the keyring.

    `known` is the index of the keyring's keys; `created` has the dates that AWS once returned.
    """
    stored = {key.profile: key.key_id for key in known}
    found = []
    for name in inputs.profiles.names():
        listed = _list_profile(inputs, name, stored)
        if listed is not None:
            found.append(listed.replace(created_at=created.get(listed.key_id or "")))
    return found


def _list_profile(inputs: Inputs, name: str, stored: Mapping[str, str]) -> ListedKey | None:
    try:
        check_pasted_keys(inputs, name)
    except MfaSessionError as error:
        return ListedKey(profile=name, where=FILE, problem=error.message)
    source = source_in(inputs, name)
    if source is None:
        return None
    if source.keys is not None:
        return ListedKey(profile=name, where=FILE, key_id=source.keys.shown_id)
    if source.stored is not None:
        return ListedKey(profile=name, where=KEYRING, key_id=stored.get(source.stored))
    return ListedKey(profile=name, where=PROCESS)


class OnlineListing:
    """Asks AWS about each key and the other keys of its user."""

    def __init__(
        self,
        aws: AwsKeys,
        inputs: Inputs,
        caller_of: Callable[[Source], tuple[Caller, Caller]],
    ) -> None:
        """Take AWS and the files; `caller_of` returns a source's key, and its session if any."""
        self._aws = aws
        self._inputs = inputs
        self._caller_of = caller_of

    def complete(self, listed: Iterable[ListedKey]) -> list[ListedKey]:
        """Return the keys with AWS's facts, and each user's other key after the listed one."""
        rows: list[ListedKey] = []
        for key in listed:
            rows += list(self._ask(key)) if key.problem is None else [key]
        on_record = {row.key_id for row in rows if row.profile is not None}
        seen: set[str | None] = set()
        kept = []
        for row in rows:
            if row.profile is None and (row.key_id in on_record or row.key_id in seen):
                continue
            seen.add(row.key_id)
            kept.append(row)
        return kept

    def _ask(self, key: ListedKey) -> Iterator[ListedKey]:
        """Yield the key with AWS's facts and the user's other keys; a failure is its `problem`."""
        source = source_in(self._inputs, key.profile or "")
        if source is None:
            return
        try:
            own, signer = self._caller_of(source)
            key = key.replace(key_id=own.keys.shown_id)
            arn = self._aws.identity(own)
            key = key.replace(user_arn=arn, is_active=True)
            if not arn.split(":", 5)[-1].startswith("user/"):
                yield key
                return
            for found in self._aws.list(signer):
                is_own = found.id == own.keys.access_key_id
                row = key if is_own else ListedKey(user_arn=arn, key_id=found.id)
                yield row.replace(
                    created_at=found.created_at,
                    is_active=found.is_active,
                    last_used_at=self._last_used(signer, found.id),
                )
        except MfaSessionError as error:
            yield key.replace(problem=error.message)

    def _last_used(self, signer: Caller, key_id: str) -> datetime | None:
        try:
            return self._aws.last_used(signer, key_id)
        except MfaSessionError:
            return None
