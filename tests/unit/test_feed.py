"""The feed: what changes is told soon, once, in its newest form, and not too often."""

import itertools

import pytest
from msgspec.structs import replace

from simulator.coalescer import BUSY_SECONDS, IDLE_SECONDS, NOTICES_KEPT, SNAPSHOTS_PER_BATCH, Coalescer, Feed
from simulator.feed import Counters, FeedBatch, ThingSnapshot
from tests.support.hand_timers import HandTimers


class Things:
    """Snapshots by name, and a feed that tells of them into `batches`."""

    def __init__(self) -> None:
        self.snapshots: dict[str, ThingSnapshot] = {}
        self.batches: list[FeedBatch] = []
        self.counters = Counters()
        self.timers = HandTimers()
        self.feed = Feed(
            self.snapshots.get,
            lambda: self.counters,
            self.batches.append,
            call_later=self.timers.call_later,
            monotonic=self.timers.monotonic,
        )

    def change(self, name: str, version: int) -> None:
        self.snapshots[name] = ThingSnapshot(name=name, version=version)
        self.feed.mark(name)


@pytest.fixture
def things() -> Things:
    return Things()


def test_a_coalescer_that_was_told_nothing_has_nothing_to_tell():
    coalescer = Coalescer({}.get)
    assert not coalescer.is_waiting
    assert coalescer.take() == ([], [], [])


def test_of_many_changes_of_one_thing_only_the_newest_is_told():
    snapshots = {}
    coalescer = Coalescer(snapshots.get)
    for version in range(1, 6):
        snapshots["pump"] = ThingSnapshot(name="pump", version=version)
        coalescer.mark("pump")
    assert [snapshot.version for snapshot in coalescer.take()[0]] == [5]
    assert not coalescer.is_waiting


def test_a_marked_thing_that_is_gone_is_told_as_removed():
    coalescer = Coalescer({}.get)
    coalescer.mark("pump")
    assert coalescer.take() == ([], ["pump"], [])


def test_more_changes_than_fit_a_batch_wait_for_the_next_and_those_that_waited_longest_go_first():
    names = [f"thing-{number}" for number in range(SNAPSHOTS_PER_BATCH + 2)]
    coalescer = Coalescer({name: ThingSnapshot(name=name) for name in names}.get)
    for name in names:
        coalescer.mark(name)
    assert [snapshot.name for snapshot in coalescer.take()[0]] == names[:SNAPSHOTS_PER_BATCH]
    assert coalescer.is_waiting
    assert [snapshot.name for snapshot in coalescer.take()[0]] == names[SNAPSHOTS_PER_BATCH:]


def test_of_too_many_notices_the_oldest_are_lost():
    coalescer = Coalescer({}.get)
    for number in range(NOTICES_KEPT + 1):
        coalescer.tell(f"notice {number}")
    notices = coalescer.take()[2]
    assert (len(notices), notices[0], notices[-1]) == (NOTICES_KEPT, "notice 1", f"notice {NOTICES_KEPT}")


def test_the_first_change_after_a_rest_is_told_at_once(things):
    things.timers.advance(5)
    things.change("pump", 1)
    things.timers.advance(0)
    assert [batch.snapshots[0].version for batch in things.batches] == [1]


def test_batches_are_never_closer_than_a_twentieth_of_a_second(things):
    times = []
    things.feed._on_batch = lambda batch: times.append(things.timers.monotonic())
    for version in range(1000):
        things.change("pump", version)
        things.timers.advance(0.001)
    assert len(times) == pytest.approx(20, abs=1)
    assert min(later - earlier for earlier, later in itertools.pairwise(times)) >= BUSY_SECONDS - 1e-9


def test_a_feed_without_news_tells_nothing_and_wakes_twice_a_second(things):
    things.timers.advance(60)
    assert things.batches == []
    assert things.timers.rings <= 60 / IDLE_SECONDS


def test_counters_that_change_by_themselves_are_told_within_half_a_second(things):
    things.counters = replace(things.counters, ack_p99_ms=3.0)
    things.timers.advance(IDLE_SECONDS)
    assert [batch.counters.ack_p99_ms for batch in things.batches] == [3.0]
    assert things.batches[0].snapshots == []


def test_while_held_changes_wait_and_only_the_newest_is_told_after_the_release(things):
    things.feed.hold()
    for version in range(100):
        things.change("pump", version)
        things.timers.advance(1)
    assert things.batches == []
    things.feed.release()
    things.timers.advance(0)
    assert [[snapshot.version for snapshot in batch.snapshots] for batch in things.batches] == [[99]]


def test_a_change_after_the_release_is_told_as_usual(things):
    things.feed.hold()
    things.feed.release()
    things.change("pump", 1)
    things.timers.advance(BUSY_SECONDS)
    assert len(things.batches) == 1


def test_a_nudge_sends_a_batch_that_says_nothing_new(things):
    things.feed.nudge()
    things.timers.advance(BUSY_SECONDS)
    assert [batch.snapshots for batch in things.batches] == [[]]


def test_a_handler_that_fails_is_logged_once_and_the_feed_goes_on(things, caplog):
    def fail(batch: FeedBatch) -> None:
        things.batches.append(batch)
        raise ValueError("no such widget")

    things.feed._on_batch = fail
    for version in range(3):
        things.change("pump", version)
        things.timers.advance(1)
    assert len(things.batches) == 3
    assert [record.message for record in caplog.records] == ["the feed's handler failed; the fleet goes on"]


def test_a_change_made_by_the_handler_is_told_in_the_next_batch(things):
    def change_once(batch: FeedBatch) -> None:
        things.batches.append(batch)
        if len(things.batches) == 1:
            things.change("valve", 1)

    things.feed._on_batch = change_once
    things.timers.advance(IDLE_SECONDS * 1.5)
    things.change("pump", 1)
    things.timers.advance(BUSY_SECONDS)
    assert [[snapshot.name for snapshot in batch.snapshots] for batch in things.batches] == [["pump"], ["valve"]]


def test_a_handler_may_stop_the_feed(things):
    things.feed._on_batch = lambda batch: things.feed.stop()
    things.change("pump", 1)
    things.timers.advance(1)
    assert things.timers.waiting == 0


def test_how_late_the_heartbeat_comes_is_the_lag(things):
    things.timers.advance(IDLE_SECONDS, late_by=0.025)
    now = things.timers.monotonic()
    assert things.feed.lag.recent_ms(now) == pytest.approx(25)
    assert things.feed.lag.recent_ms(now + 2) == 0
    assert things.feed.lag.worst_ms == pytest.approx(25)


def test_stopping_tells_what_waits_and_leaves_no_timer(things):
    things.change("pump", 1)
    things.feed.stop()
    assert [batch.snapshots[0].version for batch in things.batches] == [1]
    assert things.timers.waiting == 0
    things.change("pump", 2)
    things.timers.advance(10)
    assert len(things.batches) == 1
    assert things.timers.waiting == 0
