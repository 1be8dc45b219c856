"""The user's own MFA devices: the calls that manage them, the choice of one, and sending its codes.

AWS accepts the code of each 30 s window once.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timezone
from itertools import count
from typing import Protocol

from mfa_session.mfa.sources import bad_code, code_at
from mfa_session.model.errors import CodeRejectedError, ConfigurationError, MfaSessionError
from mfa_session.model.record import Record
from mfa_session.model.totp import (
    MALFORMED,
    STEP_SECONDS,
    normalize_code,
    seconds_left_in_step,
    step_at,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

    from mfa_session.model.feature_ports import Signals
    from mfa_session.model.iam import Device, Intent, NewDevice, Pair, User
    from mfa_session.model.ports import (
        Clock,
        CodeSource,
        Console,
        Edges,
        Issued,
        Secrets,
        Turns,
        UsedSteps,
    )
    from mfa_session.model.session import Secret


class OwnDevices(Protocol):
    """IAM's calls of one user about the user's own devices; each raises our errors only."""

    def user(self) -> User:
        """Return the user whose keys sign."""

    def enabled(self) -> list[Device]:
        """IAM ListMFADevices of the caller."""

    def unassigned(self) -> set[str]:
        """IAM ListVirtualMFADevices: the serials in the account that no user has."""

    def create(self, name: str) -> NewDevice:
        """IAM CreateVirtualMFADevice, sent once: a second call would not return the seed."""

    def enable(self, user: User, serial: str, codes: Pair) -> None:
        """IAM EnableMFADevice, with two consecutive codes."""

    def resync(self, user: User, serial: str, codes: Pair) -> None:
        """IAM ResyncMFADevice, with two consecutive codes."""

    def deactivate(self, user: User, serial: str) -> None:
        """IAM DeactivateMFADevice."""

    def delete(self, serial: str) -> None:
        """IAM DeleteVirtualMFADevice; refused (`device-in-use`) while a user has it."""


class Intents(Protocol):
    """Notes on disk of enrolments and removals that have begun, by serial."""

    def all(self) -> list[Intent]:
        """Return all notes."""

    def save(self, intent: Intent) -> None:
        """Write a note; it replaces one of the same serial."""

    def remove(self, serial: str) -> None:
        """Delete a note."""


class DeviceEdges(Record):
    """Everything that the device commands touch."""

    aws: OwnDevices
    secrets: Secrets
    intents: Intents
    steps: UsedSteps
    turns: Turns
    clock: Clock
    talk: Console
    wait_until: Callable[[datetime, str], None]
    pause: Callable[[float], None]
    defer_signals: Callable[[], AbstractContextManager[Signals]]
    confirm: Callable[[str], bool | None]
    ask_code: Callable[[str], str] | None
    choose: Callable[[list[str]], str | None]

    def turn(self, serial: str) -> AbstractContextManager[None]:
        """Hold the device, so that no other process sends its codes meanwhile."""
        return self.turns.alone(f"device {serial}", f"MFA device {serial}")

    def tell_failure(self, what: str, error: ConfigurationError, serials: list[str]) -> None:
        """Warn of a keyring that fails, unless none here ever held a secret of these devices."""
        was_used = not set(self.secrets.known()).isdisjoint(serials)
        is_missed = was_used or error.code != "keyring-unusable"
        tell = self.talk.warn if is_missed else self.talk.detail
        tell(f"{what}: {error.message}")


def stored_secrets(edges: DeviceEdges, serials: Iterable[str]) -> set[str]:
    """Return the serials that have a secret in the keyring; none if the keyring fails."""
    asked = list(serials)
    try:
        return {serial for serial in asked if edges.secrets.get(serial) is not None}
    except ConfigurationError as error:
        edges.tell_failure("cannot tell whether secrets are stored", error, asked)
        return set()


def pick(devices: list[Device], serial: str | None, edges: DeviceEdges) -> Device:
    """Return the named device, the only one, or the one that the person chooses."""
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
    """Return NAME-2, or the next name that the user's devices, noted ones included, leave free."""
    taken = {intent.serial for intent in edges.intents.all()}
    with suppress(MfaSessionError):
        taken |= {device.serial for device in edges.aws.enabled()}
    return next(new for n in count(2) if user.serial_of(new := f"{name}-{n}") not in taken)


def no_such_device(serial: str, devices: Iterable[Device]) -> ConfigurationError:
    """Return the error for a serial that is not one of the user's devices."""
    known = ", ".join(device.serial for device in devices)
    return ConfigurationError(
        "no-such-device",
        f"{serial} is not an MFA device of your user",
        f"yours: {known}" if known else "you have none; add one: `mfa-session device enroll`",
    )


def make_two_codes(edges: DeviceEdges, serial: str, secret: Secret) -> Pair:
    """Return the codes of the last window and this one, and note them as used."""
    step = step_at(edges.clock.now())
    edges.steps.note(serial, step)
    return code_at(secret, step - 1), code_at(secret, step)


def send_code(
    edges: Edges, serial: str, source: CodeSource, call: Callable[[str], Issued]
) -> Issued:
    """Call with a device's codes until AWS accepts one or the source's attempts are used up."""
    problem: str | None = None
    for left in range(source.attempts - 1, -1, -1):
        try:
            issued = _send_one(edges, serial, source, problem, call)
        except CodeRejectedError as error:
            if not left:
                error.hint = source.cure or error.hint
                raise
            seconds = seconds_left_in_step(edges.clock.now())
            problem = f"{error.message}; a code works once, the next one comes in {seconds} s"
            continue
        if issued is not None:
            return issued
        problem = MALFORMED
    raise bad_code()


def _send_one(
    edges: Edges,
    serial: str,
    source: CodeSource,
    problem: str | None,
    call: Callable[[str], Issued],
) -> Issued | None:
    """Send the source's next code; None if it is malformed.

    A generated code waits for an unused window; a typed one is sent at once.
    """
    text = None
    if not source.cure:
        text = source.next_code(serial, problem)  # may take minutes, so outside the turn
    with edges.turns.alone(f"device {serial}", f"MFA device {serial}"):
        if text is None:
            wait_for_unused(edges, serial)
            text = source.next_code(serial, problem)
        code = normalize_code(text)
        if code is None:
            return None
        edges.steps.note(serial, step_at(edges.clock.now()))
        return call(code)


def wait_for_unused(edges: Edges | DeviceEdges, serial: str, count: int = 1) -> None:
    """Wait until the codes of the last `count` windows, the current one included, are unused.

    A step noted while the clock was ahead does not block earlier steps.
    """
    used = edges.steps.used(serial)
    step = opens = step_at(edges.clock.now())
    while any(each in used for each in range(opens - count + 1, opens + 1)):
        opens += 1
    if opens == step:
        return
    opens_at = datetime.fromtimestamp(opens * STEP_SECONDS, timezone.utc)
    what = "the next code" if count == 1 else f"{count} unused codes"
    edges.wait_until(opens_at, f"{what} of {serial}")
