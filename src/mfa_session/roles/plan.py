"""Plan which sessions to obtain, from which others, and in which order."""

from __future__ import annotations

from contextlib import contextmanager

from mfa_session.model.errors import ConfigurationError, MfaSessionError
from mfa_session.model.record import Record
from mfa_session.model.settings import KEYRING
from mfa_session.session.own_session import SessionsOfSource
from mfa_session.session.resolve import resolve
from mfa_session.session.validation import CHAINED_LIMIT_SECONDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from mfa_session.model.session import Session
    from mfa_session.model.settings import Settings, Source
    from mfa_session.session.context import Inputs


class RolesPlan(Record):
    """Every session by name, each after the one it is assumed from, and the errors of others.

    `bases` maps each role that needs no separate code to the session that it is assumed from.
    """

    sessions: Mapping[str, Settings]
    bases: Mapping[str, str]
    errors: Mapping[str, MfaSessionError]

    def needs_code(self, name: str) -> bool:
        """Say whether a session needs a code: an MFA session, or a role for over an hour."""
        return name not in self.bases

    def is_base(self, name: str) -> bool:
        """Say whether a role is assumed from this session."""
        return name in self.bases.values()

    def steps(self, names: Collection[str]) -> Iterator[list[Settings]]:
        """Yield the roles among these names in steps; those of one step can go in parallel."""
        depths = {name: self._depth(name) for name in names if not self.needs_code(name)}
        for depth in sorted(set(depths.values())):
            yield [self.sessions[name] for name in depths if depths[name] == depth]

    def with_bases(self, names: Iterable[str]) -> list[str]:
        """Return these names and those of the sessions they are assumed from, in order."""
        wanted = set(names)
        for name in reversed(list(self.sessions)):
            if name in wanted and name in self.bases:
                wanted.add(self.bases[name])
        return [name for name in self.sessions if name in wanted]

    def _depth(self, name: str) -> int:
        return 1 + self._depth(self.bases[name]) if name in self.bases else 0


def make_plan(inputs: Inputs) -> RolesPlan:
    """Return the plan for every session of config.toml.

    Raises ConfigurationError `no-sessions` or `duplicate-target`; an error of a single session
    becomes one of the plan's errors.
    """
    if not inputs.file.sessions:
        raise ConfigurationError(
            "no-sessions",
            f"{inputs.file.path} describes no session, so there is nothing to log in to",
            "set the MFA session up: `mfa-session configure`; then give each role a table "
            '[sessions.NAME] there, with via = "mfa" and role_arn = "ARN"',
        )
    planner = _Planner(inputs)
    planner.plan_all()
    refuse_duplicates(inputs, planner.sessions.values())
    return RolesPlan(sessions=planner.sessions, bases=planner.bases, errors=planner.errors)


class _Planner:
    """Collects sessions, each after the one it is assumed from."""

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs
        self.sessions: dict[str, Settings] = {}
        self.bases: dict[str, str] = {}
        self.errors: dict[str, MfaSessionError] = {}
        self._asked: dict[str, Settings] = {}
        self._of_source: dict[Source, Settings] = {}

    def plan_all(self) -> None:
        """Plan every session of config.toml, and note the errors of single ones."""
        for name in self._inputs.file.sessions:
            with self._noting_errors(name):
                options = self._inputs.options.replace(profile=name)
                self._asked[name] = resolve(self._inputs.replace(options=options))
        for name, settings in self._asked.items():
            with self._noting_errors(name):
                self._take(settings)

    @contextmanager
    def _noting_errors(self, name: str) -> Iterator[None]:
        try:
            yield
        except MfaSessionError as error:
            self.errors[name] = error

    def _take(self, settings: Settings) -> None:
        settings = self._asked.get(settings.name, settings)
        if settings.name in self.sessions:
            return
        if settings.role_arn is not None and settings.duration <= CHAINED_LIMIT_SECONDS:
            base = settings.via or self._mfa_session(settings)
            if settings.mfa_serial is None or base.mfa_serial in (None, settings.mfa_serial):
                self._take(base)
                self.bases[settings.name] = base.name
        self.sessions[settings.name] = settings

    def _mfa_session(self, settings: Settings) -> Settings:
        """Return the MFA session of a role's long-term keys, chosen as in the guard."""
        source = settings.source
        if source not in self._of_source:
            sessions = SessionsOfSource(self._inputs, source, source.profile)
            self._of_source[source] = sessions.choose()
        base = self._of_source[source]
        return base.replace(mfa_serial=base.mfa_serial or settings.mfa_serial)


def refuse_duplicates(inputs: Inputs, sessions: Iterable[Settings]) -> None:
    """Refuse two sessions with the same target profile."""
    owners: dict[str, str] = {}
    for settings in sessions:
        owner = owners.setdefault(settings.target, settings.name)
        if owner != settings.name:
            raise ConfigurationError(
                "duplicate-target",
                f"sessions {owner!r} and {settings.name!r} are both written to profile "
                f"{settings.target!r}",
                f"give one of them another write_to in {inputs.file.path}",
            )


def is_in_place(session: Session, settings: Settings, aside: Collection[str]) -> bool:
    """Say whether a session is in the profile, and in the file or keyring, of its settings.

    `aside` are the profiles whose sessions are in the state directory instead.
    """
    return (
        session.profile == settings.target
        and session.in_keyring == (settings.store == KEYRING)
        and (session.in_keyring or session.profile not in aside)
    )
