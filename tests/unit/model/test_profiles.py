"""What a credential_process line says about this tool and its profiles."""

from __future__ import annotations

import pytest

from mfa_session.model.profiles import leads_back, process_profile, stored_profile


@pytest.mark.parametrize("process", ['mfa-session keys process --profile "x', "'", ""])
def test_a_line_with_an_open_quote_names_no_profile(process: str) -> None:
    assert (process_profile(process), stored_profile(process)) == (None, None)


def test_a_line_with_an_open_quote_that_starts_this_tool_leads_back() -> None:
    assert leads_back('mfa-session keys process --profile "x')
