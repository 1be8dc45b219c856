"""The one place that prints what a command returns.

JSON is written by hand because `status --json` is a warm command: the library's json imports `re`
for its reader, and made the command cost 2.25 times a bare interpreter (benchmarks/run.py).
"""

from __future__ import annotations

import sys

from mfa_session.model.errors import ConfigurationError
from mfa_session.system.console import columns_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import TextIO

    from mfa_session.model.errors import MfaSessionError
    from mfa_session.model.record import Result


JSON_VERSION = 1
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\f": "\\f", "\b": "\\b"}
_ESCAPES = {code: f"\\u{code:04x}" for code in range(0x20)} | {
    ord(character): escape for character, escape in _SHORT.items()
}


def show(result: Result, *, as_json: bool) -> None:
    """Print a result on stdout, as one JSON object or as lines."""
    if as_json:
        print_json(result.data)
    elif result.lines:
        write("".join(f"{line}\n" for line in _shown(result)))


def _shown(result: Result) -> Iterable[str]:
    """Return lines as stdout takes them: on a terminal nothing that it would act on."""
    most_columns = columns_of(sys.stdout) if result.cuts_lines else None
    if most_columns is None:
        return result.lines
    from mfa_session.model.text import Table  # noqa: PLC0415  # for people only, as the next
    from mfa_session.system.console import printable_painted  # noqa: PLC0415

    lines = result.lines
    shown = lines.fitting(most_columns) if isinstance(lines, Table) else lines
    return (printable_painted(part) for line in shown for part in line.split("\n"))


def print_json(data: Mapping[str, object]) -> None:
    """Print one versioned object."""
    text = to_json({"version": JSON_VERSION, **data})
    if not text.replace("\n", "").isprintable():  # control characters are escaped, not shown
        import json  # noqa: PLC0415  # 13 ms, for what is rare

        text = "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)
    write(text + "\n")


def write(text: str) -> None:
    """Write to stdout and flush, so that a closed pipe is met here and not at exit.

    Raises BrokenPipeError, and ConfigurationError `stdout-not-written` where it is closed, or a
    disk is full.
    """
    try:
        _write(sys.stdout, text)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise stdout_not_written(error) from error


def stdout_not_written(error: OSError) -> MfaSessionError:
    """Return the error for an stdout that cannot be written."""
    reason = (error.strerror or "it is closed").lower()
    return ConfigurationError(
        "stdout-not-written",
        f"stdout could not be written: {reason}",
        "see where it is redirected to",
    )


def _write(stream: TextIO, text: str) -> None:
    try:
        stream.write(text)
    except UnicodeEncodeError:  # a POSIX locale: names stay the bytes that they are in the files
        stream.flush()
        plain = text.replace("…", "...")  # the one letter beyond ASCII that this program writes
        stream.buffer.write(plain.encode("utf-8", "surrogateescape"))
    stream.flush()


def to_json(value: object, indent: str = "") -> str:
    """Return a value as `json.dumps(value, indent=2, ensure_ascii=False)` does.

    It consists of dicts with text keys, lists, texts, finite numbers, booleans and None; TypeError
    for anything else. `indent` stands before the closing bracket.
    """
    if isinstance(value, dict):
        pairs = (f"{_quoted(key)}: {to_json(value[key], indent + '  ')}" for key in value)
        return _bracketed("{", pairs, "}", indent)
    if isinstance(value, (list, tuple)):
        return _bracketed("[", (to_json(item, indent + "  ") for item in value), "]", indent)
    if isinstance(value, str):
        return _quoted(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    raise TypeError(f"no JSON is written of {type(value).__name__}")


def _bracketed(opening: str, items: Iterable[str], closing: str, indent: str) -> str:
    inside = f",\n{indent}  ".join(items)
    return f"{opening}\n{indent}  {inside}\n{indent}{closing}" if inside else opening + closing


def _quoted(text: str) -> str:
    return f'"{text.translate(_ESCAPES)}"'
