"""What the service tells about jobs and job executions on `$aws/events/…`: which events there are, as values.

Source: reference sections 9.2 and 9.3. Both kinds are off until an operator switches them on.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from simulator.jobs.model import JobStatus
from simulator.jobs.stored import Execution, Job


class JobOperation(StrEnum):
    """The last level of a job event's topic; its `status` is the same in upper case."""

    COMPLETED = "completed"
    CANCELLATION_IN_PROGRESS = "cancellation_in_progress"
    CANCELED = "canceled"
    DELETION_IN_PROGRESS = "deletion_in_progress"
    DELETED = "deleted"


class JobEvent(NamedTuple):
    """A job came to a new state."""

    operation: JobOperation
    job: Job
    counts: Mapping[JobStatus, int]


class ExecutionEvent(NamedTuple):
    """An execution ended, or was deleted."""

    execution: Execution
    is_deleted: bool = False

    @property
    def operation(self) -> str:
        """The last level of the topic."""
        return "deleted" if self.is_deleted else self.execution.status.lower()


Event = JobEvent | ExecutionEvent


class Switches:
    """Which events are told. Off at first, as with AWS."""

    def __init__(self) -> None:
        self.job = False
        self.job_execution = False
