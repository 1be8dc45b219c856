"""The name of this machine's user in CloudTrail."""

from __future__ import annotations

import getpass

_ALLOWED = "_+=,.@-"


def role_session_name() -> str:
    r"""Return a RoleSessionName with the login name, which tells people apart in CloudTrail.

    Shape: 2 to 64 of `[\w+=,.@-]` (STS API reference, AssumeRole).
    """
    try:
        name = getpass.getuser()
    except (KeyError, OSError, ImportError):
        name = ""
    fitting = "".join(c if c.isascii() and (c.isalnum() or c in _ALLOWED) else "-" for c in name)
    return f"mfa-session-{fitting}"[:64] if fitting else "mfa-session"
