"""What IAM rejects in the form of a policy, or reads in an unexpected way, and unlisted actions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mfa_session.model.feature_ports import LOOK_UP
from mfa_session.model.text import nearest_of
from mfa_session.policy.coverage import may_be_of, names_of
from mfa_session.policy.document import CURRENT_VERSION
from mfa_session.policy.fixes import plain
from mfa_session.policy.intrinsics import PSEUDO_PARAMETERS, has_variable, is_unfilled
from mfa_session.policy.nodes import Node, listed, members_of
from mfa_session.policy.policy_text import Position
from mfa_session.policy.reading import ELEMENTS
from mfa_session.policy.rules.places import WITHOUT_PRINCIPAL, is_about, is_about_s3
from mfa_session.policy.rules.principal_names import why_no_principal
from mfa_session.policy.rules.rule import (
    ERROR,
    NOTE,
    REJECTED,
    WARNING,
    Flaw,
    Flaws,
    Rule,
    Subject,
    and_more,
    first_of,
)
from mfa_session.policy.rules.whole_policy import WholePolicy, per_policy
from mfa_session.policy.statement import (
    TRUST_ACTIONS,
    has_principal,
    is_about_roles,
    is_for_everybody,
)

UNKNOWN_ELEMENT = Rule(
    "unknown-element",
    ERROR,
    "IAM has no such element (`Conditions`, or `statement` in lower case) and rejects the policy.",
)
MALFORMED = Rule(
    "malformed-policy",
    ERROR,
    "A `Version` that IAM does not have, an `Effect` in another case, a `Sid` that is there twice "
    "or has more than letters and digits, an element that is missing, outside the statements, a "
    "comment or none of IAM's (`Description`), a `Principal` that can be none (a group, a `*` or a "
    "variable within an ARN, an account without 12 digits), an empty list, an action without a "
    "service or with a wildcard in it (`*:Get*`), or one other than `sts:…` in a trust policy, or "
    "`Ref` of a role or bucket, which is a name, in the place of an ARN: IAM rejects the policy. "
    "Or a variable in `Fn::Sub` without the `!` of `${!aws:username}`, or `${AWS::AccountID}`, "
    "which is no pseudo parameter: CloudFormation refuses the template; or `${AWS::AccountId}` "
    "outside of "
    "`Fn::Sub`, or `{AWS::AccountId}`, which stay as they are.",
)
OLD_VERSION = Rule(
    "old-version",
    WARNING,
    "Variables such as `${aws:username}` are plain text unless `Version` is `2012-10-17`: they "
    "match nothing.",
)
UNKNOWN_ACTION = Rule(
    "unknown-action",
    WARNING,
    "AWS lists no such action, or none that the pattern matches. A note where no other name is "
    "near: the action may be retired, or newer than the list.",
)
_is_action = re.compile(r"\*+|\*:\*|[\w.-]+:[\w*?.-]+").fullmatch
_plain_sid = re.compile(r"[A-Za-z0-9]*").fullmatch
# Of which Fn::Sub would fill in nothing: a `$` or the braces are missing.
_near_parameter = re.compile(r"(?<![${])\{(AWS::\w+)\}|\$(AWS::\w+)").search
_comment = re.compile("_*comments?[0-9]*|//.*|#.*", re.IGNORECASE).fullmatch
_LITERAL = "AWS refuses the policy, or nothing matches the text"
_OLDER = "2008-10-17"


def check_elements(subject: Subject) -> Flaws:
    """Find elements that no statement has, such as a Condition that is misspelt."""
    for name, node in subject.statement.elements.items():
        if name not in ELEMENTS:
            near = nearest_of(name, ELEMENTS, most=1)
            free = near and near[0] not in subject.statement.elements
            yield Flaw(
                UNKNOWN_ELEMENT,
                subject.place_of(name),
                f"{name} is not an element of a statement"
                + (f"; {near[0]} was probably meant" if free else ""),
                REJECTED,
                f"write {near[0]}" if free else f"remove {name}",
                {near[0]: plain(node)} if free else {},
            )


def check_case(subject: Subject) -> Flaws:
    """Find elements whose names are in another case than IAM's, once for a policy."""
    document = subject.document
    if document.respelt and subject.is_first:
        (name, meant, offset), *more = document.respelt
        others = f" (and {len(more)} more like it)" if more else ""
        yield Flaw(
            UNKNOWN_ELEMENT,
            document.source.position(offset),
            f"{name} is not an element; IAM spells it {meant}{others}",
            REJECTED,
            f"write {meant}",
        )


def check_form(subject: Subject) -> Flaws:
    """Find other faults for which IAM rejects a policy."""
    for find in (_in_the_policy, _in_the_statement, _in_principals):
        for position, what, cure in find(subject):
            yield Flaw(MALFORMED, position, what, REJECTED, cure)


def check_references(subject: Subject) -> Flaws:
    """Find variables of IAM's that CloudFormation looks for in the template, or the reverse."""
    items = [*(each for each, _ in subject.texts), *subject.principals()]
    misread = [item for item in items if ":" in item.misread]
    slips = [(item, found) for item in items if (found := _near_parameter(str(item.value)))]
    for item, found in slips[:1]:
        yield Flaw(
            MALFORMED,
            subject.place_at(item),
            f"{found[0]} stays as it is: it is no variable{and_more(slips)}",
            _LITERAL,
            f"write ${{{found[1] or found[2]}}} in Fn::Sub",
        )
    for item in misread[:1]:
        name, variable = item.misread, f"${{{item.misread}}}"
        who = "CloudFormation refuses the template: what was deployed before stays in force"
        if not name.startswith("AWS::"):
            what = f"Fn::Sub takes {variable} for a reference in the template"
            cure = f"write ${{!{name}}}, of which Fn::Sub makes {variable}"
        elif name in PSEUDO_PARAMETERS:
            what, who = f"{variable} stays as it is: only Fn::Sub fills it in", _LITERAL
            cure = f'write {{"Fn::Sub": "{item.value}"}}, in YAML !Sub'
        else:
            what = f"CloudFormation has no {name}"
            near = nearest_of(name, PSEUDO_PARAMETERS, most=1)
            cure = (
                f"write {near[0]}" if near else f"declare a parameter, and write it for {variable}"
            )
        yield Flaw(MALFORMED, subject.place_at(item), what + and_more(misread), who, cure)


def check_names(subject: Subject) -> Flaws:
    """Find names where ARNs must be: Ref of a role, and `${Books}` at the start of a text."""
    kind = subject.document.kind
    needed = kind in WITHOUT_PRINCIPAL or is_about(subject.statement, "s3:", "sqs:")
    items = [*(each for each, _ in subject.resources if needed), *subject.principals()]
    names = [item for item in items if item.misread and ":" not in item.misread]
    for item in names[:1]:
        yield Flaw(
            MALFORMED,
            subject.place_at(item),
            f"Ref gives the name, id or URL of {item.misread}, not its ARN{and_more(names)}",
            REJECTED,
            f'write {{"Fn::GetAtt": ["{item.misread}", "Arn"]}}, '
            f"in Fn::Sub ${{{item.misread}.Arn}}",
        )


def check_version(subject: Subject) -> Flaws:
    """Find variables in policies whose Version has none."""
    version = subject.document.version
    if version not in {None, _OLDER}:  # IAM rejects another
        return
    found = next((item for item, _ in subject.texts if has_variable(str(item.value))), None)
    if found is not None:
        why = f"Version is {version}" if version else "it has no Version, which means 2008-10-17"
        yield Flaw(
            OLD_VERSION,
            subject.place_at(found),
            f"variables are plain text in this policy: {why}",
            "the variable matches nobody",
            f'write "Version": "{CURRENT_VERSION}" at the top of the policy',
        )


def check_actions(subject: Subject) -> Flaws:
    """Find actions that AWS does not list, and patterns that match none.

    Those that are near to none are told together. They may be retired, or newer than our list: a
    note, unless they are all that a Deny is for.
    """
    names = subject.whole.names
    if names is None:
        return
    looked_up = [
        (item, names.look_up(str(item.value))) for item in subject.items_of("Action", "NotAction")
    ]
    unlisted = [(item, found) for item, found in looked_up if found is not None]
    for item, found in unlisted:
        if found.sure:
            yield _unknown_action(
                subject, item, found.message + found.guess, f"write {found.meant}"
            )
    far_off = [(item, found) for item, found in unlisted if not found.sure]
    if far_off:
        denies = not subject.statement.allows and subject.statement.actions is not None
        severity = WARNING if denies and len(unlisted) == len(looked_up) else NOTE
        (item, first), *others = far_off
        message, cure = first.message + first.guess, first.hint
        if others:
            named = first_of([found.action for _, found in others])
            message, cure = f"{first.message}, {named}", LOOK_UP
        yield _unknown_action(subject, item, message, cure, severity)


def check_retired(subject: Subject) -> Flaws:
    """Find Denies that ask MFA for retired actions only; elsewhere these do no harm."""
    items = list(subject.items_of("Action"))
    retired = (str(each.value).lower().startswith("aws-portal:") for each in items)
    if items and subject.refuses_without_mfa and all(retired):
        yield _unknown_action(
            subject,
            items[0],
            f"AWS retired {items[0].value} in 2023",
            "deny the actions of account, billing, consolidatedbilling, cur, freetier, invoicing, "
            "payments and tax instead",
        )


def _in_the_policy(subject: Subject) -> Iterator[tuple[Position, str, str]]:
    document = subject.document
    if not subject.is_first:
        return
    version = document.version
    for name, node in document.beside.items():
        position = document.source.position(node.key_offset)
        if _comment(name):
            what = f"{name} is not an element of a policy: JSON has no comments"
            yield position, what, f"remove {name}"
        elif _is_no_element(name) and document.version is not None:
            yield position, f"{name} is not an element of a policy", f"remove {name}"
        elif name in ELEMENTS:
            yield position, f"{name} is outside the statements", "move it into the statement"
        elif name == "Version" and not (
            version in {None, CURRENT_VERSION, _OLDER} or is_unfilled(version)
        ):
            what = f"Version is {version!r}; IAM has {CURRENT_VERSION} and {_OLDER}"
            yield position, what, f'write "Version": "{CURRENT_VERSION}"'


def _is_no_element(name: str) -> bool:
    is_known = name in {"Version", "Id", *ELEMENTS}
    return not (is_known or name.startswith("Fn::") or is_unfilled(name.removeprefix("$")))


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
    items = list(subject.items_of("Action")) if _is_of_a_vault(subject) else ()
    wild = [each for each in items if "*" in str(each.value)]
    if wild:
        what = f"{wild[0].value}: a backup vault's policy takes no wildcard in Action"
        yield (
            subject.place_at(wild[0]),
            what,
            "name the actions, such as backup:DeleteRecoveryPoint",
        )
    trust = subject.document.kind == "trust" and subject.statement.actions is not None
    none = []
    for item in subject.items_of("Action", "NotAction"):
        action = str(item.value)
        if not (_is_action(action) or is_unfilled(action)):
            none.append(item)
        elif trust and not may_be_of(action, (*TRUST_ACTIONS, "sts:assumerole*")):
            what = f"{action} does not belong in a role's trust policy"
            cure = "move it to the role's permission policy"
            yield subject.place_at(item), what, cure
    if none:
        what = f"{none[0].value!r} cannot be an action" + and_more(none)
        cure = "name the service without a wildcard, as in s3:Get*, or write * alone"
        yield subject.place_at(none[0]), what, cure


def _is_of_a_vault(subject: Subject) -> bool:
    """Say whether a policy is a backup vault's, whose actions are all AWS Backup's."""
    told, of_resource = subject.document.resource_type, subject.document.kind == "resource"
    if told:
        return told in {"AWS::Backup::BackupVault", "aws_backup_vault_policy"}
    return of_resource and _is_about_backups(subject.whole)


@per_policy
def _is_about_backups(whole: WholePolicy) -> bool:
    names = {name for each in whole.statements for name in names_of(each)} - {"*"}
    # A policy that allows everybody may be a VPC endpoint's.
    endpoint = any(map(is_for_everybody, whole.allowing))
    return bool(names) and not endpoint and all(name.startswith("backup:") for name in names)


def _is_empty(node: Node | None) -> bool:
    value = node and plain(node)
    return value == [] or (isinstance(value, dict) and not any(value.values()))


def _wanted(subject: Subject) -> Iterator[str]:
    statement, kind = subject.statement, subject.document.kind
    yield "Action"
    if kind not in WITHOUT_PRINCIPAL:
        yield "Principal"
        if is_about_s3(statement) and kind != "trust":  # others need none
            yield "Resource"
    elif not has_principal(statement):
        yield "Resource"


def _meant(name: str) -> Sequence[str]:
    return (name,) if name in ELEMENTS else nearest_of(name, ELEMENTS, most=1)


def _in_principals(subject: Subject) -> Iterator[tuple[Position, str, str]]:
    if subject.document.kind in WITHOUT_PRINCIPAL:  # there, each is misplaced
        return
    for element in ("Principal", "NotPrincipal"):
        node = subject.statement.elements.get(element)
        wrong = [
            (item, found)
            for kind, values in members_of(node).items()
            for item in listed(values)
            if (found := why_no_principal(kind, str(item.value)))
        ]
        for item, (what, cure) in wrong[:1]:
            yield subject.place_at(item), what + and_more(wrong), cure


def _unknown_action(
    subject: Subject, item: Node, message: str, cure: str, severity: str = WARNING
) -> Flaw:
    does = "allows" if subject.statement.allows else "denies"
    if subject.statement.not_actions is not None:
        does = "exempts"
    who = f"this name {does} nothing"
    return Flaw(UNKNOWN_ACTION, subject.place_at(item), message, who, cure, severity=severity)
