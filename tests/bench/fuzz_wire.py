"""Throw broken and hostile bytes at the wire decoder, and a sample of them at a gateway that serves.

    uv run python -m tests.bench.fuzz_wire [--inputs 1000000] [--live 20000] [--seed N]

A decoder must give packets or a MalformedPacketError. The gateway must go on serving a client that behaves, must have
closed or still hold each of the others, and must have logged no error. Ends with status 1, and with the bytes and the
seed that did it, if not.
"""

import argparse
import asyncio
import collections
import contextlib
import logging
import random
import secrets
import sys
import time

from simulator.endpoint import wire
from simulator.endpoint.gateway import Gateway
from simulator.endpoint.packets import MalformedPacketError
from tests.bench.driver import resident_mib
from tests.support.mqtt5_packets import any_stream
from tests.support.mqtt_client import MqttClient

AT_ONCE = 50


class Findings(logging.Handler):
    """Errors that were logged: each is a finding."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


def decode(seed: int, data: bytes, outcomes: "collections.Counter[str]") -> None:
    """Feed one input in two pieces; raise what a decoder must not raise."""
    decoder = wire.Decoder()
    cut = seed % (len(data) + 1)
    try:
        for piece in (data[:cut], data[cut:]):
            for packet in decoder.feed(piece):
                wire.encode(packet, decoder.level)
                outcomes[type(packet).__name__] += 1
    except MalformedPacketError as exc:
        outcomes[f"refused: {exc.packet}"] += 1


def fuzz_decoder(first_seed: int, inputs: int) -> bool:
    outcomes: collections.Counter[str] = collections.Counter()
    start = time.monotonic()
    for seed in range(first_seed, first_seed + inputs):
        data = any_stream(random.Random(seed))
        try:
            decode(seed, data, outcomes)
        except Exception as exc:
            print(f"seed {seed}: {data.hex(' ')} raises {exc!r}")
            return False
    print(f"decoder: {inputs:,} inputs in {time.monotonic() - start:.0f} s, no exception but MalformedPacketError")
    for what, count in sorted(outcomes.items()):
        print(f"  {what:24} {count:10,}")
    return True


async def throw(port: int, seed: int) -> None:
    """Send one input to the gateway on a connection of its own, in two writes, and read until it is quiet or closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    data = any_stream(random.Random(seed))
    cut = seed % (len(data) + 1)
    with contextlib.suppress(ConnectionError, TimeoutError):
        writer.write(data[:cut])
        await asyncio.sleep(0)
        writer.write(data[cut:])
        async with asyncio.timeout(0.02):
            while await reader.read(65536):
                pass
    writer.transport.abort()


async def fuzz_gateway(first_seed: int, inputs: int) -> bool:
    findings = Findings()
    logging.getLogger().addHandler(findings)
    gateway = Gateway(lambda client, topic, payload: client.send(f"{topic}/accepted", payload))
    await gateway.start("127.0.0.1", 0)
    good = await MqttClient.connect(gateway.port, "good", level=5)
    await good.subscribe("good/1")
    start, slowest, memory = time.monotonic(), 0.0, resident_mib_here()
    for seed in range(first_seed, first_seed + inputs, AT_ONCE):
        async with asyncio.TaskGroup() as group:
            for each in range(seed, min(seed + AT_ONCE, first_seed + inputs)):
                group.create_task(throw(gateway.port, each))
        asked = time.monotonic()
        await good.publish("good/1", b"%d" % seed, 1)
        while (await good.receive()).payload != b"%d" % seed:  # a hostile client may publish there too
            pass
        slowest = max(slowest, time.monotonic() - asked)
    await good.close()
    grown = resident_mib_here() - memory
    counters = gateway.counters
    await gateway.close()
    print(
        f"gateway: {inputs:,} inputs in {time.monotonic() - start:.0f} s; {counters.connects:,} connected,"
        f" {counters.refused_connects:,} refused, {counters.malformed:,} malformed;"
        f" another client's round trip took {slowest * 1000:.1f} ms at most; memory grew by {grown:.1f} MiB"
    )
    for line in findings.lines[:5]:
        print(f"  logged: {line}")
    return not findings.lines


def resident_mib_here() -> float:
    import os

    with contextlib.suppress(OSError):
        return resident_mib(os.getpid())
    return 0.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--live", type=int, default=20_000, help="how many of them also go to a gateway")
    parser.add_argument("--seed", type=int, default=secrets.randbits(40))
    given = parser.parse_args()
    print(f"seed {given.seed}")
    is_well = fuzz_decoder(given.seed, given.inputs)
    if given.live:
        is_well = asyncio.run(fuzz_gateway(given.seed, given.live)) and is_well
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
