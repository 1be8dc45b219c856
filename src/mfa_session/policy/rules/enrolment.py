"""Denies that keep people from finding or enrolling an MFA device."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mfa_session.policy.conditions import OPPOSITES, is_met, is_met_without_key
from mfa_session.policy.coverage import concerns, is_about_everything, may_be_of, names_of
from mfa_session.policy.credentials import A_USER, DIRECT_CALL, PRINCIPAL_ARN, ROOT, RequestContext
from mfa_session.policy.document import is_for_emergencies
from mfa_session.policy.intrinsics import is_unfilled
from mfa_session.policy.patterns import may_meet
from mfa_session.policy.rules.absent_keys import check_keys_of_actions
from mfa_session.policy.rules.condition_keys import actions_having
from mfa_session.policy.rules.enrolment_steps import is_without_virtual_devices
from mfa_session.policy.rules.exemptions import denies_on_users, how_to_spare, sparing
from mfa_session.policy.rules.narrowing import says_where
from mfa_session.policy.rules.networks import has_wrong_networks
from mfa_session.policy.rules.resource_kinds import (
    DISCOVERY,
    ENROLMENT,
    FIRST_CALLS,
    MEANT,
    RESOURCES_OF,
    fits,
    is_of_everybody,
    is_one_s_own,
    parts_of,
)
from mfa_session.policy.rules.resources import in_partition_of
from mfa_session.policy.rules.rule import WARNING, Flaw, Flaws, Rule, Subject, are
from mfa_session.policy.rules.values import calls_in, patterns_as_text
from mfa_session.policy.rules.whole_policy import WholePolicy, exempts_callers, per_policy
from mfa_session.policy.statement import Condition

DISCOVERY_DENIED = Rule(
    "discovery-denied",
    WARNING,
    "The Deny does not exempt `iam:ListMFADevices`: at login, tools cannot find the user's device.",
)
ENROLMENT_DENIED = Rule(
    "enrolment-denied",
    WARNING,
    "The Deny does not exempt `iam:CreateVirtualMFADevice` or `iam:EnableMFADevice`: new "
    "users cannot get a device. One that does not exempt `iam:ListMFADevices` either has "
    "this finding only. Or, in a policy that asks for MFA, another Deny stops the setup for "
    "everybody: by region (IAM's requests count as `us-east-1`), by a pattern (`iam:Create*`), on "
    "one's own user or device, or by a key that the setup's requests do not have "
    "(`ec2:InstanceType`). So may a Deny of another policy of the same people.",
)
_IN_IAM = RequestContext({"aws:RequestedRegion": ("us-east-1",)}).over(DIRECT_CALL)
_CALL_OF_A_USER, _CALL_OF_ROOT = _IN_IAM.over(A_USER), _IN_IAM.over(ROOT)


def check_first_steps(subject: Subject) -> Flaws:
    """Find Denies of what people need before they have MFA."""
    by_resource = subject.statement.not_resources is not None
    whole = subject.denies_all_actions and (by_resource or subject.is_of_users)
    on_users = subject.limits_users and denies_on_users(subject)
    if not (whole or _denies_by_name(subject) or on_users):
        return
    others = subject.other_conditions
    elsewhere = any(map(_leaves_a_network, others)) or (others and says_where(subject.statement))
    locked_out = _locked_out(subject)
    # One can enrol in other places, or others have enrolled whom nobody is to be.
    users = subject.document.had_by
    if elsewhere or not locked_out or (users and all(map(is_for_emergencies, users))):
        return
    limits = subject.document.kind == "boundary"  # then no other policy allows more
    denied = [
        action
        for action in FIRST_CALLS
        if _is_refused(subject, action)
        and not _is_for_nobody(subject.whole, action)
        and not (limits and not subject.whole.allows_anyhow(action))
    ]
    if ENROLMENT[1] not in denied and is_without_virtual_devices(subject.whole):
        denied = [action for action in denied if action == DISCOVERY]
    if locked_out.startswith("the root"):  # which no tool logs in
        denied = [action for action in denied if action != DISCOVERY]
    if denied:
        yield _denied_steps(subject, denied, "denied without MFA", locked_out, fix=sparing(subject))


def _denied_steps(
    subject: Subject,
    denied: Sequence[str],
    how: str,
    locked_out: str = "new users are locked out: no Allow overrides a Deny",
    *,
    cure: str = "",
    fix: Mapping[str, object] | None = None,
) -> Flaw:
    """Return the finding that some of `FIRST_CALLS` are denied; without a cure, exempt them."""
    unlisted = "tools cannot find the user's MFA device at login: they must be told its ARN"
    who = [locked_out] if denied != [DISCOVERY] else []
    return Flaw(
        ENROLMENT_DENIED if who else DISCOVERY_DENIED,
        subject.place_of_action(),
        f"{are(denied)} {how}",
        "; ".join([*who, unlisted] if DISCOVERY in denied else who),
        cure or how_to_spare(subject, "these actions" if denied[1:] else denied[0]),
        fix or {},
    )


def check_guardrails(subject: Subject) -> Flaws:
    """Find Denies of a step that an Allow names: by a pattern, or on one's own user or device.

    A Deny of the step by its name, on everybody's, keeps it for others on purpose. Conditions may
    be met since the step's requests do not have their keys.
    """
    statement, named = subject.statement, names_of(subject.statement)
    judged = statement.actions and not (statement.allows or subject.on_role)
    if not judged or subject.mfa_conditions or not subject.whole.denies_for_mfa:
        return
    if "*" in named and not statement.conditions:  # for those who are suspended
        return
    inverted = statement.sid_letters.startswith("allow") and not statement.conditions
    own, allowed = any(map(is_one_s_own, statement.resources or ())), subject.whole.allowed_names
    denied = [
        each
        for each in FIRST_CALLS
        if (each.lower() in allowed or (own and inverted))
        and (own or each.lower() not in named)
        and _is_refused(subject, each)
        and all(_is_met_for_lack_of_a_key(condition, each) for condition in statement.conditions)
    ]
    if not denied or (statement.conditions and any(check_keys_of_actions(subject))):
        return
    lacking = " and ".join(condition.key for condition in statement.conditions)
    without = f"denied: their requests have no {lacking}, without which the condition is met"
    how = without if lacking else "denied, with MFA or without"
    cure = f"deny only actions whose requests have {lacking}" if lacking else ""
    if inverted:
        cure = "write the Effect that the Sid tells, Allow"
    yield _denied_steps(subject, denied, how, cure=cure)


def check_exempt_owner(subject: Subject) -> Flaws:
    """Find Denies of a step on all but one's own user or device, where it is on the other one."""
    statement, whole = subject.statement, subject.whole
    own = any(map(is_one_s_own, statement.not_resources or ()))
    of_users = all(is_met(each, A_USER) is True for each in subject.other_conditions)
    plain = not (statement.allows or subject.mfa_conditions)
    told = "*" in names_of(statement) or subject.on_role  # `check_first_steps` judges all actions
    if not (own and of_users and whole.concern_mfa) or told:
        return
    if not (plain or subject.refuses_without_mfa):
        return
    denied = [
        each
        for each in ENROLMENT
        if _is_allowed_or_named(subject, each)
        and _is_refused(subject, each)
        and not _is_for_nobody(whole, each)
    ]
    if denied:
        how = "denied, with MFA or without" if plain else "denied without MFA"
        where = " and ".join(MEANT[RESOURCES_OF[action.lower()]] for action in denied)
        cure = in_partition_of(whole, f"name {where} in NotResource as well")
        yield _denied_steps(subject, denied, how, cure=cure)


def check_regions(subject: Subject) -> Flaws:
    """Find Denies of all actions in the region that IAM's requests count as."""
    statement = subject.statement
    limits = subject.is_of_users and "*" in names_of(statement)
    if statement.allows or subject.mfa_conditions or not (limits and subject.whole.concern_mfa):
        return
    home = _region_of_iam_denied(subject)
    denied = [action for action in FIRST_CALLS if home and concerns(subject.meant, action)]
    if denied:
        yield _denied_steps(
            subject,
            denied,
            f"denied: IAM's requests count as {home}, where this Deny applies",
            "new users are locked out: they cannot set up MFA",
            fix={} if statement.not_actions else sparing(subject),
        )


def _is_met_for_lack_of_a_key(condition: Condition, action: str) -> bool:
    """Say whether requests for a step do not have a condition's key, and so meet it."""
    key = condition.key.lower()
    having, _ = actions_having(key)
    is_new = action == ENROLMENT[0] and key.startswith(("aws:resourcetag/", "iam:resourcetag/"))
    lacks = is_new or (bool(having) and not may_be_of(action, having))
    return lacks and is_met_without_key(condition) is True


def _is_allowed_or_named(subject: Subject, action: str) -> bool:
    """Say whether an Allow names a step, or the Deny one that may be allowed here or elsewhere."""
    whole, named = subject.whole, action.lower() in names_of(subject.statement)
    elsewhere = subject.document.kind == "scp"
    allowed = named and (elsewhere or whole.allows_without_mfa(action))
    return allowed or action.lower() in whole.allowed_names


def _is_refused(subject: Subject, action: str) -> bool:
    statement, wanted = subject.statement, RESOURCES_OF[action.lower()]
    return (
        concerns(subject.meant, action)
        and any(is_of_everybody(each, wanted) for each in statement.resources or ("*",))
        and not any(
            is_unfilled(each) or fits(each, wanted) for each in statement.not_resources or ()
        )
    )


@per_policy
def _is_for_nobody(whole: WholePolicy, action: str) -> bool:
    """Say whether a Deny keeps everybody from it, on purpose: others set up the devices."""
    return any(
        each.actions and action.lower() in names_of(each) and is_about_everything(each)
        for each in whole.plain_denials
    )


def _denies_by_name(subject: Subject) -> bool:
    listed = subject.refuses_without_mfa and subject.statement.actions is not None
    where = subject.statement.resources or ()
    own = any(map(_may_be_of_a_user, where))
    users = all(is_met(each, A_USER) is True for each in subject.other_conditions)
    return subject.limits_users and listed and own and users


def _leaves_a_network(condition: Condition) -> bool:
    negated = condition.is_about("aws:SourceIp") and condition.operator == "NotIpAddress"
    return negated and not has_wrong_networks(condition)


def _locked_out(subject: Subject) -> str:
    """Say whose calls a Deny stops that list, create or enable a device; nothing if nobody's."""
    others = subject.other_conditions
    if any(map(_spares_calls_in, others)):
        return ""
    if not any(is_met(each, _CALL_OF_A_USER) is False for each in others):
        return "new users are locked out: they would need MFA to set up MFA"
    # A policy of users, or their boundary, is never the root user's.
    of_root = subject.document.kind == "scp"
    if of_root and not any(is_met(each, _CALL_OF_ROOT) is False for each in others):
        return "the root user is locked out: it would need MFA to set up MFA"
    return ""


def _spares_calls_in(condition: Condition) -> bool:
    """Say whether a condition keeps a Deny from calls about devices, whoever makes them.

    They have no tags in the request, and no other services' keys; a tag of the resource that a
    condition demands is of the resources which are protected.
    """
    if condition.is_unfilled:
        return True
    key = condition.key.lower()
    if condition.is_about(PRINCIPAL_ARN):
        as_text = patterns_as_text(condition) if condition.operator not in OPPOSITES else []
        return bool(as_text) and len(as_text) == len(condition.values)
    of_tags = key.startswith(("aws:requesttag/", "aws:resourcetag/"))
    other = of_tags or key.partition(":")[0] not in {"aws", "iam"}
    return other and is_met_without_key(condition) is False


def _may_be_of_a_user(resource: str) -> bool:
    """Say whether a resource may be a user or an MFA device; `*` stays within one part."""
    _, _, service, _, _, what = parts_of(resource)
    return may_meet(service, "iam") and any(may_meet(what, each) for each in ("user/*", "mfa/*"))


def _region_of_iam_denied(subject: Subject) -> str:
    conditions = subject.statement.conditions
    calls = dict(call for each in conditions for call in calls_in(each).items())
    users = [call.over(A_USER) for call in calls.values()]
    denied = all(_meets_unless_exempt(each, call) for each in conditions for call in users)
    return min(calls) if calls and denied else ""


def _meets_unless_exempt(condition: Condition, call: RequestContext) -> bool:
    met = is_met(condition, call)
    return met is True or (met is None and exempts_callers(condition))
