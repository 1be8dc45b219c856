"""docs/policies.md names every rule of lint with its severity, and no other."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from house.source import ROOT
from mfa_session.policy.lint import RULES
from policy.kinds import STATED

PAGE = ROOT / "docs" / "policies.md"
CORPUS = Path(__file__).with_name("corpus")
ROW = re.compile(r"^\| `([a-z-]+)` \| (error|warning|note) \| .+\.", re.MULTILINE)


def test_the_page_lists_exactly_the_rules() -> None:
    documented = ROW.findall(PAGE.read_text(encoding="utf-8"))
    assert sorted(documented) == sorted((rule.id, rule.severity) for rule in RULES)


def test_the_comparison_counts_every_policy_of_these_tests() -> None:
    sides = Counter(path.parent.name for path in CORPUS.glob("*/*.json"))
    sides.update("wrong" if each.findings else "right" for each in STATED)
    head = f"| | {sides['wrong']} wrong, found | {sides['right']} right, flagged |"
    row = f"| `mfa-session policy lint` | {sides['wrong']} | 0 |"
    page = PAGE.read_text(encoding="utf-8")
    run = "run benchmarks/compare_parliament.py --write"
    assert (head in page, row in page) == (True, True), run


def test_no_rule_has_another_s_name() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES) >= 20
