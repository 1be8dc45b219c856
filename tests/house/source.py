"""The project's own source, read as syntax trees."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "mfa_session"


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Yield each module's name below the package (`files.ini`, `cli`, `record`) and its tree."""
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        yield name.removesuffix("__init__").rstrip("."), ast.parse(path.read_bytes(), str(path))


def imported_modules(tree: ast.Module, ours: set[str]) -> Iterator[tuple[str, int]]:
    """Yield each module that a tree imports, however deep, by its full name, and the line.

    `from mfa_session.files import ini` counts as mfa_session.files.ini where that is one of `ours`.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: relative imports hide the room"
            module = node.module or ""
            for alias in node.names:
                whole = f"{module}.{alias.name}"
                yield (whole if whole in ours else module), node.lineno
