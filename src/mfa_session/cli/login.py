"""`login`: get a session and write it to its profile."""

from __future__ import annotations

from mfa_session.model.errors import Interrupted, MfaSessionError, UsageError
from mfa_session.model.record import Record, Result
from mfa_session.model.text import join
from mfa_session.session.acquire import acquire, announce, summary_of
from mfa_session.session.context import read_inputs
from mfa_session.session.resolve import resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from mfa_session.model.settings import SessionOptions
    from mfa_session.session.context import Context
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
