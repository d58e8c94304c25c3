"""Wills that wait: MQTT 5 lets a client that comes back in time take its will back [3.1.3.2.2]."""

from collections.abc import Callable

from simulator.endpoint.deadlines import Deadlines
from simulator.endpoint.mqtt5 import Extras
from simulator.endpoint.packets import Will


class DelayedWills:
    """At most one will of each client id: as many as there are sessions of clients that are away."""

    def __init__(self, publish: Callable[[Will, Extras], None]) -> None:
        self._publish = publish
        self._wills: dict[str, tuple[Will, Extras]] = {}
        self._due: Deadlines[str] = Deadlines()

    def __len__(self) -> int:
        return len(self._wills)

    def put(self, client_id: str, will: Will, extras: Extras, at: float) -> None:
        """Publish `will` at `at` (monotonic seconds), unless it is taken back before."""
        self._wills[client_id] = (will, extras)
        self._due.put(client_id, at)

    def take_back(self, client_id: str) -> None:
        """Forget the will of a client that has come back to its session."""
        self._wills.pop(client_id, None)
        self._due.discard(client_id)

    def publish_now(self, client_id: str) -> None:
        """Publish the will of a client whose session has ended, if one waits."""
        if self._wills and client_id in self._wills:
            self._due.discard(client_id)
            self._publish(*self._wills.pop(client_id))

    def publish_due(self, now: float) -> None:
        """Publish the wills whose delay has passed."""
        for client_id in self._due.pop_due(now):
            self._publish(*self._wills.pop(client_id))
