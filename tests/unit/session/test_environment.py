"""A session as environment variables."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from mfa_session.model.session import Keys, Secret, Session
from mfa_session.session.environment import (
    REGIONS,
    REMOVED,
    SET,
    child_environment,
    session_variables,
)

SESSION = Session(
    name="work",
    profile="work-mfa",
    keys=Keys(access_key_id="ASIAX", secret_access_key=Secret("s"), session_token=Secret("t")),
    expires_at=datetime(2031, 1, 31, 12, 0, 0, 999999, tzinfo=timezone.utc),
)


def test_a_session_sets_every_variable() -> None:
    variables = session_variables(SESSION, {}, asked="eu-west-1", from_files=None)
    assert variables == {
        "AWS_ACCESS_KEY_ID": "ASIAX",
        "AWS_SECRET_ACCESS_KEY": "s",
        "AWS_SESSION_TOKEN": "t",
        "AWS_CREDENTIAL_EXPIRATION": "2031-01-31T12:00:00Z",
        "AWS_SESSION_EXPIRATION": "2031-01-31T12:00:00Z",
        "MFA_SESSION_ACTIVE": "work",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }
    assert tuple(variables) == SET + REGIONS


def test_an_unknown_value_sets_no_variable() -> None:
    bare = SESSION.replace(
        expires_at=None, keys=Keys(access_key_id="ASIAX", secret_access_key=Secret("s"))
    )
    assert set(session_variables(bare, {}, asked=None, from_files=None)) == {
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "MFA_SESSION_ACTIVE",
    }


@pytest.mark.parametrize("name", [*REMOVED, *SET[:6], "MFA_SESSION_TOKEN_CODE"])
def test_a_child_gets_none_of_the_old_credentials(name: str) -> None:
    around = {name: "planted", "KEPT": "yes", "AWS_REGION": "eu-west-1"}
    assert child_environment(around, {"NEW": "x"}) == {
        "KEPT": "yes",
        "AWS_REGION": "eu-west-1",
        "NEW": "x",
    }
