"""What is special about an MQTT 5 connection once it stands: aliases, what it may be sent, and messages' properties."""

from collections.abc import Callable
from typing import Final, NamedTuple

import msgspec

from simulator.endpoint import property_codec, quotas, wire5
from simulator.endpoint.messages import Message, ViolationError
from simulator.endpoint.packets import Publish, Will
from simulator.endpoint.properties import Properties
from simulator.endpoint.reasons import Reason
from simulator.jobs import limits

NO_LIMIT: Final = 1 << 32


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What an MQTT 5 client has asked for in its CONNECT, within what AWS allows. Sizes in bytes."""

    receive_maximum: int = limits.IN_FLIGHT
    packet_limit: int = NO_LIMIT
    topic_aliases: int = 0
    wants_reasons: bool = True


class Dialect:
    """One MQTT 5 connection: it knows the topic aliases of both directions."""

    __slots__ = ("_heard", "_monotonic", "_spoken", "acknowledged", "terms")

    def __init__(self, terms: Terms, monotonic: Callable[[], float]) -> None:
        self.terms = terms
        self.acknowledged = 0  # PUBACKs that cannot have reached the client yet: they have not been written
        self._monotonic = monotonic
        self._heard: dict[int, str] = {}
        self._spoken: dict[str, int] = {}

    def encode(self, message: Message, qos: int, packet_id: int, *, dup: bool = False) -> bytes | None:
        """Return the bytes of a PUBLISH for this client; None if they are more than it takes [MQTT-3.1.2-24]."""
        properties = message.properties
        if message.expires_at:
            left = max(0, round(message.expires_at - self._monotonic()))
            properties += b"\x02" + left.to_bytes(4, "big")  # [MQTT-3.3.2-6]
        topic, alias = message.topic, self._spoken.get(message.topic)
        is_new = alias is None and len(self._spoken) < self.terms.topic_aliases
        if alias is not None:
            topic = ""
        elif is_new:
            alias = len(self._spoken) + 1
        if alias is not None:
            properties += b"\x23" + alias.to_bytes(2, "big")
        data = wire5.encode_publish(topic, message.payload, properties, qos, packet_id, retain=message.retain, dup=dup)
        if len(data) > self.terms.packet_limit:
            return None
        if is_new and alias is not None:
            self._spoken[message.topic] = alias
        return data

    def resolve(self, packet: Publish) -> str:
        """Return the topic of a PUBLISH, by its alias if it has one [3.3.2.3.4].

        Raises:
            ViolationError: the alias is above AWS's limit, or means nothing yet.
        """
        alias = packet.properties.topic_alias if packet.properties is not None else None
        if alias is None:
            return packet.topic
        if not 0 < alias <= quotas.TOPIC_ALIASES:
            raise ViolationError(
                f"{alias} is no topic alias from 1 to {quotas.TOPIC_ALIASES}", Reason.TOPIC_ALIAS_INVALID
            )
        if packet.topic:
            self._heard[alias] = packet.topic
            return packet.topic
        topic = self._heard.get(alias)
        if topic is None:
            raise ViolationError(f"topic alias {alias} has not been given a topic", Reason.PROTOCOL_ERROR)
        return topic


class Extras(NamedTuple):
    """What an MQTT 5 message has beside topic and payload: properties as bytes, and when it expires (0: never)."""

    properties: bytes = b""
    expires_at: float = 0.0


NOTHING: Final = Extras()


def extras_of(packet: Publish | Will, now: float) -> Extras:
    """Return what is passed on with a message that came at `now` (monotonic seconds) [MQTT-3.3.2-4 and following].

    Raises:
        ViolationError: a property does not keep the limits.
    """
    given = packet.properties
    if given is None:
        return NOTHING
    if given.subscription_identifiers:
        raise ViolationError("a client sends no subscription identifiers", Reason.PROTOCOL_ERROR)
    if given.response_topic is not None and (not given.response_topic or set("+#") & set(given.response_topic)):
        raise ViolationError(f"{given.response_topic!r} is no response topic", Reason.PROTOCOL_ERROR)
    check_user_properties(given)
    if given.payload_format and not _is_text(packet.payload):
        raise ViolationError("the payload is said to be UTF-8 and is not", Reason.PAYLOAD_FORMAT_INVALID)
    passed_on = Properties(
        payload_format=given.payload_format,
        content_type=given.content_type,
        response_topic=given.response_topic,
        correlation_data=given.correlation_data,
        user=given.user,
    )
    expiry = given.message_expiry
    # A message that expires at once has an expiry too: 0 stands for one that never does.
    expires_at = 0.0 if expiry is None else now + min(expiry, quotas.MESSAGE_EXPIRY_SECONDS) or 1e-9
    return Extras(property_codec.write_bare(passed_on), expires_at)


def check_user_properties(properties: Properties | None) -> None:
    """See that user properties are within AWS's limit of 8 KiB.

    Raises:
        ViolationError: they are not.
    """
    if properties is None:
        return
    size = sum(len(name.encode()) + len(value.encode()) for name, value in properties.user)
    if size > quotas.USER_PROPERTIES_BYTES:
        raise ViolationError(f"{size} bytes of user properties are too many", Reason.PACKET_TOO_LARGE)


def _is_text(payload: bytes) -> bool:
    try:
        payload.decode()
    except UnicodeDecodeError:
        return False
    return True
