"""IAM's calls about the caller's own devices, keys and policies."""

from __future__ import annotations

from datetime import timezone

from mfa_session.aws.request import AwsRequest
from mfa_session.aws.sts import AwsCalls, CallerCalls
from mfa_session.model.arns import Arn, device_kind, parse_arn
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.iam import AccessKey, Device, NewDevice, User
from mfa_session.model.session import Keys, Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    from mfa_session.model.iam import Holder, Pair
    from mfa_session.model.ports import Caller


_KINDS = {"virtual", "hardware"}


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
        request = AwsRequest("iam", "ListMFADevices", self._caller)
        return self._ask(
            request, lambda answer: [read_device(listed) for listed in answer["MFADevices"]]
        )

    def unassigned(self) -> set[str]:
        """IAM ListVirtualMFADevices, all pages."""
        request = AwsRequest("iam", "ListVirtualMFADevices", self._caller)
        found: set[str] = set()
        page: dict[str, str] = {}
        while True:
            serials, marker = self._ask(
                request, _serials_and_marker, AssignmentStatus="Unassigned", **page
            )
            found |= serials
            if marker is None:
                return found
            page = {"Marker": marker}

    def create(self, name: str) -> NewDevice:
        """IAM CreateVirtualMFADevice, sent once: a second call would not return the seed."""
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

    def _change(self, operation: str, serial: str, **parameters: str) -> None:
        request = AwsRequest("iam", operation, self._caller, serial=serial)
        self._ask(request, bool, SerialNumber=serial, **parameters)


def read_arn(answer: dict[str, Any]) -> tuple[str, Arn]:
    """Return the ARN of GetCallerIdentity as text and in parts; ValueError if malformed."""
    arn = parse_arn(answer["Arn"])
    if arn is None:
        raise ValueError("not an ARN")
    return answer["Arn"], arn


def _serials_and_marker(answer: dict[str, Any]) -> tuple[set[str], str | None]:
    serials = {str(listed["SerialNumber"]) for listed in answer["VirtualMFADevices"]}
    return serials, str(answer["Marker"]) if answer.get("IsTruncated") else None


def _new_device(answer: dict[str, Any]) -> NewDevice:
    made = answer["VirtualMFADevice"]
    seed = Secret(made["Base32StringSeed"].decode("ascii"))
    return NewDevice(serial=str(made["SerialNumber"]), seed=seed)


def _codes(codes: Pair) -> dict[str, str]:
    return {"AuthenticationCode1": codes[0], "AuthenticationCode2": codes[1]}


def read_device(listed: dict[str, Any]) -> Device:
    """Return a listed device; IAM omits the type, so the serial decides it."""
    serial = str(listed["SerialNumber"])
    kind = device_kind(serial)
    return Device(
        serial=serial,
        kind=kind if kind in _KINDS else "passkey",
        enabled_at=listed["EnableDate"].astimezone(timezone.utc),
    )


class IamKeys(AwsCalls):
    """Lists, creates and deletes the caller's access keys; each call raises our errors only."""

    def identity(self, caller: Caller) -> str:
        """STS GetCallerIdentity, which no policy can deny: the ARN."""
        return self._ask(AwsRequest("sts", "GetCallerIdentity", caller), read_arn)[0]

    def list(self, caller: Caller) -> tuple[AccessKey, ...]:
        """IAM ListAccessKeys of the caller (at most two, so one page)."""
        request = AwsRequest("iam", "ListAccessKeys", caller)
        return self._ask(
            request,
            lambda answer: tuple(read_key(listed) for listed in answer["AccessKeyMetadata"]),
        )

    def last_used(self, caller: Caller, key_id: str) -> datetime | None:
        """IAM GetAccessKeyLastUsed: aware UTC time; None for an unused key."""
        request = AwsRequest("iam", "GetAccessKeyLastUsed", caller, asked_key_id=key_id)
        return self._ask(request, _read_last_used, AccessKeyId=key_id)

    def create(self, caller: Caller) -> Keys:
        """IAM CreateAccessKey, sent once: a second call would create a second key."""
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


def read_key(listed: dict[str, Any]) -> AccessKey:
    """Return a listed key."""
    return AccessKey(
        id=str(listed["AccessKeyId"]),
        is_active=listed["Status"] == "Active",
        created_at=listed["CreateDate"].astimezone(timezone.utc),
    )


def _read_last_used(answer: dict[str, Any]) -> datetime | None:
    moment: datetime | None = answer["AccessKeyLastUsed"].get("LastUsedDate")
    return moment.astimezone(timezone.utc) if moment else None


def _read_new(answer: dict[str, Any]) -> Keys:
    """Return the new keys; ValueError if malformed."""
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
        found = self._read(f"Get{kind}", kind, **_named(holder))
        boundary = found.get("PermissionsBoundary")
        return str(boundary["PermissionsBoundaryArn"]) if boundary else None

    def groups(self, user: str) -> list[str]:
        """IAM ListGroupsForUser, all pages."""
        found = self._list("ListGroupsForUser", "Groups", UserName=user)
        return [str(group["GroupName"]) for group in found]

    def inline_names(self, holder: Holder) -> list[str]:
        """IAM ListUserPolicies, ListGroupPolicies or ListRolePolicies, all pages."""
        operation = f"List{holder.kind.title()}Policies"
        return [str(name) for name in self._list(operation, "PolicyNames", **_named(holder))]

    def inline(self, holder: Holder, name: str) -> dict[str, Any]:
        """IAM GetUserPolicy, GetGroupPolicy or GetRolePolicy."""
        operation = f"Get{holder.kind.title()}Policy"
        return self._document(operation, **_named(holder), PolicyName=name)

    def attached_arns(self, holder: Holder) -> list[str]:
        """IAM ListAttachedUserPolicies, …GroupPolicies or …RolePolicies, all pages."""
        operation = f"ListAttached{holder.kind.title()}Policies"
        found = self._list(operation, "AttachedPolicies", **_named(holder))
        return [str(policy["PolicyArn"]) for policy in found]

    def managed(self, arn: str) -> dict[str, Any]:
        """IAM GetPolicy, then GetPolicyVersion of the default version."""
        policy = self._read("GetPolicy", "Policy", PolicyArn=arn)
        request = AwsRequest("iam", "GetPolicyVersion", self._caller)
        return self._ask(
            request,
            lambda answer: _as_document(answer["PolicyVersion"]["Document"]),
            PolicyArn=arn,
            VersionId=str(policy["DefaultVersionId"]),
        )

    def _document(self, operation: str, **parameters: str) -> dict[str, Any]:
        request = AwsRequest("iam", operation, self._caller)
        return self._ask(
            request, lambda answer: _as_document(answer["PolicyDocument"]), **parameters
        )

    def _read(self, operation: str, member: str, **parameters: str) -> dict[str, Any]:
        """Return a structure in an answer."""
        request = AwsRequest("iam", operation, self._caller)
        return self._ask(request, lambda answer: _as_document(answer[member]), **parameters)

    def _list(self, operation: str, member: str, **parameters: str) -> list[Any]:
        """Return the items of all pages."""
        request = AwsRequest("iam", operation, self._caller)

        def read(answer: dict[str, Any]) -> tuple[list[Any], str | None]:
            return [*answer[member]], str(answer["Marker"]) if answer.get("IsTruncated") else None

        items, marker = self._ask(request, read, **parameters)
        while marker is not None:
            more, marker = self._ask(request, read, **parameters, Marker=marker)
            items += more
        return items


def _named(holder: Holder) -> dict[str, str]:
    return {f"{holder.kind.title()}Name": holder.name}


def _as_document(content: Any) -> dict[str, Any]:
    """Return a document, which botocore has decoded unless it is malformed."""
    if not isinstance(content, dict):
        raise TypeError("not a document")
    return content
