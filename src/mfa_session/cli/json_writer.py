"""Writes the program's own JSON, as `json.dumps(value, indent=2, ensure_ascii=False)` does.

Written by hand because `status --json` is a warm command: the library's json imports `re` for its
reader, and made the command cost 2.25 times a bare interpreter (benchmarks/run.py).
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\f": "\\f", "\b": "\\b"}
_ESCAPES = {code: f"\\u{code:04x}" for code in range(0x20)} | {
    ord(character): escape for character, escape in _SHORT.items()
}


def to_json(value: object, indent: str = "") -> str:
    """Return a value of dicts with text keys, lists, texts, finite numbers, booleans and None.

    TypeError for any other. `indent` stands before the closing bracket.
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
