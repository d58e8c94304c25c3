"""An operator over jobs in memory, for the jobs page: boto3's calls, answered at once, remembered, or held back."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from simulator.errors import InputError
from simulator.jobs.model import JobStatus
from simulator.operator_views import COUNTER_OF
from tests.support.gui import FakeOperator

ARN = "arn:aws:iot:us-east-1:123456789012"
BEGAN = 1_750_000_000.0


class NotFoundError(Exception):
    """What boto3 calls ResourceNotFoundException."""


@dataclass
class FakeJob:
    """A job and its executions: (thing, status, number, seconds after the start when queued, started, updated)."""

    status: str = "IN_PROGRESS"
    created_at: float = BEGAN
    members: dict[str, Any] = field(default_factory=dict)
    executions: list[tuple[str, JobStatus, int, float, float | None, float]] = field(default_factory=list)
    document: str = "{}"
    comment: str = ""
    reason_code: str = ""
    updates: int = 0

    def add(self, thing: str, status: JobStatus, *, number: int = 1, queued: float = 0.0) -> None:
        """One execution more."""
        started = None if status is JobStatus.QUEUED else queued + 1.0
        self.executions.append((thing, status, number, queued, started, queued + 2.0))


class FakeIot:
    """As much of boto3's `iot` client as the page asks for."""

    class exceptions:  # noqa: N801  boto3's own name
        ResourceNotFoundException = NotFoundError

    def __init__(self) -> None:
        self.jobs: dict[str, FakeJob] = {}
        self.groups: dict[str, int] = {}
        self.templates: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []

    # --- lists --------------------------------------------------------------------------------------------------------

    def get_paginator(self, name: str) -> "FakePages":
        return FakePages(self, name)

    def pages_of(self, name: str, asked: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        self.asked.append(name)
        if name == "list_jobs":
            yield {"jobs": [self._job(job_id, counters=False) for job_id in self.jobs]}
        elif name == "list_thing_groups":
            yield {"thingGroups": [{"groupName": group} for group in self.groups]}
        elif name == "list_things_in_thing_group":
            if asked["thingGroupName"] not in self.groups:
                raise InputError("", "there is no such group")
            yield {"things": [""] * self.groups[asked["thingGroupName"]]}
        elif name == "list_job_templates":
            yield {"jobTemplates": [{"jobTemplateId": each, "description": ""} for each in self.templates]}

    def list_job_executions_for_job(self, *, jobId: str, maxResults: int, nextToken: str = "0") -> dict[str, Any]:  # noqa: N803
        self.asked.append("list_job_executions_for_job")
        start = int(nextToken)
        found = self.jobs[jobId].executions
        more = {"nextToken": str(start + maxResults)} if start + maxResults < len(found) else {}
        return {"executionSummaries": [self._entry(each) for each in found[start : start + maxResults]], **more}

    # --- single ones --------------------------------------------------------------------------------------------------

    def describe_job(self, *, jobId: str) -> dict[str, Any]:  # noqa: N803
        self.asked.append("describe_job")
        if jobId not in self.jobs:
            raise NotFoundError(jobId)
        return {"job": self._job(jobId, counters=True)}

    def describe_job_execution(self, *, thingName: str, jobId: str, executionNumber: int) -> dict[str, Any]:  # noqa: N803
        self.asked.append("describe_job_execution")
        for thing, status, number, *_ in self.jobs[jobId].executions:
            if (thing, number) == (thingName, executionNumber):
                left = {"approximateSecondsBeforeTimedOut": 77} if status is JobStatus.IN_PROGRESS else {}
                return {"execution": {"status": status.value, "versionNumber": 4, **left}}
        raise NotFoundError(thingName)

    def get_job_document(self, *, jobId: str) -> dict[str, Any]:  # noqa: N803
        return {"document": self.jobs[jobId].document}

    def describe_thing_group(self, *, thingGroupName: str) -> dict[str, Any]:  # noqa: N803
        return {"thingGroupArn": f"{ARN}:thinggroup/{thingGroupName}"}

    def describe_job_template(self, *, jobTemplateId: str) -> dict[str, Any]:  # noqa: N803
        return self.templates[jobTemplateId]

    def create_job_template(self, *, jobTemplateId: str, **members: Any) -> None:  # noqa: N803
        self.templates[jobTemplateId] = members

    def cancel_job(self, *, jobId: str, force: bool) -> None:  # noqa: N803
        self.asked.append(f"cancel_job {jobId} force={force}")
        job = self.jobs[jobId]
        job.status, job.updates = "CANCELED", job.updates + 1
        ending = (JobStatus.QUEUED, JobStatus.IN_PROGRESS) if force else (JobStatus.QUEUED,)
        job.executions = [
            (each[0], JobStatus.CANCELED if each[1] in ending else each[1], *each[2:]) for each in job.executions
        ]

    def delete_job(self, *, jobId: str, force: bool) -> None:  # noqa: N803
        self.asked.append(f"delete_job {jobId} force={force}")
        del self.jobs[jobId]

    def _job(self, job_id: str, *, counters: bool) -> dict[str, Any]:
        job = self.jobs[job_id]
        shown: dict[str, Any] = {
            "jobId": job_id,
            "status": job.status,
            "createdAt": _moment(job.created_at),
            "lastUpdatedAt": _moment(job.created_at + job.updates),
        }
        if counters:
            counts = dict.fromkeys(COUNTER_OF.values(), 0)
            for _, status, *_ in job.executions:
                counts[COUNTER_OF[status]] += 1
            shown |= {"jobProcessDetails": counts, "comment": job.comment, "reasonCode": job.reason_code, **job.members}
        return shown

    @staticmethod
    def _entry(each: tuple[str, JobStatus, int, float, float | None, float]) -> dict[str, Any]:
        thing, status, number, queued, started, updated = each
        summary: dict[str, Any] = {"status": status.value, "executionNumber": number}
        for name, after in (("queuedAt", queued), ("startedAt", started), ("lastUpdatedAt", updated)):
            if after is not None:
                summary[name] = _moment(BEGAN + after)
        return {"thingArn": f"{ARN}:thing/{thing}", "jobExecutionSummary": summary}


@dataclass
class FakePages:
    """boto3's paginator."""

    client: FakeIot
    name: str

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        return self.client.pages_of(self.name, asked)


class JobsOperator(FakeOperator):
    """A FakeOperator that can be asked anything. While `frozen` is set, calls wait for it to be cleared."""

    def __init__(self) -> None:
        super().__init__()
        self.iot = FakeIot()
        self.frozen: asyncio.Event | None = None
        self.calls = 0

    async def call(self, act: Callable[[Any], Any]) -> Any:
        self.calls += 1
        if self.frozen is not None:
            await self.frozen.wait()
        if self.refusal is not None:
            raise self.refusal
        return act(self.iot)

    async def each(self, act: Callable[[Any, Any], None], items: Sequence[Any], _progress: object = None) -> None:
        for item in items:
            await self.call(lambda client, item=item: act(client, item))  # type: ignore[misc]

    async def delete_job(self, job_id: str, force: bool = False) -> None:
        await self.call(lambda client: client.delete_job(jobId=job_id, force=force))

    async def create_job(self, job_id: str, targets: Sequence[str], *rest: Any, **more: Any) -> object:
        made = await super().create_job(job_id, targets, *rest, **more)
        job = FakeJob(document=str(rest[0]), members=dict(more.get("members") or {}))
        for name in targets:
            if not name.startswith("arn:"):
                job.add(name, JobStatus.QUEUED)
        self.iot.jobs[job_id] = job
        return made


def _moment(epoch: float) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)
