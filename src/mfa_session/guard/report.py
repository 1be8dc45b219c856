"""`guard --dry-run`: reports what guard would do, and why."""

from __future__ import annotations

from mfa_session.guard.identity import KEYS
from mfa_session.guard.plan import make_plan
from mfa_session.model.record import Result
from mfa_session.session.reuse import find_kept

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

    from mfa_session.guard.plan import GuardedCommand, Plan
    from mfa_session.model.settings import Settings
    from mfa_session.session.context import Inputs

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


def report(request: GuardedCommand, inputs: Inputs, now: datetime) -> Result:
    """Report the decision; run, ask and write nothing."""
    verdict = request.verdict
    plan = make_plan(inputs, request, now) if verdict.protected else None
    effect = _effect(inputs, plan, now) if plan else "run"
    session = plan.settings.target if plan and plan.settings else None
    identity = plan.identity.label() if plan else None
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
    meaning = EFFECTS[effect].format(reason=plan.reason if plan else "")
    if effect == "log-in" and plan and _device_is_unknown(plan.settings):
        meaning += WITHOUT_DEVICE[bool(inputs.file.guard.get("strict", False))]
    why = verdict.rule if verdict.reason.startswith("it is") else verdict.reason
    lines = [f"protected: {why}" if verdict.protected else f"not protected: {verdict.reason}"]
    lines += [f"identity: {identity}"] if identity else []
    lines += [f"session: {session}"] if session else []
    return Result(data=data, lines=(*lines, f"effect: {meaning}"))


def _device_is_unknown(settings: Settings | None) -> bool:
    """Say whether the MFA device is named neither by settings nor by an earlier login."""
    asks = settings.via or settings if settings else None
    return asks is not None and asks.mfa_serial is None and asks.remembered_serial is None


def _effect(inputs: Inputs, plan: Plan, now: datetime) -> str:
    if plan.settings is not None:
        return "use-session" if find_kept(plan.settings, inputs.sessions(), now) else "log-in"
    if plan.identity.kind == KEYS:
        return "keep-keys"
    return "refuse" if inputs.file.guard.get("strict", False) else "warn"
