"""botocore's clients, each made once, with the caller's keys passed explicitly."""

from __future__ import annotations

import gc
import threading
from contextlib import contextmanager, suppress
from functools import partial
from types import SimpleNamespace

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
"""The limit for one answer; AWS's have a few thousand bytes."""


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
        self._thread: threading.Thread | None = None

    def prepare(self, service: str, caller: Caller) -> None:
        """Import botocore and make the client in a thread; `get` raises any error again."""

        def make() -> None:
            with suppress(Exception):
                self.get(service, caller)

        self._thread = threading.Thread(target=make, daemon=True)
        with suppress(RuntimeError):  # no more threads: `get` makes the client
            self._thread.start()

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
        from botocore import UNSIGNED  # noqa: PLC0415  # botocore takes 360 ms to import
        from botocore.config import Config  # noqa: PLC0415
        from botocore.exceptions import BotoCoreError  # noqa: PLC0415
        from botocore.session import Session  # noqa: PLC0415

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
    from botocore.awsrequest import AWSResponse  # noqa: PLC0415
    from botocore.exceptions import ConnectionClosedError, ReadTimeoutError  # noqa: PLC0415
    from botocore.httpsession import ProtocolError, URLLib3ReadTimeoutError  # noqa: PLC0415

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
    """Return the error for a malformed endpoint, with the setting's name; None without one."""
    for name in (f"AWS_ENDPOINT_URL_{service.upper()}", "AWS_ENDPOINT_URL"):
        url = environ.get(name)
        if url:
            return _not_a_url(name, url)
    url = session.get_scoped_config().get("endpoint_url")
    return (
        _not_a_url(f"endpoint_url of profile {session.profile or 'default'!r}", url)
        if url
        else None
    )


def _not_a_url(name: str, url: str) -> ConfigurationError:
    shown = url.rpartition("@")[2]  # without user name and password
    return ConfigurationError(
        "bad-endpoint",
        f"{name} is not a URL: {shown}",
        f"begin it with https://, or with http:// for a local emulator: http://{shown}",
    )


def _ensure_utf8_locale() -> None:
    """Switch to a UTF-8 locale: botocore reads the AWS files in the locale's encoding."""
    import locale  # noqa: PLC0415  # with botocore only

    if locale.getpreferredencoding(do_setlocale=False).lower() in {"utf-8", "utf8"}:
        return
    for name in ("C.UTF-8", "UTF-8", "en_US.UTF-8"):
        with suppress(locale.Error):
            locale.setlocale(locale.LC_CTYPE, name)
            return
