"""Statements of a resource's own policy that are not about that resource."""

from __future__ import annotations

import re
from collections import defaultdict

from mfa_session.policy.coverage import names_of
from mfa_session.policy.rules.resource_kinds import has_no_resource, parts_of
from mfa_session.policy.rules.resources import WRONG_RESOURCE
from mfa_session.policy.rules.rule import NOTE, WARNING, Flaw, Flaws, Rule, Subject
from mfa_session.policy.rules.whole_policy import WholePolicy, per_policy
from mfa_session.policy.statement import is_for_everybody

UNMANAGED = Rule(
    "key-without-manager",
    WARNING,
    "A key's policy about MFA allows nobody `kms:PutKeyPolicy`: KMS refuses it by default, and "
    "without that check nobody can manage the key, with MFA or without.",
)
# Whose policies are told from others'.
_OWN = {"ecr": "repository", "kms": "key", "secretsmanager": "secret"}
_is_in_a_place = re.compile(
    "arn:[^:]*:(?:lambda|secretsmanager|sns|sqs):[a-z0-9-]+:[0-9]{12}:"
).match


def check_own_policies(subject: Subject) -> Flaws:
    """Find, in the policy of a key, repository or secret, what is about none."""
    if not subject.document.is_of_resource:
        return
    statement, names = subject.statement, names_of(subject.statement)
    service = names[0].partition(":")[0] if names else ""
    what = _OWN.get(service, "")
    lost = [each for each in statement.actions or () if has_no_resource(each.lower())]
    of_one = all(name.startswith(f"{service}:") for name in names)
    judged = what and lost and of_one and (statement.allows or subject.mfa_conditions)
    if judged and _is_of_one_resource(subject, service):
        none = not statement.allows and len(lost) == len(names)
        do, does = ("allow", "allows nobody") if statement.allows else ("deny", "stops nobody from")
        yield Flaw(
            WRONG_RESOURCE,
            subject.place_of_action(lost[0]),
            f"{', '.join(lost)} {'are' if lost[1:] else 'is'} about no {what}",
            f"a {what}'s policy {does} this",
            f"{do} {', '.join(lost)} in the user's or the role's policy",
            severity=WARNING if none else NOTE,
        )


def check_manager(subject: Subject) -> Flaws:
    """Find policies of keys that let nobody change them, once for a policy."""
    whole = subject.whole
    judged = subject.is_first and subject.document.is_of_resource and whole.concern_mfa
    if not judged or len(whole.statements) == 1 or any(map(is_for_everybody, whole.allowing)):
        return  # a part of a policy; a VPC endpoint's
    names = {name for each in whole.statements for name in names_of(each)} - {"*"}
    of_keys = names and all(name.startswith("kms:") for name in names)
    if of_keys and whole.allowing and not whole.allows_anyhow("kms:PutKeyPolicy"):
        yield Flaw(
            UNMANAGED,
            subject.statement.position,
            "no statement of this key's policy allows kms:PutKeyPolicy",
            "nobody can manage the key, with MFA or without; KMS refuses the policy by default",
            'allow kms:* to the account: "Principal": {"AWS": "arn:aws:iam::111122223333:root"}',
        )


def check_other_places(subject: Subject) -> Flaws:
    """Find statements of a resource's own policy that name it in another region or account."""
    judged = subject.document.is_of_resource and subject.mfa_conditions
    where = (judged and subject.statement.resources) or ()
    for resource in filter(_is_in_a_place, where):
        others = _of_one_name(subject.whole).get(_name_of(resource), set()).difference(where)
        if others:
            other = min(others)
            yield Flaw(
                WRONG_RESOURCE,
                subject.place_of("Resource"),
                f"this statement names {resource}, and another one {other}, but a resource's own "
                "policy applies to that resource alone",
                "one of the two ARNs matches nothing",
                "write the same ARN in both",
            )


@per_policy
def _of_one_name(whole: WholePolicy) -> dict[str, set[str]]:
    """Return the ARNs of a policy by what they name, if their region and account are known."""
    found = defaultdict[str, set[str]](set)
    for resource in (each for one in whole.statements for each in one.resources or ()):
        if _is_in_a_place(resource):
            found[_name_of(resource)].add(resource)
    return found


def _name_of(resource: str) -> str:
    parts = parts_of(resource)
    return f"{parts[2]}:{parts[5]}"


def _is_of_one_resource(subject: Subject, service: str) -> bool:
    """Say whether a policy is a resource's own, and not a VPC endpoint's."""
    if service == "kms":  # a key's lets somebody change it
        return subject.whole.allows_anyhow("kms:PutKeyPolicy")
    if service == "ecr":
        return "Resource" not in subject.statement.elements
    return not any(map(is_for_everybody, subject.whole.allowing))
