"""Entries of the AWS CLI's cache of role sessions, as versions 1 and 2 write and read them."""

from __future__ import annotations

import hashlib
import json

from mfa_session.model.arns import parse_arn
from mfa_session.model.expiry import format_time, parse_time
from mfa_session.model.json_values import read_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mfa_session.model.session import Session

LEAST_SECONDS = 900
"""The AWS CLI does not use an entry with less left (botocore, CachedCredentialFetcher)."""


def entry_name(parameters: Mapping[str, str | int]) -> str:
    """Return the name of the file that holds the session for these parameters of AssumeRole.

    botocore, BaseAssumeRoleCredentialFetcher: the SHA-1 of their JSON, the keys sorted.
    """
    text = json.dumps(dict(parameters), sort_keys=True)
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest() + ".json"


def to_entry(session: Session) -> bytes:
    """Return what the AWS CLI would have written of AWS's answer."""
    keys, role = session.keys, parse_arn(session.role_arn or "")
    if role is None or keys.session_token is None or session.expires_at is None:
        raise ValueError("no role session as AWS gives it")
    name = role.resource.rpartition("/")[2]
    user = f"arn:{role.partition}:sts::{role.account}:assumed-role/{name}"
    entry = {
        "Credentials": {
            "AccessKeyId": keys.access_key_id,
            "SecretAccessKey": keys.secret_access_key.reveal(),
            "SessionToken": keys.session_token.reveal(),
            "Expiration": format_time(session.expires_at),
            "AccountId": role.account,
        },
        "AssumedRoleUser": {"Arn": f"{user}/{session.role_session_name}"},
    }
    return json.dumps(entry).encode()


def expires_at(entry: bytes) -> datetime:
    """Return when the session of an entry ends. ValueError for what is no entry."""
    try:
        credentials = read_json(entry)["Credentials"]
        ends = parse_time(credentials["Expiration"])
        is_whole = all(credentials[key] for key in ("AccessKeyId", "SecretAccessKey"))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("no entry of the AWS CLI's cache") from error
    if ends is None or not is_whole:
        raise ValueError("no entry of the AWS CLI's cache")
    return ends
