"""Check every request (signature, session, policies), then let the service answer."""

from __future__ import annotations

import base64
import functools
import json
import traceback
from datetime import timedelta
from typing import Any

from mfa_session.sandbox import errors, moto_backend, signatures
from mfa_session.sandbox.clock import Clock
from mfa_session.sandbox.errors import ServiceError
from mfa_session.sandbox.evaluation import Request, Verdict, judge, request_context
from mfa_session.sandbox.identities import Caller, Directory
from mfa_session.sandbox.operations import Asked, Need, Operation, Play, find_user, needs, recognise
from mfa_session.sandbox.server import Answer, failure, success
from mfa_session.sandbox.signatures import HttpRequest, Signature
from mfa_session.sandbox.sts import Sts

_FREE = {"GetCallerIdentity", "GetSessionToken", "AssumeRole"}  # AssumeRole checks itself


class Gate:
    """The sandbox behind its HTTP server.

    `iam` has IAM's operations by name; moto has those that it lacks.
    """

    def __init__(self, directory: Directory, clock: Clock) -> None:
        self.directory = directory
        self.clock = clock
        self.iam: dict[str, Play] = {
            "ListMFADevices": functools.partial(_list_mfa_devices, directory)
        }
        self._sts = Sts(directory)

    def handle(self, request: HttpRequest) -> Answer:
        """Return the answer to a request."""
        try:
            signature = signatures.parse(request)
        except signatures.MalformedSignatureError:
            signature = None  # _authenticate tells
        return self.answer(request, recognise(request, signature), signature)

    def answer(
        self, request: HttpRequest, operation: Operation, signature: Signature | None
    ) -> Answer:
        """Return the answer to a request whose operation and signature have been read."""
        try:
            caller = self._authenticate(request, operation, signature)
            return self._serve(request, operation, caller)
        except ServiceError as error:
            return failure(operation.dialect, error)
        except Exception as exc:  # noqa: BLE001 - after a bug of moto, the client must not hang
            traceback.print_exc()
            return failure(operation.dialect, errors.internal(exc))

    def _authenticate(
        self, request: HttpRequest, operation: Operation, signature: Signature | None
    ) -> Caller:
        dialect = operation.dialect
        if signature is None:
            raise _without_signature(request, dialect)
        found = self.directory.find_caller(signature.access_key_id)
        if found is None or not _same_partition(found[0], signature.region):
            raise errors.invalid_key(dialect)
        caller, secret = found
        expected_token = caller.session.session_token if caller.session else None
        if signature.session_token != expected_token:
            raise errors.invalid_session_token(dialect)
        self._check_age(signature, dialect)
        if not signatures.is_valid(request, signature, secret):
            raise errors.wrong_signature(dialect)
        if caller.session and caller.session.expires_at <= self.clock.now():
            raise errors.expired_session(dialect)
        return caller

    def _check_age(self, signature: Signature, dialect: str) -> None:
        now = self.clock.now()
        late = timedelta(seconds=signature.lifetime_seconds or errors.SKEW.total_seconds())
        if not signature.signed_at - errors.SKEW <= now <= signature.signed_at + late:
            raise errors.wrong_time(dialect, signature.signed_at, now)

    def _serve(self, request: HttpRequest, operation: Operation, caller: Caller) -> Answer:
        now = self.clock.now()
        agent = request.headers.get("user-agent", "")
        context = request_context(caller, now, operation.region, request.source_ip, agent)
        asked = Asked(caller, operation, now, context)
        with self.directory.lock:
            self._check_session_limits(operation, caller)
            self._authorise(request, asked)
            if operation.service == "sts":
                return success("sts", operation.name, self._sts.answer(asked))
            if operation.service == "iam" and operation.name in self.iam:
                return success("iam", operation.name, self.iam[operation.name](asked))
        return moto_backend.forward(request, operation, caller.account)

    def _check_session_limits(self, operation: Operation, caller: Caller) -> None:
        session = caller.session
        if operation.service == "iam" and session and caller.user and not session.mfa:
            raise errors.invalid_key(operation.dialect)

    def _authorise(self, request: HttpRequest, asked: Asked) -> None:
        operation, caller = asked.operation, asked.caller
        if caller.is_root or (operation.service == "sts" and operation.name in _FREE):
            return
        for need in needs(operation, request, caller):
            self._require(need, asked)

    def _require(self, need: Need, asked: Asked) -> None:
        caller = asked.caller
        request = Request(need.action, need.resource, asked.context)
        verdict = self._judge(request, caller)
        if not verdict.grants:
            raise errors.denied(
                asked.operation.dialect,
                caller.arn,
                need.action,
                need.resource,
                explicit=verdict.denied,
                blob=_blob(need, caller, verdict.denied),
            )

    def _judge(self, request: Request, caller: Caller) -> Verdict:
        return judge(self.directory.policies_of(caller.holder), request)


def _list_mfa_devices(directory: Directory, asked: Asked) -> dict[str, Any]:
    user = find_user(directory, asked)
    devices = [
        {"UserName": user.name, "SerialNumber": d.serial, "EnableDate": d.enabled_at}
        for d in user.devices
    ]
    return {"IsTruncated": False, "MFADevices": devices}


def _without_signature(request: HttpRequest, dialect: str) -> ServiceError:
    try:
        signatures.parse(request)
    except signatures.MalformedSignatureError as exc:
        return errors.incomplete_signature(str(exc))
    return errors.unsigned(dialect)


def _same_partition(caller: Caller, region: str) -> bool:
    prefixes = {"cn-": "aws-cn", "us-gov-": "aws-us-gov", "eusc-": "aws-eusc"}
    found = next((p for prefix, p in prefixes.items() if region.startswith(prefix)), "aws")
    return caller.holder.partition == found


def _blob(need: Need, caller: Caller, explicit: bool) -> str:
    context = {"principal": {"arn": caller.arn}, "action": need.action, "resource": need.resource}
    message = {"allowed": False, "explicitDeny": explicit, "context": context}
    return base64.urlsafe_b64encode(json.dumps(message).encode()).decode()
