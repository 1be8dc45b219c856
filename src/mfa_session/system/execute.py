"""The end of `exec` and `guard`: the command takes the place of this process."""

from __future__ import annotations

import os
import sys

from mfa_session.system import limits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mfa_session.model.ports import Console

_SET_BY_PYTHON = ("C.UTF-8", "C.utf8", "UTF-8")


def execute(
    console: Console, command: Sequence[str], environ: Mapping[str, str], program: str | None = None
) -> int:
    """Replace this process by `command`; return only if that fails (126, 127), as a shell does.

    `program` is the file to run where it is not to be looked up by the command's first word.
    """
    try:
        if sys.platform == "win32":
            # There is no execve that keeps the console.
            from mfa_session.system.child import run_child  # noqa: PLC0415  # subprocess

            given = (program or command[0], *command[1:])
            return run_child(console, given, environ, started=lambda: None)
        _restore_signals()
        limits.allow_core_dumps()
        given = _as_given(environ)
        os.execvpe(program or command[0], list(command), given)  # noqa: S606  # the person's own
    except (OSError, ValueError) as error:
        from mfa_session.system.child import cannot_start  # noqa: PLC0415  # after an error

        return cannot_start(console, command[0], error)


def _as_given(environ: Mapping[str, str]) -> Mapping[str, str]:
    """Leave out LC_CTYPE where Python itself has set it, for want of a locale (PEP 538)."""
    if environ.get("LC_CTYPE") not in _SET_BY_PYTHON or environ.get("LC_ALL"):
        return environ
    try:
        with open("/proc/self/environ", "rb") as file:
            was_given = b"\0LC_CTYPE=" in b"\0" + file.read()
    except OSError:
        return environ
    if was_given:
        return environ
    return {name: value for name, value in environ.items() if name != "LC_CTYPE"}


def _restore_signals() -> None:
    """Undo what Python ignores at its start: `CMD | head` ends by SIGPIPE, as without us."""
    # Not `signal`, which imports enum and thereby takes longer than all the rest.
    import _signal  # type: ignore[import-not-found]  # noqa: PLC0415  # typeshed knows the other

    for name in ("SIGPIPE", "SIGXFSZ"):
        if hasattr(_signal, name):
            _signal.signal(getattr(_signal, name), _signal.SIG_DFL)
