"""Whether there may be a keyring, told without importing keyring, which takes 100 ms."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def may_have_keyring(environ: Mapping[str, str], settings: Mapping[str, object]) -> bool:
    """Say whether a keyring may answer; False on Linux with no D-Bus and none chosen by name.

    `settings` is config.toml's `[keyring]`.
    """
    if sys.platform != "linux" or settings or environ.get("PYTHON_KEYRING_BACKEND"):
        return True
    if environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return True
    config = environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    places = [os.path.join(config, "python_keyring", "keyringrc.cfg")]
    if environ.get("XDG_RUNTIME_DIR"):
        places.append(os.path.join(environ["XDG_RUNTIME_DIR"], "bus"))
    return any(os.path.exists(place) for place in places)
