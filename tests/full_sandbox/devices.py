"""IAM's operations on MFA devices, but for ListMFADevices, which the demo needs, too."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any

from full_sandbox import errors
from mfa_session.sandbox.clock import CodeChecker, code_for, step_at
from mfa_session.sandbox.errors import invalid_value
from mfa_session.sandbox.identities import new_virtual_device
from mfa_session.sandbox.operations import find_user

if TYPE_CHECKING:
    from mfa_session.sandbox.clock import Clock
    from mfa_session.sandbox.identities import Device, Directory
    from mfa_session.sandbox.operations import Asked, Play

DEVICES_PER_USER = 8
_ENABLE_REACH_STEPS = 20  # AWS accepts late codes, after which the device has a drift
_RESYNC_REACH_STEPS = 2880  # a day
# A white dot, since the seed beside it says the same.
_PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTjLGwAAAABJRU5ErkJggg=="
)


class Devices:
    """The operations on MFA devices."""

    def __init__(self, directory: Directory, clock: Clock) -> None:
        """Take the directory and the clock."""
        self._directory = directory
        self._clock = clock

    def operations(self) -> dict[str, Play]:
        """Return the operations by AWS's names."""
        return {
            "CreateVirtualMFADevice": self.create,
            "EnableMFADevice": self.enable,
            "ResyncMFADevice": self.resync,
            "DeactivateMFADevice": self.deactivate,
            "DeleteVirtualMFADevice": self.delete,
            "GetMFADevice": self.get,
            "ListVirtualMFADevices": self.list_virtual,
        }

    def create(self, asked: Asked) -> dict[str, Any]:
        """Create an unassigned virtual device, and return its seed, once."""
        name = asked.operation.text("VirtualMFADeviceName") or ""
        path = asked.operation.text("Path") or "/"
        if not re.fullmatch(r"[\w+=,.@-]+", name, re.ASCII):
            raise invalid_value(name, "virtualMFADeviceName", r"pattern: [\w+=,.@-]+")
        holder = asked.caller.holder
        device = new_virtual_device(self._clock, holder.partition, holder.account, name, path)
        if device.serial in self._directory.devices:
            raise errors.device_exists()
        self._directory.devices[device.serial] = device
        seed = base64.b64encode(device.secret.encode()).decode()
        made = {"SerialNumber": device.serial, "Base32StringSeed": seed, "QRCodePNG": _PNG}
        return {"VirtualMFADevice": made}

    def enable(self, asked: Asked) -> None:
        """Assign a device to a user, given two consecutive codes."""
        user = find_user(self._directory, asked)
        serial = asked.operation.text("SerialNumber") or ""
        device = self._directory.devices.get(serial)
        if device is None or device.serial.split(":")[4:5] not in ([], [user.account]):
            raise errors.no_such_device(serial)
        if device.user is not None:
            raise errors.device_in_use()
        if len(user.devices) >= DEVICES_PER_USER:
            raise errors.quota_reached("MFADevicesPerUser", DEVICES_PER_USER)
        self._check_pair(asked, device, _ENABLE_REACH_STEPS)
        device.attach(user)

    def resync(self, asked: Asked) -> None:
        """Learn a device's drift from two consecutive codes."""
        self._check_pair(asked, self._owned(asked), _RESYNC_REACH_STEPS)

    def deactivate(self, asked: Asked) -> None:
        """Unassign a device; a virtual one is kept."""
        device = self._owned(asked)
        if device.user:
            device.user.devices.remove(device)
        device.user = device.enabled_at = None

    def delete(self, asked: Asked) -> None:
        """Delete an unassigned virtual device."""
        serial = asked.operation.text("SerialNumber") or ""
        device = self._directory.devices.get(serial)
        if device is None or device.kind != "virtual" or not _in_account(device, asked):
            raise errors.no_such_device(serial)
        if device.user is not None:
            raise errors.device_still_active()
        del self._directory.devices[serial]

    def get(self, asked: Asked) -> dict[str, Any]:
        """Describe one device."""
        device = self._directory.devices.get(asked.operation.text("SerialNumber") or "")
        if device is None or device.user is None or device.user.account != asked.caller.account:
            raise errors.no_such_device(asked.operation.text("SerialNumber") or "")
        return {
            "UserName": device.user.name,
            "SerialNumber": device.serial,
            "EnableDate": device.enabled_at,
        }

    def list_virtual(self, asked: Asked) -> dict[str, Any]:
        """List an account's virtual devices, assigned or not."""
        wanted = asked.operation.text("AssignmentStatus") or "Any"
        found = [
            d
            for d in self._directory.devices.values()
            if d.kind == "virtual"
            and _in_account(d, asked)
            and wanted in ("Any", "Assigned" if d.user else "Unassigned")
        ]
        return {"IsTruncated": False, "VirtualMFADevices": [_virtual(d) for d in found]}

    def _owned(self, asked: Asked) -> Device:
        """Return the named device, which must be the user's."""
        user, serial = find_user(self._directory, asked), asked.operation.text("SerialNumber") or ""
        device = self._directory.devices.get(serial)
        if device is None or device not in user.devices:
            raise errors.no_such_device_of_user(serial)
        return device

    def _check_pair(self, asked: Asked, device: Device, reach_steps: int) -> None:
        codes = []
        for name in ("AuthenticationCode1", "AuthenticationCode2"):
            code = asked.operation.text(name) or ""
            if not re.fullmatch(r"[0-9]{6}", code):
                member = name[0].lower() + name[1:]
                raise invalid_value(code, member, r"pattern: [\d]{6}")
            codes.append(code)
        step = step_at(self._clock.now().timestamp())
        checker = device.checker
        if checker is None or not accept_pair(checker, codes[0], codes[1], step, reach_steps):
            raise errors.wrong_pair()


def _in_account(device: Device, asked: Asked) -> bool:
    return device.serial.split(":")[4:5] == [asked.caller.account]


def _virtual(device: Device) -> dict[str, Any]:
    user = device.user
    owner = None
    if user is not None:
        owner = {
            "Path": user.path,
            "UserName": user.name,
            "UserId": user.unique_id,
            "Arn": user.arn,
            "CreateDate": user.created_at,
        }
    return {"SerialNumber": device.serial, "EnableDate": device.enabled_at, "User": owner}


def accept_pair(
    checker: CodeChecker, first: str, second: str, now_step: int, reach_steps: int = 1
) -> bool:
    """Accept two consecutive codes, and learn the device's drift from them.

    The second code's step may be up to `reach_steps` before or after now.
    """
    for distance in sorted(range(-reach_steps, reach_steps + 1), key=abs):
        step = now_step + distance
        if step - 1 <= checker.last_used_step:
            continue
        if (code_for(checker.seed, step - 1), code_for(checker.seed, step)) == (first, second):
            checker.last_used_step = step
            checker.drift_steps = 0 if abs(distance) <= 1 else distance
            return True
    return False
