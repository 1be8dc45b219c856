"""Calls to AWS whose answers become records, and whose failures become our errors."""

from __future__ import annotations

from typing import TypeVar

from mfa_session.aws.client import Clients
from mfa_session.aws.request import AwsRequest, check_request_id, date_of, is_aws_error, read_issued
from mfa_session.model.errors import ConfigurationError, MfaSessionError
from mfa_session.model.record import Record
from mfa_session.model.text import inspecting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from typing import Any, Protocol

    from mfa_session.model.ports import Caller, Issued, MfaCode, Role

    class LocalClock(Protocol):
        """This machine's clock."""

        def local_now(self) -> datetime:
            """Return the aware UTC time."""

    class Learner(Protocol):
        """Keeps the difference between AWS's clock and this machine's."""

        def learn(self, aws_time: datetime, sent_at: datetime, received_at: datetime) -> None:
            """Take AWS's time, and this machine's at the request and the answer."""

    class Limiter(Protocol):
        """Limits the time of work that may hang."""

        def __call__(self, work: Callable[[], Answer], limit_seconds: float) -> Answer:
            """Return the result of `work`; TimeoutError after the limit."""


Answer = TypeVar("Answer")

CALL_SECONDS = 60.0
"""The limit of a call with all its retries: an answer that trickles in must end too."""


class CallEdges(Record):
    """What every call to AWS touches; botocore reads the process's `environ` by itself, too."""

    clock: LocalClock
    aws_clock: Learner
    limited: Limiter
    environ: Mapping[str, str]


class AwsCalls:
    """STS and IAM through botocore; every failure raises one of our errors."""

    def __init__(self, edges: CallEdges, at_once: int = 1) -> None:
        """Take the edges, and the number of threads that may call."""
        self._clients = Clients(edges.environ, at_once)
        self._clock = edges.clock
        self._aws_clock = edges.aws_clock
        self._limited = edges.limited

    def prepare(self, caller: Caller) -> None:
        """Import botocore in a thread while the person types."""
        self._clients.prepare("sts", caller)

    def get_session_token(self, caller: Caller, mfa: MfaCode, seconds: int) -> Issued:
        """STS GetSessionToken."""
        request = AwsRequest("sts", "GetSessionToken", caller, serial=mfa.serial)
        return self._issue(
            request, DurationSeconds=seconds, SerialNumber=mfa.serial, TokenCode=mfa.code
        )

    def assume_role(self, caller: Caller, role: Role, mfa: MfaCode | None, seconds: int) -> Issued:
        """STS AssumeRole, with a code or from an MFA session."""
        serial = mfa.serial if mfa else None
        request = AwsRequest("sts", "AssumeRole", caller, serial=serial, role_arn=role.arn)
        parameters: dict[str, object] = {
            "RoleArn": role.arn,
            "RoleSessionName": role.session_name,
            "DurationSeconds": seconds,
        }
        if role.external_id:
            parameters["ExternalId"] = role.external_id
        if mfa:
            parameters |= {"SerialNumber": mfa.serial, "TokenCode": mfa.code}
        return self._issue(request, **parameters)

    def list_devices(self, caller: Caller) -> list[str]:
        """IAM ListMFADevices of the caller (at most eight, so one page)."""
        return self._ask(
            AwsRequest("iam", "ListMFADevices", caller),
            lambda answer: [str(device["SerialNumber"]) for device in answer["MFADevices"]],
        )

    def account(self, caller: Caller) -> str | None:
        """STS GetCallerIdentity: the account; None after a failure, since it is only shown."""
        request = AwsRequest("sts", "GetCallerIdentity", caller)
        try:
            account: str = self._ask(request, lambda answer: answer["Account"])
        except MfaSessionError:
            return None
        return account if account.isascii() and account.isdigit() else None

    def _issue(self, request: AwsRequest, **parameters: object) -> Issued:
        return self._ask(
            request, lambda answer: read_issued(answer, self._clock.local_now()), **parameters
        )

    def _ask(
        self, request: AwsRequest, read: Callable[[Any], Answer], **parameters: object
    ) -> Answer:
        """Call AWS and return the answer as `read` reads it.

        An answer without a request id, or that `read` rejects, is not AWS's: `not-aws`. Only
        AWS's own answers and errors set the clock.
        """
        sent_at, answer = self._call(request, parameters)
        try:
            check_request_id(answer)
            found = read(answer)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError, IndexError):
            # Not chained: the cause's text may contain a secret.
            from mfa_session.aws.errors import not_an_answer  # noqa: PLC0415  # imports botocore

            raise not_an_answer(request) from None
        self._learn(answer, sent_at)
        return found

    def _call(
        self, request: AwsRequest, parameters: dict[str, object]
    ) -> tuple[datetime, dict[str, Any]]:
        """Return when the call was sent, and the answer."""
        from botocore import xform_name  # noqa: PLC0415
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

        from mfa_session.aws.errors import not_an_answer, too_slow, translate  # noqa: PLC0415

        sent_at = self._clock.local_now()
        try:
            client = self._client(request)
            call = getattr(client, xform_name(request.operation))
            sent_at = self._clock.local_now()
            return sent_at, self._limited(lambda: call(**parameters), CALL_SECONDS)
        except ClientError as error:
            if is_aws_error(error.response):
                self._learn(error.response, sent_at)
            raise translate(error, request, self._clock.local_now()) from error
        except BotoCoreError as error:
            raise translate(error, request, self._clock.local_now()) from error
        except TimeoutError:
            raise too_slow(request, CALL_SECONDS) from None
        except (MfaSessionError, OSError, MemoryError):
            raise
        except Exception:  # noqa: BLE001  # botocore's parsers raise anything on a portal's page
            raise not_an_answer(request) from None

    def _client(self, request: AwsRequest) -> Any:  # untyped
        """Return the client that sends the request; making it reads the AWS files."""
        try:
            return self._clients.get(request.service, request.caller, once=request.once)
        except OSError as error:
            reason = (error.strerror or type(error).__name__).lower()
            where = error.filename or "the AWS files, or its own"
            command = f": {inspecting(error.filename)}" if error.filename else ""
            raise ConfigurationError(
                "unreadable-file",
                f"the AWS SDK cannot read {where}: {reason}",
                f"check that the disk is healthy and that you may read the file{command}",
            ) from error

    def _learn(self, answer: Any, sent_at: datetime) -> None:
        """Learn AWS's time from the answer's Date header."""
        aws_time = date_of(answer)
        if aws_time is not None:
            self._aws_clock.learn(aws_time, sent_at, self._clock.local_now())


class CallerCalls(AwsCalls):
    """AwsCalls that one caller signs."""

    def __init__(self, edges: CallEdges, caller: Caller) -> None:
        """Take the edges, and who signs."""
        super().__init__(edges)
        self._caller = caller
