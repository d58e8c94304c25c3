"""The control plane for job templates, the operator's own and AWS's managed ones. Reference sections 8.1 and 8.12."""

from typing import Annotated, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

from simulator.endpoint import arns
from simulator.endpoint.http_call import NOTHING, Call, Route
from simulator.endpoint.http_control import from_s3
from simulator.endpoint.http_control_bodies import Arn, JobConfigs, Source, Tag
from simulator.endpoint.http_errors import Plane
from simulator.endpoint.http_paging import Order, Paging
from simulator.endpoint.wire_json import Wire
from simulator.jobs import limits
from simulator.jobs.configs import (
    AbortConfig,
    MaintenanceWindow,
    PresignedUrlConfig,
    RetryConfig,
    RolloutConfig,
    SchedulingConfig,
    TimeoutConfig,
)
from simulator.jobs.control import invalid_request
from simulator.jobs.new_job import check_configs, check_document, check_schedule, check_text, check_timeout
from simulator.jobs.templates import (
    ENVIRONMENTS,
    MANAGED,
    NO_TEMPLATE,
    VERSION,
    JobTemplate,
    ManagedTemplate,
    Parameter,
    managed,
)

_BY_ID: Final[Order[JobTemplate]] = Order(lambda template: (template.template_id,), (str,))
_BY_NAME: Final[Order[ManagedTemplate]] = Order(lambda template: (template.name,), (str,))


class CreateTemplateBody(JobConfigs, frozen=True, kw_only=True):
    job_arn: str | None = None
    document: str | None = None
    document_source: Source | None = None
    maintenance_windows: tuple[MaintenanceWindow, ...] = ()
    destination_package_versions: Annotated[tuple[Arn, ...], Meta(max_length=limits.PACKAGE_VERSIONS)] = ()
    tags: tuple[Tag, ...] = ()


class TemplateNamed(Wire, frozen=True, kw_only=True):
    job_template_arn: str
    job_template_id: str


class TemplateSummary(TemplateNamed, frozen=True, kw_only=True):
    description: str
    created_at: float


class TemplateShown(TemplateSummary, frozen=True, kw_only=True):
    document: str
    document_source: str | UnsetType = UNSET
    presigned_url_config: PresignedUrlConfig | UnsetType = UNSET
    job_executions_rollout_config: RolloutConfig | UnsetType = UNSET
    abort_config: AbortConfig | UnsetType = UNSET
    timeout_config: TimeoutConfig | UnsetType = UNSET
    job_executions_retry_config: RetryConfig | UnsetType = UNSET
    maintenance_windows: tuple[MaintenanceWindow, ...] | UnsetType = UNSET
    destination_package_versions: tuple[str, ...] | UnsetType = UNSET


class TemplatesListed(Wire, frozen=True, kw_only=True):
    job_templates: list[TemplateSummary]
    next_token: str | UnsetType = UNSET


class ManagedSummary(Wire, frozen=True, kw_only=True):
    template_arn: str
    template_name: str
    description: str
    environments: tuple[str, ...]
    template_version: str


class ManagedShown(ManagedSummary, frozen=True, kw_only=True):
    document: str
    document_parameters: tuple[Parameter, ...]


class ManagedListed(Wire, frozen=True, kw_only=True):
    managed_job_templates: list[ManagedSummary]
    next_token: str | UnsetType = UNSET


async def create_template(call: Call) -> TemplateNamed:
    template_id, body = call.name("jobTemplateId"), call.body_as(CreateTemplateBody)
    call.service.settings.templates.check_free(template_id)
    template = await _template(call, template_id, body)
    await call.service.keep(lambda _: call.service.settings.templates.add(template))
    if body.tags:
        await call.service.change_tags(arns.template_arn(template_id), {tag.key: tag.value for tag in body.tags})
    return TemplateNamed(job_template_arn=arns.template_arn(template_id), job_template_id=template_id)


async def _template(call: Call, template_id: str, body: CreateTemplateBody) -> JobTemplate:
    """Make a template of what is given, and of a job where one is named.

    Raises:
        ControlError: InvalidRequestException naming the member, ResourceNotFoundException for the job.
    """
    if body.description is None:
        raise invalid_request("description must be given.")
    check_text(body.description, "description")
    check_timeout(body.in_progress_timeout_minutes)
    check_configs(body.job_executions_rollout_config, body.abort_config, body.job_executions_retry_config)
    now = call.service.clock.epoch()
    check_schedule(SchedulingConfig(maintenance_windows=body.maintenance_windows), now)
    if sum(each is not None for each in (body.document, body.document_source, body.job_arn)) != 1:
        raise invalid_request("One of document, documentSource or jobArn must be given.")
    base = NO_TEMPLATE
    if body.job_arn is not None:
        base = JobTemplate.of_job(call.service.jobs_control.job(arns.name_in(body.job_arn, arns.Kind.JOB)))
        document = base.document
    elif body.document_source is not None:
        document = await from_s3(call, body.document_source)
    else:
        document = body.document or ""
    check_document(document)
    minutes = body.in_progress_timeout_minutes
    return JobTemplate(
        template_id=template_id,
        description=body.description,
        document=document,
        document_source=body.document_source or base.document_source,
        created_at=now,
        in_progress_timeout_minutes=base.in_progress_timeout_minutes if minutes is None else minutes,
        presigned_url_config=body.presigned_url_config or base.presigned_url_config,
        rollout_config=body.job_executions_rollout_config or base.rollout_config,
        abort_config=body.abort_config or base.abort_config,
        retry_config=body.job_executions_retry_config or base.retry_config,
        maintenance_windows=body.maintenance_windows or base.maintenance_windows,
        destination_package_versions=body.destination_package_versions or base.destination_package_versions,
    )


async def describe_template(call: Call) -> TemplateShown:
    template = call.service.settings.templates.get(call.name("jobTemplateId"))
    minutes = template.in_progress_timeout_minutes
    return TemplateShown(
        job_template_arn=arns.template_arn(template.template_id),
        job_template_id=template.template_id,
        description=template.description,
        created_at=round(template.created_at, 3),
        document=template.document,
        document_source=template.document_source or UNSET,
        presigned_url_config=template.presigned_url_config or UNSET,
        job_executions_rollout_config=template.rollout_config or UNSET,
        abort_config=template.abort_config or UNSET,
        timeout_config=UNSET if minutes is None else TimeoutConfig(in_progress_timeout_in_minutes=minutes),
        job_executions_retry_config=template.retry_config or UNSET,
        maintenance_windows=template.maintenance_windows or UNSET,
        destination_package_versions=template.destination_package_versions or UNSET,
    )


async def list_templates(call: Call) -> TemplatesListed:
    paging = Paging(call, "templates", _BY_ID)
    templates, token = paging.page(call.service.settings.templates.listed())
    summaries = [
        TemplateSummary(
            job_template_arn=arns.template_arn(template.template_id),
            job_template_id=template.template_id,
            description=template.description,
            created_at=round(template.created_at, 3),
        )
        for template in templates
    ]
    return TemplatesListed(job_templates=summaries, next_token=token or UNSET)


async def delete_template(call: Call) -> msgspec.Struct:
    template_id = call.name("jobTemplateId")
    await call.service.keep(lambda _: call.service.settings.templates.delete(template_id))
    return NOTHING


async def list_managed(call: Call) -> ManagedListed:
    name = call.matched("templateName", limits.TEMPLATE_NAME)
    paging = Paging(call, "managed templates", _BY_NAME)
    templates, token = paging.page(each for each in MANAGED.values() if name in (None, each.name))
    summaries = [
        ManagedSummary(
            template_arn=arns.managed_template_arn(template.name, VERSION),
            template_name=template.name,
            description=template.description,
            environments=ENVIRONMENTS,
            template_version=VERSION,
        )
        for template in templates
    ]
    return ManagedListed(managed_job_templates=summaries, next_token=token or UNSET)


async def describe_managed(call: Call) -> ManagedShown:
    name = call.path["templateName"]
    if not limits.TEMPLATE_NAME.fullmatch(name):
        raise invalid_request(f"templateName must match {limits.TEMPLATE_NAME.pattern}.")
    template = managed(name, call.matched("templateVersion", limits.TEMPLATE_VERSION))
    return ManagedShown(
        template_arn=arns.managed_template_arn(template.name, VERSION),
        template_name=template.name,
        description=template.description,
        environments=ENVIRONMENTS,
        template_version=VERSION,
        document=template.document,
        document_parameters=template.parameters,
    )


_TEMPLATE: Final = "/job-templates/{jobTemplateId}"
_C: Final = Plane.CONTROL

ROUTES: Final = (
    Route("ListJobTemplates", "GET", "/job-templates", _C, list_templates),
    Route("CreateJobTemplate", "PUT", _TEMPLATE, _C, create_template),
    Route("DescribeJobTemplate", "GET", _TEMPLATE, _C, describe_template),
    Route("DeleteJobTemplate", "DELETE", _TEMPLATE, _C, delete_template),
    Route("ListManagedJobTemplates", "GET", "/managed-job-templates", _C, list_managed),
    Route("DescribeManagedJobTemplate", "GET", "/managed-job-templates/{templateName}", _C, describe_managed),
)
