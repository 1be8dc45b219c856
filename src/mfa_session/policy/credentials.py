"""Requests to evaluate: action, resource, and the condition keys that kinds of credentials give.

With unknown keys, a result may be unknown: `Truth` is Kleene's three-valued logic.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from mfa_session.model.record import Record
from mfa_session.model.times import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


Values = tuple[str, ...]
Range = tuple[int, int]
Within = Range | str


class RequestContext:
    """The known condition keys of a request, ignoring case.

    A key maps to its values, or to None if it is absent. A key in `within` is present, its value a
    number from the first to the second, or a text that a pattern matches. Any other key may be
    absent or have any value.
    """

    def __init__(
        self,
        known: Mapping[str, Values | None],
        within: Mapping[str, Within] = MappingProxyType({}),
    ) -> None:
        self._known = {key.lower(): values for key, values in known.items()}
        self._within = {key.lower(): limits for key, limits in within.items()}

    def knows(self, key: str) -> bool:
        """Say whether the key's values, or its absence, are known."""
        return key.lower() in self._known

    def within(self, key: str) -> Within | None:
        """Return the range, or the pattern, of a key's unknown value; None if there is none."""
        return self._within.get(key.lower())

    def values(self, key: str) -> Values | None:
        """Return the values of a known key; None if it is absent."""
        return self._known[key.lower()]

    def one(self, key: str) -> str | None:
        """Return the value of a key with exactly one known value; None for others."""
        values = self._known.get(key.lower())
        return values[0] if values is not None and len(values) == 1 else None

    def over(self, others: RequestContext) -> RequestContext:
        """Return both contexts' keys; this one overrides the other."""
        if not (self._known or self._within):
            return others
        within = {key: at for key, at in others._within.items() if key not in self._known}
        known = {key: at for key, at in others._known.items() if key not in self._within}
        both = RequestContext({})
        both._known, both._within = {**known, **self._known}, {**within, **self._within}
        return both


class Request(Record):
    """A request; a wildcard stands for several actions or resources.

    `facts` are the known keys besides the caller's: time, network, tags.
    """

    action: str
    resource: str = "*"
    facts: RequestContext = RequestContext({})


Truth = bool | None


def negate(truth: Truth) -> Truth:
    """Return the opposite; None stays None."""
    return None if truth is None else not truth


def all_of(truths: Iterable[Truth]) -> Truth:
    """Return False if any is False, else None if any is None, else True."""
    unknown = False
    for truth in truths:
        if truth is False:
            return False
        unknown = unknown or truth is None
    return None if unknown else True


def any_of(truths: Iterable[Truth]) -> Truth:
    """Return True if any is True, else None if any is None, else False."""
    unknown = False
    for truth in truths:
        if truth is True:
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
    "aws:ViaAWSService": _FALSE,
}
DIRECT_CALL = RequestContext(_DIRECT)
# Every request has these keys (IAM reference, global condition keys).
_OF_ALL: Mapping[str, Within] = {"aws:PrincipalAccount": "?*", "aws:RequestedRegion": "?*"}
_OF_A_USER: Known = {
    **_DIRECT,
    "aws:FederatedProvider": None,
    "aws:PrincipalType": ("User",),
    "aws:SourceIdentity": None,
}
_OF_A_ROLE: Known = {
    **_DIRECT,
    "aws:PrincipalType": ("AssumedRole",),
    "aws:username": None,
}
# Only temporary credentials have this key (IAM reference, global condition keys).
_ISSUED = "aws:TokenIssueTime"
_NO_SESSION: Known = {_ISSUED: None}


class Principal(Record):
    """The caller as resource policies name it; unknown values are None.

    `arns` are the user's, or the role's and its session's.
    """

    account: str | None = None
    arns: tuple[str, ...] | None = None


class Credentials(Record):
    """A kind of credentials: `kind` for scripts, `label` for people, `facts` for AWS."""

    kind: str
    label: str
    facts: RequestContext
    principal: Principal = Principal()
    is_user: bool = True


def long_term() -> Credentials:
    """Return an access key's: both MFA keys are absent."""
    return _of_user("long-term", "long-term key", {**_NO_SESSION, MFA_PRESENT: None, MFA_AGE: None})


def long_term_with_code() -> Credentials:
    """Return an access key's with a code in the call, as AssumeRole takes it."""
    mfa: Known = {**_NO_SESSION, MFA_PRESENT: _TRUE, MFA_AGE: ("0",)}
    return _of_user("long-term-with-code", "long-term key and a code", mfa)


def mfa_session(age_seconds: int | None = None) -> Credentials:
    """Return those of GetSessionToken with a code, of this age or (None) any possible one."""
    if age_seconds is None:
        any_age = {MFA_AGE: (0, LONGEST_SESSION_SECONDS)}
        return _of_user("mfa-session", "MFA session", {MFA_PRESENT: _TRUE}, any_age)
    label = "MFA session" if age_seconds else "MFA session, new"
    return _of_user("mfa-session", label, {MFA_PRESENT: _TRUE, MFA_AGE: (str(age_seconds),)})


def old_mfa_session(age_seconds: int) -> Credentials:
    """Return the same with a code just over `age_seconds` old."""
    label = f"MFA session, over {format_duration(age_seconds)} old"
    mfa: Known = {MFA_PRESENT: _TRUE, MFA_AGE: (str(age_seconds + 1),)}
    return _of_user("mfa-session-old", label, mfa)


def session_without_mfa() -> Credentials:
    """Return those of GetSessionToken without a code."""
    mfa: Known = {MFA_PRESENT: _FALSE, MFA_AGE: None}
    return _of_user("session-without-mfa", "session without MFA", mfa)


def role_session() -> Credentials:
    """Return those of AssumeRole, which never have MFA (IAM user guide, MFA-protected API access).

    Of a role assumed from an MFA session, some have seen otherwise.
    """
    return Credentials(
        kind="role-session",
        label="role session",
        facts=RequestContext(
            {**_OF_A_ROLE, MFA_PRESENT: _FALSE, MFA_AGE: None},
            {**_OF_ALL, "aws:userid": "AROA*:?*", PRINCIPAL_ARN: arn_pattern(is_user=False)},
        ),
        is_user=False,
    )


def started_by(caller: Credentials, now_seconds: int) -> Credentials:
    """Return a caller whose session, if there is one, began within the longest duration."""
    if caller.facts.knows(_ISSUED):
        return caller
    at = {_ISSUED: (now_seconds - LONGEST_SESSION_SECONDS, now_seconds)}
    return caller.replace(facts=RequestContext({}, at).over(caller.facts))


def all_kinds(action: str, mfa_age_seconds: int | None = None) -> tuple[Credentials, ...]:
    """Return the kinds to compare; with an age, the MFA session both new and that old."""
    with_code = (long_term_with_code(),) if action.lower() == "sts:assumerole" else ()
    if mfa_age_seconds is None:
        sessions = [mfa_session()]
    else:
        sessions = [mfa_session(0), old_mfa_session(mfa_age_seconds)]
    return (long_term(), *with_code, *sessions, session_without_mfa(), role_session())


def arn_pattern(*, is_user: bool, account: str = "*") -> str:
    """Return what the ARNs of all users, or of all roles, have in common."""
    return f"arn:*:iam::{account}:{'user' if is_user else 'role'}/*"


def _of_user(
    kind: str, label: str, mfa: Known, within: Mapping[str, Within] = MappingProxyType({})
) -> Credentials:
    known = {**_OF_A_USER, **mfa}
    named = {"aws:username": "?*", "aws:userid": "AIDA*", PRINCIPAL_ARN: arn_pattern(is_user=True)}
    facts = RequestContext(known, {**_OF_ALL, **within, **named})
    return Credentials(kind=kind, label=label, facts=facts)


A_USER, A_SESSION = mfa_session().facts, role_session().facts
ROOT = RequestContext(
    {"aws:PrincipalType": ("Account",), "aws:username": None},
    {"aws:PrincipalArn": "arn:*:iam::*:root", "aws:userid": "1*"},
)
