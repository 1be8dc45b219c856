"""A policy as it is written: its statements, their conditions, and where each stands."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfa_session.policy.json_text import Node
    from mfa_session.policy.policy_text import PolicyText, Position

TRUST_ACTIONS = {
    "sts:assumerole",
    "sts:assumerolewithsaml",
    "sts:assumerolewithwebidentity",
    "sts:setcontext",
    "sts:setsourceidentity",
    "sts:tagsession",
}
CURRENT_VERSION = "2012-10-17"
KINDS = ("identity", "trust", "resource", "boundary", "scp")
LIMITS = frozenset({"boundary", "scp"})  # kinds that never grant
Principals = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Condition:
    """One key under one operator, with the values it is compared to, as text.

    JSON's `true` and `3600` are `"true"` and `"3600"`, as they are to IAM. `operator` is in IAM's
    spelling, without qualifier and IfExists; where it is not `known`, as `written`.
    """

    operator: str
    qualifier: str | None
    if_exists: bool
    known: bool
    written: str
    key: str
    values: tuple[str, ...]
    position: Position
    node: Node

    def is_about(self, key: str) -> bool:
        """Say whether this is the key; keys are the same in any case."""
        return self.key.lower() == key.lower()


@dataclass(frozen=True, eq=False)
class Statement:
    """One statement, equal to itself only; what it does not have is None.

    `elements` is its JSON, by the elements' names in IAM's spelling.
    Principals are the values by their kind (`AWS`, `Service` …); a bare `"*"` is `{"*": ("*",)}`.
    """

    index: int
    sid: str | None
    effect: str
    actions: tuple[str, ...] | None
    not_actions: tuple[str, ...] | None
    resources: tuple[str, ...] | None
    not_resources: tuple[str, ...] | None
    principals: Principals | None
    not_principals: Principals | None
    conditions: tuple[Condition, ...]
    position: Position
    elements: Mapping[str, Node]

    @property
    def label(self) -> str:
        """What people find it by: its Sid, else its place in the list, from 0."""
        return self.sid or f"Statement[{self.index}]"

    @property
    def allows(self) -> bool:
        """Whether it is an Allow; else it is a Deny."""
        return self.effect == "Allow"


@dataclass(frozen=True)
class Document:
    """A policy; `version` is what it says, None if it says nothing (2008-10-17 to IAM).

    Statements without a policy around them are taken for some of a policy of CURRENT_VERSION.

    `name` tells it from others of the same file: `role/x trust`; empty where it is the only one.
    `holder` is what it is told to belong to, where `aws` printed it: `role`, `user`, `group`.
    `told_kind` is one of KINDS, where the user or what it is wrapped in says so.
    """

    source: PolicyText
    version: str | None
    statements: tuple[Statement, ...]
    holder: str | None = None
    name: str = ""
    told_kind: str | None = None

    @cached_property
    def kind(self) -> str:
        """What it hangs on: one of KINDS, as told, else as its statements look.

        `identity`, `trust` (a role's), `resource` (a bucket's, a key's); a `boundary` or `scp`
        looks like `identity`, and is one only if told so: both limit and never grant.
        """
        if self.told_kind is not None:
            return self.told_kind
        naming = [each for each in self.statements if has_principal(each)]
        if not naming:
            return "identity"
        return "trust" if all(map(_is_of_trust, naming)) else "resource"


def has_principal(statement: Statement) -> bool:
    """Say whether a statement tells whom it is for, as only those on resources and roles do."""
    return statement.principals is not None or statement.not_principals is not None


def is_about_roles(statement: Statement) -> bool:
    """Say whether all that a statement names is about taking a role."""
    return all(
        action.lower() in TRUST_ACTIONS or action.lower().startswith("sts:assumerole")
        for action in statement.actions or statement.not_actions or ()
    )


def _is_of_trust(statement: Statement) -> bool:
    """Say whether it is about taking the role it hangs on: such a statement names no resource."""
    return (
        is_about_roles(statement)
        and statement.resources is None
        and statement.not_resources is None
    )
