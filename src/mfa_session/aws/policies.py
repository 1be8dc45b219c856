"""IAM's calls about the policies of the caller, who is a user."""

from __future__ import annotations

from mfa_session.aws.asked import Asked
from mfa_session.aws.devices import IamDevices
from mfa_session.aws.sts import not_an_answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from mfa_session.policy.live import Holder


class IamPolicies(IamDevices):
    """What hangs on the user whose keys the caller holds; every call only reads."""

    def user_arn(self) -> str:
        """Return the ARN of the user who asks; `not-a-user` if it is none of IAM's."""
        return self.user().arn

    def boundary_arn(self, user: str) -> str | None:
        """IAM GetUser: the permissions boundary, if there is one."""
        found = self._read("GetUser", "User", UserName=user)
        boundary = found.get("PermissionsBoundary") if isinstance(found, dict) else None
        return str(boundary["PermissionsBoundaryArn"]) if boundary else None

    def groups(self, user: str) -> list[str]:
        """IAM ListGroupsForUser, all pages."""
        found = self._list("ListGroupsForUser", "Groups", UserName=user)
        return [str(group["GroupName"]) for group in found]

    def inline_names(self, holder: Holder) -> list[str]:
        """IAM ListUserPolicies or ListGroupPolicies, all pages."""
        operation = f"List{holder.kind.title()}Policies"
        return [str(name) for name in self._list(operation, "PolicyNames", **_named(holder))]

    def inline(self, holder: Holder, name: str) -> dict[str, Any]:
        """IAM GetUserPolicy or GetGroupPolicy."""
        operation = f"Get{holder.kind.title()}Policy"
        return self._document(operation, "PolicyDocument", **_named(holder), PolicyName=name)

    def attached_arns(self, holder: Holder) -> list[str]:
        """IAM ListAttachedUserPolicies or ListAttachedGroupPolicies, all pages."""
        operation = f"ListAttached{holder.kind.title()}Policies"
        found = self._list(operation, "AttachedPolicies", **_named(holder))
        return [str(policy["PolicyArn"]) for policy in found]

    def managed(self, arn: str) -> dict[str, Any]:
        """IAM GetPolicy, then GetPolicyVersion of the default version."""
        policy = self._read("GetPolicy", "Policy", PolicyArn=arn)
        version = self._read(
            "GetPolicyVersion",
            "PolicyVersion",
            PolicyArn=arn,
            VersionId=str(policy["DefaultVersionId"]),
        )
        return _as_document(version["Document"], Asked("iam", "GetPolicyVersion", self._caller))

    def _document(self, operation: str, member: str, **parameters: str) -> dict[str, Any]:
        found = self._read(operation, member, **parameters)
        return _as_document(found, Asked("iam", operation, self._caller))

    def _read(self, operation: str, member: str, **parameters: str) -> Any:
        """Return one member of an answer."""
        asked = Asked("iam", operation, self._caller)
        answer = self._call(asked, **parameters)
        if member not in answer:
            raise not_an_answer(asked)
        return answer[member]

    def _list(self, operation: str, member: str, **parameters: str) -> list[Any]:
        asked = Asked("iam", operation, self._caller)
        found: list[Any] = []
        page: dict[str, str] = {}
        while True:
            answer = self._call(asked, **parameters, **page)
            if not isinstance(answer.get(member), list):
                raise not_an_answer(asked)
            found += answer[member]
            if not answer.get("IsTruncated"):
                return found
            page = {"Marker": str(answer["Marker"])}


def _named(holder: Holder) -> dict[str, str]:
    return {f"{holder.kind.title()}Name": holder.name}


def _as_document(content: Any, asked: Asked) -> dict[str, Any]:
    """Return a document; botocore has decoded it already, unless it was none."""
    if not isinstance(content, dict):
        raise not_an_answer(asked)
    return content
