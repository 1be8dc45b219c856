"""The answers given by options or at the terminal, and their checks."""

from __future__ import annotations

from mfa_session.model.errors import ConfigurationError, UsageError
from mfa_session.model.record import Record
from mfa_session.session.names import (
    Named,
    check_portable,
    choose_target,
    hiding_settings,
    holds_keys,
    look_up,
    unknown_name,
)
from mfa_session.session.sources import environment_source
from mfa_session.session.validation import CHAINED_LIMIT_SECONDS, check_role_arn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mfa_session.model.settings import SessionOptions
    from mfa_session.session.context import Inputs


_REGION = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")
_ROLE_KEYS = ("role_arn", "source_profile", "mfa_serial")


class Options(Record):
    """The options of `configure`; None is an answer not given."""

    session: SessionOptions
    code: str | None = None
    code_command: str | None = None
    role: tuple[str, ...] = ()
    repoint: tuple[str, ...] = ()
    shell: str | None = None
    guard: bool = False
    no_guard: bool = False
    confirm: bool = False
    dry_run: bool = False
    force: bool = False
    yes: bool = False
    no_login: bool = False


class NewRoleProfile(Record):
    """A profile to create for a role."""

    profile: str
    arn: str


class Answers(Record):
    """All answers; None leaves a setting unchanged. `duration` is seconds.

    `target` is the profile that the session is written to. `typed` are the keys whose new value
    the person typed, seeing the old one. `reach` are the settings of the session's profile that
    SDKs do not take from a source_profile: its region, and how AWS is reached.
    """

    name: str
    target: str
    source_profile: str | None = None
    mfa_serial: str | None = None
    duration: int | None = None
    code: str | None = None
    code_command: str | None = None
    region: str | None = None
    confirm: bool | None = None
    roles: tuple[NewRoleProfile, ...] = ()
    repointed: tuple[str, ...] = ()
    typed: frozenset[str] = frozenset()
    reach: Mapping[str, str] = {}


def find_session(inputs: Inputs, asked: str) -> Named:
    """Return the session of a name, also a new one; refuse a name no MFA session can have.

    Raises ConfigurationError: `bad-profile-name`, `protected-profile`, `hidden-profile` or
    `role-session`.
    """
    check_portable(asked, "session")
    named = look_up(inputs, asked) or Named(name=asked)
    name = named.name
    if holds_keys(inputs, name):
        raise ConfigurationError(
            "protected-profile",
            f"profile {name!r} holds long-term keys: it can be the source, not the session",
            "give the session another name",
            add=("--profile", "mfa", "--source-profile", name),
        )
    table = inputs.file.sessions.get(name, {})
    if "role_arn" in table or "via" in table or "role_arn" in inputs.profiles.section(name):
        raise ConfigurationError(
            "role-session",
            f"session {name!r} is of a role; `configure` sets up the MFA session it comes from",
            "give the MFA session another name",
            add=("--profile", "mfa"),
        )
    if hiding_settings(inputs, name) and "write_to" not in table:
        raise ConfigurationError(
            "hidden-profile",
            f"profile {name!r} gets its credentials elsewhere: SDKs ignore a session there",
            "give the session another name",
            add=("--profile", f"{name}-mfa"),
        )
    return named


def find_target(inputs: Inputs, named: Named) -> str:
    """Return the profile that the session is written to."""
    write_to = inputs.file.sessions.get(named.name, {}).get("write_to")
    target = choose_target(inputs, named, write_to)
    check_portable(target, "profile to write a session to")
    return target


def check_region(text: str) -> str:
    """Return the region. Raises ConfigurationError `bad-region` if it cannot be a region."""
    if not text or not _REGION.issuperset(text):
        raise ConfigurationError(
            "bad-region", f"{text!r} is not an AWS region", "a region looks like eu-west-1"
        )
    return text


def read_role(text: str) -> NewRoleProfile:
    """Parse `NAME=ARN`."""
    profile, equals, arn = text.partition("=")
    if not equals or not profile:
        raise UsageError(
            "bad-role", f"--role: {text!r} is not NAME=ARN", "write it as --role books=arn:aws:iam…"
        )
    check_portable(profile, "profile for a role")
    check_role_arn(arn)
    return NewRoleProfile(profile=profile, arn=arn)


def check_any_source(inputs: Inputs) -> None:
    """Raise ConfigurationError if the environment has no long-term keys either."""
    if environment_source(inputs.environ) is None:
        raise ConfigurationError(
            "no-long-term-keys",
            "no profile holds a long-term access key, and the environment has none",
            "store yours: `aws configure`; then run `mfa-session configure` again",
        )


def list_repointable(inputs: Inputs, source: str, target: str) -> list[str]:
    """Return the role profiles of a source that can use the session instead."""
    return [
        name
        for name in inputs.profiles.names()
        if _comes_from(inputs, name, source) and find_obstacle(inputs, name, target) is None
    ]


def list_asking_roles(inputs: Inputs, names: Iterable[str]) -> list[str]:
    """Return the role profiles among `names` for which the AWS CLI asks for a code."""
    return [name for name in names if inputs.profiles.section(name).get("mfa_serial")]


def check_repointed(inputs: Inputs, name: str, source: str | None, target: str) -> None:
    """Refuse a role profile that cannot use the session.

    Raises ConfigurationError: `no-such-profile` or `not-repointable`.
    """
    section = inputs.profiles.in_config(name)
    if not inputs.profiles.headers().get(name):
        raise unknown_name(inputs, name)
    origin = section.get("source_profile")
    reason = find_obstacle(inputs, name, target)
    if "role_arn" not in section:
        reason = "it has no role_arn"
    elif reason is None and origin not in (source, target):
        reason = f"its source_profile is {origin!r}, not {source!r}"
    if reason is not None:
        raise ConfigurationError(
            "not-repointable",
            f"profile {name!r} cannot use the session as its source: {reason}",
            "omit it, or correct it first",
        )


def find_obstacle(inputs: Inputs, name: str, target: str) -> str | None:
    """Return why a role profile cannot use the session in `target`; None if it can."""
    section = inputs.profiles.in_config(name)
    if name == target:
        return "it is the session's own profile"
    if holds_keys(inputs, name) or any(
        key in inputs.profiles.in_credentials(name) for key in _ROLE_KEYS
    ):
        return "the credentials file has a section of that name, which SDKs read first"
    seconds = section.get("duration_seconds", "").strip()
    if seconds.isascii() and seconds.isdigit() and int(seconds) > CHAINED_LIMIT_SECONDS:
        return f"duration_seconds is {seconds}, and AWS grants a role at most 1 h from a session"
    return None


def _comes_from(inputs: Inputs, name: str, source: str) -> bool:
    section = inputs.profiles.in_config(name)
    return section.get("source_profile") == source and "role_arn" in section
