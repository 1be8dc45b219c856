"""How a protected command runs: with which session, and in which region.

Decided from files, environment and words alone. The session is always one of the identity that the
command would have used, in nobody's place.
"""

from __future__ import annotations

from mfa_session.guard.identity import KEYS, OTHER, ROLE, SESSION, SOURCE, Identity, find_identity
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.record import Record
from mfa_session.model.session import list_sessions
from mfa_session.model.settings import Source
from mfa_session.model.text import unsetting
from mfa_session.session.names import Named, find_name, look_up
from mfa_session.session.own_session import SessionsOfSource, is_of_source
from mfa_session.session.settings import resolve_named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from mfa_session.guard.aws_words import AwsCall
    from mfa_session.model.session import Session
    from mfa_session.model.settings import Settings
    from mfa_session.session.context import Inputs


STEPPED_UP = "MFA_SESSION_GUARDED"
"""The variable with the key id of the session that a guard further out got and showed."""
_NO_SESSION = {"temporary-source", "no-long-term-keys", "source-loop"}
FIRST_VERSION = 1
"""Of the AWS CLI."""


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


class Choice:
    """The choice of a session for one identity, decided without reading anything.

    `wanted` is the session that must be taken (`guard --profile`), refused with exit 3 where it is
    of another identity; of several that fit, the first of `preferred` is taken.
    """

    def __init__(self, inputs: Inputs, identity: Identity, now: datetime) -> None:
        """Take what is known."""
        # What was said of the session to take must not change whose each of the others is.
        self._inputs = inputs.replace(
            now=now,
            options=inputs.options.replace(
                profile=None, source_profile=None, role_arn=None, keeps_role=True
            ),
        )
        self._identity = identity
        self._now = now
        sessions = list_sessions(inputs.profiles, inputs.recovered)
        self._standing = {session.profile: session for session in sessions}

    def choose(self, wanted: str | None, preferred: tuple[str | None, ...]) -> Settings:
        """Return the settings of the session to take; ConfigurationError where there is none."""
        if wanted is not None:
            return self._fitting(wanted)
        identity = self._identity
        if identity.kind in {SESSION, ROLE}:
            return self._unchanged(self._resolve(identity.name or identity.profile or ""))
        return self._of_source().choose(preferred)

    def _of_source(self) -> SessionsOfSource:
        identity = self._identity
        source = identity.source or Source()
        return SessionsOfSource(self._inputs, source, identity.profile, is_told=identity.is_told)

    def _fitting(self, wanted: str) -> Settings:
        """Return the session that must be taken, if it is of this identity."""
        inputs = self._inputs
        named = find_name(inputs.replace(options=inputs.options.replace(profile=wanted)))
        settings = resolve_named(inputs, named)
        if not self._fits(settings):
            raise ConfigurationError(
                "other-identity",
                f"session {settings.name!r} is not of {self._identity.label()}, "
                "which the command would use",
                "leave out guard's own --profile, or name that session in the command's --profile",
            )
        return self._unchanged(settings)

    def _fits(self, settings: Settings) -> bool:
        identity = self._identity
        if identity.kind == SOURCE:
            return self._of_source().fits(settings)
        if identity.kind == KEYS:
            key_id = self._inputs.profiles.in_credentials(settings.target).get("aws_access_key_id")
            return key_id == self._inputs.environ["AWS_ACCESS_KEY_ID"]
        names = {SESSION: identity.name, ROLE: identity.profile}
        return settings.name == names.get(identity.kind)

    def _unchanged(self, settings: Settings) -> Settings:
        """Refuse to renew a session, or a role, as another than the command would have used."""
        unchanged = {SESSION: self._is_as_it_stands, ROLE: self._is_role_of_profile}
        kind = self._identity.kind
        if kind not in unchanged or unchanged[kind](settings):
            return settings
        raise ConfigurationError(
            "other-identity",
            f"the command would use {self._identity.label()}, but the settings of session "
            f"{settings.name!r} now lead to another key or role",
            f"if the settings are right, log in with them: `{settings.login_command}`",
        )

    def _is_as_it_stands(self, settings: Settings) -> bool:
        stands = self._standing.get(settings.target)
        if stands is None:
            return True
        return stands.role_arn == settings.role_arn and _is_of_person(stands, settings)

    def _is_role_of_profile(self, settings: Settings) -> bool:
        role_arn = self._inputs.profiles.section(self._identity.profile or "").get("role_arn")
        stands = self._standing.get(settings.target)
        if stands is not None and stands.is_valid(self._now) is not False:
            return stands.role_arn == settings.role_arn == role_arn
        return settings.role_arn == role_arn

    def _resolve(self, name: str) -> Settings:
        named = look_up(self._inputs, name) or Named(name=name)
        return resolve_named(self._inputs, named)


def _is_of_person(session: Session, settings: Settings) -> bool:
    """Say whether a session is of the same user, whose key may have been rotated.

    AWS takes a device of the user's own only, so the device tells.
    """
    same_device = session.mfa_serial is not None and session.mfa_serial == settings.mfa_serial
    return same_device or is_of_source(session, settings.source)


class Regions(Record):
    """The regions that a command may use, mostly one; and the variables that keep it there.

    The program of another vendor reads AWS_REGION or AWS_DEFAULT_REGION, so there may be two.
    `doubt` says why it had to be found out which one counts.
    """

    names: tuple[str, ...] = ()
    variables: Mapping[str, str]
    doubt: str = ""

    @property
    def only(self) -> str | None:
        """The region, where there is one alone."""
        return self.names[0] if len(self.names) == 1 else None


def find_regions(
    inputs: Inputs, call: AwsCall | None, plan: Plan, cli_version: Callable[[], int | None]
) -> Regions:
    """Return where a command would run: by its own words, the environment or the profile.

    Version 2 of the AWS CLI reads AWS_REGION, then AWS_DEFAULT_REGION, then the profile; version 1
    passes over AWS_REGION. `cli_version` is asked where that makes a difference. Raises
    ConfigurationError `ambiguous-region` where it returns None then.
    """
    around = inputs.environ
    profile = _region_of_profile(inputs, plan)
    second = _first_set(around.get("AWS_DEFAULT_REGION"), profile)
    first = _first_set(around.get("AWS_REGION"), second)
    if call is None:
        names = tuple(dict.fromkeys(name for name in (first, second) if name))
        return Regions(names=names, variables=_absent(around, profile))
    region, doubt = call.region, ""
    if not region:
        region = first
        if first != second:
            region = second if _version(cli_version) == FIRST_VERSION else first
            other = "AWS_DEFAULT_REGION" if "AWS_DEFAULT_REGION" in around else "the profile"
            doubt = f"AWS_REGION and {other} differ; this AWS CLI uses {region or 'neither'}"
    names = (region,) if region else ()
    if call.in_shell:  # the alias may run other commands as well, which keep their own
        return Regions(names=names, variables=_absent(around, profile), doubt=doubt)
    variables = dict.fromkeys(("AWS_REGION", "AWS_DEFAULT_REGION"), region) if region else {}
    return Regions(names=names, variables=variables, doubt=doubt)


def _version(cli_version: Callable[[], int | None]) -> int:
    version = cli_version()
    if version is None:
        raise ConfigurationError(
            "ambiguous-region",
            "AWS_REGION and the other region setting differ, and which one counts depends on the "
            "version of the AWS CLI, which is not known",
            "say which region you mean with --region, or unset one of them",
        )
    return version


def _first_set(*values: str | None) -> str | None:
    """Return the first value that is set: one set to nothing counts, as in botocore."""
    return next((value for value in values if value is not None), None)


def _absent(around: Mapping[str, str], profile: str | None) -> dict[str, str]:
    """Return the profile's region by the variables that would take its place, were they set."""
    if not profile or "AWS_DEFAULT_REGION" in around:
        return {}
    variables = {"AWS_DEFAULT_REGION": profile}
    return variables if "AWS_REGION" in around else {**variables, "AWS_REGION": profile}


def _region_of_profile(inputs: Inputs, plan: Plan) -> str | None:
    own = inputs.profiles.section(plan.profile_read(inputs) or "default").get("region")
    return own or (plan.settings.written_region if plan.settings else None)
