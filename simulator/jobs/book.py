"""The book of jobs and executions: lookup by every key the service asks for, pending lists and counters kept up.

It holds no rule. Each operation costs the same whatever the number of things.
"""

import bisect
from collections.abc import Iterator, Mapping

from simulator.jobs.model import JobStatus
from simulator.jobs.stored import Execution, ExecutionKey, Job, TargetSelection

_NO_EXECUTIONS: tuple[Execution, ...] = ()


class Book:
    """Everything that is stored, indexed."""

    def __init__(self) -> None:
        self.jobs: dict[str, Job] = {}
        self.continuous: set[str] = set()  # ids of the continuous jobs that are live
        self._numbers: dict[tuple[str, str], list[Execution]] = {}  # executions of one job on one thing, by number
        self._pending: dict[str, list[Execution]] = {}
        self._jobs_of_thing: dict[str, dict[str, None]] = {}
        self._things_of_job: dict[str, dict[str, None]] = {}
        self._counts: dict[str, dict[JobStatus, int]] = {}
        self._sequence = 0

    def put_job(self, job: Job) -> None:
        """Store a new job, or a new state of one."""
        self.jobs[job.job_id] = job
        if job.target_selection is TargetSelection.CONTINUOUS:
            (self.continuous.add if job.is_live and not job.has_ended else self.continuous.discard)(job.job_id)

    def next_sequence(self) -> int:
        """Return a number higher than that of any execution so far."""
        self._sequence += 1
        return self._sequence

    def find(self, thing_name: str, job_id: str, execution_number: int | None = None) -> Execution | None:
        """Return the execution with that number, or the latest if the number is None."""
        numbers = self._numbers.get((thing_name, job_id))
        if not numbers:
            return None
        if execution_number is None:
            return numbers[-1]
        return next((execution for execution in numbers if execution.execution_number == execution_number), None)

    def pending(self, thing_name: str) -> list[Execution] | tuple[Execution, ...]:
        """Return the pending executions of a thing in their order; the first is `$next`. Not to be changed."""
        return self._pending.get(thing_name, _NO_EXECUTIONS)

    def of_job(self, job_id: str) -> Iterator[Execution]:
        """All executions of a job, also earlier numbers."""
        for thing_name in list(self._things_of_job.get(job_id, ())):
            yield from list(self._numbers.get((thing_name, job_id), _NO_EXECUTIONS))

    def things_of(self, job_id: str) -> list[str]:
        """Return the names of all things that have executions of a job."""
        return list(self._things_of_job.get(job_id, ()))

    def of_both(self, thing_name: str, job_id: str) -> list[Execution]:
        """Return the executions of one job on one thing, by number."""
        return list(self._numbers.get((thing_name, job_id), _NO_EXECUTIONS))

    def of_thing(self, thing_name: str) -> Iterator[Execution]:
        """All executions of a thing, also earlier numbers."""
        for job_id in list(self._jobs_of_thing.get(thing_name, ())):
            yield from list(self._numbers.get((thing_name, job_id), _NO_EXECUTIONS))

    def executions(self) -> Iterator[Execution]:
        """Everything there is, in no particular order."""
        for numbers in self._numbers.values():
            yield from numbers

    def counts(self, job_id: str) -> Mapping[JobStatus, int]:
        """How many executions of a job are in each status; a status without any may be missing."""
        return self._counts.get(job_id, {})

    def has_pending(self, job_id: str) -> bool:
        """Whether any execution of the job is still QUEUED or IN_PROGRESS."""
        counts = self._counts.get(job_id)
        return counts is not None and bool(counts.get(JobStatus.QUEUED) or counts.get(JobStatus.IN_PROGRESS))

    def put(self, execution: Execution) -> Execution | None:
        """Store a new execution, or a new state of one that is there; return the state it had before."""
        pair = (execution.thing_name, execution.job_id)
        numbers = self._numbers.get(pair)
        if numbers is None:
            numbers = self._numbers[pair] = []
            self._jobs_of_thing.setdefault(execution.thing_name, {})[execution.job_id] = None
            self._things_of_job.setdefault(execution.job_id, {})[execution.thing_name] = None
        place = len(numbers) - 1  # nearly always it is the latest
        if not numbers or numbers[place].execution_number != execution.execution_number:
            place = bisect.bisect_left(numbers, execution.execution_number, key=_number)
        counts = self._counts.setdefault(execution.job_id, {})
        before: Execution | None = None
        if place < len(numbers) and numbers[place].execution_number == execution.execution_number:
            before = numbers[place]
            numbers[place] = execution
            if before.status is execution.status:
                if not execution.status.is_terminal:
                    pending = self._pending[execution.thing_name]
                    pending[pending.index(before)] = execution  # its place cannot have changed
                return before
            counts[before.status] -= 1
            if not before.status.is_terminal:
                self._pending[execution.thing_name].remove(before)
        else:
            numbers.insert(place, execution)
            self._sequence = max(self._sequence, execution.sequence)
        counts[execution.status] = counts.get(execution.status, 0) + 1
        if not execution.status.is_terminal:
            bisect.insort(self._pending.setdefault(execution.thing_name, []), execution, key=_pending_order)
        return before

    def remove(self, key: ExecutionKey) -> None:
        """Forget one execution. Unknown keys are ignored."""
        pair = (key.thing_name, key.job_id)
        numbers = self._numbers.get(pair, [])
        execution = next((each for each in numbers if each.execution_number == key.execution_number), None)
        if execution is None:
            return
        numbers.remove(execution)
        self._counts[key.job_id][execution.status] -= 1
        if not execution.status.is_terminal:
            self._pending[key.thing_name].remove(execution)
        if not numbers:
            del self._numbers[pair]
            del self._jobs_of_thing[key.thing_name][key.job_id]
            del self._things_of_job[key.job_id][key.thing_name]

    def remove_job(self, job_id: str) -> None:
        """Forget a job whose executions are gone already."""
        self.jobs.pop(job_id, None)
        self.continuous.discard(job_id)
        self._counts.pop(job_id, None)
        self._things_of_job.pop(job_id, None)


def _number(execution: Execution) -> int:
    return execution.execution_number


def _pending_order(execution: Execution) -> tuple[bool, float, int]:
    return execution.pending_order
