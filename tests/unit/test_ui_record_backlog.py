"""The report's backlog: what waits arrives, in order for each thing, and no execution's end is skipped."""

from hypothesis import given
from hypothesis import strategies as st

from simulator.feed import Counters, FeedBatch, ThingSnapshot
from simulator.jobs.model import JobStatus as S
from simulator.watch import Watch
from ui.fleet_store import FleetStore
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


@given(steps, st.lists(st.integers(0, 30), max_size=4))
def test_what_the_report_believes_is_what_it_would_without(
    done: list[list[tuple[str, int, S]]], freezes: list[int]
) -> None:
    plain, late, backlog, store = Watch(None), Watch(None), Backlog(), FleetStore()
    version: dict[tuple[str, int], int] = {}
    last: dict[str, int] = {}
    ended: set[tuple[str, int]] = set()
    newest = batch()
    for tick, changes in enumerate(done):
        if tick in freezes:
            (store.thaw if store.frozen else store.freeze)()
        things = []
        for name, number, status in changes:
            number = max(number, last.get(name, 1))  # executions come one after another
            last[name] = number
            if (name, number) in ended:
                continue  # a terminal execution never changes
            if status.is_terminal:
                ended.add((name, number))
            version[name, number] = version.get((name, number), 0) + 1
            things.append(
                ThingSnapshot(
                    name=name, status=status, job_id="j", execution_number=number, version=version[name, number]
                )
            )
        newest = batch(*things)
        plain.on_batch(newest)
        store.apply(newest)
        late.on_batch(backlog.pass_on(newest, store.turned))
        assert +late.ended_by == +plain.ended_by  # ends are told at once, for the curves
    late.on_batch(backlog.rest(newest))
    assert late.beliefs == plain.beliefs
    assert late.snapshots == plain.snapshots
    assert (late.ended, +late.ended_by) == (plain.ended, +plain.ended_by)
    assert late.unsure == plain.unsure


def test_a_thing_that_only_gets_on_costs_the_report_nothing_until_it_is_asked_for() -> None:
    backlog, store = Backlog(), FleetStore()
    passed = 0
    newest = batch()
    for tick in range(20):
        newest = batch(*(ThingSnapshot(name=f"t{n}", status=S.IN_PROGRESS, version=tick) for n in range(200)))
        store.apply(newest)
        passed += len(backlog.pass_on(newest, store.turned).snapshots)
    assert passed == 0
    assert {one.version for one in backlog.rest(newest).snapshots} == {19}
    assert backlog.rest(newest).snapshots == []


def test_a_thing_that_leaves_waits_no_more() -> None:
    backlog = Backlog()
    backlog.pass_on(batch(ThingSnapshot(name="a", version=1), ThingSnapshot(name="b")), [])
    assert backlog.pass_on(batch(removed=("a",)), []).removed == ["a"]
    assert [one.name for one in backlog.rest(batch()).snapshots] == ["b"]
