"""Which session a protected command gets: always one of its own identity, in nobody's place."""

from __future__ import annotations

from mfa_session.guard.identity import KEYS, ROLE, SESSION, SOURCE
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.session import list_sessions
from mfa_session.model.settings import Source
from mfa_session.session.names import Named, find_name, look_up
from mfa_session.session.own_session import SessionsOfSource, is_of_source
from mfa_session.session.settings import resolve_named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

    from mfa_session.guard.identity import Identity
    from mfa_session.model.session import Session
    from mfa_session.model.settings import Settings
    from mfa_session.session.inputs import Inputs


class Choice:
    """The choice of a session for one identity, decided without reading anything.

    `wanted` is the session that must be taken (`guard --profile`), refused with exit 3 where it is
    of another identity; of several that fit, the first of `preferred` is taken.
    """

    def __init__(self, inputs: Inputs, identity: Identity, now: datetime) -> None:
        """Take what is known."""
        # What was said of the session to take must not change whose each of the others is.
        self._inputs = inputs.replace(
            now=now,
            options=inputs.options.replace(
                profile=None, source_profile=None, role_arn=None, keeps_role=True
            ),
        )
        self._identity = identity
        self._now = now
        sessions = list_sessions(inputs.profiles, inputs.recovered)
        self._standing = {session.profile: session for session in sessions}

    def choose(self, wanted: str | None, preferred: tuple[str | None, ...]) -> Settings:
        """Return the settings of the session to take; ConfigurationError where there is none."""
        if wanted is not None:
            return self._fitting(wanted)
        identity = self._identity
        if identity.kind in {SESSION, ROLE}:
            return self._unchanged(self._resolve(identity.name or identity.profile or ""))
        return self._of_source().choose(preferred)

    def _of_source(self) -> SessionsOfSource:
        identity = self._identity
        source = identity.source or Source()
        return SessionsOfSource(self._inputs, source, identity.profile, is_told=identity.is_told)

    def _fitting(self, wanted: str) -> Settings:
        """Return the session that must be taken, if it is of this identity."""
        inputs = self._inputs
        named = find_name(inputs.replace(options=inputs.options.replace(profile=wanted)))
        settings = resolve_named(inputs, named)
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
            return self._of_source().fits(settings)
        if identity.kind == KEYS:
            key_id = self._inputs.profiles.in_credentials(settings.target).get("aws_access_key_id")
            return key_id == self._inputs.environ["AWS_ACCESS_KEY_ID"]
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
            f"the command would use {self._identity.label()}, but the settings of session "
            f"{settings.name!r} now lead to another key or role",
            f"if the settings are right, log in with them: `{settings.login_command}`",
        )

    def _is_as_it_stands(self, settings: Settings) -> bool:
        stands = self._standing.get(settings.target)
        if stands is None:
            return True
        return stands.role_arn == settings.role_arn and _is_of_person(stands, settings)

    def _is_role_of_profile(self, settings: Settings) -> bool:
        role_arn = self._inputs.profiles.section(self._identity.profile or "").get("role_arn")
        stands = self._standing.get(settings.target)
        if stands is not None and stands.is_valid(self._now) is not False:
            return stands.role_arn == settings.role_arn == role_arn
        return settings.role_arn == role_arn

    def _resolve(self, name: str) -> Settings:
        named = look_up(self._inputs, name) or Named(name=name)
        return resolve_named(self._inputs, named)


def _is_of_person(session: Session, settings: Settings) -> bool:
    """Say whether a session is of the same user, whose key may have been rotated.

    AWS takes a device of the user's own only, so the device tells.
    """
    same_device = session.mfa_serial is not None and session.mfa_serial == settings.mfa_serial
    return same_device or is_of_source(session, settings.source)
