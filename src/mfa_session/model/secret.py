"""A secret that cannot be printed by accident."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class Secret:
    """Text that shows as `***`; `reveal()` opens it, and only an edge (file, AWS, child) may."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        """Wrap the text."""
        self._text = text

    def reveal(self) -> str:
        """Return the text itself."""
        return self._text

    def __repr__(self) -> str:
        """Hide the text in tracebacks, logs and f-strings alike."""
        return "***"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        """Equal when both hide the same text."""
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        """Hash the text."""
        return hash(self._text)


class LazySecret(Secret):
    """A secret that is fetched when it is opened; whoever opens it meets what goes wrong then."""

    __slots__ = ("_fetch",)

    def __init__(self, fetch: Callable[[], str]) -> None:
        """Take how to fetch it; nothing is fetched yet."""
        super().__init__("")
        self._fetch = fetch

    def reveal(self) -> str:
        """Fetch the text and return it."""
        return self._fetch()

    def __eq__(self, other: object) -> bool:
        """Equal to itself only: to compare would be to open it."""
        return self is other

    def __hash__(self) -> int:
        """Hash which one it is."""
        return id(self)
