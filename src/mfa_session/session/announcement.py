"""Tells the person, or who reads `--json`, about a session after a login."""

from __future__ import annotations

from mfa_session.model.text import quote
from mfa_session.model.times import format_duration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

    from mfa_session.session.context import Context
    from mfa_session.session.reuse import Outcome


def announce(outcome: Outcome, ctx: Context, *, asked: str | None = None) -> None:
    """Say whose session there is, how long it lasts, and how to use it.

    `asked` is the name that the person gave, if any.
    """
    session, now = outcome.session, ctx.clock.now()
    what = f"role {session.role_arn}" if session.role_arn else "MFA session"
    source = f"profile {session.source_profile!r}" if session.source_profile else "the environment"
    account = f" in account {session.account}" if session.account and not session.role_arn else ""
    kept = "kept, " if outcome.reused else ""
    # In whole minutes: a new session of 12 h is good for 12 h, not 11 h 59 m.
    left = format_duration(max(60, ((session.seconds_left(now) or 0) + 30) // 60 * 60))
    until = f", until {_clock_time(session.expires_at, now)}" if session.expires_at else ""
    place = f"in profile {session.profile!r}" + (" (keyring)" if session.in_keyring else "")
    ctx.console.say(f"{what} of {source}{account}: {kept}good for {left}{until}, {place}")
    if asked != session.profile or outcome.is_new_here:
        ctx.console.say(f"use it: aws --profile {quote(session.profile)} …")


def summary_of(outcome: Outcome, ctx: Context) -> dict[str, object]:
    """Return the object of `--json` about a login."""
    return {**outcome.session.summary(ctx.clock.now()), "reused": outcome.reused}


def _clock_time(moment: datetime, now: datetime) -> str:
    """Return a moment by the local clock, with the date where it is not today."""
    local = moment.astimezone()
    is_today = local.date() == now.astimezone().date()
    return f"{local:%H:%M}" if is_today else f"{local:%Y-%m-%d %H:%M}"
