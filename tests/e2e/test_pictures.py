"""The pictures of the docs show what the program shows now."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

from house.generators import load_generator
from house.source import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

QUICK = ("status", "policy-lint")
MOST_BYTES = 200_000
pytestmark = pytest.mark.skipif(os.name == "nt", reason="pictures of a POSIX terminal")


@pytest.fixture(scope="module")
def generator() -> Iterator[Any]:
    """Load the generator, which imports modules from its own folder."""
    sys.path.insert(0, str(ROOT / "docs"))
    yield load_generator(ROOT / "docs" / "generate_pictures.py")
    sys.path.remove(str(ROOT / "docs"))


def names() -> list[Any]:
    """Return every picture; those that take long are drawn only before a release."""
    stems = sorted(path.stem for path in (ROOT / "docs" / "pictures").glob("*.svg"))
    marks: dict[bool, Any] = {True: (), False: pytest.mark.slow}
    return [pytest.param(stem, marks=marks[stem in QUICK]) for stem in stems]


@pytest.mark.parametrize("name", names())
def test_a_picture_shows_the_current_output(generator: Any, name: str) -> None:
    drawn = generator.description((generator.PICTURES / f"{name}.svg").read_text(encoding="utf-8"))
    _, shown = generator.play(generator.SCENES[name])
    stale = f"stale: run python docs/generate_pictures.py {name}"
    assert generator.comparable(drawn) == generator.comparable(shown), stale


def test_each_scene_has_a_picture_that_is_small(generator: Any) -> None:
    sizes = {path.stem: path.stat().st_size for path in generator.PICTURES.glob("*.svg")}
    assert sizes.keys() == generator.SCENES.keys()
    assert [name for name, size in sizes.items() if size > MOST_BYTES] == []


def test_a_picture_stays_current_when_its_session_ends_tomorrow(generator: Any) -> None:
    today, tomorrow = "until 23:59, in profile 'mfa'", "until 2026-11-28 01:34, in profile 'mfa'"
    assert generator.comparable(today) == generator.comparable(tomorrow)
