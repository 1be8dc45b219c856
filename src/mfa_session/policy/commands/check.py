"""`policy check`: what policies allow each kind of credentials."""

from __future__ import annotations

import functools
import json
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from mfa_session.model.arns import parse_arn
from mfa_session.model.errors import RefusedError, UsageError
from mfa_session.model.iam import Holder
from mfa_session.model.record import Record, Result
from mfa_session.model.text import printable
from mfa_session.policy import credentials
from mfa_session.policy.action_names import read_action
from mfa_session.policy.commands.files import read_one
from mfa_session.policy.credentials import Request, RequestContext
from mfa_session.policy.document import LIMITS
from mfa_session.policy.evaluation import UNKNOWN, Decision, evaluate
from mfa_session.policy.matching import acting_as, malformed_principals, named_principals
from mfa_session.policy.reading import read_document
from mfa_session.policy.reasons import Judged, hints, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any, TypeVar

    from mfa_session.model.iam import Policies
    from mfa_session.model.ports import Caller
    from mfa_session.model.settings import SessionOptions, Settings
    from mfa_session.policy.credentials import Credentials, Values
    from mfa_session.policy.document import Document
    from mfa_session.session.context import Context

    T = TypeVar("T")


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
    request = _request(options, ctx)
    files = _files(options, ctx)
    if not files and not options.live:
        raise UsageError("no-policy", "no policy is named", "name a file, - for stdin, or --live")
    live = _read_live(options, ctx) if options.live else None
    principal = live.user.arn if live else _principal(options, ctx, files)
    now = int(ctx.clock.now().timestamp())
    all_kinds = credentials.all_kinds(request.action, options.mfa_age)
    kinds = [credentials.started_by(kind, now) for kind in all_kinds]
    if live is not None:
        judged = [_judge_live(kind, request, files, live) for kind in kinds]
    else:
        judged = [_judge(acting_as(kind, principal), request, files, None) for kind in kinds]
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
    """Read the policies and limits; say which policies count as limits without an option."""
    found = [each for path in options.file for each in read_one(path, options.kind)]
    for document in found:
        if document.kind in LIMITS and not options.kind:
            name = " ".join(filter(None, (document.source.label, document.name)))
            what = "a permissions boundary" if document.kind == "boundary" else "an SCP"
            ctx.console.say(
                f"{name} is read as {what}, which grants nothing; to change that: --kind"
            )
    for kind, paths in (("boundary", options.boundary), ("scp", options.scp)):
        found += [each for path in paths for each in read_one(path, kind)]
    for principal in malformed_principals(found):
        ctx.console.warn(f"IAM rejects the principal {printable(principal)}: it matches nobody")
    return found


def _judge(
    caller: Credentials, request: Request, files: list[Document], own: OwnPolicies | None
) -> Judged:
    if own is None:
        decision = evaluate(files, request, caller)
    else:
        decision = evaluate(
            [*own.documents, *files],
            request,
            caller,
            boundary=own.boundary,
            unread=bool(own.unread),
            boundary_unread=own.boundary_unread,
        )
    return Judged(caller=caller, request=request, decision=decision)


def _judge_live(kind: Credentials, request: Request, files: list[Document], live: _Live) -> Judged:
    """Evaluate the user's policies for a user's credentials, the role's for a role session."""
    if kind.is_user:
        return _judge(acting_as(kind, live.user.arn), request, files, live.user)
    if live.role is not None:
        return _judge(acting_as(kind, live.role.arn), request, files, live.role)
    return Judged(caller=acting_as(kind, live.user.arn), request=request, decision=_ROLES_OWN)


class _Live(Record):
    """The policies of the user, and of the role if the profile is a role session's."""

    user: OwnPolicies
    role: OwnPolicies | None

    def gaps(self) -> tuple[str, ...]:
        """Return the names of the unreadable parts."""
        of_role = tuple(f"{gap} (of the role)" for gap in self.role.gaps()) if self.role else ()
        return (*self.user.gaps(), *of_role)


def _read_live(options: Options, ctx: Context) -> _Live:
    """Read the caller's policies, and name the unreadable parts."""
    if options.principal is not None:
        raise UsageError(
            "principal-is-live", "--live takes no --principal: you are the caller", "leave it out"
        )
    from mfa_session.session.context import read_inputs  # noqa: PLC0415
    from mfa_session.session.device import find_caller  # noqa: PLC0415
    from mfa_session.session.resolve import resolve  # noqa: PLC0415

    settings = resolve(read_inputs(ctx, options.session))
    caller = find_caller(ctx.make.session(), settings)
    signs = "the MFA session" if caller.keys.session_token else "the long-term keys"
    ctx.console.detail(f"IAM is asked with {signs} ({caller.keys.shown_id})")
    with ctx.console.doing("reading your policies from AWS …"):
        user = read_own(ctx.make.policies(caller))
    live = _Live(user=user, role=_read_role(ctx, settings, caller, user.arn))
    for gap in live.gaps():
        ctx.console.warn(f"you may not read {gap}")
    if live.gaps() and caller.keys.session_token is None:
        ctx.console.say(f"with MFA you may read more: `{settings.login_command}`")
    return live


def _read_role(
    ctx: Context, settings: Settings, caller: Caller, user_arn: str
) -> OwnPolicies | None:
    """Read the role's policies with its own session, or the user's in the same account.

    In the user's account, IAM would return another role of the same name.
    """
    if settings.role_arn is None:
        return None
    from mfa_session.session.reuse import find_living  # noqa: PLC0415

    session = find_living(settings, ctx.make.session().store.sessions(), ctx.clock.now())
    if session is not None:
        caller = caller.replace(keys=session.keys)
        ctx.console.detail(f"IAM is asked with the role session ({caller.keys.shown_id})")
    elif _account(settings.role_arn) != _account(user_arn):
        ctx.console.say(f"to read the role's policies, log in: `{settings.login_command}`")
        return unread_role(settings.role_arn)
    with ctx.console.doing("reading the role's policies from AWS …"):
        return read_role(ctx.make.policies(caller), settings.role_arn)


def _account(arn: str) -> str | None:
    parts = parse_arn(arn)
    return parts.account if parts else None


def _request(options: Options, ctx: Context) -> Request:
    if not options.action:
        raise UsageError("no-action", "no action is named", "name it: --action ec2:StopInstances")
    facts = {**_moment(ctx.clock.now()), **_context(options.context)}
    facts |= dict.fromkeys(map(_checked_key, options.absent))
    action = read_action(options.action)
    ctx.console.detail(f"{options.action} means {action}")
    unlisted = ctx.make.aws_names().look_up(action)
    if unlisted is not None:
        ctx.console.warn(f"{unlisted.message}; {unlisted.hint}")
    return Request(
        action=action,
        resource=options.resource or "*",
        facts=RequestContext(facts),
    )


def _moment(now: datetime) -> dict[str, Values | None]:
    text = now.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"aws:currenttime": (text,), "aws:epochtime": (str(int(now.timestamp())),)}


def _context(pairs: Iterable[str]) -> dict[str, Values | None]:
    """Read `KEY=VALUE`s; a repeated key has several values."""
    found: dict[str, tuple[str, ...]] = {}
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
    return dict(found)


def _checked_key(key: str) -> str:
    if key.lower() in _KEYS_OF_THE_KIND:
        raise UsageError(
            "bad-context",
            f"{key} differs between the kinds of credentials",
            "leave it out; --mfa-age gives the age of a session",
        )
    return key.lower()


def _principal(options: Options, ctx: Context, documents: list[Document]) -> str | None:
    """Return the given caller, or the first one that the policies name."""
    given = options.principal
    if given is not None:
        try:
            acting_as(credentials.long_term(), given)
        except ValueError:
            raise UsageError(
                "bad-principal",
                f"{given!r} is not a principal",
                "give an account, or the ARN of a user or role",
            ) from None
        return given
    named = named_principals(documents)
    if not named:
        return None
    ctx.console.say(f"the caller is {named[0]}, which a policy names; for another: --principal")
    return named[0]


class OwnPolicies(Record):
    """The policies that were read of the user or role `arn`.

    `unread` names the policies that could not be read; `boundary_unread`: there may be an unknown
    boundary.
    """

    arn: str
    documents: tuple[Document, ...]
    boundary: Document | None
    unread: tuple[str, ...]
    boundary_unread: bool

    def gaps(self) -> tuple[str, ...]:
        """Return the names of all that could not be read."""
        boundary = ("the permissions boundary",) if self.boundary_unread else ()
        return (*self.unread, *boundary)


def read_own(iam: Policies) -> OwnPolicies:
    """Read the user's policies, the groups' and the boundary; skip those that IAM refuses."""
    return _Reading(iam).read_user()


def read_role(iam: Policies, arn: str) -> OwnPolicies:
    """Read the policies and the boundary of a role in the caller's account."""
    return _Reading(iam).read_role(arn)


def unread_role(arn: str) -> OwnPolicies:
    """Return a role's policies, all unread."""
    what = f"the policies of role {_name_of(arn)}"
    return OwnPolicies(arn=arn, documents=(), boundary=None, unread=(what,), boundary_unread=True)


class _Reading:
    """One pass over a user's or a role's policies."""

    def __init__(self, iam: Policies) -> None:
        self._iam = iam
        self._unread: list[str] = []

    def read_user(self) -> OwnPolicies:
        arn = self._iam.user_arn()
        user = Holder(kind="user", name=_name_of(arn))
        found = list(self._of(user))
        groups = self._try(lambda: self._iam.groups(user.name), "the groups you are in")
        for name in groups or ():
            found += self._of(Holder(kind="group", name=name))
        return self._result(arn, user, found)

    def read_role(self, arn: str) -> OwnPolicies:
        role = Holder(kind="role", name=_name_of(arn))
        return self._result(arn, role, list(self._of(role)))

    def _result(self, arn: str, holder: Holder, documents: list[Document]) -> OwnPolicies:
        boundary, boundary_unread = self._boundary(holder)
        return OwnPolicies(
            arn=arn,
            documents=tuple(documents),
            boundary=boundary,
            unread=tuple(self._unread),
            boundary_unread=boundary_unread,
        )

    def _of(self, holder: Holder) -> Iterator[Document]:
        whose = f"of {holder.kind} {holder.name}"
        names = self._try(lambda: self._iam.inline_names(holder), f"the inline policies {whose}")
        for name in names or ():
            label = f"inline policy {name} {whose}"
            yield from self._document(label, functools.partial(self._iam.inline, holder, name))
        arns = self._try(lambda: self._iam.attached_arns(holder), f"the attached policies {whose}")
        for arn in arns or ():
            yield from self._document(arn, functools.partial(self._iam.managed, arn))

    def _boundary(self, holder: Holder) -> tuple[Document | None, bool]:
        """Return the boundary, and whether there may be an unread one."""
        try:
            arn = self._iam.boundary_arn(holder)
            if arn is None:
                return None, False
            return _document(f"boundary {arn}", self._iam.managed(arn), "boundary"), False
        except RefusedError as error:
            _raise_unless_refused(error)
            return None, True

    def _document(self, label: str, read: Callable[[], dict[str, Any]]) -> Iterator[Document]:
        content = self._try(read, label)
        if content is not None:
            yield _document(label, content, "identity")

    def _try(self, read: Callable[[], T], what: str) -> T | None:
        """Read; after a refusal, note `what` as unread."""
        try:
            return read()
        except RefusedError as error:
            _raise_unless_refused(error)
            self._unread.append(what)
            return None


def _name_of(arn: str) -> str:
    return arn.rpartition("/")[2]


def _document(label: str, content: dict[str, Any], kind: str) -> Document:
    return read_document(label, json.dumps(content), kind=kind)


def _raise_unless_refused(error: RefusedError) -> None:
    """Raise every error but a missing permission: an invalid key is not a gap."""
    if error.code != "not-authorized":
        raise error
