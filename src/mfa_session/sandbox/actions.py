"""Which IAM actions an operation needs, and on which resources."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mfa_session.sandbox.identities import Caller, User

if TYPE_CHECKING:
    from mfa_session.sandbox.operations import Operation
    from mfa_session.sandbox.signatures import HttpRequest

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
    """Return what the caller must be allowed, all of it."""
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
    """Name the resources that are sent by id; Describe calls know none, new instances no id."""
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
    if operation.name in _ABOUT_ONESELF and isinstance(caller.holder, User):
        return caller.holder.arn
    device = operation.text("VirtualMFADeviceName")
    if device:
        return f"{place}:mfa{operation.text('Path') or '/'}{device}"
    return operation.text("SerialNumber") or operation.text("PolicyArn") or "*"
