"""Read a text of JSON or YAML, and find the policies anywhere in it, and in strings there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import NamedTuple
from urllib.parse import unquote

from mfa_session.model.errors import ConfigurationError
from mfa_session.policy import intrinsics
from mfa_session.policy.credentials import MFA_AGE, MFA_PRESENT
from mfa_session.policy.formats.account import DETAILS, is_account, read_account
from mfa_session.policy.formats.origin import ORGANISATION_KINDS, Origin
from mfa_session.policy.formats.stacks import arns_in, defaults_in, is_stack, read_stack
from mfa_session.policy.formats.terraform import (
    read_old_state_file,
    read_state_file,
    read_terraform,
)
from mfa_session.policy.nodes import (
    Members,
    Node,
    listed,
    members_in,
    members_of,
    parse,
    parse_lines,
    parse_yaml,
    text_in,
)
from mfa_session.policy.policy_text import Embedded, PolicyText, UrlDecoded

Parts = Iterable[tuple[Node, Origin]]

_TERRAFORM_HINT = (
    "lint Terraform's plan instead: `terraform plan -out=plan && terraform show -json plan"
    " | mfa-session policy lint -`"
)
_HCL = "HCL, Terraform's language"
_OF_TERRAFORM = "aws_iam_policy_document"  # a data source, whose statements have other words
_MFA_KEYS = {MFA_PRESENT.lower(), MFA_AGE.lower()}
_DEEPEST_STRINGS = 4  # a policy in a string in a string …
_EFFECT_IN_TEXT = re.compile("(?<![a-z])[Ee]ffect(?!s)")  # not Kubernetes' sideEffects
_ENCODED_BRACES = ("%7B", "%7b", "%5B", "%5b")


class Found(NamedTuple):
    """A policy or a list of statements, and the text of its offsets."""

    source: PolicyText
    node: Node
    origin: Origin
    written: Mapping[str, str]  # as in Document


class Search:
    """Searches nodes, and collects the policies in the order of the text."""

    def __init__(
        self, source: PolicyText, asked: intrinsics.Asked | None = None, *, _strings: int = 0
    ) -> None:
        self.found: list[Found] = []
        self.errors: list[ConfigurationError] = []
        self._source = source
        self._strings = _strings
        self._arns: dict[str, str] = {}  # by the references to them in a template
        self._asked = asked
        self._defaults: dict[str, intrinsics.Default] = {}  # by the references to parameters
        self._in_stack = False
        self._has_braces = any(each in source.text for each in ("AWS::", "${", "{{"))
        self._has_functions = any(each in source.text for each in ("Fn::", "Ref", "!", "${AWS::"))

    @cached_property
    def _partition(self) -> str:
        told = "" if self._asked is None else self._asked.partition
        return told or intrinsics.partition_in(self._source.text)

    def visit(self, node: Node, origin: Origin) -> None:
        """Search a value and everything in it."""
        value = node.value
        if isinstance(value, dict):
            self._look_at_object(node, value, origin)
        elif isinstance(value, list):
            if value and all(map(looks_like_statement, value)):
                self._keep(node, origin)
            else:
                for index, item in enumerate(value):
                    self.visit(item, origin.at(str(index)))
        elif isinstance(value, str):
            self._look_at_text(node, value, origin)

    def _look_at_object(self, node: Node, members: dict[str, Node], origin: Origin) -> None:
        if _looks_like_policy(members) or looks_like_statement(node):
            self._keep(node, origin)
            return
        meant = next((name for name in members if name.lower() == "statements"), None)
        if meant and "Version" in members and _looks_like_policy({"Statement": members[meant]}):
            self._refuse(members[meant].key_offset, f"a policy has no {meant}", "write Statement")
        for inner, there in self._parts(node, members, origin):
            self.visit(inner, there)

    def _parts(self, node: Node, members: dict[str, Node], origin: Origin) -> Parts:
        known = _parts_of_known(members, origin)
        if known is not None:
            if self._has_functions:
                self._arns |= arns_in(members)
                self._defaults |= defaults_in(members) if self._asked is None else {}
                self._in_stack = self._in_stack or is_stack(members)
            return known
        if len(members) == 1 and "Fn::Sub" in members:
            resolved = intrinsics.resolve(node)
            return [(resolved, origin)] if resolved else []
        inside = origin.inside(members)
        if _OF_TERRAFORM in members:
            offset = members[_OF_TERRAFORM].key_offset
            self.errors.append(_terraform(self._source, offset, "Terraform's language, in JSON"))
        return [(node, inside.at(key)) for key, node in members.items() if key != _OF_TERRAFORM]

    def _refuse(self, offset: int, what: str, hint: str) -> None:
        self.errors.append(self._source.unfit(offset, what, hint))

    def _keep(self, node: Node, origin: Origin) -> None:
        if self._in_stack:
            if intrinsics.is_decided_later(node):
                origin = origin._replace(is_certain=False)
                node = intrinsics.without_choices(node, _MFA_KEYS)
            node = intrinsics.with_literals_marked(node)
        resolved = intrinsics.resolve(node) if self._has_functions else node
        if resolved is not None:
            resolved = intrinsics.replaced(resolved, self._arns) if self._arns else resolved
            written: Mapping[str, str] = {}
            if self._has_braces:
                resolved, written = intrinsics.in_one_account(
                    resolved, self._partition, self._asked, of_stack=self._in_stack
                )
            # What is chosen by a condition may be where the parameter has another value.
            if self._defaults and origin.is_certain and not origin.is_optional:
                resolved = intrinsics.with_defaults(resolved, _MFA_KEYS, self._defaults)
            self.found.append(Found(self._source, resolved, origin, written))

    def _look_at_text(self, node: Node, text: str, origin: Origin) -> None:
        if self._strings >= _DEEPEST_STRINGS or not may_hold_policy(text):
            return
        inner: PolicyText = Embedded(self._source, node.offset, text)
        start = text.lstrip()[:3]
        if start in _ENCODED_BRACES:
            inner = UrlDecoded(inner, len(text) - len(text.lstrip()), unquote(text.strip()))
        elif start[:1] not in {"{", "["}:
            return
        if node.misread:
            what = f"Fn::Sub takes ${{{node.misread}}} for a reference in the template"
            self._refuse(node.offset, what, f"write ${{!{node.misread}}}")
        search = Search(inner, self._asked, _strings=self._strings + 1)
        try:
            search.visit(parse(inner), origin)
        except ConfigurationError as error:
            self.errors.append(error)
        self.found += search.found
        self.errors += search.errors


def _parts_of_known(members: Members, origin: Origin) -> Parts | None:
    """Return what to search in an object of a known format; None for others."""
    if _MARKS.isdisjoint(members):
        return None
    return next((read(members, origin) for fits, read in _FORMATS if fits(members)), None)


def _read_organisation_policy(members: Members, origin: Origin) -> Parts:
    summary = members_in(members, "PolicySummary")
    kind = ORGANISATION_KINDS.get(text_in(summary, "Type"))
    name = text_in(summary, "Name") or text_in(summary, "Id")
    yield members["Content"], origin.named(f"policy/{name}", kind)


def _having(*names: str) -> Callable[[Members], bool]:
    return lambda members: members.keys() >= set(names)


# Every object of a known format has one of these.
_MARKS = {*DETAILS, "Policies", "PolicySummary", "Resources", "format_version", "lineage"}
_FORMATS: tuple[tuple[Callable[[Members], bool], Callable[[Members, Origin], Parts]], ...] = (
    (is_account, read_account),
    (_having("PolicySummary", "Content"), _read_organisation_policy),
    (is_stack, read_stack),
    (_having("format_version", "planned_values"), read_terraform),
    (_having("format_version", "values"), read_terraform),
    (_having("terraform_version", "lineage", "resources"), read_state_file),
    (_having("terraform_version", "lineage", "modules"), read_old_state_file),
)


def may_hold_policy(text: str) -> bool:
    """Say whether a text may contain a policy: fast, and False only if certain."""
    if "tatement" in text or "STATEMENT" in text:
        return True
    return "ction" in text and _EFFECT_IN_TEXT.search(text) is not None


_EFFECT = ("Effect", "effect", "EFFECT")
_SUBJECTS = ("Action", "NotAction", "action", "notAction", "notaction", "ACTION")


def _looks_like_policy(members: Members) -> bool:
    """Tell a policy from others with a Statement, such as a WAF rule."""
    named = (members.get(each) for each in ("Statement", "statement", "STATEMENT"))
    inner = next(filter(None, named), None)
    if inner is None:
        return False
    of_statements = "Version" in members and isinstance(inner.value, list)
    return of_statements or any(_has(item, _EFFECT) for item in listed(inner))


def looks_like_statement(node: Node) -> bool:
    """Say whether a value is a statement."""
    return _has(node, _EFFECT) and _has(node, _SUBJECTS)


def _has(node: Node, names: tuple[str, ...]) -> bool:
    return not members_of(node).keys().isdisjoint(names)


_YAML_NAMES = (".yaml", ".yml")
_JSON_NAMES = (".json", ".jsonl", ".ndjson", ".tfstate")
_BLOCK = re.compile(
    r"^[ \t]*(resource|data|module|provider|variable|output|terraform|locals|moved|import)\b"
    r'(\s+"[^"\n]*"){0,2}\s*\{',
    re.MULTILINE,
)
_YAML_KEY = re.compile(r"^(- )?[A-Za-z_][\w.:-]*:(\s|$)", re.MULTILINE)
_starts_like_json = re.compile(r"\s*(#[^\n]*\n\s*)*[{\[]").match  # comments before it or not
_PERCENT_JSON = re.compile(r"\s*%(7B|5B)", re.IGNORECASE)


def read_nodes(source: PolicyText) -> list[Node]:
    """Return the values of a text: one, or several from JSON lines or YAML documents."""
    _refuse_terraform(source)
    if _PERCENT_JSON.match(source.text):
        return [Node(source.text, 0)]  # the search decodes it
    if not _is_yaml(source):
        try:
            return parse_lines(source)
        except ConfigurationError as error:
            if not _is_named(source, _YAML_NAMES):  # YAML may begin like JSON
                raise _explained(source, error) from None
    nodes = parse_yaml(source)
    if nodes:
        return nodes
    raise source.unfit(0, "the text is empty", "give it a policy")


def _explained(source: PolicyText, error: ConfigurationError) -> ConfigurationError:
    start = source.text.lstrip()[:200]
    found = [(what, hint) for looks, what, hint in _LOOKS if re.match(looks, start)]
    if error.message.endswith(('not "/"', 'not "#"')):
        found.append(("this has comments, which JSON does not allow", "remove the comments"))
    if not found:
        return error
    what, hint = found[0]
    return ConfigurationError("bad-policy-json", f"{error.message}; {what}", hint)


def _refuse_terraform(source: PolicyText) -> None:
    """Refuse it by the name or the text; JSON and YAML files may quote it."""
    named = _is_named(source, (".tf", ".hcl", ".tfvars"))
    quoted = _is_named(source, _YAML_NAMES) or source.text.lstrip().startswith(("{", "[", '"'))
    found = _BLOCK.search(source.text) if named or not quoted else None
    if named or found:
        raise _terraform(source, found.start() if found else 0, _HCL)


def _terraform(source: PolicyText, offset: int, what: str) -> ConfigurationError:
    what = f"{source.place(offset)}: this is {what}"
    return ConfigurationError("terraform-source", what, _TERRAFORM_HINT)


def _is_yaml(source: PolicyText) -> bool:
    """Decide by the first character, then by the name and keys: YAML may contain JSON."""
    if _starts_like_json(source.text):
        return False
    by_keys = not _is_named(source, _JSON_NAMES) and _YAML_KEY.search(source.text)
    return bool(by_keys) or _is_named(source, _YAML_NAMES)


def _is_named(source: PolicyText, endings: tuple[str, ...]) -> bool:
    return source.label.lower().endswith(endings)


# What a text is instead of JSON, and what to do.
_LOOKS = (
    ("#|```", "this is Markdown", "copy the policy into a separate file"),
    ("<", "this is XML or HTML", "give it the policy itself, as JSON"),
    (
        r"[{\[]\s*'",
        "this is Python's or JavaScript's notation, in single quotes",
        "write it as JSON: in Python json.dumps(policy)",
    ),
    (r"\{\s*[A-Za-z_]\w*\s*=", f"this is {_HCL}", _TERRAFORM_HINT),
    (
        r"\{\s*[A-Za-z_]\w*\s*:",
        "this is JavaScript, or YAML",
        "write its keys in double quotes, or name the file *.yaml",
    ),
)
