"""The care of a device that is there: bringing it back in step, and removing it."""

from __future__ import annotations

from mfa_session.mfa.devices import make_pair, stored_secrets
from mfa_session.mfa.sources import PROMPT_ATTEMPTS, bad_code
from mfa_session.mfa.submission import wait_for_unused
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
    """Tell AWS two consecutive codes, so that it learns how far the device's clock is off."""
    secret = _find_secret(edges, serial)
    if secret is None:
        _resync_typed(edges, user, serial)
        return
    with edges.turn(serial):
        wait_for_unused(edges, serial, 2)
        edges.aws.resync(user, serial, make_pair(edges, serial, secret))


def _find_secret(edges: DeviceEdges, serial: str) -> Secret | None:
    """Return the stored secret; a keyring that fails is none where codes can be typed."""
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
    first = _typed(edges, ask, f"Code of {serial}: ", "")
    second = _typed(edges, ask, "The next code, as soon as it shows: ", first)
    with edges.turn(serial):
        edges.steps.note(serial, step_at(edges.clock.now()))
        edges.aws.resync(user, serial, (first, second))


def _typed(edges: DeviceEdges, ask: Callable[[str], str], question: str, before: str) -> str:
    for _ in range(PROMPT_ATTEMPTS):
        code = normalize_code(ask(question))
        if code is not None and code != before:
            return code
        edges.talk.say(f"{MALFORMED}; try again" if code is None else "that is the same code")
    raise bad_code()


class Removal:
    """Takes a device from the user and deletes it; with the consent that it was asked for."""

    def __init__(self, edges: DeviceEdges, user: User) -> None:
        """Take the edges and the user."""
        self._edges = edges
        self._user = user

    def ask(self, device: Device, *, only: bool) -> None:
        """Ask whether to; DeclinedError if not, or if nobody can be asked."""
        last = "; it is your only one: what needs MFA will be denied" if only else ""
        require_yes(
            self._edges.confirm(f"Remove MFA device {device.serial}{last}?"),
            unasked=f"removing {device.serial} must be confirmed",
            refused=f"{device.serial} was not removed",
        )

    def remove(self, device: Device) -> None:
        """Deactivate, delete and forget; once begun it is not interrupted."""
        with self._edges.put_off() as interruptions:
            interruptions.strike()
            self._deactivate(device)
            if device.kind == "virtual":
                self._delete(device.serial)
            self.forget(device.serial)
            self._edges.intents.remove(device.serial)

    def _deactivate(self, device: Device) -> None:
        """Write down what is about to be done, and begin; what is refused was not begun."""
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
        """End a removal that was cut off: of a device that nobody has.

        Or of one that an enrolment left. False where neither a note of it nor the secret is here,
        so that nothing of anybody else's is touched.
        """
        if not self._is_noted(serial) and serial not in stored_secrets(self._edges, [serial]):
            return False
        if serial in self._edges.aws.unassigned():
            self._delete(serial)
        self.forget(serial)
        self._edges.intents.remove(serial)
        return True

    def _is_noted(self, serial: str) -> bool:
        return any(
            intent.is_ours and (intent.serial, intent.user_arn) == (serial, self._user.arn)
            for intent in self._edges.intents.all()
        )

    def forget(self, serial: str) -> None:
        """Remove the secret; a keyring that fails is told, unless none ever had it."""
        try:
            self._edges.secrets.remove(serial)
        except ConfigurationError as error:
            is_certain = error.code != "keyring-unusable" or self._edges.secrets.is_known(serial)
            tell = self._edges.talk.warn if is_certain else self._edges.talk.detail
            tell(f"the secret of {serial} stays in the keyring: {error.message}")

    def _delete(self, serial: str) -> None:
        try:
            self._unless_gone(lambda: self._edges.aws.delete(serial))
        except MfaSessionError:
            self._edges.talk.warn(
                f"{serial} is no longer yours, but stands in the account still; "
                f"to finish: `mfa-session device remove {serial}`"
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
