"""Patterns such as `ec2:Stop*`: an operation of a service, by any of its names."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Pattern:
    """A pattern as it was written, and what it is compared by; in lower case, without `-`.

    `*` alone stands for everything, a text without `:` for nothing. No record, since there are
    dozens to make before each command.
    """

    __slots__ = ("_start", "operation", "service", "text")

    def __init__(self, text: str) -> None:
        """Read `service:operation`."""
        service, colon, operation = text.partition(":")
        if not colon:
            service, operation = ("*", "*") if text.strip() == "*" else ("", "")
        self.text = text
        self.service = service.strip().lower()
        self.operation = even(operation.strip())
        self._start = self.operation.partition("*")[0].partition("?")[0]

    def matches(self, services: Iterable[str], operation: str) -> bool:
        """Say whether it stands for an operation (made even) of a service with these names."""
        if not operation.startswith(self._start):  # nearly always, and quickly said
            return False
        return glob(self.operation, operation) and self.is_of(services)

    def is_of(self, services: Iterable[str]) -> bool:
        """Say whether it is about a service with these names."""
        return any(glob(self.service, service) for service in services)


def first_match(
    patterns: Sequence[Pattern], services: Sequence[str], operation: str
) -> Pattern | None:
    """Return the first pattern that stands for an operation (made even) of a service."""
    for pattern in patterns:
        if pattern.matches(services, operation):
            return pattern
    return None


def even(operation: str) -> str:
    """Return what `StopInstances` and `stop-instances` have in common."""
    return operation.replace("-", "").lower()


def glob(pattern: str, text: str) -> bool:
    """Compare with `*` and `?` as IAM does."""
    if "*" not in pattern and "?" not in pattern:
        return pattern == text
    head, *rest = pattern.split("*")
    if not rest:
        return len(head) == len(text) and _fits(head, text, 0)
    tail = rest.pop()
    end = len(text) - len(tail)
    return (
        len(head) <= end
        and _fits(head, text, 0)
        and _fits(tail, text, end)
        and _holds_in_order(rest, text, len(head), end)
    )


def _holds_in_order(pieces: list[str], text: str, start: int, end: int) -> bool:
    """Say whether the pieces stand one after the other between two places of the text."""
    for piece in pieces:
        while start + len(piece) <= end and not _fits(piece, text, start):
            start += 1
        start += len(piece)
        if start > end:
            return False
    return True


def _fits(piece: str, text: str, at: int) -> bool:
    """Say whether a piece, in which `?` is any character, stands at a place of the text."""
    if "?" not in piece:
        return text.startswith(piece, at)
    part = text[at : at + len(piece)]
    return len(part) == len(piece) and all(
        wanted in ("?", found) for wanted, found in zip(piece, part, strict=True)
    )
