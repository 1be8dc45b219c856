"""What went wrong with some of many, told so that a person can read it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mfa_session.model.errors import MfaSessionError
    from mfa_session.model.ports import Console

MOST_NAMED = 5


def without_base(base: str, error: MfaSessionError) -> MfaSessionError:
    """Return the error of a role whose base session failed."""
    return type(error)(error.code, f"there is no session {base!r}: {error.message}", error.hint)


def tell_errors(failed: Mapping[str, MfaSessionError], console: Console) -> None:
    """Tell each error once, with the names of all whom it befell."""
    befallen: dict[tuple[str, str], list[str]] = {}
    for name, error in failed.items():
        befallen.setdefault((error.message, error.hint), []).append(name)
    for (message, hint), names in befallen.items():
        console.error(f"{some(names)}: {message}", hint)


def some(names: Sequence[str]) -> str:
    """Return the names, but of a long list only its beginning."""
    left = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {left} more" if left > 0 else "")
