"""`policy check`: what policies allow each kind of credentials, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_session.model.errors import UsageError
from mfa_session.model.record import Record, Result
from mfa_session.model.text import columns, printable
from mfa_session.policy import credentials
from mfa_session.policy.action_names import read_action, read_keys, read_resource
from mfa_session.policy.callers import share_of
from mfa_session.policy.conditions import is_accepted
from mfa_session.policy.credentials import Request
from mfa_session.policy.document import LIMITS, Document
from mfa_session.policy.evaluation import (
    ALLOWED,
    EXPLICITLY_DENIED,
    UNKNOWN,
    Decision,
    Requests,
    are_of_one_account,
    evaluate,
)
from mfa_session.policy.matching import acting_as, malformed_principals, named_principal
from mfa_session.policy.patterns import WILDCARDS, fill
from mfa_session.policy.policy_text import PolicyText
from mfa_session.policy.reading import read_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mfa_session.model.settings import SessionOptions
    from mfa_session.policy.callers import Share
    from mfa_session.policy.credentials import Credentials, Known, RequestContext
    from mfa_session.policy.document import Condition, Owner, Statement
    from mfa_session.policy.live import Live
    from mfa_session.policy.matching import Match
    from mfa_session.session.context import Context


_OF_THE_CALLER = {"aws:username", "aws:principalarn", "aws:principalaccount", "kms:calleraccount"}
# Having no policies is unlike policies that are not told.
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
    request = _request(options, ctx)
    keys = read_keys(options.context, options.absent)
    files = _files(options, ctx)
    if not files and not options.live:
        raise UsageError("no-policy", "no policy is named", "name a file, - for stdin, or --live")
    live = _live(options, ctx) if options.live else None
    principal = live.user.arn if live else _principal(options, keys)
    share = share_of(principal, files, request, live=bool(live))
    principal = principal or _caller(share, ctx)
    requests = Requests(request, keys, principal, files, ctx.clock.now())
    judged = []
    for kind in credentials.all_kinds(request.action, options.mfa_age):
        caller = credentials.started_by(kind, requests.seconds)
        if live:
            judged.append(_judge_live(caller, live, files, requests))
        elif share.is_user in {None, caller.is_user}:
            judged.append(_judge(acting_as(caller, principal), share, share.owner, requests))
    for key, values in requests.unfit.items():
        raise UsageError(
            "bad-context",
            f"no request here {f'has {key}={values[0]}' if values else f'lacks {key}'}",
            "omit it: --principal or --resource determines it",
        )
    for hint in _hints(judged, share):
        ctx.console.say(hint)
    on = "any resource" if request.resource in {"", "*"} else request.resource
    lines = columns(
        ("CREDENTIALS", "OUTCOME", "BECAUSE"),
        (
            (each.caller.label, each.decision.outcome.replace("-", " "), printable(each.because))
            for each in judged
        ),
        above=(f"{request.action} on {on}", ""),
    )
    data: dict[str, object] = {
        "action": request.action,
        "resource": request.resource or "*",
        "principal": principal,
        "decisions": [each.data() for each in judged],
    }
    if live:
        data["unread"] = live.gaps()
        data["role"] = live.role.arn if live.role else None
    return Result(data=data, lines=lines)


def _files(options: Options, ctx: Context) -> list[Document]:
    found = _read(options.file, options.kind, ctx)
    for document in found:
        if document.kind in LIMITS and not (options.kind or document.account):
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


def _judge_live(
    caller: Credentials, live: Live, files: list[Document], requests: Requests
) -> Judged:
    own = live.user if caller.is_user else live.role
    caller = acting_as(caller, (own or live.user).arn)
    request = requests.of(caller)
    if own is None:
        return Judged(caller=caller, request=request, decision=_ROLES_OWN)
    return _judge(caller, share_of(own.arn, files, request, live=True), own, requests)


def _judge(caller: Credentials, share: Share, own: Owner | None, requests: Requests) -> Judged:
    if own:
        caller = caller.replace(facts=own.tags.over(caller.facts))
    request = requests.of(caller)
    known = [*((_NOTHING, *own.documents) if own else ()), *share.documents]
    unread = bool(share.elsewhere or (own and own.unread))

    def decide(documents: list[Document], *, unread: bool) -> Decision:
        return evaluate(
            [*known, *documents],
            request,
            caller,
            boundary=own.boundary if own else None,
            unread=unread,
            boundary_unread=bool(own and own.boundary_unread) or share.bounded_elsewhere,
        )

    decision = decide([], unread=unread or bool(share.doubtful))
    if share.doubtful:  # what is allowed at most, and at least
        most, least = (
            decide([each.only(effect) for each in share.doubtful], unread=unread)
            for effect in ("Allow", "Deny")
        )
        decision = most if most.outcome == least.outcome else decision
    decision = _across_accounts(decision, request, caller)
    return Judged(caller=caller, request=request, decision=decision)


def _across_accounts(decision: Decision, request: Request, caller: Credentials) -> Decision:
    across = are_of_one_account(request, caller) is False
    if decision.outcome != ALLOWED or not across or len(_sides(decision)) != 1:
        return decision
    return decision.replace(
        outcome=UNKNOWN, limit=_not_enough(decision.deciding, " across accounts")
    )


def _not_enough(allows: Sequence[Match], where: str = "", limits: str = "") -> str:
    of_user = allows[0].document.kind == "identity"
    wanted = limits or ("the resource's policy" if of_user else "the caller's own policy")
    by = " and ".join(map(_place, allows))
    return f"Allow {by} is not enough{where}: {wanted} must allow it, too"


def _sides(decision: Decision) -> set[str]:
    """Return whose policies decide."""
    kinds = {each.document.kind for each in decision.deciding} - LIMITS
    return {"resource" if each == "trust" else each for each in kinds}


def _live(options: Options, ctx: Context) -> Live:
    if options.principal is not None:
        raise UsageError(
            "principal-is-live", "--live takes no --principal: you are the caller", "leave it out"
        )
    from mfa_session.policy.live import read_live  # noqa: PLC0415

    return read_live(options.session, ctx)


def _request(options: Options, ctx: Context) -> Request:
    if not options.action:
        raise UsageError("no-action", "no action is named", "name it: --action ec2:StopInstances")
    if options.mfa_age is not None and options.mfa_age >= credentials.LONGEST_SESSION_SECONDS:
        raise UsageError(
            "duration-out-of-range",
            "no MFA session is that old: it lasts 36h at most",
            "ask for less",
            add=("--mfa-age", "35h"),
        )
    action = read_action(options.action)
    ctx.console.detail(f"{options.action} means {action}")
    unlisted = ctx.make.aws_names().look_up(action)
    if unlisted is not None:
        ctx.console.warn(f"{unlisted.message}; {unlisted.hint}")
    return Request(action=action, resource=read_resource(options.resource or "*", action))


def _caller(share: Share, ctx: Context) -> str | None:
    """Return the ARN of whoever has the policies, else one that a policy names, if any."""
    if share.caller is not None:
        return share.caller or None
    named = named_principal(share.documents)
    if named:
        ctx.console.say(f"the caller is {named}, which a policy names; for another: --principal")
    return named


def _principal(options: Options, keys: Known) -> str | None:
    told = keys.get("aws:principalarn") or keys.get("aws:principalaccount") or ()
    given = options.principal or next(iter(told), None)
    try:
        acting_as(credentials.long_term(), given)
    except ValueError:
        raise UsageError(
            "bad-principal",
            f"{given!r} is not a principal",
            "give an account, or the ARN of a user or role",
        ) from None
    return given


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


def _hints(judged: Sequence[Judged], share: Share) -> Iterable[str]:
    unknown = [each for each in judged if each.decision.outcome == UNKNOWN]
    yield from _what_to_specify(judged, unknown)
    if any(each.decision.accounts for each in unknown):
        yield "to know more, specify the resource's account: --context aws:ResourceAccount=ACCOUNT"
    for each in share.doubtful:
        yield (
            f"the file does not say whether the caller has {each.label}: check a file with only "
            "the caller's policies"
        )
    elsewhere = [*share.elsewhere, *["the permissions boundary"] * share.bounded_elsewhere]
    if unknown and elsewhere:
        more = ["and more"] * (len(elsewhere) > _MOST)
        yield f"not known here: {', '.join([*elsewhere[:_MOST], *more])}"
    if not share.owner and {document.kind for document in share.documents} == {"trust"}:
        yield (
            "the caller's own policies must allow sts:AssumeRole, too, unless the trust policy "
            "names a user of the role's account"
        )
    yield from _missing_guard(judged)


def _missing_guard(judged: Sequence[Judged]) -> Iterable[str]:
    action = judged[0].request.action
    allowed = [each.decision for each in judged if each.decision.outcome == ALLOWED]
    if any(_sides(decision) == {"identity"} for decision in allowed):
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
        yield f"to know more, specify it: --context {printable(keys[others[0]])}=…"
    if any(match.resource is None for match in matches) and WILDCARDS.search(
        judged[0].request.resource
    ):
        yield "to know more, specify the resource: --resource ARN"
    about_caller = keys.keys() & _OF_THE_CALLER or any(each.principal is None for each in matches)
    if about_caller and not any(each.caller.principal.arns for each in judged):
        yield "to know more, specify the caller: --principal ARN"


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
        yield _not_enough(decision.half, limits=limits)
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
    if match.action is None:
        named = statement.actions is not None or statement.not_actions is not None
        yield f"which action of {judged.request.action} it is" if named else "its missing Action"
    if match.resource is None:
        unknown = sorted({*_unknown_in(_resources(statement), judged)})
        if statement.resources is statement.not_resources is None:
            yield "its missing Resource"
        else:
            yield f"the value of {' and '.join(unknown)}" if unknown else "which resource it is"
    for condition in match.conditions_that_are(None):
        of = (
            "value is not of the operator's type"
            if condition.known
            else "operator IAM does not have"
        )
        yield _written(condition) + ("" if is_accepted(condition) else f", whose {of}")


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
