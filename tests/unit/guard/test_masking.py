"""What looks like a secret in a command's words is not shown."""

from __future__ import annotations

import shlex

import pytest

from mfa_session.guard.masking import shown_command

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
def test_only_what_looks_like_a_secret_is_masked(line: str, shown: str | None) -> None:
    expected = line if shown is None else shown.replace("'***'", "***")
    assert shown_command(shlex.split(line)) == expected
