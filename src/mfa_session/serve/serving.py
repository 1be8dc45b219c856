"""Open an endpoint for one session; with `exec --serve`, run a command beside it.

In a job's environment every SDK asks the endpoint. SDKs prefer keys, roles and profiles of the
environment to it (AWS SDKs and Tools Reference Guide, "Standardized credential providers"), and
also the profile `default` if it has credentials. In that case the job gets a profile without any.
"""

from __future__ import annotations

import errno
import os
import secrets
import socket
from contextlib import contextmanager

from mfa_session.model.copied_settings import SERVES, served_profile, to_text
from mfa_session.model.errors import ConfigurationError, NoMfaError, UsageError
from mfa_session.model.ports import Issued
from mfa_session.model.record import Record
from mfa_session.model.settings import GIVEN_CODE
from mfa_session.model.text import quote
from mfa_session.serve.endpoint import HOST, Endpoint
from mfa_session.serve.supply import Supply, make_renewal
from mfa_session.session.environment import ACTIVE, REMOVED, SET, region_variables
from mfa_session.session.names import HIDES_STATIC_KEYS
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
URI = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
TOKEN = "AWS_CONTAINER_AUTHORIZATION_TOKEN"  # noqa: S105  # a name
NOT_PASSED_ON = (
    *REMOVED,
    *SET,
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
)
"""The variables that SDKs prefer to the endpoint, or that change their request to it."""


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


def job_variables(
    use: AcquiredSession, ctx: Context, jobs: JobEdges, uri: str, token: str, region: str | None
) -> dict[str, str]:
    """Return the variables to set for a job, after NOT_PASSED_ON is removed."""
    regions = region_variables(ctx.environ, asked=region, from_files=use.region)
    profile = _profile_without_credentials(use, ctx, jobs)
    named = {"AWS_PROFILE": profile} if profile else {}
    session = {ACTIVE: use.session.name}
    return {URI: uri, TOKEN: token, **session, **named, **regions}


def job_environment(around: Mapping[str, str], variables: Mapping[str, str]) -> dict[str, str]:
    """Return a job's whole environment."""
    gone = {*NOT_PASSED_ON, GIVEN_CODE}
    return {**{name: value for name, value in around.items() if name not in gone}, **variables}


def _profile_without_credentials(use: AcquiredSession, ctx: Context, jobs: JobEdges) -> str | None:
    """Return the profile that a job must use; None if `default` has no credentials."""
    profiles = ctx.files.profiles()
    if not _has_credentials(profiles.section("default")):
        return None
    name = served_profile(use.session.profile)
    if _has_credentials(profiles.section(name)):
        raise ConfigurationError(
            "protected-profile",
            f"profile {name!r} has credentials, so a job that uses it would not ask the endpoint",
            "rename it, and run the command again",
        )
    copied = use.settings.written
    serves = f"{use.session.name} {to_text(copied) or ''}".strip()
    jobs.write_profile(name, {SERVES: serves, **copied})
    return name


def _has_credentials(section: Mapping[str, str]) -> bool:
    return any(section.get(key) for key in ("aws_access_key_id", *HIDES_STATIC_KEYS))
