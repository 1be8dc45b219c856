"""Command lines are parsed as the installed AWS CLI parses them."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guard.real_cli import VERSION_2_SWITCHES, VERSION_2_VALUES, Read, RealCli
from guard.test_command_lines import CASES, Case
from mfa_session.guard.aliases import NO_ALIASES, parse_aliases
from mfa_session.guard.aws_words import GLOBAL_OPTIONS, Scanned, read_aws

if TYPE_CHECKING:
    from pathlib import Path

PLAIN_WORDS = ("ec2", "s3", "stop-instances", "describe-instances", "rm", "sync", "help", "x", "é")
ODD_WORDS = ("", "-", "--", "-1", "-x", "-.5", "-1.", "--a b")
OTHER_OPTIONS = ("--dry-run", "--instance-ids", "--delete", "--force")
WORDS = st.sampled_from(PLAIN_WORDS + ODD_WORDS + OTHER_OPTIONS)
VERSION_1 = tuple(
    option for option in GLOBAL_OPTIONS if option not in VERSION_2_VALUES + VERSION_2_SWITCHES
)


def options(known: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Make prefixes of known options, with and without values."""
    beginnings = st.sampled_from(known).flatmap(
        lambda option: st.integers(3, len(option)).map(lambda end: option[:end])
    )
    values = st.sampled_from(["", "x", "a=b", "json"])
    return st.one_of(beginnings, st.tuples(beginnings, values).map("=".join))


@pytest.fixture(scope="module")
def cli() -> RealCli:
    return RealCli(1)


@pytest.fixture(scope="module")
def cli_2() -> RealCli:
    return RealCli(2)


def read_ours(words: list[str]) -> Read:
    """Parse the words with our parser, in the form of the real one's answer."""
    call = read_aws(words, NO_ALIASES)
    operation = None if call.service == "help" else call.operation
    return Read(call.service or "", operation, call.profile, call.region, call.endpoint)


def agrees(cli: RealCli, words: list[str]) -> bool:
    """Say whether both parsers agree, or the real one refuses."""
    real = cli.read(words)
    return real is None or real == read_ours(words)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.line)
def test_the_table_agrees_with_the_cli(case: Case, cli: RealCli) -> None:
    words = shlex.split(case.line)[1:]
    real = cli.read(words)
    if real is not None:
        assert real == read_ours(words)
    else:
        assert case.operation is None, "a line that asks for an operation is refused by the CLI"


@pytest.mark.parametrize(
    "line",
    [
        "ec2 stop-instances --end http://a",
        "--e=http://a ec2 stop-instances",
        "ec2 --e= stop-instances --instance-i i-1",
        "ec2 stop-instances --endpoint-url http://a --e http://b",
        "-- ec2 -- stop-instances",
        "ec2 -- -- stop-instances",
        "--profile -- ec2 stop-instances",
        "--profile a - ec2",
        "--profile -5 ec2 -- stop-instances --region x",
        "ec2 --profile '--a b' stop-instances",
        "ec2 '' stop-instances",
    ],
)
def test_odd_lines_are_read_as_the_cli_reads_them(line: str, cli: RealCli) -> None:
    words = shlex.split(line)
    assert agrees(cli, words), (cli.read(words), read_ours(words))


@given(words=st.lists(st.one_of(WORDS, options(VERSION_1)), max_size=8))
@settings(max_examples=300, deadline=None)
def test_any_words_are_read_as_version_1_reads_them(words: list[str], cli: RealCli) -> None:
    assert agrees(cli, words), (cli.read(words), read_ours(words))


@given(words=st.lists(st.one_of(WORDS, options(GLOBAL_OPTIONS)), max_size=8))
@settings(max_examples=300, deadline=None)
def test_any_words_are_read_as_version_2_reads_them(words: list[str], cli_2: RealCli) -> None:
    assert agrees(cli_2, words), (cli_2.read(words), read_ours(words))


@given(
    service=st.sampled_from([("ec2", "stop-instances"), ("s3", "rm"), ("iam", "delete-user")]),
    inserted=st.lists(st.tuples(st.integers(0, 4), options(GLOBAL_OPTIONS), WORDS), max_size=4),
)
@settings(max_examples=300, deadline=None)
def test_options_in_between_are_read_as_the_cli_reads_them(
    service: tuple[str, str], inserted: list[tuple[int, str, str]], cli_2: RealCli
) -> None:
    words = [*service, "--instance-ids", "i-1"]
    for place, option, value in inserted:
        words[place:place] = [option] if "=" in option else [option, value]
    assert agrees(cli_2, words), (cli_2.read(words), read_ours(words))


ALIASES = """\
[toplevel]
whoami = sts get-caller-identity
stop = ec2 stop-instances
HALT = stop --region eu-west-1 --dry-run
ec2 = ec2 --region us-east-1 --output json
loop = pool
pool = loop
round = round
quoted = iam delete-user --user-name "a b" \\
  --no-paginate
open = ec2 "never closed
empty =
option = --region x
dashes = ec2 -- stop-instances
other = prof x
prof = ec2 --profile x stop-instances
s3api = s3 --recursive
colon: iam list-users
local = ec2 --endpoint-url http://127.0.0.1:9 stop-instances
near = ec2 --end http://127.0.0.1:9 stop-instances
"""


@pytest.mark.parametrize(
    "line",
    ["whoami", "stop", "stop --region b", "--region b halt --instance-ids i", "HALT", "halt help",
     "ec2 describe-instances", "--region b ec2 describe-instances", "loop", "round", "quoted --x y",
     "open", "empty", "option ec2", "dashes --instance-ids i", "other", "prof", "s3api rm s3://b",
     "local", "near", "local --e=http://b", "--end http://b local --x", "stop --endpoint http://b",
     "colon", "iam list-users", "-- stop --x", "stop -- --region x", "nobody"],
)  # fmt: skip
def test_aliases_are_expanded_as_the_cli_expands_them(
    line: str, cli: RealCli, tmp_path: Path
) -> None:
    file = tmp_path / "alias"
    file.write_text(ALIASES)
    real = cli.expand(line.split(), str(file))
    call = read_aws(line.split(), parse_aliases(ALIASES))
    if real is None:
        assert call.service in (None, "ec2", *line.split()), "the CLI fails"
    else:
        found = Scanned(real.rest, ())
        expected = (real.service, found.word, found.rest, real.region, real.endpoint)
        assert (call.service, call.operation, call.rest, call.region, call.endpoint) == expected
