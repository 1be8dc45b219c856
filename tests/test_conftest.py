"""Tests of what a platform lacks are skipped there with a reason, and can still be collected."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import conftest

NEEDS_POSIX = Path(__file__).parent / "unit" / "system" / "test_waiting.py"
RUNS_ANYWHERE = Path(__file__).parent / "unit" / "model" / "test_text.py"


@pytest.mark.parametrize("platform", ["linux", "win32"])
def test_a_module_that_imports_what_windows_lacks_is_skipped_there(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, platform: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    make = conftest.pytest_pycollect_makemodule
    assert make(RUNS_ANYWHERE, request.session) is None
    module = make(NEEDS_POSIX, request.session)
    assert (module is None) is (platform != "win32")
    if module is not None:
        with pytest.raises(pytest.skip.Exception, match="needs pty, termios, which Windows lacks"):
            module.collect()
