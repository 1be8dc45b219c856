"""Replace a long-term key by a new one, with a working key on record at every moment.

The old key stays active and in place until AWS accepts the new one. Then the new key takes its
place, and the old one becomes inactive and stays on record until `--finish` deletes it. The keys
at AWS and on record decide the next step, so the next run finishes an interrupted one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import timedelta

from mfa_session.keys.user_keys import Signer, UserKeys, profiles_text
from mfa_session.model.errors import (
    ConfigurationError,
    MfaSessionError,
    RefusedError,
    require_yes,
)
from mfa_session.model.iam import (
    CURRENT,
    IMPORT,
    NEW,
    OLD,
    KeyEdges,
    KeyVault,
    Others,
    PairStore,
    Rotation,
    Slots,
    not_stored,
)
from mfa_session.model.session import Keys
from mfa_session.model.text import quote

Step = tuple[str, Callable[[], None]]
"""A step's name, and how to do it."""

CLOCK_SLACK = timedelta(minutes=15)


def strays(begun: Rotation, slots: Slots, listed: Iterable[str]) -> list[str]:
    """Return the keys at AWS that are new since the rotation began and on no record here."""
    on_record = {keys.access_key_id for keys in (slots.current, slots.new, slots.old) if keys}
    return [key_id for key_id in listed if key_id not in {*begun.stood, *on_record}]


class KeyRotation:
    """Rotates one profile's key, or finishes its rotation."""

    def __init__(
        self,
        edges: KeyEdges,
        pairs: PairStore,
        profile: str,
        signer: Signer,
        *,
        others: Others,
        yes: bool,
    ) -> None:
        """Take the edges, the store of the key, who signs, and whether to skip questions (`yes`).

        `others` are the profiles that get the new key too.
        """
        self._edges = edges
        self._pairs = pairs
        self._profile = profile
        self._yes = yes
        self._others = others
        self._user = UserKeys(edges, profile, signer)
        self._is_verified = False

    def rotate(self) -> Rotation:
        """Replace the key and make the old one inactive; return the rotation."""
        self._check_move()
        self._user.load(self._current())
        begun = self._resumed() or self._begin()
        while (step := self._next_step(begun)) is not None:
            name, do = step
            self._edges.talk.detail(f"key of profile {self._profile!r}: {name}")
            do()
        self._edges.journal.remove(begun)
        return begun

    def _next_step(self, begun: Rotation) -> Step | None:
        """Return the next step, by the keys on record and at AWS; None if `finish` is left."""
        slots = self._pairs.slots(self._profile)
        if slots.current is None:
            raise not_stored(self._profile)
        if slots.current.access_key_id != begun.old_id:
            return self._step_after_swap(begun, slots, slots.current)
        new = slots.new
        if new is not None:
            if self._is_verified:
                return "swap", lambda: self._swap(begun)
            return "verify", lambda: self._verify(begun, new)
        left = strays(begun, slots, self._user.listed)
        if left:
            return "clean", lambda: self._clean(begun, left)
        return "create", lambda: self._create(begun)

    def _step_after_swap(self, begun: Rotation, slots: Slots, current: Keys) -> Step | None:
        old, others = slots.old, self._others
        if slots.new is not None:
            return "forget new", lambda: self._pairs.drop_new(self._profile)
        if old is not None and others.using(old):
            return "swap in other profiles", lambda: others.replace(old, current)
        if self._user.listed.get(begun.old_id):
            if old is None:  # the keyring returned nothing
                raise ConfigurationError(
                    "key-not-stored",
                    f"the key {begun.old_id} that profile {self._profile!r} used before is not on "
                    "record, and other profiles may use it",
                    "run this again; if the error stays, and nothing uses that key, delete it: "
                    f"aws iam delete-access-key --access-key-id {begun.old_id}",
                )
            return "deactivate", lambda: self._user.deactivate(begun.old_id)
        return None

    def _check_move(self) -> None:
        vault, profile = self._edges.vault, self._profile
        move = self._edges.journal.move(profile)
        is_known = profile in {known.profile for known in vault.known()}  # needs no unlocking
        in_file = self._pairs is self._edges.files
        if move is not None or (in_file and is_known and vault.get(profile) is not None):
            kind = move.kind if move else IMPORT
            raise ConfigurationError(
                "move-unfinished",
                f"the key of profile {profile!r} is half moved, in a file and the keyring",
                f"finish that first: `mfa-session keys {kind} --profile {quote(profile)}`",
            )
        if in_file:
            self._edges.files.check_writable(profile)

    def _current(self) -> Keys:
        current = self._pairs.slots(self._profile).current
        if current is None:
            raise not_stored(self._profile)
        return current

    def _resumed(self) -> Rotation | None:
        """Return the interrupted rotation, if the keys on record are those that it left."""
        slots, begun = self._pairs.slots(self._profile), self._edges.journal.rotation(self._profile)
        current = slots.current.access_key_id if slots.current else ""
        if slots.new is not None and (begun is None or begun.user_arn != self._user.arn):
            # The note is lost, but not the new key; with this note no key counts as a stray.
            begun = self._note(current)
        if begun is None or begun.user_arn != self._user.arn:
            return None
        replaced = slots.old.access_key_id if slots.old else None
        if begun.old_id not in {current, replaced}:
            return None  # somebody has stored another key since
        self._edges.talk.say(
            f"a rotation was interrupted at {begun.began_at:%Y-%m-%d %H:%M} UTC: continuing it"
        )
        return begun

    def finish(self) -> str:
        """Delete the replaced key at AWS and here; return its id."""
        self._check_move()
        if self._edges.journal.rotation(self._profile) is not None:
            self.rotate()
        old = self._pairs.slots(self._profile).old
        if old is None:
            raise ConfigurationError(
                "no-rotation",
                f"profile {self._profile!r} has no key that was replaced",
                f"to replace its key: `mfa-session keys rotate --profile {quote(self._profile)}`",
            )
        current = self._current()
        self._user.load(current)
        key_id = old.access_key_id
        if key_id in self._user.listed and old != current:
            self._confirm(f"Delete {self._user.describe(key_id)}? This cannot be undone.")
            self._others.replace(old, current)  # somebody pasted it, or an older version left it
            if self._user.listed[key_id]:
                self._user.deactivate(key_id)
            self._user.delete(key_id)
        self._pairs.drop_old(self._profile)
        return key_id

    def _begin(self) -> Rotation:
        old = self._current()
        old_id = old.access_key_id
        self._refuse_two(old_id)
        others = self._others.using(old)
        where = f", in {profiles_text([self._profile, *others])}" if others else ""
        self._confirm(f"Replace {self._user.describe(old_id)} of user {self._user.name}{where}?")
        rotation = self._note(old_id)
        self._edges.journal.save(rotation)
        return rotation

    def _note(self, old_id: str) -> Rotation:
        return Rotation(
            profile=self._profile,
            user_arn=self._user.arn,
            old_id=old_id,
            stood=tuple(self._user.listed),
            began_at=self._edges.clock.now().replace(microsecond=0),
        )

    def _refuse_two(self, current: str) -> None:
        others = [key_id for key_id in self._user.listed if key_id != current]
        if not others:
            return
        other = others[0]
        raise RefusedError(
            "two-keys",
            "AWS allows two access keys a user, and there are two: "
            f"{self._user.describe(current)}, which profile {self._profile!r} uses, "
            f"and {self._user.describe(other)}",
            self._two_keys_hint(other),
        )

    def _two_keys_hint(self, other: str) -> str:
        for begun in self._edges.journal.rotations():
            if begun.user_arn == self._user.arn and begun.profile != self._profile:
                return (
                    f"the rotation of the key of profile {begun.profile!r} was interrupted; finish "
                    f"it: `mfa-session keys rotate --profile {quote(begun.profile)}`"
                )
        old = self._pairs.slots(self._profile).old
        is_ours = old is not None and old.access_key_id == other
        keeper = self._profile if is_ours else self._others.keeper(other)
        if keeper is not None:
            return (
                f"the last rotation left it: `mfa-session keys rotate --profile {quote(keeper)} "
                "--finish` deletes it"
            )
        return (
            "if nothing uses the second one, delete it: "
            f"aws iam delete-access-key --access-key-id {other}"
        )

    def _clean(self, begun: Rotation, left: Sequence[str]) -> None:
        """Delete the keys that an interrupted rotation left, whose secrets are lost."""
        for key_id in left:
            if not self._user.is_unused_since(key_id, begun.began_at - CLOCK_SLACK):
                self._edges.journal.remove(begun)  # somebody else made and uses the key
                self._refuse_two(begun.old_id)
            self._confirm(
                f"The interrupted rotation left behind {self._user.describe(key_id)}, "
                "whose secret is lost. Delete it?"
            )
            self._user.delete(key_id)
            self._edges.talk.say(f"deleted {key_id}, left behind by the interrupted rotation")

    def _create(self, begun: Rotation) -> None:
        def store(keys: Keys) -> None:
            try:
                self._pairs.put_new(self._profile, keys)
            except MfaSessionError as error:
                self._delete_unstored(begun, keys, error)
                raise

        self._user.create(store)

    def _delete_unstored(self, begun: Rotation, keys: Keys, error: MfaSessionError) -> None:
        key_id = keys.access_key_id
        try:
            self._user.delete(key_id)
        except MfaSessionError:
            self._edges.talk.warn(
                f"the new key {key_id} could not be stored ({error.message}), nor deleted; to "
                "finish: "
                f"`mfa-session keys rotate --profile {quote(self._profile)}`"
            )
            return
        self._edges.talk.warn(
            f"the new key {key_id} could not be stored, and was deleted; the old one is in use"
        )
        with suppress(MfaSessionError):  # otherwise the next run sees that the key is gone
            self._pairs.drop_new(self._profile)
            self._edges.journal.remove(begun)

    def _verify(self, begun: Rotation, new: Keys) -> None:
        """Call STS with the new key until AWS knows it."""
        try:
            arn = self._user.wait_for(new)
        except RefusedError as error:
            if error.code != "invalid-key" or new.access_key_id in self._user.listed:
                raise
            self._edges.talk.say(f"{new.shown_id} is no longer at AWS: making another new key")
            self._pairs.drop_new(self._profile)
            return
        if arn != begun.user_arn:
            raise ConfigurationError(
                "other-user",
                f"the new key of profile {self._profile!r} is {arn}'s, but the rotation began with "
                f"a key of {begun.user_arn}",
                "undo the changes to that profile since then, and run this again",
            )
        self._is_verified = True

    def _swap(self, begun: Rotation) -> None:
        with self._edges.uninterrupted():
            self._pairs.swap(self._profile)
        self._edges.talk.detail(f"profile {self._profile!r} no longer uses {begun.old_id}")

    def _confirm(self, question: str) -> None:
        require_yes(
            True if self._yes else self._edges.confirm(question),
            unasked=f"changing the key of profile {self._profile!r} must be confirmed",
            refused="nothing was changed",
        )


class KeyringPairs:
    """The keys in the keyring, an item each; a swap copies both before it removes one."""

    def __init__(self, vault: KeyVault) -> None:
        self._vault = vault

    def slots(self, profile: str) -> Slots:
        """Return the stored keys."""
        get = self._vault.get
        return Slots(current=get(profile), new=get(profile, NEW), old=get(profile, OLD))

    def put_new(self, profile: str, keys: Keys) -> None:
        """Store a new key beside the current one."""
        self._vault.put(profile, keys, NEW)

    def swap(self, profile: str) -> None:
        """Make the new key the current one, and the current one the old one."""
        slots = self.slots(profile)
        if slots.current is None or slots.new is None:
            raise not_stored(profile)
        self._vault.put(profile, slots.current, OLD)
        self._vault.put(profile, slots.new, CURRENT)
        self._vault.remove(profile, NEW)

    def drop_new(self, profile: str) -> None:
        """Remove the new key."""
        self._vault.remove(profile, NEW)

    def drop_old(self, profile: str) -> None:
        """Remove the old key."""
        self._vault.remove(profile, OLD)
