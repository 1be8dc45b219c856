"""Patterns are checked against AWS's operations, and docs/guard.md is current."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

import pytest

from house.source import ROOT
from mfa_session.aws.action_list import read_list
from mfa_session.guard.aliases import NO_ALIASES
from mfa_session.guard.rules import BUILTIN_ALLOW, BUILTIN_PROTECT, Rules, judge
from mfa_session.guard.services import IAM_PREFIXES
from mfa_session.guard.unmatched import add_version_2, list_unmatched, suggest_pattern

if TYPE_CHECKING:
    from types import ModuleType


@pytest.fixture(scope="module")
def known() -> dict[str, tuple[str, ...]]:
    return dict(add_version_2(read_list().operations))


def load_generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_guard", ROOT / "docs/generate_guard.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_has_the_current_built_in_list() -> None:
    generator = load_generator()
    written = generator.PAGE.read_text(encoding="utf-8")
    assert written == generator.render(written), "stale: run python docs/generate_guard.py"
    assert all(f"`{pattern}`" in written for pattern in BUILTIN_PROTECT + BUILTIN_ALLOW)


def test_every_built_in_pattern_matches_an_operation(known: dict[str, tuple[str, ...]]) -> None:
    assert list_unmatched(BUILTIN_PROTECT + BUILTIN_ALLOW, known) == []
    assert len(BUILTIN_PROTECT) <= 40


def test_every_service_with_an_iam_prefix_is_a_service_of_the_cli(
    known: dict[str, tuple[str, ...]],
) -> None:
    assert set(IAM_PREFIXES) - set(known) == set()


def test_operations_that_only_read_are_not_protected(known: dict[str, tuple[str, ...]]) -> None:
    rules = Rules.of({})
    reading = ("describe", "get", "list", "ls", "search", "wait", "help", "head", "select", "query")
    caught = [
        f"{service}:{operation}"
        for service, operations in known.items()
        for operation in operations
        if operation.split("-")[0] in reading
        and judge(("aws", service, operation), rules, NO_ALIASES).protected
    ]
    assert caught == []


def test_patterns_without_a_match_are_listed(known: dict[str, tuple[str, ...]]) -> None:
    right = ["ec2:StopInstances", "ec2:stop-instances", "*:Delete*", "s3:rb", "s3:DeleteObject",
             "s3:DeleteObjectVersion", "states:*", "sso:login", "ec2:*", "*", "EC2:stopinstances",
             "elasticmapreduce:TerminateJobFlows", "cloudformation:deploy"]  # fmt: skip
    wrong = ["ec2:StopInstance", "ec3:*", "stop-instances", "", "ec2:", "lambda:InvokeFunction"]
    assert list_unmatched([*right, *wrong], known) == wrong
    assert list_unmatched([], known) == []


@pytest.mark.parametrize(
    ("pattern", "nearest"),
    [
        ("ec2:StopInstance", "ec2:StopInstances"),
        ("ec2:stop-instence", "ec2:StopInstances"),
        ("rds:DeleteDBInstanc", "rds:DeleteDBInstance"),
        ("states:DeleteStateMachin", "states:DeleteStateMachine"),
        ("ec3:Stop*", "ecs:Stop*"),
        ("terminate-instances", "ec2:TerminateInstances"),
        ("qqqqqqq:*", None),
        ("ec2:", None),
        ("nothing at all", None),
    ],
)
def test_the_nearest_pattern_is_suggested(
    pattern: str, nearest: str | None, known: dict[str, tuple[str, ...]]
) -> None:
    assert suggest_pattern(pattern, known) == nearest
