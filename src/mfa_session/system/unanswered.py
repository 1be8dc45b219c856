"""The end of input where an answer was asked."""

from __future__ import annotations

from mfa_session.model.errors import NoMfaError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.model.errors import MfaSessionError


def no_answer() -> MfaSessionError:
    """Return the error for an end of input (Ctrl-D) where an answer was asked."""
    return NoMfaError(
        "no-answer", "the question at the terminal was not answered", "run it again and answer"
    )
