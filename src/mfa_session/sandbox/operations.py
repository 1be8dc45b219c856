"""From an HTTP request to AWS's operation: which service, what is asked, with which parameters."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qsl

from mfa_session.sandbox.rest_routes import find_route

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfa_session.sandbox.signatures import HttpRequest, Signature

Dialect = Literal["query", "ec2", "s3", "json", "rest_json", "rest_xml"]
FEDERATION_PATH = "/federation"
_RPC_PATH = re.compile(r"/service/[^/]+/operation/([A-Za-z0-9]+)")
_STS_WHEN_UNSIGNED = {"GetCallerIdentity", "GetSessionToken", "AssumeRole"}


@dataclass(frozen=True)
class Operation:
    """One AWS operation, its service by signing name; `dialect` is how errors are written."""

    service: str
    region: str
    name: str
    dialect: Dialect
    parameters: Mapping[str, Any] = field(repr=False)

    def text(self, name: str) -> str | None:
        """Return a parameter as text; None when it was not sent."""
        value = self.parameters.get(name)
        return None if value is None else str(value)


def recognise(request: HttpRequest, signature: Signature | None) -> Operation:
    """Work out the operation; an unknown one is named after its method and path."""
    query = dict(parse_qsl(request.query, keep_blank_values=True))
    if request.path == FEDERATION_PATH:
        return Operation("signin", "us-east-1", query.get("Action", ""), "json", query)
    form = _form(request)
    service = signature.service if signature else _service_of_unsigned(query | form)
    region = signature.region if signature else "us-east-1"
    target = request.headers.get("x-amz-target")
    if target:
        return Operation(service, region, target.split(".")[-1], "json", _json(request))
    rpc = _RPC_PATH.fullmatch(request.path)
    if rpc:
        return Operation(service, region, rpc.group(1), "json", {})
    action = (query | form).get("Action")
    if action and service != "s3":
        dialect: Dialect = "ec2" if service == "ec2" else "query"
        return Operation(service, region, action, dialect, _without_signature(query | form))
    return _rest(service, region, request, query)


def _rest(service: str, region: str, request: HttpRequest, query: dict[str, str]) -> Operation:
    route = find_route(service, request.method, request.path, query, request.headers)
    protocol: Dialect = "s3" if service == "s3" else route.protocol
    parameters = {**_without_signature(query), **_json(request), **route.parameters}
    return Operation(service, region, route.operation, protocol, parameters)


def _form(request: HttpRequest) -> dict[str, str]:
    if "x-www-form-urlencoded" not in request.headers.get("content-type", ""):
        return {}
    return dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))


def _json(request: HttpRequest) -> dict[str, Any]:
    if "json" not in request.headers.get("content-type", ""):
        return {}
    try:
        content = json.loads(request.body or b"{}")
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _service_of_unsigned(parameters: Mapping[str, str]) -> str:
    action = parameters.get("Action", "")
    return "sts" if action in _STS_WHEN_UNSIGNED or not action else "iam"


def _without_signature(parameters: Mapping[str, str]) -> dict[str, str]:
    left_out = ("Action", "Version")
    return {
        name: value
        for name, value in parameters.items()
        if name not in left_out and not name.startswith("X-Amz-")
    }
