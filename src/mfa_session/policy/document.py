"""A policy, and what its file tells of those who have it."""

from __future__ import annotations

import pathlib
import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple, Protocol

from mfa_session.model.record import Record
from mfa_session.policy.credentials import Credentials, RequestContext
from mfa_session.policy.nodes import Node
from mfa_session.policy.policy_text import PolicyText
from mfa_session.policy.programs import between_words
from mfa_session.policy.statement import (
    Condition,
    Statement,
    has_no_resource,
    has_principal,
    names_taking,
)

CURRENT_VERSION = "2012-10-17"
KINDS = ("identity", "trust", "resource", "boundary", "scp")
ANYBODY = "anybody/"  # the owner of a policy that the file gives nobody
MIXED = "role and others"  # the holder of a policy that roles have, and users or groups
LIMITS = frozenset({"boundary", "scp", "rcp"})  # kinds that never grant
# The name of whom is kept for emergencies; others have set up their MFA.
is_for_emergencies = re.compile("break.?glass|emergency", re.IGNORECASE).search

# A Sid by which a permissions boundary is for machines' roles, such as LambdaRoleCeiling.
_of_roles = re.compile(
    r"(?!no(?!de)|deny|must|protect|enforce|require|prevent|allow)"
    r"(?!.*(assum|attach|chain|creat|edit|pass|put|remov|with|user|people|human))"
    r"(?=.*(batch|build|container|ecs|function|instance|lambda|machine|node|pipeline|pod|service|task"
    r"|workload))"
    r"(\w*roles?(boundary|cap|ceiling|guardrails?|limits?|max(imum)?)(mfa)?"
    r"|(boundary|cap|ceiling|limits?|max(imum)?)(for|of)\w*roles?)",
    re.IGNORECASE,
).fullmatch
# Such as LambdaBoundary, unless it allows to manage functions; in a name, behind other words.
_MACHINES = (
    "(codebuild|ecs-?task|github-?actions?|gitlab-?(ci|runners?)|jenkins"
    "|lambda(-?(exec(ution)?|functions?))?|(ec2-?)?instance-?profiles?)"
    "-?(roles?-?)?(permissions?-?)?boundary"
)
_of_machines = re.compile(rf"{_MACHINES}(?P<more>\w*)", re.IGNORECASE).fullmatch
_named_for_machines = re.compile(
    rf"(?!.*(admin|author|dev|engineer|human|maintain|manage|operator|owner|people|team|user))"
    rf"(.*[-_./0-9])?(?P<machine>{_MACHINES})(-?policy)?",
    re.IGNORECASE,
).fullmatch
_is_on_roles = re.compile(r"iam:.*role|sts:assume", re.IGNORECASE).match


class Account(Protocol):
    """An account dump, whose policies are `documents`."""

    documents: list[Document]

    def __hash__(self) -> int:
        """Go by identity."""

    @property
    def owners(self) -> Sequence[Owner]:
        """The users and roles."""

    @property
    def holders(self) -> Sequence[Owner]:
        """The users and roles; of a dump without users, the groups as well."""

    @property
    def users(self) -> Sequence[DumpedUser]:
        """The users."""

    @property
    def by_name(self) -> Mapping[str, Document]:
        """The policies; without those of one name, as AWS's and one's own may have."""

    @property
    def trusts(self) -> Sequence[tuple[Document, str]]:
        """The trust policies, each with the ARN of its role."""

    def is_used(self, document: Document) -> bool:
        """Say whether a user or role has a policy, or a boundary."""


@dataclass(frozen=True, eq=False)
class Roster:
    """The users and roles of a template, plan or state, and what it does not tell of them.

    They are `role/NAME`, `user/NAME`, `group/NAME` or ARNs; `role/` is one whose name is not told.
    """

    people: frozenset[str] = frozenset()
    unnamed: frozenset[str] = frozenset()  # those for whom AWS makes a name, called otherwise here
    # By user or role: the policies and groups that are not here, as far as they are known.
    elsewhere: Mapping[str, frozenset[str]] = field(default_factory=dict)
    members: Mapping[str, frozenset[str]] = field(default_factory=dict)  # the users, by group
    bounded_elsewhere: frozenset[str] = frozenset()  # whose boundary is not here
    # The roles whose trust policy, and the services of whose resources a policy, is not known yet.
    unread: frozenset[str] = frozenset()
    # The users who must change their password when they first sign in.
    resetting: frozenset[str] = frozenset()
    # By policy: the resource that takes it from whom another gives it, the other, and the group
    # that has the policy, if they fill it.
    rivals: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)
    documents: list[Document] = field(default_factory=list)  # its policies, once all are read

    @cached_property
    def by_owner(self) -> Mapping[str, list[Document]]:
        """The policies of each user, role or group, and the boundaries that limit them."""
        found = defaultdict[str, list[Document]](list)
        for each in self.documents:
            for owner in each.owners:
                found[owner].append(each)
        return found


class NewerVersion(NamedTuple):
    """A version of a managed policy that asks for MFA, and the default one, which is older."""

    version: str
    default: str
    arn: str
    is_wide: bool  # whether it has a NotAction, as a Deny of everything has
    left_out: frozenset[str] = frozenset()  # by its NotActions, in lower case, if they can be read


@dataclass(frozen=True)
class Document:
    """A policy, and what the text around it tells of it."""

    source: PolicyText
    version: str | None  # without one, IAM assumes 2008-10-17
    statements: tuple[Statement, ...]
    holder: str | None = None  # `role`, `user`, `group` or MIXED, if it is told
    name: str = ""  # among others of the same file (`role/x trust`)
    told_kind: str | None = None  # one of KINDS or `rcp`, if the file or the person tells
    beside: Mapping[str, Node] = field(default_factory=dict)  # other elements than Statement
    # Elements in another case than IAM's: as written, in IAM's spelling, and their offset.
    respelt: tuple[tuple[str, str, int], ...] = ()
    newer: NewerVersion | None = None
    account: Account | None = None
    owners: tuple[str, ...] = ()  # as in Roster; or ARNs
    roster: Roster | None = None  # of the template, plan or state that it is in
    is_certain: bool = True  # not if a template decides later what it says
    is_optional: bool = False  # whether it is there, a template decides later
    resource_type: str = ""  # whose it is in a template, plan or state: AWS::ECR::Repository
    # The template's texts, by those in which the account that it fills in is an example.
    written: Mapping[str, str] = field(default_factory=dict)
    is_of_aws: bool = False  # a managed policy of AWS's own
    title: str = ""  # the policy's own name there, if it is another than its resource's

    @property
    def label(self) -> str:
        """Its file, and its name there, for people."""
        return " ".join(filter(None, (self.source.label, self.name)))

    def place_of(self, statement: Statement) -> str:
        """Return a statement's name and place: `OnlyWithMFA (step-up.json:7)`.

        The line is left out for a text of one line, as in IAM's answers.
        """
        line = f":{statement.position.line}" if self.source.has_lines else ""
        name = f" {self.name}" if self.name else ""
        return f"{statement.label} ({self.source.label}{line}{name})"

    @cached_property
    def kind(self) -> str:
        """Its kind, as told, or else by its statements: `identity`, `trust` or `resource`.

        A `boundary` or `scp` looks like `identity` and must be told.
        """
        if self.told_kind is not None:
            return self.told_kind
        naming = [each for each in self.statements if has_principal(each)]
        others = len(self.statements) - len(naming)
        misplaced = len(naming) < others or (others and any(map(_is_of_iam, naming)))
        if misplaced or not naming:
            return "identity"
        of_trust = all(map(has_no_resource, naming)) and any(map(names_taking, naming))
        return "trust" if of_trust else "resource"

    @property
    def is_settled(self) -> bool:
        """Whether it is there, and no template decides later what it says."""
        return self.is_certain and not self.is_optional

    @property
    def conditions(self) -> list[Condition]:
        """The conditions of all statements."""
        return [each for statement in self.statements for each in statement.conditions]

    @property
    def had_by(self) -> Sequence[str]:
        """The users, roles and groups who have it, as far as its file tells."""
        owners = self.account.owners if self.account else ()
        holding = [each.arn for each in owners if any(self is one for one in each.documents)]
        return holding or self.owners

    @property
    def is_of_endpoint(self) -> bool:
        """Whether it is a VPC endpoint's, which only limits what goes through it."""
        return self.owners == ("endpoint/",)

    @property
    def is_of_resource(self) -> bool:
        """Whether it is a resource's own."""
        return self.kind == "resource" and not self.is_of_endpoint

    @property
    def is_of_organisation(self) -> bool:
        """Whether it limits the accounts, or the resources, of an organisation."""
        return self.kind in {"scp", "rcp"}

    def only(self, effect: str) -> Document:
        """Return the policy with only its Allows, or only its Denies."""
        return replace(
            self, statements=tuple(each for each in self.statements if each.effect == effect)
        )

    @cached_property
    def sign_of_roles(self) -> str | None:
        """The Sid or name by which a boundary is for roles; None if none says so, or the file."""
        if self.kind != "boundary" or self.holder is not None:
            return None
        sid = next((each.sid for each in self.statements if _says_roles(each)), None)
        name = self.name.rpartition("/")[2] or pathlib.PurePath(self.source.label).stem
        if sid or not _is_for_machines(name, self.statements):
            return sid and f"Sid {sid}"
        return f"name {name}"

    @cached_property
    def repeated(self) -> frozenset[int]:
        """The statements, by index, whose Sid an earlier one has."""
        first = {each.sid: each.index for each in reversed(self.statements) if each.sid}
        return frozenset(
            each.index for each in self.statements if each.sid and first[each.sid] != each.index
        )


class Owner(Record):
    """A role; or a user, with their policies and those of their groups.

    `arn` is empty if it is no user's or role's. `unread` names policies and groups that are not
    known. `tags` are what is known of a user.
    """

    arn: str
    documents: Sequence[Document] = ()
    boundary: Document | None = None
    boundary_unread: bool = False
    unread: Collection[str] = ()
    tags: RequestContext = RequestContext({})

    @property
    def statements(self) -> list[tuple[Document, Statement]]:
        """The statements of the policies, each with its own."""
        return [(one, each) for one in self.documents for each in one.statements]


class DumpedUser(Owner):
    """A user, and their long-term key as the caller."""

    name: str
    caller: Credentials


def _is_of_iam(statement: Statement) -> bool:
    """Say whether it names an action of IAM, whose resources have no policies."""
    return any(each.lower().startswith("iam:") for each in statement.actions or ())


def _is_for_machines(name: str, statements: Sequence[Statement]) -> bool:
    """Say whether a boundary is for roles of machines by its name, and does not manage these."""
    found = _named_for_machines(name) or _named_for_machines(between_words("-", name))
    return found is not None and not any(_manages(found["machine"], each) for each in statements)


def _manages(machine: str, statement: Statement) -> bool:
    """Say whether it names an action of the service that a word of machines begins with."""
    actions = statement.actions or statement.not_actions or ()
    return any(machine.lower().startswith(each.lower().split(":")[0]) for each in actions)


def _says_roles(statement: Statement) -> bool:
    actions, sid = statement.actions or statement.not_actions or (), statement.sid or ""
    if machines := _of_machines(sid):
        on_roles = machines["more"] and any(map(_is_on_roles, actions))
        told = statement.allows or not machines["more"]
        return told and not (on_roles or _manages(sid, statement))
    return _of_roles(sid) is not None and not any(map(_is_on_roles, actions))
