"""Versions of policies that are not in force, users who are not asked for MFA, and their roles."""

from __future__ import annotations

import re

from mfa_session.policy.coverage import concerns
from mfa_session.policy.document import Document
from mfa_session.policy.mfa import means_mfa
from mfa_session.policy.rules.rule import NOTE, WARNING, Flaw, Flaws, Rule, Subject, first_of

UNUSED = Rule(
    "newer-version-unused",
    WARNING,
    "In an account dump, the newest version of a managed policy asks for MFA, but an older one, "
    "which does not, is the default: only that one is in force, and it asks nobody for MFA.",
)
UNASKED = Rule(
    "users-not-asked",
    NOTE,
    "In an account dump, some users have no policy that asks them for MFA, though the account has "
    "one. Programs by their names (`svc-mailer`, `ci`, or with a `-` or `_` that the names of those"
    " who are asked lack) need not be asked. Or, in a template, plan or state, some groups that may"
    " do more than read have none.",
)
STUCK = Rule(
    "users-cannot-enrol",
    WARNING,
    "In an account dump, a Deny asks users for MFA, and their path, their boundary or another Deny "
    "keeps them from setting it up, though a policy of theirs allows it: they are locked out. Or a "
    "boundary does in a template, plan or state, or the Deny does not exempt `iam:ChangePassword`, "
    "and users must change their password when they first sign in (`PasswordResetRequired`).",
)
TAKEN = Rule(
    "role-without-mfa",
    WARNING,
    "In an account dump, users whom a Deny of everything asks for MFA take a role without it: the "
    "Deny exempts `sts:AssumeRole`, and the role's trust policy asks for no MFA. In other files: a "
    "Deny of everything exempts `sts:*`, and the policy allows `sts:AssumeRole` (a note).",
)
_CHANGE = "iam:ChangePassword"
_TAKE, _GET_SESSION = "sts:assumerole", "sts:GetSessionToken"
_ENABLE = "iam:EnableMFADevice"
_of_a_user = re.compile("(.*:)?user/.").match
_MOST = 5  # users to name
_CURES = {
    "(boundary": "allow iam:EnableMFADevice on user/PATH/${aws:username} in the boundary, and "
    "iam:CreateVirtualMFADevice on mfa/* unless virtual devices are forbidden",
    "(path": "allow iam:EnableMFADevice on user/PATH/${aws:username}",
    "(denied": "exempt iam:EnableMFADevice from the Deny that is named",
}


def check_newest(subject: Subject) -> Flaws:
    """Find policies whose newest version asks for MFA, while the default one does not.

    One that roles have may have been set back for them.
    """
    document, newer = subject.document, subject.document.newer
    first = subject.statement is document.statements[0]
    if newer and first and not (document.holder or any(map(means_mfa, document.statements))):
        yield Flaw(
            UNUSED,
            subject.statement.position,
            f"{newer.version} of this policy asks for MFA, but {newer.default} is the default "
            "version",
            f"only {newer.default} is in force, which asks nobody for MFA",
            f"lint {newer.version}, then make it the default: aws iam set-default-policy-version "
            f"--version-id {newer.version} --policy-arn {newer.arn}",
        )


def check_users(subject: Subject) -> Flaws:
    """Find the users whom no policy asks for MFA, once for the account."""
    document, account = subject.document, subject.document.account
    unasked = account.unasked.get(document.name) if account else None
    if unasked and subject.statement is next(filter(means_mfa, document.statements), None):
        yield Flaw(
            UNASKED,
            subject.statement.position,
            f"no policy asks these users for MFA: {first_of(unasked, _MOST)}",
            "whoever has their long-term keys gets through without MFA",
            "give this policy to the people among them, and do not exempt them",
        )


def check_enrolment(subject: Subject) -> Flaws:
    """Find users who cannot set up MFA for which a Deny asks, once for a policy."""
    document, account = subject.document, subject.document.account
    stuck = account.stuck.get(document.name) if account else None
    denials = (each for each in document.statements if not each.allows and means_mfa(each))
    if stuck and subject.statement is next(denials, None):
        yield Flaw(
            STUCK,
            subject.statement.position,
            f"these users cannot set up MFA, for which this Deny asks: {first_of(stuck, _MOST)}",
            "they are locked out",
            "; ".join(cure for why, cure in _CURES.items() if any(why in each for each in stuck)),
        )


def check_boundaries(subject: Subject) -> Flaws:
    """Find users of a template who cannot set up the MFA that a Deny asks for, by their boundary.

    Another policy lets them, and the Deny exempts it.
    """
    document, statement = subject.document, subject.statement
    asks = (
        document.kind == "identity" and subject.denies_all_actions and not subject.other_conditions
    )
    given = asks and subject.whole.allows_without_mfa(_ENABLE) and not concerns(statement, _ENABLE)
    for each in document.roster.documents if given and document.roster else ():
        users = sorted({*filter(_of_a_user, each.owners)} & {*document.owners})
        if each.kind == "boundary" and users and not _may_allow(each, _ENABLE):
            yield Flaw(
                STUCK,
                statement.position,
                f"the boundary {each.name} keeps these users from setting up MFA, for which this "
                f"Deny asks: {first_of(users, _MOST)}",
                "they are locked out",
                _CURES["(boundary"],
            )
            return


def _may_allow(boundary: Document, action: str) -> bool:
    allows = any(each.allows and concerns(each, action) for each in boundary.statements)
    return allows or boundary.is_optional or not boundary.is_certain


def check_first_sign_in(subject: Subject) -> Flaws:
    """Find Denies of the change of a password that users of the template must make first."""
    document, roster = subject.document, subject.document.roster
    denies = subject.is_of_users and subject.refuses_without_mfa and not subject.other_conditions
    stops_setup = concerns(subject.statement, _ENABLE)  # which `enrolment` tells
    if roster and denies and concerns(subject.statement, _CHANGE) and not stops_setup:
        users = [each.rpartition("/")[2] for each in roster.resetting.intersection(document.owners)]
        if users:
            yield Flaw(
                STUCK,
                subject.place_of_action(_CHANGE),
                f"this Deny does not exempt {_CHANGE}, and these users must change their password "
                f"when they first sign in: {first_of(sorted(users), _MOST)}",
                "they are locked out: they cannot sign in to set up MFA",
                f"exempt {_CHANGE} and iam:GetAccountPasswordPolicy, or require no new password",
            )


def check_roles(subject: Subject) -> Flaws:
    """Find roles that users take without the MFA that they are asked for otherwise."""
    document, account = subject.document, subject.document.account
    takers = account.takers.get(document.name) if account else None
    if takers and subject.statement is document.statements[0]:
        yield Flaw(
            TAKEN,
            subject.statement.position,
            f"users whom a Deny asks for MFA take this role without it: {first_of(takers, _MOST)}",
            "whoever has their long-term keys gets through without MFA, by this role",
            "require MFA in this trust policy, or do not exempt sts:AssumeRole from the Deny",
        )


def check_all_of_sts(subject: Subject) -> Flaws:
    """Find Denies that exempt all of STS, where an Allow lets users take roles without MFA."""
    spared = subject.statement.not_actions if subject.denies_all_actions else None
    all_of_it = next((each for each in spared or () if each.lower() == "sts:*"), None)
    if not all_of_it or subject.document.account or subject.document.kind != "identity":
        return
    for allow in subject.whole.allowing_without_mfa:
        taking = concerns(allow, _TAKE)
        if taking and not subject.whole.denials("long_term").are_about(allow, _TAKE):
            kept = [_GET_SESSION if each == all_of_it else each for each in spared or ()]
            yield Flaw(
                TAKEN,
                subject.place_of_action(all_of_it),
                "this Deny exempts all of STS, and "
                f"{subject.label_of(allow)} allows sts:AssumeRole",
                "whoever has the long-term key takes these roles without MFA, unless their trust "
                "policies require it",
                f"write {_GET_SESSION} instead of {all_of_it}",
                {"NotAction": list(dict.fromkeys(kept))},
                severity=NOTE,
            )
            return
