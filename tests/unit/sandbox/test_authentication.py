"""Every wrong key, token, secret and time of signing is refused in each service's words."""

from __future__ import annotations

import contextlib
import http.client
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import botocore.exceptions
import pytest

from mfa_session.sandbox.sandbox import ALLOW_ALL
from sandbox.people import plain_session
from sandbox.refusals import refusal

if TYPE_CHECKING:
    from full_sandbox import FullSandbox
    from mfa_session.sandbox.identities import User
    from sandbox.conftest import Clients

INVALID = "The security token included in the request is invalid."
EC2_INVALID = "AWS was not able to validate the provided access credentials"
CALLS = {
    "sts": "get_caller_identity",
    "iam": "list_mfa_devices",
    "ec2": "describe_instances",
    "s3": "list_buckets",
    "dynamodb": "list_tables",
    "lambda": "list_functions",
}


@pytest.fixture
def carol(aws: FullSandbox) -> User:
    return aws.create_user("carol", policies=[ALLOW_ALL])


def refusals(client: Clients, who: Any) -> dict[str, tuple[int, str]]:
    """Call an operation of each kind of service; return each refusal's status and code."""
    return {
        service: refusal(getattr(client(service, who), call))[:2] for service, call in CALLS.items()
    }


def keys(access_key_id: str, secret: str, token: str | None = None) -> dict[str, Any]:
    return {"AccessKeyId": access_key_id, "SecretAccessKey": secret, "SessionToken": token}


def post(aws: FullSandbox, parameters: dict[str, str], **headers: str) -> tuple[int, bytes]:
    """Send a query request unchanged; return status and body."""
    content = {"Content-Type": "application/x-www-form-urlencoded"}
    with contextlib.closing(http.client.HTTPConnection(urlsplit(aws.url).netloc)) as connection:
        connection.request("POST", "/", urlencode(parameters), content | headers)
        answer = connection.getresponse()
        return answer.status, answer.read()


def test_an_unknown_key_is_refused(client: Clients) -> None:
    assert refusals(client, keys("AKIAAAAAAAAAAAAAAAAA", "x" * 40)) == {
        "sts": (403, "InvalidClientTokenId"),
        "iam": (403, "InvalidClientTokenId"),
        "ec2": (401, "AuthFailure"),
        "s3": (403, "InvalidAccessKeyId"),
        "dynamodb": (400, "UnrecognizedClientException"),
        "lambda": (403, "UnrecognizedClientException"),
    }


def test_an_inactive_key_is_refused_like_an_unknown_one(client: Clients, carol: User) -> None:
    carol.inactive_keys.add(carol.access_key_id)
    refused = refusal(client("sts", carol).get_caller_identity)
    assert refused == (403, "InvalidClientTokenId", INVALID)
    carol.inactive_keys.clear()
    assert client("sts", carol).get_caller_identity()["Arn"] == carol.arn


def test_each_key_of_a_user_signs(client: Clients, carol: User) -> None:
    second = carol.add_key()
    carol.inactive_keys.add(carol.access_key_id)
    who = client("sts", keys(second.access_key_id, second.secret_access_key))
    assert who.get_caller_identity()["Arn"] == carol.arn


def test_a_wrong_secret_is_refused(client: Clients, carol: User) -> None:
    wrong = keys(carol.access_key_id, "x" * 40)
    assert refusals(client, wrong) == {
        "sts": (403, "SignatureDoesNotMatch"),
        "iam": (403, "SignatureDoesNotMatch"),
        "ec2": (401, "AuthFailure"),
        "s3": (403, "SignatureDoesNotMatch"),
        "dynamodb": (400, "InvalidSignatureException"),
        "lambda": (403, "InvalidSignatureException"),
    }
    text = refusal(client("sts", wrong).get_caller_identity)[2]
    assert text.startswith("The request signature we calculated does not match ")


@pytest.mark.parametrize("token", [None, "IQoJb3JpZ2luX2Vjwrong"])
def test_a_wrong_session_token_is_refused(client: Clients, carol: User, token: str | None) -> None:
    session = plain_session(client, carol)
    wrong = keys(session["AccessKeyId"], session["SecretAccessKey"], token)
    assert refusals(client, wrong) == {
        "sts": (403, "InvalidClientTokenId"),
        "iam": (403, "InvalidClientTokenId"),
        "ec2": (401, "AuthFailure"),
        "s3": (400, "InvalidToken"),
        "dynamodb": (400, "UnrecognizedClientException"),
        "lambda": (403, "UnrecognizedClientException"),
    }


def test_another_sessions_token_is_refused(client: Clients, carol: User) -> None:
    first, second = plain_session(client, carol), plain_session(client, carol)
    mixed = first | {"SessionToken": second["SessionToken"]}
    refused = refusal(client("sts", mixed).get_caller_identity)
    assert refused == (403, "InvalidClientTokenId", INVALID)


def test_a_session_token_with_a_long_term_key_is_refused(client: Clients, carol: User) -> None:
    token = plain_session(client, carol)["SessionToken"]
    mixed = keys(carol.access_key_id, carol.secret_access_key, token)
    assert refusal(client("sts", mixed).get_caller_identity)[1] == "InvalidClientTokenId"


EXPIRED = {
    "sts": (403, "ExpiredToken"),
    "iam": (403, "ExpiredToken"),
    "ec2": (400, "RequestExpired"),
    "s3": (400, "ExpiredToken"),
    "dynamodb": (400, "ExpiredTokenException"),
    "lambda": (403, "ExpiredTokenException"),
}


def test_a_session_expires_by_the_sandbox_clock(
    aws: FullSandbox, client: Clients, carol: User
) -> None:
    aws.checks_signature_age = False
    session = plain_session(client, carol, DurationSeconds=900)
    aws.clock.advance(890)
    assert client("sts", session).get_caller_identity()["Arn"] == carol.arn
    aws.clock.advance(11)
    assert refusals(client, session) == EXPIRED
    assert client("sts", carol).get_caller_identity()["Arn"] == carol.arn


def test_one_session_can_be_expired_alone(aws: FullSandbox, client: Clients, carol: User) -> None:
    ended, other = plain_session(client, carol), plain_session(client, carol)
    aws.expire(ended["AccessKeyId"])
    assert refusals(client, ended) == EXPIRED
    assert client("sts", other).get_caller_identity()["Arn"] == carol.arn


class TestClocks:
    @pytest.mark.parametrize(
        ("minutes", "text"),
        [(16, r" is now earlier than .* - 15 min\.\)"), (-16, r" is still later than .*\+ 15 min")],
    )
    def test_a_signature_over_15_minutes_off_is_refused(
        self, aws: FullSandbox, client: Clients, carol: User, minutes: int, text: str
    ) -> None:
        aws.clock.advance(minutes * 60)
        with pytest.raises(botocore.exceptions.ClientError, match=text) as caught:
            client("sts", carol).get_caller_identity()
        answer = caught.value.response
        assert answer["Error"]["Code"] == "SignatureDoesNotMatch"
        start = "Signature expired: " if minutes > 0 else "Signature not yet current: "
        assert answer["Error"]["Message"].startswith(start)
        said = answer["ResponseMetadata"]["HTTPHeaders"]["date"]
        assert f"{aws.clock.now():%a, %d %b %Y %H:}" in said

    def test_each_service_refuses_an_old_signature_in_its_own_words(
        self, aws: FullSandbox, client: Clients, carol: User
    ) -> None:
        aws.clock.advance(16 * 60)
        assert refusals(client, carol) == {
            "sts": (403, "SignatureDoesNotMatch"),
            "iam": (403, "SignatureDoesNotMatch"),
            "ec2": (400, "RequestExpired"),
            "s3": (403, "RequestTimeTooSkewed"),
            "dynamodb": (400, "InvalidSignatureException"),
            "lambda": (403, "InvalidSignatureException"),
        }

    @pytest.mark.parametrize("minutes", [14, -14])
    def test_a_signature_under_15_minutes_off_is_accepted(
        self, aws: FullSandbox, client: Clients, carol: User, minutes: int
    ) -> None:
        aws.clock.advance(minutes * 60)
        assert client("sts", carol).get_caller_identity()["Arn"] == carol.arn

    def test_every_answer_has_the_sandbox_time(
        self, aws: FullSandbox, client: Clients, carol: User
    ) -> None:
        aws.clock.advance(-600)
        aws.clock.freeze()
        expected = f"{aws.clock.now():%a, %d %b %Y %H:%M:%S GMT}"
        for service, call in CALLS.items():
            answer = getattr(client(service, carol), call)()
            assert answer["ResponseMetadata"]["HTTPHeaders"]["date"] == expected


class TestOddRequests:
    def test_an_unsigned_request_is_refused(self, aws: FullSandbox) -> None:
        status, body = post(aws, {"Action": "GetCallerIdentity", "Version": "2011-06-15"})
        assert status == 403
        assert b"<Code>MissingAuthenticationToken</Code>" in body
        assert b"<Message>Request is missing Authentication Token</Message>" in body
        assert [(c.operation, c.access_key_id, c.error_code) for c in aws.calls] == [
            ("GetCallerIdentity", None, "MissingAuthenticationToken")
        ]

    def test_a_malformed_signature_is_refused(self, aws: FullSandbox) -> None:
        status, body = post(aws, {"Action": "GetCallerIdentity"}, Authorization="Basic Y2Fyb2w=")
        assert status == 400
        assert b"<Code>IncompleteSignature</Code>" in body

    def test_an_unknown_operation_is_refused(
        self, aws: FullSandbox, client: Clients, carol: User
    ) -> None:
        refused = refusal(client("sts", carol).get_federation_token, Name="carol")
        assert refused[:2] == (400, "InvalidAction")
        assert aws.calls[-1].error_code == "InvalidAction"

    def test_a_presigned_url_works_until_it_expires(
        self, aws: FullSandbox, client: Clients, carol: User
    ) -> None:
        aws.create_bucket("books")
        s3 = client("s3", carol)
        s3.put_object(Bucket="books", Key="a b.txt", Body=b"text")
        signed = {"Bucket": "books", "Key": "a b.txt"}
        url = urlsplit(s3.generate_presigned_url("get_object", signed, ExpiresIn=60))
        assert "X-Amz-Signature=" in url.query

        def fetch(query: str) -> tuple[int, bytes]:
            with contextlib.closing(http.client.HTTPConnection(url.netloc)) as connection:
                connection.request("GET", f"{url.path}?{query}")
                answer = connection.getresponse()
                return answer.status, answer.read()

        assert fetch(url.query) == (200, b"text")
        assert fetch(url.query.replace("X-Amz-Expires=60", "X-Amz-Expires=61"))[0] == 403
        aws.clock.advance(70)
        assert fetch(url.query)[0] == 403
