"""IAM as far as the sandbox plays it; the rest is moto's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mfa_session.sandbox.devices import Devices
from mfa_session.sandbox.policies import Policies
from mfa_session.sandbox.users import Users

if TYPE_CHECKING:
    from mfa_session.sandbox.clock import Clock
    from mfa_session.sandbox.directory import Directory
    from mfa_session.sandbox.sts import Asked, Play


class Iam:
    """The operations, by name."""

    def __init__(self, directory: Directory, clock: Clock) -> None:
        """Collect what the parts play."""
        self._operations: dict[str, Play] = {
            **Devices(directory, clock).operations(),
            **Users(directory, clock).operations(),
            **Policies(directory, clock).operations(),
        }

    def plays(self, name: str) -> bool:
        """Say whether the sandbox answers this operation itself."""
        return name in self._operations

    def answer(self, asked: Asked) -> dict[str, Any] | None:
        """Do what is asked, or raise the ServiceError that AWS would answer with."""
        return self._operations[asked.operation.name](asked)
