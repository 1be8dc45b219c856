"""Enrol a virtual device and store its secret, or leave nothing behind.

A note is written before each step, so that a later run recognises what a killed one left.
We delete a device only if our note names it and no user has it; AWS refuses to delete others.
"""

from __future__ import annotations

from mfa_session.mfa.devices import make_two_codes
from mfa_session.mfa.interrupted_enrolment import ENABLED, UNASSIGNED, UnfinishedDevices
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

    from mfa_session.mfa.devices import DeviceEdges
    from mfa_session.model.feature_ports import Signals
    from mfa_session.model.iam import User

    Show = Callable[[NewDevice], None]

NAME_LENGTHS = range(1, 129)
ENABLE_ATTEMPTS = 4
"""A new device takes a moment to be known everywhere in IAM, so the call is repeated."""
PAUSE_SECONDS = 3.0
_NOT_YET = {"no-such-device", "device-busy"}
_PUNCTUATION = "_+=,.@-"


def check_name(name: str) -> None:
    """Refuse a name that IAM rejects (IAM API reference, CreateVirtualMFADevice)."""
    fits = all(c.isascii() and (c.isalnum() or c in _PUNCTUATION) for c in name)
    if len(name) not in NAME_LENGTHS or not fits:
        raise ConfigurationError(
            "bad-device-name",
            f"{name!r} cannot be the name of an MFA device",
            "up to 128 letters, digits and _ + = , . @ -",
        )


class Enrolment:
    """Creates and enables a device for one user."""

    def __init__(
        self,
        edges: DeviceEdges,
        user: User,
        kept_in: str = "the keyring",
        again: Callable[[str], str] = "mfa-session device enroll {}".format,
    ) -> None:
        """Take the edges and the user; do nothing yet.

        `kept_in` says where the secret will be; `again` spells the command that enrols a name.
        """
        self._edges = edges
        self._user = user
        self._kept_in = kept_in
        self._unfinished = UnfinishedDevices(edges, user, again)

    def enrol(self, name: str, show: Show | None = None) -> str:
        """Create, store, show (with `show`) and enable; return the serial, or leave nothing."""
        check_name(name)
        serial = self._user.serial_of(name)
        who = f"enrolment {self._user.arn}"
        with self._edges.turns.alone(who, f"the enrolment of a device for {self._user.name}"):
            found = self._unfinished.settle(serial)
            if found == ENABLED:
                return serial
            intent = self._intent_of(serial) if found == UNASSIGNED else self._plan(serial)
            with self._edges.defer_signals() as signals:
                signals.raise_deferred()
                self._carry_out(intent, name, show, signals, resume=found == UNASSIGNED)
                self._report(serial, signals)
        return serial

    # The steps, during which signals are deferred except at questions

    def _carry_out(
        self,
        intent: Intent,
        name: str,
        show: Show | None,
        signals: Signals,
        *,
        resume: bool,
    ) -> None:
        """Create the device, or resume with the existing one, and enable it; undo on failure."""
        device = self._resume(intent.serial) if resume else self._create(intent, name)
        intent = intent.replace(serial=device.serial, created=True)
        try:
            if not resume:
                self._store(intent, device)
            signals.raise_deferred()
            if show is not None:
                show(device)
            signals.raise_deferred()
            self._enable(device, signals)
        except BaseException as error:
            if not self._undo(intent, error):
                raise
        self._close(device.serial)

    def _plan(self, serial: str) -> Intent:
        """Check that the keyring works and the name is free; return the note to write."""
        self._edges.secrets.try_out()
        exists = self._unfinished.exists_unassigned(serial)
        if exists:
            raise ConfigurationError(
                "device-exists",
                f"{serial} exists already; it is assigned to nobody, but may not be yours",
                "give yours another name",
            )
        return Intent(
            serial=serial,
            user_arn=self._user.arn,
            began_at=self._edges.clock.now().replace(microsecond=0),
            was_absent=exists is False,
        )

    def _create(self, intent: Intent, name: str) -> NewDevice:
        """Note the device, then create it."""
        self._edges.intents.save(intent)
        self._edges.talk.detail(f"iam:CreateVirtualMFADevice {name}")
        try:
            return self._edges.aws.create(name)
        except BaseException as error:
            if _is_answer(error):
                self._edges.intents.remove(intent.serial)
            else:
                self._undo(intent, error)
            raise

    def _store(self, intent: Intent, device: NewDevice) -> None:
        """Store the seed before any other step can fail."""
        self._edges.intents.save(intent)
        self._edges.secrets.set(device.serial, device.seed)

    def _resume(self, serial: str) -> NewDevice:
        """Return an existing, unassigned device whose seed is stored."""
        seed = self._edges.secrets.get(serial)
        if seed is None:
            raise RuntimeError("cannot resume without the stored secret")
        return NewDevice(serial=serial, seed=seed)

    def _enable(self, device: NewDevice, signals: Signals) -> None:
        """Send the codes of the last window and this one, which need no wait."""
        for left in range(ENABLE_ATTEMPTS - 1, -1, -1):
            self._edges.talk.detail(f"iam:EnableMFADevice {device.serial}")
            try:
                with self._edges.turn(device.serial):
                    codes = make_two_codes(self._edges, device.serial, device.seed)
                    self._edges.aws.enable(self._user, device.serial, codes)
                return
            except MfaSessionError as error:
                if error.code not in _NOT_YET or not left:
                    raise
            self._edges.pause(PAUSE_SECONDS)
            signals.raise_deferred()

    def _close(self, serial: str) -> None:
        """Delete the note; a leftover note does no harm."""
        try:
            self._edges.intents.remove(serial)
        except ConfigurationError as error:
            self._edges.talk.warn(error.message)

    def _report(self, serial: str, signals: Signals) -> None:
        """Report the enabled device; a late Ctrl-C still ends the command."""
        self._edges.talk.say(f"MFA device {serial} is enabled; its secret is in {self._kept_in}")
        try:
            signals.raise_deferred()
        except KeyboardInterrupt:
            raise Interrupted(
                "interrupted",
                f"interrupted too late: {serial} is enabled",
                f"to take it back: `mfa-session device remove {serial}`",
            ) from None

    def _undo(self, intent: Intent, error: BaseException) -> bool:
        """Leave no trace; return True if AWS has enabled the device after all.

        What cannot be undone is reported: after Ctrl-C in the error, otherwise as a warning.
        """
        why, problem = "whether AWS created it is not known", None
        if intent.is_ours:
            try:
                return self._unfinished.clean(intent)
            except MfaSessionError as failed:
                why, problem = failed.message, failed
        next_step = self._unfinished.next_step(intent, problem)
        if isinstance(error, KeyboardInterrupt):
            raise Interrupted(
                "interrupted",
                f"interrupted; {intent.serial} may be left in the account, not enabled ({why})",
                next_step,
            ) from None
        self._unfinished.warn(intent, why, next_step)
        return False

    def _intent_of(self, serial: str) -> Intent:
        return next(intent for intent in self._edges.intents.all() if intent.serial == serial)


def _is_answer(error: BaseException) -> bool:
    """Say whether AWS refused the call, and so certainly created nothing."""
    if isinstance(error, UnreachableError):
        return error.code == "clock-off"
    return isinstance(error, MfaSessionError)
