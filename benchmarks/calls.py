"""Which functions of ours a command runs: how many, how often, in how many files.

    python benchmarks/calls.py [--list] [--tree] -- login --profile mfa

Runs the command in this process, with this environment, and writes to stderr: with --list how often
each function runs, with --tree the calls in their order, each below its caller. Records and
comprehensions do not count.
"""

from __future__ import annotations

import inspect
import sys
import threading
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mfa_session
from mfa_session.cli import main

if TYPE_CHECKING:
    from types import CodeType, FrameType

HERE = str(Path(mfa_session.__file__).parent)
RECORDS = "model/record.py"


def is_ours(code: CodeType) -> bool:
    """Say whether a function is ours and counts."""
    is_function = code.co_flags & inspect.CO_OPTIMIZED and code.co_name[0] != "<"
    return (
        bool(is_function) and code.co_filename.startswith(HERE) and RECORDS not in code.co_filename
    )


def depth_of(frame: FrameType | None) -> int:
    """Return how many functions of ours have led to a call."""
    depth = -1
    while frame is not None:
        depth += is_ours(frame.f_code)
        frame = frame.f_back
    return depth


def trace(argv: list[str], *, shows_tree: bool) -> list[tuple[str, str]]:
    """Run `mfa-session argv`; return the file and name of each function of ours, as called."""
    calls: list[tuple[str, str]] = []

    def note(frame: FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        if event == "call" and is_ours(code):
            file = code.co_filename[len(HERE) + 1 :]
            calls.append((file, getattr(code, "co_qualname", code.co_name)))
            if shows_tree:
                print("  " * depth_of(frame) + " ".join(calls[-1]), file=sys.stderr)

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        main.run(argv)
    finally:
        sys.setprofile(None)
    return calls


def report() -> None:
    """Trace the command of the arguments, and print the figures."""
    options, _, argv = (" ".join(sys.argv[1:])).partition("-- ")
    calls = trace(argv.split(), shows_tree="--tree" in options)
    changes = sum(one[0] != next_[0] for one, next_ in pairwise(calls))
    if "--list" in options:
        for (file, name), times in Counter(calls).items():
            print(f"{times:6}  {file}  {name}", file=sys.stderr)
    ours = [name for name in sys.modules if name.split(".")[0] == "mfa_session"]
    figures = f"{len(set(calls))} functions in {len({file for file, _ in calls})} files"
    print(f"{figures}, {changes} changes of file, {len(calls)} calls", file=sys.stderr)
    print(f"{len(ours)} modules of ours loaded", file=sys.stderr)


if __name__ == "__main__":
    report()
