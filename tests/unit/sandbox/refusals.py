"""Refusals to compare (status, code and text), and small policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable


def refusal(call: Callable[..., Any], **parameters: Any) -> tuple[int, str, str]:
    """Make a call that must be refused; return its HTTP status, error code and message."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    response = caught.value.response
    error = response["Error"]
    return response["ResponseMetadata"]["HTTPStatusCode"], error["Code"], error["Message"]


def statement(effect: str, action: Any, resource: Any = "*", **rest: Any) -> dict[str, Any]:
    """Return a statement, with further elements such as `Condition=…`."""
    return {"Effect": effect, "Action": action, "Resource": resource, **rest}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    """Return a policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


STOP_NEEDS_MFA = policy(
    statement("Allow", "*"),
    statement(
        "Deny",
        ["ec2:StopInstances", "ec2:TerminateInstances"],
        Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
    ),
)
