"""How long each thing waited for its answers in the last minute: the newest few of each, and their 95th percentile."""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final

from simulator.feed import ThingSnapshot

KEPT: Final = 32  # answers of one thing; the feed tells at most 20 a second, so a busy minute is told by its end
SECONDS: Final = 60.0
SHARE: Final = 0.95


class AckWindow:
    """A short ring per thing. It holds what the feed tells, which is the newest answer of each batch, not every one."""

    def __init__(self) -> None:
        self._rings: dict[str, deque[tuple[float, float]]] = {}

    def take(self, snapshots: Sequence[ThingSnapshot], at: float) -> None:
        """Note the newest answer of these things, at an epoch second."""
        rings = self._rings
        for snapshot in snapshots:
            ring = rings.get(snapshot.name)
            if ring is None:
                ring = rings[snapshot.name] = deque(maxlen=KEPT)
            ring.append((at, snapshot.ack_ms))

    def p95(self, name: str, now: float) -> float:
        """Milliseconds within which 95 of 100 of the last minute's answers came; 0 if none came."""
        ring = self._rings.get(name)
        if not ring:
            return 0.0
        since = now - SECONDS
        recent = [ms for at, ms in ring if at >= since]
        recent.sort()
        return recent[min(len(recent) - 1, int(len(recent) * SHARE))] if recent else 0.0

    def forget(self, names: Iterable[str]) -> None:
        """Things that are gone."""
        for name in names:
            self._rings.pop(name, None)
