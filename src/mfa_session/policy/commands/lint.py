"""`policy lint`: the mistakes about MFA in policies, with their places and cures."""

from __future__ import annotations

import gc
import json
from typing import TYPE_CHECKING, Any

from mfa_session.model.errors import ConfigurationError, UsageError
from mfa_session.model.record import Record, Result
from mfa_session.policy.baseline import Baseline
from mfa_session.policy.commands.files import read_files
from mfa_session.policy.commands.lint_output import (
    Located,
    annotation_of,
    data_of,
    lines_of,
    sarif_log,
)
from mfa_session.policy.finding import ERROR, NOTE, WARNING
from mfa_session.policy.lint import lint, lint_together
from mfa_session.policy.mfa import mfa_conditions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mfa_session.model.feature_ports import AwsNames
    from mfa_session.policy.commands.files import Reading
    from mfa_session.policy.document import Document
    from mfa_session.session.context import Context

FINDINGS = 1
_SEVERITIES = (ERROR, WARNING, NOTE)
_FAILING = {"error": 1, "warning": 2, "note": 3, "never": 0}
"""How many of the severities, from the worst on, end with 1."""


class Options(Record):
    """What `policy lint` was given."""

    file: tuple[str, ...]
    format: str = "text"
    json: bool = False
    fail_on: str = WARNING
    kind: str | None = None
    role: bool = False
    together: bool = False
    baseline: str | None = None
    write_baseline: bool = False


class Linted(Record):
    """What came of it: what counts, what the baseline knows, and what could not be read."""

    reading: Reading
    findings: tuple[Located, ...]
    known: int = 0

    def exit_code(self, fail_on: str) -> int:
        """Return 1 for a finding at or above, else 3 for what could not be read, else 0."""
        failing = _SEVERITIES[: _FAILING[fail_on]]
        if any(each.finding.severity in failing for each in self.findings):
            return FINDINGS
        return ConfigurationError.exit_code if self.reading.errors else 0

    def data(self, environ: Mapping[str, str]) -> dict[str, Any]:
        """Return it for scripts."""
        return {
            "findings": [data_of(each) for each in self.findings],
            "errors": [
                {"file": each.file, **each.error.summary(environ)} for each in self.reading.errors
            ],
            "policies": len(self.reading.documents),
            "passed_over": self.reading.passed_over,
            "known": self.known,
        }


def run(options: Options, ctx: Context) -> Result:
    """Lint every policy named; report those that cannot be read, and lint the others."""
    if options.write_baseline and not options.baseline:
        raise UsageError("no-baseline", "--write-baseline needs a file", "name it: --baseline FILE")
    form = "json" if options.json else options.format
    with ctx.console.doing("reading the policies …"):
        linted = lint_files(options, ctx.make.aws_names())
    if form != "json":
        for each in linted.reading.errors:
            ctx.console.error(each.error.message, each.error.hint)
        for line in _summary(linted):
            ctx.console.say(line)
    code = 0 if options.write_baseline else linted.exit_code(options.fail_on)
    lines = _rendered(linted, form, ctx)
    return Result(data=linted.data(ctx.environ), lines=lines, exit_code=code)


def lint_files(options: Options, names: AwsNames) -> Linted:
    """Read the files and lint what they hold; write the baseline if that is asked for."""
    gc.disable()  # what is read stays: looking for garbage in a long policy takes a third more
    reading = read_files(options.file, options.kind)
    found = _lint(reading.documents, options, names)
    if options.baseline is None:
        return Linted(reading=reading, findings=found)
    if options.write_baseline:
        Baseline.of(found).write(options.baseline)
        return Linted(reading=reading, findings=(), known=len(found))
    new = Baseline.read(options.baseline).without_known(found)
    return Linted(reading=reading, findings=new, known=len(found) - len(new))


def _lint(documents: Sequence[Document], options: Options, names: AwsNames) -> tuple[Located, ...]:
    if options.together:
        pairs = lint_together(documents, on_role=options.role, names=names)
        return tuple(Located(*pair) for pair in pairs)
    return tuple(
        Located(document, finding)
        for document in documents
        for finding in lint(document, on_role=options.role, names=names)
    )


def _rendered(linted: Linted, form: str, ctx: Context) -> tuple[str, ...]:
    if form == "json":
        data = linted.data(ctx.environ)
        return (json.dumps({"version": 1, **data}, indent=2, ensure_ascii=False),)
    if form == "sarif":
        return (json.dumps(sarif_log(linted.findings, linted.reading.errors), indent=2),)
    if form == "github":
        return tuple(map(annotation_of, linted.findings))
    paint = ctx.console.paint_for_stdout
    return tuple(line for each in linted.findings for line in lines_of(each, paint))


def _summary(linted: Linted) -> Iterable[str]:
    """Say how many mistakes there are; and where there is nothing to be right or wrong about."""
    documents, reading = linted.reading.documents, linted.reading
    yield from _about_nothing(documents, {id(each.document) for each in linted.findings})
    if linted.known:
        yield f"{_counted(linted.known, 'finding')} known to the baseline"
    if reading.passed_over:
        yield f"{_counted(reading.passed_over, 'file')} without a policy passed over"
    if reading.terraform:
        what = _counted(reading.terraform, "Terraform file")
        yield f"{what} (.tf) not read: lint what `terraform show -json` prints"
    severities = [each.finding.severity for each in linted.findings]
    counts = [(severities.count(each), each) for each in _SEVERITIES if each in severities]
    shown = ", ".join(_counted(*count) for count in counts) or "no mistake about MFA"
    if documents:
        yield f"{shown} in {f'{len(documents)} policies' if len(documents) > 1 else 'the policy'}"


def _about_nothing(documents: Sequence[Document], with_findings: set[int]) -> Iterable[str]:
    """Name the policies without any condition about MFA; where they are many, count them."""
    silent = [
        each
        for each in documents
        if id(each) not in with_findings and not any(map(mfa_conditions, each.statements))
    ]
    if len(documents) <= _MOST_NAMED:
        for each in silent:
            name = f" {each.name}" if each.name else ""
            yield f"{each.source.label}{name}: no condition in it is about MFA"
    elif silent:
        yield f"{len(silent)} of {len(documents)} policies have no condition about MFA"


_MOST_NAMED = 3


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' if count > 1 else ''}"
