"""botocore's clients: made once, with the caller's keys passed explicitly."""

from __future__ import annotations

import gc
import threading
from contextlib import contextmanager, suppress

from mfa_session.model.errors import ConfigurationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from mfa_session.model.ports import Caller

CONNECT_SECONDS = 5
READ_SECONDS = 15
ATTEMPTS = 3
POOLED_CONNECTIONS = 10
"""botocore's own default."""
PIECE_BYTES = 65536


MOST_BYTES = 1_000_000
"""Of one answer: AWS's own have a few thousand."""


class Clients:
    """Make clients, beginning in a thread where there is time (a person typing a code)."""

    def __init__(self, environ: Mapping[str, str], at_once: int = 1) -> None:
        """Take the environment that botocore reads too; make nothing yet.

        Clients for more than one call `at_once` have a connection for each, and slow down together
        where AWS throttles them.
        """
        self._environ = environ
        self._at_once = at_once
        self._made: dict[tuple[str, Caller, bool], Any] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def prepare(self, service: str, caller: Caller) -> None:
        """Begin importing botocore and making the client; errors show when it is used."""

        def make() -> None:
            try:
                self.get(service, caller)
            except Exception:  # noqa: BLE001  # `get` meets it again where it can be told
                return

        self._thread = threading.Thread(target=make, daemon=True)
        with suppress(RuntimeError):  # no more threads: it is made when it is used
            self._thread.start()

    def get(self, service: str, caller: Caller, *, once: bool = False) -> Any:  # untyped
        """Return the client of a service for these keys, profile and region.

        One for calls to be sent `once` tries nothing again.
        """
        with self._lock:
            if (service, caller, once) not in self._made:
                self._made[service, caller, once] = self._make(
                    service, caller, 1 if once else ATTEMPTS
                )
            return self._made[service, caller, once]

    def _make(self, service: str, caller: Caller, attempts: int) -> Any:
        """Make a client; proxies, CA bundle and endpoints stay botocore's own business.

        One without a key id does not sign: AWS refuses it, but answers.
        """
        with _without_garbage_collection():
            return self._make_client(service, caller, attempts)

    def _make_client(self, service: str, caller: Caller, attempts: int) -> Any:
        from botocore import UNSIGNED  # noqa: PLC0415  # as the next
        from botocore.config import Config  # noqa: PLC0415  # 360 ms: only when AWS is asked
        from botocore.exceptions import BotoCoreError  # noqa: PLC0415
        from botocore.session import Session  # noqa: PLC0415

        _have_files_read_as_utf8()
        session = Session(profile=caller.profile)
        token = caller.keys.session_token
        region = caller.region or session.get_config_variable("region") or "us-east-1"
        try:
            client = session.create_client(
                service,
                region_name=region,
                # Never nothing: botocore would go and look for keys, and run what yields them.
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
        # botocore has no setting for the size of an answer, and reads all of it; what `before-send`
        # returns is taken as the answer.
        client.meta.events.register("before-send", Sender(client._endpoint.http_session).send)  # noqa: SLF001
        return client


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Look for no garbage while hundreds of modules and models load: it finds none, and costs."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class Sender:
    """Sends a request as botocore does, and reads no more of the answer than may be."""

    def __init__(self, http_session: Any) -> None:
        """Take botocore's own session, which knows proxies and certificates."""
        self._http_session = http_session

    def send(self, request: Any, **_: object) -> Any:
        """Return the answer, its body read; raise an error of botocore, or ValueError."""
        from botocore.awsrequest import AWSResponse  # noqa: PLC0415
        from botocore.exceptions import ConnectionClosedError, ReadTimeoutError  # noqa: PLC0415
        from botocore.httpsession import ProtocolError, URLLib3ReadTimeoutError  # noqa: PLC0415

        request.stream_output = True  # have the body left to us
        answer = self._http_session.send(request)
        try:
            body = b""
            for piece in answer.raw.stream(PIECE_BYTES):
                body += piece
                if len(body) > MOST_BYTES:
                    raise ValueError("more than an answer of AWS")
        except URLLib3ReadTimeoutError as error:
            raise ReadTimeoutError(endpoint_url=request.url, error=error) from error
        except ProtocolError as error:
            raise ConnectionClosedError(endpoint_url=request.url, error=error) from error
        finally:
            answer.raw.release_conn()
        return AWSResponse(answer.url, answer.status_code, answer.headers, _Body(body))


class _Body:
    """A body that has been read, as botocore asks for it."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def stream(self) -> list[bytes]:
        """Return the pieces."""
        return [self._data]


def _bad_endpoint(
    service: str, session: Any, environ: Mapping[str, str]
) -> ConfigurationError | None:
    """Return the error for an endpoint that is no URL, by the name of what sets it; or None."""
    for name in (f"AWS_ENDPOINT_URL_{service.upper()}", "AWS_ENDPOINT_URL"):
        url = environ.get(name)
        if url:
            return _no_url(name, url)
    url = session.get_scoped_config().get("endpoint_url")
    return (
        _no_url(f"endpoint_url of profile {session.profile or 'default'!r}", url) if url else None
    )


def _no_url(name: str, url: str) -> ConfigurationError:
    shown = url.rpartition("@")[2]  # before it may stand a password
    return ConfigurationError(
        "bad-endpoint",
        f"{name} is not a URL: {shown}",
        f"begin it with https://, or with http:// for a local emulator: http://{shown}",
    )


def _have_files_read_as_utf8() -> None:
    """Leave a locale without UTF-8: botocore would read the AWS files in it, and fail."""
    import locale  # noqa: PLC0415  # with botocore, not before

    if locale.getpreferredencoding(do_setlocale=False).lower() in {"utf-8", "utf8"}:
        return
    for name in ("C.UTF-8", "UTF-8", "en_US.UTF-8"):
        with suppress(locale.Error):
            locale.setlocale(locale.LC_CTYPE, name)
            return
