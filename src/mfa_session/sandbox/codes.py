"""TOTP as AWS checks it: RFC 6238, SHA-1, six digits, thirty seconds, each step once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import struct

STEP_SECONDS = 30
DIGITS = 6
_SEED_BYTES = 40


def new_seed() -> str:
    """Return a fresh seed: 64 characters of base32, as CreateVirtualMFADevice gives."""
    return base64.b32encode(os.urandom(_SEED_BYTES)).decode()


def step_at(epoch_seconds: float) -> int:
    """Return the number of the thirty-second step that holds this moment."""
    return int(epoch_seconds // STEP_SECONDS)


def code_for(seed: str, step: int) -> str:
    """Return the six digits of a step (RFC 4226, section 5.3)."""
    key = base64.b32decode(seed)
    digest = hmac.new(key, struct.pack(">q", step), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


class CodeChecker:
    """What AWS remembers of one device: how far it drifts, and the last step used."""

    def __init__(self, seed: str) -> None:
        """Start with nothing used and no drift."""
        self.seed = seed
        self.drift_steps = 0
        self.last_used_step = -1

    def accept(self, code: str, now_step: int) -> bool:
        """Use the code up if its step is within one of now and later than any used before."""
        centre = now_step + self.drift_steps
        for step in (centre, centre - 1, centre + 1):
            if step > self.last_used_step and code_for(self.seed, step) == code:
                self.last_used_step = step
                return True
        return False

    def accept_pair(self, first: str, second: str, now_step: int, reach_steps: int = 1) -> bool:
        """Use up two consecutive codes and learn the drift from them.

        The second code's step may lie up to `reach_steps` before or after now; enabling looks one
        step around, resynchronising a day.
        """
        for distance in _outwards(reach_steps):
            step = now_step + distance
            if step - 1 <= self.last_used_step:
                continue
            if (code_for(self.seed, step - 1), code_for(self.seed, step)) == (first, second):
                self.last_used_step = step
                self.drift_steps = 0 if abs(distance) <= 1 else distance
                return True
        return False


def _outwards(reach: int) -> list[int]:
    """Return 0, -1, 1, -2, 2 … up to reach: the likely steps first."""
    return sorted(range(-reach, reach + 1), key=abs)
