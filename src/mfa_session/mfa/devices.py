"""The user's own MFA devices: what there is, which one is meant, and what their care needs."""

from __future__ import annotations

from contextlib import suppress
from itertools import count
from typing import Protocol

from mfa_session.mfa.sources import code_at
from mfa_session.model.errors import ConfigurationError, MfaSessionError
from mfa_session.model.record import Record
from mfa_session.model.totp import step_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager
    from datetime import datetime

    from mfa_session.model.iam import Device, Intent, NewDevice, Pair, User
    from mfa_session.model.ports import Clock, Console, Secrets, Turns, UsedSteps
    from mfa_session.model.session import Secret


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


class DeviceEdges(Record):
    """Everything that the care of devices touches."""

    aws: OwnDevices
    secrets: Secrets
    intents: Intents
    steps: UsedSteps
    turns: Turns
    clock: Clock
    talk: Console
    wait_until: Callable[[datetime, str], None]
    pause: Callable[[float], None]
    put_off: Callable[[], AbstractContextManager[Interruptions]]
    confirm: Callable[[str], bool | None]
    ask_code: Callable[[str], str] | None
    choose: Callable[[list[str]], str | None]

    def turn(self, serial: str) -> AbstractContextManager[None]:
        """Hold the device: nobody else sends a code of it meanwhile."""
        return self.turns.alone(f"device {serial}", f"MFA device {serial}")


def stored_secrets(edges: DeviceEdges, serials: Iterable[str]) -> set[str]:
    """Return those with a secret in the keyring; a keyring that fails has none.

    It is told, unless there is none on this machine and none ever had a secret of these.
    """
    asked = list(serials)
    try:
        return {serial for serial in asked if edges.secrets.get(serial) is not None}
    except ConfigurationError as error:
        was_used = any(edges.secrets.is_known(serial) for serial in asked)
        is_missed = was_used or error.code != "keyring-unusable"
        tell = edges.talk.warn if is_missed else edges.talk.detail
        tell(f"cannot tell whether secrets are stored: {error.message}")
        return set()


def pick(devices: list[Device], serial: str | None, edges: DeviceEdges) -> Device:
    """Return the device that is meant: the one named, the only one, or the person's choice."""
    by_serial = {device.serial: device for device in devices}
    if serial is not None:
        if serial not in by_serial:
            raise no_such_device(serial, devices)
        return by_serial[serial]
    if not devices:
        raise ConfigurationError(
            "no-mfa-device",
            "your user has no suitable MFA device",
            "add one: `mfa-session device enroll`",
        )
    chosen = devices[0].serial if len(devices) == 1 else edges.choose(list(by_serial))
    if chosen is None:
        raise ConfigurationError(
            "several-mfa-devices",
            f"you have several MFA devices: {', '.join(by_serial)}",
            "say which",
            add=(next(iter(by_serial)),),
        )
    return by_serial[chosen]


def free_name(edges: DeviceEdges, user: User, name: str) -> str:
    """Return NAME-2, or the next that no device of the user's has, be it enabled or left over."""
    taken = {intent.serial for intent in edges.intents.all()}
    with suppress(MfaSessionError):  # what is not told is left out
        taken |= {device.serial for device in edges.aws.enabled()}
    return next(new for n in count(2) if user.serial_of(new := f"{name}-{n}") not in taken)


def no_such_device(serial: str, devices: Iterable[Device]) -> ConfigurationError:
    """Return the error for a serial that none of the user's devices has."""
    known = ", ".join(device.serial for device in devices)
    return ConfigurationError(
        "no-such-device",
        f"{serial} is not an MFA device of your user",
        f"yours: {known}" if known else "you have none; add one: `mfa-session device enroll`",
    )


def make_pair(edges: DeviceEdges, serial: str, secret: Secret) -> Pair:
    """Return the codes of the last window and of this one, noted as used."""
    step = step_at(edges.clock.now())
    edges.steps.note(serial, step)
    return code_at(secret, step - 1), code_at(secret, step)
