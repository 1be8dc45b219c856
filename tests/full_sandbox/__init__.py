"""The demo's sandbox with the rest of IAM and the console's sign-in, for tests and pictures."""

from __future__ import annotations

from full_sandbox.devices import Devices
from full_sandbox.federation import SigninEndpoint
from full_sandbox.policies import Policies
from full_sandbox.users import Users
from mfa_session.sandbox import Sandbox

__all__ = ["FullSandbox"]


class FullSandbox(Sandbox):
    """A sandbox with every operation that the program calls."""

    def __init__(self, port: int = 0) -> None:
        """Add the operations; `port` 0 takes a free one."""
        super().__init__(port)
        for of in (Devices, Users, Policies):
            self._gate.iam.update(of(self.directory, self.clock).operations())
        self._gate.signin = SigninEndpoint(self.directory, self.clock).answer
