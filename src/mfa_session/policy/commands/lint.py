"""`policy lint`: the mistakes about MFA in policies, with their places and cures."""

from __future__ import annotations

import gc
import json
from typing import TYPE_CHECKING, Any

from mfa_session.model.errors import ConfigurationError
from mfa_session.model.result import Result, error_data
from mfa_session.model.text import printable
from mfa_session.policy.commands.files import read_policy
from mfa_session.policy.lint import lint
from mfa_session.policy.mfa import mfa_conditions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mfa_session.cli.app import App
    from mfa_session.policy.document import Document
    from mfa_session.policy.finding import Finding

FINDINGS = 1
WIDEST_QUOTE = 100
_COLOURS = {"error": "red", "warning": "yellow", "note": "bold"}


def run(app: App) -> Result:
    """Lint every policy named; those that cannot be read are told, and the others linted."""
    gc.disable()  # what is read stays: looking for garbage in a long policy takes a third more
    files = list(dict.fromkeys(app.given.values["file"]))
    documents, errors = _read(app, files)
    linted = [(each, lint(each, on_role=app.given.flag("role"))) for each in documents]
    count = sum(len(findings) for _, findings in linted)
    if not app.given.flag("json"):
        _sum_up(app, linted)
    return Result(
        data={
            "findings": [_summary(*pair) for pair in _each(linted)],
            "errors": [{"file": path, **error_data(error)} for path, error in errors.items()],
        },
        lines=tuple(line for pair in _each(linted) for line in _lines(app, *pair)),
        exit_code=ConfigurationError.exit_code if errors else FINDINGS if count else 0,
    )


def _read(app: App, files: Sequence[str]) -> tuple[list[Document], dict[str, ConfigurationError]]:
    """Read the policies; a single one that cannot be read ends the command."""
    documents, errors = [], {}
    for path in files:
        try:
            documents.append(read_policy(path))
        except ConfigurationError as error:  # noqa: PERF203  # each is read, whatever others hold
            if len(files) == 1:
                raise
            errors[path] = error
            if not app.given.flag("json"):
                app.talk.error(error.message, error.hint)
    return documents, errors


def _each(
    linted: Sequence[tuple[Document, tuple[Finding, ...]]],
) -> Iterator[tuple[Document, Finding]]:
    for document, findings in linted:
        for finding in findings:
            yield document, finding


def _sum_up(app: App, linted: Sequence[tuple[Document, tuple[Finding, ...]]]) -> None:
    """Say how many mistakes there are; and where there is nothing to be right or wrong about."""
    counts: dict[str, int] = {}
    for document, findings in linted:
        if not any(map(mfa_conditions, document.statements)) and not findings:
            app.talk.say(f"{document.source.label}: no condition in it is about MFA")
        for finding in findings:
            counts[finding.severity] = counts.get(finding.severity, 0) + 1
    shown = [f"{n} {severity}{'s' if n > 1 else ''}" for severity, n in sorted(counts.items())]
    many = f"{len(linted)} policies" if len(linted) > 1 else "the policy"
    if linted:
        app.talk.say(f"{', '.join(shown) or 'no mistake about MFA'} in {many}")


def _summary(document: Document, finding: Finding) -> dict[str, Any]:
    return {
        "file": document.source.label,
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


def _lines(app: App, document: Document, finding: Finding) -> Iterator[str]:
    """Yield a finding for people: place, rule, the line quoted, who, and the cure."""
    severity = app.talk.paint_for_stdout(finding.severity, _COLOURS[finding.severity])
    place = f"{document.source.label}:{finding.line}:{finding.column}"
    what = f": {finding.message} [{finding.rule}]"
    yield printable(f"{place}: {finding.statement}: ") + severity + printable(what)
    quoted, column = _quote(document.source.line(finding.line), finding.column)
    number = str(finding.line)
    yield f"  {number} | {quoted}"
    yield f"  {' ' * len(number)} | {' ' * column}^"
    yield f"  who: {printable(finding.who)}"
    yield f"  cure: {printable(finding.cure)}{':' if finding.fix else ''}"
    yield from (f"    {line}" for line in _elements(finding.fix))
    yield ""


def _elements(fix: Mapping[str, Any]) -> list[str]:
    """Return elements as they stand in a statement, one to a line."""
    return [printable(f"{json.dumps(name)}: {json.dumps(fix[name])}") for name in fix]


def _quote(line: str, column: int) -> tuple[str, int]:
    """Return a line, or the part of a long one around a column, and where in it that is."""
    start = max(0, column - WIDEST_QUOTE // 2) if len(line) > WIDEST_QUOTE else 0
    part = line[start : start + WIDEST_QUOTE].replace("\t", " ")
    indent = len(part) - len(part.lstrip()) if start == 0 else 0
    return printable(part[indent:]), column - 1 - start - indent
