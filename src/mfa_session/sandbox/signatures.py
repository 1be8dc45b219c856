"""Verify Signature Version 4 by its description, without botocore's signer: a second opinion.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
import posixpath
import re
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    header = request.headers.get("authorization")
    if header:
        return _parse_header(request, header)
    query = dict(_query_pairs(request.query))
    return _parse_query(query) if "X-Amz-Signature" in query else None


def _parse_header(request: HttpRequest, header: str) -> Signature:
    match = _AUTHORIZATION.fullmatch(header)
    if not match:
        raise MalformedSignatureError("Authorization header is not an AWS4-HMAC-SHA256 one")
    credential, names, signature = match.groups()
    key_id, date, region, service = _scope(credential)
    return Signature(
        access_key_id=key_id,
        date=date,
        region=region,
        service=service,
        signed_headers=tuple(names.split(";")),
        signature=signature,
        signed_at=_moment(request.headers.get("x-amz-date", "")),
        session_token=request.headers.get("x-amz-security-token"),
        presigned=False,
    )


def _parse_query(query: Mapping[str, str]) -> Signature:
    key_id, date, region, service = _scope(query.get("X-Amz-Credential", ""))
    return Signature(
        access_key_id=key_id,
        date=date,
        region=region,
        service=service,
        signed_headers=tuple(query.get("X-Amz-SignedHeaders", "").split(";")),
        signature=query["X-Amz-Signature"],
        signed_at=_moment(query.get("X-Amz-Date", "")),
        session_token=query.get("X-Amz-Security-Token"),
        presigned=True,
        lifetime_seconds=int(query.get("X-Amz-Expires", "900")),
    )


def _scope(credential: str) -> tuple[str, str, str, str]:
    """Split `KEY/20310131/eu-west-1/ec2/aws4_request`."""
    parts = credential.split("/")
    if len(parts) != 5 or parts[4] != "aws4_request":  # noqa: PLR2004 - the five parts above
        raise MalformedSignatureError(f"Credential is not a credential scope: {credential}")
    return parts[0], parts[1], parts[2], parts[3]


def _moment(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
    except ValueError as exc:
        raise MalformedSignatureError(f"X-Amz-Date is not a date: {text!r}") from exc


def is_valid(request: HttpRequest, signature: Signature, secret_access_key: str) -> bool:
    """Compute the signature and compare; the host and the date must be signed."""
    required = {"host"} if signature.presigned else {"host", "x-amz-date"}
    if signature.session_token and not signature.presigned:
        required.add("x-amz-security-token")
    if not required <= set(signature.signed_headers):
        return False
    if f"{signature.signed_at:%Y%m%d}" != signature.date:
        return False
    if not _body_is_as_signed(request):
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
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()


def canonical_request(request: HttpRequest, signature: Signature) -> str:
    """Return the canonical request's text."""
    headers = "".join(
        f"{name}:{' '.join(request.headers.get(name, '').split())}\n"
        for name in signature.signed_headers
    )
    pairs = [pair for pair in _query_pairs(request.query) if pair[0] != "X-Amz-Signature"]
    encoded = sorted((_encode(name), _encode(value)) for name, value in pairs)
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
        return quote(unquote(path), safe="/-_.~") or "/"
    normal = posixpath.normpath(path or "/").replace("//", "/")
    if path.endswith("/") and normal != "/":
        normal += "/"
    return quote(normal, safe="/-_.~")


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


def _encode(text: str) -> str:
    return quote(text, safe="-_.~")
