"""The name that starts this program again."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from mfa_session.system.processes import name_as_called

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name == "nt", reason="scripts of POSIX")


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "venv" / "mfa-session"
    path.parent.mkdir()
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("on_path", [True, False])
def test_hints_use_the_bare_name_if_it_is_on_path(
    script: Path, monkeypatch: pytest.MonkeyPatch, *, on_path: bool
) -> None:
    monkeypatch.setenv("PATH", str(script.parent if on_path else script.parent.parent))
    monkeypatch.setattr(sys, "argv", [str(script), "demo"])
    assert name_as_called() == ("mfa-session" if on_path else str(script))


def test_a_module_is_called_by_the_bare_name(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [str(script.with_name("__main__.py")), "demo"])
    assert name_as_called() == "mfa-session"
