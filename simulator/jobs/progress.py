"""What jobs do by themselves as time goes by: roll out, start, pause and end by their schedule, cancel and delete.

`look` does what is due for one job, some executions at a time, and says when to look again. Pure: the endpoint has the
timers. Source: reference sections 8.2, 8.3, 8.6, 8.7 and 8.13.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import msgspec

from simulator.jobs import schedule
from simulator.jobs.events import JobOperation
from simulator.jobs.model import JobStatus
from simulator.jobs.rollout import Pace
from simulator.jobs.service import Effects, JobsService
from simulator.jobs.stored import Ending, Execution, Job, JobState

WAITING: Final = "rollout"
"""The kind of record that keeps for whom a job was made, while it is rolled out: its names, by job id."""

AT_ONCE: Final = 50  # executions changed in one go; some milliseconds on a slow machine
_NEVER: Final = float("inf")
_encode_names: Final = msgspec.msgpack.Encoder().encode


@dataclass(slots=True)
class _Work:
    """What is still to be done for a job. Names are those of things, in order."""

    pace: Pace
    waiting: dict[str, None] = field(default_factory=dict)  # targeted when the job was made
    joining: dict[str, None] = field(default_factory=dict)  # targeted since
    leaving: dict[str, None] = field(default_factory=dict)  # targeted no longer
    ending: deque[str] | None = None


class JobProgress:
    """The work of all jobs that have any."""

    def __init__(self, service: JobsService) -> None:
        self._service = service
        self._book = service.book
        self._work: dict[str, _Work] = {}

    # --- what there is to do ------------------------------------------------------------------------------------------

    def begin(self, job: Job, thing_names: Iterable[str], effects: Effects, now: float) -> None:
        """Roll a new job out to these things, as its schedule and its rate allow."""
        waiting = dict.fromkeys(thing_names)
        self._work[job.job_id] = _Work(Pace(now), waiting)
        if waiting:
            effects.records.append((WAITING, job.job_id, _encode_names(list(waiting))))
        effects.due_jobs.append(job.job_id)

    def resume(self, job: Job, thing_names: Iterable[str], now: float) -> None:
        """Go on with a job after a restart; `thing_names` are those it was made for, as far as that was kept."""
        made = [each for each in self._book.of_job(job.job_id) if each.execution_number == 1]
        waiting = dict.fromkeys(thing_names)
        for execution in made:
            waiting.pop(execution.thing_name, None)
        last_at = max((each.queued_at for each in made), default=None)
        self._work[job.job_id] = _Work(Pace(now, len(made), last_at), waiting)

    def join(self, job_id: str, thing_names: Iterable[str], effects: Effects) -> None:
        """Things came to be targeted by a continuous job: each gets an execution as soon as the job may make one."""
        work = self._of(job_id)
        for name in thing_names:
            work.leaving.pop(name, None)
            if name not in work.waiting:
                work.joining[name] = None
        effects.due_jobs.append(job_id)

    def leave(self, job_id: str, thing_names: Iterable[str], effects: Effects) -> None:
        """Things are targeted no longer: their pending executions are REMOVED, and none is made for them."""
        work = self._of(job_id)
        for name in thing_names:
            work.waiting.pop(name, None)
            work.joining.pop(name, None)
            work.leaving[name] = None
        effects.due_jobs.append(job_id)

    # --- doing it -----------------------------------------------------------------------------------------------------

    def look(self, job_id: str, now: float, at_most: int = AT_ONCE) -> tuple[Effects, float | None]:
        """Do what is due for a job, for at most so many things.

        Returns what follows, and when to look again in epoch seconds: `now` if not all was done, None if never.
        """
        effects = Effects()
        job = self._book.jobs.get(job_id)
        if job is not None and job.ending is not None:
            self.end_some(job_id, effects, now, at_most)
            job = self._book.jobs.get(job_id)
            if job is not None and job.ending is not None:
                return effects, now
        if job is None or not job.is_live:
            self._work.pop(job_id, None)
            return effects, None
        if job.ends_at is not None and job.ends_at <= now and not job.has_ended:
            return effects, self._reach_end(job, effects, now)
        if job.has_ended:
            return effects, None
        return effects, self._go_on(job, effects, now, at_most)

    def end_some(self, job_id: str, effects: Effects, now: float, at_most: int) -> None:
        """Go on with the cancelling or deleting of a job's executions, and finish it when none is left."""
        job = self._book.jobs[job_id]
        ending = job.ending
        assert ending is not None
        work = self._of(job_id)
        if work.ending is None:
            work.ending = deque(self._book.things_of(job_id))
        for _ in range(min(at_most, len(work.ending))):
            concerned = [each for each in self._book.of_both(work.ending.popleft(), job_id) if _concerns(ending, each)]
            if not concerned:
                continue
            if ending is Ending.DELETE:
                self._service.apply([], effects, now, deleted=[each.key for each in concerned])
            else:
                self._service.apply([self._canceled(each, now) for each in concerned], effects, now)
        if not work.ending:
            self._work.pop(job_id)
            self._finish_ending(job, effects, now)

    def restart_ending(self, job_id: str) -> None:
        """Forget which executions were left to end: another ending takes the place of the one before."""
        self._of(job_id).ending = None

    def finish_rollout(self, job: Job, effects: Effects, now: float) -> Job:
        """Say that every target has its execution; a job that is done already (or had no things) completes."""
        job = msgspec.structs.replace(job, is_rolling_out=False)
        self._service.put_job(job, effects)
        effects.records.append((WAITING, job.job_id, None))
        self._service.complete_if_done(job.job_id, effects, now)
        return job

    def _go_on(self, job: Job, effects: Effects, now: float, at_most: int) -> float | None:
        work = self._of(job.job_id, now)
        windows = () if job.scheduling_config is None else job.scheduling_config.maintenance_windows
        opening = schedule.opening(job.starts_at, windows, now)
        wanted = JobState.IN_PROGRESS if opening.is_open else JobState.SCHEDULED
        if job.status is not wanted:
            job = msgspec.structs.replace(job, status=wanted, last_updated_at=now)
            self._service.put_job(job, effects)
            work.pace.reopen(now)
        left = at_most - self._remove_some(job.job_id, work, effects, now, at_most)
        looks = [_NEVER if at is None else at for at in (opening.changes_at, job.ends_at)]
        if opening.is_open:
            left -= self._queue_joining(job.job_id, work, effects, now, left)
            looks.append(self._queue_waiting(job, work, effects, now, left))
            if not work.waiting and job.is_rolling_out and self._is_going_on(job.job_id):
                self.finish_rollout(self._book.jobs[job.job_id], effects, now)
        if not self._is_going_on(job.job_id):
            looks.append(now)
        if work.leaving or (opening.is_open and work.joining):
            looks.append(now)
        earliest = min(looks)
        return None if earliest == _NEVER else earliest

    def _is_going_on(self, job_id: str) -> bool:
        """Whether the job is still live: what was just done may have aborted it."""
        return self._book.jobs[job_id].is_live

    def _queue_waiting(self, job: Job, work: _Work, effects: Effects, now: float, at_most: int) -> float:
        """Queue what the rollout's rate allows; return when the next is due."""
        if not work.waiting:
            return _NEVER
        succeeded = self._book.counts(job.job_id).get(JobStatus.SUCCEEDED, 0)
        due = work.pace.take(job.rollout_config, succeeded, now, min(at_most, len(work.waiting)))
        for name in [name for name, _ in zip(work.waiting, range(due), strict=False)]:
            del work.waiting[name]
            if self._service.knows_thing(name) and self._book.find(name, job.job_id) is None:
                self._queue(job.job_id, name, effects, now)
        return work.pace.next_at(job.rollout_config, succeeded) if work.waiting else _NEVER

    def _queue_joining(self, job_id: str, work: _Work, effects: Effects, now: float, at_most: int) -> int:
        names = [name for name, _ in zip(work.joining, range(at_most), strict=False)]
        for name in names:
            del work.joining[name]
            latest = self._book.find(name, job_id)
            if self._service.knows_thing(name) and (latest is None or latest.status.is_terminal):
                self._queue(job_id, name, effects, now)
        return len(names)

    def _remove_some(self, job_id: str, work: _Work, effects: Effects, now: float, at_most: int) -> int:
        names = [name for name, _ in zip(work.leaving, range(at_most), strict=False)]
        for name in names:
            del work.leaving[name]
            keeps = self._service.choices.leaving == "keep"
            for execution in [each for each in self._book.pending(name) if each.job_id == job_id]:
                if keeps and execution.status is JobStatus.IN_PROGRESS:
                    continue
                self._service.apply([self._service.ended(execution, JobStatus.REMOVED, now)], effects, now)
        return len(names)

    def _queue(self, job_id: str, thing_name: str, effects: Effects, now: float) -> None:
        self._service.apply([new_execution(self._service, job_id, thing_name, now)], effects, now)

    def _canceled(self, execution: Execution, now: float) -> Execution:
        is_forced = execution.status is JobStatus.IN_PROGRESS
        return self._service.ended(execution, JobStatus.CANCELED, now, force_canceled=is_forced)

    def _reach_end(self, job: Job, effects: Effects, now: float) -> float | None:
        """End a job by its schedule: nothing more is made, and what is pending goes as `endBehavior` says."""
        behavior = None if job.scheduling_config is None else job.scheduling_config.end_behavior
        ending = None if behavior is None or behavior == "STOP_ROLLOUT" else Ending(behavior.value)
        self._work.pop(job.job_id, None)
        job = msgspec.structs.replace(
            job, status=JobState.IN_PROGRESS, has_ended=True, ending=ending, last_updated_at=now
        )
        self._service.put_job(job, effects)
        self.finish_rollout(job, effects, now)
        return None if ending is None else now

    def _finish_ending(self, job: Job, effects: Effects, now: float) -> None:
        if job.ending is Ending.DELETE:
            self._service.tell_job(JobOperation.DELETED, job, effects)
            self._book.remove_job(job.job_id)
            effects.jobs = [each for each in effects.jobs if each.job_id != job.job_id]
            effects.deleted_jobs.append(job.job_id)
            effects.records.append((WAITING, job.job_id, None))
            return
        job = msgspec.structs.replace(self._book.jobs[job.job_id], ending=None)
        self._service.put_job(job, effects)
        if job.status is JobState.CANCELED:
            effects.records.append((WAITING, job.job_id, None))
            self._service.tell_job(JobOperation.CANCELED, job, effects)
        self._service.complete_if_done(job.job_id, effects, now)

    def _of(self, job_id: str, now: float = 0.0) -> _Work:
        work = self._work.get(job_id)
        if work is None:
            work = self._work[job_id] = _Work(Pace(now))
        return work


def new_execution(service: JobsService, job_id: str, thing_name: str, now: float) -> Execution:
    """Return a QUEUED execution with the number after the last that the thing has of this job."""
    latest = service.book.find(thing_name, job_id)
    return Execution(
        thing_name=thing_name,
        job_id=job_id,
        execution_number=1 if latest is None else latest.execution_number + 1,
        status=JobStatus.QUEUED,
        version_number=1,
        queued_at=now,
        last_updated_at=now,
        sequence=service.book.next_sequence(),
    )


def _concerns(ending: Ending, execution: Execution) -> bool:
    """Whether an execution is among those that are to be ended."""
    match ending:
        case Ending.CANCEL:
            return execution.status is JobStatus.QUEUED
        case Ending.FORCE_CANCEL:
            return not execution.status.is_terminal
        case Ending.DELETE:
            return True
