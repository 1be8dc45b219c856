"""`keys`: list and rotate long-term keys, and move them to the keyring and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime

from mfa_session.keys.move import Mover
from mfa_session.keys.rotation import KeyringPairs, KeyRotation
from mfa_session.keys.user_keys import OtherProfiles, Signer, profiles_text
from mfa_session.model.arns import region_for
from mfa_session.model.errors import ConfigurationError, Interrupted, MfaSessionError
from mfa_session.model.iam import AwsKeys, KeyEdges, KnownKey, Move, PairStore, Rotation
from mfa_session.model.ports import Caller
from mfa_session.model.record import Record, Result
from mfa_session.model.settings import FILE, KEYRING, SessionOptions, Settings, Source
from mfa_session.model.text import columns, quote
from mfa_session.model.times import format_time
from mfa_session.session.acquire import acquire
from mfa_session.session.context import Context, Inputs, read_inputs
from mfa_session.session.device import find_caller, long_term_caller, session_caller, with_keys
from mfa_session.session.identity import SessionsOfSource
from mfa_session.session.names import HIDES_STATIC_KEYS, check_portable, default_name, names_session
from mfa_session.session.sources import follow, named_source, region_of, source_in, usual_source
from mfa_session.session.validation import check_pasted_keys

PROFILE = "--profile"
_HEADINGS = ("PROFILE", "WHERE", "KEY", "AGE")
_ONLINE = (*_HEADINGS, "ACTIVE", "LAST USED", "USER")


class Options(Record):
    """The options of a `keys` command."""

    session: SessionOptions
    profile: str | None = None
    online: bool = False
    finish: bool = False
    yes: bool = False
    json: bool = False


def show(options: Options, ctx: Context) -> Result:
    """`keys list`: every profile with long-term keys, without unlocking or showing a secret."""
    edges, inputs = ctx.make.keys(), read_inputs(ctx, options.session)
    now = ctx.clock.now()
    listed = list_offline(inputs, edges.vault.known(), edges.journal.dates())
    if options.online:
        with ctx.console.doing("asking AWS about each key …"):
            listed = list_online(listed, edges.aws, inputs, ctx)
        dates = {key.key_id: key.created_at for key in listed if key.key_id and key.created_at}
        edges.journal.note_dates(dates)
    unfinished = _unfinished(edges)
    if not options.json:
        _warn_unfinished(unfinished, ctx)
        if not listed:
            ctx.console.say("no profile has long-term keys")
        for key in listed:
            if key.problem:
                ctx.console.warn(f"profile {key.profile!r}: {key.problem}")
    return Result(
        data={
            "keys": [key.summary(now) for key in listed],
            "unfinished": [{"profile": note.profile, "what": what} for what, note in unfinished],
        },
        lines=columns(
            _ONLINE if options.online else _HEADINGS,
            (_row(key, now, online=options.online) for key in listed),
        ),
    )


class ListedKey(Record):
    """A key of a profile, or (`profile` is None) another key of the same user.

    `where` is `file`, `keyring` or `process` (another program prints it), or None for a key that is
    not here. Times are aware UTC; unknown values are None. `problem` says why it cannot be used.
    """

    profile: str | None = None
    where: str | None = None
    key_id: str | None = None
    created_at: datetime | None = None
    is_active: bool | None = None
    last_used_at: datetime | None = None
    user_arn: str | None = None
    problem: str | None = None

    def summary(self, now: datetime) -> dict[str, object]:
        """Return the entry of `--json`."""
        return {
            "profile": self.profile,
            "where": self.where,
            "key_id": self.key_id,
            "created_at": format_time(self.created_at) if self.created_at else None,
            "age_days": self.age_days(now),
            "active": self.is_active,
            "last_used_at": format_time(self.last_used_at) if self.last_used_at else None,
            "user_arn": self.user_arn,
            "problem": self.problem,
        }

    def age_days(self, now: datetime) -> int | None:
        """Return the age in whole days; None if unknown."""
        return None if self.created_at is None else max(0, (now - self.created_at).days)


def list_offline(
    inputs: Inputs, known: Iterable[KnownKey], created: Mapping[str, datetime]
) -> list[ListedKey]:
    """Return every profile with long-term keys, by name, without asking AWS or the keyring.

    `known` is the index of the keyring's keys; `created` has the dates that AWS once returned.
    """
    stored = {key.profile: key.key_id for key in known}
    found = []
    for name in inputs.profiles.names():
        listed = _list_profile(inputs, name, stored)
        if listed is not None:
            found.append(listed.replace(created_at=created.get(listed.key_id or "")))
    return found


def _list_profile(inputs: Inputs, name: str, stored: Mapping[str, str]) -> ListedKey | None:
    try:
        check_pasted_keys(inputs, name)
    except MfaSessionError as error:
        return ListedKey(profile=name, where=FILE, problem=error.message)
    source = source_in(inputs, name)
    if source is None:
        return None
    if source.keys is not None:
        return ListedKey(profile=name, where=FILE, key_id=source.keys.shown_id)
    if source.stored is not None:
        return ListedKey(profile=name, where=KEYRING, key_id=stored.get(source.stored))
    return ListedKey(profile=name, where="process")


def list_online(
    listed: Iterable[ListedKey], aws: AwsKeys, inputs: Inputs, ctx: Context
) -> list[ListedKey]:
    """Return the keys with AWS's facts, and once each other key of their users."""
    rows: dict[tuple[str | None, str | None], ListedKey] = {}
    for key in listed:
        for row in [key] if key.problem else _ask_aws(key, aws, inputs, ctx):
            rows.setdefault((row.profile, row.key_id), row)
    own = {row.key_id for row in rows.values() if row.profile is not None}
    return [row for row in rows.values() if row.profile is not None or row.key_id not in own]


def _ask_aws(key: ListedKey, aws: AwsKeys, inputs: Inputs, ctx: Context) -> list[ListedKey]:
    """Return the key with AWS's facts, and the user's other keys; a failure is its `problem`."""
    source = source_in(inputs, key.profile or "")
    if source is None:
        return []
    try:
        own, signer = _callers(source, inputs, ctx)
        key = key.replace(key_id=own.keys.shown_id)
        arn = aws.identity(own)
        key = key.replace(user_arn=arn, is_active=True)
        if not arn.split(":", 5)[-1].startswith("user/"):
            return [key]
        other = ListedKey(user_arn=arn)
        return [
            (key if found.id == own.keys.access_key_id else other).replace(
                key_id=found.id,
                created_at=found.created_at,
                is_active=found.is_active,
                last_used_at=_last_used(aws, signer, found.id),
            )
            for found in aws.list(signer)
        ]
    except MfaSessionError as error:
        return [key.replace(problem=error.message)]


def _last_used(aws: AwsKeys, signer: Caller, key_id: str) -> datetime | None:
    try:
        return aws.last_used(signer, key_id)
    except MfaSessionError:
        return None


def import_(options: Options, ctx: Context) -> Result:
    """`keys import`: move a profile's key from the files to the keyring."""
    edges, inputs = ctx.make.keys(), read_inputs(ctx, options.session)
    source = _source(options, inputs)
    profile = source.profile or ""
    _refuse_unmovable(inputs, source, profile)
    with _lock_key(ctx, profile):
        moved = _mover(edges, inputs, profile).import_key()
    known = {key.profile: key.key_id for key in edges.vault.known()}
    key_id = known.get(profile, "its key")
    others = OtherProfiles(edges, inputs, profile).in_files(source.keys) if source.keys else []
    if not options.json:
        if moved and source.keys:
            ctx.console.say(f"moved {key_id} of profile {profile!r} to the keyring")
        else:
            corrected = "; corrected its credential_process" if moved else ""
            ctx.console.say(f"{key_id} of profile {profile!r} is in the keyring already{corrected}")
        for other in others:
            ctx.console.warn(
                f"profile {other!r} still holds the same key in a file; to move it, too: "
                f"`mfa-session keys import --profile {quote(other)}`"
            )
    moved_data = _move_data(profile, key_id, KEYRING, changed=moved)
    return Result(data={**moved_data, "also_in": others})


def export(options: Options, ctx: Context) -> Result:
    """`keys export`: move a profile's key from the keyring to the credentials file."""
    edges, inputs = ctx.make.keys(), read_inputs(ctx, options.session)
    source = _source(options, inputs)
    profile = source.profile or ""
    with _lock_key(ctx, profile):
        moved = _mover(edges, inputs, profile).export_key()
    keys = edges.files.slots(profile).current
    key_id = keys.shown_id if keys else "its key"
    if not options.json:
        ctx.console.say(
            f"moved {key_id} of profile {profile!r} to the credentials file"
            if moved
            else f"{key_id} of profile {profile!r} is in the credentials file already"
        )
    return Result(data=_move_data(profile, key_id, FILE, changed=moved))


def rotate(options: Options, ctx: Context) -> Result:
    """`keys rotate`: replace a profile's key; `--finish` deletes the old one."""
    profile = _source(options, read_inputs(ctx, options.session)).profile or ""
    try:
        with _lock_key(ctx, profile):
            return _rotate_locked(options.replace(profile=profile), ctx)
    except KeyboardInterrupt:
        raise Interrupted(
            "interrupted",
            f"interrupted; a working key of profile {profile!r} is on record",
            f"to continue: `mfa-session keys rotate --profile {quote(profile)}`",
        ) from None


def _rotate_locked(options: Options, ctx: Context) -> Result:
    """Rotate or finish, after reading the files again: another process may have changed them."""
    edges, inputs = ctx.make.keys(), read_inputs(ctx, options.session)
    source = _source(options, inputs)
    profile, pairs = source.profile or "", _pairs(edges, source)
    old = pairs.slots(profile).old
    former = old.access_key_id if old else None
    settings = SessionsOfSource(inputs, source, is_told=True, former=former).choose()
    at_hand = find_caller(ctx.make.session(), settings)
    signer = Signer(at_hand, lambda: _mfa_caller(settings, inputs, ctx))
    others = OtherProfiles(edges, inputs, profile)
    rotation = KeyRotation(edges, pairs, profile, signer, others=others, yes=options.yes)
    if options.finish:
        deleted = rotation.finish()
        if not options.json:
            ctx.console.say(f"deleted {deleted}, which profile {profile!r} had before")
        return Result(data={"profile": profile, "deleted": deleted})
    begun = rotation.rotate()
    current = pairs.slots(profile).current
    new_id = current.shown_id if current else ""
    if not options.json:
        have = "have" if others.replaced else "has"
        ctx.console.say(
            f"{profiles_text([profile, *others.replaced])} {have} a new key, {new_id}; "
            f"{begun.old_id} is inactive. Once nothing fails without it, delete it: "
            f"`mfa-session keys rotate --profile {quote(profile)} --finish`"
        )
        _report_sessions(begun.old_id, ctx)
    edges.journal.note_dates({new_id: begun.began_at})
    return Result(
        data={
            "profile": profile,
            "key_id": new_id,
            "replaced": begun.old_id,
            "also_in": others.replaced,
        }
    )


def _report_sessions(old_id: str, ctx: Context) -> None:
    sessions = ctx.make.session().store.sessions()
    for name in sorted(
        {one.name for one in sessions if one.managed and one.source_key_id == old_id}
    ):
        ctx.console.say(
            f"session {name!r} is of the old key; log in again, with a new code: "
            f"`mfa-session login --profile {quote(name)}`"
        )


def _lock_key(ctx: Context, profile: str) -> AbstractContextManager[None]:
    turns = ctx.make.session().turns
    return turns.alone(
        f"long-term key {profile}", f"the key of profile {profile!r}", "`mfa-session keys`"
    )


def _mfa_caller(settings: Settings, inputs: Inputs, ctx: Context) -> Caller:
    return session_caller(acquire(ctx, inputs, settings).session, settings)


def _callers(source: Source, inputs: Inputs, ctx: Context) -> tuple[Caller, Caller]:
    """Return the key as the caller, and its valid MFA session, or the key again without one."""
    edges = ctx.make.session()
    settings = SessionsOfSource(inputs, source, is_told=True).choose()
    settings = with_keys(edges, settings.replace(source=source))
    return long_term_caller(settings), find_caller(edges, settings)


def _source(options: Options, inputs: Inputs) -> Source:
    name = options.profile
    if name is None:
        source = usual_source(inputs, default_name(inputs), PROFILE)
    else:
        behind = follow(inputs, name) if names_session(inputs, name) else None
        source = behind or named_source(inputs, name, PROFILE)
    if source.profile is None:
        raise ConfigurationError(
            "environment-keys",
            "the access key is in the environment, not in a profile",
            "name the profile: --profile NAME",
        )
    return source


def _refuse_unmovable(inputs: Inputs, source: Source, profile: str) -> None:
    if source.process is not None and source.stored is None:
        raise ConfigurationError(
            "foreign-process",
            f"the key of profile {profile!r} comes from another program (credential_process)",
            "print the key with that program, store it with "
            f"`aws configure --profile {quote(profile)}`, and remove the credential_process",
        )
    check_portable(profile, "profile with a credential_process")
    for key in HIDES_STATIC_KEYS:
        if key != "credential_process" and key in inputs.profiles.section(profile):
            raise ConfigurationError(
                "hidden-profile",
                f"profile {profile!r} has {key}, which SDKs prefer to a credential_process",
                "move the keys to a separate profile",
            )


def _pairs(edges: KeyEdges, source: Source) -> PairStore:
    if source.keys is not None:
        return edges.files
    if source.stored == source.profile:
        return KeyringPairs(edges.vault)
    raise ConfigurationError(
        "foreign-process",
        f"the key of {source.label()} comes from another program (credential_process)",
        "rotate it with that program",
    )


def _mover(edges: KeyEdges, inputs: Inputs, profile: str) -> Mover:
    serial = inputs.profiles.section(profile).get("mfa_serial")
    return Mover(edges, profile, region_for(region_of(inputs, profile), serial))


def _move_data(profile: str, key_id: str, where: str, *, changed: bool) -> dict[str, object]:
    return {"profile": profile, "key_id": key_id, "where": where, "changed": changed}


def _unfinished(edges: KeyEdges) -> list[tuple[str, Move | Rotation]]:
    return [
        *((move.kind, move) for move in edges.journal.moves()),
        *(("rotate", rotation) for rotation in edges.journal.rotations()),
    ]


def _warn_unfinished(unfinished: Iterable[tuple[str, Move | Rotation]], ctx: Context) -> None:
    for what, note in unfinished:
        ctx.console.warn(
            f"{what} of the key of profile {note.profile!r} was interrupted, or is still running; "
            f"to finish: `mfa-session keys {what} --profile {quote(note.profile)}`"
        )


def _row(key: ListedKey, now: datetime, *, online: bool) -> tuple[str, ...]:
    days = key.age_days(now)
    row = (
        key.profile or "-",
        key.where or "-",
        key.key_id or "?",
        "?" if days is None else f"{days} d",
    )
    if not online:
        return row
    active = {True: "yes", False: "no", None: "?"}[key.is_active]
    used = f"{key.last_used_at:%Y-%m-%d}" if key.last_used_at else "never or unknown"
    return (*row, active, used, (key.user_arn or "?").rpartition("/")[2])
