"""Evaluate IAM policies, after the reference of the policy evaluation logic.

Pure: it takes documents and a request, and returns a decision. An explicit deny overrides an allow;
without an allow the request is denied. It shares nothing with the evaluator of `policy/`, on
purpose: that one is tested against this second opinion. The demo's policies need less.
"""

from __future__ import annotations

import ipaddress
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from mfa_session.sandbox.evaluation import Request, Verdict

_VARIABLE = re.compile(r"\$\{\s*([^},]+?)\s*(?:,\s*'([^']*)'\s*)?\}")
_LITERALS = {"*", "?", "$"}


class Variables:
    """The values of policy variables; `enabled=False` leaves `${…}` as it is."""

    def __init__(self, present: Mapping[str, Sequence[str]], enabled: bool = True) -> None:
        self.present = present
        self.enabled = enabled

    def pieces(self, text: str) -> list[tuple[str, bool]] | None:
        """Split a text into pieces, each with whether its wildcards count.

        Return None if a variable has no value.
        """
        if not self.enabled:
            return [(text, True)]
        pieces, end = [], 0
        for match in _VARIABLE.finditer(text):
            value = self._value(match)
            if value is None:
                return None
            pieces += [(text[end : match.start()], True), (value, False)]
            end = match.end()
        return [*pieces, (text[end:], True)]

    def fill(self, text: str) -> str | None:
        """Return the text with the variables' values; None if one has no value."""
        pieces = self.pieces(text)
        return None if pieces is None else "".join(piece for piece, _ in pieces)

    def _value(self, match: re.Match[str]) -> str | None:
        name, default = match.group(1), match.group(2)
        if name in _LITERALS:
            return str(name)
        values = self.present.get(name.lower())
        if values is not None and len(values) == 1:
            return values[0]
        return default


def pattern(text: str, variables: Variables, *, fold: bool = False) -> re.Pattern[str] | None:
    """Compile a text with `*`, `?` and variables; None if a variable has no value.

    A wildcard in a variable's value is literal.
    """
    pieces = variables.pieces(text)
    if pieces is None:
        return None
    source = "".join(_translate(piece) if wild else re.escape(piece) for piece, wild in pieces)
    return re.compile(source, re.DOTALL | (re.IGNORECASE if fold else 0))


def _translate(piece: str) -> str:
    return "".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in piece)


Compare = Callable[[str, str, Variables], bool]


def as_list(value: Any) -> list[Any]:
    """Return a list, or a single value as one."""
    return list(value) if isinstance(value, (list, tuple)) else [value]


def as_text(value: Any) -> str:
    """Return a condition's value as text: JSON `false` equals `"false"`, and 3600 `"3600"`."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _operator_matches(name: str, key: str, wanted: Sequence[Any], variables: Variables) -> bool:
    texts = [as_text(value) for value in wanted]
    found = variables.present.get(key.lower())
    if name == "Null":
        return any((found is None) == (text.lower() == "true") for text in texts)
    quantifier, _, plain = name.rpartition(":")
    if plain.endswith("IfExists"):
        if found is None:
            return True
        plain = plain[: -len("IfExists")]
    negated = plain in _NEGATED
    compare = _COMPARISONS.get(plain.replace("Not", "") if negated else plain)
    if compare is None:
        raise ValueError(f"unknown condition operator {plain}")
    results = [
        any(compare(value, text, variables) for text in texts) != negated for value in found or ()
    ]
    if quantifier == "ForAllValues":
        return all(results)
    if quantifier == "ForAnyValue":
        return any(results)
    if found is None:
        return negated
    return all(results) if negated else any(results)


def _equal(value: str, wanted: str, variables: Variables) -> bool:
    return value == variables.fill(wanted)


def _equal_folded(value: str, wanted: str, variables: Variables) -> bool:
    filled = variables.fill(wanted)
    return filled is not None and value.casefold() == filled.casefold()


def _like(value: str, wanted: str, variables: Variables) -> bool:
    compiled = pattern(wanted, variables)
    return compiled is not None and compiled.fullmatch(value) is not None


def _arn_like(value: str, wanted: str, variables: Variables) -> bool:
    """Compare the six parts of an ARN one by one: a wildcard does not match a colon."""
    parts, wanted_parts = value.split(":", 5), _split_arn(wanted)
    return len(parts) == len(wanted_parts) and all(
        _like(part, wish, variables) for part, wish in zip(parts, wanted_parts, strict=True)
    )


def _split_arn(text: str) -> list[str]:
    pieces = re.findall(r"(?:\$\{[^}]*\}|[^:])*(?::|$)", text)[:-1] or [text]
    parts = [piece.removesuffix(":") for piece in pieces]
    return [*parts[:5], ":".join(parts[5:])] if len(parts) > 5 else parts


def _ordered(read: Callable[[str], float], compare: Callable[[float, float], bool]) -> Compare:
    def matches(value: str, wanted: str, variables: Variables) -> bool:
        try:
            return compare(read(value), read(variables.fill(wanted) or ""))
        except ValueError:
            return False

    return matches


def _moment(text: str) -> float:
    """Read an ISO 8601 date, `2031-05` to `2031-05-01T12:00:00.5Z`, or seconds since 1970."""
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    text = f"{text}-01" if re.fullmatch(r"\d{4}-\d\d", text) else text.replace("Z", "+00:00")
    # Python 3.10 reads only fractions of three or six digits.
    text = re.sub(r"\.(\d+)", lambda found: f".{found[1]:0<6.6}", text)
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()


def _ip_address(value: str, wanted: str, variables: Variables) -> bool:
    try:
        network = ipaddress.ip_network(variables.fill(wanted) or "", strict=False)
        return ipaddress.ip_address(value) in network
    except ValueError:
        return False


_ORDERS = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}
_COMPARISONS: dict[str, Compare] = {
    "StringEquals": _equal,
    "StringEqualsIgnoreCase": _equal_folded,
    "StringLike": _like,
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
    "Bool": _equal_folded,
    "BinaryEquals": _equal,
    "IpAddress": _ip_address,
    **{f"Numeric{name}": _ordered(float, order) for name, order in _ORDERS.items()},
    **{f"Date{name}": _ordered(_moment, order) for name, order in _ORDERS.items()},
}
_NEGATED = {
    "StringNotEquals",
    "StringNotEqualsIgnoreCase",
    "StringNotLike",
    "ArnNotEquals",
    "ArnNotLike",
    "NumericNotEquals",
    "DateNotEquals",
    "NotIpAddress",
}


Document = Mapping[str, Any]
_WITH_VARIABLES = "2012-10-17"


def judge(documents: Iterable[Document], request: Request) -> Verdict:
    """Combine all statements of identity policies that match the request."""
    denials = [statement.get("Effect") == "Deny" for statement in matching(documents, request)]
    return Verdict(not all(denials), any(denials))


def matching(documents: Iterable[Document], request: Request) -> Iterator[Document]:
    """Yield the statements that match the request, whatever principals they name."""
    for document in documents:
        for statement in as_list(document.get("Statement", [])):
            if _matches(statement, request, str(document.get("Version", ""))):
                yield statement


def _matches(statement: Mapping[str, Any], request: Request, version: str) -> bool:
    context = {
        key.lower(): list(map(as_text, as_list(value))) for key, value in request.context.items()
    }
    variables = Variables(context, enabled=version == _WITH_VARIABLES)
    no_variables = Variables({}, enabled=False)
    return (
        _element_matches(statement, "Action", request.action, no_variables, fold=True) is True
        # A trust policy has no Resource: it applies to the role itself.
        and _element_matches(statement, "Resource", request.resource, variables) is not False
        and all(
            _operator_matches(name, key, as_list(wanted), variables)
            for name, keys in statement.get("Condition", {}).items()
            for key, wanted in keys.items()
        )
    )


def _element_matches(
    statement: Mapping[str, Any], name: str, text: str, variables: Variables, *, fold: bool = False
) -> bool | None:
    """Say whether Action or Resource (`name`), or its Not… element, covers a text.

    Return None if the statement has neither.
    """
    for element in (f"Not{name}", name):
        if element in statement:
            patterns = (pattern(p, variables, fold=fold) for p in as_list(statement[element]))
            found = any(p is not None and p.fullmatch(text) for p in patterns)
            return found == (element == name)
    return None
