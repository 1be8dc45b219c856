"""What a Deny exempts for setting up MFA; Denies that exempt too much, or have nothing to deny."""

from __future__ import annotations

import re
from dataclasses import replace

from mfa_session.policy.conditions import OPPOSITES, is_met
from mfa_session.policy.coverage import (
    actions_of,
    concerns,
    is_about_everything,
    may_overlap,
    names_of,
)
from mfa_session.policy.credentials import A_SESSION, A_USER, ROOT, mfa_session
from mfa_session.policy.fixes import SHORTEST_USEFUL_SECONDS
from mfa_session.policy.intrinsics import is_unfilled
from mfa_session.policy.patterns import includes
from mfa_session.policy.rules.callers import CALLER_KEYS, meet_all
from mfa_session.policy.rules.resource_kinds import ENROLMENT
from mfa_session.policy.rules.rule import ERROR, WARNING, Flaw, Flaws, Rule, Subject
from mfa_session.policy.rules.trusts import TAKE, open_roles
from mfa_session.policy.rules.whole_policy import WholePolicy
from mfa_session.policy.statement import Condition, Statement

BOUNDARY_NOTHING = Rule(
    "boundary-allows-nothing",
    ERROR,
    "A permissions boundary allows nothing, or nothing but what its Deny exempts: nothing else is "
    "allowed, not even with MFA. Or, as the file tells, it allows nothing of what the policies of "
    "a user or role allow; a warning if that is so of one Allow, which needs MFA or is of taking "
    "roles. Or a VPC endpoint's policy only denies.",
)
DENIES_NOTHING = Rule(
    "deny-denies-nothing",
    ERROR,
    "`NotAction` or `NotResource` holds `*`, or a condition exempts everybody (`StringNotLike` "
    "`aws:PrincipalArn` `*`): the Deny denies nothing. A warning if it exempts the whole services "
    "that the policy allows, or everybody but the root user. Or a trust policy denies what it "
    "allows nobody, or only others than it lets in, and lets people in without MFA; a warning if "
    "it is on other resources than those on which the policy allows the same, or one of them is "
    "misspelt.",
)
ONLY_ONESELF = Rule(
    "deny-reaches-only-oneself",
    ERROR,
    "`Resource` limits a Deny with `NotAction` to one's own user: nobody without MFA is stopped "
    "from anything else.",
)
_own_name = re.compile(r"\$\{\s*aws:username\s*\}", re.IGNORECASE).sub
DEACTIVATION = "iam:DeactivateMFADevice"
DELETION = "iam:DeleteVirtualMFADevice"
# What is needed before there is MFA, to get it by command or in the console.
SPARED = (
    "iam:CreateVirtualMFADevice",
    "iam:EnableMFADevice",
    "iam:GetUser",
    "iam:ListMFADevices",
    "iam:ListVirtualMFADevices",
    "iam:ResyncMFADevice",
    "sts:GetSessionToken",
)
# What people need while they have no device yet; to allow it only without MFA is no mistake.
SETUP = frozenset(map(str.lower, SPARED)) | {"iam:getmfadevice", "sts:getcalleridentity"}
FIRST_STEPS = SETUP | {"iam:changepassword", "iam:getaccountpasswordpolicy",
    "iam:getaccountsummary", "iam:listaccountaliases", "iam:listusers"}  # fmt: skip

_READING = ("get", "list", "describe", "batchget", "batchcheck", "lookup", "search", "view",
            "query", "scan", "filter", "select")  # fmt: skip
_account = re.compile("(?<=:iam)::[0-9]{12}:")
_of_a_user_or_device = re.compile(r"arn:[^:]*:iam::[^:]*:(user|mfa)/.*").fullmatch
whole_service = re.compile(r"(?!iam:|sts:)[\w-]+:\*", re.IGNORECASE).fullmatch
of_a_user = re.compile(r"arn:[^:]*:iam::[^:]*:(user/.*|\*)").fullmatch
is_own_care = re.compile(
    r"iam:(\S*mfa\S*|getuser|listusers|changepassword|getaccount\S*|listaccountaliases)"
    r"|sts:(getsessiontoken|getcalleridentity)",
    re.IGNORECASE,
).fullmatch


def check_boundary(subject: Subject) -> Flaws:
    """Find Denies about MFA in a boundary that allows nothing of what they deny."""
    denial, whole = subject.statement, subject.whole
    if denial not in whole.denies_for_mfa[:1]:
        return
    if subject.document.is_of_endpoint and not whole.allowing:
        yield Flaw(
            BOUNDARY_NOTHING,
            subject.place_of_action(),
            "this policy of a VPC endpoint only denies, and AWS's own, which allows all, is gone",
            "nothing passes the endpoint, with MFA neither",
            'allow all: {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}',
        )
    if subject.document.kind != "boundary":
        return
    if not whole.allowing or (actions_of(denial).all_but and not is_of_what_is_allowed(subject)):
        yield Flaw(
            BOUNDARY_NOTHING,
            subject.place_of_action(),
            "this boundary allows nothing that the Deny is about",
            "nothing else is allowed to whoever has this boundary, not even with MFA",
            'allow what they may do at most: {"Effect": "Allow", "Action": "*", "Resource": "*"}',
        )


def check_effect(subject: Subject) -> Flaws:
    """Find Denies with NotAction that deny nothing, or little."""
    statement = subject.statement
    if statement.allows:
        return
    if left_out := all_left_out(subject):
        of_actions = left_out.startswith("NotAction")
        exempt = (
            "what is needed to set up MFA" if subject.mfa_conditions else "what is to be exempt"
        )
        yield Flaw(
            DENIES_NOTHING,
            subject.place_of_action(),
            f"{left_out}: this Deny denies nothing",
            "nobody is stopped, with MFA or without",
            f"list in NotAction only {exempt}"
            if of_actions
            else "name in Resource what to protect",
            {"NotAction": list(SPARED)}
            if of_actions and subject.is_of_users and _may_deny_more(subject)
            else {},
        )
    elif not subject.mfa_conditions or subject.on_role:
        return
    elif subject.refuses_without_mfa and (void := _exempting_all(subject)):
        written = " and ".join(f"{each.written} {each.key}" for each in void)
        root = subject.document.told_kind != "identity" and meet_all(void, ROOT)
        if root and "root" in subject.statement.sid_letters:
            return
        yield Flaw(
            DENIES_NOTHING,
            void[0].position,
            f"{written} {'exempt' if void[1:] else 'exempts'} "
            + ("all users and roles" if root else "everybody: this Deny denies nothing"),
            ("nobody but the root user" if root else "nobody") + " is stopped, with MFA or without",
            "name only those to exempt"
            + (f", or remove {void[0].key}" if subject.document.kind != "scp" else ""),
            severity=WARNING if root else None,
        )
    elif denies_on_users(subject) and _leaves_all_else(subject):
        yield Flaw(
            ONLY_ONESELF,
            subject.place_of("Resource"),
            "Resource limits this Deny to users and MFA devices",
            "nobody without MFA is stopped from anything else",
            "deny on all resources",
            {"Resource": "*", **sparing(subject)} if _may_deny_more(subject) else {},
        )
    elif subject.refuses_without_mfa and subject.is_of_users and (free := _all_free(subject)):
        yield Flaw(
            DENIES_NOTHING,
            subject.place_of_action(),
            f"this Deny exempts everything that the policy allows, {free} included",
            "nobody without MFA is stopped from anything that this policy allows",
            "list in NotAction only what is needed to set up MFA",
            severity=WARNING,
        )


def is_of_what_is_allowed(subject: Subject) -> bool:
    """Say whether an Allow may be about some of its actions."""
    return any(may_overlap(each, subject.statement) for each in subject.whole.allowing)


def lacks_condition(statement: Statement) -> bool:
    """Say whether it is a Deny of everything but MFA's setup, without a condition on MFA."""
    spared = statement.not_actions or ()
    bare = bool(spared) and not (statement.allows or "Condition" in statement.elements)
    spares_setup = not any(concerns(statement, action) for action in ENROLMENT)
    return bare and spares_setup and all(map(is_own_care, spared))


def is_left_open(action: str) -> bool:
    """Say whether an action is allowed without MFA on purpose, while others need it."""
    reads = action.partition(":")[2].startswith(_READING)
    return reads or action in FIRST_STEPS or action == DELETION.lower()


def is_denied_but_for_setup(whole: WholePolicy, statement: Statement, kind: str) -> bool:
    """Say whether Denies stop a kind without MFA from all of it but the setup of MFA."""
    return FIRST_STEPS.issuperset(whole.denials(kind).uncovered_parts(statement))


def denies_on_users(subject: Subject) -> bool:
    """Say whether it denies all but named actions, on users and MFA devices alone."""
    statement, where = subject.statement, subject.statement.resources or ()
    named = bool(statement.not_actions) and subject.refuses_without_mfa
    return named and bool(where) and all(map(_of_a_user_or_device, where))


def how_to_spare(subject: Subject, what: str) -> str:
    """Say how the Deny can exempt these actions."""
    if lists_own_care(subject.statement):
        return "to deny everything else, write NotAction instead of Action"
    if sparing(subject):
        return f"exempt {what} from the Deny"
    listed = f"exempt {what}: list the actions to deny by name"
    more = ", or list in NotAction what is needed to set up MFA"
    return listed + (more if subject.refuses_without_mfa else "")


def sparing(subject: Subject) -> dict[str, object]:
    """Return the actions by which the Deny exempts MFA's setup, and not its removal.

    Empty if a pattern among its actions includes the setup.
    """
    statement = subject.statement
    if statement.actions is None or "*" in actions_of(statement).names:
        return _sparing_all_needed(subject)
    if lists_own_care(statement):
        return {"NotAction": list(SPARED)}
    needed = {name.lower() for name in SPARED}
    left = [name for name in statement.actions if name.lower() not in needed]
    met = any(_takes_in(name, action) for name in left for action in needed)
    return {} if met else {"Action": left}


def lists_own_care(statement: Statement) -> bool:
    """Say whether it lists only actions that people need before they have MFA."""
    listed = statement.actions or ()
    removes = concerns(statement, DEACTIVATION) or concerns(statement, DELETION)
    return bool(listed) and not removes and all(map(is_own_care, listed))


def _may_deny_more(subject: Subject) -> bool:
    return subject.refuses_without_mfa and all(
        any(is_met(each, mfa_session(age).facts) is False for each in subject.mfa_conditions)
        for age in (SHORTEST_USEFUL_SECONDS // 2, SHORTEST_USEFUL_SECONDS)
    )


def _exempting_all(subject: Subject) -> list[Condition]:
    """Return the conditions that exempt all users and roles, if they do."""
    of_users = subject.document.kind in {"identity", "boundary"}
    exempting = [
        in_any_account(each) if of_users else each
        for each in subject.other_conditions
        if "Not" in each.operator and each.key.lower() in CALLER_KEYS
    ]
    itself = [
        each
        for each in exempting
        if of_users and [*map(str.lower, each.values)] == [f"${{{each.key}}}".lower()]
    ]
    anyone = [
        replace(each, values=tuple(_own_name("*", value) for value in each.values))
        for each in exempting
    ]
    meeting = any(meet_all(anyone, who) for who in (A_USER, A_SESSION))
    return itself or ([] if meeting else anyone)


def in_any_account(condition: Condition) -> Condition:
    """Return a condition on ARNs with * for their accounts."""
    return replace(condition, values=tuple(_account.sub("::*:", each) for each in condition.values))


def all_left_out(subject: Subject) -> str:
    """Say how the statement exempts everything; empty if it does not."""
    statement, named = subject.statement, actions_of(subject.statement)
    if named.all_but and any(includes(name, "*") for name in named.names):
        return "NotAction holds *, which is every action"
    if any(includes(name, "*") for name in statement.not_resources or ()):
        return "NotResource holds *, which is every resource"
    return ""


def _all_free(subject: Subject) -> str:
    """Return a service that is allowed and exempt, if the Deny stops nothing that Allows give.

    A Deny may exempt one service on purpose.
    """
    denial, whole = subject.statement, subject.whole
    alone = subject.document.kind == "identity" and whole.denies_for_mfa == [denial]
    if not alone or is_of_what_is_allowed(subject):
        return ""
    services = filter(whole_service, denial.not_actions or ())
    given = list(filter(whole.allows_without_mfa, services))
    return given[0] if given[1:] else ""


def _leaves_all_else(subject: Subject) -> bool:
    statement, whole = subject.statement, subject.whole
    where = statement.resources or ()
    elsewhere = replace(statement, resources=None, not_resources=where)
    of_many = any(each.endswith("*") and not each.endswith(":mfa/*") for each in where)
    # Whoever exempts what is never about a user means to deny everything.
    spares_sessions = not concerns(statement, "sts:GetSessionToken")
    is_of_users = of_many or (
        whole.allowing
        and all(
            all(is_left_open(name) or name == TAKE for name in names_of(each))
            for each in whole.allows.touching(elsewhere)
            if each in whole.allowing_without_mfa
        )
        and not _takes_open_roles(subject)
    )
    if is_of_users and (is_of_what_is_allowed(subject) or not spares_sessions):
        return False
    # A Deny of everything but all of IAM may be completed by this one.
    completed = any(
        "iam:*" in map(str.lower, each.not_actions or ()) and is_about_everything(each)
        for each in whole.denies_for_mfa
    )
    return not (completed or whole.denies_without_mfa(elsewhere))


def _takes_open_roles(subject: Subject) -> bool:
    """Say whether an Allow is of taking a role of the file whose trust policy asks for no MFA."""
    file = subject.document.account or subject.document.roster
    taking = (each for each in subject.whole.allowing_without_mfa if concerns(each, TAKE))
    return any(any(open_roles(file.documents, each)) for each in taking) if file else False


def _sparing_all_needed(subject: Subject) -> dict[str, object]:
    lax, spared = (DEACTIVATION, DELETION), subject.statement.not_actions or ()
    kept = [name for name in spared if not any(_takes_in(name, action) for action in lax)]
    missing = [name for name in SPARED if not any(_takes_in(each, name) for each in kept)]
    return {"NotAction": kept + missing}


def _takes_in(pattern: str, action: str) -> bool:
    return includes(pattern.lower(), action.lower())


def is_of_outsiders(subject: Subject) -> bool:
    """Say whether it is for callers to whom a service control policy never applies."""
    return subject.document.kind == "scp" and any(map(of_outsiders, subject.other_conditions))


def of_outsiders(condition: Condition) -> bool:
    """Say whether a condition is only met by other organisations' callers, or by AWS services."""
    is_plain = condition.qualifier is None and not any(map(is_unfilled, condition.values))
    if condition.is_about("aws:PrincipalOrgID"):
        return is_plain and condition.operator in OPPOSITES
    said = [each.lower() for each in condition.values]
    return condition.is_about("aws:PrincipalIsAWSService") and said == ["true"]
