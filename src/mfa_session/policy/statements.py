"""Does a statement speak of a request? Part by part: for whom, what, on what, under what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_session.model.record import Record
from mfa_session.policy import principals
from mfa_session.policy.conditions import is_met
from mfa_session.policy.patterns import Query
from mfa_session.policy.request import Truth, all_of, any_of, negate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mfa_session.policy.credentials import Credentials
    from mfa_session.policy.document import Condition, Document, Statement
    from mfa_session.policy.request import Request, RequestContext

_WITH_VARIABLES = "2012-10-17"


class Match(Record):
    """What came of comparing one statement with a request: each part's answer, and all together.

    Parts that could not change the answer any more are not looked at. `by_name`: whether the
    statement is for the caller, and not only for the whole account.
    """

    document: Document
    statement: Statement
    principal: Truth
    by_name: Truth
    action: Truth
    resource: Truth
    conditions: tuple[tuple[Condition, Truth], ...]

    @property
    def truth(self) -> Truth:
        """Whether the statement counts for the request."""
        met = (truth for _, truth in self.conditions)
        return all_of((self.principal, self.action, self.resource, *met))

    @property
    def speaks_of_it(self) -> Truth:
        """Whether it would count, were its conditions met."""
        return all_of((self.principal, self.action, self.resource))

    def conditions_that_are(self, truth: Truth) -> list[Condition]:
        """Return the conditions with this answer."""
        return [condition for condition, answer in self.conditions if answer is truth]


def look_at(
    document: Document, statement: Statement, request: Request, caller: Credentials
) -> Match:
    """Compare one statement with a request; what the request says counts over the caller's."""
    facts = request.facts.over(caller.facts)
    variables = document.version == _WITH_VARIABLES
    named = principals.names(statement, caller)
    action = _has_action(statement, request.action)
    resource: Truth = False
    if action is not False:
        resource = _has_resource(statement, request.resource, facts if variables else None)
    speaks_of_it = all_of((named.matches, action, resource))
    return Match(
        document=document,
        statement=statement,
        principal=named.matches,
        by_name=named.by_name,
        action=action,
        resource=resource,
        conditions=tuple(
            (condition, is_met(condition, facts, variables=variables))
            for condition in (statement.conditions if speaks_of_it is not False else ())
        ),
    )


def _has_action(statement: Statement, action: str) -> Truth:
    asked = Query(action, fold=True)
    if statement.actions is not None:
        return _among(statement.actions, asked)
    if statement.not_actions is not None:
        return negate(_among(statement.not_actions, asked))
    return None  # IAM takes no such policy


def _among(actions: Iterable[str], asked: Query) -> Truth:
    return any_of(asked.covered_by(action) for action in actions)


def _has_resource(statement: Statement, resource: str, facts: RequestContext | None) -> Truth:
    if statement.resources is not None:
        return _listed(statement.resources, resource, facts)
    if statement.not_resources is not None:
        return negate(_listed(statement.not_resources, resource, facts))
    # What a role's trust policy is about, or a repository's, is what it hangs on.
    named = statement.principals is not None or statement.not_principals is not None
    return True if named else None


def _listed(resources: Iterable[str], resource: str, facts: RequestContext | None) -> Truth:
    asked = Query(resource)
    return any_of(asked.covered_by(text, facts) for text in resources)
