"""Write as IAM does what a plan tells of an aws_iam_policy_document that is read during the apply.

Its JSON is known only then, but its statements are in the plan, with null for what is not known.
"""

from __future__ import annotations

from collections.abc import Iterator

from mfa_session.policy.document import CURRENT_VERSION
from mfa_session.policy.nodes import Members, Node, items_of, listed, members_of, text_in, text_of

KIND = "aws_iam_policy_document"
_ELEMENTS = {
    "sid": "Sid",
    "effect": "Effect",
    "actions": "Action",
    "not_actions": "NotAction",
    "resources": "Resource",
    "not_resources": "NotResource",
    "principals": "Principal",
    "not_principals": "NotPrincipal",
    "condition": "Condition",
}
_OLD = {"source_json", "override_json"}  # of providers before version 6
_OTHERS = {"source_policy_documents", "override_policy_documents"}
_LATER = "${known_after_apply}"


def as_policy(document: Members) -> Node | None:
    """Return the policy; None if its JSON is known, or if others become a part of it."""
    values = members_of(document.get("values"))
    others = _OTHERS | (_OLD if _OLD & values.keys() else set())
    joined = any(each not in values or values[each].value for each in others)
    statements = values.get("statement")
    if joined or not statements or text_in(values, "json") or not items_of(statements):
        return None
    version = text_in(values, "version") or CURRENT_VERSION
    written = [each._replace(value=dict(_elements(each))) for each in items_of(statements)]
    made = {"Version": statements._replace(value=version)}
    made["Statement"] = statements._replace(value=written)
    return Node(dict(made), statements.offset)


def _elements(statement: Node) -> Iterator[tuple[str, Node]]:
    told = members_of(statement)
    for name, element in _ELEMENTS.items():
        node = told.get(name)
        if node is None and name in {"actions", "resources"} and not _has_other(told, name):
            yield element, statement._replace(value=_LATER)
        elif name == "effect":
            yield element, (node or statement)._replace(value=text_of(node) or "Allow")
        elif node is not None and node.value:
            if name == "condition":
                yield element, node._replace(value=_block(node))
            elif name.endswith("principals"):
                yield element, _principals(node)
            else:
                yield element, _filled(node)


def _has_other(told: Members, name: str) -> bool:
    """Say whether the opposite element stands there; principals need no resources."""
    names = [f"not_{name}", *(["principals"] if name == "resources" else [])]
    return any(each in told and bool(told[each].value) for each in names)


def _block(conditions: Node) -> Members:
    block: dict[str, Members] = {}
    for each in items_of(conditions):
        parts = members_of(each)
        test, key = (text_in(parts, name) or _LATER for name in ("test", "variable"))
        values = parts.get("values", each._replace(value=_LATER))
        keys = block.setdefault(test, {})
        more = listed(keys[key]) if key in keys else []
        both = [*more, *listed(_filled(values))]
        keys[key] = each._replace(value=both, key_offset=each.offset)
    return {
        test: conditions._replace(value=keys, key_offset=next(iter(keys.values())).offset)
        for test, keys in block.items()
    }


def _principals(node: Node) -> Node:
    kinds: Members = {}
    for each in items_of(node):
        parts = members_of(each)
        kind = text_in(parts, "type") or "AWS"
        named = _filled(parts.get("identifiers", each._replace(value=_LATER)))
        more = listed(kinds[kind]) if kind in kinds else []
        kinds[kind] = each._replace(value=[*more, *listed(named)], key_offset=each.offset)
    return node._replace(value="*" if "*" in kinds else kinds)


def _filled(node: Node) -> Node:
    """Return a text or texts; `&{` is how Terraform writes IAM's `${`."""
    if isinstance(node.value, list):
        return node._replace(value=list(map(_filled, node.value)))
    return node._replace(value=text_of(node).replace("&{", "${") or _LATER)
