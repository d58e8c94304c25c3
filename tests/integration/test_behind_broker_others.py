"""The endpoint behind brokers that are not at hand: what MQTT 5 lets a broker say, it understands."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import pytest

from simulator.endpoint import behind_broker
from simulator.endpoint.behind_broker import BehindBroker
from simulator.endpoint.behind_broker_options import BrokerError, TakenOverError, broker_options
from simulator.endpoint.packets import Disconnect, PingReq, PubAck, Publish
from simulator.endpoint.properties import Properties
from tests.support.scripted_broker import SECONDS, ScriptedBroker, scripted_broker

GET = "$aws/things/t/jobs/get"


@pytest.fixture
async def broker() -> AsyncIterator[ScriptedBroker]:
    async with scripted_broker() as broker:
        yield broker


def line_to(broker: ScriptedBroker, on_taken_over: Callable[[TakenOverError], None] = lambda _: None) -> BehindBroker:
    def echo(line: BehindBroker, topic: str, payload: bytes) -> None:
        line.send(f"{topic}/accepted", payload)

    return BehindBroker(broker_options(f"mqtt://127.0.0.1:{broker.port}"), echo, on_taken_over)


@contextlib.asynccontextmanager
async def connected(broker: ScriptedBroker) -> AsyncIterator[BehindBroker]:
    behind = line_to(broker)
    await behind.start()
    mark = await broker.next(Publish)
    assert (mark.topic, mark.retain) == ("$aws/things/thing-simulator-endpoint/jobs/endpoint", True)
    try:
        yield behind
    finally:
        await behind.close()


async def test_a_connack_with_every_property_is_read(broker: ScriptedBroker) -> None:
    broker.properties = Properties(
        session_expiry=0, receive_maximum=32, retain_available=1, maximum_packet_size=1_048_576,
        topic_alias_maximum=65535, wildcard_subscription_available=1, subscription_identifiers_available=1,
        shared_subscription_available=1,
        server_keep_alive=60, assigned_client_id="x", reason_string="welcome", response_information="r",
        server_reference="s", user=(("k", "v"), ("k", "w")),
    )  # fmt: skip
    async with connected(broker):
        broker.say(Publish(GET, b"{}", 1, 7, properties=Properties(user=(("a", "b"),), message_expiry=9)))
        message = await broker.next(Publish)
        assert (message.topic, message.payload, message.qos, message.retain) == (f"{GET}/accepted", b"{}", 1, False)


async def test_no_more_messages_are_under_way_than_the_broker_takes_at_once(broker: ScriptedBroker) -> None:
    broker.properties = Properties(receive_maximum=2)
    broker.is_patient = False
    async with connected(broker) as behind:
        for number in range(4):
            behind.publish("t", b"%d" % number)
        first, second = await broker.next(Publish), await broker.next(Publish)
        await asyncio.sleep(0.05)
        assert (first.payload, second.payload, broker.sent.empty(), behind.waiting) == (b"0", b"1", True, 4)
        broker.say(PubAck(second.packet_id))
        assert (await broker.next(Publish)).payload == b"2"
        broker.say(PubAck(first.packet_id))
        assert (await broker.next(Publish)).payload == b"3"


async def test_a_broker_without_qos_1_gets_messages_at_qos_0(broker: ScriptedBroker) -> None:
    broker.properties = Properties(maximum_qos=0)
    broker.granted = 0
    async with connected(broker) as behind:
        broker.say(Publish(GET, b"{}"))
        message = await broker.next(Publish)
        assert (message.topic, message.qos, behind.waiting) == (f"{GET}/accepted", 0, 0)


async def test_a_message_larger_than_the_broker_takes_is_not_sent_and_told_of_once(
    broker: ScriptedBroker, caplog: pytest.LogCaptureFixture
) -> None:
    """Sent, it would end the connection, and would be sent again on the next one, and so on."""
    broker.properties = Properties(maximum_packet_size=1000)
    async with connected(broker) as behind:
        fits = bytes(1000 - 2 - 1 - 3 - 2 - 1)  # first byte and two of the length, topic, packet id, properties
        for payload in (fits + b"x", b"a", fits, fits + b"x"):
            behind.publish("t", payload)
        assert [(await broker.next(Publish)).payload for _ in range(2)] == [b"a", fits]
        assert (behind.counters.refused, broker.connections) == (2, 1)
    (told,) = [record.message for record in caplog.records]
    assert told.endswith("does not take our messages: a message is larger than it takes; let it take larger packets")


async def test_the_brokers_keep_alive_is_kept(broker: ScriptedBroker) -> None:
    broker.properties = Properties(server_keep_alive=1)
    async with connected(broker):
        for _ in range(2):
            await broker.next(PingReq)


async def test_a_broker_that_says_who_took_the_session_is_believed_at_once(broker: ScriptedBroker) -> None:
    taken: asyncio.Future[TakenOverError] = asyncio.get_running_loop().create_future()
    behind = line_to(broker, taken.set_result)
    await behind.start()
    broker.say(Disconnect(0x8E))
    async with asyncio.timeout(SECONDS):
        assert (await taken).client_id == "thing-simulator-endpoint"
    await behind.close()
    assert broker.connections == 1


async def test_a_broker_that_shuts_down_says_so_and_is_looked_for_again(
    broker: ScriptedBroker, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(broker) as behind:
        broker.say(Disconnect(0x8B))
        async with asyncio.timeout(SECONDS):
            while not (behind.is_up and behind.counters.reconnects):
                await asyncio.sleep(0.01)
    lost = caplog.records[0].message
    assert lost.endswith("is lost: it is shutting down; things get no answers until it is back")


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (0x84, "it does not speak MQTT 5"),
        (0x86, "it does not know the user name or password"),
        (0x87, "it does not allow this client"),
        (0x88, "it is unavailable"),
        (0x9A, "it keeps no retained messages"),
        (0x99, "it gives reason 0x99"),
    ],
)
async def test_why_a_broker_refuses_is_said(broker: ScriptedBroker, code: int, sentence: str) -> None:
    broker.code = code
    with pytest.raises(BrokerError, match=f": {sentence}; see that the broker runs and lets this client in"):
        await line_to(broker).start()


async def test_a_broker_that_lets_us_in_but_not_hear_is_told_what_is_wanted(broker: ScriptedBroker) -> None:
    broker.granted = 0x87
    with pytest.raises(BrokerError, match=r"does not let us subscribe to \$aws/things/\+/jobs/get .*; allow it there"):
        await line_to(broker).start()


async def test_a_broker_that_never_answers_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(behind_broker, "CONNECT_SECONDS", 0.1)

    async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silence, "127.0.0.1", 0)
    options = broker_options(f"mqtt://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    with pytest.raises(BrokerError, match=r"it does not answer within 0\.1 s"):
        await BehindBroker(options, lambda *_: None, lambda _: None).start()
    server.close()
    await server.wait_closed()


async def test_a_broker_of_mqtt_3_only_is_refused_in_a_sentence(broker: ScriptedBroker) -> None:
    broker.say = lambda packet: broker._writers[-1].write(b"\x20\x02\x00\x01")  # type: ignore[method-assign]
    with pytest.raises(BrokerError, match="it does not speak MQTT 5"):
        await line_to(broker).start()
