"""Signatures are verified by AWS's published method and example."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from mfa_session.sandbox.signatures import (
    HttpRequest,
    MalformedSignatureError,
    Signature,
    canonical_request,
    expected_signature,
    is_valid,
    parse,
)

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
SIGNATURE = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
# The worked example of the Signature Version 4 documentation.
PUBLISHED = HttpRequest(
    method="GET",
    path="/",
    query="Action=ListUsers&Version=2010-05-08",
    headers={
        "host": "iam.amazonaws.com",
        "content-type": "application/x-www-form-urlencoded; charset=utf-8",
        "x-amz-date": "20150830T123600Z",
        "authorization": (
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
            f"SignedHeaders=content-type;host;x-amz-date, Signature={SIGNATURE}"
        ),
    },
    body=b"",
)


def changed(**parts: object) -> HttpRequest:
    return HttpRequest(**{**vars(PUBLISHED), **parts})


def read(request: HttpRequest) -> Signature:
    signature = parse(request)
    assert signature is not None
    return signature


def test_the_published_example_is_valid() -> None:
    assert read(PUBLISHED) == Signature(
        access_key_id="AKIDEXAMPLE",
        date="20150830",
        region="us-east-1",
        service="iam",
        signed_headers=("content-type", "host", "x-amz-date"),
        signature=SIGNATURE,
        signed_at=datetime(2015, 8, 30, 12, 36, tzinfo=timezone.utc),
        session_token=None,
        presigned=False,
    )
    assert is_valid(PUBLISHED, read(PUBLISHED), SECRET)


@pytest.mark.parametrize(
    "parts",
    [
        {"method": "POST"},
        {"path": "/x"},
        {"query": "Action=ListRoles&Version=2010-05-08"},
        {"body": b"x"},
        {"headers": {**PUBLISHED.headers, "host": "sts.amazonaws.com"}},
        {"headers": {**PUBLISHED.headers, "x-amz-date": "20150830T123601Z"}},
        {"headers": {**PUBLISHED.headers, "x-amz-date": "20150831T123600Z"}},
        {"headers": {**PUBLISHED.headers, "x-amz-content-sha256": "0" * 64}},
    ],
)
def test_a_changed_request_has_an_invalid_signature(parts: dict[str, object]) -> None:
    request = changed(**parts)
    assert not is_valid(request, read(request), SECRET)


def test_another_secret_makes_an_invalid_signature() -> None:
    assert not is_valid(PUBLISHED, read(PUBLISHED), SECRET + "x")


@pytest.mark.parametrize(
    ("signed", "token", "accepted"),
    [
        (["host", "x-amz-date"], None, True),
        (["host", "x-amz-date", "x-amz-security-token"], "t", True),
        (["x-amz-date"], None, False),
        (["host"], None, False),
        (["host", "x-amz-date"], "t", False),
    ],
)
def test_host_date_and_session_token_must_be_signed(
    signed: list[str], token: str | None, accepted: bool
) -> None:
    """Otherwise a signature could be moved to another request."""
    headers = {"host": "iam.amazonaws.com", "x-amz-date": "20150830T123600Z"}
    if token:
        headers["x-amz-security-token"] = token
    request = changed(headers=headers)
    unsigned = read(PUBLISHED)
    parts = {**vars(unsigned), "signed_headers": tuple(signed), "session_token": token}
    signature = expected_signature(request, Signature(**parts), SECRET)
    complete = Signature(**{**parts, "signature": signature})
    assert is_valid(request, complete, SECRET) is accepted


def test_the_canonical_request_sorts_and_encodes() -> None:
    request = changed(path="/a b/../c%20d", query="b=2&a=%2F&a=1+1&c", headers={"host": " h   x "})
    signature = Signature(**{**vars(read(PUBLISHED)), "signed_headers": ("host",)})
    assert canonical_request(request, signature).split("\n")[:4] == [
        "GET",
        "/c%2520d",
        "a=%2F&a=1%2B1&b=2&c=",
        "host:h x",
    ]


def test_an_unsigned_request_has_no_signature() -> None:
    assert parse(changed(headers={"host": "iam.amazonaws.com"})) is None


@pytest.mark.parametrize(
    "authorization",
    [
        "Basic Y2Fyb2w=",
        (
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1, SignedHeaders=host, "
            f"Signature={SIGNATURE}"
        ),
        (
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
            "SignedHeaders=host, Signature=short"
        ),
    ],
)
def test_an_unreadable_signature_is_malformed(authorization: str) -> None:
    request = changed(headers={**PUBLISHED.headers, "authorization": authorization})
    with pytest.raises(MalformedSignatureError):
        parse(request)
