"""`policy check`: what policies allow each kind of credentials."""

from __future__ import annotations

import contextlib
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from mfa_session.model.errors import UsageError
from mfa_session.model.record import Record, Result
from mfa_session.model.text import printable
from mfa_session.policy import credentials
from mfa_session.policy.action_names import read_action
from mfa_session.policy.conditions import moment
from mfa_session.policy.credentials import Request, RequestContext
from mfa_session.policy.document import LIMITS
from mfa_session.policy.evaluation import UNKNOWN, Decision, evaluate
from mfa_session.policy.matching import acting_as, malformed_principals, named_principals
from mfa_session.policy.policy_files import read_one
from mfa_session.policy.reasons import Judged, hints, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mfa_session.model.settings import SessionOptions
    from mfa_session.policy.credentials import Credentials, Values
    from mfa_session.policy.document import Document
    from mfa_session.policy.live import Live, OwnPolicies
    from mfa_session.session.context import Context


_KEYS_OF_THE_KIND = {credentials.MFA_PRESENT.lower(), credentials.MFA_AGE.lower()}
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
    principal = live.user.arn if live else _principal(options, ctx, files)
    judged = []
    for kind in credentials.all_kinds(request.action, options.mfa_age):
        caller = credentials.started_by(kind, int(now.timestamp()))
        own = (live.user if caller.is_user else live.role) if live else None
        caller = acting_as(caller, own.arn if own else principal)
        decision = _ROLES_OWN if live and own is None else _decide(caller, request, files, own)
        judged.append(Judged(caller=caller, request=request, decision=decision))
    for hint in hints(judged, files):
        ctx.console.say(hint)
    data: dict[str, object] = {
        "action": request.action,
        "resource": request.resource,
        "principal": principal,
        "decisions": [each.data() for each in judged],
    }
    if live is not None:
        data["unread"] = list(live.gaps())
        data["role"] = live.role.arn if live.role else None
    return Result(data=data, lines=table(request, judged))


def _files(options: Options, ctx: Context) -> list[Document]:
    found = [each for path in options.file for each in read_one(path, options.kind)]
    for document in found:
        if document.kind in LIMITS and not options.kind:
            name = " ".join(filter(None, (document.source.label, document.name)))
            limit = document.kind == "boundary"
            what = "a permissions boundary" if limit else f"an {document.kind.upper()}"
            ctx.console.say(
                f"{name} is read as {what}, which grants nothing; to change that: --kind"
            )
    for kind, paths in (("boundary", options.boundary), ("scp", options.scp)):
        found += [each for path in paths for each in read_one(path, kind)]
    for principal in malformed_principals(found):
        ctx.console.warn(f"IAM rejects the principal {printable(principal)}: it matches nobody")
    return found


def _decide(
    caller: Credentials, request: Request, files: list[Document], own: OwnPolicies | None
) -> Decision:
    if own is None:
        return evaluate(files, request, caller)
    return evaluate(
        [*own.documents, *files],
        request,
        caller,
        boundary=own.boundary,
        unread=bool(own.unread),
        boundary_unread=own.boundary_unread,
    )


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


def _principal(options: Options, ctx: Context, documents: list[Document]) -> str | None:
    given = options.principal
    try:
        acting_as(credentials.long_term(), given)
    except ValueError:
        raise UsageError(
            "bad-principal",
            f"{given!r} is not a principal",
            "give an account, or the ARN of a user or role",
        ) from None
    if given is not None:
        return given
    named = named_principals(documents)
    if not named:
        return None
    ctx.console.say(f"the caller is {named[0]}, which a policy names; for another: --principal")
    return named[0]
