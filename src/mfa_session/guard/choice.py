"""Which session a protected command gets: always one of its own identity."""

from __future__ import annotations

from mfa_session.errors import ConfigurationError
from mfa_session.guard.identity import KEYS, ROLE, SESSION, SOURCE
from mfa_session.session.listing import list_sessions
from mfa_session.session.names import Named, default_name, find_name, look_up
from mfa_session.session.settings import resolve_named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mfa_session.guard.identity import Identity
    from mfa_session.session.facts import Facts
    from mfa_session.session.settings import Settings
    from mfa_session.session.sources import Source

KEY_SUFFIX_CHARACTERS = 4


class Choice:
    """The choice of a session for one identity, from facts alone.

    `wanted` is the session that must be taken (`guard --profile`), refused with exit 3 where it is
    of another identity; of several that fit, the first of `preferred` is taken.
    """

    def __init__(self, facts: Facts, identity: Identity, now: datetime) -> None:
        """Take what is known."""
        # What was said of the session to take must not change whose each of the others is.
        self._facts = facts.replace(
            options=facts.options.replace(
                profile=None, source_profile=None, role_arn=None, keeps_role=True
            )
        )
        self._identity = identity
        self._now = now

    def choose(self, wanted: str | None, preferred: tuple[str | None, ...]) -> Settings:
        """Return the settings of the session to take; ConfigurationError where there is none."""
        if wanted is not None:
            return self._fitting(wanted)
        identity = self._identity
        if identity.kind in {SESSION, ROLE}:
            return self._resolve(identity.name or identity.profile or "")
        fitting = {settings.name: settings for settings in self._fitting_sessions()}
        for name in (*preferred, default_name(self._facts)):
            if name in fitting:
                return fitting[name]
        if fitting:
            return max(fitting.values(), key=self._seconds_left)
        return self._new()

    def _fitting(self, wanted: str) -> Settings:
        """Return the session that must be taken, if it is of this identity."""
        facts = self._facts
        named = find_name(facts.replace(options=facts.options.replace(profile=wanted)))
        settings = resolve_named(facts, named)
        if not self._fits(settings):
            raise ConfigurationError(
                "other-identity",
                f"session {settings.name!r} is not of {self._identity.label()}, "
                "which the command would use",
                "leave out guard's own --profile, or name that session in the command's --profile",
            )
        return settings

    def _fits(self, settings: Settings) -> bool:
        identity = self._identity
        if identity.kind == SOURCE:
            return self._is_of_source(settings)
        if identity.kind == KEYS:
            key_id = self._facts.in_credentials(settings.target).get("aws_access_key_id")
            return key_id == self._facts.environ["AWS_ACCESS_KEY_ID"]
        names = {SESSION: identity.name, ROLE: identity.profile}
        return settings.name == names.get(identity.kind)

    def _fitting_sessions(self) -> Iterator[Settings]:
        """Yield the MFA sessions, had or described, of the identity's own key."""
        facts = self._facts
        had = [session.name for session in list_sessions(facts.profiles, facts.recovered)]
        for name in dict.fromkeys((*facts.file.sessions, *had)):
            try:
                settings = self._resolve(name)
            except ConfigurationError:
                continue  # what cannot be had is of nobody
            if self._is_of_source(settings):
                yield settings

    def _new(self) -> Settings:
        """Return a session as `login` would make it, under a name that nothing of others has."""
        facts, identity = self._facts, self._identity
        usual = default_name(facts)
        if not (identity.is_told and identity.profile not in {None, "default"}):
            options = facts.options.replace(profile=usual, source_profile=identity.profile)
            try:
                settings = resolve_named(facts.replace(options=options), Named(name=usual))
            except ConfigurationError:
                settings = None
            if settings is not None and self._is_of_source(settings) and self._is_free(usual):
                return settings
        if identity.profile is not None:
            return self._resolve(identity.profile)
        key_id = facts.environ["AWS_ACCESS_KEY_ID"]
        return self._resolve(f"{usual}-{key_id[-KEY_SUFFIX_CHARACTERS:].lower()}")

    def _is_free(self, name: str) -> bool:
        """Say whether no session of this name is described to be another's."""
        table = self._facts.file.sessions.get(name, {})
        return not {"source_profile", "via", "role_arn"}.intersection(table)

    def _resolve(self, name: str) -> Settings:
        return resolve_named(self._facts, look_up(self._facts, name) or Named(name=name))

    def _is_of_source(self, settings: Settings) -> bool:
        """Say whether it is an MFA session of the identity's key, and stands in nobody's place."""
        source = self._identity.source
        if source is None or settings.kind != "mfa" or not _is_same(settings.source, source):
            return False
        for session in list_sessions(self._facts.profiles, self._facts.recovered):
            if session.profile == settings.target and session.is_valid(self._now):
                key_id = source.keys.access_key_id if source.keys else session.source_key_id
                return session.source_key_id == key_id and session.kind == "mfa"
        return True

    def _seconds_left(self, settings: Settings) -> int:
        for session in list_sessions(self._facts.profiles, self._facts.recovered):
            if session.profile == settings.target:
                return session.seconds_left(self._now) or 0
        return 0


def _is_same(one: Source, other: Source) -> bool:
    """Say whether two sources give the same keys, as far as can be told without running any."""
    if one.keys and other.keys:
        return one.keys.access_key_id == other.keys.access_key_id
    return (one.profile, one.process) == (other.profile, other.process) and not one.keys
