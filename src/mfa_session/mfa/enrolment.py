"""Enrol a virtual device and store its secret, or leave nothing behind.

A note is written before each step, so that a later run recognises what a killed one left.
We delete a device only if our note names it and no user has it; AWS refuses to delete others.
UnfinishedDevices cleans up after an interruption: at once, or in the next run after a kill.
"""

from __future__ import annotations

from mfa_session.mfa.devices import free_name, make_two_codes
from mfa_session.model.errors import (
    AnsweredNoError,
    ConfigurationError,
    Interrupted,
    MfaSessionError,
    RefusedError,
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


ENABLED, UNASSIGNED, GONE = "enabled", "unassigned", "gone"
"""What became of a device whose enrolment was interrupted."""
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
        """Take the edges and the user.

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
            if found == UNASSIGNED:
                intent = next(one for one in self._edges.intents.all() if one.serial == serial)
            else:
                intent = self._plan(serial)
            with self._edges.defer_signals() as signals:
                signals.raise_deferred()
                self._carry_out(intent, show, signals, resume=found == UNASSIGNED)
                self._report(serial, signals)
        return serial

    def _carry_out(
        self, intent: Intent, show: Show | None, signals: Signals, *, resume: bool
    ) -> None:
        """Create the device, or resume with the existing one, and enable it; undo on failure."""
        device = self._resume(intent.serial) if resume else self._create(intent)
        intent = intent.replace(serial=device.serial, created=True)
        try:
            if not resume:
                self._edges.intents.save(intent)
                self._edges.secrets.set(device.serial, device.seed)
            signals.raise_deferred()
            if show is not None:
                show(device)
            signals.raise_deferred()
            self._enable(device, signals)
        except BaseException as error:
            if not self._undo(intent, error):
                raise
        try:
            self._edges.intents.remove(device.serial)
        except ConfigurationError as error:
            self._edges.talk.warn(error.message)

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

    def _create(self, intent: Intent) -> NewDevice:
        self._edges.intents.save(intent)
        self._edges.talk.detail(f"iam:CreateVirtualMFADevice {intent.name}")
        try:
            return self._edges.aws.create(intent.name)
        except BaseException as error:
            if _is_answer(error):
                self._edges.intents.remove(intent.serial)
            else:
                self._undo(intent, error)
            raise

    def _resume(self, serial: str) -> NewDevice:
        seed = self._edges.secrets.get(serial)
        if seed is None:
            raise RuntimeError("cannot resume without the stored secret")
        return NewDevice(serial=serial, seed=seed)

    def _enable(self, device: NewDevice, signals: Signals) -> None:
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


def _is_answer(error: BaseException) -> bool:
    """Say whether AWS refused the call, and so certainly created nothing."""
    if isinstance(error, UnreachableError):
        return error.code == "clock-off"
    return isinstance(error, MfaSessionError)


class UnfinishedDevices:
    """One user's devices that were created and not enabled."""

    def __init__(self, edges: DeviceEdges, user: User, again: Callable[[str], str]) -> None:
        self._edges = edges
        self._user = user
        self._again = again

    def clean(self, intent: Intent) -> bool:
        """Delete the device and its secret; if it is enabled, do nothing and return True."""
        serial = intent.serial
        if self.is_enabled(serial):
            return True
        is_late = False
        try:
            self._edges.aws.delete(serial)
        except ConfigurationError as error:
            if error.code == "device-in-use":
                return True
            if error.code != "no-such-device":
                raise
            is_late = not intent.created  # AWS may still create it: a later run checks again
        self._edges.secrets.remove(serial)
        if not is_late:
            self._edges.intents.remove(serial)
        return False

    def warn(self, intent: Intent, why: str, next_step: str) -> None:
        """Say which device may be left, why, and what to do."""
        self._edges.talk.warn(
            f"{intent.serial} may be left in the account, not enabled ({why}); {next_step}"
        )

    def next_step(self, intent: Intent, problem: MfaSessionError | None) -> str:
        """Return what to do about a device that is left because of this problem.

        Without its secret, a device that may not be deleted is useless: enrol another.
        """
        is_lost = isinstance(problem, RefusedError) and not self._edges.secrets.holds(intent.serial)
        if not is_lost:
            return f"to finish: `{self._again(intent.name)}`"
        self._leave(intent)
        return self._another(intent)

    def _another(self, intent: Intent) -> str:
        another = self._again(free_name(self._edges, self._user, intent.name))
        return f"to enrol another one: `{another}`"

    def _leave(self, intent: Intent) -> None:
        """Note that later runs do not ask about it again."""
        self._edges.intents.save(intent.replace(left=True))

    def settle(self, wanted: str) -> str:
        """Clean up after killed runs; return the state of the device `wanted`."""
        found = GONE
        for intent in self._edges.intents.all():
            if intent.user_arn == self._user.arn:
                now = self._settle_one(intent, wanted)
                found = now if intent.serial == wanted else found
        return found

    def _settle_one(self, intent: Intent, wanted: str) -> str:
        """Clean up after one run; keep a device that is enabled, since it was complete."""
        if self.is_enabled(intent.serial):
            return self._keep(intent)
        if self.exists_unassigned(intent.serial) is False:
            if intent.is_ours:
                self._edges.secrets.remove(intent.serial)
            self._edges.intents.remove(intent.serial)
            return GONE
        if not self._may_delete(intent, wanted):
            return GONE
        try:
            if self.clean(intent):
                return self._keep(intent)
        except RefusedError as error:
            return self._continue(intent, wanted, error)
        self._edges.intents.remove(intent.serial)
        self._edges.talk.say(f"deleted {intent.serial}, left behind by {intent.what}")
        return GONE

    def _keep(self, intent: Intent) -> str:
        self._edges.intents.remove(intent.serial)
        if intent.removing:
            return GONE  # the removal had not begun: this is an ordinary enabled device
        self._edges.talk.say(f"{intent.serial} was enabled before its enrolment was interrupted")
        return ENABLED

    def _continue(self, intent: Intent, wanted: str, error: RefusedError) -> str:
        """Resume with a device that may not be deleted, if it is `wanted` and its seed stored."""
        if intent.serial == wanted and self._edges.secrets.get(wanted) is not None:
            self._edges.talk.say(f"{wanted} may not be deleted: continuing with it")
            return UNASSIGNED
        next_step = self.next_step(intent, error)
        if intent.serial == wanted:
            raise ConfigurationError(
                "device-left",
                f"{wanted} is left from an interrupted enrolment, and cannot be deleted: "
                f"{error.message}",
                next_step,
            )
        self.warn(intent, error.message, next_step)
        return GONE

    def _may_delete(self, intent: Intent, wanted: str) -> bool:
        """Ask whether to delete; with nobody to ask, allow it for our own devices.

        A no about the device `wanted` ends the run.
        """
        if intent.left and intent.serial != wanted:
            return False
        answer = self._edges.confirm(
            f"{intent.what.capitalize()} was interrupted at {intent.began_at:%Y-%m-%d %H:%M} UTC. "
            f"{intent.serial} is not enabled. Delete it?"
        )
        if answer is None and not intent.is_ours:
            raise ConfigurationError(
                "device-left",
                f"{intent.serial} may be left from an interrupted enrolment, or belong to "
                "somebody else",
                "run it in a terminal and answer the question",
            )
        if answer is not False:
            return True
        self._leave(intent)
        kept = f"{intent.serial} was left as it is"
        if intent.serial == wanted:
            raise AnsweredNoError("not-confirmed", f"{kept}; {self._another(intent)}")
        self._edges.talk.say(kept)
        return False

    def is_enabled(self, serial: str) -> bool:
        """Say whether the device is enabled for the user; False where IAM refuses to list."""
        try:
            return serial in {device.serial for device in self._edges.aws.enabled()}
        except RefusedError:
            return False

    def exists_unassigned(self, serial: str) -> bool | None:
        """Say whether the device exists and no user has it; None where IAM refuses to list."""
        try:
            return serial in self._edges.aws.unassigned()
        except RefusedError as error:
            self._edges.talk.detail(f"{error.message}; going on without")
            return None
