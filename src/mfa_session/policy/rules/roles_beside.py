"""Denies for everybody that stop roles of the same file, which the policy does not name."""

from __future__ import annotations

import functools
import re

from mfa_session.policy.conditions import exclude, is_met
from mfa_session.policy.coverage import Cover, Meeting
from mfa_session.policy.credentials import A_SESSION
from mfa_session.policy.document import Roster
from mfa_session.policy.mfa import means_mfa
from mfa_session.policy.patterns import includes
from mfa_session.policy.rules.roles import A_ROLE, OF_CALLERS, ROLE, check_roles, whole_account
from mfa_session.policy.rules.rule import Flaw, Flaws, Subject
from mfa_session.policy.rules.whole_policy import (
    OF_SERVICES,
    WholePolicy,
    for_everybody,
    is_denied_by_name,
    per_policy,
)
from mfa_session.policy.statement import Statement, is_for_everybody

_of_people = re.compile("user|people|human|person|staff|employee|console").search


def check_roles_beside(subject: Subject) -> Flaws:
    """Find MFA asked of everybody by a resource's policy, and a role of the file that has none."""
    if _stops_all_roles(subject) and not any(check_roles(subject)):
        name, action = _role_policy_beside(subject)
        if name:
            yield Flaw(
                ROLE,
                subject.mfa_conditions[0].position,
                f"{name} allows a role {action}, and this Deny stops its sessions: they carry no "
                "MFA, even if assuming the role took a code",
                "the role's sessions are locked out",
                'exempt the roles that need this by "ArnNotLike": {"aws:PrincipalArn": …}, and '
                "require MFA in the trust policies of those that people take",
            )


def _stops_all_roles(subject: Subject) -> bool:
    """Say whether a Deny of a resource's policy is for all who have no MFA, role sessions too.

    It is not meant for roles where its Sid, or each Allow of what it denies, is about users.
    """
    denied, document, found = subject.statement, subject.document, subject.reach
    stops = found and found.long_term and found.without_mfa and not found.fresh
    if denied.allows or not (stops and document.is_of_resource):
        return False
    named = denied.aws_principals
    if not (is_for_everybody(denied) or (named and all(map(whole_account, named)))):
        return False
    of_users = list(map(_is_for_users, subject.whole.allows.first_touching(denied)))
    met = all(
        is_met(each, A_SESSION) is True
        and (each.key.lower() in OF_SERVICES or not each.key.lower().startswith(OF_CALLERS))
        for each in subject.other_conditions
    )
    for_users = of_users and all(of_users)
    return met and not for_users and not _denials_of_roles(subject.whole).covers(denied)


@per_policy
def _denials_of_roles(whole: WholePolicy) -> Cover:
    """Return the other Denies that stop all role sessions, as one for all but some users does."""
    caller = A_ROLE.over(A_SESSION)
    return Cover(
        for_everybody(each)
        for each in whole.statements
        if not (each.allows or means_mfa(each))
        and is_for_everybody(each)
        and all(is_met(condition, caller) is True for condition in each.conditions)
    )


def _is_for_users(allow: Statement) -> bool:
    named = allow.aws_principals
    by_name = bool(named) and all(":user/" in each for each in named)
    return by_name or any(is_met(each, A_SESSION) is False for each in allow.conditions)


def _role_policy_beside(subject: Subject) -> tuple[str, str]:
    """Return a policy of a role in the same file that allows what a Deny stops, and the action."""
    denied, roster = subject.statement, subject.document.roster
    if roster:
        meeting, names = _policies_of_roles(roster)
        for each in meeting.first_touching(denied):
            there = any(
                text != "*" and includes(whole, text)
                for text in each.resources or ()
                for whole in denied.resources or ()
                if whole != "*"  # the resource itself, which the policy does not tell
            )
            named = (each.actions or ()) if there else ()
            action = next((n for n in named if is_denied_by_name(denied, n.lower())), None)
            if action and not exclude(each.conditions, denied.conditions):
                return names[each], action
    return "", ""


@functools.lru_cache(maxsize=4)
def _policies_of_roles(roster: Roster) -> tuple[Meeting, dict[Statement, str]]:
    """Return the Allows of the policies that roles have, each with its policy's name."""
    names = {
        each: document.name
        for document in roster.documents
        if document.holder == "role" and document.kind == "identity"
        for each in document.statements
        if each.allows
    }
    return Meeting(names), names
