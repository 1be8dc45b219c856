"""Find the policies in Terraform's plan, state and state file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

from mfa_session.policy.formats import documents
from mfa_session.policy.formats.origin import (
    ORGANISATION_KINDS,
    PREFIXES,
    Elsewhere,
    Holdings,
    Origin,
)
from mfa_session.policy.formats.references import References, address_of, is_data, is_kind
from mfa_session.policy.nodes import (
    Members,
    Node,
    items_of,
    listed,
    members_in,
    members_of,
    objects_in,
    text_in,
    text_of,
)

Parts = Iterator[tuple[Node, Origin]]

# The attributes that name holders, such as those of aws_iam_role_policy_attachment.
_NAMES = {
    "role": ("role", "roles", "role_name"),
    "user": ("user", "users", "user_name"),
    "group": ("group", "groups", "group_name"),
}
_HOLDERS = {
    "aws_iam_role": "role",
    "aws_iam_role_policy": "role",
    "aws_iam_user": "user",
    "aws_iam_user_policy": "user",
    "aws_iam_group": "group",
    "aws_iam_group_policy": "group",
    "aws_ssoadmin_permission_set_inline_policy": "role",
}
_THEMSELVES = {"aws_iam_role", "aws_iam_user"}
_POLICIES = {"aws_iam_policy", *(f"aws_iam_{holder}_policy" for holder in _NAMES)}
# The attributes with the policies of resources.
_RESOURCE_POLICIES = ("policy", "policy_document", "resource_policy", "access_policies")
_OF_DOCUMENTS = (*_RESOURCE_POLICIES, "assume_role_policy", "content", "inline_policy")
# The attributes that tell of which resource a policy is that does not name one.
_ARNS_OF_POLICIES = {
    "aws_kms_key": "arn",
    "aws_secretsmanager_secret": "arn",
    "aws_secretsmanager_secret_policy": "secret_arn",
}
_OF_ORGANISATIONS = "aws_organizations_policy"
_OF_CLOUD_CONTROL = "awscc_iam_"  # another provider's, whose attributes are CloudFormation's
_EXCLUSIVE = "aws_iam_policy_attachment"  # it detaches the policy from all others
_LEFT_OUT = "what the plan leaves out"
_LATER = "what is known only after terraform apply"


def read_terraform(members: Members, origin: Origin) -> Parts:
    """Yield the planned or current values of resources; a plan's other parts repeat them.

    A data source counts only if no resource has its text, since resources are built from them.
    """
    values = members.get("planned_values") or members["values"]
    resources = list(_resources(members_of(values).get("root_module")))
    prior = members_of(members_in(members, "prior_state").get("values")).get("root_module")
    configuration = members_in(members_in(members, "configuration"), "root_module")
    found = [*resources, *filter(is_data, _resources(prior))]
    told = _Resources(found, configuration)
    told.is_whole = "values" in members or _tells_all(members)
    yield from told.policies(origin)


def _tells_all(plan: Members) -> bool:
    """Say whether a plan tells all that will be, and how it was meant."""
    values = {key: plan[key].value for key in ("errored", "complete") if key in plan}
    changes = (members_in(each, "change") for each in objects_in(plan, "resource_changes"))
    forgets = any("forget" in map(text_of, items_of(each.get("actions"))) for each in changes)
    deferred = items_of(plan.get("deferred_changes"))
    whole = values.get("errored") is not True and values.get("complete") is not False
    return whole and "configuration" in plan and not (forgets or deferred)


def read_state_file(members: Members, origin: Origin) -> Parts:
    """Yield the values of each instance, as in the format of `terraform show -json`."""
    instances = []
    for resource in objects_in(members, "resources"):
        names = [text_in(resource, key) for key in ("module", "mode", "type", "name")]
        names[1] = names[1].replace("managed", "")
        for instance in objects_in(resource, "instances"):
            if "attributes" in instance:
                index = instance.get("index_key")
                at = f"[{json.dumps(index.value)}]" if index else ""
                values = instance["attributes"]
                address = values._replace(value=".".join(filter(None, names)) + at)
                instances.append({**resource, "address": address, "values": values})
    yield from _Resources(instances, {}).policies(origin)


def read_old_state_file(members: Members, origin: Origin) -> Parts:
    """Yield the same of Terraform 0.11, whose attributes are not followed."""
    holdings = Holdings()
    holdings.give(["role/", "user/"], [Elsewhere("what a state file of Terraform 0.11 tells")])
    origin = origin._replace(roster=holdings.roster())
    for module in objects_in(members, "modules"):
        for address, resource in members_in(module, "resources").items():
            attributes = members_in(members_in(members_of(resource), "primary"), "attributes")
            for text, path in _texts(Node(attributes, resource.offset)):
                yield text, _at_attribute(origin.named(address), path)


def _resources(module: Node | None) -> Iterator[Members]:
    parts = members_of(module)
    yield from objects_in(parts, "resources")
    for inner in items_of(parts.get("child_modules")):
        yield from _resources(inner)


class _Resources:
    """The resources of all modules, and how a plan's root module is written."""

    def __init__(self, resources: list[Members], configuration: Members) -> None:
        self.is_whole = True  # whether it tells all
        # A managed resource counts before a data source that reads it.
        self._all = sorted(resources, key=is_data)
        self._references = References(self._all, configuration)
        self._by_id = {_value(each, "id"): address_of(each) for each in self._all}
        self._by_arn = {_value(each, "arn"): each for each in reversed(self._all)}
        # In a plan, an ARN may be written of a policy whose own is not known yet.
        self._planned = {
            f"policy{_value(each, 'path') or '/'}{_value(each, 'name')}": each
            for each in self._all
            if is_kind(each, "aws_iam_policy") and not _value(each, "arn")
        }
        self._groups = Counter(
            f"group/{name}"
            for each in self._all
            if is_kind(each, "aws_iam_group") and (name := _value(each, "name"))
        )

    def policies(self, origin: Origin) -> Parts:
        holdings = self._holdings()
        origin = origin._replace(roster=holdings.roster())
        texts = {
            text_of(text)
            for each in self._all
            for text, _ in _texts(each.get("values"))
            if not is_data(each)
        }
        # A role's state repeats the policies that other resources give it.
        given = {
            (_value(each, "role"), _value(each, "policy"))
            for each in self._all
            if is_kind(each, "aws_iam_role_policy")
        }
        used = {policy.offset for each in self._all for _, policy in self._deferred(each)}
        for resource in self._all:
            there = _named(resource, origin, holdings)
            repeated = texts if is_data(resource) and not there.owners else set()
            for text, path in _texts(resource.get("values")):
                is_inline = path[:1] == ("inline_policy",)
                again = is_inline and (_value(resource, "name"), text_of(text)) in given
                if not (again or text_of(text) in repeated):
                    yield text, _at_attribute(there, path)
            for key, policy in self._deferred(resource):
                yield policy, _at_attribute(there, (key,))
            unused = documents.as_policy(resource) if is_kind(resource, documents.KIND) else None
            if unused and unused.offset not in used:
                yield unused, there

    def _deferred(self, resource: Members) -> Iterator[tuple[str, Node]]:
        """Yield the policies that are known only later, but not their documents, by attribute."""
        for key in _OF_DOCUMENTS if not is_data(resource) else ():
            if _known(resource, key) is None:
                for each in self._references.resources(resource, key, documents.KIND):
                    policy = documents.as_policy(each) if each else None
                    if policy:
                        yield key, policy

    def _holdings(self) -> Holdings:
        holdings = Holdings()
        holdings.give(["role/", "user/"], [] if self.is_whole else [Elsewhere(_LEFT_OUT)])
        for resource in self._all:
            kind = text_in(resource, "type")
            if kind == "aws_iam_group":
                _note_group(holdings, resource)
            elif kind in _THEMSELVES:
                self._note_holder(holdings, resource)
            elif is_data(resource):
                continue
            elif kind.startswith(_OF_CLOUD_CONTROL):
                holdings.give(["role/", "user/"], [Elsewhere(address_of(resource))])
            elif "membership" in kind:
                self._note_members(holdings, resource)
            else:
                self._note_policies(holdings, resource)
        return holdings

    def _note_policies(self, holdings: Holdings, resource: Members) -> None:
        kind = text_in(resource, "type")
        if kind == "aws_organizations_policy_attachment":
            ids = _known(resource, "policy_id") or ()
            found = [self._by_id[each] for each in ids if each in self._by_id]
            found += map(
                address_of, self._references.resources(resource, "policy_id", _OF_ORGANISATIONS)
            )
            holdings.give([f"account/{_value(resource, 'target_id')}"], filter(None, found))
        elif kind.startswith("aws_ssoadmin_"):
            self._note_permission_set(holdings, resource)
        elif kind == "aws_iam_user_login_profile":
            required = members_in(resource, "values").get("password_reset_required")
            holdings.reset(self._owners(resource, "user"), required)
        elif kind in _HOLDERS:
            holdings.give(self._owners(resource, *_NAMES), [self._policy(resource)])
        else:
            attached = self._policies(resource, "policy_arn", "policy_arns")
            if "policy_attachment" in kind and not attached:
                attached = [Elsewhere(_LATER)]
            owners = self._owners(resource, *_NAMES)
            holdings.give(owners, attached)
            holdings.attach(address_of(resource), owners, attached, alone=kind == _EXCLUSIVE)
            if not kind.startswith("aws_iam_") and any(
                _known(resource, key) is None and self._references.is_set(resource, key)
                for key in _RESOURCE_POLICIES
            ):
                holdings.hide(_service(kind))
            if kind == _OF_ORGANISATIONS and _known(resource, "content") is None:
                holdings.give(["role/", "user/"], [Elsewhere(address_of(resource))])

    def _note_permission_set(self, holdings: Holdings, resource: Members) -> None:
        """Note what the role of a permission set has, whose name AWS makes up."""
        kind = text_in(resource, "type")
        if kind.endswith("_inline_policy"):
            holdings.give(["role/"], [address_of(resource)])
        elif "customer_managed" in kind:
            holdings.give(["role/"], self._referred(members_in(resource, "values")))
        elif kind.endswith("_policy_attachment"):
            holdings.give(["role/"], [Elsewhere(_value(resource, "managed_policy_arn") or _LATER)])
        elif "boundary" in kind:
            bounds = objects_in(members_in(resource, "values"), "permissions_boundary")
            found = [policy for each in bounds for policy in self._referred(each)]
            holdings.bound(["role/"], found or [Elsewhere(_LATER)])

    def _referred(self, around: Members) -> list[str]:
        """Return the policies that a permission set refers to by their names."""
        references = objects_in(around, "customer_managed_policy_reference")
        names = {text_in(each, "name") for each in references}
        own = [
            self._policy(each)
            for each in self._all
            if is_kind(each, "aws_iam_policy") and not is_data(each)
            if _value(each, "name") in names - {""}
        ]
        return own or [Elsewhere(_LATER)]

    def _note_holder(self, holdings: Holdings, resource: Members) -> None:
        holder = _HOLDERS[text_in(resource, "type")]
        name = _value(resource, "name") or _value(resource, "user_name")  # of a data source
        itself, path = f"{holder}/{name}", _value(resource, "path")
        planned = f"arn:*:iam::*:{holder}{path}{name}" if name and path else ""
        holdings.add(itself, _value(resource, "arn") or planned)
        attached = self._policies(resource, "managed_policy_arns")
        inline = objects_in(members_in(resource, "values"), "inline_policy")
        is_unread = self._references.is_set(resource, "inline_policy") and not inline
        if is_unread or not all(text_in(each, "policy") or not each for each in inline):
            attached.append(Elsewhere(_LATER))
        if is_data(resource):
            attached.append(Elsewhere(f"what else {name} has"))
        holdings.give([itself], [address_of(resource), *attached])
        holdings.bound([itself], self._policies(resource, "permissions_boundary"))
        if is_kind(resource, "aws_iam_role") and _known(resource, "assume_role_policy") is None:
            holdings.hide(itself)

    def _note_members(self, holdings: Holdings, membership: Members) -> None:
        users, groups = self._owners(membership, "user"), self._owners(membership, "group")
        known = [each if each in self._groups else Elsewhere(each) for each in groups]
        is_all = is_kind(membership, "aws_iam_group_membership")
        holdings.join(users, known, is_all=is_all)
        of_one = [each for each in groups if self._groups[each] == 1]  # not of two accounts
        holdings.attach(address_of(membership), users, of_one, alone=is_all)

    def _owners(self, resource: Members, *holders: str) -> list[str]:
        found = []
        for holder in holders:
            for key in _NAMES[holder]:
                names = _known(resource, key)
                if names is None:
                    referred = self._references.resources(resource, key, f"aws_iam_{holder}")
                    names = [_value(each, "name") for each in referred]
                found += [f"{holder}/{name}" for name in names]
        return found

    def _policies(self, resource: Members, *keys: str) -> list[str]:
        """Return the addresses of policies."""
        found: list[str] = []
        for key in keys:
            arns = _known(resource, key)
            if arns is None:
                found += map(
                    self._policy, self._references.resources(resource, key, "aws_iam_policy")
                )
            else:
                known = [(arn, self._policy_of(arn)) for arn in arns]
                found += [self._policy(each) if each else Elsewhere(arn) for arn, each in known]
        return found

    def _policy_of(self, arn: str) -> Members | None:
        start, _, name = arn.rpartition(":")
        planned = None if start.endswith(":aws") else self._planned.get(name)
        return self._by_arn.get(arn) or planned

    def _policy(self, resource: Members) -> str:
        """Return a policy's address, if its text is known."""
        known = _known(resource, "policy") or any(self._deferred(resource))
        is_read = text_in(resource, "type") not in _POLICIES or known
        return address_of(resource) if resource and is_read else Elsewhere(_LATER)


def _note_group(holdings: Holdings, group: Members) -> None:
    """Note the users of a group, which only a data source has."""
    name = _value(group, "group_name") or _value(group, "name")
    users = objects_in(members_in(group, "values"), "users")
    holdings.join([f"user/{text_in(each, 'user_name')}" for each in users], [f"group/{name}"])


def _service(kind: str) -> str:
    """Return the prefix of a resource's actions: `events` for aws_cloudwatch_event_bus_policy."""
    first, *others = kind.removeprefix("aws_").split("_")
    return PREFIXES.get("_".join([first, *others[:1]])) or PREFIXES.get(first, first)


def _value(resource: Members, attribute: str) -> str:
    return text_in(members_in(resource, "values"), attribute)


def _known(resource: Members, key: str) -> list[str] | None:
    """Return the texts of an attribute; None if one is known only later."""
    node = members_in(resource, "values").get(key)
    if node is None:
        return None
    texts = list(map(text_of, listed(node))) if node.value else []
    return texts if all(texts) else None


def _named(resource: Members, origin: Origin, holdings: Holdings) -> Origin:
    kind, address = text_in(resource, "type"), address_of(resource)
    told = holdings.kind(address)
    owners = holdings.owners(address, is_managed=kind == "aws_iam_policy" and not is_data(resource))
    if kind.startswith("aws_vpc_endpoint"):
        owners = ["endpoint/"]  # its policy limits what goes through it, and never grants
    if of := _value(resource, _ARNS_OF_POLICIES.get(kind, "")):
        owners = [of]
    if kind == _OF_ORGANISATIONS:
        owners = owners or ["organization/"]
        told = ORGANISATION_KINDS.get(_value(resource, "type") or "SERVICE_CONTROL_POLICY")
    named = origin.named(address, told, _HOLDERS.get(kind) or holdings.holder(address), *owners)
    return named._replace(resource_type=kind, title=_value(resource, "name"))


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
