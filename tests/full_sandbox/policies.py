"""IAM's operations on inline, attached and managed policies, and on groups."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from full_sandbox import errors
from full_sandbox.holders import find_group, find_holder, users_of
from mfa_session.sandbox.operations import find_user

if TYPE_CHECKING:
    from full_sandbox.holders import FullDirectory
    from mfa_session.sandbox.clock import Clock
    from mfa_session.sandbox.identities import Document, PolicyHolder
    from mfa_session.sandbox.operations import Asked, Play

VERSION_ID = "v1"  # the only version of a managed policy here


class Policies:
    """The operations on policies and groups."""

    def __init__(self, directory: FullDirectory, clock: Clock) -> None:
        """Take the directory and the clock."""
        self._directory = directory
        self._clock = clock

    def operations(self) -> dict[str, Play]:
        """Return the operations by AWS's names."""
        plays: dict[str, Play] = {
            "ListGroupsForUser": self.list_groups,
            "GetGroup": self.get_group,
            "CreatePolicy": self.create_managed,
            "GetPolicy": self.get_managed,
            "GetPolicyVersion": self.get_version,
            "ListPolicyVersions": self.list_versions,
        }
        for kind in ("User", "Group", "Role"):
            plays |= {
                f"List{kind}Policies": functools.partial(self.list_inline, kind),
                f"Get{kind}Policy": functools.partial(self.get_inline, kind),
                f"Put{kind}Policy": functools.partial(self.put_inline, kind),
                f"Delete{kind}Policy": functools.partial(self.delete_inline, kind),
                f"ListAttached{kind}Policies": functools.partial(self.list_attached, kind),
                f"Attach{kind}Policy": functools.partial(self.attach, kind),
                f"Detach{kind}Policy": functools.partial(self.detach, kind),
            }
        return plays

    def list_inline(self, kind: str, asked: Asked) -> dict[str, Any]:
        """List the names of the inline policies."""
        holder = find_holder(self._directory, asked, kind)
        return {"IsTruncated": False, "PolicyNames": list(holder.inline_policies)}

    def get_inline(self, kind: str, asked: Asked) -> dict[str, Any]:
        """Return one inline policy."""
        holder = find_holder(self._directory, asked, kind)
        name = _policy_name(asked)
        if name not in holder.inline_policies:
            raise errors.no_such_policy(name)
        return {
            f"{kind}Name": holder.name,
            "PolicyName": name,
            "PolicyDocument": document_text(holder.inline_policies[name]),
        }

    def put_inline(self, kind: str, asked: Asked) -> None:
        """Write one inline policy."""
        holder = find_holder(self._directory, asked, kind)
        holder.inline_policies[_policy_name(asked)] = _sent_document(asked)

    def delete_inline(self, kind: str, asked: Asked) -> None:
        """Remove one inline policy."""
        holder = find_holder(self._directory, asked, kind)
        if holder.inline_policies.pop(_policy_name(asked), None) is None:
            raise errors.no_such_policy(_policy_name(asked))

    def list_attached(self, kind: str, asked: Asked) -> dict[str, Any]:
        """List the attached managed policies."""
        holder = find_holder(self._directory, asked, kind)
        attached = [
            {"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn}
            for arn in holder.attached_policies
        ]
        return {"IsTruncated": False, "AttachedPolicies": attached}

    def attach(self, kind: str, asked: Asked) -> None:
        """Attach a managed policy."""
        holder, arn = find_holder(self._directory, asked, kind), self._managed(asked)[0]
        if arn not in holder.attached_policies:
            holder.attached_policies.append(arn)

    def detach(self, kind: str, asked: Asked) -> None:
        """Detach a managed policy."""
        holder, arn = find_holder(self._directory, asked, kind), self._managed(asked)[0]
        if arn not in holder.attached_policies:
            raise errors.no_such_policy(arn)
        holder.attached_policies.remove(arn)

    def list_groups(self, asked: Asked) -> dict[str, Any]:
        """List the groups of a user."""
        user = find_user(self._directory, asked)
        return {"IsTruncated": False, "Groups": [self._group_fields(g) for g in user.groups]}

    def get_group(self, asked: Asked) -> dict[str, Any]:
        """Describe a group and name its members."""
        group = find_group(self._directory, asked)
        members = [u for u in users_of(self._directory, group.account) if group in u.groups]
        users = [{"UserName": u.name, "UserId": u.unique_id, "Arn": u.arn} for u in members]
        return {"IsTruncated": False, "Group": self._group_fields(group), "Users": users}

    def create_managed(self, asked: Asked) -> dict[str, Any]:
        """Create a managed policy."""
        holder, name = asked.caller.holder, _policy_name(asked)
        path = asked.operation.text("Path") or "/"
        arn = f"arn:{holder.partition}:iam::{holder.account}:policy{path}{name}"
        if arn in self._directory.policies:
            raise errors.exists("Policy", name)
        self._directory.policies[arn] = _sent_document(asked)
        return {"Policy": self._policy_fields(arn)}

    def get_managed(self, asked: Asked) -> dict[str, Any]:
        """Describe a managed policy."""
        return {"Policy": self._policy_fields(self._managed(asked)[0])}

    def get_version(self, asked: Asked) -> dict[str, Any]:
        """Return the document of a managed policy."""
        _, document = self._managed(asked)
        if asked.operation.text("VersionId") != VERSION_ID:
            raise errors.no_such_policy(asked.operation.text("VersionId") or "")
        return {"PolicyVersion": self._version_fields() | {"Document": document_text(document)}}

    def list_versions(self, asked: Asked) -> dict[str, Any]:
        """List the one version of a managed policy."""
        self._managed(asked)
        return {"IsTruncated": False, "Versions": [self._version_fields()]}

    def _managed(self, asked: Asked) -> tuple[str, Document]:
        arn = asked.operation.text("PolicyArn") or ""
        document = self._directory.policies.get(arn)
        if document is None:
            raise errors.no_such_policy(arn)
        return arn, document

    def _policy_fields(self, arn: str) -> dict[str, Any]:
        return {
            "PolicyName": arn.rpartition("/")[2],
            "Arn": arn,
            "DefaultVersionId": VERSION_ID,
            "IsAttachable": True,
            "CreateDate": self._clock.now(),
        }

    def _version_fields(self) -> dict[str, Any]:
        return {
            "VersionId": VERSION_ID,
            "IsDefaultVersion": True,
            "CreateDate": self._clock.now(),
        }

    def _group_fields(self, group: PolicyHolder) -> dict[str, Any]:
        return {
            "Path": group.path,
            "GroupName": group.name,
            "GroupId": group.unique_id,
            "Arn": group.arn,
            "CreateDate": self._clock.now(),
        }


def document_text(document: Document) -> str:
    """Return a document as IAM's answers have it: JSON, percent-encoded."""
    return quote(json.dumps(document), safe="")


def boundary_field(holder: PolicyHolder) -> dict[str, str] | None:
    """Return the permissions boundary's fields; None without one."""
    if holder.boundary_arn is None:
        return None
    return {
        "PermissionsBoundaryType": "Policy",
        "PermissionsBoundaryArn": holder.boundary_arn,
    }


def _policy_name(asked: Asked) -> str:
    return asked.operation.text("PolicyName") or ""


def _sent_document(asked: Asked) -> Document:
    try:
        document = json.loads(asked.operation.text("PolicyDocument") or "")
    except ValueError as exc:
        raise errors.malformed_policy() from exc
    if not isinstance(document, dict) or "Statement" not in document:
        raise errors.malformed_policy()
    return document
