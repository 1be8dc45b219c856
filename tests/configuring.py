"""What the tests of `configure` write and expect, and how they see that nothing else changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PHONE = "arn:aws:iam::123456789012:mfa/carols-phone"
ROLE = "arn:aws:iam::123456789012:role/books"
WRITTEN = f'[sessions.mfa]\nsource_profile = "default"\nmfa_serial = "{PHONE}"\n'
BOOKS = f"""\
# mine
[profile books]
role_arn   = {ROLE}
source_profile = default
mfa_serial = {PHONE}
output = text

[profile other]
role_arn = {ROLE}
source_profile = elsewhere
"""


def tree(home: Path) -> dict[str, bytes]:
    """Return every file below the home with its bytes, except the program's state."""
    return {
        str(path.relative_to(home)): path.read_bytes()
        for path in sorted(home.rglob("*"))
        if path.is_file() and "state" not in path.parts
    }
