"""The sandbox as tests and the demo see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_session.sandbox import moto_backend
from mfa_session.sandbox.calls import Calls
from mfa_session.sandbox.faults import Fault, Faults
from mfa_session.sandbox.gate import Gate
from mfa_session.sandbox.population import ACCOUNT, ALLOW_ALL, Population
from mfa_session.sandbox.server import Server

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mfa_session.sandbox.directory import KeyState
    from mfa_session.sandbox.identities import User

__all__ = ["ACCOUNT", "ALLOW_ALL", "Sandbox"]


class Sandbox(Population):
    """An AWS on loopback that enforces MFA, signatures and policies.

    A context manager; `start` and `stop` do the same. moto's state is the process's, so one
    sandbox runs at a time; each starts empty.
    """

    def __init__(self, port: int = 0) -> None:
        """Prepare everything but the server; `port` 0 takes a free one."""
        super().__init__()
        self.calls = Calls()
        self._faults = Faults()
        self._gate = Gate(self.directory, self.clock, self.calls, self._faults)
        self._port = port
        self._server: Server | None = None

    def __enter__(self) -> Sandbox:
        """Start."""
        return self.start()

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    def start(self) -> Sandbox:
        """Begin to answer, with nobody and nothing in it."""
        moto_backend.reset()
        self._server = Server(self._gate.handle, self.clock, self._port)
        self._server.start()
        return self

    def stop(self) -> None:
        """End, and close every connection."""
        if self._server:
            self._server.stop()
            self._server = None

    def reset(self) -> None:
        """Forget all users, resources, calls and faults and set the clock right; keep the URL."""
        moto_backend.reset()
        for part in (self.directory, self.calls, self._faults):
            part.clear()
        self.clock.reset()
        self._gate.disabled_regions.clear()
        self.latency_seconds = 0.0
        self.checks_signature_age = True

    @property
    def url(self) -> str:
        """The endpoint: `http://127.0.0.1:PORT`."""
        if self._server is None:
            raise RuntimeError("the sandbox is not running")
        return self._server.url

    def environ(self, user: User | None = None, region: str | None = None) -> dict[str, str]:
        """Return the variables that point the AWS CLI and SDKs here, a user's keys with them."""
        found = {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "127.0.0.1",
        }
        if user:
            found["AWS_ACCESS_KEY_ID"] = user.access_key_id
            found["AWS_SECRET_ACCESS_KEY"] = user.secret_access_key
        if region:
            found["AWS_REGION"] = found["AWS_DEFAULT_REGION"] = region
        return found

    # What there is

    def create_instance(
        self, *, name: str, account: str = ACCOUNT, region: str = "eu-west-1"
    ) -> str:
        """Start an EC2 instance with a Name tag and return its id."""
        return moto_backend.add_instance(account, region, name)

    def create_bucket(
        self, name: str, *, account: str = ACCOUNT, region: str = "eu-west-1"
    ) -> None:
        """Make an S3 bucket."""
        moto_backend.add_bucket(account, region, name)

    # What was asked

    def count(self, operation: str) -> int:
        """Count the calls of one operation (`GetSessionToken`), refused ones too."""
        return len(self.calls.of(operation))

    @property
    def key_log(self) -> Sequence[KeyState]:
        """What became of long-term keys, as IAM was asked, in that order."""
        return self.directory.key_log

    # What goes wrong

    @property
    def key_spread_seconds(self) -> float:
        """How long a new long-term key is unknown to every service."""
        return self.directory.key_spread_seconds

    @key_spread_seconds.setter
    def key_spread_seconds(self, seconds: float) -> None:
        self.directory.key_spread_seconds = seconds

    def fail(
        self,
        operation: str,
        *,
        times: int | None = 1,
        code: str = "Throttling",
        status: int = 400,
        message: str = "Rate exceeded",
    ) -> None:
        """Answer the next `times` calls (None: all) of an operation, or `*`, with an error."""
        fault = Fault("error", operation, times, status=status, code=code, message=message)
        self._faults.add(fault)

    def slow(self, operation: str, seconds: float, *, times: int | None = None) -> None:
        """Answer so much later."""
        self._faults.add(Fault("slow", operation, times, seconds=seconds))

    def drop(self, operation: str, *, times: int | None = 1, after: bool = False) -> None:
        """Close the connection without an answer; `after`: but do what was asked first."""
        self._faults.add(Fault("drop-after" if after else "drop", operation, times))

    def answer(
        self,
        operation: str,
        status: int,
        body: str | bytes,
        content_type: str = "text/html",
        *,
        times: int | None = 1,
    ) -> None:
        """Answer with this instead: a captive portal's page, say."""
        sent = body.encode() if isinstance(body, str) else body
        self._faults.add(
            Fault("answer", operation, times, status=status, body=sent, content_type=content_type)
        )

    def clear_faults(self) -> None:
        """Let nothing go wrong any more."""
        self._faults.clear()

    def disable_region(self, region: str) -> None:
        """Switch STS off in a region."""
        self._gate.disabled_regions.add(region)

    @property
    def latency_seconds(self) -> float:
        """How long every answer takes at least."""
        return self._gate.latency_seconds

    @latency_seconds.setter
    def latency_seconds(self, seconds: float) -> None:
        self._gate.latency_seconds = seconds

    @property
    def checks_signature_age(self) -> bool:
        """Whether requests signed over 15 minutes off are refused.

        Off, the clock may be moved far under clients that sign with the machine's own.
        """
        return self._gate.checks_signature_age

    @checks_signature_age.setter
    def checks_signature_age(self, checks: bool) -> None:
        self._gate.checks_signature_age = checks
