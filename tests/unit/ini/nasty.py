"""Makes nasty INI files, and reads files as botocore does."""

from __future__ import annotations

import configparser
import io
from itertools import product
from typing import TYPE_CHECKING, NamedTuple, cast

import botocore.configloader
import botocore.exceptions
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAMES = ["a", "b", "profile a", "profile  b", 'profile "a b"', "DEFAULT", "ü", "a]b", " a "]
KEYS = ["aws_access_key_id", "AWS_Access_Key_Id", "region", "Region", "s3", "k", "a b", "#no", "İ"]
SOUND_KEYS = ["aws_access_key_id", "Region", "s3", "k", "a b", "İ"]
VALUES = ["", "x", "x = y", "a:b", "# no comment", "[x]", "%(x)s", "x # y", '"q"', "é\u2028z", "\0"]
INDENTS = ["", "", "", "", "", " ", "  ", "    ", "\t", "\u2003", "\x0b", "\x1c"]
DELIMITERS = [" = ", "=", ": ", " =", "\x0b=\x0b"]
REMARKS = ["# c", "; c", "# [a]", "#k = v", "  # deep", "\t; deep", "#"]
BLANKS = ["", "", "", " ", "\t", "\x0c", "\x85", "\u2028", "\x1c"]
ODD = [
    "text",
    "[",
    "[]",
    "[]]",
    "[x",
    "[x = 1",
    "= x",
    ": x",
    "[a] k = v",
    "\ufeff",
    "k",
    "\ufeff#",
]
ENDS = [
    ["\n"],
    ["\n"],
    ["\n"],
    ["\r\n"],
    ["\r"],
    ["\n", "\r\n"],
    ["\r", "\n"],
    ["\r\n", "\r", "\n"],
]

Section = tuple[tuple[str, str], list[str], list[tuple[str, list[str]]]]
"""Indentation and name, the lines below the header, and the settings: key and lines."""

HEADERS = [f"{i}[{n}]{after}" for i in INDENTS for n in NAMES for after in ("", " # c")]
SETTINGS = ["".join(parts) for parts in product(INDENTS, KEYS, DELIMITERS, VALUES)]
ODD_LINES = ["".join(parts) for parts in product(INDENTS, ODD)]
BETWEEN = [[], [], [], [], [""], *([line] for line in REMARKS + BLANKS), ["", "# c"], ["# c", ""]]
SOUND_HEADERS = [(i, n) for i in ("", "", "", "", " ", "   ") for n in NAMES]
SOUND_SETTINGS = [
    (key, [*lines, *between])
    for key, indent, value in product(SOUND_KEYS, ("", "", "", "  "), VALUES)
    for lines in (
        [f"{indent}{key} = {value}"],
        [f"{indent}{key}: {value}"],
        [
            f"{indent}{key} =",
            f"{indent}  deep = x",
            "",
            f"{indent} # c",
            f"{indent}\tdeep = {value}",
        ],
        [f"{indent}{key} = {value}", f"{indent}  more", "# c", f"{indent} and more"],
    )
    for between in BETWEEN
]

any_lines = st.lists(
    st.one_of(*map(st.sampled_from, [HEADERS, SETTINGS, SETTINGS, REMARKS, BLANKS, ODD_LINES])),
    max_size=12,
)


def sound_sections(*, filled: bool) -> st.SearchStrategy[list[Section]]:
    """Return what draws sections; `filled`: at least one, none empty, and no defaults."""
    settings = st.lists(
        st.sampled_from(SOUND_SETTINGS),
        unique_by=lambda setting: setting[0],
        min_size=int(filled),
        max_size=4,
    )
    headers = [header for header in SOUND_HEADERS if not filled or header[1] != "DEFAULT"]
    return st.lists(
        st.tuples(st.sampled_from(headers), st.sampled_from(BETWEEN), settings),
        unique_by=lambda section: section[0][1],
        min_size=int(filled),
        max_size=4,
    )


ANY_SECTIONS = sound_sections(filled=False)
FILLED_SECTIONS = sound_sections(filled=True)


@st.composite
def sound_lines(draw: st.DrawFn, *, filled: bool = False) -> list[str]:
    """Draw lines that are mostly readable: no name stands twice, and no key of a section."""
    lines = list(draw(st.sampled_from(BETWEEN)))
    for (indent, name), between, options in draw(FILLED_SECTIONS if filled else ANY_SECTIONS):
        lines += [f"{indent}[{name}]", *between]
        for _, option in options:
            lines += option
    return lines


@st.composite
def files(draw: st.DrawFn, *, sound: bool = False, filled: bool = False) -> bytes:
    """Draw the bytes of a file, with one kind of line ends or mixed ones."""
    readable = sound_lines(filled=filled)
    lines = draw(readable if sound or filled else st.one_of(readable, any_lines))
    ends = draw(st.sampled_from(ENDS))
    text = "".join(line + ends[row % len(ends)] for row, line in enumerate(lines))
    return (text.rstrip("\r\n") if draw(st.integers(0, 3)) == 0 else text).encode()


class Reading(NamedTuple):
    """What botocore reads: sections with nested blocks as text, and the defaults."""

    sections: dict[str, dict[str, str]]
    defaults: dict[str, str]


def read_as_botocore(path: Path, data: bytes) -> Reading | None:
    """Let botocore itself read a real file; None if it refuses."""
    path.unlink(missing_ok=True)  # rewriting in place is slow: file systems flush that
    path.write_bytes(data)
    try:
        botocore.configloader.raw_config_parse(str(path))
    except botocore.exceptions.ConfigParseError:
        return None
    sections = botocore.configloader.raw_config_parse(str(path), parse_subsections=False)
    parser = configparser.RawConfigParser()
    parser.read([path])
    return Reading(sections, dict(parser.defaults()))


def header_rows(data: bytes) -> dict[str, int]:
    """Find where each section begins, by watching configparser make its dictionaries."""
    text = io.StringIO(data.decode(), newline=None)
    row = -1
    made: list[int] = []

    def lines() -> Iterator[str]:
        nonlocal row
        for row, line in enumerate(text):  # noqa: B007 - watched from `dictionary`
            yield line

    def dictionary() -> dict[str, object]:
        made.append(row)
        return {}

    kind = cast("type[dict[str, str]]", dictionary)  # configparser calls it, and asks no more
    parser = configparser.RawConfigParser(dict_type=kind)
    parser.read_file(lines())
    begun = [at for at in made if at >= 0]
    return dict(zip(parser.sections(), begun, strict=True))
