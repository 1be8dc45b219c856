"""The project's own source, for the tests of a module and no longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from house import source

if TYPE_CHECKING:
    import ast


@pytest.fixture(scope="module")
def trees() -> dict[str, ast.Module]:
    """Parse the source. It is not kept: each fork of a test process copies what that one holds."""
    return dict(source.modules())
