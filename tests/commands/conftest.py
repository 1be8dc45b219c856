"""Every test here runs a command in process, on the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from full_sandbox import FullSandbox


@pytest.fixture(autouse=True)
def empty_sandbox(aws: FullSandbox) -> None:
    """Start from an empty sandbox."""
    del aws
