"""Write the completion scripts here: what `mfa-session completion SHELL` prints."""

from __future__ import annotations

import sys
from pathlib import Path

from mfa_session.shell.scripts import completion_script

HERE = Path(__file__).parent
# Shell → the name under which it, or a package for it, looks for the file.
NAMES = {
    "bash": "mfa-session.bash",
    "zsh": "_mfa-session",
    "fish": "mfa-session.fish",
    "powershell": "mfa-session.ps1",
}


def render() -> dict[Path, str]:
    """Return the text of each file."""
    return {HERE / name: completion_script(shell) for shell, name in NAMES.items()}


if __name__ == "__main__":
    for path, text in render().items():
        path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"wrote {path}\n")
