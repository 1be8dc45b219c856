"""Obtain many role sessions: lock, read again, assume in parallel, write once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime

from mfa_session.model.errors import ConfigurationError, Interrupted, MfaSessionError, NoMfaError
from mfa_session.model.feature_ports import RolesEdges
from mfa_session.model.ports import AsidePlace, Store
from mfa_session.model.record import Record
from mfa_session.model.session import Session
from mfa_session.model.settings import KEYRING, Settings
from mfa_session.model.text import quote
from mfa_session.roles.parallel import ParallelCalls, noting, sort_ended
from mfa_session.session.device import with_keys
from mfa_session.session.renewal import Renewal, as_written, keep_aside, turn_key
from mfa_session.session.reuse import Outcome, find_base, find_living, find_standing, is_in_place

Placed = Sequence[tuple[Session, Settings]]

THROTTLE_PAUSES_SECONDS = (1.0, 2.0, 4.0, 8.0, 16.0)
"""The pauses before retries of a call that AWS throttles despite botocore's own retries."""


class Step(Record):
    """A role session to obtain, and the session that it is assumed from."""

    settings: Settings
    base: Session


class Batch(Record):
    """Sessions that are written together, and where they are kept if that fails."""

    wanted: Sequence[Settings]
    place: AsidePlace | None


class RoleSessions:
    """Obtains role sessions from stored sessions, `jobs` at a time; `total` counts all batches.

    Sessions with key ids in `replaced` are not reused. `done` and `failed` have the outcomes by
    name. After Ctrl-C, the sessions that AWS has granted are still written.
    """

    def __init__(self, edges: RolesEdges, jobs: int, total: int, replaced: Collection[str]) -> None:
        self._edges = edges
        self._session = edges.session
        self._jobs = jobs
        self._total = total
        self._replaced = replaced
        self.done: dict[str, Outcome] = {}
        self.failed: dict[str, MfaSessionError] = {}

    def prepare(self, wanted: Sequence[Settings], held: ExitStack) -> list[Batch]:
        """Return the sessions in batches, with places set aside that `held` releases."""
        batches, most = [], self._edges.most_locks
        for start in range(0, len(wanted), most):
            group = wanted[start : start + most]
            place = self._session.store.set_aside(*(settings.target for settings in group))
            if place is not None:
                held.callback(place.release)
            batches.append(Batch(wanted=group, place=place))
        return batches

    def obtain(self, batch: Batch, bases: Mapping[str, Settings]) -> None:
        """Obtain a batch; `bases` maps each name to the session it is assumed from.

        Raises Interrupted, or SystemExit for another signal.
        """
        with ExitStack() as turns:
            mine = self._take_turns(batch.wanted, turns)
            with self._edges.defer_signals() as signals:
                steps, shared = self._find_missing(mine, bases)

                def work(name: str) -> Session:
                    step = steps[name]
                    session = as_written(assume(self._edges, step), step.settings)
                    # One for the keyring can be had again without a code.
                    if batch.place is not None and step.settings.store != KEYRING:
                        batch.place.note(session)
                    return session

                calls = ParallelCalls(work, list(steps), self._jobs)
                calls.run(signals, self._progress_of())
                self._edges.progress("")
                answers = sort_ended(calls.ended, self.failed)
                granted = [(session, steps[name].settings) for name, session in answers]
                self._save(batch.place, granted, shared)
                self._raise(calls)

    def _take_turns(self, wanted: Sequence[Settings], turns: ExitStack) -> list[Settings]:
        """Wait for every session's turn, in the same order in all processes against deadlocks.

        Sessions of one role share a turn, which a process cannot take twice.
        """
        mine: list[Settings] = []
        taken: dict[str, NoMfaError | None] = {}
        for settings in sorted((with_keys(self._session, s) for s in wanted), key=turn_key):
            turn = turn_key(settings)
            if turn not in taken:
                taken[turn] = None
                try:
                    turn_of = self._session.turns.take(turn, f"session {settings.name!r}")
                    turns.enter_context(turn_of)
                except NoMfaError as error:
                    taken[turn] = error
            refusal = taken[turn]
            if refusal is None:
                mine.append(settings)
            else:
                self.failed[settings.name] = refusal
        return mine

    def _find_missing(
        self, mine: Sequence[Settings], bases: Mapping[str, Settings]
    ) -> tuple[dict[str, Step], Placed]:
        """Return the sessions to assume, and the valid ones to write to another place."""
        stored, clock = self._session.store.sessions(), self._session.clock
        aside = self._session.store.kept_aside()
        found = Bases(stored, clock.now())
        by_role: dict[str | None, list[Session]] = {}
        for one in stored:
            by_role.setdefault(one.role_arn, []).append(one)
        steps: dict[str, Step] = {}
        shared = []
        for settings in mine:
            of_role = by_role.get(settings.role_arn, [])
            session = find_standing(settings, of_role, clock, self._replaced)
            if session is None:
                with noting(self.failed, settings.name):
                    base = found.of(settings, bases[settings.name])
                    steps[settings.name] = Step(settings=settings, base=base)
            elif is_in_place(session, settings, aside):
                self.done[settings.name] = Outcome(session=session, reused=True)
            else:
                shared.append((as_written(session, settings), settings))
        return steps, shared

    def _progress_of(self) -> Callable[[int, int], None]:
        done_before, failed_before = len(self.done) + len(self.failed), len(self.failed)

        def tell(done: int, failed: int) -> None:
            self._edges.progress(
                f"{done_before + done}/{self._total} roles, {failed_before + failed} failed"
            )

        return tell

    def _save(self, place: AsidePlace | None, granted: Placed, shared: Placed) -> None:
        errors = save(self._session.store, place, [*granted, *shared])
        for placed, reused in ((granted, False), (shared, True)):
            for session, settings in placed:
                if session.profile in errors:
                    self.failed[settings.name] = errors[session.profile]
                else:
                    self.done[settings.name] = Outcome(session=session, reused=reused)

    def _raise(self, calls: ParallelCalls[str, Session]) -> None:
        written = sum(not outcome.reused for outcome in self.done.values())
        calls.raise_rest(
            Interrupted(
                "interrupted",
                f"interrupted; {written} role sessions that AWS had given are written",
                "run `mfa-session login --all` again: it gets only the others",
            )
        )


class Bases:
    """The sessions that roles are assumed from; each is found, and its keys read, once."""

    def __init__(self, stored: Sequence[Session], now: datetime) -> None:
        self._stored = stored
        self._now = now
        self._opened: dict[str, Session] = {}

    def of(self, settings: Settings, base: Settings) -> Session:
        """Return the session that a role is assumed from.

        Raises NoMfaError `base-session-gone`, or ConfigurationError if the keyring fails.
        """
        if base.name not in self._opened:
            found = find_living(base, self._stored, self._now)
            found = found or find_base(settings, self._stored, self._now)
            if found is None:
                raise NoMfaError(
                    "base-session-gone",
                    f"session {base.name!r}, from which the role is assumed, is no longer there",
                    f"run `{base.login_command}`, then this again",
                )
            found.keys.secret_access_key.reveal()  # once, before the threads
            self._opened[base.name] = found
        return self._opened[base.name]


def assume(edges: RolesEdges, step: Step) -> Session:
    """Assume the role; pause and retry while AWS throttles.

    Raises the errors of AssumeRole; `session-expired` names the session to renew.
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


def save(store: Store, place: AsidePlace | None, placed: Placed) -> dict[str, ConfigurationError]:
    """Save sessions: to the file in one write, to the keyring one by one.

    Return the errors of the unsaved ones by profile. Those are kept aside in `place`, if any.
    """
    refused: Mapping[str, ConfigurationError] = {}
    unsaved: dict[str, ConfigurationError] = {}
    in_file = [each for each in placed if each[1].store != KEYRING]
    try:
        refused = store.save_all(in_file) if in_file else {}
    except ConfigurationError as error:
        unsaved = {session.profile: error for session, _ in in_file}
    for session, settings in placed:
        try:
            if settings.store == KEYRING:
                store.save(session, settings)
        except ConfigurationError as error:  # noqa: PERF203  # each is tried
            unsaved[session.profile] = error
    lost = [session for session, _ in placed if session.profile in unsaved]
    where = keep_aside(place, *lost) if lost else ""
    return {**refused, **{name: _unwritten(error, where) for name, error in unsaved.items()}}


def _unwritten(error: ConfigurationError, where: str) -> ConfigurationError:
    return ConfigurationError(
        "session-not-written",
        f"{error.message}; {where}",
        f"{error.hint}; then run `mfa-session login --all` again: it needs no new code",
    )
