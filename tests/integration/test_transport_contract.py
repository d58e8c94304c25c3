"""What every transport promises, kept by the one in memory and by paho alike, on each endpoint paho meets."""

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from random import Random
from typing import Protocol

import pytest

from simulator.endpoint.gateway import Gateway
from simulator.transport.address import Address
from simulator.transport.backoff import BackOff
from simulator.transport.base import Link, LinkHandler, MessageHandler, NotConnectedError, Transport
from simulator.transport.memory import MemoryBroker, MemoryTransport
from simulator.transport.paho import PahoTransport
from tests.support.broker import Broker, require_mosquitto
from tests.support.lines import Line, no_dialling_threads

IMPATIENT = BackOff(base_seconds=0.02, cap_seconds=0.1)
ECHO = "things/pump-1/echo"


class Endpoint(Protocol):
    """Something to connect to, which can lose power and get it back."""

    async def start(self) -> None: ...
    async def stop(self) -> None: ...
    def transport(self, client_id: str, on_message: MessageHandler, on_link: LinkHandler) -> Transport: ...


class InMemory:
    def __init__(self) -> None:
        self._broker = MemoryBroker()
        self._broker.take_down()

    async def start(self) -> None:
        self._broker.bring_up()

    async def stop(self) -> None:
        self._broker.take_down()

    def transport(self, client_id: str, on_message: MessageHandler, on_link: LinkHandler) -> Transport:
        return MemoryTransport(self._broker, client_id, on_message, on_link)


class OverMqtt:
    """Makes paho transports to `address`."""

    address: Address

    def transport(self, client_id: str, on_message: MessageHandler, on_link: LinkHandler) -> Transport:
        return PahoTransport(self.address, client_id, on_message, on_link, random=Random(client_id), back_off=IMPATIENT)


class OnMosquitto(OverMqtt):
    def __init__(self, directory: Path, websocket: bool) -> None:
        self._broker = Broker(directory, require_mosquitto())
        if websocket:
            self.address = Address(host="127.0.0.1", port=self._broker.websocket_port, websocket_path="/mqtt")
        else:
            self.address = Address(host="127.0.0.1", port=self._broker.port)

    async def start(self) -> None:
        await asyncio.to_thread(self._broker.start)

    async def stop(self) -> None:
        await asyncio.to_thread(self._broker.stop)


class OnGateway(OverMqtt):
    def __init__(self) -> None:
        self.address = Address(host="127.0.0.1", port=1)
        self._port = 0
        self._gateway: Gateway | None = None

    async def start(self) -> None:
        self._gateway = Gateway(lambda client, topic, payload: None)
        await self._gateway.start("127.0.0.1", self._port)
        self._port = self._gateway.port
        self.address = Address(host="127.0.0.1", port=self._port)

    async def stop(self) -> None:
        if self._gateway is not None:
            await self._gateway.close()


@pytest.fixture(params=["memory", "mosquitto", "mosquitto over WebSocket", "gateway"])
async def endpoint(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Endpoint]:
    endpoint: Endpoint
    match request.param:
        case "memory":
            endpoint = InMemory()
        case "gateway":
            endpoint = OnGateway()
        case kind:
            endpoint = OnMosquitto(tmp_path, websocket="WebSocket" in kind)
    await endpoint.start()
    yield endpoint
    await endpoint.stop()


@pytest.fixture
async def make_line(endpoint: Endpoint) -> AsyncIterator[Callable[[str], Line]]:
    """Makes lines, closes them afterwards, and sees that they leave neither task nor thread behind."""
    tasks_before = asyncio.all_tasks()
    lines: list[Line] = []

    def make(client_id: str) -> Line:
        lines.append(Line(endpoint.transport, client_id))
        return lines[-1]

    yield make
    for line in lines:
        await line.transport.close()
    assert asyncio.all_tasks() - tasks_before - {asyncio.current_task()} == set()
    await no_dialling_threads()


async def test_open_returns_when_the_line_is_online(make_line: Callable[[str], Line]) -> None:
    line = await make_line("pump-1").online()
    assert line.links == [(Link.CONNECTING, ""), (Link.ONLINE, "")]


async def test_what_is_published_comes_to_who_subscribed(make_line: Callable[[str], Line]) -> None:
    hears = await make_line("pump-1").online("things/+/echo")
    says = await make_line("pump-2").online()
    says.transport.publish(ECHO, b"hello")
    assert await hears.receives() == (ECHO, b"hello")


async def test_messages_keep_their_order(make_line: Callable[[str], Line]) -> None:
    line = await make_line("pump-1").online(ECHO)
    for number in range(50):
        line.transport.publish(ECHO, b"%d" % number)
    assert [await line.receives() for _ in range(50)] == [(ECHO, b"%d" % number) for number in range(50)]


async def test_a_large_message_arrives_whole(make_line: Callable[[str], Line]) -> None:
    line = await make_line("pump-1").online(ECHO)
    payload = bytes(range(256)) * 400
    line.transport.publish(ECHO, payload)
    assert await line.receives() == (ECHO, payload)


async def test_more_filters_than_a_packet_takes_are_all_granted(make_line: Callable[[str], Line]) -> None:
    topics = tuple(f"things/pump-1/{number}" for number in range(20))
    line = await make_line("pump-1").online(*topics)
    for topic in topics:
        line.transport.publish(topic, b"x")
    assert [(await line.receives())[0] for _ in topics] == list(topics)


async def test_publishing_while_the_line_is_down_says_so(make_line: Callable[[str], Line]) -> None:
    line = make_line("pump-1")
    with pytest.raises(NotConnectedError, match="pump-1 is not connected; the message was not sent"):
        line.transport.publish(ECHO, b"too early")
    await line.online(ECHO)
    line.transport.cut(math.inf)
    with pytest.raises(NotConnectedError):
        line.transport.publish(ECHO, b"too late")
    await line.online()
    line.transport.publish(ECHO, b"in time")
    assert await line.receives() == (ECHO, b"in time")


async def test_filters_given_while_offline_are_granted_before_online(make_line: Callable[[str], Line]) -> None:
    line = make_line("pump-1")
    with pytest.raises(NotConnectedError):
        await line.transport.subscribe((ECHO,))
    await line.online()
    line.transport.publish(ECHO, b"heard")
    assert await line.receives() == (ECHO, b"heard")


async def test_a_cut_line_comes_back_with_its_subscriptions(make_line: Callable[[str], Line]) -> None:
    line = await make_line("pump-1").online(ECHO, "things/pump-1/other")
    for _ in range(3):
        line.transport.cut(0.0)
        assert line.links[-1] == (Link.OFFLINE, "")
        await line.becomes(Link.ONLINE)
        line.transport.publish(ECHO, b"back")
        assert await line.receives() == (ECHO, b"back")
    assert line.states[2:] == [Link.OFFLINE, Link.CONNECTING, Link.ONLINE] * 3


async def test_filters_that_are_forgotten_are_not_granted_again_until_they_are_asked_for(
    make_line: Callable[[str], Line],
) -> None:
    line = await make_line("pump-1").online(ECHO)
    line.transport.forget_filters()
    line.transport.cut(0.0)
    await line.becomes(Link.ONLINE)
    line.transport.publish(ECHO, b"unheard")
    await line.transport.subscribe(("things/pump-1/other",))
    line.transport.publish("things/pump-1/other", b"heard")
    assert await line.receives() == ("things/pump-1/other", b"heard")
    assert line.messages.empty()


async def test_a_line_cut_without_a_time_comes_back_by_itself(make_line: Callable[[str], Line]) -> None:
    line = await make_line("pump-1").online(ECHO)
    line.transport.cut()
    await line.becomes(Link.ONLINE)
    line.transport.publish(ECHO, b"back")
    assert await line.receives() == (ECHO, b"back")


async def test_a_line_cut_for_ever_stays_away_until_it_is_opened(make_line: Callable[[str], Line]) -> None:
    line = await make_line("pump-1").online(ECHO)
    line.transport.cut(math.inf)
    await asyncio.sleep(0.3)  # three times the longest back-off
    assert line.links[2:] == [(Link.OFFLINE, "")]
    await line.online()
    line.transport.publish(ECHO, b"back")
    assert await line.receives() == (ECHO, b"back")


async def test_opening_ends_a_long_absence_at_once(make_line: Callable[[str], Line]) -> None:
    line = await make_line("pump-1").online()
    line.transport.cut(3600.0)
    await line.online()
    assert line.states == [Link.CONNECTING, Link.ONLINE, Link.OFFLINE, Link.CONNECTING, Link.ONLINE]


async def test_a_line_can_be_cut_while_it_connects(make_line: Callable[[str], Line]) -> None:
    line = make_line("pump-1")
    opening = asyncio.create_task(line.online())
    await line.becomes(Link.CONNECTING)
    for _ in range(5):
        line.transport.cut(0.0)
        await line.becomes(Link.CONNECTING)
    await opening
    assert line.link is Link.ONLINE
    assert line.states.count(Link.ONLINE) == 1


async def test_an_outage_is_told_once_and_ends_with_the_subscriptions_in_place(
    endpoint: Endpoint, make_line: Callable[[str], Line]
) -> None:
    line = await make_line("pump-1").online(ECHO)
    await endpoint.stop()
    assert await line.becomes(Link.ERROR) != ""
    with pytest.raises(NotConnectedError):
        line.transport.publish(ECHO, b"lost")
    await asyncio.sleep(0.3)  # several tries
    assert set(line.states[2:]) == {Link.ERROR}
    assert len(line.links) <= 4  # the loss, and that nobody answers
    await endpoint.start()
    await line.becomes(Link.ONLINE)
    line.transport.publish(ECHO, b"back")
    assert await line.receives() == (ECHO, b"back")


async def test_open_waits_for_an_endpoint_that_comes_later(
    endpoint: Endpoint, make_line: Callable[[str], Line]
) -> None:
    await endpoint.stop()
    line = make_line("pump-1")
    opening = asyncio.create_task(line.online())
    reason = await line.becomes(Link.ERROR)
    assert "refuses connections" in reason or reason == "the endpoint is down"
    assert not opening.done()
    await endpoint.start()
    await opening
    assert line.link is Link.ONLINE


async def test_cancelling_open_closes_the_line(endpoint: Endpoint, make_line: Callable[[str], Line]) -> None:
    await endpoint.stop()
    line = make_line("pump-1")
    opening = asyncio.create_task(line.transport.open())
    await line.becomes(Link.ERROR)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    told = len(line.links)
    assert line.links[-1] == (Link.OFFLINE, "")
    await endpoint.start()
    await asyncio.sleep(0.3)
    assert len(line.links) == told


async def test_closing_wakes_who_waits_for_open(endpoint: Endpoint, make_line: Callable[[str], Line]) -> None:
    await endpoint.stop()
    line = make_line("pump-1")
    opening = asyncio.create_task(line.transport.open())
    await line.becomes(Link.ERROR)
    await line.transport.close()
    with pytest.raises(NotConnectedError):
        await opening


async def test_close_is_final_until_it_is_opened_anew(make_line: Callable[[str], Line]) -> None:
    line = await make_line("pump-1").online(ECHO)
    await line.transport.close()
    await line.transport.close()
    line.transport.cut(0.0)
    assert line.links[2:] == [(Link.OFFLINE, "")]
    with pytest.raises(NotConnectedError):
        line.transport.publish(ECHO, b"late")
    await line.online()
    line.transport.publish(ECHO, b"again")
    assert await line.receives() == (ECHO, b"again")


async def test_a_second_client_with_the_same_id_takes_the_line(make_line: Callable[[str], Line]) -> None:
    first = await make_line("pump-1").online()
    second = make_line("pump-1")
    opening = asyncio.create_task(second.online())
    await first.told(3)
    await first.transport.close()
    assert first.links[2][0] is Link.ERROR
    assert "another client took this client id" in first.links[2][1]
    await opening
    await second.becomes(Link.ONLINE)


async def test_a_message_that_was_on_its_way_is_not_delivered_after_a_cut(make_line: Callable[[str], Line]) -> None:
    line = await make_line("pump-1").online(ECHO)
    line.transport.publish(ECHO, b"lost")
    line.transport.cut(0.0)
    await line.becomes(Link.ONLINE)
    line.transport.publish(ECHO, b"kept")
    assert await line.receives() == (ECHO, b"kept")
    assert line.messages.empty()


async def test_many_lines_open_and_close_together(make_line: Callable[[str], Line]) -> None:
    lines = [make_line(f"pump-{number}") for number in range(100)]
    await asyncio.gather(*(line.online(f"things/{number}/echo") for number, line in enumerate(lines)))
    for number, line in enumerate(lines):
        line.transport.publish(f"things/{(number + 1) % 100}/echo", b"%d" % number)
    assert [(await line.receives())[1] for line in lines] == [b"%d" % ((number - 1) % 100) for number in range(100)]
