"""A fleet in one loop: commands reach things, a thing fails alone, numbers agree with what is shown."""

import asyncio
import contextlib
import sys
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from simulator import resources_check
from simulator.errors import InputError, UnreachableError
from simulator.feed import Activity, Counters, ThingSnapshot
from simulator.fleet import LineAction, StepAction, ThingSpec
from simulator.jobs.mistakes import UpdateByHand
from simulator.jobs.model import JobStatus
from simulator.local_fleet import LocalFleet
from simulator.owner import Owner
from simulator.ramp import Ramp
from simulator.scenario.faults import Fault, FaultName
from simulator.tally import Tally, summed
from simulator.transport.base import Link
from tests.support.fake_fleet import SETTINGS, FakeLine, FakeThings, Watcher

PUMP, VALVE = ThingSpec(name="pump"), ThingSpec(name="valve", seed=7)


class Scene:
    """A fleet of two fake things, whoever watches it, and the lines that were made."""

    def __init__(self) -> None:
        self.things = FakeThings()
        self.lines: list[FakeLine] = []
        self.watcher = Watcher()
        self.fleet = LocalFleet(SETTINGS, transport_factory=self._line, thing_factory=self.things)

    def _line(self, *args) -> FakeLine:
        self.lines.append(FakeLine(*args))
        return self.lines[-1]

    async def running_at_most(self, name: str) -> None:
        """Start both, until this one runs, and whatever else would begin with it."""
        await self.fleet.start(["pump", "valve"])
        await self.watcher.until(lambda: self.watcher.newest[name].activity is Activity.IDLE)
        for _ in range(10):
            await asyncio.sleep(0)

    async def running(self) -> None:
        await self.fleet.start(["pump", "valve"])
        await self.watcher.until_all(Activity.IDLE)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    scene = Scene()
    await scene.fleet.open(scene.watcher)
    await scene.fleet.add([PUMP, VALVE])
    yield scene
    await scene.fleet.close()
    assert [task.get_name() for task in asyncio.all_tasks() if task.get_name().startswith(("thing", "ramp"))] == []


async def test_added_things_are_shown_stopped_with_their_seed(scene):
    await scene.watcher.until(lambda: len(scene.watcher.newest) == 2)
    assert scene.watcher.newest["valve"] == ThingSnapshot(name="valve", scenario="success", seed=7)
    assert replace(scene.watcher.counters, loop_lag_ms=0.0) == Counters(total=2, no_execution=2)


async def test_a_name_that_exists_is_refused_and_nothing_is_added(scene):
    with pytest.raises(InputError, match=r"^valve: there is a thing of this name already; choose another name$"):
        await scene.fleet.add([ThingSpec(name="motor"), VALVE])
    with pytest.raises(InputError, match=r"^motor: there is a thing of this name already"):
        await scene.fleet.add([ThingSpec(name="motor"), ThingSpec(name="motor")])
    assert set(scene.things) == {"pump", "valve"}


async def test_an_unknown_scenario_is_refused_and_nothing_is_added(scene):
    with pytest.raises(InputError, match="no-such"):
        await scene.fleet.add([ThingSpec(name="motor"), ThingSpec(name="fan", scenario="no-such")])
    assert await scene.fleet.detail("motor") is None


async def test_a_defined_scenario_can_be_used_by_its_name(scene):
    await scene.fleet.define("mine", "name: mine\nsteps: []\nend: SUCCEEDED\n")
    await scene.fleet.add([ThingSpec(name="fan", scenario="mine")])
    await scene.fleet.assign(["pump"], "mine")
    assert scene.things["fan"].snapshot().scenario == "mine"
    assert scene.things["pump"].calls == [("assign", "mine")]


async def test_started_things_run_and_are_counted(scene):
    await scene.running()
    assert (scene.watcher.counters.requested, scene.watcher.counters.connected) == (2, 2)
    await scene.fleet.start(["pump"])
    assert scene.things["pump"].runs == 1


async def test_stopped_things_say_goodbye_and_can_be_started_again(scene):
    await scene.running()
    await scene.fleet.stop(["pump"])
    await scene.watcher.until(lambda: scene.watcher.newest["pump"].activity is Activity.STOPPED)
    assert scene.watcher.newest["valve"].activity is Activity.IDLE
    assert scene.watcher.counters.requested == 1
    await scene.running()
    assert [scene.things[name].runs for name in ("pump", "valve")] == [2, 1]


async def test_a_thing_started_again_while_it_says_goodbye_runs_when_it_has_said_it(scene):
    await scene.running()
    pump = scene.things["pump"]
    pump.goodbye.clear()
    await scene.fleet.stop(["pump"])
    await scene.fleet.start(["pump"])
    await asyncio.sleep(0)
    assert pump.runs == 1
    pump.goodbye.set()
    await scene.watcher.until(lambda: pump.runs == 2 and scene.watcher.newest["pump"].activity is Activity.IDLE)


async def test_a_thing_stopped_before_its_turn_is_never_run(scene):
    await scene.fleet.start(["pump", "valve"])
    await scene.fleet.stop(["pump"])
    await scene.watcher.until(lambda: scene.watcher.newest["valve"].activity is Activity.IDLE)
    assert scene.things["pump"].runs == 0
    assert scene.watcher.newest["pump"].activity is Activity.STOPPED


async def test_a_thing_that_fails_is_shown_broken_with_its_sentence_and_the_others_go_on(scene, caplog):
    await scene.running()
    scene.things["pump"].fail(UnreachableError("mqtt://here:1", "refused"))
    await scene.watcher.until(lambda: scene.watcher.newest["pump"].activity is Activity.BROKEN)
    assert scene.watcher.newest["pump"].details.startswith("mqtt://here:1 cannot be reached: refused")
    assert scene.watcher.newest["pump"].link is Link.OFFLINE
    assert scene.watcher.newest["valve"].activity is Activity.IDLE
    assert scene.watcher.counters.connected == 1
    assert scene.lines[0].closed == 1
    assert [record.levelname for record in caplog.records] == ["WARNING"]


async def test_a_mistake_in_the_simulator_is_told_without_a_traceback_and_logged_with_one(scene, caplog):
    await scene.running()
    scene.things["pump"].fail(KeyError("step"))
    await scene.watcher.until(lambda: scene.watcher.newest["pump"].activity is Activity.BROKEN)
    told = scene.watcher.newest["pump"].details
    assert told == "stopped by a mistake in the simulator (KeyError: 'step'); please report it"
    assert (await scene.fleet.detail("pump")).snapshot.details == told
    assert caplog.records[0].exc_info is not None


async def test_a_broken_thing_can_be_started_again(scene, caplog):
    await scene.running()
    scene.things["pump"].fail(KeyError("step"))
    await scene.watcher.until(lambda: scene.watcher.newest["pump"].activity is Activity.BROKEN)
    await scene.running()
    assert scene.things["pump"].runs == 2


async def test_removed_things_are_told_stopped_and_forgotten(scene):
    await scene.running()
    await scene.fleet.remove(["pump", "nobody"])
    await scene.watcher.until(lambda: scene.watcher.removed == ["pump"])
    assert (scene.watcher.counters.total, scene.watcher.counters.requested) == (1, 1)
    assert await scene.fleet.detail("pump") is None
    await scene.fleet.add([PUMP])
    await scene.watcher.until(lambda: "pump" in scene.watcher.newest and scene.watcher.counters.total == 2)


async def test_commands_reach_the_things_they_name_and_ignore_unknown_names(scene):
    names = ["nobody", "pump"]
    await scene.fleet.manual(names, on=True)
    await scene.fleet.step(names)
    await scene.fleet.act(names, StepAction.SKIP)
    await scene.fleet.assign(names, "fail", now=True)
    await scene.fleet.misbehave(names, FaultName.DROP_LINE)
    await scene.fleet.misbehave(names, FaultName.DROP_LINE, 60)
    await scene.fleet.send(names, UpdateByHand(status="DONE"))
    await scene.fleet.force(names, JobStatus.FAILED, "because")
    await scene.fleet.force(names, None)
    await scene.fleet.line(names, LineAction.DISCONNECT)
    await scene.fleet.line(names, LineAction.CONNECT)
    assert scene.things["pump"].calls == [
        ("manual", True),
        ("step",),
        ("skip",),
        ("assign", "fail", "now"),
        ("misbehave", Fault(FaultName.DROP_LINE, 5.0)),
        ("misbehave", Fault(FaultName.DROP_LINE, 60)),
        ("send", UpdateByHand(status="DONE")),
        ("force", JobStatus.FAILED, "because"),
        ("force", None, ""),
        ("cut",),
        ("restore",),
    ]
    assert scene.things["valve"].calls == []


@pytest.mark.parametrize(
    ("update", "sentence"),
    [
        (
            UpdateByHand(job_id="a/b"),
            "the update: 'a/b' cannot be part of a topic; write a shorter one, or another job id",
        ),
        (UpdateByHand(status="x" * 200_000), "are more than a message may have"),
    ],
)
async def test_an_update_by_hand_that_cannot_be_sent_is_refused_in_a_sentence(scene, update, sentence):
    with pytest.raises(InputError) as caught:
        await scene.fleet.send(["pump"], update)
    assert sentence in str(caught.value)


async def test_messages_and_reconnections_are_counted_on_the_line(scene):
    await scene.running()
    line = scene.lines[0]
    metered = scene.things[line.client_id].line
    await metered.subscribe(("a/+",))
    metered.publish("a/b", b"1")
    metered.publish("a/c", b"2")
    metered.cut(1.5)
    line.hear("a/b", b"x")
    line.report(Link.ERROR, "lost")
    line.report(Link.ONLINE, "")
    counters = (await scene.fleet.statistics()).counters
    assert (counters.messages_in, counters.messages_out, counters.reconnects) == (1, 2, 1)
    assert (line.filters, line.sent, line.cuts) == (("a/+",), [("a/b", b"1"), ("a/c", b"2")], [1.5])


async def test_each_execution_is_counted_as_finished_once_even_if_many_end_between_two_batches(scene):
    pump = scene.things["pump"]
    for change in ("1 IN_PROGRESS", "1 FAILED", "1 FAILED", "2 QUEUED", "2 TIMED_OUT", "3 FAILED"):
        number, status = change.split()
        pump.become(job_id="job", execution_number=int(number), status=JobStatus(status))
    pump.become(status=None)
    assert (await scene.fleet.statistics()).counters.finished == 3


async def test_latencies_come_out_as_percentiles_and_in_the_statistics(scene):
    for ms in range(1, 101):
        scene.things["pump"].acknowledge(float(ms))
    await scene.watcher.until(lambda: scene.watcher.counters.ack_p99_ms)
    assert scene.watcher.counters.ack_p50_ms == pytest.approx(50, rel=0.02)
    assert scene.watcher.counters.ack_p99_ms == pytest.approx(99, rel=0.02)
    statistics = await scene.fleet.statistics()
    assert sum(statistics.latency.values()) == 100
    assert sys.platform == "win32" or statistics.peak_rss_mib > 1


async def test_a_held_feed_lets_changes_wait(scene):
    await scene.running()
    scene.fleet.hold_feed()
    told = len(scene.watcher.batches)
    for version in range(1, 4):
        scene.things["pump"].become(version=version)
    scene.fleet.release_feed()
    await scene.watcher.until(lambda: scene.watcher.newest["pump"].version == 3)
    assert [snapshot.version for batch in scene.watcher.batches[told:] for snapshot in batch.snapshots] == [3]


async def test_closing_stops_every_thing_and_tells_it():
    scene = Scene()
    await scene.fleet.open(scene.watcher)
    await scene.fleet.add([PUMP, VALVE])
    await scene.running()
    await scene.fleet.close()
    assert {each.activity for each in scene.watcher.newest.values()} == {Activity.STOPPED}
    assert scene.watcher.counters.connected == 0
    assert asyncio.all_tasks() == {asyncio.current_task()}
    await scene.fleet.close()


async def test_closing_does_not_wait_for_a_thing_that_cannot_say_goodbye(caplog):
    scene = Scene()
    await scene.fleet.open(scene.watcher)
    await scene.fleet.add([PUMP, VALVE])
    await scene.running()
    scene.things["pump"].goodbye.clear()
    await scene.fleet.close(0.01)
    assert [record.getMessage() for record in caplog.records] == ["1 tasks did not stop within 0.01 s: thing pump"]
    scene.things["pump"].goodbye.set()
    await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}), return_exceptions=True)


async def test_an_owner_logs_the_failure_of_a_task_and_keeps_the_others(caplog):
    async def fail() -> None:
        raise ValueError("no")

    owner = Owner()
    owner.start(asyncio.Event().wait(), name="patient")
    failing = owner.start(fail(), name="hasty")
    with contextlib.suppress(ValueError):
        await failing
    assert [record.getMessage() for record in caplog.records] == ["the task 'hasty' failed"]
    assert len(owner) == 1
    assert await owner.close(1.0) == []
    assert len(owner) == 0


def test_a_ramp_spaces_connections_evenly():
    ramp = Ramp(50)
    now, begun = 10.0, []
    for _ in range(4):
        now += ramp.wait_before_next(now)
        begun.append(now)
    assert begun == pytest.approx([10.0, 10.02, 10.04, 10.06])


def test_a_ramp_makes_up_for_a_little_delay_and_not_for_a_long_rest():
    ramp = Ramp(50)
    assert ramp.wait_before_next(10.0) == 0
    at_once = 0
    while ramp.wait_before_next(70.0) == 0:
        at_once += 1
    assert 1 <= at_once <= 6


async def test_a_ramp_set_on_an_open_fleet_holds_for_those_that_start_afterwards(scene):
    await scene.fleet.set_ramp(0.01)
    await scene.running_at_most("pump")
    assert scene.watcher.counters.requested == 2
    assert [name for name, shown in scene.watcher.newest.items() if shown.activity is Activity.IDLE] == ["pump"]


def test_without_a_limit_a_ramp_never_waits():
    ramp = Ramp(0)
    assert [ramp.wait_before_next(1.0) for _ in range(1000)] == [0.0] * 1000


STATUSES = st.sampled_from([None, *JobStatus])
SNAPSHOTS = st.builds(
    ThingSnapshot,
    name=st.sampled_from(["a", "b", "c"]),
    link=st.sampled_from(Link),
    activity=st.sampled_from(Activity),
    status=STATUSES,
    job_id=st.sampled_from(["", "job-1"]),
)


@given(st.lists(SNAPSHOTS))
def test_counters_kept_up_to_date_agree_with_a_count_of_everything(changes):
    tally, now = Tally(), {}
    for snapshot in changes:
        tally.replace(now.get(snapshot.name), snapshot)
        now[snapshot.name] = snapshot
    counters = tally.counters()
    statuses = Counter(snapshot.status for snapshot in now.values())
    assert counters.total == len(now)
    assert counters.connected == sum(snapshot.link is Link.ONLINE for snapshot in now.values())
    assert counters.no_execution == statuses.pop(None, 0)
    assert counters.by_status == statuses


def test_messages_beyond_what_a_thing_keeps_are_counted_as_dropped():
    tally, old = Tally(log_entries=64), None
    for messages in (10, 64, 70, 100):
        new = ThingSnapshot(name="pump", messages=messages)
        tally.replace(old, new)
        old = new
    assert tally.counters().dropped == 36


def test_rejections_stay_counted_when_a_thing_begins_again_or_leaves():
    tally, old = Tally(), None
    for rejects in (2, 3, 1):
        new = ThingSnapshot(name="pump", rejects=rejects)
        tally.replace(old, new)
        old = new
    tally.replace(old, None)
    assert (tally.counters().rejects, tally.counters().total) == (4, 0)


def test_faults_add_up_over_things_and_fleets_and_stay_counted():
    tally, old = Tally(), None
    for faults in ({"reboot": 1}, {"reboot": 1, "drop-line": 2}, {"drop-line": 1}):  # then it began again
        new = ThingSnapshot(name="pump", faults=faults)
        tally.replace(old, new)
        old = new
    tally.replace(None, ThingSnapshot(name="valve", faults={"reboot": 4}))
    tally.replace(old, None)
    one = tally.counters()
    assert one.faults == {"reboot": 5, "drop-line": 3}
    assert summed([one, Counters(faults={"reboot": 1})]).faults == {"reboot": 6, "drop-line": 3}


def test_counters_of_several_fleets_add_up_and_lag_is_the_worst():
    one = Counters(total=2, by_status={JobStatus.FAILED: 1}, no_execution=1, loop_lag_ms=3.0, messages_in=5)
    two = Counters(total=3, by_status={JobStatus.FAILED: 2, JobStatus.QUEUED: 1}, loop_lag_ms=1.0, messages_in=6)
    both = summed([one, two])
    assert both == Counters(
        total=5,
        by_status={JobStatus.FAILED: 3, JobStatus.QUEUED: 1},
        no_execution=1,
        loop_lag_ms=3.0,
        messages_in=11,
    )
    assert summed([]) == Counters()


def test_too_many_things_for_the_open_files_are_refused_with_how_many_fit(monkeypatch):
    monkeypatch.setattr(resources_check, "descriptors_available", lambda: 1024)
    resources_check.ensure_descriptors(960)
    with pytest.raises(InputError, match=r"^961 things need more .*, which is 960; spread them .* --workers"):
        resources_check.ensure_descriptors(961)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit to raise")
def test_the_soft_limit_is_raised_to_the_hard_one(monkeypatch):
    import resource

    limits = [256, 4096]
    monkeypatch.setattr(resource, "getrlimit", lambda which: tuple(limits))
    monkeypatch.setattr(resource, "setrlimit", lambda which, new: limits.__setitem__(slice(None), new))
    assert resources_check.descriptors_available() == 4096
    assert limits == [4096, 4096]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit to raise")
def test_where_unlimited_is_promised_and_refused_the_most_that_is_granted_is_taken(monkeypatch):
    import resource

    limits = [256, resource.RLIM_INFINITY]

    def like_macos(which: int, new: tuple[int, int]) -> None:
        if not 0 < new[0] <= 10_240:  # RLIM_INFINITY is -1
            raise ValueError("current limit exceeds maximum limit")
        limits[:] = new

    monkeypatch.setattr(resource, "getrlimit", lambda which: tuple(limits))
    monkeypatch.setattr(resource, "setrlimit", like_macos)
    assert resources_check.descriptors_available() == 10_240
