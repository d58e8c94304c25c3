"""The gateway as Eclipse paho sees it, in MQTT 3.1.1 and 5: an independent reading of both standards."""

import asyncio
import queue
from collections.abc import AsyncIterator, Callable
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from tests.support.gateway import Bench, served
from tests.support.paho_client import stop_loop

JOBS = "$aws/things/t/jobs"
SECONDS = 5.0


@pytest.fixture
async def bench(caplog: pytest.LogCaptureFixture) -> AsyncIterator[Bench]:
    async with served(caplog) as bench:
        yield bench


class Paho:
    """One paho client on its own thread; everything it is told comes in order from `told`."""

    def __init__(self, client_id: str, protocol: MQTTProtocolVersion, **options: Any) -> None:
        self.told: queue.Queue[tuple[str, Any]] = queue.Queue()
        self.client = paho.Client(CallbackAPIVersion.VERSION2, client_id, protocol=protocol, **options)
        tell = self.told.put
        self.client.on_connect = lambda c, u, flags, reason, properties: tell(("connect", (flags, reason, properties)))
        self.client.on_disconnect = lambda c, u, flags, reason, properties: tell(("disconnect", reason))
        self.client.on_subscribe = lambda c, u, mid, reasons, properties: tell(("subscribe", reasons))
        self.client.on_unsubscribe = lambda c, u, mid, reasons, properties: tell(("unsubscribe", reasons))
        self.client.on_publish = lambda c, u, mid, reason, properties: tell(("publish", reason))
        self.client.on_message = lambda c, u, message: tell(("message", message))

    def next(self, what: str) -> Any:
        told, value = self.told.get(timeout=SECONDS)
        assert told == what, (told, value)
        return value

    def connect(self, port: int, **options: Any) -> Any:
        self.client.connect("127.0.0.1", port, **options)
        self.client.loop_start()
        return self.next("connect")

    def stop(self) -> None:
        self.client.disconnect()
        stop_loop(self.client)


async def in_thread(converse: Callable[[], None]) -> None:
    await asyncio.to_thread(converse)


@pytest.mark.parametrize("protocol", [MQTTProtocolVersion.MQTTv311, MQTTProtocolVersion.MQTTv5])
async def test_it_subscribes_publishes_and_is_answered(bench: Bench, protocol: MQTTProtocolVersion) -> None:
    """Checklist 109 and 110."""

    def converse() -> None:
        thing = Paho("t", protocol)
        try:
            flags, reason, _ = thing.connect(bench.gateway.port)
            assert (flags.session_present, reason) == (False, ReasonCode(PacketTypes.CONNACK, "Success"))
            thing.client.subscribe(f"{JOBS}/+/update/accepted", 1)
            assert [code.value for code in thing.next("subscribe")] == [1]
            thing.client.publish(f"{JOBS}/j/update", b"{}", qos=0)
            answers = {thing.told.get(timeout=SECONDS)[0], thing.told.get(timeout=SECONDS)[0]}
            assert answers == {"publish", "message"}
            assert thing.client.unsubscribe(f"{JOBS}/+/update/accepted")[0] == paho.MQTT_ERR_SUCCESS
            thing.next("unsubscribe")
        finally:
            thing.stop()

    await in_thread(converse)


def properties(kind: int, **values: Any) -> Properties:
    made = Properties(kind)
    for name, value in values.items():
        setattr(made, name, value)
    return made


async def test_it_passes_properties_of_mqtt_5_from_one_to_another(bench: Bench) -> None:
    def converse() -> None:
        one, two = Paho("1", MQTTProtocolVersion.MQTTv5), Paho("2", MQTTProtocolVersion.MQTTv5)
        try:
            for each in (one, two):
                wanted = properties(PacketTypes.CONNECT, TopicAliasMaximum=8, SessionExpiryInterval=60)
                _, _, granted = each.connect(bench.gateway.port, properties=wanted)
                assert (granted.TopicAliasMaximum, granted.ReceiveMaximum, granted.MaximumPacketSize) == (
                    8,
                    100,
                    149_504,
                )
                each.client.subscribe("a", options=SubscribeOptions(qos=1, noLocal=True, retainAsPublished=True))
                each.next("subscribe")
            sent = properties(
                PacketTypes.PUBLISH,
                UserProperty=[("k", "v")],
                ResponseTopic="r",
                CorrelationData=b"7",
                ContentType="text/plain",
                PayloadFormatIndicator=1,
                MessageExpiryInterval=30,
                TopicAlias=1,
            )
            one.client.publish("a", "hello", 1, retain=True, properties=sent)
            assert one.next("publish").value == 0
            message = two.next("message")
            assert (message.topic, message.payload, message.qos, message.retain) == ("a", b"hello", 1, True)
            got = message.properties
            assert (got.UserProperty, got.ResponseTopic, got.CorrelationData) == ([("k", "v")], "r", b"7")
            assert (got.ContentType, got.PayloadFormatIndicator, got.MessageExpiryInterval) == ("text/plain", 1, 30)
            assert one.told.empty()
        finally:
            one.stop()
            two.stop()

    await in_thread(converse)


async def test_it_is_told_in_mqtt_5_why_it_was_refused_or_closed(bench: Bench) -> None:
    def converse() -> None:
        refused = Paho("$aws", MQTTProtocolVersion.MQTTv5)
        client, newcomer = Paho("t", MQTTProtocolVersion.MQTTv5), Paho("t", MQTTProtocolVersion.MQTTv5)
        try:
            assert refused.connect(bench.gateway.port)[1] == "Client identifier not valid"
            client.connect(bench.gateway.port)
            client.client.publish("nobody/listens", b"", 1)
            assert client.next("publish") == "No matching subscribers"
            client.client.subscribe("$SYS/#")
            assert client.next("subscribe") == ["Topic filter invalid"]
            client.client.unsubscribe("never")
            client.next("unsubscribe")
            newcomer.connect(bench.gateway.port)
            assert client.next("disconnect") == "Session taken over"
        finally:
            stop_loop(client.client)
            stop_loop(refused.client)
            newcomer.stop()

    await in_thread(converse)


@pytest.mark.parametrize("protocol", [MQTTProtocolVersion.MQTTv311, MQTTProtocolVersion.MQTTv5])
async def test_its_session_outlives_its_connection_and_keeps_messages(
    bench: Bench, protocol: MQTTProtocolVersion
) -> None:
    is_5 = protocol is MQTTProtocolVersion.MQTTv5
    making: dict[str, Any] = {} if is_5 else {"clean_session": False}
    wanted = {"clean_start": False, "properties": properties(PacketTypes.CONNECT, SessionExpiryInterval=60)}
    connecting: dict[str, Any] = wanted if is_5 else {}

    def converse() -> None:
        first, second = Paho("t", protocol, **making), Paho("t", protocol, **making)
        sender = Paho("s", protocol)
        try:
            assert not first.connect(bench.gateway.port, **connecting)[0].session_present
            first.client.subscribe("a", 1)
            first.next("subscribe")
            first.stop()
            sender.connect(bench.gateway.port)
            sender.client.publish("a", b"kept", 1)
            sender.next("publish")
            assert second.connect(bench.gateway.port, **connecting)[0].session_present
            assert second.next("message").payload == b"kept"
        finally:
            sender.stop()
            second.stop()

    await in_thread(converse)
