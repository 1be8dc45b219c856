"""A statement of a policy, with its conditions and the position of each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mfa_session.policy.intrinsics import is_unfilled
from mfa_session.policy.nodes import Node
from mfa_session.policy.policy_text import Position

TRUST_ACTIONS = {
    "sts:assumerole",
    "sts:assumerolewithsaml",
    "sts:assumerolewithwebidentity",
    "sts:setcontext",
    "sts:setsourceidentity",
    "sts:tagsession",
}
_OBJECTS = {"Condition", "NotPrincipal", "Principal"}
Principals = dict[str, tuple[str, ...]]
# By its ARN, or by what a template is to fill in: `${aws_iam_role.x.arn}`, `${DeployRole.Arn}`.
names_role = re.compile(
    r":(assumed-)?role/|(\{|data\.)aws_iam_role\.[^}]*\.arn\W*\}"
    r"|(?<!trusted)(?<!trusted_)(?<!_or_)(?<!_and_)(?<!or)(?<!and)role[._]?arns?\W*\}",
    re.IGNORECASE,
).search
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
    def negates(self) -> bool:
        """Whether its operator is true where another one is false: `StringNotEquals`."""
        return self.known and "Not" in self.operator

    @property
    def is_of_tag(self) -> bool:
        """Whether it is about a tag of the caller."""
        return self.key.lower().startswith("aws:principaltag/")

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
        return letters_in(self.sid or "")

    @property
    def aws_principals(self) -> tuple[str, ...]:
        """The accounts, users and roles among its principals."""
        return self.principals_of("AWS")

    def principals_of(self, kind: str) -> tuple[str, ...]:
        """Return its principals of a kind: `Service`."""
        return (self.principals or {}).get(kind, ())

    @property
    def allows(self) -> bool:
        """Whether it is an Allow, not a Deny."""
        return self.effect == "Allow"


def letters_in(text: str) -> str:
    """Return the letters and digits of a text, in lower case."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


def has_principal(statement: Statement) -> bool:
    """Say whether a statement has principals, as only those of resources and roles do."""
    return statement.principals is not None or statement.not_principals is not None


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
    by_sid = _is_about_cloudfront(statement.sid or "")
    users = statement.principals_of("CanonicalUser") if by_sid else ()
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


def names_taking(statement: Statement) -> bool:
    """Say whether a statement names an action of assuming a role."""
    return any(map(_is_taking, statement.actions or ()))


def has_no_resource(statement: Statement) -> bool:
    """Say whether a statement has neither Resource nor NotResource."""
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
    return is_about_roles(statement) and has_no_resource(statement)
