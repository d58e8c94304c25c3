"""Which continuous jobs a thing is targeted by: itself, through its groups, or through groups above those.

Source: reference section 8.13. Snapshot jobs do not look at groups again once they are made.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from simulator.endpoint import arns
from simulator.endpoint.registry import Registry
from simulator.jobs.book import Book
from simulator.jobs.control import ControlError
from simulator.jobs.model import JobStatus
from simulator.jobs.progress import JobProgress
from simulator.jobs.service import Effects
from simulator.jobs.stored import Execution, Job

Joined = dict[str, list[str]]
"""By job id, the names of things."""


class Membership:
    """Looks things up in the registry and in the book."""

    def __init__(self, book: Book, registry: Registry) -> None:
        self._book = book
        self._registry = registry

    def jobs_of(self, thing_name: str) -> set[str]:
        """Return the ids of the live continuous jobs that target a thing now."""
        groups = self._registry.groups.around(thing_name)
        found: set[str] = set()
        for job_id in self._book.continuous:
            group_names, thing_names = _names(self._book.jobs[job_id].targets)
            if thing_name in thing_names or not group_names.isdisjoint(groups):
                found.add(job_id)
        return found

    def resume(self, job: Job, waiting: list[str] | None, progress: JobProgress, now: float) -> None:
        """Go on with a job after a restart: its rollout, and members of its groups that came or went unnoticed.

        `waiting` names the things the job was made for, None if that is not known (of old files).
        """
        is_followed = job.job_id in self._book.continuous
        targeted: set[str] = set()
        if is_followed or (job.is_rolling_out and waiting is None):
            targeted = set(self.targeted(job.targets))
        names = sorted(targeted) if waiting is None else waiting
        progress.resume(job, names if job.is_rolling_out else (), now)
        if is_followed:
            latest = {each.thing_name: each for each in self._book.of_job(job.job_id)}
            joined = [name for name in sorted(targeted) if _is_missing(latest.get(name))]
            left = [name for name, each in latest.items() if not each.status.is_terminal and name not in targeted]
            progress.join(job.job_id, joined, Effects())
            progress.leave(job.job_id, left, Effects())

    def targeted(self, targets: tuple[str, ...]) -> Iterator[str]:
        """Return the names of the things that targets mean now; what is there no longer means nobody."""
        for target in targets:
            try:
                yield from self._registry.things_of(target)
            except ControlError:
                continue


def _is_missing(latest: Execution | None) -> bool:
    """Whether a member of a continuous job has no execution yet, or lost its last one by leaving."""
    return latest is None or latest.status is JobStatus.REMOVED


def differences(before: Mapping[str, set[str]], after: Mapping[str, set[str]]) -> tuple[Joined, Joined]:
    """Return who joined which job and who left which, from what `jobs_of` said before and after a change."""
    joined: Joined = {}
    left: Joined = {}
    for name, was in before.items():
        for job_id in after[name] - was:
            joined.setdefault(job_id, []).append(name)
        for job_id in was - after[name]:
            left.setdefault(job_id, []).append(name)
    return joined, left


@lru_cache(maxsize=10_000)
def _names(targets: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """Return the groups and the things that are targets."""
    resources = [arns.parse(target) for target in targets]
    return (
        frozenset(each.name for each in resources if each.kind is arns.Kind.GROUP),
        frozenset(each.name for each in resources if each.kind is arns.Kind.THING),
    )
