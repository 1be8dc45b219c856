"""The shapes that STS and IAM take, checked before a code is asked (STS API reference)."""

from __future__ import annotations

from mfa_session.model.arns import device_kind, is_role_arn
from mfa_session.model.errors import ConfigurationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.model.settings import Settings

CHAINED_LIMIT_SECONDS = 3600
DURATION_LIMITS_SECONDS = {"mfa": (900, 129600), "role": (900, 43200)}
ROLE_SESSION_NAME_LENGTHS = range(2, 65)
EXTERNAL_ID_LENGTHS = range(2, 1225)
_ALNUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_ROLE_SESSION_NAME = frozenset(_ALNUM + "_+=,.@-")
_EXTERNAL_ID = frozenset(_ALNUM + "_+=,.@:/-")


def check_shapes(settings: Settings) -> None:
    """Refuse what AWS would refuse."""
    if settings.via is not None and settings.role_arn is None:
        raise ConfigurationError(
            "no-role",
            f"it goes via session {settings.via.name!r}, but no role is given",
            "give the role (role_arn or --role-arn), or name a source profile with long-term keys",
        )
    if settings.role_arn is not None and not is_role_arn(settings.role_arn):
        raise ConfigurationError(
            "bad-role-arn",
            f"{settings.role_arn!r} is no role's ARN",
            "a role's ARN looks like arn:aws:iam::123456789012:role/NAME",
        )
    _check_role_session_name(settings.role_session_name)
    _check_external_id(settings.external_id)
    if settings.mfa_serial is not None:
        check_serial(settings.mfa_serial)
    _check_duration(settings)


def _check_role_session_name(name: str | None) -> None:
    if name is not None and not _fits(name, ROLE_SESSION_NAME_LENGTHS, _ROLE_SESSION_NAME):
        raise ConfigurationError(
            "bad-role-session-name",
            f"{name!r} cannot be a role session's name",
            "2 to 64 letters, digits and _ + = , . @ -",
        )


def _check_external_id(text: str | None) -> None:
    if text is not None and not _fits(text, EXTERNAL_ID_LENGTHS, _EXTERNAL_ID):
        raise ConfigurationError(
            "bad-external-id",
            f"{text!r} cannot be an external id",
            "2 to 1224 letters, digits and _ + = , . @ : / -",
        )


def _fits(text: str, lengths: range, allowed: frozenset[str]) -> bool:
    return len(text) in lengths and allowed.issuperset(text)


def check_serial(serial: str) -> None:
    """Refuse what cannot be the serial of a device that STS takes."""
    kind = device_kind(serial)
    if kind == "user":
        raise ConfigurationError(
            "serial-is-user",
            f"{serial} is the ARN of a user, not of an MFA device",
            f"the device's may be {serial.replace(':user/', ':mfa/')}; "
            "leave mfa_serial out to have it found",
        )
    if kind == "passkey":
        raise ConfigurationError(
            "passkey-device",
            f"{serial} is a passkey or security key: AWS's API cannot use it for sessions",
            "add a virtual MFA device (an authenticator app) to your user as well",
        )
    if kind == "invalid":
        raise ConfigurationError(
            "bad-serial",
            f"{serial!r} cannot be the serial of an MFA device",
            "a virtual device's looks like arn:aws:iam::123456789012:mfa/NAME; "
            "leave it out to have it found",
        )


def _check_duration(settings: Settings) -> None:
    least, most = DURATION_LIMITS_SECONDS[settings.kind]
    if not least <= settings.duration <= most:
        what = "a role session" if settings.role_arn else "an MFA session"
        raise ConfigurationError(
            "duration-out-of-range",
            f"{settings.duration} s is out of range: {what} lasts {least} s to {most // 3600} h",
            f"ask for 15m to {most // 3600}h",
            add=("--duration", f"{most // 3600}h" if settings.duration > most else "15m"),
        )
    chained = settings.via is not None and settings.via.role_arn is not None
    if chained and settings.duration > CHAINED_LIMIT_SECONDS:
        raise ConfigurationError(
            "duration-out-of-range",
            "a role reached from another role's session lasts 1 h at most",
            "ask for 1h or less",
            add=("--duration", "1h"),
        )
