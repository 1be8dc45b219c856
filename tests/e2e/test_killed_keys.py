"""Real processes of `keys` and `login` are killed, or fail, at every step that changes something.

A step is a file created, written, renamed or removed, a call of the keyring, or a request to AWS.
After each, AWS accepts the profile's key, and the next run finishes the work and says so.
docs/keys.md has the table.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

import faulty
import secret_service
from fakes import trap_keyring
from faulty import DISK, FILE, KEYRING, KILL, NETWORK, ROOM, STOP, FaultyProgram
from places import AwsFiles, long_term
from sandboxed import STEP_UP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from full_sandbox import FullSandbox
    from secret_service import SecretService

pytestmark = pytest.mark.skipif(os.name == "nt", reason="fork, and kills of POSIX")

TESTS = Path(faulty.__file__).parent
IN_KEYRING = '[defaults]\nstore = "keyring"\n'


class KeyringInFile:
    """A keyring that runs in the killed process itself."""

    def __init__(self, path: Path) -> None:
        """Select this keyring, with its file at `path`."""
        os.environ.update(
            PYTHONPATH=str(TESTS),
            PYTHON_KEYRING_BACKEND="fakes.trap_keyring.TrapKeyring",
            TRAP_KEYRING=str(path),
        )

    def items(self) -> dict[str, str]:
        """Return the secrets by user name."""
        return trap_keyring.stored()

    def empty(self) -> None:
        """Remove every item."""
        trap_keyring.path().unlink(missing_ok=True)


class KeyringOfService:
    """gnome-keyring, which outlives the killed process."""

    def __init__(self, service: SecretService) -> None:
        """Select this keyring."""
        self._service = service
        os.environ["PYTHON_KEYRING_BACKEND"] = secret_service.BACKEND

    def items(self) -> dict[str, str]:
        """Return the secrets by user name."""
        return {attributes["username"]: text for attributes, text in self._service.items()}

    def empty(self) -> None:
        """Remove every item."""
        self._service.empty()


class World:
    """Carol's home and user at AWS, new for each run."""

    def __init__(
        self,
        program: FaultyProgram,
        aws: FullSandbox,
        home: Path,
        keyring: KeyringInFile | KeyringOfService,
    ) -> None:
        """Take the program, the sandbox, the home and the keyring."""
        self.program, self._aws, self._home, self._keyring = program, aws, home, keyring
        self.files = AwsFiles(home)

    def begin(self, scenario: Scenario) -> list[str]:
        """Prepare a scenario; return the command to interrupt."""
        shutil.rmtree(self._home)
        self._home.mkdir()
        self._keyring.empty()
        self._aws.reset()
        self.carol = self._aws.create_user("carol", policies=[STEP_UP])
        self.phone = self._aws.create_device(self.carol, name="carols-phone")
        self.files.write(
            "".join(
                long_term(self.carol, name) + "region = eu-west-1\n" for name in scenario.profiles
            )
        )
        for words in scenario.before:
            done = self.program.run(*self._spell(words))
            assert done.exit_code == 0, done
        if scenario.settings:
            self.files.write(settings=scenario.settings)
        return self._spell(scenario.command)

    def _spell(self, words: str) -> list[str]:
        return words.replace("CODE", self.phone.code()).split()

    def pair(self, profile: str) -> tuple[str, str] | None:
        """Return the key that the profile gives to an SDK now."""
        section = self.files.section(profile) or {}
        if "aws_access_key_id" in section:
            return section["aws_access_key_id"], section["aws_secret_access_key"]
        process = (self.files.profile(profile) or {}).get("credential_process", "")
        assert process.endswith(f"mfa-session keys process --profile {profile}"), profile
        stored = json.loads(self._keyring.items()[f"key {profile}"])
        return stored["access_key_id"], stored["secret_access_key"]

    def check(self, scenario: Scenario) -> None:
        """Check that every profile has a working key, and that a moved session is not lost."""
        active = {
            (key.access_key_id, key.secret_access_key)
            for key in self.carol.keys
            if key.access_key_id not in self.carol.inactive_keys
        }
        for profile in scenario.profiles:
            assert self.pair(profile) in active
        if scenario.is_move:
            answer = self.program.run("credential-process", "--no-input")
            assert json.loads(answer.stdout)["SessionToken"], answer

    def sent(self, operation: str) -> int:
        """Return how many calls of an operation AWS has granted."""
        return sum(call.status == 200 for call in self._aws.calls.of(operation))

    def has_note(self) -> bool:
        """Say whether a note of unfinished work is left."""
        state = self._home / ".local" / "state" / "mfa-session"
        return any(state.glob("keymove-*")) or any(state.glob("keyrotation-*"))

    def stored(self) -> set[str]:
        """Return the user names of the keyring's secrets."""
        return set(self._keyring.items())

    def kept_aside(self) -> list[Path]:
        """Return the sessions kept aside."""
        return list((self._home / ".local" / "state" / "mfa-session").glob("session-*"))


class Scenario(NamedTuple):
    """A command, the commands before it, and how to see that it is done."""

    command: str
    is_done: Callable[[World], bool]
    before: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ("default",)
    settings: str = ""
    is_move: bool = False


def is_imported(world: World) -> bool:
    return world.stored() == {"key default"} and "aws_access_key_id" not in (
        world.files.section("default") or {}
    )


def is_exported(world: World) -> bool:
    has_process = "credential_process" in (world.files.profile("default") or {})
    return not world.stored() and not has_process


def is_rotated(world: World) -> bool:
    ids = {key.access_key_id for key in world.carol.keys}
    (old,) = world.carol.inactive_keys & ids or {""}
    return len(ids) == 2 and {world.pair("default"), world.pair("second")} == {
        (key.access_key_id, key.secret_access_key)
        for key in world.carol.keys
        if key.access_key_id != old
    }


def is_finished(world: World) -> bool:
    has_old = "old_access_key_id" in world.files.credentials.read_text()
    return len(world.carol.keys) == 1 and not has_old and "old-key default" not in world.stored()


def is_in_keyring(world: World) -> bool:
    return "session mfa" in world.stored() and world.files.section("mfa") is None


def is_in_file(world: World) -> bool:
    return "session mfa" not in world.stored() and world.files.section("mfa") is not None


TWO = ("default", "second")
IMPORT, ROTATE = "keys import --profile", "keys rotate --yes --profile default"
LOGIN = "login --token-code CODE"
SCENARIOS = {
    "import": Scenario(f"{IMPORT} default", is_imported),
    "export": Scenario("keys export --profile default", is_exported, (f"{IMPORT} default",)),
    "rotate in a file": Scenario(ROTATE, is_rotated, profiles=TWO),
    "rotate in the keyring": Scenario(
        ROTATE, is_rotated, (f"{IMPORT} default", f"{IMPORT} second"), TWO
    ),
    "finish in a file": Scenario(f"{ROTATE} --finish", is_finished, (ROTATE,), TWO),
    "finish in the keyring": Scenario(
        f"{ROTATE} --finish", is_finished, (f"{IMPORT} default", ROTATE), TWO
    ),
    "log in to the keyring": Scenario(f"{LOGIN} --store keyring", is_in_keyring),
    "move to the keyring": Scenario(
        "login", is_in_keyring, (LOGIN,), settings=IN_KEYRING, is_move=True
    ),
    "move to the file": Scenario(
        "login --store file", is_in_file, (f"{LOGIN} --store keyring",), is_move=True
    ),
}
KINDS = (DISK, FILE, KEYRING, NETWORK)


@pytest.fixture(scope="module")
def program_with_faults(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultyProgram]:
    program = FaultyProgram(tmp_path_factory.mktemp("faulty"))
    yield program
    program.stop()


@pytest.fixture
def world(program_with_faults: FaultyProgram, aws: FullSandbox, home: Path) -> World:
    return World(program_with_faults, aws, home, KeyringInFile(home.parent / "keyring"))


@pytest.fixture
def world_with_service(
    program_with_faults: FaultyProgram, aws: FullSandbox, home: Path, service: SecretService
) -> World:
    return World(program_with_faults, aws, home, KeyringOfService(service))


def run_with_fault(world: World, scenario: Scenario, fault: str, number: int) -> bool:
    """Fail at a step, then check the state and the next run.

    Return whether a session that AWS had granted was lost.
    """
    words = world.begin(scenario)
    interrupted = world.program.run(*words, fault=fault, number=number)
    context = (fault, number, world.program.steps()[number - 1 : number + 1], interrupted)
    assert "Traceback" not in interrupted.stderr, context
    assert (interrupted.exit_code == -9) == (fault == KILL), context
    world.check(scenario)
    if scenario.command.startswith("keys"):
        finish_key(world, scenario, words, context)
        return False
    is_lost = not finish_session(world, scenario, context)
    # A session that neither the disk nor the keyring keeps is reported.
    assert not is_lost or fault == KILL or "is not kept" in interrupted.stderr, context
    return is_lost


def finish_key(world: World, scenario: Scenario, words: list[str], context: object) -> None:
    """Run a `keys` command again, unless it has nothing left to do."""
    had_note, was_done = world.has_note(), scenario.is_done(world)
    if was_done and not had_note and "rotate" in scenario.command:
        return
    again = world.program.run(*words)
    assert again.exit_code == 0, (context, again)
    assert scenario.is_done(world), (context, again)
    assert not world.has_note(), (context, again)
    says = "interrupted" in again.stderr or "already" in again.stderr or "deleted" in again.stderr
    assert says >= had_note, (context, again)
    world.check(scenario)


def finish_session(world: World, scenario: Scenario, context: object) -> bool:
    """Log in again without a code; return whether no granted session was lost."""
    granted = world.sent("GetSessionToken")
    store = ("--store", "keyring") if scenario.is_done is is_in_keyring else ("--store", "file")
    again = world.program.run("login", "--no-input", *store)
    assert world.sent("GetSessionToken") == granted, context
    if again.exit_code:
        assert (again.exit_code, scenario.is_move) == (4, False), (context, again)
        return not granted
    assert scenario.is_done(world), (context, again)
    assert world.kept_aside() == [], context
    return True


def whole_run(world: World, name: str) -> list[str]:
    """Run a scenario without faults; return its steps."""
    scenario = SCENARIOS[name]
    whole = world.program.run(*world.begin(scenario))
    assert whole.exit_code == 0, whole
    assert scenario.is_done(world)
    return world.program.steps()


def sweep(
    world: World, name: str, steps: Sequence[str], fault: str, samples: int | None = None
) -> None:
    """Run a scenario with a fault at each step, or at `samples` of them; print how many."""
    kinds = (*KINDS, ROOM) if fault == KILL else (fault,)
    numbers = [number for number, step in enumerate(steps, 1) if step.partition(" ")[0] in kinds]
    if samples is not None:
        numbers = numbers[len(numbers) // samples // 2 :: max(1, len(numbers) // samples)]
    lost = [number for number in numbers if run_with_fault(world, SCENARIOS[name], fault, number)]
    print(f"{name}, {fault}: {len(numbers)} of {len(steps)} steps, lost {len(lost)}")
    for number in lost if fault == KILL else ():  # between AWS's answer and its first write
        before = " ".join(steps[: number - 1])
        assert "GetSessionToken" in before, steps[number - 1]
        assert " write " not in before.partition("GetSessionToken")[2], steps[number - 1]


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_fault_at_sampled_steps_leaves_working_keys(world: World, name: str) -> None:
    steps = whole_run(world, name)
    sweep(world, name, steps, KILL, samples=2)
    for fault in (DISK, KEYRING, NETWORK):
        sweep(world, name, steps, fault, samples=1)


@pytest.mark.slow  # 1,900 runs
@pytest.mark.parametrize("fault", [KILL, *KINDS])
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_fault_at_every_step_leaves_working_keys(world: World, name: str, fault: str) -> None:
    sweep(world, name, whole_run(world, name), fault)


# gnome-keyring


@pytest.mark.slow  # 30 runs with a D-Bus and gnome-keyring of their own
@pytest.mark.parametrize(
    "name", ["import", "export", "rotate in the keyring", "finish in the keyring"]
)
def test_a_kill_around_a_real_keyring_leaves_working_keys(
    world_with_service: World, name: str
) -> None:
    world = world_with_service
    sweep(world, name, whole_run(world, name), KILL, samples=4)


def steps_of_keyring(world: World, name: str, call: str) -> list[int]:
    """Return the numbers of the steps with this call of the keyring, in a run without faults."""
    assert world.program.run(*world.begin(SCENARIOS[name])).exit_code == 0
    steps = world.program.steps()
    return [number for number, step in enumerate(steps, 1) if f"{KEYRING} {call}" in step]


ENDINGS: dict[str, tuple[Callable[[SecretService], None], set[str]]]
ENDINGS = {
    "killed": (lambda service: service.kill(), {"keyring-unusable"}),
    "locked": (lambda service: service.lock(), {"keyring-locked"}),
}


@pytest.mark.slow  # eight runs with a D-Bus and gnome-keyring of their own
@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("call", ["set_password", "get_password"])
@pytest.mark.parametrize("name", ["import", "rotate in the keyring"])
def test_a_keyring_service_that_ends_between_two_calls_is_reported(
    world_with_service: World, service: SecretService, name: str, call: str, ending: str
) -> None:
    # Before the first store, or between it and the read-back.
    world, scenario = world_with_service, SCENARIOS[name]
    stores = steps_of_keyring(world, name, "set_password")[0]
    number = min(step for step in steps_of_keyring(world, name, call) if step >= stores)
    words = world.begin(scenario)
    end_service, codes = ENDINGS[ending]
    ended = world.program.run(
        *words, "--json", fault=STOP, number=number, meanwhile=lambda: end_service(service)
    )
    assert (ended.exit_code, json.loads(ended.stdout)["error"]["code"] in codes) == (3, True), ended
    service.restart()
    world.check(scenario)
    finish_key(world, scenario, words, ended)


def test_without_a_keyring_service_nothing_is_changed(
    world_with_service: World, service: SecretService
) -> None:
    world = world_with_service
    words = world.begin(SCENARIOS["import"])
    before = world.files.credentials.read_bytes()
    service.kill()
    ended = world.program.run(*words, "--json")
    assert (ended.exit_code, json.loads(ended.stdout)["error"]["code"]) == (3, "keyring-unusable")
    assert (world.files.credentials.read_bytes(), world.files.config.exists()) == (before, False)
    assert not world.has_note()
