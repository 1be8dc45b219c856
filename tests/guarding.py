"""Runs guard with the real AWS CLI, or with a stand-in that prints its arguments."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import processes
    from full_sandbox import FullSandbox
    from full_sandbox.calls import Call

SHOW = f"""\
#!{sys.executable}
import json, os, sys
if sys.argv[1:] == ["--version"]:
    sys.exit("aws-cli/2.17.0 Python/3.11.8 Linux/6 exe/x86_64")
shown = {{"argv": sys.argv[1:], "env": dict(os.environ), "cwd": os.getcwd()}}
shown["stdin"] = "" if sys.stdin.isatty() else sys.stdin.read()
print(json.dumps(shown))
"""
STOP = ("aws", "ec2", "stop-instances", "--instance-ids", "i-0123456789abcdef0")


def put_program(folder: Path, name: str, text: str) -> Path:
    """Write an executable and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text)
    path.chmod(0o755)
    return path


def path_with(*folders: Path | str) -> str:
    """Return a PATH that begins with these folders."""
    return os.pathsep.join([*map(str, folders), os.environ["PATH"]])


def real_cli() -> str:
    """Return the folder of the real AWS CLI."""
    return str(Path(str(shutil.which("aws"))).parent)


def shown_by(outcome: processes.Outcome) -> dict[str, Any]:
    """Return what the stand-in for the AWS CLI has printed: its arguments and environment."""
    assert outcome.exit_code == 0, outcome
    shown: dict[str, Any] = json.loads(outcome.stdout)
    return shown


def stops(aws: FullSandbox) -> list[Call]:
    """Return the calls that would stop an instance."""
    return aws.calls.of("StopInstances")


def without(env: Mapping[str, str], *names: str) -> dict[str, str]:
    """Return an environment without some variables."""
    return {name: value for name, value in env.items() if name not in names}
