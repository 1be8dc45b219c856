"""A report that may be shown to others: accounts, key ids, names and the home directory masked."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")
_KEY_ID = re.compile(r"\b(A[KS]IA)[A-Z0-9]+")
_NAMED = re.compile(r"(:(?:user|role|assumed-role|mfa|u2f|root-user)/)[^\s'\"`,;)]+")
_HARDWARE = re.compile(r"\bGA[HK][A-Z0-9]{6,}\b")
MASK = "***"


class Mask:
    """Masks texts alike, so that two mentions of one account stay recognisable as one."""

    def __init__(self, home: str | None) -> None:
        """Take the home directory, which names the person."""
        self._home = home
        self._accounts: dict[str, str] = {}

    def text(self, text: str) -> str:
        """Return a text with `account 1`, `AKIA***` and `~` in the place of what they stand for."""
        if self._home and self._home != "/":
            text = text.replace(self._home, "~")
        text = _NAMED.sub(lambda found: found[1] + MASK, text)
        text = _HARDWARE.sub("GA" + MASK, text)
        text = _KEY_ID.sub(lambda found: found[1] + MASK, text)
        return _ACCOUNT.sub(lambda found: self._account(found[0]), text)

    def data(self, data: Mapping[str, object]) -> dict[str, object]:
        """Return JSON data with every text in it masked."""
        return {name: self._value(value) for name, value in data.items()}

    def _value(self, value: object) -> object:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return self.data(value)
        if isinstance(value, (list, tuple)):
            return [self._value(item) for item in value]
        return value

    def _account(self, number: str) -> str:
        return self._accounts.setdefault(number, f"<account {len(self._accounts) + 1}>")
