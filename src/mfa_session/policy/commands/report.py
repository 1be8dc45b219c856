"""How `policy check` shows what it found: a table, one object, and what would help to know more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_session.model.record import Record
from mfa_session.model.text import columns, printable
from mfa_session.policy.credentials import MFA_AGE, Credentials
from mfa_session.policy.evaluation import UNKNOWN, Decision
from mfa_session.policy.reasons import because, deciding_conditions, statement_data

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mfa_session.policy.document import Document
    from mfa_session.policy.request import Request

_HEADINGS = ("CREDENTIALS", "OUTCOME", "BECAUSE")


class Judged(Record):
    """What came of one kind of credentials."""

    caller: Credentials
    request: Request
    decision: Decision

    @property
    def because(self) -> str:
        """What decides it."""
        return because(self.decision, self.request, self.caller)

    def row(self) -> tuple[str, str, str]:
        """Return it for people."""
        outcome = self.decision.outcome.replace("-", " ")
        return self.caller.label, outcome, printable(self.because)

    def data(self) -> dict[str, object]:
        """Return it for scripts."""
        return {
            "credentials": self.caller.kind,
            "outcome": self.decision.outcome,
            "because": self.because,
            "statements": [statement_data(match) for match in self.decision.deciding],
            "conditions": deciding_conditions(self.decision),
        }


def table(request: Request, judged: Sequence[Judged]) -> tuple[str, ...]:
    """Return the lines for people: the question, then a row for each kind of credentials."""
    on = "any resource" if request.resource == "*" else request.resource
    rows = columns(_HEADINGS, (each.row() for each in judged))
    return rows.under(f"{request.action} on {on}", "")


def hints(judged: Sequence[Judged], documents: Sequence[Document]) -> Iterable[str]:
    """Say what would help to know more, and what the policies given do not say."""
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
        yield "a trust policy is one side; the caller's own policies must allow sts:AssumeRole, too"
