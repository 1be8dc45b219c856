"""`logout`: remove what login wrote, and nothing else."""

from __future__ import annotations

import os

from mfa_session.model.errors import ConfigurationError, MfaSessionError
from mfa_session.model.paths import expand
from mfa_session.model.record import Record, Result
from mfa_session.model.session import sessions_named
from mfa_session.session.context import read_inputs
from mfa_session.session.names import default_name, look_up, session_behind, unknown_name
from mfa_session.session.resolve import meant_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.model.ports import Store
    from mfa_session.model.session import Session
    from mfa_session.model.settings import SessionOptions
    from mfa_session.session.context import Context, Inputs


class Options(Record):
    """What `logout` was given."""

    session: SessionOptions
    profile: tuple[str, ...] = ()
    all: bool = False
    json: bool = False


def run(options: Options, ctx: Context) -> Result:
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


def _tell_of_cache(options: Options, ctx: Context) -> None:
    folder = expand("~/.aws/cli/cache", ctx.environ)
    if not options.json and os.path.isdir(folder) and os.listdir(folder):
        ctx.console.say(
            f"the AWS CLI's cache keeps role sessions; to remove them, delete the files in {folder}"
        )


def _result(
    options: Options,
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


def _remove(options: Options, ctx: Context, store: Store, session: Session) -> None:
    store.remove(session.profile)
    if not options.json:
        ctx.console.say(f"removed the session from profile {session.profile!r}")
