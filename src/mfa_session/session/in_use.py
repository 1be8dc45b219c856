"""A session taken for another program, by `exec`, `env`, `serve` and `credential-process`."""

from __future__ import annotations

from mfa_session.model.errors import ConfigurationError
from mfa_session.model.record import Record
from mfa_session.session.acquire import acquire
from mfa_session.session.inputs import read_inputs
from mfa_session.session.resolve import resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.model.session import Session
    from mfa_session.model.settings import SessionOptions, Settings
    from mfa_session.session.context import Context


class SessionInUse(Record):
    """A session, what it was to be, and the region that the files give it."""

    session: Session
    settings: Settings
    region: str | None


def take_session(options: SessionOptions, ctx: Context) -> SessionInUse:
    """Return the session asked for, logging in if need be; from memory if it cannot be kept."""
    inputs = read_inputs(ctx, options.replace(keeps_role=True))
    settings = resolve(inputs)
    outcome = acquire(ctx, inputs, settings, in_memory=True)
    if outcome.session.in_keyring and not is_still_stored(outcome.session):
        ctx.make.store().forget(outcome.session.profile)
        outcome = acquire(ctx, read_inputs(ctx, inputs.options), settings, in_memory=True)
    region = settings.written_region or inputs.profiles.section(settings.target).get("region")
    return SessionInUse(session=outcome.session, settings=settings, region=region)


def is_still_stored(session: Session) -> bool:
    """Fetch a session's secrets from the keyring now; False where it has them no more.

    Raises ConfigurationError where the keyring fails.
    """
    try:
        session.keys.secret_access_key.reveal()
    except ConfigurationError as error:
        if error.code != "session-not-stored":
            raise
        return False
    return True


def variables_of(use: SessionInUse, ctx: Context, region: str | None = None) -> dict[str, str]:
    """Return the environment variables of a session in use; `region` is one asked for."""
    from mfa_session.session.environment import (  # noqa: PLC0415  # not for SDKs, who take it
        session_variables,
    )

    return session_variables(use.session, ctx.environ, asked=region, from_files=use.region)
