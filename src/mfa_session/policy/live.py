"""The policies of the caller in IAM, for `policy check --live`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeVar

from mfa_session.model.arns import account_of
from mfa_session.model.errors import RefusedError
from mfa_session.model.iam import Holder, Policies
from mfa_session.model.ports import Caller
from mfa_session.model.record import Record
from mfa_session.model.settings import SessionOptions, Settings
from mfa_session.policy.document import Document, Owner
from mfa_session.policy.reading import read_document
from mfa_session.session.context import Context, read_inputs
from mfa_session.session.device import find_caller
from mfa_session.session.resolve import resolve
from mfa_session.session.reuse import find_living

T = TypeVar("T")


class Live(Record):
    """The policies of the user, and of the profile's role."""

    user: Owner
    role: Owner | None

    def documents(self) -> list[Document]:
        """Return all policies and boundaries."""
        owners = [self.user, *([self.role] if self.role else [])]
        found = [each for owner in owners for each in (*owner.documents, owner.boundary)]
        return list(filter(None, found))

    def gaps(self) -> list[str]:
        """Return the names of what could not be read."""
        of_role = _gaps(self.role) if self.role else []
        return [*_gaps(self.user), *(f"{gap} (of the role)" for gap in of_role)]


def _gaps(own: Owner) -> list[str]:
    return [*own.unread, *["the permissions boundary"] * own.boundary_unread]


def read_live(session: SessionOptions, ctx: Context) -> Live:
    """Read the caller's policies, and name what could not be read."""
    settings = resolve(read_inputs(ctx, session))
    caller = find_caller(ctx.make.session(), settings)
    signs = "the MFA session" if caller.keys.session_token else "the long-term keys"
    ctx.console.detail(f"IAM is asked with {signs} ({caller.keys.shown_id})")
    with ctx.console.doing("reading your policies from AWS …"):
        user = _Reading(ctx.make.policies(caller)).read()
    live = Live(user=user, role=_read_role(ctx, settings, caller, user.arn))
    for gap in live.gaps():
        ctx.console.warn(f"you may not read {gap}")
    if live.gaps() and caller.keys.session_token is None:
        ctx.console.say(f"with MFA you may read more: `{settings.login_command}`")
    return live


def _read_role(ctx: Context, settings: Settings, caller: Caller, user_arn: str) -> Owner | None:
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
        return Owner(
            arn=settings.role_arn,
            unread=(f"the policies of role {settings.role_arn.rpartition('/')[2]}",),
            boundary_unread=True,
        )
    with ctx.console.doing("reading the role's policies from AWS …"):
        return _Reading(ctx.make.policies(caller)).read(settings.role_arn)


class _Reading:
    """One pass over a user's or a role's policies; notes and skips those that IAM refuses."""

    def __init__(self, iam: Policies) -> None:
        self._iam = iam
        self._unread: list[str] = []

    def read(self, role_arn: str | None = None) -> Owner:
        """Read the role's policies, or else the user's and their groups'."""
        arn = role_arn or self._iam.user_arn()
        holder = Holder(kind="role" if role_arn else "user", name=arn.rpartition("/")[2])
        documents = self._of(holder)
        if role_arn is None:
            groups = self._try("the groups you are in", self._iam.groups, holder.name)
            for name in groups or ():
                documents += self._of(Holder(kind="group", name=name))
        unread = tuple(self._unread)  # without the boundary
        bound = self._try("the ARN of the boundary", self._iam.boundary_arn, holder)
        boundary = None
        if bound:
            label = f"boundary {bound}"
            boundary = self._document(label, self._iam.managed, bound, kind="boundary")
        return Owner(
            arn=arn,
            documents=documents,
            boundary=boundary,
            unread=unread,
            boundary_unread=len(self._unread) > len(unread),
        )

    def _of(self, holder: Holder) -> list[Document]:
        whose = f"of {holder.kind} {holder.name}"
        names = self._try(f"the inline policies {whose}", self._iam.inline_names, holder)
        found = [
            self._document(f"inline policy {name} {whose}", self._iam.inline, holder, name)
            for name in names or ()
        ]
        arns = self._try(f"the attached policies {whose}", self._iam.attached_arns, holder)
        found += (self._document(arn, self._iam.managed, arn) for arn in arns or ())
        return list(filter(None, found))

    def _document(
        self, label: str, read: Callable[..., object], *of: object, kind: str = "identity"
    ) -> Document | None:
        content = self._try(label, read, *of)
        return None if content is None else read_document(label, json.dumps(content), kind=kind)

    def _try(self, what: str, read: Callable[..., T], *of: object) -> T | None:
        """Read; after a refusal, note `what` as unread."""
        try:
            return read(*of)
        except RefusedError as error:
            if error.code != "not-authorized":  # an invalid key is not a gap
                raise
            self._unread.append(what)
            return None
