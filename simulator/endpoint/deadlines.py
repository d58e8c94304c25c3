"""When to look at which connection again: one shared list by the second instead of a timer for each connection."""

from typing import Generic, TypeVar

T = TypeVar("T")


class Deadlines(Generic[T]):
    """Items by the whole second at which they are due; each has one deadline at most. All steps take constant time."""

    def __init__(self) -> None:
        self._due_at: dict[T, int] = {}
        self._items_at: dict[int, set[T]] = {}
        self._looked_at: int | None = None  # the last second whose items were handed out

    def __len__(self) -> int:
        return len(self._due_at)

    def put(self, item: T, at: float) -> None:
        """Make `item` due at `at` (monotonic seconds, rounded up), in place of its earlier deadline."""
        self.discard(item)
        second = int(at) + 1
        if self._looked_at is not None:
            second = max(second, self._looked_at + 1)
        self._due_at[item] = second
        self._items_at.setdefault(second, set()).add(item)

    def discard(self, item: T) -> None:
        """Forget `item`, if it is known."""
        second = self._due_at.pop(item, None)
        if second is not None:
            items = self._items_at[second]
            items.discard(item)
            if not items:
                del self._items_at[second]

    def pop_due(self, now: float) -> list[T]:
        """Return, and forget, the items whose deadline has passed at `now`."""
        self._looked_at = int(now)
        due: list[T] = []
        for second in sorted(second for second in self._items_at if second <= now):
            due += self._items_at.pop(second)
        for item in due:
            del self._due_at[item]
        return due
