"""`login --all`: get every session of config.toml, the roles in parallel.

The plan tells which sessions to obtain, from which others, and in which order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack

from mfa_session.model.errors import ConfigurationError, MfaSessionError
from mfa_session.model.feature_ports import RolesEdges
from mfa_session.model.record import Record, Result
from mfa_session.model.settings import KEYRING, SessionOptions, Settings, Source
from mfa_session.roles.parallel import base_failed, noting, report_errors
from mfa_session.roles.sessions import Batch, RoleSessions
from mfa_session.session.acquire import acquire, summary_of
from mfa_session.session.context import Context, Inputs, read_inputs
from mfa_session.session.identity import SessionsOfSource
from mfa_session.session.resolve import resolve
from mfa_session.session.reuse import Outcome, find_kept, is_in_place


class Options(Record):
    """The options of `login --all`; `jobs` is the number of parallel calls."""

    session: SessionOptions
    jobs: int
    force: bool = False
    json: bool = False


def run(options: Options, ctx: Context) -> Result:
    """Log in to every session; a failure stops only the roles assumed from that session."""
    login = _Login(options, ctx)
    login.log_in()
    if not options.json:
        login.report()
    return login.result()


class _Login:
    def __init__(self, options: Options, ctx: Context) -> None:
        self._options = options
        self._ctx = ctx
        self._inputs = read_inputs(ctx, options.session.replace(profile=None))
        self._plan = make_plan(self._inputs)
        self.done: dict[str, Outcome] = {}
        self.failed: dict[str, MfaSessionError] = dict(self._plan.errors)

    def log_in(self) -> None:
        self._keep()
        plan = self._plan
        asked = [name for name in self._inputs.file.sessions if name not in self.done]
        needed = [name for name in plan.with_bases(asked) if name not in self.done]
        if not needed:
            return
        edges = self._ctx.make.roles(self._options.jobs)
        needed = self._check_targets(edges, needed)
        coded = [name for name in needed if plan.needs_code(name)]
        bases = plan.bases.values()
        last = [name for name in coded if plan.sessions[name].role_arn and name not in bases]
        with ExitStack() as held:
            roles, batches = self._prepare(edges, needed, held)
            for name in coded:
                if name not in last:
                    self._log_in_one(name)
            for batch in batches:
                self._assume(roles, batch)
        for name in last:  # a role for over an hour needs a separate code
            self._log_in_one(name)

    def _is_forced(self, name: str) -> bool:
        return self._options.force and name in self._inputs.file.sessions

    def _keep(self) -> None:
        now, recovered = self._ctx.clock.now(), self._inputs.recovered
        aside = [profile for profile, session in recovered.items() if not session.in_keyring]
        stored = {session.profile: session for session in self._inputs.sessions()}
        for name, settings in self._plan.sessions.items():
            session = stored.get(settings.target)
            kept = find_kept(settings, [session], now) if session else None
            placed = kept is not None and is_in_place(kept, settings, aside)
            if kept is not None and placed and not self._is_forced(name):
                self.done[name] = Outcome(session=kept, reused=True)

    def _check_targets(self, edges: RolesEdges, needed: Sequence[str]) -> list[str]:
        """Refuse, before a code is used, the sessions that cannot be written; return the others.

        If the file cannot be written at all, raise ConfigurationError.
        """
        targets = {name: self._plan.sessions[name].target for name in needed}
        store = edges.session.store
        try:
            store.check(*targets.values())
        except ConfigurationError as error:
            if error.code != "protected-profile":
                raise
            for name, target in targets.items():
                with noting(self.failed, name):
                    store.check(target)
        in_keyring = [name for name in targets if self._plan.sessions[name].store == KEYRING]
        if in_keyring:
            with noting(self.failed, *in_keyring):
                store.check_keyring(targets[in_keyring[0]])
        return [name for name in needed if name not in self.failed]

    def _prepare(
        self, edges: RolesEdges, needed: Sequence[str], held: ExitStack
    ) -> tuple[RoleSessions, list[Batch]]:
        from mfa_session.roles.sessions import RoleSessions  # noqa: PLC0415  # unless all are kept

        old = self._inputs.sessions() if self._options.force else []
        replaced = {session.keys.access_key_id for session in old}
        total = sum(not self._plan.needs_code(name) for name in needed)
        roles = RoleSessions(edges, self._options.jobs, total, replaced)
        steps = self._plan.steps(needed)
        return roles, [batch for step in steps for batch in roles.prepare(step, held)]

    def _log_in_one(self, name: str) -> None:
        settings, force = self._plan.sessions[name], self._is_forced(name)
        with noting(self.failed, name):
            self.done[name] = acquire(self._ctx, self._inputs, settings, force=force)

    def _assume(self, roles: RoleSessions, batch: Batch) -> None:
        bases = {s.name: self._plan.sessions[self._plan.bases[s.name]] for s in batch.wanted}
        for name, base in bases.items():
            if base.name in self.failed:
                self.failed[name] = base_failed(base.name, self.failed[base.name])
        wanted = [settings for settings in batch.wanted if settings.name not in self.failed]
        if wanted:
            roles.obtain(batch.replace(wanted=wanted), bases)
            self.done.update(roles.done)
            self.failed.update(roles.failed)

    def report(self) -> None:
        new = sum(not outcome.reused for outcome in self.done.values())
        summary = f"sessions: {new} new, {len(self.done) - new} kept"
        summary += f", {len(self.failed)} failed" if self.failed else ""
        self._ctx.console.say(f"{summary}; `mfa-session status` lists them")
        report_errors(self.failed, self._ctx.console)

    def result(self) -> Result:
        described = self._inputs.file.sessions
        new = [name for name, outcome in self.done.items() if not outcome.reused]
        names = dict.fromkeys(name for name in (*self.failed, *new) if name not in described)
        order = [*names, *described]
        done = [self.done[name] for name in order if name in self.done]
        failed = [(name, self.failed[name]) for name in order if name in self.failed]
        return Result(
            data={
                "sessions": [summary_of(outcome, self._ctx) for outcome in done],
                "errors": [
                    {"name": name, **error.summary(self._ctx.environ)} for name, error in failed
                ],
            },
            exit_code=failed[0][1].exit_code if failed else 0,
        )


class RolesPlan:
    """Every session by name, each after the one it is assumed from, and the errors of others.

    `bases` maps each role that needs no separate code to the session that it is assumed from.
    """

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs
        self.sessions: dict[str, Settings] = {}
        self.bases: dict[str, str] = {}
        self.errors: dict[str, MfaSessionError] = {}
        self._asked: dict[str, Settings] = {}
        self._of_source: dict[Source, Settings] = {}
        for name in inputs.file.sessions:
            with noting(self.errors, name):
                self._asked[name] = resolve(inputs.asking(profile=name))
        for name, settings in self._asked.items():
            with noting(self.errors, name):
                self._take(settings)

    def needs_code(self, name: str) -> bool:
        """Say whether a session needs a code: an MFA session, or a role for over an hour."""
        return name not in self.bases

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

    def _take(self, settings: Settings) -> None:
        settings = self._asked.get(settings.name, settings)
        if settings.name in self.sessions:
            return
        if settings.is_chained:
            base = settings.via or self._mfa_session(settings)
            if settings.mfa_serial is None or base.mfa_serial in (None, settings.mfa_serial):
                self._take(base)
                self.bases[settings.name] = base.name
        self.sessions[settings.name] = settings

    def _mfa_session(self, settings: Settings) -> Settings:
        """Return the MFA session of a role's long-term keys, chosen as in the guard."""
        source = settings.source
        if source not in self._of_source:
            self._of_source[source] = SessionsOfSource(self._inputs, source).choose()
        base = self._of_source[source]
        return base.replace(mfa_serial=base.mfa_serial or settings.mfa_serial)


def make_plan(inputs: Inputs) -> RolesPlan:
    """Return the plan for every session of config.toml.

    An error of a single session becomes one of the plan's errors.
    """
    if not inputs.file.sessions:
        raise ConfigurationError(
            "no-sessions",
            f"{inputs.file.path} describes no session, so there is nothing to log in to",
            "set the MFA session up: `mfa-session configure`; then give each role a table "
            '[sessions.NAME] there, with via = "mfa" and role_arn = "ARN"',
        )
    plan = RolesPlan(inputs)
    owners: dict[str, str] = {}
    for settings in plan.sessions.values():
        owner = owners.setdefault(settings.target, settings.name)
        if owner != settings.name:
            raise ConfigurationError(
                "duplicate-target",
                f"sessions {owner!r} and {settings.name!r} are both written to profile "
                f"{settings.target!r}",
                f"give one of them another write_to in {inputs.file.path}",
            )
    return plan
