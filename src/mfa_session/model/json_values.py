"""JSON of others: a program's, a server's, or of a file that anything may have written."""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def read_json(text: str | bytes) -> Any:
    """Return what a JSON text says. ValueError for what is none, or is nested too deeply."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
