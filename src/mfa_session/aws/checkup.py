"""What the doctor asks of AWS: read-only, and each thing once."""

from __future__ import annotations

from datetime import timezone

from mfa_session.aws.asked import Asked
from mfa_session.aws.devices import read_device
from mfa_session.aws.sts import AwsCalls, not_an_answer
from mfa_session.doctor.scene import AccessKey
from mfa_session.model.errors import ConfigurationError, MfaSessionError, UnreachableError
from mfa_session.model.ports import Caller
from mfa_session.model.secret import Secret
from mfa_session.model.session import Keys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from mfa_session.mfa.devices import Device


class Checkup(AwsCalls):
    """Questions about long-term keys; nothing is tried twice, as a person waits."""

    def load(self) -> None:
        """Import botocore now: a busy machine's time for it is none of the network's."""
        import botocore.config  # noqa: PLC0415
        import botocore.session  # noqa: PLC0415, F401

    def identity(self, caller: Caller) -> str:
        """STS GetCallerIdentity, which no policy can deny: the ARN."""
        asked = Asked("sts", "GetCallerIdentity", caller, once=True)
        arn = str(self._call(asked).get("Arn") or "")
        if not arn.startswith("arn:"):
            raise not_an_answer(asked)
        return arn

    def keys(self, caller: Caller) -> tuple[AccessKey, ...]:
        """IAM ListAccessKeys of the caller (at most two, so one page)."""
        asked = Asked("iam", "ListAccessKeys", caller, once=True)
        answer = self._call(asked)
        try:
            return tuple(_key(listed) for listed in answer["AccessKeyMetadata"])
        except (KeyError, TypeError, AttributeError) as error:
            raise not_an_answer(asked) from error

    def devices(self, caller: Caller) -> tuple[Device, ...]:
        """IAM ListMFADevices of the caller (at most eight, so one page)."""
        asked = Asked("iam", "ListMFADevices", caller, once=True)
        answer = self._call(asked)
        try:
            return tuple(read_device(listed) for listed in answer["MFADevices"])
        except (KeyError, TypeError, AttributeError) as error:
            raise not_an_answer(asked) from error

    def reach(self, region: str | None) -> None:
        """Return when STS answered an unsigned call, as it does with a refusal.

        Raises what kept it from answering, or the call from being sent.
        """
        nobody = Keys(access_key_id="", secret_access_key=Secret(""))
        try:
            self.identity(Caller(keys=nobody, profile=None, region=region))
        except (UnreachableError, ConfigurationError):
            raise
        except MfaSessionError:
            return


def _key(listed: dict[str, Any]) -> AccessKey:
    return AccessKey(
        id=str(listed["AccessKeyId"]),
        is_active=listed["Status"] == "Active",
        created_at=listed["CreateDate"].astimezone(timezone.utc),
    )
