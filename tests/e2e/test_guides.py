"""The commands of each guide run in their order on the sandbox."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING, NamedTuple

import pytest

import processes
from house.source import ROOT
from mfa_session.sandbox.sandbox import ALLOW_ALL
from places import long_term

if TYPE_CHECKING:
    from pathlib import Path

    from full_sandbox import FullSandbox
    from mfa_session.sandbox.identities import Device, Document, User
    from places import AwsFiles

_BLOCK = re.compile(r"```(console|ini)\n(.*?)```\n", re.DOTALL)
_DENIED = "   # denied"
_INSTANCE = "i-0123456789abcdef0"
TRUST: Document = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
            "Action": "sts:AssumeRole",
            "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
        }
    ],
}


class Step(NamedTuple):
    """What a reader does: run a command, or add lines to `~/.aws/config`."""

    is_command: bool
    text: str


def steps_of(name: str) -> list[Step]:
    """Return the steps of a guide in their order."""
    page = (ROOT / "docs" / f"guide-{name}.md").read_text(encoding="utf-8")
    steps = []
    for kind, block in _BLOCK.findall(page):
        if kind == "ini":
            steps.append(Step(is_command=False, text=block))
        else:
            assert all(line.startswith("$ ") for line in block.splitlines()), block
            steps += [Step(is_command=True, text=line[2:]) for line in block.splitlines()]
    return steps


@pytest.fixture
def people(aws: FullSandbox, carol: User, phone: Device, files: AwsFiles) -> Device:
    """Write the keys of carol and an administrator; make what the guides name in the sandbox."""
    admin = aws.create_user("admin", policies=[ALLOW_ALL])
    aws.create_group("developers", [carol])
    aws.create_role("Books", trust=TRUST, policies=[ALLOW_ALL])
    files.write(
        long_term(carol) + long_term(admin, "admin"),
        config="[default]\nregion = eu-west-1\n\n[profile admin]\nregion = eu-west-1\n\n",
    )
    return phone


@pytest.mark.parametrize("name", ["administrators", "users"])
def test_the_guide_can_be_followed(
    name: str, aws: FullSandbox, people: Device, files: AwsFiles, home: Path
) -> None:
    instance = aws.create_instance(name="web-1")
    aws.checks_signature_age = False  # each command has a window of its own
    ran = 0
    for step in steps_of(name):
        if not step.is_command:
            files.config.write_text(files.config.read_text() + step.text)
            continue
        aws.clock.advance(30)
        done = subprocess.run(
            ["bash", "-c", step.text.replace(_INSTANCE, instance)],
            cwd=home,
            env=processes.environment_with({"MFA_SESSION_TOKEN_CODE": people.code()}),
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=processes.LIMIT_SECONDS,
        )
        assert (done.returncode != 0) == step.text.endswith(_DENIED), (step.text, done)
        ran += 1
    assert ran > 10  # so the pages have steps
