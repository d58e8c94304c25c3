"""What a jobs page asks of the control plane beside `Operator`'s own calls: settings, documents, templates, groups.

Every function takes an `Operator`, runs in its threads, and raises what its methods raise.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from simulator import job_document
from simulator.jobs.configs import AbortConfig, RetryConfig, RolloutConfig, SchedulingConfig
from simulator.jobs.model import JobStatus
from simulator.operator import PAGE, Operator
from simulator.operator_views import ExecutionView, JobView, execution_view, job_view

if TYPE_CHECKING:
    from types_boto3_iot.client import IoTClient

Config = TypeVar("Config", bound=msgspec.Struct)
MOST_EXECUTIONS: Final = 50_000  # of one job; more are left out of tables and curves, the counters are whole
MOST_JOBS: Final = 2000
MOST_NAMES: Final = 1000  # groups and templates offered for choice
_PAUSE_SECONDS: Final = 0.002  # between pages: other threads get their turn


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSettings:
    """How a job was asked for, as DescribeJob and DescribeJobTemplate tell it."""

    target_selection: str = "SNAPSHOT"
    rollout: RolloutConfig | None = None
    abort: AbortConfig | None = None
    retry: RetryConfig | None = None
    scheduling: SchedulingConfig | None = None
    in_progress_timeout_minutes: int | None = None
    description: str = ""

    def members(self) -> dict[str, Any]:
        """These settings as members of CreateJob, those that are not the default."""
        members: dict[str, Any] = {}
        if self.target_selection != "SNAPSHOT":
            members["targetSelection"] = self.target_selection
        for name, config in (
            ("jobExecutionsRolloutConfig", self.rollout),
            ("abortConfig", self.abort),
            ("jobExecutionsRetryConfig", self.retry),
            ("schedulingConfig", self.scheduling),
        ):
            if config is not None and (built := msgspec.json.decode(msgspec.json.encode(config))):
                members[name] = built
        return members


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedJob:
    """A job with its counters and its settings."""

    view: JobView
    settings: JobSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionState:
    """What only DescribeJobExecution tells."""

    status: JobStatus
    version_number: int
    seconds_left: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateView:
    """A job template."""

    template_id: str
    description: str
    document: str = ""
    settings: JobSettings = JobSettings()


async def list_jobs(operator: Operator) -> list[JobView]:
    """Return the jobs without their counters, newest first, at most MOST_JOBS."""

    def pages(client: "IoTClient") -> list[JobView]:
        found = client.get_paginator("list_jobs").paginate(PaginationConfig={"PageSize": PAGE, "MaxItems": MOST_JOBS})
        return [job_view(job) for page in found for job in page["jobs"]]

    views = await operator.call(pages)
    return sorted(views, key=lambda view: (-(view.created_at or 0.0), view.job_id))


async def describe(operator: Operator, job_ids: Sequence[str]) -> list[DescribedJob]:
    """Return these jobs with counters and settings; those that are gone are left out."""
    found: dict[str, DescribedJob] = {}

    def ask(client: "IoTClient", job_id: str) -> None:
        try:
            answer: Mapping[str, Any] = client.describe_job(jobId=job_id)["job"]
        except client.exceptions.ResourceNotFoundException:
            return
        found[job_id] = DescribedJob(view=job_view(answer), settings=settings_of(answer))

    await operator.each(ask, job_ids)
    return [found[job_id] for job_id in job_ids if job_id in found]


async def executions(operator: Operator, job_id: str) -> list[ExecutionView]:
    """Return a job's executions, page by page, at most MOST_EXECUTIONS; none if the job is gone."""
    views: list[ExecutionView] = []
    token = ""

    def page(client: "IoTClient") -> str:
        more: Any = {"nextToken": token} if token else {}
        try:
            answer = client.list_job_executions_for_job(jobId=job_id, maxResults=PAGE, **more)
        except client.exceptions.ResourceNotFoundException:
            return ""
        views.extend(execution_view(job_id, entry) for entry in answer["executionSummaries"])
        return answer.get("nextToken", "")

    while True:
        token = await operator.call(page)
        if not token or len(views) >= MOST_EXECUTIONS:
            return views[:MOST_EXECUTIONS]
        await asyncio.sleep(_PAUSE_SECONDS)


async def execution_states(
    operator: Operator, job_id: str, executions: Sequence[tuple[str, int]]
) -> dict[tuple[str, int], ExecutionState]:
    """Describe single executions (thing, execution number), one call each; those that are gone are left out."""
    states: dict[tuple[str, int], ExecutionState] = {}

    def ask(client: "IoTClient", key: tuple[str, int]) -> None:
        try:
            answer = client.describe_job_execution(thingName=key[0], jobId=job_id, executionNumber=key[1])
        except client.exceptions.ResourceNotFoundException:
            return
        execution = answer["execution"]
        states[key] = ExecutionState(
            status=JobStatus(execution["status"]),
            version_number=execution["versionNumber"],
            seconds_left=execution.get("approximateSecondsBeforeTimedOut"),
        )

    await operator.each(ask, executions)
    return states


async def document_of(operator: Operator, job_id: str) -> str:
    """Return a job's document."""
    return await operator.call(lambda client: client.get_job_document(jobId=job_id)["document"])


async def group_names(operator: Operator) -> list[str]:
    """Return the thing groups, at most MOST_NAMES."""

    def pages(client: "IoTClient") -> list[str]:
        lists = client.get_paginator("list_thing_groups")
        found = lists.paginate(PaginationConfig={"PageSize": PAGE, "MaxItems": MOST_NAMES})
        return [group["groupName"] for page in found for group in page["thingGroups"]]

    return await operator.call(pages)


async def group_arn(operator: Operator, name: str) -> str:
    """Return a thing group's ARN."""
    return await operator.call(lambda client: client.describe_thing_group(thingGroupName=name)["thingGroupArn"])


async def group_size(operator: Operator, name: str) -> int:
    """Return how many things are in a group, those of its child groups included."""

    def pages(client: "IoTClient") -> int:
        lists = client.get_paginator("list_things_in_thing_group")
        found = lists.paginate(thingGroupName=name, recursive=True, PaginationConfig={"PageSize": PAGE})
        return sum(len(page["things"]) for page in found)

    return await operator.call(pages)


async def templates(operator: Operator) -> list[TemplateView]:
    """Return the account's own job templates without their documents, at most MOST_NAMES."""

    def pages(client: "IoTClient") -> list[TemplateView]:
        lists = client.get_paginator("list_job_templates")
        found = lists.paginate(PaginationConfig={"PageSize": PAGE, "MaxItems": MOST_NAMES})
        return [
            TemplateView(template_id=each["jobTemplateId"], description=each.get("description", ""))
            for page in found
            for each in page["jobTemplates"]
        ]

    return await operator.call(pages)


async def template(operator: Operator, template_id: str) -> TemplateView:
    """Return a job template with its document and settings."""

    def ask(client: "IoTClient") -> TemplateView:
        answer: Mapping[str, Any] = client.describe_job_template(jobTemplateId=template_id)
        return TemplateView(
            template_id=template_id,
            description=answer.get("description", ""),
            document=answer.get("document", ""),
            settings=settings_of(answer),
        )

    return await operator.call(ask)


async def save_template(
    operator: Operator, template_id: str, document: str, description: str, settings: JobSettings
) -> None:
    """Make a job template. A template has no targets and no start time."""
    job_document.check(f"template {template_id}", document)
    wanted: dict[str, Any] = settings.members()
    wanted.pop("targetSelection", None)
    wanted.pop("schedulingConfig", None)
    if settings.in_progress_timeout_minutes is not None:
        wanted["timeoutConfig"] = {"inProgressTimeoutInMinutes": settings.in_progress_timeout_minutes}
    await operator.call(
        lambda client: client.create_job_template(
            jobTemplateId=template_id, document=document, description=description, **wanted
        )
    )


async def cancel(operator: Operator, job_id: str, *, force: bool, comment: str = "") -> None:
    """Cancel a job's waiting executions; with `force` those in progress too."""
    more: Any = {"comment": comment} if comment else {}
    await operator.call(lambda client: client.cancel_job(jobId=job_id, force=force, **more))


def settings_of(answer: Mapping[str, Any]) -> JobSettings:
    """Return the settings in DescribeJob's `job` or DescribeJobTemplate's answer; what is unknown is left out."""
    return JobSettings(
        target_selection=str(answer.get("targetSelection", "SNAPSHOT")),
        rollout=_config(answer.get("jobExecutionsRolloutConfig"), RolloutConfig),
        abort=_config(answer.get("abortConfig"), AbortConfig),
        retry=_config(answer.get("jobExecutionsRetryConfig"), RetryConfig),
        scheduling=_config(answer.get("schedulingConfig"), SchedulingConfig),
        in_progress_timeout_minutes=(answer.get("timeoutConfig") or {}).get("inProgressTimeoutInMinutes"),
        description=str(answer.get("description", "")),
    )


def _config(given: object, kind: type[Config]) -> Config | None:
    if not given:
        return None
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError:  # a shape that came to AWS after this was written
        return None
