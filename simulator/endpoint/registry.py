"""The registry: which things there are and which groups they belong to. Pure, in memory; reference section 8.14.

Adding, removing and looking up cost the same whatever the number of things; only lists cost what they list.
"""

import bisect
import uuid
from collections.abc import Iterator, Mapping

import msgspec

from simulator.endpoint import arns
from simulator.endpoint.attributes import checked_attributes, checked_name, merged
from simulator.endpoint.groups import NAMESPACE, Groups
from simulator.endpoint.registry_records import Group, Journal, Member, Thing, check_version, decode
from simulator.jobs.control import already_exists, invalid_request, not_found


class Registry:
    """All things, and in `groups` all groups. Errors are ControlError, as the control plane gives them."""

    def __init__(self) -> None:
        self._journal = Journal()
        self.groups = Groups(self._journal)
        self._things: dict[str, Thing] = {}
        self._sorted_names: list[str] | None = None  # None when the next list has to sort anew

    # --- things -------------------------------------------------------------------------------------------------------

    def knows_thing(self, name: str) -> bool:
        """Whether there is a thing of that name."""
        return name in self._things

    def create_thing(
        self,
        name: str,
        *,
        attributes: Mapping[str, str] | None = None,
        thing_type_name: str | None = None,
        thing_id: str | None = None,
    ) -> Thing:
        """Add a thing; asked for again with the same configuration, return the one that is there.

        Unless given, its id is made from its name, so that the same fleet has the same ids in every run.

        Raises:
            ControlError: InvalidRequestException, or ResourceAlreadyExistsException for another configuration.
        """
        thing = Thing(
            thing_name=checked_name(name, "thingName"),
            thing_id=thing_id or str(uuid.uuid5(NAMESPACE, f"thing/{name}")),
            attributes=checked_attributes(attributes),
            thing_type_name=None if thing_type_name is None else checked_name(thing_type_name, "thingTypeName"),
        )
        there = self._things.get(name)
        if there is not None:
            if (there.attributes, there.thing_type_name) != (thing.attributes, thing.thing_type_name):
                raise already_exists(f"Thing {name} already exists with another configuration.")
            return there
        self._put(thing)
        return thing

    def thing(self, name: str) -> Thing:
        """Return a thing.

        Raises:
            ControlError: ResourceNotFoundException.
        """
        thing = self._things.get(name)
        if thing is None:
            raise not_found(f"Thing {name} not found.")
        return thing

    def things(self, *, after: str = "") -> Iterator[Thing]:
        """Return the things whose names come after `after`, in the order of their names."""
        if self._sorted_names is None:
            self._sorted_names = sorted(self._things)
        names = self._sorted_names
        return (self._things[names[place]] for place in range(bisect.bisect_right(names, after), len(names)))

    def update_thing(
        self,
        name: str,
        *,
        attributes: Mapping[str, str] | None = None,
        merge: bool = False,
        thing_type_name: str | None = None,
        remove_thing_type: bool = False,
        expected_version: int | None = None,
    ) -> Thing:
        """Change a thing; with `merge` the attributes given are added to those there, an empty value removes one.

        Raises:
            ControlError: ResourceNotFoundException, InvalidRequestException, VersionConflictException.
        """
        thing = self.thing(name)
        check_version(thing.version, expected_version)
        if remove_thing_type and thing_type_name is not None:
            raise invalid_request("removeThingType and thingTypeName cannot be given together.")
        if attributes is None:
            kept = thing.attributes
        else:
            kept = checked_attributes(merged(thing.attributes if merge else {}, attributes))
        type_name = thing.thing_type_name if thing_type_name is None else checked_name(thing_type_name, "thingTypeName")
        changed = msgspec.structs.replace(
            thing,
            attributes=kept,
            thing_type_name=None if remove_thing_type else type_name,
            version=thing.version + 1,
        )
        self._put(changed)
        return changed

    def delete_thing(self, name: str, expected_version: int | None = None) -> None:
        """Remove a thing from the registry and from its groups. One that is not there is no error, as with AWS.

        Raises:
            ControlError: VersionConflictException; nothing has changed.
        """
        thing = self._things.get(name)
        if thing is None:
            return
        check_version(thing.version, expected_version)
        for group in self.groups.of_thing(name):
            self.groups.remove_member(group.group_name, name)
        del self._things[name]
        self._sorted_names = None
        self._journal.forget(thing)

    # --- things and groups --------------------------------------------------------------------------------------------

    def add_thing_to_group(self, thing_name: str, group_name: str) -> None:
        """Make a thing a member; one that is already is no error.

        Raises:
            ControlError: ResourceNotFoundException for either.
        """
        self.groups.add_member(group_name, self.thing(thing_name).thing_name)

    def remove_thing_from_group(self, thing_name: str, group_name: str) -> None:
        """End a membership; none is no error.

        Raises:
            ControlError: ResourceNotFoundException for either.
        """
        self.groups.remove_member(group_name, self.thing(thing_name).thing_name)

    def groups_of_thing(self, thing_name: str) -> list[Group]:
        """Return the groups a thing is itself a member of, in the order of their names.

        Raises:
            ControlError: ResourceNotFoundException.
        """
        return self.groups.of_thing(self.thing(thing_name).thing_name)

    def things_of(self, target_arn: str) -> list[str]:
        """Resolve a target of a job: a thing, or a group with the groups below it. Each name once.

        Raises:
            ControlError: InvalidRequestException for what is no such ARN, ResourceNotFoundException.
        """
        resource = arns.parse(target_arn, "targets")
        match resource.kind:
            case arns.Kind.THING:
                return [self.thing(resource.name).thing_name]
            case arns.Kind.GROUP:
                return self.groups.members(resource.name, recursive=True)
            case other:
                raise invalid_request(f"targets has '{target_arn}', a {other}; a target is a thing or a thing group.")

    # --- what survives a restart --------------------------------------------------------------------------------------

    def take_changes(self) -> list[tuple[str, str, bytes | None]]:
        """Return what changed since the last call: kind of record, its key, its bytes (None when it is gone)."""
        return self._journal.take()

    def restore(self, kind: str, key: str, data: bytes) -> None:  # noqa: ARG002  a record holds its own key
        """Put one stored record back; the order of records does not matter. This counts as no change.

        Raises:
            KeyError: there is no such kind of record.
            msgspec.MsgspecError: `data` is not a record of that kind.
        """
        match decode(kind, data):
            case Thing() as thing:
                self._put(thing)
            case Group() as group:
                self.groups.put(group)
            case Member() as member:
                self.groups.put_member(member)
        self._journal.take()

    def _put(self, thing: Thing) -> None:
        if thing.thing_name not in self._things:
            self._sorted_names = None
        self._things[thing.thing_name] = thing
        self._journal.put(thing)
