"""The book keeps every index true, whatever is put in and taken out."""

from collections import Counter

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from simulator.jobs.book import Book
from simulator.jobs.model import JobStatus
from simulator.jobs.stored import Execution, ExecutionKey

THINGS, JOBS = ("t", "u"), ("j1", "j2")


class BookMachine(RuleBasedStateMachine):
    """Compares the book with a plain dict that is searched from end to end."""

    keys = Bundle("keys")

    def __init__(self) -> None:
        super().__init__()
        self.book = Book()
        self.plain: dict[ExecutionKey, Execution] = {}

    @rule(
        target=keys,
        thing=st.sampled_from(THINGS),
        job=st.sampled_from(JOBS),
        number=st.integers(1, 3),
        at=st.integers(0, 3),
    )
    def put_new(self, thing: str, job: str, number: int, at: int) -> ExecutionKey:
        key = ExecutionKey(thing, job, number)
        if key not in self.plain:
            self.store(
                Execution(
                    thing_name=thing,
                    job_id=job,
                    execution_number=number,
                    status=JobStatus.QUEUED,
                    version_number=1,
                    queued_at=float(at),
                    last_updated_at=float(at),
                    sequence=self.book.next_sequence(),
                )
            )
        return key

    @rule(key=keys, status=st.sampled_from(JobStatus))
    def change(self, key: ExecutionKey, status: JobStatus) -> None:
        if key in self.plain:
            before = self.plain[key]
            self.store(msgspec.structs.replace(before, status=status, version_number=before.version_number + 1))

    @rule(key=keys)
    def remove(self, key: ExecutionKey) -> None:
        self.book.remove(key)
        self.plain.pop(key, None)

    def store(self, execution: Execution) -> None:
        self.book.put(execution)
        self.plain[execution.key] = execution

    @invariant()
    def lookups_agree(self) -> None:
        for key, execution in self.plain.items():
            assert self.book.find(*key) == execution
        for thing in THINGS:
            for job in JOBS:
                numbers = [key.execution_number for key in self.plain if key[:2] == (thing, job)]
                latest = self.book.find(thing, job)
                assert (latest.execution_number if latest else None) == max(numbers, default=None)

    @invariant()
    def pending_lists_agree_and_are_in_order(self) -> None:
        for thing in THINGS:
            expected = [
                each for each in self.plain.values() if each.thing_name == thing and not each.status.is_terminal
            ]
            expected.sort(key=lambda each: (each.status != "IN_PROGRESS", each.queued_at, each.sequence))
            assert list(self.book.pending(thing)) == expected

    @invariant()
    def counts_and_listings_agree(self) -> None:
        for job in JOBS:
            expected = Counter(each.status for each in self.plain.values() if each.job_id == job)
            assert {status: count for status, count in self.book.counts(job).items() if count} == expected
            assert {each.key for each in self.book.of_job(job)} == {key for key in self.plain if key.job_id == job}
        for thing in THINGS:
            assert {each.key for each in self.book.of_thing(thing)} == {
                key for key in self.plain if key.thing_name == thing
            }
        assert {each.key for each in self.book.executions()} == set(self.plain)


TestBook = BookMachine.TestCase
