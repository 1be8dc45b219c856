"""What a command returns: data for `--json`, lines for people, an exit code."""

from __future__ import annotations

from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfa_session.model.errors import MfaSessionError


class Result(Record):
    """`data` for `--json`, `lines` for people (stdout both); `exit_code` either way.

    Without `cuts_lines`, a terminal gets lines of any length, which have been checked.
    """

    data: Mapping[str, object]
    lines: tuple[str, ...] = ()
    exit_code: int = 0
    cuts_lines: bool = True


def error_data(error: MfaSessionError) -> dict[str, object]:
    """Return an error as `--json` shows it."""
    return {"code": error.code, "message": error.message, "hint": error.hint}
