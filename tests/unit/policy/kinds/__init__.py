"""Policies with each kind of mistake, and similar correct ones, with the expected findings.

Findings and outcomes were written by hand, from IAM's evaluation logic. Outcomes say whom a
policy allows an action: `k` long-term keys, `s` sessions without MFA, `m` fresh MFA sessions.
Each module has the KINDS that the rules of the same name in `mfa_session.policy.rules` find.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from policy.statements import Stated

ROOMS = tuple(found.name for found in pkgutil.iter_modules(__path__))
STATED: list[Stated] = [
    each for room in ROOMS for each in importlib.import_module(f"{__name__}.{room}").KINDS
]
