"""Programs that other people's settings name, run for what they print."""

from __future__ import annotations

import shlex
import subprocess
import sys
from contextlib import suppress

from mfa_session.model.errors import ConfigurationError
from mfa_session.model.notes import read_json
from mfa_session.model.session import Keys, Secret
from mfa_session.model.settings import without_code

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from mfa_session.model.settings import Source

_ASKED_BY = "_MFA_SESSION_ASKS_FOR"
"""Set for a credential_process, so that one that comes back to us ends instead of going round."""

VERSION_SECONDS = 10


def run_credential_process(source: Source, around: Mapping[str, str]) -> Keys:
    """Return the keys a profile's credential_process prints (SDK guide, `Version` 1).

    Nothing it prints is ever shown: it may be a secret. Its stderr is the person's.
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
    """Return the first number of the version of the AWS CLI that a command starts, or None."""
    environ = without_code(around)
    with suppress(OSError, ValueError, subprocess.SubprocessError):
        done = subprocess.run(  # the person's own command, which would be run anyway
            [*command, "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=environ,
            timeout=VERSION_SECONDS,
            check=False,
        )
        # Python 2's told its version on stderr.
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
    except (OSError, ValueError) as error:  # its words are not repeated: one may be a secret
        reason = getattr(error, "strerror", None) or "its quotes do not match"
        raise _unusable(label, f"cannot be started: {reason.lower()}") from error
    if done.returncode:
        raise _unusable(label, f"ended with exit code {done.returncode}")
    return done.stdout


def _parse(label: str, printed: bytes) -> dict[str, Any]:
    try:
        answer = read_json(printed)
    except ValueError:
        raise _unusable(label, "prints no JSON") from None  # the text may hold a secret
    if not isinstance(answer, dict) or answer.get("Version") != 1:
        raise _unusable(label, "prints no object with Version 1")
    return answer


def _unusable(label: str, what: str) -> ConfigurationError:
    return ConfigurationError(
        "credential-process-failed", f"{label} {what}", "run it by hand to see what is wrong"
    )
