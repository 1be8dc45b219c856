"""The identity whose credentials a command uses, and the session that belongs to it."""

from __future__ import annotations

from mfa_session.model.errors import ConfigurationError
from mfa_session.model.record import Record
from mfa_session.model.settings import Source
from mfa_session.session.environment import served_session
from mfa_session.session.names import (
    NAMES_SOMEBODY,
    Named,
    default_name,
    find_name,
    has_credentials,
    known_or_new,
    look_up,
    names_session,
    profile_variable,
    session_behind,
    unknown_in_variable,
    unknown_name,
)
from mfa_session.session.reuse import is_of_source, is_same_identity
from mfa_session.session.settings import resolve_name
from mfa_session.session.sources import (
    environment_source,
    follow,
    named_source,
    source_in,
    usual_source,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mfa_session.model.session import Session
    from mfa_session.model.settings import Settings
    from mfa_session.session.context import Inputs

SOURCE, SESSION, ROLE, KEYS, OTHER = "source", "session", "role", "keys", "other"
NO_SESSION_CODES = {"temporary-source", "no-long-term-keys", "source-loop"}
"""Errors of an identity that can have no MFA session."""


class Identity(Record):
    """The identity behind a command, by `kind`.

    `source`: the long-term keys of `source`. `session`: our session `name`. `role`: a profile with
    a role. `keys`: session keys in the environment. `other`: no MFA session is possible, for
    `reason`. `profile` is None if the keys come from the environment; `is_told` says that the
    command line names it.
    """

    kind: str
    profile: str | None = None
    is_told: bool = False
    name: str | None = None
    source: Source | None = None
    reason: str = ""

    def label(self) -> str:
        """Return what messages call it."""
        origin = Source(profile=self.profile).label()
        what = {SOURCE: "the access key of", KEYS: "the session keys of", ROLE: "the role of"}
        if self.kind == SESSION:
            return f"session {self.name!r}"
        return f"{what[self.kind]} {origin}" if self.kind in what else origin


def find_identity(inputs: Inputs, profile: str | None) -> Identity:
    """Return the identity of a command with `--profile profile`, or without (None).

    The order is botocore's: `profile`, keys in the environment, the environment's profile,
    `default`. Raises ConfigurationError for an unknown profile.
    """
    if profile is not None:
        return _identify_profile(inputs, profile).replace(is_told=True)
    if inputs.environ.get("AWS_ACCESS_KEY_ID"):
        return _identify_environment(inputs)
    variable = profile_variable(inputs.environ)
    return _identify_profile(inputs, inputs.environ.get(variable, "default"), variable)


def _identify_environment(inputs: Inputs) -> Identity:
    source = environment_source(inputs.environ)
    if source is not None:
        return Identity(kind=SOURCE, source=source)
    if inputs.environ.get("AWS_SESSION_TOKEN") or inputs.environ.get("AWS_SECURITY_TOKEN"):
        return Identity(kind=KEYS)
    return Identity(
        kind=OTHER, reason="the environment has a session's key without its AWS_SESSION_TOKEN"
    )


def _identify_profile(inputs: Inputs, profile: str, variable: str = "") -> Identity:
    """Return a profile's identity, in botocore's order: a role, static keys, a process, `--serve`.

    `variable` names the profile, if the command does not.
    """
    served = served_session(inputs.environ)
    if profile not in inputs.profiles and not (served and profile == "default"):
        return _identify_missing_profile(inputs, profile, variable)
    section = inputs.profiles.section(profile)
    if "role_arn" in section:
        return _identify_role(inputs, profile)
    asked = session_behind(inputs, profile) or (None if has_credentials(section) else served)
    if asked:
        return _make_session_identity(inputs, profile, asked)
    source = source_in(inputs, profile)
    if source is not None:
        return Identity(kind=SOURCE, profile=profile, source=source)
    return _explain_other(inputs, profile)


def _identify_missing_profile(inputs: Inputs, profile: str, variable: str) -> Identity:
    if look_up(inputs, profile) is not None:
        return _make_session_identity(inputs, profile, profile)
    if profile == "default":
        return Identity(kind=OTHER, profile=profile, reason="there is no profile 'default'")
    if variable:
        raise unknown_in_variable(inputs, variable, profile)
    raise unknown_name(inputs, profile, "--profile", inputs.profiles.names())


def _make_session_identity(inputs: Inputs, profile: str, asked: str) -> Identity:
    name = known_or_new(inputs, asked).name
    return Identity(kind=SESSION, profile=profile, name=name)


def _identify_role(inputs: Inputs, profile: str) -> Identity:
    section = inputs.profiles.section(profile)
    has_profile = "source_profile" in section
    has_origin = has_profile or section.get("credential_source") == "Environment"
    if "web_identity_token_file" in section or not has_origin:
        return _explain_other(inputs, profile)
    if not has_profile and environment_source(inputs.environ) is None:
        reason = f"profile {profile!r} gets its role with session keys of the environment"
        return Identity(kind=OTHER, profile=profile, reason=reason)
    return Identity(kind=ROLE, profile=profile)


def _explain_other(inputs: Inputs, profile: str) -> Identity:
    try:
        named_source(inputs, profile)
        reason = f"profile {profile!r} gets its role in a way that takes no MFA code"
    except ConfigurationError as error:
        reason = error.message
    return Identity(kind=OTHER, profile=profile, reason=reason)


class OwnSession(Record):
    """A session of the identity that the environment names, and the source profile to say.

    `why` says what in the environment led to it. `doubt` says why AWS_PROFILE could not: then it
    is the default session.
    """

    named: Named
    source_profile: str | None = None
    why: str = ""
    doubt: str = ""


def own_session(inputs: Inputs) -> OwnSession | None:
    """Return the session of the identity that the environment names; None where it names nobody.

    Whose session stands under the default name does not count: the result never depends on who
    logged in last. For a role's profile, what runs with a session gets the role's, as in the guard;
    `login` and `status` are about the MFA session of the key behind it.
    """
    environ = inputs.environ
    source = environment_source(environ)
    if source is not None:
        return _session_of(inputs, source, "AWS_ACCESS_KEY_ID is set")
    if environ.get("AWS_ACCESS_KEY_ID"):  # session keys, as inside `exec`
        return None
    variable = profile_variable(environ)
    profile = environ.get(variable, "default")
    may_be_new = variable and profile in {"default", default_name(inputs)}
    if may_be_new and look_up(inputs, profile) is None:
        return None
    identity = find_identity(inputs, None)
    if identity.kind == SESSION:
        name = profile if session_behind(inputs, profile) else identity.name
        return OwnSession(named=find_name(inputs.asking(profile=name)))
    return _session_of_profile(inputs, identity, profile, variable) if variable else None


def _session_of_profile(
    inputs: Inputs, identity: Identity, profile: str, variable: str
) -> OwnSession:
    why, doubt = f"{variable} is {profile!r}", identity.reason
    keeps_role = inputs.options.keeps_role
    if not keeps_role or "role_arn" not in inputs.profiles.section(profile):
        source = follow(inputs, profile)
        if source is not None:
            return _session_of(inputs, source, why)
    if identity.kind == ROLE:
        try:
            settings_of(inputs, identity)
        except ConfigurationError as error:
            if error.code not in NO_SESSION_CODES:
                raise
            doubt = error.message
        else:
            if keeps_role:
                return OwnSession(named=known_or_new(inputs, profile), why=why)
    return OwnSession(named=find_name(inputs), why=why, doubt=doubt)


def settings_of(inputs: Inputs, identity: Identity) -> Settings:
    """Return the settings for a session or a role; refuse those of another key or role now."""
    settings = resolve_name(inputs, identity.name or identity.profile or "")
    if identity.kind == ROLE:
        section = inputs.profiles.section(identity.profile or "")
        is_same = settings.role_arn == section["role_arn"]
    else:
        stored = [one for one in inputs.sessions() if one.profile == settings.target]
        is_same = all(is_same_identity(one, settings) for one in stored)
    if is_same:
        return settings
    raise ConfigurationError(
        "other-identity",
        f"the command uses {identity.label()}, but the settings of session {settings.name!r} now "
        "lead to another key or role",
        f"if the settings are right, log in with them: `{settings.login_command}`",
    )


def _session_of(inputs: Inputs, source: Source, why: str) -> OwnSession:
    sessions = SessionsOfSource(inputs, source)
    fitting = sessions.best()
    settings = fitting or sessions.new()
    named = known_or_new(inputs, settings.name)
    says_all = fitting or named.name == source.profile
    return OwnSession(named=named, source_profile=None if says_all else source.profile, why=why)


def _owner_of_default(inputs: Inputs) -> Source | None:
    """Return the source of the default session by the settings alone; None if they name none."""
    silent = {key: value for key, value in inputs.environ.items() if key not in NAMES_SOMEBODY}
    table = inputs.file.sessions.get(default_name(inputs), {})
    said = table.get("source_profile") or table.get("via")
    try:
        if said and not names_session(inputs, said):
            return named_source(inputs, said)
        return usual_source(inputs.replace(environ=silent), default_name(inputs))
    except ConfigurationError:
        return None


def unasked(inputs: Inputs) -> Inputs:
    """Return the inputs without the options, which concern one session and not the others."""
    return inputs.asking(
        profile=None, source_profile=None, role_arn=None, write_to=None, store=None, keeps_role=True
    )


class SessionsOfSource:
    """The MFA sessions of one source's keys, and the names that a new one may have.

    `is_told` says that the command line names the source's profile, so that the default session
    is not meant. `former` is the id of the key that this one has replaced: a session of it is
    renewed in its place.
    """

    def __init__(
        self,
        inputs: Inputs,
        source: Source,
        *,
        is_told: bool = False,
        former: str | None = None,
    ) -> None:
        self._inputs = unasked(inputs)
        self._source = source
        self._profile = source.profile
        self._is_told = is_told
        self._former = former
        self._standing: Mapping[str, Session] = {
            session.profile: session for session in inputs.sessions()
        }

    def choose(self, preferred: tuple[str | None, ...] = ()) -> Settings:
        """Return a preferred session, the default, the longest-lived, or a new one."""
        return self.best(preferred) or self.new()

    def best(self, preferred: tuple[str | None, ...] = ()) -> Settings | None:
        """Return the best session in config.toml or the files; None if there is none."""
        fitting = {settings.name: settings for settings in self._fitting()}
        for name in (*preferred, default_name(self._inputs)):
            if name in fitting:
                return fitting[name]
        return max(fitting.values(), key=self._expires_at, default=None)

    def fits(self, settings: Settings) -> bool:
        """Say whether it is an MFA session of the source's key that replaces no other's session."""
        if settings.kind != "mfa" or not is_same_source(settings.source, self._source):
            return False
        for name, table in self._inputs.file.sessions.items():
            if name != settings.name and table.get("write_to", name) == settings.target:
                return False
        stands = self._standing.get(settings.target)
        if stands is None or not self._lives(stands):
            return True
        if self._former is not None and stands.source_key_id == self._former:
            return stands.kind == "mfa"
        return stands.kind == "mfa" and is_of_source(stands, self._source)

    def _fitting(self) -> Iterator[Settings]:
        standing = [session.name for session in self._standing.values()]
        for name in dict.fromkeys((*self._inputs.file.sessions, *standing)):
            try:
                settings = self._resolve(name)
            except ConfigurationError:
                continue  # what cannot be resolved is nobody's
            if self.fits(settings):
                yield settings

    def new(self) -> Settings:
        """Return a session as `login` would make it, under a name that nothing else has."""
        failed: ConfigurationError | None = None
        for name in self._new_names():
            try:
                settings = self._resolve(name, None if name == self._profile else self._profile)
            except ConfigurationError as error:
                failed = error
                continue
            if self.fits(settings):
                return settings
        raise failed or ConfigurationError(
            "other-identity",
            f"every profile for a session of {self._source.label()} holds another session",
            "describe one in config.toml: [sessions.NAME], source_profile and write_to",
        )

    def _new_names(self) -> Iterator[str]:
        usual = default_name(self._inputs)
        owner = _owner_of_default(self._inputs)
        told = self._is_told and self._profile not in {None, "default"}
        if not told and (owner is None or is_same_source(owner, self._source)):
            yield usual
        if self._profile is not None:
            yield self._profile
        if self._source.keys is not None:
            suffix = self._source.keys.access_key_id[-4:].lower()
            yield f"{self._profile or usual}-{suffix}"

    def _resolve(self, name: str, source_profile: str | None = None) -> Settings:
        return resolve_name(self._inputs.asking(source_profile=source_profile), name)

    def _lives(self, session: Session) -> bool:
        """Say whether a session may still be in use; without a known expiry it may."""
        now = self._inputs.now
        return session.keys.session_token is not None and (
            now is None or session.is_valid(now) is not False
        )

    def _expires_at(self, settings: Settings) -> float:
        stands = self._standing.get(settings.target)
        return stands.expires_at.timestamp() if stands and stands.expires_at else 0.0


def is_same_source(one: Source, other: Source) -> bool:
    """Say whether two sources give the same keys, as far as the files tell."""
    if one.keys and other.keys:
        return one.keys.access_key_id == other.keys.access_key_id
    return (one.profile, one.process) == (other.profile, other.process) and not one.keys
