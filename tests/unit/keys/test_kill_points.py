"""Whatever happens, a key that is moved or replaced stays on record and works.

Each command runs in memory with a kill or a failure (disk, keyring, AWS) before and after each of
its steps, and then again without. docs/keys.md has the table.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.iam_world import KilledError
from fakes.key_world import ARN, DENIED, LINE, PROFILE, Process, World, pair
from mfa_session.keys.move import Mover
from mfa_session.keys.rotation import KeyringPairs, KeyRotation, strays
from mfa_session.keys.user_keys import Signer
from mfa_session.model.errors import (
    ConfigurationError,
    DeclinedError,
    MfaSessionError,
    RefusedError,
    UnreachableError,
)
from mfa_session.model.iam import CURRENT, NEW, OLD, Rotation, Slots
from mfa_session.model.ports import Caller

if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_session.model.iam import AwsKeys
    from mfa_session.model.session import Keys

    Trouble = Callable[[int, str, bool], None]

FULL_DISK = ConfigurationError("file-not-written", "no space left on device")
DEAD_KEYRING = ConfigurationError("keyring-unusable", "the keyring failed")
NO_NETWORK = UnreachableError("network", "AWS cannot be reached")
MOST_STEPS = 60


def failing(name: str) -> BaseException:
    """Return the error of a failing step."""
    if name.startswith("keyring"):
        return DEAD_KEYRING
    return FULL_DISK if name.startswith(("file", "journal")) else NO_NETWORK


def at(number: int, *, done: bool, kill: bool) -> Trouble:
    """Fail or kill at one step, before or after it is done."""

    def trouble(at_number: int, name: str, at_done: bool) -> None:
        if (at_number, at_done) == (number, done):
            raise KilledError if kill else failing(name)

    return trouble


def from_on(number: int, kind: str) -> Trouble:
    """Fail every step of a kind (file, journal, keyring, AWS) from this number on."""

    def trouble(at_number: int, name: str, done: bool) -> None:
        is_aws = name[0].isupper()
        if (
            at_number >= number
            and not done
            and (is_aws if kind == "AWS" else name.startswith(kind))
        ):
            raise failing(name)

    return trouble


def import_key(process: Process) -> bool:
    return Mover(process.edges(), PROFILE, None).import_key()


def export_key(process: Process) -> bool:
    return Mover(process.edges(), PROFILE, None).export_key()


def rotation_in(process: Process) -> KeyRotation:
    edges = process.edges()
    pairs = KeyringPairs(edges.vault) if CURRENT in process.world.keyring else edges.files
    used = process.world.used()
    assert used is not None
    caller = Caller(keys=used, profile=PROFILE, region=None)
    signer = Signer(caller, lambda: caller)
    return KeyRotation(edges, pairs, PROFILE, signer, others=process.others(), yes=True)


def rotate(process: Process) -> Rotation:
    return rotation_in(process).rotate()


def finish(process: Process) -> str:
    return rotation_in(process).finish()


def in_file() -> World:
    return World()


def in_keyring() -> World:
    world = World()
    world.move_to_keyring()
    return world


def in_two_profiles() -> World:
    return World().use_elsewhere()


def rotated_in(make: Callable[[], World]) -> Callable[[], World]:
    def made() -> World:
        world = make()
        rotate(Process(world))
        return world

    return made


def is_imported(world: World) -> bool:
    return (world.file, world.process, world.keyring) == ({}, LINE, {CURRENT: pair(1)})


def is_exported(world: World) -> bool:
    return (world.file, world.process, world.keyring) == ({CURRENT: pair(1)}, None, {})


def is_rotated(world: World) -> bool:
    """Say whether a new key is current, and the first one inactive and kept."""
    kept = world.keyring or world.file
    used = kept.get(CURRENT)
    return (
        set(kept) == {CURRENT, OLD}
        and kept[OLD] == pair(1)
        and world.is_active(used)
        and not world.is_active(pair(1))
        and set(world.aws) == {keys.access_key_id for keys in kept.values()}
        and world.other in {None, used}
    )


def is_finished(world: World) -> bool:
    kept = world.keyring or world.file
    return (
        set(kept) == {CURRENT}
        and set(world.aws) == {kept[CURRENT].access_key_id}
        and world.other in {None, kept[CURRENT]}
    )


COMMANDS: dict[
    str, tuple[Callable[[], World], Callable[[Process], object], Callable[[World], bool]]
]
COMMANDS = {
    "import": (in_file, import_key, is_imported),
    "export": (in_keyring, export_key, is_exported),
    "rotate in a file": (in_file, rotate, is_rotated),
    "rotate in the keyring": (in_keyring, rotate, is_rotated),
    "rotate in two profiles": (in_two_profiles, rotate, is_rotated),
    "finish in a file": (rotated_in(in_file), finish, is_finished),
    "finish in the keyring": (rotated_in(in_keyring), finish, is_finished),
    "finish in two profiles": (rotated_in(in_two_profiles), finish, is_finished),
}


@pytest.fixture(params=COMMANDS)
def command(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def count_steps(name: str) -> int:
    make, run, _ = COMMANDS[name]
    process = Process(make().watch_keys())
    run(process)
    assert 3 < process.number < MOST_STEPS
    return process.number


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("kill", [True, False], ids=["kill", "failure"])
def test_a_fault_at_any_step_leaves_a_working_key_and_the_next_run_finishes(
    command: str, kill: bool, done: bool
) -> None:
    make, run, is_done = COMMANDS[command]
    for number in range(1, count_steps(command) + 1):
        world = make().watch_keys()
        with suppress(KilledError, MfaSessionError):
            run(Process(world, at(number, done=done, kill=kill)))
        world.watch()
        if is_done(world) and not world.notes and not command.endswith("port"):
            continue  # nothing is left to finish
        run(Process(world))
        assert is_done(world), (command, number, world.__dict__)
        assert world.notes == {}


@pytest.mark.parametrize("kind", ["file", "journal", "keyring", "AWS"])
def test_a_lasting_failure_from_any_step_leaves_a_working_key(command: str, kind: str) -> None:
    make, run, is_done = COMMANDS[command]
    for number in range(1, count_steps(command) + 1):
        world = make().watch_keys()
        with suppress(MfaSessionError):
            run(Process(world, from_on(number, kind)))
        world.watch()
        if is_done(world) and not world.notes and not command.endswith("port"):
            continue
        run(Process(world))
        assert is_done(world), (command, number, world.__dict__)


@given(
    troubles=st.lists(
        st.tuples(st.integers(1, 30), st.booleans(), st.booleans()), min_size=1, max_size=4
    ),
    name=st.sampled_from(sorted(COMMANDS)),
    spread_seconds=st.sampled_from([0.0, 9.0]),
)
def test_repeated_interruptions_leave_a_working_key(
    troubles: list[tuple[int, bool, bool]], name: str, spread_seconds: float
) -> None:
    make, run, is_done = COMMANDS[name]
    world = make().watch_keys()
    world.spread_seconds = spread_seconds
    for number, done, kill in troubles:
        with suppress(KilledError, MfaSessionError):
            run(Process(world, at(number, done=done, kill=kill)))
        world.watch()
    if world.notes or not is_done(world):
        run(Process(world))
    assert is_done(world)


def test_an_import_that_aws_does_not_verify_is_undone() -> None:
    world = in_file()
    world.aws[pair(1).access_key_id].is_active = False
    with pytest.raises(RefusedError, match="does not know"):
        import_key(Process(world))
    assert is_exported(world)
    assert world.notes == {}


def test_the_next_run_reports_the_interrupted_one() -> None:
    world = in_file()
    with pytest.raises(KilledError):
        import_key(Process(world, at(6, done=True, kill=True)))
    process = Process(world)
    import_key(process)
    (said,) = process.said
    key_id = pair(1).access_key_id
    assert said.startswith(f"the import of {key_id} was interrupted at 2031-01-31 12:00")
    assert said.endswith("UTC: continuing it")


def test_a_second_import_changes_nothing() -> None:
    world = in_keyring()
    process = Process(world)
    assert import_key(process) is False
    assert "file write" not in process.names
    assert "keyring put" not in process.names


def test_import_corrects_the_path_of_a_moved_program() -> None:
    world = in_keyring()
    world.process = "/gone/mfa-session keys process --profile work"
    assert import_key(Process(world)) is True
    assert is_imported(world)


def test_another_key_in_the_keyring_is_not_lost_to_an_import() -> None:
    world = in_file()
    world.keyring[CURRENT] = pair(7)
    with pytest.raises(ConfigurationError, match="another key") as caught:
        import_key(Process(world))
    assert caught.value.code == "other-key-stored"
    assert (world.keyring, world.file) == ({CURRENT: pair(7)}, {CURRENT: pair(1)})


def test_another_key_in_the_file_is_not_lost_to_an_export() -> None:
    world = in_keyring()
    world.file[CURRENT] = pair(7)
    with pytest.raises(ConfigurationError, match="another key") as caught:
        export_key(Process(world))
    assert caught.value.code == "other-key-in-file"
    assert (world.keyring, world.file) == ({CURRENT: pair(1)}, {CURRENT: pair(7)})


def test_a_credential_process_of_another_program_is_not_lost() -> None:
    world = in_file()
    world.process = "vault print"
    with pytest.raises(ConfigurationError) as caught:
        import_key(Process(world))
    assert (caught.value.code, world.process) == ("foreign-process", "vault print")


@pytest.mark.parametrize("move", [import_key, export_key])
@pytest.mark.parametrize("make", [in_file, in_keyring])
def test_no_key_is_moved_before_its_rotation_is_finished(
    move: Callable[[Process], bool], make: Callable[[], World]
) -> None:
    world = rotated_in(make)()
    before = (dict(world.file), dict(world.keyring))
    with suppress(ConfigurationError):
        assert move(Process(world)) is False
    assert (world.file, world.keyring) == before


def test_rotate_waits_until_aws_knows_the_new_key() -> None:
    world = World(spread_seconds=20).watch_keys()
    process = Process(world)
    rotate(process)
    assert is_rotated(world)
    assert process.names.count("GetCallerIdentity") > 5


def test_a_new_key_that_aws_never_knows_leaves_the_old_one_in_use() -> None:
    world = World(spread_seconds=1000).watch_keys()
    with pytest.raises(RefusedError) as caught:
        rotate(Process(world))
    assert caught.value.code == "key-not-known-yet"
    assert world.file == {CURRENT: pair(1), NEW: pair(2)}
    world.now = world.aws[pair(2).access_key_id].known_from
    rotate(Process(world))
    assert is_rotated(world)


def test_a_second_key_of_the_user_is_named_and_not_deleted() -> None:
    world = in_file()
    world.add_key(pair(5))
    process = Process(world)
    with pytest.raises(RefusedError) as caught:
        rotate(process)
    assert caught.value.code == "two-keys"
    assert f"{pair(5).access_key_id} (active, created 2031-01-31, never used)" in str(caught.value)
    assert set(world.aws) == {pair(1).access_key_id, pair(5).access_key_id}
    assert world.notes == {}


def test_a_key_that_somebody_uses_is_not_deleted_as_a_stray() -> None:
    world = in_file().watch_keys()
    with pytest.raises(KilledError):
        rotate(Process(world, always("CreateAccessKey", KilledError())))
    world.add_key(pair(5))
    world.aws[pair(5).access_key_id].used_at = world.now
    with pytest.raises(RefusedError) as caught:
        rotate(Process(world))
    assert caught.value.code == "two-keys"
    assert pair(5).access_key_id in world.aws


def test_only_a_key_made_since_the_rotation_began_is_a_stray() -> None:
    ids = [pair(number).access_key_id for number in range(1, 4)]
    begun = Rotation(
        profile=PROFILE, user_arn=ARN, old_id=ids[0], stood=tuple(ids[:2]), began_at=World().now
    )
    assert strays(begun, Slots(current=pair(1)), ids) == [ids[2]]


@pytest.mark.parametrize("make", [in_file, in_keyring])
def test_a_deleted_new_key_is_replaced_by_another(
    make: Callable[[], World],
) -> None:
    world = make().watch_keys()
    world.spread_seconds = 1000
    with pytest.raises(RefusedError, match="does not know the new key"):
        rotate(Process(world))
    world.spread_seconds = 0
    del world.aws[pair(2).access_key_id]
    process = Process(world)
    rotate(process)
    assert is_rotated(world)
    assert f"{pair(2).access_key_id} is no longer at AWS: making another new key" in process.said


@pytest.mark.parametrize("make", [in_file, in_keyring])
def test_a_new_key_that_cannot_be_stored_is_deleted_at_aws(
    make: Callable[[], World],
) -> None:
    world = make().watch_keys()
    kind = "keyring" if CURRENT in world.keyring else "file"
    stores = f"{kind} put" if kind == "keyring" else "file write"

    def trouble(_number: int, name: str, done: bool) -> None:
        if (name == stores and done) or (name.startswith(kind) and world.made > 1 and not done):
            raise failing(name)

    process = Process(world, trouble)
    with pytest.raises(ConfigurationError):
        rotate(process)
    assert set(world.aws) == {pair(1).access_key_id}
    (said,) = process.said
    assert said.startswith(f"the new key {pair(2).access_key_id} could not be stored, and was del")
    rotate(Process(world))
    assert is_rotated(world)


def test_a_stray_key_is_deleted_only_after_a_yes() -> None:
    world = in_file().watch_keys()
    lost = at(steps_to("CreateAccessKey"), done=True, kill=True)
    with pytest.raises(KilledError):
        rotate(Process(world, lost))
    process = Process(world, answer=None)
    rotation = rotation_in(process)
    rotation._yes = False
    with pytest.raises(DeclinedError):
        rotation.rotate()
    assert len(process.asked) == 1
    assert "whose secret is lost" in process.asked[0]
    assert set(world.aws) == {pair(1).access_key_id, pair(2).access_key_id}


def test_an_mfa_session_signs_where_long_term_keys_are_refused() -> None:
    world = in_file().watch_keys()
    process = Process(world)
    edges = process.edges()
    everything = edges.aws
    own = Caller(keys=pair(1), profile=PROFILE, region=None)
    asked: list[str] = []

    def with_mfa() -> Caller:
        asked.append("code")
        return own.replace(region="with-mfa")

    class OnlyWithMfa:
        def __getattr__(self, name: str) -> Callable[..., object]:
            real = getattr(everything, name)

            def call(caller: Caller, *arguments: object) -> object:
                if name != "identity" and caller.region is None:
                    raise DENIED
                return real(caller, *arguments)

            return call

    edges = edges.replace(aws=OnlyWithMfa())
    signer = Signer(own, with_mfa)
    KeyRotation(edges, edges.files, PROFILE, signer, others=process.others(), yes=True).rotate()
    assert (asked, is_rotated(world)) == (["code"], True)


class WithSession:
    """An AWS that also knows a session's keys, as `arn`; it refuses them if `arn` is None."""

    def __init__(self, aws: AwsKeys, keys: Keys, arn: str | None) -> None:
        """Take AWS, the session's keys and their ARN."""
        self._aws = aws
        self._keys = keys
        self._arn = arn

    def __getattr__(self, name: str) -> Callable[..., object]:
        """Answer a call by these keys; forward any other."""

        def call(caller: Caller, *arguments: object) -> object:
            if caller.keys != self._keys:
                return getattr(self._aws, name)(caller, *arguments)
            if name == "identity" and self._arn is not None:
                return self._arn
            raise RefusedError("invalid-key", "AWS does not accept the session key")

        return call


def rotate_with_session(world: World, arn: str | None) -> None:
    process = Process(world)
    edges = process.edges()
    edges = edges.replace(aws=WithSession(edges.aws, pair(9), arn))
    at_hand = Caller(keys=pair(9), profile=PROFILE, region=None)
    signer = Signer(at_hand, lambda: at_hand)
    KeyRotation(edges, edges.files, PROFILE, signer, others=process.others(), yes=True).rotate()


def test_the_session_of_another_user_signs_nothing() -> None:
    world = in_file().watch_keys()
    with pytest.raises(ConfigurationError) as caught:
        rotate_with_session(world, "arn:aws:iam::123456789012:user/erin")
    assert (caught.value.code, set(world.aws)) == ("other-user", {pair(1).access_key_id})


def test_the_key_signs_where_its_session_is_invalid() -> None:
    world = in_file().watch_keys()
    rotate_with_session(world, None)
    assert is_rotated(world)


def always(name: str, error: BaseException) -> Trouble:
    def trouble(number: int, at_name: str, done: bool) -> None:
        del number
        if at_name == name and not done:
            raise error

    return trouble


def steps_to(name: str) -> int:
    """Return the number of the step with this name in a rotation without faults."""
    process = Process(in_file())
    rotate(process)
    return process.names.index(name) + 1


@pytest.mark.parametrize("make", [in_file, in_keyring])
@pytest.mark.parametrize("note", ["lost", "of another user"])
def test_a_new_key_without_a_note_is_put_to_use(make: Callable[[], World], note: str) -> None:
    world = make().watch_keys()
    with pytest.raises(KilledError):
        rotate(Process(world, when(lambda: NEW in (world.keyring or world.file))))
    for name, begun in list(world.notes.items()):
        del world.notes[name]
        if note == "of another user":
            assert isinstance(begun, Rotation)
            world.notes[name] = begun.replace(user_arn=ARN + "-before")
    rotate(Process(world))
    assert is_rotated(world)
    assert world.made == 2


def when(is_so: Callable[[], bool]) -> Trouble:
    """Kill the process as soon as the condition holds."""

    def trouble(number: int, name: str, done: bool) -> None:
        del number, name, done
        if is_so():
            raise KilledError

    return trouble
