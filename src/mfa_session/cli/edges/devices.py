"""What the care of MFA devices touches."""

from __future__ import annotations

import sys

from mfa_session.aws.iam import IamDevices
from mfa_session.files.notes import Enrolments
from mfa_session.mfa import phone
from mfa_session.mfa.devices import DeviceEdges
from mfa_session.system import qr
from mfa_session.system.console import draws, speaks_unicode
from mfa_session.system.signals import put_off
from mfa_session.system.terminal import Terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_session.cli.run import Basics
    from mfa_session.model.iam import NewDevice
    from mfa_session.model.ports import Caller


def make_devices(basics: Basics, caller: Caller) -> DeviceEdges:
    """Return the edges, in the name of `caller`."""
    run, terminal, session = basics.run, basics.terminal(), basics.session()
    return DeviceEdges(
        aws=IamDevices(run.clock, run.aws_clock, run.asking_aws(), run.environ, caller),
        secrets=basics.secrets(),
        intents=Enrolments(run.files.state),
        steps=session.steps,
        turns=session.turns,
        clock=run.clock,
        talk=run.console,
        wait_until=session.wait_until,
        pause=run.clock.pause,
        put_off=put_off,
        confirm=basics.confirm,
        ask_code=terminal.ask_hidden if terminal.can_ask() else None,
        choose=session.choose_device,
    )


def make_phone(basics: Basics) -> Callable[[NewDevice], None] | None:
    """Return how to show a device's secret to a phone; None without a terminal."""
    terminal = Terminal(may_ask=True)  # --no-input forbids questions, not pictures
    if not terminal.can_ask():
        return None
    is_drawn = draws(basics.run.environ) and speaks_unicode(sys.stderr)

    def show(device: NewDevice) -> None:
        label, typed = phone.label_of(device.serial), phone.grouped(device)
        qr.show(terminal, phone.addresses(device), label, typed, draws=is_drawn)

    return show
