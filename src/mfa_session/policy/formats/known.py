"""The known formats, and how each is told and read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_session.policy.formats.account import DETAILS, is_account, read_account
from mfa_session.policy.formats.origin import ORGANISATION_KINDS
from mfa_session.policy.formats.stacks import is_stack, read_stack
from mfa_session.policy.formats.terraform import read_state_file, read_terraform
from mfa_session.policy.nodes import members_in, text_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mfa_session.policy.formats.origin import Origin
    from mfa_session.policy.nodes import Members, Node

    Parts = Iterator[tuple[Node, Origin]]


def unwrap(members: Members, origin: Origin) -> Parts | None:
    """Return what to search in an object of a known format; None for others."""
    if _MARKS.isdisjoint(members):
        return None
    return next((read(members, origin) for fits, read in _FORMATS if fits(members)), None)


def _read_organisation_policy(members: Members, origin: Origin) -> Parts:
    summary = members_in(members, "PolicySummary")
    kind = ORGANISATION_KINDS.get(text_in(summary, "Type"))
    name = text_in(summary, "Name") or text_in(summary, "Id")
    yield members["Content"], origin.named(f"policy/{name}", kind)


def _having(*names: str) -> Callable[[Members], bool]:
    return lambda members: members.keys() >= set(names)


# Every object of a known format has one of these.
_MARKS = {*DETAILS, "Policies", "PolicySummary", "Resources", "format_version", "lineage"}
_FORMATS: tuple[tuple[Callable[[Members], bool], Callable[[Members, Origin], Parts]], ...] = (
    (is_account, read_account),
    (_having("PolicySummary", "Content"), _read_organisation_policy),
    (is_stack, read_stack),
    (_having("format_version", "planned_values"), read_terraform),
    (_having("format_version", "values"), read_terraform),
    (_having("terraform_version", "lineage", "resources"), read_state_file),
)
