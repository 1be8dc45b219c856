"""Reports an error to the script, the SDK or the person, with the command that fixes it."""

from __future__ import annotations

import errno
import os
import sys

from mfa_session.cli.output import print_json, write
from mfa_session.cli.spec.commands import find_command
from mfa_session.model.errors import (
    AnsweredNoError,
    ConfigurationError,
    Interrupted,
    MfaSessionError,
    UnreachableError,
    hint_for,
    hint_for_errno,
)
from mfa_session.model.text import join, quote
from mfa_session.model.times import spell_duration

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence
    from typing import Any

    from mfa_session.cli.arguments import Call
    from mfa_session.cli.spec.commands import Command, Option
    from mfa_session.session.context import Context


_BUGS = {errno.EBADF, errno.EFAULT, errno.EINVAL, errno.ENOTSOCK}
"""The system's answers to a call that this program should not have made."""
_STEPS = {
    "subprocess": "a program could not be started",
    "socket": "a connection could not be opened",
    "threading": "a thread could not be started",
    "mfa_session.system.waiting": "a thread could not be started",
    "mfa_session.system.terminal": "the terminal could not be used",
}
"""What failed, by the module that an error without a file's name came through."""

_NAMES_SESSION = {"profile": "--profile", "source_profile": "--source-profile"}
_SAYS_WHICH = ("--profile", "--all")
_SESSIONS = {"session", "profile"}
"""The `suggests` of an argument that names the session, as `--profile` does."""
_NOT_AGAIN = {"token_code", "json"}
"""A code works only once, and a person who types the command does not want JSON."""
_COMMAND_OF_OURS = r"(?<=`)mfa-session (?P<words>[a-z][^`]*)"


def report(error: BaseException, call: Call, ctx: Context) -> int:
    """Report an error of any kind to whoever ran the command, and return the exit code."""
    told = _told(error)
    _tell(told or _bug(error), call, ctx)
    if told is not None:
        return told.exit_code
    if call.values.get("verbose", 0) > 1:
        _print_traceback(error)
    return MfaSessionError.exit_code


def _told(error: BaseException) -> MfaSessionError | None:
    """Return an exception as an error with a hint; None if it is a bug in this program."""
    if isinstance(error, MfaSessionError):
        return error
    if isinstance(error, KeyboardInterrupt):
        return Interrupted("interrupted", "interrupted; nothing was changed")
    if isinstance(error, OSError) and error.filename is not None:
        return _file_failed(error)
    if isinstance(error, (ConnectionError, TimeoutError)):
        return UnreachableError(
            "network", f"a connection failed: {_reason(error)}", "check the network, then try again"
        )
    number = _errno_of(error)
    return None if number is None or number in _BUGS else _system_failed(error, number)


def _bug(error: BaseException) -> MfaSessionError:
    # The exception's own text is left out: it may hold what must not be printed.
    return MfaSessionError(
        "unexpected",
        f"an unexpected {type(error).__name__}: this is a bug in mfa-session",
        "run it again with -vv and report what it prints",
    )


def _file_failed(error: OSError) -> MfaSessionError:
    return ConfigurationError(
        "file-failed",
        f"{os.fsdecode(error.filename)}: {_reason(error)}",
        hint_for_errno(error.errno, os.fsdecode(error.filename)) or "see that the disk is healthy",
    )


def _errno_of(error: BaseException) -> int | None:
    """Return the errno of an exception, which need not be an OSError; None if it has none.

    Python has only a text for a thread that the system does not start.
    """
    if isinstance(error, MemoryError):
        return errno.ENOMEM
    if isinstance(error, RuntimeError) and str(error) == "can't start new thread":
        return errno.EAGAIN
    return error.errno if isinstance(error, OSError) else None


def _system_failed(error: BaseException, number: int) -> MfaSessionError:
    modules = list(_modules_of(error))
    steps = [_STEPS[module] for module in modules if module in _STEPS]
    ours = [module for module in modules if module.startswith("mfa_session.")]
    reason = os.strerror(number).lower()
    return ConfigurationError(
        "system-failed",
        f"{steps[-1] if steps else 'a system call failed'}: {reason} (in {ours[-1]})",
        hint_for_errno(number) or "see that the system is healthy, then run the command again",
    )


def _modules_of(error: BaseException) -> Iterator[str]:
    trace = error.__traceback__
    while trace is not None:
        yield trace.tb_frame.f_globals.get("__name__", "")
        trace = trace.tb_next


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()


def _tell(error: MfaSessionError, call: Call, ctx: Context) -> None:
    if error.add:
        error.repeat(_spell_again(call, error.add))
    elif "`mfa-session " in error.hint:
        error.hint = _naming_session(error.hint, call)
    try:
        if call.command.name == "env":
            from mfa_session.shell.dialects import failure_line  # noqa: PLC0415

            write(failure_line(call.values.get("shell"), ctx.environ))
        if call.flag("json"):
            print_json({"error": error.summary(ctx.environ)})
            return
    except MfaSessionError as unwritten:
        error = unwritten
    if isinstance(error, AnsweredNoError):
        ctx.console.say(error.message)
    elif call.command.name in {"credential-process", "keys process"}:
        hint = hint_for(ctx.environ, error.hint)
        ctx.console.error(f"{error.message}; {hint}" if hint else error.message, "")
    else:
        ctx.console.error(error.message, error.hint)


def _spell_again(call: Call, add: Sequence[str]) -> str:
    """Return the command line that was given, with `add`, quoted for a shell.

    What follows a `--` in `add` replaces the command to run. If the command does not take these
    options, the line is a `login` with them.
    """
    if add[:1] == ("--",):
        return _spell(call.replace(rest=add[1:]), ())
    name = next((each.name for each in call.command.arguments if each.suggests in _SESSIONS), None)
    if name and add[:1] == ("--profile",):
        return _spell(call.replace(values={**call.values, name: add[1]}), add[2:])
    login, flags = find_command("login"), [word for word in add if word.startswith("--")]
    if login is not None and not _takes(call.command, flags):
        call = call.replace(command=login, rest=())
    return _spell(call, add)


def _naming_session(hint: str, call: Call) -> str:
    """Return a hint whose commands name the session that was asked for, where they name none."""
    import re  # noqa: PLC0415  # some milliseconds: SDKs wait for credential-process

    said = _session_words(call)
    return re.sub(_COMMAND_OF_OURS, lambda found: _name_session(found, said), hint)


def _session_words(call: Call) -> list[tuple[str, str]]:
    words = []
    for name, flag in _NAMES_SESSION.items():
        value = call.values.get(name)
        if isinstance(value, (list, tuple)):
            value = value[0] if len(value) == 1 else None
        if value:
            words.append((flag, f"{flag} {quote(value)}"))
    return words


def _name_session(found: re.Match[str], said: Sequence[tuple[str, str]]) -> str:
    words = found["words"].split()
    command = find_command(*words[:2]) or find_command(*words[:1])
    if command is None or any(flag in words for flag in _SAYS_WHICH):
        return found[0]
    added = [text for flag, text in said if _takes(command, [flag])]
    count = len(command.words)
    return " ".join(["mfa-session", *words[:count], *added, *words[count:]])


def _takes(command: Command, flags: Sequence[str]) -> bool:
    known = {flag for option in command.options for flag in option.flags}
    return known.issuperset(flags)


def _spell(call: Call, add: Sequence[str]) -> str:
    words = ["mfa-session", *call.command.words]
    for argument in call.command.arguments:
        value = call.values.get(argument.name)
        words += [value] if isinstance(value, str) else value or ()
    for option in call.command.options:
        if option.name not in _NOT_AGAIN and not set(option.flags).intersection(add):
            words += _spell_option(option, call.values.get(option.name))
    words += add
    words += ["--", *call.rest] if call.rest else []
    return join(words)


def _spell_option(option: Option, value: Any) -> Iterator[str]:
    values = value if isinstance(value, (list, tuple)) else [value]
    for each in values:
        if option.kind in {"flag", "count"}:
            yield from [option.flags[0]] * int(bool(each))
        elif each is not None:
            is_time = option.kind == "duration"
            yield from (option.flags[0], spell_duration(each) if is_time else str(each))


def _print_traceback(error: BaseException) -> None:
    """Print where an error came from: files, lines and kinds, not the exceptions' texts."""
    import traceback  # noqa: PLC0415  # for -vv only

    chain: BaseException | None = error
    while chain is not None:
        for frame in traceback.extract_tb(chain.__traceback__):
            print(f"  {frame.filename}:{frame.lineno} in {frame.name}", file=sys.stderr)
        print(type(chain).__name__, file=sys.stderr)
        chain = chain.__cause__ or chain.__context__
