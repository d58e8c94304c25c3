"""Start, end and maintenance windows, on virtual time. Reference sections 8.2 and 8.3."""

from datetime import UTC, datetime

import pytest

from simulator.endpoint import arns
from simulator.jobs.configs import (
    EndBehavior,
    MaintenanceWindow,
    RetryConfig,
    RetryCriteria,
    RetryType,
    SchedulingConfig,
)
from simulator.jobs.control import ControlError, NewJob
from simulator.jobs.progress import AT_ONCE
from simulator.jobs.schedule import ScheduleError, cron, moment, next_windows, opening, times, written
from tests.support.jobs_world import JobsWorld, jobs_world
from tests.support.virtual_time import in_virtual_time

HOUR = 3600.0
NOW = moment("2026-03-10 12:00", "startTime")  # a Tuesday


def in_minutes(world: JobsWorld, minutes: float) -> str:
    return written(world.clock.epoch() + 60 * minutes)


@in_virtual_time
async def test_a_job_waits_for_its_start_and_is_scheduled_until_then() -> None:
    async with jobs_world() as world:
        config = SchedulingConfig(start_time=in_minutes(world, 45))
        job = await world.create("j1", "t", scheduling_config=config)
        assert (job.status, job.is_concurrent, world.executions("j1")) == ("SCHEDULED", False, [])
        await world.clock.sleep(43 * 60)
        assert world.job("j1").status == "SCHEDULED"
        await world.clock.sleep(3 * 60)
        assert world.job("j1").status == "IN_PROGRESS"
        assert world.executions("j1") == [("t", 1, "QUEUED")]
        starts_at = world.job("j1").starts_at
        assert starts_at is not None
        assert world.execution("t", "j1").queued_at == pytest.approx(starts_at, abs=0.05)


@in_virtual_time
async def test_a_job_with_a_start_is_scheduled_from_its_first_moment() -> None:
    async with jobs_world() as world:
        await world.add_things("t")
        config = SchedulingConfig(start_time=in_minutes(world, 45))
        new = NewJob(job_id="j1", targets=(arns.thing_arn("t"),), document="{}", scheduling_config=config)
        assert (await world.service.create_job(new)).status == "SCHEDULED"


@in_virtual_time
async def test_a_forced_cancel_ends_also_what_the_end_of_the_job_had_passed_over() -> None:
    async with jobs_world() as world:
        names = [f"t{number}" for number in range(2 * AT_ONCE)]
        group = await world.add_group("g", *names)
        config = SchedulingConfig(end_time=in_minutes(world, 40), end_behavior=EndBehavior.CANCEL)
        await world.create_continuous("j1", group, scheduling_config=config)
        await world.report("t0", "j1", "IN_PROGRESS")
        ends_at = world.job("j1").ends_at
        assert ends_at is not None
        effects = [world.service.jobs_control.progress.look("j1", ends_at)[0] for _ in range(2)]
        assert [len(each.executions) for each in effects] == [0, AT_ONCE - 1]  # t0 stays as it is
        await world.service.cancel_job("j1", force=True)
        await world.settle()
        assert {status for _, _, status in world.executions("j1")} == {"CANCELED"}


@in_virtual_time
async def test_a_scheduled_job_can_be_cancelled_before_it_begins() -> None:
    async with jobs_world() as world:
        await world.create("j1", "t", scheduling_config=SchedulingConfig(start_time=in_minutes(world, 45)))
        await world.service.cancel_job("j1")
        await world.clock.sleep(HOUR)
        assert (world.job("j1").status, world.executions("j1")) == ("CANCELED", [])


@pytest.mark.parametrize(
    ("behavior", "queued", "in_progress", "job"),
    [
        (None, "QUEUED", "IN_PROGRESS", "IN_PROGRESS"),
        (EndBehavior.STOP_ROLLOUT, "QUEUED", "IN_PROGRESS", "IN_PROGRESS"),
        (EndBehavior.CANCEL, "CANCELED", "IN_PROGRESS", "IN_PROGRESS"),
        (EndBehavior.FORCE_CANCEL, "CANCELED", "CANCELED", "COMPLETED"),
    ],
)
def test_at_its_end_a_job_does_to_its_executions_what_its_behavior_says(
    behavior: EndBehavior | None, queued: str, in_progress: str, job: str
) -> None:
    @in_virtual_time
    async def run() -> None:
        async with jobs_world() as world:
            group = await world.add_group("g", "a", "b")
            config = SchedulingConfig(end_time=in_minutes(world, 40), end_behavior=behavior)
            await world.create_continuous("j1", group, scheduling_config=config)
            await world.report("b", "j1", "IN_PROGRESS")
            await world.clock.sleep(41 * 60)
            assert world.executions("j1") == [("a", 1, queued), ("b", 1, in_progress)]
            assert world.job("j1").status == job
            await world.add_things("late")
            await world.join("late", "g")
            assert len(world.executions("j1")) == 2
            for thing in "ab":
                if not world.execution(thing, "j1").status.is_terminal:
                    await world.report(thing, "j1", "SUCCEEDED")
            assert world.job("j1").status == "COMPLETED"

    run()


@in_virtual_time
async def test_after_its_end_a_job_tries_nothing_again() -> None:
    async with jobs_world() as world:
        always = RetryConfig(criteria_list=(RetryCriteria(failure_type=RetryType.ALL, number_of_retries=5),))
        config = SchedulingConfig(end_time=in_minutes(world, 40))
        await world.create("j1", "t", scheduling_config=config, retry_config=always)
        await world.report("t", "j1", "FAILED")
        await world.clock.sleep(41 * 60)
        await world.report("t", "j1", "FAILED")
        assert world.executions("j1") == [("t", 1, "FAILED"), ("t", 2, "FAILED")]
        assert world.job("j1").status == "COMPLETED"


@in_virtual_time
async def test_a_continuous_job_with_windows_works_in_them_and_is_scheduled_between() -> None:
    async with jobs_world() as world:
        group = await world.add_group("g", "a")
        opens = datetime.fromtimestamp(world.clock.epoch() + 2 * HOUR, UTC)
        window = MaintenanceWindow(start_time=f"cron({opens.minute} {opens.hour} * * ? *)", duration_in_minutes=60)
        config = SchedulingConfig(maintenance_windows=(window,))
        job = await world.create_continuous("j1", group, scheduling_config=config)
        assert (job.status, world.executions("j1")) == ("SCHEDULED", [])
        await world.clock.sleep(2 * HOUR + 1)
        assert (world.job("j1").status, world.executions("j1")) == ("IN_PROGRESS", [("a", 1, "QUEUED")])
        await world.clock.sleep(HOUR)
        assert world.job("j1").status == "SCHEDULED"
        await world.add_things("b")
        await world.join("b", "g")
        assert len(world.executions("j1")) == 1
        await world.clock.sleep(23 * HOUR)
        assert (world.job("j1").status, world.executions("j1")[1:]) == ("IN_PROGRESS", [("b", 1, "QUEUED")])


@in_virtual_time
async def test_a_schedule_that_cannot_be_makes_no_job() -> None:
    async with jobs_world() as world:
        soon = SchedulingConfig(start_time=in_minutes(world, 5))
        with pytest.raises(ControlError, match=r"InvalidRequestException: schedulingConfig.startTime must be at least"):
            await world.create("j1", "t", scheduling_config=soon)
        assert world.service.book.jobs == {}


@pytest.mark.parametrize(
    ("members", "named"),
    [
        ({"start_time": "2026-03-10 12:20"}, "startTime"),
        ({"start_time": "2027-03-13 12:00"}, "startTime"),
        ({"start_time": "tomorrow"}, "startTime"),
        ({"start_time": "2026-02-30 12:00"}, "startTime"),
        ({"end_time": "2026-03-10 12:10"}, "endTime"),
        ({"end_time": "2028-03-20 12:00"}, "endTime"),
        ({"start_time": "2026-03-10 13:00", "end_time": "2026-03-10 13:20"}, "endTime"),
        ({"end_behavior": EndBehavior.CANCEL}, "endBehavior"),
        ({"maintenance_windows": (MaintenanceWindow(start_time="daily", duration_in_minutes=5),)}, "startTime"),
        ({"maintenance_windows": (MaintenanceWindow(start_time="61 5 * * ?", duration_in_minutes=5),)}, "startTime"),
        ({"maintenance_windows": (MaintenanceWindow(start_time="0 0 30 2 ? *", duration_in_minutes=5),)}, "startTime"),
        ({"maintenance_windows": (MaintenanceWindow(start_time="0/0 0 * * ?", duration_in_minutes=5),)}, "startTime"),
    ],
)
def test_a_schedule_out_of_limits_is_refused_naming_the_member(members: dict, named: str) -> None:
    with pytest.raises(ScheduleError, match=named):
        times(SchedulingConfig(**members), NOW)


def test_a_schedule_within_the_limits_is_read() -> None:
    read = times(SchedulingConfig(start_time="2026-03-10 12:30", end_time="2026-03-10T13:00:00Z"), NOW)
    assert (read.starts_at, read.ends_at) == (NOW + HOUR / 2, NOW + HOUR)
    assert times(None, NOW).starts_at is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cron(0 18 * * ? *)", ["2026-03-10 18:00", "2026-03-11 18:00"]),
        ("30 6 ? * MON-FRI *", ["2026-03-11 06:30", "2026-03-12 06:30", "2026-03-13 06:30", "2026-03-16 06:30"]),
        ("0 0 1 * ? *", ["2026-04-01 00:00", "2026-05-01 00:00"]),
        ("0/20 13 * * ? *", ["2026-03-10 13:00", "2026-03-10 13:20", "2026-03-10 13:40", "2026-03-11 13:00"]),
        ("5,10 0-1 ? JUN 1 2027", ["2027-06-06 00:05", "2027-06-06 00:10", "2027-06-06 01:05"]),
        ("0 12 29 2 ? *", ["2028-02-29 12:00", "2032-02-29 12:00"]),
        ("0 12 13 * 6 *", ["2026-03-13 12:00", "2026-03-20 12:00", "2026-03-27 12:00", "2026-04-03 12:00"]),
        ("0 12 * * *", ["2026-03-10 12:00", "2026-03-11 12:00"]),
    ],
)
def test_cron_names_these_times(text: str, expected: list[str]) -> None:
    assert [written(at) for at, _ in zip(cron(text).after(NOW), expected, strict=False)] == expected


def test_a_window_is_open_from_its_start_to_its_end() -> None:
    windows = (MaintenanceWindow(start_time="0 11 * * ? *", duration_in_minutes=60),)
    starts = moment("2026-03-10 11:00", "startTime")
    assert opening(None, windows, starts - 1) == opening(None, windows, starts - 60)
    assert not opening(None, windows, starts - 1).is_open
    assert opening(None, windows, starts).is_open
    assert opening(None, windows, starts).changes_at == NOW
    assert opening(None, windows, NOW - 1).is_open
    assert not opening(None, windows, NOW).is_open
    assert opening(None, windows, NOW).changes_at == starts + 24 * HOUR


def test_the_next_seven_windows_are_told() -> None:
    windows = (MaintenanceWindow(start_time="0 11,18 * * ? *", duration_in_minutes=60),)
    shown = [written(at) for at in next_windows(None, windows, NOW)]
    assert len(shown) == 7
    assert shown[:3] == ["2026-03-10 18:00", "2026-03-11 11:00", "2026-03-11 18:00"]
