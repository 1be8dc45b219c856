"""Find a program on PATH, skipping wrappers that call the guard."""

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
    """Every program of this name on PATH is a wrapper that calls the guard."""


def find_program(name: str, environ: Mapping[str, str], led_back: str | None = None) -> str | None:
    """Return the path of a program, or None; a name with a folder is returned as it is.

    It skips wrappers (`is_wrapper`), and everything up to `led_back`, the program that started us
    again.
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
        return files[0] if files else None  # running it fails with the system's reason
    for path in candidates:
        if not is_wrapper(path):
            return path
    raise OnlyWrappersError


def find_on_windows(name: str, environ: Mapping[str, str]) -> str | None:
    """Return the file that Windows starts for a name, with an extension in PATHEXT.

    Unlike cmd.exe, CreateProcess and `shutil.which`, it skips the current directory, which others
    may write to, unless the name has a folder.
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
    """Return a command for the system to start; on Windows with the program's whole path.

    Raises FileNotFoundError if there is no such program.
    """
    if sys.platform != "win32":
        return list(command)
    program = find_on_windows(command[0], environ)
    if program is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), command[0])
    return [program, *command[1:]]


def is_startable(name: str, environ: Mapping[str, str]) -> bool:
    """Say whether this name starts a program."""
    try:
        path = find_program(name, environ)
    except OnlyWrappersError:
        return True
    return path is not None and os.access(path, os.X_OK)


def is_wrapper(path: str) -> bool:
    """Say whether a program is a script with a line that calls the guard with its own name."""
    head = _read_head(path)
    own = os.path.basename(path).encode("utf-8", "surrogateescape")
    return head.startswith(_SCRIPT) and any(
        b"guard" in line and own in line and any(name in line for name in _OURS)
        for line in head.split(b"\n")
    )


def may_lead_back(path: str) -> bool:
    """Say whether a program is a script that may call us, directly or through what it starts."""
    interpreter, _, text = _read_head(path).partition(b"\n")
    is_for_shell = _SHELL in interpreter.rpartition(b"/")[2]
    hints = _HINTS + _STARTS_OTHERS if is_for_shell else _HINTS
    if not interpreter.startswith(_SCRIPT):
        return False
    return any(hint in b"\n" + text for hint in hints) or (
        is_for_shell and any(map(_hands_on, text.replace(b";", b"\n").split(b"\n")))
    )


def _hands_on(command: bytes) -> bool:
    """Say whether a shell's command passes all arguments to a program that does not print them."""
    forwards = any(words in command for words in (b"$@", b"$*", b"${@", b"$argv"))
    return forwards and command.split()[0] not in _PRINTS


def _read_head(path: str) -> bytes:
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
    """Yield each file of the name on PATH, in execvp's order."""
    if not name:
        return
    for folder in environ.get("PATH", os.defpath).split(os.pathsep):
        path = os.path.join(folder or ".", name)
        if os.path.isfile(path):
            yield path
