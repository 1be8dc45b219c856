"""`device`: the user's own MFA devices: listed, enrolled, put in step, removed."""

from __future__ import annotations

from mfa_session.cli.login import tell
from mfa_session.mfa import devices
from mfa_session.mfa import maintenance as upkeep
from mfa_session.mfa.enrolment import Enrolment
from mfa_session.model.errors import Interrupted, UsageError
from mfa_session.model.expiry import format_time
from mfa_session.model.record import Record
from mfa_session.model.result import Result
from mfa_session.model.text import columns
from mfa_session.session.acquire import acquire
from mfa_session.session.asking import find_caller
from mfa_session.session.inputs import read_inputs
from mfa_session.session.resolve import resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_session.mfa.devices import DeviceEdges
    from mfa_session.model.devices import Device, NewDevice
    from mfa_session.model.iam import User
    from mfa_session.model.settings import SessionOptions, Settings
    from mfa_session.session.context import Context

    Draw = Callable[[NewDevice, User], None]

_HEADINGS = ("SERIAL", "TYPE", "USABLE", "SECRET", "ENABLED")


class Options(Record):
    """What a `device` command was given."""

    session: SessionOptions
    profile: str | None = None
    name: str | None = None
    serial: str | None = None
    qr: bool = False
    yes: bool = False
    json: bool = False


def show(options: Options, ctx: Context) -> Result:
    """`device list`: every device, whether it can be used here, and its secret is stored."""
    edges = _edges(_settings(options, ctx), ctx)
    found = edges.aws.enabled()
    stored = devices.stored_secrets(edges, [device.serial for device in found if device.usable])
    for intent in edges.intents.all():
        cure = (
            f"remove {intent.serial}` ends it"
            if intent.removing
            else "enroll` sees to what was left"
        )
        ctx.console.say(
            f"{intent.what} of {intent.serial} was cut off, or goes on now; "
            f"`mfa-session device {cure}"
        )
    if not found and not options.json:
        ctx.console.say("no MFA devices; add one: `mfa-session device enroll`")
    return Result(
        data={"devices": [_summary(device, stored) for device in found]},
        lines=columns(_HEADINGS, (_row(device, stored) for device in found)),
    )


def enroll(options: Options, ctx: Context) -> Result:
    """`device enroll`: a new virtual device, its secret in the keyring, and a session with it."""
    settings = _settings(options, ctx)
    draw = _phone(options, ctx)
    edges = _edges(settings, ctx)
    user = edges.aws.user()
    name = options.name or user.name
    serial = Enrolment(edges, user).enrol(name, draw and (lambda device: draw(device, user)))
    _log_in(options, ctx, settings, serial)
    return Result(data={})


def resync(options: Options, ctx: Context) -> Result:
    """`device resync`: two consecutive codes, from the stored secret or typed."""
    edges = _edges(_settings(options, ctx), ctx)
    found = [device for device in edges.aws.enabled() if device.usable]
    device = devices.pick(found, options.serial, edges, "resync")
    upkeep.resync(edges, edges.aws.user(), device.serial)
    ctx.console.say(f"{device.serial} is in step with AWS again")
    return Result(data={})


def remove(options: Options, ctx: Context) -> Result:
    """`device remove`: deactivate, delete and forget, after a question."""
    edges = _edges(_settings(options, ctx), ctx)
    found, serial = edges.aws.enabled(), options.serial
    removal = upkeep.Removal(edges, edges.aws.user())
    if serial is not None and serial not in {device.serial for device in found}:
        if not removal.finish(serial):
            raise devices.no_such_device(serial, found)
        ctx.console.say(f"{serial} was no device of yours any more; its secret is forgotten")
        return Result(data={})
    device = devices.pick(found, serial, edges, "remove")
    if not options.yes:
        removal.ask(device, only=len(found) == 1)
    removal.remove(device)
    ctx.console.say(f"removed {device.serial}; delete it from your phone's app, too")
    return Result(data={})


def _phone(options: Options, ctx: Context) -> Draw | None:
    """Return how to show a new device to a phone; None unless asked for."""
    if not options.qr:
        return None
    draw = ctx.make.phone()
    if draw is None:
        raise UsageError(
            "qr-needs-terminal",
            "--qr shows the secret on the terminal, and there is none",
            "run it in a terminal, or leave --qr out",
        )
    return draw


def _log_in(options: Options, ctx: Context, settings: Settings, serial: str) -> None:
    """Log in as `login` does, with the new device unless the settings name another."""
    session = options.session
    if settings.mfa_serial not in {None, serial}:
        ctx.console.say(f"session {settings.name!r} is set to use {settings.mfa_serial}")
    elif settings.mfa_serial is None:
        session = session.replace(mfa_serial=serial)
    inputs = read_inputs(ctx, session)
    try:
        outcome = acquire(ctx, inputs, resolve(inputs))
    except KeyboardInterrupt:
        raise Interrupted(
            "interrupted",
            f"interrupted before the login; {serial} is enabled",
            "run `mfa-session login`",
        ) from None
    tell(outcome, ctx, asked=options.profile)


def _settings(options: Options, ctx: Context) -> Settings:
    return resolve(read_inputs(ctx, options.session))


def _edges(settings: Settings, ctx: Context) -> DeviceEdges:
    """Wire the care of devices, for the user whom the settings' source belongs to."""
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
