"""The command reference says what the program's --help says."""

from __future__ import annotations

from house.generators import load_generator
from house.source import ROOT

GENERATOR = ROOT / "docs" / "generate_commands.py"


def test_command_reference_is_what_help_says_now() -> None:
    generator = load_generator(GENERATOR)
    written = generator.PAGE.read_text(encoding="utf-8")
    assert written == generator.render(), "stale: run python docs/generate_commands.py"


def test_every_command_opens_its_help_with_an_example() -> None:
    page = load_generator(GENERATOR).render()
    for section in page.split("\n## ")[1:]:
        name, _, help_text = section.partition("\n\n```\n")
        assert help_text.startswith("Example: "), name
        assert f"Usage: mfa-session {name} " in help_text
