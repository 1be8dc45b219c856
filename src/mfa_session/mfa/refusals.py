"""Errors of a login that cannot get a code, apart from what makes codes: that is slow to import."""

from __future__ import annotations

from mfa_session.model.errors import NoMfaError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.model.settings import Settings


def nobody_to_ask(settings: Settings) -> NoMfaError:
    """Return the error for a session that needs a code which nobody and nothing can give."""
    return NoMfaError(
        "code-needed",
        f"session {settings.name!r} needs an MFA code, and there is nobody to ask",
        f"run `{settings.login_command}` in a terminal, or give the code: --token-code",
    )
