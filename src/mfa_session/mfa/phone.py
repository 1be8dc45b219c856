"""What a phone's authenticator app is given: the address behind a QR code, or text to type."""

from __future__ import annotations

from urllib.parse import quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.model.devices import NewDevice
    from mfa_session.model.iam import User

ISSUER = "Amazon Web Services"
GROUP_LETTERS = 4

Address = tuple[str, ...]
"""An `otpauth://` address in pieces, the secret by itself: a QR code packs it closer then."""


def label_of(device: NewDevice, user: User) -> str:
    """Return the account's name as the app shows it: NAME@ACCOUNT, as in AWS's own QR code."""
    return f"{device.serial.partition(':mfa/')[2]}@{user.account}"


def addresses(device: NewDevice, user: User) -> list[Address]:
    """Return the device's address, richest first: as the console's, and as IAM's API returns it.

    (IAM API reference, VirtualMFADevice: `otpauth://totp/NAME@ACCOUNT?secret=SEED`.) The issuer is
    left out where the code would be too large for the terminal.
    """
    label, issuer = quote(label_of(device, user), safe="@=,"), quote(ISSUER)
    seed = device.seed.reveal()
    return [
        (f"otpauth://totp/{issuer}:{label}?secret=", seed, f"&issuer={issuer}"),
        (f"otpauth://totp/{label}?secret=", seed, "&issuer=AWS"),
        (f"otpauth://totp/{label}?secret=", seed),
    ]


def grouped(device: NewDevice) -> str:
    """Return the seed in groups of four, to be typed."""
    seed = device.seed.reveal()
    starts = range(0, len(seed), GROUP_LETTERS)
    return " ".join(seed[start : start + GROUP_LETTERS] for start in starts)
