"""What the statements of a policy, or of all policies of a principal, allow and deny together."""

from __future__ import annotations

import itertools
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from mfa_session.policy.conditions import OPPOSITES
from mfa_session.policy.coverage import Cover, Meeting, actions_of, concerns, names_of
from mfa_session.policy.document import (
    is_for_everybody,
    is_for_everybody_but_some,
    is_for_services,
    names_role,
    roles_in,
    roles_spared,
    standing_for_services,
)
from mfa_session.policy.intrinsics import is_unfilled
from mfa_session.policy.mfa import (
    KINDS_WITHOUT_MFA,
    Reach,
    is_age,
    means_mfa,
    mfa_conditions,
    names_mfa,
    reach,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from mfa_session.model.feature_ports import AwsNames
    from mfa_session.policy.document import Condition, Principals, Statement

_MOST, _MANY = 10, 100  # statements to compare with each
_EVERYBODY: Principals = {"*": ("*",)}


class WholePolicy:
    """What statements come to together: those of a policy, or of all policies of a principal."""

    def __init__(self, statements: Iterable[Statement], names: AwsNames | None = None) -> None:
        """Take the statements; what they come to is worked out when it is asked for.

        A Deny with a mistyped action counts as one with the action that was probably meant: what
        follows from the mistake is not told besides it. Mistakes are known by `names`.
        """
        self.names = names
        self.statements = tuple(statements)
        reaches = [(each, reach(each)) for each in self.statements]
        self._allows = [(each, found) for each, found in reaches if each.allows]
        self._denies = [(each, found) for each, found in reaches if not each.allows]
        self.allowing = [each for each, _ in self._allows]
        self._asking: dict[str, set[bool]] = {}
        self._covers_where: dict[tuple[str, Callable[[Condition], bool]], Cover] = {}
        self._allowed: dict[object, Iterator[str]] = {}

    @cached_property
    def allowed_names(self) -> frozenset[str]:
        """The actions that Allows name, in lower case."""
        return frozenset(name for each in self.allowing for name in names_of(each))

    @cached_property
    def has_allows_for_no_mfa(self) -> bool:
        """Whether an Allow matches only requests without MFA."""
        return any(
            found and found.is_only(kind) for _, found in self._allows for kind in KINDS_WITHOUT_MFA
        )

    @cached_property
    def fresh_allows(self) -> Cover:
        """The Allows with an MFA condition that match fresh MFA."""
        return Cover(each for each, found in self._allows if found and found.fresh)

    @cached_property
    def allowing_without_mfa(self) -> list[Statement]:
        """The Allows that also match some requests without MFA."""
        return [each for each, found in self._allows if not _asks(found)]

    @cached_property
    def lenient_allows(self) -> Cover:
        """What these concern together (`allowing_without_mfa`)."""
        return Cover(self.allowing_without_mfa)

    def allows_only_with_mfa(self, action: str) -> bool:
        """Say whether an action is allowed here, and by every Allow only with MFA."""
        return self._asking_for(action) == {True}

    def allows_without_mfa(self, action: str) -> bool:
        """Say whether a statement allows an action, somewhere, to some without MFA."""
        return False in self._asking_for(action)

    def allows_anyhow(self, action: str) -> bool:
        """Say whether a statement allows an action to some."""
        return bool(self._asking_for(action))

    def _asking_for(self, action: str) -> set[bool]:
        if action not in self._asking:
            self._asking[action] = {
                _asks(found) for each, found in self._allows if concerns(each, action)
            }
        return self._asking[action]

    @cached_property
    def denies_for_mfa(self) -> list[Statement]:
        """The Denies with a condition that is about MFA, or is meant to be."""
        return [each for each, _ in self._denies if means_mfa(each)]

    def containing(self, statement: Statement) -> Iterator[Statement]:
        """Yield a few statements about MFA of the same effect that concern all that one does."""
        return itertools.islice(self._about_mfa[statement.effect].containing(statement), _MOST)

    @cached_property
    def _about_mfa(self) -> dict[str, Cover]:
        return {
            effect: Cover(
                each for each in self.statements if each.effect == effect and mfa_conditions(each)
            )
            for effect in ("Allow", "Deny")
        }

    @cached_property
    def concern_mfa(self) -> bool:
        """Whether a statement has a condition about MFA."""
        return any(map(mfa_conditions, self.statements))

    def denies(self, statement: Statement, kind: str) -> bool:
        """Say whether Denies, of other statements, stop credentials of a kind from all of it."""
        return self._denials[kind].covers(statement)

    def denies_without_mfa(self, statement: Statement) -> bool:
        """Say whether Denies stop everybody without MFA from all of it."""
        return all(self.denies(statement, kind) for kind in KINDS_WITHOUT_MFA)

    def denies_but_for_some(self, statement: Statement, kind: str) -> bool:
        """Say the same, where Denies may exempt callers by who they are."""
        return self._denials_but_for_some[kind].covers(statement)

    @cached_property
    def _denials_but_for_some(self) -> dict[str, Cover]:
        return {
            kind: Cover(
                replace(each, conditions=tuple(itertools.filterfalse(_exempts, each.conditions)))
                for each, found in self._denials_filled
                if found and found.includes(kind)
            )
            for kind in KINDS_WITHOUT_MFA
        }

    def denying_always(self, statement: Statement) -> Statement | None:
        """Return a Deny without conditions that stops everybody from all of an Allow."""
        return next(self._plain_cover.containing(statement), None)

    @cached_property
    def plain_denials(self) -> list[Statement]:
        """The Denies without conditions."""
        return [each for each, _ in self._denies if not each.conditions]

    @cached_property
    def _plain_cover(self) -> Cover:
        return Cover(self.plain_denials)

    def denies_action(self, statement: Statement, kind: str, action: str) -> bool:
        """Say whether Denies stop credentials of a kind from one action of a statement."""
        return self._denials[kind].are_about(statement, action)

    def denies_outright(self, statement: Statement, kind: str) -> bool:
        """Say whether Denies about nothing but MFA stop credentials of a kind from all of it."""
        return self._outright_denials[kind].covers(statement)

    def is_narrowed(self, statement: Statement, kind: str) -> bool:
        """Say whether a Deny about MFA alone stops credentials of a kind from a part of it."""
        return any(self._narrowing[kind].touching(statement))

    def opened(self, statement: Statement, kind: str) -> list[str]:
        """Return the actions of an Allow that another, which asks for no MFA, gives to a kind."""
        closed = set(self._open_allows[kind].uncovered(statement))
        opened = [name for name in names_of(statement) if name not in closed]
        left = set(self.undenied(statement, kind)) if opened else set()
        return [name for name in opened if name in left]

    def opener(self, statement: Statement, kind: str, action: str) -> Statement:
        """Return an Allow that gives an action of `opened` to a kind."""
        return next(self._open_allows[kind].about(statement, action))

    def allowed_of(self, statement: Statement) -> list[str]:
        """Return the actions of a statement that Allows give wherever it applies."""
        left = set(self._all_allows.uncovered(statement))
        return [name for name in names_of(statement) if name not in left]

    def undenied(self, statement: Statement, kind: str) -> list[str]:
        """Return the actions of a statement that no Deny keeps credentials of a kind from."""
        return self._denials[kind].uncovered(statement)

    def undenied_parts(self, statement: Statement, kind: str) -> list[str]:
        """Return the same, and of a pattern only what the Denies spare of it, if that is named."""
        return self._denials[kind].uncovered_parts(statement)

    def allows_only_others(self, statement: Statement, kind: str) -> bool:
        """Say whether all of a statement is allowed here, but none of it to this kind.

        A Deny that misses them is no hole then.
        """
        return self._all_allows.covers(statement) and not self.is_open(statement, kind)

    def is_open(self, statement: Statement, kind: str) -> bool:
        """Say whether an Allow may give these credentials part of it."""
        return any(self._undenied_allows[kind].touching(statement))

    def allowed_by_name(self, denied: Statement, kind: str) -> Iterator[str]:
        """Return the principals of a kind that are allowed by name what a Deny takes away.

        The kind is `Service`, `Federated`, `role` or `standing for a service`.
        """
        key = kind, denied.actions, denied.not_actions, denied.resources, denied.not_resources
        # What a Deny like this one has found is not searched for again.
        known = self._allowed.get(key) or self._allowed_of(denied, kind)
        self._allowed[key], found = itertools.tee(known)
        return found

    def _allowed_of(self, denied: Statement, kind: str) -> Iterator[str]:
        for each in itertools.islice(self._allows_of[kind].touching(denied), _MANY):
            if any(_is_denied_by_name(denied, name) for name in names_of(each)):
                yield from _principals_of(each, kind)

    def role_left(self, denied: Statement) -> str | None:
        """Return the first principal to whom another Deny leaves what is denied, if all are roles.

        It is for everybody but these roles, by its principal or by a condition.
        """
        cover, roles = self._denials_but_for_roles
        return next(map(roles.__getitem__, cover.containing(denied)), None)

    @cached_property
    def _denials_but_for_roles(self) -> tuple[Cover, dict[Statement, str]]:
        roles = {
            _for_everybody(each): spared[0]
            for each, _ in self._denies
            if (spared := roles_spared(each))
        }
        return Cover(roles), roles

    @cached_property
    def allowed_resources(self) -> frozenset[str]:
        """The resources of the Allows."""
        return frozenset(text for each in self.allowing for text in each.resources or ())

    @cached_property
    def allows(self) -> Meeting:
        """The Allows."""
        return Meeting(self.allowing)

    def denies_where(self, statement: Statement, is_met: Callable[[Condition], bool]) -> bool:
        """Say whether Denies for everybody, under conditions that are met, take away all of it."""
        key = "Deny", is_met
        if key not in self._covers_where:
            self._covers_where[key] = Cover(
                _for_everybody(each)
                for each, _ in self._denies
                if (is_for_everybody(each) or is_for_everybody_but_some(each))
                and all(map(is_met, each.conditions))
            )
        return self._covers_where[key].covers(statement)

    def allows_where(self, statement: Statement, is_met: Callable[[Condition], bool]) -> bool:
        """Say whether Allows, under conditions that are met, are about all of it."""
        key = "Allow", is_met
        if key not in self._covers_where:
            self._covers_where[key] = Cover(
                replace(each, conditions=())
                for each in self.allowing
                if all(map(is_met, each.conditions))
            )
        return self._covers_where[key].covers(statement)

    @cached_property
    def _allows_of(self) -> dict[str, Meeting]:
        return {
            kind: Meeting(each for each in self.allowing if _principals_of(each, kind))
            for kind in ("Service", "Federated", "role", "standing for a service")
        }

    @cached_property
    def _narrowing(self) -> dict[str, Meeting]:
        return {
            kind: Meeting(
                each
                for each in self._denying(kind)
                if each.conditions and is_for_everybody(each) and _is_about_mfa_only(each)
            )
            for kind in KINDS_WITHOUT_MFA
        }

    @cached_property
    def _undenied_allows(self) -> dict[str, Meeting]:
        return {
            kind: Meeting(
                each
                for each, found in self._allows
                if not is_for_services(each)
                and (found is None or found.includes(kind))
                and not self.denies(each, kind)
            )
            for kind in KINDS_WITHOUT_MFA
        }

    @cached_property
    def _open_allows(self) -> dict[str, Cover]:
        return {kind: Cover(self._opening(kind), roughly=True) for kind in KINDS_WITHOUT_MFA}

    @cached_property
    def _all_allows(self) -> Cover:
        return Cover(self.allowing)

    @cached_property
    def _denials(self) -> dict[str, Cover]:
        return {kind: Cover(self._denying(kind)) for kind in KINDS_WITHOUT_MFA}

    @cached_property
    def _outright_denials(self) -> dict[str, Cover]:
        return {
            kind: Cover(each for each in self._denying(kind) if _is_about_mfa_only(each))
            for kind in KINDS_WITHOUT_MFA
        }

    @cached_property
    def meant_denials(self) -> Cover:
        """The Denies that are to refuse MFA's absence; one of ages is not where another does."""
        others = any(found and found.long_term for _, found in self._denies)
        return Cover(
            replace(
                self._filled(each),
                conditions=tuple(itertools.filterfalse(names_mfa, each.conditions)),
            )
            for each in self.denies_for_mfa
            if not (others and all(map(is_age, filter(names_mfa, each.conditions))))
        )

    @cached_property
    def ageless_allows(self) -> Cover:
        """The Allows only with MFA, of any age."""
        return Cover(
            each
            for each, found in self._allows
            if found and found.needs_mfa and all(found.with_mfa)
        )

    @cached_property
    def old_denials(self) -> Cover:
        """The Denies that stop old MFA, and not new."""
        return Cover(
            each for each, found in self._denies if found and found.with_mfa[-1] and not found.fresh
        )

    def _opening(self, kind: str) -> Iterable[Statement]:
        """Yield the Allows for a kind without MFA, but for inverted ones: that is their mistake."""
        for each, found in self._allows:
            only_for = found and found.is_only(kind) and self.fresh_allows.covers(each)
            if only_for or not mfa_conditions(each):
                yield each

    def _denying(self, kind: str) -> Iterable[Statement]:
        for each, found in self._denials_filled:
            if found.includes(kind) if found else not each.conditions:
                yield each

    @cached_property
    def _denials_filled(self) -> list[tuple[Statement, Reach | None]]:
        return [(self._filled(each), found) for each, found in self._denies]

    def _filled(self, denial: Statement) -> Statement:
        return _filled(denial if denial.not_actions else as_meant(denial, self.names))


def as_meant(statement: Statement, names: AwsNames | None) -> Statement:
    """Return a statement with the actions that were surely meant instead of unlisted ones."""

    def meant(actions: tuple[str, ...] | None) -> tuple[str, ...] | None:
        found = {action: names.look_up(action) for action in actions or ()} if names else {}
        sure = {action: each.meant for action, each in found.items() if each and each.sure}
        return actions and tuple(sure.get(action) or action for action in actions)

    actions, not_actions = meant(statement.actions), meant(statement.not_actions)
    if (actions, not_actions) == (statement.actions, statement.not_actions):
        return statement
    return replace(statement, actions=actions, not_actions=not_actions)


def _is_denied_by_name(denied: Statement, name: str) -> bool:
    """Say whether a Deny is about an action, or about one that begins as a pattern (`kms:Put*`)."""
    start, listed = name.rstrip("*"), actions_of(denied)
    verb = start != name and not start.endswith(":") and not listed.all_but
    return concerns(denied, start) or (
        verb and any(each.startswith(start) for each in listed.names)
    )


def _principals_of(statement: Statement, kind: str) -> Sequence[str]:
    by_name = {"role": _roles_of, "standing for a service": standing_for_services}
    if kind in by_name:
        return by_name[kind](statement)
    return (statement.principals or {}).get(kind, ())


def _roles_of(allow: Statement) -> Sequence[str]:
    """Return the roles that are its principals, or the only ones that a condition lets in."""
    by_arn = (each for each in allow.conditions if each.is_about("aws:PrincipalArn"))
    let_in = next((each.values for each in by_arn if "Not" not in each.operator), ())
    return roles_in(allow) or (let_in if all(map(names_role, let_in)) else ())


def _is_about_mfa_only(statement: Statement) -> bool:
    return len(statement.conditions) == len(mfa_conditions(statement))


def _exempts(condition: Condition) -> bool:
    """Say whether a condition exempts callers by who they are."""
    key = condition.key.lower()
    return condition.operator in OPPOSITES and key.startswith(("aws:principal", "aws:user"))


def _asks(found: Reach | None) -> bool:
    return found is not None and found.needs_mfa


def _filled(denial: Statement) -> Statement:
    """Return a Deny of all that it may deny when a template has filled it in."""
    if any(each.is_unfilled for each in denial.conditions):
        known = tuple(each for each in denial.conditions if not each.is_unfilled)
        denial = replace(denial, conditions=known)
    if any(map(is_unfilled, denial.actions or ())):
        return replace(denial, actions=("*",))
    if any(map(is_unfilled, denial.not_actions or ())):
        left = tuple(name for name in denial.not_actions or () if not is_unfilled(name))
        return replace(denial, not_actions=left)
    return denial


def _for_everybody(denial: Statement) -> Statement:
    return replace(_filled(denial), conditions=(), principals=_EVERYBODY, not_principals=None)
