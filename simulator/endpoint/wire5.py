"""The bodies of MQTT 5 packets <-> values, without I/O. Numbers in brackets are rules of its standard.

Whether reasons, topics and identifiers make sense where they stand is for the connection to see; here it is the form.
"""

from collections.abc import Callable
from typing import Final

from simulator.endpoint import octets, property_codec
from simulator.endpoint.octets import Body
from simulator.endpoint.packets import (
    LEVEL_5,
    Auth,
    ConnAck,
    Connect,
    Disconnect,
    MalformedPacketError,
    Packet,
    PingReq,
    PingResp,
    PubAck,
    PubComp,
    Publish,
    PubRec,
    PubRel,
    SubAck,
    Subscribe,
    UnsubAck,
    Unsubscribe,
    Will,
)
from simulator.endpoint.properties import Properties
from simulator.endpoint.reasons import Reason
from simulator.endpoint.wire3 import Acknowledgement, read_connect_flags, reads_nothing

# --- bytes -> packets


def read_connect(body: Body) -> Connect:
    """Read what follows the protocol level of a CONNECT."""
    flags = read_connect_flags(body)
    keep_alive = body.number()
    properties = property_codec.read(body, "CONNECT")
    client_id = body.text()
    will = None
    if flags & 4:
        will_properties = property_codec.read(body, "WILL")
        will = Will(body.text(), body.binary(), flags >> 3 & 3, bool(flags & 0x20), will_properties)
    username = body.text() if flags & 0x80 else None
    password = body.binary() if flags & 0x40 else None
    body.end()
    return Connect(
        client_id=client_id,
        level=LEVEL_5,
        clean_session=bool(flags & 2),
        keep_alive=keep_alive,
        will=will,
        username=username,
        password=password,
        properties=properties,
    )


def read_publish(first: int, data: bytes, at: int, stop: int) -> Publish:
    """Read a PUBLISH whose body is `data[at:stop]`; `first` is its first byte. Its topic may be "" for an alias."""
    body = Body("PUBLISH", data, at, stop)
    qos = first >> 1 & 3
    if qos == 3 or (first & 8 and not qos):
        raise MalformedPacketError("PUBLISH", "QoS 3 is none, or DUP is set at QoS 0")  # [MQTT-3.3.1-4, MQTT-3.3.1-2]
    topic = body.text()
    packet_id = body.packet_id() if qos else 0
    properties = property_codec.read(body, "PUBLISH")
    if not topic and (properties is None or properties.topic_alias is None):
        raise MalformedPacketError("PUBLISH", "it has neither topic nor alias", Reason.PROTOCOL_ERROR)
    return Publish(topic, body.rest(), qos, packet_id, first & 1 == 1, first & 8 == 8, properties)


def _read_connack(data: bytes) -> ConnAck:
    body = Body("CONNACK", data)
    flags, code = body.byte(), body.byte()
    if flags > 1:
        raise MalformedPacketError("CONNACK", "a reserved flag is set")
    properties = property_codec.read(body, "CONNACK")
    body.end()
    return ConnAck(bool(flags), code, properties)


def _reads_acknowledgement(packet: str, make: type[Acknowledgement]) -> Callable[[bytes], Packet]:
    def read(data: bytes) -> Packet:
        body = Body(packet, data)
        packet_id = body.packet_id()
        reason, properties = _reason_and_properties(body, packet)
        return make(packet_id, reason, properties)

    return read


def _reason_and_properties(body: Body, packet: str) -> tuple[int, Properties | None]:
    """Read a reason, which is 0 if it is left out, and properties, which may be left out [3.4.2.1, 3.14.2.1]."""
    reason = 0 if body.is_read else body.byte()
    properties = None if body.is_read else property_codec.read(body, packet)
    body.end()
    return reason, properties


def _read_subscribe(data: bytes) -> Subscribe:
    body = Body("SUBSCRIBE", data)
    packet_id = body.packet_id()
    properties = property_codec.read(body, "SUBSCRIBE")
    filters = []
    while not body.is_read:
        topic_filter, options = body.filter(), body.byte()
        if options & 3 == 3 or options >> 4 > 2:  # reserved bits [MQTT-3.8.3-5], and no such QoS or retain handling
            raise MalformedPacketError("SUBSCRIBE", f"0x{options:02x} are no subscription options")
        filters.append((topic_filter, options))
    if not filters:
        raise MalformedPacketError("SUBSCRIBE", "it has no filters", Reason.PROTOCOL_ERROR)  # [MQTT-3.8.3-2]
    return Subscribe(packet_id, tuple(filters), properties)


def _read_suback(data: bytes) -> SubAck:
    body = Body("SUBACK", data)
    packet_id = body.packet_id()
    properties = property_codec.read(body, "SUBACK")
    return SubAck(packet_id, tuple(body.rest()), properties)


def _read_unsubscribe(data: bytes) -> Unsubscribe:
    body = Body("UNSUBSCRIBE", data)
    packet_id = body.packet_id()
    properties = property_codec.read(body, "UNSUBSCRIBE")
    filters = []
    while not body.is_read:
        filters.append(body.filter())
    if not filters:
        raise MalformedPacketError("UNSUBSCRIBE", "it has no filters", Reason.PROTOCOL_ERROR)  # [MQTT-3.10.3-2]
    return Unsubscribe(packet_id, tuple(filters), properties)


def _read_unsuback(data: bytes) -> UnsubAck:
    body = Body("UNSUBACK", data)
    packet_id = body.packet_id()
    properties = property_codec.read(body, "UNSUBACK")
    return UnsubAck(packet_id, tuple(body.rest()), properties)


def _read_disconnect(data: bytes) -> Disconnect:
    return Disconnect(*_reason_and_properties(Body("DISCONNECT", data), "DISCONNECT"))


def _read_auth(data: bytes) -> Auth:
    return Auth(*_reason_and_properties(Body("AUTH", data), "AUTH"))


READERS: Final[dict[int, Callable[[bytes], Packet]]] = {
    2: _read_connack,
    4: _reads_acknowledgement("PUBACK", PubAck),
    5: _reads_acknowledgement("PUBREC", PubRec),
    6: _reads_acknowledgement("PUBREL", PubRel),
    7: _reads_acknowledgement("PUBCOMP", PubComp),
    8: _read_subscribe,
    9: _read_suback,
    10: _read_unsubscribe,
    11: _read_unsuback,
    12: reads_nothing("PINGREQ", PingReq()),
    13: reads_nothing("PINGRESP", PingResp()),
    14: _read_disconnect,
    15: _read_auth,
}


# --- packets -> bytes


def encode_publish(
    topic: str,
    payload: bytes,
    properties: bytes = b"",
    qos: int = 0,
    packet_id: int = 0,
    *,
    retain: bool = False,
    dup: bool = False,
) -> bytes:
    """Return the bytes of a PUBLISH; `properties` are written already, without their length."""
    name = octets.string(topic)
    number = packet_id.to_bytes(2, "big") if qos else b""
    length = octets.length(len(properties))
    size = len(name) + len(number) + len(length) + len(properties) + len(payload)
    first = 0x30 | (dup << 3) | (qos << 1) | retain
    return b"".join((octets.header(first, size), name, number, length, properties, payload))


_ACKNOWLEDGED: Final[dict[type[Packet], int]] = {PubAck: 0x40, PubRec: 0x50, PubRel: 0x62, PubComp: 0x70}


def encode(packet: Packet) -> bytes:
    """Return the bytes of `packet`. A string longer than 65,535 bytes is an OverflowError: a mistake of the caller."""
    match packet:
        case Publish():
            written = b"" if packet.properties is None else property_codec.write_bare(packet.properties)
            return encode_publish(
                packet.topic,
                packet.payload,
                written,
                packet.qos,
                packet.packet_id,
                retain=packet.retain,
                dup=packet.dup,
            )
        case PubAck() | PubRec() | PubRel() | PubComp():
            number = packet.packet_id.to_bytes(2, "big")
            return octets.whole(_ACKNOWLEDGED[type(packet)], number + _tail(packet.reason, packet.properties))
        case ConnAck():
            flags = bytes((packet.session_present, packet.code))
            return octets.whole(0x20, flags + property_codec.write(packet.properties))
        case SubAck():
            return octets.whole(0x90, _numbered(packet) + bytes(packet.codes))
        case UnsubAck():
            return octets.whole(0xB0, _numbered(packet) + bytes(packet.codes))
        case Subscribe():
            filters = b"".join(octets.string(topic) + bytes((options,)) for topic, options in packet.filters)
            return octets.whole(0x82, _numbered(packet) + filters)
        case Unsubscribe():
            return octets.whole(0xA2, _numbered(packet) + b"".join(map(octets.string, packet.filters)))
        case Connect():
            return octets.whole(0x10, _connect_body(packet))
        case PingReq():
            return b"\xc0\x00"
        case PingResp():
            return b"\xd0\x00"
        case Disconnect():
            return octets.whole(0xE0, _tail(packet.reason, packet.properties))
        case Auth():
            return octets.whole(0xF0, _tail(packet.reason, packet.properties))


def _numbered(packet: Subscribe | Unsubscribe | SubAck | UnsubAck) -> bytes:
    return packet.packet_id.to_bytes(2, "big") + property_codec.write(packet.properties)


def _tail(reason: int, properties: Properties | None) -> bytes:
    if properties is not None:
        return bytes((reason,)) + property_codec.write(properties)
    return bytes((reason,)) if reason else b""


def _connect_body(packet: Connect) -> bytes:
    flags = packet.clean_session << 1
    fields = [octets.string(packet.client_id)]
    if packet.will is not None:
        flags |= 4 | packet.will.qos << 3 | packet.will.retain << 5
        fields.append(property_codec.write(packet.will.properties))
        fields += [octets.string(packet.will.topic), octets.binary(packet.will.payload)]
    if packet.username is not None:
        flags |= 0x80
        fields.append(octets.string(packet.username))
    if packet.password is not None:
        flags |= 0x40
        fields.append(octets.binary(packet.password))
    head = (octets.string("MQTT"), bytes((LEVEL_5, flags)), packet.keep_alive.to_bytes(2, "big"))
    return b"".join((*head, property_codec.write(packet.properties), *fields))
