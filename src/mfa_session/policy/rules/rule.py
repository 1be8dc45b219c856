"""What a rule of lint is, what it reads (a statement and its policy), and what it finds."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any

from mfa_session.policy.coverage import is_about_everything, names_of
from mfa_session.policy.document import Account, Document, Roster
from mfa_session.policy.intrinsics import is_unfilled
from mfa_session.policy.mfa import Reach, mfa_conditions, reach, refuses_by_intent
from mfa_session.policy.nodes import Node, listed, members_of
from mfa_session.policy.patterns import includes
from mfa_session.policy.policy_text import Position
from mfa_session.policy.rules.whole_policy import WholePolicy, as_meant
from mfa_session.policy.statement import Condition, Statement


@dataclass(frozen=True)
class Subject:
    """One statement of a policy, and the whole that it is judged with.

    `on_role` says that the policy is a role's own, so that sessions use it. `policies` has the
    policy of each statement that is judged together with this one.
    """

    statement: Statement
    document: Document
    whole: WholePolicy
    on_role: bool
    policies: Mapping[Statement, Document]

    @cached_property
    def meant(self) -> Statement:
        """The statement with the actions that were probably meant instead of unlisted ones."""
        return as_meant(self.statement, self.whole.names)

    @cached_property
    def reach(self) -> Reach | None:
        """Whom its MFA conditions match, if that can be told."""
        return reach(self.statement)

    @cached_property
    def mfa_conditions(self) -> list[Condition]:
        """The conditions about MFA."""
        return mfa_conditions(self.statement)

    @cached_property
    def other_conditions(self) -> list[Condition]:
        """The conditions about anything else."""
        return [each for each in self.statement.conditions if each not in self.mfa_conditions]

    @property
    def requires_mfa(self) -> bool:
        """Whether it is an Allow only for those with MFA."""
        found = self.reach
        return self.statement.allows and bool(found and found.needs_mfa and not found.nobody)

    @property
    def refuses_without_mfa(self) -> bool:
        """Whether it is a Deny for some without MFA, and not for those who have just got it.

        Where that cannot be told: whether it is meant to be one.
        """
        found, conditions = self.reach, self.mfa_conditions
        if self.statement.allows:
            return False
        if found is None:
            return bool(conditions) and all(map(refuses_by_intent, conditions))
        return not found.needs_mfa and not found.fresh

    @property
    def asks_for_mfa(self) -> bool:
        """Whether it lets only those with MFA through, or stops some without it."""
        return self.requires_mfa or self.refuses_without_mfa

    @property
    def cure(self) -> str:
        """How to mend a condition on MFA; a role's sessions meet none, however it is written."""
        if not self.on_role:
            return "write the condition like this"
        undone = "remove the condition" if self.statement.allows else "delete the statement"
        return f"require MFA in the role's trust policy, and {undone}"

    @property
    def is_in_yaml(self) -> bool:
        """Whether the policy is in a file of YAML, as those of the Serverless Framework are."""
        return self.document.source.label.endswith((".yml", ".yaml"))

    @property
    def ends_of_owners(self) -> tuple[str, ...]:
        """How the ARNs of those end who have the policy, as far as its file tells: `:user/ann`."""
        return tuple(f":{each.rpartition(':')[2]}" for each in self.document.had_by)

    @property
    def is_first(self) -> bool:
        """Whether it is the policy's first statement, at which a fault of the policy is told."""
        return self.statement is self.document.statements[0]

    @property
    def is_beside_mfa(self) -> bool:
        """Whether the policy, or another of its dump, template, plan or state, is about MFA.

        Nobody can change those of AWS's own.
        """
        file = self.document.account or self.document.roster
        beside = file is not None and not self.document.is_of_aws and _concerns_mfa(file)
        return self.whole.concern_mfa or beside

    @property
    def gives_users(self) -> bool:
        """Whether the policy is one of users that may allow them something."""
        return not self.on_role and self.document.kind == "identity"

    @property
    def limits_users(self) -> bool:
        """Whether the policy says what users may do, or limits it."""
        return not self.on_role and self.document.kind in {"identity", "boundary", "scp"}

    @cached_property
    def is_of_users(self) -> bool:
        """Whether it covers everything that users do."""
        return self.limits_users and is_about_everything(self.statement)

    @property
    def denies_all_actions(self) -> bool:
        """Whether it denies all actions, or all but some, to requests of users without MFA."""
        everything = "*" in names_of(self.statement)
        stated = self.statement.actions or self.statement.not_actions is not None
        known = bool(stated) and not any(map(is_unfilled, self.statement.not_actions or ()))
        return everything and known and self.refuses_without_mfa and self.limits_users

    def place_at(self, node: Node) -> Position:
        """Return the position of a value."""
        return self.document.source.position(node.offset)

    def place_of(self, element: str) -> Position:
        """Return the position of an element, or of the statement without it."""
        node = self.statement.elements.get(element)
        if node is None:
            return self.statement.position
        return self.document.source.position(node.key_offset)

    def place_of_action(self, action: str = "") -> Position:
        """Return the position of an action, or of the list of actions."""
        element = "NotAction" if "NotAction" in self.statement.elements else "Action"
        for item in self.items_of(element):
            if includes(str(item.value).lower(), action.lower() or "-"):
                return self.place_at(item)
        return self.place_of(element)

    def as_written(self, action: str) -> str:
        """Return an action in the statement's spelling."""
        actions = self.statement.actions or ()
        return next((each for each in actions if each.lower() == action), action)

    def label_of(self, other: Statement) -> str:
        """Return the name of another statement for people, with its place in another policy."""
        document = self.policies.get(other, self.document)
        if document is not self.document:
            return document.place_of(other)
        # A statement whose key lint has respelt keeps its elements.
        own = any(each.elements is other.elements for each in document.statements)
        return other.label if own else "a statement of another policy"

    @cached_property
    def texts(self) -> Sequence[tuple[Node, bool]]:
        """The resources' and conditions' texts, and whether each exempts what it matches."""
        values = (self.values_of(each) for each in self.statement.conditions)
        return [*self.resources, *chain.from_iterable(values)]

    def values_of(self, condition: Condition) -> Iterator[tuple[Node, bool]]:
        """Yield the texts of a condition, and whether it exempts what they match."""
        for each in listed(condition.node):
            if isinstance(each.value, str):
                yield each, condition.negates

    @cached_property
    def resources(self) -> Sequence[tuple[Node, bool]]:
        """The resources, and whether the statement exempts each."""
        return [
            *((each, False) for each in self.items_of("Resource")),
            *((each, True) for each in self.items_of("NotResource")),
        ]

    def effect_of_none(self, *, exempting: bool) -> str:
        """Say what a text does that matches nothing."""
        if exempting:
            return "keeps nobody out" if self.statement.allows else "exempts nobody"
        return "allows nobody" if self.statement.allows else "stops nobody"

    def principals(self) -> Iterator[Node]:
        """Yield the principals, those of NotPrincipal too."""
        for kinds in self.items_of("Principal", "NotPrincipal"):
            named = members_of(kinds).values() or [kinds]
            yield from (item for each in named for item in listed(each))

    def items_of(self, *elements: str) -> Iterator[Node]:
        """Yield what stands in elements of these names, in a list or alone."""
        for name in elements:
            node = self.statement.elements.get(name)
            if node is not None:
                yield from listed(node)


ERROR = "error"
WARNING = "warning"
NOTE = "note"
REJECTED = "the policy has no effect: IAM rejects it, and the previous version stays in force"


@dataclass(frozen=True)
class Rule:
    """A rule. An error lets people through or locks them out; a warning may do so.

    A note reports what is probably not meant. `text` is the rule's text in docs/policies.md.
    """

    id: str
    severity: str
    text: str


@dataclass(frozen=True)
class Flaw:
    """A breach of a rule: where, what is wrong, who gets through or is locked out, the cure.

    `fix` has the elements to replace in the statement; it is empty if a person must choose, or if
    replacing elements is not enough. `severity` overrides the rule's.
    """

    rule: Rule
    position: Position
    message: str
    who: str
    cure: str
    fix: Mapping[str, Any] = field(default_factory=dict)
    severity: str | None = None


Flaws = Iterator[Flaw]
Check = Callable[[Subject], Flaws]
"""Checks one statement, and yields its breaches of the check's rules."""


@dataclass(frozen=True)
class Finding:
    """A flaw, and the statement that has it; lines and columns count from 1."""

    rule: str
    severity: str
    statement: str
    line: int
    column: int
    message: str
    who: str
    cure: str
    fix: Mapping[str, Any]


def and_more(found: Sequence[object]) -> str:
    """Say how many there are besides the first; nothing if it is alone."""
    return f" (and {len(found) - 1} more)" if found[1:] else ""


def first_of(names: Sequence[str], most: int = 3) -> str:
    """Name the first of these, and say how many more there are."""
    more = f" and {len(names) - most} more" if names[most:] else ""
    return ", ".join(names[:most]) + more


@functools.lru_cache(maxsize=4)  # each statement of a file asks for it
def _concerns_mfa(file: Account | Roster) -> bool:
    return any(mfa_conditions(each) for one in file.documents for each in one.statements)


def are(actions: Sequence[str]) -> str:
    """Name all of these, as the subject of a sentence, with its verb."""
    *others, last = actions
    return f"{', '.join(others)} and {last} are" if others else f"{last} is"
