"""What the statements of a policy, or of all policies of a principal, allow and deny together."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache

from mfa_session.model.feature_ports import AwsNames
from mfa_session.policy.conditions import exclude, is_met
from mfa_session.policy.coverage import (
    MOST_MET,
    Cover,
    Meeting,
    actions_of,
    concerns,
    is_of_all_users,
    names_of,
)
from mfa_session.policy.credentials import A_USER, DIRECT_CALL, long_term
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
from mfa_session.policy.statement import (
    Condition,
    Principals,
    Statement,
    is_for_everybody,
    is_for_services,
    names_role,
    roles_in,
    roles_spared,
    standing_for_services,
)

_MANY = 100  # Allows to look at for each
# The keys that only calls of AWS services by themselves have, or have as true.
OF_SERVICES = {
    "aws:principalisawsservice",
    "aws:principalservicename",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
}
_EVERYBODY: Principals = {"*": ("*",)}
per_policy = lru_cache(maxsize=32)
"""Keeps what a function finds out about a WholePolicy: each statement of the policy asks for it."""


class WholePolicy:
    """What the statements of a policy, or of all policies of a principal, do together."""

    def __init__(self, statements: Iterable[Statement], names: AwsNames | None = None) -> None:
        """Take the statements, and AWS's actions, where they are known.

        A Deny of an action that AWS does not list counts as one of the action that was meant: only
        the mistake itself is reported, not what follows from it.
        """
        self.names = names
        self.statements = tuple(statements)
        reaches = [(each, reach(each)) for each in self.statements]
        self._allows = [(each, found) for each, found in reaches if each.allows]
        self._denies = [(each, found) for each, found in reaches if not each.allows]
        self.allowing = [each for each, _ in self._allows]
        self._asking: dict[str, set[bool]] = {}
        self._allowed: dict[object, Iterator[tuple[str, Statement]]] = {}

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
        """The Allows of `allowing_without_mfa`."""
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

    @per_policy
    def denies_anyhow(self, action: str, *, with_mfa: bool = False) -> bool:
        """Say whether a Deny is about an action, whoever it stops, or also those `with_mfa`."""
        return any(
            concerns(as_meant(each, self.names), action)
            for each, _ in self._denies
            if not (with_mfa and means_mfa(each))
        )

    @cached_property
    def denies_for_mfa(self) -> list[Statement]:
        """The Denies with a condition that is about MFA, or is meant to be."""
        return [each for each, _ in self._denies if means_mfa(each)]

    def containing(self, statement: Statement) -> Iterator[Statement]:
        """Yield a few statements about MFA of the same effect that concern all that one does."""
        return itertools.islice(self._about_mfa(statement.effect).containing(statement), MOST_MET)

    @per_policy
    def _about_mfa(self, effect: str) -> Cover:
        alike = (each for each in self.statements if each.effect == effect)
        return Cover(filter(mfa_conditions, alike))

    @cached_property
    def concern_mfa(self) -> bool:
        """Whether a statement has a condition about MFA."""
        return any(map(mfa_conditions, self.statements))

    def denies_without_mfa(self, statement: Statement) -> bool:
        """Say whether Denies stop everybody without MFA from all of it."""
        return all(self.denials(kind).covers(statement) for kind in KINDS_WITHOUT_MFA)

    @per_policy
    def denials_but_for_some(self, kind: str) -> Cover:
        """Return the same as `denials`, where Denies may be for all users but some."""
        return Cover(
            replace(each, conditions=tuple(itertools.filterfalse(_goes_by_user, each.conditions)))
            for each, found in self._denials_filled
            if found and found.includes(kind)
        )

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

    def is_narrowed(self, statement: Statement, kind: str) -> bool:
        """Say whether a Deny about MFA alone stops credentials of a kind from a part of it."""
        return any(self._narrowing(kind).touching(statement))

    def opened(self, statement: Statement, kind: str) -> list[str]:
        """Return the actions of an Allow that another, which asks for no MFA, gives to a kind."""
        closed = set(self._open_allows(kind).uncovered(statement))
        opened = [name for name in names_of(statement) if name not in closed]
        left = set(self.denials(kind).uncovered(statement)) if opened else set()
        return [name for name in opened if name in left]

    def opener(self, statement: Statement, kind: str, action: str) -> Statement:
        """Return an Allow that gives an action of `opened` to a kind."""
        return next(self._open_allows(kind).about(statement, action))

    def allows_only_others(self, statement: Statement, kind: str) -> bool:
        """Say whether all of a statement is allowed here, but none of it to this kind."""
        return self._all_allows.covers(statement) and not self.is_open(statement, kind)

    def is_open(self, statement: Statement, kind: str) -> bool:
        """Say whether an Allow may give these credentials part of it."""
        return any(self._undenied_allows(kind).touching(statement))

    def allowed_by_name(self, denied: Statement, kind: str) -> list[str]:
        """Return the first principals of `allows_by_name`."""
        first = itertools.islice(self.allows_by_name(denied, kind), MOST_MET)
        return [name for name, _ in first]

    def allows_by_name(self, denied: Statement, kind: str) -> Iterator[tuple[str, Statement]]:
        """Return the principals of a kind that are allowed by name what a Deny takes away there.

        The kind is `Service`, `Federated`, `role` or `standing for a service`. Each is with the
        Allow; a service that only a condition tells is empty.
        """
        key = kind, denied.actions, denied.not_actions, denied.resources, denied.not_resources
        # What a Deny like this one has found is not searched for again.
        known = self._allowed.get(key) or self._allowed_of(denied, kind)
        self._allowed[key], found = itertools.tee(known)
        return (pair for pair in found if not exclude(pair[1].conditions, denied.conditions))

    def _allowed_of(self, denied: Statement, kind: str) -> Iterator[tuple[str, Statement]]:
        for each in itertools.islice(self._allows_of(kind).touching(denied), _MANY):
            if any(is_denied_by_name(denied, name) for name in names_of(each)):
                yield from ((name, each) for name in _principals_of(each, kind))

    def role_left(self, denied: Statement) -> str | None:
        """Return the first role that another Deny exempts from all this, if it exempts only roles.

        It exempts them by its principal or by a condition.
        """
        cover, roles = self._denials_but_for_roles
        return next((roles[each] for each in cover.containing(denied)), None)

    @cached_property
    def _denials_but_for_roles(self) -> tuple[Cover, dict[Statement, str]]:
        roles = {
            for_everybody(each): spared[0]
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

    @per_policy
    def _allows_of(self, kind: str) -> Meeting:
        return Meeting(each for each in self.allowing if _principals_of(each, kind))

    @per_policy
    def _narrowing(self, kind: str) -> Meeting:
        return Meeting(
            each
            for each in self._denying(kind)
            if each.conditions and is_for_everybody(each) and _is_about_mfa_only(each)
        )

    @per_policy
    def _undenied_allows(self, kind: str) -> Meeting:
        return Meeting(
            each
            for each, found in self._allows
            if not is_for_services(each)
            and (found is None or found.includes(kind))
            and not self.denials(kind).covers(each)
        )

    @per_policy
    def _open_allows(self, kind: str) -> Cover:
        """Return the Allows for a kind, but for inverted ones: that is their own mistake."""
        return Cover(
            (
                each
                for each, found in self._allows
                if not mfa_conditions(each)
                or (found and found.is_only(kind) and self.fresh_allows.covers(each))
            ),
            roughly=True,
        )

    @cached_property
    def _all_allows(self) -> Cover:
        return Cover(self.allowing)

    @per_policy
    def denials(self, kind: str) -> Cover:
        """Return the Denies that stop a kind of credentials without MFA."""
        return Cover(self._denying(kind))

    @per_policy
    def outright_denials(self, kind: str) -> Cover:
        """Return those of them that are about nothing but MFA."""
        return Cover(filter(_is_about_mfa_only, self._denying(kind)))

    @cached_property
    def meant_denials(self) -> Cover:
        """The Denies meant for requests without MFA; those of ages only if no other is."""
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
    def plain_allows(self) -> Cover:
        """The Allows without a condition on MFA."""
        return Cover(each for each in self.allowing if not means_mfa(each))

    @cached_property
    def old_denials(self) -> Cover:
        """The Denies that stop old MFA, and not new."""
        return Cover(
            each for each, found in self._denies if found and found.with_mfa[-1] and not found.fresh
        )

    def _denying(self, kind: str) -> Iterable[Statement]:
        for each, found in self._denials_filled:
            if found.includes(kind) if found else not each.conditions:
                yield each
            elif kind == "long_term" and not found and all(map(_is_met_by_keys, each.conditions)):
                yield replace(each, conditions=())

    @cached_property
    def _denials_filled(self) -> list[tuple[Statement, Reach | None]]:
        return [(self._filled(each), found) for each, found in self._denies]

    def _filled(self, denial: Statement) -> Statement:
        return _filled(denial if denial.not_actions else as_meant(denial, self.names))


def as_meant(statement: Statement, names: AwsNames | None) -> Statement:
    """Return a statement with the actions that were surely meant instead of unlisted ones."""
    if names is None:
        return statement
    written = statement.actions, statement.not_actions
    meant = [
        # Commas in one text stand for a list.
        each and tuple(_meant(action.strip(), names) for text in each for action in text.split(","))
        for each in written
    ]
    if meant == [*written]:
        return statement
    return replace(statement, actions=meant[0], not_actions=meant[1])


def _meant(action: str, names: AwsNames) -> str:
    unlisted = names.look_up(action)
    return (unlisted.meant if unlisted and unlisted.sure else None) or action


def is_denied_by_name(denied: Statement, name: str) -> bool:
    """Say whether a Deny is about an action, or about one that begins as a pattern (`kms:Put*`)."""
    start, listed = name.rstrip("*"), actions_of(denied)
    verb = start != name and not start.endswith(":") and not listed.all_but
    return concerns(denied, start) or (
        verb and any(each.startswith(start) for each in listed.names)
    )


def _principals_of(statement: Statement, kind: str) -> Sequence[str]:
    if kind == "role":
        return _roles_of(statement)
    if kind == "standing for a service":
        return standing_for_services(statement)
    if kind == "Service" and is_for_everybody(statement):
        return [""] * any(map(is_met_by_services_only, statement.conditions))
    return statement.principals_of(kind)


def is_met_by_services_only(condition: Condition) -> bool:
    """Say whether no direct call meets it, nor one that a service makes for its caller."""
    return condition.key.lower() in OF_SERVICES and is_met(condition, DIRECT_CALL) is False


def _roles_of(allow: Statement) -> Sequence[str]:
    """Return the roles that are its principals, or the only ones that a condition lets in."""
    by_arn = (each for each in allow.conditions if each.is_about("aws:PrincipalArn"))
    let_in = next((each.values for each in by_arn if "Not" not in each.operator), ())
    return roles_in(allow) or (let_in if all(map(names_role, let_in)) else ())


def _is_met_by_keys(condition: Condition) -> bool:
    """Say whether all long-term keys meet it, since they have no time of issue."""
    return condition.is_about("aws:TokenIssueTime") and bool(is_met(condition, long_term().facts))


def _is_about_mfa_only(statement: Statement) -> bool:
    return len(statement.conditions) == len(mfa_conditions(statement))


def exempts_callers(condition: Condition) -> bool:
    """Say whether a condition exempts callers by who they are."""
    key = condition.key.lower()
    return condition.negates and key.startswith(("aws:principal", "aws:user"))


def _goes_by_user(condition: Condition) -> bool:
    """Say whether a condition is met by all users, or by all but some callers."""
    by_arn = condition.is_about("aws:PrincipalArn") and condition.operator.endswith("Like")
    of_all = by_arn and any(map(is_of_all_users, condition.values))
    by_type = condition.is_about("aws:PrincipalType") and is_met(condition, A_USER) is True
    return of_all or by_type or exempts_callers(condition)


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


def for_everybody(denial: Statement) -> Statement:
    """Return a Deny as one for everybody, under no conditions."""
    return replace(_filled(denial), conditions=(), principals=_EVERYBODY, not_principals=None)
