"""S3's buckets: the actions that a call needs, and the policies of buckets."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from mfa_session.sandbox import moto_backend
from mfa_session.sandbox.evaluation import Request, Verdict, judge, principal_of
from mfa_session.sandbox.operations import Need, Operation
from mfa_session.sandbox.signatures import HttpRequest

if TYPE_CHECKING:
    from mfa_session.sandbox.operations import Asked

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


def s3_needs(operation: Operation, request: HttpRequest, partition: str) -> list[Need]:
    """Return all that the caller of S3 must be allowed."""
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


def add_bucket(account: str, region: str, name: str) -> None:
    """Create an S3 bucket."""
    body = f"<CreateBucketConfiguration><LocationConstraint>{region}</LocationConstraint>"
    body += "</CreateBucketConfiguration>"
    sent = b"" if region == "us-east-1" else body.encode()
    leave_bucket_policies_to_the_gate()
    request = HttpRequest("PUT", f"/{name}", "", {"host": "s3"}, sent)
    answer = moto_backend.forward(
        request, Operation("s3", region, "CreateBucket", "s3", {}), account
    )
    if answer.error_code:
        raise RuntimeError(f"moto created no bucket: {answer.body.decode()}")


def leave_bucket_policies_to_the_gate() -> None:
    """Stop moto from evaluating bucket policies: it ignores conditions."""
    from moto.iam.access_control import PermissionResult
    from moto.s3.models import FakeBucket

    permitted = PermissionResult.PERMITTED
    FakeBucket.get_permission = lambda *_: permitted  # type: ignore[method-assign]  # no setting


def bucket_policy(name: str) -> tuple[str, dict[str, Any] | None] | None:
    """Return a bucket's account and its policy; None without the bucket."""
    from moto.s3.models import s3_backends

    with moto_backend._lock:
        if name not in s3_backends.bucket_accounts:
            return None
        partition, account = s3_backends.bucket_accounts[name]
        policy = s3_backends[account][partition].get_bucket(name).policy
    return account, json.loads(policy) if policy else None


def with_bucket(own: Verdict, need: Need, asked: Asked) -> Verdict:
    """Combine with the bucket's policy: in one account either allows, across accounts both."""
    found = bucket_policy(need.resource.rpartition(":::")[2].partition("/")[0])
    if found is None:
        return own
    owner, policy = found
    request = Request(need.action, need.resource, asked.context, principal_of(asked.caller))
    bucket = judge([policy] if policy else [], request)
    if owner == asked.caller.account:
        allowed = own.allowed or (bucket.allowed and bucket.names_caller)
    else:
        allowed = own.allowed and bucket.allowed
    return Verdict(allowed, own.denied or bucket.denied)
