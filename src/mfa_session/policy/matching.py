"""Match a statement with a request: principal, action, resource, conditions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mfa_session.model.arns import account_of
from mfa_session.model.record import Record
from mfa_session.policy.answers import Answers, Question
from mfa_session.policy.conditions import is_accepted, is_met, question_of
from mfa_session.policy.credentials import (
    PRINCIPAL_ARN,
    Credentials,
    Known,
    Principal,
    Request,
    RequestContext,
    Truth,
    Within,
    all_of,
    any_of,
    arn_pattern,
    negate,
)
from mfa_session.policy.document import CURRENT_VERSION, Document
from mfa_session.policy.patterns import Query
from mfa_session.policy.statement import Condition, Statement, has_principal

_Fit = tuple[Truth, Truth]  # whether a principal is the caller, and named, not as an account


class Match(Record):
    """The result of matching a statement with a request, by part; conditions only if they matter.

    `by_name`: the statement names the caller, not only the account.
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
        """Whether the statement applies to the request."""
        met = (truth for _, truth in self.conditions)
        return all_of((self.principal, self.action, self.resource, *met))

    def questions(self) -> Iterator[tuple[Question, bool]]:
        """Yield what is unknown, but for the caller, as questions with the answers that fit.

        A condition that IAM rejects stays unknown.
        """
        conditions = self.conditions_that_are(None)
        if self.truth is not None or not all(map(is_accepted, conditions)):
            return
        statement, version = self.statement, self.document.version
        for what, truth, listed, left_out in (
            ("Action", self.action, statement.actions, statement.not_actions),
            ("Resource", self.resource, statement.resources, statement.not_resources),
        ):
            if truth is None:
                yield Question(what, version, frozenset(listed or left_out or ())), left_out is None
        for condition in conditions:
            asked, answer = question_of(condition)
            yield Question(asked.key, version, asked), answer

    def supposing(self, answers: Answers) -> Match:
        """Return the match where all that it asks has an answer."""
        asked = list(self.questions())
        if not asked:
            return self
        fits = all(answers[question] is answer for question, answer in asked)
        return self.replace(action=fits, resource=True, conditions=())

    def conditions_that_are(self, truth: Truth) -> list[Condition]:
        """Return the conditions with this result."""
        return [condition for condition, answer in self.conditions if answer is truth]


def match_statement(
    document: Document, statement: Statement, request: Request, caller: Credentials
) -> Match:
    """Match a statement with a request, whose keys override the caller's."""
    facts = request.facts.over(caller.facts)
    variables = document.version == CURRENT_VERSION
    principal, by_name = _names_caller(statement, caller)
    action = _among(statement.actions, statement.not_actions, Query(request.action, fold=True))
    if statement.strange_elements:  # IAM rejects them; they may be a Condition
        action = all_of((action, None))
    resource: Truth = False
    if action is not False:
        filling = facts if variables else None
        listed, left_out = statement.resources, statement.not_resources
        resource = _among(listed, left_out, Query(request.resource), filling)
        # A role's or a repository's policy applies to the role or repository itself.
        if listed is left_out is None and has_principal(statement):
            resource = True
    fits = all_of((principal, action, resource)) is not False
    return Match(
        document=document,
        statement=statement,
        principal=principal,
        by_name=by_name,
        action=action,
        resource=resource,
        conditions=tuple(
            (condition, is_met(condition, facts, variables=variables))
            for condition in (statement.conditions if fits else ())
        ),
    )


def _among(
    listed: Iterable[str] | None,
    left_out: Iterable[str] | None,
    asked: Query,
    facts: RequestContext | None = None,
) -> Truth:
    if listed is not None:
        return any_of(asked.covered_by(text, facts) for text in listed)
    if left_out is not None:
        return negate(any_of(asked.covered_by(text, facts) for text in left_out))
    return None  # IAM rejects such a policy


_ACCOUNT = re.compile(r"(?:arn:[a-z-]+:iam::)?(\d{12})(?:(?<=:\d{12}):root)?", re.ASCII)
IDENTITY = re.compile(
    r"arn:[a-z-]+:(?:iam|sts)::(?P<account>\d{12}):"
    r"(?P<kind>user|role|assumed-role)/(?P<name>.+)",
    re.ASCII,
)
_OF_SSO = "role/aws-reserved/sso.amazonaws.com/*"  # and perhaps a region
# IAM rejects accounts without twelve digits, and ARNs of groups and policies.
_is_no_user = re.compile(
    r"arn:[^:]*:(iam::cloudfront:user|sts::\d{12}:federated-user)/.*"
).fullmatch
_MALFORMED = re.compile(
    r"(?!\d{12}$)\d+|arn:[a-z-]+:(?:iam|sts)::(?:(?!\d{12}:)\d+:.*|\d{12}:(?:group|policy)/.*)",
    re.ASCII | re.DOTALL,
)


def _names_caller(statement: Statement, caller: Credentials) -> _Fit:
    if statement.principals is not None:
        return _among_principals(statement.principals, caller)
    if statement.not_principals is not None:
        matches, spared = _among_principals(_spared(statement.not_principals), caller)
        # No documentation says whether an account alone in NotPrincipal exempts all its callers.
        spared = spared or (False if matches is False else None)
        if spared and not _is_surely_exempt(statement.not_principals, caller):
            spared = None
        return negate(spared), negate(spared)
    return True, True


def _spared(not_principals: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Leave out accounts beside their users or roles, who alone are exempt (IAM reference)."""
    texts = not_principals.get("AWS", ())
    beside = {found["account"] for found in map(IDENTITY.fullmatch, texts) if found}
    kept = tuple(text for text in texts if _account(text) not in beside)
    return {**not_principals, "AWS": kept}


def _is_surely_exempt(spared: dict[str, tuple[str, ...]], caller: Credentials) -> bool:
    """Say whether it names the caller's account too, and a session beside its role."""
    named = {*spared.get("AWS", ()), *spared.get("*", ())}
    arns = named.intersection(caller.principal.arns or ())
    as_itself = caller.is_user or any(":assumed-role/" in arn for arn in arns)
    in_account = caller.principal.account in map(_account, named)
    return "*" in named or (as_itself and in_account)


def acting_as(caller: Credentials, text: str | None, role_arn: str | None = None) -> Credentials:
    """Return the caller with this principal: a user's, role's or session's ARN, or an account.

    Another kind's ARN gives only its account. `role_arn` is the role of a session, whose own ARN
    lacks the path. Raises ValueError for other texts.
    """
    if text is None:
        return caller
    found = IDENTITY.fullmatch(text)
    account = found["account"] if found else _account(text)
    if account is None:
        raise ValueError(text)
    known: Known = {"aws:PrincipalAccount": (account,)}
    within: dict[str, Within] = {
        PRINCIPAL_ARN: arn_pattern(is_user=caller.is_user, account=account)
    }
    arns: tuple[str, ...] = ()
    if found and (found["kind"] == "user") == caller.is_user:
        arns = (role_arn, text) if role_arn else (text,)
        name = found["name"].rpartition("/")[2]
        if caller.is_user:
            known["aws:username"] = (name,)
        elif found["kind"] == "assumed-role":
            within |= {"aws:userid": f"AROA*:{name}", PRINCIPAL_ARN: _roles_of_session(found)}
        if ":assumed-role/" not in arns[0]:
            del within[PRINCIPAL_ARN]
            known[PRINCIPAL_ARN] = (arns[0],)
    principal = Principal(account=account, arns=arns or None)
    facts = RequestContext(known, within).over(caller.facts)
    return caller.replace(principal=principal, facts=facts)


def role_of_session(session: str, documents: Iterable[Document]) -> str | None:
    """Return the ARN of a session's role, with its path, if a policy's principal is that role.

    IAM accepts only roles that are there, and an account has one of a name (IAM user guide).
    """
    found = IDENTITY.fullmatch(session)
    for text in _principals_in(documents):
        role = IDENTITY.fullmatch(text)
        if found and role and role["kind"] == "role" and _named(role) == _named(found):
            return text
    return None


def named_principal(documents: Iterable[Document]) -> str | None:
    """Return the first principal in Allow statements that `acting_as` takes."""
    allows = [each for document in documents for each in document.statements if each.allows]
    found = [text for each in allows for text in each.aws_principals]
    return next((text for text in found if _account(text) or IDENTITY.fullmatch(text)), None)


def account_of_users(documents: Iterable[Document]) -> str | None:
    """Return the account whose users have these policies, if they are about its IAM alone.

    IAM's actions reach only the caller's own account.
    """
    found = {
        account_of(text)
        for document in documents
        for each in document.statements
        if document.kind == "identity" and all(map(_is_of_iam, each.actions or ("",)))
        for text in each.resources or ()
    }
    accounts = {each for each in found if each and each.isdecimal()}
    return accounts.pop() if len(accounts) == 1 else None


def accounts_named(documents: Iterable[Document]) -> set[str]:
    """Return the accounts, by their numbers, that the resources of policies name."""
    statements = [each for document in documents for each in document.statements]
    texts = [text for e in statements for text in (*(e.resources or ()), *(e.not_resources or ()))]
    return {account for each in texts if (account := account_of(each) or "").isdecimal()}


def _is_of_iam(action: str) -> bool:
    return action.lower().startswith("iam:")


def malformed_principals(documents: Iterable[Document]) -> list[str]:
    """Return the distinct principals that IAM rejects and nobody matches."""
    return list(dict.fromkeys(filter(_MALFORMED.fullmatch, _principals_in(documents))))


def _principals_in(documents: Iterable[Document]) -> Iterator[str]:
    """Yield the texts of every Principal and NotPrincipal of the type AWS."""
    for each in (statement for document in documents for statement in document.statements):
        for principals in (each.principals, each.not_principals):
            yield from (principals or {}).get("AWS", ())


def _among_principals(listed: dict[str, tuple[str, ...]], caller: Credentials) -> _Fit:
    found = [_fits(kind, text, caller) for kind, texts in listed.items() for text in texts]
    return any_of(matches for matches, _ in found), any_of(map(all_of, found))


def _fits(kind: str, text: str, caller: Credentials) -> _Fit:
    if text == "*" and kind in {"*", "AWS"}:
        return True, True
    if kind != "AWS":  # services, and users of an identity provider
        return (None if kind == "CanonicalUser" else False), False
    account, known = _account(text), caller.principal.account
    if account is not None:
        fits = known == account and _are_of_one_partition(text, caller.principal.arns)
        return (None if known is None else fits), False
    return _is_caller(text, caller), True


def _are_of_one_partition(text: str, arns: tuple[str, ...] | None) -> bool:
    """Say whether an account, or its ARN, may be that of these ARNs."""
    is_arn = text.startswith("arn:")
    return not (is_arn and arns) or any(text.split(":")[1] == each.split(":")[1] for each in arns)


def _is_caller(text: str, caller: Credentials) -> Truth:
    found = IDENTITY.fullmatch(text)
    if found is None:  # the id of a deleted principal, or a federated user
        return False if _MALFORMED.fullmatch(text) or _is_no_user(text) else None
    principal = caller.principal
    if (found["kind"] == "user") != caller.is_user:
        return False
    if principal.account is not None and principal.account != found["account"]:
        return False
    if principal.arns is None:
        return None
    if text in principal.arns:
        return True
    return _may_be_same_role(found, principal.arns)


def _may_be_same_role(found: re.Match[str], arns: tuple[str, ...]) -> Truth:
    """Say whether two roles may be one: a session's ARN lacks the role's path."""
    others = list(filter(None, map(IDENTITY.fullmatch, arns)))
    if any(each["kind"] == found["kind"] for each in others):
        return False
    return None if _role(found) in map(_role, others) else False


def _named(found: re.Match[str]) -> tuple[str, str]:
    return found["account"], _role(found)


def _role(found: re.Match[str]) -> str:
    name = found["name"]
    return name.partition("/")[0] if found["kind"] == "assumed-role" else name.rpartition("/")[2]


def _roles_of_session(found: re.Match[str]) -> str | frozenset[str]:
    """Return patterns of the ARN of a session's role, whose path only SSO's have for certain."""
    role, start = _role(found), f"arn:{found[0].split(':')[1]}:iam::{found['account']}:"
    if role.startswith("AWSReservedSSO_"):
        return f"{start}{_OF_SSO}{role}"
    return frozenset({f"{start}role/{role}", f"{start}role/*/{role}"})


def _account(text: str) -> str | None:
    found = _ACCOUNT.fullmatch(text)
    return found[1] if found else None
