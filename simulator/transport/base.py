"""What a thing asks of the line to its endpoint: connect, speak, listen, and be cut."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from simulator.errors import SimulatorError


class Link(StrEnum):
    """The state of a thing's line."""

    OFFLINE = "offline"
    CONNECTING = "connecting"
    ONLINE = "online"
    ERROR = "error"  # refused or broken; the transport goes on trying unless it was told to stop


MessageHandler = Callable[[str, bytes], None]
"""Called on the loop for each message received: topic, payload."""

LinkHandler = Callable[[Link, str], None]
"""Called on the loop when the line changes: the new state, and the reason in a few words ("" when it was asked for)."""


@dataclass
class NotConnectedError(SimulatorError):
    """Something was to be sent while the line was down. Nothing was sent."""

    client_id: str

    def __str__(self) -> str:
        return f"{self.client_id} is not connected; the message was not sent"


@dataclass
class StalledError(NotConnectedError):
    """The line is up, but the other side has stopped taking messages. Nothing was sent."""

    def __str__(self) -> str:
        return f"{self.client_id}: too many messages wait for the endpoint; the message was not sent"


class Transport(Protocol):
    """One client's line. Its owner gives it a MessageHandler and a LinkHandler at construction.

    It keeps itself connected: after `open` it comes back with full-jitter back-off and subscribes again to everything
    subscribed before it reports ONLINE, until `close`. All methods belong to the loop it was made on; none blocks it.
    """

    async def open(self) -> None:
        """Begin to keep the line up, at once if it is away; return when it is ONLINE. Cancelling this closes the line.

        Raises:
            NotConnectedError: the line was closed meanwhile.
        """
        ...

    async def subscribe(self, filters: tuple[str, ...]) -> None:
        """Subscribe at QoS 1 and remember the filters for later connections; return when the endpoint has granted them.

        Raises:
            NotConnectedError: the line is down, or went down before the grant. The filters are remembered all the same.
        """
        ...

    def forget_filters(self) -> None:
        """Subscribe to nothing on the next connection; on this one, what was granted stays."""
        ...

    def publish(self, topic: str, payload: bytes) -> None:
        """Send at the transport's QoS without waiting; the answer, if any, arrives as a message.

        Raises:
            NotConnectedError: the line is down (StalledError: up, but nothing moves); nothing was sent.
        """
        ...

    def cut(self, seconds: float | None = None) -> None:
        """Lose the line without a goodbye; come back after `seconds` (real seconds), by the back-off if None.

        With `math.inf` it stays away until `open` is called again.
        """
        ...

    async def close(self) -> None:
        """Say goodbye and stop for good (within a second, whatever the other side does). A second call does nothing.

        `open` may begin anew; what was subscribed is remembered.
        """
        ...
