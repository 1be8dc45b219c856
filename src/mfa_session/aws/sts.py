"""The calls this tool makes to AWS, and their answers as records."""

from __future__ import annotations

from typing import TypeVar

from mfa_session.aws.client import Clients
from mfa_session.aws.request import AwsRequest, check_request_id, date_of, is_aws_error, read_issued
from mfa_session.model.errors import ConfigurationError, MfaSessionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from typing import Any, Protocol

    from mfa_session.model.ports import Caller, Issued, MfaCode, Role

    class LocalClock(Protocol):
        """This machine's clock."""

        def local_now(self) -> datetime:
            """Return its aware UTC time."""

    class Learner(Protocol):
        """Who keeps the difference between AWS's clock and this machine's."""

        def learn(self, aws_time: datetime, sent_at: datetime, received_at: datetime) -> None:
            """Take AWS's time, and when the call was sent and answered by this machine's."""

    class Limiter(Protocol):
        """A way to give up work that may hang."""

        def __call__(self, work: Callable[[], Answer], limit_seconds: float) -> Answer:
            """Return what `work` returns; TimeoutError if it is not done in time."""


Answer = TypeVar("Answer")

CALL_SECONDS = 60.0
"""For a whole call, with all its tries: a drop of an answer now and then is no progress."""


class AwsCalls:
    """STS and IAM through botocore; every failure comes out as one of our errors."""

    def __init__(
        self,
        clock: LocalClock,
        aws_clock: Learner,
        limited: Limiter,
        environ: Mapping[str, str],
        at_once: int = 1,
    ) -> None:
        """Take this machine's clock, who learns how far AWS's is from it, and a time limit.

        `environ` is the process's own, from which botocore reads its settings; `at_once` is how
        many threads may call.
        """
        self._clients = Clients(environ, at_once)
        self._clock = clock
        self._aws_clock = aws_clock
        self._limited = limited

    def prepare(self, caller: Caller) -> None:
        """Begin importing botocore while the person types."""
        self._clients.prepare("sts", caller)

    def get_session_token(self, caller: Caller, mfa: MfaCode, seconds: int) -> Issued:
        """STS GetSessionToken."""
        request = AwsRequest("sts", "GetSessionToken", caller, serial=mfa.serial)
        return self._issue(
            request, DurationSeconds=seconds, SerialNumber=mfa.serial, TokenCode=mfa.code
        )

    def assume_role(self, caller: Caller, role: Role, mfa: MfaCode | None, seconds: int) -> Issued:
        """STS AssumeRole, with a code or from a session that had one."""
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
        """STS GetCallerIdentity's account; a nicety, so no failure is one."""
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
        """Call AWS and return what `read` makes of its answer.

        What `read` cannot take, and what has no request id, is no answer of AWS: `not-aws`. AWS's
        clock is learned only from an answer, or an error, that is one.
        """
        sent_at, answer = self._call(request, parameters)
        try:
            check_request_id(answer)
            found = read(answer)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError, IndexError):
            # Not chained: the answer's text may hold a secret.
            raise not_an_answer(request) from None
        self._learn(answer, sent_at)
        return found

    def _call(
        self, request: AwsRequest, parameters: dict[str, object]
    ) -> tuple[datetime, dict[str, Any]]:
        """Return when the call was sent, and the answer."""
        from botocore import xform_name  # noqa: PLC0415
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

        from mfa_session.aws.errors import too_slow, translate  # noqa: PLC0415

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
        except Exception:  # noqa: BLE001  # whatever botocore's parsers make of a portal's page
            raise not_an_answer(request) from None

    def _client(self, request: AwsRequest) -> Any:  # untyped
        """Return the client that sends the request; making it reads the AWS files."""
        try:
            return self._clients.get(request.service, request.caller, once=request.once)
        except OSError as error:
            reason = (error.strerror or type(error).__name__).lower()
            where = error.filename or "the AWS files, or its own"
            raise ConfigurationError(
                "unreadable-file",
                f"the AWS SDK cannot read {where}: {reason}",
                "see that the disk is healthy and these files may be read: ls -l ~/.aws",
            ) from error

    def _learn(self, answer: Any, sent_at: datetime) -> None:
        """Take AWS's time from the Date header of an answer that is AWS's."""
        aws_time = date_of(answer)
        if aws_time is not None:
            self._aws_clock.learn(aws_time, sent_at, self._clock.local_now())


class CallsOfOne(AwsCalls):
    """The same, all signed with the keys of one caller."""

    def __init__(
        self,
        clock: LocalClock,
        aws_clock: Learner,
        limited: Limiter,
        environ: Mapping[str, str],
        caller: Caller,
    ) -> None:
        """Take what every call needs, and who asks."""
        super().__init__(clock, aws_clock, limited, environ)
        self._caller = caller


def not_an_answer(request: AwsRequest) -> MfaSessionError:
    """Return the error for an answer that did not come from AWS."""
    from mfa_session.aws import errors as translation  # noqa: PLC0415  # imports botocore

    return translation.not_an_answer(request)
