"""The session's report, kept when its window closes: what came of a run is not lost with the window.

The service is not asked any more, and a fleet that hangs is not waited for: closing takes at most two seconds in all.
"""

import asyncio
import contextlib
import logging
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from simulator import whole_file
from simulator.errors import SimulatorError
from simulator.feed import Counters

if TYPE_CHECKING:
    from simulator.fleet import Fleet
    from simulator.metrics import RunStatistics
    from simulator.report import Report
    from ui.session import Session

logger = logging.getLogger(__name__)
MOST_RUNS: Final = 10
MOST_BYTES: Final = 100 * 1024 * 1024  # of all of them; the newest one stays in any case
FLEET_SECONDS: Final = 0.25
WRITE_SECONDS: Final = 0.5
NAMES: Final = "run-*.json"
UNASKED: Final = "the window was closed: the executions are as the things believed then"


class KeptRuns:
    """A folder of reports. Without a folder none is kept."""

    def __init__(self) -> None:
        self.folder: Path | None = None

    def begin(self, folder: Path) -> None:
        """Keep them there from now on."""
        self.folder = folder

    def newest(self) -> Path | None:
        """The report of the run before this one; None if there is none."""
        found = self._all()
        return found[-1] if found else None

    async def keep(self, session: "Session") -> Path | None:
        """Write down what came of the session, if anything did; return where. A failure is logged, no more."""
        try:
            report = await self._report(session)
            return None if report is None else await self._written(report)
        except Exception:
            logger.exception("the run could not be kept")
            return None

    async def _report(self, session: "Session") -> "Report | None":
        record = session.record
        if self.folder is None or session.process.fleet is None or record is None or not record.has_executions():
            return None
        return await record.report(
            _Quick(session.process.fleet, record.counters),
            None,
            things=len(session.things.specs()),
            seed=session.seed,
            mqtt=session.connection.mqtt,
            http=session.connection.http,
            unasked=UNASKED,
        )

    async def _written(self, report: "Report") -> Path | None:
        from simulator import report_files

        assert self.folder is not None
        path = self.folder / f"run-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{os.getpid()}.json"
        content = report_files.to_json(report)
        try:
            async with asyncio.timeout(WRITE_SECONDS):
                await asyncio.to_thread(self._write, path, content)
        except (OSError, TimeoutError):
            logger.warning("the run could not be kept in %s", path, exc_info=True)
            return None
        return path

    def _write(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        whole_file.replace(path, content, private=True)
        self._make_room()

    def _make_room(self) -> None:
        total = 0
        for number, path in enumerate(reversed(self._all())):
            with contextlib.suppress(OSError):
                total += path.stat().st_size
                if number and (number >= MOST_RUNS or total > MOST_BYTES):
                    path.unlink()

    def _all(self) -> list[Path]:
        """The oldest first: their names begin with when they were written."""
        if self.folder is None:
            return []
        try:
            return sorted(self.folder.glob(NAMES))
        except OSError:
            return []


class _Quick:
    """A fleet that is asked once more; what it does not tell at once is as it was told last."""

    def __init__(self, fleet: "Fleet", counters: Counters) -> None:
        self._fleet, self._counters = fleet, counters

    async def statistics(self) -> "RunStatistics":
        from simulator.metrics import RunStatistics

        try:
            async with asyncio.timeout(FLEET_SECONDS):
                return await self._fleet.statistics()
        except (TimeoutError, SimulatorError, OSError):
            return RunStatistics(counters=self._counters, latency={})
