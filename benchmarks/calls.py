"""Which functions of ours a command runs: how many, how often, in how many files.

    python benchmarks/calls.py [--list] -- login --profile mfa

Runs the command in this process, with this environment, and writes to stderr. Records and
comprehensions do not count. What is run often, or for a setting that is absent, may be too much.
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
    from types import FrameType

HERE = str(Path(mfa_session.__file__).parent)
RECORDS = "model/record.py"


def trace(argv: list[str]) -> list[tuple[str, str]]:
    """Run `mfa-session argv`; return the file and name of each function of ours, as called."""
    calls: list[tuple[str, str]] = []

    def note(frame: FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        is_function = code.co_flags & inspect.CO_OPTIMIZED and code.co_name[0] != "<"
        if event == "call" and is_function and code.co_filename.startswith(HERE):
            file = code.co_filename[len(HERE) + 1 :]
            if file != RECORDS:
                calls.append((file, getattr(code, "co_qualname", code.co_name)))

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        main.run(argv)
    finally:
        sys.setprofile(None)
    return calls


def report() -> None:
    """Trace the command that is given and tell the figures."""
    options, _, argv = (" ".join(sys.argv[1:])).partition("-- ")
    calls = trace(argv.split())
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
