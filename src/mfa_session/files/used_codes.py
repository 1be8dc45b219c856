"""The last TOTP steps sent for each device, remembered across processes."""

from __future__ import annotations

import hashlib

from mfa_session.model.errors import ConfigurationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.files.state import StateDir
    from mfa_session.model.ports import Console

KEPT_STEPS = 40
"""Twenty minutes of codes; AWS takes none that is older."""
MOST_DIGITS = 12


class UsedSteps:
    """One small file per device in the state directory; the device's turn guards it."""

    def __init__(self, state: StateDir, talk: Console) -> None:
        """Take where to remember, and how to warn when that fails."""
        self._state = state
        self._talk = talk

    def used(self, serial: str) -> frozenset[int]:
        """Return the last steps of which a code was sent.

        Not only the latest: one sent while the clock was ahead says nothing of those before it.
        """
        words = (self._state.read(_name(serial)) or b"").decode("ascii", "replace").split()
        return frozenset(int(word) for word in words if word.isdigit() and len(word) <= MOST_DIGITS)

    def note(self, serial: str, step: int) -> None:
        """Remember a step, before its code is sent: a kill in between must not send it twice."""
        try:
            before = (self._state.read(_name(serial)) or b"").split()[-KEPT_STEPS:]
            words = [word for word in before if word.isdigit()] + [b"%d" % step]
            self._state.write(_name(serial), b"\n".join(words) + b"\n")
        except ConfigurationError as error:
            self._talk.warn(f"the code's use cannot be remembered: {error.message}")


def _name(serial: str) -> str:
    return "step-" + hashlib.sha256(serial.encode()).hexdigest()[:32]
