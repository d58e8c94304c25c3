"""Jobs as an operator makes them: boto3's `iot` client, the same calls for a local endpoint and AWS, off the loop.

A client takes half a second to import and make, and a call holds a thread for its round trip: all of it happens in a
few threads of the operator's own, which `close` ends.
"""

import asyncio
import contextlib
import itertools
import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

from simulator import job_document
from simulator.jobs import limits
from simulator.operator_client import explained, make_client
from simulator.operator_threads import OperatorThreads
from simulator.operator_views import ExecutionView, JobCreated, JobView, execution_view, job_view

if TYPE_CHECKING:
    from types_boto3_iot.client import IoTClient

logger = logging.getLogger(__name__)

T = TypeVar("T")
Progress = Callable[[int, int], None]
"""Called on the loop with how many are done, and of how many."""

WORKERS: Final = 4  # boto3 spends 1.5 ms of Python on a call, so more threads would only wait for each other
PAGE: Final = 250
CLOSE_SECONDS: Final = 0.5
_AT_ONCE: Final = 16  # calls a thread makes before it reports
_GROUPS_KEPT: Final = 16


def new_job_id(prefix: str) -> str:
    """Return a job id that starts with `prefix` and was not used before, within AWS's 64 characters."""
    return f"{prefix[: 64 - 9]}-{secrets.token_hex(4)}"


class Operator:
    """The person at the control plane. Use as an async context manager, or call `close`.

    `http_url` None is AWS itself, with the machine's own credentials (those of `profile`, if one is named), and its
    region unless `region` or the URL names one. Any other address gets made-up credentials, and nothing is read from
    the machine's AWS settings.

    Every method that asks the control plane raises:
        UnreachableError: it did not answer.
        InputError: it refused what was asked; the sentence has AWS's own words.
        RefusedError: it would not now, or could not.
    """

    def __init__(self, http_url: str | None, region: str | None = None, profile: str = "") -> None:
        self._http_url = http_url
        self._profile = profile
        self._region = region
        self._threads = OperatorThreads(WORKERS, "operator")
        self._client: IoTClient | None = None
        self._client_lock = Lock()
        self._arns: dict[str, str] = {}
        self._groups: dict[object, str] = {}  # those made here, by what is in them

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self, seconds: float = CLOSE_SECONDS) -> None:
        """End the threads; calls not begun are dropped. One that waits for a frozen control plane is left behind after
        so many real seconds, and ends by itself when boto3 gives up."""
        busy = await self._threads.close(seconds)
        if self._client is not None:
            self._client.close()
        if busy:
            logger.warning("%d calls of the control plane had no answer when it was left", busy)

    async def open(self) -> None:
        """Make the client now, so that the first call need not."""
        await self.call(lambda _: None)

    async def create_things(self, names: Sequence[str], on_progress: Progress | None = None) -> None:
        """Register the things; those that exist are left as they are."""

        def create(client: "IoTClient", name: str) -> None:
            try:
                self._arns[name] = client.create_thing(thingName=name)["thingArn"]
            except client.exceptions.ResourceAlreadyExistsException:  # someone's own thing, with attributes or a type
                self._arns[name] = client.describe_thing(thingName=name)["thingArn"]

        await self.each(create, names, on_progress)

    def knows(self, thing: str, arn: str) -> None:
        """Take it that a thing is registered under this ARN, so that a job for it need not ask."""
        self._arns[thing] = arn

    async def create_job(
        self,
        job_id: str,
        targets: Sequence[str],
        document: str,
        in_progress_timeout_minutes: int | None = None,
        description: str = "",
        on_progress: Progress | None = None,
        *,
        members: Mapping[str, Any] | None = None,
        group_attributes: Mapping[str, str] | None = None,
    ) -> JobCreated:
        """Create a job for `targets`: names of things, or ARNs of things and groups.

        `members` go to CreateJob as they are: its configurations, by their names on the wire. AWS takes 100 targets;
        for more things a thing group named after the job is made, filled and made the target, with `group_attributes`.
        Filling takes a call for every thing; a group that was made here for the same things is used again.
        """
        job_document.check(f"job {job_id}", document)
        group_name = ""
        if len(targets) > limits.TARGETS:
            group_arn = await self._group_of(f"{job_id}-things", targets, on_progress, group_attributes)
            group_name = group_arn.rpartition("/")[2]
            targets = [group_arn]
        wanted: dict[str, Any] = {"jobId": job_id, "document": document}
        wanted["targets"] = await self._arns_of(targets)
        if in_progress_timeout_minutes is not None:
            wanted["timeoutConfig"] = {"inProgressTimeoutInMinutes": in_progress_timeout_minutes}
        if description:
            wanted["description"] = description
        wanted |= members or {}
        answer = await self.call(lambda client: client.create_job(**wanted))
        return JobCreated(job_id=answer["jobId"], job_arn=answer["jobArn"], group_name=group_name)

    async def _group_of(
        self,
        name: str,
        members: Sequence[str],
        on_progress: Progress | None,
        attributes: Mapping[str, str] | None,
    ) -> str:
        """Return the ARN of a group of just these things: one that is there already, or else a new one of that name."""
        wanted = frozenset(members)
        key = wanted, tuple((attributes or {}).items())
        arn = self._groups.pop(key, "")
        if not arn or await self._members(arn.rpartition("/")[2]) != wanted:
            arn = await self.create_group(name, members, on_progress, attributes)
        self._groups[key] = arn
        if len(self._groups) > _GROUPS_KEPT:
            del self._groups[next(iter(self._groups))]
        return arn

    async def _members(self, group: str) -> frozenset[str]:
        """Return the things in a group, none if there is no such group."""

        def pages(client: "IoTClient") -> frozenset[str]:
            found = client.get_paginator("list_things_in_thing_group")
            try:
                lists = found.paginate(thingGroupName=group, PaginationConfig={"PageSize": PAGE})
                return frozenset(name for page in lists for name in page["things"])
            except client.exceptions.ResourceNotFoundException:
                return frozenset()

        return await self.call(pages)

    async def create_group(
        self,
        name: str,
        members: Sequence[str],
        on_progress: Progress | None = None,
        attributes: Mapping[str, str] | None = None,
    ) -> str:
        """Make a thing group of these things; return its ARN."""
        more: dict[str, Any] = {}
        if attributes:
            more["thingGroupProperties"] = {"attributePayload": {"attributes": dict(attributes)}}
        arn = await self.call(lambda client: client.create_thing_group(thingGroupName=name, **more)["thingGroupArn"])

        def add(client: "IoTClient", member: str) -> None:
            client.add_thing_to_thing_group(thingGroupName=name, thingName=member)

        await self.each(add, members, on_progress)
        return arn

    async def join_group(self, name: str, members: Sequence[str]) -> None:
        """Put things into a thing group, which is made if there is none of that name."""

        def make(client: "IoTClient") -> None:
            with contextlib.suppress(client.exceptions.ResourceAlreadyExistsException):
                client.create_thing_group(thingGroupName=name)

        def add(client: "IoTClient", member: str) -> None:
            client.add_thing_to_thing_group(thingGroupName=name, thingName=member)

        await self.call(make)
        await self.each(add, members)

    async def describe_job(self, job_id: str) -> JobView:
        """Return the job with its counters."""
        return await self.call(lambda client: job_view(client.describe_job(jobId=job_id)["job"]))

    async def list_jobs(self) -> list[JobView]:
        """Return all jobs, without counters (ListJobs does not tell them)."""

        def pages(client: "IoTClient") -> list[JobView]:
            found = client.get_paginator("list_jobs").paginate(PaginationConfig={"PageSize": PAGE})
            return [job_view(job) for page in found for job in page["jobs"]]

        return await self.call(pages)

    async def executions(self, job_id: str) -> list[ExecutionView]:
        """Return every execution of a job, earlier numbers too. Version numbers are not in this list."""

        def pages(client: "IoTClient") -> list[ExecutionView]:
            lists = client.get_paginator("list_job_executions_for_job")
            found = lists.paginate(jobId=job_id, PaginationConfig={"PageSize": PAGE})
            return [execution_view(job_id, entry) for page in found for entry in page["executionSummaries"]]

        return await self.call(pages)

    async def version_numbers(self, executions: Sequence[ExecutionView]) -> dict[tuple[str, str, int], int]:
        """Ask for the version number of each execution, one call each; keys are (thing, job, execution number)."""
        versions: dict[tuple[str, str, int], int] = {}

        def describe(client: "IoTClient", view: ExecutionView) -> None:
            key = view.thing_name, view.job_id, view.execution_number
            answer = client.describe_job_execution(thingName=key[0], jobId=key[1], executionNumber=key[2])
            versions[key] = answer["execution"]["versionNumber"]

        await self.each(describe, executions)
        return versions

    async def cancel_job(self, job_id: str, force: bool = False) -> None:
        """Cancel a job: its queued executions, with `force` those in progress too."""
        await self.call(lambda client: client.cancel_job(jobId=job_id, force=force))

    async def delete_job(self, job_id: str, force: bool = False) -> None:
        """Delete a job that has ended; with `force` one that has not."""
        await self.call(lambda client: client.delete_job(jobId=job_id, force=force))

    async def _arns_of(self, targets: Sequence[str]) -> list[str]:
        """Return `targets` as ARNs, asking for those this operator did not register itself."""

        def describe(client: "IoTClient", name: str) -> None:
            self._arns[name] = client.describe_thing(thingName=name)["thingArn"]

        await self.each(describe, [name for name in targets if not name.startswith("arn:") and name not in self._arns])
        return [self._arns.get(target, target) for target in targets]

    async def each(
        self, act: Callable[["IoTClient", T], None], items: Sequence[T], on_progress: Progress | None = None
    ) -> None:
        """Do `act` for every item, WORKERS at a time; the first error ends it all."""
        slices = iter([items[start : start + _AT_ONCE] for start in range(0, len(items), _AT_ONCE)])
        done = itertools.accumulate(itertools.repeat(_AT_ONCE))

        async def work() -> None:
            for part in slices:
                await self.call(lambda client, part=part: _act_on(client, act, part))  # type: ignore[misc]
                if on_progress is not None:
                    on_progress(min(next(done), len(items)), len(items))

        try:
            async with asyncio.TaskGroup() as group:
                for number in range(min(WORKERS, len(items))):
                    group.create_task(work(), name=f"operator {number}")
        except ExceptionGroup as several:
            raise several.exceptions[0] from None

    async def call(self, act: Callable[["IoTClient"], T]) -> T:
        """Do `act` with the client in one of the operator's threads; botocore's errors become the program's own."""

        def in_thread() -> T:
            with explained(self._http_url or "AWS IoT"):
                return act(self._ready_client())

        return await self._threads.run(in_thread)

    def _ready_client(self) -> "IoTClient":
        with self._client_lock:
            if self._client is None:
                self._client = make_client(self._http_url, self._region, WORKERS, self._profile)
            return self._client


def _act_on(client: "IoTClient", act: Callable[["IoTClient", T], None], items: Sequence[T]) -> None:
    for item in items:
        act(client, item)
