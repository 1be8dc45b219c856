"""The output of `policy check`: a table for people, data for scripts, and hints."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from mfa_session.model.record import Record
from mfa_session.model.text import columns, printable
from mfa_session.policy.credentials import MFA_AGE, Credentials
from mfa_session.policy.evaluation import ALLOWED, EXPLICITLY_DENIED, UNKNOWN, Decision
from mfa_session.policy.patterns import fill

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mfa_session.policy.credentials import Request
    from mfa_session.policy.document import Condition, Document
    from mfa_session.policy.matching import Match


_HEADINGS = ("CREDENTIALS", "OUTCOME", "BECAUSE")
_MOST_VALUES = 3
_MOST_REASONS = 3
_LONGEST_VALUE = 80  # characters; an ARN mostly fits


class Judged(Record):
    """The decision for one kind of credentials."""

    caller: Credentials
    request: Request
    decision: Decision

    @property
    def because(self) -> str:
        """The reason in one line."""
        decision = self.decision
        if decision.limit:
            return decision.limit
        if decision.outcome in {ALLOWED, EXPLICITLY_DENIED}:
            joint = " or " if decision.by_case else " and "
            return joint.join(f"{f.statement.effect} {_place(f)}" for f in decision.deciding)
        reasons = _doubts(self) if decision.outcome == UNKNOWN else _lacks(decision)
        found = list(itertools.islice(reasons, _MOST_REASONS + 1))
        more = ["and more"] if len(found) > _MOST_REASONS else []
        return "; ".join(found[:_MOST_REASONS] + more)

    def row(self) -> tuple[str, str, str]:
        """Return the row for people."""
        outcome = self.decision.outcome.replace("-", " ")
        return self.caller.label, outcome, printable(self.because)

    def data(self) -> dict[str, object]:
        """Return the data for scripts."""
        return {
            "credentials": self.caller.kind,
            "outcome": self.decision.outcome,
            "because": self.because,
            "statements": list(map(_statement_data, self.decision.deciding)),
            "conditions": list(_deciding_conditions(self.decision)),
        }


def table(request: Request, judged: Sequence[Judged]) -> tuple[str, ...]:
    """Return the lines for people: the request, then a row for each kind of credentials."""
    on = "any resource" if request.resource == "*" else request.resource
    rows = columns(_HEADINGS, (each.row() for each in judged))
    return rows.under(f"{request.action} on {on}", "")


def hints(judged: Sequence[Judged], documents: Sequence[Document]) -> Iterable[str]:
    """Yield what would settle unknown outcomes, and what the given policies leave out."""
    unknown = [each for each in judged if each.decision.outcome == UNKNOWN]
    matches = [match for each in unknown for match in each.decision.deciding]
    keys = {c.key for match in matches for c in match.conditions_that_are(None) if c.known}
    ages = {key for key in keys if key.lower() == MFA_AGE.lower()}
    if ages:
        yield "the age of the session decides: specify one, such as --mfa-age 1h"
    if keys - ages:
        yield f"to know more, specify it: --context {printable(min(keys - ages))}=…"
    if any(match.resource is None for match in matches):
        yield "to know more, specify the resource: --resource ARN"
    if any(each.decision.accounts for each in unknown):
        yield "to know more, specify the resource's account: --context aws:ResourceAccount=ACCOUNT"
    if {document.kind for document in documents} == {"trust"}:
        yield (
            "the caller's own policies must allow sts:AssumeRole, too, unless the trust policy "
            "names a user of the role's account"
        )


def _place(match: Match) -> str:
    """Return a statement's name and place: `OnlyWithMFA (step-up.json:7)`.

    The line is left out for a text of one line, as in IAM's answers.
    """
    statement, source = match.statement, match.document.source
    line = f":{statement.position.line}" if source.has_lines else ""
    name = f" {match.document.name}" if match.document.name else ""
    return f"{statement.label} ({source.label}{line}{name})"


def _statement_data(match: Match) -> dict[str, object]:
    statement = match.statement
    return {
        "file": match.document.source.label,
        "policy": match.document.name or None,
        "line": statement.position.line,
        "sid": statement.sid,
        "index": statement.index,
        "effect": statement.effect,
    }


def _deciding_conditions(decision: Decision) -> Iterable[dict[str, object]]:
    """Yield the conditions that must become known, or be met."""
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
    """Return a condition in words: `BoolIfExists aws:MultiFactorAuthPresent false`."""
    values = [
        value if len(value) <= _LONGEST_VALUE else value[: _LONGEST_VALUE - 1] + "…"
        for value in condition.values[:_MOST_VALUES]
    ]
    if len(condition.values) > _MOST_VALUES:
        values.append("…")
    return f"{condition.written} {condition.key} {' | '.join(values)}".rstrip()


def _lacks(decision: Decision) -> Iterable[str]:
    for match in decision.nearly:
        unmet = " and ".join(map(_written, match.conditions_that_are(truth=False)))
        yield f"Allow {_place(match)} needs {unmet}"
    if decision.half:
        allowing = " and ".join(map(_place, decision.half))
        limits = " and ".join(map(_name_of_limit, decision.limiting))
        of_user = decision.half[0].document.kind == "identity"
        wanted = limits or ("the resource's policy" if of_user else "the caller's own policy")
        yield f"Allow {allowing} is not enough: {wanted} must allow it, too"
    elif not decision.nearly:
        yield "nothing allows it"


def _name_of_limit(document: Document) -> str:
    name = f" {document.name}" if document.name else ""
    kind = document.kind if document.kind == "boundary" else document.kind.upper()
    return f"the {kind} {document.source.label}{name}"


def _doubts(judged: Judged) -> Iterable[str]:
    for match in judged.decision.deciding:
        doubts = " and ".join(_doubts_of(match, judged))
        yield f"{match.statement.effect} {_place(match)} depends on {doubts}"
    if judged.decision.accounts:
        yield "it depends on whether caller and resource are in one account"
    if judged.decision.unread:
        yield "policies that could not be read may change it"


def _doubts_of(match: Match, judged: Judged) -> Iterable[str]:
    statement = match.statement
    if match.principal is None:
        yield "who calls"
    if match.action is None:
        named = statement.actions is not None or statement.not_actions is not None
        yield f"which action of {judged.request.action} it is" if named else "its missing Action"
    if match.resource is None:
        listed = statement.not_resources if statement.resources is None else statement.resources
        facts = judged.request.facts.over(judged.caller.facts)
        unknown = sorted({key for text in listed or () for key in fill(text, facts).unknown})
        if listed is None:
            yield "its missing Resource"
        else:
            yield f"the value of {' and '.join(unknown)}" if unknown else "which resource it is"
    for condition in match.conditions_that_are(None):
        yield _written(condition) + (
            "" if condition.known else ", whose operator IAM does not have"
        )
