"""The line in memory, beyond the contract: replies to the requester alone, and switches for trouble."""

import asyncio

import pytest

from simulator.transport.base import Link, NotConnectedError
from simulator.transport.memory import DOWN, MemoryBroker, MemoryTransport, Requester, matches
from tests.support.lines import Line

GET = "$aws/things/pump-1/jobs/get"


def echo(requester: Requester, topic: str, payload: bytes) -> None:
    requester.send(f"{topic}/accepted", payload)


@pytest.fixture
def broker() -> MemoryBroker:
    return MemoryBroker(echo)


def line(broker: MemoryBroker, client_id: str) -> Line:
    return Line(lambda name, on_message, on_link: MemoryTransport(broker, name, on_message, on_link), client_id)


def taken(of: Line) -> list[bytes]:
    """All payloads that have arrived."""
    return [of.messages.get_nowait()[1] for _ in range(of.messages.qsize())]


async def turns(count: int = 6) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_a_reply_reaches_the_requester_alone_and_without_a_subscription(broker: MemoryBroker) -> None:
    asks = await line(broker, "pump-1").online()
    listens = await line(broker, "pump-2").online(f"{GET}/+", "#")
    asks.transport.publish(GET, b"{}")
    assert await asks.receives() == (f"{GET}/accepted", b"{}")
    assert taken(listens) == []


async def test_a_subscribed_requester_gets_its_reply_once(broker: MemoryBroker) -> None:
    asks = await line(broker, "pump-1").online(f"{GET}/accepted", f"{GET}/+")
    asks.transport.publish(GET, b"{}")
    await turns()
    assert taken(asks) == [b"{}"]


async def test_nothing_is_delivered_inside_the_call(broker: MemoryBroker) -> None:
    asks = await line(broker, "pump-1").online("a")
    asks.transport.publish(GET, b"{}")
    broker.publish("a", b"x")
    assert asks.messages.empty()


async def test_a_notification_reaches_every_subscriber_once(broker: MemoryBroker) -> None:
    topic = "$aws/things/pump-1/jobs/notify-next"
    first = await line(broker, "pump-1").online(topic, "$aws/things/pump-1/jobs/#", "$aws/things/+/jobs/+")
    second = await line(broker, "pump-2").online("$aws/things/pump-2/jobs/#")
    broker.publish(topic, b"next")
    await turns()
    assert (taken(first), taken(second)) == ([b"next"], [])


async def test_a_reply_can_be_lost_doubled_or_late(broker: MemoryBroker) -> None:
    asks = await line(broker, "pump-1").online()
    broker.drop_next_reply()
    broker.duplicate_next_reply()
    broker.delay_next_reply(0.05)
    for number in range(4):
        asks.transport.publish(GET, b"%d" % number)
    arrived = [(await asks.receives())[1] for _ in range(4)]
    assert arrived == [b"1", b"1", b"3", b"2"]


async def test_a_late_reply_does_not_reach_the_next_connection(broker: MemoryBroker) -> None:
    asks = await line(broker, "pump-1").online()
    broker.delay_next_reply(0.02)
    asks.transport.publish(GET, b"old")
    await turns()
    asks.transport.cut(0.0)
    await asks.becomes(Link.ONLINE)
    await asyncio.sleep(0.05)
    assert taken(asks) == []


async def test_a_reply_to_a_line_that_was_cut_reaches_nobody() -> None:
    waiting: list[Requester] = []
    broker = MemoryBroker(lambda requester, topic, payload: waiting.append(requester))
    asks = await line(broker, "pump-1").online()
    asks.transport.publish(GET, b"{}")
    await turns()
    asks.transport.cut(0.0)
    await asks.becomes(Link.ONLINE)
    waiting[0].send(f"{GET}/accepted", b"{}")
    await turns()
    assert taken(asks) == []


async def test_the_line_can_be_taken_down_for_all(broker: MemoryBroker) -> None:
    lines = [await line(broker, f"pump-{number}").online("a") for number in range(3)]
    broker.take_down()
    for each in lines:
        assert each.links[-1] == (Link.ERROR, DOWN)
        with pytest.raises(NotConnectedError):
            each.transport.publish("a", b"lost")
    broker.publish("a", b"nobody")
    broker.bring_up()
    for each in lines:
        await each.becomes(Link.ONLINE)
    broker.publish("a", b"all")
    await turns()
    assert [taken(each) for each in lines] == [[b"all"]] * 3


async def test_who_has_gone_leaves_nothing_in_the_broker(broker: MemoryBroker) -> None:
    lines = [await line(broker, f"pump-{number}").online("a/+", "b") for number in range(3)]
    lines[0].transport.cut(float("inf"))
    broker.take_down()
    for each in lines:
        await each.transport.close()
    assert (broker._sessions, broker._subscribed, broker._waiting) == ({}, {}, {})


@pytest.mark.parametrize(
    ("topic_filter", "topic", "expected"),
    [
        ("a/b", "a/b", True),
        ("a/b", "a/b/c", False),
        ("a/b/c", "a/b", False),
        ("a/+", "a/b", True),
        ("a/+", "a", False),
        ("a/+", "a/", True),
        ("+/b", "a/b", True),
        ("a/#", "a/b/c", True),
        ("a/#", "a", True),
        ("#", "a/b", True),
        ("#", "$aws/a", False),
        ("+/a", "$aws/a", False),
        ("$aws/#", "$aws/a", True),
        ("a/+/c", "a/b/c", True),
        ("a/+/c", "a/b/d", False),
        ("+", "/a", False),
        ("/+", "/a", True),
    ],
)
async def test_filters_match_as_mqtt_says(topic_filter: str, topic: str, expected: bool) -> None:
    assert matches(topic_filter, topic) is expected
    broker = MemoryBroker()
    listens = await line(broker, "pump-1").online(topic_filter)
    broker.publish(topic, b"x")
    await turns()
    assert taken(listens) == ([b"x"] if expected else [])
