"""Verify Signature Version 4 by its description, without botocore's signer: a second opinion.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from urllib.parse import quote, unquote

ALGORITHM = "AWS4-HMAC-SHA256"
_UNSIGNED = "UNSIGNED-PAYLOAD"
_AUTHORIZATION = re.compile(
    ALGORITHM + r" +Credential=([^, ]+) *, *SignedHeaders=([^, ]+) *, *Signature=([0-9a-f]{64}) *"
)


@dataclass(frozen=True)
class HttpRequest:
    """A request with undecoded path and query, and header names in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    source_ip: str = "127.0.0.1"


@dataclass(frozen=True)
class Signature:
    """The signature of a request and its parameters."""

    access_key_id: str
    date: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str
    signed_at: datetime
    session_token: str | None
    presigned: bool
    lifetime_seconds: int | None = None


class MalformedSignatureError(Exception):
    """The signature is malformed."""


def parse(request: HttpRequest) -> Signature | None:
    """Return the signature in the header or the query; None without one."""
    headers = request.headers
    if headers.get("authorization"):
        match = _AUTHORIZATION.fullmatch(headers["authorization"])
        if not match:
            raise MalformedSignatureError("Authorization header is not an AWS4-HMAC-SHA256 one")
        token = headers.get("x-amz-security-token")
        credential, names, signature = match.groups()
        return _signature(credential, names, signature, headers.get("x-amz-date", ""), token)
    query = dict(_query_pairs(request.query))
    if "X-Amz-Signature" not in query:
        return None
    return _signature(
        query.get("X-Amz-Credential", ""),
        query.get("X-Amz-SignedHeaders", ""),
        query["X-Amz-Signature"],
        query.get("X-Amz-Date", ""),
        query.get("X-Amz-Security-Token"),
        query.get("X-Amz-Expires", "900"),
    )


def _signature(
    credential: str,
    names: str,
    signature: str,
    date: str,
    token: str | None,
    lifetime: str | None = None,
) -> Signature:
    """Return the signature; `credential` is `KEY/20310131/eu-west-1/ec2/aws4_request`.

    Only a presigned request has a lifetime.
    """
    scope = credential.split("/")
    if len(scope) != 5 or scope[4] != "aws4_request":  # noqa: PLR2004 - the five parts above
        raise MalformedSignatureError(f"Credential is not a credential scope: {credential}")
    try:
        signed_at = datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
    except ValueError as exc:
        raise MalformedSignatureError(f"X-Amz-Date is not a date: {date!r}") from exc
    return Signature(
        access_key_id=scope[0],
        date=scope[1],
        region=scope[2],
        service=scope[3],
        signed_headers=tuple(names.split(";")),
        signature=signature,
        signed_at=signed_at,
        session_token=token,
        presigned=lifetime is not None,
        lifetime_seconds=None if lifetime is None else int(lifetime),
    )


def is_valid(request: HttpRequest, signature: Signature, secret_access_key: str) -> bool:
    """Compute the signature and compare; the host and the date must be signed."""
    required = {"host"} if signature.presigned else {"host", "x-amz-date"}
    if signature.session_token and not signature.presigned:
        required.add("x-amz-security-token")
    if not (
        required <= set(signature.signed_headers)
        and f"{signature.signed_at:%Y%m%d}" == signature.date
        and _body_is_as_signed(request)
    ):
        return False
    expected = expected_signature(request, signature, secret_access_key)
    return hmac.compare_digest(expected, signature.signature)


def expected_signature(request: HttpRequest, signature: Signature, secret_access_key: str) -> str:
    """Return the signature made with this secret, in hexadecimal."""
    scope = f"{signature.date}/{signature.region}/{signature.service}/aws4_request"
    digest = hashlib.sha256(canonical_request(request, signature).encode()).hexdigest()
    to_sign = "\n".join([ALGORITHM, f"{signature.signed_at:%Y%m%dT%H%M%SZ}", scope, digest])
    key = f"AWS4{secret_access_key}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, to_sign.encode(), "sha256").hex()


def canonical_request(request: HttpRequest, signature: Signature) -> str:
    """Return the canonical request's text."""
    headers = "".join(
        f"{name}:{' '.join(request.headers.get(name, '').split())}\n"
        for name in signature.signed_headers
    )
    pairs = [pair for pair in _query_pairs(request.query) if pair[0] != "X-Amz-Signature"]
    encoded = sorted((quote(name, safe=""), quote(value, safe="")) for name, value in pairs)
    return "\n".join(
        [
            request.method,
            _canonical_path(request.path, signature.service),
            "&".join(f"{name}={value}" for name, value in encoded),
            headers,
            ";".join(signature.signed_headers),
            _payload_hash(request, signature),
        ]
    )


def _canonical_path(path: str, service: str) -> str:
    """Return the path encoded once for S3, normalised and encoded twice for other services."""
    if service == "s3":
        return quote(unquote(path)) or "/"
    normal = posixpath.normpath(path or "/").replace("//", "/")
    if path.endswith("/") and normal != "/":
        normal += "/"
    return quote(normal)


def _payload_hash(request: HttpRequest, signature: Signature) -> str:
    if signature.presigned and signature.service == "s3":
        return _UNSIGNED
    stated = request.headers.get("x-amz-content-sha256")
    return stated or hashlib.sha256(request.body).hexdigest()


def _body_is_as_signed(request: HttpRequest) -> bool:
    """Check the body's stated hash; streamed and unsigned payloads have none."""
    stated = request.headers.get("x-amz-content-sha256", "")
    if not re.fullmatch("[0-9a-f]{64}", stated):
        return stated in ("", _UNSIGNED) or stated.startswith("STREAMING-")
    return stated == hashlib.sha256(request.body).hexdigest()


def _query_pairs(query: str) -> list[tuple[str, str]]:
    pairs = [part.partition("=") for part in query.split("&") if part]
    return [(unquote(name), unquote(value)) for name, _, value in pairs]
