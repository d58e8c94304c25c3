"""The operator's half: what CreateJob, CancelJob, DeleteJob and their siblings do to jobs and executions. Pure.

Source: reference section 8. Groups are resolved and executions are rolled out by the endpoint; here they only happen.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from simulator.jobs import limits
from simulator.jobs.book import Book
from simulator.jobs.model import JobStatus
from simulator.jobs.service import Effects, JobsService, ended
from simulator.jobs.stored import Execution, Job, JobState


@dataclass
class ControlError(Exception):
    """A modelled error of the control plane: `name` as in the service model of `iot`, with its HTTP status."""

    name: str
    http_status: int
    message: str

    def __str__(self) -> str:
        return f"{self.name}: {self.message}"


def invalid_request(message: str) -> ControlError:
    return ControlError("InvalidRequestException", 400, message)


def not_found(message: str) -> ControlError:
    return ControlError("ResourceNotFoundException", 404, message)


def already_exists(message: str) -> ControlError:
    return ControlError("ResourceAlreadyExistsException", 409, message)


def invalid_transition(message: str) -> ControlError:
    return ControlError("InvalidStateTransitionException", 409, message)


def version_conflict(message: str) -> ControlError:
    return ControlError("VersionConflictException", 409, message)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """CreateJob as asked for, in the parts this service offers. `targets` are ARNs."""

    job_id: str
    targets: tuple[str, ...]
    document: str | None
    description: str | None = None
    in_progress_timeout_minutes: int | None = None


class JobsControl:
    """The control plane over the same Book as the data plane."""

    def __init__(self, service: JobsService) -> None:
        self._service = service
        self._book: Book = service.book

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

    def create(self, new: NewJob, now: float) -> Effects:
        """Store a job that is rolling out; `queue` then gives it its executions and `finish_rollout` ends the phase.

        Raises:
            ControlError: InvalidRequestException naming the member, or ResourceAlreadyExistsException.
        """
        self.check(new)
        effects = Effects()
        assert new.document is not None
        self._service.put_job(
            Job(
                job_id=new.job_id,
                targets=new.targets,
                document=new.document,
                description=new.description,
                in_progress_timeout_minutes=new.in_progress_timeout_minutes,
                created_at=now,
                last_updated_at=now,
            ),
            effects,
        )
        return effects

    def queue(self, job_id: str, thing_names: Iterable[str], now: float) -> Effects:
        """Queue one execution of a job for each thing; nothing happens if the job has been ended meanwhile."""
        effects = Effects()
        job = self._book.jobs.get(job_id)
        if job is None or job.status is not JobState.IN_PROGRESS:
            return effects
        for thing_name in thing_names:
            latest = self._book.find(thing_name, job_id)
            execution = Execution(
                thing_name=thing_name,
                job_id=job_id,
                execution_number=1 if latest is None else latest.execution_number + 1,
                status=JobStatus.QUEUED,
                version_number=1,
                queued_at=now,
                last_updated_at=now,
                sequence=self._book.next_sequence(),
            )
            self._service.apply([execution], effects, now)
        return effects

    def finish_rollout(self, job_id: str, now: float) -> Effects:
        """Say that every target has its execution; a job that is done already (or had no things) completes."""
        effects = Effects()
        job = self._book.jobs.get(job_id)
        if job is not None and job.is_rolling_out:
            self._service.put_job(msgspec.structs.replace(job, is_rolling_out=False), effects)
            self._service.complete_if_done(job_id, effects, now)
        return effects

    def cancel(
        self,
        job_id: str,
        now: float,
        *,
        force: bool = False,
        reason_code: str | None = None,
        comment: str | None = None,
    ) -> Effects:
        """Cancel a job: its QUEUED executions, with `force` also those IN_PROGRESS (reference section 8.6).

        Raises:
            ControlError: ResourceNotFoundException; InvalidRequestException for a job that has ended.
        """
        job = self.job(job_id)
        if reason_code is not None and not limits.REASON_CODE.fullmatch(reason_code):
            raise invalid_request(f"reasonCode must match {limits.REASON_CODE.pattern}.")
        _check_text(comment, "comment")
        if job.status not in (JobState.IN_PROGRESS, JobState.SCHEDULED):
            raise invalid_request(f"Job {job_id} is in status {job.status} and cannot be canceled.")
        effects = Effects()
        self._service.put_job(
            msgspec.structs.replace(
                job,
                status=JobState.CANCELED,
                is_rolling_out=False,
                reason_code=reason_code,
                comment=comment,
                force_canceled=force,
                last_updated_at=now,
            ),
            effects,
        )
        for execution in self._book.of_job(job_id):
            if execution.status is JobStatus.QUEUED:
                self._service.apply([ended(execution, JobStatus.CANCELED, now)], effects, now)
            elif execution.status is JobStatus.IN_PROGRESS and force:
                self._service.apply([ended(execution, JobStatus.CANCELED, now, force_canceled=True)], effects, now)
        return effects

    def delete(self, job_id: str, now: float, *, force: bool = False) -> Effects:
        """Delete a job and its executions; things that work on it find them gone (reference section 8.7).

        Raises:
            ControlError: ResourceNotFoundException; InvalidStateTransitionException without `force` for a live job.
        """
        job = self.job(job_id)
        if job.status not in (JobState.COMPLETED, JobState.CANCELED) and not force:
            raise invalid_transition(f"Job {job_id} is in status {job.status}; use force to delete it.")
        effects = Effects()
        self._service.put_job(msgspec.structs.replace(job, status=JobState.DELETION_IN_PROGRESS), effects)
        for execution in list(self._book.of_job(job_id)):
            self._service.apply([], effects, now, deleted=[execution.key])
        effects.jobs.clear()
        self._book.remove_job(job_id)
        effects.deleted_jobs.append(job_id)
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
        canceled = ended(execution, JobStatus.CANCELED, now, force_canceled=is_forced, **changes)
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
        leaving = [ended(each, JobStatus.REMOVED, now) for each in self._book.pending(thing_name)]
        if leaving:
            self._service.apply(leaving, effects, now)
        return effects


def check_new_job(new: NewJob) -> None:
    """Check CreateJob's members against AWS's limits (reference section 8.2).

    Raises:
        ControlError: InvalidRequestException naming the member.
    """
    if not limits.JOB_ID.fullmatch(new.job_id):
        raise invalid_request(f"jobId must match {limits.JOB_ID.pattern}.")
    if not 1 <= len(new.targets) <= limits.TARGETS:
        raise invalid_request(f"targets must have between 1 and {limits.TARGETS} members.")
    if new.document is None:
        raise invalid_request("One of document or documentSource must be given.")
    if not 1 <= len(new.document.encode("utf-8", "surrogatepass")) <= limits.JOB_DOCUMENT_BYTES:
        raise invalid_request(f"document must have between 1 and {limits.JOB_DOCUMENT_BYTES} bytes.")
    try:
        msgspec.json.decode(new.document)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as exc:
        raise invalid_request(f"document must be valid JSON: {exc}") from None
    _check_text(new.description, "description")
    minutes = new.in_progress_timeout_minutes
    low, high = limits.TIMEOUT_MINUTES
    if minutes is not None and not low <= minutes <= high:
        raise invalid_request(f"timeoutConfig.inProgressTimeoutInMinutes must be between {low} and {high}.")


def _check_text(text: str | None, member: str) -> None:
    if text is not None and (len(text) > limits.DESCRIPTION_CHARACTERS or not text.isprintable()):
        raise invalid_request(
            f"{member} must have at most {limits.DESCRIPTION_CHARACTERS} characters and no control characters."
        )
