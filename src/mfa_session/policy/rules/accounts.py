"""Versions of policies that are not in force, users who are not asked for MFA, and their roles."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mfa_session.policy.coverage import concerns, names_of
from mfa_session.policy.credentials import PRINCIPAL_ARN
from mfa_session.policy.document import Condition, Document, Roster, Statement
from mfa_session.policy.intrinsics import (
    PSEUDO_PARAMETERS,
    with_pseudo_parameters,
    with_variables_as,
)
from mfa_session.policy.mfa import means_mfa
from mfa_session.policy.patterns import includes, may_meet
from mfa_session.policy.rules.rule import NOTE, WARNING, Flaw, Flaws, Rule, Subject, first_of
from mfa_session.policy.users import is_admin, is_harmless

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
    "A Deny asks users for MFA, and a policy of theirs allows to set it up, but for users of "
    "another path or account, or their boundary or another Deny keeps them from it: they are "
    "locked out, as an account dump tells. A template, plan or state tells of paths, accounts and "
    "boundaries; and where the Deny does not exempt `iam:ChangePassword`, of users who must "
    "change their password when they first sign in (`PasswordResetRequired`).",
)
TAKEN = Rule(
    "role-without-mfa",
    WARNING,
    "Users take a role without the MFA that they are asked for otherwise, as an account dump, "
    "template, plan or state tells: a Deny of everything exempts `sts:AssumeRole`, and the role's "
    "trust policy asks for no MFA. So it is where everything is allowed only with MFA, and the "
    "role may do everything. In other files: a Deny of everything exempts `sts:*`, and the policy "
    "allows `sts:AssumeRole` (a note).",
)
MISSED = Rule(
    "exemption-misses-user",
    WARNING,
    "A Deny exempts a user by a name or ARN that is that of a user in the account dump, template, "
    "plan or state but for its case, path or account: that user is not exempt.",
)
_CHANGE = "iam:ChangePassword"
_TAKE, _GET_SESSION = "sts:assumerole", "sts:GetSessionToken"
_ENABLE = "iam:EnableMFADevice"
_user_name = re.compile(r"\$\{aws:username\}", re.IGNORECASE)
_of_a_user = re.compile("(.*:)?user/.").match
_of_root = re.compile(
    r"(?:arn:(?P<partition>[^:]*):iam::)?(?P<account>[0-9]{12})(?::root)?"
).fullmatch
_EXEMPTING = {"StringNotEquals", "StringNotLike", "ArnNotEquals", "ArnNotLike"}
_MOST = 5  # users to name
_CURES = {
    "(boundary": "allow iam:EnableMFADevice on user/PATH/${aws:username} in the boundary, and "
    "iam:CreateVirtualMFADevice on mfa/* unless virtual devices are forbidden",
    "(path": "allow iam:EnableMFADevice on user/PATH/${aws:username}",
    "(denied": "exempt iam:EnableMFADevice from the Deny that is named",
    "(account": "write this account, or *, in the ARNs of iam:EnableMFADevice and of "
    "iam:CreateVirtualMFADevice",
}
_of_one_user = re.compile(
    "arn:[^:]*:iam::(?P<account>[^:]*):user(?P<path>/(?:.*/)?)(?P<name>[^/]+)"
).fullmatch


def check_exempt_users(subject: Subject) -> Flaws:
    """Find names and ARNs of exempt users that are almost those of users who have the policy."""
    told = subject.document.account or subject.document.roster
    exempting = subject.other_conditions if told and subject.refuses_without_mfa else ()
    for condition in exempting:
        by_name = condition.is_about("aws:username")
        compares = condition.operator in _EXEMPTING and not condition.qualifier
        if not compares or not (by_name or condition.is_about(PRINCIPAL_ARN)):
            continue
        everybody, having = _users_of(subject.document, only_names=by_name)
        for value in condition.values:
            exempt = with_pseudo_parameters(f"user/{value}" if by_name else value)
            is_one = _of_a_user(exempt) and not any(sign in exempt for sign in "*?$")
            if not is_one or any(_may_be(each, exempt) for each in everybody):
                continue
            near = next((each for each in having if _name(each) == _name(exempt)), None)
            if near and not _is_exempt(near, condition, by_name=by_name):
                meant = near.rpartition(":")[2] if "*" in near else near
                meant = meant.removeprefix("user/") if by_name else meant
                yield Flaw(
                    MISSED,
                    condition.position,
                    f"{value} is no user here, but {meant} is",
                    "the user is asked for MFA as others are",
                    f"write {meant}, if this user is to be exempt",
                )


def _users_of(document: Document, *, only_names: bool) -> tuple[list[str], list[str]]:
    """Return all users of the file, and those who have a policy."""
    owners, roster = document.account.owners if document.account else (), document.roster
    everybody = [*(each.arn for each in owners), *(roster.people if roster else ())]
    having = [each.arn for each in owners if any(one is document for one in each.documents)]
    having += document.owners if roster else ()
    found, theirs = (sorted(filter(_of_a_user, each)) for each in (everybody, having))
    if only_names:
        return [f"user/{_last(each)}" for each in found], [f"user/{_last(each)}" for each in theirs]
    return found, theirs


def _last(user: str) -> str:
    return user.rpartition("/")[2]


def _name(user: str) -> str:
    return _last(user).lower()


def _may_be(user: str, exempt: str) -> bool:
    """Say whether an ARN, or a name with an unknown path and account, is that of a user."""
    if user.startswith("user/"):
        return exempt == user or exempt.endswith(f"/{user.rpartition('/')[2]}")
    return includes(user, exempt)


def _is_exempt(user: str, condition: Condition, *, by_name: bool) -> bool:
    """Say whether another value exempts a user."""
    values = map(with_pseudo_parameters, condition.values)
    patterns = (f"user/{each}" if by_name else with_variables_as("*", each) for each in values)
    return any(may_meet(each, user) for each in patterns)


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
            f"no policy asks these users for MFA: {first_of(unasked, _MOST)}"
            + ("" if account.is_used(document) else "; nobody has this one"),
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
    document, roster = subject.document, subject.document.roster
    asks = document.kind == "identity" and subject.denies_all_actions
    if not roster or not asks or subject.other_conditions or concerns(subject.statement, _ENABLE):
        return
    bounded = {
        owner: each.name
        for owner in filter(_of_a_user, document.owners)
        for each in roster.by_owner.get(owner, ())
        if each.kind == "boundary" and not _may_allow(each, _ENABLE)
    }
    if bounded and subject.whole.allows_without_mfa(_ENABLE):
        name = min(bounded.values())
        users = sorted(owner for owner, boundary in bounded.items() if boundary == name)
        yield Flaw(
            STUCK,
            subject.statement.position,
            f"the boundary {name} keeps these users from setting up MFA, for which this Deny "
            f"asks: {first_of(users, _MOST)}",
            "they are locked out",
            _CURES["(boundary"],
        )


def check_paths(subject: Subject) -> Flaws:
    """Find users of a template, plan or state whose ARN no Allow of enabling a device names."""
    document, roster = subject.document, subject.document.roster
    asks = document.kind == "identity" and subject.denies_all_actions
    if not roster or not asks or subject.other_conditions or concerns(subject.statement, _ENABLE):
        return
    found = ((each, _misses(roster, each)) for each in sorted(set(document.owners)))
    stuck = [f"{each.rpartition('/')[2]} ({why})" for each, why in found if why]
    if stuck:
        yield Flaw(
            STUCK,
            subject.statement.position,
            f"these users cannot set up MFA, for which this Deny asks: {first_of(stuck, _MOST)}",
            "they are locked out",
            "; ".join(cure for why, cure in _CURES.items() if any(why in each for each in stuck)),
        )


def _misses(roster: Roster, owner: str) -> str:
    """Return the part of a user's ARN by which no Allow of enabling a device is about them."""
    user = _of_one_user(owner)
    others = {*roster.elsewhere.get(owner, ()), *roster.elsewhere.get("user/", ())}
    own = [each for each in roster.by_owner.get(owner, ()) if each.kind == "identity"]
    known = all(map(is_harmless, others)) and all(
        each.is_certain and not each.is_optional for each in own
    )
    if not (user and known):
        return ""
    allowed = [
        with_variables_as("*", _user_name.sub(user["name"], text))
        for one in own
        for each in one.statements
        if each.allows and concerns(each, _ENABLE)
        for text in each.resources or ("*",)
    ]
    if any(may_meet(text, owner) for text in allowed):
        return ""
    start, _, _ = owner.partition(":user/")
    if any(
        may_meet(text, f"{start}:user/{path}{user['name']}")
        for text in allowed
        for path in ("", "*/")
    ):
        return f"path {user['path']}"
    anywhere = f"arn:*:iam::*:user{user['path']}{user['name']}"
    return f"account {user['account']}" if any(may_meet(text, anywhere) for text in allowed) else ""


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
            "users who are asked for MFA otherwise take this role without it: "
            + first_of(takers, _MOST),
            "whoever has their long-term keys gets through without MFA, by this role",
            "require MFA in this trust policy, or let them call sts:AssumeRole only with MFA",
        )


def check_open_roles(subject: Subject) -> Flaws:
    """Find Denies, and Allows of everything, whose MFA a role of the template, plan or state voids.

    Users take it without MFA, by their policies and its own.
    """
    statement, roster, whole = subject.statement, subject.document.roster, subject.whole
    denies = subject.denies_all_actions and not concerns(statement, _TAKE)
    allows = subject.requires_mfa and "*" in names_of(statement) and not whole.denies_for_mfa
    asks = (denies or allows) and subject.document.kind == "identity" and subject.is_of_users
    if not (roster and asks) or any(_stops_takers(each) for each in whole.statements):
        return
    for allow in whole.allowing_without_mfa:
        taking = concerns(allow, _TAKE) and not allow.conditions
        for role in _open_roles(roster, allow) if taking else ():
            if denies or _may_do_everything(roster, role):
                name = role.name.partition(" ")[0]
                yield Flaw(
                    TAKEN,
                    statement.position,
                    f"{subject.label_of(allow)} allows sts:AssumeRole on {name}, which "
                    + ("this Deny exempts" if denies else "may do everything")
                    + ", and the role's trust policy requires no MFA",
                    "whoever has their long-term keys gets through without MFA, by this role",
                    "require MFA in the role's trust policy, or "
                    + ("do not exempt" if denies else "allow")
                    + (" sts:AssumeRole" if denies else " sts:AssumeRole only with MFA"),
                )
                return


def _stops_takers(statement: Statement) -> bool:
    return not statement.allows and concerns(statement, _TAKE)


def _open_roles(roster: Roster, allow: Statement) -> Iterator[Document]:
    """Yield trust policies that let the account's users in without MFA, of roles of an Allow."""
    allowed = [*map(with_pseudo_parameters, allow.resources or ())]
    for each in roster.documents:
        lets_in = each.kind == "trust" and each.is_certain and not each.is_optional
        if lets_in and all(one.allows for one in each.statements):
            open_to = [
                found
                for one in each.statements
                if not one.conditions and concerns(one, _TAKE)
                for found in map(_of_root, map(with_pseudo_parameters, one.aws_principals))
                if found
            ]
            named = any(
                _names_role(text, owner, root)
                for root in open_to
                for owner in each.owners
                for text in allowed
            )
            # Whoever allows this very role means that its trust policy lets the user in.
            by_reference = open_to and f":role/${{{each.name.partition(' ')[0]}}}"
            if named or (by_reference and any(text.endswith(by_reference) for text in allowed)):
                yield each


def _names_role(text: str, owner: str, root: re.Match[str]) -> bool:
    """Say whether a resource names a role of the account that its trust policy lets in."""
    (start, _, role), account = owner.rpartition(":"), root["account"]
    known = {start.rpartition(":")[2], PSEUDO_PARAMETERS["AWS::AccountId"]}
    is_own = account in known or (f"::{account}:" in text and known & {"", "*"})
    arn = f"arn:{root['partition'] or 'aws'}:iam::{account}:{role}"
    return bool(is_own) and not role.endswith("/") and includes(text, arn)


def _may_do_everything(roster: Roster, trust: Document) -> bool:
    """Say whether a role has AWS's AdministratorAccess, and no boundary."""
    bounds = (each.owners for each in roster.documents if each.kind == "boundary")
    bounded = roster.bounded_elsewhere.union(*bounds)
    return any(
        is_admin(arn)
        for each in trust.owners
        if each not in bounded
        for arn in roster.elsewhere.get(each, ())
    )


def check_all_of_sts(subject: Subject) -> Flaws:
    """Find Denies that exempt all of STS, where an Allow lets users take roles without MFA."""
    spared = subject.statement.not_actions if subject.denies_all_actions else None
    all_of_it = next((each for each in spared or () if each.lower() == "sts:*"), None)
    told = subject.document.account or any(check_open_roles(subject))
    if not all_of_it or told or subject.document.kind != "identity":
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
