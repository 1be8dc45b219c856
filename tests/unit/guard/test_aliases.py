"""Aliases of the AWS CLI are expanded and judged."""

from __future__ import annotations

import configparser
import shlex

import pytest

from mfa_session.guard.aliases import NO_ALIASES, Aliases, parse_aliases
from mfa_session.guard.aws_words import AwsCall, read_aws
from mfa_session.guard.rules import Rules, Verdict, judge

FILE = """\
# mine
[toplevel]
whoami = sts get-caller-identity
stop = ec2 stop-instances
Halt = stop --region eu-west-1
ec2 = ec2 --region us-east-1
loop = pool
pool = loop
quoted = ec2 start-instances --filters "Name=tag:a b,Values='x'"
open = ec2 terminate-instances --filters "never closed
kill =
  !f() {
    aws ec2 terminate-instances --instance-ids "$1"
  }; f
list-running =
  !f() {
    # one line of it
    aws ec2 describe-instances --query 'Reservations[].Instances[].InstanceId' --output text
  }; f
split = !aws ec2 \\
  terminate-instances \\
  --instance-ids
any = !f() { aws "$@" --no-cli-pager; }; f
on-ec2 = !aws ec2
op = !f() { aws ec2 "${1}-instances"; }; f
blind = !aws ec2 $OPERATION
nested = !bash -c "aws s3 rm s3://bucket --recursive"
within = !f() { aws ec2 describe-volumes --volume-ids $(aws ec2 delete-volume --volume-id v); }; f
again = !aws kill i-1
self = !aws self
tf = !cd infra && terraform destroy -auto-approve
dry = !aws ec2 stop-instances --dry-run --instance-ids
prof = !aws --profile prod ec2 stop-instances --instance-ids

[command ec2]
halt = stop-instances --region eu-north-1
describe-instances = describe-instances --output table
describe-hosts = terminate-instances
terminate-instances = describe-instances
reboot-instances = reboot-instances --dry-run
nuke = !aws ec2 terminate-instances --instance-ids
[command s3]
wipe: rm --recursive
[other]
s3 = nothing
"""
ALIASES = parse_aliases(FILE)
BUILT_IN = Rules.of({"commands": ["terraform destroy"]})


def read(line: str) -> AwsCall:
    return read_aws(shlex.split(line)[1:], ALIASES)


def verdict_of(line: str, rules: Rules = BUILT_IN) -> Verdict:
    return judge(shlex.split(line), rules, ALIASES)


def test_a_file_is_parsed_as_configparser_does() -> None:
    text = "[toplevel]\nA = b\n  c\n\n  ; no\n  d\ne:f=g\r\n[command ec2  wait]\nx=y\n[else]\nz=1\n"
    assert parse_aliases(text) == Aliases(
        sections={(): {"a": "b\nc\n\nd", "e": "f=g"}, ("ec2", "wait"): {"x": "y"}}
    )


@pytest.mark.parametrize(
    "text",
    [
        FILE,
        "[DEFAULT]\nall = sts get-caller-identity\n[toplevel]\na =\n  !x\n\n  y\n[command s3]\nb=c",
        "[toplevel]\r\na = b\r\n\r\n  c\r\n[else]\r\nz: 1\r\n",
        "[toplevel]\na: b = c\n# d\n  e\n; f\n",
        "[toplevel]\nx = %(y)s\n",
    ],
)
def test_values_are_those_of_configparser(text: str) -> None:
    parser = configparser.RawConfigParser()
    parser.read_string(text.replace("\r\n", "\n"))
    commands = {
        tuple(name.split()[1:]): {key: value.strip() for key, value in parser.items(name)}
        for name in parser.sections()
        if name.split()[0] in ("toplevel", "command")
    }
    assert parse_aliases(text) == Aliases(sections=commands)


@pytest.mark.parametrize(
    "text",
    ["", "\n", "no section = x", "[toplevel\na = b", "[]", "[toplevel]\n=\n",
     "[toplevel]\nword\n  x", "\ufeff[toplevel]\na = ec2", "[command ]\na=b",
     "[toplevel]\na = \x00\n[toplevel]\na = !"],
)  # fmt: skip
def test_a_file_that_the_cli_refuses_has_no_effect(text: str) -> None:
    aliases = parse_aliases(text)
    stop, describe = ["aws", "ec2", "stop-instances"], ["aws", "ec2", "describe-instances"]
    assert judge(stop, BUILT_IN, aliases).rule == "built-in *:Stop*"
    assert not judge(describe, BUILT_IN, aliases).protected


@pytest.mark.parametrize(
    ("line", "service", "operation", "region", "rest"),
    [
        ("aws whoami", "sts", "get-caller-identity", None, ()),
        ("aws stop --x y", "ec2", "stop-instances", "us-east-1", ("--x", "y")),
        ("aws --region a stop", "ec2", "stop-instances", "us-east-1", ()),
        ("aws halt", "ec2", "stop-instances", "us-east-1", ()),
        ("aws Halt x", "Halt", "x", None, ()),
        ("aws ec2 stop-instances", "ec2", "stop-instances", "us-east-1", ()),
        ("aws quoted", "ec2", "start-instances", "us-east-1",
         ("--filters", "Name=tag:a b,Values='x'")),
        ("aws open", None, None, None, ()),
        ("aws ec2 halt --instance-ids i", "ec2", "stop-instances", "eu-north-1",
         ("--instance-ids", "i")),
        ("aws s3 wipe s3://b", "s3", "rm", None, ("--recursive", "s3://b")),
        ("aws s3 ls", "s3", "ls", None, ()),
        ("aws --query stop ec2 describe-tags", "ec2", "describe-tags", "us-east-1", ()),
    ],
)  # fmt: skip
def test_an_alias_is_expanded_to_its_words(
    line: str, service: str | None, operation: str | None, region: str | None, rest: tuple[str, ...]
) -> None:
    call = read(line)
    found = (call.service, call.operation, call.region, call.rest)
    assert found == (service, operation, region, rest)


def test_a_loop_of_aliases_ends() -> None:
    assert not verdict_of("aws loop x").protected
    assert not verdict_of("aws self").protected


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("aws stop", "built-in *:Stop*"),
        ("aws stop help", None),
        ("aws ec2 halt", "built-in *:Stop*"),
        ("aws ec2 halt --dry-run", None),
        ("aws ec2 describe-instances", None),
        ("aws ec2 describe-hosts", "built-in *:Terminate*"),
        ("aws ec2 terminate-instances", "built-in *:Terminate*"),
        ("aws ec2 reboot-instances", "built-in *:Reboot*"),  # version 1 knows no such alias
        ("aws ec2 reboot-instances --dry-run", None),
        ("aws ec2 reboot-instances help", None),
        ("aws ec2 nuke i-1", "built-in *:Terminate*"),
        ("aws kill i-1", "built-in *:Terminate*"),
        ("aws kill i-1 --dry-run", "built-in *:Terminate*"),
        ("aws --profile x kill i-1", "built-in *:Terminate*"),
        ("aws split i-1", "built-in *:Terminate*"),
        ("aws list-running", None),
        ("aws any ec2 describe-instances", None),
        ("aws any ec2 stop-instances", "built-in *:Stop*"),
        ("aws any ec2 stop-instances --dry-run", None),
        ("aws on-ec2 describe-instances", None),
        ("aws on-ec2 reboot-instances", "built-in *:Reboot*"),
        ("aws op describe", None),
        ("aws op stop", "built-in *:Stop*"),
        ("aws op", "unknown operation"),
        ("aws blind", "unknown operation"),
        ("aws nested", "built-in *:Delete*"),
        ("aws within", "built-in *:Delete*"),
        ("aws again", "built-in *:Terminate*"),
        ("aws tf", 'commands "terraform destroy"'),
        ("aws dry i-1", None),
    ],
)
def test_the_command_behind_an_alias_is_judged(line: str, rule: str | None) -> None:
    verdict = verdict_of(line)
    assert (verdict.protected, verdict.rule) == (rule is not None, rule)


def test_without_rules_an_unknown_operation_is_not_protected() -> None:
    assert not verdict_of("aws blind", Rules.of({"builtin": False})).protected


def test_options_before_a_shell_alias_do_not_reach_its_commands() -> None:
    verdict = verdict_of("aws --profile mine --region r prof i-1")
    assert verdict.protected
    assert verdict.call is not None
    assert (verdict.call.profile, verdict.call.region) == ("prod", "us-east-1")
    assert (verdict.call.alias, verdict.call.in_shell) == ("prof", True)
    outer = read("aws --profile mine --region r prof i-1")
    assert (outer.profile, outer.region, outer.alias) == (None, None, "prof")
    assert verdict.reason.startswith("the alias prof may run")


def test_a_shell_alias_takes_ten_thousand_arguments() -> None:
    words = ["aws", "kill", *(f"i-{number}" for number in range(10_000))]
    assert judge(words, BUILT_IN, ALIASES).rule == "built-in *:Terminate*"
    words[1] = "list-running"
    assert not judge(words, BUILT_IN, ALIASES).protected


def test_without_aliases_a_word_stays() -> None:
    assert read_aws(["stop"], NO_ALIASES).service == "stop"
