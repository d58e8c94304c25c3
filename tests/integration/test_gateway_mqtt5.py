"""MQTT 5 on real sockets: what AWS IoT Core grants, passes on, refuses, and how it says so."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from simulator.endpoint import packets, wire
from simulator.endpoint.packets import NO_LOCAL, RETAIN_AS_PUBLISHED
from simulator.endpoint.properties import Properties
from simulator.endpoint.reasons import LossReason, Reason
from simulator.jobs import limits
from tests.support.gateway import Bench, served
from tests.support.mqtt_client import MqttClient

JOBS = "$aws/things/t/jobs"
UPDATE = f"{JOBS}/j/update"


@pytest.fixture
async def bench(caplog: pytest.LogCaptureFixture) -> AsyncIterator[Bench]:
    async with served(caplog) as bench:
        yield bench


async def connect(bench: Bench, client_id: str, **options: Any) -> MqttClient:
    properties = Properties(**options.pop("properties", {}))
    return await bench.connect(client_id, level=5, properties=properties, **options)


async def reason_of_end(client: MqttClient) -> int:
    """Wait for the end of a connection; return the reason of the DISCONNECT before it."""
    last = (await client.closed())[-1]
    assert isinstance(last, packets.Disconnect)
    return last.reason


# --- CONNECT


async def test_connack_tells_what_aws_offers(bench: Bench) -> None:
    client = await connect(bench, "t", keep_alive=5, properties={"session_expiry": 0xFFFFFFFF})
    assert client.connack.properties == Properties(
        session_expiry=7 * 86_400,
        receive_maximum=100,
        maximum_qos=1,
        retain_available=1,
        maximum_packet_size=149_504,
        topic_alias_maximum=8,
        wildcard_subscription_available=1,
        subscription_identifiers_available=0,
        shared_subscription_available=1,
        server_keep_alive=30,
    )


async def test_a_client_without_an_id_is_told_which_it_was_given(bench: Bench) -> None:
    one, two = await connect(bench, "", clean=False), await connect(bench, "")
    given = [client.connack.properties.assigned_client_id for client in (one, two) if client.connack.properties]
    assert len(set(given)) == 2
    assert all(bench.gateway.client(client_id or "") is not None for client_id in given)


def connect_bytes(client_id: str = "x", properties: Properties | None = None, **fields: Any) -> bytes:
    return wire.encode(packets.Connect(client_id=client_id, level=5, properties=properties, **fields))


REFUSED = {
    "a client id with $": (connect_bytes("$aws"), Reason.CLIENT_IDENTIFIER_NOT_VALID),
    "a client id of 129 bytes": (connect_bytes("x" * 129), Reason.CLIENT_IDENTIFIER_NOT_VALID),
    "enhanced authentication": (
        connect_bytes(properties=Properties(authentication_method="SCRAM-SHA-1")),
        Reason.BAD_AUTHENTICATION_METHOD,
    ),
    "authentication data alone": (connect_bytes(properties=Properties(authentication_data=b"")), Reason.PROTOCOL_ERROR),
    "a will at QoS 2": (connect_bytes(will=packets.Will("a", b"", 2)), Reason.QOS_NOT_SUPPORTED),
    "a will with a wildcard": (connect_bytes(will=packets.Will("a/#", b"")), Reason.TOPIC_NAME_INVALID),
    "a receive maximum of 0": (connect_bytes(properties=Properties(receive_maximum=0)), Reason.PROTOCOL_ERROR),
    "bytes that go on": (b"\x10\x0e\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x00\x00", Reason.MALFORMED_PACKET),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_who_is_refused_is_told_why(bench: Bench, what: str) -> None:
    data, reason = REFUSED[what]
    client = await MqttClient.open(bench.gateway.port, level=5)
    client.write(data)
    (answer,) = await client.closed()
    assert isinstance(answer, packets.ConnAck)
    assert (answer.session_present, answer.code) == (False, reason)
    assert answer.properties is not None
    assert answer.properties.reason_string
    assert (bench.gateway.connected, bench.gateway.counters.refused_connects) == (0, 1)
    await client.cut()


# --- messages and their properties


PASSED_ON: dict[str, Any] = {
    "payload_format": 1,
    "content_type": "text/plain",
    "response_topic": "answers/1",
    "correlation_data": b"\x00\x07",
    "user": (("a", "1"), ("a", "2")),
}


async def test_properties_are_passed_on_to_mqtt_5_and_dropped_for_3(bench: Bench) -> None:
    sender, new, old = await connect(bench, "s"), await connect(bench, "n"), await bench.connect("o")
    await new.subscribe("a", qos=1)
    await old.subscribe("a", qos=1)
    assert await sender.publish("a", b"hello", 1, properties=Properties(**PASSED_ON, message_expiry=9)) == 0
    assert (await new.receive()).properties == Properties(**PASSED_ON, message_expiry=9)
    assert await old.receive() == packets.Publish("a", b"hello", 1, 1)


async def test_replies_of_the_service_reach_a_client_of_mqtt_5_at_its_qos(bench: Bench) -> None:
    """Checklist 109 and 110, in MQTT 5."""
    thing = await connect(bench, "t")
    assert await thing.subscribe(f"{JOBS}/+/update/accepted") == (1,)
    await thing.publish(UPDATE, b"0")
    assert await thing.publish(UPDATE, b"1", 1) == 0
    answers = [await thing.receive(), await thing.receive()]
    assert [(m.topic, m.payload, m.qos) for m in answers] == [(f"{UPDATE}/accepted", b"%d" % i, 1) for i in range(2)]
    assert await thing.ping() == []


async def test_a_publish_that_nobody_subscribed_to_is_acknowledged_as_such(bench: Bench) -> None:
    client = await connect(bench, "c")
    assert await client.publish("a", b"", 1) == Reason.NO_MATCHING_SUBSCRIBERS
    await client.subscribe("a")
    assert await client.publish("a", b"", 1) == Reason.SUCCESS


async def test_a_message_that_waited_too_long_is_not_sent_and_the_rest_of_its_time_is_told(bench: Bench) -> None:
    client = await connect(bench, "c", clean=False, properties={"session_expiry": 600})
    await client.subscribe("a", qos=1)
    await client.cut()
    await bench.until("gateway.connected == 0")
    sender = await connect(bench, "s")
    for seconds in (10, 100):
        await sender.publish("a", b"%d" % seconds, 1, properties=Properties(message_expiry=seconds))
    await sender.publish("a", b"ever", 1)
    bench.now += 30
    client = await connect(bench, "c", clean=False, properties={"session_expiry": 600})
    assert client.session_present
    messages = await client.ping()
    assert [(m.payload, m.properties) for m in messages] == [(b"100", Properties(message_expiry=70)), (b"ever", None)]
    assert bench.gateway.counters.expired == 1


async def test_what_3_does_not_say_about_expiry_holds_for_its_subscribers_too(bench: Bench) -> None:
    client = await bench.connect("c", clean=False)
    await client.subscribe("a", qos=1)
    await client.cut()
    await bench.until("gateway.connected == 0")
    await (await connect(bench, "s")).publish("a", b"late", 1, properties=Properties(message_expiry=10))
    bench.now += 11
    assert await (await bench.connect("c", clean=False)).ping() == []


async def test_topic_aliases_go_both_ways(bench: Bench) -> None:
    client = await connect(bench, "c", properties={"topic_alias_maximum": 1})
    await client.subscribe("a", "b", qos=0)
    for topic, alias in (("a", 8), ("", 8), ("b", 8), ("", 8)):
        client.write(packets.Publish(topic, b"x", properties=Properties(topic_alias=alias)))
    messages = await client.ping()
    aliases = [m.properties.topic_alias if m.properties else None for m in messages]
    assert list(zip([m.topic for m in messages], aliases, strict=True)) == [("a", 1), ("", 1), ("b", None), ("b", None)]


async def test_a_message_larger_than_a_client_takes_is_not_sent_to_it(bench: Bench) -> None:
    client = await connect(bench, "c", properties={"maximum_packet_size": 50, "topic_alias_maximum": 8})
    await client.subscribe("a", qos=1)
    for size in (46, 20):
        await client.publish("a", bytes(size))
    await client.publish("a", bytes(46), 1)
    assert [len(m.payload) for m in await client.ping()] == [20]
    assert bench.gateway.counters.too_large == 2


async def test_no_more_go_unacknowledged_than_the_client_allows(bench: Bench) -> None:
    client = await connect(bench, "c", properties={"receive_maximum": 2})
    client.acknowledges = False
    await client.subscribe("a", qos=1)
    for number in range(3):
        await client.publish("a", b"%d" % number, 1)
    first, second = await client.ping()
    client.write(packets.PubAck(first.packet_id))
    assert (await client.receive()).payload == b"2"
    assert second.payload == b"1"


async def test_a_resumed_session_repeats_no_more_than_the_new_connection_allows(bench: Bench) -> None:
    client = await connect(bench, "c", clean=False, properties={"session_expiry": 60})
    client.acknowledges = False
    await client.subscribe("a", qos=1)
    for number in range(4):
        await client.publish("a", b"%d" % number, 1)
    assert len(await client.ping()) == 4
    await client.cut()
    await bench.until("gateway.connected == 0")
    client = await connect(bench, "c", clean=False, properties={"session_expiry": 60, "receive_maximum": 3})
    messages = [await client.receive() for _ in range(4)]
    assert [(m.payload, m.dup) for m in messages] == [(b"0", True), (b"1", True), (b"2", True), (b"3", False)]


# --- subscriptions


async def test_no_local_and_retain_as_published(bench: Bench) -> None:
    one, two = await connect(bench, "1"), await connect(bench, "2")
    await one.subscribe("a", options=NO_LOCAL)
    await two.subscribe("a", options=RETAIN_AS_PUBLISHED)
    await one.publish("a", b"x", 1, retain=True)
    assert await one.ping() == []
    assert [(m.payload, m.retain) for m in await two.ping()] == [(b"x", True)]
    await two.publish("a", b"y", 1, retain=True)
    assert [(m.payload, m.retain) for m in await one.ping()] == [(b"y", False)]


async def test_overlapping_filters_bring_one_copy_with_joined_options(bench: Bench) -> None:
    client = await connect(bench, "c")
    await client.subscribe("a/+", options=NO_LOCAL, qos=0)
    await client.subscribe("a/b", options=RETAIN_AS_PUBLISHED, qos=1)
    await client.publish("a/b", b"x", 1, retain=True)
    assert [(m.qos, m.retain) for m in await client.ping()] == [(1, True)]


async def test_retain_handling_says_when_a_retained_message_is_sent(bench: Bench) -> None:
    client = await connect(bench, "c")
    await client.publish("a", b"kept", 1, retain=True, properties=Properties(content_type="x", message_expiry=50))
    received = []
    for handling in (2, 1, 1, 0, 0):
        await client.subscribe("a", options=handling << 4)
        received.append(len(await client.ping()))
        if handling == 2:
            await client.unsubscribe("a")
    assert received == [0, 1, 0, 1, 1]
    bench.now += 20
    await client.subscribe("a")
    (message,) = await client.ping()
    assert (message.retain, message.properties) == (True, Properties(content_type="x", message_expiry=30))
    bench.now += 31
    await client.subscribe("a")
    assert await client.ping() == []


async def test_codes_tell_what_became_of_each_filter(bench: Bench) -> None:
    client = await connect(bench, "c")
    assert await client.subscribe("a/#/b", "$SYS/x", "b", qos=2) == (Reason.TOPIC_FILTER_INVALID,) * 2 + (1,)
    assert (await client.subscribe(*(f"f{i}" for i in range(10))))[7:] == (
        1,
        Reason.QUOTA_EXCEEDED,
        Reason.QUOTA_EXCEEDED,
    )
    assert await client.unsubscribe("b", "c") == (Reason.SUCCESS, Reason.NO_SUBSCRIPTION_EXISTED)


async def test_a_connection_has_at_most_fifty_subscriptions(bench: Bench) -> None:
    client = await connect(bench, "c")
    codes = [(await client.subscribe(f"f/{i}"))[0] for i in range(51)]
    assert codes == [1] * 50 + [Reason.QUOTA_EXCEEDED]
    assert await client.subscribe("f/0", qos=0) == (0,)


@pytest.mark.parametrize("level", [4, 5])
async def test_a_shared_subscription_gives_each_message_to_one_of_its_group(bench: Bench, level: int) -> None:
    members = [await bench.connect(f"m{i}", level=level) for i in range(3)]
    outsider = await bench.connect("o", level=level)
    for member in members:
        assert await member.subscribe("$share/group/a/+") == (1,)
    assert await outsider.subscribe("$share/other/a/+", "a/b") == (1, 1)
    for number in range(6):
        await outsider.publish("a/b", b"%d" % number, 1)
    received = [[m.payload for m in await member.ping()] for member in members]
    assert received == [[b"0", b"3"], [b"1", b"4"], [b"2", b"5"]]
    assert len(await outsider.ping()) == 12
    await members[0].unsubscribe("$share/group/a/+")
    await members[1].cut()
    await bench.until("gateway.connected == 3")
    await outsider.publish("a/b", b"", 1)
    assert (len(await members[0].ping()), len(await members[2].ping())) == (0, 1)


async def test_a_shared_message_is_kept_for_an_absent_member_only_if_nobody_is_there(bench: Bench) -> None:
    away = await bench.connect("away", clean=False)
    await away.subscribe("$share/g/a")
    await away.cut()
    await bench.until("gateway.connected == 0")
    sender, here = await connect(bench, "s"), await connect(bench, "h")
    assert await sender.publish("a", b"kept", 1) == 0
    await here.subscribe("$share/g/a")
    await sender.publish("a", b"now", 1)
    assert [m.payload for m in await here.ping()] == [b"now"]
    assert [m.payload for m in await (await bench.connect("away", clean=False)).ping()] == [b"kept"]


@pytest.mark.parametrize("topic_filter", ["$share/a", "$share//a", "$share/+/a", "$share/g/", "$share/g/$SYS/x"])
async def test_a_shared_filter_that_is_none_is_refused(bench: Bench, topic_filter: str) -> None:
    assert await (await connect(bench, "c")).subscribe(topic_filter) == (Reason.TOPIC_FILTER_INVALID,)
    assert await (await bench.connect("d")).subscribe(topic_filter) == (0x80,)


# --- what ends a connection, and what is said then


def publish(topic: str, payload: bytes = b"", qos: int = 0, **more: Any) -> packets.Publish:
    retain = more.pop("retain", False)
    properties = Properties(**more) if more else None
    return packets.Publish(topic, payload, qos, 9 if qos else 0, retain=retain, properties=properties)


VIOLATIONS: dict[str, tuple[packets.Packet | bytes, Reason]] = {
    "QoS 2": (publish("a", b"", 2), Reason.QOS_NOT_SUPPORTED),
    "a wildcard in a topic": (publish("a/+"), Reason.TOPIC_NAME_INVALID),
    "a topic too long": (publish("a" * 257), Reason.TOPIC_NAME_INVALID),
    "a topic with eight slashes": (publish("/" * 8), Reason.TOPIC_NAME_INVALID),
    "a retained request": (publish(UPDATE, b"{}", retain=True), Reason.TOPIC_NAME_INVALID),
    "a reserved topic not served": (publish("$aws/x"), Reason.TOPIC_NAME_INVALID),
    "a payload too large": (publish("a", bytes(limits.PAYLOAD_BYTES + 1)), Reason.PACKET_TOO_LARGE),
    "a packet announced too large": (b"\x30\xff\xff\xff\x7f", Reason.PACKET_TOO_LARGE),
    "too many user properties": (publish("a", user=(("n", "v" * 9000),)), Reason.PACKET_TOO_LARGE),
    "a topic alias of 0": (publish("a", topic_alias=0), Reason.TOPIC_ALIAS_INVALID),
    "a topic alias of 9": (publish("a", topic_alias=9), Reason.TOPIC_ALIAS_INVALID),
    "a topic alias without a topic": (publish("", topic_alias=1), Reason.PROTOCOL_ERROR),
    "neither topic nor alias": (publish("", content_type="x"), Reason.PROTOCOL_ERROR),
    "a subscription identifier": (publish("a", subscription_identifiers=(1,)), Reason.PROTOCOL_ERROR),
    "a wildcard in a response topic": (publish("a", response_topic="b/#"), Reason.PROTOCOL_ERROR),
    "a payload that is no text": (
        publish("a", b"\xff", payload_format=1),
        Reason.PAYLOAD_FORMAT_INVALID,
    ),
    "a subscription with an identifier": (
        packets.Subscribe(1, (("a", 0),), Properties(subscription_identifiers=(1,))),
        Reason.SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED,
    ),
    "a shared subscription that is no-local": (packets.Subscribe(1, (("$share/g/a", 4),)), Reason.PROTOCOL_ERROR),
    "reserved subscription options": (packets.Subscribe(1, (("a", 0xC0),)), Reason.MALFORMED_PACKET),
    "an AUTH": (packets.Auth(0x18), Reason.PROTOCOL_ERROR),
    "a second CONNECT": (connect_bytes(), Reason.PROTOCOL_ERROR),
    "an expiry for a session that had none": (
        packets.Disconnect(0, Properties(session_expiry=5)),
        Reason.PROTOCOL_ERROR,
    ),
    "a hundred and one unacknowledged": (
        b"".join(wire.encode(packets.Publish("a", b"", 1, i + 1), 5) for i in range(101)),
        Reason.RECEIVE_MAXIMUM_EXCEEDED,
    ),
}


@pytest.mark.parametrize("what", VIOLATIONS)
async def test_a_violation_is_named_and_closes_no_other_connection(bench: Bench, what: str) -> None:
    data, reason = VIOLATIONS[what]
    neighbour, sinner = await connect(bench, "neighbour"), await connect(bench, "sinner")
    await neighbour.subscribe("after")
    sinner.write(data)
    sinner.write(publish("after", b"the end"))
    assert await reason_of_end(sinner) == reason
    assert await neighbour.ping() == []
    assert bench.gateway.counters.losses == {LossReason.CLIENT_ERROR: 1}


async def test_a_hundred_unacknowledged_are_allowed(bench: Bench) -> None:
    client = await connect(bench, "c")
    client.write(b"".join(wire.encode(packets.Publish("a", b"", 1, i + 1), 5) for i in range(100)))
    acknowledged = [await client.next_packet() for _ in range(100)]
    assert [p.packet_id for p in acknowledged if isinstance(p, packets.PubAck)] == list(range(1, 101))


async def test_the_loser_of_a_takeover_is_told(bench: Bench) -> None:
    """Checklist 104, as MQTT 5 says it."""
    old = await connect(bench, "t")
    await connect(bench, "t")
    assert await reason_of_end(old) == Reason.SESSION_TAKEN_OVER


async def test_who_is_silent_for_one_and_a_half_keep_alives_is_told(bench: Bench) -> None:
    client = await connect(bench, "t", keep_alive=40)
    bench.now += 59
    await client.ping()
    bench.now += 61.5
    assert await reason_of_end(client) == Reason.KEEP_ALIVE_TIMEOUT


async def test_the_end_of_the_gateway_is_told(bench: Bench) -> None:
    client = await connect(bench, "t", will=packets.Will("w", b""))
    await bench.gateway.close()
    assert await reason_of_end(client) == Reason.SERVER_SHUTTING_DOWN


async def test_an_administrator_ends_a_connection_with_a_reason(bench: Bench) -> None:
    client = await connect(bench, "t")
    served = bench.gateway.client("t")
    assert served is not None
    served.disconnect(Reason.QUOTA_EXCEEDED)
    assert await reason_of_end(client) == Reason.QUOTA_EXCEEDED
    assert bench.gateway.client("t") is None


# --- sessions and wills


async def test_a_session_lives_as_long_as_its_client_asked(bench: Bench) -> None:
    for seconds, present in ((20, True), (22, False)):
        client = await connect(bench, "c", clean=False, properties={"session_expiry": 20})
        await client.subscribe("a")
        await client.close()
        await bench.until("gateway.connected == 0")
        bench.now += seconds
        if not present:
            await bench.until("len(gateway._broker.sessions) == 0")
        client = await connect(bench, "c", clean=False, properties={"session_expiry": 20})
        assert client.session_present == present
        await client.close()
        await bench.until("gateway.connected == 0")


async def test_without_an_expiry_a_session_ends_with_its_connection(bench: Bench) -> None:
    await (await connect(bench, "c", clean=False)).close()
    await bench.until("gateway.connected == 0")
    assert not (await connect(bench, "c", clean=False)).session_present


async def test_a_goodbye_may_change_how_long_the_session_lives(bench: Bench) -> None:
    client = await connect(bench, "c", clean=False, properties={"session_expiry": 600})
    client.write(packets.Disconnect(0, Properties(session_expiry=0)))
    await client.closed()
    assert not (await connect(bench, "c", clean=False)).session_present


async def connect_with_will(bench: Bench, delay: int, **options: Any) -> MqttClient:
    will = packets.Will("w", b"gone", 1, properties=Properties(will_delay=delay, content_type="t"))
    return await connect(bench, "c", will=will, properties={"session_expiry": 100}, **options)


async def test_a_will_waits_for_its_delay(bench: Bench) -> None:
    heir = await connect(bench, "heir")
    await heir.subscribe("w")
    await (await connect_with_will(bench, 30)).cut()
    await bench.until("gateway.connected == 1")
    assert await heir.ping() == []
    bench.now += 31
    will = await heir.receive()
    assert (will.payload, will.properties) == (b"gone", Properties(content_type="t"))


async def test_who_comes_back_in_time_takes_the_will_back(bench: Bench) -> None:
    heir = await connect(bench, "heir")
    await heir.subscribe("w")
    await (await connect_with_will(bench, 30)).cut()
    await bench.until("gateway.connected == 1")
    assert (await connect(bench, "c", clean=False, properties={"session_expiry": 100})).session_present
    bench.now += 40
    assert await heir.ping() == []
    assert len(bench.gateway._broker.wills) == 0


async def test_a_will_comes_at_once_when_its_session_ends_before_the_delay(bench: Bench) -> None:
    heir = await connect(bench, "heir")
    await heir.subscribe("w")
    await (await connect_with_will(bench, 90)).cut()
    await bench.until("gateway.connected == 1")
    await connect(bench, "c", clean=True)
    assert [m.payload for m in await heir.ping()] == [b"gone"]


async def test_a_goodbye_may_ask_for_the_will(bench: Bench) -> None:
    heir = await connect(bench, "heir")
    await heir.subscribe("w")
    client = await connect_with_will(bench, 0)
    client.write(packets.Disconnect(Reason.DISCONNECT_WITH_WILL))
    assert (await heir.receive()).payload == b"gone"
    client = await connect_with_will(bench, 0)
    client.write(packets.Disconnect())
    await client.closed()
    assert await heir.ping() == []
    await bench.expect_loss(LossReason.CLIENT_INITIATED_DISCONNECT, 2)
