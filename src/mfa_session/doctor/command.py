"""`doctor`: look at the setup, run every check on it, and report what would go wrong.

A report that may be shown to others (`--share`) has accounts, keys, people and profiles masked.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from mfa_session.doctor import answers, environment, files, keyrings, profiles, sessions
from mfa_session.doctor.checks import ERROR, NOTE, OK, SEVERITIES, SKIPPED, WARNING, Looked, skipped
from mfa_session.doctor.collect import collect
from mfa_session.model.paths import home
from mfa_session.model.record import Record, Result
from mfa_session.model.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from mfa_session.doctor.checks import Check, Diagnosis, Scene
    from mfa_session.session.context import Context

    Paint = Callable[[str, str], str]


FINDINGS = 1
BROKE_OFF = "the check failed: a bug in mfa-session"
GROUPS: dict[str, tuple[Check, ...]] = {
    "files": files.CHECKS,
    "environment": environment.CHECKS,
    "profiles": profiles.CHECKS,
    "sessions": sessions.CHECKS,
    "settings": (*sessions.SETTINGS_CHECKS, *files.SETTINGS_CHECKS),
    "keyring": keyrings.CHECKS,
    "aws": answers.CHECKS,
    "shell": environment.SHELL_CHECKS,
}
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


def examine(scene: Scene, groups: Mapping[str, tuple[Check, ...]] = GROUPS) -> list[Looked]:
    """Return what every check says, group by group, the worst of a group first."""
    said: list[Looked] = []
    for group, checks in groups.items():
        found = [looked for check in checks for looked in _look(check, group, scene)]
        said += sorted(found, key=lambda looked: SEVERITIES.index(looked.severity))
    return said


def _look(check: Check, group: str, scene: Scene) -> Iterator[Looked]:
    """Yield what one check finds; that it is fine, or what it could not look at."""
    lacking = [scene.missing[part] for part in check.needs if part in scene.missing]
    if lacking:
        yield Looked(id=check.id, group=group, severity=SKIPPED, finding=lacking[0])
        return
    findings = _findings(check, scene)
    for each in findings:
        yield Looked(
            id=check.id,
            group=group,
            severity=each.severity,
            finding=each.finding,
            cure=each.cure,
        )
    if not findings:
        yield Looked(id=check.id, group=group, severity=OK, finding=check.fine)


def _findings(check: Check, scene: Scene) -> list[Diagnosis]:
    """Return what a check finds; one that breaks off keeps the others from nothing."""
    try:
        return list(check.look(scene))
    except Exception as error:  # noqa: BLE001  # a bug of ours: its text may hold anything
        return [skipped(f"{BROKE_OFF} ({type(error).__name__})")]


_ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")
# Unique ids of IAM (IAM User Guide, "IAM identifiers"), and the prefix that says what each is.
_ID = re.compile(r"\b(A(?:BIA|CCA|GPA|IDA|IPA|KIA|NPA|NVA|PKA|ROA|SCA|SIA))[A-Z0-9]+")
_NAMED = re.compile(r"(\barn:[\w-]+:(?:iam|sts)::\d*:[\w-]+/)[^\s'\"`,;)]+")
_OF_OTHERS = re.compile(r"(\barn:[\w-]+:(?!iam:|sts:)[\w-]+:[\w-]*:\d*:)[^\s'\"`,;)]+")
_HARDWARE = re.compile(r"\bGA[HK][A-Z0-9]{6,}\b")
_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_HOST = re.compile(
    r"(?P<scheme>\b[a-z]+://)(?P<user>[^\s/'\"`]*@)?(?P<host>\[[^\]]*\]|[^\s/:'\"`]+)"
)
_PUBLIC_HOST = re.compile(
    r"(?:.*\.)?(?:amazonaws\.com(?:\.cn)?|amazon\.com|localhost|127\.0\.0\.1|\[::1\])"
)
_PATH = re.compile(
    r"(?<![\w~.*/-])(/(?!(?:bin|dev|etc|proc|run|tmp|usr|var)/)[\w.-]+/)[^\s'\"`,;:)]+"
)
"""Outside the home directory and those of the system; what is there may be called after anybody."""
_OURS = frozenset({"default", "mfa"})
"""Names that say nothing of anybody."""
_SHORTEST_NAME = 3
MASK = "***"


class Mask:
    """Masks texts alike, so that two mentions of one account or profile stay recognisable."""

    def __init__(self, home: str | None, names: Iterable[str] = ()) -> None:
        """Take the home directory, which names the person, and the names of profiles."""
        self._home = home if home != "/" else None
        self._accounts: dict[str, str] = {}
        known = {name for name in names if len(name) >= _SHORTEST_NAME} - _OURS
        self._names = {name: f"<profile {at}>" for at, name in enumerate(sorted(known), 1)}
        # Longest first: one name may begin with another.
        either = "|".join(re.escape(name) for name in sorted(known, key=len, reverse=True))
        self._name = re.compile(rf"(?<![\w-])(?:{either})(?![\w-])") if known else None
        user = re.escape(os.path.basename(self._home or ""))
        self._user = re.compile(rf"(?<=/){user}(?=$|[/\s'\"`:,;])") if user else None

    def text(self, text: str) -> str:
        """Return a text with `<account 1>`, `AKIA***` and `~` for what they stand for."""
        if self._home:
            text = text.replace(self._home, "~")
        text = _PATH.sub(lambda found: found[1] + MASK, text)
        if self._user:
            text = self._user.sub(MASK, text)
        text = _HOST.sub(_mask_host, text)
        text = _NAMED.sub(lambda found: found[1] + MASK, text)
        text = _OF_OTHERS.sub(lambda found: found[1] + MASK, text)
        text = _EMAIL.sub(MASK, text)
        text = _HARDWARE.sub("GA" + MASK, text)
        text = _ID.sub(lambda found: found[1] + MASK, text)
        if self._name:
            text = self._name.sub(lambda found: self._names[found[0]], text)
        return _ACCOUNT.sub(lambda found: self._account(found[0]), text)

    def data(self, data: Mapping[str, object]) -> dict[str, object]:
        """Return JSON data with every text in it masked."""
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
    """Return a URL's beginning without who signs in there, and without a company's host."""
    host = found["host"] if _PUBLIC_HOST.fullmatch(found["host"]) else MASK
    return found["scheme"] + (MASK + "@" if found["user"] else "") + host
