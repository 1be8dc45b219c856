"""The state of a fresh interpreter, for a run of the program inside another one."""

from __future__ import annotations

import io
import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def open_stream(number: int, mode: str) -> io.TextIOWrapper:
    """Open a stream as Python does at its start in a UTF-8 locale."""
    binary = open(number, mode, closefd=False)  # noqa: SIM115  # the stream's own
    is_stderr = number == 2
    return io.TextIOWrapper(
        binary,
        encoding="utf-8",
        errors="backslashreplace" if is_stderr else "surrogateescape",
        newline=None,
        line_buffering=is_stderr or os.isatty(number),
    )


@contextmanager
def fresh_libraries() -> Iterator[None]:
    """Make webbrowser and keyring search again; keyring does not find the tests' backends."""
    if "webbrowser" in sys.modules:
        import webbrowser  # only if the program has imported it

        vars(webbrowser).update(_tryorder=None, _browsers={})
    if "keyring.core" not in sys.modules:
        yield
        return
    from keyring import backend, core  # only if the program has imported it

    kinds: set[type] = backend.KeyringBackend._classes
    test_backends = {kind for kind in kinds if not kind.__module__.startswith("keyring.")}
    core._keyring_backend = None
    kinds -= test_backends
    with suppress(KeyError):  # not called yet
        backend.get_all_keyring.reset()
    try:
        yield
    finally:
        kinds |= test_backends
        with suppress(KeyError):
            backend.get_all_keyring.reset()
