"""The demo's stage: a temporary home, a user, and instances that MFA protects."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from mfa_session.sandbox.sandbox import ACCOUNT, Sandbox

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfa_session.sandbox.identities import Device, Document

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


class Stage:
    """A context manager, in which the sandbox runs and the home exists."""

    def __init__(self, sandbox: Sandbox | None = None) -> None:
        """Create nothing yet; without a sandbox, take one that has what the demo needs."""
        self.sandbox = sandbox or Sandbox()
        self.home = Path()
        self.instance = ""
        self.phone: Device

    def __enter__(self) -> Stage:
        """Start the sandbox and create the home."""
        self.sandbox.start()
        carol = self.sandbox.create_user("carol", policies=[POLICY])
        self.phone = self.sandbox.create_device(carol, name="carol-phone")
        self.sandbox.set_alias(ACCOUNT, "demo-library")
        self.instance = self.sandbox.create_instance(name="db-1", region=REGION)
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
