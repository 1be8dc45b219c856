"""The editor of config.toml: only the settings asked for change, and every comment stays."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from mfa_session.files.settings_writer import with_settings
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.settings import SettingsFile

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from mfa_session.files.settings_writer import Place, Value

# Files of ours, as people write them

NAMES = ["mfa", "work", '"a.b"', "'it'", "books"]
VALUES = {
    "source_profile": ['"default"', "'x#y'", '"""a\n[sessions.mfa]\n# no comment\n"""'],
    "duration": ['"12h"', "43200", "'1h30m'"],
    "code": ['"auto"', "'prompt'"],
    "code_command": ['"op otp"', '["op", "otp"]', '[\n  "op",\n  "otp",\n]', "'''ykman\\n'''"],
    "profile": ['"mfa"'],
    "region": ['"eu-west-1"'],
    "insecure": ["true", "false"],
    "confirm": ["true"],
    "protect": ['["ec2:StopInstances"]', '[\n  "s3:rb", # buckets\n  # more\n]'],
}
KEYS = {
    "sessions": ["source_profile", "duration", "code", "code_command", "region"],
    "defaults": ["profile", "duration", "region"],
    "keyring": ["insecure"],
    "guard": ["confirm", "protect"],
}
gaps = st.sampled_from(["", "", "\n", "\n\n", "# c\n", "\n# above\n", "  # deep\n\n", "   \n"])
remarks = st.sampled_from(["", "", " # why", "  #x = 1", "\t# [guard]"])
spaces = st.sampled_from([" = ", "=", "   =  "])


@st.composite
def tables(draw: st.DrawFn, kind: str, header: str) -> str:
    """Draw one table: its header, keys, comments and gaps."""
    text = f"{header}{draw(remarks)}\n{draw(gaps)}"
    keys = draw(st.lists(st.sampled_from(KEYS[kind]), unique=True))
    for key in keys:
        indent = draw(st.sampled_from(["", "", "  "]))
        value = draw(st.sampled_from(VALUES[key]))
        text += f"{indent}{key}{draw(spaces)}{value}{draw(remarks)}\n{draw(gaps)}"
    return text


@st.composite
def settings_files(draw: st.DrawFn) -> bytes:
    """Draw a whole config.toml, its tables in any order."""
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=3))
    heads = [("sessions", f"[{draw(st.sampled_from(['', ' ']))}sessions.{name}]") for name in names]
    others = draw(st.lists(st.sampled_from(["defaults", "keyring", "guard"]), unique=True))
    heads += [(kind, f"[{kind}]") for kind in others]
    heads = draw(st.permutations(heads))
    text = draw(gaps) + "".join(draw(tables(kind, head)) for kind, head in heads)
    if draw(st.booleans()):
        text = text.rstrip("\n")
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    return text.encode()


places: dict[Place, st.SearchStrategy[Value]] = {
    ("sessions", "mfa", "duration"): st.sampled_from(["12h", "45m"]),
    ("sessions", "mfa", "mfa_serial"): st.sampled_from(["GAHT12345678", "arn:aws:iam::1:mfa/x"]),
    ("sessions", "a.b", "external_id"): st.sampled_from(['it\'s "quoted" \\ + x', "ü\n"]),
    ("sessions", "new", "source_profile"): st.just("default"),
    ("defaults", "profile"): st.just("new"),
    ("guard", "confirm"): st.booleans(),
}
edits = st.lists(st.sampled_from(sorted(places)), unique=True, max_size=4).flatmap(
    lambda chosen: st.fixed_dictionaries({place: places[place] for place in chosen})
)


def changed(data: bytes, values: dict[Place, Value]) -> dict[str, Any]:
    """Work out what the file should say afterwards."""
    document = tomllib.loads(data.decode())
    for place, value in values.items():
        table = document
        for name in place[:-1]:
            table = table.setdefault(name, {})
        table[place[-1]] = value
    return document


def rows(data: bytes) -> list[str]:
    """Return the lines without the blanks and ends behind them."""
    return [row.rstrip() for row in data.decode().split("\n")]


def comments(data: bytes) -> list[str]:
    """Return what follows a # in each line, in order: comments, and some texts that hold one."""
    return [row.partition("#")[2] for row in rows(data) if "#" in row]


def heads(data: bytes) -> list[list[str]]:
    """Return each header with the comments that stand directly above it."""
    found, above = [], []
    for row in rows(data):
        if row.lstrip().startswith("#"):
            above.append(row)
            continue
        if row.startswith("["):
            found.append([*above, row])
        above = []
    return found


def in_common(one: list[str], other: list[str]) -> int:
    """Return how many lines both have in the same order (the longest common subsequence)."""
    best = [0] * (len(other) + 1)
    for row in one:
        before = 0
        for place, other_row in enumerate(other, 1):
            kept = best[place]
            best[place] = before + 1 if row == other_row else max(kept, best[place - 1])
            before = kept
    return best[-1]


@given(data=settings_files(), values=edits)
def test_only_the_settings_asked_for_change(data: bytes, values: dict[Place, Value]) -> None:
    edited = with_settings(data, "config.toml", values)
    note(f"{data.decode()}\n----\n{edited.decode()}")
    assert tomllib.loads(edited.decode()) == changed(data, values)


@given(data=settings_files(), values=edits)
def test_every_line_and_comment_stays_in_its_place(data: bytes, values: dict[Place, Value]) -> None:
    edited = with_settings(data, "config.toml", values)
    note(f"{data.decode()}\n----\n{edited.decode()}")
    file = SettingsFile(path="config.toml", **tomllib.loads(data.decode()))
    replaced = [place for place, value in values.items() if file.value(place) not in (None, value)]
    before, after = [row for row in rows(data) if row], [row for row in rows(edited) if row]
    assert in_common(before, after) >= len(before) - len(replaced)
    assert comments(edited) == comments(data)
    left = iter(heads(edited))
    assert all(head in left for head in heads(data))


@given(data=settings_files(), values=edits)
def test_the_same_again_changes_nothing(data: bytes, values: dict[Place, Value]) -> None:
    edited = with_settings(data, "config.toml", values)
    assert with_settings(edited, "config.toml", values) == edited


@given(data=settings_files(), values=edits)
def test_line_ends_are_the_files_own(data: bytes, values: dict[Place, Value]) -> None:
    edited = with_settings(data, "config.toml", values)
    note(f"{data!r}\n{edited!r}")
    if b"\n" in data:
        crlf = data.partition(b"\n")[0].endswith(b"\r")
        assert edited.count(b"\n") == edited.count(b"\r\n") + (0 if crlf else edited.count(b"\n"))
    assert edited.startswith(data[:1])


def test_a_new_table_precedes_the_comments_of_the_next() -> None:
    data = b"""\
[sessions.mfa]
code = "auto"
# duration = "1h"

# Where secrets are kept
[keyring]
insecure = false
"""
    values: dict[Place, Value] = {
        ("sessions", "mfa", "mfa_serial"): "GAHT12345678",
        ("sessions", "work", "code"): "prompt",
        ("guard", "confirm"): True,
    }
    assert (
        with_settings(data, "config.toml", values).decode()
        == """\
[sessions.mfa]
code = "auto"
mfa_serial = "GAHT12345678"
# duration = "1h"

[sessions.work]
code = "prompt"

# Where secrets are kept
[keyring]
insecure = false

[guard]
confirm = true
"""
    )


@pytest.mark.parametrize(
    "data",
    [
        "sessions = { mfa = { code = 'auto' } } # in one line\n",
        "sessions.mfa.code = 'auto'\n",
        "[sessions]\nmfa.code = 'auto'\n",
        "[sessions]\nmfa = { code = 'auto' }\n",
        "[sessions]\n",
        "sessions = {}\n[guard]\n",
        "[sessions.mfa]\n[guard]\n[sessions.books]\nvia = 'mfa'\n",
    ],
)
def test_rarer_spellings_are_written_too(data: str) -> None:
    values: dict[Place, Value] = {
        ("sessions", "mfa", "mfa_serial"): "GAHT12345678",
        ("sessions", "work", "code"): "prompt",
        ("guard", "confirm"): True,
    }
    edited = with_settings(data.encode(), "config.toml", values)
    assert tomllib.loads(edited.decode()) == changed(data.encode(), values)
    assert ("# in one line" in data) == (b"# in one line" in edited)


@pytest.mark.parametrize(
    "data",
    [
        "[sessions.mfa]\ncode_command = [\n  'op', # 1Password\n  'otp'\n]\n",
        "[sessions]\nmfa = 1\n",
    ],
)
def test_an_edit_that_would_lose_something_is_refused(data: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        with_settings(data.encode(), "/x/config.toml", {("sessions", "mfa", "code_command"): "op"})
    assert refused.value.code == "edit-refused"
    assert refused.value.message == (
        "/x/config.toml: sessions.mfa.code_command cannot be set without changing other lines"
    )
    assert refused.value.hint == 'write it there yourself: code_command = "op" in [sessions.mfa]'
