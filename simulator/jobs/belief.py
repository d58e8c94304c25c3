"""What a thing believes of its job executions, and what a notification does to that."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from msgspec import UnsetType

from simulator.jobs.limits import PENDING_LISTED
from simulator.jobs.meanings import Ended, NextChanged, Unexpected
from simulator.jobs.model import JobExecution, JobExecutionsChanged, JobStatus, NextJobExecutionChanged, Notification

LATE_SECONDS: Final = 300
"""A notification older than the newest by less than this came late; by more, the service's clock was set back."""
_LATE: Final = Unexpected("an older notification came after a newer one; it is ignored")
_CHANGED: Final = NextChanged()
_NO_DETAILS: Final[Mapping[str, str]] = {}


@dataclass(slots=True)
class Belief:
    """The current execution, or the newest one after it ended, with `status`, `version` and `status_details` of it.

    `is_working`: there is a current execution, and it has not ended.
    `in_doubt`: a notification says that the current execution is gone; that is to be verified by asking.
    `is_unsure`: the version may be another, since an update without an expected version may have been applied twice.
    `next_known`: whether another execution waits, as far as was heard since the last question about it or the last
    terminal report; None if nothing was. `pending` counts the pending executions, as last listed.
    """

    thing_name: str
    execution: JobExecution | None = None
    status: JobStatus | None = None
    version: int = 0
    status_details: Mapping[str, str] = field(default_factory=dict)
    is_working: bool = False
    pending: int = 0
    in_doubt: bool = False
    is_unsure: bool = False
    next_known: bool | None = None
    _newest_next: int = 0  # timestamps of the newest notifications of either kind
    _newest_list: int = 0

    @property
    def current(self) -> JobExecution:
        """The current execution, or the newest one after it ended.

        Raises:
            ValueError: there was none yet.
        """
        if self.execution is None:
            raise ValueError(f"{self.thing_name} has no job execution")
        return self.execution

    def is_current(self, execution: JobExecution) -> bool:
        """Whether `execution` is the current one: a number may be given again after a deletion, hence `queued_at`."""
        current = self.execution
        return (
            current is not None
            and current.job_id == execution.job_id
            and current.execution_number == execution.execution_number
            and current.queued_at == execution.queued_at
        )

    def hear_anew(self) -> None:
        """Take the next notifications whatever their time: another line may lead to a service with another clock."""
        self._newest_next = self._newest_list = 0

    def forget(self) -> None:
        """Lose the memory, as a reboot does. Which execution was under way stays known: devices keep that in flash."""
        self.hear_anew()
        self.pending = 0
        self.next_known = None
        self.is_unsure = False
        if self.is_working:
            self.version = 0
            self.status_details = _NO_DETAILS
            self.in_doubt = True

    def receive_notification(self, notification: Notification) -> NextChanged | Unexpected:
        """Take a notification. It is a hint, to be acted on by asking: notifications come twice, late or not at all."""
        if isinstance(notification, JobExecutionsChanged):
            return self._list_changed(notification)
        return self._next_changed(notification)

    def _next_changed(self, notification: NextJobExecutionChanged) -> NextChanged | Unexpected:
        if self._newest_next - LATE_SECONDS < notification.timestamp < self._newest_next:
            return _LATE
        self._newest_next = notification.timestamp
        execution = notification.execution
        if isinstance(execution, UnsetType):
            self.next_known = False
            self.in_doubt = self.in_doubt or self.is_working
        elif not self.is_current(execution):
            self.next_known = True
            self.in_doubt = self.in_doubt or self.is_working
        return _CHANGED

    def _list_changed(self, notification: JobExecutionsChanged) -> NextChanged | Unexpected:
        if self._newest_list - LATE_SECONDS < notification.timestamp < self._newest_list:
            return _LATE
        self._newest_list = notification.timestamp
        listed = [(each.job_id, each.execution_number) for group in notification.jobs.values() for each in group]
        self.pending = len(listed)
        if self.is_working and len(listed) < PENDING_LISTED:
            self.in_doubt = self.in_doubt or (self.current.job_id, self.current.execution_number) not in listed
        return _CHANGED

    def _adopt(self, status: JobStatus, version: int, details: Mapping[str, str] | UnsetType) -> None:
        self.status = status
        self.version = version
        self.status_details = _NO_DETAILS if isinstance(details, UnsetType) else details
        self.is_working = status is JobStatus.IN_PROGRESS or status is JobStatus.QUEUED
        self.in_doubt = self.in_doubt and self.is_working

    def _end(self, status: JobStatus, version: int, sentence: str) -> Ended:
        """Believe that the current execution ended. A version of 0 (it was deleted) leaves the last one known."""
        self.status = status
        self.version = version or self.version
        self.is_working = self.in_doubt = False
        return Ended(status, version, sentence)
