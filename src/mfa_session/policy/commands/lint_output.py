"""The formats of `policy lint`: text, JSON, GitHub's annotations and SARIF 2.1.0."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from mfa_session import __version__
from mfa_session.model.text import printable
from mfa_session.policy.lint import RULES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mfa_session.policy.document import Document
    from mfa_session.policy.reading import FileError
    from mfa_session.policy.rules.rule import Finding, Rule


WIDEST_QUOTE = 100
_COLOURS = {"error": "red", "warning": "yellow", "note": "bold"}
_FIELDS = ("line", "column", "rule", "severity", "statement", "message", "who", "cure")
_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


class Located(NamedTuple):
    """A finding and its policy."""

    document: Document
    finding: Finding


def data_of(located: Located) -> dict[str, Any]:
    """Return a finding for `--json`."""
    document, finding = located
    return {
        "file": document.source.label,
        "policy": document.name or None,
        **{field: getattr(finding, field) for field in _FIELDS},
        "fix": dict(finding.fix) or None,
    }


def lines_of(located: Located, paint: Callable[[str, str], str]) -> Iterator[str]:
    """Yield a finding as text: place, rule, the quoted line, who, and the cure."""
    document, finding = located
    severity = paint(finding.severity, _COLOURS[finding.severity])
    place = f"{document.source.label}:{finding.line}:{finding.column}"
    what = f": {finding.message} [{finding.rule}]"
    yield printable(f"{place}: {_statement(located)}: ") + severity + printable(what)
    quoted, column = _quote(document.source.line(finding.line), finding.column)
    yield f"  {finding.line} | {quoted}"
    yield f"  {' ' * len(str(finding.line))} | {' ' * column}^"
    yield from (f"  {printable(line)}" for line in _advice(finding))
    yield ""


def annotation_of(located: Located) -> str:
    """Return a finding as a command of GitHub Actions, which shows it at its line."""
    document, finding = located
    place = f",line={finding.line},col={finding.column}"
    return _annotation(
        _COMMANDS[finding.severity], document.source.label, place, finding.rule, _text(located)
    )


def annotation_of_error(error: FileError) -> str:
    """Return an error as such a command, at the place in its message."""
    found = re.search(r":(\d+):(\d+): ", error.error.message)
    place = f",line={found[1]},col={found[2]}" if found else ""
    return _annotation("error", error.file, place, error.error.code, _text_of_error(error))


def _annotation(command: str, file: str, place: str, title: str, text: str) -> str:
    return f"::{command} file={_escaped(file, ',:')}{place},title={title}::{_escaped(text)}"


def _text_of_error(error: FileError) -> str:
    return f"{error.error.message}\nhint: {error.error.hint}"


def _statement(located: Located) -> str:
    name = f"{located.document.name}: " if located.document.name else ""
    return f"{name}{located.finding.statement}"


def _text(located: Located) -> str:
    what = f"{_statement(located)}: {located.finding.message}"
    return "\n".join([what, *_advice(located.finding)])


def _advice(finding: Finding) -> Iterator[str]:
    yield f"who: {finding.who}"
    yield f"cure: {finding.cure}{':' if finding.fix else ''}"
    for name, value in finding.fix.items():
        yield f"  {json.dumps(name)}: {json.dumps(value)}"


def _escaped(text: str, marks: str = "") -> str:
    """Escape a text for GitHub's commands (its toolkit's command.ts)."""
    return "".join(
        f"%{ord(each):02X}" if each in f"%\r\n{marks}" else each
        for each in "\n".join(map(printable, text.split("\n")))
    )


def _quote(line: str, column: int) -> tuple[str, int]:
    """Return a line, or the part of a long one around a column, and the column's place in it."""
    start = max(0, column - WIDEST_QUOTE // 2) if len(line) > WIDEST_QUOTE else 0
    part = line[start : start + WIDEST_QUOTE].replace("\t", " ")
    indent = len(part) - len(part.lstrip()) if start == 0 else 0
    return printable(part[indent:]), column - 1 - start - indent


_CODE = re.compile(r"`([^`]*)`")
_INDEXES = {rule.id: index for index, rule in enumerate(RULES)}


def sarif_log(findings: Sequence[Located], errors: Sequence[FileError]) -> dict[str, Any]:
    """Return the log of a run: rules, findings and unreadable files."""
    driver = {
        "name": "mfa-session",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": list(map(_rule, RULES)),
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not errors,
                "toolExecutionNotifications": list(map(_notification, errors)),
            }
        ],
        "results": list(map(_result, findings)),
    }
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return {"$schema": schema, "version": "2.1.0", "runs": [run]}


def _rule(rule: Rule) -> dict[str, Any]:
    text = _CODE.sub(r"\1", rule.text)
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.id.split("-")),
        "shortDescription": {"text": text},
        "help": {"text": text, "markdown": rule.text},
        "defaultConfiguration": {"level": rule.severity},
    }


def _result(located: Located) -> dict[str, Any]:
    document, finding = located
    identity = [document.source.label, document.name, finding.statement, finding.rule]
    return {
        "ruleId": finding.rule,
        "ruleIndex": _INDEXES[finding.rule],
        "level": finding.severity,
        "message": {"text": _text(located)},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": _artifact(document.source.label),
                    "region": {"startLine": finding.line, "startColumn": finding.column},
                },
                "logicalLocations": [{"fullyQualifiedName": _statement(located)}],
            }
        ],
        "partialFingerprints": {"mfaSession/v1": digest_of(identity)},
        "properties": {"who": finding.who, "cure": finding.cure, "fix": dict(finding.fix) or None},
    }


def digest_of(value: Any) -> str:
    """Return a digest of JSON, whatever the order of its members."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _notification(error: FileError) -> dict[str, Any]:
    return {
        "level": "error",
        "message": {"text": _text_of_error(error)},
        "descriptor": {"id": error.error.code},
        "locations": [{"physicalLocation": {"artifactLocation": _artifact(error.file)}}],
    }


def _artifact(path: str) -> dict[str, str]:
    if PurePath(path).is_absolute():
        return {"uri": PurePath(path).as_uri()}
    return {"uri": quote(PurePath(path).as_posix()), "uriBaseId": "%SRCROOT%"}
