"""Packed batches: every field crosses as it was, and what is alike is one object on the other side."""

import msgspec
import pytest
from msgspec.structs import astuple, replace

from simulator.feed import Activity, Counters, FeedBatch, ThingSnapshot
from simulator.jobs.model import JobStatus
from simulator.packed_batch import PackedBatch, pack, unpack
from simulator.transport.base import Link

QUIET = ThingSnapshot(name="pump-1", scenario="happy path")
BUSY = ThingSnapshot(
    name="pump-2",
    link=Link.ERROR,
    link_reason="connection refused",
    activity=Activity.WORKING,
    status=JobStatus.IN_PROGRESS,
    version=4,
    progress=40,
    step="download",
    firmware="2.3.1",
    target_firmware="2.4.0",
    firmware_warning=True,
    job_id="fw-2.4.0",
    execution_number=3,
    pending=2,
    scenario="slow",
    scenario_overridden=True,
    manual=True,
    details="disk full",
    messages=70_000,
    rejects=5,
    ack_ms=1.25,
    updated_at=1_750_000_000.05,
    seed=2**63,
    faults={"duplicate": 2},
    execution_faults={"duplicate": 1},
    attempt=9,
)


def crossed(batch: FeedBatch) -> FeedBatch:
    wire = msgspec.msgpack.encode(pack(batch))
    return unpack(msgspec.msgpack.decode(wire, type=PackedBatch))


def batch_of(*snapshots: ThingSnapshot) -> FeedBatch:
    return FeedBatch(
        at=12.5,
        snapshots=list(snapshots),
        counters=Counters(total=2, by_status={JobStatus.QUEUED: 1}),
        removed=["pump-3"],
        notices=["A worker ended."],
    )


@pytest.mark.parametrize(
    "snapshots",
    [
        (),
        (QUIET,),
        (BUSY,),
        (QUIET, BUSY),
        (BUSY, replace(BUSY, name="pump-4")),
        (QUIET, BUSY, replace(QUIET, name="pump-5", status=JobStatus.REMOVED, details="a reason of its own")),
    ],
    ids=["none", "one with defaults", "one with all", "two that differ", "two alike", "three"],
)
def test_every_field_of_every_snapshot_crosses_as_it_was(snapshots):
    before = batch_of(*snapshots)
    after = crossed(before)
    assert after == before
    for one, other in zip(after.snapshots, snapshots, strict=True):
        assert [type(value) for value in astuple(one)] == [type(value) for value in astuple(other)]


def test_each_field_counts_in_a_column_of_its_own():
    """No two columns can be mistaken for each other: every field differs alone, and alone it arrives."""
    for field in ThingSnapshot.__struct_fields__[1:]:
        other = replace(QUIET, name="pump-2", **{field: getattr(BUSY, field)})
        assert crossed(batch_of(QUIET, other)).snapshots == [QUIET, other], field


def test_words_are_one_string_in_a_batch_and_in_those_before():
    first = crossed(batch_of(BUSY, replace(BUSY, name="pump-4", job_id="other")))
    second = crossed(batch_of(BUSY, replace(BUSY, name="pump-6")))
    words = {id(one.scenario) for one in (*first.snapshots, *second.snapshots)}
    names = {id(first.snapshots[0].name), id(second.snapshots[0].name)}
    assert (len(words), len(names)) == (1, 1)


def test_a_rollout_is_small_on_the_wire():
    things = [replace(BUSY, name=f"pump-{number}", progress=number % 100) for number in range(1000)]
    assert len(msgspec.msgpack.encode(pack(batch_of(*things)))) < 15_000  # 167,000 thing by thing
