"""The command reference says what the program's --help says."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

from house.source import ROOT

if TYPE_CHECKING:
    from types import ModuleType


def load_generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "generate_commands", ROOT / "docs" / "generate_commands.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_command_reference_is_what_help_says_now() -> None:
    generator = load_generator()
    written = generator.PAGE.read_text(encoding="utf-8")
    assert written == generator.render(), "stale: run python docs/generate_commands.py"


def test_every_command_opens_its_help_with_an_example() -> None:
    page = load_generator().render()
    for section in page.split("\n## ")[1:]:
        name, _, help_text = section.partition("\n\n```\n")
        assert help_text.startswith("Example: "), name
        assert f"Usage: mfa-session {name} " in help_text
