"""Requests to evaluate, and the condition keys that kinds of credentials give.

With unknown keys, a result may be unknown: `Truth` is Kleene's three-valued logic.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mfa_session.model.record import Record
from mfa_session.model.times import format_duration

Values = tuple[str, ...]
Range = tuple[int, int]
Within = Range | str | frozenset[str]


class RequestContext:
    """The known condition keys of a request, ignoring case.

    A key maps to its values, or to None if it is absent; in `within`, to a range, a pattern or
    several patterns of its value. Nothing is known of others.
    """

    def __init__(
        self,
        known: Mapping[str, Values | None],
        within: Mapping[str, Within] | None = None,
    ) -> None:
        self._known = {key.lower(): values for key, values in known.items()}
        self._within = {key.lower(): limits for key, limits in (within or {}).items()}

    def knows(self, key: str) -> bool:
        """Say whether the key's values or absence are known."""
        return key.lower() in self._known

    def within(self, key: str) -> Within | None:
        """Return the range or pattern of a key's value, if only that is known."""
        return self._within.get(key.lower())

    def values(self, key: str) -> Values | None:
        """Return the values of a known key; None if it is absent."""
        return self._known[key.lower()]

    def one(self, key: str) -> str | None:
        """Return a key's value if exactly one is known, else None."""
        values = self._known.get(key.lower())
        return values[0] if values and len(values) == 1 else None

    def over(self, others: RequestContext) -> RequestContext:
        """Return the keys of both; this one overrides the other."""
        if not (self._known or self._within):
            return others
        within = {key: at for key, at in others._within.items() if key not in self._known}
        known = {key: at for key, at in others._known.items() if key not in self._within}
        both = RequestContext({})
        both._known, both._within = {**known, **self._known}, {**within, **self._within}
        return both


class Request(Record):
    """A request, perhaps with wildcards; `facts` are the keys known besides the caller's."""

    action: str
    resource: str = "*"
    facts: RequestContext = RequestContext({})


Truth = bool | None


def negate(truth: Truth) -> Truth:
    """Return the opposite; None stays None."""
    return None if truth is None else not truth


def all_of(truths: Iterable[Truth]) -> Truth:
    """Return False if any is False, else None if any is None, else True."""
    return negate(any_of(map(negate, truths)))


def any_of(truths: Iterable[Truth]) -> Truth:
    """Return True if any is True, else None if any is None, else False."""
    unknown = False
    for truth in truths:
        if truth:
            return True
        unknown = unknown or truth is None
    return None if unknown else False


MFA_PRESENT = "aws:MultiFactorAuthPresent"
MFA_AGE = "aws:MultiFactorAuthAge"
LONGEST_SESSION_SECONDS = 129_600  # GetSessionToken's limit
PRINCIPAL_ARN = "aws:PrincipalArn"
Known = dict[str, Values | None]
_TRUE, _FALSE = ("true",), ("false",)

# A direct call over TLS, as every SDK makes it.
_DIRECT: Known = {
    "aws:CalledVia": None,
    "aws:CalledViaFirst": None,
    "aws:CalledViaLast": None,
    "aws:PrincipalIsAWSService": _FALSE,
    "aws:PrincipalServiceName": None,
    "aws:PrincipalServiceNamesList": None,
    "aws:SecureTransport": _TRUE,
    "aws:SourceAccount": None,
    "aws:SourceArn": None,
    "aws:SourceOrgID": None,
    "aws:SourceOrgPaths": None,
    "aws:ViaAWSService": _FALSE,
}
DIRECT_CALL = RequestContext(_DIRECT)
# Only temporary credentials have this (IAM reference, global condition keys).
_ISSUED = "aws:TokenIssueTime"


class Principal(Record):
    """The caller for resource policies: `arns` of a user, or of a role and its session."""

    account: str | None = None
    arns: tuple[str, ...] | None = None


class Credentials(Record):
    """A kind of credentials, with a label for people."""

    kind: str
    label: str
    facts: RequestContext
    principal: Principal = Principal()
    is_user: bool = True


def long_term() -> Credentials:
    """Return an access key's: both MFA keys are absent."""
    return _credentials("long-term", "long-term key", None, None)


def mfa_session(age_seconds: int | None = None) -> Credentials:
    """Return those of GetSessionToken with a code, of this age or (None) any possible one."""
    label = "MFA session, new" if age_seconds == 0 else "MFA session"
    ages = (0, LONGEST_SESSION_SECONDS) if age_seconds is None else None
    return _credentials("mfa-session", label, _TRUE, (str(age_seconds),), ages)


def session_without_mfa() -> Credentials:
    """Return those of GetSessionToken without a code."""
    return _credentials("session-without-mfa", "session without MFA", _FALSE, None)


def role_session() -> Credentials:
    """Return those of AssumeRole, which never have MFA (IAM user guide, MFA-protected API access).

    Some have seen otherwise, of a role assumed from an MFA session.
    """
    return _credentials("role-session", "role session", _FALSE, None)


def started_by(caller: Credentials, now_seconds: int) -> Credentials:
    """Return a caller whose session, if any, began within the longest duration."""
    if caller.facts.knows(_ISSUED):
        return caller
    at = {_ISSUED: (now_seconds - LONGEST_SESSION_SECONDS, now_seconds)}
    return caller.replace(facts=RequestContext({}, at).over(caller.facts))


def all_kinds(action: str, mfa_age_seconds: int | None = None) -> tuple[Credentials, ...]:
    """Return the kinds to compare; with an age, the MFA session both new and just older."""
    kinds = [long_term()]
    if action.lower() == "sts:assumerole":  # which takes a code itself
        label = "long-term key and a code"
        kinds.append(_credentials("long-term-with-code", label, _TRUE, ("0",)))
    kinds.append(mfa_session(None if mfa_age_seconds is None else 0))
    if mfa_age_seconds is not None:
        label = f"MFA session, over {format_duration(mfa_age_seconds)} old"
        kinds.append(_credentials("mfa-session-old", label, _TRUE, (str(mfa_age_seconds + 1),)))
    return (*kinds, session_without_mfa(), role_session())


def arn_pattern(*, is_user: bool, account: str = "*") -> str:
    """Return what all users' or roles' ARNs have in common."""
    return f"arn:*:iam::{account}:{'user' if is_user else 'role'}/*"


def _credentials(
    kind: str, label: str, present: Values | None, age: Values | None, ages: Range | None = None
) -> Credentials:
    is_user = kind != "role-session"
    known: Known = {**_DIRECT, MFA_PRESENT: present}
    within: dict[str, Within] = {  # as every request has them (IAM reference)
        "aws:PrincipalAccount": "?*",
        "aws:RequestedRegion": "?*",
        PRINCIPAL_ARN: arn_pattern(is_user=is_user),
    }
    if is_user:
        known |= {"aws:FederatedProvider": None, "aws:SourceIdentity": None}
        known["aws:PrincipalType"] = ("User",)
        within |= {"aws:username": "?*", "aws:userid": "AIDA*"}
    else:
        known |= {"aws:PrincipalType": ("AssumedRole",), "aws:username": None}
        within |= {"aws:userid": "AROA*:?*", _ISSUED: "?*"}
    if ages:
        within[MFA_AGE] = ages
    else:
        known[MFA_AGE] = age
    if kind.startswith("long-term"):
        known[_ISSUED] = None
    facts = RequestContext(known, within)
    return Credentials(kind=kind, label=label, facts=facts, is_user=is_user)


A_USER, A_SESSION = mfa_session().facts, role_session().facts
ROOT = RequestContext(
    {"aws:PrincipalType": ("Account",), "aws:username": None},
    {PRINCIPAL_ARN: "arn:*:iam::*:root", "aws:userid": "1*"},
)
# A service that calls by itself, for nobody: with none of the keys about a principal of an account.
A_SERVICE = RequestContext(
    {
        **dict.fromkeys((PRINCIPAL_ARN, "aws:PrincipalAccount", "aws:PrincipalOrgID",
                         "aws:PrincipalOrgPaths", "aws:userid", "aws:username")),
        **dict.fromkeys(("aws:CalledVia", "aws:CalledViaFirst", "aws:CalledViaLast")),
        **dict.fromkeys(("aws:SourceIp", "aws:SourceVpc", "aws:SourceVpce")),
        "aws:PrincipalIsAWSService": _TRUE,
        "aws:PrincipalType": ("Service",),
        "aws:ViaAWSService": _FALSE,
    }
)  # fmt: skip
A_FEDERATED_USER = RequestContext(
    {"aws:PrincipalType": ("FederatedUser",), "aws:username": None},
    {PRINCIPAL_ARN: "arn:*:sts::*:federated-user/*", "aws:userid": "1*:?*", _ISSUED: "?*"},
)
