"""The package inside another program: a function answers questions, a logger gets the words."""

from __future__ import annotations

import builtins
import getpass
import logging
import os

from mfa_session.model.errors import NoMfaError
from mfa_session.model.text import printable, printable_lines
from mfa_session.system.console import Console
from mfa_session.system.terminal import Terminal, no_answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class AskedByFunction(Terminal):
    """A terminal in name: each question goes to a function, with what is to be told before it."""

    def __init__(self, ask: Callable[[str], str]) -> None:
        """Take the function: it gets the question and returns the answer."""
        super().__init__(may_ask=True)
        self._ask = ask
        self._told: list[str] = []

    def can_ask(self) -> bool:
        """Say yes: whether somebody answers, the function knows."""
        return True

    def identity(self) -> str:
        """Return what tells this program from others: who is refused here is asked once."""
        return f"python {os.getpid()}"

    def tell(self, text: str) -> None:
        """Keep the line for the next question."""
        self._told.append(printable(text))

    def ask(self, question: str) -> str:
        """Return the function's answer; NoMfaError `no-answer` where it is no text."""
        lines, self._told = [*self._told, printable(question)], []
        answer: object = self._ask("\n".join(lines))
        if not isinstance(answer, str):
            raise NoMfaError(
                "no-answer",
                f"the function given as ask returned {type(answer).__name__}, not a code",
                "return the six digits as a str",
            )
        return answer

    ask_hidden = ask


def find_frontend() -> Callable[[str], str] | None:
    """Return how a notebook asks, hidden where it can; None where input() is Python's own.

    IPython's kernels put functions of theirs in the place of `input` and `getpass.getpass`.
    """
    if isinstance(builtins.input, type(len)):
        return None
    hidden = getpass.getpass.__module__ != "getpass"
    asked = getpass.getpass if hidden else builtins.input

    def ask(question: str) -> str:
        try:
            return asked(question)
        except EOFError:
            raise no_answer() from None
        except NotImplementedError:  # IPython's, where a notebook runs unattended
            raise NoMfaError(
                "code-needed",
                "an MFA code is needed, and this notebook runs where nobody can be asked",
                "log in before it runs: `mfa-session login`",
            ) from None

    return ask


LOGGER = logging.getLogger("mfa_session")


class LogConsole(Console):
    """Logs what the command would say on stderr; never a secret."""

    def __init__(self) -> None:
        """Leave it to the logger's level what is told."""
        super().__init__(verbosity=1, environ={})

    def say(self, text: str) -> None:
        """Tell what happened."""
        LOGGER.info(printable_lines(text))

    def warn(self, text: str) -> None:
        """Tell what is odd but did not stop anything."""
        LOGGER.warning(printable_lines(text))

    def detail(self, text: str) -> None:
        """Tell what was asked of AWS and why."""
        LOGGER.debug(printable_lines(text))

    def progress(self, text: str) -> None:
        """Show nothing: stderr is the program's."""

    def announce(self, text: str) -> None:
        """Show nothing, likewise."""

    def error(self, message: str, hint: str) -> None:
        """Tell nothing: the error itself is raised."""
