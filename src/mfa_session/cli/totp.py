"""`totp`: secrets in the keyring, and the codes they make."""

from __future__ import annotations

from mfa_session.mfa.sources import DOES_NOT_ANSWER, code_at, no_secret
from mfa_session.model.errors import (
    AnsweredNoError,
    ConfigurationError,
    UsageError,
    require_yes,
)
from mfa_session.model.iam import NewDevice
from mfa_session.model.record import Record, Result
from mfa_session.model.text import columns
from mfa_session.model.totp import read_secret, seconds_left_in_step, step_at
from mfa_session.session.context import read_inputs
from mfa_session.session.device import find_caller, find_device, profiles_by_serial
from mfa_session.session.resolve import resolve
from mfa_session.session.validation import check_serial

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.model.ports import Secrets
    from mfa_session.model.session import Secret
    from mfa_session.model.settings import SessionOptions
    from mfa_session.session.context import Context

_HEADINGS = ("SERIAL", "PROFILES")


class Options(Record):
    """What a `totp` command was given."""

    session: SessionOptions
    profile: str | None = None
    serial: str | None = None
    yes: bool = False
    json: bool = False


def add(options: Options, ctx: Context) -> Result:
    """`totp add`: take a secret from the terminal or stdin, and store it."""
    secrets = ctx.make.secrets()
    serial = _find_serial(options, ctx)
    before = _stored(secrets, serial)
    secret = read_secret(_take_text(serial, ctx))
    replaced = before is not None and before != secret
    if replaced and not options.yes:
        require_yes(
            ctx.make.confirm(f"Another secret of {serial} is stored. Replace it?"),
            unasked=f"another secret of {serial} is stored",
            refused=f"the stored secret of {serial} was left as it is",
            lead="AWS never shows a secret again; to replace it anyway",
        )
    secrets.set(serial, secret)
    is_stored = "was stored already" if before == secret else "is stored"
    instead = ", in the place of another" if replaced else ""
    ctx.console.say(f"the secret of {serial} {is_stored} in {secrets.describe()}{instead}")
    return Result(data={})


def code(options: Options, ctx: Context) -> Result:
    """`totp code`: the code of this moment, by AWS's clock; the window is not used up."""
    serial = _find_serial(options, ctx)
    secret = ctx.make.secrets().get(serial)
    if secret is None:
        raise no_secret(serial)
    now = ctx.clock.now()
    step, left = step_at(now), seconds_left_in_step(now)
    was_sent = step in ctx.make.session().steps.used(serial)
    digits = code_at(secret, step)
    if not options.json:
        sent = "; it was sent to AWS already, which accepts each code only once" if was_sent else ""
        ctx.console.say(f"{serial}: good for {left} s{sent}")
    data = {"serial": serial, "code": digits, "seconds_left": left, "already_sent": was_sent}
    return Result(data=data, lines=(digits,))


def show(options: Options, ctx: Context) -> Result:
    """`totp list`: the devices with a secret, and the profiles that use them."""
    users, secrets = _profiles_by_serial(options, ctx), ctx.make.secrets(may_ask=False)
    try:
        stored = secrets.serials(users)
    except ConfigurationError as error:
        stored = secrets.known()
        if not stored or error.code not in DOES_NOT_ANSWER:
            raise
        ctx.console.warn(f"{error.message}; the list shows what the keyring held last")
    if not stored and not options.json:
        ctx.console.say("no secrets are stored; store one: `mfa-session totp add`")
    rows = [
        (serial, ", ".join(users.get(serial, ["not known before a login"]))) for serial in stored
    ]
    return Result(
        data={"secrets": [{"serial": s, "profiles": users.get(s, [])} for s in stored]},
        lines=columns(_HEADINGS, rows),
    )


def remove(options: Options, ctx: Context) -> Result:
    """`totp remove`: forget a secret, after a question."""
    secrets = ctx.make.secrets()
    serial = options.serial or _pick_stored(options, ctx, secrets)
    if not secrets.holds(serial):
        raise _nothing_to_remove(serial)
    if not options.yes:
        require_yes(
            ctx.make.confirm(f"Remove the secret of {serial}? AWS still requires its codes."),
            unasked=f"removing the secret of {serial} must be confirmed",
            refused=f"the secret of {serial} was left as it is",
        )
    secrets.remove(serial)
    ctx.console.say(f"the secret of {serial} is removed from {secrets.describe()}")
    return Result(data={})


def show_qr(options: Options, ctx: Context) -> Result:
    """`totp show-qr`: show a stored secret to a phone, on the terminal, after a question."""
    draw = ctx.make.phone() if ctx.make.terminal().can_ask() else None
    if draw is None:
        raise UsageError(
            "qr-needs-terminal",
            "totp show-qr shows the secret on the terminal, and there is nobody to ask there",
            "run it in a terminal, without --no-input",
        )
    secrets = ctx.make.secrets()
    serial = options.serial or _pick_stored(options, ctx, secrets)
    secret = secrets.get(serial)
    if secret is None:
        raise no_secret(serial)
    question = f"Show the secret of {serial}? Anyone who sees the screen can copy it."
    if not ctx.make.confirm(question):
        raise AnsweredNoError("not-confirmed", f"the secret of {serial} was not shown")
    draw(NewDevice(serial=serial, seed=secret))
    return Result(data={})


def _find_serial(options: Options, ctx: Context) -> str:
    named = options.session.mfa_serial
    if named and not options.profile:
        check_serial(named)
        return named
    settings = resolve(read_inputs(ctx, options.session))
    if settings.mfa_serial:
        return settings.mfa_serial
    edges = ctx.make.session()
    return find_device(edges, settings, find_caller(edges, settings))


def _stored(secrets: Secrets, serial: str) -> Secret | None:
    """Return the stored secret, if there is a readable one; raises if the keyring fails."""
    try:
        return secrets.get(serial)
    except ConfigurationError as error:
        if error.code != "bad-totp-secret":
            raise
        return None


def _take_text(serial: str, ctx: Context) -> str:
    text = ctx.make.stdin_secret()
    if text is not None:
        return text
    terminal = ctx.make.terminal()
    if not terminal.can_ask():
        return ""
    return terminal.ask_hidden(f"Secret key of {serial} (base32 or otpauth://…, not shown): ")


def _pick_stored(options: Options, ctx: Context, secrets: Secrets) -> str:
    stored = secrets.serials(_profiles_by_serial(options, ctx))
    if not stored:
        raise _nothing_to_remove("any device")
    chosen = stored[0] if len(stored) == 1 else ctx.make.session().choose_device(stored)
    if chosen is None:
        raise ConfigurationError(
            "several-totp-secrets",
            f"several secrets are stored: {', '.join(stored)}",
            "say which",
            add=(stored[0],),
        )
    return chosen


def _nothing_to_remove(what: str) -> ConfigurationError:
    return ConfigurationError(
        "no-totp-secret", f"no secret of {what} is stored", "see `mfa-session totp list`"
    )


def _profiles_by_serial(options: Options, ctx: Context) -> dict[str, list[str]]:
    return profiles_by_serial(read_inputs(ctx, options.session))
