"""MFA asked of everybody, of any account."""

from __future__ import annotations

from mfa_session.policy.conditions import is_met
from mfa_session.policy.coverage import Cover, names_of
from mfa_session.policy.credentials import PRINCIPAL_ARN, RequestContext, mfa_session
from mfa_session.policy.mfa import KINDS_WITHOUT_MFA
from mfa_session.policy.rules.rule import ERROR, WARNING, Flaw, Flaws, Rule, Subject
from mfa_session.policy.rules.whole_policy import WholePolicy, for_everybody, per_policy
from mfa_session.policy.statement import (
    Condition,
    is_about_devices,
    is_for_everybody,
    is_for_everybody_but_some,
)

ANYONE = Rule(
    "anyone-with-mfa",
    ERROR,
    "The principal is `*`, or everybody but some (`NotPrincipal`): everybody who has an AWS "
    "account and an MFA device gets through. A warning if only from some networks.",
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
# What another account's owner can make true as well, so that it keeps nobody out.
_OF_ANY_ACCOUNT = {"aws:currenttime", "aws:epochtime", "aws:principaltag", "aws:principaltype",
                   "aws:referer", "aws:requestedregion", "aws:requesttag", "aws:resourceaccount",
                   "aws:resourceorgid", "aws:resourcetag", "aws:securetransport", "aws:tagkeys",
                   "aws:useragent", "aws:username", "kms:viaservice", "s3:authtype",
                   "s3:delimiter", "s3:existingobjecttag", "s3:max-keys", "s3:prefix",
                   "s3:signatureversion", "s3:tlsversion", "s3:x-amz-acl",
                   "s3:x-amz-server-side-encryption", "sns:protocol",
                   "sts:rolesessionname"}  # fmt: skip
_NETWORK = "aws:sourceip"


def check_anyone(subject: Subject) -> Flaws:
    """Find Allows for everybody with MFA, of any account."""
    if subject.document.kind not in {"trust", "resource"} or is_about_devices(subject.statement):
        return  # no other has a principal
    if may_be_of_endpoint(subject):  # which gives nobody anything
        return
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


def may_be_of_endpoint(subject: Subject) -> bool:
    """Say whether a policy is a VPC endpoint's, or by its looks only such a policy can be it.

    No resource's own policy is about every action of every service.
    """
    document = subject.document
    return document.is_of_endpoint or (
        document.told_kind is None and not document.owners and _opens_all(subject.whole)
    )


@per_policy
def _opens_all(whole: WholePolicy) -> bool:
    return any(
        is_for_everybody(each) and "*" in names_of(each) and each.resources == ("*",)
        for each in whole.allowing
        if each.not_actions is None
    )


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
