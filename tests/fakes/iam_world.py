"""A user's MFA devices in IAM, a keyring and a disk, all in memory, with failures.

Every call is a numbered step. A test chooses the step that fails, before or after it is done, or at
which the process dies; after that, no call has an effect.
"""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Protocol

from mfa_session.mfa.devices import DeviceEdges
from mfa_session.mfa.sources import code_at
from mfa_session.model.errors import ConfigurationError, NoMfaError, RefusedError, UnreachableError
from mfa_session.model.iam import Device, NewDevice, User
from mfa_session.model.session import Secret
from mfa_session.model.totp import step_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager

    from mfa_session.model.iam import Intent, Pair

CAROL = User(
    arn="arn:aws:iam::123456789012:user/carol",
    partition="aws",
    account="123456789012",
    name="carol",
)
SERIAL = CAROL.serial_of("carol")
NETWORK = UnreachableError("network", "AWS cannot be reached")
DENIED = RefusedError("not-authorized", "not allowed")


class HasTime(Protocol):
    """A world with a time."""

    now: datetime


class HasSaid(Protocol):
    """A process that lists what it says."""

    said: list[str]


class KilledError(BaseException):
    """The process was killed: no later call of it has an effect."""


class World:
    """What outlives a process: AWS, the keyring and the disk. `now` is AWS's time."""

    def __init__(self) -> None:
        """Start empty."""
        self.now = datetime(2031, 1, 31, 12, 0, 5, tzinfo=timezone.utc)
        self.unassigned: dict[str, Secret] = {}
        self.enabled: dict[str, Secret] = {}
        self.secrets: dict[str, Secret] = {}
        self.intents: dict[str, Intent] = {}
        self.steps: dict[str, set[int]] = {}
        self.made = 0

    def new_seed(self) -> Secret:
        """Return a new seed."""
        self.made += 1
        return Secret("ABCDEFGH" * 7 + f"{'ABCDEFGH'[self.made % 8] * 8}")

    def is_sound(self) -> bool:
        """Say whether every device is enabled, and its secret and no other is stored."""
        return not self.unassigned and self.secrets == self.enabled

    def is_whole(self) -> bool:
        """Say whether the devices are sound and no note is left."""
        return self.is_sound() and not self.intents


class Process:
    """One run in a world: the edges of `mfa.devices`, and the failures it meets.

    `trouble` gets each step's number, its name, and whether it has been done; it may raise.
    """

    def __init__(
        self,
        world: World,
        trouble: Callable[[int, str, bool], None] = lambda _number, _name, _done: None,
        answers: dict[str, bool] | None = None,
    ) -> None:
        """Take the world, the failures, and the answers to questions (None: nobody to ask)."""
        self.world = world
        self.number = 0
        self.names: list[str] = []
        self.said: list[str] = []
        self.asked: list[str] = []
        self._trouble = trouble
        self._answer = (answers or {}).get("clean")
        self._dead = False
        self._signals: list[type[BaseException]] = []

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Number and log one step, which may fail before or after it is done."""
        if self._dead:
            raise KilledError
        self.number += 1
        self.names.append(name)
        try:
            self._trouble(self.number, name, False)
            yield
            self._trouble(self.number, name, True)
        except KilledError:
            self._dead = True
            raise

    def signal(self, error: type[BaseException]) -> None:
        """Deliver a signal, which stays deferred until `raise_deferred`."""
        self._signals.append(error)

    def edges(self) -> DeviceEdges:
        """Return the edges of this process."""
        return DeviceEdges(
            aws=_Iam(self),
            secrets=_Secrets(self),
            intents=_Intents(self),
            steps=_Steps(self),
            turns=_Turns(),
            clock=WorldClock(self.world),
            talk=ListedTalk(self),
            wait_until=self._wait_until,
            pause=self._pause,
            defer_signals=self._defer_signals,
            confirm=self._confirm,
            ask_code=None,
            choose=lambda _serials: None,
        )

    def raise_deferred(self) -> None:
        """Raise the first deferred signal, if any."""
        if self._signals:
            raise self._signals[0]

    @contextmanager
    def _defer_signals(self) -> Iterator[Process]:
        yield self

    def _pause(self, seconds: float) -> None:
        self.world.now += timedelta(seconds=seconds)

    def _wait_until(self, moment: datetime, what: str) -> None:
        del what
        self.world.now = max(self.world.now, moment)

    def _confirm(self, question: str) -> bool | None:
        self.asked.append(question)
        return self._answer


class _Iam:
    def __init__(self, process: Process) -> None:
        self._process = process
        self._world = process.world

    def user(self) -> User:
        return CAROL

    def enabled(self) -> list[Device]:
        with self._process.step("ListMFADevices"):
            return [
                Device(serial=serial, kind="virtual", enabled_at=self._world.now)
                for serial in self._world.enabled
            ]

    def unassigned(self) -> set[str]:
        with self._process.step("ListVirtualMFADevices"):
            return set(self._world.unassigned)

    def create(self, name: str) -> NewDevice:
        with self._process.step("CreateVirtualMFADevice"):
            serial = CAROL.serial_of(name)
            if serial in self._world.unassigned or serial in self._world.enabled:
                raise ConfigurationError("device-exists", "taken")
            self._world.unassigned[serial] = self._world.new_seed()
        return NewDevice(serial=serial, seed=self._world.unassigned[serial])

    def enable(self, user: User, serial: str, codes: Pair) -> None:
        with self._process.step("EnableMFADevice"):
            if serial in self._world.enabled:
                raise ConfigurationError("device-in-use", "enabled already")
            if user != CAROL or serial not in self._world.unassigned:
                raise ConfigurationError("no-such-device", "not there")
            seed, step = self._world.unassigned[serial], step_at(self._world.now)
            if codes != (code_at(seed, step - 1), code_at(seed, step)):
                raise NoMfaError("codes-rejected", "wrong")
            self._world.enabled[serial] = self._world.unassigned.pop(serial)

    def resync(self, user: User, serial: str, codes: Pair) -> None:
        raise AssertionError(f"enrolment resyncs nothing: {user} {serial} {codes}")

    def deactivate(self, user: User, serial: str) -> None:
        raise AssertionError(f"enrolment deactivates nothing: {user} {serial}")

    def delete(self, serial: str) -> None:
        with self._process.step("DeleteVirtualMFADevice"):
            if serial in self._world.enabled:
                raise ConfigurationError("device-in-use", "deactivate first")
            if self._world.unassigned.pop(serial, None) is None:
                raise ConfigurationError("no-such-device", "not there")


class _Secrets:
    def __init__(self, process: Process) -> None:
        self._process = process
        self._stored = process.world.secrets

    def get(self, serial: str) -> Secret | None:
        with self._process.step("keyring get"):
            return self._stored.get(serial)

    def holds(self, serial: str) -> bool:
        return serial in self._stored

    def known(self) -> list[str]:
        return sorted(self._stored)

    def serials(self, others: Iterable[str] = ()) -> list[str]:
        del others
        return sorted(self._stored)

    def describe(self) -> str:
        return "the keyring of this test"

    def set(self, serial: str, secret: Secret) -> None:
        with self._process.step("keyring set device"):
            self._stored[serial] = secret

    def remove(self, serial: str) -> bool:
        with self._process.step("keyring remove"):
            return self._stored.pop(serial, None) is not None

    def try_out(self) -> None:
        with self._process.step("keyring try out"):
            pass


class _Intents:
    def __init__(self, process: Process) -> None:
        self._process = process
        self._kept = process.world.intents

    def all(self) -> list[Intent]:
        with self._process.step("intents read"):
            return list(self._kept.values())

    def save(self, intent: Intent) -> None:
        with self._process.step("intent save"):
            self._kept[intent.serial] = intent

    def remove(self, serial: str) -> None:
        with self._process.step("intent remove"):
            self._kept.pop(serial, None)


class _Steps:
    def __init__(self, process: Process) -> None:
        self._process = process

    def used(self, serial: str) -> set[int]:
        return self._process.world.steps.get(serial, set())

    def note(self, serial: str, step: int) -> None:
        with self._process.step("step note"):
            self._process.world.steps.setdefault(serial, set()).add(step)


class _Turns:
    def take(self, key: str, what: str) -> AbstractContextManager[None]:
        raise AssertionError(f"nothing is shared here: {key} {what}")

    def alone(self, key: str, what: str, by: str = "login") -> AbstractContextManager[None]:
        del key, what, by
        return nullcontext()


class WorldClock:
    """The clock of a world, whose `now` is AWS's time."""

    def __init__(self, world: HasTime) -> None:
        """Take the world."""
        self._world = world

    @property
    def started_at(self) -> datetime:
        return self._world.now

    def now(self) -> datetime:
        return self._world.now


class ListedTalk:
    """A console that adds what is said to a process's `said`."""

    def __init__(self, process: HasSaid) -> None:
        """Take the process."""
        self._process = process

    def say(self, text: str) -> None:
        self._process.said.append(text)

    warn = say

    def detail(self, text: str) -> None:
        del text

    def error(self, message: str, hint: str) -> None:
        self._process.said.append(f"{message}; {hint}")

    def progress(self, text: str) -> None:
        del text

    def doing(self, text: str) -> AbstractContextManager[None]:
        del text
        return nullcontext()

    def paint_for_stdout(self, text: str, colour: str) -> str:
        del colour
        return text
