"""What an operator set up is there again after a restart: templates, tags, thing types, event switches, schedules."""

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from simulator.endpoint import arns
from simulator.endpoint.store import SqliteStore
from simulator.errors import InputError
from simulator.jobs.configs import RetryConfig, RetryCriteria, RetryType, SchedulingConfig
from simulator.jobs.schedule import written
from simulator.jobs.templates import JobTemplate
from tests.support.jobs_world import DOCUMENT, JobsWorld, KeptStore, jobs_world
from tests.support.virtual_time import in_virtual_time

RETRIES = RetryConfig(criteria_list=(RetryCriteria(failure_type=RetryType.FAILED, number_of_retries=2),))


@in_virtual_time
async def test_templates_tags_types_and_switches_survive() -> None:
    store = KeptStore()
    template = JobTemplate(template_id="x", description="X", document=DOCUMENT, created_at=5.0, retry_config=RETRIES)
    async with jobs_world(store) as world:
        service = world.service
        await service.keep(lambda _: service.settings.templates.add(template))
        await service.change_tags(arns.template_arn("x"), {"a": "1", "b": "2"})
        await service.change_tags(arns.template_arn("x"), {}, ("b",))
        await service.keep(lambda now: service.settings.thing_types.create("pump", now, "A pump", ("site",))[1])
        await service.keep(lambda now: service.settings.events.change({"JOB": True}, now))
    async with jobs_world(store) as world:
        service = world.service
        assert service.settings.templates.get("x") == template
        assert service.settings.tags.of(arns.template_arn("x")) == {"a": "1"}
        assert service.settings.thing_types.get("pump").searchable == ("site",)
        assert service.settings.events.enabled["JOB"]
        await world.create("j1", "t")
        await world.report("t", "j1", "SUCCEEDED")
        assert "events/job/j1/completed" in world.topics()
        await service.keep(lambda _: service.settings.templates.delete("x"))
    async with jobs_world(store) as world:
        assert world.service.settings.templates.listed() == []


@in_virtual_time
async def test_a_schedule_and_retries_go_on_after_a_restart() -> None:
    store = KeptStore()
    async with jobs_world(store) as world:
        config = SchedulingConfig(start_time=written(world.clock.epoch() + 3000))
        await world.create("j1", "t", scheduling_config=config, retry_config=RETRIES)
        await world.create("j2", "u", retry_config=RETRIES)
        await world.report("u", "j2", "FAILED")
    async with jobs_world(store) as world:
        await world.clock.sleep(3100)
        assert world.executions("j1") == [("t", 1, "QUEUED")]
        await world.report("u", "j2", "FAILED")
        await world.report("u", "j2", "FAILED")
        assert [number for _, number, _ in world.executions("j2")] == [1, 2, 3]


@in_virtual_time
async def test_a_record_of_a_later_version_is_told_in_a_sentence() -> None:
    for record in (("hologram", "x", b"\x80"), ("template", "x", b"\xc1")):
        store = KeptStore()
        store.all.registry.append(record)
        with pytest.raises(InputError, match="--data: holds a record that this version cannot read"):
            JobsWorld(store)


async def test_a_file_of_the_first_version_is_read(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    await SqliteStore(path).close()
    old = {"job_id": "j1", "targets": ["arn:aws:iot:us-east-1:123456789012:thing/t"], "document": "{}"}
    old |= {"created_at": 1.0, "last_updated_at": 1.0, "status": "IN_PROGRESS", "is_rolling_out": False}
    execution = {"thing_name": "t", "job_id": "j1", "execution_number": 1, "status": "QUEUED"}
    execution |= {"version_number": 1, "queued_at": 1.0, "last_updated_at": 1.0, "sequence": 1}
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("INSERT INTO jobs VALUES (?, ?)", ("j1", msgspec.msgpack.encode(old)))
        values = ("t", "j1", 1, msgspec.msgpack.encode(execution))
        connection.execute("INSERT INTO executions VALUES (?, ?, ?, ?)", values)
    store = SqliteStore(path)
    stored = store.load()
    assert stored.jobs[0].ending is None
    assert stored.executions[0].retry_attempt == 0
    await store.close()
