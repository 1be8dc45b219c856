"""Read a whole account, and judge each user by all policies together.

An account is the answer of `aws iam get-account-authorization-details`.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from mfa_session.policy.conditions import is_met
from mfa_session.policy.coverage import actions_of, is_about_everything
from mfa_session.policy.credentials import Request, RequestContext, long_term
from mfa_session.policy.document import NewerVersion, Users, holder_of
from mfa_session.policy.evaluation import ALLOWED, EXPLICITLY_DENIED, IMPLICITLY_DENIED, evaluate
from mfa_session.policy.json_text import items_of, members_of, objects_in, text_of
from mfa_session.policy.matching import acting_as, match_statement
from mfa_session.policy.mfa import means_mfa, reach

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mfa_session.policy.credentials import Credentials
    from mfa_session.policy.document import Document, Origin, Statement
    from mfa_session.policy.evaluation import Decision
    from mfa_session.policy.json_text import Members, Node

    Asked = list[tuple["_User", Document]]  # with the first policy that asks

_of_mfa = re.compile("aws:multifactorauth", re.IGNORECASE).match
DETAILS = ("RoleDetailList", "UserDetailList", "GroupDetailList")


def is_account(members: Members) -> bool:
    """Say whether an object is an answer of get-account-authorization-details."""
    return any(name in members for name in DETAILS) or any(
        "PolicyVersionList" in each for each in objects_in(members, "Policies")
    )


def read_account(members: Members, origin: Origin) -> Iterator[tuple[Node, Origin]]:
    """Yield the policies of users, groups and roles, and managed ones in their default versions.

    A managed policy used only as a boundary is a boundary.
    """
    attached = _attached(members)
    origin = origin._replace(account=members)
    for name in DETAILS:
        for item in items_of(members.get(name)):
            yield item, origin._replace(kind="identity")
    for policy in objects_in(members, "Policies"):
        arn, name = text_of(policy.get("Arn")), text_of(policy.get("PolicyName"))
        there = origin.named(
            f"policy/{name or arn}",
            kind="boundary" if _is_boundary(policy) else "identity" if attached[arn] else None,
            holder=holder_of(attached[arn]),
        )
        versions = objects_in(policy, "PolicyVersionList")
        default = next((each for each in versions if _is_default(each, policy, len(versions))), {})
        if "Document" in default:
            newer = _newer(arn, versions, default)
            yield default["Document"], there._replace(newer=newer)


def _newer(arn: str, versions: list[Members], default: Members) -> NewerVersion | None:
    """Return the newest version, if it asks for MFA and is not the default one."""
    names = [text_of(each.get("VersionId")) for each in versions]
    newest = max(names, key=lambda name: (len(name), name))  # v10 comes after v9
    latest, in_force = versions[names.index(newest)], text_of(default.get("VersionId"))
    if newest == in_force or not _asks_for_mfa(latest.get("Document")):
        return None
    return NewerVersion(newest, in_force, arn)


def _asks_for_mfa(node: Node | None) -> bool:
    value = node.value if node else None
    if isinstance(value, dict):
        return any(map(_of_mfa, value)) or any(map(_asks_for_mfa, value.values()))
    if isinstance(value, list):
        return any(map(_asks_for_mfa, value))
    # It may be the whole policy.
    return isinstance(value, str) and value[:1] in {"{", "%"} and "multifactorauth" in value.lower()


def _attached(members: Members) -> Mapping[str, set[str]]:
    found = defaultdict[str, set[str]](set)
    for name in DETAILS:
        for holder in objects_in(members, name):
            for arn in _attached_to(holder):
                found[arn].add(name.replace("DetailList", "s"))
    return found


def _attached_to(holder: Members) -> Iterator[str]:
    for each in objects_in(holder, "AttachedManagedPolicies"):
        yield text_of(each.get("PolicyArn"))


def _is_boundary(policy: Members) -> bool:
    bounds, attached = policy.get("PermissionsBoundaryUsageCount"), policy.get("AttachmentCount")
    return bool(bounds and bounds.value) and attached is not None and attached.value == 0


def _is_default(version: Members, policy: Members, count: int) -> bool:
    said = version.get("IsDefaultVersion")
    if said is not None:
        return said.value is True
    default = text_of(policy.get("DefaultVersionId"))
    return count == 1 or text_of(version.get("VersionId")) == default


class _User(NamedTuple):
    """A user of an account, with all their policies.

    `own` are the user's and their groups' policies that are in the dump. `unseen` are the ARNs of
    those that are not, and the names of such groups. `arn` is empty if it is not a user's. `caller`
    is the user's long-term key, with their ARN, id and tags.
    """

    name: str
    arn: str
    own: list[Document]
    boundary: Document | None
    unseen: frozenset[str]
    caller: Credentials


_is_user = re.compile(r"arn:[a-z-]+:iam::\d{12}:user/.+", re.ASCII).fullmatch


def _users_in(members: Members, documents: Mapping[str, Document]) -> Iterator[_User]:
    """Yield the users with their policies, given these by name.

    Leave out users of whom a boundary, or a policy that is in the dump, cannot be read.
    """
    names = {
        text_of(policy.get("Arn")): f"policy/{text_of(policy.get('PolicyName'))}"
        for policy in objects_in(members, "Policies")
    }
    groups = {
        text_of(each.get("GroupName")): each for each in objects_in(members, "GroupDetailList")
    }
    statements = (each for one in documents.values() for each in one.statements)
    keys = {each.key for statement in statements for each in statement.conditions}
    tags = (key for key in keys if key.lower().startswith("aws:principaltag/"))
    without_tags = RequestContext(dict.fromkeys(tags))
    for user in objects_in(members, "UserDetailList"):
        its_groups = list(map(text_of, items_of(user.get("GroupList"))))
        holders = [user, *(groups[each] for each in its_groups if each in groups)]
        arns = [arn for each in holders for arn in _attached_to(each)]
        own = [name for each in holders for name in _own_policies(each)]
        own += (names[arn] for arn in arns if arn in names)
        boundary = text_of(
            members_of(user.get("PermissionsBoundary")).get("PermissionsBoundaryArn")
        )
        bound = names.get(boundary, boundary)  # an ARN, which is no name, if it is not in the dump
        if documents.keys() >= {*own, bound} - {""}:
            arn = text_of(user.get("Arn"))
            arn = arn if _is_user(arn) else ""
            caller = acting_as(long_term(), arn or None)
            yield _User(
                name=text_of(user.get("UserName")),
                arn=arn,
                own=[documents[name] for name in own],
                boundary=documents.get(bound),
                unseen=frozenset({*arns, *its_groups} - names.keys() - groups.keys()),
                caller=caller.replace(facts=_facts_of(user).over(without_tags).over(caller.facts)),
            )


def _facts_of(user: Members) -> RequestContext:
    known = {
        f"aws:PrincipalTag/{text_of(tag.get('Key'))}": (text_of(tag.get("Value")),)
        for tag in objects_in(user, "Tags")
    }
    if "UserId" in user:
        known["aws:userid"] = (text_of(user["UserId"]),)
    return RequestContext(known)


def _own_policies(holder: Members) -> Iterator[str]:
    kind = "user" if "UserName" in holder else "group"
    name = text_of(holder.get("UserName") or holder.get("GroupName"))
    for each in items_of(holder.get("UserPolicyList") or holder.get("GroupPolicyList")):
        yield f"{kind}/{name} policy/{text_of(members_of(each).get('PolicyName'))}"


_ENABLE, _TAKE = "iam:EnableMFADevice", "sts:AssumeRole"
_ANY_OTHER = "any:Other", "arn:aws:any:::other"  # what only policies about everything match
_OF_AWS = "arn:[^:]*:iam::aws:policy/(?!(AWSDenyAll"
_is_of_aws = re.compile(f"{_OF_AWS})$).*").fullmatch  # which asks nobody for MFA
# Nor does it let or forbid anybody to enable a device, nor forbid to take a role.
_is_harmless = re.compile(
    rf"{_OF_AWS}|AWSCompromised\w+|AdministratorAccess|IAMFullAccess)$).*"
).fullmatch
_REFUSED = {IMPLICITLY_DENIED, EXPLICITLY_DENIED}
_MOST = 2_000  # pairs of a user and a role to look at


def judge_users(members: Members, documents: Iterable[Document]) -> Users:
    """Judge the users of an account by its policies."""
    listed = list(documents)
    count = Counter(each.name for each in listed)
    # A name of two policies, one of AWS's and one's own, says nothing.
    by_name = {each.name: each for each in listed if count[each.name] == 1}
    users = list(_users_in(members, by_name))
    asked = [
        (user, asking)
        for user in users
        if user.arn and all(map(_is_harmless, user.unseen))
        for asking in itertools.islice((one for one in user.own if _asks_all(user, one)), 1)
    ]
    of_users = (each for each in by_name.values() if each.holder != "role")
    return Users(
        unasked=[user.name for user in users if _is_unasked(user)],
        first_asking=next((each.name for each in of_users if _asks(each)), ""),
        stuck=_stuck(asked),
        takers=_takers(asked, list(_trusts(members, by_name))),
    )


def _is_unasked(user: _User) -> bool:
    bound = [] if user.boundary is None else [user.boundary]
    return (
        bool(user.own or user.unseen)
        and all(map(_is_of_aws, user.unseen))
        and not any(map(_asks, [*user.own, *bound]))
        and _outcome(user, *_ANY_OTHER) != EXPLICITLY_DENIED
    )


def _stuck(asked: Asked) -> Mapping[str, list[str]]:
    found = defaultdict[str, list[str]](list)
    for user, asking in asked:
        refused = _outcome(user, _ENABLE, user.arn) in _REFUSED
        if refused and (obstacle := _obstacle(user)):
            found[asking.name].append(f"{user.name} ({obstacle})")
    return found


def _obstacle(user: _User) -> str:
    """Return what keeps a user from enabling a device, though some policy allows it, if known."""
    start, path, name = _parts(user.arn)
    unbounded = user._replace(boundary=None)
    decision = _decide(unbounded, _ENABLE, user.arn)
    if decision.outcome == ALLOWED and user.boundary:
        return f"boundary {user.boundary.name}"
    others = (f"{start}/{name}", f"{start}/any-path/{name}")
    if any(_outcome(unbounded, _ENABLE, each) == ALLOWED for each in others):
        return f"path {path}"
    if decision.outcome == EXPLICITLY_DENIED and _is_allowed(user, _ENABLE, user.arn):
        (deny,) = decision.deciding
        # Other rules tell of a Deny of those without MFA; a Deny of everything is meant so.
        if deny.statement.actions and not (
            means_mfa(deny.statement) or "*" in actions_of(deny.statement).names
        ):
            return f"denied by {deny.document.name}"
    return ""


def _is_allowed(user: _User, action: str, resource: str) -> bool:
    """Say whether a policy allows it, whatever denies it."""
    request = Request(action=action, resource=resource)
    return any(
        match_statement(one, each, request, user.caller).truth
        for one in user.own
        for each in one.statements
        if each.allows
    )


def _trusts(members: Members, by_name: Mapping[str, Document]) -> Iterator[tuple[Document, str]]:
    """Yield the trust policies that may let a long-term key in, and their roles' ARNs."""
    for role in objects_in(members, "RoleDetailList"):
        trust = by_name.get(f"role/{text_of(role.get('RoleName'))} trust")
        request = Request(action=_TAKE, resource=text_of(role.get("Arn")))
        if trust and evaluate([trust], request, long_term()).outcome not in _REFUSED:
            yield trust, request.resource


def _takers(asked: Asked, trusts: list[tuple[Document, str]]) -> Mapping[str, list[str]]:
    found = defaultdict[str, list[str]](list)
    able = [user for user, _ in asked if _outcome(user, _TAKE, "*") != EXPLICITLY_DENIED]
    for (trust, arn), user in itertools.islice(itertools.product(trusts, able), _MOST):
        if _outcome(user, _TAKE, arn, trust) == ALLOWED:
            found[trust.name].append(user.name)
    return found


def _parts(arn: str) -> tuple[str, str, str]:
    """Return what a user's ARN has before the path, the path, and the name."""
    start, _, rest = arn.partition("/")
    path, _, name = f"/{rest}".rpartition("/")
    return start, f"{path}/", name


def _asks(document: Document) -> bool:
    return any(map(means_mfa, document.statements))


def _asks_all(user: _User, document: Document) -> bool:
    return any(
        all(is_met(each, user.caller.facts) is not False for each in denial.conditions)
        for denial in _denials([document])
    )


def _denials(documents: Iterable[Document]) -> Iterator[Statement]:
    """Yield the Denies of everything, or of all but some, to long-term keys."""
    for statement in itertools.chain.from_iterable(each.statements for each in documents):
        matched = None if statement.allows else reach(statement)
        actions = actions_of(statement)
        everything = actions.all_but or "*" in actions.names
        everywhere = statement.not_resources is not None or is_about_everything(statement)
        if everything and everywhere and matched and matched.long_term and not matched.fresh:
            yield statement


def _outcome(user: _User, action: str, resource: str, *others: Document) -> str:
    return _decide(user, action, resource, *others).outcome


def _decide(user: _User, action: str, resource: str, *others: Document) -> Decision:
    """Decide a call with the user's long-term key."""
    documents, request = [*user.own, *others], Request(action=action, resource=resource)
    return evaluate(documents, request, user.caller, boundary=user.boundary)
