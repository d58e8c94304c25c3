"""What the registry keeps: things, groups and memberships as immutable records, and the journal of their changes."""

from collections.abc import Mapping
from typing import Final

import msgspec

from simulator.endpoint import arns
from simulator.jobs.control import version_conflict


class Thing(msgspec.Struct, frozen=True, kw_only=True):
    """A thing as stored. `version` starts at 1 and rises with each update."""

    thing_name: str
    thing_id: str
    attributes: Mapping[str, str] = {}
    thing_type_name: str | None = None
    version: int = 1

    @property
    def thing_arn(self) -> str:
        return arns.thing_arn(self.thing_name)


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """A static thing group as stored. `created_at` in fractional epoch seconds."""

    group_name: str
    group_id: str
    created_at: float
    parent: str | None = None
    description: str | None = None
    attributes: Mapping[str, str] = {}
    version: int = 1

    @property
    def group_arn(self) -> str:
        return arns.group_arn(self.group_name)

    @property
    def configuration(self) -> tuple[object, ...]:
        """What must be the same for a second CreateThingGroup to succeed."""
        return self.parent, self.description, self.attributes


class Member(msgspec.Struct, frozen=True):
    """One thing in one group."""

    group_name: str
    thing_name: str


Record = Thing | Group | Member

_KINDS: Final[Mapping[type[Record], str]] = {Thing: "thing", Group: "group", Member: "member"}
_decoders: Final = {kind: msgspec.msgpack.Decoder(type_) for type_, kind in _KINDS.items()}
_encode: Final = msgspec.msgpack.Encoder().encode


def decode(kind: str, data: bytes) -> Record:
    """Read a stored record.

    Raises:
        KeyError: there is no such kind.
        msgspec.MsgspecError: `data` is not a record of that kind.
    """
    record: Record = _decoders[kind].decode(data)
    return record


class Journal:
    """What changed since it was last taken; of several changes of one record only the last."""

    def __init__(self) -> None:
        self._changes: dict[tuple[str, str], Record | None] = {}

    def put(self, record: Record) -> None:
        """Note a new record, or a new state of one."""
        self._changes[_place(record)] = record

    def forget(self, record: Record) -> None:
        """Note that a record is gone."""
        self._changes[_place(record)] = None

    def take(self) -> list[tuple[str, str, bytes | None]]:
        """Return the changes and begin anew: kind of record, its key, its bytes (None when it is gone)."""
        changes, self._changes = self._changes, {}
        return [(kind, key, None if record is None else _encode(record)) for (kind, key), record in changes.items()]


def check_version(version: int, expected: int | None) -> None:
    """Let pass what names no version, or the right one.

    Raises:
        ControlError: VersionConflictException.
    """
    if expected is not None and expected != version:
        raise version_conflict(f"Expected version {expected} but found version {version}.")


def _place(record: Record) -> tuple[str, str]:
    match record:
        case Thing():
            key = record.thing_name
        case Group():
            key = record.group_name
        case Member():
            key = f"{record.group_name}/{record.thing_name}"
    return _KINDS[type(record)], key
