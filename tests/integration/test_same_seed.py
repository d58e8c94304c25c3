"""The same seed gives every thing the same outcome and the same faults, at any speed and ramp, on real sockets."""

import asyncio
import functools
from collections.abc import Sequence

from simulator.endpoint.registry import Registry
from simulator.endpoint.serving import Endpoint, ServeOptions
from simulator.fleet import FleetSettings, ThingSpec
from simulator.jobs.new_job import NewJob
from simulator.local_fleet import LocalFleet
from simulator.scenario.walk import seed_for
from tests.support.fake_fleet import Watcher

THINGS = [f"thing-{number:02}" for number in range(1, 26)]
JOBS = ("j1", "j2")
TROUBLED = """
name: troubled
faults:
  drop-line: {rate: 0.1, seconds: {between: [1, 20]}}
  lose-reply: 0.2
  duplicate-update: 0.2
  late-update: {rate: 0.2, seconds: {between: [1, 4]}}
  out-of-order: 0.1
  stale-version: 0.1
  version-ahead: 0.1
  reboot: {rate: 0.1, seconds: 5}
  second-connection: 0.05
  malformed-json: 0.1
  wrong-topic: 0.1
  oversize-details: 0.1
  unknown-job: 0.1
  double-notify: 0.1
  update-after-end: 0.3
  clock-skew: {rate: 0.3, seconds: {between: [-60, 60]}}
  slow-link: {rate: 0.1, seconds: 1}
  subscribe-late: {rate: 0.1, seconds: 5}
steps:
  - {name: download, duration: {between: [5, 15]}, progress: {to: 60, every: 4}}
  - {name: install, duration: 10, fail_chance: 0.2}
  - {name: verify, duration: 3}
end: SUCCEEDED
"""

GROUP = "arn:aws:iot:us-east-1:123456789012:thinggroup/all"

Course = dict[tuple[str, str], tuple[str, int, dict[str, int]]]
"""Status, version and faults of each thing and job."""


def gather(things: Sequence[str], registry: Registry, now: float) -> None:
    """Make the things, and put all into one group: a job takes no more than a hundred targets."""
    registry.groups.create("all", now)
    for name in things:
        registry.create_thing(name)
        registry.add_thing_to_group(name, "all")


async def carried_out(scale: float, ramp: float, things: Sequence[str] = THINGS, within_seconds: float = 60) -> Course:
    """Have the fleet carry out both jobs; return what came of it, after seeing that things and service agree."""
    endpoint = Endpoint(ServeOptions(mqtt="127.0.0.1:0", http="127.0.0.1:0", time_scale=scale))
    await endpoint.start()
    watcher = Watcher()
    fleet = LocalFleet(FleetSettings(address=endpoint.mqtt_address, time_scale=scale, ramp=ramp))
    try:
        await fleet.open(watcher)
        await endpoint.service.change_registry(functools.partial(gather, things))
        await fleet.define("troubled", TROUBLED)
        await fleet.add([ThingSpec(name=name, scenario="troubled", seed=seed_for(5, name)) for name in things])
        await fleet.start(things)
        for job_id in JOBS:
            await endpoint.service.create_job(NewJob(job_id=job_id, targets=(GROUP,), document="{}"))
        ends = len(things) * len(JOBS)
        await watcher.until(lambda: watcher.counters.finished == ends and watcher.counters.working == 0, within_seconds)
        await asyncio.sleep(0.2)  # what comes after an end has come by now
        course: Course = {}
        for name in things:
            detail = await fleet.detail(name)
            assert detail is not None
            had = {each.job_id: each.faults for each in detail.faults}
            for job_id in JOBS:
                stored = endpoint.service.book.find(name, job_id)
                believed = [(node.status, node.version) for node in detail.timeline if node.job_id == job_id][-1]
                assert stored is not None
                assert believed == (stored.status, stored.version_number), (name, job_id)
                course[name, job_id] = (stored.status, stored.version_number, had.get(job_id, {}))
    finally:
        await fleet.close()
        await endpoint.close()
    return course


async def test_three_runs_at_different_speeds_and_ramps_are_the_same_to_each_thing() -> None:
    first = await carried_out(100, 0)
    assert first == await carried_out(250, 200)
    assert first == await carried_out(50, 0)
    assert {status for status, _, _ in first.values()} == {"SUCCEEDED", "FAILED"}
    assert len({name for _, _, faults in first.values() for name in faults}) == 18
