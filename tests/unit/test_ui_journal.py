"""The journal: any moment can be shown again, memory is bounded, and what fell out is counted."""

from array import array

from hypothesis import given
from hypothesis import strategies as st

from simulator.feed import ThingSnapshot
from simulator.jobs.model import JobStatus as S
from ui.journal import Entry, Journal, Moment, _places

changes = st.lists(
    st.tuples(st.sampled_from("abcde"), st.sampled_from([None, *S, "gone"]), st.integers(0, 3)), max_size=60
)


def record(journal: Journal, at: float, *things: ThingSnapshot, removed: tuple[str, ...] = ()) -> None:
    journal.record(at, things, removed)


def statuses(journal: Journal, when: float) -> dict[str, S | None]:
    scene = journal.scene(when)
    return {
        name: moment.status for name, moment in zip(journal.names, scene.moments, strict=True) if moment is not None
    }


@given(changes, st.integers(1, 7))
def test_every_moment_is_as_it_was_then_whatever_the_chunks(done: list[tuple[str, object, int]], chunk: int) -> None:
    journal = Journal(most=10_000, chunk=chunk)
    now: dict[str, object] = {}
    expected: list[tuple[float, dict[str, object]]] = []
    at = 100.0
    for name, change, pause in done:
        at += pause
        if change == "gone":
            record(journal, at, removed=(name,))
            now.pop(name, None)
        else:
            record(journal, at, ThingSnapshot(name=name, status=change))  # type: ignore[arg-type]
            now[name] = change
        if expected and expected[-1][0] == at:
            expected.pop()
        expected.append((at, dict(now)))
    for when, fleet in expected:
        assert statuses(journal, when) == fleet
        assert statuses(journal, when + 0.5) == fleet


def test_one_batch_of_many_things_may_fill_several_chunks() -> None:
    journal = Journal(most=1000, chunk=4)
    record(journal, 1.0, *(ThingSnapshot(name=f"t{n}", status=S.QUEUED) for n in range(10)))
    record(journal, 2.0, *(ThingSnapshot(name=f"t{n}", status=S.FAILED) for n in range(10)))
    assert set(statuses(journal, 1.5).values()) == {S.QUEUED}
    assert set(statuses(journal, 2.0).values()) == {S.FAILED}


def test_a_snapshot_in_which_only_counters_moved_is_no_change() -> None:
    journal = Journal()
    record(journal, 1.0, ThingSnapshot(name="a", status=S.IN_PROGRESS, messages=4, ack_ms=3.0, updated_at=1.0))
    record(journal, 2.0, ThingSnapshot(name="a", status=S.IN_PROGRESS, messages=9, ack_ms=5.0, updated_at=2.0))
    assert len(journal) == 1
    record(journal, 3.0, ThingSnapshot(name="a", status=S.IN_PROGRESS, progress=1))
    assert len(journal) == 2


def test_the_oldest_changes_fall_out_and_are_counted() -> None:
    journal = Journal(most=20, chunk=10)
    for n in range(100):
        record(journal, float(n + 1), ThingSnapshot(name="a", version=n))
    assert (len(journal), journal.dropped) == (20, 80)
    assert journal.begins == 80.0
    first = journal.scene(3.0).moments[0]  # what is asked of before the beginning is the beginning
    assert first is not None
    assert first.version == 79
    assert [entry.at for entry in journal.of_thing("a", 82.0)] == [80.0, 81.0, 82.0]


def test_times_never_go_back() -> None:
    journal = Journal()
    record(journal, 10.0, ThingSnapshot(name="a", version=1))
    record(journal, 9.0, ThingSnapshot(name="a", version=2))  # another worker's clock
    assert journal.ends == 10.0
    newest = journal.scene(10.0).moments[0]
    assert newest is not None
    assert newest.version == 2


def test_steps_go_from_change_to_change_over_chunks() -> None:
    journal = Journal(chunk=2)
    for n in range(1, 8):
        record(journal, float(n), ThingSnapshot(name="a", version=n))
    assert [journal.step(when, 1) for when in (1.0, 2.0, 2.5, 6.0, 7.0)] == [2.0, 3.0, 3.0, 7.0, 7.0]
    assert [journal.step(when, -1) for when in (7.0, 6.5, 3.0, 1.0)] == [6.0, 6.0, 2.0, 1.0]


def test_a_slice_begins_with_the_whole_fleet_and_plays_the_same() -> None:
    journal = Journal(chunk=3)
    for n in range(1, 12):
        record(journal, float(n), ThingSnapshot(name="ab"[n % 2], version=n))
    entries = list(journal.entries(4.5, 9.0))
    assert [(entry.at, entry.name) for entry in entries[:2]] == [(4.5, "b"), (4.5, "a")]
    again = Journal(chunk=2)
    for entry in entries:
        again.put(entry)
    for when in (4.5, 5.0, 7.5, 9.0):
        then = {name: journal.scene(when).moments[journal.id_of(name)] for name in "ab"}
        assert {name: again.scene(when).moments[again.id_of(name)] for name in "ab"} == then


def test_things_that_look_the_same_share_their_look() -> None:
    journal = Journal()
    record(journal, 1.0, *(ThingSnapshot(name=f"t{n}", status=S.IN_PROGRESS, progress=40) for n in range(50)))
    assert len({id(moment) for moment in journal.scene(1.0).moments}) == 1


def test_where_nearly_nothing_looks_the_same_sharing_rests_and_is_tried_again() -> None:
    journal = Journal(chunk=100)

    def shared(at: float, alike: int) -> bool:
        things = [ThingSnapshot(name=f"t{n}", version=int(at) * 1000 + max(n, alike)) for n in range(100)]
        record(journal, at, *things)
        return len({id(moment) for moment in journal.scene(at).moments[: alike + 1]}) == 1

    assert shared(1.0, alike=5)
    assert [shared(float(n), alike=5) for n in range(2, 10)] == [False] * 7 + [True]
    assert [shared(float(n), alike=50) for n in range(10, 18)] == [False] * 7 + [True]
    assert shared(18.0, alike=50)


def test_names_without_end_do_not_fill_the_memory(monkeypatch) -> None:
    monkeypatch.setattr("ui.journal.MOST_THINGS", 20)
    journal = Journal()
    for n in range(200):
        record(journal, float(n + 1), ThingSnapshot(name=f"t{n}", version=n), removed=(f"t{n - 3}",) if n > 3 else ())
    assert len(journal.names) <= 21
    assert journal.dropped > 0
    assert {name for name, m in zip(journal.names, journal.scene(200.0).moments, strict=True) if m} >= {"t199", "t198"}


def test_an_entry_without_a_moment_takes_the_thing_away() -> None:
    journal = Journal()
    journal.put(Entry(1.0, "a", Moment(version=1)))
    journal.put(Entry(2.0, "a", None))
    assert journal.scene(2.0).moments == [None]
    assert journal.scene(1.0).moments == [Moment(version=1)]


@given(st.lists(st.sampled_from([0, 1, 2, 255, 256, 257, 65_536, 2**24]), max_size=40), st.integers(0, 2))
def test_a_number_is_found_in_all_its_places_and_never_across_two(numbers: list[int], wanted: int) -> None:
    wanted = 256**wanted if wanted else 0
    assert list(_places(wanted, array("l", numbers))) == [n for n, each in enumerate(numbers) if each == wanted]
