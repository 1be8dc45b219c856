"""Who calls AWS for a session, and which MFA device gives its codes."""

from __future__ import annotations

from mfa_session.model.arns import ASK_IAM, account_of, device_kind, gives_codes
from mfa_session.model.errors import ConfigurationError, MfaSessionError, RefusedError
from mfa_session.model.ports import Caller
from mfa_session.model.session import PREFIX, Keys, LazySecret
from mfa_session.session.reuse import find_base, find_kept

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.model.ports import Edges
    from mfa_session.model.session import Session
    from mfa_session.model.settings import Settings
    from mfa_session.session.context import Inputs


NO_DEVICE = ("no-mfa-device", "passkey-device")
"""The codes of errors that say: this user has nothing to give codes that AWS's API takes."""


def with_keys(edges: Edges, settings: Settings) -> Settings:
    """Run the source's credential_process now, if that is where its keys come from.

    A key in the keyring, which may be locked, is read only if no MFA session gives the role.
    """
    source = settings.source
    if source.keys is not None:
        return settings
    if settings.is_chained and source.noted:
        find = find_base if settings.via is None else find_kept
        base = find(settings.via or settings, edges.store.sessions(), edges.clock.now())
        if base is not None and base.source_key_id:
            secret = LazySecret(lambda: edges.process_keys(source).secret_access_key)
            keys = Keys(access_key_id=base.source_key_id, secret_access_key=secret)
            return settings.replace(source=source.replace(keys=keys))
    keys = edges.process_keys(source)
    if not keys.is_long_term():
        raise ConfigurationError(
            "temporary-source",
            f"the credential_process of {source.label()} yields session keys "
            f"({keys.shown_id}), not long-term ones",
            "name the profile that holds your access key (AKIA…): --source-profile NAME",
        )
    via = with_keys(edges, settings.via) if settings.via else None
    return settings.replace(source=source.replace(keys=keys), via=via)


def long_term_caller(settings: Settings) -> Caller:
    """Return who calls AWS with the source's own keys, which have been fetched."""
    keys = settings.source.keys
    if keys is None:  # with_keys runs before every call
        raise RuntimeError("the source's keys were not fetched")
    return Caller(keys=keys, profile=settings.source.profile, region=settings.region)


def session_caller(session: Session, settings: Settings) -> Caller:
    """Return who calls AWS with the keys of a session of the settings' source."""
    source, region = settings.source, settings.region
    return Caller(keys=session.keys, profile=source.profile, region=region, session=session.name)


def _refuse_other_account(edges: Edges, serial: str, key: Keys) -> None:
    """Refuse a device of another account than the key's, which its sessions tell."""
    account = account_of(serial)
    for one in edges.store.sessions():
        own = account_of(one.mfa_serial)
        if one.source_key_id == key.access_key_id and account and own not in {None, account}:
            raise ConfigurationError(
                "wrong-serial",
                f"{serial} is a device of account {account}, but the key {key.shown_id} is of "
                f"account {own}",
                ASK_IAM,
            )


def find_device(edges: Edges, settings: Settings, caller: Caller) -> str:
    """Return the serial that is set, or IAM's; where that is not allowed, the one used last."""
    if settings.mfa_serial is not None:
        _refuse_other_account(edges, settings.mfa_serial, caller.keys)
        return settings.mfa_serial
    edges.talk.detail("iam:ListMFADevices, as no mfa_serial is set")
    try:
        serials = edges.aws.list_devices(caller)
    except RefusedError as error:
        remembered = settings.remembered_serial
        if remembered is None or error.code != "not-authorized":
            raise
        edges.talk.detail(f"not allowed; using the device of last time, {remembered}")
        return remembered
    return pick_device(serials, edges, settings)


def lacks_device(edges: Edges, settings: Settings) -> str | None:
    """Return why the source's user can have no MFA session; None if it may, or nobody can tell."""
    if settings.mfa_serial is not None:
        return None
    try:
        settings = with_keys(edges, settings)
        find_device(edges, settings, long_term_caller(settings))
    except MfaSessionError as error:
        return error.message if error.code in NO_DEVICE else None
    return None


def pick_device(serials: list[str], edges: Edges, settings: Settings) -> str:
    """Return the device to use of those found; ask where several would do."""
    usable = [serial for serial in serials if gives_codes(serial)]
    passkeys = [serial for serial in serials if device_kind(serial) == "passkey"]
    if usable and passkeys:
        edges.talk.detail(f"ignored, as AWS's API accepts no passkeys: {', '.join(passkeys)}")
    if len(usable) == 1:
        return usable[0]
    if settings.remembered_serial in usable:
        return settings.remembered_serial
    if not usable and passkeys:
        raise ConfigurationError(
            "passkey-device",
            f"the only MFA device found is a passkey ({', '.join(passkeys)}), "
            "which AWS's API cannot use for sessions",
            f"add a virtual MFA device as well: `{_enroll(settings)}`",
        )
    if not usable:
        raise ConfigurationError(
            "no-mfa-device",
            f"the user of {settings.source.label()} has no MFA device",
            f"add one: `{_enroll(settings)}`",
        )
    chosen = edges.choose_device(usable)
    if chosen is None:
        raise ConfigurationError(
            "several-mfa-devices",
            f"the user has several MFA devices: {', '.join(usable)}",
            "say which",
            add=("--mfa-serial", usable[0]),
        )
    return chosen


def _enroll(settings: Settings) -> str:
    return settings.command("device enroll", "source_profile")


def find_caller(edges: Edges, settings: Settings) -> Caller:
    """Return the caller: any living MFA session of the source's key, else the long-term keys.

    The session first: what a policy allows without MFA it allows with it, and some policies let
    devices be managed with MFA only.
    """
    any_device = settings.replace(mfa_serial=None)
    base = find_base(any_device, edges.store.sessions(), edges.clock.now())
    if base is None:
        return long_term_caller(with_keys(edges, settings))
    return session_caller(base, settings)


_SERIAL_KEYS = ("mfa_serial", "aws_mfa_device", PREFIX + "mfa_serial")


def profiles_by_serial(inputs: Inputs) -> dict[str, list[str]]:
    """Return, for each device named anywhere, the sessions and profiles that name it, sorted."""
    named = [
        (name, str(table.get("mfa_serial", ""))) for name, table in inputs.file.sessions.items()
    ]
    for profile, section in inputs.profiles.sections():
        named += [(profile, section.get(key, "")) for key in _SERIAL_KEYS]
    users: dict[str, set[str]] = {}
    for name, serial in named:
        if gives_codes(serial.strip()):
            users.setdefault(serial.strip(), set()).add(name)
    return {serial: sorted(names) for serial, names in users.items()}
