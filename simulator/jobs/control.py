"""The operator's half: what CreateJob, CancelJob, DeleteJob and their siblings do to jobs and executions. Pure.

Source: reference section 8. What takes long (rollouts, cancelling, deleting) is begun here and goes on in `progress`.
"""

import sys
from collections.abc import Iterable, Mapping

import msgspec

from simulator.jobs import limits
from simulator.jobs.book import Book
from simulator.jobs.control_errors import (
    ControlError,
    already_exists,
    conflict,
    invalid_request,
    invalid_transition,
    limit_exceeded,
    not_found,
    version_conflict,
)
from simulator.jobs.events import JobOperation
from simulator.jobs.model import JobStatus
from simulator.jobs.new_job import (
    JobChanges,
    NewJob,
    check_configs,
    check_new_job,
    check_schedule,
    check_targets,
    check_text,
    check_timeout,
)
from simulator.jobs.progress import JobProgress, new_execution
from simulator.jobs.retries import without_retries
from simulator.jobs.schedule import opening
from simulator.jobs.service import Effects, JobsService
from simulator.jobs.stored import Ending, Execution, Job, JobState, TargetSelection

__all__ = [
    "ControlError",
    "JobChanges",
    "JobsControl",
    "NewJob",
    "already_exists",
    "conflict",
    "invalid_request",
    "invalid_transition",
    "limit_exceeded",
    "not_found",
    "version_conflict",
]


class JobsControl:
    """The control plane over the same Book as the data plane."""

    def __init__(self, service: JobsService) -> None:
        self._service = service
        self._book: Book = service.book
        self.progress = JobProgress(service)

    def job(self, job_id: str) -> Job:
        """Return a job.

        Raises:
            ControlError: ResourceNotFoundException.
        """
        job = self._book.jobs.get(job_id)
        if job is None:
            raise not_found(f"Job {job_id} cannot be found.")
        return job

    def execution(self, thing_name: str, job_id: str, execution_number: int | None = None) -> Execution:
        """Return an execution, the latest if no number is given.

        Raises:
            ControlError: ResourceNotFoundException.
        """
        execution = self._book.find(thing_name, job_id, execution_number)
        if execution is None:
            number = "" if execution_number is None else f" number {execution_number}"
            raise not_found(f"Job Execution{number} of job {job_id} for thing {thing_name} does not exist.")
        return execution

    def check(self, new: NewJob) -> None:
        """Say whether `create` would take this job, before its targets are looked at.

        Raises:
            ControlError: InvalidRequestException naming the member, or ResourceAlreadyExistsException.
        """
        check_new_job(new)
        if new.job_id in self._book.jobs:
            raise already_exists(f"Job {new.job_id} already exists.")

    def create(self, new: NewJob, now: float, thing_names: Iterable[str] = ()) -> Effects:
        """Store a job that is to be rolled out to `thing_names`, which its targets mean just now.

        Raises:
            ControlError: InvalidRequestException naming the member, or ResourceAlreadyExistsException.
        """
        self.check(new)
        times = check_schedule(new.scheduling_config, now)
        windows = () if new.scheduling_config is None else new.scheduling_config.maintenance_windows
        is_open = opening(times.starts_at, windows, now).is_open
        effects = Effects()
        assert new.document is not None
        job = Job(
            job_id=new.job_id,
            targets=new.targets,
            document=new.document,
            description=new.description,
            in_progress_timeout_minutes=new.in_progress_timeout_minutes,
            target_selection=new.target_selection,
            presigned_url_config=new.presigned_url_config,
            rollout_config=new.rollout_config,
            abort_config=new.abort_config,
            retry_config=new.retry_config,
            scheduling_config=new.scheduling_config,
            document_source=new.document_source,
            document_before=new.document_before,
            document_parameters=new.document_parameters,
            job_template_arn=new.job_template_arn,
            destination_package_versions=new.destination_package_versions,
            status=JobState.IN_PROGRESS if is_open else JobState.SCHEDULED,
            starts_at=times.starts_at,
            ends_at=times.ends_at,
            created_at=now,
            last_updated_at=now,
        )
        self._service.put_job(job, effects)
        self.progress.begin(job, thing_names, effects, now)
        return effects

    def queue(self, job_id: str, thing_names: Iterable[str], now: float) -> Effects:
        """Queue one execution of a job for each thing at once; nothing happens if the job has been ended meanwhile."""
        effects = Effects()
        job = self._book.jobs.get(job_id)
        if job is None or job.status is not JobState.IN_PROGRESS:
            return effects
        for thing_name in thing_names:
            self._service.apply([new_execution(self._service, job_id, thing_name, now)], effects, now)
        return effects

    def finish_rollout(self, job_id: str, now: float) -> Effects:
        """Say that every target has its execution; a job that is done already (or had no things) completes."""
        effects = Effects()
        job = self._book.jobs.get(job_id)
        if job is not None and job.is_rolling_out:
            self.progress.finish_rollout(job, effects, now)
        return effects

    def update(self, job_id: str, changes: JobChanges, now: float) -> Effects:
        """Change what UpdateJob may change (reference section 8.12). Running timers keep their ends.

        Raises:
            ControlError: ResourceNotFoundException; InvalidRequestException naming the member, or for an ended job.
        """
        job = self.job(job_id)
        check_text(changes.description, "description")
        check_timeout(changes.in_progress_timeout_minutes)
        check_configs(changes.rollout_config, changes.abort_config, changes.retry_config)
        if changes.retry_config not in (None, job.retry_config) and changes.retry_config != without_retries(
            changes.retry_config
        ):
            raise invalid_request("jobExecutionsRetryConfig.numberOfRetries can only be set to 0 by UpdateJob.")
        if not job.is_live:
            raise invalid_request(f"Job {job_id} is in status {job.status} and cannot be updated.")
        given = {name: getattr(changes, name) for name in JobChanges.__slots__ if getattr(changes, name) is not None}
        effects = Effects()
        self._service.put_job(msgspec.structs.replace(job, **given, last_updated_at=now), effects)
        effects.due_jobs.append(job_id)
        return effects

    def associate(self, job_id: str, targets: tuple[str, ...], comment: str | None, now: float) -> Effects:
        """Add targets to a continuous job; who comes to be targeted by that, `progress.join` has to be told.

        Raises:
            ControlError: ResourceNotFoundException; InvalidRequestException for a job that cannot have more targets.
        """
        job = self.job(job_id)
        check_text(comment, "comment")
        if job.target_selection is not TargetSelection.CONTINUOUS or job.status is not JobState.IN_PROGRESS:
            raise invalid_request(
                f"Job {job_id} is {job.target_selection} and {job.status}; "
                "targets can be associated with a CONTINUOUS job that is IN_PROGRESS."
            )
        check_targets(targets)
        together = tuple(dict.fromkeys((*job.targets, *targets)))
        check_targets(together)
        effects = Effects()
        changed = msgspec.structs.replace(job, targets=together, comment=comment or job.comment, last_updated_at=now)
        self._service.put_job(changed, effects)
        return effects

    def cancel(
        self,
        job_id: str,
        now: float,
        *,
        force: bool = False,
        reason_code: str | None = None,
        comment: str | None = None,
        at_most: int = sys.maxsize,
    ) -> Effects:
        """Cancel a job: its QUEUED executions, with `force` also those IN_PROGRESS (reference section 8.6).

        Of the executions `at_most` so many are cancelled here, the others as `progress` is let look at the job.

        Raises:
            ControlError: ResourceNotFoundException; InvalidRequestException for a job that has ended.
        """
        job = self.job(job_id)
        if reason_code is not None and not limits.REASON_CODE.fullmatch(reason_code):
            raise invalid_request(f"reasonCode must match {limits.REASON_CODE.pattern}.")
        check_text(comment, "comment")
        if not job.is_live:
            has_ended = job.status in (JobState.COMPLETED, JobState.CANCELED)
            if has_ended and self._service.choices.cancel_ended == "accept":
                return Effects()
            raise invalid_request(f"Job {job_id} is in status {job.status} and cannot be canceled.")
        effects = Effects()
        self._service.begin_canceling(job, effects, now, reason_code, comment, force=force)
        self.progress.restart_ending(job_id)
        self.progress.end_some(job_id, effects, now, at_most)
        return effects

    def delete(self, job_id: str, now: float, *, force: bool = False, at_most: int = sys.maxsize) -> Effects:
        """Delete a job and its executions; things that work on it find them gone (reference section 8.7).

        Of the executions `at_most` so many are deleted here, the others as `progress` is let look at the job.

        Raises:
            ControlError: ResourceNotFoundException; InvalidStateTransitionException without `force` for a live job, or
                for one that is being deleted; LimitExceededException while ten others are.
        """
        job = self.job(job_id)
        if job.status is JobState.DELETION_IN_PROGRESS:
            raise invalid_transition(f"Job {job_id} is being deleted already.")
        if job.is_live and not force:
            raise invalid_transition(f"Job {job_id} is in status {job.status}; use force to delete it.")
        in_deletion = sum(each.status is JobState.DELETION_IN_PROGRESS for each in self._book.jobs.values())
        if in_deletion >= limits.JOBS_IN_DELETION:
            raise limit_exceeded(f"{in_deletion} jobs are being deleted already; wait until one of them is gone.")
        effects = Effects()
        leaving = msgspec.structs.replace(
            job,
            status=JobState.DELETION_IN_PROGRESS,
            ending=Ending.DELETE,
            is_rolling_out=False,
            last_updated_at=now,
        )
        self._service.put_job(leaving, effects)
        self._service.tell_job(JobOperation.DELETION_IN_PROGRESS, leaving, effects)
        effects.due_jobs.append(job_id)
        self.progress.restart_ending(job_id)
        self.progress.end_some(job_id, effects, now, at_most)
        return effects

    def cancel_execution(
        self,
        thing_name: str,
        job_id: str,
        now: float,
        *,
        force: bool = False,
        expected_version: int | None = None,
        status_details: Mapping[str, str] | None = None,
    ) -> Effects:
        """Cancel one execution (reference section 8.8).

        Raises:
            ControlError: ResourceNotFoundException, VersionConflictException, InvalidStateTransitionException.
        """
        execution = self.execution(thing_name, job_id)
        if expected_version is not None and expected_version != execution.version_number:
            raise version_conflict(f"Expected version {expected_version} but found version {execution.version_number}")
        is_forced = execution.status is JobStatus.IN_PROGRESS and force
        if execution.status is not JobStatus.QUEUED and not is_forced:
            raise invalid_transition(f"Job Execution is in status {execution.status} and cannot be canceled.")
        changes: dict[str, object] = {} if status_details is None else {"status_details": dict(status_details)}
        effects = Effects()
        canceled = self._service.ended(execution, JobStatus.CANCELED, now, force_canceled=is_forced, **changes)
        self._service.apply([canceled], effects, now)
        return effects

    def delete_execution(
        self, thing_name: str, job_id: str, execution_number: int, now: float, *, force: bool = False
    ) -> Effects:
        """Delete one execution (reference section 8.9).

        Raises:
            ControlError: ResourceNotFoundException; InvalidStateTransitionException while IN_PROGRESS without `force`.
        """
        execution = self.execution(thing_name, job_id, execution_number)
        if execution.status is JobStatus.IN_PROGRESS and not force:
            raise invalid_transition("Job Execution is in status IN_PROGRESS; use force to delete it.")
        effects = Effects()
        self._service.apply([], effects, now, deleted=[execution.key])
        self._service.complete_if_done(job_id, effects, now)
        return effects

    def remove_thing(self, thing_name: str, now: float) -> Effects:
        """A thing left the registry: its pending executions are REMOVED (reference section 8.13)."""
        effects = Effects()
        if self._service.choices.deleted_thing == "delete":
            keys = [each.key for each in self._book.pending(thing_name)]
            if keys:
                self._service.apply([], effects, now, deleted=keys)
            for key in keys:
                self._service.complete_if_done(key.job_id, effects, now)
            return effects
        leaving = [self._service.ended(each, JobStatus.REMOVED, now) for each in self._book.pending(thing_name)]
        if leaving:
            self._service.apply(leaving, effects, now)
        return effects
