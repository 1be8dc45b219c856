"""Frozen records without `dataclasses`.

That imports `inspect`, `re` and `ast`, which takes longer than a bare interpreter's start, before
every `aws` call. A `Record` does what we need, and imports nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, ClassVar, TypeVar

    from typing_extensions import dataclass_transform

    Self = TypeVar("Self", bound="Record")
else:

    def dataclass_transform(**_: object):
        """Do nothing: only type checkers use `typing.dataclass_transform`."""
        return lambda cls: cls


@dataclass_transform(frozen_default=True, kw_only_default=True, eq_default=True)
class Record:
    """Frozen named values; fields are the class's annotations, passed by keyword."""

    _fields: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        """Collect the fields: the annotated names without a leading underscore."""
        own = cls.__dict__.get("__annotations__", {})
        new = tuple(name for name in own if name not in cls._fields and name[0] != "_")
        cls._fields = cls._fields + new

    def __init__(self, **values: Any) -> None:
        for field in self._fields:
            if field in values:
                object.__setattr__(self, field, values.pop(field))
            elif not hasattr(type(self), field):
                raise TypeError(f"{type(self).__name__} needs {field}")
        if values:
            raise TypeError(f"{type(self).__name__} has no {', '.join(sorted(values))}")

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse: a record does not change."""
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __eq__(self, other: object) -> bool:
        """Compare class and fields."""
        return type(other) is type(self) and self.as_dict() == other.as_dict()

    def __hash__(self) -> int:
        """Hash the class and the values."""
        return hash((type(self), *(getattr(self, field) for field in self._fields)))

    def __repr__(self) -> str:
        """Show every field; a `Secret` shows as `***`."""
        shown = ", ".join(f"{field}={getattr(self, field)!r}" for field in self._fields)
        return f"{type(self).__name__}({shown})"

    def as_dict(self) -> dict[str, Any]:
        """Return the values by field, in the order of declaration."""
        return {field: getattr(self, field) for field in self._fields}

    def replace(self: Self, **changes: Any) -> Self:
        """Return a copy with some fields changed."""
        return type(self)(**{**self.as_dict(), **changes})


class Result(Record):
    """A command's output: `data` for `--json`, or `lines` for people; and its exit code.

    Without `cuts_lines`, a terminal gets lines of any length, which must be printable.
    """

    data: Mapping[str, object]
    lines: tuple[str, ...] = ()
    exit_code: int = 0
    cuts_lines: bool = True
