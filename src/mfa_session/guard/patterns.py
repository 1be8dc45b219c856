"""Patterns such as `ec2:Stop*`: an operation of a service, by any of its names."""

from __future__ import annotations

from mfa_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Pattern(Record):
    """A pattern as it was written, and what it is compared by; in lower case, without `-`."""

    text: str
    service: str
    operation: str

    def matches(self, services: Iterable[str], operation: str) -> bool:
        """Say whether it stands for an operation (made even) of a service with these names."""
        return glob(self.operation, operation) and self.is_of(services)

    def is_of(self, services: Iterable[str]) -> bool:
        """Say whether it is about a service with these names."""
        return any(glob(self.service, service) for service in services)


def read_pattern(text: str) -> Pattern:
    """Read `service:operation`; `*` alone stands for everything, no `:` for nothing."""
    service, colon, operation = text.strip().partition(":")
    if text.strip() == "*":
        operation = "*"
    elif not colon:
        service = ""
    return Pattern(text=text, service=service.strip().lower(), operation=even(operation.strip()))


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
