"""The condition keys of a request, as far as they are known (IAM reference, global keys)."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable
from datetime import datetime, timezone

from mfa_session.model.arns import GLOBAL_SERVICES, home_region, parse_arn, region_partition
from mfa_session.policy.conditions import moment
from mfa_session.policy.credentials import (
    DIRECT_CALL,
    Credentials,
    Known,
    Request,
    RequestContext,
    Values,
)
from mfa_session.policy.document import Document
from mfa_session.policy.patterns import WILDCARDS, includes, may_meet
from mfa_session.policy.rules.condition_keys import actions_having
from mfa_session.policy.rules.keys import keys_of_no_request
from mfa_session.policy.rules.resource_kinds import any_of_action, parts_of
from mfa_session.policy.statement import Condition

_REGION = "aws:RequestedRegion"
# Keys that only roles' sessions have: of federated users, machines and functions.
_is_of_roles = re.compile(
    r"saml:|[^:]*\.|aws:(assumedroot|ec2instance)|ec2:(roledelivery|sourceinstancearn)"
    "|lambda:sourcefunctionarn",
    re.IGNORECASE,
).match
# Other services ask for these, in their own region.
_IN_REGIONS = ("iam:createservicelinkedrole", "iam:passrole")
# Actions on several regions or accounts, or without aws:ResourceAccount.
_is_elsewhere = re.compile(
    ".*(accept|associatevpc|copy|createvolume|endpoint|peering|putevents|replica|restore)"
).match


# The keys of requests through a VPC endpoint; others have aws:SourceIp (IAM reference).
_OF_ENDPOINTS = ("aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip")
# Prefixes of the same tag of a resource.
_TAGGING = ("aws", "ec2", "iam", "secretsmanager")
_of_resource = re.compile(r"(\w+):resourcetag/", re.IGNORECASE).match


class Requests:
    """A request by several callers, each with those of the given keys that it may have."""

    def __init__(
        self,
        request: Request,
        keys: Known,
        principal: str | None,
        documents: Iterable[Document],
        now: datetime,
    ) -> None:
        for text in keys.get("aws:currenttime") or keys.get("aws:epochtime") or ():
            with contextlib.suppress(ValueError, OverflowError, OSError):
                now = datetime.fromtimestamp(float(moment(text)), timezone.utc)
        self.unfit = dict(keys)
        self.seconds = int(now.timestamp())
        self._request, self._keys = request, {**_implied_by(keys), **keys}
        documents = list(documents)
        conditions = [each for document in documents for each in document.conditions]
        self._call = RequestContext(
            {
                **dict.fromkeys((*keys_of_no_request(documents), *_lacking(request, conditions))),
                "aws:CurrentTime": (f"{now.astimezone(timezone.utc):%Y-%m-%dT%H:%M:%SZ}",),
                "aws:EpochTime": (str(self.seconds),),
                **dict.fromkeys(("aws:SourceOrgID", "aws:SourceOrgPaths", "kms:ViaService")),
            }
        ).over(DIRECT_CALL)
        of_roles = filter(_is_of_roles, (*keys, *(each.key for each in conditions)))
        self._of_users = RequestContext(dict.fromkeys(of_roles))
        self._of_resource = _decided_by(request, principal, conditions)
        self._resource = request.resource
        if request.resource == "*":
            told = parse_arn(principal or "")
            account = told.account if told else principal or "*"
            partition = _partition(principal, documents)
            self._resource = any_of_action(request.action, partition, account)

    def of(self, caller: Credentials) -> Request:
        """Return a caller's request, and take its keys out of `unfit`."""
        decided = self._of_resource
        if caller.is_user:
            decided = decided.over(self._of_users)
        known = decided.over(caller.facts)
        its: Known = {}
        for key, values in self._keys.items():
            if self._call.knows(key) or _may_have(known, key, values):
                its[key] = values
                self.unfit.pop(key, None)
        facts = RequestContext(its).over(decided).over(self._call)
        return self._request.replace(facts=facts, resource=self._resource)


def _partition(principal: str | None, documents: Iterable[Document]) -> str:
    """Return the partition of the caller, or of all ARNs of the policies; `*` if none is."""
    texts = [principal or ""]
    if not texts[0].startswith("arn:"):
        statements = [each for document in documents for each in document.statements]
        texts = [text for one in statements for text in one.resources or one.not_resources or ()]
    found = {text.split(":")[1] for text in texts if text.startswith("arn:")}
    return found.pop() if len(found) == 1 else "*"


def _implied_by(keys: Known) -> Known:
    """Return what follows from the given keys."""
    found: Known = {}
    for key, values in keys.items():
        if of := _of_resource(key):
            found |= {f"{each}:{key[of.end(1) + 1 :]}": values for each in _TAGGING}
        if key in {"aws:resourceaccount", "s3:resourceaccount"}:
            found |= {"aws:resourceaccount": values, "s3:resourceaccount": values}
    if keys.get("aws:sourceip"):
        found |= dict.fromkeys(_OF_ENDPOINTS)
    elif any(keys.get(each) for each in _OF_ENDPOINTS):
        found["aws:sourceip"] = None
    return found


def _lacking(request: Request, conditions: Iterable[Condition]) -> Iterable[str]:
    """Yield the keys that requests for the action never have."""
    action = request.action.lower()
    for key in {each.key for each in conditions}:
        having, _ = actions_having(key)
        of_tag = request.resource == "" and _of_resource(key)
        if of_tag or (having and not any(may_meet(action, each) for each in having)):
            yield key


def _decided_by(
    request: Request, principal: str | None, conditions: Iterable[Condition]
) -> RequestContext:
    """Return the keys that the resource's ARN decides, and the region of global services.

    That is the home of the partition.
    """
    _, _, service, region, account, _ = parts_of(request.resource)
    action = request.action.lower()
    if action.startswith(GLOBAL_SERVICES) and not any(
        may_meet(action, each) for each in _IN_REGIONS
    ):
        regions = (value for each in conditions if each.is_about(_REGION) for value in each.values)
        in_aws = all(region_partition(value.lower()) == "aws" for value in regions)
        told = parse_arn(request.resource) or parse_arn(principal or "")
        partition = told.partition if told else "aws" if in_aws else ""
        region = home_region(partition, action.partition(":")[0])
    if _is_elsewhere(action):
        region = account = ""
    keys = {_REGION: region, "ec2:Region": region if service == "ec2" else ""}
    if account.isdecimal() and service != "s3":
        keys["aws:ResourceAccount"] = account
    within = {key: value for key, value in keys.items() if value.strip("*")}
    known = {key: (value,) for key, value in within.items() if not WILDCARDS.search(value)}
    return RequestContext(known).over(RequestContext({}, within))


def _may_have(decided: RequestContext, key: str, values: Values | None) -> bool:
    if decided.knows(key):
        return decided.values(key) == values
    within = decided.within(key)
    if within is None or values is None or len(values) > 1:
        return within is None
    if isinstance(within, str):
        return includes(within, values[0])
    if isinstance(within, frozenset):
        return any(includes(each, values[0]) for each in within)
    return within[0] <= moment(values[0]) <= within[1]
