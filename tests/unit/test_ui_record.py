"""What the report hears: every execution's end at once, and how each thing is when it is asked for."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from simulator.feed import Counters, FeedBatch, ThingSnapshot
from simulator.jobs.model import JobStatus as S
from simulator.watch import Watch
from ui.fleet_store import FleetStore

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
    plain, late, store = Watch(None), Watch(None), FleetStore()
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
        late.on_batch(replace(newest, snapshots=store.turned))
        assert +late.ended_by == +plain.ended_by  # ends are told at once, for the curves
    late.on_batch(replace(newest, snapshots=store.newest()))
    assert late.beliefs == plain.beliefs
    assert late.snapshots == plain.snapshots
    assert (late.ended, +late.ended_by) == (plain.ended, +plain.ended_by)
    assert late.unsure == plain.unsure


def test_a_thing_that_only_gets_on_costs_the_report_nothing_until_it_is_asked_for() -> None:
    store = FleetStore()
    passed = 0
    for tick in range(20):
        store.apply(batch(*(ThingSnapshot(name=f"t{n}", status=S.IN_PROGRESS, version=tick) for n in range(200))))
        passed += len(store.turned)
    assert passed == 0
    assert [one.version for one in store.newest()] == [19] * 200


def test_a_thing_that_left_is_not_among_the_newest_and_one_that_came_back_is() -> None:
    store = FleetStore()
    store.apply(batch(ThingSnapshot(name="a", version=1), ThingSnapshot(name="b")))
    store.apply(batch(removed=("a",)))
    assert [one.name for one in store.newest()] == ["b"]
    store.apply(batch(ThingSnapshot(name="a", version=2)))
    assert {one.name: one.version for one in store.newest()} == {"a": 2, "b": 0}


def test_the_newest_is_now_also_while_the_past_is_shown() -> None:
    store = FleetStore()
    store.apply(batch(ThingSnapshot(name="a", version=1)))
    store.show_past(store.at)
    store.apply(batch(ThingSnapshot(name="a", version=2), ThingSnapshot(name="b", version=1)))
    assert {one.name: one.version for one in store.newest()} == {"a": 2, "b": 1}
    store.apply(batch(removed=("a",)))
    assert [one.name for one in store.newest()] == ["b"]
