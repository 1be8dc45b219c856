"""Users and groups of a template, plan or state: who is not asked for MFA, or cannot set it up."""

from __future__ import annotations

import functools
import pathlib
import re
from collections.abc import Collection

from mfa_session.policy.aws_policies import is_for_oneself, is_harmless, name_of, only_reads
from mfa_session.policy.coverage import concerns, exempts_by_name, names_of
from mfa_session.policy.document import ANYBODY, Document, Roster
from mfa_session.policy.intrinsics import with_variables_as
from mfa_session.policy.mfa import means_mfa, reach
from mfa_session.policy.patterns import may_meet
from mfa_session.policy.programs import (
    is_a_program_s_file,
    is_of_a_pipeline,
    is_of_a_program,
    may_be_of_a_program,
    of_people,
)
from mfa_session.policy.rules.accounts import (
    MOST,
    PROGRAMS,
    STUCK,
    UNASKED,
    cannot_enrol,
    how_to_enrol,
    programs_asked,
)
from mfa_session.policy.rules.exemptions import is_left_open
from mfa_session.policy.rules.left_open import gives_work, is_of_oneself
from mfa_session.policy.rules.resource_kinds import ENROLMENT
from mfa_session.policy.rules.roles import whole_account
from mfa_session.policy.rules.rule import NOTE, Flaw, Flaws, Subject, first_of
from mfa_session.policy.rules.trusts import open_roles, principals_in
from mfa_session.policy.statement import Statement

_ENABLE, _CHANGE, _TAKE = ENROLMENT[1], "iam:ChangePassword", "sts:AssumeRole"
_OF_GROUP = "group/"
_user_name = re.compile(r"\$\{aws:username\}", re.IGNORECASE)
_of_a_user = re.compile("(.*:)?user/.").match
_of_everybody = re.compile(
    r"^all$|all[-_]?(people|staff|users)|every(body|one)", re.IGNORECASE
).search
_of_one_user = re.compile(
    "arn:[^:]*:iam::(?P<account>[^:]*):user(?P<path>/(?:.*/)?)(?P<name>[^/]+)"
).fullmatch


def _exempts_setup(subject: Subject) -> bool:
    """Say whether it asks users for MFA except to enable a device, under no other condition."""
    asks = subject.document.kind == "identity" and subject.denies_all_actions
    return asks and not (subject.other_conditions or concerns(subject.statement, _ENABLE))


def check_enrolment(subject: Subject) -> Flaws:
    """Find users of a template, plan or state who cannot set up the MFA that a Deny asks for."""
    document, roster = subject.document, subject.document.roster
    if not (roster and _exempts_setup(subject)):
        return
    # Whatever another policy allows, a boundary limits it.
    allowed = subject.whole.allows_without_mfa(_ENABLE)
    allowed = allowed or exempts_by_name(subject.statement, _ENABLE)
    reasons = {
        owner: (_boundary_of(roster, owner) if allowed else "") or _misses(roster, owner)
        for owner in sorted(set(document.owners))
    }
    if stuck := [f"{_name_of(owner)} ({why})" for owner, why in reasons.items() if why]:
        yield cannot_enrol(subject, stuck)


def _boundary_of(roster: Roster, owner: str) -> str:
    """Return the boundary that keeps a user from enabling a device."""
    own = roster.by_owner.get(owner, ()) if _of_a_user(owner) else ()
    bounds = (each for each in own if each.kind == "boundary" and not _may_allow(each))
    return next((f"boundary {each.name}" for each in bounds), "")


def _misses(roster: Roster, owner: str) -> str:
    """Return what keeps the Allows of enabling a device from a user: a path or an account."""
    user, (own, elsewhere) = _of_one_user(owner), _policies_of(roster, owner)
    known = all(map(is_harmless, elsewhere)) and all(each.is_settled for each in own)
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


def _policies_of(roster: Roster, owner: str) -> tuple[list[Document], set[str]]:
    """Return the policies of a user or group that are here, and the names of others."""
    own = [each for each in roster.by_owner.get(owner, ()) if each.kind == "identity"]
    return own, {*roster.elsewhere.get(owner, ()), *roster.elsewhere.get("user/", ())}


def _may_allow(document: Document) -> bool:
    """Say whether a policy or boundary allows enabling a device, or may do so."""
    allowing = (each for each in document.statements if each.allows and concerns(each, _ENABLE))
    asked = (found is not None and found.needs_mfa for found in map(reach, allowing))
    return not all(asked) or not document.is_settled


def check_setup(subject: Subject) -> Flaws:
    """Find users of a template, plan or state whom no policy allows to enable a device.

    A Deny exempts it for them. Of groups without users there, another group may allow it.
    """
    document, roster = subject.document, subject.document.roster
    spared = map(str.lower, subject.statement.not_actions or ())
    of_devices = "iam:*" in spared and subject.whole.allows_anyhow("iam:ListMFADevices")
    by_name = of_devices or exempts_by_name(subject.statement, _ENABLE)
    judged = roster and by_name and subject.is_of_users and _exempts_setup(subject)
    if not (roster and judged) or subject.whole.denies_anyhow(_ENABLE):
        return
    users = set(filter(_of_a_user, document.owners))
    asked = users or set(filter(_is_group, document.owners))
    allowing = _allowing_setup(roster)
    names = [_name_of(e) for e in sorted(asked - allowing) if _may_do_something(roster, e)]
    others = allowing if users else allowing - asked  # of which they may be members, too
    if names and not any(not users or each.endswith("/") for each in others):
        yield Flaw(
            STUCK,
            subject.statement.position,
            f"this Deny exempts {_ENABLE}, and no policy here allows it to these "
            f"{'users' if users else 'groups'}: {first_of(names, MOST)}",
            "they are locked out, unless a policy that is not here allows it",
            how_to_enrol(["(not"]),
            severity=None if users else NOTE,
        )


@functools.lru_cache(maxsize=1)  # each Deny of a file asks for it
def _allowing_setup(roster: Roster) -> frozenset[str]:
    """Return the users and groups whom policies allow to enable a device, or may do so."""
    identity = (each for each in roster.documents if each.kind == "identity")
    return frozenset(owner for each in filter(_may_allow, identity) for owner in each.owners)


def _may_do_something(roster: Roster, owner: str) -> bool:
    """Say whether policies allow people something, and none that is not here all of IAM.

    Whom policies here only deny something are allowed the rest elsewhere.
    """
    own, elsewhere = _policies_of(roster, owner)
    known = all(map(is_harmless, elsewhere)) and not may_be_of_a_program(_name_of(owner))
    allows = any(each.allows for one in own for each in one.statements)
    return known and (bool(elsewhere) or allows)


def check_first_sign_in(subject: Subject) -> Flaws:
    """Find Denies of the change of a password that users of the template must make first."""
    document, roster = subject.document, subject.document.roster
    denies = subject.is_of_users and subject.refuses_without_mfa and not subject.other_conditions
    stops_setup = concerns(subject.statement, _ENABLE)  # which `enrolment` tells
    if roster and denies and concerns(subject.statement, _CHANGE) and not stops_setup:
        users = sorted(map(_name_of, roster.resetting.intersection(document.owners)))
        if users:
            yield Flaw(
                STUCK,
                subject.place_of_action(_CHANGE),
                f"this Deny does not exempt {_CHANGE}, and these users must change their password "
                f"when they first sign in: {first_of(users, MOST)}",
                "they are locked out: they cannot sign in to set up MFA",
                f"exempt {_CHANGE} and iam:GetAccountPasswordPolicy, or require no new password",
            )


def check_programs(subject: Subject) -> Flaws:
    """Find programs, by their names, that a Deny asks for MFA, or the Allows of all their work."""
    document, asks = subject.document, subject.denies_all_actions and subject.is_of_users
    programs = [each for each in document.owners if _is_a_program(each)]
    file = pathlib.PurePath(document.source.label).stem
    if subject.requires_mfa and subject.gives_users and not document.account:
        if not document.owners and is_a_program_s_file(file):
            programs = [file]
        programs = [each for each in programs if _works_only_by(subject, each)]
    elif not document.roster or not asks or subject.other_conditions:
        return
    if programs:
        yield programs_asked(subject, sorted(set(map(_name_of, programs))))


def _works_only_by(subject: Subject, owner: str) -> bool:
    """Say whether an Allow is the first that gives a user work, and all of them ask for MFA."""
    document, roster = subject.document, subject.document.roster
    own, elsewhere = _policies_of(roster, owner) if roster else ([document], ())
    work = [each for one in own for each in one.statements if each.allows and gives_work(each)]
    asked = (found is not None and found.needs_mfa for found in map(reach, work))
    known = all(map(is_for_oneself, elsewhere)) and all(each.is_settled for each in own)
    ends = (owner.rpartition(":")[2], "}")  # of a reference to a user of the template
    let_in = any(":user/" in e and e.endswith(ends) for e in principals_in(roster))
    return known and work[:1] == [subject.statement] and all(asked) and not let_in


def _is_a_program(owner: str) -> bool:
    return bool(_of_a_user(owner)) and is_of_a_program(_name_of(owner))


def check_pipelines(subject: Subject) -> Flaws:
    """Find trust policies that ask for MFA of whoever takes a role of pipelines, by its name.

    Other rules tell of roles and services among those whom they let in.
    """
    document, allowing = subject.document, subject.whole.allowing
    names = [_name_of(each) for each in document.owners]
    first = document.kind == "trust" and allowing[:1] == [subject.statement]
    by_people = any(map(of_people, document.owners))
    named = any(map(is_of_a_pipeline, names)) and not by_people
    if first and named and all(map(_asks_accounts, allowing)):
        yield Flaw(
            PROGRAMS,
            subject.place_of("Condition"),
            f"{names[0]} is a role of pipelines by its name, and only with MFA does this trust "
            "policy let anybody in",
            "pipelines are locked out: neither roles nor keys of programs have MFA",
            "let in the pipeline's own role, user or OIDC provider without MFA; if only people "
            "take the role, name it for them",
        )


def _asks_accounts(allow: Statement) -> bool:
    """Say whether it lets in accounts, or programs among their users, and only with MFA."""
    found, arns = reach(allow), allow.aws_principals
    named = all(whole_account(each) or _is_a_program(each) for each in arns)
    of_some = any(each.key.lower().startswith("aws:principal") for each in allow.conditions)
    alone = list(allow.principals or ()) == ["AWS"] and not of_some
    return alone and named and found is not None and found.needs_mfa and not found.nobody


def check_groups(subject: Subject) -> Flaws:
    """Find groups with access whom no policy asks for MFA, once, at the first Deny that asks."""
    document, roster = subject.document, subject.document.roster
    # A policy that the file gives nobody, or only roles, is to be given to them.
    nobody = ANYBODY in document.owners
    asks = subject.denies_all_actions and (nobody or any(map(_is_group, document.owners)))
    only_roles = _asks_only_roles(subject)
    if not (roster and (asks or only_roles)):
        return
    asking = list(filter(_asks, roster.documents))
    if not (asking and document is asking[0]):
        return
    groups = set(filter(_is_group, (*roster.by_owner, *roster.elsewhere)))
    asked = {owner for each in asking for owner in each.owners}
    unasked = [each for each in sorted(groups) if _is_unasked(roster, each, asked)]
    for_mfa = [each for each in sorted(asked) if _is_group(each) and _is_for_mfa(roster, each)]
    # Who is in which groups, the file may leave open.
    told = any(roster.members.get(each) for each in (*unasked, *for_mfa))
    also = "" if told else "".join(map(_name_of, for_mfa[:1]))
    if unasked and not _of_everybody(also):
        yield Flaw(
            UNASKED,
            subject.statement.position,
            "no policy asks these groups for MFA: "
            + first_of(list(map(_name_of, unasked)), MOST)
            + "; nobody has this one" * nobody
            + "; only roles have this one" * only_roles,
            "whoever has the long-term key of a member gets through without MFA"
            + (f", unless they are in {also} as well" if also else ""),
            "give this policy to the groups of people among them as well",
            severity=NOTE if also else None,
        )


def _name_of(owner: str) -> str:
    return owner.rpartition("/")[2]


def check_rivals(subject: Subject) -> Flaws:
    """Find policies that ask for MFA, and that one resource of Terraform takes from some people.

    Another gives it to them, or puts them into a group that has it.
    """
    document, roster = subject.document, subject.document.roster
    asking = next(filter(means_mfa, document.statements), None)
    if not roster or document.kind != "identity" or subject.statement is not asking:
        return
    if document.name in roster.rivals:
        one, other, group = roster.rivals[document.name]
        yield Flaw(
            UNASKED,
            subject.statement.position,
            f"{one} takes those out of {group} whom {other} puts there"
            if group
            else f"{one} takes this policy from those to whom {other} gives it",
            "after terraform apply, some of them may not be asked for MFA",
            f"name all of them in {one}, and take {_name_of(group)} out of {other}"
            if group
            else "name all of them in one of the two resources, and remove the other",
        )


def _asks_only_roles(subject: Subject) -> bool:
    """Say whether only roles have a policy that is for people: it exempts the setup of MFA."""
    exempt = exempts_by_name(subject.statement, _ENABLE) and subject.refuses_without_mfa
    return exempt and subject.document.kind == "identity" and subject.document.holder == "role"


def _is_group(owner: str) -> bool:
    return owner.startswith(_OF_GROUP) and owner != _OF_GROUP


def _asks(document: Document) -> bool:
    return document.kind == "identity" and any(map(means_mfa, document.statements))


def _is_unasked(roster: Roster, group: str, asked: Collection[str]) -> bool:
    """Say whether no policy asks people of a group for MFA who may do more than read.

    What is not known may ask.
    """
    own = roster.by_owner.get(group, [])
    others = roster.elsewhere.get(group, ())
    if not (all(map(name_of, others)) and all(each.is_settled for each in own)):
        return False
    users = roster.members.get(group, frozenset())
    changes = any(_may_change(roster, each) for one in own for each in one.statements)
    in_other_group = bool(users) and users.issubset(asked)
    return (changes or not all(map(only_reads, others))) and not (
        group in asked or in_other_group or may_be_of_a_program(_name_of(group))
    )


def _is_for_mfa(roster: Roster, group: str) -> bool:
    """Say whether a group gives no access: it is there to ask for MFA."""
    allows = (e for one in roster.by_owner.get(group, ()) for e in one.statements if e.allows)
    cares = all(is_of_oneself(each, name) for each in allows for name in names_of(each))
    return cares and all(map(is_for_oneself, roster.elsewhere.get(group, ())))


def _may_change(roster: Roster, statement: Statement) -> bool:
    """Say whether an Allow gives more than to read, to care for oneself and to take roles.

    Or roles of the file that let long-term keys in.
    """
    return statement.allows and (
        not all(is_left_open(e) or is_of_oneself(statement, e) for e in names_of(statement))
        or (concerns(statement, _TAKE) and any(open_roles(roster.documents, statement)))
    )
