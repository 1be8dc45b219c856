"""Decides with which session and in which region a protected command runs.

It reads files, environment and words, and asks AWS nothing. The session always belongs to the
identity that the command would use by itself. `report` is what `guard --dry-run` says of a plan.
"""

from __future__ import annotations

from mfa_session.guard.aws_words import with_profile
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.record import Record, Result
from mfa_session.model.settings import Source
from mfa_session.model.text import unsetting
from mfa_session.session.identity import (
    KEYS,
    NO_SESSION_CODES,
    OTHER,
    ROLE,
    SESSION,
    SOURCE,
    Identity,
    SessionsOfSource,
    find_identity,
    settings_of,
    unasked,
)
from mfa_session.session.names import PROFILE_VARIABLES, find_name, profile_variable
from mfa_session.session.reuse import find_kept
from mfa_session.session.settings import resolve_named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from mfa_session.guard.aws_words import AwsCall
    from mfa_session.guard.rules import Verdict
    from mfa_session.model.settings import Settings
    from mfa_session.session.context import Inputs


STEPPED_UP = "MFA_SESSION_GUARDED"
"""Tells guards inside the command which key id this guard has shown."""
VERSION_1 = 1
# JSON's effect → what people read.
EFFECTS = {
    "run": "it runs unchanged",
    "use-session": "it runs with the session, which is valid",
    "log-in": "guard logs in first, then runs it with the session",
    "keep-keys": "it runs with the session keys of the environment",
    "warn": "it runs unchanged, with a warning: {reason}",
    "refuse": "it does not run: {reason}",
}

WITHOUT_DEVICE = {
    False: "; if your user has no MFA device, it runs without a session, with a warning",
    True: "; if your user has no MFA device, it does not run ([guard] strict)",
}
"""By `strict`. A dry run does not ask AWS whether the user has a device."""


class Plan(Record):
    """How a protected command runs: with the session of `settings`, or, for `reason`, without.

    `is_nested`: the guard of an outer command has shown and asked everything.
    """

    identity: Identity
    settings: Settings | None = None
    reason: str = ""
    is_nested: bool = False

    def without_session(self, reason: str) -> Plan:
        """Return the plan to run the command unchanged, for a reason."""
        return self.replace(settings=None, reason=reason)

    def profile_for_region(self, inputs: Inputs) -> str | None:
        """Return the profile whose region and output apply, whichever keys are used."""
        return self.identity.profile or inputs.environ.get(profile_variable(inputs.environ))


class GuardedCommand(Record):
    """A protected command, and guard's options for it (`max_age` in seconds)."""

    words: tuple[str, ...]
    verdict: Verdict
    profile: str | None = None
    max_age: int | None = None
    yes: bool = False


def make_plan(inputs: Inputs, request: GuardedCommand) -> Plan:
    """Choose the session for a command.

    Raises ConfigurationError for an unknown profile, and if the required session belongs to
    another identity.
    """
    call, required = request.verdict.call, request.profile
    if call is not None and not call.profile:
        _refuse_empty_profile(inputs)
    plan = Plan(identity=_identity_of(inputs, request))
    if plan.identity.kind == KEYS:
        if required is not None:
            _require(unasked(inputs), plan.identity, required)
        key_id = inputs.environ.get("AWS_ACCESS_KEY_ID")
        return plan.replace(is_nested=inputs.environ.get(STEPPED_UP) == key_id)
    if plan.identity.kind == OTHER and required is None:
        return plan.without_session(plan.identity.reason)
    guard = inputs.file.guard
    preferred = (inputs.environ.get("MFA_SESSION_PROFILE"), guard.get("profile"))
    try:
        settings = choose_session(inputs, plan.identity, required, preferred)
    except ConfigurationError as error:
        if error.code not in NO_SESSION_CODES or required is not None:
            raise
        return plan.without_session(error.message)
    max_age = guard.get("max_age") if request.max_age is None else request.max_age
    return plan.replace(settings=settings.with_max_age(max_age))


def _identity_of(inputs: Inputs, request: GuardedCommand) -> Identity:
    call = request.verdict.call
    if call is not None and call.in_shell and call.profile:
        reason = f"the alias {call.alias!r} runs it in a shell, with its own --profile"
        return Identity(kind=OTHER, reason=reason)
    try:
        return find_identity(inputs, call.profile if call else None)
    except ConfigurationError as error:
        if error.add[:1] == ("--profile",):  # the guarded command lacked it, not guard
            error.add = ("--", *with_profile(request.words, error.add[1]))
        raise


def _refuse_empty_profile(inputs: Inputs) -> None:
    for name in PROFILE_VARIABLES:
        profile = inputs.environ.get(name)
        if profile == "":
            raise ConfigurationError(
                "no-such-profile",
                f"{name} is empty, and the AWS CLI has no profile of that name",
                unsetting(name),
            )
        if profile:
            return


def choose_session(
    inputs: Inputs, identity: Identity, wanted: str | None, preferred: tuple[str | None, ...]
) -> Settings:
    """Return an identity's session: `wanted`, or the first of `preferred` that fits."""
    inputs = unasked(inputs)
    required = _require(inputs, identity, wanted) if wanted is not None else None
    if identity.kind in {SESSION, ROLE}:
        return settings_of(inputs, identity)
    return required or _sessions_of_source(inputs, identity).choose(preferred)


def _sessions_of_source(inputs: Inputs, identity: Identity) -> SessionsOfSource:
    source = identity.source or Source()
    return SessionsOfSource(inputs, source, is_told=identity.is_told)


def _require(inputs: Inputs, identity: Identity, wanted: str) -> Settings:
    """Return the settings of `wanted`; refuse a session of another identity."""
    settings = resolve_named(inputs, find_name(inputs.asking(profile=wanted)))
    if _fits(inputs, identity, settings):
        return settings
    raise ConfigurationError(
        "other-identity",
        f"the command uses {identity.label()}, and session {settings.name!r} "
        "belongs to another identity",
        "leave out guard's own --profile, or name that session in the command's --profile",
    )


def _fits(inputs: Inputs, identity: Identity, settings: Settings) -> bool:
    if identity.kind == SOURCE:
        return _sessions_of_source(inputs, identity).fits(settings)
    if identity.kind == KEYS:
        key_id = inputs.profiles.in_credentials(settings.target).get("aws_access_key_id")
        return key_id == inputs.environ["AWS_ACCESS_KEY_ID"]
    names = {SESSION: identity.name, ROLE: identity.profile}
    return settings.name == names.get(identity.kind)


class Regions(Record):
    """The regions that a command may use, and the variables that keep it there.

    Other programs than the AWS CLI read AWS_REGION or AWS_DEFAULT_REGION, so there may be two.
    `doubt` says which settings differ, and which of them the AWS CLI uses.
    """

    names: tuple[str, ...] = ()
    variables: Mapping[str, str]
    doubt: str = ""

    @property
    def only(self) -> str | None:
        """The region if there is exactly one."""
        return self.names[0] if len(self.names) == 1 else None


def find_regions(
    inputs: Inputs, call: AwsCall | None, plan: Plan, cli_version: Callable[[], int | None]
) -> Regions:
    """Return the regions from the command's words, the environment or the profile.

    Version 2 of the AWS CLI reads AWS_REGION, then AWS_DEFAULT_REGION, then the profile; version 1
    ignores AWS_REGION. Where that matters, `cli_version` is called; if it returns None, raises
    ConfigurationError `ambiguous-region`.
    """
    environ = inputs.environ
    profile = _region_of_profile(inputs, plan)
    of_version_1 = _pick_first_set(environ.get("AWS_DEFAULT_REGION"), profile)
    of_version_2 = _pick_first_set(environ.get("AWS_REGION"), of_version_1)
    if call is None:
        names = tuple(dict.fromkeys(name for name in (of_version_2, of_version_1) if name))
        return Regions(names=names, variables=_fill_unset(environ, profile))
    region, doubt = call.region or of_version_2, ""
    if not call.region and of_version_1 != of_version_2:
        if _require_version(cli_version) == VERSION_1:
            region = of_version_1
        other = "AWS_DEFAULT_REGION" if "AWS_DEFAULT_REGION" in environ else "the profile"
        doubt = f"AWS_REGION and {other} differ; this AWS CLI uses {region or 'neither'}"
    names = (region,) if region else ()
    if call.in_shell:  # the alias may also run commands in other regions
        return Regions(names=names, variables=_fill_unset(environ, profile), doubt=doubt)
    variables = dict.fromkeys(("AWS_REGION", "AWS_DEFAULT_REGION"), region) if region else {}
    return Regions(names=names, variables=variables, doubt=doubt)


def _require_version(cli_version: Callable[[], int | None]) -> int:
    version = cli_version()
    if version is None:
        raise ConfigurationError(
            "ambiguous-region",
            "AWS_REGION and the other region setting differ, and the version of the AWS CLI, "
            "which decides between them, is unknown",
            "name the region with --region, or unset one of them",
        )
    return version


def _pick_first_set(*values: str | None) -> str | None:
    """Return the first value that is set; an empty one counts, as in botocore."""
    return next((value for value in values if value is not None), None)


def _fill_unset(environ: Mapping[str, str], profile: str | None) -> dict[str, str]:
    """Return the region variables that are unset, with the profile's region as their value."""
    if not profile or "AWS_DEFAULT_REGION" in environ:
        return {}
    variables = {"AWS_DEFAULT_REGION": profile}
    return variables if "AWS_REGION" in environ else {**variables, "AWS_REGION": profile}


def _region_of_profile(inputs: Inputs, plan: Plan) -> str | None:
    own = inputs.profiles.section(plan.profile_for_region(inputs) or "default").get("region")
    return own or (plan.settings.written.get("region") if plan.settings else None)


def report(request: GuardedCommand, inputs: Inputs, now: datetime) -> Result:
    """Report the decision; run, ask and write nothing."""
    verdict = request.verdict
    identity = session = None
    effect, meaning = "run", EFFECTS["run"]
    if verdict.protected:
        plan = make_plan(inputs, request)
        identity = plan.identity.label()
        session = plan.settings.target if plan.settings else None
        effect = _effect(inputs, plan, now)
        meaning = EFFECTS[effect].format(reason=plan.reason)
        if effect == "log-in" and _device_is_unknown(plan.settings):
            meaning += WITHOUT_DEVICE[bool(inputs.file.guard.get("strict", False))]
    data = {
        "protected": verdict.protected,
        "rule": verdict.rule,
        "service": verdict.service,
        "operation": verdict.operation,
        "action": verdict.action,
        "identity": identity,
        "session": session,
        "effect": effect,
    }
    why = verdict.rule if verdict.reason.startswith("it is") else verdict.reason
    lines = [f"protected: {why}" if verdict.protected else f"not protected: {verdict.reason}"]
    lines += [f"identity: {identity}"] if identity else []
    lines += [f"session: {session}"] if session else []
    return Result(data=data, lines=(*lines, f"effect: {meaning}"))


def _device_is_unknown(settings: Settings | None) -> bool:
    asks = settings.via or settings if settings else None
    return asks is not None and asks.mfa_serial is None and asks.remembered_serial is None


def _effect(inputs: Inputs, plan: Plan, now: datetime) -> str:
    if plan.settings is not None:
        return "use-session" if find_kept(plan.settings, inputs.sessions(), now) else "log-in"
    if plan.identity.kind == KEYS:
        return "keep-keys"
    return "refuse" if inputs.file.guard.get("strict", False) else "warn"
