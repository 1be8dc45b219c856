"""Errors of a login that cannot get a code, apart from what makes codes: that is slow to import."""

from __future__ import annotations

from mfa_session.model.errors import NoMfaError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.model.settings import Settings


def nobody_to_ask(settings: Settings) -> NoMfaError:
    """Return the error for a session that needs a code which nobody and nothing can give."""
    login = settings.login_command
    if settings.max_age is not None and "--force" not in login:
        login += " --force"  # the session may be there, and its code too old for the guard
    return NoMfaError(
        "code-needed",
        f"session {settings.name!r} needs an MFA code, and there is nobody to ask",
        f"run `{login}` in a terminal; a script gives the code on stdin: --token-code -",
    )
