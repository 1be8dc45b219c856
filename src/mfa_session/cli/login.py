"""`login`: get a session and write it to its profile."""

from __future__ import annotations

from mfa_session.model.durations import format_duration
from mfa_session.model.errors import Interrupted, MfaSessionError, UsageError
from mfa_session.model.result import Result, error_data
from mfa_session.session.settings import resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.cli.app import App
    from mfa_session.session.reuse import Outcome


def run(app: App) -> Result:
    """Log in to the session named, or to each of several; what can be had is had."""
    profiles = app.given.profiles()
    if len(profiles) > 1:
        return _run_several(app, profiles)
    outcome = _log_in(app, profiles[0] if profiles else None)
    return Result(data={"sessions": [_summary(app, outcome)], "errors": []})


def _run_several(app: App, profiles: tuple[str, ...]) -> Result:
    if app.given.values.get("write_to"):
        raise UsageError(
            "write-to-several",
            "--write-to names one profile, but several sessions were asked for",
            "log in to one --profile at a time, or set write_to in config.toml",
        )
    sessions, errors, exit_code = [], [], 0
    for name in dict.fromkeys(profiles):
        try:
            sessions.append(_summary(app, _log_in(app, name)))
        except Interrupted:  # noqa: PERF203  # each is tried, whatever the others do
            raise
        except MfaSessionError as error:
            exit_code = exit_code or error.exit_code
            errors.append({"name": name, **error_data(error)})
            if not app.given.flag("json"):
                app.talk.error(f"{name}: {error.message}", error.hint)
    return Result(data={"sessions": sessions, "errors": errors}, exit_code=exit_code)


def _log_in(app: App, name: str | None) -> Outcome:
    given = app.given.for_profile(name) if name else app.given
    facts = app.facts(given.options(app.environ))
    settings = resolve(facts)
    outcome = app.have(facts, settings, force=given.flag("force"))
    if not given.flag("json"):
        tell(app, outcome, asked=name)
    return outcome


def _summary(app: App, outcome: Outcome) -> dict[str, object]:
    return {**outcome.session.summary(app.now()), "reused": outcome.reused}


def tell(app: App, outcome: Outcome, *, asked: str | None) -> None:
    """Say what there is now, for how long, and how to use it."""
    session = outcome.session
    left = format_duration(_to_minutes(session.seconds_left(app.now()) or 0))
    what = f"role {session.role_arn}" if session.role_arn else "MFA session"
    account = f" in account {session.account}" if session.account and not session.role_arn else ""
    kept = "kept, " if outcome.reused else ""
    app.talk.say(f"{what}{account}: {kept}good for {left}, in profile {session.profile!r}")
    if asked != session.profile or not outcome.reused:
        app.talk.say(f"use it: aws --profile {session.profile} …")


def _to_minutes(seconds: int) -> int:
    """Round to whole minutes: a session just had for 12 h is good for 12 h, not 11 h 59 m."""
    return max(60, (seconds + 30) // 60 * 60)
