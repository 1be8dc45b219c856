"""A user's long-term key at AWS, in a file and in a keyring, all in memory, with failures.

Every call is a numbered step. A test chooses the step that fails, before or after it is done, or at
which the process dies; after that, no call has an effect. Each step ends with `World.watch`.
"""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from fakes.iam_world import KilledError, ListedTalk, WorldClock
from mfa_session.model.errors import ConfigurationError, RefusedError
from mfa_session.model.iam import (
    CURRENT,
    NEW,
    OLD,
    AccessKey,
    KeyEdges,
    KnownKey,
    Move,
    Others,
    Rotation,
    Slots,
)
from mfa_session.model.session import Keys, Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from mfa_session.model.ports import Caller

PROFILE = "work"
ARN = "arn:aws:iam::123456789012:user/carol"
LINE = "/opt/bin/mfa-session keys process --profile work"
DENIED = RefusedError("not-authorized", "not allowed")


def pair(number: int) -> Keys:
    """Return the long-term key of this number."""
    return Keys(access_key_id=f"AKIAEXAMPLEEXAMPLE{number:02}", secret_access_key=Secret("s" * 40))


class AtAws:
    """A key at AWS."""

    def __init__(self, keys: Keys, created_at: datetime, known_from: datetime) -> None:
        """Take an active key; AWS refuses it before `known_from`."""
        self.keys = keys
        self.created_at = created_at
        self.known_from = known_from
        self.is_active = True
        self.used_at: datetime | None = None


class World:
    """What outlives a process: AWS, the files, the keyring and the journal."""

    def __init__(self, spread_seconds: float = 0.0) -> None:
        """Start with one key in the file; AWS knows a new one after `spread_seconds`."""
        self.now = datetime(2031, 1, 31, 12, 0, 5, tzinfo=timezone.utc)
        self.spread_seconds = spread_seconds
        self.file: dict[str, Keys] = {CURRENT: pair(1)}
        self.process: str | None = None
        self.other: Keys | None = None
        self.keyring: dict[str, Keys] = {}
        self.notes: dict[str, Move | Rotation] = {}
        self.aws: dict[str, AtAws] = {}
        self.made = 1
        self.add_key(pair(1))
        self.watch: Callable[[], None] = lambda: None

    def add_key(self, keys: Keys, spread_seconds: float = 0.0) -> None:
        """Add a key at AWS, known after `spread_seconds`."""
        known_from = self.now + timedelta(seconds=spread_seconds)
        self.aws[keys.access_key_id] = AtAws(keys, self.now, known_from)

    def move_to_keyring(self) -> None:
        """Move the key to the keyring."""
        self.keyring = {CURRENT: self.file.pop(CURRENT)}
        self.process = LINE

    def used(self) -> Keys | None:
        """Return the key that the profile gives to an SDK now."""
        if CURRENT in self.file:
            return self.file[CURRENT]
        return self.keyring.get(CURRENT) if self.process == LINE else None

    def use_elsewhere(self) -> World:
        """Add the same key to another profile."""
        self.other = pair(1)
        return self

    def watch_keys(self) -> World:
        """Check now and at each step that the profiles' keys are active; return the world."""

        def watch() -> None:
            assert self.is_active(self.used()), f"no working key in use: {self.used()}"
            assert self.other is None or self.is_active(self.other), "a dead key elsewhere"

        self.watch = watch
        watch()
        return self

    def is_active(self, keys: Keys | None) -> bool:
        """Say whether AWS accepts a key, now or once it knows it."""
        known = self.aws.get(keys.access_key_id) if keys else None
        return known is not None and known.is_active and known.keys == keys


class Process:
    """One run in a world: the edges of `keys`, and the failures it meets.

    `trouble` gets each step's number, its name, and whether it has been done; it may raise.
    """

    def __init__(
        self,
        world: World,
        trouble: Callable[[int, str, bool], None] = lambda _number, _name, _done: None,
        answer: bool | None = None,
        blank: Collection[int] = (),
    ) -> None:
        """Take the world, the failures, and the answer to questions (None: nobody to ask).

        At the steps `blank` the keyring returns nothing.
        """
        self.world = world
        self.number = 0
        self.names: list[str] = []
        self.said: list[str] = []
        self.asked: list[str] = []
        self._trouble = trouble
        self._answer = answer
        self.blank = blank
        self._is_dead = False

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Number and log one step, which may fail before or after it is done."""
        if self._is_dead:
            raise KilledError
        self.number += 1
        self.names.append(name)
        try:
            self._trouble(self.number, name, False)
            yield
            self.world.watch()
            self._trouble(self.number, name, True)
        except KilledError:
            self._is_dead = True
            raise

    def edges(self) -> KeyEdges:
        """Return the edges of this process."""
        return KeyEdges(
            aws=_Aws(self),
            vault=_Vault(self),
            files=_Files(self),
            journal=_Journal(self),
            clock=WorldClock(self.world),
            talk=ListedTalk(self),
            confirm=self._confirm,
            pause=self._pause,
            uninterrupted=nullcontext,
            own_line=lambda _profile: LINE,
        )

    def others(self) -> Others:
        """Return the other profile, if there is one."""
        return _Others(self)

    def _pause(self, seconds: float) -> None:
        self.world.now += timedelta(seconds=seconds)

    def _confirm(self, question: str) -> bool | None:
        self.asked.append(question)
        return self._answer


class _Aws:
    def __init__(self, process: Process) -> None:
        self._process = process
        self._world = process.world

    def identity(self, caller: Caller) -> str:
        with self._process.step("GetCallerIdentity"):
            self._check(caller)
        return ARN

    def _check(self, caller: Caller) -> None:
        """Refuse keys that are inactive, or that AWS does not know (yet)."""
        known = self._world.aws.get(caller.keys.access_key_id)
        if known is None or not known.is_active or known.known_from > self._world.now:
            raise RefusedError("invalid-key", "AWS does not know the key")
        known.used_at = self._world.now

    def list(self, caller: Caller) -> tuple[AccessKey, ...]:
        with self._process.step("ListAccessKeys"):
            self._check(caller)
            return tuple(
                AccessKey(id=key_id, is_active=key.is_active, created_at=key.created_at)
                for key_id, key in self._world.aws.items()
            )

    def last_used(self, caller: Caller, key_id: str) -> datetime | None:
        with self._process.step("GetAccessKeyLastUsed"):
            self._check(caller)
            return self._world.aws[key_id].used_at

    def create(self, caller: Caller) -> Keys:
        world = self._world
        with self._process.step("CreateAccessKey"):
            self._check(caller)
            if len(world.aws) > 1:
                raise RefusedError("two-keys", "AWS allows no third")
            world.made += 1
            world.add_key(pair(world.made), world.spread_seconds)
        return pair(world.made)

    def deactivate(self, caller: Caller, key_id: str) -> None:
        with self._process.step("UpdateAccessKey"):
            self._check(caller)
            self._world.aws[key_id].is_active = False

    def delete(self, caller: Caller, key_id: str) -> None:
        with self._process.step("DeleteAccessKey"):
            self._check(caller)
            if self._world.aws.pop(key_id, None) is None:
                raise ConfigurationError("no-such-key", "AWS knows no such key")


class _Vault:
    def __init__(self, process: Process) -> None:
        self._process = process
        self._kept = process.world.keyring

    def get(self, profile: str, place: str = CURRENT) -> Keys | None:
        assert profile == PROFILE
        with self._process.step("keyring get"):
            return None if self._process.number in self._process.blank else self._kept.get(place)

    def put(self, profile: str, keys: Keys, place: str = CURRENT) -> None:
        assert profile == PROFILE
        with self._process.step("keyring put"):
            self._kept[place] = keys

    def remove(self, profile: str, place: str = CURRENT) -> None:
        assert profile == PROFILE
        with self._process.step("keyring remove"):
            self._kept.pop(place, None)

    def known(self) -> list[KnownKey]:
        keys = self._kept.get(CURRENT)
        if keys is None:
            return []
        return [KnownKey(profile=PROFILE, key_id=keys.access_key_id, keyring="fake")]


class _Files:
    def __init__(self, process: Process) -> None:
        self._process = process
        self._world = process.world

    def check_writable(self, profile: str | None = None) -> None:
        """Do nothing: the files are writable."""
        del profile

    def slots(self, profile: str) -> Slots:
        assert profile == PROFILE
        kept = self._world.file
        return Slots(current=kept.get(CURRENT), new=kept.get(NEW), old=kept.get(OLD))

    def process(self, profile: str) -> str | None:
        assert profile == PROFILE
        return self._world.process

    def put_pair(self, profile: str, keys: Keys) -> None:
        self._replace(profile, {CURRENT: keys})

    def take_pair(self, profile: str, keys: Keys) -> None:
        assert self._world.file[CURRENT] == keys
        self._replace(profile, {CURRENT: None})

    def replace_pair(self, profile: str, old: Keys, new: Keys) -> None:
        assert profile == "other"
        if self._world.other == old:
            with self._process.step("file write"):
                self._world.other = new

    def set_process(self, profile: str, line: str, before: str | None) -> None:
        assert profile == PROFILE
        with self._process.step("file write"):
            assert self._world.process == before
            self._world.process = line

    def clear_process(self, profile: str, before: str) -> None:
        assert profile == PROFILE
        with self._process.step("file write"):
            assert self._world.process == before
            self._world.process = None

    def put_new(self, profile: str, keys: Keys) -> None:
        self._replace(profile, {NEW: keys})

    def swap(self, profile: str) -> None:
        kept = self._world.file
        self._replace(profile, {CURRENT: kept[NEW], OLD: kept[CURRENT], NEW: None})

    def drop_new(self, profile: str) -> None:
        self._replace(profile, {NEW: None})

    def drop_old(self, profile: str) -> None:
        self._replace(profile, {OLD: None})

    def _replace(self, profile: str, slots: Mapping[str, Keys | None]) -> None:
        assert profile == PROFILE
        with self._process.step("file write"):
            for place, keys in slots.items():
                if keys is None:
                    self._world.file.pop(place, None)
                else:
                    self._world.file[place] = keys


class _Others:
    def __init__(self, process: Process) -> None:
        self._process = process
        self._world = process.world

    def using(self, keys: Keys) -> list[str]:
        return ["other"] if self._world.other == keys else []

    def replace(self, old: Keys, new: Keys) -> None:
        _Files(self._process).replace_pair("other", old, new)

    def keeper(self, key_id: str) -> str | None:
        del key_id
        return None


class _Journal:
    def __init__(self, process: Process) -> None:
        self._process = process
        self._kept = process.world.notes

    def move(self, profile: str) -> Move | None:
        del profile
        note = self._kept.get("Move")
        return note if isinstance(note, Move) else None

    def rotation(self, profile: str) -> Rotation | None:
        del profile
        note = self._kept.get("Rotation")
        return note if isinstance(note, Rotation) else None

    def save(self, note: Move | Rotation) -> None:
        with self._process.step("journal write"):
            self._kept[type(note).__name__] = note

    def remove(self, note: Move | Rotation) -> None:
        with self._process.step("journal remove"):
            self._kept.pop(type(note).__name__, None)

    def moves(self) -> list[Move]:
        return []

    def rotations(self) -> list[Rotation]:
        return []

    def dates(self) -> dict[str, datetime]:
        return {}

    def note_dates(self, dates: Mapping[str, datetime]) -> None:
        del dates
