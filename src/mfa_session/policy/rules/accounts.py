"""What an account dump tells: users who are not asked for MFA or cannot set it up, and roles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from mfa_session.policy.coverage import concerns
from mfa_session.policy.document import Document
from mfa_session.policy.mfa import means_mfa
from mfa_session.policy.patterns import includes
from mfa_session.policy.rules import dump_users
from mfa_session.policy.rules.defeated import DEFEATED
from mfa_session.policy.rules.open_roles import TAKEN
from mfa_session.policy.rules.rule import WARNING, Flaw, Flaws, Rule, Subject, first_of
from mfa_session.policy.statement import Statement, is_about_devices

UNUSED = Rule(
    "newer-version-unused",
    WARNING,
    "In an account dump, the newest version of a managed policy asks for MFA, but an older one, "
    "which does not, or only to change MFA devices, or exempts more, is the default: only that "
    "one is in force.",
)
UNASKED = Rule(
    "users-not-asked",
    WARNING,
    "In an account dump, some users have no policy that asks them for MFA, though the account has "
    "one. Programs by their names need not be asked (`svc-mailer`, `s3-uploader`, or a name with "
    "`-` or `_`, or without a dot, where the names of those who are asked are otherwise), nor who "
    "may only take roles that ask for MFA. In a template, plan or state, the same of groups that "
    "may do more than read (a note if members are not told, and another group is there for MFA "
    "alone). Or an `aws_iam_policy_attachment` takes the policy from those to whom another "
    "resource gives it; likewise `aws_iam_group_membership`, of a group.",
)
STUCK = Rule(
    "users-cannot-enrol",
    WARNING,
    "A Deny asks users for MFA, or all Allows of their work do, and they cannot set it up, though "
    "a policy of theirs allows it: it is for users of another path or account, or their boundary "
    "or another Deny stops them. Or the Deny exempts it, and no policy allows it. They are locked "
    "out. An account dump tells; of paths, accounts and boundaries a template, plan or state, too, "
    "and of what no policy in it allows (a note for groups). Or users of a template must change "
    "their password when they first sign in (`PasswordResetRequired`), and the Deny does not "
    "exempt `iam:ChangePassword`.",
)
PROGRAMS = Rule(
    "programs-asked",
    WARNING,
    "In an account dump, template, plan or state, a Deny of everything asks users for MFA who are "
    "programs by their names (`svc-mailer`, `backup-agent`): a program that has no code is locked "
    "out. Or all that policies of such a user allow needs MFA; or the trust policy asks whoever "
    "takes a role that is a pipeline's by its name (`cicd-deploy`).",
)
MOST = 5  # users to name
_may_be_exempt = re.compile(
    "iam:(changepassword|createvirtual|enablemfa|get|list|resync)|sts:(decode|get(callerid|session))",
    re.IGNORECASE,
).match
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
    """Find policies whose newest version asks for MFA, while the default one does not or less so.

    One that roles have may have been set back for them.
    """
    document, newer = subject.document, subject.document.newer
    if not newer or document.holder or not subject.is_first:
        return
    asking = list(filter(means_mfa, document.statements))
    guards = asking and newer.is_wide and all(map(is_about_devices, asking))
    more = next(_left_out_besides(asking, newer.left_out), None) if newer.left_out else None
    if guards or more or not asking:
        asked = "asks for MFA only to change MFA devices" if guards else "asks nobody for MFA"
        asked = f"unlike {newer.version} asks for no MFA on {more}" if more else asked
        yield Flaw(
            UNUSED,
            subject.statement.position,
            f"{newer.version} of this policy asks for MFA, but {newer.default} is the default "
            "version",
            f"only {newer.default} is in force, which {asked}",
            f"lint {newer.version}, then make it the default: aws iam set-default-policy-version "
            f"--version-id {newer.version} --policy-arn {newer.arn}",
        )


def _left_out_besides(asking: Iterable[Statement], names: frozenset[str]) -> Iterator[str]:
    """Yield what all Denies for MFA exempt, beside some names, reading and MFA's setup."""
    denies = [each for each in asking if not each.allows]
    for name in (name for each in denies for name in each.not_actions or ()):
        exempt = not any(concerns(each, name.lower()) for each in denies)
        known = any(includes(each, name.lower()) for each in names) or _may_be_exempt(name)
        if exempt and not known:
            yield name


def check_account(subject: Subject) -> Flaws:
    """Find who is not asked for MFA or cannot set it up, and roles taken without it.

    Each is told once for a policy.
    """
    document, account, statement = subject.document, subject.document.account, subject.statement
    if account is None:
        return
    unasked = dump_users.unasked(account).get(document.name)
    stuck = dump_users.stuck(account).get(document.name)
    programs = dump_users.programs(account).get(document.name)
    undone = dump_users.undone(account).get(document.name)
    takers = dump_users.takers(account).get(document.name)
    asks = bool(unasked or stuck or programs) and statement is _first_asking(document)
    if unasked and asks:
        yield Flaw(
            UNASKED,
            statement.position,
            f"no policy asks these users for MFA: {first_of(unasked, MOST)}"
            + ("" if account.is_used(document) else "; nobody has this one"),
            "whoever has their long-term keys gets through without MFA",
            "give this policy to the people among them, and do not exempt them",
        )
    if stuck and asks:
        yield cannot_enrol(subject, stuck)
    if programs and asks:
        yield programs_asked(subject, programs)
    if undone and statement is _first_asking(document):
        yield Flaw(
            DEFEATED,
            statement.position,
            "other policies of these users allow without MFA what this one allows only with it: "
            + first_of(undone, MOST),
            "whoever has their long-term keys gets through without MFA",
            "take those policies from them, or deny these actions without MFA",
            severity=WARNING,
        )
    if takers and subject.is_first:
        yield Flaw(
            TAKEN,
            statement.position,
            "users who are asked for MFA otherwise take this role without it: "
            + first_of(takers, MOST),
            "whoever has their long-term keys gets through without MFA, by this role",
            "require MFA in this trust policy, or let them call sts:AssumeRole only with MFA",
        )


def _first_asking(document: Document) -> Statement | None:
    """Return the first Deny about MFA, or else the first Allow."""
    asking = filter(means_mfa, document.statements)
    return min(asking, key=lambda each: each.allows, default=None)


def cannot_enrol(subject: Subject, stuck: Sequence[str]) -> Flaw:
    """Tell of users who cannot set up MFA, each with the reason."""
    return Flaw(
        STUCK,
        subject.statement.position,
        f"these users cannot set up MFA, for which this {subject.statement.effect} asks: "
        + first_of(stuck, MOST),
        "they are locked out",
        how_to_enrol(stuck),
    )


def programs_asked(subject: Subject, programs: Sequence[str]) -> Flaw:
    """Tell of programs that a Deny asks for MFA, or the Allows of all their work."""
    allows, named = subject.statement.allows, first_of(programs, MOST)
    return Flaw(
        PROGRAMS,
        subject.statement.position,
        f"these users may work only with MFA, and are programs by their names: {named}"
        if allows
        else f"this Deny asks users for MFA who are programs by their names: {named}",
        "a program that has no code is locked out",
        "give programs a role, or Allows without MFA"
        if allows
        else "give this policy to people only, and programs a role; or exempt them by path or tag",
    )


def how_to_enrol(stuck: Iterable[str]) -> str:
    """Say what lets users set up MFA, by the reasons behind their names."""
    told = "".join(stuck)
    return "; ".join(cure for why, cure in _CURES.items() if why in told)
