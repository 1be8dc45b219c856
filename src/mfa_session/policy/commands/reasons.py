"""Why a request is allowed, denied or unknown, and what would tell more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mfa_session.model.record import Record
from mfa_session.model.text import printable
from mfa_session.policy import credentials
from mfa_session.policy.callers import Share
from mfa_session.policy.conditions import is_accepted
from mfa_session.policy.credentials import Credentials, Request, RequestContext
from mfa_session.policy.document import LIMITS, Document
from mfa_session.policy.evaluation import ALLOWED, EXPLICITLY_DENIED, UNKNOWN, Decision
from mfa_session.policy.intrinsics import is_unfilled
from mfa_session.policy.matching import Match
from mfa_session.policy.patterns import WILDCARDS, fill
from mfa_session.policy.statement import Condition, Statement

_OF_THE_CALLER = {"aws:username", "aws:principalarn", "aws:principalaccount", "kms:calleraccount"}
_MOST = 3  # values, and reasons
_LONGEST_VALUE = 80  # characters; an ARN mostly fits


class Judged(Record):
    """The decision for one kind of credentials."""

    caller: Credentials
    request: Request
    decision: Decision

    @property
    def facts(self) -> RequestContext:
        """The condition keys that are known of the request."""
        return self.request.facts.over(self.caller.facts)

    @property
    def because(self) -> str:
        """The reason in one line."""
        decision = self.decision
        if decision.limit:
            return decision.limit
        if decision.outcome in {ALLOWED, EXPLICITLY_DENIED}:
            joint = " or " if decision.by_case else " and "
            return joint.join(f"{f.statement.effect} {_place(f)}" for f in decision.deciding)
        if decision.by_case:
            denies = " or ".join(f"Deny {_place(each)}" for each in decision.deciding)
            return f"{denies}, or nothing allows it" if denies else "nothing allows it"
        reasons = _doubts(self) if decision.outcome == UNKNOWN else _lacks(decision)
        return "; ".join(_first(list(reasons), "and more"))

    def data(self) -> dict[str, object]:
        """Return the data for scripts."""
        return {
            "credentials": self.caller.kind,
            "outcome": self.decision.outcome,
            "because": self.because,
            "statements": [
                {
                    "file": each.document.source.label,
                    "policy": each.document.name or None,
                    "line": each.statement.position.line,
                    "sid": each.statement.sid,
                    "index": each.statement.index,
                    "effect": each.statement.effect,
                }
                for each in self.decision.deciding
            ],
            "conditions": list(_deciding_conditions(self.decision)),
        }


def hints(judged: Sequence[Judged], share: Share) -> Iterable[str]:
    """Yield what would tell more, and what must be allowed besides."""
    unknown = [each for each in judged if each.decision.outcome == UNKNOWN]
    yield from _what_to_specify(judged, unknown)
    if any(each.decision.accounts for each in unknown):
        yield "to know more, specify the resource's account: --context aws:ResourceAccount=ACCOUNT"
    for each in share.doubtful if unknown else ():
        doubt = (
            f"a condition of the template decides whether {each.label} is there"
            if each.is_optional
            else f"the file does not say whether the caller has {each.label}"
        )
        yield f"{doubt}: check a file with only the caller's policies"
    elsewhere = [*share.elsewhere, *["the permissions boundary"] * share.bounded_elsewhere]
    if unknown and elsewhere:
        yield f"not known here: {', '.join(_first(elsewhere, 'and more'))}"
    if not share.owner and {document.kind for document in share.documents} == {"trust"}:
        yield (
            "the caller's own policies must allow sts:AssumeRole, too, unless the trust policy "
            "names a user of the role's account"
        )
    yield from _missing_guard(judged)


def _missing_guard(judged: Sequence[Judged]) -> Iterable[str]:
    action = judged[0].request.action
    allowed = [each.decision for each in judged if each.decision.outcome == ALLOWED]
    if any(sides(decision) == {"identity"} for decision in allowed):
        if action.lower() == "sts:assumerole":
            yield f"the role's trust policy must allow {action}, too"
        if action.lower().startswith("kms:"):
            yield f"the key's policy must allow {action}, too"


def _what_to_specify(judged: Sequence[Judged], unknown: Sequence[Judged]) -> Iterable[str]:
    matches = [match for each in unknown for match in each.decision.deciding]
    keys = {key.lower(): key for each in unknown for key in _unknown_keys(each)}
    if keys.pop(credentials.MFA_AGE.lower(), None):
        yield "the age of the session decides: specify one, such as --mfa-age 1h"
    given = {key for key in keys if any(each.request.facts.one(key) for each in judged)}
    others = sorted(keys.keys() - _OF_THE_CALLER - given)
    if others:
        key = printable(keys[others[0]])
        filled_in = key.startswith("AWS::")  # by CloudFormation, always
        absent = "" if filled_in else f", or --absent {key}"
        yield f"to know more, specify it: --context {key}=…{absent}"
    if any(match.resource is None for match in matches) and WILDCARDS.search(
        judged[0].request.resource
    ):
        yield "to know more, specify the resource: --resource ARN"
    by_name = any(
        each.principal is None and each.statement.principals is not None for each in matches
    )
    about_caller = keys.keys() & _OF_THE_CALLER or any(each.principal is None for each in matches)
    arns = [arn for each in judged for arn in each.caller.principal.arns or ()]
    if about_caller and not arns:
        yield "to know more, specify the caller: --principal ARN"
    elif (by_name or credentials.PRINCIPAL_ARN.lower() in keys) and ":assumed-role/" in arns[0]:
        yield "a session's ARN lacks the path of its role: to know more, --principal ARN-OF-ROLE"


def _place(match: Match) -> str:
    return match.document.place_of(match.statement)


def _deciding_conditions(decision: Decision) -> Iterable[dict[str, object]]:
    is_unknown = decision.outcome == UNKNOWN
    for match in decision.deciding if is_unknown else decision.nearly:
        for condition in match.conditions_that_are(None if is_unknown else False):
            yield {
                "file": match.document.source.label,
                "line": condition.position.line,
                "operator": condition.written,
                "key": condition.key,
                "values": list(condition.values),
            }


def _written(condition: Condition) -> str:
    values = [
        value if len(value) <= _LONGEST_VALUE else value[: _LONGEST_VALUE - 1] + "…"
        for value in condition.values
    ]
    return f"{condition.written} {condition.key} {' | '.join(_first(values, '…'))}".rstrip()


def _first(found: list[str], more: str) -> list[str]:
    return found[:_MOST] + [more] * (len(found) > _MOST)


def _lacks(decision: Decision) -> Iterable[str]:
    for match in decision.nearly:
        unmet = " and ".join(map(_written, match.conditions_that_are(truth=False)))
        yield f"Allow {_place(match)} needs {unmet}"
    limits = " and ".join(map(_name_of_limit, decision.limiting))
    if decision.half:
        yield not_enough(decision.half, limits=limits)
    elif limits:
        yield f"{limits} must allow it, too"
    elif not decision.nearly:
        yield "nothing allows it"


def _name_of_limit(document: Document) -> str:
    kind = document.kind if document.kind == "boundary" else document.kind.upper()
    return f"the {kind} {document.label}"


def _doubts(judged: Judged) -> Iterable[str]:
    decision = judged.decision
    if not (decision.deciding or decision.accounts or decision.unread):
        yield "it depends on which action it is"
    for match in decision.deciding:
        doubts = " and ".join(_doubts_of(match, judged))
        yield f"{match.statement.effect} {_place(match)} depends on {doubts}"
    if decision.accounts:
        yield "it depends on whether caller and resource are in one account"
    if decision.unread:
        yield "policies that are not known may change it"


def _doubts_of(match: Match, judged: Judged) -> Iterable[str]:
    statement = match.statement
    if match.principal is None:
        in_part = statement.not_principals is not None and judged.caller.principal.arns
        yield (
            "how AWS reads a NotPrincipal of only some of the caller's account, ARN and session"
            if in_part
            else "who calls"
        )
    if statement.strange_elements:
        yield f"its {statement.strange_elements[0]}, which is no element of IAM's"
    elif match.action is None:
        named = statement.actions is not None or statement.not_actions is not None
        yield f"which action of {judged.request.action} it is" if named else "its missing Action"
    if match.resource is None:
        unknown = sorted({*_unknown_in(_resources(statement), judged)})
        if statement.resources is statement.not_resources is None:
            yield "its missing Resource"
        else:
            yield f"the value of {' and '.join(unknown)}" if unknown else "which resource it is"
    for condition in match.conditions_that_are(None):
        yield _written(condition) + ("" if is_accepted(condition) else f", {_why_not(condition)}")


def _unknown_keys(judged: Judged) -> Iterable[str]:
    for match in judged.decision.deciding:
        if match.resource is None:
            yield from _unknown_in(_resources(match.statement), judged)
        for condition in filter(is_accepted, match.conditions_that_are(None)):
            if not judged.facts.knows(condition.key):
                yield condition.key
            yield from _unknown_in(condition.values, judged)


def _unknown_in(texts: Iterable[str], judged: Judged) -> Iterable[str]:
    return (key for text in texts for key in fill(text, judged.facts).unknown)


def _resources(statement: Statement) -> Sequence[str]:
    return statement.resources or statement.not_resources or ()


def not_enough(allows: Sequence[Match], where: str = "", limits: str = "") -> str:
    """Say whose policy must allow it, too."""
    of_user = allows[0].document.kind == "identity"
    wanted = limits or ("the resource's policy" if of_user else "the caller's own policy")
    by = " and ".join(map(_place, allows))
    return f"Allow {by} is not enough{where}: {wanted} must allow it, too"


def sides(decision: Decision) -> set[str]:
    """Return whose policies decide."""
    kinds = {each.document.kind for each in decision.deciding} - LIMITS
    return {"resource" if each == "trust" else each for each in kinds}


def _why_not(condition: Condition) -> str:
    """Say why IAM does not accept a condition as it is written."""
    if not condition.known:
        return "whose operator IAM does not have"
    if any(map(is_unfilled, condition.values)):
        return "which is still to be filled in"
    return "whose value is not of the operator's type"
