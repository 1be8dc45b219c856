"""Does a statement apply to a request? Part by part: principal, action, resource, conditions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from mfa_session.model.record import Record
from mfa_session.policy.conditions import is_met
from mfa_session.policy.credentials import Principal
from mfa_session.policy.patterns import Query
from mfa_session.policy.request import RequestContext, Truth, all_of, any_of, negate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mfa_session.policy.credentials import Credentials
    from mfa_session.policy.document import Condition, Document, Statement
    from mfa_session.policy.request import Request


_WITH_VARIABLES = "2012-10-17"


class Match(Record):
    """What came of comparing one statement with a request: each part's answer, and all together.

    Parts that could not change the answer any more are not looked at. `by_name`: whether the
    statement is for the caller, and not only for the whole account.
    """

    document: Document
    statement: Statement
    principal: Truth
    by_name: Truth
    action: Truth
    resource: Truth
    conditions: tuple[tuple[Condition, Truth], ...]

    @property
    def truth(self) -> Truth:
        """Whether the statement counts for the request."""
        met = (truth for _, truth in self.conditions)
        return all_of((self.principal, self.action, self.resource, *met))

    @property
    def speaks_of_it(self) -> Truth:
        """Whether it would count, were its conditions met."""
        return all_of((self.principal, self.action, self.resource))

    def conditions_that_are(self, truth: Truth) -> list[Condition]:
        """Return the conditions with this answer."""
        return [condition for condition, answer in self.conditions if answer is truth]


def look_at(
    document: Document, statement: Statement, request: Request, caller: Credentials
) -> Match:
    """Compare one statement with a request; what the request says counts over the caller's."""
    facts = request.facts.over(caller.facts)
    variables = document.version == _WITH_VARIABLES
    named = names_caller(statement, caller)
    action = _has_action(statement, request.action)
    resource: Truth = False
    if action is not False:
        resource = _has_resource(statement, request.resource, facts if variables else None)
    speaks_of_it = all_of((named.matches, action, resource))
    return Match(
        document=document,
        statement=statement,
        principal=named.matches,
        by_name=named.by_name,
        action=action,
        resource=resource,
        conditions=tuple(
            (condition, is_met(condition, facts, variables=variables))
            for condition in (statement.conditions if speaks_of_it is not False else ())
        ),
    )


def _has_action(statement: Statement, action: str) -> Truth:
    asked = Query(action, fold=True)
    if statement.actions is not None:
        return _among(statement.actions, asked)
    if statement.not_actions is not None:
        return negate(_among(statement.not_actions, asked))
    return None  # IAM takes no such policy


def _among(actions: Iterable[str], asked: Query) -> Truth:
    return any_of(asked.covered_by(action) for action in actions)


def _has_resource(statement: Statement, resource: str, facts: RequestContext | None) -> Truth:
    if statement.resources is not None:
        return _listed(statement.resources, resource, facts)
    if statement.not_resources is not None:
        return negate(_listed(statement.not_resources, resource, facts))
    # What a role's trust policy is about, or a repository's, is what it hangs on.
    named = statement.principals is not None or statement.not_principals is not None
    return True if named else None


def _listed(resources: Iterable[str], resource: str, facts: RequestContext | None) -> Truth:
    asked = Query(resource)
    return any_of(asked.covered_by(text, facts) for text in resources)


_ACCOUNT = re.compile(r"(?:arn:[a-z-]+:iam::)?(\d{12})(?:(?<=:\d{12}):root)?", re.ASCII)
_IDENTITY = re.compile(
    r"arn:[a-z-]+:(?:iam|sts)::(?P<account>\d{12}):"
    r"(?P<kind>user|role|assumed-role)/(?P<name>.+)",
    re.ASCII,
)
# What IAM refuses: an account of other than twelve digits, and what is no user, role or session.
_MALFORMED = re.compile(
    r"(?!\d{12}$)\d+|arn:[a-z-]+:(?:iam|sts)::(?:(?!\d{12}:)\d+:.*|\d{12}:(?:group|policy)/.*)",
    re.ASCII | re.DOTALL,
)


class PrincipalMatch(NamedTuple):
    """Whether a statement is for the caller, and whether by name: not through the account."""

    matches: Truth
    by_name: Truth


def names_caller(statement: Statement, caller: Credentials) -> PrincipalMatch:
    """Say whether a statement is for the caller; an identity's own statement is."""
    if statement.principals is not None:
        return _among_principals(statement.principals, caller)
    if statement.not_principals is not None:
        others = _among_principals(statement.not_principals, caller)
        # Whether an account in NotPrincipal spares all that are in it is not said anywhere.
        spared = others.by_name if others.by_name is True else _unless_no(others.matches)
        return PrincipalMatch(negate(spared), negate(spared))
    return PrincipalMatch(matches=True, by_name=True)


def acting_as(caller: Credentials, text: str | None) -> Credentials:
    """Return the caller as this principal: a user's or role's ARN, or an account.

    A user's ARN does not say which role a role session is of, only its account; nor the other way.
    Raises ValueError for what is none.
    """
    if text is None:
        return caller
    account = _account(text)
    if account is not None:
        known = RequestContext({"aws:PrincipalAccount": (account,)})
        return caller.replace(principal=Principal(account=account), facts=known.over(caller.facts))
    found = _IDENTITY.fullmatch(text)
    if found is None:
        raise ValueError(text)
    account, is_user = found["account"], found["kind"] == "user"
    facts = RequestContext({"aws:PrincipalAccount": (account,)})
    if is_user != caller.is_user:
        return caller.replace(principal=Principal(account=account), facts=facts.over(caller.facts))
    arns = (text,) if is_user else _arns_of_role(text, found)
    facts = facts.over(RequestContext({"aws:PrincipalArn": (arns[0],)}))
    if is_user:
        facts = facts.over(RequestContext({"aws:username": (found["name"].rpartition("/")[2],)}))
    principal = Principal(account=account, arns=arns)
    return caller.replace(principal=principal, facts=facts.over(caller.facts))


def named_principals(documents: Iterable[Document]) -> list[str]:
    """Return whom the Allow statements name that `acting_as` takes, in their order, each once."""
    found = [
        text
        for document in documents
        for statement in document.statements
        if statement.allows and statement.principals
        for text in statement.principals.get("AWS", ())
        if _account(text) or _IDENTITY.fullmatch(text)
    ]
    return list(dict.fromkeys(found))


def malformed_principals(documents: Iterable[Document]) -> list[str]:
    """Return the principals that IAM refuses, in their order, each once; they match nobody."""
    found = [
        text
        for document in documents
        for statement in document.statements
        for named in (statement.principals, statement.not_principals)
        for text in (named or {}).get("AWS", ())
        if _MALFORMED.fullmatch(text)
    ]
    return list(dict.fromkeys(found))


def _among_principals(listed: dict[str, tuple[str, ...]], caller: Credentials) -> PrincipalMatch:
    found = [_fits(kind, text, caller) for kind, texts in listed.items() for text in texts]
    return PrincipalMatch(
        any_of(named.matches for named in found),
        any_of(all_of(named) for named in found),
    )


def _fits(kind: str, text: str, caller: Credentials) -> PrincipalMatch:
    if text == "*" and kind in {"*", "AWS"}:
        return PrincipalMatch(matches=True, by_name=True)
    if kind == "CanonicalUser":
        return PrincipalMatch(matches=None, by_name=False)
    if kind != "AWS":  # services and people who come through an identity provider
        return PrincipalMatch(matches=False, by_name=False)
    account = _account(text)
    if account is not None:
        known = caller.principal.account
        return PrincipalMatch(None if known is None else known == account, by_name=False)
    return PrincipalMatch(_is(text, caller), by_name=True)


def _is(text: str, caller: Credentials) -> Truth:
    """Say whether an ARN is one of the caller's."""
    found = _IDENTITY.fullmatch(text)
    if found is None:  # an id that IAM puts in place of what was deleted, or a federated user
        return False if _MALFORMED.fullmatch(text) else None
    principal = caller.principal
    if (found["kind"] == "user") != caller.is_user:
        return False
    if principal.account is not None and principal.account != found["account"]:
        return False
    if principal.arns is None:
        return None
    if text in principal.arns:
        return True
    return False if caller.is_user else _may_be_same_role(found, principal.arns)


def _may_be_same_role(found: re.Match[str], arns: tuple[str, ...]) -> Truth:
    """Say whether two roles may be one: a role's session has a name, but not the role's path."""
    theirs = [_IDENTITY.fullmatch(arn) for arn in arns]
    if any(other and other["kind"] == found["kind"] for other in theirs):
        return False
    return None if any(other and _role(other) == _role(found) for other in theirs) else False


def _role(found: re.Match[str]) -> str:
    name = found["name"]
    return name.partition("/")[0] if found["kind"] == "assumed-role" else name.rpartition("/")[2]


def _arns_of_role(text: str, found: re.Match[str]) -> tuple[str, ...]:
    """Return a role's ARN, and of a session's ARN both; a role's path is not in the latter."""
    if found["kind"] == "role":
        return (text,)
    role = found["name"].partition("/")[0]
    partition = text.split(":")[1]
    return (f"arn:{partition}:iam::{found['account']}:role/{role}", text)


def _account(text: str) -> str | None:
    found = _ACCOUNT.fullmatch(text)
    return found[1] if found else None


def _unless_no(truth: Truth) -> Truth:
    return False if truth is False else None
