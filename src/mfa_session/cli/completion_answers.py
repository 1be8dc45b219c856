"""What a shell asks when TAB is pressed: `mfa-session __complete SHELL WORD…`.

The words are those of the line after the program's name, without quotes; the last is the one
at the cursor, up to it. PowerShell, which drops empty words, puts a letter before that one; bash
gives the line up to the cursor instead, as it is. The answer's first line is what is offered:

- `words`: the lines that follow, each a whole word, a tab and its meaning; for bash only what
  continues the word, with quotes;
- `files`: names of files, after the text that follows in the line (`--option=`);
- `command N`: whatever the command that begins at the Nth of the words completes; for bash, the
  one that begins after N characters.

The scripts know nothing else of the program, so that they last when it changes. Neither the
network nor the keyring is asked, and nothing is an error: what cannot be read offers nothing.
"""

from __future__ import annotations

from mfa_session.cli.completion_cursor import find_cursor
from mfa_session.files.names import (
    device_serials,
    profile_names,
    role_arns,
    role_profiles,
    session_names,
)
from mfa_session.files.settings_cache import read_settings_file
from mfa_session.files.state import StateDir
from mfa_session.model.errors import MfaSessionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from mfa_session.cli.completion_cursor import Cursor

# These match by rules of their own, upper or lower case perhaps.
_MATCH_THEMSELVES = frozenset({"zsh", "fish"})
_LAST_CONTROL, _DELETE = "\x1f", "\x7f"


def answer(argv: Sequence[str], environ: Mapping[str, str]) -> str:
    """Return the answer to a shell's question: its name, and the words."""
    shell, *words = argv
    if shell == "bash":
        return _answer_to_bash("".join(words[:1]), environ)
    *before, current = words or [""]
    if shell == "powershell":
        current = current[1:]
    cursor = find_cursor(before, current)
    if cursor.command_at is not None:
        return f"command {cursor.command_at + 1}\n"
    if cursor.suggests == "file":
        return f"files {cursor.prefix}\n"
    offers = _offers(cursor, environ)
    if shell not in _MATCH_THEMSELVES:
        offers = [offer for offer in offers if offer[0].startswith(current)]
    return "words\n" + "".join(f"{word}\t{meaning}\n" for word, meaning in offers)


def _answer_to_bash(text: str, environ: Mapping[str, str]) -> str:
    from mfa_session.shell.bash_line import split_line  # noqa: PLC0415  # for bash only

    line = split_line(text)
    _, *before, current = line.words if len(line.words) > 1 else ("", "")
    if _is_redirection(current) or (before and _is_redirection(before[-1])):
        return "files\n"
    cursor = find_cursor(before, current)
    if cursor.command_at is not None:
        return f"command {line.starts[cursor.command_at + 1]}\n"
    if cursor.suggests == "file":
        return "files\n"
    words = [word for word, _ in _offers(cursor, environ) if word.startswith(current)]
    return "words\n" + "".join(line.go_on(word[len(current) :]) + "\n" for word in words)


def _is_redirection(word: str) -> bool:
    """Say whether a file is named by what follows: after `>`, `2>`, `&>>`, `<`."""
    return word.lstrip("0123456789&")[:1] in {"<", ">"}


def _offers(cursor: Cursor, environ: Mapping[str, str]) -> list[tuple[str, str]]:
    return [*cursor.offers, *((value, "") for value in _suggested(cursor, environ))]


def _suggested(cursor: Cursor, environ: Mapping[str, str]) -> list[str]:
    """Return the values of a kind that are known, in order; none that would break a line."""
    if not cursor.suggests:
        return []
    if cursor.suggests == "template":
        return _templates(cursor.prefix)
    sessions = _sessions(environ)
    if cursor.suggests == "session":
        return [name for name in _names_to_use(environ, sessions) if _is_printable(name)]
    if cursor.suggests == "profile":
        known = profile_names(environ) | sessions.keys()
    elif cursor.suggests == "serial":
        known = device_serials(environ) | _named_by(sessions, "mfa_serial") | _noted(environ)
    else:
        known = role_arns(environ) | _named_by(sessions, "role_arn")
    return [cursor.prefix + value for value in sorted(known) if _is_printable(value)]


def _names_to_use(environ: Mapping[str, str], sessions: Iterable[str]) -> list[str]:
    """Return the sessions of config.toml, those that stand in the files, and roles' profiles."""
    from mfa_session.files.names import by_recent_use  # noqa: PLC0415  # for one command only

    known = {*sessions, *session_names(environ), *role_profiles(environ)}
    try:
        return by_recent_use(StateDir.of(environ), known)
    except OSError:
        return sorted(known)


def _templates(prefix: str) -> list[str]:
    from mfa_session.policy.templates import TEMPLATES  # noqa: PLC0415  # rarely asked

    return [prefix + template.name for template in TEMPLATES]


def _sessions(environ: Mapping[str, str]) -> Mapping[str, Mapping[str, Any]]:
    try:
        return read_settings_file(environ, StateDir.of(environ)).sessions
    except MfaSessionError:
        return {}


def _named_by(sessions: Mapping[str, Mapping[str, Any]], key: str) -> set[str]:
    return {str(table[key]) for table in sessions.values() if key in table}


def _noted(environ: Mapping[str, str]) -> set[str]:
    """Return the devices that a secret is noted for; the keyring itself is not asked."""
    from mfa_session.system.secret_index import SecretIndex  # noqa: PLC0415  # imports hashlib

    try:
        return set(SecretIndex(StateDir.of(environ)).stored())
    except (MfaSessionError, OSError):
        return set()


def _is_printable(value: str) -> bool:
    return value != "" and not any(char <= _LAST_CONTROL or char == _DELETE for char in value)
