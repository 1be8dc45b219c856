"""Each example of docs/python.md runs unchanged."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import mfa_session
from house.source import ROOT
from mfa_session.model import errors

if TYPE_CHECKING:
    import pytest

    from full_sandbox import FullSandbox
    from mfa_session.sandbox.identities import Device, Document
    from places import AwsFiles

PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
TRUST: Document = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
}


def test_each_example_of_the_page_runs(
    aws: FullSandbox, phone: Device, carols: AwsFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    examples = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert len(examples) == 6
    role = aws.create_role("books", trust=TRUST)
    carols.write(settings=f'[sessions.books]\nvia = "mfa"\nrole_arn = "{role.arn}"\n')
    monkeypatch.setenv("MFA_SESSION_TOKEN_CODE", phone.code(steps=-1))
    key, secret = (line.split(" = ")[1] for line in carols.credentials.read_text().split("\n")[1:3])
    for example in examples:
        if "TOTP_SECRET" in example:
            for name, value in {
                "HOME": "none",
                "AWS_ACCESS_KEY_ID": key,
                "AWS_SECRET_ACCESS_KEY": secret,
                "TOTP_SECRET": phone.secret,
            }.items():
                monkeypatch.setenv(name, value)
        exec(compile(example, "docs/python.md", "exec"), {})  # noqa: S102
    assert aws.count("GetSessionToken") == 2


def test_the_page_names_every_public_class_and_its_exit_code() -> None:
    documented = dict(re.findall(r"^\| `(\w+Error)` \| (\d+) \|", PAGE, re.MULTILINE))
    public = [name for name in mfa_session.__all__ if name.endswith("Error")]
    assert all(f"`{name}`" in PAGE for name in public)
    assert documented == {name: str(getattr(errors, name).exit_code) for name in documented}
