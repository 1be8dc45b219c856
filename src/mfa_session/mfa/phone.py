"""Give a seed to a phone's app, as a QR code or text, and check that the app has it."""

from __future__ import annotations

from urllib.parse import quote

from mfa_session.mfa.sources import PROMPT_ATTEMPTS, bad_code, code_at
from mfa_session.model.arns import account_of
from mfa_session.model.totp import MALFORMED, normalize_code, step_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_session.model.iam import NewDevice
    from mfa_session.model.ports import Clock, Console

ISSUER = "Amazon Web Services"
GROUP_LETTERS = 4

Address = tuple[str, ...]
"""The pieces of an `otpauth://` address; a QR code packs the secret alone more tightly."""


def label_of(serial: str) -> str:
    """Return the account's name as the app shows it: NAME@ACCOUNT, as in AWS's own QR code."""
    account, name = account_of(serial), serial.partition(":mfa/")[2]
    return f"{name}@{account}" if account and name else serial


def addresses(device: NewDevice) -> list[Address]:
    """Return the device's address in three forms, the longest first, for smaller terminals.

    The last is IAM's own (API reference, VirtualMFADevice): `otpauth://totp/NAME@ACCOUNT?secret=…`.
    """
    label, issuer = quote(label_of(device.serial), safe="@=,"), quote(ISSUER)
    seed = device.seed.reveal()
    return [
        (f"otpauth://totp/{issuer}:{label}?secret=", seed, f"&issuer={issuer}"),
        (f"otpauth://totp/{label}?secret=", seed, "&issuer=AWS"),
        (f"otpauth://totp/{label}?secret=", seed),
    ]


def grouped(device: NewDevice) -> str:
    """Return the seed in groups of four letters, for typing."""
    seed = device.seed.reveal()
    starts = range(0, len(seed), GROUP_LETTERS)
    return " ".join(seed[start : start + GROUP_LETTERS] for start in starts)


def require_code_of(
    device: NewDevice, ask: Callable[[str], str], clock: Clock, talk: Console
) -> None:
    """Ask for the phone's code until it matches the device; NoMfaError after three attempts.

    The previous and the next window's codes match too: a phone's clock may be a little off.
    """
    for _ in range(PROMPT_ATTEMPTS):
        code = normalize_code(ask("The code that the phone shows now: "))
        now = step_at(clock.now())
        if code in {code_at(device.seed, step) for step in (now - 1, now, now + 1)}:
            return
        talk.say(
            f"{MALFORMED}; try again"
            if code is None
            else "that is not the new device's code now; type the newest one, and check the "
            "phone's clock (Ctrl-C undoes the enrolment)"
        )
    raise bad_code()


class PhoneOnly:
    """A `model.ports.Secrets` that keeps nothing: only the phone has the secret."""

    def get(self, *_: object, **__: object) -> None:
        """Return None; keep and try nothing."""

    set = try_out = get

    def holds(self, *_: object, **__: object) -> bool:
        """Return False."""
        return False

    remove = holds

    def serials(self, *_: object, **__: object) -> list[str]:
        """Return none."""
        return []

    known = serials

    def describe(self) -> str:
        """Name where the secret is."""
        return "the phone"
