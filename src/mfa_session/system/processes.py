"""Run programs for their output: a credential_process, and the AWS CLI for its version."""

from __future__ import annotations

import shlex
import subprocess
import sys
from contextlib import suppress

from mfa_session.model.errors import ConfigurationError
from mfa_session.model.notes import read_json
from mfa_session.model.session import Keys, Secret
from mfa_session.model.settings import without_code
from mfa_session.system.programs import OnlyWrappersError, find_program

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from mfa_session.model.settings import Source

_ASKED_BY = "_MFA_SESSION_ASKS_FOR"
"""Set for a credential_process, so that one that calls us again fails instead of looping."""

VERSION_SECONDS = 10


def run_credential_process(source: Source, around: Mapping[str, str]) -> Keys:
    """Return the keys that a profile's credential_process prints (SDK guide, `Version` 1).

    Its output is never shown, since it may be a secret; its stderr is ours.
    """
    label = f"the credential_process of {source.label()}"
    if around.get(_ASKED_BY):
        raise ConfigurationError(
            "source-loop",
            f"{label} leads back to mfa-session itself",
            "name the profile that holds your access key (AKIA…): --source-profile NAME",
        )
    answer = _parse(label, _run(label, source, around))
    try:
        token = answer.get("SessionToken")
        return Keys(
            access_key_id=str(answer["AccessKeyId"]),
            secret_access_key=Secret(str(answer["SecretAccessKey"])),
            session_token=Secret(str(token)) if token else None,
        )
    except KeyError as error:
        raise _unusable(label, f"prints no {error.args[0]}") from error


def aws_cli_version(command: Sequence[str], around: Mapping[str, str]) -> int | None:
    """Return the major version of the AWS CLI that a command starts; None if it is not one."""
    environ = without_code(around)
    with suppress(OnlyWrappersError, OSError, ValueError, subprocess.SubprocessError):
        program = find_program(command[0], around) or command[0]
        done = subprocess.run(  # the person's own command, which would be run anyway
            [program, *command[1:], "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=environ,
            timeout=VERSION_SECONDS,
            check=False,
        )
        # Under Python 2 it prints the version to stderr.
        name, _, version = (done.stdout + done.stderr).decode("ascii", "replace").partition("/")
        return int(version.partition(".")[0]) if name == "aws-cli" else None
    return None


def _run(label: str, source: Source, around: Mapping[str, str]) -> bytes:
    command = source.process or ""
    environ = without_code(around)
    environ[_ASKED_BY] = source.profile or ""
    try:
        words: str | list[str] = command if sys.platform == "win32" else shlex.split(command)
        done = subprocess.run(  # the profile names it, as for every SDK
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=environ, check=False
        )
    except (OSError, ValueError) as error:  # its arguments may be secret, so none is shown
        reason = getattr(error, "strerror", None) or "its quotes do not match"
        raise _unusable(label, f"cannot be started: {reason.lower()}") from error
    if done.returncode:
        raise _unusable(label, f"ended with exit code {done.returncode}")
    return done.stdout


def _parse(label: str, printed: bytes) -> dict[str, Any]:
    try:
        answer = read_json(printed)
    except ValueError:
        raise _unusable(label, "prints no JSON") from None  # the cause may contain a secret
    if not isinstance(answer, dict) or answer.get("Version") != 1:
        raise _unusable(label, "prints no object with Version 1")
    return answer


def _unusable(label: str, what: str) -> ConfigurationError:
    return ConfigurationError(
        "credential-process-failed", f"{label} {what}", "run it by hand to see what is wrong"
    )
