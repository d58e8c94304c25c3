"""The gateway behind TLS and WebSocket on real sockets, with paho: what works plain works there, and only there."""

import asyncio
import logging
import shutil
import ssl
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.enums import MQTTProtocolVersion

from simulator.endpoint import packets, wire
from simulator.endpoint.authority import Authority
from simulator.endpoint.client import CONNECT_SECONDS
from simulator.endpoint.door_options import DoorOptions
from simulator.endpoint.fronts import Fronts
from simulator.endpoint.policy import CertifiedPrincipal
from simulator.endpoint.reasons import LossReason
from simulator.errors import InputError
from tests.support.doors import Doors
from tests.support.mqtt_client import MqttClient
from tests.support.paho_client import PahoClient, connected
from tests.support.tls_peer import client_side
from tests.unit.test_endpoint_sigv4 import query

JOBS = "$aws/things/pump-1/jobs"


async def opened(doors: Doors, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Doors]:
    unhandled: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: unhandled.append(context))
    await doors.start()
    yield doors
    await doors.close()
    assert unhandled == []
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert asyncio.all_tasks() == {asyncio.current_task()}


@pytest.fixture
async def doors(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Doors]:
    async for each in opened(Doors(tmp_path / "tls"), caplog):
        yield each


@pytest.fixture
async def guarded(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Doors]:
    async for each in opened(Doors(tmp_path / "tls", policy="thing"), caplog):
        yield each


async def converse(client: PahoClient, doors: Doors) -> None:
    client.client.subscribe(f"{JOBS}/#", 1)
    assert await client.next("subscribed") == [1]
    client.client.publish(f"{JOBS}/get", b"{}", 1)
    assert await client.next("message") == (f"{JOBS}/get/accepted", b"{}")
    doors.gateway.publish(f"{JOBS}/notify", b"x" * 100_000)
    assert await client.next("message") == (f"{JOBS}/notify", b"x" * 100_000)


# --- conversations


@pytest.mark.parametrize("version", [MQTTProtocolVersion.MQTTv311, MQTTProtocolVersion.MQTTv5])
@pytest.mark.parametrize("door", ["mqtts", "ws", "wss"])
async def test_paho_converses_through_each_door(doors: Doors, door: str, version: MQTTProtocolVersion) -> None:
    tls = None if door == "ws" else doors.client("pump-1" if door == "mqtts" else None)
    path = None if door == "mqtts" else "/mqtt"
    async with connected(doors.port(door), "pump-1", tls=tls, path=path, version=version) as client:
        await converse(client, doors)
    await doors.losses(LossReason.CLIENT_INITIATED_DISCONNECT)


@pytest.mark.parametrize("name", ["x-amzn-mqtt-ca", "mqtt"])
async def test_108_a_client_that_offers_awss_alpn_name_gets_it(doors: Doors, name: str) -> None:
    async with connected(doors.port("mqtts"), "pump-1", tls=doors.client(alpn=(name,))) as client:
        sock = client.client.socket()
        assert isinstance(sock, ssl.SSLSocket)
        assert sock.selected_alpn_protocol() == name
        await converse(client, doors)


async def test_the_gateway_knows_whose_certificate_it_is(doors: Doors) -> None:
    async with connected(doors.port("mqtts"), "any-id", tls=doors.client("pump-1")) as client:
        await converse(client, doors)
    principal = doors.clients[0].principal
    assert isinstance(principal, CertifiedPrincipal)
    assert (principal.thing, principal.transport, len(principal.identifier)) == ("pump-1", "mqtts", 64)


async def test_a_signed_url_opens_the_websocket_and_a_wrongly_signed_one_does_not(doors: Doors) -> None:
    async with connected(doors.port("wss"), "pump-1", tls=doors.client(None), path=f"/mqtt?{query()}") as client:
        await converse(client, doors)
    reader, writer = await asyncio.open_connection("localhost", doors.port("wss"), ssl=doors.client(None))
    writer.write(_upgrade(f"/mqtt?{query(Signature='no')}"))
    async with asyncio.timeout(5):
        answer = await reader.read()  # to the end: the connection is closed
    assert answer.startswith(b"HTTP/1.1 403 Forbidden\r\n")
    assert b"\r\nx-amzn-ErrorType: ForbiddenException\r\n" in answer
    writer.close()
    await writer.wait_closed()


async def test_packets_may_be_cut_anywhere_and_come_byte_by_byte(doors: Doors) -> None:
    reader, writer = await asyncio.open_connection("localhost", doors.port("mqtts"), ssl=doors.client())
    for byte in wire.encode(packets.Connect(client_id="pump-1", clean_session=True, keep_alive=60)):
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0)
    async with asyncio.timeout(5):
        assert await reader.readexactly(4) == b"\x20\x02\0\0"
    writer.close()
    await writer.wait_closed()


@pytest.mark.skipif(not shutil.which("mosquitto_sub"), reason="the mosquitto clients are not installed")
@pytest.mark.parametrize("version", ["311", "5"])
async def test_the_mosquitto_clients_converse_over_mutual_tls(doors: Doors, version: str) -> None:
    pem, key = doors.authority.thing_files("pump-1")
    common = [
        "-h", "localhost", "-p", str(doors.port("mqtts")), "-V", version, "-q", "1", "--tls-alpn", "x-amzn-mqtt-ca",
        "--cafile", str(doors.authority.trust_file), "--cert", str(pem), "--key", str(key),
    ]  # fmt: skip
    listener = await asyncio.create_subprocess_exec(
        "mosquitto_sub", *common, "-t", f"{JOBS}/#", "-C", "1", "-F", "%t %p", stdout=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(10):
        while not len(doors.gateway._broker.subscriptions):
            await asyncio.sleep(0.002)
    speaker = await asyncio.create_subprocess_exec("mosquitto_pub", *common, "-t", f"{JOBS}/get", "-m", "{}")
    assert await speaker.wait() == 0
    async with asyncio.timeout(10):
        while not doors.clients:
            await asyncio.sleep(0.002)
        doors.gateway.publish(f"{JOBS}/notify", b"news")
        output, _ = await listener.communicate()
    assert output == f"{JOBS}/notify news\n".encode()


# --- refusals


async def test_without_a_certificate_no_mqtt_is_spoken(doors: Doors) -> None:
    client = PahoClient("pump-1", tls=doors.client(None))
    try:
        await client.connect(doors.port("mqtts"))  # in TLS 1.3 a client hears of it only afterwards
        assert await client.next("disconnected") == "Unspecified error"
    finally:
        await client.close()
    assert (doors.gateway.counters.accepted, doors.gateway.connected) == (1, 0)


async def test_a_certificate_of_another_authority_is_refused(doors: Doors, tmp_path: Path) -> None:
    context = doors.client(None)
    context.load_cert_chain(*Authority(tmp_path / "other").thing_files("pump-1"))
    client = PahoClient("pump-1", tls=context)
    try:
        await client.connect(doors.port("mqtts"))
        assert await client.next("disconnected") == "Unspecified error"
    finally:
        await client.close()
    assert doors.gateway.connected == 0


async def test_a_client_that_trusts_another_authority_does_not_come_in(doors: Doors, tmp_path: Path) -> None:
    context = client_side(Authority(tmp_path / "other"), "pump-1")
    with pytest.raises(ssl.SSLCertVerificationError):
        await asyncio.open_connection("localhost", doors.port("mqtts"), ssl=context)
    await doors.losses(LossReason.CONNECTION_LOST)


async def test_plain_mqtt_at_the_tls_door_ends_the_connection(doors: Doors) -> None:
    client = await MqttClient.open(doors.port("mqtts"))
    client.write(packets.Connect(client_id="pump-1", clean_session=True, keep_alive=60))
    with pytest.raises((packets.MalformedPacketError, ConnectionError)):  # a TLS alert, or the end
        await client.next_packet()
    await client.cut()


@pytest.mark.parametrize("door", ["mqtts", "ws", "wss"])
async def test_whoever_says_nothing_is_sent_away_in_time(doors: Doors, door: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", doors.port(door))
    async with asyncio.timeout(5):
        while not doors.gateway.counters.accepted:
            await asyncio.sleep(0.002)
        doors.now += CONNECT_SECONDS + 1
        assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize("door", ["mqtts", "wss"])
async def test_a_client_that_does_not_read_is_cut_off_and_counted(doors: Doors, door: str) -> None:
    tls = doors.client("pump-1" if door == "mqtts" else None)
    reader, writer = await asyncio.open_connection("localhost", doors.port(door), ssl=tls, limit=1024)
    wrap = (lambda data: data) if door == "mqtts" else _in_frame
    if door == "wss":
        writer.write(_upgrade("/mqtt"))
        await reader.readuntil(b"\r\n\r\n")
    writer.write(wrap(wire.encode(packets.Connect(client_id="pump-1", clean_session=True, keep_alive=60))))
    writer.write(wrap(wire.encode(packets.Subscribe(1, (("news", 0),)))))
    async with asyncio.timeout(30):
        while not len(doors.gateway._broker.subscriptions):
            await asyncio.sleep(0.002)
        writer.transport.pause_reading()
        published = 0
        while not doors.gateway.counters.slow_readers:
            doors.gateway.publish("news", bytes(100_000))
            published += 1
            await asyncio.sleep(0)
            assert published < 1000
    assert doors.gateway.connected == 0
    writer.transport.abort()


def _upgrade(target: str) -> bytes:
    return (
        f"GET {target} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Protocol: mqtt\r\n\r\n"
    ).encode()


def _in_frame(payload: bytes) -> bytes:
    assert len(payload) < 126
    return bytes([0x82, 0x80 | len(payload)]) + b"\0\0\0\0" + payload


async def test_all_connections_end_with_the_gateway(tmp_path: Path) -> None:
    doors = Doors(tmp_path / "tls")
    await doors.start()
    clients = []
    for door in ("mqtts", "ws", "wss"):
        tls = None if door == "ws" else doors.client()
        client = PahoClient(f"client-{door}", tls=tls, path=None if door == "mqtts" else "/mqtt")
        await client.connect(doors.port(door))
        assert await client.next("connected") == "Success"
        clients.append(client)
    silent = await MqttClient.open(doors.port("mqtts"))
    async with asyncio.timeout(5):
        while doors.gateway.counters.accepted < 4:
            await asyncio.sleep(0.002)
        assert "TLS handshakes" in [thread.name for thread in threading.enumerate()]
        await doors.close()
    assert "TLS handshakes" not in [thread.name for thread in threading.enumerate()]
    for client in clients:
        assert await client.next("disconnected") == "Unspecified error"
        await client.close()
    assert await silent.closed() == []
    await silent.cut()
    with pytest.raises(ConnectionRefusedError):
        await MqttClient.open(doors.port("mqtts"))


async def test_a_port_in_use_is_told_in_a_sentence(doors: Doors, tmp_path: Path) -> None:
    taken = f"127.0.0.1:{doors.port('ws')}"
    second = Fronts(doors.gateway, DoorOptions(ws=taken), ("127.0.0.1", 0))
    with pytest.raises(InputError, match=f"{taken}: another program listens on port"):
        await second.start()
    await second.close()


# --- the policy


async def test_under_the_policy_a_thing_works_with_its_own_topics(guarded: Doors) -> None:
    async with connected(guarded.port("mqtts"), "pump-1", tls=guarded.client()) as client:
        await converse(client, guarded)
    async with connected(guarded.gateway.port, "pump-1") as client:  # without a certificate the client id counts
        await converse(client, guarded)


async def test_under_the_policy_a_certificate_connects_as_its_own_thing_alone(guarded: Doors) -> None:
    client = PahoClient("pump-2", tls=guarded.client("pump-1"))
    try:
        await client.connect(guarded.port("mqtts"))
        assert await client.next("connected") != "Success"
        await client.next("disconnected")
    finally:
        await client.close()
    await guarded.losses(LossReason.AUTH_ERROR)


async def test_under_the_policy_a_foreign_filter_is_refused_and_a_foreign_publish_ends_the_connection(
    guarded: Doors,
) -> None:
    async with connected(guarded.port("mqtts"), "pump-1", tls=guarded.client()) as client:
        filters = ["$aws/things/pump-2/jobs/#", f"{JOBS}/#", "$aws/things/+/jobs/#", "#"]
        client.client.subscribe([(each, 1) for each in filters])
        assert await client.next("subscribed") == [0x80, 1, 0x80, 0x80]
        client.client.publish("$aws/things/pump-2/jobs/get", b"{}", 1)
        await client.next("disconnected")
    assert guarded.clients == []
    await guarded.losses(LossReason.FORBIDDEN_ACCESS)


async def test_under_the_policy_mqtt_5_is_told_the_reason(guarded: Doors) -> None:
    async with connected(
        guarded.port("mqtts"), "pump-1", tls=guarded.client(), version=MQTTProtocolVersion.MQTTv5
    ) as client:
        client.client.subscribe([("$aws/things/pump-2/jobs/#", 1)])  # type: ignore[list-item]
        assert await client.next("subscribed") == [0x87]
        client.client.publish("room/1", b"x", 0)
        assert await client.next("disconnected") == "Not authorized"
