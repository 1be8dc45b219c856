"""Judge the users of an account by all policies; choose the policies that count for a caller."""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from mfa_session.model.arns import account_of
from mfa_session.model.errors import UsageError
from mfa_session.policy.conditions import is_met
from mfa_session.policy.coverage import actions_of, is_about_everything
from mfa_session.policy.credentials import Request, RequestContext, long_term
from mfa_session.policy.document import LIMITS, Owner, Users
from mfa_session.policy.evaluation import (
    ALLOWED,
    EXPLICITLY_DENIED,
    IMPLICITLY_DENIED,
    concerns,
    evaluate,
)
from mfa_session.policy.matching import IDENTITY, acting_as, match_statement
from mfa_session.policy.mfa import means_mfa, mfa_conditions, reach
from mfa_session.policy.nodes import items_of, members_in, objects_in, text_in, text_of
from mfa_session.policy.patterns import Query
from mfa_session.policy.selections import Selection, takes_in
from mfa_session.policy.wrappings import attached_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mfa_session.policy.credentials import Known
    from mfa_session.policy.document import Document, Statement
    from mfa_session.policy.nodes import Members

    Trusts = Iterable[tuple[Document, Request]]  # with how the role is taken


def everyone_in(members: Members, listed: Sequence[Document]) -> list[Owner]:
    """Return the users and roles of an account, each with its policies."""
    documents = _by_name(listed)
    names = {
        text_in(policy, "Arn"): f"policy/{text_in(policy, 'PolicyName')}"
        for policy in objects_in(members, "Policies")
    }
    groups = {text_in(each, "GroupName"): each for each in objects_in(members, "GroupDetailList")}
    without_tags = RequestContext(
        {
            each.key: None
            for document in documents.values()
            for one in document.statements
            for each in one.conditions
            if each.key.lower().startswith("aws:principaltag/")
        }
    )
    found = []
    for user in (*objects_in(members, "UserDetailList"), *objects_in(members, "RoleDetailList")):
        its_groups = list(map(text_of, items_of(user.get("GroupList"))))
        holders = [user, *(groups[each] for each in its_groups if each in groups)]
        arns = [arn for each in holders for arn in attached_to(each)]
        own = [name for each in holders for name in _own_policies(each)]
        own += (names[arn] for arn in arns if arn in names)
        boundary = text_in(members_in(user, "PermissionsBoundary"), "PermissionsBoundaryArn")
        bound = names.get(boundary, boundary) if boundary else ""  # an unknown ARN is no name
        unread = {*arns, *its_groups} - names.keys() - groups.keys()
        unread |= set(own) - documents.keys()
        if boundary and bound not in documents:
            unread.add(f"boundary {boundary}")  # not one of AWS's policies that ask nobody
        arn, name = text_in(user, "Arn"), text_in(user, "UserName")
        caller = acting_as(long_term(), arn if IDENTITY.fullmatch(arn) else None)
        # A role's session may have other tags; whoever takes a role names the session.
        facts: Known = {
            f"aws:PrincipalTag/{text_in(tag, 'Key')}": (text_in(tag, "Value"),)
            for tag in objects_in(user, "Tags")
        }
        if "UserId" in user:
            facts["aws:userid"] = (text_in(user, "UserId"),)
        known = RequestContext(facts).over(without_tags) if name else RequestContext({})
        named = RequestContext({"sts:RoleSessionName": (name,)})
        found.append(
            Owner(
                name,
                arn if IDENTITY.fullmatch(arn) else "",
                [documents[each] for each in own if each in documents],
                documents.get(bound),
                frozenset(unread),
                known,
                caller.replace(facts=named.over(known).over(caller.facts)),
            )
        )
    return found


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
        if user.arn and all(map(_is_harmless, user.unread))
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
        and all(map(_is_of_aws, user.unread))
        and not any(
            _asks(user, each)
            for one in (*user.documents, *filter(None, [user.boundary]))
            for each in one.statements
        )
        and _outcome(user, _ANY_OTHER) != EXPLICITLY_DENIED
    ]
    taking = {user.name for _, user in _taken(trusts, filter(_only_takes_roles, found))}
    return [user.name for user in found if user.name in taking or not _only_takes_roles(user)]


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


class Share(NamedTuple):
    """What counts for a caller, beside what a dump tells of them as `owner`.

    `doubtful` policies may be theirs, and they have others than these if `has_others`. `is_user` is
    None if it is not told, `caller` if nobody is; it is empty without an ARN.
    """

    documents: list[Document]
    doubtful: list[Document]
    owner: Owner | None
    is_user: bool | None
    caller: str | None
    has_others: bool


def share_of(
    principal: str | None, documents: Sequence[Document], request: Request, *, live: bool = False
) -> Share:
    """Return what counts for a caller; without one, for the only user or role that has policies.

    `live`: the caller has policies besides.
    """
    about = [each for each in documents if concerns(each, request)]
    on_resource = [each for each in documents if _is_of_resource(each, request)]
    fitting = [each for each in on_resource if concerns(each, request)]
    _check_one_resource(fitting)
    dumps = dict.fromkeys(each.everyone for each in documents if each.everyone)
    dumped = [owner for everyone in dumps for owner in everyone() if owner.arn]
    loose = [each for each in documents if not each.everyone]
    identity = [each for each in loose if each.kind == "identity"]
    told = [owner.arn for owner in dumped]
    told += (owner for each in identity for owner in each.owners if _is_told(owner))
    mine = _mine(told, principal, takes_role=any(each.kind == "trust" for each in about))
    own, doubtful = _own(identity, mine, request)
    owner = next((each for each in dumped if each.arn in mine), None)
    counts = live or own or doubtful or owner
    if about and not fitting and not counts:
        roles = (each for one in about for each in one.owners)
        raise _unclear(f"none of these policies is of {request.resource}", "--resource", roles)
    if told and principal and not (mine or live):
        account = account_of(principal) or principal
        if account in map(account_of, told) or not (counts or fitting):
            raise _unclear(f"these are not the policies of {principal}", "--principal", told)
    limits = (each for each in loose if each.kind in LIMITS)
    is_user = _is_user([*own, *doubtful], mine, principal)
    return Share(
        [*own, *limits, *on_resource],
        doubtful,
        owner,
        is_user,
        caller=next((each if each.startswith("arn:") else "" for each in mine), None),
        has_others=any(not mine.isdisjoint(each.incomplete) for each in identity),
    )


def _mine(told: list[str], principal: str | None, *, takes_role: bool) -> set[str]:
    if principal:
        return {each for each in told if _is(each, principal)}
    found = [each for each in told if not takes_role or _kind(each) == "user"]
    if len(set(found)) > 1:
        raise _unclear("these are the policies of several callers", "--principal", found)
    return set(found)


def _is_of_resource(document: Document, request: Request) -> bool:
    if not document.owners:
        return document.kind in {"trust", "resource"}
    is_of = any(_is(owner, request.resource) for owner in document.owners)
    return is_of and concerns(document, request)


def _check_one_resource(documents: Iterable[Document]) -> None:
    """Refuse policies of several roles or keys: each has only one."""
    for kind in ("trust", "resource"):
        found = {
            next(iter(each.owners), each.label)
            for each in documents
            if each.kind == kind and any("*" in (one.resources or "*") for one in each.statements)
        }
        if len(found) > 1:
            what = "these are the policies of several resources"
            raise _unclear(what, "--resource", sorted(found))


def _own(
    documents: list[Document], mine: set[str], request: Request
) -> tuple[list[Document], list[Document]]:
    """Return the caller's policies, and those which may be.

    A list in a file, and several files, are one caller's.
    """
    in_file = defaultdict[str, set[object]](set)
    for each in documents:
        in_file[each.source.label].add(each.owners or each.name.partition("/")[0])
    asked, own, doubtful = Query(request.action, fold=True), [], []
    for each in documents:
        is_told = bool(each.owners) and all(map(_is_told, each.owners))
        is_only_one = not is_told and len(in_file[each.source.label]) == 1
        actions = (action for one in each.statements for action in one.actions or ("*",))
        if is_only_one or not mine.isdisjoint(each.owners):
            own.append(each)
        elif not is_told and any(asked.covered_by(action) is not False for action in actions):
            doubtful.append(each)
    return own, doubtful


def _is_user(documents: Iterable[Document], mine: set[str], caller: str | None) -> bool | None:
    if caller and _kind(caller) in {"role", "assumed-role"}:
        return False
    kinds = set(map(_kind, mine)) or {each.holder or "" for each in documents}
    return {"role": False, "user": True}.get(kinds.pop()) if len(kinds) == 1 else None


def _is_told(owner: str) -> bool:
    return _kind(owner) != "group" and not owner.endswith("/")


def _kind(owner: str) -> str:
    return owner.rpartition(":")[2].partition("/")[0]


def _is(owner: str, arn: str) -> bool:
    """Say whether an owner may be this user or role, or the role of this session."""
    kind, _, name = owner.partition("/")
    if _kind(arn) == "assumed-role":
        same = account_of(owner) in {None, account_of(arn)} and _kind(owner) == "role"
        return same and owner.rpartition("/")[2] == arn.split("/")[1]
    is_arn = owner.startswith("arn:")
    named = [owner] if is_arn else [f"arn:*:{kind}/{name}", f"arn:*:{kind}/*/{name}"]
    return any(Query(arn).covered_by(each) is not False for each in named)


def _unclear(what: str, option: str, names: Iterable[str]) -> UsageError:
    known = list(dict.fromkeys(names))
    listed = known[:_MOST_NAMES] + ["…"] * (len(known) > _MOST_NAMES)
    hint = f"name one by its ARN with {option}, or check its policies alone: {', '.join(listed)}"
    return UsageError("whose-policies", what, hint)


_MOST_NAMES = 20
