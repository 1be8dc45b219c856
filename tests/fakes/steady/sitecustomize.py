"""Gives temporary files the same names in each run, so that a fault can be aimed at one of them.

Python imports it at its start where this folder is on PYTHONPATH.
"""

from __future__ import annotations

import itertools
import os

_NUMBERS = itertools.count(1)
PROCESS = 4_000_000
"""Part of the names of sessions that are kept aside."""


def _count(size: int) -> bytes:
    return next(_NUMBERS).to_bytes(size, "big") if size <= 8 else bytes(size)


os.urandom = _count
os.getpid = lambda: PROCESS
