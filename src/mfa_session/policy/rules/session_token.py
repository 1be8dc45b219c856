"""Statements about sts:GetSessionToken and sts:GetFederationToken."""

from __future__ import annotations

from mfa_session.policy.coverage import concerns, names_of
from mfa_session.policy.rules.exemptions import lists_own_care
from mfa_session.policy.rules.resource_kinds import ENROLMENT
from mfa_session.policy.rules.rule import NOTE, WARNING, Flaw, Flaws, Rule, Subject

SESSION_TOKEN = Rule(
    "mfa-on-get-session-token",
    WARNING,
    "No policy decides `sts:GetSessionToken`: the condition has no effect on it. A note for a Deny "
    "of it without a condition. Or an Allow with MFA of `sts:GetFederationToken`, which only "
    "long-term keys may call.",
)
_SESSION_CALL = "sts:GetSessionToken"


def check_session_token(subject: Subject) -> Flaws:
    """Find conditions on GetSessionToken, and Denies of it."""
    statement, named = subject.statement, names_of(subject.statement)
    if _SESSION_CALL.lower() not in named or subject.document.kind == "trust":
        return
    own_care = lists_own_care(statement) and concerns(statement, ENROLMENT[1])
    if own_care and not statement.allows:  # is meant for all else: `check_first_steps` tells
        return
    asks = bool(subject.mfa_conditions)
    denies = not (statement.allows or statement.conditions)
    if asks or (denies and all(name.startswith("sts:") for name in named)):
        what = "condition" if asks else "Deny"
        yield Flaw(
            SESSION_TOKEN,
            subject.place_of_action(_SESSION_CALL),
            f"no policy decides {_SESSION_CALL}, which checks the MFA code itself",
            f"everybody gets a session, with MFA or without: the {what} has no effect on it",
            f"remove {_SESSION_CALL}, and require MFA for the actions to protect",
            severity=None if asks else NOTE,
        )


def check_federation_token(subject: Subject) -> Flaws:
    """Find Allows with MFA of GetFederationToken, which takes long-term keys only.

    (STS API reference: a session from GetSessionToken, which has MFA, may not call it.)
    """
    call = "sts:GetFederationToken"
    told = subject.on_role or subject.whole.allows_without_mfa(call)
    if subject.requires_mfa and call.lower() in names_of(subject.statement) and not told:
        yield Flaw(
            SESSION_TOKEN,
            subject.place_of_action(call),
            f"only long-term keys may call {call}, and they carry no MFA",
            "nobody gets a token",
            f"allow {call} without MFA, or let people assume a role with MFA instead",
        )
