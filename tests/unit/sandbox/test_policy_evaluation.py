"""Real, signed requests get what the evaluator decides for random policies."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from mfa_session.policy import credentials
from mfa_session.policy.credentials import Request, RequestContext
from mfa_session.policy.evaluation import evaluate
from mfa_session.policy.matching import acting_as
from mfa_session.policy.reading import read_document
from policy.cases import Dice
from sandbox.people import mfa_session, plain_session, take, trust

if TYPE_CHECKING:
    from full_sandbox import FullSandbox
    from sandbox.conftest import Clients

POLICIES = 20
HERE = {"aws:SourceIp": ("127.0.0.1",), "aws:RequestedRegion": ("eu-west-1",)}


def policy(dice: Dice) -> dict[str, Any]:
    """Return a random policy with the condition keys of these requests, and no short age."""
    made = {**dice.policy(named=False), "Version": "2012-10-17"}
    statements = made["Statement"] if isinstance(made["Statement"], list) else [made["Statement"]]
    for statement in statements:
        for operator, keys in statement.get("Condition", {}).items():
            if "Numeric" in operator:
                keys.clear()
                keys[credentials.MFA_AGE] = dice.choice(("1800", 7200, ["1800", "7200"], "-1"))
    return made


def happens(client: Clients, who: Any, call: tuple[str, str, dict[str, Any]]) -> bool:
    service, name, parameters = call
    try:
        getattr(client(service, who), name)(**parameters)
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    else:
        return True
    assert status == 403
    return False


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_signed_requests_get_what_the_evaluator_decides(
    seed: int, aws: FullSandbox, client: Clients
) -> None:
    dice = Dice(seed)
    carol = aws.create_user("carol")
    role = aws.create_role("Deploy", trust=trust("*"), path="/eng/")
    assumer = aws.create_user("assumer", policies=[allow_assuming()])
    aws.checks_signature_age = False
    device = aws.create_device(carol)
    old = mfa_session(client, carol, device)
    aws.clock.advance(3601)
    who = {
        "long-term": carol,
        "mfa-session": mfa_session(client, carol, device),
        "mfa-session-old": old,
        "session-without-mfa": plain_session(client, carol),
        "role-session": take(client, assumer, role),
    }
    instance = aws.create_instance(name="db")
    place = f"arn:aws:ec2:eu-west-1:123456789012:instance/{instance}"
    calls: dict[tuple[str, str], tuple[str, str, dict[str, Any]]] = {
        ("ec2:StopInstances", place): ("ec2", "stop_instances", {"InstanceIds": [instance]}),
        ("ec2:StartInstances", place): ("ec2", "start_instances", {"InstanceIds": [instance]}),
        ("iam:GetUser", carol.arn): ("iam", "get_user", {"UserName": "carol"}),
    }
    seen = Counter[tuple[str, bool]]()
    for _ in range(POLICIES):
        carol.inline_policies["p"] = role.inline_policies["p"] = document = policy(dice)
        for (action, resource), call in calls.items():
            for kind in credentials.all_kinds(action, 3600):
                caller = acting_as(kind, carol.arn if kind.is_user else role.arn)
                request = Request(action=action, resource=resource, facts=RequestContext(HERE))
                said = evaluate([read_document("p", json.dumps(document))], request, caller)
                if said.outcome == "unknown":
                    continue
                happened = happens(client, who[kind.kind], call)
                assert happened == (said.outcome == "allowed"), (document, action, kind.kind)
                seen[said.outcome, happened] += 1
    assert min(seen.values()) > 10, seen
    assert sum(seen.values()) > POLICIES * 3


def allow_assuming() -> dict[str, Any]:
    """Return a policy that allows AssumeRole."""
    allow = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [allow]}
