"""`policy check`: what policies allow each kind of credentials, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from mfa_session.model.arns import account_of, parse_arn
from mfa_session.model.errors import UsageError
from mfa_session.model.record import Record, Result
from mfa_session.model.settings import SessionOptions
from mfa_session.model.text import Table, columns, printable
from mfa_session.policy import credentials
from mfa_session.policy.action_names import read_action, read_keys, read_resource
from mfa_session.policy.callers import Share, share_of
from mfa_session.policy.commands.reasons import Judged, hints, not_enough, sides
from mfa_session.policy.credentials import Credentials, Known, Request
from mfa_session.policy.document import LIMITS, Document, Owner
from mfa_session.policy.evaluation import (
    ALLOWED,
    UNKNOWN,
    Decision,
    are_of_one_account,
    evaluate,
)
from mfa_session.policy.intrinsics import THIS_ACCOUNT, Asked, as_written
from mfa_session.policy.lint import lint
from mfa_session.policy.live import Live
from mfa_session.policy.matching import (
    account_of_users,
    accounts_named,
    acting_as,
    malformed_principals,
    named_principal,
    role_of_session,
)
from mfa_session.policy.policy_text import PolicyText
from mfa_session.policy.reading import read_files
from mfa_session.policy.request_keys import Requests
from mfa_session.policy.rules.keys import keys_of_no_request
from mfa_session.policy.rules.operators import UNKNOWN_OPERATOR
from mfa_session.policy.rules.resource_kinds import parts_of
from mfa_session.policy.rules.rule import REJECTED
from mfa_session.session.context import Context

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
    live = _live(options, ctx) if options.live else None
    principal = live.user.arn if live else _principal(options, keys)
    asked = _asked_of_templates(request, principal, keys)
    files = _files(options, asked, ctx)
    share = share_of(principal, files, request, live=bool(live))
    written = _examples_in(files)
    principal = principal or _caller(share, written, ctx)
    documents = [*files, *(live.documents() if live else ())]
    _warn_of_faults([*share.all_documents(), *(live.documents() if live else ())], keys, ctx)
    requests = Requests(request, keys, principal, documents, ctx.clock.now())
    kinds = credentials.all_kinds(request.action, options.mfa_age)
    callers = [credentials.started_by(each, requests.seconds) for each in kinds]
    if live:
        judged = [_judge_live(each, live, files, requests) for each in callers]
    else:
        judged = _judge_share(callers, principal, share, requests)
    _check_keys_fit(requests.unfit)
    for hint in hints(judged, share):
        ctx.console.say(as_written(hint, written))
    data: dict[str, object] = {
        "action": request.action,
        "resource": request.resource or "*",
        "principal": principal,
        "decisions": [each.data() for each in judged],
    }
    if live:
        data["unread"] = live.gaps()
        data["role"] = live.role.arn if live.role else None
    return Result(data=as_written(data, written), lines=_table(request, judged, written))


def _table(request: Request, judged: Iterable[Judged], written: Mapping[str, str]) -> Table:
    on = "any resource" if request.resource in {"", "*"} else request.resource
    return columns(
        ("CREDENTIALS", "OUTCOME", "BECAUSE"),
        (
            (
                each.caller.label,
                each.decision.outcome.replace("-", " "),
                printable(as_written(each.because, written)),
            )
            for each in judged
        ),
        above=(f"{request.action} on {on}", ""),
    )


def _asked_of_templates(request: Request, principal: str | None, keys: Known) -> Asked:
    """Return what is told of the account and partition of templates."""

    def told(*names: str) -> str:
        return next((values[0] for name in names if (values := keys.get(name))), "")

    _, partition, _, _, account, _ = parts_of(request.resource)
    caller = parse_arn(principal or "")
    return Asked(
        callers_account=told("aws::accountid") or (caller.account if caller else principal or ""),
        resources_account=told("aws::accountid", "aws:resourceaccount", "s3:resourceaccount")
        or (account if account.isdecimal() else ""),
        partition=told("aws::partition") or (caller.partition if caller else partition.strip("*")),
    )


def _say_whose_account(files: Iterable[Document], asked: Asked, ctx: Context) -> None:
    """Say that a template of a role or resource is taken to be of the caller's account."""
    account = asked.callers_account
    of_resource = (each for each in files if each.kind in {"resource", "trust"})
    if not asked.resources_account and any(account in each.written for each in of_resource):
        ctx.console.say(
            f"the template is taken to be of account {account}, the caller's; for another: "
            "--context AWS::AccountId=ACCOUNT"
        )


def _examples_in(files: Iterable[Document]) -> Mapping[str, str]:
    """Return how templates write the example account that is filled in where none is told."""
    written = [each.written[THIS_ACCOUNT] for each in files if THIS_ACCOUNT in each.written]
    return {THIS_ACCOUNT: written[0]} if written else {}


def _files(options: Options, asked: Asked, ctx: Context) -> list[Document]:
    found = _read(options.file, options.kind, asked, ctx)
    for document in found:
        if document.kind in LIMITS and not (options.kind or document.account):
            limit = document.kind == "boundary"
            what = "a permissions boundary" if limit else f"an {document.kind.upper()}"
            ctx.console.say(
                f"{document.label} is read as {what}, which grants nothing; to change that: --kind"
            )
    for kind in ("boundary", "scp"):
        # Whatever else the file tells of them, they limit the caller.
        limits = _read(getattr(options, kind), kind, asked, ctx)
        found += [replace(each, owners=(), roster=None, account=None) for each in limits]
    if not found and not options.live:
        raise UsageError("no-policy", "no policy is named", "name a file, - for stdin, or --live")
    _say_whose_account(found, asked, ctx)
    for principal in malformed_principals(found):
        named = printable(as_written(principal, _examples_in(found)))
        ctx.console.warn(f"IAM rejects the principal {named}: it matches nobody")
    return found


def _read(paths: tuple[str, ...], kind: str | None, asked: Asked, ctx: Context) -> list[Document]:
    reading = read_files(paths, kind, asked)
    for each in reading.errors:
        raise each.error
    if reading.terraform:
        ctx.console.warn("Terraform's own files (.tf) are not read")
    return reading.documents


def _check_keys_fit(unfit: Known) -> None:
    for key, values in unfit.items():
        raise UsageError(
            "bad-context",
            f"no request here {f'has {key}={values[0]}' if values else f'lacks {key}'}",
            "omit it: --principal or --resource determines it",
        )


def _warn_of_faults(documents: list[Document], given: Known, ctx: Context) -> None:
    for document in documents:
        faults = [each for each in lint(document) if each.who == REJECTED]
        rejected = [each for each in faults if each.rule != UNKNOWN_OPERATOR.id]
        for fault in rejected[:1]:
            ctx.console.warn(
                f"IAM rejects {printable(document.label)}: {printable(fault.message)}; what "
                "follows is as if it did not"
            )
    for key, meant in keys_of_no_request(documents).items():
        what = f"no request has the key {printable(key)}; {meant} was probably meant"
        if given.get(key.lower()):
            raise UsageError("bad-context", what, "omit it, and correct the policy")
        ctx.console.warn(what)


def _judge_share(
    callers: Iterable[Credentials], principal: str | None, share: Share, requests: Requests
) -> list[Judged]:
    role_arn = None
    if principal and ":assumed-role/" in principal:
        owner = share.owner
        role_arn = owner.arn if owner else role_of_session(principal, share.documents)
    return [
        _judge(acting_as(each, principal, role_arn), share, share.owner, requests)
        for each in callers
        if share.is_user in {None, each.is_user}
    ]


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
    if decision.outcome != ALLOWED or not across or len(sides(decision)) != 1:
        return decision
    return decision.replace(
        outcome=UNKNOWN, limit=not_enough(decision.deciding, " across accounts")
    )


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


def _caller(share: Share, written: Mapping[str, str], ctx: Context) -> str | None:
    """Return the ARN of whoever has the policies, else what a policy tells of them, if anything."""
    if share.caller is not None:
        return share.caller or None
    identity = [each for each in share.documents if each.kind == "identity"]
    own = next((text for each in identity for text in each.written if text.isdecimal()), None)
    if own and accounts_named(identity) <= {own}:  # the template's, whose users they are
        return own
    named, account = named_principal(share.documents), account_of_users(share.documents)
    if account and account not in {named, account_of(named or "")}:
        told = "whose IAM the policies are about"
        shown = as_written(account, written)
        ctx.console.say(f"the caller is of account {shown}, {told}; for another: --principal")
        return account
    if named:
        shown = as_written(named, written)
        ctx.console.say(f"the caller is {shown}, which a policy names; for another: --principal")
    return named


def _principal(options: Options, keys: Known) -> str | None:
    told = keys.get("aws:principalarn") or keys.get("aws:principalaccount") or ()
    given = options.principal or next(iter(told), None)
    if given and given.endswith(":root"):
        raise UsageError(
            "bad-principal",
            f"{given} is the root user, whom check does not judge",
            "for the account's users and roles, give its number",
            add=("--principal", account_of(given) or ""),
        )
    try:
        acting_as(credentials.long_term(), given)
    except ValueError:
        raise UsageError(
            "bad-principal",
            f"{given!r} is not a principal",
            "give an account, or the ARN of a user or role, such as "
            "arn:aws:iam::111122223333:user/carol",
        ) from None
    return given
