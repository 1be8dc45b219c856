"""A login's edges in memory, without processes, files or network; each records its calls."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from mfa_session.model.errors import CodeRejectedError, ConfigurationError, NoMfaError
from mfa_session.model.ports import Edges, Issued
from mfa_session.model.session import Keys, Secret
from mfa_session.session.acquire import acquire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from mfa_session.model.ports import Caller, CodeSource, MfaCode, Role
    from mfa_session.model.profiles import ProfileFiles
    from mfa_session.model.session import Session
    from mfa_session.model.settings import Settings, Source
    from mfa_session.session.reuse import Outcome

NOW = datetime(2031, 1, 31, 12, 0, tzinfo=timezone.utc)
PHONE = "arn:aws:iam::123456789012:mfa/phone"


class FakeClock:
    """A clock that stands still; waiting moves it."""

    def __init__(self) -> None:
        """Begin at NOW."""
        self.moment = NOW
        self.started_at = NOW

    def now(self) -> datetime:
        """Return the moment."""
        return self.moment

    def wait_until(self, moment: datetime, what: str) -> None:
        """Move to the moment."""
        del what
        self.moment = moment


class FakeAws:
    """STS and IAM that accept the given codes, each once, and refuse all others."""

    def __init__(self, *codes: str, devices: tuple[str, ...] = (PHONE,)) -> None:
        """Take the right codes and the user's devices."""
        self.codes = list(codes)
        self.devices = list(devices)
        self.calls: list[str] = []
        self._issued = 0

    def prepare(self, caller: Caller) -> None:
        """Record the call."""
        self.calls.append(f"prepare {caller.keys.access_key_id}")

    def get_session_token(self, caller: Caller, mfa: MfaCode, seconds: int) -> Issued:
        """Issue a session for a right code."""
        self.calls.append(f"GetSessionToken {caller.keys.access_key_id} {mfa.serial} {seconds}")
        return self._check(mfa, seconds)

    def assume_role(self, caller: Caller, role: Role, mfa: MfaCode | None, seconds: int) -> Issued:
        """Issue a role session, for a right code or without one."""
        how = mfa.serial if mfa else "no code"
        self.calls.append(f"AssumeRole {caller.keys.access_key_id} {role.arn} {how} {seconds}")
        return self._check(mfa, seconds) if mfa else self._issue(seconds)

    def list_devices(self, caller: Caller) -> list[str]:
        """Return the devices."""
        self.calls.append(f"ListMFADevices {caller.keys.access_key_id}")
        return self.devices

    def account(self, caller: Caller) -> str | None:
        """Return an account."""
        self.calls.append(f"GetCallerIdentity {caller.keys.access_key_id}")
        return "210987654321"

    def _check(self, mfa: MfaCode, seconds: int) -> Issued:
        if mfa.code not in self.codes:
            raise CodeRejectedError("code-rejected", f"rejected for {mfa.serial}", "wait")
        self.codes.remove(mfa.code)
        return self._issue(seconds)

    def _issue(self, seconds: int) -> Issued:
        self._issued += 1
        keys = Keys(
            access_key_id=f"ASIA{self._issued}",
            secret_access_key=Secret("s"),
            session_token=Secret("t"),
        )
        return Issued(keys=keys, expires_at=NOW + timedelta(seconds=seconds))


class FakeTalk:
    """Records each text with its kind."""

    def __init__(self) -> None:
        """Begin empty."""
        self.said: list[tuple[str, str]] = []

    def say(self, text: str) -> None:
        """Record the text."""
        self.said.append(("say", text))

    def warn(self, text: str) -> None:
        """Record the text."""
        self.said.append(("warn", text))

    def detail(self, text: str) -> None:
        """Record the text."""
        self.said.append(("detail", text))

    def error(self, message: str, hint: str) -> None:
        """Record the text."""
        self.said.append(("error", f"{message}; {hint}"))

    def progress(self, text: str) -> None:
        """Ignore the text."""

    def doing(self, text: str) -> AbstractContextManager[None]:
        """Ignore the text."""
        del text
        return nullcontext()

    def paint_for_stdout(self, text: str, colour: str) -> str:
        """Return the text without colour."""
        del colour
        return text


class FakeAsidePlace:
    """A place that keeps a session aside."""

    def __init__(self) -> None:
        """Begin empty."""
        self.kept: Session | None = None
        self.refusal: Exception | None = None
        self.is_released = False

    def note(self, session: Session) -> None:
        """Hold the session."""
        self.kept = session

    def keep(self, *sessions: Session) -> str:
        """Hold the last session, or raise `refusal`."""
        if self.refusal:
            raise self.refusal
        self.kept = sessions[-1]
        return "/state/aside"

    def release(self) -> None:
        """Record the release."""
        self.is_released = True


class FakeStore:
    """Sessions by profile.

    Saving raises `refusal`, and checking `check_refusal`; `saving` is called while sessions are
    saved.
    """

    def __init__(self, *sessions: Session) -> None:
        """Hold these sessions."""
        self.held = {session.profile: session for session in sessions}
        self.aside: set[str] = set()
        self.places: list[FakeAsidePlace] = []
        self.refusal: Exception | None = None
        self.check_refusal: ConfigurationError | None = None
        self.saving: Callable[[], None] = lambda: None

    def begin(self, profiles: ProfileFiles) -> None:
        """Do nothing: there are no files."""

    def sessions(self) -> list[Session]:
        """Return the sessions."""
        return list(self.held.values())

    def kept_aside(self) -> set[str]:
        """Return the profiles whose sessions are kept aside."""
        return self.aside

    def check(self, *targets: str) -> None:
        """Raise `check_refusal`, if set."""
        del targets
        if self.check_refusal:
            raise self.check_refusal

    def set_aside(self, *targets: str) -> FakeAsidePlace:
        """Return a new place."""
        del targets
        self.places.append(FakeAsidePlace())
        return self.places[-1]

    def save(self, session: Session, settings: Settings) -> None:
        """Hold the session, or raise `refusal`."""
        self.save_all([(session, settings)])

    def save_all(self, had: Sequence[tuple[Session, Settings]]) -> Mapping[str, ConfigurationError]:
        """Hold the sessions, or raise `refusal`."""
        self.saving()
        if self.refusal:
            raise self.refusal
        self.held.update({session.profile: session for session, _ in had})
        return {}

    def check_keyring(self, target: str) -> None:
        """Accept the keyring."""

    def forget(self, profile: str) -> None:
        """Drop a session that the keyring has lost."""
        self.held.pop(profile, None)

    def remove(self, profile: str) -> None:
        """Drop the session."""
        del self.held[profile]


class FakeTurns:
    """Turns without waiting; the first `take` calls `meanwhile`."""

    def __init__(self) -> None:
        """Begin without turns."""
        self.taken: list[str] = []
        self.meanwhile: Callable[[], None] | None = None

    @contextmanager
    def take(self, key: str, what: str) -> Iterator[None]:
        """Call `meanwhile`, the first time; then take the turn."""
        del what
        self.taken.append(key)
        happen, self.meanwhile = self.meanwhile, None
        if happen:
            happen()
        yield

    @contextmanager
    def alone(self, key: str, what: str, by: str = "login") -> Iterator[None]:
        """Take a turn whose result is not shared."""
        del what, by
        self.taken.append(key)
        yield


class FakeSteps:
    """The used steps by device."""

    def __init__(self) -> None:
        """Begin without steps."""
        self.noted: dict[str, set[int]] = {}

    def used(self, serial: str) -> set[int]:
        """Return a device's used steps."""
        return self.noted.get(serial, set())

    def note(self, serial: str, step: int) -> None:
        """Add a used step."""
        self.noted.setdefault(serial, set()).add(step)


class ListedCodes:
    """Codes in the given order; NoMfaError `code-needed` for an empty list."""

    cure = ""

    def __init__(self, *codes: str) -> None:
        """Take the codes."""
        self._codes = list(codes)
        self.attempts = len(codes)
        self.problems: list[str | None] = []

    def for_settings(self, settings: Settings) -> Callable[[str], CodeSource]:
        """Return this source for any device; refuse if there is no code."""
        if not self._codes:
            raise NoMfaError("code-needed", f"{settings.name} needs a code", "give one")
        return lambda _serial: self

    def next_code(self, serial: str, problem: str | None) -> str:
        """Return the next code."""
        del serial
        self.problems.append(problem)
        return self._codes.pop(0)


class FakeEdges:
    """All fakes of one login; a test changes them before `edges()` and inspects them after."""

    def __init__(self) -> None:
        """Make a user with a phone, who types its only code, 123456."""
        self.aws = FakeAws("123456")
        self.talk = FakeTalk()
        self.clock = FakeClock()
        self.store = FakeStore()
        self.turns = FakeTurns()
        self.steps = FakeSteps()
        self.codes = ListedCodes("123456")
        self.process_keys: Callable[[Source], Keys] = _no_process
        self.device_chosen: str | None = None
        self.interrupted = False

    def edges(self) -> Edges:
        """Return the fakes as the edges of a login."""
        return Edges(
            aws=self.aws,
            talk=self.talk,
            clock=self.clock,
            store=self.store,
            turns=self.turns,
            steps=self.steps,
            wait_until=self.clock.wait_until,
            codes=self.codes.for_settings,
            process_keys=self.process_keys,
            uninterrupted=self._uninterrupted,
            role_session_name=lambda: "somebody",
            choose_device=lambda _serials: self.device_chosen,
        )

    def acquire(
        self, settings: Settings, *, force: bool = False, in_memory: bool = False
    ) -> Outcome:
        """Acquire a session, as every command does, beside the store's sessions."""
        make = SimpleNamespace(session=self.edges, may_have_code=lambda: True)
        ctx: Any = SimpleNamespace(clock=self.clock, make=make)
        inputs: Any = SimpleNamespace(
            sessions=self.store.sessions, recovered=self.store.kept_aside()
        )
        return acquire(ctx, inputs, settings, force=force, in_memory=in_memory)

    @contextmanager
    def _uninterrupted(self) -> Iterator[None]:
        yield
        if self.interrupted:
            raise KeyboardInterrupt


def _no_process(source: Source) -> Keys:
    raise AssertionError(f"no process is to be run for {source.label()}")
