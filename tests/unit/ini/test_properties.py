"""The INI editor against botocore itself, on generated files."""

from __future__ import annotations

import locale
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, example, given, note
from hypothesis import strategies as st

from ini.nasty import Reading, any_lines, files, header_rows, read_as_botocore
from mfa_session.ini.document import IniDocument, only_differs_in, only_sets
from mfa_session.ini.reader import UnreadableText

if TYPE_CHECKING:
    from pathlib import Path

ALL = "all that the section has"
HEADS = ["k =", "s3 =", "  deep =", "    x =", "# c =", "", "# c", "  [b =", "[x =", "a:b =", "  ="]
RESTS = ["", "", "x", " x", "x]", " # x", "x = y", "\x0bz", "é\u2028z", "\x1c"]
rests = st.lists(st.sampled_from(RESTS), min_size=5, max_size=5)

indexes = st.integers(0, 4)
values = st.sampled_from(["x", "new", "", "a = b", "# v", "ASIA/+==", "ü"])
edits = st.dictionaries(
    st.sampled_from(["aws_access_key_id", "region", "s3", "k", "expiration", "REGION2"]),
    st.one_of(st.none(), values, values),
    max_size=4,
)
key_sets = st.sets(st.sampled_from(["aws_access_key_id", "region", "s3", "k", "a b", "i̇", ALL]))


@pytest.fixture(scope="session")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a path for the file that botocore reads."""
    assert locale.getpreferredencoding(do_setlocale=False).upper() == "UTF-8"
    return tmp_path_factory.mktemp("ini") / "credentials"


def parse(data: bytes) -> IniDocument | None:
    """Parse, or None if refused."""
    try:
        return IniDocument(data, "credentials")
    except UnreadableText:
        return None


def reading_of(document: IniDocument | None) -> dict[str, dict[str, str] | None] | None:
    """Return all that a document says, in order."""
    if document is None:
        return None
    return {name: document.section(name) for name in document.names()}


def check_reading(path: Path, data: bytes) -> None:
    """Assert that we refuse what botocore refuses, and read what it reads."""
    theirs = read_as_botocore(path, data)
    ours = reading_of(parse(data))
    note(f"{data!r}\nbotocore: {theirs}\nours: {ours}")
    assert ours == (None if theirs is None else theirs.sections)
    if theirs is not None and ours is not None:
        assert list(ours) == list(theirs.sections)


def sound_document(path: Path, data: bytes) -> tuple[IniDocument, Reading]:
    """Parse a file that botocore can read; pass over others."""
    theirs = read_as_botocore(path, data)
    assume(theirs is not None)
    assert theirs is not None
    # Removing what overrides a nested default with a flaw would uncover the flaw: refused.
    assume(not any(value.startswith("\n") for value in theirs.defaults.values()))
    return IniDocument(data, "credentials"), theirs


def nth_name(before: Reading, index: int) -> str:
    """Return the name of some section, or of one that is not there yet."""
    names = [*before.sections, "new"]
    return names[index % len(names)]


def some_keys(before: Reading, name: str, keys: set[str]) -> set[str]:
    """Return the keys to remove: as drawn, or all."""
    return keys - {ALL} | (before.sections.get(name, {}).keys() if ALL in keys else set())


def changed(before: Reading, name: str, edit: dict[str, str | None]) -> dict[str, dict[str, str]]:
    """Work out what botocore should read after an edit."""
    section = dict(before.sections.get(name, before.defaults))
    for key, value in edit.items():
        section.pop(key.lower(), None)
        if value is not None:
            section[key.lower()] = value
        elif key.lower() in before.defaults:
            section[key.lower()] = before.defaults[key.lower()]
    if name not in before.sections and not any(v is not None for v in edit.values()):
        return before.sections
    return {**before.sections, name: section}


@given(data=files())
def test_reading_equals_botocore(path: Path, data: bytes) -> None:
    check_reading(path, data)


@given(
    text=st.text(alphabet="[]=:#; \t\n\r\x0b\x0c\x1c\x85\u2028\u2003aAİ%\"'\0\ufeffD", max_size=40)
)
def test_reading_random_text_equals_botocore(path: Path, text: str) -> None:
    check_reading(path, text.encode())


@given(data=files(sound=True), place=st.integers(0, 400), junk=st.binary(min_size=1, max_size=2))
def test_reading_damaged_bytes_equals_botocore(
    path: Path, data: bytes, place: int, junk: bytes
) -> None:
    check_reading(path, data[:place] + junk + data[place:])


@given(lines=any_lines, count=st.integers(2, 5))
def test_repeated_shapes_are_read_as_botocore_does(
    path: Path, lines: list[str], count: int
) -> None:
    body = "\n".join(lines)
    check_reading(path, "\n".join(f"[s{n}]\n{body}" for n in range(count)).encode())


@given(heads=st.lists(st.sampled_from(HEADS), max_size=5), rests=st.lists(rests, min_size=2))
def test_sections_of_one_shape_are_read_as_botocore_does(
    path: Path, heads: list[str], rests: list[list[str]]
) -> None:
    lines = []
    for number, section in enumerate(rests):
        lines.append(f"[s{number}]")
        lines += [head + rest for head, rest in zip(heads, section, strict=False)]
    check_reading(path, "\n".join(lines).encode())


@given(data=files(sound=True), index=indexes, edit=edits)
def test_setting_changes_what_botocore_reads_of_one_section_only(
    path: Path, data: bytes, index: int, edit: dict[str, str | None]
) -> None:
    document, before = sound_document(path, data)
    name = nth_name(before, index)
    edited = document.with_values(name, edit)
    note(f"{data!r}\n{edited.data!r}")
    after = read_as_botocore(path, edited.data)
    assert after == Reading(changed(before, name, edit), before.defaults)
    assert [n for n in after.sections if n != name] == [n for n in before.sections if n != name]
    assert only_differs_in(name, document, edited)


@given(data=files(sound=True), changes=st.dictionaries(indexes, edits, max_size=3))
@example(data=b"[a]\nregion = x", changes={0: {"region": None}, 1: {"region": "y"}})
@example(data=b"[a]\nregion = \r\n", changes={1: {"region": "y"}, 0: {"region": None}})
def test_setting_several_sections_at_once_is_setting_one_after_the_other(
    path: Path, data: bytes, changes: dict[int, dict[str, str | None]]
) -> None:
    document, before = sound_document(path, data)
    named = {nth_name(before, index): edit for index, edit in changes.items()}
    one_by_one = document
    # New ones last: a line end that a removal takes away is no longer there to be used.
    for name, edit in sorted(named.items(), key=lambda change: change[0] not in before.sections):
        one_by_one = one_by_one.with_values(name, edit)
    at_once = document.with_sections(named)
    note(f"{data!r}\n{at_once.data!r}")
    assert at_once.data == one_by_one.data
    assert only_sets(named, document, at_once)
    changed_names = [name for name in named if document.section(name) != at_once.section(name)]
    assert only_sets(named.keys() - changed_names[:1], document, at_once) is not bool(changed_names)


@given(data=files(sound=True), index=indexes, edit=edits)
def test_setting_leaves_the_bytes_outside_the_section(
    path: Path, data: bytes, index: int, edit: dict[str, str | None]
) -> None:
    document, before = sound_document(path, data)
    name = nth_name(before, index)
    edited = document.with_values(name, edit).data
    note(f"{data!r}\n{edited!r}")
    if name in before.sections:
        lines = data.splitlines(keepends=True)
        rows = header_rows(data)
        end = min((row for row in rows.values() if row > rows[name]), default=len(lines))
        assert edited.startswith(b"".join(lines[: rows[name] + 1]).rstrip(b"\r\n"))
        assert edited.endswith(b"".join(lines[end:]))
    else:
        assert edited.startswith(data)


@given(data=files(sound=True), index=indexes, keys=key_sets)
def test_removing_keys_changes_what_botocore_reads_of_one_section_only(
    path: Path, data: bytes, index: int, keys: set[str]
) -> None:
    document, before = sound_document(path, data)
    name = nth_name(before, index)
    keys = some_keys(before, name, keys)
    edited = document.without_keys(name, keys)
    note(f"{data!r}\n{edited.data!r}")
    after = read_as_botocore(path, edited.data)
    assert after is not None
    expected = changed(before, name, dict.fromkeys(keys))
    if name not in after.sections and name in expected:
        left = expected.pop(name)
        assert left.items() <= before.defaults.items()
    assert after == Reading(expected, before.defaults)
    assert only_differs_in(name, document, edited)


@given(data=files(filled=True), index=indexes, keys=key_sets)
def test_removing_keys_removes_nothing_of_others(
    path: Path, data: bytes, index: int, keys: set[str]
) -> None:
    document, before = sound_document(path, data)
    name = nth_name(before, index % len(before.sections))
    keys = some_keys(before, name, keys)
    edited = document.without_keys(name, keys).data
    note(f"{data!r}\n{edited!r}")
    lines = data.splitlines(keepends=True)
    rows = header_rows(data)
    end = min((row for row in rows.values() if row > rows[name]), default=len(lines))
    head = b"".join(lines[: rows[name]])
    kept_head = edited[: len(head)] if edited.startswith(head) else edited
    cut = [line for line in lines[: rows[name]] if line not in kept_head.splitlines(keepends=True)]
    assert all(not line.strip() or line.decode().lstrip()[0] in "#;" for line in cut)
    assert edited.endswith(b"".join(lines[end:]).lstrip())


@given(data=files(sound=True), index=indexes, edit=edits, keys=key_sets)
def test_the_same_edit_again_changes_nothing(
    path: Path, data: bytes, index: int, edit: dict[str, str | None], keys: set[str]
) -> None:
    document, before = sound_document(path, data)
    name = nth_name(before, index)
    keys = some_keys(before, name, keys)
    once = document.with_values(name, edit)
    assert once.with_values(name, edit).data == once.data
    less = once.without_keys(name, keys)
    assert less.without_keys(name, keys).data == less.data


@given(data=files(sound=True), edit=st.dictionaries(st.sampled_from(["k", "x", "y"]), values))
def test_removing_an_added_section_restores_the_bytes(
    path: Path, data: bytes, edit: dict[str, str]
) -> None:
    data = data if not data or data.endswith((b"\r", b"\n")) else data + b"\n"
    document, before = sound_document(path, data)
    assert "new" not in before.sections
    added = document.with_values("new", edit)
    note(f"{data!r}\n{added.data!r}")
    assert added.without_keys("new", edit).data == data


@given(data=files(filled=True), index=indexes, value=values)
def test_removing_an_added_key_restores_the_bytes(
    path: Path, data: bytes, index: int, value: str
) -> None:
    data = data if data.endswith((b"\r", b"\n")) else data + b"\n"
    document, before = sound_document(path, data)
    name = nth_name(before, index % len(before.sections))
    assume(before.sections[name])
    added = document.with_values(name, {"brand_new": value})
    note(f"{data!r}\n{added.data!r}")
    assert added.data != data
    assert added.without_keys(name, ["brand_new"]).data == data
