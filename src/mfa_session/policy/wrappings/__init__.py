"""What policies come wrapped in, and what that says of each: its name, its kind, its holder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_session.policy.wrappings import account, cloudformation, organisation, terraform

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mfa_session.policy.json_text import Members, Node
    from mfa_session.policy.where import Where

    Parts = list[tuple[Node, Where]]

# One of these is in every object of a known shape.
_MARKS = {*account.DETAILS, "Policies", "PolicySummary", "Resources", "format_version", "lineage"}
_SHAPES: tuple[
    tuple[Callable[[Members], bool], Callable[[Members, Where], Iterator[tuple[Node, Where]]]], ...
] = (
    (account.is_account, account.read_account),
    (organisation.is_organisation_policy, organisation.read_organisation_policy),
    (cloudformation.is_stack, cloudformation.read_stack),
    (terraform.is_terraform, terraform.read_terraform),
    (terraform.is_state_file, terraform.read_state_file),
)


def unwrap(members: Members, where: Where) -> Parts | None:
    """Return what to look at in an object whose shape is known, else None."""
    if _MARKS.isdisjoint(members):
        return None
    for fits, read in _SHAPES:
        if fits(members):
            return list(read(members, where))
    return None
