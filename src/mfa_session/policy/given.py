"""The condition keys of a request: what options give, and what caller and resource decide."""

from __future__ import annotations

import contextlib
import re
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from mfa_session.model.arns import parse_arn, region_for, region_partition
from mfa_session.model.errors import UsageError
from mfa_session.policy.conditions import COMPARISONS, moment
from mfa_session.policy.credentials import DIRECT_CALL, MFA_AGE, MFA_PRESENT, RequestContext
from mfa_session.policy.patterns import WILDCARDS, includes, may_meet
from mfa_session.policy.rules.resource_kinds import MEANT, OF_NONE, fits, parts_of, resource_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mfa_session.policy.credentials import Credentials, Known, Request, Values
    from mfa_session.policy.document import Condition, Document

_REGION = "aws:RequestedRegion"
# The operators that can compare a key, and a value.
_TYPES = {
    "aws:currenttime": ("DateEquals", "2031-05-01T12:00:00Z"),
    "aws:epochtime": ("NumericEquals", "1935403200"),
    "aws:securetransport": ("Bool", "true"),
    "aws:sourceip": ("IpAddress", "192.0.2.7"),
    "aws:tokenissuetime": ("DateEquals", "2031-05-01T12:00:00Z"),
    "aws:viaawsservice": ("Bool", "true"),
    "aws:vpcsourceip": ("IpAddress", "192.0.2.7"),
}
# Keys that only roles' sessions have: of federated users, machines and functions.
_is_of_roles = re.compile(
    r"saml:|[^:]*\.|aws:(assumedroot|ec2instance)|ec2:(roledelivery|sourceinstancearn)"
    "|lambda:sourcefunctionarn",
    re.IGNORECASE,
).match
# Other services ask for the two actions of IAM, in their own region.
_is_global = re.compile(
    "(cloudfront|iam|organizations|route53):(?!passrole$|createservicelinkedrole$)"
).match
# Actions with resources of several regions or accounts, or without aws:ResourceAccount.
_is_elsewhere = re.compile(
    ".*(accept|associatevpc|copy|createvolume|endpoint|peering|putevents|replica|restore)"
).match


def read_keys(context: Iterable[str], absent: Iterable[str]) -> Known:
    """Return the keys of --context and --absent, in lower case; UsageError `bad-context`."""
    found: dict[str, Values] = {}
    for pair in context:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise _bad(f"--context {pair!r} is not KEY=VALUE", "write it as aws:SourceIp=192.0.2.7")
        operator, sample = _TYPES.get(key.lower(), ("", ""))
        if operator and COMPARISONS[operator](value, value, None) is not True:
            raise _bad(f"{key} is never {value!r}", f"write it as {key}={sample}")
        key = key.lower()
        found[key] = (*found.get(key, ()), value)
    keys: Known = {**found, **dict.fromkeys(map(str.lower, absent))}
    for key in keys:
        if key in {MFA_PRESENT.lower(), MFA_AGE.lower()}:
            raise _bad(
                f"{key} differs between the kinds of credentials",
                "leave it out; --mfa-age gives the age of a session",
            )
        if keys[key] is None and key in found:
            raise _bad(f"--context gives {key} a value, and --absent none", "leave one out")
    return keys


def _bad(message: str, hint: str) -> UsageError:
    return UsageError("bad-context", message, hint)


def read_resource(resource: str, action: str) -> str:
    """Return the resource, empty if the action has none: then only `*` in policies matches.

    UsageError `bad-resource` for what is no ARN, or none that the action has.
    """
    wanted = resource_of(action.lower(), about_mfa=True, under_mfa=True) or ""
    is_arn = may_meet(resource, "arn:*:*:*:*:?*")
    if is_arn and (resource == "*" or not wanted or fits(resource, wanted)):
        return "" if wanted == OF_NONE else resource
    meant = MEANT.get(wanted, "arn:aws:s3:::BUCKET").replace("${aws:username}", "NAME")
    raise UsageError(
        "bad-resource",
        f"{action} has no resource such as {resource!r}"
        if is_arn
        else f"--resource {resource!r} is not an ARN",
        "leave out --resource" if meant == "*" else f"write it as {meant}",
    )


def moment_of(keys: Known, now: datetime) -> datetime:
    """Return the time of the request: a key's, else `now`."""
    for text in keys.get("aws:currenttime") or keys.get("aws:epochtime") or ():
        with contextlib.suppress(OverflowError, OSError):
            return datetime.fromtimestamp(float(moment(text)), timezone.utc)
    return now


def requests_of(
    callers: Iterable[Credentials],
    request: Request,
    keys: Known,
    principal: str | None,
    documents: Iterable[Document],
    now: datetime,
) -> list[Request]:
    """Return each caller's request at this time, with those of the given keys that it may have.

    UsageError `bad-context` for a key that no caller's may have.
    """
    call = RequestContext(
        {
            "aws:CurrentTime": (now.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),),
            "aws:EpochTime": (str(int(now.timestamp())),),
            **dict.fromkeys(("aws:SourceOrgID", "aws:SourceOrgPaths", "kms:ViaService")),
        }
    ).over(DIRECT_CALL)
    statements = [each for document in documents for each in document.statements]
    conditions = [each for statement in statements for each in statement.conditions]
    of_roles = filter(_is_of_roles, (*keys, *(each.key for each in conditions)))
    of_users = RequestContext(dict.fromkeys(of_roles))
    of_resource = _decided_by(request, principal, conditions)
    requests, taken = [], set[str]()
    for caller in callers:
        decided = of_resource.over(of_users) if caller.is_user else of_resource
        whole = decided.over(caller.facts)
        its = {
            key: values
            for key, values in keys.items()
            if call.knows(key) or _may_have(whole, key, values)
        }
        taken.update(its)
        requests.append(request.replace(facts=RequestContext(its).over(decided).over(call)))
    for key in keys.keys() - taken:
        values = keys[key]
        raise _bad(
            f"no request here {f'has {key}={values[0]}' if values else f'lacks {key}'}",
            "leave it out: the caller (--principal) or the resource (--resource) decides it",
        )
    return requests


def _decided_by(
    request: Request, principal: str | None, conditions: Iterable[Condition]
) -> RequestContext:
    """Return the keys that the resource's ARN decides, and the region of global services.

    That is the home of the partition, which the ARNs or, without one, the policies' regions tell.
    """
    _, _, service, region, account, _ = parts_of(request.resource)
    action = request.action.lower()
    if _is_global(action):
        regions = (value for each in conditions if each.is_about(_REGION) for value in each.values)
        in_aws = all(region_partition(value.lower()) == "aws" for value in regions)
        known = parse_arn(request.resource) or parse_arn(principal or "") or in_aws
        region = (known and region_for("us-east-1", request.resource, principal)) or ""
    if _is_elsewhere(action):
        region = account = ""
    decided = {_REGION: region, **({"ec2:Region": region} if service == "ec2" else {})}
    if account.isdecimal() and service != "s3":
        decided["aws:ResourceAccount"] = account
    told = {key: value for key, value in decided.items() if value.strip("*")}
    return RequestContext(
        {key: (value,) for key, value in told.items() if not WILDCARDS.search(value)},
        {key: value for key, value in told.items() if WILDCARDS.search(value)},
    )


def _may_have(decided: RequestContext, key: str, values: Values | None) -> bool:
    if decided.knows(key):
        return decided.values(key) == values
    within = decided.within(key)
    if within is None or values is None:
        return within is None
    if isinstance(within, str):
        return all(includes(within, value) for value in values)
    return all(within[0] <= moment(value) <= within[1] for value in values)
