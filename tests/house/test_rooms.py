"""Arrows between rooms run one way. Three rules, and no list of exceptions.

1. An edge (`aws`, `files`, `shell`, `system`) imports model and ini only.
2. A feature (guard, doctor, setup, …) imports session, mfa and model; session and mfa import each
   other and model; model imports ini.
3. `cli` and `api`, the ways in, may import every room; the sandbox imports none, and nobody but
   cli imports it.
"""

from __future__ import annotations

import ast
import graphlib

import pytest

from house import source

EDGES = {"aws", "files", "shell", "system"}
FEATURES = {"guard", "doctor", "setup", "policy", "roles", "keys", "serve"}
FOUNDATIONS = {"session", "mfa"}
ALONE = {"ini", "sandbox"}
ROOMS = EDGES | FEATURES | FOUNDATIONS | ALONE | {"model", "cli", "api"}

ARROWS: dict[str, set[str]] = {
    **{room: {"model", "ini"} for room in EDGES},
    **{room: {"session", "mfa", "model"} for room in FEATURES | FOUNDATIONS},
    **{room: set() for room in ALONE},
    "model": {"ini"},
    "cli": ROOMS,
    "api": ROOMS - {"sandbox"},
    "": {"api", "model"},
    "__main__": {"cli"},
}

PACKAGES: dict[str, set[str]] = {
    "api": {"boto3"},  # to say what it returns
    "aws": {"boto3", "botocore"},
    "cli": {"click"},
    "files": {"tomli", "tomlkit"},
    "mfa": {"pyotp"},
    "policy": {"yaml"},
    "shell": {"shellingham"},
    "sandbox": {"boto3", "botocore", "moto", "werkzeug"},
    "system": {"keyring", "secretstorage", "segno"},
}
FOR_TYPES = {"typing_extensions"}
LONGEST_MODULE = 450
"""Lines; the longest is a table."""

OURS = {f"mfa_session.{name}" for name in source.paths()}


def strays_of(module: str, tree: ast.Module) -> list[str]:
    """Name each import of a module that its room may not have."""
    room = module.split(".", maxsplit=1)[0]
    return [
        f"{module}, line {imported.line}, imports {imported.module}"
        for imported in source.imports(tree, OURS)
        if not _is_allowed(room, imported)
    ]


def _is_allowed(room: str, imported: source.Import) -> bool:
    package, _, rest = imported.module.partition(".")
    if package == "mfa_session":
        return rest.partition(".")[0] in ARROWS[room] | {room, ""}
    others = PACKAGES.get(room, set()) | (FOR_TYPES if imported.for_types else set())
    return source.is_standard(package) or package in others


def test_every_arrow_runs_the_right_way(trees: dict[str, ast.Module]) -> None:
    strays = [stray for module, tree in trees.items() for stray in strays_of(module, tree)]
    assert strays == []


def test_no_module_leads_back_to_itself(trees: dict[str, ast.Module]) -> None:
    arrows = {
        module: [
            imported.module.partition(".")[2]
            for imported in source.imports(tree, OURS)
            if imported.module in OURS
        ]
        for module, tree in trees.items()
    }
    graphlib.TopologicalSorter(arrows).prepare()  # raises CycleError, which names the cycle


def test_a_class_name_means_one_thing(trees: dict[str, ast.Module]) -> None:
    """A port and its implementation may share one; each command has its `Options`.

    The sandbox plays the other side of the wire: its User is AWS's own, not what we know of one.
    """
    named: dict[str, list[str]] = {}
    for module, tree in trees.items():
        if not module.startswith("sandbox"):
            for node in ast.walk(tree):
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    kind = "port" if "Protocol" in ast.unparse(node).split("\n")[0] else "class"
                    named.setdefault(f"{kind} {node.name}", []).append(module)
    del named["class Options"]
    assert {name: where for name, where in named.items() if len(where) > 1} == {}


def test_a_module_is_read_in_one_go(trees: dict[str, ast.Module]) -> None:
    lengths = {module: tree.body[-1].end_lineno or 0 for module, tree in trees.items() if tree.body}
    assert {module: lines for module, lines in lengths.items() if lines > LONGEST_MODULE} == {}


def test_every_room_has_a_rule() -> None:
    assert {name.split(".")[0] for name in source.paths()} <= set(ARROWS)


@pytest.mark.parametrize(
    ("module", "code"),
    [
        ("session.reuse", "import boto3"),
        ("session.reuse", "def late():\n    from mfa_session.aws import calls"),
        (
            "session.reuse",
            "if TYPE_CHECKING:\n    import mfa_session.cli.main",
        ),
        ("files.aws_files", "from mfa_session.session.context import Inputs"),
        ("guard.command", "from mfa_session.files import state"),
        ("policy.lint", "from mfa_session.sandbox import server"),
        ("model.record", "from mfa_session.cli import main"),
        ("aws.calls", "import moto"),
    ],
)
def test_a_wrong_arrow_is_seen(module: str, code: str) -> None:
    assert len(strays_of(module, ast.parse(code))) == 1


@pytest.mark.parametrize(
    ("module", "code"),
    [
        ("cli.wiring", "from mfa_session.aws import calls"),
        ("cli.demo", "from mfa_session.sandbox import server"),
        ("session.reuse", "import datetime\nfrom mfa_session.model import session"),
        ("aws.calls", "import botocore.session\nfrom mfa_session.model.errors import RefusedError"),
        ("model.session", "if TYPE_CHECKING:\n    from typing_extensions import Self"),
    ],
)
def test_a_right_arrow_is_let_through(module: str, code: str) -> None:
    assert strays_of(module, ast.parse(code)) == []
