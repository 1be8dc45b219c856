"""Our entries in the AWS CLI's cache, read by botocore's own code."""

from __future__ import annotations

import string
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from botocore.credentials import AssumeRoleCredentialFetcher, AssumeRoleProvider
from hypothesis import given
from hypothesis import strategies as st

from mfa_session.model.session import Keys, Secret, Session
from mfa_session.roles.warm import entry_name, expires_at, parameters_of, to_entry

if TYPE_CHECKING:
    from collections.abc import Mapping

ROLE = "arn:aws-us-gov:iam::444455556666:role/team/Books"
NOW = datetime(2031, 1, 31, 12, 0, tzinfo=timezone.utc)

values = st.text(string.ascii_letters + string.digits + "=,.@-:/ü", max_size=12)
seconds = st.sampled_from(["900", "3600", " 3600 ", "1_800", "soon", "", "3600.0"])
sections = st.fixed_dictionaries(
    {"role_arn": values, "source_profile": st.just("default")},
    optional={
        "mfa_serial": values,
        "external_id": values,
        "role_session_name": values,
        "duration_seconds": seconds,
    },
)


def name_by_botocore(section: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the name of the file in which botocore looks for an entry."""
    names: list[str] = []

    class Fetcher(AssumeRoleCredentialFetcher):  # type: ignore[misc]  # botocore has no types
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            names.append(self._cache_key)

    monkeypatch.setattr("botocore.credentials.AssumeRoleCredentialFetcher", Fetcher)
    keys = {"aws_access_key_id": "AKIA", "aws_secret_access_key": "s"}
    config = {"profiles": {"books": dict(section), "default": keys}}
    provider = AssumeRoleProvider(lambda: config, lambda *_, **__: None, {}, "books")
    provider.load()
    return names[-1] + ".json"


@given(section=sections)
def test_an_entry_is_named_as_botocore_looks_for_it(section: dict[str, str]) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        assert entry_name(parameters_of(section)) == name_by_botocore(section, monkeypatch)


def session() -> Session:
    """Return a role session."""
    keys = Keys(
        access_key_id="ASIAIOSFODNN7EXAMPLE",
        secret_access_key=Secret("s"),
        session_token=Secret("t"),
    )
    return Session(
        name="books", profile="books", kind="role", keys=keys, role_arn=ROLE,
        role_session_name="carol", expires_at=NOW,
    )  # fmt: skip


def test_botocore_reads_an_entry_with_its_expiry() -> None:
    import json

    fetcher = AssumeRoleCredentialFetcher(None, None, ROLE)
    fetcher._cache[fetcher._cache_key] = json.loads(to_entry(session()))
    taken = fetcher.fetch_credentials()
    assert taken == {
        "access_key": "ASIAIOSFODNN7EXAMPLE",
        "secret_key": "s",
        "token": "t",
        "expiry_time": "2031-01-31T12:00:00Z",
        "account_id": "444455556666",
    }


def test_the_role_sessions_arn_leaves_out_the_roles_path() -> None:
    assert b"arn:aws-us-gov:sts::444455556666:assumed-role/Books/carol" in to_entry(session())


@pytest.mark.parametrize("end", ["2031-01-31T12:00:00UTC", "2031-01-31T13:00:00+01:00"])
def test_the_expiry_of_either_cli_version_is_read(end: str) -> None:
    entry = to_entry(session()).replace(b"2031-01-31T12:00:00Z", end.encode())
    assert expires_at(entry) - NOW == timedelta(0)


def test_only_sessions_of_roles_become_entries() -> None:
    with pytest.raises(ValueError, match="not a complete role session"):
        to_entry(session().replace(role_arn=None))
