"""Arrows between rooms run one way: what each may import, ours and others'."""

from __future__ import annotations

import ast
import graphlib
import sys

import pytest

from house import source

# Modules beside the rooms, which any room may use; they import nothing of ours but each other.
GROUND = {"", "durations", "errors", "nearest", "record", "secret"}

# What the files hold, as values; how they are read and written stays in files/.
DOCUMENTS = {"files.aws_files", "files.config_toml"}

# Room, or a module that has rules of its own → what it may import besides itself and the ground.
# A name allows the room or module and everything in it.
MAY_IMPORT: dict[str, set[str]] = {
    "__main__": {"cli", "session", "files"},
    "cli": {"session", "mfa", "files", "guard", "policy", "doctor", "setup"},
    "cli.app": {"system"},
    "cli.wiring": {"aws", "system"},  # the one place that knows concrete edges
    "cli.main": {"system.clock"},  # one clock, from the first moment
    "cli.guard": {"system.programs"},  # warm: no wiring, which imports every edge
    "cli.region": {"system.programs"},
    "cli.sight": {"system.limited"},
    "cli.checkup": {"system.limited"},
    "cli.looking": {"system.limited", "system.secret_index"},
    "cli.demo": {"sandbox"},
    "cli.completion": {"shell"},
    "cli.shell_init": {"shell"},
    "cli.shell_setup": {"shell"},
    "cli.complete": {
        "shell",
        "system.secret_index",
    },  # what is known of the keyring without asking it
    "session": DOCUMENTS | {"mfa"},
    "mfa": DOCUMENTS,
    "guard": {"session"},
    "policy": set(),
    "doctor": DOCUMENTS | {"session", "guard"},
    "setup": {"session"},
    "aws": {"session", "mfa"},  # edges implement what these two ask for
    "aws.targets": {"guard"},
    "aws.checkup": {"doctor"},
    "files": set(),
    "files.recovered": {"session"},  # these two keep sessions, as session/ asks for
    "files.session_store": {"session"},
    "files.places": {"doctor"},
    "files.enrolments": {"mfa"},  # and this one an enrolment's notes
    "system": {"session", "mfa"},
    "system.secret_store": {"files.state"},  # where it keeps which devices have a secret
    "sandbox": set(),
    "shell": set(),
}

# Room → packages of others.
MAY_USE: dict[str, set[str]] = {
    "cli": {"click", "shellingham"},
    "mfa.totp": {"pyotp"},
    "system.secret_store": {"keyring"},
    "system.secret_service": {"secretstorage"},
    "system.qr": {"segno"},
    "aws": {"boto3", "botocore"},
    "files": {"tomli", "tomllib"},  # tomllib: in the library from 3.11
    "files.toml_edit": {"tomlkit"},
    "sandbox": {"boto3", "botocore", "moto", "werkzeug"},
}

# Rooms whose types anybody may name, in imports that only type checkers see: what is asked of the
# edges, and what is handed to them.
TYPES_OF = {"session", "mfa", "policy"}

TREES = dict(source.modules())
OURS = {f"mfa_session.{name}" for name in TREES}


def _within(module: str, allowed: set[str]) -> bool:
    return any(module == name or module.startswith(name + ".") for name in allowed)


def _allowed(module: str, table: dict[str, set[str]]) -> set[str]:
    """Join what the module's room and the module itself may have."""
    return set().union(*(names for room, names in table.items() if _within(module, {room})))


def _strays(module: str) -> list[str]:
    """Name each import of a module that its room may not have."""
    room = module.split(".", maxsplit=1)[0]
    own = GROUND | {room}
    strays = []
    for imported in source.imports(TREES[module], OURS):
        head, _, rest = imported.module.partition(".")
        if head == "mfa_session":
            types = TYPES_OF if imported.for_types else set()
            others = (own - {""}) | types | _allowed(module, MAY_IMPORT)
            allowed = rest in own or _within(rest, others)
        else:
            types = {"typing_extensions"} if imported.for_types else set()  # type checkers' own
            allowed = head in sys.stdlib_module_names | types | _allowed(module, MAY_USE)
        if not allowed:
            strays.append(f"{module}, line {imported.line}, imports {imported.module}")
    return strays


@pytest.mark.parametrize("module", TREES)
def test_a_module_imports_only_what_its_room_may(module: str) -> None:
    assert _strays(module) == []


def test_no_module_leads_back_to_itself() -> None:
    arrows = {
        module: [
            imported.module.partition(".")[2]
            for imported in source.imports(tree, OURS)
            if imported.module in OURS and not imported.for_types
        ]
        for module, tree in TREES.items()
    }
    graphlib.TopologicalSorter(arrows).prepare()  # raises CycleError, which names the cycle


def test_every_room_has_a_rule() -> None:
    rooms = {name.split(".")[0] for name in TREES}
    assert rooms - GROUND - set(MAY_IMPORT) == set()


@pytest.mark.parametrize(
    ("module", "code"),
    [
        ("session.plan", "import boto3"),
        ("session.plan", "def late():\n    from mfa_session.aws import sts"),
        ("session.plan", "from mfa_session.files import lock"),
        ("files.aws_files", "from mfa_session.session.model import Keys"),
        ("cli.login", "from mfa_session import aws"),
        ("cli.login", "from mfa_session.sandbox import server"),
        ("record", "from mfa_session.cli import main"),
        ("aws.sts", "import moto"),
    ],
)
def test_a_wrong_arrow_is_seen(module: str, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TREES, module, ast.parse(code))
    monkeypatch.setattr(sys.modules[__name__], "OURS", OURS | {"mfa_session.aws"})
    assert len(_strays(module)) == 1


@pytest.mark.parametrize(
    ("module", "code"),
    [
        ("cli.wiring", "from mfa_session.aws import sts"),
        ("cli.demo", "from mfa_session.sandbox import server"),
        ("session.plan", "import datetime\nfrom mfa_session.files import aws_files"),
        ("aws.sts", "import botocore.session\nfrom mfa_session.errors import RefusedError"),
    ],
)
def test_a_right_arrow_is_let_through(
    module: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(TREES, module, ast.parse(code))
    monkeypatch.setattr(sys.modules[__name__], "OURS", OURS | {"mfa_session.files.aws_files"})
    assert _strays(module) == []
