"""`logout`: remove what login wrote, and nothing else."""

from __future__ import annotations

from mfa_session.cli.status import select
from mfa_session.model.errors import ConfigurationError, MfaSessionError
from mfa_session.model.result import Result, error_data
from mfa_session.session.names import default_name, look_up, unknown_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.cli.app import App
    from mfa_session.model.session import Session
    from mfa_session.session.inputs import Facts


def run(app: App) -> Result:
    """Remove the sessions named, the default one, or all; those that can be are removed."""
    facts = app.facts(app.given.options(app.environ))
    sessions = app.sessions(facts)
    if app.given.flag("all"):
        removed = [_remove(app, session) for session in sessions if session.managed]
        return Result(data={"removed": removed, "errors": []})
    names = app.given.profiles() or (facts.options.profile or default_name(facts),)
    removed, errors = [], []
    for name in dict.fromkeys(names):
        try:
            chosen = _choose(facts, sessions, name)
            removed += [_remove(app, session) for session in chosen]
        except MfaSessionError as error:  # noqa: PERF203  # each is tried, whatever the others do
            errors.append((name, error))
    return _result(app, removed, errors, several=len(names) > 1)


def _result(
    app: App, removed: list[str], errors: list[tuple[str, MfaSessionError]], *, several: bool
) -> Result:
    if errors and not several:
        raise errors[0][1]
    if not app.given.flag("json"):
        for name, error in errors:
            app.talk.error(f"{name}: {error.message}", error.hint)
    return Result(
        data={
            "removed": removed,
            "errors": [{"name": name, **error_data(error)} for name, error in errors],
        },
        exit_code=errors[0][1].exit_code if errors else 0,
    )


def _choose(facts: Facts, sessions: list[Session], name: str) -> list[Session]:
    """Return our sessions of this name; refuse one that is not ours, or not there."""
    found = select(sessions, name)
    ours = [session for session in found if session.managed]
    if ours:
        return ours
    if found:
        raise ConfigurationError(
            "foreign-session",
            f"the session in profile {name!r} was not written by mfa-session",
            "remove it with the tool that made it",
        )
    if look_up(facts, name) is None and name != default_name(facts):
        raise unknown_name(facts, name)
    raise ConfigurationError(
        "no-session", f"there is no session {name!r} to remove", "see `mfa-session status`"
    )


def _remove(app: App, session: Session) -> str:
    from mfa_session.cli.wiring import store_of  # noqa: PLC0415  # imports every edge

    store_of(app).remove(session.profile)
    if not app.given.flag("json"):
        app.talk.say(f"removed the session from profile {session.profile!r}")
    return session.profile
