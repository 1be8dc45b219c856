"""docs/doctor.md lists every check in its group with a valid severity."""

from __future__ import annotations

import re

from house.source import ROOT
from mfa_session.doctor.checks import SEVERITIES
from mfa_session.doctor.command import GROUPS

PAGE = (ROOT / "docs" / "doctor.md").read_text(encoding="utf-8")


def test_the_page_lists_exactly_the_checks_in_their_order() -> None:
    documented = [
        (title.lower(), re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE))
        for title, text in re.findall(r"^### (.+)\n((?:(?!^###).*\n)*)", PAGE, re.MULTILINE)
    ]
    checks = [(group, [check.id for check in checks]) for group, checks in GROUPS.items()]
    assert documented == checks


def test_ids_are_kebab_case_and_unique() -> None:
    ids = [check.id for checks in GROUPS.values() for check in checks]
    assert [each for each in ids if not re.fullmatch(r"[a-z]+(-[a-z]+)*", each)] == []
    assert len(ids) == len(set(ids))


def test_each_documented_severity_exists() -> None:
    named = re.findall(r"^\| `[^`]+` \| (\w+) \|", PAGE, re.MULTILINE)
    assert set(named) <= set(SEVERITIES)
    assert len(named) == sum(map(len, GROUPS.values()))
