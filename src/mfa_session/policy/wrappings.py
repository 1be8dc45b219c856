"""Find policies in known formats, and their origin: a name, a kind and a holder for each.

These are the answers of `aws iam get-account-authorization-details` and `aws organizations
describe-policy`; templates of CloudFormation, SAM and CDK; Terraform's plan, state and state file.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from mfa_session.policy.document import MIXED, NewerVersion
from mfa_session.policy.nodes import (
    items_of,
    listed,
    members_in,
    members_of,
    objects_in,
    text_in,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from mfa_session.policy.nodes import Members, Node

    Parts = Iterator[tuple[Node, "Origin"]]


_WORDS = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+|[A-Z]")
_NAMES = {"RoleName": "role", "UserName": "user", "GroupName": "group"}
_OWNERS = {**_NAMES, "Roles": "role", "Users": "user", "Groups": "group"}
_asks_for_mfa = re.compile("aws(:|%3a)MultiFactorAuth", re.IGNORECASE).search
_IN_PLACE = {"PolicyDocument", "Statement"}
_TRUST_KEYS = {"AssumeRolePolicyDocument", "assume_role_policy"}


class Origin(NamedTuple):
    """The place of a policy: the names around it, the `path` of keys, its kind and holder.

    `newer`, `owners` and `incomplete` are as in Document; `account` is the whole account that it
    is in.
    """

    names: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    kind: str | None = None
    holder: str | None = None
    newer: NewerVersion | None = None
    account: Members | None = None
    owners: tuple[str, ...] = ()
    incomplete: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """Its name for people: `role/x trust`, or else its JSON pointer (RFC 6901)."""
        pointer = "".join(f"/{key.replace('~', '~0').replace('/', '~1')}" for key in self.path)
        return " ".join(self.names) or pointer

    def at(self, key: str) -> Origin:
        """Return the origin of a member or item."""
        if key in _TRUST_KEYS:
            names = (*self.names, "trust") if self.names else ()
            return self._replace(names=names, path=(*self.path, key), kind="trust")
        # Who has a permission set of IAM Identity Center comes as a session of a role.
        holder = "role" if key == "InlinePolicy" else self.holder
        return self._replace(path=(*self.path, key), holder=holder)

    def named(
        self, name: str, kind: str | None = None, holder: str | None = None, *owners: str
    ) -> Origin:
        """Return the origin with another name, and its kind, holder and owners."""
        return self._replace(
            names=(*self.names, name),
            kind=kind or self.kind,
            holder=holder or self.holder,
            owners=owners or self.owners,
        )

    def inside(self, members: Members) -> Origin:
        """Return the origin with the names in an object around the policy."""
        origin = self
        for key, holder in _NAMES.items():
            if name := text_in(members, key):
                owner = text_in(members, "Arn") or f"{holder}/{name}"
                origin = origin.named(f"{holder}/{name}", None, holder, owner)
        policy = text_in(members, "PolicyName")
        if policy and ("PolicyDocument" in members or "PolicyVersionList" in members):
            origin = origin.named(f"policy/{policy}")
        return origin


def kind_by_name(names: tuple[str, ...]) -> str | None:
    """Return `boundary` or `scp` if a name says so: `DeveloperBoundary`, `scp-deny-root`."""
    for name in names:
        words = [word.lower() for word in _WORDS.findall(name)]
        said = [word for word in words if word not in {"policy", "json", "yaml"}]
        if "scp" in words or "service control" in " ".join(words):
            return "scp"
        if said[-1:] == ["boundary"] or {"permissions", "boundary"} <= set(words):
            return "boundary"
    return None


ORGANISATION_KINDS = {"SERVICE_CONTROL_POLICY": "scp", "RESOURCE_CONTROL_POLICY": "rcp"}


def unwrap(members: Members, origin: Origin) -> Parts | None:
    """Return what to search in an object of a known format; None for others."""
    if _MARKS.isdisjoint(members):
        return None
    return next((read(members, origin) for fits, read in _SHAPES if fits(members)), None)


def _read_organisation_policy(members: Members, origin: Origin) -> Parts:
    summary = members_in(members, "PolicySummary")
    kind = ORGANISATION_KINDS.get(text_in(summary, "Type"))
    name = text_in(summary, "Name") or text_in(summary, "Id")
    yield members["Content"], origin.named(f"policy/{name}", kind)


def is_stack(members: Members) -> bool:
    """Say whether an object is a template of CloudFormation, SAM or CDK."""
    return any("::" in text_in(each, "Type") for each in _stack(members).values())


def _stack(members: Members) -> dict[str, Members]:
    resources = members_in(members, "Resources")
    return {name: members_in(resources, name) for name in resources}


_ARNS = {"AWS::IAM::Role": "role", "AWS::IAM::User": "user"}


def arns_in(members: Members) -> dict[str, str]:
    """Return a template's references to ARNs, with what these look like.

    `${Admin.Arn}` is `arn:…:role/${Admin}` if Admin is a role there.
    """
    start = "arn:${AWS::Partition}:iam::${AWS::AccountId}:"
    return {
        f"${{{name}.Arn}}": f"{start}{_ARNS[kind]}/${{{name}}}"
        for name, each in _stack(members).items()
        if (kind := text_in(each, "Type")) in _ARNS
    }


def _read_stack(members: Members, origin: Origin) -> Parts:
    resources = _stack(members)
    owners = _owners_in_stack(resources)
    incomplete = filter(None, (owners[name] for name in _incomplete_in_stack(resources)))
    origin = origin._replace(incomplete=frozenset().union(*incomplete))
    for name, parts in resources.items():
        properties, kind = members_in(parts, "Properties"), text_in(parts, "Type")
        told, holder = None, _HOLDERS.get(kind)
        if kind == "AWS::Organizations::Policy":
            told = ORGANISATION_KINDS.get(text_in(properties, "Type"))
        elif kind in {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"}:
            holder = _holder_of(owners[name])
        there = origin.named(name, told, holder, *sorted(owners[name]))
        for key, inner in properties.items():
            yield from _properties(key, inner, there.at(key))
    for key, inner in members.items():
        if key != "Resources":
            yield inner, origin.at(key)


def _properties(key: str, node: Node, origin: Origin) -> Parts:
    """Yield a property; inline policies each by its own name."""
    for item in (key == "Policies" and items_of(node)) or [node]:
        policy = members_of(item)
        name = text_in(policy, "PolicyName")
        if item is not node and name and "PolicyDocument" in policy:
            yield policy["PolicyDocument"], origin.named(f"policy/{name}")
        else:
            yield item, origin


def _owners_in_stack(resources: dict[str, Members]) -> Mapping[str, set[str]]:
    """Return who has the policies of each resource: `role/NAME`, by its name or logical id.

    `role/` is one whose name the template does not tell.
    """
    found = defaultdict[str, set[str]](set)
    all_of_them = {name: members_in(parts, "Properties") for name, parts in resources.items()}
    names = {
        name: next(filter(None, (text_in(properties, key) for key in _NAMES)), name)
        for name, properties in all_of_them.items()
    }
    for name, properties in all_of_them.items():
        kind = text_in(resources[name], "Type")
        owner = f"{_HOLDERS.get(kind, kind)}/{names[name]}"
        is_policy = kind.endswith("Policy")
        if kind in _HOLDERS and not is_policy:
            found[name].add(owner)
        for arn in items_of(properties.get("ManagedPolicyArns")):
            found[text_in(members_of(arn), "Ref")].add(owner)
        for key in properties.keys() & _OWNERS.keys() if is_policy else ():
            for each in listed(properties[key]):
                named = text_of(each) or names.get(text_in(members_of(each), "Ref"), "")
                found[name].add(f"{_OWNERS[key]}/{named}")
    return found


def _incomplete_in_stack(resources: dict[str, Members]) -> Iterator[str]:
    """Yield the roles and users with a boundary, groups, or policies that are not in it."""
    for name, parts in resources.items():
        properties, kind = members_in(parts, "Properties"), text_in(parts, "Type")
        attached = (
            members_of(each)
            for key in {"ManagedPolicyArns", "Policies"} & properties.keys()
            for each in listed(properties[key])
        )
        others = any(
            text_in(each, "Ref") not in resources and _IN_PLACE.isdisjoint(each)
            for each in attached
        )
        limited = not properties.keys().isdisjoint({"Groups", "PermissionsBoundary"})
        if (others or limited) and not kind.endswith("Policy"):
            yield name


def _holder_of(owners: Collection[str]) -> str | None:
    kinds = {each.partition("/")[0] for each in owners}
    if "role" not in kinds:
        return None
    return "role" if len(kinds) == 1 else MIXED


# By the types of a policy's resource in CloudFormation and Terraform.
_HOLDERS = {
    "AWS::IAM::Role": "role",
    "AWS::IAM::RolePolicy": "role",
    "AWS::IAM::User": "user",
    "AWS::IAM::Group": "group",
    "AWS::Serverless::Function": "role",
    "AWS::Serverless::StateMachine": "role",
    "aws_iam_role": "role",
    "aws_iam_role_policy": "role",
    "aws_iam_user_policy": "user",
    "aws_iam_group_policy": "group",
    "aws_ssoadmin_permission_set_inline_policy": "role",
}


def _read_terraform(members: Members, origin: Origin) -> Parts:
    """Yield the planned or current values of resources; a plan's other parts repeat them.

    A data source counts only if no resource has its text, since resources are built from them.
    """
    values = members.get("planned_values") or members["values"]
    resources = list(_resources(members_of(values).get("root_module")))
    prior = members_of(members_in(members, "prior_state").get("values")).get("root_module")
    yield from _attributes([*resources, *filter(_is_data, _resources(prior))], origin)


def _resources(module: Node | None) -> Iterator[Members]:
    parts = members_of(module)
    yield from objects_in(parts, "resources")
    for inner in items_of(parts.get("child_modules")):
        yield from _resources(inner)


def _attributes(resources: list[Members], origin: Origin) -> Parts:
    seen: set[str] = set()
    origin = origin._replace(incomplete=frozenset(_incomplete_in_terraform(resources)))
    for resource in sorted(resources, key=_is_data):
        is_data = _is_data(resource)
        there = _named_by_terraform(resource, origin)
        for text, path in _texts(resource.get("values")):
            if not (is_data and text_of(text) in seen):
                yield text, _at_attribute(there, path)
            seen.add(text_of(text))


def _incomplete_in_terraform(resources: list[Members]) -> Iterator[str]:
    """Yield the roles and users with a boundary, groups, or attached policies."""
    for resource in resources:
        kind, values = text_in(resource, "type"), members_in(resource, "values")
        bound = text_in(values, "permissions_boundary") or items_of(
            values.get("managed_policy_arns")
        )
        for holder in ("role", "user"):
            if kind == f"aws_iam_{holder}" and bound:
                yield f"{holder}/{text_in(values, 'name')}"
            elif "attachment" in kind or "membership" in kind:
                yield f"{holder}/{text_in(values, holder)}"


def _is_data(resource: Members) -> bool:
    return text_in(resource, "mode") == "data"


def _named_by_terraform(resource: Members, origin: Origin) -> Origin:
    kind, told = text_in(resource, "type"), None
    values, holder = members_in(resource, "values"), _HOLDERS.get(kind)
    if kind == "aws_organizations_policy":
        told = ORGANISATION_KINDS.get(text_in(values, "type") or "SERVICE_CONTROL_POLICY")
    name = text_in(values, "name" if kind == "aws_iam_role" else holder or "")
    owners = [f"{holder}/{name}"] if name else []
    return origin.named(text_in(resource, "address"), told, holder, *owners)


def _at_attribute(origin: Origin, path: tuple[str, ...]) -> Origin:
    if path[-1:] == ("assume_role_policy",):
        return origin.at(path[-1])
    name = ".".join(path)
    return origin if name in {"policy", "json", "content"} else origin.named(name)


def _texts(node: Node | None, path: tuple[str, ...] = ()) -> Iterator[tuple[Node, tuple[str, ...]]]:
    """Yield the texts in a resource's values that may be policies, with their paths.

    Nested values, such as a data source's `statement`, are in Terraform's own format.
    """
    if path[-1:] == ("minified_json",):
        return
    if node and "tatement" in text_of(node):
        yield node, path
    inside = members_of(node) or enumerate(items_of(node))
    for key, inner in dict(inside).items():
        yield from _texts(inner, (*path, str(key)))


def _read_state_file(members: Members, origin: Origin) -> Parts:
    """Yield the values of each instance, as in the format of `terraform show -json`."""
    instances = []
    for resource in objects_in(members, "resources"):
        names = [text_in(resource, key) for key in ("module", "mode", "type", "name")]
        names[1] = names[1].replace("managed", "")
        for instance in objects_in(resource, "instances"):
            if "attributes" in instance:
                index = instance.get("index_key")
                at = f"[{json.dumps(index.value)}]" if index else ""
                address = resource["name"]._replace(value=".".join(filter(None, names)) + at)
                values = instance["attributes"]
                instances.append({**resource, "address": address, "values": values})
    yield from _attributes(instances, origin)


DETAILS = ("RoleDetailList", "UserDetailList", "GroupDetailList")


def is_account(members: Members) -> bool:
    """Say whether an object is an answer of get-account-authorization-details."""
    return any(name in members for name in DETAILS) or any(
        "PolicyVersionList" in each for each in objects_in(members, "Policies")
    )


def _read_account(members: Members, origin: Origin) -> Parts:
    """Yield the policies of users, groups and roles, and managed ones in their default versions.

    A managed policy used only as a boundary is a boundary.
    """
    attached = defaultdict[str, set[str]](set)
    origin = origin._replace(account=members)
    for name in DETAILS:
        for item in items_of(members.get(name)):
            for arn in attached_to(members_of(item)):
                attached[arn].add(name.replace("DetailList", "").lower())
            yield item, origin._replace(kind="identity")
    for policy in objects_in(members, "Policies"):
        arn, name = text_in(policy, "Arn"), text_in(policy, "PolicyName")
        there = origin.named(
            f"policy/{name or arn}",
            "boundary" if _is_boundary(policy) else "identity" if attached[arn] else None,
            _holder_of(attached[arn]),
        )
        versions = objects_in(policy, "PolicyVersionList")
        default = next((each for each in versions if _is_default(each, policy, len(versions))), {})
        if "Document" in default:
            newer = _newer(arn, versions, default)
            yield default["Document"], there._replace(newer=newer)


def _newer(arn: str, versions: list[Members], default: Members) -> NewerVersion | None:
    """Return the newest version, if it asks for MFA and is not the default one."""
    names = [text_in(each, "VersionId") for each in versions]
    newest = max(names, key=lambda name: (len(name), name))  # v10 comes after v9
    latest, in_force = versions[names.index(newest)], text_in(default, "VersionId")
    if newest == in_force or not _asks_for_mfa(str(latest.get("Document"))):
        return None
    return NewerVersion(newest, in_force, arn)


def attached_to(holder: Members) -> Iterator[str]:
    """Yield the ARNs of the managed policies of a user, group or role."""
    for each in objects_in(holder, "AttachedManagedPolicies"):
        yield text_in(each, "PolicyArn")


def _is_boundary(policy: Members) -> bool:
    bounds, attached = policy.get("PermissionsBoundaryUsageCount"), policy.get("AttachmentCount")
    return bool(bounds and bounds.value) and attached is not None and attached.value == 0


def _is_default(version: Members, policy: Members, count: int) -> bool:
    said = version.get("IsDefaultVersion")
    if said is not None:
        return said.value is True
    return count == 1 or text_in(version, "VersionId") == text_in(policy, "DefaultVersionId")


def _having(*names: str) -> Callable[[Members], bool]:
    return lambda members: members.keys() >= set(names)


# Every object of a known format has one of these.
_MARKS = {*DETAILS, "Policies", "PolicySummary", "Resources", "format_version", "lineage"}
_SHAPES: tuple[tuple[Callable[[Members], bool], Callable[[Members, Origin], Parts]], ...] = (
    (is_account, _read_account),
    (_having("PolicySummary", "Content"), _read_organisation_policy),
    (is_stack, _read_stack),
    (_having("format_version", "planned_values"), _read_terraform),
    (_having("format_version", "values"), _read_terraform),
    (_having("terraform_version", "lineage", "resources"), _read_state_file),
)
