"""Write the tables in docs/guard.md, which follow from AWS's operations and the built-in list."""

from __future__ import annotations

import functools
import sys
from collections import Counter
from pathlib import Path

from mfa_session.aws.action_list import read_list
from mfa_session.guard.aliases import NO_ALIASES
from mfa_session.guard.rules import BUILTIN_ALLOW, BUILTIN_PROTECT, Rules, judge
from mfa_session.guard.unmatched import add_version_2

PAGE = Path(__file__).with_name("guard.md")
ROWS = 30


def render(page: str) -> str:
    """Return the page with its generated parts as they would be written now."""
    for name, text in {"builtin": built_in_table(), "verbs": verb_table()}.items():
        before, _, rest = page.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition(f"<!-- end of {name} -->")
        page = f"{before}<!-- {name} -->\n\n{text}\n{end}{after}"
    return page


def built_in_table() -> str:
    """Return the built-in list, with how many operations each pattern protects first."""
    counts, _, _ = measure()
    rows = ["| pattern | operations |", "|---|---:|"]
    rows += [f"| `{pattern}` | {counts[pattern]} |" for pattern in BUILTIN_PROTECT]
    passed = ", ".join(f"`{pattern}`" for pattern in BUILTIN_ALLOW)
    return "\n".join(rows) + f"\n\nNot protected, although a pattern matches: {passed}.\n"


def verb_table() -> str:
    """Return the table of verbs: how many operations begin with each, how many are protected."""
    counts, verbs, protected = measure()
    total = sum(verbs.values())
    share = f"{sum(counts.values()):,} of {total:,} operations are protected"
    rows = [f"{share}.", "", "| verb | operations | protected |", "|---|---:|---:|"]
    ordered = sorted(protected, key=lambda verb: (-protected[verb], verb))
    rows += [f"| {verb} | {verbs[verb]} | {protected[verb]} |" for verb in ordered]
    rest = sorted((verb for verb in verbs if not protected[verb]), key=lambda verb: -verbs[verb])
    none = ", ".join(f"{verb} ({verbs[verb]})" for verb in rest[:ROWS])
    return "\n".join(rows) + f"\n\nOf the other verbs nothing is protected: {none}, …\n"


@functools.cache
def measure() -> tuple[Counter[str], Counter[str], Counter[str]]:
    """Count operations by the built-in pattern that protects them, by verb, and both."""
    rules = Rules.of({})
    by_pattern, by_verb, protected = Counter[str](), Counter[str](), Counter[str]()
    for service, operations in add_version_2(read_list().operations).items():
        for operation in operations:
            verb = operation.split("-")[0]
            by_verb[verb] += 1
            verdict = judge(("aws", service, operation), rules, NO_ALIASES)
            if verdict.protected:
                protected[verb] += 1
                by_pattern[(verdict.rule or "").removeprefix("built-in ")] += 1
    return by_pattern, by_verb, protected


if __name__ == "__main__":
    PAGE.write_text(render(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stdout.write(f"wrote {PAGE}\n")
