"""In which order the wall shows the things that the filter lets through. Pure: the store's columns in, rows out."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from simulator.jobs.model import JobStatus
from ui.fleet_store import FleetStore, natural
from ui.status_style import CODE_OF
from ui.wall_names import group_of

NAME: Final = "name"
SCENARIO: Final = "scenario"
ROLLOUT: Final = "rollout"
CHANGE: Final = "change"
STATUS: Final = "status"
GROUP: Final = "group"
ORDERS: Final = (NAME, ROLLOUT, STATUS, SCENARIO, CHANGE, GROUP)
LIVE: Final = frozenset({ROLLOUT, STATUS, CHANGE})
"""Orders that move while things run; they are brought up to date once a second."""

_RUNNING: Final = CODE_OF[JobStatus.IN_PROGRESS]
_WAITING: Final = frozenset({CODE_OF[None], CODE_OF[JobStatus.QUEUED]})


def ordered(store: FleetStore, rows: Iterable[int], order: str) -> list[int]:
    """The rows in one of ORDERS; ties by name.

    `rollout` has what ended first at the top, the wave of what is under way below it, and what waits at the bottom.
    """
    result = sorted(rows, key=store.name_rank.__getitem__)
    if order != NAME:
        result.sort(key=_KEYS[order](store))
    return result


def _by_rollout(store: FleetStore) -> Callable[[int], Any]:
    status, progress, updated = store.status, store.progress, store.updated

    def key(row: int) -> tuple[int, float]:
        if status[row] in _WAITING:
            return 2, 0.0
        return (1, -progress[row]) if status[row] == _RUNNING else (0, updated[row])

    return key


_KEYS: Final[dict[str, Callable[[FleetStore], Callable[[int], Any]]]] = {
    ROLLOUT: _by_rollout,
    STATUS: lambda store: store.status.__getitem__,
    SCENARIO: lambda store: store.scenario.__getitem__,
    GROUP: lambda store: [natural(group_of(name)) for name in store.names].__getitem__,
    CHANGE: lambda store: [-at for at in store.updated].__getitem__,
}
