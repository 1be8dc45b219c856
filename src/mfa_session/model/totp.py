"""Time-based one-time passwords as AWS uses them: RFC 6238, SHA-1, six digits, 30 seconds."""

from __future__ import annotations

import base64
import binascii

from mfa_session.model.errors import ConfigurationError
from mfa_session.model.session import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime
    from typing import NoReturn

STEP_SECONDS = 30
DIGITS = 6
HALF = 3
MALFORMED = "a code is six digits"
LEAST_SECRET_BITS = 112
"""RFC 4226, section 4, R6, demands 128 bits; pyotp accepts 112."""

LONGEST_SHOWN = 8
_BASE32 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
_AWS_USES = {"digits": "6", "period": "30", "algorithm": "SHA1"}


def normalize_code(text: str) -> str | None:
    """Return the six digits of a code, or None; ignore blanks around, and one in the middle."""
    digits = text.strip().replace("\u00a0", " ")
    if digits[HALF : HALF + 1] == " ":
        digits = digits[:HALF] + digits[HALF + 1 :]
    return digits if len(digits) == DIGITS and digits.isascii() and digits.isdigit() else None


def step_at(moment: datetime) -> int:
    """Return the number of a moment's 30-second step."""
    return int(moment.timestamp()) // STEP_SECONDS


def seconds_left_in_step(moment: datetime) -> int:
    """Return the whole seconds until the end of a moment's step, 1 to 30."""
    return STEP_SECONDS - int(moment.timestamp()) % STEP_SECONDS


def read_secret(text: str) -> Secret:
    """Return the base32 secret in `text`: itself, in any spelling, or an `otpauth://` URI's.

    It is in upper case, without spaces, dashes and padding. ConfigurationError `bad-totp-secret`
    never repeats the secret.
    """
    text = text.strip()
    if text.lower().startswith("otpauth-migration:"):
        _refuse("it is an authenticator app's export, which may hold several")
    if text.lower().startswith("otpauth:"):
        text = _secret_of_uri(text)
    plain = "".join(text.split()).replace("-", "").rstrip("=").upper()
    if not plain:
        raise ConfigurationError(
            "bad-totp-secret",
            "no secret was given",
            "type it in a terminal, or write it to stdin: `mfa-session totp add <FILE`",
        )
    if normalize_code(plain) is not None:
        _refuse("it is a code; what is wanted is the key that codes are made from")
    bits = len(_decode(plain)) * 8
    if bits < LEAST_SECRET_BITS:
        _refuse(f"it has {bits} bits, fewer than {LEAST_SECRET_BITS}: part of it is missing")
    return Secret(plain)


def _decode(plain: str) -> bytes:
    if not _BASE32.issuperset(plain):
        _refuse("it is not base32 (letters A to Z and digits 2 to 7)")
    try:
        return base64.b32decode(plain + "=" * (-len(plain) % 8))
    except binascii.Error:
        _refuse("no base32 has this length: a character is missing, or one too many")


def _secret_of_uri(uri: str) -> str:
    from urllib.parse import parse_qs, urlsplit  # noqa: PLC0415

    try:
        parts = urlsplit(uri)
        parameters = {name.lower(): values[-1] for name, values in parse_qs(parts.query).items()}
    except ValueError:
        _refuse("it is not an otpauth:// address")
    if parts.netloc.lower() != "totp":
        _refuse("its type is not totp, the type that AWS uses")
    for name, value in _AWS_USES.items():
        given = parameters.get(name, value).upper().replace("-", "").removeprefix("HMAC")
        if given != value:
            _refuse(
                f"it says {name}={_shown(given)}, where AWS has {value}: it belongs to another "
                "service"
            )
    if "secret" not in parameters:
        _refuse("it has no secret")
    return parameters["secret"]


def _shown(value: str) -> str:
    """Return a parameter for a message, unless it is so long that it may be the secret."""
    return value if len(value) <= LONGEST_SHOWN else "something else"


def _refuse(why: str) -> NoReturn:
    raise ConfigurationError(
        "bad-totp-secret",
        f"this cannot be the secret of an AWS MFA device: {why}",
        "give the base32 key that AWS showed when the device was made, or its otpauth:// address",
    ) from None
