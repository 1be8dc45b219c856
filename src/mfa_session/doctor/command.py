"""`doctor`: what would go wrong, before it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_session.doctor.collect import collect
from mfa_session.doctor.examination import GROUPS, examine
from mfa_session.doctor.finding import ERROR, NOTE, OK, SKIPPED, WARNING
from mfa_session.doctor.sharing import Mask
from mfa_session.model.paths import home
from mfa_session.model.record import Record, Result
from mfa_session.model.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mfa_session.doctor.finding import Looked
    from mfa_session.doctor.scene import Scene
    from mfa_session.session.context import Context

    Paint = Callable[[str, str], str]

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
_NAMING = (
    "profile", "source_profile", "via", "write_to",
    "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "MFA_SESSION_PROFILE", "MFA_SESSION_SOURCE_PROFILE",
)  # fmt: skip
"""Settings and variables that name profiles."""
_SHOWN = (ERROR, WARNING, NOTE)
_WIDTH = len(WARNING) + 2


class Options(Record):
    """What `doctor` was given; with `verbose`, checks that found nothing are shown as well."""

    fix: bool = False
    share: bool = False
    verbose: int = 0


def run(options: Options, ctx: Context) -> Result:
    """Look at everything; with `--fix` put file modes right first."""
    edges = ctx.make.doctor()
    fixed = edges.disk.close_places() if options.fix else []
    with ctx.console.doing("looking at the setup, and asking AWS about its keys …"):
        scene = collect(ctx, edges)
        said = examine(scene)
    lines = [*_fixed(fixed, edges.paint)] if options.fix else []
    result = Result(
        data={"checks": [_summary(looked) for looked in said], "fixed": fixed},
        lines=(*lines, *_report(said, edges.paint, everything=options.verbose > 0)),
        exit_code=FINDINGS if any(looked.is_bad for looked in said) else 0,
    )
    return _masked(result, scene) if options.share else result


def _masked(result: Result, scene: Scene) -> Result:
    """Return a report that names no account, key, person or profile."""
    mask = Mask(home(scene.environ), _names(scene))
    return result.replace(data=mask.data(result.data), lines=tuple(map(mask.text, result.lines)))


def _names(scene: Scene) -> Iterator[str]:
    """Yield the names of profiles and sessions, those that nothing stands behind as well."""
    profiles, file = scene.inputs.profiles, scene.inputs.file
    yield from profiles.names()
    yield from profiles.config.names()  # without `profile` before it, a header is no profile
    yield from (session.name for session in scene.sessions())
    yield from file.sessions
    sections = (profiles.section(name) for name in profiles.names())
    tables = (*sections, *file.sessions.values(), file.defaults, file.guard, scene.environ)
    yield from (str(table[key]) for table in tables for key in _NAMING if table.get(key))


def _summary(looked: Looked) -> dict[str, object]:
    return {**looked.as_dict(), "cure": looked.cure or None}


def _fixed(fixed: Sequence[str], paint: Paint) -> Iterator[str]:
    if not fixed:
        yield "no file's mode had to be corrected"
    for command in fixed:
        yield paint("fixed", "green") + f"  {printable(command)}"
    yield ""


def _report(said: Sequence[Looked], paint: Paint, *, everything: bool) -> Iterator[str]:
    """Yield the findings group by group, and what was left out, for people."""
    for group in GROUPS:
        shown = [
            looked
            for looked in said
            if looked.group == group and (everything or looked.severity in _SHOWN)
        ]
        if shown:
            yield paint(_TITLES[group], "bold")
            for at, looked in enumerate(shown):
                told = next((one for one in shown[:at] if one.cure == looked.cure), None)
                yield from _lines(looked, paint, told)
            yield ""
    if not everything:
        yield from _skipped(said)
    yield _sum_up(said, everything=everything)


def _lines(looked: Looked, paint: Paint, told: Looked | None = None) -> Iterator[str]:
    """Yield a finding, and its cure below it; `told` has the same cure, which is run once."""
    severity = paint(looked.severity, _COLOURS[looked.severity])
    blanks = " " * (_WIDTH - len(looked.severity))
    yield f"  {severity}{blanks}{printable(looked.finding)} [{looked.id}]"
    if looked.cure:
        cure = f"as for {told.id}" if told else printable(looked.cure)
        yield f"  {' ' * _WIDTH}cure: {cure}"


def _skipped(said: Sequence[Looked]) -> Iterator[str]:
    """Yield what was not checked: each reason once, with the checks it kept from looking."""
    reasons: dict[str, list[str]] = {}
    for looked in said:
        if looked.severity == SKIPPED:
            reasons.setdefault(looked.finding, []).append(looked.id)
    for reason, ids in reasons.items():
        yield f"not checked: {', '.join(ids)} ({printable(reason)})"


def _sum_up(said: Sequence[Looked], *, everything: bool) -> str:
    """Return how many there are of each."""
    counts = dict.fromkeys((ERROR, WARNING, NOTE, OK), 0)
    for looked in said:
        if looked.severity in counts:
            counts[looked.severity] += 1
    bad = [f"{_many(counts[each], each)}" for each in _SHOWN if counts[each]]
    more = "" if everything else " (-v lists them)"
    fine = f"{_many(counts[OK], 'check')} passed{more}"
    return "; ".join((", ".join(bad), fine)) if bad else f"all {fine}"


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
