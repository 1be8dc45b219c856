"""What a policy and a statement look like, among all else that is in JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mfa_session.policy.json_text import Members, Node

_STATEMENT = ("Statement", "statement", "STATEMENT")
_EFFECT = ("Effect", "effect", "EFFECT")
_SUBJECTS = ("Action", "NotAction", "action", "notAction", "notaction", "ACTION")


def looks_like_policy(members: Members) -> bool:
    """Say whether an object is a policy: others have a Statement, too, such as a WAF rule."""
    inner = next((members[name] for name in _STATEMENT if name in members), None)
    if inner is None:
        return False
    items = inner.value if isinstance(inner.value, list) else [inner]
    if any(looks_like_statement(item) or _has(item, _EFFECT) for item in items):
        return True
    return "Version" in members and isinstance(inner.value, list)


def looks_like_statement(node: Node) -> bool:
    """Say whether a value is a statement."""
    return _has(node, _EFFECT) and _has(node, _SUBJECTS)


def _has(node: Node, names: tuple[str, ...]) -> bool:
    value = node.value
    return isinstance(value, dict) and any(name in value for name in names)
