"""Which continuous jobs a thing is targeted by: itself, through its groups, or through groups above those.

Source: reference section 8.13. Snapshot jobs do not look at groups again once they are made.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from simulator.endpoint import arns
from simulator.endpoint.registry import Registry
from simulator.jobs.book import Book
from simulator.jobs.control import ControlError

Joined = dict[str, list[str]]
"""By job id, the names of things."""


class Membership:
    """Looks at the registry before and after a change, and says who joined and who left."""

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

    def now(self, thing_names: Iterable[str]) -> dict[str, set[str]]:
        """Return `jobs_of` for each of these things; nothing at all when there is no such job."""
        if not self._book.continuous:
            return {}
        return {name: self.jobs_of(name) for name in thing_names}

    def changes_since(self, before: dict[str, set[str]]) -> tuple[Joined, Joined]:
        """Return who joined which job and who left which since `now` returned `before`."""
        joined: Joined = {}
        left: Joined = {}
        for name, was in before.items():
            after = self.jobs_of(name)
            for job_id in after - was:
                joined.setdefault(job_id, []).append(name)
            for job_id in was - after:
                left.setdefault(job_id, []).append(name)
        return joined, left

    def targeted(self, targets: tuple[str, ...]) -> Iterator[str]:
        """Return the names of the things that targets mean now; what is there no longer means nobody."""
        for target in targets:
            try:
                yield from self._registry.things_of(target)
            except ControlError:
                continue


@lru_cache(maxsize=10_000)
def _names(targets: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """Return the groups and the things that are targets."""
    resources = [arns.parse(target) for target in targets]
    return (
        frozenset(each.name for each in resources if each.kind is arns.Kind.GROUP),
        frozenset(each.name for each in resources if each.kind is arns.Kind.THING),
    )
