"""Read a whole account, and judge each user by all policies together.

An account is the answer of `aws iam get-account-authorization-details`.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from mfa_session.policy.conditions import is_met
from mfa_session.policy.coverage import concerns
from mfa_session.policy.credentials import Request, RequestContext, long_term
from mfa_session.policy.document import NewerVersion, holder_of
from mfa_session.policy.evaluation import ALLOWED, EXPLICITLY_DENIED, IMPLICITLY_DENIED, evaluate
from mfa_session.policy.json_text import items_of, members_of, objects_in, text_of
from mfa_session.policy.matching import acting_as
from mfa_session.policy.mfa import means_mfa, reach

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mfa_session.policy.document import Document, Origin, Statement
    from mfa_session.policy.json_text import Members, Node

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
            yield item, origin
    for policy in objects_in(members, "Policies"):
        arn, name = text_of(policy.get("Arn")), text_of(policy.get("PolicyName"))
        there = origin.named(
            f"policy/{name or arn}",
            kind="boundary" if _is_boundary(policy) else None,
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
    """A user, with the names of the policies and the boundary that are here, and what is `unseen`.

    Those are the ARNs of other policies, and other groups. `facts` are the user's id and tags.
    """

    name: str
    arn: str
    policies: tuple[str, ...]
    boundary: str
    unseen: frozenset[str]
    facts: RequestContext


def _users_in(members: Members) -> Iterator[_User]:
    names = {
        text_of(policy.get("Arn")): f"policy/{text_of(policy.get('PolicyName'))}"
        for policy in objects_in(members, "Policies")
    }
    groups = {
        text_of(each.get("GroupName")): each for each in objects_in(members, "GroupDetailList")
    }
    for user in objects_in(members, "UserDetailList"):
        its_groups = list(map(text_of, items_of(user.get("GroupList"))))
        holders = [user, *(groups[each] for each in its_groups if each in groups)]
        arns = [arn for each in holders for arn in _attached_to(each)]
        own = [name for each in holders for name in _own_policies(each)]
        boundary = text_of(
            members_of(user.get("PermissionsBoundary")).get("PermissionsBoundaryArn")
        )
        yield _User(
            name=text_of(user.get("UserName")),
            arn=text_of(user.get("Arn")),
            policies=(*own, *(names[arn] for arn in arns if arn in names)),
            boundary=names.get(boundary, ""),
            unseen=frozenset({*arns, *its_groups, boundary} - names.keys() - groups.keys() - {""}),
            facts=_facts_of(user),
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
_is_user = re.compile(r"arn:[a-z-]+:iam::\d{12}:user/.+", re.ASCII).fullmatch
_is_of_aws = re.compile("arn:[^:]*:iam::aws:policy/.*").fullmatch  # which asks nobody for MFA
# All but two let nobody enable a device, or take any role.
_is_of_no_mfa = re.compile(
    "arn:[^:]*:iam::aws:policy/(?!(AdministratorAccess|IAMFullAccess)$).*"
).fullmatch
_MOST = 2_000  # pairs of a user and a role to look at


class AllUsers:
    """The users of an account, judged by all their policies."""

    def __init__(self, members: Members, documents: Iterable[Document]) -> None:
        """Take the answer of get-account-authorization-details, and its policies."""
        self._members = members
        listed = list(documents)
        count = Counter(each.name for each in listed)
        # A name of two policies, one of AWS's and one's own, says nothing.
        self._documents = {each.name: each for each in listed if count[each.name] == 1}

    @cached_property
    def unasked(self) -> tuple[str, ...]:
        """Those with policies of which none asks for MFA."""
        return tuple(
            user.name
            for user, own in self._known
            if (own or user.unseen)
            and all(map(_is_of_aws, user.unseen))
            and not any(map(_asks, [*own, *self._boundary_of(user)]))
            and not _is_denied_all(user, [*own, *self._boundary_of(user)])
        )

    @cached_property
    def first_asking(self) -> str:
        """The name of the first policy of users that asks for MFA."""
        of_users = (each for each in self._documents.values() if each.holder != "role")
        return next((each.name for each in of_users if _asks(each)), "")

    @cached_property
    def stuck(self) -> Mapping[str, list[str]]:
        """Who cannot enable a device, and why, by the name of the policy that asks them for MFA.

        They are users who may do it but for their path or boundary.
        """
        found = defaultdict[str, list[str]](list)
        refused = {IMPLICITLY_DENIED, EXPLICITLY_DENIED}
        for user, own, asking in self._asked:
            start, path, name = _parts(user.arn)
            bound = next(self._boundary_of(user), None)
            if _outcome(user, own, _ENABLE, f"{start}/{name}") != ALLOWED:
                continue
            if _outcome(user, own, _ENABLE, user.arn) in refused:
                found[asking].append(f"{user.name} (path {path})")
            elif bound and _outcome(user, own, _ENABLE, user.arn, bound) in refused:
                found[asking].append(f"{user.name} (boundary {user.boundary})")
        return found

    @cached_property
    def takers(self) -> Mapping[str, list[str]]:
        """Who takes a role without MFA, by the name of the role's trust policy."""
        found = defaultdict[str, list[str]](list)
        able = [
            (user, own)
            for user, own, _ in self._asked
            if any(each.allows and concerns(each, _TAKE) for one in own for each in one.statements)
            and not any(concerns(each, _TAKE) for each in _denials(own))
        ]
        arns = {
            f"role/{text_of(each.get('RoleName'))} trust": text_of(each.get("Arn"))
            for each in objects_in(self._members, "RoleDetailList")
        }
        trusts = [(self._documents[name], arns[name]) for name in arns if name in self._documents]
        for (user, own), (trust, arn) in itertools.islice(itertools.product(able, trusts), _MOST):
            bound = next(self._boundary_of(user), None)
            if _outcome(user, [*own, trust], _TAKE, arn, bound) == ALLOWED:
                found[trust.name].append(user.name)
        return found

    @cached_property
    def _asked(self) -> list[tuple[_User, list[Document], str]]:
        """The users whom a Deny of everything asks, their policies, and the first that does."""
        return [
            (user, own, asking.name)
            for user, own in self._known
            if _is_user(user.arn) and all(map(_is_of_no_mfa, user.unseen))
            for asking in itertools.islice((one for one in own if _asks_all(user, one)), 1)
        ]

    @cached_property
    def _known(self) -> list[tuple[_User, list[Document]]]:
        """The users, with those of their policies that are here."""
        here = self._documents.keys()
        users = (each for each in _users_in(self._members) if here >= {*each.policies})
        return [(user, [self._documents[name] for name in user.policies]) for user in users]

    def _boundary_of(self, user: _User) -> Iterator[Document]:
        if user.boundary in self._documents:
            yield self._documents[user.boundary]


def _parts(arn: str) -> tuple[str, str, str]:
    """Return what a user's ARN has before the path, the path, and the name."""
    start, _, rest = arn.partition("/")
    path, _, name = f"/{rest}".rpartition("/")
    return start, f"{path}/", name


def _asks(document: Document) -> bool:
    return any(map(means_mfa, document.statements))


def _asks_all(user: _User, document: Document) -> bool:
    facts = user.facts.over(acting_as(long_term(), user.arn).facts)
    return any(
        all(is_met(each, facts) is not False for each in denial.conditions)
        for denial in _denials([document])
    )


def _is_denied_all(user: _User, documents: list[Document]) -> bool:
    known = _is_user(user.arn) is not None
    return known and _outcome(user, documents, *_ANY_OTHER) == EXPLICITLY_DENIED


def _denials(documents: Iterable[Document]) -> Iterator[Statement]:
    """Yield the Denies of everything, or of all but some, to long-term keys."""
    for statement in itertools.chain.from_iterable(each.statements for each in documents):
        matched = None if statement.allows else reach(statement)
        everything = statement.not_actions is not None or "*" in (statement.actions or ())
        if everything and matched and matched.long_term and not matched.fresh:
            yield statement


def _outcome(
    user: _User,
    documents: Iterable[Document],
    action: str,
    resource: str,
    boundary: Document | None = None,
) -> str:
    request = Request(action=action, resource=resource, facts=user.facts)
    caller = acting_as(long_term(), user.arn)
    return evaluate(documents, request, caller, boundary=boundary).outcome
