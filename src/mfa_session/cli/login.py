"""`login`: get a session and write it to its profile. `use`: print that for `mfa_session_use`."""

from __future__ import annotations

from mfa_session.model.errors import Interrupted, MfaSessionError, UsageError
from mfa_session.model.record import Record, Result
from mfa_session.model.text import join
from mfa_session.model.times import format_duration
from mfa_session.session.acquire import acquire, announce, summary_of
from mfa_session.session.context import read_inputs
from mfa_session.session.names import default_name
from mfa_session.session.resolve import resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from mfa_session.model.session import Session
    from mfa_session.model.settings import SessionOptions
    from mfa_session.session.context import Context, Inputs
    from mfa_session.session.reuse import Outcome


class Options(Record):
    """What `login` was given."""

    session: SessionOptions
    profile: tuple[str, ...] = ()
    all: bool = False
    jobs: str | None = None
    write_to: str | None = None
    force: bool = False
    json: bool = False


def run(options: Options, ctx: Context) -> Result:
    """Log in to the session named, or to each of several: one that fails stops no other."""
    if options.all or options.jobs is not None:
        return _run_all(options, ctx)
    if len(options.profile) > 1:
        return _run_several(options, ctx)
    outcome = _log_in(options, ctx, options.profile[0] if options.profile else None)
    return Result(data={"sessions": [summary_of(outcome, ctx)], "errors": []})


def _run_all(options: Options, ctx: Context) -> Result:
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


def _run_several(options: Options, ctx: Context) -> Result:
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


def _log_in(options: Options, ctx: Context, name: str | None) -> Outcome:
    session = options.session.replace(profile=name) if name else options.session
    inputs = read_inputs(ctx, session)
    outcome = acquire(ctx, inputs, resolve(inputs), force=options.force)
    if not options.json:
        announce(outcome, ctx, asked=name)
    return outcome


class UseOptions(Record):
    """What `use` was given."""

    session: SessionOptions
    name: str | None = None


def use(options: UseOptions, ctx: Context) -> Result:
    """Log in if need be, and print the profile to use; without a name, let the person choose."""
    options_of_session = options.session.replace(keeps_role=True)
    from mfa_session.files.names import note_use  # noqa: PLC0415  # not for login

    name = options.name or _choose(read_inputs(ctx, options_of_session), ctx)
    inputs = read_inputs(ctx, options_of_session.replace(profile=name))
    session = acquire(ctx, inputs, resolve(inputs)).session
    note_use(ctx.files.state, name)
    _tell(session, ctx)
    return Result(data={}, lines=(session.profile,))


def names_of_sessions(inputs: Inputs) -> list[str]:
    """Return the sessions of config.toml, those in the credentials file, and the role profiles."""
    standing = {session.profile: session for session in inputs.sessions() if session.managed}
    roles = [
        name for name in inputs.profiles.names() if inputs.profiles.section(name).get("role_arn")
    ]
    names = (*inputs.file.sessions, *(session.name for session in standing.values()), *roles)
    return list(dict.fromkeys(names)) or [default_name(inputs)]


def _choose(inputs: Inputs, ctx: Context) -> str:
    from mfa_session.files.names import by_recent_use  # noqa: PLC0415  # as above

    names = by_recent_use(ctx.files.state, names_of_sessions(inputs))
    if not ctx.make.terminal().can_ask():
        raise UsageError(
            "no-session-name",
            "no session is named, and there is nobody to ask for one",
            f"name one: mfa_session_use {names[0]}",
        )
    return ctx.make.pick("Which session?", [(name, _about(name, inputs, ctx)) for name in names])


def _about(name: str, inputs: Inputs, ctx: Context) -> str:
    session = next((session for session in inputs.sessions() if session.name == name), None)
    table = inputs.file.sessions.get(name) or inputs.profiles.section(name)
    role = str(table.get("role_arn") or (session and session.role_arn) or "")
    left = session.seconds_left(ctx.clock.now()) if session else None
    return "  ".join(part for part in (role, format_duration(left) if left else "") if part)


def _tell(session: Session, ctx: Context) -> None:
    left = format_duration(session.seconds_left(ctx.clock.now()) or 0)
    ctx.console.say(f"AWS_PROFILE is {session.profile!r}: good for {left}")
    for variable, cure in _stronger(ctx):
        ctx.console.warn(
            f"{variable} is set in this shell and takes precedence over AWS_PROFILE; {cure}"
        )


def _stronger(ctx: Context) -> list[tuple[str, str]]:
    """Return the variables that SDKs look at before AWS_PROFILE, and how to get rid of each."""
    environ = ctx.environ
    found = []
    if environ.get("AWS_ACCESS_KEY_ID"):
        by_env = bool(environ.get("MFA_SESSION_ACTIVE"))
        cure = 'eval "$(mfa-session env --unset)"' if by_env else "unset AWS_ACCESS_KEY_ID"
        found.append(("AWS_ACCESS_KEY_ID", cure))
    if environ.get("AWS_DEFAULT_PROFILE"):
        found.append(("AWS_DEFAULT_PROFILE", "unset AWS_DEFAULT_PROFILE"))
    return found
