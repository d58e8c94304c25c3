"""A fleet in processes of its own: what crosses the border, and what happens when a worker or a parent is killed."""

import asyncio
import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from simulator import frames, worker_process
from simulator import worker_protocol as say
from simulator.errors import InputError
from simulator.feed import Activity, FeedBatch, ThingSnapshot
from simulator.fleet import FleetSettings, LineAction, StepAction, ThingSpec
from simulator.jobs.mistakes import UpdateByHand
from simulator.scenario.faults import FaultName
from simulator.transport.base import Link
from simulator.worker import WorkerFleet
from simulator.worker_process import WorkerProcess
from tests.support.fake_fleet import Watcher

NOWHERE = FleetSettings(address="127.0.0.1:1")  # refuses: what is tested here needs no endpoint
NAMES = [f"thing-{number}" for number in range(10)]
THINGS = [ThingSpec(name=name, seed=number) for number, name in enumerate(NAMES)]


class Scene:
    """An open fleet of ten things in two workers, and whoever watches it."""

    def __init__(self, workers: int = 2) -> None:
        self.watcher = Watcher()
        self.fleet = WorkerFleet(NOWHERE, workers)

    @property
    def deaths(self) -> list[str]:
        return [notice for notice in self.watcher.notices if notice.startswith("A worker process")]

    @property
    def processes(self) -> list[WorkerProcess]:
        return [station.process for station in self.fleet._stations if station.process is not None]

    async def open(self) -> None:
        await self.fleet.open(self.watcher)
        await self.fleet.add(THINGS)
        await self.watcher.until(lambda: len(self.watcher.newest) == len(THINGS))


def open_files() -> set[str]:
    """What this process holds open, each by a name of its own (`socket:[4711]`), so that two moments compare.

    A count would not do: what an earlier test left to the collector may be closed in between.
    """
    if sys.platform != "linux":
        return set()
    held = set()
    for entry in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # the descriptor that lists the folder
            held.add(str(entry.readlink()))
    return held


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    """A scene that is closed afterwards, and has left nothing."""
    files, threads = open_files(), threading.active_count()
    scene = Scene()
    await scene.open()
    processes = scene.processes
    yield scene
    processes += scene.processes
    await scene.fleet.close()
    assert [each._process.returncode is not None for each in processes] == [True] * len(processes)
    assert threading.active_count() == threads
    assert open_files() <= files
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_things_are_spread_evenly_and_shown_in_one_stream(scene):
    assert [len(station.names) for station in scene.fleet._stations] == [5, 5]
    assert scene.watcher.counters.total == scene.watcher.counters.no_execution == 10
    assert scene.watcher.newest["thing-3"].seed == 3


async def test_a_ramp_is_shared_by_the_workers_and_holds_for_those_started_afterwards(scene):
    await scene.fleet.set_ramp(0.02)
    await scene.fleet.start(NAMES)
    await scene.watcher.until(lambda: Counter(each.link for each in scene.watcher.newest.values())[Link.ERROR] == 2)
    assert scene.watcher.counters.requested == 10
    assert scene.fleet._settings.ramp == 0.01  # for a worker that takes the place of a lost one


async def test_started_things_try_to_connect_and_stopped_ones_rest(scene):
    await scene.fleet.start(NAMES)
    await scene.watcher.until(lambda: all(each.link is Link.ERROR for each in scene.watcher.newest.values()))
    assert scene.watcher.counters.requested == 10
    await scene.watcher.until(lambda: scene.watcher.notices)
    await scene.fleet.stop(NAMES)
    await scene.watcher.until_all(Activity.STOPPED)
    await scene.watcher.until(lambda: scene.watcher.counters.requested == 0)
    (notice,) = scene.watcher.notices  # one for both workers
    assert notice.endswith("mqtt://127.0.0.1:1 refuses connections; see whether the endpoint runs; they keep trying")


async def test_every_command_is_taken_and_unknown_names_are_ignored(scene):
    await scene.fleet.manual([*NAMES, "nobody"], on=True)
    await scene.watcher.until(lambda: all(each.manual for each in scene.watcher.newest.values()))
    await scene.fleet.assign([NAMES[0], "nobody"], "fail")
    await scene.watcher.until(lambda: scene.watcher.newest[NAMES[0]].scenario == "fail")
    await scene.fleet.step(["nobody", NAMES[0]])
    await scene.fleet.act(["nobody", NAMES[0]], StepAction.REPEAT)
    await scene.fleet.assign([NAMES[0]], "fail", now=True)
    await scene.fleet.misbehave(["nobody", NAMES[0]], FaultName.REBOOT)
    await scene.fleet.send(["nobody", NAMES[0]], UpdateByHand(status_details={"a": "b"}))
    with pytest.raises(InputError, match="cannot be part of a topic"):
        await scene.fleet.send([NAMES[0]], UpdateByHand(job_id="#"))
    await scene.fleet.force(["nobody", NAMES[0]], None)
    await scene.fleet.line(["nobody", NAMES[0]], LineAction.DISCONNECT)
    detail = await scene.fleet.detail(NAMES[0])
    assert detail is not None
    assert detail.snapshot.scenario == "fail"
    assert await scene.fleet.detail("nobody") is None


async def test_errors_of_input_cross_the_border_with_their_sentence(scene):
    with pytest.raises(InputError, match='scenario "no-such": there is none of this name'):
        await scene.fleet.assign(NAMES, "no-such")
    with pytest.raises(InputError, match="mine: line 1"):
        await scene.fleet.define("mine", "name: 7\n")
    with pytest.raises(InputError, match=r"^thing-0: there is a thing of this name already"):
        await scene.fleet.add([ThingSpec(name="new"), THINGS[0]])


async def test_things_are_added_all_or_none_even_if_only_one_worker_refuses(scene):
    things = [ThingSpec(name="good"), ThingSpec(name="bad", scenario="no-such"), ThingSpec(name="fine")]
    with pytest.raises(InputError, match="no-such"):
        await scene.fleet.add(things)
    await scene.fleet.add([ThingSpec(name="good"), ThingSpec(name="bad"), ThingSpec(name="fine")])
    await scene.watcher.until(lambda: scene.watcher.counters.total == 13)


async def test_a_defined_scenario_is_known_to_every_worker(scene):
    await scene.fleet.define("mine", "name: mine\nsteps: []\nend: FAILED\n")
    await scene.fleet.assign(NAMES, "mine")
    await scene.watcher.until(lambda: {each.scenario for each in scene.watcher.newest.values()} == {"mine"})


async def test_removed_things_are_told_once_and_their_names_are_free_again(scene):
    await scene.fleet.remove(NAMES[:3])
    await scene.watcher.until(lambda: scene.watcher.counters.total == 7 and scene.watcher.removed)
    assert sorted(scene.watcher.removed) == NAMES[:3]
    await scene.fleet.add(THINGS[:3])
    await scene.watcher.until(lambda: scene.watcher.counters.total == 10 and len(scene.watcher.newest) == 10)


async def test_statistics_are_those_of_all_workers(scene):
    statistics = await scene.fleet.statistics()
    assert statistics.counters.total == 10
    assert sys.platform == "win32" or statistics.peak_rss_mib > 20


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
async def test_what_a_killed_worker_said_last_stays_in_the_statistics(scene):
    station = scene.fleet._home[NAMES[0]]
    await scene.fleet.start(NAMES)
    await scene.watcher.until(lambda: all(each.link is Link.ERROR for each in scene.watcher.newest.values()))
    before = await scene.fleet.statistics()
    assert station.said is not None
    samples = sum(station.said.loop_lag.values())
    assert samples > 0
    os.kill(station.process.pid, signal.SIGKILL)
    await scene.watcher.until(lambda: scene.deaths)
    after = await scene.fleet.statistics()
    others = sum(sum(each.said.loop_lag.values()) for each in scene.fleet._stations if each.said is not None)
    assert sum(after.loop_lag.values()) == samples + others
    assert after.rss_mib < before.rss_mib


@pytest.mark.skipif(sys.platform == "win32", reason="SIGTERM")
async def test_a_signal_for_the_whole_group_leaves_it_to_the_parent_when_workers_end(scene):
    for station in scene.fleet._stations:
        os.kill(station.process.pid, signal.SIGTERM)
        os.kill(station.process.pid, signal.SIGINT)
    assert (await scene.fleet.statistics()).counters.total == 10
    assert scene.deaths == []


async def test_a_slow_watcher_gets_the_newest_and_no_queue_builds_up(scene, monkeypatch):
    station = scene.fleet._home[NAMES[0]]
    arrived: list[say.Batch] = []
    monkeypatch.setattr(station.process, "_on_batch", arrived.append)  # takes them in, and never sends a receipt
    for on in (True, False):
        await scene.fleet.manual(NAMES, on=on)
        await asyncio.sleep(0.2)  # four batches' time, in which no more than the first may come
    assert len(arrived) == 1
    monkeypatch.undo()
    await scene.fleet.manual([NAMES[0]], on=True)
    station.process.acknowledge()
    await scene.watcher.until(lambda: scene.watcher.newest[NAMES[0]].manual)


async def test_a_late_snapshot_of_a_removed_thing_is_not_shown(scene):
    station = scene.fleet._home[NAMES[0]]
    await scene.fleet.remove([NAMES[0]])
    late = FeedBatch(at=0.0, snapshots=[ThingSnapshot(name=NAMES[0])], counters=station.counters)
    scene.fleet._take_in(station, say.Batch(late, {}))
    await scene.watcher.until(lambda: scene.watcher.counters.total == 9)
    assert NAMES[0] not in scene.watcher.newest


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
async def test_a_killed_worker_is_told_once_its_things_are_lost_and_can_be_restarted(scene):
    await scene.fleet.start(NAMES)
    await scene.fleet.manual([NAMES[0]], on=True)
    await scene.fleet.assign([NAMES[0]], "fail")
    await scene.watcher.until(lambda: all(each.link is Link.ERROR for each in scene.watcher.newest.values()))
    killed = scene.fleet._home[NAMES[0]]
    assert killed.process is not None
    os.kill(killed.process.pid, signal.SIGKILL)
    await scene.watcher.until(lambda: scene.deaths)
    assert scene.deaths == [
        "A worker process ended (signal 9); its 5 things are lost; restart them with “Restart lost things”"
    ]
    lost = {name for name, each in scene.watcher.newest.items() if each.activity is Activity.LOST}
    assert lost == killed.names
    assert scene.watcher.newest[NAMES[0]].link_reason == "its worker process ended (signal 9)"
    assert scene.fleet.lost == 5
    assert (scene.watcher.counters.total, scene.watcher.counters.requested) == (10, 5)

    await scene.fleet.step(NAMES)  # goes to those that are there
    assert await scene.fleet.detail(NAMES[0]) is None
    last = scene.fleet._newest[NAMES[0]]
    scene.fleet._newest[NAMES[0]] = replace(last, firmware="2.0.0")  # as if a job had succeeded before
    await scene.fleet.restart_lost()
    await scene.watcher.until(lambda: all(each.link is Link.ERROR for each in scene.watcher.newest.values()))
    back = scene.watcher.newest[NAMES[0]]
    assert (back.scenario, back.manual, back.activity) == ("fail", True, Activity.STARTING)
    assert back.firmware == "2.0.0"
    await scene.watcher.until(lambda: scene.watcher.counters.requested == 10)
    assert (scene.watcher.counters.total, scene.fleet.lost, len(scene.deaths)) == (10, 0, 1)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
async def test_when_all_workers_are_gone_adding_says_so_and_removing_still_works(scene):
    for process in scene.processes:
        os.kill(process.pid, signal.SIGKILL)
    await scene.watcher.until_all(Activity.LOST)
    with pytest.raises(say.WorkerError, match="restart the lost things first"):
        await scene.fleet.add([ThingSpec(name="new")])
    await scene.fleet.remove(NAMES)
    await scene.watcher.until(lambda: scene.watcher.counters.total == 0 and not scene.watcher.newest)
    await scene.fleet.restart_lost()
    await scene.fleet.add(THINGS)
    await scene.watcher.until_all(Activity.STOPPED)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGSTOP")
async def test_a_worker_that_does_not_listen_is_ended_by_force(monkeypatch, caplog):
    monkeypatch.setattr(worker_process, "GRACE_SECONDS", 0.2)
    monkeypatch.setattr(worker_process, "TERMINATE_SECONDS", 0.2)
    caplog.set_level(logging.INFO)
    scene = Scene(workers=1)
    await scene.open()
    (process,) = scene.processes
    os.kill(process.pid, signal.SIGSTOP)
    await scene.fleet.close()
    assert process._process.returncode == -signal.SIGKILL
    told = [
        (record.levelname, record.getMessage()) for record in caplog.records if "worker process" in record.getMessage()
    ]
    assert told == [(level, f"worker process {process.pid} does not end") for level in ("INFO", "WARNING")]


async def test_a_command_too_large_for_a_frame_is_refused_and_the_next_one_works(scene, monkeypatch):
    monkeypatch.setattr(frames, "LARGEST_FRAME", 1000)
    with pytest.raises(say.WorkerError, match=r"that is too much for one command: .*; give it in parts"):
        await scene.fleet.define("mine", "#" * 1001)
    await scene.fleet.step(NAMES)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
async def test_a_restart_that_fails_leaves_the_things_lost_and_can_be_tried_again(scene, monkeypatch, caplog):
    caplog.set_level(logging.CRITICAL)
    os.kill(scene.processes[0].pid, signal.SIGKILL)
    await scene.watcher.until(lambda: scene.deaths)
    with monkeypatch.context() as patch:
        command = (sys.executable, "-c", "raise SystemExit('out of memory')")
        patch.setattr("simulator.worker.WorkerProcess", lambda *handlers: WorkerProcess(*handlers, command))
        with pytest.raises(say.WorkerError, match="could not begin"):
            await scene.fleet.restart_lost()
    assert scene.fleet.lost == 5
    assert scene.fleet._counters().total == 10
    await scene.fleet.restart_lost()
    await scene.watcher.until_all(Activity.STOPPED)
    assert (scene.fleet.lost, scene.fleet._counters().total) == (0, 10)


async def test_settings_that_cannot_be_used_are_refused_and_no_process_is_left():
    threads = threading.active_count()
    with pytest.raises(InputError, match="coap:// is not spoken here"):
        await WorkerFleet(FleetSettings(address="coap://there"), 2).open(lambda batch: None)
    with pytest.raises(InputError, match="--workers: 0 is not from 1 to 64"):
        WorkerFleet(NOWHERE, 0)
    assert threading.active_count() == threads


async def test_a_worker_that_cannot_begin_is_told_with_its_last_words(monkeypatch, caplog):
    caplog.set_level(logging.CRITICAL)
    command = (sys.executable, "-c", "import sys; sys.exit('no msgspec here')")
    monkeypatch.setattr("simulator.worker.WorkerProcess", lambda *handlers: WorkerProcess(*handlers, command))
    with pytest.raises(say.WorkerError, match=r"could not begin: .*exit status 1.*; its last words: no msgspec here"):
        await WorkerFleet(NOWHERE, 1).open(lambda batch: None)


async def test_a_program_that_does_not_exist_is_told_in_a_sentence():
    with pytest.raises(say.WorkerError, match="a worker process cannot be started: "):
        WorkerProcess(lambda batch: None, lambda how: None, ("/no/such/program",))


async def test_what_a_worker_writes_is_logged_here_and_disturbs_nothing(caplog):
    caplog.set_level(logging.WARNING)
    script = "import simulator.worker_main as w; m = w.LocalFleet.act\n"
    script += "async def loud(self, names, action): print('printed by mistake', flush=True)\n"
    script += "w.LocalFleet.act = loud; w.main()"
    batches: list[say.Batch] = []
    process = WorkerProcess(batches.append, lambda how: None, (sys.executable, "-c", script))
    try:
        await process.ask(say.Open(NOWHERE))
        await process.ask(say.Act(["thing-0"], StepAction.STEP))
        assert (await process.ask(say.Statistics())).statistics is not None
    finally:
        await process.close()
    assert list(process.log) == ["printed by mistake"]


PARENT = """
import asyncio, sys
from simulator.fleet import FleetSettings, ThingSpec
from simulator.worker import WorkerFleet

async def main():
    fleet = WorkerFleet(FleetSettings(address="127.0.0.1:1"), 2)
    await fleet.open(lambda batch: None)
    await fleet.add([ThingSpec(name="thing-0"), ThingSpec(name="thing-1")])
    await fleet.start(["thing-0", "thing-1"])
    print(*(station.process.pid for station in fleet._stations), flush=True)
    await asyncio.sleep(1000)

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="process ids are asked after by signal 0")
async def test_workers_end_when_their_parent_is_killed():
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent.stdout as said:
        pids = [int(pid) for pid in said.readline().split()]
        assert [is_running(pid) for pid in pids] == [True, True]
        parent.kill()
        parent.wait()
    async with asyncio.timeout(5):
        while any(is_running(pid) for pid in pids):
            await asyncio.sleep(0.02)


def is_running(pid: int) -> bool:
    """Whether a process is there that is no zombie (an orphan may wait for an init that is slow to bury it)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


QT = """
import asyncio, os
os.environ["QT_QPA_PLATFORM"] = "offscreen"
import qasync
from PySide6.QtWidgets import QApplication
from simulator.errors import InputError
from simulator.fleet import FleetSettings, ThingSpec
from simulator.worker import WorkerFleet

app = QApplication([])

async def main():
    batches, seen = [], asyncio.Event()
    def on_batch(batch):
        batches.append(batch)
        if batch.snapshots:
            seen.set()
    fleet = WorkerFleet(FleetSettings(address="127.0.0.1:1"), 2)
    await fleet.open(on_batch)
    await fleet.add([ThingSpec(name="thing-0"), ThingSpec(name="thing-1")])
    try:
        await fleet.assign(["thing-0"], "no-such")
    except InputError as error:
        print(error.where)
    await seen.wait()
    await fleet.close()
    print(sorted({snapshot.name for batch in batches for snapshot in batch.snapshots})[0])

with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner:
    runner.run(main())
"""


def test_the_parent_may_run_on_the_loop_of_qt():
    pytest.importorskip("qasync")
    done = subprocess.run([sys.executable, "-c", QT], capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.returncode) == ('scenario "no-such"\nthing-0\n', 0), done.stderr
