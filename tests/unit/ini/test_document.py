"""The INI editor, rule by rule, on files that fit the eye."""

from __future__ import annotations

import pytest

from mfa_session.ini import reader
from mfa_session.ini.document import IniDocument, only_differs_in, only_sets
from mfa_session.ini.reader import Reader

FILE = """\
# top

# of a
[a]
k = 1

# floating

# of b
[b]
s3 =
  deep = 1
# at the margin
  # deep remark
  deeper = 2
UPPER:old
# after the keys
"""


def parse(text: str) -> IniDocument:
    """Parse a text."""
    return IniDocument(text.encode(), "credentials")


def test_reading_gives_names_and_values() -> None:
    document = parse(FILE)
    assert document.names() == ["a", "b"]
    assert document.section("a") == {"k": "1"}
    assert document.section("b") == {"s3": "\ndeep = 1\ndeeper = 2", "upper": "old"}
    assert document.section("c") is None


def test_defaults_show_in_every_section() -> None:
    document = parse("[DEFAULT]\nregion = x\n[a]\n[b]\nregion = y\n")
    assert document.names() == ["a", "b"]
    assert (document.section("a"), document.section("b")) == ({"region": "x"}, {"region": "y"})


def test_changed_key_keeps_place_and_spelling() -> None:
    assert parse(FILE).with_values("b", {"upper": "new"}).data.decode() == FILE.replace(
        "UPPER:old", "UPPER = new"
    )


def test_a_changed_nested_block_is_replaced_except_comments_at_the_margin() -> None:
    edited = parse(FILE).with_values("b", {"s3": "x"})
    assert edited.data.decode() == FILE.replace(
        "s3 =\n  deep = 1\n# at the margin\n  # deep remark\n  deeper = 2\n",
        "s3 = x\n# at the margin\n",
    )


def test_new_key_follows_the_last_one() -> None:
    assert parse(FILE).with_values("a", {"n": "2"}).data.decode() == FILE.replace(
        "k = 1\n", "k = 1\nn = 2\n"
    )


def test_new_key_takes_the_indentation_of_the_last_one() -> None:
    edited = parse("[a]\n\tk = 1\n\t[b]\n").with_values("a", {"n": "2"})
    assert edited.data == b"[a]\n\tk = 1\n\tn = 2\n\t[b]\n"
    assert edited.names() == ["a", "b"]


def test_new_key_of_an_empty_section_does_not_swallow_an_indented_header() -> None:
    edited = parse("[a]\n  [b]\nk = 1\n").with_values("a", {"n": "2"})
    assert edited.data == b"[a]\n  n = 2\n  [b]\nk = 1\n"


def test_unchanged_value_is_not_rewritten() -> None:
    document = parse("[a]\nK   :   v   \n")
    assert document.with_values("a", {"k": "v"}).data == document.data


def test_new_section_is_set_off_by_one_blank_line() -> None:
    assert IniDocument(b"", "x").with_values("n", {"k": "v"}).data == b"[n]\nk = v\n"
    assert parse("[a]").with_values("n", {"k": "v"}).data == b"[a]\n\n[n]\nk = v\n"
    # One of its own, which goes with it: those at the end stay.
    assert parse("[a]\n\n").with_values("n", {"k": "v"}).data == b"[a]\n\n\n[n]\nk = v\n"
    assert parse("[a]\r\n").with_values("n", {"k": "v"}).data == (b"[a]\r\n\r\n[n]\r\nk = v\r\n")


def test_new_section_of_the_config_has_the_word_profile() -> None:
    assert IniDocument(b"", "x").with_values("profile n", {"k": "v"}).names() == ["profile n"]


def test_none_removes_a_key_and_keeps_the_header() -> None:
    assert parse("[a]\nk = 1\n").with_values("a", {"k": None}).data == b"[a]\n"
    assert parse("[a]\n").with_values("b", {"k": None}).data == b"[a]\n"


def test_section_with_keys_left_keeps_them() -> None:
    assert parse(FILE).without_keys("b", ["UPPER"]).data.decode() == FILE.replace("UPPER:old\n", "")


def test_section_goes_with_its_own_comments_only() -> None:
    assert parse(FILE).without_keys("a", ["k", "n"]).data.decode() == FILE.replace(
        "# of a\n[a]\nk = 1\n\n", ""
    )
    assert parse(FILE).without_keys("b", ["s3", "upper"]).data.decode() == (
        "# top\n\n# of a\n[a]\nk = 1\n\n# floating\n"
    )


@pytest.mark.parametrize(
    ("before", "after"), [("\n", "\n\n\n[b]\n"), ("\n\n", ""), ("\n", "\n\n"), ("", "[b]\n")]
)
def test_a_section_takes_one_blank_line_with_it_and_no_more(before: str, after: str) -> None:
    edited = parse(f"[a]\n{before}[n]\nk = v\n{after}").without_keys("n", ["k"])
    assert edited.data.decode() == f"[a]\n{before[1:]}{after}"


def test_comment_right_above_the_next_header_is_the_next_ones() -> None:
    edited = parse("[a]\n# mine\nk = 1\n# yours\n[b]\n").without_keys("a", ["k"])
    assert edited.data == b"# yours\n[b]\n"
    edited = parse("[a]\nk = 1\n# above\n[DEFAULT]\nx = y\n").without_keys("a", ["k"])
    assert edited.data == b"# above\n[DEFAULT]\nx = y\n"


@pytest.mark.parametrize("following", ["  [d]\n", " [d]\nm = 1\nm2 = 2\n", "\t[DEFAULT]\nm = 1\n"])
def test_a_header_stays_if_the_next_one_would_become_a_value(following: str) -> None:
    document = parse("[b]\nn = 2\n[c]\nx = 1\n" + following.lstrip(" \t"))
    assert document.without_keys("c", ["x"]).names() == [n for n in document.names() if n != "c"]
    document = parse("[b]\nn = 2\n[c]\n" + following)
    assert document.without_keys("c", ["x"]).data == document.data


def test_removing_what_is_not_there_changes_nothing() -> None:
    document = parse(FILE)
    assert document.without_keys("nobody", ["k"]).data == document.data
    assert document.without_keys("a", ["nothing"]).data == document.data


@pytest.mark.parametrize(
    "name", ["", " a", "a ", "a b c", "a\nb", "a]", "[a", "DEFAULT", "ü", 'profile "a"', "profile "]
)
def test_name_that_some_sdk_could_not_read_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not a portable section name"):
        IniDocument(b"", "x").with_values(name, {"k": "v"})


@pytest.mark.parametrize("key", ["", "a b", "a=b", "a:b", "#a", "[a]", "ü", "a\n"])
def test_key_that_would_be_read_differently_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        IniDocument(b"", "x").with_values("a", {key: "v"})


@pytest.mark.parametrize("value", [" v", "v ", "v\n", "a\nb", "a\rb", "a\u2028b", "\x0b", "a\0"])
def test_value_that_would_be_read_differently_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="the value of k"):
        IniDocument(b"", "x").with_values("a", {"k": value})


@pytest.mark.parametrize(
    "new",
    [
        "[a]\nk = 1\n[mfa]\nx = 2\n[b]\nk = 3\n",
        "[a]\nk = 1\n# gone\n[mfa]\nx = 1\n[b]\nk = 2\n",
        "[a]\nK = 1\n[mfa]\nx = 1\n[b]\nk = 2\n",
        "[mfa]\nx = 1\n[b]\nk = 2\n",
        "[a]\nk = 1\n[mfa]\nx = 1\n[b]\nk = 2\n[c]\n",
        "[b]\nk = 2\n[a]\nk = 1\n[mfa]\nx = 1\n",
        "",
    ],
)
def test_comparison_sees_any_change_elsewhere(new: str) -> None:
    old = parse("[a]\nk = 1\n[mfa]\nx = 1\n[b]\nk = 2\n")
    assert not only_differs_in("mfa", old, parse(new))
    assert only_differs_in("mfa", old, parse("[a]\nk = 1\n[b]\nk = 2\n"))
    assert only_differs_in("mfa", old, parse("[a]\nk = 1\n[mfa]\nx = 2\ny = 3\n[b]\nk = 2\n"))


@pytest.mark.parametrize(
    "new",
    [
        "[a]\nk = 1\n[mfa]\nx = 2\n[b]\nk = 3\n[c]\nx = 3\n\n[d]\nx = 4\n",
        "[a]\nk = 1\n[mfa]\nx = 2\n# new\n[b]\nk = 2\n# gone\n[c]\nx = 3\n\n[d]\nx = 4\n",
        "[a]\nk = 1\n[mfa]\nx = 2\n[b]\nk = 2\n[c]\nx = 3\n[d]\nx = 4\n[e]\nx = 5\n",
        "[a]\nk = 1\n[b]\nk = 2\n[c]\nx = 3\n[d]\nx = 4\n",
        "[a]\nk = 1\n[mfa]\nx = 2\n[d]\nx = 4\n[b]\nk = 2\n[c]\nx = 3\n",
    ],
)
def test_comparison_of_several_sections_sees_any_change_elsewhere(new: str) -> None:
    old = parse("[a]\nk = 1\n[mfa]\nx = 1\n[b]\nk = 2\n[c]\nx = 1\n")
    assert not only_sets({"mfa", "c", "d"}, old, parse(new))
    right = "[a]\nk = 1\n[mfa]\nx = 2\n[b]\nk = 2\n[c]\nx = 3\n\n[d]\nx = 4\n"
    assert only_sets({"mfa", "c", "d"}, old, parse(right))


def test_sections_that_mention_a_text_are_found_unread() -> None:
    document = IniDocument(b"[a]\nk = ASIA1\n[b]\nk = AKIA\n[c]\n# ASIA\n", "credentials")
    assert document.names_mentioning("ASIA") == ["a", "c"]


def test_defaults_mention_for_every_section() -> None:
    document = IniDocument(b"[DEFAULT]\nx = ASIA1\n[a]\nk = v\n[b]\nk = v\n", "credentials")
    assert document.names_mentioning("ASIA") == ["a", "b"]


def test_changing_a_section_that_was_read_changes_no_later_reading() -> None:
    document = parse(FILE)
    said = document.section("a")
    assert said is not None
    said["k"] = "3"
    assert document.section("a") == {"k": "1"}


def test_an_edited_document_shows_the_edit_after_both_were_read() -> None:
    document = parse(FILE)
    assert document.section("a") == {"k": "1"}
    edited = document.with_values("a", {"k": "2"})
    assert (document.section("a"), edited.section("a")) == ({"k": "1"}, {"k": "2"})
    assert edited.without_keys("a", ["k"]).section("a") is None


def test_a_section_asked_for_many_times_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str] = []

    def read(text: str) -> Reader:
        texts.append(text)
        return Reader(text)

    monkeypatch.setattr(reader, "Reader", read)
    parsed = parse(FILE)
    for _ in range(3):
        parsed.section("b")
    assert sum("[b]" in text for text in texts) == 1


def test_sections_of_the_same_text_are_compared_without_being_read() -> None:
    text = "".join(f"[s{number}]\nregion = eu-west-1\n" for number in range(100))
    old = IniDocument(text.encode(), "")
    new = old.with_values("s50", {"region": "eu-west-2"})
    assert only_sets(["s50"], old, new)
    assert only_differs_in("s50", old, new)
    assert not only_sets(["s51"], old, new)
    assert len(old._read) < 5


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[DEFAULT]\nk = 1\n[a]\nx = 1\n[b]\n", "[DEFAULT]\nk = 2\n[a]\nx = 1\n[b]\n"),
        ("[a]\nx = 1\n[b]\n", "[a]\nx = 2\n[b]\n"),
    ],
)
def test_another_default_or_another_text_is_a_difference(before: str, after: str) -> None:
    old, new = (IniDocument(text.encode(), "") for text in (before, after))
    assert not old.reads_alike("a", new)
    spaced = IniDocument(before.replace("x = 1", "x  =  1").encode(), "")
    assert old.reads_alike("a", spaced)
