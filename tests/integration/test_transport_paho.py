"""The line over MQTT where the endpoint misbehaves: each refusal and silence has its words, and none is the end."""

import asyncio
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from simulator.transport import connection as connection_module
from simulator.transport import paho as paho_module
from simulator.transport.address import Address
from simulator.transport.backoff import BackOff
from simulator.transport.base import Link, LinkHandler, MessageHandler, NotConnectedError, StalledError, Transport
from simulator.transport.paho import PahoTransport, UnsuitableLoopError
from tests.support.broker import Broker, free_port, require_mosquitto
from tests.support.lines import Line
from tests.support.scripted_endpoint import CONNECT, DISCONNECT, PINGREQ, PUBLISH, SUBSCRIBE, Caller, scripted_endpoint

IMPATIENT = BackOff(base_seconds=0.02, cap_seconds=0.1)
TOPIC = "things/pump-1/echo"


@asynccontextmanager
async def line_to(port: int, host: str = "127.0.0.1", tls: bool = False, **options: Any) -> AsyncIterator[Line]:
    """A line to that port that gives up nothing; closed afterwards, with no task and no dialling thread left."""
    before = asyncio.all_tasks()

    def make(client_id: str, on_message: MessageHandler, on_link: LinkHandler) -> Transport:
        address = Address(host=host, port=port, tls=tls)
        settings: dict[str, Any] = {"random": Random(1), "back_off": IMPATIENT} | options
        return PahoTransport(address, client_id, on_message, on_link, **settings)

    line = Line(make, "pump-1")
    try:
        yield line
    finally:
        await line.transport.close()
    ours = {task for task in asyncio.all_tasks() - before if task.get_name().startswith("connect")}
    assert ours == set()


async def problem_before_online(line: Line) -> str:
    """Open the line; return the reason of the ERROR it goes through before it is ONLINE."""
    async with asyncio.TaskGroup() as group:
        group.create_task(line.online())
        return await line.becomes(Link.ERROR)


async def publish_until_stalled(line: Line, size: int) -> int:
    """Publish messages of that size, giving the loop its turns; return how many were taken, 2,000 at most."""
    for taken in range(2000):
        try:
            line.transport.publish(TOPIC, bytes(size))
        except StalledError as error:
            assert str(error) == "pump-1: too many messages wait for the endpoint; the message was not sent"
            return taken
        await asyncio.sleep(0)
    return 2000


async def accept_and_stay(caller: Caller) -> None:
    await caller.accept()
    await caller.is_left()


async def test_a_refusal_is_told_in_words_and_tried_again() -> None:
    async def refuse(caller: Caller) -> None:
        await caller.hears(CONNECT)
        caller.say(b"\x20\x02\x00\x05")

    async with scripted_endpoint(refuse, accept_and_stay) as endpoint, line_to(endpoint.port) as line:
        assert await problem_before_online(line) == "the endpoint refused the connection: not authorized"
        assert line.states == [Link.CONNECTING, Link.ERROR, Link.ONLINE]
        assert endpoint.calls == 2


async def test_a_refused_protocol_version_is_not_tried_with_an_older_one() -> None:
    async def refuse(caller: Caller) -> None:
        body = await caller.hears(CONNECT)
        assert body[:7] == b"\x00\x04MQTT\x04"
        caller.say(b"\x20\x02\x00\x01")
        assert await caller.is_left() == b""

    async with scripted_endpoint(refuse, refuse, accept_and_stay) as endpoint, line_to(endpoint.port) as line:
        assert "does not speak MQTT 3.1.1" in await problem_before_online(line)
        assert endpoint.calls == 3


async def test_an_endpoint_that_is_something_else_is_told_so() -> None:
    async def speak_gibberish(caller: Caller) -> None:
        caller.say(b"\xff\x00\x00")
        await caller.is_left()

    async with scripted_endpoint(speak_gibberish, accept_and_stay) as endpoint, line_to(endpoint.port) as line:
        assert "is no MQTT endpoint at all" in await problem_before_online(line)


async def test_an_endpoint_that_hangs_up_is_tried_again() -> None:
    async def hang_up(caller: Caller) -> None:
        await caller.hears(CONNECT)

    async with scripted_endpoint(hang_up, accept_and_stay) as endpoint, line_to(endpoint.port) as line:
        assert "closed the connection instead of accepting it" in await problem_before_online(line)


async def test_an_endpoint_that_never_answers_is_given_up_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "ANSWER_SECONDS", 0.1)

    async def say_nothing(caller: Caller) -> None:
        await caller.is_left()

    async with scripted_endpoint(say_nothing, accept_and_stay) as endpoint, line_to(endpoint.port) as line:
        assert "did not answer CONNECT within 0.1 s" in await problem_before_online(line)


async def test_open_can_be_cancelled_while_an_endpoint_says_nothing() -> None:
    async def say_nothing(caller: Caller) -> None:
        await caller.hears(CONNECT)
        said.set()
        assert await caller.is_left() == b""  # no goodbye to who never said hello
        left.set()

    said, left = asyncio.Event(), asyncio.Event()
    async with scripted_endpoint(say_nothing) as endpoint, line_to(endpoint.port) as line:
        task = asyncio.create_task(line.transport.open())
        await said.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(left.wait(), 5)
        assert line.states == [Link.CONNECTING, Link.OFFLINE]


async def test_a_refused_filter_is_named_and_tried_again_until_it_is_granted() -> None:
    async def refuse(caller: Caller) -> None:
        await caller.accept()
        await caller.grant(1, 0x80)
        await caller.is_left()

    async def grant(caller: Caller) -> None:
        await caller.accept()
        assert await caller.grant(1, 1) == b"\x00\x01a\x01\x00\x01b\x01"
        await caller.is_left()

    async with scripted_endpoint(refuse, refuse, grant) as endpoint, line_to(endpoint.port) as line:
        await line.online()
        with pytest.raises(NotConnectedError):
            await line.transport.subscribe(("a", "b"))
        assert line.links[-1] == (Link.ERROR, "the endpoint refused the subscription to b")
        await line.becomes(Link.ONLINE)
        assert line.states == [Link.CONNECTING, Link.ONLINE, Link.ERROR, Link.ONLINE]
        assert endpoint.calls == 3


async def test_a_subscription_that_is_never_granted_ends_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "ANSWER_SECONDS", 0.2)
    async with scripted_endpoint(accept_and_stay) as endpoint, line_to(endpoint.port) as line:
        await line.online()
        with pytest.raises(NotConnectedError):
            await line.transport.subscribe((TOPIC,))
        assert "did not answer SUBSCRIBE" in line.links[-1][1]


async def test_filters_added_while_others_are_being_granted_are_granted_too() -> None:
    async def slow(caller: Caller) -> None:
        await caller.accept()
        body = await caller.hears(SUBSCRIBE)
        asked.set()
        await added.wait()
        caller.say(b"\x90\x03" + body[:2] + b"\x01")
        assert await caller.grant(1) == b"\x00\x05later\x01"
        await caller.is_left()

    asked, added = asyncio.Event(), asyncio.Event()
    async with scripted_endpoint(slow) as endpoint, line_to(endpoint.port) as line:
        with pytest.raises(NotConnectedError):
            await line.transport.subscribe(("sooner",))
        opening = asyncio.create_task(line.online())
        await asked.wait()
        with pytest.raises(NotConnectedError):
            await line.transport.subscribe(("later",))
        added.set()
        await opening
        assert line.states == [Link.CONNECTING, Link.ONLINE]


async def test_a_refused_connection_is_tried_until_the_endpoint_is_there() -> None:
    async with line_to(free_port()) as line:
        task = asyncio.create_task(line.online())
        reason = await line.becomes(Link.ERROR)
        assert reason.startswith("mqtt://127.0.0.1:")
        assert reason.endswith("refuses connections; see whether the endpoint runs")
        task.cancel()
        await asyncio.wait([task])


async def test_a_name_that_is_not_known_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_args: object, **_more: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "create_connection", unknown)
    async with line_to(1883, host="nowhere.invalid") as line:
        task = asyncio.create_task(line.online())
        assert await line.becomes(Link.ERROR) == "the name nowhere.invalid is not known"
        task.cancel()
        await asyncio.wait([task])


async def test_closing_does_not_wait_for_a_thread_that_dials_and_leaks_no_socket(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    theirs, ours = socket.socketpair()

    def slow_dial(_address: Address, _context: object) -> socket.socket:
        begun.set()
        go_on.wait(10)
        return ours

    monkeypatch.setattr(paho_module, "dial", slow_dial)
    with theirs:
        async with line_to(1883) as line:
            task = asyncio.create_task(line.transport.open())
            await asyncio.to_thread(begun.wait, 10)
            task.cancel()
            await asyncio.wait([task])
            assert line.link is Link.OFFLINE
        go_on.set()
        theirs.settimeout(10)
        assert await asyncio.to_thread(theirs.recv, 1) == b""  # the thread's socket was closed


async def test_close_says_goodbye_after_everything_else_and_a_cut_does_not() -> None:
    heard: list[bytes] = []

    async def listen(caller: Caller) -> None:
        await caller.accept()
        heard.append(await caller.is_left())
        left.set()

    left = asyncio.Event()
    async with scripted_endpoint(listen) as endpoint:
        async with line_to(endpoint.port, qos=0) as line:
            await line.online()
            line.transport.cut(0.0)
            await left.wait()
            left.clear()
            await line.becomes(Link.ONLINE)
            line.transport.publish("a", b"b")
        await asyncio.wait_for(left.wait(), 5)
    assert heard == [b"", bytes((PUBLISH, 4, 0, 1)) + b"ab" + bytes((DISCONNECT, 0))]


@pytest.mark.parametrize("qos", [0, 1])
async def test_an_endpoint_that_stops_reading_stalls_the_line_and_does_not_hold_up_its_closing(qos: int) -> None:
    async def stop_reading(caller: Caller) -> None:
        await caller.accept()
        await done.wait()

    done = asyncio.Event()
    async with scripted_endpoint(stop_reading) as endpoint:
        async with line_to(endpoint.port, qos=qos) as line:
            await line.online()
            assert 10 <= await publish_until_stalled(line, 100_000) < 500
            began = time.monotonic()
            await line.transport.close()
            assert time.monotonic() - began < paho_module.GOODBYE_SECONDS + 1
        done.set()


async def test_what_is_not_acknowledged_is_bounded_however_small_it_is() -> None:
    async with scripted_endpoint(accept_and_stay) as endpoint, line_to(endpoint.port) as line:
        await line.online()
        assert await publish_until_stalled(line, 1) == connection_module.UNACKNOWLEDGED


async def test_an_idle_line_gives_signs_of_life_and_asks_for_them() -> None:
    async def answer_once(caller: Caller) -> None:
        await caller.accept()
        await caller.hears(PINGREQ)
        caller.say(b"\xd0\x00")
        await caller.hears(PINGREQ)
        pinged_twice.set()
        await caller.is_left()

    pinged_twice = asyncio.Event()
    async with scripted_endpoint(answer_once) as endpoint, line_to(endpoint.port, keep_alive_seconds=1) as line:
        await line.online()
        assert await line.becomes(Link.ERROR) == "the endpoint gives no sign of life"
        assert pinged_twice.is_set()


async def test_what_was_not_acknowledged_is_not_sent_again_on_the_next_line() -> None:
    async def take_and_hang_up(caller: Caller) -> None:
        await caller.accept()
        await caller.hears(PUBLISH)

    async def expect_only_this(caller: Caller) -> None:
        await caller.accept()
        assert b"new" in await caller.hears(PUBLISH)
        done.set()
        await caller.is_left()

    done = asyncio.Event()
    async with scripted_endpoint(take_and_hang_up, expect_only_this) as endpoint, line_to(endpoint.port) as line:
        await line.online()
        line.transport.publish(TOPIC, b"old")
        await line.becomes(Link.ERROR)
        await line.becomes(Link.ONLINE)
        line.transport.publish(TOPIC, b"new")
        await asyncio.wait_for(done.wait(), 5)


async def test_a_handler_that_fails_costs_its_message_only() -> None:
    async def say_two_things(caller: Caller) -> None:
        await caller.accept()
        await caller.grant(1)
        caller.say(b"\x30\x04\x00\x01ax" + b"\x30\x04\x00\x01ay")
        await caller.is_left()

    failures: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: failures.append(context))
    received: list[bytes] = []

    def on_message(_topic: str, payload: bytes) -> None:
        received.append(payload)
        if payload == b"x":
            raise ValueError("a mistake of its owner")
        both.set()

    both = asyncio.Event()
    async with scripted_endpoint(say_two_things) as endpoint:
        transport = PahoTransport(
            Address(host="127.0.0.1", port=endpoint.port), "pump-1", on_message, lambda *_: None, random=Random(1)
        )
        await transport.open()
        await transport.subscribe(("a",))
        await asyncio.wait_for(both.wait(), 5)
        await transport.close()
    assert received == [b"x", b"y"]
    assert [str(failure["exception"]) for failure in failures] == ["a mistake of its owner"]


async def test_a_link_handler_that_fails_does_not_keep_the_line_from_coming_up() -> None:
    def fail(link: Link, _reason: str) -> None:
        raise ValueError(link)

    failures: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: failures.append(context))
    async with scripted_endpoint(accept_and_stay) as endpoint:
        address = Address(host="127.0.0.1", port=endpoint.port)
        transport = PahoTransport(address, "pump-1", lambda *_: None, fail, random=Random(1))
        await asyncio.wait_for(transport.open(), 5)
        await transport.close()
    assert [str(failure["exception"]) for failure in failures] == ["connecting", "online", "offline"]


async def test_what_nobody_thought_of_is_told_and_does_not_end_the_trying() -> None:
    async def hear_nothing(caller: Caller) -> None:
        assert await caller.is_left() == b""

    failures: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: failures.append(context))
    too_long = 70_000  # fits in no CONNECT packet
    async with scripted_endpoint(hear_nothing) as endpoint, line_to(endpoint.port, keep_alive_seconds=too_long) as line:
        opening = asyncio.create_task(line.transport.open())
        assert (await line.becomes(Link.ERROR)).startswith("cannot connect: ")
        while endpoint.calls < 3:
            await asyncio.sleep(0.01)
        opening.cancel()
        await asyncio.wait([opening])
    assert len(failures) >= 2
    assert line.states == [Link.CONNECTING, Link.ERROR, Link.OFFLINE]


async def test_a_handler_may_cut_the_line_from_inside_a_message() -> None:
    async def say(caller: Caller) -> None:
        await caller.accept()
        caller.say(b"\x32\x06\x00\x01a\x00\x01x" * 3)
        await caller.is_left()

    messages: list[bytes] = []
    links: list[Link] = []

    def on_message(_topic: str, payload: bytes) -> None:
        messages.append(payload)
        transport.cut(float("inf"))
        cut.set()

    cut = asyncio.Event()
    async with scripted_endpoint(say) as endpoint:
        transport = PahoTransport(
            Address(host="127.0.0.1", port=endpoint.port),
            "pump-1",
            on_message,
            lambda link, _reason: links.append(link),
            random=Random(1),
        )
        opening = asyncio.create_task(transport.open())
        await asyncio.wait_for(cut.wait(), 5)
        opening.cancel()
        await asyncio.wait([opening])
        await transport.close()
    assert messages == [b"x"]
    assert links[-1] is Link.OFFLINE


async def test_acknowledgement_and_next_request_leave_together_and_both_arrive() -> None:
    async def talk(caller: Caller) -> None:
        await caller.accept()
        await caller.grant(1)
        caller.say(b"\x32\x08\x00\x01a\x00\x07abc")
        assert await caller.reader.readexactly(2) == b"\x32\x08"  # the answer, given inside the handler
        await caller.reader.readexactly(8)
        assert await caller.reader.readexactly(4) == b"\x40\x02\x00\x07"
        heard.set()
        await caller.is_left()

    heard = asyncio.Event()
    async with scripted_endpoint(talk) as endpoint:
        transport = PahoTransport(
            Address(host="127.0.0.1", port=endpoint.port),
            "pump-1",
            lambda topic, payload: transport.publish(topic, payload),
            lambda *_: None,
            random=Random(1),
        )
        await transport.open()
        await transport.subscribe(("a",))
        await asyncio.wait_for(heard.wait(), 5)
        await transport.close()


async def test_acknowledgements_are_taken_without_what_only_mqtt_5_has(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards the short way round paho, which it would stop calling without a word if it renamed its own."""

    async def acknowledge(caller: Caller) -> None:
        await caller.accept()
        for _ in range(3):
            body = await caller.hears(PUBLISH)
            topic_ends = 2 + int.from_bytes(body[:2], "big")
            caller.say(b"\x40\x02" + body[topic_ends : topic_ends + 2])
        caller.say(b"\x40\x02\xff\xff")  # of nothing that was sent: no harm
        caller.say(b"\x40\x01\x00")  # half a message id
        await caller.is_left()

    made: list[int] = []
    make = ReasonCode.__init__
    async with scripted_endpoint(acknowledge, accept_and_stay) as endpoint, line_to(endpoint.port) as line:
        await line.online()
        monkeypatch.setattr(
            ReasonCode, "__init__", lambda self, kind, *rest: (made.append(kind), make(self, kind, *rest))[1]
        )
        client = line.transport._connection._client  # type: ignore[attr-defined]
        for _ in range(3):
            line.transport.publish(TOPIC, b"{}")
        assert len(client._out_messages) == 3
        assert await line.becomes(Link.ERROR) == "the endpoint sent something that is no MQTT"
        assert client._out_messages == {}
        assert PacketTypes.PUBACK not in made


def test_a_loop_that_cannot_watch_sockets_is_refused_in_a_sentence() -> None:
    class Proactor(asyncio.SelectorEventLoop):
        add_reader = asyncio.AbstractEventLoop.add_reader

    async def use() -> None:
        transport = PahoTransport(
            Address(host="127.0.0.1", port=1883), "pump-1", lambda *_: None, lambda *_: None, random=Random(1)
        )
        with pytest.raises(UnsuitableLoopError, match=r"things cannot run on Proactor: .*SelectorEventLoop"):
            await transport.open()

    with asyncio.Runner(loop_factory=Proactor) as runner:
        # asyncio itself watches its wake-up pipe by the private names, which stay.
        runner.run(use())


def test_it_runs_on_uvloop_just_so(tmp_path: Path) -> None:
    uvloop = pytest.importorskip("uvloop", reason="uvloop is not installed (it does not exist for Windows)")
    broker = Broker(tmp_path, require_mosquitto())
    broker.start()

    async def use() -> None:
        async with line_to(broker.port) as line:
            await line.online(TOPIC)
            for _ in range(3):
                line.transport.publish(TOPIC, bytes(300_000))
                assert await line.receives() == (TOPIC, bytes(300_000))
                line.transport.cut(0.0)
                await line.becomes(Link.ONLINE)
            await asyncio.to_thread(broker.stop)
            await line.becomes(Link.ERROR)

    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(use())
    finally:
        broker.stop()


async def test_it_speaks_tls_and_tells_a_certificate_it_does_not_trust(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    try:
        subprocess.run(
            f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost "
            f"-addext subjectAltName=IP:127.0.0.1 -keyout {key} -out {certificate}".split(),
            check=True,
            capture_output=True,
        )
    except FileNotFoundError:
        pytest.skip("the openssl command is not installed; it makes this test's certificate")
    broker = Broker(tmp_path, require_mosquitto(), certificate, key)
    await asyncio.to_thread(broker.start)
    try:
        async with line_to(broker.port, tls=True) as line:
            task = asyncio.create_task(line.transport.open())
            assert "the certificate of 127.0.0.1 is not trusted" in await line.becomes(Link.ERROR)
            task.cancel()
            await asyncio.wait([task])
        trusting = ssl.create_default_context(cafile=str(certificate))
        async with line_to(broker.port, tls=True, tls_context=trusting) as line:
            await line.online(TOPIC)
            for size in (1, 40_000, 200_000):
                line.transport.publish(TOPIC, bytes(size))
            assert [len((await line.receives())[1]) for _ in range(3)] == [1, 40_000, 200_000]
    finally:
        broker.stop()

    async def speak_plainly(caller: Caller) -> None:
        caller.say(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await caller.is_left()

    async with scripted_endpoint(speak_plainly) as endpoint, line_to(endpoint.port, tls=True) as line:
        task = asyncio.create_task(line.transport.open())
        assert "TLS with mqtts://127.0.0.1" in await line.becomes(Link.ERROR)
        task.cancel()
        await asyncio.wait([task])
