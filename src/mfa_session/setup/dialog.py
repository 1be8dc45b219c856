"""Questions at the terminal, each with an answer that Enter gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from mfa_session.model.errors import MfaSessionError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_session.model.ports import Terminal

    Choose = Callable[[str, list[str]], str]

Answer = TypeVar("Answer")

_YES, _NO = {"y", "yes"}, {"n", "no"}


class Dialog:
    """A person at a terminal; `asks` is False where nothing may be asked of anybody."""

    def __init__(self, terminal: Terminal, choose: Choose, *, asks: bool) -> None:
        """Take the terminal, and how one of several is picked there."""
        self._terminal = terminal
        self._choose = choose
        self.asks = asks

    def tell(self, text: str) -> None:
        """Show a line where the questions are."""
        self._terminal.tell(text)

    def ask(self, question: str, usual: str, read: Callable[[str], Answer]) -> Answer:
        """Ask until `read` takes the answer; Enter means the `usual` one."""
        shown = f"{question} [{usual}]: " if usual else f"{question}: "
        while True:
            text = self._terminal.ask(shown).strip() or usual
            try:
                return read(text)
            except MfaSessionError as error:
                self.tell(f"{error.message}: {error.hint}" if error.hint else error.message)

    def agrees(self, question: str, *, usual: bool = False) -> bool:
        """Ask for yes or no; Enter means the `usual` one."""
        shown = f"{question} [{'Y/n' if usual else 'y/N'}] "
        while True:
            answer = self._terminal.ask(shown).strip().lower()
            if not answer:
                return usual
            if answer in _YES | _NO:
                return answer in _YES
            self.tell("answer y or n")

    def choose(self, title: str, items: list[str]) -> str:
        """Let one of several be picked by its number."""
        return self._choose(title, items)
