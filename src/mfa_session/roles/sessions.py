"""Role sessions, many at a time: lock, look again, assume in parallel, write once."""

from __future__ import annotations

from contextlib import ExitStack

from mfa_session.model.errors import ConfigurationError, Interrupted, MfaSessionError, NoMfaError
from mfa_session.model.record import Record
from mfa_session.model.session import Keys, Secret
from mfa_session.model.settings import KEYRING
from mfa_session.model.text import quote
from mfa_session.roles.parallel import ParallelCalls
from mfa_session.roles.plan import is_in_place
from mfa_session.session.device import with_keys
from mfa_session.session.renewal import Renewal, identity, keep_aside
from mfa_session.session.reuse import Outcome, find_base, find_living, find_standing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime

    from mfa_session.model.feature_ports import RolesEdges
    from mfa_session.model.ports import Safe, Store
    from mfa_session.model.session import Session
    from mfa_session.model.settings import Settings

    Had = Sequence[tuple[Session, Settings]]


THROTTLE_PAUSES_SECONDS = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Before each further try of a call that AWS throttles even after botocore's own tries."""


class Step(Record):
    """A role session to obtain, and the session that it is assumed from."""

    settings: Settings
    base: Session


class Batch(Record):
    """Sessions that are written at once, and where they are kept if that fails."""

    wanted: Sequence[Settings]
    place: Safe | None


class RoleSessions:
    """Has role sessions from sessions that stand, `jobs` at a time; `total` in all batches.

    `replaced` are the key ids of sessions that do not do. `had` and `failed` are what came of each
    session by name. When Ctrl-C comes, what AWS has given is written first.
    """

    def __init__(self, edges: RolesEdges, jobs: int, total: int, replaced: Collection[str]) -> None:
        """Take the edges; nothing is touched yet."""
        self._edges = edges
        self._session = edges.session
        self._jobs = jobs
        self._total = total
        self._replaced = replaced
        self.had: dict[str, Outcome] = {}
        self.failed: dict[str, MfaSessionError] = {}

    def prepare(self, wanted: Sequence[Settings], held: ExitStack) -> list[Batch]:
        """Set places aside for the sessions, which `held` gives back; return them in batches."""
        batches, most = [], self._edges.most_locks
        for start in range(0, len(wanted), most):
            group = wanted[start : start + most]
            place = self._session.store.set_aside(*(settings.target for settings in group))
            if place is not None:
                held.callback(place.release)
            batches.append(Batch(wanted=group, place=place))
        return batches

    def have(self, batch: Batch, bases: Mapping[str, Settings]) -> None:
        """Get the sessions of a batch; `bases` are, by name, those that they are assumed from.

        Raises Interrupted, or SystemExit for another signal.
        """
        with ExitStack() as turns:
            mine = self._take_turns(batch.wanted, turns)
            saving = Saving(self._session.store, batch.place)

            def work(step: Step) -> Session:
                session = _as_written(assume(self._edges, step), step.settings)
                saving.note(session, step.settings)
                return session

            with self._edges.defer_signals() as signals:
                steps, shared = self._look_again(mine, bases)
                calls = ParallelCalls(work, steps, self._jobs)
                calls.run(signals, self._teller())
                self._edges.progress("")
                bought, bugs = self._sort(calls.ended)
                self._save(saving, bought, shared)
                self._raise(calls.interruption, bugs)

    def _take_turns(self, wanted: Sequence[Settings], turns: ExitStack) -> list[Settings]:
        """Wait for every session's turn, in one order everywhere: nobody waits in a circle.

        Sessions of one role share a turn, which this process could not take twice.
        """
        mine: list[Settings] = []
        taken: dict[str, NoMfaError | None] = {}
        for settings in sorted((with_keys(self._session, s) for s in wanted), key=identity):
            who = identity(settings)
            if who not in taken:
                taken[who] = self._take_turn(settings, turns)
            refusal = taken[who]
            if refusal is None:
                mine.append(settings)
            else:
                self.failed[settings.name] = refusal
        return mine

    def _take_turn(self, settings: Settings, turns: ExitStack) -> NoMfaError | None:
        """Wait for a session's turn; return the error if another login holds it up."""
        what = f"session {settings.name!r}"
        try:
            turns.enter_context(self._session.turns.take(identity(settings), what))
        except NoMfaError as error:
            return error
        return None

    def _look_again(
        self, mine: Sequence[Settings], bases: Mapping[str, Settings]
    ) -> tuple[list[Step], Had]:
        """Return what is to be assumed, and what stands already and is to be written elsewhere."""
        standing = self._session.store.sessions()
        aside = self._session.store.kept_aside()
        found = Bases(standing, self._session.clock.now())
        by_role: dict[str | None, list[Session]] = {}
        for stands in standing:
            by_role.setdefault(stands.role_arn, []).append(stands)
        steps, shared = [], []
        for settings in mine:
            session = self._find(settings, by_role.get(settings.role_arn, []))
            if session is None:
                try:
                    base = found.of(settings, bases[settings.name])
                except MfaSessionError as error:
                    self.failed[settings.name] = error
                else:
                    steps.append(Step(settings=settings, base=base))
            elif is_in_place(session, settings, aside):
                self.had[settings.name] = Outcome(session=session, reused=True)
            else:
                shared.append((_as_written(session, settings), settings))
        return steps, shared

    def _find(self, settings: Settings, standing: Sequence[Session]) -> Session | None:
        """Return the session, if one that does stands there by now."""
        clock = self._session.clock
        return find_standing(settings, standing, clock.now(), clock.started_at, self._replaced)

    def _teller(self) -> Callable[[int, int], None]:
        """Return who is told how many of this batch are done, and how many of them failed."""
        done_before, failed_before = len(self.had) + len(self.failed), len(self.failed)

        def tell(done: int, failed: int) -> None:
            self._edges.progress(
                f"{done_before + done}/{self._total} roles, {failed_before + failed} failed"
            )

        return tell

    def _sort(
        self, ended: Sequence[tuple[Step, Session | Exception]]
    ) -> tuple[Had, list[Exception]]:
        """Return the sessions, and what is no error of ours; note those that failed."""
        bought, bugs = [], []
        for step, answer in ended:
            if isinstance(answer, MfaSessionError):
                self.failed[step.settings.name] = answer
            elif isinstance(answer, Exception):
                bugs.append(answer)
            else:
                bought.append((answer, step.settings))
        return bought, bugs

    def _save(self, saving: Saving, bought: Had, shared: Had) -> None:
        errors = saving.save([*bought, *shared])
        for had, reused in ((bought, False), (shared, True)):
            for session, settings in had:
                if session.profile in errors:
                    self.failed[settings.name] = errors[session.profile]
                else:
                    self.had[settings.name] = Outcome(session=session, reused=reused)

    def _raise(self, interruption: BaseException | None, bugs: Sequence[Exception]) -> None:
        """Raise what came while the work was done, now that its fruits are written."""
        if isinstance(interruption, KeyboardInterrupt):
            written = sum(not outcome.reused for outcome in self.had.values())
            raise Interrupted(
                "interrupted",
                f"interrupted; {written} role sessions that AWS had given are written",
                "run `mfa-session login --all` again: it gets only the others",
            )
        for error in (interruption, *bugs):
            if error is not None:
                raise error


class Bases:
    """The sessions that roles are assumed from, each looked for once and its keys opened."""

    def __init__(self, standing: Sequence[Session], now: datetime) -> None:
        """Take the sessions that stand."""
        self._standing = standing
        self._now = now
        self._opened: dict[str, Session] = {}

    def of(self, settings: Settings, base: Settings) -> Session:
        """Return the session that a role is assumed from.

        Raises NoMfaError `base-session-gone`, and what the keyring raises.
        """
        if base.name not in self._opened:
            found = find_living(base, self._standing, self._now)
            found = found or find_base(settings, self._standing, self._now)
            if found is None:
                raise NoMfaError(
                    "base-session-gone",
                    f"session {base.name!r}, from which the role is assumed, is no longer there",
                    f"run `{base.login_command}`, then this again",
                )
            self._opened[base.name] = with_open_keys(found)
        return self._opened[base.name]


def with_open_keys(session: Session) -> Session:
    """Return the session with its secrets in memory: one in the keyring is asked for them once.

    Raises ConfigurationError where the keyring fails.
    """
    token = session.keys.session_token
    keys = Keys(
        access_key_id=session.keys.access_key_id,
        secret_access_key=Secret(session.keys.secret_access_key.reveal()),
        session_token=Secret(token.reveal()) if token else None,
    )
    return session.replace(keys=keys)


def assume(edges: RolesEdges, step: Step) -> Session:
    """Assume the role; throttling slows this down, and does not end it.

    Raises the errors of AssumeRole; of a session that expired in the middle, which to renew.
    """
    renewal = Renewal(edges.session)
    pauses = list(THROTTLE_PAUSES_SECONDS)
    while True:
        try:
            return renewal.assume_from(step.base, step.settings)
        except MfaSessionError as error:  # noqa: PERF203  # each try may be the last
            if error.code == "session-expired":
                raise _expired(step.base) from error
            if error.code != "throttled" or not pauses:
                raise
            edges.pause(pauses.pop(0))


def _expired(base: Session) -> NoMfaError:
    return NoMfaError(
        "session-expired",
        f"session {base.name!r}, from which the role is assumed, has expired",
        f"renew it: `mfa-session login --profile {quote(base.name)} --force`, then run this again",
    )


class Saving:
    """Saves sessions: those for the file in one write, those for the keyring one by one.

    `place` is where they lie aside until then, or if that fails; None without a home.
    """

    def __init__(self, store: Store, place: Safe | None) -> None:
        """Take both."""
        self._store = store
        self._place = place

    def note(self, session: Session, settings: Settings) -> None:
        """Put a session aside that AWS has just given; not one for the keyring: it cost no code."""
        if self._place is not None and settings.store != KEYRING:
            self._place.note(session)

    def save(self, had: Had) -> dict[str, ConfigurationError]:
        """Save them; return by profile the errors of those that are not where they belong."""
        in_file = [each for each in had if each[1].store != KEYRING]
        in_keyring = [each for each in had if each[1].store == KEYRING]
        refused, unsaved = self._save_in_file(in_file)
        unsaved |= self._save_in_keyring(in_keyring)
        lost = [session for session, _ in had if session.profile in unsaved]
        where = keep_aside(self._place, *lost) if lost else ""
        return {**refused, **{name: _unwritten(error, where) for name, error in unsaved.items()}}

    def _save_in_file(
        self, had: Had
    ) -> tuple[dict[str, ConfigurationError], dict[str, ConfigurationError]]:
        """Return the errors of profiles that may not be overwritten, and those of all."""
        if not had:
            return {}, {}
        try:
            return dict(self._store.save_all(had)), {}
        except ConfigurationError as error:
            return {}, {session.profile: error for session, _ in had}

    def _save_in_keyring(self, had: Had) -> dict[str, ConfigurationError]:
        unsaved = {}
        for session, settings in had:
            try:
                self._store.save(session, settings)
            except ConfigurationError as error:  # noqa: PERF203  # each is tried
                unsaved[session.profile] = error
        return unsaved


def _as_written(session: Session, settings: Settings) -> Session:
    return session.replace(
        name=settings.name, profile=settings.target, in_keyring=settings.store == KEYRING
    )


def _unwritten(error: ConfigurationError, where: str) -> ConfigurationError:
    return ConfigurationError(
        "session-not-written",
        f"{error.message}; {where}",
        f"{error.hint}; then run `mfa-session login --all` again: it needs no new code",
    )
