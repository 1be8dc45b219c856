"""Asks AWS about every key, in parallel and for a short time, and checks what it answers."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from mfa_session.doctor.checks import (
    AwsFacts,
    KeyFacts,
    NotAsked,
    check,
    error,
    note,
    skipped,
    warning,
)
from mfa_session.model.arns import gives_codes, parse_arn, region_for
from mfa_session.model.errors import (
    ConfigurationError,
    MfaSessionError,
    NoMfaError,
    RefusedError,
    UnreachableError,
)
from mfa_session.model.ports import Caller
from mfa_session.model.session import list_sessions
from mfa_session.model.settings import SessionOptions
from mfa_session.model.text import quote
from mfa_session.model.times import format_duration
from mfa_session.session.names import Named, default_name
from mfa_session.session.resolve import resolve
from mfa_session.session.settings import resolve_named
from mfa_session.session.sources import environment_source, source_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from mfa_session.doctor.checks import Diagnosis, Scene
    from mfa_session.model.feature_ports import Checkup, DoctorEdges, Running
    from mfa_session.model.settings import Settings, Source
    from mfa_session.session.context import Context, Inputs


Answer = TypeVar("Answer")

LIMIT_SECONDS = 5.0
"""The time AWS has to answer all questions."""
MAX_KEYS = 5
_VARIABLE = "MFA_SESSION_MFA_SERIAL"
_DEVICE_KEYS = ("mfa_serial", "aws_mfa_device")


class Questions:
    """The questions of one run."""

    def __init__(
        self, ctx: Context, edges: DoctorEdges, inputs: Inputs, obstacle: str | None
    ) -> None:
        """Prepare the questions; `obstacle` is why nothing can be asked, if so."""
        self._console = ctx.console
        self._edges = edges
        self._inputs = inputs
        self._obstacle = obstacle
        self.start = edges.start
        self._ends_at = 0.0

    def ask(self) -> tuple[AwsFacts, datetime]:
        """Return AWS's answers and the time, by AWS's clock if it is known."""
        answers = self._ask()
        offset = timedelta(seconds=answers.clock_seconds or 0)
        return answers, self._edges.local_now() + offset

    def _ask(self) -> AwsFacts:
        if self._obstacle is not None:
            return AwsFacts(reached=NotAsked(reason=self._obstacle))

        aws = self._edges.aws
        aws.load()
        self._ends_at = self._edges.monotonic() + LIMIT_SECONDS
        sources, unasked = self._find_sources()
        running = [_Key(self, aws, source) for source in sources]
        probe = None if running else self.start(lambda: aws.reach(self._region(None)))
        keys = tuple(key.finish() for key in running)
        reached = _find_obstacle(keys) if probe is None else self.finish(probe, "") or None
        seconds = self._edges.clock_seconds()
        return AwsFacts(reached=reached, clock_seconds=seconds, keys=keys, unasked=unasked)

    def _find_sources(self) -> tuple[list[Source], dict[str, str]]:
        """Return the sources with long-term keys, each key once, and why others are not asked."""
        found: dict[str, Source] = {}
        unasked: dict[str, str] = {}
        for listed in _list_sources(self._inputs):
            source, reason = self._load_keys(listed)
            if source.keys is None:
                unasked[source.label()] = reason
            else:
                found.setdefault(source.keys.access_key_id, source)
        sources = list(found.values())
        for source in sources[MAX_KEYS:]:
            unasked[source.label()] = f"only {MAX_KEYS} keys are asked about"
        return sources[:MAX_KEYS], unasked

    def _load_keys(self, source: Source) -> tuple[Source, str]:
        """Return a source with its keys, also from the keyring; and why it has none, if so."""
        if source.stored is None:
            return source, "its credential_process was not run"
        try:
            keys = self._edges.stored_keys(self._inputs.file, source.stored)
        except MfaSessionError as error:
            return source, error.message
        return source.replace(keys=keys), "the keyring does not have its key"

    def make_caller(self, source: Source) -> Caller:
        """Return the caller that signs with a source's keys."""
        if source.keys is None:
            raise RuntimeError("a source without keys is not asked about")
        return Caller(keys=source.keys, profile=source.profile, region=self._region(source.profile))

    def explain(self, caller: Caller, *, with_session: bool) -> None:
        """Say, with -v, what is asked and why; name nobody, because --share masks no stderr."""
        where = "a profile" if caller.profile else "the environment"
        session = ", the last two with its MFA session" if with_session else ""
        self._console.detail(
            f"sts:GetCallerIdentity, iam:ListAccessKeys and iam:ListMFADevices with "
            f"the key of {where}: whose it is, how old, with which devices{session}"
        )

    def _region(self, profile: str | None) -> str | None:
        environ, section = self._inputs.environ, self._inputs.profiles.section(profile or "default")
        region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION")
        region = region or section.get("region") or self._inputs.file.defaults.get("region")
        return region_for(region, *(section.get(key) for key in _DEVICE_KEYS))

    def find_session(self, caller: Caller) -> Caller | None:
        """Return the caller of a valid MFA session of a key, which policies may demand."""
        now = self._edges.local_now()
        for session in list_sessions(self._inputs.profiles, self._inputs.recovered):
            mine = session.source_key_id == caller.keys.access_key_id and session.kind == "mfa"
            if mine and session.is_valid(now):
                return Caller(keys=session.keys, profile=caller.profile, region=caller.region)
        return None

    def find_settings(self, source: Source) -> Iterator[Settings]:
        """Yield the settings of the sessions of a source's key, the current one first."""
        bare = self._inputs.replace(options=SessionOptions())
        names = [Named(name=name) for name in self._inputs.file.sessions]
        configured = [partial(resolve_named, bare, named) for named in names]
        for resolve_one in (partial(resolve, self._inputs), *configured):
            try:
                settings = resolve_one()
            except ConfigurationError:  # another check reports it
                continue
            theirs = settings.source
            is_stored = theirs.stored is not None and theirs.stored == source.stored
            if is_stored or (theirs.keys is not None and theirs.keys == source.keys):
                yield settings

    def find_serials(self, source: Source) -> dict[str, str]:
        """Return the devices that settings name for a source's key, each with that setting."""
        named: dict[str, str] = {}
        for name in self._inputs.profiles.names():
            section = self._inputs.profiles.section(name)
            if name == source.profile or section.get("source_profile") == source.profile:
                for key in _DEVICE_KEYS:
                    named.setdefault(section.get(key, "").strip(), f"profile {name!r}")
        for settings in self.find_settings(source):
            serial = settings.mfa_serial or ""
            by_variable = serial == self._inputs.options.mfa_serial
            named.setdefault(serial, _VARIABLE if by_variable else f"session {settings.name!r}")
        return {serial: by for serial, by in named.items() if gives_codes(serial)}

    def finish(self, running: Running[Answer], late: str) -> Answer | MfaSessionError | NotAsked:
        """Return an answer, or why there is none; `late` is the reason after the time limit."""
        try:
            return running.result(self._ends_at - self._edges.monotonic())
        except TimeoutError:
            if late:
                return NotAsked(reason=late)
            return UnreachableError(
                "network",
                f"AWS does not answer within {LIMIT_SECONDS:.0f} s",
                "check the network, a VPN, and HTTPS_PROXY",
            )
        except ConfigurationError as error:  # the SDK did not send it, and another check says why
            return error if error.code == BAD_REGION else NotAsked(reason=error.message)
        except MfaSessionError as error:
            return error
        except Exception as error:  # noqa: BLE001  # a bug of botocore is no fault of the setup
            return NotAsked(reason=f"the AWS SDK failed ({type(error).__name__})")


class _Key:
    """Asks three questions about a key in parallel."""

    def __init__(self, questions: Questions, aws: Checkup, source: Source) -> None:
        self._questions = questions
        self._source = source
        self._caller = caller = questions.make_caller(source)
        callers = [questions.find_session(caller), caller]
        questions.explain(caller, with_session=callers[0] is not None)
        self._identity = questions.start(lambda: aws.identity(caller))
        self._keys = questions.start(lambda: _first_allowed(aws.keys, callers))
        self._devices = questions.start(lambda: _first_allowed(aws.devices, callers))

    def finish(self) -> KeyFacts:
        finish, serials = self._questions.finish, self._questions.find_serials(self._source)
        identity = finish(self._identity, "")
        late = "IAM did not answer in time"
        settings = next(self._questions.find_settings(self._source), None)
        return KeyFacts(
            caller=self._caller,
            identity=identity,
            keys=finish(self._keys, late),
            devices=finish(self._devices, late),
            serials=serials,
            is_source=settings is not None,
            session=settings.name if settings else None,
        )


def _first_allowed(ask: Callable[[Caller], Answer], callers: list[Caller | None]) -> Answer:
    """Ask with the session, which may have more permissions; if refused, with the key itself."""
    session, caller = callers
    try:
        if session is not None:
            return ask(session)
    except (RefusedError, NoMfaError):
        pass
    return ask(caller)  # type: ignore[arg-type]  # the second is never None


def _list_sources(inputs: Inputs) -> Iterator[Source]:
    """Yield the environment's source, then those of the profiles, `default` first."""
    try:
        source = environment_source(inputs.environ)
    except ConfigurationError:  # `environment-halves` reports it
        source = None
    if source is not None:
        yield source
    for name in sorted(inputs.profiles.names(), key=lambda name: (name != "default", name)):
        source = source_in(inputs, name)
        if source is not None:
            yield source


def _find_obstacle(keys: tuple[KeyFacts, ...]) -> MfaSessionError | NotAsked | None:
    answers = [key.identity for key in keys]
    if answers and all(isinstance(answer, NotAsked) for answer in answers):
        return next(answer for answer in answers if isinstance(answer, NotAsked))
    return None


OLDEST_KEY_DAYS = 90
CLOCK_WARNING_SECONDS = 60
CLOCK_ERROR_SECONDS = 15 * 60
"""AWS rejects signatures that are further off."""

CLOCK_OFF, REGION_DISABLED, THROTTLED = "clock-off", "region-disabled", "throttled"
BAD_REGION = "bad-region"
NOT_REACHED = "AWS was not reached"
_CLOCK_OFF = "the clock is too far off for AWS to answer"
_NO_KEY = "there is no long-term key to ask about"
_THROTTLED = "AWS throttles: too many requests"


@check("sts-reach", "AWS was reached")
def look_at_reach(scene: Scene) -> Iterator[Diagnosis]:
    if isinstance(scene.aws.reached, NotAsked):
        yield skipped(scene.aws.reached.reason)
        return
    answers = [scene.aws.reached, *(key.identity for key in scene.aws.keys)]
    problems = [each for each in answers if isinstance(each, MfaSessionError)]
    for problem in {each.message: each for each in problems if _is_about_reach(each)}.values():
        yield error(problem.message, problem.hint)


def _is_about_reach(problem: MfaSessionError) -> bool:
    unreached = isinstance(problem, UnreachableError) and problem.code != CLOCK_OFF
    return unreached or problem.code in {REGION_DISABLED, BAD_REGION}


@check("clock", "this machine's clock is right")
def look_at_clock(scene: Scene) -> Iterator[Diagnosis]:
    seconds = scene.aws.clock_seconds
    if seconds is None:
        yield skipped(_find_reason(scene.aws.reached) or NOT_REACHED)
    elif abs(seconds) >= CLOCK_WARNING_SECONDS:
        way = "slow" if seconds > 0 else "fast"
        say = error if abs(seconds) >= CLOCK_ERROR_SECONDS else warning
        yield say(
            f"this machine's clock is {format_duration(abs(seconds))} {way}: AWS refuses "
            "signatures from 15m on, and other tools' codes are wrong before that",
            "set the clock: switch on network time",
        )


@check("key-identity", "AWS accepts every key")
def look_at_identities(scene: Scene) -> Iterator[Diagnosis]:
    for key in scene.aws.keys:
        if isinstance(key.identity, MfaSessionError) and _find_reason(key.identity) is None:
            yield error(f"{key.label()}: {_why_refused(key, key.identity)}", key.identity.hint)
    yield from _report_unanswered(scene, "identity")


def _why_refused(key: KeyFacts, problem: MfaSessionError) -> str:
    listed = key.keys if isinstance(key.keys, tuple) else ()
    mine = [each for each in listed if each.id == key.caller.keys.access_key_id]
    return "it is inactive" if mine and not mine[0].is_active else problem.message


@check("root-key", "no key is a root user's")
def look_at_root_keys(scene: Scene) -> Iterator[Diagnosis]:
    for key in scene.aws.keys:
        if _is_root(key):
            yield error(
                f"{key.label()} is a key of the root user: no policy can demand MFA of it",
                "delete it in the console (Security credentials), and use an IAM user's key",
            )
    yield from _report_unanswered(scene, "identity")


def _is_root(key: KeyFacts) -> bool:
    arn = parse_arn(key.identity) if isinstance(key.identity, str) else None
    return arn is not None and arn.resource == "root"


@check("key-age", f"no key is older than {OLDEST_KEY_DAYS} days")
def look_at_ages(scene: Scene) -> Iterator[Diagnosis]:
    for key in scene.aws.keys:
        for each in key.keys if isinstance(key.keys, tuple) else ():
            days = (scene.now - each.created_at).days
            if each.id == key.caller.keys.access_key_id and days > OLDEST_KEY_DAYS:
                profile = f" --profile {quote(key.caller.profile)}" if key.caller.profile else ""
                yield warning(
                    f"{key.label()} is {days} days old",
                    f"aws iam create-access-key{profile} && aws configure{profile} "
                    f"&& aws iam delete-access-key --access-key-id {each.id}{profile}",
                )
    yield from _report_unanswered(scene, "keys")


@check("device-present", "every user has an MFA device that AWS's API accepts")
def look_at_devices(scene: Scene) -> Iterator[Diagnosis]:
    for key in scene.aws.keys:
        if not isinstance(key.devices, tuple) or _is_root(key):
            continue
        if any(device.usable for device in key.devices):
            continue
        what = "has no MFA device"
        if key.devices:
            serials = ", ".join(device.serial for device in key.devices)
            what = (
                f"has only passkeys or security keys ({serials}), which AWS's API does not accept"
            )
        say = error if key.is_source else note
        finding = f"the user of {key.label()} {what}: no MFA session is possible"
        yield say(finding, _suggest_enrolment(scene, key))
    yield from _report_unanswered(scene, "devices")


def _suggest_enrolment(scene: Scene, key: KeyFacts) -> str:
    name = key.session or key.caller.profile
    is_default = name in (None, "default", default_name(scene.inputs))
    return "mfa-session device enroll" + ("" if is_default else f" --profile {quote(name or '')}")


@check("device-owner", "every mfa_serial is a device of its key's user")
def look_at_device_owners(scene: Scene) -> Iterator[Diagnosis]:
    for key in scene.aws.keys:
        theirs = [each.serial for each in key.devices] if isinstance(key.devices, tuple) else []
        for serial, setting in key.serials.items():
            if theirs and serial not in theirs:
                yield error(
                    f"{setting} names {serial}, which is not a device of the user of {key.label()}",
                    f"remove mfa_serial there, or name one of: {', '.join(theirs)}",
                )
    yield from _report_unanswered(scene, "devices")


@check("device-choice", "it is clear which device a login uses")
def look_at_device_choice(scene: Scene) -> Iterator[Diagnosis]:
    for key in scene.aws.keys:
        devices = key.devices if isinstance(key.devices, tuple) else ()
        usable = [each.serial for each in devices if each.usable]
        if len(usable) > 1 and key.is_source and not key.serials:
            yield note(
                f"the user of {key.label()} has several MFA devices: a login asks which one to "
                "use, and fails if it cannot ask",
                f"set it once, in config.toml or the profile: mfa_serial = {usable[0]}",
            )
    yield from _report_unanswered(scene, "devices")


def _report_unanswered(scene: Scene, field: str) -> Iterator[Diagnosis]:
    reasons = [_why_unanswered(key, field) for key in scene.aws.keys]
    reasons += [f"{label}: {reason}" for label, reason in scene.aws.unasked.items()]
    if not reasons:
        reasons = [_find_reason(scene.aws.reached) or _NO_KEY]
    if NOT_REACHED in reasons:
        reasons = [NOT_REACHED]
    yield from map(skipped, dict.fromkeys(filter(None, reasons)))


def _why_unanswered(key: KeyFacts, field: str) -> str | None:
    unanswered = _find_reason(key.identity)
    if unanswered is not None or field == "identity":
        return unanswered
    answer = getattr(key, field)
    refusal = answer.message if isinstance(answer, MfaSessionError) else None
    return _find_reason(answer) or refusal


def _find_reason(answer: object) -> str | None:
    """Return why an answer says nothing about the key itself; None if it does."""
    if isinstance(answer, NotAsked):
        return answer.reason
    if not isinstance(answer, MfaSessionError):
        return None
    if _is_about_reach(answer):
        return NOT_REACHED
    return {CLOCK_OFF: _CLOCK_OFF, THROTTLED: _THROTTLED}.get(answer.code)


CHECKS = (
    look_at_reach,
    look_at_clock,
    look_at_identities,
    look_at_root_keys,
    look_at_ages,
    look_at_devices,
    look_at_device_owners,
    look_at_device_choice,
)
