"""AWS's clock and its check of codes: RFC 6238 with SHA-1, six digits, 30 s, each step once."""

from __future__ import annotations

import base64
import hmac
import os
from datetime import datetime, timezone


class Clock:
    """The clock of the sandbox: the machine's."""

    def now(self) -> datetime:
        """Return the time, aware UTC."""
        return datetime.now(timezone.utc)


def iso(moment: datetime) -> str:
    """Format as AWS does in XML: `2031-01-31T12:00:00Z`."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def compact(moment: datetime) -> str:
    """Format as signatures do: `20310131T120000Z`."""
    return moment.astimezone(timezone.utc).strftime("%Y%m%dT%H%M%SZ")


STEP_SECONDS = 30
DIGITS = 6


def new_seed() -> str:
    """Return a new seed: 64 characters of base32, as CreateVirtualMFADevice returns."""
    return base64.b32encode(os.urandom(40)).decode()


def step_at(epoch_seconds: float) -> int:
    """Return the number of the 30 s step of this moment."""
    return int(epoch_seconds // STEP_SECONDS)


def code_for(seed: str, step: int) -> str:
    """Return the six digits of a step (RFC 4226, section 5.3)."""
    digest = hmac.digest(base64.b32decode(seed), step.to_bytes(8, "big", signed=True), "sha1")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


class CodeChecker:
    """Checks one device's codes, with its drift and the last used step."""

    def __init__(self, seed: str) -> None:
        self.seed = seed
        self.drift_steps = 0
        self.last_used_step = -1

    def accept(self, code: str, now_step: int) -> bool:
        """Accept a code within one step of now, and later than the last used step."""
        centre = now_step + self.drift_steps
        for step in (centre, centre - 1, centre + 1):
            if step > self.last_used_step and code_for(self.seed, step) == code:
                self.last_used_step = step
                return True
        return False
