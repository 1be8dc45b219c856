"""`status`: the sessions in the files, and how long they last."""

from __future__ import annotations

from mfa_session.model.arns import account_of
from mfa_session.model.record import Record, Result
from mfa_session.model.session import Keys, Secret, Session, read_keys, sessions_named
from mfa_session.model.text import columns, quote
from mfa_session.model.times import format_duration
from mfa_session.session.context import read_inputs
from mfa_session.session.names import default_name, look_up, session_behind, unknown_name
from mfa_session.session.resolve import meant_name
from mfa_session.session.sources import LOGIN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

    from mfa_session.model.settings import SessionOptions
    from mfa_session.session.context import Context, Inputs

NO_VALID_SESSION = 4
_HEADINGS = ("SESSION", "PROFILE", "KIND", "ACCOUNT", "SOURCE", "MFA", "LEFT", "ROLE")


class Options(Record):
    """What `status` was given."""

    session: SessionOptions
    profile: str | None = None
    check: bool = False
    json: bool = False


def run(options: Options, ctx: Context) -> Result:
    """Show every session, or the one named; with `--check` only say whether it is valid."""
    inputs, now = read_inputs(ctx, options.session), ctx.clock.now()
    if options.check:
        return _check(inputs, now, options.session.min_ttl or 0)
    sessions, name = [*inputs.sessions(), *_sign_ins(inputs)], options.profile
    if name:
        name = session_behind(inputs, name) or name
        sessions = sessions_named(sessions, name)
        if not sessions and look_up(inputs, name) is None and name != default_name(inputs):
            raise unknown_name(inputs, name, "--profile")
        if not sessions:
            ctx.console.say(f"no session {name!r}; run `mfa-session login --profile {quote(name)}`")
    elif not sessions:
        ctx.console.say("no sessions; run `mfa-session login`")
    summaries = [session.summary(now) for session in sessions]
    return Result(
        data={"sessions": summaries},
        lines=columns(_HEADINGS, (_row(session, now) for session in sessions)),
    )


def _sign_ins(inputs: Inputs) -> list[Session]:
    """Return the profiles of `aws login`: the AWS CLI keeps their keys and renews them."""
    if not inputs.profiles.config.names_mentioning(LOGIN):
        return []
    none_here = Keys(access_key_id="", secret_access_key=Secret(""))
    return [
        Session(name=name, profile=name, keys=none_here, account=account_of(section[LOGIN]))
        for name, section in inputs.profiles.sections()
        if LOGIN in section and read_keys(section) is None
    ]


def _check(inputs: Inputs, now: datetime, min_ttl: int) -> Result:
    name = meant_name(inputs)
    left = [session.seconds_left(now) for session in sessions_named(inputs.sessions(), name)]
    valid = any(seconds is not None and seconds > 0 and seconds >= min_ttl for seconds in left)
    return Result(data={"valid": valid}, exit_code=0 if valid else NO_VALID_SESSION)


def _row(session: Session, now: datetime) -> tuple[str, ...]:
    left = session.seconds_left(now)
    mfa = {True: "yes", False: "no", None: "?"}[session.mfa]
    tool = "another tool's" if session.keys.access_key_id else "aws login"
    return (
        session.name,
        session.profile,
        session.kind if session.managed else tool,
        session.account or "?",
        session.source_profile or ("environment" if session.source_key_id else "?"),
        mfa,
        "?" if left is None else format_duration(left) if left else "expired",
        session.role_arn or "",
    )
