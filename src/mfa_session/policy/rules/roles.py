"""MFA asked of roles, whose sessions never have it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterator
from dataclasses import replace

from mfa_session.policy.conditions import is_met, is_met_without_key
from mfa_session.policy.coverage import Cover, concerns, is_about_everything, names_of
from mfa_session.policy.credentials import A_SESSION, A_USER, PRINCIPAL_ARN, RequestContext
from mfa_session.policy.document import (
    MIXED,
    Condition,
    Statement,
    has_principal,
    is_for_everybody,
    is_for_everybody_but_some,
    is_for_services,
    names_role,
    roles_in,
)
from mfa_session.policy.intrinsics import is_unfilled
from mfa_session.policy.mfa import is_age
from mfa_session.policy.patterns import may_meet
from mfa_session.policy.rules.callers import has_wrong_values
from mfa_session.policy.rules.exemptions import (
    DEACTIVATION,
    DELETION,
    in_any_account,
    is_of_outsiders,
)
from mfa_session.policy.rules.promised_exemptions import check_exception
from mfa_session.policy.rules.rule import ERROR, WARNING, Flaw, Flaws, Rule, Subject
from mfa_session.policy.rules.whole_policy import WholePolicy, per_policy

ROLE = Rule(
    "role-session-has-no-mfa",
    WARNING,
    "The statement requires MFA of role sessions, which carry none: they are locked out. A Deny "
    "for everybody does the same if an Allow names the role, or if another Deny exempts only the "
    "role; so does a Deny whose `NotPrincipal` names the role, but no session of it. Require MFA "
    "in the role's trust policy.",
)
IN_ROLE_POLICY = Rule(
    "mfa-in-role-policy",
    WARNING,
    "A role's own permission policy (`--role`), or a boundary that is for roles by its `Sid` "
    "(`LambdaRoleCeiling`), requires MFA, which a role's sessions do not carry. Or a Deny in a "
    "policy that the file attaches to roles as well as to users or groups.",
)
SCP = Rule(
    "scp-locks-out-roles",
    ERROR,
    "A service control policy, or a resource control policy, requires MFA of every principal: role "
    "sessions, which carry none, are locked out. A warning if a resource control policy exempts "
    "roles, but not the AWS services that use the resources.",
)
_FEW_SERVICES = 2
_of_few = re.compile("break.?glass|emergency", re.IGNORECASE).search
# A role like any other, to see whether a pattern takes in all of them.
_A_ROLE = RequestContext(
    {
        PRINCIPAL_ARN: ("arn:aws:iam::123456789012:role/any-other",),
        "aws:userid": ("AROAANYOTHERANYOTHER1:session",),
    }
)
# An AWS service that calls by itself.
_A_SERVICE = RequestContext(
    {
        PRINCIPAL_ARN: None,
        "aws:PrincipalAccount": None,
        "aws:PrincipalIsAWSService": ("true",),
        "aws:PrincipalOrgID": None,
        "aws:PrincipalType": ("Service",),
        "aws:userid": None,
        "aws:username": None,
    }
)
_BY_SERVICES = ("kms:Decrypt", "kms:GenerateDataKey", "s3:GetObject", "s3:PutObject",
                "sqs:SendMessage")  # fmt: skip
_role_and_account = re.compile(r"arn:[^:]*:iam::([0-9]{12}):role/(?:.*/)?([^/]+)").fullmatch
_account = re.compile("(?:arn:[^:]*:iam::)?([0-9]{12})(?::root)?").fullmatch
_OF_CALLERS = ("aws:principal", "aws:sourceidentity", "aws:tokenissuetime", "aws:user")
_MOST = 10  # roles to compare with NotPrincipal
_of_all_users = re.compile(r"arn:[^:]*:iam::[^:]*:user/\*").fullmatch
_of_a_session = re.compile(".*:assumed-role/.*").fullmatch  # which no principal has as its ARN
# Which values say that the caller is a role's session; the id of one is AROA…:NAME, and that of a
# user has no colon.
_SAYING_ROLE = {
    PRINCIPAL_ARN.lower(): names_role,
    "aws:userid": re.compile(r"[^:$]*:.*").fullmatch,
    "aws:principaltype": re.compile("assumedrole", re.IGNORECASE).fullmatch,
}


def check_roles(subject: Subject) -> Flaws:
    """Find MFA asked of role sessions by a policy that names the roles."""
    named = next(iter(_roles_in_need(subject)), None)
    role = named or _role_locked_out(subject)
    if role and (subject.asks_for_mfa or leaves_roles_out(subject)):
        yield Flaw(
            ROLE,
            subject.place_of("Principal"),
            f"{role} is a role: its sessions carry no MFA, even if assuming it took a code",
            "the role's sessions are locked out",
            "name users or their account; for the role, require MFA in its trust policy"
            if named
            else f'exempt it by "ArnNotEquals": {{"aws:PrincipalArn": "{role}"}}, and require MFA '
            "in its trust policy",
        )


def _roles_in_need(subject: Subject) -> Iterator[str]:
    """Yield the roles that a statement names, but those that another Allow lets in anyhow."""
    statement, whole = subject.statement, subject.whole
    for role in roles_in(statement):
        alone = replace(statement, principals={"AWS": (role,)})
        if not (
            statement.allows
            and statement.aws_principals != (role,)
            and whole.lenient_allows.covers(alone)
        ):
            yield role


def check_exempt_roles(subject: Subject) -> Flaws:
    """Find Denies for all but some that do not exempt the sessions of a role which an Allow names.

    A session has an ARN of its own, which AWS checks as well as the role's and the account's (IAM
    reference, NotPrincipal with Deny).
    """
    arns = (subject.statement.not_principals or {}).get("AWS", ())
    denies = subject.refuses_without_mfa and is_for_everybody_but_some(subject.statement)
    spared = any(map(is_unfilled, arns)) or any(map(_spares_roles, subject.other_conditions))
    if not denies or spared:
        return
    allowed = subject.whole.allowed_by_name(subject.statement, "role")
    roles = itertools.chain(filter(names_role, arns), allowed)
    few = itertools.islice(roles, _MOST)  # so that many of both take no time
    role = next((each for each in few if not _has_exempt_session(each, arns)), None)
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
    allows = subject.statement.allows
    for condition in subject.other_conditions:
        roles, negated = _roles_in(condition), "Not" in condition.operator
        if _is_met_by_roles_only(condition) or _exempts_all_users(subject, condition):
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
                severity=ERROR if subject.document.kind in {"scp", "rcp"} else None,
            )
        elif roles and not (allows and subject.whole.is_open(subject.statement, "without_mfa")):
            yield Flaw(
                ROLE,
                condition.position,
                f"{roles[0]} is for sessions of a role: they carry no MFA, even if assuming it "
                "took a code",
                "the role's sessions are locked out",
                f"remove it from {condition.key}; for the role, require MFA in its trust policy",
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
    sid, age = subject.document.sid_of_roles, " and no age of it" if ages else ""
    asked = f"{'limit the age of' if ages else 'require'} MFA in the role's trust policy"
    undone = "remove the condition" if allows else "delete this statement"
    yield Flaw(
        IN_ROLE_POLICY,
        subject.mfa_conditions[0].position,
        (f"by its Sid {sid} this is a role's boundary" if sid else "this is a role's policy")
        + f": its sessions carry no MFA{age}, even if assuming it took a code",
        who,
        f"{undone}; where people assume the role, {asked}" if sid else f"{asked}, then {undone}",
    )


def check_scp(subject: Subject) -> Flaws:
    """Find policies of an organisation that ask role sessions, or services, for MFA."""
    kind, others = subject.document.kind, subject.other_conditions
    named = has_principal(subject.statement) and not is_for_everybody(subject.statement)
    told = named or any(map(_is_met_by_roles_only, others)) or is_of_outsiders(subject)
    told = told or (kind == "rcp" and subject.statement.allows)  # `places`
    if kind not in {"scp", "rcp"} or told or _keeps_devices(subject.statement):
        return  # one for roles only, or for a Principal, has a finding of its own
    allowed_anyway = _allowed_to_roles(subject.whole).covers(subject.statement)
    stops = subject.refuses_without_mfa and not (subject.reach and not subject.reach.without_mfa)
    if not (stops or (subject.requires_mfa and not allowed_anyway)):
        return
    what = f"a {'service' if kind == 'scp' else 'resource'} control policy"
    exempt_services = '"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}'
    if all(each.startswith("sts:assumerolewith") for each in names_of(subject.statement)):
        yield Flaw(
            SCP,
            subject.mfa_conditions[0].position,
            f"{what} also applies to users of SAML and OpenID Connect, who carry no MFA",
            "these users are locked out",
            "require MFA at the identity provider, and remove these actions",
        )
    elif not any(_spares_all_meant(subject, each) for each in others):
        some = any(_is_of_tag(each) or _spares_roles(each) for each in others)
        yield Flaw(
            SCP,
            subject.mfa_conditions[0].position,
            f"{what} also applies to roles, and their sessions carry no MFA",
            f"all {'other ' if some else ''}role sessions are locked out, including those of SSO "
            "and of services",
            "require MFA in users' policies and roles' trust policies, or exempt roles here with "
            '"ArnNotLike": {"aws:PrincipalArn": "arn:*:iam::*:role/*"}'
            + (f", and services with {exempt_services}" if kind == "rcp" else ""),
        )
    elif kind == "rcp" and _stops_services(subject):
        yield Flaw(
            SCP,
            subject.mfa_conditions[0].position,
            f"{what} also applies to AWS services, which have no MFA and are no roles",
            "the services that use these resources are stopped, such as those that write logs",
            f"exempt them, too: {exempt_services}",
            severity=WARNING,
        )


def _stops_services(subject: Subject) -> bool:
    """Say whether a Deny is about what AWS services do by themselves, and exempts none of them."""
    used = any(concerns(subject.statement, action) for action in _BY_SERVICES)
    return used and all(is_met(each, _A_SERVICE) is True for each in subject.other_conditions)


def check_shared_policy(subject: Subject) -> Flaws:
    """Find Denies without MFA in a policy that roles have as well as users."""
    statement, others = subject.statement, subject.other_conditions
    of_users = all("${aws:username}" in each.lower() for each in statement.resources or ("*",))
    spared = of_users or _keeps_devices(statement) or any(map(_spares_roles, others))
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
    found = _role_and_account(role)
    if found is None:
        return True
    account, name = found.groups()
    session = f":{account}:assumed-role/{name}/"
    named = session if role in arns else account  # which stands in the ARN of a session, too
    return any(named in each for each in arns)


def _keeps_devices(statement: Statement) -> bool:
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
    accounts = set(map(_whole_account, denied.aws_principals))
    if denied.allows or (found and not found.without_mfa):
        return None
    if not is_for_everybody(denied) and (None in accounts or not accounts):
        return None
    roles = itertools.islice(subject.whole.allowed_by_name(denied, "role"), _MOST)
    for role in roles:
        of_these = is_for_everybody(denied) or role.split(":")[4] in accounts
        if of_these and not _is_spared(role, subject.other_conditions):
            return role
    exempts = any(map(_spares_roles, subject.other_conditions))
    return None if exempts or not is_for_everybody(denied) else subject.whole.role_left(denied)


def _whole_account(principal: str) -> str | None:
    found = _account(principal)
    return found and found[1]


def _is_spared(role: str, conditions: Collection[Condition]) -> bool:
    """Say whether conditions may exempt a role, by whatever they tell of the caller."""
    caller = RequestContext({PRINCIPAL_ARN: (role,)}).over(A_SESSION)
    return any(
        _is_meant_to_exempt(each)
        or any(map(is_unfilled, each.values))
        or (each.key.lower().startswith(_OF_CALLERS) and is_met(each, caller) is not True)
        for each in conditions
    )


def _exempts_all_users(subject: Subject, condition: Condition) -> bool:
    exempting = condition.is_about(PRINCIPAL_ARN) and "Not" in condition.operator
    of_one_account = subject.document.kind in {"identity", "boundary"}
    all_users = exempting and of_one_account and any(map(_of_all_users, condition.values))
    return all_users and _may_be_met_by_roles(in_any_account(condition))


def _is_met_by_roles_only(condition: Condition) -> bool:
    if condition.values and len(_roles_in(condition)) == len(condition.values):
        return True
    return is_met(condition, A_USER) is False and _may_be_met_by_roles(condition)


def _roles_in(condition: Condition) -> list[str]:
    """Return the values by which only sessions of roles meet a condition."""
    says_role = _SAYING_ROLE.get(condition.key.lower())
    likened = "Not" not in condition.operator and condition.operator != "Null"
    if not (says_role and likened) or all(map(_of_a_session, condition.values)):
        return []
    return list(filter(says_role, condition.values))


def _spares_all_meant(subject: Subject, condition: Condition) -> bool:
    """Say whether a condition keeps a Deny from all the roles that it is not meant for.

    A Deny of a few actions may be meant for all roles but some; one of everything, or of several
    whole services, leaves no role any use.
    """
    if _is_meant_to_exempt(condition):
        return True
    statement, names = subject.statement, names_of(subject.statement)
    everything = "*" in names or sum(name.endswith(":*") for name in names) > _FEW_SERVICES
    if everything and is_about_everything(statement) and condition.is_about(PRINCIPAL_ARN):
        meant = any(":assumed-role/" in each or _may_be_any(each) for each in condition.values)
        return meant or is_met(condition, _A_ROLE) is False
    return _spares_roles(condition)


@per_policy
def _allowed_to_roles(whole: WholePolicy) -> Cover:
    """Return the Allows under conditions that role sessions may meet."""
    return Cover(
        replace(each, conditions=())
        for each in whole.allowing
        if all(map(_may_be_met_by_roles, each.conditions))
    )


def _may_be_met_by_roles(condition: Condition) -> bool:
    return is_met(condition, A_SESSION) is not False


def _spares_roles(condition: Condition) -> bool:
    """Say whether a condition exempts some role sessions; most roles have no tag."""
    if _is_meant_to_exempt(condition):
        return True
    if _is_of_tag(condition):
        return is_met_without_key(condition) is False
    if condition.is_about(PRINCIPAL_ARN):
        return is_met(condition, _A_ROLE) is False or any(map(_may_be_a_role, condition.values))
    return is_met(condition, _A_ROLE.over(A_SESSION)) is False


def _exempts_a_role(condition: Condition) -> bool:
    """Say whether it exempts a role by its ARN, as the one whose own policy this is."""
    negated = condition.is_about(PRINCIPAL_ARN) and "Not" in condition.operator
    return negated and any(map(_may_be_a_role, condition.values))


def _is_meant_to_exempt(condition: Condition) -> bool:
    """Say whether a template fills in who is exempt, or a wrong value was to exempt somebody."""
    return condition.is_unfilled or ("Not" in condition.operator and has_wrong_values(condition))


def _is_of_tag(condition: Condition) -> bool:
    return condition.key.lower().startswith("aws:principaltag/")


def _may_be_any(arn: str) -> bool:
    """Say whether a template may fill in the ARNs of all roles, by a name that tells nothing."""
    return is_unfilled(arn) and not (names_role(arn) or _of_few(arn))


def _may_be_a_role(arn: str) -> bool:
    what = arn.split(":", maxsplit=5)[-1]
    return _may_be_any(arn) or any(may_meet(what, role) for role in ("role/*", "assumed-role/*"))
