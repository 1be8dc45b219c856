"""A session as environment variables."""

from __future__ import annotations

from mfa_session.model.expiry import format_time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfa_session.model.session import Session

REMOVED = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SECURITY_TOKEN")
SET = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_SESSION_EXPIRATION",
    "MFA_SESSION_ACTIVE",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
)
"""Every variable this tool may set; the regions only where one is known."""

_NEVER_PASSED_ON = ("MFA_SESSION_TOKEN_CODE",)


def session_variables(
    session: Session, around: Mapping[str, str], *, asked: str | None, from_files: str | None
) -> dict[str, str]:
    """Return what to set; both region variables, as SDKs differ in the one they read.

    The region asked for goes first, then the one `around` (the environment) has, then the
    files'. Where the environment has two that differ, both stay.
    """
    token = session.keys.session_token
    ends = format_time(session.expires_at) if session.expires_at else None
    region, default = around.get("AWS_REGION"), around.get("AWS_DEFAULT_REGION")
    variables = {
        "AWS_ACCESS_KEY_ID": session.keys.access_key_id,
        "AWS_SECRET_ACCESS_KEY": session.keys.secret_access_key.reveal(),
        "AWS_SESSION_TOKEN": token.reveal() if token else None,
        "AWS_CREDENTIAL_EXPIRATION": ends,
        "AWS_SESSION_EXPIRATION": ends,
        "MFA_SESSION_ACTIVE": session.name,
        "AWS_REGION": asked or region or default or from_files,
        "AWS_DEFAULT_REGION": asked or default or region or from_files,
    }
    return {name: value for name, value in variables.items() if value}


def child_environment(around: Mapping[str, str], variables: Mapping[str, str]) -> dict[str, str]:
    """Return a child's whole environment: the session's, and no other credentials."""
    gone = {*REMOVED, *SET[:6], *_NEVER_PASSED_ON}
    kept = {name: value for name, value in around.items() if name not in gone}
    return {**kept, **variables}
