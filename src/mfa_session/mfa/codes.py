"""Codes as people and programs give them, and where they come from."""

from __future__ import annotations

from mfa_session.model.errors import NoMfaError
from mfa_session.model.totp import MALFORMED, normalize_code

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

PROMPT_ATTEMPTS = 3


def bad_code() -> NoMfaError:
    """Return the error for a code that cannot be one; it is not repeated in the message."""
    return NoMfaError("bad-code", "that is not a code", MALFORMED + ", such as 123456")


class SuppliedCode:
    """A code given beforehand (option, variable, stdin): sent once, never again."""

    attempts = 1
    generated = False

    def __init__(self, read: Callable[[], str]) -> None:
        """Take the function that yields the code; it is called when the code is needed."""
        self._read = read
        self._code: str | None = None
        self._spent = False

    @property
    def is_spent(self) -> bool:
        """Whether it has been sent."""
        return self._spent

    def check(self) -> str:
        """Return the six digits, or refuse what is none, before anything is sent."""
        if self._code is None:
            self._code = normalize_code(self._read())
        if self._code is None:
            raise bad_code()
        return self._code

    def next_code(self, serial: str, problem: str | None) -> str:
        """Return the code; refuse a second time."""
        del problem
        if self._spent:
            raise NoMfaError(
                "code-spent",
                f"the code given for {serial} has been used, and AWS accepts each code only once",
                "log in to the other session with the next code",
            )
        code = self.check()
        self._spent = True
        return code


class PromptedCode:
    """A code typed at the terminal: asked again when malformed or rejected, three times in all."""

    attempts = PROMPT_ATTEMPTS
    generated = False

    def __init__(self, ask: Callable[[str], str], tell: Callable[[str], None], name: str) -> None:
        """Take how to ask and to tell at the terminal, and the session's name."""
        self._ask = ask
        self._tell = tell
        self._name = name

    def next_code(self, serial: str, problem: str | None) -> str:
        """Ask for the code of the device, saying first why the one before would not do."""
        if problem is not None:
            self._tell(f"{problem}; try again")
        return self._ask(f"MFA code for {serial} (session {self._name}): ")
