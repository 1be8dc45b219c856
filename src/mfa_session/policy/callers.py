"""Choose the policies that count for a caller, of all those that were read."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from mfa_session.model.arns import account_of
from mfa_session.model.errors import UsageError
from mfa_session.policy.credentials import Request
from mfa_session.policy.document import ANYBODY, LIMITS, Document, Owner, Roster
from mfa_session.policy.evaluation import concerns
from mfa_session.policy.patterns import Query

_of_bucket = re.compile(r"arn:[^:]*:s3:::([^/*?$]+)(?:/.*)?").fullmatch


class Share(NamedTuple):
    """What counts for a caller."""

    documents: list[Document]
    doubtful: list[Document]  # which may be theirs
    owner: Owner | None  # what a dump tells of them, beside the documents
    is_user: bool | None  # None if it is not told
    # Whose policies they are: an ARN, "" for a name only, None if it is not told.
    caller: str | None
    elsewhere: list[str]  # what counts and is not here, as far as it is known
    bounded_elsewhere: bool

    def all_documents(self) -> list[Document]:
        """Return all policies that count, or may."""
        of_owner = [*self.owner.documents, self.owner.boundary] if self.owner else []
        return [*self.documents, *self.doubtful, *filter(None, of_owner)]


def share_of(
    principal: str | None, documents: Sequence[Document], request: Request, *, live: bool
) -> Share:
    """Return what counts for a caller; without one, for the only user or role that has policies.

    `live`: the caller has policies besides.
    """
    about = [each for each in documents if concerns(each, request)]
    loose = [each for each in documents if not each.account]
    identity = [each for each in loose if each.kind == "identity"]
    on_resource = [
        each
        for each in documents
        if _is_of_resource(each, request)
        and not (identity and _is_of_another_bucket(each, request))
    ]
    fitting = [each for each in on_resource if concerns(each, request)]
    _check_one_resource(fitting)
    rosters = list(dict.fromkeys(each.roster for each in loose if each.roster))
    dumped = _dumped(documents)
    told = [*(each.arn for each in dumped), *_named(identity, rosters if principal else ())]
    mine = _mine(told, principal, takes_role=any(each.kind == "trust" for each in about))
    caller = principal or next(iter(mine), "")
    owner = next((each for each in dumped if each.arn in mine), None)
    own, doubtful = _own(identity, mine, request, caller, tells_groups=owner is not None)
    if not (live or mine or own or doubtful or fitting):
        _check_resource(about, request)
    if not (live or mine):
        _check_told(told, principal, counts=bool(own or doubtful or fitting))
    limits = [each for each in loose if each.kind in LIMITS and _limits(each, mine, caller)]
    known = [each for each in (*own, *limits, *on_resource) if not _may_be_left_out(each)]
    doubtful += filter(_may_be_left_out, (*own, *on_resource))
    of_own = {owner for each in own for owner in each.owners}
    names = {*mine, f"{_kind(caller)}/"} if caller else of_own
    unsure = [each for each in known if not each.is_certain]
    unsure += [each for each in about if "role/" in each.owners and not fitting]  # a trust policy
    return Share(
        [each for each in known if each.is_certain],
        doubtful,
        owner=owner,
        is_user=_is_user([*own, *doubtful], mine, principal),
        caller=next((each if _is_whole(each) else "" for each in mine), None),
        elsewhere=[
            *(each.label for each in unsure),
            *(what for roster in rosters for what in _not_here(roster, names, request)),
        ],
        bounded_elsewhere=any(not names.isdisjoint(each.bounded_elsewhere) for each in rosters),
    )


def _may_be_left_out(document: Document) -> bool:
    """Say whether a condition of the template may leave out a policy whose text is known."""
    return document.is_optional and document.is_certain and document.kind not in LIMITS


def _dumped(documents: Iterable[Document]) -> list[Owner]:
    dumps = dict.fromkeys(each.account for each in documents if each.account)
    return [owner for dump in dumps for owner in dump.owners if owner.arn]


def _named(documents: Iterable[Document], rosters: Iterable[Roster]) -> list[str]:
    """Return the users and roles who have policies, and the others who are there."""
    named = [owner for each in documents for owner in each.owners]
    for each in rosters:
        named += (*each.people, *each.elsewhere, *each.bounded_elsewhere)
    return list(filter(_is_told, dict.fromkeys(named)))


def _check_resource(about: list[Document], request: Request) -> None:
    """Refuse policies that are all of other roles or keys."""
    if about:
        roles = (each for one in about for each in one.owners)
        raise _unclear(f"none of these policies is of {request.resource}", "--resource", roles)


def _check_told(told: list[str], principal: str | None, *, counts: bool) -> None:
    """Refuse policies that are others'; those of another account may be of the resource."""
    account = principal and (account_of(principal) or principal)
    if told and principal and (account in map(account_of, told) or not counts):
        raise _unclear(f"these are not the policies of {principal}", "--principal", told)


def _not_here(roster: Roster, names: set[str], request: Request) -> Iterator[str]:
    for name in names:
        yield from sorted(roster.elsewhere.get(name, ()))
    if any(_is_unread(each, request) for each in roster.unread):
        is_named = request.resource.strip("*")
        yield f"the policy of {request.resource}" if is_named else "the resource's policy"


def _limits(document: Document, mine: set[str], caller: str) -> bool:
    """Say whether a boundary or an organisation's policy limits the caller, or may do so."""
    if not document.roster:
        return True
    if document.kind == "boundary":
        return not mine.isdisjoint(document.owners)
    of = [each.partition("/")[::2] for each in document.owners]
    others = [
        kind == "account" and name.isdigit() and name != account_of(caller) for kind, name in of
    ]
    # Others are one by their names alone.
    return all(kind in {"account", "organization"} for kind, _ in of) and not all(others)


def _is_unread(name: str, request: Request) -> bool:
    action = request.action.lower()
    of_role = action == "sts:assumerole" and _may_be(name, request.resource)
    return of_role or action.startswith(f"{name}:")


def _mine(told: list[str], principal: str | None, *, takes_role: bool) -> set[str]:
    if principal:
        return {each for each in told if _may_be(each, principal)}
    found = [each for each in told if not takes_role or _kind(each) == "user"]
    if len(set(found)) > 1:
        raise _unclear("these are the policies of several callers", "--principal", found)
    return set(found)


def _is_of_resource(document: Document, request: Request) -> bool:
    if not document.owners:  # a template's or state's trust policy has one
        return document.kind == "resource" or (document.kind == "trust" and not document.roster)
    told = filter(_is_told, document.owners)
    is_of = any(_may_be(owner, request.resource) for owner in told)
    return is_of and concerns(document, request)


def _is_of_another_bucket(document: Document, request: Request) -> bool:
    """Say whether a policy names other buckets than the one that is asked about."""
    texts = (text for each in document.statements for text in each.resources or ("*",))
    named, asked = set(map(_bucket_in, texts)), _bucket_in(request.resource)
    return bool(asked) and None not in named and asked not in named


def _bucket_in(resource: str) -> str | None:
    """Return a bucket's name; None of what may be several buckets or something else."""
    found = _of_bucket(resource)
    return found[1] if found else None


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
    documents: list[Document],
    mine: set[str],
    request: Request,
    caller: str,
    *,
    tells_groups: bool,
) -> tuple[list[Document], list[Document]]:
    """Return the caller's policies, and those which may be.

    A list in a file, and several files, are one caller's. `tells_groups`: a dump has the policies
    of the caller's groups.
    """
    in_file = defaultdict[str, set[object]](set)
    for each in documents:
        known = each.owners if all(map(_is_named, each.owners)) else ()
        in_file[each.source.label].add(known or (each.name if each.roster else _first_name(each)))
    asked, own, doubtful = Query(request.action, fold=True), [], []
    for each in documents:
        is_told = bool(each.owners) and all(
            _is_told(owner) or _is_another(owner, each, mine, caller) for owner in each.owners
        )
        may_be_only_one = not (
            is_told
            or (each.roster and caller and each.roster.people)
            or (tells_groups and each.owners)
        )
        is_only_one = may_be_only_one and len(in_file[each.source.label]) == 1
        is_nobodys = each.roster and not each.owners  # text that IAM does not read as a policy
        actions = (action for one in each.statements for action in one.actions or ("*",))
        if is_only_one or not mine.isdisjoint(each.owners):
            own.append(each)
        elif not (is_told or is_nobodys) and any(
            asked.covered_by(action) is not False for action in actions
        ):
            doubtful.append(each)
    return own, doubtful


def _first_name(document: Document) -> object:
    return document.owners or document.name.partition("/")[0]


def _is_user(documents: Iterable[Document], mine: set[str], caller: str | None) -> bool | None:
    if caller and _kind(caller) in {"role", "assumed-role"}:
        return False
    kinds = set(map(_kind, mine)) or {each.holder or "" for each in documents}
    return {"role": False, "user": True}.get(kinds.pop()) if len(kinds) == 1 else None


def _is_told(owner: str) -> bool:
    return _kind(owner) != "group" and _is_named(owner)


def _is_named(owner: str) -> bool:
    return not owner.endswith("/")


def _is_another(owner: str, document: Document, mine: set[str], caller: str) -> bool:
    """Say whether an owner whose name is not told, or a group, is not the caller's."""
    kind, of = _kind(owner), _kind(caller)
    if (of == "user" and kind == "role") or (of.endswith("role") and kind in {"user", "group"}):
        return True
    # A file tells all of its own users and roles.
    is_there = document.roster and not mine.isdisjoint(document.roster.people)
    return bool(is_there) and (owner == ANYBODY or (kind == "group" and _is_named(owner)))


def _is_whole(owner: str) -> bool:
    return owner.startswith("arn:") and "*" not in owner


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
    known = list(map(_as_arn, dict.fromkeys(names)))
    listed = known[:_MOST_NAMES] + ["…"] * (len(known) > _MOST_NAMES)
    hint = f"name one by its ARN with {option}, or check its policies alone: {', '.join(listed)}"
    return UsageError("whose-policies", what, hint)


def _as_arn(owner: str) -> str:
    """Return an ARN by which an owner can be named; the account of a name may be any."""
    named = owner.startswith(("role/", "user/"))
    return f"arn:aws:iam::111122223333:{owner}" if named else owner


_MOST_NAMES = 20
