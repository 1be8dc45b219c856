"""Denies of regions that stop IAM, and global services in regions that they never count as."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mfa_session.policy.conditions import OPPOSITES, is_met
from mfa_session.policy.coverage import concerns, names_of
from mfa_session.policy.credentials import DIRECT_CALL, RequestContext
from mfa_session.policy.rules.enrolment import FIRST_CALLS, denied_steps
from mfa_session.policy.rules.exemptions import is_of_users, sparing
from mfa_session.policy.rules.rule import WARNING, Flaw, Rule, Subject
from mfa_session.policy.rules.values import WRONG_VALUE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_session.policy.document import Condition

RULES: tuple[Rule, ...] = ()  # those of `enrolment` and `values`


_REGION = "aws:RequestedRegion"
_GLOBAL = ("cloudfront:", "iam:", "organizations:", "route53:")
_is_commercial = re.compile("(af|ap|ca|eu|il|me|mx|sa|us)-(?!iso|gov)").match


def check_regions(subject: Subject) -> Iterator[Flaw]:
    """Find Denies of all actions in the region that IAM's requests count as."""
    statement = subject.statement
    limits = is_of_users(subject) and "*" in names_of(statement)
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
    alone = bool(names and subject.whole.concern_mfa) and all(
        name.startswith(_GLOBAL) for name in names
    )
    for condition in subject.other_conditions if alone else ():
        calls = _calls_of_iam(condition)
        never = bool(calls) and all(is_met(condition, call) is False for call in calls.values())
        narrowed = subject.refuses_without_mfa and condition.operator in OPPOSITES  # `conditions`
        if never and not narrowed:
            yield Flaw(
                WRONG_VALUE,
                condition.position,
                f"requests for {subject.as_written(names[0])} count as {min(calls)}: "
                f"{condition.written} {condition.key} is never met",
                f"nobody is {'allowed this' if subject.statement.allows else 'stopped'}",
                f"remove {condition.key}",
                severity=WARNING,
            )


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
    """Return the region of IAM's requests in a region's partition (IAM user guide), if known."""
    if region.startswith("us-gov-"):
        return "us-gov-west-1"
    if region.startswith("cn-"):
        return "cn-north-1"
    return "us-east-1" if _is_commercial(region) else ""
