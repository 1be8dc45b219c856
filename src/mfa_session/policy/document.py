"""A policy with its statements, their conditions, and the position of each."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple, Protocol

from mfa_session.model.record import Record
from mfa_session.policy.credentials import RequestContext
from mfa_session.policy.intrinsics import is_unfilled
from mfa_session.policy.nodes import Node
from mfa_session.policy.policy_text import PolicyText, Position

TRUST_ACTIONS = {
    "sts:assumerole",
    "sts:assumerolewithsaml",
    "sts:assumerolewithwebidentity",
    "sts:setcontext",
    "sts:setsourceidentity",
    "sts:tagsession",
}
CURRENT_VERSION = "2012-10-17"
KINDS = ("identity", "trust", "resource", "boundary", "scp")
ANYBODY = "anybody/"  # the owner of a policy that the file gives nobody
MIXED = "role and others"  # the holder of a policy that roles have, and users or groups
LIMITS = frozenset({"boundary", "scp", "rcp"})  # kinds that never grant
_OBJECTS = {"Condition", "NotPrincipal", "Principal"}
Principals = dict[str, tuple[str, ...]]
# By its ARN, or by what a template is to fill in: `${aws_iam_role.x.arn}`, `${DeployRole.Arn}`.
names_role = re.compile(
    r":(assumed-)?role/|(\{|data\.)aws_iam_role\.[^}]*\.arn\W*\}"
    r"|(?<!trusted)(?<!trusted_)(?<!_or_)(?<!_and_)(?<!or)(?<!and)role[._]?arns?\W*\}",
    re.IGNORECASE,
).search
# The name of a user that a program is, such as `svc-mailer`: programs have no MFA device.
is_of_a_program = re.compile(
    r"(?:.*[-_.])?(?:agent|ansible|backup|bot|cd|ci|daemon|deployer|grafana|jenkins|mailer|packer"
    r"|prometheus|robot|runner|service|svc|terraform|veeam|velero)(?:[-_.].*)?",
    re.IGNORECASE,
).fullmatch
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
# Such as LambdaBoundary, unless it allows to manage functions.
_of_machines = re.compile(
    "(codebuild|ecs-?task|github-?actions?|gitlab-?(ci|runners?)|jenkins|lambda(-?(execution|functions?))?"
    "|(ec2-?)?instance-?profiles?)-?(permissions?-?)?boundary",
    re.IGNORECASE,
).fullmatch
_is_on_roles = re.compile(r"iam:.*role|sts:assume", re.IGNORECASE).match

_of_cloudfront = re.compile(r"arn:[^:]*:iam::cloudfront:user/.*").fullmatch
_is_about_cloudfront = re.compile(r"cloud ?front|origin access|\bOAI\b", re.IGNORECASE).search
# The accounts that write the access logs of load balancers (Elastic Load Balancing, user guide).
_of_load_balancers = re.compile(
    r"(?:arn:[^:]*:iam::)?(?:037604701340|048591011584|190560391635|638102146993|009996457667|027434742980|033677994240|054676820928|114774131450"
    r"|127311923021|156460612806|507241528517|582318560864|600734575887|652711504416|718504428378"
    r"|783225319266|797873946194|897822967062|985666609251)(?::root)?"
).fullmatch


@dataclass(frozen=True)
class Condition:
    """A key and an operator, with the values to compare, as texts.

    JSON's `true` and `3600` are `"true"` and `"3600"`, as in IAM. `operator` is in IAM's spelling
    without qualifier and IfExists; if it is not `known`, as `written`.
    """

    operator: str
    qualifier: str | None
    if_exists: bool
    known: bool
    written: str
    key: str
    values: tuple[str, ...]
    position: Position
    node: Node

    def is_about(self, key: str) -> bool:
        """Say whether this is the key, ignoring case."""
        return self.key.lower() == key.lower()

    @property
    def is_unfilled(self) -> bool:
        """Whether a template is to fill in its key or operator."""
        return is_unfilled(self.key) or (not self.known and is_unfilled(self.written))


@dataclass(frozen=True, eq=False)
class Statement:
    """A statement, equal only to itself; missing elements are None.

    `elements` is its JSON, by the elements' names in IAM's spelling. Principals are the values by
    kind (`AWS`, `Service` …); a bare `"*"` is `{"*": ("*",)}`.
    """

    index: int
    sid: str | None
    effect: str
    actions: tuple[str, ...] | None
    not_actions: tuple[str, ...] | None
    resources: tuple[str, ...] | None
    not_resources: tuple[str, ...] | None
    principals: Principals | None
    not_principals: Principals | None
    conditions: tuple[Condition, ...]
    position: Position
    elements: Mapping[str, Node]

    @property
    def label(self) -> str:
        """Its name for people: the Sid, or its index from 0."""
        return self.sid or f"Statement[{self.index}]"

    @property
    def strange_elements(self) -> list[str]:
        """The objects that are no Condition or Principal: `Conditions`, `Bool`."""
        return [
            name
            for name, node in self.elements.items()
            if isinstance(node.value, dict) and name not in _OBJECTS
        ]

    @property
    def sid_letters(self) -> str:
        """The letters and digits of its Sid, in lower case."""
        return re.sub(r"[^a-z0-9]", "", (self.sid or "").lower())

    @property
    def aws_principals(self) -> tuple[str, ...]:
        """The accounts, users and roles among its principals."""
        return (self.principals or {}).get("AWS", ())

    @property
    def allows(self) -> bool:
        """Whether it is an Allow, not a Deny."""
        return self.effect == "Allow"


class Account(Protocol):
    """An account dump, whose policies are `documents`; it names users by a policy's name."""

    documents: list[Document]

    @property
    def owners(self) -> Sequence[Owner]:
        """The users and roles."""

    @property
    def unasked(self) -> Mapping[str, Sequence[str]]:
        """The users whom no policy asks for MFA, by the first policy that asks others."""

    def is_used(self, document: Document) -> bool:
        """Say whether a user or role has a policy, or a boundary."""

    @property
    def stuck(self) -> Mapping[str, Sequence[str]]:
        """The users who cannot set up MFA, each with the reason, by the policy that asks for it."""

    @property
    def programs(self) -> Mapping[str, Sequence[str]]:
        """The users who are programs by name, by the policy that asks them for MFA."""

    @property
    def kept(self) -> frozenset[str]:
        """The policies whose users are all denied, by all of theirs, to remove their device."""

    @property
    def takers(self) -> Mapping[str, Sequence[str]]:
        """The users who take a role without MFA, by its trust policy."""


@dataclass(frozen=True, eq=False)
class Roster:
    """The users and roles of a template, plan or state, and what it does not tell of them.

    They are `role/NAME`, `user/NAME`, `group/NAME` or ARNs; `role/` is one whose name is not told.
    """

    people: frozenset[str] = frozenset()
    # By user or role: the policies and groups that are not here, as far as they are known.
    elsewhere: Mapping[str, frozenset[str]] = field(default_factory=dict)
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
        of_trust = all(map(_has_no_resource, naming)) and any(map(_names_taking, naming))
        return "trust" if of_trust else "resource"

    @property
    def conditions(self) -> list[Condition]:
        """The conditions of all statements."""
        return [each for statement in self.statements for each in statement.conditions]

    @property
    def is_of_endpoint(self) -> bool:
        """Whether it is a VPC endpoint's, which only limits what goes through it."""
        return self.owners == ("endpoint/",)

    def only(self, effect: str) -> Document:
        """Return the policy with only its Allows, or only its Denies."""
        return replace(
            self, statements=tuple(each for each in self.statements if each.effect == effect)
        )

    @cached_property
    def sid_of_roles(self) -> str | None:
        """The Sid by which a boundary is for roles; None if none says so, or the file does."""
        if self.kind != "boundary" or self.holder is not None:
            return None
        return next((each.sid for each in self.statements if _says_roles(each)), None)

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


def has_principal(statement: Statement) -> bool:
    """Say whether a statement has principals, as only those of resources and roles do."""
    return statement.principals is not None or statement.not_principals is not None


def _is_of_iam(statement: Statement) -> bool:
    """Say whether it names an action of IAM, whose resources have no policies."""
    return any(each.lower().startswith("iam:") for each in statement.actions or ())


def _says_roles(statement: Statement) -> bool:
    actions, sid = statement.actions or statement.not_actions or (), statement.sid or ""
    if _of_machines(sid):
        return not any(sid.lower().startswith(each.lower().split(":")[0]) for each in actions)
    return _of_roles(sid) is not None and not any(map(_is_on_roles, actions))


def is_for_everybody(statement: Statement) -> bool:
    """Say whether a statement is for everybody, of any account."""
    return _are_everybody(statement.principals or {})


def _are_everybody(principals: Principals) -> bool:
    return "*" in (*principals.get("*", ()), *principals.get("AWS", ()))


def is_for_everybody_but_some(statement: Statement) -> bool:
    """Say whether a statement is for everybody except named principals."""
    named = statement.not_principals
    return named is not None and not _are_everybody(named)


def roles_in(statement: Statement) -> list[str]:
    """Return the roles and role sessions among the principals."""
    return list(filter(names_role, statement.aws_principals))


def is_for_services(statement: Statement) -> bool:
    """Say whether a statement is only for services and federated users, who bring no MFA keys."""
    named = statement.principals
    return named is not None and named.keys() <= {"Service", "Federated"}


def standing_for_services(statement: Statement) -> list[str]:
    """Return the principals, other than services, as which AWS services call without MFA."""
    named = statement.aws_principals
    users = (statement.principals or {}).get("CanonicalUser", ())
    users = users if _is_about_cloudfront(statement.sid or "") else ()
    return [*filter(_of_cloudfront, named), *users, *filter(_of_load_balancers, named)]


def is_about_devices(statement: Statement) -> bool:
    """Say whether a statement is about IAM's actions only, on MFA devices among others."""
    names = [action.lower() for action in statement.actions or ()]
    return all(name.startswith("iam:") for name in names) and any("mfa" in name for name in names)


def is_about_roles(statement: Statement) -> bool:
    """Say whether all actions of a statement are about assuming a role."""
    return all(map(_is_taking, statement.actions or statement.not_actions or ()))


def _is_taking(action: str) -> bool:
    return action.lower() in TRUST_ACTIONS or action.lower().startswith("sts:assumerole")


def _names_taking(statement: Statement) -> bool:
    return any(map(_is_taking, statement.actions or ()))


def _has_no_resource(statement: Statement) -> bool:
    return statement.resources is statement.not_resources is None


def roles_spared(statement: Statement) -> list[str]:
    """Return the roles that a Deny for everybody spares; none if it spares anybody else."""
    conditions, named = statement.conditions, statement.not_principals
    if named is not None and not conditions:
        values = tuple(value for each in named.values() for value in each)
    elif is_for_everybody(statement) and len(conditions) == 1 and "Not" in conditions[0].operator:
        values = conditions[0].values if conditions[0].is_about("aws:PrincipalArn") else ()
    else:
        return []
    return list(values) if all(map(names_role, values)) else []


def is_of_trust(statement: Statement) -> bool:
    """Say whether a statement is about assuming its own role, and so has no resource."""
    return is_about_roles(statement) and _has_no_resource(statement)
