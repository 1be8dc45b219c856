"""What AWS says of the things a command will hit: read-only, and given up early."""

from __future__ import annotations

from contextlib import suppress

from mfa_session.aws.asked import Asked
from mfa_session.aws.sts import AwsCalls
from mfa_session.guard.targets import INSTANCE, Target
from mfa_session.model.errors import MfaSessionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from mfa_session.aws.sts import Learner, LocalClock
    from mfa_session.model.ports import Caller

MOST_INSTANCES = 100
"""How many are asked about; a person reads fewer."""
ABSENT = "not found in this region"


class Lookups(AwsCalls):
    """Questions in the name of the session that the command gets."""

    def __init__(self, clock: LocalClock, aws_clock: Learner, caller: Caller) -> None:
        """Take the clocks, and who asks."""
        super().__init__(clock, aws_clock)
        self._caller = caller

    def alias(self) -> str | None:
        """IAM ListAccountAliases; None where there is none, or it may not be known."""
        with suppress(MfaSessionError):
            aliases = self._ask("iam", "ListAccountAliases").get("AccountAliases") or []
            return str(aliases[0]) if aliases else None
        return None

    def account_id(self) -> str | None:
        """STS GetCallerIdentity's account, or None."""
        with suppress(MfaSessionError):
            return str(self._ask("sts", "GetCallerIdentity").get("Account") or "") or None
        return None

    def describe(self, targets: Iterable[Target]) -> dict[Target, Target]:
        """EC2 DescribeInstances: return each instance with its Name tag and state."""
        asked = [target for target in targets if target.kind == INSTANCE][:MOST_INSTANCES]
        if not asked:
            return {}
        instances = {target.id: target for target in asked}
        # By a filter: a list of ids fails whole if one of them is not there.
        with suppress(MfaSessionError, KeyError, TypeError):
            answer = self._ask(
                "ec2",
                "DescribeInstances",
                Filters=[{"Name": "instance-id", "Values": list(instances)}],
            )
            found = [one for group in answer["Reservations"] for one in group["Instances"]]
            seen = {instances[one["InstanceId"]]: _describe(one) for one in found}
            absent = {target: target.replace(state=ABSENT) for target in instances.values()}
            return {**absent, **seen}
        return {}

    def _ask(self, service: str, operation: str, **parameters: object) -> dict[str, Any]:
        asked = Asked(service, operation, self._caller, once=True)
        return self._call(asked, **parameters)


def _describe(instance: dict[str, Any]) -> Target:
    names = [tag["Value"] for tag in instance.get("Tags", ()) if tag["Key"] == "Name"]
    return Target(
        kind=INSTANCE,
        id=instance["InstanceId"],
        name=names[0] if names else None,
        state=instance.get("State", {}).get("Name"),
    )
