"""The faults a thing can have, each by its name: what a scenario may ask for and what a shell carries out. Pure.

A fault is a step of its own (`- fault: drop-line`), or comes at a rate; either way the walk decides when, from a chance
of its own, so that the same seed gives the same faults at any speed. Whoever carries it out counts it by its name.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class FaultName(StrEnum):
    """What can go wrong, spelled as in a scenario file."""

    DROP_LINE = "drop-line"
    REBOOT = "reboot"
    LOSE_REPLY = "lose-reply"
    DUPLICATE_UPDATE = "duplicate-update"
    LATE_UPDATE = "late-update"
    OUT_OF_ORDER = "out-of-order"
    STALE_VERSION = "stale-version"
    VERSION_AHEAD = "version-ahead"
    UPDATE_AFTER_END = "update-after-end"
    MALFORMED_JSON = "malformed-json"
    WRONG_TOPIC = "wrong-topic"
    OVERSIZE_DETAILS = "oversize-details"
    UNKNOWN_JOB = "unknown-job"
    SECOND_CONNECTION = "second-connection"
    SUBSCRIBE_LATE = "subscribe-late"
    IGNORE_CANCEL = "ignore-cancel"
    CLOCK_SKEW = "clock-skew"
    SLOW_LINK = "slow-link"
    DOUBLE_NOTIFY = "double-notify"


class FaultKind(StrEnum):
    """What a fault needs to act on."""

    MOMENT = "moment"  # acts by itself, there and then
    UPDATE = "update"  # acts on an UpdateJobExecution: as a step on the next one, as a rate on each by chance
    CONDITION = "condition"  # holds from there to the end of the execution, or for its seconds if it has any


SENTENCES: Final[dict[FaultName, str]] = {
    FaultName.DROP_LINE: "loses TCP without a goodbye and comes back after so many seconds",
    FaultName.REBOOT: "loses its line and its memory, and after so many seconds goes on where the service says",
    FaultName.LOSE_REPLY: "does not hear the answer to an update, and asks again with the same client token",
    FaultName.DUPLICATE_UPDATE: "sends an update twice with the same client token",
    FaultName.LATE_UPDATE: "holds an update back for so many seconds",
    FaultName.OUT_OF_ORDER: "sends an update, and then once more the one before it with its old expected version",
    FaultName.STALE_VERSION: "sends an update that expects an older version than the service has",
    FaultName.VERSION_AHEAD: "sends an update that expects a version the service has not reached",
    FaultName.UPDATE_AFTER_END: "sends IN_PROGRESS once the execution has ended, whoever ended it",
    FaultName.MALFORMED_JSON: "publishes a payload that is no JSON on the update topic",
    FaultName.WRONG_TOPIC: "publishes an update on a topic the service does not know",
    FaultName.OVERSIZE_DETAILS: "sends status details beyond AWS's limits",
    FaultName.UNKNOWN_JOB: "sends an update for a job that does not exist",
    FaultName.SECOND_CONNECTION: "opens a second connection with the same client id, which takes the first one over",
    FaultName.SUBSCRIBE_LATE: "asks before it has subscribed to the answers, and subscribes after so many seconds",
    FaultName.IGNORE_CANCEL: "goes on reporting after the execution was canceled",
    FaultName.CLOCK_SKEW: "has a clock that is so many seconds fast (or slow, if negative)",
    FaultName.SLOW_LINK: "sends and hears everything so many seconds late",
    FaultName.DOUBLE_NOTIFY: "takes a notification twice, and answers it twice",
}

KINDS: Final[dict[FaultName, FaultKind]] = {
    FaultName.DROP_LINE: FaultKind.MOMENT,
    FaultName.REBOOT: FaultKind.MOMENT,
    FaultName.LOSE_REPLY: FaultKind.UPDATE,
    FaultName.DUPLICATE_UPDATE: FaultKind.UPDATE,
    FaultName.LATE_UPDATE: FaultKind.UPDATE,
    FaultName.OUT_OF_ORDER: FaultKind.UPDATE,
    FaultName.STALE_VERSION: FaultKind.UPDATE,
    FaultName.VERSION_AHEAD: FaultKind.UPDATE,
    FaultName.UPDATE_AFTER_END: FaultKind.CONDITION,  # told before the end, acts once the execution has ended
    FaultName.MALFORMED_JSON: FaultKind.MOMENT,
    FaultName.WRONG_TOPIC: FaultKind.MOMENT,
    FaultName.OVERSIZE_DETAILS: FaultKind.MOMENT,
    FaultName.UNKNOWN_JOB: FaultKind.MOMENT,
    FaultName.SECOND_CONNECTION: FaultKind.MOMENT,
    FaultName.SUBSCRIBE_LATE: FaultKind.CONDITION,
    FaultName.IGNORE_CANCEL: FaultKind.CONDITION,
    FaultName.CLOCK_SKEW: FaultKind.CONDITION,
    FaultName.SLOW_LINK: FaultKind.CONDITION,
    FaultName.DOUBLE_NOTIFY: FaultKind.MOMENT,
}


SECONDS: Final[dict[FaultName, float]] = {
    FaultName.DROP_LINE: 5.0,
    FaultName.REBOOT: 10.0,
    FaultName.LATE_UPDATE: 5.0,
    FaultName.SUBSCRIBE_LATE: 2.0,
    FaultName.IGNORE_CANCEL: 0.0,  # to the end of the execution
    FaultName.CLOCK_SKEW: 300.0,
    FaultName.SLOW_LINK: 1.0,
}
"""The faults that have a length, and what it is where a scenario says nothing. The others take no seconds."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault, drawn. `seconds` are simulated: how long it stays away, holds back, lags; 0 where it has no length."""

    name: FaultName
    seconds: float = 0.0

    @property
    def kind(self) -> FaultKind:
        return KINDS[self.name]
