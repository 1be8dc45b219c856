"""Which profiles may be a session's source, and which role profiles may come from a session."""

from __future__ import annotations

from mfa_session.model.errors import ConfigurationError
from mfa_session.session.names import holds_keys, unknown_name
from mfa_session.session.sources import environment_source
from mfa_session.session.validation import CHAINED_LIMIT_SECONDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from mfa_session.session.inputs import Inputs

_ROLE_KEYS = ("role_arn", "source_profile", "mfa_serial")


def check_any_source(inputs: Inputs) -> None:
    """Refuse where neither a profile nor the environment has long-term keys."""
    if environment_source(inputs.environ) is None:
        raise ConfigurationError(
            "no-long-term-keys",
            "no profile holds a long-term access key, and the environment has none",
            "store yours: `aws configure`; then run `mfa-session configure` again",
        )


def repointable(inputs: Inputs, source: str, target: str) -> list[str]:
    """Return the role profiles of the source that could come from the session instead, sorted."""
    return [
        name
        for name in inputs.profiles.names()
        if _comes_from(inputs, name, source) and why_not(inputs, name, target) is None
    ]


def asking_for_codes(inputs: Inputs, names: Iterable[str]) -> list[str]:
    """Return those of these role profiles for which the AWS CLI asks for a code."""
    return [name for name in names if inputs.profiles.section(name).get("mfa_serial")]


def check_repointed(inputs: Inputs, name: str, source: str | None, target: str) -> None:
    """Refuse a profile that cannot come from the session, saying why.

    Raises ConfigurationError: `no-such-profile` or `not-repointable`.
    """
    section = inputs.profiles.in_config(name)
    if not inputs.profiles.header_of(name):
        raise unknown_name(inputs, name)
    origin = section.get("source_profile")
    reason = why_not(inputs, name, target)
    if "role_arn" not in section:
        reason = "it has no role_arn"
    elif reason is None and origin not in (source, target):
        reason = f"its source_profile is {origin!r}, not {source!r}"
    if reason is not None:
        raise ConfigurationError(
            "not-repointable",
            f"profile {name!r} cannot come from the session: {reason}",
            "leave it out, or correct it first",
        )


def why_not(inputs: Inputs, name: str, target: str) -> str | None:
    """Return why a profile for a role cannot come from the session in `target`; None if it can."""
    section = inputs.profiles.in_config(name)
    if name == target:
        return "it is the session's own profile"
    if holds_keys(inputs, name) or any(
        key in inputs.profiles.in_credentials(name) for key in _ROLE_KEYS
    ):
        return "the credentials file has a section of that name, which SDKs read first"
    seconds = section.get("duration_seconds", "").strip()
    if seconds.isascii() and seconds.isdigit() and int(seconds) > CHAINED_LIMIT_SECONDS:
        return f"duration_seconds is {seconds}, and AWS gives a role for 1 h at most to a session"
    return None


def _comes_from(inputs: Inputs, name: str, source: str) -> bool:
    section = inputs.profiles.in_config(name)
    return section.get("source_profile") == source and "role_arn" in section
