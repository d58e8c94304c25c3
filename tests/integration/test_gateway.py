"""The gateway on real sockets: what clients see, what AWS forbids, and that nobody can harm anybody else."""

import asyncio
import itertools
import random
import shutil
import socket
import time
from collections.abc import AsyncIterator
from typing import Any

import paho.mqtt.client as paho
import pytest

from simulator.endpoint import packets, sessions, wire
from simulator.endpoint.client import WRITE_BUFFER_BYTES
from simulator.endpoint.connection import REPLAYED_BYTES, SLICE_COST
from simulator.endpoint.gateway import FAREWELLS_IN_A_TURN, Gateway
from simulator.endpoint.reasons import LossReason
from simulator.errors import InputError
from simulator.jobs import limits
from simulator.jobs.topics import thing_filters
from tests.support.gateway import Bench, served
from tests.support.mqtt_client import MqttClient
from tests.support.paho_client import stop_loop
from tests.support.tls_peer import KeptTransport

JOBS = "$aws/things/t/jobs"
UPDATE = f"{JOBS}/j/update"


@pytest.fixture
async def bench(caplog: pytest.LogCaptureFixture) -> AsyncIterator[Bench]:
    async with served(caplog) as bench:
        yield bench


# --- requests and their answers (reference section 3.3)


async def test_an_answer_reaches_the_requester_alone_whether_or_not_it_subscribed(bench: Bench) -> None:
    thing, spy = await bench.connect("t"), await bench.connect("spy")
    assert await spy.subscribe(f"{UPDATE}/+", f"{JOBS}/#") == (1, 1)
    thing.write(packets.Publish(UPDATE, b"{}", 1, 7))
    assert await thing.next_packet() == packets.PubAck(7)
    assert await thing.next_packet() == packets.Publish(f"{UPDATE}/accepted", b"{}", 0)
    assert await spy.ping() == []
    assert [(c.client_id, topic, payload) for c, topic, payload in bench.requests] == [("t", UPDATE, b"{}")]


@pytest.mark.parametrize(
    ("filters", "qos", "delivered"),
    [
        ((f"{JOBS}/+/update/+",), 1, 1),
        ((f"{UPDATE}/accepted",), 1, 1),
        ((f"{JOBS}/#", f"{UPDATE}/accepted", f"{JOBS}/+/update/+"), 1, 1),
        ((f"{JOBS}/#",), 2, 1),
        ((f"{JOBS}/#",), 0, 0),
        ((f"{JOBS}/notify",), 1, 0),
    ],
)
async def test_a_subscribed_requester_gets_one_copy_at_the_qos_it_subscribed_with(
    bench: Bench, filters: tuple[str, ...], qos: int, delivered: int
) -> None:
    thing = await bench.connect("t")
    assert await thing.subscribe(*filters, qos=qos) == (min(qos, 1),) * len(filters)
    await thing.publish(UPDATE, b"{}")
    (answer,) = await thing.ping()
    assert (answer.topic, answer.payload, answer.qos) == (f"{UPDATE}/accepted", b"{}", delivered)


async def test_an_answer_that_comes_too_late_is_dropped(bench: Bench) -> None:
    thing = await bench.connect("t", clean=False)
    await thing.publish(UPDATE, b"1")
    await thing.receive()
    await thing.cut()
    await bench.until("gateway.connected == 0")
    thing = await bench.connect("t", clean=False)
    client, topic, payload = bench.requests[0]
    client.send(topic, payload)
    assert await thing.ping() == []


async def test_a_handler_that_fails_costs_one_answer_and_no_connection(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    thing = await bench.connect("t")
    await thing.publish(UPDATE, b"fail", qos=1)
    await thing.publish(UPDATE, b"{}", qos=1)
    assert (await thing.receive()).payload == b"{}"
    assert bench.gateway.counters.failed_requests == 1
    assert f"a request of 't' to {UPDATE} failed" in caplog.text


async def test_a_whole_burst_is_answered_in_order(bench: Bench) -> None:
    thing = await bench.connect("t")
    await thing.subscribe(*thing_filters("t"))
    thing.write(b"".join(wire.encode_publish(UPDATE, b"%d" % i, 1, i + 1) for i in range(500)))
    acknowledged, answered = [], []
    while len(answered) < 500:
        packet = await thing.next_packet()
        if isinstance(packet, packets.PubAck):
            acknowledged.append(packet.packet_id)
        else:
            assert isinstance(packet, packets.Publish)
            answered.append(int(packet.payload))
    assert acknowledged == list(range(1, 501))
    assert answered == list(range(500))


# --- publish and subscribe


async def test_what_the_service_publishes_reaches_each_subscriber_once_at_its_qos(bench: Bench) -> None:
    one, zero, other = await bench.connect("one"), await bench.connect("zero"), await bench.connect("other")
    await one.subscribe(f"{JOBS}/notify", f"{JOBS}/#")
    await zero.subscribe(f"{JOBS}/notify", qos=0)
    await other.subscribe("$aws/things/u/jobs/notify", "#", "+/+/+/+/+")
    bench.gateway.publish(f"{JOBS}/notify", b"x")
    assert [(m.payload, m.qos, m.retain) for m in await one.ping()] == [(b"x", 1, False)]
    assert [(m.payload, m.qos) for m in await zero.ping()] == [(b"x", 0)]
    assert await other.ping() == []


@pytest.mark.parametrize(("published", "subscribed", "delivered"), [(0, 0, 0), (0, 1, 0), (1, 0, 0), (1, 1, 1)])
async def test_clients_talk_to_each_other_at_the_lower_qos(
    bench: Bench, published: int, subscribed: int, delivered: int
) -> None:
    speaker, listener = await bench.connect("speaker"), await bench.connect("listener")
    await listener.subscribe("room/+", qos=subscribed)
    await speaker.publish("room/1", b"hello", qos=published)
    assert await speaker.ping() == []
    assert [(m.topic, m.payload, m.qos) for m in await listener.ping()] == [("room/1", b"hello", delivered)]


async def test_nothing_comes_after_unsubscribing(bench: Bench) -> None:
    client = await bench.connect("c")
    await client.subscribe("a", "b/+")
    await client.unsubscribe("a", "b/+", "never/subscribed")
    await client.publish("a")
    await client.publish("b/c")
    assert await client.ping() == []


async def test_filters_beyond_the_limits_are_refused_one_by_one(bench: Bench) -> None:
    client = await bench.connect("c")
    assert await client.subscribe(*(f"a/{i}" for i in range(10))) == (1,) * 8 + (0x80,) * 2
    assert await client.subscribe("a/#/b", "$aws/#", "$SYS/#", "good") == (0x80, 0x80, 0x80, 1)
    for i in range(41):
        assert await client.subscribe(f"b/{i}") == (1,)
    assert await client.subscribe("one/too/many", "good") == (0x80, 1)
    await client.unsubscribe("good")
    assert await client.subscribe("now/it/fits") == (1,)


async def test_a_retained_message_goes_to_new_exact_subscriptions_only(bench: Bench) -> None:
    speaker, present = await bench.connect("speaker"), await bench.connect("present")
    await present.subscribe("state")
    await speaker.publish("state", b"1", retain=True)
    await speaker.publish("state", b"2", qos=1, retain=True)
    assert [(m.payload, m.retain) for m in await present.ping()] == [(b"1", False), (b"2", False)]
    late, wild = await bench.connect("late"), await bench.connect("wild")
    await late.subscribe("state")
    await wild.subscribe("#", "+")
    assert [(m.payload, m.qos, m.retain) for m in await late.ping()] == [(b"2", 1, True)]
    assert await wild.ping() == []
    await speaker.publish("state", b"", qos=1, retain=True)
    await late.ping()
    await late.subscribe("state")
    assert await late.ping() == []


# --- sessions (reference section 11.5)


async def test_a_persistent_session_keeps_filters_and_messages_while_its_client_is_away(bench: Bench) -> None:
    thing = await bench.connect("t", clean=False)
    assert not thing.session_present
    await thing.subscribe(f"{JOBS}/notify")
    await thing.subscribe("loud", qos=0)
    await thing.cut()
    await bench.until("gateway.connected == 0")
    for i in range(150):
        bench.gateway.publish(f"{JOBS}/notify", b"%d" % i)
    bench.gateway.publish("loud", b"lost")
    thing = await bench.connect("t", clean=False)
    assert thing.session_present
    assert [int((await thing.receive()).payload) for _ in range(150)] == list(range(150))
    assert await thing.ping() == []


async def test_what_was_not_acknowledged_is_repeated_with_dup(bench: Bench) -> None:
    thing = await bench.connect("t", clean=False)
    thing.acknowledges = False
    await thing.subscribe(f"{JOBS}/notify")
    bench.gateway.publish(f"{JOBS}/notify", b"x")
    first = await thing.receive()
    await thing.cut()
    thing = await bench.connect("t", clean=False)
    again = await thing.receive()
    assert (again.payload, again.packet_id) == (b"x", first.packet_id)
    assert not first.dup
    assert again.dup
    await thing.ping()
    await thing.close()
    thing = await bench.connect("t", clean=False)
    assert await thing.ping() == [], "it was acknowledged"


async def test_a_clean_session_leaves_nothing_behind(bench: Bench) -> None:
    client = await bench.connect("c", clean=False)
    await client.subscribe("a")
    await client.close()
    client = await bench.connect("c", clean=True)
    assert not client.session_present
    await client.publish("a", b"x", qos=1)
    assert await client.ping() == []
    await client.close()
    assert not (await bench.connect("c", clean=False)).session_present


async def test_a_session_expires_after_an_hour(bench: Bench) -> None:
    client = await bench.connect("c", clean=False)
    await client.subscribe("a")
    await client.close()
    await bench.until("gateway.connected == 0")
    bench.now += limits.SESSION_EXPIRY_SECONDS + 1
    await bench.until("len(gateway._broker.sessions) == 0")
    assert not (await bench.connect("c", clean=False)).session_present


async def test_the_newcomer_with_the_same_client_id_wins(bench: Bench) -> None:
    old = await bench.connect("t")
    new = await bench.connect("t")
    assert await old.closed() == []
    assert await new.ping() == []
    assert bench.gateway.connected == 1
    assert bench.gateway.counters.losses == {LossReason.DUPLICATE_CLIENTID: 1}


async def test_clients_without_an_id_are_given_different_ones(bench: Bench) -> None:
    for _ in range(3):
        client = await bench.connect("")
        await client.publish(UPDATE, b"{}", qos=1)
    names = {client.client_id for client, _, _ in bench.requests}
    assert len(names) == bench.gateway.connected == 3
    assert all(names)


# --- wills


@pytest.mark.parametrize("how", ["cut", "closed without DISCONNECT", "violation", "takeover", "silence"])
async def test_a_will_is_published_when_its_client_is_lost(bench: Bench, how: str) -> None:
    heir = await bench.connect("heir", keep_alive=1200)
    await heir.subscribe("wills/+")
    client = await bench.connect("c", keep_alive=30, will=packets.Will("wills/c", b"gone", 1))
    match how:
        case "cut":
            await client.cut()
        case "closed without DISCONNECT":
            client._writer.close()
        case "violation":
            client.write(b"\xff\xff")
        case "takeover":
            await bench.connect("c")
        case "silence":
            bench.now += 46
    message = await heir.receive()
    assert (message.topic, message.payload, message.qos, message.retain) == ("wills/c", b"gone", 1, False)


async def test_a_will_is_not_published_after_a_goodbye_and_never_to_a_reserved_topic(bench: Bench) -> None:
    heir = await bench.connect("heir")
    await heir.subscribe("#", f"{JOBS}/#")
    polite = await bench.connect("polite", will=packets.Will("wills/polite", b"gone"))
    await polite.close()
    sly = await bench.connect("sly", will=packets.Will(UPDATE, b"{}"))
    await sly.cut()
    await bench.until("gateway.connected == 1")
    assert await heir.ping() == []
    assert bench.requests == []


async def test_a_will_can_be_retained(bench: Bench) -> None:
    client = await bench.connect("c", will=packets.Will("wills/c", b"gone", retain=True))
    await client.cut()
    await bench.until("gateway.connected == 0")
    heir = await bench.connect("heir")
    await heir.subscribe("wills/c")
    assert [m.payload for m in await heir.ping()] == [b"gone"]


# --- what closes a connection, and only that one


def connect_bytes(client_id: str = "x", **fields: Any) -> bytes:
    return wire.encode(packets.Connect(client_id=client_id, **fields))


REFUSED = {
    "MQTT 6": (bytes.fromhex("100d00044d5154540602003c0000000000"[:30]), "20 02 00 01"),
    "MQTT 3.1": (bytes.fromhex("100c00064d514973647003 02003c".replace(" ", "")), "20 02 00 01"),
    "MQTT 9": (connect_bytes(level=9), "20 02 00 01"),
    "no client id for a persistent session": (connect_bytes("", clean_session=False), "20 02 00 02"),
    "a client id with $": (connect_bytes("$aws"), "20 02 00 02"),
    "a client id of 129 bytes": (connect_bytes("é" * 64 + "x"), "20 02 00 02"),
    "a will with a wildcard": (connect_bytes(will=packets.Will("a/#", b"")), ""),
    "a will at QoS 2": (connect_bytes(will=packets.Will("a", b"", 2)), ""),
    "no CONNECT first": (wire.encode(packets.PingReq()), ""),
    "an HTTP request": (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", ""),
    "a TLS hello": (bytes.fromhex("1603010200010001fc0303"), ""),
    "zeros": (bytes(100), ""),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_who_cannot_connect_is_told_why_where_mqtt_can_say_it(bench: Bench, what: str) -> None:
    data, answer = REFUSED[what]
    client = await bench.open()
    client.write(data)
    assert await client._reader.read(-1) == bytes.fromhex(answer)
    assert bench.gateway.connected == 0
    assert bench.gateway.counters.losses == {LossReason.CLIENT_ERROR: 1}


def publish(topic: str, payload: bytes = b"", qos: int = 0, **flags: bool) -> packets.Publish:
    return packets.Publish(topic, payload, qos, 9 if qos else 0, **flags)


VIOLATIONS: dict[str, packets.Packet | bytes] = {
    "a second CONNECT": connect_bytes(),
    "a publish at QoS 2": publish("a", b"", 2),
    "a wildcard in a topic": publish("a/+"),
    "a topic too long": publish("a" * 257),
    "a topic too deep": publish("/" * 8),
    "a payload too large": publish("a", bytes(limits.PAYLOAD_BYTES + 1)),
    "a retained request": publish(UPDATE, b"{}", retain=True),
    "a reserved topic not served": publish("$aws/things/t/shadow/update", b"{}"),
    "another $ topic": publish("$SYS/broker"),
    "a packet only servers send": packets.SubAck(1, (0,)),
    "a step of QoS 2": packets.PubRel(1),
    "a packet announced too large": b"\x30\xff\xff\xff\x7f",
    "a packet type that is none": b"\xf0\x00",
    "a SUBSCRIBE without filters": b"\x82\x02\x00\x01",
}


@pytest.mark.parametrize("what", VIOLATIONS)
async def test_a_violation_closes_its_own_connection_and_no_other(bench: Bench, what: str) -> None:
    neighbour, sinner = await bench.connect("neighbour"), await bench.connect("sinner")
    await neighbour.subscribe("#")
    sinner.write(VIOLATIONS[what])
    sinner.write(publish("after", b"the end"))
    assert await sinner.closed() == []
    assert await neighbour.ping() == [], "nothing after the violation counts"
    assert bench.requests == []
    assert bench.gateway.counters.losses == {LossReason.CLIENT_ERROR: 1}


async def test_the_largest_message_passes(bench: Bench) -> None:
    client = await bench.connect("c")
    topic = "/".join(["t" * 31] * 7 + ["t" * 32])
    assert (len(topic), topic.count("/")) == (256, 7)
    await client.subscribe(topic)
    await client.publish(topic, bytes(limits.PAYLOAD_BYTES), qos=1)
    assert len((await client.receive()).payload) == limits.PAYLOAD_BYTES


async def test_any_bytes_at_all_harm_nobody_else(bench: Bench) -> None:
    rng = random.Random(20)
    neighbour = await bench.connect("neighbour")
    await neighbour.subscribe(f"{JOBS}/#")
    valid = [wire.encode(VIOLATIONS[what]) if not isinstance(VIOLATIONS[what], bytes) else b"" for what in VIOLATIONS]
    valid += [connect_bytes("fuzz"), wire.encode(publish(UPDATE, b"{}", 1)), b"\xc0\x00", b"\x40\x02\x00\x01"]
    for i in range(300):
        vandal = await MqttClient.open(bench.gateway.port)
        if i % 2:
            vandal.write(connect_bytes(f"vandal-{i % 7}"))
        stream = bytearray(b"".join(rng.choices(valid, k=rng.randrange(1, 6))))
        for _ in range(rng.randrange(8)):
            if stream:
                stream[rng.randrange(len(stream))] = rng.randrange(256)
        vandal.write(bytes(stream) + rng.randbytes(rng.randrange(40)))
        if rng.random() < 0.5:
            await asyncio.sleep(0)
        await vandal.cut()
    await neighbour.publish(UPDATE, b"still here", qos=1)
    assert (await neighbour.receive()).payload == b"still here"
    await bench.until("gateway.connected == 1")
    await bench.until("len(gateway._connections) == 1")


# --- time


@pytest.mark.parametrize(("keep_alive", "patience"), [(1, 45), (30, 45), (60, 90), (0, 1800), (65_535, 1800)])
async def test_a_silent_client_is_lost_after_one_and_a_half_keep_alives_within_the_bounds_of_aws(
    bench: Bench, keep_alive: int, patience: int
) -> None:
    client = await bench.connect("c", keep_alive=keep_alive)
    bench.now += patience - 2
    assert await client.ping() == []
    bench.now += patience - 2
    await asyncio.sleep(0.05)
    assert bench.gateway.connected == 1, "a packet came meanwhile"
    bench.now += 4
    assert await client.closed() == []
    assert bench.gateway.counters.losses == {LossReason.MQTT_KEEP_ALIVE_TIMEOUT: 1}


async def test_a_socket_that_never_says_connect_is_closed_after_ten_seconds(bench: Bench) -> None:
    silent, slow = await bench.open(), await bench.open()
    slow.write(connect_bytes("slow")[:5])
    await bench.until("gateway.counters.accepted == 2")
    bench.now += 9
    await asyncio.sleep(0.05)
    assert bench.gateway.counters.losses == {}
    bench.now += 3
    assert await silent.closed() == []
    assert await slow.closed() == []


async def test_a_pause_of_the_gateway_itself_is_not_held_against_its_clients(bench: Bench) -> None:
    client = await bench.connect("c", keep_alive=30)
    client.write(packets.PingReq())
    bench.now += 3600  # as if this process had been stopped: the ticker is due, and the PINGREQ waits in the socket
    assert bench.gateway._ticker is not None
    bench.gateway._ticker.cancel()
    bench.gateway._tick(asyncio.get_running_loop())
    assert bench.gateway.connected == 1
    assert await client.next_packet() == packets.PingResp()
    await asyncio.sleep(0.05)
    assert bench.gateway.connected == 1


# --- those who do not read


async def test_a_client_that_does_not_read_is_cut_off_and_counted_and_others_are_served(bench: Bench) -> None:
    reader = await bench.connect("reader")
    await reader.subscribe("flood", qos=0)
    sleeper = await bench.connect("sleeper")
    await sleeper.subscribe("flood", qos=0)
    sleeper._writer.transport.pause_reading()  # type: ignore[attr-defined]
    received = 0
    for _ in range(64 * WRITE_BUFFER_BYTES // limits.PAYLOAD_BYTES):  # more than any socket buffer takes
        bench.gateway.publish("flood", bytes(limits.PAYLOAD_BYTES))
        received += len((await reader.receive()).payload)
        if bench.gateway.counters.slow_readers:
            break
    assert bench.gateway.counters.slow_readers == 1
    assert bench.gateway.counters.losses == {LossReason.THROTTLED: 1}
    assert await reader.ping() == []
    assert received >= WRITE_BUFFER_BYTES


async def test_a_client_that_asks_for_far_more_than_it_reads_in_one_go_is_cut_off_at_once(bench: Bench) -> None:
    writer, greedy = await bench.connect("writer"), await bench.connect("greedy")
    await writer.publish("kept", bytes(limits.PAYLOAD_BYTES), 1, retain=True)
    greedy._writer.transport.pause_reading()  # type: ignore[attr-defined]
    ask = wire.encode(packets.Subscribe(1, (("kept", 0),)))
    greedy.write(ask * 2000)  # asks for 250 MiB
    await bench.until("gateway.counters.slow_readers == 1")
    # what the system takes off the gateway's hands, at most 6 MiB on Linux, does not count as waiting
    assert bench.gateway.counters.delivered * limits.PAYLOAD_BYTES <= REPLAYED_BYTES + 8 * 1024 * 1024
    assert await writer.ping() == []


async def test_others_are_answered_while_a_flood_that_came_at_once_is_worked_off_in_slices(bench: Bench) -> None:
    flooder, other = await bench.connect("flooder"), await bench.connect("other")
    line = bench.gateway.client("flooder")
    assert line is not None
    flood = [wire.encode(packets.Publish("own", b"%d" % number, 1, number + 1)) for number in range(100)]
    line.data_received(b"".join(flood))
    assert bench.gateway.counters.received == SLICE_COST
    assert await other.ping() == []
    assert bench.gateway.counters.received < len(flood)
    for number in range(100):
        assert await flooder.next_packet() == packets.PubAck(number + 1)
    assert await flooder.ping() == []  # it is read again


async def test_many_who_are_lost_at_once_are_seen_to_some_at_a_time(bench: Bench) -> None:
    heir = await bench.connect("heir")
    await heir.subscribe("wills/+")
    count = 3 * FAREWELLS_IN_A_TURN + 5
    clients = [
        await bench.connect(f"c{number}", will=packets.Will(f"wills/{number}", b"gone")) for number in range(count)
    ]
    for client in clients:
        client._writer.close()
    there = [count]
    async with asyncio.timeout(5):
        while there[-1]:
            await asyncio.sleep(0)
            there.append(bench.gateway.connected - 1)
    assert max(before - after for before, after in itertools.pairwise(there)) == FAREWELLS_IN_A_TURN
    assert bench.gateway.counters.losses == {LossReason.CONNECTION_LOST: count}
    assert {m.topic for m in await heir.ping()} == {f"wills/{number}" for number in range(count)}


async def test_who_comes_back_before_the_lost_line_was_seen_to_takes_it_over(bench: Bench) -> None:
    await bench.connect("c", clean=False)
    old = bench.gateway.client("c")
    assert old is not None
    old.eof_received()
    back = packets.Connect(client_id="c", clean_session=False)
    new = bench.gateway.new_client()
    new.connection_made(KeptTransport())
    new.data_received(wire.encode(back))
    assert bench.gateway.client("c") is new
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert bench.gateway.client("c") is new
    assert bench.gateway.connected == 1
    new.connection_lost(None)
    await bench.expect_loss(LossReason.CONNECTION_LOST)
    assert bench.gateway.connected == 0


async def test_a_large_packet_counts_for_many_small_ones(bench: Bench) -> None:
    await bench.connect("flooder")
    line = bench.gateway.client("flooder")
    assert line is not None
    line.data_received(wire.encode_publish("own", bytes(60_000)) * 3)
    assert bench.gateway.counters.received == 2
    await bench.until("gateway.counters.received == 3")


async def test_a_flooder_that_is_cut_off_while_it_waits_for_its_turn_is_forgotten(bench: Bench) -> None:
    flooder = await bench.connect("flooder")
    line = bench.gateway.client("flooder")
    assert line is not None
    line.data_received(wire.encode_publish("own", b"") * 1000)
    line.cut()
    await flooder.closed()
    assert bench.gateway.counters.received == SLICE_COST
    assert bench.gateway.connected == 0


async def test_a_client_that_does_not_acknowledge_costs_a_bounded_queue(bench: Bench) -> None:
    client = await bench.connect("c")
    client.acknowledges = False
    await client.subscribe("a")
    total = limits.IN_FLIGHT + sessions.QUEUED_MESSAGES + 5
    for i in range(total):
        bench.gateway.publish("a", b"%d" % i)
    first = await client.ping()
    assert [int(m.payload) for m in first] == list(range(limits.IN_FLIGHT))
    assert bench.gateway.counters.dropped == 5
    client.acknowledges = True
    for message in first:
        client.write(packets.PubAck(message.packet_id))
    rest = [int((await client.receive()).payload) for _ in range(sessions.QUEUED_MESSAGES)]
    assert rest == list(range(limits.IN_FLIGHT + 5, total)), "the oldest that waited were dropped"


async def test_a_closed_connection_that_does_not_take_its_last_bytes_is_dropped_in_the_end(bench: Bench) -> None:
    client = await bench.connect("c")
    await client.subscribe("flood", qos=0)
    client._writer.transport.pause_reading()  # type: ignore[attr-defined]
    (served,) = bench.gateway._connections
    transport = served._transport
    assert transport is not None
    while not transport.get_write_buffer_size():
        bench.gateway.publish("flood", bytes(limits.PAYLOAD_BYTES))
        await asyncio.sleep(0)
    client.write(b"\xff\xff")
    await bench.expect_loss(LossReason.CLIENT_ERROR)
    await asyncio.sleep(0.05)
    assert len(bench.gateway._connections) == 1, "it is given time"
    bench.now += 7
    await bench.until("len(gateway._connections) == 0")


# --- starting and stopping


async def test_a_busy_port_is_named_with_what_to_do(bench: Bench) -> None:
    second = Gateway(lambda *_: None)
    with pytest.raises(InputError) as caught:
        await second.start("127.0.0.1", bench.gateway.port)
    port = bench.gateway.port
    assert str(caught.value) == (
        f"127.0.0.1:{port}: another program listens on port {port}; stop it, or ask for port 0 to get a free one"
    )
    await second.close()


@pytest.mark.parametrize(
    ("host", "port", "sentence"),
    [
        ("127.0.0.1", 70_000, "127.0.0.1:70000: 70000 is no port; ask for a port from 0 to 65535"),
        ("192.0.2.1", 0, "192.0.2.1:0: cannot listen there: "),
    ],
)
async def test_an_address_that_is_none_of_this_machine_is_named(host: str, port: int, sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        await Gateway(lambda *_: None).start(host, port)
    assert str(caught.value).startswith(sentence)


async def test_closing_disconnects_everybody_publishes_no_wills_and_frees_the_port(bench: Bench) -> None:
    port = bench.gateway.port
    heir = await bench.connect("heir")
    await heir.subscribe("wills/+")
    others = [await bench.connect(f"c-{i}", will=packets.Will("wills/c", b"gone")) for i in range(20)]
    silent = await bench.open()
    await bench.gateway.close()
    await bench.gateway.close()
    for client in (heir, silent, *others):
        assert await client.closed() == []
    assert bench.gateway.connected == 0
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", port))
    bench.gateway.publish("wills/c", b"to nobody")
    bench.requests.clear()


def test_it_serves_on_uvloop_as_well() -> None:
    uvloop = pytest.importorskip("uvloop", reason="uvloop is not made for this system")

    async def converse() -> list[bytes]:
        gateway = Gateway(lambda client, topic, payload: client.send(f"{topic}/accepted", payload))
        await gateway.start("127.0.0.1", 0)
        thing = await MqttClient.connect(gateway.port, "t")
        await thing.subscribe(*thing_filters("t"))
        for i in range(3):
            await thing.publish(UPDATE, b"%d" % i, qos=1)
        received = [(await thing.receive()).payload for _ in range(3)]
        await gateway.close()
        assert await thing.closed() == []
        await thing.cut()
        return received

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(converse()) == [b"0", b"1", b"2"]


def test_newcomers_need_not_wait_for_a_busy_loop_one_by_one() -> None:
    uvloop = pytest.importorskip("uvloop", reason="uvloop is not made for this system")

    def work(seconds: float) -> None:
        end = time.thread_time() + seconds
        while time.thread_time() < end:
            pass

    async def turns_until_all_are_in(count: int) -> int:
        gateway = Gateway(lambda *_: None)
        await gateway.start("127.0.0.1", 0)
        waiting = [socket.create_connection(("127.0.0.1", gateway.port)) for _ in range(count)]
        turns = 0
        while gateway.counters.accepted < count and turns < 1000:
            work(0.02)  # those inside are at it
            await asyncio.sleep(0)
            turns += 1
        for client in waiting:
            client.close()
        await gateway.close()
        return turns

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(turns_until_all_are_in(100)) < 20


# --- clients written by others


async def test_paho_converses_with_it_from_a_thread(bench: Bench) -> None:
    loop = asyncio.get_running_loop()
    arrived: asyncio.Queue[tuple[str, bytes, int]] = asyncio.Queue()
    client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id="paho", clean_session=False)
    subscribed = asyncio.Event()

    def on_message(_client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        loop.call_soon_threadsafe(arrived.put_nowait, (message.topic, message.payload, message.qos))

    client.on_connect = lambda *_: client.subscribe([(f"{JOBS}/+/update/+", 1), (f"{JOBS}/notify", 1)])
    client.on_subscribe = lambda *_: loop.call_soon_threadsafe(subscribed.set)
    client.on_message = on_message
    client.connect_async("127.0.0.1", bench.gateway.port)
    client.loop_start()
    try:
        async with asyncio.timeout(10):
            await subscribed.wait()
            client.publish(UPDATE, b"{}", qos=1)
            assert await arrived.get() == (f"{UPDATE}/accepted", b"{}", 1)
            bench.gateway.publish(f"{JOBS}/notify", b"news")
            assert await arrived.get() == (f"{JOBS}/notify", b"news", 1)
            client.disconnect()
            await bench.expect_loss(LossReason.CLIENT_INITIATED_DISCONNECT)
    finally:
        await asyncio.to_thread(stop_loop, client)


@pytest.mark.skipif(not shutil.which("mosquitto_sub"), reason="the mosquitto clients are not installed")
async def test_the_mosquitto_clients_converse_with_it(bench: Bench) -> None:
    port = str(bench.gateway.port)
    common = ("-h", "127.0.0.1", "-p", port, "-V", "311", "-q", "1")
    listener = await asyncio.create_subprocess_exec(
        "mosquitto_sub", *common, "-t", "room/#", "-C", "2", "-F", "%t %q %p", stdout=asyncio.subprocess.PIPE
    )
    await bench.until("len(gateway._broker.subscriptions) == 1")
    for payload in ("one", "two"):
        speaker = await asyncio.create_subprocess_exec("mosquitto_pub", *common, "-t", "room/1", "-m", payload)
        assert await speaker.wait() == 0
    output, _ = await listener.communicate()
    assert output.decode().split("\n") == ["room/1 1 one", "room/1 1 two", ""]


async def test_answers_follow_the_subscriptions_as_they_change(bench: Bench) -> None:
    """The QoS of an answer is remembered from one to the next, but not beyond a change of the filters."""
    thing = await bench.connect("t")
    for change, delivered in ((None, 0), (thing.subscribe, 1), (thing.unsubscribe, 0), (thing.subscribe, 1)):
        if change is not None:
            await change(f"{UPDATE}/+")
        for _ in range(2):
            await thing.publish(UPDATE, b"{}")
            (answer,) = await thing.ping()
            assert (answer.topic, answer.qos) == (f"{UPDATE}/accepted", delivered)
