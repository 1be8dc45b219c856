"""Finds the mistakes about MFA in a policy."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from mfa_session.model.feature_ports import AwsNames
from mfa_session.policy.companions import asking_companions, companions
from mfa_session.policy.document import MIXED, Document
from mfa_session.policy.intrinsics import Default, as_written
from mfa_session.policy.mfa import is_sound, mfa_conditions
from mfa_session.policy.rules import (
    absent_keys,
    accounts,
    ages,
    anyone,
    arns,
    boundaries,
    callers,
    conditions,
    contradictions,
    defeated,
    enrolment,
    enrolment_steps,
    escalation,
    exempt_users,
    exemptions,
    form,
    inverted,
    keys,
    named,
    narrowing,
    networks,
    open_roles,
    operators,
    organisations,
    overlapping,
    own_policies,
    own_tags,
    placeholders,
    places,
    principals,
    promised_exemptions,
    promised_scope,
    promises,
    removal,
    resources,
    roles,
    roles_beside,
    rosters,
    session_token,
    values,
    wrong_credentials,
)
from mfa_session.policy.rules.rule import Check, Finding, Flaw, Flaws, Rule, Subject
from mfa_session.policy.rules.whole_policy import WholePolicy, per_policy
from mfa_session.policy.rules.wrong_credentials import Mistake
from mfa_session.policy.statement import Statement

_MODULES = (
    wrong_credentials,
    inverted,
    contradictions,
    defeated,
    named,
    operators,
    conditions,
    narrowing,
    ages,
    values,
    networks,
    callers,
    keys,
    absent_keys,
    form,
    places,
    exemptions,
    overlapping,
    enrolment,
    enrolment_steps,
    session_token,
    resources,
    own_policies,
    escalation,
    removal,
    own_tags,
    boundaries,
    anyone,
    principals,
    roles,
    roles_beside,
    organisations,
    arns,
    placeholders,
    promises,
    promised_scope,
    promised_exemptions,
    accounts,
    open_roles,
    rosters,
    exempt_users,
)
_LONGEST_NAME, _LONGEST_MESSAGE = 200, 800  # of what is shown of a text, in characters
RULES = tuple(
    dict.fromkeys(
        each for module in _MODULES for each in vars(module).values() if isinstance(each, Rule)
    )
)
# Whether a statement breaks these, other policies of the same people decide, too.
_OF_ALL_POLICIES = {
    each.id
    for each in RULES
    if isinstance(each, Mistake)
    or each
    in {
        defeated.DEFEATED,
        escalation.ESCALATION,
        exemptions.ONLY_ONESELF,
        open_roles.TAKEN,
        removal.OWN_REMOVAL,
        removal.REMOVAL_SPARED,
    }
}
# What a long-term key needs to get round MFA in the ways of which these tell: one of the actions.
_NEEDING = {
    escalation.ESCALATION.id: escalation.GAINS.keys(),
    removal.OWN_REMOVAL.id: {exemptions.DEACTIVATION},
    removal.REMOVAL_SPARED.id: {exemptions.DEACTIVATION},
}
# Whether a policy without MFA breaks these, those that ask the same people for it decide.
_OF_THOSE_ASKED = {
    each.id for each in (removal.OWN_REMOVAL, escalation.ESCALATION, enrolment.ENROLMENT_DENIED)
}
# What a module imports of others is not its own.
_CHECKS: tuple[Check, ...] = tuple(
    each
    for module in _MODULES
    for name, each in vars(module).items()
    if name.startswith("check_") and each.__module__ == module.__name__
)


def lint(
    document: Document, *, on_role: bool = False, names: AwsNames | None = None
) -> tuple[Finding, ...]:
    """Return what is wrong, in the order of the text; a right policy has no finding.

    Statements are judged together: a Deny backs an Allow. `on_role`: the policy is a role's own,
    where MFA conditions do not work. `names` tell of actions that AWS does not list.
    """
    return tuple(found for _, found in lint_together([document], on_role=on_role, names=names))


def lint_all(
    documents: Iterable[Document], *, on_role: bool = False, names: AwsNames | None = None
) -> Iterator[tuple[Document, Finding]]:
    """Yield what is wrong, each with its policy.

    Other policies of the same people decide, too, whether one lets in the wrong credentials.
    """
    all_of_them = list(documents)
    wholes: dict[tuple[int, ...], tuple[WholePolicy, dict[Statement, Document]]] = {}
    for document, (joint, stopped) in zip(all_of_them, companions(all_of_them), strict=True):
        kept = {rule for rule, actions in _NEEDING.items() if stopped.issuperset(actions)}
        found = list(lint_together([document], on_role=on_role, names=names))
        found = [each for each in found if each[1].rule not in kept]
        judged_by, rules = joint[1:] and joint, _OF_ALL_POLICIES
        if not any(map(mfa_conditions, document.statements)):
            judged_by = () if on_role else tuple(asking_companions(document, joint))
            rules = _OF_THOSE_ASKED
            if not joint:  # what limits its people may deny it
                found = [each for each in found if each[1].rule not in rules]
        if judged_by:
            key = tuple(map(id, judged_by))
            if key not in wholes:
                policies = {each: one for one in judged_by for each in one.statements}
                wholes[key] = WholePolicy(policies, names), policies
            judged = _findings_in(document, *wholes[key], on_role=on_role)
            found = [each for each in found if each[1].rule not in rules]
            found += ((document, each) for each in judged if each.rule in rules)
            found.sort(key=lambda each: (each[1].line, each[1].column))
        yield from found


def lint_together(
    documents: Iterable[Document], *, on_role: bool = False, names: AwsNames | None = None
) -> Iterator[tuple[Document, Finding]]:
    """Yield what is wrong where all identity policies are one principal's, each with its policy.

    What limits, and what hangs on a resource or a role, is judged by itself.
    """
    all_of_them = list(documents)
    policies = {
        each: one for one in all_of_them if one.kind == "identity" for each in one.statements
    }
    together = WholePolicy(policies, names)
    for document in all_of_them:
        alone = document.kind != "identity"
        whole = WholePolicy(document.statements, names) if alone else together
        for finding in _findings_in(document, whole, policies, on_role=on_role):
            yield document, finding


def _findings_in(
    document: Document,
    whole: WholePolicy,
    policies: Mapping[Statement, Document],
    *,
    on_role: bool,
) -> list[Finding]:
    """Return what is wrong in one policy of a whole, in the order of its text."""
    says_role = on_role or document.holder == "role" or document.sign_of_roles is not None
    # In a role's trust policy MFA conditions work; MIXED statements are for the others.
    may_be = document.kind in {"identity", "boundary"} and document.holder != MIXED
    found = [
        finding
        for each in document.statements
        for finding in _findings(Subject(each, document, whole, says_role and may_be, policies))
    ]
    return sorted(found, key=lambda each: (each.line, each.column))


def _findings(subject: Subject) -> Iterator[Finding]:
    for flaw in (*_flaws(subject), *_flaws_behind(subject)):
        found = Finding(
            rule=flaw.rule.id,
            severity=flaw.severity or flaw.rule.severity,
            statement=_without_middle(subject.statement.label, _LONGEST_NAME),
            line=flaw.position.line,
            column=flaw.position.column,
            message=_shortened(flaw.message) + _of_defaults(subject, flaw),
            who=_shortened(flaw.who),
            cure=flaw.cure,
            fix=principals.without_harm(subject, flaw.fix),
        )
        yield _as_in_template(found, subject.document)


def _as_in_template(found: Finding, document: Document) -> Finding:
    """Return a finding whose texts name the template's own account as the template does."""
    if not document.written:
        return found
    return Finding(**as_written(vars(found), document.written))


def _of_defaults(subject: Subject, flaw: Flaw) -> str:
    """Say which parameters of a template have the value that is wrong by default."""
    at = (each for each in subject.statement.conditions if each.position == flaw.position)
    texts = (text for each in at for text in each.values)
    names = [each.parameter for each in texts if isinstance(each, Default)]
    return f" (the default of {', '.join(names)})" if names else ""


def _flaws(subject: Subject) -> Flaws:
    return itertools.chain.from_iterable(check(subject) for check in _CHECKS)


def _flaws_behind(subject: Subject) -> Flaws:
    """Yield what else is wrong with a statement whose MFA key is misspelt, once that is right."""
    right, whole = _respelt(subject.whole)
    if subject.statement in right:
        told = {flaw.rule for flaw in _flaws(subject)}
        policies = {right.get(each, each): one for each, one in subject.policies.items()}
        statement = right[subject.statement]
        for flaw in _flaws(replace(subject, statement=statement, whole=whole, policies=policies)):
            if flaw.rule not in told:
                # A fix would leave the key as it is.
                yield replace(flaw, who=f"once the key is right, {flaw.who}", fix={})


@per_policy
def _respelt(whole: WholePolicy) -> tuple[dict[Statement, Statement], WholePolicy]:
    """Return the statements whose MFA keys are misspelt and fit otherwise, each as it is meant."""
    right: dict[Statement, Statement] = {}
    for statement in whole.statements:
        written = statement.conditions
        meant = tuple(replace(each, key=keys.misspelt(each) or each.key) for each in written)
        respelt = [new for new, old in zip(meant, written, strict=True) if new.key != old.key]
        if respelt and all(map(is_sound, respelt)):
            right[statement] = replace(statement, conditions=meant)
    return right, WholePolicy((right.get(each, each) for each in whole.statements), whole.names)


def _shortened(text: str) -> str:
    if len(text) <= _LONGEST_NAME:
        return text
    words = [_without_middle(word, _LONGEST_NAME) for word in text.split(" ")]
    return _without_middle(" ".join(words), _LONGEST_MESSAGE)


def _without_middle(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most // 2]}…{text[-most // 2 :]}"
