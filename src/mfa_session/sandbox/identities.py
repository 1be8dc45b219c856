"""Users, their keys, devices and sessions, and their directory."""

from __future__ import annotations

import base64
import os
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from mfa_session.sandbox.clock import Clock, CodeChecker, code_for, new_seed, step_at

Document = Mapping[str, Any]
DeviceKind = Literal["virtual", "hardware", "passkey"]

_ID_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def new_id(prefix: str) -> str:
    """Return a unique id of twenty characters (`AKIA…`, `ASIA…`, `AIDA…`, `AROA…`)."""
    return prefix + "".join(secrets.choice(_ID_ALPHABET) for _ in range(20 - len(prefix)))


def new_secret_key() -> str:
    """Return a secret access key: forty characters."""
    return base64.b64encode(os.urandom(30)).decode()


def new_session_token() -> str:
    """Return a session token that looks like AWS's."""
    return "IQoJb3JpZ2luX2Vj" + base64.b64encode(os.urandom(480)).decode()


@dataclass(frozen=True)
class AccessKey:
    """A long-term key; its user knows whether it is active."""

    access_key_id: str = field(default_factory=lambda: new_id("AKIA"))
    secret_access_key: str = field(default_factory=new_secret_key, repr=False)
    created_at: datetime | None = field(default=None, repr=False)


@dataclass(eq=False)
class Device:
    """An MFA device; `user` is None while a virtual one is not enabled."""

    serial: str
    kind: DeviceKind
    clock: Clock = field(repr=False)
    checker: CodeChecker | None = field(repr=False)
    user: User | None = field(default=None, repr=False)
    enabled_at: datetime | None = None

    @property
    def secret(self) -> str:
        """The seed in base32; ValueError for a passkey."""
        if self.checker is None:
            raise ValueError(f"{self.serial} is a passkey")
        return self.checker.seed

    def code(self, steps: int = 0, at: datetime | None = None) -> str:
        """Return the code by the sandbox's clock, `steps` windows from now (or `at`)."""
        moment = at or self.clock.now()
        return code_for(self.secret, step_at(moment.timestamp()) + steps)

    def attach(self, user: User) -> None:
        """Assign it to a user."""
        self.user = user
        self.enabled_at = self.clock.now()
        user.devices.append(self)


@dataclass(eq=False)
class PolicyHolder:
    """A user, or in the tests a group or role: a name, an account, policies and a unique id."""

    name: str
    account: str
    partition: str
    path: str = "/"
    inline_policies: dict[str, Document] = field(default_factory=dict, repr=False)
    attached_policies: list[str] = field(default_factory=list, repr=False)
    boundary_arn: str | None = field(default=None, repr=False)
    unique_id: str = ""

    @property
    def kind(self) -> str:
        """The word in the ARN."""
        return type(self).__name__.lower()

    @property
    def arn(self) -> str:
        """The ARN, with the path."""
        return f"arn:{self.partition}:iam::{self.account}:{self.kind}{self.path}{self.name}"


@dataclass(eq=False)
class User(PolicyHolder):
    """A user, or with `is_root` the root of an account."""

    unique_id: str = field(default_factory=lambda: new_id("AIDA"))
    is_root: bool = False
    groups: list[PolicyHolder] = field(default_factory=list, repr=False)
    keys: list[AccessKey] = field(default_factory=list, repr=False)
    inactive_keys: set[str] = field(default_factory=set, repr=False)
    devices: list[Device] = field(default_factory=list, repr=False)
    created_at: datetime | None = field(default=None, repr=False)

    @property
    def arn(self) -> str:
        """The ARN; the root's names no user."""
        if self.is_root:
            return f"arn:{self.partition}:iam::{self.account}:root"
        return super().arn

    @property
    def access_key_id(self) -> str:
        """The first key's id."""
        return self.keys[0].access_key_id

    @property
    def secret_access_key(self) -> str:
        """The first key's secret."""
        return self.keys[0].secret_access_key

    def add_key(self, created_at: datetime | None = None) -> AccessKey:
        """Add a key; without a date it is as old as its user."""
        key = AccessKey(created_at=created_at)
        self.keys.append(key)
        return key


@dataclass(frozen=True)
class Session:
    """Temporary credentials; `mfa` is the value of aws:MultiFactorAuthPresent."""

    issued_at: datetime
    expires_at: datetime
    holder: PolicyHolder
    mfa: bool = False
    access_key_id: str = field(default_factory=lambda: new_id("ASIA"))
    secret_access_key: str = field(default_factory=new_secret_key, repr=False)
    session_token: str = field(default_factory=new_session_token, repr=False)

    @property
    def arn(self) -> str:
        """The ARN of the caller with these credentials."""
        return self.holder.arn

    @property
    def unique_id(self) -> str:
        """The `UserId` of that caller."""
        return self.holder.unique_id


@dataclass(frozen=True)
class Caller:
    """Who signed a request, with a long-term key or a session; the policies of `holder` count."""

    holder: PolicyHolder
    session: Session | None = None

    @property
    def user(self) -> User | None:
        """The user; None for the session of a role, which only the tests have."""
        return self.holder if isinstance(self.holder, User) else None

    @property
    def is_root(self) -> bool:
        """Whether it is the root of an account."""
        return self.user is not None and self.user.is_root

    @property
    def account(self) -> str:
        """The account the keys belong to."""
        return self.holder.account

    @property
    def arn(self) -> str:
        """The ARN in GetCallerIdentity and in refusals."""
        return (self.session or self.holder).arn

    @property
    def unique_id(self) -> str:
        """The `UserId` of GetCallerIdentity."""
        return (self.session or self.holder).unique_id


def new_virtual_device(
    clock: Clock, partition: str, account: str, name: str, path: str = "/"
) -> Device:
    """Return an unassigned virtual device with a new seed."""
    serial = f"arn:{partition}:iam::{account}:mfa{path}{name}"
    return Device(serial, "virtual", clock, CodeChecker(new_seed()))


class Directory:
    """All accounts' users, devices and sessions; hold `lock` to change them atomically."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.users: dict[tuple[str, str], User] = {}
        self.policies: dict[str, Document] = {}
        self.devices: dict[str, Device] = {}
        self.sessions: dict[str, Session] = {}

    def add_session(self, session: Session) -> Session:
        """Add a session, whose keys then sign."""
        with self.lock:
            self.sessions[session.access_key_id] = session
        return session

    def find_key(self, access_key_id: str) -> tuple[User, AccessKey] | None:
        """Return the user and the long-term key of an id, active or not."""
        with self.lock:
            found = ((user, key) for user in self.users.values() for key in user.keys)
            return next((each for each in found if each[1].access_key_id == access_key_id), None)

    def find_caller(self, access_key_id: str) -> tuple[Caller, str] | None:
        """Return the caller with this key id and its secret; None if unknown or inactive."""
        with self.lock:
            session = self.sessions.get(access_key_id)
            if session:
                return Caller(session.holder, session), session.secret_access_key
            found = self.find_key(access_key_id)
            if found is None or access_key_id in found[0].inactive_keys:
                return None
            return Caller(found[0]), found[1].secret_access_key

    def account_of_key(self, access_key_id: str) -> str | None:
        """Return the account of a key, active or not."""
        found = self.find_caller(access_key_id) or self.find_key(access_key_id)
        return found[0].account if found else None

    def policies_of(self, holder: PolicyHolder) -> list[Document]:
        """Return the identity policies: inline ones, attached ones and the groups'."""
        attached = (self.policies[arn] for arn in holder.attached_policies)
        documents = [*holder.inline_policies.values(), *attached]
        if isinstance(holder, User):
            for group in holder.groups:
                documents += self.policies_of(group)
        return documents
