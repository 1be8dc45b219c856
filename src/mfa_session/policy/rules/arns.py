"""ARNs with a slip of the pen, which match nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mfa_session.policy.conditions import OPPOSITES
from mfa_session.policy.json_text import listed
from mfa_session.policy.rules.keys import keys_outside_of_braces
from mfa_session.policy.rules.rule import WARNING, Check, Flaw, Rule, Subject
from mfa_session.policy.rules.values import is_no_account

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_session.policy.json_text import Node

DEAD_ARN = Rule(
    "arn-matches-nothing",
    WARNING,
    "An ARN has an account without 12 digits (`arn:aws:iam::12345:…`) or its alias, a brace "
    "without its other half (`user/*}`), or a backslash before a variable: it matches nothing.",
)
RULES = (DEAD_ARN,)

_arn = re.compile("arn:[^:]*:([^:]*):[^:]*:([^:]*):.*", re.DOTALL).fullmatch
_at_braces = re.compile("([{}])").split
_has_any_text = re.compile("s3|iot").match  # a service in whose names a brace may stand
_is_of_an_alias = re.compile("arn:[^:]*:iam::(?!x+:|cloudfront:)[a-z][a-z0-9-]+:(mfa|user)/").match
_slip = re.compile(r"[{}\\]").search
_slip_before_a_variable = re.compile(r"\\(?=\$)").search


def check_arns(subject: Subject) -> Iterator[Flaw]:
    """Find the first ARN that matches nothing, of resources and of conditions' values."""
    in_yaml = subject.document.source.label.endswith((".yml", ".yaml"))
    told = [
        (item, exempting, found)
        for item, exempting in _texts(subject)
        if (found := _why_dead(str(item.value), in_yaml=in_yaml))
    ]
    for item, exempting, (why, cure) in told[:1]:
        more = f" (and {len(told) - 1} more)" if told[1:] else ""
        yield Flaw(
            DEAD_ARN,
            subject.document.source.position(item.offset),
            f"{item.value} {why}{more}",
            f"the ARN matches nothing: it {_effect(subject, exempting=exempting)}",
            cure,
        )


CHECKS: tuple[Check, ...] = (check_arns,)


def _texts(subject: Subject) -> Iterator[tuple[Node, bool]]:
    """Yield the texts that may be ARNs, and whether each exempts what it matches."""
    for element in ("Resource", "NotResource"):
        for item in subject.items_of(element):
            yield item, element != "Resource"
    for condition in subject.statement.conditions:
        for item in listed(condition.node):
            yield item, condition.operator in OPPOSITES


def _why_dead(text: str, *, in_yaml: bool) -> tuple[str, str] | None:
    """Say why no request has an ARN, and what to write; None if one may have it.

    The Serverless Framework's files, in YAML, have a backslash before what it leaves alone.
    """
    filled = _filled_in(text)
    arn = _arn(filled)
    if arn is None:
        return None
    if is_no_account(arn[2]) or _is_of_an_alias(filled):
        return f"has the account {arn[2]}, and accounts have 12 digits", "write all its 12 digits"
    if keys_outside_of_braces(text):  # which `keys` tells
        return None
    found = (_slip_before_a_variable if _has_any_text(arn[1]) else _slip)(filled)
    if found is None or (found[0] == "\\" and in_yaml):
        return None
    if found[0] == "\\":
        return "has a stray backslash", "remove the backslash"
    other = "{" if found[0] == "}" else "}"
    return f"has a {found[0]} without a {other}", f"remove the {found[0]}, or add the {other}"


def _filled_in(text: str) -> str:
    """Return a text with an x for each pair of braces and what is in it."""
    levels: list[list[str]] = [[]]
    for part in _at_braces(text):
        if part == "{":
            levels.append([])
        elif part == "}" and len(levels) > 1:
            levels.pop()
            levels[-1].append("x")
        else:
            levels[-1].append(part)
    return "{".join(map("".join, levels))


def _effect(subject: Subject, *, exempting: bool) -> str:
    if exempting:
        return "keeps nobody out" if subject.statement.allows else "exempts nobody"
    return "allows nobody" if subject.statement.allows else "stops nobody"
