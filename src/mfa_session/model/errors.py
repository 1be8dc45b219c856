"""The errors that people and scripts see, and hints about errors of the system.

Every error has a `code` (kebab-case, stable, listed in docs/errors.md), a message that names the
thing, a hint that says what to run or change, and, by its class, an exit code.
"""

from __future__ import annotations

import errno
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


NO_INPUT = "MFA_SESSION_NO_INPUT"
_OFF = {"", "0", "false", "no", "off"}


class MfaSessionError(Exception):
    """The base class; `exit_code` is the process's."""

    exit_code = 70

    def __init__(self, code: str, message: str, hint: str = "", add: Sequence[str] = ()) -> None:
        """Take a stable `code`, what is wrong (`message`) and what to do (`hint`).

        `add` are words that the command needs: the hint ends with them, or with the whole command
        once it is known. `lead` is the hint without them.
        """
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = f"{hint}: {' '.join(add)}" if add else hint
        self.add = tuple(add)
        self.lead = hint

    def do_without(self, *add: str) -> None:
        """Add to the hint words for a command that works without what failed."""
        self.lead, self.add = f"{self.hint}; or do without it", add
        self.hint = f"{self.lead}: {' '.join(add)}"

    def repeat(self, command: str) -> None:
        """End the hint with this command, which has the words that were needed."""
        self.hint = f"{self.lead}: `{command}`"

    def summary(self, environ: Mapping[str, str]) -> dict[str, object]:
        """Return what `--json` shows, with the hint from `hint_for`."""
        hint = hint_for(environ, self.hint)
        return {"code": self.code, "message": self.message, "hint": hint}


class UsageError(MfaSessionError):
    """Wrong usage that click does not see, such as a malformed variable."""

    exit_code = 2


class ConfigurationError(MfaSessionError):
    """A profile, key, device, setting or file is missing, unreadable, unsafe or protected."""

    exit_code = 3


class NoMfaError(MfaSessionError):
    """No usable MFA: a code rejected, or needed where nothing may be asked; a session expired."""

    exit_code = 4


class CodeRejectedError(NoMfaError):
    """AWS rejected the code: wrong, old or already used (AWS's answer is the same)."""


class RefusedError(MfaSessionError):
    """AWS answered and said no: not authorised, or an invalid or inactive key."""

    exit_code = 5


class UnreachableError(MfaSessionError):
    """AWS was not reached or not trusted: network, proxy, TLS, a portal's page, a clock far off."""

    exit_code = 6


class DeclinedError(MfaSessionError):
    """The guard or the person said no."""

    exit_code = 7


class AnsweredNoError(DeclinedError):
    """The person answered no, which is not shown as an error."""


class Interrupted(MfaSessionError):
    """Ctrl-C: nothing was changed."""

    exit_code = 130


def require_yes(
    answer: bool | None, *, unasked: str, refused: str, lead: str = "to confirm it"
) -> None:
    """Return after a yes; `answer` is None if nobody can be asked, as in a script without `--yes`.

    Raises DeclinedError `not-confirmed` for None, and AnsweredNoError after a no.
    """
    if answer is None:
        message = f"{unasked}, and there is nobody to ask"
        raise DeclinedError("not-confirmed", message, lead, add=("--yes",))
    if not answer:
        raise AnsweredNoError("not-confirmed", refused)


def forbids_questions(environ: Mapping[str, str]) -> bool:
    """Return whether MFA_SESSION_NO_INPUT forbids every question."""
    return environ.get(NO_INPUT, "").strip().lower() not in _OFF


def hint_for(environ: Mapping[str, str], hint: str) -> str:
    """Return the hint; it begins with unsetting MFA_SESSION_NO_INPUT if that would stop it."""
    from mfa_session.model.text import unsetting  # noqa: PLC0415  # after an error only

    stopped = "in a terminal" in hint and NO_INPUT not in hint and forbids_questions(environ)
    return f"run `{unsetting(NO_INPUT)}`, then {hint}" if stopped else hint


OF_THE_PROCESS = {
    errno.EMFILE: "allow more open files: `ulimit -n`",
    errno.ENFILE: "end programs that hold many files open",
    errno.ENOMEM: "end programs that use much memory",
    errno.EAGAIN: "end some processes, or allow more: `ulimit -u`",
}
"""Hints for limits of the process or system."""

OF_FILES = {
    errno.ENOSPC: "free some space on that disk, then run the command again",
    errno.EDQUOT: "your disk quota is used up: free some space, then run the command again",
    errno.EFBIG: "the limit on file sizes is too low: see `ulimit -f`",
    errno.EROFS: "the file system is mounted read-only",
    errno.EACCES: "check who may open the file and its directory",
    errno.EPERM: "check the owner and the attributes of the file and its directory",
    errno.ELOOP: "the symbolic links lead in a circle",
    errno.EISDIR: "name a file, not a directory",
    errno.EBUSY: "if the file is mounted by itself, mount its directory instead",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.EIO: "see that the disk is healthy",
}


def hint_for_errno(number: int | None, path: str | None = None) -> str:
    """Return what to do about an error of the system with this file; "" if unknown."""
    hint = OF_THE_PROCESS.get(number or 0) or OF_FILES.get(number or 0, "")
    if path and number in {errno.EACCES, errno.EPERM}:
        from mfa_session.model.text import inspecting  # noqa: PLC0415  # after an error only

        return f"{hint}: {inspecting(os.path.dirname(path) or '.', path)}"
    return hint
