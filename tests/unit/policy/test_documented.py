"""docs/policies.md names every rule of lint with its severity and text, and no other."""

from __future__ import annotations

import re

from house.source import ROOT
from mfa_session.policy.lint import RULES

PAGE = ROOT / "docs" / "policies.md"
ROW = re.compile(r"^\| `([a-z-]+)` \| (error|warning|note) \| (.+) \|$", re.MULTILINE)


def test_the_page_lists_every_rule_and_no_other() -> None:
    documented = ROW.findall(PAGE.read_text(encoding="utf-8"))
    assert sorted(documented) == sorted((rule.id, rule.severity, rule.text) for rule in RULES)


def test_each_rule_has_its_own_name() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES) >= 20
