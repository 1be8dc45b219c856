"""The last TOTP step sent for each device, remembered across processes."""

from __future__ import annotations

import hashlib

from mfa_session.model.errors import ConfigurationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.files.state import StateDir
    from mfa_session.model.ports import Console


class UsedSteps:
    """One small file per device in the state directory; the device's turn guards it."""

    def __init__(self, state: StateDir, talk: Console) -> None:
        """Take where to remember, and how to warn when that fails."""
        self._state = state
        self._talk = talk

    def last(self, serial: str) -> int | None:
        """Return the last step of which a code was sent, or None."""
        text = (self._state.read(_name(serial)) or b"").decode("ascii", "replace").strip()
        return int(text) if text.isascii() and text.isdigit() else None

    def note(self, serial: str, step: int) -> None:
        """Remember a step, before its code is sent: a kill in between must not send it twice."""
        try:
            self._state.write(_name(serial), f"{step}\n".encode())
        except ConfigurationError as error:
            self._talk.warn(f"the code's use cannot be remembered: {error.message}")


def _name(serial: str) -> str:
    return "step-" + hashlib.sha256(serial.encode()).hexdigest()[:32]
