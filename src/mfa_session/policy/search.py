"""Finds the policies in whatever they come in: anywhere in JSON or YAML, and in strings there.

Shapes that say more of their policies than where they stand (Terraform, CloudFormation, the answer
of `aws iam get-account-authorization-details`) are read by `wrappings`, which gives each a name, a
kind, and what it hangs on.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from mfa_session.model.errors import ConfigurationError
from mfa_session.policy import intrinsics, wrappings
from mfa_session.policy.json_text import Node, parse
from mfa_session.policy.policy_text import Embedded, UrlDecoded
from mfa_session.policy.where import Where

if TYPE_CHECKING:
    from mfa_session.policy.json_text import Members
    from mfa_session.policy.policy_text import PolicyText


_DEEPEST_STRINGS = 4  # a policy in a string in a string …
_EFFECT_IN_TEXT = re.compile("(?<![a-z])[Ee]ffect(?!s)")  # not Kubernetes' sideEffects
_ENCODED_BRACES = ("%7B", "%7b", "%5B", "%5b")


class Found(NamedTuple):
    """A policy, or a list of statements, in the text that its node's offsets count in."""

    source: PolicyText
    node: Node
    where: Where


class Search:
    """Goes through nodes, and keeps what it finds in the order of the text."""

    def __init__(self, source: PolicyText, *, _strings: int = 0) -> None:
        """Take the text that the nodes are of."""
        self.found: list[Found] = []
        self.errors: list[ConfigurationError] = []
        self._source = source
        self._strings = _strings
        self._has_functions = "Fn::" in source.text or "Ref" in source.text or "!" in source.text

    def visit(self, node: Node, where: Where = Where()) -> None:  # noqa: B008  # it is frozen
        """Look at a value, and at what is in it."""
        value = node.value
        if isinstance(value, dict):
            self._look_at_object(node, value, where)
        elif isinstance(value, list):
            if value and all(map(looks_like_statement, value)):
                self._keep(node, where)
            else:
                for index, item in enumerate(value):
                    self.visit(item, where.at(str(index)))
        elif isinstance(value, str):
            self._look_at_text(node, value, where)

    def _look_at_object(self, node: Node, members: dict[str, Node], where: Where) -> None:
        if looks_like_policy(members) or looks_like_statement(node):
            self._keep(node, where)
            return
        parts = wrappings.unwrap(members, where)
        if parts is None:
            inside = where.inside(members)
            parts = [(inner, inside.at(key)) for key, inner in members.items()]
            if len(members) == 1 and "Fn::Sub" in members:
                resolved = intrinsics.resolve(node)
                parts = [(resolved, where)] if resolved else []
        for inner, there in parts:
            self.visit(inner, there)

    def _keep(self, node: Node, where: Where) -> None:
        resolved = intrinsics.resolve(node) if self._has_functions else node
        if resolved is not None:
            self.found.append(Found(self._source, resolved, where))

    def _look_at_text(self, node: Node, text: str, where: Where) -> None:
        if self._strings >= _DEEPEST_STRINGS or not may_hold_policy(text):
            return
        inner: PolicyText = Embedded(self._source, node.offset, text)
        start = text.lstrip()[:3]
        if start in _ENCODED_BRACES:
            inner = UrlDecoded(inner, len(text) - len(text.lstrip()), unquote(text.strip()))
        elif start[:1] not in {"{", "["}:
            return
        search = Search(inner, _strings=self._strings + 1)
        try:
            search.visit(parse(inner), where)
        except ConfigurationError as error:
            self.errors.append(error)
        self.found += search.found
        self.errors += search.errors


def may_hold_policy(text: str) -> bool:
    """Say whether a text can hold a policy: quick, and never wrongly no."""
    if "tatement" in text or "STATEMENT" in text:
        return True
    return "ction" in text and _EFFECT_IN_TEXT.search(text) is not None


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
