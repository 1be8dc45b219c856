"""The source profile: where the long-term keys are, found without running or asking anything."""

from __future__ import annotations

from mfa_session.model.errors import ConfigurationError
from mfa_session.model.paths import config_path, credentials_path
from mfa_session.model.profiles import leads_back, process_profile, stored_profile
from mfa_session.model.session import PREFIX as STORED
from mfa_session.model.session import SESSION_KEY_PREFIX, is_managed, read_keys
from mfa_session.model.settings import Source
from mfa_session.session.environment import first_region
from mfa_session.session.names import PROFILE_VARIABLES, unknown_name
from mfa_session.session.validation import check_pasted_keys, find_flaw

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mfa_session.session.context import Inputs

LOGIN = "login_session"
"""What `aws login` writes to a profile; its keys are temporary."""
FILE_VARIABLES = ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE")
_TEMPORARY = {
    "sso_session": "IAM Identity Center (SSO)",
    "sso_start_url": "IAM Identity Center (SSO)",
    "sso_account_id": "IAM Identity Center (SSO)",
    "web_identity_token_file": "a web identity",
    LOGIN: "`aws login`",
    "credential_source": "the machine's own role",
}

DEFAULT = "default"
SOURCE_PROFILE = "--source-profile"
_PROCESS = "credential_process"


def named_source(inputs: Inputs, profile: str, option: str = SOURCE_PROFILE) -> Source:
    """Return the source that a setting or `option` names; refuse one without long-term keys."""
    if profile not in inputs.profiles:
        raise unknown_name(inputs, profile, option, source_profiles(inputs))
    check_pasted_keys(inputs, profile)
    source = source_in(inputs, profile)
    if source is None:
        raise _unfit(inputs, profile, option)
    return source


def own_source(inputs: Inputs, name: str) -> Source | None:
    """Return the session's own profile as its source, where it holds or yields long-term keys."""
    section = inputs.profiles.section(name)
    check_pasted_keys(inputs, name)
    if section.get("credential_source") == "Environment":
        source = environment_source(inputs.environ)
    else:
        source = source_in(inputs, name)
    if source is None and any(key in section for key in _TEMPORARY):
        raise _unfit(inputs, name)
    return source


def usual_source(inputs: Inputs, name: str, option: str = SOURCE_PROFILE) -> Source:
    """Return the source that `aws` itself would use, when nothing (no `option`) names one."""
    source = environment_source(inputs.environ)
    if source is not None:
        return source
    for profile in usual_profiles(inputs, name):
        check_pasted_keys(inputs, profile)
        source = follow(inputs, profile)
        if source is not None:
            check_pasted_keys(inputs, source.profile or profile)
            return source
    return _only_source(inputs, option)


def source_profiles(inputs: Inputs) -> list[str]:
    """Return the profiles that hold or yield long-term keys: `default` first, then sorted."""
    found = [name for name in inputs.profiles.names() if source_in(inputs, name) is not None]
    return sorted(found, key=lambda name: (name != DEFAULT, name))


def _only_source(inputs: Inputs, option: str) -> Source:
    found = source_profiles(inputs)
    if found[1:]:
        raise ConfigurationError(
            "several-sources",
            f"several profiles hold long-term access keys: {', '.join(found)}",
            "say which is yours",
            add=(option, found[0]),
        )
    for profile in found or inputs.profiles.names():
        check_pasted_keys(inputs, profile)
    only = source_in(inputs, found[0]) if found else None
    if only is not None:
        return only
    named = [name for name in FILE_VARIABLES if inputs.environ.get(name)]
    hint = "run `aws configure` to store yours"
    raise ConfigurationError(
        "no-long-term-keys",
        f"no long-term access key found: not in the environment, not in {_places(inputs)}",
        f"correct or unset {' and '.join(named)}, or {hint}" if named else hint,
    )


def environment_source(environ: Mapping[str, str]) -> Source | None:
    """Return the long-term keys of the environment; session keys there are passed over."""
    key_id = environ.get("AWS_ACCESS_KEY_ID", "").strip()
    secret = environ.get("AWS_SECRET_ACCESS_KEY", "").strip()
    token = environ.get("AWS_SESSION_TOKEN") or environ.get("AWS_SECURITY_TOKEN")
    if not key_id or token:
        return None
    if not secret:
        raise ConfigurationError(
            "partial-keys",
            "AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY",
            "set both, or unset AWS_ACCESS_KEY_ID",
        )
    flaw = find_flaw(environ, ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"))
    if flaw is not None and not key_id.startswith(SESSION_KEY_PREFIX):
        raise ConfigurationError(
            "bad-keys",
            f"{flaw[1]}, in the environment",
            "set both as AWS shows them, or unset AWS_ACCESS_KEY_ID",
        )
    keys = read_keys({"aws_access_key_id": key_id, "aws_secret_access_key": secret})
    return Source(keys=keys) if keys and keys.is_long_term() else None


def source_in(inputs: Inputs, profile: str) -> Source | None:
    """Return the long-term keys that a profile's own sections hold or yield, as botocore orders."""
    keys = read_keys(inputs.profiles.in_credentials(profile))
    if keys is None:
        process = inputs.profiles.section(profile).get(_PROCESS, "").strip()
        if process and not leads_back(process) and not exports_temporary(inputs, process):
            stored = stored_profile(process)
            noted = inputs.key_notes().decode("utf-8", "replace") if stored is not None else ""
            return Source(profile=profile, process=process, stored=stored, noted=noted)
        keys = read_keys(inputs.profiles.in_config(profile))
    return Source(profile=profile, keys=keys) if keys and keys.is_long_term() else None


def exports_temporary(inputs: Inputs, process: str) -> bool:
    """Say whether a credential_process is the AWS CLI's bridge to a profile of temporary keys.

    That is `aws configure export-credentials`, for SDKs that know neither SSO nor `aws login`.
    """
    if "export-credentials" not in process:
        return False
    section = inputs.profiles.section(process_profile(process) or "default")
    return read_keys(section) is None and any(key in section for key in (*_TEMPORARY, "role_arn"))


def region_of(inputs: Inputs, profile: str) -> str | None:
    """Return the region that the environment names, else the profile, else config.toml."""
    own = inputs.profiles.section(profile).get("region") or inputs.file.defaults.get("region")
    return first_region(inputs.environ, asked=None, from_files=own)


def usual_profiles(inputs: Inputs, name: str) -> Iterator[str]:
    """Yield the profiles in which keys are looked for when none is named, in their order."""
    for variable in PROFILE_VARIABLES:
        if inputs.environ.get(variable):
            yield inputs.environ[variable]
    yield f"{name}-long-term"
    yield DEFAULT
    yield "default-long-term"


def follow(inputs: Inputs, profile: str) -> Source | None:
    """Return the long-term keys that a profile leads to, through this tool's sessions and roles."""
    seen: list[str] = []
    while profile and profile not in seen:
        seen.append(profile)
        source = source_in(inputs, profile)
        if source is not None:
            passed = [name for name in seen if name != profile and _passes_on(inputs, name)]
            return source.replace(passed=tuple(passed))
        section = inputs.profiles.section(profile)
        stored = section.get(STORED + "source_profile") if is_managed(section) else None
        beside = inputs.recovered.get(profile)
        if stored is None and beside is not None:
            stored = beside.source_profile
        table = inputs.file.sessions.get(profile, {})
        onward = (
            table.get("source_profile"),
            table.get("via"),
            stored,
            section.get("source_profile"),
        )
        profile = next((step for step in onward if step), "")
    return None


def _passes_on(inputs: Inputs, profile: str) -> bool:
    """Say whether a profile is only another name for the one with the keys."""
    section = inputs.profiles.section(profile)
    return "role_arn" not in section and not is_managed(section)


def _unfit(inputs: Inputs, profile: str, option: str = SOURCE_PROFILE) -> ConfigurationError:
    section = inputs.profiles.section(profile)
    process, keys = section.get(_PROCESS, ""), read_keys(section)
    found = next((key for key in _TEMPORARY if key in section), None)
    other, whose = _other_source(inputs, profile, option), f"profile {profile!r}"
    if leads_back(process):
        return ConfigurationError(
            "source-loop", f"{whose} gets its keys from mfa-session itself ({_PROCESS})", *other
        )
    if exports_temporary(inputs, process):
        why = f"gets temporary keys from the AWS CLI ({_PROCESS})"
    elif keys is not None:
        why = f"holds session keys ({keys.shown_id}), not long-term ones"
    elif section.get("credential_source") == "Environment":
        why = "takes keys from the environment (credential_source), which has no long-term ones"
    elif found is not None:
        from mfa_session.model.text import quote  # noqa: PLC0415  # on the way out only

        renewal = f"; `aws login --profile {quote(profile)}` renews it" if found == LOGIN else ""
        why = (
            f"gets temporary keys from {_TEMPORARY[found]}: "
            f"AWS gives MFA sessions to long-term keys only{renewal}"
        )
    else:
        return ConfigurationError(
            "no-long-term-keys", f"{whose} holds no long-term access key", *other
        )
    return ConfigurationError("temporary-source", f"{whose} {why}", *other)


def _other_source(inputs: Inputs, profile: str, option: str) -> tuple[str, tuple[str, ...]]:
    """Return the hint for who named a profile without long-term keys, and the words it lacks."""
    behind = follow(inputs, profile)
    own = behind.profile if behind else None
    found = [own] if own else source_profiles(inputs)
    if not found:
        return "store your access key (AKIA…): `aws configure`", ()
    lead = "name the profile that holds your access key (AKIA…)"
    if found[1:]:  # any of them may be another user's
        return f"{lead} with {option}: {' or '.join(found[:10])}", ()
    return lead, (option, found[0])


def _places(inputs: Inputs) -> str:
    paths = (credentials_path(inputs.environ), config_path(inputs.environ))
    return ", not in ".join(
        f"{path} (from {variable})" if inputs.environ.get(variable) else path
        for path, variable in zip(paths, FILE_VARIABLES, strict=True)
    )
