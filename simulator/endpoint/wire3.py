"""The bodies of MQTT 3.1.1 packets -> values, without I/O. Numbers in brackets are rules of its standard."""

from collections.abc import Callable
from typing import Final

from simulator.endpoint.octets import Body
from simulator.endpoint.packets import (
    LEVEL_3_1_1,
    LEVEL_5,
    SUBSCRIPTION_REFUSED,
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


def read_level(data: bytes) -> tuple[int, Body]:
    """Return the protocol level of a CONNECT and the rest of its body; a level of another protocol name is 3."""
    body = Body("CONNECT", data)
    protocol, level = body.text(), body.byte()
    if protocol not in ("MQTT", "MQIsdp"):
        raise MalformedPacketError("CONNECT", "the protocol is not MQTT")
    return (level if protocol == "MQTT" else min(level, LEVEL_3_1_1 - 1)), body


def read_connect(level: int, body: Body) -> Connect:
    """Read the rest of a CONNECT; of a level that is not served nothing is read but the level."""
    if level not in (LEVEL_3_1_1, LEVEL_5):
        return Connect(client_id="", level=level)
    flags = read_connect_flags(body)
    keep_alive, client_id = body.number(), body.text()
    will = None
    if flags & 4:
        will = Will(body.text(), body.binary(), flags >> 3 & 3, bool(flags & 0x20))
    if flags & 0xC0 == 0x40:
        raise _no_combination(flags)  # [MQTT-3.1.2-22]; MQTT 5 lets a password come alone
    username = body.text() if flags & 0x80 else None
    password = body.binary() if flags & 0x40 else None
    body.end()
    return Connect(
        client_id=client_id,
        clean_session=bool(flags & 2),
        keep_alive=keep_alive,
        will=will,
        username=username,
        password=password,
    )


def read_connect_flags(body: Body) -> int:
    """Read the connect flags that both versions have [3.1.2.3 to 3.1.2.9]."""
    flags = body.byte()
    if flags & 1 or flags >> 3 & 3 == 3 or (not flags & 4 and flags & 0x38):
        raise _no_combination(flags)
    return flags


def _no_combination(flags: int) -> MalformedPacketError:
    return MalformedPacketError("CONNECT", f"0x{flags:02x} is no combination of connect flags")


def read_publish(first: int, data: bytes, body: int, stop: int) -> Publish:
    """Read a PUBLISH whose body is `data[body:stop]`; `first` is its first byte."""
    qos = first >> 1 & 3
    topic_at = body + 2
    topic_end = topic_at + (data[body] << 8 | data[body + 1])
    payload_at = topic_end + 2 if qos else topic_end
    if payload_at > stop or topic_at > stop:
        raise MalformedPacketError("PUBLISH", "it ends too early")
    topic = str(data[topic_at:topic_end], "utf-8")
    if not topic or "\0" in topic:
        raise MalformedPacketError("PUBLISH", "its topic is empty or contains U+0000")
    if not qos:
        if first & 8:
            raise MalformedPacketError("PUBLISH", "DUP is set at QoS 0")  # [MQTT-3.3.1-2]
        return Publish(topic, data[payload_at:stop], 0, 0, first & 1 == 1)
    if qos == 3:
        raise MalformedPacketError("PUBLISH", "there is no QoS 3")
    packet_id = data[topic_end] << 8 | data[topic_end + 1]
    if not packet_id:
        raise MalformedPacketError("PUBLISH", "its packet identifier is 0")
    return Publish(topic, data[payload_at:stop], qos, packet_id, first & 1 == 1, first & 8 == 8)


def _read_connack(data: bytes) -> ConnAck:
    if len(data) != 2 or data[0] > 1:
        raise MalformedPacketError("CONNACK", "it is not 0 or 1 and a return code")
    return ConnAck(bool(data[0]), data[1])


def _read_subscribe(data: bytes) -> Subscribe:
    body = Body("SUBSCRIBE", data)
    packet_id = body.packet_id()
    filters = []
    while not body.is_read:
        filters.append((body.filter(), body.byte()))
    if not filters or any(qos > 2 for _, qos in filters):
        raise MalformedPacketError("SUBSCRIBE", "it has no filters, or a QoS above 2")  # [MQTT-3.8.3-3, MQTT-3.8.3-4]
    return Subscribe(packet_id, tuple(filters))


def _read_suback(data: bytes) -> SubAck:
    body = Body("SUBACK", data)
    packet_id = body.packet_id()
    codes = tuple(body.rest())
    if not codes or any(code > 2 and code != SUBSCRIPTION_REFUSED for code in codes):
        raise MalformedPacketError("SUBACK", "it has no return codes, or unknown ones")
    return SubAck(packet_id, codes)


def _read_unsubscribe(data: bytes) -> Unsubscribe:
    body = Body("UNSUBSCRIBE", data)
    packet_id = body.packet_id()
    filters = []
    while not body.is_read:
        filters.append(body.filter())
    if not filters:
        raise MalformedPacketError("UNSUBSCRIBE", "it has no filters")  # [MQTT-3.10.3-2]
    return Unsubscribe(packet_id, tuple(filters))


Acknowledgement = PubAck | PubRec | PubRel | PubComp
_Bare = PingReq | PingResp | Disconnect


def _reads_id(packet: str, make: type[Acknowledgement | UnsubAck]) -> Callable[[bytes], Packet]:
    def read(data: bytes) -> Packet:
        if len(data) != 2:
            raise MalformedPacketError(packet, "it is not a packet identifier alone")
        packet_id = data[0] << 8 | data[1]
        if not packet_id:
            raise MalformedPacketError(packet, "its packet identifier is 0")
        return make(packet_id)

    return read


def reads_nothing(packet: str, made: _Bare) -> Callable[[bytes], Packet]:
    """Return the reader of a packet that has no body."""

    def read(data: bytes) -> Packet:
        if data:
            raise MalformedPacketError(packet, "it has a body")
        return made

    return read


def _read_auth(data: bytes) -> Packet:  # noqa: ARG001
    raise MalformedPacketError("AUTH", "there is no such packet in MQTT 3.1.1")


READERS: Final[dict[int, Callable[[bytes], Packet]]] = {
    2: _read_connack,
    4: _reads_id("PUBACK", PubAck),
    5: _reads_id("PUBREC", PubRec),
    6: _reads_id("PUBREL", PubRel),
    7: _reads_id("PUBCOMP", PubComp),
    8: _read_subscribe,
    9: _read_suback,
    10: _read_unsubscribe,
    11: _reads_id("UNSUBACK", UnsubAck),
    12: reads_nothing("PINGREQ", PingReq()),
    13: reads_nothing("PINGRESP", PingResp()),
    14: reads_nothing("DISCONNECT", Disconnect()),
    15: _read_auth,
}
