"""What AWS says of the things a command will hit: read-only, and given up early."""

from __future__ import annotations

from contextlib import suppress

from mfa_session.aws.request import AwsRequest
from mfa_session.aws.sts import Answer, AwsCalls
from mfa_session.model.errors import MfaSessionError
from mfa_session.model.feature_ports import INSTANCE, Target

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from mfa_session.aws.sts import Learner, Limiter, LocalClock
    from mfa_session.model.ports import Caller

MOST_INSTANCES = 100
"""How many are asked about; a person reads fewer."""
ABSENT = "not found in this region"


class Lookups(AwsCalls):
    """Questions in the name of the session that the command gets."""

    def __init__(
        self,
        clock: LocalClock,
        aws_clock: Learner,
        limited: Limiter,
        environ: Mapping[str, str],
        caller: Caller,
    ) -> None:
        """Take what every call needs, and who asks."""
        super().__init__(clock, aws_clock, limited, environ)
        self._caller = caller

    def alias(self) -> str | None:
        """IAM ListAccountAliases; None where there is none, or it may not be known."""
        with suppress(MfaSessionError):
            aliases = self._look_up("iam", "ListAccountAliases", _aliases)
            return aliases[0] if aliases else None
        return None

    def account_id(self) -> str | None:
        """STS GetCallerIdentity's account, or None."""
        with suppress(MfaSessionError):
            return self._look_up("sts", "GetCallerIdentity", lambda answer: str(answer["Account"]))
        return None

    def describe(self, targets: Iterable[Target]) -> dict[Target, Target]:
        """EC2 DescribeInstances: return each instance with its Name tag and state."""
        asked = [target for target in targets if target.kind == INSTANCE][:MOST_INSTANCES]
        if not asked:
            return {}
        instances = {target.id: target for target in asked}
        # By a filter: a list of ids fails whole if one of them is not there.
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
