"""IAM's calls about the policies of the caller, who is a user."""

from __future__ import annotations

from mfa_session.aws.devices import IamDevices
from mfa_session.aws.request import AwsRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from mfa_session.model.iam import Holder


class IamPolicies(IamDevices):
    """What hangs on the user whose keys the caller holds; every call only reads."""

    def user_arn(self) -> str:
        """Return the ARN of the user who asks; `not-a-user` if it is none of IAM's."""
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
        """Return one member of an answer, a structure."""
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
    """Return a document; botocore has decoded it already, unless it was none."""
    if not isinstance(content, dict):
        raise TypeError("no document")
    return content
