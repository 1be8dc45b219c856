"""Tells what went wrong: to the script that asked for JSON, to the SDK, or to the person."""

from __future__ import annotations

import os
import sys

from mfa_session.cli.output import print_json, write
from mfa_session.model.errors import (
    AnsweredNoError,
    ConfigurationError,
    Interrupted,
    MfaSessionError,
    hint_for,
)
from mfa_session.model.result import error_data

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.cli.arguments import Given
    from mfa_session.cli.spec.command import Command
    from mfa_session.session.context import Context

BUG_EXIT_CODE = 70


def report(error: BaseException, command: Command, given: Given, ctx: Context) -> int:
    """Tell an error of any kind, and return the exit code. An error of ours is told as it is."""
    if isinstance(error, MfaSessionError):
        told = error
    elif isinstance(error, KeyboardInterrupt):
        told = Interrupted("interrupted", "interrupted; nothing was changed")
    elif isinstance(error, OSError) and error.filename is not None:
        told = _file_failed(error)
    else:
        return _report_bug(error, command, given, ctx)
    _tell(told, command, given, ctx)
    return told.exit_code


def _file_failed(error: OSError) -> MfaSessionError:
    """Return the error for a file that the system would not read or write (EIO, ENOSPC, EINTR)."""
    reason = (error.strerror or type(error).__name__).lower()
    return ConfigurationError(
        "file-failed",
        f"{os.fsdecode(error.filename)}: {reason}",
        "see that the disk has room and is healthy, then run the command again",
    )


def _report_bug(error: BaseException, command: Command, given: Given, ctx: Context) -> int:
    """Tell a bug in one line; with -vv where it is."""
    # The exception's own text is left out: it may hold what must not be printed.
    unexpected = MfaSessionError(
        "unexpected",
        f"an unexpected {type(error).__name__}: this is a bug in mfa-session",
        "run it again with -vv and report what it prints",
    )
    _tell(unexpected, command, given, ctx)
    if given.values.get("verbose", 0) > 1:
        _print_traceback(error)
    return BUG_EXIT_CODE


def _tell(error: MfaSessionError, command: Command, given: Given, ctx: Context) -> None:
    if error.add:
        from mfa_session.cli.again import spell_again  # noqa: PLC0415  # few errors

        error.repeat(spell_again(command, given, error.add))
    elif "`mfa-session " in error.hint:
        from mfa_session.cli.again import with_session  # noqa: PLC0415

        error.hint = with_session(error.hint, given)
    error.hint = hint_for(ctx.environ, error.hint)
    try:
        if command.name == "env":
            from mfa_session.shell.variables import failure_line  # noqa: PLC0415

            write(failure_line(given.values.get("shell"), ctx.environ))
        if given.flag("json"):
            print_json({"error": error_data(error)})
            return
    except MfaSessionError as unwritten:
        error = unwritten
    if isinstance(error, AnsweredNoError):
        ctx.console.say(error.message)
    elif command.name in {"credential-process", "keys process"}:
        ctx.console.error(f"{error.message}; {error.hint}" if error.hint else error.message, "")
    else:
        ctx.console.error(error.message, error.hint)


def _print_traceback(error: BaseException) -> None:
    """Print where an error came from: files, lines and kinds, not the exceptions' texts."""
    import traceback  # noqa: PLC0415  # for -vv only

    chain: BaseException | None = error
    while chain is not None:
        for frame in traceback.extract_tb(chain.__traceback__):
            print(f"  {frame.filename}:{frame.lineno} in {frame.name}", file=sys.stderr)
        print(type(chain).__name__, file=sys.stderr)
        chain = chain.__cause__ or chain.__context__
