"""Statements for the opposite of what is meant, whatever they say of MFA."""

from __future__ import annotations

import re

from mfa_session.policy.conditions import is_met
from mfa_session.policy.coverage import is_about_everything, names_of
from mfa_session.policy.credentials import DIRECT_CALL
from mfa_session.policy.rules.conditions import WRONG_OPERATOR
from mfa_session.policy.rules.exemptions import lacks_condition
from mfa_session.policy.rules.promises import breaks_promise
from mfa_session.policy.rules.rule import WARNING, Flaw, Flaws, Subject
from mfa_session.policy.rules.wrong_credentials import APPLIES_WITH_MFA, NEVER, WITHOUT_MFA

# The two values of a conditional: Terraform's `${var.x ? "true" : "false"}`.
_conditional = re.compile(r"\?\W*(true|false)\W*:\W*(true|false)\b").search
_restricts = re.compile(
    "(?!.*(anonym|bad|bann|black|block|compromis|denylist|former|guest|hostile|known|malicious|old"
    "|prox|public|suspicious|threat|tor|untrusted|disallow|notallow|unallow|noconsole))"
    ".*(?:restrict(?:to|ip|access|source)|(?:allow|limit)(?:ed)?(?:only|to)|(?<!read)only(?:from|in|on)"
    "|(?:ip|source|network)s?(?:restriction|allowlist|whitelist)"
    "|(?:outside|except|unless)[a-z]*(?:corp|network|office|trusted|vpn))"
).match


def check_bare_denies(subject: Subject) -> Flaws:
    """Find Denies of everything but MFA's setup that lack their condition.

    One in a policy that allows nothing else may be for users who have no device yet.
    """
    statement, whole = subject.statement, subject.whole
    judged = lacks_condition(statement) and subject.is_of_users
    told = judged and (whole.denies_for_mfa or breaks_promise(subject))
    if judged and not told and any(whole.allows.touching(statement)):
        yield Flaw(
            APPLIES_WITH_MFA,
            subject.place_of_action(),
            "this Deny exempts the setup of MFA, but no condition asks for MFA",
            "everybody is locked out of all else, with MFA too",
            'if it is to ask for MFA, add "BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}',
            severity=WARNING,
        )


def check_tls(subject: Subject) -> Flaws:
    """Find Denies of every call over TLS, and Allows with MFA of none."""
    statement, allows = subject.statement, subject.statement.allows
    inverted = [
        each
        for each in subject.other_conditions
        if each.is_about("aws:SecureTransport") and is_met(each, DIRECT_CALL) is (not allows)
    ]
    alone = len(inverted) == len(statement.conditions)
    if inverted and (subject.requires_mfa if allows else alone):
        yield Flaw(
            NEVER if allows else APPLIES_WITH_MFA,
            inverted[0].position,
            f"this {statement.effect} is for {'no' if allows else 'every'} call over TLS, and "
            "tools call AWS over TLS",
            f"{'nobody is let in' if allows else 'everybody is locked out'}, with MFA too",
            f'write "Bool": {{"aws:SecureTransport": "{str(allows).lower()}"}}',
            severity=WARNING if allows else None,
        )


def check_branches(subject: Subject) -> Flaws:
    """Find values for which a template writes, in one case, the opposite of what is meant."""
    if subject.on_role:
        return
    allows = subject.statement.allows
    wrong, mistake = ("false", WITHOUT_MFA) if allows else ("true", APPLIES_WITH_MFA)
    for condition in subject.mfa_conditions:
        found = filter(None, map(_conditional, condition.values))
        if condition.operator == "Bool" and any(wrong in each.groups() for each in found):
            yield Flaw(
                mistake,
                condition.position,
                f"where the template writes {wrong}, {mistake.message}",
                mistake.who,
                "let the template leave the condition out instead",
            )


def check_restricted_networks(subject: Subject) -> Flaws:
    """Find Denies of everything from the networks to which the Sid restricts."""
    statement = subject.statement
    everything = not statement.allows and is_about_everything(statement)
    judged = everything and "*" in names_of(statement) and not subject.mfa_conditions
    restricts = judged and subject.is_beside_mfa and _restricts(statement.sid_letters)
    for condition in subject.other_conditions if restricts else ():
        if condition.is_about("aws:SourceIp") and condition.operator == "IpAddress":
            yield Flaw(
                WRONG_OPERATOR,
                condition.position,
                f"the Sid is {statement.sid}, and this Deny is for requests from these networks",
                "everybody from there is locked out, and all others get through",
                "write NotIpAddress if only these networks are to get in, or change the Sid",
            )
