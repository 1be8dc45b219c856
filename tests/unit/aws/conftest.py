"""Tests of the edge to AWS; almost all of them make a client."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session", autouse=True)
def models(aws_models: None) -> None:
    """Read botocore's models once."""
