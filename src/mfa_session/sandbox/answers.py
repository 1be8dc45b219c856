"""Answers in the dialects that AWS speaks: query XML, EC2 XML, S3 XML, JSON."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from mfa_session.sandbox.clock import iso

if TYPE_CHECKING:
    from mfa_session.sandbox.errors import ServiceError

_NAMESPACES = {
    "sts": "https://sts.amazonaws.com/doc/2011-06-15/",
    "iam": "https://iam.amazonaws.com/doc/2010-05-08/",
}
_XML = "text/xml"


class RawXml(str):
    """Text that is XML already."""

    __slots__ = ()


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; Date and Content-Length are the server's to add."""

    status: int
    body: bytes
    content_type: str = _XML
    headers: Mapping[str, str] = field(default_factory=dict)
    error_code: str | None = None


def success(service: str, operation: str, result: Mapping[str, Any] | None) -> Answer:
    """Write the result of an operation that the sandbox plays itself (STS, IAM)."""
    inner = "" if result is None else f"<{operation}Result>{to_xml(result)}</{operation}Result>"
    body = (
        f'<{operation}Response xmlns="{_NAMESPACES[service]}">{inner}'
        f"<ResponseMetadata><RequestId>{uuid.uuid4()}</RequestId></ResponseMetadata>"
        f"</{operation}Response>"
    )
    return Answer(200, body.encode())


def failure(dialect: str, error: ServiceError) -> Answer:
    """Write an error in the dialect of the service."""
    request_id = str(uuid.uuid4())
    if dialect in ("json", "rest_json"):
        body = json.dumps({"__type": error.code, "message": error.message}).encode()
        headers = {"x-amzn-RequestId": request_id, "x-amzn-ErrorType": error.code}
        return Answer(error.status, body, "application/x-amz-json-1.1", headers, error.code)
    text = f"<Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>"
    if dialect == "ec2":
        body_text = (
            f"<Response><Errors><Error>{text}</Error></Errors>"
            f"<RequestID>{request_id}</RequestID></Response>"
        )
    elif dialect == "s3":
        body_text = f"<Error>{text}<RequestId>{request_id}</RequestId></Error>"
    else:
        body_text = (
            f"<ErrorResponse><Error><Type>Sender</Type>{text}</Error>"
            f"<RequestId>{request_id}</RequestId></ErrorResponse>"
        )
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n{body_text}'.encode()
    content_type = "application/xml" if dialect == "s3" else _XML
    return Answer(error.status, body, content_type, {}, error.code)


def to_xml(value: Any) -> str:
    """Write dicts as elements and lists as `<member>`s; None is left out."""
    if isinstance(value, Mapping):
        return "".join(f"<{k}>{to_xml(v)}</{k}>" for k, v in value.items() if v is not None)
    if isinstance(value, (list, tuple)):
        return "".join(f"<member>{to_xml(item)}</member>" for item in value)
    return _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, RawXml):
        return str(value)
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return escape(str(value))
