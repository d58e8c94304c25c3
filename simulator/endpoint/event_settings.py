"""Which events an operator has switched on: UpdateEventConfigurations and its record in the store."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec

from simulator.jobs.control import invalid_request
from simulator.jobs.events import Switches

KIND: Final = "events"
"""The kind of the one record."""


class EventType(StrEnum):
    """The keys of the map. Only those of jobs make this endpoint say anything; the others are kept and shown."""

    THING = "THING"
    THING_GROUP = "THING_GROUP"
    THING_TYPE = "THING_TYPE"
    THING_GROUP_MEMBERSHIP = "THING_GROUP_MEMBERSHIP"
    THING_GROUP_HIERARCHY = "THING_GROUP_HIERARCHY"
    THING_TYPE_ASSOCIATION = "THING_TYPE_ASSOCIATION"
    JOB = "JOB"
    JOB_EXECUTION = "JOB_EXECUTION"
    POLICY = "POLICY"
    CERTIFICATE = "CERTIFICATE"
    CA_CERTIFICATE = "CA_CERTIFICATE"


class _Record(msgspec.Struct, frozen=True, kw_only=True):
    enabled: Mapping[str, bool] = {}
    created_at: float = 0.0
    changed_at: float = 0.0


class EventSettings:
    """All switches; off at first."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self._record = _Record()

    @property
    def enabled(self) -> Mapping[str, bool]:
        """Every event type, and whether it is on."""
        return {each.value: self._record.enabled.get(each.value, False) for each in EventType}

    @property
    def dates(self) -> tuple[float, float] | None:
        """When they were changed first and last, in epoch seconds; None if never."""
        return (self._record.created_at, self._record.changed_at) if self._record.created_at else None

    def change(self, enabled: Mapping[str, bool], now: float) -> tuple[str, str, bytes | None]:
        """Switch some; return the record to store.

        Raises:
            ControlError: InvalidRequestException; there is no such event type.
        """
        for name in enabled:
            if name not in set(EventType):
                raise invalid_request(f"eventConfigurations has '{name[:80]}'; it may have {', '.join(EventType)}.")
        self._record = _Record(
            enabled={**self._record.enabled, **enabled}, created_at=self._record.created_at or now, changed_at=now
        )
        self._apply()
        return KIND, "", msgspec.msgpack.encode(self._record)

    def restore(self, data: bytes) -> None:
        """Put the stored record back.

        Raises:
            msgspec.MsgspecError: it is none.
        """
        self._record = msgspec.msgpack.decode(data, type=_Record)
        self._apply()

    def _apply(self) -> None:
        self._switches.job = self._record.enabled.get(EventType.JOB, False)
        self._switches.job_execution = self._record.enabled.get(EventType.JOB_EXECUTION, False)
