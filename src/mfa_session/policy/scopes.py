"""What statements are about, and whether several together are about all that another is."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, NamedTuple

from mfa_session.policy.globs import Globs, may_meet
from mfa_session.policy.mfa import mfa_conditions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mfa_session.policy.document import Principals, Statement

_Names = tuple[str, ...]


class Listed(NamedTuple):
    """Actions, resources or principals: those named, or all but those."""

    names: _Names
    all_but: bool = False


class _Surroundings(NamedTuple):
    """What a statement is about besides actions; the MFA conditions do not count."""

    resources: Listed
    principals: Listed
    others: frozenset[tuple[str, str, _Names]]

    def take_in(self, inner: _Surroundings) -> bool:
        return (
            self.others <= inner.others
            and takes_in(self.resources, inner.resources)
            and takes_in(self.principals, inner.principals)
        )


class Cover:
    """Several statements, and what they are about together."""

    def __init__(self, statements: Iterable[Statement]) -> None:
        """Put the actions together that statements name for the same resources and principals."""
        self._actions: dict[_Surroundings, set[str]] = {}
        self._all_but: dict[_Surroundings, list[Listed]] = {}
        for statement in statements:
            around, actions = _surroundings(statement), actions_of(statement)
            if actions.all_but:
                self._all_but.setdefault(around, []).append(actions)
            else:
                self._actions.setdefault(around, set()).update(actions.names)
        self._globs = {around: Globs(names) for around, names in self._actions.items()}

    def covers(self, inner: Statement) -> bool:
        """Say whether these statements are about all that another is."""
        return bool(actions_of(inner).names) and not self.uncovered(inner)

    def uncovered(self, inner: Statement) -> list[str]:
        """Return the actions of another statement that these are not, or not fully, about."""
        around, actions = _surroundings(inner), actions_of(inner)
        globs = [each for at, each in self._globs.items() if at.take_in(around)]
        lists = [
            each for at, found in self._all_but.items() if at.take_in(around) for each in found
        ]
        if actions.all_but:
            covered = any(each.cover("*") for each in globs)
            covered = covered or any(takes_in(each, actions) for each in lists)
            return [] if covered else ["*"]
        return [
            name
            for name in actions.names
            if not any(each.cover(name) for each in globs)
            and not any(takes_in(each, Listed((name,))) for each in lists)
        ]


def actions_of(statement: Statement) -> Listed:
    """Return the actions, which are the same in any case, in lower case."""
    listed = _listed(statement.actions, statement.not_actions)
    return Listed(tuple(name.lower() for name in listed.names), listed.all_but)


def concerns(statement: Statement, action: str) -> bool:
    """Say whether a statement is about an action, such as `iam:ListMFADevices`."""
    return takes_in(actions_of(statement), Listed((action.lower(),)))


def is_about_everything(statement: Statement) -> bool:
    """Say whether the resources are all there are, or not said at all."""
    return takes_in(_listed(statement.resources, statement.not_resources), Listed(("*",)))


def may_overlap(one: Statement, other: Statement) -> bool:
    """Say whether two statements may be about the same actions; False only if certainly not."""
    first, second = actions_of(one), actions_of(other)
    if first.all_but and second.all_but:
        return True
    if first.all_but:
        first, second = second, first
    if second.all_but:
        return not takes_in(Listed(second.names), first)
    return any(may_meet(a, b) for a in first.names for b in second.names)


@functools.lru_cache(maxsize=10_000)
def takes_in(outer: Listed, inner: Listed) -> bool:
    """Say whether all that `inner` names is named by `outer`; True only where that is certain."""
    if outer.all_but:
        if inner.all_but:
            return all(map(_globs(inner.names).cover, outer.names))
        return not any(may_meet(a, b) for a in outer.names for b in inner.names)
    globs = _globs(outer.names)
    return globs.cover("*") if inner.all_but else all(map(globs.cover, inner.names))


def _surroundings(statement: Statement) -> _Surroundings:
    about_mfa = {id(condition) for condition in mfa_conditions(statement)}
    return _Surroundings(
        resources=_listed(statement.resources, statement.not_resources),
        principals=_listed_principals(statement.principals, statement.not_principals),
        others=frozenset(
            (condition.written.lower(), condition.key.lower(), condition.values)
            for condition in statement.conditions
            if id(condition) not in about_mfa
        ),
    )


def _listed(named: _Names | None, left_out: _Names | None) -> Listed:
    """Return what is named; where nothing is said, as in identity policies, that is all."""
    if left_out is not None:
        return Listed(left_out, all_but=True)
    return Listed(("*",) if named is None else named)


def _listed_principals(named: Principals | None, left_out: Principals | None) -> Listed:
    return _listed(
        None if named is None else _principal_names(named),
        None if left_out is None else _principal_names(left_out),
    )


def _principal_names(principals: Principals) -> _Names:
    """Write principals as texts in which `*` is everybody, and an account is its root's ARN."""
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
def _globs(names: _Names) -> Globs:
    return Globs(names)
