"""One run of the program: the environment, clock, console and files that commands are given."""

from __future__ import annotations

from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfa_session.model.ports import Clock, Console, Files
    from mfa_session.session.factories import Factories


class Context(Record):
    """The surroundings of one run.

    `environ` is the environment at the start, `clock` tells AWS's time as far as it is known,
    `console` talks on stderr, `files` reads the person's files, `make` has the factories of
    what is expensive. `may_ask` is False where `--no-input` forbids questions.
    """

    environ: Mapping[str, str]
    clock: Clock
    console: Console
    files: Files
    make: Factories
    may_ask: bool = True
