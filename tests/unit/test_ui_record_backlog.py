"""The report's backlog: what waits arrives, in order for each thing, and no execution's end is skipped."""

from hypothesis import given
from hypothesis import strategies as st

from simulator.feed import Counters, FeedBatch, ThingSnapshot
from simulator.jobs.model import JobStatus as S
from simulator.watch import Watch
from ui.record_backlog import Backlog

steps = st.lists(
    st.lists(
        st.tuples(st.sampled_from("abcdefgh"), st.integers(1, 3), st.sampled_from(list(S))),
        max_size=8,
        unique_by=lambda step: step[0],
    ),
    max_size=30,
)


def batch(*snapshots: ThingSnapshot, removed: tuple[str, ...] = ()) -> FeedBatch:
    return FeedBatch(at=1.0, snapshots=list(snapshots), counters=Counters(), removed=list(removed))


@given(steps)
def test_what_the_report_believes_is_what_it_would_without(done: list[list[tuple[str, int, S]]]) -> None:
    plain, late, backlog = Watch(None), Watch(None), Backlog()
    version: dict[tuple[str, int], int] = {}
    last: dict[str, int] = {}
    newest = batch()
    for changes in done:
        things = []
        for name, number, status in changes:
            number = max(number, last.get(name, 1))  # executions come one after another
            last[name] = number
            version[name, number] = version.get((name, number), 0) + 1
            things.append(
                ThingSnapshot(
                    name=name, status=status, job_id="j", execution_number=number, version=version[name, number]
                )
            )
        newest = batch(*things)
        plain.on_batch(newest)
        late.on_batch(backlog.pass_on(newest))
    late.on_batch(backlog.rest(newest))
    assert late.beliefs == plain.beliefs
    assert late.snapshots == plain.snapshots
    assert (late.ended, +late.ended_by) == (plain.ended, +plain.ended_by)
    assert late.unsure == plain.unsure


def test_a_thing_that_only_gets_on_is_passed_on_about_once_a_second() -> None:
    backlog = Backlog()
    names = [f"t{n}" for n in range(2000)]
    passed = 0
    for tick in range(20):
        things = [ThingSnapshot(name=name, status=S.IN_PROGRESS, version=tick) for name in names]
        passed += len(backlog.pass_on(batch(*things)).snapshots)
    assert 1500 <= passed <= 2500  # of 40,000


def test_a_thing_that_leaves_is_told_before() -> None:
    backlog = Backlog()
    many = [ThingSnapshot(name=f"t{n}", version=1) for n in range(500)]
    backlog.pass_on(batch(*many))
    told = backlog.pass_on(batch(removed=("t499",)))
    assert "t499" in {one.name for one in told.snapshots}
    assert told.removed == ["t499"]
