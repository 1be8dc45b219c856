"""With which session a protected command runs: decided from files, environment and words alone."""

from __future__ import annotations

from mfa_session.guard.choice import Choice
from mfa_session.guard.identity import KEYS, OTHER, Identity, find_identity
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.quoting import unsetting
from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

    from mfa_session.guard.aws_words import AwsCall
    from mfa_session.model.settings import Settings
    from mfa_session.session.inputs import Inputs

STEPPED_UP = "MFA_SESSION_GUARDED"
"""The variable with the key id of the session that a guard further out got and showed."""
_NO_SESSION = {"temporary-source", "no-long-term-keys", "source-loop"}


class Plan(Record):
    """What a protected command runs with: a session by `settings`, or as it is for a `reason`.

    `is_inside`: a guard further out has shown and asked already.
    """

    identity: Identity
    settings: Settings | None = None
    reason: str = ""
    is_inside: bool = False

    def without_session(self, reason: str) -> Plan:
        """Return the plan to run the command as it is, for a reason."""
        return self.replace(settings=None, reason=reason)

    def profile_read(self, inputs: Inputs) -> str | None:
        """Return the profile whose region and output count, wherever the keys are from."""
        around = inputs.environ
        return self.identity.profile or (
            around.get("AWS_DEFAULT_PROFILE") or around.get("AWS_PROFILE")
        )


class Wishes(Record):
    """What was said of the session: `profile` by `guard --profile`, `max_age` in seconds."""

    profile: str | None = None
    max_age: int | None = None


def make_plan(inputs: Inputs, call: AwsCall | None, wishes: Wishes, now: datetime) -> Plan:
    """Decide with which session a command is to run; `call` is None for other programs.

    Raises ConfigurationError for a profile that is not there, and for a session that is wished
    for and belongs to another identity.
    """
    if call is not None and not call.profile:
        _refuse_empty_profile(inputs)
    plan = Plan(identity=_identity_of(inputs, call))
    choice = Choice(inputs, plan.identity, now)
    if plan.identity.kind == KEYS:
        if wishes.profile is not None:
            choice.choose(wishes.profile, ())  # which refuses another's
        key_id = inputs.environ.get("AWS_ACCESS_KEY_ID")
        return plan.replace(is_inside=inputs.environ.get(STEPPED_UP) == key_id)
    if plan.identity.kind == OTHER and wishes.profile is None:
        return plan.without_session(plan.identity.reason)
    guard = inputs.file.guard
    preferred = (inputs.environ.get("MFA_SESSION_PROFILE"), guard.get("profile"))
    try:
        settings = choice.choose(wishes.profile, preferred)
    except ConfigurationError as error:
        if error.code not in _NO_SESSION or wishes.profile is not None:
            raise
        return plan.without_session(error.message)
    max_age = guard.get("max_age") if wishes.max_age is None else wishes.max_age
    return plan.replace(settings=settings.with_max_age(max_age))


def _identity_of(inputs: Inputs, call: AwsCall | None) -> Identity:
    if call is not None and call.in_shell and call.profile:
        reason = f"the alias {call.alias!r} runs it in a shell, with a --profile of its own"
        return Identity(kind=OTHER, reason=reason)
    return find_identity(inputs, call.profile if call else None)


def _refuse_empty_profile(inputs: Inputs) -> None:
    """Refuse `AWS_PROFILE=`: the AWS CLI looks for a profile of no name, and fails."""
    for name in ("AWS_DEFAULT_PROFILE", "AWS_PROFILE"):
        profile = inputs.environ.get(name)
        if profile == "":
            raise ConfigurationError(
                "no-such-profile",
                f"{name} is set to nothing, which the AWS CLI takes for the name of a profile",
                unsetting(name),
            )
        if profile:
            return
