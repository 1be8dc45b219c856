"""Nasty files: edited without touching the rest, or refused with the right line."""

from __future__ import annotations

from pathlib import Path

import pytest

from ini.nasty import read_as_botocore
from mfa_session.ini.document import IniDocument, only_differs_in
from mfa_session.ini.reader import UnreadableText

CORPUS = Path(__file__).parent / "corpus"
READABLE = sorted(CORPUS.glob("readable/*.ini"))
REFUSED = sorted(CORPUS.glob("refused/*.ini"))
VALUES = {"aws_access_key_id": "ASIANEW", "expiration": "2026-01-01T00:00:00Z"}


def made_profiles(count: int) -> bytes:
    """Make a file of many profiles, with mfa in the middle."""
    others = [
        f"[p{n}]\naws_access_key_id = AKIA{n}\naws_secret_access_key = x{n}\nregion = r\n\n"
        for n in range(count)
    ]
    middle = "[mfa]\naws_access_key_id = ASIAOLD\nkept = 1\n\n# of after\n[after]\nregion = x\n\n"
    return "".join([*others[: count // 2], middle, *others[count // 2 :]]).encode()


CASES = {path.stem: path.read_bytes() for path in READABLE} | {"thousand": made_profiles(1000)}


def test_the_corpus_is_there() -> None:
    assert (len(READABLE), len(REFUSED)) == (17, 14)


@pytest.mark.parametrize("data", CASES.values(), ids=CASES)
def test_setting_keeps_every_byte_outside_the_section(tmp_path: Path, data: bytes) -> None:
    before = read_as_botocore(tmp_path / "old", data)
    assert before is not None
    document = IniDocument(data, "credentials")
    edited = document.with_values("mfa", VALUES)
    after = read_as_botocore(tmp_path / "new", edited.data)
    assert after is not None
    assert after.sections == {**before.sections, "mfa": {**before.sections["mfa"], **VALUES}}
    assert edited.data.startswith(data[: data.index(b"[mfa]")])
    assert edited.data.endswith(data[data.index(b"# of after") :])
    assert only_differs_in("mfa", document, edited)


@pytest.mark.parametrize("data", CASES.values(), ids=CASES)
def test_line_ends_of_the_section_are_used(data: bytes) -> None:
    edited = IniDocument(data, "credentials").with_values("mfa", VALUES).data
    old = data[data.index(b"[mfa]") : data.index(b"# of after")]
    new = edited[edited.index(b"[mfa]") : edited.index(b"# of after")]
    ends = {line[len(line.rstrip(b"\r\n")) :] for line in old.splitlines(keepends=True)}
    assert {line[len(line.rstrip(b"\r\n")) :] for line in new.splitlines(keepends=True)} == ends


@pytest.mark.parametrize("data", CASES.values(), ids=CASES)
def test_removing_the_section_keeps_the_others(tmp_path: Path, data: bytes) -> None:
    before = read_as_botocore(tmp_path / "old", data)
    assert before is not None
    document = IniDocument(data, "credentials")
    edited = document.without_keys("mfa", before.sections["mfa"])
    after = read_as_botocore(tmp_path / "new", edited.data)
    assert after is not None
    left = {name: values for name, values in before.sections.items() if name != "mfa"}
    assert after.sections == left
    assert b"mfa" not in edited.data
    head = data[: data.index(b"# of mfa" if b"# of mfa" in data else b"[mfa]")]
    assert edited.data.startswith(head.rstrip())
    assert edited.data.endswith(data[data.index(b"# of after") :])
    assert only_differs_in("mfa", document, edited)


@pytest.mark.parametrize("data", CASES.values(), ids=CASES)
def test_appending_a_section_keeps_every_byte(data: bytes) -> None:
    document = IniDocument(data, "credentials")
    edited = document.with_values("new", VALUES)
    assert edited.data.startswith(data)
    assert edited.data[len(data) :].split() == [
        b"[new]",
        *b"aws_access_key_id = ASIANEW expiration = 2026-01-01T00:00:00Z".split(),
    ]
    assert only_differs_in("new", document, edited)


@pytest.mark.parametrize("path", REFUSED, ids=lambda path: path.stem)
def test_unreadable_file_is_refused_with_its_line(tmp_path: Path, path: Path) -> None:
    data = path.read_bytes()
    assert read_as_botocore(tmp_path / "file", data) is None
    with pytest.raises(UnreadableText) as caught:
        IniDocument(data, "/home/carol/.aws/credentials")
    assert caught.value.line == int(path.stem.split("_")[1])
    assert caught.value.what
    assert caught.value.hint
