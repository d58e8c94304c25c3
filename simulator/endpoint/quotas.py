"""AWS's quotas for MQTT 5 and for rates; the other limits of the device gateway stand in `jobs/limits.py`."""

from dataclasses import dataclass
from typing import Final

from simulator.jobs import limits

TOPIC_ALIASES: Final = 8  # each way on a connection
USER_PROPERTIES_BYTES: Final = 8 * 1024  # names and values of one packet
SESSION_EXPIRY_SECONDS: Final = 7 * 86_400  # the longest that a client gets
MESSAGE_EXPIRY_SECONDS: Final = 7 * 86_400
WILL_DELAY_SECONDS: Final = SESSION_EXPIRY_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """What may be chosen. A rate of 0 is not enforced, and none is by default: a load test needs more.

    AWS's own values: 100 publishes a second and connection, 500 CONNECTs a second, one a second and client id
    (reference section 10.3).
    """

    publishes_per_second: int = 0
    """Of one connection; what is above is discarded, at QoS 1 without PUBACK."""
    connects_per_second: int = 0
    """Of all clients; what is above is refused."""
    connects_per_second_and_client: int = 0
    session_expiry_seconds: int = limits.SESSION_EXPIRY_SECONDS
    """How long the persistent session of an MQTT 3.1.1 client outlives its connection."""

    @classmethod
    def of_aws(cls) -> "GatewaySettings":
        """Return the settings with the rates that AWS allows."""
        return cls(publishes_per_second=100, connects_per_second=500, connects_per_second_and_client=1)


class Rate:
    """Counts what happens in each second of a monotonic clock."""

    __slots__ = ("_count", "_second")

    def __init__(self) -> None:
        self._second = -1
        self._count = 0

    def allows(self, now: float, limit: int) -> bool:
        """Count one at `now`; return whether it is within `limit` in this second."""
        second = int(now)
        if second != self._second:
            self._second, self._count = second, 0
        self._count += 1
        return self._count <= limit


class ConnectRates:
    """Whether a CONNECT comes within the rates of all clients and of its client id."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._settings = settings
        self._all = Rate()
        self._second = -1
        self._of_client: dict[str, int] = {}  # of this second only

    def allow(self, client_id: str, now: float) -> bool:
        """Count a CONNECT at `now` (monotonic seconds); return whether it may go on."""
        limit, each = self._settings.connects_per_second, self._settings.connects_per_second_and_client
        if limit and not self._all.allows(now, limit):
            return False
        if not each or not client_id:
            return True
        if int(now) != self._second:
            self._second = int(now)
            self._of_client.clear()
        count = self._of_client[client_id] = self._of_client.get(client_id, 0) + 1
        return count <= each
