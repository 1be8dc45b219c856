"""The answer of `aws organizations describe-policy`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_session.policy.json_text import members_of, text_of
from mfa_session.policy.where import ORGANISATION_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_session.policy.json_text import Members, Node
    from mfa_session.policy.where import Where


def is_organisation_policy(members: Members) -> bool:
    """Say whether an object is such an answer."""
    return "PolicySummary" in members and "Content" in members


def read_organisation_policy(members: Members, where: Where) -> Iterator[tuple[Node, Where]]:
    """Yield its policy, of the kind that it is told to be."""
    summary = members_of(members["PolicySummary"])
    kind = ORGANISATION_KINDS.get(text_of(summary.get("Type")))
    name = text_of(summary.get("Name")) or text_of(summary.get("Id"))
    yield members["Content"], where.named(f"policy/{name}", kind=kind)
