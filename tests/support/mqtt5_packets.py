"""Any MQTT 5 packet, for property tests, and ways to damage one."""

import random
from typing import Any

from hypothesis import strategies as st

from simulator.endpoint import packets, wire
from simulator.endpoint.packets import Packet
from simulator.endpoint.properties import TABLE, Kind, Properties

texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=40)
names = texts.filter(bool)
ids = st.integers(1, 0xFFFF)
codes = st.integers(0, 255)

_VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.FLAG: st.integers(0, 1),
    Kind.TWO: st.integers(0, 0xFFFF),
    Kind.POSITIVE_TWO: ids,
    Kind.FOUR: st.integers(0, 0xFFFFFFFF),
    Kind.POSITIVE_FOUR: st.integers(1, 0xFFFFFFFF),
    Kind.LENGTH: st.integers(1, 268_435_455),
    Kind.TEXT: texts,
    Kind.BINARY: st.binary(max_size=40),
    Kind.PAIR: st.tuples(texts, texts),
}


def properties_of(packet: str) -> st.SearchStrategy[Properties | None]:
    """Return any properties that a packet (by name, or WILL) may have; None for none at all."""
    chosen: dict[str, st.SearchStrategy[Any]] = {}
    for name, kind, allowed in TABLE.values():
        if packet not in allowed:
            continue
        value = _VALUES[kind]
        if name == "user" or (name == "subscription_identifiers" and packet == "PUBLISH"):
            value = st.lists(value, min_size=1, max_size=3).map(tuple)
        elif name == "subscription_identifiers":
            value = value.map(lambda number: (number,))
        chosen[name] = value
    return st.none() | st.fixed_dictionaries({}, optional=chosen).filter(bool).map(lambda found: Properties(**found))


wills = st.builds(packets.Will, texts, st.binary(max_size=40), st.integers(0, 2), st.booleans(), properties_of("WILL"))
_options = st.builds(lambda qos, bits, handling: qos | bits << 2 | handling << 4, *[st.integers(0, 2)] * 3).filter(
    lambda options: options & 3 < 3
)
any_packet: st.SearchStrategy[Packet] = st.one_of(
    st.builds(
        packets.Connect,
        client_id=texts,
        level=st.just(5),
        clean_session=st.booleans(),
        keep_alive=st.integers(0, 0xFFFF),
        will=st.none() | wills,
        username=st.none() | texts,
        password=st.none() | st.binary(max_size=40),
        properties=properties_of("CONNECT"),
    ),
    st.builds(packets.ConnAck, st.booleans(), codes, properties_of("CONNACK")),
    st.builds(
        packets.Publish,
        names,
        st.binary(max_size=300),
        st.just(0),
        st.just(0),
        st.booleans(),
        st.just(False),
        properties_of("PUBLISH"),
    ),
    st.builds(
        packets.Publish,
        names,
        st.binary(max_size=300),
        st.integers(1, 2),
        ids,
        st.booleans(),
        st.booleans(),
        properties_of("PUBLISH"),
    ),
    st.builds(packets.PubAck, ids, codes, properties_of("PUBACK")),
    st.builds(packets.PubRec, ids, codes, properties_of("PUBREC")),
    st.builds(packets.PubRel, ids, codes, properties_of("PUBREL")),
    st.builds(packets.PubComp, ids, codes, properties_of("PUBCOMP")),
    st.builds(
        packets.Subscribe,
        ids,
        st.lists(st.tuples(names, _options), min_size=1, max_size=9).map(tuple),
        properties_of("SUBSCRIBE"),
    ),
    st.builds(packets.SubAck, ids, st.lists(codes).map(tuple), properties_of("SUBACK")),
    st.builds(
        packets.Unsubscribe, ids, st.lists(names, min_size=1, max_size=9).map(tuple), properties_of("UNSUBSCRIBE")
    ),
    st.builds(packets.UnsubAck, ids, st.lists(codes).map(tuple), properties_of("UNSUBACK")),
    st.builds(packets.Disconnect, codes, properties_of("DISCONNECT")),
    st.builds(packets.Auth, codes, properties_of("AUTH")),
    st.sampled_from([packets.PingReq(), packets.PingResp()]),
)

SEEDS: list[bytes] = [
    wire.encode(packets.Connect(client_id="fuzz", will=packets.Will("w", b"x", 1), username="u", password=b"p")),
    wire.encode(packets.Publish("a/b", b"payload", 1, 7)),
    wire.encode(packets.Publish("$aws/things/fuzz/jobs/get", b"{}")),
    wire.encode(packets.Subscribe(1, (("a/+", 1), ("$share/g/b/#", 0)))),
    wire.encode(packets.Unsubscribe(2, ("a/+",))),
    wire.encode(packets.PubAck(1)),
    wire.encode(packets.PingReq()),
]
SEEDS_5: list[bytes] = [
    wire.encode(
        packets.Connect(
            client_id="fuzz",
            level=5,
            will=packets.Will("w", b"x", 1, False, Properties(will_delay=3, content_type="t", user=(("k", "v"),))),
            properties=Properties(session_expiry=10, receive_maximum=5, topic_alias_maximum=8, user=(("k", "v"),)),
        )
    ),
    wire.encode(
        packets.Publish(
            "a/b",
            b"payload",
            1,
            7,
            properties=Properties(
                payload_format=1,
                message_expiry=9,
                content_type="t",
                response_topic="r",
                correlation_data=b"7",
                topic_alias=3,
                user=(("k", "v"), ("k", "w")),
            ),
        ),
        5,
    ),
    wire.encode(packets.Publish("", b"x", properties=Properties(topic_alias=3)), 5),
    wire.encode(packets.Publish("$aws/things/fuzz/jobs/get", b"{}", 1, 8), 5),
    wire.encode(packets.Subscribe(1, (("a/+", 0x2D), ("$share/g/b/#", 1)), Properties(user=(("k", "v"),))), 5),
    wire.encode(packets.Unsubscribe(2, ("a/+",), Properties(user=(("k", "v"),))), 5),
    wire.encode(packets.PubAck(1, 0x10, Properties(reason_string="why")), 5),
    wire.encode(packets.Disconnect(4, Properties(session_expiry=5, reason_string="why")), 5),
    wire.encode(packets.Auth(0x18, Properties(authentication_method="m", authentication_data=b"d")), 5),
    wire.encode(packets.PingReq()),
]


def damaged(source: random.Random, data: bytes) -> bytes:
    """Return `data` with some bytes changed, lost, doubled or put in."""
    changed = bytearray(data)
    for _ in range(source.randint(1, 4)):
        at = source.randrange(len(changed) + 1)
        match source.randrange(5):
            case 0 if at < len(changed):
                changed[at] = source.randrange(256)
            case 1 if at < len(changed):
                changed[at] ^= 1 << source.randrange(8)
            case 2:
                del changed[at : at + source.randint(1, 8)]
            case 3:
                changed[at:at] = changed[at : at + source.randint(1, 16)]
            case _:
                changed[at:at] = source.randbytes(source.randint(1, 4))
    return bytes(changed)


def any_stream(source: random.Random) -> bytes:
    """Return what a broken or hostile client may send: noise, or a conversation of which something is damaged."""
    if source.random() < 0.1:
        return source.randbytes(source.randint(1, 64))
    seeds = SEEDS_5 if source.random() < 0.7 else SEEDS
    pieces = [seeds[0]] if source.random() < 0.8 else []
    pieces += source.choices(seeds[1:], k=source.randint(0, 3))
    if not pieces:
        pieces = [source.choice(seeds)]
    at = source.randrange(len(pieces))
    pieces[at] = damaged(source, pieces[at])
    return b"".join(pieces)
