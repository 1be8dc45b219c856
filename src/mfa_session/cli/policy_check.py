"""`policy check`: what policies allow, for each kind of credentials side by side."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING

from mfa_session.cli.policy_files import read_policy
from mfa_session.cli.result import Result
from mfa_session.errors import UsageError
from mfa_session.policy import credentials
from mfa_session.policy.evaluation import UNKNOWN, evaluate
from mfa_session.policy.facts import Facts
from mfa_session.policy.principals import acting_as, named_principals
from mfa_session.policy.reasons import because, deciding_conditions, statement_data
from mfa_session.policy.request import Request, read_action
from mfa_session.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mfa_session.cli.app import App
    from mfa_session.policy.credentials import Credentials
    from mfa_session.policy.document import Document
    from mfa_session.policy.evaluation import Decision
    from mfa_session.policy.facts import Values

_OF_THE_KIND = {credentials.MFA_PRESENT.lower(), credentials.MFA_AGE.lower()}


class Judged(Record):
    """What came of one kind of credentials."""

    caller: Credentials
    request: Request
    decision: Decision

    @property
    def outcome(self) -> str:
        """The outcome as people read it."""
        return self.decision.outcome.replace("-", " ")

    @property
    def because(self) -> str:
        """What decides it."""
        return because(self.decision, self.request, self.caller)

    def data(self) -> dict[str, object]:
        """Return it for scripts."""
        return {
            "credentials": self.caller.kind,
            "outcome": self.decision.outcome,
            "because": self.because,
            "statements": [statement_data(match) for match in self.decision.deciding],
            "conditions": deciding_conditions(self.decision),
        }


def run(app: App) -> Result:
    """Evaluate the files' policies."""
    request = _request(app)
    documents = [read_policy(path) for path in app.given.values.get("file") or ()]
    if not documents:
        raise UsageError(
            "no-policy", "no policy is named", "name its file, or - for stdin; or use --live"
        )
    principal = _principal(app, documents)
    judged = _judge(app, documents, request, principal)
    for note in _notes(judged, documents):
        app.talk.say(note)
    data = {
        "action": request.action,
        "resource": request.resource,
        "principal": principal,
        "decisions": [each.data() for each in judged],
    }
    return Result(data=data, lines=_table(request, judged))


def _request(app: App) -> Request:
    values = app.given.values
    if not values.get("action"):
        raise UsageError("no-action", "which action?", "say it: --action ec2:StopInstances")
    facts = {**_moment(app.now()), **_context(values.get("context") or ())}
    facts |= dict.fromkeys(map(_checked_key, values.get("absent") or ()))
    return Request(
        action=read_action(str(values["action"])),
        resource=str(values.get("resource") or "*"),
        facts=Facts(facts),
    )


def _moment(now: datetime) -> dict[str, Values | None]:
    text = now.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"aws:CurrentTime": (text,), "aws:EpochTime": (str(int(now.timestamp())),)}


def _context(pairs: Iterable[str]) -> dict[str, Values | None]:
    """Read `KEY=VALUE`s; a key said twice has two values."""
    found: dict[str, tuple[str, ...]] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise UsageError(
                "bad-context",
                f"--context {pair!r} is no KEY=VALUE",
                "write it as aws:SourceIp=192.0.2.7",
            )
        key = _checked_key(key)
        found[key] = (*found.get(key, ()), value)
    return dict(found)


def _checked_key(key: str) -> str:
    if key.lower() in _OF_THE_KIND:
        raise UsageError(
            "bad-context",
            f"{key} is what the kinds of credentials differ in",
            "leave it out; for the age of a session there is --mfa-age",
        )
    return key.lower()


def _principal(app: App, documents: list[Document]) -> str | None:
    """Return who asks: as given, else the first that the policies name."""
    given = app.given.values.get("principal")
    if given is not None:
        try:
            acting_as(credentials.long_term(), given)
        except ValueError:
            raise UsageError(
                "bad-principal",
                f"{given!r} is no principal",
                "give an account, or the ARN of a user or role",
            ) from None
        return str(given)
    named = named_principals(documents)
    if not named:
        return None
    app.talk.say(f"taking the caller to be {named[0]}, as a policy names it; else say --principal")
    return named[0]


def _judge(
    app: App, documents: list[Document], request: Request, principal: str | None
) -> list[Judged]:
    age = app.given.values.get("mfa_age")
    kinds = credentials.all_kinds(request.action, age)
    callers = [acting_as(kind, principal) for kind in kinds]
    return [
        Judged(caller=caller, request=request, decision=evaluate(documents, request, caller))
        for caller in callers
    ]


def _notes(judged: list[Judged], documents: list[Document]) -> Iterable[str]:
    """Say what would help to know more, and what the policies given do not say."""
    unknown = [each for each in judged if each.decision.outcome == UNKNOWN]
    matches = [match for each in unknown for match in each.decision.deciding]
    keys = {c.key for match in matches for c in match.conditions_that_are(None) if c.known}
    ages = {key for key in keys if key.lower() == credentials.MFA_AGE.lower()}
    if ages:
        yield "the age of the session decides: give one, such as --mfa-age 1h"
    if keys - ages:
        yield f"to know more, say what is so: --context {min(keys - ages)}=…"
    if any(match.resource is None for match in matches):
        yield "to know more, say which resource: --resource ARN"
    if {document.kind for document in documents} == {"trust"}:
        yield "a trust policy is one side; the caller's own policies must allow sts:AssumeRole, too"


def _table(request: Request, judged: list[Judged]) -> tuple[str, ...]:
    on = "any resource" if request.resource == "*" else request.resource
    rows = [("CREDENTIALS", "OUTCOME", "BECAUSE")]
    rows += [(each.caller.label, each.outcome, each.because) for each in judged]
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    return (
        f"{request.action} on {on}",
        "",
        *(f"{row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]}" for row in rows),
    )
