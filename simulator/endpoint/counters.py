"""What the gateway has done since it started: plain numbers, cheap to raise, for whoever shows them."""

from dataclasses import dataclass, field

from simulator.endpoint.reasons import LossReason


@dataclass(slots=True)
class GatewayCounters:
    """Each only grows. What is connected, kept or queued now is asked of the gateway itself."""

    accepted: int = 0  # connections that came, whatever became of them
    connects: int = 0  # CONNECTs that were answered with success
    connects_5: int = 0  # of them, those of MQTT 5
    refused_connects: int = 0  # CONNECTs that were answered with a reason against them
    requests: int = 0  # publishes into the Jobs namespace
    received: int = 0  # other publishes of clients, and their wills
    delivered: int = 0  # messages sent or queued for a subscriber or requester
    dropped: int = 0  # messages that fell off a full queue
    expired: int = 0  # messages whose expiry had passed before they could be sent
    too_large: int = 0  # messages above the Maximum Packet Size of an MQTT 5 client, which were not sent to it
    redelivered: int = 0  # messages sent again with DUP after a reconnect
    throttled: int = 0  # publishes discarded because a client sent too many in a second
    slow_readers: int = 0  # clients cut off because they did not read
    malformed: int = 0  # connections closed over bytes that are no MQTT
    failed_requests: int = 0  # requests whose handler raised
    bytes_in: int = 0  # read from all connections
    bytes_out: int = 0  # written to them
    losses: dict[LossReason, int] = field(default_factory=dict)
