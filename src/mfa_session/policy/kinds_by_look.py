"""What tells kinds of policies that look like others: boundaries and policies of organisations."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mfa_session.policy.credentials import PRINCIPAL_ARN
from mfa_session.policy.document import Document
from mfa_session.policy.statement import Statement, is_for_everybody

_WORDS = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+|[A-Z]")
# The services of most resource control policies.
_OF_RCPS = {"aoss", "dynamodb", "ecr", "kms", "s3", "secretsmanager", "sqs", "sts"}
# What is done with a boundary: `protect-app-boundary`.
_OF_GUARDS = {"demand", "enforce", "ensure", "guard", "keep", "protect", "require", "use"}
_is_any_root = re.compile(r"arn:[^:]*:iam::\*:root").fullmatch
# Roles of AWS Organizations' own tools, in any account.
_is_of_organisations = re.compile(
    r"arn:[^:]*:iam::\*:role/(AWSControlTowerExecution|OrganizationAccountAccessRole|stacksets-exec-.*)"
).fullmatch


def kind_by_name(names: tuple[str, ...]) -> str | None:
    """Return `boundary` or `scp` if a name says so: `DeveloperBoundary`, `scp-deny-root`."""
    for name in names:
        words = [word.lower() for word in _WORDS.findall(name)]
        said = [word for word in words if word not in {"policy", "json", "yaml"}]
        if "scp" in words or "service control" in " ".join(words):
            return "scp"
        if said[-1:] == ["boundary"] or {"permissions", "boundary"} <= set(words):
            return "boundary"
    return None


def guards_boundaries(names: tuple[str, ...], document: Document) -> bool:
    """Say whether a policy only denies making users and roles without boundaries, or the like.

    It is called `enforce-boundary`, and is none.
    """
    words = {word.lower().rstrip("s") for name in names for word in _WORDS.findall(name)}
    denies = not any(each.allows for each in document.statements)
    about = (
        any("permissionsboundary" in name.lower() for name in each.actions or ())
        or any(condition.is_about("iam:PermissionsBoundary") for condition in each.conditions)
        for each in document.statements
    )
    return denies and any(about) and not words.isdisjoint(_OF_GUARDS)


def rcp_by_name_or_look(names: tuple[str, ...], document: Document) -> str | None:
    """Return `rcp` if a name says so, or if no resource or VPC endpoint has such a policy.

    It only denies, on all resources, to everybody; and a resource or an endpoint is of one service,
    while roles have no resources in their trust policies.
    """
    limits = not any(each.allows or each.not_actions for each in document.statements) and all(
        is_for_everybody(each) and each.resources == ("*",) for each in document.statements
    )
    actions = [name.lower() for each in document.statements for name in each.actions or ()]
    services = {name.partition(":")[0] for name in actions}
    told = any("rcp" in map(str.lower, _WORDS.findall(name)) for name in names)
    alone = services <= _OF_RCPS and (len(services) > 1 or services == {"sts"})
    return "rcp" if limits and actions and (told or alone) else None


def scp_by_name(names: tuple[str, ...], document: Document) -> str | None:
    """Return `scp` if a name says so of a policy that denies on all resources.

    Its Principal, by which it looks like a resource's, does not belong there.
    """
    denies = all(not each.allows and each.resources == ("*",) for each in document.statements)
    return "scp" if denies and kind_by_name(names) == "scp" else None


def kind_by_look(document: Document) -> str | None:
    """Return `boundary` by the Sids, and `scp` by a Deny about the root user.

    No policy of users, groups or roles applies to the root user, and none names the roles of
    AWS Organizations in any account.
    """
    statements = document.statements
    if any(map(_is_of_boundary, statements)) or _are_of_boundary(statements):
        return "boundary"
    allows_all = all(each.actions == ("*",) for each in statements if each.allows)
    of_organisation = any(map(_is_about_root, statements)) or any(map(_exempts_tools, statements))
    return "scp" if allows_all and of_organisation else None


def _are_of_boundary(statements: Sequence[Statement]) -> bool:
    """Say whether all Sids of several Denies, not of IAM alone, begin with the word."""
    told = all(each.sid_letters.startswith("boundary") for each in statements)
    several = len(statements) > 1 and not any(each.allows for each in statements)
    return told and several and not all(map(_is_of_iam, statements))


def _is_of_boundary(statement: Statement) -> bool:
    told = statement.sid_letters.startswith(("boundary", "permissionsboundary"))
    return statement.allows and told and not _is_of_iam(statement)


def _is_of_iam(statement: Statement) -> bool:
    """Say whether a statement names actions of IAM, and so may be about boundaries."""
    return any(each.lower().startswith("iam:") for each in statement.actions or ())


def _exempts_tools(statement: Statement) -> bool:
    return not statement.allows and any(
        each.is_about(PRINCIPAL_ARN)
        and each.negates
        and any(map(_is_of_organisations, each.values))
        for each in statement.conditions
    )


def _is_about_root(statement: Statement) -> bool:
    return not statement.allows and any(
        each.is_about(PRINCIPAL_ARN) and bool(each.values) and all(map(_is_any_root, each.values))
        for each in statement.conditions
    )
