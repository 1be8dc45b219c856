"""Every hint of the source that shows a command of ours is run by a test, or named with a reason.

The tables are in `tests/commands/hints.py`. A hint is a text that shows a command
(`mfa-session login`), words that an error adds to the command that failed (`add=("--yes",)`), or a
command of `Settings`.
"""

from __future__ import annotations

import ast
import itertools
import re
from typing import TYPE_CHECKING

import pytest

from commands.hints import CURES, ELSEWHERE, NOT_RUN, ROWS
from house import source
from mfa_session.cli.spec.commands import all_commands

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = "|".join(sorted((command.name for command in all_commands()), key=len, reverse=True))
GROUPS = "|".join(command.name.split()[0] for command in all_commands() if " " in command.name)
SHOWN = re.compile(rf"mfa-session ({NAMES})\b|mfa-session ({GROUPS}) $")
"""A command in a text; where a part of the command is filled in, its group's name ends the text."""
BEYOND = ("sandbox", "cli.spec")
"""The sandbox has no hints, and the help's examples are tested as such."""


class Finder(ast.NodeVisitor):
    """Collects what a module's hints show, by place: `module:function`."""

    def __init__(self, module: str) -> None:
        """Begin with the module."""
        self.place = self._module = module
        self.found: list[tuple[str, str]] = []

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:  # ast's name
        """Go through a function, but for its docstring."""
        before, self.place = self.place, f"{self._module}:{node.name}"
        for child in node.body[ast.get_docstring(node) is not None :]:
            self.visit(child)
        self.place = before

    def visit_Constant(self, node: ast.Constant) -> None:
        """Take each command that a text shows."""
        if isinstance(node.value, str):
            self.found += [(self.place, "".join(names)) for names in SHOWN.findall(node.value)]

    def visit_Expr(self, node: ast.Expr) -> None:
        """Pass docstrings over."""
        if not isinstance(node.value, ast.Constant):
            self.generic_visit(node)

    def visit_keyword(self, node: ast.keyword) -> None:
        """Take words that are added to a command: add=("--duration", "1h")."""
        if node.arg == "add" and isinstance(node.value, ast.Tuple):
            self._add_words(node.value)
        self.generic_visit(node)

    def visit_Return(self, node: ast.Return) -> None:  # as above
        """Take such words beside a hint that is returned: return "say which", ("--yes",)."""
        parts = node.value.elts if isinstance(node.value, ast.Tuple) else []
        for part in parts:
            if isinstance(part, ast.Tuple) and ast.unparse(part).startswith(("('--", "(option,")):
                self._add_words(part)
        self.generic_visit(node)

    def _add_words(self, words: ast.Tuple) -> None:
        first = words.elts[0]
        shown = str(first.value) if isinstance(first, ast.Constant) else ""
        self.found.append((self.place, shown))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """Take the command that logs in to a session."""
        if node.attr == "login_command":
            self.found.append((self.place, "login"))
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        """Take a command for a session: settings.command("device enroll", …)."""
        if isinstance(node.func, ast.Attribute) and node.func.attr == "command" and node.args:
            text = ast.unparse(node.args[0]).lstrip("f").strip("'\"")
            self.found.append((self.place, text.partition(" {")[0]))
        self.generic_visit(node)


def hints() -> Iterator[tuple[str, str]]:
    """Yield the place of each hint, and what it shows."""
    for module, tree in source.modules():
        if not module.startswith(BEYOND):
            finder = Finder(module)
            finder.visit(tree)
            yield from finder.found


@pytest.fixture(scope="module")
def found_hints() -> set[tuple[str, str]]:
    return set(hints())


def names_of(place: str, shows: str) -> set[str]:
    """Return how a hint may be named: by its place, or by its place and what it shows."""
    return {place, f"{place} {shows}"}


def test_every_hint_is_run_or_named_with_its_reason(found_hints: set[tuple[str, str]]) -> None:
    run = [*((row.place, row.shows) for row in ROWS.values()),
           *((cure.place, cure.shows) for cure in CURES.values())]  # fmt: skip
    missing = [
        (place, shows)
        for place, shows in sorted(found_hints)
        if not {*NOT_RUN, *ELSEWHERE} & names_of(place, shows)
        and not any(place == at and shows in shown for at, shown in run)
    ]
    assert missing == []


def test_every_place_in_the_tables_has_a_hint(found_hints: set[tuple[str, str]]) -> None:
    places = {name for place, shows in found_hints for name in names_of(place, shows)}
    rows = {*(row.place for row in ROWS.values()), *(cure.place for cure in CURES.values())}
    assert {*NOT_RUN, *ELSEWHERE, *rows} - places == set()


def test_a_hint_that_is_run_elsewhere_names_a_test_that_exists() -> None:
    for place, where in ELSEWHERE.items():
        path, name = where.split(": ")
        text = (source.ROOT / "tests" / path).read_text(encoding="utf-8")
        assert f"def {name}(" in text, place


def test_hints_of_every_kind_are_found() -> None:
    finder = Finder("room")
    finder.visit(
        ast.parse('''
def a():
    """Run `mfa-session login`."""
    raise E("x", f"{1}", "run `mfa-session device list`", add=("--yes",))
def b(settings): return settings.login_command, settings.command(f"device enroll {free} --x")
''')
    )
    assert finder.found == [
        ("room:a", "device list"), ("room:a", "--yes"),
        ("room:b", "login"), ("room:b", "device enroll"),
    ]  # fmt: skip


def test_words_in_hints_are_quoted_for_the_shell_of_the_platform() -> None:
    """Windows' shells do not know the quotes of shlex; only the sandbox writes for POSIX alone."""
    quoting = re.compile(r"shlex import .*\b(quote|join)\b|shlex\.(quote|join)\(")
    found = [
        str(path)
        for path in (source.ROOT / "src" / "mfa_session").rglob("*.py")
        if "sandbox" not in path.parts and quoting.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_every_name_that_a_person_chose_is_quoted_in_a_command() -> None:
    """A profile may be called `my work`: without quotes, a command with it is another one."""
    asked = re.compile(r"--(profile|source-profile|repoint|write-to) $")
    bare = [
        f"{module}:{text.lineno}"
        for module, tree in source.modules()
        for text in ast.walk(tree)
        if isinstance(text, ast.JoinedStr)
        for before, name in itertools.pairwise(text.values)
        if isinstance(before, ast.Constant)
        and isinstance(name, ast.FormattedValue)
        and asked.search(str(before.value))
        and not ast.unparse(name.value).startswith("quote(")
    ]
    assert bare == []
