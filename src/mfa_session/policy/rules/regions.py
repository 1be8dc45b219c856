"""Denies of regions that stop IAM, whose requests all count as one region's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mfa_session.policy.conditions import is_met
from mfa_session.policy.coverage import actions_of, concerns, is_about_everything
from mfa_session.policy.credentials import DIRECT_CALL, RequestContext
from mfa_session.policy.rules.enrolment import FIRST_CALLS, denied_steps
from mfa_session.policy.rules.exemptions import limits_users, sparing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_session.policy.rules.rule import Flaw, Rule, Subject

RULES: tuple[Rule, ...] = ()  # those of `enrolment`

_REGION = "aws:RequestedRegion"
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


def _region_of_iam_denied(subject: Subject) -> str:
    named = [each for each in subject.statement.conditions if each.is_about(_REGION)]
    homes = sorted({_home_of(value.lower()) for each in named for value in each.values})
    calls = [RequestContext({_REGION: (home,)}).over(DIRECT_CALL) for home in homes]
    is_denied = all(
        is_met(each, call) is True for each in subject.statement.conditions for call in calls
    )
    return homes[0] if homes and is_denied else ""


def _home_of(region: str) -> str:
    """Return the region of IAM's requests in a region's partition; empty if it is not known.

    The names are those of the IAM user guide, and of the guides of GovCloud and China.
    """
    if region.startswith("us-gov-"):
        return "us-gov-west-1"
    if region.startswith("cn-"):
        return "cn-north-1"
    return "us-east-1" if _of_aws(region) else ""
