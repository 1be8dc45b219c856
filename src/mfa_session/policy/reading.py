"""Read policies in every form that IAM accepts, from texts, files and directories."""

from __future__ import annotations

import json
import os
import pathlib
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace

from mfa_session.model.errors import ConfigurationError
from mfa_session.model.record import Record
from mfa_session.policy.conditions import read_operator
from mfa_session.policy.document import CURRENT_VERSION, Document
from mfa_session.policy.formats.account import is_account
from mfa_session.policy.formats.origin import Origin
from mfa_session.policy.formats.stacks import is_stack
from mfa_session.policy.intrinsics import Asked, is_unfilled
from mfa_session.policy.kinds_by_look import (
    guards_boundaries,
    kind_by_look,
    kind_by_name,
    rcp_by_name_or_look,
    scp_by_name,
)
from mfa_session.policy.nodes import Node, listed, members_of, text_of
from mfa_session.policy.policy_text import PolicyText
from mfa_session.policy.search import (
    Found,
    Search,
    looks_like_statement,
    may_hold_policy,
    read_nodes,
)
from mfa_session.policy.statement import Condition, Principals, Statement

ELEMENTS = (
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource",
    "Condition",
)  # fmt: skip
_PAIRS = (("Action", "NotAction"), ("Resource", "NotResource"), ("Principal", "NotPrincipal"))
_SHAPE = 'a policy is {"Version": "2012-10-17", "Statement": […]}'
_PRINCIPAL_HINT = 'write "*" or {"AWS": "ARN"}'
_CONDITION_HINT = 'write {"OPERATOR": {"KEY": VALUE}}'
_FULL_SHAPE = 'a statement is {"Effect": "Allow", "Action": …, "Resource": …}'


class ReadPolicies(Record):
    """The policies of a text in order, and the errors of those that cannot be read."""

    documents: tuple[Document, ...]
    errors: tuple[ConfigurationError, ...] = ()


def read_document(label: str, data: bytes | str, *, kind: str | None = None) -> Document:
    """Read the first policy of a text, or of the output of `aws`; `label` is its name for people.

    Raises ConfigurationError as `read_policies`, or if the policy cannot be read.
    """
    found = read_policies(label, data, kind=kind)
    if found.errors:
        raise found.errors[0]
    return found.documents[0]


def read_policies(
    label: str, data: bytes | str, *, kind: str | None = None, asked: Asked | None = None
) -> ReadPolicies:
    """Read every policy in a text of JSON or YAML; `kind`, one of KINDS, overrides the looks.

    Templates have the account and partition that are `asked` about. Where nothing is asked, they
    have an example account, and conditions on MFA have the defaults of parameters: whoever creates
    the stack may give others.

    Raises ConfigurationError with line and column: `bad-policy-json`, `bad-policy-yaml`, `no-yaml`,
    `terraform-source`, or `not-a-policy` without a policy.
    """
    source = (
        PolicyText.of_bytes(label, data) if isinstance(data, bytes) else PolicyText(label, data)
    )
    search = Search(source, asked)
    nodes = read_nodes(source)
    for index, node in enumerate(nodes):
        search.visit(node, Origin().at(f"{index}") if len(nodes) > 1 else Origin())
    if not (search.found or search.errors):
        return ReadPolicies(documents=(_Reader(source).whole(nodes[0]),))
    documents: list[Document] = []
    errors = list(search.errors)
    for found in search.found:
        try:
            reader = _Reader(found.source)
            document = _document(reader, found, kind, alone=len(search.found) == 1)
            documents.append(document)
            if document.account:
                document.account.documents.append(document)
            if document.roster:
                document.roster.documents.append(document)
            errors += reader.errors
        except ConfigurationError as error:  # noqa: PERF203  # the others are still read
            errors.append(error)
    return ReadPolicies(documents=tuple(documents), errors=tuple(errors))


def _document(reader: _Reader, found: Found, kind: str | None, *, alone: bool) -> Document:
    origin = found.origin
    document = reader.document(found.node)
    name = "" if alone and not origin.names else origin.name
    told = kind or origin.kind
    named = origin.names or (pathlib.PurePath(found.source.label).stem,)
    if told is None and document.kind == "resource" and not (origin.resource_type or origin.owners):
        told = scp_by_name(named, document) or rcp_by_name_or_look(named, document)
    if told is None and document.kind == "identity" and origin.holder is None:
        told = kind_by_name((*named, text_of(document.beside.get("Id"))))
        told = None if told == "boundary" and guards_boundaries(named, document) else told
        told = told or kind_by_look(document)
    return replace(
        document,
        name=name,
        told_kind=told,
        holder=origin.holder,
        newer=origin.newer,
        account=origin.account,
        owners=origin.owners,
        roster=origin.roster,
        resource_type=origin.resource_type,
        title=origin.title,
        is_of_aws=origin.is_of_aws,
        written=found.written,
        is_optional=origin.is_optional,
        is_certain=origin.is_certain
        and not any(
            is_unfilled(action)
            for each in document.statements
            for action in (*(each.actions or ()), *(each.not_actions or ()))
        ),
    )


class _Reader:
    """Reads one policy; `errors` are of its statements, beside others that it reads."""

    def __init__(self, source: PolicyText) -> None:
        self.errors: list[ConfigurationError] = []
        self._source = source
        self._respelt: list[tuple[str, str, int]] = []
        self._fail = source.unfit

    def whole(self, node: Node) -> Document:
        """Read a text that does not look like a policy, mostly to raise the reason."""
        if isinstance(node.value, list):
            raise self._fail(node.offset, "no policy in this list", _SHAPE)
        if is_account(members_of(node)):
            what = "no policy in this account dump"
            raise self._fail(node.offset, what, "dump it without --filter")
        if is_stack(members_of(node)) or "format_version" in members_of(node):
            what = "no policy in this template, plan or state"
            hint = "AWS's own policies are not in it, nor texts that are known only after the apply"
            raise self._fail(node.offset, what, hint)
        return self.document(node)

    def document(self, node: Node) -> Document:
        """Read a policy, or statements without one around them."""
        if isinstance(node.value, list) or looks_like_statement(node):
            return self._of_statements(CURRENT_VERSION, node)
        members = self._object(node, "the policy", _SHAPE)
        elements = self._elements(members, ("Version", "Id", "Statement"))
        statements = elements.pop("Statement", None)
        if statements is None:
            raise self._fail(node.offset, "not a policy: it has no Statement", _SHAPE)
        version = self._text_in(elements, "Version")
        return replace(self._of_statements(version, statements), beside=elements)

    def _of_statements(self, version: str | None, node: Node) -> Document:
        statements: list[Statement] = []
        for index, each in enumerate(listed(node)):
            if isinstance(each.value, str) and each.value.startswith("${Fn::"):
                continue  # a template brings the statement from elsewhere
            try:
                statements.append(self._statement(index, each))
            except ConfigurationError as error:  # the others are still read
                self.errors.append(error)
        if self.errors and not statements:
            raise self.errors[0]
        return Document(
            source=self._source,
            version=version,
            statements=tuple(statements),
            respelt=tuple(self._respelt),
        )

    def _statement(self, index: int, node: Node) -> Statement:
        members = self._object(node, "a statement", _FULL_SHAPE)
        elements = self._elements(members, ELEMENTS)
        for named, others in _PAIRS:
            if named in elements and others in elements:
                # The rest is judged all the same, with the narrower of the two.
                second = max(elements[named].key_offset, elements[others].key_offset)
                holds_all = any(each.value == "*" for each in listed(elements[named]))
                del elements[named if holds_all else others]
                what = f"one statement has both {named} and {others}"
                hint = "IAM accepts only one: write two statements"
                self.errors.append(self._fail(second, what, hint))
        condition = elements.get("Condition")
        return Statement(
            index=index,
            sid=self._text_in(elements, "Sid"),
            effect=self._effect(node, elements),
            actions=self._texts(elements, "Action"),
            not_actions=self._texts(elements, "NotAction"),
            resources=self._texts(elements, "Resource"),
            not_resources=self._texts(elements, "NotResource"),
            principals=self._principals(elements, "Principal"),
            not_principals=self._principals(elements, "NotPrincipal"),
            conditions=tuple(self._conditions(condition)) if condition else (),
            position=self._source.position(node.offset),
            elements=elements,
        )

    def _elements(self, members: dict[str, Node], known: tuple[str, ...]) -> dict[str, Node]:
        """Return the elements by their names in IAM's spelling; unknown ones as they are."""
        spelling = {name.lower(): name for name in known}
        elements: dict[str, Node] = {}
        for name, node in members.items():
            spelled = spelling.get(name.lower(), name)
            if spelled != name:
                self._respelt.append((name, spelled, node.key_offset))
            if spelled in elements:
                what = f"{spelled} is there twice"
                raise self._fail(node.key_offset, what, "merge the two")
            elements[spelled] = node
        return elements

    def _effect(self, node: Node, elements: dict[str, Node]) -> str:
        effect = self._text_in(elements, "Effect")
        if effect is None:
            raise self._fail(node.offset, "a statement has no Effect", _FULL_SHAPE)
        if effect.capitalize() not in {"Allow", "Deny"}:
            at = elements["Effect"].offset
            raise self._fail(at, "Effect is neither Allow nor Deny", _FULL_SHAPE)
        return effect.capitalize()

    def _texts(self, elements: dict[str, Node], name: str) -> tuple[str, ...] | None:
        node = elements.get(name)
        if node is None:
            return None
        return tuple([self._text(each, name) for each in listed(node)])

    def _principals(self, elements: dict[str, Node], name: str) -> Principals | None:
        node = elements.get(name)
        if node is None:
            return None
        if isinstance(node.value, str):
            if node.value == "*":
                return {"*": ("*",)}
            if is_unfilled(node.value):
                return {"AWS": (node.value,)}
            raise self._fail(node.offset, f"{name} is a text other than *", _PRINCIPAL_HINT)
        members = self._object(node, name, _PRINCIPAL_HINT)
        return {kind: self._texts(members, kind) or () for kind in members}

    def _conditions(self, node: Node) -> Iterator[Condition]:
        for written, keys in self._object(node, "Condition", _CONDITION_HINT).items():
            operator, members = read_operator(written), self._object(keys, written, _CONDITION_HINT)
            nested = [each for each in members.values() if isinstance(each.value, dict)]
            if nested and len(nested) == len(members):  # what it means is judged all the same
                what = f"{written} holds an operator, not a condition key"
                self.errors.append(self._fail(keys.offset, what, _CONDITION_HINT))
                yield from self._conditions(keys)
                continue
            for key, value in members.items():
                yield Condition(
                    **operator._asdict(),
                    written=written,
                    key=key,
                    values=tuple([self._scalar(each, key) for each in listed(value)]),
                    position=self._source.position(value.key_offset),
                    node=value,
                )

    def _scalar(self, node: Node, name: str) -> str:
        if isinstance(node.value, (list, dict)) or node.value is None:
            what = f"a value of {name} is {_kind(node)}, not a text, number, true or false"
            raise self._fail(node.offset, what, "write the value in double quotes")
        return node.value if isinstance(node.value, str) else json.dumps(node.value)

    def _text_in(self, elements: dict[str, Node], name: str) -> str | None:
        return self._text(elements[name], name) if name in elements else None

    def _text(self, node: Node, name: str) -> str:
        if not isinstance(node.value, str):
            what = f"{name} is {_kind(node)}, not a text"
            raise self._fail(node.offset, what, "write it in double quotes")
        return node.value

    def _object(self, node: Node, name: str, hint: str) -> dict[str, Node]:
        if isinstance(node.value, dict):
            return node.value
        refused = self._fail(node.offset, f"{name} is {_kind(node)}, not an object", hint)
        if not isinstance(node.value, list) or len(node.value) != 1:
            raise refused
        found = self._object(node.value[0], name, hint)  # what it means is judged all the same
        self.errors.append(refused)
        return found


def _kind(node: Node) -> str:
    if isinstance(node.value, (bool, type(None))):
        return json.dumps(node.value)
    names = {dict: "an object", list: "a list", str: "a text", int: "a number", float: "a number"}
    return names[type(node.value)]


STDIN = "-"
MOST_BYTES = 50_000_000  # device files are endless; Terraform's largest plans are smaller
ENDINGS = (".json", ".jsonl", ".ndjson", ".template", ".tfstate", ".yaml", ".yml")


class FileError(Record):
    """An error of a file, or of one policy in it."""

    file: str
    error: ConfigurationError


class Reading:
    """The policies and errors of files and directories.

    `passed_over` counts a directory's files without a policy, `linked` its links to directories,
    `terraform` its files in Terraform's own language.
    """

    def __init__(self, kind: str | None, asked: Asked | None = None) -> None:
        """Take the `kind` and `asked` of `read_policies`."""
        self._kind, self._asked = kind, asked
        self.documents: list[Document] = []
        self.errors: list[FileError] = []
        self.passed_over = self.linked = self.terraform = 0

    def read(self, path: str) -> None:
        """Read a file, or all files of a directory."""
        if path != STDIN and os.path.isdir(path):
            self._read_directory(path)
        else:
            self._read_file(path)

    def _read_directory(self, path: str) -> None:
        before = len(self.documents) + len(self.errors)
        files = list(self._files_below(path))
        for each in files:
            if each.lower().endswith(ENDINGS):
                self._read_file(each, pass_over=True)
            else:
                self.terraform += 1
        if len(self.documents) + len(self.errors) == before:
            message = f"{path} has {len(files)} files and no policy"
            endings = ", ".join(f"*{ending}" for ending in ENDINGS)
            hint = f"policies are read from {endings}; links to folders are not followed"
            error = ConfigurationError("not-a-policy", message, hint)
            self.errors.append(FileError(file=path, error=error))

    def _files_below(self, path: str) -> Iterator[str]:
        for directory, names, files in os.walk(path):
            names[:] = sorted(name for name in names if name[0] != "." and name != "node_modules")
            self.linked += sum(os.path.islink(os.path.join(directory, name)) for name in names)
            for name in sorted(files):
                each = os.path.join(directory, name)
                # Pipes and devices would block; a broken link is an error.
                if (
                    name.lower().endswith((*ENDINGS, ".tf"))
                    and name[0] != "."
                    and (os.path.isfile(each) or not os.path.exists(each))
                ):
                    yield each

    def _read_file(self, path: str, *, pass_over: bool = False) -> None:
        try:
            data = _data(path, pass_over=pass_over)
            found = ReadPolicies(documents=())
            if data is not None:
                label = _label(path)
                found = read_policies(label, data, kind=self._kind, asked=self._asked)
        except ConfigurationError as error:
            if pass_over and error.code == "not-a-policy":
                self.passed_over += 1
            else:
                self.errors.append(FileError(file=path, error=error))
            return
        self.passed_over += not (found.documents or found.errors)
        self.documents += found.documents
        self.errors += [FileError(file=path, error=error) for error in found.errors]


def read_files(
    paths: Iterable[str], kind: str | None = None, asked: Asked | None = None
) -> Reading:
    """Read every policy of the files and directories."""
    reading = Reading(kind, asked)
    for path in dict.fromkeys(paths):
        reading.read(path)
    return reading


def _label(path: str) -> str:
    return "<stdin>" if path == STDIN else path


def _data(path: str, *, pass_over: bool) -> bytes | None:
    """Read a file; with `pass_over`, None if it cannot hold a policy."""
    label = _label(path)
    try:
        data = _read(path)
    except OSError as error:
        raise _unreadable(label, reason_of(error)) from error
    if pass_over and (
        b'"tree-0.1"' in data[:50]  # CDK's, which repeats the templates beside it
        or not may_hold_policy(data.replace(b"\0", b"").decode("ascii", "replace"))
    ):
        return None
    if len(data) > MOST_BYTES:
        raise _unreadable(label, f"it is larger than {MOST_BYTES // 1_000_000} MB")
    return data


def _read(path: str) -> bytes:
    if path != STDIN:
        with open(path, "rb") as stream:
            return stream.read(MOST_BYTES + 1)
    if sys.stdin is None:
        raise _unreadable("<stdin>", "it is closed")
    return sys.stdin.buffer.read(MOST_BYTES + 1)


def reason_of(error: OSError) -> str:
    """Return the system's words for an error."""
    return (error.strerror or str(error)).lower()


def _unreadable(label: str, reason: str) -> ConfigurationError:
    return ConfigurationError(
        "unreadable-file",
        f"{label} cannot be read: {reason}",
        "name a readable file that holds a policy, or - for stdin",
    )
