"""Policies of an organisation that lock out roles or services, or are for outsiders."""

from __future__ import annotations

import re
from dataclasses import replace

from mfa_session.policy.conditions import is_met
from mfa_session.policy.coverage import Cover, concerns, is_about_everything, names_of
from mfa_session.policy.credentials import A_SERVICE, PRINCIPAL_ARN, RequestContext
from mfa_session.policy.rules.callers import has_wrong_values
from mfa_session.policy.rules.exemptions import is_of_outsiders, of_outsiders
from mfa_session.policy.rules.roles import (
    A_ROLE,
    is_meant_to_exempt,
    is_met_by_roles_only,
    keeps_devices,
    may_be_any,
    may_be_met_by_roles,
    spares_roles,
)
from mfa_session.policy.rules.rule import ERROR, WARNING, Flaw, Flaws, Rule, Subject
from mfa_session.policy.rules.values import COMMERCIAL
from mfa_session.policy.rules.whole_policy import WholePolicy, per_policy
from mfa_session.policy.rules.wrong_credentials import NEVER
from mfa_session.policy.statement import Condition, has_principal, is_for_everybody

SCP = Rule(
    "scp-locks-out-roles",
    ERROR,
    "A service control policy, or a resource control policy, requires MFA of every principal: role "
    "sessions, which carry none, are locked out. A warning if a VPC endpoint's policy does so, or "
    "if a resource control policy exempts roles, but not the AWS services that use the resources.",
)
REGIONS = Rule(
    "regions-stop-iam",
    WARNING,
    "A service control policy denies everything outside of some regions, and exempts no action of "
    "IAM: requests to IAM and other global services are made in `us-east-1`, and are stopped.",
)
_FEW_SERVICES = 2
_GLOBAL = RequestContext({"aws:RequestedRegion": ("us-east-1",)})
_is_commercial = re.compile(COMMERCIAL).match
_BY_SERVICES = ("kms:Decrypt", "kms:GenerateDataKey", "s3:GetObject", "s3:PutObject",
                "sqs:SendMessage")  # fmt: skip


def check_scp(subject: Subject) -> Flaws:
    """Find policies of an organisation that ask role sessions, or services, for MFA."""
    statement, document, others = subject.statement, subject.document, subject.other_conditions
    kind, names = document.kind, names_of(statement)
    # A Deny of a few actions keeps them from whoever is behind an endpoint, perhaps on purpose.
    widely = statement.allows or any(name.endswith("*") for name in names)
    if not (document.is_of_organisation or (document.is_of_endpoint and widely)):
        return
    told = (  # by findings of their own
        (has_principal(statement) and not is_for_everybody(statement))
        or is_of_outsiders(subject)
        or (kind == "rcp" and statement.allows)
        or any(map(is_met_by_roles_only, others))
        or any("Not" not in each.operator and has_wrong_values(each) for each in others)
    )
    if told or keeps_devices(statement):
        return
    allowed_anyway = _allowed_to_roles(subject.whole).covers(statement)
    stops = subject.refuses_without_mfa and not (subject.reach and not subject.reach.without_mfa)
    if not (stops or (_needs_mfa_of_sessions(subject) and not allowed_anyway)):
        return
    what = f"a {'service' if kind == 'scp' else 'resource'} control policy"
    if document.is_of_endpoint:
        what = "a VPC endpoint's policy"
    exempt_services = '"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}'
    if all(each.startswith("sts:assumerolewith") for each in names):
        yield Flaw(
            SCP,
            subject.mfa_conditions[0].position,
            f"{what} also applies to users of SAML and OpenID Connect, who carry no MFA",
            "these users are locked out",
            "require MFA at the identity provider, and remove these actions",
        )
    elif not any(_spares_all_meant(subject, each) for each in others):
        some = any(each.is_of_tag or spares_roles(each) for each in others)
        spared = 'exempt roles here with "ArnNotLike"'
        spared = 'allow roles in another statement with "ArnLike"' if statement.allows else spared
        yield Flaw(
            SCP,
            subject.mfa_conditions[0].position,
            f"{what} also applies to roles, and their sessions carry no MFA",
            f"all {'other ' if some else ''}role sessions are locked out, including those of SSO "
            "and of services",
            f"require MFA in users' policies and roles' trust policies, or {spared}: "
            '{"aws:PrincipalArn": "arn:*:iam::*:role/*"}'
            + (f", and services with {exempt_services}" if kind == "rcp" else ""),
            severity=WARNING if document.is_of_endpoint else None,
        )
    elif kind == "rcp" and _stops_services(subject):
        yield Flaw(
            SCP,
            subject.mfa_conditions[0].position,
            f"{what} also applies to AWS services, which have no MFA and are no roles",
            "the services that use these resources are stopped, such as those that write logs",
            f"exempt them, too: {exempt_services}",
            severity=WARNING,
        )


def _needs_mfa_of_sessions(subject: Subject) -> bool:
    """Say whether it is an Allow for no session without MFA; an endpoint's may be for keys."""
    found, is_of_endpoint = subject.reach, subject.document.is_of_endpoint
    for_some = subject.statement.allows and is_of_endpoint and found is not None and found.fresh
    return subject.requires_mfa or bool(for_some and found and not found.without_mfa)


def _stops_services(subject: Subject) -> bool:
    """Say whether a Deny is about what AWS services do by themselves, and exempts none of them."""
    used = any(concerns(subject.statement, action) for action in _BY_SERVICES)
    # A service's requests have no MFA key, as those with a long-term key.
    used = used and subject.reach is not None and subject.reach.long_term
    return used and all(is_met(each, A_SERVICE) is True for each in subject.other_conditions)


def check_outsiders(subject: Subject) -> Flaws:
    """Find statements of a service control policy for callers to whom none applies."""
    if subject.whole.concern_mfa and is_of_outsiders(subject):
        condition = next(filter(of_outsiders, subject.other_conditions))
        yield Flaw(
            NEVER,
            condition.position,
            "a service control policy applies to the organisation's own users and roles only: none "
            f"of them meets {condition.written} {condition.key} {condition.values[0]}",
            f"nobody is {'let in' if subject.statement.allows else 'stopped'}",
            f"remove {condition.key}"
            + (", and exempt roles by aws:PrincipalArn" if subject.refuses_without_mfa else ""),
        )


def check_regions(subject: Subject) -> Flaws:
    """Find Denies of everything outside of some regions that stop the global services."""
    statement, others = subject.statement, subject.other_conditions
    outside = next((each for each in others if each.is_about("aws:RequestedRegion")), None)
    # Beside MFA, `enrolment` tells that it cannot be set up.
    denies = outside and not (statement.allows or subject.whole.concern_mfa)
    if not (outside and denies and subject.document.kind == "scp" and "*" in names_of(statement)):
        return
    spared = any(each.lower().startswith("iam:") for each in statement.not_actions or ())
    is_global = is_met(outside, _GLOBAL) is True and all(map(_is_commercial, outside.values))
    if is_global and not spared:
        yield Flaw(
            REGIONS,
            outside.position,
            "requests to IAM, Organizations, Route 53 and other global services are made in "
            "us-east-1, and this Deny exempts none of them",
            "they are stopped" + " for all but those whom the Deny exempts" * bool(others[1:]),
            'list the global services in NotAction: "iam:*", "organizations:*", "route53:*", '
            '"cloudfront:*", "support:*", "sts:*" and those that you use',
        )


def _spares_all_meant(subject: Subject, condition: Condition) -> bool:
    """Say whether a condition keeps a Deny from all the roles that it is not meant for.

    A Deny of a few actions may be meant for all roles but some; one of everything, or of several
    whole services, leaves no role any use.
    """
    if is_meant_to_exempt(condition):
        return True
    statement, names = subject.statement, names_of(subject.statement)
    everything = "*" in names or sum(name.endswith(":*") for name in names) > _FEW_SERVICES
    if everything and is_about_everything(statement) and condition.is_about(PRINCIPAL_ARN):
        meant = any(":assumed-role/" in each or may_be_any(each) for each in condition.values)
        return meant or is_met(condition, A_ROLE) is False
    return spares_roles(condition)


@per_policy
def _allowed_to_roles(whole: WholePolicy) -> Cover:
    """Return the Allows under conditions that role sessions may meet."""
    return Cover(
        replace(each, conditions=())
        for each in whole.allowing
        if all(map(may_be_met_by_roles, each.conditions))
    )
