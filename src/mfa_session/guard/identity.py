"""Whose credentials a command would have used: the identity that its session must be of."""

from __future__ import annotations

from mfa_session.model.errors import ConfigurationError
from mfa_session.model.profiles import leads_back, process_profile
from mfa_session.model.record import Record
from mfa_session.model.session import read_keys
from mfa_session.session.names import default_name, look_up, names_session, unknown_name
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


class Identity(Record):
    """An identity, by `kind`.

    `source`: long-term keys, of `source`. `session`: a session of ours, called `name`. `role`: a
    profile with a role. `keys`: session keys in the environment. `other`: what no MFA session is
    made for, because of `reason`. `profile` is None where the keys come from the environment;
    `is_told` says that the command line itself names it.
    """

    kind: str
    profile: str | None = None
    is_told: bool = False
    name: str | None = None
    source: Source | None = None
    reason: str = ""

    def label(self) -> str:
        """Return how to speak of it."""
        origin = f"profile {self.profile!r}" if self.profile else "the environment"
        what = {SOURCE: "the access key of", KEYS: "the session keys of", ROLE: "the role of"}
        if self.kind == SESSION:
            return f"session {self.name!r}"
        return f"{what[self.kind]} {origin}" if self.kind in what else origin


def find_identity(inputs: Inputs, profile: str | None) -> Identity:
    """Return whose credentials a command uses that says `--profile profile`, or no profile.

    As botocore looks for them: the profile said, else keys in the environment, else the
    environment's profile, else `default`. A profile that stands nowhere is exit 3.
    """
    if profile is not None:
        return _of_profile(inputs, profile).replace(is_told=True)
    if inputs.environ.get("AWS_ACCESS_KEY_ID"):
        return _of_environment(inputs)
    named = inputs.environ.get("AWS_DEFAULT_PROFILE") or inputs.environ.get("AWS_PROFILE")
    return _of_profile(inputs, named or "default")


def _of_environment(inputs: Inputs) -> Identity:
    source = environment_source(inputs.environ)
    if source is not None:
        return Identity(kind=SOURCE, source=source)
    if inputs.environ.get("AWS_SESSION_TOKEN") or inputs.environ.get("AWS_SECURITY_TOKEN"):
        return Identity(kind=KEYS)
    return Identity(
        kind=OTHER, reason="the environment has a session's key without its AWS_SESSION_TOKEN"
    )


def _of_profile(inputs: Inputs, profile: str) -> Identity:
    """Tell what a profile gives, in botocore's order: a role, static keys, a process."""
    if profile not in inputs.profiles.names():
        return _of_no_profile(inputs, profile)
    section = inputs.profiles.section(profile)
    if "role_arn" in section:
        return _of_role(inputs, profile)
    if names_session(inputs, profile):
        return _session(inputs, profile, profile)
    process = section.get("credential_process", "")
    if leads_back(process) and read_keys(inputs.profiles.in_credentials(profile)) is None:
        return _session(inputs, profile, process_profile(process) or default_name(inputs))
    source = source_in(inputs, profile)
    if source is not None:
        return Identity(kind=SOURCE, profile=profile, source=source)
    return _other(inputs, profile)


def _of_no_profile(inputs: Inputs, profile: str) -> Identity:
    if look_up(inputs, profile) is not None:
        return _session(inputs, profile, profile)
    if profile == "default":
        return Identity(kind=OTHER, profile=profile, reason="there is no profile 'default'")
    raise unknown_name(inputs, profile)


def _session(inputs: Inputs, profile: str, asked: str) -> Identity:
    named = look_up(inputs, asked)
    return Identity(kind=SESSION, profile=profile, name=named.name if named else asked)


def _of_role(inputs: Inputs, profile: str) -> Identity:
    section = inputs.profiles.section(profile)
    if "web_identity_token_file" in section:
        return _other(inputs, profile)
    if "source_profile" in section:
        return Identity(kind=ROLE, profile=profile)
    if section.get("credential_source") != "Environment":
        return _other(inputs, profile)
    if environment_source(inputs.environ) is None:
        reason = f"profile {profile!r} gets its role by session keys of the environment"
        return Identity(kind=OTHER, profile=profile, reason=reason)
    return Identity(kind=ROLE, profile=profile)


def _other(inputs: Inputs, profile: str) -> Identity:
    """Say why there is no MFA session for what a profile gives."""
    try:
        named_source(inputs, profile)
        reason = f"profile {profile!r} gets its role in a way that takes no MFA code"
    except ConfigurationError as error:
        reason = error.message
    return Identity(kind=OTHER, profile=profile, reason=reason)
