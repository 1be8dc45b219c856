"""What an account dump tells: users who are not asked for MFA or cannot set it up, and roles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mfa_session.policy.document import Document, Statement
from mfa_session.policy.mfa import means_mfa
from mfa_session.policy.rules.open_roles import TAKEN
from mfa_session.policy.rules.rule import WARNING, Flaw, Flaws, Rule, Subject, first_of

UNUSED = Rule(
    "newer-version-unused",
    WARNING,
    "In an account dump, the newest version of a managed policy asks for MFA, but an older one, "
    "which does not, is the default: only that one is in force, and it asks nobody for MFA.",
)
UNASKED = Rule(
    "users-not-asked",
    WARNING,
    "In an account dump, some users have no policy that asks them for MFA, though the account has "
    "one. Programs by their names need not be asked: `svc-mailer`, `ci`, or a name with `-` or `_` "
    "where the names of those who are asked have none. In a template, plan or state, the same of "
    "groups that may do more than read. Or an `aws_iam_policy_attachment` takes the policy from "
    "those to whom another resource gives it; likewise `aws_iam_group_membership`, of a group.",
)
STUCK = Rule(
    "users-cannot-enrol",
    WARNING,
    "A Deny asks users for MFA, and they cannot set it up, though a policy of theirs allows it: it "
    "is for users of another path or account, or their boundary or another Deny stops them. Or the "
    "Deny exempts it, and no policy allows it. They are locked out. An account dump tells; of "
    "paths, accounts and boundaries a template, plan or state, too, and of what no policy in it "
    "allows. Or users of a template must change their password when they first sign in "
    "(`PasswordResetRequired`), and the Deny does not exempt `iam:ChangePassword`.",
)
PROGRAMS = Rule(
    "programs-asked",
    WARNING,
    "In an account dump, template, plan or state, a Deny of everything asks users for MFA who are "
    "programs by their names (`svc-mailer`, `backup-agent`): a program that has no code is locked "
    "out.",
)
MOST = 5  # users to name
_CURES = {
    "(boundary": "allow iam:EnableMFADevice on user/PATH/${aws:username} in the boundary, and "
    "iam:CreateVirtualMFADevice on mfa/* unless virtual devices are forbidden",
    "(not": "allow iam:EnableMFADevice on user/${aws:username}, and iam:CreateVirtualMFADevice on "
    "mfa/*",
    "(path": "allow iam:EnableMFADevice on user/PATH/${aws:username}",
    "(denied": "exempt iam:EnableMFADevice from the Deny that is named",
    "(account": "write this account, or *, in the ARNs of iam:EnableMFADevice and of "
    "iam:CreateVirtualMFADevice",
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
    if not unasked or not account:
        return
    # A Deny before an Allow.
    asking = sorted(filter(means_mfa, document.statements), key=lambda each: each.allows)
    if subject.statement in asking[:1]:
        yield Flaw(
            UNASKED,
            subject.statement.position,
            f"no policy asks these users for MFA: {first_of(unasked, MOST)}"
            + ("" if account.is_used(document) else "; nobody has this one"),
            "whoever has their long-term keys gets through without MFA",
            "give this policy to the people among them, and do not exempt them",
        )


def check_enrolment(subject: Subject) -> Flaws:
    """Find users who cannot set up MFA for which a Deny asks, once for a policy."""
    document, account = subject.document, subject.document.account
    stuck = account.stuck.get(document.name) if account else None
    if stuck and subject.statement is _first_denial(document):
        yield Flaw(
            STUCK,
            subject.statement.position,
            f"these users cannot set up MFA, for which this Deny asks: {first_of(stuck, MOST)}",
            "they are locked out",
            how_to_enrol(stuck),
        )


def _first_denial(document: Document) -> Statement | None:
    """Return the first Deny about MFA, at which something is told once for a policy."""
    return next((each for each in document.statements if not each.allows and means_mfa(each)), None)


def check_programs(subject: Subject) -> Flaws:
    """Find programs that a Deny asks for MFA, once for a policy."""
    document, account = subject.document, subject.document.account
    programs = account.programs.get(document.name) if account else None
    if programs and subject.statement is _first_denial(document):
        yield programs_asked(subject, programs)


def programs_asked(subject: Subject, programs: Sequence[str]) -> Flaw:
    """Tell of programs that a Deny asks for MFA."""
    return Flaw(
        PROGRAMS,
        subject.statement.position,
        f"this Deny asks users for MFA who are programs by their names: {first_of(programs, MOST)}",
        "a program that has no code is locked out",
        "give this policy to people only, and programs a role; or exempt them by a path or tag",
    )


def how_to_enrol(stuck: Iterable[str]) -> str:
    """Say what lets users set up MFA, by the reasons behind their names."""
    told = "".join(stuck)
    return "; ".join(cure for why, cure in _CURES.items() if why in told)


def check_roles(subject: Subject) -> Flaws:
    """Find roles that users take without the MFA that they are asked for otherwise."""
    document, account = subject.document, subject.document.account
    takers = account.takers.get(document.name) if account else None
    if takers and subject.statement is document.statements[0]:
        yield Flaw(
            TAKEN,
            subject.statement.position,
            "users who are asked for MFA otherwise take this role without it: "
            + first_of(takers, MOST),
            "whoever has their long-term keys gets through without MFA, by this role",
            "require MFA in this trust policy, or let them call sts:AssumeRole only with MFA",
        )
