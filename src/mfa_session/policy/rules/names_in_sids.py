"""Words of a Sid that promise something, or are the name of something."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mfa_session.policy.statement import Statement

MFA = "(?:mfa|2fa|twofactor|multifactor|secondfactor)(?:auth(?:entication|enticated)?)?"
DENIES_EVERYTHING = (
    "(?:deny|block|donotallow|forbid|stop)"
    "(?:every|any|all|most)(?:thing|actions?|access|services?)?"
)
_BUT_FOR_A_LIST = "(?:(?:except|otherthan)(?:for)?(?:the)?(?:above|below|listed))?"
# What else stands in the Sid tells of what: DenyAllWithoutMfaOnProd, NoAccessWithoutMfaToBilling.
denies_everything = re.compile(
    f"(?:(?:{DENIES_EVERYTHING}{_BUT_FOR_A_LIST}"
    "(?:if|unless|when|with|without|no|not|user|signedin)+"
    "|no(?:thing|access)(?:is|allowed|possible|works)*without(?:valid)?"
    f"|everything(?:else)?(?:needs|requires)){MFA}(?:present|d)?"
    f"|no{MFA}noaccess|(?:enforc|forc|requir)(?:e|es|ing){MFA}(?:for|on|to)(?:do)?"
    "(?:everything|(?:all|any|every)(?:access|actions?|calls?|services?)?))[0-9]*"
).fullmatch
_words = re.compile("[a-z]{3,}").findall


def stands_in_a_name(statement: Statement, *words: str) -> bool:
    """Say whether a word is in the name of a resource, after which the Sid may be called."""
    names = (each.lower().split(":", 5)[-1] for each in statement.resources or ())
    return any(word in name.removeprefix("mfa/") for name in names for word in words)


def names_one_of(values: Iterable[str], sid: str) -> bool:
    """Say whether a Sid names what a condition compares, as OnProd does."""
    return any(word in sid for value in values for word in _words(value.lower()))
