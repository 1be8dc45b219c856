"""`use`: log in to a session and print its profile, for the shell function `mfa_session_use`."""

from __future__ import annotations

from mfa_session.files.names import by_recent_use, note_use
from mfa_session.model.errors import UsageError
from mfa_session.model.record import Record, Result
from mfa_session.model.times import format_duration
from mfa_session.session.acquire import acquire
from mfa_session.session.context import read_inputs
from mfa_session.session.names import default_name
from mfa_session.session.resolve import resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.model.session import Session
    from mfa_session.model.settings import SessionOptions
    from mfa_session.session.context import Context, Inputs


class Options(Record):
    """What `use` was given."""

    session: SessionOptions
    name: str | None = None


def run(options: Options, ctx: Context) -> Result:
    """Log in if need be, and print the profile to use; without a name, let the person choose."""
    options_of_session = options.session.replace(keeps_role=True)
    name = options.name or _choose(read_inputs(ctx, options_of_session), ctx)
    inputs = read_inputs(ctx, options_of_session.replace(profile=name))
    session = acquire(ctx, inputs, resolve(inputs)).session
    note_use(ctx.files.state, name)
    _tell(session, ctx)
    return Result(data={}, lines=(session.profile,))


def names_of_sessions(inputs: Inputs) -> list[str]:
    """Return the sessions of config.toml, those in the credentials file, and the role profiles."""
    standing = {session.profile: session for session in inputs.sessions() if session.managed}
    roles = [name for name, section in inputs.profiles.sections() if section.get("role_arn")]
    names = (*inputs.file.sessions, *(session.name for session in standing.values()), *roles)
    return list(dict.fromkeys(names)) or [default_name(inputs)]


def _choose(inputs: Inputs, ctx: Context) -> str:
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
