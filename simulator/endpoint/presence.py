"""Presence and subscription events: what AWS tells about the comings and goings of clients (reference section 9.4)."""

import os
from collections.abc import Callable
from typing import Any, Final

import msgspec

from simulator.endpoint.reasons import LossReason
from simulator.jobs import limits

REMEMBERED_VERSIONS: Final = 20_000
"""Of how many absent clients the version number is known; beyond it the one away for longest is forgotten."""

_STRIDE: Final = 0x9E3779B97F4A7C15F39CC0605CEDC835
"""Odd, so that no two connections get one session identifier; large, so that all digits change."""


class Presence:
    """Publishes the events, if anybody listens, and counts each client's connections.

    A version number is the same in the two events of one connection, and one higher in the next, unless the client was
    away for an hour.
    """

    def __init__(
        self,
        publish: Callable[[str, bytes], None],
        is_heard: Callable[[str], bool],
        monotonic: Callable[[], float],
        epoch: Callable[[], float],
    ) -> None:
        """`is_heard` tells whether a topic has subscribers; `epoch` gives the seconds since 1970 that events show."""
        self._publish = publish
        self._is_heard = is_heard
        self._monotonic = monotonic
        self._epoch = epoch
        self._run = int.from_bytes(os.urandom(16), "big")
        self._connections = 0
        self._left: dict[str, tuple[int, float]] = {}  # version and when, in the order in which they went away

    def number(self) -> int:
        """Return the number of a new connection; it gives the session identifier of its events."""
        self._connections += 1
        return self._connections

    def version(self, client_id: str) -> int:
        """Return the version number of a connection that begins now."""
        version, left_at = self._left.pop(client_id, (-1, 0.0))
        return version + 1 if self._monotonic() - left_at <= limits.SESSION_EXPIRY_SECONDS else 0

    def connected(self, client_id: str, number: int, version: int, principal: str, address: str) -> None:
        """Tell of a client whose CONNECT was accepted."""
        self._tell(
            f"$aws/events/presence/connected/{client_id}",
            client_id,
            number,
            principal,
            eventType="connected",
            ipAddress=address,
            versionNumber=version,
        )

    def disconnected(self, client_id: str, number: int, version: int, principal: str, reason: LossReason) -> None:
        """Tell of a client whose connection has ended."""
        self._left[client_id] = (version, self._monotonic())
        if len(self._left) > REMEMBERED_VERSIONS:
            del self._left[next(iter(self._left))]
        self._tell(
            f"$aws/events/presence/disconnected/{client_id}",
            client_id,
            number,
            principal,
            eventType="disconnected",
            clientInitiatedDisconnect=reason is LossReason.CLIENT_INITIATED_DISCONNECT,
            disconnectReason=reason.value,
            versionNumber=version,
        )

    def subscribed(self, client_id: str, number: int, principal: str, filters: list[str]) -> None:
        """Tell of filters that were granted."""
        self._tell_filters("subscribed", client_id, number, principal, filters)

    def unsubscribed(self, client_id: str, number: int, principal: str, filters: list[str]) -> None:
        """Tell of filters that were given up."""
        self._tell_filters("unsubscribed", client_id, number, principal, filters)

    def _tell_filters(self, what: str, client_id: str, number: int, principal: str, filters: list[str]) -> None:
        if filters:
            topic = f"$aws/events/subscriptions/{what}/{client_id}"
            self._tell(topic, client_id, number, principal, eventType=what, topics=filters)

    def _tell(self, topic: str, client_id: str, number: int, principal: str, **more: Any) -> None:
        if "#" in client_id or "+" in client_id or not self._is_heard(topic):
            return
        event = {
            "clientId": client_id,
            "timestamp": int(self._epoch() * 1000),
            **more,
            "sessionIdentifier": self._session_identifier(number),
            "principalIdentifier": principal,
        }
        self._publish(topic, msgspec.json.encode(event))

    def _session_identifier(self, number: int) -> str:
        return f"{(self._run + number * _STRIDE) % (1 << 128):032x}"
