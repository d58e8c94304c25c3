"""What came of an open-ended session, such as one in the window: the same report as a run's, at any moment.

A session has no plan to be held against, since a person steers it: an execution is as expected if the thing believes
what the service has stored.
"""

import contextlib
import platform
from collections.abc import Mapping
from typing import Final, Protocol

import simulator
from simulator import report as reports
from simulator.clock import Clock
from simulator.errors import EXIT_OK, EXIT_UNEXPECTED_OUTCOME, SimulatorError
from simulator.feed import FeedBatch, ThingSnapshot
from simulator.fleet import Fleet
from simulator.metrics import RunStatistics
from simulator.operator import Operator
from simulator.operator_views import ExecutionView
from simulator.report import ExecutionRow, Report
from simulator.report_series import SeriesRecorder
from simulator.verdict import agrees
from simulator.versions import library_versions, platform_text
from simulator.watch import Belief, Key, Watch

MOST_EXECUTIONS: Final = 100_000
"""Of the newest so many executions a session knows how they ended; older ones are forgotten first."""
FORGET_AT_ONCE: Final = 1_000
DISAGREES: Final = "the thing believes {believed}, the service has stored {stored}"


NO_CONTROL_PLANE: Final = "there is no control plane: the executions are as the things believe"


class TellsStatistics(Protocol):
    """The part of a fleet that a report needs."""

    async def statistics(self) -> RunStatistics: ...


class SessionRecord:
    """Takes the fleet's batches in from the beginning; `report` may be asked for as often as one likes."""

    def __init__(self, clock: Clock) -> None:
        """Begin now."""
        self._clock = clock
        self._began = clock.now()
        self.began_at = clock.epoch()
        self._recorder = SeriesRecorder()
        self.watch = Watch(None)

    @property
    def sample_seconds(self) -> float:
        """When `sample` wants to be called next."""
        return self._recorder.bin_seconds

    def on_batch(self, batch: FeedBatch) -> None:
        """Take in what changed."""
        self.watch.on_batch(batch)
        beliefs = self.watch.beliefs
        if len(beliefs) > MOST_EXECUTIONS + FORGET_AT_ONCE:
            for key in list(beliefs)[:FORGET_AT_ONCE]:
                del beliefs[key]
                self.watch.faults.pop(key, None)

    async def sample(self, fleet: Fleet) -> None:
        """Keep how the session goes over time."""
        with contextlib.suppress(SimulatorError):  # a worker that is gone or too busy: the next one will tell
            statistics = await fleet.statistics()
            self._recorder.take(self._clock.now() - self._began, statistics, self.watch.ended_by)

    async def report(
        self,
        fleet: TellsStatistics,
        operator: Operator | None,
        settings: reports.Settings,
        unasked: str = NO_CONTROL_PLANE,
    ) -> Report:
        """Return what came of the session so far. Where the control plane does not answer, a notice says so.

        `unasked` is the notice for when there is no `operator` to ask.
        """
        statistics = self._recorder.completed(await fleet.statistics())
        watch = self.watch
        stored, notices = ({}, [unasked]) if operator is None else await self._stored(operator)
        rows = [
            _row(key, belief, watch.snapshots.get(key[0]), stored, watch.faults.get(key, {}))
            for key, belief in sorted(watch.beliefs.items())
        ]
        unexpected = sum(not row.as_expected for row in rows)
        ended = sum(belief.status.is_terminal for belief in watch.beliefs.values())
        return Report(
            program_version=simulator.__version__,
            python_version=platform.python_version(),
            platform=platform_text(),
            libraries=library_versions(),
            began_at=self.began_at,
            ended_at=self._clock.epoch(),
            exit_status=EXIT_UNEXPECTED_OUTCOME if unexpected else EXIT_OK,
            settings=settings,
            connected=watch.most_connected,
            outcomes=reports.outcomes_of(rows) or reports.beliefs_of(rows),
            unexpected=unexpected,
            executions=rows,
            latency=reports.latency_of(statistics),
            traffic=reports.traffic_of(statistics, ended, max(0.001, self._clock.now() - self._began)),
            health=reports.health_of(statistics, rows=rows),
            job_ids=sorted({key[1] for key in watch.beliefs}),
            notices=[*watch.notices, *notices],
            faults=dict(sorted(statistics.counters.faults.items())),
            faults_by_thing={
                name: dict(sorted(one.faults.items())) for name, one in sorted(watch.snapshots.items()) if one.faults
            },
            series=self._recorder.series(),
        )

    async def _stored(self, operator: Operator) -> tuple[Mapping[Key, ExecutionView], list[str]]:
        """Return what the service has stored of the executions the things know, and what could not be asked."""
        stored: dict[Key, ExecutionView] = {}
        notices = []
        for job_id in sorted({key[1] for key in self.watch.beliefs}):
            try:
                views = await operator.executions(job_id)
            except SimulatorError as exc:
                notices.append(f"the service did not say how the executions of {job_id} stand: {exc}")
                continue
            stored.update(((view.thing_name, view.job_id, view.execution_number), view) for view in views)
        return stored, notices


def _row(
    key: Key,
    belief: Belief,
    snapshot: ThingSnapshot | None,
    stored: Mapping[Key, ExecutionView],
    faults: Mapping[str, int],
) -> ExecutionRow:
    view = stored.get(key)
    holds = view is None or agrees(view, belief) or not belief.status.is_terminal
    note = "" if holds or view is None else DISAGREES.format(believed=belief.status, stored=view.status)
    return ExecutionRow(
        thing=key[0],
        scenario=snapshot.scenario if snapshot is not None else "",
        seed=snapshot.seed if snapshot is not None else 0,
        job_id=key[1],
        execution_number=key[2],
        status_believed=belief.status,
        status_stored=view.status if view is not None else None,
        version_believed=belief.version,
        version_stored=None,
        expected=[],
        as_expected=holds,
        note=note,
        faults=dict(sorted(faults.items())),
    )
