"""A user's access keys at AWS, and the profiles that use the same key."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from mfa_session.model.errors import ConfigurationError, MfaSessionError, NoMfaError, RefusedError
from mfa_session.model.iam import OLD, KeyEdges
from mfa_session.model.ports import Caller
from mfa_session.model.session import Keys
from mfa_session.model.text import quote
from mfa_session.model.times import format_time
from mfa_session.session.context import Inputs
from mfa_session.session.sources import source_in

Answer = TypeVar("Answer")

SPREAD_SECONDS = 90
"""The limit for STS to learn of a new key; AWS promises no time, and usually takes seconds."""
PAUSE_SECONDS = 2.0


class Signer:
    """Signs IAM's calls with `caller`, or with an MFA session if that is refused."""

    def __init__(self, caller: Caller, with_mfa: Callable[[], Caller]) -> None:
        self.caller = caller
        self._with_mfa = with_mfa

    def ask(self, call: Callable[[Caller], Answer]) -> Answer:
        """Return the call's answer; if long-term keys are refused, call again with MFA."""
        try:
            return call(self.caller)
        except RefusedError as error:
            if error.code != "not-authorized" or self.caller.keys.session_token is not None:
                raise
        self.caller = self._with_mfa()
        return call(self.caller)


class UserKeys:
    """All keys of the user whose key a profile holds; `load` asks AWS for them.

    `arn` is the user's; `listed` maps each key id to whether it is active.
    """

    def __init__(self, edges: KeyEdges, profile: str, signer: Signer) -> None:
        self._edges = edges
        self._profile = profile
        self._signer = signer
        self.arn = ""
        self.listed: dict[str, bool] = {}
        self._created: dict[str, datetime] = {}

    @property
    def name(self) -> str:
        """The user's name."""
        return self.arn.rpartition("/")[2]

    def load(self, keys: Keys) -> None:
        """Ask AWS for the key's user and all its keys; refuse a key that cannot be rotated."""
        at_hand, own = self._signer.caller, self._caller(keys)
        self.arn = self._edges.aws.identity(own)
        _refuse_unless_user(self.arn, own)
        if at_hand.keys != own.keys:
            self._check_session(at_hand, own)
        listed = self._signer.ask(self._edges.aws.list)
        self.listed = {key.id: key.is_active for key in listed}
        self._created = {key.id: key.created_at for key in listed}

    def _caller(self, keys: Keys) -> Caller:
        return Caller(keys=keys, profile=self._profile, region=self._signer.caller.region)

    def _check_session(self, at_hand: Caller, own: Caller) -> None:
        """Refuse another user's session; sign with the key if the session is unusable.

        That is an expired session, or one whose secrets are in a locked keyring.
        """
        try:
            arn = self._edges.aws.identity(at_hand)
        except (RefusedError, NoMfaError):
            self._signer.caller = own
            return
        except ConfigurationError as error:
            self._edges.talk.warn(f"{error.message}: the key signs, not its MFA session")
            self._signer.caller = own
            return
        if arn != self.arn:
            named = "mfa-session logout --profile " + quote(self._signer.caller.session or "mfa")
            raise ConfigurationError(
                "other-user",
                f"this session is {arn}'s, but the key of profile {self._profile!r} is "
                f"{self.arn}'s",
                f"remove the session: `{named}`; then run this again",
            )

    def describe(self, key_id: str) -> str:
        """Return a key id with the key's state, age and last use, as far as known."""
        try:
            used = self._last_used(key_id)
            said = f"last used {used:%Y-%m-%d}" if used else "never used"
        except MfaSessionError:
            said = "AWS does not say when it was used"
        state = "active" if self.listed.get(key_id) else "inactive"
        created = self._created.get(key_id)
        since = f", created {format_time(created)[:10]}" if created else ""
        return f"{key_id} ({state}{since}, {said})"

    def is_unused_since(self, key_id: str, moment: datetime) -> bool:
        """Say whether a key was created after this moment and never used."""
        created = self._created.get(key_id)
        return (created is None or created >= moment) and self._last_used(key_id) is None

    def _last_used(self, key_id: str) -> datetime | None:
        return self._signer.ask(lambda caller: self._edges.aws.last_used(caller, key_id))

    def create(self, store: Callable[[Keys], None]) -> None:
        """Create a key, and store its secret at once: AWS shows it only once."""

        def create_as(caller: Caller) -> None:
            with self._edges.uninterrupted():
                keys = self._edges.aws.create(caller)
                self.listed[keys.access_key_id] = True
                store(keys)

        self._signer.ask(create_as)

    def wait_for(self, keys: Keys) -> str:
        """Call STS with a new key until AWS knows it; return its user's ARN."""
        caller = self._caller(keys)
        ends_at = self._edges.clock.now() + timedelta(seconds=SPREAD_SECONDS)
        while True:
            try:
                return self._edges.aws.identity(caller)
            except RefusedError as error:
                if error.code != "invalid-key" or keys.access_key_id not in self.listed:
                    raise
                if self._edges.clock.now() >= ends_at:
                    raise _not_known_yet(self._profile, caller) from error
            self._edges.talk.detail(f"AWS does not know {caller.keys.shown_id} yet")
            with self._edges.talk.doing(f"waiting for AWS to know {caller.keys.shown_id} …"):
                self._edges.pause(PAUSE_SECONDS)

    def deactivate(self, key_id: str) -> None:
        """Make a key inactive."""
        self._signer.ask(lambda caller: self._edges.aws.deactivate(caller, key_id))
        self.listed[key_id] = False

    def delete(self, key_id: str) -> None:
        """Delete a key, unless it is gone already."""
        try:
            self._signer.ask(lambda caller: self._edges.aws.delete(caller, key_id))
        except ConfigurationError as error:
            if error.code != "no-such-key":
                raise
        self.listed.pop(key_id, None)


def _refuse_unless_user(arn: str, caller: Caller) -> None:
    resource = arn.split(":", 5)[-1]
    if resource == "root":
        raise ConfigurationError(
            "root-key",
            f"{caller.keys.shown_id} is a key of the account's root user",
            "create an IAM user, and delete the root user's keys in the console",
        )
    if not resource.startswith("user/"):
        raise ConfigurationError(
            "not-a-user",
            f"{caller.keys.shown_id} is the key of {arn}, which is not an IAM user",
            "use the access key of an IAM user: --profile",
        )


def _not_known_yet(profile: str, caller: Caller) -> RefusedError:
    return RefusedError(
        "key-not-known-yet",
        f"AWS does not know the new key {caller.keys.shown_id} after {SPREAD_SECONDS} s; "
        "the old one stays in use",
        f"continue in a minute: `mfa-session keys rotate --profile {quote(profile)}`",
    )


class OtherProfiles:
    """All profiles but one, as read at the start; `replaced` have got another key since."""

    def __init__(self, edges: KeyEdges, inputs: Inputs, profile: str) -> None:
        self._edges = edges
        self._inputs = inputs
        self._names = [name for name in inputs.profiles.names() if name != profile]
        self.replaced: list[str] = []

    def in_files(self, keys: Keys) -> list[str]:
        """Return the profiles whose sections hold this key."""
        return [
            name
            for name in self._names
            if (source := source_in(self._inputs, name)) and source.keys == keys
        ]

    def using(self, keys: Keys) -> list[str]:
        """Return the profiles that use this key from a file or the keyring."""
        return [*self.in_files(keys), *self._in_keyring(keys)]

    def keeper(self, key_id: str) -> str | None:
        """Return the profile that keeps this key as its old one."""
        files, vault = self._edges.files, self._edges.vault
        for name in self._names:
            source = source_in(self._inputs, name)
            if source is None:
                continue
            old = files.slots(name).old if source.keys else None
            if source.stored == name:
                old = vault.get(name, OLD)
            if old is not None and old.access_key_id == key_id:
                return name
        return None

    def _in_keyring(self, keys: Keys) -> Iterator[str]:
        vault = self._edges.vault
        known = {key.profile: key.key_id for key in vault.known()}
        for name in self._names:
            source = source_in(self._inputs, name)
            is_own = source is not None and source.stored == name
            # The index may lack the key id; then the keyring decides.
            is_candidate = is_own and known.get(name) in {None, keys.access_key_id}
            if is_candidate and vault.get(name) == keys:
                yield name

    def replace(self, old: Keys, new: Keys) -> None:
        """Replace the old key in the profiles that use it, one after the other."""
        in_files = self.in_files(old)
        for name in self.using(old):
            with self._edges.uninterrupted():
                if name in in_files:
                    self._edges.files.replace_pair(name, old, new)
                else:
                    self._edges.vault.put(name, new)
            self._names.remove(name)
            self.replaced.append(name)
            self._edges.talk.detail(f"profile {name!r} no longer uses {old.shown_id}")


def profiles_text(names: Sequence[str]) -> str:
    """Return profiles in words: `profiles 'a', 'b' and 'c'`."""
    *most, last = map(repr, names)
    return f"profiles {', '.join(most)} and {last}" if most else f"profile {last}"
