"""Words to the programmer: Python's own logging, under the name of the package."""

from __future__ import annotations

import logging

from mfa_session.model.text import printable_lines
from mfa_session.system.console import Console

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
