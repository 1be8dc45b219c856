"""What `configure` was given on its command line."""

from __future__ import annotations

from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.model.settings import SessionOptions


class Options(Record):
    """The options of `configure`; None is an answer that was not given."""

    session: SessionOptions
    code: str | None = None
    code_command: str | None = None
    role: tuple[str, ...] = ()
    repoint: tuple[str, ...] = ()
    shell: str | None = None
    guard: bool = False
    no_guard: bool = False
    confirm: bool = False
    dry_run: bool = False
    force: bool = False
    yes: bool = False
    no_login: bool = False
