"""Every test here runs real processes, on the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from mfa_session.sandbox import Sandbox


@pytest.fixture(autouse=True)
def empty_sandbox(aws: Sandbox) -> None:
    """Start from an empty sandbox."""
    del aws
