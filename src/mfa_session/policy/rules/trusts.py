"""Trust policies of the roles in a file, and whom they let in."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Sequence

from mfa_session.policy.coverage import concerns
from mfa_session.policy.document import Account, Document, Roster
from mfa_session.policy.intrinsics import THIS_ACCOUNT
from mfa_session.policy.mfa import mfa_conditions
from mfa_session.policy.patterns import includes
from mfa_session.policy.rules.resource_kinds import parts_of
from mfa_session.policy.rules.rule import Subject
from mfa_session.policy.statement import Statement

TAKE = "sts:assumerole"
_of_root = re.compile(
    r"(?:arn:(?P<partition>[^:]*):iam::)?(?P<account>[0-9]{12})(?::root)?"
).fullmatch


def role_of(role: Document) -> str:
    """Return the name of the role of a trust policy."""
    return role.name.partition(" ")[0]


def is_trust(document: Document) -> bool:
    """Say whether it is a trust policy that is surely there as it is written."""
    return document.kind == "trust" and document.is_settled


def open_roles(documents: Iterable[Document], allow: Statement) -> Iterator[Document]:
    """Yield trust policies that let the account's users in without MFA, of roles of an Allow."""
    for each in documents:
        if is_trust(each) and all(one.allows for one in each.statements):
            open_to = [
                found
                for one in each.statements
                if not one.conditions and concerns(one, TAKE)
                for found in roots_in(one)
            ]
            named = any(
                _names_role(text, owner, root)
                for root in open_to
                for owner in each.owners
                for text in allow.resources or ()
            )
            # Whoever allows this very role means that its trust policy lets the user in.
            by_reference = open_to and f":role/${{{role_of(each)}}}"
            if named or (
                by_reference and any(text.endswith(by_reference) for text in allow.resources or ())
            ):
                yield each


def principals_in(file: Account | Roster | None) -> Iterator[str]:
    """Yield the accounts, users and roles that policies of roles and other resources name."""
    for each in file.documents if file else ():
        if each.kind in {"resource", "trust"}:
            for statement in each.statements:
                yield from statement.aws_principals


def roots_in(statement: Statement) -> Iterator[re.Match[str]]:
    """Yield the accounts among the principals."""
    return filter(None, map(_of_root, statement.aws_principals))


def ask_those_of(subject: Subject) -> bool:
    """Say whether a role of the file asks for MFA those who have a policy.

    They are in the account that it lets in, or named; or the policy names the role as one to take.
    """
    file = subject.document.account or subject.document.roster
    here = _accounts_of(file) if file else frozenset()
    taking = (each for each in subject.whole.allowing if concerns(each, TAKE))
    taken = {text.rpartition(":")[2] for each in taking for text in each.resources or ()}
    return any(
        any(text == "*" or text.endswith(subject.ends_of_owners) for text in one.aws_principals)
        or not here.isdisjoint(root["account"] for root in roots_in(one))
        or not taken.isdisjoint(names_of_role(each))
        for each, one in (_asking(file) if file else ())
    )


@functools.lru_cache(maxsize=4)  # each policy of a file asks for it
def _asking(file: Account | Roster) -> Sequence[tuple[Document, Statement]]:
    """Return the trust policies that ask users for MFA, each with the statement that does."""
    trusts = (each for each in file.documents if each.kind == "trust")
    asking = ((each, one) for each in trusts for one in filter(mfa_conditions, each.statements))
    return [(each, one) for each, one in asking if one.aws_principals]


def names_of_role(trust: Document) -> set[str]:
    """Return how ARNs of the role of a trust policy end."""
    by_reference = f"role/${{{role_of(trust)}}}"
    return {by_reference, *(owner.rpartition(":")[2] for owner in trust.owners)}


@functools.lru_cache(maxsize=4)  # as above
def _accounts_of(file: Account | Roster) -> frozenset[str]:
    """Return the account of a file's users, as their ARNs, or those of what is theirs, tell it."""
    arns = file.people if isinstance(file, Roster) else [each.arn for each in file.owners]
    identity = (each for each in file.documents if each.kind == "identity")
    texts = (text for one in identity for each in one.statements for text in each.resources or ())
    parts = map(parts_of, (*arns, *texts))
    own = (account for *_, account, what in parts if what.startswith(("user/", "mfa/")))
    return frozenset((*own, THIS_ACCOUNT))


def _names_role(text: str, owner: str, root: re.Match[str]) -> bool:
    """Say whether a resource names a role of the account that its trust policy lets in."""
    (start, _, role), account = owner.rpartition(":"), root["account"]
    known = {start.rpartition(":")[2], THIS_ACCOUNT}
    is_own = account in known or (f"::{account}:" in text and known & {"", "*"})
    arn = f"arn:{root['partition'] or 'aws'}:iam::{account}:{role}"
    return bool(is_own) and not role.endswith("/") and includes(text, arn)
