"""The project's own source, read as syntax trees."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "mfa_session"


def paths() -> dict[str, Path]:
    """Map each module's name below the package (`files.ini`, `cli`, `record`) to its file."""
    names = {
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts): path
        for path in sorted(PACKAGE.rglob("*.py"))
    }
    return {name.removesuffix("__init__").rstrip("."): path for name, path in names.items()}


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Yield each module's name and its tree; all trees at once take 60 MB."""
    for name, path in paths().items():
        yield name, ast.parse(path.read_bytes(), str(path))


class Import(NamedTuple):
    """One import: the full name of the module, the line, and whether only type checkers see it."""

    module: str
    line: int
    for_types: bool


def imports(tree: ast.Module, ours: set[str]) -> Iterator[Import]:
    """Yield each import of a module, however deep.

    `from mfa_session.ini import reader` counts as mfa_session.ini.reader where that is of `ours`.
    """
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
        for statement in node.body
        for inner in ast.walk(statement)
    }
    for node in ast.walk(tree):
        for module in _named_by(node, ours):
            yield Import(module, getattr(node, "lineno", 0), id(node) in for_types)


def _named_by(node: ast.AST, ours: set[str]) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, f"line {node.lineno}: relative imports hide the room"
        wholes = [f"{node.module}.{alias.name}" for alias in node.names]
        return [whole if whole in ours else str(node.module) for whole in wholes]
    return []


def is_standard(package: str) -> bool:
    """Say whether a package is in the standard library of a Python that we support."""
    return package in sys.stdlib_module_names or package == "tomllib"
