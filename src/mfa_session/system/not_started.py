"""A command that cannot be started: why, and the exit code that a shell has for it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.system.console import Console

NOT_EXECUTABLE, NOT_FOUND = 126, 127


def cannot_start(console: Console, name: str, error: OSError | ValueError) -> int:
    """Tell why a command cannot be started; return the exit code that a shell has for it.

    Raises the error where it is the system that starts no program, whichever it is.
    """
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return not_found(console, name)
    if isinstance(error, OSError):
        if error.filename is None:
            raise error
        console.error(f"{name}: {error.strerror}", "check that it may be executed")
        return NOT_EXECUTABLE
    console.error(f"{name!r} is not a command", "check the name")  # a NUL in it
    return NOT_FOUND


def not_found(console: Console, name: str) -> int:
    """Tell that there is no such program; return the exit code for it."""
    console.error(f"{name or repr(name)}: command not found", "check the name and PATH")
    return NOT_FOUND
