"""Which executions of a run are worth a closer look, and how they went: the slowest, the unexpected, the failed."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Final, Protocol

from simulator.errors import SimulatorError
from simulator.feed import ThingDetail
from simulator.jobs.model import JobStatus
from simulator.report import ExecutionRow
from simulator.report_parts import Timeline, TimelineEntry

MOST_SLOW: Final = 10
MOST_FAILED: Final = 20

Key = tuple[str, str, int]


class TellsDetail(Protocol):
    """What is asked of a fleet."""

    async def detail(self, name: str) -> ThingDetail | None: ...


def slowest(rows: Sequence[ExecutionRow], most: int = MOST_SLOW) -> list[ExecutionRow]:
    """Return the executions that took longest from start to end, the longest first."""
    timed = [row for row in rows if row.seconds is not None]
    return sorted(timed, key=lambda row: (-(row.seconds or 0.0), key_of(row)))[:most]


def failed(rows: Sequence[ExecutionRow], most: int = MOST_FAILED) -> list[ExecutionRow]:
    """Return the executions that were not as their scenarios say, then those that ended in anything but success."""

    def rank(row: ExecutionRow) -> tuple[bool, Key]:
        return row.as_expected, key_of(row)

    return sorted((row for row in rows if not row.as_expected or _is_failure(row)), key=rank)[:most]


def _is_failure(row: ExecutionRow) -> bool:
    status = row.status_stored or row.status_believed
    return status is not None and status.is_terminal and status is not JobStatus.SUCCEEDED


def key_of(row: ExecutionRow) -> Key:
    """Return what names an execution in a run."""
    return row.thing, row.job_id, row.execution_number


async def timelines_of(
    fleet: TellsDetail, rows: Sequence[ExecutionRow], began_at: float, seconds: float
) -> list[Timeline]:
    """Ask the things of notable executions how they went, for at most so many real seconds.

    `began_at` in real epoch seconds. An execution whose thing does not answer, or no longer knows, is left out.
    """
    slow = {key_of(row) for row in slowest(rows)}
    wanted = [*slow, *(key for row in failed(rows) if (key := key_of(row)) not in slow)]
    found = []
    with contextlib.suppress(TimeoutError, SimulatorError):
        async with asyncio.timeout(seconds):
            for key in sorted(wanted):
                detail = await fleet.detail(key[0])
                entries = [] if detail is None else _entries(detail, key, began_at)
                if entries:
                    thing, job_id, number = key
                    found.append(
                        Timeline(
                            thing=thing, job_id=job_id, execution_number=number, is_slow=key in slow, entries=entries
                        )
                    )
    return found


def _entries(detail: ThingDetail, key: Key, began_at: float) -> list[TimelineEntry]:
    return [
        TimelineEntry(
            after_seconds=round(max(0.0, node.at - began_at), 3),
            status=node.status,
            version=node.version,
            step=node.step,
            reason=node.reason,
        )
        for node in detail.timeline
        if (node.job_id, node.execution_number) == key[1:]
    ]
