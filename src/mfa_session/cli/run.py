"""What the edges of every feature are made from."""

from __future__ import annotations

from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Protocol

    from mfa_session.cli.arguments import Given
    from mfa_session.files.person_files import Files
    from mfa_session.files.session_store import SessionStore
    from mfa_session.files.state import AwsClock
    from mfa_session.mfa.sources import SuppliedCode
    from mfa_session.model.ports import Edges
    from mfa_session.system.clock import SystemClock
    from mfa_session.system.console import Console
    from mfa_session.system.secret_store import SecretStore
    from mfa_session.system.stored_keys import StoredKeys
    from mfa_session.system.terminal import Terminal
    from mfa_session.system.waiting import Told

    class Basics(Protocol):
        """The edges that others are made from; `cli.wiring.Wiring` makes them."""

        run: Run

        def terminal(self) -> Terminal:
            """Return who is asked, if anybody may be."""

        def confirm(self, question: str) -> bool | None:
            """Ask for a yes; None where nobody can be asked."""

        def say_once(self, text: str) -> None:
            """Tell the person, unless this was told in this run."""

        def supplied_code(self) -> SuppliedCode | None:
            """Return the code given by option or variable."""

        def secrets(self) -> SecretStore:
            """Return the keyring's TOTP secrets."""

        def stored_keys(self) -> StoredKeys:
            """Return the keyring's long-term keys."""

        def store(self) -> SessionStore:
            """Return the store that writes sessions."""

        def session(self) -> Edges:
            """Return what acquiring a session touches."""


class Run(Record):
    """What one run has, from which the edges are made."""

    environ: Mapping[str, str]
    clock: SystemClock
    aws_clock: AwsClock
    console: Console
    files: Files
    given: Given
    may_ask: bool

    def limited(self, text: str) -> Told:
        """Return how to do work within a limit; where that takes long, the person sees `text`."""
        from mfa_session.system.waiting import Told  # noqa: PLC0415  # not for warm commands

        return Told(self.console.progress, text)

    def asking_aws(self) -> Told:
        """Return how to ask AWS within a limit."""
        return self.limited("waiting for AWS …")
