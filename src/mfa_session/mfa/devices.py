"""The user's own MFA devices: what there is, which one is meant, keeping in step, and removal."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Protocol

from mfa_session.errors import ConfigurationError, DeclinedError, MfaSessionError, NoMfaError
from mfa_session.mfa.codes import MALFORMED, PROMPT_ATTEMPTS, bad_code, normalize_code
from mfa_session.mfa.totp import STEP_SECONDS, code_at, step_at
from mfa_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

    from mfa_session.mfa.enrolment import Intent
    from mfa_session.secret import Secret
    from mfa_session.session.ports import Clock, Talk, Turns, UsedSteps

    Pair = tuple[str, str]

SET_BACK_STEPS = 3
"""A noted step this far ahead was noted by a clock that has been set right since."""

_USABLE = {"virtual", "hardware"}


class User(Record):
    """The IAM user whose keys are used."""

    arn: str
    partition: str
    account: str
    name: str

    def serial_of(self, device: str) -> str:
        """Return the serial that a virtual device of this name has."""
        return f"arn:{self.partition}:iam::{self.account}:mfa/{device}"


class Device(Record):
    """An MFA device that is enabled for the user; `enabled_at` is aware UTC."""

    serial: str
    kind: str
    enabled_at: datetime

    @property
    def usable(self) -> bool:
        """Whether AWS's API takes its codes."""
        return self.kind in _USABLE

    @property
    def why_not(self) -> str:
        """Why it is not usable, in words; empty if it is."""
        return "" if self.usable else "AWS's API takes no passkeys and security keys"


class NewDevice(Record):
    """A virtual device just created: nobody's yet, and its seed is told this once."""

    serial: str
    seed: Secret


class OwnDevices(Protocol):
    """IAM, asked by one user about her own devices; each call raises our errors only."""

    def user(self) -> User:
        """Return whose keys these are."""

    def enabled(self) -> list[Device]:
        """IAM ListMFADevices of the caller."""

    def unassigned(self) -> set[str]:
        """IAM ListVirtualMFADevices: the serials of the account's devices that nobody has."""

    def create(self, name: str) -> NewDevice:
        """IAM CreateVirtualMFADevice, sent once: a second one could not tell the seed."""

    def enable(self, user: User, serial: str, codes: Pair) -> None:
        """IAM EnableMFADevice, with two consecutive codes."""

    def resync(self, user: User, serial: str, codes: Pair) -> None:
        """IAM ResyncMFADevice, with two consecutive codes."""

    def deactivate(self, user: User, serial: str) -> None:
        """IAM DeactivateMFADevice."""

    def delete(self, serial: str) -> None:
        """IAM DeleteVirtualMFADevice; refused (`device-in-use`) while anybody has it."""


class Secrets(Protocol):
    """The TOTP secrets in the keyring; ConfigurationError where it fails."""

    def get(self, serial: str) -> Secret | None:
        """Return the secret of a device, or None."""

    def set(self, serial: str, secret: Secret) -> None:
        """Store it, and see that it is there."""

    def remove(self, serial: str) -> bool:
        """Remove it; False if there was none."""


class Intents(Protocol):
    """What enrolments are about to do, on the disk."""

    def all(self) -> list[Intent]:
        """Return every one."""

    def save(self, intent: Intent) -> None:
        """Write one, in the place of any of the same serial."""

    def remove(self, serial: str) -> None:
        """Forget one."""


class Interruptions(Protocol):
    """Signals that have been put off."""

    def strike(self) -> None:
        """Let one that has come do its work: KeyboardInterrupt, or SystemExit."""


class Edges(Record):
    """Everything that the care of devices touches."""

    aws: OwnDevices
    secrets: Secrets
    intents: Intents
    steps: UsedSteps
    turns: Turns
    clock: Clock
    talk: Talk
    wait_until: Callable[[datetime, str], None]
    pause: Callable[[float], None]
    put_off: Callable[[], AbstractContextManager[Interruptions]]
    confirm: Callable[[str], bool | None]
    ask_code: Callable[[str], str] | None
    choose: Callable[[list[str]], str | None]

    def turn(self, serial: str) -> AbstractContextManager[None]:
        """Hold the device: nobody else sends a code of it meanwhile."""
        return self.turns.alone(f"device {serial}", f"MFA device {serial}")


def stored_secrets(edges: Edges, serials: Iterable[str]) -> set[str]:
    """Return those with a secret in the keyring; a keyring that fails is told, and has none."""
    try:
        return {serial for serial in serials if edges.secrets.get(serial) is not None}
    except ConfigurationError as error:
        edges.talk.warn(f"whether secrets are stored cannot be told: {error.message}")
        return set()


def pick(devices: list[Device], serial: str | None, edges: Edges, command: str) -> Device:
    """Return the device that is meant: the one named, the only one, or the person's choice."""
    by_serial = {device.serial: device for device in devices}
    if serial is not None:
        if serial not in by_serial:
            raise no_such_device(serial, devices)
        return by_serial[serial]
    if not devices:
        raise ConfigurationError(
            "no-mfa-device",
            "your user has no MFA device for that",
            "add one: `mfa-session device enroll`",
        )
    chosen = devices[0].serial if len(devices) == 1 else edges.choose(list(by_serial))
    if chosen is None:
        raise ConfigurationError(
            "several-mfa-devices",
            f"you have several MFA devices: {', '.join(by_serial)}",
            f"say which: mfa-session device {command} SERIAL",
        )
    return by_serial[chosen]


def no_such_device(serial: str, devices: Iterable[Device]) -> ConfigurationError:
    """Return the error for a serial that none of the user's devices has."""
    known = ", ".join(device.serial for device in devices)
    return ConfigurationError(
        "no-such-device",
        f"{serial} is no MFA device of your user",
        f"yours: {known}" if known else "you have none; add one: `mfa-session device enroll`",
    )


def resync(edges: Edges, user: User, serial: str) -> None:
    """Tell AWS two consecutive codes, so that it learns how far the device's clock is off."""
    secret = edges.secrets.get(serial)
    if secret is None:
        _resync_typed(edges, user, serial)
        return
    with edges.turn(serial):
        _wait_for_two_windows(edges, serial)
        edges.aws.resync(user, serial, make_pair(edges, serial, secret))


def make_pair(edges: Edges, serial: str, secret: Secret) -> Pair:
    """Return the codes of the last window and of this one, noted as used."""
    step = step_at(edges.clock.now())
    edges.steps.note(serial, step)
    return code_at(secret, step - 1), code_at(secret, step)


def _wait_for_two_windows(edges: Edges, serial: str) -> None:
    """Wait until neither this window's code nor the last one's was sent before."""
    last = edges.steps.last(serial)
    step = step_at(edges.clock.now())
    if last is None or not step - 1 <= last < step + SET_BACK_STEPS:
        return
    opens_at = datetime.fromtimestamp((last + 2) * STEP_SECONDS, timezone.utc)
    edges.wait_until(opens_at, f"two unused codes of {serial}")


def _resync_typed(edges: Edges, user: User, serial: str) -> None:
    ask = edges.ask_code
    if ask is None:
        raise NoMfaError(
            "code-needed",
            f"no secret is stored for {serial}, and there is nobody to ask for its codes",
            "run it in a terminal",
        )
    first = _typed(edges, ask, f"Code of {serial}: ", "")
    second = _typed(edges, ask, "The next code, as soon as it shows: ", first)
    with edges.turn(serial):
        edges.steps.note(serial, step_at(edges.clock.now()))
        edges.aws.resync(user, serial, (first, second))


def _typed(edges: Edges, ask: Callable[[str], str], question: str, before: str) -> str:
    for _ in range(PROMPT_ATTEMPTS):
        code = normalize_code(ask(question))
        if code is not None and code != before:
            return code
        edges.talk.say(f"{MALFORMED}; try again" if code is None else "that is the same code")
    raise bad_code()


class Removal:
    """Takes a device from the user and deletes it; with the consent that it was asked for."""

    def __init__(self, edges: Edges, user: User) -> None:
        """Take the edges and the user."""
        self._edges = edges
        self._user = user

    def ask(self, device: Device, *, only: bool) -> None:
        """Ask whether to; DeclinedError if not, or if nobody can be asked."""
        last = "; it is your only one: what needs MFA will be denied" if only else ""
        answer = self._edges.confirm(f"Remove MFA device {device.serial}{last}?")
        if answer is None:
            raise DeclinedError(
                "not-confirmed",
                f"removing {device.serial} needs a yes, and there is nobody to ask",
                "give it beforehand: --yes",
            )
        if not answer:
            raise DeclinedError("not-confirmed", f"{device.serial} was not removed")

    def remove(self, device: Device) -> None:
        """Deactivate, delete and forget; once begun it is not interrupted."""
        with self._edges.put_off() as interruptions:
            interruptions.strike()
            self._unless_gone(lambda: self._edges.aws.deactivate(self._user, device.serial))
            if device.kind == "virtual":
                self._delete(device.serial)
            self.forget(device.serial)

    def finish(self, serial: str) -> bool:
        """End a removal that was cut off: of a device that nobody has, but whose secret we keep.

        False where there is no such secret, so that nothing of anybody else's is touched.
        """
        if serial not in stored_secrets(self._edges, [serial]):
            return False
        if serial in self._edges.aws.unassigned():
            self._delete(serial)
        self.forget(serial)
        return True

    def forget(self, serial: str) -> None:
        """Remove the secret; a keyring that fails is told, as the device is gone already."""
        try:
            self._edges.secrets.remove(serial)
        except ConfigurationError as error:
            self._edges.talk.warn(f"the secret of {serial} stays in the keyring: {error.message}")

    def _delete(self, serial: str) -> None:
        try:
            self._unless_gone(lambda: self._edges.aws.delete(serial))
        except MfaSessionError:
            self._edges.talk.warn(
                f"{serial} is no longer yours, but stands in the account still; "
                f"to finish: mfa-session device remove {serial}"
            )
            raise

    @staticmethod
    def _unless_gone(call: Callable[[], None]) -> None:
        """Call; that it is gone is what was wanted: an answer may have been lost before."""
        try:
            call()
        except ConfigurationError as error:
            if error.code != "no-such-device":
                raise
