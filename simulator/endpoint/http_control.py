"""The control plane for jobs, `iot`: what an operator asks of jobs as a whole.

Source: reference sections 8.1 to 8.7 and 8.12. Times are fractional seconds here.
"""

import asyncio
from collections.abc import Mapping
from typing import Final, NamedTuple, TypeVar

import msgspec
from msgspec import UNSET

from simulator.endpoint import arns
from simulator.endpoint.http_call import NOTHING, Call, Route
from simulator.endpoint.http_control_bodies import AssociateBody, CancelJobBody, CreateJobBody, JobConfigs
from simulator.endpoint.http_control_shapes import (
    JobBody,
    JobDocument,
    JobNamed,
    JobsListed,
    job_named,
    job_shown,
    job_summary,
)
from simulator.endpoint.http_errors import Plane
from simulator.endpoint.http_executions import ROUTES as EXECUTION_ROUTES
from simulator.endpoint.http_paging import Order, Paging
from simulator.jobs import limits
from simulator.jobs.configs import SchedulingConfig
from simulator.jobs.control import JobChanges, NewJob, invalid_request
from simulator.jobs.stored import Job, JobState, TargetSelection
from simulator.jobs.templates import NO_TEMPLATE, JobTemplate, managed

Value = TypeVar("Value")

_ORDER_OF_STATES: Final[Mapping[JobState, int]] = {state: place for place, state in enumerate(JobState)}
_BY_STATE_NEWEST_FIRST: Final[Order[Job]] = Order(
    lambda job: (_ORDER_OF_STATES[job.status], -float(job.created_at), job.job_id), (int, float, str)
)


class _Document(NamedTuple):
    """A job's document and where it came from. `before` is the text before parameters were put in."""

    text: str | None
    source: str | None = None
    before: str | None = None
    template: JobTemplate | None = None


async def create_job(call: Call) -> JobNamed:
    if call.members().get("namespaceId"):
        raise invalid_request("namespaceId is not offered by this local endpoint yet; leave it out.")
    job_id, body = call.name("jobId"), call.body_as(CreateJobBody)
    document = await _document(call, body)
    template = document.template or NO_TEMPLATE
    scheduling = body.scheduling_config
    if scheduling is None and template.maintenance_windows:
        scheduling = SchedulingConfig(maintenance_windows=template.maintenance_windows)
    new = NewJob(
        job_id=job_id,
        targets=body.targets,
        document=document.text,
        document_source=document.source,
        document_before=document.before,
        document_parameters=body.document_parameters or {},
        description=_first(body.description, template.description or None),
        in_progress_timeout_minutes=_first(body.in_progress_timeout_minutes, template.in_progress_timeout_minutes),
        target_selection=body.target_selection,
        presigned_url_config=_first(body.presigned_url_config, template.presigned_url_config),
        rollout_config=_first(body.job_executions_rollout_config, template.rollout_config),
        abort_config=_first(body.abort_config, template.abort_config),
        retry_config=_first(body.job_executions_retry_config, template.retry_config),
        scheduling_config=scheduling,
        job_template_arn=body.job_template_arn,
        destination_package_versions=body.destination_package_versions or template.destination_package_versions,
    )
    job = await call.service.create_job(new)
    if body.tags:
        await call.service.change_tags(arns.job_arn(job_id), {tag.key: tag.value for tag in body.tags})
    return job_named(job)


async def _document(call: Call, body: CreateJobBody) -> _Document:
    """Find the document: given, in S3, or by a template, whose other members count where the body has none.

    Raises:
        ControlError: InvalidRequestException naming the member, ResourceNotFoundException for a template.
    """
    template: JobTemplate | None = None
    if body.job_template_arn is not None:
        named = arns.managed_template_in(body.job_template_arn)
        if named is not None:
            chosen = managed(*named)
            text = chosen.filled(body.document_parameters or {})
            return _Document(text, before=chosen.document if text != chosen.document else None)
        template = call.service.settings.templates.get(arns.name_in(body.job_template_arn, arns.Kind.TEMPLATE))
    if body.document_parameters:
        raise invalid_request("documentParameters can be given only with a managed template in jobTemplateArn.")
    if body.document is not None and body.document_source is not None:
        raise invalid_request("Only one of document and documentSource can be given.")
    if body.document_source is not None:
        return _Document(await from_s3(call, body.document_source), source=body.document_source, template=template)
    if body.document is None and template is not None:
        return _Document(template.document, source=template.document_source, template=template)
    return _Document(body.document, template=template)


async def from_s3(call: Call, source: str) -> str:
    """Return the text of a documentSource, as it is now.

    Raises:
        ControlError: InvalidRequestException.
    """
    return await asyncio.get_running_loop().run_in_executor(None, call.service.files.document, source)


async def describe_job(call: Call) -> JobBody:
    call.flag("beforeSubstitution")
    job = _job(call)
    shown = job_shown(job, call.service.book.counts(job.job_id), call.service.clock.epoch())
    return JobBody(job=shown, document_source=job.document_source or UNSET)


async def list_jobs(call: Call) -> JobsListed:
    status = call.choice("status", JobState)
    selection = call.choice("targetSelection", TargetSelection)
    call.matched("namespaceId", limits.NAMESPACE_ID)
    group_name = _group_asked_for(call)
    paging = Paging(call, "jobs", _BY_STATE_NEWEST_FIRST)
    jobs, token = paging.page(
        job
        for job in call.service.book.jobs.values()
        if status in (None, job.status)
        and selection in (None, job.target_selection)
        and (group_name is None or _targets_group(job, group_name))
    )
    summaries = [job_summary(job) for job in jobs]
    if group_name and jobs:
        group_id = call.service.registry.groups.get(group_name).group_id
        summaries = [msgspec.structs.replace(each, thing_group_id=group_id) for each in summaries]
    return JobsListed(jobs=summaries, next_token=token or UNSET)


async def get_job_document(call: Call) -> JobDocument:
    job, before = _job(call), call.flag("beforeSubstitution")
    return JobDocument(document=(job.document_before or job.document) if before else job.document)


async def update_job(call: Call) -> msgspec.Struct:
    job_id, body = call.name("jobId"), call.body_as(JobConfigs)
    call.matched("namespaceId", limits.NAMESPACE_ID)
    changes = JobChanges(
        description=body.description,
        in_progress_timeout_minutes=body.in_progress_timeout_minutes,
        presigned_url_config=body.presigned_url_config,
        rollout_config=body.job_executions_rollout_config,
        abort_config=body.abort_config,
        retry_config=body.job_executions_retry_config,
    )
    await call.service.control(lambda control, now: control.update(job_id, changes, now))
    return NOTHING


async def cancel_job(call: Call) -> JobNamed:
    job_id, force, body = call.name("jobId"), call.flag("force"), call.body_as(CancelJobBody)
    job = await call.service.cancel_job(job_id, force=force, reason_code=body.reason_code, comment=body.comment)
    return job_named(job)


async def delete_job(call: Call) -> msgspec.Struct:
    job_id, force = call.name("jobId"), call.flag("force")
    call.matched("namespaceId", limits.NAMESPACE_ID)
    await call.service.delete_job(job_id, force=force)
    return NOTHING


async def associate_targets(call: Call) -> JobNamed:
    job_id, body = call.name("jobId"), call.body_as(AssociateBody)
    call.matched("namespaceId", limits.NAMESPACE_ID)
    if not body.targets:
        raise invalid_request(f"targets must have between 1 and {limits.TARGETS} members.")
    return job_named(await call.service.associate_targets(job_id, body.targets, body.comment))


def _job(call: Call) -> Job:
    return call.service.jobs_control.job(call.name("jobId"))


def _first(given: Value | None, of_template: Value | None) -> Value | None:
    return given if given is not None else of_template


def _group_asked_for(call: Call) -> str | None:
    """Return the name of the group that ListJobs is restricted to; an unknown one matches no job's target."""
    group_name = call.matched("thingGroupName", limits.GROUP_NAME)
    if (group_id := call.matched("thingGroupId", limits.GROUP_ID)) is not None:
        groups = call.service.registry.groups.listed()
        return next((group.group_name for group in groups if group.group_id == group_id), "")
    return group_name


def _targets_group(job: Job, group_name: str) -> bool:
    return any(arns.parse(target) == (arns.Kind.GROUP, group_name) for target in job.targets)


_JOB: Final = "/jobs/{jobId}"
_C: Final = Plane.CONTROL

ROUTES: Final = (
    Route("ListJobs", "GET", "/jobs", _C, list_jobs),
    Route("CreateJob", "PUT", _JOB, _C, create_job),
    Route("DescribeJob", "GET", _JOB, _C, describe_job),
    Route("UpdateJob", "PATCH", _JOB, _C, update_job),
    Route("DeleteJob", "DELETE", _JOB, _C, delete_job),
    Route("CancelJob", "PUT", f"{_JOB}/cancel", _C, cancel_job),
    Route("AssociateTargetsWithJob", "POST", f"{_JOB}/targets", _C, associate_targets),
    Route("GetJobDocument", "GET", f"{_JOB}/job-document", _C, get_job_document),
    *EXECUTION_ROUTES,
)
