"""What the lines of the AWS files say, however odd they are."""

from __future__ import annotations

from mfa_session.model.profiles import process_profile


def test_a_credential_process_with_an_open_quote_names_no_profile() -> None:
    assert process_profile('mfa-session --profile "') is None
