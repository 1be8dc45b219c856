"""A program that prints a code."""

from __future__ import annotations

from mfa_session.errors import NoMfaError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def run_code_command(
    command: str | list[str], *, serial: str, profile: str, environ: Mapping[str, str]
) -> str:
    """Run the command and return the code it prints."""
    del command, serial, profile, environ
    raise NoMfaError("code-command-failed", "code commands are not built in yet", "type the code")
