"""Judge each user of an account by all policies together."""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from mfa_session.policy.conditions import is_met
from mfa_session.policy.coverage import actions_of, is_about_everything
from mfa_session.policy.credentials import Request, RequestContext, long_term
from mfa_session.policy.document import Users
from mfa_session.policy.evaluation import ALLOWED, EXPLICITLY_DENIED, IMPLICITLY_DENIED, evaluate
from mfa_session.policy.json_text import items_of, members_in, objects_in, text_in, text_of
from mfa_session.policy.matching import acting_as, match_statement
from mfa_session.policy.mfa import means_mfa, mfa_conditions, reach
from mfa_session.policy.selections import Selection, takes_in
from mfa_session.policy.wrappings import attached_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mfa_session.policy.credentials import Credentials, Known
    from mfa_session.policy.document import Document, Statement
    from mfa_session.policy.json_text import Members

    Trusts = Iterable[tuple[Document, Request]]  # with how the role is taken


class _User(NamedTuple):
    """A user, with their policies and those of their groups.

    `arn` is empty if it is not a user's. `own` are the policies that are in the dump; `unseen` are
    the ARNs of others, and the names of groups that are not in it. `caller` is their long-term key.
    """

    name: str
    arn: str
    own: list[Document]
    boundary: Document | None
    unseen: frozenset[str]
    caller: Credentials

    @property
    def statements(self) -> list[tuple[Document, Statement]]:
        return [(one, each) for one in self.own for each in one.statements]


_is_user = re.compile(r"arn:[a-z-]+:iam::\d{12}:user/.+", re.ASCII).fullmatch


def _users_in(members: Members, documents: Mapping[str, Document]) -> Iterator[_User]:
    """Leave out users whose boundary, or policy in the dump, cannot be read."""
    names = {
        text_in(policy, "Arn"): f"policy/{text_in(policy, 'PolicyName')}"
        for policy in objects_in(members, "Policies")
    }
    groups = {text_in(each, "GroupName"): each for each in objects_in(members, "GroupDetailList")}
    conditions = (
        condition
        for one in documents.values()
        for each in one.statements
        for condition in each.conditions
    )
    tags = {each.key for each in conditions if each.key.lower().startswith("aws:principaltag/")}
    without_tags = RequestContext(dict.fromkeys(tags))
    for user in objects_in(members, "UserDetailList"):
        its_groups = list(map(text_of, items_of(user.get("GroupList"))))
        holders = [user, *(groups[each] for each in its_groups if each in groups)]
        arns = [arn for each in holders for arn in attached_to(each)]
        own = [name for each in holders for name in _own_policies(each)]
        own += (names[arn] for arn in arns if arn in names)
        boundary = text_in(members_in(user, "PermissionsBoundary"), "PermissionsBoundaryArn")
        bound = names.get(boundary, boundary) if boundary else ""  # an unknown ARN is no name
        if documents.keys() >= {*own, bound} - {""}:
            arn = next(filter(_is_user, [text_in(user, "Arn")]), "")
            caller = acting_as(long_term(), arn or None)
            yield _User(
                name=text_in(user, "UserName"),
                arn=arn,
                own=[documents[name] for name in own],
                boundary=documents.get(bound),
                unseen=frozenset({*arns, *its_groups} - names.keys() - groups.keys()),
                caller=caller.replace(facts=_facts_of(user).over(without_tags).over(caller.facts)),
            )


def _facts_of(user: Members) -> RequestContext:
    known: Known = {
        f"aws:PrincipalTag/{text_in(tag, 'Key')}": (text_in(tag, "Value"),)
        for tag in objects_in(user, "Tags")
    }
    if "UserId" in user:
        known["aws:userid"] = (text_in(user, "UserId"),)
    # As whoever takes a role may name the session.
    return RequestContext({**known, "sts:RoleSessionName": (text_in(user, "UserName"),)})


def _own_policies(holder: Members) -> Iterator[str]:
    kind = "User" if "UserName" in holder else "Group"
    name = text_in(holder, f"{kind}Name")
    for each in objects_in(holder, f"{kind}PolicyList"):
        yield f"{kind.lower()}/{name} policy/{text_in(each, 'PolicyName')}"


_TAKE = "sts:AssumeRole"
# What only policies about everything match.
_ANY_OTHER = Request(action="any:Other", resource="arn:aws:any:::other")
# AWS's own policies ask nobody for MFA.
_is_of_aws = re.compile("arn:[^:]*:iam::aws:policy/(?!AWSDenyAll$)").match
# But for these, they neither allow nor deny enabling a device, nor deny taking a role.
_is_harmless = re.compile(
    "arn:[^:]*:iam::aws:policy/(?!(AWSDenyAll|AWSCompromised.*|AdministratorAccess|IAMFullAccess)$)"
).match
_REFUSED = {IMPLICITLY_DENIED, EXPLICITLY_DENIED}
_MOST = 2_000  # pairs of a user and a role to look at


def judge_users(members: Members, documents: Iterable[Document]) -> Users:
    """Judge the users of an account by its policies."""
    listed = list(documents)
    count = Counter(each.name for each in listed)
    # A name of two policies, one of AWS's and one's own, says nothing.
    by_name = {each.name: each for each in listed if count[each.name] == 1}
    users, trusts = list(_users_in(members, by_name)), list(_trusts(members, by_name))
    asked = [
        (user, asking.name)
        for user in users
        if user.arn and all(map(_is_harmless, user.unseen))
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


def _grouped(pairs: Iterable[tuple[str, str]]) -> Mapping[str, list[str]]:
    found = defaultdict[str, list[str]](list)
    for key, value in pairs:
        found[key].append(value)
    return found


def _unasked(users: list[_User], trusts: Trusts) -> list[str]:
    found = [
        user
        for user in users
        if (user.own or user.unseen)
        and all(map(_is_of_aws, user.unseen))
        and not any(
            _asks(user, each)
            for one in (*user.own, *filter(None, [user.boundary]))
            for each in one.statements
        )
        and _outcome(user, _ANY_OTHER) != EXPLICITLY_DENIED
    ]
    taking = {user.name for _, user in _taken(trusts, filter(_only_takes_roles, found))}
    return [user.name for user in found if user.name in taking or not _only_takes_roles(user)]


def _only_takes_roles(user: _User) -> bool:
    of_sts, allows = Selection(("sts:*",)), (each for _, each in user.statements if each.allows)
    return not user.unseen and all(takes_in(of_sts, actions_of(each)) for each in allows)


def _obstacles(user: _User) -> Iterator[str]:
    """Yield what keeps a user from setting up MFA, though a policy allows it, if known."""
    start, _, rest = user.arn.partition("/")
    request, *others = (
        Request(action="iam:EnableMFADevice", resource=f"{start}/{each}")
        for each in (rest, user.name, f"any-path/{user.name}")
    )
    unbounded, device = (
        user._replace(boundary=None),
        f"{start.replace(':user', ':mfa')}/{user.name}",
    )
    making = Request(action="iam:CreateVirtualMFADevice", resource=device)
    if user.boundary and any(
        _outcome(unbounded, each) == ALLOWED and _outcome(user, each) in _REFUSED
        for each in (request, making)
    ):
        yield f"boundary {user.boundary.name}"
    elif _outcome(user, request) not in _REFUSED:
        return
    elif any(_outcome(unbounded, each) == ALLOWED for each in others):
        yield f"path /{rest.removesuffix(user.name)}"
    else:
        matches = [match_statement(*each, request, user.caller) for each in user.statements]
        applying = [each for each in matches if each.truth]
        denies = [each for each in applying if not each.statement.allows]
        for deny in denies[:1] if denies != applying else ():
            # Other rules tell of a Deny of those without MFA; a Deny of everything is meant so.
            if "*" not in (deny.statement.actions or "*") and not means_mfa(deny.statement):
                yield f"denied by {deny.document.name}"


def _trusts(members: Members, by_name: Mapping[str, Document]) -> Trusts:
    """Yield the trust policies that may let a long-term key in."""
    arns = {
        f"role/{text_in(each, 'RoleName')} trust": text_in(each, "Arn")
        for each in objects_in(members, "RoleDetailList")
    }
    for trust in (each for each in by_name.values() if each.name in arns):
        conditions = (each for one in trust.statements for each in one.conditions)
        # Whoever takes a role chooses the id, which is not secret.
        chosen: Known = {
            each.key: each.values[:1] for each in conditions if each.is_about("sts:ExternalId")
        }
        request = Request(action=_TAKE, resource=arns[trust.name], facts=RequestContext(chosen))
        if evaluate([trust], request, long_term()).outcome not in _REFUSED:
            yield trust, request


def _taken(trusts: Trusts, users: Iterable[_User]) -> Iterator[tuple[str, _User]]:
    for (trust, request), user in itertools.islice(itertools.product(trusts, users), _MOST):
        if _outcome(user, request, trust) == ALLOWED:
            yield trust.name, user


def _asks(user: _User, statement: Statement) -> bool:
    """Say whether a statement asks a user for MFA; a Deny may exempt them."""
    about_mfa = mfa_conditions(statement)
    return means_mfa(statement) and (
        statement.allows
        or all(
            each in about_mfa or is_met(each, user.caller.facts) is not False
            for each in statement.conditions
        )
    )


def _asking(user: _User) -> Iterator[Document]:
    """Yield the policies with a Deny of everything, or all but some, that asks the user."""
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
    documents = [*user.own, *others]
    return evaluate(documents, request, user.caller, boundary=user.boundary).outcome
