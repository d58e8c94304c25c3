"""The operator of a virtual endpoint asks and is answered as the real one is, without a port and at one moment."""

import asyncio

import pytest

from simulator import operator_jobs
from simulator.endpoint.http_errors import ProblemError
from simulator.endpoint.service import EndpointService
from simulator.errors import InputError
from simulator.virtual_engine import VirtualEndpoint, VirtualEngine
from simulator.virtual_operator import VirtualOperator, _at_once

DOCUMENT = '{"operation": "reboot"}'


@pytest.fixture
def service() -> EndpointService:
    return VirtualEndpoint(1.0).service


@pytest.fixture
def operator(service: EndpointService) -> VirtualOperator:
    return VirtualOperator(service, "http://127.0.0.1:41884", "127.0.0.1:41883")


async def test_jobs_are_made_listed_and_described_as_over_the_line(operator: VirtualOperator) -> None:
    await operator.create_things(["pump-1", "pump-2"])
    await operator.create_job("j1", ["pump-1", "pump-2"], DOCUMENT, 5, "the first")
    (listed,) = await operator_jobs.list_jobs(operator)
    assert (listed.job_id, listed.status, listed.counters) == ("j1", "IN_PROGRESS", {})
    async with asyncio.timeout(5):  # the service has its turn: things are told one by one
        while len(await operator_jobs.executions(operator, "j1")) < 2:
            await asyncio.sleep(0)
    (described,) = await operator_jobs.describe(operator, ["j1", "gone"])
    assert described.view.executions == 2
    assert described.settings.in_progress_timeout_minutes == 5
    executions = await operator_jobs.executions(operator, "j1")
    assert sorted(view.thing_name for view in executions) == ["pump-1", "pump-2"]
    states = await operator_jobs.execution_states(operator, "j1", [("pump-1", 1)])
    assert states["pump-1", 1].version_number == 1
    assert await operator_jobs.document_of(operator, "j1") == DOCUMENT
    await operator.delete_job("j1", force=True)


async def test_many_things_go_through_a_group(operator: VirtualOperator) -> None:
    names = [f"pump-{number}" for number in range(150)]
    await operator.create_things(names)
    made = await operator.create_job("j1", names, DOCUMENT)
    assert await operator_jobs.group_size(operator, made.group_name) == 150


async def test_a_refusal_has_the_words_of_the_service(operator: VirtualOperator) -> None:
    with pytest.raises(InputError, match="ResourceNotFoundException"):
        await operator.describe_job("gone")


async def test_what_would_have_to_wait_is_refused_and_not_waited_for() -> None:
    async def waits() -> None:
        await asyncio.sleep(0)
        await asyncio.get_running_loop().create_future()

    with pytest.raises(ProblemError, match="outside while time is held"):
        _at_once(waits())


async def test_nothing_else_has_a_turn_while_it_asks() -> None:
    engine = VirtualEngine()
    engine.endpoint(1.0)
    operator = engine.operator()
    turns: list[int] = []
    asyncio.get_running_loop().call_soon(turns.append, 1)
    await operator.call(lambda client: client.create_thing(thingName="t"))
    assert turns == []
    await asyncio.sleep(0)
    assert turns == [1]
