"""Checks of AWS's answers: whether it answers, its clock, the keys, their users' devices."""

from __future__ import annotations

from collections.abc import Iterator

from mfa_session.doctor.checks import (
    Diagnosis,
    KeyFacts,
    NotAsked,
    Scene,
    check,
    error,
    note,
    skipped,
    warning,
)
from mfa_session.model.arns import parse_arn
from mfa_session.model.errors import MfaSessionError, UnreachableError
from mfa_session.model.text import quote
from mfa_session.model.times import format_duration
from mfa_session.session.names import default_name

OLDEST_KEY_DAYS = 90
CLOCK_WARNING_SECONDS = 60
CLOCK_ERROR_SECONDS = 15 * 60
"""AWS rejects signatures that are further off."""

CLOCK_OFF, BAD_REGION = "clock-off", "bad-region"
NOT_REACHED = "AWS was not reached"
_MUTE = {
    CLOCK_OFF: "the clock is too far off for AWS to answer",
    "throttled": "AWS throttles: too many requests",
}
"""Errors that say nothing about the key, and what to say instead."""


@check("aws", "AWS was reached")
def sts_reach(scene: Scene) -> Iterator[Diagnosis]:
    if isinstance(scene.aws.reached, NotAsked):
        yield skipped(scene.aws.reached.reason)
        return
    answers = [scene.aws.reached, *(key.identity for key in scene.aws.keys)]
    problems = [each for each in answers if isinstance(each, MfaSessionError)]
    for problem in {each.message: each for each in problems if _is_about_reach(each)}.values():
        yield error(problem.message, problem.hint)


def _is_about_reach(problem: MfaSessionError) -> bool:
    unreached = isinstance(problem, UnreachableError) and problem.code != CLOCK_OFF
    return unreached or problem.code in {"region-disabled", BAD_REGION}


@check("aws", "this machine's clock is right")
def clock(scene: Scene) -> Iterator[Diagnosis]:
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


@check("aws", "AWS accepts every key")
def key_identity(scene: Scene) -> Iterator[Diagnosis]:
    for key in scene.aws.keys:
        if isinstance(key.identity, MfaSessionError) and _find_reason(key.identity) is None:
            why, label = _why_refused(key, key.identity), key.caller.label()
            yield error(why if label in why else f"{label}: {why}", key.identity.hint)
    yield from _report_unanswered(scene, "identity")


def _why_refused(key: KeyFacts, problem: MfaSessionError) -> str:
    listed = key.keys if isinstance(key.keys, tuple) else ()
    mine = [each for each in listed if each.id == key.caller.keys.access_key_id]
    return "it is inactive" if mine and not mine[0].is_active else problem.message


@check("aws", "no key is a root user's")
def root_key(scene: Scene) -> Iterator[Diagnosis]:
    for key in scene.aws.keys:
        if _is_root(key):
            yield error(
                f"{key.caller.label()} is a key of the root user: no policy can demand MFA of it",
                "delete it in the console (Security credentials), and use an IAM user's key",
            )
    yield from _report_unanswered(scene, "identity")


def _is_root(key: KeyFacts) -> bool:
    arn = parse_arn(key.identity) if isinstance(key.identity, str) else None
    return arn is not None and arn.resource == "root"


@check("aws", f"no key is older than {OLDEST_KEY_DAYS} days")
def key_age(scene: Scene) -> Iterator[Diagnosis]:
    for key in scene.aws.keys:
        for each in key.keys if isinstance(key.keys, tuple) else ():
            days = (scene.now - each.created_at).days
            if each.id == key.caller.keys.access_key_id and days > OLDEST_KEY_DAYS:
                profile = f" --profile {quote(key.caller.profile)}" if key.caller.profile else ""
                yield warning(
                    f"{key.caller.label()} is {days} days old",
                    f"aws iam create-access-key{profile} && aws configure{profile} "
                    f"&& aws iam delete-access-key --access-key-id {each.id}{profile}",
                )
    yield from _report_unanswered(scene, "keys")


@check("aws", "every user has an MFA device that AWS's API accepts")
def device_present(scene: Scene) -> Iterator[Diagnosis]:
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
        finding = f"the user of {key.caller.label()} {what}: no MFA session is possible"
        yield say(finding, _suggest_enrolment(scene, key))
    yield from _report_unanswered(scene, "devices")


def _suggest_enrolment(scene: Scene, key: KeyFacts) -> str:
    name = key.session or key.caller.profile
    is_default = name in (None, "default", default_name(scene.inputs))
    return "mfa-session device enroll" + ("" if is_default else f" --profile {quote(name or '')}")


@check("aws", "every mfa_serial is a device of its key's user")
def device_owner(scene: Scene) -> Iterator[Diagnosis]:
    for key in scene.aws.keys:
        theirs = [each.serial for each in key.devices] if isinstance(key.devices, tuple) else []
        for serial, setting in key.serials.items():
            if theirs and serial not in theirs:
                yield error(
                    f"{setting} names {serial}, which is not a device of the user of "
                    f"{key.caller.label()}",
                    f"remove mfa_serial there, or name one of: {', '.join(theirs)}",
                )
    yield from _report_unanswered(scene, "devices")


@check("aws", "it is clear which device a login uses")
def device_choice(scene: Scene) -> Iterator[Diagnosis]:
    for key in scene.aws.keys:
        devices = key.devices if isinstance(key.devices, tuple) else ()
        usable = [each.serial for each in devices if each.usable]
        if len(usable) > 1 and key.is_source and not key.serials:
            yield note(
                f"the user of {key.caller.label()} has several MFA devices: a login asks which one "
                "to use, and fails if it cannot ask",
                f"set it once, in config.toml or the profile: mfa_serial = {usable[0]}",
            )
    yield from _report_unanswered(scene, "devices")


def _report_unanswered(scene: Scene, field: str) -> Iterator[Diagnosis]:
    reasons = [_why_unanswered(key, field) for key in scene.aws.keys]
    reasons += [f"{label}: {reason}" for label, reason in scene.aws.unasked.items()]
    if not reasons:
        reasons = [_find_reason(scene.aws.reached) or "there is no long-term key to ask about"]
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
    return _MUTE.get(answer.code)
