"""`status`: the sessions that stand in the files, and how long they last."""

from __future__ import annotations

from mfa_session.model.durations import format_duration
from mfa_session.model.result import Result
from mfa_session.session.names import default_name, look_up, unknown_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.cli.app import App
    from mfa_session.model.session import Session
    from mfa_session.session.inputs import Facts

NO_VALID_SESSION = 4
_HEADINGS = ("SESSION", "PROFILE", "KIND", "ACCOUNT", "SOURCE", "MFA", "LEFT", "ROLE")


def run(app: App) -> Result:
    """Show every session, or the one named; with `--check` only say whether it is valid."""
    options = app.given.options(app.environ)
    facts = app.facts(options)
    if app.given.flag("check"):
        return _check(app, facts, options.min_ttl or 0)
    sessions = app.sessions(facts)
    name = app.given.values.get("profile")
    if name:
        sessions = select(sessions, name)
        if not sessions and look_up(facts, name) is None and name != default_name(facts):
            raise unknown_name(facts, name)
        if not sessions:
            app.talk.say(f"no session {name!r}; run `mfa-session login --profile {name}`")
    elif not sessions:
        app.talk.say("no sessions; run `mfa-session login`")
    summaries = [session.summary(app.now()) for session in sessions]
    return Result(data={"sessions": summaries}, lines=_table(app, sessions))


def select(sessions: list[Session], name: str) -> list[Session]:
    """Return the sessions a name means: those called so, and the one in the profile."""
    return [session for session in sessions if name in {session.name, session.profile}]


def _check(app: App, facts: Facts, min_ttl: int) -> Result:
    name = facts.options.profile or default_name(facts)
    left = [session.seconds_left(app.now()) for session in select(app.sessions(facts), name)]
    valid = any(seconds is not None and seconds > 0 and seconds >= min_ttl for seconds in left)
    return Result(data={"valid": valid}, exit_code=0 if valid else NO_VALID_SESSION)


def _table(app: App, sessions: list[Session]) -> tuple[str, ...]:
    """Return the sessions in aligned columns, under a heading."""
    rows = [_HEADINGS, *(_row(app, session) for session in sessions)]
    if len(rows) == 1:
        return ()
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    return tuple(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _row(app: App, session: Session) -> tuple[str, ...]:
    left = session.seconds_left(app.now())
    mfa = {True: "yes", False: "no", None: "?"}[session.mfa]
    return (
        session.name,
        session.profile,
        session.kind if session.managed else "another tool's",
        session.account or "?",
        session.source_profile or ("environment" if session.managed else "?"),
        mfa,
        "?" if left is None else format_duration(left) if left else "expired",
        session.role_arn or "",
    )
