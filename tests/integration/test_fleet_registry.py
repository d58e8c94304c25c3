"""What a run puts into the registry, and that nothing else is ever taken out of it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from simulator import run_file
from simulator.commands.cleanup import cleanup
from simulator.endpoint.process import LocalEndpoint
from simulator.fleet_registry import remove_marked
from simulator.marker import MARKER
from simulator.operator import Operator
from simulator.run import HeadlessRun
from simulator.run_plan import plan

RUN = """\
fleet:
  groups:
    - prefix: pump-
      count: 6
      thing_type: pump
      thing_groups: [north]
      attributes: {site: {choices: [oslo, bergen]}, place: "{index}"}
time_scale: 200
jobs: [{document: reboot, target_group: north}]
"""


@pytest.fixture
async def endpoint() -> AsyncIterator[LocalEndpoint]:
    async with LocalEndpoint(time_scale=200) as started:
        yield started


async def run_at(endpoint: LocalEndpoint, **switches: Any) -> str:
    """Carry the run out at this endpoint; return its id."""
    options = run_file.parse(RUN, "run.yaml").options(
        {"mqtt": endpoint.mqtt_address, "http": endpoint.http_url, **switches}
    )
    prepared = plan(options)
    report = await HeadlessRun(prepared).go(asyncio.Event())
    assert (report.exit_status, len(report.executions)) == (0, 6)
    return prepared.run_id


async def things(operator: Operator) -> dict[str, dict[str, Any]]:
    listed = await operator.call(lambda client: client.list_things()["things"])
    return {one["thingName"]: dict(one) for one in listed}


async def test_things_are_registered_with_their_attributes_type_groups_and_the_mark(endpoint: LocalEndpoint) -> None:
    run_id = await run_at(endpoint)
    async with Operator(endpoint.http_url) as operator:
        listed = await things(operator)
        assert sorted(listed) == [f"pump-{number:02d}" for number in range(1, 7)]
        assert {one["thingTypeName"] for one in listed.values()} == {"pump"}
        assert {one["attributes"][MARKER] for one in listed.values()} == {run_id}
        assert [listed[name]["attributes"]["place"] for name in sorted(listed)] == list("123456")
        members = await operator.call(lambda client: client.list_things_in_thing_group(thingGroupName="north"))
        assert sorted(members["things"]) == sorted(listed)
        (job,) = await operator.list_jobs()
        described = await operator.describe_job(job.job_id)
        assert [target.rpartition(":")[2] for target in described.targets] == ["thinggroup/north"]


async def test_a_thing_without_the_mark_survives_even_with_the_same_prefix(endpoint: LocalEndpoint) -> None:
    async with Operator(endpoint.http_url) as operator:
        await operator.call(lambda client: client.create_thing(thingName="pump-99"))
        await operator.call(  # somebody's own, by the very name that a thing of the run has
            lambda client: client.create_thing(thingName="pump-03", attributePayload={"attributes": {"owner": "me"}})
        )
        await operator.call(lambda client: client.create_thing_group(thingGroupName="south"))
        await run_at(endpoint)
        assert len(await things(operator)) == 7
        removed = await remove_marked(operator, None)
        assert (removed.things, removed.groups) == (5, 1)
        left = await things(operator)
        assert sorted(left) == ["pump-03", "pump-99"]
        assert left["pump-03"]["attributes"] == {"owner": "me"}
        groups = await operator.call(lambda client: client.list_thing_groups()["thingGroups"])
        assert [group["groupName"] for group in groups] == ["south"]


async def test_cleaning_up_after_one_run_leaves_those_of_another(
    endpoint: LocalEndpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    first = await run_at(endpoint)
    async with Operator(endpoint.http_url) as operator:
        await operator.call(
            lambda client: client.create_thing(
                thingName="pump-77", attributePayload={"attributes": {MARKER: "run-of-another"}}
            )
        )
        assert await asyncio.to_thread(cleanup, endpoint.http_url, False, first) == 0
        assert f"removed things of run {first}: 6; thing groups: 1" in capsys.readouterr().out
        assert sorted(await things(operator)) == ["pump-77"]


async def test_a_run_takes_its_own_things_away_in_the_end_if_asked_to(endpoint: LocalEndpoint) -> None:
    async with Operator(endpoint.http_url) as operator:
        await operator.call(lambda client: client.create_thing(thingName="pump-99"))
        await run_at(endpoint, remove_things=True)
        assert sorted(await things(operator)) == ["pump-99"]


async def test_a_mark_that_was_taken_off_between_listing_and_deleting_saves_the_thing(
    endpoint: LocalEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    from simulator import fleet_registry

    async with Operator(endpoint.http_url) as operator:
        await operator.call(lambda client: client.create_thing(thingName="pump-99"))

        async def listed(*_: object) -> list[str]:
            return ["pump-99", "never-there"]

        monkeypatch.setattr(fleet_registry, "_things", listed)
        assert (await remove_marked(operator, None)).things == 0
        assert sorted(await things(operator)) == ["pump-99"]
