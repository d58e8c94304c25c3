"""The column lists: what a batch leaves in them."""

from hypothesis import given
from hypothesis import strategies as st

from simulator.feed import Activity, FeedBatch, ThingSnapshot
from simulator.jobs.model import JobStatus as S
from tests.support.gui import counters_of, snapshot
from ui.fleet_store import FleetStore, natural


def put(store: FleetStore, *things: ThingSnapshot, removed: tuple[str, ...] = ()) -> None:
    store.apply(FeedBatch(at=1.0, snapshots=list(things), counters=counters_of(things), removed=list(removed)))


def test_a_thing_keeps_its_row_when_it_changes() -> None:
    store = FleetStore()
    put(store, snapshot("a"), snapshot("b"))
    put(store, snapshot("a", S.FAILED, version=3))
    assert store.names == ["a", "b"]
    assert store.version == [3, 0]


def test_changed_rows_are_dirty_until_they_are_taken() -> None:
    store = FleetStore()
    put(store, snapshot("a"), snapshot("b"), snapshot("c"))
    assert store.take_dirty() == {0, 1, 2}
    put(store, snapshot("b", S.QUEUED))
    assert store.take_dirty() == {1}
    assert store.take_dirty() == set()


def test_firmware_shows_where_it_goes_only_while_it_changes() -> None:
    store = FleetStore()
    put(store, snapshot("a", S.IN_PROGRESS, firmware="2.3.1", target_firmware="2.4.0"))
    assert store.fw_text == ["2.3.1 → 2.4.0"]
    put(store, snapshot("a", S.SUCCEEDED, firmware="2.4.0"))
    assert store.fw_text == ["2.4.0"]


def test_lost_things_are_counted_and_found_again() -> None:
    store = FleetStore()
    put(store, snapshot("a", activity=Activity.LOST), snapshot("b"))
    assert store.lost == 1
    put(store, snapshot("a", activity=Activity.IDLE))
    assert store.lost == 0


def test_a_frozen_store_stands_still_and_catches_up() -> None:
    store = FleetStore()
    put(store, snapshot("a", S.QUEUED, version=1))
    store.freeze()
    put(store, snapshot("a", S.IN_PROGRESS, version=2))
    put(store, snapshot("a", S.IN_PROGRESS, version=3), snapshot("b"))
    assert (store.version, store.waiting_changes, store.frozen) == ([1], 3, True)
    store.thaw()
    assert (store.version, store.names, store.frozen) == ([3, 0], ["a", "b"], False)


def test_a_thing_removed_while_frozen_does_not_come_back() -> None:
    store = FleetStore()
    put(store, snapshot("a"))
    store.freeze()
    put(store, snapshot("a", S.QUEUED))
    put(store, removed=("a",))
    store.thaw()
    store.drop_leaving()
    assert store.names == []


def test_rows_of_removed_things_stay_until_the_model_drops_them() -> None:
    store = FleetStore()
    put(store, snapshot("a"), snapshot("b"), snapshot("c"))
    put(store, removed=("a", "nobody"))
    assert store.names == ["a", "b", "c"]
    store.drop_leaving()
    assert (store.names, store.row_of) == (["b", "c"], {"b": 0, "c": 1})


def test_a_thing_that_is_removed_and_added_again_keeps_its_row() -> None:
    store = FleetStore()
    put(store, snapshot("a", S.FAILED), snapshot("b"))
    put(store, removed=("a",))
    put(store, snapshot("a"))
    store.drop_leaving()
    assert store.names == ["a", "b"]
    assert store.status_counts[0] == 2


changes = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from([None, *S]), st.booleans()), max_size=40)


@given(changes)
def test_counts_by_status_always_sum_to_the_fleet(done: list[tuple[str, S | None, bool]]) -> None:
    store = FleetStore()
    expected: dict[str, S | None] = {}
    for name, status, removes in done:
        if removes:
            put(store, removed=(name,))
            expected.pop(name, None)
        else:
            put(store, snapshot(name, status))
            expected[name] = status
    store.drop_leaving()
    assert dict(zip(store.names, store.status, strict=True)).keys() == expected.keys()
    assert sum(store.status_counts) == sum(store.link_counts) == len(expected)
    assert store.status_counts[0] == list(expected.values()).count(None)
    assert all(store.names[row] == name for name, row in store.row_of.items())


def test_names_and_versions_sort_as_people_count() -> None:
    assert sorted(["sim-10", "sim-2", "SIM-1"], key=natural) == ["SIM-1", "sim-2", "sim-10"]
    assert sorted(["2.10.0", "2.4", "2.4.1"], key=natural) == ["2.4", "2.4.1", "2.10.0"]
