"""What IAM rejects in the form of a policy, or reads in an unexpected way."""

from __future__ import annotations

import functools
import re
from collections import Counter
from typing import TYPE_CHECKING

from mfa_session.model.text import nearest_of
from mfa_session.policy.coverage import may_be_of
from mfa_session.policy.document import (
    CURRENT_VERSION,
    TRUST_ACTIONS,
    has_principal,
    is_about_devices,
    is_about_roles,
    is_for_everybody,
)
from mfa_session.policy.fixes import plain
from mfa_session.policy.intrinsics import has_variable, is_unfilled, with_variables_as
from mfa_session.policy.json_text import Node, listed, members_of
from mfa_session.policy.reading import ELEMENTS
from mfa_session.policy.rules.rule import (
    ERROR,
    REJECTED,
    WARNING,
    Flaw,
    Rule,
    Subject,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mfa_session.policy.document import Statement
    from mfa_session.policy.policy_text import Position
    from mfa_session.policy.rules.whole_policy import WholePolicy

UNKNOWN_ELEMENT = Rule(
    "unknown-element",
    ERROR,
    "IAM has no such element (`Conditions`, for example) and rejects the policy.",
)
MISPLACED = Rule(
    "misplaced-element",
    ERROR,
    "A `Principal` in a policy of a user, group or role, a `Resource` in a trust policy, or "
    "`NotAction` in a resource control policy: IAM rejects the policy. A warning for a resource "
    "policy of a service that has none (`codecommit:…`).",
)
NO_ARN = Rule(
    "resource-no-arn",
    ERROR,
    "A `Resource` that is neither an ARN nor `*`: IAM rejects the policy. A warning for a bucket's "
    "policy with named principals that is about another bucket as well.",
)
MALFORMED = Rule(
    "malformed-policy",
    ERROR,
    "A `Version` that IAM does not have, an `Effect` in another case, a `Sid` that is there twice "
    "or has more than letters and digits, an element that is missing, outside the statements or a "
    "comment, a `Principal` that can be none (a group, a `*` within an ARN, an account without 12 "
    "digits), an empty list, an action without a service or with a wildcard in it (`*:Get*`), or "
    "one other than `sts:…` in a trust policy: IAM rejects the policy. Or a variable in `Fn::Sub` "
    "without the `!` of `${!aws:username}`: CloudFormation refuses the template; or "
    "`${AWS::AccountId}` outside of `Fn::Sub`, where it stays as it is.",
)
OLD_VERSION = Rule(
    "old-version",
    WARNING,
    "Variables such as `${aws:username}` are plain text unless `Version` is `2012-10-17`: they "
    "match nothing.",
)
RULES = (UNKNOWN_ELEMENT, MISPLACED, NO_ARN, MALFORMED, OLD_VERSION)

_is_action = re.compile(r"\*+|\*:\*|[\w.-]+:[\w*?.-]+").fullmatch
_plain_sid = re.compile(r"[A-Za-z0-9]*").fullmatch
# A word stands for an account's number or an id, which AWS prints of a user who is gone.
_ACCOUNT = r"(?:[0-9]{12}|(?=[0-9-]*[A-Za-z_])[\w-]+)"
_of_no_principal = re.compile(r"arn:[^:]+:iam::[^:]+:(group|instance-profile|policy)/.*").fullmatch
_service = re.compile(r"\*|[\w-]+(\.[\w-]+)+").fullmatch
_PRINCIPALS: dict[str, tuple[Callable[[str], object], str]] = {
    "AWS": (
        re.compile(
            rf"\*|{_ACCOUNT}|arn:[^:]+:iam::{_ACCOUNT}:(root|(user|role)/[^*?]*[^*?/])"
            rf"|arn:[^:]+:sts::{_ACCOUNT}:(assumed-role|federated-user)/[^*?]+"
        ).fullmatch,
        (
            "name an account by its 12 digits, or a user or role by its ARN; to match several, "
            "name the account and add a condition on aws:PrincipalArn"
        ),
    ),
    "Federated": (
        re.compile(
            r"(?!arn:|[0-9]{12}$|(?!cognito-identity)[\w.-]+\.amazonaws\.com(\.cn)?$).+"
            rf"|arn:[^:]+:iam::{_ACCOUNT}:(saml|oidc)-provider/[^*?]+"
        ).fullmatch,
        "name the identity provider by its ARN",
    ),
    "Service": (_service, "name the service, such as ec2.amazonaws.com"),
}
_bucket = re.compile("arn:[^:]*:s3:::([a-z0-9.-]+)(?:/.*)?").fullmatch
_of_all_buckets = re.compile(r"\*|arn:[^:]*:s3:::\*(/\*)?").fullmatch
_comment = re.compile("_*comments?[0-9]*|//.*|#.*", re.IGNORECASE).fullmatch
_TYPES = ("*", "aws", "canonicaluser", "federated", "service")
_OLDER = "2008-10-17"
_ARN_PARTS, _ACCOUNT_AT = 6, 4
_IN_RCPS = {"aoss", "cognito-identity", "cognito-idp", "dynamodb", "ecr", "kms", "logs", "s3",
            "secretsmanager", "sqs", "sts"}  # fmt: skip
_WITHOUT_POLICIES = ("cloudformation:", "codecommit:", "rds:", "route53:")
_NAMES = {
    "identity": "a policy of a user, group or role",
    "boundary": "a permissions boundary",
    "scp": "a service control policy",
}


def check_elements(subject: Subject) -> Iterator[Flaw]:
    """Find elements that no statement has, such as a Condition that is misspelt."""
    for name, node in subject.statement.elements.items():
        if name not in ELEMENTS:
            near = nearest_of(name, ELEMENTS, most=1)
            free = near and near[0] not in subject.statement.elements
            yield Flaw(
                UNKNOWN_ELEMENT,
                subject.document.source.position(node.key_offset),
                f"{name} is not an element of a statement"
                + (f"; {near[0]} was probably meant" if free else ""),
                REJECTED,
                f"write {near[0]}" if free else f"remove {name}",
                {near[0]: plain(node)} if free else {},
            )


def check_places(subject: Subject) -> Iterator[Flaw]:
    """Find elements that do not belong in this kind of policy."""
    statement, kind = subject.statement, subject.document.kind
    named = _elements(statement, "Principal", "NotPrincipal")
    if kind in _NAMES:
        wrong, what = named, _NAMES[kind]
        if kind == "scp" and named and _may_be_an_rcp(subject.whole):
            return
    elif kind == "rcp":
        wrong, what = _elements(statement, "NotAction", "NotPrincipal"), "a resource control policy"
    elif kind == "resource" and named and is_about_devices(statement):
        wrong, what = named, "a policy with iam: actions"
    elif subject.document.told_kind is None and is_for_everybody(statement):
        return  # it may be an RCP's or a VPC endpoint's
    elif named and statement.actions and is_about_roles(statement):
        wrong = _elements(statement, "Resource", "NotResource")
        what = "a role's trust policy"
    else:
        return
    for name in wrong:
        yield Flaw(
            MISPLACED,
            subject.place_of(name),
            f"{name} does not belong in {what}",
            REJECTED,
            f"remove {name}",
        )


def check_services(subject: Subject) -> Iterator[Flaw]:
    """Find policies of resources for services that have none, once for a policy."""
    statement = subject.statement
    if statement is _first_without_policies(subject.whole):
        action = (statement.actions or ("*",))[0]
        yield Flaw(
            MISPLACED,
            subject.place_of("Principal"),
            f"there are no resource policies for {action}",
            "AWS has no place for the policy, and it has no effect",
            "write it without Principal, as a policy of users, groups or roles",
            severity=WARNING,
        )


@functools.lru_cache(maxsize=32)
def _first_without_policies(whole: WholePolicy) -> Statement | None:
    """Return the first statement of somebody on services that have no policies of resources.

    One of everybody may be in the policy of a VPC endpoint, which every service has.
    """
    named = filter(has_principal, whole.statements)
    alone = (each for each in named if not is_for_everybody(each))
    return next(filter(_is_without_policies, alone), None)


def _is_without_policies(statement: Statement) -> bool:
    actions = statement.actions or ("*",)
    return all(action.lower().startswith(_WITHOUT_POLICIES) for action in actions)


def _elements(statement: Statement, *names: str) -> list[str]:
    return [name for name in names if name in statement.elements]


def check_resources(subject: Subject) -> Iterator[Flaw]:
    """Find resources that are no ARNs; of resource policies, only those of S3 need ARNs."""
    if subject.document.kind not in _NAMES and not _is_about_s3(subject.statement):
        return
    items = subject.items_of("Resource", "NotResource")
    texts = [item for item in items if isinstance(item.value, str)]
    wrong = [item for item in texts if _is_no_arn(str(item.value))]
    bucket = _bucket_of(subject.whole) if subject.document.kind == "resource" else ""
    other = [item for item in texts if bucket and not _is_of(bucket, str(item.value))]
    if other and not wrong:
        yield Flaw(
            NO_ARN,
            subject.document.source.position(other[0].offset),
            f"{other[0].value} is not {bucket} alone, and a bucket's policy is about one bucket",
            REJECTED,
            f"write arn:aws:s3:::{bucket}, or that with /* for the objects",
            severity=WARNING,
        )
    if wrong:
        yield Flaw(
            NO_ARN,
            subject.document.source.position(wrong[0].offset),
            f"{wrong[0].value!r} is neither an ARN nor *{_and_more(wrong)}",
            REJECTED,
            "write the ARN of the resource (arn:aws:iam::ACCOUNT:user/NAME), or *",
        )


@functools.lru_cache(maxsize=32)
def _bucket_of(whole: WholePolicy) -> str:
    """Return the bucket that most of a bucket's policy is about.

    Return nothing if it may be another's: in the policy of a VPC endpoint, all are for everybody.
    """
    named = [each for each in whole.statements if not is_for_everybody(each)]
    if not named or not all(map(_is_about_s3, whole.statements)):
        return ""
    found = Counter(
        b[1] for each in whole.statements for b in map(_bucket, each.resources or ()) if b
    )
    return found.most_common(1)[0][0] if found else "BUCKET"


def _is_of(bucket: str, resource: str) -> bool:
    found = _bucket(resource)
    return found[1] == bucket if found else not _of_all_buckets(resource)


def check_form(subject: Subject) -> Iterator[Flaw]:
    """Find other faults for which IAM rejects a policy."""
    for position, what, cure in (
        *_in_the_policy(subject),
        *_in_the_statement(subject),
        *_in_principals(subject),
    ):
        yield Flaw(MALFORMED, position, what, REJECTED, cure)


def check_references(subject: Subject) -> Iterator[Flaw]:
    """Find variables of IAM's that CloudFormation looks for in the template, or the reverse."""
    misread = [item for item in (*subject.texts(), *subject.principals()) if item.misread]
    for item in misread[:1]:
        variable = f"${{{item.misread}}}"
        if item.misread.startswith("AWS::"):
            what = f"{variable} stays as it is: only Fn::Sub fills it in"
            who = "AWS refuses the policy, or nothing matches the text"
            cure = f'write {{"Fn::Sub": "{item.value}"}}, in YAML !Sub'
        else:
            what = f"Fn::Sub takes {variable} for a reference in the template"
            who = "CloudFormation refuses the template: what was deployed before stays in force"
            cure = f"write ${{!{item.misread}}}, of which Fn::Sub makes {variable}"
        yield Flaw(
            MALFORMED,
            subject.document.source.position(item.offset),
            what + _and_more(misread),
            who,
            cure,
        )


def check_version(subject: Subject) -> Iterator[Flaw]:
    """Find variables in policies whose Version has none."""
    if subject.document.version not in {None, _OLDER}:  # IAM rejects another
        return
    found = next((item for item in subject.texts() if has_variable(str(item.value))), None)
    if found is not None:
        version = subject.document.version
        why = f"Version is {version}" if version else "it has no Version, which means 2008-10-17"
        yield Flaw(
            OLD_VERSION,
            subject.document.source.position(found.offset),
            f"variables are plain text in this policy: {why}",
            "the variable matches nobody",
            f'write "Version": "{CURRENT_VERSION}" at the top of the policy',
        )


def _and_more(found: Sequence[object]) -> str:
    return f" (and {len(found) - 1} more)" if found[1:] else ""


def _in_the_policy(subject: Subject) -> Iterator[tuple[Position, str, str]]:
    document, statement = subject.document, subject.statement
    if statement is not document.statements[0]:
        return
    version = document.version
    if version not in {None, CURRENT_VERSION, _OLDER} and not is_unfilled(version or ""):
        what = f"Version is {version!r}; IAM has {CURRENT_VERSION} and {_OLDER}"
        cure = f'write "Version": "{CURRENT_VERSION}"'
        yield document.source.position(document.beside["Version"].key_offset), what, cure
    for name, node in document.beside.items():
        if _comment(name):
            what = f"{name} is not an element of a policy: JSON has no comments"
            yield document.source.position(node.key_offset), what, f"remove {name}"
        elif name in ELEMENTS:
            what = f"{name} is outside the statements"
            yield document.source.position(node.key_offset), what, "move it into the statement"


def _in_the_statement(subject: Subject) -> Iterator[tuple[Position, str, str]]:
    statement, elements = subject.statement, subject.statement.elements
    if elements["Effect"].value != statement.effect:
        what = f"Effect is {elements['Effect'].value}, not {statement.effect}"
        yield subject.place_of("Effect"), what, f"write {statement.effect}"
    sid = statement.sid or ""
    if subject.document.kind != "resource":  # services take any Sid
        if not (_plain_sid(sid) or is_unfilled(sid)):
            what = f"the Sid {sid!r} has characters other than letters and digits"
            yield subject.place_of("Sid"), what, "write it with letters and digits only"
        if statement.index in subject.document.repeated:
            what = f"an earlier statement has the Sid {sid}, too"
            yield subject.place_of("Sid"), what, "give each statement a Sid of its own"
    yield from _in_actions(subject)
    present = {each.removeprefix("Not"): name for name in elements for each in _meant(name)}
    for name in _wanted(subject):
        if _is_empty(elements.get(present.get(name, ""))):
            what, cure = f"{present[name]} is empty", "name at least one, or remove the statement"
            yield subject.place_of(present[name]), what, cure
        elif name not in present:
            either = name == "Resource" and subject.document.told_kind is None
            trust = ", or Principal in a trust policy"
            cure = f"add {name}" + (trust if either and is_about_roles(statement) else "")
            yield statement.position, f"the statement has no {name}", cure


def _in_actions(subject: Subject) -> Iterator[tuple[Position, str, str]]:
    trust = subject.document.told_kind == "trust" and subject.statement.actions is not None
    none = []
    for item in subject.items_of("Action", "NotAction"):
        action = str(item.value)
        if not (_is_action(action) or is_unfilled(action)):
            none.append(item)
        elif trust and not may_be_of(action, (*TRUST_ACTIONS, "sts:assumerole*")):
            what = f"{action} does not belong in a role's trust policy"
            cure = "move it to the role's permission policy"
            yield subject.document.source.position(item.offset), what, cure
    if none:
        what = f"{none[0].value!r} cannot be an action" + _and_more(none)
        cure = "name the service without a wildcard, as in s3:Get*, or write * alone"
        yield subject.document.source.position(none[0].offset), what, cure


def _is_empty(node: Node | None) -> bool:
    value = node and plain(node)
    return value == [] or (isinstance(value, dict) and not any(value.values()))


def _wanted(subject: Subject) -> Iterator[str]:
    statement, kind = subject.statement, subject.document.kind
    yield "Action"
    if kind not in _NAMES:
        yield "Principal"
        if _is_about_s3(statement):  # others need none
            yield "Resource"
    elif not has_principal(statement):
        yield "Resource"


def _is_about_s3(statement: Statement) -> bool:
    return all(action.lower().startswith("s3:") for action in statement.actions or ("",))


def _meant(name: str) -> Sequence[str]:
    return (name,) if name in ELEMENTS else nearest_of(name, ELEMENTS, most=1)


def _in_principals(subject: Subject) -> Iterator[tuple[Position, str, str]]:
    if subject.document.kind in _NAMES:  # there, each is misplaced
        return
    for element in ("Principal", "NotPrincipal"):
        node = subject.statement.elements.get(element)
        wrong = [
            (item, found)
            for kind, values in members_of(node).items()
            for item in listed(values)
            if (found := _why_none(kind, str(item.value)))
        ]
        for item, (what, cure) in wrong[:1]:
            yield subject.document.source.position(item.offset), what + _and_more(wrong), cure


def _why_none(kind: str, text: str) -> tuple[str, str] | None:
    if kind.lower() not in _TYPES and not is_unfilled(kind):
        return (
            f"{kind} cannot be a type of principal",
            "use AWS, Service or Federated",
        )
    fits, cure = _PRINCIPALS.get(kind, (str, ""))
    is_arn_of_service = kind == "Service" and text.startswith("arn:")
    filled_in = is_unfilled(text) and not _of_no_principal(text)
    if not is_arn_of_service and (fits(text) or filled_in or not cure):
        return None
    if is_arn_of_service:
        cure = f'write {{"AWS": "{text}"}}'
    elif kind != "Service" and _service(text):
        cure = f'write {{"Service": "{text}"}}'
    return f"{text} cannot be a principal of the type {kind}", cure


@functools.lru_cache(maxsize=32)
def _may_be_an_rcp(whole: WholePolicy) -> bool:
    return all(map(_may_be_of_an_rcp, whole.statements))


def _may_be_of_an_rcp(statement: Statement) -> bool:
    """Say whether a statement may be a resource control policy's, which limits like an SCP.

    It is for everybody, and about what services do that keep resources.
    """
    services = {action.lower().partition(":")[0] for action in statement.actions or ()}
    named = statement.not_actions is None and services <= {*_IN_RCPS, "*"}
    return named and is_for_everybody(statement)


def _is_no_arn(text: str) -> bool:
    if text.startswith("arn:"):
        parts = with_variables_as("x", text).split(":", _ARN_PARTS - 1)
        account = parts[_ACCOUNT_AT] if len(parts) > _ACCOUNT_AT else ""
        in_account = "/" in account.partition("*")[0] and not is_unfilled(account)
        short = len(parts) < _ARN_PARTS and not ("*" in text or is_unfilled(text))
        return in_account or short
    return not (text.startswith("*") or is_unfilled(text))
