"""IAM's calls about the caller's own MFA devices."""

from __future__ import annotations

from datetime import timezone

from mfa_session.aws.request import AwsRequest
from mfa_session.aws.sts import AwsCalls
from mfa_session.model.arns import Arn, device_kind, parse_arn
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.iam import Device, NewDevice, User
from mfa_session.model.session import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from mfa_session.aws.sts import Learner, Limiter, LocalClock
    from mfa_session.model.iam import Pair
    from mfa_session.model.ports import Caller

_KINDS = {"virtual", "hardware"}


class IamDevices(AwsCalls):
    """The devices of the user whose keys `caller` holds: long-term ones, or an MFA session's."""

    def __init__(
        self,
        clock: LocalClock,
        aws_clock: Learner,
        limited: Limiter,
        environ: Mapping[str, str],
        caller: Caller,
    ) -> None:
        """Take what every call needs, and who asks."""
        super().__init__(clock, aws_clock, limited, environ)
        self._caller = caller

    def user(self) -> User:
        """STS GetCallerIdentity, which no policy can deny; `not-a-user` if it is none of IAM's."""
        request = AwsRequest("sts", "GetCallerIdentity", self._caller)
        text, arn = self._ask(request, _read_arn)
        if arn.service != "iam" or not arn.resource.startswith("user/"):
            raise ConfigurationError(
                "not-a-user",
                f"{request.key} is the key of {text}, which is not an IAM user",
                "use the access key of an IAM user: --profile, or source_profile in config.toml",
            )
        name = arn.resource.rpartition("/")[2]
        return User(arn=text, partition=arn.partition, account=arn.account, name=name)

    def enabled(self) -> list[Device]:
        """IAM ListMFADevices (at most eight, so one page)."""
        request = AwsRequest("iam", "ListMFADevices", self._caller)
        return self._ask(
            request, lambda answer: [read_device(listed) for listed in answer["MFADevices"]]
        )

    def unassigned(self) -> set[str]:
        """IAM ListVirtualMFADevices, all pages."""
        request = AwsRequest("iam", "ListVirtualMFADevices", self._caller)
        found: set[str] = set()
        page: dict[str, str] = {}
        while True:
            serials, marker = self._ask(
                request, _serials_and_marker, AssignmentStatus="Unassigned", **page
            )
            found |= serials
            if marker is None:
                return found
            page = {"Marker": marker}

    def create(self, name: str) -> NewDevice:
        """IAM CreateVirtualMFADevice, once: what a second one answers tells no seed."""
        request = AwsRequest("iam", "CreateVirtualMFADevice", self._caller, serial=name, once=True)
        return self._ask(request, _new_device, VirtualMFADeviceName=name)

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
        request = AwsRequest("iam", operation, self._caller, serial=serial)
        self._ask(request, bool, SerialNumber=serial, **parameters)


def _read_arn(answer: dict[str, Any]) -> tuple[str, Arn]:
    arn = parse_arn(answer["Arn"])
    if arn is None:
        raise ValueError("no ARN")
    return answer["Arn"], arn


def _serials_and_marker(answer: dict[str, Any]) -> tuple[set[str], str | None]:
    serials = {str(listed["SerialNumber"]) for listed in answer["VirtualMFADevices"]}
    return serials, str(answer["Marker"]) if answer.get("IsTruncated") else None


def _new_device(answer: dict[str, Any]) -> NewDevice:
    made = answer["VirtualMFADevice"]
    seed = Secret(made["Base32StringSeed"].decode("ascii"))
    return NewDevice(serial=str(made["SerialNumber"]), seed=seed)


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
