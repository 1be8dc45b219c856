"""Let the person pick one of several things, with fzf if it is installed, or by number."""

from __future__ import annotations

import os
import subprocess

from mfa_session.model.errors import Interrupted
from mfa_session.model.settings import without_code
from mfa_session.model.text import printable
from mfa_session.system.programs import find_program
from mfa_session.system.terminal import choose

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mfa_session.system.terminal import Terminal

FZF = ("--no-multi", "--height=40%", "--reverse", "--delimiter=\t", "--with-nth=2..")
PICKED, NO_MATCH, GIVEN_UP = 0, 1, 130


def pick(
    terminal: Terminal, environ: Mapping[str, str], title: str, items: Sequence[tuple[str, str]]
) -> str:
    """Return the picked name; `items` are names, each with a few words about it.

    Raises Interrupted if nothing is picked, and NoMfaError at the end of input.
    """
    width = max(len(name) for name, _ in items)
    shown = [printable(f"{name.ljust(width)}  {about}".rstrip()) for name, about in items]
    fzf = find_program("fzf", environ)
    place = _ask_fzf(fzf, environ, title, shown) if fzf else None
    if place is None:
        place = shown.index(choose(terminal, title, shown))
    return items[place][0]


def _ask_fzf(
    program: str, environ: Mapping[str, str], title: str, shown: Sequence[str]
) -> int | None:
    """Return the index of the picked line; None if fzf fails."""
    kept = without_code(environ)
    lines = "".join(f"{place}\t{line}\n" for place, line in enumerate(shown))
    try:
        done = subprocess.run(
            [program, *FZF, f"--prompt={title} "],
            input=os.fsencode(lines),
            stdout=subprocess.PIPE,
            env=kept,
            check=False,
        )
    except OSError:
        return None
    if done.returncode in {NO_MATCH, GIVEN_UP}:
        raise Interrupted("interrupted", "nothing was chosen; nothing was changed")
    place = done.stdout.partition(b"\t")[0]
    picked = done.returncode == PICKED and place.isdigit() and int(place) < len(shown)
    return int(place) if picked else None
