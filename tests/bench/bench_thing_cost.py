"""What a thing adds to paho: processor time of the thing's side per update, over a bare paho loop doing the same.

    uv run python -m tests.bench.bench_thing_cost [--things 500] [--updates 150] [--rounds 3]

Both sides send `--updates` UpdateJobExecution requests a thing at QoS 1 through the local endpoint, a process of its
own, and wait for each answer. The bare loop is paho clients on one selector that send ready-made bytes and read none.
The other side is the whole of it: LocalFleet, Thing, scenario without delays, codec, message log, feed, transport.
"""

import argparse
import asyncio
import selectors
import statistics
import time
import uuid

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from simulator.endpoint.child import fastest_loop
from simulator.endpoint.process import LocalEndpoint
from simulator.feed import FeedBatch
from simulator.fleet import FleetSettings, ThingSpec
from simulator.local_fleet import LocalFleet
from simulator.operator import Operator

PAYLOAD = (
    b'{"status":"IN_PROGRESS","statusDetails":{"step":"step-100","progress":"42"},"clientToken":"bare-0123456789-1"}'
)
DOCUMENT = '{"version":"2.4.0"}'


def scenario(updates: int) -> str:
    """A scenario that sends at least `updates` updates without waiting: a step reports its beginning and its end."""
    steps = "\n".join(
        f"  - {{name: step-{number}, duration: 0, progress: {{to: {100 * number // updates}}}}}"
        for number in range(1, updates)
    )
    return f"name: hurry\nsteps:\n{steps}\nend: {{status: SUCCEEDED}}\n"


def bare(port: int, names: list[str], job_id: str, updates: int) -> float:
    """Return processor seconds per update of paho clients on one selector."""
    selector = selectors.DefaultSelector()
    left = dict.fromkeys(names, updates)
    ready = done = 0

    def on_connect(client: mqtt.Client, name: str, *_: object) -> None:
        client.subscribe(f"$aws/things/{name}/jobs/{job_id}/update/+", 1)

    def on_subscribe(*_: object) -> None:
        nonlocal ready
        ready += 1

    def on_message(client: mqtt.Client, name: str, message: mqtt.MQTTMessage) -> None:
        nonlocal done
        assert message.topic.endswith("/accepted"), message.payload
        done += 1
        left[name] -= 1
        if left[name]:
            client.publish(f"$aws/things/{name}/jobs/{job_id}/update", PAYLOAD, 1)

    clients = []
    for name in names:
        client = mqtt.Client(CallbackAPIVersion.VERSION2, name, userdata=name)
        client.on_connect, client.on_subscribe, client.on_message = on_connect, on_subscribe, on_message
        client.connect("127.0.0.1", port, 1200)
        selector.register(client.socket(), selectors.EVENT_READ, client)  # type: ignore[arg-type]
        clients.append(client)

    def turn() -> None:
        for key, _ in selector.select(0.1):
            key.data.loop_read()
            if key.data.want_write():
                key.data.loop_write()

    while ready < len(names):
        turn()
    began = time.process_time()
    for name, client in zip(names, clients, strict=True):
        client.publish(f"$aws/things/{name}/jobs/{job_id}/update", PAYLOAD, 1)
    while done < updates * len(names):
        turn()
    spent = time.process_time() - began
    selector.close()
    for client in clients:
        client.disconnect()
    return spent / (updates * len(names))


async def whole(endpoint: LocalEndpoint, operator: Operator, names: list[str], updates: int) -> float:
    """Return processor seconds per update of the fleet, from the job's arrival to its end on the last thing."""
    fleet = LocalFleet(FleetSettings(address=endpoint.mqtt_address))
    connected, finished = asyncio.Event(), asyncio.Event()

    def on_batch(batch: FeedBatch) -> None:
        if batch.counters.connected == len(names):
            connected.set()
        if batch.counters.finished == len(names):
            finished.set()

    await fleet.open(on_batch)
    await fleet.define("hurry", scenario(updates))
    await fleet.add([ThingSpec(name=name, scenario="hurry") for name in names])
    await fleet.start(names)
    async with asyncio.timeout(60):
        await connected.wait()
    group = await operator.create_group(f"group-{uuid.uuid4().hex[:8]}", names)
    began = time.process_time()
    await operator.create_job(f"job-{uuid.uuid4().hex[:8]}", [group], DOCUMENT)
    async with asyncio.timeout(300):
        await finished.wait()
    spent = time.process_time() - began
    answered = sum((await fleet.statistics()).latency.values())
    await fleet.close()
    assert answered >= updates * len(names), "a walk sent fewer updates than its scenario says"
    return spent / answered


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--things", type=int, default=500)
    parser.add_argument("--updates", type=int, default=150)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    ratios = []
    async with LocalEndpoint() as endpoint, Operator(endpoint.http_url) as operator:
        names = [f"thing-{number:04}" for number in range(given.things)]
        await operator.create_things(names)
        for _ in range(given.rounds):
            job_id = f"bare-{uuid.uuid4().hex[:8]}"
            group = await operator.create_group(f"group-{job_id}", names)
            await operator.create_job(job_id, [group], DOCUMENT)
            port = int(endpoint.mqtt_address.rpartition(":")[2])
            base = bare(port, names, job_id, given.updates)
            await operator.delete_job(job_id, force=True)
            ours = await whole(endpoint, operator, names, given.updates)
            ratios.append(ours / base)
            print(
                f"bare paho {base * 1e6:6.1f} us/update   thing + scenario + paho {ours * 1e6:6.1f} us/update"
                f"   ratio {ours / base:.2f}"
            )
    print(f"median ratio {statistics.median(ratios):.2f} at {given.things} things (limit 1.5, aim 1.25)")


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=fastest_loop()) as runner:
        runner.run(main())
