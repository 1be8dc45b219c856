"""The session of the identity that the environment names."""

from __future__ import annotations

from mfa_session.model.errors import ConfigurationError
from mfa_session.model.record import Record
from mfa_session.session.names import (
    NAMES_SOMEBODY,
    PROFILE_VARIABLES,
    Named,
    default_name,
    find_name,
    look_up,
    names_session,
    session_behind,
    unknown_in_variable,
)
from mfa_session.session.reuse import is_of_source
from mfa_session.session.settings import resolve_named
from mfa_session.session.sources import environment_source, follow, named_source, usual_source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mfa_session.model.session import Session
    from mfa_session.model.settings import Settings, Source
    from mfa_session.session.context import Inputs

KEY_SUFFIX_CHARACTERS = 4


class OwnSession(Record):
    """A session of the identity that the environment names, and the source profile to say."""

    named: Named
    source_profile: str | None = None


def own_session(inputs: Inputs) -> OwnSession | None:
    """Return the session of the identity that the environment names; None where it names nobody.

    Whose session stands under the default name does not count: the result never depends on who
    logged in last.
    """
    environ = inputs.environ
    source = environment_source(environ)
    if source is not None:
        return _session_of(inputs, source, None)
    variable = next((name for name in PROFILE_VARIABLES if environ.get(name)), None)
    if environ.get("AWS_ACCESS_KEY_ID") or variable is None:  # session keys, as inside `exec`
        return None
    profile = environ[variable]
    if session_behind(inputs, profile):
        asked = inputs.replace(options=inputs.options.replace(profile=profile))
        return OwnSession(named=find_name(asked))
    if look_up(inputs, profile) is None:
        if profile in {"default", default_name(inputs)}:
            return None
        raise unknown_in_variable(inputs, variable, profile)
    source = follow(inputs, profile)
    return _session_of(inputs, source, source.profile) if source else None


def _session_of(inputs: Inputs, source: Source, profile: str | None) -> OwnSession:
    sessions = SessionsOfSource(inputs, source, profile)
    fitting = sessions.best()
    settings = fitting or sessions.new()
    named = look_up(inputs, settings.name) or Named(name=settings.name)
    says_all = fitting or named.name == profile
    return OwnSession(named=named, source_profile=None if says_all else profile)


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


def _unasked(inputs: Inputs) -> Inputs:
    """Return the inputs without the options, which concern one session and not the others."""
    options = inputs.options.replace(
        profile=None, source_profile=None, role_arn=None, write_to=None, store=None, keeps_role=True
    )
    return inputs.replace(options=options)


class SessionsOfSource:
    """The MFA sessions of one source's keys, and the names that a new one may have.

    `profile` is the source's profile, None for keys of the environment. `is_told` says that the
    command line names it, so that the default session is not meant. `former` is the id of the key
    that this one has replaced: a session of it is renewed in its place.
    """

    def __init__(
        self,
        inputs: Inputs,
        source: Source,
        profile: str | None,
        *,
        is_told: bool = False,
        former: str | None = None,
    ) -> None:
        self._inputs = _unasked(inputs)
        self._source = source
        self._profile = profile
        self._is_told = is_told
        self._former = former
        self._standing: Mapping[str, Session] = {
            session.profile: session for session in inputs.sessions()
        }

    def choose(self, preferred: tuple[str | None, ...] = ()) -> Settings:
        """Return the session to take: a preferred one, the default, the longest-lived, a new one.

        Raises ConfigurationError where no name is free for a new one.
        """
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
            suffix = self._source.keys.access_key_id[-KEY_SUFFIX_CHARACTERS:].lower()
            yield f"{self._profile or usual}-{suffix}"

    def _resolve(self, name: str, source_profile: str | None = None) -> Settings:
        options = self._inputs.options.replace(source_profile=source_profile)
        named = look_up(self._inputs, name) or Named(name=name)
        return resolve_named(self._inputs.replace(options=options), named)

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
