"""What serving a session touches; `cli/edges/jobs.py` has the real things."""

from __future__ import annotations

from typing import Protocol

from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class OwnProgram(Protocol):
    """This program, started once more."""

    def run(self, words: Sequence[str], environ: Mapping[str, str]) -> tuple[int, str, str]:
        """Return exit code, stdout and stderr."""

    def stop(self) -> None:
        """End what runs, and start no more."""


class RunChild(Protocol):
    """Runs a command as our child, to its end."""

    def __call__(
        self, command: Sequence[str], environ: Mapping[str, str], started: Callable[[], None]
    ) -> int:
        """Return its exit code, negative for a signal; `started` is called once it runs."""


class JobEdges(Record):
    """The edges.

    `end_as` returns an exit code for us, or ends us by the signal that a negative one stands for.
    `wait_for_signal` returns the number of one that ends a program. `write_profile` writes
    settings to a profile of the AWS config, in the place of those that differ.
    """

    own_program: OwnProgram
    run_child: RunChild
    end_as: Callable[[int], int]
    wait_for_signal: Callable[[], int]
    write_profile: Callable[[str, Mapping[str, str]], None]
