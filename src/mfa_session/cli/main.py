"""From a command line to an exit code: the one place where errors end."""

from __future__ import annotations

import gc
import os
import sys

from mfa_session import __version__
from mfa_session.cli.arguments import make_options, read_plainly
from mfa_session.model.errors import ConfigurationError, Interrupted, MfaSessionError
from mfa_session.system.console import columns_of
from mfa_session.system.machine import SystemClock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mfa_session.cli.arguments import Call
    from mfa_session.cli.run import Run
    from mfa_session.model.record import Result
    from mfa_session.session.context import Context, Factories

SIGPIPE_EXIT_CODE = 141
COMPLETE = "__complete"
HELP = "help"


def run(
    argv: Sequence[str],
    environ: Mapping[str, str] | None = None,
    clock: SystemClock | None = None,
) -> int:
    """Run the program with these words (without its name) and return its exit code.

    Environment and clock default to the process's own. Both streams are flushed at the end.
    """
    if sys.stdout is None:  # closed by the parent: each write must fail
        sys.stdout = open(os.devnull)  # noqa: SIM115  # for reading
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115  # `print` would take stdout
    try:
        return _run(argv, os.environ if environ is None else environ, clock or SystemClock())
    except BrokenPipeError:
        return SIGPIPE_EXIT_CODE  # as a shell tool ends whose reader has gone: without a word
    except KeyboardInterrupt:
        return Interrupted.exit_code
    except MfaSessionError as error:  # stdout would not take the help
        print(f"mfa-session: error: {error.message}\nhint: {error.hint}", file=sys.stderr)
        return error.exit_code
    except (OSError, MemoryError) as error:  # before a command runs, or while its error is told
        print(f"mfa-session: error: {str(error) or 'not enough memory'}", file=sys.stderr)
        return ConfigurationError.exit_code
    finally:
        _flush_streams()


def _run(argv: Sequence[str], environ: Mapping[str, str], clock: SystemClock) -> int:
    if argv and argv[0] == HELP:
        argv = [*(word for word in argv[1:] if word != HELP), "--help"]
    if not argv or list(argv) in (["--help"], ["-h"]):
        from mfa_session.cli.spec.help import overview  # noqa: PLC0415  # imports every chapter

        return _print(overview(columns_of(sys.stdout)))
    if argv[0] == COMPLETE:
        return _complete(argv[1:], environ)
    if list(argv) in (["--version"], ["-V"]):
        return _print(f"mfa-session {__version__}\n")
    call = read_plainly(argv)
    if call is not None:
        return _dispatch(call, environ, clock)
    return _run_click(argv, environ, clock)


def _complete(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Answer a shell that completes; an error prints nothing."""
    from mfa_session.cli.completion import answer  # noqa: PLC0415

    try:
        return _print(answer(argv, environ))
    except Exception:  # noqa: BLE001  # a word that cannot be completed
        return 1


def _run_click(argv: Sequence[str], environ: Mapping[str, str], clock: SystemClock) -> int:
    from mfa_session.cli import click_tree  # noqa: PLC0415  # 80 ms: for help and errors only

    code = click_tree.run(argv, lambda call: _dispatch(call, environ, clock))
    if code == click_tree.USAGE_EXIT_CODE and argv[0] == "env":
        from mfa_session.shell.dialects import failure_line, find_shell_option  # noqa: PLC0415

        _print(failure_line(find_shell_option(argv), environ))
    return code


def _dispatch(call: Call, environ: Mapping[str, str], clock: SystemClock) -> int:
    """Run one command, and report its error if it fails: nothing else does."""
    from mfa_session.cli.run import make_context  # noqa: PLC0415  # not for completion

    ctx = make_context(call, environ, clock, _make_factories)
    try:
        result = _run_command(call, ctx)
        from mfa_session.cli.output import show  # noqa: PLC0415  # not before another program

        show(result, as_json=call.flag("json"))
        return int(result.exit_code)
    except BrokenPipeError:
        raise
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # a bug is reported too
        from mfa_session.cli.failures import report  # noqa: PLC0415  # seldom needed

        return report(error, call, ctx)


def _make_factories(run: Run) -> Factories:
    from mfa_session.cli.wiring import Wiring  # noqa: PLC0415  # a warm command makes no edge

    return Wiring(run)


def _run_command(call: Call, ctx: Context) -> Result:
    name, _, function_name = call.command.run.partition(":")
    # Not importlib.import_module: importing importlib takes longer than a command's own module.
    module = __import__(f"mfa_session.{name}", fromlist=["*"])
    function = getattr(module, function_name)
    kind = getattr(module, function.__annotations__["options"])
    gc.freeze()  # what was imported stays to the end
    gc.enable()  # which `__main__` has put off
    result: Result = function(make_options(kind, call, ctx.environ), ctx)
    return result


def _print(text: str) -> int:
    from mfa_session.cli.output import write  # noqa: PLC0415  # as above

    write(text)
    return 0


def _flush_streams() -> None:
    """Let no stream fail at exit, where Python would add words and an exit code of its own."""
    for stream in filter(None, (sys.stdout, sys.stderr)):
        try:
            stream.flush()
        except OSError:  # noqa: PERF203  # two streams
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
