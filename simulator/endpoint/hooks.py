"""Where policy, faults and other listeners take hold of the gateway: what is asked, when, and what an answer means.

Set them in `Gateway.hooks` at any time, also while it serves; an unset hook costs one comparison. All are called on the
gateway's loop, wait for nothing, and do not raise: one that does costs the client its connection (SERVER_ERROR).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from simulator.endpoint.reasons import Reason

if TYPE_CHECKING:
    from simulator.endpoint.client import Client
    from simulator.endpoint.packets import Connect


class Action(StrEnum):
    """What a client wants to do, as an AWS IoT policy names it (reference section 11.6)."""

    CONNECT = "iot:Connect"
    PUBLISH = "iot:Publish"
    SUBSCRIBE = "iot:Subscribe"
    RECEIVE = "iot:Receive"


class Principal:
    """Whoever stands behind a connection, as its listener found out. Listeners make subclasses to carry more."""

    __slots__ = ("identifier", "transport")

    def __init__(self, identifier: str, transport: str = "mqtt") -> None:
        """`identifier` goes into presence events (with a certificate: 64 hex digits); `transport`: mqtt, mqtts, ws."""
        self.identifier = identifier
        self.transport = transport


ANONYMOUS = Principal("anonymous")


Policy = Callable[["Client", Action, str], bool]
"""Asked before a CONNECT (the resource is the client id), a PUBLISH (the topic; also a will's, at CONNECT), a SUBSCRIBE
(the filter; of a shared subscription the part behind `$share/group/`) and each delivery to the client (RECEIVE, the
topic). False refuses as AWS does: CONNACK 7 (MQTT 5: 0x87) and the end of the connection; the end of the connection
(MQTT 5: DISCONNECT 0x87); 0x80 in the SUBACK (MQTT 5: 0x87); the message is not delivered. `Client.principal` and
`Client.client_id` say who asks; at CONNECT `Client.client_id` is set already.
"""


class ConnectFault(StrEnum):
    """What may become of a CONNECT beside being refused with a reason."""

    CLOSE = "close"
    """The connection ends without an answer."""
    SILENCE = "silence"
    """No answer comes; the connection ends with the deadline for a CONNECT."""


ConnectHook = Callable[["Client", "Connect"], Reason | ConnectFault | None]
"""Called with a well-formed CONNECT before anything is done for it: before policy, takeover and answer. None lets it go
on; a `Reason` (0x80 or above) refuses it with that code, translated for MQTT 3.1.1.
"""

Deliver = Callable[[], None]
"""Sends the message as it would have been sent: to whoever the client is by then. It may be called more than once."""

OutgoingHook = Callable[[str, str, bool], Callable[[Deliver], None] | None]
"""Called with client id, topic, and whether it is a reply (else a notification), before each message from the service
(not from other clients) to one client. None lets it go; else what is returned is called at once with `deliver` and
decides: not to call it drops the message, twice duplicates it, later delays it, others first reorders it. What
is delivered after its client has gone is dropped (a reply) or kept by its persistent session (a notification at QoS 1).
"""


@dataclass(slots=True)
class Hooks:
    """The hooks in use. See also `Gateway.client`, `Client.disconnect`, `Client.cut` and `Client.half_open`."""

    policy: Policy | None = None
    connect: ConnectHook | None = None
    outgoing: OutgoingHook | None = None
