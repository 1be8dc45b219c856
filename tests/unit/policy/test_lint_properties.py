"""Lint agrees with the sandbox's evaluator: a flagged policy allows too much, and the reverse.

Random policies have a few statements with all conditions about MFA. The sandbox, which knows
nothing of lint, decides for each kind of credentials.
"""

from __future__ import annotations

import json
from typing import Any

from hypothesis import Phase, example, find, given, settings
from hypothesis import strategies as st

from full_sandbox.resource_policies import judge
from mfa_session.model.errors import ConfigurationError
from mfa_session.policy.lint import lint
from mfa_session.policy.reading import read_document
from mfa_session.sandbox.evaluation import Request

PRESENT, AGE = "aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge"
WITHOUT_MFA: tuple[dict[str, Any], ...] = ({}, {PRESENT: "false"})
FRESH = {PRESENT: "true", AGE: "10"}
OLD = {PRESENT: "true", AGE: "90000"}
# One action that each pattern matches, and one that only the widest matches.
ACTIONS = ("ec2:StopInstances", "ec2:StartInstances", "ec2:RebootInstances")
NAMED = {
    "ec2:StopInstances": {"ec2:StopInstances"},
    "ec2:Start*": {"ec2:StartInstances"},
    "ec2:*": set(ACTIONS),
}
LETS_THROUGH = {
    "deny-misses-long-term-keys",
    "deny-misses-sessions-without-mfa",
    "deny-age-misses-no-mfa",
    "allow-bool-if-exists",
    "allow-any-session",
    "allow-age-if-exists",
    "allow-for-all-values",
    "allowed-without-mfa-too",
}

PRESENCES = st.tuples(
    st.sampled_from(["Bool", "BoolIfExists", "ForAllValues:Bool", "ForAnyValue:Bool", "Null"]),
    st.just(PRESENT),
    st.sampled_from(["true", "false"]),
)
AGES = st.tuples(
    st.sampled_from(
        [
            f"Numeric{order}{end}"
            for order in ("LessThan", "GreaterThan")
            for end in ("", "IfExists")
        ]
    ),
    st.just(AGE),
    st.just("3600"),
) | st.tuples(st.just("Null"), st.just(AGE), st.sampled_from(["true", "false"]))


def block(conditions: list[tuple[str, str, str]]) -> dict[str, dict[str, str]]:
    """Return a Condition; the later of two with the same key and operator wins."""
    found: dict[str, dict[str, str]] = {}
    for operator, key, value in conditions:
        found.setdefault(operator, {})[key] = value
    return found


@st.composite
def statements(draw: st.DrawFn) -> dict[str, Any]:
    conditions = draw(st.lists(PRESENCES | AGES, max_size=2))
    statement: dict[str, Any] = {
        "Effect": draw(st.sampled_from(["Allow", "Deny"])),
        "Action": draw(st.sampled_from(sorted(NAMED))),
        "Resource": "*",
    }
    return {**statement, "Condition": block(conditions)} if conditions else statement


POLICIES = st.lists(statements(), min_size=1, max_size=4).map(
    lambda made: {"Version": "2012-10-17", "Statement": made}
)


def rules_broken(policy: dict[str, Any]) -> set[str]:
    return {each.rule for each in lint(read_document("p.json", json.dumps(policy)))}


def about(policy: dict[str, Any], action: str, effect: str, *, mfa: bool) -> bool:
    """Say whether a statement has this effect on the action, and asks for MFA or not."""
    return any(
        action in NAMED[each["Action"]] and each["Effect"] == effect and asks(each, action) == mfa
        for each in policy["Statement"]
    )


def allows_only_others(policy: dict[str, Any], action: str) -> bool:
    """Say whether a policy allows something, and not this action."""
    allowed = [NAMED[e["Action"]] for e in policy["Statement"] if e["Effect"] == "Allow"]
    return bool(allowed) and not any(action in names for names in allowed)


def asks(statement: dict[str, Any], action: str) -> bool:
    """Say whether a statement asks for MFA; an Allow that nobody with MFA can use does not."""
    if "Condition" not in statement or statement["Effect"] == "Deny":
        return "Condition" in statement
    requests = [Request(action, context=context) for context in (FRESH, OLD)]
    return any(judge([{"Statement": statement}], request).allowed for request in requests)


def grants(policy: dict[str, Any], action: str, context: dict[str, Any]) -> bool:
    """Ask the sandbox; another policy allows what this one allows nobody."""
    allowed_here = any(about(policy, action, "Allow", mfa=mfa) for mfa in (True, False))
    elsewhere = {"Statement": {"Effect": "Allow", "Action": action, "Resource": "*"}}
    documents = [policy] if allowed_here else [policy, elsewhere]
    return judge(documents, Request(action, context=context)).grants


def letting_through(policy: dict[str, Any]) -> set[str]:
    """Return the severities of the findings that the policy allows somebody without MFA."""
    found = lint(read_document("p.json", json.dumps(policy)))
    return {each.severity for each in found if each.rule in LETS_THROUGH}


def grants_beside_another(policy: dict[str, Any], action: str, context: dict[str, Any]) -> bool:
    """Ask the sandbox, beside another policy that allows everything."""
    everything = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    return judge([policy, everything], Request(action, context=context)).grants


@given(POLICIES)
def test_whoever_a_finding_names_gets_through(policy: dict[str, Any]) -> None:
    severities = letting_through(policy)
    if "error" in severities:
        assert any(grants(policy, action, kind) for action in ACTIONS for kind in WITHOUT_MFA)
    if severities:  # a warning: where another policy attached to the user allows it
        assert any(
            grants_beside_another(policy, action, kind)
            for action in ACTIONS
            for kind in WITHOUT_MFA
        )


@given(POLICIES)
def test_every_way_through_and_every_lockout_has_a_finding(policy: dict[str, Any]) -> None:
    for action in () if rules_broken(policy) else ACTIONS:
        if allows_only_others(policy, action):
            continue  # a Deny may be for these, with a wider name
        denied = about(policy, action, "Deny", mfa=True)
        asked = about(policy, action, "Allow", mfa=True)
        if denied or (asked and not about(policy, action, "Allow", mfa=False)):
            assert not any(grants(policy, action, kind) for kind in WITHOUT_MFA)
        if (denied or asked) and not about(policy, action, "Deny", mfa=False):
            assert grants(policy, action, FRESH)


def test_some_policies_have_findings_and_some_have_none() -> None:
    """Both properties above apply: some policies are flagged, and some are not."""
    right = st.lists(statements(), min_size=2, max_size=2).filter(
        lambda made: (
            all("Condition" in each for each in made) and not rules_broken({"Statement": made})
        )
    )
    wrong = POLICIES.filter(lambda policy: bool(rules_broken(policy) & LETS_THROUGH))
    found_is_enough = settings(phases=[Phase.generate])  # any example will do
    assert find(right, lambda _: True, settings=found_is_enough)
    assert find(wrong, lambda _: True, settings=found_is_enough)


ODD = st.sampled_from(
    ["", "*", "ec2:*", "*:*", ":", "?", "${aws:username}", "a/b", "é", "\x00", "1"]
)
ODD_LISTS = ODD | st.lists(ODD, max_size=3)
ODD_OPERATORS = st.sampled_from(["Bool", "Null", "NumericLessThan", "Bool:", "ForAllValues:", "x"])
ODD_KEYS = st.sampled_from([PRESENT, AGE, "", ":", "mfa", "aws:", "aws:MFAPresent", "aws:SourceIp"])
ODD_VALUES = st.none() | st.booleans() | st.floats() | st.integers() | ODD_LISTS
ODD_STATEMENTS = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny", "allow"])},
    optional={
        "Sid": ODD,
        "Action": ODD_LISTS,
        "NotAction": ODD_LISTS,
        "Resource": ODD_LISTS,
        "NotResource": ODD_LISTS,
        "Principal": ODD | st.dictionaries(ODD | st.just("AWS"), ODD_LISTS, max_size=2),
        "Conditions": ODD,
        "Condition": st.dictionaries(
            ODD_OPERATORS, st.dictionaries(ODD_KEYS, ODD_VALUES, max_size=2), max_size=2
        ),
    },
)


@given(st.lists(ODD_STATEMENTS, max_size=3), st.booleans())
@example([{"Effect": "Deny", "Principal": "*", "Conditions": "*"}], False)
@example([{"Effect": "Deny", "Principal": "*", "Conditions": {"Bool": 5}}], False)
def test_any_text_is_linted_or_refused(statements: list[dict[str, Any]], on_role: bool) -> None:
    text = json.dumps({"Statement": statements})
    try:
        document = read_document("p.json", text)
    except ConfigurationError:
        return
    lines = len(text.splitlines())
    for finding in lint(document, on_role=on_role):
        assert 1 <= finding.line <= lines
        assert finding.message
        assert finding.who
        json.dumps(dict(finding.fix), allow_nan=False)
