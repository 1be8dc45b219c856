"""The step-up before a protected command: whose session, what will be hit, and the question."""

from __future__ import annotations

from mfa_session.cli.arguments import asks_nothing
from mfa_session.guard.aws_words import is_aws, without_profile
from mfa_session.guard.choice import Choice
from mfa_session.guard.identity import KEYS, OTHER, Identity, find_identity
from mfa_session.guard.preview import announce, show
from mfa_session.guard.region import profile_read, region_of
from mfa_session.model.errors import ConfigurationError, DeclinedError, NoMfaError
from mfa_session.model.record import Record
from mfa_session.session.environment import child_environment, session_variables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mfa_session.cli.app import App
    from mfa_session.guard.decision import Verdict
    from mfa_session.model.session import Session
    from mfa_session.model.settings import Settings
    from mfa_session.session.inputs import Facts

STEPPED_UP = "MFA_SESSION_GUARDED"
"""The key id of the session that a guard further out has asked for, shown and given."""
_NO_SESSION = {"temporary-source", "no-long-term-keys", "source-loop"}


class Plan(Record):
    """What a protected command runs with: a session by `settings`, or as it is for a `reason`."""

    facts: Facts
    identity: Identity
    settings: Settings | None = None
    reason: str = ""
    is_inside: bool = False


class Ready(Record):
    """A command line and its environment, as they will be run."""

    words: Sequence[str]
    environ: Mapping[str, str]


def step_up(app: App, words: Sequence[str], verdict: Verdict) -> Ready:
    """Have the session, show what will be hit, ask if that is wanted; return what to run."""
    plan = make_plan(app, verdict)
    if plan.is_inside:
        return Ready(words=words, environ=app.environ)
    region = region_of(app, words, plan, verdict)
    _check_confirmable(app)
    announce(app, words, verdict)
    plan, session = _have_session(app, plan)
    if plan.reason:
        _warn_or_refuse(app, plan)
    show(app, words, verdict, session, plan, region)
    _ask(app)
    if session is None:
        return Ready(words=words, environ=_without_new_keys(app, plan, region))
    return _ready(app, words, verdict, plan, session, region)


def _have_session(app: App, plan: Plan) -> tuple[Plan, Session | None]:
    """Have the session that is planned; a key without a device gets none, and the plan says why."""
    if plan.settings is None:
        return plan, None
    from mfa_session.session.device import NO_DEVICE, lacks_device  # noqa: PLC0415  # cold

    try:
        return plan, app.have(plan.facts, plan.settings, in_memory=True).session
    except ConfigurationError as error:
        if error.code not in NO_DEVICE:
            raise
        return _without_session(plan, error.message), None
    except NoMfaError as error:  # it is not known yet whether there is a device to ask a code of
        if error.code != "code-needed":
            raise
        reason = lacks_device(app.edges(), plan.settings)
        if reason is None:
            raise
        return _without_session(plan, reason), None


def _without_new_keys(app: App, plan: Plan, region: str | None) -> Mapping[str, str]:
    """Return the environment as it is; with session keys, the region shown and a mark of them."""
    if plan.identity.kind != KEYS:
        return app.environ
    regions = dict.fromkeys(("AWS_REGION", "AWS_DEFAULT_REGION"), region) if region else {}
    # The guards further in are not to ask again.
    return {**app.environ, **regions, STEPPED_UP: app.environ["AWS_ACCESS_KEY_ID"]}


def make_plan(app: App, verdict: Verdict) -> Plan:
    """Decide with which session the command is to run; nothing is asked of AWS or anybody."""
    facts = app.facts(app.given.options(app.environ).replace(profile=None, source_profile=None))
    identity = _identity_of(facts, verdict)
    wanted = app.given.values.get("profile")
    plan = Plan(facts=facts, identity=identity)
    choice = Choice(facts, identity, app.now())
    if identity.kind == KEYS:
        if wanted is not None:
            choice.choose(wanted, ())  # which refuses another's
        inside = app.environ.get(STEPPED_UP) == app.environ.get("AWS_ACCESS_KEY_ID")
        return plan.replace(is_inside=inside)
    if identity.kind == OTHER and wanted is None:
        return plan.replace(reason=identity.reason)
    preferred = (app.environ.get("MFA_SESSION_PROFILE"), facts.file.guard.get("profile"))
    try:
        settings = choice.choose(wanted, preferred)
    except ConfigurationError as error:
        if error.code not in _NO_SESSION or wanted is not None:
            raise
        return _without_session(plan, error.message)
    max_age = app.given.values.get("max_age")
    max_age = facts.file.guard.get("max_age") if max_age is None else max_age
    return plan.replace(settings=settings.with_max_age(max_age))


def _identity_of(facts: Facts, verdict: Verdict) -> Identity:
    call = verdict.call
    if call is not None and call.in_shell and call.profile:
        reason = f"the alias {call.alias!r} runs it in a shell, with a --profile of its own"
        return Identity(kind=OTHER, reason=reason)
    return find_identity(facts, call.profile if call else None)


def _without_session(plan: Plan, reason: str) -> Plan:
    return plan.replace(settings=None, reason=reason)


def _warn_or_refuse(app: App, plan: Plan) -> None:
    """Tell why there is no session; with `strict`, let nothing run without one."""
    if plan.facts.file.guard.get("strict", False):
        raise DeclinedError(
            "no-session-for-identity",
            f"the command is protected, and no MFA session is had for it: {plan.reason}",
            "use a profile with your own access key and an MFA device, "
            "or set strict = false in [guard] of config.toml",
        )
    app.talk.warn(f"running without a step-up to MFA: {plan.reason}")


def _check_confirmable(app: App) -> None:
    """Refuse where a yes is wanted and nobody can give it; before a code is spent on it."""
    from mfa_session.cli.wiring import terminal_of  # noqa: PLC0415  # every edge

    if not _wants_yes(app) or terminal_of(app).can_ask():
        return
    unasked = asks_nothing(app.given.values, app.environ)
    raise DeclinedError(
        "not-confirmed",
        "the command is protected, and "
        + ("nothing may be asked" if unasked else "there is nobody to ask"),
        "run it in a terminal, or say yes beforehand: guard --yes",
    )


def _wants_yes(app: App) -> bool:
    return bool(app.file().guard.get("confirm", False)) and not app.given.flag("yes")


def _ask(app: App) -> None:
    """Ask whether to go on, where that is wanted."""
    from mfa_session.cli.wiring import confirm, terminal_of  # noqa: PLC0415  # every edge

    if _wants_yes(app) and not confirm(terminal_of(app), "Run it?"):
        raise DeclinedError("declined", "not run: the answer was no")


def _ready(
    app: App,
    words: Sequence[str],
    verdict: Verdict,
    plan: Plan,
    session: Session,
    region: str | None,
) -> Ready:
    """Put the session and the region into the environment, in the place of the profile."""
    variables = session_variables(session, app.environ, asked=region, from_files=None)
    variables[STEPPED_UP] = session.keys.access_key_id
    profile = profile_read(app, plan)
    if verdict.call is not None:
        # The AWS CLI takes the keys before it, and region and output from it. Others may prefer
        # a profile to keys, and would go on without MFA.
        if profile and profile in plan.facts.profiles.names():
            variables["AWS_PROFILE"] = profile
        if not verdict.call.in_shell:
            start = is_aws(words) - 1
            words = (*words[:start], *without_profile(words[start:]))
    return Ready(words=words, environ=child_environment(app.environ, variables))
