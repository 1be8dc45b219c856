"""botocore's clients: made once, with the caller's keys passed explicitly."""

from __future__ import annotations

import gc
import threading
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from mfa_session.model.ports import Caller

CONNECT_SECONDS = 5
READ_SECONDS = 15
ATTEMPTS = 3


class Clients:
    """Make clients, beginning in a thread where there is time (a person typing a code)."""

    def __init__(self) -> None:
        """Make nothing yet."""
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
        self._thread.start()

    def get(self, service: str, caller: Caller, *, once: bool = False) -> Any:  # untyped
        """Return the client of a service for these keys, profile and region.

        One for calls to be sent `once` tries nothing again.
        """
        with self._lock:
            if (service, caller, once) not in self._made:
                self._made[service, caller, once] = _make(service, caller, 1 if once else ATTEMPTS)
            return self._made[service, caller, once]


def _make(service: str, caller: Caller, attempts: int) -> Any:
    """Make a client; proxies, CA bundle and endpoints stay botocore's own business.

    One without a key id does not sign: AWS refuses it, but answers.
    """
    # A short process: looking for garbage while hundreds of modules and models load only costs.
    gc.disable()
    from botocore import UNSIGNED  # noqa: PLC0415  # as the next
    from botocore.config import Config  # noqa: PLC0415  # 360 ms: only when AWS is asked
    from botocore.session import Session  # noqa: PLC0415

    _have_files_read_as_utf8()
    session = Session(profile=caller.profile)
    token = caller.keys.session_token
    region = caller.region or session.get_config_variable("region") or "us-east-1"
    return session.create_client(
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
            retries={"mode": "standard", "total_max_attempts": attempts},
        ),
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
