"""Open an endpoint for one session, and renew it; with `exec --serve`, run a command beside it.

A renewal, one for all clients, runs `mfa-session credential-process` in a separate process, with
its locks, sources of codes, prompt and signals. The end of the job ends it, and the endpoint's
process never holds the long-term keys.

In a job's environment every SDK asks the endpoint. SDKs prefer keys, roles and profiles of the
environment to it (AWS SDKs and Tools Reference Guide, "Standardized credential providers"), and
also the profile `default` if it has credentials. In that case the job gets a profile without any.
"""

from __future__ import annotations

import asyncio
import errno
import os
import secrets
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from mfa_session.model.errors import ConfigurationError, NoMfaError, UsageError
from mfa_session.model.feature_ports import JobEdges
from mfa_session.model.notes import read_json
from mfa_session.model.ports import Clock, Issued
from mfa_session.model.record import Record
from mfa_session.model.session import Keys, Secret, Session
from mfa_session.model.settings import (
    SERVES,
    SessionOptions,
    copied_text,
    served_profile,
    without_code,
)
from mfa_session.model.times import parse_time, spell_duration
from mfa_session.serve.endpoint import Endpoint
from mfa_session.session.acquire import AcquiredSession
from mfa_session.session.context import Context
from mfa_session.session.environment import (
    ACTIVE,
    HOST,
    REMOVED,
    SET,
    URI,
    child_environment,
    region_variables,
)
from mfa_session.session.names import has_credentials
from mfa_session.session.reuse import needed_seconds

RunOwn = Callable[[list[str], Mapping[str, str]], tuple[int, str, str]]

PORTS = range(1, 65536)
PAUSE_SECONDS = 5.0
"""The pause after a failed renewal."""
MOST_WAITING_SECONDS = 50.0
_PREFIXES = ("mfa-session: error: ", "mfa-session: warning: not renewed: ")
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
    with open_endpoint(use, options, ctx, jobs, region) as (variables, start):
        environ = child_environment(ctx.environ, variables, NOT_PASSED_ON)
        exit_code = jobs.run_child(command, environ, start)
    return jobs.end_as(exit_code)


@contextmanager
def open_endpoint(
    use: AcquiredSession,
    options: SessionOptions,
    ctx: Context,
    jobs: JobEdges,
    region: str | None,
    port: int = 0,
) -> Iterator[tuple[dict[str, str], Callable[[], None]]]:
    """Open an endpoint that answers with this session and renews it; close it at the end.

    Yield the variables for a job, after NOT_PASSED_ON is removed, and what starts the answers.
    Port 0 takes a free one. Raises ConfigurationError `port-not-free` for an unusable port.
    """
    # What the environment chose at the start is renewed, whatever it would choose then.
    options = options.replace(profile=options.profile or use.session.name)
    supply = Supply(
        first=_issued(use.session),
        renew=make_renewal(options, ctx, jobs.own_program.run),
        clock=ctx.clock,
        warn=ctx.console.warn,
        margin_seconds=needed_seconds(use.settings, use.session),
    )
    token = secrets.token_urlsafe(32)
    endpoint = Endpoint(_listen(port), token, supply.current)
    variables = {URI: endpoint.uri, TOKEN: token, ACTIVE: use.session.name}
    profile = _profile_without_credentials(use, ctx, jobs)
    if profile is not None:
        variables["AWS_PROFILE"] = profile
    variables |= region_variables(ctx.environ, asked=region, from_files=use.region)
    try:
        yield variables, endpoint.start
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
        listener.listen(128)
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
    if session.expires_at is None:  # a session in use has an end
        raise RuntimeError(session.name)
    return Issued(keys=session.keys, expires_at=session.expires_at)


def _profile_without_credentials(use: AcquiredSession, ctx: Context, jobs: JobEdges) -> str | None:
    profiles = ctx.files.profiles()
    if not has_credentials(profiles.section("default")):
        return None
    name = served_profile(use.session.profile)
    if has_credentials(profiles.section(name)):
        raise ConfigurationError(
            "protected-profile",
            f"profile {name!r} has credentials, so a job that uses it would not ask the endpoint",
            "rename it, and run the command again",
        )
    copied = use.settings.written
    serves = f"{use.session.name} {copied_text(copied) or ''}".strip()
    jobs.write_profile(name, {SERVES: serves, **copied})
    return name


class Renewed(Record):
    """A renewal's outcome: the session, if any, and the reason if it is not a new one, or ""."""

    issued: Issued | None = None
    problem: str = ""


class Supply:
    """A session, renewed in the background when less than `margin_seconds` are left.

    `renew` blocks until it has an answer. `warn` gets each reason for a failed renewal once.
    """

    def __init__(
        self,
        first: Issued,
        renew: Callable[[], Renewed],
        clock: Clock,
        warn: Callable[[str], None],
        margin_seconds: float,
    ) -> None:
        self._issued = first
        self._renew = renew
        self._clock = clock
        self._warn = warn
        self._margin_seconds = margin_seconds
        self._renewal: asyncio.Task[None] | None = None
        self._problem = ""
        self._next_at = 0.0

    async def current(self) -> Issued:
        """Return the session; if it has expired, wait for the renewal first.

        Raises NoMfaError `not-renewed` if there is no valid session then.
        """
        if self._seconds_left() < self._margin_seconds:
            self._begin_renewal()
        if self._seconds_left() <= 0 and self._renewal is not None:
            # A client may disconnect; the renewal goes on for the others.
            await asyncio.wait({self._renewal}, timeout=MOST_WAITING_SECONDS)
        if self._seconds_left() <= 0:
            problem = self._problem or "its renewal waits for an answer at the terminal"
            raise NoMfaError("not-renewed", f"the session has expired: {problem}")
        return self._issued

    def _seconds_left(self) -> float:
        return (self._issued.expires_at - self._clock.now()).total_seconds()

    def _begin_renewal(self) -> None:
        loop = asyncio.get_running_loop()
        is_running = self._renewal is not None and not self._renewal.done()
        if not is_running and loop.time() >= self._next_at:
            self._renewal = loop.create_task(self._renew_once())

    async def _renew_once(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(None, self._renew)
        except (OSError, RuntimeError) as error:  # no more processes, threads or open files
            found = Renewed(problem=f"it could not be started: {str(error).lower()}")
        if found.issued is not None and found.issued.expires_at > self._issued.expires_at:
            self._issued = found.issued
        else:
            self._next_at = loop.time() + PAUSE_SECONDS
        if found.problem not in {"", self._problem}:
            self._warn(f"the session was not renewed: {found.problem}")
        self._problem = found.problem


def make_renewal(options: SessionOptions, ctx: Context, run_own: RunOwn) -> Callable[[], Renewed]:
    """Return a function that renews the session with the options of this command."""
    words = ["credential-process"]
    environ = without_code(ctx.environ)
    if options.profile:
        words += ["--profile", options.profile]
    if options.min_ttl is not None:
        words += ["--min-ttl", spell_duration(options.min_ttl)]
    if options.duration is not None:
        environ["MFA_SESSION_DURATION"] = spell_duration(options.duration)
    if not ctx.may_ask:
        words.append("--no-input")
    return lambda: read_renewed(*run_own(words, environ))


def read_renewed(exit_code: int, stdout: str, stderr: str) -> Renewed:
    """Return the outcome of a `credential-process`; its stdout is never shown."""
    problem = stderr.strip().rpartition("\n")[2]
    for prefix in _PREFIXES:
        problem = problem.removeprefix(prefix)
    if exit_code:
        return Renewed(problem=problem or f"its renewal ended with exit code {exit_code}")
    issued = _read_credentials(stdout)
    return Renewed(
        issued=issued, problem=problem if issued else "its renewal printed no credentials"
    )


def _read_credentials(text: str) -> Issued | None:
    try:
        answer = read_json(text)
        expires_at = parse_time(answer["Expiration"])
        keys = Keys(
            access_key_id=answer["AccessKeyId"],
            secret_access_key=Secret(answer["SecretAccessKey"]),
            session_token=Secret(answer["SessionToken"]),
        )
    except (ValueError, KeyError, TypeError):
        return None
    return Issued(keys=keys, expires_at=expires_at) if expires_at else None
