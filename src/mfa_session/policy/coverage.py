"""Say whether several statements together concern everything that another one does."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from mfa_session.policy.conditions import is_met
from mfa_session.policy.credentials import DIRECT_CALL
from mfa_session.policy.intrinsics import is_unfilled
from mfa_session.policy.mfa import mfa_conditions
from mfa_session.policy.patterns import Patterns, may_meet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mfa_session.policy.document import Principals, Statement

_T = TypeVar("_T")
_Names = tuple[str, ...]
_all_of_a_service = re.compile(r"arn:[^:]*:([a-z0-9-]+):\*?:\*?:\*").fullmatch
_account = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])").findall
# Keys that are the same for every caller of an account.
ACCOUNT_KEYS = {"aws:principalaccount", "kms:calleraccount"}


class Selection(NamedTuple):
    """Actions, resources or principals: the named ones, or all others."""

    names: _Names
    all_but: bool = False


class _Surroundings(NamedTuple):
    """The resources, principals and conditions of a statement.

    Conditions about MFA do not count, nor those that every direct call over TLS meets.
    """

    resources: Selection
    principals: Selection
    others: frozenset[tuple[str, str, _Names]]
    accounts: frozenset[str] = frozenset()
    only_for: frozenset[str] = frozenset()

    def take_in(self, inner: _Surroundings) -> bool:
        return (
            self.others <= inner.others
            and not (self.only_for and inner.accounts and not self.only_for & inner.accounts)
            and takes_in(self.resources, inner.resources)
            and takes_in(self.principals, inner.principals)
        )


class _Group:
    """The actions of statements with the same resources, principals and conditions."""

    def __init__(self, around: _Surroundings) -> None:
        self.around = around
        self._all_but: list[Selection] = []
        self._named: set[str] = set()

    def add(self, actions: Selection) -> None:
        if actions.all_but:
            self._all_but.append(actions)
        else:
            self._named.update(actions.names)

    @functools.cached_property
    def _globs(self) -> Patterns:
        return Patterns(self._named)

    def take_in(self, action: str) -> bool:
        """Say whether these include an action."""
        return self._globs.cover(action) or any(
            takes_in(each, Selection((action,))) for each in self._all_but
        )

    def spared_of(self, action: str) -> list[_Names]:
        """Return the names that each NotAction leaves out and that the action may match."""
        return [
            tuple(name for name in each.names if may_meet(name, action)) for each in self._all_but
        ]

    def take_in_all_but(self, actions: Selection) -> bool:
        """Say whether these include all actions but some."""
        return self._globs.cover("*") or any(takes_in(each, actions) for each in self._all_but)


class _Index(Generic[_T]):
    """Finds things by a selection that may include another."""

    def __init__(self, things: Mapping[Selection, _T]) -> None:
        self._by_name: dict[str, list[_T]] = {}
        self._all_but = [thing for selection, thing in things.items() if selection.all_but]
        for selection, thing in things.items():
            for name in () if selection.all_but else selection.names:
                self._by_name.setdefault(name, []).append(thing)
        self._names = Patterns(self._by_name)

    def taking_in(self, inner: Selection) -> Iterator[_T]:
        """Yield the things that include at least the first name, or all but some names."""
        one = "*" if inner.all_but else next(iter(inner.names), "*")
        for name in self._names.covering(one):
            yield from self._by_name[name]
        yield from self._all_but


class Cover:
    """What several statements concern together."""

    def __init__(self, statements: Iterable[Statement], *, roughly: bool = False) -> None:
        """Group the statements by resources and principals.

        `roughly`: a condition that every caller of an account meets (`kms:CallerAccount`) does
        not narrow a statement, unless the other statement is only for other accounts, nor does
        an ARN that all resources of its service have (`arn:aws:s3:::*`).
        """
        groups: dict[_Surroundings, _Group] = {}
        for statement in statements:
            around = _surroundings(statement)
            if roughly:
                around = _of_any_account(around)
                if _is_about_all_of_a_service(statement):
                    around = around._replace(resources=Selection(("*",)))
            groups.setdefault(around, _Group(around)).add(actions_of(statement))
        by_resources: dict[Selection, dict[Selection, list[_Group]]] = {}
        for around, group in groups.items():
            by_principals = by_resources.setdefault(around.resources, {})
            by_principals.setdefault(around.principals, []).append(group)
        self._groups = _Index({where: _Index(who) for where, who in by_resources.items()})

    def covers(self, inner: Statement) -> bool:
        """Say whether these statements concern everything that another one does."""
        return next(self._uncovered(inner), None) is None

    def uncovered(self, inner: Statement) -> list[str]:
        """Return the actions of another statement that these do not fully cover."""
        return list(self._uncovered(inner))

    def uncovered_parts(self, inner: Statement) -> list[str]:
        """Return the same; for a pattern, only the part that a NotAction leaves out, if any."""
        groups, found = self._groups_around(inner), list[str]()
        for name in self._uncovered(inner):
            spared = [(len(each), each) for group in groups for each in group.spared_of(name)]
            found += min(spared)[1] if spared and "*" in name else (name,)
        return found

    def are_about(self, inner: Statement, action: str) -> bool:
        """Say whether these statements concern an action wherever another statement applies."""
        return any(group.take_in(action.lower()) for group in self._groups_around(inner))

    def _uncovered(self, inner: Statement) -> Iterator[str]:
        groups, actions = self._groups_around(inner), actions_of(inner)
        for name in names_of(inner):
            takers = (
                group.take_in_all_but(actions) if actions.all_but else group.take_in(name)
                for group in groups
            )
            if not any(takers):
                yield name

    def _groups_around(self, inner: Statement) -> list[_Group]:
        """Return the groups that cover another's resources, principals and conditions."""
        around = _surroundings(inner)
        return [
            group
            for by_principals in self._groups.taking_in(around.resources)
            for groups in by_principals.taking_in(around.principals)
            for group in groups
            if group.around.take_in(around)
        ]


class Meeting:
    """Finds the statements that may overlap with another."""

    def __init__(self, statements: Iterable[Statement]) -> None:
        """Sort the statements by resource."""
        self._statements = tuple(statements)
        self._by_resource: dict[str, list[int]] = {}
        self._all_but: list[int] = []
        for number, statement in enumerate(self._statements):
            resources = _listed(statement.resources, statement.not_resources)
            if resources.all_but:
                self._all_but.append(number)
            for resource in () if resources.all_but else resources.names:
                self._by_resource.setdefault(resource, []).append(number)
        self._resources = Patterns(self._by_resource)

    def touching(self, other: Statement) -> Iterator[Statement]:
        """Yield, in order, the statements that may concern the same actions and resources."""
        resources = _listed(other.resources, other.not_resources)
        patterns = [
            pattern
            for name in (("*",) if resources.all_but else resources.names)
            for pattern in self._resources.meeting(name)
        ]
        found = {number for pattern in patterns for number in self._by_resource[pattern]}
        for number in sorted(found.union(self._all_but)):
            if may_overlap(self._statements[number], other):
                yield self._statements[number]


@functools.lru_cache(maxsize=10_000)
def actions_of(statement: Statement) -> Selection:
    """Return the actions in lower case."""
    if statement.not_actions is not None:
        return Selection(_lowered(statement.not_actions), all_but=True)
    return Selection(("*",) if statement.actions is None else _lowered(statement.actions))


def names_of(statement: Statement) -> _Names:
    """Return the actions one by one; `*` for a NotAction."""
    actions = actions_of(statement)
    return ("*",) if actions.all_but else actions.names


def concerns(statement: Statement, action: str) -> bool:
    """Say whether a statement concerns an action, such as `iam:ListMFADevices`."""
    return takes_in(actions_of(statement), Selection((action.lower(),)))


def may_be_of(action: str, patterns: Iterable[str]) -> bool:
    """Say whether an action or pattern may match one of the patterns, or is to be filled in."""
    return is_unfilled(action) or any(may_meet(action.lower(), each) for each in patterns)


def contains(outer: Statement, inner: Statement) -> bool:
    """Say whether one statement concerns all that another one does, but for conditions on MFA."""
    around = _surroundings(outer).take_in(_surroundings(inner))
    return around and takes_in(actions_of(outer), actions_of(inner))


def is_about_everything(statement: Statement) -> bool:
    """Say whether a statement concerns all resources, or names none."""
    return takes_in(_listed(statement.resources, statement.not_resources), Selection(("*",)))


def may_overlap(one: Statement, other: Statement) -> bool:
    """Say whether two statements may concern the same actions; False only if certain."""
    return _may_share(actions_of(one), actions_of(other))


@functools.lru_cache(maxsize=10_000)
def _may_share(first: Selection, second: Selection) -> bool:
    if first.all_but and second.all_but:
        return True
    if first.all_but:
        first, second = second, first
    if second.all_but:
        return not takes_in(Selection(second.names), first)
    return any(may_meet(a, b) for a in first.names for b in second.names)


@functools.lru_cache(maxsize=10_000)
def takes_in(outer: Selection, inner: Selection) -> bool:
    """Say whether `outer` includes everything in `inner`; True only if certain."""
    if outer.all_but:
        if inner.all_but:
            return all(map(_globs(inner.names).cover, outer.names))
        return not any(may_meet(a, b) for a in outer.names for b in inner.names)
    globs = _globs(outer.names)
    return globs.cover("*") if inner.all_but else all(map(globs.cover, inner.names))


@functools.lru_cache(maxsize=10_000)
def _surroundings(statement: Statement) -> _Surroundings:
    about_mfa = {id(condition) for condition in mfa_conditions(statement)}
    return _Surroundings(
        resources=_listed(statement.resources, statement.not_resources),
        principals=_listed_principals(statement.principals, statement.not_principals),
        others=frozenset(
            (condition.written.lower(), condition.key.lower(), condition.values)
            for condition in statement.conditions
            if id(condition) not in about_mfa and is_met(condition, DIRECT_CALL) is not True
        ),
        accounts=_accounts(statement),
    )


def _of_any_account(around: _Surroundings) -> _Surroundings:
    """Return the surroundings without conditions that a whole account meets."""
    of_account = {each for each in around.others if _is_of_account(each[0], each[1])}
    return around._replace(
        others=around.others - of_account,
        only_for=frozenset(value for _, _, values in of_account for value in values),
    )


def _is_about_all_of_a_service(statement: Statement) -> bool:
    """Say whether all actions are of a service whose resources all match a resource here."""
    services = {action.partition(":")[0] for action in actions_of(statement).names}
    wholes = filter(None, map(_all_of_a_service, statement.resources or ()))
    return services in [{found[1]} for found in wholes]


def _accounts(statement: Statement) -> frozenset[str]:
    """Return the accounts in a statement's principals and conditions."""
    named = (statement.principals or {}).get("AWS", ())
    found = [each for text in named for each in _account(text)]
    for condition in statement.conditions:
        if _is_of_account(condition.written.lower(), condition.key.lower()):
            found += condition.values
    return frozenset(found)


def _is_of_account(operator: str, key: str) -> bool:
    return operator in {"stringequals", "stringlike"} and key in ACCOUNT_KEYS


def _listed(named: _Names | None, left_out: _Names | None) -> Selection:
    """Return the selection; everything if nothing is named, as in identity policies."""
    if left_out is not None:
        return Selection(left_out, all_but=True)
    return Selection(("*",) if named is None else named)


def _listed_principals(named: Principals | None, left_out: Principals | None) -> Selection:
    return _listed(
        None if named is None else _principal_names(named),
        None if left_out is None else _principal_names(left_out),
    )


def _principal_names(principals: Principals) -> _Names:
    """Return principals as texts, everybody as `*`, and an account as its root's ARN."""
    names = []
    for kind, values in principals.items():
        for value in values:
            if value == "*" and kind in {"*", "AWS"}:
                names.append("*")
            elif kind == "AWS" and value.isdecimal():
                names.append(f"AWS arn:aws:iam::{value}:root")
            else:
                names.append(f"{kind} {value}")
    return tuple(names)


@functools.lru_cache(maxsize=10_000)
def _lowered(names: _Names) -> _Names:
    """Return names in lower case, and `*:*` as `*`."""
    return tuple(["*" if name == "*:*" else name.lower() for name in names])


@functools.lru_cache(maxsize=10_000)
def _globs(names: _Names) -> Patterns:
    return Patterns(names)
