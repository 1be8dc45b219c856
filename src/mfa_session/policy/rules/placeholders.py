"""What people were to replace in a policy before its use."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from itertools import chain

from mfa_session.policy.rules.resource_kinds import parts_of
from mfa_session.policy.rules.resources import is_about_mfa
from mfa_session.policy.rules.rule import NOTE, Flaw, Flaws, Rule, Subject
from mfa_session.policy.rules.whole_policy import WholePolicy, per_policy
from mfa_session.policy.statement import Statement

PLACEHOLDER = Rule(
    "placeholder",
    NOTE,
    "In a policy about MFA, a placeholder for people (`YOUR_ACCOUNT_ID`, `<bucket>`) stands in a "
    "principal, a resource or a value: AWS refuses it, or it matches nothing.",
)
# Go's templates leave `<no value>` of what is missing. Each branch begins with a sign, and looks
# then at what stands before it, which makes the search of other texts fast.
_placeholder = re.compile(
    r"<(?!no value>)[A-Za-z][\w .:-]{2,}>"
    r"|Y(?<=\bY)OUR[_-][\w-]*|R(?<=\bR)EPLACE[\w-]*|C(?<=\bC)HANGE_?ME[\w-]*"
    r"|P(?<=\bP)LACEHOLDER[\w-]*|\$(?<![^/:]\$)(?:local|var)\.[\w.[\]]+|o(?<=\bo)-x{4,}\b"
    # AWS's own examples are of DOC-EXAMPLE-BUCKET.
    r"|:s3:::(?!DOC-)(?P<bucket>[A-Z_-]*BUCKET[A-Z_-]*\d?|bucket[-_]name|your-[\w-]*bucket[\w-]*)"
    r"(?=/|$)"
    r"|:(?:user|mfa)/(?P<user>(?:IAM)?(?i:user[_-]?name))$"
).search
in_place_of_an_account = re.compile(
    r"[A-Z][A-Z_-]+|x{3,}|#{3,}|\[[A-Za-z _-]+\]|your[\w-]+"
    r"|(?=[\w-]{0,60}(?i:account)(?!ing|s))[\w-]{1,80}"
).fullmatch


def check_placeholders(subject: Subject) -> Flaws:
    """Find what a person was to replace before use, once for a policy."""
    if subject.statement is not _first_to_fill_in(subject.whole):
        return
    items = (*(item for item, _ in subject.texts), *subject.principals())
    item, found = next(
        (item, found) for item in items if (found := placeholder_in(str(item.value)))
    )
    others = list(filter(_is_to_fill_in, subject.document.statements))
    yield Flaw(
        PLACEHOLDER,
        subject.place_at(item),
        f"{found} is a placeholder"
        + (f" in {item.value}" if item.value != found else "")
        + (f"; {len(others) - 1} other statements have one" if others[2:] else ""),
        "AWS refuses the policy, or nothing matches the text",
        f"replace {found}, unless a tool does so before the policy is used",
    )


@per_policy
def _first_to_fill_in(whole: WholePolicy) -> Statement | None:
    return next(filter(_is_to_fill_in, whole.statements if is_about_mfa(whole) else ()), None)


def _is_to_fill_in(statement: Statement) -> bool:
    return any(placeholder_in(text) for _, texts in texts_in(statement) for text in texts)


def placeholder_in(text: str) -> str | None:
    """Return what is to be replaced in a text."""
    found = _placeholder(text)
    if found:
        return found["bucket"] or found["user"] or found[0]
    region_and_account = parts_of(text)[3:5] if text.startswith("arn:aws") else ()
    return next(filter(_stands_for_another, region_and_account), None)


@functools.lru_cache(maxsize=1_000)  # regions and accounts come again and again
def _stands_for_another(part: str) -> bool:
    return in_place_of_an_account(part) is not None


def texts_in(statement: Statement) -> Iterable[tuple[str, Iterable[str]]]:
    """Return the texts of a statement that may be ARNs, by the element in which they stand."""
    return {
        "Resource": statement.resources or (),
        "NotResource": statement.not_resources or (),
        "Principal": chain(*(statement.principals or {}).values()),
        "NotPrincipal": chain(*(statement.not_principals or {}).values()),
        "Condition": chain(*(each.values for each in statement.conditions)),
    }.items()
