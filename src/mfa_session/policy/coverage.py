"""Say whether several statements together concern everything that another one does."""

from __future__ import annotations

import functools
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mfa_session.policy.conditions import (
    hold_all_addresses,
    is_accepted,
    is_met,
    moment,
)
from mfa_session.policy.credentials import A_USER, DIRECT_CALL, RequestContext
from mfa_session.policy.intrinsics import is_unfilled
from mfa_session.policy.mfa import mfa_conditions
from mfa_session.policy.patterns import may_meet
from mfa_session.policy.selections import (
    Index,
    Names,
    Selection,
    may_share,
    numbers_in,
    takes_in,
)
from mfa_session.policy.statement import Condition, Principals, Statement, is_of_trust

_Comparison = tuple[str, str, tuple[str, ...]]
_ROOT = ":root"  # the end of an account's ARN
_FEW = 8  # statements, among which a look at each is faster than an index
_all_of_a_service = re.compile(r"arn:[^:]*:([a-z0-9-]+):\*?:\*?:\*").fullmatch
is_of_all_users = re.compile(r"arn:[^:]*:iam::[^:]*:user/\*").fullmatch
_account = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])").findall
# Keys that are the same for every caller of an account.
_ACCOUNT_KEYS = {"aws:principalaccount", "aws:sourceowner", "kms:calleraccount"}
_OF_ALL_CALLERS = {"aws:principalaccount", "aws:principalarn", "aws:userid", "sts:rolesessionname"}
# A user whom no condition names.
_ANOTHER = RequestContext(
    {
        "aws:PrincipalArn": ("arn:aws:iam::000000000000:user/-/another",),
        "aws:userid": ("AIDA000000000",),
        "aws:username": ("another-",),
    }
)
_LONG_AGO = moment("2026-01-01")


class _Surroundings(NamedTuple):
    """The resources, principals and conditions of a statement.

    Conditions about MFA do not count, nor those that every direct call over TLS meets.
    """

    resources: Selection
    principals: Selection
    others: frozenset[_Comparison]
    accounts: frozenset[str]  # those that it names
    only_for: frozenset[str] = frozenset()  # accounts that conditions demand, left out of `others`

    def take_in(self, inner: _Surroundings) -> bool:
        demanded = self.only_for and inner.accounts
        return (
            self.others <= inner.others
            and not (demanded and self.only_for.isdisjoint(inner.accounts))
            and takes_in(self.resources, inner.resources)
            and takes_in(self.principals, inner.principals)
        )


class _Entry(NamedTuple):
    """Statements that have their actions and surroundings in common."""

    actions: Selection
    around: _Surroundings
    statements: list[Statement]


class Cover:
    """What several statements concern together."""

    def __init__(self, statements: Iterable[Statement], *, roughly: bool = False) -> None:
        """Take the statements; `roughly` leaves out what narrows them little (see `_roughly`)."""
        entries: dict[tuple[Selection, _Surroundings], _Entry] = {}
        for statement in statements:
            around = _roughly(statement) if roughly else _surroundings(statement)
            key = actions_of(statement), around
            entries.setdefault(key, _Entry(*key, [])).statements.append(statement)
        self._entries = _Entries(entries.values())

    def covers(self, inner: Statement) -> bool:
        """Say whether these statements concern everything that another one does."""
        return next(self._uncovered(inner), None) is None

    def uncovered(self, inner: Statement) -> list[str]:
        """Return the actions of another statement that these do not fully cover."""
        return list(self._uncovered(inner))

    def uncovered_parts(self, inner: Statement) -> list[str]:
        """Return the same; for a pattern, only the part that a NotAction leaves out, if any."""
        found = list[str]()
        for name in self._uncovered(inner):
            found += self._least_spared(inner, name) if "*" in name else (name,)
        return found

    def are_about(self, inner: Statement, action: str, *, but: Statement | None = None) -> bool:
        """Say whether these statements, but one, concern an action wherever another applies."""
        takers = _Query(self._entries, inner).takers(Selection((action.lower(),)))
        return any(each.statements != [but] for each in takers)

    def about(self, inner: Statement, name: str) -> Iterator[Statement]:
        """Yield those that concern an action, of `names_of`, wherever another applies."""
        for taker in _Query(self._entries, inner).takers(_asked(inner, name)):
            yield from taker.statements

    def containing(self, inner: Statement) -> Iterator[Statement]:
        """Yield those of the statements that alone concern everything that another one does."""
        for taker in _Query(self._entries, inner).takers(actions_of(inner)):
            yield from taker.statements

    def _uncovered(self, inner: Statement) -> Iterator[str]:
        query = _Query(self._entries, inner)
        for name in names_of(inner):
            if next(query.takers(_asked(inner, name)), None) is None:
                yield name

    def _least_spared(self, inner: Statement, name: str) -> Names:
        """Return the shortest part of a pattern that a NotAction leaves out, or the pattern."""
        spared = [
            tuple(each for each in entry.actions.names if may_meet(each, name))
            for entry in _Query(self._entries, inner).fitting(self._entries.with_all_but)
        ]
        return min(spared, key=lambda each: (len(each), each), default=(name,))


class _Entries:
    def __init__(self, entries: Iterable[_Entry]) -> None:
        self.all = tuple(entries)
        self.many = len(self.all) > _FEW

    @functools.cached_property
    def with_all_but(self) -> int:
        return sum(1 << number for number, each in enumerate(self.all) if each.actions.all_but)

    def around(self, inner: _Surroundings) -> int:
        """Return the bits of those whose surroundings may take in others."""
        if not self.many:
            return (1 << len(self.all)) - 1
        resources = self._resources.taking_in(inner.resources)
        return resources & self._principals.taking_in(inner.principals) & self._under(inner)

    def concerning(self, actions: Selection) -> int:
        return self._actions.taking_in(actions) if self.many else -1

    def _under(self, inner: _Surroundings) -> int:
        found = self._conditions.get(None, 0)
        for condition in inner.others:
            found |= self._conditions.get(condition, 0)
        return found

    @functools.cached_property
    def _actions(self) -> Index:
        return Index([each.actions for each in self.all])

    @functools.cached_property
    def _resources(self) -> Index:
        return Index([each.around.resources for each in self.all])

    @functools.cached_property
    def _principals(self) -> Index:
        return Index([each.around.principals for each in self.all])

    @functools.cached_property
    def _conditions(self) -> dict[_Comparison | None, int]:
        """The bits of the entries by the rarest of their conditions; None if they have none."""
        count = Counter(each for entry in self.all for each in entry.around.others)
        found: dict[_Comparison | None, int] = {}
        for number, entry in enumerate(self.all):
            rarest = min(entry.around.others, key=lambda each: count[each], default=None)
            found[rarest] = found.get(rarest, 0) | 1 << number
        return found


class _Query:
    def __init__(self, entries: _Entries, inner: Statement) -> None:
        self._entries = entries
        self._around = _surroundings(inner)
        self._where = entries.around(self._around)

    def takers(self, actions: Selection) -> Iterator[_Entry]:
        for entry in self.fitting(self._entries.concerning(actions)):
            if takes_in(entry.actions, actions):
                yield entry

    def fitting(self, among: int) -> Iterator[_Entry]:
        for number in numbers_in(self._where & among):
            entry = self._entries.all[number]
            if entry.around.take_in(self._around):
                yield entry


MOST_MET = 10
"""The statements with which a rule compares another one, so that many of both take no time."""


class Meeting:
    """Finds the statements that may overlap with another."""

    def __init__(self, statements: Iterable[Statement]) -> None:
        self._statements = tuple(statements)
        self._resources = Index(list(map(_resources_of, self._statements)))
        self._actions = Index(list(map(actions_of, self._statements)))

    def touching(self, other: Statement) -> Iterator[Statement]:
        """Yield, in order, the statements that may concern the same actions and resources."""
        every = (1 << len(self._statements)) - 1
        where = every & self._resources.meeting(_resources_of(other))
        for number in numbers_in(where & self._actions.meeting(actions_of(other))):
            each = self._statements[number]
            if may_overlap(each, other) and may_share(_resources_of(each), _resources_of(other)):
                yield each

    def first_touching(self, other: Statement) -> Iterator[Statement]:
        """Yield the first MOST_MET of them."""
        return itertools.islice(self.touching(other), MOST_MET)


@functools.lru_cache(maxsize=10_000)
def actions_of(statement: Statement) -> Selection:
    """Return the actions in lower case."""
    return _listed(_lowered(statement.actions), _lowered(statement.not_actions))


def names_of(statement: Statement) -> Names:
    """Return the actions one by one; `*` for a NotAction."""
    actions = actions_of(statement)
    return ("*",) if actions.all_but else actions.names


def _asked(statement: Statement, name: str) -> Selection:
    """Return one of the actions of `names_of`; all of them for a NotAction."""
    actions = actions_of(statement)
    return actions if actions.all_but else Selection((name,))


def concerns(statement: Statement, action: str) -> bool:
    """Say whether a statement concerns an action, such as `iam:ListMFADevices`."""
    return takes_in(actions_of(statement), Selection((action.lower(),)))


def exempts_by_name(statement: Statement, action: str) -> bool:
    """Say whether a NotAction names an action, or a part of its service that holds it."""
    exempt = [each for each in actions_of(statement).names if not each.endswith((":*", "**"))]
    return (
        actions_of(statement).all_but
        and "*" not in exempt
        and any(takes_in(Selection((each,)), Selection((action.lower(),))) for each in exempt)
    )


def may_be_of(action: str, patterns: Iterable[str]) -> bool:
    """Say whether an action or pattern may match one of the patterns, or is to be filled in."""
    return is_unfilled(action) or any(may_meet(action.lower(), each) for each in patterns)


def contains(outer: Statement, inner: Statement) -> bool:
    """Say whether one statement concerns all that another one does, but for conditions on MFA."""
    around = _surroundings(outer).take_in(_surroundings(inner))
    return around and takes_in(actions_of(outer), actions_of(inner))


def is_about_everything(statement: Statement) -> bool:
    """Say whether a statement concerns all resources, or names none."""
    return takes_in(_resources_of(statement), Selection(("*",)))


def may_overlap(one: Statement, other: Statement) -> bool:
    """Say whether two statements may concern the same actions; False only if certain."""
    return may_share(actions_of(one), actions_of(other))


@functools.lru_cache(maxsize=10_000)
def _surroundings(statement: Statement) -> _Surroundings:
    about_mfa = {id(condition) for condition in mfa_conditions(statement)}
    return _Surroundings(
        resources=_resources_of(statement),
        principals=_listed(
            _principal_names(statement.principals), _principal_names(statement.not_principals)
        ),
        others=_written(
            condition
            for condition in statement.conditions
            if not (id(condition) in about_mfa or _is_always_met(condition))
            and not _is_of_what_is_sent(statement, condition)
        ),
        accounts=accounts_of(statement),
    )


def _is_always_met(condition: Condition) -> bool:
    """Say whether every direct call meets it, or whoever has the key that it compares to itself."""
    itself = (f"${{{condition.key}}}".lower(),)
    likened = condition.operator in {"StringEquals", "StringLike"}
    return is_met(condition, DIRECT_CALL) is True or (
        likened and tuple(map(str.lower, condition.values)) == itself
    )


def _is_of_what_is_sent(statement: Statement, condition: Condition) -> bool:
    """Say whether callers meet it by what they send with sts:AssumeRole: a name, an id or tags."""
    if not (statement.allows and condition.operator.startswith("String")):
        return False
    own_name = tuple(map(str.lower, condition.values)) == ("${aws:username}",)
    of_tags = condition.key.lower().startswith(("aws:requesttag/", "aws:tagkeys"))
    as_they_like = not condition.negates and is_of_trust(statement)
    is_any = "*" in condition.values and condition.is_about("sts:SourceIdentity")
    return (own_name and condition.is_about("sts:RoleSessionName")) or (
        (of_tags or is_any) and as_they_like
    )


def _roughly(statement: Statement) -> _Surroundings:
    """Return the surroundings without what narrows a statement little.

    These are a condition that every caller of an account meets (`kms:CallerAccount`), unless the
    other statement is only for other accounts, or every user (see `_keeps_few_out`); an ARN that
    all resources of its service have (`arn:aws:s3:::*`); and, in a trust policy, an account instead
    of its users.
    """
    around = _surroundings(statement)
    of_account = {each for each in around.others if _is_of_account(each[0], each[1])}
    resources, principals = around.resources, around.principals
    few_out = functools.partial(_keeps_few_out, statement)
    if _is_about_all_of_a_service(statement):
        resources = Selection(("*",))
    if is_of_trust(statement) and not principals.all_but:
        accounts = [name for name in principals.names if name.endswith(_ROOT)]
        users = [f"{name.removesuffix(_ROOT)}:*" for name in accounts]
        principals = Selection((*principals.names, *users))
    return around._replace(
        resources=resources,
        principals=principals,
        others=around.others - of_account - _written(filter(few_out, statement.conditions)),
        only_for=frozenset(value for _, _, values in of_account for value in values),
    )


def _is_about_all_of_a_service(statement: Statement) -> bool:
    services = {action.partition(":")[0] for action in actions_of(statement).names}
    wholes = filter(None, map(_all_of_a_service, statement.resources or ()))
    return services in [{found[1]} for found in wholes]


def accounts_of(statement: Statement) -> frozenset[str]:
    """Return the accounts that its principals are of, or that conditions demand."""
    found = [each for text in statement.aws_principals for each in _account(text)]
    for condition in statement.conditions:
        if _is_of_account(condition.written.lower(), condition.key.lower()):
            found += condition.values
    return frozenset(found)


def _keeps_few_out(statement: Statement, condition: Condition) -> bool:
    """Say whether all users of the accounts, or all but some, meet it, perhaps since long ago.

    An organisation keeps out none of an account that is named: that is in it, or nobody gets in.
    """
    operator, key, values = condition.operator, condition.key.lower(), condition.values
    if key == "aws:sourceip" and not any(map(is_unfilled, values)):
        among = {"IpAddress": True, "NotIpAddress": False}
        return hold_all_addresses(values) is among.get(operator)
    if key == "aws:currenttime":
        after = operator.startswith("DateGreaterThan") and is_accepted(condition)
        return after and any(moment(each) < _LONG_AGO for each in values)
    if key == "aws:principalorgid":
        named = "*" not in (_principal_names(statement.principals) or ())
        return named and operator in {"StringEquals", "StringLike"}
    if key in {"aws:referer", "aws:useragent"}:  # who is no visitor of a site writes what they like
        wanted = operator.startswith("String") and not condition.negates
        return wanted and statement.principals is None
    if condition.negates and key in {*_OF_ALL_CALLERS, "aws:username"}:
        return statement.allows and is_met(condition, _ANOTHER) is True
    likened = operator in {"ArnLike", "StringLike"} and key in _OF_ALL_CALLERS
    of_all = likened and ("*" in values or any(map(is_of_all_users, values)))
    return of_all or is_met(condition, A_USER) is True


def _written(conditions: Iterable[Condition]) -> frozenset[_Comparison]:
    return frozenset((each.written.lower(), each.key.lower(), each.values) for each in conditions)


def _is_of_account(operator: str, key: str) -> bool:
    return operator in {"stringequals", "stringlike"} and key in _ACCOUNT_KEYS


def _resources_of(statement: Statement) -> Selection:
    return _listed(statement.resources, statement.not_resources)


def _listed(named: Names | None, left_out: Names | None) -> Selection:
    """Return the selection; everything if nothing is named, as in identity policies."""
    if left_out is not None:
        return Selection(left_out, all_but=True)
    return Selection(("*",) if named is None else named)


def _principal_names(principals: Principals | None) -> Names | None:
    """Return principals as texts, everybody as `*`, and an account as its root's ARN."""
    if principals is None:
        return None
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
def _lowered(names: Names | None) -> Names | None:
    return names and tuple(["*" if name == "*:*" else name.lower() for name in names])
