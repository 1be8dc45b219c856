"""What having many role sessions touches."""

from __future__ import annotations

from typing import Protocol

from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from mfa_session.model.errors import ConfigurationError
    from mfa_session.model.ports import Caller, Edges
    from mfa_session.model.secret import Secret


class Signals(Protocol):
    """Signals that have been put off."""

    def strike(self) -> None:
        """Raise the first that has come: KeyboardInterrupt, or SystemExit."""


class CliCache(Protocol):
    """The files of the AWS CLI's cache, by name."""

    def check(self) -> None:
        """Refuse a cache that cannot be written, or is not ours alone; change nothing."""

    def read(self, name: str) -> bytes | None:
        """Return an entry's bytes, or None; ConfigurationError for what is not ours."""

    def write(self, name: str, data: bytes) -> None:
        """Write an entry whole; ConfigurationError where that fails."""

    def foreign(self, name: str) -> ConfigurationError:
        """Return the error for what stands in the place of an entry and is none."""


class RolesEdges(Record):
    """Everything that many role sessions touch.

    `session` makes its calls to AWS from many threads. `progress` shows a line in the place of the
    one before. `most_locks` is how many locks may be held at a time.
    """

    session: Edges
    put_off: Callable[[], AbstractContextManager[Signals]]
    pause: Callable[[float], None]
    progress: Callable[[str], None]
    most_locks: int
    cache: CliCache


class Federation(Protocol):
    """AWS's federation endpoint."""

    def url_for(self, caller: Caller, url: str) -> str:
        """Return the endpoint's URL: `url`, unless the AWS settings name another."""

    def signin_token(self, caller: Caller, url: str, seconds: int | None) -> Secret | None:
        """Return a token that signs in once; None where AWS refuses the session.

        `seconds` is SessionDuration; None leaves it out. Raises UnreachableError.
        """


class Browser(Protocol):
    """The person's browser."""

    def open(self, url: Secret) -> None:
        """Open a URL that nobody else may see. ConfigurationError where it does not come."""
