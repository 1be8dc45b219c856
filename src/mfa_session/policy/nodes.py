"""Read JSON and YAML into nodes, with the position of each value and key.

JSON is that of RFC 8259 with limits: no key twice in an object, no half of a surrogate pair, and no
deeper nesting than in Terraform's plans. PyYAML (the extra `yaml`) parses YAML into events; the
tree is built here because PyYAML recurses to compose one, and so that an alias stays one node and
cannot explode. CloudFormation's tags are expanded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from mfa_session.model.errors import ConfigurationError
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
    return next(_JsonReader(source).read(lines=False))


def parse_lines(source: PolicyText) -> list[Node]:
    """Return the values of the text: one, or several, each at the beginning of a line.

    Raises ConfigurationError `bad-policy-json` with line and column.
    """
    return list(_JsonReader(source).read(lines=True))


class _JsonReader:
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

    def _inside(self, start: int, depth: int) -> int:
        if depth > DEEPEST:
            what = f"nested more than {DEEPEST} deep"
            raise self._fail(start, what, "give it a policy: none is nested so deeply")
        return self._space(start + 1)

    def _object(self, start: int, depth: int) -> tuple[Members, int]:
        members: Members = {}
        at = self._inside(start, depth)
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
        text, items = self._text, list[Node]()
        at = self._inside(start, depth)
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

    def _key(self, at: int, members: Members) -> tuple[str, int]:
        if not self._text.startswith('"', at):
            raise self._fail(at, f"a key in double quotes was expected, {self._found(at)}")
        key, end = self._string(at)
        if key in members:
            first = self._source.position(members[key].key_offset).line
            what = f"the key {json.dumps(key)} is there twice; first in line {first}"
            raise self._fail(at, what, "merge the two: only one would count")
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
            if error.msg.startswith("Unterminated"):
                raise self._fail(at, "the string that begins here has no end") from None
            is_control = error.msg.startswith("Invalid control")
            what = "line end or control character"
            what = what if is_control else "backslash that is not an escape of JSON"
            raise self._fail(error.pos, f"a string contains a {what}") from None
        half = _surrogate(text)
        if half:
            what = f"the string holds half of a surrogate pair, \\u{ord(half[0]):04x}"
            raise self._fail(at, what)
        return text, end

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

    def _found(self, at: int) -> str:
        character = self._text[at : at + 1]
        return f"not {json.dumps(character)}" if character else "not the end of the text"


MOST_NODES = 2_000_000
"""The limit of values after expanding aliases; the largest template has some ten thousand."""

_yaml_number = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(\.[0-9]+)?").fullmatch
_YAML_WORDS: dict[str, Value] = {
    **dict.fromkeys(("true", "yes", "on"), True),
    **dict.fromkeys(("false", "no", "off"), False),
    **dict.fromkeys(("null", "~", ""), None),
}
_PROPERTIES = re.compile(r"(?:[!&][^\s,\[\]{}]*\s+)*")  # tag and anchor, before the value


def parse_yaml(source: PolicyText) -> list[Node]:
    """Return the value of each document in the text, without empty ones.

    Raises ConfigurationError `no-yaml` without PyYAML, or `bad-policy-yaml` with line and column.
    """
    try:
        import yaml  # noqa: PLC0415  # an extra, and only for YAML
    except ImportError:
        what = f"{source.label} is YAML, and no YAML library is installed"
        hint = "python -m pip install 'mfa-session[yaml]'"
        raise ConfigurationError("no-yaml", what, hint) from None
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # PyYAML may be built without libyaml
    builder = _YamlBuilder(source)
    try:
        for event in yaml.parse(source.text, Loader=loader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _bad(source, mark.index if mark else 0, str(error.problem)) from None
    except yaml.reader.ReaderError as error:
        raise _bad(source, error.position, str(error.reason)) from None
    return builder.documents


class _YamlBuilder:
    def __init__(self, source: PolicyText) -> None:
        self.documents: list[Node] = []
        self._source = source
        # The sequences and mappings; a mapping's items are keys and values in turn.
        self._open: list[tuple[Any, list[Node]]] = []
        self._anchors: dict[str, Node] = {}
        self._sizes: dict[int, int] = {}

    def take(self, event: Any) -> None:
        kind = type(event).__name__
        at = event.start_mark.index
        if kind in {"SequenceStartEvent", "MappingStartEvent"}:
            if len(self._open) >= DEEPEST:
                raise _bad(self._source, at, f"nested over {DEEPEST} deep")
            self._open.append((event, []))
        elif kind in {"SequenceEndEvent", "MappingEndEvent"}:
            opened, items = self._open.pop()
            value = self._mapping(items) if kind == "MappingEndEvent" else items
            self._add(opened, value, items)
        elif kind == "ScalarEvent":
            self._add(event, _scalar(event), [])
        elif kind == "AliasEvent":
            node = self._anchors.get(event.anchor)
            if node is None:
                what = f"*{event.anchor} names no complete value above"
                raise _bad(self._source, at, what)
            self._put(node)
        elif kind == "DocumentStartEvent":
            self._anchors = {}

    def _add(self, event: Any, value: Value, items: list[Node]) -> None:
        at = event.start_mark.index
        found = _PROPERTIES.match(self._source.text, at)
        node = Node(value, found.end() if found else at)
        tag = event.tag
        if tag and tag.startswith("!") and tag != "!":
            # CloudFormation's long form: `{"Fn::Sub": x}` for `!Sub x`.
            name = tag[1:] if tag in {"!Ref", "!Condition"} else f"Fn::{tag[1:]}"
            node = Node({name: node}, node.offset)
        size = 1 + sum(self._sizes.get(id(item.value), 1) for item in items)
        if size > MOST_NODES:
            raise _bad(self._source, at, f"aliases make more than {MOST_NODES:,} values of it")
        self._sizes[id(node.value)] = size
        if event.anchor:
            self._anchors[event.anchor] = node
        self._put(node)

    def _put(self, node: Node) -> None:
        if self._open:
            self._open[-1][1].append(node)
        elif node.value is not None:
            self.documents.append(node)

    def _mapping(self, items: list[Node]) -> Members:
        """Return the members; own keys override merged ones (`<<`)."""
        members: Members = {}
        merged: Members = {}
        for key, value in zip(items[::2], items[1::2], strict=True):
            name = self._key(key)
            if name == "<<":
                for each in listed(value):
                    merged = {**members_of(each), **merged}
            elif name in members:
                what = f"the key {name!r} is there twice; only one would count"
                raise _bad(self._source, key.offset, what)
            else:
                members[name] = Node(value.value, value.offset, key.offset)
        return {**merged, **members}

    def _key(self, key: Node) -> str:
        if isinstance(key.value, (dict, list)):
            raise _bad(self._source, key.offset, "a key is a list or a mapping, not a text")
        if isinstance(key.value, str):
            return key.value
        # `on:` and `1:` stay texts, not True and 1.
        text = self._source.text
        return text[key.offset : text.find(":", key.offset)].strip()


def _scalar(event: Any) -> Value:
    text: str = event.value
    plain, _ = event.implicit
    if not plain or event.style not in {None, ""}:
        return text
    number = _yaml_number(text)
    if number:
        return float(text) if number[1] else int(text)
    # A date stays text (`Version: 2012-10-17`), as in JSON.
    return _YAML_WORDS.get(text.lower(), text)


def _bad(source: PolicyText, offset: int, what: str) -> ConfigurationError:
    what = f"{source.place(offset)}: {what}"
    return ConfigurationError("bad-policy-yaml", what, "correct the YAML there")
