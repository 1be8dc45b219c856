"""Runs the program in its own process, which inherits the imports of this one.

It forks without an exec, because two thirds of a login's time are imports. It has its own id,
session, terminal, descriptors and signals, like an executed program. Other tests start an
interpreter: tests/startup, and those where a shell or the AWS CLI runs the program.
"""

from __future__ import annotations

import faulthandler
import functools
import gc
import logging
import os
import pkgutil
import signal
import sys
import sysconfig
import threading
import traceback
import warnings
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

import mfa_session
from interpreter import fresh_libraries, open_stream

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

# The warm commands do not import these; the others import them first.
IMPORTED = ("boto3", "botocore.session", "click", "keyring", "pyotp")
SANDBOX = "mfa_session.sandbox"  # imports moto, and runs in another process
GC_THRESHOLD = gc.get_threshold()  # as Python sets it: the tests raise theirs later
READ_LATER = ("PYTHONPATH", "PYTHON_KEYRING_BACKEND")


def beginning(argv: Sequence[str], environ: Mapping[str, str]) -> Callable[[], NoReturn] | None:
    """Return what a forked child calls instead of `exec`; None if the program must be executed."""
    if not _can_fork(argv[0], environ):
        return None
    _import_once()

    def begin() -> NoReturn:
        try:
            _forget_the_tests()
            os.environ.clear()
            os.environ.update(environ)
            sys.argv = list(argv)
            _apply_pythonpath(environ.get("PYTHONPATH", ""))
            with fresh_libraries():
                import_module("mfa_session.__main__").main()
        except SystemExit as ended:
            os._exit(ended.code if isinstance(ended.code, int) else 1)
        except BaseException:  # noqa: BLE001  # printed as an interpreter does
            traceback.print_exc()
        os._exit(1)

    return begin


def _can_fork(program: str, environ: Mapping[str, str]) -> bool:
    """Say whether this is our program, without variables that Python reads at its start."""
    return (
        sys.platform == "linux"
        and program == os.path.join(sysconfig.get_path("scripts"), "mfa-session")
        and environ.get("LC_ALL") == "C.UTF-8"
        and not any(
            name.startswith(("PYTHON", "TZ", "LANG")) and name not in READ_LATER for name in environ
        )
    )


@functools.cache
def _import_once() -> None:
    """Import the whole program, which saves each child 20 ms."""
    own = pkgutil.walk_packages(mfa_session.__path__, "mfa_session.")
    program = (module.name for module in own if not module.name.startswith(SANDBOX))
    for name in (*IMPORTED, *program):
        import_module(name)


def _forget_the_tests() -> None:
    """Reset descriptors, streams, signals, warnings and hooks to those of a fresh interpreter."""
    gc.freeze()  # to collect the tests' objects here would close descriptors
    gc.set_threshold(*GC_THRESHOLD)
    gc.enable()
    faulthandler.disable()
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))  # also tells the parent that all went well
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        if callable(signal.getsignal(number)):
            signal.signal(number, signal.SIG_DFL)
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    sys.stdin, sys.stdout, sys.stderr = (
        open_stream(n, m) for n, m in enumerate(("rb", "wb", "wb"))
    )
    sys.excepthook, sys.unraisablehook = sys.__excepthook__, sys.__unraisablehook__
    threading.excepthook = threading.__excepthook__
    logging.getLogger().handlers.clear()
    logging.getLogger().setLevel(logging.WARNING)
    warnings.resetwarnings()
    warnings.simplefilter("ignore")


def _apply_pythonpath(folders: str) -> None:
    """Do what `site` does with PYTHONPATH, where a test may have put a sitecustomize.py."""
    sys.path[:0] = filter(None, folders.split(os.pathsep))
    sys.modules.pop("sitecustomize", None)
    with suppress(ImportError):
        import_module("sitecustomize")
