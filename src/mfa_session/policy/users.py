"""Read the users and roles of an account dump; judge the users by all its policies."""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from mfa_session.policy.conditions import is_met
from mfa_session.policy.coverage import actions_of, is_about_everything
from mfa_session.policy.credentials import Request, RequestContext, long_term
from mfa_session.policy.document import Owner, Users
from mfa_session.policy.evaluation import (
    ALLOWED,
    EXPLICITLY_DENIED,
    IMPLICITLY_DENIED,
    evaluate,
)
from mfa_session.policy.formats.account import attached_to
from mfa_session.policy.matching import IDENTITY, acting_as, match_statement
from mfa_session.policy.mfa import means_mfa, mfa_conditions, reach
from mfa_session.policy.nodes import items_of, members_in, objects_in, text_in, text_of
from mfa_session.policy.selections import Selection, takes_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from mfa_session.policy.credentials import Known
    from mfa_session.policy.document import Document, Statement
    from mfa_session.policy.nodes import Members

    Trusts = Iterable[tuple[Document, Request]]  # with how the role is taken


def everyone_in(members: Members, listed: Sequence[Document]) -> list[Owner]:
    """Return the users and roles of an account, each with its policies."""
    documents = _by_name(listed)
    groups = objects_in(members, "GroupDetailList")
    tags = {
        each.key: None
        for document in documents.values()
        for one in document.statements
        for each in one.conditions
        if each.key.lower().startswith("aws:principaltag/")
    }
    dump = _Dump(
        documents,
        names={
            text_in(policy, "Arn"): f"policy/{text_in(policy, 'PolicyName')}"
            for policy in objects_in(members, "Policies")
        },
        groups={text_in(each, "GroupName"): each for each in groups},
        without_tags=RequestContext(tags),
    )
    holders = (*objects_in(members, "UserDetailList"), *objects_in(members, "RoleDetailList"))
    return [dump.owner(each) for each in holders]


class _Dump(NamedTuple):
    """An account's policies and groups by name, and the names of its managed policies by ARN."""

    documents: Mapping[str, Document]
    names: Mapping[str, str]
    groups: Mapping[str, Members]
    without_tags: RequestContext

    def owner(self, holder: Members) -> Owner:
        its_groups = list(map(text_of, items_of(holder.get("GroupList"))))
        holders = [holder, *(self.groups[each] for each in its_groups if each in self.groups)]
        arns = [arn for each in holders for arn in attached_to(each)]
        own = [name for each in holders for name in _own_policies(each)]
        own += (self.names[arn] for arn in arns if arn in self.names)
        unread = {*arns, *its_groups} - self.names.keys() - self.groups.keys()
        unread |= set(own) - self.documents.keys()
        bound = text_in(members_in(holder, "PermissionsBoundary"), "PermissionsBoundaryArn")
        boundary = self.documents.get(self.names.get(bound, "")) if bound else None
        arn, name = text_in(holder, "Arn"), text_in(holder, "UserName")
        arn = arn if IDENTITY.fullmatch(arn) else ""
        caller = acting_as(long_term(), arn or None)
        known = self._tags(holder) if name else RequestContext({})
        named = RequestContext({"sts:RoleSessionName": (name,)})  # by whoever takes a role
        return Owner(
            name,
            arn,
            [self.documents[each] for each in own if each in self.documents],
            boundary,
            frozenset(unread),
            known,
            caller.replace(facts=named.over(known).over(caller.facts)),
            boundary_unread=bool(bound and not boundary),
        )

    def _tags(self, user: Members) -> RequestContext:
        """Return what is known of a user's tags; the session of a role may have others."""
        known: Known = {
            f"aws:PrincipalTag/{text_in(tag, 'Key')}": (text_in(tag, "Value"),)
            for tag in objects_in(user, "Tags")
        }
        if "UserId" in user:
            known["aws:userid"] = (text_in(user, "UserId"),)
        return RequestContext(known).over(self.without_tags)


def _own_policies(holder: Members) -> Iterator[str]:
    kind = next((each for each in ("User", "Role") if f"{each}Name" in holder), "Group")
    name = text_in(holder, f"{kind}Name")
    for each in objects_in(holder, f"{kind}PolicyList"):
        yield f"{kind.lower()}/{name} policy/{text_in(each, 'PolicyName')}"


_TAKE = "sts:AssumeRole"
# What only policies about everything match.
_ANY_OTHER = Request(action="any:Other", resource="arn:aws:any:::other")
# AWS's own policies ask nobody for MFA.
_is_of_aws = re.compile("arn:[^:]*:iam::aws:policy/(?!AWSDenyAll$)").match
# Others neither allow nor deny enabling a device, nor deny taking a role.
_is_harmless = re.compile(
    "arn:[^:]*:iam::aws:policy/(?!(AWSDenyAll|AWSCompromised.*|AdministratorAccess|IAMFullAccess)$)"
).match
_REFUSED = {IMPLICITLY_DENIED, EXPLICITLY_DENIED}
_MOST = 2_000  # pairs of a user and a role to look at


def judge_users(members: Members, documents: Sequence[Document]) -> Users:
    """Judge the users of an account by its policies."""
    by_name = _by_name(documents)
    users = [each for each in everyone_in(members, documents) if each.name]
    trusts = list(_trusts(members, by_name))
    asked = [
        (user, asking.name)
        for user in users
        if user.arn and _is_known(user, _is_harmless)
        for asking in list(_asking(user))[:1]
    ]
    able = [user for user, _ in asked if _outcome(user, Request(action=_TAKE)) != EXPLICITLY_DENIED]
    asking = (
        each.name
        for each in by_name.values()
        if each.holder != "role" and each.kind != "boundary"
        if any(map(means_mfa, each.statements))
    )
    return Users(
        unasked={next(asking, ""): _unasked(users, trusts)},
        stuck=_grouped(
            (asking, f"{user.name} ({why})") for user, asking in asked for why in _obstacles(user)
        ),
        takers=_grouped((trust, user.name) for trust, user in _taken(trusts, able)),
    )


def _by_name(documents: Sequence[Document]) -> Mapping[str, Document]:
    count = Counter(each.name for each in documents)
    # AWS's policy and one's own may share a name.
    return {each.name: each for each in documents if count[each.name] == 1}


def _grouped(pairs: Iterable[tuple[str, str]]) -> Mapping[str, list[str]]:
    found = defaultdict[str, list[str]](list)
    for key, value in pairs:
        found[key].append(value)
    return found


def _unasked(users: list[Owner], trusts: Trusts) -> list[str]:
    found = [
        user
        for user in users
        if (user.documents or user.unread)
        and _is_known(user, _is_of_aws)
        and not any(
            _asks(user, each)
            for one in (*user.documents, *filter(None, [user.boundary]))
            for each in one.statements
        )
        and _outcome(user, _ANY_OTHER) != EXPLICITLY_DENIED
    ]
    taking = {user.name for _, user in _taken(trusts, filter(_only_takes_roles, found))}
    return [user.name for user in found if user.name in taking or not _only_takes_roles(user)]


def _is_known(user: Owner, is_known: Callable[[str], object]) -> bool:
    return all(map(is_known, user.unread)) and not user.boundary_unread


def _only_takes_roles(user: Owner) -> bool:
    return not user.unread and all(
        takes_in(Selection(("sts:*",)), actions_of(each))
        for _, each in user.statements
        if each.allows
    )


def _obstacles(user: Owner) -> Iterator[str]:
    """Yield what keeps a user from enabling a device, though a policy allows it."""
    start, _, rest = user.arn.partition("/")
    request, *others = (
        Request(action="iam:EnableMFADevice", resource=f"{start}/{each}")
        for each in (rest, user.name, f"any-path/{user.name}")
    )
    if _outcome(user, request) not in _REFUSED:
        return
    unbounded = user._replace(boundary=None)
    if user.boundary and _outcome(unbounded, request) == ALLOWED:
        yield f"boundary {user.boundary.name}"
    elif any(_outcome(unbounded, each) == ALLOWED for each in others):
        yield f"path /{rest.removesuffix(user.name)}"
    else:
        matches = [match_statement(*each, request, user.caller) for each in user.statements]
        applying = [each for each in matches if each.truth]
        denies = [each for each in applying if not each.statement.allows]
        for deny in denies[:1] if denies != applying else ():
            # Other rules tell of MFA; a Deny of everything is meant so.
            if "*" not in (deny.statement.actions or "*") and not means_mfa(deny.statement):
                yield f"denied by {deny.document.name}"


def _trusts(members: Members, by_name: Mapping[str, Document]) -> Trusts:
    """Yield those that may let a long-term key in."""
    arns = {
        f"role/{text_in(each, 'RoleName')} trust": text_in(each, "Arn")
        for each in objects_in(members, "RoleDetailList")
    }
    for trust in (each for each in by_name.values() if each.name in arns):
        # Whoever takes a role chooses the id, which is not secret.
        chosen: Known = {
            each.key: each.values[:1]
            for one in trust.statements
            for each in one.conditions
            if each.is_about("sts:ExternalId")
        }
        request = Request(action=_TAKE, resource=arns[trust.name], facts=RequestContext(chosen))
        if evaluate([trust], request, long_term()).outcome not in _REFUSED:
            yield trust, request


def _taken(trusts: Trusts, users: Iterable[Owner]) -> Iterator[tuple[str, Owner]]:
    for (trust, request), user in itertools.islice(itertools.product(trusts, users), _MOST):
        if _outcome(user, request, trust) == ALLOWED:
            yield trust.name, user


def _asks(user: Owner, statement: Statement) -> bool:
    about_mfa = mfa_conditions(statement)
    return means_mfa(statement) and (
        statement.allows
        or all(
            each in about_mfa or is_met(each, user.caller.facts) is not False
            for each in statement.conditions
        )
    )


def _asking(user: Owner) -> Iterator[Document]:
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


def _outcome(user: Owner, request: Request, *others: Document) -> str:
    documents = [*user.documents, *others]
    return evaluate(documents, request, user.caller, boundary=user.boundary).outcome
