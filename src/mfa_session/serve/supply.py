"""The session that an endpoint serves, with one renewal for all clients.

A renewal runs `mfa-session credential-process` in a separate process, with its locks, sources of
codes, prompt and signals. The end of the job ends it, and the endpoint's process never holds the
long-term keys.
"""

from __future__ import annotations

import asyncio

from mfa_session.model.errors import NoMfaError
from mfa_session.model.notes import read_json
from mfa_session.model.ports import Issued
from mfa_session.model.record import Record
from mfa_session.model.session import Keys, Secret
from mfa_session.model.settings import without_code
from mfa_session.model.times import parse_time, spell_duration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mfa_session.model.ports import Clock
    from mfa_session.model.settings import SessionOptions
    from mfa_session.session.context import Context

    RunOwn = Callable[[list[str], Mapping[str, str]], tuple[int, str, str]]


_PREFIXES = ("mfa-session: error: ", "mfa-session: warning: not renewed: ")
PAUSE_SECONDS = 5.0
"""The pause after a failed renewal."""
MOST_WAITING_SECONDS = 50.0


class Renewed(Record):
    """A renewal's outcome: the session, if any, and the reason if it is not a new one."""

    issued: Issued | None = None
    problem: str | None = None


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
        """Take the first session, and what renews it."""
        self._issued = first
        self._renew = renew
        self._clock = clock
        self._warn = warn
        self._margin_seconds = margin_seconds
        self._renewal: asyncio.Task[None] | None = None
        self._problem: str | None = None
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
        if found.problem not in {None, self._problem}:
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
    problem = stderr.strip().rpartition("\n")[2] or None
    for prefix in _PREFIXES:
        problem = problem.removeprefix(prefix) if problem else None
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
