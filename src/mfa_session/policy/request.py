"""What is asked: an action on a resource, with what is known of the moment."""

from __future__ import annotations

from mfa_session.model.record import Record
from mfa_session.policy.request_context import RequestContext


class Request(Record):
    """One question. A wildcard asks about several at once; `*` is any resource.

    `facts` are what is known besides the caller's: of the moment, the network, the tags.
    """

    action: str
    resource: str = "*"
    facts: RequestContext = RequestContext({})
