"""Role sessions, many at a time: lock, look again, assume side by side, write once."""

from __future__ import annotations

from contextlib import ExitStack

from mfa_session.model.errors import (
    ConfigurationError,
    Interrupted,
    MfaSessionError,
    NoMfaError,
)
from mfa_session.model.record import Record
from mfa_session.model.settings import KEYRING
from mfa_session.roles.assuming import Step, assume
from mfa_session.roles.side_by_side import SideBySide
from mfa_session.session.device import with_keys
from mfa_session.session.renewal import began, identity, keep_aside
from mfa_session.session.reuse import Outcome, find_base, find_living, find_standing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from mfa_session.model.ports import Safe
    from mfa_session.model.session import Session
    from mfa_session.model.settings import Settings
    from mfa_session.roles.ports import RolesEdges

    Had = Sequence[tuple[Session, Settings]]


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
        """Have the sessions of a batch; `bases` are, by name, those that they are assumed from.

        Raises Interrupted, or SystemExit for another signal.
        """
        with ExitStack() as turns:
            mine = self._take_turns(batch.wanted, turns)
            with self._edges.put_off() as signals:
                steps, shared = self._look_again(mine, bases)
                work = SideBySide(self._assume, steps, self._jobs)
                work.run(signals, self._teller())
                self._edges.progress("")
                bought = [
                    (session, step.settings)
                    for step, session in work.ended
                    if not isinstance(session, Exception)
                ]
                bugs = self._note_failures(work.ended)
                self._write(bought, shared, batch.place)
                self._raise(work.interruption, bugs)

    def _take_turns(self, wanted: Sequence[Settings], turns: ExitStack) -> list[Settings]:
        """Wait for every session's turn, in one order everywhere: nobody waits in a circle."""
        mine = []
        for settings in sorted((with_keys(self._session, s) for s in wanted), key=identity):
            what = f"session {settings.name!r}"
            try:
                turns.enter_context(self._session.turns.take(identity(settings), what))
                mine.append(settings)
            except NoMfaError as error:  # another login holds this one up
                self.failed[settings.name] = error
        return mine

    def _look_again(
        self, mine: Sequence[Settings], bases: Mapping[str, Settings]
    ) -> tuple[list[Step], list[tuple[Session, Settings]]]:
        """Return what is to be assumed, and what others had meanwhile and is to be written."""
        standing = self._session.store.sessions()
        aside = self._session.store.kept_aside()
        steps, shared = [], []
        for settings in mine:
            session = self._find(settings, standing)
            if session is None:
                base = self._find_base(settings, bases[settings.name], standing)
                steps += [Step(settings=settings, base=base)] if base else []
            elif session.profile == settings.target and session.profile not in aside:
                self.had[settings.name] = Outcome(session=session, reused=True)
            else:
                shared.append((session, settings))
        return steps, shared

    def _find(self, settings: Settings, standing: Sequence[Session]) -> Session | None:
        """Return the session, if one that does stands there by now."""
        clock = self._session.clock
        since = began(clock)
        return find_standing(settings, standing, clock.now(), since, self._replaced)

    def _find_base(
        self, settings: Settings, base: Settings, standing: Sequence[Session]
    ) -> Session | None:
        """Return the session to assume the role from; note it where there is none any more."""
        now = self._session.clock.now()
        found = find_living(base, standing, now) or find_base(settings, standing, now)
        if found is None:
            self.failed[settings.name] = NoMfaError(
                "base-session-gone",
                f"session {base.name!r}, from which the role is assumed, is no longer there",
                f"run `{base.login_command}`, then this again",
            )
        return found

    def _assume(self, step: Step) -> Session:
        return assume(self._edges, step)

    def _teller(self) -> Callable[[int, int], None]:
        """Return who is told how many of this batch are done, and how many of them failed."""
        done_before, failed_before = len(self.had) + len(self.failed), len(self.failed)

        def tell(done: int, failed: int) -> None:
            self._edges.progress(
                f"{done_before + done}/{self._total} roles, {failed_before + failed} failed"
            )

        return tell

    def _note_failures(self, ended: Sequence[tuple[Step, Session | Exception]]) -> list[Exception]:
        """Note the errors of the sessions that failed; return what is none of ours."""
        bugs = []
        for step, error in ended:
            if isinstance(error, MfaSessionError):
                self.failed[step.settings.name] = error
            elif isinstance(error, Exception):
                bugs.append(error)
        return bugs

    def _write(self, bought: Had, shared: Had, place: Safe | None) -> None:
        """Write the sessions in one go; until then, and if that fails, they lie aside."""
        here = [
            (session.replace(name=settings.name, profile=settings.target), settings)
            for session, settings in (*bought, *shared)
        ]
        if not here:
            return
        # Those for the keyring are to be in no file, and can be assumed again without a code.
        in_file = [session for session, settings in here if settings.store != KEYRING]
        kept = keep_aside(place, *in_file) if in_file else "none is kept"
        try:
            refused = self._session.store.save_all(here)
        except ConfigurationError as error:
            unwritten = ConfigurationError(
                "session-not-written",
                f"{error.message}; {kept}",
                f"{error.hint}; then run `mfa-session login --all` again: it needs no new code",
            )
            refused = {session.profile: unwritten for session, _ in here}
        for number, (session, settings) in enumerate(here):
            if session.profile in refused:
                self.failed[settings.name] = refused[session.profile]
            else:
                reused = number >= len(bought)
                self.had[settings.name] = Outcome(session=session, reused=reused)

    def _raise(self, interruption: BaseException | None, bugs: Sequence[Exception]) -> None:
        """Raise what came while the work was done, now that its fruits are written."""
        if isinstance(interruption, KeyboardInterrupt):
            written = sum(not outcome.reused for outcome in self.had.values())
            raise Interrupted(
                "interrupted",
                f"interrupted; {written} role sessions that AWS had given are written",
                "run `mfa-session login --all` again: it has the others only",
            )
        for error in (interruption, *bugs):
            if error is not None:
                raise error
