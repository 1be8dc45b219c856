"""MFA devices are created, enabled, resynchronised and removed by AWS's rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mfa_session.sandbox.clock import code_for, step_at
from mfa_session.sandbox.sandbox import ALLOW_ALL
from sandbox.people import mfa_session, take, trust
from sandbox.refusals import policy, refusal, statement

if TYPE_CHECKING:
    from full_sandbox import FullSandbox
    from mfa_session.sandbox.identities import User
    from sandbox.conftest import Clients

INVALID_CODE = (
    403,
    "InvalidAuthenticationCode",
    "Authentication code for device is not valid.",
)


@pytest.fixture(autouse=True)
def _stand_still(aws: FullSandbox) -> None:
    """Freeze the clock, so that no window ends between a code and its use."""
    aws.clock.freeze()


@pytest.fixture
def carol(aws: FullSandbox) -> User:
    return aws.create_user("carol", policies=[ALLOW_ALL])


@pytest.fixture
def iam(client: Clients, carol: User) -> Any:
    return client("iam", carol)


def create(iam: Any, name: str = "phone") -> tuple[str, str]:
    """Create a virtual device; return its serial and seed."""
    made = iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]
    return made["SerialNumber"], made["Base32StringSeed"].decode()


def codes(aws: FullSandbox, seed: str, last: int = 0) -> dict[str, str]:
    """Return two consecutive codes, the second `last` windows from now."""
    step = step_at(aws.clock.epoch_seconds()) + last
    return {
        "AuthenticationCode1": code_for(seed, step - 1),
        "AuthenticationCode2": code_for(seed, step),
    }


def enrol(aws: FullSandbox, iam: Any, name: str = "phone", user: str = "carol") -> tuple[str, str]:
    serial, seed = create(iam, name)
    iam.enable_mfa_device(UserName=user, SerialNumber=serial, **codes(aws, seed))
    return serial, seed


def serials(iam: Any, **whose: str) -> list[str]:
    return [device["SerialNumber"] for device in iam.list_mfa_devices(**whose)["MFADevices"]]


class TestCreate:
    def test_create_returns_a_seed_and_a_picture(self, iam: Any) -> None:
        made = iam.create_virtual_mfa_device(VirtualMFADeviceName="phone", Path="/staff/")
        device = made["VirtualMFADevice"]
        assert device["SerialNumber"] == "arn:aws:iam::123456789012:mfa/staff/phone"
        assert len(device["Base32StringSeed"]) == 64
        assert device["QRCodePNG"].startswith(b"\x89PNG\r\n")

    def test_create_does_not_enable_the_device(self, iam: Any) -> None:
        serial, _ = create(iam)
        assert serials(iam) == []
        listed = iam.list_virtual_mfa_devices(AssignmentStatus="Unassigned")
        assert [d["SerialNumber"] for d in listed["VirtualMFADevices"]] == [serial]

    def test_a_used_name_is_refused(self, iam: Any) -> None:
        create(iam)
        again = refusal(iam.create_virtual_mfa_device, VirtualMFADeviceName="phone")
        assert again == (
            409,
            "EntityAlreadyExists",
            "MFADevice entity at the same path and name already exists.",
        )

    def test_a_malformed_name_is_refused(self, iam: Any) -> None:
        refused = refusal(iam.create_virtual_mfa_device, VirtualMFADeviceName="a b")
        assert refused[:2] == (400, "ValidationError")


class TestEnable:
    def test_the_previous_and_the_current_code_enable_a_device(
        self, aws: FullSandbox, iam: Any, client: Clients, carol: User
    ) -> None:
        serial, seed = enrol(aws, iam)
        assert serials(iam) == [serial]
        assigned = iam.list_virtual_mfa_devices(AssignmentStatus="Assigned")["VirtualMFADevices"]
        assert [(d["SerialNumber"], d["User"]["UserName"]) for d in assigned] == [(serial, "carol")]
        ask = client("sts", carol).get_session_token
        spent = code_for(seed, step_at(aws.clock.epoch_seconds()))
        assert refusal(ask, SerialNumber=serial, TokenCode=spent)[1] == "AccessDenied"
        fresh = code_for(seed, step_at(aws.clock.epoch_seconds()) + 1)
        assert ask(SerialNumber=serial, TokenCode=fresh)["Credentials"]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"AuthenticationCode1": "000000"},
            {"AuthenticationCode2": "000000"},
            "swapped",
            "the same twice",
        ],
    )
    def test_other_codes_do_not_enable_a_device(
        self, aws: FullSandbox, iam: Any, wrong: Any
    ) -> None:
        serial, seed = create(iam)
        first, second = codes(aws, seed).values()
        if wrong == "swapped":
            wrong = {"AuthenticationCode1": second, "AuthenticationCode2": first}
        if wrong == "the same twice":
            wrong = {"AuthenticationCode1": second}
        sent = codes(aws, seed) | wrong
        refused = refusal(iam.enable_mfa_device, UserName="carol", SerialNumber=serial, **sent)
        assert refused == INVALID_CODE
        assert serials(iam) == []

    def test_malformed_codes_are_refused(self, aws: FullSandbox, iam: Any) -> None:
        serial, seed = create(iam)
        sent = codes(aws, seed) | {"AuthenticationCode1": "12345"}
        refused = refusal(iam.enable_mfa_device, UserName="carol", SerialNumber=serial, **sent)
        assert refused[:2] == (400, "ValidationError")

    def test_late_codes_enable_a_device_with_a_drift(
        self, aws: FullSandbox, iam: Any, client: Clients, carol: User
    ) -> None:
        serial, seed = create(iam)
        late = codes(aws, seed, last=-10)
        iam.enable_mfa_device(UserName="carol", SerialNumber=serial, **late)
        ask = client("sts", carol).get_session_token
        now = code_for(seed, step_at(aws.clock.epoch_seconds()))
        assert refusal(ask, SerialNumber=serial, TokenCode=now)[1] == "AccessDenied"
        iam.resync_mfa_device(UserName="carol", SerialNumber=serial, **codes(aws, seed))
        aws.clock.advance(30)
        now = code_for(seed, step_at(aws.clock.epoch_seconds()))
        assert ask(SerialNumber=serial, TokenCode=now)["Credentials"]

    def test_an_unknown_user_and_an_unknown_device_are_refused(
        self, aws: FullSandbox, iam: Any
    ) -> None:
        serial, seed = create(iam)
        enable = iam.enable_mfa_device
        nobody = refusal(enable, UserName="dave", SerialNumber=serial, **codes(aws, seed))
        assert nobody == (404, "NoSuchEntity", "The user with name dave cannot be found.")
        unknown = refusal(enable, UserName="carol", SerialNumber=serial + "x", **codes(aws, seed))
        assert unknown[:2] == (404, "NoSuchEntity")

    def test_a_device_in_use_is_refused(self, aws: FullSandbox, iam: Any) -> None:
        serial, seed = enrol(aws, iam)
        again = refusal(
            iam.enable_mfa_device, UserName="carol", SerialNumber=serial, **codes(aws, seed, 1)
        )
        assert again == (409, "EntityAlreadyExists", "MFA Device is already in use")

    def test_a_ninth_device_is_refused(self, aws: FullSandbox, iam: Any, carol: User) -> None:
        kinds = ["virtual", "hardware", "passkey"]
        for number in range(8):
            aws.create_device(carol, name=f"device-{number}", kind=kinds[number % 3])  # type: ignore[arg-type]
        serial, seed = create(iam)
        refused = refusal(
            iam.enable_mfa_device, UserName="carol", SerialNumber=serial, **codes(aws, seed)
        )
        assert refused == (409, "LimitExceeded", "Cannot exceed quota for MFADevicesPerUser: 8")
        assert len(serials(iam)) == 8


class TestRemove:
    def test_a_deactivated_device_can_be_deleted(self, aws: FullSandbox, iam: Any) -> None:
        serial, _ = enrol(aws, iam)
        active = refusal(iam.delete_virtual_mfa_device, SerialNumber=serial)
        assert active == (
            409,
            "DeleteConflict",
            "MFA VirtualDevice in use. Must deactivate first.",
        )
        iam.deactivate_mfa_device(UserName="carol", SerialNumber=serial)
        assert serials(iam) == []
        iam.delete_virtual_mfa_device(SerialNumber=serial)
        assert iam.list_virtual_mfa_devices()["VirtualMFADevices"] == []

    def test_an_unknown_device_cannot_be_removed(self, iam: Any) -> None:
        serial, _ = create(iam)
        deactivate = refusal(iam.deactivate_mfa_device, UserName="carol", SerialNumber=serial)
        assert deactivate[:2] == (404, "NoSuchEntity")
        delete = refusal(iam.delete_virtual_mfa_device, SerialNumber=serial + "x")
        assert delete[:2] == (404, "NoSuchEntity")

    def test_a_removed_devices_codes_are_refused(
        self, aws: FullSandbox, iam: Any, client: Clients, carol: User
    ) -> None:
        phone = aws.create_device(carol)
        iam.deactivate_mfa_device(SerialNumber=phone.serial)
        ask = client("sts", carol).get_session_token
        refused = refusal(ask, SerialNumber=phone.serial, TokenCode=phone.code())
        assert "unable to validate MFA code" in refused[2]

    def test_other_accounts_devices_are_unknown(
        self, aws: FullSandbox, iam: Any, client: Clients
    ) -> None:
        serial, seed = create(iam)
        books = aws.create_user("carol", account="444455556666", policies=[ALLOW_ALL])
        theirs = client("iam", books)
        enable = refusal(
            theirs.enable_mfa_device, UserName="carol", SerialNumber=serial, **codes(aws, seed)
        )
        delete = refusal(theirs.delete_virtual_mfa_device, SerialNumber=serial)
        assert (enable[:2], delete[:2]) == ((404, "NoSuchEntity"), (404, "NoSuchEntity"))
        assert theirs.list_virtual_mfa_devices()["VirtualMFADevices"] == []


class TestResync:
    def test_resync_refuses_wrong_codes_and_unknown_devices(
        self, aws: FullSandbox, iam: Any
    ) -> None:
        serial, seed = enrol(aws, iam)
        replayed = refusal(
            iam.resync_mfa_device, UserName="carol", SerialNumber=serial, **codes(aws, seed)
        )
        assert replayed == INVALID_CODE
        unknown = refusal(
            iam.resync_mfa_device, UserName="carol", SerialNumber=serial + "x", **codes(aws, seed)
        )
        assert unknown[:2] == (404, "NoSuchEntity")


class TestList:
    def test_every_kind_of_device_is_listed_without_its_type(
        self, aws: FullSandbox, iam: Any, carol: User
    ) -> None:
        virtual = aws.create_device(carol, name="phone")
        token = aws.create_device(carol, name="GAHT12345678", kind="hardware")
        passkey = aws.create_device(carol, kind="passkey")
        assert serials(iam) == [virtual.serial, "GAHT12345678", passkey.serial]
        assert serials(iam, UserName="carol") == serials(iam)
        assert token.serial == "GAHT12345678"
        assert set(iam.list_mfa_devices()["MFADevices"][0]) == {
            "UserName",
            "SerialNumber",
            "EnableDate",
        }

    def test_a_role_session_must_name_the_user(
        self, aws: FullSandbox, client: Clients, carol: User
    ) -> None:
        role = aws.create_role("R", trust=trust(carol.arn), policies=[ALLOW_ALL])
        theirs = client("iam", take(client, carol, role))
        assert refusal(theirs.list_mfa_devices) == (
            400,
            "ValidationError",
            "Must specify userName when calling with non-User credentials",
        )
        assert serials(theirs, UserName="carol") == []

    def test_a_policy_may_allow_only_ones_own_devices(
        self, aws: FullSandbox, client: Clients
    ) -> None:
        own = statement("Allow", "iam:ListMFADevices", "arn:aws:iam::*:user/${aws:username}")
        dave = aws.create_user("dave", policies=[policy(own)])
        aws.create_user("erin")
        assert serials(client("iam", dave)) == []
        refused = refusal(client("iam", dave).list_mfa_devices, UserName="erin")
        assert refused[:2] == (403, "AccessDenied")

    def test_an_mfa_session_lists_its_users_devices(
        self, aws: FullSandbox, client: Clients, carol: User
    ) -> None:
        phone = aws.create_device(carol)
        assert serials(client("iam", mfa_session(client, carol, phone))) == [phone.serial]
