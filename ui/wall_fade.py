"""Changes on the wall that fade in: for 300 ms the old look of a square lies over the new one, thinner and thinner.

Only what changed is painted again, and nothing fades while more than a thousand squares change in a second.
"""

from collections import deque
from collections.abc import Iterator
from typing import Final

SECONDS: Final = 0.3
MOST_A_SECOND: Final = 1000


class Fades:
    """Which squares fade, from which look (a kind of `wall_image`), and how far they are. Times are monotonic."""

    def __init__(self) -> None:
        self.enabled = True
        self._old: dict[int, tuple[float, int]] = {}
        self._recent: deque[tuple[float, int]] = deque()
        self._changed = 0

    def __len__(self) -> int:
        return len(self._old)

    def count(self, changes: int, now: float) -> bool:
        """Note how many squares change now; return whether they may fade."""
        self._recent.append((now, changes))
        self._changed += changes
        while self._recent and now - self._recent[0][0] > 1.0:
            self._changed -= self._recent.popleft()[1]
        if not self.enabled or self._changed > MOST_A_SECOND:
            self._old.clear()
            return False
        return True

    def begin(self, place: int, kind: int, now: float) -> None:
        """A square leaves this look."""
        self._old[place] = now, kind

    def clear(self) -> None:
        """The squares lie elsewhere now."""
        self._old.clear()

    def under_way(self, now: float) -> Iterator[tuple[int, int, float]]:
        """Place, old look and how much of the old is left (1 to 0); those that are through are dropped."""
        for place, (began, kind) in list(self._old.items()):
            left = 1.0 - (now - began) / SECONDS
            if left <= 0:
                del self._old[place]
            else:
                yield place, kind, min(1.0, left)
