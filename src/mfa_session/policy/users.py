"""Read the users and roles of an account dump; judge the users by all its policies."""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

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
    Credentials,
    Known,
    Request,
    RequestContext,
    long_term,
    role_session,
)
from mfa_session.policy.document import Document, Owner, is_for_emergencies
from mfa_session.policy.evaluation import (
    ALLOWED,
    EXPLICITLY_DENIED,
    IMPLICITLY_DENIED,
    evaluate,
)
from mfa_session.policy.matching import IDENTITY, acting_as, match_statement
from mfa_session.policy.mfa import means_mfa, mfa_conditions, reach
from mfa_session.policy.nodes import Members, items_of, members_in, objects_in, text_in, text_of
from mfa_session.policy.programs import is_of_a_program, may_be_a_program, of_programs
from mfa_session.policy.rules.exemptions import is_left_open
from mfa_session.policy.rules.left_open import is_of_oneself
from mfa_session.policy.statement import Statement

_TAKE = "sts:AssumeRole"
# What only policies about everything match.
_ANY_OTHER = Request(action="any:Other", resource="arn:aws:any:::other")
_account_in = re.compile(r":iam::([0-9]{12}):").search
_BY_NAME = {"aws:principalarn", "aws:userid", "aws:username"}
_REFUSED = {IMPLICITLY_DENIED, EXPLICITLY_DENIED}
_MOST = 2_000  # pairs of a user and a role to look at


class _User(Owner):
    """A user, and their long-term key as the caller."""

    name: str
    caller: Credentials


class Dump:
    """An `Account`; give it all documents before asking for anything."""

    def __init__(self, members: Members) -> None:
        self.documents: list[Document] = []
        self._members = members

    @cached_property
    def owners(self) -> Sequence[Owner]:
        """See Account."""
        users = objects_in(self._members, "UserDetailList")
        holders = (*users, *objects_in(self._members, "RoleDetailList"))
        return [self._user(each) if "UserName" in each else self._owner(each) for each in holders]

    @cached_property
    def unasked(self) -> Mapping[str, Sequence[str]]:
        """See Account."""
        asking = (
            each.name
            for each in self._by_name.values()
            if each.holder != "role" and each.kind != "boundary"
            if any(map(means_mfa, each.statements))
        )
        unasked = list(filter(_is_unasked, self._users))
        asked = [each.name for each in self._users if any(_asking_policies(each))]
        found = [each for each in unasked if _is_named_alike(each.name, asked)]
        taking = {user.name for _, user in self._taken(filter(_only_takes_roles, found))}
        names = [each.name for each in found if each.name in taking or not _only_takes_roles(each)]
        return {next(asking, ""): names}

    @cached_property
    def undone(self) -> Mapping[str, Sequence[str]]:
        """See Account."""
        found = _grouped(
            (document.name, f"{user.name} ({action})")
            for user in self._users
            if user.arn and _is_known(user, name_of) and not is_for_emergencies(user.name)
            for document in user.documents
            for action, where in itertools.islice(_asked_for(user, document), 1)
            if _outcome(user, _any_of(action, where)) == ALLOWED
        )
        having = Counter(each.name for user in self._users for each in user.documents)
        # What all of them have is judged with the policy.
        return {name: users for name, users in found.items() if len(users) < having[name]}

    def is_used(self, document: Document) -> bool:
        """See Account."""
        return any(
            document is each
            for owner in self.owners
            for each in (*owner.documents, *filter(None, [owner.boundary]))
        )

    @cached_property
    def stuck(self) -> Mapping[str, Sequence[str]]:
        """See Account."""
        return _grouped(
            (asking, f"{user.name} ({why})")
            for user, asking in self._asked
            for why in _obstacles(user)
        )

    @cached_property
    def kept(self) -> frozenset[str]:
        """See Account."""
        by_policy = defaultdict[str, list[bool]](list)
        for user in self._users:
            removal = Request(action="iam:DeactivateMFADevice", resource=user.arn or "*")
            denied = _outcome(user, removal) == EXPLICITLY_DENIED
            for each in user.documents:
                by_policy[each.name].append(denied)
        return frozenset(name for name, denied in by_policy.items() if all(denied))

    @cached_property
    def takers(self) -> Mapping[str, Sequence[str]]:
        """See Account."""
        users = (
            user
            for user, _ in self._asked
            if _outcome(user, Request(action=_TAKE)) != EXPLICITLY_DENIED
        )
        taken = [(trust, user.name) for trust, user in self._taken(users)]
        only_with_mfa = filter(_needs_mfa_for_all, self._users)
        taken += [
            (trust, user.name)
            for trust, user in self._taken(only_with_mfa)
            if trust in self._trusts_of_admins
        ]
        return _grouped(dict.fromkeys(taken))

    @cached_property
    def programs(self) -> Mapping[str, Sequence[str]]:
        """See Account."""
        return _grouped(
            (asking, user.name) for user, asking in self._asked if is_of_a_program(user.name)
        )

    @cached_property
    def _asked(self) -> list[tuple[_User, str]]:
        """The users whom a Deny of (almost) everything asks for MFA, with the policy's name."""
        return [
            (user, asking.name)
            for user in self._users
            if user.arn and _is_known(user, is_harmless)
            for asking in list(_asking(user))[:1]
        ]

    @cached_property
    def _users(self) -> list[_User]:
        return [each for each in self.owners if isinstance(each, _User)]

    @cached_property
    def _by_name(self) -> Mapping[str, Document]:
        """The policies; without those of one name, as AWS's and one's own may have."""
        count = Counter(each.name for each in self.documents)
        return {each.name: each for each in self.documents if count[each.name] == 1}

    @cached_property
    def _managed(self) -> Mapping[str, str]:
        """The names of the managed policies, by ARN."""
        return {
            text_in(each, "Arn"): f"policy/{text_in(each, 'PolicyName')}"
            for each in objects_in(self._members, "Policies")
        }

    @cached_property
    def _groups(self) -> Mapping[str, Members]:
        groups = objects_in(self._members, "GroupDetailList")
        return {text_in(each, "GroupName"): each for each in groups}

    @cached_property
    def _without_tags(self) -> RequestContext:
        """The tags that the policies compare, as absent."""
        keys = (each.key for one in self._by_name.values() for each in one.conditions)
        return RequestContext(
            {each: None for each in keys if each.lower().startswith("aws:principaltag/")}
        )

    def _owner(self, holder: Members) -> Owner:
        groups = list(map(text_of, items_of(holder.get("GroupList"))))
        holders = [holder, *(self._groups[each] for each in groups if each in self._groups)]
        arns = [arn for each in holders for arn in attached_to(each)]
        own = [name for each in holders for name in _own_policies(each)]
        own += (self._managed[arn] for arn in arns if arn in self._managed)
        unread = {*arns, *groups} - self._managed.keys() - self._groups.keys()
        bound = text_in(members_in(holder, "PermissionsBoundary"), "PermissionsBoundaryArn")
        boundary = self._by_name.get(self._managed.get(bound, "")) if bound else None
        arn = text_in(holder, "Arn")
        return Owner(
            arn=arn if IDENTITY.fullmatch(arn) else "",
            documents=[self._by_name[each] for each in own if each in self._by_name],
            boundary=boundary,
            boundary_unread=bool(bound and not boundary),
            unread=unread | (set(own) - self._by_name.keys()),
        )

    def _user(self, members: Members) -> _User:
        known: Known = {
            f"aws:PrincipalTag/{text_in(tag, 'Key')}": (text_in(tag, "Value"),)
            for tag in objects_in(members, "Tags")
        }
        if "UserId" in members:
            known["aws:userid"] = (text_in(members, "UserId"),)
        tags = RequestContext(known).over(self._without_tags)
        owner, name = self._owner(members), text_in(members, "UserName")
        caller = acting_as(long_term(), owner.arn or None)
        # Who takes a role names its session.
        facts = RequestContext({"sts:RoleSessionName": (name,)}).over(tags).over(caller.facts)
        return _User(
            **owner.replace(tags=tags).as_dict(), name=name, caller=caller.replace(facts=facts)
        )

    @cached_property
    def _trusts_of_admins(self) -> set[str]:
        """The trust policies of roles that may do everything."""
        admins = {each.arn for each in self.owners if _may_do_everything(each)}
        roles = objects_in(self._members, "RoleDetailList")
        return {
            f"role/{text_in(each, 'RoleName')} trust"
            for each in roles
            if text_in(each, "Arn") in admins
        }

    @cached_property
    def _trusts(self) -> list[tuple[Document, Request]]:
        """The trust policies that may let a long-term key in, with how the role is taken."""
        found = []
        for role in objects_in(self._members, "RoleDetailList"):
            trust = self._by_name.get(f"role/{text_in(role, 'RoleName')} trust")
            if trust is None:
                continue
            # Whoever takes a role chooses the id, which is not secret.
            ids = (each for each in trust.conditions if each.is_about("sts:ExternalId"))
            request = Request(
                action=_TAKE,
                resource=text_in(role, "Arn"),
                facts=RequestContext({each.key: each.values[:1] for each in ids}),
            )
            if evaluate([trust], request, long_term()).outcome not in _REFUSED:
                found.append((trust, request))
        return found

    def _taken(self, users: Iterable[_User]) -> Iterator[tuple[str, _User]]:
        pairs = itertools.product(self._trusts, users)
        for (trust, request), user in itertools.islice(pairs, _MOST):
            if _outcome(user, request, trust) == ALLOWED:
                yield trust.name, user


def attached_to(holder: Members) -> Iterator[str]:
    """Yield the ARNs of the managed policies of a user, group or role."""
    for each in objects_in(holder, "AttachedManagedPolicies"):
        yield text_in(each, "PolicyArn")


def _own_policies(holder: Members) -> Iterator[str]:
    kind = next((each for each in ("User", "Role") if f"{each}Name" in holder), "Group")
    name = text_in(holder, f"{kind}Name")
    for each in objects_in(holder, f"{kind}PolicyList"):
        yield f"{kind.lower()}/{name} policy/{text_in(each, 'PolicyName')}"


def _grouped(pairs: Iterable[tuple[str, str]]) -> Mapping[str, list[str]]:
    found = defaultdict[str, list[str]](list)
    for key, value in pairs:
        found[key].append(value)
    return found


def _may_do_everything(role: Owner) -> bool:
    bounded = role.boundary or role.boundary_unread
    own = evaluate(role.documents, _ANY_OTHER, role_session()).outcome == ALLOWED
    return not bounded and (own or any(map(is_administrators, role.unread)))


def _asked_for(user: _User, document: Document) -> Iterator[tuple[str, str]]:
    """Yield what Allows of a policy give only with MFA: changes, each with one resource."""
    for each in document.statements:
        if each.allows and each.resources and _asks(user, each):
            for action in each.actions or ():
                if not is_left_open(action.lower()):
                    yield action, each.resources[0]


def _any_of(action: str, resource: str) -> Request:
    """Return a request that is matched only by what takes in the action and the resource."""
    return Request(action=action.replace("*", "Any"), resource=resource.replace("*", "any"))


def _needs_mfa_for_all(user: _User) -> bool:
    """Say whether an Allow gives a user everything, but only with MFA."""
    wide = (each for _, each in user.statements if each.allows and "*" in (each.actions or ()))
    matched = (reach(each) for each in wide if is_about_everything(each))
    gives = any(each and each.fresh and each.needs_mfa for each in matched)
    return bool(user.arn) and gives and _outcome(user, _ANY_OTHER) in _REFUSED


def _is_exempt_on_purpose(user: _User) -> bool:
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


def _is_unasked(user: _User) -> bool:
    return (
        bool(user.documents or user.unread)
        and not may_be_a_program(user.name)
        and _is_known(user, name_of)
        and not (any(_asking_policies(user)) or _is_exempt_on_purpose(user))
        and _outcome(user, _ANY_OTHER) != EXPLICITLY_DENIED
    )


def _asking_policies(user: _User) -> Iterator[Document]:
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


def _is_known(user: _User, is_known: Callable[[str], object]) -> bool:
    return all(map(is_known, user.unread)) and not user.boundary_unread


def _only_takes_roles(user: _User) -> bool:
    """Say whether a user may only take roles, and care for their own credentials."""
    return all(map(is_for_oneself, user.unread)) and all(
        is_of_oneself(each, name)
        for _, each in user.statements
        if each.allows
        for name in names_of(each)
    )


def _obstacles(user: _User) -> Iterator[str]:
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


def _is_to_enrol(user: _User) -> bool:
    """Say whether a Deny exempts enabling a device, which nothing else tells of, for a person."""
    enable = "iam:EnableMFADevice"
    own = [each for _, each in user.statements]
    exempt = any(exempts_by_name(each, enable) and means_mfa(each) for each in own)
    decided = any(concerns(each, enable) for each in own)
    works = user.unread or any(each.allows for each in own)
    return bool(exempt and works) and not (decided or may_be_a_program(user.name))


def _elsewhere(user: _User, request: Request) -> Iterator[Request]:
    """Yield a request on the user as one of the accounts that their policies name."""
    texts = (text for _, each in user.statements if each.allows for text in each.resources or ())
    for account in dict.fromkeys(found[1] for found in map(_account_in, texts) if found):
        there = request.resource.replace(account_of(user.arn) or "", account)
        yield request.replace(resource=there)


def _asks(user: _User, statement: Statement) -> bool:
    about_mfa, found = mfa_conditions(statement), reach(statement)
    return means_mfa(statement) and (
        (found is None or found.needs_mfa)
        if statement.allows
        else all(
            each in about_mfa or is_met(each, user.caller.facts) is not False
            for each in statement.conditions
        )
    )


def _asking(user: _User) -> Iterator[Document]:
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


def _outcome(user: _User, request: Request, *others: Document) -> str:
    documents = [*user.documents, *others]
    return evaluate(documents, request, user.caller, boundary=user.boundary).outcome
