"""AWS's rates for requests to the Jobs APIs, over MQTT and HTTP together (reference section 10.2); off by default."""

import time
from collections.abc import Callable
from typing import Final

from simulator.endpoint.http_errors import Plane, Problem, ProblemError
from simulator.endpoint.quotas import Rate
from simulator.jobs.topics import Operation

READS_PER_SECOND: Final = 200
"""DescribeJobExecution and GetPendingJobExecutions of the data plane together."""

WRITES_PER_SECOND: Final = 200
"""StartNextPendingJobExecution and UpdateJobExecution together."""

CONTROLS_PER_SECOND: Final = 10
"""Each operation of the control plane that is about jobs."""

_READS: Final = frozenset({"DescribeJobExecution", "GetPendingJobExecutions"})
_READING: Final = frozenset({Operation.DESCRIBE, Operation.GET_PENDING})


class RequestRates:
    """Counts the requests of a second of real time, whatever the pace of the simulated clock."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._reads = Rate()
        self._writes = Rate()
        self._controls: dict[str, Rate] = {}  # at most one for each operation there is

    def allow(self, operation: Operation) -> bool:
        """Count a request of the data plane; return whether it may be carried out."""
        return self._allow_data(is_read=operation in _READING)

    def check(self, operation: str, plane: Plane) -> None:
        """Count a request over HTTP.

        Raises:
            ProblemError: ThrottlingException, as the model of its plane has it.
        """
        if plane is Plane.CONTROL:
            if "Job" not in operation:
                return  # AWS's rates for things and groups are others, and not in the reference
            rate = self._controls.setdefault(operation, Rate())
            if not rate.allows(self._monotonic(), CONTROLS_PER_SECOND):
                raise ProblemError(Problem(name="ThrottlingException", http_status=400, message="Rate exceeded."))
        elif not self._allow_data(is_read=operation in _READS):
            raise ProblemError(Problem(name="ThrottlingException", http_status=429, message="Rate exceeded."))

    def _allow_data(self, *, is_read: bool) -> bool:
        now = self._monotonic()
        return self._reads.allows(now, READS_PER_SECOND) if is_read else self._writes.allows(now, WRITES_PER_SECOND)
