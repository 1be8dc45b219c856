"""MFA asked of roles, whose sessions never have it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace

from mfa_session.policy.conditions import is_met, is_met_without_key
from mfa_session.policy.coverage import MOST_MET, is_of_all_users, names_of
from mfa_session.policy.credentials import A_SESSION, A_USER, PRINCIPAL_ARN, RequestContext
from mfa_session.policy.document import MIXED
from mfa_session.policy.intrinsics import is_unfilled
from mfa_session.policy.mfa import is_age
from mfa_session.policy.patterns import may_meet
from mfa_session.policy.rules.callers import has_wrong_values, meet_all
from mfa_session.policy.rules.exemptions import DEACTIVATION, DELETION, in_any_account
from mfa_session.policy.rules.promised_exemptions import check_exception
from mfa_session.policy.rules.resource_kinds import is_one_s_own, parts_of
from mfa_session.policy.rules.rule import ERROR, WARNING, Flaw, Flaws, Rule, Subject
from mfa_session.policy.statement import (
    Condition,
    Statement,
    is_for_everybody,
    is_for_everybody_but_some,
    is_for_services,
    names_role,
    roles_in,
)

ROLE = Rule(
    "role-session-has-no-mfa",
    WARNING,
    "The statement requires MFA of role sessions, which carry none: they are locked out. A Deny "
    "for everybody does the same if an Allow names the role, or the role's policy in the same "
    "template, plan or state allows it that, or if another Deny exempts only the role; so does a "
    "Deny whose `NotPrincipal` names the role, but no session of it. Require MFA in the role's "
    "trust policy.",
)
IN_ROLE_POLICY = Rule(
    "mfa-in-role-policy",
    WARNING,
    "A role's own permission policy (`--role`), or a boundary that is for roles by its `Sid` "
    "(`LambdaRoleCeiling`) or name (`lambda-boundary`), requires MFA, which a role's sessions do "
    "not carry. Or a Deny in a policy or boundary that roles have as well as users or groups.",
)
_OF_ENDPOINTS = {"aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip"}
_PERMISSION_SETS = {"AWS::SSO::PermissionSet", "aws_ssoadmin_permission_set_inline_policy"}
_of_few = re.compile("break.?glass|emergency", re.IGNORECASE).search
# A role like any other, to see whether a pattern takes in all of them.
A_ROLE = RequestContext(
    {
        PRINCIPAL_ARN: ("arn:aws:iam::123456789012:role/any-other",),
        "aws:userid": ("AROAANYOTHERANYOTHER1:session",),
    }
)
_account = re.compile("(?:arn:[^:]*:iam::)?([0-9]{12})(?::root)?").fullmatch
OF_CALLERS = ("aws:principal", "aws:sourceidentity", "aws:tokenissuetime", "aws:user")
_of_a_session = re.compile(".*:assumed-role/.*").fullmatch  # which no principal has as its ARN
# Which values say that the caller is a role's session; the id of one is AROA…:NAME, that of a
# user has no colon, and that of a session of GetFederationToken begins with the account.
_SAYING_ROLE = {
    PRINCIPAL_ARN.lower(): names_role,
    "aws:userid": re.compile(r"(?![0-9]{12}:)[^:$]*:.*").fullmatch,
    "aws:principaltype": re.compile("assumedrole", re.IGNORECASE).fullmatch,
}


def check_roles(subject: Subject) -> Flaws:
    """Find MFA asked of role sessions by a policy that names the roles."""
    named = next(_roles_in_need(subject), None)
    role = named or _role_locked_out(subject)
    if role and (subject.asks_for_mfa or leaves_roles_out(subject)):
        yield Flaw(
            ROLE,
            subject.place_of("Principal"),
            f"{role} is a role: its sessions carry no MFA, even if assuming it took a code",
            "nobody gets through by this statement; another one lets the role in without MFA"
            if named and _is_let_in_otherwise(subject, named)
            else "the role's sessions are locked out",
            f"name users or their account; for the role, require MFA {_place_to_ask(role)}"
            if named
            else f'exempt it by "ArnNotEquals": {{"aws:PrincipalArn": "{role}"}}, and require MFA '
            + _place_to_ask(role),
        )


def _place_to_ask(role: str) -> str:
    """Say where to ask for the MFA of those who assume a role."""
    return "in IAM Identity Center" if "AWSReservedSSO_" in role else "in its trust policy"


def _roles_in_need(subject: Subject) -> Iterator[str]:
    """Yield the roles that a statement names, but those that another Allow lets in anyhow."""
    statement = subject.statement
    for role in roles_in(statement):
        if statement.aws_principals == (role,) or not _is_let_in_otherwise(subject, role):
            yield role


def _is_let_in_otherwise(subject: Subject, role: str) -> bool:
    """Say whether other Allows let a role in without MFA to all that this one gives it."""
    statement, lenient = subject.statement, subject.whole.lenient_allows
    alone = replace(statement, principals={"AWS": (role,)})
    return statement.allows and all(
        lenient.are_about(alone, name, but=statement) for name in names_of(statement)
    )


def check_exempt_roles(subject: Subject) -> Flaws:
    """Find Denies for all but some that do not exempt the sessions of a role which an Allow names.

    A session has an ARN of its own, which AWS checks as well as the role's and the account's (IAM
    reference, NotPrincipal with Deny).
    """
    arns = (subject.statement.not_principals or {}).get("AWS", ())
    denies = subject.refuses_without_mfa and is_for_everybody_but_some(subject.statement)
    spared = any(map(is_unfilled, arns)) or any(map(spares_roles, subject.other_conditions))
    if not denies or spared:
        return
    own = list(filter(names_role, arns))[:MOST_MET]
    roles = (*own, *subject.whole.allowed_by_name(subject.statement, "role"))
    role = next((each for each in roles if not _has_exempt_session(each, arns)), None)
    if role:
        named = (
            f"NotPrincipal names {role}, but no session of it"
            if role in arns
            else f"an Allow names {role}, and NotPrincipal does not"
        )
        yield Flaw(
            ROLE,
            subject.place_of("NotPrincipal"),
            f"{named}: a role's session has an ARN of its own, and carries no MFA",
            "the role's sessions are locked out",
            'write "Principal": "*" instead, and exempt in Condition whom it names, the role by '
            f'"ArnNotEquals": {{"aws:PrincipalArn": "{role}"}}',
        )


def check_role_conditions(subject: Subject) -> Flaws:
    """Find MFA asked where another condition is met by role sessions, among others or alone."""
    told = bool(roles_in(subject.statement)) or any(check_exception(subject))
    elsewhere = told or subject.on_role or is_for_services(subject.statement)
    if elsewhere or not subject.asks_for_mfa:
        return
    allows, others = subject.statement.allows, subject.other_conditions
    for condition in others:
        roles, negated = _roles_in(condition), "Not" in condition.operator
        of_roles = is_met_by_roles_only(condition) or _exempts_all_users(subject, condition)
        besides = (each for each in others if each is not condition)
        if (of_roles or roles) and not meet_all(besides, A_SESSION):
            continue
        if of_roles:
            yield Flaw(
                ROLE,
                condition.position,
                f"only sessions of roles meet {condition.written} {condition.key}, and they carry "
                "no MFA, even if assuming it took a code",
                "the role's sessions are locked out"
                + (", and no user meets the condition" if allows or negated else ""),
                "require MFA in the role's trust policy, then remove the MFA condition here"
                if allows
                else "require MFA in the role's trust policy, and delete this statement; if users "
                "are meant, name them in the condition",
                severity=ERROR if subject.document.is_of_organisation else None,
            )
        elif roles and not (allows and subject.whole.is_open(subject.statement, "without_mfa")):
            yield Flaw(
                ROLE,
                condition.position,
                f"{roles[0]} is for sessions of a role: they carry no MFA, even if assuming it "
                "took a code",
                "the role's sessions are locked out",
                f"remove it from {condition.key}; for the role, require MFA "
                + _place_to_ask(roles[0]),
            )


def check_role_policy(subject: Subject) -> Flaws:
    """Find MFA asked of role sessions by the role's own policy."""
    found, allows = subject.reach, subject.statement.allows
    exempt = not allows and any(
        _exempts_a_role(each) or is_met(each, A_SESSION) is False
        for each in subject.other_conditions
    )
    if not subject.on_role or found is None or found.nobody or exempt:
        return
    if found.without_mfa:  # a role's session is like one without MFA
        who = "nobody is kept out by the condition" if allows else "the role's sessions are stopped"
    else:
        who = "the role's sessions are locked out" if allows else "nobody is stopped"
    ages = all(map(is_age, subject.mfa_conditions))
    sign, age = subject.document.sign_of_roles, " and no age of it" if ages else ""
    asked = f"{'limit the age of' if ages else 'require'} MFA in its trust policy"
    of_set = subject.document.resource_type in _PERMISSION_SETS
    asked = "require MFA in IAM Identity Center" if of_set else f"if people assume it, {asked}"
    undone = "remove the condition" if allows else "delete this statement"
    yield Flaw(
        IN_ROLE_POLICY,
        subject.mfa_conditions[0].position,
        (f"by its {sign} this is a role's boundary" if sign else "this is a role's policy")
        + f": its sessions carry no MFA{age}, even if assuming it took a code",
        who,
        f"{undone}; {asked}",
    )


def check_shared_policy(subject: Subject) -> Flaws:
    """Find Denies without MFA in a policy that roles have as well as users."""
    statement, others = subject.statement, subject.other_conditions
    of_users = all(map(is_one_s_own, statement.resources or ("*",)))
    spared = of_users or keeps_devices(statement) or any(map(spares_roles, others))
    found = subject.reach if subject.document.holder == MIXED and not spared else None
    if found and found.without_mfa and subject.refuses_without_mfa:
        yield Flaw(
            IN_ROLE_POLICY,
            subject.mfa_conditions[0].position,
            "this policy is attached to roles, too: their sessions carry no MFA, even if assuming "
            "them took a code",
            "the roles' sessions are stopped",
            "detach it from the roles; where people assume them, require MFA in their trust "
            "policies",
        )


def _has_exempt_session(role: str, arns: Collection[str]) -> bool:
    """Say whether NotPrincipal may exempt sessions of a role: one of them, or its account alone."""
    account = parts_of(role)[4]
    session = f":{account}:assumed-role/{role.rpartition('/')[2]}/"
    named = session if role in arns else account  # which stands in the ARN of a session, too
    is_role = ":role/" in role and account.isdecimal()
    return not is_role or any(named in each for each in arns)


def keeps_devices(statement: Statement) -> bool:
    """Say whether it is about removing MFA devices alone, which is users' own business."""
    removing = {DEACTIVATION.lower(), DELETION.lower()}
    return not statement.allows and set(names_of(statement)) <= removing


def leaves_roles_out(subject: Subject) -> bool:
    """Say whether an Allow is for roles only, and matches MFA but none of their sessions."""
    found, roles = subject.reach, roles_in(subject.statement)
    principals = subject.statement.principals or {}
    alone = list(principals) == ["AWS"] and len(roles) == len(principals["AWS"])
    asks = found is not None and found.fresh and not found.without_mfa
    return subject.statement.allows and alone and asks


def _role_locked_out(subject: Subject) -> str | None:
    """Return a role that an Allow names, and that a Deny for everybody, or its account, stops."""
    denied, found = subject.statement, subject.reach
    accounts = set(map(whole_account, denied.aws_principals))
    if denied.allows or (found and not found.without_mfa):
        return None
    if not is_for_everybody(denied) and (None in accounts or not accounts):
        return None
    for role in subject.whole.allowed_by_name(denied, "role"):
        of_these = is_for_everybody(denied) or parts_of(role)[4] in accounts
        spared = _is_spared(role, subject.other_conditions) or _may_be_inside(role, subject)
        if of_these and not spared:
            return role
    exempts = any(map(spares_roles, subject.other_conditions))
    return None if exempts or not is_for_everybody(denied) else subject.whole.role_left(denied)


def _may_be_inside(role: str, subject: Subject) -> bool:
    """Say whether a role may call through a VPC endpoint, outside of which a Deny asks for MFA."""
    of_places = [each for each in subject.other_conditions if each.key.lower() in _OF_ENDPOINTS]
    allows = (each for each in subject.whole.allowing if role in each.aws_principals)
    told = any(each.key.lower() in _OF_ENDPOINTS for one in allows for each in one.conditions)
    return any(each.negates for each in of_places) and not told


def whole_account(principal: str) -> str | None:
    """Return the account that a principal is the whole of."""
    found = _account(principal)
    return found and found[1]


def _is_spared(role: str, conditions: Collection[Condition]) -> bool:
    """Say whether conditions may exempt a role, by whatever they tell of the caller."""
    caller = RequestContext({PRINCIPAL_ARN: (role,)}).over(A_SESSION)
    return any(
        is_meant_to_exempt(each)
        or any(map(is_unfilled, each.values))
        or (each.key.lower().startswith(OF_CALLERS) and is_met(each, caller) is not True)
        for each in conditions
    )


def _exempts_all_users(subject: Subject, condition: Condition) -> bool:
    exempting = subject.document.kind in {"identity", "boundary"} and _exempts_arns(condition)
    all_users = exempting and any(map(is_of_all_users, condition.values))
    return all_users and may_be_met_by_roles(in_any_account(condition))


def is_met_by_roles_only(condition: Condition) -> bool:
    """Say whether sessions of roles meet a condition, and no users."""
    if condition.values and len(_roles_in(condition)) == len(condition.values):
        return True
    return is_met(condition, A_USER) is False and may_be_met_by_roles(condition)


def _roles_in(condition: Condition) -> list[str]:
    """Return the values by which only sessions of roles meet a condition."""
    says_role = _SAYING_ROLE.get(condition.key.lower())
    likened = "Not" not in condition.operator and condition.operator != "Null"
    if not (says_role and likened) or all(map(_of_a_session, condition.values)):
        return []
    return list(filter(says_role, condition.values))


def may_be_met_by_roles(condition: Condition) -> bool:
    """Say whether the session of a role may meet a condition."""
    return is_met(condition, A_SESSION) is not False


def spares_roles(condition: Condition) -> bool:
    """Say whether a condition exempts some role sessions; most roles have no tag."""
    if is_meant_to_exempt(condition):
        return True
    if condition.is_of_tag:
        return is_met_without_key(condition) is False
    if condition.is_about(PRINCIPAL_ARN):
        return is_met(condition, A_ROLE) is False or any(map(_may_be_a_role, condition.values))
    return is_met(condition, A_ROLE.over(A_SESSION)) is False


def _exempts_a_role(condition: Condition) -> bool:
    """Say whether it exempts a role by its ARN, as the one whose own policy this is."""
    return _exempts_arns(condition) and any(map(_may_be_a_role, condition.values))


def _exempts_arns(condition: Condition) -> bool:
    return condition.is_about(PRINCIPAL_ARN) and "Not" in condition.operator


def is_meant_to_exempt(condition: Condition) -> bool:
    """Say whether a template fills in who is exempt, or a wrong value was to exempt somebody."""
    return condition.is_unfilled or ("Not" in condition.operator and has_wrong_values(condition))


def may_be_any(arn: str) -> bool:
    """Say whether a template may fill in the ARNs of all roles, by a name that tells nothing."""
    return is_unfilled(arn) and not (names_role(arn) or _of_few(arn))


def _may_be_a_role(arn: str) -> bool:
    what = arn.split(":", maxsplit=5)[-1]
    return may_be_any(arn) or any(may_meet(what, role) for role in ("role/*", "assumed-role/*"))
