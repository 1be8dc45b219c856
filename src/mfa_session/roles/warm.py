"""`warm`: fill the AWS CLI's cache with role sessions, so that it asks for no codes.

Versions 1 and 2 of the CLI use the same entries.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from mfa_session.model.arns import gives_codes, parse_arn, region_for
from mfa_session.model.errors import ConfigurationError, Interrupted, MfaSessionError, UsageError
from mfa_session.model.feature_ports import RolesEdges
from mfa_session.model.notes import read_json
from mfa_session.model.record import Record, Result
from mfa_session.model.session import Session
from mfa_session.model.settings import (
    CHAINED_LIMIT_SECONDS,
    ROLE_SECONDS,
    SessionOptions,
    Settings,
    Source,
)
from mfa_session.model.text import quote
from mfa_session.model.times import format_time, parse_time
from mfa_session.roles.parallel import (
    ParallelCalls,
    base_failed,
    noting,
    read_jobs,
    report_errors,
    sort_ended,
)
from mfa_session.roles.sessions import Step, assume
from mfa_session.session.acquire import acquire
from mfa_session.session.context import Context, Inputs, read_inputs
from mfa_session.session.device import with_keys
from mfa_session.session.identity import SessionsOfSource
from mfa_session.session.names import names_session, unknown_name
from mfa_session.session.sources import named_source
from mfa_session.session.validation import check_shapes

LEAST_SECONDS = 900
"""The AWS CLI ignores an entry with less time left (botocore, CachedCredentialFetcher)."""


class CannotServeError(Exception):
    """A profile cannot be served from an MFA session; the text ends a sentence about it."""


class RoleProfile(Record):
    """A role session to assume from `base`, and the file name of its entry in the cache."""

    settings: Settings
    base: Settings
    entry: str


class RoleProfiles:
    """Reads role profiles; profiles with the same long-term keys share an MFA session."""

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs
        self._bases: dict[Source, Settings] = {}

    def names(self) -> list[str]:
        """Return the profiles for which the AWS CLI asks for a code, sorted."""
        sections = self._inputs.profiles.sections()
        return [name for name, section in sections if asks_for_code(section)]

    def read(self, name: str) -> RoleProfile:
        """Return a profile; CannotServeError if it cannot be served."""
        section = self._inputs.profiles.section(name)
        if not asks_for_code(section):
            raise CannotServeError("it has no role_arn with an mfa_serial: `aws` asks for no code")
        try:
            base = self._base(self._source(name, section), section["mfa_serial"])
            role_arn = section["role_arn"]
            settings = Settings(
                name=name,
                target=name,
                source=base.source,
                via=base,
                role_arn=role_arn,
                external_id=section.get("external_id"),
                role_session_name=section.get("role_session_name") or None,
                duration=_duration(section),
                region=region_for(section.get("region") or base.region, role_arn),
            )
            check_shapes(settings)
        except ConfigurationError as error:
            raise CannotServeError(error.message) from error
        return RoleProfile(settings=settings, base=base, entry=entry_name(parameters_of(section)))

    def _source(self, name: str, section: Mapping[str, str]) -> Source:
        source = section.get("source_profile")
        if "credential_source" in section or not source:
            raise CannotServeError("it has no source_profile with long-term keys")
        if source != name and "role_arn" in self._inputs.profiles.section(source):
            raise CannotServeError(f"its source_profile {source!r} is a role itself")
        if source != name and names_session(self._inputs, source):
            raise CannotServeError(
                f"its source_profile {source!r} is a session already, so mfa_serial must go: "
                f"`mfa-session configure --repoint {quote(name)}`"
            )
        return named_source(self._inputs, source)

    def _base(self, source: Source, serial: str) -> Settings:
        if source not in self._bases:
            base = SessionsOfSource(self._inputs, source).choose()
            usable = gives_codes(serial)
            self._bases[source] = base.replace(
                mfa_serial=base.mfa_serial or (serial if usable else None)
            )
        return self._bases[source]


def asks_for_code(section: Mapping[str, str]) -> bool:
    """Say whether the AWS CLI asks for a code for a profile (botocore, AssumeRoleProvider)."""
    return bool(
        section.get("role_arn")
        and section.get("mfa_serial")
        and "web_identity_token_file" not in section
    )


def _duration(section: Mapping[str, str]) -> int:
    seconds = _seconds(section)
    if seconds is not None and seconds > CHAINED_LIMIT_SECONDS:
        raise CannotServeError(
            f"its duration_seconds is {seconds}, and AWS limits a role of a session to 1 h"
        )
    if seconds is not None and seconds <= LEAST_SECONDS:
        raise CannotServeError(
            f"its duration_seconds is {seconds}, and the AWS CLI ignores a session with 15 min left"
        )
    return ROLE_SECONDS if seconds is None else seconds


def _seconds(section: Mapping[str, str]) -> int | None:
    """Return duration_seconds; None if it is not a number, as in botocore."""
    try:
        return int(section["duration_seconds"])
    except (KeyError, ValueError):
        return None


def parameters_of(section: Mapping[str, str]) -> dict[str, str | int]:
    """Return the parameters of AssumeRole that identify a profile in the AWS CLI's cache.

    These are the profile's own settings, with a session name only if the profile has one (botocore,
    AssumeRoleProvider and BaseAssumeRoleCredentialFetcher).
    """
    names = {
        "RoleArn": "role_arn",
        "RoleSessionName": "role_session_name",
        "ExternalId": "external_id",
        "SerialNumber": "mfa_serial",
    }
    parameters: dict[str, str | int] = {
        parameter: section[key] for parameter, key in names.items() if key in section
    }
    if not parameters.get("RoleSessionName"):
        parameters.pop("RoleSessionName", None)
    seconds = _seconds(section)
    return parameters if seconds is None else {**parameters, "DurationSeconds": seconds}


def entry_name(parameters: Mapping[str, str | int]) -> str:
    """Return the file name of the session with these parameters of AssumeRole.

    It is the SHA-1 of their JSON with sorted keys (botocore, BaseAssumeRoleCredentialFetcher).
    """
    text = json.dumps(dict(parameters), sort_keys=True)
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest() + ".json"


def to_entry(session: Session) -> bytes:
    """Return the entry that the AWS CLI would write for AWS's answer."""
    keys, role = session.keys, parse_arn(session.role_arn or "")
    if role is None or keys.session_token is None or session.expires_at is None:
        raise ValueError("not a complete role session")
    name = role.resource.rpartition("/")[2]
    user = f"arn:{role.partition}:sts::{role.account}:assumed-role/{name}"
    entry = {
        "Credentials": {
            "AccessKeyId": keys.access_key_id,
            "SecretAccessKey": keys.secret_access_key.reveal(),
            "SessionToken": keys.session_token.reveal(),
            "Expiration": format_time(session.expires_at),
            "AccountId": role.account,
        },
        "AssumedRoleUser": {"Arn": f"{user}/{session.role_session_name}"},
    }
    return json.dumps(entry).encode()


def expires_at(entry: bytes) -> datetime:
    """Return when an entry's session expires; ValueError if malformed."""
    with suppress(KeyError, TypeError, AttributeError):
        credentials = read_json(entry)["Credentials"]
        ends = parse_time(credentials["Expiration"])
        if ends and credentials["AccessKeyId"] and credentials["SecretAccessKey"]:
            return ends
    raise ValueError("not an entry of the AWS CLI's cache")


class Options(Record):
    """The options of `warm`."""

    session: SessionOptions
    profile: tuple[str, ...] = ()
    all: bool = False
    jobs: str | None = None
    json: bool = False


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
    """`warmed` has the ends of the entries; those of `new` profiles are written in this run."""

    def __init__(self, options: Options, ctx: Context, edges: RolesEdges, jobs: int) -> None:
        self._options = options
        self._ctx = ctx
        self._edges = edges
        self._jobs = jobs
        self._inputs = read_inputs(ctx, options.session.replace(profile=None))
        self._profiles: dict[str, RoleProfile] = {}
        self.warmed: dict[str, datetime] = {}
        self.new: set[str] = set()
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
            by_base.setdefault(self._profiles[name].base.name, []).append(name)
        for names in by_base.values():
            self._warm_from(self._profiles[names[0]].base, names)

    def _find_cold(self, names: Sequence[str]) -> list[str]:
        cold = []
        for name in names:
            with noting(self.failed, name):
                ends = self._read_entry(name)
                if ends and (ends - self._ctx.clock.now()).total_seconds() > LEAST_SECONDS:
                    self.warmed[name] = ends
                else:
                    cold.append(name)
        return cold

    def _read_entry(self, name: str) -> datetime | None:
        entry = self._profiles[name].entry
        data = self._edges.cache.read(entry)
        try:
            return None if data is None else expires_at(data)
        except ValueError:
            raise self._edges.cache.foreign(entry) from None

    def _warm_from(self, base: Settings, names: Sequence[str]) -> None:
        """Get the MFA session, then the roles; one process at a time does so for a key."""
        failed: dict[str, MfaSessionError] = {}
        with noting(failed, *names):
            session = acquire(self._ctx, self._inputs, base).session
            session.keys.secret_access_key.reveal()  # once, before the threads
            turn = f"{session.source_key_id} warm"
            with self._edges.session.turns.take(turn, "the AWS CLI's cache"):
                self._assume(session, self._find_cold(names))
        self.failed |= {name: base_failed(base.name, error) for name, error in failed.items()}

    def _assume(self, base: Session, names: Sequence[str]) -> None:
        steps = {
            name: Step(
                settings=with_keys(self._edges.session, self._profiles[name].settings), base=base
            )
            for name in names
        }

        def put(name: str) -> datetime:
            session = assume(self._edges, steps[name])
            self._edges.cache.write(self._profiles[name].entry, to_entry(session))
            return session.expires_at or self._ctx.clock.now()

        def tell(done: int, failed: int) -> None:
            self._edges.progress(f"{done}/{len(names)} roles, {failed} failed")

        work = ParallelCalls(put, names, self._jobs)
        with self._edges.defer_signals() as signals:
            work.run(signals, tell)
            self._edges.progress("")
        for name, ends in sort_ended(work.ended, self.failed):
            self.warmed[name] = ends
            self.new.add(name)
        work.raise_rest(
            Interrupted(
                "interrupted",
                f"interrupted; {len(self.new)} role sessions that AWS had given are in the AWS "
                "CLI's cache",
                "run `mfa-session warm` again: it gets only the others",
            )
        )

    def report(self) -> None:
        say, new = self._ctx.console.say, len(self.new)
        if self.warmed:
            say(
                f"role profiles in the AWS CLI's cache: {new} new, "
                f"{len(self.warmed) - new} kept; `aws --profile NAME` asks for no code until "
                f"{min(self.warmed.values()).astimezone():%H:%M}"
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
                "role_arn": self._profiles[name].settings.role_arn,
                "expires_at": format_time(ends),
                "seconds_left": max(0, int((ends - now).total_seconds())),
                "reused": name not in self.new,
            }
            for name, ends in sorted(self.warmed.items())
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
