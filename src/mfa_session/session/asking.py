"""Whose keys sign a call about the user herself: a session's, if there is one, else her own."""

from __future__ import annotations

from mfa_session.model.ports import Caller
from mfa_session.session.device import long_term_caller, with_keys
from mfa_session.session.reuse import find_base

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.model.ports import Edges
    from mfa_session.model.settings import Settings


def find_caller(edges: Edges, settings: Settings) -> Caller:
    """Return the caller: any living MFA session of the source's key, else the long-term keys.

    The session first: what a policy allows without MFA it allows with it, and some policies let
    devices be managed with MFA only.
    """
    any_device = settings.replace(mfa_serial=None)
    base = find_base(any_device, edges.store.sessions(), edges.clock.now())
    if base is None:
        return long_term_caller(with_keys(edges, settings))
    return Caller(
        keys=base.keys,
        profile=settings.source.profile,
        region=settings.region,
        session=base.name,
    )
