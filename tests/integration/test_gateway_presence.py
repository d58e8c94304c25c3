"""Presence and subscription events, rates that may be turned on, and the hooks for policy and faults."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from simulator.endpoint import packets, wire
from simulator.endpoint.client import Client
from simulator.endpoint.gateway import GatewaySettings
from simulator.endpoint.hooks import Action, ConnectFault, Principal
from simulator.endpoint.packets import Connect
from simulator.endpoint.reasons import LossReason, Reason
from tests.support.gateway import Bench, served
from tests.support.mqtt_client import MqttClient

UPDATE = "$aws/things/t/jobs/j/update"


@pytest.fixture
async def bench(caplog: pytest.LogCaptureFixture) -> AsyncIterator[Bench]:
    async with served(caplog) as bench:
        yield bench


async def watcher(bench: Bench) -> MqttClient:
    client = await bench.connect("watcher")
    assert await client.subscribe("$aws/events/presence/+/t", "$aws/events/subscriptions/+/t") == (1, 1)
    return client


async def event(client: MqttClient) -> tuple[str, dict[str, Any]]:
    message = await client.receive()
    return message.topic, json.loads(message.payload)


# --- events (reference section 9.4)


async def test_a_client_that_comes_and_goes_is_told_of(bench: Bench) -> None:
    """Checklist 103."""
    observer = await watcher(bench)
    thing = await bench.connect("t")
    topic, came = await event(observer)
    assert topic == "$aws/events/presence/connected/t"
    identifier = came.pop("sessionIdentifier")
    assert len(identifier) == 32
    assert came == {
        "clientId": "t",
        "timestamp": 1_700_001_000_000,
        "eventType": "connected",
        "principalIdentifier": "anonymous",
        "ipAddress": "127.0.0.1",
        "versionNumber": 0,
    }
    await thing.close()
    topic, went = await event(observer)
    assert topic == "$aws/events/presence/disconnected/t"
    assert went == {
        "clientId": "t",
        "timestamp": 1_700_001_000_000,
        "eventType": "disconnected",
        "clientInitiatedDisconnect": True,
        "disconnectReason": "CLIENT_INITIATED_DISCONNECT",
        "sessionIdentifier": identifier,
        "principalIdentifier": "anonymous",
        "versionNumber": 0,
    }


async def test_the_version_grows_with_each_connection_and_begins_anew_after_an_hour_away(bench: Bench) -> None:
    observer = await watcher(bench)
    versions, identifiers = [], set()
    for away in (0, 3599, 3601):
        bench.now += away
        thing = await bench.connect("t")
        _, came = await event(observer)
        await thing.cut()
        _, went = await event(observer)
        assert came["versionNumber"] == went["versionNumber"]
        assert came["sessionIdentifier"] == went["sessionIdentifier"]
        versions.append(came["versionNumber"])
        identifiers.add(came["sessionIdentifier"])
    assert versions == [0, 1, 0]
    assert len(identifiers) == 3


async def test_a_takeover_shows_as_a_duplicate_client_id(bench: Bench) -> None:
    """Checklist 104."""
    observer = await watcher(bench)
    old = await bench.connect("t")
    await bench.connect("t")
    assert await old.closed() == []
    (_, first), (_, lost), (_, second) = [await event(observer) for _ in range(3)]
    assert (lost["disconnectReason"], lost["clientInitiatedDisconnect"]) == ("DUPLICATE_CLIENTID", False)
    assert lost["sessionIdentifier"] == first["sessionIdentifier"] != second["sessionIdentifier"]
    assert [first["versionNumber"], lost["versionNumber"], second["versionNumber"]] == [0, 0, 1]


ENDS: dict[str, Callable[[MqttClient], Any]] = {
    "CONNECTION_LOST": lambda client: client.cut(),
    "CLIENT_ERROR": lambda client: client.write(b"\xff"),
    "CLIENT_INITIATED_DISCONNECT": lambda client: client.close(),
}


@pytest.mark.parametrize("reason", ENDS)
async def test_a_disconnected_event_says_why(bench: Bench, reason: str) -> None:
    observer = await watcher(bench)
    thing = await bench.connect("t")
    await event(observer)
    ending = ENDS[reason](thing)
    if ending is not None:
        await ending
    _, went = await event(observer)
    assert went["disconnectReason"] == reason


async def test_silence_shows_as_a_keep_alive_timeout(bench: Bench) -> None:
    observer = await watcher(bench)
    await bench.connect("t", keep_alive=30)
    await event(observer)
    bench.now += 46
    _, went = await event(observer)
    assert went["disconnectReason"] == "MQTT_KEEP_ALIVE_TIMEOUT"


async def test_filters_that_are_granted_or_given_up_are_told_of(bench: Bench) -> None:
    observer = await watcher(bench)
    thing = await bench.connect("t")
    await event(observer)
    await thing.subscribe("a", "$SYS/refused", "b/+")
    topic, subscribed = await event(observer)
    assert (topic, subscribed["topics"]) == ("$aws/events/subscriptions/subscribed/t", ["a", "b/+"])
    assert subscribed["eventType"] == "subscribed"
    await thing.unsubscribe("b/+", "never")
    topic, unsubscribed = await event(observer)
    assert (topic, unsubscribed["topics"]) == ("$aws/events/subscriptions/unsubscribed/t", ["b/+"])


@pytest.mark.parametrize("client_id", ["a+", "#"])
async def test_client_ids_that_look_like_wildcards_make_no_events(bench: Bench, client_id: str) -> None:
    observer = await bench.connect("watcher")
    await observer.subscribe("$aws/events/#")
    await observer.ping()
    await (await bench.connect(client_id)).ping()
    assert await observer.ping() == []


# --- rates (reference section 10.3)


async def test_publishes_above_the_rate_are_discarded_without_an_acknowledgement(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with served(caplog, GatewaySettings.of_aws()) as bench:
        client = await bench.connect("c")
        client.write(b"".join(wire.encode_publish(UPDATE, b"", 1, i + 1) for i in range(150)))
        client.write(packets.PingReq())
        acknowledged = 0
        while not isinstance(packet := await client.next_packet(), packets.PingResp):
            acknowledged += isinstance(packet, packets.PubAck)
        assert (acknowledged, len(bench.requests), bench.gateway.counters.throttled) == (100, 100, 50)
        bench.now += 1
        await client.publish(UPDATE, b"", 1)


async def test_a_client_id_that_connects_twice_in_a_second_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    async with served(caplog, GatewaySettings.of_aws()) as bench:
        await (await bench.connect("c")).close()
        await bench.connect("d")
        for level, code in ((4, 3), (5, Reason.QUOTA_EXCEEDED)):
            client = await MqttClient.open(bench.gateway.port, level=level)
            client.write(packets.Connect(client_id="c", level=level))
            (answer,) = await client.closed()
            assert isinstance(answer, packets.ConnAck)
            assert answer.code == code
            await client.cut()
        bench.now += 1
        await bench.connect("c")
        assert bench.gateway.counters.losses[LossReason.THROTTLED] == 2


async def test_connects_above_the_rate_of_the_account_are_refused(caplog: pytest.LogCaptureFixture) -> None:
    async with served(caplog, GatewaySettings(connects_per_second=3)) as bench:
        for number in range(3):
            await bench.connect(f"c{number}")
        client = await bench.open()
        client.write(packets.Connect(client_id="late"))
        assert await client.closed() == [packets.ConnAck(False, 3)]
        assert bench.gateway.counters.refused_connects == 1


# --- the policy hook (reference section 11.5)


@pytest.mark.parametrize("level", [4, 5])
async def test_what_the_policy_forbids_is_refused_as_aws_refuses(bench: Bench, level: int) -> None:
    asked: list[tuple[str, Action, str]] = []
    forbidden: set[tuple[Action, str]] = set()

    def policy(client: Client, action: Action, resource: str) -> bool:
        asked.append((client.client_id, action, resource))
        return (action, resource) not in forbidden

    bench.gateway.hooks.policy = policy
    thing = await bench.connect("t", level=level)
    forbidden |= {(Action.SUBSCRIBE, "b"), (Action.PUBLISH, "c"), (Action.CONNECT, "u"), (Action.RECEIVE, "a")}
    assert await thing.subscribe("a", "b", "$share/g/b") == (1, *(0x80 if level == 4 else Reason.NOT_AUTHORIZED,) * 2)
    await thing.publish("a", b"not to be received", 1)
    assert await thing.ping() == []
    client = await MqttClient.open(bench.gateway.port, level=level)
    client.write(packets.Connect(client_id="u", level=level))
    (answer,) = await client.closed()
    assert isinstance(answer, packets.ConnAck)
    assert answer.code == (7 if level == 4 else Reason.NOT_AUTHORIZED)
    await client.cut()
    thing.write(packets.Publish("c", b""))
    end = await thing.closed()
    assert [packet.reason for packet in end if isinstance(packet, packets.Disconnect)] == (
        [] if level == 4 else [Reason.NOT_AUTHORIZED]
    )
    assert bench.gateway.counters.losses == {LossReason.AUTH_ERROR: 1, LossReason.FORBIDDEN_ACCESS: 1}
    assert asked[0] == ("t", Action.CONNECT, "t")
    assert ("t", Action.RECEIVE, "a") in asked


async def test_a_will_must_be_allowed_when_it_is_left(bench: Bench) -> None:
    bench.gateway.hooks.policy = lambda client, action, resource: action is not Action.PUBLISH
    client = await bench.open()
    client.write(packets.Connect(client_id="t", will=packets.Will("w", b"")))
    assert await client.closed() == [packets.ConnAck(False, 7)]


# --- the hooks for faults


async def test_a_connect_may_be_refused_closed_or_left_without_an_answer(bench: Bench) -> None:
    seen: list[Connect] = []
    faults: list[Reason | ConnectFault | None] = [
        Reason.SERVER_UNAVAILABLE,
        ConnectFault.CLOSE,
        ConnectFault.SILENCE,
        None,
    ]

    def fault(client: Client, packet: Connect) -> Reason | ConnectFault | None:
        seen.append(packet)
        return faults[len(seen) - 1]

    bench.gateway.hooks.connect = fault
    answers = []
    for number in range(3):
        client = await bench.open()
        client.write(packets.Connect(client_id="t"))
        if number == 2:
            await bench.until("gateway.counters.accepted == 3")
            client.write(packets.PingReq())
            for _ in range(20):
                await asyncio.sleep(0)
            assert len(bench.gateway.clients) == 1  # it stays, and nothing that comes of it is heard
            bench.now += 11
        answers.append(await client.closed())
    assert answers == [[packets.ConnAck(False, 3)], [], []]
    await bench.connect("t")
    assert [packet.client_id for packet in seen] == ["t"] * 4


async def test_messages_of_the_service_may_be_dropped_doubled_and_held_back(bench: Bench) -> None:
    held: list[Callable[[], None]] = []
    seen: list[tuple[str, str, bool]] = []

    def outgoing(client_id: str, topic: str, is_reply: bool) -> Callable[[Callable[[], None]], None] | None:
        seen.append((client_id, topic, is_reply))
        match topic.rsplit("/", 1)[-1]:
            case "dropped":
                return lambda deliver: None
            case "doubled":
                return twice
            case "held":
                return held.append
        return None

    def twice(deliver: Callable[[], None]) -> None:
        deliver()
        deliver()

    bench.gateway.hooks.outgoing = outgoing
    thing, other = await bench.connect("t", clean=False), await bench.connect("o")
    await thing.subscribe("n/+", qos=1)
    await other.subscribe("n/+", qos=0)
    for name in ("dropped", "doubled", "held", "plain"):
        bench.gateway.publish(f"n/{name}", b"")
    assert [m.topic for m in await thing.ping()] == ["n/doubled", "n/doubled", "n/plain"]
    assert [m.topic for m in await other.ping()] == ["n/doubled", "n/doubled", "n/plain"]
    await thing.publish("n/dropped", b"from a client")
    assert [m.payload for m in await thing.ping()] == [b"from a client"]
    await other.ping()
    await thing.publish(UPDATE, b"{}")
    assert len(await thing.ping()) == 1
    assert seen[-1] == ("t", f"{UPDATE}/accepted", True)
    await thing.cut()
    await bench.until("gateway.connected == 1")
    for deliver in held:
        deliver()
    thing = await bench.connect("t", clean=False)
    assert [m.topic for m in await thing.ping()] == ["n/held"], "kept by the persistent session"
    assert [m.topic for m in await other.ping()] == ["n/held"]


async def test_a_client_may_be_cut_off_by_its_id(bench: Bench) -> None:
    observer = await bench.connect("w")
    await observer.subscribe("will")
    thing = await bench.connect("t", will=packets.Will("will", b"gone"))
    client = bench.gateway.client("t")
    assert client is not None
    client.cut()
    with pytest.raises(ConnectionError):
        await thing.next_packet()
    assert (await observer.receive()).payload == b"gone"
    assert bench.gateway.counters.losses == {LossReason.CONNECTION_LOST: 1}


async def test_a_half_open_connection_stays_up_and_silent_until_its_keep_alive_has_run_out(bench: Bench) -> None:
    thing = await bench.connect("t", keep_alive=30)
    client = bench.gateway.client("t")
    assert client is not None
    client.half_open()
    bench.now += 40
    await thing.publish(UPDATE, b"{}")
    with pytest.raises(TimeoutError):
        await thing.next_packet(timeout=0.1)
    assert (bench.requests, bench.gateway.connected) == ([], 1)
    bench.now += 6
    assert await thing.closed() == []
    await bench.expect_loss(LossReason.MQTT_KEEP_ALIVE_TIMEOUT)


async def test_a_listener_names_who_is_behind_a_connection(bench: Bench) -> None:
    observer = await bench.connect("watcher")
    await observer.subscribe("$aws/events/presence/+/+")
    await observer.ping()
    bench.gateway.hooks.connect = lambda client, packet: setattr(client, "principal", Principal("ab" * 32))
    await bench.connect("t")
    _, came = await event(observer)
    assert came["principalIdentifier"] == "ab" * 32
