"""Renews a session: takes one that another process got, assumes a role, or sends a code."""

from __future__ import annotations

from contextlib import ExitStack

from mfa_session.mfa.devices import send_code
from mfa_session.model.arns import account_of
from mfa_session.model.errors import ConfigurationError, Interrupted
from mfa_session.model.ports import Issued, MfaCode, Role
from mfa_session.model.session import Session
from mfa_session.model.settings import KEYRING
from mfa_session.model.times import format_duration
from mfa_session.session.device import find_device, long_term_caller, session_caller, with_keys
from mfa_session.session.reuse import (
    Outcome,
    find_base,
    find_displaced,
    find_kept,
    find_standing,
    is_in_place,
    is_of_user,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from datetime import datetime

    from mfa_session.model.ports import AsidePlace, Edges
    from mfa_session.model.settings import Settings

_NOT_KEPT = ("file-not-written", "file-locked", "keyring-locked", "keyring-timeout")
"""Errors that keep a session from being stored, but not from being used."""
CLOCK_SLACK_SECONDS = 900
"""AWS rejects requests whose clock differs by more than this."""


class Renewal:
    """Renews sessions: preflight, lock, look again, obtain, store.

    `in_memory` goes on with a session that cannot be written. `before_code` is called before a
    code is asked, with the settings whose source's keys will send it.
    """

    def __init__(
        self,
        edges: Edges,
        *,
        in_memory: bool = False,
        before_code: Callable[[Settings], None] | None = None,
    ) -> None:
        self._edges = edges
        self._in_memory = in_memory
        self._before_code = before_code

    def renew(self, settings: Settings, replaced: Collection[str] = ()) -> Outcome:
        """Return a session that fits the settings, ignoring those whose key id is in `replaced`."""
        settings = with_keys(self._edges, settings)
        place = self._preflight(settings)
        try:
            with self._edges.turns.take(turn_key(settings), f"session {settings.name!r}"):
                return self._share_or_obtain(settings, place, replaced)
        finally:
            if place is not None:
                place.release()

    def _preflight(self, settings: Settings) -> AsidePlace | None:
        """Check that the session can be written and set a place aside, before any code."""
        try:
            self._edges.store.check(settings.target)
            if settings.store == KEYRING:
                self._edges.store.check_keyring(settings.target)
            return self._edges.store.set_aside(settings.target)
        except ConfigurationError as error:
            if not self._in_memory or error.code not in _NOT_KEPT:
                raise
            self._edges.talk.warn(f"{error.message}; the session will not be kept")
            return None

    def _share_or_obtain(
        self, settings: Settings, place: AsidePlace | None, replaced: Collection[str]
    ) -> Outcome:
        standing = self._edges.store.sessions()
        shared = find_standing(settings, standing, self._edges.clock, replaced)
        if shared is not None and is_in_place(shared, settings, self._edges.store.kept_aside()):
            return Outcome(session=shared, reused=True)
        session = self._store(shared, settings, place)
        return Outcome(session=session, reused=shared is not None, is_new_here=True)

    def _store(
        self, shared: Session | None, settings: Settings, place: AsidePlace | None
    ) -> Session:
        """Write the session that can be shared, else one obtained now, to its profile.

        A signal that comes after the code was sent is raised at the end; after a Ctrl-C then,
        Interrupted says that the session has been renewed.
        """
        is_saved = False
        try:
            # Closed before an error is told, and at the end: deferred signals are raised then.
            with ExitStack() as held:
                session = shared or self._obtain(settings, held)
                session = as_written(session, settings)
                held.enter_context(self._edges.uninterrupted())
                self._save(session, settings, place)
                is_saved = True
        except KeyboardInterrupt as interrupt:
            if not is_saved:
                raise
            raise Interrupted(
                "interrupted", f"interrupted; session {settings.name!r} had been renewed already"
            ) from interrupt
        return session

    def _save(self, session: Session, settings: Settings, place: AsidePlace | None) -> None:
        """Write the session; a copy lies in the state directory until that has worked.

        For the keyring, too: the session has cost a code, and a keyring may be slow.
        """
        kept = keep_aside(place, session)
        try:
            self._edges.store.save(session, settings)
        except ConfigurationError as error:
            if self._in_memory:
                self._edges.talk.warn(f"{error.message}; {kept}")
                return
            raise ConfigurationError(
                "session-not-written",
                f"{error.message}; {kept}",
                f"{error.hint}; then run `{settings.login_command}` again: it needs no new code",
            ) from error
        except Exception as bug:
            self._edges.talk.warn(f"{_reason(bug)}; {kept}")
            raise

    def _obtain(self, settings: Settings, held: ExitStack) -> Session:
        """Get the session; from the moment a code is sent, `held` defers the signals."""
        if settings.is_chained:
            base = self._find_base(settings)
            if base is not None:
                return self.assume_from(base, settings)
        return self._with_code(settings, held)

    def _find_base(self, settings: Settings) -> Session | None:
        """Return the session to assume the role from; the one to go via is renewed if necessary."""
        store, now, via = self._edges.store, self._edges.clock.now(), settings.via
        if via is None:
            return find_base(settings, store.sessions(), now)
        kept = find_kept(via, store.sessions(), now)
        if kept is not None and (self._in_memory or kept.profile not in store.kept_aside()):
            return kept
        return self.renew(via).session

    def assume_from(self, base: Session, settings: Settings) -> Session:
        """Call AssumeRole with another session's keys; no code is spent."""
        self._edges.talk.detail(f"sts:AssumeRole {settings.role_arn} from session {base.name!r}")
        caller, role = session_caller(base, settings), self._make_role(settings)
        issued = self._edges.aws.assume_role(caller, role, None, settings.duration)
        account = account_of(settings.role_arn)
        session = self._describe(settings, issued, role, base.mfa_serial, account)
        via = settings.via.name if settings.via else None  # a base found by chance is not a setting
        return session.replace(authenticated_at=base.authenticated_at, via=via)

    def _with_code(self, settings: Settings, held: ExitStack) -> Session:
        edges = self._edges
        caller = long_term_caller(settings)
        caller.keys.secret_access_key.reveal()  # before a code is asked: a keyring may be locked
        edges.aws.prepare(caller)  # in parallel with the search for codes: a keyring may be slow
        codes = edges.codes(settings)
        serial = find_device(edges, settings, caller)
        role = self._make_role(settings) if settings.role_arn else None

        def call(code: str) -> Issued:
            mfa = MfaCode(serial=serial, code=code)
            what = f"sts:AssumeRole {role.arn}" if role else "sts:GetSessionToken"
            edges.talk.detail(f"{what} with {serial}, {settings.duration} s")
            held.enter_context(edges.uninterrupted())
            try:
                if role is None:
                    return edges.aws.get_session_token(caller, mfa, settings.duration)
                return edges.aws.assume_role(caller, role, mfa, settings.duration)
            except BaseException:
                held.close()  # there is no session to lose, and the next question may be ended
                raise

        # Asked now: between the code and the file nothing may take time, or fail.
        account = account_of(settings.role_arn or serial) or edges.aws.account(caller)
        if self._before_code is not None:
            self._before_code(settings.replace(mfa_serial=serial))
        issued = send_code(edges, serial, codes(serial), call)
        return self._describe(settings, issued, role, serial, account)

    def _make_role(self, settings: Settings) -> Role:
        name = settings.role_session_name or self._edges.role_session_name()
        return Role(
            arn=settings.role_arn or "", session_name=name, external_id=settings.external_id
        )

    def _describe(
        self,
        settings: Settings,
        issued: Issued,
        role: Role | None,
        serial: str | None,
        account: str | None,
    ) -> Session:
        now = self._edges.clock.now()
        # AWS cuts a root user's duration to 1 h.
        granted = int((issued.expires_at - now).total_seconds())
        is_cut = granted < settings.duration - CLOCK_SLACK_SECONDS
        return Session(
            name=settings.name,
            profile=settings.target,
            kind=settings.kind,
            managed=True,
            keys=issued.keys,
            source_profile=settings.source.profile,
            source_key_id=long_term_caller(settings).keys.access_key_id,
            mfa_serial=serial,
            role_arn=settings.role_arn,
            external_id=settings.external_id,
            role_session_name=role.session_name if role else None,
            account=account,
            mfa=True,
            authenticated_at=now,
            obtained_at=now,
            expires_at=issued.expires_at,
            duration_seconds=granted if is_cut else settings.duration,
        )


def as_written(session: Session, settings: Settings) -> Session:
    """Return the session under the name, and in the place, that the settings give it."""
    return session.replace(
        name=settings.name, profile=settings.target, in_keyring=settings.store == KEYRING
    )


def keep_aside(place: AsidePlace | None, *sessions: Session) -> str:
    """Put sessions aside until they are written, so that no kill loses them; say where."""
    what = "the session is" if len(sessions) == 1 else "the sessions are"
    try:
        return f"{what} kept in {place.keep(*sessions)}" if place else f"{what} not kept"
    except Exception as error:  # noqa: BLE001  # they may still be written
        return f"{what} not kept: {_reason(error)}"


def _reason(error: Exception) -> str:
    return str(getattr(error, "message", f"an unexpected {type(error).__name__}"))


def warn_of_displaced(
    edges: Edges, settings: Settings, standing: Iterable[Session], now: datetime
) -> None:
    """Warn, before a code is asked, that this login replaces another identity's valid session."""
    displaced = find_displaced(settings, standing, now)
    if displaced is None:
        return
    whose, source, role = displaced.source_profile, settings.source.profile, settings.role_arn
    key = "the former key of " if whose == source else ""
    what = f"a session of {key}profile {whose!r}" if whose else "a session of another access key"
    if is_of_user(displaced, settings):
        arn = displaced.role_arn
        what = f"a session of {arn}" if arn else "an MFA session"
    own = role.rpartition("/")[2] if role else f"{source or settings.name}-mfa"
    own += "-2" if own == settings.target else ""
    place = "profile" if source or role else "write_to"  # a new name needs one of them
    said = {place: own, "source_profile": source, "role_arn": role}
    more = {option: value for option, value in said.items() if value}
    asked = [option for option, _ in settings.asked if option != "write_to"]
    both = settings.command("login", *asked, **more)
    edges.talk.warn(
        f"profile {settings.target!r} holds {what} with "
        f"{format_duration(displaced.seconds_left(now) or 0)} left, which this login "
        f"replaces if it succeeds; to keep both: `{both}`"
    )


def turn_key(settings: Settings) -> str:
    """Return the key of the turn that a login takes: logins with one key can share a session."""
    key_id = long_term_caller(settings).keys.access_key_id
    parts = (settings.role_arn, settings.external_id, settings.role_session_name)
    return " ".join([key_id, *(part or "-" for part in parts)])
