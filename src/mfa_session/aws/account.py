"""Calls about the caller's own devices, keys and policies, and the account that it is in.

The guard's and the doctor's only read, and are sent once.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timezone

from mfa_session.aws.calls import CallerCalls, Calls
from mfa_session.aws.request import AwsRequest
from mfa_session.model.arns import GIVE_CODES, Arn, device_kind, parse_arn
from mfa_session.model.errors import ConfigurationError, MfaSessionError, UnreachableError
from mfa_session.model.feature_ports import INSTANCE, Target
from mfa_session.model.iam import AccessKey, Device, NewDevice, User
from mfa_session.model.ports import Caller
from mfa_session.model.session import Keys, Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from typing import Any

    from mfa_session.aws.calls import Answer
    from mfa_session.model.iam import Holder, Pair


MOST_INSTANCES = 100
"""The limit of one preview; a person reads fewer."""
ABSENT = "not found in this region"


class IamDevices(CallerCalls):
    """The devices of the caller, who signs with long-term keys or an MFA session."""

    def user(self) -> User:
        """STS GetCallerIdentity, which no policy can deny; `not-a-user` unless an IAM user."""
        request = AwsRequest("sts", "GetCallerIdentity", self._caller)
        text, arn = self._ask(request, read_arn)
        if arn.service != "iam" or not arn.resource.startswith("user/"):
            raise ConfigurationError(
                "not-a-user",
                f"{request.key} is the key of {text}, which is not an IAM user",
                "use the access key of an IAM user: --profile, or source_profile in config.toml",
            )
        name = arn.resource.rpartition("/")[2]
        return User(arn=text, partition=arn.partition, account=arn.account, name=name)

    def enabled(self) -> list[Device]:
        """IAM ListMFADevices (at most eight, so one page)."""
        return self._read("ListMFADevices", _read_devices)

    def unassigned(self) -> set[str]:
        """IAM ListVirtualMFADevices, all pages."""
        return set(
            self._list(
                "ListVirtualMFADevices",
                "VirtualMFADevices",
                lambda listed: str(listed["SerialNumber"]),
                AssignmentStatus="Unassigned",
            )
        )

    def create(self, name: str) -> NewDevice:
        """IAM CreateVirtualMFADevice, sent once."""
        request = AwsRequest("iam", "CreateVirtualMFADevice", self._caller, serial=name, once=True)
        return self._ask(request, _new_device, VirtualMFADeviceName=name)

    def enable(self, user: User, serial: str, codes: Pair) -> None:
        """IAM EnableMFADevice."""
        self._change("EnableMFADevice", serial, UserName=user.name, **_codes(codes))

    def resync(self, user: User, serial: str, codes: Pair) -> None:
        """IAM ResyncMFADevice."""
        self._change("ResyncMFADevice", serial, UserName=user.name, **_codes(codes))

    def deactivate(self, user: User, serial: str) -> None:
        """IAM DeactivateMFADevice."""
        self._change("DeactivateMFADevice", serial, UserName=user.name)

    def delete(self, serial: str) -> None:
        """IAM DeleteVirtualMFADevice."""
        self._change("DeleteVirtualMFADevice", serial)

    def _list(
        self,
        operation: str,
        member: str,
        read_item: Callable[[Any], Answer],
        **parameters: str,
    ) -> list[Answer]:

        def read(answer: dict[str, Any]) -> tuple[list[Answer], str | None]:
            items = [read_item(item) for item in answer[member]]
            return items, str(answer["Marker"]) if answer.get("IsTruncated") else None

        items, marker = self._read(operation, read, **parameters)
        while marker is not None:
            more, marker = self._read(operation, read, **parameters, Marker=marker)
            items += more
        return items

    def _read(self, operation: str, read: Callable[[Any], Answer], **parameters: str) -> Answer:
        return self._ask(AwsRequest("iam", operation, self._caller), read, **parameters)

    def _change(self, operation: str, serial: str, **parameters: str) -> None:
        request = AwsRequest("iam", operation, self._caller, serial=serial)
        self._ask(request, bool, SerialNumber=serial, **parameters)


def read_arn(answer: dict[str, Any]) -> tuple[str, Arn]:
    """Return the ARN of GetCallerIdentity as text and in parts; ValueError if malformed."""
    arn = parse_arn(answer["Arn"])
    if arn is None:
        raise ValueError("not an ARN")
    return answer["Arn"], arn


def _new_device(answer: dict[str, Any]) -> NewDevice:
    made = answer["VirtualMFADevice"]
    seed = Secret(made["Base32StringSeed"].decode("ascii"))
    return NewDevice(serial=str(made["SerialNumber"]), seed=seed)


def _codes(codes: Pair) -> dict[str, str]:
    return {"AuthenticationCode1": codes[0], "AuthenticationCode2": codes[1]}


def _read_devices(answer: dict[str, Any]) -> list[Device]:
    return [_read_device(listed) for listed in answer["MFADevices"]]


def _read_device(listed: dict[str, Any]) -> Device:
    """Return a listed device; IAM omits the type, so the serial decides it."""
    serial = str(listed["SerialNumber"])
    kind = device_kind(serial)
    return Device(
        serial=serial,
        kind=kind if kind in GIVE_CODES else "passkey",
        enabled_at=listed["EnableDate"].astimezone(timezone.utc),
    )


class IamKeys(Calls):
    """Lists, creates and deletes the caller's access keys; each call raises our errors only."""

    def identity(self, caller: Caller) -> str:
        """STS GetCallerIdentity, which no policy can deny: the ARN."""
        return self._ask(AwsRequest("sts", "GetCallerIdentity", caller), read_arn)[0]

    def list(self, caller: Caller) -> tuple[AccessKey, ...]:
        """IAM ListAccessKeys of the caller (at most two, so one page)."""
        return self._ask(AwsRequest("iam", "ListAccessKeys", caller), _read_keys)

    def last_used(self, caller: Caller, key_id: str) -> datetime | None:
        """IAM GetAccessKeyLastUsed: aware UTC time; None for an unused key."""
        request = AwsRequest("iam", "GetAccessKeyLastUsed", caller, asked_key_id=key_id)
        return self._ask(request, _read_last_used, AccessKeyId=key_id)

    def create(self, caller: Caller) -> Keys:
        """IAM CreateAccessKey, sent once: another would create a second key."""
        request = AwsRequest("iam", "CreateAccessKey", caller, once=True)
        return self._ask(request, _read_new)

    def deactivate(self, caller: Caller, key_id: str) -> None:
        """IAM UpdateAccessKey to Inactive."""
        request = AwsRequest("iam", "UpdateAccessKey", caller, asked_key_id=key_id)
        self._ask(request, bool, AccessKeyId=key_id, Status="Inactive")

    def delete(self, caller: Caller, key_id: str) -> None:
        """IAM DeleteAccessKey."""
        request = AwsRequest("iam", "DeleteAccessKey", caller, asked_key_id=key_id)
        self._ask(request, bool, AccessKeyId=key_id)


def _read_keys(answer: dict[str, Any]) -> tuple[AccessKey, ...]:
    return tuple(
        AccessKey(
            id=str(listed["AccessKeyId"]),
            is_active=listed["Status"] == "Active",
            created_at=listed["CreateDate"].astimezone(timezone.utc),
        )
        for listed in answer["AccessKeyMetadata"]
    )


def _read_last_used(answer: dict[str, Any]) -> datetime | None:
    moment: datetime | None = answer["AccessKeyLastUsed"].get("LastUsedDate")
    return moment.astimezone(timezone.utc) if moment else None


def _read_new(answer: dict[str, Any]) -> Keys:
    made = answer["AccessKey"]
    key_id, secret = str(made["AccessKeyId"]), str(made["SecretAccessKey"])
    keys = Keys(access_key_id=key_id, secret_access_key=Secret(secret))
    if keys.shown_id != key_id or not secret.isascii() or not secret.strip().isprintable():
        raise ValueError("not an access key")
    return keys


class IamPolicies(IamDevices):
    """Reads the policies of the caller, the caller's groups and roles; changes nothing."""

    def user_arn(self) -> str:
        """Return the caller's ARN; `not-a-user` unless an IAM user."""
        return self.user().arn

    def boundary_arn(self, holder: Holder) -> str | None:
        """IAM GetUser or GetRole: the permissions boundary, if there is one."""
        kind = holder.kind.title()

        def read(answer: dict[str, Any]) -> str | None:
            boundary = answer[kind].get("PermissionsBoundary")
            return None if boundary is None else str(boundary["PermissionsBoundaryArn"])

        return self._read(f"Get{kind}", read, **_named(holder))

    def groups(self, user: str) -> list[str]:
        """IAM ListGroupsForUser, all pages."""
        return self._list(
            "ListGroupsForUser", "Groups", lambda group: str(group["GroupName"]), UserName=user
        )

    def inline_names(self, holder: Holder) -> list[str]:
        """IAM ListUserPolicies, ListGroupPolicies or ListRolePolicies, all pages."""
        operation = f"List{holder.kind.title()}Policies"
        return self._list(operation, "PolicyNames", str, **_named(holder))

    def inline(self, holder: Holder, name: str) -> dict[str, Any]:
        """IAM GetUserPolicy, GetGroupPolicy or GetRolePolicy."""
        operation = f"Get{holder.kind.title()}Policy"
        return self._read(
            operation,
            lambda answer: _as_document(answer["PolicyDocument"]),
            **_named(holder),
            PolicyName=name,
        )

    def attached_arns(self, holder: Holder) -> list[str]:
        """IAM ListAttachedUserPolicies, …GroupPolicies or …RolePolicies, all pages."""
        operation = f"ListAttached{holder.kind.title()}Policies"
        return self._list(
            operation,
            "AttachedPolicies",
            lambda policy: str(policy["PolicyArn"]),
            **_named(holder),
        )

    def managed(self, arn: str) -> dict[str, Any]:
        """IAM GetPolicy, then GetPolicyVersion of the default version."""
        version = self._read(
            "GetPolicy", lambda answer: str(answer["Policy"]["DefaultVersionId"]), PolicyArn=arn
        )
        return self._read(
            "GetPolicyVersion",
            lambda answer: _as_document(answer["PolicyVersion"]["Document"]),
            PolicyArn=arn,
            VersionId=version,
        )


def _named(holder: Holder) -> dict[str, str]:
    return {f"{holder.kind.title()}Name": holder.name}


def _as_document(content: Any) -> dict[str, Any]:
    """Return a document, which botocore has decoded unless it is malformed."""
    if not isinstance(content, dict):
        raise TypeError("not a document")
    return content


class Lookups(CallerCalls):
    """The guard's calls about targets, with the session that the guarded command will get."""

    def alias(self) -> str | None:
        """IAM ListAccountAliases; None without an alias, or after a refusal."""
        with suppress(MfaSessionError):
            return self._look_up("iam", "ListAccountAliases", _alias)
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


def _alias(answer: dict[str, Any]) -> str | None:
    return next(map(str, answer["AccountAliases"]), None)


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


class Checkup(Calls):
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
        return self._ask(AwsRequest("iam", "ListAccessKeys", caller, once=True), _read_keys)

    def devices(self, caller: Caller) -> tuple[Device, ...]:
        """IAM ListMFADevices of the caller (at most eight, so one page)."""
        request = AwsRequest("iam", "ListMFADevices", caller, once=True)
        return tuple(self._ask(request, _read_devices))

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
