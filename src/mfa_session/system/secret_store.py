"""TOTP secrets in the keyring of the operating system."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from mfa_session.files.state import StateDir
    from mfa_session.secret import Secret


class SecretStore:
    """One item per device: service `mfa-session`, user name the device's serial."""

    def __init__(
        self,
        environ: Mapping[str, str],
        settings: Mapping[str, Any],
        state: StateDir,
        *,
        insecure: bool,
    ) -> None:
        """Take the `[keyring]` table; nothing is loaded yet."""
        self._environ = environ
        self._settings = settings
        self._state = state
        self._insecure = insecure

    def get(self, serial: str) -> Secret | None:
        """Return the secret of a device, or None."""
        del serial
        return None
