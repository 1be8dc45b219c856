"""`device`: the user's own MFA devices: listed, enrolled, put in step, removed."""

from __future__ import annotations

from mfa_session.mfa import devices, maintenance
from mfa_session.mfa.enrolment import Enrolment
from mfa_session.mfa.phone import PhoneOnly, require_code_of
from mfa_session.model.errors import ConfigurationError, Interrupted, NoMfaError, UsageError
from mfa_session.model.record import Record, Result
from mfa_session.model.text import columns
from mfa_session.model.times import format_time
from mfa_session.session.acquire import acquire, announce
from mfa_session.session.context import read_inputs
from mfa_session.session.device import find_caller
from mfa_session.session.resolve import resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_session.mfa.devices import DeviceEdges
    from mfa_session.model.iam import Device, NewDevice
    from mfa_session.model.settings import SessionOptions, Settings
    from mfa_session.session.context import Context

    Show = Callable[[NewDevice], None]

_HEADINGS = ("SERIAL", "TYPE", "USABLE", "SECRET", "ENABLED")


class Options(Record):
    """What a `device` command was given."""

    session: SessionOptions
    profile: str | None = None
    name: str | None = None
    serial: str | None = None
    qr: bool = False
    no_keyring: bool = False
    yes: bool = False
    json: bool = False


def show(options: Options, ctx: Context) -> Result:
    """`device list`: every device, whether AWS's API accepts it, whether its secret is stored."""
    settings = _settings(options, ctx)
    edges = _edges(settings, ctx)
    found = edges.aws.enabled()
    stored = devices.stored_secrets(edges, [device.serial for device in found if device.usable])
    _tell_cut_off(edges, settings, ctx)
    if not found and not options.json:
        add = settings.command("device enroll", "source_profile")
        ctx.console.say(f"no MFA devices; add one: `{add}`")
    return Result(
        data={"devices": [_summary(device, stored) for device in found]},
        lines=columns(_HEADINGS, (_row(device, stored) for device in found)),
    )


def _tell_cut_off(edges: DeviceEdges, settings: Settings, ctx: Context) -> None:
    for intent in edges.intents.all():
        finish = settings.command(f"device enroll {intent.name}", "source_profile")
        if intent.removing or intent.left:
            finish = settings.command(f"device remove {intent.serial}", "source_profile")
        ctx.console.say(
            f"{intent.what} of {intent.serial} was interrupted, or is still running; "
            f"to finish it: `{finish}`"
        )


def enroll(options: Options, ctx: Context) -> Result:
    """`device enroll`: a new virtual device, its secret in the keyring, and a session with it.

    With `no_keyring` only the phone gets the secret, and a code proves that it has it.
    """
    settings = _settings(options, ctx)
    show = _phone(options, ctx)
    edges = _edges(settings, ctx)
    if options.no_keyring:
        edges = edges.replace(secrets=PhoneOnly())
        show = _proved(show, edges)
    serial = _enrol(options, settings, edges, show)
    _log_in(options, ctx, settings, serial)
    return Result(data={})


def _enrol(options: Options, settings: Settings, edges: DeviceEdges, show: Show | None) -> str:
    user = edges.aws.user()
    name = options.name or user.name
    kept_in = "your phone's app only" if options.no_keyring else "the keyring"

    def again(name: str) -> str:
        flags = " --no-keyring" if options.no_keyring else " --qr" if options.qr else ""
        return settings.command(f"device enroll {name}{flags}", "source_profile")

    try:
        return Enrolment(edges, user, kept_in, again).enrol(name, show)
    except ConfigurationError as error:
        if error.code == "device-exists":
            another = again(devices.free_name(edges, user, name))
            raise _name_is_taken(user.serial_of(name), settings, edges, another) from None
        if error.code.startswith("keyring-"):
            on_phone = settings.command(f"device enroll {name} --no-keyring", "source_profile")
            error.hint += f"; to keep the secret on your phone only: `{on_phone}`"
        raise


def _name_is_taken(
    serial: str, settings: Settings, edges: DeviceEdges, another: str
) -> ConfigurationError:
    if serial in {device.serial for device in edges.aws.enabled()}:
        return ConfigurationError(
            "device-exists",
            f"{serial} is your MFA device already",
            f"log in with it: `{settings.command('login', 'source_profile', mfa_serial=serial)}`; "
            f"for one more: `{another}`",
        )
    return ConfigurationError(
        "device-exists",
        f"{serial} exists already, and may not be yours",
        f"give yours another name: `{another}`",
    )


def resync(options: Options, ctx: Context) -> Result:
    """`device resync`: two consecutive codes, from the stored secret or typed."""
    edges = _edges(_settings(options, ctx), ctx)
    found = [device for device in edges.aws.enabled() if device.usable]
    device = devices.pick(found, options.serial, edges)
    maintenance.resync(edges, edges.aws.user(), device.serial)
    ctx.console.say(f"{device.serial} is in step with AWS again")
    return Result(data={})


def remove(options: Options, ctx: Context) -> Result:
    """`device remove`: deactivate, delete and forget, after a question."""
    edges = _edges(_settings(options, ctx), ctx)
    found, serial = edges.aws.enabled(), options.serial
    removal = maintenance.Removal(edges, edges.aws.user())
    if serial is not None and serial not in {device.serial for device in found}:
        if not removal.finish(serial):
            raise devices.no_such_device(serial, found)
        ctx.console.say(f"{serial} was not your device any more; its secret is removed")
        return Result(data={})
    device = devices.pick(found, serial, edges)
    if not options.yes:
        removal.ask(device, only=len(found) == 1)
    removal.remove(device)
    ctx.console.say(f"removed {device.serial}; delete it from your phone's app, too")
    return Result(data={})


def _phone(options: Options, ctx: Context) -> Show | None:
    if options.no_keyring and not ctx.make.terminal().can_ask():
        raise UsageError(
            "qr-needs-terminal",
            "--no-keyring shows the secret to a phone on the terminal, and nobody is there to ask",
            "run it in a terminal, without --no-input",
        )
    if not (options.qr or options.no_keyring):
        return None
    show = ctx.make.phone()
    if show is None:
        raise UsageError(
            "qr-needs-terminal",
            "--qr shows the secret on the terminal, and there is none",
            "run it in a terminal, or leave --qr out",
        )
    return show


def _proved(show: Show | None, edges: DeviceEdges) -> Show:
    """Return how to show a device to a phone, and ask for a code as the proof."""
    ask = edges.ask_code
    if show is None or ask is None:  # `_phone` has refused
        raise RuntimeError("the phone is shown and asked at a terminal")

    def show_and_ask(device: NewDevice) -> None:
        show(device)
        require_code_of(device, ask, edges.clock, edges.talk)

    return show_and_ask


def _log_in(options: Options, ctx: Context, settings: Settings, serial: str) -> None:
    """Log in with the new device, as `login` does; if that is not possible now, say how to.

    That is no error, since the device is enabled: the settings may name another device, or a code
    may be needed and nobody is there to ask.
    """
    login = settings.command("login", "source_profile", mfa_serial=serial)
    if settings.mfa_serial not in {None, serial}:
        ctx.console.say(
            f"session {settings.name!r} is set to use {settings.mfa_serial}; to log in with the "
            f"new device: `{login}`"
        )
        return
    if options.no_keyring:
        ctx.console.say("AWS accepts each code once: log in with the phone's next one")
    inputs = read_inputs(ctx, options.session.replace(mfa_serial=serial))
    try:
        outcome = acquire(ctx, inputs, resolve(inputs))
    except KeyboardInterrupt:
        raise Interrupted(
            "interrupted", f"interrupted before the login; {serial} is enabled", f"run `{login}`"
        ) from None
    except NoMfaError as error:  # MFA_SESSION_TOKEN_CODE may hold another device's code
        ctx.console.say(f"not logged in: {error.message}; when you have a code: `{login}`")
        return
    announce(outcome, ctx, asked=options.profile)


def _settings(options: Options, ctx: Context) -> Settings:
    return resolve(read_inputs(ctx, options.session))


def _edges(settings: Settings, ctx: Context) -> DeviceEdges:
    caller = find_caller(ctx.make.session(), settings)
    signs = "the MFA session" if caller.keys.session_token else "the long-term keys"
    ctx.console.detail(f"IAM is asked with {signs} ({caller.keys.shown_id})")
    return ctx.make.devices(caller)


def _summary(device: Device, stored: set[str]) -> dict[str, object]:
    return {
        "serial": device.serial,
        "type": device.kind,
        "usable": device.usable,
        "secret_stored": device.serial in stored,
        "enabled_at": format_time(device.enabled_at),
    }


def _row(device: Device, stored: set[str]) -> tuple[str, ...]:
    return (
        device.serial,
        device.kind,
        "yes" if device.usable else f"no: {device.why_not}",
        "stored" if device.serial in stored else "-",
        f"{device.enabled_at:%Y-%m-%d}",
    )
