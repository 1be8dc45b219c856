"""Tests of what a platform lacks are skipped there with a reason, and can still be collected."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import conftest

if TYPE_CHECKING:
    from secret_service import SecretService

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


RUNS: list[int] = []


@pytest.mark.skipif(sys.platform != "linux", reason="gnome-keyring")
def test_a_test_is_run_once_more_if_the_keyring_service_aborts(service: SecretService) -> None:
    RUNS.append(1)
    if len(RUNS) == 1:
        service.abort()
        pytest.fail("as a command does that needs the service")
    assert len(RUNS) == 2
