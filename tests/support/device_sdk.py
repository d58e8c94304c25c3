"""AWS's IoT Device SDK as things: its connections by MQTT 3.1.1 and 5, plain or by mutual TLS, and its Jobs clients.

Both Jobs clients are asked in the same words here, so that one conversation can be had with either: `ask` returns what
was accepted, or the modelled rejection.
"""

import asyncio
import queue
import uuid
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from awscrt import mqtt, mqtt5
from awscrt.mqtt_request_response import ClientOptions, SubscriptionStatusEventType
from awsiot import ServiceStreamOptions, V2ServiceException, iotjobs, mqtt5_client_builder, mqtt_connection_builder

SECONDS = 10
QOS = mqtt.QoS.AT_LEAST_ONCE
CHANGED, NEXT_CHANGED = "job_executions_changed", "next_job_execution_changed"


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a thing connects; with TLS if there is a `ca`."""

    host: str
    port: int
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    def tls(self, client_id: str) -> dict[str, Any]:
        """Return the options of both of the SDK's builders."""
        return {
            "endpoint": self.host,
            "port": self.port,
            "client_id": client_id,
            "ca_filepath": str(self.ca),
            "cert_filepath": str(self.certificate),
            "pri_key_filepath": str(self.key),
        }


class Connection3:
    """AWS's MQTT 3.1.1 connection. A line that was cut is back after a second, where the SDK would take five."""

    _back_soon: ClassVar = {"reconnect_min_timeout_secs": 1, "reconnect_max_timeout_secs": 1}

    def __init__(self, reach: Reach, client_id: str, *, clean_session: bool = True) -> None:
        options = {"clean_session": clean_session, **self._back_soon}
        if reach.ca is None:
            plain = mqtt.Client(tls_ctx=None)
            self.client = mqtt.Connection(plain, host_name=reach.host, port=reach.port, client_id=client_id, **options)
        else:
            self.client = mqtt_connection_builder.mtls_from_path(**reach.tls(client_id), **options)

    def start(self) -> None:
        self.client.connect().result(SECONDS)

    def stop(self) -> None:
        self.client.disconnect().result(SECONDS)


class Connection5:
    """AWS's MQTT 5 client. A line that was cut is back at once, where the SDK would take a second."""

    _back_soon: ClassVar = {"min_reconnect_delay_ms": 10, "max_reconnect_delay_ms": 100}

    def __init__(self, reach: Reach, client_id: str) -> None:
        self._up: Future[None] = Future()
        self._down: Future[None] = Future()
        if reach.ca is None:
            options = mqtt5.ClientOptions(
                host_name=reach.host,
                port=reach.port,
                tls_ctx=None,
                connect_options=mqtt5.ConnectPacket(client_id=client_id),
                on_lifecycle_event_connection_success_fn=self._connected,
                on_lifecycle_event_stopped_fn=lambda _: self._down.set_result(None),
                **self._back_soon,
            )
            self.client = mqtt5.Client(options)
        else:
            self.client = mqtt5_client_builder.mtls_from_path(
                on_lifecycle_connection_success=self._connected,
                on_lifecycle_stopped=lambda _: self._down.set_result(None),
                **reach.tls(client_id),
                **self._back_soon,
            )

    def _connected(self, _: object) -> None:
        if not self._up.done():  # it is called again whenever the line comes back
            self._up.set_result(None)

    def start(self) -> None:
        self.client.start()
        self._up.result(SECONDS)

    def stop(self) -> None:
        self.client.stop()
        self._down.result(SECONDS)


Connection = Connection3 | Connection5


def _class(operation: str, ending: str) -> Any:
    """Return the SDK's class of an operation: `update_job_execution`, `Request` is UpdateJobExecutionRequest."""
    return getattr(iotjobs, operation.title().replace("_", "") + ending)


class JobsClient1:
    """IotJobsClient: topics are subscribed to once, and an answer comes to a callback."""

    def __init__(self, connection: Connection, thing: str) -> None:
        self._thing = thing
        self._client = iotjobs.IotJobsClient(connection.client)
        self._answers: queue.Queue[tuple[str, Any]] = queue.Queue()
        self.changed: queue.Queue[Any] = queue.Queue()
        self.next_changed: queue.Queue[Any] = queue.Queue()

    def open(self) -> None:
        """Subscribe to every answer and notification of the thing."""
        for operation in ("get_pending_job_executions", "start_next_pending_job_execution"):
            self._listen(operation, _class(operation, "SubscriptionRequest")(thing_name=self._thing))
        for operation in ("describe_job_execution", "update_job_execution"):
            self._listen(operation, _class(operation, "SubscriptionRequest")(thing_name=self._thing, job_id="+"))
        for topic, told in (
            ("job_executions_changed", self.changed),
            ("next_job_execution_changed", self.next_changed),
        ):
            request = _class(topic, "SubscriptionRequest")(thing_name=self._thing)
            subscribe = getattr(self._client, f"subscribe_to_{topic}_events")
            assert subscribe(request, QOS, told.put)[0].result(SECONDS) == QOS

    def _listen(self, operation: str, request: Any) -> None:
        for answer in ("accepted", "rejected"):
            subscribe = getattr(self._client, f"subscribe_to_{operation}_{answer}")
            granted, _ = subscribe(request, QOS, lambda body, to=f"{operation} {answer}": self._answers.put((to, body)))
            assert granted.result(SECONDS) == QOS

    def ask(self, operation: str, **members: Any) -> Any:
        token = str(uuid.uuid4())
        request = _class(operation, "Request")(thing_name=self._thing, client_token=token, **members)
        getattr(self._client, f"publish_{operation}")(request, QOS).result(SECONDS)
        to, body = self._answers.get(timeout=SECONDS)
        rejected = isinstance(body, iotjobs.RejectedError)
        assert (to, body.client_token) == (f"{operation} {'rejected' if rejected else 'accepted'}", token)
        return body

    def close(self) -> None:
        assert self._answers.empty()


class JobsClient2:
    """IotJobsClientV2: requests are futures, and notifications come as streams."""

    def __init__(self, connection: Connection, thing: str) -> None:
        self._thing = thing
        options = ClientOptions(
            max_request_response_subscriptions=4, max_streaming_subscriptions=2, operation_timeout_in_seconds=SECONDS
        )
        self._client = iotjobs.IotJobsClientV2(connection.client, options)
        self._streams: list[Any] = []
        self._statuses: queue.Queue[SubscriptionStatusEventType] = queue.Queue()
        self.changed: queue.Queue[Any] = queue.Queue()
        self.next_changed: queue.Queue[Any] = queue.Queue()

    def open(self) -> None:
        """Open the streams of the thing's notifications."""
        for topic, told in (
            ("job_executions_changed", self.changed),
            ("next_job_execution_changed", self.next_changed),
        ):
            request = _class(topic, "SubscriptionRequest")(thing_name=self._thing)
            self._stream(getattr(self._client, f"create_{topic}_stream"), request, told)

    def _stream(self, create: Callable[..., Any], request: Any, told: "queue.Queue[Any]") -> None:
        options = ServiceStreamOptions(
            incoming_event_listener=told.put,
            subscription_status_listener=lambda event: self._statuses.put(event.type),
            deserialization_failure_listener=told.put,
        )
        stream = create(request, options)
        stream.open()
        self._streams.append(stream)  # a stream that nobody keeps is closed
        self.established()

    def established(self) -> None:
        """Wait until a stream says that it is subscribed, for the first time or again."""
        status = self._statuses.get(timeout=SECONDS)
        while status == SubscriptionStatusEventType.SUBSCRIPTION_LOST:
            status = self._statuses.get(timeout=SECONDS)
        assert status == SubscriptionStatusEventType.SUBSCRIPTION_ESTABLISHED

    def ask(self, operation: str, **members: Any) -> Any:
        request = _class(operation, "Request")(thing_name=self._thing, **members)
        try:
            body = getattr(self._client, operation)(request).result(SECONDS)
        except V2ServiceException as exc:
            body = exc.modeled_error
        assert body.client_token == request.client_token
        return body

    def close(self) -> None:
        self._streams.clear()


JobsClient = JobsClient1 | JobsClient2


async def heard(told: "queue.Queue[Any]") -> Any:
    """Return the next notification."""
    return await asyncio.to_thread(told.get, timeout=SECONDS)
