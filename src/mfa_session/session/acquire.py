"""The one way to obtain a session: reuse it while it is valid, otherwise renew it.

`acquire` is for its profile, and `announce` tells of it; `acquire_for_program` is for what runs
with it.
"""

from __future__ import annotations

from mfa_session.model.errors import ConfigurationError
from mfa_session.model.record import Record
from mfa_session.model.settings import KEYRING, Source
from mfa_session.model.times import format_duration
from mfa_session.session.context import read_inputs
from mfa_session.session.environment import session_variables
from mfa_session.session.names import profile_variable, session_behind
from mfa_session.session.resolve import resolve
from mfa_session.session.reuse import Outcome, find_kept

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from mfa_session.model.session import Session
    from mfa_session.model.settings import SessionOptions, Settings
    from mfa_session.session.context import Context, Inputs


def acquire(
    ctx: Context,
    inputs: Inputs,
    settings: Settings,
    *,
    force: bool = False,
    in_memory: bool = False,
    before_code: Callable[[Settings], None] | None = None,
) -> Outcome:
    """Return the session that `settings` ask for, and whether it was there already.

    `force` renews a session that is still valid. `in_memory` accepts one that cannot be stored.
    `before_code` is called just before a code is asked, with the settings whose source's keys
    will send it.
    """
    if force:
        settings = settings.replace(asked=(*settings.asked, ("force", "")))
    standing, now = inputs.sessions(), ctx.clock.now()
    kept = None if force else find_kept(settings, standing, now)
    if kept is not None and not in_memory:
        kept = _in_its_place(ctx, inputs, settings, kept)
    if kept is not None:
        return Outcome(session=kept, reused=True)
    _refuse_without_code(ctx, settings, standing, now)
    from mfa_session.session.renewal import Renewal, warn_of_displaced  # noqa: PLC0415  # cold

    replaced = {session.keys.access_key_id for session in standing} if force else set()
    edges = ctx.make.session()
    warn_of_displaced(edges, settings, standing, now)
    renewal = Renewal(edges, in_memory=in_memory, before_code=before_code)
    return renewal.renew(settings, replaced)


def _in_its_place(
    ctx: Context, inputs: Inputs, settings: Settings, kept: Session
) -> Session | None:
    """Return a session, moved to where it is to be stored; None if it lies aside, to be written."""
    if kept.profile in inputs.recovered and not kept.in_keyring:
        return None
    if kept.in_keyring == (settings.store == KEYRING):
        return kept
    ctx.make.store().save(kept, settings.for_kept())
    return kept.replace(in_keyring=not kept.in_keyring)


def _refuse_without_code(
    ctx: Context, settings: Settings, standing: Sequence[Session], now: datetime
) -> None:
    """Raise NoMfaError `code-needed` where a code is needed and certainly none can come.

    Checked before the renewal is imported: SDKs call `credential-process` again and again.
    """
    needs_code = not any(session.is_valid(now) for session in standing)
    has_keys = settings.source.keys is not None
    by_itself = settings.code_command is not None or settings.code in {"keyring", "command"}
    if needs_code and has_keys and not by_itself and not ctx.make.may_have_code():
        from mfa_session.mfa.sources import nobody_to_ask  # noqa: PLC0415  # seldom

        raise nobody_to_ask(settings)


class AcquiredSession(Record):
    """A session for another program, the settings it was acquired by, and the files' region."""

    session: Session
    settings: Settings
    region: str | None


def acquire_for_program(options: SessionOptions, ctx: Context) -> AcquiredSession:
    """Return the session, logging in if necessary; it need not be possible to store it."""
    inputs = read_inputs(ctx, options.replace(keeps_role=True))
    settings = resolve(inputs, ctx.console)
    outcome = acquire(ctx, inputs, settings, in_memory=True)
    if outcome.session.in_keyring and not is_still_stored(outcome.session):
        ctx.make.store().forget(outcome.session.profile)
        outcome = acquire(ctx, read_inputs(ctx, inputs.options), settings, in_memory=True)
    settings = settings.for_kept() if outcome.reused else settings
    region = settings.written.get("region") or settings.kept_region
    asked = options.profile or inputs.environ.get(profile_variable(inputs.environ), "")
    if asked not in {settings.name, settings.target} and session_behind(inputs, asked):
        # A profile that yields this session, with a region of its own.
        region = inputs.profiles.section(asked).get("region") or region
    return AcquiredSession(session=outcome.session, settings=settings, region=region)


def is_still_stored(session: Session) -> bool:
    """Fetch a session's secrets from the keyring now; False where it has them no more."""
    try:
        session.keys.secret_access_key.reveal()
    except ConfigurationError as error:
        if error.code != "session-not-stored":
            raise
        return False
    return True


def variables_of(use: AcquiredSession, ctx: Context, region: str | None = None) -> dict[str, str]:
    """Return the environment variables of a session in use; `region` is one asked for."""
    return session_variables(use.session, ctx.environ, asked=region, from_files=use.region)


def announce(outcome: Outcome, ctx: Context, *, asked: str | None = None) -> None:
    """Say whose session there is, how long it lasts, and how to use it.

    `asked` is the name that the person gave, if any.
    """
    from mfa_session.model.text import quote  # noqa: PLC0415  # seldom

    session, now = outcome.session, ctx.clock.now()
    what = f"role {session.role_arn}" if session.role_arn else "MFA session"
    source = Source(profile=session.source_profile).label()
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
    local = moment.astimezone()
    is_today = local.date() == now.astimezone().date()
    return f"{local:%H:%M}" if is_today else f"{local:%Y-%m-%d %H:%M}"
