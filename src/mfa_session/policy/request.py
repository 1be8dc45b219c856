"""What is asked: an action on a resource, with what is known of the moment."""

from __future__ import annotations

import re

from mfa_session.errors import UsageError
from mfa_session.policy.facts import Facts
from mfa_session.record import Record

_ACTION = re.compile(r"(?P<service>[A-Za-z0-9-]+)(?::|\s+)(?P<name>[A-Za-z0-9*?-]+)", re.ASCII)
# The AWS CLI's names of services where IAM has another.
_PREFIXES = {
    "configservice": "config",
    "deploy": "codedeploy",
    "elb": "elasticloadbalancing",
    "elbv2": "elasticloadbalancing",
    "emr": "elasticmapreduce",
    "opensearch": "es",
    "s3api": "s3",
    "stepfunctions": "states",
}


class Request(Record):
    """One question. A wildcard asks about several at once; `*` is any resource.

    `facts` are what is known besides the caller's: of the moment, the network, the tags.
    """

    action: str
    resource: str = "*"
    facts: Facts = Facts({})


def read_action(text: str) -> str:
    """Return an action as policies name it; the AWS CLI's `ec2 stop-instances` will do.

    Raises UsageError `bad-action`.
    """
    if text == "*":
        return text
    found = _ACTION.fullmatch(text.strip())
    if found is None:
        raise UsageError(
            "bad-action",
            f"{text!r} is no action",
            "write it as policies do, such as ec2:StopInstances; ec2:stop-instances will do, too",
        )
    service = found["service"].lower()
    return f"{_PREFIXES.get(service, service)}:{_pascal(found['name'])}"


def _pascal(name: str) -> str:
    """Return `stop-instances` as StopInstances; IAM takes any case."""
    if "-" not in name and name != name.lower():
        return name
    return "".join(word[:1].upper() + word[1:] for word in name.split("-"))
