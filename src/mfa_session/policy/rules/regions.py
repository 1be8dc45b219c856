"""Denies of regions that stop IAM, whose requests all count as one region's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mfa_session.policy.conditions import OPPOSITES, is_met
from mfa_session.policy.coverage import actions_of, concerns, is_about_everything, names_of
from mfa_session.policy.credentials import DIRECT_CALL, RequestContext
from mfa_session.policy.rules.enrolment import FIRST_CALLS, denied_steps
from mfa_session.policy.rules.exemptions import limits_users, sparing
from mfa_session.policy.rules.rule import WARNING, Flaw, Rule, Subject
from mfa_session.policy.rules.values import WRONG_VALUE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_session.policy.document import Condition

RULES: tuple[Rule, ...] = ()  # those of `enrolment` and `values`

_REGION = "aws:RequestedRegion"
_GLOBAL = ("cloudfront:", "iam:", "organizations:", "route53:")
_of_aws = re.compile("(af|ap|ca|eu|il|me|mx|sa|us)-(?!iso|gov)").match


def check_regions(subject: Subject) -> Iterator[Flaw]:
    """Find Denies of all actions in the region that IAM's requests count as."""
    statement = subject.statement
    everything = statement.not_actions is not None or "*" in actions_of(statement).names
    limits = limits_users(subject) and everything and is_about_everything(statement)
    if statement.allows or subject.mfa_conditions or not (limits and subject.whole.concern_mfa):
        return
    home = _region_of_iam_denied(subject)
    denied = [action for action in FIRST_CALLS if home and concerns(subject.meant, action)]
    if denied:
        yield denied_steps(
            subject,
            denied,
            f"denied: IAM's requests count as {home}, where this Deny applies",
            "new users are locked out: nobody can set up MFA",
            {} if statement.not_actions else sparing(subject),
        )


def check_regions_of_global_services(subject: Subject) -> Iterator[Flaw]:
    """Find statements on services whose requests all count as one region's, in other regions."""
    names = names_of(subject.statement)
    alone = bool(names and subject.whole.concern_mfa) and all(map(_is_global, names))
    for condition in subject.other_conditions if alone else ():
        calls = _calls_of_iam(condition)
        narrowed = subject.refuses_without_mfa and condition.operator in OPPOSITES  # `conditions`
        if (
            calls
            and not narrowed
            and all(is_met(condition, call) is False for call in calls.values())
        ):
            yield Flaw(
                WRONG_VALUE,
                condition.position,
                f"requests for {subject.as_written(names[0])} count as "
                f"{min(calls)}: {condition.written} {condition.key} is never met",
                f"nobody is {'allowed this' if subject.statement.allows else 'stopped'}",
                "remove the condition",
                severity=WARNING,
            )


def _is_global(action: str) -> bool:
    return action.startswith(_GLOBAL)


def _region_of_iam_denied(subject: Subject) -> str:
    conditions = subject.statement.conditions
    calls = dict(call for each in conditions for call in _calls_of_iam(each).items())
    denied = all(is_met(each, call) is True for each in conditions for call in calls.values())
    return min(calls) if calls and denied else ""


def _calls_of_iam(condition: Condition) -> dict[str, RequestContext]:
    """Return calls of IAM in the regions that a condition names, by the region they count as."""
    homes = map(_home_of, map(str.lower, condition.values if condition.is_about(_REGION) else ()))
    return {home: RequestContext({_REGION: (home,)}).over(DIRECT_CALL) for home in homes}


def _home_of(region: str) -> str:
    """Return the region of IAM's requests in a region's partition; empty if it is not known.

    The names are those of the IAM user guide, and of the guides of GovCloud and China.
    """
    if region.startswith("us-gov-"):
        return "us-gov-west-1"
    if region.startswith("cn-"):
        return "cn-north-1"
    return "us-east-1" if _of_aws(region) else ""
