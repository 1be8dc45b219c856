"""The settings of a session: options, config.toml, the source of keys, and the result."""

from __future__ import annotations

from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from mfa_session.model.session import Keys


GIVEN_CODE = "MFA_SESSION_TOKEN_CODE"
"""The variable with a code, which works once: no other program gets it."""
GUARD_SHELL = "MFA_SESSION_GUARD"
"""The variable that the scripts of `shell-init` export: the name of their shell."""
SCRIPT_HEAD = "# Written by `mfa-session "
"""The start of every shell script that this program writes."""
KEY_NOTES = "key-"
"""The start of the names of files that note a long-term key in the keyring, without secrets."""
SERVES = "mfa_session_serves"
"""Marks the profile of a served job; its value lists what was copied for it."""

MFA_SECONDS = 43200
ROLE_SECONDS = 3600
CHAINED_LIMIT_SECONDS = 3600
"""AWS's limit for a role's session from another session (role chaining)."""
MIN_TTL_SECONDS = 900
FILE, KEYRING = "file", "keyring"
STORES = (FILE, KEYRING)
CODE_SOURCES = ("auto", "prompt", "keyring", "command")

SESSION_KEYS = {
    "source_profile": "text",
    "via": "text",
    "mfa_serial": "text",
    "role_arn": "text",
    "role_session_name": "text",
    "external_id": "text",
    "duration": "duration",
    "region": "text",
    "code": "code",
    "code_command": "command",
    "write_to": "text",
    "store": "store",
}
TABLES: dict[str, dict[str, str]] = {
    "defaults": {
        "profile": "text",
        "duration": "duration",
        "min_ttl": "duration",
        "region": "text",
        "store": "store",
    },
    "keyring": {"backend": "text", "insecure": "flag"},
    "guard": {
        "profile": "text",
        "protect": "texts",
        "allow": "texts",
        "builtin": "flag",
        "commands": "texts",
        "confirm": "flag",
        "max_age": "duration",
        "strict": "flag",
    },
}


class SessionOptions(Record):
    """Options of the command line and `MFA_SESSION_…` variables; None is not set.

    Durations are seconds. With `keeps_role` (`exec` and the like), the default session is renewed
    as the role session that its section remembers.
    """

    profile: str | None = None
    source_profile: str | None = None
    mfa_serial: str | None = None
    role_arn: str | None = None
    external_id: str | None = None
    role_session_name: str | None = None
    duration: int | None = None
    region: str | None = None
    write_to: str | None = None
    store: str | None = None
    min_ttl: int | None = None
    min_ttl_from_variable: bool = False
    keeps_role: bool = False


class SettingsFile(Record):
    """The contents of config.toml; durations are seconds."""

    path: str
    defaults: Mapping[str, Any] = {}
    sessions: Mapping[str, Mapping[str, Any]] = {}
    keyring: Mapping[str, Any] = {}
    guard: Mapping[str, Any] = {}

    def value(self, place: tuple[str, ...]) -> Any:
        """Return the value at a place such as `("sessions", "mfa", "code")`, or None."""
        found: Any = getattr(self, place[0])
        for name in place[1:]:
            found = found.get(name, {})
        return None if found == {} else found


def kind_of(place: tuple[str, ...]) -> str:
    """Return the kind of a setting's value: text, flag, texts, duration, code, store or command."""
    keys = SESSION_KEYS if place[0] == "sessions" else TABLES[place[0]]
    return keys[place[-1]]


class Source(Record):
    """The origin of long-term keys: a profile, or the environment (`profile` is None).

    `passed` are the profiles that led to it by `source_profile`, in order. Without `keys`, running
    `process` (credential_process) returns them. `stored` is the profile under which they are in the
    keyring; `noted` then has the notes of all keys there.
    """

    profile: str | None = None
    keys: Keys | None = None
    process: str | None = None
    stored: str | None = None
    noted: str = ""
    passed: tuple[str, ...] = ()

    def label(self) -> str:
        """Return its name for people."""
        return f"profile {self.profile!r}" if self.profile else "the environment"


class Settings(Record):
    """How to obtain a session. Durations are seconds; `via` is a role's base session.

    `asked` are the given options, by name, besides the session's name; "" is a flag.
    `written` are settings for the target in the AWS config, among them the region, so that it works
    as the source does; `kept_region` is the region of a session that is kept.
    `store` is the place of the session's keys: FILE (the credentials file) or KEYRING.
    `max_age` is the largest age of the code (`aws:MultiFactorAuthAge`); None: any.
    """

    name: str
    target: str
    source: Source
    via: Settings | None = None
    mfa_serial: str | None = None
    remembered_serial: str | None = None
    role_arn: str | None = None
    external_id: str | None = None
    role_session_name: str | None = None
    duration: int
    duration_is_explicit: bool = False
    min_ttl: int = MIN_TTL_SECONDS
    min_ttl_is_explicit: bool = False
    max_age: int | None = None
    region: str | None = None
    written: Mapping[str, str] = {}
    kept_region: str | None = None
    store: str = FILE
    code: str = "auto"
    code_command: str | list[str] | None = None

    asked: tuple[tuple[str, str], ...] = ()

    @property
    def login_command(self) -> str:
        """The command that logs in to this session, with the given options."""
        return self.command("login", *dict(self.asked))

    def command(self, words: str, *options: str, **more: str) -> str:
        """Return the command `words` for this session, with those of these options that were given.

        `more` are options that are added, or replace given ones.
        """
        from mfa_session.model.text import quote  # noqa: PLC0415  # in hints only

        given = {option: value for option, value in self.asked if option in options}
        line = f"mfa-session {words}"
        for name, text in {"profile": self.name, **given, **more}.items():
            line += f" --{name.replace('_', '-')}" + (f" {quote(text)}" if text else "")
        return line

    @property
    def kind(self) -> str:
        """`role` or `mfa`, as in a `Session`."""
        return "role" if self.role_arn else "mfa"

    @property
    def is_chained(self) -> bool:
        """Whether an MFA session can assume this role: for an hour at most."""
        return self.role_arn is not None and self.duration <= CHAINED_LIMIT_SECONDS

    def for_kept(self) -> Settings:
        """Return these settings for a session that is kept with its region."""
        kept = {"region": self.kept_region} if self.kept_region else {}
        return self.replace(written={**self.written, **kept})

    def with_max_age(self, seconds: int | None) -> Settings:
        """Return these settings, also of the base session, with a largest age of the code."""
        via = self.via.with_max_age(seconds) if self.via else None
        return self.replace(max_age=seconds, via=via)


def without_code(environ: Mapping[str, str]) -> dict[str, str]:
    """Return an environment for another program, without the code."""
    return {name: text for name, text in environ.items() if name != GIVEN_CODE}


def copied_text(settings: Mapping[str, str]) -> str | None:
    """Return copied settings as one text, `output=json region=eu-west-1`; None without any.

    The session's section keeps it, so that a later login changes only what this tool wrote.
    """
    words = []
    for key, value in sorted(settings.items()):
        quoted = value.replace("%", "%25").replace(" ", "%20").replace("\t", "%09")
        words.append(f"{key}={quoted}")
    return " ".join(words) or None


def read_copied(text: str | None) -> dict[str, str]:
    """Return the settings of a `copied_text`."""
    pairs = [word.partition("=") for word in (text or "").split()]
    return {
        key: value.replace("%09", "\t").replace("%20", " ").replace("%25", "%")
        for key, _, value in pairs
    }


def still_ours(remembered: Mapping[str, str], present: Mapping[str, str]) -> dict[str, str]:
    """Return the settings that this tool wrote and that are unchanged."""
    return {key: value for key, value in remembered.items() if present.get(key) == value}


def copy_changes(
    wanted: Mapping[str, str], remembered: Mapping[str, str], present: Mapping[str, str]
) -> tuple[dict[str, str | None], dict[str, str]]:
    """Return what to set in the section (None: remove), and what this tool has written then."""
    ours = still_ours(remembered, present)
    set_now = {key: value for key, value in wanted.items() if key in ours or key not in present}
    gone = dict.fromkeys(key for key in ours if key not in wanted)
    return {**gone, **set_now}, set_now


def served_profile(profile: str) -> str:
    """Return the profile that a served job uses instead, which has no credentials."""
    return f"{profile}-served"
