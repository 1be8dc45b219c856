"""IAM's calls about a user's own long-term keys."""

from __future__ import annotations

from datetime import timezone

from mfa_session.aws.request import AwsRequest
from mfa_session.aws.sts import AwsCalls
from mfa_session.model.arns import parse_arn
from mfa_session.model.iam import AccessKey
from mfa_session.model.session import Keys, Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    from mfa_session.model.ports import Caller


class IamKeys(AwsCalls):
    """Lists, makes and ends keys of whoever signs; each call raises our errors only."""

    def identity(self, caller: Caller) -> str:
        """STS GetCallerIdentity, which no policy can deny: the ARN."""
        return self._ask(AwsRequest("sts", "GetCallerIdentity", caller), _read_arn)

    def list(self, caller: Caller) -> tuple[AccessKey, ...]:
        """IAM ListAccessKeys of the caller (at most two, so one page)."""
        request = AwsRequest("iam", "ListAccessKeys", caller)
        return self._ask(
            request,
            lambda answer: tuple(read_key(listed) for listed in answer["AccessKeyMetadata"]),
        )

    def last_used(self, caller: Caller, key_id: str) -> datetime | None:
        """IAM GetAccessKeyLastUsed: aware UTC time; None for a key that was never used."""
        request = AwsRequest("iam", "GetAccessKeyLastUsed", caller, asked_key_id=key_id)
        return self._ask(request, _read_last_used, AccessKeyId=key_id)

    def create(self, caller: Caller) -> Keys:
        """IAM CreateAccessKey, sent once: a second one would make a second key."""
        request = AwsRequest("iam", "CreateAccessKey", caller, once=True)
        return self._ask(request, _read_new)

    def deactivate(self, caller: Caller, key_id: str) -> None:
        """IAM UpdateAccessKey to Inactive."""
        request = AwsRequest("iam", "UpdateAccessKey", caller, asked_key_id=key_id)
        self._ask(request, bool, AccessKeyId=key_id, Status="Inactive")

    def delete(self, caller: Caller, key_id: str) -> None:
        """IAM DeleteAccessKey."""
        request = AwsRequest("iam", "DeleteAccessKey", caller, asked_key_id=key_id)
        self._ask(request, bool, AccessKeyId=key_id)


def read_key(listed: dict[str, Any]) -> AccessKey:
    """Return a listed key."""
    return AccessKey(
        id=str(listed["AccessKeyId"]),
        is_active=listed["Status"] == "Active",
        created_at=listed["CreateDate"].astimezone(timezone.utc),
    )


def _read_arn(answer: dict[str, Any]) -> str:
    arn: str = answer["Arn"]
    if parse_arn(arn) is None:
        raise ValueError("no ARN")
    return arn


def _read_last_used(answer: dict[str, Any]) -> datetime | None:
    moment: datetime | None = answer["AccessKeyLastUsed"].get("LastUsedDate")
    return moment.astimezone(timezone.utc) if moment else None


def _read_new(answer: dict[str, Any]) -> Keys:
    """Return the new pair; ValueError for what is none."""
    made = answer["AccessKey"]
    key_id, secret = str(made["AccessKeyId"]), str(made["SecretAccessKey"])
    keys = Keys(access_key_id=key_id, secret_access_key=Secret(secret))
    if keys.shown_id != key_id or not secret.isascii() or not secret.strip().isprintable():
        raise ValueError("not a pair of keys")
    return keys
