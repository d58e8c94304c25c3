"""Which status a job execution may take next, and who may say so.

Source: AWS IoT Core Developer Guide, "Jobs and job execution states" (reference sections 2.1 and 2.2).
"""

from typing import Final

from simulator.jobs.model import JobStatus
from simulator.jobs.model import JobStatus as S

PENDING: Final = frozenset({S.QUEUED, S.IN_PROGRESS})
TERMINAL: Final = frozenset(S) - PENDING
DEVICE_ENDS: Final = frozenset({S.SUCCEEDED, S.FAILED, S.REJECTED})
DEVICE_MAY_SET: Final = DEVICE_ENDS | {S.IN_PROGRESS}

BY_THING: Final = {S.QUEUED: DEVICE_MAY_SET, S.IN_PROGRESS: DEVICE_MAY_SET}
BY_SERVICE: Final = {
    S.QUEUED: frozenset({S.CANCELED, S.REMOVED}),
    S.IN_PROGRESS: frozenset({S.TIMED_OUT, S.CANCELED, S.REMOVED}),
}


def thing_may(current: JobStatus, wanted: JobStatus) -> bool:
    """Whether a thing's update may move an execution from `current` to `wanted`."""
    return wanted in BY_THING.get(current, frozenset())
