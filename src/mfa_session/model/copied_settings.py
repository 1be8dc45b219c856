"""The source's settings that a login copies to the AWS config, and a logout removes.

They are remembered as one text, `region=eu-west-1 output=json`, so that a later login can change
what this tool wrote and leaves alone what somebody has changed since.
"""

from __future__ import annotations

SERVES = "mfa_session_serves"
"""Marks the profile that a served job uses: its value names what was copied for it."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def to_text(settings: Mapping[str, str]) -> str | None:
    """Return the settings as one text without line ends; None where there are none."""
    words = []
    for key, value in sorted(settings.items()):
        quoted = value.replace("%", "%25").replace(" ", "%20").replace("\t", "%09")
        words.append(f"{key}={quoted}")
    return " ".join(words) or None


def from_text(text: str | None) -> dict[str, str]:
    """Return the settings of such a text."""
    pairs = [word.partition("=") for word in (text or "").split()]
    return {
        key: value.replace("%09", "\t").replace("%20", " ").replace("%25", "%")
        for key, _, value in pairs
    }


def still_ours(remembered: Mapping[str, str], present: Mapping[str, str]) -> dict[str, str]:
    """Return the settings that this tool wrote and nobody has changed."""
    return {key: value for key, value in remembered.items() if present.get(key) == value}


def changes(
    wanted: Mapping[str, str], remembered: Mapping[str, str], present: Mapping[str, str]
) -> tuple[dict[str, str | None], dict[str, str]]:
    """Return what to set (None: remove) in the section, and what will then be this tool's."""
    ours = still_ours(remembered, present)
    set_now = {key: value for key, value in wanted.items() if key in ours or key not in present}
    gone = dict.fromkeys(key for key in ours if key not in wanted)
    return {**gone, **set_now}, set_now


def served_profile(profile: str) -> str:
    """Return the profile that a job uses in place of this one, and that yields no credentials."""
    return f"{profile}-served"
