"""What the doctor asks of AWS: read-only, and each thing once."""

from __future__ import annotations

from mfa_session.aws.devices import read_device
from mfa_session.aws.keys import read_key
from mfa_session.aws.request import AwsRequest
from mfa_session.aws.sts import AwsCalls
from mfa_session.model.errors import ConfigurationError, MfaSessionError, UnreachableError
from mfa_session.model.ports import Caller
from mfa_session.model.session import Keys, Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from mfa_session.model.iam import AccessKey, Device


class Checkup(AwsCalls):
    """Questions about long-term keys; nothing is tried twice, as a person waits."""

    def load(self) -> None:
        """Import botocore now: a busy machine's time for it is none of the network's."""
        import botocore.config  # noqa: PLC0415
        import botocore.session  # noqa: PLC0415, F401

    def identity(self, caller: Caller) -> str:
        """STS GetCallerIdentity, which no policy can deny: the ARN."""
        request = AwsRequest("sts", "GetCallerIdentity", caller, once=True)
        return self._ask(request, _arn)

    def keys(self, caller: Caller) -> tuple[AccessKey, ...]:
        """IAM ListAccessKeys of the caller (at most two, so one page)."""
        request = AwsRequest("iam", "ListAccessKeys", caller, once=True)
        return self._ask(
            request,
            lambda answer: tuple(read_key(listed) for listed in answer["AccessKeyMetadata"]),
        )

    def devices(self, caller: Caller) -> tuple[Device, ...]:
        """IAM ListMFADevices of the caller (at most eight, so one page)."""
        request = AwsRequest("iam", "ListMFADevices", caller, once=True)
        return self._ask(
            request, lambda answer: tuple(read_device(listed) for listed in answer["MFADevices"])
        )

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


def _arn(answer: dict[str, Any]) -> str:
    arn: str = answer["Arn"]
    if not arn.startswith("arn:"):
        raise ValueError("no ARN")
    return arn
