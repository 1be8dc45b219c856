"""From a command line to an exit code: the one place where errors end."""

from __future__ import annotations

import os
import sys

from mfa_session import __version__
from mfa_session.cli.plain_reader import read_plainly
from mfa_session.model.errors import AnsweredNoError, Interrupted, MfaSessionError
from mfa_session.system.clock import SystemClock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mfa_session.cli.arguments import Given
    from mfa_session.cli.spec.command import Command
    from mfa_session.model.result import Result
    from mfa_session.session.context import Context

SIGPIPE_EXIT_CODE = 141
BUG_EXIT_CODE = 70
COMPLETE = "__complete"
HELP = "help"


def run(argv: Sequence[str], environ: Mapping[str, str] | None = None) -> int:
    """Run the program with these words (without its name) and return its exit code.

    `environ` is the process's own environment unless one is given.
    """
    try:
        return _run(argv, os.environ if environ is None else environ, SystemClock())
    except BrokenPipeError:
        return SIGPIPE_EXIT_CODE  # as a shell tool ends whose reader has gone: without a word
    except KeyboardInterrupt:
        return Interrupted.exit_code
    except MfaSessionError as error:  # stdout would not take the help
        print(f"mfa-session: error: {error.message}\nhint: {error.hint}", file=sys.stderr)
        return error.exit_code
    finally:
        _settle()


def _run(argv: Sequence[str], environ: Mapping[str, str], clock: SystemClock) -> int:
    def dispatch(command: Command, given: Given) -> int:
        return _dispatch(command, given, environ, clock)

    if argv and argv[0] == HELP:
        argv = [*(word for word in argv[1:] if word != HELP), "--help"]
    if not argv or list(argv) in (["--help"], ["-h"]):
        from mfa_session.cli.overview import overview  # noqa: PLC0415  # imports every chapter

        return _print(overview())
    if argv[0] == COMPLETE:
        return _complete(argv[1:], environ)
    if list(argv) in (["--version"], ["-V"]):
        return _print(f"mfa-session {__version__}\n")
    call = read_plainly(argv)
    if call is not None:
        return dispatch(call.command, call.given)
    return _run_click(argv, environ, dispatch)


def _complete(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Answer a shell that completes: nothing may go wrong there, least of all loudly."""
    from mfa_session.cli.completion_answers import answer  # noqa: PLC0415

    try:
        return _print(answer(argv, environ))
    except Exception:  # noqa: BLE001  # a word that cannot be completed
        return 1


def _run_click(argv: Sequence[str], environ: Mapping[str, str], dispatch: object) -> int:
    from mfa_session.cli import click_tree  # noqa: PLC0415  # 80 ms: for help and errors only

    code = click_tree.run(argv, dispatch)  # type: ignore[arg-type]  # Dispatch is click_tree's
    if code == click_tree.USAGE_EXIT_CODE and argv[0] == "env":
        from mfa_session.cli.env import failure_line, shell_in  # noqa: PLC0415

        _print(failure_line(shell_in(argv), environ))
    return code


def _dispatch(
    command: Command, given: Given, environ: Mapping[str, str], clock: SystemClock
) -> int:
    """Run one command; whatever goes wrong is said here, and only here."""
    from mfa_session.cli.wiring import make_context  # noqa: PLC0415

    ctx = make_context(given, environ, clock)
    try:
        result = _run_command(command, given, ctx)
        from mfa_session.cli.output import show  # noqa: PLC0415

        show(result, as_json=given.flag("json"))
        return int(result.exit_code)
    except MfaSessionError as error:
        _report(ctx, command, given, error)
        return error.exit_code
    except KeyboardInterrupt:
        interrupted = Interrupted("interrupted", "interrupted; nothing was changed")
        _report(ctx, command, given, interrupted)
        return interrupted.exit_code
    except BrokenPipeError:
        raise
    except OSError as error:
        if error.filename is None:
            return _report_bug(ctx, command, given, error)
        failed = _file_failed(error)
        _report(ctx, command, given, failed)
        return failed.exit_code
    except Exception as error:  # noqa: BLE001  # a bug: one line, the traceback with -vv
        return _report_bug(ctx, command, given, error)


def _report_bug(ctx: Context, command: Command, given: Given, error: Exception) -> int:
    _report(ctx, command, given, _unexpected(error))
    if given.values.get("verbose", 0) > 1:
        _print_traceback(error)
    return BUG_EXIT_CODE


def _file_failed(error: OSError) -> MfaSessionError:
    """Return the error for a file that the system would not read or write (EIO, ENOSPC, EINTR)."""
    from mfa_session.model.errors import ConfigurationError  # noqa: PLC0415

    reason = (error.strerror or type(error).__name__).lower()
    return ConfigurationError(
        "file-failed",
        f"{os.fsdecode(error.filename)}: {reason}",
        "see that the disk has room and is healthy, then run the command again",
    )


def _run_command(command: Command, given: Given, ctx: Context) -> Result:
    """Import the command's module and call its function with typed options and the context."""
    from mfa_session.cli.arguments import make_options  # noqa: PLC0415

    # Not importlib.import_module: importing importlib takes longer than a command's own module.
    module = __import__(command.module, fromlist=["*"])
    function = getattr(module, command.function)
    kind = getattr(module, function.__annotations__["options"])
    result: Result = function(make_options(kind, given, ctx.environ), ctx)
    return result


def _report(ctx: Context, command: Command, given: Given, error: MfaSessionError) -> None:
    """Tell an error: to the script that asked for JSON, or to the person."""
    if error.add:
        from mfa_session.cli.again import spell_again  # noqa: PLC0415

        error.repeat(spell_again(command, given, error.add))
    from mfa_session.cli.output import print_json, write  # noqa: PLC0415
    from mfa_session.model.result import error_data  # noqa: PLC0415

    try:
        if command.name == "env":
            from mfa_session.cli.env import failure_line  # noqa: PLC0415

            write(failure_line(given.values.get("shell"), ctx.environ))
        if given.flag("json"):
            print_json({"error": error_data(error)})
            return
    except MfaSessionError as unwritten:
        error = unwritten
    if isinstance(error, AnsweredNoError):
        ctx.console.say(error.message)
    elif command.name == "credential-process":
        ctx.console.error(f"{error.message}; {error.hint}" if error.hint else error.message, "")
    else:
        ctx.console.error(error.message, error.hint)


def _unexpected(error: Exception) -> MfaSessionError:
    # The exception's own text is left out: it may hold what must not be printed.
    return MfaSessionError(
        "unexpected",
        f"an unexpected {type(error).__name__}: this is a bug in mfa-session",
        "run it again with -vv and report what it prints",
    )


def _print_traceback(error: Exception) -> None:
    """Print where an error came from: files, lines and kinds, not the exceptions' texts."""
    import traceback  # noqa: PLC0415

    chain: BaseException | None = error
    while chain is not None:
        for frame in traceback.extract_tb(chain.__traceback__):
            print(f"  {frame.filename}:{frame.lineno} in {frame.name}", file=sys.stderr)
        print(type(chain).__name__, file=sys.stderr)
        chain = chain.__cause__ or chain.__context__


def _print(text: str) -> int:
    from mfa_session.cli.output import write  # noqa: PLC0415

    write(text)
    return 0


def _settle() -> None:
    """Let no stream fail at exit, where Python would add words and an exit code of its own."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:  # noqa: PERF203  # two streams
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
