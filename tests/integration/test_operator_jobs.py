"""The jobs page's questions to a real endpoint of its own process: settings, executions, templates, groups."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

import pytest

from simulator import operator_jobs
from simulator.endpoint.process import LocalEndpoint
from simulator.errors import InputError
from simulator.jobs.configs import AbortAction, AbortConfig, AbortCriteria, FailureType, RolloutConfig
from simulator.jobs.model import JobStatus
from simulator.operator import Operator
from simulator.operator_jobs import JobSettings

DOCUMENT = json.dumps({"operation": "reboot"})
SETTINGS = JobSettings(
    rollout=RolloutConfig(maximum_per_minute=50),
    abort=AbortConfig(
        criteria_list=(
            AbortCriteria(
                failure_type=FailureType.ALL,
                action=AbortAction.CANCEL,
                threshold_percentage=10,
                min_number_of_executed_things=2,
            ),
        )
    ),
    in_progress_timeout_minutes=7,
    description="a try",
)


@pytest.fixture
async def operator() -> AsyncIterator[Operator]:
    async with contextlib.AsyncExitStack() as stack:
        endpoint = LocalEndpoint()
        await endpoint.start()
        stack.push_async_callback(endpoint.close)
        yield await stack.enter_async_context(Operator(endpoint.http_url))


async def make(operator: Operator, job_id: str, count: int = 2, settings: JobSettings = JobSettings()) -> list[str]:  # noqa: B008
    names = [f"{job_id}-t{number}" for number in range(count)]
    await operator.create_things(names)
    minutes = settings.in_progress_timeout_minutes
    await operator.create_job(job_id, names, DOCUMENT, minutes, settings.description, members=settings.members())
    return names


async def test_a_job_is_told_with_the_settings_it_was_made_with(operator: Operator) -> None:
    await make(operator, "j1", settings=SETTINGS)
    (found,) = await operator_jobs.describe(operator, ["j1", "there-is-none"])
    assert found.settings == SETTINGS
    assert found.view.counters[JobStatus.QUEUED] == 1
    assert found.view.is_rolling_out
    assert await operator_jobs.document_of(operator, "j1") == DOCUMENT


async def test_executions_come_in_pages_and_single_ones_tell_their_version(operator: Operator) -> None:
    names = await make(operator, "j1", count=300)
    while (await operator.describe_job("j1")).is_rolling_out:
        await asyncio.sleep(0.01)
    views = await operator_jobs.executions(operator, "j1")
    assert {view.thing_name for view in views} == set(names)
    states = await operator_jobs.execution_states(operator, "j1", [(names[0], 1), ("nobody", 1)])
    assert list(states) == [(names[0], 1)]
    assert (states[names[0], 1].version_number, states[names[0], 1].status) == (1, JobStatus.QUEUED)
    assert await operator_jobs.executions(operator, "there-is-none") == []
    assert "j1-things" in await operator_jobs.group_names(operator)
    assert await operator_jobs.group_size(operator, "j1-things") == 300
    assert (await operator_jobs.group_arn(operator, "j1-things")).endswith(":thinggroup/j1-things")


async def test_jobs_are_listed_newest_first_and_a_cancelled_one_says_why(operator: Operator) -> None:
    for job_id in ("j1", "j2", "j3"):
        await make(operator, job_id)
    assert [view.job_id for view in await operator_jobs.list_jobs(operator)] == ["j3", "j2", "j1"]
    await operator_jobs.cancel(operator, "j2", force=False, comment="not today")
    (found,) = await operator_jobs.describe(operator, ["j2"])
    assert (found.view.status, found.view.comment) == ("CANCELED", "not today")


async def test_a_template_gives_back_what_it_was_made_of(operator: Operator) -> None:
    await operator_jobs.save_template(operator, "tpl", DOCUMENT, "a try", SETTINGS)
    assert [each.template_id for each in await operator_jobs.templates(operator)] == ["tpl"]
    found = await operator_jobs.template(operator, "tpl")
    assert (found.document, found.settings) == (DOCUMENT, SETTINGS)
    with pytest.raises(InputError):
        await operator_jobs.save_template(operator, "tpl2", "{", "", SETTINGS)
