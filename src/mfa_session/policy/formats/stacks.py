"""Find the policies in templates of CloudFormation, SAM and CDK."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from mfa_session.policy.formats.origin import (
    NAMES,
    ORGANISATION_KINDS,
    PREFIXES,
    Elsewhere,
    Holdings,
    Origin,
)
from mfa_session.policy.intrinsics import Default, is_decided_later, resolve, with_pseudo_parameters
from mfa_session.policy.nodes import (
    Members,
    Node,
    items_of,
    listed,
    members_in,
    members_of,
    text_in,
    text_of,
)

_IN_PLACE = {"PolicyDocument", "Statement"}
_OWNERS = {**NAMES, "Roles": "role", "Users": "user", "Groups": "group"}
_HOLDERS = {
    "AWS::IAM::Role": "role",
    "AWS::IAM::RolePolicy": "role",
    "AWS::IAM::User": "user",
    "AWS::IAM::Group": "group",
    "AWS::Serverless::Function": "role",
    "AWS::Serverless::StateMachine": "role",
}
# The properties with the policies of resources.
_RESOURCE_POLICIES = (
    "PolicyDocument",
    "Policy",
    "ResourcePolicy",
    "KeyPolicy",
    "AccessPolicy",
    "AccessPolicies",
    "FileSystemPolicy",
    "RepositoryPolicyText",
    "PermissionsPolicyDocument",
)
_ENDPOINT = "AWS::EC2::VPCEndpoint"  # whose policy limits what goes through it, and never grants
_NESTED = {"AWS::CloudFormation::Stack", "AWS::Serverless::Application"}
_KNOWN_MACROS = ("AWS::CodeDeploy", "AWS::LanguageExt", "AWS::SecretsM", "AWS::Serverless")
_NONE = "AWS::NoValue"
_OF_IAM = "iam::${AWS::AccountId}:"
_ARNS = {
    "AWS::IAM::Group": f"{_OF_IAM}group/",
    "AWS::IAM::Role": f"{_OF_IAM}role/",
    "AWS::IAM::User": f"{_OF_IAM}user/",
    "AWS::S3::Bucket": "s3:::",
}
_BUCKET, _OF_BUCKET = "AWS::S3::Bucket", "AWS::S3::BucketPolicy"
# Of these, Ref is a name, an id or an address (CloudFormation's reference, return values).
_WITHOUT_ARN_BY_REF = {
    *_ARNS,
    "AWS::DynamoDB::Table",
    "AWS::ECR::Repository",
    "AWS::IAM::InstanceProfile",
    "AWS::KMS::Key",
    "AWS::Kinesis::Stream",
    "AWS::Lambda::Function",
    "AWS::Logs::LogGroup",
    "AWS::SQS::Queue",
    "AWS::Serverless::Function",
}


def is_stack(members: Members) -> bool:
    """Say whether an object is a template."""
    return any("::" in text_in(each, "Type") for each in _resources(members).values())


def _resources(members: Members) -> dict[str, Members]:
    resources = members_in(members, "Resources")
    return {name: members_in(resources, name) for name in resources}


def arns_in(members: Members) -> dict[str, str]:
    """Return a template's references to ARNs and names, with what these look like.

    `${Admin.Arn}` is `arn:…:role/${Admin}` if Admin is a role there, and `${Admin}` stays, which is
    a name. A bucket's is `${Books.BucketName}`.
    """
    found: dict[str, str] = {}
    for name, each in _resources(members).items():
        kind = text_in(each, "Type")
        if kind == _OF_BUCKET:  # which names its bucket, perhaps one of another file
            bucket = text_in(members_in(members_in(each, "Properties"), "Bucket"), "Ref")
            found.setdefault(f"${{{bucket}}}", f"${{{bucket}.BucketName}}")
        if kind in _WITHOUT_ARN_BY_REF:
            by_ref = f"${{{name}.BucketName}}" if kind == _BUCKET else f"${{{name}}}"
            found[f"${{{name}}}"] = by_ref
            if kind in _ARNS:
                found[f"${{{name}.Arn}}"] = f"arn:${{AWS::Partition}}:{_ARNS[kind]}{by_ref}"
    return found


def defaults_in(members: Members) -> dict[str, Default]:
    """Return the defaults of a template's parameters, by the references to them."""
    parameters = members_in(members, "Parameters")
    found: dict[str, Default] = {}
    for name in parameters:
        told = members_in(parameters, name)
        # That of an SSM parameter is its name.
        value = told["Default"].value if "Default" in told else ""
        if value != "" and text_in(told, "Type") in {"String", "Number"}:
            text = value if isinstance(value, str) else json.dumps(value, default=str)
            found[f"${{{name}}}"] = Default(text, name)
    return found


def read_stack(members: Members, origin: Origin) -> Iterator[tuple[Node, Origin]]:
    """Yield what to search in a template, with its origin."""
    resources = _resources(members)
    holdings = _Stack(members).holdings()
    origin = origin._replace(roster=holdings.roster())
    for name, parts in resources.items():
        properties, kind = members_in(parts, "Properties"), text_in(parts, "Type")
        is_managed = kind in {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"}
        told, holder = holdings.kind(name), _HOLDERS.get(kind)
        owners = (
            ["endpoint/"] if kind == _ENDPOINT else holdings.owners(name, is_managed=is_managed)
        )
        if kind == "AWS::Organizations::Policy":
            targets = [text_of(each) for _, each in _items(properties, ["TargetIds"])]
            owners = [f"account/{each}" for each in targets] or ["organization/"]
            told = ORGANISATION_KINDS.get(text_in(properties, "Type"))
        elif is_managed:
            holder = holdings.holder(name)
        there = origin.named(name, told, holder, *owners)
        titles = (text_in(properties, key) for key in ("ManagedPolicyName", "PolicyName", "Name"))
        there = there._replace(
            is_optional="Condition" in parts,
            resource_type=kind,
            title=next(filter(None, titles), ""),
        )
        for key, inner in properties.items():
            yield from _properties(key, inner, there.at(key))
    for key, inner in members.items():
        if key != "Resources":
            yield inner, origin.at(key)


def _properties(key: str, node: Node, origin: Origin) -> Iterator[tuple[Node, Origin]]:
    """Yield a property; inline policies each by its own name."""
    items = items_of(node) if key == "Policies" else []
    for item in items or [node]:
        policy = members_of(item)
        name = text_in(policy, "PolicyName")
        if item is not node and name and "PolicyDocument" in policy:
            yield policy["PolicyDocument"], origin.named(f"policy/{name}")
        else:
            yield item, origin


class _Stack:
    """The resources of a template; an unnamed one is named by its logical id."""

    def __init__(self, members: Members) -> None:
        self._resources = _resources(members)
        macros = map(text_of, listed(members["Transform"]) if "Transform" in members else ())
        self._macros = [
            f"what {each} makes"
            for each in (*macros, *(name for name in self._resources if name.startswith("Fn::")))
            if not each.startswith(_KNOWN_MACROS)
        ]
        self._of_functions = members_in(members_in(members, "Globals"), "Function")
        self._names = {name: _name_of(name, parts) for name, parts in self._resources.items()}

    def holdings(self) -> Holdings:
        """Return who has the policies of each resource."""
        holdings = Holdings()
        holdings.give(["role/", "user/"], map(Elsewhere, self._macros))
        for name, parts in self._resources.items():
            kind, properties = text_in(parts, "Type"), _inside(parts)
            is_of_iam = kind.startswith("AWS::IAM::")
            if not (is_of_iam or kind == _ENDPOINT or _is_all_read(properties)):
                service = kind.partition("::")[2].partition("::")[0].lower()
                holdings.hide(PREFIXES.get(service, service))
            if is_of_iam and kind.endswith("Policy"):
                holdings.give(self._owners(properties, *_OWNERS), [self._policy(name)])
                holdings.give(self._may_own(properties), [Elsewhere(name)])
            elif kind == "AWS::SSO::PermissionSet":
                self._note_permission_set(holdings, name)
            elif kind == "AWS::IAM::UserToGroupAddition":
                holdings.join(self._owners(properties, "Users"), self._groups(parts, "GroupName"))
            elif kind in _HOLDERS:
                self._note_holder(holdings, name)
            elif kind in _NESTED:
                parameters = members_in(properties, "Parameters").values()
                holdings.give(map(self._holder, parameters), [Elsewhere(f"what {name} gives")])
        return holdings

    def _holder(self, node: Node) -> str:
        """Return the user, role or group that a value refers to; empty for others."""
        name = _referred(node)
        holder = _HOLDERS.get(text_in(self._resources.get(name, {}), "Type"))
        return f"{holder}/{self._names[name]}" if holder else ""

    def _note_holder(self, holdings: Holdings, name: str) -> None:
        parts = self._resources[name]
        kind, properties = text_in(parts, "Type"), _inside(parts)
        itself = f"{_HOLDERS[kind]}/{self._names[name]}"
        if kind == "AWS::Serverless::Function":
            properties = {**self._of_functions, **properties}
        if kind != "AWS::IAM::Group":
            is_named = any(key in properties for key in NAMES)
            holdings.add(itself, self._arn(name), is_named=is_named)
        attached = self._policies(properties, "ManagedPolicyArns", "Policies")
        holdings.give([itself], [name, *attached])
        holdings.bound([itself], self._policies(properties, "PermissionsBoundary"))
        holdings.join([itself], self._groups(parts, "Groups"))
        profile = members_in(properties, "LoginProfile")
        holdings.reset([itself], profile.get("PasswordResetRequired"))
        if any(key.startswith("Fn::") for key in properties):
            holdings.give([itself], [Elsewhere(f"what a macro makes of {name}")])
        trust = properties.get("AssumeRolePolicyDocument")
        if trust and not _is_read(trust):
            holdings.hide(itself)

    def _arn(self, name: str) -> str:
        """Return the ARN of a user or role that stands in a path."""
        kind, properties = text_in(self._resources[name], "Type"), _inside(self._resources[name])
        path = text_in(properties, "Path")
        is_told = any(text_in(properties, key) for key in NAMES) and path.strip("/")
        return f"arn:*:iam::*:{_HOLDERS[kind]}{path}{self._names[name]}" if is_told else ""

    def _owners(self, properties: Members, *keys: str) -> list[str]:
        return [
            f"{_OWNERS[key]}/{self._named_by(each, _OWNERS[key])}"
            for key, each in _items(properties, keys)
        ]

    def _may_own(self, properties: Members) -> Iterator[str]:
        """Yield whom a condition of the template may give a policy."""
        for key, each in _items(properties, _OWNERS):
            for branch in _branches(each) if is_decided_later(each) else ():
                if name := self._named_by(branch, _OWNERS[key]):
                    yield f"{_OWNERS[key]}/{name}"

    def _named_by(self, node: Node, holder: str) -> str:
        """Return the name of a user, role or group, as its resource has it; or nothing."""
        made = _made_of_others(node) if holder == "group" else ""
        of_a_resource = made if made in self._names.values() else self._names.get(made[2:-1], "")
        return text_of(node) or self._names.get(_referred(node), "") or of_a_resource

    def _groups(self, parts: Members, key: str) -> list[str]:
        """Return the groups of the template; others, and doubtful ones, are elsewhere."""
        found = self._owners(_inside(parts), key)
        known = {
            f"group/{self._names[name]}"
            for name, each in self._resources.items()
            if text_in(each, "Type") == "AWS::IAM::Group" and "Condition" not in parts
        }
        return [each if each in known else Elsewhere(each) for each in found]

    def _policies(self, properties: Members, *keys: str) -> list[str]:
        """Return the policies that are resources, but for those in their place."""
        found = []
        for _, each in _items(properties, keys):
            inside = members_of(each)
            if _IN_PLACE.isdisjoint(inside):
                arn = with_pseudo_parameters(text_of(resolve(each)))
                found += [self._policy(_referred(each), arn)] if _referred(each) != _NONE else []
            elif not _is_read(inside.get("PolicyDocument", each)):
                found.append(Elsewhere(f"policy {text_in(inside, 'PolicyName')}"))
        return found

    def _note_permission_set(self, holdings: Holdings, name: str) -> None:
        properties = _inside(self._resources[name])
        aws_own = [
            Elsewhere(text_of(each) or key) for key, each in _items(properties, ["ManagedPolicies"])
        ]
        references = _items(properties, ["CustomerManagedPolicyReferences"])
        own = [self._named(each) for _, each in references]
        holdings.give(["role/"], [name, *aws_own, *own])
        for _, each in _items(properties, ["PermissionsBoundary"]):
            reference = members_of(each).get("CustomerManagedPolicyReference", each)
            holdings.bound(["role/"], [self._named(reference)])

    def _named(self, reference: Node) -> str:
        """Return the managed policy of a name, as permission sets refer to it."""
        name = text_in(members_of(reference), "Name")
        own = (
            logical
            for logical, each in self._resources.items()
            if name and text_in(_inside(each), "ManagedPolicyName") == name
        )
        return self._policy(next(own, ""), "CustomerManagedPolicyReference")

    def _policy(self, name: str, arn: str = "") -> str:
        document = _inside(self._resources.get(name, {})).get("PolicyDocument")
        return name if document and _is_read(document) else Elsewhere(name or arn or "a policy")


def _name_of(logical_id: str, parts: Members) -> str:
    """Return a resource's name; empty if it is made of others, but for groups: none calls."""
    inside = _inside(parts)
    written = next((inside[key] for key in NAMES if key in inside), None)
    name = text_of(written) if written else logical_id
    if written and not name and text_in(parts, "Type") == "AWS::IAM::Group":
        return _made_of_others(written) or logical_id
    return name


def _made_of_others(node: Node) -> str:
    """Return a name that is made of parameters and the like; empty if they are not all told."""
    text = text_of(resolve(node)).replace("${AWS::", "${")  # `:` divides an ARN
    return "" if ":" in text or "/" in text or is_decided_later(node) else text


def _branches(node: Node) -> Iterator[Node]:
    """Yield what a Fn::If may come to, one by one."""
    for each in items_of(members_of(node).get("Fn::If"))[1:]:
        for item in listed(each):
            yield from _branches(item) if "Fn::If" in members_of(item) else [item]


def _inside(parts: Members) -> Members:
    return members_in(parts, "Properties")


def _referred(node: Node) -> str:
    """Return the resource of `Ref` or `Fn::GetAtt`."""
    inside = members_of(node)
    attribute = inside.get("Fn::GetAtt")
    parts = [*map(text_of, listed(attribute))] if attribute else [text_in(inside, "Ref")]
    return parts[0].partition(".")[0]


def _is_read(document: Node) -> bool:
    """Say whether a policy stands here, and a template does not bring it from elsewhere."""
    return "Statement" in members_of(document) or "Statement" in text_of(document)


def _is_all_read(properties: Members) -> bool:
    return all(_is_read(properties[key]) for key in _RESOURCE_POLICIES if key in properties)


def _items(properties: Members, keys: Iterable[str]) -> Iterator[tuple[str, Node]]:
    for key in keys:
        for each in listed(properties[key]) if key in properties else ():
            yield key, each
