"""Statements that let a long-term key remove the MFA device."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import replace

from mfa_session.policy.conditions import Comparison, comparison
from mfa_session.policy.coverage import Cover, concerns, exempts_by_name, names_of
from mfa_session.policy.document import ANYBODY, Account, Document, Roster
from mfa_session.policy.fixes import in_words
from mfa_session.policy.intrinsics import is_unfilled
from mfa_session.policy.mfa import KINDS_WITHOUT_MFA, mfa_conditions, reach
from mfa_session.policy.patterns import includes
from mfa_session.policy.rules.dump_users import keeping_devices
from mfa_session.policy.rules.escalation import check_escalation
from mfa_session.policy.rules.exemptions import (
    DEACTIVATION,
    DELETION,
    all_left_out,
    is_own_care,
    lists_own_care,
    of_a_user,
    sparing,
)
from mfa_session.policy.rules.open_to_keys import is_allowed_on_all, is_denied_on
from mfa_session.policy.rules.resource_kinds import MEANT, OF_USER, fits, is_one_s_own, parts_of
from mfa_session.policy.rules.rule import ERROR, NOTE, WARNING, Flaw, Flaws, Rule, Subject
from mfa_session.policy.rules.trusts import ask_those_of
from mfa_session.policy.rules.whole_policy import WholePolicy, per_policy
from mfa_session.policy.statement import Statement

REMOVAL_SPARED = Rule(
    "removal-without-mfa",
    ERROR,
    "The Deny exempts `iam:DeactivateMFADevice`, perhaps through `iam:*` or `NotResource`: whoever "
    "has the long-term key can replace the device. Or it goes by a tag of the user "
    "(`aws:PrincipalTag`), and exempts `iam:TagUser` on one's own user, which the policy allows. A "
    "warning if one may do so only with MFA; if it exempts what detaches or changes the policy or "
    "boundary, which allows that; or all of IAM in a policy that allows the removal only with MFA; "
    "a note if it exempts the removal by name in such a policy.",
)
DELETION_SPARED = Rule(
    "deletion-without-mfa",
    NOTE,
    "The Deny exempts `iam:DeleteVirtualMFADevice`, and the policy allows it for all devices: "
    "whoever has the long-term key can delete those that others have not enabled yet.",
)
OWN_REMOVAL = Rule(
    "own-removal-without-mfa",
    WARNING,
    "Users may deactivate their own device without MFA, in a policy that otherwise requires it, or "
    "beside such policies: those of the same people, or of a template, plan or state in which "
    "nothing else lets users set up MFA. In a policy that names the action and requires no MFA, a "
    "note: another policy may deny it. A warning there, too, if a role of the file asks them for "
    "MFA; or if users remove the devices of others, whom the file asks for MFA.",
)

# What takes away a policy, or the boundary, by its resource.
_OF_POLICIES = {
    "identity": {
        "iam:DetachUserPolicy": OF_USER,
        "iam:DeleteUserPolicy": OF_USER,
        "iam:PutUserPolicy": OF_USER,
        "iam:DetachGroupPolicy": "group/?*",
        "iam:DeleteGroupPolicy": "group/?*",
        "iam:PutGroupPolicy": "group/?*",
        "iam:RemoveUserFromGroup": "group/?*",
        "iam:CreatePolicyVersion": "policy/?*",
        "iam:SetDefaultPolicyVersion": "policy/?*",
    },
    "boundary": {
        "iam:DeleteUserPermissionsBoundary": OF_USER,
        "iam:PutUserPermissionsBoundary": OF_USER,
    },
}
_KEYS, _MAKING, _OTHER_USER = "iam:CreateAccessKey", "iam:CreateUser", f"arn:aws:iam::*:{OF_USER}"
_takes_in_oneself = re.compile(
    r"arn:[^:]*:iam::[^:]*:user/(?:\*|\$\{aws:username\})", re.IGNORECASE
).fullmatch
_READING = ("iam:get", "iam:list", "iam:generate", "iam:simulate")


def check_removal(subject: Subject) -> Flaws:
    """Find Denies of everything that exempt the removal of a device."""
    if not (subject.denies_all_actions and subject.is_of_users) or all_left_out(subject):
        yield from _removal_spared_by_resource(subject)
        return
    if _is_spared(subject, DEACTIVATION):
        yield _exempting(subject, DEACTIVATION, "replace the MFA device")
        return  # who may take a device off may delete it, of course
    if exempts_by_name(subject.statement, DEACTIVATION) and not _is_denied(subject, DEACTIVATION):
        what = "replace the MFA device, where another policy allows it without"
        yield replace(_exempting(subject, DEACTIVATION, what), severity=NOTE)
    if _may_delete_those_of_others(subject.whole) and _is_spared(subject, DELETION):
        what = "delete devices that others have not enabled yet"
        yield replace(_exempting(subject, DELETION, what), rule=DELETION_SPARED)
    yield from _all_of_iam_spared(subject)
    yield from _policies_spared(subject)


def _is_spared(subject: Subject, action: str) -> bool:
    closed = concerns(subject.statement, action) or subject.whole.allows_only_with_mfa(action)
    return not (closed or _is_denied(subject, action))


def _exempting(subject: Subject, action: str, what: str) -> Flaw:
    """Tell what whoever has the key can do, since a Deny exempts an action."""
    return Flaw(
        REMOVAL_SPARED,
        subject.place_of_action(action),
        f"this Deny exempts {action}",
        f"whoever has the long-term key can {what}",
        "exempt only what is needed to set up MFA",
        sparing(subject),
    )


def check_own_removal(subject: Subject) -> Flaws:
    """Find Allows to remove one's own device without MFA."""
    statement, whole = subject.statement, subject.whole
    judged = statement.allows and (whole.concern_mfa or DEACTIVATION.lower() in names_of(statement))
    if not judged or subject.mfa_conditions or subject.on_role:
        return
    if not concerns(statement, DEACTIVATION) or _is_denied(subject):
        return
    if any(check_escalation(subject)):  # which takes MFA off as well
        return
    users = [each for each in statement.resources or () if fits(each, OF_USER)]
    own = any(is_one_s_own(each) or each.endswith(subject.ends_of_owners) for each in users)
    told = _a_deny_exempts_it(subject) or _is_denied_elsewhere(whole)
    if not (own or _is_of_anybody(subject)) or told:
        return
    severity = WARNING if whole.concern_mfa else _severity_unasked(subject, own=own)
    account = subject.document.account
    if severity and (account is None or subject.document.name not in keeping_devices(account)):
        whose = "one's own device" if own else "any user's device"
        action = DEACTIVATION.lower()
        if [action] == [each for each in names_of(statement) if includes(each, action)]:
            with_mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
            moved = in_words(statement, Action=DEACTIVATION, Condition=with_mfa)
            cure = f"remove {DEACTIVATION} from this statement, and allow it in another: {moved}"
        else:
            without = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
            denial = in_words(statement, Effect="Deny", Action=DEACTIVATION, Condition=without)
            cure = f"add a statement: {denial}"
        yield Flaw(
            OWN_REMOVAL,
            subject.place_of_action(DEACTIVATION),
            f"{DEACTIVATION} on {whose} is allowed without MFA, and no Deny stops it",
            "whoever has the long-term key can replace the MFA device"
            + ", unless another policy denies it" * (severity == NOTE),
            cure,
            severity=severity,
        )


def check_removal_besides(subject: Subject) -> Flaws:
    """Find Denies that list changes of IAM, and leave the removal of a device out.

    A Deny about other services alone may leave devices to whoever has the key; one that is to keep
    users and their credentials safe is got round by it.
    """
    statement = subject.statement
    listed = statement.actions if subject.refuses_without_mfa else None
    alone = subject.document.kind == "identity" and subject.is_of_users
    if not (listed and alone) or subject.other_conditions or concerns(statement, DEACTIVATION):
        return
    deletes = DELETION.lower() in names_of(statement)  # no device in use can be deleted
    protects = deletes or any(map(_changes_iam, listed))
    if not protects or any(map(is_unfilled, listed)) or concerns(statement, "iam:EnableMFADevice"):
        return
    allowed = subject.whole.lenient_allows.are_about(statement, DEACTIVATION)
    names, action = subject.whole.allowed_names, DEACTIVATION.lower()
    told = any("mfa" in each and includes(each, action) for each in names)  # `check_own_removal`
    if allowed and not (told or _is_denied(subject) or _a_deny_exempts_it(subject)):
        yield Flaw(
            OWN_REMOVAL,
            subject.place_of_action(),
            f"this Deny lists {DELETION if deletes else 'IAM actions'}, but not {DEACTIVATION}, "
            "which the policy allows",
            "whoever has the long-term key can replace the MFA device, and then has MFA",
            f"deny {DEACTIVATION} as well",
            {"Action": [*listed, DEACTIVATION]},
            severity=WARNING if deletes else NOTE,
        )


def _all_of_iam_spared(subject: Subject) -> Flaws:
    spared = any(each.lower() == "iam:*" for each in subject.statement.not_actions or ())
    if not spared or subject.document.kind != "identity":
        return
    removes = not _is_denied(subject) and _may_be_allowed(subject, DEACTIVATION)
    keys = not _is_denied(subject, _KEYS) and _may_be_allowed(subject, _KEYS)
    users = not (_is_denied(subject, _MAKING) or is_denied_on(subject, _OTHER_USER, _MAKING))
    makes = keys or (users and _may_be_allowed(subject, _MAKING))
    on_purpose = "iam:*" in subject.whole.allowed_names
    if removes or (makes and not on_purpose):
        can = "replace the MFA device, or make keys and users" if removes else "make keys and users"
        yield replace(
            _exempting(subject, "iam:*", can),
            message="this Deny exempts all of IAM, not only what is needed to set up MFA",
            who=f"where another policy allows it, whoever has the long-term key can {can}",
            severity=WARNING,
        )


def _may_be_allowed(subject: Subject, action: str) -> bool:
    """Say whether a policy of these people allows an action, or one that is not here may do so."""
    judged_alone = len(set(map(id, subject.policies.values()))) == 1
    return judged_alone or subject.whole.allows_anyhow(action)


def _policies_spared(subject: Subject) -> Flaws:
    statement, whole = subject.statement, subject.whole
    for action, kind in _OF_POLICIES.get(subject.document.kind, {}).items():
        if concerns(statement, action) or not is_allowed_on_all(whole, action, kind):
            continue
        own = MEANT[OF_USER] if kind == OF_USER else f"arn:aws:iam::*:{kind}"
        if not is_denied_on(subject, own, action):
            what = "boundary" if "Boundary" in action else "policy"
            told = _exempting(subject, action, f"take away the {what} that requires MFA")
            yield replace(told, fix={}, severity=WARNING)
            return


def _removal_spared_by_resource(subject: Subject) -> Flaws:
    statement, whole = subject.statement, subject.whole
    users = tuple(each for each in statement.not_resources or () if of_a_user(each))
    if not (users and subject.denies_all_actions) or whole.allows_only_with_mfa(DEACTIVATION):
        return
    spared = replace(statement, resources=users, not_resources=None)
    if not all(whole.denials(kind).are_about(spared, DEACTIVATION) for kind in KINDS_WITHOUT_MFA):
        yield Flaw(
            REMOVAL_SPARED,
            subject.place_of("NotResource"),
            f"this Deny exempts all actions on {users[0]}, {DEACTIVATION} among them",
            "whoever has the long-term key can replace the MFA device",
            "deny on all resources, and list in NotAction what is needed to set up MFA",
        )


def _severity_unasked(subject: Subject, *, own: bool) -> str | None:
    """Return how grave the removal is in a policy that asks for no MFA; None if it may be denied.

    A warning where MFA is lost that the file asks for: of others or, with one's own device, in the
    trust policies of roles.
    """
    document = subject.document
    file = document.account or document.roster
    if file is None:
        return NOTE
    of_users = _policies_of_users(file)
    has_people = _has_people(document)
    if not has_people and _is_denied(replace(subject, whole=of_users)):
        return None
    is_lost = ask_those_of(subject) if own else of_users.concern_mfa
    return WARNING if is_lost and has_people else NOTE


def _has_people(document: Document) -> bool:
    """Say whether the file gives a policy to somebody."""
    return bool(
        document.account.is_used(document) if document.account else set(document.owners) - {ANYBODY}
    )


@functools.lru_cache(maxsize=4)  # each policy of a file asks for it
def _policies_of_users(file: Account | Roster) -> WholePolicy:
    of_users = (each for each in file.documents if each.holder != "role")
    return WholePolicy(
        one for each in of_users if each.kind == "identity" for one in each.statements
    )


def _is_of_many_devices(where: str) -> bool:
    is_own = is_one_s_own(where) and where.endswith("}/*")
    return where.endswith("*") and ":user/" not in where and not is_own


@per_policy
def _may_delete_those_of_others(whole: WholePolicy) -> bool:
    """Say whether an Allow without MFA is to delete devices that are not one's own.

    One's own harms nobody: AWS refuses to delete a device that is enabled.
    """
    return any(
        any(_is_of_many_devices(where) for where in each.resources or ("*",))
        for each in whole.allowing_without_mfa
        if concerns(each, DELETION)
    )


def _is_of_anybody(subject: Subject) -> bool:
    everybody = any(each.endswith("*") for each in subject.statement.resources or ())
    by_name = any("mfa" in name for name in names_of(subject.statement))
    return everybody and by_name and subject.document.kind == "identity"


def _is_denied(subject: Subject, action: str = DEACTIVATION) -> bool:
    whole, statement = subject.whole, subject.statement
    users = tuple(filter(of_a_user, statement.resources or ()))  # the others do not matter
    where = [users] if users else [(each,) for each in _users_denied(whole)]  # of all, one's own
    return any(
        _is_denied_to(whole, replace(statement, resources=each), action) for each in where
    ) or (not where and _is_denied_to(whole, statement, action))


def _is_denied_to(whole: WholePolicy, statement: Statement, action: str) -> bool:
    removing = replace(statement, actions=(action,), not_actions=None)
    denied = (
        whole.denials(kind).are_about(statement, action)
        or whole.denials_but_for_some(kind).covers(removing)
        or _denials_where_asked(whole, kind).covers(removing)
        for kind in KINDS_WITHOUT_MFA
    )
    return all(denied) or whole.meant_denials.are_about(statement, action)


@per_policy
def _denials_where_asked(whole: WholePolicy, kind: str) -> Cover:
    """Return the Denies without what narrows all of those that ask for MFA alike.

    Where a policy asks nobody for MFA, there is none to get round.
    """
    asking = list(filter(mfa_conditions, whole.statements))
    narrowed = {frozenset(_others_of(each)) for each in asking}
    alike = len(narrowed) == 1 and not any(each.allows for each in asking)
    return Cover(
        replace(each, conditions=tuple(mfa_conditions(each)))
        for each in asking
        if alike and (found := reach(each)) and found.includes(kind)
    )


def _others_of(statement: Statement) -> Iterator[Comparison]:
    about_mfa = mfa_conditions(statement)
    return (comparison(each) for each in statement.conditions if each not in about_mfa)


@per_policy
def _users_denied(whole: WholePolicy) -> list[str]:
    """Return the resources of Denies that take in whoever calls."""
    denies = (each for each in whole.statements if not each.allows)
    where = dict.fromkeys(text for each in denies for text in each.resources or ())
    return list(filter(_takes_in_oneself, where))


def _a_deny_exempts_it(subject: Subject) -> bool:
    if _denies_what_was_to_be_exempt(subject.whole):
        return True
    first = _first_exempting(subject.whole)  # one alone, so that many of both take no time
    told = check_removal(replace(subject, statement=first)) if first else ()
    return any(each.rule is REMOVAL_SPARED for each in told)


@per_policy
def _is_denied_elsewhere(whole: WholePolicy) -> bool:
    """Say whether a Deny names the removal, but on devices, where it has no effect."""
    named = (each for each in whole.denies_for_mfa if DEACTIVATION.lower() in names_of(each))
    return any(
        all(parts_of(text)[5].startswith("mfa/") for text in each.resources or ("*",))
        for each in named
    )


@per_policy
def _denies_what_was_to_be_exempt(whole: WholePolicy) -> bool:
    return any(map(lists_own_care, whole.denies_for_mfa))


@per_policy
def _first_exempting(whole: WholePolicy) -> Statement | None:
    exempting = (
        each
        for each in whole.denies_for_mfa
        if (each.resources == ("*",) and each.not_actions and not concerns(each, DEACTIVATION))
        or any(map(of_a_user, each.not_resources or ()))
    )
    return next(exempting, None)


def _changes_iam(action: str) -> bool:
    name = action.lower()
    return name.startswith("iam:") and not name.startswith(_READING) and not is_own_care(action)
