"""AWS CLI command lines are parsed, and the profile can be removed from them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import processes
from mfa_session.guard.aliases import NO_ALIASES
from mfa_session.guard.aws_words import read_aws, with_profile, without_profile
from mfa_session.guard.rules import Rules, judge

BUILT_IN = Rules.of({})
ANY_WORD = st.text(max_size=12) | st.sampled_from(["--profile", "--profile=x", "--prof", "--", ""])
# None of these changes the command, except after `--`.
INSERTED = st.sampled_from(
    [("--region", "r"), ("--output=json",), ("--debug",), ("--query", "stop-instances"),
     ("--profile", "ec2"), ("--no-cli-pager",), ("--color", "off"), ("--prof=delete-volume",)]
)  # fmt: skip


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("aws --profile x s3 ls", "aws s3 ls"),
        ("aws s3 ls --profile=x", "aws s3 ls"),
        ("aws s3 --prof x ls --pro=y --p z", "aws s3 ls"),
        ("aws s3 ls --profile", "aws s3 ls --profile"),
        ("aws s3 ls --profile --region r", "aws s3 ls --profile --region r"),
        ("aws s3 ls -- --profile x", "aws s3 ls -- --profile x"),
        ("aws s3 cp a b --profiles x", "aws s3 cp a b --profiles x"),
        ("aws --query --profile x s3 ec2 ls", "aws --query --profile x s3 ec2 ls"),
        ("aws --profile x ec2 ls --region", "aws --profile x ec2 ls --region"),
        ("aws --query=--profile s3 ls", "aws --query=--profile s3 ls"),
        ("--profile x s3 ls", "--profile x s3 ls"),
        ("aws", "aws"),
        ("", ""),
    ],
)
def test_the_profile_is_removed(words: str, expected: str) -> None:
    assert without_profile(words.split()) == tuple(expected.split())


@given(words=st.lists(ANY_WORD, max_size=12))
def test_removing_the_profile_twice_changes_nothing_more(words: list[str]) -> None:
    once = without_profile(["aws", *words])
    assert without_profile(once) == once


@given(words=st.lists(st.text(max_size=12).filter(lambda word: word[:3] != "--p"), max_size=12))
def test_a_command_line_without_profile_is_unchanged(words: list[str]) -> None:
    assert without_profile(["aws", *words]) == ("aws", *words)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("aws --profile x s3 ls", "aws --profile y s3 ls"),
        ("/bin/aws s3 ls --prof=x", "/bin/aws --profile y s3 ls"),
        ("python3 -m awscli --profile x s3 ls", "python3 -m awscli --profile y s3 ls"),
    ],
)
def test_the_profile_is_replaced(words: str, expected: str) -> None:
    assert with_profile(words.split(), "y") == tuple(expected.split())


def test_bytes_that_are_not_utf_8_survive() -> None:
    odd = b"--name=\xff\xfe\x00".decode("utf-8", "surrogateescape")
    assert without_profile(["aws", odd, "", "--profile", "\udcff", odd]) == ("aws", odd, "", odd)


def test_ten_thousand_arguments_are_read() -> None:
    ids = [f"i-{number}" for number in range(10_000)]
    words = ["aws", "ec2", "stop-instances", "--instance-ids", *ids, "--profile", "x"]
    verdict = judge(words, BUILT_IN, NO_ALIASES)
    assert verdict.call is not None
    assert (verdict.protected, verdict.call.profile) == (True, "x")
    assert verdict.call.values("--instance-ids") == tuple(ids)
    assert without_profile(words) == tuple(words[:-2])


@given(inserted=st.lists(st.tuples(st.integers(0, 2), INSERTED), max_size=5))
def test_global_options_anywhere_do_not_change_the_verdict(
    inserted: list[tuple[int, tuple[str, ...]]],
) -> None:
    rules = {"terminate-instances": "built-in *:Terminate*", "run-instances": None}
    for operation, rule in rules.items():
        parts: list[tuple[str, ...]] = [("ec2",), (operation,), ("--instance-ids", "i-1")]
        for place, option in inserted:
            parts.insert(place, option)
        words = ["aws", *(word for part in parts for word in part)]
        assert judge(words, BUILT_IN, NO_ALIASES).rule == rule


@given(value=st.text(max_size=20))
def test_a_value_never_becomes_the_operation(value: str) -> None:
    for words in (
        ["aws", f"--query={value}", "ec2", "describe-instances"],
        ["aws", "ec2", f"--profile={value}", "describe-instances"],
        ["aws", "ec2", "describe-instances", "--filters", value],
        ["aws", "ec2", "describe-instances", value, "stop-instances"],
    ):
        call = judge(words, BUILT_IN, NO_ALIASES).call
        assert call is not None
        assert (call.service, call.operation) == ("ec2", "describe-instances")


@given(words=st.lists(st.text(max_size=12), max_size=12))
def test_any_command_line_is_judged(words: list[str]) -> None:
    assert judge(["aws", *words], BUILT_IN, NO_ALIASES).call is not None


def test_option_values_and_plain_words_are_found() -> None:
    line = "ec2 terminate-instances --instance-ids a b --no-x --instance-id c d --stack=e"
    call = read_aws(line.split(), NO_ALIASES)
    assert call.values("--instance-ids") == ("c", "d")
    assert call.values("--stack") == ("e",)
    assert call.values("--absent") == ()
    call = read_aws(["s3", "rm", "--recursive", "s3://b", "--exclude", "x"], NO_ALIASES)
    assert call.plain_words() == ("s3://b", "x")


def test_judging_a_command_imports_only_records_and_the_ini_reader() -> None:
    code = (
        "import sys; before = set(sys.modules)\n"
        "from mfa_session.guard import aliases, rules\n"
        "aliases = aliases.parse_aliases('[toplevel]\\na = !aws s3 rm x')\n"
        "assert rules.judge(['aws', 'a'], rules.Rules.of({}), aliases).protected\n"
        "print(*(name for name in set(sys.modules) - before if '.guard' not in name))"
    )
    outcome = processes.run_python(code)
    assert outcome.exit_code == 0, outcome
    assert set(outcome.stdout.split()) == {
        "__future__",
        "mfa_session",
        "mfa_session.ini",
        "mfa_session.ini.reader",
        "mfa_session.model",
        "mfa_session.model.profiles",
        "mfa_session.model.record",
    }
