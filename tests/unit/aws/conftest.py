"""The edge to AWS, which makes a client in almost every test."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session", autouse=True)
def models(aws_models: None) -> None:
    """Have botocore's models read once."""
