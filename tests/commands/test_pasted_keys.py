"""Keys as people paste them: what cannot be a key is told with its line, before a code is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Run
    from mfa_session.sandbox import Sandbox
    from places import AwsFiles

KEY_ID = "AKIAEXAMPLEEXAMPLE12"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
ID_LINE, SECRET_LINE = f"aws_access_key_id = {KEY_ID}", f"aws_secret_access_key = {SECRET}"

BROKEN = {
    "quoted id": (f'aws_access_key_id = "{KEY_ID}"', SECRET_LINE, "line 3", "is in quotes"),
    "comment": (f"{ID_LINE} # main", SECRET_LINE, "line 3", "has a comment behind it"),
    "quoted secret": (ID_LINE, f"aws_secret_access_key = '{SECRET}'", "line 4", "is in quotes"),
    "comment behind the secret": (ID_LINE, f"{SECRET_LINE} ; old", "line 4", "has a comment"),
    "blank": (ID_LINE, f"{SECRET_LINE[:-4]} KEY", "line 4", "has a blank"),
    "swapped": (
        f"aws_access_key_id = {SECRET}", f"aws_secret_access_key = {KEY_ID}",
        "line 3", "are swapped",
    ),
    "no secret": (ID_LINE, "", "line 3", "but no aws_secret_access_key"),
    "no id": ("", SECRET_LINE, "line 4", "but no aws_access_key_id"),
    "an old token": (
        ID_LINE, f"{SECRET_LINE}\naws_session_token = old",
        "line 5", "a session token beside a long-term key",
    ),
}  # fmt: skip


@pytest.mark.parametrize("asked", [[], ["--source-profile", "default"]], ids=["found", "named"])
@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_a_key_is_told_before_a_code_is_asked(
    run: Run, aws: Sandbox, files: AwsFiles, name: str, asked: list[str]
) -> None:
    first, second, line, what = BROKEN[name]
    files.write(f"# mine\n[default]\n{first}\n{second}\n")
    before = files.credentials.read_bytes()
    outcome = run("login", "--token-code", "123456", *asked)
    assert outcome.exit_code == 3, outcome
    assert f"{files.credentials}, {line}: " in outcome.stderr
    assert what in outcome.stderr
    assert SECRET not in outcome.stderr
    assert (files.credentials.read_bytes(), len(aws.calls)) == (before, 0)
