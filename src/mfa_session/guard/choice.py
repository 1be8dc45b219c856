"""Which session a protected command gets: always one of its own identity, in nobody's place."""

from __future__ import annotations

from mfa_session.guard.identity import KEYS, ROLE, SESSION, SOURCE
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.listing import list_sessions
from mfa_session.session.names import Named, default_name, find_name, look_up
from mfa_session.session.settings import resolve_named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mfa_session.guard.identity import Identity
    from mfa_session.model.session import Session
    from mfa_session.model.settings import Settings, Source
    from mfa_session.session.inputs import Facts

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
        sessions = list_sessions(facts.profiles, facts.recovered)
        self._standing = {session.profile: session for session in sessions}

    def choose(self, wanted: str | None, preferred: tuple[str | None, ...]) -> Settings:
        """Return the settings of the session to take; ConfigurationError where there is none."""
        if wanted is not None:
            return self._fitting(wanted)
        identity = self._identity
        if identity.kind in {SESSION, ROLE}:
            return self._unchanged(self._resolve(identity.name or identity.profile or ""))
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
        return self._unchanged(settings)

    def _fits(self, settings: Settings) -> bool:
        identity = self._identity
        if identity.kind == SOURCE:
            return self._is_of_source(settings)
        if identity.kind == KEYS:
            key_id = self._facts.in_credentials(settings.target).get("aws_access_key_id")
            return key_id == self._facts.environ["AWS_ACCESS_KEY_ID"]
        names = {SESSION: identity.name, ROLE: identity.profile}
        return settings.name == names.get(identity.kind)

    def _unchanged(self, settings: Settings) -> Settings:
        """Refuse to renew a session, or a role, as another than the command would have used."""
        unchanged = {SESSION: self._is_as_it_stands, ROLE: self._is_role_of_profile}
        kind = self._identity.kind
        if kind not in unchanged or unchanged[kind](settings):
            return settings
        raise ConfigurationError(
            "other-identity",
            f"{self._identity.label()} is another now than what the command would use: "
            f"the settings of session {settings.name!r} lead to another key or role",
            f"if they are right: mfa-session login --profile {settings.name}",
        )

    def _is_as_it_stands(self, settings: Settings) -> bool:
        stands = self._standing.get(settings.target)
        if stands is None:
            return True
        return stands.role_arn == settings.role_arn and _is_of_person(stands, settings)

    def _is_role_of_profile(self, settings: Settings) -> bool:
        role_arn = self._facts.section(self._identity.profile or "").get("role_arn")
        stands = self._standing.get(settings.target)
        if stands is not None and stands.is_valid(self._now) is not False:
            return stands.role_arn == settings.role_arn == role_arn
        return settings.role_arn == role_arn

    def _fitting_sessions(self) -> Iterator[Settings]:
        """Yield the MFA sessions, had or described, of the identity's own key."""
        facts = self._facts
        had = [session.name for session in self._standing.values()]
        for name in dict.fromkeys((*facts.file.sessions, *had)):
            try:
                settings = self._resolve(name)
            except ConfigurationError:
                continue  # what cannot be had is of nobody
            if self._is_of_source(settings):
                yield settings

    def _new(self) -> Settings:
        """Return a session as `login` would make it, under a name that nothing of others has."""
        failed: ConfigurationError | None = None
        for name in self._new_names():
            try:
                settings = self._resolve(name, self._identity.profile)
            except ConfigurationError as error:
                failed = error
                continue
            if self._is_of_source(settings):
                return settings
        raise failed or ConfigurationError(
            "other-identity",
            f"every place for a session of {self._identity.label()} holds another's",
            "describe one in config.toml: [sessions.NAME], source_profile and write_to",
        )

    def _new_names(self) -> Iterator[str]:
        identity, usual = self._identity, default_name(self._facts)
        told = identity.is_told and identity.profile not in {None, "default"}
        table = self._facts.file.sessions.get(usual, {})
        if not told and not {"source_profile", "via", "role_arn"}.intersection(table):
            yield usual
        if identity.profile is not None:
            yield identity.profile
        if identity.source is not None and identity.source.keys is not None:
            suffix = identity.source.keys.access_key_id[-KEY_SUFFIX_CHARACTERS:].lower()
            yield f"{identity.profile or usual}-{suffix}"

    def _resolve(self, name: str, source_profile: str | None = None) -> Settings:
        options = self._facts.options.replace(source_profile=source_profile)
        named = look_up(self._facts, name) or Named(name=name)
        return resolve_named(self._facts.replace(options=options), named)

    def _is_of_source(self, settings: Settings) -> bool:
        """Say whether it is an MFA session of the identity's key, and stands in nobody's place."""
        source = self._identity.source
        if source is None or settings.kind != "mfa" or not _is_same(settings.source, source):
            return False
        for name, table in self._facts.file.sessions.items():
            if name != settings.name and table.get("write_to", name) == settings.target:
                return False
        stands = self._standing.get(settings.target)
        if stands is None or stands.is_valid(self._now) is False:
            return True
        return stands.kind == "mfa" and _is_of(stands, source)

    def _seconds_left(self, settings: Settings) -> int:
        stands = self._standing.get(settings.target)
        return (stands.seconds_left(self._now) or 0) if stands else 0


def _is_same(one: Source, other: Source) -> bool:
    """Say whether two sources give the same keys, as far as can be told without running any."""
    if one.keys and other.keys:
        return one.keys.access_key_id == other.keys.access_key_id
    return (one.profile, one.process) == (other.profile, other.process) and not one.keys


def _is_of(session: Session, source: Source) -> bool:
    """Say whether a session was had from this source, as far as can be told likewise."""
    if source.keys is None:
        return session.source_profile == source.profile
    return session.source_key_id == source.keys.access_key_id


def _is_of_person(session: Session, settings: Settings) -> bool:
    """Say the same where the key may have been rotated: AWS takes a device's own user only."""
    same_device = session.mfa_serial is not None and session.mfa_serial == settings.mfa_serial
    return same_device or _is_of(session, settings.source)
