"""Open an endpoint for one session; with `exec --serve`, run a command beside it."""

from __future__ import annotations

import errno
import os
import secrets
import socket
from contextlib import contextmanager

from mfa_session.model.errors import ConfigurationError, NoMfaError, UsageError
from mfa_session.model.ports import Issued
from mfa_session.model.record import Record
from mfa_session.model.text import quote
from mfa_session.serve.endpoint import HOST, Endpoint
from mfa_session.serve.environment import job_environment, job_variables
from mfa_session.serve.supply import Supply, make_renewal
from mfa_session.session.reuse import needed_seconds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from mfa_session.model.feature_ports import JobEdges
    from mfa_session.model.session import Session
    from mfa_session.model.settings import SessionOptions
    from mfa_session.session.acquire import AcquiredSession
    from mfa_session.session.context import Context


MOST_QUEUED = 128
PORTS = range(1, 65536)


def run_job(
    use: AcquiredSession,
    options: SessionOptions,
    ctx: Context,
    command: Sequence[str],
    region: str | None,
) -> int:
    """Run the command with an endpoint; return its exit code, or end by the same signal."""
    jobs = ctx.make.jobs()
    with open_endpoint(use, options, ctx, jobs, region=region) as serving:
        environ = job_environment(ctx.environ, serving.variables)
        exit_code = jobs.run_child(command, environ, serving.start)
    return jobs.end_as(exit_code)


class Serving(Record):
    """An open endpoint, which answers once `start` is called."""

    variables: Mapping[str, str]
    start: Callable[[], None]


@contextmanager
def open_endpoint(
    use: AcquiredSession,
    options: SessionOptions,
    ctx: Context,
    jobs: JobEdges,
    *,
    region: str | None = None,
    port: int = 0,
) -> Iterator[Serving]:
    """Yield an endpoint that answers with this session and renews it; close it at the end.

    Port 0 takes a free one. Raises ConfigurationError `port-not-free` for an unusable port.
    """
    supply = Supply(
        first=_issued(use.session),
        renew=make_renewal(options, ctx, jobs.own_program.run),
        clock=ctx.clock,
        warn=ctx.console.warn,
        margin_seconds=needed_seconds(use.settings, use.session),
    )
    token = secrets.token_urlsafe(32)
    endpoint = Endpoint(_listen(port), token, supply.current)
    variables = job_variables(use, ctx, jobs, endpoint.uri, token, region)
    try:
        yield Serving(variables=variables, start=endpoint.start)
    finally:
        jobs.own_program.stop()
        endpoint.stop()


def read_port(text: str | None) -> int:
    """Return the port in a text, or 0 (a free one) for None; UsageError `bad-port`."""
    if text is None:
        return 0
    number = int(text) if text.isascii() and text.isdigit() else 0
    if number not in PORTS:
        raise UsageError(
            "bad-port", f"--port: {text!r} is not a port", "write a number from 1 to 65535"
        )
    return number


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # on Windows two programs could share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(MOST_QUEUED)
    except OSError as error:
        listener.close()
        if not port:
            raise
        taken = error.errno == errno.EADDRINUSE
        reason = "another program uses it" if taken else (error.strerror or "").lower()
        raise ConfigurationError(
            "port-not-free",
            f"port {port} of {HOST} cannot be used: {reason}",
            "run it without --port, which takes a free one",
        ) from error
    return listener


def _issued(session: Session) -> Issued:
    if session.expires_at is None:
        raise NoMfaError(
            "session-damaged",
            f"the expiry of session {session.name!r} is not known",
            f"renew it: `mfa-session login --profile {quote(session.name)} --force`",
        )
    return Issued(keys=session.keys, expires_at=session.expires_at)
