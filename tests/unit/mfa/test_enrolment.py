"""Whatever happens, an enrolment ends with a working device and its stored secret, or with neither.

The tests run the whole sequence in memory and fail each step of it in turn.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from fakes.iam_world import CAROL, DENIED, NETWORK, SERIAL, KilledError, Process, World
from mfa_session.mfa.enrolment import Enrolment
from mfa_session.mfa.phone import PhoneOnly
from mfa_session.model.errors import (
    ConfigurationError,
    DeclinedError,
    Interrupted,
    MfaSessionError,
    NoMfaError,
    RefusedError,
    UnreachableError,
)
from mfa_session.model.iam import Intent
from mfa_session.model.session import Secret
from mfa_session.model.totp import step_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_session.model.iam import NewDevice

SEQUENCE = [
    "intents read",
    "keyring try out",
    "ListVirtualMFADevices",
    "intent save",
    "CreateVirtualMFADevice",
    "intent save",
    "keyring set device",
    "step note",
    "EnableMFADevice",
    "intent remove",
]
STEPS = range(1, len(SEQUENCE) + 1)
CALLS = [number for number in STEPS if "MFADevice" in SEQUENCE[number - 1]]
BEFORE, AFTER = False, True


def at(number: int, done: bool, error: BaseException) -> Callable[[int, str, bool], None]:
    """Raise an error at one step, before or after it is done."""

    def trouble(at_number: int, name: str, at_done: bool) -> None:
        del name
        if (at_number, at_done) == (number, done):
            raise error

    return trouble


def always(name: str, error: BaseException) -> Callable[[int, str, bool], None]:
    """Raise the error at every step of this name."""

    def trouble(number: int, at_name: str, done: bool) -> None:
        del number
        if at_name == name and not done:
            raise error

    return trouble


def enrol(process: Process, name: str = "carol") -> str:
    return Enrolment(process.edges(), CAROL).enrol(name)


def kill_enrolment(world: World, number: int, done: bool = AFTER) -> None:
    """Kill an enrolment at a step."""
    with pytest.raises(KilledError):
        enrol(Process(world, at(number, done, KilledError())))


def enrol_on_phone(process: Process, name: str, ends: type[BaseException] | None = None) -> None:
    """Enrol without a keyring; raise `ends` while the QR code is shown."""

    def show(device: NewDevice) -> None:
        del device
        if ends is not None:
            raise ends

    edges = process.edges().replace(secrets=PhoneOnly())
    again = "enroll {} on phone".format
    Enrolment(edges, CAROL, "the phone", again).enrol(name, show)


@pytest.fixture
def world() -> World:
    return World()


def test_the_seed_is_stored_before_the_device_is_enabled(world: World) -> None:
    process = Process(world)
    assert enrol(process) == SERIAL
    assert process.names == SEQUENCE
    assert world.is_whole()
    assert list(world.enabled) == [SERIAL]


def test_both_codes_count_as_used(world: World) -> None:
    enrol(Process(world))
    assert world.steps == {SERIAL: {step_at(world.now)}}


# Failures at every step


@pytest.mark.parametrize("done", [BEFORE, AFTER], ids=["before", "after"])
@pytest.mark.parametrize("number", STEPS)
def test_an_error_leaves_a_working_device_or_none(world: World, number: int, done: bool) -> None:
    name = SEQUENCE[number - 1]
    error = NETWORK if number in CALLS else ConfigurationError("broken", "broken")
    raised: list[MfaSessionError] = []
    try:
        enrol(Process(world, at(number, done, error)))
    except MfaSessionError as told:
        raised.append(told)
    assert raised in ([], [error])
    assert world.is_sound(), (world.unassigned, world.secrets)
    if name == "EnableMFADevice":
        assert list(world.enabled) == ([SERIAL] if done else [])
    assert enrol_again(world) == [SERIAL]


@pytest.mark.parametrize("number", CALLS)
def test_a_refusal_leaves_no_device(world: World, number: int) -> None:
    process = Process(world, always(SEQUENCE[number - 1], DENIED))
    if SEQUENCE[number - 1] == "ListVirtualMFADevices":  # optional, since it is often not allowed
        enrol(process)
        assert list(world.enabled) == [SERIAL]
        return
    with pytest.raises(RefusedError):
        enrol(process)
    assert (world.enabled, world.secrets) == ({}, {})
    assert world.is_whole()


@pytest.mark.parametrize("done", [BEFORE, AFTER], ids=["before", "after"])
@pytest.mark.parametrize("number", STEPS)
def test_the_next_run_cleans_up_after_a_kill(world: World, number: int, done: bool) -> None:
    kill_enrolment(world, number, done)
    assert enrol_again(world) == [SERIAL]


@pytest.mark.parametrize("again", STEPS)
def test_the_next_run_cleans_up_after_a_kill_during_the_clean_up(world: World, again: int) -> None:
    kill_enrolment(world, SEQUENCE.index("keyring set device") + 1)
    with suppress(KilledError):
        enrol(Process(world, at(again, AFTER, KilledError())))
    assert enrol_again(world) == [SERIAL]


@pytest.mark.parametrize("signal", [KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("number", STEPS)
def test_a_signal_leaves_a_working_device_or_none(
    world: World, number: int, signal: type[BaseException]
) -> None:
    def trouble(at_number: int, name: str, done: bool) -> None:
        del name
        if (at_number, done) == (number, BEFORE):
            process.signal(signal)

    process = Process(world, trouble)
    enabled = number > SEQUENCE.index("keyring set device") + 1
    with pytest.raises(Interrupted if enabled and signal is KeyboardInterrupt else signal):
        enrol(process)
    assert world.is_whole(), (world.unassigned, world.secrets, world.intents)
    assert list(world.enabled) == ([SERIAL] if enabled else [])


def enrol_again(world: World) -> list[str]:
    """Enrol without failures and with nobody to ask; return the enabled devices."""
    world.now += timedelta(seconds=60)
    process = Process(world)
    if SERIAL not in world.enabled or world.intents:
        assert enrol(process) == SERIAL
    assert world.is_whole(), (world.unassigned, world.secrets, world.intents)
    return list(world.enabled)


def test_enabling_is_repeated_while_iam_does_not_know_the_device(world: World) -> None:
    refusals = [ConfigurationError("no-such-device", "not yet")] * 2

    def trouble(number: int, name: str, done: bool) -> None:
        del number
        if name == "EnableMFADevice" and not done and refusals:
            raise refusals.pop()

    process = Process(world, trouble)
    enrol(process)
    assert process.names.count("EnableMFADevice") == 3
    assert world.is_whole()


def test_wrong_codes_undo_everything(world: World) -> None:
    process = Process(world)
    edges = process.edges()
    world.now += timedelta(seconds=90)
    slow = World()
    edges = edges.replace(clock=Process(slow).edges().clock)
    with pytest.raises(NoMfaError, match="wrong"):
        Enrolment(edges, CAROL).enrol("carol")
    assert world.is_whole()
    assert world.enabled == {}


def test_an_enabled_device_of_the_same_name_is_left_alone(world: World) -> None:
    world.enabled[SERIAL] = world.secrets[SERIAL] = Secret("theirs")
    process = Process(world)
    with pytest.raises(ConfigurationError, match="taken"):
        enrol(process)
    assert (world.enabled, world.secrets) == ({SERIAL: Secret("theirs")},) * 2
    assert world.is_whole()


def test_an_unassigned_device_of_somebody_else_is_left_alone(world: World) -> None:
    world.unassigned[SERIAL] = Secret("theirs")
    with pytest.raises(ConfigurationError) as refused:
        enrol(Process(world, answers={"clean": True}))
    assert refused.value.code == "device-exists"
    assert (world.unassigned, world.intents) == ({SERIAL: Secret("theirs")}, {})


def test_the_next_run_resumes_with_a_device_that_may_not_be_deleted(world: World) -> None:
    def trouble(number: int, name: str, done: bool) -> None:
        del number
        if name == "DeleteVirtualMFADevice" and not done:
            raise DENIED
        if name == "EnableMFADevice" and not done and not went_on:
            raise NETWORK

    went_on: list[bool] = []
    process = Process(world, trouble)
    with pytest.raises(UnreachableError):
        enrol(process)
    assert "may be left in the account" in process.said[-1]
    assert list(world.unassigned) == [SERIAL]
    seed = world.secrets[SERIAL]
    went_on.append(True)
    assert enrol(Process(world, trouble)) == SERIAL
    assert world.enabled == {SERIAL: seed}
    assert world.is_whole()


def test_ctrl_c_names_a_device_that_may_not_be_deleted(world: World) -> None:
    process = Process(world, always("DeleteVirtualMFADevice", DENIED))
    with pytest.raises(Interrupted) as told:
        enrol_on_phone(process, "carol", KeyboardInterrupt)
    assert told.value.message == (
        f"interrupted; {SERIAL} may be left in the account, not enabled (not allowed)"
    )
    assert told.value.hint == "to enrol another one: `enroll carol-2 on phone`"


def test_one_command_enrols_another_after_a_device_that_may_not_be_deleted(world: World) -> None:
    denied = always("DeleteVirtualMFADevice", DENIED)
    with suppress(Interrupted):
        enrol_on_phone(Process(world, denied), "carol", KeyboardInterrupt)
    for answer, error in ((True, ConfigurationError), (False, DeclinedError)):
        with pytest.raises(error) as told:
            enrol_on_phone(Process(world, denied, answers={"clean": answer}), "carol")
        shown = f"{told.value.message}; {told.value.hint}"
        assert "to enrol another one: `enroll carol-2 on phone`" in shown
    following = Process(world, denied)
    enrol_on_phone(following, "carol-2")
    assert (following.asked, list(world.enabled)) == ([], [CAROL.serial_of("carol-2")])


def test_a_no_to_deleting_another_device_does_not_end_the_enrolment(world: World) -> None:
    kill_enrolment(world, SEQUENCE.index("CreateVirtualMFADevice") + 1)
    declining = Process(world, answers={"clean": False})
    assert enrol(declining, "carol-2") == CAROL.serial_of("carol-2")
    assert (len(declining.asked), list(world.unassigned)) == (1, [SERIAL])


def test_a_locked_keyring_stops_the_enrolment_before_any_call(world: World) -> None:
    process = Process(world, always("keyring try out", ConfigurationError("keyring-locked", "")))
    with pytest.raises(ConfigurationError):
        enrol(process)
    assert not [name for name in process.names if "MFADevice" in name]


def test_a_device_whose_seed_cannot_be_stored_is_deleted(world: World) -> None:
    broken = ConfigurationError("keyring-unusable", "broken")
    with pytest.raises(ConfigurationError) as raised:
        enrol(Process(world, always("keyring set device", broken)))
    assert raised.value is broken
    assert world.is_whole()
    assert world.enabled == {}


def test_the_person_confirms_deleting_an_interrupted_device(world: World) -> None:
    kill_enrolment(world, SEQUENCE.index("CreateVirtualMFADevice") + 1)
    declining = Process(world, answers={"clean": False})
    with pytest.raises(DeclinedError):
        enrol(declining)
    assert list(world.unassigned) == [SERIAL]
    assert [SERIAL in question for question in declining.asked] == [True]
    agreeing = Process(world, answers={"clean": True})
    enrol(agreeing)
    assert len(agreeing.asked) == 1
    assert world.is_whole()


def test_only_a_person_deletes_a_device_that_may_be_another_users(world: World) -> None:
    # Without the list of devices, a kill leaves no proof of whose the device is.
    def trouble(number: int, name: str, done: bool) -> None:
        del number
        if name == "ListVirtualMFADevices":
            raise DENIED
        if name == "CreateVirtualMFADevice" and done:
            raise KilledError

    with pytest.raises(KilledError):
        enrol(Process(world, trouble))
    with pytest.raises(ConfigurationError) as refused:
        enrol(Process(world, always("ListVirtualMFADevices", DENIED)))
    assert refused.value.code == "device-left"
    assert list(world.unassigned) == [SERIAL]
    enrol(Process(world, always("ListVirtualMFADevices", DENIED), answers={"clean": True}))
    assert world.is_whole()


def test_the_notes_of_another_user_are_left_alone(world: World) -> None:
    dave = CAROL.replace(arn="arn:aws:iam::123456789012:user/dave", name="dave")
    serial = dave.serial_of("dave")
    note = Intent(serial=serial, user_arn=dave.arn, began_at=world.now, created=True)
    world.intents[serial] = note
    world.unassigned[serial] = world.secrets[serial] = Secret("daves")
    enrol(Process(world))
    assert (world.intents, world.unassigned) == ({serial: note}, {serial: Secret("daves")})
    assert world.secrets[serial] == Secret("daves")


def test_an_enabled_device_is_never_deleted(world: World) -> None:
    kill_enrolment(world, SEQUENCE.index("keyring set device") + 1)
    world.enabled[SERIAL] = world.unassigned.pop(SERIAL)  # by hand, in the console
    process = Process(world)
    assert enrol(process) == SERIAL
    assert "DeleteVirtualMFADevice" not in process.names
    assert world.is_whole()


def test_an_unreachable_aws_leaves_the_clean_up_to_the_next_run(world: World) -> None:
    def trouble(number: int, name: str, done: bool) -> None:
        del done
        if number >= SEQUENCE.index("EnableMFADevice") + 1 and "MFADevice" in name:
            raise NETWORK

    process = Process(world, trouble)
    with pytest.raises(UnreachableError):
        enrol(process)
    assert list(world.intents) == list(world.secrets) == list(world.unassigned) == [SERIAL]
    assert "may be left" in process.said[-1]
    assert enrol_again(world) == [SERIAL]


@pytest.mark.parametrize("name", ["", "a b", "a/b", "ü", "x" * 129])
def test_a_bad_name_is_refused_before_any_step(world: World, name: str) -> None:
    process = Process(world)
    with pytest.raises(ConfigurationError) as refused:
        enrol(process, name)
    assert (refused.value.code, process.names) == ("bad-device-name", [])
