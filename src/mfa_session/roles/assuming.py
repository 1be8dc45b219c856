"""One role assumed from a session, among many others."""

from __future__ import annotations

from mfa_session.model.errors import MfaSessionError, NoMfaError
from mfa_session.model.quoting import quote
from mfa_session.model.record import Record
from mfa_session.model.secret import Secret
from mfa_session.model.session import Keys
from mfa_session.session.renewal import Renewal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.model.roles_ports import RolesEdges
    from mfa_session.model.session import Session
    from mfa_session.model.settings import Settings

THROTTLE_PAUSES_SECONDS = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Before each further try of a call that AWS throttles even after botocore's own tries."""


class Step(Record):
    """A role session to obtain, and the session that it is assumed from."""

    settings: Settings
    base: Session


def with_open_keys(session: Session) -> Session:
    """Return the session with its secrets in memory: one in the keyring is asked for them once.

    Raises ConfigurationError where the keyring fails.
    """
    token = session.keys.session_token
    keys = Keys(
        access_key_id=session.keys.access_key_id,
        secret_access_key=Secret(session.keys.secret_access_key.reveal()),
        session_token=Secret(token.reveal()) if token else None,
    )
    return session.replace(keys=keys)


def assume(edges: RolesEdges, step: Step) -> Session:
    """Assume the role; throttling slows this down, and does not end it.

    Raises the errors of AssumeRole; of a session that expired in the middle, which to renew.
    """
    renewal = Renewal(edges.session)
    pauses = list(THROTTLE_PAUSES_SECONDS)
    while True:
        try:
            return renewal.assume_from(step.base, step.settings)
        except MfaSessionError as error:  # noqa: PERF203  # each try may be the last
            if error.code == "session-expired":
                raise _expired(step.base) from error
            if error.code != "throttled" or not pauses:
                raise
            edges.pause(pauses.pop(0))


def _expired(base: Session) -> NoMfaError:
    return NoMfaError(
        "session-expired",
        f"session {base.name!r}, from which the role is assumed, has expired",
        f"renew it: `mfa-session login --profile {quote(base.name)} --force`, then run this again",
    )
