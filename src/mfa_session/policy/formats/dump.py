"""Read the users, roles, groups and trust policies of an account dump."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from mfa_session.policy.credentials import Known, RequestContext, long_term
from mfa_session.policy.document import Document, DumpedUser, Owner
from mfa_session.policy.matching import IDENTITY, acting_as
from mfa_session.policy.nodes import Members, items_of, members_in, objects_in, text_in, text_of


class Dump:
    """An `Account`; give it all documents before asking for anything."""

    def __init__(self, members: Members) -> None:
        self.documents: list[Document] = []
        self._members = members

    @cached_property
    def owners(self) -> Sequence[Owner]:
        """See Account."""
        roles = objects_in(self._members, "RoleDetailList")
        return [*self.users, *map(self._owner, roles)]

    @cached_property
    def holders(self) -> Sequence[Owner]:
        """See Account."""
        groups = [] if self.users else objects_in(self._members, "GroupDetailList")
        return [*self.owners, *map(self._owner, groups)]

    @cached_property
    def users(self) -> Sequence[DumpedUser]:
        """See Account."""
        return list(map(self._user, objects_in(self._members, "UserDetailList")))

    @cached_property
    def by_name(self) -> Mapping[str, Document]:
        """See Account."""
        count = Counter(each.name for each in self.documents)
        return {each.name: each for each in self.documents if count[each.name] == 1}

    @cached_property
    def trusts(self) -> Sequence[tuple[Document, str]]:
        """See Account."""
        roles = objects_in(self._members, "RoleDetailList")
        named = [
            (f"role/{text_in(each, 'RoleName')} trust", text_in(each, "Arn")) for each in roles
        ]
        return [(self.by_name[name], arn) for name, arn in named if name in self.by_name]

    def is_used(self, document: Document) -> bool:
        """See Account."""
        return any(
            document is each
            for owner in self.owners
            for each in (*owner.documents, *filter(None, [owner.boundary]))
        )

    @cached_property
    def _managed(self) -> Mapping[str, str]:
        """The names of the managed policies, by ARN."""
        return {
            text_in(each, "Arn"): f"policy/{text_in(each, 'PolicyName')}"
            for each in objects_in(self._members, "Policies")
        }

    @cached_property
    def _groups(self) -> Mapping[str, Members]:
        groups = objects_in(self._members, "GroupDetailList")
        return {text_in(each, "GroupName"): each for each in groups}

    @cached_property
    def _without_tags(self) -> RequestContext:
        """The tags that the policies compare, as absent."""
        keys = (each.key for one in self.by_name.values() for each in one.conditions)
        return RequestContext(
            {each: None for each in keys if each.lower().startswith("aws:principaltag/")}
        )

    def _owner(self, holder: Members) -> Owner:
        groups = list(map(text_of, items_of(holder.get("GroupList"))))
        holders = [holder, *(self._groups[each] for each in groups if each in self._groups)]
        arns = [arn for each in holders for arn in attached_to(each)]
        own = [name for each in holders for name in _own_policies(each)]
        own += (self._managed[arn] for arn in arns if arn in self._managed)
        unread = {*arns, *groups} - self._managed.keys() - self._groups.keys()
        bound = text_in(members_in(holder, "PermissionsBoundary"), "PermissionsBoundaryArn")
        boundary = self.by_name.get(self._managed.get(bound, "")) if bound else None
        arn = text_in(holder, "Arn")
        return Owner(
            arn=arn if IDENTITY.fullmatch(arn) else "",
            documents=[self.by_name[each] for each in own if each in self.by_name],
            boundary=boundary,
            boundary_unread=bool(bound and not boundary),
            unread=unread | (set(own) - self.by_name.keys()),
        )

    def _user(self, members: Members) -> DumpedUser:
        known: Known = {
            f"aws:PrincipalTag/{text_in(tag, 'Key')}": (text_in(tag, "Value"),)
            for tag in objects_in(members, "Tags")
        }
        if "UserId" in members:
            known["aws:userid"] = (text_in(members, "UserId"),)
        tags = RequestContext(known).over(self._without_tags)
        owner, name = self._owner(members), text_in(members, "UserName")
        caller = acting_as(long_term(), owner.arn or None)
        # Who takes a role names its session.
        facts = RequestContext({"sts:RoleSessionName": (name,)}).over(tags).over(caller.facts)
        return DumpedUser(
            **owner.replace(tags=tags).as_dict(), name=name, caller=caller.replace(facts=facts)
        )


def attached_to(holder: Members) -> Iterator[str]:
    """Yield the ARNs of the managed policies of a user, group or role."""
    for each in objects_in(holder, "AttachedManagedPolicies"):
        yield text_in(each, "PolicyArn")


def _own_policies(holder: Members) -> Iterator[str]:
    kind = next((each for each in ("User", "Role") if f"{each}Name" in holder), "Group")
    name = text_in(holder, f"{kind}Name")
    for each in objects_in(holder, f"{kind}PolicyList"):
        yield f"{kind.lower()}/{name} policy/{text_in(each, 'PolicyName')}"
