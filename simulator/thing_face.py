"""What a thing shows of itself beside its line and its conversation: activity, step, progress, firmware, reasons."""

from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Final

from simulator.feed import Activity, ThingSnapshot
from simulator.fleet import ThingSpec
from simulator.jobs.device import DELETED, ENDED_BY_SERVICE, DeviceJobs
from simulator.jobs.meanings import Ended
from simulator.jobs.model import JobStatus
from simulator.scenario.document import firmware_of
from simulator.scenario.walk import Report
from simulator.thing_faults import ThingFaults
from simulator.thing_line import ThingLine
from simulator.thing_log import ThingLog, date_of

REASON: Final = "reason"
FIRMWARE: Final = "firmware"
"""This status detail of a SUCCEEDED report tells what the thing runs then, if it is not the firmware of the job."""


class ThingFace:
    """Belongs to one thing, which tells it what happens."""

    __slots__ = (
        "_on_change",
        "_target",
        "activity",
        "changed",
        "details",
        "firmware",
        "firmware_warning",
        "log",
        "name",
        "progress",
        "seed",
        "step",
    )  # fmt: skip

    def __init__(self, spec: ThingSpec, log: ThingLog, on_change: Callable[[], None]) -> None:
        """`on_change` is called whenever the snapshot would differ."""
        self._on_change = on_change
        self.name = spec.name
        self.seed = spec.seed
        self.log = log
        self.activity = Activity.STOPPED
        self.step = ""
        self.progress = 0
        self.details = ""
        self.firmware = spec.firmware
        self.firmware_warning = False
        self._target = ""  # the firmware that the job document of the execution under way asks for
        self.changed = 0.0  # the moment of the newest change, of perf_counter

    def tell(self) -> None:
        """Something has changed."""
        self.changed = perf_counter()
        self._on_change()

    def show(self, activity: Activity, step: str | None = None) -> None:
        """Show what the thing does now, and in which step; tell of it if that is new."""
        if self.activity is not activity or step not in (None, self.step):
            self.activity = activity
            if step is not None:
                self.step = step
            self.tell()

    def begins(self, jobs: DeviceJobs, document: Mapping[str, object]) -> None:
        """An execution has become the current one."""
        self.step = self.details = ""
        self.progress = 0
        self.firmware_warning = False
        self._target = firmware_of(document) or ""
        self.goes_on(jobs)

    def reported(self, jobs: DeviceJobs, report: Report) -> None:
        """A report of this thing was accepted."""
        self.step = report.step
        self.progress = report.progress
        self.details = report.status_details.get(REASON, "")
        self.goes_on(jobs)
        if report.status is JobStatus.SUCCEEDED:
            self.firmware = report.status_details.get(FIRMWARE) or self._target or self.firmware
            self.firmware_warning = self._target not in ("", self.firmware)
        if report.status is not JobStatus.IN_PROGRESS:
            self._target = ""

    def ended(self, jobs: DeviceJobs, end: Ended) -> None:
        """The execution ended behind the thing's back."""
        was_deleted = end.status is JobStatus.REMOVED and end.version == 0
        told = "" if was_deleted else jobs.status_details.get(REASON, "")
        self.details = DELETED if was_deleted else told or ENDED_BY_SERVICE.get(end.status, end.sentence)
        self.firmware_warning = end.status is JobStatus.SUCCEEDED and self._target not in ("", self.firmware)
        self._target = ""
        self.goes_on(jobs)

    def goes_on(self, jobs: DeviceJobs) -> None:
        """The current execution has another status or version now."""
        execution, status = jobs.execution, jobs.status
        assert execution is not None
        assert status is not None
        self.changed = moment = perf_counter()
        self.log.went_on(
            moment, execution.job_id, execution.execution_number, status, jobs.version, self.step, self.details
        )

    def snapshot(
        self,
        jobs: DeviceJobs,
        line: ThingLine,
        scenario: str,
        *,
        is_overridden: bool,
        is_manual: bool,
        faults: ThingFaults,
        attempt: int,
    ) -> ThingSnapshot:
        """Return all of it as one value."""
        execution = jobs.execution
        return ThingSnapshot(
            name=self.name,
            link=line.link,
            link_reason=line.link_reason,
            activity=self.activity,
            status=jobs.status,
            version=jobs.version,
            progress=self.progress,
            step=self.step,
            firmware=self.firmware,
            target_firmware="" if self._target == self.firmware else self._target,
            firmware_warning=self.firmware_warning,
            job_id="" if execution is None else execution.job_id,
            execution_number=0 if execution is None else execution.execution_number,
            pending=jobs.pending,
            scenario=scenario,
            scenario_overridden=is_overridden,
            manual=is_manual,
            details=self.details,
            messages=self.log.messages,
            rejects=self.log.rejects,
            ack_ms=line.ack_ms,
            updated_at=date_of(self.changed),
            seed=self.seed,
            faults=faults.counts and dict(faults.counts),
            execution_faults=faults.current and dict(faults.current),
            attempt=attempt,
        )
