"""The policies of the caller in IAM, for `policy check --live`."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING

from mfa_session.model.arns import account_of
from mfa_session.model.errors import RefusedError
from mfa_session.model.iam import Holder
from mfa_session.model.record import Record
from mfa_session.policy.credentials import RequestContext
from mfa_session.policy.reading import read_document
from mfa_session.session.context import read_inputs
from mfa_session.session.device import find_caller
from mfa_session.session.resolve import resolve
from mfa_session.session.reuse import find_living

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, TypeVar

    from mfa_session.model.iam import Policies
    from mfa_session.model.ports import Caller
    from mfa_session.model.settings import SessionOptions, Settings
    from mfa_session.policy.document import Document
    from mfa_session.session.context import Context

    T = TypeVar("T")


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
    tags: RequestContext = RequestContext({})

    def gaps(self) -> tuple[str, ...]:
        """Return the names of all that could not be read."""
        boundary = ("the permissions boundary",) if self.boundary_unread else ()
        return (*self.unread, *boundary)


class Live(Record):
    """The policies of the user, and of the role if the profile is a role session's."""

    user: OwnPolicies
    role: OwnPolicies | None

    def gaps(self) -> tuple[str, ...]:
        """Return the names of the unreadable parts."""
        of_role = tuple(f"{gap} (of the role)" for gap in self.role.gaps()) if self.role else ()
        return (*self.user.gaps(), *of_role)


def read_live(session: SessionOptions, ctx: Context) -> Live:
    """Read the caller's policies, and name the unreadable parts."""
    settings = resolve(read_inputs(ctx, session))
    caller = find_caller(ctx.make.session(), settings)
    signs = "the MFA session" if caller.keys.session_token else "the long-term keys"
    ctx.console.detail(f"IAM is asked with {signs} ({caller.keys.shown_id})")
    with ctx.console.doing("reading your policies from AWS …"):
        user = _Reading(ctx.make.policies(caller)).read_user()
    live = Live(user=user, role=_read_role(ctx, settings, caller, user.arn))
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
    session = find_living(settings, ctx.make.session().store.sessions(), ctx.clock.now())
    if session is not None:
        caller = caller.replace(keys=session.keys)
        ctx.console.detail(f"IAM is asked with the role session ({caller.keys.shown_id})")
    elif account_of(settings.role_arn) != account_of(user_arn):
        ctx.console.say(f"to read the role's policies, log in: `{settings.login_command}`")
        return OwnPolicies(
            arn=settings.role_arn,
            documents=(),
            boundary=None,
            unread=(f"the policies of role {_name_of(settings.role_arn)}",),
            boundary_unread=True,
        )
    with ctx.console.doing("reading the role's policies from AWS …"):
        return _Reading(ctx.make.policies(caller)).read_role(settings.role_arn)


class _Reading:
    """One pass over a user's or a role's policies; skips those that IAM refuses."""

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
        unread = tuple(self._unread)  # `gaps` names the boundary by itself
        bound = self._try(lambda: self._iam.boundary_arn(holder), "the ARN of the boundary")
        found = (
            self._document(f"boundary {bound}", lambda: self._iam.managed(bound), "boundary")
            if bound
            else ()
        )
        return OwnPolicies(
            arn=arn,
            documents=tuple(documents),
            boundary=next(iter(found), None),
            unread=unread,
            boundary_unread=len(self._unread) > len(unread),
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

    def _document(
        self, label: str, read: Callable[[], dict[str, Any]], kind: str = "identity"
    ) -> Iterator[Document]:
        content = self._try(read, label)
        if content is not None:
            yield read_document(label, json.dumps(content), kind=kind)

    def _try(self, read: Callable[[], T], what: str) -> T | None:
        """Read; after a refusal, note `what` as unread."""
        try:
            return read()
        except RefusedError as error:
            if error.code != "not-authorized":  # an invalid key is not a gap
                raise
            self._unread.append(what)
            return None


def _name_of(arn: str) -> str:
    return arn.rpartition("/")[2]
