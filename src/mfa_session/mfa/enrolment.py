"""Enrolment: a new virtual device, its secret stored before anything can be lost, or none at all.

What is about to be done is written down first, so that a later run recognises what a kill left.
A device is deleted only if it stands in such a note of ours and nobody has it; AWS itself refuses
to delete one that somebody has.
"""

from __future__ import annotations

from mfa_session.mfa.devices import make_pair
from mfa_session.mfa.interrupted_enrolment import ENABLED, STANDS, Leftovers
from mfa_session.model.errors import (
    ConfigurationError,
    Interrupted,
    MfaSessionError,
    UnreachableError,
)
from mfa_session.model.iam import Intent, NewDevice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_session.mfa.devices import DeviceEdges, Interruptions
    from mfa_session.model.iam import User

    Show = Callable[[NewDevice], None]

NAME_LENGTHS = range(1, 129)
ENABLE_ATTEMPTS = 4
"""IAM's parts learn of a new device one after the other; it is asked again while they do."""
PAUSE_SECONDS = 3.0
_NOT_YET = {"no-such-device", "device-busy"}
_PUNCTUATION = "_+=,.@-"


def check_name(name: str) -> None:
    """Refuse what cannot be a device's name (IAM API reference, CreateVirtualMFADevice)."""
    fits = all(c.isascii() and (c.isalnum() or c in _PUNCTUATION) for c in name)
    if len(name) not in NAME_LENGTHS or not fits:
        raise ConfigurationError(
            "bad-device-name",
            f"{name!r} cannot be the name of an MFA device",
            "up to 128 letters, digits and _ + = , . @ -",
        )


class Enrolment:
    """One user's way to a new device."""

    def __init__(
        self,
        edges: DeviceEdges,
        user: User,
        kept_in: str = "the keyring",
        again: Callable[[str], str] = "mfa-session device enroll {}".format,
    ) -> None:
        """Take the edges, the user, where the secret will be, and how to spell another run.

        Nothing is touched yet.
        """
        self._edges = edges
        self._user = user
        self._kept_in = kept_in
        self._left = Leftovers(edges, user, again)

    def enrol(self, name: str, show: Show | None = None) -> str:
        """Create, store, show if asked to, enable; return the serial. Or leave nothing behind."""
        check_name(name)
        serial = self._user.serial_of(name)
        who = f"enrolment {self._user.arn}"
        with self._edges.turns.alone(who, f"the enrolment of a device for {self._user.name}"):
            found = self._left.settle(serial)
            if found == ENABLED:
                return serial
            intent = self._intent_of(serial) if found == STANDS else self._plan(serial)
            with self._edges.put_off() as interruptions:
                interruptions.strike()
                self._carry_out(intent, name, show, interruptions, resume=found == STANDS)
                self._tell(serial, interruptions)
        return serial

    # The sequence; signals wait meanwhile, but for questions at the terminal

    def _carry_out(
        self,
        intent: Intent,
        name: str,
        show: Show | None,
        interruptions: Interruptions,
        *,
        resume: bool,
    ) -> None:
        """Make the device, or go on with the one that stands, and enable it; or undo it all."""
        device = self._resume(intent.serial) if resume else self._create(intent, name)
        intent = intent.replace(serial=device.serial, created=True)
        try:
            if not resume:
                self._store(intent, device)
            interruptions.strike()
            if show is not None:
                show(device)
            interruptions.strike()
            self._enable(device, interruptions)
        except BaseException as error:
            if not self._undo(intent, error):
                raise
        self._close(device.serial)

    def _plan(self, serial: str) -> Intent:
        """See that the keyring keeps what it is given, and that the name is free."""
        self._edges.secrets.try_out()
        standing = self._left.stands_unassigned(serial)
        if standing:
            raise ConfigurationError(
                "device-exists",
                f"{serial} exists already; it is assigned to nobody, but may not be yours",
                "give yours another name",
            )
        return Intent(
            serial=serial,
            user_arn=self._user.arn,
            began_at=self._edges.clock.now().replace(microsecond=0),
            was_absent=standing is False,
        )

    def _create(self, intent: Intent, name: str) -> NewDevice:
        """Write down what is about to be done, and do it."""
        self._edges.intents.save(intent)
        self._edges.talk.detail(f"iam:CreateVirtualMFADevice {name}")
        try:
            return self._edges.aws.create(name)
        except BaseException as error:
            if _is_answer(error):  # AWS said that it made nothing
                self._edges.intents.remove(intent.serial)
            else:
                self._undo(intent, error)
            raise

    def _store(self, intent: Intent, device: NewDevice) -> None:
        """Store the seed, before anything else can fail."""
        self._edges.intents.save(intent)
        self._edges.secrets.set(device.serial, device.seed)

    def _resume(self, serial: str) -> NewDevice:
        """Return a device that stands unassigned, and whose seed is stored."""
        seed = self._edges.secrets.get(serial)
        if seed is None:
            raise RuntimeError("only what has its secret stored is gone on with")
        return NewDevice(serial=serial, seed=seed)

    def _enable(self, device: NewDevice, interruptions: Interruptions) -> None:
        """Send the codes of the last window and of this one: there is nothing to wait for."""
        for left in range(ENABLE_ATTEMPTS - 1, -1, -1):
            self._edges.talk.detail(f"iam:EnableMFADevice {device.serial}")
            try:
                with self._edges.turn(device.serial):
                    codes = make_pair(self._edges, device.serial, device.seed)
                    self._edges.aws.enable(self._user, device.serial, codes)
                return
            except MfaSessionError as error:
                if error.code not in _NOT_YET or not left:
                    raise
            self._edges.pause(PAUSE_SECONDS)
            interruptions.strike()

    def _close(self, serial: str) -> None:
        """Take the note away; one that stays does no harm."""
        try:
            self._edges.intents.remove(serial)
        except ConfigurationError as error:
            self._edges.talk.warn(error.message)

    def _tell(self, serial: str, interruptions: Interruptions) -> None:
        """Tell what there is now; an interruption that came too late ends what would follow."""
        self._edges.talk.say(f"MFA device {serial} is enabled; its secret is in {self._kept_in}")
        try:
            interruptions.strike()
        except KeyboardInterrupt:
            raise Interrupted(
                "interrupted",
                f"interrupted too late: {serial} is enabled",
                f"to take it back: `mfa-session device remove {serial}`",
            ) from None

    # The way back

    def _undo(self, intent: Intent, error: BaseException) -> bool:
        """Leave no trace; True if it turns out that AWS has enabled the device after all.

        What cannot be undone is told: in the error, where a person interrupted, else before it.
        """
        why, problem = "whether AWS created it is not known", None
        if intent.is_ours:
            try:
                return self._left.clean(intent)
            except MfaSessionError as failed:
                why, problem = failed.message, failed
        way_on = self._left.way_on(intent, problem)
        if isinstance(error, KeyboardInterrupt):
            raise Interrupted(
                "interrupted",
                f"interrupted; {intent.serial} may be left in the account, not enabled ({why})",
                way_on,
            ) from None
        self._left.tell(intent, why, way_on)
        return False

    def _intent_of(self, serial: str) -> Intent:
        return next(intent for intent in self._edges.intents.all() if intent.serial == serial)


def _is_answer(error: BaseException) -> bool:
    """Say whether AWS has refused: that it did nothing is certain then."""
    if isinstance(error, UnreachableError):
        return error.code == "clock-off"
    return isinstance(error, MfaSessionError)
