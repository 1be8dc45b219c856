"""A keyring with small items keeps a text whole or not at all, even after a kill."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from fakes import odd_keyrings
from mfa_session.model.errors import ConfigurationError
from mfa_session.system.keyring_access import Keyring
from mfa_session.system.secret_store import LARGEST_CHARACTERS, KeyringItems

if TYPE_CHECKING:
    from collections.abc import Iterator

SMALL = f"{odd_keyrings.PREFIX}.SmallKeyring"
SHORT = "s" * LARGEST_CHARACTERS
LONG, LONGER = "ab" * LARGEST_CHARACTERS + "c", "d" * (4 * LARGEST_CHARACTERS)


@pytest.fixture
def kept() -> Iterator[dict[tuple[str, str], str]]:
    """Return the items of an empty keyring in this process."""
    items = odd_keyrings.MemoryKeyring.items
    items.clear()
    yield items
    items.clear()
    odd_keyrings.SmallKeyring.sets_left = None


@pytest.fixture
def items() -> KeyringItems:
    return KeyringItems(Keyring({}, {"backend": SMALL}))


@pytest.mark.parametrize("text", ["", "x", SHORT, LONG, LONGER, "é" * 3000])
def test_a_stored_text_is_returned_and_removed_whole(
    items: KeyringItems, kept: dict[tuple[str, str], str], text: str
) -> None:
    assert items.get("name") is None
    assert items.set("name", text) == SMALL
    assert items.get("name") == text
    assert max(map(len, kept.values())) <= LARGEST_CHARACTERS
    assert items.remove("name") is True
    assert kept == {}
    assert items.remove("name") is False


def test_no_part_of_the_old_text_is_left(
    items: KeyringItems, kept: dict[tuple[str, str], str]
) -> None:
    for text in (LONGER, LONG, LONGER, LONG, SHORT, LONGER, "x"):
        items.set("name", text)
        assert items.get("name") == text
        parts = 1 + (len(text) > LARGEST_CHARACTERS) * -(-len(text) // LARGEST_CHARACTERS)
        assert len(kept) == parts


@pytest.mark.parametrize("before", [SHORT, LONG, LONGER])
def test_an_interrupted_store_leaves_the_old_text_or_the_new_one(
    items: KeyringItems, kept: dict[tuple[str, str], str], before: str
) -> None:
    after = "n" * (3 * LARGEST_CHARACTERS)
    seen = set()
    for steps in range(5):  # the number of steps before the interruption
        kept.clear()
        items.set("name", before)
        odd_keyrings.SmallKeyring.sets_left = steps
        with suppress(ConfigurationError):
            items.set("name", after)
        odd_keyrings.SmallKeyring.sets_left = None
        seen.add(items.get("name"))
        items.set("name", after)
        assert items.get("name") == after
        assert items.remove("name")
        assert kept == {}
    assert seen == {before, after}


def test_a_text_with_a_missing_part_counts_as_absent(
    items: KeyringItems, kept: dict[tuple[str, str], str]
) -> None:
    items.set("name", LONG)
    del kept["mfa-session", "name a1"]
    assert items.get("name") is None
    assert items.remove("name") is True
    assert kept == {}
