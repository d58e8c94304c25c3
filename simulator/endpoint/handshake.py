"""CONNECT and its answer: what AWS accepts, and what client and gateway have agreed on (reference section 10.3)."""

import uuid
from typing import Final

import msgspec

from simulator.endpoint import mqtt5, quotas, subscriptions, wire
from simulator.endpoint.messages import ViolationError
from simulator.endpoint.mqtt5 import NO_LIMIT, Extras, Terms
from simulator.endpoint.packets import LEVEL_5, ConnAck, Connect, Will
from simulator.endpoint.properties import Properties
from simulator.endpoint.reasons import ConnectCode, Reason, connect_code
from simulator.jobs import limits

REASON_STRING_CHARACTERS: Final = 128


class RefusedError(Exception):
    """A CONNECT is answered with a reason against it, and the connection ends."""

    def __init__(self, reason: Reason, what: str) -> None:
        super().__init__(what)
        self.reason = reason


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for an accepted connection. Times in seconds; `terms` is None with MQTT 3.1.1."""

    client_id: str
    is_assigned: bool
    is_clean: bool
    keep_alive: int
    expiry_seconds: float
    will: Will | None
    will_extras: Extras
    will_delay: int
    terms: Terms | None


def agree(packet: Connect, settings: quotas.GatewaySettings, now: float) -> Agreement:
    """Return what a CONNECT at `now` (monotonic seconds) comes to; policy and rates are asked elsewhere.

    Raises:
        RefusedError: it is answered with a reason against it.
        ViolationError: its will cannot be kept; MQTT 3.1.1 has no answer for that.
    """
    is_5 = packet.level == LEVEL_5
    if not _is_client_id(packet.client_id) and (packet.client_id or not (packet.clean_session or is_5)):
        raise RefusedError(Reason.CLIENT_IDENTIFIER_NOT_VALID, f"{packet.client_id[:200]!r} is no client id")
    properties = packet.properties or Properties()
    if properties.authentication_method is not None:
        raise RefusedError(Reason.BAD_AUTHENTICATION_METHOD, "there is no enhanced authentication")
    if properties.authentication_data is not None:
        raise RefusedError(Reason.PROTOCOL_ERROR, "authentication data come with a method")
    mqtt5.check_user_properties(packet.properties)
    will, extras, delay = packet.will, mqtt5.NOTHING, 0
    if will is not None:
        extras, delay = _check_will(will, now)
    lowest, highest = limits.KEEP_ALIVE_SECONDS
    return Agreement(
        client_id=packet.client_id or f"auto-{uuid.uuid4()}",
        is_assigned=not packet.client_id,
        is_clean=packet.clean_session,
        keep_alive=min(max(packet.keep_alive, lowest), highest) if packet.keep_alive else highest,
        expiry_seconds=_expiry(packet, properties, settings),
        will=will,
        will_extras=extras,
        will_delay=delay,
        terms=_terms(properties) if is_5 else None,
    )


def accepted(agreement: Agreement, *, session_present: bool) -> bytes:
    """Return the CONNACK of an accepted connection."""
    if agreement.terms is None:
        return wire.encode(ConnAck(session_present, ConnectCode.ACCEPTED))
    properties = Properties(
        session_expiry=int(agreement.expiry_seconds),
        receive_maximum=limits.IN_FLIGHT,
        maximum_qos=1,
        retain_available=1,
        maximum_packet_size=wire.MAX_PACKET_BYTES_5,
        assigned_client_id=agreement.client_id if agreement.is_assigned else None,
        topic_alias_maximum=quotas.TOPIC_ALIASES,
        wildcard_subscription_available=1,
        subscription_identifiers_available=0,
        shared_subscription_available=1,
        server_keep_alive=agreement.keep_alive,
    )
    return wire.encode(ConnAck(session_present, Reason.SUCCESS, properties), LEVEL_5)


def refused(level: int, reason: Reason, what: str = "") -> bytes:
    """Return the CONNACK that tells a client of that protocol level why it is not let in."""
    if level != LEVEL_5:
        return wire.encode(ConnAck(False, connect_code(reason)))
    properties = Properties(reason_string=what[:REASON_STRING_CHARACTERS]) if what else None
    return wire.encode(ConnAck(False, reason, properties), LEVEL_5)


def _is_client_id(client_id: str) -> bool:
    return 0 < len(client_id.encode()) <= limits.CLIENT_ID_BYTES and not client_id.startswith("$")


def _check_will(will: Will, now: float) -> tuple[Extras, int]:
    if will.qos > 1:
        raise ViolationError("a will at QoS 2 cannot be kept", Reason.QOS_NOT_SUPPORTED)
    if len(will.payload) > limits.PAYLOAD_BYTES or not subscriptions.is_topic(will.topic):
        raise ViolationError(f"no will can be kept for {will.topic[:256]!r}", Reason.TOPIC_NAME_INVALID)
    delay = will.properties.will_delay if will.properties is not None else None
    return mqtt5.extras_of(will, now), min(delay or 0, quotas.WILL_DELAY_SECONDS)


def _expiry(packet: Connect, properties: Properties, settings: quotas.GatewaySettings) -> float:
    if packet.level == LEVEL_5:
        return min(properties.session_expiry or 0, quotas.SESSION_EXPIRY_SECONDS)
    return 0 if packet.clean_session else settings.session_expiry_seconds


def _terms(properties: Properties) -> Terms:
    return Terms(
        receive_maximum=min(properties.receive_maximum or limits.IN_FLIGHT, limits.IN_FLIGHT),
        packet_limit=properties.maximum_packet_size or NO_LIMIT,
        topic_aliases=min(properties.topic_alias_maximum or 0, quotas.TOPIC_ALIASES),
        wants_reasons=properties.request_problem_information != 0,
    )
