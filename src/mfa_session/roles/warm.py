"""`warm`: fill the AWS CLI's cache with role sessions, so that it asks for no codes."""

from __future__ import annotations

from mfa_session.model.errors import ConfigurationError, Interrupted, MfaSessionError, UsageError
from mfa_session.model.record import Record, Result
from mfa_session.model.times import format_time
from mfa_session.roles.cli_cache import (
    LEAST_SECONDS,
    CannotServeError,
    RoleProfiles,
    entry_name,
    expires_at,
    to_entry,
)
from mfa_session.roles.parallel import ParallelCalls, base_failed, read_jobs, report_errors
from mfa_session.roles.sessions import Step, assume, open_keys
from mfa_session.session.acquire import acquire
from mfa_session.session.context import read_inputs
from mfa_session.session.device import long_term_caller, with_keys
from mfa_session.session.names import unknown_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from mfa_session.model.feature_ports import RolesEdges
    from mfa_session.model.session import Session
    from mfa_session.model.settings import SessionOptions, Settings
    from mfa_session.roles.cli_cache import RoleProfile
    from mfa_session.session.context import Context


class Options(Record):
    """The options of `warm`."""

    session: SessionOptions
    profile: tuple[str, ...] = ()
    all: bool = False
    jobs: str | None = None
    json: bool = False


class WarmProfile(Record):
    """A profile with a valid entry in the cache; `reused` if the entry is not new."""

    role_arn: str
    expires_at: datetime
    reused: bool


def run(options: Options, ctx: Context) -> Result:
    """Fill the cache for the named profiles, or for all that ask for a code."""
    jobs = read_jobs(options.jobs)
    if options.all and options.profile:
        raise UsageError(
            "all-or-named", "--all means every role profile, and some are named", "leave out one"
        )
    warming = _Warming(options, ctx, ctx.make.roles(jobs), jobs)
    warming.warm()
    if not options.json:
        warming.report()
    return warming.result()


class _Warming:
    """One run; `warmed`, `failed` and `skipped` have the outcomes by profile."""

    def __init__(self, options: Options, ctx: Context, edges: RolesEdges, jobs: int) -> None:
        self._options = options
        self._ctx = ctx
        self._edges = edges
        self._jobs = jobs
        self._inputs = read_inputs(ctx, options.session.replace(profile=None))
        self._profiles: dict[str, RoleProfile] = {}
        self.warmed: dict[str, WarmProfile] = {}
        self.failed: dict[str, MfaSessionError] = {}
        self.skipped: dict[str, str] = {}
        self._read_profiles()

    def _read_profiles(self) -> None:
        found = RoleProfiles(self._inputs)
        for name in dict.fromkeys(self._options.profile or found.names()):
            if name not in self._inputs.profiles:
                raise unknown_name(self._inputs, name, "--profile", found.names())
            try:
                self._profiles[name] = found.read(name)
            except CannotServeError as error:
                self.skipped[name] = str(error)
                if self._options.profile:
                    self.failed[name] = _not_served(name, error)

    def warm(self) -> None:
        """Keep the valid entries; get the others, those of one MFA session in parallel."""
        cold = self._find_cold(list(self._profiles))
        if not cold:
            return
        self._edges.cache.check()
        by_base: dict[str, list[str]] = {}
        for name in cold:
            by_base.setdefault(self._base_of(name).name, []).append(name)
        for names in by_base.values():
            self._warm_from(self._base_of(names[0]), names)

    def _base_of(self, name: str) -> Settings:
        base = self._profiles[name].settings.via
        if base is None:  # RoleProfiles gives every profile a base
            raise RuntimeError(name)
        return base

    def _find_cold(self, names: Sequence[str]) -> list[str]:
        """Note the profiles with valid or foreign entries; return the others."""
        cold = []
        for name in names:
            try:
                ends = self._read_entry(name)
            except ConfigurationError as error:
                self.failed[name] = error
                continue
            if ends is None or (ends - self._ctx.clock.now()).total_seconds() <= LEAST_SECONDS:
                cold.append(name)
            else:
                self._note(name, ends, reused=True)
        return cold

    def _read_entry(self, name: str) -> datetime | None:
        data = self._edges.cache.read(self._entry(name))
        try:
            return None if data is None else expires_at(data)
        except ValueError:
            raise self._edges.cache.foreign(self._entry(name)) from None

    def _note(self, name: str, ends: datetime, *, reused: bool) -> None:
        role_arn = self._profiles[name].settings.role_arn or ""
        self.warmed[name] = WarmProfile(role_arn=role_arn, expires_at=ends, reused=reused)

    def _warm_from(self, base: Settings, names: Sequence[str]) -> None:
        """Get the MFA session, then the roles; one process at a time does so for a key."""
        try:
            session = open_keys(acquire(self._ctx, self._inputs, base).session)
            key_id = long_term_caller(with_keys(self._edges.session, base)).keys.access_key_id
            with self._edges.session.turns.take(f"{key_id} warm", "the AWS CLI's cache"):
                self._assume(session, self._find_cold(names))
        except Interrupted:
            raise
        except MfaSessionError as error:
            for name in names:
                self.failed[name] = base_failed(base.name, error)

    def _assume(self, base: Session, names: Sequence[str]) -> None:
        steps = {
            name: Step(
                settings=with_keys(self._edges.session, self._profiles[name].settings), base=base
            )
            for name in names
        }

        def put(name: str) -> datetime:
            session = assume(self._edges, steps[name])
            self._edges.cache.write(self._entry(name), to_entry(session))
            return session.expires_at or self._ctx.clock.now()

        work = ParallelCalls(put, names, self._jobs)
        with self._edges.defer_signals() as signals:
            work.run(signals, self._progress_of(len(names)))
            self._edges.progress("")
        for name, ended in work.ended:
            if isinstance(ended, MfaSessionError):
                self.failed[name] = ended
            elif not isinstance(ended, Exception):
                self._note(name, ended, reused=False)
        self._raise(work)

    def _entry(self, name: str) -> str:
        return entry_name(self._profiles[name].parameters)

    def _progress_of(self, total: int) -> Callable[[int, int], None]:
        def tell(done: int, failed: int) -> None:
            self._edges.progress(f"{done}/{total} roles, {failed} failed")

        return tell

    def _raise(self, work: ParallelCalls[str, datetime]) -> None:
        new = sum(not warm.reused for warm in self.warmed.values())
        work.raise_rest(
            Interrupted(
                "interrupted",
                f"interrupted; {new} role sessions that AWS had given are in the AWS CLI's cache",
                "run `mfa-session warm` again: it gets only the others",
            )
        )

    def report(self) -> None:
        say, warm = self._ctx.console.say, self.warmed.values()
        if warm:
            first = min(one.expires_at for one in warm)
            new = sum(not one.reused for one in warm)
            say(
                f"role profiles in the AWS CLI's cache: {new} new, "
                f"{len(warm) - new} kept; `aws --profile NAME` asks for no code until "
                f"{_clock_time(first)}"
            )
            say("AWS gives such a session one hour at most: run `mfa-session warm` again then")
        elif not self.failed and not self.skipped:
            say("no role profile has an mfa_serial: the AWS CLI asks for no code")
        for name, reason in self.skipped.items():
            if name not in self.failed:
                say(f"skipped: {name}: {reason}")
        report_errors(self.failed, self._ctx.console)

    def result(self) -> Result:
        now = self._ctx.clock.now()
        profiles = [
            {
                "profile": name,
                "role_arn": warm.role_arn,
                "expires_at": format_time(warm.expires_at),
                "seconds_left": max(0, int((warm.expires_at - now).total_seconds())),
                "reused": warm.reused,
            }
            for name, warm in sorted(self.warmed.items())
        ]
        skipped = [{"profile": name, "reason": why} for name, why in self.skipped.items()]
        errors = [
            {"name": name, **error.summary(self._ctx.environ)}
            for name, error in self.failed.items()
        ]
        return Result(
            data={"profiles": profiles, "skipped": skipped, "errors": errors},
            exit_code=next((error.exit_code for error in self.failed.values()), 0),
        )


def _not_served(name: str, why: CannotServeError) -> ConfigurationError:
    return ConfigurationError(
        "not-served",
        f"profile {name!r} cannot be served: {why}",
        "leave it out: `mfa-session warm` serves the others",
    )


def _clock_time(moment: datetime) -> str:
    return f"{moment.astimezone():%H:%M}"
