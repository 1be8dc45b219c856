"""The sandbox's federation endpoint has AWS's refusals."""

from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import boto3
import pytest

if TYPE_CHECKING:
    from full_sandbox import FullSandbox
    from mfa_session.sandbox.identities import Document

PAGE = "https://console.aws.amazon.com/"
TRUST: Document = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
}


def ask(aws: FullSandbox, **words: str) -> tuple[int, bytes, str | None]:
    """Send a request; return its status, body and Location."""
    connection = http.client.HTTPConnection(urlsplit(aws.url).netloc, timeout=10)
    connection.request("GET", f"/federation?{urlencode(words)}")
    answer = connection.getresponse()
    found = answer.status, answer.read(), answer.getheader("Location")
    connection.close()
    return found


def token_for(aws: FullSandbox, keys: dict[str, Any], **words: str) -> str | None:
    """Return the token for these credentials; None if refused."""
    session = {
        "sessionId": keys["AccessKeyId"],
        "sessionKey": keys["SecretAccessKey"],
        "sessionToken": keys["SessionToken"],
    }
    status, body, _ = ask(aws, Action="getSigninToken", Session=json.dumps(session), **words)
    assert status in {200, 400}
    return str(json.loads(body)["SigninToken"]) if status == 200 else None


@pytest.fixture
def sessions(aws: FullSandbox) -> dict[str, dict[str, Any]]:
    """Return a user's session, a role's from the key, and a role's from that session."""
    role = aws.create_role("books", trust=TRUST, max_session_seconds=7200)
    user = aws.create_user("carol")

    def sts(keys: dict[str, Any]) -> Any:
        return boto3.client(
            "sts", endpoint_url=aws.url, region_name="eu-west-1",
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys.get("SessionToken"),
        )  # fmt: skip

    def assume(keys: dict[str, Any]) -> dict[str, Any]:
        answer = sts(keys).assume_role(RoleArn=role.arn, RoleSessionName="carol")
        return dict(answer["Credentials"])

    own = {"AccessKeyId": user.access_key_id, "SecretAccessKey": user.secret_access_key}
    mfa = dict(sts(own).get_session_token()["Credentials"])
    return {"user": mfa, "direct": assume(own), "chained": assume(mfa)}


def test_a_session_of_a_user_is_refused(
    aws: FullSandbox, sessions: dict[str, dict[str, Any]]
) -> None:
    assert token_for(aws, sessions["user"]) is None
    assert token_for(aws, sessions["direct"])
    assert token_for(aws, {**sessions["direct"], "SecretAccessKey": "x"}) is None


@pytest.mark.parametrize(
    ("kind", "seconds", "is_taken"),
    [
        ("direct", "900", True),
        ("direct", "7200", True),
        ("direct", "7201", False),
        ("direct", "899", False),
        ("direct", "x", False),
        ("chained", "900", False),
    ],
)
def test_a_duration_is_accepted_for_a_role_from_long_term_keys(
    aws: FullSandbox, sessions: dict[str, dict[str, Any]], kind: str, seconds: str, is_taken: bool
) -> None:
    token = token_for(aws, sessions[kind], SessionDuration=seconds)
    assert (token is not None) == is_taken
    assert token_for(aws, sessions[kind]) is not None


def test_a_token_signs_in_once_within_15_minutes(
    aws: FullSandbox, sessions: dict[str, dict[str, Any]]
) -> None:
    tokens = [token_for(aws, sessions["chained"]) or "" for _ in range(2)]
    words = {"Action": "login", "Issuer": "x", "Destination": PAGE}
    assert ask(aws, **words, SigninToken=tokens[0])[::2] == (302, PAGE)
    assert ask(aws, **words, SigninToken=tokens[0])[0] == 400
    aws.clock.advance(901)
    assert ask(aws, **words, SigninToken=tokens[1])[0] == 400


def test_an_expired_session_and_an_unknown_action_are_refused(
    aws: FullSandbox, sessions: dict[str, dict[str, Any]]
) -> None:
    aws.clock.advance(3601)
    assert token_for(aws, sessions["direct"]) is None
    assert ask(aws, Action="logout")[0] == 400
