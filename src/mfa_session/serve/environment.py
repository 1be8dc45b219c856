"""The environment of a job, in which every SDK asks the endpoint.

SDKs prefer keys, roles and profiles of the environment to the endpoint (AWS SDKs and Tools
Reference Guide, "Standardized credential providers"), and also the profile `default` if it has
credentials. In that case the job gets a profile without any.
"""

from __future__ import annotations

from mfa_session.model.copied_settings import SERVES, served_profile, to_text
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.settings import GIVEN_CODE
from mfa_session.session.environment import (
    ACTIVE,
    REMOVED,
    SET,
    region_variables,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfa_session.model.feature_ports import JobEdges
    from mfa_session.session.acquire import AcquiredSession
    from mfa_session.session.context import Context

URI = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
TOKEN = "AWS_CONTAINER_AUTHORIZATION_TOKEN"  # noqa: S105  # a name
NOT_PASSED_ON = (
    *REMOVED,
    *SET,
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
)
"""The variables that SDKs prefer to the endpoint, or that change their request to it."""
CREDENTIAL_SETTINGS = (
    "aws_access_key_id",
    "credential_process",
    "login_session",
    "role_arn",
    "sso_account_id",
    "sso_session",
    "sso_start_url",
    "web_identity_token_file",
)
"""The settings that give a profile credentials."""


def job_variables(
    use: AcquiredSession, ctx: Context, jobs: JobEdges, uri: str, token: str, region: str | None
) -> dict[str, str]:
    """Return the variables to set for a job, after NOT_PASSED_ON is removed."""
    regions = region_variables(ctx.environ, asked=region, from_files=use.region)
    profile = _profile_without_credentials(use, ctx, jobs)
    named = {"AWS_PROFILE": profile} if profile else {}
    session = {ACTIVE: use.session.name}
    return {URI: uri, TOKEN: token, **session, **named, **regions}


def job_environment(around: Mapping[str, str], variables: Mapping[str, str]) -> dict[str, str]:
    """Return a job's whole environment."""
    gone = {*NOT_PASSED_ON, GIVEN_CODE}
    return {**{name: value for name, value in around.items() if name not in gone}, **variables}


def _profile_without_credentials(use: AcquiredSession, ctx: Context, jobs: JobEdges) -> str | None:
    """Return the profile that a job must use; None if `default` has no credentials."""
    profiles = ctx.files.profiles()
    if not _has_credentials(profiles.section("default")):
        return None
    name = served_profile(use.session.profile)
    if _has_credentials(profiles.section(name)):
        raise ConfigurationError(
            "protected-profile",
            f"profile {name!r} has credentials, so a job that uses it would not ask the endpoint",
            "rename it, and run the command again",
        )
    copied = use.settings.written
    serves = f"{use.session.name} {to_text(copied) or ''}".strip()
    jobs.write_profile(name, {SERVES: serves, **copied})
    return name


def _has_credentials(section: Mapping[str, str]) -> bool:
    return any(section.get(key) for key in CREDENTIAL_SETTINGS)
