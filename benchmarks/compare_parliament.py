r"""Compare `policy lint` with parliament on this project's own policies, for docs/policies.md.

    uv run --no-project --with-editable . --with parliament --with 'setuptools<81' \
        python benchmarks/compare_parliament.py

The policies are those of tests/unit/policy (corpus and kinds), whose expected findings were written
before anything ran. parliament is no dependency; it needs setuptools' pkg_resources. `--write`
writes the table to the page.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import sys
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NamedTuple

from mfa_session.aws.action_list import read_list
from mfa_session.guard.services import IAM_PREFIXES
from mfa_session.policy.aws_names import AwsNames
from mfa_session.policy.lint import lint
from mfa_session.policy.reading import read_document

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests" / "unit"
PAGE = ROOT / "docs" / "policies.md"
START, END = "<!-- parliament -->\n", "<!-- end of parliament -->"
# parliament's issues with conditions and actions; its others are about resources and form.
ABOUT_CONDITIONS = {
    "BAD_PATTERN_FOR_MFA",
    "MISMATCHED_TYPE",
    "MISMATCHED_TYPE_BUT_USABLE",
    "MISMATCHED_TYPE_OPERATION_TO_NULL",
    "UNKNOWN_ACTION",
    "UNKNOWN_OPERATOR",
    "UNKNOWN_PREFIX",
}


class Policy(NamedTuple):
    """A policy as JSON, and whether something is wrong with it."""

    text: str
    kind: str | None
    wrong: bool


class Flagged(NamedTuple):
    """Which tools have a finding for a policy."""

    ours: bool
    conditions: bool
    anything: bool


def main() -> None:
    """Print the table, or write it to the page."""
    policies = [*corpus(), *kinds()]
    flagged = [(policy.wrong, look(policy)) for policy in policies]
    rows = [
        ("`mfa-session policy lint`", "ours"),
        ("parliament, findings about conditions and actions", "conditions"),
        ("parliament, any finding", "anything"),
    ]
    count = {wrong: sum(each.wrong is wrong for each in policies) for wrong in (True, False)}
    lines = [f"| | {count[True]} wrong, found | {count[False]} right, flagged |", "|---|---:|---:|"]
    for name, tool in rows:
        found = {
            wrong: sum(getattr(each, tool) for is_wrong, each in flagged if is_wrong is wrong)
            for wrong in (True, False)
        }
        lines.append(f"| {name} | {found[True]} | {found[False]} |")
    version = importlib.metadata.version("parliament")
    head = f"parliament {version}, {datetime.now(timezone.utc):%Y-%m-%d}:"
    table = "\n".join([head, "", *lines, ""])
    if "--write" in sys.argv:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(START)
        after = rest.partition(END)[2]
        PAGE.write_text(f"{before}{START}\n{table}\n{END}{after}", encoding="utf-8")
    else:
        print(table)


def corpus() -> list[Policy]:
    """Return the policies of the corpus, which are files."""
    folder = TESTS / "policy" / "corpus"
    return [
        Policy(path.read_text(encoding="utf-8"), None, side == "wrong")
        for side in ("right", "wrong")
        for path in sorted((folder / side).glob("*.json"))
    ]


def kinds() -> list[Policy]:
    """Return the policies of `policy.kinds`: one for each kind of mistake, and correct ones."""
    sys.path.insert(0, str(TESTS))
    return [
        Policy(
            json.dumps({"Version": "2012-10-17", "Statement": each.statements}),
            each.kind,
            bool(each.findings),
        )
        for each in importlib.import_module("policy.kinds").STATED
    ]


def look(policy: Policy) -> Flagged:
    """Return which tools have a finding for a policy."""
    issues = theirs(policy.text)
    return Flagged(ours(policy), bool(issues & ABOUT_CONDITIONS), bool(issues))


def ours(policy: Policy) -> bool:
    """Say whether lint has a finding."""
    listed = read_list()
    names = AwsNames(listed.services, listed.actions_of, lambda _: (), IAM_PREFIXES)
    document = replace(read_document("p.json", policy.text), told_kind=policy.kind)  # as the tests
    return bool(lint(document, names=names))


def theirs(text: str) -> set[str]:
    """Return parliament's issues; none if it fails on the policy."""
    analyze: Any = importlib.import_module("parliament").analyze_policy_string
    try:
        return {finding.issue for finding in analyze(text).findings}
    except Exception:  # noqa: BLE001  # any error of parliament
        return set()


if __name__ == "__main__":
    main()
