"""What helps where a file may not be read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from mfa_session.files.reading import unreadable

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.skipif(os.name == "nt", reason="modes of POSIX")
@pytest.mark.parametrize(("mode", "command"), [(0o200, "chmod u+r"), (0o600, "ls -ld")])
def test_a_mode_of_ones_own_is_mended_and_anything_else_looked_at(
    tmp_path: Path, mode: int, command: str
) -> None:
    path = tmp_path / "my credentials"
    path.touch()
    path.chmod(mode)
    error = unreadable(str(path), PermissionError(13, "Permission denied", str(path)))
    assert error.hint == f"{command} '{path}'"
