"""Calls to AWS whose answers become records, and whose failures become our errors.

botocore takes 360 ms to import, so a call does that. Its clients are made once each, with the
caller's keys passed explicitly.
"""

from __future__ import annotations

import gc
import threading
from contextlib import contextmanager, suppress
from functools import partial
from types import SimpleNamespace
from typing import TypeVar

from mfa_session.aws.request import AwsRequest, check_request_id, date_of, is_aws_error, read_issued
from mfa_session.model.errors import ConfigurationError, MfaSessionError
from mfa_session.model.record import Record
from mfa_session.model.text import inspecting

# ruff: noqa: PLC0415 - see above

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime
    from typing import Any, Protocol

    from mfa_session.model.ports import Caller, Issued, Limited, MfaCode, Role

    class LocalClock(Protocol):
        """This machine's clock."""

        def local_now(self) -> datetime:
            """Return the aware UTC time."""

    class Learner(Protocol):
        """Keeps the difference between AWS's clock and this machine's."""

        def learn(self, aws_time: datetime, sent_at: datetime, received_at: datetime) -> None:
            """Take AWS's time, and this machine's at the request and the answer."""


Answer = TypeVar("Answer")

CALL_SECONDS = 60.0
"""The limit of a call with all its retries: an answer that trickles in must end too."""
CONNECT_SECONDS = 5
READ_SECONDS = 15
ATTEMPTS = 3
POOLED_CONNECTIONS = 10
"""botocore's own default."""
PIECE_BYTES = 65536
MOST_BYTES = 1_000_000
"""The limit for one answer; AWS's have a few thousand bytes."""


class CallEdges(Record):
    """What every call to AWS touches; botocore reads the process's `environ` by itself, too."""

    clock: LocalClock
    aws_clock: Learner
    limited: Limited
    environ: Mapping[str, str]


class Calls:
    """Calls to AWS through botocore; every failure raises one of our errors."""

    def __init__(self, edges: CallEdges, at_once: int = 1) -> None:
        self._clients = Clients(edges.environ, at_once)
        self._edges = edges

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
            from mfa_session.aws.errors import not_an_answer

            raise not_an_answer(request) from None
        self._learn(answer, sent_at)
        return found

    def _call(
        self, request: AwsRequest, parameters: dict[str, object]
    ) -> tuple[datetime, dict[str, Any]]:
        from botocore import xform_name
        from botocore.exceptions import BotoCoreError, ClientError

        from mfa_session.aws.errors import not_an_answer, too_slow, translate

        sent_at = self._edges.clock.local_now()
        try:
            client = self._client(request)
            call = getattr(client, xform_name(request.operation))
            sent_at = self._edges.clock.local_now()
            return sent_at, self._edges.limited(lambda: call(**parameters), CALL_SECONDS)
        except ClientError as error:
            if is_aws_error(error.response):
                self._learn(error.response, sent_at)
            raise translate(error, request, self._edges.clock.local_now()) from error
        except BotoCoreError as error:
            raise translate(error, request, self._edges.clock.local_now()) from error
        except TimeoutError:
            raise too_slow(request, CALL_SECONDS) from None
        except (MfaSessionError, OSError, MemoryError):
            raise
        except Exception:  # noqa: BLE001  # botocore's parsers raise anything on a portal's page
            raise not_an_answer(request) from None

    def _client(self, request: AwsRequest) -> Any:  # untyped
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
        aws_time = date_of(answer)
        if aws_time is not None:
            self._edges.aws_clock.learn(aws_time, sent_at, self._edges.clock.local_now())


class AwsCalls(Calls):
    """The calls of a login."""

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
        """IAM ListMFADevices, one page."""
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
            request, lambda answer: read_issued(answer, self._edges.clock.local_now()), **parameters
        )


class CallerCalls(Calls):
    """Calls that one caller signs."""

    def __init__(self, edges: CallEdges, caller: Caller) -> None:
        super().__init__(edges)
        self._caller = caller


class Clients:
    """Makes clients, in a thread while a person types a code."""

    def __init__(self, environ: Mapping[str, str], at_once: int = 1) -> None:
        """Take the environment that botocore reads too, and how many threads call `at_once`.

        Clients of several threads have a connection for each, and slow down when AWS throttles.
        """
        self._environ = environ
        self._at_once = at_once
        self._made: dict[tuple[str, Caller, bool], Any] = {}
        self._lock = threading.Lock()

    def prepare(self, service: str, caller: Caller) -> None:
        """Import botocore and make the client in a thread; `get` raises any error again."""

        def make() -> None:
            with suppress(Exception):
                self.get(service, caller)

        with suppress(RuntimeError):  # no more threads: `get` makes the client
            threading.Thread(target=make, daemon=True).start()

    def get(self, service: str, caller: Caller, *, once: bool = False) -> Any:  # untyped
        """Return the client of a service for these keys, profile and region.

        With `once`, the client does not retry.
        """
        with self._lock:
            made = self._made.get((service, caller, once))
            if made is None:
                with _without_garbage_collection():
                    made = self._make(service, caller, 1 if once else ATTEMPTS)
                self._made[service, caller, once] = made
            return made

    def _make(self, service: str, caller: Caller, attempts: int) -> Any:
        """Make a client, which takes proxies, CA bundle and endpoints from botocore's settings.

        Without a key id it does not sign: AWS answers with a refusal.
        """
        from botocore import UNSIGNED
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError
        from botocore.session import Session

        _ensure_utf8_locale()
        session = Session(profile=caller.profile)
        token = caller.keys.session_token
        region = caller.region or session.get_config_variable("region") or "us-east-1"
        try:
            client = session.create_client(
                service,
                region_name=region,
                # Never empty: botocore would then search for keys and run credential processes.
                aws_access_key_id=caller.keys.access_key_id or "unsigned",
                aws_secret_access_key=caller.keys.secret_access_key.reveal() or "unsigned",
                aws_session_token=token.reveal() if token else None,
                config=Config(
                    connect_timeout=CONNECT_SECONDS,
                    read_timeout=READ_SECONDS,
                    signature_version=None if caller.keys.access_key_id else UNSIGNED,
                    retries={
                        "mode": "adaptive" if self._at_once > 1 else "standard",
                        "total_max_attempts": attempts,
                    },
                    max_pool_connections=max(self._at_once, POOLED_CONNECTIONS),
                ),
            )
        except BotoCoreError:
            raise
        except ValueError as error:
            raise _bad_endpoint(service, session, self._environ) or error from None
        # botocore cannot limit the size of an answer, so a `before-send` handler answers instead.
        http_session = client._endpoint.http_session  # noqa: SLF001
        client.meta.events.register("before-send", partial(send, http_session))
        return client


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Switch the collector off while hundreds of modules load: it costs time and finds nothing."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def send(http_session: Any, request: Any, **_: object) -> Any:
    """Send a request as botocore does, and read at most MOST_BYTES of the answer.

    `http_session` is botocore's, which has the proxies and certificates. Returns the answer with
    its body; raises BotoCoreError, or ValueError if it is too long.
    """
    from botocore.awsrequest import AWSResponse
    from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
    from botocore.httpsession import ProtocolError, URLLib3ReadTimeoutError

    request.stream_output = True  # or botocore reads the whole body
    answer = http_session.send(request)
    try:
        body = b""
        for piece in answer.raw.stream(PIECE_BYTES):
            body += piece
            if len(body) > MOST_BYTES:
                raise ValueError("too long for an answer of AWS")
    except URLLib3ReadTimeoutError as error:
        raise ReadTimeoutError(endpoint_url=request.url, error=error) from error
    except ProtocolError as error:
        raise ConnectionClosedError(endpoint_url=request.url, error=error) from error
    finally:
        answer.raw.release_conn()
    in_memory = SimpleNamespace(stream=lambda: [body])
    return AWSResponse(answer.url, answer.status_code, answer.headers, in_memory)


def _bad_endpoint(
    service: str, session: Any, environ: Mapping[str, str]
) -> ConfigurationError | None:
    for name in (f"AWS_ENDPOINT_URL_{service.upper()}", "AWS_ENDPOINT_URL"):
        url = environ.get(name)
        if url:
            return _not_a_url(name, url)
    url = session.get_scoped_config().get("endpoint_url")
    name = f"endpoint_url of profile {session.profile or 'default'!r}"
    return _not_a_url(name, url) if url else None


def _not_a_url(name: str, url: str) -> ConfigurationError:
    shown = url.rpartition("@")[2]  # without user name and password
    return ConfigurationError(
        "bad-endpoint",
        f"{name} is not a URL: {shown}",
        f"begin it with https://, or with http:// for a local emulator: http://{shown}",
    )


def _ensure_utf8_locale() -> None:
    """Switch to a UTF-8 locale: botocore reads the AWS files in the locale's encoding."""
    import locale

    if locale.getpreferredencoding(do_setlocale=False).lower() in {"utf-8", "utf8"}:
        return
    for name in ("C.UTF-8", "UTF-8", "en_US.UTF-8"):
        with suppress(locale.Error):
            locale.setlocale(locale.LC_CTYPE, name)
            return
