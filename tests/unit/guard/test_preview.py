"""The preview shows the targets that a command names, and none of its secrets."""

from __future__ import annotations

import shlex

import pytest

from mfa_session.guard.aliases import NO_ALIASES
from mfa_session.guard.aws_words import read_aws
from mfa_session.guard.preview import find_targets, format_command
from mfa_session.model.feature_ports import Target

CASES = {
    "ec2 terminate-instances --instance-ids i-1 i-2": [("instance", "i-1"), ("instance", "i-2")],
    "ec2 terminate-instances --instance-ids i-1 i-1": [("instance", "i-1")],
    "ec2 terminate-instances --instance-ids=i-1,i-2": [("instance", "i-1"), ("instance", "i-2")],
    "ec2 terminate-instances --instance-id i-1": [("instance", "i-1")],
    'ec2 terminate-instances --instance-ids \'["i-1", "i-2"]\'': [
        ("instance", "i-1"),
        ("instance", "i-2"),
    ],
    "ec2 terminate-instances --instance-ids '[i-1'": [("instance", "[i-1")],
    "ec2 terminate-instances --region eu-west-1 --instance-ids i-1 --output json": [
        ("instance", "i-1")
    ],
    "ec2 terminate-instances": [],
    "ec2 terminate-instances --instance-ids": [],
    "ec2 terminate-instances --cli-input-json file://x": [
        ("--cli-input-json", "named in file://x")
    ],
    "ec2 delete-volume --volume-id vol-1": [("volume", "vol-1")],
    "cloudformation delete-stack --stack-name books": [("stack", "books")],
    "ec2 stop-instances --instance-i i-0123456789abcdef0": [("instance", "i-0123456789abcdef0")],
    "ec2 stop-instances --inst i-0123456789abcdef0": [("instance", "i-0123456789abcdef0")],
    "ec2 stop-instances --inst=i-01234567": [("instance", "i-01234567")],
    "ec2 stop-instances --inst i-1": [("--inst", "i-1")],
    "ec2 stop-instances --instance-ids file://ids.json": [("instance", "named in file://ids.json")],
    "ec2 stop-instances --instance-i file://ids": [("--instance-i", "named in file://ids")],
    "ec2 modify-instance-attribute --instance-initiated-shutdown-behavior stop": [],
    "cloudformation delete-stack --stack-n books": [("--stack-n", "books")],
    "cloudformation delete-stack --stack books": [("--stack", "books")],
    "cloudformation delete-stack --client-request-token x": [],
    "s3 rb s3://books --force": [("bucket", "s3://books")],
    "s3 rm s3://books/a/b --recursive": [("s3 path", "s3://books/a/b")],
    "s3 mv s3://a/x s3://b": [("s3 path", "s3://a/x"), ("bucket", "s3://b")],
    "s3 sync ./here s3://b --delete": [("bucket", "s3://b")],
    "s3api delete-bucket --bucket books": [("bucket", "books")],
    "iam delete-user --user-name carol": [("user", "carol")],
    "rds delete-db-instance --db-instance-identifier db": [("db instance", "db")],
    "lambda delete-function --function-name f": [("function", "f")],
    "sqs delete-queue --queue-url https://sqs/1/q": [("queue", "https://sqs/1/q")],
}


@pytest.mark.parametrize("line", CASES)
def test_targets_that_the_command_names_are_found(line: str) -> None:
    targets = find_targets(read_aws(shlex.split(line), NO_ALIASES))
    assert [(target.kind, target.id) for target in targets] == CASES[line]


def test_a_line_shows_the_name_and_state_if_known() -> None:
    plain = Target(kind="instance", id="i-1")
    assert plain.line() == "instance  i-1"
    assert plain.replace(name="db", state="running").line() == "instance  i-1  db  running"


def test_a_line_replaces_control_characters() -> None:
    target = Target(kind="instance", id="i-1\n2", name="\x1b[2K\rharmless\x9b1A", state="running")
    assert target.line() == "instance  i-1?2  ?[2K?harmless?1A  running"


SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("rds x --master-user-password hunter2", "rds x --master-user-password '***'"),
        ("rds x --master-user-pass=hunter2 y", "rds x --master-user-pass=*** y"),
        ("rds x --master-user-password=hunter2 y", "rds x --master-user-password=*** y"),
        ("x --secret-string a b --force c", "x --secret-string *** *** --force c"),
        ("x delete-secret --secret-id db", None),
        ("iam delete-access-key --access-key-id AKIAX", None),
        ("iam x --password-policy a", None),
        ("terraform destroy -var db_password=hunter2", "terraform destroy -var db_password=***"),
        (f"x {SECRET}", "x ***"),
        ("x https://me:hunter2@host/p", "x https://***@host/p"),
        ("x https://me@host/p", "x https://me@host/p"),
        ("x '{\"MasterUserPassword\": \"hunter2\"}'", "x ***"),
        ("x 'a b'", "x 'a b'"),
        ("s3 rb s3://books-with-a-name-of-40-characters-or-so1", None),
    ],
)  # fmt: skip
def test_secrets_alone_are_masked(line: str, shown: str | None) -> None:
    expected = line if shown is None else shown.replace("'***'", "***")
    assert format_command(shlex.split(line)) == expected
