"""IAM's calls about the caller's own MFA devices."""

from __future__ import annotations

from datetime import timezone

from mfa_session.aws.asked import Asked
from mfa_session.aws.sts import AwsCalls, not_an_answer
from mfa_session.mfa.devices import Device, NewDevice, User
from mfa_session.model.arns import device_kind, parse_arn
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from mfa_session.aws.sts import Learner, LocalClock
    from mfa_session.mfa.devices import Pair
    from mfa_session.model.ports import Caller

_KINDS = {"virtual", "hardware"}


class IamDevices(AwsCalls):
    """The devices of the user whose keys `caller` holds: long-term ones, or an MFA session's."""

    def __init__(self, clock: LocalClock, aws_clock: Learner, caller: Caller) -> None:
        """Take the clocks, and who asks."""
        super().__init__(clock, aws_clock)
        self._caller = caller

    def user(self) -> User:
        """STS GetCallerIdentity, which no policy can deny; `not-a-user` if it is none of IAM's."""
        asked = Asked("sts", "GetCallerIdentity", self._caller)
        text = str(self._call(asked).get("Arn") or "")
        arn = parse_arn(text)
        if arn is None:
            raise not_an_answer(asked)
        if arn.service != "iam" or not arn.resource.startswith("user/"):
            raise ConfigurationError(
                "not-a-user",
                f"{asked.key} is the key of {text}, which is no IAM user",
                "use the access key of an IAM user: --profile, or source_profile in config.toml",
            )
        name = arn.resource.rpartition("/")[2]
        return User(arn=text, partition=arn.partition, account=arn.account, name=name)

    def enabled(self) -> list[Device]:
        """IAM ListMFADevices (at most eight, so one page)."""
        asked = Asked("iam", "ListMFADevices", self._caller)
        answer = self._call(asked)
        try:
            return [read_device(listed) for listed in answer["MFADevices"]]
        except (KeyError, TypeError, AttributeError) as error:
            raise not_an_answer(asked) from error

    def unassigned(self) -> set[str]:
        """IAM ListVirtualMFADevices, all pages."""
        asked = Asked("iam", "ListVirtualMFADevices", self._caller)
        found: set[str] = set()
        page: dict[str, str] = {}
        while True:
            answer = self._call(asked, AssignmentStatus="Unassigned", **page)
            try:
                found |= {str(listed["SerialNumber"]) for listed in answer["VirtualMFADevices"]}
            except (KeyError, TypeError) as error:
                raise not_an_answer(asked) from error
            if not answer.get("IsTruncated"):
                return found
            page = {"Marker": str(answer["Marker"])}

    def create(self, name: str) -> NewDevice:
        """IAM CreateVirtualMFADevice, once: what a second one answers tells no seed."""
        asked = Asked("iam", "CreateVirtualMFADevice", self._caller, serial=name, once=True)
        answer = self._call(asked, VirtualMFADeviceName=name)
        try:
            made = answer["VirtualMFADevice"]
            seed = Secret(made["Base32StringSeed"].decode("ascii"))
            return NewDevice(serial=str(made["SerialNumber"]), seed=seed)
        except (KeyError, TypeError, AttributeError, ValueError):
            # Not chained: the answer's text may hold the seed.
            raise not_an_answer(asked) from None

    def enable(self, user: User, serial: str, codes: Pair) -> None:
        """IAM EnableMFADevice."""
        self._change("EnableMFADevice", serial, UserName=user.name, **_codes(codes))

    def resync(self, user: User, serial: str, codes: Pair) -> None:
        """IAM ResyncMFADevice."""
        self._change("ResyncMFADevice", serial, UserName=user.name, **_codes(codes))

    def deactivate(self, user: User, serial: str) -> None:
        """IAM DeactivateMFADevice."""
        self._change("DeactivateMFADevice", serial, UserName=user.name)

    def delete(self, serial: str) -> None:
        """IAM DeleteVirtualMFADevice."""
        self._change("DeleteVirtualMFADevice", serial)

    def _change(self, operation: str, serial: str, **parameters: str) -> None:
        asked = Asked("iam", operation, self._caller, serial=serial)
        self._call(asked, SerialNumber=serial, **parameters)


def _codes(codes: Pair) -> dict[str, str]:
    return {"AuthenticationCode1": codes[0], "AuthenticationCode2": codes[1]}


def read_device(listed: dict[str, Any]) -> Device:
    """Return a listed device; IAM tells no type, so it is read from the serial."""
    serial = str(listed["SerialNumber"])
    kind = device_kind(serial)
    return Device(
        serial=serial,
        kind=kind if kind in _KINDS else "passkey",
        enabled_at=listed["EnableDate"].astimezone(timezone.utc),
    )
