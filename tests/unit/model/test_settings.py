"""What is remembered of the settings written beside a session."""

from __future__ import annotations

import string

from hypothesis import given
from hypothesis import strategies as st

from mfa_session.model.settings import copied_text, copy_changes, read_copied

VALUES = st.text(string.ascii_letters + string.digits + " %\t/:=é", min_size=1)
SETTINGS = st.dictionaries(st.sampled_from(["region", "output", "ca_bundle"]), VALUES)


@given(SETTINGS)
def test_every_value_survives_as_one_line(settings: dict[str, str]) -> None:
    text = copied_text(settings)
    assert "\n" not in (text or "")
    assert read_copied(text) == settings


@given(wanted=SETTINGS, remembered=SETTINGS, present=SETTINGS)
def test_only_what_is_ours_or_missing_changes(
    wanted: dict[str, str], remembered: dict[str, str], present: dict[str, str]
) -> None:
    values, ours = copy_changes(wanted, remembered, present)
    after = {**present, **values}
    for key, value in present.items():
        if remembered.get(key) != value:
            assert after[key] == value
            assert key not in ours
    assert all(after[key] == value for key, value in ours.items())
    assert all(key in after for key in wanted)
