"""Finds the identity whose credentials a command uses; its session must belong to it."""

from __future__ import annotations

from mfa_session.model.errors import ConfigurationError
from mfa_session.model.record import Record
from mfa_session.session.environment import served_session
from mfa_session.session.names import (
    has_credentials,
    look_up,
    profile_variable,
    session_behind,
    unknown_in_variable,
    unknown_name,
)
from mfa_session.session.sources import (
    environment_source,
    named_source,
    source_in,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.model.settings import Source
    from mfa_session.session.context import Inputs

SOURCE, SESSION, ROLE, KEYS, OTHER = "source", "session", "role", "keys", "other"
NO_SESSION_CODES = {"temporary-source", "no-long-term-keys", "source-loop"}
"""Errors of an identity that can have no MFA session."""


class Identity(Record):
    """The identity behind a command, by `kind`.

    `source`: the long-term keys of `source`. `session`: our session `name`. `role`: a profile with
    a role. `keys`: session keys in the environment. `other`: no MFA session is possible, for
    `reason`. `profile` is None if the keys come from the environment; `is_told` says that the
    command line names it.
    """

    kind: str
    profile: str | None = None
    is_told: bool = False
    name: str | None = None
    source: Source | None = None
    reason: str = ""

    def label(self) -> str:
        """Return what messages call it."""
        origin = f"profile {self.profile!r}" if self.profile else "the environment"
        what = {SOURCE: "the access key of", KEYS: "the session keys of", ROLE: "the role of"}
        if self.kind == SESSION:
            return f"session {self.name!r}"
        return f"{what[self.kind]} {origin}" if self.kind in what else origin


def find_identity(inputs: Inputs, profile: str | None) -> Identity:
    """Return the identity of a command with `--profile profile`, or without (None).

    The order is botocore's: `profile`, keys in the environment, the environment's profile,
    `default`. Raises ConfigurationError for an unknown profile.
    """
    if profile is not None:
        return _identify_profile(inputs, profile).replace(is_told=True)
    if inputs.environ.get("AWS_ACCESS_KEY_ID"):
        return _identify_environment(inputs)
    variable = profile_variable(inputs.environ)
    return _identify_profile(inputs, inputs.environ.get(variable, "default"), variable)


def _identify_environment(inputs: Inputs) -> Identity:
    source = environment_source(inputs.environ)
    if source is not None:
        return Identity(kind=SOURCE, source=source)
    if inputs.environ.get("AWS_SESSION_TOKEN") or inputs.environ.get("AWS_SECURITY_TOKEN"):
        return Identity(kind=KEYS)
    return Identity(
        kind=OTHER, reason="the environment has a session's key without its AWS_SESSION_TOKEN"
    )


def _identify_profile(inputs: Inputs, profile: str, variable: str = "") -> Identity:
    """Return a profile's identity, in botocore's order: a role, static keys, a process, `--serve`.

    `variable` names the profile, if the command does not.
    """
    served = served_session(inputs.environ)
    if profile not in inputs.profiles and not (served and profile == "default"):
        return _identify_missing_profile(inputs, profile, variable)
    section = inputs.profiles.section(profile)
    if "role_arn" in section:
        return _identify_role(inputs, profile)
    asked = session_behind(inputs, profile) or (None if has_credentials(section) else served)
    if asked:
        return _make_session_identity(inputs, profile, asked)
    source = source_in(inputs, profile)
    if source is not None:
        return Identity(kind=SOURCE, profile=profile, source=source)
    return _explain_other(inputs, profile)


def _identify_missing_profile(inputs: Inputs, profile: str, variable: str) -> Identity:
    if look_up(inputs, profile) is not None:
        return _make_session_identity(inputs, profile, profile)
    if profile == "default":
        return Identity(kind=OTHER, profile=profile, reason="there is no profile 'default'")
    if variable:
        raise unknown_in_variable(inputs, variable, profile)
    raise unknown_name(inputs, profile, "--profile", inputs.profiles.names())


def _make_session_identity(inputs: Inputs, profile: str, asked: str) -> Identity:
    named = look_up(inputs, asked)
    return Identity(kind=SESSION, profile=profile, name=named.name if named else asked)


def _identify_role(inputs: Inputs, profile: str) -> Identity:
    section = inputs.profiles.section(profile)
    if "web_identity_token_file" in section:
        return _explain_other(inputs, profile)
    if "source_profile" in section:
        return Identity(kind=ROLE, profile=profile)
    if section.get("credential_source") != "Environment":
        return _explain_other(inputs, profile)
    if environment_source(inputs.environ) is None:
        reason = f"profile {profile!r} gets its role with session keys of the environment"
        return Identity(kind=OTHER, profile=profile, reason=reason)
    return Identity(kind=ROLE, profile=profile)


def _explain_other(inputs: Inputs, profile: str) -> Identity:
    try:
        named_source(inputs, profile)
        reason = f"profile {profile!r} gets its role in a way that takes no MFA code"
    except ConfigurationError as error:
        reason = error.message
    return Identity(kind=OTHER, profile=profile, reason=reason)
