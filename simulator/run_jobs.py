"""The jobs of a run as they are planned: of which document, when, for whom, and with which of AWS's configurations."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulator.jobs import limits


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPlan:
    """One job. `name` is what assertions call it; jobs of one entry with a count share it.

    `at` is simulated seconds after second 0, the moment at which the first job may be created. `targets` None are all
    things of the fleet. `wire` goes to CreateJob as it is.
    """

    name: str
    document: str
    at: float = 0.0
    targets: tuple[str, ...] | None = None
    target_group: str = ""
    description: str = ""
    wire: Mapping[str, Any] = field(default_factory=dict)
    in_progress_timeout_minutes: int | None = None

    @property
    def may_abort(self) -> bool:
        """Whether the service may cancel it by itself."""
        return "abortConfig" in self.wire

    @property
    def is_retried(self) -> bool:
        """Whether an execution that failed may be followed by another."""
        return "jobExecutionsRetryConfig" in self.wire


def job_name(job: str | None) -> str:
    """Return what job ids begin with: the document's name, as far as a job id can carry it."""
    stem = Path(job).stem if job else ""
    return "".join(letter for letter in stem if limits.JOB_ID.fullmatch(letter))[:40] or "job"
