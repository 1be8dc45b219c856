"""A session as environment variables."""

from __future__ import annotations

from mfa_session.model.settings import GIVEN_CODE
from mfa_session.model.times import format_time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from mfa_session.model.session import Session

REMOVED = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SECURITY_TOKEN")
ACTIVE = "MFA_SESSION_ACTIVE"
"""The variable that holds the session's name, for prompts."""
SET = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_SESSION_EXPIRATION",
    ACTIVE,
)
"""Every variable that a session always has or replaces."""
URI = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
HOST, PATH = "127.0.0.1", "/credentials"
REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")
REGIONS_SET = "MFA_SESSION_REGIONS_SET"
"""The variable that names the REGIONS which `env` has set, not the person."""


def served_session(around: Mapping[str, str]) -> str | None:
    """Return the name of the session that `--serve` gives to an environment, or None."""
    uri = around.get(URI, "")
    is_ours = uri.startswith(f"http://{HOST}:") and uri.endswith(PATH)
    return around.get(ACTIVE) if is_ours else None


def session_variables(
    session: Session, around: Mapping[str, str], *, asked: str | None, from_files: str | None
) -> dict[str, str]:
    """Return what to set for a session in the environment `around`, its regions included."""
    token = session.keys.session_token
    ends = format_time(session.expires_at) if session.expires_at else None
    variables = {
        "AWS_ACCESS_KEY_ID": session.keys.access_key_id,
        "AWS_SECRET_ACCESS_KEY": session.keys.secret_access_key.reveal(),
        "AWS_SESSION_TOKEN": token.reveal() if token else None,
        "AWS_CREDENTIAL_EXPIRATION": ends,
        "AWS_SESSION_EXPIRATION": ends,
        ACTIVE: session.name,
    }
    regions = region_variables(around, asked=asked, from_files=from_files)
    return {**{name: value for name, value in variables.items() if value}, **regions}


def first_region(
    around: Mapping[str, str], *, asked: str | None, from_files: str | None
) -> str | None:
    """Return the region asked for, else the environment's, else the files'."""
    return asked or around.get("AWS_REGION") or around.get("AWS_DEFAULT_REGION") or from_files


def region_variables(
    around: Mapping[str, str], *, asked: str | None, from_files: str | None
) -> dict[str, str]:
    """Return both region variables, as SDKs differ in the one they read; none without a region.

    Where the environment (`around`) has two that differ, both stay.
    """
    first = first_region(around, asked=asked, from_files=from_files)
    default = asked or around.get("AWS_DEFAULT_REGION") or first
    variables = {"AWS_REGION": first, "AWS_DEFAULT_REGION": default}
    return {name: value for name, value in variables.items() if value}


def noting_regions(variables: Mapping[str, str], around: Mapping[str, str]) -> dict[str, str]:
    """Return the variables, and one that notes which regions the person had not set."""
    noted = around.get(REGIONS_SET, "").split()
    ours = [
        name for name in REGIONS if name in variables and (name in noted or not around.get(name))
    ]
    return {**variables, REGIONS_SET: " ".join(ours)} if ours else dict(variables)


def ours_in(around: Mapping[str, str]) -> tuple[str, ...]:
    """Return the variables that `env` has set in an environment; none without a session."""
    if not around.get(ACTIVE):
        return ()
    noted = around.get(REGIONS_SET, "").split()
    regions = [name for name in REGIONS if name in noted]
    note = [REGIONS_SET] if REGIONS_SET in around else []
    return (*(name for name in SET if name in around), *regions, *note)


def child_environment(
    around: Mapping[str, str],
    variables: Mapping[str, str],
    replaced: Collection[str] = (*REMOVED, *SET),
) -> dict[str, str]:
    """Return a child's whole environment: the session's, and no other credentials."""
    gone = {*replaced, GIVEN_CODE}
    kept = {name: value for name, value in around.items() if name not in gone}
    return {**kept, **variables}
