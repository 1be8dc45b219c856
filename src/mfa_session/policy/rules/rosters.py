"""Users and groups of a template, plan or state: who is not asked for MFA, or cannot set it up."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection

from mfa_session.policy.aws_policies import is_harmless, name_of
from mfa_session.policy.coverage import concerns, exempts_by_name, names_of
from mfa_session.policy.document import ANYBODY, Document, Roster, Statement, is_of_a_program
from mfa_session.policy.intrinsics import with_variables_as
from mfa_session.policy.mfa import means_mfa
from mfa_session.policy.patterns import may_meet
from mfa_session.policy.rules.accounts import MOST, STUCK, UNASKED, how_to_enrol, programs_asked
from mfa_session.policy.rules.exemptions import is_left_open
from mfa_session.policy.rules.resource_kinds import ENROLMENT
from mfa_session.policy.rules.rule import Flaw, Flaws, Subject, first_of

_ENABLE, _CHANGE = ENROLMENT[1], "iam:ChangePassword"
_OF_GROUP = "group/"
_only_reads = re.compile(".*(ReadOnly|ViewOnly)(Access)?").fullmatch
_user_name = re.compile(r"\$\{aws:username\}", re.IGNORECASE)
_of_a_user = re.compile("(.*:)?user/.").match
_of_one_user = re.compile(
    "arn:[^:]*:iam::(?P<account>[^:]*):user(?P<path>/(?:.*/)?)(?P<name>[^/]+)"
).fullmatch


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
            f"asks: {first_of(users, MOST)}",
            "they are locked out",
            how_to_enrol(["(boundary"]),
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
            f"these users cannot set up MFA, for which this Deny asks: {first_of(stuck, MOST)}",
            "they are locked out",
            how_to_enrol(stuck),
        )


def _misses(roster: Roster, owner: str) -> str:
    """Return what keeps the Allows of enabling a device from a user: a path or an account."""
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


def check_setup(subject: Subject) -> Flaws:
    """Find users of a template, plan or state whom no policy allows to enable a device.

    A Deny exempts it for them. Of groups without users there, another group may allow it.
    """
    document, roster = subject.document, subject.document.roster
    asks = document.kind == "identity" and subject.denies_all_actions and subject.is_of_users
    exempt = asks and exempts_by_name(subject.statement, _ENABLE) and not subject.other_conditions
    if not (roster and exempt) or any(map(_denies_setup, subject.whole.statements)):
        return
    users = set(filter(_of_a_user, document.owners))
    asked = users or set(filter(_is_group, document.owners))
    allowing = _allowing_setup(roster)
    names = [
        each.rpartition("/")[2]
        for each in sorted(asked - allowing)
        if _may_do_something(roster, each)
    ]
    if names and not any(not users or each.endswith("/") for each in allowing):
        yield Flaw(
            STUCK,
            subject.statement.position,
            f"this Deny exempts {_ENABLE}, and no policy here allows it to these "
            f"{'users' if users else 'groups'}: {first_of(names, MOST)}",
            "they are locked out, unless a policy that is not here allows it",
            how_to_enrol(["(not"]),
        )


@functools.lru_cache(maxsize=1)  # each Deny of a file asks for it
def _allowing_setup(roster: Roster) -> frozenset[str]:
    """Return the users and groups whom policies allow to enable a device, or may do so."""
    return frozenset(
        owner
        for each in roster.documents
        if each.kind == "identity" and _may_allow(each, _ENABLE)
        for owner in each.owners
    )


def _denies_setup(statement: Statement) -> bool:
    return not statement.allows and concerns(statement, _ENABLE)


def _may_do_something(roster: Roster, owner: str) -> bool:
    """Say whether policies allow people something, and none that is not here all of IAM.

    Whom policies here only deny something are allowed the rest elsewhere.
    """
    elsewhere = {*roster.elsewhere.get(owner, ()), *roster.elsewhere.get("user/", ())}
    own = (one for e in roster.by_owner[owner] if e.kind == "identity" for one in e.statements)
    is_program = is_of_a_program(owner.rpartition("/")[2])
    known = all(map(is_harmless, elsewhere)) and not is_program
    return known and (bool(elsewhere) or any(each.allows for each in own))


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
                f"when they first sign in: {first_of(sorted(users), MOST)}",
                "they are locked out: they cannot sign in to set up MFA",
                f"exempt {_CHANGE} and iam:GetAccountPasswordPolicy, or require no new password",
            )


def check_programs(subject: Subject) -> Flaws:
    """Find programs, by their names, that a Deny asks for MFA."""
    document, asks = subject.document, subject.denies_all_actions and subject.is_of_users
    if not document.roster or not asks or subject.other_conditions:
        return
    users = {each.rpartition("/")[2] for each in filter(_of_a_user, document.owners)}
    if programs := sorted(filter(is_of_a_program, users)):
        yield programs_asked(subject, programs)


def check_groups(subject: Subject) -> Flaws:
    """Find groups with access whom no policy asks for MFA, once, at the first Deny that asks."""
    document, roster = subject.document, subject.document.roster
    # A policy that the file gives nobody, or only roles, is to be given to them.
    nobody = ANYBODY in document.owners
    asks = subject.denies_all_actions and (nobody or any(map(_is_group, document.owners)))
    only_roles = _asks_only_roles(subject)
    if not (roster and (asks or only_roles)) or document is not _first_asking(roster):
        return
    groups = set(filter(_is_group, (*roster.by_owner, *roster.elsewhere)))
    asked = {owner for each in filter(_asks, roster.documents) for owner in each.owners}
    unasked = [each for each in sorted(groups) if _is_unasked(roster, each, asked)]
    if unasked:
        yield Flaw(
            UNASKED,
            subject.statement.position,
            "no policy asks these groups for MFA: "
            + first_of([each.removeprefix(_OF_GROUP) for each in unasked], MOST)
            + "; nobody has this one" * nobody
            + "; only roles have this one" * only_roles,
            "whoever has the long-term key of a member gets through without MFA",
            "give this policy to the groups of people among them as well",
        )


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
            "name all of them in one of the two resources, and remove the other",
        )


def _asks_only_roles(subject: Subject) -> bool:
    """Say whether only roles have a policy that is for people: it exempts the setup of MFA."""
    exempt = exempts_by_name(subject.statement, _ENABLE) and subject.refuses_without_mfa
    return exempt and subject.document.kind == "identity" and subject.document.holder == "role"


def _is_group(owner: str) -> bool:
    return owner.startswith(_OF_GROUP) and owner != _OF_GROUP


def _asks(document: Document) -> bool:
    return document.kind == "identity" and any(map(means_mfa, document.statements))


def _first_asking(roster: Roster) -> Document | None:
    return next((each for each in roster.documents if _asks(each)), None)


def _is_unasked(roster: Roster, group: str, asked: Collection[str]) -> bool:
    """Say whether no policy asks people of a group for MFA who may do more than read.

    What is not known may ask.
    """
    own = roster.by_owner.get(group, [])
    others = [*map(name_of, roster.elsewhere.get(group, ()))]
    if "" in others or not all(each.is_certain and not each.is_optional for each in own):
        return False
    users = {owner for each in own for owner in each.owners if ":user/" in f":{owner}"}
    changes = any(
        not is_left_open(name)
        for one in own
        for each in one.statements
        if each.allows
        for name in names_of(each)
    )
    changes = changes or not all(map(_only_reads, others))
    in_other_group = bool(users) and users.issubset(asked)
    return changes and not (
        group in asked or in_other_group or is_of_a_program(group.removeprefix(_OF_GROUP))
    )
