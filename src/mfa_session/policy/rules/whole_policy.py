"""What is wrong with a statement only because of another, or of the policy's form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_session.model.nearest import nearest_of
from mfa_session.policy.case import KINDS
from mfa_session.policy.coverage import names_of
from mfa_session.policy.finding import ERROR, WARNING, Check, Flaw, Rule
from mfa_session.policy.fixes import plain, right_deny
from mfa_session.policy.intrinsics import without_template_values
from mfa_session.policy.reading import ELEMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_session.policy.case import Case
    from mfa_session.policy.json_text import Node

DEFEATED = Rule("allowed-without-mfa-too", ERROR)
UNKNOWN_ELEMENT = Rule("unknown-element", ERROR)
UNKNOWN_ACTION = Rule("unknown-action", WARNING)
OLD_VERSION = Rule("old-version", WARNING)
RULES = (DEFEATED, UNKNOWN_ELEMENT, UNKNOWN_ACTION, OLD_VERSION)

NEW_VERSION = "2012-10-17"
_READING = ("get", "list", "describe", "batchget", "lookup", "search", "view")


def check_defeat(case: Case) -> Iterator[Flaw]:
    """Find Allows with MFA for what another Allow gives without, and no Deny takes away."""
    if not case.requires_mfa:
        return
    statement, whole = case.statement, case.whole
    names = names_of(statement)
    opened = {name for kind in KINDS for name in whole.opened(statement, kind)}
    defeated = [name for name in names if name in opened]
    partly = len(defeated) < len(names)
    if not defeated or (partly and all(map(_only_reads, defeated))):
        return
    by_hand = (
        partly
        or whole.has_allows_for_no_mfa
        or statement.not_actions is not None
        or not whole.lenient_allows.covers(statement)
    )
    shown = ", ".join(defeated[:3]) + (" …" if defeated[3:] else "")
    yield Flaw(
        DEFEATED,
        case.mfa_conditions[0].position,
        f"another statement allows {shown} without MFA, and one Allow is enough",
        "everybody whom the other statement is for gets through without MFA",
        "forbid it to those without MFA",
        {} if by_hand else right_deny(statement),
    )


def check_elements(case: Case) -> Iterator[Flaw]:
    """Find elements that no statement has, such as a Condition that is misspelt."""
    for name, node in case.statement.elements.items():
        if name not in ELEMENTS:
            near = nearest_of(name, ELEMENTS, most=1)
            free = near and near[0] not in case.statement.elements
            yield Flaw(
                UNKNOWN_ELEMENT,
                case.whole.document.source.position(node.key_offset),
                f"{name} is no element of a statement" + (f"; {near[0]} is" if near else ""),
                "nobody is checked by it: IAM refuses the policy, and what stood before stays",
                "use an element that there is",
                {near[0]: plain(node)} if free else {},
            )


def check_actions(case: Case) -> Iterator[Flaw]:
    """Find actions that AWS does not have, and that are nearly one of its."""
    names, source = case.whole.names, case.whole.document.source
    for element in ("Action", "NotAction") if names else ():
        node = case.statement.elements.get(element)
        listed = () if node is None else node.value if isinstance(node.value, list) else (node,)
        for item in listed:
            meant = names.meant(item.value) if names and isinstance(item.value, str) else None
            if meant:
                yield Flaw(
                    UNKNOWN_ACTION,
                    source.position(item.offset),
                    f"AWS has no action {item.value}; {meant} was meant, perhaps",
                    f"{meant} is not what this statement is about",
                    f"write {meant}",
                )


def check_version(case: Case) -> Iterator[Flaw]:
    """Find variables in policies of a version that does not know them."""
    if case.whole.document.version == NEW_VERSION:
        return
    found = next(_variables(case), None)
    if found is not None:
        version = case.whole.document.version or "no Version, which means 2008-10-17"
        yield Flaw(
            OLD_VERSION,
            case.whole.document.source.position(found.offset),
            f"the policy has {version}: IAM takes this variable for plain text there",
            "those whom the variable stands for are not meant by it; nobody is",
            f'put "Version": "{NEW_VERSION}" at the head of the policy',
        )


CHECKS: tuple[Check, ...] = (check_defeat, check_elements, check_actions, check_version)


def _only_reads(action: str) -> bool:
    return action.partition(":")[2].startswith(_READING)


def _variables(case: Case) -> Iterator[Node]:
    """Yield texts with a variable, where IAM fills them in: resources and conditions' values."""
    elements = case.statement.elements
    nodes = [elements[name] for name in ("Resource", "NotResource") if name in elements]
    nodes += [condition.node for condition in case.statement.conditions]
    for node in nodes:
        for item in node.value if isinstance(node.value, list) else [node]:
            if isinstance(item.value, str) and "${" in without_template_values(item.value):
                yield item
