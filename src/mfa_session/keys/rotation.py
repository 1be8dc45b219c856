"""A long-term key is replaced by a new one, and at no moment is there no working key on record.

The old key stays active, and where it is, until AWS has taken the new one; then the new one takes
its place, and the old one becomes inactive and stays on record until `--finish` deletes it. What to
do next is read from what AWS lists and what is on record, so the next run finishes one cut off.
"""

from __future__ import annotations

from datetime import timedelta

from mfa_session.model.errors import (
    ConfigurationError,
    DeclinedError,
    MfaSessionError,
    NoMfaError,
    RefusedError,
)
from mfa_session.model.expiry import format_time
from mfa_session.model.long_term_keys import Rotation, not_stored
from mfa_session.model.ports import Caller
from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from typing import TypeVar

    from mfa_session.keys.ports import KeyEdges, Shelf
    from mfa_session.model.long_term_keys import Slots
    from mfa_session.model.session import Keys

    Answer = TypeVar("Answer")

CLEAN, CREATE, PROVE, SWAP = "clean", "create", "prove", "swap"
FORGET_NEW, DEACTIVATE = "forget new", "deactivate"
SPREAD_SECONDS = 90
"""How long IAM may take until STS knows a new key; usually some seconds (AWS: eventually)."""
PAUSE_SECONDS = 2.0
CLOCK_SLACK = timedelta(minutes=15)
KEYS_PER_USER = 2


class Facts(Record):
    """What is on record here, and what AWS lists: each key id, and whether it is active.

    `is_proven`: AWS has taken the new key, in this run.
    """

    slots: Slots
    listed: Mapping[str, bool]
    is_proven: bool = False


def next_step(begun: Rotation, facts: Facts) -> str | None:
    """Return what a rotation that was begun does next; None when it is done but for `--finish`."""
    slots, listed = facts.slots, facts.listed
    current = slots.current.access_key_id if slots.current else None
    new = slots.new.access_key_id if slots.new else None
    if current != begun.old_id:  # swapped
        if new is not None:
            return FORGET_NEW
        return DEACTIVATE if listed.get(begun.old_id) else None
    if new is not None:
        return SWAP if facts.is_proven else PROVE
    return CLEAN if strays(begun, facts) else CREATE


def strays(begun: Rotation, facts: Facts) -> list[str]:
    """Return the keys at AWS that came since the rotation began, and whose secret nobody has."""
    slots = facts.slots
    on_record = {keys.access_key_id for keys in (slots.current, slots.new, slots.old) if keys}
    return [key_id for key_id in facts.listed if key_id not in {*begun.stood, *on_record}]


class Signer:
    """Whose keys sign IAM's calls: what is at hand, and an MFA session where that is refused."""

    def __init__(self, caller: Caller, with_mfa: Callable[[], Caller]) -> None:
        """Take the caller at hand, and how to have one with MFA."""
        self.caller = caller
        self._with_mfa = with_mfa

    def ask(self, call: Callable[[Caller], Answer]) -> Answer:
        """Return what a call answers; where long-term keys may not, once more with MFA."""
        try:
            return call(self.caller)
        except RefusedError as error:
            if error.code != "not-authorized" or self.caller.keys.session_token is not None:
                raise
        self.caller = self._with_mfa()
        return call(self.caller)


class KeyRotation:
    """The rotation of one profile's key, or the end of one."""

    def __init__(
        self,
        edges: KeyEdges,
        shelf: Shelf,
        profile: str,
        signer: Signer,
        *,
        yes: bool,
        others: Sequence[str] = (),
    ) -> None:
        """Take the edges, where the pair is, who signs, and whether questions are answered yes.

        `others` are profiles that hold the same key, and are left as they are.
        """
        self._edges = edges
        self._shelf = shelf
        self._profile = profile
        self._signer = signer
        self._yes = yes
        self._others = others
        self._listed: dict[str, bool] = {}
        self._created: dict[str, datetime] = {}
        self._is_proven = False
        self._user_arn = ""

    def rotate(self) -> Rotation:
        """Replace the key; return what was done, when the old one is inactive."""
        self._look()
        begun = self._resumed() or self._begin()
        steps = {
            CLEAN: self._clean,
            CREATE: self._create,
            PROVE: self._prove,
            SWAP: self._swap,
            FORGET_NEW: self._forget_new,
            DEACTIVATE: self._deactivate,
        }
        while (step := next_step(begun, self._facts())) is not None:
            self._edges.talk.detail(f"key of profile {self._profile!r}: {step}")
            steps[step](begun)
        self._edges.journal.remove(begun)
        return begun

    def _resumed(self) -> Rotation | None:
        """Return the rotation that was cut off, if what stands here is what it has left."""
        slots, begun = self._shelf.slots(self._profile), self._edges.journal.rotation(self._profile)
        current = slots.current.access_key_id if slots.current else ""
        if slots.new is not None and (begun is None or begun.user_arn != self._user_arn):
            # The note is lost, not the key: nothing at AWS is taken for a stray.
            begun = self._note(current)
        if begun is None or begun.user_arn != self._user_arn:
            return None
        replaced = slots.old.access_key_id if slots.old else None
        if begun.old_id not in {current, replaced}:
            return None  # somebody has put another key there since
        self._edges.talk.say(
            f"a rotation was cut off at {begun.began_at:%Y-%m-%d %H:%M} UTC: going on with it"
        )
        return begun

    def finish(self) -> str:
        """Delete the key that was replaced, and forget it; return its id."""
        if self._edges.journal.rotation(self._profile) is not None:
            self.rotate()
        slots = self._shelf.slots(self._profile)
        old = slots.old
        if old is None:
            raise ConfigurationError(
                "no-rotation",
                f"profile {self._profile!r} has no key that was replaced",
                f"to replace its key: `mfa-session keys rotate --profile {self._profile}`",
            )
        self._look()
        key_id = old.access_key_id
        if key_id in self._listed and old != slots.current:
            self._delete_old(key_id)
        self._shelf.drop_old(self._profile)
        return key_id

    def _delete_old(self, key_id: str) -> None:
        self._ask_whether(f"Delete {self._describe(key_id)}? Nothing brings it back.")
        if self._listed[key_id]:
            self._signer.ask(lambda caller: self._edges.aws.deactivate(caller, key_id))
        self._delete(key_id)

    def _look(self) -> None:
        """Ask AWS whose key it is, and which keys there are; refuse what cannot be rotated."""
        aws, slots = self._edges.aws, self._shelf.slots(self._profile)
        if slots.current is None:
            raise not_stored(self._profile)
        caller = self._signer.caller
        own = Caller(keys=slots.current, profile=self._profile, region=caller.region)
        self._user_arn = aws.identity(own)
        _refuse_others(self._user_arn, own)
        if caller.keys != own.keys:
            self._check_session(caller, own)
        keys = self._signer.ask(aws.list)
        self._listed = {key.id: key.is_active for key in keys}
        self._created = {key.id: key.created_at for key in keys}

    def _check_session(self, at_hand: Caller, own: Caller) -> None:
        """Refuse another user's session; where AWS takes it no more, the key itself signs."""
        try:
            arn = self._edges.aws.identity(at_hand)
        except (RefusedError, NoMfaError):
            self._signer.caller = own
            return
        if arn != self._user_arn:
            raise _other_user(self._profile, arn, self._user_arn)

    def _facts(self) -> Facts:
        slots = self._shelf.slots(self._profile)
        return Facts(slots=slots, listed=dict(self._listed), is_proven=self._is_proven)

    def _begin(self) -> Rotation:
        current = self._shelf.slots(self._profile).current
        if current is None:
            raise not_stored(self._profile)
        old_id = current.access_key_id
        self._refuse_two(old_id)
        name = self._user_arn.rpartition("/")[2]
        if self._others:
            self._edges.talk.warn(
                f"{old_id} also stands in profile {', '.join(map(repr, self._others))}: "
                "what uses it there fails once it is inactive"
            )
        self._ask_whether(f"Replace {self._describe(old_id)} of user {name}?")
        rotation = self._note(old_id)
        self._edges.journal.save(rotation)
        return rotation

    def _note(self, old_id: str) -> Rotation:
        return Rotation(
            profile=self._profile,
            user_arn=self._user_arn,
            old_id=old_id,
            stood=tuple(self._listed),
            began_at=self._edges.clock.now().replace(microsecond=0),
        )

    def _refuse_two(self, current: str) -> None:
        """Refuse to begin where the user has two keys: say what is known, and delete nothing."""
        others = [key_id for key_id in self._listed if key_id != current]
        if not others:
            return
        other, old = others[0], self._shelf.slots(self._profile).old
        is_ours = old is not None and old.access_key_id == other
        raise RefusedError(
            "two-keys",
            "AWS allows two access keys a user, and there are two: "
            f"{self._describe(current)}, which profile {self._profile!r} uses, "
            f"and {self._describe(other)}",
            f"the last rotation left it: `mfa-session keys rotate --profile {self._profile} "
            "--finish` deletes it"
            if is_ours
            else "if nothing uses the second one, delete it: "
            f"aws iam delete-access-key --access-key-id {other}",
        )

    def _describe(self, key_id: str) -> str:
        """Return a key with its state, its age, and when it was last used, as far as known."""
        try:
            used = self._signer.ask(lambda caller: self._edges.aws.last_used(caller, key_id))
            said = f"last used {used:%Y-%m-%d}" if used else "never used"
        except MfaSessionError:
            said = "AWS does not say when it was used"
        state = "active" if self._listed.get(key_id) else "inactive"
        created = self._created.get(key_id)
        since = f", created {format_time(created)[:10]}" if created else ""
        return f"{key_id} ({state}{since}, {said})"

    def _clean(self, begun: Rotation) -> None:
        """Delete what a rotation that was cut off has left: a key whose secret nobody has."""
        for key_id in strays(begun, self._facts()):
            if not self._may_be_ours(begun, key_id):
                self._edges.journal.remove(begun)  # somebody else's: this rotation made none
                self._refuse_two(begun.old_id)
            self._ask_whether(
                f"The rotation that was cut off has left {self._describe(key_id)}, "
                "whose secret is lost. Delete it?"
            )
            self._delete(key_id)
            self._edges.talk.say(f"deleted {key_id}, which the rotation cut off had left")

    def _may_be_ours(self, begun: Rotation, key_id: str) -> bool:
        """Say whether a key came with the rotation, and nobody has ever used it."""
        created = self._created.get(key_id)
        if created is not None and created < begun.began_at - CLOCK_SLACK:
            return False
        used = self._signer.ask(lambda caller: self._edges.aws.last_used(caller, key_id))
        return used is None

    def _create(self, begun: Rotation) -> None:
        """Have a new key, and store its secret at once: AWS tells it this once."""
        self._signer.ask(lambda caller: self._create_as(caller, begun))

    def _create_as(self, caller: Caller, begun: Rotation) -> None:
        with self._edges.uninterrupted():
            keys = self._edges.aws.create(caller)
            self._listed[keys.access_key_id] = True
            try:
                self._shelf.put_new(self._profile, keys)
            except MfaSessionError as error:
                self._give_back(begun, keys, error)
                raise

    def _give_back(self, begun: Rotation, keys: Keys, error: MfaSessionError) -> None:
        """Delete a new key that cannot be stored; the old one has not been touched."""
        key_id = keys.access_key_id
        try:
            self._delete(key_id)
            self._shelf.drop_new(self._profile)
            self._edges.journal.remove(begun)
        except MfaSessionError:
            self._edges.talk.warn(
                f"the new key {key_id} could not be stored ({error.message}), nor deleted: "
                f"`mfa-session keys rotate --profile {self._profile}` sees to it"
            )
            return
        self._edges.talk.warn(
            f"the new key {key_id} could not be stored, and was deleted; the old one is in use"
        )

    def _prove(self, begun: Rotation) -> None:
        """Call STS with the new key until AWS knows it."""
        new = self._shelf.slots(self._profile).new
        if new is None:
            raise not_stored(self._profile)
        caller = Caller(keys=new, profile=self._profile, region=self._signer.caller.region)
        arn = self._wait_for(caller)
        if arn != begun.user_arn:
            raise _other_user(self._profile, arn, begun.user_arn)
        self._is_proven = True

    def _wait_for(self, caller: Caller) -> str:
        ends_at = self._edges.clock.now() + timedelta(seconds=SPREAD_SECONDS)
        while True:
            try:
                return self._edges.aws.identity(caller)
            except RefusedError as error:
                if error.code != "invalid-key":
                    raise
                if caller.keys.access_key_id not in self._listed:  # deleted since: begin anew
                    self._shelf.drop_new(self._profile)
                    raise
                if self._edges.clock.now() >= ends_at:
                    raise _not_spread(self._profile, caller) from error
            self._edges.talk.detail(f"AWS does not know {caller.keys.shown_id} yet")
            self._edges.pause(PAUSE_SECONDS)

    def _swap(self, begun: Rotation) -> None:
        with self._edges.uninterrupted():
            self._shelf.swap(self._profile)
        self._edges.talk.detail(f"profile {self._profile!r} no longer uses {begun.old_id}")

    def _forget_new(self, begun: Rotation) -> None:
        del begun
        self._shelf.drop_new(self._profile)

    def _deactivate(self, begun: Rotation) -> None:
        self._signer.ask(lambda caller: self._edges.aws.deactivate(caller, begun.old_id))
        self._listed[begun.old_id] = False

    def _delete(self, key_id: str) -> None:
        try:
            self._signer.ask(lambda caller: self._edges.aws.delete(caller, key_id))
        except ConfigurationError as error:
            if error.code != "no-such-key":
                raise
        self._listed.pop(key_id, None)

    def _ask_whether(self, question: str) -> None:
        answer = True if self._yes else self._edges.confirm(question)
        if answer is None:
            raise DeclinedError(
                "not-confirmed",
                f"the key of profile {self._profile!r} needs a yes, and there is nobody to ask",
                "if you mean it: --yes",
            )
        if not answer:
            raise DeclinedError("not-confirmed", "nothing was changed")


def _refuse_others(arn: str, caller: Caller) -> None:
    """Refuse keys that are no IAM user's: a root user's are to be deleted, not rotated."""
    resource = arn.split(":", 5)[-1]
    if resource == "root":
        raise ConfigurationError(
            "root-key",
            f"{caller.keys.shown_id} is a key of the account's root user",
            "make an IAM user, and delete the root user's keys in the console",
        )
    if not resource.startswith("user/"):
        raise ConfigurationError(
            "not-a-user",
            f"{caller.keys.shown_id} is the key of {arn}, which is no IAM user",
            "use the access key of an IAM user: --profile",
        )


def _other_user(profile: str, arn: str, expected: str) -> ConfigurationError:
    return ConfigurationError(
        "other-user",
        f"the session at hand is {arn}'s, and the key of profile {profile!r} is {expected}'s",
        f"remove the session: `mfa-session logout`; then log in with profile {profile!r}",
    )


def _not_spread(profile: str, caller: Caller) -> RefusedError:
    return RefusedError(
        "key-not-known-yet",
        f"AWS does not know the new key {caller.keys.shown_id} after {SPREAD_SECONDS} s; "
        "the old one stays in use",
        f"go on in a minute: `mfa-session keys rotate --profile {profile}`",
    )
