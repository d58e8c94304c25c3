"""AWS's own device SDK comes in by every door that AWS has: mutual TLS and signed WebSocket, MQTT 3.1.1 and 5."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from tests.support.doors import Doors

mqtt = pytest.importorskip("awscrt.mqtt", reason="the AWS IoT Device SDK is not installed")
from awscrt import auth, mqtt5  # noqa: E402
from awsiot import mqtt5_client_builder, mqtt_connection_builder  # noqa: E402

SECONDS = 10
TOPIC = "$aws/things/pump-1/jobs/get"

Common = dict[str, Any]


@pytest.fixture
async def doors(tmp_path: Path) -> AsyncIterator[Doors]:
    doors = Doors(tmp_path / "tls", policy="thing")
    await doors.start()
    yield doors
    await doors.close()


def common(doors: Doors) -> Common:
    return {"endpoint": "localhost", "ca_filepath": str(doors.authority.trust_file), "client_id": "pump-1"}


def certificate(doors: Doors) -> tuple[str, str]:
    pem, key = doors.authority.thing_files("pump-1")
    return str(pem), str(key)


def signing(doors: Doors) -> Common:
    keys = auth.AwsCredentialsProvider.new_static("AKIDEXAMPLE", "secret/key", "session/token==")
    return {"region": "us-east-1", "credentials_provider": keys, "port": doors.port("wss"), **common(doors)}


def converse_by_3(connection: Any) -> tuple[str, bytes]:
    """Connect, subscribe, ask; return the answer."""
    connection.connect().result(SECONDS)
    got: Future[tuple[str, bytes]] = Future()
    subscribed, _ = connection.subscribe(
        f"{TOPIC}/+", mqtt.QoS.AT_LEAST_ONCE, lambda topic, payload, **_: got.set_result((topic, payload))
    )
    subscribed.result(SECONDS)
    connection.publish(TOPIC, "{}", mqtt.QoS.AT_LEAST_ONCE)[0].result(SECONDS)
    answer = got.result(SECONDS)
    connection.disconnect().result(SECONDS)
    return answer


def converse_by_5(build: Callable[..., Any], **options: Any) -> tuple[str, bytes]:
    up: Future[object] = Future()
    down: Future[object] = Future()
    got: Future[tuple[str, bytes]] = Future()
    client = build(
        on_lifecycle_connection_success=up.set_result,
        on_lifecycle_stopped=down.set_result,
        on_publish_received=lambda data: got.set_result((data.publish_packet.topic, data.publish_packet.payload)),
        **options,
    )
    client.start()
    up.result(SECONDS)
    filters = [mqtt5.Subscription(topic_filter=f"{TOPIC}/+", qos=mqtt5.QoS.AT_LEAST_ONCE)]
    client.subscribe(mqtt5.SubscribePacket(subscriptions=filters)).result(SECONDS)
    client.publish(mqtt5.PublishPacket(topic=TOPIC, payload=b"{}", qos=mqtt5.QoS.AT_LEAST_ONCE)).result(SECONDS)
    answer = got.result(SECONDS)
    client.stop()
    down.result(SECONDS)
    return answer


async def test_108_mqtt_3_over_mutual_tls(doors: Doors) -> None:
    connection = mqtt_connection_builder.mtls_from_path(*certificate(doors), port=doors.port("mqtts"), **common(doors))
    assert await asyncio.to_thread(converse_by_3, connection) == (f"{TOPIC}/accepted", b"{}")


async def test_108_mqtt_3_over_a_signed_websocket(doors: Doors) -> None:
    connection = mqtt_connection_builder.websockets_with_default_aws_signing(**signing(doors))
    assert await asyncio.to_thread(converse_by_3, connection) == (f"{TOPIC}/accepted", b"{}")


async def test_108_mqtt_5_over_mutual_tls(doors: Doors) -> None:
    pem, key = certificate(doors)
    answer = await asyncio.to_thread(
        converse_by_5,
        mqtt5_client_builder.mtls_from_path,
        cert_filepath=pem,
        pri_key_filepath=key,
        port=doors.port("mqtts"),
        **common(doors),
    )
    assert answer == (f"{TOPIC}/accepted", b"{}")


async def test_108_mqtt_5_over_a_signed_websocket(doors: Doors) -> None:
    answer = await asyncio.to_thread(
        converse_by_5, mqtt5_client_builder.websockets_with_default_aws_signing, **signing(doors)
    )
    assert answer == (f"{TOPIC}/accepted", b"{}")
