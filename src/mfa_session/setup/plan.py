"""Check the answers to `configure`, and plan what they change in config.toml and the AWS config.

There is one `Change` for each value that differs from the files, and one `Draft` for each file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from difflib import SequenceMatcher

from mfa_session.model.arns import REGION_CHARACTERS
from mfa_session.model.errors import ConfigurationError, UsageError
from mfa_session.model.feature_ports import ProfilesWriter, SettingsWriter
from mfa_session.model.record import Record
from mfa_session.model.settings import CHAINED_LIMIT_SECONDS, SessionOptions
from mfa_session.model.text import printable, quote
from mfa_session.model.times import spell_duration
from mfa_session.session.context import Inputs
from mfa_session.session.names import (
    DEFAULT_NAME,
    Named,
    check_portable,
    choose_target,
    has_credentials,
    hiding_settings,
    holds_keys,
    known_or_new,
    unknown_name,
)
from mfa_session.session.sources import environment_source
from mfa_session.session.validation import check_role_arn

_ROLE_KEYS = ("role_arn", "source_profile", "mfa_serial")


class Options(Record):
    """The options of `configure`; None is an answer not given."""

    session: SessionOptions
    code: str | None = None
    code_command: str | None = None
    role: tuple[str, ...] = ()
    repoint: tuple[str, ...] = ()
    shell: str | None = None
    guard: bool = False
    no_guard: bool = False
    confirm: bool = False
    dry_run: bool = False
    force: bool = False
    yes: bool = False
    no_login: bool = False


class NewRoleProfile(Record):
    """A profile to create for a role."""

    profile: str
    arn: str


class Answers(Record):
    """All answers; None leaves a setting unchanged. `duration` is seconds.

    `target` is the profile that the session is written to. `typed` are the keys whose new value
    the person typed, seeing the old one. `reach` are the settings of the session's profile that
    SDKs do not take from a source_profile: its region, and how AWS is reached.
    """

    name: str
    target: str
    source_profile: str | None = None
    mfa_serial: str | None = None
    duration: int | None = None
    code: str | None = None
    code_command: str | None = None
    region: str | None = None
    confirm: bool | None = None
    roles: tuple[NewRoleProfile, ...] = ()
    repointed: tuple[str, ...] = ()
    typed: frozenset[str] = frozenset()
    reach: Mapping[str, str] = {}


def find_session(inputs: Inputs, asked: str) -> Named:
    """Return the session of a name, old or new; refuse a name that no MFA session can have.

    Raises ConfigurationError: `bad-profile-name`, `protected-profile`, `hidden-profile` or
    `role-session`.
    """
    named = known_or_new(inputs, asked)
    name = named.name
    if holds_keys(inputs, name):
        raise ConfigurationError(
            "protected-profile",
            f"profile {name!r} holds long-term keys: it can be the source, not the session",
            "give the session another name",
            add=("--profile", "mfa", "--source-profile", name),
        )
    table = inputs.file.sessions.get(name, {})
    if "role_arn" in table or "via" in table or "role_arn" in inputs.profiles.section(name):
        raise ConfigurationError(
            "role-session",
            f"session {name!r} is of a role; `configure` sets up the MFA session it comes from",
            "give the MFA session another name",
            add=("--profile", "mfa"),
        )
    if hiding_settings(inputs, name) and "write_to" not in table:
        raise ConfigurationError(
            "hidden-profile",
            f"profile {name!r} gets its credentials elsewhere: SDKs ignore a session there",
            "give the session another name",
            add=("--profile", f"{name}-mfa"),
        )
    return named


def find_target(inputs: Inputs, named: Named) -> str:
    """Return the profile that the session is written to."""
    write_to = inputs.file.sessions.get(named.name, {}).get("write_to")
    target = choose_target(inputs, named, write_to)
    check_portable(target, "profile to write a session to")
    return target


def check_region(text: str) -> str:
    """Return the region. Raises ConfigurationError `bad-region` if it cannot be a region."""
    if not text or not REGION_CHARACTERS.issuperset(text):
        raise ConfigurationError(
            "bad-region", f"{text!r} is not an AWS region", "a region looks like eu-west-1"
        )
    return text


def read_role(text: str) -> NewRoleProfile:
    """Parse `NAME=ARN`."""
    profile, equals, arn = text.partition("=")
    if not equals or not profile:
        raise UsageError(
            "bad-role", f"--role: {text!r} is not NAME=ARN", "write it as --role books=arn:aws:iam…"
        )
    check_portable(profile, "profile for a role")
    check_role_arn(arn)
    return NewRoleProfile(profile=profile, arn=arn)


def check_any_source(inputs: Inputs) -> None:
    """Raise ConfigurationError `no-long-term-keys` if the environment, too, has none."""
    if environment_source(inputs.environ) is None:
        raise ConfigurationError(
            "no-long-term-keys",
            "no profile holds a long-term access key, and the environment has none",
            "store yours: `aws configure`; then run `mfa-session configure` again",
        )


def list_repointable(inputs: Inputs, source: str, target: str) -> list[str]:
    """Return the role profiles whose source_profile is `source`, and could be the session."""
    return [
        name
        for name in inputs.profiles.names()
        if (section := inputs.profiles.in_config(name)).get("source_profile") == source
        and "role_arn" in section
        and find_obstacle(inputs, name, target) is None
    ]


def list_asking_roles(inputs: Inputs, names: Iterable[str]) -> list[str]:
    """Return the role profiles among `names` for which the AWS CLI asks for a code."""
    return [name for name in names if inputs.profiles.section(name).get("mfa_serial")]


def check_repointed(inputs: Inputs, name: str, source: str | None, target: str) -> None:
    """Refuse a role profile that cannot use the session.

    Raises ConfigurationError: `no-such-profile` or `not-repointable`.
    """
    section = inputs.profiles.in_config(name)
    if not inputs.profiles.headers().get(name):
        raise unknown_name(inputs, name)
    origin = section.get("source_profile")
    reason = find_obstacle(inputs, name, target)
    if "role_arn" not in section:
        reason = "it has no role_arn"
    elif reason is None and origin not in (source, target):
        reason = f"its source_profile is {origin!r}, not {source!r}"
    if reason is not None:
        raise ConfigurationError(
            "not-repointable",
            f"profile {name!r} cannot use the session as its source: {reason}",
            "omit it, or correct it first",
        )


def find_obstacle(inputs: Inputs, name: str, target: str) -> str | None:
    """Return why a role profile cannot use the session in `target`; None if it can."""
    section = inputs.profiles.in_config(name)
    if name == target:
        return "it is the session's own profile"
    if holds_keys(inputs, name) or any(
        key in inputs.profiles.in_credentials(name) for key in _ROLE_KEYS
    ):
        return "the credentials file has a section of that name, which SDKs read first"
    seconds = section.get("duration_seconds", "").strip()
    if seconds.isascii() and seconds.isdigit() and int(seconds) > CHAINED_LIMIT_SECONDS:
        return f"duration_seconds is {seconds}, and AWS grants a role at most 1 h from a session"
    return None


SETTINGS, PROFILES = "settings", "profiles"
_SESSION_KEYS = ("source_profile", "mfa_serial", "duration", "code", "code_command", "region")


class Change(Record):
    """A value to write to config.toml (`settings`) or ~/.aws/config (`profiles`).

    `place` is tables and key, or profile and key; durations are seconds. `before` is None if the
    key is new, `after` if it is removed. `agreed` says that the person has confirmed the change.
    """

    file: str
    place: tuple[str, ...]
    before: object = None
    after: object = None
    agreed: bool = False

    @property
    def label(self) -> str:
        """What messages call the setting."""
        *tables, key = self.place
        return ".".join(self.place) if self.file == SETTINGS else f"{key} of profile {tables[0]!r}"

    def format_value(self, value: object) -> str:
        """Return a value of this setting as people write it."""
        if self.place[-1] == "duration" and isinstance(value, int):
            return spell_duration(value)
        return "nothing" if value is None else str(value)


def plan_changes(inputs: Inputs, answers: Answers) -> list[Change]:
    """Return the changes that bring the files in line with the answers.

    Raises ConfigurationError for a role that cannot be set up.
    """
    changes = [*_plan_settings(inputs, answers), *_plan_roles(inputs, answers)]
    changes += _plan_repointed(inputs, answers)
    return [change for change in changes if change.before != change.after]


def list_unconfirmed(changes: Iterable[Change]) -> list[Change]:
    """Return the changes that replace a value and are not confirmed yet."""
    return [change for change in changes if change.before is not None and not change.agreed]


def setting_exists_error(change: Change) -> ConfigurationError:
    """Return the error for a change if nobody can be asked to confirm it."""
    before, after = change.format_value(change.before), change.format_value(change.after)
    return ConfigurationError(
        "setting-exists",
        f"{change.label} is {before}, and would become {after}",
        "to confirm it",
        add=("--force",),
    )


def _plan_settings(inputs: Inputs, answers: Answers) -> Iterator[Change]:
    values: dict[tuple[str, ...], object] = {
        ("sessions", answers.name, key): getattr(answers, key) for key in _SESSION_KEYS
    }
    others = inputs.file.sessions.keys() - {answers.name}
    if answers.name != DEFAULT_NAME and not others and "profile" not in inputs.file.defaults:
        values[("defaults", "profile")] = answers.name
    values[("guard", "confirm")] = answers.confirm
    for place, value in values.items():
        if value is not None:
            agreed = place[-1] in answers.typed
            before = inputs.file.value(place)
            yield Change(file=SETTINGS, place=place, before=before, after=value, agreed=agreed)


def _plan_roles(inputs: Inputs, answers: Answers) -> Iterator[Change]:
    for role in answers.roles:
        _check_role(inputs, answers, role)
        wanted: dict[str, str | None] = {
            "role_arn": role.arn,
            "source_profile": answers.target,
            "mfa_serial": None,
        }
        existing = inputs.profiles.in_config(role.profile)
        wanted.update((k, v) for k, v in answers.reach.items() if k not in existing)
        yield from _plan_profile(inputs, role.profile, wanted, agreed=False)


def _check_role(inputs: Inputs, answers: Answers, role: NewRoleProfile) -> None:
    section = inputs.profiles.section(role.profile)
    reason = find_obstacle(inputs, role.profile, answers.target)
    if role.profile in {answers.name, answers.source_profile}:
        reason = "it is the session itself, or its source"
    elif reason is None and "role_arn" not in section and has_credentials(section):
        reason = "it has its own credentials, which a role_arn hides"
    if reason is not None:
        raise ConfigurationError(
            "not-repointable",
            f"profile {role.profile!r} cannot be set up for a role: {reason}",
            "give the role another profile: --role NAME=ARN",
        )


def _plan_repointed(inputs: Inputs, answers: Answers) -> Iterator[Change]:
    for name in answers.repointed:
        check_repointed(inputs, name, answers.source_profile, answers.target)
        wanted = {"source_profile": answers.target, "mfa_serial": None}
        yield from _plan_profile(inputs, name, wanted, agreed=True)


def _plan_profile(
    inputs: Inputs, name: str, wanted: Mapping[str, str | None], *, agreed: bool
) -> Iterator[Change]:
    section = inputs.profiles.in_config(name)
    for key, value in wanted.items():
        yield Change(
            file=PROFILES, place=(name, key), before=section.get(key), after=value, agreed=agreed
        )


class Draft(Record):
    """A file before and after; `write` writes it. A `summary` is shown in place of the lines."""

    path: str
    before: bytes
    after: bytes
    write: Callable[[], None]
    summary: str = ""

    def lines(self) -> list[str]:
        """Return the path, and below it the lines removed and added."""
        new = "" if self.before else " (a new file)"
        if self.summary:
            return [f"{self.path}{new}: {self.summary}"]
        return [f"{self.path}{new}:", *_compare(_split_rows(self.before), _split_rows(self.after))]


def draft_settings(
    writer: SettingsWriter, inputs: Inputs, changes: Sequence[Change]
) -> Draft | None:
    """Return config.toml with its changes; None if it has none."""
    values = {change.place: change.after for change in changes if change.file == SETTINGS}
    if not values:
        return None
    before = writer.read()
    return Draft(
        path=writer.path,
        before=before,
        after=writer.edited(before, values),
        write=lambda: writer.update(values, inputs.file),
    )


def draft_profiles(writer: ProfilesWriter, changes: Sequence[Change]) -> Draft | None:
    """Return the AWS config file with its changes; None if it has none."""
    mine = [change for change in changes if change.file == PROFILES]
    if not mine:
        return None
    values = {change.place: None if change.after is None else str(change.after) for change in mine}
    before = {change.place: change.before for change in mine}
    writer.check_writable()
    return Draft(
        path=writer.path,
        before=writer.read(),
        after=writer.edited(values, before),
        write=lambda: writer.update(values, before),
    )


def list_waiting(inputs: Inputs, answers: Answers, now: datetime) -> list[str]:
    """Return what to say of the role profiles that need the session; nothing if there is one."""
    names = [*answers.repointed, *(role.profile for role in answers.roles)]
    valid = [session.profile for session in inputs.sessions() if session.is_valid(now)]
    if not names or answers.target in valid:
        return []
    login = f"mfa-session login --profile {quote(answers.name)}"
    return [
        f"these profiles have no credentials until you log in: {', '.join(names)}; run `{login}`"
    ]


def _split_rows(data: bytes) -> list[str]:
    return data.decode("utf-8", "replace").splitlines()


def _compare(before: list[str], after: list[str]) -> Iterator[str]:
    """Yield the lines removed and added, each group below its section's header.

    No other line is shown, since it may hold a secret.
    """
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            continue
        added = after[new_start:new_end]
        if not any(_is_header(row) for row in [*added, *before[start:end]]):
            header = next((row for row in reversed(after[:new_start]) if _is_header(row)), None)
            yield from [f"    {printable(header.expandtabs())}"] if header else []
        yield from (f"  - {printable(row.expandtabs())}".rstrip() for row in before[start:end])
        yield from (f"  + {printable(row.expandtabs())}".rstrip() for row in added)


def _is_header(row: str) -> bool:
    return row.lstrip().startswith("[")
