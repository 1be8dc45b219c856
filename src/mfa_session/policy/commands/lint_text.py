"""How `policy lint` shows findings: to people, as data, and as GitHub's annotations."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from mfa_session.model.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mfa_session.policy.document import Document
    from mfa_session.policy.finding import Finding

WIDEST_QUOTE = 100
_COLOURS = {"error": "red", "warning": "yellow", "note": "bold"}
_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


class Located(NamedTuple):
    """A finding, and the policy that it is in."""

    document: Document
    finding: Finding


def data_of(located: Located) -> dict[str, Any]:
    """Return a finding for scripts."""
    document, finding = located
    return {
        "file": document.source.label,
        "policy": document.name or None,
        "line": finding.line,
        "column": finding.column,
        "rule": finding.rule,
        "severity": finding.severity,
        "statement": finding.statement,
        "message": finding.message,
        "who": finding.who,
        "cure": finding.cure,
        "fix": dict(finding.fix) or None,
    }


def lines_of(located: Located, paint: Callable[[str, str], str]) -> Iterator[str]:
    """Yield a finding for people: place, rule, the line quoted, who, and the cure."""
    document, finding = located
    severity = paint(finding.severity, _COLOURS[finding.severity])
    place = f"{document.source.label}:{finding.line}:{finding.column}"
    name = f"{document.name}: " if document.name else ""
    what = f": {finding.message} [{finding.rule}]"
    yield printable(f"{place}: {name}{finding.statement}: ") + severity + printable(what)
    quoted, column = _quote(document.source.line(finding.line), finding.column)
    number = str(finding.line)
    yield f"  {number} | {quoted}"
    yield f"  {' ' * len(number)} | {' ' * column}^"
    yield f"  who: {printable(finding.who)}"
    yield f"  cure: {printable(finding.cure)}{':' if finding.fix else ''}"
    yield from (f"    {line}" for line in elements(finding.fix))
    yield ""


def annotation_of(located: Located) -> str:
    """Return a finding as a command of GitHub Actions: it shows at the line of the change."""
    document, finding = located
    properties = {
        "file": document.source.label,
        "line": str(finding.line),
        "col": str(finding.column),
        "title": finding.rule,
    }
    shown = ",".join(f"{name}={_escaped(value, ',:')}" for name, value in properties.items())
    name = f"{document.name}: " if document.name else ""
    text = f"{name}{finding.statement}: {finding.message}\nwho: {finding.who}\ncure: {finding.cure}"
    fix = "".join(f"\n  {line}" for line in elements(finding.fix))
    return f"::{_COMMANDS[finding.severity]} {shown}::{_escaped(text + fix, '')}"


def elements(fix: Mapping[str, Any]) -> list[str]:
    """Return elements as they stand in a statement, one to a line."""
    return [printable(f"{json.dumps(name)}: {json.dumps(fix[name])}") for name in fix]


def _escaped(text: str, marks: str) -> str:
    """Return a text as GitHub's commands take it (its toolkit's command.ts)."""
    return "".join(
        f"%{ord(each):02X}" if each in f"%\r\n{marks}" else each
        for each in "\n".join(map(printable, text.split("\n")))
    )


def _quote(line: str, column: int) -> tuple[str, int]:
    """Return a line, or the part of a long one around a column, and where in it that is."""
    start = max(0, column - WIDEST_QUOTE // 2) if len(line) > WIDEST_QUOTE else 0
    part = line[start : start + WIDEST_QUOTE].replace("\t", " ")
    indent = len(part) - len(part.lstrip()) if start == 0 else 0
    return printable(part[indent:]), column - 1 - start - indent
