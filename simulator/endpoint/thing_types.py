"""Thing types: names that things may carry, with the attributes that are searchable. Pure; reference appendix A.3."""

import uuid
from collections.abc import Iterable
from typing import Final

import msgspec

from simulator.endpoint.attributes import checked_description, checked_name
from simulator.endpoint.groups import NAMESPACE
from simulator.jobs.control import already_exists, invalid_request, not_found

KIND: Final = "thing-type"
"""The kind of a record, by name."""
DELETION_SECONDS: Final = 300.0  # AWS lets a type be deleted five minutes after it was deprecated
MAX_SEARCHABLE: Final = 3

Record = tuple[str, str, bytes | None]


class ThingType(msgspec.Struct, frozen=True, kw_only=True):
    """A thing type as stored; times in fractional epoch seconds."""

    name: str
    type_id: str
    created_at: float
    description: str | None = None
    searchable: tuple[str, ...] = ()
    deprecated_at: float | None = None


class ThingTypes:
    """All thing types."""

    def __init__(self) -> None:
        self._types: dict[str, ThingType] = {}

    def get(self, name: str) -> ThingType:
        """Return a type.

        Raises:
            ControlError: ResourceNotFoundException.
        """
        found = self._types.get(name)
        if found is None:
            raise not_found(f"Thing type {name} not found.")
        return found

    def listed(self) -> Iterable[ThingType]:
        """Return all types."""
        return self._types.values()

    def create(
        self, name: str, now: float, description: str | None, searchable: tuple[str, ...]
    ) -> tuple[ThingType, Record]:
        """Add a type; asked for again with the same configuration, return the one that is there.

        Raises:
            ControlError: InvalidRequestException, or ResourceAlreadyExistsException for another configuration.
        """
        if len(searchable) > MAX_SEARCHABLE:
            raise invalid_request(f"searchableAttributes must have at most {MAX_SEARCHABLE} members.")
        made = ThingType(
            name=checked_name(name, "thingTypeName"),
            type_id=str(uuid.uuid5(NAMESPACE, f"type/{name}")),
            created_at=now,
            description=checked_description(description, "thingTypeDescription"),
            searchable=searchable,
        )
        there = self._types.get(name)
        if there is not None:
            if (there.description, there.searchable) != (made.description, made.searchable):
                raise already_exists(f"Thing type {name} already exists with another configuration.")
            made = there
        return made, self._put(made)

    def deprecate(self, name: str, now: float, *, undo: bool) -> Record:
        """Deprecate a type, or take that back.

        Raises:
            ControlError: ResourceNotFoundException.
        """
        return self._put(msgspec.structs.replace(self.get(name), deprecated_at=None if undo else now))

    def delete(self, name: str, now: float) -> Record:
        """Delete a type that was deprecated five minutes ago.

        Raises:
            ControlError: ResourceNotFoundException, InvalidRequestException.
        """
        deprecated_at = self.get(name).deprecated_at
        if deprecated_at is None or now - deprecated_at < DELETION_SECONDS:
            raise invalid_request(f"Thing type {name} must have been deprecated for five minutes before it is deleted.")
        del self._types[name]
        return KIND, name, None

    def check_usable(self, name: str | None) -> None:
        """Let pass a type that things may be given.

        Raises:
            ControlError: ResourceNotFoundException, InvalidRequestException for a deprecated one.
        """
        if name is not None and self.get(checked_name(name, "thingTypeName")).deprecated_at is not None:
            raise invalid_request(f"Thing type {name} is deprecated; things cannot be given it.")

    def restore(self, data: bytes) -> None:
        """Put a stored record back.

        Raises:
            msgspec.MsgspecError: it is none.
        """
        self._put(msgspec.msgpack.decode(data, type=ThingType))

    def _put(self, made: ThingType) -> Record:
        self._types[made.name] = made
        return KIND, made.name, msgspec.msgpack.encode(made)
