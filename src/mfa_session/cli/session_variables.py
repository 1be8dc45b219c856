"""What `exec`, `env` and `credential-process` share: a session to hand to another program."""

from __future__ import annotations

from mfa_session.model.record import Record
from mfa_session.session.environment import session_variables
from mfa_session.session.settings import resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.cli.app import App
    from mfa_session.model.session import Session


class InUse(Record):
    """A session, and the region that the files give it."""

    session: Session
    region: str | None


def take_session(app: App) -> InUse:
    """Return the session asked for, logging in if need be; from memory if it cannot be kept."""
    facts = app.facts(app.given.options(app.environ, keeps_role=True))
    settings = resolve(facts)
    outcome = app.have(facts, settings, in_memory=True)
    region = settings.written_region or facts.section(settings.target).get("region")
    return InUse(session=outcome.session, region=region)


def variables_of(app: App, use: InUse) -> dict[str, str]:
    """Return the environment variables of a session in use."""
    return session_variables(
        use.session,
        app.environ,
        asked=app.given.values.get("region"),
        from_files=use.region,
    )
