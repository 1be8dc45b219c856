"""The sandbox's interface for tests and the demo: identities, faults and calls."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from mfa_session.sandbox import moto_backend
from mfa_session.sandbox.calls import Calls, Fault, Faults
from mfa_session.sandbox.clock import Clock, CodeChecker, new_seed
from mfa_session.sandbox.directory import Directory
from mfa_session.sandbox.gate import Gate
from mfa_session.sandbox.identities import (
    Device,
    Group,
    Role,
    User,
    attach,
    new_id,
    new_virtual_device,
)
from mfa_session.sandbox.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mfa_session.sandbox.directory import KeyState
    from mfa_session.sandbox.identities import DeviceKind, Document, PolicyHolder


__all__ = ["ACCOUNT", "ALLOW_ALL", "Sandbox"]
ACCOUNT = "123456789012"
ALLOW_ALL: Document = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


class Population:
    """Creates and keeps identities."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.directory = Directory()

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
        """Create a user with one active long-term key and these inline policies."""
        user = User(name, account, partition, path, _named(policies))
        self._set_boundary(user, boundary)
        return self._add_user(user)

    def create_root(self, account: str = ACCOUNT, partition: str = "aws") -> User:
        """Create the root of an account, with a key."""
        return self._add_user(User("root", account, partition, is_root=True))

    def _add_user(self, user: User) -> User:
        user.created_at = self.clock.now()
        user.add_key()
        with self.directory.lock:
            self.directory.users[user.account, user.arn if user.is_root else user.name] = user
        return user

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
        group = Group(name, account, partition, "/", _named(policies))
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

    def create_role(  # noqa: PLR0913 - a role has this many properties
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
            _named(policies),
            trust=trust,
            max_session_seconds=max_session_seconds,
        )
        self._set_boundary(role, boundary)
        with self.directory.lock:
            self.directory.roles[role.arn] = role
        return role

    def create_device(
        self, user: User, *, name: str | None = None, kind: DeviceKind = "virtual", path: str = "/"
    ) -> Device:
        """Create a user's enabled MFA device: virtual, hardware (bare serial) or passkey."""
        place = f"arn:{user.partition}:iam::{user.account}"
        if kind == "virtual":
            device = new_virtual_device(
                self.clock, user.partition, user.account, name or f"{user.name}-phone", path
            )
        elif kind == "hardware":
            serial = name or new_id("GAHT")[:12]
            device = Device(serial, kind, self.clock, CodeChecker(new_seed()))
        else:
            serial = f"{place}:u2f/user/{user.name}/{name or 'key'}-{new_id('')}"
            device = Device(serial, kind, self.clock, None)
        with self.directory.lock:
            self.directory.devices[device.serial] = device
            attach(device, user, self.clock)
        return device

    def set_alias(self, account: str, alias: str) -> None:
        """Set an account's alias."""
        self.directory.aliases[account] = alias

    def expire(self, access_key_id: str) -> None:
        """Expire a session (a second ago), without moving the clock."""
        with self.directory.lock:
            session = self.directory.sessions[access_key_id]
            moment = self.clock.now() - timedelta(seconds=1)
            self.directory.sessions[access_key_id] = replace(session, expires_at=moment)


class Sandbox(Population):
    """An AWS on loopback that enforces MFA, signatures and policies.

    A context manager, like `start` and `stop`. moto's state is global, so a process runs one
    sandbox at a time; each starts empty.
    """

    def __init__(self, port: int = 0) -> None:
        """Prepare everything but the server; `port` 0 takes a free one."""
        super().__init__()
        self.calls = Calls()
        self._faults = Faults()
        self._gate = Gate(self.directory, self.clock, self.calls, self._faults)
        self._port = port
        self._server: Server | None = None

    def __enter__(self) -> Sandbox:
        """Start."""
        return self.start()

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    def start(self) -> Sandbox:
        """Start empty, and begin to answer."""
        moto_backend.reset()
        self._server = Server(self._gate.handle, self.clock, self._port)
        self._server.start()
        return self

    def stop(self) -> None:
        """Stop, and close every connection."""
        if self._server:
            self._server.stop()
            self._server = None

    def reset(self) -> None:
        """Remove all users, resources, calls and faults, and reset the clock; keep the URL."""
        moto_backend.reset()
        for part in (self.directory, self.calls, self._faults):
            part.clear()
        self.clock.reset()
        self._gate.disabled_regions.clear()
        self.latency_seconds = 0.0
        self.checks_signature_age = True

    @property
    def url(self) -> str:
        """The endpoint: `http://127.0.0.1:PORT`."""
        if self._server is None:
            raise RuntimeError("the sandbox is not running")
        return self._server.url

    def environ(self, user: User | None = None, region: str | None = None) -> dict[str, str]:
        """Return the variables that direct the AWS CLI and SDKs here, with a user's keys."""
        found = {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "127.0.0.1",
        }
        if user:
            found["AWS_ACCESS_KEY_ID"] = user.access_key_id
            found["AWS_SECRET_ACCESS_KEY"] = user.secret_access_key
        if region:
            found["AWS_REGION"] = found["AWS_DEFAULT_REGION"] = region
        return found

    # Resources

    def create_instance(
        self, *, name: str, account: str = ACCOUNT, region: str = "eu-west-1"
    ) -> str:
        """Start an EC2 instance with a Name tag and return its id."""
        return moto_backend.add_instance(account, region, name)

    def create_bucket(
        self, name: str, *, account: str = ACCOUNT, region: str = "eu-west-1"
    ) -> None:
        """Create an S3 bucket."""
        moto_backend.add_bucket(account, region, name)

    # Calls

    def count(self, operation: str) -> int:
        """Count the calls of one operation (`GetSessionToken`), with the refused ones."""
        return len(self.calls.of(operation))

    @property
    def key_log(self) -> Sequence[KeyState]:
        """The changes of long-term keys through IAM, in order."""
        return self.directory.key_log

    # Faults

    @property
    def key_spread_seconds(self) -> float:
        """How long every service refuses a new long-term key."""
        return self.directory.key_spread_seconds

    @key_spread_seconds.setter
    def key_spread_seconds(self, seconds: float) -> None:
        self.directory.key_spread_seconds = seconds

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
        self._faults.add(fault)

    def slow(self, operation: str, seconds: float, *, times: int | None = None) -> None:
        """Delay the answers of an operation by `seconds`."""
        self._faults.add(Fault("slow", operation, times, seconds=seconds))

    def drop(self, operation: str, *, times: int | None = 1, after: bool = False) -> None:
        """Close the connection without an answer; with `after`, once the operation is done."""
        self._faults.add(Fault("drop-after" if after else "drop", operation, times))

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
        self._faults.add(
            Fault("answer", operation, times, status=status, body=sent, content_type=content_type)
        )

    def clear_faults(self) -> None:
        """Remove all faults."""
        self._faults.clear()

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


def _named(policies: Iterable[Document]) -> dict[str, Document]:
    return {f"policy-{number}": document for number, document in enumerate(policies, 1)}
