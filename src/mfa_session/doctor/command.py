"""`doctor`: what would go wrong, before it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_session.doctor.collect import look_around
from mfa_session.doctor.examination import GROUPS, examine
from mfa_session.doctor.finding import ERROR, NOTE, OK, SKIPPED, WARNING
from mfa_session.files.places import close_places
from mfa_session.model.result import Result
from mfa_session.model.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mfa_session.cli.app import App
    from mfa_session.doctor.finding import Looked

FINDINGS = 1
_COLOURS = {ERROR: "red", WARNING: "yellow", NOTE: "bold", OK: "green", SKIPPED: "dim"}
_TITLES = {
    "files": "Files",
    "environment": "Environment",
    "profiles": "Profiles",
    "sessions": "Sessions",
    "settings": "Settings (config.toml)",
    "keyring": "Keyring",
    "aws": "AWS",
    "shell": "Shell",
}
_SHOWN = (ERROR, WARNING, NOTE)
_WIDTH = len(WARNING) + 2


def run(app: App) -> Result:
    """Look at everything; with `--fix` put file modes right first."""
    fixed = close_places(app.environ) if app.given.flag("fix") else []
    said = examine(look_around(app))
    return Result(
        data={"checks": [_summary(looked) for looked in said], "fixed": fixed},
        lines=(*_fixed(app, fixed), *_report(app, said)),
        exit_code=FINDINGS if any(looked.is_bad for looked in said) else 0,
    )


def _summary(looked: Looked) -> dict[str, object]:
    return {**looked.as_dict(), "cure": looked.cure or None}


def _fixed(app: App, fixed: Sequence[str]) -> Iterator[str]:
    if app.given.flag("fix") and not fixed:
        yield "no file's mode had to be put right"
    for command in fixed:
        yield app.talk.paint_for_stdout("fixed", "green") + f"  {printable(command)}"
    if app.given.flag("fix"):
        yield ""


def _report(app: App, said: Sequence[Looked]) -> Iterator[str]:
    """Yield the findings group by group, and what was left out, for people."""
    everything = app.verbosity > 0
    for group in GROUPS:
        shown = [
            looked
            for looked in said
            if looked.group == group and (everything or looked.severity in _SHOWN)
        ]
        if shown:
            yield app.talk.paint_for_stdout(_TITLES[group], "bold")
            for looked in shown:
                yield from _lines(app, looked)
            yield ""
    if not everything:
        yield from _skipped(said)
    yield _sum_up(said, everything=everything)


def _lines(app: App, looked: Looked) -> Iterator[str]:
    """Yield a finding, and its cure below it."""
    severity = app.talk.paint_for_stdout(looked.severity, _COLOURS[looked.severity])
    blanks = " " * (_WIDTH - len(looked.severity))
    yield f"  {severity}{blanks}{printable(looked.finding)} [{looked.id}]"
    if looked.cure:
        yield f"  {' ' * _WIDTH}cure: {printable(looked.cure)}"


def _skipped(said: Sequence[Looked]) -> Iterator[str]:
    """Yield what was not looked at: each reason once, with the checks it kept from looking."""
    reasons: dict[str, list[str]] = {}
    for looked in said:
        if looked.severity == SKIPPED:
            reasons.setdefault(looked.finding, []).append(looked.id)
    for reason, ids in reasons.items():
        yield f"not looked at: {', '.join(ids)} ({printable(reason)})"


def _sum_up(said: Sequence[Looked], *, everything: bool) -> str:
    """Return how many there are of each."""
    counts = dict.fromkeys((ERROR, WARNING, NOTE, OK), 0)
    for looked in said:
        if looked.severity in counts:
            counts[looked.severity] += 1
    bad = [f"{_many(counts[each], each)}" for each in _SHOWN if counts[each]]
    more = "" if everything else " (-v lists them)"
    fine = f"{_many(counts[OK], 'check')} found nothing{more}"
    return "; ".join((", ".join(bad) or "nothing found", fine))


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
