"""Signals are deferred until they may be raised."""

from __future__ import annotations

import signal
import sys

import pytest

from mfa_session.system.signals import defer_signals

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


@pytest.mark.parametrize(
    "arrived", [[signal.SIGINT], [signal.SIGTERM, signal.SIGINT], [signal.SIGINT, signal.SIGHUP]]
)
def test_a_deferred_ctrl_c_is_raised_before_other_signals(arrived: list[signal.Signals]) -> None:
    with defer_signals() as signals:
        for number in arrived:
            signal.raise_signal(number)
        with pytest.raises(KeyboardInterrupt):
            signals.raise_deferred()


def test_the_first_deferred_signal_is_raised() -> None:
    with defer_signals() as signals:
        signals.raise_deferred()
        signal.raise_signal(signal.SIGHUP)
        signal.raise_signal(signal.SIGTERM)
        with pytest.raises(SystemExit) as ended:
            signals.raise_deferred()
    assert ended.value.code == 128 + signal.SIGHUP
