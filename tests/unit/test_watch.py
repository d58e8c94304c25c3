"""The watch: what the feed tells of executions, kept, and what it did not tell, noticed."""

import asyncio

from msgspec.structs import replace

from simulator.feed import Activity, Counters, ExecutionFaults, FeedBatch, ThingDetail, ThingSnapshot, TransitionRecord
from simulator.jobs.model import JobStatus as S
from simulator.transport.base import Link
from simulator.watch import MAX_NOTICES, Belief, Watch


def shown(status: S, version: int, job_id: str = "j1", name: str = "a", number: int = 1) -> ThingSnapshot:
    return ThingSnapshot(name=name, status=status, version=version, job_id=job_id, execution_number=number)


def batch(*snapshots: ThingSnapshot, connected: int = 0, **more: list[str]) -> FeedBatch:
    return FeedBatch(at=0.0, snapshots=list(snapshots), counters=Counters(connected=connected), **more)


def test_it_keeps_the_newest_snapshot_and_belief() -> None:
    watch = Watch(["j1"])
    watch.on_batch(batch(shown(S.IN_PROGRESS, 2)))
    watch.on_batch(batch(shown(S.SUCCEEDED, 5)))
    assert watch.snapshots["a"].version == 5
    assert watch.beliefs == {("a", "j1", 1): Belief(S.SUCCEEDED, 5)}
    assert watch.ended == 1


def test_an_end_is_counted_once_however_often_it_is_told() -> None:
    watch = Watch(["j1"])
    for _ in range(3):
        watch.on_batch(batch(shown(S.FAILED, 5)))
    assert watch.ended == 1


def test_a_later_word_of_an_earlier_version_changes_nothing() -> None:
    watch = Watch(["j1"])
    watch.on_batch(batch(shown(S.FAILED, 5)))
    watch.on_batch(batch(shown(S.IN_PROGRESS, 3)))
    assert watch.beliefs["a", "j1", 1] == Belief(S.FAILED, 5)
    assert watch.ended == 1


def test_jobs_of_others_are_not_remembered() -> None:
    watch = Watch(["j1"])
    watch.on_batch(batch(shown(S.FAILED, 5, job_id="someone-elses")))
    assert watch.beliefs == {}
    assert watch.ended == 0


def test_a_thing_that_went_on_before_its_end_was_seen_is_to_be_asked() -> None:
    watch = Watch(["j1", "j2"])
    watch.on_batch(batch(shown(S.IN_PROGRESS, 2), shown(S.SUCCEEDED, 5, name="b")))
    watch.on_batch(batch(shown(S.IN_PROGRESS, 2, job_id="j2"), shown(S.IN_PROGRESS, 2, job_id="j2", name="b")))
    assert watch.unsure == {"a"}


def test_a_timeline_tells_what_no_snapshot_showed() -> None:
    watch = Watch(["j1", "j2"])
    watch.on_batch(batch(shown(S.IN_PROGRESS, 2, job_id="j2")))
    nodes = [(S.IN_PROGRESS, 2), (S.SUCCEEDED, 5)]
    timeline = [
        TransitionRecord(at=0.0, job_id="j1", execution_number=1, status=status, version=version)
        for status, version in nodes
    ]
    detail = ThingDetail(snapshot=watch.snapshots["a"], messages=[], messages_dropped=0, timeline=timeline)
    watch.take_in(detail)
    assert watch.beliefs["a", "j1", 1] == Belief(S.SUCCEEDED, 5)
    assert watch.ended == 1


def test_things_that_are_removed_are_forgotten_and_their_ends_are_not() -> None:
    watch = Watch(["j1"])
    watch.on_batch(batch(shown(S.FAILED, 5), connected=3))
    watch.on_batch(batch(connected=1, removed=["a"]))
    assert watch.snapshots == {}
    assert watch.ended == 1
    assert watch.most_connected == 3


def test_notices_are_bounded() -> None:
    watch = Watch()
    for number in range(MAX_NOTICES):
        watch.on_batch(batch(notices=[f"outage {number}", "again"]))
    assert len(watch.notices) == MAX_NOTICES
    assert watch.notices[0] == "outage 0"


async def test_waiting_ends_with_the_batch_that_makes_it_true() -> None:
    watch = Watch(["j1"])
    asyncio.get_running_loop().call_soon(watch.on_batch, batch(connected=2))
    assert await watch.until_more_connected(1, 10)


async def test_waiting_in_vain_ends_when_its_time_is_over() -> None:
    assert not await Watch().until(lambda: False, 0.01)


def test_line_trouble_is_told_of_a_thing_that_is_not_connected() -> None:
    watch = Watch()
    watch.on_batch(
        batch(
            ThingSnapshot(name="a", link=Link.ONLINE, link_reason="was away"),
            ThingSnapshot(name="b", link=Link.ERROR, link_reason="not authorized"),
        )
    )
    assert watch.line_trouble() == "not authorized"
    assert Watch().line_trouble() == ""


def test_faults_are_known_by_execution_and_a_thing_with_more_than_those_is_named() -> None:
    watch = Watch(["j1", "j2"])
    first = replace(shown(S.SUCCEEDED, 3, name="t"), faults={"reboot": 1}, execution_faults={"reboot": 1})
    watch.on_batch(batch(first))
    assert watch.faults == {("t", "j1", 1): {"reboot": 1}}
    assert watch.things_with_unknown_faults() == set()
    later = replace(first, job_id="j2", faults={"reboot": 2, "drop-line": 1}, execution_faults={"drop-line": 1})
    watch.on_batch(batch(later))  # one more reboot of j1, of which no snapshot told
    assert watch.things_with_unknown_faults() == {"t"}
    had = [ExecutionFaults("j1", 1, {"reboot": 2}), ExecutionFaults("j2", 1, {"drop-line": 1})]
    watch.take_in(ThingDetail(snapshot=later, messages=[], messages_dropped=0, timeline=[], faults=had))
    assert watch.faults == {("t", "j1", 1): {"reboot": 2}, ("t", "j2", 1): {"drop-line": 1}}
    assert watch.things_with_unknown_faults() == set()


def test_a_thing_rests_when_it_has_nothing_more_to_do_with_an_execution_that_has_ended() -> None:
    watch, ended = Watch(["j1"]), shown(S.TIMED_OUT, 3, name="t")
    watch.on_batch(batch(replace(ended, activity=Activity.SILENT), shown(S.IN_PROGRESS, 2)))
    assert not watch.all_rest()
    watch.on_batch(batch(replace(ended, activity=Activity.IDLE)))
    assert watch.all_rest()
