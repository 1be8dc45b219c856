"""Choose the policies that count for a caller, of all those that were read."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from mfa_session.model.arns import account_of
from mfa_session.model.errors import UsageError
from mfa_session.policy.document import LIMITS
from mfa_session.policy.evaluation import concerns
from mfa_session.policy.patterns import Query

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mfa_session.policy.credentials import Request
    from mfa_session.policy.document import Document, Owner


class Share(NamedTuple):
    """What counts for a caller."""

    documents: list[Document]
    doubtful: list[Document]  # which may be theirs
    owner: Owner | None  # what a dump tells of them, beside the documents
    is_user: bool | None  # None if it is not told
    caller: (
        str | None
    )  # whose policies they are: an ARN, "" for a name only, None if it is not told
    has_others: bool  # policies that are not here


def share_of(
    principal: str | None, documents: Sequence[Document], request: Request, *, live: bool
) -> Share:
    """Return what counts for a caller; without one, for the only user or role that has policies.

    `live`: the caller has policies besides.
    """
    about = [each for each in documents if concerns(each, request)]
    on_resource = [each for each in documents if _is_of_resource(each, request)]
    fitting = [each for each in on_resource if concerns(each, request)]
    _check_one_resource(fitting)
    dumps = dict.fromkeys(each.account for each in documents if each.account)
    dumped = [owner for dump in dumps for owner in dump.owners if owner.arn]
    loose = [each for each in documents if not each.account]
    identity = [each for each in loose if each.kind == "identity"]
    told = [owner.arn for owner in dumped]
    named = (owner for each in identity for owner in (*each.owners, *each.incomplete))
    told += filter(_is_told, named)
    mine = _mine(told, principal, takes_role=any(each.kind == "trust" for each in about))
    own, doubtful = _own(identity, mine, request, is_user=_is_user([], mine, principal))
    owner = next((each for each in dumped if each.arn in mine), None)
    counts = live or own or doubtful or owner
    if about and not fitting and not counts:
        roles = (each for one in about for each in one.owners)
        raise _unclear(f"none of these policies is of {request.resource}", "--resource", roles)
    if told and principal and not (mine or live):
        account = account_of(principal) or principal
        if account in map(account_of, told) or not (counts or fitting):
            raise _unclear(f"these are not the policies of {principal}", "--principal", told)
    limits = (
        each
        for each in loose
        if each.kind in LIMITS and not (each.owners and mine.isdisjoint(each.owners))
    )
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
        return {each for each in told if _may_be(each, principal)}
    found = [each for each in told if not takes_role or _kind(each) == "user"]
    if len(set(found)) > 1:
        raise _unclear("these are the policies of several callers", "--principal", found)
    return set(found)


def _is_of_resource(document: Document, request: Request) -> bool:
    if not document.owners:
        return document.kind in {"trust", "resource"}
    is_of = any(_may_be(owner, request.resource) for owner in document.owners)
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
    documents: list[Document], mine: set[str], request: Request, *, is_user: bool | None
) -> tuple[list[Document], list[Document]]:
    """Return the caller's policies, and those which may be.

    A list in a file, and several files, are one caller's.
    """
    in_file = defaultdict[str, set[object]](set)
    for each in documents:
        in_file[each.source.label].add(each.owners or each.name.partition("/")[0])
    asked, own, doubtful = Query(request.action, fold=True), [], []
    for each in documents:
        is_told = bool(each.owners) and all(
            _is_told(owner) or _is_another(owner, is_user=is_user) for owner in each.owners
        )
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


def _is_another(owner: str, *, is_user: bool | None) -> bool:
    """Say whether an owner cannot be the caller: a role for a user, a user or group for a role."""
    return is_user is (_kind(owner) == "role")


def _kind(owner: str) -> str:
    return owner.rpartition(":")[2].partition("/")[0]


def _may_be(owner: str, arn: str) -> bool:
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
