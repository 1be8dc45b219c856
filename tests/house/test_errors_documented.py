"""Every error code that the source can raise is in docs/errors.md with its exit code, and no other.

The codes are read from the source, so the first argument of an error is written there literally.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from house import source
from mfa_session.model import errors

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = source.ROOT / "docs" / "errors.md"
CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def _families(trees: dict[str, ast.Module]) -> dict[str, int]:
    """Map the name of each error class, in errors.py or derived from one, to its exit code."""
    exit_codes = {
        name: kind.exit_code
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.MfaSessionError)
    }
    for tree in trees.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and node.name not in exit_codes:
                bases = [ast.unparse(base).split(".")[-1] for base in node.bases]
                known = [exit_codes[base] for base in bases if base in exit_codes]
                exit_codes.update((node.name, exit_code) for exit_code in known)
    return exit_codes


def _raised(trees: dict[str, ast.Module]) -> Iterator[tuple[str, int, str]]:
    """Yield code, exit code and place of each error that the source makes."""
    exit_codes = _families(trees)
    for module, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args:
                name = ast.unparse(node.func).split(".")[-1]
                if name in exit_codes:
                    place = f"{module}, line {node.lineno}"
                    yield _literal(node.args[0]), exit_codes[name], place


def _literal(node: ast.expr) -> str:
    """Return the text of a literal, or the expression itself, which no row can match."""
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, str) else f"not a literal: {ast.unparse(node)}"


def _documented() -> set[tuple[str, int]]:
    """Read the rows `| `code` | exit | …` of the page."""
    rows = re.findall(r"^\| `([^`]+)` \| (\d+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return {(code, int(exit_code)) for code, exit_code in rows}


def test_the_page_lists_exactly_the_errors_of_the_source(trees: dict[str, ast.Module]) -> None:
    raised = {(code, exit_code): place for code, exit_code, place in _raised(trees)}
    documented = _documented()
    undocumented = {pair: place for pair, place in raised.items() if pair not in documented}
    assert (undocumented, documented - set(raised)) == ({}, set())


def test_codes_are_kebab_case() -> None:
    assert [code for code, _ in _documented() if not CODE.fullmatch(code)] == []


def test_the_page_lists_exactly_the_exit_codes_of_the_classes(trees: dict[str, ast.Module]) -> None:
    rows = re.findall(r"^\| (\d+) \| [a-z]", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    told_by_errors = set(_families(trees).values())
    told_otherwise = {0, 1, 2}  # done, findings, usage (click's own errors, too)
    assert {int(row) for row in rows} == told_by_errors | told_otherwise


def test_raised_returned_and_derived_errors_are_found() -> None:
    code = """
class TooOldError(RefusedError): ...
def a(): raise ConfigurationError("no-keys", f"{1}", "hint")
def b(): return errors.NoMfaError("code-rejected", "…")
def c(): raise TooOldError("too-old", "…") from None
def d(name): raise RefusedError(name, "…")
def e(): raise ValueError("not-ours")
"""
    found = [(code, exit_code) for code, exit_code, _ in _raised({"m": ast.parse(code)})]
    assert found == [
        ("no-keys", 3),
        ("code-rejected", 4),
        ("too-old", 5),
        ("not a literal: name", 5),
    ]
