"""A local AWS for the demo: its identities, its server, and the variables that lead to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_session.sandbox import moto_backend
from mfa_session.sandbox.clock import Clock
from mfa_session.sandbox.directory import Directory
from mfa_session.sandbox.gate import Gate
from mfa_session.sandbox.identities import Device, User, attach, new_virtual_device
from mfa_session.sandbox.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterable

    from typing_extensions import Self

    from mfa_session.sandbox.identities import Document


__all__ = ["ACCOUNT", "ALLOW_ALL", "Sandbox"]
ACCOUNT = "123456789012"
ALLOW_ALL: Document = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


class Sandbox:
    """An AWS on loopback that enforces MFA, signatures and policies.

    A context manager, like `start` and `stop`. moto's state is global, so a process runs one
    sandbox at a time; each starts empty.
    """

    def __init__(self, port: int = 0) -> None:
        """Prepare everything but the server; `port` 0 takes a free one."""
        self.clock = Clock()
        self.directory = Directory()
        self._gate = Gate(self.directory, self.clock)
        self._port = port
        self._server: Server | None = None

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    def start(self) -> Self:
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

    def create_user(
        self,
        name: str,
        *,
        account: str = ACCOUNT,
        policies: Iterable[Document] = (),
        partition: str = "aws",
        path: str = "/",
    ) -> User:
        """Create a user with one active long-term key and these inline policies."""
        return self._add_user(User(name, account, partition, path, named(policies)))

    def _add_user(self, user: User) -> User:
        user.created_at = self.clock.now()
        user.add_key()
        with self.directory.lock:
            self.directory.users[user.account, user.arn if user.is_root else user.name] = user
        return user

    def create_device(self, user: User, *, name: str | None = None, path: str = "/") -> Device:
        """Create a user's enabled virtual MFA device."""
        name = name or f"{user.name}-phone"
        device = new_virtual_device(self.clock, user.partition, user.account, name, path)
        return self._add_device(device, user)

    def _add_device(self, device: Device, user: User) -> Device:
        with self.directory.lock:
            self.directory.devices[device.serial] = device
            attach(device, user, self.clock)
        return device

    def set_alias(self, account: str, alias: str) -> None:
        """Set an account's alias."""
        self.directory.aliases[account] = alias

    def create_instance(
        self, *, name: str, account: str = ACCOUNT, region: str = "eu-west-1"
    ) -> str:
        """Start an EC2 instance with a Name tag and return its id."""
        return moto_backend.add_instance(account, region, name)


def named(policies: Iterable[Document]) -> dict[str, Document]:
    """Return inline policies by name."""
    return {f"policy-{number}": document for number, document in enumerate(policies, 1)}
