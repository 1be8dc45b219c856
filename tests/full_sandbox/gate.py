"""A gate that notes the calls, and does what a test plants: faults, delays, closed regions."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from full_sandbox import errors
from full_sandbox.calls import Call, Calls, Faults
from full_sandbox.federation import SigninEndpoint
from full_sandbox.resource_policies import allowed_to, with_bucket
from full_sandbox.roles import StsWithRoles
from mfa_session.sandbox.errors import ServiceError, invalid_key
from mfa_session.sandbox.gate import Gate
from mfa_session.sandbox.operations import Operation
from mfa_session.sandbox.server import Answer, failure

if TYPE_CHECKING:
    from datetime import datetime

    from full_sandbox.calls import Fault
    from full_sandbox.holders import FullDirectory
    from mfa_session.sandbox.clock import Clock
    from mfa_session.sandbox.evaluation import Request, Verdict
    from mfa_session.sandbox.identities import Caller
    from mfa_session.sandbox.signatures import HttpRequest, Signature


class ObservedGate(Gate):
    """The gate of the tests' sandbox."""

    def __init__(self, directory: FullDirectory, clock: Clock) -> None:
        """Start without calls and faults."""
        super().__init__(directory, clock)
        self._sts = StsWithRoles(directory)
        self.calls = Calls()
        self.faults = Faults()
        self.disabled_regions = set[str]()
        self.latency_seconds = 0.0
        self.checks_signature_age = True
        self.known_from: dict[str, datetime] = {}  # when a new key has spread, by its id
        self.used_at: dict[str, datetime] = {}  # when a key last signed
        self._signin = SigninEndpoint(directory, clock)

    def reset(self) -> None:
        """Forget the calls and all that was planted."""
        self.calls.clear()
        self.faults.clear()
        self.disabled_regions.clear()
        self.latency_seconds = 0.0
        self.checks_signature_age = True
        self.known_from.clear()
        self.used_at.clear()

    def handle(self, request: HttpRequest) -> Answer:
        """Answer requests to the federation endpoint as well."""
        if request.path != "/federation":
            return super().handle(request)
        query = dict(parse_qsl(request.query, keep_blank_values=True))
        operation = Operation("signin", "us-east-1", query.get("Action", ""), "json", query)
        return self.answer(request, operation, None)

    def answer(
        self, request: HttpRequest, operation: Operation, signature: Signature | None
    ) -> Answer:
        """Answer as planted or as AWS does, and note the call.

        Raises ConnectionAbortedError to close the connection without an answer.
        """
        era = self.calls.era
        answer = self._with_faults(request, operation, signature)
        self._note(operation, signature, answer, era)
        if answer is None:
            raise ConnectionAbortedError
        return answer

    def _with_faults(
        self, request: HttpRequest, operation: Operation, signature: Signature | None
    ) -> Answer | None:
        faults = self.faults.take(operation.name)
        slow = sum(fault.seconds for fault in faults if fault.kind == "slow")
        if self.latency_seconds + slow > 0:
            time.sleep(self.latency_seconds + slow)
        fault = next((f for f in faults if f.kind != "slow"), None)
        if fault is not None and fault.kind != "drop-after":
            return _faulty_answer(fault, operation)
        if operation.service == "signin":
            answer: Answer | None = self._signin.answer(request.method, operation)
        else:
            answer = super().answer(request, operation, signature)
        return answer if fault is None else None

    def _authenticate(
        self, request: HttpRequest, operation: Operation, signature: Signature | None
    ) -> Caller:
        key_id = signature.access_key_id if signature else ""
        if key_id in self.known_from and self.known_from[key_id] > self.clock.now():
            raise invalid_key(operation.dialect)  # IAM takes some seconds to spread it
        caller = super()._authenticate(request, operation, signature)
        if caller.session is None:
            self.used_at[key_id] = self.clock.now()
        return caller

    def _check_age(self, signature: Signature, dialect: str) -> None:
        if self.checks_signature_age:
            super()._check_age(signature, dialect)

    def _check_session_limits(self, operation: Operation, caller: Caller) -> None:
        if operation.service == "sts" and operation.region in self.disabled_regions:
            raise errors.region_disabled(caller.account)
        super()._check_session_limits(operation, caller)

    def _judge(self, request: Request, caller: Caller) -> Verdict:
        verdict = allowed_to(caller, request, self.directory)
        is_s3 = request.action.startswith("s3:")
        return with_bucket(verdict, request, caller) if is_s3 else verdict

    def _note(
        self, operation: Operation, signature: Signature | None, answer: Answer | None, era: int
    ) -> None:
        key_id = signature.access_key_id if signature else None
        found = self.directory.find_caller(key_id) if key_id else None
        self.calls.append(
            Call(
                service=operation.service,
                operation=operation.name,
                region=operation.region,
                access_key_id=key_id,
                caller_arn=found[0].arn if found else None,
                parameters=dict(operation.parameters),
                status=answer.status if answer else 0,
                error_code=_error_code(answer) if answer else "Dropped",
                at=self.clock.now(),
            ),
            era,
        )


def _error_code(answer: Answer) -> str | None:
    """Return the code of an answer that is an error of AWS."""
    found = re.search(rb'<Code>([^<]+)<|"__type": *"(?:[^"#]*#)?([^"]+)"', answer.body)
    if found is None or answer.status < 400:
        return None
    return (found[1] or found[2]).decode()


def _faulty_answer(fault: Fault, operation: Operation) -> Answer | None:
    if fault.kind == "answer":
        return Answer(fault.status, fault.body, fault.content_type)
    if fault.kind == "error":
        error = ServiceError(fault.status, fault.code, fault.message)
        return failure(operation.dialect, error)
    return None
