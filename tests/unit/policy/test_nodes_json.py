"""The JSON reader reads what `json` reads, with the position of each value and each error."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_session.model.errors import ConfigurationError
from mfa_session.policy.nodes import DEEPEST, Node, parse
from mfa_session.policy.policy_text import PolicyText

if TYPE_CHECKING:
    from collections.abc import Iterator

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=20
)


def plain(node: Node) -> Any:
    """Return the value that `json` would read."""
    if isinstance(node.value, dict):
        return {key: plain(inner) for key, inner in node.value.items()}
    if isinstance(node.value, list):
        return [plain(inner) for inner in node.value]
    return node.value


def nodes(node: Node) -> Iterator[tuple[str | None, Node]]:
    """Yield each node with its key."""
    yield None, node
    inside = node.value if isinstance(node.value, dict) else {}
    for key, inner in inside.items():
        yield key, inner
        yield from nodes(inner)
    for inner in node.value if isinstance(node.value, list) else ():
        yield from nodes(inner)


def refusal(data: bytes | str) -> str:
    """Return the error of a refused text."""
    with pytest.raises(ConfigurationError) as caught:
        parse(PolicyText.of_bytes("p.json", data.encode() if isinstance(data, str) else data))
    assert caught.value.code == "bad-policy-json"
    return caught.value.message


@given(VALUES, st.sampled_from([None, 1, "\t"]), st.booleans())
def test_values_are_the_same_as_jsons(
    value: Any, indent: int | str | None, ascii_only: bool
) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert plain(parse(PolicyText("p.json", text))) == json.loads(text)


@given(VALUES, st.sampled_from([None, 1, "\t"]))
def test_each_value_and_key_has_its_position(value: Any, indent: int | str) -> None:
    text = json.dumps(value, indent=indent)
    decode = json.JSONDecoder().raw_decode
    for key, node in nodes(parse(PolicyText("p.json", text))):
        assert decode(text, node.offset)[0] == plain(node)
        if key is not None:
            assert decode(text, node.key_offset)[0] == key


@given(st.text(st.sampled_from('{}[]":,\\ \n\t0-1.eEu\x00ab"truefalsnl\u2028é'), max_size=30))
def test_any_text_is_read_like_json_or_refused(text: str) -> None:
    try:
        expected = json.loads(text, object_pairs_hook=unique)
    except ValueError:
        assert refusal(text).startswith("p.json:")
    else:
        assert plain(parse(PolicyText("p.json", text))) == expected


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError
    return dict(pairs)


@given(st.lists(st.sampled_from(["a", "é", "\r\n", "\n", "\u2028", "\x85"])))
def test_lines_and_columns_are_counted_as_editors_count(pieces: list[str]) -> None:
    text = "".join(pieces)
    source = PolicyText("p.json", text)
    for offset in range(len(text) + 1):
        line, column = source.position(offset)
        assert line == text.count("\n", 0, offset) + 1
        assert column == len(text[:offset].rpartition("\n")[2]) + 1
        assert source.line(line) == text.split("\n")[line - 1].removesuffix("\r")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "1:1: the text is empty"),
        (" \n ", "2:2: the text is empty"),
        ("{", "1:2: a key in double quotes was expected, not the end of the text"),
        ("{'a': 1}", '1:2: a key in double quotes was expected, not "\'"'),
        ('{"a" 1}', '1:6: a colon was expected, not "1"'),
        ('{"a": 1,}', "1:8: there is a comma too many before }"),
        ('{"a": 1 "b": 2}', '1:9: a comma or } was expected, not "\\""'),
        ("[1\n 2]", '2:2: a comma or ] was expected, not "2"'),
        ("[1", "1:3: a comma or ] was expected, not the end of the text"),
        ("[1] x", "1:5: something follows the end of the JSON"),
        ("// no", '1:1: a value was expected, not "/"'),
        ("NaN", '1:1: a value was expected, not "N"'),
        ("[-]", '1:2: a value was expected, not "-"'),
        ("[01]", '1:3: a comma or ] was expected, not "1"'),
        ("9" * 5000, "1:1: the number is too long"),
        ('["a', "1:2: the string that begins here has no end"),
        ('["a\n"]', "1:4: a string contains a line end or control character"),
        (r'["a\d"]', "1:4: a string contains a backslash that is not an escape of JSON"),
        (r'["a\ud800"]', r"1:2: the string holds half of a surrogate pair, \ud800"),
        (
            '{"a": 1,\n "b": 2,\n "a": 3}',
            '3:2: the key "a" is there twice; first in line 1',
        ),
        (b'\xff\xfe{\x00}\x00', "1:1: this is UTF-16, not UTF-8"),
        ('{\n "é": "'.encode() + b"\xe9", "2:8: not UTF-8"),
    ],
    ids=repr,
)  # fmt: skip
def test_an_error_has_its_position(text: str | bytes, said: str) -> None:
    assert refusal(text) == f"p.json:{said}"


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_too_deep_nesting_is_refused_with_its_position(opening: str, closing: str) -> None:
    said = f"p.json:1:{DEEPEST * len(opening) + 1}: nested more than {DEEPEST} deep"
    assert refusal(opening * 100_000) == said
    deepest = opening * DEEPEST + "1" + closing * DEEPEST
    assert plain(parse(PolicyText("p.json", deepest))) == json.loads(deepest)
