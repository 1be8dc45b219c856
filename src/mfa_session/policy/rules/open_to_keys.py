"""What a policy lets a long-term key do to users, groups and policies."""

from __future__ import annotations

from dataclasses import replace

from mfa_session.policy.coverage import concerns
from mfa_session.policy.rules.resource_kinds import is_of_everybody, is_one_s_own, parts_of
from mfa_session.policy.rules.resources import in_partition_of
from mfa_session.policy.rules.rule import Subject
from mfa_session.policy.rules.whole_policy import WholePolicy, per_policy


def is_denied_on(subject: Subject, resource: str, action: str) -> bool:
    """Say whether Denies stop whoever has a key from an action on what a pattern stands for."""
    whole = subject.whole
    wide = in_partition_of(whole, resource)
    # A pattern may match more than is meant, where another one is exempt.
    for each in (
        wide,
        wide.replace("::*:", f"::{_some_account(whole)}:").replace("?*", "-").replace("/*", "/-"),
    ):
        taking = replace(subject.statement, resources=(each,), not_resources=None)
        if whole.denials("long_term").are_about(taking, action):
            return True
    return False


@per_policy
def _some_account(whole: WholePolicy) -> str:
    where = (text for each in whole.denies_for_mfa for text in each.resources or ())
    return next((account for text in where if (account := parts_of(text)[4]).isdecimal()), 12 * "0")


@per_policy
def is_allowed_on_all(
    whole: WholePolicy,
    action: str,
    kind: str,
    *,
    but_oneself: bool = False,
    or_on: tuple[str, ...] = (),
) -> bool:
    """Say whether an Allow gives an action without MFA on all of a kind, or on one's own user.

    `or_on` has the ends of ARNs that count, too.
    """
    return any(
        (is_of_everybody(where, kind) and not (but_oneself and is_one_s_own(where)))
        or where.endswith(or_on)
        for each in whole.allowing_without_mfa
        if concerns(each, action) and not each.conditions
        for where in each.resources or ("*",)
    )
