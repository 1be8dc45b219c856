"""Where a program is on PATH, past any wrapper of our own."""

from __future__ import annotations

import errno
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

HEAD_BYTES = 4096
_ENDINGS = ".COM;.EXE;.BAT;.CMD"
_SCRIPT = b"#!"
_OURS = (b"mfa-session", b"mfa_session")
_SHELL = b"sh"
_HINTS = (b"mfa", b"guard")
_PRINTS = (b"printf", b"echo", b"print", b"for")
_STARTS_OTHERS = (b"exec ", b"source ", b"\n. ", b"aws")


class OnlyWrappersError(Exception):
    """Every program of the name that stands on PATH is a wrapper of our own."""


def find_program(name: str, environ: Mapping[str, str], led_back: str | None = None) -> str | None:
    """Return the path of a program, or None; one named with a folder is itself.

    Passed over are wrappers (`is_wrapper`), and all up to `led_back`: the program that was
    started last and has led back to us.
    """
    if sys.platform == "win32":
        return find_on_windows(name, environ)
    if "/" in name:
        return name
    files = list(dict.fromkeys(_files(name, environ)))
    candidates = [path for path in files if os.access(path, os.X_OK)]
    if led_back in candidates:
        candidates = candidates[candidates.index(led_back) + 1 :]
    elif not candidates:
        return files[0] if files else None  # which the system will refuse to run, and say why
    for path in candidates:
        if not is_wrapper(path):
            return path
    raise OnlyWrappersError


def find_on_windows(name: str, environ: Mapping[str, str]) -> str | None:
    """Return the file that Windows starts for a name: one that ends as PATHEXT says.

    Unlike cmd.exe, CreateProcess and `shutil.which`, none of the current directory, which may be
    anybody's, unless it is named with a folder.
    """
    endings = environ.get("PATHEXT", _ENDINGS).lower().split(";")
    folders = [folder.strip('"') for folder in environ.get("PATH", "").split(";")]
    places = [os.path.join(folder, name) for folder in folders if os.path.isabs(folder)]
    for place in [name] if any(mark in name for mark in "/\\:") else places:
        for path in [place + ending for ending in ("", *endings)] if name else []:
            if path.lower().endswith(tuple(filter(None, endings))) and os.path.isfile(path):
                return path
    return None


def to_start(command: Sequence[str], environ: Mapping[str, str]) -> list[str]:
    """Return a command as the system is to start it; on Windows with the program's whole path.

    Raises FileNotFoundError where there is no such program.
    """
    if sys.platform != "win32":
        return list(command)
    program = find_on_windows(command[0], environ)
    if program is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), command[0])
    return [program, *command[1:]]


def is_startable(name: str, environ: Mapping[str, str]) -> bool:
    """Say whether a program can be started by this name."""
    try:
        path = find_program(name, environ)
    except OnlyWrappersError:
        return True
    return path is not None and os.access(path, os.X_OK)


def is_wrapper(path: str) -> bool:
    """Say whether a program is a script with a line that calls our guard for its own name."""
    head = _read_head(path)
    own = os.path.basename(path).encode("utf-8", "surrogateescape")
    return head.startswith(_SCRIPT) and any(
        b"guard" in line and own in line and any(name in line for name in _OURS)
        for line in head.split(b"\n")
    )


def may_lead_back(path: str) -> bool:
    """Say whether a program is a script that could come to call us, be it by what it starts."""
    interpreter, _, text = _read_head(path).partition(b"\n")
    is_for_shell = _SHELL in interpreter.rpartition(b"/")[2]
    hints = _HINTS + _STARTS_OTHERS if is_for_shell else _HINTS
    if not interpreter.startswith(_SCRIPT):
        return False
    return any(hint in b"\n" + text for hint in hints) or (
        is_for_shell and any(map(_hands_on, text.replace(b";", b"\n").split(b"\n")))
    )


def _hands_on(command: bytes) -> bool:
    """Say whether a shell's command hands all words on to a program, other than to print them."""
    forwards = any(words in command for words in (b"$@", b"$*", b"${@", b"$argv"))
    return forwards and command.split()[0] not in _PRINTS


def _read_head(path: str) -> bytes:
    """Return the first bytes of a program; none where it may be run but not read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))  # not on Windows
    except OSError:
        return b""
    try:
        return os.read(descriptor, HEAD_BYTES)
    except OSError:
        return b""
    finally:
        os.close(descriptor)


def _files(name: str, environ: Mapping[str, str]) -> Iterator[str]:
    """Yield each file of the name on PATH, in its order, as execvp looks for it."""
    if not name:
        return
    for folder in environ.get("PATH", os.defpath).split(os.pathsep):
        path = os.path.join(folder or ".", name)
        if os.path.isfile(path):
            yield path
