"""The users of an account dump, judged by all their policies."""

from __future__ import annotations

import functools
import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from mfa_session.model.arns import account_of
from mfa_session.policy.aws_policies import is_administrators, is_for_oneself, is_harmless, name_of
from mfa_session.policy.conditions import is_met
from mfa_session.policy.coverage import (
    actions_of,
    concerns,
    exempts_by_name,
    is_about_everything,
    names_of,
)
from mfa_session.policy.credentials import (
    Request,
    RequestContext,
    long_term,
    role_session,
)
from mfa_session.policy.document import Account, Document, DumpedUser, Owner, is_for_emergencies
from mfa_session.policy.evaluation import (
    ALLOWED,
    EXPLICITLY_DENIED,
    IMPLICITLY_DENIED,
    evaluate,
)
from mfa_session.policy.matching import match_statement
from mfa_session.policy.mfa import means_mfa, mfa_conditions, reach
from mfa_session.policy.patterns import includes
from mfa_session.policy.programs import is_of_a_program, may_be_a_program, of_programs
from mfa_session.policy.rules.exemptions import is_left_open
from mfa_session.policy.rules.left_open import is_of_oneself
from mfa_session.policy.statement import Statement

_TAKE = "sts:AssumeRole"
GAIN = "iam:AttachUserPolicy"
# What only policies about everything match.
_ANY_OTHER = Request(action="any:Other", resource="arn:aws:any:::other")
_account_in = re.compile(r":iam::([0-9]{12}):").search
_BY_NAME = {"aws:principalarn", "aws:userid", "aws:username"}
_REFUSED = {IMPLICITLY_DENIED, EXPLICITLY_DENIED}
_MOST = 2_000  # pairs of a user and a role to look at
_per_account = functools.lru_cache(maxsize=4)  # each policy of a dump asks for it


@_per_account
def unasked(account: Account) -> Mapping[str, Sequence[str]]:
    """Return the users whom no policy asks for MFA, by the first policy that asks others."""
    asking = (
        each.name
        for each in account.by_name.values()
        if each.holder != "role" and each.kind != "boundary"
        if any(map(means_mfa, each.statements))
    )
    asked = [each.name for each in account.users if any(_asking_policies(each))]
    found = [
        each for each in account.users if _is_unasked(each) and _is_named_alike(each.name, asked)
    ]
    taking = {user.name for _, user in _taken(account, filter(_only_takes_roles, found))}
    names = [each.name for each in found if each.name in taking or not _only_takes_roles(each)]
    return {next(asking, ""): names}


@_per_account
def undone(account: Account) -> Mapping[str, Sequence[str]]:
    """Return the users with other policies that give without MFA what one gives only with it."""
    found = _grouped(
        (document.name, f"{user.name} ({action})")
        for user in account.users
        if user.arn and _is_known(user, name_of) and not is_for_emergencies(user.name)
        for document in user.documents
        for action, where in itertools.islice(_asked_for(user, document), 1)
        if _outcome(user, _any_of(action, where)) == ALLOWED
    )
    having = Counter(each.name for user in account.users for each in user.documents)
    # What all of them have is judged with the policy.
    return {name: users for name, users in found.items() if len(users) < having[name]}


@_per_account
def gaining(account: Account) -> Mapping[str, Sequence[str]]:
    """Return the users who may give themselves a policy without MFA, which other policies ask for.

    They are by the policy that allows it, and says nothing of MFA.
    """
    found = []
    for user in account.users:
        asked = any(_asks(user, each) for _, each in user.statements)
        judged = asked and user.arn and _is_known(user, name_of)
        if not judged or _outcome(user, _ANY_OTHER) == ALLOWED or is_for_emergencies(user.name):
            continue
        if _outcome(user, Request(action=GAIN, resource=user.arn or "*")) == ALLOWED:
            giving = (
                document.name
                for document, each in user.statements
                if each.allows
                and concerns(each, GAIN.lower())
                and "*" not in names_of(each)  # who may do everything needs no more
                and not any(map(means_mfa, document.statements))
            )
            found += [(name, user.name) for name in itertools.islice(giving, 1)]
    return _grouped(found)


@_per_account
def tagging(account: Account) -> Mapping[str, Sequence[str]]:
    """Return the users who may set tags on themselves without MFA, by each policy of theirs."""
    return _grouped(
        (document.name, user.name)
        for user in account.users
        if user.arn
        and _is_known(user, name_of)
        and _outcome(user, Request(action="iam:TagUser", resource=user.arn)) == ALLOWED
        for document in user.documents
    )


@_per_account
def stuck(account: Account) -> Mapping[str, Sequence[str]]:
    """Return the users who cannot set up MFA, and why, by the policy that asks for it."""
    return _grouped(
        (asking, f"{user.name} ({why})")
        for user, asking in (*_asked(account), *_asked_by_allows(account))
        for why in _obstacles(user)
    )


@_per_account
def programs(account: Account) -> Mapping[str, Sequence[str]]:
    """Return the users who are programs by name, by the policy that asks them for MFA."""
    return _grouped(
        (asking, user.name)
        for user, asking in (*_asked(account), *_asked_by_allows(account))
        if is_of_a_program(user.name)
    )


@_per_account
def keeping_devices(account: Account) -> frozenset[str]:
    """Return the policies whose users are all denied, by all of theirs, to remove their device."""
    by_policy = defaultdict[str, list[bool]](list)
    for user in account.users:
        removal = Request(action="iam:DeactivateMFADevice", resource=user.arn or "*")
        denied = _outcome(user, removal) == EXPLICITLY_DENIED
        for each in user.documents:
            by_policy[each.name].append(denied)
    return frozenset(name for name, denied in by_policy.items() if all(denied))


@_per_account
def takers(account: Account) -> Mapping[str, Sequence[str]]:
    """Return the users who take a role without MFA, by its trust policy."""
    users = (
        user
        for user, _ in _asked(account)
        if _outcome(user, Request(action=_TAKE)) != EXPLICITLY_DENIED
    )
    taken = [(trust, user.name) for trust, user in _taken(account, users)]
    only_with_mfa = filter(_needs_mfa_for_all, account.users)
    admins = {each.arn for each in account.owners if _may_do_everything(each)}
    trusts_of_admins = {trust.name for trust, arn in account.trusts if arn in admins}
    taken += [
        (trust, user.name)
        for trust, user in _taken(account, only_with_mfa)
        if trust in trusts_of_admins
    ]
    # A trust policy that names a user lets that one in, whatever the user's own policies ask for.
    taken += [
        (trust.name, user.name)
        for trust, request in _open_trusts(account)
        for user in account.users
        if user.arn in {arn for each in trust.statements for arn in each.aws_principals}
        and _takes_with_mfa(user, request)
        and _outcome(user, request, trust) == ALLOWED
    ]
    return _grouped(dict.fromkeys(taken))


def _takes_with_mfa(user: DumpedUser, request: Request) -> bool:
    """Say whether an Allow of a user gives a role that it names, but only with MFA."""
    return any(
        each.allows
        and concerns(each, _TAKE.lower())
        and any(text != "*" and includes(text, request.resource) for text in each.resources or ())
        and _asks(user, each)
        for _, each in user.statements
    )


@_per_account
def _asked(account: Account) -> list[tuple[DumpedUser, str]]:
    """Return the users whom a Deny of (almost) everything asks for MFA, with the policy's name."""
    return [
        (user, asking.name)
        for user in account.users
        if user.arn and _is_known(user, is_harmless)
        for asking in list(_asking(user))[:1]
    ]


def _asked_by_allows(account: Account) -> Iterator[tuple[DumpedUser, str]]:
    """Yield the users who may do their work only with MFA, with the first policy that gives it."""
    by_denies = {user.name for user, _ in _asked(account)}
    for user in account.users:
        if not user.arn or user.name in by_denies or not _is_known(user, is_harmless):
            continue
        work = [
            (document, each)
            for document, each in user.statements
            if each.allows and not all(is_of_oneself(each, name) for name in names_of(each))
        ]
        if work and all(_asks(user, each) for _, each in work):
            yield user, work[0][0].name


def _taken(account: Account, users: Iterable[DumpedUser]) -> Iterator[tuple[str, DumpedUser]]:
    """Yield the trust policies that let users in without MFA, with each of these users."""
    pairs = itertools.product(_open_trusts(account), users)
    for (trust, request), user in itertools.islice(pairs, _MOST):
        if _outcome(user, request, trust) == ALLOWED:
            yield trust.name, user


@_per_account
def _open_trusts(account: Account) -> list[tuple[Document, Request]]:
    """Return the trust policies that may let a long-term key in, with how the role is taken."""
    found = []
    for trust, arn in account.trusts:
        # Whoever takes a role chooses the id, which is not secret.
        ids = (each for each in trust.conditions if each.is_about("sts:ExternalId"))
        facts = RequestContext({each.key: each.values[:1] for each in ids})
        request = Request(action=_TAKE, resource=arn, facts=facts)
        if evaluate([trust], request, long_term()).outcome not in _REFUSED:
            found.append((trust, request))
    return found


def _grouped(pairs: Iterable[tuple[str, str]]) -> Mapping[str, list[str]]:
    found = defaultdict[str, list[str]](list)
    for key, value in pairs:
        found[key].append(value)
    return found


def _may_do_everything(role: Owner) -> bool:
    bounded = role.boundary or role.boundary_unread
    own = evaluate(role.documents, _ANY_OTHER, role_session()).outcome == ALLOWED
    return not bounded and (own or any(map(is_administrators, role.unread)))


def _asked_for(user: DumpedUser, document: Document) -> Iterator[tuple[str, str]]:
    """Yield what Allows of a policy give only with MFA: changes, each with one resource."""
    for each in document.statements:
        if each.allows and each.resources and _asks(user, each):
            for action in each.actions or ():
                if not is_left_open(action.lower()):
                    yield action, each.resources[0]


def _any_of(action: str, resource: str) -> Request:
    """Return a request that is matched only by what takes in the action and the resource."""
    return Request(action=action.replace("*", "Any"), resource=resource.replace("*", "any"))


def _needs_mfa_for_all(user: DumpedUser) -> bool:
    """Say whether an Allow gives a user everything, but only with MFA."""
    wide = (each for _, each in user.statements if each.allows and "*" in (each.actions or ()))
    matched = (reach(each) for each in wide if is_about_everything(each))
    gives = any(each and each.fresh and each.needs_mfa for each in matched)
    return bool(user.arn) and gives and _outcome(user, _ANY_OTHER) in _REFUSED


def _is_exempt_on_purpose(user: DumpedUser) -> bool:
    """Say whether a Deny exempts a user who is for emergencies by name, or programs as a kind."""
    exempting = (
        each
        for _, statement in user.statements
        if means_mfa(statement) and not statement.allows
        for each in statement.conditions
        if is_met(each, user.caller.facts) is False
    )
    for condition in exempting:
        key = condition.key.lower()
        if key in _BY_NAME and is_for_emergencies(user.name):
            return True
        of_kind = key == "aws:principalarn" or key.startswith("aws:principaltag/")
        if of_kind and any(map(of_programs, (key, *condition.values))):
            return True
    return False


def _is_unasked(user: DumpedUser) -> bool:
    return (
        bool(user.documents or user.unread)
        and not may_be_a_program(user.name)
        and _is_known(user, name_of)
        and not (any(_asking_policies(user)) or _is_exempt_on_purpose(user))
        and _outcome(user, _ANY_OTHER) != EXPLICITLY_DENIED
    )


def _asking_policies(user: DumpedUser) -> Iterator[Document]:
    for each in (*user.documents, *filter(None, [user.boundary])):
        if any(_asks(user, statement) for statement in each.statements):
            yield each


def _is_named_alike(name: str, others: Sequence[str]) -> bool:
    """Say whether a user is named as others are: programs are named in other ways than people.

    So are `ses-smtp-billing` and `zabbix` beside `ann.lee`.
    """
    joints = set("-_").intersection(name)
    dotted = bool(others) and all("." in each for each in others)
    return (not others or joints <= set("".join(others))) and ("." in name or not dotted)


def _is_known(user: DumpedUser, is_known: Callable[[str], object]) -> bool:
    return all(map(is_known, user.unread)) and not user.boundary_unread


def _only_takes_roles(user: DumpedUser) -> bool:
    """Say whether a user may only take roles, and care for their own credentials."""
    return all(map(is_for_oneself, user.unread)) and all(
        is_of_oneself(each, name)
        for _, each in user.statements
        if each.allows
        for name in names_of(each)
    )


def _obstacles(user: DumpedUser) -> Iterator[str]:
    """Yield what keeps a user from enabling a device, though a policy allows it."""
    start, _, rest = user.arn.partition("/")
    request, *others = (
        Request(action="iam:EnableMFADevice", resource=f"{start}/{each}")
        for each in (rest, user.name, f"any-path/{user.name}")
    )
    if _outcome(user, request) not in _REFUSED:
        return
    unbounded = user.replace(boundary=None)
    if user.boundary and _outcome(unbounded, request) == ALLOWED:
        yield f"boundary {user.boundary.name}"
    elif any(_outcome(unbounded, each) == ALLOWED for each in others):
        yield f"path /{rest.removesuffix(user.name)}"
    elif any(_outcome(unbounded, each) == ALLOWED for each in _elsewhere(user, request)):
        yield f"account {account_of(user.arn)}"
    else:
        matches = [match_statement(*each, request, user.caller) for each in user.statements]
        applying = [each for each in matches if each.truth]
        denies = [each for each in applying if not each.statement.allows]
        for deny in denies[:1] if denies != applying else ():
            # Other rules tell of MFA; a Deny of everything is meant so.
            if "*" not in (deny.statement.actions or "*") and not means_mfa(deny.statement):
                yield f"denied by {deny.document.name}"
        if _is_to_enrol(user):
            yield "not allowed"


def _is_to_enrol(user: DumpedUser) -> bool:
    """Say whether a Deny exempts enabling a device, which nothing else tells of, for a person."""
    enable = "iam:EnableMFADevice"
    own = [each for _, each in user.statements]
    exempt = any(exempts_by_name(each, enable) and means_mfa(each) for each in own)
    decided = any(concerns(each, enable) for each in own)
    works = user.unread or any(each.allows for each in own)
    return bool(exempt and works) and not (decided or may_be_a_program(user.name))


def _elsewhere(user: DumpedUser, request: Request) -> Iterator[Request]:
    """Yield a request on the user as one of the accounts that their policies name."""
    texts = (text for _, each in user.statements if each.allows for text in each.resources or ())
    for account in dict.fromkeys(found[1] for found in map(_account_in, texts) if found):
        there = request.resource.replace(account_of(user.arn) or "", account)
        yield request.replace(resource=there)


def _asks(user: DumpedUser, statement: Statement) -> bool:
    about_mfa, found = mfa_conditions(statement), reach(statement)
    return means_mfa(statement) and (
        (found is None or found.needs_mfa)
        if statement.allows
        else all(
            each in about_mfa or is_met(each, user.caller.facts) is not False
            for each in statement.conditions
        )
    )


def _asking(user: DumpedUser) -> Iterator[Document]:
    """Yield the policies whose Deny of (almost) everything asks the user."""
    for document, statement in user.statements:
        matched = None if statement.allows else reach(statement)
        actions = actions_of(statement)
        is_wide = (actions.all_but or "*" in actions.names) and (
            statement.not_resources is not None or is_about_everything(statement)
        )
        asks = matched and matched.long_term and not matched.fresh
        if is_wide and asks and _asks(user, statement):
            yield document


def _outcome(user: DumpedUser, request: Request, *others: Document) -> str:
    documents = [*user.documents, *others]
    return evaluate(documents, request, user.caller, boundary=user.boundary).outcome
