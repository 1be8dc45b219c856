"""Detect whether a text is JSON, YAML or neither, and read it into nodes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mfa_session.model.errors import ConfigurationError
from mfa_session.policy.json_text import Node, parse_lines
from mfa_session.policy.yaml_text import parse_yaml

if TYPE_CHECKING:
    from mfa_session.policy.policy_text import PolicyText

_YAML_NAMES = (".yaml", ".yml")
_JSON_NAMES = (".json", ".jsonl", ".ndjson", ".tfstate")
_JSON_STARTS = ("{", "[", '"')
_BLOCK = re.compile(
    r"^\s*(resource|data|module|provider|variable|output|terraform|locals|moved|import)\b"
    r'(\s+"[^"\n]*"){0,2}\s*\{',
    re.MULTILINE,
)
_YAML_KEY = re.compile(r"^(- )?[A-Za-z_][\w.:-]*:(\s|$)", re.MULTILINE)
_COMMENTS = re.compile(r"\s*(#[^\n]*\n\s*)*")
_PERCENT_JSON = re.compile(r"\s*%(7B|5B)", re.IGNORECASE)
TERRAFORM_HINT = (
    "lint Terraform's plan instead: `terraform plan -out=plan && terraform show -json plan"
    " | mfa-session policy lint -`"
)


def read_nodes(source: PolicyText) -> list[Node]:
    """Return the values of a text: one, or several from JSON lines or YAML documents.

    Raises ConfigurationError: `bad-policy-json`, `bad-policy-yaml`, `no-yaml`, `terraform-source`.
    """
    refuse_terraform(source)
    if _PERCENT_JSON.match(source.text):
        return [Node(source.text, 0)]  # the search decodes it
    if _is_yaml(source):
        nodes = parse_yaml(source)
        if nodes:
            return nodes
        raise source.unfit(0, "the text is empty", "give it a policy")
    try:
        return parse_lines(source)
    except ConfigurationError as error:
        what = _what_it_looks_like(source.text)
        if what is None and error.message.endswith(_AT_A_COMMENT):
            what = _COMMENTED
        if what is None:
            raise
        message = f"{error.message}; {what[0]}"
        raise ConfigurationError("bad-policy-json", message, what[1]) from None


def refuse_terraform(source: PolicyText) -> None:
    """Raise `terraform-source` for Terraform's language, by the name or the text.

    JSON and YAML files may quote it.
    """
    found = _BLOCK.search(source.text)
    named = source.label.endswith((".tf", ".hcl", ".tfvars"))
    quoted = source.label.endswith(_YAML_NAMES) or source.text.lstrip().startswith(_JSON_STARTS)
    if named or (found and not quoted):
        place = source.place(found.start() if found else 0)
        raise ConfigurationError(
            "terraform-source", f"{place}: this is HCL, Terraform's language", TERRAFORM_HINT
        )


def _is_yaml(source: PolicyText) -> bool:
    """Decide by the first character, since YAML may contain JSON, then by the name and keys."""
    start = _COMMENTS.match(source.text)
    first = source.text[start.end() if start else 0 :][:1]
    if first in {"{", "["} or source.label.endswith(_JSON_NAMES):
        return first in {"{", "["} and source.label.endswith(_YAML_NAMES) and _has_yaml(source.text)
    return source.label.endswith(_YAML_NAMES) or _YAML_KEY.search(source.text) is not None


def _has_yaml(text: str) -> bool:
    """Say whether a text that begins like JSON is YAML's flow style, with comments or tags."""
    return re.search(r"^\s*#|\s![A-Z]\w+\s|^---", text, re.MULTILINE) is not None


def _what_it_looks_like(text: str) -> tuple[str, str] | None:
    """Return what a text is instead of JSON, and what to do; None if unknown."""
    start = text.lstrip()[:200]
    for looks, what, hint in _LOOKS:
        if looks.match(start):
            return what, hint
    return None


_COMMENTED = ("this has comments, which JSON does not allow", "remove the comments")
_AT_A_COMMENT = ('not "/"', 'not "#"')
_LOOKS = (
    (re.compile(r"#|```"), "this is Markdown", "copy the policy into a separate file"),
    (re.compile(r"<"), "this is XML or HTML", "give it the policy itself, as JSON"),
    (
        re.compile(r"[{\[]\s*'"),
        "this is Python's or JavaScript's notation, in single quotes",
        "write it as JSON: in Python json.dumps(policy)",
    ),
    (re.compile(r"//|/\*"), *_COMMENTED),
    (re.compile(r"\{\s*(//|/\*|#)"), *_COMMENTED),
    (re.compile(r"\{\s*[A-Za-z_]\w*\s*="), "this is HCL, Terraform's language", TERRAFORM_HINT),
    (re.compile(r"\{\s*[A-Za-z_]\w*\s*:"), "this is JavaScript", "write its keys in double quotes"),
)  # fmt: skip
