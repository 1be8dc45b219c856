"""Find a request's operation and parameters, and the IAM actions that it needs.

botocore's service models name the operation of a REST path.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote

from mfa_session.sandbox import errors
from mfa_session.sandbox.identities import Caller, Directory, User
from mfa_session.sandbox.signatures import HttpRequest, Signature

Dialect = Literal["query", "ec2", "s3", "json", "rest_json", "rest_xml"]
_RPC_PATH = re.compile(r"/service/[^/]+/operation/([A-Za-z0-9]+)")
_STS_WHEN_UNSIGNED = {"GetCallerIdentity", "GetSessionToken", "AssumeRole"}


@dataclass(frozen=True)
class Operation:
    """An operation of AWS, with its service's signing name; `dialect` is the format of errors."""

    service: str
    region: str
    name: str
    dialect: Dialect
    parameters: Mapping[str, Any] = field(repr=False)

    def text(self, name: str) -> str | None:
        """Return a parameter as text; None if it was not sent."""
        value = self.parameters.get(name)
        return None if value is None else str(value)


@dataclass(frozen=True)
class Asked:
    """A call to STS or IAM: its caller, operation, time and condition keys."""

    caller: Caller
    operation: Operation
    now: datetime
    context: Mapping[str, Any]


Play = Callable[[Asked], "dict[str, Any] | None"]
"""An operation of the sandbox; it returns the answer's fields, or raises ServiceError."""


def find_user(directory: Directory, asked: Asked) -> User:
    """Return the user of `UserName`; without it the caller, which must be a user."""
    name = asked.operation.text("UserName")
    if name is None:
        if asked.caller.user is None:
            raise errors.invalid("Must specify userName when calling with non-User credentials")
        return asked.caller.user
    user = directory.users.get((asked.caller.account, name))
    if user is None:
        raise errors.no_such("user", name)
    return user


def recognise(request: HttpRequest, signature: Signature | None) -> Operation:
    """Return the request's operation; an unknown one gets its method and path as the name."""
    query = dict(parse_qsl(request.query, keep_blank_values=True))
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
    name, in_path, protocol = _route(service, request, query)
    parameters = {**_without_signature(query), **_json(request), **in_path}
    return Operation(service, region, name, "s3" if service == "s3" else protocol, parameters)


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


_MODEL_NAMES = {
    "elasticfilesystem": "efs",
    "execute-api": "apigateway",
    "aps": "amp",
    "access-analyzer": "accessanalyzer",
}


@dataclass(frozen=True)
class _Rule:
    operation: str
    method: str
    path: re.Pattern[str]
    literal_query: tuple[tuple[str, str], ...]
    required_query: frozenset[str]
    required_headers: frozenset[str]

    @property
    def weight(self) -> tuple[int, int]:
        """How specific the rule is; the most specific one applies."""
        return (
            len(self.literal_query) + len(self.required_query) + len(self.required_headers),
            len(self.path.pattern),
        )

    def fits(self, method: str, query: Mapping[str, str], headers: Mapping[str, str]) -> bool:
        return (
            method == self.method
            and all(query.get(name, "\0") == value for name, value in self.literal_query)
            and self.required_query <= query.keys()
            and self.required_headers <= headers.keys()
        )


def _route(
    service: str, request: HttpRequest, query: Mapping[str, str]
) -> tuple[str, dict[str, str], Dialect]:
    """Return the most specific operation that fits, and the parameters in its path.

    If none fits, the operation is `GET /path`.
    """
    protocol, rules = _rules(service)
    fitting = []
    for rule in rules:
        match = rule.path.fullmatch(request.path)
        if match and rule.fits(request.method, query, request.headers):
            fitting.append((rule.weight, rule.operation, match))
    if not fitting:
        return f"{request.method} {request.path}", {}, protocol
    _, operation, match = max(fitting, key=lambda found: found[0])
    return operation, {k: unquote(v) for k, v in match.groupdict().items()}, protocol


@functools.cache
def _rules(service: str) -> tuple[Dialect, list[_Rule]]:
    from botocore.exceptions import UnknownServiceError  # noqa: PLC0415 - slow, rarely needed
    from botocore.loaders import Loader  # noqa: PLC0415 - slow, rarely needed

    try:
        model = Loader().load_service_model(_MODEL_NAMES.get(service, service), "service-2")
    except UnknownServiceError:
        return "rest_json", []
    xml = "rest-xml" in model["metadata"].get("protocol", "")
    rules = [_rule(operation, model["shapes"]) for operation in model["operations"].values()]
    return ("rest_xml" if xml else "rest_json"), rules


def _rule(operation: Mapping[str, Any], shapes: Mapping[str, Any]) -> _Rule:
    uri, _, query = operation["http"]["requestUri"].partition("?")
    shape = shapes.get(operation.get("input", {}).get("shape"), {})
    required = [
        (member.get("location"), member.get("locationName", name))
        for name, member in shape.get("members", {}).items()
        if name in shape.get("required", ())
    ]
    return _Rule(
        operation=operation["name"],
        method=operation["http"]["method"],
        path=_path_pattern(uri),
        literal_query=tuple(parse_qsl(query, keep_blank_values=True)),
        required_query=frozenset(name for place, name in required if place == "querystring"),
        required_headers=frozenset(name.lower() for place, name in required if place == "header"),
    )


def _path_pattern(uri: str) -> re.Pattern[str]:
    """Turn `/{Bucket}/{Key+}` into a pattern with a group for each name."""

    def group(match: re.Match[str]) -> str:
        name, greedy = match.group(1), match.group(2)
        return f"(?P<{re.sub('[^A-Za-z0-9_]', '_', name)}>{'.+' if greedy else '[^/]+'})"

    source = re.sub(r"\{([^}+]+)(\+?)\}", group, uri)
    return re.compile(source if source == "/" else source.rstrip("/") + "/?")


_PREFIXES = {"monitoring": "cloudwatch", "email": "ses", "tagging": "tag"}
_S3_ACTIONS = {
    "CompleteMultipartUpload": "PutObject",
    "CopyObject": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "DeleteObjects": "DeleteObject",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListBuckets": "ListAllMyBuckets",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListParts": "ListMultipartUploadParts",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "UploadPart": "PutObject",
    "UploadPartCopy": "PutObject",
}
_EC2_TYPES = {
    "InstanceId": "instance",
    "VolumeId": "volume",
    "SnapshotId": "snapshot",
    "GroupId": "security-group",
    "VpcId": "vpc",
    "SubnetId": "subnet",
    "ImageId": "image",
    "KeyName": "key-pair",
}
_ABOUT_ONESELF = {
    "ChangePassword",
    "CreateAccessKey",
    "DeactivateMFADevice",
    "DeleteAccessKey",
    "EnableMFADevice",
    "GetMFADevice",
    "GetUser",
    "ListAccessKeys",
    "ListMFADevices",
    "UpdateAccessKey",
}


@dataclass(frozen=True)
class Need:
    """One action on one resource that the caller must be allowed."""

    action: str
    resource: str = "*"


def needs(operation: Operation, request: HttpRequest, caller: Caller) -> list[Need]:
    """Return all that the caller must be allowed."""
    partition = caller.holder.partition
    if operation.service == "s3":
        return _s3_needs(operation, request, partition)
    action = f"{_PREFIXES.get(operation.service, operation.service)}:{operation.name}"
    if operation.service == "ec2":
        return [Need(action, arn) for arn in _ec2_resources(operation, caller, partition)]
    if operation.service == "iam":
        return [Need(action, _iam_resource(operation, caller, partition))]
    return [Need(action)]


def _s3_needs(operation: Operation, request: HttpRequest, partition: str) -> list[Need]:
    action = f"s3:{_S3_ACTIONS.get(operation.name, operation.name)}"
    bucket, key = operation.text("Bucket"), operation.text("Key")
    if bucket is None:
        return [Need(action)]
    place = f"arn:{partition}:s3:::"
    if operation.name == "DeleteObjects":
        keys = re.findall(r"<Key>([^<]*)</Key>", request.body.decode("utf-8", "replace"))
        return [Need(action, f"{place}{bucket}/{one}") for one in keys]
    wanted = [Need(action, f"{place}{bucket}/{key}" if key else f"{place}{bucket}")]
    if operation.name in ("CopyObject", "UploadPartCopy"):
        source = request.headers.get("x-amz-copy-source", "").lstrip("/").partition("?")[0]
        wanted.append(Need("s3:GetObject", f"{place}{source}"))
    return wanted


def _ec2_resources(operation: Operation, caller: Caller, partition: str) -> list[str]:
    """Return the resources with ids in the call; `*` for Describe, `instance/*` for new ones."""
    if operation.name.startswith(("Describe", "Get")):
        return ["*"]
    place = f"arn:{partition}:ec2:{operation.region}:{caller.account}"
    found = [f"{place}:instance/*"] if operation.name == "RunInstances" else []
    for name, value in operation.parameters.items():
        kind = _EC2_TYPES.get(name.partition(".")[0])
        if kind:
            account_place = place.rpartition(":")[0] + ":" if kind == "image" else place
            found.append(f"{account_place}:{kind}/{value}")
    return found or ["*"]


def _iam_resource(operation: Operation, caller: Caller, partition: str) -> str:
    place = f"arn:{partition}:iam::{caller.account}"
    for name, kind in (("UserName", "user"), ("RoleName", "role"), ("GroupName", "group")):
        value = operation.text(name)
        if value:
            return f"{place}:{kind}/{value}"
    if operation.name in _ABOUT_ONESELF and caller.user:
        return caller.user.arn
    device = operation.text("VirtualMFADeviceName")
    if device:
        return f"{place}:mfa{operation.text('Path') or '/'}{device}"
    return operation.text("SerialNumber") or operation.text("PolicyArn") or "*"
