"""`policy lint`: mistakes about MFA in policies, with their places and cures.

Its formats are text, JSON, GitHub's annotations and SARIF 2.1.0.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any, NamedTuple
from urllib.parse import quote

from mfa_session import __version__
from mfa_session.model.errors import ConfigurationError, UsageError
from mfa_session.model.feature_ports import AwsNames
from mfa_session.model.notes import read_json
from mfa_session.model.record import Record, Result
from mfa_session.model.text import printable
from mfa_session.policy.document import Document
from mfa_session.policy.fixes import plain
from mfa_session.policy.lint import RULES, lint_all, lint_together
from mfa_session.policy.mfa import mfa_conditions
from mfa_session.policy.reading import FileError, Reading, read_files, reason_of
from mfa_session.policy.rules.rule import ERROR, NOTE, WARNING, Finding, Rule
from mfa_session.session.context import Context

Key = tuple[str, ...]  # the values of _FIELDS

FINDINGS = 1
_SEVERITIES = (ERROR, WARNING, NOTE)  # from the worst on
_MOST_NAMED = 3


class Options(Record):
    """The options of `policy lint`."""

    file: tuple[str, ...]
    format: str = "text"
    json: bool = False
    fail_on: str = WARNING
    kind: str | None = None
    role: bool = False
    together: bool = False
    baseline: str | None = None
    write_baseline: bool = False


class Located(NamedTuple):
    """A finding and its policy."""

    document: Document
    finding: Finding


class Linted(Record):
    """The policies, the findings, how many of them the baseline knows, and if it lists any."""

    reading: Reading
    findings: tuple[Located, ...]
    known: int = 0
    listed: bool = False

    def exit_code(self, fail_on: str) -> int:
        """Return 1 for a finding at or above `fail_on`, else 3 for an unreadable file, else 0."""
        failing = () if fail_on == "never" else _SEVERITIES[: _SEVERITIES.index(fail_on) + 1]
        if any(each.finding.severity in failing for each in self.findings):
            return FINDINGS
        return ConfigurationError.exit_code if self.reading.errors else 0

    def data(self, environ: Mapping[str, str]) -> dict[str, Any]:
        """Return the object of `--json`."""
        return {
            "findings": [_data_of(each) for each in self.findings],
            "errors": [
                {"file": each.file, **each.error.summary(environ)} for each in self.reading.errors
            ],
            "policies": len(self.reading.documents),
            "passed_over": self.reading.passed_over,
            "known": self.known,
        }


def run(options: Options, ctx: Context) -> Result:
    """Lint all policies; report unreadable ones, and lint the others."""
    if options.write_baseline and not options.baseline:
        raise UsageError("no-baseline", "--write-baseline needs a file", "name it: --baseline FILE")
    form = "json" if options.json else options.format
    if options.json and options.format not in {"text", "json"}:
        raise UsageError(
            "two-formats", f"--json excludes --format {options.format}", "leave one of them out"
        )
    with ctx.console.doing("reading the policies …"):
        linted = _lint_files(options, ctx.make.aws_names())
    if form != "json":
        for each in linted.reading.errors:
            ctx.console.error(each.error.message, each.error.hint)
        for line in _summary(linted):
            ctx.console.say(line)
    code = 0 if options.write_baseline else linted.exit_code(options.fail_on)
    lines = _rendered(linted, form, ctx)
    return Result(data=linted.data(ctx.environ), lines=lines, exit_code=code)


def _lint_files(options: Options, names: AwsNames) -> Linted:
    gc.disable()  # saves a quarter of the time of a long policy
    reading = read_files(options.file, options.kind)
    raised = options.json or options.format == "text" or options.write_baseline
    if raised and not reading.documents and len(reading.errors) == 1:
        raise reading.errors[0].error  # the other formats have a place for it
    found = _lint(reading.documents, options, names)
    if options.baseline is None:
        return Linted(reading=reading, findings=found)
    folder = os.path.realpath(os.path.dirname(options.baseline))
    keys = [_key(folder, each) for each in found]
    if options.write_baseline:
        _write_baseline(options.baseline, keys)
        return Linted(reading=reading, findings=(), known=len(found))
    left = _read_baseline(options.baseline)
    new = []
    for each, key in zip(found, keys, strict=True):
        if left[key] > 0:
            left[key] -= 1
        else:
            new.append(each)
    known = len(found) - len(new)
    return Linted(reading=reading, findings=tuple(new), known=known, listed=bool(left))


def _lint(documents: Sequence[Document], options: Options, names: AwsNames) -> tuple[Located, ...]:
    judge = lint_together if options.together else lint_all
    found = judge(documents, on_role=options.role, names=names)
    return tuple(Located(*pair) for pair in found)


def _rendered(linted: Linted, form: str, ctx: Context) -> tuple[str, ...]:
    if form == "json":
        data = linted.data(ctx.environ)
        return (json.dumps({"version": 1, **data}, indent=2, ensure_ascii=False),)
    if form == "sarif":
        return (json.dumps(_sarif_log(linted.findings, linted.reading.errors), indent=2),)
    if form == "github":
        errors = map(_annotation_of_error, linted.reading.errors)
        return (*errors, *map(_annotation_of, linted.findings))
    paint = ctx.console.paint_for_stdout
    return tuple(line for each in linted.findings for line in _lines_of(each, paint))


def _summary(linted: Linted) -> Iterable[str]:
    documents, reading = linted.reading.documents, linted.reading
    broken = {each.file for each in reading.errors}  # a statement of theirs may be about MFA
    whole = [each for each in documents if each.source.label not in broken]
    yield from _about_nothing(whole, {id(each.document) for each in linted.findings})
    if linted.known:
        yield f"known from the baseline: {_counted(linted.known, 'finding')}"
    elif linted.listed:
        yield "none of the baseline's findings was found"
    if reading.passed_over:
        yield f"skipped {_counted(reading.passed_over, 'file')} without a policy"
    if reading.terraform:
        what = _counted(reading.terraform, "Terraform file")
        yield f"{what} (.tf) not read: lint the output of `terraform show -json`"
    if reading.linked:
        yield f"skipped {_counted(reading.linked, 'linked folder')}: name what is to be read"
    severities = [each.finding.severity for each in linted.findings]
    counts = [(severities.count(each), each) for each in _SEVERITIES if each in severities]
    shown = ", ".join(_counted(*count) for count in counts) or "no mistake about MFA"
    if whole or counts:
        yield f"{shown} in {f'{len(documents)} policies' if len(documents) > 1 else 'the policy'}"


def _about_nothing(documents: Sequence[Document], with_findings: set[int]) -> Iterable[str]:
    silent = [
        each
        for each in documents
        if id(each) not in with_findings and not any(map(mfa_conditions, each.statements))
    ]
    if len(documents) <= _MOST_NAMED:
        for each in silent:
            yield f"{each.label}: no condition about MFA"
    elif silent:
        yield f"{len(silent)} of {len(documents)} policies have no condition about MFA"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' if count > 1 else ''}"


_WIDEST_QUOTE = 100
_COLOURS = {"error": "red", "warning": "yellow", "note": "bold"}
_SHOWN = ("line", "column", "rule", "severity", "statement", "message", "who", "cure")


def _data_of(located: Located) -> dict[str, Any]:
    document, finding = located
    return {
        "file": document.source.label,
        "policy": document.name or None,
        **{field: getattr(finding, field) for field in _SHOWN},
        "fix": dict(finding.fix) or None,
    }


def _lines_of(located: Located, paint: Callable[[str, str], str]) -> Iterator[str]:
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


def _annotation_of(located: Located) -> str:
    """Return a finding as a command of GitHub Actions, which shows it at its line."""
    document, finding = located
    place = f",line={finding.line},col={finding.column}"
    command = finding.severity.replace("note", "notice")
    return _annotation(command, document.source.label, place, finding.rule, _text(located))


def _annotation_of_error(error: FileError) -> str:
    found = re.search(r":(\d+):(\d+): ", error.error.message)
    place = f",line={found[1]},col={found[2]}" if found else ""
    return _annotation("error", error.file, place, error.error.code, _text_of_error(error))


def _annotation(command: str, file: str, place: str, title: str, text: str) -> str:
    return f"::{command} file={_escaped(file, ',:')}{place},title={title}::{_escaped(text)}"


def _text_of_error(error: FileError) -> str:
    return f"{error.error.message}\nhint: {error.error.hint}"


def _statement(located: Located) -> str:
    return ": ".join(filter(None, (located.document.name, located.finding.statement)))


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
    start = max(0, column - _WIDEST_QUOTE // 2) if len(line) > _WIDEST_QUOTE else 0
    part = line[start : start + _WIDEST_QUOTE].replace("\t", " ")
    indent = len(part) - len(part.lstrip()) if start == 0 else 0
    return printable(part[indent:]), column - 1 - start - indent


_CODE = re.compile(r"`([^`]*)`")
_INDEXES = {rule.id: index for index, rule in enumerate(RULES)}


def _sarif_log(findings: Sequence[Located], errors: Sequence[FileError]) -> dict[str, Any]:
    """Return the log of a run: rules, findings and unreadable files."""
    driver = {
        "name": "mfa-session",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": list(map(_rule, RULES)),
    }
    notifications = list(map(_notification, errors))
    invocation = {"executionSuccessful": not errors, "toolExecutionNotifications": notifications}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [invocation],
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
        "partialFingerprints": {"mfaSession/v1": _digest_of(identity)},
        "properties": {"who": finding.who, "cure": finding.cure, "fix": dict(finding.fix) or None},
    }


def _digest_of(value: Any) -> str:
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


# A baseline holds the known findings, which lint skips, so that only new ones fail: how many of
# each kind. These identify a finding, but not its line, which moves.
_FIELDS = ("file", "policy", "statement", "rule")
_VERSION = 1


def _read_baseline(path: str) -> Counter[Key]:
    try:
        with open(path, encoding="utf-8") as stream:
            data = read_json(stream.read())
        found = data["findings"] if data["version"] == _VERSION else [{}]
        return Counter(
            {tuple([each[name] for name in _FIELDS]): int(each.get("count", 1)) for each in found}
        )
    except OSError as error:
        raise _bad(path, f"cannot be read: {reason_of(error)}") from error
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise _bad(path, "is not a baseline") from error


def _write_baseline(path: str, keys: Iterable[Key]) -> None:
    entries = [
        {**dict(zip(_FIELDS, key, strict=True)), "count": count}
        for key, count in sorted(Counter(keys).items())
    ]
    text = json.dumps({"version": _VERSION, "findings": entries}, indent=2) + "\n"
    beside = f"{path}.{os.getpid()}.new"
    try:
        with open(beside, "x", encoding="utf-8") as stream:
            stream.write(text)
        os.replace(beside, path)
    except OSError as error:
        raise _bad(path, f"cannot be written: {reason_of(error)}") from error


def _key(folder: str, located: Located) -> Key:
    """Return a finding's key, with its file as seen from the baseline's folder.

    A statement without a Sid is known by its content, since its index may change.
    """
    document, finding = located
    file, statement = document.source.label, finding.statement
    if file != "<stdin>":
        with contextlib.suppress(ValueError):  # on Windows, for another drive
            file = os.path.relpath(os.path.realpath(file), folder).replace(os.sep, "/")
    for each in document.statements:
        if each.sid is None and each.label == statement:
            content = {name: plain(node) for name, node in each.elements.items()}
            statement = f"Statement {_digest_of(content)[:16]}"
    return (file, document.name, statement, finding.rule)


def _bad(path: str, what: str) -> ConfigurationError:
    return ConfigurationError(
        "bad-baseline", f"the baseline {path} {what}", "write it again with --write-baseline"
    )
