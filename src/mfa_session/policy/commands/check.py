"""`policy check`: what policies allow each kind of credentials, and why."""

from __future__ import annotations

import contextlib
import itertools
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from mfa_session.model.arns import account_of
from mfa_session.model.errors import UsageError
from mfa_session.model.record import Record, Result
from mfa_session.model.text import columns, printable
from mfa_session.policy import credentials
from mfa_session.policy.action_names import read_action
from mfa_session.policy.conditions import moment
from mfa_session.policy.credentials import Request, RequestContext
from mfa_session.policy.document import LIMITS, Document
from mfa_session.policy.evaluation import ALLOWED, EXPLICITLY_DENIED, UNKNOWN, Decision, evaluate
from mfa_session.policy.matching import acting_as, malformed_principals, named_principals
from mfa_session.policy.patterns import fill
from mfa_session.policy.policy_files import read_files
from mfa_session.policy.policy_text import PolicyText
from mfa_session.policy.users import share_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mfa_session.model.settings import SessionOptions
    from mfa_session.policy.credentials import Credentials, Values
    from mfa_session.policy.document import Condition, Owner
    from mfa_session.policy.live import Live, OwnPolicies
    from mfa_session.policy.matching import Match
    from mfa_session.policy.users import Share
    from mfa_session.session.context import Context


_KEYS_OF_THE_KIND = {credentials.MFA_PRESENT.lower(), credentials.MFA_AGE.lower()}
# Who is known to have no policies of their own is unlike whose policies are not told.
_NOTHING = Document(PolicyText("", ""), None, (), told_kind="identity")
_ROLES_OWN = Decision(outcome=UNKNOWN, limit="your policies do not apply to a role session")


class Options(Record):
    """The options of `policy check`."""

    session: SessionOptions
    file: tuple[str, ...] = ()
    action: str | None = None
    resource: str = "*"
    mfa_age: int | None = None
    principal: str | None = None
    context: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    kind: str | None = None
    boundary: tuple[str, ...] = ()
    scp: tuple[str, ...] = ()
    live: bool = False
    profile: str | None = None
    json: bool = False


def run(options: Options, ctx: Context) -> Result:
    """Evaluate the policies of the files, or of IAM, or of both."""
    request, now = _request(options, ctx)
    files = _files(options, ctx)
    if not files and not options.live:
        raise UsageError("no-policy", "no policy is named", "name a file, - for stdin, or --live")
    live = _live(options, ctx) if options.live else None
    principal = live.user.arn if live else _checked_principal(options.principal)
    share = share_of(principal, files, request, live=bool(live))
    principal = principal or _named(ctx, share.documents)
    judged = []
    for kind in credentials.all_kinds(request.action, options.mfa_age):
        if not live and share.is_user not in {None, kind.is_user}:
            continue
        caller = credentials.started_by(kind, int(now.timestamp()))
        own = (live.user if caller.is_user else live.role) if live else None
        caller = acting_as(caller, own.arn if own else principal)
        theirs = share_of(own.arn, files, request, live=True) if own else share
        decision = _ROLES_OWN
        if own or not live:
            decision = _decide(caller, request, theirs, own or share.owner)
        judged.append(Judged(caller=caller, request=request, decision=decision))
    for hint in _hints(judged, share):
        ctx.console.say(hint)
    rows = columns(
        ("CREDENTIALS", "OUTCOME", "BECAUSE"),
        (
            (each.caller.label, each.decision.outcome.replace("-", " "), printable(each.because))
            for each in judged
        ),
    )
    on = "any resource" if request.resource == "*" else request.resource
    data = _data(request, principal, judged, live)
    return Result(data=data, lines=rows.under(f"{request.action} on {on}", ""))


def _data(
    request: Request, principal: str | None, judged: Sequence[Judged], live: Live | None
) -> dict[str, object]:
    data: dict[str, object] = {
        "action": request.action,
        "resource": request.resource,
        "principal": principal,
        "decisions": [each.data() for each in judged],
    }
    if live is not None:
        data["unread"] = list(live.gaps())
        data["role"] = live.role.arn if live.role else None
    return data


def _files(options: Options, ctx: Context) -> list[Document]:
    found = _read(options.file, options.kind, ctx)
    for document in found:
        if document.kind in LIMITS and not (options.kind or document.everyone):
            limit = document.kind == "boundary"
            what = "a permissions boundary" if limit else f"an {document.kind.upper()}"
            ctx.console.say(
                f"{document.label} is read as {what}, which grants nothing; to change that: --kind"
            )
    for kind in ("boundary", "scp"):
        found += _read(getattr(options, kind), kind, ctx)
    for principal in malformed_principals(found):
        ctx.console.warn(f"IAM rejects the principal {printable(principal)}: it matches nobody")
    return found


def _read(paths: tuple[str, ...], kind: str | None, ctx: Context) -> list[Document]:
    reading = read_files(paths, kind)
    for each in reading.errors:
        raise each.error
    if reading.terraform:
        ctx.console.warn("Terraform's own files (.tf) are not read")
    return reading.documents


def _decide(
    caller: Credentials, request: Request, share: Share, own: OwnPolicies | Owner | None
) -> Decision:
    if own is None:
        decision = evaluate(share.documents, request, caller, unread=bool(share.doubtful))
    else:
        decision = evaluate(
            [_NOTHING, *own.documents, *share.documents],
            request,
            caller.replace(facts=own.tags.over(caller.facts)),
            boundary=own.boundary,
            unread=bool(own.unread or share.doubtful),
            boundary_unread=own.boundary_unread,
        )
    resource = request.facts.one("aws:ResourceAccount") or account_of(request.resource) or ""
    across = resource.isdecimal() and caller.principal.account not in {None, resource}
    sides = _sides(decision)
    if decision.outcome != ALLOWED or not across or len(sides) != 1:
        return decision
    other = "the caller's own policy" if sides == {"resource"} else "the resource's policy"
    by = " and ".join(map(_place, decision.deciding))
    limit = f"Allow {by} is not enough across accounts: {other} must allow it, too"
    return decision.replace(outcome=UNKNOWN, limit=limit)


def _sides(decision: Decision) -> set[str]:
    """Return whose policies decide: the caller's (`identity`), the resource's, or both."""
    kinds = {each.document.kind for each in decision.deciding} - LIMITS
    return {"resource" if each == "trust" else each for each in kinds}


def _live(options: Options, ctx: Context) -> Live:
    if options.principal is not None:
        raise UsageError(
            "principal-is-live", "--live takes no --principal: you are the caller", "leave it out"
        )
    from mfa_session.policy.live import read_live  # noqa: PLC0415

    return read_live(options.session, ctx)


def _request(options: Options, ctx: Context) -> tuple[Request, datetime]:
    if not options.action:
        raise UsageError("no-action", "no action is named", "name it: --action ec2:StopInstances")
    if options.mfa_age is not None and options.mfa_age >= credentials.LONGEST_SESSION_SECONDS:
        raise UsageError(
            "duration-out-of-range",
            "no MFA session is that old: it lasts 36h at most",
            "ask for less",
            add=("--mfa-age", "35h"),
        )
    given = _context(options.context)
    now = _time_in(given) or ctx.clock.now()
    facts: dict[str, Values | None] = {
        "aws:currenttime": (now.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),),
        "aws:epochtime": (str(int(now.timestamp())),),
        **given,
        **dict.fromkeys(map(_checked_key, options.absent)),
    }
    action = read_action(options.action)
    ctx.console.detail(f"{options.action} means {action}")
    unlisted = ctx.make.aws_names().look_up(action)
    if unlisted is not None:
        ctx.console.warn(f"{unlisted.message}; {unlisted.hint}")
    resource = options.resource or "*"
    return Request(action=action, resource=resource, facts=RequestContext(facts)), now


def _time_in(given: Mapping[str, Values]) -> datetime | None:
    for text in (*given.get("aws:currenttime", ()), *given.get("aws:epochtime", ())):
        with contextlib.suppress(ValueError, OverflowError, OSError):
            return datetime.fromtimestamp(float(moment(text)), timezone.utc)
    return None


def _context(pairs: Iterable[str]) -> dict[str, Values]:
    found: dict[str, Values] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise UsageError(
                "bad-context",
                f"--context {pair!r} is not KEY=VALUE",
                "write it as aws:SourceIp=192.0.2.7",
            )
        key = _checked_key(key)
        found[key] = (*found.get(key, ()), value)
    return found


def _checked_key(key: str) -> str:
    if key.lower() in _KEYS_OF_THE_KIND:
        raise UsageError(
            "bad-context",
            f"{key} differs between the kinds of credentials",
            "leave it out; --mfa-age gives the age of a session",
        )
    return key.lower()


def _named(ctx: Context, documents: Iterable[Document]) -> str | None:
    named = next(iter(named_principals(documents)), None)
    if named:
        ctx.console.say(f"the caller is {named}, which a policy names; for another: --principal")
    return named


def _checked_principal(given: str | None) -> str | None:
    try:
        acting_as(credentials.long_term(), given)
    except ValueError:
        raise UsageError(
            "bad-principal",
            f"{given!r} is not a principal",
            "give an account, or the ARN of a user or role",
        ) from None
    return given


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

    def data(self) -> dict[str, object]:
        """Return the data for scripts."""
        return {
            "credentials": self.caller.kind,
            "outcome": self.decision.outcome,
            "because": self.because,
            "statements": list(map(_statement_data, self.decision.deciding)),
            "conditions": list(_deciding_conditions(self.decision)),
        }


def _hints(judged: Sequence[Judged], share: Share) -> Iterable[str]:
    unknown = [each for each in judged if each.decision.outcome == UNKNOWN]
    matches = [match for each in unknown for match in each.decision.deciding]
    keys = {c.key for match in matches for c in match.conditions_that_are(None) if c.known}
    ages = {key for key in keys if key.lower() == credentials.MFA_AGE.lower()}
    if ages:
        yield "the age of the session decides: specify one, such as --mfa-age 1h"
    if keys - ages:
        yield f"to know more, specify it: --context {printable(min(keys - ages))}=…"
    if any(match.resource is None for match in matches):
        yield "to know more, specify the resource: --resource ARN"
    if any(each.decision.accounts for each in unknown):
        yield "to know more, specify the resource's account: --context aws:ResourceAccount=ACCOUNT"
    for each in share.doubtful:
        yield f"whether the caller has {each.label}, the file does not tell: put theirs in another"
    if not share.owner and {document.kind for document in share.documents} == {"trust"}:
        yield (
            "the caller's own policies must allow sts:AssumeRole, too, unless the trust policy "
            "names a user of the role's account"
        )
    action = judged[0].request.action.lower()
    guard = {"sts:assumerole": "role's trust"}.get(action, "key's" * action.startswith("kms:"))
    if guard and any(
        x.decision.outcome == ALLOWED and _sides(x.decision) == {"identity"} for x in judged
    ):
        yield f"the {guard} policy must allow {judged[0].request.action}, too"


def _place(match: Match) -> str:
    return match.document.place_of(match.statement)


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
    """Return it in words: `BoolIfExists aws:MultiFactorAuthPresent false`."""
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
    elif decision.limiting:
        yield f"{' and '.join(map(_name_of_limit, decision.limiting))} must allow it, too"
    elif not decision.nearly:
        yield "nothing allows it"


def _name_of_limit(document: Document) -> str:
    kind = document.kind if document.kind == "boundary" else document.kind.upper()
    return f"the {kind} {document.label}"


def _doubts(judged: Judged) -> Iterable[str]:
    for match in judged.decision.deciding:
        doubts = " and ".join(_doubts_of(match, judged))
        yield f"{match.statement.effect} {_place(match)} depends on {doubts}"
    if judged.decision.accounts:
        yield "it depends on whether caller and resource are in one account"
    if judged.decision.unread:
        yield "policies that are not known may change it"


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
        unknown_operator = "" if condition.known else ", whose operator IAM does not have"
        yield _written(condition) + unknown_operator
