"""Which profile a session is written to."""

from __future__ import annotations

import pytest

from mfa_session.session.names import Named, choose_target
from places import managed
from session.worlds import inputs

KEYS = "aws_access_key_id = AKIAEXAMPLEEXAMPLE12\naws_secret_access_key = x\n"


@pytest.mark.parametrize(
    ("name", "credentials", "config", "target"),
    [
        ("work", "", "", "work"),
        ("work", f"[work]\n{KEYS}", "", "work-mfa"),
        ("Foo Bar", "", "", "Foo-Bar"),
        ("Foo Bar", f"[Foo Bar]\n{KEYS}", "", "Foo-Bar-mfa"),
        ("Foo Bar", "", "[profile 'Foo Bar']\nrole_arn = x\n", "Foo-Bar-mfa"),
        ("Foo Bar", f"[Foo-Bar]\n{KEYS}", "", "Foo-Bar-mfa"),
        ("Foo Bar", managed("Foo-Bar"), "", "Foo-Bar-mfa"),
        ("Foo Bar", managed("Foo-Bar", mfa_session_name="Foo Bar"), "", "Foo-Bar"),
        ("  a  'b'\t", "", "", "a-b"),
        ("日本", "", "", "日本"),
    ],
)
def test_the_target_is_portable_and_nobody_elses(
    name: str, credentials: str, config: str, target: str
) -> None:
    assert choose_target(inputs(credentials, config), Named(name=name), None) == target
