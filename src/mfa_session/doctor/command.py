"""`doctor`: inspect the setup, run every check on it, and report what would go wrong."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from mfa_session.doctor import answers, machine, profiles, sessions
from mfa_session.doctor.checks import (
    ERROR,
    NOTE,
    OK,
    SEVERITIES,
    SKIPPED,
    WARNING,
    Check,
    Diagnosis,
    Scene,
    skipped,
)
from mfa_session.doctor.collect import collect
from mfa_session.model.paths import home
from mfa_session.model.record import Record, Result
from mfa_session.model.text import printable
from mfa_session.session.context import Context

Paint = Callable[[str, str], str]

FINDINGS = 1
CHECK_FAILED = "the check failed: a bug in mfa-session"
_CHECKS = [
    each
    for module in (sessions, machine, profiles, answers)
    for each in vars(module).values()
    if isinstance(each, Check)
]
GROUPS = {
    group: tuple(each for each in _CHECKS if each.group == group)
    for group in (
        "files", "environment", "profiles", "sessions", "settings", "keyring", "aws", "shell",
    )
}  # fmt: skip
_COLOURS = {ERROR: "red", WARNING: "yellow", NOTE: "bold", OK: "green", SKIPPED: "dim"}
_TITLES = {"settings": "Settings (config.toml)", "aws": "AWS"}
_NAMING = (
    "profile", "source_profile", "via", "write_to",
    "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "MFA_SESSION_PROFILE", "MFA_SESSION_SOURCE_PROFILE",
)  # fmt: skip
"""The settings and variables that name profiles."""
_SHOWN = (ERROR, WARNING, NOTE)
_WIDTH = len(WARNING) + 2


class Options(Record):
    """The options of `doctor`; `verbose` also shows the checks that passed."""

    fix: bool = False
    share: bool = False
    verbose: int = 0


def run(options: Options, ctx: Context) -> Result:
    """Run every check; with `--fix` correct file modes first."""
    edges = ctx.make.doctor()
    fixed = edges.disk.close_places() if options.fix else []
    with ctx.console.doing("looking at the setup, and asking AWS about its keys …"):
        scene = collect(ctx, edges)
        results = examine(scene)
    lines = [*_report_fixes(fixed, edges.paint)] if options.fix else []
    checks = [{**result.as_dict(), "cure": result.cure or None} for result in results]
    report = Result(
        data={"checks": checks, "fixed": fixed},
        lines=(*lines, *_report(results, edges.paint, everything=options.verbose > 0)),
        exit_code=FINDINGS if any(result.is_bad for result in results) else 0,
    )
    if not options.share:
        return report
    mask = Mask(home(scene.environ), _find_names(scene))
    return report.replace(data=mask.data(report.data), lines=tuple(map(mask.text, report.lines)))


def _find_names(scene: Scene) -> Iterator[str]:
    """Yield the names of profiles and sessions, also of those that do not exist."""
    profiles, file = scene.inputs.profiles, scene.inputs.file
    yield from profiles.names()
    yield from profiles.config.names()  # also headers that lack the word `profile`
    yield from (session.name for session in scene.sessions())
    yield from file.sessions
    sections = (section for _, section in profiles.sections())
    tables = (*sections, *file.sessions.values(), file.defaults, file.guard, scene.environ)
    yield from (str(table[key]) for table in tables for key in _NAMING if table.get(key))


def _report_fixes(fixed: Sequence[str], paint: Paint) -> Iterator[str]:
    if not fixed:
        yield "no file's mode had to be corrected"
    for command in fixed:
        yield paint("fixed", "green") + f"  {printable(command)}"
    yield ""


def _report(results: Sequence[Diagnosis], paint: Paint, *, everything: bool) -> Iterator[str]:
    for group in GROUPS:
        shown = [
            result
            for result in results
            if result.group == group and (everything or result.severity in _SHOWN)
        ]
        if shown:
            yield paint(_TITLES.get(group, group.title()), "bold")
            for at, result in enumerate(shown):
                first = next((one for one in shown[:at] if one.cure == result.cure), None)
                yield from _format_finding(result, paint, first)
            yield ""
    if not everything:
        yield from _report_skipped(results)
    yield _sum_up(results, everything=everything)


def _format_finding(result: Diagnosis, paint: Paint, first: Diagnosis | None) -> Iterator[str]:
    """If `first` has the same cure, refer to it."""
    severity = paint(result.severity, _COLOURS[result.severity])
    blanks = " " * (_WIDTH - len(result.severity))
    yield f"  {severity}{blanks}{printable(result.finding)} [{result.id}]"
    if result.cure:
        cure = f"as for {first.id}" if first else printable(result.cure)
        yield f"  {' ' * _WIDTH}cure: {cure}"


def _report_skipped(results: Sequence[Diagnosis]) -> Iterator[str]:
    reasons: dict[str, list[str]] = {}
    for result in results:
        if result.severity == SKIPPED:
            reasons.setdefault(result.finding, []).append(result.id)
    for reason, ids in reasons.items():
        yield f"not checked: {', '.join(ids)} ({printable(reason)})"


def _sum_up(results: Sequence[Diagnosis], *, everything: bool) -> str:
    counts = Counter(result.severity for result in results)
    bad = [_count(counts[each], each) for each in _SHOWN if counts[each]]
    more = "" if everything else " (-v lists them)"
    fine = f"{_count(counts[OK], 'check')} passed{more}"
    return "; ".join((", ".join(bad), fine)) if bad else f"all {fine}"


def _count(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def examine(scene: Scene, groups: Mapping[str, tuple[Check, ...]] = GROUPS) -> list[Diagnosis]:
    """Run every check, and return the results group by group, the worst first."""
    results: list[Diagnosis] = []
    for checks in groups.values():
        found = [
            each.replace(id=check.id, group=check.group)
            for check in checks
            for each in _run_check(check, scene)
        ]
        results += sorted(found, key=lambda result: SEVERITIES.index(result.severity))
    return results


def _run_check(check: Check, scene: Scene) -> list[Diagnosis]:
    lacking = [skipped(scene.missing[part]) for part in check.needs if part in scene.missing]
    try:
        passed = Diagnosis(severity=OK, finding=check.fine)
        return lacking[:1] or list(check.look(scene)) or [passed]
    except Exception as error:  # noqa: BLE001  # a bug, whose text may hold a secret
        return [skipped(f"{CHECK_FAILED} ({type(error).__name__})")]


_ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")
_MASKED = (
    r"(\barn:[\w-]+:(?:iam|sts)::\d*:[\w-]+/)[^\s'\"`,;)]+",
    r"(\barn:[\w-]+:(?!iam:|sts:)[\w-]+:[\w-]*:\d*:)[^\s'\"`,;)]+",
    r"()[\w.+%-]+@[\w-]+(?:\.[\w-]+)+",
    r"\b(GA)[HK][A-Z0-9]{6,}\b",
    # Unique ids of IAM (IAM User Guide, "IAM identifiers"), and the prefix that says what each is.
    r"\b(A(?:BIA|CCA|GPA|IDA|IPA|KIA|NPA|NVA|PKA|ROA|SCA|SIA))[A-Z0-9]+",
)
"""What is masked but for its first group, in this order."""
_HOST = re.compile(
    r"(?P<scheme>\b[a-z]+://)(?P<user>[^\s/'\"`]*@)?(?P<host>\[[^\]]*\]|[^\s/:'\"`]+)"
)
_PUBLIC_HOST = re.compile(
    r"(?:.*\.)?(?:amazonaws\.com(?:\.cn)?|amazon\.com|localhost|127\.0\.0\.1|\[::1\])"
)
_PATH = re.compile(
    r"(?<![\w~.*/-])(/(?!(?:bin|dev|etc|proc|run|tmp|usr|var)/)[\w.-]+/)[^\s'\"`,;:)]+"
)
"""Paths outside the home directory and system directories; they may contain a person's name."""
_OURS = frozenset({"default", "mfa"})
"""Names that identify nobody."""
_MIN_NAME_LENGTH = 3
_NOTHING = "(?!)"  # matches nothing
MASK = "***"


class Mask:
    """Masks texts; two mentions of the same account or profile get the same mask."""

    def __init__(self, home: str | None, names: Iterable[str] = ()) -> None:
        """Mask this home directory, which names the person, and the names of profiles."""
        self._home = home if home != "/" else None
        self._accounts: dict[str, str] = {}
        known = {name for name in names if len(name) >= _MIN_NAME_LENGTH} - _OURS
        self._masks = {name: f"<profile {at}>" for at, name in enumerate(sorted(known), 1)}
        # Longest first, because a name may start with another.
        either = "|".join(re.escape(name) for name in sorted(known, key=len, reverse=True))
        self._name = re.compile(rf"(?<![\w-])(?:{either or _NOTHING})(?![\w-])")
        user = re.escape(os.path.basename(self._home or "")) or _NOTHING
        self._user = re.compile(rf"(?<=/){user}(?=$|[/\s'\"`:,;])")

    def text(self, text: str) -> str:
        """Return a text masked by `<account 1>`, `AKIA***`, `~` and the like."""
        if self._home:
            text = text.replace(self._home, "~")
        text = _PATH.sub(rf"\1{MASK}", text)
        text = self._user.sub(MASK, text)
        text = _HOST.sub(_mask_host, text)
        for pattern in _MASKED:
            text = re.sub(pattern, rf"\1{MASK}", text)
        text = self._name.sub(lambda found: self._masks[found[0]], text)
        return _ACCOUNT.sub(lambda found: self._account(found[0]), text)

    def data(self, data: Mapping[str, object]) -> dict[str, object]:
        """Return JSON data with every text masked."""
        return {name: self._value(value) for name, value in data.items()}

    def _value(self, value: object) -> object:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return self.data(value)
        if isinstance(value, (list, tuple)):
            return [self._value(item) for item in value]
        return value

    def _account(self, number: str) -> str:
        return self._accounts.setdefault(number, f"<account {len(self._accounts) + 1}>")


def _mask_host(found: re.Match[str]) -> str:
    host = found["host"] if _PUBLIC_HOST.fullmatch(found["host"]) else MASK
    return found["scheme"] + (MASK + "@" if found["user"] else "") + host
