"""A sandbox for each test, and its clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import botocore.config
import botocore.session
import pytest

from full_sandbox import FullSandbox

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mfa_session.sandbox.identities import User

# The sandbox gets bad parameters, and a test sees the first refusal.
_CONFIG = botocore.config.Config(
    parameter_validation=False, retries={"total_max_attempts": 1}, read_timeout=60
)
_S3_CONFIG = _CONFIG.merge(botocore.config.Config(signature_version="s3v4"))  # presigned URLs, too


class Clients(Protocol):
    """Makes botocore clients that sign with a user's key or the keys in an answer of STS."""

    def __call__(
        self, service: str, who: User | Mapping[str, Any], region: str = "eu-west-1"
    ) -> Any: ...


@pytest.fixture
def aws() -> Iterator[FullSandbox]:
    """Start an empty sandbox."""
    with FullSandbox() as aws:
        yield aws


@pytest.fixture(scope="session")
def botocore_session() -> botocore.session.Session:
    """Load the service models once."""
    return botocore.session.Session()


@pytest.fixture
def client(aws: FullSandbox, botocore_session: botocore.session.Session) -> Iterator[Clients]:
    """Return what makes clients: `client("sts", carol)`, `client("ec2", answer["Credentials"])`."""
    made: dict[tuple[str | None, ...], Any] = {}

    def client(service: str, who: User | Mapping[str, Any], region: str = "eu-west-1") -> Any:
        if isinstance(who, dict):
            keys = (who["AccessKeyId"], who["SecretAccessKey"], who.get("SessionToken"))
        else:
            keys = (who.access_key_id, who.secret_access_key, None)  # type: ignore[union-attr]
        wanted = (service, region, *keys)
        if wanted not in made:
            made[wanted] = botocore_session.create_client(
                service,
                region,
                endpoint_url=aws.url,
                aws_access_key_id=keys[0],
                aws_secret_access_key=keys[1],
                aws_session_token=keys[2],
                config=_S3_CONFIG if service == "s3" else _CONFIG,
            )
        return made[wanted]

    yield client
    for each in made.values():
        each.close()
