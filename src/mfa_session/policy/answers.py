"""Which answers to what is unknown of a request go together.

A tag that is `red` is not `blue`, and who calls from a network's half calls from the network. What
one condition, action or resource supposes of the request may thus decide another.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import NamedTuple

from mfa_session.policy.conditions import (
    ABSENT,
    OPPOSITES,
    THERE_IF_UNKNOWN,
    Comparison,
    is_met,
    moment,
    number,
)
from mfa_session.policy.credentials import MFA_AGE, RequestContext, Values
from mfa_session.policy.patterns import includes, may_meet

_MOST_CASES, _MOST_VALUES, _MOST_IN_SETS = 64, 60, 8
_OTHER = "\0"  # a value that no policy names
# Keys with several values at once, which may meet conditions that exclude each other.
_OF_SEVERAL = {
    "aws:calledvia",
    "aws:principalorgpaths",
    "aws:principalservicenameslist",
    "aws:resourceorgpaths",
    "aws:sourceorgpaths",
    "aws:tagkeys",
    "aws:vpceorgpaths",
    "s3:requestobjecttagkeys",
    "sts:transitivetagkeys",
}
# Services all of whose other keys have one value (Service Authorization Reference).
_OF_ONE = ("aws:", "iam:", "s3:", "sts:")
# Keys whose value is a network, number, date or boolean; that of others, as tags, may be any text.
_OF_ONE_TYPE = {
    "aws:currenttime",
    "aws:epochtime",
    "aws:multifactorauthage",
    "aws:multifactorauthpresent",
    "aws:principalisawsservice",
    "aws:securetransport",
    "aws:sourceip",
    "aws:tokenissuetime",
    "aws:viaawsservice",
    "aws:vpcsourceip",
    "s3:max-keys",
    "s3:signatureage",
    "sts:durationseconds",
}


class Question(NamedTuple):
    """What is not known of a request: `about` the Action, the Resource, or a condition's key.

    `asked` is a comparison, or for actions and resources the patterns of which one matches.
    """

    about: str
    version: str | None  # of the policy, by which texts have variables
    asked: Comparison | frozenset[str]


Answers = dict[Question, bool]


def cases(questions: Iterable[Question]) -> Iterator[Answers] | None:
    """Return all answers that a request may give together; None if they are too many.

    What is not understood may have any answer.
    """
    groups: dict[str, set[Question]] = {}
    for question in questions:
        groups.setdefault(question.about, set()).add(question)
    choices = [_together(frozenset(group)) for group in groups.values()]
    if None in choices or math.prod(len(each or ()) for each in choices) > _MOST_CASES:
        return None
    return (
        {question: answer for part in parts for question, answer in part.items()}
        for parts in itertools.product(*filter(None, choices))
    )


@functools.lru_cache(maxsize=1_000)  # for the next caller
def _together(questions: frozenset[Question]) -> list[Answers] | None:
    """Return the answers of questions about one thing."""
    group = list(questions)
    by_value = _by_values if _has_one_value(group[0].about) else _by_sets
    found = by_value(group) or _by_patterns(group)
    return [dict(zip(group, each, strict=True)) for each in found] if found else None


def _by_values(group: Sequence[Question]) -> set[tuple[bool, ...]] | None:
    """Return the answers for each value that makes a difference, and without the key.

    None if the conditions compare more than plain values of a key with one value.
    """
    about = group[0].about
    asked = [each.asked for each in group if isinstance(each.asked, Comparison)]
    values = _values(asked)
    compared_as_text = any(each.operator.startswith(("Arn", "String")) for each in asked)
    if values is None or (compared_as_text and about == MFA_AGE.lower()):
        return None
    absent = [] if about in THERE_IF_UNKNOWN else [None]
    any_text = [] if about in _OF_ONE_TYPE else [_OTHER]
    return _decided(
        about, asked, (None if each is None else (each,) for each in (*values, *any_text, *absent))
    )


def _by_sets(group: Sequence[Question]) -> set[tuple[bool, ...]] | None:
    """Return the answers for each set of values of a key with several, and without the key.

    None if the conditions compare more than plain texts, or too many.
    """
    about = group[0].about
    asked = [each.asked for each in group if isinstance(each.asked, Comparison)]
    plain = (OPPOSITES.get(each.operator, each.operator) for each in asked)
    pairs = zip(asked, plain, strict=True)
    found = _values([each._replace(operator=one, qualifier=None) for each, one in pairs])
    values = dict.fromkeys(found or ())
    if about not in _OF_SEVERAL or not values or len(values) > _MOST_IN_SETS:
        return None
    sizes = range(1, len(values) + 1)
    sets = itertools.chain.from_iterable(itertools.combinations(values, each) for each in sizes)
    return _decided(about, asked, (*sets, None))


def _decided(
    about: str, asked: Sequence[Comparison], possible: Iterable[Values | None]
) -> set[tuple[bool, ...]] | None:
    """Return the answers for each of a key's values; None if one cannot be told."""
    found = set()
    for values in possible:
        known = RequestContext({about: values})
        truths = [values is None if _is_null(each) else is_met(each, known) for each in asked]
        if None in truths:
            return None
        found.add(tuple(truth is True for truth in truths))
    return found


def _has_one_value(key: str) -> bool:
    return (key.startswith(_OF_ONE) or "tag/" in key) and key not in _OF_SEVERAL


def _is_null(asked: Comparison) -> bool:
    return asked.operator == ABSENT


def _values(asked: Sequence[Comparison]) -> list[str] | None:
    """Return a value of each sort that the comparisons tell apart; None if they are not plain."""
    compared = [each for each in asked if not _is_null(each)]
    named = [value for each in compared for value in each.values if not _is_any(each, value)]
    if not all(map(_is_plain, compared)) or len(set(named)) > _MOST_VALUES:
        return None
    operators = {each.operator for each in compared}
    for of, make in _SORTS:
        if of(operators):
            try:
                return make(named)
            except ValueError:
                return None
    return None


def _is_plain(asked: Comparison) -> bool:
    """Say whether a comparison is with values as they are written, or with any."""
    wild = "$" if asked.operator.startswith("StringEquals") else "$*?"
    open_values = (each for each in asked.values if not _is_any(asked, each))
    is_open = any(sign in value for value in open_values for sign in wild)
    return asked.known and not asked.qualifier and not is_open


def _is_any(asked: Comparison, value: str) -> bool:
    return asked.operator == "StringLike" and value == "*"


def _numbers(read: Callable[[str], Decimal]) -> Callable[[Sequence[str]], list[str]]:
    def numbers(named: Sequence[str]) -> list[str]:
        limits = sorted(set(map(read, named))) or [Decimal(0)]
        between = [(low + high) / 2 for low, high in itertools.pairwise(limits)]
        found = sorted([*limits, *between, limits[0] - 1, limits[-1] + 1])
        texts = [f"{each:f}" for each in found]
        # Neighbours of very large numbers are the same; there is no date long before 1970.
        if len(set(found)) < len(found) or list(map(read, texts)) != found:
            raise ValueError(named)
        return texts

    return numbers


def _addresses(named: Sequence[str]) -> list[str]:
    """Return the first address of each stretch between the borders of networks."""
    networks = [ip_network(each, strict=False) for each in named]
    ends = [each.broadcast_address for each in networks]
    starts = {
        *(IPv4Address(0), IPv6Address(0)),
        *(each.network_address for each in networks),
        *(each + 1 for each in ends if int(each) + 1 < 2**each.max_prefixlen),
    }
    return list(map(str, starts))


def _texts_in_cases(named: Sequence[str]) -> list[str]:
    """Return texts, and each in another case, as which none of them is written."""
    return [*named, *map(functools.partial(_other_case, frozenset(named)), named), _OTHER]


def _other_case(named: frozenset[str], text: str) -> str:
    if not text.isascii():
        raise ValueError(text)
    others = (
        text[:at] + sign.swapcase() + text[at + 1 :]
        for at, sign in enumerate(text)
        if sign.isalpha()
    )
    found = next((each for each in others if each not in named), None)
    if found is None and any(map(str.isalpha, text)):
        raise ValueError(text)
    return found or text


_OF_TEXTS = {"StringEquals", "StringLike", "ArnEquals", "ArnLike"}
_SORTS: tuple[tuple[Callable[[set[str]], bool], Callable[[Sequence[str]], list[str]]], ...]
_SORTS = (
    (_OF_TEXTS.issuperset, lambda named: [*named, _OTHER]),
    ({"StringEquals", "StringEqualsIgnoreCase"}.issuperset, _texts_in_cases),
    ({"Bool"}.issuperset, lambda _: ["true", "false"]),
    ({"IpAddress"}.issuperset, _addresses),
    (lambda operators: all(each.startswith("Numeric") for each in operators), _numbers(number)),
    (lambda operators: all(each.startswith("Date") for each in operators), _numbers(moment)),
)


def _by_patterns(group: Sequence[Question]) -> list[tuple[bool, ...]] | None:
    """Return all answers but those where patterns include, or exclude, each other."""
    if 2 ** len(group) > _MOST_CASES:
        return None
    barred = [
        (one, other, answer)
        for one, other in itertools.permutations(range(len(group)), 2)
        for answer in (True, False)
        if _bars(group[one], group[other], answer)
    ]
    return [
        answers
        for answers in itertools.product((True, False), repeat=len(group))
        if not any(answers[one] and answers[other] is answer for one, other, answer in barred)
    ]


def _bars(one: Question, other: Question, answer: bool) -> bool:
    """Say whether what matches one question never gives the other this answer."""
    some, others = _patterns(one), _patterns(other)
    if some is None or others is None or len(some) * len(others) > _MOST_VALUES**2:
        return False
    if not answer:
        return all(any(includes(outer, each) for outer in others) for each in some)
    meeting = any(may_meet(*pair) for pair in itertools.product(some, others))
    return not meeting and (one.about in {"Action", "Resource"} or _has_one_value(one.about))


def _patterns(question: Question) -> frozenset[str] | None:
    """Return the patterns of a question, if no variable is in them, and nothing else meets it."""
    asked = question.asked
    if isinstance(asked, Comparison):
        wild = any(sign in value for value in asked.values for sign in "*?")
        like = asked.operator == "StringLike" or (asked.operator == "StringEquals" and not wild)
        if asked.if_exists or asked.qualifier or not like:
            return None
        asked = frozenset(asked.values)
    if any("$" in each for each in asked):
        return None
    return frozenset(map(str.lower, asked)) if question.about == "Action" else asked
