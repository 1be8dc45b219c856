"""The demo's sandbox with the rest of IAM and the console's sign-in, for tests and pictures.

It notes the calls, and has what tests need: roles, groups, boundaries and faults.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from full_sandbox.calls import Fault
from full_sandbox.clock import MovableClock
from full_sandbox.devices import Devices
from full_sandbox.gate import ObservedGate
from full_sandbox.holders import FullDirectory, Group, Role
from full_sandbox.policies import Policies
from full_sandbox.users import Users
from mfa_session.sandbox import moto_backend
from mfa_session.sandbox.clock import CodeChecker, new_seed
from mfa_session.sandbox.identities import Device, User, new_id, new_virtual_device
from mfa_session.sandbox.operations import Operation
from mfa_session.sandbox.sandbox import ACCOUNT, Sandbox, named
from mfa_session.sandbox.signatures import HttpRequest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from full_sandbox.calls import Calls
    from full_sandbox.users import KeyState
    from mfa_session.sandbox.identities import DeviceKind, Document, PolicyHolder

__all__ = ["FullSandbox"]


class FullSandbox(Sandbox):
    """A sandbox with every operation that the program calls."""

    clock: MovableClock
    directory: FullDirectory
    _gate: ObservedGate

    def __init__(self, port: int = 0) -> None:
        """Add the operations; `port` 0 takes a free one."""
        super().__init__(port)
        self.clock = MovableClock()
        self.directory = FullDirectory()
        self._gate = ObservedGate(self.directory, self.clock)
        self._users = Users(self.directory, self.clock, self._gate)
        devices, policies = (of(self.directory, self.clock) for of in (Devices, Policies))
        for each in (devices, self._users, policies):
            self._gate.iam.update(each.operations())

    def reset(self) -> None:
        """Remove all users, resources, calls and faults, and reset the clock; keep the URL."""
        here = self.directory
        with here.lock:
            moto_backend.reset()
            here.users.clear()
            here.roles.clear()
            here.groups.clear()
            here.policies.clear()
            here.devices.clear()
            here.sessions.clear()
            self._users.reset()
            self._gate.reset()
            self.clock.reset()

    def create_user(
        self,
        name: str,
        *,
        account: str = ACCOUNT,
        policies: Iterable[Document] = (),
        partition: str = "aws",
        path: str = "/",
        boundary: Document | None = None,
    ) -> User:
        """Create a user with one active long-term key, these inline policies and a boundary."""
        user = self._add_user(User(name, account, partition, path, named(policies)))
        self._set_boundary(user, boundary)
        return user

    def environ(self, user: User | None = None, region: str | None = None) -> dict[str, str]:
        """Return the variables that direct the AWS CLI and SDKs here, with a user's keys."""
        found = super().environ()
        if user:
            found["AWS_ACCESS_KEY_ID"] = user.access_key_id
            found["AWS_SECRET_ACCESS_KEY"] = user.secret_access_key
        if region:
            found["AWS_REGION"] = found["AWS_DEFAULT_REGION"] = region
        return found

    def create_root(self, account: str = ACCOUNT, partition: str = "aws") -> User:
        """Create the root of an account, with a key."""
        return self._add_user(User("root", account, partition, unique_id=account, is_root=True))

    def _set_boundary(self, holder: PolicyHolder, boundary: Document | None) -> None:
        if boundary is not None:
            holder.boundary_arn = self.create_policy(
                f"{holder.name}-boundary",
                boundary,
                account=holder.account,
                partition=holder.partition,
            )

    def create_group(
        self,
        name: str,
        members: Iterable[User],
        *,
        account: str = ACCOUNT,
        policies: Iterable[Document] = (),
        partition: str = "aws",
    ) -> Group:
        """Create a group with these members."""
        group = Group(name, account, partition, "/", named(policies))
        with self.directory.lock:
            self.directory.groups[account, name] = group
            for member in members:
                member.groups.append(group)
        return group

    def create_policy(
        self, name: str, document: Document, *, account: str = ACCOUNT, partition: str = "aws"
    ) -> str:
        """Create a managed policy and return its ARN."""
        arn = f"arn:{partition}:iam::{account}:policy/{name}"
        self.directory.policies[arn] = document
        return arn

    def attach_policy(self, holder: PolicyHolder, arn: str) -> None:
        """Attach a managed policy to a user, group or role."""
        holder.attached_policies.append(arn)

    def create_role(
        self,
        name: str,
        *,
        trust: Document,
        account: str = ACCOUNT,
        policies: Iterable[Document] = (),
        max_session_seconds: int = 3600,
        partition: str = "aws",
        path: str = "/",
        boundary: Document | None = None,
    ) -> Role:
        """Create a role with its trust policy and these inline policies."""
        role = Role(
            name,
            account,
            partition,
            path,
            named(policies),
            trust=trust,
            max_session_seconds=max_session_seconds,
        )
        self._set_boundary(role, boundary)
        with self.directory.lock:
            self.directory.roles[role.arn] = role
        return role

    def create_device(
        self, user: User, *, name: str | None = None, path: str = "/", kind: DeviceKind = "virtual"
    ) -> Device:
        """Create a user's enabled MFA device: virtual, hardware (bare serial) or passkey."""
        if kind == "virtual":
            name = name or f"{user.name}-phone"
            device = new_virtual_device(self.clock, user.partition, user.account, name, path)
        elif kind == "hardware":
            serial = name or new_id("GAHT")[:12]
            device = Device(serial, kind, self.clock, CodeChecker(new_seed()))
        else:
            place = f"arn:{user.partition}:iam::{user.account}"
            serial = f"{place}:u2f/user/{user.name}/{name or 'key'}-{new_id('')}"
            device = Device(serial, kind, self.clock, None)
        return self._add_device(device, user)

    def expire(self, access_key_id: str) -> None:
        """Expire a session (a second ago), without moving the clock."""
        with self.directory.lock:
            session = self.directory.sessions[access_key_id]
            moment = self.clock.now() - timedelta(seconds=1)
            self.directory.sessions[access_key_id] = replace(session, expires_at=moment)

    def set_alias(self, account: str, alias: str) -> None:
        """Set an account's alias."""
        self._users.aliases[account] = alias

    def create_bucket(
        self, name: str, *, account: str = ACCOUNT, region: str = "eu-west-1"
    ) -> None:
        """Create an S3 bucket."""
        body = f"<CreateBucketConfiguration><LocationConstraint>{region}</LocationConstraint>"
        body += "</CreateBucketConfiguration>"
        sent = b"" if region == "us-east-1" else body.encode()
        request = HttpRequest("PUT", f"/{name}", "", {"host": "s3"}, sent)
        operation = Operation("s3", region, "CreateBucket", "s3", {})
        answer = moto_backend.forward(request, operation, account)
        if answer.status >= 400:
            raise RuntimeError(f"moto created no bucket: {answer.body.decode()}")

    @property
    def calls(self) -> Calls:
        """The calls so far."""
        return self._gate.calls

    def count(self, operation: str) -> int:
        """Count the calls of one operation (`GetSessionToken`), with the refused ones."""
        return len(self.calls.of(operation))

    @property
    def key_log(self) -> Sequence[KeyState]:
        """The changes of long-term keys through IAM, in order."""
        return self._users.key_log

    # Faults

    @property
    def key_spread_seconds(self) -> float:
        """How long every service refuses a new long-term key."""
        return self._users.key_spread_seconds

    @key_spread_seconds.setter
    def key_spread_seconds(self, seconds: float) -> None:
        self._users.key_spread_seconds = seconds

    def fail(
        self,
        operation: str,
        *,
        times: int | None = 1,
        code: str = "Throttling",
        status: int = 400,
        message: str = "Rate exceeded",
    ) -> None:
        """Answer the next `times` calls (None: all) of an operation, or `*`, with an error."""
        fault = Fault("error", operation, times, status=status, code=code, message=message)
        self._gate.faults.add(fault)

    def slow(self, operation: str, seconds: float, *, times: int | None = None) -> None:
        """Delay the answers of an operation by `seconds`."""
        self._gate.faults.add(Fault("slow", operation, times, seconds=seconds))

    def drop(self, operation: str, *, times: int | None = 1, after: bool = False) -> None:
        """Close the connection without an answer; with `after`, once the operation is done."""
        self._gate.faults.add(Fault("drop-after" if after else "drop", operation, times))

    def answer(
        self,
        operation: str,
        status: int,
        body: str | bytes,
        content_type: str = "text/html",
        *,
        times: int | None = 1,
    ) -> None:
        """Answer with this instead, such as a captive portal's page."""
        sent = body.encode() if isinstance(body, str) else body
        self._gate.faults.add(
            Fault("answer", operation, times, status=status, body=sent, content_type=content_type)
        )

    def clear_faults(self) -> None:
        """Remove all faults."""
        self._gate.faults.clear()

    def disable_region(self, region: str) -> None:
        """Switch STS off in a region."""
        self._gate.disabled_regions.add(region)

    @property
    def latency_seconds(self) -> float:
        """The minimum time of every answer."""
        return self._gate.latency_seconds

    @latency_seconds.setter
    def latency_seconds(self, seconds: float) -> None:
        self._gate.latency_seconds = seconds

    @property
    def checks_signature_age(self) -> bool:
        """Whether to refuse requests signed more than 15 minutes before or after now.

        If not, a test can move the clock far from the machine's, with which clients sign.
        """
        return self._gate.checks_signature_age

    @checks_signature_age.setter
    def checks_signature_age(self, checks: bool) -> None:
        self._gate.checks_signature_age = checks
