"""Read YAML into the same nodes as JSON, with positions, and expand CloudFormation's tags.

PyYAML (the extra `yaml`) parses the text into events. The tree is built here because PyYAML
recurses to compose one, and so that an alias stays one node and cannot explode.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from mfa_session.model.errors import ConfigurationError
from mfa_session.policy.json_text import DEEPEST, Node, listed, members_of

if TYPE_CHECKING:
    from mfa_session.policy.json_text import Value
    from mfa_session.policy.policy_text import PolicyText

INSTALL = "python -m pip install 'mfa-session[yaml]'"
MOST_NODES = 2_000_000
"""The limit of values after expanding aliases; the largest template has some ten thousand."""

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(\.[0-9]+)?").fullmatch
_WORDS: dict[str, bool | None] = {
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
        raise ConfigurationError(
            "no-yaml", f"{source.label} is YAML, and no YAML library is installed", INSTALL
        ) from None
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # PyYAML may be built without libyaml
    builder = _Builder(source)
    try:
        for event in yaml.parse(source.text, Loader=loader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _bad(source, mark.index if mark else 0, str(error.problem)) from None
    except yaml.reader.ReaderError as error:
        raise _bad(source, error.position, str(error.reason)) from None
    return builder.documents


class _Open(NamedTuple):
    """An open sequence or mapping; a mapping's `items` are keys and values in turn."""

    event: Any
    items: list[Node]


class _Builder:
    def __init__(self, source: PolicyText) -> None:
        self.documents: list[Node] = []
        self._source = source
        self._open: list[_Open] = []
        self._anchors: dict[str, Node] = {}
        self._sizes: dict[int, int] = {}

    def take(self, event: Any) -> None:
        kind = type(event).__name__
        if kind in {"SequenceStartEvent", "MappingStartEvent"}:
            if len(self._open) >= DEEPEST:
                raise _bad(self._source, event.start_mark.index, f"nested over {DEEPEST} deep")
            self._open.append(_Open(event, []))
        elif kind in {"SequenceEndEvent", "MappingEndEvent"}:
            opened = self._open.pop()
            is_mapping = kind == "MappingEndEvent"
            value = self._mapping(opened) if is_mapping else list(opened.items)
            self._add(opened.event, value, opened.items)
        elif kind == "ScalarEvent":
            self._add(event, _scalar(event), [])
        elif kind == "AliasEvent":
            node = self._anchors.get(event.anchor)
            if node is None:
                what = f"*{event.anchor} names no complete value above"
                raise _bad(self._source, event.start_mark.index, what)
            self._put(node)
        elif kind == "DocumentStartEvent":
            self._anchors = {}

    def _add(self, event: Any, value: Value, items: list[Node]) -> None:
        at = event.start_mark.index
        found = _PROPERTIES.match(self._source.text, at)
        node = Node(value, found.end() if found else at)
        tag = event.tag
        if tag and tag.startswith("!") and tag != "!":
            node = _spelt_out(tag[1:], node)
        self._sizes[id(node.value)] = self._size_of(items, at)
        if event.anchor:
            self._anchors[event.anchor] = node
        self._put(node)

    def _size_of(self, items: list[Node], at: int) -> int:
        size = 1 + sum(self._sizes.get(id(item.value), 1) for item in items)
        if size > MOST_NODES:
            raise _bad(self._source, at, f"aliases make more than {MOST_NODES:,} values of it")
        return size

    def _put(self, node: Node) -> None:
        if self._open:
            self._open[-1].items.append(node)
        elif node.value is not None:
            self.documents.append(node)

    def _mapping(self, opened: _Open) -> dict[str, Node]:
        """Return the members; own keys override merged ones (`<<`)."""
        members: dict[str, Node] = {}
        merged: dict[str, Node] = {}
        for key, value in zip(opened.items[::2], opened.items[1::2], strict=True):
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
        text = self._source.text
        return text[
            key.offset : text.find(":", key.offset)
        ].strip()  # `on:` and `1:` stay texts, not True and 1


def _scalar(event: Any) -> Value:
    """Return the value of a scalar, which is text unless it is plain.

    A date stays text (`Version: 2012-10-17`), as in JSON.
    """
    text: str = event.value
    plain, _ = event.implicit
    if not plain or event.style not in {None, ""}:
        return text
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    number = _NUMBER(text)
    if number is None:
        return text
    return float(text) if number[1] else int(text)


def _spelt_out(tag: str, node: Node) -> Node:
    """Return CloudFormation's long form: `{"Fn::Sub": x}` for `!Sub x`."""
    name = tag if tag in {"Ref", "Condition"} else f"Fn::{tag}"
    return Node({name: node}, node.offset)


def _bad(source: PolicyText, offset: int, what: str) -> ConfigurationError:
    return ConfigurationError(
        "bad-policy-yaml", f"{source.place(offset)}: {what}", "correct the YAML there"
    )
