"""Denies that go by a tag of the user, which users may change on themselves."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

from mfa_session.policy.conditions import is_met, is_met_without_key
from mfa_session.policy.coverage import concerns, names_of
from mfa_session.policy.credentials import RequestContext
from mfa_session.policy.intrinsics import is_unfilled
from mfa_session.policy.mfa import KINDS_WITHOUT_MFA, mfa_conditions, reach
from mfa_session.policy.rules.dump_users import tagging
from mfa_session.policy.rules.exemptions import DEACTIVATION
from mfa_session.policy.rules.removal import REMOVAL_SPARED
from mfa_session.policy.rules.resource_kinds import is_one_s_own
from mfa_session.policy.rules.rule import WARNING, Flaw, Flaws, Subject, first_of
from mfa_session.policy.rules.whole_policy import WholePolicy, per_policy
from mfa_session.policy.statement import Condition, Statement

_TAG, _UNTAG = "iam:TagUser", "iam:UntagUser"
_TAGGING = {_TAG: "set", _UNTAG: "remove"}
_covers_own_user = re.compile(
    r"\*|arn:[^:]*:iam::[^:]*:(\*|user/(\*|.*\$\{aws:username\}))", re.IGNORECASE
).fullmatch


def check_tags(subject: Subject) -> Flaws:
    """Find Denies that go by a tag which users can set or remove on themselves."""
    if not (subject.document.kind == "identity" and subject.refuses_without_mfa):
        return
    spares_removal = subject.statement.not_actions and not concerns(subject.statement, DEACTIVATION)
    if subject.on_role or spares_removal:
        return  # who may take a device off needs no tag
    # A Deny of listed actions is not for administrators, who get round it in other ways as well.
    by_name = subject.statement.actions is not None
    for condition, action in itertools.product(subject.other_conditions, _TAGGING):
        if not _escapes(condition, action) or _is_denied_anyhow(subject):
            continue
        told = Flaw(
            REMOVAL_SPARED,
            condition.position,
            f"this Deny goes by {condition.key}, and does not stop {action}, which is allowed",
            f"whoever has the long-term key can {_TAGGING[action]} the tag, and needs no MFA then",
            f"deny {action} without MFA as well, whatever the tag",
        )
        if _allows_own_tags(subject.whole, action, by_name=by_name):
            yield told
            return
        account = subject.document.account
        users = tagging(account).get(subject.document.name) if account else None
        if users and action == _TAG and not by_name:
            yield replace(
                told, message=f"{told.message} to users with this policy: {first_of(users)}"
            )
            return
        if _allows_own_tags_with_mfa(subject.whole, action):
            yield replace(
                told,
                message=f"this Deny goes by {condition.key}, and users may call {action} on "
                "themselves with MFA",
                who="after that, neither the user nor whoever has the long-term key needs MFA",
                cure=f"deny {action} of this tag (aws:TagKeys), or allow it to administrators only",
                severity=WARNING,
            )
            return


def _is_denied_anyhow(subject: Subject) -> bool:
    """Say whether Denies that go by no tag stop those without MFA from the same."""
    outright = subject.whole.outright_denials
    return all(outright(kind).covers(subject.statement) for kind in KINDS_WITHOUT_MFA)


def _escapes(condition: Condition, action: str) -> bool:
    if not condition.is_of_tag or condition.is_unfilled:
        return False
    if action == _UNTAG:
        return is_met_without_key(condition) is False
    tags = (RequestContext({condition.key: (value,)}) for value in (*condition.values, "-"))
    return any(is_met(condition, tag) is False for tag in tags)


@per_policy
def _allows_own_tags(whole: WholePolicy, action: str, *, by_name: bool) -> bool:
    """Say whether one may change one's own tags by an action, and no Deny is about that."""
    about = _statements_about(whole, action)
    return all(each.allows for each in about) and any(
        not each.conditions
        and any(map(_covers_own_user, each.resources or ()))
        and (not by_name or _names_tags(each))
        for each in about
    )


@per_policy
def _allows_own_tags_with_mfa(whole: WholePolicy, action: str) -> bool:
    """Say whether one may change one's own tags by an action, with MFA at the latest."""
    about = _statements_about(whole, action)
    return all(each.allows or _spares_mfa(each) for each in about) and any(
        each.allows
        and len(mfa_conditions(each)) == len(each.conditions)
        and any(map(is_one_s_own, each.resources or ()))
        and _names_tags(each)
        for each in about
    )


def _spares_mfa(denial: Statement) -> bool:
    found = reach(denial) if mfa_conditions(denial) else None
    return found is not None and not found.fresh


def _statements_about(whole: WholePolicy, action: str) -> list[Statement]:
    return [
        each
        for each in whole.statements
        if concerns(each, action)
        or (not each.allows and any(map(is_unfilled, each.actions or ())))  # may be about it
    ]


def _names_tags(statement: Statement) -> bool:
    return any("tag" in name for name in names_of(statement))
