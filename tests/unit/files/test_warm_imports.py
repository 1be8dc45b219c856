"""What runs before every `aws` call imports next to nothing."""

from __future__ import annotations

import subprocess
import sys

WARM = [
    "mfa_session.files.aws_files",
    "mfa_session.ini.document",
    "mfa_session.files.reading",
    "mfa_session.files.state",
]
ALLOWED = {"errno", "stat"}
"""Besides datetime, which every command needs, and what a version of Python imports for it."""
PROGRAM = """
import datetime, os, sys
before = set(sys.modules)
for name in sys.argv[1:]:
    __import__(name)
print(*sorted(m for m in set(sys.modules) - before if not m.startswith("mfa_session")))
"""


def test_a_warm_module_imports_only_what_starts_fast() -> None:
    argv = [sys.executable, "-c", PROGRAM, *WARM]
    found = subprocess.run(argv, capture_output=True, text=True, check=True).stdout.split()
    assert set(found) - {"__future__"} <= ALLOWED
