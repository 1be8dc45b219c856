"""Resynchronise and remove existing devices."""

from __future__ import annotations

from mfa_session.mfa.devices import make_two_codes, stored_secrets, wait_for_unused
from mfa_session.mfa.sources import PROMPT_ATTEMPTS, bad_code
from mfa_session.model.errors import (
    ConfigurationError,
    MfaSessionError,
    NoMfaError,
    RefusedError,
    require_yes,
)
from mfa_session.model.iam import Intent
from mfa_session.model.totp import MALFORMED, normalize_code, step_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_session.mfa.devices import DeviceEdges
    from mfa_session.model.iam import Device, User
    from mfa_session.model.session import Secret


def resync(edges: DeviceEdges, user: User, serial: str) -> None:
    """Send two consecutive codes, from which AWS learns how far the device's clock is off."""
    secret = _find_secret(edges, serial)
    if secret is None:
        _resync_typed(edges, user, serial)
        return
    with edges.turn(serial):
        wait_for_unused(edges, serial, 2)
        edges.aws.resync(user, serial, make_two_codes(edges, serial, secret))


def _find_secret(edges: DeviceEdges, serial: str) -> Secret | None:
    try:
        return edges.secrets.get(serial)
    except ConfigurationError as error:
        if edges.ask_code is None:
            raise
        edges.talk.warn(f"no code from the keyring: {error.message}")
        return None


def _resync_typed(edges: DeviceEdges, user: User, serial: str) -> None:
    ask = edges.ask_code
    if ask is None:
        raise NoMfaError(
            "code-needed",
            f"no secret is stored for {serial}, and there is nobody to ask for its codes",
            "run it in a terminal",
        )
    first = _ask_code(edges, ask, f"Code of {serial}: ", "")
    second = _ask_code(edges, ask, "The next code, as soon as it shows: ", first)
    with edges.turn(serial):
        edges.steps.note(serial, step_at(edges.clock.now()))
        edges.aws.resync(user, serial, (first, second))


def _ask_code(edges: DeviceEdges, ask: Callable[[str], str], question: str, before: str) -> str:
    for _ in range(PROMPT_ATTEMPTS):
        code = normalize_code(ask(question))
        if code is not None and code != before:
            return code
        edges.talk.say(f"{MALFORMED}; try again" if code is None else "that is the same code")
    raise bad_code()


class Removal:
    """Deactivates a device and deletes it, after a confirmation."""

    def __init__(self, edges: DeviceEdges, user: User) -> None:
        self._edges = edges
        self._user = user

    def ask(self, device: Device, *, only: bool) -> None:
        """Ask for confirmation; DeclinedError after a no, or with nobody to ask."""
        last = "; it is your only one: what needs MFA will be denied" if only else ""
        require_yes(
            self._edges.confirm(f"Remove MFA device {device.serial}{last}?"),
            unasked=f"removing {device.serial} must be confirmed",
            refused=f"{device.serial} was not removed",
        )

    def remove(self, device: Device) -> None:
        """Deactivate, delete and forget the device, with signals deferred."""
        with self._edges.defer_signals() as signals:
            signals.raise_deferred()
            self._deactivate(device)
            if device.kind == "virtual":
                self._delete(device.serial)
            self._forget(device.serial)

    def _deactivate(self, device: Device) -> None:
        now = self._edges.clock.now().replace(microsecond=0)
        self._edges.intents.save(
            Intent(
                serial=device.serial,
                user_arn=self._user.arn,
                began_at=now,
                created=True,
                removing=True,
            )
        )
        try:
            self._unless_gone(lambda: self._edges.aws.deactivate(self._user, device.serial))
        except RefusedError:
            self._edges.intents.remove(device.serial)
            raise

    def finish(self, serial: str) -> bool:
        """Delete an unassigned device that an interrupted removal or enrolment left.

        Return False, and touch nothing, without a note or a secret of it: it may be another's.
        """
        if not self._is_noted(serial) and serial not in stored_secrets(self._edges, [serial]):
            return False
        if serial in self._edges.aws.unassigned():
            self._delete(serial)
        self._forget(serial)
        return True

    def _is_noted(self, serial: str) -> bool:
        return any(
            intent.is_ours and (intent.serial, intent.user_arn) == (serial, self._user.arn)
            for intent in self._edges.intents.all()
        )

    def _forget(self, serial: str) -> None:
        """Remove the secret, as far as the keyring lets us, and the note."""
        try:
            self._edges.secrets.remove(serial)
        except ConfigurationError as error:
            what = f"the secret of {serial} stays in the keyring"
            self._edges.tell_failure(what, error, [serial])
        self._edges.intents.remove(serial)

    def _delete(self, serial: str) -> None:
        try:
            self._unless_gone(lambda: self._edges.aws.delete(serial))
        except MfaSessionError:
            self._edges.talk.warn(
                f"{serial} is no longer yours, but still in the account; "
                f"to finish: `mfa-session device remove {serial}`"
            )
            raise

    @staticmethod
    def _unless_gone(call: Callable[[], None]) -> None:
        """Call; ignore `no-such-device`: an earlier call whose answer was lost may have done it."""
        try:
            call()
        except ConfigurationError as error:
            if error.code != "no-such-device":
                raise
