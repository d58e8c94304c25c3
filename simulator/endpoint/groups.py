"""Thing groups: their hierarchy and who belongs to them. Pure; reference section 8.14.

AWS lets a thing be in ten groups and in one of a hierarchy only; here any number is allowed.
"""

import uuid
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from simulator.endpoint.attributes import checked_attributes, checked_description, checked_name, merged
from simulator.endpoint.registry_records import Group, Journal, Member, check_version
from simulator.jobs.control import already_exists, invalid_request, not_found

MAX_DEPTH: Final = 7  # "Maximum depth of a thing group hierarchy", AWS IoT Core quotas
NAMESPACE: Final = uuid.UUID("6d4c2f0e-2f6b-4c55-9f1c-4a1d0a6a7b10")  # of the ids made from names; any will do


class Groups:
    """All groups and memberships. Whether a thing exists is the registry's question."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._groups: dict[str, Group] = {}
        self._children: dict[str, dict[str, None]] = {}
        self._members: dict[str, dict[str, None]] = {}  # things by group
        self._memberships: dict[str, dict[str, None]] = {}  # groups by thing

    def create(
        self,
        name: str,
        now: float,
        *,
        parent: str | None = None,
        description: str | None = None,
        attributes: Mapping[str, str] | None = None,
    ) -> Group:
        """Add a group; asked for again with exactly the same configuration, return the one that is there.

        Raises:
            ControlError: InvalidRequestException, ResourceNotFoundException for the parent, or
                ResourceAlreadyExistsException for another configuration.
        """
        group = Group(
            group_name=checked_name(name, "thingGroupName"),
            group_id=str(uuid.uuid5(NAMESPACE, f"group/{name}")),
            created_at=now,
            parent=None if parent is None else checked_name(parent, "parentGroupName"),
            description=checked_description(description),
            attributes=checked_attributes(attributes),
        )
        there = self._groups.get(name)
        if there is not None:
            if there.configuration != group.configuration:
                raise already_exists(f"Thing group {name} already exists with another configuration.")
            return there
        if parent is not None and len(self.above(parent)) + 2 > MAX_DEPTH:
            raise invalid_request(f"Thing groups can be nested {MAX_DEPTH} deep at most.")
        self.put(group)
        return group

    def get(self, name: str) -> Group:
        """Return a group.

        Raises:
            ControlError: ResourceNotFoundException.
        """
        group = self._groups.get(name)
        if group is None:
            raise not_found(f"Thing group {name} not found.")
        return group

    def has(self, name: str) -> bool:
        """Whether there is a group of that name."""
        return name in self._groups

    def update(
        self,
        name: str,
        *,
        description: str | None = None,
        attributes: Mapping[str, str] | None = None,
        merge: bool = False,
        expected_version: int | None = None,
    ) -> Group:
        """Change description and attributes; with `merge` the attributes given are added to those there.

        Raises:
            ControlError: ResourceNotFoundException, InvalidRequestException, VersionConflictException.
        """
        group = self.get(name)
        check_version(group.version, expected_version)
        kept = group.attributes
        if attributes is not None:
            kept = checked_attributes(merged(group.attributes if merge else {}, attributes))
        changed = msgspec.structs.replace(
            group,
            description=group.description if description is None else checked_description(description),
            attributes=kept,
            version=group.version + 1,
        )
        self.put(changed)
        return changed

    def delete(self, name: str, expected_version: int | None = None) -> None:
        """Remove a group; its things stay. One that is not there is no error.

        Raises:
            ControlError: InvalidRequestException while it has child groups, VersionConflictException.
        """
        if not self.may_be_deleted(name, expected_version):
            return
        group = self._groups[name]
        for thing_name in self.members(name):
            self.remove_member(name, thing_name)
        del self._groups[name]
        if group.parent is not None:
            _discard(self._children, group.parent, name)
        self._journal.forget(group)

    def may_be_deleted(self, name: str, expected_version: int | None = None) -> bool:
        """Return whether there is such a group.

        Raises:
            ControlError: as `delete`.
        """
        group = self._groups.get(name)
        if group is None:
            return False
        check_version(group.version, expected_version)
        if self._children.get(name):
            raise invalid_request(f"Thing group {name} has child groups; delete them first.")
        return True

    def above(self, name: str) -> list[Group]:
        """Return the groups above a group, the root first.

        Raises:
            ControlError: ResourceNotFoundException.
        """
        above: list[Group] = []
        parent = self.get(name).parent
        while parent is not None:
            above.append(self._groups[parent])
            parent = self._groups[parent].parent
        return above[::-1]

    def listed(self, *, parent: str | None = None, recursive: bool = True) -> list[Group]:
        """Return groups in the order of their names: all, or those under `parent`; not `recursive`, one level only.

        Raises:
            ControlError: ResourceNotFoundException for the parent.
        """
        if parent is None:
            groups = [group for group in self._groups.values() if recursive or group.parent is None]
        else:
            self.get(parent)
            names = list(self._below(parent))[1:] if recursive else list(self._children.get(parent, ()))
            groups = [self._groups[name] for name in names]
        return sorted(groups, key=lambda group: group.group_name)

    def members(self, name: str, *, recursive: bool = False) -> list[str]:
        """Return the things of a group, `recursive` also those of the groups below, each once, in order of joining.

        Raises:
            ControlError: ResourceNotFoundException.
        """
        self.get(name)
        names: dict[str, None] = {}
        for group_name in self._below(name) if recursive else (name,):
            names.update(self._members.get(group_name, {}))
        return list(names)

    def of_thing(self, thing_name: str) -> list[Group]:
        """Return the groups a thing is itself a member of, in the order of their names."""
        return [self._groups[name] for name in sorted(self._memberships.get(thing_name, ()))]

    def around(self, thing_name: str) -> set[str]:
        """Return the names of all groups a thing belongs to, itself or through a group below."""
        found: set[str] = set()
        waiting = list(self._memberships.get(thing_name, ()))
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                parent = self._groups[name].parent
                if parent is not None:
                    waiting.append(parent)
        return found

    def add_member(self, name: str, thing_name: str) -> None:
        """Make a thing a member; one that is already is no error.

        Raises:
            ControlError: ResourceNotFoundException for the group.
        """
        self.get(name)
        if name not in self._memberships.get(thing_name, ()):
            self.put_member(Member(name, thing_name))

    def remove_member(self, name: str, thing_name: str) -> None:
        """End a membership; none is no error.

        Raises:
            ControlError: ResourceNotFoundException for the group.
        """
        self.get(name)
        if name in self._memberships.get(thing_name, ()):
            _discard(self._members, name, thing_name)
            _discard(self._memberships, thing_name, name)
            self._journal.forget(Member(name, thing_name))

    def put(self, group: Group) -> None:
        """Store a group as it is."""
        self._groups[group.group_name] = group
        if group.parent is not None:
            self._children.setdefault(group.parent, {})[group.group_name] = None
        self._journal.put(group)

    def put_member(self, member: Member) -> None:
        """Store a membership as it is, in whatever order things and groups come."""
        self._members.setdefault(member.group_name, {})[member.thing_name] = None
        self._memberships.setdefault(member.thing_name, {})[member.group_name] = None
        self._journal.put(member)

    def _below(self, name: str) -> Iterator[str]:
        """A group and all groups under it, the nearest first."""
        waiting = [name]
        for each in waiting:
            yield each
            waiting.extend(self._children.get(each, ()))


def _discard(index: dict[str, dict[str, None]], key: str, member: str) -> None:
    members = index[key]
    members.pop(member, None)
    if not members:
        del index[key]
