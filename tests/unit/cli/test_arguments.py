"""The plain reader reads as click does, and reads what runs before every `aws`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given as given_by
from hypothesis import strategies as st

from mfa_session.cli import click_tree
from mfa_session.cli.arguments import read_plainly
from mfa_session.cli.spec.commands import COMMON, all_commands

if TYPE_CHECKING:
    from mfa_session.cli.arguments import Call
    from mfa_session.cli.spec.commands import Option

Reading = tuple[str, dict[str, Any], tuple[str, ...]]

WORDS = ["mfa", "-", "--", "-v", "", "=", "a=b", "--json", "-x", "--nosuch", "12h", "0", "x y", "ü"]
DURATIONS = ["900", "45m", "1h30m", "0", "13x", "", "-5", "12H"]


def normal(call: Call) -> Reading:
    """Return a reading in one shape: what may be repeated as a tuple."""
    values = {
        name: tuple(value) if isinstance(value, (list, tuple)) else value
        for name, value in call.values.items()
    }
    return call.command.name, values, tuple(call.rest)


def read_by_click(argv: list[str]) -> Reading | None:
    """Return what click reads, or None where it shows help or an error."""
    readings: list[Reading] = []

    def dispatch(call: Call) -> int:
        readings.append(normal(call))
        return 0

    click_tree.run(argv, dispatch)
    return readings[0] if readings else None


def values_of(option: Option) -> st.SearchStrategy[str]:
    """Return values that people, and others, give to an option."""
    usual = {"duration": DURATIONS, "choice": [*option.choices, "tcsh"]}.get(option.kind, WORDS)
    return st.sampled_from([*usual, *WORDS])


def pieces_of(option: Option) -> st.SearchStrategy[list[str]]:
    """Return the words of one option: in one or two, with one of its flags, rightly or not."""
    flag = st.sampled_from(option.flags)
    apart = st.tuples(flag, values_of(option)).map(list)
    attached = st.tuples(flag, values_of(option)).map(lambda pair: [f"{pair[0]}={pair[1]}"])
    alone = flag.map(lambda name: [name])
    return st.one_of(apart, attached, alone)


@st.composite
def command_lines(draw: st.DrawFn) -> list[str]:
    """Generate a command line, likely to be right."""
    command = draw(st.sampled_from(all_commands()))
    options = (*command.options, *COMMON)
    piece = st.sampled_from(options).flatmap(pieces_of)
    stray = st.sampled_from(WORDS).map(lambda word: [word])
    pieces = draw(st.lists(st.one_of(piece, piece, piece, piece, stray), max_size=5))
    for argument in command.arguments:
        pieces += draw(
            st.lists(st.sampled_from([*argument.choices, *WORDS]).map(lambda w: [w]), max_size=2)
        )
    rest = draw(st.sampled_from([[], ["--", "aws", "--profile", "x"], ["aws", "-v", "--", "y"]]))
    return [*command.words, *(word for words in pieces for word in words), *rest]


@given_by(command_lines())
def test_click_reads_a_plain_line_like_the_plain_reader(argv: list[str]) -> None:
    call = read_plainly(argv)
    if call is not None:
        assert normal(call) == read_by_click(argv)


@pytest.mark.parametrize(
    ("argv", "reading"),
    [
        ("login", ("login", {}, ())),
        ("login --profile mfa", ("login", {"profile": ("mfa",)}, ())),
        ("login --profile=a --profile b --force --json",
         ("login", {"profile": ("a", "b"), "force": True, "json": True}, ())),
        ("status --check", ("status", {"check": True}, ())),
        ("status --json", ("status", {"json": True}, ())),
        ("exec -- aws s3 ls --profile x", ("exec", {}, ("aws", "s3", "ls", "--profile", "x"))),
        ("exec aws -v", ("exec", {}, ("aws", "-v"))),
        ("exec --profile a --min-ttl 1h -- -x -- y",
         ("exec", {"profile": "a", "min_ttl": 3600}, ("-x", "--", "y"))),
        ("env --shell bash", ("env", {"shell": "bash"}, ())),
        ("credential-process --profile mfa -v --no-input",
         ("credential-process", {"profile": "mfa", "verbose": 1, "no_input": True}, ())),
        ("login -vvv", ("login", {"verbose": 3}, ())),
        ("login --duration-seconds 0 --mfa-token=123",
         ("login", {"duration": 0, "token_code": "123"}, ())),
    ],
)  # fmt: skip
def test_plain_lines_are_read_without_click(argv: str, reading: Reading) -> None:
    call = read_plainly(argv.split())
    assert call is not None
    assert normal(call) == reading
    assert read_by_click(argv.split()) == reading


@pytest.mark.parametrize(
    "argv",
    ["", "nosuch", "login --help", "login -h", "login x", "login --nosuch", "login --profile",
     "login --profile --json", "login --json=1", "status --profile a --profile b",
     "env --shell tcsh", "login --duration 13x", "exec -x", "login -v=1", "login -vx"],
)  # fmt: skip
def test_a_doubtful_line_is_left_to_click(argv: str) -> None:
    assert read_plainly(argv.split()) is None
