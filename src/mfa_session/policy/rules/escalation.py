"""Statements that let a long-term key get round MFA by what it can change in IAM."""

from __future__ import annotations

import re

from mfa_session.policy.conditions import is_met
from mfa_session.policy.coverage import actions_of, concerns, is_about_everything, names_of
from mfa_session.policy.credentials import RequestContext
from mfa_session.policy.intrinsics import is_unfilled
from mfa_session.policy.mfa import means_mfa, reach
from mfa_session.policy.rules.dump_users import GAIN, gaining, keeping_devices
from mfa_session.policy.rules.exemptions import DEACTIVATION, all_left_out, is_own_care
from mfa_session.policy.rules.open_to_keys import is_allowed_on_all, is_denied_on
from mfa_session.policy.rules.resource_kinds import (
    ENROLMENT,
    MEANT,
    OF_NONE,
    OF_USER,
    fits,
    is_of_everybody,
    is_one_s_own,
    resource_of,
)
from mfa_session.policy.rules.resources import in_partition_of
from mfa_session.policy.rules.rule import ERROR, NOTE, WARNING, Flaw, Flaws, Rule, Subject, first_of
from mfa_session.policy.rules.whole_policy import WholePolicy, per_policy
from mfa_session.policy.statement import Statement

ESCALATION = Rule(
    "escalation-without-mfa",
    ERROR,
    "Whole services are allowed only with MFA, and `iam:AttachUserPolicy` or `iam:PutUserPolicy` "
    "on one's own user without, perhaps through `iam:*`: whoever has the long-term key gets "
    "everything. A warning for the policies of all groups, all policies, the trust of all roles, "
    "and the keys of all users; for a Deny of everything that exempts `iam:CreateAccessKey` or "
    "`iam:UpdateLoginProfile`, which the policy allows for all users; for a Deny on one's own user "
    "alone, where the policy allows the same on all users by a pattern (`iam:*`); and for an Allow "
    "of everything but a few actions, which take MFA (`NotAction`): it gives all of IAM. In an "
    "account dump, other policies of the same users may be those that ask for MFA.",
)
OF_OTHERS = Rule(
    "devices-of-others",
    WARNING,
    "An Allow of setting up one's own MFA is for all users (`*`, `user/${aws:username}*`), and a "
    "Deny exempts `iam:EnableMFADevice`: whoever has the long-term key can enable a device for "
    "others, and so lock out those who have none. Or the `Sid` says own "
    "(`AllowManageOwnPasswords`), and users change the devices, passwords or keys of all others.",
)
CREDENTIALS_SPARED = Rule(
    "credentials-without-mfa",
    NOTE,
    "A Deny of everything exempts what makes new credentials of one's own (`iam:CreateAccessKey`, "
    "`iam:UpdateLoginProfile`), and the policy allows it, or only denies: whoever has the "
    "long-term key can make others, which remain when it is deleted. A warning for an access key "
    "that the policy allows.",
)
MATCHES_OTHERS = Rule(
    "arn-matches-others",
    NOTE,
    "An Allow of changing one's own user is for `user/*${aws:username}` or "
    "`user/${aws:username}*`: it also matches users whose name ends or begins with one's own "
    "(`joann` and `anna` for `ann`).",
)
_CURE = "exempt only what is needed to set up MFA"
_AND_CHANGE = ", and iam:ChangePassword for the first sign-in"
_own_among_others = re.compile(
    r"(arn:[^:]*:iam::.*:user/(?:.*/)?)(?:\*\$\{aws:username\}\*?|\$\{aws:username\}\*)",
    re.IGNORECASE,
).fullmatch
_changes_user = re.compile(
    r"\*|iam:(?!get|list|generate|simulate|changepassword|resync).*", re.IGNORECASE
).fullmatch
_ENABLE = ENROLMENT[1]
_CREATE_KEY = "iam:CreateAccessKey"
_ALL_USERS = "arn:aws:iam::*:user/*"
# What gives the access of other users, and what whoever has a key can do by it.
_OF_OTHERS = {
    _CREATE_KEY: "make keys for any user, also for those whom no policy asks for MFA",
    "iam:UpdateLoginProfile": "set the console password of any user",
    "iam:CreateLoginProfile": "set the console password of users who have none",
}
# What gives more access, by its resource, and what whoever has a key can do by it.
GAINS = {
    "iam:AttachUserPolicy": (OF_USER, "attach AdministratorAccess to its user"),
    "iam:PutUserPolicy": (OF_USER, "write its user a policy that allows everything"),
    "iam:AttachGroupPolicy": ("group/?*", "attach AdministratorAccess to its user's group"),
    "iam:PutGroupPolicy": ("group/?*", "write its user's group a policy that allows everything"),
    "iam:CreatePolicyVersion": ("policy/?*", "rewrite a policy that its user has"),
    "iam:UpdateAssumeRolePolicy": ("role/?*", "take any role by rewriting its trust policy"),
    _CREATE_KEY: (OF_USER, _OF_OTHERS[_CREATE_KEY]),
}
# What makes credentials of one's own, and which.
_MADE = {
    _CREATE_KEY: "a second access key",
    "iam:UpdateLoginProfile": "a new console password",
    "iam:CreateLoginProfile": "a console password, if there is none",
    "iam:UploadSSHPublicKey": "an SSH key for CodeCommit",
    "iam:CreateServiceSpecificCredential": "a password for CodeCommit or another service",
    "iam:UploadSigningCertificate": "a signing certificate",
}
_ADMINISTRATOR = RequestContext({"iam:PolicyARN": ("arn:aws:iam::aws:policy/AdministratorAccess",)})
# What changes the devices, passwords or keys of a user that the request names.
_CHANGES = (
    DEACTIVATION,
    _ENABLE,
    *_OF_OTHERS,
    *("iam:DeleteLoginProfile", "iam:UpdateAccessKey", "iam:DeleteAccessKey"),
    *("iam:CreateServiceSpecificCredential", "iam:UploadSSHPublicKey"),
    "iam:UploadSigningCertificate",
)
# As a word of the Sid: not in Lockdown or Unknown, nor in SelfHealing.
_says_own = re.compile(
    r"(?:Own|\bown)(?i:access|console|credentials?|devices?|git|hardware|iam|keys?|login|mfa"
    r"|passwords?|profile|security|service|signing|ssh|user(?!s)|virtual|$)|(?i:yoursel|themsel)"
    r"|(?:Self|\bself)(?i:care|credential|device|key|mfa|manage|only|password|user|$)"
).search
_of_credentials = re.compile(
    r"iam:\S*(?:accesskey|servicespecificcredential|signingcertificate|sshpublickey)s?",
    re.IGNORECASE,
).fullmatch
_DONE_TO_OTHERS = {
    DEACTIVATION: (OF_NONE, "remove the MFA devices of all others"),  # or `removal` tells
    _CREATE_KEY: (OF_USER, "make keys for all others"),
}


def check_escalation(subject: Subject) -> Flaws:
    """Find Allows without MFA of what gives all that other Allows give only with MFA."""
    statement, whole, account = subject.statement, subject.whole, subject.document.account
    named = statement.actions if statement.allows and subject.gives_users else None
    everything = "*" in names_of(statement) and is_about_everything(statement)
    if not named or everything or subject.mfa_conditions:
        return
    if not _asks_for_services(whole) or (
        account and subject.document.name in keeping_devices(account)
    ):
        return
    if not all(is_met(each, _ADMINISTRATOR) is True for each in statement.conditions):
        return
    for action, (kind, does) in GAINS.items():
        given = concerns(statement, action) and not _is_named_in_a_deny(whole, action)
        where = [
            each
            for each in statement.resources or ()
            if is_of_everybody(each, kind) and not (action == _CREATE_KEY and is_one_s_own(each))
        ]
        if given and where:
            yield Flaw(
                ESCALATION,
                subject.place_of_action(action),
                f"{action} on {where[0]} is allowed without MFA, and no Deny stops it",
                f"whoever has the long-term key can {does}",
                "allow it only with MFA, and without MFA only what is needed to set it up",
                severity=None if action.endswith("UserPolicy") else WARNING,
            )
            return


def check_escalation_of_users(subject: Subject) -> Flaws:
    """Find what lets users of a dump give themselves policies, whom others ask for MFA."""
    document, account = subject.document, subject.document.account
    users = gaining(account).get(document.name) if account else None
    giving = (e for e in document.statements if e.allows and concerns(e, GAIN.lower()))
    first = users and next(giving, None) is subject.statement
    if users and first and not any(check_escalation(subject)):
        yield Flaw(
            ESCALATION,
            subject.place_of_action(GAIN),
            f"{GAIN} on one's own user is allowed without MFA to users whom other policies ask for "
            f"it: {first_of(users)}",
            "whoever has the long-term key can attach a policy that allows everything",
            "allow it only with MFA, and without MFA only what is needed to set it up",
        )


def check_all_but(subject: Subject) -> Flaws:
    """Find Allows of everything but what takes MFA, by which one may get that as well."""
    statement, whole = subject.statement, subject.whole
    spared = statement.not_actions if statement.allows and subject.gives_users else None
    if not spared or statement.conditions or not is_about_everything(statement):
        return
    thought_of = any(each.lower().startswith(("iam:", "*")) for each in spared)
    told = thought_of or _is_named_in_a_deny(whole, "iam:AttachUserPolicy")
    if told or whole.denies_without_mfa(statement):
        return
    if all(map(whole.allows_only_with_mfa, spared)):
        yield Flaw(
            ESCALATION,
            subject.place_of_action(),
            f"this Allow gives everything but {first_of(spared)}, and so all of IAM",
            "whoever has the long-term key can attach a policy that allows these, too",
            "add iam:* to NotAction, and allow it with MFA, and the setup of MFA without",
            severity=WARNING,
        )


def check_spared_credentials(subject: Subject) -> Flaws:
    """Find Denies of everything that exempt making keys or passwords."""
    spared = subject.statement.not_actions if subject.denies_all_actions else None
    judged = subject.is_of_users and subject.document.kind == "identity"
    if not (judged and spared) or all_left_out(subject) or "iam:*" in map(str.lower, spared):
        return
    yield from tuple(_of_others_spared(subject)) or _own_spared(subject)


def _of_others_spared(subject: Subject) -> Flaws:
    for action, does in _OF_OTHERS.items():
        if not concerns(subject.statement, action) and _is_open_on_all(subject, action, OF_USER):
            yield Flaw(
                ESCALATION,
                subject.place_of_action(action),
                f"this Deny exempts {action}, which is allowed on all users",
                f"whoever has the long-term key can {does}",
                _CURE + _AND_CHANGE * (action != _CREATE_KEY),
                severity=WARNING,
            )
            return


def _is_open_on_all(subject: Subject, action: str, kind: str) -> bool:
    """Say whether an Allow gives an action without MFA on all of a kind, and no Deny stops it."""
    given = is_allowed_on_all(subject.whole, action, kind, but_oneself=True)
    return given and not is_denied_on(subject, _ALL_USERS, action)


def _own_spared(subject: Subject) -> Flaws:
    whole = subject.whole
    made = [
        action
        for action in _MADE
        if not concerns(subject.statement, action)
        and not any(is_denied_on(subject, each, action) for each in (_ALL_USERS, MEANT[OF_USER]))
        and (
            not whole.allowing
            or is_allowed_on_all(whole, action, OF_USER, or_on=subject.ends_of_owners)
        )
    ]
    if made:
        sign_in = any("LoginProfile" in each for each in made)
        yield Flaw(
            CREDENTIALS_SPARED,
            subject.place_of_action(made[0]),
            f"this Deny exempts {first_of(made)}",
            ("" if whole.allowing else "where another policy allows it, ")
            + f"whoever has the long-term key can make {_MADE[made[0]]}, which remains when the "
            "key is deleted",
            _CURE + _AND_CHANGE * sign_in,
            severity=WARNING if whole.allowing and _CREATE_KEY in made else None,
        )


def check_denied_of_oneself(subject: Subject) -> Flaws:
    """Find Denies on one's own user of what a pattern allows on all users.

    Who may do everything gets round it in other ways as well.
    """
    statement, whole = subject.statement, subject.whole
    judged = statement.actions and subject.refuses_without_mfa and not subject.other_conditions
    where = statement.resources if subject.gives_users else None
    if not (judged and where and all(map(is_one_s_own, where))):
        return
    for action, (kind, does) in _DONE_TO_OTHERS.items():
        on_purpose = not whole.allowed_names.isdisjoint({action.lower(), "*"})
        named = action.lower() in names_of(statement)
        if named and not on_purpose and _is_open_on_all(subject, action, kind):
            yield Flaw(
                ESCALATION,
                subject.place_of("Resource"),
                f"this Deny of {action} is on one's own user alone, and the policy allows it on "
                "all users",
                f"whoever has the long-term key can {does}",
                in_partition_of(whole, f"deny it on {_ALL_USERS}"),
                severity=WARNING,
            )
            return


def check_devices_of_others(subject: Subject) -> Flaws:
    """Find Allows on all users that are meant for one's own, as their actions or Sid tell.

    Whoever sets up MFA for others, as a help desk does, has other actions in the statement.
    """
    statement, whole = subject.statement, subject.whole
    cares = _cares_for_oneself(statement) and concerns(statement, _ENABLE)
    says = _says_own(statement.sid or "")
    where = _all_users(subject) if cares or says else ""
    own = where and cares
    free = not (statement.conditions or _is_named_in_a_deny(whole, _ENABLE))
    if own and free and _is_exempt(whole):
        yield Flaw(
            OF_OTHERS,
            subject.place_of_action(_ENABLE),
            f"{_ENABLE} is allowed on {where}, and a Deny exempts it",
            "whoever has the long-term key can enable a device for others, and so lock out those "
            "who have none",
            in_partition_of(whole, f"allow it on {MEANT[OF_USER]}, and on others only with MFA"),
        )
        return
    said = where and says and not (is_one_s_own(where) or subject.other_conditions)
    action = next((each for each in _CHANGES if said and concerns(statement, each)), None)
    if action and not _is_limited_or_meant(whole, statement, action):
        yield Flaw(
            OF_OTHERS,
            subject.place_of_action(action),
            f"the Sid is {statement.sid}, but {action} is allowed on {where}",
            "its users can do this to all others"
            + ", with MFA" * (subject.requires_mfa or whole.denies_without_mfa(statement)),
            in_partition_of(whole, f"allow it on {MEANT[OF_USER]}"),
        )


def _all_users(subject: Subject) -> str:
    """Return a resource of an Allow that is all users, or those whose names begin like one's own.

    Empty if it has none, or is not of users.
    """
    statement = subject.statement
    judged = statement.allows and subject.gives_users and statement.actions
    return next(filter(_is_of_all_users, (judged and statement.resources) or ()), "")


def _is_of_all_users(resource: str) -> bool:
    own_only = is_one_s_own(resource) and not resource.endswith("}*")
    return is_of_everybody(resource, OF_USER) and not own_only


def _cares_for_oneself(statement: Statement) -> bool:
    """Say whether it lists the setup of one's own MFA; keys too, beside one's own password."""
    others = [each for each in statement.actions or ("-",) if not is_own_care(each)]
    changes = "iam:changepassword" in names_of(statement)  # of whoever calls
    return all(map(_of_credentials, others)) and (changes or not others)


def _is_limited_or_meant(whole: WholePolicy, statement: Statement, action: str) -> bool:
    """Say whether a Deny may limit an action to some users, or another Allow gives it on all."""
    denied = any(
        concerns(each, action) and not (means_mfa(each) and actions_of(each).all_but)
        for each in whole.statements
        if not each.allows
    )
    return denied or any(
        any(map(_is_of_all_users, each.resources or ("*",)))
        for each in whole.allowing
        if each is not statement and concerns(each, action)
    )


def check_names_alike(subject: Subject) -> Flaws:
    """Find the first Allow of changing one's own user that other users' names match, too."""
    first = _first_alike(subject.whole)
    if not (first and first[0] is subject.statement and subject.gives_users):
        return
    if any(check_devices_of_others(subject)):
        return
    (where, start), at_end = first[1].group(0, 1), first[1][0].endswith("}")
    yield Flaw(
        MATCHES_OTHERS,
        subject.place_of("Resource"),
        f"{where} also matches other users: {'joann' if at_end else 'anna'} where ann calls",
        f"users can do this to those whose name {'ends' if at_end else 'begins'} with their own",
        f"write {start}${{aws:username}}, and {start}*/${{aws:username}} if users have a path",
    )


@per_policy
def _first_alike(whole: WholePolicy) -> tuple[Statement, re.Match[str]] | None:
    """Return the first Allow of `check_names_alike`, with the resource."""
    return next(
        (
            (each, found)
            for each in whole.allowing
            for found in filter(None, map(_own_among_others, each.resources or ()))
            for name in filter(_changes_user, names_of(each))
            if fits(found[0], resource_of(name) or OF_USER) and not _is_told_of_others(whole, name)
        ),
        None,
    )


@per_policy
def _is_told_of_others(whole: WholePolicy, action: str) -> bool:
    """Say whether a statement allows an action on all users, or denies it on all but oneself."""
    about = [each for each in whole.statements if concerns(each, action)]
    return any(
        is_of_everybody(where, OF_USER) and not is_one_s_own(where)
        for each in about
        for where in (each.resources or ("*",) if each.allows else ())
    ) or any(is_one_s_own(where) for each in about for where in each.not_resources or ())


@per_policy
def _is_exempt(whole: WholePolicy) -> bool:
    """Say whether a Deny of everything exempts enabling a device, and not all of IAM."""
    return any(
        actions_of(each).all_but
        and is_about_everything(each)
        and not concerns(each, _ENABLE)
        and "iam:*" not in actions_of(each).names
        for each in whole.denies_for_mfa
    )


@per_policy
def _asks_for_services(whole: WholePolicy) -> bool:
    """Say whether Allows, and no Denies of all but some, give whole services only with MFA.

    Whom a boundary limits gains nothing beyond it.
    """
    keys = (condition.key for each in whole.statements for condition in each.conditions)
    denied = (name for each in whole.statements if not each.allows for name in names_of(each))
    if any("permissionsboundary" in each.lower() for each in (*keys, *denied)):
        return False
    if any(actions_of(each).all_but for each in whole.denies_for_mfa):
        return False
    return any(
        name == "*" or name.endswith(":*")
        for each in whole.allowing
        if (found := reach(each)) and found.needs_mfa and found.fresh and is_about_everything(each)
        for name in set(names_of(each)).difference(whole.opened(each, "long_term"))
    )


@per_policy
def _is_named_in_a_deny(whole: WholePolicy, action: str) -> bool:
    """Say whether a Deny may be about an action, wherever and whenever."""
    return any(
        not each.allows and (concerns(each, action) or any(map(is_unfilled, each.actions or ())))
        for each in whole.statements
    )
