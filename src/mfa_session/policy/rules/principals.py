"""MFA asked of everybody, of AWS services, or of federated users."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace

from mfa_session.policy.conditions import is_met
from mfa_session.policy.coverage import Cover, concerns, names_of
from mfa_session.policy.credentials import DIRECT_CALL, PRINCIPAL_ARN, RequestContext, mfa_session
from mfa_session.policy.document import (
    Condition,
    Statement,
    is_about_devices,
    is_for_everybody,
    is_for_everybody_but_some,
    is_for_services,
    standing_for_services,
)
from mfa_session.policy.fixes import in_words, other_conditions, right_condition
from mfa_session.policy.intrinsics import is_unfilled
from mfa_session.policy.mfa import KINDS_WITHOUT_MFA, mfa_conditions
from mfa_session.policy.rules.rule import ERROR, NOTE, WARNING, Flaw, Flaws, Rule, Subject
from mfa_session.policy.rules.whole_policy import WholePolicy, for_everybody, per_policy

ANYONE = Rule(
    "anyone-with-mfa",
    ERROR,
    "The principal is `*`, or everybody but some (`NotPrincipal`): everybody who has an AWS "
    "account and an MFA device gets through. A warning if only from some networks.",
)
SERVICE = Rule(
    "service-has-no-mfa",
    ERROR,
    "The statement requires MFA of an AWS service, or of a principal as which one calls, such as "
    "an origin access identity of CloudFront: the service is locked out. A note if the service "
    "always meets the condition, as one with `IfExists`.",
)
FEDERATED = Rule(
    "federation-has-no-mfa",
    ERROR,
    "The statement requires MFA of SAML or OpenID Connect users: they are locked out. Or the "
    "action is another than their provider's: `sts:AssumeRoleWithSAML` or "
    "`sts:AssumeRoleWithWebIdentity`.",
)
# Somebody of an account that is nobody's here; one in an organisation of its own, one in none.
_OUTSIDER = {
    PRINCIPAL_ARN: ("arn:aws:iam::999999999999:user/outsider",),
    "aws:PrincipalAccount": ("999999999999",),
    "aws:userid": ("AIDAOUTSIDEROUTSIDER1",),
    "kms:CallerAccount": ("999999999999",),
    "s3:DataAccessPointAccount": None,
}
_OUTSIDERS = tuple(
    RequestContext({**_OUTSIDER, **more}).over(mfa_session(age_seconds=0).facts)
    for more in (
        dict.fromkeys(
            ("aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:SourceVpc", "aws:SourceVpce")
        ),
        {
            "aws:PrincipalOrgID": ("o-outsider00",),
            "aws:PrincipalOrgPaths": ("o-outsider00/r-ab12/",),
            "aws:SourceVpc": ("vpc-outsider",),
            "aws:SourceVpce": ("vpce-outsider",),
        },
    )
)
# What a service brings that calls by itself: none of the keys about a principal of an account.
_A_SERVICE = RequestContext(
    {
        **dict.fromkeys((PRINCIPAL_ARN, "aws:PrincipalAccount", "aws:PrincipalOrgID",
                         "aws:PrincipalOrgPaths", "aws:PrincipalType", "aws:userid",
                         "aws:username")),
        "aws:PrincipalIsAWSService": ("true",),
    }
)  # fmt: skip

_SERVICE_NAMES = ("aws:PrincipalServiceName", "aws:PrincipalServiceNamesList")

# What another account's owner can make true as well, so that it keeps nobody out.
_OF_ANY_ACCOUNT = {
    "aws:currenttime",
    "aws:epochtime",
    "aws:principaltag",
    "aws:principaltype",
    "aws:referer",
    "aws:requestedregion",
    "aws:requesttag",
    "aws:resourceaccount",
    "aws:resourceorgid",
    "aws:resourcetag",
    "aws:securetransport",
    "aws:tagkeys",
    "aws:useragent",
    "aws:username",
    "s3:authtype",
    "s3:delimiter",
    "s3:existingobjecttag",
    "s3:max-keys",
    "s3:prefix",
    "s3:signatureversion",
    "s3:tlsversion",
    "s3:x-amz-acl",
    "s3:x-amz-server-side-encryption",
    "sts:rolesessionname",
}
# The keys that only calls of AWS services by themselves have, or have as true.
_OF_SERVICES = {
    "aws:principalisawsservice",
    "aws:principalservicename",
    "aws:sourceaccount",
    "aws:sourcearn",
}
_NETWORK = "aws:sourceip"
_NO_SERVICE = ("Bool", "aws:PrincipalIsAWSService", "false")
_NO_MFA_KNOWN = "requests of users who sign in by SAML or OpenID Connect carry no MFA"
_of_users = re.compile("sts:assumerole[a-z]*").fullmatch
_provider = re.compile("arn:[^:]*:iam::[^:]*:(saml|oidc)-provider/[^$<{]+").fullmatch
_SIGNED_ELSEWHERE = ("sts:assumerolewithsaml", "sts:assumerolewithwebidentity")


def check_anyone(subject: Subject) -> Flaws:
    """Find Allows for everybody with MFA, of any account."""
    if subject.document.kind not in {"trust", "resource"} or is_about_devices(subject.statement):
        return  # no other has a principal
    statement, whole, found = subject.statement, subject.whole, subject.reach
    all_but = statement.not_principals is not None
    if not (statement.allows and (all_but or is_for_everybody(statement))):
        return
    narrowing = {_plain(each) for each in subject.other_conditions if _keeps_outsiders_out(each)}
    if narrowing - {_NETWORK} or _denied_to_outsiders(whole).covers(statement):
        return
    asked, in_part = found is not None and not found.nobody, False
    if not subject.mfa_conditions:
        asked = whole.denies_without_mfa(statement)
        in_part = all(whole.is_narrowed(statement, kind) for kind in KINDS_WITHOUT_MFA)
    if asked or in_part:
        inverted = found is not None and not any(found.with_mfa)
        others = "NotPrincipal is everybody else" if all_but else "Principal is everybody"
        yield Flaw(
            ANYONE,
            subject.place_of("NotPrincipal" if all_but else "Principal"),
            f"{others}, also without an AWS account"
            if inverted
            else f"{others}, and everybody can set up MFA in an AWS account of their own",
            ("everybody" if inverted else "everybody who has an AWS account and an MFA device")
            + (" gets through" if asked else " gets through to what the Deny protects")
            + (" from the networks named" if narrowing else ""),
            'name the account, as in "Principal": {"AWS": "111122223333"}, or the users',
            severity=WARNING if narrowing else None,
        )


def check_services(subject: Subject) -> Flaws:
    """Find MFA asked of AWS services."""
    principals = subject.statement.principals or {}
    services = [each for each in principals.get("Service", ()) if not each.startswith("arn:")]
    if not services:
        return
    alone = len(principals) == 1
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
            f"{in_words(subject.statement, Principal=own)}",
            {"Condition": other_conditions(subject.statement)} if alone else {},
        )


def check_service_conditions(subject: Subject) -> Flaws:
    """Find Allows of others, with MFA or beside it, under a condition that only services meet."""
    statement, named = subject.statement, (subject.statement.principals or {}).get("AWS", ())
    of_others = statement.allows and subject.whole.concern_mfa and named and "*" not in named
    asks = subject.requires_mfa and not is_for_services(statement)
    for condition in subject.other_conditions if asks or of_others else ():
        if _is_met_by_services_only(condition):
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
    """Find Denies for everybody that stop AWS services which are allowed by name."""
    service = _denied_by_name(subject, "Service")
    if service:
        yield Flaw(
            SERVICE,
            subject.place_of("Principal"),
            f"this Deny is also for {service}, an AWS service, and services have no MFA",
            "the service is locked out of what another statement allows it",
            "exempt services from this Deny",
            right_condition(subject.statement, besides=[_NO_SERVICE]),
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


def check_federation(subject: Subject) -> Flaws:
    """Find MFA asked of SAML or OpenID Connect users."""
    federated = "Federated" in (subject.statement.principals or {})
    named = set(names_of(subject.statement))
    federated = federated or (bool(named) and named <= set(_SIGNED_ELSEWHERE))
    asks = federated and _keeps_out_who_has_no_keys(subject)
    if asks and "AWS" in (subject.statement.principals or {}):
        # They take a role by another call than sts:AssumeRole, if the statement has it.
        others = named - {"sts:assumerole"} or named
        asks = not others.isdisjoint(_lacking(subject, "Federated"))
    if federated and len(subject.statement.principals or ()) == 1 and _is_idle(subject):
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
    for name in (statement.principals or {}).get(kind, ()):
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


def _providers_in(statement: Statement) -> Iterator[str]:
    return filter(_provider, (statement.principals or {}).get("Federated", ()))


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


def _denied_by_name(subject: Subject, kind: str) -> str | None:
    """Return a principal of a kind that is allowed by name, and that a Deny for everybody stops."""
    found, denied = subject.reach, subject.statement
    if found is None or denied.allows or not is_for_everybody(denied):
        return None
    if not found.long_term or found.fresh:
        return None
    for name in dict.fromkeys(subject.whole.allowed_by_name(denied, kind)):
        known = RequestContext({})
        if kind == "Service":
            known = RequestContext(dict.fromkeys(_SERVICE_NAMES, (name,))).over(_A_SERVICE)
        if all(is_met(each, known) is True for each in subject.other_conditions):
            return name
    return None


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


def _is_met_by_services_only(condition: Condition) -> bool:
    """Say whether no direct call meets it, nor one that a service makes for its caller."""
    return condition.key.lower() in _OF_SERVICES and is_met(condition, DIRECT_CALL) is False


def _keeps_outsiders_out(condition: Condition) -> bool:
    key = _plain(condition)
    if key in _OF_ANY_ACCOUNT:
        return False
    if condition.is_about(PRINCIPAL_ARN) and any(map(_is_of_any_account, condition.values)):
        return False
    return not any(is_met(condition, outsider) is True for outsider in _OUTSIDERS)


@per_policy
def _denied_to_outsiders(whole: WholePolicy) -> Cover:
    """Return the Denies for everybody, or everybody but some, that also stop outsiders."""
    return Cover(
        for_everybody(each)
        for each in whole.statements
        if not each.allows
        and (is_for_everybody(each) or is_for_everybody_but_some(each))
        and all(map(_is_met_by_outsiders, each.conditions))
    )


def _is_met_by_outsiders(condition: Condition) -> bool:
    return all(is_met(condition, outsider) is True for outsider in _OUTSIDERS)


def _is_of_any_account(arn: str) -> bool:
    parts = arn.split(":", 5)
    return arn.strip("*") == "" or (len(parts) > 5 and parts[4].strip("*") == "")  # noqa: PLR2004  # of an ARN


def _plain(condition: Condition) -> str:
    return condition.key.lower().partition("/")[0]
