"""A report that may be shown to others: whom and whose it is about is masked."""

from __future__ import annotations

import os
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")
# Unique ids of IAM (IAM User Guide, "IAM identifiers"), and the prefix that says what each is.
_ID = re.compile(r"\b(A(?:BIA|CCA|GPA|IDA|IPA|KIA|NPA|NVA|PKA|ROA|SCA|SIA))[A-Z0-9]+")
_NAMED = re.compile(r"(\barn:[\w-]+:(?:iam|sts)::\d*:[\w-]+/)[^\s'\"`,;)]+")
_OF_OTHERS = re.compile(r"(\barn:[\w-]+:(?!iam:|sts:)[\w-]+:[\w-]*:\d*:)[^\s'\"`,;)]+")
_HARDWARE = re.compile(r"\bGA[HK][A-Z0-9]{6,}\b")
_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_HOST = re.compile(
    r"(?P<scheme>\b[a-z]+://)(?P<user>[^\s/'\"`]*@)?(?P<host>\[[^\]]*\]|[^\s/:'\"`]+)"
)
_PUBLIC_HOST = re.compile(
    r"(?:.*\.)?(?:amazonaws\.com(?:\.cn)?|amazon\.com|localhost|127\.0\.0\.1|\[::1\])"
)
_PATH = re.compile(
    r"(?<![\w~.*/-])(/(?!(?:bin|dev|etc|proc|run|tmp|usr|var)/)[\w.-]+/)[^\s'\"`,;:)]+"
)
"""Outside the home directory and those of the system; what is there may be called after anybody."""
_OURS = frozenset({"default", "mfa"})
"""Names that say nothing of anybody."""
_SHORTEST_NAME = 3
MASK = "***"


class Mask:
    """Masks texts alike, so that two mentions of one account or profile stay recognisable."""

    def __init__(self, home: str | None, names: Iterable[str] = ()) -> None:
        """Take the home directory, which names the person, and the names of profiles."""
        self._home = home if home != "/" else None
        self._accounts: dict[str, str] = {}
        known = {name for name in names if len(name) >= _SHORTEST_NAME} - _OURS
        self._names = {name: f"<profile {at}>" for at, name in enumerate(sorted(known), 1)}
        # Longest first: one name may begin with another.
        either = "|".join(re.escape(name) for name in sorted(known, key=len, reverse=True))
        self._name = re.compile(rf"(?<![\w-])(?:{either})(?![\w-])") if known else None
        user = re.escape(os.path.basename(self._home or ""))
        self._user = re.compile(rf"(?<=/){user}(?=$|[/\s'\"`:,;])") if user else None

    def text(self, text: str) -> str:
        """Return a text with `<account 1>`, `AKIA***` and `~` for what they stand for."""
        if self._home:
            text = text.replace(self._home, "~")
        text = _PATH.sub(lambda found: found[1] + MASK, text)
        if self._user:
            text = self._user.sub(MASK, text)
        text = _HOST.sub(_mask_host, text)
        text = _NAMED.sub(lambda found: found[1] + MASK, text)
        text = _OF_OTHERS.sub(lambda found: found[1] + MASK, text)
        text = _EMAIL.sub(MASK, text)
        text = _HARDWARE.sub("GA" + MASK, text)
        text = _ID.sub(lambda found: found[1] + MASK, text)
        if self._name:
            text = self._name.sub(lambda found: self._names[found[0]], text)
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


def _mask_host(found: re.Match[str]) -> str:
    """Return a URL's beginning without who signs in there, and without a company's host."""
    host = found["host"] if _PUBLIC_HOST.fullmatch(found["host"]) else MASK
    return found["scheme"] + (MASK + "@" if found["user"] else "") + host
