"""SUBSCRIBE and UNSUBSCRIBE: which filters AWS grants, and the codes that say so."""

from collections.abc import Callable

from simulator.endpoint import subscriptions, wire
from simulator.endpoint.broker import Broker
from simulator.endpoint.messages import ViolationError
from simulator.endpoint.mqtt5 import check_user_properties
from simulator.endpoint.packets import (
    LEVEL_3_1_1,
    LEVEL_5,
    NO_LOCAL,
    RETAIN_AS_PUBLISHED,
    RETAIN_HANDLING_SHIFT,
    SUBSCRIPTION_REFUSED,
    SubAck,
    Subscribe,
    UnsubAck,
    Unsubscribe,
)
from simulator.endpoint.reasons import Reason
from simulator.endpoint.sessions import Session
from simulator.endpoint.shared_subscriptions import split
from simulator.jobs import limits


def subscribe(broker: Broker, session: Session, packet: Subscribe, may: Callable[[str], bool]) -> tuple[list[str], int]:
    """Grant what can be granted, write the SUBACK and the retained messages.

    Returns the filters that were granted, and how many bytes the retained messages took. `may` is asked for the policy,
    with the part of a filter that names topics.

    Raises:
        ViolationError: the packet as a whole is not allowed.
    """
    properties = packet.properties
    if properties is not None and properties.subscription_identifiers:
        raise ViolationError("subscription identifiers", Reason.SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED)
    check_user_properties(properties)
    granted: list[str] = []
    retained: list[str] = []
    codes: list[int] = []
    for i, (topic_filter, options) in enumerate(packet.filters):
        group, inner = split(topic_filter)
        if group and options & NO_LOCAL:
            raise ViolationError("a shared subscription cannot be no-local", Reason.PROTOCOL_ERROR)  # [MQTT-3.8.3-4]
        refusal = _refusal(session, topic_filter, inner, i)
        if refusal is None and not may(inner):
            refusal = Reason.NOT_AUTHORIZED
        if refusal is not None:
            codes.append(SUBSCRIPTION_REFUSED if session.dialect is None else refusal)
            continue
        qos = min(options & 3, 1)
        is_new = broker.subscribe(session, topic_filter, qos | options & (NO_LOCAL | RETAIN_AS_PUBLISHED))
        handling = options >> RETAIN_HANDLING_SHIFT
        if not group and (handling == 0 or (handling == 1 and is_new)):
            retained.append(topic_filter)
        granted.append(topic_filter)
        codes.append(qos)
    _write(session, SubAck(packet.packet_id, tuple(codes)))
    return granted, sum(broker.send_retained(session, topic_filter) for topic_filter in retained)


def unsubscribe(broker: Broker, session: Session, packet: Unsubscribe) -> list[str]:
    """Remove the filters and write the UNSUBACK; return those that the session had."""
    check_user_properties(packet.properties)
    had = [broker.unsubscribe(session, topic_filter) for topic_filter in packet.filters]
    codes: tuple[int, ...] = ()
    if session.dialect is not None:
        codes = tuple(Reason.SUCCESS if each else Reason.NO_SUBSCRIPTION_EXISTED for each in had)
    _write(session, UnsubAck(packet.packet_id, codes))
    return [topic_filter for topic_filter, each in zip(packet.filters, had, strict=True) if each]


def _refusal(session: Session, topic_filter: str, inner: str, place: int) -> Reason | None:
    if place >= limits.FILTERS_PER_SUBSCRIBE:
        return Reason.QUOTA_EXCEEDED
    if not subscriptions.is_filter(inner):
        return Reason.TOPIC_FILTER_INVALID
    if topic_filter not in session.filters and len(session.filters) >= limits.SUBSCRIPTIONS_PER_CONNECTION:
        return Reason.QUOTA_EXCEEDED
    return None


def _write(session: Session, packet: SubAck | UnsubAck) -> None:
    if session.line is not None:
        session.line.write(wire.encode(packet, LEVEL_3_1_1 if session.dialect is None else LEVEL_5))
