"""Run inside another program: a function answers questions, and a logger gets the messages."""

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
    """A terminal whose questions go to a function, after the lines told before each."""

    def __init__(self, ask: Callable[[str], str]) -> None:
        super().__init__(may_ask=True)
        self._ask = ask
        self._told: list[str] = []

    def can_ask(self) -> bool:
        """Return True: the function decides whether somebody answers."""
        return True

    def identity(self) -> str:
        """Return an identity of this process, in place of the terminal's."""
        return f"python {os.getpid()}"

    def tell(self, text: str) -> None:
        """Keep the line for the next question."""
        self._told.append(printable(text))

    def ask(self, question: str) -> str:
        """Return the function's answer; NoMfaError `no-answer` if it is not a str."""
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
    """Return a notebook's function that asks, hidden if it can; None outside of notebooks.

    IPython's kernels replace `input` and `getpass.getpass`.
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
        except NotImplementedError:  # IPython's, in a notebook that runs unattended
            raise NoMfaError(
                "code-needed",
                "an MFA code is needed, and this notebook runs where nobody can be asked",
                "log in before it runs: `mfa-session login`",
            ) from None

    return ask


LOGGER = logging.getLogger("mfa_session")


class LogConsole(Console):
    """Logs what a command would write to stderr."""

    def __init__(self) -> None:
        """Log everything; the logger's level selects."""
        super().__init__(verbosity=1, environ={})

    def say(self, text: str) -> None:
        """Log what happened, as INFO."""
        LOGGER.info(printable_lines(text))

    def warn(self, text: str) -> None:
        """Log a problem that stops nothing, as WARNING."""
        LOGGER.warning(printable_lines(text))

    def detail(self, text: str) -> None:
        """Log a step, as DEBUG."""
        LOGGER.debug(printable_lines(text))

    def shows_progress(self) -> bool:
        """Return False: stderr belongs to the other program."""
        return False

    def error(self, message: str, hint: str) -> None:
        """Do nothing: the error itself is raised."""
