"""Codes made from a stored secret."""

from __future__ import annotations

from mfa_session.model.errors import NoMfaError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.model.secret import Secret


def code_at(secret: Secret, step: int) -> str:
    """Return the six digits of a step."""
    import pyotp  # noqa: PLC0415  # only where a code is made

    return pyotp.HOTP(secret.reveal()).at(step)


def no_secret(serial: str) -> NoMfaError:
    """Return the error for a code that was wanted of a device whose secret is not stored."""
    return NoMfaError(
        "no-totp-secret",
        f"no secret is stored for {serial}",
        f"store it: `mfa-session totp add --mfa-serial {serial}`",
    )
