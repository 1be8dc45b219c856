"""AWS keys and sessions, and their lines in a section of the credentials file."""

from __future__ import annotations

from mfa_session.model.arns import DIGITS, UPPER_CASE, account_of
from mfa_session.model.record import Record
from mfa_session.model.times import format_time, parse_time, read_expiry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime
    from typing import Any

    from mfa_session.model.profiles import ProfileFiles


MANAGER = "mfa-session"
PREFIX = "mfa_session_"
SESSION_KEY_PREFIX = "ASIA"
"""The start of the id of every session's key (IAM guide, unique identifiers)."""

KEY_ID_LENGTHS = range(16, 33)
KEY_ID_CHARACTERS = frozenset(UPPER_CASE + DIGITS)

_TEXT_KEYS = (
    "name",
    "kind",
    "source_profile",
    "source_key_id",
    "via",
    "mfa_serial",
    "role_arn",
    "external_id",
    "role_session_name",
    "account",
    "copied",
)
_TIME_KEYS = ("authenticated_at", "obtained_at")
CREDENTIAL_KEYS = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")

OWN_KEYS = (
    *CREDENTIAL_KEYS,
    "aws_security_token",
    "expiration",
    "x_security_token_expires",
    "manager",
    *(PREFIX + key for key in (*_TEXT_KEYS, *_TIME_KEYS, "duration_seconds", "key_id")),
)
"""Every key that this tool writes to a section or removes."""


class Secret:
    """Text that shows as `***`; only an edge (file, AWS, child) may call `reveal()`."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself."""
        return self._text

    def __repr__(self) -> str:
        """Hide the text in tracebacks, logs and f-strings alike."""
        return "***"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        """Compare the texts."""
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        """Hash the text."""
        return hash(self._text)


class LazySecret(Secret):
    """A secret that is fetched when it is revealed, which may raise an error."""

    __slots__ = ("_fetch",)

    def __init__(self, fetch: Callable[[], Secret]) -> None:
        super().__init__("")
        self._fetch = fetch

    def reveal(self) -> str:
        """Fetch the text and return it."""
        return self._fetch().reveal()

    def __eq__(self, other: object) -> bool:
        """Equal to itself only: a comparison would fetch the text."""
        return self is other

    def __hash__(self) -> int:
        """Hash the object's identity."""
        return id(self)


class Keys(Record):
    """AWS credentials: long-term (no session token) or temporary."""

    access_key_id: str
    secret_access_key: Secret
    session_token: Secret | None = None

    @property
    def shown_id(self) -> str:
        """The key id, or `***` for a text that may be a misplaced secret."""
        plain = KEY_ID_CHARACTERS.issuperset(self.access_key_id)
        return self.access_key_id if plain and len(self.access_key_id) in KEY_ID_LENGTHS else "***"

    def is_long_term(self) -> bool:
        """Say whether these are an IAM user's own keys."""
        return self.session_token is None and not self.access_key_id.startswith(SESSION_KEY_PREFIX)


class Session(Record):
    """Temporary credentials in a profile, and their origin.

    `kind` is `mfa` (GetSessionToken), `role` (AssumeRole) or `unknown` (another tool's).
    `in_keyring`: its secrets are in the keyring, and fetched when they are revealed.
    `copied` are the settings that were written with it to the AWS config (`copied_text`).
    Times are aware UTC; what is not known is None.
    """

    name: str
    profile: str
    kind: str = "unknown"
    managed: bool = False
    in_keyring: bool = False
    keys: Keys
    source_profile: str | None = None
    source_key_id: str | None = None
    via: str | None = None
    mfa_serial: str | None = None
    role_arn: str | None = None
    external_id: str | None = None
    role_session_name: str | None = None
    account: str | None = None
    copied: str | None = None
    mfa: bool | None = None
    authenticated_at: datetime | None = None
    obtained_at: datetime | None = None
    expires_at: datetime | None = None
    duration_seconds: int | None = None

    def seconds_left(self, now: datetime) -> int | None:
        """Return the seconds until it expires, 0 after that; None if unknown."""
        if self.expires_at is None:
            return None
        return max(0, int((self.expires_at - now).total_seconds()))

    def is_valid(self, now: datetime) -> bool | None:
        """Say whether the session has not expired; None if unknown."""
        left = self.seconds_left(now)
        return None if left is None else left > 0

    def summary(self, now: datetime) -> dict[str, object]:
        """Return what `--json` shows: no secret; None for what is unknown."""
        return {
            "name": self.name,
            "profile": self.profile,
            "kind": self.kind,
            "managed": self.managed,
            "valid": self.is_valid(now),
            "source_profile": self.source_profile,
            "mfa_serial": self.mfa_serial,
            "role_arn": self.role_arn,
            "account": self.account,
            "mfa": self.mfa,
            "authenticated_at": _format(self.authenticated_at),
            "expires_at": _format(self.expires_at),
            "seconds_left": self.seconds_left(now),
        }


def _format(time: datetime | None) -> str | None:
    return format_time(time) if time else None


def read_keys(section: Mapping[str, str]) -> Keys | None:
    """Return the static keys of a section, or None without a pair."""
    key_id = section.get("aws_access_key_id", "").strip()
    secret = section.get("aws_secret_access_key", "").strip()
    # botocore looks for the legacy spelling first
    token = section.get("aws_security_token", "") or section.get("aws_session_token", "")
    if not key_id or not secret:
        return None
    return Keys(
        access_key_id=key_id,
        secret_access_key=Secret(secret),
        session_token=Secret(token.strip()) if token.strip() else None,
    )


def holds_long_term_keys(section: Mapping[str, str]) -> bool:
    """Say whether a section may hold long-term keys, which are never overwritten.

    Any key id but `ASIA…` counts, and a secret without a key id.
    """
    if has_lost_key_id(section):
        return False
    key_id = section.get("aws_access_key_id", "").strip().strip("\"'")
    secret = section.get("aws_secret_access_key", "").strip()
    return bool(key_id or secret) and not key_id.startswith(SESSION_KEY_PREFIX)


def is_managed(section: Mapping[str, str]) -> bool:
    """Say whether a section has this tool's mark and a session's keys."""
    marked = section.get("manager") == MANAGER
    return marked and section.get("aws_access_key_id", "").startswith(SESSION_KEY_PREFIX)


def has_lost_key_id(section: Mapping[str, str]) -> bool:
    """Say whether a section is this tool's, and its key id was removed."""
    marked = section.get("manager") == MANAGER
    is_alone = "aws_secret_access_key" in section and PREFIX + "key_id" not in section
    return marked and not section.get("aws_access_key_id", "").strip() and not is_alone


def is_kept(text: str) -> bool:
    """Say whether a section's line keeps a text as it is: one line, no blanks around it."""
    return text.replace("\0", "\n").splitlines() == [text] == [text.strip()]


def read_session(profile: str, section: Mapping[str, str]) -> Session | None:
    """Return the session in a section, this tool's or another's, or None."""
    keys = read_keys(section)
    if keys is None or not keys.access_key_id.startswith(SESSION_KEY_PREFIX):
        return None
    managed = is_managed(section)
    stored = section if managed else {}
    texts = {key: stored.get(PREFIX + key) for key in _TEXT_KEYS}
    is_ours = stored.get(PREFIX + "key_id", keys.access_key_id) == keys.access_key_id
    if not is_ours or keys.session_token is None:
        # Another tool has written its keys among our lines, which describe others; or the token is
        # missing, without which AWS refuses the keys.
        return Session(name=texts["name"] or profile, profile=profile, managed=managed, keys=keys)
    kind = texts["kind"] if texts["kind"] in {"mfa", "role"} else "unknown"
    duration = stored.get(PREFIX + "duration_seconds", "")
    known: dict[str, Any] = {
        **texts,
        **{key: parse_time(stored[PREFIX + key]) for key in _TIME_KEYS if PREFIX + key in stored},
        "name": texts["name"] or profile,
        "kind": kind,
        "account": texts["account"] or account_of(texts["role_arn"] or texts["mfa_serial"]),
        "mfa": True if kind != "unknown" else None,
        "expires_at": read_expiry(section),
        "duration_seconds": int(duration) if duration.isascii() and duration.isdigit() else None,
    }
    return Session(profile=profile, managed=managed, keys=keys, **known)


def remembered_lines(session: Session) -> dict[str, str]:
    """Return the settings of a session's login, by their names in its section."""
    texts = {key: getattr(session, key) for key in _TEXT_KEYS}
    return {key: text for key, text in texts.items() if text is not None}


def list_sessions(profiles: ProfileFiles, recovered: Mapping[str, Session]) -> list[Session]:
    """Return the sessions of the credentials file, and those that are set aside, if newer."""
    sessions = dict(recovered)
    for name in profiles.credentials.names_mentioning(SESSION_KEY_PREFIX):
        session = read_session(name, profiles.in_credentials(name))
        if session is None or (name in recovered and _is_newer(recovered[name], session)):
            continue
        sessions[name] = session
    return [sessions[name] for name in sorted(sessions)]


def sessions_named(sessions: Iterable[Session], name: str) -> list[Session]:
    """Return the sessions of this name, and the one in the profile of this name."""
    return [session for session in sessions if name in {session.name, session.profile}]


def _is_newer(aside: Session, standing: Session) -> bool:
    if aside.expires_at is None:
        return False
    return standing.expires_at is None or aside.expires_at > standing.expires_at


def session_values(session: Session) -> dict[str, str | None]:
    """Return the lines of a session's section: each key and its value, None to remove it."""
    keys, token = session.keys, session.keys.session_token
    ends = _format(session.expires_at)
    # Rather omit a text than lose the session.
    texts = {
        key: text if is_kept(text := getattr(session, key) or "") else None for key in _TEXT_KEYS
    }
    times = {key: getattr(session, key) for key in _TIME_KEYS}
    duration = session.duration_seconds
    return {
        "aws_access_key_id": keys.access_key_id,
        "aws_secret_access_key": keys.secret_access_key.reveal(),
        "aws_session_token": token.reveal() if token else None,
        "aws_security_token": None,
        "expiration": ends,
        "x_security_token_expires": ends,
        "manager": MANAGER,
        PREFIX + "key_id": keys.access_key_id,
        **{PREFIX + key: text for key, text in texts.items()},
        **{PREFIX + key: _format(time) for key, time in times.items()},
        PREFIX + "duration_seconds": str(duration) if duration is not None else None,
    }
