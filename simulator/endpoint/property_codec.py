"""The properties of MQTT 5 <-> bytes. A packet with a property it may not have, or has twice, is malformed [2.2.2]."""

from collections.abc import Callable
from typing import Any, Final

from simulator.endpoint import octets
from simulator.endpoint.octets import Body
from simulator.endpoint.packets import MalformedPacketError
from simulator.endpoint.properties import TABLE, Kind, Properties
from simulator.endpoint.reasons import Reason

_READ: Final[dict[Kind, Callable[[Body], Any]]] = {
    Kind.FLAG: Body.byte,
    Kind.TWO: Body.number,
    Kind.POSITIVE_TWO: Body.number,
    Kind.FOUR: Body.long_number,
    Kind.POSITIVE_FOUR: Body.long_number,
    Kind.LENGTH: Body.length,
    Kind.TEXT: Body.text,
    Kind.BINARY: Body.binary,
    Kind.PAIR: lambda body: (body.text(), body.text()),
}
_WRITE: Final[dict[Kind, Callable[[Any], bytes]]] = {
    Kind.FLAG: lambda value: bytes((value,)),
    Kind.TWO: lambda value: value.to_bytes(2, "big"),
    Kind.POSITIVE_TWO: lambda value: value.to_bytes(2, "big"),
    Kind.FOUR: lambda value: value.to_bytes(4, "big"),
    Kind.POSITIVE_FOUR: lambda value: value.to_bytes(4, "big"),
    Kind.LENGTH: octets.length,
    Kind.TEXT: octets.string,
    Kind.BINARY: octets.binary,
    Kind.PAIR: lambda pair: octets.string(pair[0]) + octets.string(pair[1]),
}
_POSITIVE: Final = frozenset({Kind.POSITIVE_TWO, Kind.POSITIVE_FOUR, Kind.LENGTH})
_REPEATED: Final = frozenset({"user", "subscription_identifiers"})


def read(body: Body, packet: str) -> Properties | None:
    """Read the properties of a `packet` (its name, or WILL); None if there are none.

    Raises:
        MalformedPacketError: they are not what the standard says; its reason tells a protocol error apart.
    """
    size = body.length()
    if not size:
        return None
    part = body.part(size)
    found: dict[str, Any] = {}
    while not part.is_read:
        identifier = part.length()
        name, kind, packets = TABLE.get(identifier, ("", Kind.FLAG, frozenset()))
        if packet not in packets:
            raise MalformedPacketError(packet, f"it may not have property 0x{identifier:02x}")
        value = _READ[kind](part)
        if (kind is Kind.FLAG and value > 1) or (kind in _POSITIVE and not value):
            raise MalformedPacketError(packet, f"its {name} must not be {value}", Reason.PROTOCOL_ERROR)
        if name in _REPEATED and not (name == "subscription_identifiers" and packet == "SUBSCRIBE" and name in found):
            found.setdefault(name, []).append(value)
        elif name in found:
            raise MalformedPacketError(packet, f"it has its {name} twice", Reason.PROTOCOL_ERROR)
        else:
            found[name] = value
    for name in _REPEATED & found.keys():
        found[name] = tuple(found[name])
    return Properties(**found)


def write(properties: Properties | None) -> bytes:
    """Return the bytes of properties, with their length before them."""
    if properties is None:
        return b"\0"
    written = write_bare(properties)
    return octets.length(len(written)) + written


def write_bare(properties: Properties) -> bytes:
    """Return the bytes of properties without their length."""
    written: list[bytes] = []
    for identifier, (name, kind, _) in TABLE.items():
        value = getattr(properties, name)
        if value is None:
            continue
        for each in value if name in _REPEATED else (value,):
            written += (bytes((identifier,)), _WRITE[kind](each))
    return b"".join(written)
