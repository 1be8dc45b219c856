"""Read JSON with the position of each value and key, which `json` does not keep.

It accepts RFC 8259 with limits: no key twice in an object, no half of a surrogate pair, and no
deeper nesting than in Terraform's plans.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_session.policy.policy_text import PolicyText

DEEPEST = 128
LONGEST_NUMBER = 400  # characters; Python refuses integers of some thousands

_skip_space = re.compile(r"[ \t\r\n]*").match
_plain_string = re.compile(r'"([^"\\\x00-\x1f]*)"').match
# A string in a list with another one after it, as in most of a long policy.
_plain_item = re.compile(r'"([^"\\\x00-\x1f]*)"[ \t\r\n]*,[ \t\r\n]*(?=")').match
_number = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?").match
_surrogate = re.compile("[\ud800-\udfff]").search
_decode = json.JSONDecoder().raw_decode
_WORDS = {"t": ("true", True), "f": ("false", False), "n": ("null", None)}


class Node(NamedTuple):
    """A value and its offset; `key_offset` is its key's, if it is a member.

    `misread` is a variable of IAM's in it that CloudFormation takes for a reference, if any.
    """

    value: Value
    offset: int
    key_offset: int = -1
    misread: str = ""


Value = str | int | float | bool | None | list[Node] | dict[str, Node]
Members = dict[str, Node]


def text_of(node: Node | None) -> str:
    """Return a node's text; an empty one if it is something else."""
    return node.value if node is not None and isinstance(node.value, str) else ""


def members_of(node: Node | None) -> Members:
    """Return a node's members; none if it is not an object."""
    return node.value if node is not None and isinstance(node.value, dict) else {}


def items_of(node: Node | None) -> list[Node]:
    """Return a node's items; none if it is not a list."""
    return node.value if node is not None and isinstance(node.value, list) else []


def text_in(members: Members, name: str) -> str:
    """Return the text of a member; an empty one without it."""
    return text_of(members.get(name))


def members_in(members: Members, name: str) -> Members:
    """Return the members of a member; none without it."""
    return members_of(members.get(name))


def objects_in(members: Members, name: str) -> list[Members]:
    """Return the items of a list among members, each as an object."""
    return list(map(members_of, items_of(members.get(name))))


def listed(node: Node) -> list[Node]:
    """Return the items of a list, or the single item."""
    return node.value if isinstance(node.value, list) else [node]


def parse(source: PolicyText) -> Node:
    """Return the only value of the text.

    Raises ConfigurationError `bad-policy-json` with line and column.
    """
    return next(_Reader(source).read(lines=False))


def parse_lines(source: PolicyText) -> list[Node]:
    """Return the values of the text: one, or several, each at the beginning of a line.

    Raises ConfigurationError `bad-policy-json` with line and column.
    """
    return list(_Reader(source).read(lines=True))


class _Reader:
    """Reads values; each method returns one, and the offset of its end."""

    def __init__(self, source: PolicyText) -> None:
        self._source = source
        self._text = source.text
        self._fail = source.unreadable

    def read(self, *, lines: bool) -> Iterator[Node]:
        start = self._space(0)
        if start == len(self._text):
            raise self._fail(start, "the text is empty", "give it a policy")
        while True:
            node, end = self._value(start, 0)
            start = self._space(end)
            more = start < len(self._text)
            if more and not (lines and "\n" in self._text[end:start]):
                raise self._fail(start, "something follows the end of the JSON")
            yield node
            if not more:
                return

    def _space(self, at: int) -> int:
        return _skip_space(self._text, at).end()  # type: ignore[union-attr]  # it always matches

    def _value(self, at: int, depth: int, key: int = -1) -> tuple[Node, int]:
        plain = _plain_string(self._text, at)
        if plain:
            return Node(plain[1], at, key), plain.end()
        mark = self._text[at : at + 1]
        value: Value
        if mark == "{":
            value, end = self._object(at, depth + 1)
        elif mark == "[":
            value, end = self._array(at, depth + 1)
        elif mark == '"':
            value, end = self._string(at)
        elif mark in _WORDS and self._text.startswith(_WORDS[mark][0], at):
            word, value = _WORDS[mark]
            end = at + len(word)
        else:
            value, end = self._number(at)
        return Node(value, at, key), end

    def _object(self, start: int, depth: int) -> tuple[dict[str, Node], int]:
        self._check_depth(start, depth)
        members: dict[str, Node] = {}
        at = self._space(start + 1)
        if self._text.startswith("}", at):
            return members, at + 1
        while True:
            key_offset = at
            key, at = self._key(at, members)
            members[key], at = self._value(at, depth, key_offset)
            at = self._space(at)
            if self._text.startswith("}", at):
                return members, at + 1
            at = self._after_comma(at, "}")

    def _array(self, start: int, depth: int) -> tuple[list[Node], int]:
        self._check_depth(start, depth)
        text, items = self._text, list[Node]()
        at = self._space(start + 1)
        if self._text.startswith("]", at):
            return items, at + 1
        while True:
            while found := _plain_item(text, at):
                items.append(Node(found[1], at))
                at = found.end()
            item, at = self._value(at, depth)
            items.append(item)
            at = self._space(at)
            if self._text.startswith("]", at):
                return items, at + 1
            at = self._after_comma(at, "]")

    def _key(self, at: int, members: dict[str, Node]) -> tuple[str, int]:
        if not self._text.startswith('"', at):
            raise self._fail(at, f"a key in double quotes was expected, {self._found(at)}")
        key, end = self._string(at)
        if key in members:
            first = self._source.position(members[key].key_offset).line
            raise self._fail(
                at,
                f"the key {json.dumps(key)} is there twice; first in line {first}",
                "merge the two: only one would count",
            )
        colon = self._space(end)
        if not self._text.startswith(":", colon):
            raise self._fail(colon, f"a colon was expected, {self._found(colon)}")
        return key, self._space(colon + 1)

    def _string(self, at: int) -> tuple[str, int]:
        plain = _plain_string(self._text, at)
        if plain:
            return plain[1], plain.end()
        try:
            text, end = _decode(self._text, at)
        except json.JSONDecodeError as error:
            raise self._bad_string(at, error) from None
        half = _surrogate(text)
        if half:
            raise self._fail(
                at, f"the string holds half of a surrogate pair, \\u{ord(half[0]):04x}"
            )
        return text, end

    def _bad_string(self, at: int, error: json.JSONDecodeError) -> Exception:
        if error.msg.startswith("Unterminated"):
            return self._fail(at, "the string that begins here has no end")
        if error.msg.startswith("Invalid control"):
            return self._fail(error.pos, "a string contains a line end or control character")
        return self._fail(error.pos, "a string contains a backslash that is not an escape of JSON")

    def _number(self, at: int) -> tuple[int | float, int]:
        found = _number(self._text, at)
        if found is None:
            raise self._fail(at, f"a value was expected, {self._found(at)}")
        if len(found[0]) > LONGEST_NUMBER:
            raise self._fail(at, "the number is too long")
        fraction, exponent = found.groups()
        return float(found[0]) if fraction or exponent else int(found[0]), found.end()

    def _after_comma(self, at: int, closing: str) -> int:
        if not self._text.startswith(",", at):
            raise self._fail(at, f"a comma or {closing} was expected, {self._found(at)}")
        after = self._space(at + 1)
        if self._text.startswith(closing, after):
            raise self._fail(at, f"there is a comma too many before {closing}")
        return after

    def _check_depth(self, at: int, depth: int) -> None:
        if depth > DEEPEST:
            raise self._fail(
                at, f"nested more than {DEEPEST} deep", "give it a policy: none is nested so deeply"
            )

    def _found(self, at: int) -> str:
        character = self._text[at : at + 1]
        return f"not {json.dumps(character)}" if character else "not the end of the text"
