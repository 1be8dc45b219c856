"""A local AWS, and the demo's stage: a temporary home, a user, and instances that MFA protects."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from mfa_session.sandbox import moto_backend
from mfa_session.sandbox.clock import Clock
from mfa_session.sandbox.gate import Gate
from mfa_session.sandbox.identities import Device, Directory, User, new_virtual_device
from mfa_session.sandbox.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from typing_extensions import Self

    from mfa_session.sandbox.identities import Document


ACCOUNT = "123456789012"
ALLOW_ALL: Document = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["*"], "Resource": "*"}],
}
REGION = "eu-west-1"
POLICY: Document = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "DailyWork",
            "Effect": "Allow",
            "Action": ["ec2:*", "iam:ListMFADevices", "sts:*"],
            "Resource": "*",
        },
        {
            "Sid": "StoppingNeedsMFA",
            "Effect": "Deny",
            "Action": ["ec2:StopInstances", "ec2:TerminateInstances"],
            "Resource": "*",
            "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
        },
    ],
}
_PHONE = """\
#!{python}
# Carol's phone: prints the code that her authenticator app would show.
import sys, time
from mfa_session.sandbox.clock import STEP_SECONDS, code_for, step_at
now = time.time()
print(code_for({seed!r}, step_at(now)))
print(f"good for {{STEP_SECONDS - int(now) % STEP_SECONDS}} s, and for one use", file=sys.stderr)
"""


class Sandbox:
    """An AWS on loopback that enforces MFA, signatures and policies.

    A context manager, like `start` and `stop`. moto's state is global, so a process runs one
    sandbox at a time; each starts empty.
    """

    def __init__(self, port: int = 0) -> None:
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

    def environ(self) -> dict[str, str]:
        """Return the variables that direct the AWS CLI and SDKs here."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "127.0.0.1",
        }

    def create_user(self, name: str, *, policies: Iterable[Document] = ()) -> User:
        """Create a user with one active long-term key and these inline policies."""
        return self._add_user(User(name, ACCOUNT, "aws", "/", named(policies)))

    def _add_user(self, user: User) -> User:
        user.created_at = self.clock.now()
        user.add_key()
        with self.directory.lock:
            self.directory.users[user.account, user.arn if user.is_root else user.name] = user
        return user

    def create_device(self, user: User) -> Device:
        """Create a user's enabled virtual MFA device."""
        name = f"{user.name}-phone"
        device = new_virtual_device(self.clock, user.partition, user.account, name)
        return self._add_device(device, user)

    def _add_device(self, device: Device, user: User) -> Device:
        with self.directory.lock:
            self.directory.devices[device.serial] = device
            device.attach(user)
        return device

    def create_instance(self, *, name: str, account: str = ACCOUNT, region: str = REGION) -> str:
        """Start an EC2 instance with a Name tag and return its id."""
        return moto_backend.add_instance(account, region, name)


def named(policies: Iterable[Document]) -> dict[str, Document]:
    """Return inline policies by name."""
    return {f"policy-{number}": document for number, document in enumerate(policies, 1)}


class Stage:
    """A context manager, in which the sandbox runs and the home exists."""

    def __init__(self, sandbox: Sandbox | None = None) -> None:
        self.sandbox = sandbox or Sandbox()
        self.home = Path()
        self.instance = ""
        self.phone: Device

    def __enter__(self) -> Stage:
        """Start the sandbox and create the home."""
        self.sandbox.start()
        carol = self.sandbox.create_user("carol", policies=[POLICY])
        self.phone = self.sandbox.create_device(carol)
        self.instance = self.sandbox.create_instance(name="db-1")
        self.home = Path(tempfile.mkdtemp(prefix="mfa-session-demo-"))
        self._write(
            ".aws/credentials",
            "# carol's own key; every line of this file but the session's stays as it is\n"
            f"[default]\naws_access_key_id = {carol.access_key_id}\n"
            f"aws_secret_access_key = {carol.secret_access_key}\n",
        )
        self._write(".aws/config", f"[default]\nregion = {REGION}\noutput = json\n")
        for shell_file in (".bashrc", ".zshrc"):
            self._write(shell_file, "PS1='(mfa-session demo) $ '\n")
        python = shlex.quote(sys.executable)
        self._write("bin/phone", _PHONE.format(python=python, seed=self.phone.secret), mode=0o700)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the sandbox and delete the home."""
        self.sandbox.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def environ(self, around: Mapping[str, str]) -> dict[str, str]:
        """Return a program's environment on the stage, without the person's own AWS settings."""
        theirs = ("AWS_", "MFA_SESSION_", "XDG_")
        kept = {name: value for name, value in around.items() if not name.startswith(theirs)}
        scripts = (str(self.home / "bin"), sysconfig.get_path("scripts"))
        path = os.pathsep.join([*scripts, around.get("PATH", os.defpath)])
        home = str(self.home)
        pointed = self.sandbox.environ()
        return {**kept, **pointed, "HOME": home, "USERPROFILE": home, "PATH": path, "AWS_PAGER": ""}

    def _write(self, name: str, text: str, mode: int = 0o600) -> None:
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)
