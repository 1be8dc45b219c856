"""Clean up after an interrupted enrolment: at once, or in the next run after a kill."""

from __future__ import annotations

from mfa_session.mfa.devices import free_name
from mfa_session.model.errors import (
    AnsweredNoError,
    ConfigurationError,
    MfaSessionError,
    RefusedError,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_session.mfa.devices import DeviceEdges
    from mfa_session.model.iam import Intent, User


ENABLED, UNASSIGNED, GONE = "enabled", "unassigned", "gone"


class UnfinishedDevices:
    """One user's devices that were created and not enabled."""

    def __init__(self, edges: DeviceEdges, user: User, again: Callable[[str], str]) -> None:
        """Take the edges and the user; `again` spells the command that enrols a name."""
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

    def next_step(self, intent: Intent, problem: MfaSessionError | None = None) -> str:
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
