"""`keys` commands in any order, with faults at any step, always leave a working key.

The command that the next run names finishes the work.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from hypothesis import example, given
from hypothesis import strategies as st

from fakes.iam_world import KilledError
from fakes.key_world import DENIED, LINE, PROFILE, Process, World
from mfa_session.keys.move import Mover
from mfa_session.keys.rotation import KeyringPairs, KeyRotation
from mfa_session.keys.user_keys import Signer
from mfa_session.model.errors import (
    ConfigurationError,
    MfaSessionError,
    RefusedError,
    UnreachableError,
)
from mfa_session.model.iam import CURRENT, NEW, not_stored
from mfa_session.model.ports import Caller

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

AWS_ANSWERS: dict[str, MfaSessionError] = {
    "denied": DENIED,
    "unknown": RefusedError("invalid-key", "AWS does not know the key"),
    "lost": UnreachableError("network", "AWS cannot be reached"),
}
FULL_DISK = ConfigurationError("file-not-written", "no space left on device")
DEAD_KEYRING = ConfigurationError("keyring-unusable", "the keyring failed")
MOST_STEPS = 60


def rotation_in(process: Process) -> KeyRotation:
    edges, used = process.edges(), process.world.used()
    if used is None:
        raise not_stored(PROFILE)
    pairs = edges.files if CURRENT in process.world.file else KeyringPairs(edges.vault)
    caller = Caller(keys=used, profile=PROFILE, region=None)
    signer = Signer(caller, lambda: caller)
    return KeyRotation(edges, pairs, PROFILE, signer, others=process.others(), yes=True)


COMMANDS: dict[str, Callable[[Process], object]] = {
    "import": lambda process: Mover(process.edges(), PROFILE, None).import_key(),
    "export": lambda process: Mover(process.edges(), PROFILE, None).export_key(),
    "rotate": lambda process: rotation_in(process).rotate(),
    "finish": lambda process: rotation_in(process).finish(),
}


class Faults:
    """The faults of one run: for a step's number, a fault and whether it comes after the step."""

    def __init__(self, planned: Mapping[int, tuple[str, bool]]) -> None:
        """Take the faults; the step's kind decides which error each becomes."""
        self._planned = planned

    def __call__(self, number: int, name: str, done: bool) -> None:
        """Raise the error planned for this step, if any."""
        fault, after = self._planned.get(number, ("", False))
        if not fault or fault == "blank" or after != done:
            return
        if fault == "kill":
            raise KilledError
        if name.startswith("keyring"):
            raise DEAD_KEYRING
        if name.startswith(("file", "journal")):
            raise FULL_DISK
        if fault == "lost" or not done:  # a refused call has changed nothing
            raise AWS_ANSWERS.get(fault, AWS_ANSWERS["lost"])

    def blank(self) -> set[int]:
        """Return the steps at which the keyring returns nothing."""
        return {number for number, (fault, _) in self._planned.items() if fault == "blank"}


FAULTS = st.dictionaries(
    st.integers(1, MOST_STEPS),
    st.tuples(st.sampled_from(["kill", "fail", "blank", *AWS_ANSWERS]), st.booleans()),
    max_size=5,
).map(Faults)
RUNS = st.lists(st.tuples(st.sampled_from(sorted(COMMANDS)), FAULTS), min_size=1, max_size=6)
EVENTS = st.sampled_from(["nothing", "nothing", "the notes are lost", "the new key is deleted"])


def happen(world: World, event: str) -> None:
    """Change the world between two runs, as somebody else may."""
    new = (world.keyring if CURRENT in world.keyring else world.file).get(NEW)
    if event == "the notes are lost":
        world.notes.clear()
    elif event == "the new key is deleted" and new is not None and new != world.used():
        world.aws.pop(new.access_key_id, None)


def finish_what_was_begun(world: World) -> None:
    """Run the commands that the notes name, without faults, until no note is left."""
    for _ in range(3):
        kinds = {getattr(note, "kind", "rotate") for note in world.notes.values()}
        for kind in sorted(kinds):
            COMMANDS[kind](Process(world))
    assert world.notes == {}


def delete_strays(world: World) -> None:
    """Delete the keys at AWS that are on no record here, as the hint for two keys says."""
    on_record = {
        keys.access_key_id for kept in (world.file, world.keyring) for keys in kept.values()
    }
    for key_id in set(world.aws) - on_record:
        del world.aws[key_id]


@given(
    runs=RUNS,
    events=st.lists(EVENTS, min_size=6, max_size=6),
    in_keyring=st.booleans(),
    elsewhere=st.booleans(),
    spread_seconds=st.sampled_from([0.0, 9.0, 200.0]),
)
@example(
    runs=[
        ("import", Faults({})),
        ("rotate", Faults({19: ("kill", False)})),
        ("finish", Faults({34: ("blank", False)})),
    ],
    events=["nothing", "the new key is deleted", *["nothing"] * 4],
    in_keyring=False,
    elsewhere=True,
    spread_seconds=0.0,
)
@example(
    runs=[("export", Faults({9: ("blank", False)}))],
    events=["nothing"] * 6,
    in_keyring=True,
    elsewhere=False,
    spread_seconds=0.0,
)
@example(
    runs=[("export", Faults({8: ("kill", True)})), ("export", Faults({1: ("blank", False)}))],
    events=["nothing"] * 6,
    in_keyring=True,
    elsewhere=False,
    spread_seconds=0.0,
)
def test_any_faults_leave_a_working_key_and_work_that_can_be_finished(
    runs: list[tuple[str, Faults]],
    events: list[str],
    in_keyring: bool,
    elsewhere: bool,
    spread_seconds: float,
) -> None:
    world = World()
    if in_keyring:
        world.move_to_keyring()
    if elsewhere:
        world.use_elsewhere()
    world.watch_keys()
    world.spread_seconds = spread_seconds
    for (name, faults), event in zip(runs, events, strict=False):
        with suppress(KilledError, MfaSessionError):
            COMMANDS[name](Process(world, faults, blank=faults.blank()))
        world.watch()
        happen(world, event)
    world.spread_seconds = 0
    for key in world.aws.values():
        key.known_from = min(key.known_from, world.now)
    try:
        finish_what_was_begun(world)
    except RefusedError:  # two keys, one of them made by a run whose note is lost
        delete_strays(world)
        finish_what_was_begun(world)
    world.watch()
    assert len(world.aws) <= 2
    if "the notes are lost" not in events:  # a move without its note may leave a copy
        check_one_home(world)


def check_one_home(world: World) -> None:
    """Check that the key is either in the file, or in the keyring with a credential_process."""
    assert not (CURRENT in world.file and CURRENT in world.keyring)
    assert (world.process == LINE) == (CURRENT in world.keyring)
