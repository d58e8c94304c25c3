"""A message on its way to subscribers, and the error of a client that breaks AWS's rules."""

import msgspec

from simulator.endpoint.reasons import Reason


class Message(msgspec.Struct, frozen=True, gc=False):
    """What subscribers get. `properties` are those of MQTT 5, as bytes without their length and without the expiry.

    `expires_at` is in monotonic seconds; 0 stands for a message that does not expire.
    """

    topic: str
    payload: bytes
    retain: bool = False
    properties: bytes = b""
    expires_at: float = 0.0


class ViolationError(Exception):
    """A client did what AWS closes connections for; the text says what, `reason` how MQTT 5 calls it."""

    def __init__(self, what: str, reason: Reason = Reason.PROTOCOL_ERROR) -> None:
        super().__init__(what)
        self.reason = reason
