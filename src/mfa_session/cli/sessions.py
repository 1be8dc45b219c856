"""`login` and `logout`: write sessions to their profiles, and remove them."""

from __future__ import annotations

import os

from mfa_session.model.errors import ConfigurationError, Interrupted, MfaSessionError, UsageError
from mfa_session.model.paths import expand
from mfa_session.model.record import Record, Result
from mfa_session.model.session import sessions_named
from mfa_session.model.text import join
from mfa_session.session.acquire import acquire, announce, summary_of
from mfa_session.session.context import read_inputs
from mfa_session.session.names import default_name, look_up, session_behind, unknown_name
from mfa_session.session.resolve import meant_name, resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from mfa_session.model.ports import Store
    from mfa_session.model.session import Session
    from mfa_session.model.settings import SessionOptions
    from mfa_session.session.context import Context, Inputs
    from mfa_session.session.reuse import Outcome


class LoginOptions(Record):
    """What `login` was given."""

    session: SessionOptions
    profile: tuple[str, ...] = ()
    all: bool = False
    jobs: str | None = None
    write_to: str | None = None
    force: bool = False
    json: bool = False


def login(options: LoginOptions, ctx: Context) -> Result:
    """Log in to the session named, or to each of several: one that fails stops no other."""
    if options.all or options.jobs is not None:
        return _run_all(options, ctx)
    if len(options.profile) > 1:
        return _run_several(options, ctx)
    outcome = _log_in(options, ctx, options.profile[0] if options.profile else None)
    return Result(data={"sessions": [summary_of(outcome, ctx)], "errors": []})


def _run_all(options: LoginOptions, ctx: Context) -> Result:
    from mfa_session.roles import login_all, parallel  # noqa: PLC0415  # not for one session

    session = options.session
    one = (options.profile, options.write_to, session.role_arn, session.external_id)
    if any((*one, session.role_session_name)) or not options.all:
        raise UsageError(
            "all-or-one",
            "--all means every session of config.toml; --jobs goes with it, --profile, --role-arn, "
            "--external-id, --role-session-name and --write-to do not",
            "log in to every session: `mfa-session login --all`",
        )
    every = login_all.Options(
        session=session,
        jobs=parallel.read_jobs(options.jobs),
        force=options.force,
        json=options.json,
    )
    return login_all.run(every, ctx)


def _run_several(options: LoginOptions, ctx: Context) -> Result:
    if options.write_to:
        raise UsageError(
            "write-to-several",
            "--write-to names one profile, but several sessions were asked for",
            "log in to one --profile at a time, or set write_to in config.toml",
        )
    sessions, errors, exit_code = [], [], 0
    for name in dict.fromkeys(options.profile):
        try:
            sessions.append(summary_of(_log_in(options, ctx, name), ctx))
        except Interrupted:  # noqa: PERF203  # each is tried, whatever the others do
            raise
        except MfaSessionError as error:
            exit_code = exit_code or error.exit_code
            if error.add:
                error.repeat(_again(name, error.add))
            errors.append({"name": name, **error.summary(ctx.environ)})
            if not options.json:
                ctx.console.error(f"{name}: {error.message}", error.hint)
    return Result(data={"sessions": sessions, "errors": errors}, exit_code=exit_code)


def _again(name: str, add: Sequence[str]) -> str:
    words = add if "--profile" in add else ("--profile", name, *add)
    return join(["mfa-session", "login", *words])


def _log_in(options: LoginOptions, ctx: Context, name: str | None) -> Outcome:
    session = options.session.replace(profile=name) if name else options.session
    inputs = read_inputs(ctx, session)
    outcome = acquire(ctx, inputs, resolve(inputs, ctx.console), force=options.force)
    if not options.json:
        announce(outcome, ctx, asked=name)
    return outcome


class LogoutOptions(Record):
    """What `logout` was given."""

    session: SessionOptions
    profile: tuple[str, ...] = ()
    all: bool = False
    json: bool = False


def logout(options: LogoutOptions, ctx: Context) -> Result:
    """Remove the sessions named, the default one, or all; a failure does not stop the others."""
    inputs = read_inputs(ctx, options.session)
    sessions = inputs.sessions()
    store = ctx.make.store()
    store.begin(inputs.profiles)
    ours = {session.profile: [session] for session in sessions if session.managed}
    removed, errors = [], []
    for name in ours if options.all else dict.fromkeys(options.profile or (meant_name(inputs),)):
        try:
            for session in ours[name] if options.all else _choose(inputs, sessions, name):
                _remove(options, ctx, store, session)
                removed.append(session.profile)
        except MfaSessionError as error:  # noqa: PERF203  # each is tried, whatever the others do
            errors.append((name, error))
    if options.all:
        _tell_of_cache(options, ctx)
    return _result(options, ctx, removed, errors)


def _tell_of_cache(options: LogoutOptions, ctx: Context) -> None:
    folder = expand("~/.aws/cli/cache", ctx.environ)
    if not options.json and os.path.isdir(folder) and os.listdir(folder):
        ctx.console.say(
            f"the AWS CLI's cache keeps role sessions; to remove them, delete the files in {folder}"
        )


def _result(
    options: LogoutOptions,
    ctx: Context,
    removed: list[str],
    errors: list[tuple[str, MfaSessionError]],
) -> Result:
    if len(errors) == 1 and not removed and len(options.profile) <= 1:
        raise errors[0][1]
    if not options.json:
        for name, error in errors:
            ctx.console.error(f"{name}: {error.message}", error.hint)
    return Result(
        data={
            "removed": removed,
            "errors": [{"name": name, **error.summary(ctx.environ)} for name, error in errors],
        },
        exit_code=errors[0][1].exit_code if errors else 0,
    )


def _choose(inputs: Inputs, sessions: list[Session], name: str) -> list[Session]:
    name = session_behind(inputs, name) or name
    found = sessions_named(sessions, name)
    ours = [session for session in found if session.managed]
    if ours:
        return ours
    if found:
        raise ConfigurationError(
            "foreign-session",
            f"the session in profile {name!r} was not written by mfa-session",
            "remove it with the tool that made it",
        )
    if look_up(inputs, name) is None and name != default_name(inputs):
        removable = [session.name for session in sessions if session.managed]
        raise unknown_name(inputs, name, "--profile", removable)
    raise ConfigurationError(
        "no-session", f"there is no session {name!r} to remove", "see `mfa-session status`"
    )


def _remove(options: LogoutOptions, ctx: Context, store: Store, session: Session) -> None:
    store.remove(session.profile)
    if not options.json:
        ctx.console.say(f"removed the session from profile {session.profile!r}")
