"""Common steps of the tests over HTTP: log in, assume a role, write a trust policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from full_sandbox.holders import Role
    from mfa_session.sandbox.identities import Device, User
    from sandbox.conftest import Clients

HAS_MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def trust(principal: str, **rest: Any) -> dict[str, Any]:
    """Return a trust policy for one AWS principal, with further elements such as `Condition=…`."""
    rule = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [rule | rest]}


def mfa_session(client: Clients, user: User, device: Device, **rest: Any) -> dict[str, Any]:
    """Return the credentials of a session with MFA."""
    answer = client("sts", user).get_session_token(
        SerialNumber=device.serial, TokenCode=device.code(), **rest
    )
    credentials: dict[str, Any] = answer["Credentials"]
    return credentials


def plain_session(client: Clients, user: User, **rest: Any) -> dict[str, Any]:
    """Return the credentials of a session without MFA."""
    credentials: dict[str, Any] = client("sts", user).get_session_token(**rest)["Credentials"]
    return credentials


def take(client: Clients, who: Any, role: Role, **rest: Any) -> dict[str, Any]:
    """Return the credentials of a role session."""
    answer = client("sts", who).assume_role(RoleArn=role.arn, RoleSessionName="carol", **rest)
    credentials: dict[str, Any] = answer["Credentials"]
    return credentials
