"""Replace CloudFormation's functions in a policy by texts with unknown values.

`{"Ref": "Bucket"}` and `{"Fn::Sub": "…${Bucket}"}` become `${Bucket}`, which looks like a policy's
own variable (CloudFormation user guide, intrinsic function reference).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, NamedTuple

from mfa_session.policy.nodes import Node, items_of, listed, members_of, text_of

_IN_SUB = re.compile(r"\$\{(!?)\s*([^}]*?)\s*\}")
# A policy's own variables have a colon, `${aws:username}`; so have a few of Serverless.
_VARIABLE = re.compile(
    r"\$\{\s*(?:(?!(?:cf|env|opt|param|self|sls)\b)[\w./-]+:(?!:)[^{}]*|[*?$])\}"
)
# What IAM is to fill in, but not what Serverless does, `${aws:region}`.
_MISREAD = re.compile(
    r"(?<!\$)\$\{\s*((?:aws|saml|sts|[\w-]+\.amazonaws\.com):(?!:|(?:accountid|region)\b)[^{}]+)\}",
    re.IGNORECASE,
).findall
_ANY_VARIABLE = re.compile(r"\$\{[^}]*\}")
_PSEUDO_PARAMETER = re.compile(r"\$\{(AWS::\w+)\}")
_REFERENCE = re.compile(r"\$\{\w+(?:\.Arn)?\}")
PSEUDO_PARAMETERS = {
    "AWS::AccountId": "271828182845",  # an account that no policy names
    "AWS::NoValue": "",
    "AWS::NotificationARNs": "x",
    "AWS::Partition": "aws",
    "AWS::Region": "x",
    "AWS::StackId": "x",
    "AWS::StackName": "x",
    "AWS::URLSuffix": "amazonaws.com",
}
"""What CloudFormation fills in for any template, each with an example."""
THIS_ACCOUNT = PSEUDO_PARAMETERS["AWS::AccountId"]
_other_partition = re.compile(
    r"aws-(?:cn|eusc|iso|us-gov)|amazonaws\.(?:cn|eu)|signin\.amazonaws-|\b(?:cn|eusc|us-gov|us-iso)-[a-z]"
).search
# What tools fill in in an ARN, where its account stands: `${account_id}`, `{{ account }}`.
_account_in_place = re.compile(
    r"arn:(?:\$\{AWS::Partition\}|[^:]*):[^:]*:[^:]*:"
    r"(\$\{(?:AWS::AccountId|[^{}:]+)\}|\{\{[^{}:]+\}\}):"
).match
# `<no value>` is what Go's templates leave of a missing one.
_unfilled = re.compile(r"[${[…]|<(?!no value>)|%[(\w]|__|@\w+@|\.\.\.|^!").search


def has_variable(text: str) -> bool:
    """Say whether IAM fills in a part of a text: `${aws:username}`."""
    return _VARIABLE.search(text) is not None


def with_variables_as(stand_in: str, text: str) -> str:
    """Return a text with another one in place of what IAM or a template fills in: `${…}`."""
    return _ANY_VARIABLE.sub(stand_in, text) if "${" in text else text


def with_pseudo_parameters(text: str) -> str:
    """Return a text with examples in place of what CloudFormation fills in for any template."""
    return _PSEUDO_PARAMETER.sub(lambda at: PSEUDO_PARAMETERS.get(at[1], at[0]), text)


_PRINCIPALS = {"Principal", "NotPrincipal"}


class Asked(NamedTuple):
    """What a request tells of the account and partition that a template fills in, or empty."""

    callers_account: str = ""
    resources_account: str = ""
    partition: str = ""

    def account(self, policy: Node) -> str:
        """Return the account of the stack with a policy: the caller's, or the resource's.

        A resource's policy that names the caller's account by its number is of another one.
        """
        known = (self.callers_account, self.resources_account)
        if any(_PRINCIPALS & members_of(each).keys() for each in _nodes_in(policy)):
            is_named = any(known[0] in text_of(each) for each in _nodes_in(policy))
            known = (known[1], "" if is_named else known[0])
        return known[0] or known[1] or THIS_ACCOUNT


def partition_in(source: str) -> str:
    """Return the partition of a template: `aws`, or unknown if it names others."""
    return "${AWS::Partition}" if _other_partition(source) else "aws"


def in_one_account(
    node: Node, partition: str, asked: Asked | None, *, of_stack: bool
) -> tuple[Node, Mapping[str, str]]:
    """Return a policy with the partition and the account that a template fills in.

    In CloudFormation's templates that is the template's own; a parameter may be another one. A text
    that is marked, since it stands outside of functions, stays. Where nothing is asked, the account
    is an example, and the names of other pseudo parameters lose their colons, which divide an ARN:
    `${AWS.Region}`. Return also the texts as they are written, by what they become.
    """
    to_fill_in = _account_to_fill_in(node, of_stack=of_stack)
    account = THIS_ACCOUNT if asked is None else asked.account(node)
    is_known = asked is None or account != THIS_ACCOUNT
    written = dict[str, str]()

    def change(node: Node, text: str) -> Node:
        whole = _with_account(text, to_fill_in, account, is_known=is_known)
        whole = whole.replace("${AWS::Partition}", partition)
        if asked is None:
            whole = whole.replace("${AWS::", "${AWS.")
        if node.misread or whole == text:
            return node
        if to_fill_in and whole.count(to_fill_in) < text.count(to_fill_in):
            written[account] = to_fill_in
        if whole not in {partition, account}:  # which stand in other texts, too
            written[whole] = text
        return node._replace(value=whole)

    changed = _with_texts(node, change)
    if changed != node and asked is None:
        written["${AWS."] = "${AWS::"
    return changed, written


def _with_account(text: str, to_fill_in: str, account: str, *, is_known: bool) -> str:
    """Return a text with an account in place of what a template writes.

    If it is only an example, a name that has an account in it is not known.
    """
    if not to_fill_in:
        return text
    if is_known or text == to_fill_in:
        return text.replace(to_fill_in, account)
    return text.replace(f":{to_fill_in}:", f":{account}:")


def _account_to_fill_in(node: Node, *, of_stack: bool) -> str:
    """Return what a template writes for its account; empty if nothing, or for several accounts."""
    if of_stack:
        return "${AWS::AccountId}"
    texts = (text_of(each) for each in _nodes_in(node))
    found = {placed[1] for placed in map(_account_in_place, texts) if placed}
    return found.pop() if len(found) == 1 else ""


def as_written(value: Any, written: Mapping[str, str]) -> Any:
    """Return a value whose texts name those of `in_one_account` as the template does."""
    if isinstance(value, str):
        for filled_in in sorted(written, key=len, reverse=True):
            value = value.replace(filled_in, written[filled_in])
        return value
    if isinstance(value, list | tuple):
        return [as_written(each, written) for each in value]
    if isinstance(value, Mapping):
        return {as_written(key, written): as_written(value[key], written) for key in value}
    return value


def variables_of_iam(text: str) -> list[str]:
    """Return the names of the variables in a text that IAM fills in, and no template."""
    return [each.strip() for each in _MISREAD(text)]


def is_unfilled(text: str) -> bool:
    """Say whether a template is to fill in a part of a text: `${var.x}`, `{{ x }}`, `<x>`."""
    return _unfilled(_VARIABLE.sub("", text) if "$" in text else text) is not None


def resolve(node: Node) -> Node | None:
    """Return a node without functions; None for AWS::NoValue, which is left out."""
    value = node.value
    if isinstance(value, list):
        return node._replace(value=[item for each in value for item in _items(each)])
    if not isinstance(value, dict):
        return node
    name = _function(value)
    if name is not None:
        return _called(name, node, value[name])
    members: dict[str, Node] = {}
    for key, inner in value.items():
        resolved = resolve(inner)
        if resolved is not None:
            members[key] = resolved._replace(key_offset=inner.key_offset)
    return node._replace(value=members)


def is_decided_later(node: Node) -> bool:
    """Say whether the template's conditions, loops or macros decide what stands somewhere in it."""
    inside = members_of(node)
    chosen = any(key.startswith(("Fn::If", "Fn::ForEach", "Fn::Transform")) for key in inside)
    return chosen or any(map(is_decided_later, (*inside.values(), *items_of(node))))


def replaced(node: Node, texts: dict[str, str]) -> Node:
    """Return a node in whose texts some parts are replaced by others.

    A text that starts with a name is marked: it is no ARN.
    """

    def change(node: Node, text: str) -> Node:
        start = _REFERENCE.match(text)
        name = start[0][2:-1] if start and start[0] in texts else ""
        whole = _REFERENCE.sub(lambda at: texts.get(at[0], at[0]), text)
        return node._replace(value=whole, misread=node.misread or name * ("." not in name))

    return _with_texts(node, change)


class Default(str):
    """The default of a parameter, where the template writes the parameter."""

    __slots__ = ("parameter",)
    parameter: str

    def __new__(cls, text: str, parameter: str) -> Default:
        """Take the text, and the parameter's name."""
        made = super().__new__(cls, text)
        made.parameter = parameter
        return made


def with_defaults(node: Node, keys: Collection[str], defaults: Mapping[str, Default]) -> Node:
    """Return a node with the defaults of parameters as what conditions compare with some keys."""

    def default(of: Node) -> Node:
        return of._replace(value=defaults.get(text_of(of), of.value))

    return _with_values(node, keys, default)


def without_choices(node: Node, keys: Collection[str]) -> Node:
    """Return a node where some conditions' values that an If decides are like Terraform's.

    That is `${Fn::If ? true : false}`, a text that is not known.
    """

    def unknown(of: Node) -> Node:
        branches = items_of(members_of(of).get("Fn::If"))[1:]
        shown = " : ".join(map(str, map(text_of, branches)))
        return of._replace(value=f"${{Fn::If ? {shown}}}") if branches else of

    return _with_values(node, keys, unknown)


def _with_values(node: Node, keys: Collection[str], change: Callable[[Node], Node]) -> Node:
    """Return a node with the values changed that conditions compare with some keys."""
    value = node.value
    if isinstance(value, list):
        return node._replace(value=[_with_values(each, keys, change) for each in value])
    if not isinstance(value, dict):
        return node
    members = {name: _with_values(each, keys, change) for name, each in value.items()}
    for name in filter(lambda name: name.lower() in keys, value):
        compared = value[name]
        items = list(map(change, items_of(compared)))
        members[name] = compared._replace(value=items) if items else change(compared)
    return node._replace(value=members)


def with_literals_marked(node: Node) -> Node:
    """Return a node whose texts outside of functions are marked: `${AWS::Region}` stays there."""

    def mark(node: Node, text: str) -> Node:
        found = _PSEUDO_PARAMETER.search(text)
        return node._replace(misread=found[1]) if found else node

    return _with_texts(node, mark)


def _nodes_in(node: Node) -> Iterator[Node]:
    yield node
    for each in (*members_of(node).values(), *items_of(node)):
        yield from _nodes_in(each)


def _with_texts(node: Node, change: Callable[[Node, str], Node]) -> Node:
    """Return a node with its texts that have a brace changed, but for those in functions."""
    value = node.value
    if isinstance(value, str):
        return change(node, value) if "{" in value else node
    if isinstance(value, list):
        return node._replace(value=[_with_texts(each, change) for each in value])
    if isinstance(value, dict) and _function(value) is None:
        return node._replace(value={key: _with_texts(value[key], change) for key in value})
    return node


def _function(value: dict[str, Node]) -> str | None:
    if len(value) != 1:
        return None
    (name,) = value
    return name if name == "Ref" or name.startswith("Fn::") else None


def _items(node: Node) -> list[Node]:
    """Return the items for a list's item: itself, both branches of an If, or none."""
    value = node.value
    if isinstance(value, dict) and _function(value) == "Fn::If":
        return [item for branch in _branches(value["Fn::If"]) for item in listed(branch)]
    resolved = resolve(node)
    return [] if resolved is None else [resolved]


def _called(name: str, node: Node, argument: Node) -> Node | None:
    if name == "Fn::If":
        return _either(node, list(_branches(argument)))
    if name == "Ref" and argument.value == "AWS::NoValue":
        return None
    read = _TEXTS.get(name)
    text = read(argument) if read else None
    text = f"${{{name}}}" if text is None else text
    written = _first(argument) if name == "Fn::Sub" else argument
    at = written.offset if isinstance(written.value, str) else node.offset
    return Node(text, at, node.key_offset, _misread_in(node))


def _misread_in(node: Node) -> str:
    """Return the first variable of IAM's that lacks the `!` of `${!aws:username}` in a Fn::Sub.

    Or the first pseudo parameter that CloudFormation does not have.
    """
    members = members_of(node)
    if _function(members) == "Ref" and _is_no_parameter(text_of(members["Ref"])):
        return text_of(members["Ref"])
    if _function(members) == "Fn::Sub":
        text, *given = listed(members["Fn::Sub"]) or [node]
        names = members_of(given[0]) if given else {}
        pseudo = filter(_is_no_parameter, _PSEUDO_PARAMETER.findall(text_of(text)))
        # A second `$` escapes nothing, as it does in Terraform.
        found = (*variables_of_iam(text_of(text).replace("$$", "$")), *pseudo)
        return next((each for each in found if each not in names), "")
    return next(filter(None, map(_misread_in, (*members.values(), *items_of(node)))), "")


def _is_no_parameter(name: str) -> bool:
    return name.startswith("AWS::") and name not in PSEUDO_PARAMETERS


def _either(node: Node, branches: list[Node]) -> Node | None:
    """Return both branches of an If, if they are texts or lists, or else the first one."""
    if len(branches) > 1 and not any(isinstance(each.value, dict) for each in branches):
        return node._replace(value=[item for branch in branches for item in listed(branch)])
    return branches[0]._replace(key_offset=node.key_offset) if branches else None


def _branches(argument: Node) -> Iterator[Node]:
    _, *branches = items_of(argument) or [argument]
    yield from filter(None, map(resolve, branches[:2]))


def _named(argument: Node) -> str | None:
    """Return what a Ref or a GetAtt names: a text, or texts in a list."""
    name = _joined(".", listed(argument))
    return None if name is None else f"${{{name}}}"


def _sub(argument: Node) -> str | None:
    whole, *given = listed(argument) or [argument]
    names = members_of(given[0]) if given else {}

    def filled_in(at: re.Match[str]) -> str:
        value = resolve(names[at[2]]) if at[2] in names and not at[1] else None
        return text_of(value) or f"${{{at[2]}}}"

    return _IN_SUB.sub(filled_in, whole.value) if isinstance(whole.value, str) else None


def _first(node: Node) -> Node:
    return next(iter(listed(node)), node)


def _join(argument: Node) -> str | None:
    parts = items_of(argument)
    if len(parts) == 2 and isinstance(parts[0].value, str) and isinstance(parts[1].value, list):  # noqa: PLR2004  # separator and list
        return _joined(parts[0].value, [item for each in parts[1].value for item in _items(each)])
    return None


def _joined(separator: str, nodes: list[Node]) -> str | None:
    """Join texts; None if one of them is something else."""
    texts = [each.value for each in nodes if isinstance(each.value, str)]
    return separator.join(texts) if len(texts) == len(nodes) else None


_TEXTS = {"Ref": _named, "Fn::Sub": _sub, "Fn::GetAtt": _named, "Fn::Join": _join}
