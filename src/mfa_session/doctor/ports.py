"""What the doctor asks of AWS; `cli/wiring.py` plugs the real thing in."""

from __future__ import annotations

from typing import Protocol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.model.devices import Device
    from mfa_session.model.iam import AccessKey
    from mfa_session.model.ports import Caller


class Aws(Protocol):
    """Questions that change nothing; each raises our errors only."""

    def load(self) -> None:
        """Do what takes long before anything is asked."""

    def reach(self, region: str | None) -> None:
        """Return when STS answers, signed or not."""

    def identity(self, caller: Caller) -> str:
        """STS GetCallerIdentity: the ARN."""

    def keys(self, caller: Caller) -> tuple[AccessKey, ...]:
        """IAM ListAccessKeys: the caller's own."""

    def devices(self, caller: Caller) -> tuple[Device, ...]:
        """IAM ListMFADevices: the caller's own."""
