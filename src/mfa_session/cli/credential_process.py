"""`credential-process`: a session as the JSON that SDKs ask for."""

from __future__ import annotations

from mfa_session.cli.output import write
from mfa_session.model.errors import MfaSessionError, NoMfaError
from mfa_session.model.profiles import leads_back, process_profile
from mfa_session.model.record import Record, Result
from mfa_session.model.times import format_time
from mfa_session.session.acquire import acquire_for_program
from mfa_session.session.context import read_inputs
from mfa_session.session.names import PROFILE_VARIABLES, profile_variable
from mfa_session.session.resolve import meant_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.model.session import Session
    from mfa_session.model.settings import SessionOptions
    from mfa_session.session.context import Context


class Options(Record):
    """What `credential-process` was given."""

    session: SessionOptions


def run(options: Options, ctx: Context) -> Result:
    """Print the session, renewed if possible; otherwise the one that is still valid."""
    ctx = ctx if options.session.profile else _without_role(ctx)
    try:
        text = _to_json(acquire_for_program(options.session, ctx).session)
    except MfaSessionError as error:
        living = _find_living(options.session, ctx)
        if living is None:
            raise
        text = _to_json(living)  # first: a keyring may be locked
        ctx.console.warn(f"not renewed: {error.message}")
    write(text)
    return Result(data={})


def _without_role(ctx: Context) -> Context:
    """Ignore a profile variable that names a role, if a credential_process names no session.

    For the role, an SDK runs the process of its source profile, with the same variable set.
    """
    profiles, environ = ctx.files.profiles(), ctx.environ
    if "role_arn" in profiles.section(environ.get(profile_variable(environ), "")):
        for _, section in profiles.sections():
            process = section.get("credential_process", "")
            if leads_back(process) and not process_profile(process):
                return ctx.replace(environ={**environ, **dict.fromkeys(PROFILE_VARIABLES, "")})
    return ctx


def _find_living(options: SessionOptions, ctx: Context) -> Session | None:
    """Return our session of this name that has not expired, whatever else is wrong."""
    inputs = read_inputs(ctx, options.replace(keeps_role=True))
    name = meant_name(inputs)
    for session in inputs.sessions():
        if session.managed and name in {session.name, session.profile}:
            return session if session.is_valid(ctx.clock.now()) else None
    return None


def _to_json(session: Session) -> str:
    """Return the SDKs' object. Every value is plain ASCII, so no JSON module is needed."""
    if session.expires_at is None or session.keys.session_token is None:
        raise _damaged(session)
    fields = {
        "AccessKeyId": session.keys.access_key_id,
        "SecretAccessKey": session.keys.secret_access_key.reveal(),
        "SessionToken": session.keys.session_token.reveal(),
        "Expiration": format_time(session.expires_at),
    }
    for value in fields.values():
        if not value.isascii() or not value.isprintable() or '"' in value or "\\" in value:
            raise _damaged(session)
    pairs = ", ".join(f'"{name}": "{value}"' for name, value in fields.items())
    return f'{{"Version": 1, {pairs}}}\n'


def _damaged(session: Session) -> NoMfaError:
    from mfa_session.model.text import quote  # noqa: PLC0415  # on the way out only

    return NoMfaError(
        "session-damaged",
        f"the session in profile {session.profile!r} is damaged",
        f"renew it: `mfa-session login --profile {quote(session.name)} --force`",
    )
