"""PUBLISH: what AWS lets a client publish, to the jobs service or to other clients, and how it is acknowledged."""

import logging
from typing import TYPE_CHECKING

from simulator.endpoint import mqtt5, subscriptions, wire
from simulator.endpoint.hooks import Action
from simulator.endpoint.messages import ViolationError
from simulator.endpoint.packets import LEVEL_5, PubAck, Publish
from simulator.endpoint.quotas import Rate
from simulator.endpoint.reasons import Reason
from simulator.endpoint.sessions import Session
from simulator.jobs import limits
from simulator.jobs.topics import is_reserved_jobs_topic

if TYPE_CHECKING:
    from simulator.endpoint.client import Client

logger = logging.getLogger(__name__)


def publish(client: "Client", packet: Publish, session: Session) -> None:
    """Carry out a PUBLISH of `client`.

    Raises:
        ViolationError: AWS closes connections for it.
    """
    shared, dialect, qos, payload = client.shared, session.dialect, packet.qos, packet.payload
    topic = packet.topic if dialect is None else dialect.resolve(packet)
    if qos > 1:
        raise ViolationError("QoS 2 is not served", Reason.QOS_NOT_SUPPORTED)
    if not subscriptions.is_topic(topic):
        raise ViolationError(f"nothing can be published to {topic[:256]!r}", Reason.TOPIC_NAME_INVALID)
    if len(payload) > limits.PAYLOAD_BYTES:
        raise ViolationError(f"{len(payload)} bytes are more than a message may have", Reason.PACKET_TOO_LARGE)
    is_request = False
    if topic[:1] == "$":
        is_request = is_reserved_jobs_topic(topic)
        if not is_request:
            raise ViolationError(f"{topic!r} is reserved", Reason.TOPIC_NAME_INVALID)
        if packet.retain:
            raise ViolationError(f"{topic!r} is reserved, and nothing is retained there", Reason.TOPIC_NAME_INVALID)
    policy = shared.hooks.policy
    if policy is not None and not policy(client, Action.PUBLISH, topic):
        raise ViolationError(f"the policy does not let this client publish to {topic!r}", Reason.NOT_AUTHORIZED)
    limit = shared.settings.publishes_per_second
    if limit and not _is_within_rate(client, limit):
        shared.counters.throttled += 1
        return
    if dialect is not None:
        _publish_5(client, packet, topic, session, dialect, is_request=is_request)
        return
    if qos:
        client.write(wire.encode_puback(packet.packet_id))
    if is_request:
        _request(client, topic, payload)
    else:
        shared.broker.take(topic, payload, qos, retain=packet.retain)


def _publish_5(
    client: "Client", packet: Publish, topic: str, session: Session, dialect: mqtt5.Dialect, *, is_request: bool
) -> None:
    extras = mqtt5.extras_of(packet, client.shared.broker.monotonic())
    if packet.qos:
        dialect.acknowledged += 1
        if dialect.acknowledged > limits.IN_FLIGHT:
            what = f"more than {limits.IN_FLIGHT} messages without waiting for a PUBACK"
            raise ViolationError(what, Reason.RECEIVE_MAXIMUM_EXCEEDED)
    if is_request:
        if packet.qos:
            client.write(wire.encode_puback(packet.packet_id))
        _request(client, topic, packet.payload)
        return
    take = client.shared.broker.take
    found = take(topic, packet.payload, packet.qos, extras, retain=packet.retain, source=session)
    if packet.qos:
        reason = Reason.SUCCESS if found else Reason.NO_MATCHING_SUBSCRIBERS
        client.write(wire.encode(PubAck(packet.packet_id, reason), LEVEL_5))


def _is_within_rate(client: "Client", limit: int) -> bool:
    if client.rate is None:
        client.rate = Rate()
    return client.rate.allows(client.shared.broker.monotonic(), limit)


def _request(client: "Client", topic: str, payload: bytes) -> None:
    client.shared.counters.requests += 1
    try:
        client.shared.on_request(client, topic, payload)
    except Exception:  # a request that breaks the service must not cost the thing its line
        client.shared.counters.failed_requests += 1
        logger.exception("a request of %r to %s failed", client.client_id, topic)
