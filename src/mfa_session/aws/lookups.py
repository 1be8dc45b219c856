"""Calls that only read, sent once: the guard's about targets, the doctor's about keys."""

from __future__ import annotations

from contextlib import suppress

from mfa_session.aws.iam import read_arn, read_device, read_key
from mfa_session.aws.request import AwsRequest
from mfa_session.aws.sts import Answer, AwsCalls, CallerCalls
from mfa_session.model.errors import ConfigurationError, MfaSessionError, UnreachableError
from mfa_session.model.feature_ports import INSTANCE, Target
from mfa_session.model.ports import Caller
from mfa_session.model.session import Keys, Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from mfa_session.model.iam import AccessKey, Device


MOST_INSTANCES = 100
"""The limit of one preview; a person reads fewer."""
ABSENT = "not found in this region"


class Lookups(CallerCalls):
    """Calls with the session that the guarded command will get."""

    def alias(self) -> str | None:
        """IAM ListAccountAliases; None without an alias, or after a refusal."""
        with suppress(MfaSessionError):
            aliases = self._look_up("iam", "ListAccountAliases", _aliases)
            return aliases[0] if aliases else None
        return None

    def account_id(self) -> str | None:
        """STS GetCallerIdentity: the account; None after a failure."""
        with suppress(MfaSessionError):
            return self._look_up("sts", "GetCallerIdentity", lambda answer: str(answer["Account"]))
        return None

    def describe(self, targets: Iterable[Target]) -> dict[Target, Target]:
        """EC2 DescribeInstances: return each instance with its Name tag and state."""
        asked = [target for target in targets if target.kind == INSTANCE][:MOST_INSTANCES]
        if not asked:
            return {}
        instances = {target.id: target for target in asked}
        # A filter, because a list of ids fails if one of them does not exist.
        with suppress(MfaSessionError):
            found = self._look_up(
                "ec2",
                "DescribeInstances",
                _described,
                Filters=[{"Name": "instance-id", "Values": list(instances)}],
            )
            absent = {target: target.replace(state=ABSENT) for target in instances.values()}
            seen = {instances[one.id]: one for one in found if one.id in instances}
            return {**absent, **seen}
        return {}

    def _look_up(
        self,
        service: str,
        operation: str,
        read: Callable[[Any], Answer],
        **parameters: object,
    ) -> Answer:
        request = AwsRequest(service, operation, self._caller, once=True)
        return self._ask(request, read, **parameters)


def _aliases(answer: dict[str, Any]) -> list[str]:
    return [str(alias) for alias in answer["AccountAliases"]]


def _described(answer: dict[str, Any]) -> list[Target]:
    groups = answer["Reservations"]
    return [_describe(instance) for group in groups for instance in group["Instances"]]


def _describe(instance: dict[str, Any]) -> Target:
    names = [tag["Value"] for tag in instance.get("Tags", ()) if tag["Key"] == "Name"]
    return Target(
        kind=INSTANCE,
        id=instance["InstanceId"],
        name=names[0] if names else None,
        state=instance.get("State", {}).get("Name"),
    )


class Checkup(AwsCalls):
    """The doctor's calls about long-term keys, without retries since a person waits."""

    def load(self) -> None:
        """Import botocore, so that the import's time does not count as the network's."""
        import botocore.config  # noqa: PLC0415
        import botocore.session  # noqa: PLC0415, F401

    def identity(self, caller: Caller) -> str:
        """STS GetCallerIdentity, which no policy can deny: the ARN."""
        request = AwsRequest("sts", "GetCallerIdentity", caller, once=True)
        return self._ask(request, read_arn)[0]

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
        """Send STS an unsigned call, which it answers with a refusal.

        Raises UnreachableError without an answer, ConfigurationError if the call cannot be sent.
        """
        nobody = Keys(access_key_id="", secret_access_key=Secret(""))
        try:
            self.identity(Caller(keys=nobody, profile=None, region=region))
        except (UnreachableError, ConfigurationError):
            raise
        except MfaSessionError:
            return
