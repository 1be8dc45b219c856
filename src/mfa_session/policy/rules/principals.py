"""MFA asked of AWS services, or of federated users."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from mfa_session.policy.conditions import is_met
from mfa_session.policy.coverage import Cover, concerns, contains, names_of
from mfa_session.policy.credentials import A_SERVICE, A_USER, RequestContext
from mfa_session.policy.fixes import in_words, other_conditions, right_condition
from mfa_session.policy.intrinsics import is_unfilled
from mfa_session.policy.mfa import mfa_conditions, reach
from mfa_session.policy.rules.narrowing import OF_OUTSIDERS, OF_PLACES
from mfa_session.policy.rules.roles import whole_account
from mfa_session.policy.rules.rule import ERROR, NOTE, Flaw, Flaws, Rule, Subject
from mfa_session.policy.rules.whole_policy import (
    WholePolicy,
    is_met_by_services_only,
    per_policy,
)
from mfa_session.policy.statement import (
    Condition,
    Statement,
    is_for_everybody,
    is_for_services,
    standing_for_services,
)

SERVICE = Rule(
    "service-has-no-mfa",
    ERROR,
    "The statement requires MFA of an AWS service, or of a principal as which one calls, such as "
    "an origin access identity of CloudFront, or of a vendor's account, such as Datadog's: the "
    "service is locked out. Or, in a policy about MFA, a Deny by network or organisation stops one "
    "that is allowed by name, or one goes by a key that only services have (`aws:SourceAccount`), "
    "and stops all users. A note if the service always meets the condition, as one with "
    "`IfExists`.",
)
FEDERATED = Rule(
    "federation-has-no-mfa",
    ERROR,
    "The statement requires MFA of SAML or OpenID Connect users: they are locked out. Or the "
    "action is another than their provider's: `sts:AssumeRoleWithSAML` or "
    "`sts:AssumeRoleWithWebIdentity`; or one of these is allowed to others.",
)
_SERVICE_NAMES = ("aws:PrincipalServiceName", "aws:PrincipalServiceNamesList")

_NO_SERVICE = ("Bool", "aws:PrincipalIsAWSService", "false")
_NO_MFA_KNOWN = "requests of users who sign in by SAML or OpenID Connect carry no MFA"
_of_users = re.compile("sts:assumerole[a-z]*").fullmatch
_provider = re.compile("arn:[^:]*:iam::[^:]*:(saml|oidc)-provider/[^$<{]+").fullmatch
_is_of_source = re.compile("aws:source(account|arn|orgid|orgpaths)", re.IGNORECASE).fullmatch
_COPYING = "backup:CopyIntoBackupVault"
# The accounts from which vendors' services take roles, by the vendors' documentation.
_VENDORS = {
    "464622532012": "Datadog",
    "509560245411": "Dynatrace",
    "754728514883": "New Relic",
    "926226587429": "Sumo Logic",
    "956993596390": "Vanta",
}
_SIGNED_ELSEWHERE = {"sts:assumerolewithsaml", "sts:assumerolewithwebidentity"}


def check_services(subject: Subject) -> Flaws:
    """Find MFA asked of AWS services."""
    named = subject.statement.principals_of("Service")
    services = [each for each in named if not each.startswith("arn:")]
    if not services:
        return
    alone = _are_all(subject.statement, "Service")
    why = f"{services[0]} is an AWS service, and services have no MFA"
    if alone and _is_idle(subject):
        yield _idle(subject, SERVICE, why)
    elif _keeps_out_who_has_no_keys(subject) and (alone or _lacking(subject, "Service")):
        own = {"Service": list(services) if services[1:] else services[0]}
        yield Flaw(
            SERVICE,
            subject.place_of("Principal"),
            why,
            "the service is locked out",
            "remove the condition"
            if alone
            else "keep this statement without the service, and add for the service: "
            + in_words(subject.statement, Principal=own),
            {"Condition": other_conditions(subject.statement)} if alone else {},
        )


def check_service_conditions(subject: Subject) -> Flaws:
    """Find Allows of others, with MFA or beside it, under a condition that only services meet."""
    statement, named = subject.statement, subject.statement.aws_principals
    of_others = statement.allows and subject.whole.concern_mfa and named and "*" not in named
    asks = subject.requires_mfa and not is_for_services(statement)
    for condition in subject.other_conditions if asks or of_others else ():
        if is_met_by_services_only(condition):
            why, what = ("services have no MFA", "MFA ") if asks else (f"{named[0]} is none", "")
            yield Flaw(
                SERVICE,
                condition.position,
                f"only AWS services meet {condition.written} {condition.key}, and {why}",
                "nobody gets through by this statement",
                f"remove the {what}condition, {'and' if asks else 'or'} name the service as the "
                "principal",
            )


def check_services_denied(subject: Subject) -> Flaws:
    """Find Denies for everybody that stop AWS services which are allowed by name.

    They ask for MFA or, in policies about MFA, go by network or organisation.
    """
    denied, conditions = subject.statement, subject.other_conditions
    service, by = _denied_by_name(subject, "Service"), None
    why, fix = "and services have no MFA", dict[str, Any]()
    if service:
        said = [each for each in conditions if each.is_about(_NO_SERVICE[1])]
        fix = right_condition(denied, instead_of=said, besides=[_NO_SERVICE])
    elif not (subject.mfa_conditions or denied.allows) and subject.whole.concern_mfa:
        by = next(
            (each for each in conditions if each.key.lower() in {*OF_OUTSIDERS, *OF_PLACES}), None
        )
        if by and is_for_everybody(denied):
            service = _met_by_name(subject, "Service", conditions)
            of_network = by.is_about("aws:SourceIp")
            why = "which " + ("calls from AWS's addresses" if of_network else f"has no {by.key}")
            fix = _sparing_services(other_conditions(denied))
    if service:
        yield Flaw(
            SERVICE,
            by.position if by else subject.place_of("Principal"),
            f"this Deny is also for {service}, an AWS service, {why}",
            "the service is locked out of what another statement allows it",
            "exempt services from this Deny",
            fix,
        )


def _sparing_services(block: Mapping[str, Any]) -> dict[str, Any]:
    """Return the Condition of a Deny that exempts AWS services."""
    operator, key, value = _NO_SERVICE
    return {"Condition": {**block, operator: {**block.get(operator, {}), key: value}}}


def check_users_denied(subject: Subject) -> Flaws:
    """Find Denies for everybody that go by the absence of a key which only services bring.

    They stop all users, to whom another statement gives the same with MFA.
    """
    denied, whole = subject.statement, subject.whole
    of_services = [each for each in subject.other_conditions if _is_of_source(each.key)]
    stops_users = is_for_everybody(denied) and all(
        is_met(each, A_USER) is True for each in denied.conditions
    )
    if denied.allows or not (of_services and stops_users and whole.concern_mfa):
        return
    outright = replace(denied, conditions=())
    allows = filter(_is_for_users_with_mfa, whole.allows.first_touching(denied))
    fresh = (each for each in allows if contains(outright, each))
    if allow := next(fresh, None):
        key = of_services[0].key
        yield Flaw(
            SERVICE,
            of_services[0].position,
            f"only AWS services bring {key}: this Deny stops all users",
            f"everybody whom {subject.label_of(allow)} lets in is locked out, with MFA too",
            'limit it to services by "Bool": {"aws:PrincipalIsAWSService": "true"}, or compare '
            + key.replace("Source", "Principal").replace("source", "principal"),
        )


def _is_for_users_with_mfa(allow: Statement) -> bool:
    found = reach(allow)
    named = bool(allow.aws_principals) and not is_for_everybody(allow)
    return named and found is not None and found.fresh


def check_copies(subject: Subject) -> Flaws:
    """Find MFA asked for copies into a backup vault, which AWS Backup makes as a role."""
    statement, named = subject.statement, _COPYING.lower() in names_of(subject.statement)
    stopped = subject.refuses_without_mfa and is_for_everybody(statement)
    asks = subject.requires_mfa or (stopped and subject.whole.allows_without_mfa(_COPYING))
    if named and asks and subject.document.kind == "resource":
        yield Flaw(
            SERVICE,
            subject.place_of_action(_COPYING),
            "AWS Backup copies into a vault as a role, and roles have no MFA",
            "no copy arrives in this vault",
            f"move {_COPYING} to a statement without this condition"
            if statement.allows
            else f"remove {_COPYING} from this Deny",
        )


def check_stand_ins(subject: Subject) -> Flaws:
    """Find MFA asked of other principals as which AWS services call."""
    asks = _keeps_out_who_has_no_keys(subject)
    named = standing_for_services(subject.statement) if asks else []
    denied = _denied_by_name(subject, "standing for a service")
    if named or denied:
        yield Flaw(
            SERVICE,
            subject.place_of("Principal"),
            f"an AWS service calls as {denied or named[0]}, and services have no MFA",
            "the service is locked out",
            "allow the service by its own name (cloudfront.amazonaws.com with an origin access "
            "control, logdelivery.elasticloadbalancing.amazonaws.com), "
            + ("and exempt services from this Deny" if denied else "in another statement"),
        )


def check_vendors(subject: Subject) -> Flaws:
    """Find MFA asked of the accounts from which vendors' services take roles."""
    if subject.document.kind != "trust" or not _keeps_out_who_has_no_keys(subject):
        return
    named = subject.statement.aws_principals
    account = next((each for each in named if whole_account(each) in _VENDORS), None)
    if account:
        vendor = _VENDORS[whole_account(account) or ""]
        yield Flaw(
            SERVICE,
            subject.place_of("Principal"),
            f"{account} is {vendor}'s account, whose service takes roles without MFA",
            "the vendor is locked out",
            "remove the condition on MFA: sts:ExternalId protects the role"
            if len(named) == 1
            else "allow the vendor in another statement, with sts:ExternalId and without MFA",
        )


def check_federation(subject: Subject) -> Flaws:
    """Find MFA asked of SAML or OpenID Connect users."""
    statement, named = subject.statement, set(names_of(subject.statement))
    by_call = bool(named) and named <= _SIGNED_ELSEWHERE
    federated = by_call or "Federated" in (statement.principals or ())
    asks = federated and _keeps_out_who_has_no_keys(subject)
    if asks and "AWS" in (statement.principals or ()):
        # They take a role by another call than sts:AssumeRole, if the statement has it.
        others = named - {"sts:assumerole"} or named
        asks = not others.isdisjoint(_lacking(subject, "Federated"))
    if federated and len(statement.principals or ()) == 1 and _is_idle(subject):
        yield _idle(subject, FEDERATED, _NO_MFA_KNOWN)
    elif asks or _denied_by_name(subject, "Federated"):
        yield Flaw(
            FEDERATED,
            subject.place_of("Principal"),
            _NO_MFA_KNOWN,
            "these users are locked out",
            "require MFA at the identity provider, and only then "
            + (
                "allow these users in a statement without the condition"
                if asks
                else "limit this Deny to sts:AssumeRole"
            ),
        )


def _lacking(subject: Subject, kind: str) -> set[str]:
    """Return the actions that no Allow without MFA gives all principals of a kind by name.

    Other conditions of such an Allow do not count: these are another way in.
    """
    statement, given = subject.statement, _given_by_name(subject.whole)
    lacking = set[str]()
    for name in statement.principals_of(kind):
        cover = given.get((kind, name))
        alone = replace(statement, principals={kind: (name,)})
        lacking.update(cover.uncovered(alone) if cover else names_of(statement))
    return lacking


@per_policy
def _given_by_name(whole: WholePolicy) -> dict[tuple[str, str], Cover]:
    found: dict[tuple[str, str], list[Statement]] = {}
    for each in itertools.filterfalse(mfa_conditions, whole.allowing):
        for kind, names in (each.principals or {}).items():
            for name in names if kind != "AWS" else ():
                found.setdefault((kind, name), []).append(replace(each, conditions=()))
    return {key: Cover(alike) for key, alike in found.items()}


def check_providers(subject: Subject) -> Flaws:
    """Find Allows for the users of a provider whose action is of another kind of provider."""
    statement, names = subject.statement, names_of(subject.statement)
    if not statement.allows or subject.mfa_conditions or any(map(is_unfilled, names)):
        return
    others = (each for each in _providers_in(statement) if each not in _let_in(subject.whole))
    provider = next(others, None)
    if provider and any(map(_of_users, names)):
        action = _action_for(provider)
        yield Flaw(
            FEDERATED,
            subject.place_of_action(),
            f"users of {provider} take a role only by {action}",
            "these users are locked out",
            f"allow {action}",
        )


def check_calls(subject: Subject) -> Flaws:
    """Find Allows for users and roles whose action only a provider's users call."""
    statement, users = subject.statement, subject.statement.aws_principals
    calls = [name for name in names_of(statement) if _of_users(name)]
    others = _are_all(statement, "AWS") and not any(map(_may_be_a_provider, users))
    if statement.allows and others and users and calls and _SIGNED_ELSEWHERE.issuperset(calls):
        yield Flaw(
            FEDERATED,
            subject.place_of_action(calls[0]),
            f"{subject.as_written(calls[0])} is only for users of a provider, not for {users[0]}",
            "nobody gets in by this statement",
            "allow sts:AssumeRole, or name the provider as Federated",
        )


def _may_be_a_provider(principal: str) -> bool:
    return principal == "*" or "provider/" in principal or is_unfilled(principal)


def _providers_in(statement: Statement) -> Iterator[str]:
    return filter(_provider, statement.principals_of("Federated"))


def _are_all(statement: Statement, kind: str) -> bool:
    return list(statement.principals or ()) == [kind]


def _action_for(provider: str) -> str:
    return f"sts:AssumeRoleWith{'SAML' if ':saml-provider/' in provider else 'WebIdentity'}"


@per_policy
def _let_in(whole: WholePolicy) -> frozenset[str]:
    """Return the providers whose users an Allow lets in by the right action."""
    return frozenset(
        provider
        for each in whole.allowing
        for provider in _providers_in(each)
        if concerns(each, _action_for(provider))
    )


def without_harm(subject: Subject, fix: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a Deny's fix that spares the services and federated users whom an Allow names."""
    statement, block = subject.statement, fix.get("Condition")
    if not isinstance(block, Mapping) or statement.allows or not is_for_everybody(statement):
        return fix
    keys = {key for each in block.values() if isinstance(each, Mapping) for key in each}
    kept = [each for each in subject.other_conditions if each.key in keys]
    if "Action" not in fix and _met_by_name(subject, "Federated", kept):
        others = {name: each for name, each in fix.items() if name != "NotAction"}
        fix = {**others, "Action": "sts:AssumeRole"}
    if _NO_SERVICE[1] not in keys and _met_by_name(subject, "Service", kept):
        fix = {**fix, **_sparing_services(block)}
    return fix


def _denied_by_name(subject: Subject, kind: str) -> str | None:
    """Return a principal of a kind that is allowed by name, and that a Deny for everybody stops."""
    found, denied = subject.reach, subject.statement
    stops = found is not None and found.long_term and not found.fresh
    if denied.allows or not (stops and is_for_everybody(denied)):
        return None
    return _met_by_name(subject, kind, subject.other_conditions)


def _met_by_name(subject: Subject, kind: str, conditions: Sequence[Condition]) -> str | None:
    """Return a principal of `allows_by_name` who meets all of some conditions."""
    told = set[object]()
    denied = replace(subject.statement, conditions=tuple(conditions))
    for name, allow in subject.whole.allows_by_name(denied, kind):
        sources = _sources_in(allow) if kind == "Service" else ()
        if (name, sources) not in told:
            told.add((name, sources))
            for known in _calls_of(name, sources) if kind == "Service" else (RequestContext({}),):
                if all(is_met(each, known) is True for each in conditions):
                    return name or f"the one that {subject.label_of(allow)} lets in by its source"
    return None


def _sources_in(allow: Statement) -> tuple[str, ...]:
    """Return the resources for which a service calls, where an Allow demands them."""
    demanded = (each for each in allow.conditions if each.is_about("aws:SourceArn"))
    found = next(filter(is_met_by_services_only, demanded), None)
    return found.values if found else ()


def _calls_of(service: str, sources: Sequence[str]) -> Iterator[RequestContext]:
    names = dict.fromkeys(_SERVICE_NAMES if service else (), (service,))
    known = RequestContext(names).over(A_SERVICE)
    for source in sources or ("",):
        within = {} if is_unfilled(source) or not source else {"aws:SourceArn": source}
        yield RequestContext({}, within).over(known)


def _keeps_out_who_has_no_keys(subject: Subject) -> bool:
    found = subject.reach
    return subject.statement.allows and found is not None and not (found.long_term or found.nobody)


def _is_idle(subject: Subject) -> bool:
    return subject.statement.allows and subject.reach is not None and subject.reach.long_term


def _idle(subject: Subject, rule: Rule, why: str) -> Flaw:
    return Flaw(
        rule,
        subject.mfa_conditions[0].position,
        f"{why}: the condition is always met",
        "nobody is kept out by the condition",
        "remove the condition",
        severity=NOTE,
    )
