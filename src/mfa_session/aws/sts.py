"""The calls this tool makes to AWS, and their answers as records."""

from __future__ import annotations

from datetime import timezone
from email.utils import parsedate_to_datetime

from mfa_session.aws.asked import Asked
from mfa_session.aws.client import Clients
from mfa_session.model.errors import MfaSessionError
from mfa_session.model.ports import Issued
from mfa_session.model.secret import Secret
from mfa_session.model.session import Keys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any, Protocol

    from mfa_session.model.ports import Caller, MfaCode, Role

    class LocalClock(Protocol):
        """This machine's clock."""

        def local_now(self) -> datetime:
            """Return its aware UTC time."""

    class Learner(Protocol):
        """Who keeps the difference between AWS's clock and this machine's."""

        def learn(self, aws_time: datetime, sent_at: datetime, received_at: datetime) -> None:
            """Take AWS's time, and when the call was sent and answered by this machine's."""


class AwsCalls:
    """STS and IAM through botocore; every failure comes out as one of our errors."""

    def __init__(self, clock: LocalClock, aws_clock: Learner) -> None:
        """Take this machine's clock, and who learns from answers how far AWS's is from it."""
        self._clients = Clients()
        self._clock = clock
        self._aws_clock = aws_clock

    def prepare(self, caller: Caller) -> None:
        """Begin importing botocore while the person types."""
        self._clients.prepare("sts", caller)

    def get_session_token(self, caller: Caller, mfa: MfaCode, seconds: int) -> Issued:
        """STS GetSessionToken."""
        asked = Asked("sts", "GetSessionToken", caller, serial=mfa.serial)
        return self._issue(
            asked, DurationSeconds=seconds, SerialNumber=mfa.serial, TokenCode=mfa.code
        )

    def assume_role(self, caller: Caller, role: Role, mfa: MfaCode | None, seconds: int) -> Issued:
        """STS AssumeRole, with a code or from a session that had one."""
        serial = mfa.serial if mfa else None
        asked = Asked("sts", "AssumeRole", caller, serial=serial, role_arn=role.arn)
        parameters: dict[str, object] = {
            "RoleArn": role.arn,
            "RoleSessionName": role.session_name,
            "DurationSeconds": seconds,
        }
        if role.external_id:
            parameters["ExternalId"] = role.external_id
        if mfa:
            parameters |= {"SerialNumber": mfa.serial, "TokenCode": mfa.code}
        return self._issue(asked, **parameters)

    def list_devices(self, caller: Caller) -> list[str]:
        """IAM ListMFADevices of the caller (at most eight, so one page)."""
        asked = Asked("iam", "ListMFADevices", caller)
        answer = self._call(asked)
        try:
            return [str(device["SerialNumber"]) for device in answer["MFADevices"]]
        except (KeyError, TypeError) as error:
            raise not_an_answer(asked) from error

    def account(self, caller: Caller) -> str | None:
        """STS GetCallerIdentity's account; a nicety, so no failure is one."""
        try:
            account = self._call(Asked("sts", "GetCallerIdentity", caller)).get("Account")
        except MfaSessionError:
            return None
        return str(account) if account else None

    def _issue(self, asked: Asked, **parameters: object) -> Issued:
        answer = self._call(asked, **parameters)
        try:
            given = answer["Credentials"]
            return Issued(
                keys=Keys(
                    access_key_id=given["AccessKeyId"],
                    secret_access_key=Secret(given["SecretAccessKey"]),
                    session_token=Secret(given["SessionToken"]),
                ),
                expires_at=given["Expiration"].astimezone(timezone.utc),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise not_an_answer(asked) from error

    def _call(self, asked: Asked, **parameters: object) -> dict[str, Any]:
        from botocore import xform_name  # noqa: PLC0415
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415
        from botocore.parsers import ResponseParserError  # noqa: PLC0415

        from mfa_session.aws.errors import translate  # noqa: PLC0415

        sent_at = self._clock.local_now()
        try:
            client = self._clients.get(asked.service, asked.caller, once=asked.once)
            sent_at = self._clock.local_now()
            answer: dict[str, Any] = getattr(client, xform_name(asked.operation))(**parameters)
        except ClientError as error:
            self._learn(error.response, sent_at)
            raise translate(error, asked, self._clock.local_now()) from error
        except BotoCoreError as error:
            raise translate(error, asked, self._clock.local_now()) from error
        except (KeyError, ValueError, ResponseParserError) as error:  # a portal's page, say
            raise not_an_answer(asked) from error
        self._learn(answer, sent_at)
        return answer

    def _learn(self, answer: dict[str, Any], sent_at: datetime) -> None:
        """Take AWS's time from an answer's Date header."""
        headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
        try:
            aws_time = parsedate_to_datetime(headers["date"])
        except (KeyError, TypeError, ValueError):
            return
        self._aws_clock.learn(aws_time, sent_at, self._clock.local_now())


def not_an_answer(asked: Asked) -> MfaSessionError:
    """Return the error for an answer that did not come from AWS."""
    from mfa_session.aws import errors as translation  # noqa: PLC0415  # imports botocore

    return translation.not_an_answer(asked)
